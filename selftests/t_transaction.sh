#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.12
# processors: 2
# also on: kcsan
#
# Many claims in one message, over several segments: all of them or none.  A
# refusal, wherever it is in the list, must leave no trace in any forwarding
# database and in no binding, and must name the line and the reason.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MANY=10000
! slow_kernel || MANY=2000

setup()
{
	net_create || return
	ip -batch - <<-END || return
		link add br1 type bridge mcast_snooping 0
		link add vx200 type vxlan id 200 local 10.255.0.1 dstport 4789 nolearning
		link set vx200 master br1
		link set vx200 type bridge_slave learning off
		link set vx200 up
		link add p9 master br1 type veth peer name g9
		link set p9 up
		link set g9 up
		link set br1 up
	END
	vxmob domain add dev vx100 && vxmob domain add dev vx200
}

# Takes the lines on standard input.
transaction()
{
	vxmob transaction -
}

# All entries as they are listed, and all bindings; their age may change, and
# the order in which they are listed.
snapshot()
{
	bridge fdb show
	vxmob -json mac show | tr -d "[]" | sed 's/"age_ms":[0-9]*},*/\n/g' | sort
}

# Runs a command that must change nothing.
no_trace()
{
	snapshot > "$TMP/before"
	"$@" || return
	snapshot > "$TMP/after"
	diff "$TMP/before" "$TMP/after"
}

several_domains()
{
	must transaction <<-END
		mac announce 02:00:00:00:01:01 dev vx100 via 10.255.0.2 seq 1
		announce 02:00:00:00:01:02 dev vx100 on p1
		# the same MAC in another segment
		announce 02:00:00:00:01:01 dev vx200 vni 200 via 10.255.0.3 seq 1 ip 192.0.2.1

		announce 02:00:00:00:01:03 dev vx200 on p9 sticky
	END
	must is_at 02:00:00:00:01:01 "vx100,vx200 10.255.0.2"
	must is_at 02:00:00:00:01:01 "vx100,vx200 10.255.0.3" vx200
	must is_at 02:00:00:00:01:02 p1
	must is_at 02:00:00:00:01:03 p9
	must bound 02:00:00:00:01:01 '"via":"10.255.0.2"' '"seq":1,'
	NET_DEV=vx200 must bound 02:00:00:00:01:01 '"ips":["192.0.2.1"]' '"vni":200,'
	NET_DEV=vx200 must bound 02:00:00:00:01:03 '"sticky"' '"port":"p9"'
}

# Needs several_domains.
last_is_refused()
{
	cat > "$TMP/lines" <<-END
		announce 02:00:00:00:02:01 dev vx100 via 10.255.0.2
		announce 02:00:00:00:01:01 dev vx100 via 10.255.0.3 seq 2
		announce 02:00:00:00:01:02 dev vx100 on p2
		withdraw 02:00:00:00:01:03 dev vx200
		announce 02:00:00:00:01:01 dev vx200 via 10.255.0.2 seq 0
	END
	must no_trace refused ":5: refuse-stale:" vxmob transaction "$TMP/lines"
	must has "$SAID" "$TMP/lines:5: "
	must has "$SAID" "nothing was applied"
	must unbound 02:00:00:00:02:01
	# with a line that the rules like it goes through
	sed -i 's/seq 0/seq 2/' "$TMP/lines"
	must vxmob transaction "$TMP/lines"
	must bound 02:00:00:00:01:01 '"via":"10.255.0.3"' '"seq":2,'
	must bound 02:00:00:00:01:02 '"port":"p2"'
	must unbound 02:00:00:00:01:03
	NET_DEV=vx200 must bound 02:00:00:00:01:01 '"via":"10.255.0.2"' '"seq":2,'
}

first_is_refused()
{
	cat > "$TMP/lines" <<-END
		# a comment counts as a line
		withdraw 02:00:00:00:0f:ff dev vx100
		announce 02:00:00:00:02:02 dev vx100 via 10.255.0.2
	END
	must no_trace refused ":2: refuse-stale-withdraw:" vxmob transaction "$TMP/lines"
}

# Each verdict that refuses, with something before it that would be accepted.
verdicts()
{
	must vxmob mac announce 02:00:00:00:03:01 dev vx100 via 10.255.0.2 sticky
	must vxmob mac announce 02:00:00:00:03:02 dev vx100 via 10.255.0.2 seq 4
	must bridge fdb add 02:00:00:00:03:03 dev p1 master static
	must vxmob domain set dev vx100 protect 02:00:00:00:03:04
	must no_trace all_verdicts
	must bridge fdb del 02:00:00:00:03:03 dev p1 master
}

all_verdicts()
{
	refuses refuse-sticky: announce 02:00:00:00:03:01 dev vx100 via 10.255.0.3 &&
	refuses refuse-tie: announce 02:00:00:00:03:02 dev vx100 via 10.255.0.3 seq 4 &&
	refuses refuse-st announce 02:00:00:00:03:03 dev vx100 via 10.255.0.3 &&
	refuses refuse-invalid: announce 02:00:00:00:03:04 dev vx100 via 10.255.0.3 &&
	refuses refuse-invalid: announce 00:00:00:00:00:00 dev vx100 via 10.255.0.3 &&
	refuses refuse-stale-withdraw: withdraw 02:00:00:00:03:02 dev vx100 seq 3 &&
	refuses port announce 02:00:00:00:03:05 dev vx100 on p9 &&
	refuses IPv4 announce 02:00:00:00:03:05 dev vx100 via fd00::1 &&
	refuses VNI announce 02:00:00:00:03:05 dev vx100 vni 200 via 10.255.0.3
}

refuses()
{
	local reason=$1

	shift
	{
		echo "announce 02:00:00:00:03:08 dev vx200 via 10.255.0.2"
		echo "announce 02:00:00:00:03:08 dev vx100 via 10.255.0.2"
		echo "$*"
		echo "announce 02:00:00:00:03:09 dev vx100 via 10.255.0.2"
	} > "$TMP/lines"
	refused "$reason" vxmob transaction "$TMP/lines" && has "$SAID" ":3: "
}

# One MAC of one segment is in one line at most.
duplicates()
{
	cat > "$TMP/lines" <<-END
		announce 02:00:00:00:04:01 dev vx100 via 10.255.0.2 seq 1
		announce 02:00:00:00:04:02 dev vx100 via 10.255.0.2 seq 1
		announce 02:00:00:00:04:01 dev vx200 via 10.255.0.2 seq 1
		announce 02:00:00:00:04:01 dev vx100 via 10.255.0.2 seq 1
	END
	must no_trace refused "" vxmob transaction "$TMP/lines"
	must unbound 02:00:00:00:04:01
	must unbound 02:00:00:00:04:02
}

empty()
{
	must misused empty transaction < /dev/null
	must has "$("$NET_HERE/nlsend" transaction)" "EINVAL vxmob: the transaction is empty"
}

# Nothing is sent if a line cannot be read.
unreadable()
{
	cat > "$TMP/lines" <<-END
		announce 02:00:00:00:05:01 dev vx100 via 10.255.0.2
		announce 02:00:00:00:05:02 dev vx100 via 10.255.0.2 sequence 3
	END
	must no_trace misused "$TMP/lines:2" vxmob transaction "$TMP/lines"
	must unbound 02:00:00:00:05:01
}

mixed()
{
	must transaction <<-END
		announce 02:00:00:00:06:01 dev vx100 via 10.255.0.2
		announce 02:00:00:00:06:02 dev vx100 via 10.255.0.2
		announce 02:00:00:00:06:03 dev vx100 on p1
	END
	must transaction <<-END
		withdraw 02:00:00:00:06:01 dev vx100
		announce 02:00:00:00:06:02 dev vx100 on p2
		announce 02:00:00:00:06:03 dev vx100 via 10.255.0.3
		announce 02:00:00:00:06:04 dev vx100 via 10.255.0.3
		announce 02:00:00:00:06:01 dev vx200 via 10.255.0.3
	END
	must is_at 02:00:00:00:06:01 "vx200 10.255.0.3" vx200
	must comes_to 02:00:00:00:06:02 p2
	must is_at 02:00:00:00:06:03 "vx100 10.255.0.3"
	must is_at 02:00:00:00:06:04 "vx100 10.255.0.3"
}

# What cannot be created undoes what has been: here the last MAC of a domain
# that is full, with moves and new MACs before it.
too_many()
{
	local macs

	macs=$(vxmob mac show dev vx200 | wc -l)
	must vxmob domain set dev vx200 max-macs $((macs + 2))
	{
		echo "announce 02:00:00:00:06:04 dev vx100 via 10.255.0.2"
		echo "announce 02:00:00:00:07:01 dev vx200 via 10.255.0.2"
		echo "announce 02:00:00:00:07:02 dev vx200 via 10.255.0.2"
		echo "announce 02:00:00:00:07:03 dev vx200 via 10.255.0.2"
	} > "$TMP/lines"
	must no_trace refused refuse-full: vxmob transaction "$TMP/lines"
	must vxmob domain set dev vx200 max-macs $((macs + 3))
	must vxmob transaction "$TMP/lines"
	must vxmob domain set dev vx200 max-macs 100000
}

# Prints lines that announce many MACs via a VTEP.
many_lines()
{
	seq "$MANY" | awk -v via="$1" -v seq="$2" '{
		printf "announce 02:00:01:%02x:%02x:00 dev vx%d00 via %s seq %d\n",
			$1 / 256, $1 % 256, 1 + $1 % 2, via, seq
	}'
}

many()
{
	must vxmob mac announce 02:00:00:00:08:01 dev vx200 via 10.255.0.2 seq 7
	many_lines 10.255.0.2 1 > "$TMP/lines"
	must vxmob transaction "$TMP/lines"
	must same "$(bridge fdb show | grep -c '^02:00:01:.* dst 10.255.0.2 self extern_learn')" "$MANY"
	must same "$(vxmob mac show via 10.255.0.2 | grep -c ^02:00:01:)" "$MANY"
	{
		many_lines 10.255.0.3 2
		echo "announce 02:00:00:00:08:01 dev vx200 via 10.255.0.3 seq 6"
	} > "$TMP/lines"
	must no_trace refused ":$((MANY + 1)): refuse-stale:" vxmob transaction "$TMP/lines"
	sed -i 's/seq 6/seq 8/' "$TMP/lines"
	must vxmob transaction "$TMP/lines"
	must same "$(bridge fdb show | grep -c '^02:00:01:.* dst 10.255.0.3 self extern_learn')" "$MANY"
	sed 's/announce/withdraw/;s/ seq.*//' "$TMP/lines" > "$TMP/withdraw"
	must vxmob transaction "$TMP/withdraw"
	must same "$(bridge fdb show | grep -c ^02:00:01:)" 0
	must same "$(vxmob mac show | grep -c ^02:00:01:)" 0
}

# Meanwhile frames make the same MACs roam: whoever comes first, in the end the
# module knows what the bridge shows.
under_fire()
{
	local i mac frames=()

	for ((i = 0; i < 64; i++)); do
		printf -v mac '02:00:00:00:09:%02x' "$i"
		plain_frame "$mac"
		frames+=("$FRAME")
		echo "announce $mac dev vx100 via 10.255.0.2"
	done > "$TMP/lines"
	job_start "$NET_HERE/sendframe" -c 1000000 eth g1 "${frames[@]}"
	for i in 1 2 3 4 5; do
		must vxmob transaction "$TMP/lines"
	done
	must kill "$JOB"
	must wait_for agrees
}

agrees()
{
	local here there

	here=$(bridge fdb show brport p1 | grep -c ^02:00:00:00:09:)
	there=$(bridge fdb show brport vx100 | grep -c '^02:00:00:00:09:.*master')
	[ "$(vxmob mac show on p1 | grep -c ^02:00:00:00:09:)" = "$here" ] &&
		[ "$(vxmob mac show via 10.255.0.2 dev vx100 | grep -c ^02:00:00:00:09:)" = "$there" ] &&
		[ $((here + there)) = 64 ]
}

ALL_TESTS="several_domains last_is_refused first_is_refused verdicts duplicates
	empty unreadable mixed too_many many under_fire"

net_private "$@"
run_tests "$@"
