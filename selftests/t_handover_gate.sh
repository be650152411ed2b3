#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The host that a machine comes to.  Its port may leak the machine's frames before
# it runs there, and others send to it while it stands still: the first are
# dropped until it announces itself, the second are kept until then, and come
# out in order.
#
# not on: stock-6.12
# timeout: 900

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/handover.sh"

KEPT_MAX=1024	# frames

setup()
{
	handover_create redirect 60
}

announce_on()
{
	rarp_frame "$2"
	"$NET_HERE/sendframe" eth "$1" "$FRAME"
}

# --- the gate -------------------------------------------------------------

closed()
{
	local mac=02:00:00:00:01:01

	must arriving "$mac"
	must moving "$mac" '"role":"target"' '"stage":"prepared"' '"from":"10.255.0.2"' \
		'"port":"p1"' '"open_on":["rarp","commit"]' '"late":0'
	must far_watch_start
	must watch_start "$TMP/guest" g2
	must stat_of late
	must unchanged leaks "$mac"
	must stat_is late $((COUNT + 13))
	must bound "$mac" '"via":"10.255.0.2"'
	# other machines' frames pass
	must guest_sends g1 02:00:00:00:01:02
	must becomes_bound 02:00:00:00:01:02 '"port":"p1"'
	must wait_for has_line "$TMP/guest" "frame $FRAME"
	must same "$(lines_with "$TMP/guest" "${mac//:/}")" 0
	must same "$(lines_with "$TMP/far" "${mac//:/}")" 0
}

# Also to addresses that a bridge does not forward, but learns from.
leaks()
{
	local frames=() to

	hex_of "$1"
	for to in ffffffffffff 02000000010e 01005e000001 0180c200000e; do
		frames+=("$to${HEX}88b5$ZEROS")
	done
	garp_request_frame "$1"
	"$NET_HERE/sendframe" -c 3 eth g1 "${frames[@]}" &&
	"$NET_HERE/sendframe" eth g1 "$FRAME" &&
	becomes_moving "$1" '"late":13' '"stage":"prepared"'
}

# The announcement itself goes on, to all hosts.
opens()
{
	local mac=02:00:00:00:02:01

	must arriving "$mac"
	must monitor_start "$TMP/events"
	must far_watch_start
	must announce_on g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"' '"origin":"learn"' '"moves":1,'
	must comes_to "$mac" p1
	must moving "$mac" '"stage":"moved"'
	must wait_for has_line "$TMP/events" '"event":"move-moved"' "$mac"
	vxlan_packet 100 "$FRAME"
	must wait_for has_line "$TMP/far" "$SELF > $PEER_VTEP" "$PACKET"
	must wait_for has_line "$TMP/far" "$SELF > $THIRD_VTEP" "$PACKET"
	must guest_sends g1 "$mac"
	vxlan_packet 100 "$FRAME"
	must wait_for has_line "$TMP/far" "$SELF > $PEER_VTEP" "$PACKET"
	must moving "$mac" '"late":0'
	must step commit "$mac"
	must becomes_settled "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-ended"' "$mac"
	must comes_out g1 g2 "$mac"
}

# Sets FRAME to an announcement of a kind.
announcement()
{
	case $1 in
	rarp)	rarp_frame "$2" ;;
	garp)	garp_request_frame "$2" ;;
	reply)	garp_reply_frame "$2" ;;
	na)	na_frame "$2" ;;
	esac
}

# Each opens what it is to open, and nothing else.
kinds()
{
	local kind

	for kind in rarp garp na; do
		must opens_on $kind
	done
	must opens_on garp reply
	must only_commit
}

opens_on()
{
	local kind=$1 mac other n=0
	declare -A number=([rarp]=1 [garp]=2 [reply]=4 [na]=3)

	mac=02:00:00:00:03:0${number[${2:-$1}]}
	must arriving "$mac" open-on "$kind"
	must moving "$mac" "\"open_on\":[\"$kind\"]"
	for other in rarp garp reply na; do
		[[ $other != "$kind" && $kind$other != garpreply ]] || continue
		announcement $other "$mac"
		must "$NET_HERE/sendframe" eth g1 "$FRAME"
		n=$((n + 1))
		must becomes_moving "$mac" "\"late\":$n" '"stage":"prepared"'
	done
	must refused "does not open on commit" step commit "$mac"
	must bound "$mac" '"via":"10.255.0.2"'
	announcement "${2:-$1}" "$mac"
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_bound "$mac" '"port":"p1"'
	must comes_to "$mac" p1
	must moving "$mac" '"stage":"moved"' "\"late\":$n"
	# now that it has moved it may be committed
	must step commit "$mac"
	must becomes_settled "$mac"
}

only_commit()
{
	local mac=02:00:00:00:03:05 kind n=0

	must arriving "$mac" open-on commit
	for kind in rarp garp reply na; do
		announcement $kind "$mac"
		must "$NET_HERE/sendframe" eth g1 "$FRAME"
		n=$((n + 1))
		must becomes_moving "$mac" "\"late\":$n" '"stage":"prepared"'
	done
	must step commit "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must comes_to "$mac" p1
	must becomes_settled "$mac"
	must comes_out g1 g2 "$mac"
}

several_kinds()
{
	local mac=02:00:00:00:03:06

	must arriving "$mac" open-on garp,na
	must moving "$mac" '"open_on":["garp","na"]'
	must announce_on g1 "$mac"
	must becomes_moving "$mac" '"late":1' '"stage":"prepared"'
	na_frame "$mac"
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_bound "$mac" '"port":"p1"'
}

# It announces itself where nobody expects it, or somebody else does.
forged()
{
	local mac=02:00:00:00:04:01 repairs

	must arriving "$mac"
	must claims_of snoop refuse-gated
	must unchanged forged_by_vtep "$mac"
	must claims_are learn refuse-gated 0
	must stat_of repairs
	repairs=$COUNT
	must announce_on g2 "$mac"
	must wait_for claims_are learn refuse-gated 1
	must wait_for stat_is repairs $((repairs + 1))
	must comes_to "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"' '"moves":0,'
	must moving "$mac" '"stage":"prepared"'
	# of the host that it comes from it is no news
	must vtep_announces $PEER_VTEP "$mac"
	must all_heard
	must bound "$mac" '"via":"10.255.0.2"' '"moves":0,'
	must moving "$mac" '"stage":"prepared"'
}

forged_by_vtep()
{
	vtep_announces $THIRD_VTEP "$1" &&
	wait_for claims_are snoop refuse-gated $((COUNT + 1))
}

# Who decides may decide otherwise.
overruled()
{
	local mac=02:00:00:00:04:02

	must arriving "$mac"
	must monitor_start "$TMP/events"
	must vxmob mac announce "$mac" dev vx100 via $THIRD_VTEP
	must wait_for has_line "$TMP/events" '"event":"move-aborted"' "$mac"
	must settled "$mac"
	must bound "$mac" '"via":"10.255.0.3"'
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
}

# --- what is kept ---------------------------------------------------------

# Makes PACKETS: numbered ones for a MAC, from number $2 to $3, $4 is what comes
# behind the number.
numbered()
{
	local i mark

	PACKETS=()
	for ((i = $2; i <= $3; i++)); do
		printf -v mark 'a5a5%04x' "$i"
		frame_to "$1" "$mark"
		vxlan_packet 100 "$FRAME${4:-}"
		PACKETS+=("$PACKET")
	done
}

# A VTEP sends them.
numbered_sends()
{
	local vtep=$1

	numbered "${@:2}"
	"$NET_HERE/sendframe" -n "$FAR" udp "$vtep" $SELF 4789 "${PACKETS[@]}"
}

# Sets CAME to the numbers of those that have come out for a MAC, in order.
came_out()
{
	local line

	CAME=
	hex_of "$1"
	while read -r line; do
		[[ $line =~ ^frame\ $HEX.{12}88b5a5a5(....) ]] &&
			CAME+="$((16#${BASH_REMATCH[1]})) "
	done < "$TMP/guest"
	return 0
}

# Those from $2 to $3 have come out, in order, and no others.
all_came_out()
{
	came_out "$1"
	[ "$CAME" = "$(seq -s ' ' "$2" "$3") " ]
}

none_came_out()
{
	came_out "$1"
	same "$CAME" ""
}

# What the host that it leaves sends on, from the moment that it does.
kept()
{
	local mac=02:00:00:00:05:01

	must arriving "$mac"
	must monitor_start "$TMP/events"
	must watch_start "$TMP/guest" g1
	must stat_of kept
	must numbered_sends $PEER_VTEP "$mac" 1 1
	must becomes_moving "$mac" '"stage":"held"' '"queued":1' '"kept":1' '"overflowed":0'
	must wait_for has_line "$TMP/events" '"event":"move-held"' "$mac"
	must numbered_sends $PEER_VTEP "$mac" 2 300
	must becomes_moving "$mac" '"queued":300' '"kept":300'
	must stat_is kept $((COUNT + 300))
	# since somebody here sends to it as well, nobody is forgotten
	must numbered_sends $THIRD_VTEP "$mac" 301 302
	must becomes_moving "$mac" '"queued":302' '"kept":302'
	must none_came_out "$mac"
	must announce_on g1 "$mac"
	must wait_for all_came_out "$mac" 1 302
	must becomes_moving "$mac" '"stage":"moved"' '"queued":0' '"kept":302'
	must numbered_sends $THIRD_VTEP "$mac" 303 303
	must wait_for all_came_out "$mac" 1 303
}

# Who may say so says that the machine is here: that is as good as its own word.
said_to_be_here()
{
	local mac=02:00:00:00:05:0a

	must arriving "$mac"
	must watch_start "$TMP/guest" g1
	must numbered_sends $PEER_VTEP "$mac" 1 3
	must becomes_moving "$mac" '"queued":3'
	must vxmob mac announce "$mac" dev vx100 on p1
	must becomes_moving "$mac" '"stage":"moved"' '"queued":0'
	must wait_for all_came_out "$mac" 1 3
	must guest_sends g1 "$mac"
	must is_at "$mac" p1
}

# While what was kept comes out, newer ones come in; again and again.
newer_behind()
{
	local mac i rounds=4

	! slow_kernel || rounds=2
	must watch_start "$TMP/guest" g1
	for ((i = 1; i <= rounds; i++)); do
		mac=02:00:00:00:06:0$i
		must arriving "$mac"
		must step hold "$mac"
		must numbered_sends $PEER_VTEP "$mac" 1 400
		must becomes_moving "$mac" '"queued":400'
		numbered "$mac" 401 900
		rarp_frame "$mac"
		"$NET_HERE/sendframe" -n "$FAR" udp $PEER_VTEP $SELF 4789 "${PACKETS[@]}" &
		must "$NET_HERE/sendframe" eth g1 "$FRAME"
		must wait $!
		must wait_for all_came_out "$mac" 1 900
		must moving "$mac" '"overflowed":0'
		must step commit "$mac"
	done
}

# Nobody's memory is without end.
bounded()
{
	local mac=02:00:00:00:07:01 large

	must arriving "$mac"
	must watch_start "$TMP/guest" g1
	must stat_of overflowed
	must numbered_sends $PEER_VTEP "$mac" 1 $((KEPT_MAX + 76))
	must becomes_moving "$mac" "\"queued\":$KEPT_MAX" "\"kept\":$KEPT_MAX" '"overflowed":76'
	must stat_is overflowed $((COUNT + 76))
	must announce_on g1 "$mac"
	must wait_for all_came_out "$mac" 1 $KEPT_MAX
	# large ones: a mebibyte
	mac=02:00:00:00:07:02
	must arriving "$mac"
	printf -v large '%02600d' 0
	must numbered_sends $PEER_VTEP "$mac" 1 450 "$large"
	must numbered_sends $PEER_VTEP "$mac" 451 900 "$large"
	must wait_for sum_is "$mac" 900
	must [ "$OVERFLOWED" -gt 100 ]
	must [ "$QUEUED" -gt 600 ]
	must announce_on g1 "$mac"
	must wait_for all_came_out "$mac" 1 "$QUEUED"
}

# Nor is a host's: many machines that come at once do not get as much each.
bounded_in_all()
{
	local i mac macs=60 each=700 payload

	must arrive_in_numbers $macs
	printf -v payload '%02700d' 0
	for ((i = 0; i < macs; i++)); do
		printf -v mac '02:00:00:00:17:%02x' $i
		numbered "$mac" 1 1 "$payload"
		must "$NET_HERE/sendframe" -n "$FAR" -c $each udp $PEER_VTEP $SELF 4789 "${PACKETS[@]}"
		must wait_for sum_is "$mac" $each
		[ "$OVERFLOWED" -eq 0 ] || break
	done
	ktap_print "$i machines had what they were sent kept"
	# each frame takes more than its 1,400 bytes, and hardly more than 4,096
	must [ "$OVERFLOWED" -gt 0 ]
	must [ $((i * each * 4096)) -gt $((64 << 20)) ]
	# what one gives up is the others'
	must step abort 02:00:00:00:17:00
	must numbered_sends $PEER_VTEP "$mac" 1 100 "$payload"
	must wait_for sum_is "$mac" $((each + 100))
	must moving "$mac" "\"overflowed\":$OVERFLOWED"
	for ((i = 1; i < macs; i++)); do
		printf 'move abort 02:00:00:00:17:%02x dev vx100\n' $i
	done | vxmob -batch - || fail "they cannot be called off"
}

arrive_in_numbers()
{
	local i

	for ((i = 0; i < $1; i++)); do
		printf 'move prepare 02:00:00:00:17:%02x dev vx100 on p1 from %s deadline 600\n' $i $PEER_VTEP
	done | vxmob -batch -
}

# So many were kept or dropped; sets both.
sum_is()
{
	local answer

	answer=$(vxmob -json move show "$1")
	[[ $answer =~ \"queued\":([0-9]+),.*\"overflowed\":([0-9]+) ]] || return
	QUEUED=${BASH_REMATCH[1]} OVERFLOWED=${BASH_REMATCH[2]}
	[ $((QUEUED + OVERFLOWED)) -eq "$2" ]
}

# Other hosts' frames go where they went, until the machine stands still.
from_others()
{
	local mac=02:00:00:00:08:01

	must arriving "$mac"
	must watch_start "$TMP/guest" g1
	must far_watch_start
	must numbered_sends $THIRD_VTEP "$mac" 1 3
	must all_heard
	must moving "$mac" '"stage":"prepared"' '"queued":0' '"kept":0'
	must step hold "$mac"
	must moving "$mac" '"stage":"held"'
	must numbered_sends $THIRD_VTEP "$mac" 4 6
	must becomes_moving "$mac" '"queued":3' '"kept":3'
	must numbered_sends $PEER_VTEP "$mac" 7 8
	must becomes_moving "$mac" '"queued":5'
	must announce_on g1 "$mac"
	must wait_for all_came_out "$mac" 4 8
	must same "$(lines_with "$TMP/far" "$SELF > $PEER_VTEP" a5a5)" 0
}

# With no word of where it comes from, that is where it is; or nowhere.
from_unsaid()
{
	local mac=02:00:00:00:08:02

	must watch_start "$TMP/guest" g1
	must zebra_installs "$mac" $PEER_VTEP
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must step prepare "$mac" on p1
	must moving "$mac" '"from":"10.255.0.2"'
	must numbered_sends $PEER_VTEP "$mac" 1 2
	must becomes_moving "$mac" '"queued":2'
	must announce_on g1 "$mac"
	must wait_for all_came_out "$mac" 1 2
	mac=02:00:00:00:08:03
	must step prepare "$mac" on p1
	must moving "$mac" '!"from"'
	must numbered_sends $THIRD_VTEP "$mac" 1 2
	must becomes_moving "$mac" '"queued":2'
	must announce_on g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must wait_for all_came_out "$mac" 1 2
}

# Called off: what was kept is gone, and nothing is kept from the machine.
called_off()
{
	local mac=02:00:00:00:09:01 before

	must watch_start "$TMP/guest" g1
	must zebra_installs "$mac" $PEER_VTEP
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	before=$(bridge fdb show)
	must monitor_start "$TMP/events"
	must step prepare "$mac" on p1 from $PEER_VTEP
	must numbered_sends $PEER_VTEP "$mac" 1 100
	must becomes_moving "$mac" '"queued":100'
	must step abort "$mac"
	must settled "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-aborted"' "$mac"
	must same "$(bridge fdb show)" "$before"
	must step prepare "$mac" on p1 from $PEER_VTEP deadline 1
	must numbered_sends $PEER_VTEP "$mac" 101 200
	must wait_for has_line "$TMP/events" '"event":"move-expired"' "$mac"
	must settled "$mac"
	must same "$(bridge fdb show)" "$before"
	must none_came_out "$mac"
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
}

# --- what is wrong --------------------------------------------------------

wrong()
{
	local mac=02:00:00:00:0a:01

	must zebra_installs "$mac" $PEER_VTEP
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must ip link add other0 type dummy
	must unchanged all_wrong "$mac"
	must ip link del other0
	must settled "$mac"
	must step prepare "$mac" on p1
	must unchanged refused "prepared already" step prepare "$mac" on p1
	must unchanged refused "prepared already" step prepare "$mac" on p2
	must unchanged refused "prepared already" step prepare "$mac" to $THIRD_VTEP
	must moving "$mac" '"port":"p1"'
	must runs_here 02:00:00:00:0a:02
	must unchanged refused "on a local port already" step prepare 02:00:00:00:0a:02 on p1
	must unchanged refused "on a local port already" step prepare 02:00:00:00:0a:02 on p2
}

all_wrong()
{
	misused "" step prepare "$1" on nosuch0 &&
	refused "port" step prepare "$1" on other0 &&
	refused "port" step prepare "$1" on vx100 &&
	refused "port" step prepare "$1" on br0 &&
	refused "this host" step prepare "$1" on p1 from $SELF &&
	refused "IPv4" step prepare "$1" on p1 from fd00::2 &&
	misused "" step prepare "$1" on p1 open-on dhcp &&
	misused "" step prepare "$1" on p1 open-on none &&
	refused "refuse-invalid" step prepare 01:00:00:00:0a:01 on p1 &&
	refused "refuse-invalid" step prepare 00:00:00:00:00:00 on p1 &&
	wrong_message move.on=u32:0 "$1" &&
	wrong_message move.on=u32:4000000 "$1" &&
	wrong_message move.on=dev:p1 "$1" move.open-on=u32:0 &&
	wrong_message move.on=dev:p1 "$1" move.open-on=u32:16
}

wrong_message()
{
	local said

	hex_of "$2"
	said=$("$NET_HERE/nlsend" move-prepare move.ifindex=dev:vx100 \
		move.lladdr=hex:"$HEX" "$1" "${@:3}") || return
	[[ $said == E* ]] || { ktap_print "not refused: $*"; return 1; }
}

immovable()
{
	local sticky=02:00:00:00:0b:01 protected=02:00:00:00:0b:02 static=02:00:00:00:0b:03

	must vxmob mac announce $sticky dev vx100 via $PEER_VTEP sticky
	must unchanged refused refuse-sticky: step prepare $sticky on p1
	must vxmob domain set dev vx100 protect $protected
	must unchanged refused refuse-invalid: step prepare $protected on p1
	must bridge fdb add $static dev vx100 master static
	must unchanged refused refuse-static: step prepare $static on p1
}

# --- the port -------------------------------------------------------------

port_down()
{
	local mac=02:00:00:00:0c:01

	must monitor_start "$TMP/events"
	must arriving "$mac"
	must numbered_sends $PEER_VTEP "$mac" 1 10
	must becomes_moving "$mac" '"queued":10'
	must ip link set p1 down
	must wait_for has_line "$TMP/events" '"event":"move-aborted"' "$mac"
	must settled "$mac"
	must bound "$mac" '"via":"10.255.0.2"'
	must ip link set p1 up
	must wait_for guest_learned 02:00:00:00:0c:02
	mac=02:00:00:00:0c:03
	must arriving "$mac"
	must ip link set p1 nomaster
	must wait_for has_line "$TMP/events" '"event":"move-aborted"' "$mac"
	must settled "$mac"
	must ip link set p1 master br0
	must wait_for guest_learned 02:00:00:00:0c:04
}

# A port that has come up forwards after a moment.
guest_learned()
{
	guest_sends g1 "$1"
	at "$1" p1
}

ALL_TESTS="closed opens several_kinds forged overruled kept said_to_be_here newer_behind bounded
	from_others from_unsaid called_off wrong immovable port_down"
brief || ALL_TESTS+=" kinds bounded_in_all"

net_private "$@"
run_tests "$@"
