// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: requests become claims and options, domains and
 * bindings become replies. Nothing is decided here.
 *
 * Policies and the table of operations are generated from
 * Documentation/netlink/specs/vxmob.yaml; what they cannot say is checked here,
 * and every refusal says why and of which attribute.
 */
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "compat/compat.h"
#include "move.h"
#include "vxmob.h"
/* Not an object of its own: the multicast groups in it are static. */
#include "netlink-gen.c"

#define MAX_MACS_DEFAULT	262144
#define CONFIRM_DEFAULT		5
#define DUP_MOVES_DEFAULT	5	/* RFC 7432 section 15.1 */
#define DUP_WINDOW_DEFAULT	180
#define DUP_RECOVER_MIN		30
#define SETTLE_DEFAULT		200
#define REDIRECT_DEFAULT	10
/* As QEMU announces a machine that has migrated */
#define ANNOUNCE_ROUNDS_DEFAULT	5
#define ANNOUNCE_INITIAL_DEFAULT 50
#define ANNOUNCE_STEP_DEFAULT	100
#define ANNOUNCE_MAX_DEFAULT	550

#define REQUEST_FLAGS		(VXMOB_MAC_FLAGS_STICKY | VXMOB_MAC_FLAGS_ROUTER)

static const char *const verdict_text[VXMOB_VERDICTS] = {
	[VXMOB_VERDICT_REFUSE_INVALID] =
		"vxmob: refuse-invalid: the MAC is zero, multicast, the bridge's own or protected, or the VTEP is this host",
	[VXMOB_VERDICT_REFUSE_STALE] =
		"vxmob: refuse-stale: an older mobility number, or news of a place that was left",
	[VXMOB_VERDICT_REFUSE_STALE_WITHDRAW] =
		"vxmob: refuse-stale-withdraw: the MAC is not bound there, or the number is older",
	[VXMOB_VERDICT_REFUSE_TIE] =
		"vxmob: refuse-tie: equal mobility numbers, and the address of the VTEP bound is lower",
	[VXMOB_VERDICT_REFUSE_STICKY] =
		"vxmob: refuse-sticky: the binding is sticky",
	[VXMOB_VERDICT_REFUSE_FROZEN] =
		"vxmob: refuse-frozen: the binding is frozen",
	[VXMOB_VERDICT_REFUSE_STATIC] =
		"vxmob: refuse-static: a static entry is in the way",
	[VXMOB_VERDICT_REFUSE_NEXTHOP] =
		"vxmob: refuse-nexthop: a nexthop group backs the entry",
	[VXMOB_VERDICT_REFUSE_VTEP] =
		"vxmob: refuse-vtep: the VTEP is not believed",
	[VXMOB_VERDICT_REFUSE_RATE] =
		"vxmob: refuse-rate: too many announcements",
	[VXMOB_VERDICT_REFUSE_FULL] =
		"vxmob: refuse-full: the domain holds max-macs bindings",
	[VXMOB_VERDICT_REFUSE_BUSY] =
		"vxmob: refuse-busy: a transaction holds the MAC",
	[VXMOB_VERDICT_REFUSE_GATED] =
		"vxmob: refuse-gated: the MAC is being handed over by other hosts",
	[VXMOB_VERDICT_FAILED] =
		"vxmob: failed: the kernel could not carry it out, nothing changed",
};

/**
 * vxmob_nl_set_verdict - Put a verdict's reason into an extended ack
 * @extack: the extended ack, or NULL
 * @verdict: enum vxmob_verdict
 *
 * Context: any.
 */
void vxmob_nl_set_verdict(struct netlink_ext_ack *extack, u8 verdict)
{
	if (extack)
		extack->_msg = verdict_text[verdict];
}

/**
 * vxmob_nl_verdict_errno - The error that a refusal is answered with
 * @verdict: enum vxmob_verdict
 *
 * Context: any.
 * Return: a negative error; 0 if the verdict accepts.
 */
int vxmob_nl_verdict_errno(u8 verdict)
{
	switch (verdict) {
	case VXMOB_VERDICT_REFUSE_INVALID:
		return -EINVAL;
	case VXMOB_VERDICT_REFUSE_STALE:
	case VXMOB_VERDICT_REFUSE_STALE_WITHDRAW:
	case VXMOB_VERDICT_REFUSE_TIE:
		return -ESTALE;
	case VXMOB_VERDICT_REFUSE_FULL:
		return -ENOSPC;
	case VXMOB_VERDICT_REFUSE_BUSY:
		return -EBUSY;
	default:
		return vxmob_verdict_accepts(verdict) ? 0 : -EPERM;
	}
}

/**
 * vxmob_nl_bad_attr - Say why a request is refused, and of which attribute
 * @extack: the extended ack, or NULL
 * @attr: the attribute, or NULL
 * @msg: the reason
 * @err: the error
 *
 * Context: any.
 * Return: @err.
 */
int vxmob_nl_bad_attr(struct netlink_ext_ack *extack, const struct nlattr *attr,
		      const char *msg, int err)
{
	if (extack) {
		extack->_msg = msg;
		extack->bad_attr = attr;
	}
	return err;
}

/* The device that a request names; RCU is held. */
static struct net_device *parse_device(struct net *net,
				       const struct nlattr *ifindex,
				       struct netlink_ext_ack *extack)
{
	struct net_device *dev;

	if (!ifindex) {
		vxmob_nl_bad_attr(extack, NULL, "vxmob: a device is needed", 0);
		return ERR_PTR(-EINVAL);
	}
	dev = dev_get_by_index_rcu(net, nla_get_u32(ifindex));
	if (!dev) {
		vxmob_nl_bad_attr(extack, ifindex, "vxmob: no such device", 0);
		return ERR_PTR(-ENODEV);
	}
	return dev;
}

/* The VNI may be left out where there is no choice. */
static struct vxmob_domain *find_domain(const struct net_device *dev,
					const struct nlattr *vni)
{
	struct vxmob_domain *d, *another;

	d = vxmob_domain_find(dev, vni ? nla_get_u32(vni) : 0);
	if (d || vni)
		return d;
	d = vxmob_domain_next(dev, NULL);
	another = d ? vxmob_domain_next(dev, d) : NULL;
	return another ? ERR_PTR(-EINVAL) : d;
}

/**
 * vxmob_nl_domain - Find the domain that a request names
 * @net: namespace of the caller
 * @ifindex: the attribute that names the device, or NULL
 * @vni: the attribute that names the VNI, or NULL
 * @extack: for the reason of a refusal
 *
 * Context: any.
 * Return: the domain, referenced; or ERR_PTR.
 */
struct vxmob_domain *vxmob_nl_domain(struct net *net,
				     const struct nlattr *ifindex,
				     const struct nlattr *vni,
				     struct netlink_ext_ack *extack)
{
	struct vxmob_domain *d = ERR_PTR(-ENOENT);
	struct net_device *dev;

	rcu_read_lock();
	dev = parse_device(net, ifindex, extack);
	if (IS_ERR(dev)) {
		d = ERR_CAST(dev);
		goto out;
	}
	d = find_domain(dev, vni);
	if (IS_ERR(d)) {
		vxmob_nl_bad_attr(extack, ifindex,
				  "vxmob: the device is enrolled with several VNIs: name one", 0);
		goto out;
	}
	if (d && vxmob_domain_get(d))
		goto out;
	d = ERR_PTR(-ENOENT);
	vxmob_nl_bad_attr(extack, vni ?: ifindex, vni ?
			  "vxmob: the device is not enrolled with that VNI" :
			  "vxmob: the device is not enrolled", 0);
out:
	rcu_read_unlock();
	return d;
}

static bool addr_len_ok(int len)
{
	return len == sizeof(struct in_addr) || len == sizeof(struct in6_addr);
}

/**
 * vxmob_nl_addr - Read an IP address
 * @attr: the attribute
 * @addr: filled
 * @extack: for the reason of a refusal
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int vxmob_nl_addr(const struct nlattr *attr, struct vxmob_addr *addr,
		  struct netlink_ext_ack *extack)
{
	if (!addr_len_ok(nla_len(attr)))
		return vxmob_nl_bad_attr(extack, attr,
					 "vxmob: an address has 4 or 16 bytes", -EINVAL);
	memset(addr, 0, sizeof(*addr));
	addr->len = nla_len(attr);
	memcpy(addr->b, nla_data(attr), addr->len);
	return 0;
}

static bool is_unicast(const struct vxmob_addr *addr)
{
	struct in6_addr v6;
	__be32 v4;

	if (addr->len == sizeof(v4)) {
		memcpy(&v4, addr->b, sizeof(v4));
		return v4 && !ipv4_is_multicast(v4) && !ipv4_is_lbcast(v4) &&
		       !ipv4_is_loopback(v4);
	}
	memcpy(&v6, addr->b, sizeof(v6));
	return !ipv6_addr_any(&v6) && !ipv6_addr_is_multicast(&v6) &&
	       !ipv6_addr_loopback(&v6) && !ipv6_addr_v4mapped(&v6);
}

/**
 * vxmob_nl_vtep - Read the address of a VTEP of a domain
 * @d: the domain
 * @attr: the attribute
 * @addr: filled
 * @extack: for the reason of a refusal
 *
 * Context: any.
 * Return: 0, -EAFNOSUPPORT or -EINVAL.
 */
int vxmob_nl_vtep(const struct vxmob_domain *d, const struct nlattr *attr,
		  struct vxmob_addr *addr, struct netlink_ext_ack *extack)
{
	int err;

	err = vxmob_nl_addr(attr, addr, extack);
	if (err)
		return err;
	if (addr->len != d->addr_len)
		return vxmob_nl_bad_attr(extack, attr, d->addr_len == 4 ?
					 "vxmob: the device sends to IPv4 addresses" :
					 "vxmob: the device sends to IPv6 addresses",
					 -EAFNOSUPPORT);
	if (!is_unicast(addr))
		return vxmob_nl_bad_attr(extack, attr,
					 "vxmob: a VTEP has a unicast address", -EINVAL);
	return 0;
}

/**
 * vxmob_nl_port - Read a local port of a domain
 * @d: the domain
 * @attr: the attribute
 * @place: filled
 * @extack: for the reason of a refusal
 *
 * Context: any.
 * Return: 0 or -ENODEV.
 */
int vxmob_nl_port(struct vxmob_domain *d, const struct nlattr *attr,
		  struct vxmob_place *place, struct netlink_ext_ack *extack)
{
	place->state = VXMOB_STATE_LOCAL;
	place->ifindex = nla_get_u32(attr);
	if (!vxmob_port_valid(d, place->ifindex))
		return vxmob_nl_bad_attr(extack, attr,
					 "vxmob: not a local port of the domain's bridge",
					 -ENODEV);
	return 0;
}

static int parse_place(struct vxmob_domain *d, struct nlattr **tb,
		       struct vxmob_claim *claim,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *via = tb[VXMOB_A_MAC_VIA], *on = tb[VXMOB_A_MAC_ON];

	if (via && on)
		return vxmob_nl_bad_attr(extack, on,
					 "vxmob: a MAC is behind a VTEP or on a port, not both",
					 -EINVAL);
	if (on)
		return vxmob_nl_port(d, on, &claim->place, extack);
	if (via) {
		claim->place.state = VXMOB_STATE_REMOTE;
		return vxmob_nl_vtep(d, via, &claim->place.vtep, extack);
	}
	if (claim->op == VXMOB_OP_ANNOUNCE)
		return vxmob_nl_bad_attr(extack, NULL,
					 "vxmob: a VTEP or a port is needed", -EINVAL);
	return 0;
}

static int parse_flags(struct nlattr **tb, struct vxmob_claim *claim,
		       struct netlink_ext_ack *extack)
{
	u32 flags;

	if (!tb[VXMOB_A_MAC_FLAGS])
		return 0;
	flags = nla_get_u32(tb[VXMOB_A_MAC_FLAGS]);
	if (flags & ~REQUEST_FLAGS || claim->op == VXMOB_OP_WITHDRAW)
		return vxmob_nl_bad_attr(extack, tb[VXMOB_A_MAC_FLAGS],
					 "vxmob: such a flag cannot be set", -EINVAL);
	claim->sticky = flags & VXMOB_MAC_FLAGS_STICKY;
	claim->router = flags & VXMOB_MAC_FLAGS_ROUTER;
	return 0;
}

static unsigned int count_ips(const struct nlattr *head, int len)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nla_for_each_attr(attr, head, len, rem)
		n += nla_type(attr) == VXMOB_A_MAC_IP;
	return n;
}

static int parse_ips(const struct nlattr *last, const struct nlattr *head,
		     int len, struct vxmob_claim *claim, struct vxmob_ips **ips,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	unsigned int n;
	int rem, err = 0;

	if (!last)
		return 0;
	n = count_ips(head, len);
	if (n > VXMOB_IPS_MAX || claim->op == VXMOB_OP_WITHDRAW)
		return vxmob_nl_bad_attr(extack, last, n > VXMOB_IPS_MAX ?
					 "vxmob: too many IP addresses" :
					 "vxmob: a withdrawal names no IP address",
					 -EINVAL);
	*ips = kzalloc(struct_size(*ips, addr, n), GFP_KERNEL_ACCOUNT);
	if (!*ips)
		return -ENOMEM;
	nla_for_each_attr(attr, head, len, rem)
		if (!err && nla_type(attr) == VXMOB_A_MAC_IP)
			err = vxmob_nl_addr(attr, &(*ips)->addr[(*ips)->n++],
					    extack);
	return err;
}

static int parse_claim(struct vxmob_domain *d, struct nlattr **tb,
		       const struct nlattr *head, int len,
		       struct vxmob_claim *claim, struct vxmob_ips **ips,
		       struct netlink_ext_ack *extack)
{
	int err;

	if (!tb[VXMOB_A_MAC_LLADDR])
		return vxmob_nl_bad_attr(extack, NULL, "vxmob: a MAC is needed",
					 -EINVAL);
	memcpy(claim->mac, nla_data(tb[VXMOB_A_MAC_LLADDR]), ETH_ALEN);
	claim->has_seq = tb[VXMOB_A_MAC_SEQ];
	if (claim->has_seq)
		claim->seq = nla_get_u32(tb[VXMOB_A_MAC_SEQ]);
	err = parse_place(d, tb, claim, extack);
	if (err)
		return err;
	err = parse_flags(tb, claim, extack);
	return err ?: parse_ips(tb[VXMOB_A_MAC_IP], head, len, claim, ips,
				extack);
}

/**
 * vxmob_nl_parse_claim - Read a claim from attributes
 * @d: the domain that they name
 * @tb: the attributes
 * @head: the first of them as they came, for those that may repeat
 * @len: bytes from @head on
 * @op: enum vxmob_op
 * @claim: filled
 * @ips: set to the IP addresses, or NULL; the caller frees them
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep.
 * Return: 0, or a negative error and nothing is to be released.
 */
int vxmob_nl_parse_claim(struct vxmob_domain *d, struct nlattr **tb,
			 const struct nlattr *head, int len, u8 op,
			 struct vxmob_claim *claim, struct vxmob_ips **ips,
			 struct netlink_ext_ack *extack)
{
	int err;

	memset(claim, 0, sizeof(*claim));
	claim->seen_ns = ktime_get_ns();
	claim->op = op;
	claim->origin = VXMOB_ORIGIN_CONTROL;
	*ips = NULL;
	err = parse_claim(d, tb, head, len, claim, ips, extack);
	if (err) {
		kfree(*ips);
		*ips = NULL;
	}
	return err;
}

static int claim_answer(u8 verdict, int err, struct netlink_ext_ack *extack)
{
	if (vxmob_verdict_accepts(verdict))
		return 0;
	vxmob_nl_set_verdict(extack, verdict);
	if (verdict == VXMOB_VERDICT_FAILED)
		return err;
	return vxmob_nl_verdict_errno(verdict);
}

/* @last is the last attribute that the operation knows: beyond is nothing. */
static int do_claim(struct genl_info *info, u8 op, int last)
{
	struct nlattr *tb[VXMOB_A_MAC_MAX + 1] = {};
	struct net *net = genl_info_net(info);
	struct vxmob_claim claim;
	struct vxmob_domain *d;
	struct vxmob_ips *ips;
	u8 verdict;
	int err;

	memcpy(tb, info->attrs, sizeof(*tb) * (last + 1));
	d = vxmob_nl_domain(net, tb[VXMOB_A_MAC_IFINDEX], tb[VXMOB_A_MAC_VNI],
			    info->extack);
	if (IS_ERR(d))
		return PTR_ERR(d);
	err = vxmob_nl_parse_claim(d, tb,
				   nlmsg_attrdata(info->nlhdr, GENL_HDRLEN),
				   nlmsg_attrlen(info->nlhdr, GENL_HDRLEN),
				   op, &claim, &ips, info->extack);
	if (!err) {
		mutex_lock(&vxmob_net(net)->claim_lock);
		verdict = vxmob_claim(d, &claim, &ips, &err);
		mutex_unlock(&vxmob_net(net)->claim_lock);
		kfree(ips);
		err = claim_answer(verdict, err, info->extack);
	}
	vxmob_domain_put(d);
	return err;
}

/**
 * vxmob_nl_mac_announce_doit - Claim that a MAC is somewhere
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_mac_announce_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_claim(info, VXMOB_OP_ANNOUNCE, VXMOB_A_MAC_IP);
}

/**
 * vxmob_nl_mac_withdraw_doit - Claim that a MAC is no longer somewhere
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_mac_withdraw_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_claim(info, VXMOB_OP_WITHDRAW, VXMOB_A_MAC_SEQ);
}

static struct vxmob_options *options_new(const struct vxmob_options *was)
{
	struct vxmob_options *opt = kzalloc(sizeof(*opt), GFP_KERNEL);

	if (!opt)
		return NULL;
	if (was) {
		*opt = *was;
		return opt;
	}
	opt->snoop = VXMOB_SNOOP_RARP;
	opt->confirm = CONFIRM_DEFAULT;
	opt->max_macs = MAX_MACS_DEFAULT;
	opt->guard = VXMOB_GUARD_ON;
	opt->dup_moves = DUP_MOVES_DEFAULT;
	opt->dup_window = DUP_WINDOW_DEFAULT;
	opt->settle = SETTLE_DEFAULT;
	opt->redirect = REDIRECT_DEFAULT;
	opt->announce_rounds = ANNOUNCE_ROUNDS_DEFAULT;
	opt->announce_initial = ANNOUNCE_INITIAL_DEFAULT;
	opt->announce_step = ANNOUNCE_STEP_DEFAULT;
	opt->announce_max = ANNOUNCE_MAX_DEFAULT;
	return opt;
}

static int parse_protect(struct vxmob_options *opt, const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	u8 *mac;

	/* Nobody's address stands for a list of nobody. */
	if (is_zero_ether_addr(nla_data(attr)))
		return 0;
	if (opt->n_protect == VXMOB_PROTECT_MAX)
		return vxmob_nl_bad_attr(extack, attr,
					 "vxmob: too many protected MACs", -E2BIG);
	mac = opt->protect[opt->n_protect++];
	memcpy(mac, nla_data(attr), ETH_ALEN);
	if (!is_valid_ether_addr(mac))
		return vxmob_nl_bad_attr(extack, attr, "vxmob: not a unicast MAC",
					 -EINVAL);
	return 0;
}

static int parse_listed_vtep(struct vxmob_options *opt,
			     const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	if (opt->n_vtep == VXMOB_VTEPS_MAX)
		return vxmob_nl_bad_attr(extack, attr, "vxmob: too many VTEPs", -E2BIG);
	return vxmob_nl_addr(attr, &opt->vtep[opt->n_vtep++], extack);
}

/* A list that is given replaces the one that was. */
static int parse_lists(struct genl_info *info, struct vxmob_options *opt)
{
	struct nlattr *attr;
	int rem, err = 0;

	if (info->attrs[VXMOB_A_DOMAIN_VTEP] || opt->vteps != VXMOB_VTEPS_LIST)
		opt->n_vtep = 0;
	if (info->attrs[VXMOB_A_DOMAIN_PROTECT])
		opt->n_protect = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) == VXMOB_A_DOMAIN_VTEP)
			err = parse_listed_vtep(opt, attr, info->extack);
		else if (nla_type(attr) == VXMOB_A_DOMAIN_PROTECT)
			err = parse_protect(opt, attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

static int check_vteps(struct genl_info *info, const struct vxmob_options *opt)
{
	const struct nlattr *list = info->attrs[VXMOB_A_DOMAIN_VTEP];

	if (opt->vteps != VXMOB_VTEPS_LIST && list)
		return vxmob_nl_bad_attr(info->extack, list,
					 "vxmob: a VTEP list without vteps list",
					 -EINVAL);
	if (opt->vteps == VXMOB_VTEPS_LIST && !opt->n_vtep)
		return vxmob_nl_bad_attr(info->extack, info->attrs[VXMOB_A_DOMAIN_VTEPS],
					 "vxmob: the VTEP list is empty", -EINVAL);
	return 0;
}

static int check_duplicates(struct genl_info *info,
			    const struct vxmob_options *opt)
{
	if (opt->dup_action == VXMOB_DUP_ACTION_BLACKHOLE &&
	    !IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE))
		return vxmob_nl_bad_attr(info->extack,
					 info->attrs[VXMOB_A_DOMAIN_DUP_ACTION],
					 "vxmob: this kernel has no netfilter in bridges",
					 -EOPNOTSUPP);
	if (!opt->dup_recover || opt->dup_recover >= DUP_RECOVER_MIN)
		return 0;
	return vxmob_nl_bad_attr(info->extack, info->attrs[VXMOB_A_DOMAIN_DUP_RECOVER],
				 "vxmob: recovery takes 30 to 3600 seconds, or 0 for never",
				 -ERANGE);
}

static void parse_u32(struct genl_info *info, int type, u32 *to)
{
	if (info->attrs[type])
		*to = nla_get_u32(info->attrs[type]);
}

static void parse_handover(struct genl_info *info, struct vxmob_options *opt)
{
	parse_u32(info, VXMOB_A_DOMAIN_SETTLE, &opt->settle);
	parse_u32(info, VXMOB_A_DOMAIN_REDIRECT, &opt->redirect);
	parse_u32(info, VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS, &opt->announce_rounds);
	parse_u32(info, VXMOB_A_DOMAIN_ANNOUNCE_INITIAL,
		  &opt->announce_initial);
	parse_u32(info, VXMOB_A_DOMAIN_ANNOUNCE_STEP, &opt->announce_step);
	parse_u32(info, VXMOB_A_DOMAIN_ANNOUNCE_MAX, &opt->announce_max);
}

/* Options from a request, over those that are in force or the defaults */
static struct vxmob_options *parse_options(struct genl_info *info,
					   const struct vxmob_options *was)
{
	struct vxmob_options *opt = options_new(was);
	int err;

	if (!opt)
		return ERR_PTR(-ENOMEM);
	parse_u32(info, VXMOB_A_DOMAIN_MODE, &opt->mode);
	parse_u32(info, VXMOB_A_DOMAIN_SNOOP, &opt->snoop);
	parse_u32(info, VXMOB_A_DOMAIN_CONFIRM, &opt->confirm);
	parse_u32(info, VXMOB_A_DOMAIN_MAX_MACS, &opt->max_macs);
	parse_u32(info, VXMOB_A_DOMAIN_VTEPS, &opt->vteps);
	parse_u32(info, VXMOB_A_DOMAIN_GUARD, &opt->guard);
	parse_u32(info, VXMOB_A_DOMAIN_DUP_MOVES, &opt->dup_moves);
	parse_u32(info, VXMOB_A_DOMAIN_DUP_WINDOW, &opt->dup_window);
	parse_u32(info, VXMOB_A_DOMAIN_DUP_ACTION, &opt->dup_action);
	parse_u32(info, VXMOB_A_DOMAIN_DUP_RECOVER, &opt->dup_recover);
	parse_handover(info, opt);
	err = parse_lists(info, opt) ?: check_vteps(info, opt) ?:
	      check_duplicates(info, opt);
	if (!err)
		return opt;
	kfree(opt);
	return ERR_PTR(err);
}

static int domain_add(struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct vxmob_options *opt;
	struct net_device *dev;
	int vid = -1;
	u32 vni = 0;

	rcu_read_lock();
	dev = parse_device(genl_info_net(info), tb[VXMOB_A_DOMAIN_IFINDEX],
			   info->extack);
	rcu_read_unlock();	/* the RTNL keeps it from here */
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	opt = parse_options(info, NULL);
	if (IS_ERR(opt))
		return PTR_ERR(opt);
	if (tb[VXMOB_A_DOMAIN_VID])
		vid = nla_get_u16(tb[VXMOB_A_DOMAIN_VID]);
	parse_u32(info, VXMOB_A_DOMAIN_VNI, &vni);
	return vxmob_domain_create(dev, vni, vid, opt, info->extack);
}

/**
 * vxmob_nl_domain_add_doit - Enrol a vxlan device
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the RTNL.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_domain_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	rtnl_lock();
	err = domain_add(info);
	rtnl_unlock();
	return err;
}

static struct vxmob_domain *parse_own_domain(struct genl_info *info)
{
	return vxmob_nl_domain(genl_info_net(info),
			       info->attrs[VXMOB_A_DOMAIN_IFINDEX],
			       info->attrs[VXMOB_A_DOMAIN_VNI], info->extack);
}

static int domain_set(struct genl_info *info, struct vxmob_domain *d)
{
	struct nlattr *vid = info->attrs[VXMOB_A_DOMAIN_VID];
	struct vxmob_options *opt;

	if (d->dead)
		return -ENODEV;
	if (vid && nla_get_u16(vid) != d->vid)
		return vxmob_nl_bad_attr(info->extack, vid,
					 "vxmob: the VLAN cannot be changed: delete the domain and add it again",
					 -EOPNOTSUPP);
	opt = parse_options(info, rtnl_dereference(d->opt));
	if (IS_ERR(opt))
		return PTR_ERR(opt);
	return vxmob_domain_set_options(d, opt);
}

/**
 * vxmob_nl_domain_set_doit - Change options of a domain
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the RTNL.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_domain_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vxmob_domain *d;
	int err;

	rtnl_lock();
	d = parse_own_domain(info);
	err = PTR_ERR_OR_ZERO(d);
	if (!err) {
		err = domain_set(info, d);
		vxmob_domain_put(d);
	}
	rtnl_unlock();
	return err;
}

/* A VNI may be named alone if one device carries it. RTNL is held. */
static struct vxmob_domain *find_carrier(struct net *net, u32 vni)
{
	struct vxmob_domain *d, *found = NULL;

	list_for_each_entry(d, &vxmob_net(net)->domains, list) {
		if (d->vni != vni)
			continue;
		if (found)
			return ERR_PTR(-ENOTUNIQ);
		found = d;
	}
	return found && vxmob_domain_get(found) ? found : ERR_PTR(-ENOENT);
}

static struct vxmob_domain *parse_carrier(struct genl_info *info)
{
	struct nlattr *vni = info->attrs[VXMOB_A_DOMAIN_VNI];
	struct vxmob_domain *d;

	d = find_carrier(genl_info_net(info), nla_get_u32(vni));
	if (IS_ERR(d))
		vxmob_nl_bad_attr(info->extack, vni, d == ERR_PTR(-ENOENT) ?
				  "vxmob: no device is enrolled with that VNI" :
				  "vxmob: several devices are enrolled with that VNI: name one",
				  0);
	return d;
}

/**
 * vxmob_nl_domain_del_doit - End a domain
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the RTNL.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_domain_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vxmob_domain *d;
	int err;

	rtnl_lock();
	d = info->attrs[VXMOB_A_DOMAIN_IFINDEX] ||
	    !info->attrs[VXMOB_A_DOMAIN_VNI] ? parse_own_domain(info) :
					       parse_carrier(info);
	err = PTR_ERR_OR_ZERO(d);
	if (!err) {
		vxmob_domain_end(d);
		vxmob_domain_put(d);
	}
	rtnl_unlock();
	return err;
}

static int fill_lists(struct sk_buff *skb, const struct vxmob_options *opt)
{
	unsigned int i;

	for (i = 0; i < opt->n_vtep; i++)
		if (vxmob_put_addr(skb, VXMOB_A_DOMAIN_VTEP, &opt->vtep[i]))
			return -EMSGSIZE;
	for (i = 0; i < opt->n_protect; i++)
		if (nla_put(skb, VXMOB_A_DOMAIN_PROTECT, ETH_ALEN,
			    opt->protect[i]))
			return -EMSGSIZE;
	return 0;
}

static int fill_handover(struct sk_buff *skb, const struct vxmob_options *opt)
{
	if (nla_put_u32(skb, VXMOB_A_DOMAIN_SETTLE, opt->settle) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_REDIRECT, opt->redirect) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS,
			opt->announce_rounds) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_ANNOUNCE_INITIAL,
			opt->announce_initial) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_ANNOUNCE_STEP,
			opt->announce_step) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_ANNOUNCE_MAX, opt->announce_max))
		return -EMSGSIZE;
	return 0;
}

static int fill_options(struct sk_buff *skb, const struct vxmob_options *opt)
{
	if (nla_put_u32(skb, VXMOB_A_DOMAIN_MODE, opt->mode) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_SNOOP, opt->snoop) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_CONFIRM, opt->confirm) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_VTEPS, opt->vteps) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_MAX_MACS, opt->max_macs) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_GUARD, opt->guard) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_DUP_MOVES, opt->dup_moves) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_DUP_WINDOW, opt->dup_window) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_DUP_ACTION, opt->dup_action) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_DUP_RECOVER, opt->dup_recover))
		return -EMSGSIZE;
	return fill_handover(skb, opt) ?: fill_lists(skb, opt);
}

static int fill_domain(struct sk_buff *skb, struct vxmob_domain *d)
{
	const struct net_device *br = rcu_dereference(d->br);

	if (nla_put_u32(skb, VXMOB_A_DOMAIN_IFINDEX, d->ifindex) ||
	    nla_put_string(skb, VXMOB_A_DOMAIN_IFNAME, d->dev->name) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_VNI, d->vni) ||
	    nla_put_u16(skb, VXMOB_A_DOMAIN_VID, d->vid) ||
	    nla_put_u32(skb, VXMOB_A_DOMAIN_MACS, vxmob_binding_count(d)) ||
	    (br && nla_put_u32(skb, VXMOB_A_DOMAIN_BRIDGE, br->ifindex)))
		return -EMSGSIZE;
	return fill_options(skb, rcu_dereference(d->opt));
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    struct vxmob_domain *d,
		    int (*fill)(struct sk_buff *skb, struct vxmob_domain *d))
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vxmob_nl_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill(skb, d)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * vxmob_nl_domain_matches - Whether a filter names a domain
 * @d: the domain
 * @ifindex: the attribute that names a device, or NULL
 * @vni: the attribute that names a VNI, or NULL
 *
 * Context: any.
 * Return: true if it does.
 */
bool vxmob_nl_domain_matches(const struct vxmob_domain *d,
			     const struct nlattr *ifindex,
			     const struct nlattr *vni)
{
	return (!ifindex || nla_get_u32(ifindex) == d->ifindex) &&
	       (!vni || nla_get_u32(vni) == d->vni);
}

/**
 * vxmob_nl_dump_domains - Go on with a dump of a message a domain
 * @skb: filled
 * @cb: where the dump is; args[0] counts the domains behind us
 * @cmd: the command of the messages
 * @ifindex: the attribute that names a device, or NULL
 * @vni: the attribute that names a VNI, or NULL
 * @fill: puts a domain into a message; called under RCU
 *
 * Context: process.
 * Return: bytes filled.
 */
int vxmob_nl_dump_domains(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			  const struct nlattr *ifindex, const struct nlattr *vni,
			  int (*fill)(struct sk_buff *skb,
				      struct vxmob_domain *d))
{
	struct vxmob_net *vn = vxmob_net(sock_net(skb->sk));
	struct vxmob_domain *d;
	int err = 0;
	long i = 0;

	rcu_read_lock();
	cb->seq = READ_ONCE(vn->gen);
	list_for_each_entry_rcu(d, &vn->domains, list) {
		if (i++ < cb->args[0] ||
		    !vxmob_nl_domain_matches(d, ifindex, vni))
			continue;
		err = dump_one(skb, cb, cmd, d, fill);
		if (err) {
			i--;
			break;
		}
	}
	rcu_read_unlock();
	cb->args[0] = i;
	return skb->len ?: err;
}

/**
 * vxmob_nl_domain_dump_dumpit - List domains
 * @skb: filled
 * @cb: where the dump is
 *
 * Context: process.
 * Return: bytes filled.
 */
int vxmob_nl_domain_dump_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct nlattr **tb = vxmob_dump_attrs(cb);

	return vxmob_nl_dump_domains(skb, cb, VXMOB_CMD_DOMAIN_DUMP,
				     tb[VXMOB_A_DOMAIN_IFINDEX], tb[VXMOB_A_DOMAIN_VNI],
				     fill_domain);
}

/**
 * vxmob_nl_stats_dump_dumpit - List counters of domains
 * @skb: filled
 * @cb: where the dump is
 *
 * Context: process.
 * Return: bytes filled.
 */
int vxmob_nl_stats_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **tb = vxmob_dump_attrs(cb);

	return vxmob_nl_dump_domains(skb, cb, VXMOB_CMD_STATS_DUMP,
				     tb[VXMOB_A_STATS_IFINDEX], tb[VXMOB_A_STATS_VNI],
				     vxmob_stats_fill);
}

static u32 binding_flags(struct vxmob_domain *d, const struct vxmob_binding *b)
{
	u32 flags = 0;

	if (vxmob_move_find(d, b->mac))
		flags |= VXMOB_MAC_FLAGS_MOVING;
	if (b->mob.sticky)
		flags |= VXMOB_MAC_FLAGS_STICKY;
	if (b->mob.router)
		flags |= VXMOB_MAC_FLAGS_ROUTER;
	if (test_bit(VXMOB_B_VXLAN_OURS, &b->flags) ||
	    test_bit(VXMOB_B_BRIDGE_OURS, &b->flags))
		flags |= VXMOB_MAC_FLAGS_INSTALLED;
	if (b->mob.duplicate)
		flags |= VXMOB_MAC_FLAGS_DUPLICATE;
	if (test_bit(VXMOB_B_BLACKHOLE, &b->flags))
		flags |= VXMOB_MAC_FLAGS_BLACKHOLE;
	return flags;
}

static int fill_remote(struct sk_buff *skb, const struct vxmob_place *p)
{
	if (vxmob_put_addr(skb, VXMOB_A_MAC_VIA, &p->vtep) ||
	    (p->port && nla_put_u16(skb, VXMOB_A_MAC_PORT, ntohs(p->port))) ||
	    (p->vni && nla_put_u32(skb, VXMOB_A_MAC_DST_VNI, p->vni)) ||
	    (p->ifindex && nla_put_u32(skb, VXMOB_A_MAC_DST_IFINDEX,
				       p->ifindex)))
		return -EMSGSIZE;
	return 0;
}

static int fill_place(struct sk_buff *skb, const struct vxmob_place *p)
{
	if (nla_put_u32(skb, VXMOB_A_MAC_STATE, p->state))
		return -EMSGSIZE;
	if (p->state == VXMOB_STATE_REMOTE)
		return fill_remote(skb, p);
	return nla_put_u32(skb, VXMOB_A_MAC_ON, p->ifindex);
}

static int fill_mobility(struct sk_buff *skb, const struct vxmob_mobility *mob)
{
	if ((mob->has_seq && nla_put_u32(skb, VXMOB_A_MAC_SEQ, mob->seq)) ||
	    nla_put_u32(skb, VXMOB_A_MAC_BUMP, mob->bump) ||
	    nla_put_u32(skb, VXMOB_A_MAC_ORIGIN, mob->origin) ||
	    nla_put_u32(skb, VXMOB_A_MAC_STATUS, mob->status))
		return -EMSGSIZE;
	return fill_place(skb, &mob->cur);
}

static int fill_ips(struct sk_buff *skb, const struct vxmob_ips *ips)
{
	unsigned int i;

	for (i = 0; ips && i < ips->n; i++)
		if (vxmob_put_addr(skb, VXMOB_A_MAC_IP, &ips->addr[i]))
			return -EMSGSIZE;
	return 0;
}

static int fill_binding(struct sk_buff *skb, struct vxmob_domain *d,
			const struct vxmob_binding *b)
{
	if (nla_put_u32(skb, VXMOB_A_MAC_IFINDEX, d->ifindex) ||
	    nla_put_u32(skb, VXMOB_A_MAC_VNI, d->vni) ||
	    nla_put_u16(skb, VXMOB_A_MAC_VID, d->vid) ||
	    nla_put(skb, VXMOB_A_MAC_LLADDR, ETH_ALEN, b->mac) ||
	    nla_put_u32(skb, VXMOB_A_MAC_FLAGS, binding_flags(d, b)) ||
	    nla_put_u32(skb, VXMOB_A_MAC_MOVES, b->moves) ||
	    nla_put_u64_64bit(skb, VXMOB_A_MAC_AGE_MS,
			      vxmob_now_ms() - b->mob.moved_ms,
			      VXMOB_A_MAC_PAD) ||
	    fill_mobility(skb, &b->mob))
		return -EMSGSIZE;
	return fill_ips(skb, b->ips);
}

/* A MAC that a transaction has only reserved is not there yet. */
static struct vxmob_binding *find_bound(struct vxmob_domain *d, const u8 *mac)
{
	struct vxmob_binding *b = d->dead ? NULL : vxmob_binding_find(d, mac);

	return b && b->mob.cur.state != VXMOB_STATE_NONE ? b : NULL;
}

static int fill_get(struct sk_buff *skb, struct genl_info *info,
		    struct vxmob_domain *d, const struct nlattr *lladdr)
{
	struct vxmob_binding *b;
	int err = -ENOENT;
	void *hdr;

	hdr = genlmsg_put_reply(skb, info, &vxmob_nl_family, 0,
				VXMOB_CMD_MAC_GET);
	if (!hdr)
		return -EMSGSIZE;
	spin_lock_bh(&d->lock);
	b = find_bound(d, nla_data(lladdr));
	if (b)
		err = fill_binding(skb, d, b);
	spin_unlock_bh(&d->lock);
	if (!b)
		vxmob_nl_bad_attr(info->extack, lladdr, "vxmob: the MAC is not bound",
				  0);
	genlmsg_end(skb, hdr);
	return err;
}

/**
 * vxmob_nl_mac_get_doit - Get one binding
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_mac_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct vxmob_domain *d;
	struct sk_buff *reply;
	int err = -ENOMEM;

	if (!tb[VXMOB_A_MAC_LLADDR])
		return vxmob_nl_bad_attr(info->extack, NULL, "vxmob: a MAC is needed",
					 -EINVAL);
	d = vxmob_nl_domain(genl_info_net(info), tb[VXMOB_A_MAC_IFINDEX],
			    tb[VXMOB_A_MAC_VNI], info->extack);
	if (IS_ERR(d))
		return PTR_ERR(d);
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (reply)
		err = fill_get(reply, info, d, tb[VXMOB_A_MAC_LLADDR]);
	vxmob_domain_put(d);
	if (!err)
		return genlmsg_reply(reply, info);
	nlmsg_free(reply);
	return err;
}

/**
 * struct mac_filter - Which bindings are meant
 * @tb: the request's attributes
 * @via: the VTEP, if @tb names one
 */
struct mac_filter {
	struct nlattr **tb;
	struct vxmob_addr via;
};

static int parse_filter(struct mac_filter *f, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	f->tb = tb;
	if (!tb[VXMOB_A_MAC_VIA])
		return 0;
	return vxmob_nl_addr(tb[VXMOB_A_MAC_VIA], &f->via, extack);
}

static bool u32_matches(const struct nlattr *attr, u32 value)
{
	return !attr || nla_get_u32(attr) == value;
}

static bool place_matches(const struct mac_filter *f,
			  const struct vxmob_place *p)
{
	const struct nlattr *on = f->tb[VXMOB_A_MAC_ON];

	if (on && (p->state != VXMOB_STATE_LOCAL ||
		   p->ifindex != nla_get_u32(on)))
		return false;
	return !f->tb[VXMOB_A_MAC_VIA] || vxmob_addr_equal(&f->via, &p->vtep);
}

static bool binding_matches(const struct mac_filter *f,
			    const struct vxmob_binding *b)
{
	const struct nlattr *mac = f->tb[VXMOB_A_MAC_LLADDR];

	if (b->mob.cur.state == VXMOB_STATE_NONE ||
	    (mac && memcmp(nla_data(mac), b->mac, ETH_ALEN)))
		return false;
	return u32_matches(f->tb[VXMOB_A_MAC_ORIGIN], b->mob.origin) &&
	       u32_matches(f->tb[VXMOB_A_MAC_STATUS], b->mob.status) &&
	       place_matches(f, &b->mob.cur);
}

static unsigned int collect(struct vxmob_net *vn, const struct nlattr *ifindex,
			    const struct nlattr *vni, struct vxmob_domains *set,
			    unsigned int max)
{
	struct vxmob_domain *d;
	unsigned int n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(d, &vn->domains, list) {
		if (!vxmob_nl_domain_matches(d, ifindex, vni))
			continue;
		n++;
		if (set && set->n < max && vxmob_domain_get(d))
			set->d[set->n++] = d;
	}
	rcu_read_unlock();
	return n;
}

/**
 * vxmob_nl_domains_get - Collect the domains that a filter names
 * @net: namespace of the caller
 * @ifindex: the attribute that names a device, or NULL
 * @vni: the attribute that names a VNI, or NULL
 *
 * Context: process, may sleep.
 * Return: the domains, referenced; or NULL.
 */
struct vxmob_domains *vxmob_nl_domains_get(struct net *net,
					   const struct nlattr *ifindex,
					   const struct nlattr *vni)
{
	struct vxmob_net *vn = vxmob_net(net);
	unsigned int max = collect(vn, ifindex, vni, NULL, 0);
	struct vxmob_domains *set;

	set = kvzalloc(struct_size(set, d, max), GFP_KERNEL);
	if (set)
		collect(vn, ifindex, vni, set, max);
	return set;
}

/**
 * vxmob_nl_domains_put - Release what vxmob_nl_domains_get() collected
 * @set: the domains
 *
 * Context: process.
 */
void vxmob_nl_domains_put(struct vxmob_domains *set)
{
	while (set->n--)
		vxmob_domain_put(set->d[set->n]);
	kvfree(set);
}

/**
 * struct mac_dump - Where a dump of bindings is
 * @filter: which bindings
 * @set: the domains
 * @i: the domain in hand
 * @walking: @iter is in use
 * @iter: where in its table
 */
struct mac_dump {
	struct mac_filter filter;
	struct vxmob_domains *set;
	unsigned int i;
	bool walking;
	struct rhashtable_iter iter;
};

/**
 * vxmob_nl_mac_dump_start - Begin a dump of bindings
 * @cb: where the dump is
 *
 * Context: process, may sleep.
 * Return: 0 or a negative error.
 */
int vxmob_nl_mac_dump_start(struct netlink_callback *cb)
{
	struct nlattr **tb = vxmob_dump_attrs(cb);
	struct mac_dump *dump;
	int err;

	dump = kzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	err = parse_filter(&dump->filter, tb, cb->extack);
	if (!err) {
		dump->set = vxmob_nl_domains_get(sock_net(cb->skb->sk),
						 tb[VXMOB_A_MAC_IFINDEX],
						 tb[VXMOB_A_MAC_VNI]);
		err = dump->set ? 0 : -ENOMEM;
	}
	if (err) {
		kfree(dump);
		return err;
	}
	cb->args[0] = (long)dump;
	return 0;
}

/**
 * vxmob_nl_mac_dump_done - End a dump of bindings
 * @cb: where the dump is
 *
 * Context: process, may sleep.
 * Return: 0.
 */
int vxmob_nl_mac_dump_done(struct netlink_callback *cb)
{
	struct mac_dump *dump = (struct mac_dump *)cb->args[0];

	if (!dump)
		return 0;
	if (dump->walking)
		rhashtable_walk_exit(&dump->iter);
	vxmob_nl_domains_put(dump->set);
	kfree(dump);
	return 0;
}

static int dump_binding(struct sk_buff *skb, struct netlink_callback *cb,
			struct vxmob_domain *d, struct vxmob_binding *b,
			const struct mac_filter *filter)
{
	int err = 0;
	void *hdr;

	if (test_bit(VXMOB_B_DEAD, &b->flags) || !binding_matches(filter, b))
		return 0;
	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vxmob_nl_family, NLM_F_MULTI, VXMOB_CMD_MAC_DUMP);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	err = fill_binding(skb, d, b);
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/* Returns -EMSGSIZE if the message is full, 0 when the table is done. */
static int dump_table(struct sk_buff *skb, struct netlink_callback *cb,
		      struct mac_dump *dump, struct vxmob_domain *d)
{
	struct vxmob_binding *b;
	int err = 0;

	cb->seq += vxmob_binding_walk_start(&dump->iter);
	b = rhashtable_walk_peek(&dump->iter);
	while (b && !err) {
		if (IS_ERR(b)) {
			cb->seq++;
		} else {
			spin_lock_bh(&d->lock);
			err = dump_binding(skb, cb, d, b, &dump->filter);
			spin_unlock_bh(&d->lock);
		}
		if (!err)
			b = rhashtable_walk_next(&dump->iter);
	}
	rhashtable_walk_stop(&dump->iter);
	return err;
}

static unsigned int dump_generation(const struct vxmob_domains *set)
{
	unsigned int i, gen = 1;

	for (i = 0; i < set->n; i++)
		gen += READ_ONCE(set->d[i]->gen);
	return gen ?: 1;
}

/**
 * vxmob_nl_mac_dump_dumpit - Go on with a dump of bindings
 * @skb: filled
 * @cb: where the dump is
 *
 * Context: process.
 * Return: bytes filled.
 */
int vxmob_nl_mac_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mac_dump *dump = (struct mac_dump *)cb->args[0];
	struct vxmob_domain *d;

	cb->seq = dump_generation(dump->set);
	for (; dump->i < dump->set->n; dump->i++) {
		d = dump->set->d[dump->i];
		if (!dump->walking)
			rhashtable_walk_enter(&d->macs, &dump->iter);
		dump->walking = true;
		if (dump_table(skb, cb, dump, d))
			break;
		rhashtable_walk_exit(&dump->iter);
		dump->walking = false;
	}
	return skb->len;
}

static bool flush_binding(struct vxmob_domain *d, struct vxmob_binding *b,
			  void *data)
{
	struct vxmob_claim claim = {
		.op = VXMOB_OP_WITHDRAW,
		.origin = VXMOB_ORIGIN_CONTROL,
		.seen_ns = ktime_get_ns(),
	};
	struct vxmob_fdb fdb;
	int err;

	if (d->dead || !binding_matches(data, b))
		return !d->dead;
	ether_addr_copy(claim.mac, b->mac);
	vxmob_fdb_read(d, b->mac, &fdb);
	vxmob_claim_locked(d, &claim, &fdb, NULL, &err);
	return true;
}

static bool unfreeze_binding(struct vxmob_domain *d, struct vxmob_binding *b,
			     void *data)
{
	if (!d->dead && binding_matches(data, b))
		vxmob_unfreeze(d, b);
	return !d->dead;
}

static int change_matching(struct genl_info *info,
			   bool (*fn)(struct vxmob_domain *d,
				      struct vxmob_binding *b, void *data))
{
	struct net *net = genl_info_net(info);
	struct mac_filter filter = {};
	struct vxmob_domains *set;
	unsigned int i;
	int err;

	err = parse_filter(&filter, info->attrs, info->extack);
	if (err)
		return err;
	set = vxmob_nl_domains_get(net, info->attrs[VXMOB_A_MAC_IFINDEX],
				   info->attrs[VXMOB_A_MAC_VNI]);
	if (!set)
		return -ENOMEM;
	mutex_lock(&vxmob_net(net)->claim_lock);
	for (i = 0; i < set->n; i++)
		vxmob_binding_walk(set->d[i], fn, &filter);
	mutex_unlock(&vxmob_net(net)->claim_lock);
	vxmob_nl_domains_put(set);
	return 0;
}

/**
 * vxmob_nl_mac_flush_doit - Withdraw all bindings that match
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_mac_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_matching(info, flush_binding);
}

/**
 * vxmob_nl_mac_unfreeze_doit - End the freeze of all bindings that match
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_mac_unfreeze_doit(struct sk_buff *skb, struct genl_info *info)
{
	return change_matching(info, unfreeze_binding);
}

struct genl_family vxmob_nl_family __ro_after_init = {
	.name		= VXMOB_FAMILY_NAME,
	.version	= VXMOB_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.resv_start_op	= VXMOB_CMD_DOMAIN_ADD,
	VXMOB_GENL_OPS(vxmob_nl_ops),
	.mcgrps		= vxmob_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(vxmob_nl_mcgrps),
};
