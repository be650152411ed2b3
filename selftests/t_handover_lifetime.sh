#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.1 stock-6.12 debug
#
# Hooks come and go here while both CPUs are full of frames, and with the first and
# the last one the kernel patches its code.  QEMU's multi-threaded emulation (7.2)
# now and then goes on with the old code, and a CPU hangs or traps in
# __netif_receive_skb_core(): to be run where there is KVM.
#
# Everything that a handover stands on may go while it is under way: the domain,
# the devices, the namespace, the module.  Nothing may be left of it, and what is
# there afterwards must work.  The runner of the virtual machine looks for leaks.
#
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck disable=SC2153 # setup_ns sets these, as all names in capitals
# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/handover.sh"

setup()
{
	defer load
	far_create
}

load()
{
	[ ! -e /sys/module/vxmob ] || return 0
	if [ -n "${VXMOB_KO:-}" ]; then
		insmod "$VXMOB_KO"
	else
		modprobe vxmob
	fi
}

far_create()
{
	setup_ns FAR
}

# A host in a namespace of its own, enrolled; and a listener, if one is wanted.  The
# wire of the one before goes some time after its namespace.
host_create()
{
	wait_for wire_gone || return
	setup_ns HOST || return
	nsexec "$HOST" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	net_vtep_create "$HOST" $SELF $PEER_VTEP $THIRD_VTEP &&
	ip -n "$HOST" link add u0 address $U0_MAC type veth peer name u1 \
		address $U1_MAC netns "$FAR" &&
	ip -n "$HOST" addr add $SELF/24 dev u0 &&
	ip -n "$HOST" link set u0 up &&
	ip -n "$FAR" -batch - <<-END || return
		addr add $PEER_VTEP/24 dev u1
		addr add $THIRD_VTEP/24 dev u1
		link set u1 up
	END
	NET_NS=$HOST
	enrol && "$@"
}

enrol()
{
	vxmob -n "$HOST" domain add dev vx100 snoop rarp redirect 600 settle 5000
}

# One of each kind and stage: at the source .1 prepared, .2 held, .3 moved; at the
# target .4 prepared, .5 held, .6 moved.  What is kept for .4 and .5 is there.
all_stages()
{
	local n

	{
		for n in 1 2 3; do
			echo "mac announce $(mac $n) dev vx100 on p1"
			echo "move prepare $(mac $n) dev vx100 to $PEER_VTEP"
		done
		for n in 4 5 6; do
			echo "mac announce $(mac $n) dev vx100 via $PEER_VTEP"
			echo "move prepare $(mac $n) dev vx100 on p1"
		done
		for n in 2 3 5 6; do
			echo "move hold $(mac $n) dev vx100"
		done
		echo "move commit $(mac 3) dev vx100"
	} | vxmob -n "$HOST" -batch - || return
	for n in 4 5; do
		kept_for "$(mac $n)" || return
	done
	rarp_frame "$(mac 6)"
	"$NET_HERE/sendframe" -n "$HOST" eth g1 "$FRAME" &&
	becomes_moving "$(mac 6)" '"stage":"moved"'
}

mac()
{
	echo "02:00:00:00:01:0$1"
}

kept_for()
{
	frame_to "$1"
	vxlan_packet 100 "$FRAME"
	"$NET_HERE/sendframe" -n "$FAR" -c 50 udp $PEER_VTEP $SELF 4789 "$PACKET" &&
	becomes_moving "$1" '"queued":50'
}

# Frames and packets for and from all of them, from now on.
traffic_start()
{
	local n frames=() packets=()

	for n in 1 2 3 4 5 6; do
		frame_to "$(mac $n)"
		frames+=("$FRAME")
		vxlan_packet 100 "$FRAME"
		packets+=("$PACKET")
		plain_frame "$(mac $n)"
		frames+=("$FRAME")
	done
	job_start "$NET_HERE/sendframe" -n "$HOST" -c 10000000 eth g1 "${frames[@]}"
	job_start "$NET_HERE/sendframe" -n "$HOST" -c 10000000 eth g2 "${frames[@]}"
	# whose way to this host may go
	job_start "$NET_HERE/sendframe" -n "$FAR" -c 10000000 udp $PEER_VTEP,$THIRD_VTEP \
		$SELF 4789 "${packets[@]}" 2> /dev/null
}

no_moves()
{
	same "$(vxmob -n "$HOST" move show)" ""
}

# The domain can be there again, with moves.
works()
{
	enrol && all_stages && vxmob -n "$HOST" move abort "$(mac 1)" dev vx100
}

# Each of these takes away what the moves stand on, and puts it back.
domain_goes()
{
	vxmob -n "$HOST" domain del dev vx100 && no_moves
}

vxlan_goes()
{
	ip -n "$HOST" link del vx100 && no_moves &&
	ip -n "$HOST" -batch - <<-END
		link add vx100 type vxlan id 100 local $SELF dstport 4789 nolearning
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		link set vx100 up
	END
}

bridge_goes()
{
	ip -n "$HOST" link del br0 && no_moves || return
	ip -n "$HOST" -batch - <<-END
		link add br0 type bridge mcast_snooping 0
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		link set p1 master br0
		link set p2 master br0
		link set br0 up
	END
	vxmob -n "$HOST" domain del dev vx100 2> /dev/null || true
}

leaves_bridge()
{
	ip -n "$HOST" link set vx100 nomaster && no_moves &&
	ip -n "$HOST" link set vx100 master br0 &&
	ip -n "$HOST" link set vx100 type bridge_slave learning off || return
	vxmob -n "$HOST" domain del dev vx100 2> /dev/null || true
}

module_goes()
{
	rmmod vxmob && load
}

# What is kept came in through it.
underlay_goes()
{
	ip -n "$HOST" link del u0 &&
	ip -n "$HOST" link add u0 address $U0_MAC type veth peer name u1 \
		address $U1_MAC netns "$FAR" &&
	ip -n "$HOST" addr add $SELF/24 dev u0 &&
	ip -n "$HOST" link set u0 up &&
	ip -n "$FAR" -batch - <<-END || return
		addr add $PEER_VTEP/24 dev u1
		addr add $THIRD_VTEP/24 dev u1
		link set u1 up
	END
	[ "$1" = traffic ] || moving "$(mac 4)" '"queued":0' || return
	vxmob -n "$HOST" domain del dev vx100
}

# --- one at a time --------------------------------------------------------

# Without traffic, with a listener, and with traffic.
goes()
{
	must host_create all_stages
	must "$1" quiet
	must works
	must listener_start
	must vxmob -n "$HOST" domain del dev vx100
	must enrol
	must all_stages
	must "$1" listened
	must works
	must traffic_start
	must "$1" traffic
	must enrol
	must vxmob -n "$HOST" mac announce 02:00:00:00:02:01 dev vx100 on p2
	must vxmob -n "$HOST" move prepare 02:00:00:00:02:01 dev vx100 to $PEER_VTEP
	must vxmob -n "$HOST" move commit 02:00:00:00:02:01 dev vx100
}

domain()
{
	goes domain_goes
}

vxlan()
{
	goes vxlan_goes
}

bridge_device()
{
	goes bridge_goes
}

bridge_left()
{
	goes leaves_bridge
}

module()
{
	goes module_goes
}

underlay()
{
	goes underlay_goes
}

# The port is both the one that machines leave and the one that they come to.
port()
{
	must host_create all_stages
	must ip -n "$HOST" link del p1
	must becomes_settled "$(mac 4)"
	must becomes_settled "$(mac 5)"
	must becomes_settled "$(mac 6)"
	must moving "$(mac 3)" '"stage":"moved"'
	must comes_to "$(mac 3)" "vx100 $PEER_VTEP"
	must vxmob -n "$HOST" domain del dev vx100
	must ip -n "$HOST" -batch - <<-END
		link add p1 type veth peer name g1
		link set p1 master br0 up
		link set g1 up
	END
	must wait_for learns
	must works
}

learns()
{
	NET_NS=$HOST
	plain_frame 02:00:00:00:02:02
	"$NET_HERE/sendframe" -n "$HOST" eth g1 "$FRAME"
	at 02:00:00:00:02:02 p1
}

# With the namespace the other end of its wire goes, once nothing holds it.
namespace()
{
	local i

	for i in 1 2 3; do
		must host_create all_stages
		[ $i != 2 ] || must listener_start
		[ $i != 3 ] || must traffic_start
		[ $i = 1 ] || run_jobs_down
		must ip netns del "$HOST"
		must wait_for wire_gone
	done
}

# Programs in a namespace keep it.
run_jobs_down()
{
	local job

	for job in $(jobs -p); do
		kill "$job"
		wait "$job" 2> /dev/null || true
	done
}

wire_gone()
{
	! ip -n "$FAR" link show u1 > /dev/null 2>&1
}

ALL_TESTS="domain vxlan bridge_device bridge_left module underlay port namespace"

ASK=no
net_private "$@"
run_tests "$@"
