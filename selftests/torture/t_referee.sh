#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# kernels: stock-6.12=4
# needs: referee
# timeout: 3500
#
# Who does not use the module must not notice it.  The judges are the kernel's own
# tests of vxlan, bridge and their forwarding databases, as they come with its
# source: what passes without the module passes with it, while it watches each
# vxlan device that they make (as a monitor, which writes nothing).  They are run
# from the cache of kernels.sh, with an iproute2 of their time.

# shellcheck disable=SC2317 # cases are called by name
# shellcheck source=selftests/net.sh
. "$(dirname "$0")/../net.sh"

ASK=no
LIMIT=200	# seconds for one run of one of them, and more where there is time
ATTEMPTS=3	# what waits for a time now and then fails in an emulated machine

# Folder, file and arguments, the short ones first; what is not here needs other
# kernels or tools, or is of something else.
JUDGES=(". test_vxlan_fdb_changelink.sh"
	". rtnetlink.sh -t kci_test_fdb_get"
	". rtnetlink.sh -t kci_test_bridge"
	". fdb_flush.sh"
	". fib_nexthops.sh -t ipv4_fdb_grp_fcnal"
	". fib_nexthops.sh -t ipv6_fdb_grp_fcnal"
	". test_vxlan_nolocalbypass.sh"
	"forwarding bridge_sticky_fdb.sh"
	". test_bridge_neigh_suppress.sh"
	". test_bridge_backup_port.sh"
	". test_vxlan_vnifiltering.sh"
	"forwarding bridge_vlan_unaware.sh"
	"forwarding bridge_vlan_aware.sh"
	"forwarding bridge_locked_port.sh"
	"forwarding vxlan_bridge_1d.sh"
	"forwarding vxlan_bridge_1q.sh"
	"forwarding vxlan_symmetric.sh"
	". test_vxlan_mdb.sh"
	"forwarding bridge_fdb_learning_limit.sh")

setup()
{
	local kernels=$NET_HERE/kernels.sh

	defer load
	SOURCE=$("$kernels" source 6.12) && NEWER=$("$kernels" iproute2) || return
	: "${VXMOB_TORTURE_SECONDS:=3400}"
	END=$((SECONDS + VXMOB_TORTURE_SECONDS))
	[ $((VXMOB_TORTURE_SECONDS / 8)) -le $LIMIT ] || LIMIT=$((VXMOB_TORTURE_SECONDS / 8))
}

load()
{
	[ -e /sys/module/vxmob ] || insmod "$VXMOB_KO"
}

unload()
{
	[ ! -e /sys/module/vxmob ] || wait_for rmmod vxmob
}

# --- one run ----------------------------------------------------------------

# Puts each vxlan device that comes under the module's eyes, and of one that has many
# segments each that is a VLAN's.
enrol_all()
{
	local ns dev vni

	while :; do
		for ns in "" $(ip netns list | cut -d ' ' -f 1); do
			while read -r dev vni; do
				vxmob ${ns:+-n "$ns"} domain add dev "$dev" $vni mode monitor &&
					echo "$dev $vni"
			done < <(segments ${ns:+-n "$ns"})
		done
		doze 0.05
	done 2> /dev/null
}

# Prints the segments of a namespace: the name of the device, and "vni" with a VNI
# where there may be others.
segments()
{
	local dev rest

	while read -r _ dev rest; do
		dev=${dev%%[@:]*}
		if [[ $rest == *" vxlan external "* ]]; then
			bridge "$@" -json vlan tunnelshow dev "$dev" |
			grep -oE '"tunid":[0-9]+' | sed "s/.*:/$dev vni /"
		else
			echo "$dev"
		fi
	done < <(ip "$@" -oneline -details link show type vxlan)
}

# Prints what a judge says; its status.
run_judge()
{
	local status=0

	cd "$SOURCE/tools/testing/selftests/net/$1" || return
	ip link set lo up
	PATH=$NEWER/sbin:$NEWER/bin:$PATH WAIT_TIME=1 PING_COUNT=3 \
		timeout -k 5 "$LIMIT" bash "./$2" "${@:3}" 2>&1 < /dev/null || status=$?
	echo "status $status"
}

# The same while the devices are enrolled; how many were is in a file.
run_watched()
{
	local enroller

	enrol_all > "$TMP/enrolled" &
	enroller=$!
	run_judge "$@"
	kill $enroller
	wait $enroller 2> /dev/null || true
}

# Adds to a file of results what a judge found right, in a namespace that goes with
# it.
judge()
{
	local file=$1 how=$2

	export -f run_judge run_watched enrol_all segments doze
	export SOURCE NEWER LIMIT TMP NEVER_FD
	unshare --net -- bash -c '"$@"' - "$how" "${@:3}" > "$TMP/said"
	sed -nE 's/\x1b\[[0-9;]*m//g; s/^ *(TEST: *)?(.*[^ \t])[ \t]*\[ *OK *\].*/\2/p
		s/^PASS: *//p' "$TMP/said" >> "$file"
	sort -u -o "$file" "$file"
	STATUS=$(sed -n 's/^status //p' "$TMP/said")
}

# --- the comparison ---------------------------------------------------------

same_results()
{
	local attempt

	[ $SECONDS -lt $END ] || skip "no time is left"
	: > "$TMP/without"
	: > "$TMP/with"
	for ((attempt = 0; attempt < ATTEMPTS; attempt++)); do
		must unload
		judge "$TMP/without" run_judge "$@"
		[ "$STATUS" != 4 ] || skip "$(grep -m 1 -i skip "$TMP/said")"
		# what had to be killed ended with 137
		[[ $STATUS != 124 && $STATUS != 137 ]] || skip "takes longer than $LIMIT s here"
		must load
		judge "$TMP/with" run_watched "$@"
		! cmp -s "$TMP/without" "$TMP/with" || break
	done
	comm -12 "$TMP/without" "$TMP/with" | sed 's/^/# with and without: /'
	comm -23 "$TMP/without" "$TMP/with" | sed 's/^/# only without: /'
	comm -13 "$TMP/without" "$TMP/with" | sed 's/^/# only with: /'
	ktap_print "devices enrolled: $(wc -l < "$TMP/enrolled")"
	must [ -s "$TMP/without" ]
	must cmp "$TMP/without" "$TMP/with"
}

ALL_TESTS=
for judge in "${JUDGES[@]}"; do
	name=${judge//[^a-z0-9_]/_}
	name=${name//_sh/}
	eval "${name#__}() { same_results $judge; }"
	ALL_TESTS+=" ${name#__}"
done

net_private "$@"
run_tests "$@"
