#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug
#
# What the control plane says through the netlink family: where a MAC is, where
# it is no longer, and what of that is believed.  Every answer is checked in the
# forwarding databases, not just in what the module says of itself.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

announce()
{
	vxmob mac announce "$MAC" dev vx100 "$@"
}

withdraw()
{
	vxmob mac withdraw "$MAC" dev vx100 "$@"
}

setup()
{
	net_create && vxmob domain add dev vx100
}

new()
{
	MAC=02:00:00:00:01:01
	must announce via 10.255.0.2 seq 5
	must is_at "$MAC" "vx100 10.255.0.2"
	must lacks "$ENTRIES" offload
	must has "$ENTRIES" "$MAC dev vx100 dst 10.255.0.2 self extern_learn"
	must has "$ENTRIES" "$MAC dev vx100 extern_learn master br0"
	must bound "$MAC" '"state":"remote"' '"via":"10.255.0.2"' '"seq":5,' '"bump":0,' \
		'"origin":"control"' '"status":"confirmed"' '"flags":["installed"]' \
		'"moves":0,'
}

move_and_stale()
{
	MAC=02:00:00:00:01:02
	must announce via 10.255.0.2 seq 5
	must announce via 10.255.0.3 seq 6
	must is_at "$MAC" "vx100 10.255.0.3"
	must lacks "$ENTRIES" offload
	must unchanged refused refuse-stale: announce via 10.255.0.2 seq 5
	must bound "$MAC" '"via":"10.255.0.3"' '"seq":6,' '"moves":1,'
}

tie()
{
	MAC=02:00:00:00:01:03
	must announce via 10.255.0.3 seq 7
	must announce via 10.255.0.2 seq 7
	must is_at "$MAC" "vx100 10.255.0.2"
	must unchanged refused refuse-tie: announce via 10.255.0.3 seq 7
	must bound "$MAC" '"via":"10.255.0.2"' '"seq":7,'
}

# A local MAC counts with this VTEP's address, 10.255.0.1.
tie_local()
{
	MAC=02:00:00:00:01:04
	must announce via 10.255.0.2 seq 7
	must announce on p1 seq 7
	must comes_to "$MAC" p1
	must unchanged refused refuse-tie: announce via 10.255.0.2 seq 7
	must bound "$MAC" '"state":"local"' '"port":"p1"' '"seq":7,'
	must announce via 10.254.0.9 seq 7
	must is_at "$MAC" "vx100 10.254.0.9"
	must unchanged refused refuse-tie: announce on p1 seq 7
}

# On the same place: newer numbers are taken, older ones change nothing.
refresh()
{
	MAC=02:00:00:00:01:05
	must announce via 10.255.0.2
	must unchanged announce via 10.255.0.2 seq 8
	must bound "$MAC" '"seq":8,' '"moves":0,'
	must unchanged announce via 10.255.0.2 seq 3
	must bound "$MAC" '"seq":8,'
	must unchanged announce via 10.255.0.2
	must bound "$MAC" '"seq":8,' '"moves":0,'
	must refused refuse-stale: announce via 10.255.0.3 seq 7
}

# An orchestrator need not count.
without_number()
{
	MAC=02:00:00:00:01:06
	must announce via 10.255.0.2 seq 50
	must announce via 10.255.0.3
	must is_at "$MAC" "vx100 10.255.0.3"
	must bound "$MAC" '"seq":50,' '"bump":1,'
	must announce on p2
	must comes_to "$MAC" p2
	must bound "$MAC" '"port":"p2"' '"bump":2,' '"moves":2,'
}

# A number means something only beside another one.
first_number()
{
	MAC=02:00:00:00:01:07
	must announce via 10.255.0.2
	must bound "$MAC" '"via":"10.255.0.2"' '!"seq"'
	must announce via 10.255.0.3 seq 0
	must is_at "$MAC" "vx100 10.255.0.3"
	must bound "$MAC" '"seq":0,'
}

wraparound()
{
	MAC=02:00:00:00:01:08
	must announce via 10.255.0.2 seq 4294967295
	must announce via 10.255.0.3 seq 0
	must is_at "$MAC" "vx100 10.255.0.3"
	must bound "$MAC" '"seq":0,'
	must unchanged refused refuse-stale: announce via 10.255.0.2 seq 4294967295
	# 2^31 away counts as older, whichever way
	must unchanged refused refuse-stale: announce via 10.255.0.2 seq 2147483648
	must announce via 10.255.0.2 seq 2147483647
	must is_at "$MAC" "vx100 10.255.0.2"
}

sticky_local()
{
	MAC=02:00:00:00:01:09
	must announce on p1 seq 1 sticky
	must is_at "$MAC" p1
	must unchanged refused refuse-sticky: announce via 10.255.0.2 seq 99
	must unchanged refused refuse-sticky: announce via 10.255.0.2 seq 99 sticky
	must unchanged refused refuse-sticky: announce on p2
	must bound "$MAC" '"port":"p1"' '"seq":1,' '"sticky"'
}

sticky_remote()
{
	MAC=02:00:00:00:01:0a
	must announce via 10.255.0.2 seq 1 sticky
	must unchanged refused refuse-sticky: announce via 10.255.0.3 seq 99
	must unchanged refused refuse-sticky: announce on p1
	must bound "$MAC" '"via":"10.255.0.2"' '"flags":["sticky"'
	must announce via 10.255.0.3 seq 99 sticky
	must is_at "$MAC" "vx100 10.255.0.3"
	# what set it clears it
	must announce via 10.255.0.3 seq 99
	must announce via 10.255.0.2 seq 100
	must is_at "$MAC" "vx100 10.255.0.2"
}

sticky_wins()
{
	MAC=02:00:00:00:01:0b
	must announce via 10.255.0.3 seq 9
	must announce via 10.255.0.2 seq 1 sticky
	must is_at "$MAC" "vx100 10.255.0.2"
	must bound "$MAC" '"sticky"' '"seq":1,'
}

withdrawals()
{
	MAC=02:00:00:00:01:0c
	must announce via 10.255.0.2 seq 5
	must unchanged refused refuse-stale-withdraw: withdraw via 10.255.0.3
	must unchanged refused refuse-stale-withdraw: withdraw on p1
	must unchanged refused refuse-stale-withdraw: withdraw via 10.255.0.2 seq 4
	must withdraw via 10.255.0.2 seq 5
	must is_at "$MAC" -
	must unbound "$MAC"
	must unchanged refused refuse-stale-withdraw: withdraw via 10.255.0.2 seq 6
	# whoever starts again may begin at 0
	must announce via 10.255.0.3 seq 0
	must is_at "$MAC" "vx100 10.255.0.3"
	must withdraw
	must is_at "$MAC" -
	must announce on p1 seq 0
	must is_at "$MAC" p1
	must withdraw on p1 seq 7
	must is_at "$MAC" -
	must unbound "$MAC"
}

# The VTEP that a MAC left withdraws it when the news has reached it: late.
late_withdraw()
{
	MAC=02:00:00:00:01:0d
	must announce via 10.255.0.2 seq 1
	must announce via 10.255.0.3 seq 2
	must unchanged refused refuse-stale-withdraw: withdraw via 10.255.0.2
	must unchanged refused refuse-stale-withdraw: withdraw via 10.255.0.2 seq 1
	must unchanged refused refuse-stale-withdraw: withdraw via 10.255.0.2 seq 3
	must is_at "$MAC" "vx100 10.255.0.3"
}

json_keys()
{
	MAC=02:00:00:00:01:0e
	must announce via 10.255.0.2 seq 5 router ip 192.0.2.7 ip 2001:db8::7
	must json_true '
		length == 1 and (.[0] |
		.dev == "vx100" and .vni == 100 and .vid == 0 and
		.lladdr == "02:00:00:00:01:0e" and .state == "remote" and
		.via == "10.255.0.2" and .seq == 5 and .bump == 0 and
		.origin == "control" and .status == "confirmed" and
		(.flags | sort) == ["installed", "router"] and
		.ips == ["192.0.2.7", "2001:db8::7"] and .moves == 0 and
		(.age_ms | type) == "number" and (has("port") | not))
		' vxmob -json mac get "$MAC" dev vx100
	must announce on p1 seq 6
	must json_true '
		length == 1 and (.[0] | .state == "local" and .port == "p1" and
		.seq == 6 and .moves == 1 and (has("via") | not))
		' vxmob -json mac get "$MAC" dev vx100
}

# How many bindings match filters.
matches()
{
	local n=$1 list lines=()

	shift
	list=$(vxmob mac show "$@") || return
	[ -z "$list" ] || mapfile -t lines <<< "$list"
	same ${#lines[@]} "$n"
}

filters_and_flush()
{
	must vxmob mac flush dev vx100
	must matches 0
	must check_json "an empty list" length 0 vxmob -json mac show
	must batch <<-END
		mac announce 02:00:00:00:02:01 dev vx100 via 10.255.0.2
		mac announce 02:00:00:00:02:02 dev vx100 via 10.255.0.2
		mac announce 02:00:00:00:02:03 dev vx100 via 10.255.0.3
		mac announce 02:00:00:00:02:04 dev vx100 on p1
		mac announce 02:00:00:00:02:05 dev vx100 on p2
	END
	must bridge fdb replace 02:00:00:00:02:06 dev vx100 dst 10.255.0.3 self master \
		dynamic extern_learn
	must becomes_bound 02:00:00:00:02:06 '"origin":"netlink"'
	must matches 6
	must matches 6 dev vx100
	must matches 6 dev vx100 vni 100
	must matches 2 via 10.255.0.2
	must matches 2 via 10.255.0.3 dev vx100
	must matches 1 via 10.255.0.3 origin control
	must matches 1 on p1
	must matches 5 origin control
	must matches 1 origin netlink
	must matches 6 status confirmed
	must matches 1 02:00:00:00:02:05
	must matches 0 status frozen
	must matches 0 origin learn
	must matches 0 dev vx100 vni 101
	must check_json "the right ones" 'map(.lladdr) | sort | join(" ")' \
		"02:00:00:00:02:01 02:00:00:00:02:02" vxmob -json mac show via 10.255.0.2
	must vxmob mac flush dev vx100 via 10.255.0.2
	must is_at 02:00:00:00:02:01 -
	must is_at 02:00:00:00:02:03 "vx100 10.255.0.3"
	must matches 4
	must vxmob mac flush on p1
	must is_at 02:00:00:00:02:04 -
	must vxmob mac flush origin control
	must matches 1
	must is_at 02:00:00:00:02:06 "vx100 10.255.0.3"
	must vxmob mac flush dev vx100
	must is_at 02:00:00:00:02:06 -
	must matches 0
}

# Some MACs are nobody's to move.
reserved()
{
	must vxmob domain set dev vx100 protect 00:11:22:33:44:55 protect 00:11:22:33:44:66
	MAC=00:11:22:33:44:55
	must unchanged refused refuse-invalid: announce via 10.255.0.2 seq 1
	MAC=00:11:22:33:44:66
	must unchanged refused refuse-invalid: announce on p1
	# the bridge's, and a port's
	MAC=02:00:00:00:ff:01
	must unchanged refused refuse-invalid: announce via 10.255.0.2 seq 1
	must mac_of p1
	must unchanged refused refuse-invalid: announce via 10.255.0.2 seq 1
	must vxmob domain set dev vx100 protect 00:11:22:33:44:66
	MAC=00:11:22:33:44:55
	must announce via 10.255.0.2 seq 1
	must is_at "$MAC" "vx100 10.255.0.2"
	must vxmob domain set dev vx100 protect none
	must lacks "$(vxmob domain show)" protect
	MAC=00:11:22:33:44:66
	must announce via 10.255.0.2 seq 1
	must is_at "$MAC" "vx100 10.255.0.2"
}

# A MAC that is protected where it is stays there, but can go.
reserved_and_bound()
{
	MAC=00:11:22:33:44:77
	must announce via 10.255.0.2 seq 1
	must vxmob domain set dev vx100 protect "$MAC"
	must unchanged refused refuse-invalid: announce via 10.255.0.3 seq 2
	must unchanged refused refuse-invalid: vxmob mac withdraw "$MAC" dev vx100
	must vxmob mac flush dev vx100
	must is_at "$MAC" "vx100 10.255.0.2"
	must zebra_removes "$MAC" 10.255.0.2
	must becomes_unbound "$MAC"
	must is_at "$MAC" -
	must vxmob domain set dev vx100 protect none
	must bridge fdb replace "$MAC" dev p1 master dynamic extern_learn
	must becomes_bound "$MAC" '"port":"p1"'
	must vxmob domain set dev vx100 protect "$MAC"
	must bridge fdb del "$MAC" dev p1 master
	must becomes_unbound "$MAC"
	must is_at "$MAC" -
	must vxmob domain set dev vx100 protect none
	# or that the bridge takes for itself
	must zebra_installs "$MAC" 10.255.0.2
	must becomes_bound "$MAC" '"via":"10.255.0.2"'
	defer ip link set br0 address 02:00:00:00:ff:01
	must ip link set br0 address "$MAC"
	must unchanged refused refuse-invalid: announce via 10.255.0.3 seq 2
	must bridge fdb del "$MAC" dev vx100 dst 10.255.0.2 self
	must becomes_unbound "$MAC"
}

# Those that could not be bound are, when they may.
protected_before()
{
	MAC=00:11:22:33:44:78
	must vxmob domain set dev vx100 protect "$MAC"
	must zebra_installs "$MAC" 10.255.0.2
	must vxmob mac announce 02:00:00:00:02:0f dev vx100 via 10.255.0.2
	must unbound "$MAC"
	must vxmob domain set dev vx100 protect none
	must becomes_bound "$MAC" '"via":"10.255.0.2"' '"origin":"netlink"'
	must zebra_removes "$MAC" 10.255.0.2
	must becomes_unbound "$MAC"
}

# An entry that was static, and is an ordinary one again, holds nobody.
static_for_a_while()
{
	MAC=02:00:00:00:02:10
	must bridge fdb replace "$MAC" dev p1 master static
	must becomes_bound "$MAC" '"port":"p1"' '"sticky"'
	must bridge fdb replace "$MAC" dev p1 master dynamic
	# the bridge tells nobody: have all entries read anew
	must vxmob domain set dev vx100 mode monitor
	must vxmob domain set dev vx100 mode enforce
	must becomes_bound "$MAC" '"port":"p1"' '!sticky'
	must announce via 10.255.0.2
	must is_at "$MAC" "vx100 10.255.0.2"
}

# A list of options replaces the one before; a static entry is its owner's.
static_entry()
{
	MAC=02:00:00:00:01:10
	must bridge fdb add "$MAC" dev p1 master static
	must unchanged refused refuse-st announce via 10.255.0.2 seq 9
	must unchanged refused refuse-st announce on p2 seq 9
	must is_at "$MAC" p1
	must has "$ENTRIES" static
	must bridge fdb del "$MAC" dev p1 master
	must becomes_unbound "$MAC"
	must announce via 10.255.0.2 seq 9
	must is_at "$MAC" "vx100 10.255.0.2"
}

# An entry that a nexthop group backs (EVPN multihoming) cannot be retargeted.
nexthop_entry()
{
	MAC=02:00:00:00:01:11
	must ip nexthop add id 12 via 10.255.0.2 fdb
	must ip nexthop add id 13 via 10.255.0.3 fdb
	must ip nexthop add id 102 group 12/13 fdb
	must bridge fdb add "$MAC" dev vx100 nhid 102 self
	must unchanged refused refuse-nexthop: announce via 10.255.0.3 seq 1
	must unchanged refused refuse-nexthop: announce on p1 seq 1
	must bridge fdb del "$MAC" dev vx100 self
	must announce via 10.255.0.3 seq 1
	must is_at "$MAC" "vx100 10.255.0.3"
}

# With mode monitor all verdicts are reached, and nothing is written.
monitor_mode()
{
	MAC=02:00:00:00:01:12
	must vxmob domain set dev vx100 mode monitor
	must unchanged announce via 10.255.0.2 seq 5
	must bound "$MAC" '"via":"10.255.0.2"' '"seq":5,' '!installed'
	must unchanged announce via 10.255.0.3 seq 6
	must unchanged refused refuse-stale: announce via 10.255.0.2 seq 5
	must unchanged withdraw via 10.255.0.3
	must unbound "$MAC"
	must vxmob domain set dev vx100 mode enforce
	must announce via 10.255.0.2 seq 5
	must is_at "$MAC" "vx100 10.255.0.2"
}

ALL_TESTS="new move_and_stale tie tie_local refresh without_number
	first_number wraparound sticky_local sticky_remote sticky_wins withdrawals
	late_withdraw json_keys filters_and_flush reserved reserved_and_bound protected_before
	static_for_a_while static_entry nexthop_entry
	monitor_mode"

net_private "$@"
run_tests "$@"
