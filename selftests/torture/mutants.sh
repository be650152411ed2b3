# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whether a check would notice an error: it is made to look at copies of the
# module's files in which one line is wrong.

# Builds a program with the module's files in a folder, into another.
#	build PROGRAM KMOD OUT
build()
{
	local log=$SCRATCH/make.log

	make -C "$HERE" KMOD="$2" OUT="$3" "$3/$1" > "$log" 2>&1 ||
	{ cat "$log"; return 1; }
}

# Makes a copy of the module's pure files in which a sed expression has changed
# exactly one line of one of them.
#	mutant FOLDER FILE EXPRESSION
mutant()
{
	local dir=$1 file=$2 expression=$3 changed

	rm -rf "$dir"
	mkdir -p "$dir" || return
	cp "$KMOD"/{rules,packet,frame}.c "$KMOD"/{rules,claim,packet,frame}.h "$dir" || return
	# What is not changed need not be built again.
	cp "$HERE"/kmod-*.o "$dir" || return
	sed -i "$expression" "$dir/$file" || return
	changed=$(diff "$KMOD/$file" "$dir/$file" | grep -c '^>') || true
	[ "$changed" = 1 ] || {
		echo "'$expression' changes $changed lines of $file, not one"
		return 1
	}
}

# Each mutant of those on standard input, a line each "FILE EXPRESSION", must be
# noticed by a command that is given the folder; as many as there is time for.
mutants_noticed()
{
	local file expression status n=0

	while read -r file expression; do
		[ "$(seconds_left)" -gt 0 ] || break
		mutant "$SCRATCH/mutant" "$file" "$expression" || return
		status=0
		"$@" "$SCRATCH/mutant" > "$SCRATCH/mutant/log" 2>&1 \
			< /dev/null || status=$?
		if [ $status != 1 ]; then
			echo "status $status with $file: $expression"
			tail -n 5 "$SCRATCH/mutant/log"
			return 1
		fi
		echo "noticed $((n += 1)): $file $expression: $(what_was_said)"
	done
	echo "$n noticed"
}

what_was_said()
{
	grep -m 1 -E '^(does not hold|not |known, but|found, but|.*(ERROR|error|property))' \
		"$SCRATCH/mutant/log" || tail -n 1 "$SCRATCH/mutant/log"
}

seconds_left()
{
	local left=$((END - SECONDS))

	echo $((left > 0 ? left : 0))
}

need_time()
{
	[ "$(seconds_left)" -gt 0 ] || skip "no time left"
}
