#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.1
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

# How fast this machine is nobody knows: a short window is tried first, and a
# longer one with another MAC if what was to happen in it came too late.
in_window()
{
	local i=0

	for CONFIRM in 2 8 40; do
		i=$((i + 1))
		MAC=$1:0$i
		must vxmob domain set dev vx100 confirm $CONFIRM
		"$2" || continue
		age_of "$MAC"
		[ "$AGE" -ge $((CONFIRM * 1000)) ] || return 0
	done
	return 1
}

window_ended()
{
	age_of "$1"
	[ "$AGE" -gt $((CONFIRM * 1000 + 200)) ]
}

# The end of the window takes as long as it is.
soon()
{
	NET_WAIT=$((CONFIRM + 10)) "$@"
}

# It was at .2, and has spoken on a port.
came_home()
{
	zebra_installs "$MAC" 10.255.0.2 &&
	becomes_bound "$MAC" '"via":"10.255.0.2"' &&
	guest_sends g1 "$MAC" &&
	becomes_bound "$MAC" '"port":"p1"'
}

# The daemon has not heard of it, and says .2 again.
daemon_insists()
{
	stat_of repairs
	REPAIRS=$COUNT
	zebra_installs "$MAC" 10.255.0.2 &&
	NET_WAIT=3 wait_for stat_is repairs $((REPAIRS + 1))
}

announced_and_gainsaid()
{
	announced_at_3 "$MAC" && daemon_insists
}

home_and_gainsaid()
{
	came_home && daemon_insists
}

confirmed()
{
	MAC=02:00:00:00:01:01
	must vxmob domain set dev vx100 confirm 60
	must monitor_start "$TMP/events"
	must announced_at_3 "$MAC"
	must bound "$MAC" '"status":"provisional"'
	# a stamp is news if it is surely the younger one, by a hundredth of a second
	must wait_for older_than "$MAC" 50
	must zebra_installs "$MAC" 10.255.0.3
	must becomes_bound "$MAC" '"via":"10.255.0.3"' '"status":"confirmed"' '"origin":"netlink"' '"moves":1,'
	must wait_for has_line "$TMP/events" '"event":"confirmed"' "$MAC" '"origin":"netlink"'
}

# The daemon has its way when the window ends; that its old word stood in the
# bridge's entry was no confirmation.
rolled_back()
{
	must monitor_start "$TMP/events"
	must in_window 02:00:00:00:02 announced_and_gainsaid
	must soon becomes_bound "$MAC" '"via":"10.255.0.2"' '"status":"confirmed"' '"origin":"netlink"'
	must is_at "$MAC" "vx100 10.255.0.2"
	must wait_for has_line "$TMP/events" '"event":"rolled-back"' "$MAC" \
		'"from":{"state":"remote","via":"10.255.0.3"}' '"to":{"state":"remote","via":"10.255.0.2"}'
	must not has_line "$TMP/events" '"event":"confirmed"' "$MAC"
}

# A number that came too early is remembered with its place.
rolled_back_number()
{
	must in_window 02:00:00:00:03 early_number
	must soon becomes_bound "$MAC" '"via":"10.255.0.2"' '"seq":5,' '"origin":"control"' '"status":"confirmed"'
	must is_at "$MAC" "vx100 10.255.0.2"
}

early_number()
{
	vxmob mac announce "$MAC" dev vx100 via 10.255.0.2 seq 5 &&
	vtep_announces 10.255.0.3 "$MAC" &&
	becomes_bound "$MAC" '"via":"10.255.0.3"' '"origin":"snoop"' &&
	refused refuse-stale: vxmob mac announce "$MAC" dev vx100 via 10.255.0.2 seq 5
}

# What the control plane has taken back meanwhile is not applied.
taken_back()
{
	must in_window 02:00:00:00:04 gainsaid_and_taken_back
	must soon wait_for window_ended "$MAC"
	must bound "$MAC" '"via":"10.255.0.3"' '"status":"provisional"'
	must is_at "$MAC" "vx100 10.255.0.3"
}

gainsaid_and_taken_back()
{
	announced_and_gainsaid &&
	refused refuse-stale-withdraw vxmob mac withdraw "$MAC" dev vx100 via 10.255.0.2
}

# Nobody says anything: it stays, and a later word counts at once.
silence()
{
	MAC=02:00:00:00:05:01
	CONFIRM=1
	must vxmob domain set dev vx100 confirm 1
	must announced_at_3 "$MAC"
	must wait_for window_ended "$MAC"
	must bound "$MAC" '"via":"10.255.0.3"' '"status":"provisional"'
	must zebra_installs "$MAC" 10.255.0.2
	must becomes_bound "$MAC" '"via":"10.255.0.2"' '"status":"confirmed"'
	must is_at "$MAC" "vx100 10.255.0.2"
}

# The daemon has seen a MAC come back that it wrote over, so its word is void.
silent_at_home()
{
	must in_window 02:00:00:00:06 home_and_gainsaid
	must comes_to "$MAC" p1
	must soon wait_for window_ended "$MAC"
	must bound "$MAC" '"port":"p1"' '"moves":1,'
	must is_at "$MAC" "p1"
}

# An orchestrator has seen nothing: a silent MAC goes where it wants it.
silent_and_ordered()
{
	must in_window 02:00:00:00:0b home_and_ordered
	must soon becomes_bound "$MAC" '"via":"10.255.0.2"' '"origin":"control"' '"seq":7,'
	must is_at "$MAC" "vx100 10.255.0.2"
}

home_and_ordered()
{
	came_home &&
	refused refuse-stale: vxmob mac announce "$MAC" dev vx100 via 10.255.0.2 seq 7
}

# One that speaks stays.
speaks_at_home()
{
	must in_window 02:00:00:00:07 home_ordered_and_heard
	must soon wait_for speaks_until_window_ended
	must bound "$MAC" '"port":"p1"' '"moves":1,'
	must is_at "$MAC" p1
}

# Its stamp must be surely younger than what the module wrote.
home_ordered_and_heard()
{
	home_and_ordered && doze 0.05 && guest_sends g1 "$MAC"
}

speaks_until_window_ended()
{
	guest_sends g1 "$MAC"
	window_ended "$MAC"
}

# Where the vxlan port learns, data renews the stamp as the daemon does.
unobservable()
{
	MAC=02:00:00:00:08:01
	must bridge link set dev vx100 learning on
	must vxmob domain set dev vx100 confirm 1
	must monitor_start "$TMP/events"
	must vtep_announces 10.255.0.3 "$MAC"
	must becomes_bound "$MAC" '"via":"10.255.0.3"' '"status":"unobservable"'
	must wait_for has_line "$TMP/events" '"event":"mac-new"' "$MAC" '"origin":"snoop"'
	must wait_for has_line "$TMP/events" '"event":"unobservable"' "$MAC" '"status":"unobservable"'
	must bridge link set dev vx100 learning off
}

# Externally learned entries never age; who installs them must see to it.
ages()
{
	local mac=02:00:00:00:09:01 other=02:00:00:00:09:02

	must vxmob domain set dev vx100 confirm 1
	must ip link set vx100 type vxlan ageing 2
	must zebra_installs "$other" 10.255.0.3
	must becomes_bound "$other" '"via":"10.255.0.3"'
	must vtep_announces 10.255.0.3 "$mac"
	must wait_for claims_are snoop accept-withdraw 1
	must unbound "$mac"
	must is_at "$mac" -
	# not what a daemon has installed
	must bound "$other" '"via":"10.255.0.3"'
	must is_at "$other" "vx100 10.255.0.3"
	must ip link set vx100 type vxlan ageing 300
}

# What a daemon had installed and has withdrawn since, though it named another place.
ages_withdrawn()
{
	local mac=02:00:00:00:09:03

	must vxmob domain set dev vx100 confirm 1
	must ip link set vx100 type vxlan ageing 2
	defer ip link set vx100 type vxlan ageing 300
	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"origin":"snoop"'
	must zebra_removes "$mac" 10.255.0.2
	must becomes_unbound "$mac"
	must is_at "$mac" -
}

# A driver that learns from data turns what the module has made immortal.
ages_learning()
{
	local mac=02:00:00:00:09:04

	must vxmob domain set dev vx100 confirm 1
	defer ip link set vx100 type vxlan nolearning ageing 300
	must ip link set vx100 type vxlan learning ageing 2
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"origin":"snoop"'
	plain_frame "$mac"
	vxlan_packet 100 "$FRAME"
	must vtep_sends 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"origin":"dplearn"'
	must becomes_unbound "$mac"
	must is_at "$mac" -
}

# What is used does not age.
used()
{
	local mac=02:00:00:00:0a:01

	must vxmob domain set dev vx100 confirm none
	must ip link set vx100 type vxlan ageing 10
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"origin":"snoop"'
	must wait_for speaks_to_until_old "$mac"
	must bound "$mac" '"origin":"snoop"' '"moves":0,'
	must ip link set vx100 type vxlan ageing 300
}

speaks_to_until_old()
{
	hex_of "$1"
	"$NET_HERE/sendframe" eth g1 "${HEX}02000000010d88b5$ZEROS"
	age_of "$1"
	[ "$AGE" -gt 15000 ]
}

ALL_TESTS="confirmed rolled_back rolled_back_number taken_back silence
	silent_at_home silent_and_ordered speaks_at_home unobservable ages
	ages_withdrawn ages_learning used"
! brief || ALL_TESTS=${ALL_TESTS% unobservable ages used}

net_private "$@"
run_tests "$@"
