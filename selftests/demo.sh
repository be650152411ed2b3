#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shows what vxmob is for: a virtual machine moves to and fro between two leaves
# of an EVPN fabric while a host behind a third leaf sends to it, in the same virtual
# machine, on the same kernel, with the same daemons and the same moves: with the
# routing daemons alone, with vxmob beside them, and handed over (see moves.sh).
#
#   demo.sh		on any Debian 12, as root: installs what is missing, builds,
#			and runs the rest in a VM
#   demo.sh --inside	the rest, wherever it is: needs FRR, vmnic, and the module
#			loaded
#
# Environment: VXMOB_DEMO_MOVES, of each mode (default 12); VXMOB_DEMO_KERNEL
# (default stock-6.12), and those of moves.sh.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MOVES=${VXMOB_DEMO_MOVES:-12}

say()
{
	echo "demo: $*"
}

die()
{
	say "$*" >&2
	exit 1
}

# --- on the host ----------------------------------------------------------

on_host()
{
	"$HERE/packages.sh" build vm frr || die "packages are missing"
	make -s -C "$HERE" vmnic vty || die "the programs do not build"
	exec "$HERE/vm.sh" --kernel "${VXMOB_DEMO_KERNEL:-stock-6.12}" \
		--timeout 1800 -- "$HERE/demo.sh" --inside
}

# --- the outcome ----------------------------------------------------------

print_row()
{
	local mode=$1 median p99 min max lost mean failed

	read -r median p99 min max _ <<< "$(column "$mode" 2 | summary)"
	read -r lost _ _ _ mean <<< "$(column "$mode" 3 | summary)"
	failed=$(grep -c '^failed' "$RESULTS/$mode")
	MEDIAN[$mode]=$median
	LOST[$mode]=$lost
	MEAN[$mode]=$mean
	awk -v mode="$mode" -v moves="$MOVES" -v failed="$failed" -v median="$median" \
	    -v p99="$p99" -v min="$min" -v max="$max" -v lost="$lost" -v mean="$mean" \
	    -v before="${SEQ_BEFORE[$mode]}" -v after="${SEQ_AFTER[$mode]}" 'BEGIN {
		printf "%-9s %5d %6d  %8.3f %8.3f %8.3f %8.3f  %6.1f %6.1f  %6d %6d\n",
			mode, moves, failed, median / 1000, p99 / 1000, min / 1000,
			max / 1000, lost, mean, before, after
	}'
}

print_table()
{
	local mode late worst

	echo
	echo "                     first frame on the new host -> $WITNESS     frames lost      mobility"
	echo "                     points there (ms)                       a move          number"
	echo "mode      moves failed    median      p99      min      max  median   mean  before  after"
	for mode; do
		print_row "$mode"
	done
	echo
	echo "Of a handover the frames sent while the machine stood still count as well."
	echo "A move that did not end within $LIMIT s has failed, and counts with $LIMIT s."
	for mode; do
		read -r late _ _ worst _ <<< "$(column "$mode" 4 | summary)"
		echo "In a move of $mode the sender was at most $(ms "${late%.*}") ms late" \
			"(median; worst $(ms "$worst")): where that is much, the machine was busy."
	done
}

print_verdict()
{
	awk -v frr="${MEDIAN[frr-only]}" -v vxmob="${MEDIAN[vxmob]}" \
	    -v a="${LOST[frr-only]}" -v b="${LOST[vxmob]}" -v c="${MEAN[handover]}" 'BEGIN {
		printf "demo: frr-only median %.1f ms, vxmob median %.2f ms, ratio %.0f; ",
			frr / 1000, vxmob / 1000, frr / (vxmob ? vxmob : 1)
		printf "frames lost per move: %.1f vs %.1f; ", a, b
		printf "handover with unaware peers: %.1f\n", c
	}'
}

inside()
{
	# shellcheck source-path=SCRIPTDIR source=moves.sh
	. "$HERE/moves.sh"
	declare -gA MEDIAN LOST MEAN
	moves_begin
	say "machine $MAC runs on ${HOMES[0]}; 1000 frames/s to it from behind $WITNESS"
	run_mode frr-only
	if [ "${VXMOB_NOLOAD:-0}" = 1 ]; then
		print_table frr-only
		return
	fi
	enrol
	say "vxmob is enrolled on every leaf"
	run_mode vxmob
	leave_witness
	say "$WITNESS has no vxmob any more; moves are prepared"
	run_mode handover
	print_table frr-only vxmob handover
	print_verdict
	! grep -q '^failed' "$RESULTS/vxmob" "$RESULTS/handover"
}

case ${1:-} in
'')	  on_host ;;
--inside) inside ;;
*)	  sed -n '/^#   demo.sh/,/^#$/s/^# *//p' "$0" >&2; exit 1 ;;
esac
