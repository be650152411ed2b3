#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench: time
# needs: frr
# memory: 4096
#
# A host of 100 machines, and one of 1,000, is evacuated at once in a fabric that holds
# 10,000 MACs: when the first, the median and the last of them is right in the table of
# a third leaf, with the routing daemons alone and with vxmob beside them.

set -u -o pipefail

HERE=$(cd "$(dirname "$0")/.." && pwd)
MACS=${VXMOB_BENCH_MACS:-10000}
SIZES=${VXMOB_BENCH_STORMS:-100 1000}
TAP=vm0
WITNESS=leaf3
LIMIT=120	# s, for an evacuation
PATIENCE=300	# s, until the fabric holds all
CALM=3		# s without a change: the fabric has finished

# shellcheck source-path=SCRIPTDIR source=results.sh
. "$HERE/bench/results.sh"
# shellcheck source-path=SCRIPTDIR source=../evpn.sh
. "$HERE/evpn.sh"

storm_start()
{
	local leaf args=()

	for leaf in leaf1 leaf2; do
		args+=(--home "$leaf:$TAP:$(evpn_vtep $leaf)")
	done
	coproc STORM {
		exec "$HERE/bench/storm" "${args[@]}" --limit $LIMIT \
			--witness "$WITNESS:$EVPN_VXLAN"
	}
	# shellcheck disable=SC2153 # bash sets it
	STORM_IN=${STORM[1]} STORM_OUT=${STORM[0]} STORM_CHILD=$STORM_PID
}

storm_stop()
{
	[ -n "${STORM_CHILD:-}" ] || return 0
	exec {STORM_IN}>&-
	wait "$STORM_CHILD" 2>/dev/null
	STORM_CHILD=
}

# Gives an order and sets ANSWER.
order()
{
	echo "$*" >&"$STORM_IN"
	read -r -t $((LIMIT + PATIENCE)) ANSWER <&"$STORM_OUT" || die "storm does not answer"
}

answer()
{
	[[ " $ANSWER " =~ \ $1=([0-9]+)\  ]] && echo "${BASH_REMATCH[1]}"
}

cleanup()
{
	storm_stop
	evpn_destroy
}

# The third leaf has all MACs of the fabric.
all_known()
{
	[ "$(bridge -n $WITNESS fdb show dev "$EVPN_VXLAN" | grep -c 'fa:16:3e.* dst ')" -ge "$MACS" ]
}

# Evacuates each size once there and once back, and tells the worse.
measure()
{
	local mode=$1 size first

	for size in $SIZES; do
		order evacuate 1 0 "$size"
		say "$mode, $size: $ANSWER"
		result "$mode: $size machines, right in the end" "$(answer right)" machines
		for first in first median last; do
			result "$mode: $size machines, $first right after" \
				"$(ratio "$(answer $first)" 1000)" ms
			TIME[$mode,$size,$first]=$(answer $first)
		done
		result "$mode: $size machines, all heard after" "$(ratio "$(answer sent)" 1000)" ms
		result "$mode: $size machines, turned away again" "$(answer turns)" entries
		order silence $CALM
		order evacuate 0 0 "$size"
		say "$mode, $size back: $ANSWER"
		order silence $CALM
	done
}

enrol()
{
	local leaf

	for leaf in $EVPN_LEAVES; do
		must vxmob -n "$leaf" domain add dev "$EVPN_VXLAN" snoop rarp
	done
}

must()
{
	"$@" || die "$*"
}

trap cleanup EXIT
trap 'exit 130' INT TERM HUP
declare -A TIME
must evpn_build
for leaf in $EVPN_LEAVES; do
	must evpn_add_tap "$leaf" $TAP
	# Bindings of the bridge must outlive what is measured.
	must ip -n "$leaf" link set br0 type bridge ageing_time 360000
done
must evpn_wait_bgp
storm_start
order appear 0 0 $((MACS / 2))
order appear 1 $((MACS / 2)) $((MACS / 2))
evpn_wait $PATIENCE all_known || die "the fabric does not come to hold $MACS MACs"
order silence $CALM
say "the fabric holds $MACS MACs after $SECONDS s"
measure frr-only
enrol
order silence $CALM
measure vxmob
for size in $SIZES; do
	for first in first median last; do
		result "$first of $size machines, FRR alone to vxmob" \
			"$(ratio "${TIME[frr-only,$size,$first]}" "${TIME[vxmob,$size,$first]}")" ratio
	done
done
