// SPDX-License-Identifier: GPL-2.0-only
/*
 * The binding table: which MAC is where, per domain.
 *
 * A resizable hash table, because a domain may hold three MACs or a million,
 * and because the switchdev notifier looks MACs up under RCU while an FDB lock
 * is held. It is bounded by max-macs.
 */
#include <linux/jhash.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "vxmob.h"

#define WALK_PASSES	16

static struct kmem_cache *cache;

/* A lookup is part of every claim and of every event; these are inlined into it. */
static u32 mac_hash(const void *data, u32 len, u32 seed)
{
	const u8 *mac = data;

	return jhash_2words(get_unaligned((const u32 *)mac),
			    get_unaligned((const u16 *)(mac + 4)), seed);
}

static u32 binding_hash(const void *data, u32 len, u32 seed)
{
	const struct vxmob_binding *b = data;

	return mac_hash(b->mac, len, seed);
}

static int mac_differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct vxmob_binding *b = obj;

	return !ether_addr_equal_unaligned(arg->key, b->mac);
}

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct vxmob_binding, node),
	.key_offset = offsetof(struct vxmob_binding, mac),
	.key_len = ETH_ALEN,
	.hashfn = mac_hash,
	.obj_hashfn = binding_hash,
	.obj_cmpfn = mac_differs,
	.automatic_shrinking = true,
};

/**
 * vxmob_binding_init - Make the cache that bindings come from
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vxmob_binding_init(void)
{
	BUILD_BUG_ON(sizeof(struct vxmob_binding) > 256);
	cache = KMEM_CACHE(vxmob_binding, 0);
	return cache ? 0 : -ENOMEM;
}

/**
 * vxmob_binding_exit - Release the cache
 *
 * Context: process, may sleep; waits for bindings that RCU still has.
 */
void vxmob_binding_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(cache);
}

/**
 * vxmob_binding_table_init - Make a domain's table
 * @d: the domain
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vxmob_binding_table_init(struct vxmob_domain *d)
{
	return rhashtable_init(&d->macs, &params);
}

/**
 * vxmob_binding_table_destroy - Release a domain's table, which is empty
 * @d: the domain
 *
 * Context: process, may sleep.
 */
void vxmob_binding_table_destroy(struct vxmob_domain *d)
{
	rhashtable_destroy(&d->macs);
}

/**
 * vxmob_binding_find - Look a MAC up
 * @d: the domain
 * @mac: the MAC
 *
 * Context: any; the domain's lock or RCU is held.
 * Return: the binding, or NULL.
 */
struct vxmob_binding *vxmob_binding_find(struct vxmob_domain *d, const u8 *mac)
{
	return rhashtable_lookup_fast(&d->macs, mac, params);
}

/**
 * vxmob_binding_count - How many bindings a domain holds
 * @d: the domain
 *
 * Context: any.
 * Return: the number.
 */
u32 vxmob_binding_count(struct vxmob_domain *d)
{
	return atomic_read(&d->macs.nelems);
}

static bool table_full(struct vxmob_domain *d)
{
	u32 max;

	rcu_read_lock();
	max = rcu_dereference(d->opt)->max_macs;
	rcu_read_unlock();
	return vxmob_binding_count(d) >= max;
}

/**
 * vxmob_binding_add - Add a binding for a MAC that has none
 * @d: the domain
 * @mac: the MAC
 *
 * Its place is none until somebody sets it.
 *
 * Context: BH or process; the domain's lock is held.
 * Return: the binding, or ERR_PTR: -ENOSPC if the domain is full, -ENOMEM.
 */
struct vxmob_binding *vxmob_binding_add(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_binding *b;
	int err;

	lockdep_assert_held(&d->lock);
	if (table_full(d))
		return ERR_PTR(-ENOSPC);
	b = kmem_cache_zalloc(cache, GFP_ATOMIC);
	if (!b)
		return ERR_PTR(-ENOMEM);
	ether_addr_copy(b->mac, mac);
	INIT_LIST_HEAD(&b->reap);
	INIT_HLIST_NODE(&b->due);
	b->put_back = jiffies;
	err = rhashtable_insert_fast(&d->macs, &b->node, params);
	if (err) {
		kmem_cache_free(cache, b);
		return ERR_PTR(-ENOMEM);
	}
	WRITE_ONCE(d->gen, d->gen + 1);
	return b;
}

static void binding_free_rcu(struct rcu_head *head)
{
	struct vxmob_binding *b = container_of(head, struct vxmob_binding, rcu);

	kfree(b->ips);
	kmem_cache_free(cache, b);
}

/**
 * vxmob_binding_free - Free a binding that is out of the table
 * @b: the binding, which is on no list
 *
 * Context: any.
 */
void vxmob_binding_free(struct vxmob_binding *b)
{
	call_rcu(&b->rcu, binding_free_rcu);
}

/**
 * vxmob_binding_remove - Take a binding out of the table
 * @d: the domain
 * @b: the binding; not to be used afterwards
 *
 * The notifier may just be putting it onto the list of dirty ones. Who sets
 * the dirty bit owns the binding's place on that list: if it is set already,
 * the worker frees the binding when it comes to it.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_binding_remove(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	vxmob_vtep_uncount(d, b);
	vxmob_blackhole_end(d, b);
	vxmob_wheel_drop(d, b);
	list_del_init(&b->reap);
	rhashtable_remove_fast(&d->macs, &b->node, params);
	WRITE_ONCE(d->gen, d->gen + 1);
	set_bit(VXMOB_B_DEAD, &b->flags);
	if (!test_and_set_bit(VXMOB_B_DIRTY, &b->flags))
		vxmob_binding_free(b);
}

/**
 * vxmob_binding_walk_start - Go on with a walk through a table of bindings
 * @iter: where it is
 *
 * Where the table was replaced meanwhile, rhashtable begins anew. Upstream's
 * rhashtable_walk_start_check() keeps the entry at which the walk stood, though that
 * may have been freed by then.
 *
 * Context: process; RCU is held until rhashtable_walk_stop().
 * Return: true if it begins anew.
 */
bool vxmob_binding_walk_start(struct rhashtable_iter *iter)
	__acquires(RCU)
{
	if (rhashtable_walk_start_check(iter) != -EAGAIN)
		return false;
	iter->p = NULL;
	return true;
}

/* A walk meets an entry twice while the table grows; @fn must not mind. */
static bool walk_chunk(struct vxmob_domain *d, struct rhashtable_iter *iter,
		       bool (*fn)(struct vxmob_domain *d,
				  struct vxmob_binding *b, void *data),
		       void *data, unsigned int *removed)
{
	struct vxmob_binding *b;
	bool more = true;
	int n;

	spin_lock_bh(&d->lock);
	for (n = 0; more && n < VXMOB_CHUNK; n++) {
		b = rhashtable_walk_next(iter);
		if (IS_ERR(b))
			continue;
		if (!b)
			break;
		if (test_bit(VXMOB_B_DEAD, &b->flags))
			continue;
		more = fn(d, b, data);
		*removed += test_bit(VXMOB_B_DEAD, &b->flags);
	}
	spin_unlock_bh(&d->lock);
	return more && n == VXMOB_CHUNK;
}

/* Returns how many bindings @fn removed. @lock is held for a chunk, if any. */
static unsigned int walk_once(struct vxmob_domain *d, struct mutex *lock,
			      bool (*fn)(struct vxmob_domain *d,
					 struct vxmob_binding *b, void *data),
			      void *data)
{
	struct rhashtable_iter iter;
	unsigned int removed = 0;
	bool more;

	rhashtable_walk_enter(&d->macs, &iter);
	do {
		if (lock)
			mutex_lock(lock);
		vxmob_binding_walk_start(&iter);
		more = walk_chunk(d, &iter, fn, data, &removed);
		rhashtable_walk_stop(&iter);
		if (lock)
			mutex_unlock(lock);
		cond_resched();
	} while (more);
	rhashtable_walk_exit(&iter);
	return removed;
}

/**
 * vxmob_binding_walk - Call a function for every binding
 * @d: the domain
 * @fn: called under the domain's lock, more than once for some; may remove the
 *	binding; returns whether to go on
 * @data: for @fn
 *
 * A walk that resumes behind an entry that was removed loses some of that
 * bucket, so it is repeated until it removes none; but not for ever, should
 * somebody keep adding. Bindings that come or go meanwhile may or may not be
 * met.
 *
 * Context: process, may sleep; no lock of the module is held.
 */
void vxmob_binding_walk(struct vxmob_domain *d,
			bool (*fn)(struct vxmob_domain *d,
				   struct vxmob_binding *b, void *data),
			void *data)
{
	int passes = WALK_PASSES;

	while (walk_once(d, NULL, fn, data) && --passes)
		cond_resched();
}

/**
 * vxmob_binding_walk_claiming - Make a claim for every binding
 * @d: the domain
 * @vn: what the caller's namespace holds, which is the domain's
 * @fn: as for vxmob_binding_walk(), but may not remove the binding
 * @data: for @fn
 *
 * The namespace's claim lock is taken for a chunk at a time, so that a walk
 * through a million bindings does not hold up other claims.
 *
 * Context: process, may sleep; no lock of the module is held.
 */
void vxmob_binding_walk_claiming(struct vxmob_domain *d, struct vxmob_net *vn,
				 bool (*fn)(struct vxmob_domain *d,
					    struct vxmob_binding *b,
					    void *data),
				 void *data)
{
	walk_once(d, &vn->claim_lock, fn, data);
}
