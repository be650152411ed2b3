#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Besides RARP there is what a guest's own kernel says when it has come to
# another place: gratuitous ARP and unsolicited neighbour advertisements.  Only
# the domain that asks for them hears them, and nothing that merely looks like
# them counts.  And since any guest can say such things as often as it likes,
# only so many are looked at.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	net_create_far && vxmob domain add dev vx100 snoop rarp,garp,na
}

# Another VTEP sends an announcement of a kind.
vtep_says()
{
	local kind=$1 vtep=$2

	shift 2
	"${kind}_frame" "$@"
	vxlan_packet 100 "$FRAME"
	vtep_sends "$vtep"
}

# FRAME comes from the VTEP that the MAC is not behind.
vtep_sends_frame()
{
	vxlan_packet 100 "$FRAME"
	vtep_sends 10.255.0.3
}

moved_by()
{
	local kind=$1 mac=$2

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vtep_says "$kind" 10.255.0.3 "$mac"
	must comes_to "$mac" "vx100 10.255.0.3"
	must bound "$mac" '"via":"10.255.0.3"' '"origin":"snoop"' '"status":"provisional"' \
		'"seq":5,' '"bump":1,' '"moves":1,'
	# and once more: no move
	must vtep_says "$kind" 10.255.0.3 "$mac"
	must all_heard
	must bound "$mac" '"via":"10.255.0.3"' '"moves":1,'
}

garp_request()
{
	moved_by garp_request 02:00:00:00:02:01
}

garp_reply()
{
	moved_by garp_reply 02:00:00:00:02:02
}

na()
{
	moved_by na 02:00:00:00:02:03
}

# These kinds say nothing here, of one MAC each; the kind $1 does.
only_moved_by()
{
	local heard=$1 mac=02:00:00:00:02:1 last=02:00:00:00:02:1f n

	shift
	for ((n = 1; n <= $#; n++)); do
		must vxmob mac announce "$mac$n" dev vx100 via 10.255.0.2
		must vtep_says "${!n}" 10.255.0.3 "$mac$n"
	done
	must vtep_says "$heard" 10.255.0.3 "$last"
	must comes_to "$last" "vx100 10.255.0.3"
	must vxmob mac withdraw "$last" dev vx100
	for ((n = 1; n <= $#; n++)); do
		must is_at "$mac$n" "vx100 10.255.0.2"
		must bound "$mac$n" '"moves":0,'
	done
}

only_what_is_asked_for()
{
	must vxmob domain set dev vx100 snoop rarp
	only_moved_by rarp garp_request garp_reply na
	must vxmob domain set dev vx100 snoop garp
	only_moved_by garp_request rarp na
	must vxmob domain set dev vx100 snoop na
	only_moved_by na rarp garp_request garp_reply
	must vxmob domain set dev vx100 snoop rarp,garp,na
}

vlan_tag()
{
	local kind mac n=0

	for kind in garp_request garp_reply na; do
		mac=02:00:00:00:02:2$((n += 1))
		must vtep_says "$kind" 10.255.0.3 "$mac" 20
		must comes_to "$mac" "vx100 10.255.0.3"
	done
}

# What machines say all day, and what is only meant to look like more.
no_arp()
{
	local mac=02:00:00:00:02:31 hex good

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	hex_of "$mac"
	hex=$HEX
	# asks for somebody else; probes an address; tells somebody who asked
	arp_frame 0001 "$mac" c0000201 000000000000 c0000202
	must vtep_sends_frame
	arp_frame 0001 "$mac" 00000000 000000000000 c0000201
	must vtep_sends_frame
	arp_frame 0002 "$mac" c0000201 0200000002aa c0000202
	must vtep_sends_frame
	# to one station only
	garp_reply_frame "$mac"
	FRAME=0200000002aa${FRAME:12}
	must vtep_sends_frame
	# addresses that nobody has
	for good in 00000000 e0000001 ffffffff; do
		arp_frame 0001 "$mac" "$good" 000000000000 "$good"
		must vtep_sends_frame
	done
	# for another MAC, and another one for this
	garp_request_frame "$mac"
	good=$FRAME
	FRAME=${good:0:12}0200000002aa${good:24}
	must vtep_sends_frame
	FRAME=${good/0001$hex/00010200000002aa}
	must lacks "$FRAME" "$good"
	must vtep_sends_frame
	# cut short
	FRAME=${good:0:2 * 41}
	must vtep_sends_frame
	must all_heard
	must bound "$mac" '"via":"10.255.0.2"' '"moves":0,'
	must unbound 02:00:00:00:02:aa
	FRAME=$good
	must vtep_sends_frame
	must comes_to "$mac" "vx100 10.255.0.3"
}

no_advertisement()
{
	local mac=02:00:00:00:02:41 good

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	# solicited; without override; neither
	na_frame "$mac" "" 60
	must vtep_sends_frame
	na_frame "$mac" "" 00
	must vtep_sends_frame
	na_frame "$mac" "" 40
	must vtep_sends_frame
	# sent on by a router
	na_frame "$mac" "" 20 fe
	must vtep_sends_frame
	# names no MAC, or another one; an option that never ends, or too late
	na_frame "$mac" "" 20 ff ""
	must vtep_sends_frame
	na_frame "$mac" "" 20 ff 02010200000002aa
	must vtep_sends_frame
	na_frame "$mac" "" 20 ff 0201020000000241020002000000024a
	must vtep_sends_frame
	na_frame "$mac" "" 20 ff 0201020000000241020202000000024a
	must vtep_sends_frame
	# to one station only
	na_frame "$mac"
	good=$FRAME
	FRAME=0200000002aa${good:12}
	must vtep_sends_frame
	# a wrong checksum; cut short
	FRAME=${good/20010db8/20010db9}
	must lacks "$FRAME" "$good"
	must vtep_sends_frame
	FRAME=${good:0:${#good} - 2}
	must vtep_sends_frame
	must all_heard
	must bound "$mac" '"via":"10.255.0.2"' '"moves":0,'
	FRAME=$good
	must vtep_sends_frame
	must comes_to "$mac" "vx100 10.255.0.3"
}

# A router's own address, say: whoever claims it does so in vain.
protected()
{
	local mac=02:00:00:00:02:51 kind

	must vxmob domain set dev vx100 protect "$mac"
	must claims_of snoop refuse-invalid
	for kind in garp_request garp_reply na; do
		must vtep_says "$kind" 10.255.0.3 "$mac"
	done
	must all_heard
	must claims_are snoop refuse-invalid $((COUNT + 3))
	must is_at "$mac" -
	must unbound "$mac"
}

# Nothing here is played: a guest's own kernel speaks, when its address changes.
real_guest()
{
	local mac=02:00:00:00:02:6

	must net_vtep_create "$FAR" 10.255.0.2 10.255.0.1
	must ip -n "$FAR" addr add 192.0.2.1/24 dev g1
	must nsexec "$FAR" sysctl -qw net.ipv4.conf.g1.arp_notify=1
	must vxmob domain set dev vx100 snoop garp
	# its ports may not be forwarding yet
	must wait_for far_guest_is_heard "${mac}1"
	must bound "${mac}1" '"origin":"snoop"'

	must ip -n "$FAR" addr add 2001:db8::1/64 dev g1 nodad
	must nsexec "$FAR" sysctl -qw net.ipv6.conf.g1.ndisc_notify=1
	must vxmob domain set dev vx100 snoop na
	must wait_for far_guest_is_heard "${mac}2"
	must bound "${mac}2" '"origin":"snoop"'
	must vxmob domain set dev vx100 snoop rarp,garp,na
}

far_guest_is_heard()
{
	ip -n "$FAR" link set g1 address "$1" && at "$1" "vx100 10.255.0.2"
}

# Two VTEPs insist, in turn, hundreds of times at once: a few are judged, the
# others cost next to nothing, and the next MAC is heard all the same.
limit_of_a_mac()
{
	local mac=02:00:00:00:02:71 moves start=$SECONDS few

	must monitor_start "$TMP/events"
	must claims_of snoop refuse-rate
	must same "$COUNT" 0
	must claims_of snoop accept-move
	moves=$COUNT
	rarp_frame "$mac"
	vxlan_packet 100 "$FRAME"
	must "$NET_HERE/sendframe" -c 200 -n "$FAR" udp 10.255.0.2,10.255.0.3 10.255.0.1 4789 "$PACKET"
	must wait_for heard_again 02:00:00:00:02:72 10.255.0.3
	few=$((20 + 20 * (SECONDS - start + 1)))
	must claims_of snoop accept-move
	must [ $((COUNT - moves)) -le $few ]
	must [ $((COUNT - moves)) -ge 5 ]
	must claims_of snoop refuse-rate
	must [ "$COUNT" -ge $((400 - few)) ]
	# of which nobody is told each time
	must wait_for has_line "$TMP/events" 02:00:00:00:02:72
	must not has_line "$TMP/events" refuse-rate
	# it is heard again soon
	must wait_for heard_again "$mac" 10.255.0.2
	must wait_for heard_again "$mac" 10.255.0.3
}

# One announcement may be one too many still: then another is to be sent, but no
# faster than they are looked at.
heard_again()
{
	vtep_announces "$2" "$1" && doze 0.1 && at "$1" "vx100 $2"
}

# Whoever is not believed is soon not even refused.
limit_of_a_stranger()
{
	local mac=02:00:00:00:02:81 start=$SECONDS few rate vteps

	must claims_of snoop refuse-rate
	rate=$COUNT
	must claims_of snoop refuse-vtep
	vteps=$COUNT
	rarp_frame "$mac"
	vxlan_packet 100 "$FRAME"
	must "$NET_HERE/sendframe" -c 200 -n "$FAR" udp 10.255.0.9 10.255.0.1 4789 "$PACKET"
	must all_heard
	few=$((10 + 10 * (SECONDS - start + 1)))
	must claims_of snoop refuse-vtep
	must [ $((COUNT - vteps)) -le $few ]
	must [ $((COUNT - vteps)) -ge 10 ]
	must claims_of snoop refuse-rate
	must [ $((COUNT - rate)) -ge $((200 - few)) ]
	must unbound "$mac"
	# the others are heard as before
	must vtep_announces 10.255.0.3 "$mac"
	must comes_to "$mac" "vx100 10.255.0.3"
}

ALL_TESTS="garp_request garp_reply na only_what_is_asked_for vlan_tag no_arp
	no_advertisement protected limit_of_a_mac limit_of_a_stranger real_guest"

net_private "$@"
run_tests "$@"
