# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What every test needs, so that a test file holds nothing but its cases: KTAP
# on standard output, checks that say what they expected, waits for a condition
# instead of sleeps, and a clean-up that happens whatever goes wrong.
#
#	. "$(dirname "$0")/lib.sh"
#	ALL_TESTS="roam withdraw"
#
#	setup()			# optional: once, before all cases
#	{
#		setup_ns HOST PEER
#	}
#
#	roam()			# one case
#	{
#		check "the entry moves" busywait 2000 entry_is 10.0.0.2
#	}
#
#	run_tests
#
# A case fails when one of its checks fails; it goes on, unless it says
# "check ... || return".  It fails as well when any other command does whose
# status nobody looks at: a set-up that went wrong must not pass.  Each case is a subshell: what it defers (defer CMD) is
# undone, last first, when it ends; what setup defers, when the file ends.
# Exit status: 0 passed, 1 failed, 4 skipped.

KSFT_PASS=0
KSFT_FAIL=1
KSFT_SKIP=4

DEFERRED=()
CASE_STATUS=$KSFT_PASS
CASE_REASON=
CHECK_LOG=
# Something to read from that never says anything: a sleep without a process.
exec {NEVER_FD}<> <(:)
# By which a case says how it ended.
exec {RESULT_FD}<> <(:)

# --- KTAP -----------------------------------------------------------------

ktap_header()
{
	echo "TAP version 13"
}

ktap_plan()
{
	KTAP_NUMBER=0
	echo "1..$1"
}

ktap_pass()
{
	echo "ok $((KTAP_NUMBER += 1)) $1"
}

ktap_fail()
{
	echo "not ok $((KTAP_NUMBER += 1)) $1"
}

ktap_skip()
{
	echo "ok $((KTAP_NUMBER += 1)) $1 # SKIP ${2:-}"
}

# A line of commentary, or what comes on standard input.
ktap_print()
{
	if [ $# -gt 0 ]; then
		printf '# %s\n' "$*"
	else
		sed '/^$/d; s/^/# /'
	fi
}

# --- clean-up -------------------------------------------------------------

# Has a command run when the case (or, in setup, the file) ends.
defer()
{
	DEFERRED+=("$(printf '%q ' "$@")")
}

# Runs what was deferred, last first; what fails there has its reasons.
run_deferred()
{
	local i

	for ((i = ${#DEFERRED[@]} - 1; i >= 0; i--)); do
		eval "${DEFERRED[i]}" > /dev/null 2>&1 || true
	done
	DEFERRED=()
}

# --- requirements ---------------------------------------------------------

# Whether the kernel has all debugging aids, and so takes many times as long
slow_kernel()
{
	[ -e /sys/kernel/debug/kmemleak ]
}

# Whether cases are to be left out there that are much like others (VXMOB_ALL=1: none)
brief()
{
	slow_kernel && [ "${VXMOB_ALL:-0}" != 1 ]
}

# Ends the whole file: nothing of it can run here.
skip_all()
{
	ktap_header
	echo "1..0 # SKIP $*"
	exit $KSFT_SKIP
}

require_command()
{
	local name

	for name; do
		command -v "$name" > /dev/null || skip_all "no $name here"
	done
}

require_root()
{
	[ "$(id -u)" = 0 ] || skip_all "needs root"
}

require_module()
{
	[ -e /sys/module/vxmob ] || skip_all "vxmob is not loaded"
}

# --- in a case ------------------------------------------------------------

# Fails the case, saying why; goes on.
fail()
{
	CASE_STATUS=$KSFT_FAIL
	ktap_print "FAIL: $*"
	return 1
}

# Ends the case: it cannot be judged here.
skip()
{
	CASE_REASON=$*
	CASE_STATUS=$KSFT_SKIP
	exit
}

# Runs a command; its output is shown only when it fails.
run_logged()
{
	CHECK_LOG=$("$@" 2>&1)
}

# Called for a command whose failure nobody looked at.
unnoticed()
{
	if [ "$BASHPID" != "$CASE_PID" ] || [ "$CASE_STATUS" != $KSFT_PASS ]; then
		return 0
	fi
	fail "line $2: '$3' gave status $1" || true
}

# The command must succeed.
check()
{
	local what=$1

	shift
	run_logged "$@" && return 0
	fail "$what: $*" || ktap_print <<< "$CHECK_LOG"
	return 1
}

# The command must fail (a status above 125 is no refusal but a breakdown).
check_fails()
{
	local what=$1 status=0

	shift
	run_logged "$@" || status=$?
	[ $status -eq 0 ] || [ $status -gt 125 ] || return 0
	fail "$what: $* gave status $status" || ktap_print <<< "$CHECK_LOG"
	return 1
}

# The command must refuse, and say so in words that match a pattern.
check_refusal()
{
	local what=$1 pattern=$2

	shift 2
	check_fails "$what" "$@" || return 1
	[[ $CHECK_LOG =~ $pattern ]] && return 0
	fail "$what: expected a message like '$pattern', got:" ||
	ktap_print <<< "$CHECK_LOG"
	return 1
}

check_equal()
{
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# What a command says in JSON, put through a jq filter, must be a text.
#	check_json WHAT FILTER EXPECTED COMMAND...
check_json()
{
	local what=$1 filter=$2 expected=$3 got

	shift 3
	got=$(json "$filter" "$@" 2>&1) || true
	[ "$got" = "$expected" ] && return 0
	fail "$what: expected '$expected', got '$got' from $*"
}

# Prints what a jq filter makes of a command's JSON.
json()
{
	local filter=$1 text

	shift
	text=$("$@") && jq -r "$filter" <<< "$text"
}

# Is what a jq filter makes of a command's JSON true?
json_true()
{
	local filter=$1 text

	shift
	text=$("$@") && jq -e "$filter" <<< "$text" > /dev/null
}

now_ms()
{
	local now=${EPOCHREALTIME/[.,]/}

	echo $((now / 1000))
}

# Sleeps for a part of a second without starting a process.
doze()
{
	read -rt "$1" -u "$NEVER_FD" || true
}

# Repeats a command until it succeeds, at most for so many milliseconds; prints
# what it said last and returns its status.
busywait()
{
	local end=$(($(now_ms) + $1)) output status

	shift
	while :; do
		status=0
		output=$("$@" 2>&1) || status=$?
		if [ $status -eq 0 ] || [ "$(now_ms)" -ge $end ]; then
			break
		fi
		doze 0.02
	done
	[ -z "$output" ] || printf '%s\n' "$output"
	return $status
}

# --- network namespaces ---------------------------------------------------

# Makes a namespace for each name given, puts its unique name into the variable
# of that name, and removes it in the end.
setup_ns()
{
	local var

	for var; do
		NS_NUMBER=$((${NS_NUMBER:-0} + 1))
		printf -v "$var" '%s-%s-%s' "${var,,}" "$BASHPID" "$NS_NUMBER"
		ip netns add "${!var}" || return
		defer ip netns del "${!var}"
		ip -n "${!var}" link set lo up
	done
}

# Runs a command in a namespace.
nsexec()
{
	ip netns exec "$@"
}

# --- the runner -----------------------------------------------------------

# Runs one case in a subshell, prints its line, and sets CASE_STATUS.  Nothing
# here may be part of a condition: bash would not call the ERR trap then.
run_case()
{
	local name=$1

	(
		DEFERRED=()
		trap 'status=$?; run_deferred; case_ends $status >&$RESULT_FD' EXIT
		trap 'exit 1' INT TERM HUP
		CASE_PID=$BASHPID
		set -E
		trap 'unnoticed $? $LINENO "$BASH_COMMAND"' ERR
		"$name"
		true
	) < /dev/null
	# who was killed has said nothing; all else is there, but this shell may be slow
	# to read it, and is to read all of it
	read -rt 10 -u "$RESULT_FD" CASE_STATUS CASE_REASON || CASE_STATUS=$KSFT_FAIL
	case $CASE_STATUS in
	"$KSFT_PASS") ktap_pass "$name" ;;
	"$KSFT_SKIP") ktap_skip "$name" "$CASE_REASON" ;;
	*)	      ktap_fail "$name" ;;
	esac
}

# A case that exits with a status of its own has failed, unless by skip.
case_ends()
{
	if [ "$CASE_STATUS" = "$KSFT_PASS" ] && [ "$1" != 0 ]; then
		CASE_STATUS=$KSFT_FAIL
	fi
	echo "$CASE_STATUS $CASE_REASON"
}

# Runs the cases named, or those in ALL_TESTS, and ends the file.
run_tests()
{
	local name result=$KSFT_SKIP

	set +e
	# shellcheck disable=SC2086 # words are wanted
	[ $# -gt 0 ] || set -- ${ALL_TESTS:?}
	trap run_deferred EXIT
	trap 'exit 1' INT TERM HUP
	ktap_header
	ktap_plan $#
	if [ "$(type -t setup)" = function ] && ! setup; then
		ktap_print "setup failed"
		for name; do
			ktap_fail "$name"
		done
		exit $KSFT_FAIL
	fi
	for name; do
		CASE_STATUS=$KSFT_PASS
		run_case "$name"
		case $CASE_STATUS in
		"$KSFT_PASS") [ $result = $KSFT_FAIL ] || result=$KSFT_PASS ;;
		"$KSFT_SKIP") ;;
		*)	      result=$KSFT_FAIL ;;
		esac
	done
	exit $result
}
