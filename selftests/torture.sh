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
#	# kernels: FLAVOUR...	on which a t_ file runs (default: debug)
#	# share: N		its weight in the time (default: 1)
# and it finds its seconds in VXMOB_TORTURE_SECONDS.  Two parts run at a time; the
# last line is "N passed, N failed, N skipped".  Exit status: 0 all passed or were
# skipped, 1 a failure, or nothing ran.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
MINUTES=${TIME:-30}
# What a VM takes to boot, to be set up and to be looked at afterwards.
OVERHEAD=120
SECONDS_MIN=10
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
	local file flavour name share

	for file in "$HERE"/torture/[tu]_*.sh; do
		name=$(name_of "$file")
		share=$(head_says "$file" share 1)
		if [[ $file == */u_* ]]; then
			echo "$share $name"
			continue
		fi
		for flavour in $(head_says "$file" kernels debug); do
			echo "$share $flavour/$name"
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
	*/*)	"$HERE/run.sh" --kernel "${name%%/*}" \
			--timeout $((VXMOB_TORTURE_SECONDS + 1800)) \
			"$HERE/torture/t_${name#*/}.sh" ;;
	*)	"$HERE/run.sh" --here "$HERE/torture/u_$name.sh" ;;
	esac
}

main()
{
	local share name names=()

	while read -r share name; do
		names+=("$name")
		SHARE[$name]=$share
	done < <(parts)
	[ $# = 0 ] || names=("$@")
	for name in "${names[@]}"; do
		[ -n "${SHARE[$name]:-}" ] || {
			echo "torture: no such part: $name (there are: ${!SHARE[*]})" >&2
			return 1
		}
	done
	"$HERE/packages.sh" build vm || failed "packages: not all could be installed"
	divide "${names[@]}"
	for name in "${names[@]}"; do
		echo "# $name: ${SECS[$name]} s of $MINUTES minutes"
	done
	run_all "${names[@]}"
}

main "$@"
