#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Measures what the module promises, beside the kernel's own way or a routing daemon's
# in the same run, and says of each figure that has a bar whether it is met.
#
#   bench.sh [FIGURE]...	all, or some of: retarget datapath rtnl acquisitions
#				growth convergence storm
#   bench.sh --plot FILE	draws what such a run has left in FILE again
#   bench.sh --rst FILE		prints it as tables for the documentation
#
# Each figure is a script of its own (selftests/bench/), run in a VM of its own,
# that says in its head
#	# bench: instructions	one CPU, whose clock counts instructions: repeats
#				within 1 %, whatever else the machine does
#	# bench: time		two CPUs and real time: wants an idle machine
#	# memory: MIB; # timeout: SECONDS; # needs: frr
#
# Prints a table.  The same goes as JSON into a file whose name is printed; OUT sets
# it.  PLOTS=FOLDER draws the figures that grow and converge there (SVG).
# Exit status: 0 if all could be measured, whether a bar is met or not.
#
# Environment: VXMOB_BENCH_KERNEL (default stock-6.12); VXMOB_BENCH_* of the parts.

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(dirname "$HERE")
FIGURES="retarget datapath rtnl acquisitions growth convergence storm"
KERNEL=${VXMOB_BENCH_KERNEL:-stock-6.12}
DIR=${XDG_CACHE_HOME:-$HOME/.cache}/vxmob/bench
TIMEOUT=1800	# s
MARK='#bench#'

say()
{
	echo "bench: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# What a figure says in its head of KEY.
head_of()
{
	sed -n "s/^# $2: *\(.*\)/\1/p;20q" "$HERE/bench/$1.sh"
}

vm_options()
{
	local figure=$1 memory timeout

	memory=$(head_of "$figure" memory)
	timeout=$(head_of "$figure" timeout)
	echo "--kernel $KERNEL --timeout ${timeout:-$TIMEOUT}"
	[ -z "$memory" ] || echo "--memory $memory"
	[ "$(head_of "$figure" bench)" != instructions ] || echo "--icount"
}

# Runs a figure; its results go to a file, a JSON object a line.
run_figure()
{
	local figure=$1 status=0

	say "$figure"
	# shellcheck disable=SC2046 # words are wanted
	"$HERE/vm.sh" $(vm_options "$figure") -- "selftests/bench/$figure.sh" \
		> "$WORK/out" || status=$?
	sed -n "s/^$MARK //p" "$WORK/out" > "$WORK/$figure"
	grep -v "^$MARK" "$WORK/out" >&2
	[ -s "$WORK/$figure" ] || status=1
	return $status
}

# Adds a figure's results to the file of all.
add_figure()
{
	jq -s --arg figure "$1" --argjson measured "$2" '{
		figure: $figure,
		measured: $measured,
		results: map(select(.what)),
		points: map(select(.series))
	}' "$WORK/$1" >> "$WORK/figures"
}

write_json()
{
	jq -s --arg date "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --arg kernel "$KERNEL" \
		--arg commit "$(git -C "$REPO" describe --always --dirty 2>/dev/null)" \
		--arg cpu "$(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo)" '{
		date: $date, kernel: $kernel, commit: $commit, cpu: $cpu, figures: .
	}' "$WORK/figures" > "$OUT"
}

# Prints a line a result: figure, what, value, unit, bar, verdict, between tabs.
list_results()
{
	jq -r '.figures[] | .figure as $f | .results[] |
		[$f, .what, .value, .unit, .bar // "",
		 if has("met") then (if .met then "met" else "MISSED" end) else "" end] |
		@tsv' "$1"
}

print_table()
{
	list_results "$1" | awk -F '\t' '
	$1 != figure { figure = $1; printf "%s%s\n", (NR > 1 ? "\n" : ""), figure }
	{ printf "  %-66s %12s %-13s %-15s %s\n", $2, $3, $4, $5, $6 }'
}

# The same as tables of reStructuredText
print_rst()
{
	jq -r '"Kernel \(.kernel), \(.date), commit \(.commit), \(.cpu)."' "$1"
	list_results "$1" | awk -F '\t' '
	function rule() {
		print "==================================================================  ===========  =============  =============  ======"
	}
	$1 != figure {
		if (figure != "")
			rule()
		figure = $1
		printf "\n%s::\n\n\tselftests/bench.sh %s\n\n", toupper(substr(figure, 1, 1)) substr(figure, 2), figure
		rule()
		printf "%-66s  %-11s  %-13s  %-13s  %s\n", "what", "value", "unit", "bar", "met"
		rule()
	}
	{ printf "%-66s  %-11s  %-13s  %-13s  %s\n", $2, $3, $4, $5, $6 }
	END { rule() }' | sed 's/ *$//'
}

plot()
{
	python3 "$HERE/bench/plot.py" "$1" "$2"
}

main()
{
	local figure failed=()

	if [ "${1:-}" = --plot ]; then
		plot "${2:?}" "${PLOTS:-.}"
		return
	fi
	if [ "${1:-}" = --rst ]; then
		print_rst "${2:?}"
		return
	fi
	# shellcheck disable=SC2086 # words are wanted
	[ $# -gt 0 ] || set -- $FIGURES
	for figure; do
		[ -e "$HERE/bench/$figure.sh" ] || die "no such figure: $figure (there are: $FIGURES)"
	done
	"$HERE/packages.sh" build vm frr || die "packages are missing"
	make -s -C "$HERE" all || die "the programs do not build"
	mkdir -p "$DIR"
	OUT=${OUT:-$DIR/$(date +%Y%m%d-%H%M%S).json}
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
	for figure; do
		if run_figure "$figure"; then
			add_figure "$figure" true
		else
			failed+=("$figure")
			add_figure "$figure" false
		fi
	done
	write_json || die "no results"
	print_table "$OUT"
	echo
	echo "results: $OUT"
	[ -z "${PLOTS:-}" ] || plot "$OUT" "$PLOTS"
	[ ${#failed[@]} = 0 ] || die "could not be measured: ${failed[*]}"
}

main "$@"
