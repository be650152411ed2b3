#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What breaks a module only after hours, or on bad luck, in a bounded time ("make
# torture"): every file of selftests/torture/ goes on for its share of the time,
# and then looks at what is left.
#
#   [TIME=MINUTES] torture.sh [PART]...		(default: 30 minutes, all parts)
#
# A part is "NAME" for u_NAME.sh, which runs on this machine, or "KERNEL/NAME" for
# t_NAME.sh, which runs in a VM. The head of a file may say
#	# kernels: FLAVOUR[=N]...	on which a t_ file runs (default: debug), and
#				its weight in the time there (default: 1)
# and it finds its seconds in VXMOB_TORTURE_SECONDS.  Where there are two hours or
# more, one of them is for every test on every kernel, for those in which accesses may
# race on the one that finds races, and for those that must fail without the module: the
# parts all-KERNEL, kcsan and faults, which are steps of check.sh and take as long as
# they take.  Two parts run at a time; the
# last line is "N passed, N failed, N skipped".  Exit status: 0 all passed or were
# skipped, 1 a failure, or nothing ran.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MINUTES=${TIME:-30}
# What a VM takes to boot, to be set up and to be looked at afterwards.
OVERHEAD=120
SECONDS_MIN=10
ALL_TESTS="all-newest all-stock-6.12 all-stock-6.1 kcsan faults"
ALL_MINUTES=60
ALL_FROM=120	# minutes
TIMED=()
WHOLE=()
declare -A SHARE SECS

# shellcheck source=selftests/steps.sh
. "$HERE/steps.sh"

# Prints what the head of a file says of itself, or else what it says by default.
head_says()
{
	local said

	said=$(sed -n "s/^# $2: *//p;20q" "$1")
	echo "${said:-$3}"
}

# Prints the parts, the longest first.
parts()
{
	local file kernel name share

	for file in "$HERE"/torture/[tu]_*.sh; do
		name=$(name_of "$file")
		if [[ $file == */u_* ]]; then
			echo "1 $name"
			continue
		fi
		for kernel in $(head_says "$file" kernels debug); do
			share=1
			[[ $kernel != *=* ]] || share=${kernel#*=}
			echo "$share ${kernel%=*}/$name"
		done
	done | sort -k 1,1nr -k 2
}

name_of()
{
	local name=${1##*/?_}

	echo "${name%.sh}"
}

# Sets the seconds of each part, so that both slots end in time: a part is begun
# where one ends first.
divide()
{
	local slots=(0 0) name end total

	for name; do
		if [ "${slots[0]}" -le "${slots[1]}" ]; then
			slots[0]=$((slots[0] + SHARE[$name]))
		else
			slots[1]=$((slots[1] + SHARE[$name]))
		fi
	done
	end=$((slots[0] > slots[1] ? slots[0] : slots[1]))
	for name; do
		total=$((MINUTES * 60 * SHARE[$name] / end))
		[[ $name != */* ]] || total=$((total - OVERHEAD))
		SECS[$name]=$((total > SECONDS_MIN ? total : SECONDS_MIN))
	done
}

# Runs a part.  What does not come to its end is a failure.
step()
{
	local name=$1

	export VXMOB_TORTURE_SECONDS=${SECS[$name]:-0}
	case $name in
	all-* | kcsan | faults)
		"$HERE/check.sh" "$name" ;;
	*/*)	"$HERE/run.sh" --kernel "${name%%/*}" \
			--timeout $((VXMOB_TORTURE_SECONDS + 1800)) \
			"$HERE/torture/t_${name#*/}.sh" ;;
	*)	"$HERE/run.sh" --here "$HERE/torture/u_$name.sh" ;;
	esac
}

# Sets TIMED to those of the parts named that have a share, and WHOLE to the others.
choose()
{
	local name

	for name; do
		if [ -n "${SHARE[$name]:-}" ]; then
			TIMED+=("$name")
		elif [[ " $ALL_TESTS " == *" $name "* ]]; then
			WHOLE+=("$name")
		else
			echo "torture: no such part: $name (there are: ${!SHARE[*]} $ALL_TESTS)" >&2
			return 1
		fi
	done
}

main()
{
	local share name names=()

	while read -r share name; do
		names+=("$name")
		SHARE[$name]=$share
	done < <(parts)
	if [ $# -gt 0 ]; then
		choose "$@" || return
	elif [ "$MINUTES" -ge $ALL_FROM ]; then
		# shellcheck disable=SC2086 # words are wanted
		choose $ALL_TESTS "${names[@]}"
		MINUTES=$((MINUTES - ALL_MINUTES))
	else
		choose "${names[@]}"
	fi
	"$HERE/packages.sh" build vm || failed "packages: not all could be installed"
	[ ${#TIMED[@]} = 0 ] || divide "${TIMED[@]}"
	for name in "${TIMED[@]}"; do
		echo "# $name: ${SECS[$name]} s of $MINUTES minutes"
	done
	run_all "${WHOLE[@]}" "${TIMED[@]}"
}

main "$@"
