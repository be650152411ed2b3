# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A virtual machine that moves to and fro between two leaves of the fabric of evpn.sh
# while a host behind a third leaf sends to it: what the demo shows and the benchmark
# measures, so that both do the same.  A library for bash; "say" and "die" are the
# caller's, and so is MOVES, how many in each mode.
#
# moves_begin	builds the fabric and starts the machine
# run_mode	makes the moves of a mode:
#	frr-only	with the routing daemons alone
#	vxmob		with vxmob beside them on every leaf
#	handover	handed over by an orchestrator, with vxmob on the two leaves
#			that do it; the third one has the daemons alone
# enrol, leave_witness	make the fabric ready for the second and third mode
# column, summary	give what has been measured
#
# Environment: VXMOB_DEMO_STILL, how long the machine stands still, and
# VXMOB_DEMO_CLEANUP, when its old port is removed (ms; defaults 50 and 300).

MOVES_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source-path=SCRIPTDIR source=evpn.sh
. "$MOVES_HERE/evpn.sh"

MAC=fa:16:3e:7f:2e:0a
TAP=vm0
WITNESS=leaf3		# the sender is behind it, and its table is watched
HOMES=(leaf1 leaf2)	# where the machine can be
LIMIT=10		# s, then a move has failed
QUIET_LIMIT=30		# s for the fabric to agree between moves

# Mobility numbers by mode.
# shellcheck disable=SC2034 # for the caller
declare -gA SEQ_BEFORE SEQ_AFTER

# --- the machine that moves -----------------------------------------------

start_nic()
{
	local leaf args=()

	for leaf in "${HOMES[@]}"; do
		args+=(--home "$leaf:$TAP:$(evpn_vtep "$leaf")")
	done
	coproc NIC {
		exec "$MOVES_HERE/vmnic" "${args[@]}" --mac $MAC --sender $WITNESS:$TAP \
			--witness "$WITNESS:$EVPN_VXLAN" --limit $((LIMIT * 1000)) \
			--still "${VXMOB_DEMO_STILL:-50}" \
			--cleanup "${VXMOB_DEMO_CLEANUP:-300}"
	}
	NIC_IN=${NIC[1]} NIC_OUT=${NIC[0]} NIC_CHILD=$NIC_PID
}

stop_nic()
{
	[ -n "${NIC_CHILD:-}" ] || return 0
	exec {NIC_IN}>&-
	wait "$NIC_CHILD" 2>/dev/null
	NIC_CHILD=
}

# Gives an order and sets ANSWER.
order()
{
	echo "$*" >&"$NIC_IN"
	read -r -t $((LIMIT + 30)) ANSWER <&"$NIC_OUT" || die "vmnic does not answer"
}

# The value of a key in ANSWER.
answer()
{
	[[ " $ANSWER " =~ \ $1=([0-9]+)\  ]] && echo "${BASH_REMATCH[1]}"
}

# --- moves ----------------------------------------------------------------

# Does everybody agree that the machine is on a leaf?  BGP on the third one must,
# whose kernel the witness has seen, and the kernels of both others.  Sets SEQ.
fabric_agrees()
{
	local home=$1 other=$2 vtep seq

	read -r vtep seq <<< "$(evpn_mac_route $WITNESS $MAC)"
	[ "$vtep" = "$(evpn_vtep "$home")" ] || return
	[ "$(evpn_mac_place "$home" $MAC)" = $TAP ] || return
	[ "$(evpn_mac_place "$other" $MAC)" = "$vtep" ] || return
	SEQ=$seq
}

# Nobody may begin a move in a fabric that has not finished with the last.
wait_quiet()
{
	evpn_wait $QUIET_LIMIT fabric_agrees "$1" "$2" && return
	printf ' (the fabric disagrees, it announces itself again)'
	order announce
	evpn_wait $QUIET_LIMIT fabric_agrees "$1" "$2" ||
		die "the fabric does not find the machine any more"
}

ms()
{
	printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
}

# What was out of the ordinary in the move of ANSWER.
remarks()
{
	[ "${ANSWER%% *}" = ok ] || printf ' FAILED'
	[ "$(answer turns)" -le 1 ] || printf ', %d turns' "$(answer turns)"
	[ "$(answer dup)" = 0 ] || printf ', %d duplicates' "$(answer dup)"
	[ "$(answer reorder)" = 0 ] || printf ', %d reordered' "$(answer reorder)"
}

# What an orchestrator says: before the machine stops, and when it runs again.
hand_over()
{
	local from=$1 to=$2

	vxmob -n "$to" move prepare $MAC dev "$EVPN_VXLAN" on $TAP from "$(evpn_vtep "$from")" &&
	vxmob -n "$from" move prepare $MAC dev "$EVPN_VXLAN" to "$(evpn_vtep "$to")" &&
	vxmob -n "$from" move hold $MAC dev "$EVPN_VXLAN"
}

handed_over()
{
	vxmob -n "$1" move commit $MAC dev "$EVPN_VXLAN" &&
	vxmob -n "$2" move commit $MAC dev "$EVPN_VXLAN"
}

# One move; appends "STATE FDB_US LOST LATE_US" to the mode's results.
move()
{
	local mode=$1 number=$2 from=$3 to=$4 how="" lost

	[ "$mode" != handover ] || hand_over "${HOMES[from]}" "${HOMES[to]}" ||
		die "the move cannot be prepared"
	[ "$mode" != handover ] || how=calm
	order move "$to" $how
	[ "$mode" != handover ] || handed_over "${HOMES[from]}" "${HOMES[to]}" ||
		die "the move cannot be committed"
	# A machine that is handed over misses nothing of what was sent before, either.
	lost=$(answer lost)
	[ "$mode" != handover ] || lost=$((lost + $(answer lost_still)))
	echo "${ANSWER%% *} $(answer fdb) $lost $(answer late)" >> "$RESULTS/$mode"
	printf '%-8s %2d/%d  %s -> %s: %s points there after %9s ms, lost %4d of %d, and %d while it stood still%s' \
		"$mode" "$number" "$MOVES" "${HOMES[from]}" "${HOMES[to]}" $WITNESS \
		"$(ms "$(answer fdb)")" "$(answer lost)" "$(answer after)" \
		"$(answer lost_still)" "$(remarks)"
	wait_quiet "${HOMES[to]}" "${HOMES[from]}"
	echo ", MM $SEQ"
}

run_mode()
{
	local mode=$1 i

	# shellcheck disable=SC2034 # for the caller
	SEQ_BEFORE[$mode]=$SEQ
	for ((i = 1; i <= MOVES; i++)); do
		move "$mode" $i "$PLACE" $((1 - PLACE))
		PLACE=$((1 - PLACE))
	done
	# shellcheck disable=SC2034 # for the caller
	SEQ_AFTER[$mode]=$SEQ
}

# --- the outcome ----------------------------------------------------------

# Prints "MEDIAN P99 MIN MAX MEAN" of the numbers on standard input.
summary()
{
	sort -n | awk '
	{ v[NR] = $1; sum += $1 }
	END {
		middle = int((NR + 1) / 2)
		median = NR % 2 ? v[middle] : (v[middle] + v[middle + 1]) / 2
		rank = int(NR * .99)
		rank += rank < NR * .99
		print median, v[rank], v[1], v[NR], sum / NR
	}'
}

column()
{
	awk -v n="$2" '{ print $n }' "$RESULTS/$1"
}

# --- the fabric -----------------------------------------------------------

enrol()
{
	local leaf

	for leaf in $EVPN_LEAVES; do
		vxmob -n "$leaf" domain add dev "$EVPN_VXLAN" snoop rarp ||
			die "vxmob cannot be enrolled on $leaf"
	done
}

cleanup()
{
	stop_nic
	evpn_destroy
	rm -rf "$RESULTS"
}

build_fabric()
{
	local leaf

	say "building a spine and three leaves with $("$EVPN_DAEMONS/bgpd" -v | head -n 1)"
	evpn_build || die "the fabric cannot be built"
	for leaf in $EVPN_LEAVES; do
		evpn_add_tap "$leaf" $TAP || die "no tap on $leaf"
	done
	evpn_wait_bgp || die "BGP does not converge"
	say "the fabric is up after $SECONDS s"
}

# The leaves share the VM's processors, so that of two that hear of a move one waits for
# what the other does. In a fabric they do not, so what is measured is the one that
# does not wait: the driver sends to the first of a flood list last.
witness_hears_first()
{
	local home flood

	flood=(00:00:00:00:00:00 dev "$EVPN_VXLAN" dst "$(evpn_vtep $WITNESS)" self permanent)
	for home in "${HOMES[@]}"; do
		bridge -n "$home" fdb del "${flood[@]}" || die "$home does not flood to $WITNESS"
		# zebra may have done so
		bridge -n "$home" fdb append "${flood[@]}" 2> /dev/null || true
	done
}

leave_witness()
{
	vxmob -n $WITNESS domain del dev "$EVPN_VXLAN" || die "$WITNESS keeps vxmob"
}

moves_begin()
{
	RESULTS=$(mktemp -d)
	trap cleanup EXIT
	trap 'exit 130' INT TERM HUP
	build_fabric
	witness_hears_first
	start_nic
	PLACE=0
	order boot "$PLACE"
	wait_quiet "${HOMES[0]}" "${HOMES[1]}"
}
