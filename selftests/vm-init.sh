#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The first program in the VM, run by busybox out of the initramfs that vm.sh
# packs.  There is no disk image: the host's root file system, read-only over
# 9p, is laid beneath a throw-away tmpfs, so that every program of the host
# runs in the VM and nothing that it does there lasts.

set -e
export PATH=/bin

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
echo "<1>vm: the first program runs" > /dev/kmsg
while read -r module; do
	insmod "/modules/$module"
done < /modules/order

mkdir -p /lower /upper /new
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose root /lower
mount -t tmpfs -o mode=755,size=80% upper /upper
mkdir /upper/data /upper/work
# What is in memory is emptied by switch_root, so it goes there too.
cp -a /fast /upper/fast
mount -t overlay -o lowerdir=/upper/fast:/lower,upperdir=/upper/data,workdir=/upper/work root /new

version=$(uname -r)
modules=$(cat /vm/modules)
mkdir -p "/new/lib/modules/$version"
mount -o bind "/lower$modules/lib/modules/$version" "/new/lib/modules/$version"

# Programs of busybox start at once, those of the host do not: do here what can
# be done here.
mkdir -p /dev/pts /dev/shm
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t tmpfs -o mode=755 run /new/run
mkdir -p /new/run/netns /new/run/lock /new/run/frr
[ ! -e /vm/frr ] || chown "$(cat /vm/frr)" /new/run/frr
cp -r /vm /new/run/vm
mkfifo /new/run/vm/stdout /new/run/vm/stderr
[ ! -e /vm/private-tmp ] || mount -t tmpfs -o mode=1777 tmp /new/tmp
ip link set lo up
hostname vxmob
echo 0 > /proc/sys/kernel/panic_on_warn
for dir in proc sys dev; do
	mount -o move "/$dir" "/new/$dir"
done
exec switch_root /new /bin/bash "$(cat /new/run/vm/repo)/selftests/vm-guest.sh"
