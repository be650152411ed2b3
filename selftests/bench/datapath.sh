#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench: instructions
#
# What the module costs those whose MACs do not move: instructions for a frame that
# a virtual machine sends to a remote MAC, and for a VXLAN packet that comes for a
# local one, without the module, with it, and with ever more of it in use.

set -u -o pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# Of this namespace, which /sys does not show.
packets()
{
	awk -v dev="$1:" '$1 == dev { print $11 }' /proc/net/dev
}

# Floods, and sees to it that the frames came through.
flood()
{
	local out=$1 before

	shift
	before=$(packets "$out")
	COST=$(must "$BENCH_HERE/flood" "$@") || exit
	COST=${COST#each=}
	[ $(($(packets "$out") - before)) -ge 16000 ] || die "frames were lost: $*"
}

# Measures both directions; results are told as ratios to the first ones.
measure()
{
	local state=$1

	flood o0 p1 transmit $REMOTE $SENDER
	TX=$COST
	flood d1 u0 receive "$ROUTER" 10.255.0.1 10.255.1.2 100 $LOCAL $REMOTE
	RX=$COST
	result "transmit, $state" "$TX" instructions
	result "receive, $state" "$RX" instructions
	if [ "$state" = unloaded ]; then
		TX_BASE=$TX
		RX_BASE=$RX
		return
	fi
	bar "transmit, $state, to unloaded" "$(ratio "$TX" "$TX_BASE")" ratio 1.02
	bar "receive, $state, to unloaded" "$(ratio "$RX" "$RX_BASE")" ratio 1.03
}

# A machine has left: its packets are being redirected.
hand_over()
{
	must vxmob move prepare $LEFT dev vx100 to 10.255.1.2
	must vxmob move hold $LEFT dev vx100
	must vxmob move commit $LEFT dev vx100
	[[ $(vxmob -json move show) == *$LEFT* ]] || die "no redirect"
}

private "$@"
must rmmod vxmob
path_create
measure unloaded
must insmod "$VXMOB_KO"
measure loaded
must vxmob domain add dev vx100 snoop rarp redirect 60
measure "enrolled"
must vxmob domain set dev vx100 snoop rarp,garp,na
measure "snooping rarp,garp,na"
hand_over
measure "redirecting another MAC"
[[ $(vxmob -json move show) == *$LEFT* ]] || die "the redirect ended meanwhile"
