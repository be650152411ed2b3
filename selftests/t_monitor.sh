#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug
#
# In monitor mode the module judges and writes nothing: whatever happens, the
# forwarding databases come to show what they show without it, and the verdicts
# are those of a domain that enforces them.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

ALL_MACS=02:00:00:00:0

setup()
{
	net_create_far
}

# What moves, comes and goes while daemons, guests and VTEPs do as they like.
# Every step that changes an entry is waited for.
STEPS=(
	"zebra_installs 02:00:00:00:01:01 10.255.0.2"
	"vtep_announces 10.255.0.3 02:00:00:00:01:01"
	"zebra_installs 02:00:00:00:01:01 10.255.0.2"
	"guest_sends g1 02:00:00:00:01:02"
	"vtep_announces 10.255.0.2 02:00:00:00:01:02"
	"guest_sends g2 02:00:00:00:01:02"
	"zebra_installs 02:00:00:00:01:02 10.255.0.3"
	"guest_sends g1 02:00:00:00:01:02"
	"zebra_installs 02:00:00:00:01:03 10.255.0.2"
	"guest_sends g1 02:00:00:00:01:03"
	"zebra_removes 02:00:00:00:01:01 10.255.0.2"
	"zebra_installs 02:00:00:00:01:04 10.255.0.2"
	"bridge fdb del 02:00:00:00:01:04 dev vx100 master"
	"vtep_announces 10.255.0.3 02:00:00:00:01:05"
)

# Prints the entries of the MACs of this test, without what depends on the time.
entries()
{
	bridge fdb show | grep "^$ALL_MACS" | sort
}

# Does all the steps; a line for each says what the databases showed after it. The
# last MAC is learned after all of them, by the same bridge.
play()
{
	local step i=0

	for step in "${STEPS[@]}"; do
		$step || return
		i=$((i + 1))
		guest_sends g2 "$(printf '02:00:00:00:02:%02x' $i)" || return
		wait_for at "$(printf '02:00:00:00:02:%02x' $i)" p2 || return
		echo "$step"
		entries
	done
}

clear_entries()
{
	bridge fdb flush dev p1 2>/dev/null
	ip link set p1 down && ip link set p1 up &&
	ip link set p2 down && ip link set p2 up &&
	bridge fdb show | awk -v macs="^$ALL_MACS" '$1 ~ macs {
		print "fdb del", $1, "dev", $3, (/ self/ ? "self" : "master") }' |
		bridge -force -batch - > /dev/null 2>&1
	wait_for no_entries
}

no_entries()
{
	[ -z "$(entries)" ]
}

nothing_written()
{
	must play > "$TMP/without"
	must clear_entries
	must vxmob domain add dev vx100 snoop rarp mode monitor dup-moves 2 dup-action blackhole
	must play > "$TMP/with"
	must same "$(diff "$TMP/without" "$TMP/with")" ""
	# and yet it was all seen
	must bound 02:00:00:00:01:05 '"via":"10.255.0.3"' '"origin":"snoop"'
	must is_at 02:00:00:00:01:05 -
	must stat_is repairs 0
	must not stat_is duplicates 0
	must vxmob domain del dev vx100
	must same "$(entries)" "$(tail -n "$(entries | wc -l)" "$TMP/with")"
	must clear_entries
}

# Claims whose evidence is not the entries themselves: the same verdicts, numbers
# and events.
same_verdicts()
{
	must verdicts_in monitor
	must cp "$TMP/events" "$TMP/monitor"
	must clear_entries
	must verdicts_in enforce
	must same "$(diff "$TMP/monitor" "$TMP/events")" ""
	must has "$(cat "$TMP/events")" '"verdict":"refuse-stale"'
	must has "$(cat "$TMP/events")" '"event":"duplicate"'
	must has "$(cat "$TMP/events")" refuse-frozen
}

verdicts_in()
{
	local mac=02:00:00:00:03:01

	vxmob domain add dev vx100 snoop rarp mode "$1" confirm 60 dup-moves 3 \
		dup-action freeze || return
	monitor_start "$TMP/raw" || return
	batch <<-END || return
		mac announce $mac dev vx100 via 10.255.0.2 seq 4
		mac announce $mac dev vx100 via 10.255.0.3 seq 5
	END
	refused refuse-stale: vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 4
	vtep_announces 10.255.0.2 "$mac" || return
	becomes_bound "$mac" '"origin":"snoop"' || return
	refused refuse-stale: vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 5
	vxmob mac announce "$mac" dev vx100 via 10.255.0.3 seq 6 || return
	refused refuse-frozen: vxmob mac announce "$mac" dev vx100 via 10.255.0.2 seq 7
	vxmob mac unfreeze "$mac" dev vx100 || return
	vxmob mac withdraw "$mac" dev vx100 || return
	wait_for has_line "$TMP/raw" '"event":"mac-del"' "$mac" || return
	kill "$JOB"
	grep "$mac" "$TMP/raw" | sed 's/,"latency_ns":[0-9]*//' > "$TMP/events"
	vxmob domain del dev vx100
}

ALL_TESTS="nothing_written same_verdicts"

net_private "$@"
run_tests "$@"
