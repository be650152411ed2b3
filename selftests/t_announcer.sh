#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What has come to a local port is announced into the overlay by the module itself,
# at once and in rounds, for as long as it is there: another VTEP hears it, even
# if what the machine said was lost.
#
# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

ROUNDS=5		# the default
SLOW=6000		# ms between two rounds that anything can happen between
! slow_kernel || SLOW=10000

# The segment, another one on an external device, and a VTEP that listens.  Ports
# of br1 have no VLAN to begin with.
setup()
{
	net_create_far || return
	ip -batch - <<-END || return
		link add br1 address 02:00:00:00:ff:02 type bridge mcast_snooping 0 vlan_filtering 1 vlan_default_pvid 0
		link add vx0 type vxlan local 10.255.0.1 dstport 4790 external vnifilter nolearning
		link set vx0 master br1
		link set vx0 type bridge_slave learning off vlan_tunnel on
		link set vx0 up
		link add p3 type veth peer name g3
		link set p3 addrgenmode none master br1
		link set g3 addrgenmode none up
		link set p3 up
		link set br1 up
	END
	bridge vni add dev vx0 vni 100020 &&
		bridge vlan add dev vx0 vid 20 &&
		bridge vlan add dev vx0 vid 20 tunnel_info id 100020 &&
		bridge fdb append 00:00:00:00:00:00 dev vx0 dst 10.255.0.2 src_vni 100020 self permanent &&
		vxmob domain add dev vx100 snoop rarp &&
		vxmob domain add dev vx0 vni 100020 &&
		listen 4790 && listen 4789
}

# Writes down what comes to the VTEP 10.255.0.2.
listen()
{
	local file=$TMP/heard.$1

	"$NET_HERE/hearframe" -n "$FAR" 10.255.0.2 "$1" > "$file" &
	LISTENER=$!
	defer kill $LISTENER
	wait_for [ -s "$file" ]
}

# Sets HEARD to the lines of what was heard in a VNI and begins with a text, and
# COUNT to how many there are.
heard()
{
	local begin file=${3:-$TMP/heard.4789}

	printf -v begin '08000000%06x00%s' "$1" "$2"
	HEARD=$(grep " $begin" "$file") || true
	COUNT=0
	[ -z "$HEARD" ] || COUNT=$(wc -l <<< "$HEARD")
}

# RARP requests for a MAC
rarps()
{
	rarp_frame "$1"
	heard "${2:-100}" "$FRAME" "${3:-}"
}

# How often has a MAC been announced?
announced()
{
	rarps "$1" "${3:-100}" "${4:-}"
	[ "$COUNT" -eq "$2" ]
}

announced_at_least()
{
	rarps "$1" "${3:-100}" "${4:-}"
	[ "$COUNT" -ge "$2" ]
}

# All rounds of what began before are over when those of a MAC are that came
# after it.
rounds_pass()
{
	local mac later

	echo >> "$TMP/later"
	later=$(wc -l < "$TMP/later")
	printf -v mac '02:00:00:00:0c:%02x' "$later"
	guest_sends g2 "$mac" && wait_for announced "$mac" $ROUNDS
}

# Until the case ends there are two rounds, with so much time between them that
# anything can happen meanwhile.
rounds_are_slow()
{
	defer vxmob domain set dev vx100 announce-initial 50 announce-max 550 \
		announce-rounds $ROUNDS settle 200
	ROUNDS=2
	vxmob domain set dev vx100 announce-initial $SLOW announce-max $SLOW \
		announce-rounds $ROUNDS
}

# Prints the milliseconds from the first of HEARD to each of the others.
print_times()
{
	local ms first='' times='' _

	while read -r ms _; do
		first=${first:-$ms}
		times+=" +$((ms - first))"
	done <<< "$HEARD"
	ktap_print "$1:$times ms"
}

defaults()
{
	local mac=02:00:00:00:01:01 before

	must stat_of announced
	before=$COUNT
	must guest_sends g1 "$mac"
	must wait_for announced "$mac" $ROUNDS
	print_times "rounds"
	must rounds_pass
	must announced "$mac" $ROUNDS
	# in the whole, RARP is as QEMU sends it, and it has the length that it needs
	rarp_frame "$mac"
	must same ${#FRAME} 120
	must has "$HEARD" "$FRAME"
	must wait_for stat_is announced $((before + 2 * ROUNDS))
}

# Who does not hear RARP would not hear where the MAC has gone, either.
deaf()
{
	local mac=02:00:00:00:01:18

	defer vxmob domain set dev vx100 snoop rarp
	must vxmob domain set dev vx100 snoop garp,na
	must guest_sends g1 "$mac"
	must wait_for announced "$mac" 1
	must vxmob domain set dev vx100 snoop rarp
	must rounds_pass
	must announced "$mac" 1
}

# An address that is known is announced as well.
addresses()
{
	local mac=02:00:00:00:01:02 before

	must stat_of announced
	before=$COUNT
	must vxmob mac announce "$mac" dev vx100 on p1 ip 192.0.2.7 ip 2001:db8::7
	must wait_for announced "$mac" $ROUNDS
	arp_frame 0001 "$mac" c0000207 000000000000 c0000207
	must heard_each "$FRAME"
	advertisement "$mac" 20
	must heard_each "$FRAME"
	must wait_for stat_is announced $((before + 3 * ROUNDS))
	# told the same again it is no news; told another address, it is
	must vxmob mac announce "$mac" dev vx100 on p1 ip 192.0.2.7 ip 2001:db8::7
	must rounds_pass
	must announced "$mac" $ROUNDS
	must vxmob mac announce "$mac" dev vx100 on p1 router ip 2001:db8::7
	must wait_for announced "$mac" $((2 * ROUNDS))
	advertisement "$mac" a0
	must heard_each "$FRAME"
}

# Is a frame heard in each round?
heard_each()
{
	wait_for heard_times $ROUNDS "$1"
}

heard_times()
{
	heard 100 "$2"
	[ "$COUNT" -eq "$1" ]
}

# Sets FRAME to the unsolicited advertisement of 2001:db8::7.
advertisement()
{
	local ip=20010db8000000000000000000000007 all=ff020000000000000000000000000001

	hex_of "$1"
	internet_checksum "$ip${all}00000020003a8800${2}000000${ip}0201$HEX"
	FRAME=333300000001${HEX}86dd6000000000203aff$ip${all}8800$CHECKSUM${2}000000${ip}0201$HEX
}

# It is not said of an address that has gone to another machine since.
address_given_away()
{
	local mac=02:00:00:00:01:0e said

	defer ip addr del 192.0.2.254/24 dev br0
	must ip addr add 192.0.2.254/24 dev br0
	must vxmob mac announce "$mac" dev vx100 on p1 ip 192.0.2.9
	arp_frame 0001 "$mac" c0000209 000000000000 c0000209
	said=$FRAME
	must heard_each "$said"
	must ip neigh replace 192.0.2.9 lladdr 02:00:00:00:0e:0f dev br0 nud stale
	must guest_sends g2 "$mac"
	must wait_for announced "$mac" $((2 * ROUNDS))
	must heard_times $ROUNDS "$said"
	must bound "$mac" '"port":"p2"' '"ips":["192.0.2.9"]'
}

# What the machine itself says of its address is remembered.
address_heard()
{
	local mac=02:00:00:00:01:03 said

	arp_frame 0001 "$mac" c0000208 000000000000 c0000208
	said=$FRAME
	must "$NET_HERE/sendframe" eth g1 "$said"
	must wait_for announced "$mac" $ROUNDS
	must bound "$mac" '"ips":["192.0.2.8"]'
	# each round, and once by the machine
	must wait_for heard_times $((ROUNDS + 1)) "$said"
}

# It has left: nobody says any more that it is here.
stops()
{
	local mac=02:00:00:00:01:04

	must rounds_are_slow
	must guest_sends g1 "$mac"
	must wait_for announced "$mac" 1
	must vtep_announces 10.255.0.2 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must rounds_pass
	must announced "$mac" 1
	# it is back
	must guest_sends g1 "$mac"
	must wait_for announced "$mac" 3
}

withdrawn()
{
	local mac=02:00:00:00:01:05

	must rounds_are_slow
	must vxmob mac announce "$mac" dev vx100 on p1
	must wait_for announced "$mac" 1
	must vxmob mac withdraw "$mac" dev vx100
	must rounds_pass
	must announced "$mac" 1
}

# A frame that the port still had queued: whoever has the machine now is heard
# before it does any harm.
late_frame()
{
	local mac=02:00:00:00:01:06 alone=02:00:00:00:01:19

	must rounds_are_slow
	must vxmob domain set dev vx100 settle $SLOW
	must left_and_heard "$mac"
	must vtep_announces 10.255.0.2 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must left_and_heard "$alone"
	must rounds_pass
	must announced "$mac" 1
	# and if nobody else has it, it is announced
	must wait_for announced "$alone" 3
}

# It was here, has gone to another host, and a frame of it comes from the old port.
left_and_heard()
{
	guest_sends g1 "$1" && wait_for announced "$1" 1 &&
	vtep_announces 10.255.0.2 "$1" && becomes_bound "$1" '"via":"10.255.0.2"' &&
	guest_sends g1 "$1" && becomes_bound "$1" '"port":"p1"' '"moves":2,'
}

# The host that it comes from announced it still, and has heard by now.  That is
# not believed; who goes on to say so is.
crossing()
{
	local mac=02:00:00:00:01:17

	must vtep_announces 10.255.0.2 "$mac"
	must becomes_bound "$mac" '"via":"10.255.0.2"'
	must rounds_are_slow
	must vxmob domain set dev vx100 settle $SLOW
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vtep_announces 10.255.0.2 "$mac"
	must all_heard
	must bound "$mac" '"port":"p1"' '"moves":1,'
	must wait_for announced "$mac" 2
	must wait_for says_so "$mac"
}

says_so()
{
	vtep_announces 10.255.0.2 "$1"
	quietly_bound "$1" '"via":"10.255.0.2"' '"moves":2,'
}

options()
{
	local mac=02:00:00:00:01:07

	must vxmob domain set dev vx100 announce-rounds 0
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vxmob domain set dev vx100 announce-rounds 2 announce-initial 0
	must guest_sends g1 02:00:00:00:01:08
	must wait_for announced 02:00:00:00:01:08 2
	must vxmob domain set dev vx100 announce-rounds 5 announce-initial 50
	must rounds_pass
	must announced 02:00:00:00:01:08 2
	must announced "$mac" 0
}

monitor_mode()
{
	local mac=02:00:00:00:01:09

	must vxmob domain set dev vx100 mode monitor
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must vxmob domain set dev vx100 mode enforce
	must rounds_pass
	must announced "$mac" 0
}

# What was here before the segment was enrolled has not come just now.
enrolment()
{
	local mac=02:00:00:00:01:0a

	must vxmob domain del dev vx100
	must guest_sends g1 "$mac"
	must comes_to "$mac" p1
	must vxmob domain add dev vx100 snoop rarp
	must becomes_bound "$mac" '"port":"p1"'
	must rounds_pass
	must announced "$mac" 0
}

# Two machines with one address are not helped to fight about it.
duplicate()
{
	local mac=02:00:00:00:01:0b i

	defer vxmob domain set dev vx100 dup-moves 5 announce-rounds 5
	must vxmob domain set dev vx100 dup-moves 3 announce-rounds 1
	for i in 1 2; do
		must guest_sends g1 "$mac"
		must wait_for announced "$mac" $i
		must vtep_announces 10.255.0.2 "$mac"
		must becomes_bound "$mac" '"via":"10.255.0.2"'
	done
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	ROUNDS=1 must rounds_pass
	must announced "$mac" 2
}

# A port that does not forward is waited for; what comes by it is lost till then.
waits_for_port()
{
	local mac=02:00:00:00:01:0c

	defer bridge link set dev p1 state 3
	must bridge link set dev p1 state 1
	must guest_sends g1 "$mac"
	must vxmob mac announce "$mac" dev vx100 on p1
	must rounds_pass
	must announced "$mac" 0
	must forwards_again p1
	must wait_for announced "$mac" $ROUNDS
	print_after "the port forwards"
}

# So is the port that leads to the overlay.
waits_for_overlay()
{
	local mac=02:00:00:00:01:0d

	defer bridge link set dev vx100 state 3
	must bridge link set dev vx100 state 1
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
	must forwards_again vx100
	must wait_for announced "$mac" $ROUNDS
	print_after "the vxlan port forwards"
}

# Sets SINCE.
forwards_again()
{
	SINCE=$(uptime_ms)
	bridge link set dev "$1" state 3
}

# Prints milliseconds on the monotonic clock, which the listener reads as well.
uptime_ms()
{
	local seconds

	read -r seconds _ < /proc/uptime
	echo $((10#${seconds/./} * 10))
}

print_after()
{
	ktap_print "announced $((${HEARD%% *} - SINCE)) ms after $1"
}

# The machine speaks before its port is in the VLAN, and what it says is lost.  It
# is an external device, too.
waits_for_vlan()
{
	local mac=02:00:00:00:01:0e

	rarp_frame "$mac"
	must "$NET_HERE/sendframe" eth g3 "$FRAME"
	must vxmob mac announce "$mac" dev vx0 vni 100020 on p3
	NET_DEV=vx0 NET_VNI=100020 must bound "$mac" '"port":"p3"'
	must rounds_pass
	must announced "$mac" 0 100020 "$TMP/heard.4790"
	SINCE=$(uptime_ms)
	must bridge vlan add dev p3 vid 20 pvid untagged
	must wait_for announced "$mac" $ROUNDS 100020 "$TMP/heard.4790"
	print_after "the port is in its VLAN"
	must bridge vlan del dev p3 vid 20
}

# Nobody has told the module: but the next thing that the machine says is heard.
speaks_too_early()
{
	local mac=02:00:00:00:01:0f

	rarp_frame "$mac"
	must "$NET_HERE/sendframe" eth g3 "$FRAME"
	must bridge vlan add dev p3 vid 20 pvid untagged
	must guest_sends g3 "$mac"
	must wait_for announced "$mac" $ROUNDS 100020 "$TMP/heard.4790"
}

# The whole host's machines come at once.
many()
{
	local i file=$TMP/many frames=()

	for ((i = 0; i < 1000; i++)); do
		printf -v MAC '02:00:00:01:%02x:%02x' $((i >> 8)) $((i & 255))
		plain_frame "$MAC"
		frames+=("$FRAME")
	done
	must stat_of announced
	must "$NET_HERE/sendframe" eth g1 "${frames[@]}"
	NET_WAIT=120 must wait_for all_announced $((COUNT + 1000 * ROUNDS))
	# in the first round, and in each
	NET_WAIT=120 must wait_for machines_heard 1000 $((1000 * ROUNDS))
	HEARD=$(grep -m 1000 ' 0800000000006400ffffffffffff02000001....8035' "$TMP/heard.4789")
	ktap_print "1000 machines: the first 1000 frames within" \
		"$(($(tail -n 1 <<< "$HEARD" | cut -d' ' -f1) - ${HEARD%% *})) ms"
}

all_announced()
{
	stat_is announced "$1"
}

# Have so many machines been heard, so often in all?
machines_heard()
{
	local lines

	lines=$(grep -o ' 0800000000006400ffffffffffff02000001....8035' "$TMP/heard.4789")
	[ "$(wc -l <<< "$lines")" -eq "$2" ] && [ "$(sort -u <<< "$lines" | wc -l)" -eq "$1" ]
}

# While machines come one after the other, none is announced again: of what was sent
# before the last one's first frame, few may be repeats on the heels of a first frame.
gives_way()
{
	local i repeats

	must enough_of_them
	repeats=$(sed -n 's/ 0800000000006400ffffffffffff\(02000002....\)8035.*/ \1/p' \
		"$TMP/heard.4789" | awk '
		seen[$2]++ { if ($1 - first < 8) close_by++; next }
		{ sum += close_by; close_by = 0; first = $1 }
		END { print sum + 0 }')
	ktap_print "$repeats repeats while 120 machines came"
	must [ "$repeats" -lt 80 ]
}

enough_of_them()
{
	for ((i = 0; i < 120; i++)); do
		printf 'mac announce 02:00:00:02:00:%02x dev vx100 on p1\n' $i
		doze 0.003
	done | vxmob -batch - && wait_for announced 02:00:00:02:00:77 $ROUNDS
}

# Another host with the module turns to where the machine is, which itself has
# said nothing that could be heard there.
heard_by_another()
{
	local mac=02:00:00:00:01:10

	must kill $LISTENER
	must wait_for not port_taken
	must net_vtep_create "$FAR" 10.255.0.3 10.255.0.1
	must vxmob -n "$FAR" domain add dev vx100 snoop rarp
	must vxmob mac announce "$mac" dev vx100 on p1
	NET_NS=$FAR must becomes_bound "$mac" '"via":"10.255.0.1"' '"origin":"snoop"'
	NET_NS=$FAR must comes_to "$mac" "vx100 10.255.0.1"
}

# UDP port 4789 of 10.255.0.2, as the kernel writes it
port_taken()
{
	nsexec "$FAR" grep -q " 0200FF0A:12B5 " /proc/net/udp
}

ALL_TESTS="defaults deaf addresses address_given_away address_heard stops withdrawn late_frame crossing options
	monitor_mode enrolment duplicate waits_for_port waits_for_overlay waits_for_vlan
	speaks_too_early many gives_way heard_by_another"
# The move that nobody heard of, since the machine spoke before its port was ready
UNHEARD="waits_for_port waits_for_vlan speaks_too_early"
# The others are about time, and not about what may run at once.
! brief || ALL_TESTS="defaults addresses duplicate many $UNHEARD"
# In none of them it is another kernel that makes the difference.
[[ $(uname -r) != 6.1.* || ${VXMOB_ALL:-0} = 1 ]] || ALL_TESTS=$UNHEARD

net_private "$@"
run_tests "$@"
