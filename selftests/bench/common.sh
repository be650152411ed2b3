# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the parts of bench.sh have in common that run in the VM and measure on a bridge
# and a vxlan device: these, and how entries are pointed to other VTEPs (retarget.c).

# shellcheck source-path=SCRIPTDIR source=results.sh
. "$(dirname "${BASH_SOURCE[0]}")/results.sh"

BENCH_WAIT=300		# s, that anything may take

must()
{
	"$@" || die "${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $*"
}

# --- the devices ----------------------------------------------------------

# From here on in a namespace of its own, where nothing else happens.
private()
{
	[ "$(id -u)" = 0 ] || die "needs root"
	if [ "${VXMOB_BENCH_NETNS:-}" != "$$" ]; then
		VXMOB_BENCH_NETNS=$$ exec unshare --net -- bash "$0" "$@"
	fi
	unset VXMOB_BENCH_NETNS
	echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
	echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
	ip link set lo up
}

# A bridge and a vxlan device in it, as a hypervisor has them.  With a default PVID
# the bridge would keep every entry of netlink's twice: without, in the peer's favour.
devices_create()
{
	must ip -batch - <<-END
		link add u0 type dummy
		addr add 10.255.0.1/24 dev u0
		link set u0 up
		link add br0 address 02:ff:00:00:ff:01 type bridge mcast_snooping 0 vlan_default_pvid 0
		link add vx100 type vxlan id 100 local 10.255.0.1 dstport 4789 nolearning
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		link set vx100 up
		link set br0 up
	END
}

devices_delete()
{
	must ip -batch - <<-END
		link del vx100
		link del br0
		link del u0
	END
}

bound()
{
	[[ $(vxmob -json domain show dev vx100) =~ \"macs\":([0-9]+) ]]
	[ "${BASH_REMATCH[1]:-}" = "$1" ]
}

bound_at_least()
{
	[[ $(vxmob -json domain show dev vx100) =~ \"macs\":([0-9]+) ]]
	[ "${BASH_REMATCH[1]:-0}" -ge "$1" ]
}

# Calls a function or command until it succeeds.
wait_for()
{
	local end=$((SECONDS + BENCH_WAIT))

	until "$@"; do
		[ $SECONDS -lt $end ] || die "not within $BENCH_WAIT s: $*"
		sleep 0.1
	done
}

# Enrols vx100 and waits until so many MACs are bound.
enrol()
{
	local macs=$1

	shift
	must vxmob domain add dev vx100 dup-moves 1000 "$@"
	wait_for bound "$macs"
}

# Runs retarget; sets EACH, MEDIAN, P99 and MAX, arrays by step.
# shellcheck disable=SC2034 # for the caller
retarget()
{
	local step word line

	declare -gA EACH MEDIAN P99 MAX
	while read -r line; do
		echo "  $line" >&2
		# shellcheck disable=SC2086 # words are wanted
		set -- $line
		step=$1
		for word; do
			case $word in
			each=*)   EACH[$step]=${word#*=} ;;
			median=*) MEDIAN[$step]=${word#*=} ;;
			p99=*)	  P99[$step]=${word#*=} ;;
			max=*)	  MAX[$step]=${word#*=} ;;
			esac
		done
	done < <("$BENCH_HERE/retarget" "${RETARGET[@]}" || echo "failed")
	[ "$step" != failed ] || die "retarget ${RETARGET[*]}"
}

# --- a path for frames ----------------------------------------------------

# shellcheck disable=SC2034 # for the caller
LOCAL=02:00:00:00:01:01		# on d1, where frames end
LEFT=02:00:00:00:01:02		# there too, until it is handed over
# shellcheck disable=SC2034 # for the caller
SENDER=02:00:00:00:01:03	# on p1
REMOTE=02:00:00:00:02:01	# behind the VTEP 10.255.1.2

# u0 is where VXLAN packets come in, o0 where they go out and end.
path_create()
{
	must ip -batch - <<-END
		link add o0 type dummy
		addr add 10.255.1.1/24 dev o0
		link set o0 up
		neigh add 10.255.1.2 lladdr 02:00:00:00:00:02 dev o0 nud permanent
		tuntap add u0 mode tap
		addr add 10.255.0.1/24 dev u0
		link set u0 up
		link add br0 address 02:ff:00:00:ff:01 type bridge mcast_snooping 0 vlan_default_pvid 0
		link add vx100 type vxlan id 100 local 10.255.0.1 dstport 4789 nolearning
		link set vx100 master br0
		link set vx100 type bridge_slave learning off
		link add d1 type dummy
		link set d1 master br0
		tuntap add p1 mode tap
		link set p1 master br0
		link set vx100 up
		link set d1 up
		link set p1 up
		link set br0 up
	END
	must bridge -batch - <<-END
		fdb add 00:00:00:00:00:00 dev vx100 dst 10.255.1.2 self permanent
		fdb add $LOCAL dev d1 master static
		fdb add $LEFT dev d1 master dynamic
		fdb add $REMOTE dev vx100 dst 10.255.1.2 self extern_learn
		fdb add $REMOTE dev vx100 master extern_learn
	END
	[[ $(ip -o link show u0) =~ link/ether" "([0-9a-f:]*) ]] || die "u0 has no address"
	# shellcheck disable=SC2034 # for the caller
	ROUTER=${BASH_REMATCH[1]}
}

path_delete()
{
	must ip -batch - <<-END
		link del vx100
		link del br0
		link del d1
		link del p1
		link del u0
		link del o0
	END
}
