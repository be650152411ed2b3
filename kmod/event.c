// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling whoever listens what happened.
 *
 * Events are made where the decision is, under the domain's lock, so that they
 * come in the order of the decisions. A reader that falls behind loses events
 * (ENOBUFS at its socket) and holds nobody up.
 */
#include <net/genetlink.h>

#include "compat/compat.h"
#include "move.h"
#include "netlink-gen.h"
#include "vxmob.h"

/**
 * vxmob_put_addr - Put an IP address into a message
 * @skb: the message
 * @type: the attribute
 * @addr: the address
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vxmob_put_addr(struct sk_buff *skb, int type,
		   const struct vxmob_addr *addr)
{
	return nla_put(skb, type, addr->len, addr->b);
}

/* A gap in the numbers, for a reader to see */
static void event_lost(struct vxmob_domain *d)
{
	struct vxmob_net *vn = vxmob_net(d->net);

	spin_lock_bh(&vn->event_lock);
	vn->events++;
	spin_unlock_bh(&vn->event_lock);
}

static struct sk_buff *event_start(struct vxmob_domain *d, u32 type, void **hdr)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&vxmob_nl_family, d->net, VXMOB_NLGRP_EVENTS))
		return NULL;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!skb) {
		event_lost(d);
		return NULL;
	}
	*hdr = genlmsg_put(skb, 0, 0, &vxmob_nl_family, 0, VXMOB_CMD_EVENT);
	if (*hdr && !nla_put_u32(skb, VXMOB_A_EVENT_TYPE, type) &&
	    !nla_put_u32(skb, VXMOB_A_EVENT_IFINDEX, d->ifindex) &&
	    !nla_put_u32(skb, VXMOB_A_EVENT_VNI, d->vni) &&
	    !nla_put_u16(skb, VXMOB_A_EVENT_VID, d->vid))
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/*
 * Numbers and order must agree for a reader to tell a gap. Domains decide
 * independently, so the lock is the namespace's.
 */
static void event_send(struct vxmob_domain *d, struct sk_buff *skb, void *hdr)
{
	struct vxmob_net *vn = vxmob_net(d->net);

	spin_lock_bh(&vn->event_lock);
	if (nla_put_u64_64bit(skb, VXMOB_A_EVENT_NUMBER, ++vn->events,
			      VXMOB_A_EVENT_PAD)) {
		nlmsg_free(skb);
	} else {
		genlmsg_end(skb, hdr);
		genlmsg_multicast_netns(&vxmob_nl_family, d->net, skb, 0,
					VXMOB_NLGRP_EVENTS, GFP_ATOMIC);
	}
	spin_unlock_bh(&vn->event_lock);
}

/**
 * vxmob_event_domain - Report that a domain came, changed or went
 * @d: the domain
 * @type: enum vxmob_event
 *
 * Context: process; RTNL is held.
 */
void vxmob_event_domain(struct vxmob_domain *d, u32 type)
{
	struct sk_buff *skb;
	void *hdr;

	skb = event_start(d, type, &hdr);
	if (!skb)
		return;
	if (nla_put_string(skb, VXMOB_A_EVENT_IFNAME, d->dev->name))
		nlmsg_free(skb);
	else
		event_send(d, skb, hdr);
}

static int put_remote(struct sk_buff *skb, const struct vxmob_place *p)
{
	if (vxmob_put_addr(skb, VXMOB_A_PLACE_VIA, &p->vtep))
		return -EMSGSIZE;
	if (p->port && nla_put_u16(skb, VXMOB_A_PLACE_PORT, ntohs(p->port)))
		return -EMSGSIZE;
	if (p->vni && nla_put_u32(skb, VXMOB_A_PLACE_DST_VNI, p->vni))
		return -EMSGSIZE;
	if (p->ifindex &&
	    nla_put_u32(skb, VXMOB_A_PLACE_DST_IFINDEX, p->ifindex))
		return -EMSGSIZE;
	return 0;
}

static int put_place(struct sk_buff *skb, int type, const struct vxmob_place *p)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int err = 0;

	if (!nest || nla_put_u32(skb, VXMOB_A_PLACE_STATE, p->state))
		return -EMSGSIZE;
	if (p->state == VXMOB_STATE_LOCAL)
		err = nla_put_u32(skb, VXMOB_A_PLACE_ON, p->ifindex);
	else if (p->state == VXMOB_STATE_REMOTE)
		err = put_remote(skb, p);
	nla_nest_end(skb, nest);
	return err;
}

static int put_claim(struct sk_buff *skb, const struct vxmob_claim *claim,
		     u8 verdict)
{
	if (nla_put(skb, VXMOB_A_EVENT_LLADDR, ETH_ALEN, claim->mac) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_ORIGIN, claim->origin) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_OP, claim->op) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_VERDICT, verdict) ||
	    put_place(skb, VXMOB_A_EVENT_TO, &claim->place))
		return -EMSGSIZE;
	if (claim->has_seq &&
	    nla_put_u32(skb, VXMOB_A_EVENT_SEQ, claim->seq))
		return -EMSGSIZE;
	return 0;
}

static int put_bound(struct sk_buff *skb, const struct vxmob_mobility *was)
{
	if (!was || was->cur.state == VXMOB_STATE_NONE)
		return 0;
	if (put_place(skb, VXMOB_A_EVENT_FROM, &was->cur))
		return -EMSGSIZE;
	if (was->has_seq &&
	    nla_put_u32(skb, VXMOB_A_EVENT_BOUND_SEQ, was->seq))
		return -EMSGSIZE;
	return 0;
}

static int put_status(struct sk_buff *skb, const struct vxmob_mobility *is)
{
	if (!is || is->cur.state == VXMOB_STATE_NONE)
		return 0;
	return nla_put_u32(skb, VXMOB_A_EVENT_STATUS, is->status);
}

/**
 * vxmob_event_binding - Report what became of a binding without a claim
 * @d: the domain
 * @type: enum vxmob_event
 * @b: the binding, as it is now
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_event_binding(struct vxmob_domain *d, u32 type,
			 const struct vxmob_binding *b)
{
	struct sk_buff *skb;
	void *hdr;

	skb = event_start(d, type, &hdr);
	if (!skb)
		return;
	if (nla_put(skb, VXMOB_A_EVENT_LLADDR, ETH_ALEN, b->mac) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_ORIGIN, b->mob.origin) ||
	    put_place(skb, VXMOB_A_EVENT_TO, &b->mob.cur) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_STATUS, b->mob.status) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_MOVES, b->mob.dup_moves))
		nlmsg_free(skb);
	else
		event_send(d, skb, hdr);
}

static void move_ends(const struct vxmob_move *mv, struct vxmob_place *from,
		      struct vxmob_place *to)
{
	struct vxmob_place here = {
		.state = VXMOB_STATE_LOCAL,
		.ifindex = mv->port,
	};
	struct vxmob_place there = {
		.state = mv->peer.len ? VXMOB_STATE_REMOTE : VXMOB_STATE_NONE,
		.vtep = mv->peer,
	};

	*from = mv->role == VXMOB_ROLE_SOURCE ? here : there;
	*to = mv->role == VXMOB_ROLE_SOURCE ? there : here;
}

/**
 * vxmob_event_move - Report a step of a move
 * @d: the domain
 * @type: enum vxmob_event
 * @mv: the move, as it is now
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_event_move(struct vxmob_domain *d, u32 type,
		      const struct vxmob_move *mv)
{
	struct vxmob_place from, to;
	struct sk_buff *skb;
	void *hdr;

	skb = event_start(d, type, &hdr);
	if (!skb)
		return;
	move_ends(mv, &from, &to);
	if (nla_put(skb, VXMOB_A_EVENT_LLADDR, ETH_ALEN, mv->mac) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_ROLE, mv->role) ||
	    put_place(skb, VXMOB_A_EVENT_FROM, &from) ||
	    put_place(skb, VXMOB_A_EVENT_TO, &to))
		nlmsg_free(skb);
	else
		event_send(d, skb, hdr);
}

/**
 * vxmob_event_claim - Report what was made of a claim
 * @d: the domain
 * @type: enum vxmob_event
 * @claim: the claim
 * @verdict: enum vxmob_verdict
 * @was: the MAC's mobility state when the claim came, or NULL
 * @is: that after it, or NULL
 * @latency_ns: nanoseconds from evidence to applied; 0 if it was not
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_event_claim(struct vxmob_domain *d, u32 type,
		       const struct vxmob_claim *claim, u8 verdict,
		       const struct vxmob_mobility *was,
		       const struct vxmob_mobility *is, u64 latency_ns)
{
	struct sk_buff *skb;
	void *hdr;

	skb = event_start(d, type, &hdr);
	if (!skb)
		return;
	if (put_claim(skb, claim, verdict) || put_bound(skb, was) ||
	    put_status(skb, is) ||
	    (latency_ns && nla_put_u64_64bit(skb, VXMOB_A_EVENT_LATENCY_NS,
					     latency_ns, VXMOB_A_EVENT_PAD)))
		nlmsg_free(skb);
	else
		event_send(d, skb, hdr);
}

static int put_vtep(struct sk_buff *skb, int type,
		    const struct vxmob_addr *addr)
{
	const struct vxmob_place place = {
		.state = VXMOB_STATE_REMOTE,
		.vtep = *addr,
	};

	return put_place(skb, type, &place);
}

/**
 * vxmob_event_vtep - Report that bindings were moved from one VTEP to another
 * @d: the domain
 * @from: the address of the former
 * @to: the address of the latter
 * @macs: how many bindings
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_event_vtep(struct vxmob_domain *d, const struct vxmob_addr *from,
		      const struct vxmob_addr *to, u32 macs)
{
	struct sk_buff *skb;
	void *hdr;

	skb = event_start(d, VXMOB_EVENT_VTEP_MOVED, &hdr);
	if (!skb)
		return;
	if (put_vtep(skb, VXMOB_A_EVENT_FROM, from) ||
	    put_vtep(skb, VXMOB_A_EVENT_TO, to) ||
	    nla_put_u32(skb, VXMOB_A_EVENT_MACS, macs))
		nlmsg_free(skb);
	else
		event_send(d, skb, hdr);
}
