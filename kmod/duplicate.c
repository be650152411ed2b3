// SPDX-License-Identifier: GPL-2.0-only
/*
 * Duplicate detection (RFC 7432 section 15.1): an address that moves too often is
 * likely in use twice. The rules count; what is done about it is done here.
 *
 * A blackholed MAC is dropped where frames enter the bridge, before it learns, and
 * where the bridge itself sends. The hooks are registered in a namespace while
 * a domain there may blackhole.
 */
#include <linux/netfilter_bridge.h>
#include <net/dst_metadata.h>

#include "vxmob.h"

static bool to_be_dropped(struct vxmob_domain *d,
			  const struct vxmob_binding *b)
{
	const struct vxmob_options *opt;
	bool drop;

	rcu_read_lock();
	opt = rcu_dereference(d->opt);
	drop = b->mob.status == VXMOB_STATUS_FROZEN &&
	       opt->dup_action == VXMOB_DUP_ACTION_BLACKHOLE &&
	       opt->mode == VXMOB_MODE_ENFORCE;
	rcu_read_unlock();
	return drop;
}

/**
 * vxmob_blackhole_set - Drop a MAC's frames, or no longer, as the policy says
 * @d: the domain
 * @b: the MAC's binding
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_blackhole_set(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	if (!to_be_dropped(d, b))
		vxmob_blackhole_end(d, b);
	else if (!test_and_set_bit(VXMOB_B_BLACKHOLE, &b->flags))
		atomic_inc(&vxmob_net(d->net)->blackholed);
}

/**
 * vxmob_duplicate_found - Act on a MAC that the rules have found a duplicate
 * @d: the domain
 * @b: the MAC's binding, frozen already if that is the policy
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_duplicate_found(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	WRITE_ONCE(d->duplicates, d->duplicates + 1);
	vxmob_blackhole_set(d, b);
	vxmob_event_binding(d, VXMOB_EVENT_DUPLICATE, b);
}

/**
 * vxmob_blackhole_end - Drop a MAC's frames no longer
 * @d: the domain
 * @b: the MAC's binding
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_blackhole_end(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	if (test_and_clear_bit(VXMOB_B_BLACKHOLE, &b->flags))
		atomic_dec(&vxmob_net(d->net)->blackholed);
}

/**
 * vxmob_recover - Let a frozen MAC move again, its time being over
 * @d: the domain
 * @b: the MAC's binding
 *
 * What was refused meanwhile may still stand in a forwarding database.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_recover(struct vxmob_domain *d, struct vxmob_binding *b)
{
	lockdep_assert_held(&d->lock);
	if (b->mob.status != VXMOB_STATUS_FROZEN)
		return;
	vxmob_thaw(&b->mob);
	vxmob_blackhole_end(d, b);
	vxmob_event_binding(d, VXMOB_EVENT_RECOVERED, b);
	rcu_read_lock();
	vxmob_hint(d, b->mac);
	rcu_read_unlock();
}

/**
 * vxmob_unfreeze - Let a frozen MAC move again, as somebody has asked for
 * @d: the domain
 * @b: the MAC's binding
 *
 * Earlier relapses are forgiven.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_unfreeze(struct vxmob_domain *d, struct vxmob_binding *b)
{
	vxmob_recover(d, b);
	b->mob.relapses = 0;
	vxmob_watch_later(d, b);
}

static bool is_blackholed(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_binding *b = vxmob_binding_find(d, mac);

	return b && test_bit(VXMOB_B_BLACKHOLE, &b->flags);
}

/* The bridge has turned the VLAN into a VNI for an external device by now. */
static struct vxmob_domain *domain_of_leaving(const struct sk_buff *skb,
					      struct net_device *port)
{
	const struct ip_tunnel_info *info = skb_tunnel_info(skb);
	__be32 vni;

	if (!info || !(info->mode & IP_TUNNEL_INFO_TX) ||
	    !netif_is_vxlan(port) || !vxmob_is_external(port))
		return vxmob_domain_of(skb, port);
	vni = tunnel_id_to_key32(info->key.tun_id);
	return vxmob_domain_find(port, be32_to_cpu(vni));
}

static unsigned int drop_blackholed(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct vxmob_domain *d;

	if (!atomic_read(&vxmob_net(state->net)->blackholed))
		return NF_ACCEPT;
	d = state->in ? vxmob_domain_of(skb, state->in) :
			domain_of_leaving(skb, state->out);
	if (!d || !(is_blackholed(d, eth_hdr(skb)->h_source) ||
		    is_blackholed(d, eth_hdr(skb)->h_dest)))
		return NF_ACCEPT;
	this_cpu_inc(d->stats->blackholed);
	return NF_DROP;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = drop_blackholed,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = NF_BR_PRI_FIRST,
	},
	{
		.hook = drop_blackholed,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_OUT,
		.priority = NF_BR_PRI_FIRST,
	},
};

/**
 * vxmob_blackhole_get - Prepare a namespace for blackholing
 * @net: namespace of the bridges
 *
 * Context: process, may sleep; RTNL is held.
 * Return: 0, -EOPNOTSUPP if the kernel has no netfilter in bridges, or another
 *	negative error.
 */
int vxmob_blackhole_get(struct net *net)
{
	struct vxmob_net *vn = vxmob_net(net);
	int err;

	ASSERT_RTNL();
	if (!IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE))
		return -EOPNOTSUPP;
	if (!vn->blackholers) {
		err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
		if (err)
			return err;
	}
	vn->blackholers++;
	return 0;
}

/**
 * vxmob_blackhole_put - Take back vxmob_blackhole_get()
 * @net: namespace of the bridges
 *
 * Context: process, may sleep; RTNL is held. A frame may still be in the hook
 *	until an RCU grace period has passed.
 */
void vxmob_blackhole_put(struct net *net)
{
	struct vxmob_net *vn = vxmob_net(net);

	ASSERT_RTNL();
	if (!--vn->blackholers)
		nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}
