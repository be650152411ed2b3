// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which machines are being handed over, and how far that has come.
 *
 *	source		prepared -> held -> moved -> over
 *	target		prepared (-> held) -> moved -> over
 *
 * An orchestrator prepares both ends, and says when the machine stands still; the
 * first evidence of the machine on its new host, or the commit, ends that. What is
 * not moved by its deadline is called off, and things are as they were.
 *
 * Steps are taken by requests, by claims, by frames and by time; so all of them
 * are taken under the domain's lock. What has to sleep, which is unregistering
 * hooks, is left to a work.
 */
#include <linux/jhash.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "move.h"

/*
 * Packets that have passed the redirect are still on their way to the old port,
 * through a softirq that may wait for its turn.
 */
#define LINGER		(HZ / 50 ?: 1)

/*
 * A move seldom comes alone, and the first hook and the last one of a kind have the
 * kernel's code patched on every CPU.
 */
#define HOOKS_LAST	(30 * HZ)

/* In how many softirqs what was let out has passed, unless packets never cease. */
#define WAITS_MAX	64

static u32 hash(const u8 *mac)
{
	return jhash(mac, ETH_ALEN, 0);
}

/**
 * vxmob_move_find - Look up the move of a MAC
 * @d: the domain
 * @mac: the MAC
 *
 * Context: any; the domain's lock or RCU is held.
 * Return: the move, or NULL.
 */
struct vxmob_move *vxmob_move_find(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_move *mv;

	if (!READ_ONCE(d->n_moves))
		return NULL;
	hash_for_each_possible_rcu(d->moves, mv, node, hash(mac),
				   lockdep_is_held(&d->lock))
		if (ether_addr_equal_unaligned(mv->mac, mac))
			return mv;
	return NULL;
}

static struct vxmob_move *find_stage(struct vxmob_domain *d, const u8 *mac,
				     u8 role, u8 last)
{
	struct vxmob_move *mv = d->dead ? NULL : vxmob_move_find(d, mac);

	return mv && mv->role == role && mv->stage <= last ? mv : NULL;
}

static bool is_at(const struct vxmob_binding *b, const struct vxmob_addr *vtep)
{
	return b && b->mob.cur.state == VXMOB_STATE_REMOTE &&
	       vxmob_addr_equal(&b->mob.cur.vtep, vtep);
}

static bool is_on(const struct vxmob_binding *b, u32 port)
{
	return b && b->mob.cur.state == VXMOB_STATE_LOCAL &&
	       b->mob.cur.ifindex == port;
}

static void wake_at(struct vxmob_domain *d, unsigned long when)
{
	timer_reduce(&d->move_timer, when);
}

/* The hooks stay until the work has come to it. */
static void take_out(struct vxmob_domain *d, struct vxmob_move *mv, u32 event)
{
	lockdep_assert_held(&d->lock);
	vxmob_event_move(d, event, mv);
	hash_del_rcu(&mv->node);
	list_del_rcu(&mv->list);
	WRITE_ONCE(d->n_moves, d->n_moves - 1);
	WRITE_ONCE(d->move_gen, d->move_gen + 1);
	vxmob_fifo_purge(&mv->fifo);
	llist_add(&mv->over, &d->moves_over);
	queue_delayed_work(vxmob_wq, &d->move_work, HOOKS_LAST);
}

static void enter_stage(struct vxmob_move *mv, u8 stage, u32 event)
{
	WRITE_ONCE(mv->stage, stage);
	WRITE_ONCE(mv->d->move_gen, mv->d->move_gen + 1);
	vxmob_event_move(mv->d, event, mv);
}

static unsigned long redirect_time(struct vxmob_domain *d)
{
	unsigned long secs;

	rcu_read_lock();
	secs = rcu_dereference(d->opt)->redirect;
	rcu_read_unlock();
	return secs * HZ;
}

static unsigned long settle_time(struct vxmob_domain *d)
{
	unsigned long ms;

	rcu_read_lock();
	ms = rcu_dereference(d->opt)->settle;
	rcu_read_unlock();
	return msecs_to_jiffies(ms);
}

/*
 * Whoever was to be first has had his time: the module writes what is bound. Until
 * that is done the tail goes on.
 */
static void speak_up(struct vxmob_domain *d, struct vxmob_move *mv)
{
	struct vxmob_binding *b = vxmob_binding_find(d, mv->mac);
	struct vxmob_fdb fdb;

	if (!mv->quiet)
		return;
	mv->speaks = true;
	if (b && b->mob.cur.state == VXMOB_STATE_REMOTE) {
		vxmob_fdb_read(d, mv->mac, &fdb);
		if (!vxmob_fdb_owned(&fdb) &&
		    vxmob_apply(d, b, &b->mob.cur, &fdb)) {
			mv->turn_at = jiffies + 1;
			wake_at(d, mv->turn_at);
			mv->speaks = false;
			return;
		}
	}
	WRITE_ONCE(mv->quiet, false);
}

/*
 * From here on frames are sent to the target, whatever the bridge shows, and what
 * the old port still lets out is late.
 */
static void begin_tail(struct vxmob_domain *d, struct vxmob_move *mv)
{
	WRITE_ONCE(mv->settled, jiffies + settle_time(d));
	mv->turn_at = jiffies + (mv->listened ? MAX_JIFFY_OFFSET : LINGER);
	if (mv->quiet && !mv->listened)
		wake_at(d, mv->turn_at);
}

static void end_source(struct vxmob_domain *d, struct vxmob_move *mv, u32 event)
{
	speak_up(d, mv);
	take_out(d, mv, event);
}

static void source_moved(struct vxmob_domain *d, struct vxmob_move *mv)
{
	unsigned long time = redirect_time(d);

	mv->until = jiffies + time;
	if (mv->stage == VXMOB_STAGE_PREPARED)
		begin_tail(d, mv);
	enter_stage(mv, VXMOB_STAGE_MOVED, VXMOB_EVENT_MOVE_MOVED);
	if (time)
		wake_at(d, mv->until);
	else
		end_source(d, mv, VXMOB_EVENT_MOVE_ENDED);
}

/* Entries that aged before, and that the module has made immortal */
static void restore_flags(struct vxmob_domain *d, struct vxmob_move *mv,
			  struct vxmob_binding *b)
{
	struct vxmob_fdb now;

	vxmob_fdb_read_real(d, mv->mac, &now);
	assign_bit(VXMOB_B_VXLAN_OURS, &b->flags,
		   test_bit(VXMOB_B_VXLAN_OURS, &mv->flags));
	assign_bit(VXMOB_B_BRIDGE_OURS, &b->flags,
		   test_bit(VXMOB_B_BRIDGE_OURS, &mv->flags) ||
		   (now.bridge_port == mv->port && now.bridge_learned &&
		    !mv->old.bridge_learned));
}

static void restore_binding(struct vxmob_domain *d, struct vxmob_move *mv,
			    struct vxmob_binding *b)
{
	if (!is_at(b, &mv->peer))
		return;
	vxmob_vtep_count(d, b, &mv->was);
	b->mob = mv->was;
	b->moves--;
	b->written = jiffies;
	WRITE_ONCE(d->gen, d->gen + 1);
	vxmob_blackhole_set(d, b);	/* it may have been one move too many */
	vxmob_watch_later(d, b);
}

/* Things as they were before the machine was held, or before it was prepared */
static void put_back(struct vxmob_domain *d, struct vxmob_move *mv)
{
	struct vxmob_binding *b = vxmob_binding_find(d, mv->mac);

	if (!b || !(is_on(b, mv->port) || is_at(b, &mv->peer)))
		return;
	vxmob_fdb_forget(b);
	if (!mv->quiet || !mv->listened)
		vxmob_apply_undo(d, mv->mac, &mv->old);
	restore_flags(d, mv, b);
	restore_binding(d, mv, b);
}

static bool can_come_back(struct vxmob_domain *d, const struct vxmob_move *mv)
{
	return vxmob_port_valid(d, mv->port) &&
	       vxmob_port_delivers(d, mv->port);
}

/*
 * Where the port has left the bridge or the VLAN, or is down, the machine has nothing
 * to come back to.
 */
static void call_off(struct vxmob_domain *d, struct vxmob_move *mv, u32 event)
{
	if (mv->role == VXMOB_ROLE_SOURCE &&
	    mv->stage == VXMOB_STAGE_HELD && !can_come_back(d, mv))
		speak_up(d, mv);
	else if (mv->role == VXMOB_ROLE_SOURCE)
		put_back(d, mv);
	take_out(d, mv, event);
}

static void time_is_up(struct vxmob_domain *d, struct vxmob_move *mv)
{
	if (mv->stage != VXMOB_STAGE_MOVED)
		call_off(d, mv, VXMOB_EVENT_MOVE_EXPIRED);
	else if (READ_ONCE(mv->fifo.draining))
		mv->until = jiffies + 1;
	else if (mv->role == VXMOB_ROLE_SOURCE)
		end_source(d, mv, VXMOB_EVENT_MOVE_ENDED);
	else
		take_out(d, mv, VXMOB_EVENT_MOVE_ENDED);
}

static bool waits_to_turn(const struct vxmob_move *mv)
{
	return mv->role == VXMOB_ROLE_SOURCE && mv->quiet &&
	       mv->stage >= VXMOB_STAGE_HELD;
}

static unsigned long earlier(unsigned long a, unsigned long b)
{
	return time_before(a, b) ? a : b;
}

static bool is_pinned(const struct vxmob_binding *b)
{
	return b && test_bit(VXMOB_B_PINNED, &b->flags);
}

/* What a transaction has pinned waits for its end. Returns whether time was up. */
static bool look_at_clock(struct vxmob_domain *d, struct vxmob_move *mv)
{
	bool over = time_after_eq(jiffies, mv->until);

	if (!over && !(waits_to_turn(mv) &&
		       time_after_eq(jiffies, mv->turn_at)))
		return false;
	if (is_pinned(vxmob_binding_find(d, mv->mac)))
		*(over ? &mv->until : &mv->turn_at) = jiffies + 1;
	else if (over)
		time_is_up(d, mv);
	else
		speak_up(d, mv);
	return true;
}

static void on_time(struct timer_list *t)
{
	struct vxmob_domain *d = container_of(t, struct vxmob_domain,
					      move_timer);
	unsigned long next = jiffies + MAX_JIFFY_OFFSET;
	struct vxmob_move *mv, *tmp;
	int n = 0;

	spin_lock(&d->lock);
	if (d->dead)
		goto out;
	list_for_each_entry_safe(mv, tmp, &d->move_list, list) {
		n += look_at_clock(d, mv);
		if (n == VXMOB_CHUNK)	/* the others at the next tick */
			break;
	}
	list_for_each_entry(mv, &d->move_list, list)
		next = earlier(next, waits_to_turn(mv) ?
			       earlier(mv->until, mv->turn_at) : mv->until);
	if (!list_empty(&d->move_list))
		wake_at(d, next);
out:
	spin_unlock(&d->lock);
}

/*
 * Nothing may overtake on another CPU what was let out last. But if packets never
 * cease to come, newer ones are not to wait forever.
 */
static bool on_their_way(struct vxmob_domain *d)
{
	return vxmob_rx_pending() && d->move_waits++ < WAITS_MAX;
}

/*
 * The vxlan device queues what it is given until the stack comes to it, and drops
 * what is too much: one run lets out a few packets, however many machines have
 * come, and the next one goes on with those that have not had their turn. Returns
 * whether there may be more.
 */
static bool let_out_some(struct vxmob_domain *d)
{
	int n, budget = VXMOB_CHUNK;
	struct vxmob_move *mv;
	bool more = false;

	list_for_each_entry_rcu(mv, &d->move_list, list) {
		if (!READ_ONCE(mv->fifo.draining))
			continue;
		if (mv->fifo.turn == d->move_turn) {
			more = true;
			continue;
		}
		if (budget <= 0)
			return true;
		mv->fifo.turn = d->move_turn;
		n = vxmob_fifo_drain(&mv->fifo, budget);
		more |= n;
		budget -= n;
	}
	d->move_turn++;
	return more;
}

/* Frames are let out without the lock: they go through the stack. */
static void let_out(struct tasklet_struct *t)
{
	struct vxmob_domain *d = from_tasklet(d, t, move_drain);
	bool more;

	if (on_their_way(d)) {
		tasklet_schedule(t);
		return;
	}
	d->move_waits = 0;
	rcu_read_lock();
	more = let_out_some(d);
	rcu_read_unlock();
	if (more)
		tasklet_schedule(t);
}

/* From before the first packet can find it until the last one may have */
static void count(const struct vxmob_move *mv, int n)
{
	atomic_add(n, vxmob_moving(mv->d->net, mv->mac));
	atomic_add(n, vxmob_moving(mv->d->underlay, mv->mac));
}

static void release(struct vxmob_move *mv)
{
	count(mv, -1);
	if (mv->gate)
		vxmob_gate_put(mv->gate);
	if (mv->tailed)
		vxmob_tail_put(mv->d->net);
	if (mv->hooked)
		vxmob_underlay_put(mv->d->underlay);
	kfree_rcu(mv, rcu);
}

static void release_over(struct work_struct *work)
{
	struct vxmob_domain *d = container_of(to_delayed_work(work),
					      struct vxmob_domain, move_work);
	struct vxmob_move *mv, *next;

	llist_for_each_entry_safe(mv, next, llist_del_all(&d->moves_over), over)
		release(mv);
}

/**
 * vxmob_moves_init - Prepare a domain for moves
 * @d: the domain, which nobody can find yet
 *
 * Context: process.
 */
void vxmob_moves_init(struct vxmob_domain *d)
{
	hash_init(d->moves);
	INIT_LIST_HEAD(&d->move_list);
	d->move_turn = 1;	/* no machine has had its turn */
	init_llist_head(&d->moves_over);
	timer_setup(&d->move_timer, on_time, 0);
	tasklet_setup(&d->move_drain, let_out);
	INIT_DELAYED_WORK(&d->move_work, release_over);
}

/* The domain's device is going or the domain is: nothing is written. */
static void drop_all(struct vxmob_domain *d)
{
	struct vxmob_move *mv, *next;

	list_for_each_entry_safe(mv, next, &d->move_list, list)
		take_out(d, mv, VXMOB_EVENT_MOVE_ABORTED);
}

/**
 * vxmob_moves_stop - End a domain's moves
 * @d: the domain: dead, and nobody can find it any more
 *
 * Context: process, may sleep; RTNL may be held, no lock of the module is.
 */
void vxmob_moves_stop(struct vxmob_domain *d)
{
	spin_lock_bh(&d->lock);
	drop_all(d);
	spin_unlock_bh(&d->lock);
	timer_delete_sync(&d->move_timer);
	tasklet_kill(&d->move_drain);
	flush_delayed_work(&d->move_work);
}

/**
 * vxmob_moves_leave - End a domain's moves because it has lost its bridge
 * @d: the domain
 *
 * Context: process, may sleep; RTNL is held, no lock of the module is.
 */
void vxmob_moves_leave(struct vxmob_domain *d)
{
	spin_lock_bh(&d->lock);
	drop_all(d);
	spin_unlock_bh(&d->lock);
}

static void port_gone(struct vxmob_domain *d, struct vxmob_move *mv)
{
	if (mv->role == VXMOB_ROLE_SOURCE && mv->stage == VXMOB_STAGE_PREPARED)
		return;
	if (mv->role == VXMOB_ROLE_SOURCE)
		speak_up(d, mv);
	else if (mv->stage == VXMOB_STAGE_MOVED)
		take_out(d, mv, VXMOB_EVENT_MOVE_ENDED);
	else
		call_off(d, mv, VXMOB_EVENT_MOVE_ABORTED);
}

/**
 * vxmob_moves_port_gone - A bridge port went down, or left the bridge or the VLAN
 * @d: the domain
 * @ifindex: the port
 *
 * A machine cannot come to it any more; one that has left it may be on its way.
 *
 * Context: process; the namespace's claim lock is held, the domain's is not.
 */
void vxmob_moves_port_gone(struct vxmob_domain *d, u32 ifindex)
{
	struct vxmob_move *mv, *next;

	spin_lock_bh(&d->lock);
	list_for_each_entry_safe(mv, next, &d->move_list, list)
		if (mv->port == ifindex)
			port_gone(d, mv);
	spin_unlock_bh(&d->lock);
}

/**
 * vxmob_moves_device_gone - Let go of packets that came in through a device
 * @d: the domain
 * @dev: the device, which is being unregistered
 *
 * Context: process; no lock of the module is held.
 */
void vxmob_moves_device_gone(struct vxmob_domain *d,
			     const struct net_device *dev)
{
	struct vxmob_move *mv;

	spin_lock_bh(&d->lock);
	list_for_each_entry(mv, &d->move_list, list)
		vxmob_fifo_purge_device(&mv->fifo, dev);
	spin_unlock_bh(&d->lock);
}

/**
 * vxmob_move_policy - What a move adds to the rules for its MAC
 * @d: the domain
 * @mac: the MAC
 * @policy: filled in
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_move_policy(struct vxmob_domain *d, const u8 *mac,
		       struct vxmob_policy *policy)
{
	struct vxmob_move *mv = vxmob_move_find(d, mac);

	policy->gated = mv && mv->stage < VXMOB_STAGE_MOVED;
	if (!policy->gated)
		return;
	policy->gate_port = mv->port;
	policy->gate_vtep = mv->peer;
}

static bool is_silent(const struct vxmob_move *mv)
{
	return mv->quiet && !mv->speaks;
}

/**
 * vxmob_move_is_quiet - Whether a place is left to the routing daemon to write
 * @d: the domain
 * @mac: the MAC
 * @to: the place
 * @fdb: what vxmob_fdb_read() said
 *
 * Context: BH or process; the domain's lock is held.
 * Return: true if the MAC is handed over to @to and the module writes nothing.
 */
bool vxmob_move_is_quiet(struct vxmob_domain *d, const u8 *mac,
			 const struct vxmob_place *to,
			 const struct vxmob_fdb *fdb)
{
	struct vxmob_move *mv = vxmob_move_find(d, mac);

	return mv && mv->role == VXMOB_ROLE_SOURCE && is_silent(mv) &&
	       to->state == VXMOB_STATE_REMOTE &&
	       (fdb->pretended || fdb->bridge_port == mv->port) &&
	       vxmob_addr_equal(&mv->peer, &to->vtep);
}

/**
 * vxmob_move_written - The module has written a place
 * @d: the domain
 * @mac: the MAC
 * @to: the place
 *
 * If that is what was left to the routing daemon, it is not any more: to put things
 * back is to write again, and what is seen written is no word of the daemon.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_move_written(struct vxmob_domain *d, const u8 *mac,
			const struct vxmob_place *to)
{
	struct vxmob_move *mv = vxmob_move_find(d, mac);

	if (mv && mv->role == VXMOB_ROLE_SOURCE &&
	    mv->stage >= VXMOB_STAGE_HELD &&
	    to->state == VXMOB_STATE_REMOTE &&
	    vxmob_addr_equal(&mv->peer, &to->vtep))
		WRITE_ONCE(mv->quiet, false);
}

/**
 * vxmob_move_pretend - Read what frames do, where the entries do not tell
 * @d: the domain
 * @mac: the MAC
 * @fdb: what the forwarding databases hold; changed to what they would hold if
 *	the module had written what is bound
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_move_pretend(struct vxmob_domain *d, const u8 *mac,
			struct vxmob_fdb *fdb)
{
	struct vxmob_move *mv = vxmob_move_find(d, mac);
	struct vxmob_binding *b;

	if (!mv || mv->role != VXMOB_ROLE_SOURCE || !is_silent(mv) ||
	    mv->stage < VXMOB_STAGE_HELD ||
	    (fdb->bridge_port && fdb->bridge_port != mv->port))
		return;
	b = vxmob_binding_find(d, mac);
	if (!is_at(b, &mv->peer))
		return;
	fdb->vxlan = b->mob.cur;
	fdb->vxlan_learned = true;
	fdb->bridge_port = d->ifindex;
	fdb->bridge_learned = true;
	fdb->pretended = true;
}

/**
 * vxmob_move_seen_written - What is bound is written, but not by the module
 * @d: the domain
 * @mac: the MAC
 * @fdb: what vxmob_fdb_read() said, which is what is bound
 *
 * A routing daemon writes when it has heard from the target: the machine is there.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_move_seen_written(struct vxmob_domain *d, const u8 *mac,
			     const struct vxmob_fdb *fdb)
{
	struct vxmob_move *mv = find_stage(d, mac, VXMOB_ROLE_SOURCE,
					   VXMOB_STAGE_HELD);

	if (mv && mv->stage == VXMOB_STAGE_HELD && mv->quiet && mv->listened &&
	    !fdb->pretended && is_at(vxmob_binding_find(d, mac), &mv->peer))
		source_moved(d, mv);
}

static void source_claimed(struct vxmob_domain *d, struct vxmob_move *mv,
			   const struct vxmob_binding *b)
{
	if (mv->holding)
		return;
	if (is_at(b, &mv->peer)) {
		if (mv->stage < VXMOB_STAGE_MOVED)
			source_moved(d, mv);
	} else if (!is_on(b, mv->port)) {
		end_source(d, mv, VXMOB_EVENT_MOVE_ENDED);
	} else if (mv->stage >= VXMOB_STAGE_HELD) {
		take_out(d, mv, VXMOB_EVENT_MOVE_ABORTED);
	}
}

static void let_in(struct vxmob_domain *d, struct vxmob_move *mv)
{
	WRITE_ONCE(mv->fifo.draining, true);
	tasklet_schedule(&d->move_drain);
}

/*
 * The place that the machine comes from may be withdrawn; another one is news, be it
 * the port that it is to come to, by who may say so.
 */
static void target_claimed(struct vxmob_domain *d, struct vxmob_move *mv,
			   const struct vxmob_binding *b)
{
	if (mv->stage >= VXMOB_STAGE_MOVED || !b)
		return;
	if (is_on(b, mv->port) && (b->mob.origin == VXMOB_ORIGIN_CONTROL ||
				   b->mob.origin == VXMOB_ORIGIN_NETLINK)) {
		enter_stage(mv, VXMOB_STAGE_MOVED, VXMOB_EVENT_MOVE_MOVED);
		let_in(d, mv);
	} else if (mv->peer.len && !is_at(b, &mv->peer)) {
		call_off(d, mv, VXMOB_EVENT_MOVE_ABORTED);
	}
}

/**
 * vxmob_move_claimed - A claim of a MAC was accepted: is it being handed over?
 * @d: the domain
 * @mac: the MAC, whose binding shows what was decided
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_move_claimed(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_move *mv = vxmob_move_find(d, mac);
	const struct vxmob_binding *b;

	if (!mv)
		return;
	b = vxmob_binding_find(d, mac);
	if (mv->role == VXMOB_ROLE_SOURCE)
		source_claimed(d, mv, b);
	else
		target_claimed(d, mv, b);
}

static u8 claim_place(struct vxmob_domain *d, struct vxmob_move *mv,
		      const struct vxmob_place *place, u8 origin)
{
	struct vxmob_claim claim = {
		.op = VXMOB_OP_ANNOUNCE,
		.origin = origin,
		.prepared = true,
		.place = *place,
		.seen_ns = ktime_get_ns(),
	};
	struct vxmob_fdb fdb;
	int err;

	ether_addr_copy(claim.mac, mv->mac);
	vxmob_fdb_read(d, mv->mac, &fdb);
	return vxmob_claim_locked(d, &claim, &fdb, NULL, &err);
}

/*
 * As if the bridge had learned it, so that what the routing daemon has not heard
 * yet does not move it back. The entry was written by the module and does not age.
 */
static void claim_home(struct vxmob_domain *d, struct vxmob_move *mv)
{
	struct vxmob_place home = {
		.state = VXMOB_STATE_LOCAL,
		.ifindex = mv->port,
	};
	struct vxmob_binding *b;
	struct vxmob_fdb was;

	vxmob_fdb_read_real(d, mv->mac, &was);
	claim_place(d, mv, &home, VXMOB_ORIGIN_LEARN);
	b = vxmob_binding_find(d, mv->mac);
	if (is_on(b, mv->port) && was.bridge_port != mv->port)
		set_bit(VXMOB_B_BRIDGE_OURS, &b->flags);
}

static void open_locked(struct vxmob_domain *d, struct vxmob_move *mv)
{
	enter_stage(mv, VXMOB_STAGE_MOVED, VXMOB_EVENT_MOVE_MOVED);
	claim_home(d, mv);
	let_in(d, mv);
}

/**
 * vxmob_move_open - Open the gate of a machine that runs here now
 * @d: the domain
 * @mac: the MAC
 *
 * The MAC is claimed, and then what was kept for it is handed over.
 *
 * Context: BH; no lock of the module is held.
 */
void vxmob_move_open(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_move *mv;

	spin_lock_bh(&d->lock);
	mv = find_stage(d, mac, VXMOB_ROLE_TARGET, VXMOB_STAGE_HELD);
	if (mv)
		open_locked(d, mv);
	spin_unlock_bh(&d->lock);
}

/**
 * vxmob_move_seen_held - The source sends frames for the machine here
 * @d: the domain
 * @mac: the MAC
 *
 * Context: BH; no lock of the module is held.
 */
void vxmob_move_seen_held(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_move *mv;

	spin_lock_bh(&d->lock);
	mv = find_stage(d, mac, VXMOB_ROLE_TARGET, VXMOB_STAGE_PREPARED);
	if (mv)
		enter_stage(mv, VXMOB_STAGE_HELD, VXMOB_EVENT_MOVE_HELD);
	spin_unlock_bh(&d->lock);
}

/* What is refused leaves it where it is, and the entries to the daemon. */
static void fetch_home(struct vxmob_domain *d, struct vxmob_move *mv)
{
	bool quiet = mv->quiet;

	WRITE_ONCE(mv->quiet, false);	/* read what is really there */
	claim_home(d, mv);
	if (!is_on(vxmob_binding_find(d, mv->mac), mv->port))
		WRITE_ONCE(mv->quiet, quiet);
}

/**
 * vxmob_move_came_back - A machine that was held runs here again
 * @d: the domain
 * @mac: the MAC
 *
 * Context: BH; no lock of the module is held.
 */
void vxmob_move_came_back(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_move *mv;

	spin_lock_bh(&d->lock);
	mv = find_stage(d, mac, VXMOB_ROLE_SOURCE, VXMOB_STAGE_MOVED);
	if (mv && mv->stage != VXMOB_STAGE_PREPARED)
		fetch_home(d, mv);
	spin_unlock_bh(&d->lock);
}

static int hold_source(struct vxmob_domain *d, struct vxmob_move *mv)
{
	struct vxmob_place to = {
		.state = VXMOB_STATE_REMOTE,
		.vtep = mv->peer,
	};
	struct vxmob_binding *b = vxmob_binding_find(d, mv->mac);
	struct vxmob_fdb fdb;
	u8 verdict;

	if (!is_on(b, mv->port))
		return -ESTALE;
	mv->was = b->mob;
	vxmob_fdb_read(d, mv->mac, &fdb);
	mv->old.bridge_learned = fdb.bridge_learned;
	mv->old.bridge_port = fdb.bridge_port;
	begin_tail(d, mv);
	WRITE_ONCE(mv->stage, VXMOB_STAGE_HELD);
	mv->holding = true;
	verdict = claim_place(d, mv, &to, VXMOB_ORIGIN_CONTROL);
	mv->holding = false;
	if (vxmob_verdict_accepts(verdict)) {
		enter_stage(mv, VXMOB_STAGE_HELD, VXMOB_EVENT_MOVE_HELD);
		return 0;
	}
	WRITE_ONCE(mv->stage, VXMOB_STAGE_PREPARED);
	return vxmob_nl_verdict_errno(verdict);
}

static int hold_locked(struct vxmob_domain *d, struct vxmob_move *mv)
{
	if (mv->stage != VXMOB_STAGE_PREPARED)
		return 1;
	if (mv->role == VXMOB_ROLE_SOURCE)
		return hold_source(d, mv);
	enter_stage(mv, VXMOB_STAGE_HELD, VXMOB_EVENT_MOVE_HELD);
	return 0;
}

static int commit_locked(struct vxmob_domain *d, struct vxmob_move *mv)
{
	int err;

	if (mv->role == VXMOB_ROLE_SOURCE) {
		err = hold_locked(d, mv);
		if (err >= 0 && mv->stage == VXMOB_STAGE_HELD)
			source_moved(d, mv);
		return min(err, 0);
	}
	if (mv->stage != VXMOB_STAGE_MOVED)
		open_locked(d, mv);
	mv->until = jiffies + 1;
	wake_at(d, mv->until);
	return 0;
}

/**
 * vxmob_move_step - Take a step of a move that vxmob_move_check() has approved
 * @d: the domain
 * @mac: the MAC
 * @op: enum vxmob_move_op, but not prepare
 *
 * Context: process; takes the domain's lock.
 * Return: 0; 1 if it was held already; -ENOENT if the move has ended meanwhile, or
 *	the error of a verdict: only a hold, or the commit of what was not held, can
 *	fail.
 */
int vxmob_move_step(struct vxmob_domain *d, const u8 *mac, u32 op)
{
	struct vxmob_move *mv;
	int err = -ENOENT;

	spin_lock_bh(&d->lock);
	mv = d->dead ? NULL : vxmob_move_find(d, mac);
	if (!mv)
		goto out;
	err = 0;
	if (op == VXMOB_MOVE_OP_HOLD)
		err = hold_locked(d, mv);
	else if (op == VXMOB_MOVE_OP_COMMIT)
		err = commit_locked(d, mv);
	else if (mv->stage < VXMOB_STAGE_MOVED)
		call_off(d, mv, VXMOB_EVENT_MOVE_ABORTED);
	else
		err = -ENOENT;
out:
	spin_unlock_bh(&d->lock);
	return err;
}

/**
 * vxmob_move_unhold - Take back a hold, because another NIC's has failed
 * @d: the domain
 * @mac: the MAC
 *
 * Context: process; takes the domain's lock.
 */
void vxmob_move_unhold(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_binding *b;
	struct vxmob_move *mv;
	struct vxmob_fdb fdb;

	spin_lock_bh(&d->lock);
	mv = find_stage(d, mac, VXMOB_ROLE_SOURCE, VXMOB_STAGE_HELD);
	if (mv && mv->stage == VXMOB_STAGE_HELD) {
		put_back(d, mv);
		WRITE_ONCE(mv->stage, VXMOB_STAGE_PREPARED);
		b = vxmob_binding_find(d, mac);
		if (b && !mv->listened) {
			vxmob_fdb_read(d, mac, &fdb);
			vxmob_apply_beforehand(d, b, &mv->peer, &fdb);
		}
	}
	spin_unlock_bh(&d->lock);
}

static int check_step(const struct vxmob_move *mv, u32 op,
		      struct netlink_ext_ack *extack)
{
	if (op == VXMOB_MOVE_OP_ABORT && mv->stage == VXMOB_STAGE_MOVED) {
		NL_SET_ERR_MSG(extack, "vxmob: the machine has moved already");
		return -EALREADY;
	}
	if (op == VXMOB_MOVE_OP_COMMIT && mv->role == VXMOB_ROLE_TARGET &&
	    mv->stage < VXMOB_STAGE_MOVED &&
	    !(mv->open_on & VXMOB_OPEN_ON_COMMIT)) {
		NL_SET_ERR_MSG(extack, "vxmob: the machine has not announced itself, and the gate does not open on commit");
		return -EBUSY;
	}
	return 0;
}

static int refuse(struct netlink_ext_ack *extack, u8 verdict)
{
	vxmob_nl_set_verdict(extack, verdict);
	return vxmob_nl_verdict_errno(verdict);
}

/**
 * vxmob_move_check - Whether a step of a move can be taken
 * @d: the domain
 * @mac: the MAC
 * @op: enum vxmob_move_op, but not prepare
 * @extack: for the reason of a refusal
 *
 * Context: process; takes the domain's lock.
 * Return: 0, -ENOENT, -EALREADY or -EBUSY.
 */
int vxmob_move_check(struct vxmob_domain *d, const u8 *mac, u32 op,
		     struct netlink_ext_ack *extack)
{
	struct vxmob_move *mv;
	int err = -ENOENT;

	spin_lock_bh(&d->lock);
	mv = d->dead ? NULL : vxmob_move_find(d, mac);
	if (mv && op == VXMOB_MOVE_OP_ABORT &&
	    is_pinned(vxmob_binding_find(d, mac)))
		err = refuse(extack, VXMOB_VERDICT_REFUSE_BUSY);
	else if (mv)
		err = check_step(mv, op, extack);
	else
		NL_SET_ERR_MSG(extack, "vxmob: no move of that MAC is prepared");
	spin_unlock_bh(&d->lock);
	return err;
}

static int refuse_because(struct netlink_ext_ack *extack, const char *why,
			  int err)
{
	return vxmob_nl_bad_attr(extack, NULL, why, err);
}

/* What would refuse the claim later is better known now. */
static int check_mac(struct vxmob_domain *d, const u8 *mac,
		     const struct vxmob_binding *b, const struct vxmob_fdb *fdb,
		     struct netlink_ext_ack *extack)
{
	struct vxmob_policy policy;

	vxmob_claim_policy(d, mac, fdb, &policy);
	if (policy.reserved || !is_valid_ether_addr(mac))
		return refuse(extack, VXMOB_VERDICT_REFUSE_INVALID);
	if (fdb->vxlan_nexthop)
		return refuse(extack, VXMOB_VERDICT_REFUSE_NEXTHOP);
	if (fdb->bridge_static)
		return refuse(extack, VXMOB_VERDICT_REFUSE_STATIC);
	if (is_pinned(b))
		return refuse(extack, VXMOB_VERDICT_REFUSE_BUSY);
	if (b && b->mob.status == VXMOB_STATUS_FROZEN)
		return refuse(extack, VXMOB_VERDICT_REFUSE_FROZEN);
	if (b && b->mob.sticky)
		return refuse(extack, VXMOB_VERDICT_REFUSE_STICKY);
	return 0;
}

static int check_ends(struct vxmob_domain *d, const struct vxmob_move *mv,
		      const struct vxmob_binding *b,
		      struct netlink_ext_ack *extack)
{
	struct vxmob_addr self;

	vxmob_domain_self(d, &self);
	if (mv->peer.len && vxmob_addr_equal(&mv->peer, &self))
		return refuse_because(extack, "vxmob: that VTEP is this host",
				      -EINVAL);
	if (mv->role == VXMOB_ROLE_SOURCE && !is_on(b, mv->port))
		return refuse_because(extack, "vxmob: the MAC is not on a local port",
				      -ENOENT);
	if (mv->role == VXMOB_ROLE_TARGET && b &&
	    b->mob.cur.state == VXMOB_STATE_LOCAL)
		return refuse_because(extack, "vxmob: the MAC is on a local port already",
				      -EEXIST);
	if (!vxmob_port_valid(d, mv->port))
		return refuse_because(extack, "vxmob: the port has left the bridge",
				      -ENODEV);
	if (!vxmob_port_carries(d, mv->port))
		return refuse_because(extack, "vxmob: the port is not in the domain's VLAN",
				      -EINVAL);
	return 0;
}

/* An earlier move of the MAC may still be sending packets on. */
static int check_other(struct vxmob_domain *d, const u8 *mac,
		       struct netlink_ext_ack *extack)
{
	const struct vxmob_move *other = vxmob_move_find(d, mac);

	if (other && (other->stage != VXMOB_STAGE_MOVED || other->followed ||
		      READ_ONCE(other->fifo.draining)))
		return refuse_because(extack, "vxmob: a move of that MAC is prepared already",
				      -EEXIST);
	if (!other && d->n_moves >= VXMOB_MOVES_MAX)
		return refuse_because(extack, "vxmob: too many moves", -ENOSPC);
	return 0;
}

static void end_other(struct vxmob_domain *d, struct vxmob_move *other)
{
	if (other && other->role == VXMOB_ROLE_SOURCE)
		end_source(d, other, VXMOB_EVENT_MOVE_ENDED);
	else if (other)
		take_out(d, other, VXMOB_EVENT_MOVE_ENDED);
}

/* A machine that comes back at once: not all have heard yet that it was away. */
static void inherit_tail(struct vxmob_move *mv, const struct vxmob_move *other)
{
	mv->tail_until = jiffies;
	if (other && other->role == VXMOB_ROLE_SOURCE &&
	    mv->role == VXMOB_ROLE_TARGET && mv->peer.len)
		mv->tail_until = other->until;
}

/* Of two that a packet may meet it meets the new one, and always one of them. */
static void insert(struct vxmob_domain *d, struct vxmob_move *mv)
{
	struct vxmob_move *other = vxmob_move_find(d, mv->mac);

	inherit_tail(mv, other);
	mv->until = jiffies + mv->deadline * HZ;
	hash_add_rcu(d->moves, &mv->node, hash(mv->mac));
	list_add_tail_rcu(&mv->list, &d->move_list);
	WRITE_ONCE(d->n_moves, d->n_moves + 1);
	end_other(d, other);
	enter_stage(mv, VXMOB_STAGE_PREPARED, VXMOB_EVENT_MOVE_PREPARED);
	wake_at(d, mv->until);
}

/* Make before break, where nobody would misunderstand it */
static int make_ready(struct vxmob_domain *d, struct vxmob_move *mv,
		      struct vxmob_binding *b)
{
	if (mv->role == VXMOB_ROLE_TARGET) {
		if (!mv->peer.len && b)
			mv->peer = b->mob.cur.vtep;
		return 0;
	}
	mv->flags = b->flags;
	mv->was = b->mob;
	return mv->listened ? 0 :
	       vxmob_apply_beforehand(d, b, &mv->peer, &mv->old);
}

static int check_locked(struct vxmob_domain *d, struct vxmob_move *mv,
			struct netlink_ext_ack *extack)
{
	struct vxmob_binding *b = vxmob_binding_find(d, mv->mac);

	if (d->dead)
		return -ENODEV;
	if (b && b->mob.cur.state == VXMOB_STATE_NONE)
		return refuse(extack, VXMOB_VERDICT_REFUSE_BUSY);
	vxmob_fdb_read(d, mv->mac, &mv->old);
	return check_other(d, mv->mac, extack) ?:
	       check_mac(d, mv->mac, b, &mv->old, extack) ?:
	       check_ends(d, mv, b, extack);
}

static int begin_locked(struct vxmob_domain *d, struct vxmob_move *mv,
			struct netlink_ext_ack *extack)
{
	int err;

	err = check_locked(d, mv, extack) ?:
	      make_ready(d, mv, vxmob_binding_find(d, mv->mac));
	if (!err)
		insert(d, mv);
	return err;
}

static int prepare_locked(struct vxmob_domain *d, struct vxmob_move *mv,
			  struct vxmob_move **spare,
			  struct netlink_ext_ack *extack)
{
	struct vxmob_move *other = vxmob_move_find(d, mv->mac);
	int err;

	if (!spare || !other)
		return begin_locked(d, mv, extack);
	err = check_locked(d, mv, extack);
	if (err)
		return err;
	other->followed = true;
	*spare = mv;
	return 0;
}

/* The port that the machine is on, held, or NULL */
static struct net_device *port_of(struct vxmob_domain *d, struct vxmob_move *mv)
{
	const struct vxmob_binding *b;

	if (mv->role == VXMOB_ROLE_SOURCE) {
		spin_lock_bh(&d->lock);
		b = vxmob_binding_find(d, mv->mac);
		if (b && b->mob.cur.state == VXMOB_STATE_LOCAL)
			mv->port = b->mob.cur.ifindex;
		spin_unlock_bh(&d->lock);
	}
	return mv->port ? dev_get_by_index(d->net, mv->port) : NULL;
}

static int get_hooks(struct vxmob_domain *d, struct vxmob_move *mv,
		     struct netlink_ext_ack *extack)
{
	struct net_device *port = port_of(d, mv);
	int err;

	if (!port)	/* which is refused with a reason */
		return 0;
	mv->gate = vxmob_gate_get(port);
	dev_put(port);
	if (IS_ERR(mv->gate)) {
		err = PTR_ERR(mv->gate);
		mv->gate = NULL;
		return refuse_because(extack, "vxmob: the kernel does not let the port be watched",
				      err);
	}
	err = vxmob_underlay_get(d->underlay);
	if (err)
		return err;
	mv->hooked = true;
	if (mv->role == VXMOB_ROLE_TARGET)
		return 0;
	mv->tailed = !vxmob_tail_get(d->net);
	mv->quiet = mv->tailed;
	mv->listened = mv->quiet && rtnl_has_listeners(d->net, RTNLGRP_NEIGH);
	return 0;
}

static struct vxmob_move *alloc(struct vxmob_domain *d,
				const struct vxmob_move_request *want)
{
	struct vxmob_move *mv = kzalloc(sizeof(*mv), GFP_KERNEL_ACCOUNT);

	if (!mv)
		return NULL;
	mv->d = d;
	ether_addr_copy(mv->mac, want->mac);
	mv->role = want->role;
	mv->peer = want->peer;
	mv->port = want->port;
	mv->open_on = want->open_on;
	mv->deadline = want->deadline;
	vxmob_fifo_init(&mv->fifo, d->net);
	count(mv, 1);
	return mv;
}

/**
 * vxmob_move_prepare - Prepare to hand a MAC over
 * @d: the domain
 * @want: what is wanted
 * @spare: NULL; or where to put a move that would take the place of what is left of
 *	an earlier one, and only does so once it is begun
 * @extack: for the reason of a refusal
 *
 * Of a domain that has ended not even the namespaces may be there any more.
 *
 * Context: process, may sleep; claim_lock is held, until vxmob_move_begin() or
 *	vxmob_move_discard() as well; takes the domain's lock.
 * Return: 0 or a negative error, and nothing has changed.
 */
int vxmob_move_prepare(struct vxmob_domain *d,
		       const struct vxmob_move_request *want,
		       struct vxmob_move **spare,
		       struct netlink_ext_ack *extack)
{
	struct vxmob_move *mv;
	int err;

	lockdep_assert_held(&vxmob_net(d->net)->claim_lock);
	if (d->dead)
		return -ENODEV;
	if (vxmob_monitors(d))
		return refuse_because(extack, "vxmob: the domain only monitors",
				      -EOPNOTSUPP);
	mv = alloc(d, want);
	if (!mv)
		return -ENOMEM;
	err = get_hooks(d, mv, extack);
	if (!err) {
		spin_lock_bh(&d->lock);
		err = prepare_locked(d, mv, spare, extack);
		spin_unlock_bh(&d->lock);
	}
	if (err)
		release(mv);
	return err;
}

static void unfollow(struct vxmob_domain *d, const struct vxmob_move *mv)
{
	struct vxmob_move *other = vxmob_move_find(d, mv->mac);

	if (other)
		other->followed = false;
}

/**
 * vxmob_move_begin - Begin a move that vxmob_move_prepare() has spared
 * @mv: the move; consumed
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep; takes the domain's lock.
 * Return: 0; or a negative error, if things have changed since.
 */
int vxmob_move_begin(struct vxmob_move *mv, struct netlink_ext_ack *extack)
{
	struct vxmob_domain *d = mv->d;
	int err;

	spin_lock_bh(&d->lock);
	unfollow(d, mv);
	err = begin_locked(d, mv, extack);
	spin_unlock_bh(&d->lock);
	if (err)
		release(mv);
	return err;
}

/**
 * vxmob_move_discard - Let go of a move that vxmob_move_prepare() has spared
 * @mv: the move
 *
 * Context: process, may sleep; takes the domain's lock.
 */
void vxmob_move_discard(struct vxmob_move *mv)
{
	struct vxmob_domain *d = mv->d;

	spin_lock_bh(&d->lock);
	unfollow(d, mv);
	spin_unlock_bh(&d->lock);
	release(mv);
}
