#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packets that are nearly right (see pktfuzz.c), at every hook that looks into one:
# snooping, the redirect, what is kept, the gate and the tail, while machines are
# handed over all the time. Afterwards the module must answer and take evidence as
# before, and let go of everything.
#
# kernels: debug=3 stock-6.12=2
# timeout: 600

# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/../handover.sh"

ALL_TESTS="it_is_fuzzed every_hook_was_reached it_still_works all_goes"
SECONDS_OF_FUZZ=${VXMOB_TORTURE_SECONDS:-20}
MACHINES=(02:00:00:00:0a:0{0..7})

setup()
{
	sysctl -qw net.ipv6.conf.default.disable_ipv6=0
	net_create_far || return
	{
		echo "link set u0 address $U0_MAC mtu 9000"
		echo "addr add fd00::1/64 dev u0 nodad"
		echo "link add br1 address 02:00:00:00:ff:02 type bridge mcast_snooping 0"
		echo "link add vxv6 type vxlan id 200 local fd00::1 dstport 4789 nolearning udp6zerocsumrx"
		echo "link set vxv6 master br1"
		echo "link set vxv6 type bridge_slave learning off"
		for port in 3 4; do
			echo "link add p$port type veth peer name g$port"
			echo "link set p$port addrgenmode none master br1"
			echo "link set g$port addrgenmode none up"
			echo "link set p$port up"
		done
		echo "link set vxv6 up"
		echo "link set br1 up"
	} | ip -batch - || return
	# A VTEP that is none of the fuzzer's makes aggregates of what it sends.
	ip -n "$FAR" -batch - <<-END || return
		link set u1 address $U1_MAC mtu 9000
		addr add fd00::2/64 dev u1 nodad
		addr add fd00::3/64 dev u1 nodad
		link add vxfar type vxlan id 100 local 10.255.0.3 remote 10.255.0.1 dstport 4789 nolearning
		link set vxfar addrgenmode none up
	END
	batch <<-END || return
		domain add dev vx100 snoop rarp,garp,na vteps any confirm 1 settle 10000
		domain add dev vxv6 snoop rarp,garp,na vteps any confirm 1 settle 10000
	END
	write_departures vx100 p1 p2 10.255.0.2
	write_departures vxv6 p3 p4 fd00::2
}

# What is done with the machines, some of which is refused, as it comes: on the way
# are then those that pktfuzz.c has send nothing, and others.
write_departures()
{
	local dev=$1 here=$2 other=$3 vtep=$4 mac m=("${MACHINES[@]}")

	{
		for mac in "${m[0]}" "${m[1]}" "${m[2]}"; do
			echo "mac announce $mac dev $dev on $here"
			echo "move prepare $mac dev $dev to $vtep deadline 600"
			echo "move hold $mac dev $dev"
		done
		for mac in "${m[3]}" "${m[4]}" "${m[5]}"; do
			echo "mac announce $mac dev $dev via $vtep"
			echo "move prepare $mac dev $dev on $here from $vtep deadline 600 open-on rarp,garp,na,commit"
		done
		echo "mac announce ${m[6]} dev $dev on $other"
	} >> "$TMP/departures"
	{
		echo "move commit ${m[1]} dev $dev"
		echo "move commit ${m[3]} dev $dev"
		echo "move abort ${m[4]} dev $dev"
		echo "move abort ${m[2]} dev $dev"
	} >> "$TMP/arrivals"
}

# --- the cases ------------------------------------------------------------

# Counts the packets that came in on all devices.
received()
{
	local dev packets

	COUNT=0
	while read -r dev _ packets _; do
		case $dev in
		u0: | p[1-4]:) COUNT=$((COUNT + packets)) ;;
		esac
	done < /proc/net/dev
}

fuzz()
{
	local name=$1

	shift
	"$NET_HERE/torture/pktfuzz" "$@" > "$TMP/$name" 2>&1
}

ended()
{
	! kill -0 "$1" 2> /dev/null
}

# The machines stay on their way until packets have been sent on and kept for them.
# A move takes its quiet way while somebody listens, as a routing daemon does.
move_machines()
{
	local quietly=$1 redirected kept

	[ $quietly = 0 ] || { bridge monitor fdb > /dev/null 2>&1 & listener=$!; }
	stat_of redirected || true
	redirected=$((COUNT + 10))
	stat_of kept || true
	kept=$((COUNT + 10))
	vxmob -batch "$TMP/departures" -force > /dev/null 2>&1 || true
	until ended "${pids[0]}" || { have redirected $redirected && have kept $kept; }; do
		:
	done
	vxmob -batch "$TMP/arrivals" -force > /dev/null 2>&1 || true
	[ $quietly = 0 ] || { kill $listener; wait $listener || true; }
}

have()
{
	stat_of $1 && [ "$COUNT" -ge $2 ]
}

it_is_fuzzed()
{
	local seed=$SECONDS_OF_FUZZ pids=() pid before said=0 rounds=0 listener

	received
	before=$COUNT
	fuzz outer -n "$FAR" $SECONDS_OF_FUZZ $((seed + 1)) vxlan u1 & pids+=($!)
	fuzz gso -n "$FAR" $SECONDS_OF_FUZZ $((seed + 2)) frame vxfar & pids+=($!)
	fuzz g1 $SECONDS_OF_FUZZ $((seed + 3)) frame g1 & pids+=($!)
	fuzz g3 $SECONDS_OF_FUZZ $((seed + 4)) frame g3 & pids+=($!)
	until ended "${pids[0]}"; do
		move_machines $((rounds++ % 2))
	done
	for pid in "${pids[@]}"; do
		wait $pid || said=1
	done
	ktap_print < <(cd "$TMP" && grep -H . outer gso g1 g3)
	check_equal "status of the fuzzers" 0 $said
	received
	ktap_print "$((COUNT - before)) packets came in within $SECONDS_OF_FUZZ s," \
		"$(((COUNT - before) / SECONDS_OF_FUZZ)) a second; $rounds rounds of moves"
	check "many came in" [ $((COUNT - before)) -ge $((SECONDS_OF_FUZZ * 100)) ]
}

every_hook_was_reached()
{
	local NET_DEV counter

	for NET_DEV in vx100 vxv6; do
		for counter in redirected redirect_refused kept late; do
			must stat_of $counter
			ktap_print "$NET_DEV: $COUNT $counter"
			check "$NET_DEV: $counter" [ "$COUNT" -gt 0 ]
		done
		claims_of snoop accept-move
		check "$NET_DEV: heard announcements" [ "$COUNT" -gt 0 ]
	done
}

# What came too often is not looked at for a while.
it_still_works()
{
	local mac=02:00:00:00:0c:01

	check "the dumps" timeout 60 vxmob -batch - <<-END
		domain show
		mac show
		move show
		vtep show
		stats
	END
	check "a machine announces itself" heard $mac
	check "another one is learned" runs_here 02:00:00:00:0c:02
	for mac in "${MACHINES[@]}"; do
		vxmob move abort $mac dev vx100 2> /dev/null || true
	done
	leaving 02:00:00:00:0c:02
	check "it leaves" step hold 02:00:00:00:0c:02
}

heard()
{
	wait_for announced "$1"
}

announced()
{
	vtep_announces 10.255.0.3 "$1"
	quietly_bound "$1" '"via":"10.255.0.3"'
}

all_goes()
{
	local dev

	for dev in vx100 vxv6; do
		check "flush" vxmob mac flush dev $dev
		check "delete" vxmob domain del dev $dev
	done
	check_equal "what is left" "" "$(vxmob domain show; vxmob mac show; vxmob move show)"
	check "the devices can go" ip -batch - <<-END
		link del vx100
		link del vxv6
		link del br0
		link del br1
		link del u0
	END
}

net_private "$@"
run_tests
