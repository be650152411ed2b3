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
# says: then the answer is complete.  (Not by the name of a device: the kernel would
# look for a module of that name.)  Answers go through a file, since bash reads
# a pipe byte by byte.  Only one shell may ask at a time, so what runs beside a
# case (job_start) does not.  They remember devices by name: a test where these come
# and go starts them anew, or sets ASK=no before its set-up, as it does where
# namespaces or the module go.

declare -A ASK_IN ASK_OUT ASK_ERR
ASK_WAIT=60		# seconds that an answer may take
! slow_kernel || ASK_WAIT=300

# Keeps a program: the name it goes by, and its command.
ask_keep()
{
	local name=$1 in out err file

	shift
	file=$(mktemp -p "$TMP") || return
	# A pipe that is open at both ends here is never at its end.
	exec {in}<> <(:) {err}<> <(:) {out}< "$file"
	# itself, and not in a shell that would be killed in its place
	(exec "$@" <&"$in" >> "$file" 2>&"$err") &
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

# Gives a program a command, and sets ANSWER.  The status is 2 if that failed; why
# is said.
ask()
{
	local name=$1 command=$2 fails=$3 token="=$RANDOM$RANDOM" line status=0

	printf '%s\n%s\n' "$command" "${fails/=/$token}" >&"${ASK_IN[$name]}"
	while IFS='' read -rt "$ASK_WAIT" -u "${ASK_ERR[$name]}" line; do
		case $line in
		*"$token"*)
			read -rt "$ASK_WAIT" -u "${ASK_ERR[$name]}" line
			# to the end, which is no error
			IFS='' read -rd '' -u "${ASK_OUT[$name]}" ANSWER || true
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

# Sets ASK_WORDS to those of ask() for a command, if what is kept can do it.  In a
# trap "return" alone would say what the last command before the trap did.
ask_route()
{
	local program=$1 ns='' json='' words fails

	shift
	[ "$1" != -n ] || { ns=$2; shift 2; }
	[ "$1" != -json ] || { json=json; shift; }
	words=$*
	[ -n "${ASK_IN["$program $ns"]:-}" ] && [[ $words != *[\"\'\\#$'\n']* ]] || return 1
	case $program:$json:$1:${2:-} in
	vxmob:json:mac:get | vxmob:json:mac:show | vxmob:json:move:show | \
	vxmob:json:domain:show | vxmob:json:vtep:show | vxmob:json:stats:dev | \
	vxmob::mac:announce | vxmob::mac:withdraw | vxmob::mac:flush | vxmob::mac:unfreeze | \
	vxmob::domain:add | vxmob::domain:set | vxmob::domain:del | \
	vxmob::move:prepare | vxmob::move:hold | vxmob::move:commit | vxmob::move:abort)
		fails="domain =" ;;
	bridge::fdb:add | bridge::fdb:append | bridge::fdb:replace | bridge::fdb:del)
		fails="fdb del = dev lo" ;;
	bridge::fdb:show)
		[ $# = 2 ] || return 1
		fails="fdb del = dev lo" ;;
	*)
		return 1 ;;
	esac
	ASK_WORDS=("$program $ns" "$words" "$fails")
}

# Sets ANSWER to what a command says.
answer()
{
	if ask_route "$@"; then
		ask "${ASK_WORDS[@]}"
	else
		ANSWER=$(command "$@")
	fi
}

vxmob()
{
	answered vxmob "$@"
}

bridge()
{
	answered bridge "$@"
}

answered()
{
	local ANSWER='' status=0

	if ask_route "$@"; then
		ask "${ASK_WORDS[@]}" || status=$?
		printf '%s' "$ANSWER"
	else
		command "$@" || status=$?
	fi
	return $status
}
