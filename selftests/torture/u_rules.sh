#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rules of MAC mobility, exhaustively: everything that up to four claims can
# do to hosts that hear them in different orders.  In user space, on the machine
# itself; see rules.c.  VXMOB_TORTURE_SECONDS: the time that it may take (60).

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib.sh
. "$HERE/../lib.sh"
# shellcheck source=mutants.sh
. "$HERE/mutants.sh"
ALL_TESTS="agree divergences documented steps mutants"

KMOD=$HERE/../../kmod
DOCUMENT=$HERE/../../Documentation/rules.rst
CLAIMS=4
END=$((SECONDS + ${VXMOB_TORTURE_SECONDS:-60}))

# One line of kmod/rules.c is wrong.
MUTANTS='rules.c s/(s32)(seq - than) > 0/(s32)(seq - than) >= 0/
rules.c s/(s32)(seq - than) > 0/seq > than/
rules.c s/return seq != than &&.*/return seq < than;/
rules.c s/a->len < b->len ? -1 : 1/a->len < b->len ? 1 : -1/
rules.c s/addr_compare(theirs, ours) < 0/addr_compare(theirs, ours) > 0/
rules.c s/theirs->len && ours->len && //
rules.c s/mac\[0\] & 1/mac[0] \& 4/
rules.c s/vxmob_addr_equal(&claim->place.vtep, &policy->self)/false/
rules.c s/claim->place.state != VXMOB_STATE_NONE/false/
rules.c s/!(claim->has_seq \&\& bound->has_seq/!(false/
rules.c s/now_ms - bound->moved_ms < bound->window_ms/now_ms - bound->moved_ms <= bound->window_ms/
rules.c s/return ruling_pending(12)/return ruling(12, VXMOB_VERDICT_REFUSE_STALE)/
rules.c s/if (claim->seq != bound->seq)/if (false)/
rules.c s/if (unconfirmed(bound))/if (false)/
rules.c s/names_former(bound, claim))/true)/
rules.c s/return ruling_pending(14)/return ruling(14, VXMOB_VERDICT_REFUSE_STALE)/
rules.c s/policy->guard && !bound->snooped/policy->guard/
rules.c s/to->ifindex != policy->gate_port/false/
rules.c s/status == VXMOB_STATUS_FROZEN)/status == VXMOB_STATUS_FROZEN + 9)/
rules.c s/if (bound->sticky && bound->cur.state == VXMOB_STATE_LOCAL)/if (false)/
rules.c s/if (bound->sticky && !claim->sticky)/if (bound->sticky \&\& claim->sticky)/
rules.c s/if (!bound->sticky && claim->sticky)/if (false)/
rules.c s/if (claim->origin == VXMOB_ORIGIN_SNOOP)/if (false)/
rules.c s/next->bump = 0/next->bump = 1/
rules.c s/next->bump++/next->bump/
rules.c s/next->prev2 = next->prev;/next->prev2 = next->cur;/
rules.c s/next->pending_seq = claim->has_seq/next->pending_seq = !claim->has_seq/
rules.c s/claim->has_seq && !(next->has_seq &&/claim->has_seq \&\& !(false \&\&/
rules.c 0,/next->sticky = claim->sticky;/s//next->sticky |= claim->sticky;/
rules.c s/next->dup_moves >= policy->dup_moves/next->dup_moves > policy->dup_moves/
rules.c s/if (next->duplicate && policy->dup_freeze)/if (false)/
rules.c s/claim->place = bound->pending/claim->place = bound->prev/'

setup()
{
	SCRATCH=$(mktemp -d) || return
	defer rm -rf "$SCRATCH"
	"$HERE/../packages.sh" build || return
	build rules "$KMOD" "$HERE"
}

# Runs the checker, which ends with 4 when the time is over.
explore()
{
	local what=$1 status=0

	need_time
	"$HERE/rules" -n "$CLAIMS" -t "$(seconds_left)" "$what" > "$SCRATCH/$what" \
		2> "$SCRATCH/count" || status=$?
	ktap_print < "$SCRATCH/count"
	[ "$status" != 4 ] || skip "$(cat "$SCRATCH/$what")"
	[ "$status" = 0 ] || fail "$what: status $status" ||
	ktap_print < "$SCRATCH/$what"
}

# Hosts that have heard the same numbers, in whatever order, agree.
agree()
{
	explore agree
}

# They diverge in the ways that are known, and in all of those.
divergences()
{
	explore divergences
}

# What the document gives as examples is what was found, in that order.
documented()
{
	local found

	found=$("$HERE/rules" divergences 2> /dev/null | sed -n 's/^  //p')
	check_equal "examples in $(basename "$DOCUMENT")" "$found" \
		"$(sed -n 's/^ *\(.*: .* -> .*\)$/\1/p' "$DOCUMENT")"
}

# Whatever is heard, each single step does what it should.
steps()
{
	explore steps
}

# Status 1 when the checker finds something.
check_mutant()
{
	local dir=$1 what

	build rules "$dir" "$dir" || return 3
	for what in agree steps divergences; do
		"$dir/rules" -n "$CLAIMS" "$what" || return
	done
}

# An error in any line of the rules is found.
mutants()
{
	need_time
	check "each is noticed" mutants_noticed check_mutant <<< "$MUTANTS"
	ktap_print "$(grep -c ^noticed <<< "$CHECK_LOG") of $(wc -l <<< "$MUTANTS") noticed"
}

run_tests "$@"
