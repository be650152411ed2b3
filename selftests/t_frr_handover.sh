#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: frr
# timeout: 900
# not on: debug stock-6.1
#
# A machine is handed over in an EVPN fabric in which only the two hosts that do it
# run vxmob.  The leaf behind which another host sends to it has FRR alone, and goes
# on sending to the old host until BGP has converged.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/frr.sh
. "$(dirname "$0")/frr.sh"

MOVES=${VXMOB_MOVES:-6}
RATE=1000		# frames per second
! slow_kernel || RATE=100

setup()
{
	with_vxmob || skip_all "there is no handover without vxmob"
	frr_create
}

# The leaf that watches has FRR alone until the case ends.
leaf3_unaware()
{
	vxmob -n leaf3 domain del dev $EVPN_VXLAN &&
	defer vxmob -n leaf3 domain add dev $EVPN_VXLAN snoop rarp \
		confirm $FRR_CONFIRM protect $EVPN_GATEWAY_MAC
}

mac_of_vm()
{
	local leaf=$1 object=$2 command=$3

	shift 3
	vxmob -n "$leaf" "$object" "$command" "$VM_MAC" dev $EVPN_VXLAN "$@"
}

prepared()
{
	mac_of_vm "$2" move prepare on $FRR_TAP from "${FRR_VTEP[$1]}" &&
	mac_of_vm "$1" move prepare to "${FRR_VTEP[$2]}"
}

committed()
{
	mac_of_vm "$1" move commit && mac_of_vm "$2" move commit
}

answer_of()
{
	[[ " $ANSWER " =~ \ $1=([0-9]+)\  ]] && echo "${BASH_REMATCH[1]}"
}

# An entry for the VTEP that a MAC moves to is, for zebra, the end of its own: it
# withdraws the MAC, and whoever has FRR alone floods.
zebra_withdraws()
{
	vm_create fa:16:3e:00:03:01 --rounds 1
	must vm_boot leaf1
	must mac_of_vm leaf1 mac announce via "${FRR_VTEP[leaf2]}"
	must comes vm_unrouted leaf3
	must mac_of_vm leaf1 mac announce on $FRR_TAP
	must vm_order announce
	must comes vm_routed leaf3 leaf1
}

# So where it listens the source says nothing, neither when the move is prepared
# nor while the machine stands still, and an abort leaves no trace.
source_is_quiet()
{
	local before

	vm_create fa:16:3e:00:03:02 --rounds 1
	must vm_boot leaf1
	before=$(vm_entries leaf1)
	must prepared leaf1 leaf2
	must mac_of_vm leaf1 move hold
	must stays $FRR_BRIEF vm_routed leaf3 leaf1
	must [ "$(vm_entries leaf1)" = "$before" ]
	must mac_of_vm leaf1 move abort
	must mac_of_vm leaf2 move abort
	must [ "$(vm_entries leaf1)" = "$before" ]
	must vm_reached
}

# Nothing is lost or comes twice, though leaf3 hears of each move from BGP alone.
# When it turns, a frame on the new path may overtake one on the longer old path.  The
# machine has announced itself to the end before it is held the next time: what speaks
# then has come back.
nothing_lost()
{
	local i from=leaf1 to=leaf2 swap key
	declare -A sum=([lost]=0 [lost_still]=0 [dup]=0 [reorder]=0 [still]=0 [after]=0)

	leaf3_unaware
	vm_create fa:16:3e:00:03:03 --still 100 --rate $RATE --rounds 3
	must vm_boot leaf1
	for ((i = 1; i <= MOVES; i++)); do
		must prepared $from $to
		must mac_of_vm $from move hold
		must vm_order move "$(vm_home $to)" calm
		ktap_print "move $i: leaf3 turned after $(answer_of fdb) us;" \
			"of $(answer_of after) frames after and $(answer_of still) before" \
			"$(answer_of lost) and $(answer_of lost_still) lost," \
			"$(answer_of reorder) out of order"
		for key in "${!sum[@]}"; do
			sum[$key]=$((sum[$key] + $(answer_of $key)))
		done
		must committed $from $to
		must vm_comes_to $to
		must comes vm_routed leaf3 $to
		swap=$from from=$to to=$swap
	done
	ktap_print "$MOVES moves: $((sum[lost] + sum[lost_still])) lost, ${sum[dup]} duplicated," \
		"${sum[reorder]} out of order, of ${sum[still]} sent while it stood still" \
		"and ${sum[after]} after"
	must [ "${sum[lost]}/${sum[lost_still]}/${sum[dup]}" = 0/0/0 ]
	must [ $((sum[still] + sum[after])) -ge $((MOVES * 2)) ]
}

ALL_TESTS="zebra_withdraws source_is_quiet nothing_lost"

frr_require
run_tests "$@"
