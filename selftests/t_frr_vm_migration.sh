#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: frr
# timeout: 900
# not on: debug
#
# A virtual machine migrates in an EVPN-VXLAN fabric, spine and leaves with an AS
# each, from the host behind one leaf to the host behind another, while it and its
# gateway ping each other.  The gateway is on every leaf, with the same address.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/frr.sh
. "$(dirname "$0")/frr.sh"

VM_MAC=fa:16:3e:7f:2e:0a
VM_IP=192.168.20.10
PING=50			# ms between two of the VM's pings

setup()
{
	local leaf

	TMP=$(mktemp -d)
	defer rm -rf "$TMP"
	frr_create || return
	fabric_pids > "$TMP/pids"
	for leaf in $EVPN_LEAVES; do
		ip netns exec "$leaf" bridge monitor fdb > "$TMP/$leaf.fdb" &
		defer kill $!
	done
	vm_create $VM_MAC --ip $VM_IP --gateway $EVPN_GATEWAY --ping $PING
}

# The MAC is on the local port where the VM is, remote elsewhere, and has never
# moved.
known_before()
{
	must vm_boot leaf1
	must vm_at leaf1
	must comes vm_routed leaf2 leaf1 0
	must comes vm_routed leaf3 leaf1 0
	if with_vxmob; then
		must binding_says leaf1 "local port $FRR_TAP"
		must binding_says leaf2 "remote via $(evpn_vtep leaf1)"
		must binding_says leaf3 "remote via $(evpn_vtep leaf1)"
	fi
	must comes gateway_pings leaf1
	must comes arp_right
	must vm_pings
	ktap_print "before: $PINGS pings, $PONGS answered"
}

migrates()
{
	must vm_order move "$(vm_home leaf2)"
	ktap_print "leaf3 turned after $(answer_of fdb) us; of $(answer_of pings) pings of the VM" \
		"$(answer_of pongs) were answered; of $(answer_of after) frames to it" \
		"after it ran again $(answer_of lost) were lost"
	must vm_comes_to leaf2
}

# The new leaf says so with the next mobility number, and everybody forwards
# there.
advertised_after()
{
	must comes vm_routed leaf2 leaf2 1
	must comes vm_routed leaf3 leaf2 1
	must comes vm_routed leaf1 leaf2 1
	must lasts vm_at leaf2
	if with_vxmob; then
		must binding_says leaf1 "remote via $(evpn_vtep leaf2)"
		must binding_says leaf2 "local port $FRR_TAP"
		must binding_says leaf3 "remote via $(evpn_vtep leaf2)"
	fi
	must vm_reached
	must comes gateway_pings leaf2
	must comes arp_right
	must vm_pings
	ktap_print "after: $PINGS pings, $PONGS answered"
}

# Every leaf has the gateway's MAC, and none ever points elsewhere with it, even
# if a VTEP claims to have it.
gateway_stays()
{
	local leaf

	for leaf in $EVPN_LEAVES; do
		must gateway_is_local "$leaf"
	done
	must leaf_spoofs leaf2 $EVPN_GATEWAY_MAC leaf1 leaf3
	must lasts gateway_is_local leaf1
	must gateway_is_local leaf3
	for leaf in $EVPN_LEAVES; do
		must not gateway_moved "$leaf"
		! with_vxmob || must not binding_of "$leaf" $EVPN_GATEWAY_MAC
	done
	must comes gateway_pings leaf2
}

daemons_live()
{
	check_equal "the daemons' processes" "$(< "$TMP/pids")" "$(fabric_pids)"
}

# The VM and all that was set up for it are gone.
gone_afterwards()
{
	local ns

	must kill "$VM_CHILD"
	must comes vm_is_forgotten
	must evpn_destroy
	for ns in $EVPN_SPINE $EVPN_LEAVES; do
		must [ ! -e "/run/netns/$ns" ]
		must [ ! -e "/etc/frr/$ns" ]
		must [ ! -e "/var/run/frr/$ns" ]
	done
}

# --- helpers ----------------------------------------------------------------

fabric_pids()
{
	local node

	for node in $EVPN_SPINE $EVPN_LEAVES; do
		echo "$(evpn_daemon_pid "$node" zebra) $(evpn_daemon_pid "$node" bgpd)"
	done
}

answer_of()
{
	[[ " $ANSWER " =~ \ $1=([0-9]+)\  ]] && echo "${BASH_REMATCH[1]}"
}

# Sets PINGS and PONGS; some were answered.
vm_pings()
{
	must vm_order flow 1000
	PINGS=$(answer_of pings) PONGS=$(answer_of pongs)
	[ "$PONGS" -gt 0 ]
}

gateway_pings()
{
	ip netns exec "$1" ping -q -c 1 -W 1 $VM_IP > /dev/null
}

# Every leaf knows the VM's address by its MAC.
arp_right()
{
	local leaf

	for leaf in $EVPN_LEAVES; do
		[[ $(ip -n "$leaf" neigh show $VM_IP dev vlan$EVPN_VID) == \
			*"lladdr $VM_MAC"* ]] || return
	done
}

binding_of()
{
	vxmob -n "$1" mac get "$2" dev $EVPN_VXLAN 2>/dev/null
}

binding_says()
{
	[[ $(binding_of "$1" $VM_MAC) == *"$2"* ]]
}

# The gateway's MAC is on the bridge itself and nowhere else.
gateway_is_local()
{
	local entries

	entries=$(bridge -n "$1" fdb show | grep "^$EVPN_GATEWAY_MAC ")
	[[ $entries == *"dev br0 "* && $entries != *"dst "* ]] &&
	! grep -v permanent <<< "$entries"
}

# Was the gateway's MAC ever seen to be behind a VTEP or a port?
gateway_moved()
{
	grep -v permanent "$TMP/$1.fdb" | grep "^$EVPN_GATEWAY_MAC "
}

ALL_TESTS="known_before migrates advertised_after gateway_stays daemons_live
	gone_afterwards"

frr_require
run_tests "$@"
