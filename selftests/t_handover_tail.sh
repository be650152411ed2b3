#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where a routing daemon listens to the forwarding database, nothing is written at
# the host that a machine leaves before the daemon has, for it would take that for
# a withdrawal.  Meanwhile what this host's own ports, and the host itself, send to
# the machine goes to where it is all the same.
#
# not on: stock-6.12
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/handover.sh"

setup()
{
	handover_create redirect 600 && vlan_bridge_create
}

# A VLAN-aware bridge with tagged ports, VLAN 10 on VNI 10.
vlan_bridge_create()
{
	local port

	{
		echo "link add br1 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0"
		echo "link add vx10 type vxlan id 10 local $SELF dstport 4789 nolearning"
		echo "link set vx10 master br1"
		echo "link set vx10 type bridge_slave learning off"
		echo "link set vx10 up"
		for port in 3 4; do
			echo "link add p$port type veth peer name g$port"
			echo "link set p$port addrgenmode none master br1"
			echo "link set g$port addrgenmode none up"
			echo "link set p$port up"
		done
		echo "link set br1 up"
	} | ip -batch - || return
	bridge -batch - <<-END
		vlan add dev vx10 vid 10 pvid untagged
		vlan add dev p3 vid 10
		vlan add dev p4 vid 10
		vlan add dev p3 vid 20
		vlan add dev p4 vid 20
	END
}

# A machine is handed over under the eyes of a daemon, up to the hold.
quietly_held()
{
	runs_here "$1" && listener_start && far_watch_start &&
	unchanged quietly_hold "$1"
}

quietly_hold()
{
	step prepare "$1" to $PEER_VTEP && step hold "$1"
}

# The guest behind a port sends a frame with a mark to a MAC.
port_sends()
{
	frame_to "$2" "$3"
	"$NET_HERE/sendframe" eth "$1" "$FRAME"
}

# FRAME came to the target, and to no port here.
taken_to_target()
{
	vxlan_packet "${NET_VNI:-100}" "$FRAME"
	wait_for has_line "$TMP/far" "$SELF > $PEER_VTEP " " $PACKET"
}

from_port()
{
	local mac=02:00:00:00:01:01

	must quietly_held "$mac"
	must watch_start "$TMP/guest" g1
	must is_at "$mac" p1
	must bound "$mac" '"via":"10.255.0.2"'
	must moving "$mac" '"stage":"held"' '"redirected":0'
	must unchanged port_sends g2 "$mac" 00000001
	must taken_to_target
	must has_line "$TMP/far" "$SELF > $PEER_VTEP ttl 64 " " $PACKET"
	# also what asks, for it asks one machine
	arp_frame 0001 $SENDER c0000202 000000000000 c0000201
	FRAME=${mac//:/}${FRAME:12}
	must "$NET_HERE/sendframe" eth g2 "$FRAME"
	must taken_to_target
	must moving "$mac" '"redirected":2'
	# what other hosts send is sent on as ever
	must vtep_sends_to $THIRD_VTEP "$mac" 00000002
	must sent_on 63
	must port_sends g2 "$mac" 00000003
	must taken_to_target
	# moved, it is the same until the daemon writes
	must step commit "$mac"
	must unchanged port_sends g2 "$mac" 00000004
	must taken_to_target
	must same "$(lines_with "$TMP/guest" "frame ${mac//:/}")" 0
	must not has_line "$TMP/listener" "$mac"
	# others' frames go their way
	must runs_here 02:00:00:00:01:02
	must comes_out g1 g2 02:00:00:00:01:02
}

# A port from which nothing may go there does not send this way, either.
barred()
{
	local mac=02:00:00:00:01:0a

	must quietly_held "$mac"
	defer ip link set p2 type bridge_slave locked off isolated off
	must ip link set p2 type bridge_slave locked on
	must port_sends g2 "$mac" 000000a1
	must ip link set p2 type bridge_slave locked off isolated on
	defer ip link set vx100 type bridge_slave isolated off
	must ip link set vx100 type bridge_slave isolated on
	must port_sends g2 "$mac" 000000a2
	must ip link set p2 type bridge_slave isolated off
	must port_sends g2 "$mac" 000000a3
	must taken_to_target
	must moving "$mac" '"redirected":1'
}

from_host()
{
	local mac=02:00:00:00:02:01

	must ip addr add 192.0.2.254/24 dev br0
	defer ip addr del 192.0.2.254/24 dev br0
	must ip neigh replace 192.0.2.1 lladdr "$mac" dev br0
	must quietly_held "$mac"
	must watch_start "$TMP/guest" g1
	echo hello > /dev/udp/192.0.2.1/9
	must wait_for has_line "$TMP/far" "$SELF > $PEER_VTEP " \
		" 0800000000006400${mac//:/}02000000ff010800" 68656c6c6f
	must moving "$mac" '"redirected":1'
	must is_at "$mac" p1
	# when it is back, so are they
	must step abort "$mac"
	echo again > /dev/udp/192.0.2.1/9
	must wait_for has_line "$TMP/guest" "frame ${mac//:/}02000000ff01" 616761696e
	must same "$(lines_with "$TMP/guest" "frame ${mac//:/}")" 1
}

# The daemon has heard, and writes: from then on the bridge does it.
daemon_writes()
{
	local mac=02:00:00:00:03:01

	must quietly_held "$mac"
	must zebra_installs "$mac" $PEER_VTEP
	must is_at "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"'
	must port_sends g2 "$mac" 00000011
	must taken_to_target
	must vtep_sends_to $THIRD_VTEP "$mac" 00000012
	must sent_on 63
	must step commit "$mac"
	must is_at "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"' '"moves":1,'
	must port_sends g2 "$mac" 00000013
	must taken_to_target
	must same "$(lines_with "$TMP/far" " $PACKET")" 1
}

# It has written, and nobody says any more that the machine has moved: that word
# counts.
daemon_and_no_more()
{
	local mac=02:00:00:00:03:04

	must monitor_start "$TMP/events"
	must runs_here "$mac"
	must listener_start
	must far_watch_start
	must unchanged step prepare "$mac" to $PEER_VTEP deadline 60
	must unchanged step hold "$mac"
	must zebra_installs "$mac" $PEER_VTEP
	must becomes_moving "$mac" '"stage":"moved"'
	must port_sends g2 "$mac" 00000014
	must taken_to_target
}

# It writes before anybody has said that the machine stands still.
daemon_first()
{
	local mac=02:00:00:00:03:02

	must runs_here "$mac"
	must listener_start
	must far_watch_start
	must unchanged step prepare "$mac" to $PEER_VTEP
	must zebra_installs "$mac" $PEER_VTEP
	must becomes_moving "$mac" '"stage":"moved"'
	must is_at "$mac" "vx100 $PEER_VTEP"
	must port_sends g2 "$mac" 00000015
	must taken_to_target
}

# The machine speaks on its new host, and the daemon is slow.
evidence()
{
	local mac=02:00:00:00:03:03

	must runs_here "$mac"
	must listener_start
	must far_watch_start
	must unchanged step prepare "$mac" to $PEER_VTEP
	must unchanged announced_there "$mac"
	must bound "$mac" '"via":"10.255.0.2"'
	must unchanged port_sends g2 "$mac" 00000014
	must taken_to_target
}

announced_there()
{
	vtep_announces $PEER_VTEP "$1" && becomes_moving "$1" '"stage":"moved"'
}

# No daemon has written in all the time there was: then it is the module's turn.
nobody_writes()
{
	local mac=02:00:00:00:04:01

	must vxmob domain set dev vx100 redirect 1
	must quietly_held "$mac"
	must monitor_start "$TMP/events"
	must step commit "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-ended"' "$mac"
	must vxmob domain set dev vx100 redirect 600
	must is_at "$mac" "vx100 $PEER_VTEP"
	must settled "$mac"
	must port_sends g2 "$mac" 00000021
	must taken_to_target
}

# It turns up at neither end, before anybody has written: where it is now is
# written in both databases.
third_place()
{
	local mac=02:00:00:00:04:02

	must quietly_held "$mac"
	must vxmob mac announce "$mac" dev vx100 via $THIRD_VTEP
	must settled "$mac"
	must is_at "$mac" "vx100 $THIRD_VTEP"
}

# The control plane knows no place for it any more: then it has none, not even the port
# that nobody was to touch.
withdrawn()
{
	local mac=02:00:00:00:04:05

	must quietly_held "$mac"
	must vxmob mac withdraw "$mac" dev vx100
	must settled "$mac"
	must lacks "$(bridge fdb show)" "$mac"
}

# A transaction has it there, and fails: the entries are as they were.
third_place_in_vain()
{
	local mac=02:00:00:00:04:03 other=02:00:00:00:04:04

	must runs_here "$other"
	must quietly_held "$mac"
	must step prepare "$other" to $PEER_VTEP
	must vxmob mac announce "$other" dev vx100 on p1 sticky
	must refused "may not move" vxmob transaction - <<-END
		announce $mac dev vx100 via $THIRD_VTEP
		move hold $other dev vx100
	END
	must is_at "$mac" p1
	must lacks "$(bridge fdb show dev vx100)" "$mac"
	must moving "$mac" '"stage":"held"'
	must bound "$mac" '"via":"10.255.0.2"'
	must step abort "$mac"
	must step abort "$other"
	# what has come to be for ever is the module's
	must bound "$mac" '"port":"p1"'
	must enrolled_anew
	must lacks "$(bridge fdb show)" "$mac"
}

# Called off, by a word and by time.
called_off()
{
	local mac=02:00:00:00:05:01

	must quietly_held "$mac"
	must unchanged step abort "$mac"
	must comes_out g1 g2 "$mac"
	must bound "$mac" '"port":"p1"' '"moves":0,'
	must monitor_start "$TMP/events"
	must unchanged expired "$mac"
	must comes_out g1 g2 "$mac"
	must bound "$mac" '"port":"p1"' '"moves":0,'
	must same "$(lines_with "$TMP/far" "$SELF > $PEER_VTEP" " 08000000000064${mac//:/}")" 0
}

expired()
{
	step prepare "$1" to $PEER_VTEP deadline 5 && step hold "$1" &&
	wait_for has_line "$TMP/events" '"event":"move-expired"' "$1" && settled "$1"
}

# It is back before it was gone, for all that the daemon knows.
came_back()
{
	local mac=02:00:00:00:05:02

	must quietly_held "$mac"
	must unchanged announces_here "$mac"
	must comes_out g1 g2 "$mac"
}

announces_here()
{
	rarp_frame "$1"
	"$NET_HERE/sendframe" eth g1 "$FRAME" &&
	becomes_bound "$1" '"port":"p1"' && settled "$1"
}

# The hypervisor takes the port away: nobody can be misled any more.
port_down()
{
	local mac=02:00:00:00:05:03

	must quietly_held "$mac"
	must step commit "$mac"
	must ip link set p1 down
	must comes_to "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"'
	must port_sends g2 "$mac" 00000031
	must taken_to_target
	must ip link set p1 up
	must wait_for port_learns p1 g1 02:00:00:00:05:04
}

port_learns()
{
	guest_sends "$2" "$3"
	at "$3" "$1"
}

# A neighbour that poses as it is put off, by writing; that is no word of the daemon,
# and does not keep the machine from coming back.
posed()
{
	local mac=02:00:00:00:05:05 i

	must quietly_held "$mac"
	for i in 1 2 3 4; do
		must guest_sends g2 "$mac"
		must comes_to "$mac" "vx100 $PEER_VTEP"
	done
	must moving "$mac" '"stage":"held"'
	must step abort "$mac"
	must is_at "$mac" p1
	must bound "$mac" '"port":"p1"'
}

# --- VLANs ----------------------------------------------------------------

# A machine on p3, whose frames have a tag, is handed over.
tagged_held()
{
	guest_sends g3 "$1" "$VLAN" && becomes_bound "$1" '"port":"p3"' &&
	listener_start && far_watch_start && unchanged quietly_hold "$1"
}

tagged_sends()
{
	local tag

	printf -v tag '8100%04x' "$2"
	frame_to "$1" "$3"
	"$NET_HERE/sendframe" eth g4 "${FRAME:0:24}$tag${FRAME:24}"
}

tagged_cases()
{
	must watch_start "$TMP/guest" g3
	must is_at "$mac" p3 "$NET_DEV" "$VLAN"
	must tagged_sends "$mac" "$VLAN" 00000041
	must taken_to_target
	must moving "$mac" '"redirected":1'
	# in another VLAN it is another machine's
	must tagged_sends "$mac" "$OTHER_VLAN" 00000042
	must wait_for has_line "$TMP/guest" "frame ${mac//:/}" 88b500000042
	# a port that is not in the VLAN has nothing to say in it
	must bridge vlan del dev p4 vid "$VLAN"
	must tagged_sends "$mac" "$VLAN" 00000043
	must bridge vlan add dev p4 vid "$VLAN"
	must tagged_sends "$mac" "$VLAN" 00000044
	must taken_to_target
	must same "$(lines_with "$TMP/far" 88b500000043)" 0
	must same "$(lines_with "$TMP/far" 88b500000042 "$SELF > $PEER_VTEP")" 0
	must same "$(lines_with "$TMP/guest" 88b500000041)" 0
	must step abort "$mac"
	must tagged_sends "$mac" "$VLAN" 00000045
	must wait_for has_line "$TMP/guest" "frame ${mac//:/}" 88b500000045
}

vlan_aware()
{
	local mac=02:00:00:00:06:01 VLAN=10 OTHER_VLAN=20 NET_DEV=vx10

	must vxmob domain add dev vx10 redirect 600
	must tagged_held "$mac"
	NET_VNI=10 tagged_cases
	must vxmob domain del dev vx10
}

# Sets FRAME to one for a MAC, with a mark and the tags given.
frame_with_tags()
{
	frame_to "$1" "$2"
	FRAME=${FRAME:0:24}$3${FRAME:24}
}

service_sends()
{
	frame_with_tags "$@"
	"$NET_HERE/sendframe" eth g4 "$FRAME"
}

# A provider's bridge counts the service's tags; the customer's are content, whichever
# VLAN they name.
service_vlan()
{
	local mac=02:00:00:00:06:03 VLAN=10 NET_DEV=vx10 NET_VNI=10
	local service=88a8000a customer=81000014

	must ip link set br1 type bridge vlan_protocol 802.1ad
	defer ip link set br1 type bridge vlan_protocol 802.1q
	must vxmob domain add dev vx10 redirect 600 snoop rarp vteps any
	frame_with_tags ff:ff:ff:ff:ff:ff 00000060 $service$customer
	must "$NET_HERE/sendframe" eth g3 "${FRAME:0:12}${mac//:/}${FRAME:24}"
	must becomes_bound "$mac" '"port":"p3"' '"vid":10'
	must listener_start && must far_watch_start && must unchanged quietly_hold "$mac"
	must watch_start "$TMP/guest" g3
	must service_sends "$mac" 00000061 $service$customer
	frame_with_tags "$mac" 00000061 $customer
	must taken_to_target
	# the customer's tag alone is in no VLAN of that port
	must service_sends "$mac" 00000062 8100000a
	must service_sends "$mac" 00000063 $service
	frame_to "$mac" 00000063
	must taken_to_target
	must same "$(lines_with "$TMP/far" 88b500000062)" 0
	# an overlay that keeps the tag
	must bridge vlan add dev vx10 vid 10
	must service_sends "$mac" 00000064 $service$customer
	must taken_to_target
	must bridge vlan add dev vx10 vid 10 pvid untagged
	must same "$(lines_with "$TMP/guest" "frame ${mac//:/}")" 0
	must step abort "$mac"
	# who announces himself in a VLAN of his own is who he is
	rarp_frame "$mac" "$mac" 20
	vxlan_packet 10 "$FRAME"
	must vtep_sends $THIRD_VTEP
	must becomes_bound "$mac" "\"via\":\"$THIRD_VTEP\""
	must vxmob domain del dev vx10
}

# One device for all VNIs; it takes the port for itself.
external()
{
	local mac=02:00:00:00:06:02 VLAN=20 OTHER_VLAN=10 NET_DEV=vx0 NET_VNI=20

	must ip link set vx100 down
	must ip link set vx10 down
	must ip -batch - <<-END
		link add vx0 type vxlan local $SELF dstport 4789 external nolearning
		link set vx0 master br1
		link set vx0 type bridge_slave learning off vlan_tunnel on
		link set vx0 up
	END
	defer ip link del vx0
	must bridge vlan add dev vx0 vid 20
	must bridge vlan add dev vx0 vid 20 tunnel_info id 20
	must vxmob domain add dev vx0 vni 20 redirect 600
	must tagged_held "$mac"
	tagged_cases
}

ALL_TESTS="from_port barred from_host daemon_writes daemon_and_no_more daemon_first
	evidence nobody_writes third_place third_place_in_vain withdrawn called_off
	came_back port_down posed vlan_aware service_vlan external"

net_private "$@"
run_tests "$@"
