#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.12
# processors: 2
# also on: kcsan
#
# The host that a machine leaves: what each step of a move does to its forwarding
# databases, and how a move ends.  Called off, it leaves no trace, or, once the
# bridge's entry has turned, none in where frames go.
#
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/handover.sh"

setup()
{
	handover_create redirect 600
}

# Make before break: the new entry is there while the bridge still delivers here.
prepare_and_abort()
{
	local mac=02:00:00:00:01:01

	must runs_here "$mac"
	must monitor_start "$TMP/events"
	must unchanged prepared_and_aborted "$mac"
	must settled "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-prepared"' "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-aborted"' "$mac"
	must bound "$mac" '"port":"p1"' '"moves":0,'
}

prepared_and_aborted()
{
	step prepare "$1" to $PEER_VTEP &&
	is_at "$1" "p1 $PEER_VTEP" &&
	moving "$1" '"role":"source"' '"stage":"prepared"' '"to":"10.255.0.2"' '"port":"p1"' &&
	bound "$1" '"port":"p1"' &&
	comes_out g1 g2 "$1" &&
	step abort "$1"
}

# The same where the vxlan device has an entry already: dynamic, permanent, and a
# daemon's.
previous_entry()
{
	local mac n=1 words

	for words in dynamic permanent "dynamic extern_learn"; do
		mac=02:00:00:00:02:0$((n++))
		must runs_here "$mac"
		# shellcheck disable=SC2086 # words are wanted
		must bridge fdb add "$mac" dev vx100 dst $THIRD_VTEP self $words
		must unchanged prepared_and_aborted "$mac"
		must is_at "$mac" "p1 $THIRD_VTEP"
	done
}

# Where somebody listens nothing is written before the machine has moved.
listened()
{
	local mac=02:00:00:00:03:01

	must runs_here "$mac"
	must listener_start
	must unchanged step prepare "$mac" to $PEER_VTEP
	must unchanged step abort "$mac"
	must unchanged step prepare "$mac" to $PEER_VTEP
	must unchanged step hold "$mac"
	must unchanged step abort "$mac"
	must bound "$mac" '"port":"p1"' '"moves":0,'
	must comes_out g1 g2 "$mac"
	must not has_line "$TMP/listener" "$mac"
}

hold()
{
	local mac=02:00:00:00:04:01

	must leaving "$mac"
	must monitor_start "$TMP/events"
	must step hold "$mac"
	must bound "$mac" '"via":"10.255.0.2"'
	must comes_to "$mac" "vx100 $PEER_VTEP"
	must moving "$mac" '"stage":"held"'
	must wait_for has_line "$TMP/events" '"event":"move-held"' "$mac"
	must comes_out "" g2 "$mac"
	# twice is once
	must step hold "$mac"
	must moving "$mac" '"stage":"held"'
}

abort_held()
{
	local mac=02:00:00:00:05:01

	must held "$mac"
	must monitor_start "$TMP/events"
	must step abort "$mac"
	must comes_out g1 g2 "$mac"
	must is_at "$mac" p1
	must bound "$mac" '"port":"p1"' '"moves":0,'
	must settled "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-aborted"' "$mac"
	# it may be handed over again
	must step prepare "$mac" to $THIRD_VTEP
	must step hold "$mac"
	must comes_to "$mac" "vx100 $THIRD_VTEP"
	must refused "no move" step abort 02:00:00:00:05:02
}

# At once, while the entry has not turned yet.
abort_at_once()
{
	local mac=02:00:00:00:05:03

	must leaving "$mac"
	must batch <<-END
		move hold $mac dev vx100
		move abort $mac dev vx100
	END
	must comes_out g1 g2 "$mac"
	must is_at "$mac" p1
	must bound "$mac" '"port":"p1"' '"moves":0,'
}

# What was known of its entries while it was held is not so any more.
moves_after_abort()
{
	local mac=02:00:00:00:05:04

	must held "$mac"
	must step abort "$mac"
	must is_at "$mac" p1
	must vtep_announces $PEER_VTEP "$mac"
	must comes_to "$mac" "vx100 $PEER_VTEP"
}

expires()
{
	local prepared=02:00:00:00:06:01 holding=02:00:00:00:06:02

	must monitor_start "$TMP/events"
	must runs_here "$prepared"
	must unchanged prepared_and_expired "$prepared"
	must held "$holding" deadline 10
	must wait_for has_line "$TMP/events" '"event":"move-expired"' "$holding"
	must has_line "$TMP/events" '"event":"move-held"' "$holding"
	must settled "$prepared"
	must settled "$holding"
	must is_at "$holding" p1
	must comes_out g1 g2 "$prepared"
	must comes_out g1 g2 "$holding"
	must bound "$holding" '"port":"p1"' '"moves":0,'
}

prepared_and_expired()
{
	step prepare "$1" to $PEER_VTEP deadline 5 &&
	is_at "$1" "p1 $PEER_VTEP" &&
	wait_for has_line "$TMP/events" '"event":"move-expired"' "$1"
}

commit()
{
	local mac=02:00:00:00:07:01

	must held "$mac"
	must monitor_start "$TMP/events"
	must step commit "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-moved"' "$mac"
	must moving "$mac" '"stage":"moved"'
	must bound "$mac" '"via":"10.255.0.2"' '"moves":1,'
	must refused "moved already" step abort "$mac"
	must step commit "$mac"
	must step hold "$mac"
	must is_at "$mac" "vx100 $PEER_VTEP"
}

# A transaction decides about the MACs in its lines, and nobody else meanwhile.
stands_in_a_line()
{
	local mac=02:00:00:00:05:05 at

	must held "$mac"
	printf -v at 'announce %s dev vx100 via %s\nmove abort %s dev vx100\n' \
		"$mac" $THIRD_VTEP "$mac"
	must unchanged refused "refuse-busy: " vxmob transaction - <<< "$at"
	must moving "$mac" '"stage":"held"'
	must bound "$mac" "\"via\":\"$PEER_VTEP\""
	must step abort "$mac"
	must is_at "$mac" p1
}

# What is written for it once it has gone on is the module's, and goes with it.
goes_on_quietly()
{
	local mac=02:00:00:00:05:0a

	must listener_start
	must runs_here "$mac"
	must step prepare "$mac" to $PEER_VTEP
	must unchanged step hold "$mac"
	must vxmob mac announce "$mac" dev vx100 via $THIRD_VTEP
	must comes_to "$mac" "vx100 $THIRD_VTEP"
	must settled "$mac"
	must enrolled_anew
	must lacks "$(bridge fdb show)" "$mac"
}

# It cannot be put back where there is no port any more.
port_has_left()
{
	local mac=02:00:00:00:05:06

	must port_create p9 g9
	must guest_sends g9 "$mac"
	must becomes_bound "$mac" '"port":"p9"'
	must step prepare "$mac" to $PEER_VTEP
	must step hold "$mac"
	must comes_to "$mac" "vx100 $PEER_VTEP"
	must ip link del p9
	must step abort "$mac"
	must settled "$mac"
	must is_at "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" "\"via\":\"$PEER_VTEP\""
	must vxmob mac withdraw "$mac" dev vx100
	must lacks "$(bridge fdb show)" "$mac"
}

# Nor is there anybody behind a port that is down.
port_is_down()
{
	local mac=02:00:00:00:05:13

	must port_create p9 g9
	must guest_sends g9 "$mac"
	must becomes_bound "$mac" '"port":"p9"'
	must step prepare "$mac" to $PEER_VTEP
	must step hold "$mac"
	must ip link set p9 down
	must step abort "$mac"
	must settled "$mac"
	must is_at "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" "\"via\":\"$PEER_VTEP\""
	must vxmob mac withdraw "$mac" dev vx100
}

port_create()
{
	defer ip link del "$1"
	ip -batch - <<-END
		link add $1 type veth peer name $2
		link set $1 addrgenmode none master br0
		link set $2 addrgenmode none up
		link set $1 up
	END
}

# A hold that made it a duplicate is undone, and so is what was done about that.
one_move_too_many()
{
	local mac=02:00:00:00:05:07

	must vxmob domain set dev vx100 dup-moves 2 dup-action blackhole
	defer vxmob domain set dev vx100 dup-moves 5 dup-action warn
	must runs_here "$mac"
	must guest_sends g2 "$mac"
	must becomes_bound "$mac" '"port":"p2"' '!blackhole'
	must step prepare "$mac" to $PEER_VTEP
	must step hold "$mac"
	must bound "$mac" '"status":"frozen"' '"blackhole"'
	must step abort "$mac"
	must bound "$mac" '"port":"p2"' '"status":"confirmed"' '!blackhole'
}

# What was held before a transaction stays so when that fails.
held_before()
{
	local mac=02:00:00:00:05:08 other=02:00:00:00:05:09

	must held "$mac"
	must leaving "$other"
	must vxmob mac announce "$other" dev vx100 on p1 sticky
	must refused "may not move" vxmob transaction - <<-END
		move hold $mac dev vx100
		move hold $other dev vx100
	END
	must moving "$mac" '"stage":"held"'
	must is_at "$mac" "vx100 $PEER_VTEP"
	must moving "$other" '"stage":"prepared"'
	must step abort "$mac"
	must step abort "$other"
}

# It comes back, or so a transaction says that is refused: what is still sent to it
# here is sent on all the same.  One that is not refused takes its place.
prepared_in_vain()
{
	local mac=02:00:00:00:05:0b other=02:00:00:00:05:0d order

	must held "$mac"
	must step commit "$mac"
	must far_watch_start
	must monitor_start "$TMP/events"
	must refused "is not on a local port" vxmob transaction - <<-END
		move prepare $mac dev vx100 on p1 from $PEER_VTEP
		move prepare 02:00:00:00:05:0c dev vx100 to $PEER_VTEP
	END
	must refused "prepared already" vxmob transaction - <<-END
		move prepare $mac dev vx100 on p1 from $PEER_VTEP
		move prepare $mac dev vx100 on p1 from $PEER_VTEP
	END
	must leaving $other
	must vxmob mac announce $other dev vx100 on p1 sticky
	must refused "may not move" vxmob transaction - <<-END
		move prepare $mac dev vx100 on p1 from $PEER_VTEP
		move hold $other dev vx100
	END
	must moving "$mac" '"role":"source"' '"stage":"moved"'
	must vtep_sends_to $THIRD_VTEP "$mac" 0000050b
	must sent_on 63
	must vxmob transaction - <<< "move prepare $mac dev vx100 on p1 from $PEER_VTEP"
	must moving "$mac" '"role":"target"' '"stage":"prepared"'
	must wait_for has_line "$TMP/events" '"event":"move-prepared"' "$mac"
	order=$(grep "$mac" "$TMP/events" | grep -o '"event":"move-[a-z]*"')
	must same "${order//$'\n'/ }" '"event":"move-ended" "event":"move-prepared"'
	must step abort "$mac"
	must step abort $other
}

# A commit comes last, and stays when another one fails after it.
committed_in_part()
{
	local first=02:00:00:00:05:11 second=02:00:00:00:05:12

	must leaving $first
	must leaving $second
	must vxmob domain set dev vx100 protect $second
	defer vxmob domain set dev vx100 protect none
	must refused "not all taken back" vxmob transaction - <<-END
		move commit $first dev vx100
		move commit $second dev vx100
	END
	must lacks "$SAID" "nothing was applied"
	must moving $first '"stage":"moved"'
	must moving $second '"stage":"prepared"'
	must step abort $second
}

# All in one go, though something of the move before is left.
prepared_and_held()
{
	local mac=02:00:00:00:05:0e

	must held "$mac"
	must step commit "$mac"
	must vxmob transaction - <<-END
		move hold $mac dev vx100
		move prepare $mac dev vx100 on p1 from $PEER_VTEP
	END
	must moving "$mac" '"role":"target"' '"stage":"held"'
	must step abort "$mac"
}

# What the module has written for a machine that is back goes with it.
back_for_good()
{
	local mac=02:00:00:00:05:0f

	must held "$mac"
	rarp_frame "$mac"
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_bound "$mac" '"port":"p1"'
	must comes_to "$mac" p1
	must enrolled_anew
	must lacks "$(bridge fdb show)" "$mac"
}

# Who says nothing in between has it held first.
commit_at_once()
{
	local mac=02:00:00:00:07:02

	must leaving "$mac"
	must step commit "$mac"
	must moving "$mac" '"stage":"moved"'
	must comes_to "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"'
}

# The machine speaks on its new host, and nobody has said that it was held.
evidence()
{
	local mac=02:00:00:00:08:01

	must leaving "$mac"
	must monitor_start "$TMP/events"
	must vtep_announces $PEER_VTEP "$mac"
	must becomes_moving "$mac" '"stage":"moved"'
	must comes_to "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"' '"origin":"snoop"'
	must wait_for has_line "$TMP/events" '"event":"move-moved"' "$mac"
	# and where it was held
	mac=02:00:00:00:08:02
	must held "$mac"
	must vtep_announces $PEER_VTEP "$mac"
	must becomes_moving "$mac" '"stage":"moved"'
	must is_at "$mac" "vx100 $PEER_VTEP"
}

# An announcement from elsewhere is forged, or mistaken.
other_evidence()
{
	local mac=02:00:00:00:08:03

	must leaving "$mac"
	must claims_of snoop refuse-gated
	must unchanged forged "$mac"
	must moving "$mac" '"stage":"prepared"'
	must bound "$mac" '"port":"p1"'
}

forged()
{
	vtep_announces $THIRD_VTEP "$1" &&
	wait_for claims_are snoop refuse-gated $((COUNT + 1))
}

ends()
{
	local mac=02:00:00:00:09:01

	must vxmob domain set dev vx100 redirect 1
	must held "$mac"
	must monitor_start "$TMP/events"
	must step commit "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-ended"' "$mac"
	must settled "$mac"
	must is_at "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"'
	# with none at once
	mac=02:00:00:00:09:02
	must vxmob domain set dev vx100 redirect 0
	must leaving "$mac"
	must step commit "$mac"
	must settled "$mac"
	must is_at "$mac" "vx100 $PEER_VTEP"
	must vxmob domain set dev vx100 redirect 600
}

# It is handed back before the first move is over.
comes_back()
{
	local mac=02:00:00:00:0a:01

	must held "$mac"
	must step commit "$mac"
	must monitor_start "$TMP/events"
	must step prepare "$mac" on p1 from $PEER_VTEP
	must wait_for has_line "$TMP/events" '"event":"move-ended"' "$mac"
	must moving "$mac" '"role":"target"' '"stage":"prepared"'
	rarp_frame "$mac"
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_bound "$mac" '"port":"p1"'
	must comes_to "$mac" p1
	must moving "$mac" '"stage":"moved"'
}

third_place()
{
	local mac=02:00:00:00:0b:01 stage

	must monitor_start "$TMP/events"
	for stage in prepare hold commit; do
		mac=02:00:00:00:0b:0${#stage}
		must leaving "$mac"
		[ $stage = prepare ] || must step $stage "$mac"
		must vxmob mac announce "$mac" dev vx100 via $THIRD_VTEP
		must wait_for has_line "$TMP/events" '"event":"move-ended"' "$mac"
		must settled "$mac"
		must comes_to "$mac" "vx100 $THIRD_VTEP"
		must bound "$mac" '"via":"10.255.0.3"'
	done
}

# --- the port that it left ------------------------------------------------

late_frames()
{
	local mac=02:00:00:00:0c:01

	must vxmob domain set dev vx100 settle 10000
	must held "$mac"
	must stat_of late
	must guest_sends g1 "$mac"
	must becomes_moving "$mac" '"late":1'
	must stat_is late $((COUNT + 1))
	must is_at "$mac" "vx100 $PEER_VTEP"
	must bound "$mac" '"via":"10.255.0.2"'
	# others pass
	must runs_here 02:00:00:00:0c:02
	# who announces himself is there
	must monitor_start "$TMP/events"
	rarp_frame "$mac"
	must "$NET_HERE/sendframe" eth g1 "$FRAME"
	must becomes_bound "$mac" '"port":"p1"'
	must comes_to "$mac" p1
	must settled "$mac"
	must wait_for has_line "$TMP/events" '"event":"move-aborted"' "$mac"
	must comes_out g1 g2 "$mac"
	must vxmob domain set dev vx100 settle 200
}

# Later than that no frame is late.
speaks_on()
{
	local mac=02:00:00:00:0c:03

	must vxmob domain set dev vx100 settle 0
	must held "$mac"
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must comes_to "$mac" p1
	must settled "$mac"
	must vxmob domain set dev vx100 settle 200
}

# Before it is held it may say what it likes.
speaks_before()
{
	local mac=02:00:00:00:0c:04

	must leaving "$mac"
	must far_watch_start
	must guest_sends g1 "$mac"
	must wait_for has_line "$TMP/far" "$SELF > $PEER_VTEP" "${FRAME:12:40}"
	must moving "$mac" '"stage":"prepared"' '"late":0'
	must is_at "$mac" "p1 $PEER_VTEP"
}

# --- what is wrong --------------------------------------------------------

wrong()
{
	local mac=02:00:00:00:0d:01

	must runs_here "$mac"
	must unchanged all_wrong "$mac"
	must settled "$mac"
	must leaving "$mac"
	must unchanged refused "prepared already" step prepare "$mac" to $PEER_VTEP
	must unchanged refused "prepared already" step prepare "$mac" to $THIRD_VTEP
	must moving "$mac" '"to":"10.255.0.2"'
}

all_wrong()
{
	misused "exclude" step prepare "$1" to $PEER_VTEP on p1 &&
	misused "missing" step prepare "$1" &&
	misused "open-on" step prepare "$1" to $PEER_VTEP open-on rarp &&
	misused "" step prepare "$1" to $PEER_VTEP deadline 0 &&
	misused "from" step prepare "$1" to $PEER_VTEP from $THIRD_VTEP &&
	refused "this host" step prepare "$1" to $SELF &&
	refused "IPv4" step prepare "$1" to fd00::2 &&
	refused "" step prepare "$1" to 239.1.1.1 &&
	refused "not on a local port" step prepare 02:00:00:00:0d:ff to $PEER_VTEP &&
	refused "refuse-invalid" step prepare 01:00:00:00:0d:01 to $PEER_VTEP &&
	refused "VNI" step prepare "$1" vni 7 to $PEER_VTEP &&
	refused "no move" step hold "$1" &&
	refused "no move" step commit "$1" &&
	refused "no move" step abort "$1" &&
	wrong_message "either the VTEP" "$1" move.to=ip:10.255.0.2 move.on=dev:p1 &&
	wrong_message "either the VTEP" "$1" &&
	wrong_message "for the target" "$1" move.to=ip:10.255.0.2 move.from=ip:10.255.0.3 &&
	wrong_message "" "$1" move.to=hex:0a0000 &&
	wrong_message "" "$1" move.to=ip:10.255.0.2 move.deadline=u32:0
}

# The tool would not send these.
wrong_message()
{
	local words=$1 said

	hex_of "$2"
	said=$("$NET_HERE/nlsend" move-prepare move.ifindex=dev:vx100 \
		move.lladdr=hex:"$HEX" "${@:3}") || return
	[[ $said == E* ]] || { ktap_print "not refused: ${*:2}"; return 1; }
	has "$said" "$words"
}

# It is behind a VTEP already.
remote()
{
	local mac=02:00:00:00:0d:02

	must zebra_installs "$mac" $THIRD_VTEP
	must becomes_bound "$mac" '"via":"10.255.0.3"'
	must unchanged refused "not on a local port" step prepare "$mac" to $PEER_VTEP
}

# What no claim would move cannot be handed over.
immovable()
{
	local sticky=02:00:00:00:0e:01 protected=02:00:00:00:0e:02
	local static=02:00:00:00:0e:03 frozen=02:00:00:00:0e:04 i

	must vxmob mac announce $sticky dev vx100 on p1 sticky
	must unchanged refused refuse-sticky: step prepare $sticky to $PEER_VTEP
	must runs_here $protected
	must vxmob domain set dev vx100 protect $protected
	must unchanged refused refuse-invalid: step prepare $protected to $PEER_VTEP
	must runs_here $static
	must bridge fdb replace $static dev p1 master static
	must unchanged refused refuse-static: step prepare $static to $PEER_VTEP
	must vxmob domain set dev vx100 dup-moves 2 dup-action freeze
	must runs_here $frozen
	for i in 2 3 2 3; do
		vxmob mac announce $frozen dev vx100 via 10.255.0.$i 2> /dev/null || break
	done
	must bound $frozen '"status":"frozen"'
	must unchanged refused refuse-frozen: step prepare $frozen on p1
	must vxmob domain set dev vx100 dup-moves 5 dup-action warn
}

privileges()
{
	local mac=02:00:00:00:0f:01

	must runs_here "$mac"
	must unchanged refused "not permitted" nobody vxmob move prepare "$mac" dev vx100 to $PEER_VTEP
	must settled "$mac"
	must step prepare "$mac" to $PEER_VTEP
	must unchanged refused "not permitted" nobody vxmob move hold "$mac" dev vx100
	must unchanged refused "not permitted" nobody vxmob move abort "$mac" dev vx100
	must unchanged refused "not permitted" nobody vxmob move commit "$mac" dev vx100
	must moving "$mac" '"stage":"prepared"'
	must has "$(nobody vxmob move show "$mac")" source
}

monitor_mode()
{
	local mac=02:00:00:00:0f:02

	must runs_here "$mac"
	must vxmob domain set dev vx100 mode monitor
	defer vxmob domain set dev vx100 mode enforce
	must unchanged refused "only monitors" step prepare "$mac" to $PEER_VTEP
	must unchanged refused "only monitors" step prepare 02:00:00:00:0f:03 on p1
}

# What the rules say, and what is asked: the state can be seen in each stage.
shown()
{
	local mac=02:00:00:00:10:01

	must leaving "$mac" deadline 100
	must json_true '.[0] | .role == "source" and .stage == "prepared" and .to == "10.255.0.2"
		and .port == "p1" and .dev == "vx100" and .vni == 100 and .lladdr == "02:00:00:00:10:01"
		and .left_ms > 50000 and .left_ms <= 100000 and .redirected == 0 and .late == 0' \
		vxmob -json move show "$mac"
	must step commit "$mac"
	must json_true '.[0] | .stage == "moved" and .left_ms > 300000 and .left_ms <= 600000' \
		vxmob -json move show "$mac" dev vx100 vni 100
	must same "$(vxmob move show "$mac" vni 7)" ""
}

ALL_TESTS="prepare_and_abort previous_entry listened hold abort_held
	abort_at_once moves_after_abort stands_in_a_line
	goes_on_quietly port_has_left port_is_down one_move_too_many held_before prepared_in_vain committed_in_part
	prepared_and_held back_for_good expires
	commit commit_at_once evidence other_evidence ends comes_back third_place late_frames speaks_on
	speaks_before wrong remote immovable privileges monitor_mode shown"

net_private "$@"
run_tests "$@"
