#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug
#
# A MAC that moves is never without a destination.  What the kernel notifies
# tells it: in a whole row of moves there is no deletion, towards a VTEP the vxlan
# entry is right before the bridge entry turns to it, and towards a port the vxlan
# entry goes only after the bridge entry has turned.  And packets follow: a
# machine moves between real VTEPs, and home, while somebody pings it.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	net_create && vxmob domain add dev vx100
}

# Writes what happens to the forwarding databases into a file from now on.
watch_fdb()
{
	: > "$TMP/fdb"
	job_start bridge monitor fdb > "$TMP/fdb"
	wait_for fdb_is_watched
}

fdb_is_watched()
{
	bridge fdb replace 02:00:00:00:0e:0e dev p2 master static
	has_line "$TMP/fdb" 02:00:00:00:0e:0e
}

# All that was said before this has been written once the marker has.
watch_ends()
{
	bridge fdb replace 02:00:00:00:0f:0f dev p2 master static
	wait_for has_line "$TMP/fdb" 02:00:00:00:0f:0f
	bridge fdb del 02:00:00:00:0f:0f dev p2 master
}

# The number of the first line that has both texts.
line_of()
{
	local line n=0

	while read -r line; do
		n=$((n + 1))
		[[ $line == *"$1"* && "$line " == *"$2"* ]] || continue
		LINE=$n
		return 0
	done < "$TMP/fdb"
	ktap_print "nothing was said of $1 and \"$2\""
	return 1
}

remote_to_remote()
{
	local mac=02:00:00:00:01:01 i

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 0
	must watch_fdb
	for ((i = 1; i <= 40; i++)); do
		echo "mac announce $mac dev vx100 via 10.255.0.$((2 + i % 2)) seq $i"
	done > "$TMP/batch"
	must vxmob -batch "$TMP/batch"
	must watch_ends
	must has_line "$TMP/fdb" "$mac" "dst 10.255.0.3" self
	must not has_line "$TMP/fdb" Deleted "$mac"
	must is_at "$mac" "vx100 10.255.0.2"
	must bound "$mac" '"moves":40,'
}

local_to_remote()
{
	local mac=02:00:00:00:01:02 vxlan

	must vxmob mac announce "$mac" dev vx100 on p1
	must watch_fdb
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must watch_ends
	must not has_line "$TMP/fdb" Deleted "$mac"
	must line_of "$mac" " self "
	vxlan=$LINE
	must line_of "$mac" " master br0 "
	must [ "$vxlan" -lt "$LINE" ]
	must is_at "$mac" "vx100 10.255.0.2"
}

remote_to_local()
{
	local mac=02:00:00:00:01:03 turned

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must watch_fdb
	must vxmob mac announce "$mac" dev vx100 on p1
	must comes_to "$mac" p1
	must watch_ends
	must not has_line "$TMP/fdb" Deleted "$mac" "master br0"
	must line_of "$mac dev p1" " master br0 "
	turned=$LINE
	must line_of "Deleted $mac" " self "
	must [ "$turned" -lt "$LINE" ]
}

# If it does not stay, its vxlan entry must, however short the stay was.
there_and_back()
{
	local mac=02:00:00:00:01:04 i

	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must watch_fdb
	for ((i = 0; i < 20; i++)); do
		echo "mac announce $mac dev vx100 on p1"
		echo "mac announce $mac dev vx100 via 10.255.0.3"
	done > "$TMP/batch"
	must vxmob -batch "$TMP/batch"
	must is_at "$mac" "vx100 10.255.0.3"
	# what was to be removed for the stays is not removed now
	must vxmob mac announce 02:00:00:00:01:05 dev vx100 via 10.255.0.2
	must vxmob mac announce 02:00:00:00:01:05 dev vx100 on p1
	must comes_to 02:00:00:00:01:05 p1
	must is_at "$mac" "vx100 10.255.0.3"
	must watch_ends
	must not has_line "$TMP/fdb" Deleted "$mac" "master br0"
}

port_to_port()
{
	local mac=02:00:00:00:01:06

	must vxmob mac announce "$mac" dev vx100 on p1
	must watch_fdb
	must vxmob mac announce "$mac" dev vx100 on p2
	must is_at "$mac" p2
	must watch_ends
	must not has_line "$TMP/fdb" Deleted "$mac"
}

# Two other hosts on the underlay, and a machine that is behind the first.
create_hosts()
{
	setup_ns B C VM || return
	{
		echo "link del u0"
		echo "link add u0 type bridge mcast_snooping 0"
		echo "link add ub master u0 type veth peer name u1 netns $B"
		echo "link add uc master u0 type veth peer name u1 netns $C"
		echo "link set ub up"
		echo "link set uc up"
		echo "link set u0 up"
		echo "addr add 10.255.0.1/24 dev u0"
		echo "addr add 192.0.2.1/24 dev g1"
	} | ip -batch - || return
	net_flood_to 10.255.0.2 10.255.0.3 &&
		create_host "$B" 10.255.0.2 10.255.0.1 10.255.0.3 &&
		create_host "$C" 10.255.0.3 10.255.0.1 10.255.0.2 || return
	ip -n "$B" -batch - <<-END || return
		link add tap type veth peer name eth0 address $1 netns $VM
		link set tap master br0 up
	END
	ip -n "$VM" -batch - <<-END
		addr add 192.0.2.2/24 dev eth0
		link set eth0 up
	END
}

create_host()
{
	ip -n "$1" -batch - <<-END && net_vtep_create "$@"
		addr add $2/24 dev u1
		link set u1 up
	END
}

machine_answers()
{
	ping -q -c 3 -i 0.02 -W 3 192.0.2.2 > "$TMP/ping" && grep -q " 0% packet loss" "$TMP/ping"
}

machine_is_silent()
{
	not ping -q -c 1 -W 1 192.0.2.2 > "$TMP/ping"
}

# The far end of the machine's NIC is what moves.
machine_moves()
{
	local mac=02:00:00:00:01:0a

	must create_hosts "$mac"
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 1
	must wait_for machine_answers

	must ip -n "$B" link set tap netns "$C"
	must ip -n "$C" link set tap master br0 up
	# nobody has said so: frames still go to the host that it left
	must machine_is_silent
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 2
	must wait_for machine_answers
	must is_at "$mac" "vx100 10.255.0.3"

	must ip -n "$C" link set tap netns "$BASHPID"
	must ip link set tap master br0 up
	must vxmob mac announce "$mac" dev vx100 on tap seq 3
	must wait_for machine_answers
	must comes_to "$mac" tap

	must ip link set tap netns "$B"
	must ip -n "$B" link set tap master br0 up
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 4
	must wait_for machine_answers
	must is_at "$mac" "vx100 10.255.0.2"
}

ALL_TESTS="remote_to_remote local_to_remote remote_to_local there_and_back
	port_to_port machine_moves"

net_private "$@"
run_tests "$@"
