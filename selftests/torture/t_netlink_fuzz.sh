#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Messages that are nearly right, from two processes at once, about domains of
# every kind (see nlfuzz.c). What the module takes and refuses of them is its
# affair; afterwards it must answer, agree with itself, and let go of everything.
# The debugging kernel sees more, and a stock one fifty times as many messages.
#
# kernels: debug=4 stock-6.12=2
# timeout: 600

# shellcheck source=selftests/net.sh
. "$(dirname "$0")/../net.sh"

ALL_TESTS="it_is_fuzzed it_answers it_agrees_with_itself all_goes"
SECONDS_OF_FUZZ=${VXMOB_TORTURE_SECONDS:-20}

# A domain with addresses of either family, and two of a device with several VNIs.
DOMAINS="vx100:p1:p2 vxv6:p3:p4 vxe/10:p5:p6 vxe/20:p5:p6"

setup()
{
	sysctl -qw net.ipv6.conf.default.disable_ipv6=0
	net_create || return
	{
		echo "addr add fd00::1/64 dev u0 nodad"
		echo "link add br1 address 02:00:00:00:ff:02 type bridge mcast_snooping 0"
		echo "link add vxv6 type vxlan id 200 local fd00::1 dstport 4790 nolearning"
		echo "link add br2 address 02:00:00:00:ff:03 type bridge mcast_snooping 0 vlan_filtering 1"
		echo "link add vxe type vxlan external vnifilter local 10.255.0.1 dstport 4791 nolearning"
		for port in 3 4 5 6; do
			echo "link add p$port type veth peer name g$port"
			echo "link set p$port master br$((port > 4 ? 2 : 1)) up"
			echo "link set g$port up"
		done
		echo "link set vxv6 master br1 up"
		echo "link set vxe master br2 up"
		echo "link set vxe type bridge_slave vlan_tunnel on learning off"
		echo "link set vxv6 type bridge_slave learning off"
		echo "link set br1 up"
		echo "link set br2 up"
	} | ip -batch - || return
	vnis_create
}

vnis_create()
{
	local vid port

	for vid in 10 20; do
		bridge vni add dev vxe vni $vid &&
		bridge vlan add dev vxe vid $vid &&
		bridge vlan add dev vxe vid $vid tunnel_info id $vid || return
		for port in p5 p6; do
			bridge vlan add dev $port vid $vid || return
		done
	done
	for port in p5 p6; do
		bridge vlan add dev $port vid 10 pvid untagged || return
	done
	batch <<-END
		domain add dev vx100
		domain add dev vxv6
		domain add dev vxe vni 10 vid 10
		domain add dev vxe vni 20 vid 20
	END
}

# --- the cases ------------------------------------------------------------

it_is_fuzzed()
{
	local seed pids=() pid said=0 sum=0 taken=0 asked=0 rate

	# Somebody wants to hear of everything, and is too slow for any of it.
	job_start vxmob monitor > /dev/null 2>&1
	kill -STOP $JOB
	for seed in 1 2; do
		"$NET_HERE/torture/nlfuzz" "$SECONDS_OF_FUZZ" $((seed + SECONDS_OF_FUZZ)) \
			$DOMAINS > "$TMP/fuzz$seed" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait $pid || said=1
	done
	ktap_print < <(cat "$TMP"/fuzz*)
	check_equal "status of the fuzzers" 0 $said
	for seed in 1 2; do
		[[ $(head -n 1 "$TMP/fuzz$seed") =~ ^([0-9]+)" messages, "([0-9]+)" a second, "([0-9]+)" of "([0-9]+)" taken" ]]
		sum=$((sum + BASH_REMATCH[1]))
		rate=$((rate + BASH_REMATCH[2]))
		taken=$((taken + BASH_REMATCH[3]))
		asked=$((asked + BASH_REMATCH[4]))
	done
	ktap_print "$sum messages in $SECONDS_OF_FUZZ s, $rate a second"
	check "of those asked about, at least one in ten was taken" [ $((taken * 10)) -ge $asked ]
	check "many were sent" [ $sum -ge $((SECONDS_OF_FUZZ * 100)) ]
}

it_answers()
{
	local object

	for object in domain mac move vtep stats; do
		case $object in
		stats)	check "stats" timeout 60 vxmob -json stats ;;
		*)	check "$object show" timeout 60 vxmob -json $object show ;;
		esac
	done
}

# What the dumps say of one another; what waits for a moment may still come.
it_agrees_with_itself()
{
	check "the dumps agree" wait_for dumps_agree
	check "every binding of the dump can be got" wait_for all_gettable
}

dumps_agree()
{
	local object said

	for object in domain mac move vtep; do
		vxmob -json $object show > "$TMP/$object" || return
	done
	vxmob -json stats > "$TMP/stats" || return
	said=$(jq -nr --slurpfile domain "$TMP/domain" --slurpfile mac "$TMP/mac" \
		--slurpfile move "$TMP/move" --slurpfile vtep "$TMP/vtep" \
		--slurpfile stats "$TMP/stats" '
		def key: "\(.dev)/\(.vni)";
		($mac[0] | group_by(key) | map({(.[0] | key): length}) | add // {}) as $macs |
		($mac[0] | map(select(.state == "remote")) | group_by(key) |
			map({(.[0] | key): length}) | add // {}) as $remote |
		($domain[0][] | select(.macs != ($macs[key] // 0)) |
			"domain \(key) says \(.macs) macs, the dump \($macs[key])"),
		($stats[0][] | select(.macs != ($macs[key] // 0)) |
			"stats of \(key) say \(.macs) macs, the dump \($macs[key])"),
		($vtep[0] | group_by(key)[] | {k: (.[0] | key), n: (map(.macs) | add)} |
			select(.n != ($remote[.k] // 0)) |
			"vteps of \(.k) have \(.n) macs, the dump \($remote[.k])"),
		([$mac[0][] | select(.flags // [] | index("moving")) | "\(key) \(.lladdr)"] -
			[$move[0][] | "\(key) \(.lladdr)"] | .[] | "moving, without a move: \(.)"),
		($mac[0] | group_by([key, .lladdr])[] | select(length > 1) |
			"twice in the dump: \(.[0] | key) \(.[0].lladdr)")') || return
	same "$said" ""
}

all_gettable()
{
	vxmob -json mac show |
		jq -r '.[] | "mac get \(.lladdr) dev \(.dev) vni \(.vni)"' > "$TMP/gets" || return
	vxmob -batch "$TMP/gets" > /dev/null
}

all_goes()
{
	local domain

	for domain in $DOMAINS; do
		check "flush" vxmob mac flush dev "${domain%%[/:]*}"
	done
	vxmob -json domain show | jq -r '.[] | "domain del dev \(.dev) vni \(.vni)"' > "$TMP/dels"
	check "there is a domain to be deleted" [ -s "$TMP/dels" ]
	check "deleted" vxmob -batch "$TMP/dels"
	check_equal "domains left" "" "$(vxmob domain show)"
	check_equal "bindings left" "" "$(vxmob mac show)"
	check_equal "moves left" "" "$(vxmob move show)"
	check "the devices can go" ip -batch - <<-END
		link del vx100
		link del vxv6
		link del vxe
		link del br0
		link del br1
		link del br2
	END
}

net_private "$@"
run_tests
