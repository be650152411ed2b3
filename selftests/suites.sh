# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packages of another suite than the machine's own: what the tests need newer or
# older than it, downloaded from the mirror that the machine uses anyway, to be
# unpacked into the cache.  Nothing is installed.
#
# Who reads this defines say and die, CACHE, REFRESH (yes: look for newer ones)
# and fallback_suites, which prints where else a series may be.

codename()
{
	# shellcheck disable=SC1091 # the machine's file
	(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")
}

# The machine's sources of its distribution, with another suite's name.
derive_sources()
{
	local suite=$1 parts=$2 name

	name=$(codename)
	cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
	sed '/^#/d' | awk -v RS= -v name="$name" -v suite="$suite" '
		{ own = main = 0; n = split($0, line, "\n") }
		{ for (i = 1; i <= n; i++) {
			m = split(line[i], word, /[ \t]+/)
			for (j = 2; j <= m; j++) {
				if (word[1] == "Suites:" && word[j] == name) own = 1
				if (word[1] == "Components:" && word[j] == "main") main = 1
			}
			if (word[1] == "Suites:") line[i] = "Suites: " suite
			if (word[1] == "Components:") line[i] = "Components: main"
		} }
		own && main { for (i = 1; i <= n; i++) print line[i]; print "" }
	' > "$parts/suite.sources"
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
	sed -nE "s/^(deb[ \t]+(\[[^]]*\][ \t]+)?[^ \t]+)[ \t]+${name}[ \t]+(.*[ \t])?main([ \t].*)?\$/\1 $suite main/p" \
		> "$parts/suite.list" || true
}

# Sets APT to the options that make apt speak of one suite ("own": the
# machine's) and never of what happens to be installed.
use_suite()
{
	local dir=$CACHE/apt/$1

	mkdir -p "$dir/parts" "$dir/lists/partial" "$dir/cache/archives/partial"
	: > "$dir/status"
	APT=(-q -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir/cache"
	     -o Dir::Etc::Preferences=/dev/null
	     -o Dir::Etc::PreferencesParts=/dev/null
	     -o APT::Sandbox::User=root -o Acquire::Languages=none)
	[ "$1" != own ] || return 0
	derive_sources "$1" "$dir/parts"
	APT+=(-o Dir::Etc::SourceList=/dev/null
	      -o "Dir::Etc::SourceParts=$dir/parts"
	      -o "Dir::State::Lists=$dir/lists")
}

update_suite()
{
	use_suite "$1"
	if [ "$1" = own ] && [ "$(id -u)" != 0 ]; then
		say "not root: the machine's package lists are used as they are"
		return 0
	fi
	say "updating the package lists of the suite '$1'"
	apt-get "${APT[@]}" update >&2 || say "apt-get update: not all went well"
}

# Is PACKAGE to be had in the suite that APT stands for?
available()
{
	apt-get "${APT[@]}" --print-uris download "$1" > /dev/null 2>&1
}

# Prints the newest of the packages whose names match a pattern; for images, of
# those whose twin (the headers) is there too.
newest_match()
{
	local regex=$1 twin=$2 name

	apt-cache "${APT[@]}" pkgnames 2>/dev/null | grep -E "^$regex\$" |
	sort -rV | while read -r name; do
		available "$name" || continue
		if [ -n "$twin" ]; then
			available "${name/linux-image-/$twin}" || continue
		fi
		echo "$name"
		break
	done
}

# Prints the newest matching package of one suite.
look_in_suite()
{
	local suite=$1

	shift
	if [ "$REFRESH" = yes ] || { [ "$suite" != own ] &&
	     ! ls "$CACHE/apt/$suite/lists"/*Packages* > /dev/null 2>&1; }; then
		update_suite "$suite"
	fi
	use_suite "$suite"
	newest_match "$@"
}

# Sets SUITE, APT and PACKAGE for a series: from the first suite that has it, or
# for "newest" from the one that has the newest.
find_package()
{
	local series=$1 suite package

	shift
	PACKAGE=
	for suite in own $(fallback_suites "$series"); do
		package=$(look_in_suite "$suite" "$@")
		[ -n "$package" ] || continue
		if [ "$(printf '%s\n' "$PACKAGE" "$package" | sort -V | tail -n 1)" != "$PACKAGE" ]; then
			PACKAGE=$package
			SUITE=$suite
		fi
		[ "$series" = newest ] || break
	done
	[ -n "$PACKAGE" ] && use_suite "$SUITE"
}

# The same, once more with fresh lists when the ones at hand know nothing.
find_or_refresh()
{
	find_package "$@" && return 0
	REFRESH=yes
	find_package "$@" || die "no package $2 in any suite of this machine's mirror"
}

package_version()
{
	apt-cache "${APT[@]}" show --no-all-versions "$1" | sed -n 's/^Version: //p' | head -n 1
}

# Downloads packages of the current suite into the current folder.
download()
{
	say "downloading $* (suite: $SUITE)"
	apt-get "${APT[@]}" download "$@" >&2 && return 0
	update_suite "$SUITE"
	apt-get "${APT[@]}" download "$@" >&2 || die "cannot download $*"
}
