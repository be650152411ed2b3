#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench: instructions
#
# What pointing a MAC's vxlan and bridge entries to another VTEP costs, in
# instructions, with somebody who listens to the neighbour notifications:
# rtnetlink by itself, on a device that is not enrolled, beside vxmob's ways.

set -u -o pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

SNOOPED=256		# announcements
SIZES=${VXMOB_BENCH_SIZES:-1024 8192 65536}

# The nexthop group stands for all that can be moved without touching entries.
measure_group()
{
	must ip nexthop add id 1 via 10.255.0.2 fdb
	must ip nexthop add id 2 via 10.255.0.3 fdb
	must ip nexthop add id 10 group 1 fdb
	RETARGET=(--count "$1" vx100 backed=10 "group=10,2")
	retarget
	GROUP=${EACH[group=10,2]}
	devices_delete
	must ip nexthop flush
	devices_create
}

# Announces MACs from another VTEP; sets COST.
announce()
{
	COST=$(must "$BENCH_HERE/flood" u0 announce "$ROUTER" 10.255.0.1 10.255.1.2 100 \
		$SNOOPED $(($1 / SNOOPED))) || exit
	COST=${COST#each=}
}

behind()
{
	[ "$(bridge fdb show dev vx100 | grep -c '^02:00:.* dst 10.255.1.2 ')" -ge "$1" ]
}

# What a snooped announcement costs beyond the way of its packet, sets SNOOP.
measure_snooped()
{
	path_create
	RETARGET=(--count "$1" vx100 rtnl-batch)
	retarget
	must vxmob domain add dev vx100 dup-moves 1000 snoop none vteps any max-macs 262144
	wait_for bound_at_least "$1"
	announce "$1"
	! behind $SNOOPED || die "moved without snooping"
	SNOOP=$COST
	must vxmob domain set dev vx100 snoop rarp
	announce "$1"
	behind $SNOOPED || die "snooping moved too few"
	SNOOP=$(awk -v a="$COST" -v b="$SNOOP" 'BEGIN { printf "%.0f\n", a - b }')
	must vxmob domain del dev vx100
	path_delete
}

# Bars of a transaction by entries
limit_of()
{
	if [ "$1" -le 8192 ]; then
		echo 0.75
	else
		echo 1.0
	fi
}

measure()
{
	local n=$1

	say "$n entries"
	measure_snooped "$n"
	devices_create
	measure_group "$n"
	RETARGET=(--count "$n" vx100 rtnl-batch rtnl-batch rtnl)
	retarget
	enrol "$n" max-macs 262144
	RETARGET=(--count "$n" --from 10 vx100 claim transaction vtep)
	retarget
	result "single rtnetlink message, $n entries" "${MEDIAN[rtnl]}" instructions
	result "single announcement, $n entries" "${MEDIAN[claim]}" instructions
	bar "single announcement to rtnetlink, $n entries" \
		"$(ratio "${MEDIAN[claim]}" "${MEDIAN[rtnl]}")" ratio 0.4
	result "snooped announcement, $n entries" "$SNOOP" instructions
	bar "snooped announcement to rtnetlink, $n entries" \
		"$(ratio "$SNOOP" "${MEDIAN[rtnl]}")" ratio 0.4
	result "rtnetlink in batches of 64, $n entries" "${EACH[rtnl-batch]}" instructions
	result "line of a transaction, $n entries" "${EACH[transaction]}" instructions
	bar "transaction to batched rtnetlink, $n entries" \
		"$(ratio "${EACH[transaction]}" "${EACH[rtnl-batch]}")" ratio "$(limit_of "$n")"
	result "MAC of a vtep move, $n entries" "${EACH[vtep]}" instructions
	result "vtep move to as many rtnetlink messages in batches, $n entries" \
		"$(ratio "${EACH[vtep]}" "${EACH[rtnl-batch]}")" ratio
	result "vtep move as a whole, $n entries" $((EACH[vtep] * n)) instructions
	result "one nexthop group replaced as a whole, $n entries" "$GROUP" instructions
	RETARGET=(--count "$n" --from 20 vx100 rtnl rtnl-batch)
	retarget
	result "rtnetlink on an enrolled device, single, $n entries" \
		"${MEDIAN[rtnl]}" instructions
	result "rtnetlink on an enrolled device, in batches of 64, $n entries" \
		"${EACH[rtnl-batch]}" instructions
	must vxmob domain del dev vx100
	devices_delete
}

private "$@"
for size in $SIZES; do
	measure "$size"
done
