#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No memory: every allocation of every request fails once (see failnth.c), and so do
# those of the paths that no request is the cause of, at random. What is refused has
# changed nothing, what is taken is whole, and what was missed for want of memory is
# made good when there is some.
#
# kernels: debug=4
# timeout: 900

# shellcheck source=selftests/handover.sh
. "$(dirname "$0")/../handover.sh"

ALL_TESTS="domains announcements dumps transactions moves vteps claims moving_packets"
FAULTS=/sys/kernel/debug/failslab
PAGES=/sys/kernel/debug/fail_page_alloc
# The requests take what they take; the rest of the time is for the last two cases.
SECONDS_WANTED=${VXMOB_TORTURE_SECONDS:-60}
# The machines of the requests; the first is known to the forwarding databases.
MACS=(02:00:00:00:0a:0{0..9})

setup()
{
	[ -e /proc/self/fail-nth ] || skip_all "the kernel injects no faults"
	net_create_far || return
	{
		net_bridge_batch 10.255.0.1 "" | sed 's/br0/br1/g; s/ff:01/ff:02/; /^link add [pg]/d; /[pg][12] /d'
		echo "link add vx200 type vxlan id 200 local 10.255.0.1 dstport 4789 nolearning"
		echo "link set vx200 master br1"
		echo "link set vx200 type bridge_slave learning off"
		echo "link set vx200 up"
		echo "addr add 192.0.2.254/24 dev br0"
	} | ip -batch - || return
	zebra_installs ${MACS[0]} 10.255.0.3 || return
	# Also allocations that may wait; and no word of each.
	echo N > $FAULTS/ignore-gfp-wait
	echo N > $PAGES/ignore-gfp-wait
	echo 0 > $PAGES/min-order
	echo 0 > $FAULTS/verbose
	echo 0 > $PAGES/verbose
	echo -1 > $FAULTS/times
	module_range
}

# From here to there is the module's text: it is what the random faults are for.
module_range()
{
	local range

	range=$(awk '$4 == "[vxmob]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort)
	[ -n "$range" ] || return
	printf '0x%s' "$(head -n 1 <<< "$range")" > $FAULTS/require-start
	printf '0x%s' "$(tail -n 1 <<< "$range")" > $FAULTS/require-end
	echo 32 > $FAULTS/stacktrace-depth
}

# Plays the scenes on standard input: on two domains, with what is said of them, if
# they are not part of the scenes.
each_allocation_fails()
{
	local said status=0

	said=$("$NET_HERE/torture/failnth" 2>&1) || status=$?
	ktap_print <<< "$said"
	check_equal "status" 0 $status
	check "something has failed" grep -q ': [1-9][0-9]* allocations failed, [1-9]' <<< "$said"
}

enrolled()
{
	vxmob domain add dev vx100 confirm none redirect 600 snoop rarp
	vxmob domain add dev vx200 confirm none
	defer vxmob domain del dev vx100
	defer vxmob domain del dev vx200
}

# --- requests -------------------------------------------------------------

domains()
{
	each_allocation_fails <<-END
		scene domain add
		undo domain-del domain.ifindex=dev:vx100
		fail domain-add domain.ifindex=dev:vx100 domain.snoop=u32:7 domain.vteps=u32:2 domain.vtep=ip:10.255.0.2 domain.protect=hex:020000000a0f domain.dup-action=u32:2
		scene domain add, monitor
		undo domain-del domain.ifindex=dev:vx100
		fail domain-add domain.ifindex=dev:vx100 domain.snoop=u32:0 domain.mode=u32:1
		scene domain set
		undo domain-del domain.ifindex=dev:vx100
		do domain-add domain.ifindex=dev:vx100 domain.snoop=u32:0
		fail domain-set domain.ifindex=dev:vx100 domain.snoop=u32:7 domain.vteps=u32:2 domain.vtep=ip:10.255.0.2 domain.dup-action=u32:2 domain.settle=u32:77
		scene domain set back
		undo domain-del domain.ifindex=dev:vx100
		do domain-add domain.ifindex=dev:vx100 domain.snoop=u32:7 domain.dup-action=u32:2
		fail domain-set domain.ifindex=dev:vx100 domain.snoop=u32:0 domain.dup-action=u32:0
		scene domain del
		undo domain-del domain.ifindex=dev:vx100
		do domain-add domain.ifindex=dev:vx100 domain.snoop=u32:7 domain.dup-action=u32:2
		fail domain-del domain.ifindex=dev:vx100
	END
}

# A MAC, as the words of requests name it
mac_words()
{
	echo "mac.ifindex=dev:${2:-vx100} mac.lladdr=hex:${MACS[$1]//:/}"
}

withdraw()
{
	echo "undo mac-withdraw $(mac_words "$@")"
}

announcements()
{
	enrolled
	each_allocation_fails <<-END
		scene announce via
		$(withdraw 1)
		fail mac-announce $(mac_words 1) mac.via=ip:10.255.0.9 mac.seq=u32:1 mac.ip=ip:192.0.2.1 mac.ip=ip:2001:db8::1
		scene announce on
		$(withdraw 1)
		fail mac-announce $(mac_words 1) mac.on=dev:p1 mac.seq=u32:1 mac.ip=ip:192.0.2.1
		scene announce sticky
		$(withdraw 1)
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.3
		fail mac-announce $(mac_words 1) mac.via=ip:10.255.0.2 mac.flags=u32:1
		scene from VTEP to VTEP
		$(withdraw 1)
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.2 mac.seq=u32:1
		fail mac-announce $(mac_words 1) mac.via=ip:10.255.0.9 mac.seq=u32:2
		scene from port to VTEP
		$(withdraw 1)
		do mac-announce $(mac_words 1) mac.on=dev:p1 mac.seq=u32:1
		fail mac-announce $(mac_words 1) mac.via=ip:10.255.0.9 mac.seq=u32:2
		scene from VTEP to port
		$(withdraw 1)
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.2 mac.seq=u32:1
		fail mac-announce $(mac_words 1) mac.on=dev:p1 mac.seq=u32:2 mac.ip=ip:192.0.2.1
		scene withdraw via
		$(withdraw 1)
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.9 mac.ip=ip:192.0.2.1
		fail mac-withdraw $(mac_words 1)
		scene withdraw on
		$(withdraw 1)
		do mac-announce $(mac_words 1) mac.on=dev:p2
		fail mac-withdraw $(mac_words 1)
		scene flush
		$(withdraw 1)
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.9
		do mac-announce $(mac_words 2) mac.via=ip:10.255.0.9
		fail mac-flush mac.ifindex=dev:vx100 mac.via=ip:10.255.0.9
		scene unfreeze
		fail mac-unfreeze mac.ifindex=dev:vx100
	END
}

dumps()
{
	enrolled
	each_allocation_fails <<-END
		scene mac get
		fail mac-get $(mac_words 0)
		scene mac dump
		fail mac-dump dump
		scene mac dump of a VTEP
		fail mac-dump dump mac.ifindex=dev:vx100 mac.via=ip:10.255.0.3
		scene domain dump
		fail domain-dump dump
		scene stats dump
		fail stats-dump dump
		scene move dump
		fail move-dump dump
		scene vtep dump
		fail vtep-dump dump
	END
}

# A line of a transaction
line()
{
	echo "transaction.line={ mac.op=u32:$1 ${*:2} }"
}

transactions()
{
	enrolled
	each_allocation_fails <<-END
		scene two domains
		$(withdraw 1)
		$(withdraw 2)
		$(withdraw 3 vx200)
		fail transaction $(line 0 "$(mac_words 1)" mac.via=ip:10.255.0.2 mac.ip=ip:192.0.2.1) $(line 0 "$(mac_words 2)" mac.on=dev:p1 mac.ip=ip:192.0.2.2) $(line 0 "$(mac_words 3 vx200)" mac.via=ip:10.255.0.9)
		scene new, moved and withdrawn
		$(withdraw 1)
		$(withdraw 2)
		$(withdraw 3)
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.2 mac.seq=u32:1
		do mac-announce $(mac_words 2) mac.via=ip:10.255.0.2 mac.seq=u32:1
		fail transaction $(line 0 "$(mac_words 1)" mac.via=ip:10.255.0.9 mac.seq=u32:2) $(line 1 "$(mac_words 2)") $(line 0 "$(mac_words 3)" mac.on=dev:p2)
		scene with a move
		undo move-abort $(move_words 1)
		$(withdraw 1)
		$(withdraw 2)
		do mac-announce $(mac_words 1) mac.on=dev:p1
		fail transaction $(line 0 "$(mac_words 2)" mac.via=ip:10.255.0.9) transaction.move={ move.op=u32:0 $(move_words 1) move.to=ip:10.255.0.2 move.deadline=u32:600 }
	END
}

move_words()
{
	echo "move.ifindex=dev:${2:-vx100} move.lladdr=hex:${MACS[$1]//:/}"
}

# The beginning of a move that $1 says how to begin
move_scene()
{
	echo "undo move-abort $(move_words 1)"
	withdraw 1
	echo "do mac-announce $(mac_words 1) mac.$1"
	[ $# = 1 ] || echo "do move-prepare $(move_words 1) $2 move.deadline=u32:600"
	[ $# -lt 3 ] || echo "do move-$3 $(move_words 1)"
}

moves()
{
	local to=move.to=ip:10.255.0.2 on=move.on=dev:p1

	enrolled
	each_allocation_fails <<-END
		scene prepare at the source
		$(move_scene on=dev:p1)
		fail move-prepare $(move_words 1) $to move.deadline=u32:600
		scene prepare at the target
		$(move_scene via=ip:10.255.0.2)
		fail move-prepare $(move_words 1) $on move.deadline=u32:600
		scene hold
		$(move_scene on=dev:p1 $to)
		fail move-hold $(move_words 1)
		scene commit at the source
		undo domain-del domain.ifindex=dev:vx100
		do domain-add domain.ifindex=dev:vx100 domain.confirm=u32:0 domain.redirect=u32:600
		do mac-announce $(mac_words 1) mac.on=dev:p1
		do move-prepare $(move_words 1) $to move.deadline=u32:600
		do move-hold $(move_words 1)
		fail move-commit $(move_words 1)
		scene commit at the target
		undo domain-del domain.ifindex=dev:vx100
		do domain-add domain.ifindex=dev:vx100 domain.confirm=u32:0
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.2
		do move-prepare $(move_words 1) $on move.deadline=u32:600
		fail move-commit $(move_words 1)
		scene abort at the source
		$(move_scene on=dev:p1 $to)
		fail move-abort $(move_words 1)
		scene abort what is held
		$(move_scene on=dev:p1 $to hold)
		fail move-abort $(move_words 1)
		scene abort at the target
		$(move_scene via=ip:10.255.0.2 $on)
		fail move-abort $(move_words 1)
	END
}

vteps()
{
	enrolled
	each_allocation_fails <<-END
		scene move the VTEP
		$(withdraw 1)
		$(withdraw 2)
		do mac-announce $(mac_words 1) mac.via=ip:10.255.0.2
		do mac-announce $(mac_words 2) mac.via=ip:10.255.0.2
		fail vtep-move vtep.ifindex=dev:vx100 vtep.addr=ip:10.255.0.2 vtep.to=ip:10.255.0.9
	END
}

# --- evidence -------------------------------------------------------------

# So many of a hundred allocations fail that are the module's doing.
faults()
{
	echo "$1" > $FAULTS/probability
}

# Each that fails counts one down.
faults_counted()
{
	echo 1000000 > $FAULTS/times
}

print_faults()
{
	ktap_print "$((1000000 - $(< $FAULTS/times))) allocations failed"
	check "some allocations failed" [ "$(< $FAULTS/times)" -lt 1000000 ]
}

hear()
{
	rarp_frame "$1"
	vxlan_packet 100 "$FRAME"
	vtep_sends 10.255.0.3
}

# What is heard, learned and written while memory is short.  What is in the
# forwarding databases is known in the end; what was only said is when it is said
# again.
claims()
{
	local end=$(((SECONDS + SECONDS_WANTED) / 2)) round=0 mac resyncs

	enrolled
	must stat_of resyncs
	resyncs=$COUNT
	defer faults 0
	faults_counted
	until [ $round -gt 0 ] && [ $SECONDS -ge $end ]; do
		printf -v mac '02:00:00:%02x:%02x' $((round / 256)) $((round % 256))
		faults $((20 + round % 9 * 10))
		hear $mac:01
		guest_sends g1 $mac:02
		guest_sends g2 $mac:03
		zebra_installs $mac:04 10.255.0.2
		guest_sends g2 $mac:02
		hear $mac:03
		faults 0
		hear $mac:01
		check "heard" becomes_bound $mac:01 '"via":"10.255.0.3"' || return
		check "learned" becomes_bound $mac:02 '"port":"p2"' || return
		check "written" becomes_bound $mac:04 '"via":"10.255.0.2"' || return
		check "shown" comes_to $mac:01 "vx100 10.255.0.3" || return
		round=$((round + 1))
	done
	ktap_print "$round rounds"
	print_faults
	must stat_of resyncs
	check "what was missed was read anew" [ "$COUNT" -gt $resyncs ]
}

# Sends packets to two machines on the move, many times.
packets_to_both()
{
	local packets=()

	vtep_packet $THIRD_VTEP $1
	packets+=("${OUTER[@]}")
	vtep_packet $PEER_VTEP $2
	packets+=("${OUTER[@]}")
	"$NET_HERE/sendframe" -n "$FAR" -c 20 eth u1 "${packets[@]}"
}

# Sets OUTER to a packet from a VTEP to a MAC.
vtep_packet()
{
	local src dst

	frame_to "$2"
	vxlan_packet 100 "$FRAME"
	OUTER=()
	ip_hex "$1"
	src=$ADDR
	ip_hex $SELF
	dst=$ADDR
	udp_datagram "$src" "$dst" 50000 "$PACKET"
	ipv4_packet "$src" "$dst" 64 0000 "$DATAGRAM"
}

# One machine has left and one is to come: packets are sent on, kept and let out.
moving_packets()
{
	local round=0 leaves=${MACS[5]} comes=${MACS[6]}

	enrolled
	defer faults 0
	faults_counted
	ip link set u0 address $U0_MAC
	ip -n "$FAR" link set u1 address $U1_MAC
	until [ $round -gt 0 ] && [ $SECONDS -ge $SECONDS_WANTED ]; do
		must vxmob mac announce $leaves dev vx100 on p2
		must step prepare $leaves to $PEER_VTEP
		must step hold $leaves
		must vxmob mac announce $comes dev vx100 via $PEER_VTEP
		must step prepare $comes on p1 from $PEER_VTEP
		faults $((20 + round % 7 * 10))
		packets_to_both $leaves $comes
		rarp_frame $comes
		"$NET_HERE/sendframe" eth g1 "$FRAME"
		packets_to_both $leaves $comes
		faults 0
		"$NET_HERE/sendframe" eth g1 "$FRAME"
		check "it has come" becomes_bound $comes '"port":"p1"' || return
		step commit $comes
		step commit $leaves
		vxmob mac withdraw $comes dev vx100
		vxmob mac withdraw $leaves dev vx100
		check "the moves are over" becomes_settled $comes || return
		round=$((round + 1))
	done
	ktap_print "$round rounds"
	print_faults
	must stat_of redirected
	check "packets were sent on" [ "$COUNT" -gt 0 ]
	must stat_of kept
	check "packets were kept" [ "$COUNT" -gt 0 ]
}

net_private "$@"
run_tests
