/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handing a machine over: what a move is, and what its parts offer to each other.
 *
 *	handover	requests; one move, or all NICs of a machine
 *	move		which moves there are, and how far they have come
 *	gate		the machine's frames, on the port of either host
 *	fifo		frames for the machine, kept at the target
 *	redirect	packets for it that still come to the source
 *	tail		frames for it that still come to the source's own ports
 */
#ifndef _VXMOB_MOVE_H
#define _VXMOB_MOVE_H

#include <linux/netfilter.h>

#include "underlay.h"
#include "vxmob.h"

#define VXMOB_MOVES_MAX		16384	/* of one domain */
#define VXMOB_DEADLINE_DEFAULT	30	/* s */
#define VXMOB_OPEN_ON_DEFAULT	(VXMOB_OPEN_ON_RARP | VXMOB_OPEN_ON_COMMIT)

/**
 * struct vxmob_fifo - Frames kept for a machine, in the order that they came in
 * @lock: protects the rest; innermost
 * @memory: vxmob_net.kept
 * @frames: struct kept
 * @segments: how many, an aggregate counted by its segments
 * @bytes: how much
 * @keeping: frames are kept; else they go their ordinary way
 * @draining: the machine runs; what is kept is being handed to it, and what
 *	comes now comes after
 * @turn: vxmob_domain.move_turn when some were let out last
 */
struct vxmob_fifo {
	spinlock_t lock;	/* protects the rest */
	atomic_long_t *memory;
	struct list_head frames;
	u32 segments;
	u32 bytes;
	u8 keeping;
	u8 draining;
	unsigned int turn;
};

/**
 * struct vxmob_move - A machine's MAC that is being handed over
 * @node: in vxmob_domain.moves
 * @list: in vxmob_domain.move_list
 * @d: the domain; a move does not outlive it
 * @mac: the MAC
 * @role: enum vxmob_role
 * @stage: enum vxmob_stage
 * @open_on: enum vxmob_open_on, at the target
 * @quiet: at the source, the bridge entry is not turned yet
 * @speaks: at the source, it is being turned
 * @listened: nor is it to be for long: a routing daemon would withdraw the MAC
 *	(see Documentation/handover.rst)
 * @holding: the claim that is being made is the hold itself
 * @followed: a transaction has another move of the MAC ready
 * @tailed: it has the hooks of tail.c
 * @hooked: it has the hook of underlay.c
 * @peer: at the source the VTEP that the machine moves to; at the target the one
 *	that it comes from, length 0 for any
 * @port: index of the port that the machine leaves or comes to
 * @deadline: seconds
 * @until: jiffies; when the move is called off or, once moved, over
 * @turn_at: jiffies; when the bridge entry is turned
 * @settled: jiffies; until then frames from @port are late ones
 * @tail_until: jiffies; at the target, until then packets are sent on that still
 *	come for the machine's last stay here
 * @was: the mobility state before the machine was held
 * @old: what the forwarding databases held before
 * @flags: flags of the binding before
 * @fifo: at the target
 * @budget_at: jiffies; the tick that @budget_used counts in
 * @budget_used: packets sent on in this tick
 * @kept: frames kept
 * @overflowed: frames dropped for want of room
 * @redirected: packets sent on
 * @late: frames from @port dropped
 * @gate: the hook on @port, or NULL
 * @over: in vxmob_domain.moves_over
 * @rcu: frees it
 *
 * Changed under the domain's lock, read under RCU as well.
 */
struct vxmob_move {
	struct hlist_node node;
	struct list_head list;
	struct vxmob_domain *d;
	u8 mac[ETH_ALEN];
	u8 role;
	u8 stage;
	u8 open_on;
	u8 quiet;
	bool listened;
	bool speaks;
	bool holding;
	bool followed;
	bool tailed;
	bool hooked;
	struct vxmob_addr peer;
	u32 port;
	u32 deadline;
	unsigned long until;
	unsigned long turn_at;
	unsigned long settled;
	unsigned long tail_until;
	struct vxmob_mobility was;
	struct vxmob_fdb old;
	unsigned long flags;
	struct vxmob_fifo fifo;
	unsigned long budget_at;
	u32 budget_used;
	atomic64_t kept;
	atomic64_t overflowed;
	atomic64_t redirected;
	atomic64_t late;
	struct vxmob_gate *gate;
	struct llist_node over;
	struct rcu_head rcu;
};

/**
 * struct vxmob_move_request - A move that is to be prepared
 * @mac: the MAC
 * @role: enum vxmob_role
 * @open_on: enum vxmob_open_on
 * @peer: as in struct vxmob_move
 * @port: the same; at the source it is found
 * @deadline: seconds
 */
struct vxmob_move_request {
	u8 mac[ETH_ALEN];
	u8 role;
	u8 open_on;
	struct vxmob_addr peer;
	u32 port;
	u32 deadline;
};

/* handover.c */
struct vxmob_steps;
struct vxmob_steps *vxmob_steps_parse(struct net *net,
				      const struct nlmsghdr *nlh,
				      struct netlink_ext_ack *extack, int *err);
const struct nlattr *vxmob_steps_bad(const struct vxmob_steps *steps);
int vxmob_steps_ready(struct vxmob_steps *steps);
int vxmob_steps_go(struct vxmob_steps *steps);
bool vxmob_steps_revert(struct vxmob_steps *steps);
void vxmob_steps_free(struct vxmob_steps *steps);

/* move.c */
struct vxmob_move *vxmob_move_find(struct vxmob_domain *d, const u8 *mac);
int vxmob_move_prepare(struct vxmob_domain *d,
		       const struct vxmob_move_request *want,
		       struct vxmob_move **spare,
		       struct netlink_ext_ack *extack);
int vxmob_move_begin(struct vxmob_move *mv, struct netlink_ext_ack *extack);
void vxmob_move_discard(struct vxmob_move *mv);
int vxmob_move_check(struct vxmob_domain *d, const u8 *mac, u32 op,
		     struct netlink_ext_ack *extack);
int vxmob_move_step(struct vxmob_domain *d, const u8 *mac, u32 op);
void vxmob_move_unhold(struct vxmob_domain *d, const u8 *mac);
void vxmob_move_open(struct vxmob_domain *d, const u8 *mac);
void vxmob_move_seen_held(struct vxmob_domain *d, const u8 *mac);
void vxmob_move_came_back(struct vxmob_domain *d, const u8 *mac);

/* gate.c */
struct vxmob_gate *vxmob_gate_get(struct net_device *port);
void vxmob_gate_put(struct vxmob_gate *g);

/* fifo.c */
void vxmob_fifo_init(struct vxmob_fifo *f, const struct net *net);
unsigned int vxmob_fifo_keep(struct vxmob_move *mv, struct sk_buff *skb,
			     const struct nf_hook_state *state);
int vxmob_fifo_drain(struct vxmob_fifo *f, int most);
void vxmob_fifo_purge(struct vxmob_fifo *f);
void vxmob_fifo_purge_device(struct vxmob_fifo *f,
			     const struct net_device *dev);

/* redirect.c */
int vxmob_redirect_xmit(struct vxmob_move *mv, struct sk_buff *skb, u8 tos,
			u8 ttl, __be16 sport);

/* tail.c */
int vxmob_tail_get(struct net *net);
void vxmob_tail_put(struct net *net);

#endif /* _VXMOB_MOVE_H */
