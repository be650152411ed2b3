# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that stay.  To start a program takes an emulated machine 30 ms, and
# with a debugging kernel 200; most of what a test does is to ask vxmob and bridge
# for what there is.  So one of each is kept, reading commands as from a batch
# file, and the two functions named like them give it what it can do; all else
# they let a program of its own do.
#
# After each command comes one that must fail, and that is recognised in what it
# says: then the answer is complete.  Answers go through a file, since bash reads
# a pipe byte by byte.  Only one shell may ask at a time, so what runs beside a
# case (job_start) does not.  A test whose namespaces, devices or module come and
# go under the same names sets ASK=no before its set-up.

declare -A ASK_IN ASK_OUT ASK_ERR
ASK_WAIT=60		# seconds that an answer may take

# Keeps a program: the name it goes by, and its command.
ask_keep()
{
	local name=$1 in out err file

	shift
	file=$(mktemp -p "$TMP") || return
	# A pipe that is open at both ends here is never at its end.
	exec {in}<> <(:) {err}<> <(:) {out}< "$file"
	"$@" <&"$in" >> "$file" 2>&"$err" &
	defer kill $!
	disown $!
	ASK_IN[$name]=$in
	ASK_OUT[$name]=$out
	ASK_ERR[$name]=$err
}

# Keeps vxmob and bridge, in a namespace if one is named.
ask_start()
{
	local ns=${1:-}

	[ "${ASK:-yes}" = yes ] || return 0
	ask_keep "vxmob $ns" vxmob ${ns:+-n "$ns"} -json -force -batch - &&
	ask_keep "bridge $ns" bridge ${ns:+-n "$ns"} -force -batch -
}

# Gives a program a command, and says what it says.  The status is 2 if that
# failed.
ask()
{
	local name=$1 command=$2 fails=$3 token="=$RANDOM$RANDOM" line status=0

	printf '%s\n%s %s\n' "$command" "$fails" "$token" >&"${ASK_IN[$name]}"
	while IFS='' read -rt "$ASK_WAIT" -u "${ASK_ERR[$name]}" line; do
		case $line in
		*"$token"*)
			read -rt "$ASK_WAIT" -u "${ASK_ERR[$name]}" line
			IFS='' read -rd '' -u "${ASK_OUT[$name]}" line
			printf '%s' "$line"
			return $status ;;
		"Command failed "*)
			status=2 ;;
		*)
			printf '%s\n' "$line" >&2 ;;
		esac
	done
	echo "$name does not answer to '$command'" >&2
	return 99
}

# Can what is kept under a name do that, as words of a batch file?
ask_can()
{
	[ -n "${ASK_IN[$1]:-}" ] && [[ $2 != *[\"\'\\#$'\n']* ]]
}

vxmob()
{
	local ns='' json='' words

	[ "$1" != -n ] || { ns=$2; words=("${@:3}"); }
	[ -n "$ns" ] || words=("$@")
	[ "${words[0]}" != -json ] || { json=yes; words=("${words[@]:1}"); }
	case $json:${words[0]}:${words[1]:-} in
	yes:mac:get | yes:mac:show | yes:move:show | yes:domain:show | yes:vtep:show | yes:stats:dev | \
	*:mac:announce | *:mac:withdraw | *:mac:flush | *:mac:unfreeze | \
	*:domain:add | *:domain:set | *:domain:del | \
	*:move:prepare | *:move:hold | *:move:commit | *:move:abort)
		if ask_can "vxmob $ns" "${words[*]}"; then
			ask "vxmob $ns" "${words[*]}" "domain show dev"
			return
		fi ;;
	esac
	command vxmob "$@"
}

bridge()
{
	local ns='' words

	[ "$1" != -n ] || { ns=$2; words=("${@:3}"); }
	[ -n "$ns" ] || words=("$@")
	case ${words[*]} in
	"fdb show" | "fdb add "* | "fdb append "* | "fdb replace "* | "fdb del "*)
		if ask_can "bridge $ns" "${words[*]}"; then
			ask "bridge $ns" "${words[*]}" "fdb show dev"
			return
		fi ;;
	esac
	command bridge "$@"
}
