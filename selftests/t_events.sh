#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug
#
# What happens can be watched: every change and every refusal is an event, is
# counted by origin and verdict, and passes a tracepoint.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

TRACING=/sys/kernel/tracing

setup()
{
	EVENTS=$TMP/events
	net_create_far && vxmob domain add dev vx100 snoop rarp
}

# Waits for an event that has all these texts.
says()
{
	wait_for has_line "$EVENTS" "$@"
}

# Is a jq filter true of the list of events?
events_are()
{
	json_true "$1" jq -s . "$TMP/list" && return
	ktap_print < "$TMP/list"
	return 1
}

moves()
{
	local mac=02:00:00:00:01:01 least=0

	# where the clock stands still between ticks, a latency may be nothing
	! grep -q jiffies /sys/devices/system/clocksource/*/current_clocksource || least=1
	must monitor_start "$EVENTS"
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 6
	must vxmob mac announce "$mac" dev vx100 on p1 seq 7
	must refused refuse-stale: vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vxmob mac withdraw "$mac" dev vx100
	must refused refuse-stale-withdraw: vxmob mac withdraw "$mac" dev vx100
	must says '"event":"claim-refused"' '"op":"withdraw"'
	grep "$mac" "$EVENTS" > "$TMP/list"
	must events_are '
		length == 6 and
		all(.[]; .dev == "vx100" and .vni == 100 and .vid == 0 and
			.lladdr == "02:00:00:00:01:01" and .origin == "control") and
		map(.event) == ["mac-new", "mac-move", "mac-move", "claim-refused",
				"mac-del", "claim-refused"] and
		map(.verdict) == ["accept-new", "accept-move", "accept-move",
				  "refuse-stale", "accept-withdraw",
				  "refuse-stale-withdraw"] and
		map(.op) == ["announce", "announce", "announce", "announce",
			     "withdraw", "withdraw"] and
		(.[0] | (has("from") | not) and (has("bound_seq") | not) and .seq == 5 and
			.to == {"state": "remote", "via": "10.255.0.2"}) and
		(.[1] | .seq == 6 and .bound_seq == 5 and
			.from == {"state": "remote", "via": "10.255.0.2"} and
			.to == {"state": "remote", "via": "10.255.0.3"}) and
		(.[2] | .to == {"state": "local", "port": "p1"} and
			.from.via == "10.255.0.3" and .bound_seq == 6) and
		(.[3] | .seq == 5 and .bound_seq == 7 and .from.port == "p1" and
			.to.via == "10.255.0.2") and
		(.[4] | .from.port == "p1") and
		all(.[0, 1, 2, 4]; .latency_ns // '"$least"' |
			. > 0 and . < 5000000000)
		'
}

# A refresh is no news.
refresh()
{
	local mac=02:00:00:00:01:02

	must monitor_start "$EVENTS"
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 6
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must vxmob mac withdraw "$mac" dev vx100
	must says '"event":"mac-del"' "$mac" '"bound_seq":6'
	must same "$(grep -c "$mac" "$EVENTS")" 2
}

origins()
{
	local mac=02:00:00:00:01:03

	must monitor_start "$EVENTS"
	must guest_sends g1 "$mac"
	must says '"event":"mac-new"' "$mac" '"origin":"learn"' '"to":{"state":"local","port":"p1"' '"latency_ns":'
	must vtep_announces 10.255.0.2 "$mac"
	must says '"event":"mac-move"' "$mac" '"origin":"snoop"' '"via":"10.255.0.2"' \
		'"status":"provisional"' '"latency_ns":'
	must guest_sends g2 "$mac"
	must says '"event":"mac-move"' "$mac" '"origin":"learn"' '"to":{"state":"local","port":"p2"'
	must vtep_announces 10.255.0.9 "$mac"
	must says '"event":"claim-refused"' "$mac" '"verdict":"refuse-vtep"' '"via":"10.255.0.9"'
	must bridge fdb replace "$mac" dev vx100 dst 10.255.0.3 self master dynamic extern_learn
	must says "$mac" '"origin":"netlink"'
	must vxmob mac flush dev vx100
	must says '"event":"mac-del"' "$mac" '"op":"withdraw"'
}

domains()
{
	must ip link add vx7 type vxlan id 7 local 10.255.0.1 dstport 4790
	must monitor_start "$EVENTS"
	must vxmob domain add dev vx7
	must says '"event":"domain-add"' '"dev":"vx7"' '"vni":7'
	must vxmob domain set dev vx7 mode monitor
	must says '"event":"domain-set"' '"dev":"vx7"'
	must vxmob domain del dev vx7
	must says '"event":"domain-del"' '"dev":"vx7"'
	must ip link del vx7
}

# What fails is no event of its own.
in_text()
{
	must job_start vxmob -timestamp monitor > "$EVENTS"
	must wait_for monitor_listens "$EVENTS" vx100
	must vxmob mac announce 02:00:00:00:01:04 dev vx100 via 10.255.0.2
	must says mac-new "dev vx100" "lladdr 02:00:00:00:01:04" "via 10.255.0.2" "["
}

# Lines of a transaction are events like any others; none if it is refused.
transaction()
{
	must monitor_start "$EVENTS"
	must refused refuse-stale-withdraw: vxmob transaction - <<-END
		announce 02:00:00:00:02:01 dev vx100 via 10.255.0.2
		withdraw 02:00:00:00:02:02 dev vx100
	END
	must vxmob transaction - <<-END
		announce 02:00:00:00:02:03 dev vx100 via 10.255.0.2
		announce 02:00:00:00:02:04 dev vx100 on p1
	END
	must says '"event":"mac-new"' 02:00:00:00:02:03
	must says '"event":"mac-new"' 02:00:00:00:02:04
	must lacks "$(< "$EVENTS")" 02:00:00:00:02:01
}

counters()
{
	local mac=02:00:00:00:03:01 before after

	before=$(vxmob -json stats dev vx100)
	must batch <<-END
		mac announce $mac dev vx100 via 10.255.0.3 seq 5
		mac announce $mac dev vx100 via 10.255.0.3 seq 5
		mac announce $mac dev vx100 via 10.255.0.2 seq 5
	END
	must refused refuse-tie: vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 5
	must refused refuse-stale: vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 4
	must refused refuse-invalid: vxmob mac announce 01:00:00:00:03:01 dev vx100 via 10.255.0.3
	must refused refuse-stale-withdraw: vxmob mac withdraw "$mac" dev vx100 via 10.255.0.3
	must vxmob mac withdraw "$mac" dev vx100 via 10.255.0.2
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vtep_announces 10.255.0.3 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.3"'
	after=$(vxmob -json stats dev vx100)
	must json_true '
		def of(o; v): [.[0].claims[] | select(.origin == o and .verdict == v) | .count] | add // 0;
		def grown(o; v; n): (.[1] | of(o; v)) - (.[0] | of(o; v)) == n;
		grown("control"; "accept-new"; 1) and grown("control"; "refresh"; 1) and
		grown("control"; "accept-move"; 1) and grown("control"; "refuse-tie"; 1) and
		grown("control"; "refuse-stale"; 1) and grown("control"; "refuse-invalid"; 1) and
		grown("control"; "refuse-stale-withdraw"; 1) and
		grown("control"; "accept-withdraw"; 1) and
		grown("learn"; "accept-new"; 1) and grown("snoop"; "accept-move"; 1) and
		(.[1][0].latency_us | add) - (.[0][0].latency_us | add) == 5 and
		.[1][0].hints > .[0][0].hints and .[1][0].dev == "vx100"
		' echo "[$before,$after]"
}

trace_on()
{
	[ -d "$TRACING/events" ] || skip "no tracefs"
	[ -d "$TRACING/events/vxmob" ] || skip "no tracepoints in this kernel"
	defer trace_off
	echo > "$TRACING/trace"
	echo 1 > "$TRACING/events/vxmob/enable"
}

trace_off()
{
	echo 0 > "$TRACING/events/vxmob/enable"
}

tracepoints()
{
	local mac=02:00:00:00:04:01

	trace_on
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 6
	must refused refuse-stale: vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 5
	must vtep_announces 10.255.0.2 "$mac"
	must comes_to "$mac" "vx100 10.255.0.2"
	trace_off
	cat "$TRACING/trace" > "$TMP/trace"
	must has_line "$TMP/trace" "claim: " "$mac" accept-new control
	must has_line "$TMP/trace" "claim: " "$mac" accept-move control
	must has_line "$TMP/trace" "claim: " "$mac" "refuse-stale (rule 11)"
	must has_line "$TMP/trace" "claim: " "$mac" accept-move snoop
	must has_line "$TMP/trace" "retarget: " "$mac" "10.255.0.2" "10.255.0.3" " ns"
}

ALL_TESTS="moves refresh origins domains in_text transaction counters tracepoints"

net_private "$@"
run_tests "$@"
