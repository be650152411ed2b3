// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules: what is to be made of a claim, given what is bound.
 *
 * Hosts that hear the same claims must come to the same binding, whatever else
 * they do; so the decision is kept apart from everything that acts on it. No
 * lock, no clock, no device and no skb here: the file compiles in user space.
 *
 * The rows are those of Documentation/rules.rst, in order; the first that
 * matches decides.
 */
#include <linux/string.h>

#include "rules.h"

#define REPAIRS_MAX		3
#define RECOVER_MAX_MS		3600000

/* RFC 1982: of two numbers 2^31 apart the received one counts as older. */
static bool seq_newer(u32 seq, u32 than)
{
	return (s32)(seq - than) > 0;
}

static bool seq_older(u32 seq, u32 than)
{
	return seq != than && !seq_newer(seq, than);
}

/* 4 before 16 bytes, then the numerically lower: -1, 0 or 1 */
static int addr_compare(const struct vxmob_addr *a, const struct vxmob_addr *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

/**
 * vxmob_addr_equal - Whether two addresses are the same
 * @a: one
 * @b: the other
 *
 * Context: any.
 * Return: true if they are.
 */
bool vxmob_addr_equal(const struct vxmob_addr *a, const struct vxmob_addr *b)
{
	return a->len == b->len && !memcmp(a->b, b->b, sizeof(a->b));
}

/**
 * vxmob_place_equal - Whether two places are the same
 * @a: one place
 * @b: the other
 *
 * Context: any.
 * Return: true if every member is equal.
 */
bool vxmob_place_equal(const struct vxmob_place *a, const struct vxmob_place *b)
{
	return a->state == b->state && a->ifindex == b->ifindex &&
	       a->vni == b->vni && a->port == b->port &&
	       vxmob_addr_equal(&a->vtep, &b->vtep);
}

/**
 * vxmob_verdict_accepts - Whether a verdict lets the claim have its way
 * @verdict: enum vxmob_verdict
 *
 * Context: any.
 * Return: true for the accepting verdicts and for a refresh.
 */
bool vxmob_verdict_accepts(u8 verdict)
{
	return verdict <= VXMOB_VERDICT_REFRESH;
}

static bool by_control_plane(u8 origin)
{
	return origin == VXMOB_ORIGIN_CONTROL ||
	       origin == VXMOB_ORIGIN_NETLINK;
}

static struct vxmob_ruling ruling(u8 rule, u8 verdict)
{
	return (struct vxmob_ruling){ .rule = rule, .verdict = verdict };
}

static struct vxmob_ruling ruling_pending(u8 rule)
{
	return (struct vxmob_ruling){ .rule = rule, .pending = true,
				      .verdict = VXMOB_VERDICT_REFUSE_STALE };
}

/* Zero, multicast, the bridge's own or a protected MAC */
static bool mac_invalid(const u8 *mac, const struct vxmob_policy *policy)
{
	static const u8 zero[VXMOB_MAC_LEN];

	return policy->reserved || mac[0] & 1 ||
	       !memcmp(mac, zero, VXMOB_MAC_LEN);
}

/* Nothing can be behind the domain's own address. */
static bool names_self(const struct vxmob_claim *claim,
		       const struct vxmob_policy *policy)
{
	return claim->op == VXMOB_OP_ANNOUNCE &&
	       claim->place.state == VXMOB_STATE_REMOTE &&
	       vxmob_addr_equal(&claim->place.vtep, &policy->self);
}

/*
 * Row 1. What is bound already, when its MAC becomes protected or the bridge takes
 * it, goes all the same when its entry has gone.
 */
static bool invalid(const struct vxmob_mobility *bound,
		    const struct vxmob_claim *claim,
		    const struct vxmob_policy *policy)
{
	if (bound && claim->op == VXMOB_OP_WITHDRAW &&
	    claim->origin != VXMOB_ORIGIN_CONTROL)
		return false;
	return mac_invalid(claim->mac, policy) || names_self(claim, policy);
}

static bool withdraw_current(const struct vxmob_mobility *bound,
			     const struct vxmob_claim *claim)
{
	if (!bound)
		return false;
	if (claim->place.state != VXMOB_STATE_NONE &&
	    !vxmob_place_equal(&claim->place, &bound->cur))
		return false;
	return !(claim->has_seq && bound->has_seq &&
		 seq_older(claim->seq, bound->seq));
}

/* Rows 2 and 3 */
static struct vxmob_ruling judge_withdraw(const struct vxmob_mobility *bound,
					  const struct vxmob_claim *claim)
{
	if (withdraw_current(bound, claim))
		return ruling(2, VXMOB_VERDICT_ACCEPT_WITHDRAW);
	return ruling(3, VXMOB_VERDICT_REFUSE_STALE_WITHDRAW);
}

/* A local place counts with the domain's own address. */
static const struct vxmob_addr *place_vtep(const struct vxmob_place *place,
					   const struct vxmob_policy *policy)
{
	return place->state == VXMOB_STATE_LOCAL ? &policy->self : &place->vtep;
}

/* Row 13; an address that is not known wins no tie. RFC 7432 section 7.7 */
static bool wins_tie(const struct vxmob_mobility *bound,
		     const struct vxmob_claim *claim,
		     const struct vxmob_policy *policy)
{
	const struct vxmob_addr *theirs = place_vtep(&claim->place, policy);
	const struct vxmob_addr *ours = place_vtep(&bound->cur, policy);

	return theirs->len && ours->len && addr_compare(theirs, ours) < 0;
}

static bool unconfirmed(const struct vxmob_mobility *bound)
{
	return bound->status == VXMOB_STATUS_PROVISIONAL ||
	       bound->status == VXMOB_STATUS_UNOBSERVABLE;
}

/**
 * vxmob_window_runs - Whether the control plane may not have heard of a move yet
 * @bound: the MAC's mobility state
 * @now_ms: the time, on the clock of @bound's moved_ms
 *
 * Context: any.
 * Return: true within the confirm window.
 */
bool vxmob_window_runs(const struct vxmob_mobility *bound, u64 now_ms)
{
	return bound->window_ms && now_ms - bound->moved_ms < bound->window_ms;
}

/**
 * vxmob_window_over - Whether the confirm window has ended unsettled
 * @bound: the MAC's mobility state
 * @now_ms: the time, on the clock of @bound's moved_ms
 *
 * Context: any.
 * Return: true if there was a window, and it runs no more.
 */
bool vxmob_window_over(const struct vxmob_mobility *bound, u64 now_ms)
{
	return bound->window_ms && !vxmob_window_runs(bound, now_ms);
}

/* Rows 10 to 13: both have a number */
static struct vxmob_ruling judge_numbers(const struct vxmob_mobility *bound,
					 const struct vxmob_claim *claim,
					 const struct vxmob_policy *policy,
					 u64 now_ms)
{
	if (seq_newer(claim->seq, bound->seq))
		return ruling(10, VXMOB_VERDICT_ACCEPT_MOVE);
	if (claim->seq != bound->seq)
		return ruling(11, VXMOB_VERDICT_REFUSE_STALE);
	if (vxmob_window_runs(bound, now_ms) &&
	    bound->status == VXMOB_STATUS_PROVISIONAL)
		return ruling_pending(12);
	if (unconfirmed(bound))
		return ruling(15, VXMOB_VERDICT_ACCEPT_MOVE);
	if (wins_tie(bound, claim, policy))
		return ruling(13, VXMOB_VERDICT_ACCEPT_MOVE);
	return ruling(13, VXMOB_VERDICT_REFUSE_TIE);
}

static bool names_former(const struct vxmob_mobility *bound,
			 const struct vxmob_claim *claim)
{
	return vxmob_place_equal(&claim->place, &bound->prev) ||
	       vxmob_place_equal(&claim->place, &bound->prev2);
}

/* Rows 14 and 15: the control plane speaks, and no numbers can be compared */
static struct vxmob_ruling judge_daemon(const struct vxmob_mobility *bound,
					const struct vxmob_claim *claim,
					u64 now_ms)
{
	if (vxmob_window_runs(bound, now_ms) && names_former(bound, claim))
		return ruling_pending(14);
	return ruling(15, VXMOB_VERDICT_ACCEPT_MOVE);
}

/*
 * Row 19: frames that the port which was left still had queued. Not for a move
 * that began with an announcement: frames are the better evidence then, and the
 * machine may be back before the window has ended.
 */
static bool late_frame(const struct vxmob_mobility *bound,
		       const struct vxmob_claim *claim,
		       const struct vxmob_policy *policy, u64 now_ms)
{
	return policy->guard && !bound->snooped && !claim->prepared &&
	       claim->origin == VXMOB_ORIGIN_LEARN &&
	       bound->cur.state == VXMOB_STATE_REMOTE &&
	       claim->place.state == VXMOB_STATE_LOCAL &&
	       vxmob_place_equal(&claim->place, &bound->prev) &&
	       by_control_plane(bound->origin) &&
	       now_ms - bound->moved_ms < policy->confirm_ms &&
	       bound->repairs < REPAIRS_MAX;
}

/*
 * Row 22: the host that a machine has just left for this one still announced it,
 * when it had not heard of that. Each end would believe the other for good.  Not
 * for a machine that is back: that may have been a late frame.
 */
static bool crossed(const struct vxmob_mobility *bound,
		    const struct vxmob_claim *claim,
		    const struct vxmob_policy *policy, u64 now_ms)
{
	return bound->cur.state == VXMOB_STATE_LOCAL &&
	       bound->prev.state == VXMOB_STATE_REMOTE &&
	       vxmob_addr_equal(&claim->place.vtep, &bound->prev.vtep) &&
	       !vxmob_place_equal(&bound->cur, &bound->prev2) &&
	       now_ms - bound->moved_ms < policy->crossing_ms;
}

/* Rows 10 to 19 and 22: another place than the one bound, and nothing forbids it */
static struct vxmob_ruling judge_move(const struct vxmob_mobility *bound,
				      const struct vxmob_claim *claim,
				      const struct vxmob_policy *policy,
				      u64 now_ms)
{
	switch (claim->origin) {
	case VXMOB_ORIGIN_CONTROL:
		if (!claim->has_seq)
			return ruling(16, VXMOB_VERDICT_ACCEPT_MOVE);
		if (bound->has_seq)
			return judge_numbers(bound, claim, policy, now_ms);
		fallthrough;
	case VXMOB_ORIGIN_NETLINK:
		return judge_daemon(bound, claim, now_ms);
	case VXMOB_ORIGIN_SNOOP:
		if (crossed(bound, claim, policy, now_ms))
			return ruling(22, VXMOB_VERDICT_REFUSE_STALE);
		return ruling(18, VXMOB_VERDICT_ACCEPT_MOVE);
	default:
		if (late_frame(bound, claim, policy, now_ms))
			return ruling(VXMOB_RULE_LATE_FRAME,
				      VXMOB_VERDICT_REFUSE_STALE);
		return ruling(17, VXMOB_VERDICT_ACCEPT_MOVE);
	}
}

/* Row 21: evidence by data that names neither end of a handover */
static bool gated_out(const struct vxmob_claim *claim,
		      const struct vxmob_policy *policy)
{
	const struct vxmob_place *to = &claim->place;

	if (!policy->gated || claim->prepared || by_control_plane(claim->origin))
		return false;
	if (to->state == VXMOB_STATE_LOCAL)
		return to->ifindex != policy->gate_port;
	return !vxmob_addr_equal(&to->vtep, &policy->gate_vtep);
}

/**
 * vxmob_judge - Judge a claim
 * @bound: the MAC's mobility state, or NULL if it is not bound
 * @claim: the claim
 * @policy: what the domain adds
 * @now_ms: the time, on the clock of @bound's moved_ms
 *
 * Sequence numbers are compared by serial arithmetic (RFC 1982), since
 * RFC 7432 section 15 demands that a wrap is handled.
 *
 * Context: any.
 * Return: the verdict, the row that decided, and whether it is remembered.
 */
struct vxmob_ruling vxmob_judge(const struct vxmob_mobility *bound,
				const struct vxmob_claim *claim,
				const struct vxmob_policy *policy, u64 now_ms)
{
	if (invalid(bound, claim, policy))
		return ruling(1, VXMOB_VERDICT_REFUSE_INVALID);
	if (claim->op == VXMOB_OP_WITHDRAW)
		return judge_withdraw(bound, claim);
	if (gated_out(claim, policy))
		return ruling(VXMOB_RULE_GATED, VXMOB_VERDICT_REFUSE_GATED);
	if (!bound)
		return ruling(5, VXMOB_VERDICT_ACCEPT_NEW);
	if (bound->status == VXMOB_STATUS_FROZEN)
		return ruling(4, VXMOB_VERDICT_REFUSE_FROZEN);
	if (vxmob_place_equal(&bound->cur, &claim->place))
		return ruling(6, VXMOB_VERDICT_REFRESH);
	if (bound->sticky && bound->cur.state == VXMOB_STATE_LOCAL)
		return ruling(7, VXMOB_VERDICT_REFUSE_STICKY);
	if (bound->sticky && !claim->sticky)
		return ruling(8, VXMOB_VERDICT_REFUSE_STICKY);
	if (!bound->sticky && claim->sticky)
		return ruling(9, VXMOB_VERDICT_ACCEPT_MOVE);
	return judge_move(bound, claim, policy, now_ms);
}

static void open_window(struct vxmob_mobility *next,
			const struct vxmob_claim *claim,
			const struct vxmob_policy *policy, u64 now_ms)
{
	next->moved_ms = now_ms;
	next->window_ms = 0;
	next->status = VXMOB_STATUS_CONFIRMED;
	if (!policy->confirm_ms || (claim->origin != VXMOB_ORIGIN_SNOOP &&
				    claim->origin != VXMOB_ORIGIN_LEARN))
		return;
	next->window_ms = policy->confirm_ms;
	if (claim->origin == VXMOB_ORIGIN_SNOOP)
		next->status = VXMOB_STATUS_PROVISIONAL;
}

static void take_number(struct vxmob_mobility *next,
			const struct vxmob_claim *claim)
{
	next->has_seq = true;
	next->seq = claim->seq;
	next->bump = 0;
}

/* Frames and forwarding entries do not say who is a router. */
static void take_router(struct vxmob_mobility *next,
			const struct vxmob_claim *claim)
{
	if (claim->origin == VXMOB_ORIGIN_CONTROL)
		next->router = claim->router;
}

/**
 * vxmob_drop_pending - Forget what the control plane asked for
 * @next: the MAC's mobility state
 *
 * Context: any.
 */
void vxmob_drop_pending(struct vxmob_mobility *next)
{
	memset(&next->pending, 0, sizeof(next->pending));
	next->pending_origin = 0;
	next->pending_seq = 0;
	next->pending_has_seq = false;
}

static void keep_pending(struct vxmob_mobility *next,
			 const struct vxmob_claim *claim)
{
	next->pending = claim->place;
	next->pending_origin = claim->origin;
	next->pending_has_seq = claim->has_seq;
	next->pending_seq = claim->has_seq ? claim->seq : 0;
}

static void settle_new(struct vxmob_mobility *next,
		       const struct vxmob_claim *claim)
{
	memset(next, 0, sizeof(*next));
	if (claim->has_seq)
		take_number(next, claim);
}

static void settle_move(struct vxmob_mobility *next,
			const struct vxmob_claim *claim)
{
	next->prev2 = next->prev;
	next->prev = next->cur;
	next->repairs = 0;
	vxmob_drop_pending(next);
	if (claim->has_seq)
		take_number(next, claim);
	else
		next->bump++;
}

/* RFC 7432 section 15.1: the window begins with the first move in it. */
static void count_move(struct vxmob_mobility *next,
		       const struct vxmob_policy *policy, u64 now_ms)
{
	if (!next->dup_moves ||
	    (u32)now_ms - next->dup_since >= policy->dup_window_ms) {
		next->dup_since = now_ms;
		next->dup_moves = 0;
		next->duplicate = false;
	}
	next->dup_moves++;
	if (policy->dup_moves && next->dup_moves >= policy->dup_moves)
		next->duplicate = true;
}

/* Row 6: the place stands; the control plane makes it firm. */
static void settle_refresh(struct vxmob_mobility *next,
			   const struct vxmob_claim *claim)
{
	if (!by_control_plane(claim->origin))
		return;
	if (claim->has_seq && !(next->has_seq &&
				seq_older(claim->seq, next->seq)))
		take_number(next, claim);
	next->sticky = claim->sticky;
	take_router(next, claim);
	next->origin = claim->origin;
	next->status = VXMOB_STATUS_CONFIRMED;
	next->window_ms = 0;
	vxmob_drop_pending(next);
}

/* What the control plane asked for and has withdrawn since is not pending. */
static void take_back_pending(struct vxmob_mobility *next,
			      const struct vxmob_claim *claim)
{
	if (by_control_plane(claim->origin) &&
	    vxmob_place_equal(&claim->place, &next->pending))
		vxmob_drop_pending(next);
}

/**
 * vxmob_settle - The mobility state that follows from a ruling
 * @next: filled with the state that follows; for accept-withdraw it is
 *	meaningless, since the binding goes
 * @bound: the state that was judged, or NULL; may be @next. Without it @next
 *	is filled only if the claim is accepted
 * @claim: the claim that was judged
 * @policy: as given to vxmob_judge()
 * @ruling: what vxmob_judge() said
 * @now_ms: as given to vxmob_judge()
 *
 * Context: any.
 */
void vxmob_settle(struct vxmob_mobility *next,
		  const struct vxmob_mobility *bound,
		  const struct vxmob_claim *claim,
		  const struct vxmob_policy *policy,
		  const struct vxmob_ruling *ruling, u64 now_ms)
{
	if (bound && bound != next)
		*next = *bound;
	switch (ruling->verdict) {
	case VXMOB_VERDICT_ACCEPT_NEW:
		settle_new(next, claim);
		break;
	case VXMOB_VERDICT_ACCEPT_MOVE:
		settle_move(next, claim);
		count_move(next, policy, now_ms);
		break;
	case VXMOB_VERDICT_REFRESH:
		settle_refresh(next, claim);
		return;
	case VXMOB_VERDICT_REFUSE_STALE:
		if (ruling->pending)
			keep_pending(next, claim);
		next->repairs += ruling->rule == VXMOB_RULE_LATE_FRAME;
		return;
	case VXMOB_VERDICT_REFUSE_STALE_WITHDRAW:
		if (bound)
			take_back_pending(next, claim);
		return;
	default:
		return;
	}
	next->cur = claim->place;
	next->sticky = claim->sticky;
	next->origin = claim->origin;
	next->snooped = claim->origin == VXMOB_ORIGIN_SNOOP;
	take_router(next, claim);
	open_window(next, claim, policy, now_ms);
	if (next->duplicate && policy->dup_freeze)
		vxmob_freeze(next, now_ms);
}

/**
 * vxmob_roll_back - What follows when the window ends with a word pending
 * @next: filled with the state that follows
 * @bound: the state, with a pending place
 * @claim: filled with the claim that is carried out: what the control plane asked
 *	for last; the MAC and the time of the evidence are the caller's to fill
 * @now_ms: the time, on the clock of @bound's moved_ms
 *
 * A roll-back is no move of the MAC, so it does not count for duplicates.
 *
 * Context: any.
 * Return: accept-move, row 20.
 */
struct vxmob_ruling vxmob_roll_back(struct vxmob_mobility *next,
				    const struct vxmob_mobility *bound,
				    struct vxmob_claim *claim, u64 now_ms)
{
	claim->op = VXMOB_OP_ANNOUNCE;
	claim->origin = bound->pending_origin;
	claim->place = bound->pending;
	claim->has_seq = bound->pending_has_seq;
	claim->seq = bound->pending_seq;
	*next = *bound;
	settle_move(next, claim);
	next->cur = claim->place;
	next->origin = claim->origin;
	next->snooped = false;
	next->status = VXMOB_STATUS_CONFIRMED;
	next->moved_ms = now_ms;
	next->window_ms = 0;
	return ruling(VXMOB_RULE_ROLL_BACK, VXMOB_VERDICT_ACCEPT_MOVE);
}

/**
 * vxmob_freeze - Let no claim move a MAC
 * @bound: the MAC's mobility state
 * @now_ms: the time, on the clock of @bound's moved_ms
 *
 * Context: any.
 */
void vxmob_freeze(struct vxmob_mobility *bound, u64 now_ms)
{
	bound->status = VXMOB_STATUS_FROZEN;
	bound->window_ms = 0;
	bound->dup_since = now_ms;
	if (bound->relapses < U8_MAX)
		bound->relapses++;
	vxmob_drop_pending(bound);
}

/**
 * vxmob_frozen_for - How long a freeze lasts
 * @bound: the state of a MAC that is frozen
 * @policy: what the domain adds
 *
 * Context: any.
 * Return: milliseconds, doubled after each relapse, an hour at most; 0 for ever.
 */
u32 vxmob_frozen_for(const struct vxmob_mobility *bound,
		     const struct vxmob_policy *policy)
{
	u32 ms = policy->dup_recover_ms;
	int i;

	for (i = 1; i < bound->relapses && ms && ms < RECOVER_MAX_MS; i++)
		ms *= 2;
	return ms < RECOVER_MAX_MS ? ms : RECOVER_MAX_MS;
}

/**
 * vxmob_thaw - Let a MAC move again
 * @bound: the state of a MAC that is frozen
 *
 * Nobody has confirmed an announcement meanwhile.
 *
 * Context: any.
 */
void vxmob_thaw(struct vxmob_mobility *bound)
{
	bound->status = bound->origin == VXMOB_ORIGIN_SNOOP ?
			VXMOB_STATUS_PROVISIONAL : VXMOB_STATUS_CONFIRMED;
	bound->duplicate = false;
	bound->dup_moves = 0;
}
