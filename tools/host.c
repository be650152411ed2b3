// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading this host's set-up by rtnetlink. Devices are read once; all else is
 * asked for when it is needed, since a forwarding database may be large, and is
 * boiled down while it is read.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "msg.h"
#include "rtnl.h"
#include "utils.h"

static struct {
	struct link *all;
	unsigned int count;
} links;

static bool cannot(const char *what, int error)
{
	fprintf(stderr, "vxmob: cannot read %s: %s\n", what, strerror(error));
	return false;
}

/* --- addresses --------------------------------------------------------- */

static void addr_from(struct addr *a, const struct nlattr *attr)
{
	a->len = 0;
	if (!attr || mnl_attr_get_payload_len(attr) > sizeof(a->b))
		return;
	a->len = mnl_attr_get_payload_len(attr);
	memcpy(a->b, mnl_attr_get_payload(attr), a->len);
}

/**
 * addr_equal() - Compare two addresses.
 * @a: One.
 * @b: The other.
 *
 * Return: Whether they are the same.
 */
bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->len == b->len && !memcmp(a->b, b->b, a->len);
}

/**
 * addr_multicast() - Tell whether an address is that of a group.
 * @a: The address.
 *
 * Return: Whether it is.
 */
bool addr_multicast(const struct addr *a)
{
	return a->len == 4 ? (a->b[0] & 0xf0) == 0xe0 : a->b[0] == 0xff;
}

/**
 * addr_str() - Write an address.
 * @a: The address.
 *
 * Return: It in words, until the next call but one.
 */
const char *addr_str(const struct addr *a)
{
	static char bufs[2][INET6_ADDRSTRLEN], *buf;

	buf = buf == bufs[0] ? bufs[1] : bufs[0];
	return inet_ntop(a->len == 4 ? AF_INET : AF_INET6, a->b, buf,
			 sizeof(bufs[0]));
}

/* --- devices ----------------------------------------------------------- */

static void parse_vxlan(struct vxlan *v, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_VXLAN_MAX + 1];

	attrs_parse_nested(data, tb, IFLA_VXLAN_MAX);
	v->vni = attr_uint(tb[IFLA_VXLAN_ID]);
	v->lower = attr_uint(tb[IFLA_VXLAN_LINK]);
	v->external = attr_uint(tb[IFLA_VXLAN_COLLECT_METADATA]);
	v->learning = attr_uint(tb[IFLA_VXLAN_LEARNING]);
	addr_from(&v->local, tb[IFLA_VXLAN_LOCAL6] ? tb[IFLA_VXLAN_LOCAL6] :
		  tb[IFLA_VXLAN_LOCAL]);
}

static void parse_bridge(struct bridge *b, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_BR_MAX + 1];

	attrs_parse_nested(data, tb, IFLA_BR_MAX);
	b->ageing = attr_uint(tb[IFLA_BR_AGEING_TIME]);
	b->forward_delay = attr_uint(tb[IFLA_BR_FORWARD_DELAY]);
	b->stp = attr_uint(tb[IFLA_BR_STP_STATE]);
	b->vlan_filtering = attr_uint(tb[IFLA_BR_VLAN_FILTERING]);
}

static void parse_port(struct port *p, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_BRPORT_MAX + 1];

	attrs_parse_nested(data, tb, IFLA_BRPORT_MAX);
	p->hairpin = attr_uint(tb[IFLA_BRPORT_MODE]);
	p->learning = attr_uint(tb[IFLA_BRPORT_LEARNING]);
	p->neigh_suppress = attr_uint(tb[IFLA_BRPORT_NEIGH_SUPPRESS]);
	p->isolated = attr_uint(tb[IFLA_BRPORT_ISOLATED]);
	p->vlan_tunnel = attr_uint(tb[IFLA_BRPORT_VLAN_TUNNEL]);
}

static void parse_kind(struct link *l, const struct nlattr *info)
{
	const struct nlattr *tb[IFLA_INFO_MAX + 1];
	const struct nlattr *vlan[IFLA_VLAN_MAX + 1];
	const char *kind;

	attrs_parse_nested(info, tb, IFLA_INFO_MAX);
	kind = attr_str(tb[IFLA_INFO_KIND]);
	snprintf(l->kind, sizeof(l->kind), "%s", kind ? kind : "");
	if (!strcmp(l->kind, "vxlan"))
		parse_vxlan(&l->vxlan, tb[IFLA_INFO_DATA]);
	if (!strcmp(l->kind, "bridge"))
		parse_bridge(&l->bridge, tb[IFLA_INFO_DATA]);
	if (!strcmp(l->kind, "vlan")) {
		attrs_parse_nested(tb[IFLA_INFO_DATA], vlan, IFLA_VLAN_MAX);
		l->vlan_id = attr_uint(vlan[IFLA_VLAN_ID]);
	}
	kind = attr_str(tb[IFLA_INFO_SLAVE_KIND]);
	if (kind && !strcmp(kind, "bridge"))
		parse_port(&l->port, tb[IFLA_INFO_SLAVE_DATA]);
	else
		l->master = 0;
}

static struct link *link_place(unsigned int ifindex)
{
	struct link *l = (struct link *)host_link(ifindex);

	if (l)
		return l;
	links.all = xrealloc(links.all, (links.count + 1) * sizeof(*l));
	return &links.all[links.count++];
}

static int parse_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[IFLA_MAX + 1];
	struct link *l = link_place(ifi->ifi_index);
	const char *name;

	(void)data;
	attrs_parse_after(nlh, sizeof(*ifi), tb, IFLA_MAX);
	memset(l, 0, sizeof(*l));
	l->ifindex = ifi->ifi_index;
	l->up = ifi->ifi_flags & IFF_UP;
	name = attr_str(tb[IFLA_IFNAME]);
	snprintf(l->name, sizeof(l->name), "%s", name ? name : "");
	l->mtu = attr_uint(tb[IFLA_MTU]);
	l->max_mtu = attr_uint(tb[IFLA_MAX_MTU]);
	l->master = attr_uint(tb[IFLA_MASTER]);
	l->elsewhere = tb[IFLA_LINK_NETNSID];
	if (!l->elsewhere)
		l->lower = attr_uint(tb[IFLA_LINK]);
	parse_kind(l, tb[IFLA_LINKINFO]);
	return MNL_CB_OK;
}

/**
 * host_read() - Read all devices.
 *
 * Return: Whether that was possible; if not, it has been said.
 */
bool host_read(void)
{
	struct rtnl_request r;
	int ret;

	links.count = 0;
	rtnl_init(&r, RTM_GETLINK, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(r.nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	ret = rtnl_ask(&r, NLM_F_DUMP, parse_link, NULL);
	return !ret || cannot("devices", ret);
}

/**
 * host_link() - Find a device.
 * @ifindex: Its index.
 *
 * Return: The device, or NULL if there is none.
 */
const struct link *host_link(unsigned int ifindex)
{
	const struct link *l;

	for (l = host_next(NULL); l; l = host_next(l))
		if (l->ifindex == ifindex)
			return l;
	return NULL;
}

/**
 * host_next() - Walk through the devices.
 * @l: The one before; NULL for the first.
 *
 * Return: The device, or NULL if there are no more.
 */
const struct link *host_next(const struct link *l)
{
	l = l ? l + 1 : links.all;
	return l < links.all + links.count ? l : NULL;
}

/* --- forwarding entries ------------------------------------------------ */

/**
 * struct fdb_reader - A forwarding database while it is read.
 * @vxlan: Whose it is.
 * @ops: What is made of it.
 */
struct fdb_reader {
	const struct link *vxlan;
	const struct fdb_ops *ops;
};

static void add_remote(struct fdb *fdb, const struct remote *r)
{
	unsigned int i;

	for (i = 0; i < fdb->count; i++)
		if (addr_equal(&fdb->remotes[i].addr, &r->addr)) {
			fdb->remotes[i].flood |= r->flood;
			return;
		}
	if (fdb->count < REMOTES_MAX)
		fdb->remotes[fdb->count++] = *r;
}

static bool lladdr_zero(const unsigned char *lladdr)
{
	static const unsigned char zero[LLADDR_LEN];

	return !memcmp(lladdr, zero, LLADDR_LEN);
}

static void parse_entry(const struct fdb_reader *reader,
			const struct nlattr **tb, bool ext_learned)
{
	uint32_t vni = tb[NDA_SRC_VNI] ? attr_uint(tb[NDA_SRC_VNI]) :
		       reader->vxlan->vxlan.vni;
	const unsigned char *lladdr = mnl_attr_get_payload(tb[NDA_LLADDR]);
	struct fdb *fdb = reader->ops->of(reader->vxlan, vni);
	struct remote r = { .flood = lladdr_zero(lladdr) };

	if (!fdb)
		return;
	if (r.flood)
		fdb->flood = true;
	else if (ext_learned && !reader->ops->own(vni, lladdr))
		fdb->foreign = true;
	addr_from(&r.addr, tb[NDA_DST]);
	r.ifindex = attr_uint(tb[NDA_IFINDEX]);
	if (!r.ifindex)
		r.ifindex = reader->vxlan->vxlan.lower;
	if (r.addr.len)
		add_remote(fdb, &r);
}

static int parse_fdb(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[NDA_MAX + 1];
	struct fdb_reader *reader = data;

	attrs_parse_after(nlh, sizeof(*ndm), tb, NDA_MAX);
	/* The bridge tells its entries for the port as well. */
	if ((ndm->ndm_flags & NTF_SELF) && tb[NDA_LLADDR] &&
	    mnl_attr_get_payload_len(tb[NDA_LLADDR]) == LLADDR_LEN &&
	    (unsigned int)ndm->ndm_ifindex == reader->vxlan->ifindex)
		parse_entry(reader, tb, ndm->ndm_flags & NTF_EXT_LEARNED);
	return MNL_CB_OK;
}

/**
 * host_fdb() - Read the forwarding database of a vxlan device.
 * @vxlan: The device.
 * @ops: Where what matters goes.
 *
 * Return: Whether that was possible; if not, it has been said.
 */
bool host_fdb(const struct link *vxlan, const struct fdb_ops *ops)
{
	struct fdb_reader reader = { .vxlan = vxlan, .ops = ops };
	struct rtnl_request r;
	struct ndmsg *ndm;
	int ret;

	ndm = rtnl_init(&r, RTM_GETNEIGH, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_ifindex = vxlan->ifindex;
	ret = rtnl_ask(&r, NLM_F_DUMP, parse_fdb, &reader);
	return !ret || cannot("the forwarding database", ret);
}

/* --- VLANs ------------------------------------------------------------- */

/**
 * struct vlan_reader - VLANs while they are read.
 * @fn: Gets them.
 * @data: For @fn.
 */
struct vlan_reader {
	vlan_fn fn;
	void *data;
};

static void parse_vlan(const struct nlattr *entry, struct vlan_reader *reader)
{
	const struct nlattr *tb[BRIDGE_VLANDB_ENTRY_MAX + 1];
	const struct nlattr *tunnel[BRIDGE_VLANDB_TINFO_MAX + 1];
	const struct bridge_vlan_info *info;
	struct vlan_range r;

	attrs_parse_nested(entry, tb, BRIDGE_VLANDB_ENTRY_MAX);
	if (!tb[BRIDGE_VLANDB_ENTRY_INFO] ||
	    mnl_attr_get_payload_len(tb[BRIDGE_VLANDB_ENTRY_INFO]) <
	    sizeof(*info))
		return;
	info = mnl_attr_get_payload(tb[BRIDGE_VLANDB_ENTRY_INFO]);
	attrs_parse_nested(tb[BRIDGE_VLANDB_ENTRY_TUNNEL_INFO], tunnel,
			   BRIDGE_VLANDB_TINFO_MAX);
	r.first = info->vid;
	r.last = tb[BRIDGE_VLANDB_ENTRY_RANGE] ?
		 attr_uint(tb[BRIDGE_VLANDB_ENTRY_RANGE]) : info->vid;
	r.pvid = info->flags & BRIDGE_VLAN_INFO_PVID;
	r.untagged = info->flags & BRIDGE_VLAN_INFO_UNTAGGED;
	r.tunnel = attr_uint(tunnel[BRIDGE_VLANDB_TINFO_ID]);
	reader->fn(&r, reader->data);
}

static int parse_vlans(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct br_vlan_msg))
		if (mnl_attr_get_type(attr) == BRIDGE_VLANDB_ENTRY)
			parse_vlan(attr, data);
	return MNL_CB_OK;
}

/**
 * host_vlans() - Read the VLANs of a bridge port.
 * @port: The port.
 * @fn: Gets them.
 * @data: For @fn.
 *
 * Return: Whether that was possible; if not, it has been said.
 */
bool host_vlans(const struct link *port, vlan_fn fn, void *data)
{
	struct vlan_reader reader = { .fn = fn, .data = data };
	struct br_vlan_msg *bvm;
	struct rtnl_request r;
	int ret;

	bvm = rtnl_init(&r, RTM_GETVLAN, sizeof(*bvm));
	bvm->family = AF_BRIDGE;
	bvm->ifindex = port->ifindex;
	ret = rtnl_ask(&r, NLM_F_DUMP, parse_vlans, &reader);
	return !ret || cannot("VLANs", ret);
}

/* --- neighbours -------------------------------------------------------- */

static int parse_neighbour(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	bool *any = data;

	/* Entries of groups have no state but NOARP. */
	if ((ndm->ndm_flags & NTF_EXT_LEARNED) ||
	    (ndm->ndm_state & (NUD_PERMANENT | NUD_REACHABLE | NUD_STALE |
			       NUD_DELAY | NUD_PROBE)))
		*any = true;
	return MNL_CB_OK;
}

static int ask_neighbours(const struct link *l, unsigned char family, bool *any)
{
	struct rtnl_request r;
	struct ndmsg *ndm;

	ndm = rtnl_init(&r, RTM_GETNEIGH, sizeof(*ndm));
	ndm->ndm_family = family;
	mnl_attr_put_u32(r.nlh, NDA_IFINDEX, l->ifindex);
	return rtnl_ask(&r, NLM_F_DUMP, parse_neighbour, any);
}

/**
 * host_neighbours() - Tell whether a device knows any neighbour.
 * @l: The device.
 * @any: Where the answer goes.
 *
 * Return: Whether it could be told; if not, it has been said.
 */
bool host_neighbours(const struct link *l, bool *any)
{
	int ret;

	*any = false;
	ret = ask_neighbours(l, AF_INET, any);
	if (!ret)
		ret = ask_neighbours(l, AF_INET6, any);
	return !ret || cannot("neighbours", ret);
}

/* --- routes ------------------------------------------------------------ */

static int parse_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *metrics[RTAX_MAX + 1];
	const struct nlattr *tb[RTA_MAX + 1];
	struct route *r = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	attrs_parse_after(nlh, sizeof(*rtm), tb, RTA_MAX);
	attrs_parse_nested(tb[RTA_METRICS], metrics, RTAX_MAX);
	r->type = rtm->rtm_type;
	r->protocol = rtm->rtm_protocol;
	r->dst_len = rtm->rtm_dst_len;
	r->ifindex = attr_uint(tb[RTA_OIF]);
	r->mtu = attr_uint(metrics[RTAX_MTU]);
	r->metric = attr_uint(tb[RTA_PRIORITY]);
	r->table = tb[RTA_TABLE] ? attr_uint(tb[RTA_TABLE]) : rtm->rtm_table;
	r->multipath = tb[RTA_MULTIPATH] || tb[RTA_NH_ID];
	addr_from(&r->dst, tb[RTA_DST]);
	addr_from(&r->gateway, tb[RTA_GATEWAY]);
	addr_from(&r->source, tb[RTA_PREFSRC]);
	return MNL_CB_OK;
}

/**
 * host_route() - Ask how the kernel would reach an address.
 * @to: The address, and the device if it is given.
 * @from: The source address; may be none.
 * @entry: The entry of the routing table is wanted as it was configured, without
 *	what was learned of the path since.
 * @r: Where the answer goes.
 *
 * Return: 0, or a positive errno, as ENETUNREACH.
 */
int host_route(const struct remote *to, const struct addr *from, bool entry,
	       struct route *r)
{
	struct rtnl_request q;
	struct rtmsg *rtm;

	memset(r, 0, sizeof(*r));
	rtm = rtnl_init(&q, RTM_GETROUTE, sizeof(*rtm));
	rtm->rtm_family = to->addr.len == 4 ? AF_INET : AF_INET6;
	rtm->rtm_dst_len = 8 * to->addr.len;
	/* IPv6 names the table unasked, and refuses to be asked. */
	rtm->rtm_flags = (entry ? RTM_F_FIB_MATCH : 0) |
			 (to->addr.len == 4 ? RTM_F_LOOKUP_TABLE : 0);
	mnl_attr_put(q.nlh, RTA_DST, to->addr.len, to->addr.b);
	if (from->len == to->addr.len) {
		rtm->rtm_src_len = 8 * from->len;
		mnl_attr_put(q.nlh, RTA_SRC, from->len, from->b);
	}
	if (to->ifindex)
		mnl_attr_put_u32(q.nlh, RTA_OIF, to->ifindex);
	return rtnl_ask(&q, NLM_F_ACK, parse_route, r);
}

/* --- sysctls ----------------------------------------------------------- */

/**
 * host_sysctl() - Read a number of this network namespace.
 * @dir: The folder under /proc/sys/net.
 * @dev: The device, or "all".
 * @name: The sysctl.
 *
 * Return: The number; 0 if there is none.
 */
unsigned int host_sysctl(const char *dir, const char *dev, const char *name)
{
	unsigned int value = 0;
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/%s/%s", dir, dev, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%u", &value) != 1)
		value = 0;
	fclose(file);
	return value;
}
