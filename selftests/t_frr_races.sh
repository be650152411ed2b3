#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: frr
# timeout: 900
# not on: debug stock-6.12
#
# Evidence and the routing daemon contradict each other, or come in the wrong
# order: the daemon is a live FRR that is slow, killed, or says what was true
# before.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/frr.sh
. "$(dirname "$0")/frr.sh"

setup()
{
	TMP=$(mktemp -d)
	defer rm -rf "$TMP"
	frr_create
}

# --- moves that BGP has not heard of ---------------------------------------

# BGP on the leaf that the VM only passes through hears of it when all is over.
there_and_back()
{
	must frr_confirm $FRR_WINDOW $EVPN_LEAVES
	vm_create fa:16:3e:00:02:01
	must vm_boot leaf1
	must frr_pause leaf2 bgpd
	must vm_hop leaf2
	must vm_comes_to leaf2
	must vm_hop leaf1
	must vm_comes_to leaf1
	CAME=$SECONDS
	must frr_continue leaf2 bgpd
	must vm_lasts_at leaf1
	must comes vm_routed leaf3 leaf1
	must vm_outlasts_window leaf1
}

onwards()
{
	must frr_confirm $FRR_WINDOW $EVPN_LEAVES
	vm_create fa:16:3e:00:02:02
	must vm_boot leaf1
	must frr_pause leaf2 bgpd
	must vm_hop leaf2
	must vm_comes_to leaf2
	must vm_hop leaf3
	must vm_comes_to leaf3
	CAME=$SECONDS
	must frr_continue leaf2 bgpd
	must vm_lasts_at leaf3
	must comes vm_routed leaf1 leaf3
	must vm_outlasts_window leaf3
}

# Nobody has heard of anything.
all_daemons_slow()
{
	local leaf

	must frr_confirm $FRR_WINDOW $EVPN_LEAVES
	vm_create fa:16:3e:00:02:03
	must vm_boot leaf1
	for leaf in $EVPN_LEAVES; do
		must frr_pause "$leaf" bgpd
	done
	must vm_hop leaf2
	must vm_comes_to leaf2
	must vm_hop leaf1
	must vm_comes_to leaf1
	must vm_hop leaf2
	must vm_comes_to leaf2
	CAME=$SECONDS
	for leaf in $EVPN_LEAVES; do
		must frr_continue "$leaf" bgpd
	done
	must vm_lasts_at leaf2
	must comes vm_routed leaf3 leaf2
	must vm_outlasts_window leaf2
}

# The same until whatever was pending is applied.
vm_outlasts_window()
{
	stays_since "$CAME" $((FRR_WINDOW + FRR_BRIEF)) vm_at "$1" && vm_reached
}

# What must stay does so until some time after it began.
stays_since()
{
	local left=$(($1 + $2 - SECONDS))

	shift 2
	stays $left "$@"
}

# --- announcements that are not true ---------------------------------------
# The VM announces itself once, so that no later round gainsays them.

# Nobody gainsays a false announcement: it stands until the VM announces itself.
spoof_unopposed()
{
	must frr_confirm $FRR_WINDOW leaf3
	vm_create fa:16:3e:00:02:04 --rounds 1
	must vm_boot leaf1
	must comes vm_status leaf3 confirmed
	must frr_confirm 3 leaf3
	must leaf_spoofs leaf2 $VM_MAC leaf3
	must comes vm_seen_from leaf3 leaf2
	must vm_status leaf3 provisional
	must stays $((3 + FRR_BRIEF)) vm_seen_from leaf3 leaf2
	must vm_status leaf3 provisional
	must vm_order announce
	must vm_comes_to leaf1
}

# leaf3 is deceived first, before it can hear from BGP that the VM has left.  The
# VM's own leaf, deceived as well, corrects itself with the VM's next frame,
# and its BGP tells the others, who believe it when the window is over.
spoof_opposed()
{
	vm_create fa:16:3e:00:02:05 --rounds 1
	must frr_silence leaf1
	must frr_confirm $FRR_WINDOW leaf3
	must vm_boot leaf1
	must comes vm_status leaf3 confirmed
	must monitor_start leaf3
	must leaf_spoofs leaf2 $VM_MAC leaf3 leaf1
	must comes vm_unrouted leaf3
	must vm_order frame "$(vm_home leaf1)"
	must comes monitor_has '"claim-refused"' "$VM_MAC" '"via":"10.255.0.1"'
	must vm_seen_from leaf3 leaf2
	must vm_status leaf3 provisional
	must comes monitor_has '"rolled-back"' "$VM_MAC"
	must lasts vm_at leaf1
	must vm_reached
}

# The new place is announced while the VM still talks at the old one, whose BGP
# says so, and withdraws it when the VM has gone.  What was pending is withdrawn
# then too, and nobody may go back to it.
announced_early()
{
	vm_create fa:16:3e:00:02:08 --rounds 1
	must frr_silence leaf1
	must frr_confirm $FRR_WINDOW leaf3
	must vm_boot leaf1
	must comes vm_status leaf3 confirmed
	must frr_pause leaf2 bgpd
	must monitor_start leaf3
	must leaf_spoofs leaf2 $VM_MAC leaf3 leaf1
	must comes vm_unrouted leaf3
	must vm_order frame "$(vm_home leaf1)"
	must comes monitor_has '"claim-refused"' "$VM_MAC" '"via":"10.255.0.1"'
	CAME=$SECONDS
	must vm_unplug leaf1
	must vm_hop leaf2
	must comes vm_unrouted leaf3
	must comes vm_seen_from leaf3 leaf2
	must stays_since "$CAME" $((FRR_WINDOW + FRR_BRIEF)) vm_seen_from leaf3 leaf2
	must not monitor_has '"rolled-back"' "$VM_MAC"
	must vm_reached
	must frr_continue leaf2 bgpd
	must vm_comes_to leaf2
}

# A frame that the old port still had comes out when BGP has moved the MAC, of
# which its leaf has heard nothing else, and the VM is silent.
late_frame()
{
	vm_create fa:16:3e:00:02:09
	defer vxmob -n leaf1 domain set dev $EVPN_VXLAN snoop rarp
	must vxmob -n leaf1 domain set dev $EVPN_VXLAN snoop none
	must vm_boot leaf1
	must vm_hop leaf2
	must comes vm_routed leaf3 leaf2 1
	must vm_comes_to leaf2
	must vm_order frame "$(vm_home leaf1)"
	must vm_comes_to leaf2
	must lasts vm_at leaf2
	must vm_reached
	ktap_print "leaf3's BGP has $(evpn_mac_route leaf3 $VM_MAC)"
}

# --- daemons that restart, or withdraw late --------------------------------

# The numbers of a daemon that was killed begin again below those that the peers
# remember.
daemons_restart()
{
	local leaf

	vm_create fa:16:3e:00:02:06
	must vm_boot leaf1
	must vm_hop leaf2
	must vm_comes_to leaf2
	must comes vm_routed leaf3 leaf2 1
	must vm_hop leaf1
	must vm_comes_to leaf1
	must comes vm_routed leaf3 leaf1 2
	for leaf in leaf2 leaf3; do
		must vxmob -n "$leaf" mac announce "$VM_MAC" dev $EVPN_VXLAN \
			via "$(evpn_vtep leaf1)" seq 2
	done
	must frr_kill leaf1
	must comes vm_unrouted leaf3
	must evpn_frr_start leaf1
	must comes vm_routed leaf3 leaf1 0
	must vm_comes_to leaf1
	must comes vm_reached
	must vm_hop leaf2
	must vm_comes_to leaf2
	must comes vm_routed leaf3 leaf2 1
	must vm_lasts_at leaf2
}

# The source's BGP withdraws its route when the orchestrator has long told all
# peers where the VM is, and BGP of the target has not said so yet.
withdraws_late()
{
	vm_create fa:16:3e:00:02:07
	must vm_boot leaf1
	must frr_pause leaf1 bgpd
	must frr_pause leaf2 bgpd
	must vm_hop leaf2
	must orchestrator_tells leaf1 leaf2
	must orchestrator_confirms leaf2
	must orchestrator_tells leaf3 leaf2
	must vm_comes_to leaf2
	must vm_unplug leaf1
	must frr_continue leaf1 bgpd
	must comes vm_unrouted leaf3
	must vm_lasts_at leaf2
	must frr_continue leaf2 bgpd
	must comes vm_routed leaf3 leaf2
	must vm_comes_to leaf2
}

# --- helpers ----------------------------------------------------------------

vm_status()
{
	[[ $(vxmob -n "$1" mac get "$VM_MAC" dev $EVPN_VXLAN) == *"status $2"* ]]
}

# Writes a leaf's events into a file until the case ends.
monitor_start()
{
	local leaf=$1

	: > "$TMP/events"
	vxmob -n "$leaf" -json monitor > "$TMP/events" &
	defer kill $!
	comes monitor_listens "$leaf"
}

monitor_listens()
{
	vxmob -n "$1" domain set dev $EVPN_VXLAN
	[ -s "$TMP/events" ]
}

# Is there an event with all these texts?
monitor_has()
{
	local line text

	while read -r line; do
		for text; do
			[[ $line == *"$text"* ]] || continue 2
		done
		return 0
	done < "$TMP/events"
	return 1
}

ALL_TESTS="there_and_back onwards all_daemons_slow spoof_unopposed spoof_opposed
	announced_early late_frame daemons_restart withdraws_late"

frr_require
require_module
run_tests "$@"
