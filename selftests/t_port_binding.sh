#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine with three NICs in three networks moves between hosts, as an
# orchestrator does it that binds ports to chassis: all of its NICs or none, told
# in one transaction on each host.  Its tunnel keys, MACs and addresses stay, and
# what is said of one network never touches another.
#
#	ONE (VTEP .1), TWO (.2), THREE (.3): each has
#		g1 -- p1 -- br0 -- vx100
#		g2 -- p2 -- br1 -- vx200
#		g3 -- p3 -- br2 (VLAN 300) -- vx0, external, VNI 300
#
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck disable=SC2153 # setup_ns sets these, as all names in capitals
# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/handover.sh"

# A NIC: its network's device, and how the device and VNI are named.
DEVS=("" vx100 vx200 vx0)
NAMES=("" "dev vx100" "dev vx200" "dev vx0 vni 300")

setup()
{
	local n

	setup_ns WIRE ONE TWO THREE || return
	ip -n "$WIRE" link add br0 type bridge mcast_snooping 0 || return
	ip -n "$WIRE" link set br0 up
	for n in 1 2 3; do
		host_create $n || return
	done
	ask_start "$ONE" && ask_start "$TWO" && ask_start "$THREE"
}

# Sets NS to the namespace of a host.
host()
{
	local names=("" "$ONE" "$TWO" "$THREE")

	NS=${names[$1]}
}

host_create()
{
	local n=$1 port other

	host "$n"
	nsexec "$NS" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip -n "$WIRE" link add "w$n" type veth peer name u0 netns "$NS" &&
	ip -n "$WIRE" link set "w$n" master br0 up || return
	{
		echo "link set lo up"
		echo "addr add 10.255.0.$n/24 dev u0"
		echo "link set u0 up"
		echo "link add br0 type bridge mcast_snooping 0"
		echo "link add br1 type bridge mcast_snooping 0"
		echo "link add br2 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0"
		echo "link add vx100 type vxlan id 100 local 10.255.0.$n dstport 4789 nolearning"
		echo "link add vx200 type vxlan id 200 local 10.255.0.$n dstport 4789 nolearning"
		echo "link add vx0 type vxlan local 10.255.0.$n dstport 4790 external nolearning"
		echo "link set vx100 master br0"
		echo "link set vx200 master br1"
		echo "link set vx0 master br2"
		echo "link set vx100 type bridge_slave learning off"
		echo "link set vx200 type bridge_slave learning off"
		echo "link set vx0 type bridge_slave learning off vlan_tunnel on"
		for port in 1 2 3; do
			echo "link add p$port type veth peer name g$port"
			echo "link set p$port addrgenmode none master br$((port - 1))"
			echo "link set g$port addrgenmode none up"
			echo "link set p$port up"
			echo "link set br$((port - 1)) up"
			echo "link set ${DEVS[port]} up"
		done
	} | ip -n "$NS" -batch - || return
	{
		echo "vlan add dev p3 vid 300 pvid untagged"
		echo "vlan add dev vx0 vid 300"
		echo "vlan add dev vx0 vid 300 tunnel_info id 300"
		for other in 1 2 3; do
			[ $other != "$n" ] || continue
			echo "fdb append 00:00:00:00:00:00 dev vx100 dst 10.255.0.$other self permanent"
			echo "fdb append 00:00:00:00:00:00 dev vx200 dst 10.255.0.$other self permanent"
			echo "fdb append 00:00:00:00:00:00 dev vx0 src_vni 300 dst 10.255.0.$other self permanent"
		done
	} | bridge -n "$NS" -batch - || return
	for port in 1 2 3; do
		# shellcheck disable=SC2086 # words are wanted
		vxmob -n "$NS" domain add ${NAMES[port]} snoop rarp,garp redirect 600 || return
	done
}

# --- words ----------------------------------------------------------------

# Sets NICS: the MACs of machine $1, and what they begin with.
machine()
{
	MACHINE=02:00:00:$1:
	NICS=("" "02:00:00:$1:01:01" "02:00:00:$1:02:02" "02:00:00:$1:03:03")
}

# A host sends what the machine's NICs say when they arrive: RARP, or another kind.
arrives()
{
	local i kind=${2:-rarp}

	host "$1"
	for i in 1 2 3; do
		"${kind}_frame" "${NICS[i]}"
		"$NET_HERE/sendframe" -n "$NS" eth "g$i" "$FRAME" || return
	done
}

# The machine is on host $1: what is sent to it from another one comes out there,
# at the NIC meant, and at no other place.
reached_on()
{
	local i

	for i in 1 2 3; do
		reached "$1" "$i" "${2:-$THREE}" || return
	done
}

reached()
{
	local ns=$3 i=$2 sinks=() sink other got

	host "$1"
	for other in "$ONE" "$TWO" "$THREE"; do
		[ "$other" != "$ns" ] || continue
		for sink in 1 2 3; do
			sinks+=("$other/g$sink")
		done
	done
	got=$("$NET_HERE/seeframe" 1 "$ns/g$i" "${NICS[i]}" 02:00:00:00:ee:0$i 0 "${sinks[@]}")
	same "$got" "$NS/g$i"
}

# Prints the steps of a move, for all NICs: what, and what goes with it for each.
lines()
{
	local i

	for i in 1 2 3; do
		echo "move $1 ${NICS[i]} ${NAMES[i]} ${2//#/$i}"
	done
}

# Takes the lines on standard input as one transaction of a host.
transact()
{
	vxmob -n "$1" transaction -
}

# All NICs of the machine are bound so on a host.
all_bound()
{
	local NET_NS=$1 NET_DEV NET_VNI i

	for i in 1 2 3; do
		NET_DEV=${DEVS[i]} NET_VNI=
		[ $i != 3 ] || NET_VNI=300
		becomes_bound "${NICS[i]}" "${2//#/$i}" || return
	done
}

# And there is a move of each, that says this.
all_moving()
{
	local NET_NS=$1 NET_DEV NET_VNI i

	shift
	for i in 1 2 3; do
		NET_DEV=${DEVS[i]} NET_VNI=
		[ $i != 3 ] || NET_VNI=300
		becomes_moving "${NICS[i]}" "${@//#/$i}" || return
	done
}

# The machine runs on host 1, and all know.
boots()
{
	machine "$1"
	arrives 1 && all_bound "$ONE" '"port":"p#"' &&
	all_bound "$TWO" '"via":"10.255.0.1"' && all_bound "$THREE" '"via":"10.255.0.1"'
}

# What all hosts' forwarding databases hold of the machine, its moves, and its
# bindings.
snapshot()
{
	local ns text=

	for ns in "$ONE" "$TWO" "$THREE"; do
		answer bridge -n "$ns" fdb show
		text+=$ANSWER
		answer vxmob -n "$ns" -json move show
		text+=$ANSWER
		answer vxmob -n "$ns" -json mac show
		text+=$ANSWER
	done
	sed -e 's/"\(age\|left\)_ms":[0-9]*//g' -e 's/[]}],*//g' -e 's/{/\n/g' <<< "$text" |
	grep -F "$MACHINE" | sort
}

# Runs a command that must change nothing on any host.
no_trace()
{
	snapshot > "$TMP/before"
	must [ -s "$TMP/before" ]
	"$@" || return
	snapshot > "$TMP/after"
	diff "$TMP/before" "$TMP/after"
}

prepared()
{
	lines prepare "on p# from 10.255.0.1 deadline 600" | transact "$TWO" &&
	lines prepare "to 10.255.0.2 deadline 600" | transact "$ONE"
}

# --- cases ----------------------------------------------------------------

live_migration()
{
	local events ns

	must boots 01
	must reached_on 1
	for ns in "$ONE" "$TWO"; do
		: > "$TMP/$ns"
		job_start vxmob -n "$ns" -json monitor > "$TMP/$ns"
		must wait_for listens "$ns"
	done
	must prepared
	must all_moving "$ONE" '"role":"source"' '"stage":"prepared"' '"to":"10.255.0.2"' '"port":"p#"'
	must all_moving "$TWO" '"role":"target"' '"stage":"prepared"' '"from":"10.255.0.1"' '"port":"p#"'
	must all_bound "$ONE" '"port":"p#"'
	must reached_on 1
	lines hold "" | must transact "$TWO"
	lines hold "" | must transact "$ONE"
	must all_moving "$ONE" '"stage":"held"'
	must all_moving "$TWO" '"stage":"held"'
	must all_bound "$ONE" '"via":"10.255.0.2"'
	# it runs there, and all hosts hear of it
	must arrives 2
	must all_moving "$ONE" '"stage":"moved"'
	must all_moving "$TWO" '"stage":"moved"'
	must all_bound "$TWO" '"port":"p#"'
	must all_bound "$THREE" '"via":"10.255.0.2"'
	must reached_on 2
	must reached_on 2 "$ONE"
	lines commit "" | must transact "$ONE"
	lines commit "" | must transact "$TWO"
	must wait_for none_moving "$TWO"
	must json_true 'map([.dev, .vni, .stage, .role]) | sort ==
		[["vx0", 300, "moved", "source"], ["vx100", 100, "moved", "source"], ["vx200", 200, "moved", "source"]]' \
		vxmob -n "$ONE" -json move show
	for events in prepared held moved; do
		must wait_for counted "$TMP/$ONE" 3 "\"event\":\"move-$events\"" 02:00:00:01:
		must wait_for counted "$TMP/$TWO" 3 "\"event\":\"move-$events\"" 02:00:00:01:
	done
}

listens()
{
	vxmob -n "$1" domain set dev vx100
	[ -s "$TMP/$1" ]
}

# Of the machine.
none_moving()
{
	[[ $(vxmob -n "$1" move show) != *$MACHINE* ]]
}

# What is sent in the meantime, from a host that has heard of nothing, is kept.
nothing_lost()
{
	local i

	must boots 02
	must prepared
	lines hold "" | must transact "$TWO"
	lines hold "" | must transact "$ONE"
	for i in 1 2 3; do
		must watch_start "$TMP/nic$i" -n "$TWO" "g$i"
		frame_to "${NICS[i]}" 0000000$i
		must "$NET_HERE/sendframe" -n "$THREE" -c 20 eth "g$i" "$FRAME"
	done
	must all_moving "$TWO" '"queued":20'
	must arrives 2
	for i in 1 2 3; do
		must wait_for counted "$TMP/nic$i" 20 "88b50000000$i"
	done
	must all_moving "$ONE" '"redirected":20'
}

counted()
{
	[ "$(lines_with "$1" "${@:3}")" = "$2" ]
}

# One of three is refused: nothing is prepared, held or committed.
or_not_at_all()
{
	must boots 03
	must no_trace one_refused "$ONE" prepare "to 10.255.0.2" 2 "02:00:00:03:0f:ff" "not on a local port"
	must no_trace one_refused "$ONE" prepare "to 10.255.0.2" 3 "${NICS[3]} to fd00::2" "IPv"
	must no_trace one_refused "$TWO" prepare "on p#" 3 "${NICS[3]} on p1" "port"
	must no_trace one_refused "$ONE" hold "" 1 "" "no move"
	must prepared
	must no_trace one_refused "$ONE" hold "" 3 "02:00:00:03:0f:ff" "no move"
	must no_trace one_refused "$TWO" commit "" 2 "02:00:00:03:0f:ff" "no move"
	must no_trace one_refused "$ONE" abort "" 1 "02:00:00:03:0f:ff" "no move"
	must no_trace one_refused "$ONE" prepare "to 10.255.0.2" 1 "" "prepared already"
	must reached_on 1
	lines abort "" | must transact "$ONE"
	lines abort "" | must transact "$TWO"
	must wait_for none_moving "$ONE"
}

# A host, what, and with what; the line that is to be refused, what stands there
# instead of the MAC, and why.
one_refused()
{
	local ns=$1 bad=$4 instead=$5

	lines "$2" "$3" > "$TMP/lines"
	if [ -n "$instead" ]; then
		# what follows the MAC takes the place of what goes with the step
		if [[ $instead == *" "* ]]; then
			echo "move $2 ${instead%% *} ${NAMES[bad]} ${instead#* }" > "$TMP/line"
		else
			sed -n "${bad}s/${NICS[bad]}/$instead/p" "$TMP/lines" > "$TMP/line"
		fi
		sed -i -e "${bad}r $TMP/line" -e "${bad}d" "$TMP/lines"
	fi
	refused "$6" vxmob -n "$ns" transaction "$TMP/lines" &&
	has "$SAID" "$TMP/lines:$bad: " && has "$SAID" "nothing was applied"
}

# The gate of one NIC does not open on commit.
gate_closed()
{
	must boots 04
	lines prepare "on p# deadline 600" | sed '2s/$/ open-on rarp/' | must transact "$TWO"
	lines commit "" > "$TMP/lines"
	must no_trace refused "does not open on commit" vxmob -n "$TWO" transaction "$TMP/lines"
	must has "$SAID" "$TMP/lines:2: "
	# when it has spoken on that one, all can be committed
	rarp_frame "${NICS[2]}"
	must "$NET_HERE/sendframe" -n "$TWO" eth g2 "$FRAME"
	NET_NS=$TWO NET_DEV=vx200 must becomes_moving "${NICS[2]}" '"stage":"moved"'
	must vxmob -n "$TWO" transaction "$TMP/lines"
	must all_bound "$TWO" '"port":"p#"'
	must wait_for none_moving "$TWO"
}

# What could be prepared cannot be held any more: those held before are taken back.
# An entry that turns meanwhile, 20 ms after its hold, would stay the module's: on a
# machine that may be so slow it must leave no trace with one of three.
hold_fails()
{
	must one_holds_in_vain 05 15 25
	must has "$SAID" "$TMP/lines:3: "
	must reached_on 1
	must all_moving "$ONE" '"stage":"prepared"'
	must vxmob -n "$ONE" mac announce "${NICS[3]}" dev vx0 vni 300 on p3
	must vxmob -n "$ONE" transaction "$TMP/lines"
	must all_moving "$ONE" '"stage":"held"'
	lines abort "" | must transact "$ONE"
	lines abort "" | must transact "$TWO"
}

one_holds_in_vain()
{
	local number

	for number; do
		must boots "$number"
		must prepared
		must vxmob -n "$ONE" mac announce "${NICS[3]}" dev vx0 vni 300 on p3 sticky
		lines hold "" > "$TMP/lines"
		no_trace refused "may not move" vxmob -n "$ONE" transaction "$TMP/lines" && return
	done
	return 1
}

# The migration fails: traffic is back, from here, from there and from elsewhere.
rollback()
{
	must boots 06
	must prepared
	lines hold "" | must transact "$TWO"
	lines hold "" | must transact "$ONE"
	must all_bound "$ONE" '"via":"10.255.0.2"'
	lines abort "" | must transact "$TWO"
	lines abort "" | must transact "$ONE"
	must wait_for none_moving "$ONE"
	must wait_for none_moving "$TWO"
	must all_bound "$ONE" '"port":"p#"'
	must all_bound "$THREE" '"via":"10.255.0.1"'
	must reached_on 1
	must reached_on 1 "$TWO"
	# the second attempt
	must prepared
	lines hold "" | must transact "$ONE"
	must arrives 2
	must all_bound "$THREE" '"via":"10.255.0.2"'
	must reached_on 2
}

# It announces itself by gratuitous ARP only.
gratuitous_arp()
{
	must boots 07
	lines prepare "on p# from 10.255.0.1 open-on garp deadline 600" | must transact "$TWO"
	lines prepare "to 10.255.0.2 deadline 600" | must transact "$ONE"
	lines hold "" | must transact "$ONE"
	must arrives 2
	must all_moving "$TWO" '"stage":"prepared"' '"late":1'
	must arrives 2 garp_request
	must all_bound "$TWO" '"port":"p#"'
	must all_bound "$ONE" '"via":"10.255.0.2"'
	must all_bound "$THREE" '"via":"10.255.0.2"'
	must reached_on 2
}

# It is stopped here and started there: every host is told, in a transaction.
cold_migration()
{
	local i

	must boots 08
	for i in 1 2 3; do
		echo "withdraw ${NICS[i]} ${NAMES[i]} on p$i"
	done | must transact "$ONE"
	for i in 1 2 3; do
		echo "announce ${NICS[i]} ${NAMES[i]} on p$i"
	done | must transact "$TWO"
	for i in 1 2 3; do
		echo "announce ${NICS[i]} ${NAMES[i]} via 10.255.0.2"
	done > "$TMP/lines"
	must vxmob -n "$THREE" transaction "$TMP/lines"
	must vxmob -n "$ONE" transaction "$TMP/lines"
	must all_bound "$TWO" '"port":"p#"'
	must reached_on 2
	must reached_on 2 "$ONE"
	# one of the three is refused: none
	sed -e 's/0.2$/0.1/' -e '2s/$/ seq x/' "$TMP/lines" > "$TMP/bad"
	must no_trace misused ":2:" vxmob -n "$THREE" transaction "$TMP/bad"
	sed -e 's/0.2$/0.1/' -e '3s/vni 300/vni 301/' "$TMP/lines" > "$TMP/bad"
	must no_trace refused ":3:" vxmob -n "$THREE" transaction "$TMP/bad"
}

# Moves and announcements in one transaction.
mixed()
{
	must boots 09
	{
		echo "announce 02:00:00:09:09:09 dev vx100 via 10.255.0.3"
		lines prepare "to 10.255.0.2"
		echo "announce 02:00:00:09:09:0a dev vx200 via 10.255.0.3 seq 5"
	} > "$TMP/lines"
	must vxmob -n "$ONE" transaction "$TMP/lines"
	must all_moving "$ONE" '"stage":"prepared"'
	lines abort "" | must transact "$ONE"
	sed -i 's/0.3 seq 5/0.2 seq 4/' "$TMP/lines"
	must no_trace refused ":5: refuse-stale:" vxmob -n "$ONE" transaction "$TMP/lines"
	sed -i -e 's/seq 4/seq 6/' -e '4s/^/move abort 02:00:00:09:0f:ff dev vx100\n/' "$TMP/lines"
	must no_trace refused ":4:" vxmob -n "$ONE" transaction "$TMP/lines"
	must has "$SAID" "no move"
	sed -i -e '4d' -e '3s/10.255.0.2/10.255.0.1/' "$TMP/lines"
	must no_trace refused ":3:" vxmob -n "$ONE" transaction "$TMP/lines"
	must has "$SAID" "this host"
}

# One MAC in three networks: three machines.
isolation()
{
	local mac=02:00:00:10:01:01

	must boots 10
	NICS=("" "$mac" "$mac" "$mac")
	must arrives 1
	must all_bound "$ONE" '"port":"p#"'
	must all_bound "$THREE" '"via":"10.255.0.1"'
	must reached_on 1
	# one is handed over
	must vxmob -n "$TWO" move prepare $mac dev vx100 on p1
	must vxmob -n "$ONE" move prepare $mac dev vx100 to 10.255.0.2
	must vxmob -n "$ONE" move hold $mac dev vx100
	must reached 1 2 "$THREE"
	must reached 1 3 "$THREE"
	rarp_frame $mac
	must "$NET_HERE/sendframe" -n "$TWO" eth g1 "$FRAME"
	NET_NS=$THREE NET_DEV=vx100 must becomes_bound $mac '"via":"10.255.0.2"'
	must reached 2 1 "$THREE"
	must reached 1 2 "$THREE"
	must reached 1 3 "$THREE"
	# another announces itself elsewhere
	must "$NET_HERE/sendframe" -n "$TWO" eth g3 "$FRAME"
	NET_NS=$THREE NET_DEV=vx0 NET_VNI=300 must becomes_bound $mac '"via":"10.255.0.2"'
	must reached 2 1 "$THREE"
	must reached 1 2 "$THREE"
	must reached 2 3 "$THREE"
	# frames from a NIC's port do not count in another network's gate
	must vxmob -n "$TWO" move prepare $mac dev vx200 on p2
	must "$NET_HERE/sendframe" -n "$TWO" eth g1 "$FRAME"
	must "$NET_HERE/sendframe" -n "$TWO" eth g3 "$FRAME"
	NET_NS=$TWO NET_DEV=vx200 must moving $mac '"stage":"prepared"' '"late":0'
	must reached 1 2 "$THREE"
}

ALL_TESTS="live_migration nothing_lost or_not_at_all gate_closed hold_fails
	rollback gratuitous_arp cold_migration mixed isolation"

net_private "$@"
run_tests "$@"
