#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.12
# also on: kcsan
#
# What was decided is defended: a late or reordered update of a routing daemon, or
# a frame that the old port still had queued, is put back.  Without a storm: who
# insists is met with back-off, and reported once.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

WINDOW=8		# s, one whose end is waited for
! slow_kernel || WINDOW=15

setup()
{
	net_create_far && vxmob domain add dev vx100 snoop rarp confirm 60
}

# The MAC was put back so often more than REPAIRS says.
repaired()
{
	stat_is repairs $((REPAIRS + $1))
}

count_repairs()
{
	stat_of repairs
	REPAIRS=$COUNT
}

# The daemon has not heard of the move, and writes the old VTEP once more.
reinstalled()
{
	local mac=02:00:00:00:01:01 stale

	must announced_at_3 "$mac"
	must count_repairs
	must claims_of netlink refuse-stale
	stale=$COUNT
	must monitor_start "$TMP/events"
	must zebra_installs "$mac" 10.255.0.2
	must wait_for repaired 1
	must is_at "$mac" "vx100 10.255.0.3"
	must bound "$mac" '"via":"10.255.0.3"' '"status":"provisional"' '"moves":1,'
	must claims_are netlink refuse-stale $((stale + 1))
	must wait_for has_line "$TMP/events" '"event":"claim-refused"' "$mac" '"verdict":"refuse-stale"'
	must wait_for has_line "$TMP/events" '"event":"repaired"' "$mac" '"latency_ns":'
}

# The same, where the MAC has come home.
reinstalled_over_local()
{
	local mac=02:00:00:00:01:02

	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must count_repairs
	must zebra_installs "$mac" 10.255.0.2
	must wait_for repaired 1
	must comes_to "$mac" p1
	must bound "$mac" '"port":"p1"' '"origin":"learn"'
	# a third place is news
	must zebra_installs "$mac" 10.255.0.3
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"origin":"netlink"'
	must is_at "$mac" "vx100 10.255.0.3"
}

# Frames that the port it left still had queued: at most three times, for the
# fourth is no late one.
late_frames()
{
	local mac=02:00:00:00:01:03 i

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must count_repairs
	for i in 1 2 3; do
		must guest_sends g1 "$mac"
		must wait_for repaired "$i"
		must is_at "$mac" "vx100 10.255.0.2"
		must bound "$mac" '"via":"10.255.0.2"' '"moves":1,'
	done
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"' '"moves":2,'
	must comes_to "$mac" p1
}

# It speaks on another port than the one it left: that is a move.
other_port()
{
	local mac=02:00:00:00:01:04

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"'
	must comes_to "$mac" p2
}

# The frames of a machine are better evidence than an announcement alone.
after_announcement()
{
	local mac=02:00:00:00:01:05

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vtep_announces 10.255.0.2 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must comes_to "$mac" p1
}

# The old place is withdrawn when the MAC has long been elsewhere.
late_withdrawal()
{
	local mac=02:00:00:00:01:06

	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3
	must count_repairs
	must zebra_removes "$mac" 10.255.0.2
	must wait_for repaired 1
	must is_at "$mac" "vx100 10.255.0.3"
	must bound "$mac" '"via":"10.255.0.3"'
	# of the place where it is, it is believed
	must zebra_removes "$mac" 10.255.0.3
	must becomes_unbound "$mac"
	must is_at "$mac" -
}

# What was asked for is withdrawn again, by a daemon that cannot delete more than
# the bridge entry: it is put back, and the window's end brings nothing.
withdrawn_again()
{
	local mac=02:00:00:00:01:0b

	must vxmob domain set dev vx100 confirm $WINDOW
	must announced_at_3 "$mac"
	must count_repairs
	must zebra_installs "$mac" 10.255.0.2
	must wait_for repaired 1
	must zebra_removes "$mac" 10.255.0.2
	must wait_for repaired 2
	must is_at "$mac" "vx100 10.255.0.3"
	must wait_for older_than "$mac" $((WINDOW * 1000 + 500))
	must bound "$mac" '"via":"10.255.0.3"' '"moves":1,'
	must vxmob domain set dev vx100 confirm 60
}

# An entry that the driver has learned ages, the bridge's first.
learned_by_driver()
{
	local mac=02:00:00:00:01:0c

	must ip link set vx100 type vxlan learning
	must bridge link set dev vx100 learning on
	plain_frame "$mac"
	vxlan_packet 100 "$FRAME"
	must vtep_sends 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"origin":"dplearn"'
	must count_repairs
	must bridge fdb del "$mac" dev vx100 master
	must wait_for older_than "$mac" 1000
	must repaired 0
	must is_at "$mac" "- 10.255.0.2"
	must bridge link set dev vx100 learning off
	must ip link set vx100 type vxlan nolearning
}

# What an operator has made permanent is his.
permanent()
{
	local mac=02:00:00:00:01:0d

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3 sticky
	must count_repairs
	must claims_of netlink refuse-sticky
	must bridge fdb replace "$mac" dev vx100 dst 10.255.0.2 self permanent
	must wait_for not claims_are netlink refuse-sticky "$COUNT"
	must repaired 0
	must is_at "$mac" "vx100 10.255.0.2"
}

sticky()
{
	local mac=02:00:00:00:01:07

	must vxmob mac announce "$mac" dev vx100 on p1 sticky
	must count_repairs
	must zebra_installs "$mac" 10.255.0.2
	must wait_for repaired 1
	must comes_to "$mac" p1
	must guest_sends g2 "$mac"
	must wait_for repaired 2
	must comes_to "$mac" p1
	must bound "$mac" '"port":"p1"' '"moves":0,'
}

# Who goes on and on is put back ever later, and told of once.
insisting()
{
	local mac=02:00:00:00:01:08

	must announced_at_3 "$mac"
	must count_repairs
	must monitor_start "$TMP/events"
	must wait_for insists "$mac" "$TMP/events"
	must comes_to "$mac" "vx100 10.255.0.3"
	must bound "$mac" '"via":"10.255.0.3"' '"moves":1,'
	must same "$(lines_with "$TMP/events" '"event":"repaired"' "$mac")" 1
	must same "$(lines_with "$TMP/events" '"event":"insisting"' "$mac")" 1
}

insists()
{
	zebra_installs "$1" 10.255.0.2
	has_line "$2" '"event":"insisting"' "$1"
}

# Without the guard it is counted and reported, and stays.
off()
{
	local mac=02:00:00:00:01:09

	must vxmob domain set dev vx100 guard off
	must announced_at_3 "$mac"
	# what the entries hold is known after this, until somebody else writes
	must wait_for older_than "$mac" 200
	must vtep_announces 10.255.0.3 "$mac"
	must all_heard
	must count_repairs
	must claims_of netlink refuse-stale
	must zebra_installs "$mac" 10.255.0.2
	must wait_for claims_are netlink refuse-stale $((COUNT + 1))
	must is_at "$mac" "vx100 10.255.0.2"
	must repaired 0
	must vtep_announces 10.255.0.3 "$mac"
	must comes_to "$mac" "vx100 10.255.0.3"
	must vxmob domain set dev vx100 guard on
}

# What a nexthop group backs is let go of, and not touched.
nexthop()
{
	local mac=02:00:00:00:01:0a

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must ip nexthop add id 12 via 10.255.0.2 fdb
	must ip nexthop add id 13 via 10.255.0.3 fdb
	must ip nexthop add id 102 group 12/13 fdb
	must claims_of netlink refuse-nexthop
	must bridge -batch - <<-END
		fdb del $mac dev vx100 dst 10.255.0.2 self
		fdb add $mac dev vx100 nhid 102 self extern_learn
	END
	must wait_for lets_go_of "$mac"
	must not claims_are netlink refuse-nexthop "$COUNT"
	must has "$(bridge fdb show dev vx100)" "$mac nhid 102"
}

# The driver tells nothing of such entries; the next change of the bridge's does.
lets_go_of()
{
	bridge fdb replace "$1" dev vx100 master dynamic extern_learn
	quietly_unbound "$1"
}

ALL_TESTS="reinstalled reinstalled_over_local late_frames other_port
	after_announcement late_withdrawal withdrawn_again learned_by_driver
	permanent sticky insisting off nexthop"

net_private "$@"
run_tests "$@"
