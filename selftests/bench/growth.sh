#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench: instructions
# memory: 3072
#
# How cost and memory grow with the bindings: of the module by itself, in a domain
# that only monitors, so that the kernel's forwarding databases hold nothing; and with
# them, as far as they go.  Then a dump of all, and a thousand machines at once.

set -u -o pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

SIZES=${VXMOB_BENCH_SIZES:-1000 10000 100000 1000000}
WITH_FDB=${VXMOB_BENCH_FDB_SIZES:-1000 10000 100000}
MACHINES=1000
ROUNDS=5	# announcements of each, as by default

# Prints KiB that somebody could have.
available()
{
	sync
	echo 3 > /proc/sys/vm/drop_caches
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

object_size()
{
	cat /sys/kernel/slab/vxmob_binding/object_size
}

# One domain that grows from size to size
alone()
{
	local n=$1 before used

	must vxmob domain add dev vx100 dup-moves 1000 mode monitor max-macs 2000000
	before=$(available)
	RETARGET=(--count "$n" --lines 1000 --monitor vx100 transaction)
	retarget
	result "new binding, $n bindings" "${EACH[transaction]}" instructions
	must bound "$n"
	used=$((before - $(available)))
	RETARGET=(--count "$n" --samples 1000 --monitor --from 10 vx100 transaction-some
		transaction-some dump)
	retarget
	COST[$n]=${EACH[transaction-some]}
	result "claim, $n bindings" "${COST[$n]}" instructions
	result "listing a binding, $n bindings" "${EACH[dump]}" instructions
	point "vxmob, by itself" "$n" "${COST[$n]}"
	[ "$n" -lt 100000 ] || BYTES=$((used * 1024 / n))
	must vxmob domain del dev vx100
}

# With the entries; what a routing daemon wrote before is enrolled.
with_fdb()
{
	local n=$1

	devices_delete
	devices_create
	RETARGET=(--count "$n" --samples 1000 vx100 rtnl-batch rtnl-batch-some)
	retarget
	result "rtnetlink in batches of 64, $n entries" "${EACH[rtnl-batch-some]}" instructions
	point "rtnetlink in batches of 64" "$n" "${EACH[rtnl-batch-some]}"
	enrol "$n" max-macs 2000000
	RETARGET=(--count "$n" --samples 1000 --from 10 vx100 transaction-some
		transaction-some)
	retarget
	result "claim with its entries, $n entries" "${EACH[transaction-some]}" instructions
	point "vxmob, with the kernel's entries" "$n" "${EACH[transaction-some]}"
	must vxmob domain del dev vx100
}

# Machines appear at once, in a domain that announces them.
arrivals()
{
	local line sent first all frames=$((MACHINES * ROUNDS))

	devices_delete
	path_create
	must vxmob domain add dev vx100 announce-rounds $ROUNDS
	line=$(must "$BENCH_HERE/flood" p1 arrive $MACHINES o0 $frames) || exit
	[[ $line =~ sent=([0-9]+)\ first=([0-9]+)\ all=([0-9]+) ]] || die "flood: $line"
	sent=${BASH_REMATCH[1]} first=${BASH_REMATCH[2]} all=${BASH_REMATCH[3]}
	result "$MACHINES machines at once: learned and claimed, each" \
		"$(ratio "$sent" $MACHINES)" instructions
	result "$MACHINES machines at once: each announced once after" \
		"$(ratio "$first" 1000000)" ms
	result "$MACHINES machines at once: each announced $ROUNDS times after" \
		"$(ratio "$all" 1000000)" ms
	must vxmob domain del dev vx100
}

private "$@"
declare -A COST
BYTES=
devices_create
for size in $SIZES; do
	say "$size bindings"
	alone "$size"
	least=${least:-$size}
done
bar "claim, $size bindings to $least" "$(ratio "${COST[$size]}" "${COST[$least]}")" ratio 1.1
bar "size of a binding" "$(object_size)" bytes 256
[ -z "$BYTES" ] || result "memory gone for each of $size bindings, with the table" "$BYTES" bytes
for size in $WITH_FDB; do
	say "$size bindings with their entries"
	with_fdb "$size"
done
arrivals
