#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug
#
# VTEPs whose addresses are IPv6: announcements, moves, ties and snooping, and
# the address family that must fit, since the kernel would take the other one and
# crash at the next packet.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	setup_ns FAR || return
	{
		net_bridge_batch fd00::1 "" 100
		echo "link add u0 type veth peer name u1 netns $FAR"
	} | ip -batch - || return
	echo 0 > /proc/sys/net/ipv6/conf/u0/disable_ipv6
	ip -batch - <<-END || return
		addr add fd00::1/64 dev u0 nodad
		link set u0 up
	END
	ip -n "$FAR" -batch - <<-END || return
		addr add fd00::2/64 dev u1 nodad
		addr add fd00::3/64 dev u1 nodad
		addr add fd00::9/64 dev u1 nodad
		link set u1 up
	END
	net_flood_to fd00::2 fd00::3 && vxmob domain add dev vx100 snoop rarp
}

# The packet that another VTEP sends.
far_announces()
{
	rarp_frame "$2"
	vxlan_packet 100 "$FRAME"
	"$NET_HERE/sendframe" -n "$FAR" udp "$1" fd00::1 4789 "$PACKET"
}

announce()
{
	local mac=02:00:00:00:01:01

	must vxmob mac announce "$mac" dev vx100 via fd00::3 seq 5
	must is_at "$mac" "vx100 fd00::3"
	must bound "$mac" '"via":"fd00::3"' '"seq":5,' '"installed"'
	must vxmob mac announce "$mac" dev vx100 via fd00::2 seq 6
	must is_at "$mac" "vx100 fd00::2"
	must lacks "$ENTRIES" offload
	must unchanged refused refuse-stale: vxmob mac announce "$mac" dev vx100 via fd00::3 seq 5
	must vxmob mac withdraw "$mac" dev vx100 via fd00::2 seq 6
	must is_at "$mac" -
}

# Numerically: fd00::3 comes before fd00::20, and fd00::1 is this host.
tie()
{
	local mac=02:00:00:00:01:02

	must vxmob mac announce "$mac" dev vx100 via fd00::20 seq 5
	must vxmob mac announce "$mac" dev vx100 via fd00::3 seq 5
	must is_at "$mac" "vx100 fd00::3"
	must unchanged refused refuse-tie: vxmob mac announce "$mac" dev vx100 via fd00::20 seq 5
	must vxmob mac announce "$mac" dev vx100 on p1 seq 5
	must comes_to "$mac" p1
	must unchanged refused refuse-tie: vxmob mac announce "$mac" dev vx100 via fd00::3 seq 5
}

wrong_family()
{
	local mac=02:00:00:00:01:03

	must unchanged refused "IPv6" vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must unchanged refused "" vxmob mac announce "$mac" dev vx100 via ::ffff:10.255.0.2
	must unchanged refused "" vxmob mac announce "$mac" dev vx100 via ff02::1
	must unchanged refused "" vxmob mac announce "$mac" dev vx100 via ::
	must unbound "$mac"
}

snoop()
{
	local mac=02:00:00:00:01:04

	must vxmob mac announce "$mac" dev vx100 via fd00::2 seq 5
	must far_announces fd00::3 "$mac"
	must comes_to "$mac" "vx100 fd00::3"
	must bound "$mac" '"origin":"snoop"' '"status":"provisional"' '"via":"fd00::3"'
	must claims_of snoop refuse-vtep
	must far_announces fd00::9 "$mac"
	must far_announces fd00::2 02:00:00:00:01:05
	must comes_to 02:00:00:00:01:05 "vx100 fd00::2"
	must claims_are snoop refuse-vtep $((COUNT + 1))
	must is_at "$mac" "vx100 fd00::3"
	must vxmob domain set dev vx100 vteps fd00::9
	must far_announces fd00::9 "$mac"
	must comes_to "$mac" "vx100 fd00::9"
	must vxmob domain set dev vx100 vteps known
}

# The same behind IPv6 extension headers, which begin with one of number $1.
far_announces_behind()
{
	rarp_frame "$4"
	vxlan_packet 100 "$FRAME"
	"$NET_HERE/sendframe" -n "$FAR" ext "$3" fd00::1 4789 "$1" "$2" "$PACKET"
}

# Options are passed over; this header says nothing, and is the last.
PADDING=1100010400000000
MORE_PADDING=3c00010400000000

destination_options()
{
	local mac=02:00:00:00:01:08

	must vxmob mac announce "$mac" dev vx100 via fd00::2
	must far_announces_behind 60 "$PADDING" fd00::3 "$mac"
	must comes_to "$mac" "vx100 fd00::3"
	must far_announces_behind 60 "$MORE_PADDING$PADDING" fd00::2 "$mac"
	must comes_to "$mac" "vx100 fd00::2"
	# 16 bytes long
	must far_announces_behind 60 11010104000000000104000000000000 fd00::3 "$mac"
	must comes_to "$mac" "vx100 fd00::3"
}

# What the stack may never bring to the driver is no evidence: a fragment, also
# if it is the only one or hides the first; what a router or IPsec comes before;
# more options than there can be, or an option header that goes on beyond the end.
not_behind()
{
	local mac=02:00:00:00:01:09 header

	must vxmob mac announce "$mac" dev vx100 via fd00::2
	for header in 44,1100000000000001 44,1100000100000002 \
		      44,2c000001000000031100000000000004 \
		      44,2c000000000000051100000100000006 \
		      60,2c000104000000001100000100000007 \
		      60,2c000104000000001100000000000008 \
		      43,1100040000000000 43,1102040100000000fd000000000000000000000000000001 \
		      51,110100000000000100000001 59,1100000000000000 \
		      60,$MORE_PADDING$MORE_PADDING$MORE_PADDING$PADDING \
		      60,11ff010400000000; do
		must far_announces_behind "${header%,*}" "${header#*,}" fd00::3 "$mac"
	done
	# a datagram that does not fit one packet
	rarp_frame "$mac"
	vxlan_packet 100 "$FRAME"
	PACKET+=$(printf '%03000d' 0)
	must "$NET_HERE/sendframe" -n "$FAR" udp fd00::3 fd00::1 4789 "$PACKET"
	must far_announces fd00::3 02:00:00:00:01:0a
	must comes_to 02:00:00:00:01:0a "vx100 fd00::3"
	must is_at "$mac" "vx100 fd00::2"
	must bound "$mac" '"moves":0,'
}

learn()
{
	local mac=02:00:00:00:01:06

	must vxmob mac announce "$mac" dev vx100 via fd00::2
	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"' '"origin":"learn"'
	must comes_to "$mac" p2
}

# A frame for the MAC goes where the entry points: through the driver, to the
# far end.
transmit()
{
	local mac=02:00:00:00:01:07

	must vxmob mac announce "$mac" dev vx100 via fd00::2
	far_received
	must "$NET_HERE/sendframe" -c 20 eth g1 "020000000107020000000aaa88b5$ZEROS"
	must wait_for far_has_received $((COUNT + 20))
}

far_received()
{
	COUNT=$(ip -n "$FAR" -s link show u1 | sed -n '/RX:/{n;s/^ *[0-9]* *\([0-9]*\).*/\1/p}')
}

far_has_received()
{
	far_received
	[ "$COUNT" -ge "$1" ]
}

ALL_TESTS="announce tie wrong_family snoop destination_options not_behind learn transmit"

net_private "$@"
run_tests "$@"
