#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# not on: stock-6.12
# processors: 2
#
# Entries that the module installed never age, so it must remove them when their
# time has come: when the domain ends, when devices go or leave the bridge.  What
# somebody else put there is not its to remove.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/net.sh"

setup()
{
	net_create
}

enrol()
{
	vxmob domain add dev vx100 && defer vxmob domain del dev vx100
}

no_domain()
{
	[ -z "$(vxmob domain show)" ]
}

domain_del()
{
	must zebra_installs 02:00:00:00:01:01 10.255.0.2
	must bridge fdb add 02:00:00:00:01:02 dev vx100 dst 10.255.0.2 self permanent
	must bridge fdb add 02:00:00:00:01:02 dev vx100 master static
	must guest_sends g1 02:00:00:00:01:03
	must wait_for at 02:00:00:00:01:03 p1
	must vxmob domain add dev vx100
	must bound 02:00:00:00:01:01 '"origin":"netlink"'
	must bound 02:00:00:00:01:02 '"origin":"netlink"' '"sticky"'
	must zebra_installs 02:00:00:00:01:04 10.255.0.2
	must becomes_bound 02:00:00:00:01:04
	must batch <<-END
		mac announce 02:00:00:00:02:01 dev vx100 via 10.255.0.2
		mac announce 02:00:00:00:02:02 dev vx100 on p1
		mac announce 02:00:00:00:02:03 dev vx100 via 10.255.0.2
		mac announce 02:00:00:00:02:03 dev vx100 via 10.255.0.3
		mac announce 02:00:00:00:02:04 dev vx100 on p1
		mac announce 02:00:00:00:02:04 dev vx100 via 10.255.0.3
		mac announce 02:00:00:00:02:05 dev vx100 via 10.255.0.3
		mac announce 02:00:00:00:02:05 dev vx100 on p2
		mac announce 02:00:00:00:01:04 dev vx100 via 10.255.0.3
	END
	must vxmob domain del dev vx100
	must no_domain
	must lacks "$(bridge fdb show)" 02:00:00:00:02:
	must is_at 02:00:00:00:01:01 "vx100 10.255.0.2"
	must is_at 02:00:00:00:01:02 "vx100 10.255.0.2"
	must is_at 02:00:00:00:01:03 p1
	# it was moved on its owner's behalf
	must is_at 02:00:00:00:01:04 "vx100 10.255.0.3"
	must refused "not enrolled" vxmob mac announce 02:00:00:00:02:01 dev vx100 via 10.255.0.2
	must refused "not enrolled" vxmob domain del dev vx100
}

# Who installs over an installed entry has made it his.
taken_by_daemon()
{
	local mac=02:00:00:00:03:01 moved=02:00:00:00:03:02

	must enrol
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must vxmob mac announce "$moved" dev vx100 via 10.255.0.2
	must wait_for tick
	must zebra_installs "$mac" 10.255.0.2
	must zebra_installs "$moved" 10.255.0.3
	must becomes_bound "$moved" '"via":"10.255.0.3"' '!installed'
	must wait_for tick
	must vxmob domain del dev vx100
	must is_at "$mac" "vx100 10.255.0.2"
	must is_at "$moved" "vx100 10.255.0.3"
	must zebra_removes "$mac" 10.255.0.2
	must zebra_removes "$moved" 10.255.0.3
}

# The bridge stamps entries to the hundredth of a second, and a stamp counts when it
# is two of these old.
tick()
{
	doze 0.1
}

device_deleted()
{
	local mac=02:00:00:00:04:01

	must vxmob domain add dev vx100
	must monitor_start "$TMP/events"
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must vxmob mac announce 02:00:00:00:04:02 dev vx100 on p1
	must ip link del vx100
	must no_domain
	must wait_for has_line "$TMP/events" '"event":"domain-del"' '"dev":"vx100"'
	must is_at "$mac" -
	must is_at 02:00:00:00:04:02 -
	restore_vxlan
}

restore_vxlan()
{
	ip -batch - <<-END
		link add vx100 type vxlan id 100 local 10.255.0.1 dstport 4789 nolearning
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		link set vx100 up
	END
}

# Without a bridge there are no local MACs, and what was installed for them and
# in the bridge is gone.  The segment itself lives on.
leaves_bridge()
{
	local mac=02:00:00:00:05:01

	must enrol
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must vxmob mac announce 02:00:00:00:05:02 dev vx100 on p1
	must ip link set vx100 nomaster
	must lacks "$(vxmob -json domain show dev vx100)" '"bridge"'
	must unbound 02:00:00:00:05:02
	must is_at 02:00:00:00:05:02 -
	must refused port vxmob mac announce 02:00:00:00:05:02 dev vx100 on p1
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must is_at "$mac" "- 10.255.0.2"
	must ip link set vx100 master br0
	must wait_for has_bridge br0
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3
	must is_at "$mac" "vx100 10.255.0.3"
	must vxmob mac announce 02:00:00:00:05:02 dev vx100 on p2
	must is_at 02:00:00:00:05:02 p2
	must guest_sends g1 "$mac"
	must becomes_bound "$mac" '"port":"p1"'
}

# The domain joins a bridge a moment after its device.
has_bridge()
{
	[[ $(vxmob -json domain show dev vx100) == *"\"bridge\":\"$1\""* ]]
}

# What is written while the bridge removes the port would point to freed memory:
# it must go, however much it is.
leaves_amid_claims()
{
	local i

	must enrol
	for ((i = 0; i < 500; i++)); do
		printf 'announce 02:00:00:0a:%02x:%02x dev vx100 via 10.255.0.2\n' \
			$((i >> 8)) $((i & 255))
	done > "$TMP/lines"
	must vxmob transaction "$TMP/lines"
	job_start announces_on
	for ((i = 0; i < 5; i++)); do
		must wait_for has_entries
		must ip link set vx100 nomaster
		must lacks "$(bridge fdb show br br0)" 02:00:00:0a:
		must ip link set vx100 master br0
	done
}

# Where the port goes in the middle, nothing is applied.
announces_on()
{
	while :; do vxmob transaction "$TMP/lines" 2>/dev/null; done
}

has_entries()
{
	bridge fdb show br br0 brport vx100 | grep -q ^02:00:00:0a:01:f3
}

changes_bridge()
{
	local mac=02:00:00:00:06:01

	must ip link add br7 type bridge
	must ip link add p7 master br7 type veth peer name g7
	must ip link set br7 up
	must ip link set p7 up
	must ip link set g7 up
	must enrol
	must vxmob mac announce "$mac" dev vx100 on p1
	must ip link set vx100 master br7
	must wait_for has_bridge br7
	must is_at "$mac" -
	must refused port vxmob mac announce "$mac" dev vx100 on p1
	must vxmob mac announce "$mac" dev vx100 on p7
	must is_at "$mac" p7
	must ip link del br7
	must lacks "$(vxmob -json domain show dev vx100)" '"bridge"'
	must unbound "$mac"
	must ip link set vx100 master br0
}

bridge_deleted()
{
	must enrol
	must vxmob mac announce 02:00:00:00:07:01 dev vx100 via 10.255.0.2
	must vxmob mac announce 02:00:00:00:07:02 dev vx100 on p1
	must ip link del br0
	must lacks "$(vxmob -json domain show dev vx100)" '"bridge"'
	must unbound 02:00:00:00:07:02
	must refused port vxmob mac announce 02:00:00:00:07:02 dev vx100 on p1
	must vxmob mac announce 02:00:00:00:07:01 dev vx100 via 10.255.0.3
	must is_at 02:00:00:00:07:01 "- 10.255.0.3"
}

restore_bridge()
{
	ip -batch - <<-END
		link add br0 address 02:00:00:00:ff:01 type bridge mcast_snooping 0
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		link set p1 master br0
		link set p2 master br0
		link set br0 up
	END
}

# The driver empties its table when the device goes down.  Afterwards the module
# and the databases must tell the same.
device_down()
{
	local mac=02:00:00:00:08:01

	must restore_bridge
	must enrol
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.2
	must ip link set vx100 down
	must ip link set vx100 up
	must wait_for agree "$mac"
	must vxmob mac announce "$mac" dev vx100 via 10.255.0.3
	must is_at "$mac" "vx100 10.255.0.3"
}

agree()
{
	if quietly_bound "$1"; then
		at "$1" "vx100 10.255.0.2"
	else
		at "$1" -
	fi
}

# A name and an index that are used again are another device.
index_reused()
{
	local i

	for i in 1 2 3; do
		must ip link add vx9 index 900 type vxlan id 9 local 10.255.0.1 dstport 4789
		must vxmob domain add dev vx9
		must vxmob mac announce 02:00:00:00:09:01 dev vx9 via 10.255.0.2
		must ip link del vx9
		must no_domain
	done
}

ALL_TESTS="domain_del taken_by_daemon device_deleted leaves_bridge
	leaves_amid_claims changes_bridge bridge_deleted device_down index_reused"

ASK=no
net_private "$@"
run_tests "$@"
