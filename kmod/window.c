// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a binding waits for: the control plane's confirmation, the end of the
 * confirm window, its turn to be put back or thawed, and old age.
 *
 * A routing daemon that writes the very place that the module has installed raises
 * no event in any kernel; only the stamp on the bridge entry is renewed. So the
 * stamp is read a few times within the window, when it ends, and now and then as
 * long as a binding rests on an announcement alone.
 *
 * Nothing is remembered about what is next: it follows from the state.
 */
#include <linux/math64.h>

#include "vxmob.h"

#define LOOKS		8		/* within a window */
#define PATROL		(30 * HZ)	/* between looks at what nobody owns */

/* The place that is bound, as a daemon would claim it */
static void by_daemon(struct vxmob_claim *claim, const struct vxmob_binding *b)
{
	*claim = (struct vxmob_claim){
		.op = VXMOB_OP_ANNOUNCE,
		.origin = VXMOB_ORIGIN_NETLINK,
		.place = b->mob.cur,
		.sticky = b->mob.sticky,
		.seen_ns = ktime_get_ns(),
	};
	ether_addr_copy(claim->mac, b->mac);
}

/* Also where the driver, which learns, has turned what the module made immortal */
static bool rests_on_announcement(const struct vxmob_binding *b)
{
	return b->mob.cur.state == VXMOB_STATE_REMOTE &&
	       (b->mob.origin == VXMOB_ORIGIN_SNOOP ||
		(b->mob.origin == VXMOB_ORIGIN_DPLEARN &&
		 test_bit(VXMOB_B_VXLAN_OURS, &b->flags)));
}

/* A local entry that the module made immortal when it put the MAC back */
static bool kept_alive(const struct vxmob_binding *b)
{
	return b->mob.cur.state == VXMOB_STATE_LOCAL &&
	       b->mob.origin == VXMOB_ORIGIN_LEARN &&
	       test_bit(VXMOB_B_BRIDGE_OURS, &b->flags);
}

/*
 * The bridge tells nothing of an entry that somebody has added as a dynamic one, or
 * that a daemon had installed before the MAC came home: neither that it moves nor
 * that it ends (br_switchdev_fdb_notify()). Which are such cannot be read.
 */
static bool may_be_silent(const struct vxmob_binding *b)
{
	return b->mob.cur.state == VXMOB_STATE_LOCAL;
}

static void confirm(struct vxmob_domain *d, struct vxmob_binding *b,
		    const struct vxmob_fdb *fdb)
{
	struct vxmob_claim claim;
	int err;

	if (b->mob.status == VXMOB_STATUS_FROZEN ||
	    !rests_on_announcement(b) || !vxmob_fdb_rewritten(d, b, fdb) ||
	    !vxmob_fdb_shows(d, fdb, &b->mob.cur))
		return;
	by_daemon(&claim, b);
	vxmob_claim_locked(d, &claim, fdb, NULL, &err);
}

/* Frames that a local MAC has sent since are later news than what is pending. */
static bool spoke_since(const struct vxmob_binding *b,
			const struct vxmob_fdb *fdb)
{
	return b->mob.cur.state == VXMOB_STATE_LOCAL &&
	       fdb->bridge_port == b->mob.cur.ifindex &&
	       vxmob_fdb_stamped_since(b, fdb);
}

/*
 * A daemon that has written over a local MAC has seen it come back when the guard
 * put it back: it takes it for local since, and its word is void.
 */
static bool word_is_void(struct vxmob_domain *d, const struct vxmob_binding *b)
{
	return b->mob.cur.state == VXMOB_STATE_LOCAL &&
	       b->mob.pending_origin == VXMOB_ORIGIN_NETLINK &&
	       vxmob_guard_on(d);
}

static void roll_back(struct vxmob_domain *d, struct vxmob_binding *b,
		      const struct vxmob_fdb *fdb)
{
	struct vxmob_claim claim = { .seen_ns = ktime_get_ns() };
	struct vxmob_mobility next;
	struct vxmob_ruling ruling;

	ether_addr_copy(claim.mac, b->mac);
	ruling = vxmob_roll_back(&next, &b->mob, &claim, vxmob_now_ms());
	if (vxmob_apply(d, b, &claim.place, fdb))
		vxmob_claim_refused(d, b, &claim, VXMOB_VERDICT_FAILED,
				    ruling.rule);
	else
		vxmob_claim_commit(d, b, &claim, &ruling, &next, NULL);
}

static void end_window(struct vxmob_domain *d, struct vxmob_binding *b,
		       const struct vxmob_fdb *fdb)
{
	bool pending = b->mob.pending.state != VXMOB_STATE_NONE;

	b->mob.window_ms = 0;
	if (pending && !spoke_since(b, fdb) && !word_is_void(d, b) &&
	    !vxmob_fdb_owned(fdb))
		roll_back(d, b, fdb);
	vxmob_drop_pending(&b->mob);
	if (b->mob.status != VXMOB_STATUS_PROVISIONAL ||
	    vxmob_fdb_tells_writer(d))
		return;
	b->mob.status = VXMOB_STATUS_UNOBSERVABLE;
	vxmob_event_binding(d, VXMOB_EVENT_UNOBSERVABLE, b);
}

/*
 * Seconds that an entry which nobody else owns was not used. The driver does not
 * count an entry's retargeting as use in every kernel.
 */
static u64 idle_for(const struct vxmob_binding *b, const struct vxmob_fdb *fdb)
{
	u64 moved = div_u64(vxmob_now_ms() - b->mob.moved_ms, MSEC_PER_SEC);

	if (rests_on_announcement(b) &&
	    test_bit(VXMOB_B_VXLAN_OURS, &b->flags))
		return min_t(u64, moved, fdb->vxlan_idle / USER_HZ);
	if (kept_alive(b) && fdb->bridge_learned)
		return fdb->bridge_age / USER_HZ;
	return 0;
}

/* Returns true if the binding is gone. */
static bool age_out(struct vxmob_domain *d, struct vxmob_binding *b,
		    const struct vxmob_fdb *fdb)
{
	const struct vxlan_dev *vxlan = netdev_priv(d->dev);
	struct vxmob_claim claim;
	int err;

	if (b->mob.window_ms || b->mob.status == VXMOB_STATUS_FROZEN ||
	    !vxlan->cfg.age_interval || !vxmob_fdb_shows(d, fdb, &b->mob.cur))
		return false;
	if (idle_for(b, fdb) < vxlan->cfg.age_interval)
		return false;
	by_daemon(&claim, b);
	claim.op = VXMOB_OP_WITHDRAW;
	claim.origin = b->mob.origin;
	return vxmob_claim_locked(d, &claim, fdb, NULL, &err) ==
	       VXMOB_VERDICT_ACCEPT_WITHDRAW;
}

static unsigned long window_left(const struct vxmob_binding *b)
{
	u64 end = b->mob.moved_ms + b->mob.window_ms, now = vxmob_now_ms();

	return end > now ? msecs_to_jiffies(end - now) + 1 : 1;
}

static unsigned long thaws_in(const struct vxmob_binding *b,
			      const struct vxmob_policy *policy)
{
	u32 frozen = vxmob_frozen_for(&b->mob, policy);
	u32 since = (u32)vxmob_now_ms() - b->mob.dup_since;

	if (!frozen)
		return MAX_JIFFY_OFFSET;
	return since < frozen ? msecs_to_jiffies(frozen - since) + 1 : 1;
}

static unsigned long frozen_left(struct vxmob_domain *d,
				 const struct vxmob_binding *b)
{
	static const struct vxmob_fdb nothing;
	struct vxmob_policy policy;

	vxmob_claim_policy(d, b->mac, &nothing, &policy);
	return thaws_in(b, &policy);
}

/* A short ageing time is not to be missed by much. */
static unsigned long patrol(unsigned long ageing)
{
	if (!ageing)
		return PATROL;
	return min_t(unsigned long, PATROL, max(ageing / 4, 1UL) * HZ);
}

/* Jiffies until the binding is to be watched again */
static unsigned long next_watch(struct vxmob_domain *d,
				const struct vxmob_binding *b)
{
	const struct vxlan_dev *vxlan = netdev_priv(d->dev);
	unsigned long next = MAX_JIFFY_OFFSET;

	if (vxmob_guard_wait(b))
		next = vxmob_guard_wait(b);
	if (b->mob.window_ms)
		next = min(next, window_left(b));
	if (b->mob.window_ms && rests_on_announcement(b))
		next = min(next, 1 + msecs_to_jiffies(b->mob.window_ms) / LOOKS);
	if (b->mob.status == VXMOB_STATUS_FROZEN)
		next = min(next, frozen_left(d, b));
	if (rests_on_announcement(b) || may_be_silent(b))
		next = min(next, patrol(vxlan->cfg.age_interval));
	return next;
}

/**
 * vxmob_watch_later - Have a binding watched when it is time
 * @d: the domain
 * @b: the binding, whose state has changed
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_watch_later(struct vxmob_domain *d, struct vxmob_binding *b)
{
	unsigned long next = next_watch(d, b);

	if (next == MAX_JIFFY_OFFSET)
		vxmob_wheel_drop(d, b);
	else
		vxmob_wheel_set(d, b, next);
}

static void thaw(struct vxmob_domain *d, struct vxmob_binding *b,
		 const struct vxmob_fdb *fdb)
{
	struct vxmob_policy policy;

	if (b->mob.status != VXMOB_STATUS_FROZEN)
		return;
	vxmob_claim_policy(d, b->mac, fdb, &policy);
	if (thaws_in(b, &policy) == 1)
		vxmob_recover(d, b);
}

/* What is to be put back, and what may have gone without a word */
static bool is_looked_at(struct vxmob_domain *d, const struct vxmob_binding *b)
{
	return may_be_silent(b) || (b->insist && vxmob_guard_on(d));
}

/**
 * vxmob_watch - Do what a binding's time has come for
 * @d: the domain
 * @b: the binding, in no slot of the wheel
 *
 * Context: BH; the domain's lock is held.
 */
void vxmob_watch(struct vxmob_domain *d, struct vxmob_binding *b)
{
	struct vxmob_fdb fdb;

	lockdep_assert_held(&d->lock);
	vxmob_fdb_read(d, b->mac, &fdb);
	confirm(d, b, &fdb);
	if (vxmob_window_over(&b->mob, vxmob_now_ms()))
		end_window(d, b, &fdb);
	thaw(d, b, &fdb);
	if (age_out(d, b, &fdb))
		return;
	if (is_looked_at(d, b) && !vxmob_look(d, b))
		return;
	vxmob_watch_later(d, b);
}
