# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of handovers have in common: this host is one end of a move, in
# the net of net.sh, and the namespace "far" plays the other hosts.  Packets are
# built here down to the outer headers, since it is those that a redirect changes.
#
#	g1 -- p1 \
#		  br0 -- vx100   u0 -- namespace "far"
#	g2 -- p2 /	10.255.0.1      10.255.0.2, .3, .9

# shellcheck source=selftests/net.sh
. "$(dirname "${BASH_SOURCE[0]}")/net.sh"

SELF=10.255.0.1
PEER_VTEP=10.255.0.2	# the other end of the move
# shellcheck disable=SC2034 # for the test
THIRD_VTEP=10.255.0.3	# another host, which may not have heard of it
U0_MAC=02:00:00:00:fe:01
U1_MAC=02:00:00:00:fe:02
SENDER=02:00:00:00:ee:01	# to the machine

# The net, enrolled with what is given.  No entry is to age in one case that another
# one has left behind.
handover_create()
{
	net_create_far &&
	ip link set br0 type bridge ageing_time 360000 &&
	ip link set vx100 type vxlan ageing 3600 || return
	ip link set u0 address $U0_MAC
	ip -n "$FAR" link set u1 address $U1_MAC
	vxmob domain add dev vx100 snoop rarp "$@" &&
	guest_sends g2 $SENDER && becomes_bound $SENDER '"port":"p2"'
}

# The domain of handover_create with "redirect 600" ends and there is another one.
enrolled_anew()
{
	vxmob domain del dev vx100 &&
	vxmob domain add dev vx100 snoop rarp redirect 600 &&
	guest_sends g2 $SENDER && becomes_bound $SENDER '"port":"p2"'
}

# --- moves ----------------------------------------------------------------

# The module has a move of a MAC, and says all these things of it; see bound().
moving()
{
	local mac=$1

	shift
	answer vxmob ${NET_NS:+-n "$NET_NS"} -json move show "$mac" \
		dev "${NET_DEV:-vx100}" ${NET_VNI:+vni "$NET_VNI"} && answer_says '"role":' "$@"
}

quietly_moving()
{
	moving "$@" > /dev/null 2>&1
}

becomes_moving()
{
	wait_for quietly_moving "$@" || moving "$@"
}

# There is no move of a MAC.
settled()
{
	same "$(vxmob ${NET_NS:+-n "$NET_NS"} move show "$1" dev "${NET_DEV:-vx100}")" ""
}

becomes_settled()
{
	wait_for quietly_settled "$1"
}

quietly_settled()
{
	settled "$1" > /dev/null
}

# Takes a step of a move: what, MAC, and the rest.  What one case has prepared is
# not to expire in another.
step()
{
	[[ $1 != prepare || " $* " == *" deadline "* ]] || set -- "$@" deadline 600
	vxmob ${NET_NS:+-n "$NET_NS"} move "$1" "$2" dev "${NET_DEV:-vx100}" \
		${NET_VNI:+vni "$NET_VNI"} "${@:3}"
}

# A machine runs on p1.
runs_here()
{
	guest_sends g1 "$1" && becomes_bound "$1" '"port":"p1"'
}

# It is to leave, or it has stopped.
leaving()
{
	runs_here "$1" && step prepare "$1" to $PEER_VTEP "${@:2}"
}

held()
{
	leaving "$@" && step hold "$1" && comes_to "$1" "vx100 $PEER_VTEP"
}

# It is behind the other VTEP, and is to come to p1.
arriving()
{
	zebra_installs "$1" $PEER_VTEP &&
	becomes_bound "$1" "\"via\":\"$PEER_VTEP\"" &&
	step prepare "$1" on p1 from $PEER_VTEP "${@:2}"
}

# --- packets --------------------------------------------------------------

# Sets FRAME to one for a MAC, with a mark of eight hexadecimal digits by which
# it is known again.
frame_to()
{
	local sender

	hex_of $SENDER
	sender=$HEX
	hex_of "$1"
	FRAME=$HEX${sender}88b5${2:-00000000}$ZEROS
}

# Sets ADDR to an address in hexadecimal.
ip_hex()
{
	# shellcheck disable=SC2086 # words are wanted
	printf -v ADDR '%02x%02x%02x%02x' ${1//./ }
}

# Sets DATAGRAM to one to the port of VXLAN: source, destination, source port,
# payload, and whether its checksum is "right", "wrong" or "none".  The addresses
# are in hexadecimal.
udp_datagram()
{
	local src=$1 dst=$2 payload=$4 sum=${5:-none} ports len

	printf -v len '%04x' $((${#payload} / 2 + 8))
	printf -v ports '%04x12b5' "$3"
	CHECKSUM=0000
	if [ "$sum" != none ]; then
		internet_checksum "$src${dst}0011$len$ports$len$payload"
		[ "$CHECKSUM" != 0000 ] || CHECKSUM=ffff
	fi
	[ "$sum" != wrong ] || printf -v CHECKSUM '%04x' $((16#$CHECKSUM ^ 0x0100))
	DATAGRAM=$ports$len$CHECKSUM$payload
}

# Adds to OUTER an Ethernet frame to this host with an IPv4 packet: source and
# destination in hexadecimal, TTL, flags and offset in hexadecimal, data.
ipv4_packet()
{
	local src=$1 dst=$2 header data=$5

	printf -v header '4500%04x4242%s%02x11@%s%s' $((${#data} / 2 + 20)) "$4" "$3" "$src" "$dst"
	internet_checksum "${header/@/0000}"
	OUTER+=("${U0_MAC//:/}${U1_MAC//:/}0800${header/@/$CHECKSUM}$data")
}

ipv6_packet()
{
	local src=$1 dst=$2 header data=$4

	printf -v header '60000000%04x11%02x%s%s' $((${#data} / 2)) "$3" "$src" "$dst"
	OUTER+=("${U0_MAC//:/}${U1_MAC//:/}86dd$header$data")
}

# Another VTEP sends PACKET, from port 50000, with this TTL and checksum.
outer_sends()
{
	local vtep=$1 ttl=$2 sum=${3:-none} src dst

	OUTER=()
	ip_hex "$vtep"
	src=$ADDR
	ip_hex $SELF
	dst=$ADDR
	udp_datagram "$src" "$dst" 50000 "$PACKET" "$sum"
	ipv4_packet "$src" "$dst" "$ttl" 0000 "$DATAGRAM"
	"$NET_HERE/sendframe" -n "$FAR" eth u1 "${OUTER[@]}"
}

# It sends a frame for a MAC, with a mark.
vtep_sends_to()
{
	local vtep=$1

	frame_to "$2" "${3:-}"
	vxlan_packet "${NET_VNI:-100}" "$FRAME"
	outer_sends "$vtep" "${4:-64}" "${5:-none}"
}

# Writes what comes to a device from now on into a file, a line each: the file,
# then what seepacket(.c) takes.
watch_start()
{
	local file=$1

	: > "$file"
	job_start "$NET_HERE/seepacket" "${@:2}" > "$file"
	wait_for has_line "$file" listening
}

# What comes to the other hosts.
far_watch_start()
{
	watch_start "$TMP/far" -n "$FAR" u1
}

# A packet was sent on, with PACKET in it, the TTL given.
sent_on()
{
	wait_for has_line "$TMP/far" "$SELF > $PEER_VTEP ttl $1 " "${@:2}" " $PACKET"
}

# What is sent to a MAC from a device comes out at these, and nowhere else.
comes_out()
{
	local expected=$1 from=$2 mac=$3 sinks=() sink words

	for sink in g1 g2; do
		[ "$sink" = "$from" ] || sinks+=("$sink")
	done
	read -ra words <<< "$expected"
	same "$("$NET_HERE/seeframe" ${#words[@]} "$from" "$mac" $SENDER 0 \
		"${sinks[@]}")" "$expected"
}

# --- a routing daemon -----------------------------------------------------

# Somebody listens to the forwarding database from now on, as zebra does; where
# there is much to hear he may be too slow.
listener_start()
{
	: > "$TMP/listener"
	job_start bridge ${NET_NS:+-n "$NET_NS"} monitor fdb > "$TMP/listener" 2> /dev/null
	defer listener_ends "$JOB"
	wait_for listener_listens
}

# It must have gone before the next case begins.
listener_ends()
{
	kill "$1"
	wait "$1"
}

listener_listens()
{
	bridge ${NET_NS:+-n "$NET_NS"} fdb replace 02:00:00:00:0e:ee dev p2 master static
	[ -s "$TMP/listener" ] || return
	bridge ${NET_NS:+-n "$NET_NS"} fdb del 02:00:00:00:0e:ee dev p2 master
}
