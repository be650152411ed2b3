#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a machine on a local port says of its IP address is in the neighbour table
# of the bridge's IP interface at once, and so is what an orchestrator says; but
# nothing that is static, somebody else's or of another subnet.  And a gateway that
# listens to ARP alone is told by the module.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

PROTECTED=00:11:22:33:44:55
OTHER=02:00:00:00:0e:0e

# br0 is the IP interface of its segment; of br1, which is VLAN aware, vlan20 is.
setup()
{
	net_create_far || return
	ip -batch - <<-END || return
		addr add 192.0.2.254/24 dev br0
		link add br1 address 02:00:00:00:ff:02 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
		link add vx20 type vxlan id 20 local 10.255.0.1 dstport 4789 nolearning
		link set vx20 master br1
		link set vx20 up
		link add p3 type veth peer name g3
		link set p3 addrgenmode none master br1
		link set g3 addrgenmode none up
		link set p3 up
		link add vlan20 link br1 type vlan id 20
		link add vlan30 link br1 type vlan id 30
		link set br1 up
		link set vlan20 up
		link set vlan30 up
		addr add 192.0.2.254/24 dev vlan20
		addr add 192.0.2.254/24 dev vlan30
	END
	bridge -batch - <<-END || return
		vlan add dev br1 vid 20 self
		vlan add dev br1 vid 30 self
		vlan add dev vx20 vid 20 pvid untagged
		vlan add dev p3 vid 20 pvid untagged
		vlan add dev p3 vid 30
	END
	echo 0 > /proc/sys/net/ipv6/conf/br0/disable_ipv6
	ip addr add 2001:db8::fe/64 dev br0 nodad &&
		vxmob domain add dev vx100 snoop rarp protect $PROTECTED &&
		vxmob domain add dev vx20
}

# --- helpers ----------------------------------------------------------------

# Sets ENTRY to the neighbour entry of an address.
neighbour_of()
{
	ENTRY=$(ip neigh show "$1" dev "${2:-br0}" nud all)
}

# The entry of an address has all these words, and lacks those that begin with "!".
neighbour()
{
	local ip=$1 word

	shift
	neighbour_of "$ip" "${NEIGH_DEV:-br0}"
	for word; do
		if [[ $word == !* ]]; then
			[[ "$ENTRY " != *" ${word#!} "* ]] || return
		else
			[[ "$ENTRY " == *" $word "* ]] || return
		fi
	done
}

becomes_neighbour()
{
	wait_for neighbour "$@" || { ktap_print "$ENTRY"; return 1; }
}

is_neighbour()
{
	neighbour "$@" || { ktap_print "$ENTRY"; return 1; }
}

# There is no entry of that address.
unknown()
{
	neighbour_of "$1" "${NEIGH_DEV:-br0}"
	same "$ENTRY" ""
}

# A machine asks for another one's address (192.0.2.99): MAC, own address.
asks()
{
	arp_frame 0001 "$1" "$2" 000000000000 c0000263 "${4:-}"
	"$NET_HERE/sendframe" eth "${3:-g1}" "$FRAME"
}

# It announces its own: MAC, address, port.
announces()
{
	arp_frame 0001 "$1" "$2" 000000000000 "$2" "${4:-}"
	"$NET_HERE/sendframe" eth "${3:-g1}" "$FRAME"
}

# What is ignored cannot be waited for: but frames of a port are taken in order.
all_taken()
{
	BARRIERS=$((${BARRIERS:-100} + 1))
	wait_for barrier_taken "${1:-g1}"
}

# Of very many frames some may be lost, and this one with them.
barrier_taken()
{
	announces 02:00:00:00:0b:01 "$(printf 'c00002%02x' $BARRIERS)" "$1" &&
		neighbour 192.0.2.$BARRIERS REACHABLE
}

# --- what is heard ------------------------------------------------------------

request()
{
	local mac=02:00:00:00:01:01

	must stat_of neighbours
	must asks "$mac" c0000201
	must becomes_neighbour 192.0.2.1 "$mac" REACHABLE
	must becomes_bound "$mac" '"port":"p1"' '"ips":["192.0.2.1"]'
	must stat_is neighbours $((COUNT + 1))
	# said again it is no news
	must asks "$mac" c0000201
	must all_taken
	must stat_is neighbours $((COUNT + 1))
}

gratuitous()
{
	local mac=02:00:00:00:01:02

	garp_request_frame "$mac"
	FRAME=${FRAME//c0000201/c0000202}
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_neighbour 192.0.2.2 "$mac" REACHABLE
	garp_reply_frame "$mac"
	FRAME=${FRAME//c0000201/c0000203}
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_neighbour 192.0.2.3 "$mac" REACHABLE
	must becomes_bound "$mac" '"ips":["192.0.2.2","192.0.2.3"]'
}

advertisement()
{
	local mac=02:00:00:00:01:03

	na_frame "$mac"
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_neighbour 2001:db8::1 "$mac" REACHABLE !router
	na_frame "$mac" "" a0
	must ip neigh del 2001:db8::1 dev br0
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_neighbour 2001:db8::1 "$mac" REACHABLE router
	must becomes_bound "$mac" '"ips":["2001:db8::1"]'
}

# What a daemon had installed while the machine was elsewhere: no ARP gets
# through to it.
ext_learned()
{
	local mac=02:00:00:00:01:04

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must ip neigh replace 192.0.2.4 lladdr "$mac" dev br0 nud noarp extern_learn
	must ip neigh replace 192.0.2.5 lladdr $OTHER dev br0 nud noarp extern_learn
	must announces "$mac" c0000204
	must becomes_neighbour 192.0.2.4 "$mac" REACHABLE !extern_learn
	must asks "$mac" c0000205
	must becomes_neighbour 192.0.2.5 "$mac" REACHABLE !extern_learn
	must becomes_bound "$mac" '"port":"p1"' '"ips":["192.0.2.4","192.0.2.5"]'
}

static()
{
	local mac=02:00:00:00:01:05

	must ip neigh replace 192.0.2.6 lladdr $OTHER dev br0 nud permanent
	must ip neigh replace 192.0.2.7 lladdr $OTHER dev br0 nud noarp
	must announces "$mac" c0000206
	must announces "$mac" c0000207
	must vxmob mac announce $OTHER dev vx100 on p2 ip 192.0.2.6 ip 192.0.2.7
	must vxmob mac announce "$mac" dev vx100 on p1 ip 192.0.2.6 ip 192.0.2.7
	must all_taken
	must is_neighbour 192.0.2.6 $OTHER PERMANENT
	must is_neighbour 192.0.2.7 $OTHER NOARP
	must ip neigh del 192.0.2.6 dev br0
	must ip neigh del 192.0.2.7 dev br0
}

managed()
{
	local mac=02:00:00:00:01:06

	must ip neigh replace 192.0.2.8 dev br0 managed
	must announces "$mac" c0000208
	must becomes_neighbour 192.0.2.8 "$mac" managed
}

# Nobody speaks for another one.
spoofed()
{
	local mac=02:00:00:00:01:07 good

	arp_frame 0001 "$mac" c0000209 000000000000 c0000209
	good=$FRAME
	hex_of $OTHER
	# the frame's source, and the sender that ARP names
	must "$NET_HERE/sendframe" eth g1 "ffffffffffff$HEX${good:24}"
	must "$NET_HERE/sendframe" eth g1 "${good:0:24}${good:24:20}$HEX${good:56}"
	must announces $PROTECTED c0000209
	must announces 02:00:00:00:ff:01 c0000209
	# a reply that nobody else hears, and a machine that has no address yet
	must "$NET_HERE/sendframe" eth g1 "0200000000aa${good:12}"
	must asks "$mac" 00000000
	must all_taken
	must unknown 192.0.2.9
	must "$NET_HERE/sendframe" eth g1 "$good"
	must becomes_neighbour 192.0.2.9 "$mac"
}

implausible()
{
	local mac=02:00:00:00:01:08 ip

	# the host's own, the subnet's broadcast, multicast, loopback
	for ip in c00002fe c00002ff e0000001 7f000001; do
		must announces "$mac" $ip
	done
	must all_taken
	must bound "$mac" '!ips'
	# another subnet's may be the machine's all the same
	must announces "$mac" c6336401
	must becomes_bound "$mac" '"ips":["198.51.100.1"]'
	must all_taken
	must same "$(ip neigh show nud all dev br0 | grep -c "$mac")" 0
}

# An address that has come to another MAC is the old one's no more.
takes_over()
{
	local old=02:00:00:00:01:09 new=02:00:00:00:01:0a

	defer sysctl -q net.ipv4.neigh.br0.locktime=100
	must sysctl -q net.ipv4.neigh.br0.locktime=6000
	must announces "$old" c000020a
	must becomes_bound "$old" '"ips":["192.0.2.10"]'
	must announces "$new" c000020a g2
	must becomes_neighbour 192.0.2.10 "$new" REACHABLE
	must becomes_bound "$new" '"port":"p2"' '"ips":["192.0.2.10"]'
	must bound "$old" '!ips'
	# just now it has (60 s); an ordinary request is not enough to take it back
	must asks "$old" c000020a
	must all_taken
	must is_neighbour 192.0.2.10 "$new" REACHABLE
}

# What comes from another VTEP is the kernel's own affair.
from_overlay()
{
	local mac=02:00:00:00:01:0b

	arp_frame 0001 "$mac" c000020b 000000000000 c000020b
	vxlan_packet 100 "$FRAME"
	must vtep_sends 10.255.0.2
	must all_heard
	must unknown 192.0.2.11
}

sticky_elsewhere()
{
	local mac=02:00:00:00:01:0c

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 sticky
	must announces "$mac" c000020c
	must all_taken
	must unknown 192.0.2.12
	must vxmob mac withdraw "$mac" dev vx100
}

monitor_mode()
{
	local mac=02:00:00:00:01:0d

	must vxmob domain set dev vx100 mode monitor
	must announces "$mac" c000020d
	must becomes_bound "$mac" '"port":"p1"' '!ips'
	must vxmob mac announce "$mac" dev vx100 on p1 ip 192.0.2.13
	must vxmob domain set dev vx100 mode enforce
	must all_taken
	must unknown 192.0.2.13
}

# To a bridge that knows no VLANs a tag is the machine's own, and so are its addresses.
machines_vlan()
{
	local mac=02:00:00:00:01:1f

	must announces "$mac" c0000240 g1 7
	must announces "$mac" c0000241 g1
	must becomes_neighbour 192.0.2.65 "$mac" REACHABLE
	must unknown 192.0.2.64
	# a priority tag is none
	must announces "$mac" c0000242 g1 0
	must becomes_neighbour 192.0.2.66 "$mac"
}

vlans()
{
	local mac=02:00:00:00:01:0e

	must announces "$mac" c000020e g3
	NEIGH_DEV=vlan20 must becomes_neighbour 192.0.2.14 "$mac" REACHABLE
	NEIGH_DEV=vlan30 must unknown 192.0.2.14
	NET_DEV=vx20 must becomes_bound "$mac" '"port":"p3"' '"ips":["192.0.2.14"]'
	# a VLAN that is no segment; and one that the port is not in
	must announces "$mac" c000020f g3 30
	must announces "$mac" c000020f g3 40
	# a priority tag is none
	must announces "$mac" c0000210 g3 0
	NEIGH_DEV=vlan20 must becomes_neighbour 192.0.2.16 "$mac"
	NEIGH_DEV=vlan20 must unknown 192.0.2.15
	NEIGH_DEV=vlan30 must unknown 192.0.2.15
	# without a device of its own for the VLAN, the bridge may be in it untagged
	must ip link del vlan20
	must bridge vlan add dev br1 vid 20 pvid untagged self
	must ip addr add 192.0.2.254/24 dev br1
	must announces "$mac" c0000211 g3
	NEIGH_DEV=br1 must becomes_neighbour 192.0.2.17 "$mac" REACHABLE
}

# It says a great deal: no more is kept than there is room for, the latest.
addresses()
{
	local mac=02:00:00:00:01:0f i frames=()

	for ((i = 0; i < 18; i++)); do
		arp_frame 0001 "$mac" "$(printf 'c00002%02x' $((i + 40)))" 000000000000 c0000263
		frames+=("$FRAME")
	done
	must "$NET_HERE/sendframe" eth g1 "${frames[@]}"
	must becomes_bound "$mac" '"192.0.2.57"]'
	must bound "$mac" '"ips":["192.0.2.42",'
}

flood()
{
	local mac=02:00:00:00:01:10 i frames=()

	for ((i = 0; i < 100; i++)); do
		arp_frame 0001 "$mac" "$(printf 'c00002%02x' $((i + 140)))" 000000000000 c0000263
		frames+=("$FRAME")
	done
	must stat_of neighbours
	must "$NET_HERE/sendframe" -c 20 eth g1 "${frames[@]}"
	must all_taken g2
	i=$COUNT
	must stat_of neighbours
	ktap_print "of 2000 requests of one machine $((COUNT - i)) were looked at"
	must [ $((COUNT - i)) -lt 500 ]
}

# --- what is told -------------------------------------------------------------

told_local()
{
	local mac=02:00:00:00:01:11

	must vxmob mac announce "$mac" dev vx100 on p1 ip 192.0.2.20 ip 2001:db8::20
	must becomes_neighbour 192.0.2.20 "$mac" REACHABLE
	must becomes_neighbour 2001:db8::20 "$mac" REACHABLE
	# an announcement replaces what was known
	must vxmob mac announce "$mac" dev vx100 on p1 ip 192.0.2.21
	must becomes_neighbour 192.0.2.21 "$mac" REACHABLE
	must bound "$mac" '"ips":["192.0.2.21"]'
}

# Of a machine that is elsewhere, an entry is made right, and none is made.
told_remote()
{
	local mac=02:00:00:00:01:12

	must ip neigh replace 192.0.2.22 lladdr $OTHER dev br0 nud noarp extern_learn
	must ip neigh replace 192.0.2.23 lladdr $OTHER dev br0 nud reachable
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 ip 192.0.2.22 ip 192.0.2.23 ip 192.0.2.24
	must becomes_neighbour 192.0.2.22 "$mac" NOARP extern_learn
	must becomes_neighbour 192.0.2.23 "$mac" !NOARP !REACHABLE
	must unknown 192.0.2.24
}

# Its address was known, and comes with it: it says nothing of it itself.
comes_along()
{
	local mac=02:00:00:00:01:13

	must ip neigh replace 192.0.2.25 lladdr "$mac" dev br0 nud noarp extern_learn
	must ip neigh replace 192.0.2.26 lladdr $OTHER dev br0 nud noarp extern_learn
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 ip 192.0.2.25
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must becomes_neighbour 192.0.2.25 "$mac" !NOARP !extern_learn
	must is_neighbour 192.0.2.26 $OTHER NOARP extern_learn
}

# --- the gateway --------------------------------------------------------------

# The gateway is behind another VTEP, has no vxmob, and believes ARP alone.  It
# knows the address by another MAC; the machine that has it now says nothing but
# what a frame needs.
gateway()
{
	local mac=02:00:00:00:01:14

	must net_vtep_create "$FAR" 10.255.0.2 10.255.0.1
	must ip -n "$FAR" -batch - <<-END
		link set br0 address 02:00:00:00:ff:03
		addr add 192.0.2.253/24 dev br0
		addr add 198.51.100.1/32 dev lo
		neigh replace 192.0.2.30 lladdr $OTHER dev br0 nud reachable
	END
	must nsexec "$FAR" sysctl -q net.ipv4.conf.all.arp_accept=0
	must guest_create "$mac"
	must has "$(ip -n "$FAR" neigh show 192.0.2.30)" $OTHER
	must vxmob mac announce "$mac" dev vx100 on p2 ip 192.0.2.30
	must wait_for gateway_knows "$mac"
	must nsexec "$FAR" ping -q -c 1 -W 5 -I 198.51.100.1 192.0.2.30 > /dev/null
}

# A machine behind p2, which knows its gateway and asks for nobody.
guest_create()
{
	setup_ns GUEST &&
		nsexec "$GUEST" sysctl -q net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 &&
		ip link set g2 netns "$GUEST" address "$1" &&
		ip -n "$GUEST" -batch - <<-END
			addr add 192.0.2.30/24 dev g2
			link set g2 up
			neigh add 192.0.2.253 lladdr 02:00:00:00:ff:03 dev g2 nud permanent
			route add default via 192.0.2.253
		END
}

gateway_knows()
{
	[[ $(ip -n "$FAR" neigh show 192.0.2.30 dev br0) == *"lladdr $1 "* ]]
}

ALL_TESTS="request gratuitous advertisement ext_learned static managed spoofed
	implausible takes_over from_overlay sticky_elsewhere monitor_mode machines_vlan vlans
	addresses flood told_local told_remote comes_along gateway"

net_private "$@"
run_tests "$@"
