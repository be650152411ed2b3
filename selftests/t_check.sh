#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug stock-6.1
#
# "vxmob check": each fault is made on real devices and must be found, the one
# and no other; the command that is printed is carried out as it stands, and then
# there must be nothing to find.
#
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MAC=02:00:00:00:01:01

# A host without fault: 1600 bytes of underlay leave room for VXLAN.
setup()
{
	require_command sysctl
	net_create_far || return
	ip link set u0 mtu 1600
	echo 0 | tee /proc/sys/net/ipv4/conf/{all,u0}/rp_filter > /dev/null
	vxmob domain add dev vx100
}

# Nothing is found; the arguments are those of the tool.
clean()
{
	local said status=0

	said=$(vxmob "${CHECK[@]}") || status=$?
	[ $status = 0 ] && [ -z "$said" ] && return
	ktap_print "status $status: $said"
	return 1
}

# Sets COMMAND to what is to be done about the fault found, which must be the
# only one; the other arguments are what must be said of it.
finds()
{
	local fault=$1 said status=0 text

	shift
	said=$(vxmob "${CHECK[@]}") || status=$?
	if [ $status != 3 ] || [ "$(wc -l <<< "$said")" != 2 ]; then
		ktap_print "status $status: $said"
		return 1
	fi
	has "$said" " check $fault" || return
	COMMAND=${said##*$'\n'    }
	for text; do
		has "$said" "$text" || return
	done
}

# It is found, and mended by what is said to mend it.
found_and_mended()
{
	must finds "$@"
	must bash -ec "$COMMAND"
	must clean
}

CHECK=(check)

nothing()
{
	must clean
	CHECK=(check dev vx100)
	must clean
	check_json "no finding is an empty array" length 0 vxmob -json check
}

usage()
{
	must misused "Cannot find device" vxmob check dev nosuch
	must misused '"u0" is no vxlan device' vxmob check dev u0
	must misused 'unknown option "vx100"' vxmob check vx100
	must misused 'option "dev" needs a value' vxmob check dev
	must ends_with 0 "Usage: vxmob check" vxmob check help
}

json_form()
{
	local filter

	must ip link set u0 mtu 1500
	defer ip link set u0 mtu 1600
	ends_with 3 "" vxmob -json check
	filter='.[0] | [.dev, .vni, .check, .mtu, .needed, .command] | tojson'
	check_equal "the finding in JSON" \
		'["vx100",100,"mtu",1500,1550,"ip link set dev u0 mtu 1550"]' \
		"$(jq -r "$filter" <<< "$SAID")"
	check_equal "it says why" string "$(jq -r '.[0].message | type' <<< "$SAID")"
}

# In a batch it is no failure, and its status is not lost.
in_batch()
{
	must ip link set u0 mtu 1500
	defer ip link set u0 mtu 1600
	printf 'check\nstats dev vx100\n' > "$TMP/batch"
	must ends_with 3 "check mtu" vxmob -batch "$TMP/batch"
	must lacks "$SAID" "Command failed"
	must has "$SAID" "hints"
}

not_enrolled()
{
	must vxmob domain del dev vx100
	defer vxmob domain add dev vx100
	must clean
	CHECK=(check dev vx100)
	found_and_mended not-enrolled "not enrolled"
}

# --- MTU ------------------------------------------------------------------

mtu()
{
	must ip link set u0 mtu 1500
	found_and_mended mtu "mtu 1500 needed 1550" "u0 carries 1500 bytes towards 10.255.0.2"
	must ip link set u0 mtu 1549
	found_and_mended mtu "mtu 1549 needed 1550"
}

# The machines' jumbo frames, in a tunnel and an underlay that are too narrow.
jumbo()
{
	local said

	must ip link set u0 mtu 1600
	defer ip link set u0 mtu 1600
	must ip link set p1 mtu 9000
	defer ip link set p1 mtu 1500
	said=$(vxmob check) || true
	must has "$said" "check mtu mtu 1600 needed 9050"
	must has "$said" "check mtu-port mtu 1500 needed 9000"
	must bash -ec "$(grep '^    ' <<< "$said")"
	defer ip link set vx100 mtu 1500
	must clean
}

# Where the underlay cannot be widened, the port must be narrowed.
port_too_wide()
{
	must ip link set p1 mtu 65530
	found_and_mended mtu-port "frames that come by p1" "ip link set dev p1 mtu 1500"
}

# A VLAN device is no wider than what it rests on, so that comes first.
mtu_of_lower()
{
	local said

	must ip -n "$FAR" link set u1 mtu 9000
	must ip -batch - <<-END
		link set u0 mtu 1500
		link add link u0 name u0.5 type vlan id 5
		addr add 10.255.1.1/24 dev u0.5
		link set u0.5 up
	END
	defer ip link set u0 mtu 1600
	defer ip link del u0.5
	must net_flood_to 10.255.1.2
	defer bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.255.1.2 self
	must bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.255.0.2 self
	must bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.255.0.3 self
	defer net_flood_to 10.255.0.2 10.255.0.3
	said=$(vxmob check) || true
	must same "$(grep '^    ' <<< "$said")" \
		"$(printf '    ip link set dev %s mtu 1550\n' u0 u0.5)"
	must bash -ec "$(grep '^    ' <<< "$said")"
	must clean
}

mtu_of_route()
{
	must ip route add 10.7.0.0/16 via 10.255.0.2 dev u0 proto 77 metric 50 mtu 1500
	defer ip route del 10.7.0.0/16
	must net_flood_to 10.7.0.1
	defer bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.7.0.1 self
	found_and_mended mtu-route "mtu 1500 needed 1550" "the route carries" \
		"10.7.0.0/16 via 10.255.0.2 dev u0"
	must has "$(ip route show 10.7.0.0/16)" "proto 77 metric 50 mtu 1550"
}

# --- the bridge and its ports ---------------------------------------------

down()
{
	must ip link set vx100 down
	found_and_mended down "vx100 is down"
	must ip link set br0 down
	found_and_mended down "br0 is down"
}

unbridged()
{
	must ip link set vx100 nomaster
	defer bridge link set dev vx100 learning off
	defer ip link set vx100 master br0
	found_and_mended unbridged "in no bridge" "master br0"
}

stp()
{
	must ip link set br0 type bridge stp_state 1
	found_and_mended stp "30 s"
}

ageing()
{
	must ip link set br0 type bridge ageing_time 0
	found_and_mended ageing "ageing time of br0 is 0"
}

# With a daemon only: without one, learning is how a fabric works.
learning()
{
	must ip link set vx100 type vxlan learning
	defer ip link set vx100 type vxlan nolearning
	must bridge link set dev vx100 learning on
	defer bridge link set dev vx100 learning off
	must clean
	must zebra_installs $MAC 10.255.0.2
	defer zebra_removes $MAC 10.255.0.2
	must bridge link set dev vx100 learning off
	found_and_mended learning "the device learns"
	must bridge link set dev vx100 learning on
	found_and_mended port-learning "the bridge learns"
}

# The module's own entries are no daemon's.
learning_without_daemon()
{
	must vxmob mac announce $MAC dev vx100 via 10.255.0.2
	defer vxmob mac withdraw $MAC dev vx100
	must ip link set vx100 type vxlan learning
	defer ip link set vx100 type vxlan nolearning
	must clean
}

hairpin()
{
	must bridge link set dev vx100 hairpin on
	found_and_mended hairpin "hairpin"
}

isolated()
{
	must bridge link set dev vx100 isolated on
	must clean
	must bridge link set dev p1 isolated on
	defer bridge link set dev p1 isolated off
	found_and_mended isolated "p1"
}

neigh_suppress()
{
	must bridge link set dev vx100 neigh_suppress on
	must ip neigh add 192.0.2.7 lladdr $MAC dev br0 nud permanent
	must clean
	must ip neigh del 192.0.2.7 dev br0
	found_and_mended neigh-suppress "no neighbours of br0"
}

# --- whom it hears --------------------------------------------------------

# Addresses that MACs are behind are named; without one the operator must.
flood_list()
{
	local peer

	for peer in 2 3; do
		must bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.255.0.$peer self
	done
	must finds no-flood-list "for vtep in VTEP;"
	must zebra_installs $MAC 10.255.0.2
	must zebra_installs 02:00:00:00:01:02 10.255.0.3
	found_and_mended no-flood-list "no flood list"
	must zebra_removes $MAC 10.255.0.2
	must zebra_removes 02:00:00:00:01:02 10.255.0.3
	must same "$(bridge fdb show dev vx100 | grep -c '^00:00:00:00:00:00')" 2
}

flood_to_itself()
{
	must net_flood_to 10.255.0.1
	defer bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.255.0.1 self
	found_and_mended flood-self "10.255.0.1"
	must has "$(bridge fdb show dev vx100)" "00:00:00:00:00:00 dst 10.255.0.2"
}

flood_group()
{
	must ip -batch - <<-END
		link add br3 type bridge
		link add vx300 mtu 1500 type vxlan id 300 local 10.255.0.1 dstport 4789 group 239.1.1.1 dev u0
		link set vx300 master br3
		link set vx300 up
		link set br3 up
	END
	defer ip link del br3
	defer ip link del vx300
	must vxmob domain add dev vx300
	found_and_mended group "239.1.1.1"
	must vxmob domain set dev vx300 vteps known snoop none
	must finds snoop
}

snoop()
{
	must vxmob domain set dev vx100 snoop none
	must vxmob mac announce $MAC dev vx100 via 10.255.0.2
	must clean
	must vxmob mac withdraw $MAC dev vx100
	found_and_mended snoop "not listened to"
}

# --- the underlay ---------------------------------------------------------

no_local_address()
{
	must ip -batch - <<-END
		link add br2 type bridge
		link add vx200 type vxlan id 200 dstport 4789
		link set vx200 master br2
		link set vx200 up
		link set br2 up
	END
	defer ip link del br2
	defer ip link del vx200
	must bridge fdb append 00:00:00:00:00:00 dev vx200 dst 10.255.0.2 self permanent
	must vxmob domain add dev vx200
	found_and_mended no-local-address "local 10.255.0.1"
}

foreign_address()
{
	must ip addr add 10.255.0.8/25 dev u0
	must ip addr del 10.255.0.1/24 dev u0
	defer ip addr add 10.255.0.1/24 dev u0
	defer ip addr del 10.255.0.1/32 dev lo
	found_and_mended foreign-address "10.255.0.1"
}

no_route()
{
	must net_flood_to 10.9.0.9
	defer bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.9.0.9 self
	must finds no-route "no route to 10.9.0.9"
	must bash -ec "${COMMAND/GATEWAY/10.255.0.3}"
	defer ip route del 10.9.0.9
	must clean
}

rp_filter()
{
	echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter
	defer sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.u0.rp_filter=0
	found_and_mended rp-filter "filter of u0 is strict"
	echo 1 > /proc/sys/net/ipv4/conf/u0/rp_filter
	must finds rp-filter
	echo 2 > /proc/sys/net/ipv4/conf/all/rp_filter
	must clean
}

# --- elsewhere ------------------------------------------------------------

# Another namespace: its devices, its sysctls, and commands that enter it.  What
# is wrong there is not wrong here.
netns()
{
	CHECK=(-n "$FAR" check)
	must net_vtep_create "$FAR" 10.255.0.2 10.255.0.1
	must vxmob -n "$FAR" domain add dev vx100
	must ip -n "$FAR" link set u1 mtu 1500
	found_and_mended mtu "ip netns exec $FAR ip link set dev u1 mtu 1550"
	must nsexec "$FAR" sysctl -qw net.ipv4.conf.u1.rp_filter=1
	CHECK=(check)
	must clean
	CHECK=(-n "$FAR" check)
	found_and_mended rp-filter "ip netns exec $FAR sysctl"
	must same "$(nsexec "$FAR" sysctl -n net.ipv4.conf.u1.rp_filter)" 2
	must same "$(< /proc/sys/net/ipv4/conf/u0/rp_filter)" "$(sysctl -n net.ipv4.conf.u0.rp_filter)"
	CHECK=(-n "/run/netns/$FAR" check)
	must ip -n "$FAR" link set br0 down
	found_and_mended down "nsenter --net=/run/netns/$FAR ip"
}

ipv6()
{
	local V6

	must setup_ns V6
	must ip -n "$V6" -batch - < <(net_bridge_batch fd00::1 "" 100
		echo "link add u0 type dummy"
		echo "addr add fd00::1/64 dev u0 nodad"
		echo "link set u0 up")
	NET_NS=$V6 must net_flood_to fd00::2
	must vxmob -n "$V6" domain add dev vx100
	CHECK=(-n "$V6" check)
	found_and_mended mtu "mtu 1500 needed 1570" "IPv6"
	must ip -n "$V6" -6 route add fd07::/64 via fd00::2 dev u0 mtu 1400
	NET_NS=$V6 must net_flood_to fd07::1
	found_and_mended mtu-route "mtu 1400 needed 1570" "fd07::/64"
}

# A VLAN-aware bridge: the tag that goes into the tunnel needs room too.
tagged()
{
	local AWARE

	must setup_ns AWARE
	must ip -n "$AWARE" -batch - < <(
		net_bridge_batch 10.255.0.1 "vlan_filtering 1 vlan_default_pvid 0" 100
		echo "link add u0 mtu 1550 type dummy"
		echo "addr add 10.255.0.1/24 dev u0"
		echo "link set u0 up")
	NET_NS=$AWARE must net_flood_to 10.255.0.2
	must bridge -n "$AWARE" vlan add dev vx100 vid 10 pvid untagged
	must vxmob -n "$AWARE" domain add dev vx100
	CHECK=(-n "$AWARE" check)
	must clean
	must bridge -n "$AWARE" vlan add dev vx100 vid 10 pvid
	found_and_mended mtu "mtu 1550 needed 1554"
	must bridge -n "$AWARE" vlan del dev vx100 vid 10
	found_and_mended vlan "not in VLAN 10"
	# A port of another VLAN may be as wide as it likes.
	must ip -n "$AWARE" link set p1 mtu 9000
	must clean
}

# One external device: entries of the VNI count, and no others.
external()
{
	local SINGLE

	must setup_ns SINGLE
	must ip -n "$SINGLE" -batch - < <(
		net_bridge_batch 10.255.0.1 "vlan_filtering 1 vlan_default_pvid 0"
		echo "link add u0 mtu 1600 type dummy"
		echo "addr add 10.255.0.1/24 dev u0"
		echo "link set u0 up"
		echo "link add vx0 type vxlan local 10.255.0.1 dstport 4789 external vnifilter nolearning"
		echo "link set vx0 master br0"
		echo "link set vx0 type bridge_slave learning off vlan_tunnel on"
		echo "link set vx0 up")
	must bridge -n "$SINGLE" -batch - <<-END
		vni add dev vx0 vni 10
		vni add dev vx0 vni 100
		vlan add dev vx0 vid 10
		vlan add dev vx0 vid 10 tunnel_info id 10
		fdb append 00:00:00:00:00:00 dev vx0 src_vni 10 dst 10.255.0.2 self permanent
	END
	CHECK=(-n "$SINGLE" check dev vx0)
	found_and_mended not-enrolled "vni 10 "
	must bridge -n "$SINGLE" -batch - <<-END
		vlan add dev vx0 vid 100
		vlan add dev vx0 vid 100 tunnel_info id 100
		fdb add $MAC dev vx0 src_vni 100 dst 10.255.0.3 self
	END
	must vxmob -n "$SINGLE" domain add dev vx0 vni 100
	found_and_mended no-flood-list "vni 100 " "vtep in 10.255.0.3;" "src_vni 100"
	must bridge -n "$SINGLE" fdb append 00:00:00:00:00:00 dev vx0 src_vni 10 dst 10.255.0.1 self permanent
	found_and_mended flood-self "vni 10 "
	must bridge -n "$SINGLE" link set dev vx0 vlan_tunnel off
	must has "$(vxmob "${CHECK[@]}")" "check vlan-tunnel"
	must bridge -n "$SINGLE" link set dev vx0 vlan_tunnel on
	must bridge -n "$SINGLE" vlan add dev vx0 vid 10 tunnel_info id 10
	must bridge -n "$SINGLE" vlan add dev vx0 vid 100 tunnel_info id 100
	must clean
	must bridge -n "$SINGLE" vlan del dev vx0 vid 10
	found_and_mended vlan "VLAN 10 with this VNI"
}

# The underlay's namespace is another one: its routes cannot be seen.
underlay_elsewhere()
{
	local OVERLAY

	must setup_ns OVERLAY
	must ip link add vx9 type vxlan id 9 local 10.255.0.1 dstport 4789 nolearning
	must ip link set vx9 netns "$OVERLAY"
	must ip -n "$OVERLAY" -batch - <<-END
		link add br9 type bridge
		link set vx9 master br9
		link set vx9 up
		link set br9 up
	END
	must bridge -n "$OVERLAY" fdb append 00:00:00:00:00:00 dev vx9 dst 10.255.0.2 self permanent
	must vxmob -n "$OVERLAY" domain add dev vx9
	CHECK=(-n "$OVERLAY" check)
	must clean
}

# A name is a word of the command, whatever is in it.
odd_name()
{
	local dev="a;b'c\$d"

	must ip link add "$dev" type bridge
	defer ip link del "$dev"
	must ip link add vx8 type vxlan id 8 local 10.255.0.1 dstport 4789
	defer ip link del vx8
	must ip link set vx8 master "$dev"
	must ip link set "$dev" up
	must bridge fdb append 00:00:00:00:00:00 dev vx8 dst 10.255.0.2 self permanent
	must vxmob domain add dev vx8
	must ip link set vx8 up
	must ip link set "$dev" down
	found_and_mended down
}

ALL_TESTS="nothing usage json_form in_batch not_enrolled mtu jumbo port_too_wide
	mtu_of_lower mtu_of_route down unbridged stp ageing learning
	learning_without_daemon hairpin isolated neigh_suppress flood_list
	flood_to_itself flood_group snoop no_local_address foreign_address
	no_route rp_filter netns ipv6 tagged external underlay_elsewhere odd_name"

net_private "$@"
run_tests "$@"
