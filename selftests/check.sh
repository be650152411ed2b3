#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All that can be checked by machine, in one go ("make check"): generated files
# are up to date, style, unit tests, and the tests on two stock kernels and on
# one with every debugging aid.  What cannot even start counts as failed.
#
#   check.sh [STEP]...
#
#	generated	what is generated is up to date
#	style		see style.sh
#	KERNEL		(stock-6.1 stock-6.12 debug newest) unit tests, where the
#			kernel has KUnit, and the tests; files say on which kernel they
#			are not run
#	kcsan		unit tests, and the tests that say in their head that accesses
#			may race in them
#	frr-KERNEL	of a kernel's tests those that need a routing daemon
#	faults		those of what users complain of, without the module: there
#			each must fail, or it would show nothing where it passes
#
#	all-KERNEL	all tests that there are, whatever the files say, and of each all
#			cases
#
# By default generated, style, stock-6.1, stock-6.12, debug and faults.  Two steps run at
# a time, and "style" beside them; what they say comes in the order of the steps: a line
# a case, the failures once more at the end, and last exactly "N passed, N failed, N
# skipped".  Exit status: 0 all passed or were skipped, 1 a failure, or nothing ran.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The longer, the earlier: then both slots end at about the same time.
STEPS="generated debug stock-6.12 stock-6.1 faults style"
BESIDE=style

# shellcheck source=selftests/steps.sh
. "$HERE/steps.sh"

generated()
{
	local script=$HERE/../Documentation/netlink/regen.sh

	single "generated: up to date" "$script" --check
}

needs_frr()
{
	head -n 20 "$1" | grep -q '^# needs:.*frr'
}

# Whether a test file runs on a kernel: what concerns the tool alone, or waits for
# daemons for long, is not on all.
is_for()
{
	local flavour=$2 head

	head=$(head -n 20 "$1")
	! grep -q "^# not on:.*\\<$flavour\\>" <<< "$head" || return
	[ "$flavour" != kcsan ] || grep -q '^# also on:.*kcsan' <<< "$head"
}

# The test files for a kernel: "all" that there are, "any" that are for it, or of
# those the ones that need a routing daemon, "frr".  These come last, for they leave
# their fabric to one another.
test_files()
{
	local which=$1 flavour=$2 file last=()

	for file in "$HERE"/t_*.sh; do
		[ "$which" = all ] || is_for "$file" "$flavour" || continue
		if needs_frr "$file"; then
			last+=("$file")
		elif [ "$which" != frr ]; then
			echo "$file"
		fi
	done
	[ ${#last[@]} = 0 ] || printf '%s\n' "${last[@]}"
}

# Runs tests on a kernel: KUnit first where asked for, then the test files.  Where
# several emulated machines share two processors, one with two is three times as slow
# as one with one: each of its processors waits for the other, which does not run.  So
# only the kernels that look for races have two.
run_kernel()
{
	local flavour=$1 which=$2 tests

	shift 2
	mapfile -t tests < <(test_files "$which" "$flavour")
	[[ $flavour != stock-* || $which == all ]] || set -- --smp 1 "$@"
	VXMOB_KEEP_FABRIC=1 "$HERE/run.sh" --kernel "$flavour" "$@" "${tests[@]}"
}

# Turns the results around; only a case that was run and failed shows its fault.
faults_shown()
{
	local line broken=no shown=0 failed=0

	while IFS='' read -r line; do
		case $line in
		*"setup failed"* | *"Bail out"*) broken=yes ;;
		esac
		case $broken:$line in
		*:[0-9]*" passed, "*)
			continue ;;
		*:"pass "*)
			line="FAIL faults: none shown by ${line#pass }" ;;
		no:"FAIL "*": not run" | no:"FAIL "*": time limit reached" | \
		no:"FAIL "*": ended early: "* | no:"FAIL "*": the VM ended in it" | \
		no:"FAIL "*" vm: "*)
			;;
		no:"FAIL "*)
			line="pass faults: shown by ${line#FAIL }" ;;
		esac
		case $line in
		"pass "*) shown=$((shown + 1)) ;;
		"FAIL "*) failed=$((failed + 1)) ;;
		esac
		echo "$line"
	done
	if [ $((shown + failed)) = 0 ]; then
		echo "FAIL faults: nothing was run"
		failed=1
	fi
	echo "$shown passed, $failed failed, 0 skipped"
}

faults()
{
	VXMOB_NOLOAD=1 "$HERE/run.sh" --kernel stock-6.1 \
		"$HERE/t_frr_complaints.sh" | faults_shown
	return "${PIPESTATUS[1]}"
}

# Runs a step.  The last that it says is its totals.
step()
{
	case $1 in
	generated)	generated ;;
	style)		"$HERE/style.sh" ;;
	stock-*)	run_kernel "$1" any ;;
	debug | kcsan | newest) run_kernel "$1" any kunit ;;
	frr-*)		run_kernel "${1#frr-}" frr ;;
	faults)		faults ;;
	all-stock-*)	VXMOB_ALL=1 run_kernel "${1#all-}" all ;;
	all-*)		VXMOB_ALL=1 run_kernel "${1#all-}" all kunit ;;
	*)		single "no such step: $1 (there are: $STEPS kcsan newest all-KERNEL)" false ;;
	esac
}

main()
{
	local steps

	read -ra steps <<< "$STEPS"
	[ $# = 0 ] || steps=("$@")
	"$HERE/packages.sh" || failed "packages: not all could be installed"
	run_all "${steps[@]}"
}

main "$@"
