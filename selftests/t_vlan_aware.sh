#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bridge that is VLAN aware carries many segments, a vxlan device each: VNI
# 100020 on VLAN 20, VNI 100030 on VLAN 30.  The same MAC lives in both, and what
# is said of it in one never touches the other.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"


setup()
{
	setup_ns FAR || return
	{
		net_bridge_batch 10.255.0.1 "vlan_filtering 1 vlan_default_pvid 0" 100020 100030
		echo "link add br1 type bridge"
		echo "link add vx7 type vxlan id 7 local 10.255.0.1 dstport 4789 nolearning"
		echo "link set vx7 master br1"
		echo "link add vx8 type vxlan id 8 local 10.255.0.1 dstport 4789 nolearning"
		echo "link set vx8 master br0"
		echo "link add u0 type veth peer name u1 netns $FAR"
		echo "addr add 10.255.0.1/24 dev u0"
		echo "link set u0 up"
	} | ip -batch - || return
	ip -n "$FAR" -batch - <<-END || return
		addr add 10.255.0.2/24 dev u1
		addr add 10.255.0.3/24 dev u1
		link set u1 up
	END
	bridge -batch - <<-END || return
		vlan add dev vx100020 vid 20 pvid untagged
		vlan add dev vx100030 vid 30 pvid untagged
		vlan add dev p1 vid 20
		vlan add dev p1 vid 30
		vlan add dev p2 vid 20 pvid untagged
	END
	vxmob domain add dev vx100020 snoop rarp vteps any &&
		vxmob domain add dev vx100030 snoop rarp vteps any
}

defaults()
{
	must json_true '
		map([.dev, .vni, .vid, .bridge]) | sort ==
		[["vx100020", 100020, 20, "br0"], ["vx100030", 100030, 30, "br0"]]
		' vxmob -json domain show
}

same_mac()
{
	local mac=02:00:00:00:01:01

	must vxmob mac announce "$mac" dev vx100020 via 10.255.0.2 seq 5
	must vxmob mac announce "$mac" dev vx100030 via 10.255.0.3 seq 5
	must is_at "$mac" "vx100020 10.255.0.2" vx100020 20
	must has "$ENTRIES" "vlan 20 "
	must is_at "$mac" "vx100030 10.255.0.3" vx100030 30
	must vxmob mac announce "$mac" dev vx100020 via 10.255.0.3 seq 6
	must is_at "$mac" "vx100020 10.255.0.3" vx100020 20
	must is_at "$mac" "vx100030 10.255.0.3" vx100030 30
	NET_DEV=vx100030 must bound "$mac" '"seq":5,' '"vid":30,' '"vni":100030,' '"moves":0,'
	must vxmob mac withdraw "$mac" dev vx100020
	must is_at "$mac" - vx100020 20
	must is_at "$mac" "vx100030 10.255.0.3" vx100030 30
	NET_DEV=vx100020 must unbound "$mac"
}

# Learned in one VLAN, behind a trunk.
learn()
{
	local mac=02:00:00:00:01:02

	must vxmob mac announce "$mac" dev vx100020 via 10.255.0.2
	must vxmob mac announce "$mac" dev vx100030 via 10.255.0.2
	must guest_sends g1 "$mac" 20
	NET_DEV=vx100020 must becomes_bound "$mac" '"port":"p1"' '"origin":"learn"' '"vid":20,'
	must comes_to "$mac" p1 vx100020 20
	must is_at "$mac" "vx100030 10.255.0.2" vx100030 30
	NET_DEV=vx100030 must bound "$mac" '"via":"10.255.0.2"'
	must guest_sends g1 "$mac" 30
	NET_DEV=vx100030 must becomes_bound "$mac" '"port":"p1"' '"vid":30,'
	# in its VLAN to the untagged port; the other one stays on the trunk
	must guest_sends g2 "$mac"
	NET_DEV=vx100020 must becomes_bound "$mac" '"port":"p2"'
	NET_DEV=vx100030 must bound "$mac" '"port":"p1"'
}

snoop()
{
	local mac=02:00:00:00:01:03

	must vxmob mac announce "$mac" dev vx100020 via 10.255.0.2
	must vxmob mac announce "$mac" dev vx100030 via 10.255.0.2
	must vtep_announces 10.255.0.3 "$mac" 100020
	must comes_to "$mac" "vx100020 10.255.0.3" vx100020 20
	must is_at "$mac" "vx100030 10.255.0.2" vx100030 30
	NET_DEV=vx100030 must bound "$mac" '"via":"10.255.0.2"' '"origin":"control"'
	must vtep_announces 10.255.0.3 "$mac" 100030
	must comes_to "$mac" "vx100030 10.255.0.3" vx100030 30
}

# Where the overlay has tags, a frame counts that the bridge takes for the VLAN's.
snoop_by_tag()
{
	local mac=02:00:00:00:01:09 NET_DEV=vx100020

	defer bridge vlan add dev vx100020 vid 20 pvid untagged
	must bridge vlan add dev vx100020 vid 20
	must vxmob mac announce "$mac" dev vx100020 via 10.255.0.2
	must vtep_announces 10.255.0.3 "$mac" 100020
	must announces_tagged "$mac" 88a80014
	must announces_tagged "$mac" 8100001e
	must announces_tagged 02:00:00:00:01:0a 81000014
	must becomes_bound 02:00:00:00:01:0a '"via":"10.255.0.3"'
	must bound "$mac" '"via":"10.255.0.2"' '"moves":0,'
	must announces_tagged "$mac" 81000014
	must becomes_bound "$mac" '"via":"10.255.0.3"'
}

announces_tagged()
{
	rarp_frame "$1"
	vxlan_packet 100020 "${FRAME:0:24}$2${FRAME:24}"
	vtep_sends 10.255.0.3
}

# Other VLANs of the bridge are none of the module's business.
other_vlan()
{
	local mac=02:00:00:00:01:04

	must bridge vlan add dev p2 vid 40
	must vxmob mac announce "$mac" dev vx100020 via 10.255.0.2
	must guest_sends g2 "$mac" 40
	must wait_for at "$mac" "p2 10.255.0.2" vx100020 40
	must is_at "$mac" "vx100020 10.255.0.2" vx100020 20
	NET_DEV=vx100020 must bound "$mac" '"via":"10.255.0.2"' '"moves":0,'
	must bridge vlan del dev p2 vid 40
}

on_port()
{
	local mac=02:00:00:00:01:05

	must vxmob mac announce "$mac" dev vx100020 on p1 seq 1
	must is_at "$mac" p1 vx100020 20
	must is_at "$mac" - vx100030 30
	must vxmob mac announce "$mac" dev vx100020 via 10.255.0.2 seq 2
	must is_at "$mac" "vx100020 10.255.0.2" vx100020 20
}

zebra()
{
	local mac=02:00:00:00:01:06

	must bridge fdb replace "$mac" dev vx100020 vlan 20 master dynamic extern_learn
	must bridge fdb replace "$mac" dev vx100020 dst 10.255.0.2 self dynamic extern_learn
	NET_DEV=vx100020 must becomes_bound "$mac" '"origin":"netlink"' '"via":"10.255.0.2"'
	NET_DEV=vx100030 must unbound "$mac"
}

vids()
{
	must refused VLAN vxmob domain add dev vx8
	must refused VLAN vxmob domain add dev vx8 vid 40
	must refused VLAN vxmob domain add dev vx7 vid 20
	must bridge vlan add dev vx8 vid 20
	must refused VLAN vxmob domain add dev vx8 vid 20
	must bridge vlan add dev vx8 vid 50
	must vxmob domain add dev vx8 vid 50
	must has "$(vxmob -json domain show dev vx8)" '"vid":50,'
	must vxmob domain add dev vx7
	must has "$(vxmob -json domain show dev vx7)" '"vid":0,'
	must vxmob domain del dev vx7
	must vxmob domain del dev vx8
	must misused "" vxmob domain add dev vx8 vid 4095
}

# A device that is in a bridge, but in no VLAN yet, joins when it is; until then
# there is nothing to be read.
waits_for_its_vlan()
{
	local NET_DEV=vx9

	must ip link add vx9 type vxlan id 9 local 10.255.0.1 dstport 4789 nolearning
	defer ip link del vx9
	must vxmob domain add dev vx9
	must ip link set vx9 master br0 up
	must wait_for stat_is resyncs 1
	NET_WAIT=3 must not wait_for stat_is resyncs 2
	must bridge vlan add dev vx9 vid 60 pvid untagged
	must wait_for joined vx9 60
	must wait_for stat_is resyncs 2
}

joined()
{
	[[ $(vxmob -json domain show dev "$1") == *"\"vid\":$2,"* ]]
}

# A machine cannot come to a port that has left its VLAN.
move_ends_with_vlan()
{
	local mac=02:00:00:00:01:07

	must vxmob move prepare "$mac" dev vx100020 on p2 from 10.255.0.2 deadline 3600
	must vxmob move prepare "$mac" dev vx100030 on p1 from 10.255.0.2 deadline 3600
	defer bridge vlan add dev p2 vid 20 pvid untagged
	must bridge vlan del dev p2 vid 20
	must wait_for moving_to p1
	defer vxmob move abort "$mac" dev vx100030
	must refused "" vxmob move abort "$mac" dev vx100020
	must refused "not in the domain's VLAN" vxmob move prepare "$mac" dev vx100020 on p2
}

# Nor does it come back to such a port.
held_without_vlan()
{
	local mac=02:00:00:00:01:08 NET_DEV=vx100020

	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"'
	must vxmob move prepare "$mac" dev vx100020 to 10.255.0.2 deadline 3600
	must vxmob move hold "$mac" dev vx100020
	defer bridge vlan add dev p2 vid 20 pvid untagged
	must bridge vlan del dev p2 vid 20
	must vxmob move abort "$mac" dev vx100020
	must is_at "$mac" "vx100020 10.255.0.2" vx100020 20
	must vxmob mac withdraw "$mac" dev vx100020
}

moving_to()
{
	[ "$(vxmob -json move show | tr -d ' ' | grep -o '"port":"[^"]*"')" = "\"port\":\"$1\"" ]
}

# Many MACs, the same in both VLANs, moved in one of them.
many()
{
	local i dev

	for dev in vx100020 vx100030; do
		for ((i = 0; i < 200; i++)); do
			printf 'announce 02:00:00:00:02:%02x dev %s via 10.255.0.2\n' "$i" "$dev"
		done
	done > "$TMP/both"
	sed -n "/vx100020/s/0.2$/0.3/p" "$TMP/both" > "$TMP/one"
	must vxmob transaction "$TMP/both"
	must vxmob transaction "$TMP/one"
	must same "$(vxmob mac show dev vx100020 via 10.255.0.3 | grep -c ^02:00:00:00:02:)" 200
	must same "$(vxmob mac show dev vx100030 via 10.255.0.2 | grep -c ^02:00:00:00:02:)" 200
	must same "$(bridge fdb show dev vx100020 | grep -c '^02:00:00:00:02:.* dst 10.255.0.3 ')" 200
	must same "$(bridge fdb show dev vx100030 | grep -c '^02:00:00:00:02:.* dst 10.255.0.2 ')" 200
	must vxmob mac flush dev vx100020
	must same "$(bridge fdb show dev vx100020 | grep -c ^02:00:00:00:02:)" 0
	must same "$(bridge fdb show dev vx100030 | grep -c '^02:00:00:00:02:.* vlan 30 ')" 200
}

ALL_TESTS="defaults same_mac learn snoop snoop_by_tag other_vlan on_port zebra vids
	waits_for_its_vlan move_ends_with_vlan
	held_without_vlan many"

net_private "$@"
run_tests "$@"
