#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tests run on kernels that are not the machine's own: Debian's stock ones
# as users have them, and ones built with every debugging aid.  This script
# makes them ready once, in a cache, so that a test run needs neither the
# network nor a wait.  Nothing is installed.
#
#   kernels.sh get FLAVOUR      make ready; KEY=value lines on standard output:
#                               KERNEL  the bootable image
#                               MODULES the folder that holds lib/modules/VERSION
#                               KDIR    what "make -C KDIR M=..." builds against
#                               VERSION what uname -r says in it
#   kernels.sh refresh FLAVOUR  the same, after looking for a newer package
#   kernels.sh source SERIES    print a folder with parts of linux-source-SERIES:
#                               tools/net/ynl, Documentation/netlink, checkpatch,
#                               the network's own tests
#   kernels.sh iproute2         print the root of an unpacked iproute2 that is new
#                               enough for those
#   kernels.sh list             the flavours
#
# stock-6.1 and stock-6.12 are Debian's packages; debug is linux-source-6.12
# and newest the newest linux-source, both as debug.config says, and kcsan is
# debug as kcsan.config changes it.  Packages come from the machine's own suites,
# or else from another suite of the same mirror.

set -eu -o pipefail
PATH=$PATH:/usr/sbin:/sbin

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/vxmob
FLAVOURS="stock-6.1 stock-6.12 debug kcsan newest"
# What KDIR of a kernel built here need not have besides what kbuild says.
SOURCE_PARTS=(tools/net/ynl Documentation/netlink MAINTAINERS
	      scripts/checkpatch.pl scripts/const_structs.checkpatch
	      scripts/spelling.txt scripts/kernel-doc
	      tools/testing/selftests/net tools/testing/selftests/kselftest)
SCRATCH=

say()
{
	echo "kernels: $*" >&2
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

# --- packages -------------------------------------------------------------

# shellcheck source=selftests/suites.sh
. "$HERE/suites.sh"

# Which other suites may have a series, in the order of preference.
fallback_suites()
{
	case $1 in
	6.1)	echo bookworm ;;
	6.12)	echo "$(codename)-backports trixie" ;;
	newest)	echo sid ;;
	esac
}

# --- stock kernels --------------------------------------------------------

# The headers' Makefile names its twin by an absolute path: point it into the
# cache.  Everything else in the packages is relative.
relocate_headers()
{
	local root=$1 version=$2
	local file=$root/usr/src/linux-headers-$version/Makefile

	sed -i "s#\(^\|[ =]\)/usr/#\1$root/usr/#g" "$file"
	grep -q "$root" "$file" || die "the headers' Makefile is not as expected"
}

# An emulated CPU is slow at xz: uncompress what the tests are likely to load.
uncompress_modules()
{
	find "$1/net" "$1/drivers/net/vxlan" "$1/drivers/virtio" "$1/fs/9p" \
		"$1/fs/overlayfs" -name '*.ko.xz' -print0 | xargs -0r xz -d
	find "$1/drivers/net" -maxdepth 1 -name '*.ko.xz' -print0 | xargs -0r xz -d
}

get_stock()
{
	local series=${1#stock-} version dir debs

	find_or_refresh "$series" \
		"linux-image-${series/./\\.}\.[0-9]+[^ ]*[0-9]-amd64" linux-headers-
	version=${PACKAGE#linux-image-}
	dir=$CACHE/kernels/$1/$version-$key
	if [ ! -e "$dir/complete" ]; then
		rm -rf "$dir"
		mkdir -p "$dir/root"
		SCRATCH=$(mktemp -d "$CACHE/scratch.XXXXXX")
		debs=$(apt-cache "${APT[@]}" depends "linux-headers-$version" |
		       sed -nE 's/^ +Depends: (linux-(headers|kbuild)-.*)$/\1/p')
		# shellcheck disable=SC2086 # words are wanted
		(cd "$SCRATCH" && download "$PACKAGE" "linux-headers-$version" $debs)
		say "unpacking $PACKAGE and its headers"
		for deb in "$SCRATCH"/*.deb; do
			dpkg-deb -x "$deb" "$dir/root"
		done
		relocate_headers "$dir/root" "$version"
		uncompress_modules "$dir/root/lib/modules/$version/kernel"
		depmod -b "$dir/root" "$version"
		rm -rf "$SCRATCH"
		: > "$dir/complete"
	fi
	KERNEL=$dir/root/boot/vmlinuz-$version
	MODULES=$dir/root
	KDIR=$dir/root/usr/src/linux-headers-$version
	VERSION=$version
}

# --- kernels built here ---------------------------------------------------

# Downloads linux-source-SERIES once and sets TARBALL_DEB and SOURCE_VERSION.
get_source_deb()
{
	local series=$1 dir=$CACHE/debs regex

	case $series in
	newest)	regex='[0-9]+\.[0-9]+' ;;
	*)	regex=${series/./\\.} ;;
	esac
	find_or_refresh "$series" "linux-source-$regex" ""
	SOURCE_VERSION=$(package_version "$PACKAGE")
	SOURCE_SERIES=${PACKAGE#linux-source-}
	TARBALL_DEB=$dir/linux-source-${SOURCE_SERIES}_${SOURCE_VERSION}.deb
	[ -e "$TARBALL_DEB" ] && return 0
	mkdir -p "$dir"
	SCRATCH=$(mktemp -d "$CACHE/scratch.XXXXXX")
	(cd "$SCRATCH" && download "$PACKAGE")
	mv "$SCRATCH"/*.deb "$TARBALL_DEB"
	rm -rf "$SCRATCH"
}

# Unpacks the tarball in TARBALL_DEB (or the parts named) into a folder.
unpack_source()
{
	local into=$1 name=./usr/src/linux-source-$SOURCE_SERIES.tar.xz part patterns=()

	shift
	for part; do
		patterns+=("linux-source-$SOURCE_SERIES/$part")
	done
	mkdir -p "$into"
	dpkg-deb --fsys-tarfile "$TARBALL_DEB" | tar -xO "$name" |
	xz -dc -T0 | tar -x -C "$into" --strip-components=1 "${patterns[@]}"
}

# Prints the options of a flavour: of those named twice the last.
fragment()
{
	local files=("$HERE/debug.config")

	[ "$1" != kcsan ] || files+=("$HERE/kcsan.config")
	awk '
		/^CONFIG_/ { split($0, option, "="); line[option[1]] = $0 }
		/^# CONFIG_.* is not set$/ { line[$2] = $0 }
		END { for (name in line) print line[name] }
	' "${files[@]}" | LC_ALL=C sort
}

# Fails naming each option of a fragment that Kconfig did not take.
verify_config()
{
	local config=$1 missing=

	while read -r line; do
		case $line in
		CONFIG_*=*)
			grep -qxF "$line" "$config" || missing+=" $line" ;;
		"# CONFIG_"*" is not set")
			line=${line#\# } && line=${line% is not set}
			! grep -q "^$line=" "$config" || missing+=" $line=n" ;;
		esac
	done < "$2"
	[ -z "$missing" ] || die "Kconfig did not take:$missing"
}

configure_kernel()
{
	make -C "$1" tinyconfig
	(cd "$1" && scripts/kconfig/merge_config.sh -m .config "$2")
	make -C "$1" olddefconfig
}

# Builds in tree $1 and keeps in $2 the image, the (empty) modules' folder and
# what kbuild itself deems needed for modules built outside the tree.  KCSAN is
# to watch those only: the kernel's own races would only slow it down.  What lockdep
# and the unwinder do themselves is a third of all, and KASAN half of that; so it
# does not look into them.
build_kernel()
{
	local tree=$1 out=$2 unwatched=(KCSAN_SANITIZE=n) file

	for file in lockdep unwind_frame stacktrace extable spinlock_debug; do
		unwatched+=("KASAN_SANITIZE_$file.o=n")
	done
	make -C "$tree" -j "$(nproc)" LOCALVERSION= "${unwatched[@]}" bzImage modules
	make -C "$tree" LOCALVERSION= INSTALL_MOD_PATH="$out/modules" modules_install
	cp "$tree/arch/x86/boot/bzImage" "$out/bzImage"
	make -C "$tree" LOCALVERSION= run-command \
		KBUILD_RUN_COMMAND="scripts/package/install-extmod-build $out/kdir"
	cp "$tree/.config" "$tree/System.map" "$out/kdir/"
}

# KASAN notes 64 callers of who allocates an object and of who frees it, kmemleak 16:
# finding them is a third of what starting a program takes.  The nearest ones tell.
note_fewer_callers()
{
	sed -i '/define KASAN_STACK_DEPTH/s/64/12/' "$1/mm/kasan/kasan.h"
	sed -i '/define MAX_TRACE/s/16/10/' "$1/mm/kmemleak.c"
	grep -q 'KASAN_STACK_DEPTH 12$' "$1/mm/kasan/kasan.h" &&
		grep -qE 'define MAX_TRACE\s+10\b' "$1/mm/kmemleak.c"
}

# Runs a step of a build with its chatter in a log, shown when it fails.
logged()
{
	local log=$1

	shift
	if ! ("$@") > "$log" 2>&1 < /dev/null; then
		tail -n 40 "$log" >&2
		die "$1 failed; the log: $log"
	fi
}

compiler()
{
	gcc --version | head -n 1
}

recipe()
{
	declare -f verify_config configure_kernel build_kernel
	[ "$1" != debug ] || declare -f note_fewer_callers
	compiler
	fragment "$1"
}

get_built()
{
	local series dir key tree start

	case $1 in
	debug | kcsan)	series=6.12 ;;
	newest)		series=newest ;;
	esac
	get_source_deb "$series"
	key=$({ echo "$SOURCE_VERSION"; recipe "$1"; } | sha256sum | cut -c 1-12)
	dir=$CACHE/kernels/$1/$SOURCE_VERSION-$key
	if [ ! -e "$dir/complete" ]; then
		start=$SECONDS
		tree=$CACHE/kernels/$1/tree
		rm -rf "$dir" "$tree"
		mkdir -p "$dir"
		say "unpacking linux-source-$SOURCE_SERIES $SOURCE_VERSION"
		unpack_source "$tree"
		fragment "$1" > "$dir/fragment"
		logged "$dir/log" configure_kernel "$tree" "$dir/fragment"
		verify_config "$tree/.config" "$dir/fragment"
		[ "$1" != debug ] || logged "$dir/log" note_fewer_callers "$tree"
		say "building it with debugging aids: about 10 minutes on 2 CPUs"
		logged "$dir/log" build_kernel "$tree" "$dir"
		rm -rf "$tree"
		say "built in $((SECONDS - start)) s"
		: > "$dir/complete"
	fi
	KERNEL=$dir/bzImage
	MODULES=$dir/modules
	KDIR=$dir/kdir
	VERSION=$(cat "$dir/kdir/include/config/kernel.release")
}

# --- the cache ------------------------------------------------------------

# What the cached answer for a flavour was made with.
flavour_key()
{
	case $1 in
	stock-*) declare -f get_stock relocate_headers uncompress_modules | sha256sum | cut -c 1-12 ;;
	*)	 recipe "$1" | sha256sum | cut -c 1-12 ;;
	esac
}

# Prints the cached answer if it still holds.
cached()
{
	local info=$CACHE/kernels/$1.info

	[ "$REFRESH" = no ] && [ -e "$info" ] || return 1
	(
		# shellcheck disable=SC1090 # written by get
		. "$info"
		[ "$KEY" = "$2" ] && [ -e "$KERNEL" ] && [ -e "$KDIR/Makefile" ] &&
		[ -e "$MODULES/lib/modules/$VERSION/modules.dep" ]
	) || return 1
	cat "$info"
}

get()
{
	local flavour=$1 key

	case " $FLAVOURS " in
	*" $flavour "*) ;;
	*) die "no such flavour: '$flavour' (there are: $FLAVOURS)" ;;
	esac
	[ "$(uname -m)" = x86_64 ] || die "only x86-64 machines can run these kernels"
	key=$(flavour_key "$flavour")
	cached "$flavour" "$key" && return 0
	mkdir -p "$CACHE/kernels"
	exec 9> "$CACHE/kernels/$flavour.lock"
	flock -n 9 || { say "waiting for another run that prepares $flavour"; flock 9; }
	cached "$flavour" "$key" && return 0
	"$HERE/packages.sh" build >&2 || die "packages are missing"
	case $flavour in
	stock-*) get_stock "$flavour" ;;
	*)	 get_built "$flavour" ;;
	esac
	cat > "$CACHE/kernels/$flavour.info.new" <<-END
		KEY=$key
		FLAVOUR=$flavour
		KERNEL=$KERNEL
		MODULES=$MODULES
		KDIR=$KDIR
		VERSION=$VERSION
	END
	mv "$CACHE/kernels/$flavour.info.new" "$CACHE/kernels/$flavour.info"
	cat "$CACHE/kernels/$flavour.info"
}

get_source()
{
	local series=$1 dir=$CACHE/source/$1

	mkdir -p "$CACHE/source"
	exec 9> "$CACHE/source/$series.lock"
	flock 9
	if [ "$(cat "$dir/complete" 2>/dev/null)" != "${SOURCE_PARTS[*]}" ]; then
		get_source_deb "$series"
		rm -rf "$dir"
		say "unpacking parts of linux-source-$SOURCE_SERIES $SOURCE_VERSION"
		unpack_source "$dir" "${SOURCE_PARTS[@]}"
		echo "${SOURCE_PARTS[*]}" > "$dir/complete"
	fi
	echo "$dir"
}

# Debian's own one is from before those tests; it serves where there is no other.
get_iproute2()
{
	local dir=$CACHE/iproute2

	exec 9> "$dir.lock"
	flock 9
	if [ ! -e "$dir/complete" ]; then
		for SUITE in $(fallback_suites 6.12) own; do
			PACKAGE=$(look_in_suite "$SUITE" iproute2 "")
			[ -z "$PACKAGE" ] || break
		done
		use_suite "$SUITE"
		SCRATCH=$(mktemp -d "$CACHE/scratch.XXXXXX")
		(cd "$SCRATCH" && download iproute2)
		rm -rf "$dir"
		dpkg-deb -x "$SCRATCH"/iproute2_*.deb "$dir"
		: > "$dir/complete"
	fi
	echo "$dir"
}

main()
{
	REFRESH=no
	case ${1:-} in
	refresh) REFRESH=yes ;;
	list)	 echo "$FLAVOURS" | tr ' ' '\n'; return ;;
	iproute2) get_iproute2; return ;;
	esac
	[ $# = 2 ] || die "usage: kernels.sh {get | refresh} FLAVOUR | source SERIES | iproute2 | list"
	case $1 in
	get | refresh) get "$2" ;;
	source)	       get_source "$2" ;;
	*)	       die "no such command: $1" ;;
	esac
}

main "$@"
