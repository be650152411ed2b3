# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An EVPN-VXLAN fabric to test with, in network namespaces on one machine, with
# real routing daemons (FRR): a library for bash.  It is what an operator would
# build for virtual machines that move: a spine and three leaves, an AS each,
# BGP EVPN, one segment with an anycast gateway, and VTEPs that do not learn
# from data.  FRR is set up as its own manual recommends for a data centre, so
# that what is measured here is FRR at its best.
#
#	spine		AS 1001, no VTEP, reflects everybody's routes
#	leaf1..leaf3	AS 1002..1004, VTEP 10.255.0.1..3
#	  up0		to the spine
#	  br0		VLAN-aware bridge: MAC and SVI of the anycast gateway
#	  vx100020	VNI 100020 on VLAN 20
#	  vlan20	the gateway itself, 192.168.20.1
#
# evpn_build	makes all of it; evpn_wait_bgp waits until it works
# evpn_add_tap	gives a leaf a port for a VM
# evpn_adopt	takes over what another program has built and left
# evpn_destroy	removes all of it, and its daemons
# evpn_mac_place, evpn_mac_route	tell what a leaf's kernel and BGP know

EVPN_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$EVPN_HERE/lib.sh"

EVPN_SPINE=spine
EVPN_LEAVES="leaf1 leaf2 leaf3"
EVPN_VID=20
EVPN_VNI=100020
EVPN_VXLAN=vx$EVPN_VNI
EVPN_GATEWAY=192.168.20.1
EVPN_GATEWAY_MAC=00:11:22:33:44:55
EVPN_BGP_TIMERS="3 9"	# s: keepalive and hold time, as for a data centre
EVPN_BGP_TIMEOUT=60	# s
EVPN_VTY_TIMEOUT=10	# s
EVPN_DAEMONS=${VXMOB_FRR:-/usr/lib/frr}	# another FRR, if VXMOB_FRR names the folder of its daemons

# The VTEP address of a leaf.
evpn_vtep()
{
	echo "10.255.0.${1#leaf}"
}

# The leaf that has a VTEP address.
evpn_leaf()
{
	echo "leaf${1##*.}"
}

# Calls a function until it succeeds, for at most so many seconds; once more when
# they are over, which may have passed while nothing ran.
evpn_wait()
{
	local end=$((SECONDS + $1))

	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { "$@"; return; }
		doze 0.1
	done
}

evpn_node_create()
{
	local ns=$1

	ip netns add "$ns" || return
	ip netns exec "$ns" sysctl -q -w net.ipv4.ip_forward=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
		net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip -n "$ns" link set lo up
}

# The overlay of a leaf.  The bridge has the gateway's MAC, the same on every
# leaf, and so has the SVI.
evpn_overlay_create()
{
	local ns=$1 vtep

	vtep=$(evpn_vtep "$ns")
	ip -n "$ns" -b - <<-END || return
		link add br0 address $EVPN_GATEWAY_MAC type bridge vlan_filtering 1 vlan_default_pvid 0
		link add $EVPN_VXLAN type vxlan id $EVPN_VNI local $vtep dstport 4789 nolearning
		link set $EVPN_VXLAN master br0
		link set $EVPN_VXLAN type bridge_slave learning off neigh_suppress on
		link add vlan$EVPN_VID link br0 type vlan id $EVPN_VID
	END
	bridge -n "$ns" vlan add dev br0 vid $EVPN_VID self
	bridge -n "$ns" vlan add dev $EVPN_VXLAN vid $EVPN_VID pvid untagged
	ip -n "$ns" -b - <<-END
		addr add $EVPN_GATEWAY/24 dev vlan$EVPN_VID
		link set br0 up
		link set $EVPN_VXLAN up
		link set vlan$EVPN_VID up
	END
}

# One link of the underlay, with room for what VXLAN adds.
evpn_link_create()
{
	local leaf=$1 n=${1#leaf}

	ip -b - <<-END
		link add up0 netns $leaf mtu 9000 type veth peer name $leaf netns $EVPN_SPINE mtu 9000
	END
	ip -n "$EVPN_SPINE" addr add "10.0.$n.1/30" dev "$leaf"
	ip -n "$EVPN_SPINE" link set "$leaf" up
	ip -n "$leaf" addr add "$(evpn_vtep "$leaf")/32" dev lo
	ip -n "$leaf" addr add "10.0.$n.2/30" dev up0
	ip -n "$leaf" link set up0 up
}

evpn_spine_conf()
{
	local leaf n

	echo "router bgp 1001"
	echo " bgp router-id 10.255.0.254"
	echo " no bgp default ipv4-unicast"
	echo " timers bgp $EVPN_BGP_TIMERS"
	for leaf in $EVPN_LEAVES; do
		n=${leaf#leaf}
		echo " neighbor 10.0.$n.2 remote-as $((1001 + n))"
	done
	echo " address-family ipv4 unicast"
	for leaf in $EVPN_LEAVES; do
		echo "  neighbor 10.0.${leaf#leaf}.2 activate"
	done
	echo " exit-address-family"
	echo " address-family l2vpn evpn"
	for leaf in $EVPN_LEAVES; do
		echo "  neighbor 10.0.${leaf#leaf}.2 activate"
		echo "  neighbor 10.0.${leaf#leaf}.2 attribute-unchanged next-hop"
	done
	echo " exit-address-family"
}

# Duplicate address detection only warns by default, but a MAC that moves many
# times on purpose is not a duplicate: off, in the peer's favour.
evpn_leaf_conf()
{
	local n=${1#leaf} vtep

	vtep=$(evpn_vtep "$1")
	cat <<-END
		router bgp $((1001 + n))
		 bgp router-id $vtep
		 no bgp default ipv4-unicast
		 timers bgp $EVPN_BGP_TIMERS
		 neighbor 10.0.$n.1 remote-as 1001
		 address-family ipv4 unicast
		  network $vtep/32
		  neighbor 10.0.$n.1 activate
		 exit-address-family
		 address-family l2vpn evpn
		  neighbor 10.0.$n.1 activate
		  advertise-all-vni
		  no dup-addr-detection
		 exit-address-family
	END
}

# The daemons' chatter is of interest only when they do not start.
evpn_daemon_start()
{
	local ns=$1 daemon=$2 etc=/etc/frr/$1 run=/var/run/frr/$1

	shift 2
	ip netns exec "$ns" "$EVPN_DAEMONS/$daemon" -d -N "$ns" -A 127.0.0.1 \
		-f "$etc/$daemon.conf" -i "$run/$daemon.pid" "$@" \
		> "$run/$daemon.out" 2>&1 || { cat "$run/$daemon.out" >&2; return 1; }
}

evpn_frr_start()
{
	local ns=$1 etc=/etc/frr/$1 run=/var/run/frr/$1 conf=evpn_leaf_conf

	[ "$ns" != $EVPN_SPINE ] || conf=evpn_spine_conf
	install -d -o frr -g frr -m 755 "$etc" "$run" || return
	printf '%s\n' "frr defaults datacenter" "hostname $ns" > "$etc/zebra.conf"
	{ cat "$etc/zebra.conf"; $conf "$ns"; } > "$etc/bgpd.conf"
	: > "$etc/vtysh.conf"
	chown frr:frr "$etc"/*
	evpn_daemon_start "$ns" zebra -s 90000000 &&
	evpn_daemon_start "$ns" bgpd
}

# The process of a node's daemon, if it lives and is what it should be.
evpn_daemon_pid()
{
	local file=/var/run/frr/$1/$2.pid pid name

	[ -s "$file" ] || return
	read -r pid < "$file"
	read -r name 2>/dev/null < "/proc/$pid/comm" && [ "$name" = "$2" ] &&
	echo "$pid"
}

evpn_gone()
{
	! [ -e "/proc/$1" ]
}

evpn_frr_stop()
{
	local ns daemon pid pids=()

	for daemon in bgpd zebra; do
		for ns; do
			pid=$(evpn_daemon_pid "$ns" $daemon) && kill "$pid" &&
			pids+=("$pid")
		done
	done
	for pid in "${pids[@]}"; do
		evpn_wait 10 evpn_gone "$pid" || kill -KILL "$pid"
	done
	for ns; do
		rm -rf "/var/run/frr/$ns" "/etc/frr/$ns"
	done
}

# Gives commands to BGP on a node.  Status: 2 it does not answer.
evpn_bgp()
{
	evpn_vty bgpd "$@"
}

# The same of any daemon
evpn_vty()
{
	local daemon=$1 ns=$2

	shift 2
	"$EVPN_HERE/vty" "/var/run/frr/$ns/$daemon.vty" $EVPN_VTY_TIMEOUT "$@" 2>/dev/null
}

evpn_leaf_build()
{
	evpn_link_create "$1" && evpn_overlay_create "$1" && evpn_frr_start "$1"
}

# Runs a function for each of the nodes at the same time.
evpn_each()
{
	local function=$1 node pid pids=() status=0

	shift
	for node; do
		$function "$node" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || status=1
	done
	return $status
}

# Namespaces that somebody else has are not touched.
evpn_build()
{
	local ns

	for ns in $EVPN_SPINE $EVPN_LEAVES; do
		if [ -e "/run/netns/$ns" ] || [ -e "/etc/frr/$ns" ]; then
			echo "evpn: $ns exists already" >&2
			return 1
		fi
	done
	EVPN_BUILT="$EVPN_LEAVES $EVPN_SPINE"
	modprobe -a bridge vxlan 8021q veth tun 2>/dev/null
	# shellcheck disable=SC2086 # words are wanted
	evpn_each evpn_node_create $EVPN_BUILT &&
	evpn_each evpn_leaf_build $EVPN_LEAVES &&
	evpn_frr_start $EVPN_SPINE
}

# What is not whole any more is removed.
evpn_adopt()
{
	local node

	[ -e "/run/netns/$EVPN_SPINE" ] || return
	EVPN_BUILT="$EVPN_LEAVES $EVPN_SPINE"
	for node in $EVPN_BUILT; do
		if ! evpn_daemon_pid "$node" zebra || ! evpn_daemon_pid "$node" bgpd; then
			evpn_destroy
			return 1
		fi
	done > /dev/null
}

evpn_destroy()
{
	local ns

	[ -n "${EVPN_BUILT:-}" ] || return 0
	# shellcheck disable=SC2086 # words are wanted
	evpn_frr_stop $EVPN_BUILT
	for ns in $EVPN_BUILT; do
		[ ! -e "/run/netns/$ns" ] || ip netns del "$ns"
	done
	EVPN_BUILT=
}

# Every leaf must flood to every other one: then the EVPN routes for the VNI
# have crossed the fabric, and been written to the kernel.
evpn_flood_lists_complete()
{
	local leaf peer list

	for leaf in $EVPN_LEAVES; do
		list=$(bridge -n "$leaf" fdb show dev $EVPN_VXLAN)
		for peer in $EVPN_LEAVES; do
			[ "$peer" != "$leaf" ] || continue
			[[ $list == *"00:00:00:00:00:00 dst $(evpn_vtep "$peer") "* ]] || return
		done
	done
}

evpn_wait_bgp()
{
	evpn_wait $EVPN_BGP_TIMEOUT evpn_flood_lists_complete &&
	evpn_wait $EVPN_BGP_TIMEOUT evpn_no_dup_detection
}

# FRR 8.4 at times does not hand on that setting when its daemons start, and then
# keeps the sixth move to itself.
evpn_no_dup_detection()
{
	local leaf all=0

	for leaf in $EVPN_LEAVES; do
		[[ $(evpn_vty zebra "$leaf" "show evpn") != *"detection: Disable"* ]] || continue
		all=1
		evpn_bgp "$leaf" enable "configure terminal" \
			"router bgp $((1001 + ${leaf#leaf}))" "address-family l2vpn evpn" \
			dup-addr-detection "no dup-addr-detection" > /dev/null
	done
	return $all
}

# A port for a VM, which some program must then hold (see vmnic.c).  Without
# IPv6: the chatter of the kernel on link-up is no part of what is tested.
evpn_add_tap()
{
	local leaf=$1 tap=$2

	ip -n "$leaf" tuntap add "$tap" mode tap &&
	ip -n "$leaf" link set "$tap" addrgenmode none master br0 &&
	bridge -n "$leaf" vlan add dev "$tap" vid $EVPN_VID pvid untagged &&
	ip -n "$leaf" link set "$tap" up
}

# Where a leaf's kernel forwards a MAC to: the name of a port, the address of a
# VTEP, or nothing if it floods.
evpn_mac_place()
{
	local leaf=$1 mac=$2 entries port

	entries=$'\n'$(bridge -n "$leaf" fdb show 2>/dev/null)
	[[ $entries =~ $'\n'$mac\ dev\ ([^\ ]+)\ vlan\ $EVPN_VID\ [^$'\n']*master ]] ||
		return
	port=${BASH_REMATCH[1]}
	if [ "$port" = $EVPN_VXLAN ]; then
		[[ $entries =~ $'\n'$mac\ dev\ $EVPN_VXLAN\ dst\ ([^\ ]+) ]] || return
		port=${BASH_REMATCH[1]}
	fi
	echo "$port"
}

# The same from all routes of all leaves, of which the highest number counts.  FRR 8.5
# and later look for a MAC without an IP address where they keep none.
evpn_mac_route_of_all()
{
	local routes

	routes=$(evpn_bgp "$1" "show bgp l2vpn evpn route type macip") || return 2
	awk -v mac="$2" '
	/\[2\]:\[/ { found = $0 ~ "\\[48\\]:\\[" mac "\\]( |$)"; hop = ""; next }
	!found { next }
	hop == "" { hop = $1; sub(/\(.*/, "", hop); next }
	/ RT:/ {
		seq = match($0, / MM:[0-9]+/) ? substr($0, RSTART + 4, RLENGTH - 4) + 0 : 0
		if (best == "" || seq > best_seq) {
			best = hop
			best_seq = seq
		}
		found = 0
	}
	END {
		if (best == "")
			exit 1
		print best, best_seq
	}' <<< "$routes"
}

# What BGP on a leaf knows of a MAC: "VTEP SEQ", its next hop and its mobility
# number (0 where it never moved).  Status: 1 there is no route, 2 no answer.
evpn_mac_route()
{
	local leaf=$1 mac=$2 route nexthop='' seq=0

	route=$(evpn_bgp "$leaf" "show bgp l2vpn evpn route vni $EVPN_VNI mac $mac") ||
		[ $? = 1 ] || return 2
	if [[ $route == *"not in table"* ]]; then
		evpn_mac_route_of_all "$leaf" "$mac"
		return
	fi
	[[ $route =~ $'\n'\ +([0-9.]+)(\(|\ )[^$'\n']*\ from\  ]] || return 1
	nexthop=${BASH_REMATCH[1]}
	[[ $route =~ \ MM:([0-9]+) ]] && seq=${BASH_REMATCH[1]}
	echo "$nexthop $seq"
}
