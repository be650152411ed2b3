// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of the source's own ports, and of the host itself, for a machine that
 * has left, while the bridge still shows it on the port that it left.
 *
 * Where a routing daemon listens, the module writes nothing at the source before
 * the daemon has (see Documentation/handover.rst); so the bridge would give these
 * frames to a machine that is not there. They are taken where they enter the
 * bridge, behind every filter, and sent to the target.
 *
 * The hooks are registered in a namespace while there is such a move.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <net/udp_tunnel.h>

#include "move.h"

#define SPORT_MIN	49152	/* RFC 7348 section 5 */
#define SPORT_MAX	65535

static DEFINE_MUTEX(hooks_lock);

/* Nearly all frames are for none, and are not to pay for more than this look. */
static bool may_move(const struct sk_buff *skb, const struct net_device *port)
{
	return atomic_read(vxmob_moving(dev_net(port), eth_hdr(skb)->h_dest));
}

static struct vxmob_move *find(struct sk_buff *skb, struct net_device *port)
{
	struct vxmob_domain *d;
	struct vxmob_move *mv;

	if (!may_move(skb, port))
		return NULL;
	d = vxmob_domain_of(skb, port);
	mv = d ? vxmob_move_find(d, eth_hdr(skb)->h_dest) : NULL;
	if (!mv || mv->role != VXMOB_ROLE_SOURCE || !READ_ONCE(mv->quiet) ||
	    READ_ONCE(mv->stage) < VXMOB_STAGE_HELD)
		return NULL;
	return mv;
}

static int push_header(struct sk_buff *skb, u32 vni)
{
	struct vxlanhdr *vxh;
	int err;

	err = skb_cow_head(skb, sizeof(*vxh));
	if (err)
		return err;
	vxh = __skb_push(skb, sizeof(*vxh));
	vxh->vx_flags = VXLAN_HF_VNI;
	vxh->vx_vni = vxlan_vni_field(cpu_to_be32(vni));
	return 0;
}

static int send_one(struct vxmob_move *mv, struct sk_buff *skb, __be16 sport)
{
	int err = push_header(skb, mv->d->vni);

	if (!err)
		return vxmob_redirect_xmit(mv, skb, 0, 0, sport);
	kfree_skb(skb);
	return err;
}

/*
 * What a tunnel can carry is asked of the vxlan device, as the stack would: a tag
 * goes into the frame, and aggregates of what is in a tunnel already, and checksums
 * that only some hardware knows, are made what they stand for. Returns NULL for what
 * it cannot carry.
 */
static struct sk_buff *make_fit(const struct vxmob_domain *d,
				struct sk_buff *skb)
{
	struct net_device *br = rcu_dereference(d->br);
	bool again = false;

	if (br)
		vxmob_vlan_untag(skb, br);
	if (vxmob_overlay_tag(d, skb)) {
		kfree_skb(skb);
		return NULL;
	}
	skb->dev = d->dev;
	return validate_xmit_skb_list(skb, d->dev, &again);
}

static void send(struct vxmob_move *mv, struct sk_buff *skb)
{
	struct sk_buff *next;
	__be16 sport;

	skb_push(skb, ETH_HLEN);
	skb_forward_csum(skb);
	sport = udp_flow_src_port(mv->d->net, skb, SPORT_MIN, SPORT_MAX, true);
	skb = make_fit(mv->d, skb);
	if (!skb)
		this_cpu_inc(mv->d->stats->redirect_dropped);
	for (; skb; skb = next) {
		next = skb->next;
		skb_mark_not_on_list(skb);
		if (send_one(mv, skb, sport))
			this_cpu_inc(mv->d->stats->redirect_dropped);
	}
}

/*
 * The bridge would not give these to the overlay once it shows the machine there.
 * Who may send through a locked port only the bridge knows.
 */
static bool is_barred(struct vxmob_domain *d, struct net_device *port)
{
	return !vxmob_port_forwards(d, port) ||
	       br_port_flag_is_set(port, BR_PORT_LOCKED) ||
	       (br_port_flag_is_set(port, BR_ISOLATED) &&
		br_port_flag_is_set(d->dev, BR_ISOLATED));
}

static unsigned int from_port(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct vxmob_move *mv = find(skb, state->in);

	if (!mv || state->in == mv->d->dev || is_barred(mv->d, state->in))
		return NF_ACCEPT;
	send(mv, skb);
	return NF_STOLEN;
}

static unsigned int from_host(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct vxmob_move *mv = find(skb, state->out);

	if (!mv || mv->port != state->out->ifindex)
		return NF_ACCEPT;
	send(mv, skb);
	return NF_STOLEN;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = from_port,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = NF_BR_PRI_LAST,
	},
	{
		.hook = from_host,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_OUT,
		.priority = NF_BR_PRI_LAST,
	},
};

/**
 * vxmob_tail_get - Watch a namespace's bridges for frames that come too late
 * @net: namespace of the bridges
 *
 * Context: process, may sleep.
 * Return: 0, -EOPNOTSUPP if the kernel has no netfilter in bridges, or another
 *	negative error.
 */
int vxmob_tail_get(struct net *net)
{
	struct vxmob_net *vn = vxmob_net(net);
	int err = 0;

	if (!IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE))
		return -EOPNOTSUPP;
	mutex_lock(&hooks_lock);
	if (!vn->tails)
		err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	if (!err)
		vn->tails++;
	mutex_unlock(&hooks_lock);
	return err;
}

/**
 * vxmob_tail_put - Take back vxmob_tail_get()
 * @net: namespace of the bridges
 *
 * Context: process, may sleep. A frame may still be in the hook until an RCU
 *	grace period has passed.
 */
void vxmob_tail_put(struct net *net)
{
	struct vxmob_net *vn = vxmob_net(net);

	mutex_lock(&hooks_lock);
	if (!--vn->tails)
		nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
	mutex_unlock(&hooks_lock);
}
