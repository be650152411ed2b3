// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guard: what was overwritten or deleted against the rules is put back.
 *
 * A late or reordered update of the control plane, or a frame that the old port
 * still had queued, must not undo a move. But a writer that insists must not
 * draw the module into a race either: after a few times it is put back ever
 * later, and told of once.
 *
 * Never from the notifier, which runs under an FDB lock.
 */
#include "vxmob.h"

#define AT_ONCE		3	/* times that a MAC is put back without delay */
#define WAIT_MIN	(HZ / 10)
#define WAIT_MAX	(10 * HZ)
#define QUIET		(30 * HZ)	/* after which all is forgotten */

static unsigned long since_put_back(const struct vxmob_binding *b)
{
	return (u32)jiffies - b->put_back;
}

/**
 * vxmob_guard_insists - Whether somebody goes on writing against the rules
 * @b: the MAC's binding
 *
 * Context: BH or process; the domain's lock is held.
 * Return: true if it was put back more than a few times of late.
 */
bool vxmob_guard_insists(const struct vxmob_binding *b)
{
	return b->insist > AT_ONCE && since_put_back(b) < QUIET;
}

/**
 * vxmob_guard_wait - How long a MAC is not to be put back yet
 * @b: the MAC's binding
 *
 * Context: BH or process; the domain's lock is held.
 * Return: jiffies, 0 for not at all.
 */
unsigned long vxmob_guard_wait(const struct vxmob_binding *b)
{
	unsigned long wait, since = since_put_back(b);

	if (b->insist < AT_ONCE)
		return 0;
	wait = min(WAIT_MIN << min(b->insist - AT_ONCE, 10), WAIT_MAX);
	return wait > since ? wait - since : 0;
}

/**
 * vxmob_guard_on - Whether a domain puts anything back
 * @d: the domain
 *
 * Context: any.
 * Return: true if it does.
 */
bool vxmob_guard_on(struct vxmob_domain *d)
{
	const struct vxmob_options *opt;
	bool on;

	rcu_read_lock();
	opt = rcu_dereference(d->opt);
	on = opt->guard == VXMOB_GUARD_ON && opt->mode == VXMOB_MODE_ENFORCE;
	rcu_read_unlock();
	return on;
}

/* A refusal for want of room, or for what the MAC is, says nothing of a place. */
static bool is_breach(u8 verdict)
{
	switch (verdict) {
	case VXMOB_VERDICT_REFUSE_STALE:
	case VXMOB_VERDICT_REFUSE_STALE_WITHDRAW:
	case VXMOB_VERDICT_REFUSE_TIE:
	case VXMOB_VERDICT_REFUSE_STICKY:
	case VXMOB_VERDICT_REFUSE_FROZEN:
	case VXMOB_VERDICT_REFUSE_GATED:
		return true;
	default:
		return false;
	}
}

static void tell(struct vxmob_domain *d, struct vxmob_binding *b,
		 const struct vxmob_claim *claim, u8 verdict)
{
	u32 event = VXMOB_EVENT_REPAIRED;

	if (b->insist > 1 && b->insist != AT_ONCE + 1)
		return;
	if (b->insist > 1)
		event = VXMOB_EVENT_INSISTING;
	vxmob_event_claim(d, event, claim, verdict, &b->mob, &b->mob,
			  vxmob_latency_ns(claim));
}

static void put_back(struct vxmob_domain *d, struct vxmob_binding *b,
		     const struct vxmob_fdb *fdb,
		     const struct vxmob_claim *claim, u8 verdict)
{
	if (since_put_back(b) >= QUIET)
		b->insist = 0;
	b->put_back = jiffies;
	if (b->insist < U8_MAX)
		b->insist++;
	if (vxmob_apply(d, b, &b->mob.cur, fdb)) {
		vxmob_wheel_set(d, b, max_t(unsigned long, WAIT_MIN,
					    vxmob_guard_wait(b)));
		return;
	}
	if (b->mob.cur.state == VXMOB_STATE_LOCAL &&
	    fdb->vxlan.state == VXMOB_STATE_REMOTE)
		vxmob_reap_later(d, b);
	WRITE_ONCE(d->repairs, d->repairs + 1);
	tell(d, b, claim, verdict);
}

/**
 * vxmob_guard - Put a MAC back to where it is bound, now or later
 * @d: the domain
 * @b: the MAC's binding
 * @fdb: what vxmob_fdb_read() said, which is not what is bound
 * @claim: what somebody did, as a claim
 * @verdict: why it was refused
 *
 * Static entries and those of a nexthop group stay: they are their owner's.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_guard(struct vxmob_domain *d, struct vxmob_binding *b,
		 const struct vxmob_fdb *fdb, const struct vxmob_claim *claim,
		 u8 verdict)
{
	lockdep_assert_held(&d->lock);
	/* Whoever wrote just now has not confirmed anything. */
	b->written = jiffies;
	if (!vxmob_guard_on(d) || !is_breach(verdict) || vxmob_fdb_owned(fdb))
		return;
	if (vxmob_guard_wait(b))
		vxmob_watch_later(d, b);
	else
		put_back(d, b, fdb, claim, verdict);
}
