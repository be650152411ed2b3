#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Process 1 in the VM once its root file system is there (see vm-init.sh):
# loads the module, runs the command, and afterwards makes the kernel tell all
# it has to complain of.  vm.sh has put into /run/vm
# what to run, and reads what comes out of the ports:
#
#   stdout, stderr	the command's
#   control		"status N", "unload N", and last "end"
#   log			the kernel log, and kmemleak's report

VM=/run/vm
REPO=$(< $VM/repo)
KO=$(< $VM/ko)
KMEMLEAK=/sys/kernel/debug/kmemleak
KMEMLEAK_AGE=6		# seconds; younger objects are not reported
UNLOAD_LIMIT=60		# seconds

export HOME=/root TERM=dumb LC_ALL=C USER=root LOGNAME=root
export PATH=$VM/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# The device file of a virtio port, by the name that vm.sh gave it.
port()
{
	local dir

	for dir in /sys/class/virtio-ports/*; do
		[ "$(< "$dir/name")" = "$1" ] && echo "/dev/${dir##*/}"
	done
}

# The repository may lie where only root can go; the tool is for everybody.
offer_tool()
{
	[ -x "$REPO/tools/vxmob" ] || return 0
	install -D -m 755 -t $VM/bin "$REPO/tools/vxmob" && chmod 755 $VM
}

load_module()
{
	[ -n "$KO" ] || return 0
	# shellcheck disable=SC2046 # words are wanted
	modprobe -a $(< $VM/depends) && insmod "$KO"
}

# A port can be opened once only, a pipe as often as the command likes.
run_command()
{
	local argv=() env=() pids

	mapfile -d '' argv < $VM/argv
	mapfile -d '' env < $VM/env
	cat $VM/stdout > "$(port stdout)" &
	pids=$!
	cat $VM/stderr > "$(port stderr)" &
	pids+=" $!"
	(
		cd "$REPO" || exit 125
		[ ${#env[@]} = 0 ] || export "${env[@]}"
		load_module || exit 125
		exec "${argv[@]}"
	) < /dev/null > $VM/stdout 2> $VM/stderr 3>&-
	echo "status $?" >&3
	kill_leftovers "$pids"
	# shellcheck disable=SC2086 # words are wanted
	wait $pids
}

# Ends every process but this one, kernel threads and those given.
kill_leftovers()
{
	local dir pid

	for dir in /proc/[1-9]*; do
		pid=${dir#/proc/}
		case " 1 $1 " in
		*" $pid "*) continue ;;
		esac
		[ ! -e "$dir/exe" ] || kill -KILL "$pid"
	done 2>/dev/null
}

# The command may have unloaded it; what is loaded must go, in time.
unload_module()
{
	local end=$((SECONDS + UNLOAD_LIMIT)) pid

	[ -e "/sys/module/$1" ] || return 0
	rmmod "$1" 2>&3 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		if [ $SECONDS -ge $end ]; then
			echo w > /proc/sysrq-trigger
			return 124
		fi
		sleep 0.05
	done
	wait $pid
}

# Two scans: the first takes checksums, the second reports what has not
# changed and is old enough.
scan_leaks()
{
	local start=$SECONDS

	[ -e $KMEMLEAK ] || return 0
	echo scan > $KMEMLEAK
	while [ $((SECONDS - start)) -le $KMEMLEAK_AGE ]; do
		sleep 0.5
	done
	echo scan > $KMEMLEAK
	cat $KMEMLEAK
	# Addresses in what is unloaded have no names any more.
	cat $VM/loaded
}

ulimit -n 65536
ulimit -c 0
exec 3> "$(port control)"
offer_tool
run_command
grep ^vxmob /proc/modules > $VM/loaded
for module in vxmob_test vxmob; do
	unload_module $module
	echo "unload $? $module" >&3
done
{ scan_leaks; } > $VM/leaks 2>&1
{ dmesg; cat $VM/leaks; } > "$(port log)"
echo end >&3
echo b > /proc/sysrq-trigger
