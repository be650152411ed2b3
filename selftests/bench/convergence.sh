#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench: time
# needs: frr
#
# How soon the fabric points to a machine that has moved, and what is lost of the
# frames that are sent to it meanwhile: the moves of the demo, more of them.

set -u -o pipefail

HERE=$(cd "$(dirname "$0")/.." && pwd)
MOVES=${VXMOB_BENCH_MOVES:-30}

# shellcheck source-path=SCRIPTDIR source=results.sh
. "$HERE/bench/results.sh"
# shellcheck source-path=SCRIPTDIR source=../moves.sh
. "$HERE/moves.sh"

declare -A MEDIAN LOST

tell_mode()
{
	local mode=$1 median p99 min max lost most mean late value

	read -r median p99 min max _ <<< "$(column "$mode" 2 | summary)"
	read -r _ _ _ most mean <<< "$(column "$mode" 3 | summary)"
	read -r late _ _ _ _ <<< "$(column "$mode" 4 | summary)"
	lost=$(column "$mode" 3 | awk '{ n += $1 } END { print n }')
	result "$mode: moves" "$(column "$mode" 1 | wc -l)" moves
	result "$mode: moves that failed" "$(grep -c '^failed' "$RESULTS/$mode")" moves
	result "$mode: until $WITNESS points there, median" "$(ratio "$median" 1000)" ms
	result "$mode: until $WITNESS points there, p99" "$(ratio "$p99" 1000)" ms
	result "$mode: until $WITNESS points there, least" "$(ratio "$min" 1000)" ms
	result "$mode: until $WITNESS points there, most" "$(ratio "$max" 1000)" ms
	result "$mode: frames lost in all moves" "$lost" frames
	result "$mode: frames lost a move, most" "$most" frames
	result "$mode: sender late, median" "$(ratio "$late" 1000)" ms
	for value in $(column "$mode" 2); do
		point "$mode" "$((++POINTS[$mode]))" "$(ratio "$value" 1000)"
	done
	MEDIAN[$mode]=$median
	LOST[$mode]=$lost
	MEAN[$mode]=$mean
}

declare -A POINTS MEAN
moves_begin >&2
run_mode frr-only >&2
enrol
run_mode vxmob >&2
leave_witness
run_mode handover >&2
for mode in frr-only vxmob handover; do
	POINTS[$mode]=0
	tell_mode "$mode"
done
bar_least "median of FRR alone to that of vxmob" \
	"$(ratio "${MEDIAN[frr-only]}" "${MEDIAN[vxmob]}")" ratio 100
bar "vxmob: frames lost a move, mean" "${MEAN[vxmob]}" frames 2
bar "handover: frames lost in all moves" "${LOST[handover]}" frames 0
