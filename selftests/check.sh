#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All that can be checked by machine, in one go ("make check"): generated files
# are up to date, style, unit tests, and the tests on two stock kernels and on
# one with every debugging aid.  What cannot even start counts as failed.
#
#   check.sh [STEP]...	generated style stock-6.1 stock-6.12 debug
#
# The tests that need a routing daemon take minutes, and have steps of their own:
# frr-KERNEL for any of the kernels.  Those are run on request, and so are
# newest, and "faults", which runs the tests of what users complain of without the
# module: there each must fail, or it would show nothing where it passes.
#
# Prints a line a case, the failures once more at the end, and last
# exactly "N passed, N failed, N skipped".  Exit status: 0 all passed or were
# skipped, 1 a failure, or nothing ran.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
STEPS="generated style stock-6.1 stock-6.12 debug"
PASSED=0
FAILED=0
SKIPPED=0
OUTPUT=
BEHIND=
BEHIND_PID=

cleanup()
{
	[ -z "$BEHIND_PID" ] || kill "$BEHIND_PID" 2>/dev/null || true
	[ -z "$OUTPUT" ] || rm -f "$OUTPUT" "$OUTPUT.failures" "$OUTPUT.behind"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# Runs a step that ends with "N passed, N failed, N skipped", showing all of its
# output but that line, and adds to the totals.
tally()
{
	local name=$1 start=$SECONDS sum status=0

	shift
	"$@" 2>&1 | tee "$OUTPUT" | awk '
		/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { next }
		{ print; fflush() }' || status=$?
	grep '^FAIL ' "$OUTPUT" >> "$OUTPUT.failures"
	sum=$(tail -n 1 "$OUTPUT")
	if [[ $sum =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
		PASSED=$((PASSED + BASH_REMATCH[1]))
		FAILED=$((FAILED + BASH_REMATCH[2]))
		SKIPPED=$((SKIPPED + BASH_REMATCH[3]))
		[ $status = 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] || failed "$name: status $status"
	else
		failed "$name: did not come to its end, status $status"
	fi
	echo "# $name: $((SECONDS - start)) s"
}

failed()
{
	echo "FAIL $*" | tee -a "$OUTPUT.failures"
	FAILED=$((FAILED + 1))
}

# A step that either succeeds or does not, in the form that tally wants.
single()
{
	local name=$1

	shift
	if "$@"; then
		echo "pass $name"
		echo "1 passed, 0 failed, 0 skipped"
	else
		echo "FAIL $name"
		echo "0 passed, 1 failed, 0 skipped"
	fi
}

generated()
{
	local script=$HERE/../Documentation/netlink/regen.sh

	[ ! -e "$script" ] || tally generated single "generated: up to date" "$script" --check
}

# The test files that need a routing daemon, or those that do not.
test_files()
{
	local file needs

	for file in "$HERE"/t_*.sh; do
		needs=without-frr
		! head -n 20 "$file" | grep -q '^# needs:.*frr' || needs=frr
		[ $needs != "$1" ] || echo "$file"
	done
}

# Runs tests on a kernel: KUnit first where asked for, then the test files.
run_kernel()
{
	local flavour=$1 which=$2 tests

	shift 2
	mapfile -t tests < <(test_files "$which")
	"$HERE/run.sh" --kernel "$flavour" "$@" "${tests[@]}"
}

# Turns the results around; only a case that was run and failed shows its fault.
faults_shown()
{
	awk '
	/setup failed|Bail out/ { broken = 1 }
	/^pass / { sub(/^pass /, ""); print "FAIL faults: none shown by " $0; failed++; next }
	/^FAIL / && / (not run|time limit reached|ended early|the VM ended in it)/ ||
	/^FAIL [^ ]* vm:/ || /^FAIL / && broken { print; failed++; next }
	/^FAIL / { sub(/^FAIL /, ""); print "pass faults: shown by " $0; shown++; next }
	/^[0-9]+ passed, / { next }
	{ print }
	END {
		if (!shown && !failed) {
			print "FAIL faults: nothing was run"
			failed++
		}
		printf "%d passed, %d failed, 0 skipped\n", shown, failed
	}'
}

faults()
{
	VXMOB_NOLOAD=1 "$HERE/run.sh" --kernel stock-6.1 \
		"$HERE/t_frr_complaints.sh" | faults_shown
}

# An emulated VM does not fill two processors, and the debugging kernel takes as
# long as the stock ones together: it runs beside them.
start_behind()
{
	BEHIND=$1
	run_kernel "$BEHIND" without-frr kunit > "$OUTPUT.behind" 2>&1 &
	BEHIND_PID=$!
}

# What ran behind, when it is done. It ends with its totals whatever happens.
finish_behind()
{
	while kill -0 "$BEHIND_PID" 2>/dev/null; do
		sleep 0.5
	done
	cat "$OUTPUT.behind"
	! grep -q '^FAIL ' "$OUTPUT.behind"
}

kernel()
{
	if [ "$1" = "$BEHIND" ]; then
		tally "$1" finish_behind
	else
		tally "$1" run_kernel "$@"
	fi
}

main()
{
	local name steps

	read -ra steps <<< "$STEPS"
	[ $# = 0 ] || steps=("$@")
	OUTPUT=$(mktemp)
	: > "$OUTPUT.failures"
	"$HERE/packages.sh" || failed "packages: not all could be installed"
	case " ${steps[*]} " in
	*" stock-"*" debug "*) start_behind debug ;;
	esac
	for name in "${steps[@]}"; do
		case $name in
		generated)  generated ;;
		style)	    tally style "$HERE/style.sh" ;;
		stock-*)    kernel "$name" without-frr ;;
		debug | newest) kernel "$name" without-frr kunit ;;
		frr-*)	    tally "$name" run_kernel "${name#frr-}" frr ;;
		faults)	    tally faults faults ;;
		*)	    failed "no such step: $name (there are: $STEPS newest frr-KERNEL faults)" ;;
		esac
	done
	if [ -s "$OUTPUT.failures" ]; then
		echo "# failures, once more:"
		cat "$OUTPUT.failures"
	fi
	echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
	[ $FAILED = 0 ] && [ $((PASSED + SKIPPED)) -gt 0 ]
}

main "$@"
