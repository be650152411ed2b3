// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VTEPs of a domain: those of the device's flood list, and those that MACs
 * are bound to. The domain knows the former, and of the latter those that the
 * control plane has named: an announcement that is snooped is believed from
 * them. The others are there to be listed.
 */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "vxmob.h"

#define UNKNOWN_MAX	4096

static u32 addr_hash(const struct vxmob_addr *addr)
{
	return jhash(addr->b, sizeof(addr->b), 0);
}

/**
 * vxmob_addr_map - An address in the 16 bytes of IPv6, for tracing
 * @to: 16 bytes
 * @addr: the address; IPv4 is mapped, as in RFC 4291 section 2.5.5.2
 *
 * Context: any.
 */
void vxmob_addr_map(u8 *to, const struct vxmob_addr *addr)
{
	memset(to, 0, VXMOB_ADDR_MAX);
	if (addr->len == sizeof(struct in_addr)) {
		memset(to + 10, 0xff, 2);
		memcpy(to + 12, addr->b, addr->len);
	} else {
		memcpy(to, addr->b, addr->len);
	}
}

static struct vxmob_vtep *find(struct vxmob_domain *d,
			       const struct vxmob_addr *addr)
{
	struct vxmob_vtep *v;

	hash_for_each_possible_rcu(d->vteps, v, node, addr_hash(addr),
				   lockdep_is_held(&d->lock))
		if (vxmob_addr_equal(&v->addr, addr))
			return v;
	return NULL;
}

/**
 * vxmob_vtep_known - Whether a domain knows a VTEP
 * @d: the domain
 * @addr: the VTEP's address
 *
 * Context: any; RCU is held.
 * Return: true if the flood list or the control plane names it.
 */
bool vxmob_vtep_known(struct vxmob_domain *d, const struct vxmob_addr *addr)
{
	const struct vxmob_vtep *v = find(d, addr);

	return v && (READ_ONCE(v->flood) || READ_ONCE(v->control));
}

/**
 * vxmob_vtep_macs - How many bindings are behind a VTEP
 * @d: the domain
 * @addr: the VTEP's address
 *
 * Context: BH or process; the domain's lock is held.
 * Return: the number; 0 too if they are not counted, for want of memory.
 */
u32 vxmob_vtep_macs(struct vxmob_domain *d, const struct vxmob_addr *addr)
{
	const struct vxmob_vtep *v = find(d, addr);

	lockdep_assert_held(&d->lock);
	return v ? v->macs : 0;
}

static struct vxmob_vtep *add(struct vxmob_domain *d,
			      const struct vxmob_addr *addr)
{
	struct vxmob_vtep *v = kzalloc(sizeof(*v), GFP_ATOMIC);

	if (!v)
		return NULL;
	v->addr = *addr;
	hash_add_rcu(d->vteps, &v->node, addr_hash(addr));
	d->n_vteps++;
	WRITE_ONCE(d->gen, d->gen + 1);
	return v;
}

static void drop_unused(struct vxmob_domain *d, struct vxmob_vtep *v)
{
	if (v->flood || v->macs)
		return;
	hash_del_rcu(&v->node);
	kfree_rcu(v, rcu);
	d->n_vteps--;
	WRITE_ONCE(d->gen, d->gen + 1);
}

static bool by_control_plane(const struct vxmob_mobility *mob)
{
	return mob->origin == VXMOB_ORIGIN_CONTROL ||
	       mob->origin == VXMOB_ORIGIN_NETLINK;
}

/* Who announces from ever new addresses is not to make the table long. */
static struct vxmob_vtep *find_or_add(struct vxmob_domain *d,
				      const struct vxmob_mobility *mob)
{
	struct vxmob_vtep *v = find(d, &mob->cur.vtep);

	if (v || (d->n_vteps >= UNKNOWN_MAX && !by_control_plane(mob)))
		return v;
	return add(d, &mob->cur.vtep);
}

static bool count_at(struct vxmob_domain *d, const struct vxmob_mobility *mob)
{
	struct vxmob_vtep *v;

	if (mob->cur.state != VXMOB_STATE_REMOTE)
		return false;
	v = find_or_add(d, mob);
	if (!v)
		return false;
	WRITE_ONCE(v->macs, v->macs + 1);
	if (by_control_plane(mob))
		WRITE_ONCE(v->control, v->control + 1);
	return true;
}

/**
 * vxmob_vtep_count - Count a binding at the VTEP that it comes to
 * @d: the domain
 * @b: the binding, still as it was
 * @next: what it will be
 *
 * Where it was counted it is so no longer. Without memory it stays uncounted:
 * then announcements from a VTEP that nothing else names are not believed.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_vtep_count(struct vxmob_domain *d, struct vxmob_binding *b,
		      const struct vxmob_mobility *next)
{
	bool counted;

	lockdep_assert_held(&d->lock);
	/* First, or a VTEP that it stays at might be dropped and made anew. */
	counted = count_at(d, next);
	vxmob_vtep_uncount(d, b);
	if (!counted)
		return;
	set_bit(VXMOB_B_COUNTED, &b->flags);
	if (by_control_plane(next))
		set_bit(VXMOB_B_CONTROL, &b->flags);
}

/**
 * vxmob_vtep_uncount - Take back vxmob_vtep_count()
 * @d: the domain
 * @b: the binding, whose place is still the one it was counted at
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_vtep_uncount(struct vxmob_domain *d, struct vxmob_binding *b)
{
	struct vxmob_vtep *v;

	lockdep_assert_held(&d->lock);
	if (!test_and_clear_bit(VXMOB_B_COUNTED, &b->flags))
		return;
	v = find(d, &b->mob.cur.vtep);
	if (WARN_ON_ONCE(!v))
		return;
	WRITE_ONCE(v->macs, v->macs - 1);
	if (test_and_clear_bit(VXMOB_B_CONTROL, &b->flags))
		WRITE_ONCE(v->control, v->control - 1);
	drop_unused(d, v);
}

#define FLOOD_MAX	4096

/**
 * struct flood_list - The flood list while it is read
 * @nb: what the vxlan driver calls; must be first
 * @n: addresses found, bounded by FLOOD_MAX
 * @addr: the addresses
 */
struct flood_list {
	struct notifier_block nb;
	unsigned int n;
	struct vxmob_addr addr[FLOOD_MAX];
};

static void addr_from_vxlan(struct vxmob_addr *to,
			    const union vxlan_addr *from)
{
	memset(to, 0, sizeof(*to));
	if (from->sa.sa_family == AF_INET6) {
		to->len = sizeof(from->sin6.sin6_addr);
		memcpy(to->b, &from->sin6.sin6_addr, to->len);
	} else {
		to->len = sizeof(from->sin.sin_addr);
		memcpy(to->b, &from->sin.sin_addr, to->len);
	}
}

/* Called under an FDB lock: take note, no more. */
static int flood_list_entry(struct notifier_block *nb, unsigned long event,
			    void *ptr)
{
	struct flood_list *list = container_of(nb, struct flood_list, nb);
	struct switchdev_notifier_vxlan_fdb_info *info = ptr;

	if (is_zero_ether_addr(info->eth_addr) && list->n < FLOOD_MAX)
		addr_from_vxlan(&list->addr[list->n++], &info->remote_ip);
	return NOTIFY_DONE;
}

static void mark_flood_list(struct vxmob_domain *d,
			    const struct flood_list *list)
{
	struct vxmob_vtep *v;
	unsigned int i;

	for (i = 0; i < list->n; i++) {
		v = find(d, &list->addr[i]) ?: add(d, &list->addr[i]);
		if (!v)
			continue;
		v->listed = true;
		WRITE_ONCE(v->flood, true);
	}
}

/* Whoever is in the list before and after is believed all the while. */
static void set_flood_list(struct vxmob_domain *d,
			   const struct flood_list *list)
{
	struct hlist_node *next;
	struct vxmob_vtep *v;
	int i;

	spin_lock_bh(&d->lock);
	hash_for_each(d->vteps, i, v, node)
		v->listed = false;
	mark_flood_list(d, list);
	hash_for_each_safe(d->vteps, i, next, v, node) {
		WRITE_ONCE(v->flood, v->listed);
		drop_unused(d, v);
	}
	spin_unlock_bh(&d->lock);
}

/**
 * vxmob_vtep_read_flood_list - Learn the device's flood list
 * @d: the domain
 *
 * There is no reader for the remotes of one entry, so the driver replays them
 * all; flood lists change rarely.
 *
 * Context: process, may sleep; no lock of the module is held.
 */
void vxmob_vtep_read_flood_list(struct vxmob_domain *d)
{
	struct flood_list *list;

	list = kvzalloc(sizeof(*list), GFP_KERNEL);
	if (!list)
		return;
	list->nb.notifier_call = flood_list_entry;
	if (!vxlan_fdb_replay(d->dev, cpu_to_be32(d->vni), &list->nb, NULL))
		set_flood_list(d, list);
	kvfree(list);
}

/**
 * vxmob_vtep_clear - Forget all VTEPs, when a domain ends
 * @d: the domain, which has no bindings any more
 *
 * Context: process.
 */
void vxmob_vtep_clear(struct vxmob_domain *d)
{
	struct hlist_node *next;
	struct vxmob_vtep *v;
	int i;

	spin_lock_bh(&d->lock);
	hash_for_each_safe(d->vteps, i, next, v, node) {
		hash_del_rcu(&v->node);
		kfree_rcu(v, rcu);
	}
	d->n_vteps = 0;
	spin_unlock_bh(&d->lock);
}
