// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC and IP together: what a machine on a local port says of its IP address goes
 * into the neighbour table of the bridge's IP interface at once, and is
 * remembered for the announcer.
 *
 * A routing daemon advertises MAC and IP when the neighbour entry says that the
 * address is here. But while it was elsewhere the daemon had installed the entry
 * itself, and to such an entry (NUD_NOARP, NTF_EXT_LEARNED) no ARP gets through:
 * the machine's MAC has moved, its IP address has not.
 *
 * What is heard here is no claim to the MAC. The bridge learns that from the
 * same frame.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <linux/netfilter_bridge.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "packet.h"
#include "vxmob.h"

#define KEPT_FOR	HZ	/* what is heard of a MAC that is not bound yet */

/* Entries that an operator, or an appliance of his, has made are his. */
#define FIXED		(NUD_PERMANENT | NUD_NOARP)

/* The IP interface of the domain's VLAN, or NULL; RCU is held. */
static struct net_device *interface_of(const struct vxmob_domain *d)
{
	struct net_device *br = rcu_dereference(d->br);
	struct bridge_vlan_info info;
	struct net_device *dev;

	if (!br || !d->vid)
		return br;
	dev = __vlan_find_dev_deep_rcu(br, htons(vxmob_vlan_proto(br)), d->vid);
	if (dev)
		return dev;
	if (br_vlan_get_info_rcu(br, d->vid, &info) ||
	    !(info.flags & BRIDGE_VLAN_INFO_UNTAGGED))
		return NULL;
	return br;
}

/* Can it be another machine's? */
static bool ip4_foreign(struct net_device *dev, const struct vxmob_addr *ip)
{
	__be32 addr;

	memcpy(&addr, ip->b, sizeof(addr));
	return !ipv4_is_loopback(addr) &&
	       inet_addr_type_dev_table(dev_net(dev), dev, addr) == RTN_UNICAST;
}

static bool ip4_onlink(struct net_device *dev, const struct vxmob_addr *ip)
{
	struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;
	__be32 addr;

	if (!in_dev)
		return false;
	memcpy(&addr, ip->b, sizeof(addr));
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (inet_ifa_match(addr, ifa))
			return true;
	return false;
}

#if IS_ENABLED(CONFIG_IPV6)
static bool ip6_foreign(struct net_device *dev, const struct vxmob_addr *ip)
{
	struct in6_addr addr;

	memcpy(&addr, ip->b, sizeof(addr));
	if (!(ipv6_addr_type(&addr) & IPV6_ADDR_UNICAST))
		return false;
	/* with ipv6.disable=1 there is no table that could be looked into */
	return !ipv6_mod_enabled() ||
	       !ipv6_chk_addr(dev_net(dev), &addr, dev, 0);
}

static bool ip6_onlink(struct net_device *dev, const struct vxmob_addr *ip)
{
	struct in6_addr addr;

	memcpy(&addr, ip->b, sizeof(addr));
	return ipv6_chk_prefix(&addr, dev);
}

static struct neigh_table *ip6_table(void)
{
	return &nd_tbl;
}
#else
static bool ip6_foreign(struct net_device *dev, const struct vxmob_addr *ip)
{
	return true;
}

static bool ip6_onlink(struct net_device *dev, const struct vxmob_addr *ip)
{
	return false;
}

static struct neigh_table *ip6_table(void)
{
	return NULL;
}
#endif

static bool is_ip4(const struct vxmob_addr *ip)
{
	return ip->len == sizeof(struct in_addr);
}

static bool ip_foreign(struct net_device *dev, const struct vxmob_addr *ip)
{
	return is_ip4(ip) ? ip4_foreign(dev, ip) : ip6_foreign(dev, ip);
}

/* Of another machine in one of the interface's subnets */
static bool ip_plausible(struct net_device *dev, const struct vxmob_addr *ip)
{
	return ip_foreign(dev, ip) &&
	       (is_ip4(ip) ? ip4_onlink(dev, ip) : ip6_onlink(dev, ip));
}

/* The entry, held; if there is none, a new one if that is wanted, or NULL */
static struct neighbour *entry_of(struct net_device *dev,
				  const struct vxmob_addr *ip, bool create)
{
	struct neigh_table *table = &arp_tbl;
	struct neighbour *n;
	u32 key[VXMOB_ADDR_MAX / sizeof(u32)];

	if (!ip_plausible(dev, ip))
		return NULL;
	if (!is_ip4(ip))
		table = ip6_table();
	memcpy(key, ip->b, sizeof(key));
	n = neigh_lookup(table, key, dev);
	if (!n && create)
		n = neigh_create(table, key, dev);
	return IS_ERR(n) ? NULL : n;
}

static bool learned(const struct neighbour *n)
{
	return READ_ONCE(n->flags) & NTF_EXT_LEARNED;
}

static bool names(const struct neighbour *n, const u8 *mac)
{
	u8 ha[ALIGN(MAX_ADDR_LEN, sizeof(unsigned long))];

	neigh_ha_snapshot(ha, n, n->dev);
	return READ_ONCE(n->nud_state) & NUD_VALID &&
	       ether_addr_equal_unaligned(ha, mac);
}

static bool has_ip(const struct vxmob_ips *ips, const struct vxmob_addr *ip)
{
	unsigned int i;

	for (i = 0; ips && i < ips->n; i++)
		if (vxmob_addr_equal(&ips->addr[i], ip))
			return true;
	return false;
}

/* The one that has been known longest makes room. */
static void add_ip(struct vxmob_binding *b, const struct vxmob_addr *ip)
{
	unsigned int n = b->ips ? b->ips->n : 0;
	unsigned int skip = n == VXMOB_IPS_MAX;
	struct vxmob_ips *ips;

	if (has_ip(b->ips, ip))
		return;
	n -= skip;
	ips = kmalloc(struct_size(ips, addr, n + 1), GFP_ATOMIC | __GFP_NOWARN);
	if (!ips)
		return;
	if (n)
		memcpy(ips->addr, b->ips->addr + skip, n * sizeof(*ips->addr));
	ips->addr[n] = *ip;
	ips->n = n + 1;
	kfree(b->ips);
	b->ips = ips;
}

static void remove_ip(struct vxmob_binding *b, const struct vxmob_addr *ip)
{
	struct vxmob_ips *ips = b->ips;
	unsigned int i, kept = 0;

	for (i = 0; ips && i < ips->n; i++)
		if (!vxmob_addr_equal(&ips->addr[i], ip))
			ips->addr[kept++] = ips->addr[i];
	if (ips)
		ips->n = kept;
}

/* An IP address that has come to another MAC is that of the old one no more. */
static void take_from_old(struct vxmob_domain *d, const struct neighbour *n,
			  const u8 *mac, const struct vxmob_addr *ip)
{
	u8 old[ALIGN(MAX_ADDR_LEN, sizeof(unsigned long))];
	struct vxmob_binding *b;

	if (!(READ_ONCE(n->nud_state) & NUD_VALID))
		return;
	neigh_ha_snapshot(old, n, n->dev);
	if (ether_addr_equal_unaligned(old, mac))
		return;
	spin_lock_bh(&d->lock);
	b = vxmob_binding_find(d, old);
	if (b)
		remove_ip(b, ip);
	spin_unlock_bh(&d->lock);
}

/*
 * ADMIN says that an entry is externally learned no more, and managed no more; so
 * only where it has to be said.
 */
static void write_entry(struct vxmob_domain *d, struct neighbour *n,
			const u8 *mac, const struct vxmob_addr *ip, u8 state,
			u32 flags)
{
	take_from_old(d, n, mac, ip);
	flags |= NEIGH_UPDATE_F_OVERRIDE;
	if (learned(n))
		flags |= NEIGH_UPDATE_F_ADMIN;
	local_bh_disable();
	if (!neigh_update(n, mac, state, flags, 0))
		this_cpu_inc(d->stats->neighbours);
	local_bh_enable();
}

static bool is_fixed(const struct neighbour *n)
{
	return READ_ONCE(n->nud_state) & FIXED && !learned(n);
}

static bool is_right(const struct neighbour *n, const u8 *mac)
{
	return !learned(n) && READ_ONCE(n->nud_state) & NUD_REACHABLE &&
	       names(n, mac);
}

/*
 * As the kernel does it: an ordinary request does not take an address from
 * another MAC that has just got it.
 */
static bool too_soon(const struct neighbour *n, const u8 *mac, u8 kind)
{
	return !kind && !learned(n) && !names(n, mac) &&
	       READ_ONCE(n->nud_state) & NUD_VALID &&
	       time_before(jiffies, READ_ONCE(n->updated) +
				    NEIGH_VAR(n->parms, LOCKTIME));
}

static void write_heard(struct vxmob_domain *d, struct net_device *dev,
			const struct vxmob_announcement *a)
{
	struct neighbour *n = entry_of(dev, &a->ip, true);
	u32 flags = 0;

	if (!n)
		return;
	if (a->kind == VXMOB_SNOOP_NA)
		flags = NEIGH_UPDATE_F_OVERRIDE_ISROUTER |
			(a->router ? NEIGH_UPDATE_F_ISROUTER : 0);
	if (!is_fixed(n) && !is_right(n, a->mac) &&
	    !too_soon(n, a->mac, a->kind))
		write_entry(d, n, a->mac, &a->ip, NUD_REACHABLE, flags);
	neigh_release(n);
}

/*
 * Somebody who should know has said it. For a machine that is not here no entry is
 * made, and one that exists is corrected and stays what it was: a daemon's is the
 * daemon's, who removes it when the machine is gone; the kernel's own is to be
 * verified.
 */
static void write_told(struct vxmob_domain *d, struct neighbour *n,
		       const u8 *mac, const struct vxmob_addr *ip, bool local)
{
	if (local && !is_right(n, mac))
		write_entry(d, n, mac, ip, NUD_REACHABLE, 0);
	else if (!local && !names(n, mac) && learned(n))
		write_entry(d, n, mac, ip, READ_ONCE(n->nud_state),
			    NEIGH_UPDATE_F_EXT_LEARNED);
	else if (!local && !names(n, mac))
		write_entry(d, n, mac, ip, NUD_STALE, 0);
}

/*
 * Nobody has said it anew: the MAC has come, and its IP address with it, as far as
 * is known. A daemon's entry becomes the kernel's, which verifies it.
 */
static void write_known(struct vxmob_domain *d, struct neighbour *n,
			const u8 *mac, const struct vxmob_addr *ip)
{
	if (learned(n) && names(n, mac))
		write_entry(d, n, mac, ip, NUD_STALE, 0);
}

/**
 * vxmob_neigh_is_anothers - Whether an IP address is known to be another MAC's
 * @d: the domain, alive or dead, whose bridge is not gone
 * @mac: the MAC
 * @ip: the IP address
 *
 * Context: BH; RCU is held.
 * Return: true if there is a valid neighbour entry, and it names another one.
 */
bool vxmob_neigh_is_anothers(struct vxmob_domain *d, const u8 *mac,
			     const struct vxmob_addr *ip)
{
	struct net_device *dev = interface_of(d);
	struct neighbour *n;
	bool anothers;

	n = dev ? entry_of(dev, ip, false) : NULL;
	if (!n)
		return false;
	anothers = READ_ONCE(n->nud_state) & NUD_VALID && !names(n, mac);
	neigh_release(n);
	return anothers;
}

/**
 * vxmob_neigh_told - Write what is known of the IP address of a MAC
 * @d: the domain, alive or dead, whose bridge is not gone
 * @mac: the MAC
 * @ip: the IP address
 * @local: the MAC is on a local port
 * @news: enum vxmob_news, what is new
 *
 * Static entries, addresses of this host and those of other subnets are left
 * alone.
 *
 * Context: BH; RCU is held; takes the domain's lock.
 */
void vxmob_neigh_told(struct vxmob_domain *d, const u8 *mac,
		      const struct vxmob_addr *ip, bool local, u8 news)
{
	struct net_device *dev = interface_of(d);
	bool told = news == VXMOB_NEWS_IPS;
	struct neighbour *n;

	n = dev ? entry_of(dev, ip, told && local) : NULL;
	if (!n)
		return;
	if (!is_fixed(n) && told)
		write_told(d, n, mac, ip, local);
	else if (!is_fixed(n) && local)
		write_known(d, n, mac, ip);
	neigh_release(n);
}

/* A frame is heard before the bridge learns, and before there is a binding. */
static void keep(struct vxmob_domain *d, const struct vxmob_announcement *a)
{
	struct vxmob_heard *h = &d->heard[d->heard_next++ % VXMOB_HEARD_MAX];

	ether_addr_copy(h->mac, a->mac);
	h->ip = a->ip;
	h->at = jiffies;
}

/**
 * vxmob_neigh_recall - Give a binding the IP addresses heard just before it came
 * @d: the domain
 * @b: the MAC's binding
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_neigh_recall(struct vxmob_domain *d, struct vxmob_binding *b)
{
	struct vxmob_heard *h;

	lockdep_assert_held(&d->lock);
	for (h = d->heard; h < d->heard + VXMOB_HEARD_MAX; h++) {
		if (!h->ip.len || !ether_addr_equal(h->mac, b->mac))
			continue;
		if (time_before(jiffies, h->at + KEPT_FOR))
			add_ip(b, &h->ip);
		h->ip.len = 0;
	}
}

/* Who is sticky somewhere else, or frozen, is not heard here. */
static bool may_be_here(const struct vxmob_binding *b)
{
	return b->mob.status != VXMOB_STATUS_FROZEN &&
	       !(b->mob.sticky && b->mob.cur.state == VXMOB_STATE_REMOTE);
}

static bool remember(struct vxmob_domain *d, const struct vxmob_announcement *a)
{
	struct vxmob_binding *b;
	bool heard = false;

	spin_lock_bh(&d->lock);
	if (!d->dead) {
		b = vxmob_binding_find(d, a->mac);
		heard = !b || may_be_here(b);
		if (!b)
			keep(d, a);
		else if (heard)
			add_ip(b, &a->ip);
	}
	spin_unlock_bh(&d->lock);
	return heard;
}

/* A gateway's MAC, or this host's own, is on every host, or here. */
static bool is_impostor(const struct vxmob_domain *d, const u8 *mac,
			const struct net_device *dev)
{
	const struct net_device *br = rcu_dereference(d->br);

	return vxmob_is_protected(rcu_dereference(d->opt), mac) ||
	       (br && ether_addr_equal(br->dev_addr, mac)) ||
	       (dev && ether_addr_equal(dev->dev_addr, mac));
}

/* What is written must be in a subnet here; what is announced need not. */
static void heard(struct vxmob_domain *d, const struct vxmob_announcement *a)
{
	struct net_device *dev = interface_of(d);

	if (vxmob_monitors(d) || is_impostor(d, a->mac, dev) ||
	    (dev && !ip_foreign(dev, &a->ip)) ||
	    !vxmob_limit_heard(d->limits, a->mac, ktime_get_ns()))
		return;
	if (remember(d, a) && dev)
		write_heard(d, dev, a);
}

/* What most frames are not, found out cheaply */
static bool may_name_ip(const struct sk_buff *skb)
{
	return (skb->protocol == htons(ETH_P_ARP) ||
		skb->protocol == htons(ETH_P_IPV6)) &&
	       is_multicast_ether_addr(eth_hdr(skb)->h_dest);
}

/* Found under RCU: the domain of a frame that comes in on a local port */
static struct vxmob_domain *domain_of(const struct sk_buff *skb,
				      struct net_device *port)
{
	struct net_device *br = netdev_master_upper_dev_get_rcu(port);
	struct vxmob_domain *d;

	if (!br || vxmob_vlan_is_guests(skb, br))
		return NULL;
	d = vxmob_domain_of(skb, port);
	if (!d || d->dev == port || !vxmob_port_forwards(d, port))
		return NULL;
	return d;
}

static void hear_in(struct vxmob_domain *d, const struct sk_buff *skb)
{
	struct vxmob_announcement a;
	u8 buf[VXMOB_FRAME_MAX];
	const u8 *frame;
	unsigned int len;

	len = min_t(unsigned int, skb->len + ETH_HLEN, sizeof(buf));
	frame = skb_header_pointer(skb, -ETH_HLEN, len, buf);
	if (frame && vxmob_parse_owner(frame, len, &a))
		heard(d, &a);
}

/* What the kernel clears on the stack is in a function that few frames come to. */
static unsigned int hear(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state)
{
	struct vxmob_domain *d;

	if (!may_name_ip(skb))
		return NF_ACCEPT;
	d = domain_of(skb, state->in);
	if (d)
		hear_in(d, skb);
	return NF_ACCEPT;
}

/* After the firewall: what it drops is no evidence. */
static const struct nf_hook_ops hooks[] = {
	{
		.hook = hear,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = NF_BR_PRI_LAST,
	},
};

/**
 * vxmob_neigh_get - Hear what is said on the ports of a namespace's bridges
 * @net: the namespace
 *
 * A kernel without netfilter in bridges hears nothing.
 *
 * Context: process, may sleep; RTNL is held.
 * Return: 0 or a negative error.
 */
int vxmob_neigh_get(struct net *net)
{
	struct vxmob_net *vn = vxmob_net(net);
	int err;

	ASSERT_RTNL();
	if (!IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE))
		return 0;
	if (!vn->hearers) {
		err = nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
		if (err)
			return err;
	}
	vn->hearers++;
	return 0;
}

/**
 * vxmob_neigh_put - Take back vxmob_neigh_get()
 * @net: the namespace
 *
 * Context: process, may sleep; RTNL is held. A frame may still be in the hook
 *	until an RCU grace period has passed.
 */
void vxmob_neigh_put(struct net *net)
{
	struct vxmob_net *vn = vxmob_net(net);

	ASSERT_RTNL();
	if (!IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE))
		return;
	if (!--vn->hearers)
		nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}
