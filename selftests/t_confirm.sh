#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# After an announcement the control plane has the last word.  It confirms by
# writing what is there already, of which the kernel tells nobody; or it asks for
# another place, and has it when the window ends.  What nobody confirms stays,
# until nobody has used it for long.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	net_create_far && vxmob domain add dev vx100 snoop rarp confirm 2
}

# The MAC was at .2, and has announced itself from .3.
announced_at_3()
{
	must zebra_installs "$1" 10.255.0.2
	must becomes_bound "$1" '"via":"10.255.0.2"' '"origin":"netlink"'
	must vtep_announces 10.255.0.3 "$1"
	must becomes_bound "$1" '"via":"10.255.0.3"' '"origin":"snoop"'
}

window_ended()
{
	local answer

	answer=$(vxmob -json mac get "$1" dev vx100)
	[[ $answer =~ \"age_ms\":([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -gt 2200 ]
}

confirmed()
{
	local mac=02:00:00:00:01:01

	must vxmob domain set dev vx100 confirm 60
	must monitor_start "$TMP/events"
	must announced_at_3 "$mac"
	must bound "$mac" '"status":"provisional"'
	must zebra_installs "$mac" 10.255.0.3
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"status":"confirmed"' '"origin":"netlink"' '"moves":1,'
	must wait_for has_line "$TMP/events" '"event":"confirmed"' "$mac" '"origin":"netlink"'
	must vxmob domain set dev vx100 confirm 2
}

# An old word that was put back is no confirmation.
not_by_the_refused()
{
	local mac=02:00:00:00:01:02

	must vxmob domain set dev vx100 confirm 4
	must announced_at_3 "$mac"
	must stat_of repairs
	must zebra_installs "$mac" 10.255.0.2
	must wait_for stat_is repairs $((COUNT + 1))
	must wait_for window_ended "$mac"
	must bound "$mac" '"via":"10.255.0.3"' '"status":"provisional"'
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"origin":"netlink"'
	must vxmob domain set dev vx100 confirm 2
}

rolled_back()
{
	local mac=02:00:00:00:01:03

	must monitor_start "$TMP/events"
	must announced_at_3 "$mac"
	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"status":"confirmed"' '"origin":"netlink"'
	must is_at "$mac" "vx100 10.255.0.2"
	must wait_for has_line "$TMP/events" '"event":"rolled-back"' "$mac" \
		'"from":{"state":"remote","via":"10.255.0.3"}' '"to":{"state":"remote","via":"10.255.0.2"}'
	must not has_line "$TMP/events" '"event":"duplicate"'
}

# A number that came too early is remembered with its place.
rolled_back_number()
{
	local mac=02:00:00:00:01:04

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"origin":"snoop"'
	must refused refuse-stale: vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"seq":5,' '"origin":"control"' '"status":"confirmed"'
	must is_at "$mac" "vx100 10.255.0.2"
}

# What the control plane has taken back meanwhile is not applied.
taken_back()
{
	local mac=02:00:00:00:01:05

	must announced_at_3 "$mac"
	must stat_of repairs
	must zebra_installs "$mac" 10.255.0.2
	must wait_for stat_is repairs $((COUNT + 1))
	must refused refuse-stale-withdraw vxmob mac withdraw "$mac" dev vx100 via 10.255.0.2
	must wait_for window_ended "$mac"
	must bound "$mac" '"via":"10.255.0.3"' '"status":"provisional"'
	must is_at "$mac" "vx100 10.255.0.3"
}

# Nobody says anything: it stays, and a later word counts at once.
silence()
{
	local mac=02:00:00:00:01:06

	must announced_at_3 "$mac"
	must wait_for window_ended "$mac"
	must bound "$mac" '"via":"10.255.0.3"' '"status":"provisional"'
	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"status":"confirmed"'
	must is_at "$mac" "vx100 10.255.0.2"
}

# A MAC that came home and is silent goes where the daemon wants it.
silent_at_home()
{
	local mac=02:00:00:00:01:07

	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"origin":"netlink"'
	must is_at "$mac" "vx100 10.255.0.2"
}

# One that speaks stays.
speaks_at_home()
{
	local mac=02:00:00:00:01:08

	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must stat_of repairs
	must zebra_installs "$mac" 10.255.0.2
	must wait_for stat_is repairs $((COUNT + 1))
	must wait_for speaks_until_window_ended "$mac"
	must bound "$mac" '"port":"p1"' '"moves":1,'
	must is_at "$mac" p1
}

speaks_until_window_ended()
{
	guest_sends g1 "$1"
	window_ended "$1"
}

# Where the vxlan port learns, data renews the stamp as the daemon does.
unobservable()
{
	local mac=02:00:00:00:01:09

	must bridge link set dev vx100 learning on
	must monitor_start "$TMP/events"
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"status":"provisional"'
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"status":"unobservable"'
	must wait_for has_line "$TMP/events" '"event":"unobservable"' "$mac" '"status":"unobservable"'
	must bridge link set dev vx100 learning off
}

# Externally learned entries never age; who installs them must see to it.
ages()
{
	local mac=02:00:00:00:01:0a other=02:00:00:00:01:0b

	must vxmob domain set dev vx100 confirm 1
	must ip link set vx100 type vxlan ageing 2
	must zebra_installs "$other" 10.255.0.3
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"origin":"snoop"'
	must becomes_unbound "$mac"
	must is_at "$mac" -
	# not what a daemon has installed
	must bound "$other" '"via":"10.255.0.3"'
	must is_at "$other" "vx100 10.255.0.3"
	must ip link set vx100 type vxlan ageing 300
	must vxmob domain set dev vx100 confirm 2
}

# What is used does not age.
used()
{
	local mac=02:00:00:00:01:0c

	must vxmob domain set dev vx100 confirm none
	must ip link set vx100 type vxlan ageing 2
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"origin":"snoop"'
	must wait_for speaks_to_until_old "$mac"
	must bound "$mac" '"origin":"snoop"' '"moves":0,'
	must ip link set vx100 type vxlan ageing 300
	must vxmob domain set dev vx100 confirm 2
}

speaks_to_until_old()
{
	local answer

	hex_of "$1"
	"$NET_HERE/sendframe" eth g1 "${HEX}02000000010d88b5$ZEROS"
	answer=$(vxmob -json mac get "$1" dev vx100)
	[[ $answer =~ \"age_ms\":([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -gt 5000 ]
}

ALL_TESTS="confirmed not_by_the_refused rolled_back rolled_back_number taken_back
	silence silent_at_home speaks_at_home unobservable ages used"

net_private "$@"
run_tests "$@"
