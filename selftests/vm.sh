#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs one command in a virtual machine on one of the test kernels, with the
# module freshly built for it and loaded, and watches the kernel's log: what a
# kernel module breaks must not be the machine it is developed on, and a test
# that passes over a warning in the log has not passed.
#
#   vm.sh [--kernel FLAVOUR] [--smp N] [--memory MIB] [--icount]
#         [--option WORD] [--timeout SECS] -- COMMAND [ARG]...
#
# --option adds a word to the kernel's command line.
#
# The command sees the machine's own file system (writes are thrown away), is
# run as root in the repository's folder with "vxmob" on its PATH and without
# standard input.  Its output and status are passed on; other statuses:
#
#    99	the kernel complained, panicked, or would not unload the module
#   124	the time limit was reached
#   125	the VM could not be started, or the module not be built or loaded
#
# Environment: VXMOB_NOLOAD=1 neither builds nor loads the module.  Variables
# whose names begin with VXMOB_ or KSELFTEST_ are passed on; the command finds
# the modules built for its kernel in VXMOB_KO and VXMOB_TEST_KO (KUnit).
# VXMOB_VM_LOG=FILE keeps the kernel log.

set -eu -o pipefail
PATH=$PATH:/usr/sbin:/sbin

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(dirname "$HERE")
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/vxmob
BOOT_MODULES="virtio_pci virtio_console virtio_rng 9pnet_virtio 9p overlay"
TEST_MODULES="bridge vxlan 8021q veth tun dummy vrf"
# What tests start often.
PROGRAMS="bash ip bridge jq grep sed awk mawk sort tr cut head tail wc seq diff cat rm"
PROGRAMS+=" mkdir mktemp dirname basename id env sleep timeout kill unshare setpriv"
PROGRAMS+=" install insmod rmmod modprobe dmesg sysctl ping"

FLAVOUR=stock-6.1
SMP=2
MEMORY=
ICOUNT=no
OPTIONS=
TIMEOUT=600
RUN=
QEMU_PID=

# What in a kernel log means that something is wrong.
SPLATS='\] (\S+: )?WARNING: |BUG: |Oops: |Kernel panic|kernel BUG at'
SPLATS+='|INFO: (task .* blocked for|.*detected stall|trying to register non-static)'
SPLATS+='|possible (circular|recursive|irq lock inversion|deadlock)|suspicious RCU usage'
SPLATS+='|inconsistent lock state|bad unlock balance|held lock freed|lock held when'
SPLATS+='|KASAN: |UBSAN: |unreferenced object|refcount_t: |ref_tracker: |leaked reference'
SPLATS+='|scheduling while atomic|sleeping function called|soft lockup|hard LOCKUP|hung task'
SPLATS+='|unregister_netdevice: waiting|ODEBUG: |list_(add|del) corruption|general protection'
SPLATS+='|rcu: INFO: |blocked for more than|workqueue lockup|Object already free|double free'

say()
{
	echo "vm: $*" >&2
}

die()
{
	say "$*"
	exit 125
}

cleanup()
{
	[ -z "$QEMU_PID" ] || kill "$QEMU_PID" 2>/dev/null || true
	[ -z "$RUN" ] || rm -rf "$RUN"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

usage()
{
	sed -n '/^#   vm.sh/,/COMMAND/s/^# *//p' "$0" >&2
	exit 125
}

parse()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel)  FLAVOUR=${2:?}; shift ;;
		--smp)	   SMP=${2:?}; shift ;;
		--memory)  MEMORY=${2:?}; shift ;;
		--timeout) TIMEOUT=${2:?}; shift ;;
		--option)  OPTIONS+=" ${2:?}"; shift ;;
		--icount)  ICOUNT=yes ;;
		--)	   shift; break ;;
		*)	   usage ;;
		esac
		shift
	done
	[ $# -gt 0 ] || usage
	COMMAND=("$@")
}

find_kernel()
{
	local info key value

	info=$("$HERE/kernels.sh" get "$FLAVOUR") || die "no kernel $FLAVOUR"
	while IFS='=' read -r key value; do
		case $key in
		KERNEL | MODULES | KDIR | VERSION) declare -g "$key=$value" ;;
		esac
	done <<< "$info"
}

# Makes what runs in user space, in the repository.
make_quietly()
{
	make -C "$REPO" "$@" > "$RUN/make" 2>&1 || {
		cat "$RUN/make" >&2
		die "make $* failed"
	}
}

# Sets BUILD, the folder of the modules.
build()
{
	local lock

	BUILD=$("$HERE/build.sh" "$FLAVOUR") || exit 125
	exec {lock}> "$CACHE/build/tools.lock"
	flock "$lock"
	make_quietly tools
	[ ! -e "$HERE/Makefile" ] || make_quietly -C selftests all
	exec {lock}>&-
}

# --- the machine ----------------------------------------------------------

# Prints the module files that are needed for the modules named, in order.
module_files()
{
	local name

	for name; do
		modprobe -d "$MODULES" -S "$VERSION" --show-depends "$name" 2>/dev/null |
		sed -n 's/^insmod \([^ ]*\).*/\1/p'
	done | awk '!seen[$0]++'
}

# Packs the part of the initramfs that is the same in each run.
pack_initramfs()
{
	local dir=$RUN/initramfs file name

	mkdir -p "$dir"/{bin,dev,proc,sys,modules}
	cp "$(command -v busybox)" "$dir/bin/busybox"
	for name in sh mount mkdir mkfifo insmod cat chown cp ln ip hostname uname \
		    switch_root; do
		ln -s busybox "$dir/bin/$name"
	done
	cp "$HERE/vm-init.sh" "$dir/init"
	# shellcheck disable=SC2086 # words are wanted
	module_files $BOOT_MODULES | while read -r file; do
		name=$(basename "$file")
		case $name in
		*.xz)  name=${name%.xz}; xz -dc "$file" > "$dir/modules/$name" ;;
		*.zst) name=${name%.zst}; zstd -qdc "$file" > "$dir/modules/$name" ;;
		*)     cp "$file" "$dir/modules/$name" ;;
		esac
		echo "$name"
	done > "$dir/modules/order"
	(cd "$dir" && find . | cpio --quiet -o -H newc) > "$1.$$"
	mv "$1.$$" "$1"
}

initramfs()
{
	local key file

	key=$({ echo "$KERNEL $BOOT_MODULES"; declare -f pack_initramfs
		cat "$HERE/vm-init.sh"; } | sha256sum | cut -c 1-12)
	file=$CACHE/initramfs/$FLAVOUR-$key
	mkdir -p "$CACHE/initramfs"
	[ -e "$file" ] || pack_initramfs "$file"
	cat "$file"
}

# Prints the files that programs are made of: each that can be found, and the
# libraries it is linked with.
files_of()
{
	local paths

	paths=$(type -P "$@") || true
	# shellcheck disable=SC2086 # words are wanted
	{ printf '%s\n' $paths /etc/ld.so.cache; ldd $paths 2>/dev/null |
	  grep -oE '/[^ ]+'; } | grep -v ':$' | sort -u
}

# Packs programs as they lie here: to open a file over 9p takes the VM several
# times as long as it takes to open one that it has in memory.
pack_programs()
{
	local dir=$RUN/programs file into

	# shellcheck disable=SC2086 # words are wanted
	files_of $PROGRAMS | while read -r file; do
		into=$dir/fast$(realpath "$(dirname "$file")")
		mkdir -p "$into"
		cp -L "$file" "$into/"
	done
	(cd "$dir" && find . | cpio --quiet -o -H newc) > "$1.$$"
	mv "$1.$$" "$1"
}

programs()
{
	local key file

	# shellcheck disable=SC2086 # words are wanted
	key=$({ declare -f pack_programs files_of
		files_of $PROGRAMS | xargs stat -L -c '%n %s %Y'; } | sha256sum | cut -c 1-12)
	file=$CACHE/initramfs/programs-$key
	[ -e "$file" ] || pack_programs "$file"
	cat "$file"
}

# The same of what was built in the repository.
own_programs()
{
	local file into=$RUN/cpio/fast$REPO/selftests

	mkdir -p "$into"
	for file in "$HERE"/*.c; do
		file=${file%.c}
		[ ! -x "$file" ] || cp "$file" "$into/"
	done
}

# Adds what is particular to this run: the command as it was given.
describe_run()
{
	local vm=$RUN/cpio/vm

	mkdir -p "$vm"
	echo "$MODULES" > "$vm/modules"
	echo "$REPO" > "$vm/repo"
	echo "${BUILD:+$BUILD/vxmob.ko}" > "$vm/ko"
	echo "$TEST_MODULES" > "$vm/depends"
	case "$REPO/ $CACHE/" in
	/tmp/* | *" /tmp/"*) ;;
	*) : > "$vm/private-tmp" ;;
	esac
	! id frr > /dev/null 2>&1 || echo "$(id -u frr):$(id -g frr)" > "$vm/frr"
	printf '%s\0' "${COMMAND[@]}" > "$vm/argv"
	env -0 | grep -zE '^(VXMOB|KSELFTEST)_[A-Za-z0-9_]*=' > "$vm/env" || true
	own_programs
	(cd "$RUN/cpio" && find . | cpio --quiet -o -H newc)
}

# Can this machine's KVM run a stock kernel?  A device that is there and a CPU
# that says so prove little (nested virtualisation): boot one, once.
kvm_works()
{
	local key file

	[ -w /dev/kvm ] || return 1
	key=$(echo "$(uname -r) $("$QEMU" --version)" | sha256sum | cut -c 1-12)
	file=$CACHE/kvm-$key
	if [ ! -e "$file" ]; then
		probe_kvm > "$file.$$"
		mv "$file.$$" "$file"
		say "KVM on this machine: $(< "$file")"
	fi
	[ "$(< "$file")" = works ]
}

probe_kvm()
{
	local dir=$RUN/probe

	mkdir -p "$dir/bin"
	cp "$(command -v busybox)" "$dir/bin/busybox"
	printf '#!/bin/busybox sh\necho PROBE IS UP\n' > "$dir/init"
	printf '/bin/busybox reboot -f\n' >> "$dir/init"
	chmod +x "$dir/init"
	(cd "$dir" && find . | cpio --quiet -o -H newc) > "$RUN/probe.cpio"
	timeout -k 1 20 "$QEMU" -nodefaults -display none -no-reboot \
		-accel kvm -cpu host -m 512 -serial "file:$RUN/probe.log" \
		-kernel "$KERNEL" -initrd "$RUN/probe.cpio" \
		-append "console=ttyS0 panic=-1 reboot=t" < /dev/null > /dev/null 2>&1 || true
	if grep -q 'PROBE IS UP' "$RUN/probe.log" 2>/dev/null; then
		echo works
	else
		echo "does not work"
	fi
}

# What an emulator is slow at, and no test is about
SLOW=smap=off,smep=off,erms=off,fsrm=off

accelerator()
{
	if [ "$ICOUNT" = yes ]; then
		echo "-accel tcg -icount shift=0,sleep=off -cpu max,la57=off"
	elif kvm_works; then
		echo "-accel kvm -cpu host"
	else
		echo "-accel tcg,thread=multi -cpu max,la57=off,$SLOW"
	fi
}

kernel_line()
{
	local line="console=ttyS0 loglevel=5 log_buf_len=4M panic=-1 oops=panic reboot=t"

	# All emulated CPUs read one time stamp counter, but do not say so: where there are
	# two, Linux would have a clock that is slow to read.
	[[ $1 == *kvm* ]] || line+=" tsc=reliable"
	# The kernels built here run a third faster without ACPI, but with it there is a
	# clock by which to measure that counter where two processors want it.
	case $FLAVOUR:$SMP in
	debug:1 | kcsan:1 | newest:1) line+=" acpi=off" ;;
	esac
	# An emulated CPU that waits for a real one is no lockup.
	line+=" watchdog_thresh=30 workqueue.watchdog_thresh=90"
	line+=" nokaslr mitigations=off random.trust_cpu=on rcupdate.rcu_cpu_stall_timeout=60"
	# The emulator counts a string instruction as often as it repeats: zeroing a
	# page would be 4096.  Without them the kernel uses loops, a word at a time.
	# 395 is FSRS, which has no name: bit 11 of word 12.
	[ "$ICOUNT" = no ] || line+=" clearcpuid=erms,fsrm,rep_good,395"
	echo "$line$OPTIONS"
}

start()
{
	local accel name ports=()

	accel=$(accelerator)
	for name in stdout stderr; do
		rm -f "$RUN/$name"
		mkfifo "$RUN/$name"
	done
	cat "$RUN/stdout" & CATS=$!
	cat "$RUN/stderr" >&2 & CATS+=" $!"
	for name in stdout stderr control log; do
		ports+=(-chardev "file,id=$name,path=$RUN/$name"
			-device "virtserialport,chardev=$name,name=$name")
	done
	{ initramfs; programs; describe_run; } > "$RUN/initrd"
	# shellcheck disable=SC2086 # words are wanted
	timeout -k 5 "$TIMEOUT" "$QEMU" \
		-nodefaults -no-user-config -display none -no-reboot -nic none \
		$accel -smp "$SMP,sockets=$SMP" -m "$MEMORY" \
		-kernel "$KERNEL" -initrd "$RUN/initrd" -append "$(kernel_line "$accel")" \
		-serial "file:$RUN/serial" \
		-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-device virtio-rng-pci -device virtio-serial-pci \
		"${ports[@]}" < /dev/null > "$RUN/qemu" 2>&1 &
	QEMU_PID=$!
}

# Runs the VM to its end; returns what timeout says of that.
run_once()
{
	local status=0

	start
	wait "$QEMU_PID" || status=$?
	QEMU_PID=
	# shellcheck disable=SC2086 # words are wanted
	wait $CATS || true
	return $status
}

# QEMU's emulation of several processors now and then loses a breakpoint while
# a kernel patches its own code, and the kernel dies of it before it has come to
# any program.  That says nothing of what is to be tested.
run_vm()
{
	local status attempt

	for attempt in 1 2 3; do
		status=0
		run_once || status=$?
		if grep -aq 'vm: the first program runs' "$RUN/serial"; then
			break
		fi
		say "the kernel did not come to a program, attempt $attempt:"
		tail -n 15 "$RUN/serial" >&2
	done
	return $status
}

# --- the outcome ----------------------------------------------------------

# The log as far as it goes: from the guest if it lived to send it, else what
# the serial console saw.
kernel_log()
{
	if grep -qx end "$RUN/control" 2>/dev/null; then
		cat "$RUN/log"
	else
		tr -d '\r' < "$RUN/serial"
	fi
}

# Prints what is wrong in a log, with what follows it, and says whether.
complaints()
{
	grep -aE -A 40 -m 5 "$SPLATS" "$1" | head -n 150
}

judge()
{
	local log=$RUN/kernel.log status

	kernel_log > "$log"
	[ -z "${VXMOB_VM_LOG:-}" ] || cp "$log" "$VXMOB_VM_LOG"
	if [ "$1" = 124 ] || [ "$1" = 137 ]; then
		say "time limit of $TIMEOUT s reached; the end of the kernel log:"
		tail -n 40 "$log" >&2
		return 124
	fi
	if complaints "$log" > "$RUN/complaints"; then
		say "the kernel complained:"
		cat "$RUN/complaints" >&2
		return 99
	fi
	if ! grep -qx end "$RUN/control"; then
		cat "$RUN/qemu" >&2
		say "the VM died; the end of the kernel log:"
		tail -n 60 "$log" >&2
		return 99
	fi
	if grep -E '^unload [^0]' "$RUN/control" > "$RUN/complaints"; then
		say "the module could not be unloaded:"
		cat "$RUN/control" >&2
		tail -n 60 "$log" >&2
		return 99
	fi
	status=$(sed -n 's/^status //p' "$RUN/control")
	return "$status"
}

main()
{
	local status=0

	parse "$@"
	"$HERE/packages.sh" build vm >&2 || die "packages are missing"
	[ "$ICOUNT" = no ] || SMP=1
	case $FLAVOUR in
	debug | kcsan | newest) MEMORY=${MEMORY:-3072} ;;
	*)			MEMORY=${MEMORY:-2048} ;;
	esac
	mkdir -p "$CACHE"
	RUN=$(mktemp -d "$CACHE/run.XXXXXX")
	QEMU=$("$HERE/qemu.sh") || die "nothing to run a VM with"
	find_kernel
	BUILD=
	if [ "${VXMOB_NOLOAD:-0}" != 1 ]; then
		build
		export VXMOB_KO=$BUILD/vxmob.ko VXMOB_TEST_KO=$BUILD/vxmob-test.ko
	fi
	run_vm || status=$?
	judge "$status"
}

main "$@"
