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
#	races-KERNEL	of a kernel's tests those that say in their head that they want two
#			processors, which they have
#	rest-KERNEL	unit tests and the other tests, on one processor
#	no-ipv6		those that want a kernel without IPv6
#	faults		those of what users complain of, without the module: there
#			each must fail, or it would show nothing where it passes
#
#	all-KERNEL	all tests that there are, whatever the files say, but for those of
#			no-ipv6, and of each all cases
#
# By default generated, style, stock-6.1, stock-6.12, rest-debug, races-debug and no-ipv6. The
# debugging kernel is 6.12, too: of what runs there, and on 6.1, not all is run on
# stock-6.12 once more. What is left out, all-KERNEL and faults are for make torture.
# Two steps run at a time, and "style" beside them; what they say comes in the order of
# the steps: a line a case, the failures once more at the end, and last exactly "N
# passed, N failed, N skipped".  Exit status: 0 all passed or were skipped, 1 a failure,
# or nothing ran.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The longer, the earlier: then both slots end at about the same time.
STEPS="generated rest-debug stock-6.12 stock-6.1 races-debug no-ipv6 style"
BESIDE=style

# shellcheck source=selftests/steps.sh
. "$HERE/steps.sh"

generated()
{
	local script=$HERE/../Documentation/netlink/regen.sh

	single "generated: up to date" "$script" --check
}

# Does the head of a test file say that?
says()
{
	head -n 20 "$1" | grep -q "^# $2"
}

# Is a test file in a group, on a kernel?  What concerns the tool alone, or waits for
# daemons for long, is not on all kernels.
is_in()
{
	local file=$1 group=$2 flavour=$3

	! says "$file" "needs: kernel option" || return
	[ "$group" != all ] || return 0
	! says "$file" "not on:.*\\<$flavour\\>" || return
	[ "$flavour" != kcsan ] || says "$file" "also on:.*kcsan" || return
	case $group in
	frr)	says "$file" "needs:.*frr" ;;
	races)	says "$file" "processors: 2" ;;
	rest)	! says "$file" "processors: 2" ;;
	esac
}

# The test files of a group: "all" that there are, "any" that are for a kernel, or of
# those "frr", "races" or "rest", see above.  Those that need a routing daemon come last,
# for they leave their fabric to one another.
test_files()
{
	local file last=()

	for file in "$HERE"/t_*.sh; do
		is_in "$file" "$@" || continue
		if says "$file" "needs:.*frr"; then
			last+=("$file")
		else
			echo "$file"
		fi
	done
	[ ${#last[@]} = 0 ] || printf '%s\n' "${last[@]}"
}

# Runs tests on a kernel: KUnit first where asked for, then the test files.  Where
# several emulated machines share two processors, one with two is three times as slow
# as one with one: each of its processors waits for the other, which does not run.  So
# only what looks for races has two.
run_kernel()
{
	local group=$1 flavour=$2 tests

	mapfile -t tests < <(test_files "$group" "$flavour")
	[ ${#tests[@]} -gt 0 ] || { single "$group-$flavour: no such tests" false; return; }
	case $flavour:$group in
	*:rest | stock-*:any | stock-*:frr) set -- --smp 1 "${@:3}" ;;
	*) shift 2 ;;
	esac
	VXMOB_KEEP_FABRIC=1 "$HERE/run.sh" --kernel "$flavour" "$@" "${tests[@]}"
}

# The tests that want a kernel without IPv6
no_ipv6()
{
	"$HERE/run.sh" --kernel stock-6.1 --smp 1 --option ipv6.disable=1 "$HERE/t_no_ipv6.sh"
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
	stock-*)	run_kernel any "$1" ;;
	debug | kcsan | newest) run_kernel any "$1" kunit ;;
	frr-* | races-*) run_kernel "${1%%-*}" "${1#*-}" ;;
	rest-stock-*)	run_kernel rest "${1#*-}" ;;
	rest-*)		run_kernel rest "${1#*-}" kunit ;;
	no-ipv6)	no_ipv6 ;;
	faults)		faults ;;
	all-stock-*)	VXMOB_ALL=1 run_kernel all "${1#all-}" ;;
	all-*)		VXMOB_ALL=1 run_kernel all "${1#all-}" kunit ;;
	*)		single "no such step: $1 (there are: $STEPS debug newest kcsan frr-KERNEL races-KERNEL rest-KERNEL all-KERNEL)" false ;;
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
