#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: debug stock-6.1
#
# Which VTEPs there are and how much is behind each; and moving all of it at once,
# when a VTEP is drained, fails or gets another address.  What the rules keep stays,
# nobody else waits, and other segments, hosts and families are not touched.

# timeout: 600

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

MANY=50000
TABLE=4096	# addresses that nobody has named, at most

# vx100 and vx200; vx0, which carries VNI 10 and 20; vx6, whose underlay is IPv6.
setup()
{
	net_create_far || return
	ip -batch - <<-END || return
		link add br1 type bridge mcast_snooping 0
		link add vx200 type vxlan id 200 local 10.255.0.1 dstport 4789 nolearning
		link set vx200 master br1
		link set vx200 type bridge_slave learning off
		link set vx200 up
		link set br1 up
		link add vx0 type vxlan external local 10.255.0.1 dstport 4790 nolearning
		link add vx6 type vxlan id 6 local fd00::1 dstport 4791 nolearning
	END
	batch <<-END
		domain add dev vx100 snoop rarp
		domain add dev vx200
		domain add dev vx0 vni 10 vid 10
		domain add dev vx0 vni 20 vid 20
		domain add dev vx6
	END
}

# Sets VTEPS to those of a device, as ADDRESS:FLOOD:MACS:CONTROL-MACS, in order.
vteps_of()
{
	local line word list=()

	VTEPS=
	while read -r line; do
		[[ $line =~ ^([^ ]*)" dev $1 "(.*)" macs "([0-9]+)" control-macs "([0-9]+)$ ]] || continue
		word=no
		[[ ${BASH_REMATCH[2]} != *" flood" ]] || word=flood
		list+=("${BASH_REMATCH[1]}:$word:${BASH_REMATCH[3]}:${BASH_REMATCH[4]}")
	done < <(vxmob vtep show dev "$1")
	[ ${#list[@]} = 0 ] || VTEPS=$(printf '%s\n' "${list[@]}" | sort | tr '\n' ' ')
	VTEPS=${VTEPS% }
}

vteps_are()
{
	vteps_of "$1"
	same "$VTEPS" "${*:2}"
}

vteps_become()
{
	wait_for vteps_are "$@" > /dev/null || vteps_are "$@"
}

# Each binding counts where it is, and as one of the control plane's when it is.
counts()
{
	local mac=02:00:00:00:01

	must vteps_are vx100 10.255.0.2:flood:0:0 10.255.0.3:flood:0:0
	must vxmob mac announce $mac:01 dev vx100 via 10.255.0.2
	must zebra_installs $mac:02 10.255.0.4
	must becomes_bound $mac:02 '"via":"10.255.0.4"'
	must vtep_announces 10.255.0.3 $mac:03
	must becomes_bound $mac:03 '"via":"10.255.0.3"'
	must vxmob mac announce $mac:04 dev vx100 on p1
	must vteps_are vx100 10.255.0.2:flood:1:1 10.255.0.3:flood:1:0 10.255.0.4:no:1:1
	must json_true '
		sort_by(.addr) == [
			{"dev": "vx100", "vni": 100, "vid": 0, "addr": "10.255.0.2",
			 "flood": true, "macs": 1, "control_macs": 1},
			{"dev": "vx100", "vni": 100, "vid": 0, "addr": "10.255.0.3",
			 "flood": true, "macs": 1, "control_macs": 0},
			{"dev": "vx100", "vni": 100, "vid": 0, "addr": "10.255.0.4",
			 "flood": false, "macs": 1, "control_macs": 1}]
		' vxmob -json vtep show dev vx100
	# confirmed, by a stamp that is surely younger; moved, come home, gone
	must wait_for older_than $mac:03 50
	must zebra_installs $mac:03 10.255.0.3
	must becomes_bound $mac:03 '"status":"confirmed"'
	must vteps_are vx100 10.255.0.2:flood:1:1 10.255.0.3:flood:1:1 10.255.0.4:no:1:1
	must vxmob mac announce $mac:02 dev vx100 via 10.255.0.2
	must vteps_are vx100 10.255.0.2:flood:2:2 10.255.0.3:flood:1:1
	must vxmob mac announce $mac:02 dev vx100 via 10.255.0.2
	must vxmob mac announce $mac:03 dev vx100 on p1
	must vxmob mac withdraw $mac:01 dev vx100
	must vteps_are vx100 10.255.0.2:flood:1:1 10.255.0.3:flood:0:0
	# a domain that takes over what is there, and an address that floods no more
	must bridge fdb del 00:00:00:00:00:00 dev vx100 dst 10.255.0.2 self
	must vteps_become vx100 10.255.0.2:no:1:1 10.255.0.3:flood:0:0
	must net_flood_to 10.255.0.2
	must vteps_become vx100 10.255.0.2:flood:1:1 10.255.0.3:flood:0:0
	must vxmob mac flush dev vx100
	must vteps_are vx100 10.255.0.2:flood:0:0 10.255.0.3:flood:0:0
}

# A VTEP behind which there is something by its own word alone is listed, but is
# not known.
known()
{
	local mac=02:00:00:00:02

	must vxmob domain set dev vx100 vteps any
	must vtep_announces 10.255.0.9 $mac:01
	must becomes_bound $mac:01 '"via":"10.255.0.9"'
	must vxmob domain set dev vx100 vteps known
	must vteps_are vx100 10.255.0.2:flood:0:0 10.255.0.3:flood:0:0 10.255.0.9:no:1:0
	must claims_of snoop refuse-vtep
	must vtep_announces 10.255.0.9 $mac:02
	must wait_for claims_are snoop refuse-vtep $((COUNT + 1))
	must unbound $mac:02
	# the control plane names it
	must vxmob mac announce $mac:03 dev vx100 via 10.255.0.9
	must vtep_announces 10.255.0.9 $mac:02
	must becomes_bound $mac:02 '"via":"10.255.0.9"'
	must vteps_are vx100 10.255.0.2:flood:0:0 10.255.0.3:flood:0:0 10.255.0.9:no:3:1
	# and does so no more
	must vxmob mac withdraw $mac:03 dev vx100
	must claims_of snoop refuse-vtep
	must vtep_announces 10.255.0.9 $mac:04
	must wait_for claims_are snoop refuse-vtep $((COUNT + 1))
	must vxmob mac flush dev vx100
}

# Moves all from a VTEP to another one: how many must move and be refused, then
# what vxmob is told.
moves()
{
	local moved=$1 refused=$2

	shift 2
	same "$(vxmob vtep move "$@")" "moved $moved refused $refused"
}

# Whoever has put it there; the rest of the place stays, and so does the number.
moved()
{
	local mac=02:00:00:00:03

	must batch <<-END
		mac announce $mac:01 dev vx100 via 10.255.0.2 seq 5 router ip 192.0.2.1
		mac announce $mac:02 dev vx100 via 10.255.0.4
		mac announce $mac:03 dev vx100 on p1
		mac announce $mac:01 dev vx200 via 10.255.0.2
	END
	must zebra_installs $mac:04 10.255.0.2
	must vtep_announces 10.255.0.2 $mac:05
	must bridge fdb replace $mac:06 dev vx100 dst 10.255.0.2 port 5000 vni 555 self master dynamic extern_learn
	must becomes_bound $mac:04 '"via":"10.255.0.2"'
	must becomes_bound $mac:05 '"via":"10.255.0.2"' '"status":"provisional"'
	must becomes_bound $mac:06 '"dst_port":5000'
	must monitor_start "$TMP/events"
	must moves 4 0 10.255.0.2 to 10.255.0.3 dev vx100
	must bound $mac:01 '"via":"10.255.0.3"' '"seq":5,' '"bump":1,' '"router"' '"ips":["192.0.2.1"]' '"moves":1,'
	must bound $mac:04 '"via":"10.255.0.3"' '"origin":"control"' '"status":"confirmed"'
	must bound $mac:05 '"via":"10.255.0.3"' '"origin":"control"' '"status":"confirmed"'
	must bound $mac:06 '"via":"10.255.0.3","dst_port":5000,"dst_vni":555'
	must is_at $mac:01 "vx100,vx200 10.255.0.3"
	must is_at $mac:04 "vx100 10.255.0.3"
	must is_at $mac:05 "vx100 10.255.0.3"
	must is_at $mac:06 "vx100 10.255.0.3"
	must has "$ENTRIES" "dst 10.255.0.3 port 5000 vni 555 self"
	# others have not moved
	must bound $mac:02 '"via":"10.255.0.4"' '"moves":0,'
	must bound $mac:03 '"port":"p1"' '"moves":0,'
	NET_DEV=vx200 must bound $mac:01 '"via":"10.255.0.2"' '"moves":0,'
	must has "$(bridge fdb show dev vx100)" "00:00:00:00:00:00 dst 10.255.0.2 "
	must vteps_are vx100 10.255.0.2:flood:0:0 10.255.0.3:flood:4:4 10.255.0.4:no:1:1
	must wait_for has_line "$TMP/events" '"event":"vtep-moved"' '"dev":"vx100","vni":100,"vid":0' \
		'"from":{"state":"remote","via":"10.255.0.2"},"to":{"state":"remote","via":"10.255.0.3"}' '"macs":4'
	must same "$(lines_with "$TMP/events" '"event":"mac-move"' '"origin":"control"')" 4
	# nothing is there any more
	must moves 0 0 10.255.0.2 to 10.255.0.3 dev vx100
	must same "$(lines_with "$TMP/events" '"event":"vtep-moved"')" 1
	must same "$(vxmob -json vtep move 10.255.0.3 to 10.255.0.2 dev vx100)" '{"moved":4,"refused":0}'
	must vxmob mac flush dev vx100
	must vxmob mac flush dev vx200
}

# What the rules, or the owner of an entry, keep at the old VTEP.
kept()
{
	local mac=02:00:00:00:04

	must vxmob domain set dev vx100 dup-moves 2 dup-action freeze
	must batch <<-END
		mac announce $mac:01 dev vx100 via 10.255.0.2
		mac announce $mac:02 dev vx100 via 10.255.0.2 sticky
		mac announce $mac:03 dev vx100 via 10.255.0.2
		mac announce $mac:03 dev vx100 via 10.255.0.3
		mac announce $mac:03 dev vx100 via 10.255.0.2
		mac announce $mac:04 dev vx100 via 10.255.0.2
	END
	must bound $mac:03 '"status":"frozen"'
	must vxmob domain set dev vx100 dup-moves 5 dup-action warn protect $mac:04
	must monitor_start "$TMP/events"
	must moves 1 3 10.255.0.2 to 10.255.0.3
	must is_at $mac:01 "vx100 10.255.0.3"
	must is_at $mac:02 "vx100 10.255.0.2"
	must is_at $mac:03 "vx100 10.255.0.2"
	must is_at $mac:04 "vx100 10.255.0.2"
	must wait_for has_line "$TMP/events" '"event":"vtep-moved"' '"macs":1'
	must has_line "$TMP/events" $mac:02 '"verdict":"refuse-sticky"'
	must has_line "$TMP/events" $mac:03 '"verdict":"refuse-frozen"'
	must has_line "$TMP/events" $mac:04 '"verdict":"refuse-invalid"'
	must vxmob domain set dev vx100 protect 02:00:00:00:ff:0f
	must moves 1 2 10.255.0.2 to 10.255.0.3 dev vx100 vni 100
	must vxmob mac flush dev vx100
}

# The daemon does not know of it: what it writes next counts, and what it deletes
# was at the place that was left.
daemon()
{
	local mac=02:00:00:00:05

	must zebra_installs $mac:01 10.255.0.2
	must zebra_installs $mac:02 10.255.0.2
	must becomes_bound $mac:01 '"origin":"netlink"'
	must becomes_bound $mac:02 '"origin":"netlink"'
	must moves 2 0 10.255.0.2 to 10.255.0.3
	must stat_of repairs
	must zebra_removes $mac:01 10.255.0.2
	must wait_for stat_is repairs $((COUNT + 1))
	must is_at $mac:01 "vx100 10.255.0.3"
	must zebra_installs $mac:02 10.255.0.2
	must becomes_bound $mac:02 '"via":"10.255.0.2"' '"origin":"netlink"'
	must is_at $mac:02 "vx100 10.255.0.2"
	must vxmob mac flush dev vx100
}

# Prints where a MAC is in each domain of this host.
everywhere()
{
	vxmob mac show "$1" | sed 's/.* dev \([^ ]*\) vni \([0-9]*\) .* via \([^ ]*\) .*/\1 \2 \3/' | sort
}

# One device of several VNIs, and all domains at once.
several()
{
	local mac=02:00:00:00:06:01

	must batch <<-END
		mac announce $mac dev vx100 via 10.255.0.2
		mac announce $mac dev vx200 via 10.255.0.2
		mac announce $mac dev vx0 vni 10 via 10.255.0.2
		mac announce $mac dev vx0 vni 20 via 10.255.0.2
		mac announce $mac dev vx6 via fd00::2
	END
	must moves 1 0 10.255.0.2 to 10.255.0.3 dev vx0 vni 20
	must same "$(everywhere $mac)" "$(printf '%s\n' "vx0 10 10.255.0.2" "vx0 20 10.255.0.3" \
		"vx100 100 10.255.0.2" "vx200 200 10.255.0.2" "vx6 6 fd00::2")"
	must monitor_start "$TMP/events"
	must moves 3 0 10.255.0.2 to 10.255.0.3
	must same "$(everywhere $mac)" "$(printf '%s\n' "vx0 10 10.255.0.3" "vx0 20 10.255.0.3" \
		"vx100 100 10.255.0.3" "vx200 200 10.255.0.3" "vx6 6 fd00::2")"
	# in the order in which they were enrolled
	must wait_for has_line "$TMP/events" '"event":"vtep-moved"' '"dev":"vx0","vni":10' '"macs":1'
	must has_line "$TMP/events" '"event":"vtep-moved"' '"dev":"vx100"' '"macs":1'
	must has_line "$TMP/events" '"event":"vtep-moved"' '"vni":200'
	must same "$(lines_with "$TMP/events" '"event":"vtep-moved"')" 3
	must moves 1 0 fd00::2 to fd00::3
	must is_at $mac "vx100,vx200 fd00::3" vx6
	must vteps_are vx6 fd00::3:no:1:1
	must same "$(vxmob vtep show vni 20)" "10.255.0.3 dev vx0 vni 20 vid 20 macs 1 control-macs 1"
	must batch <<-END
		mac flush dev vx100
		mac flush dev vx200
		mac flush dev vx0
		mac flush dev vx6
	END
	must same "$(vxmob vtep show dev vx0)" ""
}

# What is asked wrongly changes nothing, and the attribute at fault is named.
misasked()
{
	local mac=02:00:00:00:07:01 vx="vtep.ifindex=dev:vx100" addr

	must vxmob mac announce $mac dev vx100 via 10.255.0.2
	must not_moved "same VTEP" 10.255.0.2 to 10.255.0.2
	for addr in 0.0.0.0 224.0.0.1 255.255.255.255 127.0.0.1; do
		must not_moved unicast 10.255.0.2 to $addr
	done
	must not_moved "this host" 10.255.0.2 to 10.255.0.1
	must not_moved "this host" fd00::2 to fd00::1
	must not_moved families 10.255.0.2 to fd00::3
	must not_moved "of that family" fd00::2 to fd00::3 dev vx100
	must not_moved "of that family" 10.255.0.2 to 10.255.0.3 dev vx6
	must not_moved "no domain matches" 10.255.0.2 to 10.255.0.3 vni 101
	must not_moved "no domain matches" 10.255.0.2 to 10.255.0.3 dev br0
	must refuses_message "VTEP to move to is needed" $vx vtep.addr=ip:10.255.0.2
	must refuses_message "VTEP is needed" $vx vtep.to=ip:10.255.0.3
	must refuses_message offset= $vx vtep.addr=ip:10.255.0.2 vtep.to=ip:10.255.0.1
	must refuses_message offset= $vx vtep.addr=ip:10.255.0.2 vtep.to=ip:224.0.0.1
	must refuses_message offset= $vx vtep.addr=hex:0aff00 vtep.to=ip:10.255.0.3
	must refuses_message offset= vtep.vni=u32:101 vtep.addr=ip:10.255.0.2 vtep.to=ip:10.255.0.3
	must bound $mac '"via":"10.255.0.2"' '"moves":0,'
	# it was not for something else
	must same "$("$NET_HERE/nlsend" vtep-move $vx vtep.addr=ip:10.255.0.2 vtep.to=ip:10.255.0.3)" OK
	must bound $mac '"via":"10.255.0.3"' '"moves":1,'
	must vxmob mac flush dev vx100
}

not_moved()
{
	unchanged refused "$1" vxmob vtep move "${@:2}"
}

refuses_message()
{
	local said

	said=$("$NET_HERE/nlsend" vtep-move "${@:2}")
	has "$said" "$1" && lacks "$said" OK
}

# Moving needs CAP_NET_ADMIN in the namespace, looking does not.
privilege()
{
	local mac=02:00:00:00:08:01

	must vxmob mac announce $mac dev vx100 via 10.255.0.2
	must refused "" nobody vxmob vtep move 10.255.0.2 to 10.255.0.3
	must bound $mac '"via":"10.255.0.2"'
	must has "$(nobody vxmob vtep show dev vx100)" "10.255.0.2 dev vx100 vni 100 vid 0 flood macs 1"
	must vxmob mac flush dev vx100
}

# The same names and addresses in another namespace.
namespaces()
{
	local mac=02:00:00:00:09:01

	must setup_ns OTHER
	must net_vtep_create "$OTHER" 10.255.0.1 10.255.0.2
	must vxmob -n "$OTHER" domain add dev vx100
	must vxmob -n "$OTHER" mac announce $mac dev vx100 via 10.255.0.2
	must vxmob mac announce $mac dev vx100 via 10.255.0.2
	must same "$(vxmob -n "$OTHER" vtep move 10.255.0.2 to 10.255.0.3)" "moved 1 refused 0"
	must bound $mac '"via":"10.255.0.2"' '"moves":0,'
	NET_NS=$OTHER must bound $mac '"via":"10.255.0.3"'
	must same "$(vxmob -n "$OTHER" vtep show | sort)" "$(printf '%s\n' \
		"10.255.0.2 dev vx100 vni 100 vid 0 flood macs 0 control-macs 0" \
		"10.255.0.3 dev vx100 vni 100 vid 0 macs 1 control-macs 1")"
	must vxmob mac flush dev vx100
}

# In a domain that only watches, nothing is written.
monitoring()
{
	local mac=02:00:00:00:0a:01

	must zebra_installs $mac 10.255.0.2
	must becomes_bound $mac '"via":"10.255.0.2"'
	must vxmob domain set dev vx100 mode monitor
	must unchanged moves 1 0 10.255.0.2 to 10.255.0.3
	must bound $mac '"via":"10.255.0.3"'
	must vxmob domain set dev vx100 mode enforce
	must comes_to $mac "vx100 10.255.0.3"
	must vxmob mac flush dev vx100
}

# More than one message of the answer holds.
long_list()
{
	local i

	for ((i = 0; i < 1000; i++)); do
		printf 'mac announce 02:00:02:00:%02x:%02x dev vx100 via 10.254.%d.%d\n' \
			$((i >> 8)) $((i & 255)) $((i >> 8)) $((i & 255))
		printf 'mac announce 02:00:02:00:%02x:%02x dev vx200 via 10.254.%d.%d\n' \
			$((i >> 8)) $((i & 255)) $((i >> 8)) $((i & 255))
	done | batch
	must same "$(vxmob vtep show | grep -c '^10\.254\..* macs 1 control-macs 1$')" 2000
	must same "$(vxmob vtep show | sort -u | wc -l)" "$(vxmob vtep show | wc -l)"
	must vxmob mac flush dev vx100
	must vxmob mac flush dev vx200
}

# An address that nobody has named is listed where something is bound to it, while the
# table has room; the control plane is not bound by that.
table_full()
{
	local mac=02:00:00:00:0a

	must vxmob domain set dev vx100 vteps any
	must vxmob transaction - < <(seq 0 $((TABLE - 1)) | awk '{
		printf "announce 02:00:04:00:%02x:%02x dev vx100 via 10.253.%d.%d\n",
			$1 / 256, $1 % 256, $1 / 256, $1 % 256
	}')
	must same "$(vxmob vtep show dev vx100 | grep -c '^10\.253\.')" $TABLE
	must vtep_announces 10.255.0.9 $mac:01
	must becomes_bound $mac:01 '"via":"10.255.0.9"'
	must lacks "$(vxmob vtep show dev vx100 | grep '^10\.255\.')" 10.255.0.9
	must vxmob mac announce $mac:02 dev vx100 via 10.255.0.8
	must has "$(vxmob vtep show dev vx100 | grep '^10\.255\.')" 10.255.0.8
	# when those are gone there is room, time and again
	must vxmob mac flush dev vx100
	must vteps_are vx100 10.255.0.2:flood:0:0 10.255.0.3:flood:0:0
	must vtep_announces 10.255.0.9 $mac:03
	must becomes_bound $mac:03 '"via":"10.255.0.9"'
	must vteps_are vx100 10.255.0.2:flood:0:0 10.255.0.3:flood:0:0 10.255.0.9:no:1:0
	must vxmob mac flush dev vx100
	must vxmob domain set dev vx100 vteps known
}

# Prints lines that announce many MACs via a VTEP.
many_lines()
{
	seq 0 $((MANY - 1)) | awk -v via="$1" '{
		printf "announce 02:00:03:%02x:%02x:%02x dev vx100 via %s\n",
			$1 / 65536, $1 / 256 % 256, $1 % 256, via
	}'
}

# Many at once, while somebody else makes claims of his own: about some of the same
# MACs, and new ones.  Nobody waits for the end of the move, and what was claimed
# later stands.
many()
{
	local from=10.255.0.2 to=10.255.0.3 next i

	must vxmob transaction - < <(many_lines $from)
	must vteps_are vx100 10.255.0.2:flood:$MANY:$MANY 10.255.0.3:flood:0:0
	CLAIMED=0
	must latency before
	for i in 1 2 3 4 5 6 7 8; do
		must moves_while_claimed $from $to
		[ $DURING = 0 ] || break
		next=$from from=$to to=$next
	done
	must [ $DURING -gt 0 ]
	must vteps_of vx100
	must has "$VTEPS " " 10.255.0.9:no:$CLAIMED:$CLAIMED "
	must has "$VTEPS " "$to:flood:$((MANY - CLAIMED)):$((MANY - CLAIMED)) "
	must has "$VTEPS " "$from:flood:0:0 "
	must same "$(bridge fdb show dev vx100 | grep -c "^02:00:03:.* dst $to self")" $((MANY - CLAIMED))
	must same "$(bridge fdb show dev vx100 | grep -c '^02:00:03:.* dst 10.255.0.9 self')" $CLAIMED
	must vxmob mac flush dev vx100
	must same "$(bridge fdb show | grep -c ^02:00:03:)" 0
}

# Claims a MAC that may be on the move; sets TOOK to microseconds.
claim_one()
{
	local mac start=${EPOCHREALTIME/[.,]/}

	printf -v mac '02:00:03:00:%02x:%02x' $((CLAIMED >> 8)) $((CLAIMED & 255))
	vxmob mac announce "$mac" dev vx100 via 10.255.0.9 || return
	TOOK=$((${EPOCHREALTIME/[.,]/} - start))
	CLAIMED=$((CLAIMED + 1))
}

# How long a claim takes, the program's start included; for comparison.
latency()
{
	local i worst=0

	for ((i = 0; i < 20; i++)); do
		claim_one || return
		[ $worst -gt $TOOK ] || worst=$TOOK
	done
	ktap_print "$1: $i announcements, the slowest took $worst us"
}

# Sets DURING to the claims that were made in the midst of a move.
moves_while_claimed()
{
	local job worst=0 before

	DURING=0
	vxmob vtep move "$1" to "$2" > "$TMP/moved" &
	job=$!
	while kill -0 $job 2>/dev/null; do
		before=no
		! in_the_midst "$1" || before=yes
		claim_one || return
		[ $worst -gt $TOOK ] || worst=$TOOK
		[ $before = no ] || ! in_the_midst "$1" || DURING=$((DURING + 1))
	done
	wait $job || return
	ktap_print "$(< "$TMP/moved"); $DURING announcements in the midst, the slowest of all took $worst us"
}

# Some have left the VTEP, and some have not.
in_the_midst()
{
	vteps_of vx100
	[[ "$VTEPS " =~ $1:flood:([0-9]+): ]] && [ "${BASH_REMATCH[1]}" -gt 0 ] &&
		[ "${BASH_REMATCH[1]}" -lt $((MANY - CLAIMED)) ]
}

ALL_TESTS="counts known moved kept daemon several misasked privilege namespaces
	monitoring long_list table_full many"

net_private "$@"
run_tests "$@"
