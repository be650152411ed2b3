#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug stock-6.1
#
# A MAC that moves too often is likely in use twice (RFC 7432 section 15.1).  What
# is done about it is the operator's choice: a word, a freeze, or a black hole; and
# it ends by itself, by hand, or with the MAC's withdrawal.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

RECOVERING=02:00:00:00:01:01

# The first case to begin is the last to end: a freeze takes half a minute.
setup()
{
	net_create_far &&
	vxmob domain add dev vx100 snoop rarp dup-moves 3 dup-action freeze dup-recover 30 &&
	monitor_start "$TMP/recovery" &&
	flaps "$RECOVERING" 3 &&
	vxmob domain set dev vx100 dup-action warn
}

# The MAC is announced, and moves so often.
flaps()
{
	local i vtep=2

	for ((i = 0; i <= $2; i++)); do
		echo "mac announce $1 dev ${NET_DEV:-vx100} ${3:-} via 10.255.0.$vtep"
		vtep=$((5 - vtep))
	done | batch
}

warn()
{
	local mac=02:00:00:00:01:02

	must vxmob domain set dev vx100 dup-action warn
	must monitor_start "$TMP/events"
	must stat_of duplicates
	must flaps "$mac" 2
	must stat_is duplicates "$COUNT"
	must bound "$mac" '"status":"confirmed"' '!duplicate'
	must vxmob mac announce "$mac" dev vx100 on p1
	must bound "$mac" '"status":"confirmed"' '"duplicate"'
	must stat_is duplicates $((COUNT + 1))
	must wait_for has_line "$TMP/events" '"event":"duplicate"' "$mac" '"moves":3' '"status":"confirmed"'
	# once is enough
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must bound "$mac" '"via":"10.255.0.2"' '"moves":4,'
	must same "$(lines_with "$TMP/events" '"event":"duplicate"' "$mac")" 1
}

# So slowly is no sign of a duplicate.
slowly()
{
	local mac=02:00:00:00:01:03

	must vxmob domain set dev vx100 dup-window 1
	must flaps "$mac" 2
	must wait_for older_than "$mac" 1000
	must vxmob mac announce "$mac" dev vx100 on p1
	must bound "$mac" '"moves":3,' '!duplicate'
	must vxmob domain set dev vx100 dup-window 180
}

freeze()
{
	local mac=02:00:00:00:01:04

	must vxmob domain set dev vx100 dup-action freeze
	must monitor_start "$TMP/events"
	must flaps "$mac" 3
	must bound "$mac" '"status":"frozen"' '"via":"10.255.0.3"' '"duplicate"'
	must wait_for has_line "$TMP/events" '"event":"duplicate"' "$mac" '"status":"frozen"'
	must unchanged refused refuse-frozen: vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 9
	must claims_of snoop refuse-frozen
	must vtep_announces 10.255.0.2 "$mac"
	must wait_for claims_are snoop refuse-frozen $((COUNT + 1))
	must stat_of repairs
	must zebra_installs "$mac" 10.255.0.2
	must wait_for stat_is repairs $((COUNT + 1))
	must is_at "$mac" "vx100 10.255.0.3"
	must guest_sends g1 "$mac"
	must wait_for stat_is repairs $((COUNT + 1))
	must comes_to "$mac" "vx100 10.255.0.3"
	must same "$(vxmob mac show status frozen | grep -c "$mac")" 1
	must vxmob mac unfreeze "$mac" dev vx100
	must wait_for has_line "$TMP/events" '"event":"recovered"' "$mac"
	must bound "$mac" '"status":"confirmed"' '!duplicate'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vxmob domain set dev vx100 dup-action warn
}

# Silence does not end it, and what there is no frame of ages out of the bridge.
silent()
{
	local mac=02:00:00:00:01:09

	must vxmob domain set dev vx100 dup-action freeze
	must flaps "$mac" 1
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"' '"status":"confirmed"'
	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"' '"status":"frozen"' '"origin":"learn"'
	must ip link set br0 type bridge ageing_time 100
	must wait_for at "$mac" -
	must bound "$mac" '"status":"frozen"' '"port":"p2"'
	must ip link set br0 type bridge ageing_time 30000
	must vxmob mac unfreeze "$mac" dev vx100
	must becomes_unbound "$mac"
	must vxmob domain set dev vx100 dup-action warn
}

# A withdrawal ends a freeze as well.
withdrawn()
{
	local mac=02:00:00:00:01:05

	must vxmob domain set dev vx100 dup-action freeze
	must flaps "$mac" 3
	must bound "$mac" '"status":"frozen"'
	must vxmob mac withdraw "$mac" dev vx100
	must vxmob mac announce "$mac" dev vx100 on p1
	must bound "$mac" '"status":"confirmed"' '"moves":0,'
	must vxmob domain set dev vx100 dup-action warn
}

# Frames from it and to it are dropped, and those of others are not.
blackhole()
{
	local mac=02:00:00:00:01:06 other=02:00:00:00:01:07

	must vxmob domain set dev vx100 dup-action blackhole
	must flaps "$mac" 3
	must bound "$mac" '"status":"frozen"' '"blackhole"'
	must stat_is blackholed 0
	must guest_sends g1 "$mac"
	must wait_for stat_is blackholed 1
	must is_at "$mac" "vx100 10.255.0.3"
	must guest_sends_to g1 "$other" "$mac"
	must wait_for stat_is blackholed 2
	must guest_sends_to g1 "$other" 02:00:00:00:01:08
	must becomes_bound "$other" '"port":"p1"'
	must vxmob mac unfreeze "$mac" dev vx100
	must bound "$mac" '"status":"confirmed"' '!blackhole'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must stat_is blackholed 2
	must flaps "$mac" 1
	must bound "$mac" '"blackhole"'
	must vxmob domain set dev vx100 dup-action warn
	must bound "$mac" '"status":"frozen"' '!blackhole'
	must vxmob domain set dev vx100 dup-action blackhole
	must bound "$mac" '"status":"frozen"' '"blackhole"'
	must vxmob domain set dev vx100 mode monitor
	must bound "$mac" '"status":"frozen"' '!blackhole'
	must vxmob domain set dev vx100 mode enforce dup-action warn
}

# What the host itself sends to an external device has a VNI, and no VLAN, by then.
blackhole_external()
{
	local mac=02:00:00:00:01:0a other=02:00:00:00:01:0b NET_DEV=vx0

	must ip -batch - <<-END
		link add br1 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
		link add vx0 type vxlan local 10.255.0.1 dstport 4790 external nolearning
		link set vx0 master br1
		link set vx0 type bridge_slave learning off vlan_tunnel on
		link set vx0 up
		link add link br1 name br1.20 type vlan id 20
		link set br1 up
		link set br1.20 up
	END
	defer ip link del vx0
	defer ip link del br1
	must bridge vlan add dev vx0 vid 20
	must bridge vlan add dev vx0 vid 20 tunnel_info id 20
	must bridge vlan add dev br1 vid 20 self
	must vxmob domain add dev vx0 vni 20 dup-moves 3 dup-action blackhole
	must flaps "$mac" 3 "vni 20"
	must bound "$mac" '"status":"frozen"' '"blackhole"'
	must vxmob mac announce "$other" dev vx0 vni 20 via 10.255.0.2
	must guest_sends_to br1.20 02:00:00:00:05:01 "$other"
	must stat_is blackholed 0
	must guest_sends_to br1.20 02:00:00:00:05:01 "$mac"
	must wait_for stat_is blackholed 1
}

guest_sends_to()
{
	local to

	hex_of "$3"
	to=$HEX
	hex_of "$2"
	"$NET_HERE/sendframe" eth "$1" "$to${HEX}88b5$ZEROS"
}

# Twice the time after a relapse is tested with the rules; here, that it comes.
recovery()
{
	must wait_for has_line "$TMP/recovery" '"event":"recovered"' "$RECOVERING"
	must bound "$RECOVERING" '"status":"confirmed"'
	must vxmob mac announce "$RECOVERING" dev vx100 via 10.255.0.2
}

ALL_TESTS="warn slowly freeze silent withdrawn blackhole blackhole_external
	recovery"

net_private "$@"
run_tests "$@"
