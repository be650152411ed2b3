# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of this folder have in common: real devices in a namespace of
# their own, guests that are the far end of a port, other VTEPs that are a
# namespace behind the underlay, and questions about what the forwarding
# databases show.
#
#	g1 -- p1 \
#		  br0 -- vx100   u0 -- namespace "far"
#	g2 -- p2 /	10.255.0.1      10.255.0.2, .3, .9
#
# A program costs tens of milliseconds in an emulated machine, and jq a third
# of a second.  So answers are read with bash where a pattern will do, devices
# are made in batches, and a case is a row of commands that "must" succeed, run
# by the case's own shell so that they can leave results behind.

NET_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NET_WAIT=60		# seconds that anything may take

# shellcheck source=selftests/lib.sh
. "$NET_HERE/lib.sh"
# shellcheck source=selftests/ask.sh
. "$NET_HERE/ask.sh"

# The command must succeed, or the case ends here.
must()
{
	"$@" && return
	fail "${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $*"
	exit $KSFT_FAIL
}

# The test runs in a network namespace of its own, where it disturbs nobody and
# which the kernel clears away if the test is killed.
net_private()
{
	require_root
	require_command bridge jq unshare
	net_loaded || exit $KSFT_FAIL
	if [ "${VXMOB_PRIVATE_NETNS:-}" != "$$" ]; then
		VXMOB_PRIVATE_NETNS=$$ exec unshare --net -- "$0" "$@"
	fi
	unset VXMOB_PRIVATE_NETNS
	net_quiet
	net_programs || exit $KSFT_FAIL
	TMP=$(mktemp -d)
	defer rm -rf "$TMP"
	# shellcheck disable=SC2119 # here
	ask_start
}

# What is to be tested is no capability that may be missing.
net_loaded()
{
	[ -e /sys/module/vxmob ] && command -v vxmob > /dev/null && return
	ktap_header
	echo "Bail out! the module is not loaded, or there is no tool"
	return 1
}

# A namespace without the chatter of IPv6, which is evidence too, and where no
# device answers for the address of another one.
net_quiet()
{
	local conf

	for conf in /proc/sys/net/ipv6/conf/{all,default}/disable_ipv6; do
		[ ! -e "$conf" ] || echo 1 > "$conf"
	done
	echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore
}

net_programs()
{
	local program

	for program in sendframe seeframe hearframe seepacket nlsend; do
		[ -x "$NET_HERE/$program" ] || make -s -C "$NET_HERE" "$program" ||
			return
	done
}

# --- waiting --------------------------------------------------------------

# Calls a function or command until it succeeds; once more when the time is over,
# which may have passed while nothing ran.
wait_for()
{
	local end=$((SECONDS + NET_WAIT))

	until "$@"; do
		if [ $SECONDS -ge $end ]; then
			"$@" && return
			ktap_print "not within $NET_WAIT s: $*"
			return 1
		fi
	done
}

not()
{
	! "$@"
}

# Is a text part of another?
has()
{
	[[ $1 == *"$2"* ]] && return
	ktap_print "no \"$2\" in \"$1\""
	return 1
}

lacks()
{
	[[ $1 != *"$2"* ]] && return
	ktap_print "\"$2\" in \"$1\""
	return 1
}

same()
{
	[ "$1" = "$2" ] && return
	ktap_print "\"$1\" is not \"$2\""
	return 1
}

# Carries out the lines on standard input.
batch()
{
	vxmob -batch -
}

# --- devices --------------------------------------------------------------

# Prints a batch for ip: a bridge, its ports, and a vxlan device for each
# "VNI" given.  $1 is the VTEP's address, $2 what the bridge is to be besides.
net_bridge_batch()
{
	local vtep=$1 bridge=$2 vni port silent=

	shift 2
	[ ! -e /proc/net/if_inet6 ] || silent="addrgenmode none"
	echo "link set lo up"
	echo "link add br0 address 02:00:00:00:ff:01 type bridge mcast_snooping 0 $bridge"
	for vni; do
		echo "link add vx$vni type vxlan id $vni local $vtep dstport 4789 nolearning"
		echo "link set vx$vni master br0"
		echo "link set vx$vni type bridge_slave learning off"
		echo "link set vx$vni up"
	done
	for port in 1 2; do
		echo "link add p$port type veth peer name g$port"
		echo "link set p$port $silent master br0"
		echo "link set g$port $silent up"
		echo "link set p$port up"
	done
	echo "link set br0 up"
}

# This host, VTEP 10.255.0.1, with no other VTEP in reach.
net_create()
{
	{
		net_bridge_batch 10.255.0.1 "" 100
		echo "link add u0 type dummy"
		echo "addr add 10.255.0.1/24 dev u0"
		echo "link set u0 up"
	} | ip -batch - && wait_for ports_forward
}

# This host, and a namespace from which other VTEPs can be played.  The flood
# list has two of them; the third is a stranger.
net_create_far()
{
	setup_ns FAR || return
	{
		net_bridge_batch 10.255.0.1 "" 100
		echo "link add u0 type veth peer name u1 netns $FAR"
		echo "addr add 10.255.0.1/24 dev u0"
		echo "link set u0 up"
	} | ip -batch - || return
	ip -n "$FAR" -batch - <<-END || return
		link set lo up
		addr add 10.255.0.2/24 dev u1
		addr add 10.255.0.3/24 dev u1
		addr add 10.255.0.9/24 dev u1
		link set u1 up
	END
	net_flood_to 10.255.0.2 10.255.0.3 && wait_for ports_forward
}

# A port that comes up forwards a moment later; what is sent before is lost.
ports_forward()
{
	local port

	for port in p1 p2; do
		[[ $(bridge link show dev $port) == *" state forwarding "* ]] || return
	done
}

# Adds VTEPs to the flood list.
net_flood_to()
{
	local peer

	for peer; do
		echo "fdb append 00:00:00:00:00:00 dev vx100 dst $peer self permanent"
	done | bridge ${NET_NS:+-n "$NET_NS"} -batch -
}

# The overlay of another host, in its namespace: VTEP $2, which floods to the
# VTEPs that follow.
net_vtep_create()
{
	local ns=$1 vtep=$2

	shift 2
	net_bridge_batch "$vtep" "" 100 | ip -n "$ns" -batch - || return
	NET_NS=$ns net_flood_to "$@"
}

# Sets MAC to the address of a device.
mac_of()
{
	# shellcheck disable=SC2034 # for the caller
	[[ $(ip -o link show "$1") =~ link/ether" "([0-9a-f:]*) ]] &&
		MAC=${BASH_REMATCH[1]}
}

# --- processes ------------------------------------------------------------

# Starts something that runs until the case ends; sets JOB.
job_start()
{
	local -A ASK_IN=()

	if [ "$(type -t "$1")" = function ] && [[ $1 != vxmob && $1 != bridge ]]; then
		"$@" &
	else
		(exec "$@") &
	fi
	JOB=$!
	defer kill -CONT "$JOB"
	defer kill "$JOB"
}

# Writes the events from now on into a file, a line each; sets JOB.  It is
# listening once an event has come.
monitor_start()
{
	local file=$1 dev=${2:-vx100}

	: > "$file"
	job_start vxmob -json monitor > "$file"
	wait_for monitor_listens "$file" "$dev"
}

monitor_listens()
{
	vxmob domain set dev "$2"
	[ -s "$1" ]
}

# Is there a line in a file that has all the texts given?
has_line()
{
	local file=$1 line text

	shift
	while read -r line; do
		for text; do
			[[ $line == *"$text"* ]] || continue 2
		done
		return 0
	done < "$file"
	return 1
}

# --- frames ---------------------------------------------------------------

# Prints how many lines of a file have all the texts given.
lines_with()
{
	local file=$1 line text n=0

	shift
	while read -r line; do
		for text; do
			[[ $line == *"$text"* ]] || continue 2
		done
		n=$((n + 1))
	done < "$file"
	echo $n
}

hex_of()
{
	HEX=${1//:/}
}

ZEROS=00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000

# Sets FRAME to one that says nothing, from a MAC, in a VLAN if one is given.
plain_frame()
{
	local tag=

	[ -z "${2:-}" ] || printf -v tag '8100%04x' "$2"
	hex_of "$1"
	FRAME=ffffffffffff$HEX${tag}88b5$ZEROS
}

# Sets FRAME to the RARP request by which a hypervisor announces a MAC.  The
# second MAC is the sender that the request names, if that is another one.
rarp_frame()
{
	local mac sender tag=

	hex_of "$1"; mac=$HEX
	hex_of "${2:-$1}"; sender=$HEX
	[ -z "${3:-}" ] || printf -v tag '8100%04x' "$3"
	FRAME=ffffffffffff$mac${tag}8035000108000604
	FRAME+=0003${sender}00000000${sender}00000000${ZEROS:0:36}
}

# Sets FRAME to gratuitous ARP of a MAC, for 192.0.2.1.
garp_request_frame()
{
	arp_frame 0001 "$1" c0000201 000000000000 c0000201 "${2:-}"
}

garp_reply_frame()
{
	arp_frame 0002 "$1" c0000201 ffffffffffff c0000201 "${2:-}"
}

# Sets FRAME to ARP: operation, sender, its IP address, target, its IP address,
# VLAN; all but MAC and VLAN in hexadecimal.
arp_frame()
{
	local tag=

	[ -z "${6:-}" ] || printf -v tag '8100%04x' "$6"
	hex_of "$2"
	FRAME=ffffffffffff$HEX${tag}0806000108000604$1$HEX$3$4$5${ZEROS:0:36}
}

# Sets FRAME to a neighbour advertisement of a MAC, from fe80::1 to ff02::1, for
# 2001:db8::1.  If given: VLAN, flags, hop limit, options, in hexadecimal (but
# for the VLAN).
na_frame()
{
	local tag='' flags=${3:-20} hops=${4:-ff} options addresses icmp length

	[ -z "${2:-}" ] || printf -v tag '8100%04x' "$2"
	hex_of "$1"
	options=${5-0201$HEX}
	addresses=fe800000000000000000000000000001ff020000000000000000000000000001
	icmp=8800@${flags}00000020010db8000000000000000000000001$options
	printf -v length '%04x' $(((${#icmp} + 3) / 2))
	internet_checksum "$addresses${length}003a${icmp/@/0000}"
	FRAME=333300000001$HEX${tag}86dd60000000${length}3a$hops$addresses${icmp/@/$CHECKSUM}
}

# Sets CHECKSUM, in hexadecimal, to what makes the sum of the words right.
internet_checksum()
{
	local hex=$1 sum=0

	for (( ; ${#hex} > 0; )); do
		sum=$((sum + 16#${hex:0:4}))
		hex=${hex:4}
	done
	sum=$(((sum & 0xffff) + (sum >> 16)))
	sum=$(((sum & 0xffff) + (sum >> 16)))
	printf -v CHECKSUM '%04x' $((0xffff - sum))
}

# Sets PACKET to a VXLAN packet with a frame in it.
vxlan_packet()
{
	local vni=$1 frame=$2

	printf -v PACKET '08000000%06x00%s' "$vni" "$frame"
}

# The guest behind a port sends a frame.
guest_sends()
{
	local nic=$1

	shift
	plain_frame "$@"
	"$NET_HERE/sendframe" eth "$nic" "$FRAME"
}

# Another VTEP sends PACKET to this one.
vtep_sends()
{
	"$NET_HERE/sendframe" -n "$FAR" udp "$1" 10.255.0.1 4789 "$PACKET"
}

# Another VTEP says that a MAC has arrived behind it.
vtep_announces()
{
	local vtep=$1 mac=$2 vni=${3:-100}

	rarp_frame "$mac"
	vxlan_packet "$vni" "$FRAME"
	vtep_sends "$vtep"
}

# Waits until all that was sent has been judged; $1 is a VTEP that is believed.
# What is refused or ignored cannot be waited for.  But packets of one sender are
# taken in order: when a MAC is seen that was sent now, all before it has been.  It
# is sent again if it may have been refused, as when the VTEP was not known yet;
# so each time it is another one, of which nothing can be under way still.
# shellcheck disable=SC2120 # the argument is optional
all_heard()
{
	local vtep=${1:-10.255.0.3} mac i

	printf -v mac '02:00:00:0b:%02x:%02x' $((RANDOM & 255)) $((RANDOM & 255))
	for ((i = 0; i < NET_WAIT; i++)); do
		vtep_announces "$vtep" "$mac" || return
		NET_WAIT=1 wait_for quietly_bound "$mac" '"origin":"snoop"' \
			"\"via\":\"$vtep\"" > /dev/null || continue
		vxmob mac withdraw "$mac" dev vx100
		return
	done
	ktap_print "nobody hears $vtep"
	return 1
}

# --- a routing daemon -----------------------------------------------------

# What zebra writes when BGP says that a MAC is behind a VTEP.
zebra_installs()
{
	bridge fdb replace "$1" dev vx100 dst "$2" self master dynamic extern_learn
}

# What it writes when BGP withdraws that; the bridge entry goes, whichever VTEP
# the vxlan entry names.
zebra_removes()
{
	bridge fdb del "$1" dev vx100 dst "$2" self master 2>/dev/null || true
}

# --- questions ------------------------------------------------------------

# Sets PLACE to what the forwarding databases show of a MAC: the bridge's port
# (or "-") and the addresses of the vxlan entry.  Sets ENTRIES to the lines.  The
# bridge has an entry for each VLAN; without one, that of a bridge that is not
# VLAN aware is meant.  An external vxlan device has one for each VNI.
place_of()
{
	local mac=$1 vx=${2:-vx100} vlan=${3:-} vni=${4:-} line port="" dst=""

	ENTRIES=
	answer bridge ${NET_NS:+-n "$NET_NS"} fdb show
	while read -r line; do
		[[ $line == "$mac dev "* ]] || continue
		if [[ $line == *" self"* ]]; then
			[[ $line == "$mac dev $vx "* ]] || continue
			[[ -z $vni || $line == *" src_vni $vni "* ]] || continue
			[[ $line =~ " dst "([^ ]*) ]] && dst+=" ${BASH_REMATCH[1]}"
		else
			[[ $line =~ " vlan "([0-9]+) ]] || BASH_REMATCH=("" "")
			[ "${BASH_REMATCH[1]}" = "$vlan" ] || continue
			[[ $line =~ " dev "([^ ]*) ]] && port+="${port:+,}${BASH_REMATCH[1]}"
		fi
		ENTRIES+="$line"$'\n'
	done <<< "$ANSWER"
	PLACE=${port:--}$dst
}

at()
{
	place_of "$1" "${@:3}"
	[ "$PLACE" = "$2" ]
}

# Sysctl of what a namespace has none of its own of.
globally()
{
	nsenter --net=/proc/1/ns/net sysctl -q "$@"
}

# The forwarding databases show a MAC at a place, now.
is_at()
{
	at "$@" && return
	ktap_print "$1 is at \"$PLACE\", not at \"$2\""
	return 1
}

# They come to show it, soon.
comes_to()
{
	wait_for at "$@" && return
	ktap_print "$1 is at \"$PLACE\", not at \"$2\""
	return 1
}

# The module knows a MAC, and says all these things of it in JSON; those that
# begin with "!" it does not say.  NET_DEV is the device, NET_VNI the VNI if the
# device has several.
bound()
{
	local mac=$1

	shift
	answer vxmob ${NET_NS:+-n "$NET_NS"} -json mac get "$mac" dev "${NET_DEV:-vx100}" \
		${NET_VNI:+vni "$NET_VNI"} && answer_says "$@"
}

# ANSWER has all these texts, and none of those that begin with "!".
answer_says()
{
	local text

	for text; do
		if [[ $text == !* ]]; then
			lacks "$ANSWER" "${text#!}" || return
		else
			has "$ANSWER" "$text" || return
		fi
	done
}

quietly_bound()
{
	bound "$@" > /dev/null 2>&1
}

# Sets AGE to the milliseconds that a MAC is where it is.
age_of()
{
	AGE=0
	answer vxmob -json mac get "$1" dev "${NET_DEV:-vx100}"
	[[ ! $ANSWER =~ \"age_ms\":([0-9]+) ]] || AGE=${BASH_REMATCH[1]}
}

older_than()
{
	age_of "$1"
	[ "$AGE" -gt "$2" ]
}

becomes_bound()
{
	wait_for quietly_bound "$@" || bound "$@"
}

# The module does not know a MAC.
unbound()
{
	refused "" vxmob ${NET_NS:+-n "$NET_NS"} mac get "$1" dev "${NET_DEV:-vx100}" \
		${NET_VNI:+vni "$NET_VNI"}
}

becomes_unbound()
{
	wait_for quietly_unbound "$1"
}

quietly_unbound()
{
	unbound "$@" > /dev/null
}

# Runs a command that must end with a status and say something.
ends_with()
{
	local status=$1 words=$2 got=0

	shift 2
	# by a program of its own, which has its own status
	SAID=$(unset -f vxmob bridge; "$@" 2>&1) || got=$?
	if [ $got != "$status" ]; then
		ktap_print "status $got, not $status: $* ($SAID)"
		return 1
	fi
	has "$SAID" "$words"
}

# The kernel refuses a command, for a reason.
refused()
{
	ends_with 2 "$@"
}

# The tool refuses it.
misused()
{
	ends_with 1 "$@"
}

# Runs a command as somebody who may do nothing.
nobody()
{
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"
}

# Sets COUNT to the number of claims by an origin that got a verdict.
claims_of()
{
	local origin=$1 verdict=$2

	answer vxmob -json stats dev "${NET_DEV:-vx100}"
	COUNT=0
	[[ $ANSWER =~ \{\"origin\":\"$origin\",\"verdict\":\"$verdict\",\"count\":([0-9]+)\} ]] || return 0
	COUNT=${BASH_REMATCH[1]}
}

# Sets COUNT to a number in the statistics.
stat_of()
{
	answer vxmob -json stats dev "${NET_DEV:-vx100}"
	COUNT=0
	[[ $ANSWER =~ \"$1\":([0-9]+) ]] || return
	COUNT=${BASH_REMATCH[1]}
}

stat_is()
{
	stat_of "$1"
	[ "$COUNT" -eq "$2" ]
}

claims_are()
{
	claims_of "$1" "$2"
	[ "$COUNT" -eq "$3" ]
}

# A MAC is behind .2, where the daemon has installed it, and announces itself
# from .3.
announced_at_3()
{
	zebra_installs "$1" 10.255.0.2 &&
	becomes_bound "$1" '"via":"10.255.0.2"' '"origin":"netlink"' &&
	vtep_announces 10.255.0.3 "$1" &&
	becomes_bound "$1" '"via":"10.255.0.3"' '"origin":"snoop"'
}

# Runs a command that must change nothing in either forwarding database.
unchanged()
{
	local before

	answer bridge fdb show
	before=$ANSWER
	"$@" || return
	answer bridge fdb show
	[ "$ANSWER" = "$before" ] && return
	ktap_print "the forwarding databases have changed: $*"
	return 1
}
