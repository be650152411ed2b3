#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# VXLAN on the switch, VLANs to the host: a VLAN-aware bridge carries VLAN 10 on
# VNI 10 and VLAN 100 on VNI 100.  Once there is a vxlan device for each VNI, once
# a single external one for both, with and without a filter of VNIs.  Frames are
# sent, and must come out where the MAC is and nowhere else.
#
#	g1 -- p1 \				  namespace "far", VTEP 10.255.0.2
#		  br0 -- vx0 or vx10, vx100   ul <
#	g2 -- p2 /	10.255.0.1		  namespace "third", 10.255.0.3
#
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MAC=02:00:00:00:01:01
OTHER=02:00:00:00:0a:01		# sends to MAC
NOBODY=02:00:00:00:0a:02	# is nowhere

# --- the network ----------------------------------------------------------

# A namespace with another VTEP, which has a vxlan device for each VNI.
far_setup()
{
	local ns=$1 n=$2 vni

	ip -batch - <<-END || return
		link add u$n type veth peer name u1 netns $ns
		link set u$n master ul
		link set u$n up
	END
	{
		echo "addr add 10.255.0.$n/24 dev u1"
		echo "link set u1 up"
		echo "route add 239.0.0.0/8 dev u1"
		for vni in 10 100; do
			echo "link add vx$vni type vxlan id $vni local 10.255.0.$n" \
				"dstport 4789 dev u1 nolearning group 239.1.1.$vni"
			echo "link set vx$vni addrgenmode none up"
		done
	} | ip -n "$ns" -batch - && far_floods "$ns" 1 $((5 - n))
}

# It floods to VTEPs, or, if none is named, to the groups.
far_floods()
{
	local ns=$1 vni

	shift
	for vni in 10 100; do
		echo "fdb del 00:00:00:00:00:00 dev vx$vni self"
		if [ $# -gt 0 ]; then
			flood_batch "vx$vni" "$@"
		else
			echo "fdb append 00:00:00:00:00:00 dev vx$vni dst 239.1.1.$vni" \
				"via u1 self permanent"
		fi
	done | bridge -n "$ns" -batch -
}

setup()
{
	local ns=$1 n=$2

	ip -batch - <<-END || return
		link add u$n type veth peer name u1 netns $ns
		link set u$n master ul
		link set u$n up
	END
	ip -n "$ns" -batch - <<-END
		addr add 10.255.0.$n/24 dev u1
		link set u1 up
		route add 239.0.0.0/8 dev u1
	END
}

setup()
{
	setup_ns FAR THIRD || return
	ip -batch - <<-END || return
		link set lo up
		link add ul type bridge mcast_snooping 0
		addr add 10.255.0.1/24 dev ul
		link set ul up
		route add 239.0.0.0/8 dev ul
	END
	net_bridge_batch 10.255.0.1 "vlan_filtering 1 vlan_default_pvid 0" |
	ip -batch - || return
	bridge -batch - <<-END || return
		vlan add dev p1 vid 10
		vlan add dev p1 vid 100
		vlan add dev p2 vid 10
		vlan add dev p2 vid 100
	END
	far_setup "$FAR" 2 && far_setup "$THIRD" 3
}

# Prints a bridge batch that floods a VNI to VTEPs.
flood_batch()
{
	local dev=$1 peer

	shift
	for peer; do
		echo "fdb append 00:00:00:00:00:00 dev $dev dst 10.255.0.$peer self permanent"
	done
}

# This host's vxlan devices: one for each VNI.
each_create()
{
	local vni

	for vni in 10 100; do
		echo "link add vx$vni type vxlan id $vni local 10.255.0.1 dstport 4789" \
			"dev ul nolearning ${1:+group 239.1.1.$vni}"
		echo "link set vx$vni master br0"
		echo "link set vx$vni type bridge_slave learning off"
		echo "link set vx$vni up"
	done | ip -batch - || return
	for vni in 10 100; do
		echo "vlan add dev vx$vni vid $vni pvid untagged"
		[ -n "$1" ] || flood_batch "vx$vni" 2 3
	done | bridge -batch -
}

# One for both, with a filter of VNIs or without.
single_create()
{
	local flood=$1 filter=$2 vni

	ip -batch - <<-END || return
		link add vx0 type vxlan local 10.255.0.1 dstport 4789 dev ul external $filter ${LEARNING:-nolearning}
		link set vx0 master br0
		link set vx0 type bridge_slave learning off vlan_tunnel on
		link set vx0 up
	END
	for vni in 10 100; do
		echo "vlan add dev vx0 vid $vni"
		echo "vlan add dev vx0 vid $vni tunnel_info id $vni"
		[ -z "$filter" ] || echo "vni add dev vx0 vni $vni ${flood:+group 239.1.1.$vni}"
		[ -n "$flood" ] || flood_batch "vx0 src_vni $vni" 2 3
	done | bridge -batch -
}

# Makes the devices: "each", "single" or "plain" (single without a filter), and
# "multicast" for flooding by group; otherwise it is by lists.
create()
{
	local flood=${2:-}

	KIND=$1
	defer remove
	[ -z "$flood" ] || all_far_flood
	case $KIND in
	each)	each_create "$flood" ;;
	single)	single_create "$flood" vnifilter ;;
	plain)	single_create "$flood" "" ;;
	esac || return
	# those that are kept remember the indices of other devices of these names
	ask_start
}

# By group, as long as the case lasts.
all_far_flood()
{
	far_floods "$FAR"
	far_floods "$THIRD"
	defer far_floods "$FAR" 1 3
	defer far_floods "$THIRD" 1 2
}

remove()
{
	printf 'link del %s\n' vx0 vx10 vx100 | ip -force -batch -
	bridge fdb flush dev br0
}

# Makes the devices and enrols both VNIs, believing all VTEPs if they flood by
# group, which does not name them.
enrol()
{
	local vni

	create "$@" || return
	for vni in 10 100; do
		segment "$vni"
		vxmob domain add "${DOM[@]}" ${2:+vteps any} || return
	done
}

# --- words ----------------------------------------------------------------

# Sets how the tool names the segment of a VLAN, and how its entries look.
segment()
{
	if [ "$KIND" = each ]; then
		NET_DEV=vx$1 NET_VNI=
	else
		NET_DEV=vx0 NET_VNI=$1
	fi
	VLAN=$1
	DOM=(dev "$NET_DEV" ${NET_VNI:+vni "$NET_VNI"})
}

announce()
{
	vxmob mac announce "$MAC" "${DOM[@]}" "$@"
}

# The MAC is, or comes to be, on a port or behind a VTEP in the segment's VLAN.
stands()
{
	local place=$1

	[[ $place != 10.255.* ]] || place="$NET_DEV $place"
	is_at "$MAC" "$place" "$NET_DEV" "$VLAN" "$NET_VNI"
}

comes()
{
	local place=$1

	[[ $place != 10.255.* ]] || place="$NET_DEV $place"
	comes_to "$MAC" "$place" "$NET_DEV" "$VLAN" "$NET_VNI"
}

# What is sent to a MAC comes out at these places, and nowhere else.
delivers()
{
	local expected=$1 from=$2 mac=${3:-$MAC} source=${4:-$OTHER} vlan=$VLAN
	local sinks=() sink words got

	for sink in g1 g2 "$FAR/vx10" "$FAR/vx100" "$THIRD/vx10" "$THIRD/vx100"; do
		[ "$sink" = "$from" ] || sinks+=("$sink")
	done
	[[ $from != */* ]] || vlan=0
	read -ra words <<< "$expected"
	got=$("$NET_HERE/seeframe" ${#words[@]} "$from" "$mac" "$source" "$vlan" \
		"${sinks[@]}") || return
	got=${got//$FAR/far}
	same "${got//$THIRD/third}" "$expected"
}

# Behind another VTEP a MAC arrives: its hypervisor says so in a real frame.
arrives()
{
	local ns=$1

	rarp_frame "$MAC"
	"$NET_HERE/sendframe" -n "$ns" eth "vx$VLAN" "$FRAME"
}

# --- moves ----------------------------------------------------------------

floods()
{
	segment 10
	must delivers "g1:10 far/vx10 third/vx10" g2 "$NOBODY"
	must delivers "g1:10 g2:10 third/vx10" "$FAR/vx10" "$NOBODY"
	segment 100
	must delivers "g1:100 far/vx100 third/vx100" g2 "$NOBODY"
	must delivers "g1:100 g2:100 third/vx100" "$FAR/vx100" "$NOBODY"
}

# A MAC lives in both VLANs and moves in one, to and fro.
moves()
{
	must guest_sends g1 "$MAC" 10
	must guest_sends g1 "$MAC" 100
	segment 100
	must becomes_bound "$MAC" '"port":"p1"' '"vid":100,' '"vni":100,'
	segment 10
	must becomes_bound "$MAC" '"port":"p1"' '"vid":10,' '"vni":10,'
	must delivers "g1:10" g2
	must delivers "g1:10 third/vx10" "$FAR/vx10"

	must arrives "$FAR"
	must comes 10.255.0.2
	must bound "$MAC" '"via":"10.255.0.2"' '"origin":"snoop"' '!dst_vni'
	must delivers "far/vx10" g2
	segment 100
	must stands p1
	must delivers "g1:100" g2

	segment 10
	must announce via 10.255.0.3
	must stands 10.255.0.3
	must delivers "third/vx10" g2
	must guest_sends g1 "$MAC" 10
	must comes p1
	must delivers "g1:10" g2

	segment 100
	must announce via 10.255.0.2 seq 1
	must delivers "far/vx100" g2
	must arrives "$THIRD"
	must comes 10.255.0.3
	must delivers "third/vx100" g2
	segment 10
	must delivers "g1:10" g2
	must bound "$MAC" '"port":"p1"' '"moves":3,'
}

each_multicast()
{
	must enrol each multicast
	floods
	moves
}

each_headend()
{
	must enrol each
	floods
	moves
}

single_multicast()
{
	must enrol single multicast
	floods
	moves
}

single_headend()
{
	must enrol single
	floods
	moves
}

# Without a filter the device takes every VNI.
plain_headend()
{
	must enrol plain
	floods
	moves
}

# --- what is refused ------------------------------------------------------

enrolling()
{
	must create single
	must refused "many VNIs" vxmob domain add dev vx0
	must refused "many VNIs" vxmob domain add dev vx0 vid 10
	must refused "lacks that VNI" vxmob domain add dev vx0 vni 11 vid 10
	must refused "another VLAN" vxmob domain add dev vx0 vni 10 vid 100
	must refused "another VLAN" vxmob domain add dev vx0 vni 10 vid 0
	must same "$(vxmob domain show)" ""
	must vxmob domain add dev vx0 vni 10 vid 10
	must refused "enrolled already" vxmob domain add dev vx0 vni 10
	must refused "not enrolled with that VNI" vxmob mac announce "$MAC" dev vx0 vni 100 \
		via 10.255.0.2
	# with one domain there is no choice
	must vxmob mac announce "$MAC" dev vx0 via 10.255.0.2
	must vxmob domain add dev vx0 vni 100
	must refused "several VNIs" vxmob mac announce "$MAC" dev vx0 via 10.255.0.2
	must refused "several VNIs" vxmob domain set dev vx0 snoop none
	must refused "several VNIs" vxmob domain del dev vx0
	must json_true 'map([.dev, .vni, .vid]) | sort == [["vx0", 10, 10], ["vx0", 100, 100]]' \
		vxmob -json domain show
	must vxmob domain del dev vx0 vni 100
	must vxmob domain set dev vx0 snoop none
	must vxmob domain del dev vx0
	segment 10
	must stands -
}

# Without a filter the VLANs say which VNIs there are.
mapping()
{
	must create plain
	must bridge vlan add dev vx0 vid 20-25
	must bridge vlan add dev vx0 vid 20-25 tunnel_info id 200-205
	must vxmob domain add dev vx0 vni 203
	must has "$(vxmob -json domain show dev vx0)" '"vni":203,"vid":23,'
	must refused "no VLAN" vxmob domain add dev vx0 vni 300
	must refused "not in that VLAN" vxmob domain add dev vx0 vni 300 vid 30
	must refused "to another VNI" vxmob domain add dev vx0 vni 300 vid 24
	must refused "another VLAN" vxmob domain add dev vx0 vni 204 vid 23
	must bridge vlan add dev vx0 vid 30
	must vxmob domain add dev vx0 vni 300 vid 30
	must has "$(vxmob -json domain show dev vx0 vni 300)" '"vni":300,"vid":30,'
}

unaware_bridge()
{
	must ip -batch - <<-END
		link add br1 type bridge
		link add vx0 type vxlan local 10.255.0.1 dstport 4789 external
		link set vx0 master br1
	END
	defer ip link del br1
	defer ip link del vx0
	must refused "VLAN aware" vxmob domain add dev vx0 vni 10
	must refused "VLAN aware" vxmob domain add dev vx0 vni 10 vid 10
}

# The family is that of the device's own address.
families()
{
	must ip link add vx0 type vxlan local fd00::1 dstport 4789 external
	defer ip link del vx0
	must vxmob domain add dev vx0 vni 10 vid 10
	must refused "IPv6 addresses" vxmob mac announce "$MAC" dev vx0 via 10.255.0.2
	must vxmob mac announce "$MAC" dev vx0 via fd00::2
	must is_at "$MAC" "- fd00::2" vx0 10 10
	must ip link del vx0
	must ip link add vx0 type vxlan dstport 4789 external
	must vxmob domain add dev vx0 vni 10 vid 10
	must refused "IPv4 addresses" vxmob mac announce "$MAC" dev vx0 via fd00::2
	# its own address is unknown, so a tie is not won
	must vxmob mac announce "$MAC" dev vx0 via 10.255.0.2 seq 1
	must refused refuse-tie: vxmob mac announce "$MAC" dev vx0 via 10.255.0.3 seq 1
}

# --- both VNIs at once ----------------------------------------------------

both()
{
	must enrol single
	must vxmob transaction - <<-END
		announce $MAC dev vx0 vni 10 via 10.255.0.2 seq 1
		announce $MAC dev vx0 vni 100 via 10.255.0.3 seq 5
		announce $OTHER dev vx0 vni 10 on p1
	END
	segment 10
	must stands 10.255.0.2
	segment 100
	must stands 10.255.0.3
	must refused refuse-stale: vxmob transaction - <<-END
		announce $MAC dev vx0 vni 10 via 10.255.0.3 seq 2
		announce $MAC dev vx0 vni 100 via 10.255.0.2 seq 4
	END
	must refused "several VNIs" vxmob transaction - <<-END
		announce $MAC dev vx0 via 10.255.0.3 seq 2
	END
	must stands 10.255.0.3
	segment 10
	must stands 10.255.0.2
	must check_json "VNI 10" 'map([.lladdr, .vni]) | sort == [["02:00:00:00:01:01", 10], ["02:00:00:00:0a:01", 10]]' \
		true vxmob -json mac show dev vx0 vni 10
	must check_json "VNI 100" 'map([.lladdr, .vni, .vid]) == [["02:00:00:00:01:01", 100, 100]]' \
		true vxmob -json mac show vni 100
	must check_json "both" length 3 vxmob -json mac show dev vx0
	must vxmob mac flush dev vx0 vni 10
	must stands -
	segment 100
	must stands 10.255.0.3
}

# --- other writers --------------------------------------------------------

daemon_installs()
{
	bridge fdb replace "$1" dev vx0 vlan "$VLAN" master dynamic extern_learn &&
		bridge fdb replace "$1" dev vx0 src_vni "$VLAN" dst "${@:2}" self dynamic extern_learn
}

# A routing daemon names no VNI at the VTEP; who does may name the same.
daemon()
{
	must enrol single
	segment 10
	must daemon_installs "$MAC" 10.255.0.2
	must becomes_bound "$MAC" '"via":"10.255.0.2"' '"origin":"netlink"' '!dst_vni'
	segment 100
	must unbound "$MAC"
	segment 10
	must announce via 10.255.0.2 seq 3
	must bound "$MAC" '"seq":3,' '"moves":0,'
	must vxmob mac withdraw "$MAC" "${DOM[@]}"
	must stands -
	must daemon_installs "$MAC" 10.255.0.2 vni 10
	must becomes_bound "$MAC" '"via":"10.255.0.2"' '!dst_vni'
	must announce via 10.255.0.2 seq 3
	must bound "$MAC" '"seq":3,' '"moves":0,'
	must vxmob mac withdraw "$MAC" "${DOM[@]}"
	must stands -
	must daemon_installs "$MAC" 10.255.0.2 vni 77
	must becomes_bound "$MAC" '"via":"10.255.0.2"' '"dst_vni":77,'
	must announce via 10.255.0.2
	must stands 10.255.0.2
	must bound "$MAC" '"moves":1,' '!dst_vni'
	must delivers far/vx10 g2
}

# It deletes what the module has written, as it would its own.
daemon_deletes()
{
	must enrol single
	segment 100
	must announce via 10.255.0.3
	segment 10
	must announce via 10.255.0.2
	must lacks "$ENTRIES" " vni "
	must bridge fdb del "$MAC" dev vx0 vlan 10 src_vni 10 dst 10.255.0.2 self master
	must becomes_unbound "$MAC"
	must stands -
	segment 100
	must stands 10.255.0.3
}

# A domain takes over what is there in its VNI.
take_over()
{
	must create single
	segment 10
	must daemon_installs "$MAC" 10.255.0.2
	must daemon_installs "$OTHER" 10.255.0.2
	segment 100
	must daemon_installs "$MAC" 10.255.0.3
	must vxmob domain add dev vx0 vni 100
	must check_json "VNI 100" 'map([.lladdr, .via]) == [["02:00:00:00:01:01", "10.255.0.3"]]' \
		true vxmob -json mac show
	must vxmob domain add dev vx0 vni 10
	must check_json "VNI 10" 'map([.lladdr, .via]) | sort == [["02:00:00:00:01:01", "10.255.0.2"], ["02:00:00:00:0a:01", "10.255.0.2"]]' \
		true vxmob -json mac show vni 10
}

# The driver learns from data, for each VNI.
learning()
{
	LEARNING=learning must enrol single
	segment 100
	must announce via 10.255.0.2
	segment 10
	must delivers "g1:10 g2:10 third/vx10" "$FAR/vx10" "$NOBODY"
	must becomes_bound "$OTHER" '"via":"10.255.0.2"' '"origin":"dplearn"' '!dst_vni'
	MAC=$OTHER
	must delivers "g1:10 far/vx10" g2 "$MAC" 02:00:00:00:0a:03
	must announce via 10.255.0.3
	must stands 10.255.0.3
	must vxmob mac withdraw "$MAC" "${DOM[@]}"
	must stands -
	segment 100
	must unbound "$MAC"
}

# Of a duplicate in one VLAN no frame passes, neither from the port of the vxlan
# device, where the VLAN comes from the VNI, nor from a guest.
blackhole()
{
	must enrol single
	segment 100
	must announce via 10.255.0.2
	segment 10
	must vxmob domain set "${DOM[@]}" dup-action blackhole dup-moves 2 guard off
	must announce via 10.255.0.2
	must announce via 10.255.0.3
	must announce via 10.255.0.2
	must bound "$MAC" '"status":"frozen"' '"blackhole"'
	must delivers "" g2
	must delivers third/vx10 "$FAR/vx10" "$OTHER" "$MAC"
	segment 100
	must bound "$MAC" '"status":"confirmed"' '!blackhole'
	must delivers far/vx100 g2
	must delivers "g1:100 g2:100 third/vx100" "$FAR/vx100" "$NOBODY" "$MAC"
}

# --- what goes ------------------------------------------------------------

no_domain()
{
	[ -z "$(vxmob domain show)" ]
}

both_announced()
{
	must vxmob transaction - <<-END
		announce $MAC dev vx0 vni 10 via 10.255.0.2
		announce $MAC dev vx0 vni 100 via 10.255.0.3
		announce $OTHER dev vx0 vni 10 on p1
		announce $OTHER dev vx0 vni 100 on p1
	END
}

device_deleted()
{
	must enrol single
	both_announced
	must ip link del vx0
	must wait_for no_domain
	must lacks "$(bridge fdb show)" "$MAC"
	must lacks "$(bridge fdb show)" "$OTHER"
	must single_create "" vnifilter
	must vxmob domain add dev vx0 vni 100
	segment 100
	must announce via 10.255.0.2
	must delivers far/vx100 g2
}

one_domain_deleted()
{
	must enrol single
	both_announced
	must vxmob domain del dev vx0 vni 100
	segment 100
	must stands -
	segment 10
	must stands 10.255.0.2
	must delivers far/vx10 g2
	# what is written there now is nobody's
	segment 100
	must daemon_installs "$MAC" 10.255.0.3
	must arrives "$FAR"
	segment 10
	must arrives "$THIRD"
	must comes 10.255.0.3
	segment 100
	must stands 10.255.0.3
}

# Both VNIs leave the bridge, and both find their VLANs again.
bridge_left()
{
	local vni

	must enrol single
	both_announced
	must ip link set vx0 nomaster
	must lacks "$(vxmob -json domain show)" bridge
	must lacks "$(bridge fdb show)" "$MAC"
	must lacks "$(bridge fdb show)" "$OTHER"
	must ip link set vx0 master br0
	must ip link set vx0 type bridge_slave learning off vlan_tunnel on
	for vni in 10 100; do
		echo "vlan add dev vx0 vid $vni"
		echo "vlan add dev vx0 vid $vni tunnel_info id $vni"
	done | must bridge -batch -
	for vni in 10 100; do
		segment "$vni"
		must wait_for has_bridge "$vni" > /dev/null
		must announce via 10.255.0.2
		must delivers "far/vx$vni" g2
	done
}

has_bridge()
{
	has "$(vxmob -json domain show dev vx0 vni "$1")" '"bridge":"br0"'
}

# A port leaves a VLAN: what was local there in that VLAN is there no more.
vlan_left()
{
	must enrol "$1"
	segment 100
	must announce on p1
	segment 10
	must announce on p1
	must guest_sends g1 "$OTHER" 10
	must becomes_bound "$OTHER" '"port":"p1"'
	must vxmob mac announce 02:00:00:00:02:01 "${DOM[@]}" on p2
	must vxmob mac announce 02:00:00:00:02:02 "${DOM[@]}" via 10.255.0.2
	must bridge vlan del dev p1 vid 10
	must unbound "$MAC"
	must stands -
	must becomes_unbound "$OTHER"
	must bound 02:00:00:00:02:01 '"port":"p2"'
	must bound 02:00:00:00:02:02 '"via":"10.255.0.2"'
	segment 100
	must bound "$MAC" '"port":"p1"'
	must stands p1
	must delivers g1:100 g2
	must bridge vlan add dev p1 vid 10
	must bridge vlan del dev p2 vid 20-30
	segment 10
	must announce on p1
	must delivers g1:10 g2
}

vlan_left_each()
{
	vlan_left each
}

vlan_left_single()
{
	vlan_left single
}

# If it is the vxlan port, the bindings stay, and what they say is true again
# when it has come back.
own_vlan_left()
{
	must enrol single
	segment 10
	must announce via 10.255.0.2
	must delivers far/vx10 g2
	must bridge vlan del dev vx0 vid 10
	must bound "$MAC" '"via":"10.255.0.2"'
	must delivers "" g2
	must bridge vlan add dev vx0 vid 10
	must bridge vlan add dev vx0 vid 10 tunnel_info id 10
	must delivers far/vx10 g2
}

ALL_TESTS="each_multicast each_headend single_multicast single_headend plain_headend
	enrolling mapping unaware_bridge families both daemon daemon_deletes take_over
	learning blackhole device_deleted one_domain_deleted bridge_left vlan_left_each
	vlan_left_single own_vlan_left"
# Most are about what comes where, and not about what goes away meanwhile.
! brief || ALL_TESTS="each_multicast single_headend enrolling mapping both daemon_deletes
	device_deleted one_domain_deleted bridge_left vlan_left_single own_vlan_left"

net_private "$@"
run_tests "$@"
