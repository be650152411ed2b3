#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: stock-6.12=6 debug=3 kcsan=2
# timeout: 3000
#
# The module, its domains, and the devices and namespaces that they stand on come
# and go a thousand times each, while from two CPUs everything is done to them at
# once that ever makes a claim: requests, handovers, a routing daemon's writes,
# frames of guests, announcements and packets of other VTEPs.  What is left over or
# used too late shows in the kernel's log, at the latest when the module goes.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/../net.sh"

ASK=no
ROUNDS=1000
MACS=16
NET_WAIT=75	# what the bridge is silent about is found out within half a minute
VX=900		# the index of the vxlan device, which comes back
OPTIONS="snoop rarp,garp,na vteps any confirm 1"

setup()
{
	# without what a debugger reads it is loaded in a tenth of the time
	strip --strip-debug -o "$TMP/vxmob.ko" "$VXMOB_KO" || return
	# whatever happens here, those who come later find it loaded
	defer load
	net_create_far || return
	ip link del vx100 && vxlan_batch 10.255.0.1 | ip -batch - || return
	END=$((SECONDS + ${VXMOB_TORTURE_SECONDS:-1500}))
}

vxlan_batch()
{
	cat <<-END
		link add vx100 index $VX type vxlan id 100 local $1 dstport 4789 nolearning
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		link set vx100 up
	END
}

load()
{
	[ -e /sys/module/vxmob ] || insmod "$TMP/vxmob.ko"
}

enrol()
{
	vxmob "$@" domain add dev vx100 $OPTIONS
}

# Sets SHARE to the seconds that a case may take of those that are left, as it takes
# its thousand longer or shorter than those that come after it.
share_of()
{
	local name weights=0

	for name in $ALL_TESTS; do
		[ "$name" != "$1" ] || weights=0
		weights=$((weights + WEIGHT[$name]))
	done
	SHARE=$(((END - SECONDS) * WEIGHT[$1] / weights))
}

# Carries out a function again and again, as often as is wanted or time allows;
# one call is so many rounds.
many()
{
	local each=$1 what=$2 end n

	share_of "${FUNCNAME[1]}"
	end=$((SECONDS + SHARE))
	for ((n = 0; n < ROUNDS && SECONDS < end; n += each)); do
		must "$what" "$each"
	done
	ktap_print "$what: $n of $ROUNDS"
	must [ $n -gt 0 ]
}

# --- what goes on meanwhile -------------------------------------------------

# Sets MAC to one of those concerned, and HEX.
mac_number()
{
	printf -v MAC '02:00:00:00:0c:%02x' "$1"
	hex_of "$MAC"
}

# Sets REQUESTS to what nlsend is to repeat; the ports are given as it wants them.
requests_of()
{
	local p1=$1 p2=$2 i move mac

	REQUESTS=()
	for ((i = 0; i < MACS; i++)); do
		mac_number $i
		mac=("mac.ifindex=u32:$VX" "mac.lladdr=hex:$HEX")
		move=("move.ifindex=u32:$VX" "move.lladdr=hex:$HEX")
		set -- move-abort "${move[@]}" --
		[ $((i % 2)) = 0 ] || set -- move-commit "${move[@]}" --
		REQUESTS+=(
			mac-announce "${mac[@]}" "mac.on=$p1" --
			move-prepare "${move[@]}" move.to=ip:10.255.0.3 --
			move-hold "${move[@]}" -- "$@"
			mac-announce "${mac[@]}" mac.via=ip:10.255.0.2 --
			move-prepare "${move[@]}" "move.on=$p2" move.from=ip:10.255.0.2 --
			"$@"
			mac-announce "${mac[@]}" mac.via=ip:10.255.0.3 --
			mac-withdraw "${mac[@]}" mac.via=ip:10.255.0.3 --)
	done
	REQUESTS+=(vtep-move vtep.addr=ip:10.255.0.2 vtep.to=ip:10.255.0.3 --
		   mac-dump dump -- move-dump dump -- stats-dump dump)
}

# Sets FRAMES to what guests say, and PACKETS to what VTEPs send.
traffic_of()
{
	local i

	FRAMES=()
	PACKETS=()
	for ((i = 0; i < MACS; i++)); do
		mac_number $i
		plain_frame "$MAC"
		FRAMES+=("$FRAME")
		garp_request_frame "$MAC"
		FRAMES+=("$FRAME")
		rarp_frame "$MAC"
		FRAMES+=("$FRAME")
		vxlan_packet 100 "$FRAME"
		PACKETS+=("$PACKET")
		mac_number $i
		vxlan_packet 100 "${HEX}0200000000a188b5$ZEROS"
		PACKETS+=("$PACKET")
	done
}

# Prints what a routing daemon writes, for bridge.
writes()
{
	local i

	for ((i = 0; i < MACS; i++)); do
		mac_number $i
		echo "fdb replace $MAC dev vx100 dst 10.255.0.2 self master dynamic extern_learn"
		echo "fdb replace $MAC dev vx100 dst 10.255.0.3 self master dynamic extern_learn"
		echo "fdb del $MAC dev vx100 dst 10.255.0.3 self master"
		echo "fdb replace $MAC dev p2 master dynamic"
	done
}

# Starts something on a CPU that gives way to what is tested.
on_cpu()
{
	job_start taskset -c "$1" nice -n 19 "${@:2}"
	JOBS[JOB]=${*:2:4}
}

requests_start()
{
	local cpu

	for cpu in 0 1; do
		on_cpu $cpu "$NET_HERE/nlsend" "$@" "${REQUESTS[@]}" > "$TMP/requests$cpu"
	done
}

# All of it, from both CPUs, until the case ends.
noise_start()
{
	local cpu

	JOBS=()
	requests_of dev:p1 dev:p2
	traffic_of
	requests_start repeat
	for cpu in 0 1; do
		on_cpu $cpu "$NET_HERE/sendframe" -c 2000000000 eth g$((cpu + 1)) "${FRAMES[@]}"
		on_cpu $cpu "$NET_HERE/sendframe" -n "$FAR" -c 2000000000 udp \
			10.255.0.2,10.255.0.3 10.255.0.1 4789 "${PACKETS[@]}"
		on_cpu $cpu bridge -force -batch - < <(yes "$(writes)") \
			> /dev/null 2> >(tail -n 3 > "$TMP/writes$cpu")
	done
}

# It has been there to the end, and requests of both CPUs have come through.
noise_stop()
{
	local cpu taken job

	for job in "${!JOBS[@]}"; do
		kill "$job" || fail "has ended by itself: ${JOBS[job]}; $(cat "$TMP"/writes*)"
	done
	wait "${!JOBS[@]}" || true
	for cpu in 0 1; do
		read -r _ _ taken _ < "$TMP/requests$cpu"
		ktap_print "requests from CPU $cpu: $(< "$TMP/requests$cpu")"
		must [ "$taken" -gt 0 ]
	done
}

# Every kind of claim comes through.
noise_heard()
{
	local stats origin

	stats=$(vxmob -json stats dev vx100) || return
	for origin in control netlink snoop learn; do
		[[ $stats =~ \"origin\":\"$origin\",\"verdict\":\"(accept-move|accept-new)\" ]] ||
			return
	done
}

# When all is quiet, the module and the databases tell the same.
agree_in_the_end()
{
	local i

	for ((i = 0; i < MACS; i++)); do
		mac_number $i
		vxmob move abort "$MAC" dev vx100 > /dev/null 2>&1 || true
		wait_for agree "$MAC" || fail "$SAID: $ENTRIES"
	done
	must vxmob mac announce 02:00:00:00:0d:01 dev vx100 via 10.255.0.2
	must is_at 02:00:00:00:0d:01 "vx100 10.255.0.2"
	must vxmob domain del dev vx100
	must lacks "$(bridge fdb show)" 02:00:00:00:0d:01
}

agree()
{
	SAID=$(vxmob -json mac get "$1" dev vx100 2> /dev/null) || return 0
	place_of "$1"
	if [[ $SAID =~ \"via\":\"([^\"]*)\" ]]; then
		[ "$PLACE" = "vx100 ${BASH_REMATCH[1]}" ]
	else
		[[ $SAID =~ \"port\":\"([^\"]*)\" && $PLACE == "${BASH_REMATCH[1]}"* ]]
	fi
}

# --- what comes and goes ----------------------------------------------------

reload()
{
	# an answer that is being read holds it
	wait_for rmmod vxmob 2> /dev/null && load && enrol
}

module()
{
	must enrol
	defer vxmob domain del dev vx100
	noise_start
	must wait_for noise_heard
	many 1 reload
	noise_stop
	agree_in_the_end
}

del_and_add()
{
	local i

	for ((i = 0; i < $1; i++)); do
		echo "domain del dev vx100"
		echo "domain add dev vx100 $OPTIONS"
	done | vxmob -batch -
}

domain()
{
	must enrol
	defer vxmob domain del dev vx100
	noise_start
	must wait_for noise_heard
	many 10 del_and_add
	must wait_for noise_heard
	noise_stop
	agree_in_the_end
}

delete_vxlan()
{
	{
		echo "link del vx100"
		vxlan_batch 10.255.0.1
	} | ip -batch - && enrol
}

vxlan_device()
{
	must enrol
	defer vxmob domain del dev vx100
	noise_start
	must wait_for noise_heard
	many 1 delete_vxlan
	must wait_for noise_heard
	noise_stop
	agree_in_the_end
}

leave_and_join()
{
	local i

	for ((i = 0; i < $1; i++)); do
		echo "link set vx100 nomaster"
		echo "link set vx100 master br0"
		echo "link set vx100 type bridge_slave learning off"
	done | ip -batch -
}

bridge_port()
{
	must enrol
	defer vxmob domain del dev vx100
	noise_start
	must wait_for noise_heard
	many 10 leave_and_join
	must wait_for noise_heard
	noise_stop
	agree_in_the_end
}

# A namespace ends when nothing holds it; it is gone when its devices' other ends
# are, which have the same names the next time.
delete_netns()
{
	ip netns add doomed && wait_for far_ends && doomed_host && enrol -n doomed &&
		ip netns del doomed
}

far_ends()
{
	ip -batch - 2> /dev/null <<-END
		link add u9 type veth peer name u0 netns doomed
		addr add 10.255.9.2/24 dev u9
		link set u9 up
		link add g9 type veth peer name p1 index 901 netns doomed
		link set g9 addrgenmode none up
	END
}

doomed_host()
{
	{
		echo "link add br0 type bridge mcast_snooping 0"
		echo "link set br0 up"
		echo "link set p1 master br0 up"
		echo "addr add 10.255.9.1/24 dev u0"
		echo "link set u0 up"
		vxlan_batch 10.255.9.1
	} | ip -n doomed -batch -
}

traffic_to_doomed()
{
	while :; do
		"$NET_HERE/sendframe" -c 20 eth g9 "${FRAMES[@]}"
		"$NET_HERE/sendframe" -c 20 udp 10.255.9.2 10.255.9.1 4789 "${PACKETS[@]}"
	done > /dev/null 2>&1
}

netns()
{
	defer ip netns del doomed
	JOBS=()
	requests_of u32:901 u32:901
	traffic_of
	requests_start -n doomed repeat
	job_start traffic_to_doomed
	many 1 delete_netns
	noise_stop
	must ip netns add doomed
	must wait_for far_ends
}

# The short ones first: what they leave of their time the others have.
declare -A WEIGHT=([domain]=4 [bridge_port]=4 [vxlan_device]=9 [module]=17 [netns]=20)
ALL_TESTS="domain bridge_port vxlan_device module netns"

net_private "$@"
run_tests "$@"
