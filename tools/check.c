// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "check": what in this host's set-up will hurt. The module judges
 * claims and cannot know that the underlay is too narrow or that a port does
 * what it should not; so each segment is held against what is known to lose
 * frames or moves, and each finding comes with the command that mends it.
 *
 * Here the segments are found, and what must be known of them; segment.c and
 * underlay.c have the checks.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/vxmob.h>

#include "finding.h"
#include "msg.h"
#include "nl.h"
#include "output.h"

static const char check_usage[] =
	"Usage: vxmob check [ dev DEV ]\n";

static struct {
	struct subject *all;
	unsigned int count;
} subjects;

/**
 * struct entry - A forwarding entry.
 * @vni: Its VNI.
 * @lladdr: Its MAC address.
 */
struct entry {
	uint32_t vni;
	unsigned char lladdr[LLADDR_LEN];
};

/* The entries of a device that are the module's, in order. */
static struct {
	struct entry *all;
	unsigned int count;
} own;

static bool remote_bound;

static void look_for_own_vlan(const struct vlan_range *r, void *data)
{
	struct subject *s = data;

	if (!s->vid && r->pvid && !s->enrolled && !s->link->vxlan.external)
		s->vid = r->first;
	if (!s->vid || s->vid < r->first || s->vid > r->last)
		return;
	s->member = true;
	s->tunnel = r->tunnel ? r->tunnel + s->vid - r->first : 0;
	s->tagged = !r->untagged && !s->tunnel;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->vni != y->vni)
		return x->vni < y->vni ? -1 : 1;
	return memcmp(x->lladdr, y->lladdr, LLADDR_LEN);
}

static bool is_own(uint32_t vni, const unsigned char *lladdr)
{
	struct entry e = { .vni = vni };

	memcpy(e.lladdr, lladdr, LLADDR_LEN);
	return own.count && bsearch(&e, own.all, own.count, sizeof(e),
				    compare_entries);
}

static void add_own(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_MAC_MAX + 1];
	struct entry *e;

	attrs_parse(nlh, tb, VXMOB_A_MAC_MAX);
	if (!(attr_uint(tb[VXMOB_A_MAC_FLAGS]) & VXMOB_MAC_FLAGS_INSTALLED) ||
	    !tb[VXMOB_A_MAC_LLADDR])
		return;
	/* Room is doubled whenever the count is a power of two. */
	if (!(own.count & (own.count - 1)))
		own.all = xrealloc(own.all, (own.count ? 2 * own.count : 1) *
				   sizeof(*e));
	e = &own.all[own.count++];
	e->vni = attr_uint(tb[VXMOB_A_MAC_VNI]);
	memcpy(e->lladdr, mnl_attr_get_payload(tb[VXMOB_A_MAC_LLADDR]),
	       LLADDR_LEN);
}

/*
 * Who else writes the entries matters only where something learns; by origin it
 * cannot be told there.
 */
static int find_own(const struct link *vxlan)
{
	struct msg m;
	int ret;

	own.count = 0;
	if (!vxlan->vxlan.learning && !vxlan->port.learning)
		return STATUS_OK;
	msg_init(&m, VXMOB_CMD_MAC_DUMP);
	msg_put_u32(&m, VXMOB_A_MAC_IFINDEX, vxlan->ifindex);
	ret = nl_list(&m, add_own);
	msg_free(&m);
	if (own.count)
		qsort(own.all, own.count, sizeof(*own.all), compare_entries);
	return ret;
}

static void look_for_remote(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_MAC_MAX + 1];

	attrs_parse(nlh, tb, VXMOB_A_MAC_MAX);
	if (attr_uint(tb[VXMOB_A_MAC_STATE]) == VXMOB_STATE_REMOTE)
		remote_bound = true;
}

static int ask_remote(const struct subject *s, uint32_t origin)
{
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_MAC_DUMP);
	msg_put_u32(&m, VXMOB_A_MAC_IFINDEX, s->link->ifindex);
	msg_put_u32(&m, VXMOB_A_MAC_VNI, s->vni);
	msg_put_u32(&m, VXMOB_A_MAC_ORIGIN, origin);
	ret = nl_list(&m, look_for_remote);
	msg_free(&m);
	return ret;
}

static int find_controller(struct subject *s)
{
	int ret;

	if (!s->enrolled || s->snoop)
		return STATUS_OK;
	remote_bound = false;
	ret = ask_remote(s, VXMOB_ORIGIN_NETLINK);
	if (!ret)
		ret = ask_remote(s, VXMOB_ORIGIN_CONTROL);
	s->controlled = remote_bound;
	return ret;
}

static int compare_subjects(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;

	if (x->link != y->link)
		return x->link < y->link ? -1 : 1;
	return x->vni < y->vni ? -1 : x->vni > y->vni;
}

static struct fdb *fdb_of(const struct link *vxlan, uint32_t vni)
{
	const struct subject key = { .link = vxlan, .vni = vni };
	struct subject *s;

	s = bsearch(&key, subjects.all, subjects.count, sizeof(key),
		    compare_subjects);
	return s ? &s->fdb : NULL;
}

/* A forwarding database is read once for all segments of its device. */
static int read_fdbs(void)
{
	static const struct fdb_ops ops = { .of = fdb_of, .own = is_own };
	const struct link *l = NULL;
	unsigned int i;
	int ret;

	if (subjects.count)
		qsort(subjects.all, subjects.count, sizeof(*subjects.all),
		      compare_subjects);
	for (i = 0; i < subjects.count; i++) {
		if (subjects.all[i].link == l)
			continue;
		l = subjects.all[i].link;
		ret = find_own(l);
		if (ret)
			return ret;
		if (!host_fdb(l, &ops))
			return STATUS_KERNEL;
	}
	return STATUS_OK;
}

static int complete(struct subject *s)
{
	s->bridge = host_link(s->link->master);
	if (s->bridge && s->bridge->bridge.vlan_filtering &&
	    !host_vlans(s->link, look_for_own_vlan, s))
		return STATUS_KERNEL;
	return find_controller(s);
}

static int check_subject(struct subject *s)
{
	int ret = complete(s);

	if (ret)
		return ret;
	if (!check_segment(s))
		return STATUS_KERNEL;
	check_underlay(s);
	return STATUS_OK;
}

static struct subject *subject_add(const struct link *l, uint32_t vni)
{
	struct subject *s;

	subjects.all = xrealloc(subjects.all,
				(subjects.count + 1) * sizeof(*s));
	s = &subjects.all[subjects.count++];
	memset(s, 0, sizeof(*s));
	s->link = l;
	s->vni = vni;
	return s;
}

static void add_domain(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_DOMAIN_MAX + 1];
	const struct link *l;
	struct subject *s;

	attrs_parse(nlh, tb, VXMOB_A_DOMAIN_MAX);
	l = host_link(attr_uint(tb[VXMOB_A_DOMAIN_IFINDEX]));
	if (!l)
		return;
	s = subject_add(l, attr_uint(tb[VXMOB_A_DOMAIN_VNI]));
	s->enrolled = true;
	s->vid = attr_uint(tb[VXMOB_A_DOMAIN_VID]);
	s->snoop = attr_uint(tb[VXMOB_A_DOMAIN_SNOOP]);
	s->vteps = attr_uint(tb[VXMOB_A_DOMAIN_VTEPS]);
}

/* Each VLAN that an external device maps is a segment. */
static void add_mapped(const struct vlan_range *r, void *data)
{
	unsigned int vid;

	for (vid = r->first; r->tunnel && vid <= r->last; vid++)
		subject_add(data, r->tunnel + vid - r->first)->vid = vid;
}

static int add_strange(const char *name)
{
	const struct link *l = host_link(ifindex_of(name));

	if (!l || strcmp(l->kind, "vxlan"))
		return err("\"%s\" is no vxlan device", name);
	if (!l->vxlan.external) {
		subject_add(l, l->vxlan.vni);
		return STATUS_OK;
	}
	if (l->master && !host_vlans(l, add_mapped, (void *)l))
		return STATUS_KERNEL;
	if (!subjects.count)
		subject_add(l, 0);
	return STATUS_OK;
}

static int check_all(void)
{
	int ret = read_fdbs();
	unsigned int i;

	if (ret)
		return ret;
	out_begin();
	for (i = 0; i < subjects.count && !ret; i++)
		ret = check_subject(&subjects.all[i]);
	out_end();
	if (!ret && findings_count())
		ret = STATUS_FINDINGS;
	return ret;
}

static int check_parsed(struct msg *m, const char *dev)
{
	int ret = STATUS_OK;

	findings_forget();
	subjects.count = 0;
	if (!nl_open() || !host_read())
		return STATUS_KERNEL;
	ret = nl_list(m, add_domain);
	if (!ret && dev && !subjects.count)
		ret = add_strange(dev);
	return ret ? ret : check_all();
}

/* The device, which the module may not know. */
static const char *asked_for;

static int parse_asked_for(struct parse *p, const struct opt *o,
			   const char *arg)
{
	asked_for = arg;
	return parse_dev(p, o, arg);
}

static int check_run(struct args *args)
{
	static const struct opt opts[] = {
		{ "dev", parse_asked_for, .attr = VXMOB_A_DOMAIN_IFINDEX },
		{ }
	};
	struct parse p = { .opts = opts };
	struct msg m;
	int ret;

	asked_for = NULL;
	msg_init(&m, VXMOB_CMD_DOMAIN_DUMP);
	p.msg = &m;
	ret = opts_parse(&p, args);
	if (!ret)
		ret = check_parsed(&m, asked_for);
	msg_free(&m);
	return ret;
}

const struct object check_object = {
	.name = "check",
	.usage = check_usage,
	.run = check_run,
};
