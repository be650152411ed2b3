// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making the forwarding databases show what was decided.
 *
 * The only file that calls switchdev. Its notifiers let a module write vxlan
 * and bridge entries without the RTNL, but they check next to nothing: a
 * device that is no vxlan, an address of the wrong family, a static entry, a
 * nexthop group each end in a crash or in a lie. So every write is preceded by
 * a read with ndo_fdb_get(), which tells an entry's state.
 *
 * A moving MAC is never without a destination: nothing is deleted to be added
 * again; towards a VTEP the vxlan entry becomes right before the bridge entry
 * turns; towards a local port the bridge entry turns first and the vxlan entry
 * goes an RCU grace period later.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "compat/compat.h"
#include "vxmob.h"

#define DUMP_LEN	(64 * 1024)
#define DUMP_ENTRY_LEN	128	/* more than one entry takes */
#define FLUSH_PASSES	64

/**
 * vxmob_monitors - Whether a domain writes nothing
 * @d: the domain
 *
 * Context: any.
 * Return: true in monitor mode.
 */
bool vxmob_monitors(struct vxmob_domain *d)
{
	bool monitor;

	rcu_read_lock();
	monitor = rcu_dereference(d->opt)->mode == VXMOB_MODE_MONITOR;
	rcu_read_unlock();
	return monitor;
}

/* The entry that ndo_fdb_get() or ndo_fdb_dump() put there */
static const struct ndmsg *parse_entry(const struct nlmsghdr *nlh,
				       struct nlattr **tb)
{
	if (nlmsg_parse_deprecated(nlh, sizeof(struct ndmsg), tb, NDA_MAX,
				   NULL, NULL))
		return NULL;
	return nlmsg_data(nlh);
}

/**
 * struct vni_attr - The attribute that asks an external device for a VNI
 * @head: its header
 * @vni: the VNI, host byte order
 */
struct vni_attr {
	struct nlattr head;
	u32 vni;
};

/*
 * The driver's hash reads eight bytes of a MAC. The VNI says nothing to a bridge
 * and nothing new to a device that has one.
 */
static const struct ndmsg *read_entry(struct vxmob_domain *d,
				      struct net_device *dev, const u8 *mac,
				      u16 vid, struct nlattr **tb)
{
	struct vni_attr vni = {
		.head = { .nla_len = sizeof(vni), .nla_type = NDA_VNI },
		.vni = d->vni,
	};
	u8 padded[ETH_ALEN + 2] = {};

	memset(tb, 0, sizeof(*tb) * (NDA_MAX + 1));
	tb[NDA_VNI] = &vni.head;
	ether_addr_copy(padded, mac);
	skb_trim(d->scratch, 0);
	if (dev->netdev_ops->ndo_fdb_get(d->scratch, tb, dev, padded, vid, 0,
					 0, NULL))
		return NULL;
	return parse_entry((struct nlmsghdr *)d->scratch->data, tb);
}

/* An entry may name the VNI that it would have anyway. */
static void read_place(struct vxmob_domain *d, struct nlattr **tb,
		       struct vxmob_place *place)
{
	if (!tb[NDA_DST] || nla_len(tb[NDA_DST]) > VXMOB_ADDR_MAX)
		return;
	place->state = VXMOB_STATE_REMOTE;
	place->vtep.len = nla_len(tb[NDA_DST]);
	memcpy(place->vtep.b, nla_data(tb[NDA_DST]), place->vtep.len);
	if (tb[NDA_PORT])
		place->port = nla_get_be16(tb[NDA_PORT]);
	if (tb[NDA_VNI] && nla_get_u32(tb[NDA_VNI]) != d->vni)
		place->vni = nla_get_u32(tb[NDA_VNI]);
	if (tb[NDA_IFINDEX])
		place->ifindex = nla_get_u32(tb[NDA_IFINDEX]);
}

static u32 read_used(struct nlattr **tb)
{
	const struct nda_cacheinfo *ci;

	if (!tb[NDA_CACHEINFO] || nla_len(tb[NDA_CACHEINFO]) < sizeof(*ci))
		return 0;
	ci = nla_data(tb[NDA_CACHEINFO]);
	return ci->ndm_used;
}

static void read_vxlan(struct vxmob_domain *d, const u8 *mac,
		       struct vxmob_fdb *fdb)
{
	struct nlattr *tb[NDA_MAX + 1];
	const struct ndmsg *ndm;

	ndm = read_entry(d, d->dev, mac, 0, tb);
	if (!ndm)
		return;
	fdb->vxlan_learned = ndm->ndm_flags & NTF_EXT_LEARNED;
	fdb->vxlan_fixed = ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP);
	fdb->vxlan_nexthop = tb[NDA_NH_ID];
	fdb->vxlan_idle = read_used(tb);
	if (!fdb->vxlan_nexthop)
		read_place(d, tb, &fdb->vxlan);
}

static void read_bridge(struct vxmob_domain *d, struct net_device *br,
			const u8 *mac, struct vxmob_fdb *fdb)
{
	struct nlattr *tb[NDA_MAX + 1];
	const struct nda_cacheinfo *ci;
	const struct ndmsg *ndm;

	ndm = read_entry(d, br, mac, d->vid, tb);
	if (!ndm)
		return;
	fdb->bridge_port = ndm->ndm_ifindex;
	fdb->bridge_own = ndm->ndm_state & NUD_PERMANENT;
	fdb->bridge_static = ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP);
	fdb->bridge_sticky = ndm->ndm_flags & NTF_STICKY;
	fdb->bridge_learned = ndm->ndm_flags & NTF_EXT_LEARNED;
	if (!tb[NDA_CACHEINFO] || nla_len(tb[NDA_CACHEINFO]) < sizeof(*ci))
		return;
	ci = nla_data(tb[NDA_CACHEINFO]);
	fdb->bridge_age = ci->ndm_updated;
}

/**
 * vxmob_fdb_read - Read what both forwarding databases hold of a MAC
 * @d: the domain
 * @mac: the MAC
 * @fdb: filled
 *
 * Of a MAC that was handed over, and that a routing daemon is to write first, it
 * reads as if it had been written.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_fdb_read(struct vxmob_domain *d, const u8 *mac,
		    struct vxmob_fdb *fdb)
{
	struct net_device *br;

	lockdep_assert_held(&d->lock);
	memset(fdb, 0, sizeof(*fdb));
	fdb->read_at = jiffies;
	rcu_read_lock();
	read_vxlan(d, mac, fdb);
	br = rcu_dereference(d->br);
	if (br)
		read_bridge(d, br, mac, fdb);
	rcu_read_unlock();
	vxmob_move_pretend(d, mac, fdb);
}

static int notify(unsigned long event, struct net_device *dev,
		  struct switchdev_notifier_info *info)
{
	return notifier_to_errno(call_switchdev_notifiers(event, dev, info,
							  NULL));
}

/*
 * What netlink writes if it is told no VNI, so that who deletes the entry there
 * finds it. On an external device that is 0, and the driver sends with the VNI
 * that the frame brought.
 */
static __be32 default_vni(const struct vxmob_domain *d)
{
	const struct vxlan_dev *vxlan = netdev_priv(d->dev);

	return vxlan->default_dst.remote_vni ? cpu_to_be32(d->vni) : 0;
}

static void vxlan_info(struct vxmob_domain *d, const u8 *mac,
		       const struct vxmob_place *place,
		       struct switchdev_notifier_vxlan_fdb_info *info)
{
	const struct vxlan_dev *vxlan = netdev_priv(d->dev);

	memset(info, 0, sizeof(*info));
	if (place->vtep.len == sizeof(struct in6_addr)) {
		info->remote_ip.sin6.sin6_family = AF_INET6;
		memcpy(&info->remote_ip.sin6.sin6_addr, place->vtep.b,
		       sizeof(struct in6_addr));
	} else {
		info->remote_ip.sin.sin_family = AF_INET;
		memcpy(&info->remote_ip.sin.sin_addr, place->vtep.b,
		       sizeof(struct in_addr));
	}
	info->remote_port = place->port ?: vxlan->cfg.dst_port;
	info->remote_vni = place->vni ? cpu_to_be32(place->vni) :
					default_vni(d);
	info->remote_ifindex = place->ifindex;
	info->vni = cpu_to_be32(d->vni);
	ether_addr_copy(info->eth_addr, mac);
}

/* The driver marks what it is told as offloaded; nothing offloaded it. */
static int vxlan_write(struct vxmob_domain *d, const u8 *mac,
		       const struct vxmob_place *place)
{
	struct switchdev_notifier_vxlan_fdb_info info;
	int err;

	vxlan_info(d, mac, place, &info);
	err = notify(SWITCHDEV_VXLAN_FDB_ADD_TO_BRIDGE, d->dev, &info.info);
	if (err)
		return err;
	info.offloaded = false;
	notify(SWITCHDEV_VXLAN_FDB_OFFLOADED, d->dev, &info.info);
	return 0;
}

/* Whoever wrote the entry of an external device may have named its VNI. */
static void vxlan_erase(struct vxmob_domain *d, const u8 *mac,
			const struct vxmob_place *place)
{
	struct switchdev_notifier_vxlan_fdb_info info;

	vxlan_info(d, mac, place, &info);
	notify(SWITCHDEV_VXLAN_FDB_DEL_TO_BRIDGE, d->dev, &info.info);
	if (info.remote_vni)
		return;
	info.remote_vni = info.vni;
	notify(SWITCHDEV_VXLAN_FDB_DEL_TO_BRIDGE, d->dev, &info.info);
}

/*
 * The port, if it still is one of the domain's bridge. For anything else the
 * bridge would do nothing and report success. RCU is held.
 */
static struct net_device *find_port(struct vxmob_domain *d, u32 ifindex)
{
	struct net_device *br = rcu_dereference(d->br);
	struct net_device *port = dev_get_by_index_rcu(d->net, ifindex);

	if (!br || !port || !netif_is_bridge_port(port) ||
	    netdev_master_upper_dev_get_rcu(port) != br)
		return NULL;
	return port;
}

/**
 * vxmob_port_valid - Whether a MAC can be local on a port
 * @d: the domain
 * @ifindex: index of the port
 *
 * Context: any.
 * Return: true if it is a port of the domain's bridge, and not the vxlan
 *	device itself.
 */
bool vxmob_port_valid(struct vxmob_domain *d, u32 ifindex)
{
	bool valid;

	rcu_read_lock();
	valid = ifindex != d->ifindex && find_port(d, ifindex);
	rcu_read_unlock();
	return valid;
}

static int bridge_notify(struct vxmob_domain *d, const u8 *mac, u32 ifindex,
			 unsigned long event)
{
	struct switchdev_notifier_fdb_info info = {
		.addr = mac,
		.vid = d->vid,
	};
	struct net_device *port;
	int err = -ENODEV;

	rcu_read_lock();
	port = find_port(d, ifindex);
	if (port)
		err = notify(event, port, &info.info);
	rcu_read_unlock();
	return err;
}

static int bridge_write(struct vxmob_domain *d, const u8 *mac, u32 ifindex)
{
	int err;

	err = bridge_notify(d, mac, ifindex, SWITCHDEV_FDB_ADD_TO_BRIDGE);
	if (err)
		return err;
	bridge_notify(d, mac, ifindex, SWITCHDEV_FDB_OFFLOADED);
	return 0;
}

/* The bridge deletes externally learned entries only: make it one first. */
static void bridge_erase(struct vxmob_domain *d, const u8 *mac,
			 const struct vxmob_fdb *fdb)
{
	if (!fdb->bridge_port || fdb->bridge_static)
		return;
	if (!fdb->bridge_learned && bridge_write(d, mac, fdb->bridge_port))
		return;
	bridge_notify(d, mac, fdb->bridge_port, SWITCHDEV_FDB_DEL_TO_BRIDGE);
}

/*
 * An entry that the module creates, or that it makes an externally learned one,
 * does not age any more: it is the module's to remove.
 */
static int turn_bridge(struct vxmob_domain *d, struct vxmob_binding *b,
		       u32 ifindex, const struct vxmob_fdb *fdb)
{
	int err;

	if (!rcu_access_pointer(d->br))
		return 0;
	err = bridge_write(d, b->mac, ifindex);
	if (err)
		return err;
	b->written = jiffies;	/* whatever came before has been overwritten */
	if (!fdb->bridge_learned || ifindex != d->ifindex)
		set_bit(VXMOB_B_BRIDGE_OURS, &b->flags);
	return 0;
}

/* An entry that the driver learned is right today and aged out tomorrow. */
static bool vxlan_stands(const struct vxmob_fdb *fdb,
			 const struct vxmob_place *to)
{
	return vxmob_place_equal(&fdb->vxlan, to) &&
	       (fdb->vxlan_learned || fdb->vxlan_fixed);
}

static int turn_vxlan(struct vxmob_domain *d, struct vxmob_binding *b,
		      const struct vxmob_place *to, const struct vxmob_fdb *fdb)
{
	int err;

	if (vxlan_stands(fdb, to))
		return 0;
	err = vxlan_write(d, b->mac, to);
	if (!err && !fdb->vxlan_learned)
		set_bit(VXMOB_B_VXLAN_OURS, &b->flags);
	return err;
}

static int apply_remote(struct vxmob_domain *d, struct vxmob_binding *b,
			const struct vxmob_place *to,
			const struct vxmob_fdb *fdb)
{
	bool was_ours = test_bit(VXMOB_B_VXLAN_OURS, &b->flags);
	int err;

	err = turn_vxlan(d, b, to, fdb);
	if (err)
		return err;
	if (fdb->bridge_port == d->ifindex && fdb->bridge_learned)
		return 0;
	err = turn_bridge(d, b, d->ifindex, fdb);
	if (!err)
		return 0;
	vxmob_apply_undo(d, b->mac, fdb);
	if (!was_ours)
		clear_bit(VXMOB_B_VXLAN_OURS, &b->flags);
	return err;
}

/**
 * vxmob_apply - Point a MAC's entries to a place
 * @d: the domain
 * @b: the MAC's binding
 * @to: the place
 * @fdb: what vxmob_fdb_read() said
 *
 * In monitor mode nothing is written.
 *
 * Context: BH or process; the domain's lock is held.
 * Return: 0; -ENODEV if the port is none of the bridge's; -ENOMEM or -ENOSPC
 *	if an entry could not be created; -EOPNOTSUPP if a nexthop group backs
 *	it. On error the entries are as before.
 */
int vxmob_apply(struct vxmob_domain *d, struct vxmob_binding *b,
		const struct vxmob_place *to, const struct vxmob_fdb *fdb)
{
	lockdep_assert_held(&d->lock);
	if (vxmob_monitors(d))
		return 0;
	if (to->state == VXMOB_STATE_REMOTE)
		return vxmob_move_is_quiet(d, b->mac, to, fdb) ? 0 :
		       apply_remote(d, b, to, fdb);
	if (!vxmob_port_valid(d, to->ifindex))
		return -ENODEV;
	if (fdb->bridge_port == to->ifindex)
		return 0;
	return turn_bridge(d, b, to->ifindex, fdb);
}

/**
 * vxmob_apply_beforehand - Make a local MAC's vxlan entry ready for its move
 * @d: the domain
 * @b: the MAC's binding
 * @vtep: where it will move to
 * @fdb: what vxmob_fdb_read() said
 *
 * The bridge goes on giving frames to the local port.
 *
 * Context: BH or process; the domain's lock is held.
 * Return: 0, or -ENOMEM or -ENOSPC if the entry could not be created.
 */
int vxmob_apply_beforehand(struct vxmob_domain *d, struct vxmob_binding *b,
			   const struct vxmob_addr *vtep,
			   const struct vxmob_fdb *fdb)
{
	struct vxmob_place to = { .state = VXMOB_STATE_REMOTE, .vtep = *vtep };

	lockdep_assert_held(&d->lock);
	list_del_init(&b->reap);
	return turn_vxlan(d, b, &to, fdb);
}

static u32 bridge_port_of(const struct vxmob_domain *d,
			  const struct vxmob_place *place)
{
	return place->state == VXMOB_STATE_LOCAL ? place->ifindex : d->ifindex;
}

/* Of a local MAC the vxlan entry is a leftover, if the module left it. */
static bool vxlan_goes(const struct vxmob_binding *b,
		       const struct vxmob_fdb *fdb)
{
	if (b->mob.cur.state == VXMOB_STATE_REMOTE)
		return vxmob_place_equal(&fdb->vxlan, &b->mob.cur);
	return fdb->vxlan.state == VXMOB_STATE_REMOTE &&
	       (!list_empty(&b->reap) ||
		test_bit(VXMOB_B_VXLAN_OURS, &b->flags));
}

/**
 * vxmob_apply_gone - Remove the entries of a MAC that left its place
 * @d: the domain
 * @b: the MAC's binding
 * @fdb: what vxmob_fdb_read() said
 *
 * Entries that point elsewhere stay, and so do static entries and vxlan entries
 * that are not externally learned: they are their owner's.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_apply_gone(struct vxmob_domain *d, const struct vxmob_binding *b,
		      const struct vxmob_fdb *fdb)
{
	lockdep_assert_held(&d->lock);
	if (vxmob_monitors(d))
		return;
	if (fdb->bridge_port == bridge_port_of(d, &b->mob.cur))
		bridge_erase(d, b->mac, fdb);
	if (vxlan_goes(b, fdb))
		vxlan_erase(d, b->mac, &fdb->vxlan);
}

/**
 * vxmob_fdb_shows - Whether the forwarding databases show a place
 * @d: the domain
 * @fdb: what vxmob_fdb_read() said
 * @place: the place
 *
 * Context: any.
 * Return: true if frames for the MAC go there.
 */
bool vxmob_fdb_shows(const struct vxmob_domain *d, const struct vxmob_fdb *fdb,
		     const struct vxmob_place *place)
{
	if (place->state == VXMOB_STATE_NONE)
		return !fdb->bridge_port &&
		       fdb->vxlan.state == VXMOB_STATE_NONE;
	if (place->state == VXMOB_STATE_REMOTE &&
	    !vxmob_place_equal(&fdb->vxlan, place))
		return false;
	return fdb->bridge_port == bridge_port_of(d, place) ||
	       !rcu_access_pointer(d->br);
}

/**
 * vxmob_fdb_lost_bridge - Whether a remote MAC has lost its bridge entry
 * @d: the domain
 * @b: the MAC's binding
 * @fdb: what vxmob_fdb_read() said
 *
 * Context: BH or process; the domain's lock is held.
 * Return: true if it had one that pointed to the vxlan device, and has none now.
 */
bool vxmob_fdb_lost_bridge(const struct vxmob_domain *d,
			   const struct vxmob_binding *b,
			   const struct vxmob_fdb *fdb)
{
	return !fdb->bridge_port && rcu_access_pointer(d->br) &&
	       test_bit(VXMOB_B_WHOLE, &b->flags) &&
	       b->mob.cur.state == VXMOB_STATE_REMOTE;
}

static bool undone(const struct vxmob_fdb *now, const struct vxmob_fdb *old)
{
	return vxmob_place_equal(&now->vxlan, &old->vxlan) &&
	       now->bridge_port == old->bridge_port;
}

/**
 * vxmob_apply_undo - Put a MAC's entries back
 * @d: the domain
 * @mac: the MAC
 * @old: what vxmob_fdb_read() said before the entries were changed
 *
 * Forwarding is restored; that an entry has become externally learned cannot
 * be taken back.
 *
 * Context: BH or process; the domain's lock is held.
 * Return: true if the entries point where they pointed.
 */
bool vxmob_apply_undo(struct vxmob_domain *d, const u8 *mac,
		      const struct vxmob_fdb *old)
{
	struct vxmob_fdb now;

	lockdep_assert_held(&d->lock);
	if (vxmob_monitors(d))
		return true;
	vxmob_fdb_read(d, mac, &now);
	if (old->vxlan.state == VXMOB_STATE_REMOTE &&
	    !vxmob_place_equal(&now.vxlan, &old->vxlan))
		vxlan_write(d, mac, &old->vxlan);
	if (!old->bridge_port)
		bridge_erase(d, mac, &now);
	else if (now.bridge_port != old->bridge_port)
		bridge_write(d, mac, old->bridge_port);
	if (old->vxlan.state == VXMOB_STATE_NONE &&
	    now.vxlan.state == VXMOB_STATE_REMOTE)
		vxlan_erase(d, mac, &now.vxlan);
	vxmob_fdb_read(d, mac, &now);
	return undone(&now, old);
}

/**
 * vxmob_fdb_tells_writer - Whether the stamp on a bridge entry tells who wrote it
 * @d: the domain
 *
 * Context: any.
 * Return: false if there is no bridge, or if its port learns: then data renews
 *	the stamp as well.
 */
bool vxmob_fdb_tells_writer(const struct vxmob_domain *d)
{
	bool tells;

	rcu_read_lock();
	tells = rcu_access_pointer(d->br) &&
		!br_port_flag_is_set(d->dev, BR_LEARNING);
	rcu_read_unlock();
	return tells;
}

/**
 * vxmob_fdb_rewritten - Whether somebody wrote a bridge entry after the module
 * @d: the domain
 * @b: the MAC's binding
 * @fdb: what vxmob_fdb_read() said
 *
 * A daemon that writes what is there already raises no event; it renews the
 * stamp on the entry (Linux: br_fdb_external_learn_add()).
 *
 * Context: BH or process; the domain's lock is held.
 * Return: true if the entry points to the vxlan device, and its stamp is younger
 *	than what the module did and more than a moment old: a daemon writes the
 *	vxlan entry after the bridge entry.
 */
bool vxmob_fdb_rewritten(struct vxmob_domain *d, const struct vxmob_binding *b,
			 const struct vxmob_fdb *fdb)
{
	return fdb->bridge_port == d->ifindex && vxmob_fdb_tells_writer(d) &&
	       fdb->bridge_age > 1 && vxmob_fdb_stamped_since(b, fdb);
}

/**
 * vxmob_fdb_stamped_since - Whether a bridge entry's stamp is news
 * @b: the MAC's binding
 * @fdb: what vxmob_fdb_read() said
 *
 * The age of the stamp is rounded down to a clock tick; so what is less than a
 * tick younger than what the module did is found sometimes, and what is older
 * never.
 *
 * Context: BH or process; the domain's lock is held.
 * Return: true if the stamp is surely younger than what the module did last.
 */
bool vxmob_fdb_stamped_since(const struct vxmob_binding *b,
			     const struct vxmob_fdb *fdb)
{
	s32 ours = fdb->read_at - b->written;
	u64 oldest_ms = (fdb->bridge_age + 1ULL) * (MSEC_PER_SEC / USER_HZ);

	/* By the time of the reading: a virtual CPU may have stood still since. */
	return ours >= 0 && oldest_ms <= jiffies_to_msecs(ours);
}

/**
 * vxmob_fdb_owned - Whether entries are somebody's who is not to be overruled
 * @fdb: what vxmob_fdb_read() said
 *
 * Context: any.
 * Return: true if an operator made one of them static, or a nexthop group backs
 *	it.
 */
bool vxmob_fdb_owned(const struct vxmob_fdb *fdb)
{
	return fdb->bridge_static || fdb->vxlan_nexthop ||
	       (fdb->vxlan_fixed && !fdb->vxlan_learned);
}

/**
 * vxmob_apply_release - Remove the entries that the module installed for a MAC
 * @d: the domain, which ends
 * @b: the MAC's binding
 *
 * Entries that were there before, or that somebody has written since, stay.
 *
 * Context: process; the domain's lock is held.
 */
void vxmob_apply_release(struct vxmob_domain *d, struct vxmob_binding *b)
{
	struct vxmob_fdb fdb;

	lockdep_assert_held(&d->lock);
	if (!test_bit(VXMOB_B_VXLAN_OURS, &b->flags) &&
	    !test_bit(VXMOB_B_BRIDGE_OURS, &b->flags))
		return;
	vxmob_fdb_read(d, b->mac, &fdb);
	if (vxmob_fdb_rewritten(d, b, &fdb))
		return;
	if (test_bit(VXMOB_B_BRIDGE_OURS, &b->flags) && fdb.bridge_learned)
		bridge_erase(d, b->mac, &fdb);
	if (test_bit(VXMOB_B_VXLAN_OURS, &b->flags) &&
	    fdb.vxlan.state == VXMOB_STATE_REMOTE)
		vxlan_erase(d, b->mac, &fdb.vxlan);
}

/**
 * vxmob_apply_unused_remote - Remove the vxlan entry of a MAC that came home
 * @d: the domain
 * @b: the MAC's binding
 *
 * To be called an RCU grace period after the bridge entry turned to the local
 * port: then no frame in flight finds the entry missing and floods.
 *
 * Context: BH; the domain's lock is held.
 */
void vxmob_apply_unused_remote(struct vxmob_domain *d, struct vxmob_binding *b)
{
	struct vxmob_place place;
	struct vxmob_fdb fdb;

	lockdep_assert_held(&d->lock);
	if (vxmob_monitors(d))
		return;
	vxmob_fdb_read(d, b->mac, &fdb);
	if (fdb.bridge_port == d->ifindex ||
	    fdb.vxlan.state != VXMOB_STATE_REMOTE)
		return;
	place = fdb.vxlan;
	vxlan_erase(d, b->mac, &place);
	clear_bit(VXMOB_B_VXLAN_OURS, &b->flags);
	/* A daemon may have turned the bridge entry back just then. */
	vxmob_fdb_read(d, b->mac, &fdb);
	if (fdb.bridge_port == d->ifindex &&
	    fdb.vxlan.state == VXMOB_STATE_NONE)
		vxlan_write(d, b->mac, &place);
}

/* What to do with an entry of a dump; @data is the caller's */
typedef void (*entry_fn)(struct vxmob_domain *d, struct nlattr **tb,
			 void *data);

/* Is it the domain's VLAN of the bridge, or its VNI of the vxlan device? */
static bool in_segment(const struct vxmob_domain *d, struct nlattr **tb)
{
	if (tb[NDA_MASTER])
		return d->vid == (tb[NDA_VLAN] ? nla_get_u16(tb[NDA_VLAN]) : 0);
	if (tb[NDA_SRC_VNI])
		return nla_get_u32(tb[NDA_SRC_VNI]) == d->vni;
	return !vxmob_is_external(d->dev);
}

/* Call @fn for each unicast entry in @skb that is in the domain's segment. */
static void each_entry(struct vxmob_domain *d, struct sk_buff *skb, entry_fn fn,
		       void *data)
{
	const struct nlmsghdr *nlh = (struct nlmsghdr *)skb->data;
	struct nlattr *tb[NDA_MAX + 1];
	int left = skb->len;

	for (; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (!parse_entry(nlh, tb) || !tb[NDA_LLADDR] ||
		    !is_valid_ether_addr(nla_data(tb[NDA_LLADDR])))
			continue;
		if (in_segment(d, tb))
			fn(d, tb, data);
	}
}

/*
 * The dump goes on by position in a list that others shorten meanwhile: each
 * piece overlaps the one before by so much that none is missed.
 */
static int dump_entries(struct vxmob_domain *d, struct net_device *dev,
			struct net_device *filter, struct sk_buff *skb,
			entry_fn fn, void *data)
{
	struct nlmsghdr nlh = {};
	struct netlink_callback cb = { .skb = skb, .nlh = &nlh };
	int overlap = skb_end_offset(skb) / DUMP_ENTRY_LEN / 2;
	int done = 0, idx, err;

	do {
		skb_trim(skb, 0);
		vxmob_fdb_dump_seek(&cb, max(done - overlap, 0));
		idx = 0;
		err = dev->netdev_ops->ndo_fdb_dump(skb, &cb, dev, filter,
						    &idx);
		if (err == -EMSGSIZE && idx <= done)
			return -ENOMEM;
		done = idx;
		each_entry(d, skb, fn, data);
		cond_resched();
	} while (err == -EMSGSIZE);
	return err;
}

/**
 * struct mac_sink - Who wants the MACs of a dump
 * @fn: called with each
 */
struct mac_sink {
	void (*fn)(struct vxmob_domain *d, const u8 *mac);
};

static void entry_to_sink(struct vxmob_domain *d, struct nlattr **tb,
			  void *data)
{
	const struct mac_sink *sink = data;

	sink->fn(d, nla_data(tb[NDA_LLADDR]));
}

/**
 * vxmob_fdb_each_mac - Call a function for every MAC with an entry
 * @d: the domain
 * @fn: called with each MAC that the vxlan device, in the domain's VNI, or the
 *	bridge, in its VLAN, has an entry for; more than once for most
 *
 * Context: process, may sleep; RTNL is held, no lock of the module is.
 * Return: 0, or -ENOMEM.
 */
int vxmob_fdb_each_mac(struct vxmob_domain *d,
		       void (*fn)(struct vxmob_domain *d, const u8 *mac))
{
	struct net_device *br = rtnl_dereference(d->br), *port;
	struct mac_sink sink = { .fn = fn };
	struct list_head *iter;
	struct sk_buff *skb;
	int err;

	skb = alloc_skb(DUMP_LEN, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	err = dump_entries(d, d->dev, NULL, skb, entry_to_sink, &sink);
	if (br && !err)
		netdev_for_each_lower_dev(br, port, iter) {
			err = dump_entries(d, br, port, skb, entry_to_sink,
					   &sink);
			if (err)
				break;
		}
	kfree_skb(skb);
	return err < 0 ? err : 0;
}

static int notify_port(unsigned long event, struct vxmob_domain *d,
		       struct net_device *port, struct nlattr **tb)
{
	struct switchdev_notifier_fdb_info info = {
		.addr = nla_data(tb[NDA_LLADDR]),
		.vid = d->vid,
		.offloaded = true,
	};

	return notify(event, port, &info.info);
}

static void mark_on_port(struct vxmob_domain *d, struct nlattr **tb, void *data)
{
	notify_port(SWITCHDEV_FDB_OFFLOADED, d, data, tb);
}

/*
 * By name the bridge deletes an entry wherever it points by now, and only if it is
 * externally learned. By port it deletes what points there, but of what is externally
 * learned only what is offloaded.
 */
static void flush_port(struct vxmob_domain *d, struct net_device *br,
		       struct net_device *port)
{
	struct switchdev_notifier_fdb_info all = { .vid = 0 };

	dump_entries(d, br, port, d->dump, mark_on_port, port);
	notify(SWITCHDEV_FDB_FLUSH_TO_BRIDGE, port, &all.info);
}

/**
 * struct flush - The removal of the entries of a dump
 * @port: the bridge's port, or NULL: all of the vxlan device
 * @erased: set if one was removed
 */
struct flush {
	struct net_device *port;
	bool erased;
};

/* What is removed shortens the list that the dump goes on in: begin anew. */
static void flush(struct vxmob_domain *d, struct net_device *dev,
		  struct net_device *port, entry_fn erase)
{
	struct flush f = { .port = port };
	int passes = FLUSH_PASSES;

	do {
		f.erased = false;
		dump_entries(d, dev, port, d->dump, erase, &f);
	} while (f.erased && --passes);
}

/* What is static is left over. */
static void erase_on_port(struct vxmob_domain *d, struct nlattr **tb,
			  void *data)
{
	struct flush *f = data;

	if (!notify_port(SWITCHDEV_FDB_DEL_TO_BRIDGE, d, f->port, tb))
		f->erased = true;
}

/**
 * vxmob_fdb_port_left - Remove what was written to a port on its way out
 * @d: the domain
 * @br: the bridge
 * @port: the port, which has just been unlinked from @br
 *
 * The bridge flushes a port's entries before it unlinks the port, and relies on
 * nothing being learned from a port that is disabled. The module writes without
 * the RTNL, and nothing that it may ask tells it that a port is being removed:
 * so an entry may come after the flush, and would point to freed memory. From
 * the unlinking on no write finds the port; what came before is removed here.
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_fdb_port_left(struct vxmob_domain *d, struct net_device *br,
			 struct net_device *port)
{
	ASSERT_RTNL();
	flush_port(d, br, port);
	flush(d, br, port, erase_on_port);
}

static void erase_vxlan(struct vxmob_domain *d, struct nlattr **tb, void *data)
{
	struct vxmob_place place = {};
	struct flush *f = data;

	read_place(d, tb, &place);
	if (place.state != VXMOB_STATE_REMOTE)
		return;
	vxlan_erase(d, nla_data(tb[NDA_LLADDR]), &place);
	f->erased = true;
}

/**
 * vxmob_fdb_vxlan_gone - Remove what was written to a device on its way out
 * @d: the domain, dead; its device is being unregistered
 *
 * The driver flushes the entries before it unregisters the device, and not
 * again: what the module wrote after that would leak.
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_fdb_vxlan_gone(struct vxmob_domain *d)
{
	ASSERT_RTNL();
	flush(d, d->dev, NULL, erase_vxlan);
}
