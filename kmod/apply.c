// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making the forwarding databases show what was decided.
 *
 * The only file that calls switchdev. Its notifiers let a module write vxlan
 * and bridge entries without the RTNL, but they check next to nothing: a
 * device that is no vxlan, an address of the wrong family, a static entry, a
 * nexthop group each end in a crash or in a lie. So whoever writes is told what
 * the entries are (fdb.c).
 *
 * A moving MAC is never without a destination: nothing is deleted to be added
 * again; towards a VTEP the vxlan entry becomes right before the bridge entry
 * turns; towards a local port the bridge entry turns first and the vxlan entry
 * goes an RCU grace period later.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "vxmob.h"

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

/* Its address says that a write is the module's own. */
static const char own;

/**
 * vxmob_apply_is_own - Whether a write to a forwarding database is the module's
 * @info: what switchdev's notifiers are told of a *_TO_BRIDGE event
 *
 * Context: any.
 * Return: false if a driver writes what its hardware has learned.
 */
bool vxmob_apply_is_own(const struct switchdev_notifier_info *info)
{
	return info->ctx == &own;
}

static int notify(unsigned long event, struct net_device *dev,
		  struct switchdev_notifier_info *info)
{
	info->ctx = &own;
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

/* What the entries are afterwards is known, if they were nobody's in particular. */
static int apply_known(struct vxmob_domain *d, struct vxmob_binding *b,
		       const struct vxmob_place *to,
		       const struct vxmob_fdb *fdb)
{
	bool plain = rcu_access_pointer(d->br) && !fdb->bridge_static &&
		     !fdb->bridge_sticky && !fdb->vxlan_fixed &&
		     (fdb->vxlan_learned || !fdb->vxlan.state);
	int err;

	if (plain)
		vxmob_fdb_know(b);
	err = apply_remote(d, b, to, fdb);
	if (err)
		vxmob_fdb_forget(b);
	return err;
}

/**
 * vxmob_apply - Point a MAC's entries to a place
 * @d: the domain
 * @b: the MAC's binding, which shows that place from now on
 * @to: the place
 * @fdb: what vxmob_fdb_recall() said
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
	struct vxmob_fdb real;
	int err;

	lockdep_assert_held(&d->lock);
	vxmob_fdb_forget(b);
	if (vxmob_monitors(d) || vxmob_move_is_quiet(d, b->mac, to, fdb))
		return 0;
	fdb = vxmob_fdb_real(d, b->mac, fdb, &real);
	if (to->state == VXMOB_STATE_REMOTE) {
		err = apply_known(d, b, to, fdb);
		if (!err)
			vxmob_move_written(d, b->mac, to);
		return err;
	}
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
	bool shown = vxmob_fdb_shows_port(d, fdb, &b->mob.cur);
	struct vxmob_fdb real;

	lockdep_assert_held(&d->lock);
	if (vxmob_monitors(d))
		return;
	fdb = vxmob_fdb_real(d, b->mac, fdb, &real);
	if (shown)
		bridge_erase(d, b->mac, fdb);
	if (vxlan_goes(b, fdb))
		vxlan_erase(d, b->mac, &fdb->vxlan);
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
 * @old: what vxmob_fdb_read_real() said before the entries were changed
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
	vxmob_fdb_read_real(d, mac, &now);
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
	vxmob_fdb_read_real(d, mac, &now);
	return undone(&now, old);
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

	vxmob_fdb_dump(d, br, port, d->dump, mark_on_port, port);
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
		  struct net_device *port, vxmob_entry_fn erase)
{
	struct flush f = { .port = port };
	int passes = FLUSH_PASSES;

	do {
		f.erased = false;
		vxmob_fdb_dump(d, dev, port, d->dump, erase, &f);
	} while (f.erased && --passes);
}

/* What is static is left over. */
static void erase_on_port(struct vxmob_domain *d, struct nlattr **tb,
			  void *data)
{
	struct flush *f = data;

	if (notify_port(SWITCHDEV_FDB_DEL_TO_BRIDGE, d, f->port, tb))
		return;
	f->erased = true;
	/* It may have turned elsewhere since it was dumped. */
	rcu_read_lock();
	vxmob_hint(d, nla_data(tb[NDA_LLADDR]));
	rcu_read_unlock();
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
	struct vxmob_place place;
	struct flush *f = data;

	vxmob_fdb_place(d, tb, &place);
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
