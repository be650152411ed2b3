#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the program that emulates the test machines.  Where there is no KVM,
# QEMU 7.2 with several emulated processors now and then goes on with the old
# translation of code that the kernel has just patched (static branches,
# breakpoints): the VM then hangs or panics, for no fault of what is tested.  So
# where the machine's own is older than 10, a newer one from the distribution's
# backports is unpacked in the cache; it runs with the libraries of the older.

set -eu -o pipefail
PATH=$PATH:/usr/sbin:/sbin

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/vxmob
PROGRAM=qemu-system-x86_64
MINIMUM=10
REFRESH=no
SCRATCH=

say()
{
	echo "qemu: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

cleanup()
{
	[ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# shellcheck source=selftests/suites.sh
. "$HERE/suites.sh"

recent()
{
	[[ $("$1" --version 2>/dev/null) =~ version\ ([0-9]+) ]] &&
		[ "${BASH_REMATCH[1]}" -ge $MINIMUM ]
}

# What it loads besides libraries lies in the cache too, or where Debian has it.
write_program()
{
	cat > "$1/$PROGRAM" <<-END
		#!/bin/sh
		exec "$1/usr/bin/$PROGRAM" -L "$1/usr/share/qemu" -L /usr/share/seabios "\$@"
	END
	chmod 755 "$1/$PROGRAM"
}

# Fails where the mirror has none, or none that runs here.
unpack()
{
	local dir=$1 deb

	SUITE=$(codename)-backports
	update_suite "$SUITE"
	use_suite "$SUITE"
	SCRATCH=$(mktemp -d "$CACHE/scratch.XXXXXX")
	(cd "$SCRATCH" && download qemu-system-x86 qemu-system-data) || return
	rm -rf "$dir"
	mkdir -p "$dir"
	for deb in "$SCRATCH"/*.deb; do
		dpkg-deb -x "$deb" "$dir" || return
	done
	rm -rf "$SCRATCH"
	write_program "$dir"
	recent "$dir/$PROGRAM"
}

main()
{
	local own dir=$CACHE/qemu

	own=$(command -v $PROGRAM) || die "no $PROGRAM on this machine"
	if ! recent "$own"; then
		mkdir -p "$CACHE"
		exec 9> "$CACHE/qemu.lock"
		flock 9
		if [ ! -e "$dir/tried" ]; then
			say "$PROGRAM of this machine is older than $MINIMUM: looking for a newer one"
			(unpack "$dir") || { say "none that runs; the machine's own is used" && rm -rf "$dir"; }
			mkdir -p "$dir"
			: > "$dir/tried"
		fi
		[ ! -e "$dir/$PROGRAM" ] || own=$dir/$PROGRAM
	fi
	echo "$own"
}

main "$@"
