// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wheel: when which binding is to be watched.
 *
 * A binding waits for the end of its confirm window, for its turn to be put back,
 * to be thawed or to be aged out. Most wait for nothing, and a thousand may begin
 * to wait at once; so they hang in slots by time, and one timer a domain runs
 * while there are any, from one filled slot to the next.
 */
#include <linux/math64.h>

#include "vxmob.h"

static u64 tick_now(void)
{
	return div_u64(get_jiffies_64(), VXMOB_WHEEL_TICK);
}

static unsigned int slot_of(u64 tick)
{
	return tick & (VXMOB_WHEEL_SLOTS - 1);
}

/**
 * vxmob_wheel_init - Prepare a domain's wheel
 * @d: the domain, which nobody can find yet
 *
 * Context: process.
 */
void vxmob_wheel_init(struct vxmob_domain *d)
{
	int i;

	BUILD_BUG_ON_NOT_POWER_OF_2(VXMOB_WHEEL_SLOTS);
	for (i = 0; i < VXMOB_WHEEL_SLOTS; i++)
		INIT_HLIST_HEAD(&d->wheel.slot[i]);
	d->wheel.tick = tick_now();
}

/* How far the next filled slot is; the number of slots if there is none */
static unsigned int ticks_to_go(const struct vxmob_wheel *w)
{
	unsigned int from = slot_of(w->tick), at;

	at = find_next_bit(w->filled, VXMOB_WHEEL_SLOTS, from);
	if (at < VXMOB_WHEEL_SLOTS)
		return at - from;
	at = find_first_bit(w->filled, from);
	return at < from ? at + VXMOB_WHEEL_SLOTS - from : VXMOB_WHEEL_SLOTS;
}

/**
 * vxmob_wheel_arm - Have the worker come when the next binding is due
 * @d: the domain
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_wheel_arm(struct vxmob_domain *d)
{
	unsigned int ticks = ticks_to_go(&d->wheel);
	s64 delay;

	lockdep_assert_held(&d->lock);
	if (ticks == VXMOB_WHEEL_SLOTS)
		return;
	delay = (d->wheel.tick + ticks) * VXMOB_WHEEL_TICK - get_jiffies_64();
	vxmob_look_later(d, max_t(s64, delay, 1));
}

/**
 * vxmob_wheel_set - Have a binding watched
 * @d: the domain
 * @b: the binding; what it waited for before is forgotten
 * @delay: after so many jiffies
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_wheel_set(struct vxmob_domain *d, struct vxmob_binding *b,
		     unsigned long delay)
{
	u64 at = get_jiffies_64() + max(delay, 1UL);
	u64 tick = div_u64(at + VXMOB_WHEEL_TICK - 1, VXMOB_WHEEL_TICK);
	struct vxmob_wheel *w = &d->wheel;

	lockdep_assert_held(&d->lock);
	hlist_del_init(&b->due);
	b->due_at = at;
	hlist_add_head(&b->due, &w->slot[slot_of(tick)]);
	if (test_bit(slot_of(tick), w->filled))
		return;		/* the worker comes for it as it is */
	if (bitmap_empty(w->filled, VXMOB_WHEEL_SLOTS))
		w->tick = tick_now();
	__set_bit(slot_of(tick), w->filled);
	vxmob_wheel_arm(d);
}

/**
 * vxmob_wheel_drop - Let a binding wait for nothing
 * @d: the domain
 * @b: the binding
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_wheel_drop(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	hlist_del_init(&b->due);
}

static void watch(struct vxmob_domain *d, struct vxmob_binding *b)
{
	hlist_del_init(&b->due);
	if (test_bit(VXMOB_B_PINNED, &b->flags))
		vxmob_wheel_set(d, b, VXMOB_WHEEL_TICK);
	else
		vxmob_watch(d, b);
}

/* What is due in one slot. Returns what is left of the budget. */
static int turn_slot(struct vxmob_domain *d, unsigned int slot, int budget)
{
	struct vxmob_binding *b;
	struct hlist_node *next;

	hlist_for_each_entry_safe(b, next, &d->wheel.slot[slot], due) {
		if ((s32)(b->due_at - (u32)jiffies) > 0)
			continue;
		if (!budget--)
			return 0;
		watch(d, b);
	}
	if (hlist_empty(&d->wheel.slot[slot]))
		__clear_bit(slot, d->wheel.filled);
	return budget;
}

/**
 * vxmob_wheel_turn - Watch the bindings that are due
 * @d: the domain
 * @budget: how many at most
 *
 * Context: BH; the domain's lock is held.
 * Return: what is left of @budget; 0 if more are due.
 */
int vxmob_wheel_turn(struct vxmob_domain *d, int budget)
{
	struct vxmob_wheel *w = &d->wheel;
	u64 now = tick_now();

	lockdep_assert_held(&d->lock);
	if (bitmap_empty(w->filled, VXMOB_WHEEL_SLOTS))
		w->tick = now;
	for (; w->tick + ticks_to_go(w) <= now; w->tick++) {
		w->tick += ticks_to_go(w);
		budget = turn_slot(d, slot_of(w->tick), budget);
		if (!budget)
			return 0;
	}
	w->tick = max(w->tick, now);
	return budget;
}
