// SPDX-License-Identifier: GPL-2.0-only
/*
 * Noticing what others do to the forwarding databases: the bridge learns, a
 * routing daemon writes, an operator deletes.
 *
 * A switchdev event is only a hint that a MAC is to be looked at. Events go
 * missing (a MAC that a routing daemon installed and that then arrives on a
 * local port raises a deletion and no addition), come reordered, and their
 * content is old when they are read. And the notifier runs under an FDB lock,
 * from which neither FDB may be called. So it marks and kicks a worker, which
 * reads both FDBs and claims what it finds there.
 *
 * A deletion is notified before the entry changes, and the worker may run on
 * another CPU: if it finds no change it looks again, at growing distances, until
 * the matter has settled.
 */
#include <linux/slab.h>

#include "vxmob.h"

#define STRANGERS_MAX	4096
#define RESYNC_DELAY	(HZ / 10)

static void resync_later(struct vxmob_domain *d)
{
	WRITE_ONCE(d->unread, 1);
	queue_delayed_work(vxmob_wq, &d->resync, RESYNC_DELAY);
}

/**
 * vxmob_resync - Have a domain read anew what its forwarding databases hold
 * @d: the domain, which is not ending
 * @reassert: have it write what is bound as well
 *
 * Context: any; RTNL is held if @reassert is set.
 */
void vxmob_resync(struct vxmob_domain *d, bool reassert)
{
	if (reassert)
		d->reassert = true;
	WRITE_ONCE(d->unread, 1);
	mod_delayed_work(vxmob_wq, &d->resync, 0);
}

static void hint_stranger(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_stranger *s = NULL;

	if (atomic_inc_return(&d->n_strangers) <= STRANGERS_MAX)
		s = kmalloc(sizeof(*s), GFP_ATOMIC | __GFP_NOWARN);
	if (!s) {
		atomic_dec(&d->n_strangers);
		resync_later(d);
		return;
	}
	ether_addr_copy(s->mac, mac);
	s->seen_ns = ktime_get_ns();
	llist_add(&s->node, &d->strangers);
}

/*
 * A dead binding keeps the bit for good: it may have gone after the change that
 * is hinted at here, or before.
 */
static void hint_binding(struct vxmob_domain *d, struct vxmob_binding *b)
{
	WRITE_ONCE(b->hint_ns, ktime_get_ns());
	if (!test_and_set_bit(VXMOB_B_DIRTY, &b->flags))
		llist_add(&b->dirty, &d->dirty);
	else if (test_bit(VXMOB_B_DEAD, &b->flags))
		hint_stranger(d, b->mac);
	smp_mb__after_atomic();	/* pairs with vxmob_fdb_know() */
	vxmob_fdb_forget(b);
}

/**
 * vxmob_hint - Have the worker look at a MAC
 * @d: the domain
 * @mac: the MAC
 *
 * Context: any but hard interrupt, under an FDB lock too; RCU is held. Takes no
 *	lock.
 */
void vxmob_hint(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_binding *b = vxmob_binding_find(d, mac);

	if (b)
		hint_binding(d, b);
	else
		hint_stranger(d, mac);
	tasklet_schedule(&d->worker);
}

static void hint_bridge(struct net_device *dev, const u8 *mac, u16 vid)
{
	struct net_device *br = dev;
	struct vxmob_domain *d;

	if (!netif_is_bridge_master(dev))
		br = netdev_master_upper_dev_get_rcu(dev);
	d = br ? vxmob_domain_find_bridge(br, vid) : NULL;
	if (d && is_valid_ether_addr(mac))
		vxmob_hint(d, mac);
}

/* A device that has one VNI takes any in an entry, and does not look at it. */
static void hint_vxlan(struct net_device *dev, const u8 *mac, __be32 vni)
{
	struct vxmob_domain *d = NULL;

	if (netif_is_vxlan(dev))
		d = vxmob_domain_find(dev, vxmob_is_external(dev) ?
				      be32_to_cpu(vni) : 0);
	if (!d)
		return;
	if (is_zero_ether_addr(mac))
		queue_work(vxmob_wq, &d->flood_work);
	else if (is_valid_ether_addr(mac))
		vxmob_hint(d, mac);
}

static int switchdev_event(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	struct switchdev_notifier_vxlan_fdb_info *vxlan = ptr;
	struct switchdev_notifier_fdb_info *bridge = ptr;

	/* What a driver writes is told nobody else. */
	switch (event) {
	case SWITCHDEV_FDB_ADD_TO_BRIDGE:
	case SWITCHDEV_FDB_DEL_TO_BRIDGE:
		if (!vxmob_apply_is_own(ptr))
			hint_bridge(dev, bridge->addr, bridge->vid);
		break;
	case SWITCHDEV_VXLAN_FDB_ADD_TO_BRIDGE:
	case SWITCHDEV_VXLAN_FDB_DEL_TO_BRIDGE:
		if (!vxmob_apply_is_own(ptr))
			hint_vxlan(dev, vxlan->eth_addr, vxlan->vni);
		break;
	case SWITCHDEV_FDB_ADD_TO_DEVICE:
	case SWITCHDEV_FDB_DEL_TO_DEVICE:
		hint_bridge(dev, bridge->addr, bridge->vid);
		break;
	case SWITCHDEV_VXLAN_FDB_ADD_TO_DEVICE:
	case SWITCHDEV_VXLAN_FDB_DEL_TO_DEVICE:
		hint_vxlan(dev, vxlan->eth_addr, vxlan->vni);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block switchdev_nb = {
	.notifier_call = switchdev_event,
};

static bool arrived_home(struct vxmob_domain *d, const struct vxmob_fdb *fdb)
{
	return fdb->bridge_port && !fdb->bridge_own &&
	       fdb->bridge_port != d->ifindex;
}

/* Between the two writes of a daemon the FDBs say half of what it means. */
static bool half_written(struct vxmob_domain *d, const struct vxmob_fdb *fdb)
{
	return fdb->bridge_port == d->ifindex &&
	       fdb->vxlan.state == VXMOB_STATE_NONE;
}

static u8 remote_origin(struct vxmob_domain *d, const struct vxmob_fdb *fdb)
{
	const struct vxlan_dev *vxlan = netdev_priv(d->dev);

	if (vxlan->cfg.flags & VXLAN_F_LEARN && !fdb->vxlan_fixed)
		return VXMOB_ORIGIN_DPLEARN;
	return VXMOB_ORIGIN_NETLINK;
}

/* Frames leave an entry that is static, or sticky, as it is: somebody has freed it. */
static bool freed(const struct vxmob_binding *b, const struct vxmob_claim *claim)
{
	return b && b->mob.sticky && !claim->sticky &&
	       b->mob.origin != VXMOB_ORIGIN_CONTROL &&
	       vxmob_place_equal(&b->mob.cur, &claim->place);
}

/* What the FDBs say, as a claim; place none if they say nothing */
static void claim_seen(struct vxmob_domain *d, const struct vxmob_binding *b,
		       const struct vxmob_fdb *fdb, struct vxmob_claim *claim)
{
	claim->sticky = fdb->bridge_sticky || fdb->bridge_static;
	if (arrived_home(d, fdb)) {
		claim->place.state = VXMOB_STATE_LOCAL;
		claim->place.ifindex = fdb->bridge_port;
		claim->origin = fdb->bridge_static || fdb->bridge_learned ||
				freed(b, claim) ?
				VXMOB_ORIGIN_NETLINK : VXMOB_ORIGIN_LEARN;
		return;
	}
	claim->place = fdb->vxlan;
	claim->origin = claim->sticky ? VXMOB_ORIGIN_NETLINK :
					remote_origin(d, fdb);
}

static void claim_gone(const struct vxmob_binding *b, struct vxmob_claim *claim)
{
	claim->op = VXMOB_OP_WITHDRAW;
	claim->place = b->mob.cur;
	claim->sticky = false;
	claim->origin = b->mob.cur.state == VXMOB_STATE_LOCAL ?
			VXMOB_ORIGIN_LEARN : VXMOB_ORIGIN_NETLINK;
}

/* A vxlan entry that only waits to be removed is no evidence. */
static void ignore_leftover(const struct vxmob_binding *b,
			    struct vxmob_fdb *fdb)
{
	if (b && !list_empty(&b->reap) && !fdb->bridge_port)
		memset(&fdb->vxlan, 0, sizeof(fdb->vxlan));
}

/* What control made sticky the FDBs do not show. */
static bool nothing_new(const struct vxmob_binding *b,
			const struct vxmob_claim *claim)
{
	if (!b)
		return claim->place.state == VXMOB_STATE_NONE;
	if (!vxmob_place_equal(&b->mob.cur, &claim->place))
		return false;
	return b->mob.sticky == claim->sticky ||
	       (b->mob.sticky && b->mob.origin == VXMOB_ORIGIN_CONTROL);
}

/*
 * A daemon that withdraws the place that a MAC has left deletes the bridge entry
 * all the same, for that does not say which VTEP is meant. Where the driver learns,
 * it is ageing that the bridge entry goes first.
 */
static bool half_deleted(struct vxmob_domain *d, const struct vxmob_binding *b,
			 const struct vxmob_fdb *fdb)
{
	return b && vxmob_fdb_lost_bridge(d, b, fdb) && vxmob_guard_on(d) &&
	       (fdb->vxlan_learned || fdb->vxlan_fixed) &&
	       vxmob_place_equal(&fdb->vxlan, &b->mob.cur);
}

static bool is_announced(const struct vxmob_binding *b)
{
	return b->mob.origin == VXMOB_ORIGIN_CONTROL ||
	       b->mob.origin == VXMOB_ORIGIN_SNOOP;
}

/* Write what is bound, where the module is who put it there. */
static void reassert(struct vxmob_domain *d, struct vxmob_binding *b,
		     const struct vxmob_fdb *fdb)
{
	if (is_announced(b) && b->mob.cur.state != VXMOB_STATE_NONE &&
	    !fdb->bridge_static && !fdb->vxlan_nexthop)
		vxmob_apply(d, b, &b->mob.cur, fdb);
}

/* In monitor mode the entry stands as before a move that was announced. */
static bool never_written(struct vxmob_domain *d, const struct vxmob_binding *b,
			  const struct vxmob_claim *claim)
{
	return b && is_announced(b) && vxmob_monitors(d) &&
	       (claim->place.state == VXMOB_STATE_NONE ||
		vxmob_place_equal(&claim->place, &b->mob.prev));
}

/* A MAC that is frozen is silent, or blackholed: its entry may age out. */
static bool frozen_and_silent(const struct vxmob_binding *b,
			      const struct vxmob_claim *claim)
{
	return b && b->mob.status == VXMOB_STATUS_FROZEN &&
	       claim->place.state == VXMOB_STATE_NONE &&
	       (b->mob.origin == VXMOB_ORIGIN_LEARN ||
		b->mob.origin == VXMOB_ORIGIN_DPLEARN);
}

static void claim_difference(struct vxmob_domain *d, struct vxmob_binding *b,
			     const struct vxmob_fdb *fdb,
			     struct vxmob_claim *claim)
{
	u8 verdict;
	int err;

	if (claim->place.state == VXMOB_STATE_NONE)
		claim_gone(b, claim);
	verdict = vxmob_claim_locked(d, claim, fdb, NULL, &err);
	if (verdict == VXMOB_VERDICT_FAILED)
		resync_later(d);
	else if (b && !vxmob_verdict_accepts(verdict))
		vxmob_guard(d, b, fdb, claim, verdict);
}

/* Which place was withdrawn is not to be seen; the one asked for last, if any. */
static void refuse_half(struct vxmob_domain *d, struct vxmob_binding *b,
			const struct vxmob_fdb *fdb, struct vxmob_claim *claim)
{
	int err;

	claim->op = VXMOB_OP_WITHDRAW;
	claim->origin = VXMOB_ORIGIN_NETLINK;
	claim->place = b->mob.pending;
	if (claim->place.state != VXMOB_STATE_NONE &&
	    b->mob.pending_origin == VXMOB_ORIGIN_NETLINK)
		vxmob_claim_locked(d, claim, fdb, NULL, &err);
	else
		vxmob_claim_refused(d, b, claim,
				    VXMOB_VERDICT_REFUSE_STALE_WITHDRAW, 3);
}

/* An entry in one of the FDBs that nobody has completed by now */
static void complete_half(struct vxmob_domain *d, struct vxmob_binding *b,
			  const struct vxmob_fdb *fdb,
			  struct vxmob_claim *claim)
{
	if (!is_announced(b) && !half_deleted(d, b, fdb)) {
		claim_difference(d, b, fdb, claim);
		return;
	}
	if (!vxmob_guard_on(d)) {
		reassert(d, b, fdb);
		return;
	}
	refuse_half(d, b, fdb, claim);
	/* The daemon is done with it, so it is the module's until he names it. */
	if (b->mob.origin == VXMOB_ORIGIN_SNOOP && half_deleted(d, b, fdb))
		set_bit(VXMOB_B_VXLAN_OURS, &b->flags);
	vxmob_guard(d, b, fdb, claim, VXMOB_VERDICT_REFUSE_STALE_WITHDRAW);
}

/* Its owner sees to it: the module lets go of the MAC, and touches nothing. */
static void leave_to_nexthop(struct vxmob_domain *d, struct vxmob_binding *b,
			     struct vxmob_claim *claim)
{
	static const struct vxmob_ruling gone = {
		.verdict = VXMOB_VERDICT_ACCEPT_WITHDRAW,
		.rule = 2,
	};

	claim->origin = VXMOB_ORIGIN_NETLINK;
	vxmob_claim_refused(d, b, claim, VXMOB_VERDICT_REFUSE_NEXTHOP, 0);
	if (!b)
		return;
	claim_gone(b, claim);
	vxmob_claim_commit(d, b, claim, &gone, NULL, NULL);
}

/* Of a MAC that the bridge has taken for itself: was what is bound removed, too? */
static bool overtaken(struct vxmob_domain *d, const struct vxmob_binding *b,
		      const struct vxmob_fdb *fdb)
{
	if (is_announced(b) && vxmob_monitors(d))
		return false;
	return b->mob.cur.state == VXMOB_STATE_LOCAL ||
	       !vxmob_place_equal(&fdb->vxlan, &b->mob.cur);
}

/* What may change yet, though its event has come, is not remembered. */
static void read_for_look(struct vxmob_domain *d, const u8 *mac,
			  struct vxmob_binding *b, bool settled,
			  struct vxmob_fdb *fdb)
{
	if (b && settled) {
		vxmob_fdb_read_bound(d, b, fdb);
		return;
	}
	if (b)
		vxmob_fdb_forget(b);
	vxmob_fdb_read(d, mac, fdb);
}

/*
 * Judge the difference between the FDBs and the binding. Returns whether there
 * was one. @settled: what is half written by now stays so.
 */
static bool look_at(struct vxmob_domain *d, const u8 *mac, u64 seen_ns,
		    bool settled)
{
	struct vxmob_binding *b = vxmob_binding_find(d, mac);
	struct vxmob_claim claim = { .seen_ns = seen_ns };
	struct vxmob_fdb fdb;

	WRITE_ONCE(d->hints, d->hints + 1);
	if (b && test_bit(VXMOB_B_PINNED, &b->flags)) {
		set_bit(VXMOB_B_MISSED, &b->flags);
		return true;
	}
	read_for_look(d, mac, b, settled, &fdb);
	ether_addr_copy(claim.mac, mac);
	if (fdb.bridge_own) {
		if (!b || !overtaken(d, b, &fdb))
			return false;
		claim_difference(d, b, &fdb, &claim);
		return true;
	}
	if (fdb.vxlan_nexthop && !arrived_home(d, &fdb)) {
		leave_to_nexthop(d, b, &claim);
		return true;
	}
	if (half_written(d, &fdb) || half_deleted(d, b, &fdb)) {
		if (settled && b)
			complete_half(d, b, &fdb, &claim);
		return false;
	}
	ignore_leftover(b, &fdb);
	claim_seen(d, b, &fdb, &claim);
	if (never_written(d, b, &claim) || frozen_and_silent(b, &claim))
		return false;
	if (!nothing_new(b, &claim)) {
		claim_difference(d, b, &fdb, &claim);
		return true;
	}
	if (b && fdb.bridge_port == d->ifindex) {
		set_bit(VXMOB_B_WHOLE, &b->flags);
		vxmob_move_seen_written(d, mac, &fdb);
	}
	return false;
}

/**
 * vxmob_look - Look at a MAC that is bound
 * @d: the domain
 * @b: the MAC's binding
 *
 * Context: BH or process; the domain's lock is held.
 * Return: false if the binding is gone.
 */
bool vxmob_look(struct vxmob_domain *d, struct vxmob_binding *b)
{
	u64 now = ktime_get_ns();
	u8 mac[ETH_ALEN];

	ether_addr_copy(mac, b->mac);
	look_at(d, mac, now, now - READ_ONCE(b->hint_ns) >= VXMOB_SETTLE_NS);
	return vxmob_binding_find(d, mac) == b;
}

static void observe(struct vxmob_domain *d, const u8 *mac)
{
	spin_lock_bh(&d->lock);
	if (!d->dead)
		look_at(d, mac, ktime_get_ns(), true);
	spin_unlock_bh(&d->lock);
}

/**
 * vxmob_survey - Look at a MAC that was there before the domain had its bridge
 * @d: the domain
 * @mac: the MAC
 *
 * Context: process; takes the domain's lock.
 */
void vxmob_survey(struct vxmob_domain *d, const u8 *mac)
{
	spin_lock_bh(&d->lock);
	d->surveys = true;
	if (!d->dead)
		look_at(d, mac, ktime_get_ns(), true);
	d->surveys = false;
	spin_unlock_bh(&d->lock);
}

/**
 * vxmob_look_later - Have the worker come later
 * @d: the domain
 * @delay: in so many jiffies at the latest
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_look_later(struct vxmob_domain *d, unsigned long delay)
{
	timer_reduce(&d->later, jiffies + delay);
}

/* The change may come yet: keep it on the list, but do not run for it. */
static void look_again(struct vxmob_domain *d, struct vxmob_binding *b,
		       u64 waited_ns)
{
	if (test_and_set_bit(VXMOB_B_DIRTY, &b->flags))
		return;
	llist_add(&b->dirty, &d->dirty);
	vxmob_look_later(d, 1 + nsecs_to_jiffies(waited_ns));
}

static void look_at_live(struct vxmob_domain *d, struct vxmob_binding *b)
{
	u64 seen, waited;

	clear_bit(VXMOB_B_DIRTY, &b->flags);
	smp_mb__after_atomic();	/* pairs with test_and_set_bit() of a hint */
	seen = READ_ONCE(b->hint_ns);
	waited = ktime_get_ns() - seen;
	if (!look_at(d, b->mac, seen, waited >= VXMOB_SETTLE_NS) &&
	    waited < VXMOB_SETTLE_NS)
		look_again(d, b, waited);
}

/* Of a binding that went while it was on the list the MAC is news all the same. */
static void look_at_binding(struct vxmob_domain *d, struct vxmob_binding *b)
{
	if (!test_bit(VXMOB_B_DEAD, &b->flags)) {
		look_at_live(d, b);
		return;
	}
	look_at(d, b->mac, READ_ONCE(b->hint_ns), false);
	vxmob_binding_free(b);
}

static int look_at_strangers(struct vxmob_domain *d, int budget)
{
	struct vxmob_stranger *s;
	struct llist_node *node;

	while (budget && (node = llist_del_first(&d->strangers))) {
		s = llist_entry(node, struct vxmob_stranger, node);
		atomic_dec(&d->n_strangers);
		look_at(d, s->mac, s->seen_ns, false);
		kfree(s);
		budget--;
	}
	return budget;
}

/* What is put back for a second look comes with the timer, not at once. */
static void look_at_dirty(struct vxmob_domain *d, int budget)
{
	struct llist_node *node;

	if (!d->todo)
		d->todo = llist_del_all(&d->dirty);
	for (; budget && d->todo; budget--) {
		node = d->todo;
		d->todo = node->next;
		look_at_binding(d, llist_entry(node, struct vxmob_binding,
					       dirty));
	}
}

static void reap(struct vxmob_domain *d)
{
	struct vxmob_binding *b, *next;

	list_for_each_entry_safe(b, next, &d->reap, reap) {
		if (!poll_state_synchronize_rcu(b->gp) ||
		    test_bit(VXMOB_B_PINNED, &b->flags)) {
			vxmob_look_later(d, 1);
			return;
		}
		list_del_init(&b->reap);
		vxmob_apply_unused_remote(d, b);
	}
}

/**
 * vxmob_reap_later - Remove a local MAC's vxlan entry after a grace period
 * @d: the domain
 * @b: the MAC's binding, which has just become local
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_reap_later(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	b->gp = start_poll_synchronize_rcu();
	list_move_tail(&b->reap, &d->reap);
	vxmob_look_later(d, 1);
}

static void work(struct tasklet_struct *t)
{
	struct vxmob_domain *d = from_tasklet(d, t, worker);
	bool more = false;

	spin_lock_bh(&d->lock);
	if (!d->dead) {
		look_at_dirty(d, VXMOB_CHUNK);
		more = d->todo;
		more |= !look_at_strangers(d, VXMOB_CHUNK);
		more |= !vxmob_wheel_turn(d, VXMOB_CHUNK);
		vxmob_wheel_arm(d);
		reap(d);
	}
	spin_unlock_bh(&d->lock);
	if (more)
		tasklet_schedule(t);
}

static void work_later(struct timer_list *t)
{
	struct vxmob_domain *d = container_of(t, struct vxmob_domain, later);

	tasklet_schedule(&d->worker);
}

static bool observe_binding(struct vxmob_domain *d, struct vxmob_binding *b,
			    void *data)
{
	look_at(d, b->mac, ktime_get_ns(), true);
	return true;
}

static bool reassert_binding(struct vxmob_domain *d, struct vxmob_binding *b,
			     void *data)
{
	struct vxmob_fdb fdb;

	if (test_bit(VXMOB_B_PINNED, &b->flags))
		return true;
	vxmob_fdb_read(d, b->mac, &fdb);
	reassert(d, b, &fdb);
	return true;
}

static int read_anew(struct vxmob_domain *d)
{
	int err;

	WRITE_ONCE(d->resyncs, d->resyncs + 1);
	vxmob_vtep_read_flood_list(d);
	vxmob_binding_walk(d, observe_binding, NULL);
	err = vxmob_fdb_each_mac(d, d->unsurveyed ? vxmob_survey : observe);
	if (err)
		WRITE_ONCE(d->unread, 1);
	else
		d->unsurveyed = false;
	return err;
}

/* A domain that only waits for its bridge has read everything else. */
static int catch_up(struct vxmob_domain *d)
{
	bool unread = xchg(&d->unread, 0);
	int err = vxmob_domain_join(d);

	if (!err && d->reassert) {
		vxmob_binding_walk(d, reassert_binding, NULL);
		d->reassert = false;
	}
	if (unread || d->unsurveyed)
		return read_anew(d) ?: err;
	return err;
}

/*
 * The end of the domain waits for this work under the RTNL, so it must not wait
 * for the RTNL itself.
 */
static void resync(struct work_struct *work)
{
	struct vxmob_domain *d = container_of(to_delayed_work(work),
					      struct vxmob_domain, resync);
	int err;

	if (!rtnl_trylock()) {
		queue_delayed_work(vxmob_wq, &d->resync, 1);
		return;
	}
	err = catch_up(d);
	rtnl_unlock();
	if (err)
		queue_delayed_work(vxmob_wq, &d->resync, HZ);
}

static void read_flood_list(struct work_struct *work)
{
	vxmob_vtep_read_flood_list(container_of(work, struct vxmob_domain,
						flood_work));
}

/**
 * vxmob_observe_start - Prepare a domain for observing
 * @d: the domain, which the notifier cannot find yet
 *
 * Context: process.
 */
void vxmob_observe_start(struct vxmob_domain *d)
{
	init_llist_head(&d->dirty);
	init_llist_head(&d->strangers);
	INIT_LIST_HEAD(&d->reap);
	vxmob_wheel_init(d);
	tasklet_setup(&d->worker, work);
	timer_setup(&d->later, work_later, 0);
	INIT_DELAYED_WORK(&d->resync, resync);
	INIT_WORK(&d->flood_work, read_flood_list);
}

static void drop_dirty(struct llist_node *list)
{
	struct vxmob_binding *b, *next;

	llist_for_each_entry_safe(b, next, list, dirty)
		if (test_bit(VXMOB_B_DEAD, &b->flags))
			vxmob_binding_free(b);
		else
			clear_bit(VXMOB_B_DIRTY, &b->flags);
}

static void drop_hints(struct vxmob_domain *d)
{
	struct vxmob_stranger *s, *next;

	llist_for_each_entry_safe(s, next, llist_del_all(&d->strangers), node)
		kfree(s);
	drop_dirty(d->todo);
	drop_dirty(llist_del_all(&d->dirty));
	d->todo = NULL;
}

/**
 * vxmob_observe_stop - End observing
 * @d: the domain: dead, and no notifier can find it any more
 *
 * Context: process, may sleep; RTNL may be held, no lock of the module is.
 */
void vxmob_observe_stop(struct vxmob_domain *d)
{
	cancel_delayed_work_sync(&d->resync);
	cancel_work_sync(&d->flood_work);
	timer_delete_sync(&d->later);
	tasklet_kill(&d->worker);
	timer_delete_sync(&d->later);
	drop_hints(d);
}

/**
 * vxmob_observe_init - Start listening to switchdev
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error.
 */
int vxmob_observe_init(void)
{
	return register_switchdev_notifier(&switchdev_nb);
}

/**
 * vxmob_observe_exit - Stop listening to switchdev
 *
 * Context: process, may sleep; afterwards no notifier runs.
 */
void vxmob_observe_exit(void)
{
	unregister_switchdev_notifier(&switchdev_nb);
}
