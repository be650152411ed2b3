#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a kernel reviewer's machine would say before he reads a line: the
# kernel's own style checker, sparse and the compiler's further warnings on the
# stock kernels, shellcheck, licence lines.  None may say anything.
#
#   style.sh [STEP]...	checkpatch kernel-doc sparse shellcheck spdx
#
# Prints a line a step, and last exactly "N passed, N failed, N skipped".

set -u -o pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(dirname "$HERE")
STEPS="checkpatch kernel-doc sparse shellcheck spdx"
KERNELS="stock-6.1 stock-6.12"

# What checkpatch says that does not hold here, and why.
# All: a message is one line, so that it can be searched for.
IGNORE=LONG_LINE_STRING
# User space has neither the kernel's types nor its macros.
IGNORE_USER=$IGNORE,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO
IGNORE_USER+=,ARRAY_SIZE,BIT_MACRO,CAMELCASE,STRCPY,STRLCPY,STRNCPY,EMBEDDED_FUNCTION_NAME
# Tracepoints are written as all of the kernel's are.
IGNORE_TRACE=$IGNORE,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,COMPLEX_MACRO
# What depends on the kernel's version is here, and nowhere else.
IGNORE_COMPAT=$IGNORE,LINUX_VERSION_CODE,MACRO_ARG_REUSE

PASSED=0
FAILED=0

# Runs one step: its name, then a command that must succeed and say nothing.
step()
{
	local name=$1 output status=0

	shift
	output=$("$@" 2>&1) || status=$?
	if [ $status = 0 ] && [ -z "$output" ]; then
		echo "pass style: $name"
		PASSED=$((PASSED + 1))
		return
	fi
	[ -z "$output" ] || head -n 100 <<< "  ${output//$'\n'/$'\n'  }"
	echo "FAIL style: $name"
	FAILED=$((FAILED + 1))
}

# The project's files by a pattern: those in git's eyes, new ones included.
files()
{
	git -C "$REPO" ls-files -co --exclude-standard -- "$@" | sort -u |
	while read -r file; do
		[ ! -e "$REPO/$file" ] || echo "$file"
	done
}

c_files()
{
	files "$1/*.[ch]" | grep -vE '(-gen\.[ch]|uapi/linux/vxmob\.h)$'
}

# checkpatch leaves a file where it runs: let that be another repository.
checkpatch_files()
{
	local ignore=$1

	shift
	[ $# -gt 0 ] || { echo "no files"; return 1; }
	(cd "$SCRATCH" && perl "$SOURCE/scripts/checkpatch.pl" --no-tree --strict \
		--terse --no-summary --show-types --ignore "$ignore" \
		-f "${@/#/$REPO/}") | sed "s#^$REPO/##"
}

checkpatch()
{
	local kernel user

	kernel=$(c_files kmod | grep -vE '^kmod/(compat/|trace\.)')
	user=$(c_files tools; c_files selftests)
	# shellcheck disable=SC2086,SC2046 # words are wanted
	{
		step "checkpatch kmod" checkpatch_files "$IGNORE" $kernel
		step "checkpatch kmod/trace.h" checkpatch_files "$IGNORE_TRACE" \
			$(c_files kmod | grep '^kmod/trace\.')
		step "checkpatch kmod/compat" checkpatch_files "$IGNORE_COMPAT" \
			$(c_files kmod | grep '^kmod/compat/')
		step "checkpatch tools and selftests" checkpatch_files "$IGNORE_USER" $user
	}
}

kernel_doc()
{
	# shellcheck disable=SC2046 # words are wanted
	step "kernel-doc kmod" kernel_doc_files $(c_files kmod)
}

kernel_doc_files()
{
	(cd "$REPO" && perl "$SOURCE/scripts/kernel-doc" -none -Werror "$@" 2>&1)
}

# Sparse and the compiler, which is always asked for its further warnings (W=1), say
# no word about the project's files.
sparse()
{
	local kernel

	for kernel in $KERNELS; do
		"$HERE/kernels.sh" get "$kernel" > /dev/null	# may have much to say
		step "sparse and W=1 on $kernel" sparse_build "$kernel"
	done
}

sparse_build()
{
	"$HERE/build.sh" "$1" C=2 > /dev/null
}

# -x: libraries are read where they are sourced.  SC2317 takes what a trap or a
# test's name calls for unreachable; SC1091: a file of the machine.
shellcheck_files()
{
	local except=$1

	shift
	(cd "$REPO" && xargs -r shellcheck -x -P SCRIPTDIR -f gcc \
		-e "SC2317,SC1091$except" "$@")
}

# A test is a list of commands on names of devices and on addresses, which hold
# no blanks: quotes there (SC2086) are noise.  A case takes arguments of its own
# or none (SC2119, SC2120).
shell()
{
	step "shellcheck tests" shellcheck_files ,SC2086,SC2119,SC2120 \
		< <(files 'selftests/t_*.sh' 'selftests/torture/*.sh')
	step "shellcheck scripts" shellcheck_files "" \
		< <(files '*.sh' | grep -vE '^selftests/(t_|torture/)')
	step "shellcheck completion" shellcheck_files "" -s bash \
		< <(files '*.bash-completion')
}

# The licence in one of the first three lines of all that can hold a comment.
spdx_lines()
{
	files | grep -vE '(^|/)(COPYING|README|MAINTAINERS|LICENSES/.*|.*\.json|\.mailmap)$' |
	while read -r file; do
		head -n 3 "$REPO/$file" | grep -q 'SPDX-License-Identifier: ' ||
		echo "$file: no SPDX-License-Identifier"
	done
}

main()
{
	local name

	[ $# -gt 0 ] || read -ra STEPS_WANTED <<< "$STEPS"
	[ $# = 0 ] || STEPS_WANTED=("$@")
	"$HERE/packages.sh" build style || exit 1
	SCRATCH=$(mktemp -d)
	trap 'rm -rf "$SCRATCH"' EXIT
	git init -q "$SCRATCH"
	git -C "$SCRATCH" -c user.name=none -c user.email=none commit -q --allow-empty -m none
	SOURCE=$("$HERE/kernels.sh" source 6.12) || exit 1
	for name in "${STEPS_WANTED[@]}"; do
		case $name in
		checkpatch) checkpatch ;;
		kernel-doc) kernel_doc ;;
		sparse)	    sparse ;;
		shellcheck) shell ;;
		spdx)	    step "licence lines" spdx_lines ;;
		*)	    echo "no such step: $name (there are: $STEPS)" >&2; exit 1 ;;
		esac
	done
	echo "$PASSED passed, $FAILED failed, 0 skipped"
	[ $FAILED = 0 ] && [ $PASSED -gt 0 ]
}

main "$@"
