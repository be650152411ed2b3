#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench: time
#
# How often the RTNL is taken, or tried, on the way of each kind of claim: the kernel
# tells of every call, with the stack, and those that come from the module count.
# Enrolling a device does take it, which shows that the counting works.

set -u -o pipefail

# shellcheck source-path=SCRIPTDIR source=../handover.sh
. "$(dirname "$0")/../handover.sh"
# shellcheck source-path=SCRIPTDIR source=results.sh
. "$(dirname "$0")/results.sh"

TRACING=/sys/kernel/tracing
MAC=02:00:00:00:0a

# Every way to the lock that this kernel has.
trace_start()
{
	local name

	: > $TRACING/set_ftrace_filter
	for name in rtnl_lock rtnl_trylock rtnl_lock_killable rtnl_lock_interruptible \
		    rtnl_net_lock rtnl_net_trylock rtnl_net_lock_killable; do
		if grep -qx "$name" $TRACING/available_filter_functions; then
			echo "$name" >> $TRACING/set_ftrace_filter
		fi
	done
	grep -qx rtnl_lock $TRACING/set_ftrace_filter || die "rtnl_lock cannot be traced"
	echo 8192 > $TRACING/buffer_size_kb
	echo function > $TRACING/current_tracer
	echo 1 > $TRACING/options/func_stack_trace
	defer trace_stop
}

trace_stop()
{
	echo 0 > $TRACING/options/func_stack_trace
	echo nop > $TRACING/current_tracer
}

# Sets TAKEN to the number of calls with the module in the stack since the trace was
# emptied last.
count_taken()
{
	TAKEN=$(awk '
	/<stack trace>/ { next }
	/^ *=>/		{ if (/vxmob_/) inside = 1; next }
			{ n += inside; inside = 0 }
	END		{ print n + inside }' $TRACING/trace)
}

# Counts while a command runs that makes claims of one kind and sees them through.
count()
{
	local what=$1

	shift
	: > $TRACING/trace
	must "$@"
	count_taken
	result "acquisitions of the RTNL, $what" "$TAKEN" calls
	TOTAL=$((TOTAL + TAKEN))
}

requests()
{
	"$BENCH_HERE/retarget" --count 256 --samples 64 --monitor vx100 "$@" >&2
}

snooped()
{
	vtep_announces 10.255.0.2 $MAC:01 &&
	becomes_bound $MAC:01 '"via":"10.255.0.2"' '"origin":"snoop"' &&
	vtep_announces 10.255.0.3 $MAC:01 &&
	becomes_bound $MAC:01 '"via":"10.255.0.3"'
}

learned()
{
	runs_here $MAC:01 &&
	guest_sends g2 $MAC:01 && becomes_bound $MAC:01 '"port":"p2"'
}

written()
{
	zebra_installs $MAC:02 10.255.0.2 && becomes_bound $MAC:02 '"via":"10.255.0.2"' &&
	zebra_installs $MAC:02 10.255.0.3 && becomes_bound $MAC:02 '"via":"10.255.0.3"' &&
	zebra_removes $MAC:02 10.255.0.3 && becomes_unbound $MAC:02
}

# The driver learns only what it is let.
learned_from_data()
{
	plain_frame $MAC:03
	vxlan_packet 100 "$FRAME"
	vtep_sends 10.255.0.2 && becomes_bound $MAC:03 '"origin":"dplearn"'
}

left()
{
	held $MAC:04 && step commit $MAC:04
}

arrived()
{
	arriving $MAC:05 && step commit $MAC:05
}

prepared_in_vain()
{
	leaving $MAC:06 && step abort $MAC:06
}

acquisitions()
{
	TOTAL=0
	count "announcements" requests claim
	count "transactions" requests transaction
	count "vtep move" requests transaction vtep
	count "withdrawals" requests claim withdraw
	count "snooped" snooped
	count "learned on a local port" learned
	count "written by a routing daemon" written
	count "handed over from here" left
	count "handed over to here" arrived
	count "prepared and aborted" prepared_in_vain
	must ip link set vx100 type vxlan learning
	count "learned from data" learned_from_data
	bar "acquisitions of the RTNL on all these ways" $TOTAL calls 0
}

net_private "$@"
trap run_deferred EXIT
must net_create_far
ip link set u0 address $U0_MAC
ip -n "$FAR" link set u1 address $U1_MAC
trace_start
must vxmob domain add dev vx100 snoop rarp
count_taken
bar_least "acquisitions of the RTNL, enrolment (the counting works)" "$TAKEN" calls 1
acquisitions
