# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How a part of bench.sh that runs in the VM tells what it has measured: a line each,
# which bench.sh picks out and puts into its table.
#
#	result WHAT VALUE UNIT		measured; no bar
#	bar WHAT VALUE UNIT LIMIT	must be at most LIMIT
#	bar_least WHAT VALUE UNIT LIMIT	must be at least LIMIT
#	point SERIES X Y		a point of a plot

# shellcheck disable=SC2034 # for the caller
BENCH_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BENCH_MARK='#bench#'

say()
{
	echo "bench: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

is_number()
{
	[[ $1 =~ ^-?[0-9]+(\.[0-9]+)?$ ]] || die "no number: '$1'"
}

tell()
{
	echo "$BENCH_MARK {$*}"
}

result()
{
	is_number "$2"
	tell "\"what\":\"$1\",\"value\":$2,\"unit\":\"$3\""
}

bar()
{
	bar_of "$1" "$2" "$3" "at most" "$4" '<='
}

bar_least()
{
	bar_of "$1" "$2" "$3" "at least" "$4" '>='
}

bar_of()
{
	local met=false

	is_number "$2"
	! awk "BEGIN { exit !($2 $6 $5) }" || met=true
	tell "\"what\":\"$1\",\"value\":$2,\"unit\":\"$3\",\"bar\":\"$4 $5\",\"met\":$met"
}

point()
{
	is_number "$2"
	is_number "$3"
	tell "\"series\":\"$1\",\"x\":$2,\"y\":$3"
}

# Prints A/B with three decimals.
ratio()
{
	awk -v a="$1" -v b="$2" 'BEGIN { if (!b) exit 1; printf "%.3f\n", a / b }'
}
