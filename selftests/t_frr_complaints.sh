#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: frr
# timeout: 900
# not on: debug stock-6.12
#
# What users of EVPN complain of when virtual machines move, with a live FRR that
# errs in each of these ways.  Without the module (VXMOB_NOLOAD=1) every case
# fails, for then it shows the fault.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/frr.sh
. "$(dirname "$0")/frr.sh"

setup()
{
	frr_create
}

# FRR issue 21472: during a live migration the orchestrator installs the VM's new
# place, and then the routing daemon deletes it, because only now the old host's
# withdrawal comes round.  The new host's BGP has not spoken yet.
late_withdrawal()
{
	vm_create fa:16:3e:00:01:01
	must vm_boot leaf1
	must frr_pause leaf1 zebra
	must frr_pause leaf2 bgpd
	must vm_unplug leaf1
	must vm_hop leaf2
	must orchestrator_tells leaf3 leaf2
	must comes vm_seen_from leaf3 leaf2
	must frr_continue leaf1 zebra
	must comes vm_unrouted leaf3
	must lasts vm_seen_from leaf3 leaf2
	must vm_reached
	must frr_continue leaf2 bgpd
	must vm_comes_to leaf2
}

# SONiC issue 12363 (sonic-buildimage): a MAC moves from behind a VTEP to a local
# port, the entry is replaced accordingly, and the routing daemon, which sees its
# own entry go before it hears of the move, installs the old VTEP over the new
# port.  It advertises the MAC all the same, so that all send to a leaf which
# sends nowhere, until the VM speaks again.
old_vtep_reinstalled()
{
	vm_create fa:16:3e:00:01:02 --rounds 1
	must vm_boot leaf1
	must frr_pause leaf2 zebra
	must orchestrator_expects leaf2
	must vm_hop leaf2
	must comes vm_seen_from leaf2 leaf2
	must orchestrator_confirms leaf2
	must frr_continue leaf2 zebra
	must comes vm_routed leaf3 leaf2
	must lasts vm_seen_from leaf2 leaf2
	must vm_reached
	must vm_comes_to leaf2
}

# FRR issues 9327 and 10468: the route that is right has a lower mobility number
# than the one that is gone.  BGP turns to it, zebra remembers the higher number
# and refuses, and the MAC stays behind the VTEP that it has left.  Here BGP of
# the VM's first host hangs while the VM goes and comes back.
lower_number()
{
	vm_create fa:16:3e:00:01:03
	must vm_boot leaf1
	must frr_pause leaf1 bgpd
	must vm_hop leaf2
	must comes vm_routed leaf3 leaf2 1
	must comes vm_seen_from leaf3 leaf2
	must vm_hop leaf1
	must vm_unplug leaf2
	must comes vm_routed leaf3 leaf1 0
	must lasts vm_seen_from leaf3 leaf1
	must vm_reached
	must frr_continue leaf1 bgpd
	must vm_order announce
	must vm_comes_to leaf1
}

# FRR issue 4904: after a migration the route of the MAC comes at once, that of
# MAC and IP 20 to 30 seconds later.
mac_part_at_once()
{
	vm_create fa:16:3e:00:01:04 --ip 192.168.20.14
	must vm_boot leaf1
	must frr_pause leaf2 bgpd
	must vm_hop leaf2
	must evpn_wait $((2 * FRR_BRIEF)) vm_at leaf2
	must vm_reached
	must frr_continue leaf2 bgpd
	must comes vm_routed leaf3 leaf2
	must vm_comes_to leaf2
}

# KubeVirt issue 17195: before the handover, while the VM runs on the old host
# and talks, its port on the new one lets out frames with its MAC, which flaps;
# who takes that for a duplicate address cuts the VM off.  Duplicates are vxmob's
# business where there is vxmob, else FRR's.
early_leak()
{
	local leak

	with_vxmob || must duplicates_freeze
	must frr_confirm 5 $EVPN_LEAVES
	vm_create fa:16:3e:00:01:05 --ip 192.168.20.15 --gateway $EVPN_GATEWAY --ping 50
	must vm_boot leaf1
	for leak in 1 2 3 4 5 6; do
		must vm_order frame "$(vm_home leaf2)"
		evpn_wait $((2 * FRR_BRIEF)) vm_at leaf1 || ktap_print "leak $leak: not all are right again so soon"
	done
	must comes vm_lasts_at leaf1
	ktap_print "leaf3's BGP has $(evpn_mac_route leaf3 "$VM_MAC")"
	must vm_hop leaf2
	must comes vm_lasts_at leaf2
}

# Juniper KB35676: a migration makes a MAC hop up to six times before it comes to
# rest, and duplicate detection, meant for addresses in use twice, freezes it where
# it is not.
six_hops()
{
	local home

	must duplicates_freeze
	vm_create fa:16:3e:00:01:06
	must vm_boot leaf1
	for home in leaf2 leaf1 leaf2 leaf1 leaf2 leaf1 leaf2; do
		must vm_hop $home
		evpn_wait $((2 * FRR_BRIEF)) vm_at $home || true
	done
	must comes vm_lasts_at leaf2
	must vm_not_frozen
}

# What an operator sets who takes duplicates seriously.
duplicates_freeze()
{
	local leaf

	for leaf in $EVPN_LEAVES; do
		duplicates_on "$leaf" "dup-addr-detection" \
			"dup-addr-detection max-moves 5 time 180" \
			"dup-addr-detection freeze permanent" || return
		defer duplicates_on "$leaf" "no dup-addr-detection freeze" \
			"no dup-addr-detection"
	done
}

duplicates_on()
{
	local leaf=$1

	shift
	evpn_bgp "$leaf" enable "configure terminal" \
		"router bgp $((1001 + ${leaf#leaf}))" "address-family l2vpn evpn" "$@"
}

vm_not_frozen()
{
	local leaf

	with_vxmob || return 0
	for leaf in $EVPN_LEAVES; do
		[[ $(vxmob -n "$leaf" mac get "$VM_MAC" dev $EVPN_VXLAN) != *frozen* ]] || return
	done
}

ALL_TESTS="late_withdrawal old_vtep_reinstalled lower_number mac_part_at_once
	early_leak six_hops"

frr_require
run_tests "$@"
