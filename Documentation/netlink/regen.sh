#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The netlink family is described once, in specs/vxmob.yaml. This makes what
# follows from it with the kernel's own generators (YNL, of the Linux 6.12
# source package), so that header, policies and reference page cannot drift
# apart. With --check nothing is written: it fails if a committed file differs.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
spec=Documentation/netlink/specs/vxmob.yaml
outputs=(
	uapi/linux/vxmob.h
	kmod/netlink-gen.h
	kmod/netlink-gen.c
	Documentation/netlink/vxmob.rst
)

die()
{
	echo "regen: $*" >&2
	exit 1
}

# The generator wants its schemas in the folder above the specs', and climbs
# up until it finds a file MAINTAINERS: give it a tree of its own.
prepare()
{
	mkdir -p "$work/Documentation/netlink/specs" "$work/kmod" "$work/uapi/linux"
	cp "$source"/Documentation/netlink/*.yaml "$work/Documentation/netlink/"
	cp "$root/$spec" "$work/$spec"
	touch "$work/MAINTAINERS"
}

generate()
{
	local ynl=$source/tools/net/ynl gen

	gen="timeout 60 /usr/bin/python3 $ynl/ynl-gen-c.py --spec $spec"
	cd "$work"
	$gen --mode uapi --header -o "${outputs[0]}"
	$gen --mode kernel --header -o "${outputs[1]}"
	$gen --mode kernel --source -o "${outputs[2]}"
	/usr/bin/python3 "$ynl/ynl-gen-rst.py" -i "$spec" -o "${outputs[3]}"
}

compare()
{
	local file stale=0

	for file in "${outputs[@]}"; do
		cmp -s "$work/$file" "$root/$file" && continue
		diff -u "$root/$file" "$work/$file" >&2 || true
		stale=1
	done
	[ $stale = 0 ] || die "generated files are not what $spec makes: run Documentation/netlink/regen.sh"
}

install_outputs()
{
	local file

	for file in "${outputs[@]}"; do
		cp "$work/$file" "$root/$file"
	done
}

source=$("$root/selftests/kernels.sh" source 6.12)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prepare
generate
case "${1-}" in
	"") install_outputs ;;
	--check) compare ;;
	*) die "usage: regen.sh [--check]" ;;
esac
