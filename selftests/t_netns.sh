#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts that are network namespaces: each has its own domains, bindings and
# events, whatever names and numbers it shares with the others, and they come and
# go while domains are in them.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	setup_ns ONE TWO && net_vtep_create "$ONE" 10.255.0.1 10.255.0.2 &&
		net_vtep_create "$TWO" 10.255.0.2 10.255.0.1 &&
		vxmob -n "$ONE" domain add dev vx100 &&
		vxmob -n "$TWO" domain add dev vx100
}

# The same device name, VNI and MAC in both.
apart()
{
	local mac=02:00:00:00:01:01

	must vxmob -n "$ONE" mac announce "$mac" dev vx100 via 10.255.0.3 seq 5
	NET_NS=$ONE must is_at "$mac" "vx100 10.255.0.3"
	NET_NS=$TWO must is_at "$mac" -
	NET_NS=$TWO must unbound "$mac"
	must vxmob -n "$TWO" mac announce "$mac" dev vx100 on p1 seq 1
	NET_NS=$TWO must is_at "$mac" p1
	NET_NS=$ONE must bound "$mac" '"via":"10.255.0.3"' '"seq":5,'
	must vxmob -n "$ONE" mac flush dev vx100
	NET_NS=$ONE must is_at "$mac" -
	NET_NS=$TWO must bound "$mac" '"port":"p1"' '"seq":1,'
	must same "$(vxmob -n "$ONE" mac show)" ""
	must same "$(vxmob domain show)" ""
	must same "$(vxmob mac show)" ""
}

# A device of another namespace does not exist here.
strangers()
{
	must ip link add only0 type vxlan id 5 local 10.255.0.1 dstport 4789
	must misused "Cannot find device" vxmob -n "$ONE" domain add dev only0
	must refused "no such device" vxmob_index 999
	must ip link del only0
}

# The tool resolves names; the kernel must check numbers all the same.
vxmob_index()
{
	local said

	said=$("$NET_HERE/nlsend" domain-add domain.ifindex=u32:"$1")
	[ "$said" = OK ] || { echo "$said"; return 2; }
}

events()
{
	must ns_monitor_start "$ONE" "$TMP/one"
	must ns_monitor_start "$TWO" "$TMP/two"
	must vxmob -n "$ONE" mac announce 02:00:00:00:02:01 dev vx100 via 10.255.0.3
	must vxmob -n "$TWO" mac announce 02:00:00:00:02:02 dev vx100 via 10.255.0.3
	must wait_for has_line "$TMP/one" '"event":"mac-new"' '02:00:00:00:02:01'
	must wait_for has_line "$TMP/two" '"event":"mac-new"' '02:00:00:00:02:02'
	must vxmob -n "$ONE" mac withdraw 02:00:00:00:02:01 dev vx100
	must wait_for has_line "$TMP/one" '"event":"mac-del"' '02:00:00:00:02:01'
	must not has_line "$TMP/one" '02:00:00:00:02:02'
	must not has_line "$TMP/two" '02:00:00:00:02:01'
}

ns_monitor_start()
{
	: > "$2"
	job_start vxmob -n "$1" -json monitor > "$2"
	wait_for ns_monitor_listens "$@"
}

ns_monitor_listens()
{
	vxmob -n "$1" domain set dev vx100
	[ -s "$2" ]
}

# A device that moves to another namespace leaves its domain behind.
device_moves()
{
	must ip -n "$ONE" link add vx7 type vxlan id 7 local 10.255.0.1 dstport 4789 nolearning
	must vxmob -n "$ONE" domain add dev vx7
	must vxmob -n "$ONE" mac announce 02:00:00:00:03:01 dev vx7 via 10.255.0.3
	must ns_monitor_start "$ONE" "$TMP/one"
	must ip -n "$ONE" link set vx7 netns "$TWO"
	must lacks "$(vxmob -n "$ONE" domain show)" vx7
	must lacks "$(vxmob -n "$TWO" domain show)" vx7
	must wait_for has_line "$TMP/one" '"event":"domain-del"' '"dev":"vx7"'
	must same "$(vxmob -n "$ONE" mac show 02:00:00:00:03:01)" ""
	must lacks "$(bridge -n "$TWO" fdb show dev vx7)" 02:00:00:00:03:01
	must vxmob -n "$TWO" domain add dev vx7
	must vxmob -n "$TWO" mac announce 02:00:00:00:03:01 dev vx7 via 10.255.0.3
	must ip -n "$TWO" link del vx7
}

# The device lives here, its packets travel there: snooping is done there.
underlay_elsewhere()
{
	local mac=02:00:00:00:04:01

	must create_underlay
	must ip link set vx9 netns "$ONE"
	must ip -n "$ONE" link set vx9 up
	must vxmob -n "$ONE" domain add dev vx9 snoop rarp vteps any
	must vtep_announces 10.255.0.2 "$mac" 9
	NET_NS=$ONE NET_DEV=vx9 must becomes_bound "$mac" '"origin":"snoop"' '"via":"10.255.0.2"'
	must vtep_announces 10.255.0.3 "$mac" 9
	NET_NS=$ONE NET_DEV=vx9 must becomes_bound "$mac" '"via":"10.255.0.3"' '"moves":1,'
	must ip -n "$ONE" link del vx9
}

create_underlay()
{
	setup_ns FAR || return
	ip -batch - <<-END || return
		link add u0 type veth peer name u1 netns $FAR
		addr add 10.255.0.1/24 dev u0
		link set u0 up
		link add vx9 type vxlan id 9 local 10.255.0.1 dstport 4789 nolearning
	END
	ip -n "$FAR" -batch - <<-END
		addr add 10.255.0.2/24 dev u1
		addr add 10.255.0.3/24 dev u1
		link set u1 up
	END
}

# Namespaces go with everything in them.
deleted()
{
	local i

	for i in 1 2 3; do
		must setup_ns GONE
		must net_vtep_create "$GONE" 10.255.0.1 10.255.0.2
		must vxmob -n "$GONE" domain add dev vx100 snoop rarp
		for ((n = 0; n < 100; n++)); do
			printf 'mac announce 02:00:00:00:05:%02x dev vx100 via 10.255.0.2\n' "$n"
			printf 'mac announce 02:00:00:00:06:%02x dev vx100 on p1\n' "$n"
		done > "$TMP/batch"
		must vxmob -n "$GONE" -batch "$TMP/batch"
		must ns_monitor_start "$GONE" "$TMP/gone"
		must ip netns del "$GONE"
		kill "$JOB"
	done
	NET_NS=$ONE must vxmob -n "$ONE" mac announce 02:00:00:00:05:01 dev vx100 on p1
	NET_NS=$ONE must is_at 02:00:00:00:05:01 p1
}

# The namespace that packets travel in goes first, and the device with it.
underlay_deleted()
{
	must setup_ns UNDER
	must ip -n "$UNDER" link add vx11 type vxlan id 11 local 10.255.0.1 dstport 4789
	must ip -n "$UNDER" link set vx11 netns "$ONE"
	must vxmob -n "$ONE" domain add dev vx11 snoop rarp
	must vxmob -n "$ONE" mac announce 02:00:00:00:07:01 dev vx11 via 10.255.0.2
	must ip netns del "$UNDER"
	must wait_for lacks_domain "$ONE" vx11
}

lacks_domain()
{
	[[ $(vxmob -n "$1" domain show) != *"$2"* ]]
}

ALL_TESTS="apart strangers events device_moves underlay_elsewhere deleted
	underlay_deleted"

ASK=no
net_private "$@"
run_tests "$@"
