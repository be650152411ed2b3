# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the steps of a long run of tests, two at a time, and adds up what they say:
# what check.sh and torture.sh have in common.  Who sources it has a function
# step(), which runs the step that it is given the name of; the last that a step
# says is "N passed, N failed, N skipped".

AT_ONCE=2
# Steps that run beside those, on what they leave of the processors: an emulated VM
# does not fill one.
BESIDE=" ${BESIDE:-} "
TOTALS='^([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$'
PASSED=0
FAILED=0
SKIPPED=0
OUTPUT=$(mktemp -d)
RUNNER=
touch "$OUTPUT/failures"

# All that was started is in one process group; the VMs end with it.
cleanup()
{
	[ -z "$RUNNER" ] || kill -- -"$RUNNER" 2>/dev/null || true
	rm -rf "$OUTPUT"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

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

# Runs a step with its output in a file; when it is done there is FILE.done, with
# its status and the seconds that it took.
run_step()
{
	local file=$1 start=$SECONDS status=0

	step "$2" >> "$file" 2>&1 < /dev/null || status=$?
	echo "$status $((SECONDS - start))" > "$file.ending"
	mv "$file.ending" "$file.done"
}

is_beside()
{
	[[ $BESIDE == *" $1 "* ]]
}

# Runs one of those that run beside the others.
run_beside()
{
	renice -n 19 "$BASHPID" > /dev/null
	run_step "$@"
}

# Runs the steps, the Nth with its output in the file N. Who has taken a byte out
# of the pipe may run one, and puts the byte back.  Those that run beside come first,
# for they wait for nobody.
run_steps()
{
	local names=("$@") number slots

	exec {slots}<> <(:)
	printf "%${AT_ONCE}s" >&"$slots"
	for number in "${!names[@]}"; do
		is_beside "${names[number]}" || continue
		run_beside "$OUTPUT/$((number + 1))" "${names[number]}" &
	done
	for number in "${!names[@]}"; do
		! is_beside "${names[number]}" || continue
		IFS='' read -rN 1 -u "$slots"
		{
			run_step "$OUTPUT/$((number + 1))" "${names[number]}"
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

# Runs the steps named, and says what they say, in their order; then the failures
# once more, and last the totals.  What is no step may have failed before.
run_all()
{
	local number=0 name

	start_steps "$@"
	for name; do
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
