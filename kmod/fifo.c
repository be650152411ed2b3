// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames for a machine that stands still, kept until it runs here.
 *
 * Packets are kept as they came to this host, before the vxlan driver has had
 * them, and then go the way that they would have gone. While they do, newer ones
 * line up behind them: the driver hands a packet on in a softirq of its own, so
 * each batch has passed when the tasklet that lets out the next one runs.
 */
#include <linux/netfilter.h>
#include <linux/slab.h>
#include <net/dst.h>

#include "move.h"

#define SEGMENTS_MAX	1024
#define BYTES_MAX	(1024 * 1024)
#define MEMORY_MAX	(64 * 1024 * 1024)	/* of a namespace's moves */

/**
 * struct kept - A packet that is kept
 * @list: in vxmob_fifo.frames
 * @skb: the packet
 * @net: namespace that it came in
 * @okfn: what netfilter would have called next
 */
struct kept {
	struct list_head list;
	struct sk_buff *skb;
	struct net *net;
	int (*okfn)(struct net *net, struct sock *sk, struct sk_buff *skb);
};

/**
 * vxmob_fifo_init - Prepare to keep frames
 * @f: the FIFO
 * @net: namespace of the domain, which outlives what is kept
 *
 * Context: any.
 */
void vxmob_fifo_init(struct vxmob_fifo *f, const struct net *net)
{
	spin_lock_init(&f->lock);
	INIT_LIST_HEAD(&f->frames);
	f->memory = &vxmob_net(net)->kept;
	f->keeping = true;
}

static u32 segments(const struct sk_buff *skb)
{
	return max_t(u32, skb_shinfo(skb)->gso_segs, 1);
}

/* The packet must hold what it points to by itself. */
static struct kept *wrap(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct kept *k;

	if (skb_dst(skb) && !skb_dst_force(skb))
		return NULL;
	k = kmalloc(sizeof(*k), GFP_ATOMIC | __GFP_NOWARN);
	if (!k)
		return NULL;
	skb_orphan(skb);
	k->skb = skb;
	k->net = state->net;
	k->okfn = state->okfn;
	return k;
}

/* So much for each machine, and so much for all of them. */
static bool has_room(const struct vxmob_fifo *f, const struct sk_buff *skb)
{
	return f->segments + segments(skb) <= SEGMENTS_MAX &&
	       f->bytes + skb->len <= BYTES_MAX &&
	       atomic_long_read(f->memory) + skb->truesize <= MEMORY_MAX;
}

static void add(struct vxmob_fifo *f, struct kept *k)
{
	list_add_tail(&k->list, &f->frames);
	WRITE_ONCE(f->segments, f->segments + segments(k->skb));
	f->bytes += k->skb->len;
	atomic_long_add(k->skb->truesize, f->memory);
}

static void take(struct vxmob_fifo *f, struct kept *k, struct list_head *to)
{
	list_move_tail(&k->list, to);
	WRITE_ONCE(f->segments, f->segments - segments(k->skb));
	f->bytes -= k->skb->len;
	atomic_long_sub(k->skb->truesize, f->memory);
}

static unsigned int overflow(struct vxmob_move *mv, const struct sk_buff *skb)
{
	atomic64_add(segments(skb), &mv->overflowed);
	this_cpu_add(mv->d->stats->overflowed, segments(skb));
	return NF_DROP;
}

/**
 * vxmob_fifo_keep - Keep a packet
 * @mv: the move, found under RCU
 * @skb: the packet, in LOCAL_IN
 * @state: the hook's state
 *
 * Context: BH; RCU is held.
 * Return: NF_STOLEN; NF_DROP if there is no room; NF_ACCEPT if nothing is kept
 *	any more.
 */
unsigned int vxmob_fifo_keep(struct vxmob_move *mv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct vxmob_fifo *f = &mv->fifo;
	unsigned int verdict = NF_STOLEN, n = segments(skb);
	struct kept *k = wrap(skb, state);

	if (!k)
		return overflow(mv, skb);
	spin_lock_bh(&f->lock);
	if (!f->keeping)
		verdict = NF_ACCEPT;
	else if (!has_room(f, skb))
		verdict = overflow(mv, skb);
	else
		add(f, k);
	spin_unlock_bh(&f->lock);
	if (verdict != NF_STOLEN) {
		kfree(k);
		return verdict;
	}
	/* the packet may be on its way out again by now */
	atomic64_add(n, &mv->kept);
	this_cpu_add(mv->d->stats->kept, n);
	return NF_STOLEN;
}

static void let_out(struct list_head *batch)
{
	struct kept *k, *next;

	list_for_each_entry_safe(k, next, batch, list) {
		k->okfn(k->net, NULL, k->skb);
		kfree(k);
	}
}

/**
 * vxmob_fifo_drain - Let out a batch of what is kept
 * @f: the FIFO, which is draining
 * @most: at most so many packets, not 0
 *
 * Context: tasklet; RCU is held, no lock of the module is.
 * Return: how many; 0 if nothing was left, and from now on nothing is kept.
 */
int vxmob_fifo_drain(struct vxmob_fifo *f, int most)
{
	struct kept *k, *next;
	LIST_HEAD(batch);
	int n = 0;

	spin_lock_bh(&f->lock);
	list_for_each_entry_safe(k, next, &f->frames, list) {
		if (n == most)
			break;
		take(f, k, &batch);
		n++;
	}
	if (!n) {
		WRITE_ONCE(f->keeping, false);
		WRITE_ONCE(f->draining, false);
	}
	spin_unlock_bh(&f->lock);
	let_out(&batch);
	return n;
}

static void drop(struct list_head *frames)
{
	struct kept *k, *next;

	list_for_each_entry_safe(k, next, frames, list) {
		kfree_skb(k->skb);
		kfree(k);
	}
}

/**
 * vxmob_fifo_purge - Drop what is kept, and keep nothing any more
 * @f: the FIFO
 *
 * Context: any but hard interrupt.
 */
void vxmob_fifo_purge(struct vxmob_fifo *f)
{
	struct kept *k, *next;
	LIST_HEAD(frames);

	spin_lock_bh(&f->lock);
	WRITE_ONCE(f->keeping, false);
	WRITE_ONCE(f->draining, false);
	list_for_each_entry_safe(k, next, &f->frames, list)
		take(f, k, &frames);
	spin_unlock_bh(&f->lock);
	drop(&frames);
}

/**
 * vxmob_fifo_purge_device - Drop what came in through a device
 * @f: the FIFO
 * @dev: the device, through which no more comes in
 *
 * Context: any but hard interrupt.
 */
void vxmob_fifo_purge_device(struct vxmob_fifo *f, const struct net_device *dev)
{
	struct kept *k, *next;
	LIST_HEAD(frames);

	spin_lock_bh(&f->lock);
	list_for_each_entry_safe(k, next, &f->frames, list)
		if (k->skb->dev == dev)
			take(f, k, &frames);
	spin_unlock_bh(&f->lock);
	drop(&frames);
}
