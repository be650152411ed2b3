#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench: time
#
# Whether a retarget waits for the RTNL: how long one takes while nothing else goes
# on, while another process takes the RTNL in a loop, and while the same process
# loops without it; and how often the RTNL is taken on the way of each kind of claim.

set -u -o pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

SAMPLES=${VXMOB_BENCH_SAMPLES:-16384}

# Runs the other process; "idle" is none.
hog_start()
{
	local line

	[ "$1" != idle ] || return 0
	coproc HOG { exec "$BENCH_HERE/hog" "$1"; }
	HOG_IN=${HOG[1]} HOG_OUT=${HOG[0]} HOG_CHILD=$HOG_PID
	read -r -t 30 line <&"$HOG_OUT" || die "hog does not begin"
	[ "$line" = begun ] || die "hog: $line"
}

hog_stop()
{
	local rounds

	[ "$1" != idle ] || return 0
	exec {HOG_IN}>&-
	read -r -t 30 rounds <&"$HOG_OUT" || die "hog does not end"
	[ "$rounds" -gt 1 ] || die "the other process made no rounds"
	wait "$HOG_CHILD"
}

tell_samples()
{
	local who=$1 step=$2 state=$3

	result "$who, p50, $state" "$(ratio "${MEDIAN[$step]}" 1000)" us
	result "$who, p99, $state" "$(ratio "${P99[$step]}" 1000)" us
	result "$who, max, $state" "$(ratio "${MAX[$step]}" 1000)" us
}

# Both ways, on a device that is enrolled and on one that is not.
measure()
{
	local hog=$1 state=$2

	FROM=$((FROM + 10))
	hog_start "$hog"
	RETARGET=(--count "$SAMPLES" --samples "$SAMPLES" --monitor --from "$FROM" vx100 claim)
	retarget
	CLAIM_P99[$hog]=${P99[claim]}
	tell_samples announcement claim "$state"
	RETARGET=(--count "$SAMPLES" --samples "$SAMPLES" --monitor --from "$FROM" vx200 rtnl)
	retarget
	RTNL_P99[$hog]=${P99[rtnl]}
	tell_samples "rtnetlink message" rtnl "$state"
	hog_stop "$hog"
}

second_device()
{
	must ip -batch - <<-END
		link add br1 address 02:ff:00:00:ff:02 type bridge mcast_snooping 0 vlan_default_pvid 0
		link add vx200 type vxlan id 200 local 10.255.0.1 dstport 4789 nolearning
		link set vx200 master br1
		link set vx200 type bridge_slave learning off
		link set vx200 up
		link set br1 up
	END
}

private "$@"
declare -A CLAIM_P99 RTNL_P99
FROM=0
devices_create
second_device
for dev in vx100 vx200; do
	RETARGET=(--count "$SAMPLES" "$dev" rtnl-batch)
	retarget
done
enrol "$SAMPLES"
measure idle "idle"
measure busy "another process is busy"
measure link "another process takes the RTNL"
bar "announcement, p99, RTNL taken to only busy" \
	"$(ratio "${CLAIM_P99[link]}" "${CLAIM_P99[busy]}")" ratio 2
result "rtnetlink message, p99, RTNL taken to only busy" \
	"$(ratio "${RTNL_P99[link]}" "${RTNL_P99[busy]}")" ratio
