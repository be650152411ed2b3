#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds the module for one of the test kernels outside the repository: each
# kernel has a folder of its own in the cache, so that modules of several
# kernels never meet, and a second build does only what has changed.
#
#   build.sh FLAVOUR [MAKE ARGUMENT]...
#
# Prints the folder that holds vxmob.ko (and vxmob-test.ko, where the kernel has
# KUnit).  The compiler's warnings in the project's files, the further ones included,
# go to standard error, in every build until there are none, and so does the end of
# the log when the build fails.

set -eu -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(dirname "$HERE")
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/vxmob

die()
{
	echo "build: $*" >&2
	exit 1
}

sources()
{
	(cd "$REPO" && find Kbuild Makefile kmod uapi -type f \
		! -name '*.o' ! -name '*.ko' ! -name '*.mod' ! -name '*.mod.c' \
		! -name '.*' ! -name '*.order' ! -name '*.symvers' | LC_ALL=C sort)
}

# Brings the copy of the sources up to date; make decides by times, so only
# what differs is written.
copy_sources()
{
	local dir=$1 file

	sources > "$dir/.sources.new"
	[ ! -e "$dir/.sources" ] ||
	LC_ALL=C comm -23 "$dir/.sources" "$dir/.sources.new" | while read -r file; do
		rm -f "$dir/$file"
	done
	while read -r file; do
		cmp -s "$REPO/$file" "$dir/$file" && continue
		mkdir -p "$(dirname "$dir/$file")"
		cp "$REPO/$file" "$dir/$file"
	done < "$dir/.sources.new"
	mv "$dir/.sources.new" "$dir/.sources"
}

# The project's own lines of a log that are warnings or errors, with what the
# compiler says below them.
warnings()
{
	grep -E -A 4 '(kmod|uapi)/[^ :]*:[0-9]+(:[0-9]+)?: (warning|error)' "$1"
}

# Says them.  What was compiled is not compiled again, and nobody would be warned: so
# where there are any, it is.
warn()
{
	! warnings "$1/log" >&2 || find "$1" -name '*.o' -delete
}

# Sets KDIR and VERSION.
find_kernel()
{
	local info key value

	info=$("$HERE/kernels.sh" get "$1") || die "no kernel $1"
	while IFS='=' read -r key value; do
		case $key in
		KDIR | VERSION) declare -g "$key=$value" ;;
		esac
	done <<< "$info"
}

main()
{
	local flavour dir log

	[ $# -gt 0 ] || die "usage: build.sh FLAVOUR [MAKE ARGUMENT]..."
	flavour=$1
	shift
	[ -e "$REPO/Kbuild" ] || die "no Kbuild in $REPO"
	find_kernel "$flavour"
	dir=$CACHE/build/$flavour-$VERSION/$(sha256sum <<< "$REPO" | cut -c 1-12)
	log=$dir/log
	mkdir -p "$dir"
	exec 9> "$dir.lock"
	flock 9
	copy_sources "$dir"
	make -C "$KDIR" M="$dir" -j "$(nproc)" W=1 "$@" modules > "$log" 2>&1 9>&- || {
		warn "$dir"
		tail -n 20 "$log" >&2
		die "the module does not build for $flavour"
	}
	warn "$dir"
	[ -e "$dir/vxmob.ko" ] || die "the build makes no vxmob.ko"
	echo "$dir"
}

main "$@"
