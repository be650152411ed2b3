#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 900
# not on: debug stock-6.1
#
# A machine is handed over from host to host and back, many times in a row, while
# another one sends to it from behind a VTEP that knows nothing of this and goes
# on sending to the first host.  The machine stands still for a while in each move,
# and its old port is removed afterwards, as a hypervisor does.  Nothing that was
# sent may be lost, come twice or come out of order.
#
#	hosta (VTEP .1) --- wire --- hostb (VTEP .2)
#	                     |
#	                   peer (VTEP .3), without vxmob

# shellcheck disable=SC2317 # cases are called by name
# shellcheck disable=SC2153 # setup_ns assigns what is in capitals
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MAC=02:00:00:00:64:01
MOVES=100
STILL=100		# ms
# The debugging kernel takes ten times as long.
! slow_kernel || MOVES=10

setup()
{
	net_programs && make -s -C "$NET_HERE" vmnic > /dev/null &&
	setup_ns WIRE HOSTA HOSTB PEER || return
	ip -n "$WIRE" link add br0 type bridge mcast_snooping 0 || return
	ip -n "$WIRE" link set br0 up
	host_create "$HOSTA" 1 && host_create "$HOSTB" 2 &&
	host_create "$PEER" 3 &&
	bridge -n "$PEER" fdb add "$MAC" dev vx100 dst 10.255.0.1 self static &&
	bridge -n "$PEER" fdb add "$MAC" dev vx100 master static &&
	enrol "$HOSTA" && enrol "$HOSTB" &&
	ask_start "$HOSTA" && ask_start "$HOSTB"
}

host_create()
{
	local ns=$1 n=$2 other

	ip netns exec "$ns" sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
	ip -n "$WIRE" link add "w$n" type veth peer name u0 netns "$ns" &&
	ip -n "$WIRE" link set "w$n" master br0 up &&
	ip -n "$ns" -batch - <<-END || return
		link set lo up
		addr add 10.255.0.$n/24 dev u0
		link set u0 up
		link add br0 type bridge mcast_snooping 0
		link add vx100 type vxlan id 100 local 10.255.0.$n dstport 4789 nolearning
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		tuntap add vm0 mode tap
		link set vm0 addrgenmode none master br0
		link set vx100 up
		link set vm0 up
		link set br0 up
	END
	for other in 1 2 3; do
		[ $other != "$n" ] || continue
		echo "fdb append 00:00:00:00:00:00 dev vx100 dst 10.255.0.$other self permanent"
	done | bridge -n "$ns" -batch -
}

enrol()
{
	vxmob -n "$1" domain add dev vx100 snoop rarp redirect 60 dup-moves 1000 "${@:2}"
}

vtep_of()
{
	[ "$1" = "$HOSTA" ] && echo 10.255.0.1 || echo 10.255.0.2
}

# Starts the machine's NIC; nothing runs yet.  It has announced itself to the end
# before it is held the next time: what speaks then has come back.
nic_start()
{
	local fd

	coproc NIC {
		exec "$NET_HERE/vmnic" --home "$HOSTA:vm0:10.255.0.1" \
			--home "$HOSTB:vm0:10.255.0.2" --sender "$PEER:vm0" \
			--witness "$PEER:vx100" --mac $MAC --still $STILL \
			--quiet 100 --cleanup 200 --limit 3000 --rounds 3
	}
	exec {NIC_IN}>&"${NIC[1]}" {NIC_OUT}<&"${NIC[0]}"
	fd=${NIC[1]}
	exec {fd}>&-
	defer nic_stop
}

nic_stop()
{
	exec {NIC_IN}>&-
	wait "$NIC_PID" 2>/dev/null
}

# Gives an order and sets ANSWER.
nic()
{
	echo "$*" >&"$NIC_IN"
	read -r -t 60 ANSWER <&"$NIC_OUT" || return
	[[ $ANSWER == ok* ]]
}

answer()
{
	[[ " $ANSWER " =~ \ $1=([0-9]+)\  ]] && COUNT=${BASH_REMATCH[1]}
}

# What the orchestrator says of a move, and when.
hand_over()
{
	local from=$1 to=$2 home=$3

	vxmob -n "$to" move prepare $MAC dev vx100 on vm0 from "$(vtep_of "$from")" &&
	vxmob -n "$from" move prepare $MAC dev vx100 to "$(vtep_of "$to")" &&
	vxmob -n "$to" move hold $MAC dev vx100 &&
	vxmob -n "$from" move hold $MAC dev vx100 &&
	nic hand "$home" calm &&
	vxmob -n "$from" move commit $MAC dev vx100 &&
	vxmob -n "$to" move commit $MAC dev vx100
}

# Adds to the totals what ANSWER says.
add_up()
{
	local key

	for key in lost lost_still dup reorder after still; do
		answer $key || return
		TOTAL[$key]=$((${TOTAL[$key]:-0} + COUNT))
	done
}

nothing_lost()
{
	local i from=$HOSTA to=$HOSTB home=1 swap
	declare -A TOTAL=()

	must nic_start
	must nic boot 0
	must wait_for announced_thrice
	for ((i = 1; i <= MOVES; i++)); do
		hand_over "$from" "$to" $home || { explain; fail "move $i"; exit $KSFT_FAIL; }
		must add_up
		[ "${TOTAL[lost]}${TOTAL[lost_still]}${TOTAL[dup]}${TOTAL[reorder]}" = 0000 ] ||
			{ ktap_print "move $i: $ANSWER"; explain; break; }
		swap=$from from=$to to=$swap home=$((1 - home))
	done
	ktap_print "$((i > MOVES ? MOVES : i)) moves: $((TOTAL[lost] + TOTAL[lost_still])) lost," \
		"${TOTAL[dup]} duplicated, ${TOTAL[reorder]} out of order, of" \
		"${TOTAL[still]} sent while it stood still and ${TOTAL[after]} after"
	must [ "${TOTAL[lost]}" = 0 ]
	must [ "${TOTAL[lost_still]}" = 0 ]
	must [ "${TOTAL[dup]}" = 0 ]
	must [ "${TOTAL[reorder]}" = 0 ]
	must [ "${TOTAL[still]}" -ge $((MOVES * 5)) ]
}

# It has said all that it says when it has come, and nothing else yet.
announced_thrice()
{
	[[ $(nsexec "$HOSTA" cat /proc/net/dev) =~ vm0:\ *[0-9]+\ +3\  ]]
}

explain()
{
	local ns

	for ns in "$HOSTA" "$HOSTB"; do
		echo "$ns"
		bridge -n "$ns" fdb show | grep $MAC
		vxmob -n "$ns" mac show
		vxmob -n "$ns" move show
		vxmob -n "$ns" stats
	done 2>&1 | ktap_print
}

ALL_TESTS="nothing_lost"

net_private "$@"
run_tests "$@"
