#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: stock-6.12=2 debug=2 kcsan=2
# timeout: 1800
#
# A moving MAC is never without a destination, and never has a wrong one.  One CPU
# sends frames to it as fast as they arrive, the other moves it as fast as it can
# be moved; each frame must come out once, and where the MAC was just before or
# just after.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/../net.sh"

ASK=no
MAC=02:00:00:00:0e:01
# in turn the places of the MAC; one that it never has; one that gets all floods
VTEPS="10.255.0.2 10.255.0.3 10.255.0.9 10.255.0.8"
DEV=mac.ifindex=dev:vx100
IS=mac.lladdr=hex:$MAC

setup()
{
	local vtep

	setup_ns FAR || return
	{
		net_bridge_batch 10.255.0.1 "" 100
		echo "link add u0 type veth peer name u1 netns $FAR"
		echo "addr add 10.255.0.1/24 dev u0"
		echo "link set u0 up"
	} | ip -batch - || return
	{
		for vtep in $VTEPS; do
			echo "addr add $vtep/24 dev u1"
		done
		echo "link set u1 up"
	} | ip -n "$FAR" -batch - || return
	net_flood_to 10.255.0.8
	set -- $ALL_TESTS
	SHARE=$((${VXMOB_TORTURE_SECONDS:-70} / $#))
	[ $SHARE -gt 0 ] || SHARE=1
}

enrol()
{
	vxmob domain add dev vx100 confirm none "$@" && defer vxmob domain del dev vx100
}

# Starts what moves the MAC, over and over.
mover_start()
{
	taskset -c 1 "$NET_HERE/$1" "${@:2}" > "$TMP/moved" &
	MOVER=$!
	defer kill "$MOVER"
}

requests_start()
{
	mover_start nlsend repeat "$@"
}

# Sends frames while the MAC moves, and sets SENT, LOST and TWICE, and AT[PLACE] to
# how many came out at each place, and TAKEN to how many requests were taken.
declare -A AT
aim()
{
	local line

	line=$(taskset -c 0 "$NET_HERE/aim" -n "$FAR" -t "$SHARE" -l g2 g1 "$MAC" "$@") ||
		return
	kill "$MOVER" || return
	wait "$MOVER" || true
	read -r _ _ TAKEN _ < "$TMP/moved" || true
	ktap_print "$line; moves: $(< "$TMP/moved")"
	# shellcheck disable=SC2086 # words are wanted
	set -- $line
	SENT=$2 LOST=$4 TWICE=$6
	shift 6
	for (( ; $# > 0; )); do
		AT[$1]=$2
		shift 2
	done
}

# None was lost, none came twice, none at another place than these, and it has
# moved.
all_at()
{
	local place sum=0

	for place; do
		sum=$((sum + AT[$place]))
		must [ "${AT[$place]}" -gt 0 ]
	done
	must same "lost $LOST twice $TWICE" "lost 0 twice 0"
	must same "$sum" "$SENT"
	must [ "$TAKEN" -gt 10 ]
}

between_vteps()
{
	must enrol
	must requests_start mac-announce $DEV $IS mac.via=ip:10.255.0.2 -- \
		mac-announce $DEV $IS mac.via=ip:10.255.0.3
	must wait_for quietly_bound "$MAC"
	must aim $VTEPS
	all_at 10.255.0.2 10.255.0.3
}

home_and_away()
{
	must enrol
	must requests_start mac-announce $DEV $IS mac.via=ip:10.255.0.2 -- \
		mac-announce $DEV $IS mac.on=dev:p2
	must wait_for quietly_bound "$MAC"
	must aim $VTEPS
	all_at g2 10.255.0.2
}

# The MAC is one of many in a transaction.
transactions()
{
	local i mac to2=() to3=()

	for ((i = 0; i < 64; i++)); do
		printf -v mac '0200000010%02x' "$i"
		[ $i != 40 ] || mac=$MAC
		set -- "transaction.line={" "$DEV" "mac.lladdr=hex:$mac" mac.op=u32:0
		to2+=("$@" mac.via=ip:10.255.0.2 "}")
		to3+=("$@" mac.via=ip:10.255.0.3 "}")
	done
	must enrol
	must requests_start transaction "${to2[@]}" -- transaction "${to3[@]}"
	must wait_for quietly_bound "$MAC"
	must aim $VTEPS
	all_at 10.255.0.2 10.255.0.3
}

# All that is behind a VTEP moves, again and again.
vtep_moves()
{
	must enrol
	must vxmob mac announce "$MAC" dev vx100 via 10.255.0.2
	must requests_start vtep-move vtep.addr=ip:10.255.0.2 vtep.to=ip:10.255.0.3 -- \
		vtep-move vtep.addr=ip:10.255.0.3 vtep.to=ip:10.255.0.2
	must aim $VTEPS
	all_at 10.255.0.2 10.255.0.3
}

# The machine is held, and then stays after all.
handovers()
{
	local move=(move.ifindex=dev:vx100 "move.lladdr=hex:$MAC")

	must enrol redirect 0
	must vxmob mac announce "$MAC" dev vx100 on p2
	must requests_start move-prepare "${move[@]}" move.to=ip:10.255.0.2 -- \
		move-hold "${move[@]}" -- move-abort "${move[@]}"
	must aim $VTEPS
	all_at g2 10.255.0.2
}

# What the VTEPs themselves say.
announcements()
{
	must enrol snoop rarp vteps any
	must vxmob mac announce "$MAC" dev vx100 via 10.255.0.2
	rarp_frame "$MAC"
	vxlan_packet 100 "$FRAME"
	must mover_start sendframe -n "$FAR" -c 100000000 udp \
		10.255.0.2,10.255.0.3 10.255.0.1 4789 "$PACKET"
	must aim $VTEPS
	claims_of snoop accept-move
	TAKEN=$COUNT
	ktap_print "moved $TAKEN times"
	all_at 10.255.0.2 10.255.0.3
}

# In the driver an IPv6 address changes in two stores, and is read in two: a frame
# may go to the one half of one address and the other half of another.  That is
# the driver's, and is told; but nothing else may happen to a frame.
ipv6_halves()
{
	local mixed dev=mac.ifindex=dev:vx6

	must ipv6_underlay
	must vxmob domain add dev vx6 confirm none
	defer vxmob domain del dev vx6
	must requests_start mac-announce $dev $IS mac.via=ip:fd00:a::2 -- \
		mac-announce $dev $IS mac.via=ip:fd00:b::3
	NET_DEV=vx6 must wait_for quietly_bound "$MAC"
	must aim fd00:a::2 fd00:b::3 fd00:a::3 fd00:b::2 fd00:a::9 fd00:a::8
	mixed=$((${AT[fd00:a::3]} + ${AT[fd00:b::2]}))
	SENT=$((SENT - mixed))
	all_at fd00:a::2 fd00:b::3
	ktap_print "$mixed of $((SENT + mixed)) frames went to a mixed address, in $TAKEN moves"
}

# A second segment takes the place of the first in the bridge.
ipv6_underlay()
{
	local addr

	echo 0 > /proc/sys/net/ipv6/conf/u0/disable_ipv6
	ip -batch - <<-END || return
		addr add fd00:a::1/64 dev u0 nodad
		addr add fd00:b::1/64 dev u0 nodad
		link set vx100 nomaster
		link add vx6 type vxlan id 600 local fd00:a::1 dstport 4789 nolearning udp6zerocsumrx
		link set vx6 master br0
		link set vx6 type bridge_slave learning off
		link set vx6 up
	END
	defer ip link del vx6
	for addr in fd00:a::2 fd00:b::3 fd00:a::3 fd00:b::2 fd00:a::9 fd00:a::8; do
		echo "addr add $addr/64 dev u1 nodad"
	done | ip -n "$FAR" -batch - || return
	bridge fdb append 00:00:00:00:00:00 dev vx6 dst fd00:a::8 self permanent
}

ALL_TESTS="between_vteps home_and_away transactions vtep_moves handovers
	announcements ipv6_halves"

net_private "$@"
run_tests "$@"
