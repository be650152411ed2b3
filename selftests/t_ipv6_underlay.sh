#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
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

ALL_TESTS="announce tie wrong_family snoop learn transmit"

net_private "$@"
run_tests "$@"
