// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the forwarding databases.
 *
 * Switchdev's writers check next to nothing (apply.c), so what an entry is has to be
 * known before it is written: where it points, and whose it is. ndo_fdb_get() tells,
 * without the RTNL, by filling a message. That costs as much as the write. So it is
 * remembered of a binding that both entries are as the module, or a routing daemon,
 * writes them for a remote MAC, until any event tells of one of them.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "compat/compat.h"
#include "vxmob.h"

#define DUMP_LEN	(64 * 1024)
#define DUMP_ENTRY_LEN	128	/* more than one entry takes */

/* What an entry says of where it points. It may name the VNI that it would have anyway. */
static void read_place(const struct vxmob_domain *d, const struct nlattr *attr,
		       struct vxmob_place *place)
{
	switch (nla_type(attr)) {
	case NDA_DST:
		if (nla_len(attr) > VXMOB_ADDR_MAX)
			break;
		place->state = VXMOB_STATE_REMOTE;
		place->vtep.len = nla_len(attr);
		memcpy(place->vtep.b, nla_data(attr), place->vtep.len);
		break;
	case NDA_PORT:
		place->port = nla_get_be16(attr);
		break;
	case NDA_VNI:
		if (nla_get_u32(attr) != d->vni)
			place->vni = nla_get_u32(attr);
		break;
	case NDA_IFINDEX:
		place->ifindex = nla_get_u32(attr);
		break;
	}
}

/* The driver's hash reads eight bytes of a MAC. */
static const struct nlmsghdr *get_entry(struct vxmob_domain *d,
					struct net_device *dev, const u8 *mac,
					u16 vid)
{
	u8 padded[ETH_ALEN + 2] = {};

	ether_addr_copy(padded, mac);
	skb_trim(d->scratch, 0);
	if (dev->netdev_ops->ndo_fdb_get(d->scratch, d->ask.tb, dev, padded,
					 vid, 0, 0, NULL))
		return NULL;
	return (const struct nlmsghdr *)d->scratch->data;
}

static void read_vxlan(struct vxmob_domain *d, const u8 *mac,
		       struct vxmob_fdb *fdb)
{
	const struct nlmsghdr *nlh = get_entry(d, d->dev, mac, 0);
	const struct nda_cacheinfo *ci;
	const struct nlattr *attr;
	const struct ndmsg *ndm;
	int rem;

	if (!nlh)
		return;
	ndm = nlmsg_data(nlh);
	fdb->vxlan_learned = ndm->ndm_flags & NTF_EXT_LEARNED;
	fdb->vxlan_fixed = ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP);
	nlmsg_for_each_attr(attr, nlh, sizeof(*ndm), rem) {
		read_place(d, attr, &fdb->vxlan);
		if (nla_type(attr) == NDA_NH_ID)
			fdb->vxlan_nexthop = true;
		if (nla_type(attr) != NDA_CACHEINFO)
			continue;
		ci = nla_data(attr);
		fdb->vxlan_idle = ci->ndm_used;
	}
	if (fdb->vxlan_nexthop)
		memset(&fdb->vxlan, 0, sizeof(fdb->vxlan));
}

static void read_bridge(struct vxmob_domain *d, struct net_device *br,
			const u8 *mac, struct vxmob_fdb *fdb)
{
	const struct nlmsghdr *nlh = get_entry(d, br, mac, d->vid);
	const struct nda_cacheinfo *ci;
	const struct nlattr *times;
	const struct ndmsg *ndm;

	if (!nlh)
		return;
	ndm = nlmsg_data(nlh);
	fdb->bridge_port = ndm->ndm_ifindex;
	fdb->bridge_own = ndm->ndm_state & NUD_PERMANENT;
	fdb->bridge_static = ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP);
	fdb->bridge_sticky = ndm->ndm_flags & NTF_STICKY;
	fdb->bridge_learned = ndm->ndm_flags & NTF_EXT_LEARNED;
	times = nlmsg_find_attr(nlh, sizeof(*ndm), NDA_CACHEINFO);
	if (!times)
		return;
	ci = nla_data(times);
	fdb->bridge_age = ci->ndm_updated;
}

/**
 * vxmob_fdb_ask_for - Prepare what a domain's entries are asked for with
 * @d: the domain, which nobody can find yet
 *
 * An external device has to be told which VNI is meant. That says nothing to a
 * bridge, and nothing new to a device that has one.
 *
 * Context: process.
 */
void vxmob_fdb_ask_for(struct vxmob_domain *d)
{
	struct vxmob_ask *ask = &d->ask;

	ask->head.nla_len = nla_attr_size(sizeof(ask->vni));
	ask->head.nla_type = NDA_VNI;
	ask->vni = d->vni;
	ask->tb[NDA_VNI] = &ask->head;
}

/**
 * vxmob_fdb_read_real - Read what both forwarding databases really hold of a MAC
 * @d: the domain
 * @mac: the MAC
 * @fdb: filled
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_fdb_read_real(struct vxmob_domain *d, const u8 *mac,
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
	vxmob_fdb_read_real(d, mac, fdb);
	vxmob_move_pretend(d, mac, fdb);
}

/**
 * vxmob_fdb_real - What both forwarding databases really hold of a MAC that was read
 * @d: the domain
 * @mac: the MAC
 * @fdb: what vxmob_fdb_read() or vxmob_fdb_recall() said
 * @real: filled if that was pretended: the entries are yet to be written
 *
 * Context: BH or process; the domain's lock is held.
 * Return: @fdb, or @real.
 */
const struct vxmob_fdb *vxmob_fdb_real(struct vxmob_domain *d, const u8 *mac,
				       const struct vxmob_fdb *fdb,
				       struct vxmob_fdb *real)
{
	if (!fdb->pretended)
		return fdb;
	vxmob_fdb_read_real(d, mac, real);
	return real;
}

/**
 * vxmob_fdb_know - Remember what is now read, or written, of a binding's entries
 * @b: the binding, before its entries are read or written
 *
 * An event that comes from here on makes it forgotten. While one has not been looked
 * at, or what it told of may not have happened yet, nothing is remembered.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_fdb_know(struct vxmob_binding *b)
{
	set_bit(VXMOB_B_KNOWN, &b->flags);
	smp_mb__after_atomic();	/* pairs with hint_binding() */
	if (test_bit(VXMOB_B_DIRTY, &b->flags) ||
	    ktime_get_ns() - READ_ONCE(b->hint_ns) < VXMOB_SETTLE_NS)
		vxmob_fdb_forget(b);
}

/**
 * vxmob_fdb_forget - Have a binding's entries read when they are needed next
 * @b: the binding
 *
 * Context: any.
 */
void vxmob_fdb_forget(struct vxmob_binding *b)
{
	clear_bit(VXMOB_B_KNOWN, &b->flags);
}

/* As the module and routing daemons write them for a remote MAC */
static bool is_plain(const struct vxmob_domain *d, const struct vxmob_fdb *fdb)
{
	return fdb->vxlan.state == VXMOB_STATE_REMOTE && fdb->vxlan_learned &&
	       !fdb->vxlan_fixed && fdb->bridge_port == d->ifindex &&
	       fdb->bridge_learned && !fdb->bridge_static &&
	       !fdb->bridge_sticky && !fdb->pretended;
}

/**
 * vxmob_fdb_read_bound - Read what the databases hold of a binding, and remember it
 * @d: the domain
 * @b: the binding; remembered only if no event has told of it lately
 * @fdb: filled, as by vxmob_fdb_read()
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_fdb_read_bound(struct vxmob_domain *d, struct vxmob_binding *b,
			  struct vxmob_fdb *fdb)
{
	vxmob_fdb_know(b);
	vxmob_fdb_read(d, b->mac, fdb);
	if (!is_plain(d, fdb) || !vxmob_place_equal(&fdb->vxlan, &b->mob.cur))
		vxmob_fdb_forget(b);
}

/**
 * vxmob_fdb_recall - What both forwarding databases hold of a MAC
 * @d: the domain
 * @mac: the MAC
 * @b: its binding, or NULL
 * @fdb: filled, but for how old and how idle the entries are
 *
 * They are read unless it is remembered. While a machine is being handed over its
 * entries need not show what is bound, so then they are.
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_fdb_recall(struct vxmob_domain *d, const u8 *mac,
		      struct vxmob_binding *b, struct vxmob_fdb *fdb)
{
	lockdep_assert_held(&d->lock);
	if (!b) {
		vxmob_fdb_read(d, mac, fdb);
		return;
	}
	if (d->n_moves || b->mob.cur.state != VXMOB_STATE_REMOTE ||
	    !test_bit(VXMOB_B_KNOWN, &b->flags)) {
		vxmob_fdb_read_bound(d, b, fdb);
		return;
	}
	memset(fdb, 0, sizeof(*fdb));
	fdb->vxlan = b->mob.cur;
	fdb->vxlan_learned = true;
	fdb->bridge_port = d->ifindex;
	fdb->bridge_learned = true;
	fdb->read_at = jiffies;
}

static u32 bridge_port_of(const struct vxmob_domain *d,
			  const struct vxmob_place *place)
{
	return place->state == VXMOB_STATE_LOCAL ? place->ifindex : d->ifindex;
}

/**
 * vxmob_fdb_shows_port - Whether the bridge entry shows a place
 * @d: the domain
 * @fdb: what vxmob_fdb_read() said
 * @place: the place
 *
 * Context: any.
 * Return: true if it points to the local port, or to the vxlan device.
 */
bool vxmob_fdb_shows_port(const struct vxmob_domain *d,
			  const struct vxmob_fdb *fdb,
			  const struct vxmob_place *place)
{
	return fdb->bridge_port == bridge_port_of(d, place);
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
	return vxmob_fdb_shows_port(d, fdb, place) ||
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

/* Is it the domain's VLAN of the bridge, or its VNI of the vxlan device? */
static bool in_segment(const struct vxmob_domain *d, struct nlattr **tb)
{
	if (tb[NDA_MASTER])
		return d->vid == (tb[NDA_VLAN] ? nla_get_u16(tb[NDA_VLAN]) : 0);
	if (tb[NDA_SRC_VNI])
		return nla_get_u32(tb[NDA_SRC_VNI]) == d->vni;
	return !vxmob_is_external(d->dev);
}

/* What the kernel put there is well formed. */
static bool parse_entry(const struct nlmsghdr *nlh, struct nlattr **tb)
{
	return !nlmsg_parse_deprecated(nlh, sizeof(struct ndmsg), tb, NDA_MAX,
				       NULL, NULL) && tb[NDA_LLADDR];
}

/* Call @fn for each unicast entry in @skb that is in the domain's segment. */
static void each_entry(struct vxmob_domain *d, struct sk_buff *skb,
		       vxmob_entry_fn fn, void *data)
{
	const struct nlmsghdr *nlh = (struct nlmsghdr *)skb->data;
	struct nlattr *tb[NDA_MAX + 1];
	int left = skb->len;

	for (; nlmsg_ok(nlh, left); nlh = nlmsg_next(nlh, &left)) {
		if (!parse_entry(nlh, tb) ||
		    !is_valid_ether_addr(nla_data(tb[NDA_LLADDR])))
			continue;
		if (in_segment(d, tb))
			fn(d, tb, data);
	}
}

/**
 * vxmob_fdb_place - Where an entry of a dump points
 * @d: the domain
 * @tb: its attributes
 * @place: filled; none if a nexthop group backs the entry
 *
 * Context: any.
 */
void vxmob_fdb_place(const struct vxmob_domain *d, struct nlattr **tb,
		     struct vxmob_place *place)
{
	static const u8 says[] = { NDA_DST, NDA_PORT, NDA_VNI, NDA_IFINDEX };
	int i;

	memset(place, 0, sizeof(*place));
	if (!tb[NDA_DST])
		return;
	for (i = 0; i < ARRAY_SIZE(says); i++)
		if (tb[says[i]])
			read_place(d, tb[says[i]], place);
}

/**
 * vxmob_fdb_dump - Call a function for every entry of the domain's segment
 * @d: the domain
 * @dev: its vxlan device, or its bridge
 * @filter: the bridge's port whose entries are meant, or NULL
 * @skb: to dump into
 * @fn: called with the attributes of each unicast entry, more than once with some
 * @data: for @fn
 *
 * The dump goes on by position in a list that others shorten meanwhile: each
 * piece overlaps the one before by so much that none is missed.
 *
 * Context: process, may sleep; RTNL is held, no lock of the module is.
 * Return: negative if not all could be dumped.
 */
int vxmob_fdb_dump(struct vxmob_domain *d, struct net_device *dev,
		   struct net_device *filter, struct sk_buff *skb,
		   vxmob_entry_fn fn, void *data)
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
	err = vxmob_fdb_dump(d, d->dev, NULL, skb, entry_to_sink, &sink);
	if (br && !err)
		netdev_for_each_lower_dev(br, port, iter) {
			err = vxmob_fdb_dump(d, br, port, skb, entry_to_sink,
					     &sink);
			if (err)
				break;
		}
	kfree_skb(skb);
	return err < 0 ? err : 0;
}
