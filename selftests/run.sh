#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs tests in one VM (see vm.sh) and says what became of each case, because
# a boot costs more than most tests, and because one bad test must not hide the
# others.
#
#   run.sh [--kernel FLAVOUR] [VM OPTION]... [TEST]...
#   run.sh --here TEST...		on this machine, for what needs no VM
#
# TEST is a file (default: all selftests/t_*.sh) or "kunit": the unit tests in
# the kernel, where it has KUnit.  A test file may say in its head
#	# needs: frr		a routing daemon; otherwise Debian's own tools do
#	# needs: referee	what the kernel's own tests call
#	# timeout: SECONDS	if 300 are not enough
#	# needs: kernel option WORD	a VM of its own, see check.sh; elsewhere it is skipped
#	# processors: 2		that much happens at a time in it; see check.sh
# Prints a line a case, how long a file took, and last exactly
# "N passed, N failed, N skipped".
# Exit status: 0 all passed or skipped, 1 a failure, or nothing ran.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(dirname "$HERE")
FLAVOUR=stock-6.1
# Begins the lines by which the inside speaks to the outside.
MARK='#run.sh#'
TEST_LIMIT=300
VM_LIMIT=3600
# As a filter mawk waits for 4 KiB of input, unless it is told not to: then
# nothing would be seen of a test that runs.
BY_LINE=()
[[ $(awk -W version 2>&1 < /dev/null) != mawk* ]] || BY_LINE=(-W interactive)

# --- inside the VM --------------------------------------------------------

# Prints the results of KUnit, as debugfs has them for each suite.
run_kunit()
{
	local suite found=no

	insmod "$VXMOB_TEST_KO" || return
	for suite in /sys/kernel/debug/kunit/*/results; do
		[ -e "$suite" ] || continue
		found=yes
		cat "$suite"
	done
	[ $found = yes ]
}

# The debugging kernel is given three times the time; what goes on for as long as it
# is told to (see torture.sh) has that time besides.
test_limit()
{
	local limit factor=1

	limit=$(sed -n 's/^# timeout: *\([0-9]*\).*/\1/p;20q' "$1")
	[ ! -e /sys/kernel/debug/kmemleak ] || factor=3
	echo $((${limit:-$TEST_LIMIT} * factor + ${VXMOB_TORTURE_SECONDS:-0}))
}

inside()
{
	local test status start

	for test; do
		echo "$MARK begin $test"
		status=0
		start=$SECONDS
		if [ "$test" = kunit ]; then
			run_kunit || status=$?
		else
			timeout -k 10 "$(test_limit "$test")" bash "$test" || status=$?
		fi
		echo "$MARK end $status $((SECONDS - start))"
	done 2>&1
}

# --- outside --------------------------------------------------------------

# Reads KTAP between marks.  A case is a result line that has no results
# nested in it; a file that ends unlike its results say is a failure, and so
# is one that ends early.
read_results()
{
	awk "${BY_LINE[@]}" -v mark="$MARK" -v kernel="$FLAVOUR" -v tests="$*" '
	function base(name) {
		sub(/.*\//, "", name); sub(/\.sh$/, "", name)
		return name
	}
	function result(word, what) {
		printf "%-4s %s %s: %s\n", word, kernel, base(current), what
		count[word]++
		fflush()
	}
	function finish(status,   bad) {
		bad = count["FAIL"] > failed_before
		if (status == 4 && seen == 0 && skip_all != "")
			result("skip", "all # " skip_all)
		else if (status == 124 || status == 137)
			result("FAIL", "time limit reached")
		else if (seen == 0 || seen < planned)
			result("FAIL", "ended early: " seen " of " planned + 0 " cases, status " status)
		else if (status != 0 && status != 4 && !bad)
			result("FAIL", "status " status)
		done[current] = 1
		current = ""
	}
	$1 == mark && $2 == "begin" {
		current = $3; seen = planned = 0; skip_all = ""
		failed_before = count["FAIL"] + 0
		delete nested
		print "# " kernel ": " current
		fflush()
		next
	}
	$1 == mark && $2 == "end" {
		print "# " kernel ": " current ": " $4 " s"
		finish($3)
		next
	}
	current == "" { print; next }
	/^1\.\.[0-9]+/ {
		split($1, plan, /\.\./)
		if (current != "kunit")
			planned = plan[2] + 0
		if (match($0, /# SKIP.*/))
			skip_all = substr($0, RSTART + 2)
		next
	}
	/^ *(not )?ok [0-9]+/ {
		match($0, /^ */); depth = RLENGTH
		parent = 0
		for (d in nested)
			if (d + 0 > depth) {
				if (nested[d])
					parent = 1
				delete nested[d]
			}
		nested[depth] = 1
		line = substr($0, depth + 1)
		word = line ~ /^not/ ? "FAIL" : line ~ /# SKIP/ ? "skip" : "pass"
		if (parent && (word != "FAIL" || count["FAIL"] > failed_before))
			next
		sub(/^(not )?ok [0-9]+ *(- )?/, "", line)
		result(word, line)
		seen++
		next
	}
	/^ *(TAP|KTAP) version/ || /^ *1\.\.[0-9]+/ || /^ *# Subtest:/ { next }
	{ print "  " $0; fflush() }
	END {
		if (current != "")
			result("FAIL", "the VM ended in it")
		n = split(tests, all, " ")
		for (i = 1; i <= n; i++)
			if (!(all[i] in done) && all[i] != current) {
				current = all[i]
				result("FAIL", "not run")
			}
		printf "%d passed, %d failed, %d skipped\n",
			count["pass"], count["FAIL"], count["skip"]
	}'
}

# The VM's own status, for the last line of the results: a complaint of the
# kernel is a failure even if all cases passed.
add_vm_status()
{
	awk "${BY_LINE[@]}" -v kernel="$FLAVOUR" -v file="$1" '
	{ if (NR > 1) print last; last = $0; fflush() }
	END {
		getline status < file
		split(last, n, /[^0-9]+/)
		if (status == 99)
			why = "the kernel complained (above)"
		else if (status == 124)
			why = "the time limit of the VM was reached"
		else if (status != 0)
			why = "the VM failed, status " status
		if (why != "") {
			printf "FAIL %s vm: %s\n", kernel, why
			n[2]++
		}
		printf "%d passed, %d failed, %d skipped\n", n[1], n[2], n[3]
		exit n[2] > 0 || n[1] + n[3] == 0
	}'
}

# Names of tests relative to the repository, which is the VM's folder too.
relative()
{
	local test

	for test; do
		if [ "$test" = kunit ]; then
			echo kunit
		else
			realpath --relative-to="$REPO" "$test"
		fi
	done
}

# What the kernel's own tests are run from: in the VM there is no network.
fetch_referee()
{
	"$HERE/kernels.sh" source 6.12 > /dev/null && "$HERE/kernels.sh" iproute2 > /dev/null
}

run_in_vm()
{
	local status=0

	"$HERE/vm.sh" --kernel "$FLAVOUR" "${VM_OPTIONS[@]}" -- \
		selftests/run.sh --inside "$@" 2>&1 || status=$?
	echo $status > "$STATUS_FILE"
}

run_here()
{
	cd "$REPO" && inside "$@" < /dev/null
	echo $? > "$STATUS_FILE"
}

main()
{
	local tests=() groups="build vm" how=run_in_vm group

	if [ "${1:-}" = --inside ]; then
		shift
		inside "$@"
		return
	fi
	VM_OPTIONS=(--timeout "$VM_LIMIT")
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel)			FLAVOUR=$2; shift ;;
		--here)				FLAVOUR=here; how=run_here ;;
		--smp | --memory | --timeout | --option) VM_OPTIONS+=("$1" "$2"); shift ;;
		--icount)			VM_OPTIONS+=("$1") ;;
		-*) sed -n 's/^#   run.sh/usage: run.sh/p' "$0" >&2; return 1 ;;
		*)				tests+=("$1") ;;
		esac
		shift
	done
	[ ${#tests[@]} -gt 0 ] || tests=("$HERE"/t_*.sh)
	mapfile -t tests < <(relative "${tests[@]}")
	for group in frr referee; do
		! (cd "$REPO" && grep -lqs "^# needs:.*$group" "${tests[@]}") ||
			groups+=" $group"
	done
	# shellcheck disable=SC2086 # words are wanted
	"$HERE/packages.sh" $groups || return
	[[ $groups != *referee* ]] || fetch_referee || return
	STATUS_FILE=$(mktemp)
	trap 'rm -f "$STATUS_FILE"' EXIT
	$how "${tests[@]}" | read_results "${tests[@]}" | add_vm_status "$STATUS_FILE"
}

main "$@"
