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
#			kernel has KUnit, and the tests that need no routing daemon
#	frr-KERNEL	the tests that do; files say on which kernel they are not run
#	faults		those of what users complain of, without the module: there
#			each must fail, or it would show nothing where it passes
#
# By default all but newest.  Two steps run at a time; what they say comes in the
# order of the steps: a line a case, the failures once more at the end, and last
# exactly "N passed, N failed, N skipped".  Exit status: 0 all passed or were
# skipped, 1 a failure, or nothing ran.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The longest are not the last.
STEPS="generated style stock-6.1 debug frr-debug stock-6.12 "
STEPS+="frr-stock-6.1 frr-stock-6.12 faults"
# An emulated VM does not fill two processors.
AT_ONCE=2
TOTALS='^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$'
PASSED=0
FAILED=0
SKIPPED=0
OUTPUT=
RUNNER=

# All that was started is in one process group; the VMs end with it.
cleanup()
{
	[ -z "$RUNNER" ] || kill -- -"$RUNNER" 2>/dev/null || true
	[ -z "$OUTPUT" ] || rm -rf "$OUTPUT"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# --- the steps --------------------------------------------------------------

# What either succeeds or does not, in the form of a step.
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

	single "generated: up to date" "$script" --check
}

# The test files that need a routing daemon, or those that do not, for a kernel:
# what concerns the tool alone, or waits for daemons for long, is not on all.
test_files()
{
	local which=$1 flavour=$2 file head needs

	for file in "$HERE"/t_*.sh; do
		head=$(head -n 20 "$file")
		needs=without-frr
		! grep -q '^# needs:.*frr' <<< "$head" || needs=frr
		! grep -q "^# not on:.*\\<$flavour\\>" <<< "$head" || continue
		[ $needs != "$which" ] || echo "$file"
	done
}

# Runs tests on a kernel: KUnit first where asked for, then the test files.
run_kernel()
{
	local flavour=$1 which=$2 tests

	shift 2
	mapfile -t tests < <(test_files "$which" "$flavour")
	"$HERE/run.sh" --kernel "$flavour" "$@" "${tests[@]}"
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
	stock-*)	run_kernel "$1" without-frr ;;
	debug | newest) run_kernel "$1" without-frr kunit ;;
	frr-*)		VXMOB_KEEP_FABRIC=1 run_kernel "${1#frr-}" frr ;;
	faults)		faults ;;
	*)		single "no such step: $1 (there are: $STEPS newest)" false ;;
	esac
}

# --- all of them ------------------------------------------------------------

# Runs a step with its output in a file; when it is done there is FILE.done, with
# its status and the seconds that it took.
run_step()
{
	local file=$1 start=$SECONDS status=0

	step "$2" >> "$file" 2>&1 < /dev/null || status=$?
	echo "$status $((SECONDS - start))" > "$file.ending"
	mv "$file.ending" "$file.done"
}

# Runs the steps, the Nth with its output in the file N. Who has taken a byte out
# of the pipe may run one, and puts the byte back.
run_steps()
{
	local name slots number=0

	exec {slots}<> <(:)
	printf "%${AT_ONCE}s" >&"$slots"
	for name; do
		number=$((number + 1))
		IFS='' read -rN 1 -u "$slots"
		{
			run_step "$OUTPUT/$number" "$name"
			printf ' ' >&"$slots"
		} &
	done
	wait
}

# Starts that in a process group of its own, and only that.
start_steps()
{
	set -m
	{ set +m; run_steps "$@"; } &
	RUNNER=$!
	set +m
}

# Prints what a step says, from its beginning to its end, as it comes.  There is no
# end to wait for if who runs the steps was killed.
follow()
{
	local out

	exec {out}< "$1"
	until [ -e "$1.done" ] || ! kill -0 "$RUNNER" 2>/dev/null; do
		cat <&"$out"
		sleep 0.5
	done
	cat <&"$out"
}

# Shows a step's output but for its last line, and adds to the totals.
tally()
{
	local name=$1 file=$2 status=none seconds=0

	touch "$file"
	# A signal is heeded while the shell waits, and not while it runs something.
	follow "$file" | grep --line-buffered -vE "$TOTALS" &
	wait $!
	[ ! -e "$file.done" ] || read -r status seconds < "$file.done"
	grep '^FAIL ' "$file" >> "$OUTPUT/failures"
	if [[ $(tail -n 1 "$file") =~ $TOTALS ]]; then
		PASSED=$((PASSED + BASH_REMATCH[1]))
		FAILED=$((FAILED + BASH_REMATCH[2]))
		SKIPPED=$((SKIPPED + BASH_REMATCH[3]))
		[ "$status" = 0 ] || [ "${BASH_REMATCH[2]}" -gt 0 ] ||
			failed "$name: status $status"
	else
		failed "$name: did not come to its end, status $status"
	fi
	echo "# $name: $seconds s"
}

failed()
{
	echo "FAIL $*" | tee -a "$OUTPUT/failures"
	FAILED=$((FAILED + 1))
}

main()
{
	local number=0 name steps

	read -ra steps <<< "$STEPS"
	[ $# = 0 ] || steps=("$@")
	OUTPUT=$(mktemp -d)
	touch "$OUTPUT/failures"
	"$HERE/packages.sh" || failed "packages: not all could be installed"
	start_steps "${steps[@]}"
	for name in "${steps[@]}"; do
		number=$((number + 1))
		tally "$name" "$OUTPUT/$number"
	done
	RUNNER=
	if [ -s "$OUTPUT/failures" ]; then
		echo "# failures, once more:"
		cat "$OUTPUT/failures"
	fi
	echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
	[ $FAILED = 0 ] && [ $((PASSED + SKIPPED)) -gt 0 ]
}

main "$@"
