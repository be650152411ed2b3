#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs the Debian packages that the project needs and that are missing, so
# that a fresh machine needs one command only.  Silent, fast and offline when
# all are there.  A test machine must not become a router by that: daemons of
# what is installed are neither started nor enabled.
#
#   packages.sh [GROUP]...      groups: build vm frr style referee torture
#				(default: all but the last two)

set -eu -o pipefail

POLICY=/usr/sbin/policy-rc.d
LOCK=/run/lock/vxmob-packages
POLICY_SAVED=
POLICY_WRITTEN=no

say()
{
	echo "packages: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

group()
{
	case $1 in
	build)	echo gcc make libc6-dev libmnl-dev pkg-config flex bison bc libelf-dev \
			libssl-dev pahole kmod cpio xz-utils zstd perl python3 \
			python3-yaml ;;
	vm)	echo qemu-system-x86 busybox-static cpio kmod xz-utils zstd \
			iproute2 ethtool iputils-ping tcpdump jq procps ;;
	frr)	echo frr ;;
	referee) echo netsniff-ng iputils-arping ndisc6 ;;
	style)	echo git sparse shellcheck perl python3-yaml python3-jsonschema ;;
	torture) echo clang libclang-rt-dev llvm ;;
	*)	die "no such group: $1 (there are: build vm frr style referee torture)" ;;
	esac
}

# Prints those of the packages named that are not installed.
missing()
{
	local installed name

	installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		    sed -n 's/ installed$//p') || true
	for name; do
		grep -qx "$name" <<< "$installed" || echo "$name"
	done
}

# Sets WANTED to what is missing; if nothing is, that is all.
find_wanted()
{
	# shellcheck disable=SC2086 # words are wanted
	WANTED=$(missing $names | sort -u | tr '\n' ' ')
	WANTED=${WANTED% }
	[ -n "$WANTED" ] || exit 0
}

restore_policy()
{
	[ "$POLICY_WRITTEN" = yes ] || return 0
	rm -f "$POLICY"
	[ -z "$POLICY_SAVED" ] || mv "$POLICY_SAVED" "$POLICY"
	POLICY_WRITTEN=no
}

# Debian's own way of saying that an installation starts nothing.
forbid_starts()
{
	if [ -e "$POLICY" ]; then
		POLICY_SAVED=$POLICY.vxmob-saved
		mv "$POLICY" "$POLICY_SAVED"
	fi
	POLICY_WRITTEN=yes
	printf '#!/bin/sh\nexit 101\n' > "$POLICY"
	chmod 755 "$POLICY"
}

install_packages()
{
	export DEBIAN_FRONTEND=noninteractive
	forbid_starts
	apt-get -q -o DPkg::Lock::Timeout=600 install -y --no-install-recommends \
		"$@" < /dev/null >&2 {lock}>&-
	restore_policy
}

as_root()
{
	[ "$(id -u)" != 0 ] || return 0
	command -v sudo > /dev/null ||
	die "these packages are missing, and only root can install them: $WANTED"
	exec sudo "$0" "${GROUPS_WANTED[@]}"
}

GROUPS_WANTED=("$@")
[ $# -gt 0 ] || GROUPS_WANTED=(build vm frr style)
names=
for name in "${GROUPS_WANTED[@]}"; do
	names+=" $(group "$name")"
done
find_wanted
command -v apt-get > /dev/null || die "not a Debian machine; install what is like: $WANTED"
as_root
# Another one may be at it: then this one finds all there.
exec {lock}> "$LOCK"
flock "$lock"
find_wanted
trap restore_policy EXIT
trap 'exit 130' INT TERM HUP
echo "packages: installing $WANTED"
# shellcheck disable=SC2086 # words are wanted
install_packages $WANTED || {
	say "once more with fresh package lists"
	restore_policy
	apt-get -q update >&2
	install_packages $WANTED
}
case " $WANTED " in
*" frr "*)
	! command -v systemctl > /dev/null || systemctl disable frr.service >&2 || true ;;
esac
