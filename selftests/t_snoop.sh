#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# also on: kcsan
#
# A machine that has arrived announces itself by RARP, and the VTEP in front of
# it floods that to all others: the first evidence of a move that a host gets,
# long before any daemon speaks.  (t_snoop_kinds has other announcements.)  Here other VTEPs are played by hand, right and
# wrong ones, and once by a real bridge with a guest behind it.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	# a window as long as the slowest machine needs
	net_create_far && vxmob domain add dev vx100 snoop rarp confirm 60
}

moves()
{
	local mac=02:00:00:00:01:01

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must claims_of snoop accept-move
	must vtep_announces 10.255.0.3 "$mac"
	must comes_to "$mac" "vx100 10.255.0.3"
	must lacks "$ENTRIES" offload
	must bound "$mac" '"via":"10.255.0.3"' '"origin":"snoop"' '"status":"provisional"' \
		'"seq":5,' '"bump":1,' '"moves":1,'
	must claims_are snoop accept-move $((COUNT + 1))
	# a hypervisor says it several times
	must vtep_announces 10.255.0.3 "$mac"
	must all_heard
	must bound "$mac" '"via":"10.255.0.3"' '"bump":1,' '"moves":1,'
	# equal numbers win nothing over fresher evidence; the next one does
	must unchanged refused refuse-stale: vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 6
	must bound "$mac" '"seq":6,' '"bump":0,' '"status":"confirmed"'
}

unknown_mac()
{
	local mac=02:00:00:00:01:02

	must vtep_announces 10.255.0.2 "$mac"
	must comes_to "$mac" "vx100 10.255.0.2"
	must bound "$mac" '"origin":"snoop"' '"status":"provisional"' '"moves":0,' '!"seq"'
}

from_local()
{
	local mac=02:00:00:00:01:03

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vtep_announces 10.255.0.2 "$mac"
	must comes_to "$mac" "vx100 10.255.0.2"
	must bound "$mac" '"origin":"snoop"' '"moves":1,'
	# and home again
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"' '"origin":"learn"'
	must comes_to "$mac" p1
}

confirm_none()
{
	local mac=02:00:00:00:01:04

	must vxmob domain set dev vx100 confirm none
	must vtep_announces 10.255.0.2 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"status":"confirmed"'
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"status":"confirmed"'
	must vxmob domain set dev vx100 confirm 60
}

unknown_vtep()
{
	local mac=02:00:00:00:01:05

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must claims_of snoop refuse-vtep
	must vtep_announces 10.255.0.9 "$mac"
	must all_heard
	must claims_are snoop refuse-vtep $((COUNT + 1))
	must is_at "$mac" "vx100 10.255.0.2"
	must bound "$mac" '"via":"10.255.0.2"' '"status":"confirmed"'

	must vxmob domain set dev vx100 vteps any
	must vtep_announces 10.255.0.9 "$mac"
	must comes_to "$mac" "vx100 10.255.0.9"
	must vxmob domain set dev vx100 vteps known
}

listed_vteps()
{
	local mac=02:00:00:00:01:06

	must vxmob domain set dev vx100 vteps 10.255.0.9,10.255.0.2
	must vtep_announces 10.255.0.2 "$mac"
	must comes_to "$mac" "vx100 10.255.0.2"
	must claims_of snoop refuse-vtep
	must vtep_announces 10.255.0.3 "$mac"
	must all_heard 10.255.0.2
	must claims_are snoop refuse-vtep $((COUNT + 1))
	must is_at "$mac" "vx100 10.255.0.2"
	must vtep_announces 10.255.0.9 "$mac"
	must comes_to "$mac" "vx100 10.255.0.9"
	must vxmob domain set dev vx100 vteps known
}

# The flood list and the control plane's bindings tell which VTEPs there are.
known_by_flood_list()
{
	local mac=02:00:00:00:01:07

	must net_flood_to 10.255.0.9
	must wait_for heard_from 10.255.0.9 "$mac"
	must bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.255.0.9 self
	must wait_for ignored_from 10.255.0.9 02:00:00:00:01:08
}

known_by_binding()
{
	local mac=02:00:00:00:01:09

	must vxmob mac announce 02:00:00:00:01:0a dev vx100 via 10.255.0.9
	must heard_from 10.255.0.9 "$mac"
	must vxmob mac withdraw 02:00:00:00:01:0a dev vx100
	must ignored_from 10.255.0.9 02:00:00:00:01:0b
}

# Does an announcement from a VTEP have an effect?
heard_from()
{
	vtep_announces "$1" "$2" && all_heard "$1" && quietly_bound "$2" "\"via\":\"$1\""
}

ignored_from()
{
	vxmob mac flush "$2" dev vx100 && vtep_announces "$1" "$2" && all_heard &&
		quietly_unbound "$2"
}

vlan_tag()
{
	local mac=02:00:00:00:01:0c

	rarp_frame "$mac" "$mac" 20
	vxlan_packet 100 "$FRAME"
	must vtep_sends 10.255.0.3
	must comes_to "$mac" "vx100 10.255.0.3"
}

# Nothing that is not exactly an announcement is one.
no_announcements()
{
	local mac=02:00:00:00:01:0d hex good

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	hex_of "$mac"
	hex=$HEX
	rarp_frame "$mac"
	good=$FRAME

	# another VNI; no I flag; a reserved bit, in both words
	vxlan_packet 101 "$good"
	must vtep_sends 10.255.0.3
	PACKET=0000000000006400$good
	must vtep_sends 10.255.0.3
	PACKET=0c00000000006400$good
	must vtep_sends 10.255.0.3
	PACKET=0800000000006401$good
	must vtep_sends 10.255.0.3
	# cut in the VXLAN header, the Ethernet header, and the RARP
	vxlan_packet 100 "$good"
	good=$PACKET
	for length in 0 7 8 12 21 22 30 49; do
		PACKET=${good:0:2 * length}
		must vtep_sends 10.255.0.3
	done
	# the sender is somebody else
	rarp_frame "$mac" 02:00:00:00:01:0e
	vxlan_packet 100 "$FRAME"
	must vtep_sends 10.255.0.3
	rarp_frame 02:00:00:00:01:0e "$mac"
	vxlan_packet 100 "$FRAME"
	must vtep_sends 10.255.0.3
	# a reply; another hardware type, protocol and their lengths; ARP
	rarp_frame "$mac"
	good=$FRAME
	for change in 06040003/06040004 80350001/80350006 01080006/01080106 \
		      08000604/08000804 0604/0606 8035/0806; do
		vxlan_packet 100 "${good/${change%/*}/${change#*/}}"
		must lacks "$PACKET" "$good"
		must vtep_sends 10.255.0.3
	done
	# to one station only, and from a group
	vxlan_packet 100 "${good/ffffffffffff/0200000000aa}"
	must vtep_sends 10.255.0.3
	vxlan_packet 100 "${good//$hex/0300000001ee}"
	must vtep_sends 10.255.0.3
	vxlan_packet 100 "${good//$hex/000000000000}"
	must vtep_sends 10.255.0.3
	# another UDP port
	vxlan_packet 100 "$good"
	must "$NET_HERE/sendframe" -n "$FAR" udp 10.255.0.3 10.255.0.1 4790 "$PACKET"

	must all_heard
	must is_at "$mac" "vx100 10.255.0.2"
	must bound "$mac" '"via":"10.255.0.2"' '"status":"confirmed"' '"moves":0,'
	must unbound 02:00:00:00:01:0e
	must unbound 03:00:00:00:01:ee
	# and the very same packet, whole, is one
	must vtep_announces 10.255.0.3 "$mac"
	must comes_to "$mac" "vx100 10.255.0.3"
}

none()
{
	local mac=02:00:00:00:01:10 other=02:00:00:00:01:11

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must vxmob domain set dev vx100 snoop none
	must has "$(vxmob domain show dev vx100)" "snoop none"
	must vtep_announces 10.255.0.3 "$mac"
	# it comes out of the other end: what was sent before it has been taken
	must wait_for packet_comes_through "$other"
	must vxmob domain set dev vx100 snoop rarp
	must all_heard
	must is_at "$mac" "vx100 10.255.0.2"
	must unbound "$other"
	must vtep_announces 10.255.0.3 "$mac"
	must comes_to "$mac" "vx100 10.255.0.3"
}

# Does the vxlan device count what is sent to it?
packet_comes_through()
{
	local before

	received
	before=$COUNT
	vtep_announces 10.255.0.3 "$1" && received && [ "$COUNT" -gt "$before" ]
}

# Sets COUNT to the packets that the vxlan device has received.
received()
{
	local dev count

	while read -r dev _ count _; do
		[ "$dev" != vx100: ] || COUNT=$count
	done < /proc/net/dev
}

not_to_be_moved()
{
	local sticky=02:00:00:00:01:12 fixed=02:00:00:00:01:13 before

	must vxmob mac announce "$sticky" dev vx100 via 10.255.0.2 sticky
	must vxmob domain set dev vx100 protect 00:11:22:33:44:55
	must bridge fdb add "$fixed" dev p1 master static
	must becomes_bound "$fixed" '"sticky"'
	must claims_of snoop refuse-invalid
	before=$COUNT
	must vtep_announces 10.255.0.3 "$sticky"
	must vtep_announces 10.255.0.3 00:11:22:33:44:55
	must vtep_announces 10.255.0.3 02:00:00:00:ff:01
	must vtep_announces 10.255.0.3 "$fixed"
	must all_heard
	must is_at "$sticky" "vx100 10.255.0.2"
	must is_at 00:11:22:33:44:55 -
	must is_at "$fixed" p1
	must [ "$(vxmob mac show 02:00:00:00:ff:01)" = "" ]
	must claims_of snoop refuse-invalid
	must same $((COUNT - before)) 2
	must claims_are snoop refuse-sticky 2
	must bridge fdb del "$fixed" dev p1 master
}

# A row of announcements from two VTEPs in turn: the last one counts.
flapping()
{
	local mac=02:00:00:00:01:14

	rarp_frame "$mac"
	vxlan_packet 100 "$FRAME"
	for _ in 1 2 3; do
		must "$NET_HERE/sendframe" -c 3 -n "$FAR" udp 10.255.0.2 10.255.0.1 4789 "$PACKET"
		must "$NET_HERE/sendframe" -c 3 -n "$FAR" udp 10.255.0.3 10.255.0.1 4789 "$PACKET"
	done
	must all_heard
	must is_at "$mac" "vx100 10.255.0.3"
	must bound "$mac" '"via":"10.255.0.3"' '"moves":5,'
}

# With nothing played: a guest behind another host's bridge speaks, and its frame
# goes through both vxlan drivers.
real_vtep()
{
	local mac=02:00:00:00:01:15

	must net_vtep_create "$FAR" 10.255.0.2 10.255.0.1
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 1
	rarp_frame "$mac"
	# its ports may not be forwarding yet
	must wait_for far_guest_is_heard
	must is_at "$mac" "vx100 10.255.0.2"
}

far_guest_is_heard()
{
	"$NET_HERE/sendframe" -n "$FAR" eth g1 "$FRAME" && at 02:00:00:00:01:15 "vx100 10.255.0.2"
}

ALL_TESTS="moves unknown_mac from_local confirm_none unknown_vtep listed_vteps
	known_by_flood_list known_by_binding vlan_tag no_announcements none
	not_to_be_moved flapping real_vtep"

net_private "$@"
run_tests "$@"
