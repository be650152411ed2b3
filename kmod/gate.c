// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port that a machine comes to, and the one that it leaves.
 *
 * A machine's frames on a port are the bridge's evidence that it is there. When
 * a hypervisor hands a machine over, the new port may leak its frames before it
 * runs, and the old one lets out what was still queued after it has gone. So both
 * are watched before the bridge sees them (link-local frames too, which other
 * hooks in the bridge do not see): at the target nothing passes until the machine
 * announces itself, at the source nothing but an announcement passes for a while.
 *
 * A port is watched while there are moves on it.
 */
#include <linux/if_bridge.h>
#include <linux/netfilter_netdev.h>
#include <linux/slab.h>

#include "move.h"
#include "packet.h"

/**
 * struct vxmob_gate - A port that is watched
 * @list: in the list of gates
 * @refs: moves on it
 * @port: the port, held; NULL when it has been unregistered
 * @tracker: for @port
 * @ops: the hook
 * @rcu: frees it: who lists hooks looks at @ops
 */
struct vxmob_gate {
	struct list_head list;
	unsigned int refs;
	struct net_device *port;
	netdevice_tracker tracker;
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

static LIST_HEAD(gates);
static DEFINE_MUTEX(gates_lock);	/* protects the list and what is in it */

static bool parse(struct sk_buff *skb, struct vxmob_announcement *a)
{
	int off = skb_mac_offset(skb);
	unsigned int len = min_t(unsigned int, skb->len - off, VXMOB_FRAME_MAX);
	u8 buf[VXMOB_FRAME_MAX];

	return !skb_copy_bits(skb, off, buf, len) &&
	       vxmob_parse_frame(buf, len, a);
}

static unsigned int drop_late(struct vxmob_move *mv)
{
	atomic64_inc(&mv->late);
	this_cpu_inc(mv->d->stats->late);
	return NF_DROP;
}

static unsigned int at_target(struct vxmob_move *mv, struct sk_buff *skb)
{
	struct vxmob_announcement a;

	if (READ_ONCE(mv->stage) == VXMOB_STAGE_MOVED)
		return NF_ACCEPT;
	if (!parse(skb, &a) || !(a.kind & mv->open_on))
		return drop_late(mv);
	vxmob_move_open(mv->d, mv->mac);
	return NF_ACCEPT;
}

/* A machine that announces itself here, or goes on sending, has come back. */
static unsigned int at_source(struct vxmob_move *mv, struct sk_buff *skb)
{
	struct vxmob_announcement a;

	if (READ_ONCE(mv->stage) == VXMOB_STAGE_PREPARED)
		return NF_ACCEPT;
	if (time_before(jiffies, READ_ONCE(mv->settled)) && !parse(skb, &a))
		return drop_late(mv);
	vxmob_move_came_back(mv->d, mv->mac);
	return NF_ACCEPT;
}

static unsigned int on_port(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct net_device *port = skb->dev;
	struct vxmob_domain *d = vxmob_domain_of(skb, port);
	struct vxmob_move *mv;

	mv = d ? vxmob_move_find(d, eth_hdr(skb)->h_source) : NULL;
	if (!mv || READ_ONCE(mv->port) != port->ifindex)
		return NF_ACCEPT;
	return mv->role == VXMOB_ROLE_TARGET ? at_target(mv, skb) :
					       at_source(mv, skb);
}

static struct vxmob_gate *find(const struct net_device *port)
{
	struct vxmob_gate *g;

	list_for_each_entry(g, &gates, list)
		if (g->port == port)
			return g;
	return NULL;
}

static struct vxmob_gate *build(struct net_device *port)
{
	struct vxmob_gate *g = kzalloc(sizeof(*g), GFP_KERNEL);
	int err;

	if (!g)
		return ERR_PTR(-ENOMEM);
	g->ops.hook = on_port;
	g->ops.pf = NFPROTO_NETDEV;
	g->ops.hooknum = NF_NETDEV_INGRESS;
	g->ops.priority = INT_MAX;
	g->ops.dev = port;
	err = nf_register_net_hook(dev_net(port), &g->ops);
	if (err) {
		kfree(g);
		return ERR_PTR(err);
	}
	g->port = port;
	netdev_hold(port, &g->tracker, GFP_KERNEL);
	list_add(&g->list, &gates);
	return g;
}

static void tear_down(struct vxmob_gate *g)
{
	nf_unregister_net_hook(dev_net(g->port), &g->ops);
	list_del(&g->list);
	netdev_put(g->port, &g->tracker);
	g->port = NULL;
}

/**
 * vxmob_gate_get - Watch a port
 * @port: the port, which the caller holds
 *
 * Context: process, may sleep.
 * Return: the gate, to be given to vxmob_gate_put(); or ERR_PTR: -ENODEV if the
 *	port is going, -EOPNOTSUPP if the kernel has no ingress hook, -ENOMEM.
 */
struct vxmob_gate *vxmob_gate_get(struct net_device *port)
{
	struct vxmob_gate *g = ERR_PTR(-ENODEV);

	if (!IS_ENABLED(CONFIG_NETFILTER_INGRESS))
		return ERR_PTR(-EOPNOTSUPP);
	mutex_lock(&gates_lock);
	if (READ_ONCE(port->reg_state) == NETREG_REGISTERED)
		g = find(port) ?: build(port);
	if (!IS_ERR(g))
		g->refs++;
	mutex_unlock(&gates_lock);
	return g;
}

/**
 * vxmob_gate_put - Take back vxmob_gate_get()
 * @g: the gate
 *
 * Context: process, may sleep. A frame may still be in the hook until an RCU
 *	grace period has passed.
 */
void vxmob_gate_put(struct vxmob_gate *g)
{
	mutex_lock(&gates_lock);
	if (!--g->refs) {
		if (g->port)
			tear_down(g);
		kfree_rcu(g, rcu);
	}
	mutex_unlock(&gates_lock);
}

/**
 * vxmob_gate_gone - Let go of a device that is being unregistered
 * @dev: the device
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_gate_gone(struct net_device *dev)
{
	struct vxmob_gate *g;

	mutex_lock(&gates_lock);
	g = find(dev);
	if (g)
		tear_down(g);
	mutex_unlock(&gates_lock);
}
