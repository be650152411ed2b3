// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of the way to the other VTEPs: that there is one, what it makes of
 * packets, and that frames fit through. A vxlan device takes frames up to its MTU,
 * and its bridge drops longer ones without a word; what it takes grows by VXLAN's
 * headers, and must fit into the underlay's MTU then.
 */
#include <linux/rtnetlink.h>
#include <string.h>

#include "finding.h"

/* Bytes that precede a frame's payload: its own header, VXLAN, UDP and IP. */
#define OVERHEAD_IPV4	50
#define OVERHEAD_IPV6	70
#define OVERHEAD_TAG	4
#define MTU_MAX		65535

/**
 * struct path - The way to a remote.
 * @to: The remote.
 * @dev: The device that it goes by.
 * @route: The route as it is now.
 * @entry: The route as it was configured.
 * @overhead: What VXLAN adds there to a frame's payload, in bytes.
 */
struct path {
	const struct remote *to;
	const struct link *dev;
	struct route route;
	struct route entry;
	unsigned int overhead;
};

/* Sets @from to the source address, if this host has it. */
static void check_local(const struct subject *s, struct addr *from)
{
	const struct remote self = { .addr = s->link->vxlan.local };
	struct addr none = { 0 };
	struct route r;

	from->len = 0;
	if (!self.addr.len)
		return;
	if (!host_route(&self, &none, false, &r) && r.type == RTN_LOCAL) {
		*from = self.addr;
		return;
	}
	found(s, "foreign-address",
	      text("%sip address add %s dev lo", in_netns(),
		   addr_str(&self.addr)),
	      text("this host does not have the VTEP's address %s: what is sent to it does not arrive",
		   addr_str(&self.addr)));
}

static void check_source(const struct subject *s, const struct path *p)
{
	if (s->link->vxlan.local.len)
		return;
	found(s, "no-local-address",
	      text("%sip link set dev %s type vxlan local %s", in_netns(),
		   name_of(s->link), p->route.source.len ?
		   addr_str(&p->route.source) : "ADDRESS"),
	      "the device has no local address: the route decides where packets come from, hosts that know another address refuse its announcements, and it wins no tie");
}

static void check_self(const struct subject *s, const struct remote *r)
{
	if (r->flood)
		found(s, "flood-self",
		      text("%sbridge fdb del 00:00:00:00:00:00 dev %s%s dst %s self",
			   in_netns(), name_of(s->link), src_vni(s),
			   addr_str(&r->addr)),
		      text("%s in the flood list is this host itself: whatever is flooded comes back",
			   addr_str(&r->addr)));
}

static void check_rp_filter(const struct subject *s, const struct path *p)
{
	unsigned int all, own;
	bool dotted = strchr(p->dev->name, '.');

	if (p->to->addr.len != 4 || addr_multicast(&p->to->addr))
		return;
	all = host_sysctl("ipv4/conf", "all", "rp_filter");
	own = host_sysctl("ipv4/conf", p->dev->name, "rp_filter");
	if ((all > own ? all : own) != 1)
		return;
	found(s, "rp-filter",
	      text(dotted ? "%ssysctl -w net/ipv4/conf/%s/rp_filter=2" :
		   "%ssysctl -w net.ipv4.conf.%s.rp_filter=2", in_netns(),
		   name_of(p->dev)),
	      text("the reverse path filter of %s is strict: what a VTEP sends by another way than the route to it is dropped",
		   p->dev->name));
}

static void no_route(const struct subject *s, const struct remote *r)
{
	const char *addr = addr_str(&r->addr);

	found(s, "no-route",
	      text(addr_multicast(&r->addr) ? "%sip route add %s dev DEV" :
		   "%sip route add %s via GATEWAY", in_netns(), addr),
	      text("there is no route to %s: what is for it is lost", addr));
}

/* Returns whether there is a way to look at. */
static bool path_find(const struct subject *s, const struct remote *to,
		      const struct addr *from, struct path *p)
{
	memset(p, 0, sizeof(*p));
	p->to = to;
	p->overhead = (to->addr.len == 4 ? OVERHEAD_IPV4 : OVERHEAD_IPV6) +
		      (s->tagged ? OVERHEAD_TAG : 0);
	if (!host_route(to, from, false, &p->route))
		p->dev = host_link(p->route.ifindex);
	if (p->dev && p->route.type == RTN_LOCAL) {
		check_self(s, to);
		return false;
	}
	if (!p->dev || (p->route.type != RTN_UNICAST &&
			p->route.type != RTN_MULTICAST)) {
		no_route(s, to);
		return false;
	}
	if (host_route(to, from, true, &p->entry))
		p->entry = p->route;
	return true;
}

/* --- MTUs -------------------------------------------------------------- */

/* A router on the way has said that it cannot carry more. */
static bool mtu_learned(const struct path *p)
{
	return p->route.mtu && p->route.mtu != p->entry.mtu;
}

/* The longest payload of a frame that a path can be made to carry. */
static unsigned int path_room(const struct path *p)
{
	unsigned int most = p->dev->max_mtu ? p->dev->max_mtu : MTU_MAX;

	if (mtu_learned(p) && p->route.mtu < most)
		most = p->route.mtu;
	return most > p->overhead ? most - p->overhead : 0;
}

/**
 * struct in_vlan - A question about a port.
 * @vid: The VLAN.
 * @yes: The port is in it.
 */
struct in_vlan {
	uint16_t vid;
	bool yes;
};

static void look_for_vlan(const struct vlan_range *r, void *data)
{
	struct in_vlan *v = data;

	if (r->first <= v->vid && v->vid <= r->last)
		v->yes = true;
}

/* Whether frames of the segment that are longer than the device's come by @l. */
static bool longer(const struct subject *s, const struct link *l)
{
	struct in_vlan v = { .vid = s->vid };

	if (l->mtu <= s->link->mtu)
		return false;
	if (l == segment_l3(s))
		return true;
	if (l->master != s->bridge->ifindex || !strcmp(l->kind, "vxlan"))
		return false;
	return !s->vid || (host_vlans(l, look_for_vlan, &v) && v.yes);
}

static unsigned int longest(const struct subject *s, unsigned int room)
{
	unsigned int mtu = s->link->mtu;
	const struct link *l;

	if (s->bridge)
		for (l = host_next(NULL); l; l = host_next(l))
			if (l->mtu > mtu && l->mtu <= room && longer(s, l))
				mtu = l->mtu;
	return mtu;
}

static void check_ports(const struct subject *s, unsigned int room)
{
	const struct link *l;
	unsigned int mtu;
	bool fits;

	if (!s->bridge)
		return;
	for (l = host_next(NULL); l; l = host_next(l)) {
		if (!longer(s, l))
			continue;
		fits = l->mtu <= room;
		mtu = fits ? longest(s, room) : s->link->mtu;
		found_mtu(s, "mtu-port", s->link->mtu, l->mtu,
			  text("%sip link set dev %s mtu %u", in_netns(),
			       name_of(fits ? s->link : l), mtu),
			  text("frames that come by %s may be %u bytes long, and those above %u do not get into the tunnel, and nobody is told",
			       l->name, l->mtu, s->link->mtu));
	}
}

/* Where the underlay cannot be mended from here, the tunnel must take less. */
static const char *narrower(const struct subject *s, unsigned int room)
{
	return text("%sip link set dev %s mtu %u", in_netns(), name_of(s->link),
		    room);
}

static const char *explain(const struct path *p, const char *who,
			   unsigned int mtu, unsigned int payload)
{
	return text("%s carries %u bytes towards %s, and frames of %u need %u with VXLAN over %s: longer ones are fragmented or lost",
		    who, mtu, addr_str(&p->to->addr), payload,
		    payload + p->overhead,
		    p->to->addr.len == 4 ? "IPv4" : "IPv6");
}

/* A VLAN device cannot have a greater MTU than the one it rests on. */
static void check_device_mtu(const struct subject *s, const struct path *p,
			     const struct link *dev, unsigned int payload,
			     unsigned int room)
{
	unsigned int needed = payload + p->overhead;
	const struct link *lower = NULL;

	if (!strcmp(dev->kind, "vlan"))
		lower = host_link(dev->lower);
	if (lower)
		check_device_mtu(s, p, lower, payload, room);
	if (dev->mtu >= needed)
		return;
	found_mtu(s, "mtu", dev->mtu, needed, payload > room ? narrower(s, room) :
		  text("%sip link set dev %s mtu %u", in_netns(), name_of(dev),
		       needed),
		  explain(p, dev->name, dev->mtu, payload));
}

static const char *change_route(const struct route *r, const char *dev,
				unsigned int mtu)
{
	const char *to = "default", *via = "", *src = "", *more;

	if (r->dst_len && r->dst.len)
		to = text("%s/%u", addr_str(&r->dst), r->dst_len);
	if (r->gateway.len)
		via = text(" via %s", addr_str(&r->gateway));
	if (r->source.len)
		src = text(" src %s", addr_str(&r->source));
	more = text("%s%s dev %s%s table %u proto %u", to, via, dev, src,
		    r->table, r->protocol);
	if (r->metric)
		more = text("%s metric %u", more, r->metric);
	return text("%s mtu %u", more, mtu);
}

static void check_route_mtu(const struct subject *s, const struct path *p,
			    unsigned int payload, unsigned int room)
{
	unsigned int needed = payload + p->overhead;
	const struct route *r = &p->entry;
	bool here = !mtu_learned(p) && !r->multipath;

	if (!p->route.mtu || p->route.mtu >= needed)
		return;
	if (!here && room > p->route.mtu - p->overhead)
		room = p->route.mtu - p->overhead;
	found_mtu(s, "mtu-route", p->route.mtu, needed, !here ? narrower(s, room) :
		  text("%sip %s route change %s", in_netns(),
		       p->to->addr.len == 4 ? "-4" : "-6",
		       change_route(r, name_of(p->dev), needed)),
		  explain(p, mtu_learned(p) ? "the path" : "the route",
			  p->route.mtu, payload));
}

static void check_mtu(const struct subject *s, const struct path *paths,
		      unsigned int count)
{
	unsigned int i, payload, room = MTU_MAX;

	for (i = 0; i < count; i++)
		if (path_room(&paths[i]) < room)
			room = path_room(&paths[i]);
	payload = longest(s, room);
	for (i = 0; i < count; i++) {
		check_device_mtu(s, &paths[i], paths[i].dev, payload, room);
		check_route_mtu(s, &paths[i], payload, room);
	}
	check_ports(s, room);
}

/**
 * check_underlay() - Check the way to the other VTEPs, and what fits through.
 * @s: The segment.
 */
void check_underlay(const struct subject *s)
{
	static struct path paths[REMOTES_MAX];
	unsigned int i, count = 0;
	struct addr from;

	/* The routes that count cannot be seen from here. */
	if (s->link->elsewhere)
		return;
	check_local(s, &from);
	for (i = 0; i < s->fdb.count; i++)
		if (path_find(s, &s->fdb.remotes[i], &from, &paths[count]))
			count++;
	for (i = 0; i < count; i++) {
		check_source(s, &paths[i]);
		check_rp_filter(s, &paths[i]);
	}
	check_mtu(s, paths, count);
}

