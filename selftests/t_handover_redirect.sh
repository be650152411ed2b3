#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that other VTEPs still send to the host that a machine has left are sent
# on to where it is: with nothing but the outer headers changed, in whatever form
# they come, and never for ever.
#
# not on: stock-6.12
# timeout: 900

# shellcheck disable=SC2317 # cases are called by name
# shellcheck disable=SC2153 # setup_ns sets these, as all names in capitals
# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/handover.sh"

BYTES=1000000	# of a session, in each form
! slow_kernel || BYTES=30000

setup()
{
	make -s -C "$NET_HERE" tcpstream > /dev/null && handover_create redirect 600 &&
	# checksums are to be seen as they would be on a wire
	ethtool -K u0 tx off > /dev/null
}

# A packet that is not sent on cannot be waited for; one behind it can.
not_redirected()
{
	local packet=$PACKET

	vtep_sends_to $THIRD_VTEP "$1" ffffffff && sent_on 63 || return
	PACKET=$packet
	not has_line "$TMP/far" "$SELF > $PEER_VTEP" " $PACKET"
}

sends_on()
{
	local mac=02:00:00:00:01:01

	must far_watch_start
	must held "$mac"
	must stat_of redirected
	must vtep_sends_to $THIRD_VTEP "$mac" 00000001 64
	must sent_on 63 "sport 50000 "
	must vtep_sends_to $THIRD_VTEP "$mac" 00000002 2
	must sent_on 1 "sport 50000 "
	must vtep_sends_to $THIRD_VTEP "$mac" 00000003 255
	must sent_on 254 "sport 50000 "
	must moving "$mac" '"redirected":3'
	must stat_is redirected $((COUNT + 3))
	# also when it has moved
	must step commit "$mac"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000004
	must sent_on 63
	# and nobody but the target is told
	must same "$(lines_with "$TMP/far" "$SELF > $THIRD_VTEP" "${mac//:/}${SENDER//:/}")" 0
}

# Before it has stopped, and when the move is called off or over, it is not.
only_then()
{
	local mac=02:00:00:00:01:02

	must far_watch_start
	must watch_start "$TMP/guest" g1
	must leaving "$mac"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000011
	must wait_for has_line "$TMP/guest" "frame $FRAME"
	must step hold "$mac"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000012
	must sent_on 63
	must step abort "$mac"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000013
	must wait_for has_line "$TMP/guest" "frame $FRAME"
	must same "$(lines_with "$TMP/far" "$SELF > $PEER_VTEP" 88b50000001)" 1
	must same "$(lines_with "$TMP/guest" 88b500000012)" 0
}

# As a switch that answers for the machine's group; and nobody else's.
others()
{
	local mac=02:00:00:00:01:03 other=02:00:00:00:01:04

	must far_watch_start
	must watch_start "$TMP/guest" g1
	must held "$mac"
	must runs_here "$other"
	must vtep_sends_to $THIRD_VTEP "$other" 00000021
	must wait_for has_line "$TMP/guest" "frame $FRAME"
	# its MAC in a VNI that is not here
	frame_to "$mac" 00000022
	vxlan_packet 101 "$FRAME"
	must outer_sends $THIRD_VTEP 64
	must not_redirected "$mac"
	must same "$(lines_with "$TMP/far" "$SELF > $PEER_VTEP" 88b50000002)" 0
}

refused_ones()
{
	local mac=02:00:00:00:02:01

	must far_watch_start
	must held "$mac"
	must stat_of redirect_refused
	must vtep_sends_to $THIRD_VTEP "$mac" 00000031 1
	must wait_for stat_is redirect_refused $((COUNT + 1))
	must not_redirected "$mac"
	must stat_of redirect_refused
	must vtep_sends_to $PEER_VTEP "$mac" 00000032 64
	must wait_for stat_is redirect_refused $((COUNT + 1))
	must not_redirected "$mac"
	must moving "$mac" '"redirected":2'
}

# Whoever is asked may answer, but not somebody far away instead.
resolution()
{
	local mac=02:00:00:00:02:02 frame

	must far_watch_start
	must held "$mac"
	must stat_of redirect_refused
	arp_frame 0001 $SENDER c0000202 000000000000 c0000201
	frame=("${mac//:/}${FRAME:12}")
	rarp_frame $SENDER
	frame+=("${mac//:/}${FRAME:12}")
	na_frame $SENDER
	frame+=("${mac//:/}${FRAME:12}")
	for FRAME in "${frame[@]}"; do
		vxlan_packet 100 "$FRAME"
		must outer_sends $THIRD_VTEP 64
		must not_redirected "$mac"
	done
	must moving "$mac" '"redirected":3'
	must stat_is redirect_refused "$COUNT"
}

checksums()
{
	local mac=02:00:00:00:03:01

	must far_watch_start
	must held "$mac"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000041 64 none
	must sent_on 63 "sum right"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000042 64 right
	must sent_on 63 "sum right"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000043 64 wrong
	must not_redirected "$mac"
	# of a sender on the same machine, which leaves it to the hardware
	frame_to "$mac" 00000044
	vxlan_packet 100 "$FRAME"
	must vtep_sends $THIRD_VTEP
	must sent_on 63 "sum right"
}

# The device says that there is to be none.
without_checksum()
{
	local mac=02:00:00:00:03:02 NET_DEV=vx101

	must ip -batch - <<-END
		link add br101 type bridge mcast_snooping 0
		link add vx101 type vxlan id 101 local $SELF dstport 4789 nolearning noudpcsum
		link set vx101 master br101
		link set vx101 type bridge_slave learning off
		link set vx101 up
		link set br101 up
		link add p101 master br101 type veth peer name g101
		link set p101 up
		link set g101 up
	END
	defer ip -batch - <<< "link del vx101
		link del br101
		link del p101"
	must vxmob domain add dev vx101 redirect 600
	must vxmob mac announce "$mac" dev vx101 on p101
	must step prepare "$mac" to $PEER_VTEP
	must step hold "$mac"
	must far_watch_start
	frame_to "$mac" 00000051
	vxlan_packet 101 "$FRAME"
	must outer_sends $THIRD_VTEP 64 right
	must sent_on 63 "sum none"
	ip link del vx101
	ip link del br101
	ip link del p101
}

# One that came in pieces is whole when it is sent on.
fragments()
{
	local mac=02:00:00:00:04:01 src dst

	must far_watch_start
	must held "$mac"
	frame_to "$mac" 00000061
	vxlan_packet 100 "$FRAME$ZEROS$ZEROS"
	ip_hex $THIRD_VTEP
	src=$ADDR
	ip_hex $SELF
	dst=$ADDR
	udp_datagram "$src" "$dst" 50000 "$PACKET" right
	OUTER=()
	ipv4_packet "$src" "$dst" 64 2000 "${DATAGRAM:0:128}"
	ipv4_packet "$src" "$dst" 64 0008 "${DATAGRAM:128}"
	must "$NET_HERE/sendframe" -n "$FAR" eth u1 "${OUTER[@]}"
	must sent_on 63 "sport 50000 " "sum right"
	# the other way round
	frame_to "$mac" 00000062
	vxlan_packet 100 "$FRAME$ZEROS$ZEROS"
	udp_datagram "$src" "$dst" 50000 "$PACKET" right
	OUTER=()
	ipv4_packet "$src" "$dst" 64 0008 "${DATAGRAM:128}"
	ipv4_packet "$src" "$dst" 64 2000 "${DATAGRAM:0:128}"
	must "$NET_HERE/sendframe" -n "$FAR" eth u1 "${OUTER[@]}"
	must sent_on 63 "sport 50000 " "sum right"
}

# What is no whole VXLAN packet with a frame is not this module's.
broken()
{
	local mac=02:00:00:00:04:02 whole src dst

	must far_watch_start
	must held "$mac"
	frame_to "$mac" 00000071
	vxlan_packet 100 "$FRAME"
	whole=$PACKET
	ip_hex $THIRD_VTEP
	src=$ADDR
	ip_hex $SELF
	dst=$ADDR
	OUTER=()
	for PACKET in "${whole:0:16}" "${whole:0:30}" "${whole:0:42}" "00${whole:2}" ""; do
		udp_datagram "$src" "$dst" 50000 "$PACKET"
		ipv4_packet "$src" "$dst" 64 0000 "$DATAGRAM"
	done
	must "$NET_HERE/sendframe" -n "$FAR" eth u1 "${OUTER[@]}"
	PACKET=$whole
	must not_redirected "$mac"
	must moving "$mac" '"redirected":1'
}

# It would teach the target that the sender is here.
learning()
{
	local mac=02:00:00:00:04:03

	must far_watch_start
	must held "$mac"
	must ip link set vx100 type vxlan learning
	defer ip link set vx100 type vxlan nolearning
	must vtep_sends_to $THIRD_VTEP "$mac" 00000081
	must ip link set vx100 type vxlan nolearning
	must not_redirected "$mac"
}

switched_off()
{
	local mac=02:00:00:00:04:04

	must far_watch_start
	must vxmob domain set dev vx100 redirect 0
	must held "$mac"
	must vtep_sends_to $THIRD_VTEP "$mac" 00000091
	must vxmob domain set dev vx100 redirect 600
	must not_redirected "$mac"
}

# --- IPv6 -----------------------------------------------------------------

ipv6_underlay()
{
	local mac=02:00:00:00:05:01 NET_DEV=vx600 sum src dst ttl
	local self=fd00:6::1 peer=fd00:6::2 third=fd00:6::3

	echo 0 > /proc/sys/net/ipv6/conf/u0/disable_ipv6
	must ip -batch - <<-END
		addr add $self/64 dev u0 nodad
		link add br600 type bridge mcast_snooping 0
		link add vx600 type vxlan id 600 local $self dstport 4789 nolearning udp6zerocsumrx
		link set vx600 master br600
		link set vx600 type bridge_slave learning off
		link set vx600 up
		link set br600 up
		link add p600 master br600 type veth peer name g600
		link set p600 up
		link set g600 up
	END
	must ip -n "$FAR" addr add $peer/64 dev u1 nodad
	must ip -n "$FAR" addr add $third/64 dev u1 nodad
	must far_watch_start
	must vxmob domain add dev vx600 redirect 600
	must vxmob mac announce "$mac" dev vx600 on p600
	must refused IPv6 step prepare "$mac" to $PEER_VTEP
	must step prepare "$mac" to $peer
	must step hold "$mac"
	dst=fd000006000000000000000000000001
	src=fd000006000000000000000000000003
	for sum in right none; do
		for ttl in 64 2; do
			frame_to "$mac" "000006$ttl"
			[ ${#ttl} = 2 ] || frame_to "$mac" "0000060$ttl"
			ipv6_sends right
			must wait_for has_line "$TMP/far" \
				"$self > $peer ttl $((ttl - 1)) " "sport 50000 sum right $PACKET"
		done
	done
	NET_DEV=vx600 must stat_of redirect_refused
	frame_to "$mac" 00000601
	ttl=1 ipv6_sends right
	must wait_for stat_is redirect_refused $((COUNT + 1))
	src=fd000006000000000000000000000002
	ttl=64 ipv6_sends right
	must wait_for stat_is redirect_refused $((COUNT + 1))
	must same "$(lines_with "$TMP/far" "$self > $peer" "$PACKET")" 0
	ip link del vx600
	ip link del br600
	ip link del p600
	ip addr del $self/64 dev u0
	echo 1 > /proc/sys/net/ipv6/conf/u0/disable_ipv6
}

ipv6_sends()
{
	vxlan_packet 600 "$FRAME"
	OUTER=()
	udp_datagram "$src" "$dst" 50000 "$PACKET" "$1"
	ipv6_packet "$src" "$dst" "$ttl" "$DATAGRAM"
	"$NET_HERE/sendframe" -n "$FAR" eth u1 "${OUTER[@]}"
}

# --- real hosts -----------------------------------------------------------

# Hosts on a wire, each a namespace: "ONE" with VTEP 10.255.0.1, and so on.
hosts_create()
{
	local name n=0 ns

	setup_ns WIRE "$@" || return
	ip -n "$WIRE" link add br0 type bridge mcast_snooping 0 || return
	ip -n "$WIRE" link set br0 up
	for name; do
		n=$((n + 1))
		ns=${!name}
		nsexec "$ns" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 &&
		ip -n "$ns" link add u0 address 02:00:00:00:fe:0$n type veth \
			peer name w$n netns "$WIRE" &&
		ip -n "$WIRE" link set w$n master br0 up &&
		ip -n "$ns" addr add 10.255.0.$n/24 dev u0 &&
		ip -n "$ns" link set u0 up || return
	done
	n=0
	for name; do
		n=$((n + 1))
		net_vtep_create "${!name}" 10.255.0.$n &&
		vxmob -n "${!name}" domain add dev vx100 snoop none redirect 600 || return
	done
}

# A host takes the MAC for that of the VTEP given, which it was handed over to.
believes()
{
	local NET_NS=$1

	vxmob -n "$1" mac announce "$2" dev vx100 on p1 &&
	step prepare "$2" to 10.255.0."$3" && step hold "$2" &&
	comes_to "$2" "vx100 10.255.0.$3"
}

# Sets SUM to that of a number in the statistics of all hosts.
sum_of()
{
	local ns stats

	SUM=0
	for ns in "$ONE" "$TWO" ${THREE:+"$THREE"}; do
		stats=$(vxmob -n "$ns" -json stats dev vx100)
		[[ $stats =~ \"$1\":([0-9]+) ]] && SUM=$((SUM + BASH_REMATCH[1]))
	done
}

sums_are()
{
	sum_of redirected
	[ "$SUM" = "$1" ] || return
	sum_of redirect_refused
	[ "$SUM" = "$2" ]
}

# Two hosts that each take the other for the machine's: nothing goes back to where
# it came from.
loop_of_two()
{
	local mac=02:00:00:00:06:01

	must hosts_create ONE TWO PEER
	THREE=
	must believes "$ONE" $mac 2
	must believes "$TWO" $mac 1
	frame_to $mac 00000001
	vxlan_packet 100 "$FRAME"
	FAR=$PEER must wire_sends 10.255.0.3 64
	must wait_for sums_are 1 1
	FAR=$PEER must wire_sends 10.255.0.3 64 -c 100
	must wait_for sums_are 101 101
}

# PACKET, from the host on the wire whose namespace is FAR, to the first one.
wire_sends()
{
	local U1_MAC=02:00:00:00:fe:03 src dst

	ip_hex "$1"
	src=$ADDR
	ip_hex $SELF
	dst=$ADDR
	OUTER=()
	udp_datagram "$src" "$dst" 50000 "$PACKET"
	ipv4_packet "$src" "$dst" "$2" 0000 "$DATAGRAM"
	"$NET_HERE/sendframe" -n "$FAR" "${@:3}" eth u0 "${OUTER[@]}"
}

# In a ring a packet lives as long as its TTL says.
ring_of_three()
{
	local mac=02:00:00:00:06:02

	must hosts_create ONE TWO THREE
	must believes "$ONE" $mac 2
	must believes "$TWO" $mac 3
	must believes "$THREE" $mac 1
	frame_to $mac 00000001
	vxlan_packet 100 "$FRAME"
	FAR=$THREE must wire_sends 10.255.0.9 10
	must wait_for sums_are 9 1
	FAR=$THREE must wire_sends 10.255.0.9 64 -c 4
	must wait_for sums_are $((9 + 4 * 63)) 5
}

# A TCP session whose one direction is sent on, all the while: its segments are
# large, and come as aggregates, as what GRO has put together, and as packets.
segments()
{
	must hosts_create ONE TWO THREE
	must session_start
	for FORM in "tso on tx on gro off" "tso off tx off gro on" "tso off tx off gro off"; do
		# shellcheck disable=SC2086 # words are wanted
		must ethtool_all $FORM
		must more_received "$TMP/listen" $BYTES
	done
	sum_of redirected
	ktap_print "$SUM packets were sent on"
	must [ "$SUM" -gt 100 ]
	kill -TERM "$CONNECT"
	wait "$CONNECT" || fail "the session has broken: $(< "$TMP/broken")"
}

# So are those of a tunnel of the machine's own, to which a machine on the old host
# sends that no routing daemon has told of the move yet.
nested_segments()
{
	local short

	must hosts_create ONE TWO
	THREE=
	# what goes out is packets, as on a wire
	must nsexec "$ONE" ethtool -K u0 tso off > /dev/null
	must nested_session_start
	must more_received "$TMP/listen" $BYTES
	sum_of redirected
	ktap_print "$SUM packets were sent on"
	must [ "$SUM" -gt 100 ]
	# each is as long as it says
	short=$(nsexec "$GUEST" nstat -asz IpExtInTruncatedPkts | awk '/^Ip/ { print $2 }')
	must same "$short" 0
	kill -TERM "$CONNECT"
	wait "$CONNECT" || fail "the session has broken: $(< "$TMP/broken")"
}

# The machine is on TWO now, and so ONE believes, quietly; the other one is on ONE's p2.
nested_session_start()
{
	local mac=02:00:00:00:06:04 sender=02:00:00:00:0d:04

	setup_ns GUEST NEAR || return
	nested_end "$TWO" g1 "$GUEST" $mac 1 4 $sender && nested_end "$ONE" g2 "$NEAR" $sender 4 1 $mac &&
	NET_NS=$ONE listener_start &&
	vxmob -n "$ONE" mac announce $sender dev vx100 on p2 &&
	vxmob -n "$ONE" mac announce $mac dev vx100 on p1 &&
	NET_NS=$ONE step prepare $mac to 10.255.0.2 && NET_NS=$ONE step hold $mac &&
	vxmob -n "$TWO" mac announce $mac dev vx100 on p1 &&
	vxmob -n "$TWO" mac announce $sender dev vx100 via 10.255.0.1 &&
	session_runs "$NEAR" 198.51.100.1
}

# A machine, and the end of its tunnel to another one: host, its link, namespace, MAC,
# last byte of its address, and the other's and its MAC.
nested_end()
{
	ip -n "$1" link set "$2" netns "$3" &&
	ip -n "$3" -batch - <<-END
		link set $2 address $4
		addr add 192.0.2.$5/24 dev $2
		link set $2 mtu 1450 up
		neigh add 192.0.2.$6 lladdr $7 dev $2
		link add n0 type vxlan id 7 local 192.0.2.$5 remote 192.0.2.$6 dstport 4789
		addr add 198.51.100.$5/24 dev n0
		link set n0 mtu 1400 up
	END
}

ethtool_all()
{
	local ns

	for ns in "$ONE" "$TWO" "$THREE"; do
		nsexec "$ns" ethtool -K u0 "$@" > /dev/null || return
	done
}

# The machine, which was on ONE's p1 and is on TWO's, listens; THREE has heard of
# nothing and goes on sending to ONE.
session_start()
{
	local mac=02:00:00:00:06:03

	setup_ns GUEST || return
	ip -n "$TWO" link set g1 netns "$GUEST" &&
	ip -n "$GUEST" -batch - <<-END || return
		link set g1 address $mac
		addr add 192.0.2.1/24 dev g1
		link set g1 mtu 1450 up
		neigh add 192.0.2.3 lladdr 02:00:00:00:0d:03 dev g1
	END
	ip -n "$THREE" -batch - <<-END || return
		link set br0 address 02:00:00:00:0d:03
		addr add 192.0.2.3/24 dev br0
		link set br0 mtu 1450
		neigh add 192.0.2.1 lladdr $mac dev br0
	END
	believes "$ONE" $mac 2 &&
	vxmob -n "$TWO" mac announce $mac dev vx100 on p1 &&
	vxmob -n "$TWO" mac announce 02:00:00:00:0d:03 dev vx100 via 10.255.0.3 &&
	vxmob -n "$THREE" mac announce $mac dev vx100 via 10.255.0.1 || return
	session_runs "$THREE" 192.0.2.1
}

# From a namespace to an address of the machine
session_runs()
{
	job_start ip netns exec "$GUEST" "$NET_HERE/tcpstream" listen "$2" 5000 "$TMP/listen" 2>> "$TMP/broken"
	wait_for listens || return
	# the program itself is to get the signal that ends the session
	job_start ip netns exec "$1" "$NET_HERE/tcpstream" connect "$2" 5000 "$TMP/connect" 60000 2>> "$TMP/broken"
	CONNECT=$JOB
	wait_for [ -s "$TMP/connect" ] && wait_for has_bytes "$TMP/connect" 1
}

listens()
{
	[[ $(nsexec "$GUEST" ss -ltnH) == *:5000* ]]
}

# Sets RECEIVED to what an end of the session says, which writes it anew all the time.
received()
{
	local words

	read -ra words < "$1" && [ -n "${words[1]:-}" ] && RECEIVED=$((10#${words[1]}))
}

has_bytes()
{
	received "$1" && [ $RECEIVED -ge "$2" ]
}

# So many bytes more arrive.
more_received()
{
	wait_for received "$1" && wait_for has_bytes "$1" $((RECEIVED + $2))
}

ALL_TESTS="sends_on only_then others refused_ones resolution checksums
	without_checksum fragments broken learning switched_off ipv6_underlay
	loop_of_two segments ring_of_three nested_segments"
! brief || ALL_TESTS=${ALL_TESTS% ring_of_three nested_segments}

net_private "$@"
run_tests "$@"
