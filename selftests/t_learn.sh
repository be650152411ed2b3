#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.12
# also on: kcsan
#
# A MAC that is heard on a local port has moved there, whoever said before that
# it was elsewhere.  The bridge learns it; the module must notice, even where the
# bridge is silent about it: an entry that a routing daemon installed is turned
# without an addition being notified.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	net_create || return
	# as zebra does, before anybody enrols anything
	zebra_installs 02:00:00:00:01:03 10.255.0.2
	zebra_installs 02:00:00:00:01:04 10.255.0.2
	guest_sends g2 02:00:00:00:01:05
	vxmob domain add dev vx100 snoop none
}

new()
{
	local mac=02:00:00:00:01:01

	must claims_of learn accept-new
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"state":"local"' '"port":"p1"' '"origin":"learn"' \
		'"status":"confirmed"' '"moves":0,' '!installed'
	must is_at "$mac" p1
	must lacks "$ENTRIES" extern_learn
	must claims_are learn accept-new $((COUNT + 1))
}

from_remote()
{
	local mac=02:00:00:00:01:02

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"state":"local"' '"port":"p1"' '"origin":"learn"' \
		'"seq":5,' '"bump":1,' '"moves":1,'
	must comes_to "$mac" p1
	# what was known of it when it was there is no news
	must unchanged refused refuse- vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 4
	must unchanged refused refuse- vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must bound "$mac" '"state":"local"'
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 6
	must is_at "$mac" "vx100 10.255.0.3"
}

# Enrolment takes over what is there, as it is.
zebra_before()
{
	local mac=02:00:00:00:01:03

	must bound "$mac" '"state":"remote"' '"via":"10.255.0.2"' '"origin":"netlink"' '!installed'
	must is_at "$mac" "vx100 10.255.0.2"
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"state":"local"' '"port":"p1"' '"origin":"learn"'
	must comes_to "$mac" p1
}

# The bridge never tells of its further roams, so the module cannot know the
# port; but it must not undo them, and news of the control plane still count.
zebra_before_roams()
{
	local mac=02:00:00:00:01:04

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"state":"local"' '"port":"p1"'
	must guest_sends g2 "$mac"
	must wait_for at "$mac" p2
	must bound "$mac" '"state":"local"'
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3
	must is_at "$mac" "vx100 10.255.0.3"
	must wait_for believed_on_p1 "$mac"
}

# Frames from the port that it was last known on may be late ones, three of them.
believed_on_p1()
{
	guest_sends g1 "$1" && quietly_bound "$1" '"state":"local"' '"port":"p1"'
}

learned_before()
{
	must bound 02:00:00:00:01:05 '"state":"local"' '"port":"p2"' '"origin":"learn"'
	must is_at 02:00:00:00:01:05 p2
}

zebra_after()
{
	local mac=02:00:00:00:01:06

	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"state":"remote"' '"via":"10.255.0.2"' '"origin":"netlink"'
	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"state":"local"' '"port":"p2"' '"origin":"learn"'
	must comes_to "$mac" p2
}

zebra_moves()
{
	local mac=02:00:00:00:01:07

	must zebra_installs "$mac" 10.255.0.2
	must becomes_bound "$mac" '"via":"10.255.0.2"' '"moves":0,'
	must zebra_installs "$mac" 10.255.0.3
	must becomes_bound "$mac" '"via":"10.255.0.3"' '"origin":"netlink"' '"moves":1,'
	must is_at "$mac" "vx100 10.255.0.3"
	must bridge fdb del "$mac" dev vx100 dst 10.255.0.3 self
	must bridge fdb del "$mac" dev vx100 master
	must becomes_unbound "$mac"
	must is_at "$mac" -
}

roam()
{
	local mac=02:00:00:00:01:08 i

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	for i in 1 2 3; do
		must guest_sends g2 "$mac"
		must becomes_bound "$mac" '"port":"p2"'
		must guest_sends g1 "$mac"
		must becomes_bound "$mac" '"port":"p1"'
	done
	must bound "$mac" '"moves":6,' '"origin":"learn"'
	must is_at "$mac" p1
}

# One that was announced on one port speaks on another.
announced_elsewhere()
{
	local mac=02:00:00:00:01:09

	must vxmob mac announce "$mac" dev vx100 on p1 seq 3
	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"' '"origin":"learn"' '"seq":3,' '"bump":1,'
	must is_at "$mac" p2
}

# Of what is added by hand as a dynamic entry the bridge tells nothing, neither then
# nor when it moves or ends.
written_by_hand()
{
	local mac=02:00:00:00:01:13

	must ip link set vx100 type vxlan ageing 8
	defer ip link set vx100 type vxlan ageing 300
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must bridge fdb replace "$mac" dev p2 master dynamic
	must becomes_bound "$mac" '"port":"p2"' '"moves":1,'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"' '"moves":2,'
	# nor does it help that an orchestrator knows where the MAC is
	must vxmob mac announce "$mac" dev vx100 on p1
	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"' '"moves":3,'
	must bridge fdb del "$mac" dev p2 master
	must becomes_unbound "$mac"
}

# The bridge forgets what is silent; so must the module.
ageing()
{
	local mac=02:00:00:00:01:0a

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must ip link set br0 type bridge ageing_time 100
	must becomes_unbound "$mac"
	must ip link set br0 type bridge ageing_time 30000
	must is_at "$mac" -
}

# A port goes down: what was learned and what was announced there is gone.
port_down()
{
	local mac=02:00:00:00:01:0b other=02:00:00:00:01:0c

	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"'
	must vxmob mac announce "$other" dev vx100 on p2
	must vxmob mac announce 02:00:00:00:01:0d dev vx100 on p1
	must ip link set p2 down
	must becomes_unbound "$mac"
	must becomes_unbound "$other"
	must comes_to "$mac" -
	must comes_to "$other" -
	must is_at 02:00:00:00:01:0d p1
	must ip link set p2 up
	must wait_for learns_on_p2
}

# A port that comes up forwards a moment later.
learns_on_p2()
{
	guest_sends g2 02:00:00:00:01:1f
	at 02:00:00:00:01:1f p2
}

port_leaves()
{
	local mac=02:00:00:00:01:0e other=02:00:00:00:01:0f

	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"'
	must vxmob mac announce "$other" dev vx100 on p2
	must ip link set p2 nomaster
	must becomes_unbound "$mac"
	must becomes_unbound "$other"
	must refused "" vxmob mac announce "$other" dev vx100 on p2
	must ip link set p2 master br0
	must vxmob mac announce "$other" dev vx100 on p2
	must is_at "$other" p2
}

operator_deletes()
{
	local mac=02:00:00:00:01:10

	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must bridge fdb del "$mac" dev p1 master
	must becomes_unbound "$mac"
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
}

# Many at once: none may be missed.
many()
{
	local i mac frames=()

	for ((i = 0; i < 500; i++)); do
		printf -v mac '02:00:00:01:%02x:%02x' $((i >> 8)) $((i & 255))
		plain_frame "$mac"
		frames+=("$FRAME")
	done
	must "$NET_HERE/sendframe" eth g1 "${frames[@]}"
	must wait_for all_on p1
	must "$NET_HERE/sendframe" eth g2 "${frames[@]}"
	must wait_for all_on p2
}

all_on()
{
	[ "$(vxmob mac show on "$1" | grep -c '^02:00:00:01:')" = 500 ]
}

# More at once than can be remembered until there is time to look at them: all come
# in one softirq, and nothing of the module's runs meanwhile.
at_once()
{
	local frames

	must one_softirq 20000
	defer one_softirq 64
	must globally -w net.core.wmem_default=20000000
	defer globally -w net.core.wmem_default=212992
	must tc qdisc add dev g1 root netem slot 4s 4s packets 20000 limit 20000
	defer tc qdisc del dev g1 root
	must vxmob mac flush dev vx100
	mapfile -t frames < <(seq 1 6000 | awk '{
		printf "ffffffffffff0200000a%02x%02x88b5%s\n", $1 / 256, $1 % 256, zeros
	}' zeros=$ZEROS)
	must stat_of announced
	must "$NET_HERE/sendframe" eth g1 "${frames[@]}"
	NET_WAIT=60 must wait_for at_least_bound 6000
	# also those of which no hint could be kept have come only now
	NET_WAIT=60 must wait_for stat_at_least announced $((COUNT + 6000))
}

# So many packets may be sent and received in one.
one_softirq()
{
	globally -w net.core.dev_weight="$1" net.core.netdev_max_backlog=$(($1 + 1000)) \
		net.core.netdev_budget=$(($1 + 300)) net.core.netdev_budget_usecs=$(($1 * 100))
}

at_least_bound()
{
	[ "$(vxmob mac show on p1 | grep -c '^02:00:00:0a:')" -ge "$1" ]
}

stat_at_least()
{
	local wanted=$2

	stat_of "$1" && [ "$COUNT" -ge "$wanted" ]
}

ALL_TESTS="new from_remote zebra_before zebra_before_roams learned_before
	zebra_after zebra_moves roam announced_elsewhere port_down port_leaves
	operator_deletes written_by_hand many ageing"
brief || ALL_TESTS+=" at_once"

net_private "$@"
run_tests "$@"
