// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains: the VXLAN segments that this host has been told to manage.
 *
 * They come, change and go under the RTNL, like the devices that they stand
 * for. They are found under RCU in three ways: by vxlan device and VNI, by bridge
 * and VLAN (the bridge's events tell no more), and by VNI (packets tell no
 * more).
 */
#include <linux/slab.h>
#include <net/netlink.h>

#include "vxmob.h"

#define INDEX_BITS	8
#define SCRATCH_LEN	512

/* Changed under RTNL, read under RCU */
static DEFINE_HASHTABLE(by_vxlan, INDEX_BITS);
static DEFINE_HASHTABLE(by_bridge, INDEX_BITS);
static DEFINE_HASHTABLE(by_vni, INDEX_BITS);

static unsigned long vxlan_key(const struct net_device *dev, u32 vni)
{
	return (unsigned long)dev + vni;
}

static unsigned long bridge_key(const struct net_device *br, u16 vid)
{
	return (unsigned long)br + vid;
}

static unsigned long vni_key(const struct net *underlay, u32 vni)
{
	return (unsigned long)underlay + vni;
}

/**
 * vxmob_is_external - Whether a device carries many VNIs
 * @dev: a vxlan device
 *
 * Context: any.
 * Return: true if each frame brings its VNI as metadata; false if the device
 *	has one.
 */
bool vxmob_is_external(const struct net_device *dev)
{
	const struct vxlan_dev *vxlan = netdev_priv(dev);

	return vxlan->cfg.flags & VXLAN_F_COLLECT_METADATA;
}

/* The VNI that a device stands for; 0 if for none, or for many */
static u32 own_vni(const struct net_device *dev)
{
	const struct vxlan_dev *vxlan = netdev_priv(dev);

	if (!netif_is_vxlan(dev) || vxmob_is_external(dev))
		return 0;
	return be32_to_cpu(vxlan->default_dst.remote_vni);
}

/**
 * vxmob_domain_find - Find a domain of a vxlan device
 * @dev: the device
 * @vni: VNI, host byte order; 0 for the device's own
 *
 * Context: any; RCU or RTNL is held.
 * Return: the domain, or NULL.
 */
struct vxmob_domain *vxmob_domain_find(const struct net_device *dev, u32 vni)
{
	struct vxmob_domain *d;

	vni = vni ?: own_vni(dev);
	hash_for_each_possible_rcu(by_vxlan, d, by_vxlan, vxlan_key(dev, vni),
				   lockdep_rtnl_is_held())
		if (d->dev == dev && d->vni == vni)
			return d;
	return NULL;
}

/**
 * vxmob_domain_next - Walk through the domains of a device
 * @dev: the device
 * @d: the domain before, which has not ended; NULL for the first
 *
 * Context: any; RCU or RTNL is held.
 * Return: the domain, or NULL if there are no more.
 */
struct vxmob_domain *vxmob_domain_next(const struct net_device *dev,
				       struct vxmob_domain *d)
{
	struct list_head *domains = &vxmob_net(dev_net(dev))->domains;

	if (!netif_is_vxlan(dev))
		return NULL;
	if (!d)
		d = list_entry(domains, struct vxmob_domain, list);
	list_for_each_entry_continue_rcu(d, domains, list)
		if (d->dev == dev)
			return d;
	return NULL;
}

/**
 * vxmob_domain_find_bridge - Find the domain of a VLAN of a bridge
 * @br: the bridge
 * @vid: the VLAN; 0 where the bridge is not VLAN aware
 *
 * Context: any; RCU or RTNL is held.
 * Return: the domain, or NULL.
 */
struct vxmob_domain *vxmob_domain_find_bridge(const struct net_device *br,
					      u16 vid)
{
	struct vxmob_domain *d;

	hash_for_each_possible_rcu(by_bridge, d, by_bridge,
				   bridge_key(br, vid), lockdep_rtnl_is_held())
		if (rcu_access_pointer(d->br) == br && d->vid == vid)
			return d;
	return NULL;
}

/**
 * vxmob_domain_of - Find the domain of a frame at a port of a bridge
 * @skb: the frame
 * @port: the port; without a tag the frame is in its PVID
 *
 * Context: any; RCU is held.
 * Return: the domain; NULL if there is none, or the device is no such port.
 */
struct vxmob_domain *vxmob_domain_of(const struct sk_buff *skb,
				     struct net_device *port)
{
	struct net_device *br = netdev_master_upper_dev_get_rcu(port);

	if (!br || !netif_is_bridge_master(br))
		return NULL;
	return vxmob_domain_find_bridge(br, vxmob_vlan_of(skb, br, port));
}

/**
 * vxmob_domain_find_vni - Find the domain that a VXLAN packet belongs to
 * @underlay: namespace that the packet arrived in
 * @vni: its VNI, host byte order
 * @port: its UDP destination port, network byte order
 * @addr_len: 4 if it came over IPv4, 16 if over IPv6
 *
 * Context: any; RCU is held.
 * Return: the domain, or NULL.
 */
struct vxmob_domain *vxmob_domain_find_vni(const struct net *underlay, u32 vni,
					   __be16 port, u8 addr_len)
{
	struct vxmob_domain *d;

	hash_for_each_possible_rcu(by_vni, d, by_vni, vni_key(underlay, vni))
		if (d->underlay == underlay && d->vni == vni &&
		    d->port == port && d->addr_len == addr_len)
			return d;
	return NULL;
}

static bool packets_are_kept(const struct net *underlay)
{
	struct vxmob_domain *d;
	unsigned int i;

	hash_for_each(by_vni, i, d, by_vni)
		if (d->underlay == underlay && READ_ONCE(d->n_moves))
			return true;
	return false;
}

/**
 * vxmob_domains_drop_packets - Let go of packets that came in through a device
 * @dev: the device, which is being unregistered
 *
 * Packets may travel in another namespace than the devices of their domain, and one
 * may be on its way to be kept.
 *
 * Context: process, may sleep; RTNL is held, no lock of the module is.
 */
void vxmob_domains_drop_packets(const struct net_device *dev)
{
	struct vxmob_domain *d;
	unsigned int i;

	ASSERT_RTNL();
	if (!packets_are_kept(dev_net(dev)))
		return;
	synchronize_net();
	hash_for_each(by_vni, i, d, by_vni)
		if (d->underlay == dev_net(dev))
			vxmob_moves_device_gone(d, dev);
}

/**
 * vxmob_domain_get - Take a reference
 * @d: the domain, found under RCU
 *
 * Context: any.
 * Return: false if the domain is just ending.
 */
bool vxmob_domain_get(struct vxmob_domain *d)
{
	return refcount_inc_not_zero(&d->refs);
}

static void domain_free(struct work_struct *work)
{
	struct vxmob_domain *d = container_of(work, struct vxmob_domain,
					      free_work);

	vxmob_announcer_free(d);
	vxmob_binding_table_destroy(d);
	kfree(rcu_dereference_protected(d->opt, true));
	kfree_skb(d->scratch);
	kfree_skb(d->dump);
	free_percpu(d->stats);
	vxmob_limits_free(d->limits);
	kfree(d);
}

/**
 * vxmob_domain_put - Drop a reference
 * @d: the domain
 *
 * Context: any; the domain is freed by a work, since that may sleep.
 */
void vxmob_domain_put(struct vxmob_domain *d)
{
	if (refcount_dec_and_test(&d->refs))
		queue_work(vxmob_wq, &d->free_work);
}

/**
 * vxmob_domain_self - A domain's own VTEP address
 * @d: the domain
 * @self: filled; length 0 if the device has no fixed address
 *
 * Context: any; the domain is alive.
 */
void vxmob_domain_self(const struct vxmob_domain *d, struct vxmob_addr *self)
{
	const struct vxlan_dev *vxlan = netdev_priv(d->dev);
	const union vxlan_addr *saddr = &vxlan->cfg.saddr;

	memset(self, 0, sizeof(*self));
	if (saddr->sa.sa_family == AF_INET6 &&
	    !ipv6_addr_any(&saddr->sin6.sin6_addr)) {
		self->len = sizeof(struct in6_addr);
		memcpy(self->b, &saddr->sin6.sin6_addr, self->len);
	} else if (saddr->sa.sa_family == AF_INET && saddr->sin.sin_addr.s_addr) {
		self->len = sizeof(struct in_addr);
		memcpy(self->b, &saddr->sin.sin_addr, self->len);
	}
}

static int check_device(const struct net_device *dev,
			struct netlink_ext_ack *extack)
{
	const struct vxlan_dev *vxlan;

	if (!netif_is_vxlan(dev)) {
		NL_SET_ERR_MSG(extack, "vxmob: not a vxlan device");
		return -EOPNOTSUPP;
	}
	vxlan = netdev_priv(dev);
	if (vxlan->cfg.flags & VXLAN_F_GPE) {
		NL_SET_ERR_MSG(extack, "vxmob: a VXLAN-GPE device carries no Ethernet");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Whether an external device takes part in a VNI: without a filter in all */
static bool has_vni(const struct net_device *dev, u32 vni)
{
	const struct vxlan_dev *vxlan = netdev_priv(dev);
	const struct vxlan_vni_group *group = rtnl_dereference(vxlan->vnigrp);
	const struct vxlan_vni_node *node;

	if (!(vxlan->cfg.flags & VXLAN_F_VNIFILTER) || !group)
		return true;
	list_for_each_entry(node, &group->vni_list, vlist)
		if (be32_to_cpu(node->vni) == vni)
			return true;
	return false;
}

static int check_vni(const struct net_device *dev, u32 vni,
		     struct netlink_ext_ack *extack)
{
	bool external = vxmob_is_external(dev);

	if (external && !vni) {
		NL_SET_ERR_MSG(extack, "vxmob: an external device carries many VNIs: name one");
		return -EINVAL;
	}
	if (external && !has_vni(dev, vni)) {
		NL_SET_ERR_MSG(extack, "vxmob: the device's filter lacks that VNI");
		return -EINVAL;
	}
	if (!external && vni && vni != own_vni(dev)) {
		NL_SET_ERR_MSG(extack, "vxmob: the device has another VNI");
		return -EINVAL;
	}
	if (vxmob_domain_find(dev, vni)) {
		NL_SET_ERR_MSG(extack, "vxmob: the device is enrolled already");
		return -EEXIST;
	}
	return 0;
}

static int check_segment(const struct net_device *br, u16 vid,
			 struct netlink_ext_ack *extack)
{
	int err = 0;

	rcu_read_lock();
	if (br && vxmob_domain_find_bridge(br, vid)) {
		NL_SET_ERR_MSG(extack, "vxmob: another domain has that VLAN of the bridge");
		err = -EEXIST;
	}
	rcu_read_unlock();
	return err;
}

static struct vxmob_domain *domain_alloc(struct net_device *dev, u32 vni)
{
	const struct vxlan_dev *vxlan = netdev_priv(dev);
	struct vxmob_domain *d;

	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return NULL;
	d->stats = alloc_percpu(struct vxmob_stats);
	d->limits = vxmob_limits_alloc();
	d->scratch = alloc_skb(SCRATCH_LEN, GFP_KERNEL);
	d->dump = alloc_skb(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!d->stats || !d->limits || !d->scratch || !d->dump ||
	    vxmob_announcer_start(d))
		goto err_free;
	if (vxmob_binding_table_init(d)) {
		vxmob_announcer_free(d);
		goto err_free;
	}
	refcount_set(&d->refs, 1);
	spin_lock_init(&d->lock);
	hash_init(d->vteps);
	INIT_WORK(&d->free_work, domain_free);
	d->net = dev_net(dev);
	d->underlay = vxlan->net;
	d->vni = vni ?: own_vni(dev);
	vxmob_fdb_ask_for(d);
	d->port = vxlan->cfg.dst_port;
	d->addr_len = vxlan->cfg.flags & VXLAN_F_IPV6 ?
		      sizeof(struct in6_addr) : sizeof(struct in_addr);
	d->ifindex = dev->ifindex;
	d->dev = dev;
	netdev_hold(dev, &d->dev_tracker, GFP_KERNEL);
	vxmob_observe_start(d);
	vxmob_moves_init(d);
	return d;

err_free:
	free_percpu(d->stats);
	vxmob_limits_free(d->limits);
	kfree_skb(d->scratch);
	kfree_skb(d->dump);
	kfree(d);
	return NULL;
}

static void index_bridge(struct vxmob_domain *d, struct net_device *br)
{
	netdev_hold(br, &d->br_tracker, GFP_KERNEL);
	vxmob_port_note_all(br);
	rcu_assign_pointer(d->br, br);
	hash_add_rcu(by_bridge, &d->by_bridge, bridge_key(br, d->vid));
}

/* From here on events and packets find it. */
static void publish(struct vxmob_domain *d, struct net_device *br)
{
	struct vxmob_net *vn = vxmob_net(d->net);

	list_add_tail_rcu(&d->list, &vn->domains);
	WRITE_ONCE(vn->gen, vn->gen + 1);
	hash_add_rcu(by_vxlan, &d->by_vxlan, vxlan_key(d->dev, d->vni));
	hash_add_rcu(by_vni, &d->by_vni, vni_key(d->underlay, d->vni));
	if (br)
		index_bridge(d, br);
}

static void unpublish(struct vxmob_domain *d)
{
	struct vxmob_net *vn = vxmob_net(d->net);

	list_del_rcu(&d->list);
	WRITE_ONCE(vn->gen, vn->gen + 1);
	hash_del_rcu(&d->by_vxlan);
	hash_del_rcu(&d->by_vni);
	if (rcu_access_pointer(d->br))
		hash_del_rcu(&d->by_bridge);
}

static void drop_bridge(struct vxmob_domain *d)
{
	struct net_device *br = rtnl_dereference(d->br);

	if (!br)
		return;
	RCU_INIT_POINTER(d->br, NULL);
	netdev_put(br, &d->br_tracker);
}

/* What is frozen lasts, and is dropped, as the options say now. */
static bool treat_anew(struct vxmob_domain *d, struct vxmob_binding *b,
		       void *data)
{
	vxmob_blackhole_set(d, b);
	if (b->mob.status == VXMOB_STATUS_FROZEN)
		vxmob_watch_later(d, b);
	return true;
}

static bool release_binding(struct vxmob_domain *d, struct vxmob_binding *b,
			    void *data)
{
	vxmob_apply_release(d, b);
	vxmob_binding_remove(d, b);
	return true;
}

/* Until the table is empty: a walk may miss entries while it shrinks. */
static void release_bindings(struct vxmob_domain *d)
{
	do {
		vxmob_binding_walk(d, release_binding, NULL);
	} while (vxmob_binding_count(d));
}

static bool blackholes(const struct vxmob_options *opt)
{
	return opt->dup_action == VXMOB_DUP_ACTION_BLACKHOLE;
}

/* The hooks that options need and that they needed not before, or all of them */
static int hooks_get(struct vxmob_domain *d, const struct vxmob_options *opt,
		     const struct vxmob_options *was)
{
	bool snoops = opt->snoop && !(was && was->snoop);
	bool drops = blackholes(opt) && !(was && blackholes(was));
	int err = 0;

	if (!was)
		err = vxmob_neigh_get(d->net);
	if (err)
		return err;
	if (snoops)
		err = vxmob_underlay_get(d->underlay);
	if (err)
		goto err_neigh;
	if (drops)
		err = vxmob_blackhole_get(d->net);
	if (err)
		goto err_underlay;
	return 0;

err_underlay:
	if (snoops)
		vxmob_underlay_put(d->underlay);
err_neigh:
	if (!was)
		vxmob_neigh_put(d->net);
	return err;
}

/* Those that they need no more */
static void hooks_put(struct vxmob_domain *d, const struct vxmob_options *opt,
		      const struct vxmob_options *was)
{
	if (was->snoop && !(opt && opt->snoop))
		vxmob_underlay_put(d->underlay);
	if (blackholes(was) && !(opt && blackholes(opt)))
		vxmob_blackhole_put(d->net);
	if (!opt)
		vxmob_neigh_put(d->net);
}

/**
 * vxmob_domain_end - End a domain
 * @d: the domain; not to be used afterwards without a reference
 *
 * The entries that the module installed go; those that it took over stay.
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_domain_end(struct vxmob_domain *d)
{
	ASSERT_RTNL();
	unpublish(d);
	hooks_put(d, NULL, rtnl_dereference(d->opt));
	mutex_lock(&vxmob_net(d->net)->claim_lock);
	spin_lock_bh(&d->lock);
	d->dead = true;
	spin_unlock_bh(&d->lock);
	mutex_unlock(&vxmob_net(d->net)->claim_lock);
	synchronize_net();
	vxmob_observe_stop(d);
	vxmob_moves_stop(d);
	vxmob_announcer_stop(d);
	release_bindings(d);
	if (d->dev->reg_state == NETREG_UNREGISTERING)
		vxmob_fdb_vxlan_gone(d);
	vxmob_vtep_clear(d);
	vxmob_event_domain(d, VXMOB_EVENT_DOMAIN_DEL);
	drop_bridge(d);
	netdev_put(d->dev, &d->dev_tracker);
	vxmob_domain_put(d);
}

static int check_new(struct net_device *dev, struct net_device *br, u32 vni,
		     int vid, struct netlink_ext_ack *extack)
{
	int err;

	err = check_device(dev, extack) ?: check_vni(dev, vni, extack);
	if (err)
		return err;
	vid = vxmob_vlan_choose(dev, br, vni, vid, extack);
	if (vid < 0)
		return vid;
	err = check_segment(br, vid, extack);
	return err ?: vid;
}

static struct net_device *bridge_of(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);

	return master && netif_is_bridge_master(master) ? master : NULL;
}

/* Bindings from what the forwarding databases hold */
static int take_over(struct vxmob_domain *d)
{
	vxmob_vtep_read_flood_list(d);
	return vxmob_fdb_each_mac(d, vxmob_survey);
}

/**
 * vxmob_domain_create - Enrol a vxlan device
 * @dev: the device
 * @vni: its VNI, host byte order; 0 for whatever it is; an external device is
 *	enrolled once for each VNI
 * @vid: VLAN of the bridge; -1 for the PVID of the device's port, or the VLAN
 *	that the bridge maps to @vni
 * @opt: options, taken over in any case
 * @extack: for the reason of a refusal
 *
 * What the forwarding databases hold becomes bindings.
 *
 * Context: process, may sleep; RTNL is held.
 * Return: 0, -EOPNOTSUPP, -EINVAL, -EEXIST or -ENOMEM.
 */
int vxmob_domain_create(struct net_device *dev, u32 vni, int vid,
			struct vxmob_options *opt,
			struct netlink_ext_ack *extack)
{
	struct net_device *br = bridge_of(dev);
	struct vxmob_domain *d;
	int err, chosen;

	ASSERT_RTNL();
	chosen = check_new(dev, br, vni, vid, extack);
	d = chosen < 0 ? NULL : domain_alloc(dev, vni);
	if (!d) {
		kfree(opt);
		return chosen < 0 ? chosen : -ENOMEM;
	}
	d->vid = chosen;
	d->vid_auto = vid < 0;
	rcu_assign_pointer(d->opt, opt);
	err = hooks_get(d, opt, NULL);
	if (err)
		goto err_put;
	publish(d, br);
	vxmob_event_domain(d, VXMOB_EVENT_DOMAIN_ADD);
	err = take_over(d);
	if (err)
		vxmob_domain_end(d);
	return err;

err_put:
	netdev_put(dev, &d->dev_tracker);
	vxmob_domain_put(d);
	return err;
}

/* May MACs be bound now that are there, and could not be? */
static bool lets_in(const struct vxmob_options *opt,
		    const struct vxmob_options *was)
{
	unsigned int i;

	for (i = 0; i < was->n_protect; i++)
		if (!vxmob_is_protected(opt, was->protect[i]))
			return true;
	return opt->max_macs > was->max_macs;
}

/**
 * vxmob_domain_set_options - Change a domain's options
 * @d: the domain
 * @opt: the new options, taken over in any case
 *
 * Context: process, may sleep; RTNL is held.
 * Return: 0 or a negative error, nothing changed.
 */
int vxmob_domain_set_options(struct vxmob_domain *d, struct vxmob_options *opt)
{
	struct vxmob_options *was = rtnl_dereference(d->opt);
	int err;

	ASSERT_RTNL();
	err = hooks_get(d, opt, was);
	if (err) {
		kfree(opt);
		return err;
	}
	mutex_lock(&vxmob_net(d->net)->claim_lock);
	rcu_assign_pointer(d->opt, opt);
	mutex_unlock(&vxmob_net(d->net)->claim_lock);
	hooks_put(d, opt, was);
	if (opt->dup_action != was->dup_action || opt->mode != was->mode ||
	    opt->dup_recover != was->dup_recover)
		vxmob_binding_walk(d, treat_anew, NULL);
	d->unsurveyed |= lets_in(opt, was);
	if (opt->mode != was->mode)
		vxmob_resync(d, opt->mode == VXMOB_MODE_ENFORCE);
	else if (d->unsurveyed)
		vxmob_resync(d, false);
	kfree_rcu(was, rcu);
	vxmob_event_domain(d, VXMOB_EVENT_DOMAIN_SET);
	return 0;
}

/**
 * vxmob_domain_leave - The vxlan device has left its bridge
 * @d: the domain
 *
 * The bridge has deleted the port's entries; local MACs are none of this
 * domain's any more.
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_domain_leave(struct vxmob_domain *d)
{
	ASSERT_RTNL();
	if (!rtnl_dereference(d->br))
		return;
	hash_del_rcu(&d->by_bridge);
	synchronize_net();
	mutex_lock(&vxmob_net(d->net)->claim_lock);
	vxmob_moves_leave(d);
	release_bindings(d);
	drop_bridge(d);	/* before a claim that waits names a port of it */
	mutex_unlock(&vxmob_net(d->net)->claim_lock);
	take_over(d);
}

/**
 * vxmob_domain_join - Take the bridge that the vxlan device is a port of
 * @d: the domain
 *
 * Context: process, may sleep; RTNL is held.
 * Return: 0 if the domain has its bridge, if the device is in one; -EAGAIN if
 *	it cannot be taken, as long as the port is not in the VLAN.
 */
int vxmob_domain_join(struct vxmob_domain *d)
{
	struct net_device *br = bridge_of(d->dev);
	int vid;

	ASSERT_RTNL();
	if (!br || rtnl_dereference(d->br))
		return 0;
	vid = vxmob_vlan_choose(d->dev, br, d->vni,
				d->vid_auto ? -1 : d->vid, NULL);
	if (vid < 0 || check_segment(br, vid, NULL))
		return -EAGAIN;
	d->vid = vid;
	d->unsurveyed = true;
	index_bridge(d, br);
	return 0;
}
