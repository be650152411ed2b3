#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# needs: kernel option ipv6.disable=1
#
# A kernel that was told to have no IPv6 has its code, and none of its tables.  What
# machines and orchestrators say of IPv6 addresses is heard there all the same.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

IP6=2001:db8::1

setup()
{
	net_create_far && ip addr add 192.0.2.254/24 dev br0 &&
	vxmob domain add dev vx100 snoop rarp,garp,na vteps any
}

neighbour()
{
	[[ $(ip neigh show "$1" dev br0 nud all) == *" lladdr $2 "* ]]
}

announced()
{
	local mac=02:00:00:00:01:01

	must vxmob mac announce $mac dev vx100 on p1 ip $IP6 ip 192.0.2.1
	must bound $mac '"port":"p1"' $IP6 192.0.2.1
	must wait_for neighbour 192.0.2.1 $mac
	must vxmob mac announce $mac dev vx100 via 10.255.0.2
	must vxmob mac withdraw $mac dev vx100
	must refused "" vxmob mac announce $mac dev vx100 via $IP6
}

heard_on_port()
{
	local mac=02:00:00:00:01:02

	na_frame $mac
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_bound $mac '"port":"p1"' $IP6
	garp_request_frame $mac
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must wait_for neighbour 192.0.2.1 $mac
}

snooped()
{
	local mac=02:00:00:00:01:03

	must vxmob mac announce $mac dev vx100 on p1 ip $IP6
	na_frame $mac
	vxlan_packet 100 "$FRAME"
	must vtep_sends 10.255.0.3
	must becomes_bound $mac '"via":"10.255.0.3"' '"origin":"snoop"'
}

handed_over()
{
	local mac=02:00:00:00:01:04

	must vxmob mac announce $mac dev vx100 via 10.255.0.2 ip $IP6
	must vxmob move prepare $mac dev vx100 on p1 open-on na
	na_frame $mac
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_bound $mac '"port":"p1"'
	must vxmob mac flush dev vx100
}

ALL_TESTS="announced heard_on_port snooped handed_over"

grep -qx 1 /sys/module/ipv6/parameters/disable || skip_all "this kernel has IPv6"
net_private "$@"
run_tests "$@"
