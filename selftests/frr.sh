# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests with a routing daemon have in common: the fabric of evpn.sh,
# built once a file, with a port for the VM on every leaf and a host on leaf3
# that sends to it; the VM itself (see vmnic.c), one a case; and an orchestrator.
# With VXMOB_KEEP_FABRIC=1 a file leaves its fabric to the next one.
#
#	spine --- leaf1: vm0
#	     \--- leaf2: vm0
#	      \-- leaf3: vm0, host0
#
# Everything here works without the module as well: then the orchestrator writes
# the forwarding databases as it would have to, and a case shows what the daemons
# make of it alone.

FRR_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source=selftests/evpn.sh
. "$FRR_HERE/evpn.sh"

FRR_TAP=vm0
FRR_HOST=host0
FRR_WITNESS=leaf3
FRR_WAIT=40		# s that anything may take
FRR_BRIEF=2		# s, to see whether something lasts
FRR_CONFIRM=120		# s, a domain's window: longer than the slowest daemon takes
FRR_WINDOW=15		# s, one whose end is waited for, when all daemons have spoken
FRR_RATE=50		# frames per second to the VM
# The debugging kernel takes five times as long.
# shellcheck disable=SC2034 # some are for the cases
! slow_kernel ||
	FRR_WAIT=200 FRR_BRIEF=5 FRR_CONFIRM=600 FRR_WINDOW=30 FRR_RATE=20

declare -A FRR_VTEP
for FRR_LEAF in $EVPN_LEAVES; do
	FRR_VTEP[$FRR_LEAF]=$(evpn_vtep "$FRR_LEAF")
done

with_vxmob()
{
	[ -e /sys/module/vxmob ]
}

# What BGP alone has not mended in fifty times what it takes, it will not.
with_vxmob || FRR_WAIT=10

# The command must succeed, or the case ends here and tells how things are.
must()
{
	"$@" && return
	fail "${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $*"
	[ -z "${VM_MAC:-}" ] || vm_explain
	exit "$KSFT_FAIL"
}

# Calls a function or command until it succeeds.
comes()
{
	evpn_wait $FRR_WAIT "$@"
}

# Does it go on to hold for so many seconds?  What a daemon writes against the
# rules is there for a moment, until it is put back.
stays()
{
	local end=$((SECONDS + $1))

	shift
	while [ $SECONDS -lt $end ]; do
		"$@" || { doze 0.3; "$@"; } || return
		doze 0.1
	done
}

# Does it hold from now on, or from as soon as a repair takes?
lasts()
{
	evpn_wait $((2 * FRR_BRIEF)) "$@" && stays $FRR_BRIEF "$@"
}

not()
{
	! "$@"
}

# --- the fabric -----------------------------------------------------------

# Ends the file where it cannot run.
frr_require()
{
	require_root
	require_command bridge ip
	[ -x "$EVPN_DAEMONS/bgpd" ] || skip_all "no FRR here"
	make -s -C "$FRR_HERE" vmnic sendframe vty > /dev/null || skip_all "no programs"
	with_vxmob || ktap_print "vxmob is not loaded: what is shown is FRR's doing"
}

# For a file's setup.
frr_create()
{
	EVPN_BGP_TIMEOUT=$((3 * FRR_WAIT))
	EVPN_VTY_TIMEOUT=$((FRR_WAIT / 2))
	# A daemon that is paused must not take the underlay down.
	EVPN_BGP_TIMERS="60 600"
	FRR_BUILT=no
	defer frr_leave
	if frr_keeps && evpn_adopt; then
		evpn_wait_bgp
	else
		frr_build
	fi && FRR_BUILT=yes
}

frr_keeps()
{
	[ "${VXMOB_KEEP_FABRIC:-0}" = 1 ]
}

frr_leave()
{
	if [ "$FRR_BUILT" = no ] || ! frr_keeps; then
		evpn_destroy
	fi
}

frr_build()
{
	local leaf

	evpn_build || return
	for leaf in $EVPN_LEAVES; do
		evpn_add_tap "$leaf" $FRR_TAP || return
	done
	evpn_add_tap $FRR_WITNESS $FRR_HOST && evpn_wait_bgp && frr_enrol
}

frr_enrol()
{
	local leaf

	with_vxmob || return 0
	for leaf in $EVPN_LEAVES; do
		vxmob -n "$leaf" domain add dev $EVPN_VXLAN snoop rarp \
			confirm $FRR_CONFIRM protect $EVPN_GATEWAY_MAC || return
	done
}

# Sets the confirm windows of leaves until the case ends.
frr_confirm()
{
	local seconds=$1 leaf

	shift
	with_vxmob || return 0
	for leaf; do
		defer vxmob -n "$leaf" domain set dev $EVPN_VXLAN confirm $FRR_CONFIRM
		vxmob -n "$leaf" domain set dev $EVPN_VXLAN confirm "$seconds" || return
	done
}

# The module on a leaf announces no machine until the case ends.
frr_silence()
{
	with_vxmob || return 0
	defer vxmob -n "$1" domain set dev $EVPN_VXLAN announce-rounds 5
	vxmob -n "$1" domain set dev $EVPN_VXLAN announce-rounds 0
}

# Stops a leaf's daemon as if it had very much to do, until the case ends or
# frr_continue.
frr_pause()
{
	local pid

	pid=$(evpn_daemon_pid "$1" "$2") || return
	defer kill -CONT "$pid"
	kill -STOP "$pid"
}

frr_continue()
{
	local pid

	pid=$(evpn_daemon_pid "$1" "$2") && kill -CONT "$pid"
}

# Kills a leaf's daemons, as an operator's restart would not.
frr_kill()
{
	local daemon pid

	for daemon in bgpd zebra; do
		pid=$(evpn_daemon_pid "$1" $daemon) && kill -KILL "$pid" &&
		comes evpn_gone "$pid" || return
	done
}

# --- the VM ---------------------------------------------------------------

# Starts a VM's NIC, with more options for vmnic; nothing runs yet.
vm_create()
{
	local leaf fd args=()

	VM_MAC=$1
	shift
	for leaf in $EVPN_LEAVES; do
		args+=(--home "$leaf:$FRR_TAP:$(evpn_vtep "$leaf")")
	done
	coproc VM {
		exec "$FRR_HERE/vmnic" "${args[@]}" --mac "$VM_MAC" \
			--sender $FRR_WITNESS:$FRR_HOST \
			--witness $FRR_WITNESS:$EVPN_VXLAN \
			--vid $EVPN_VID --limit $((FRR_WAIT * 1000)) --quiet 200 \
			--rate $FRR_RATE "$@"
	}
	# Bash keeps a coprocess's own descriptors from subshells, as cases are.
	exec {VM_IN}>&"${VM[1]}" {VM_OUT}<&"${VM[0]}"
	fd=${VM[1]}
	exec {fd}>&-
	VM_CHILD=$VM_PID
	defer vm_destroy
}

vm_destroy()
{
	[ -n "${VM_CHILD:-}" ] || return 0
	exec {VM_IN}>&-
	wait "$VM_CHILD" 2>/dev/null
	VM_CHILD=
}

# Has nobody an entry or a route any more?
vm_is_forgotten()
{
	local leaf

	for leaf in $EVPN_LEAVES; do
		[ -z "$(vm_entries "$leaf")" ] && vm_unrouted "$leaf" || return
	done
}

# Gives an order and sets ANSWER.
vm_order()
{
	echo "$*" >&"$VM_IN"
	read -r -t $((2 * FRR_WAIT)) ANSWER <&"$VM_OUT" || return
	[[ $ANSWER == ok* ]]
}

# The number of a leaf among the VM's homes.
vm_home()
{
	echo $((${1#leaf} - 1))
}

# The VM starts on a leaf, and everybody comes to know.
vm_boot()
{
	vm_order boot "$(vm_home "$1")" && vm_comes_to "$1" &&
	comes vm_routed $FRR_WITNESS "$1"
}

# It moves; nobody waits for the fabric.
vm_hop()
{
	vm_order hop "$(vm_home "$1")"
}

# The hypervisor removes the port that the VM has left.
vm_unplug()
{
	defer ip -n "$1" link set $FRR_TAP up
	ip -n "$1" link set $FRR_TAP down
}

# Sets SENT and LOST to what became of the sender's frames for some time.
vm_flow()
{
	vm_order flow "${1:-300}" || return
	[[ $ANSWER =~ sent=([0-9]+)\ lost=([0-9]+) ]] || return
	SENT=${BASH_REMATCH[1]} LOST=${BASH_REMATCH[2]}
}

# The host's frames arrive.
vm_reached()
{
	vm_flow 300 && [ "$SENT" -gt 0 ] && [ "$LOST" -eq 0 ]
}

# --- where it is ----------------------------------------------------------

vm_entries()
{
	bridge -n "$1" fdb show | grep "^$VM_MAC "
}

# Did vmnic see a leaf forward to where it should if the VM is on another one, or
# on it?
vm_answer_right()
{
	local leaf=$1 home=$2 place=$FRR_TAP

	[ "$leaf" = "$home" ] || place=${FRR_VTEP[$home]}
	[[ "$ANSWER " == *" $leaf=$place "* ]]
}

# A leaf forwards to where it should.
vm_seen_from()
{
	vm_order where && vm_answer_right "$@"
}

# Are all leaves right?
vm_at()
{
	local leaf

	vm_order where || return
	for leaf in $EVPN_LEAVES; do
		vm_answer_right "$leaf" "$1" || return
	done
}

vm_comes_to()
{
	comes vm_at "$1"
}

# It is there, goes on being there, and frames arrive.
vm_lasts_at()
{
	lasts vm_at "$1" && vm_reached
}

# BGP on a leaf has the route to another one, with this mobility number if one is
# given.
vm_routed()
{
	local route

	route=$(evpn_mac_route "$1" "$VM_MAC")
	[ "${route% *}" = "${FRR_VTEP[$2]}" ] || return
	[ -z "${3:-}" ] || [ "${route#* }" = "$3" ]
}

# BGP on a leaf has no route to the VM.
vm_unrouted()
{
	local status=0

	evpn_mac_route "$1" "$VM_MAC" > /dev/null || status=$?
	[ $status = 1 ]
}

# Prints what there is to know of the VM's MAC, to explain a failure.
vm_explain()
{
	local leaf

	for leaf in $EVPN_LEAVES; do
		echo "$leaf: kernel \"$(evpn_mac_place "$leaf" "$VM_MAC")\"," \
			"BGP \"$(evpn_mac_route "$leaf" "$VM_MAC")\""
		evpn_vty zebra "$leaf" "show evpn mac vni $EVPN_VNI mac $VM_MAC"
		with_vxmob || continue
		vxmob -n "$leaf" mac get "$VM_MAC" dev $EVPN_VXLAN
	done 2>&1 | ktap_print
}

# A leaf's VTEP says to others that a MAC has arrived behind it.
leaf_spoofs()
{
	local from=$1 mac=${2//:/} to rarp

	shift 2
	rarp=ffffffffffff${mac}80350001080006040003${mac}00000000${mac}00000000
	rarp+=000000000000000000000000000000000000
	for to; do
		"$FRR_HERE/sendframe" -n "$from" udp "$(evpn_vtep "$from")" \
			"$(evpn_vtep "$to")" 4789 \
			"08000000$(printf %06x $EVPN_VNI)00$rarp" || return
	done
}

# --- the orchestrator -----------------------------------------------------

# Tells a leaf that the VM is on another one.
orchestrator_tells()
{
	local leaf=$1 vtep

	vtep=$(evpn_vtep "$2")
	if with_vxmob; then
		vxmob -n "$leaf" mac announce "$VM_MAC" dev $EVPN_VXLAN via "$vtep"
		return
	fi
	bridge -n "$leaf" fdb replace "$VM_MAC" dev $EVPN_VXLAN dst "$vtep" self &&
	bridge -n "$leaf" fdb replace "$VM_MAC" dev $EVPN_VXLAN vlan $EVPN_VID \
		master dynamic extern_learn
}

# On the leaf that the VM has come to: without vxmob an agent clears the remote
# entry away first, and then waits for the VM.
orchestrator_expects()
{
	with_vxmob ||
	bridge -n "$1" fdb del "$VM_MAC" dev $EVPN_VXLAN vlan $EVPN_VID master
}

orchestrator_confirms()
{
	! with_vxmob ||
	vxmob -n "$1" mac announce "$VM_MAC" dev $EVPN_VXLAN on $FRR_TAP
}
