#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The netlink family is open to every process that is root in its namespace, and
# to every bug in one: whatever it is sent, it must refuse what is wrong, say why,
# change nothing, and live.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MAC=02:00:00:00:00:01
PLENTY=2500	# MACs
! slow_kernel || PLENTY=1000

setup()
{
	net_create && vxmob domain add dev vx100 &&
		vxmob mac announce "$MAC" dev vx100 via 10.255.0.2 seq 5
}

announce()
{
	unchanged refused "$1" vxmob mac announce "${@:2}"
}

devices()
{
	must ip -batch - <<-END
		link add ext0 type vxlan external dstport 4790
		link add vx9 type vxlan id 9 local 10.255.0.1 dstport 4789
		link add vx8 type vxlan id 8 local 10.255.0.1 dstport 4789
		link set vx8 master br0
	END
	must misused "Cannot find device" vxmob domain add dev nothing
	must refused "not a vxlan device" vxmob domain add dev p1
	must refused "not a vxlan device" vxmob domain add dev br0
	must refused external vxmob domain add dev ext0
	must refused already vxmob domain add dev vx100
	must refused "VLAN of the bridge" vxmob domain add dev vx8
	must refused "another VNI" vxmob domain add dev vx9 vni 10
	must announce "not enrolled" "$MAC" dev vx9 via 10.255.0.2
	must announce "not enrolled" "$MAC" dev br0 via 10.255.0.2
	must announce "not enrolled with that VNI" "$MAC" dev vx100 vni 101 via 10.255.0.2
	must refused "not enrolled" vxmob domain del dev vx9
	must refused "not enrolled" vxmob domain set dev vx9 mode monitor
	must refused "not enrolled" vxmob mac get "$MAC" dev vx9
	must ip link del vx8
	must ip link del vx9
	must ip link del ext0
}

# Whom a VNI means if it is named alone
by_vni()
{
	must ip -batch - <<-END
		link add vx9 type vxlan id 9 local 10.255.0.1 dstport 4789
		link add vx9b type vxlan id 9 local 10.255.0.1 dstport 4791
	END
	must vxmob domain add dev vx9
	must vxmob domain add dev vx9b
	must refused "no device is enrolled" vxmob domain del vni 10
	must refused "several devices" vxmob domain del vni 9
	must vxmob domain del dev vx9b vni 9
	must vxmob domain del vni 9
	must refused "no device is enrolled" vxmob domain del vni 9
	must lacks "$(vxmob domain show)" vx9
	must ip link del vx9
	must ip link del vx9b
}

macs()
{
	must announce refuse-invalid: 00:00:00:00:00:00 dev vx100 via 10.255.0.2
	must announce refuse-invalid: 01:00:5e:00:00:01 dev vx100 via 10.255.0.2
	must announce refuse-invalid: ff:ff:ff:ff:ff:ff dev vx100 on p1
	must misused "MAC" vxmob mac announce 02:00:00:00:00 dev vx100 via 10.255.0.2
	must misused "MAC" vxmob mac announce 02:00:00:00:00:00:01 dev vx100 via 10.255.0.2
}

addresses()
{
	local addr

	must announce IPv4 "$MAC" dev vx100 via fd00::2
	for addr in 0.0.0.0 224.0.0.1 255.255.255.255 127.0.0.1; do
		must announce unicast "$MAC" dev vx100 via "$addr"
	done
	must announce refuse-invalid: "$MAC" dev vx100 via 10.255.0.1
	must misused "address" vxmob mac announce "$MAC" dev vx100 via 10.255.0
	must bound "$MAC" '"via":"10.255.0.2"' '"seq":5,'
}

numbers()
{
	must misused vni vxmob mac announce "$MAC" dev vx100 vni 0 via 10.255.0.2
	must misused vni vxmob mac announce "$MAC" dev vx100 vni 16777216 via 10.255.0.2
	must misused seq vxmob mac announce "$MAC" dev vx100 via 10.255.0.2 seq 4294967296
	must misused seq vxmob mac announce "$MAC" dev vx100 via 10.255.0.2 seq -1
	must misused confirm vxmob domain set dev vx100 confirm 3601
	must misused max-macs vxmob domain set dev vx100 max-macs 0
	must bound "$MAC" '"seq":5,'
}

places()
{
	must misused "exclude" vxmob mac announce "$MAC" dev vx100 via 10.255.0.2 on p1
	must misused "missing" vxmob mac announce "$MAC" dev vx100
	must announce "not a local port" "$MAC" dev vx100 on vx100
	must announce "not a local port" "$MAC" dev vx100 on g1
	must announce "not a local port" "$MAC" dev vx100 on br0
}

# Each request must be refused; the words that must be in the answer come first.
# nlsend is told all of them at once: a process a request would take minutes.
# shellcheck disable=SC1083 # braces are words to nlsend
malformed()
{
	local reply line n=0 words=() requests=()
	local vx="mac.ifindex=dev:vx100" mac="mac.lladdr=hex:020000000001"
	local via="mac.via=ip:10.255.0.3" seq="mac.seq=u32:9"

	# nothing at all
	bad "is needed" mac-announce
	bad "is needed" mac-withdraw
	bad "is needed" mac-get
	bad "is needed" domain-add
	bad "is needed" domain-del
	bad "is needed" domain-set
	bad "the transaction is empty" transaction
	# of what is missing in a line the line is named
	bad "offset=20 vxmob: a device is needed" transaction transaction.line={ mac.op=u32:0 "$mac" "$via" }
	bad "offset=20 vxmob: a MAC is needed" transaction transaction.line={ mac.op=u32:0 "$vx" "$via" }
	bad "offset=20 vxmob: a VTEP or a port" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" }
	bad "a MAC is needed" mac-announce "$vx" "$via"
	bad "a VTEP or a port" mac-announce "$vx" "$mac"
	bad "not both" mac-announce "$vx" "$mac" "$via" mac.on=dev:p1
	bad "no such device" mac-announce mac.ifindex=u32:4000 "$mac" "$via"
	bad "" transaction transaction.line={ }
	# no such command, or not in that way
	bad EOPNOTSUPP 0
	bad EOPNOTSUPP 200
	bad EOPNOTSUPP event
	bad EOPNOTSUPP mac-dump
	bad EOPNOTSUPP mac-announce dump "$vx" "$mac" "$via"
	bad EOPNOTSUPP mac-get dump "$vx" "$mac"
	# wrong lengths
	bad offset= mac-announce "$vx" mac.lladdr=hex:0200000000 "$via" "$seq"
	bad offset= mac-announce "$vx" mac.lladdr=hex:02000000000100 "$via" "$seq"
	bad offset= mac-announce "$vx" mac.lladdr=hex: "$via" "$seq"
	bad offset= mac-announce "$vx" "$mac" mac.via=hex: "$seq"
	bad offset= mac-announce "$vx" "$mac" mac.via=hex:0aff00 "$seq"
	bad offset= mac-announce "$vx" "$mac" mac.via=hex:0aff000300 "$seq"
	bad offset= mac-announce "$vx" "$mac" mac.via=hex:0000000000000000000000000000000001 "$seq"
	bad offset= mac-announce mac.ifindex=u16:3 "$mac" "$via" "$seq"
	bad offset= mac-announce "$vx" "$mac" "$via" mac.seq=u64:9
	bad offset= mac-announce "$vx" "$mac" "$via" mac.seq=u8:9
	bad offset= mac-announce "$vx" "$mac" "$via" "$seq" mac.ip=hex:0aff000300
	bad offset= mac-announce "$vx" "$mac" "$via" "$seq" mac.ip=hex:
	bad offset= domain-set domain.ifindex=dev:vx100 domain.vteps=u32:2 domain.vtep=hex:0aff000300
	bad offset= domain-set domain.ifindex=dev:vx100 domain.protect=hex:0200000000
	# lengths that lie
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" len=200
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" len=3
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" len=0
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" cut=2
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" cut=7
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" raw=00000000
	bad "" mac-announce cut=2
	bad "" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" "$via" "$seq" len=60 }
	bad "" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" "$via" "$seq" len=2 }
	bad "" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" "$via" "$seq" } len=20
	bad "" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" "$via" "$seq" } len=400
	bad "" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" "$via" "$seq" } cut=9
	bad "" transaction transaction.line={ } len=4 transaction.line={ }
	# what does not exist, or not here
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" 99=u32:1
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" mac.state=u32:1
	bad "" mac-announce "$vx" "$mac" "$via" "$seq" mac.op=u32:0
	bad "" mac-get "$vx" "$mac" "$seq"
	bad "" mac-withdraw "$vx" "$mac" mac.flags=u32:1
	bad "" domain-add domain.ifindex=dev:vx100 domain.ifname=str:vx100
	bad "" mac-dump dump 99=u32:1
	bad "" stats-dump dump 99=u32:1
	bad "" transaction 2=u32:1
	bad "" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" "$via" "$seq" 99=u32:1 }
	bad "" transaction transaction.line={ mac.op=u32:0 "$vx" "$mac" "$via" "$seq" mac.state=u32:1 }
	# nested where it should not be, and the reverse
	bad "" transaction "transaction.line=(" mac.op=u32:0 "$vx" "$mac" "$via" "$seq" }
	bad "" transaction transaction.line=u32:1
	bad "" mac-announce "$vx" "$mac" "$via" mac.seq={ }
	bad "" transaction transaction.line={ transaction.line={ "$vx" "$mac" "$via" } }
	# out of range
	bad offset= mac-announce mac.ifindex=u32:0 "$mac" "$via"
	bad offset= mac-announce "$vx" mac.vni=u32:0 "$mac" "$via"
	bad offset= mac-announce "$vx" mac.vni=u32:16777216 "$mac" "$via"
	bad offset= mac-announce "$vx" "$mac" mac.on=u32:0
	bad offset= mac-announce "$vx" "$mac" "$via" "$seq" mac.flags=u32:4
	bad offset= mac-announce "$vx" "$mac" "$via" "$seq" mac.flags=u32:8
	bad offset= mac-announce "$vx" "$mac" "$via" "$seq" mac.flags=u32:0x80000000
	bad offset= domain-set domain.ifindex=dev:vx100 domain.mode=u32:2
	bad offset= domain-set domain.ifindex=dev:vx100 domain.vteps=u32:3
	bad offset= domain-set domain.ifindex=dev:vx100 domain.snoop=u32:0x40000000
	bad offset= domain-set domain.ifindex=dev:vx100 domain.confirm=u32:3601
	bad offset= domain-set domain.ifindex=dev:vx100 domain.max-macs=u32:0
	bad offset= domain-set domain.ifindex=dev:vx100 domain.guard=u32:2
	bad offset= domain-set domain.ifindex=dev:vx100 domain.dup-moves=u32:1
	bad offset= domain-set domain.ifindex=dev:vx100 domain.dup-window=u32:0
	bad offset= domain-set domain.ifindex=dev:vx100 domain.dup-action=u32:3
	bad offset= domain-set domain.ifindex=dev:vx100 domain.dup-recover=u32:29
	bad offset= domain-set domain.ifindex=dev:vx100 domain.dup-recover=u32:3601
	bad offset= domain-add domain.ifindex=dev:vx100 domain.vid=u16:4095
	bad offset= mac-dump dump mac.origin=u32:5
	bad offset= mac-dump dump mac.status=u32:4
	bad offset= mac-flush mac.origin=u32:99
	bad offset= transaction transaction.line={ mac.op=u32:2 "$vx" "$mac" "$via" "$seq" }
	# what the last one shows: it was not for something else that they were refused
	requests+=(-- mac-announce "$vx" "$mac" mac.via=ip:10.255.0.2 mac.seq=u32:5)

	must sends "${requests[@]:1}"
	while read -r line; do
		[ "$n" -lt ${#words[@]} ] || break
		must lacks " $line" " OK"
		must has "$line" "${words[n]}"
		n=$((n + 1))
	done <<< "$reply"
	must same "$line" OK
	must same "$(wc -l <<< "$reply")" $((${#words[@]} + 1))
	must bound "$MAC" '"via":"10.255.0.2"' '"seq":5,' '"moves":0,'
	must same "$(vxmob mac show | wc -l)" 1
}

bad()
{
	words+=("$1")
	requests+=(-- "${@:2}")
}

sends()
{
	local before

	before=$(bridge fdb show)
	reply=$("$NET_HERE/nlsend" "$@") || return
	same "$(bridge fdb show)" "$before"
}

# Lists are bounded.
long_lists()
{
	local i list=()

	for ((i = 0; i < 17; i++)); do
		list+=("mac.ip=ip:192.0.2.$i")
	done
	must has "$("$NET_HERE/nlsend" mac-announce mac.ifindex=dev:vx100 \
		mac.lladdr=hex:020000000001 mac.via=ip:10.255.0.2 "${list[@]}")" "too many"
	must same "$("$NET_HERE/nlsend" mac-announce mac.ifindex=dev:vx100 \
		mac.lladdr=hex:020000000001 mac.via=ip:10.255.0.2 "${list[@]:1}")" OK
	list=()
	for ((i = 0; i < 257; i++)); do
		list+=(domain.vtep=ip:10.1.$((i >> 8)).$((i & 255)))
	done
	must has "$("$NET_HERE/nlsend" domain-set domain.ifindex=dev:vx100 \
		domain.vteps=u32:2 "${list[@]}")" E2BIG
	list=()
	for ((i = 0; i < 65; i++)); do
		printf -v HEX '0200000001%02x' "$i"
		list+=("domain.protect=hex:$HEX")
	done
	must has "$("$NET_HERE/nlsend" domain-set domain.ifindex=dev:vx100 "${list[@]}")" E2BIG
	must vxmob domain set dev vx100 vteps known
}

# Changing things needs CAP_NET_ADMIN in the namespace, looking does not.
privilege()
{
	must refused "" nobody vxmob mac announce "$MAC" dev vx100 via 10.255.0.3
	must refused "" nobody vxmob mac withdraw "$MAC" dev vx100
	must refused "" nobody vxmob mac flush dev vx100
	must refused "" nobody vxmob domain del dev vx100
	must refused "" nobody vxmob domain set dev vx100 mode monitor
	must refused "" nobody vxmob transaction - <<< "withdraw $MAC dev vx100"
	must has "$(nobody vxmob mac show)" "$MAC"
	must bound "$MAC" '"via":"10.255.0.2"'
}

# Root of a user namespace rules over the network namespaces that it owns, and
# over no others.
user_namespace()
{
	nobody unshare -Urn true || skip "no user namespaces for users here"
	must refused "" nobody unshare -Ur vxmob mac withdraw "$MAC" dev vx100
	must bound "$MAC" '"via":"10.255.0.2"'
	must has "$(nobody unshare -Urn bash -c "
		ip link add vx100 type vxlan id 100 local 10.255.0.1 dstport 4789 &&
		vxmob domain add dev vx100 snoop rarp &&
		vxmob mac announce $MAC dev vx100 via 10.255.0.9 seq 1 &&
		vxmob mac show && bridge fdb show dev vx100")" "via 10.255.0.9"
	must bound "$MAC" '"via":"10.255.0.2"'
}

# A domain has no more bindings than it may, whoever asks.
max_macs()
{
	local bindings

	bindings=$(vxmob mac show | wc -l)
	must vxmob domain set dev vx100 max-macs $((bindings + 1))
	must vxmob mac announce 02:00:00:00:02:01 dev vx100 via 10.255.0.2
	must announce refuse-full: 02:00:00:00:02:02 dev vx100 via 10.255.0.2
	must claims_of learn refuse-full
	must guest_sends g1 02:00:00:00:02:03
	must wait_for claims_are learn refuse-full $((COUNT + 1))
	must is_at 02:00:00:00:02:03 p1
	must unbound 02:00:00:00:02:03
	# one that is there may move
	must vxmob mac announce 02:00:00:00:02:01 dev vx100 via 10.255.0.3
	must vxmob mac withdraw 02:00:00:00:02:01 dev vx100
	must vxmob mac announce 02:00:00:00:02:02 dev vx100 via 10.255.0.2
	must vxmob domain set dev vx100 max-macs 100000
	must vxmob mac withdraw 02:00:00:00:02:02 dev vx100
}

# A dump that waits for who reads it, and meanwhile its table is replaced by a larger
# one, and the MAC where it stands goes.
slow_dump()
{
	local pid

	must vxmob transaction - < <(announcements 0 4000 2)
	mkfifo "$TMP/go"
	exec {GO}<> "$TMP/go"
	"$NET_HERE/nlsend" slowly mac-dump dump <&$GO > "$TMP/dump" &
	pid=$!
	defer kill $pid
	must wait_for has_line "$TMP/dump" begun
	must vxmob transaction - < <(announcements 4000 20000 3)
	# at last, or memory that was freed is somebody else's by then
	must vxmob mac flush dev vx100 via 10.255.0.2
	must grace_period
	echo >&$GO
	must wait "$pid"
	must has_line "$TMP/dump" " messages interrupted"
	must vxmob mac flush dev vx100 via 10.255.0.3
}

# Lines that announce MACs from one number to another, behind a VTEP.
announcements()
{
	seq "$1" $(($2 - 1)) | awk -v via="10.255.0.$3" '{
		printf "announce 02:00:00:03:%02x:%02x dev vx100 via %s\n", $1 / 256, $1 % 256, via
	}'
}

# What was to be freed after RCU's grace period is free now: the end of a device waits
# for that.
grace_period()
{
	ip link add passing type dummy && ip link del passing
}

# A listener that sleeps loses events, and nobody else waits for it.
slow_reader()
{
	local i last

	must monitor_start "$TMP/events"
	must kill -STOP "$JOB"
	for ((i = 0; i < PLENTY; i++)); do
		printf 'mac announce 02:00:00:01:%02x:%02x dev vx100 via 10.255.0.2\n' $((i >> 8)) $((i & 255))
		printf 'mac announce 02:00:00:01:%02x:%02x dev vx100 via 10.255.0.3\n' $((i >> 8)) $((i & 255))
	done > "$TMP/batch"
	must vxmob -batch "$TMP/batch"
	printf -v last '02:00:00:01:%02x:%02x' $(((PLENTY - 1) >> 8)) $(((PLENTY - 1) & 255))
	must bound "$last" '"via":"10.255.0.3"' '"moves":1,'
	must kill -CONT "$JOB"
	must wait_for monitor_has_woken
	must vxmob mac flush dev vx100 via 10.255.0.3
}

monitor_has_woken()
{
	vxmob domain set dev vx100 && grep -q domain-set <(tail -n 1 "$TMP/events")
}

# One whose queue is small is told that it has lost some. Newer kernels let the queue of
# who is not root hold all of these events.
lost_events()
{
	: > "$TMP/events"
	defer globally -w "net.core.rmem_max=$(globally -n net.core.rmem_max)"
	must globally -w net.core.rmem_max=212992
	must job_start setpriv --reuid 65534 --clear-groups vxmob -json monitor > "$TMP/events"
	must wait_for monitor_listens "$TMP/events" vx100
	# it has read all there was before this one
	must vxmob mac announce 02:00:00:02:00:00 dev vx100 via 10.255.0.2
	must wait_for has_line "$TMP/events" 02:00:00:02:00:00
	must kill -STOP "$JOB"
	EVENTS_BEFORE=$(wc -l < "$TMP/events")
	EVENTS=2000
	must vxmob -batch - < <(head -n 2000 "$TMP/batch")
	must kill -CONT "$JOB"
	must wait_for learns_of_loss "$TMP/events"
	must wait_for all_accounted_for "$TMP/events"
	must vxmob mac flush dev vx100
}

# What was missed is told with the next event that comes through.
learns_of_loss()
{
	vxmob domain set dev vx100
	EVENTS=$((EVENTS + 1))
	has_line "$1" '"event":"missed"'
}

# The events that were read and those that were missed make up all.
all_accounted_for()
{
	local line read=0 missed=0

	while read -r line; do
		if [[ $line =~ \"event\":\"missed\",\"count\":([0-9]+) ]]; then
			missed=$((missed + BASH_REMATCH[1]))
		else
			read=$((read + 1))
		fi
	done < "$1"
	[ $((read - EVENTS_BEFORE + missed)) = $EVENTS ] && [ $missed -gt 0 ]
}

# Thousands of messages made of parts that are right and parts that are wrong.
random()
{
	local seed

	for seed in 1 2 3 4; do
		must has "$("$NET_HERE/nlsend" random "$seed" 2500)" "2500 sent"
	done
	# it is still there, whatever they did to it
	vxmob domain del dev vx100
	must vxmob domain add dev vx100
	must vxmob mac announce "$MAC" dev vx100 via 10.255.0.2
	must is_at "$MAC" "vx100 10.255.0.2"
}

ALL_TESTS="devices by_vni macs addresses numbers places malformed long_lists privilege
	user_namespace max_macs slow_dump slow_reader lost_events random"

ASK=no
net_private "$@"
run_tests "$@"
