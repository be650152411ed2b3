#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: frr
# timeout: 400
# not on: debug
#
# FRR issue 4904: the MAC of a machine that has moved is advertised at once, MAC
# and IP address together only when the neighbour entry says so; and to that,
# which the daemon itself had installed while the machine was elsewhere, no ARP
# gets through.  With the module, the leaf that the machine has come to advertises
# both at once, if the machine names its address, or if it was known.  Without the
# module (VXMOB_NOLOAD=1) the cases fail, and say how long it took.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/frr.sh
. "$(dirname "$0")/frr.sh"

PORT=p9			# on each leaf; g9 is the machine's side of it
GUEST=g9
PROMPT=12000		# ms within which the route must be at leaf3; else it takes 20 s or more
! slow_kernel || PROMPT=20000
GATEWAY_HEX=c0a81401	# 192.168.20.1

setup()
{
	local leaf

	frr_create || return
	for leaf in $EVPN_LEAVES; do
		ip -n "$leaf" -batch - <<-END || return
			link add $PORT type veth peer name $GUEST
			link set $PORT addrgenmode none master br0
			link set $GUEST addrgenmode none up
		END
		bridge -n "$leaf" vlan add dev $PORT vid $EVPN_VID pvid untagged &&
			ip -n "$leaf" link set $PORT up || return
	done
}

# Sends ARP or RARP from behind a leaf: EtherType, operation, sender's and
# target's address.
guest_says()
{
	local mac=${MAC//:/}

	"$FRR_HERE/sendframe" -n "$1" eth $GUEST \
		"ffffffffffff$mac${2}00010800060400$3$mac$4$mac$5$(printf '%036d' 0)"
}

guest_asks_gateway()
{
	guest_says "$1" 0806 01 "$IP_HEX" $GATEWAY_HEX
}

# As QEMU does for it.
guest_arrives()
{
	guest_says "$1" 8035 03 00000000 00000000
}

# As the guest does itself, if it is told (virtio's "announce" status bit).
guest_announces()
{
	guest_says "$1" 0806 01 "$IP_HEX" "$IP_HEX"
}

# BGP on a leaf knows MAC and IP address behind another one.
both_routed()
{
	local route

	route=$(evpn_bgp "$1" "show bgp l2vpn evpn route vni $EVPN_VNI mac $MAC ip $IP") ||
		return
	[[ $route =~ $'\n'\ +([0-9.]+)(\(|\ )[^$'\n']*\ from\  ]] &&
		[ "${BASH_REMATCH[1]}" = "$(evpn_vtep "$2")" ]
}

# The machine is behind leaf1, and all know it by both its addresses.
boot()
{
	MAC=$1 IP=$2
	# shellcheck disable=SC2046 # words are wanted
	IP_HEX=$(printf '%02x' ${IP//./ })
	guest_arrives leaf1 && guest_asks_gateway leaf1 &&
		comes both_routed leaf3 leaf1 && comes remote_neighbour leaf2
}

# The daemon's entry of a machine that is elsewhere.
remote_neighbour()
{
	[[ $(ip -n "$1" neigh show "$IP" dev vlan$EVPN_VID) == *"lladdr $MAC "*extern_learn* ]]
}

# It takes no longer than it may until leaf3 has the route to leaf2; says how long.
comes_promptly()
{
	local since=$1 took

	comes both_routed leaf3 leaf2
	took=$(($(now_ms) - since))
	if both_routed leaf3 leaf2; then
		ktap_print "$2: MAC and IP are at leaf3 after $took ms"
	else
		ktap_print "$2: MAC and IP are not at leaf3 after $took ms"
	fi
	[ $took -le $PROMPT ]
}

# The machine names its address on arrival, as Linux guests do.
announced_by_guest()
{
	local since

	must boot fa:16:3e:00:09:01 192.168.20.21
	since=$(now_ms)
	must guest_arrives leaf2
	must guest_announces leaf2
	must comes_promptly "$since" "announced by the guest"
}

# It says nothing of its address, but the orchestrator knew that.
known_to_orchestrator()
{
	local since

	must boot fa:16:3e:00:09:02 192.168.20.22
	! with_vxmob ||
		must vxmob -n leaf2 mac announce $MAC dev $EVPN_VXLAN via "$(evpn_vtep leaf1)" ip $IP
	since=$(now_ms)
	must guest_arrives leaf2
	must comes_promptly "$since" "known to the orchestrator"
}

ALL_TESTS="announced_by_guest known_to_orchestrator"

frr_require
run_tests "$@"
