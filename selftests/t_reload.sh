#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.12
# processors: 2
#
# The module comes and goes while domains, bindings, listeners and traffic are
# there.  When it goes, what it installed goes with it and what it took over
# stays; when it comes back, it takes over what there is.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	# whatever happens here, those who come later find it loaded
	defer load
	net_create
}

load()
{
	[ ! -e /sys/module/vxmob ] || return 0
	if [ -n "${VXMOB_KO:-}" ]; then
		insmod "$VXMOB_KO"
	else
		modprobe vxmob
	fi
}

unload()
{
	rmmod vxmob && [ ! -e /sys/module/vxmob ]
}

zebra_installs()
{
	bridge fdb replace "$1" dev vx100 dst "$2" self master dynamic extern_learn
}

entries()
{
	must zebra_installs 02:00:00:00:01:01 10.255.0.2
	must zebra_installs 02:00:00:00:01:02 10.255.0.2
	must guest_sends g1 02:00:00:00:01:03
	must wait_for at 02:00:00:00:01:03 p1
	must vxmob domain add dev vx100 snoop rarp
	must batch <<-END
		mac announce 02:00:00:00:01:02 dev vx100 via 10.255.0.3
		mac announce 02:00:00:00:02:01 dev vx100 via 10.255.0.2
		mac announce 02:00:00:00:02:02 dev vx100 on p1
		mac announce 02:00:00:00:02:03 dev vx100 via 10.255.0.2
		mac announce 02:00:00:00:02:03 dev vx100 on p2
	END
	must unload
	must lacks "$(bridge fdb show)" 02:00:00:00:02:
	must is_at 02:00:00:00:01:01 "vx100 10.255.0.2"
	must is_at 02:00:00:00:01:02 "vx100 10.255.0.3"
	must is_at 02:00:00:00:01:03 p1
	must refused "" vxmob domain show
	must load
	must same "$(vxmob domain show)" ""
	must vxmob domain add dev vx100
	must bound 02:00:00:00:01:02 '"via":"10.255.0.3"' '"origin":"netlink"' '"moves":0,'
	must bound 02:00:00:00:01:03 '"port":"p1"'
	must vxmob domain del dev vx100
}

# Listeners do not hold the module, and it does not hold them.
listeners()
{
	must vxmob domain add dev vx100
	must monitor_start "$TMP/events"
	must unload
	must load
	must vxmob domain add dev vx100
	must monitor_start "$TMP/events"
	must vxmob mac announce 02:00:00:00:03:01 dev vx100 via 10.255.0.2
	must wait_for has_line "$TMP/events" '"event":"mac-new"' 02:00:00:00:03:01
	must vxmob domain del dev vx100
}

many_domains()
{
	local ns i

	must setup_ns ONE TWO
	for ns in "$ONE" "$TWO"; do
		must net_vtep_create "$ns" 10.255.0.2 10.255.0.1
		must vxmob -n "$ns" domain add dev vx100 snoop rarp
		for ((i = 0; i < 200; i++)); do
			printf 'announce 02:00:00:00:04:%02x dev vx100 via 10.255.0.9\n' "$i"
			printf 'announce 02:00:00:00:05:%02x dev vx100 on p1\n' "$i"
		done > "$TMP/lines"
		must vxmob -n "$ns" transaction "$TMP/lines"
	done
	must same "$(bridge -n "$TWO" fdb show | grep -c '^02:00:00:00:0[45]:')" 600
	must unload
	must same "$(bridge -n "$ONE" fdb show | grep -c '^02:00:00:00:0[45]:')" 0
	must same "$(bridge -n "$TWO" fdb show | grep -c '^02:00:00:00:0[45]:')" 0
	must load
}

# MACs roam between ports as fast as they can meanwhile.
under_traffic()
{
	local i mac first frames=()

	for ((i = 0; i < 100; i++)); do
		printf -v mac '02:00:00:00:06:%02x' "$i"
		plain_frame "$mac"
		frames+=("$FRAME")
	done
	job_start "$NET_HERE/sendframe" -c 1000000 eth g1 "${frames[@]}"
	first=$JOB
	job_start "$NET_HERE/sendframe" -c 1000000 eth g2 "${frames[@]}"
	for i in 1 2 3 4 5; do
		must vxmob domain add dev vx100 snoop rarp
		must wait_for some_learned
		must vxmob mac announce 02:00:00:00:06:01 dev vx100 via 10.255.0.2
		must unload
		must load
	done
	must vxmob domain add dev vx100
	kill "$JOB" "$first"
	must wait_for still_right
	must vxmob domain del dev vx100
}

some_learned()
{
	[ -n "$(vxmob mac show origin learn)" ]
}

# What the module knows of them is what the bridge shows.
still_right()
{
	local known shown

	known=$(vxmob mac show on p1 | grep -c '^02:00:00:00:06:')
	shown=$(bridge fdb show brport p1 | grep -c '^02:00:00:00:06:')
	[ "$known" = "$shown" ]
}

ALL_TESTS="entries listeners many_domains under_traffic"
! brief || ALL_TESTS="entries listeners under_traffic"

ASK=no
net_private "$@"
run_tests "$@"
