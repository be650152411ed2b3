#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One segment over a routed underlay: three VTEPs in different subnets, with
# routers between them.  A machine that has a TCP session with another one moves
# to a second host and back, and the session goes on, without a byte wrong.  The
# port that it leaves stays up and just falls silent, as under a hypervisor.  Then
# its frames grow, and the underlay is too narrow: "vxmob check" knows, and knows
# what to do.
#
#	guest -- a: tap0 --.
#	   `---- b: tap0 --- r1 --- r2 -- c: p1 -- peer
#
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck disable=SC2153 # setup_ns sets PEER, as all names in capitals
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MAC=02:00:00:00:01:01
GUEST_IP=192.0.2.10
PEER_IP=192.0.2.20
LIMIT=30000		# ms, for a move to be known
RATE=200		# frames/s that are sent to the machine
PACE=5			# ms between two writes to the session
# The debugging kernel takes five times as long.
! slow_kernel || LIMIT=100000 NET_WAIT=100 RATE=40 PACE=25

# --- the underlay ---------------------------------------------------------

# Addresses: of a VTEP (1, 2, 3 in subnets of their own), of its router there,
# and of the routers between themselves.
vtep()		{ [ $FAMILY = 4 ] && echo "10.$1.0.1"	|| echo "fd00:$1::1"; }
gateway()	{ [ $FAMILY = 4 ] && echo "10.$1.0.254"	|| echo "fd00:$1::fe"; }
between()	{ [ $FAMILY = 4 ] && echo "10.9.0.$1"	|| echo "fd00:9::$1"; }
subnet()	{ [ $FAMILY = 4 ] && echo "10.$1.0.0/24" || echo "fd00:$1::/64"; }
length()	{ [ $FAMILY = 4 ] && echo 24		|| echo 64; }

# IPv6 where the underlay is of that family, and nowhere else: what a machine's
# stack says by itself would be evidence.
family_of()
{
	local ns=$1 forward=$2 on=1

	[ $FAMILY = 4 ] || on=0
	nsexec "$ns" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 \
		"net.ipv6.conf.u0.disable_ipv6=$on" net.ipv4.ip_forward=$forward \
		net.ipv6.conf.all.forwarding=$forward
}

# A VTEP's interface to the underlay, and the router's to it.
subnet_create()
{
	local ns=$1 router=$2 n=$3

	ip -n "$ns" link add u0 mtu $MTU type veth peer name "s$n" mtu 9216 netns "$router" &&
	family_of "$ns" 0 &&
	nsexec "$router" sysctl -qw "net.ipv6.conf.s$n.disable_ipv6=0" &&
	ip -n "$ns" -batch - <<-END || return
		link set lo up
		addr add $(vtep $n)/$(length) dev u0 $NODAD
		link set u0 up
		route add default via $(gateway $n)
	END
	ip -n "$router" -batch - <<-END
		addr add $(gateway $n)/$(length) dev s$n $NODAD
		link set s$n up
	END
}

underlay_create()
{
	NODAD=
	[ $FAMILY = 4 ] || NODAD=nodad
	setup_ns A B C R1 R2 || return
	ip -n "$R1" link add u0 mtu 9216 type veth peer name u0 mtu 9216 netns "$R2" &&
	family_of "$R1" 1 && family_of "$R2" 1 || return
	subnet_create "$A" "$R1" 1 && subnet_create "$B" "$R1" 2 &&
	subnet_create "$C" "$R2" 3 || return
	ip -n "$R1" -batch - <<-END || return
		addr add $(between 1)/$(length) dev u0 $NODAD
		link set u0 up
		route add $(subnet 3) via $(between 2)
	END
	ip -n "$R2" -batch - <<-END
		addr add $(between 2)/$(length) dev u0 $NODAD
		link set u0 up
		route add $(subnet 1) via $(between 1)
		route add $(subnet 2) via $(between 1)
	END
}

# --- the segment ----------------------------------------------------------

# A host: its VTEP, which floods to two others, and the tap for the guest or, on
# the third, for the sender.
host_create()
{
	local ns=$1

	net_vtep_create "$ns" "$(vtep $2)" "$(vtep $3)" "$(vtep $4)" || return
	ip -n "$ns" -batch - <<-END || return
		tuntap add dev tap0 mode tap
		link set tap0 addrgenmode none master br0
		link set tap0 up
	END
	vxmob -n "$ns" domain add dev vx100 snoop rarp
}

# The machine's and the peer's NIC, each in a namespace of its own.
machines_create()
{
	setup_ns GUEST PEER || return
	nsexec "$GUEST" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 &&
	nsexec "$PEER" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 &&
	ip -n "$GUEST" -batch - <<-END && ip -n "$C" link set g1 netns "$PEER" || return
		tuntap add dev eth0 mode tap
		link set eth0 address $MAC
		addr add $GUEST_IP/24 dev eth0
		link set eth0 up
	END
	ip -n "$PEER" -batch - <<-END
		addr add $PEER_IP/24 dev g1
		link set g1 up
	END
}

# MTU is that of the hosts' interfaces to the underlay.
fabric_create()
{
	FAMILY=$1 MTU=$2
	underlay_create &&
	host_create "$A" 1 2 3 && host_create "$B" 2 1 3 && host_create "$C" 3 1 2 &&
	machines_create && vm_create
}

# --- the machine ----------------------------------------------------------

# The hypervisors: see vmnic.c.
vm_create()
{
	local fd

	coproc VM {
		exec "$NET_HERE/vmnic" --mac $MAC --guest "$GUEST:eth0" \
			--home "$A:tap0:$(vtep 1)" --home "$B:tap0:$(vtep 2)" \
			--sender "$C:tap0" --witness "$C:vx100" --rate $RATE \
			--quiet 200 --limit $LIMIT
	}
	# Bash keeps a coprocess's own descriptors from subshells.
	exec {VM_IN}>&"${VM[1]}" {VM_OUT}<&"${VM[0]}"
	fd=${VM[1]}
	exec {fd}>&-
	defer kill "$VM_PID"
}

# Gives an order and sets ANSWER.
vm_order()
{
	echo "$*" >&"$VM_IN"
	read -r -t $((LIMIT / 500)) ANSWER <&"$VM_OUT" || return
	[[ $ANSWER == ok* ]] && return
	ktap_print "$*: $ANSWER"
	return 1
}

# --- the session ----------------------------------------------------------

session_start()
{
	job_start ip netns exec "$GUEST" "$NET_HERE/tcpstream" listen $GUEST_IP 7 "$TMP/guest" 500 $PACE
	GUEST_END=$JOB
	wait_for listening || return
	job_start ip netns exec "$PEER" "$NET_HERE/tcpstream" connect $GUEST_IP 7 "$TMP/peer" 500 $PACE
	PEER_END=$JOB
	session_goes_on
}

listening()
{
	[[ $(ss -N "$GUEST" -Hltn) == *":7 "* ]]
}

# Sets RECEIVED, SENT and GAP (ms) to what an end says.
end_says()
{
	RECEIVED=0 SENT=0 GAP=0
	read -r _ RECEIVED _ SENT _ GAP < "$TMP/$1" || return
	RECEIVED=$((10#$RECEIVED)) SENT=$((10#$SENT)) GAP=$((10#$GAP))
}

receives_more()
{
	end_says "$1" && [ $RECEIVED -gt "$2" ]
}

# Both ends still receive what the other sends, and neither has broken off.
session_goes_on()
{
	local side

	for side in guest peer; do
		end_says $side || true
		wait_for receives_more $side $((RECEIVED + 20000)) || return
	done
	kill -0 "$GUEST_END" && kill -0 "$PEER_END"
}

# It ends in order, and all that was sent has arrived.
session_ends()
{
	local sent received

	kill -TERM "$PEER_END"
	wait "$PEER_END" && wait "$GUEST_END" && end_says guest || return
	sent=$SENT received=$RECEIVED
	end_says peer && same "$SENT $RECEIVED" "$received $sent"
}

# The machine moves; how long nothing came is told, and not judged.
session_moves()
{
	local gap

	kill -USR1 "$GUEST_END" "$PEER_END"
	vm_order move "$1" || return
	session_goes_on || return
	end_says guest
	gap=$GAP
	end_says peer
	ktap_print "IPv$FAMILY, to host $1: guest heard nothing for $gap ms, peer for $GAP ms; $ANSWER"
}

place_is()
{
	NET_NS=$1 comes_to $MAC "$2"
}

# --- cases ----------------------------------------------------------------

# There and back.
session()
{
	must session_start
	must session_moves 1
	must place_is "$C" "vx100 $(vtep 2)"
	must place_is "$A" "vx100 $(vtep 2)"
	must place_is "$B" tap0
	must session_moves 0
	must place_is "$C" "vx100 $(vtep 1)"
	must place_is "$B" "vx100 $(vtep 1)"
	must place_is "$A" tap0
	must session_ends
}

# The machines' frames become jumbo frames.
frames_grow()
{
	ip -n "$GUEST" link set eth0 mtu 9000 && ip -n "$PEER" link set g1 mtu 9000 &&
	ip -n "$A" link set tap0 mtu 9000 && ip -n "$B" link set tap0 mtu 9000 &&
	ip -n "$C" link set p1 mtu 9000
}

jumbo_passes()
{
	ping_through 8972
}

ping_through()
{
	nsexec "$GUEST" ping -q -M "do" -s "$1" -c 1 -W 2 $PEER_IP > /dev/null
}

# Checks a host, which must end with a status; sets SAID.
check_says()
{
	ends_with "$2" "" vxmob -n "$1" check
}

# Carries out what is said until nothing is; one finding may hide another.
mend()
{
	local rounds=3

	while check_says "$1" 3 && [ $((rounds--)) -gt 0 ]; do
		bash -ec "$(grep '^    ' <<< "$SAID")" || return
	done > /dev/null
	check_says "$1" 0
}

# Left out where it is slow: what it is about is the tool's.
jumbo()
{
	local ns overhead=$1

	for ns in "$A" "$B" "$C"; do
		must check_says "$ns" 0
	done
	must wait_for ping_through 1472
	must frames_grow
	check_fails "a jumbo frame does not pass" jumbo_passes
	for ns in "$A" "$B" "$C"; do
		must check_says "$ns" 3
		must has "$SAID" "check mtu mtu 1600 needed $((9000 + overhead))"
		must has "$SAID" "ip link set dev u0 mtu $((9000 + overhead))"
		must has "$SAID" "check mtu-port mtu 1500 needed 9000"
		must mend "$ns"
	done
	must wait_for jumbo_passes
	must vm_order move 1
	must wait_for jumbo_passes
}

ipv4()
{
	must fabric_create 4 1600
	must vm_order boot 0
	session
	brief || jumbo 50
}

ipv6()
{
	must fabric_create 6 1600
	must vm_order boot 0
	session
	brief || jumbo 70
}

# A router in the middle is the narrow one.  No setting of a host shows it, but
# with IPv6 the router says so once it has been tried.
narrow_router()
{
	must fabric_create 6 1600
	must ip -n "$R1" link set u0 mtu 1400
	must ip -n "$R2" link set u0 mtu 1400
	must vm_order boot 0
	must check_says "$A" 0
	must wait_for ping_through 1200
	ping_through 1472 || true
	must wait_for check_says "$A" 3
	must has "$SAID" "check mtu-route mtu 1400 needed 1570"
	must has "$SAID" "the path carries 1400 bytes towards fd00:3::1"
	must mend "$A"
}

ALL_TESTS="ipv4 ipv6"
# What it is about is the tool's.
[[ $(uname -r) == 6.1.* && ${VXMOB_ALL:-0} != 1 ]] || slow_kernel || ALL_TESTS+=" narrow_router"

net_private "$@"
require_command sysctl ping ss
for program in vmnic tcpstream; do
	[ -x "$NET_HERE/$program" ] || make -s -C "$NET_HERE" "$program" || exit
done
run_tests "$@"
