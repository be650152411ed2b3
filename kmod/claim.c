// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pipeline: a claim is judged, and what follows is applied, recorded and
 * reported, as one step under the domain's lock. Whatever was decided last is
 * therefore what the forwarding databases show.
 *
 * Everything here may run in softirq and takes no RTNL.
 */
#include <linux/slab.h>

#include "trace.h"
#include "vxmob.h"

/**
 * vxmob_is_protected - Whether a MAC never moves in a domain
 * @opt: the domain's options
 * @mac: the MAC
 *
 * Context: any.
 * Return: true if the options name it.
 */
bool vxmob_is_protected(const struct vxmob_options *opt, const u8 *mac)
{
	unsigned int i;

	for (i = 0; i < opt->n_protect; i++)
		if (ether_addr_equal_unaligned(opt->protect[i], mac))
			return true;
	return false;
}

/**
 * vxmob_claim_policy - What a domain adds to the rules for a MAC
 * @d: the domain
 * @mac: the MAC
 * @fdb: what vxmob_fdb_recall() said
 * @policy: filled
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_claim_policy(struct vxmob_domain *d, const u8 *mac,
			const struct vxmob_fdb *fdb,
			struct vxmob_policy *policy)
{
	const struct vxmob_options *opt;
	const struct net_device *br;

	rcu_read_lock();
	opt = rcu_dereference(d->opt);
	br = rcu_dereference(d->br);
	policy->confirm_ms = opt->confirm * MSEC_PER_SEC;
	policy->crossing_ms = min(opt->announce_initial, opt->settle);
	policy->dup_moves = opt->dup_moves;
	policy->dup_window_ms = opt->dup_window * MSEC_PER_SEC;
	policy->dup_recover_ms = opt->dup_recover * MSEC_PER_SEC;
	policy->dup_freeze = opt->dup_action != VXMOB_DUP_ACTION_WARN;
	policy->guard = opt->guard == VXMOB_GUARD_ON &&
			opt->mode == VXMOB_MODE_ENFORCE;
	policy->reserved = fdb->bridge_own || vxmob_is_protected(opt, mac) ||
			   (br && ether_addr_equal(br->dev_addr, mac));
	rcu_read_unlock();
	vxmob_domain_self(d, &policy->self);
	vxmob_move_policy(d, mac, policy);
}

/* What was observed is in the forwarding databases already. */
static bool is_observed(const struct vxmob_claim *claim)
{
	return claim->origin != VXMOB_ORIGIN_CONTROL &&
	       claim->origin != VXMOB_ORIGIN_SNOOP && !claim->prepared;
}

/* The rules do not know the kernel: some entries are not the module's. */
static u8 respect_owner(const struct vxmob_claim *claim, u8 verdict,
			const struct vxmob_fdb *fdb)
{
	if (is_observed(claim))
		return verdict;
	if (!vxmob_verdict_accepts(verdict) || verdict == VXMOB_VERDICT_REFRESH)
		return verdict;
	if (fdb->vxlan_nexthop)
		return VXMOB_VERDICT_REFUSE_NEXTHOP;
	return fdb->bridge_static ? VXMOB_VERDICT_REFUSE_STATIC : verdict;
}

/*
 * A daemon that has withdrawn what it asked for leaves a MAC without its bridge
 * entry, which the next announcement completes.
 */
static bool withdrawn_by_daemon(const struct vxmob_domain *d,
				const struct vxmob_binding *b,
				const struct vxmob_fdb *fdb)
{
	return vxmob_fdb_lost_bridge(d, b, fdb) &&
	       b->mob.pending_origin == VXMOB_ORIGIN_NETLINK;
}

/**
 * vxmob_claim_judge - Judge a claim
 * @d: the domain
 * @b: the MAC's binding, or NULL
 * @claim: the claim
 * @fdb: what vxmob_fdb_recall() said
 * @next: filled with the mobility state that follows
 *
 * Context: BH or process; the domain's lock is held.
 * Return: the ruling.
 */
struct vxmob_ruling vxmob_claim_judge(struct vxmob_domain *d,
				      struct vxmob_binding *b,
				      const struct vxmob_claim *claim,
				      const struct vxmob_fdb *fdb,
				      struct vxmob_mobility *next)
{
	const struct vxmob_mobility *bound = NULL;
	struct vxmob_policy policy;
	struct vxmob_ruling ruling;
	u64 now = vxmob_now_ms();

	lockdep_assert_held(&d->lock);
	if (b && b->mob.cur.state != VXMOB_STATE_NONE)
		bound = &b->mob;
	vxmob_claim_policy(d, claim->mac, fdb, &policy);
	ruling = vxmob_judge(bound, claim, &policy, now);
	ruling.verdict = respect_owner(claim, ruling.verdict, fdb);
	vxmob_settle(next, bound, claim, &policy, &ruling, now);
	if (bound && withdrawn_by_daemon(d, b, fdb))
		vxmob_drop_pending(next);
	return ruling;
}

/* What points to another place than the one withdrawn is evidence of its own. */
static void look_for_others(struct vxmob_domain *d, struct vxmob_binding *b,
			    const struct vxmob_fdb *fdb)
{
	static const struct vxmob_place nowhere;

	if (vxmob_fdb_shows(d, fdb, &b->mob.cur) ||
	    vxmob_fdb_shows(d, fdb, &nowhere))
		return;
	rcu_read_lock();
	vxmob_hint(d, b->mac);
	rcu_read_unlock();
}

/**
 * vxmob_claim_apply - Carry out an accepted claim in the forwarding databases
 * @d: the domain
 * @b: the MAC's binding
 * @claim: the claim
 * @verdict: the verdict, which accepts
 * @fdb: what vxmob_fdb_recall() said
 *
 * Context: BH or process; the domain's lock is held.
 * Return: 0, or as vxmob_apply(); on error nothing has changed.
 */
int vxmob_claim_apply(struct vxmob_domain *d, struct vxmob_binding *b,
		      const struct vxmob_claim *claim, u8 verdict,
		      const struct vxmob_fdb *fdb)
{
	if (verdict == VXMOB_VERDICT_ACCEPT_WITHDRAW) {
		vxmob_apply_gone(d, b, fdb);
		look_for_others(d, b, fdb);
		return 0;
	}
	if (fdb->bridge_port == d->ifindex || !is_observed(claim))
		set_bit(VXMOB_B_WHOLE, &b->flags);
	if (is_observed(claim))
		return 0;
	return vxmob_apply(d, b, &claim->place, fdb);
}

static u32 event_of(const struct vxmob_ruling *ruling)
{
	if (ruling->rule == VXMOB_RULE_ROLL_BACK)
		return VXMOB_EVENT_ROLLED_BACK;
	switch (ruling->verdict) {
	case VXMOB_VERDICT_ACCEPT_NEW:
		return VXMOB_EVENT_MAC_NEW;
	case VXMOB_VERDICT_ACCEPT_MOVE:
		return VXMOB_EVENT_MAC_MOVE;
	default:
		return VXMOB_EVENT_MAC_DEL;
	}
}

static bool same_ips(const struct vxmob_ips *a, const struct vxmob_ips *b)
{
	return a && b && a->n == b->n &&
	       !memcmp(a->addr, b->addr, a->n * sizeof(*a->addr));
}

/* Returns whether they are news. */
static bool take_ips(struct vxmob_binding *b, struct vxmob_ips **ips)
{
	if (!ips || !*ips || same_ips(b->ips, *ips))
		return false;
	kfree(b->ips);
	b->ips = *ips;
	*ips = NULL;
	return true;
}

/* A MAC that comes home leaves a vxlan entry behind. */
static void record_place(struct vxmob_domain *d, struct vxmob_binding *b,
			 u8 verdict, u8 was)
{
	if (verdict == VXMOB_VERDICT_REFRESH)
		return;
	WRITE_ONCE(d->gen, d->gen + 1);
	b->written = jiffies;
	if (verdict == VXMOB_VERDICT_ACCEPT_MOVE)
		b->moves++;
	if (b->mob.cur.state == VXMOB_STATE_REMOTE)
		list_del_init(&b->reap);
	else if (was == VXMOB_STATE_REMOTE)
		vxmob_reap_later(d, b);
}

/*
 * An entry that somebody else has written is his to remove. The driver that learns
 * from data only turns the vxlan entry, and leaves it immortal if the module has made
 * it so (vxlan_snoop()).
 */
static void pass_on(struct vxmob_binding *b, u8 origin)
{
	if (origin == VXMOB_ORIGIN_CONTROL || origin == VXMOB_ORIGIN_SNOOP ||
	    origin == VXMOB_ORIGIN_DPLEARN)
		return;
	clear_bit(VXMOB_B_BRIDGE_OURS, &b->flags);
	if (origin != VXMOB_ORIGIN_LEARN)
		clear_bit(VXMOB_B_VXLAN_OURS, &b->flags);
}

static void record(struct vxmob_domain *d, struct vxmob_binding *b, u8 verdict,
		   const struct vxmob_mobility *was,
		   const struct vxmob_mobility *next, struct vxmob_ips **ips)
{
	bool told;

	vxmob_vtep_count(d, b, next);
	b->mob = *next;
	told = take_ips(b, ips);
	pass_on(b, next->origin);
	record_place(d, b, verdict, was->cur.state);
	vxmob_arrived(d, b, verdict, was, told);
	/* A refresh does not put off what the binding waits for. */
	if (verdict != VXMOB_VERDICT_REFRESH || hlist_unhashed(&b->due))
		vxmob_watch_later(d, b);
}

/* Of refreshes only one that makes a binding firm is news. */
static void report_refresh(struct vxmob_domain *d,
			   const struct vxmob_claim *claim,
			   const struct vxmob_mobility *was,
			   const struct vxmob_mobility *next)
{
	if (was->status != next->status)
		vxmob_event_claim(d, VXMOB_EVENT_CONFIRMED, claim,
				  VXMOB_VERDICT_REFRESH, was, next, 0);
}

/**
 * vxmob_claim_commit - Record and report an accepted claim
 * @d: the domain
 * @b: the MAC's binding; gone afterwards if the claim withdrew it
 * @claim: the claim
 * @ruling: the ruling, which accepts
 * @next: the mobility state that follows
 * @ips: IP addresses that came with the claim, taken over; or NULL
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_claim_commit(struct vxmob_domain *d, struct vxmob_binding *b,
			const struct vxmob_claim *claim,
			const struct vxmob_ruling *ruling,
			const struct vxmob_mobility *next,
			struct vxmob_ips **ips)
{
	struct vxmob_mobility was = b->mob;
	u64 latency = vxmob_latency_ns(claim);

	lockdep_assert_held(&d->lock);
	if (ruling->verdict == VXMOB_VERDICT_ACCEPT_WITHDRAW)
		vxmob_binding_remove(d, b);
	else
		record(d, b, ruling->verdict, &was, next, ips);
	vxmob_stats_claim(d, claim->origin, ruling->verdict);
	trace_vxmob_claim(d, claim, ruling->verdict, ruling->rule);
	if (ruling->verdict == VXMOB_VERDICT_REFRESH) {
		report_refresh(d, claim, &was, next);
		vxmob_move_claimed(d, claim->mac);
		return;
	}
	vxmob_stats_latency(d, latency);
	trace_vxmob_retarget(d, claim, &was.cur, latency);
	vxmob_event_claim(d, event_of(ruling), claim, ruling->verdict, &was,
			  ruling->verdict == VXMOB_VERDICT_ACCEPT_WITHDRAW ?
			  NULL : next, latency);
	if (ruling->verdict == VXMOB_VERDICT_ACCEPT_MOVE &&
	    next->duplicate && (!was.duplicate ||
				next->status == VXMOB_STATUS_FROZEN))
		vxmob_duplicate_found(d, b);
	vxmob_move_claimed(d, claim->mac);
}

/**
 * vxmob_claim_refused - Report a refused claim
 * @d: the domain
 * @b: the MAC's binding, or NULL
 * @claim: the claim
 * @verdict: why
 * @rule: the row of the rules that it came to; 0 if it came to none
 *
 * A writer that insists is not reported each time.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_claim_refused(struct vxmob_domain *d, const struct vxmob_binding *b,
			 const struct vxmob_claim *claim, u8 verdict, u8 rule)
{
	const struct vxmob_mobility *bound = b ? &b->mob : NULL;

	lockdep_assert_held(&d->lock);
	vxmob_stats_claim(d, claim->origin, verdict);
	trace_vxmob_claim(d, claim, verdict, rule);
	if (b && is_observed(claim) && vxmob_guard_insists(b))
		return;
	vxmob_event_claim(d, VXMOB_EVENT_CLAIM_REFUSED, claim, verdict,
			  bound, bound, 0);
}

static u8 verdict_of_error(int err)
{
	return err == -ENOSPC ? VXMOB_VERDICT_REFUSE_FULL :
				VXMOB_VERDICT_FAILED;
}

/* Returns the verdict that it comes to when it is carried out. */
static u8 carry_out(struct vxmob_domain *d, struct vxmob_binding *b,
		    const struct vxmob_claim *claim,
		    const struct vxmob_ruling *ruling,
		    const struct vxmob_mobility *next,
		    const struct vxmob_fdb *fdb, struct vxmob_ips **ips,
		    int *err)
{
	bool is_new = !b;

	if (is_new)
		b = vxmob_binding_add(d, claim->mac);
	if (IS_ERR(b)) {
		*err = PTR_ERR(b);
		return verdict_of_error(*err);
	}
	*err = vxmob_claim_apply(d, b, claim, ruling->verdict, fdb);
	if (*err) {
		if (is_new)
			vxmob_binding_remove(d, b);
		return VXMOB_VERDICT_FAILED;
	}
	vxmob_claim_commit(d, b, claim, ruling, next, ips);
	return ruling->verdict;
}

static u8 take(struct vxmob_domain *d, struct vxmob_binding *b,
	       const struct vxmob_claim *claim, const struct vxmob_fdb *fdb,
	       struct vxmob_ips **ips, int *err)
{
	struct vxmob_mobility next;
	struct vxmob_ruling ruling;
	u8 verdict;

	lockdep_assert_held(&d->lock);
	if (b && test_bit(VXMOB_B_PINNED, &b->flags)) {
		set_bit(VXMOB_B_MISSED, &b->flags);
		vxmob_claim_refused(d, b, claim, VXMOB_VERDICT_REFUSE_BUSY, 0);
		return VXMOB_VERDICT_REFUSE_BUSY;
	}
	ruling = vxmob_claim_judge(d, b, claim, fdb, &next);
	verdict = ruling.verdict;
	if (vxmob_verdict_accepts(verdict))
		verdict = carry_out(d, b, claim, &ruling, &next, fdb, ips, err);
	else if (b)
		b->mob = next;
	if (ruling.pending)
		b->written = jiffies;
	if (!vxmob_verdict_accepts(verdict))
		vxmob_claim_refused(d, b, claim, verdict, ruling.rule);
	return verdict;
}

/**
 * vxmob_claim_locked - Take a claim through the pipeline
 * @d: the domain, which is alive
 * @claim: the claim
 * @fdb: what vxmob_fdb_recall() said
 * @ips: IP addresses that came with it, taken over if accepted; or NULL
 * @err: set to the error if the verdict is failed
 *
 * Context: BH or process; the domain's lock is held.
 * Return: enum vxmob_verdict.
 */
u8 vxmob_claim_locked(struct vxmob_domain *d, const struct vxmob_claim *claim,
		      const struct vxmob_fdb *fdb, struct vxmob_ips **ips,
		      int *err)
{
	return take(d, vxmob_binding_find(d, claim->mac), claim, fdb, ips, err);
}

/**
 * vxmob_claim - Make a claim
 * @d: the domain
 * @claim: the claim
 * @ips: IP addresses that come with it, taken over if accepted; or NULL
 * @err: set to the error if the verdict is failed
 *
 * Context: BH or process; takes the domain's lock.
 * Return: enum vxmob_verdict.
 */
u8 vxmob_claim(struct vxmob_domain *d, const struct vxmob_claim *claim,
	       struct vxmob_ips **ips, int *err)
{
	u8 verdict = VXMOB_VERDICT_FAILED;
	struct vxmob_binding *b;
	struct vxmob_fdb fdb;

	*err = -ENODEV;
	spin_lock_bh(&d->lock);
	if (!d->dead) {
		b = vxmob_binding_find(d, claim->mac);
		vxmob_fdb_recall(d, claim->mac, b, &fdb);
		verdict = take(d, b, claim, &fdb, ips, err);
	}
	spin_unlock_bh(&d->lock);
	return verdict;
}
