/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that depends on the kernel's version. Each piece says since when
 * it is needed no more; when the oldest supported kernel has it, it goes.
 */
#ifndef _VXMOB_COMPAT_H
#define _VXMOB_COMPAT_H

#include <linux/netlink.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/udp_tunnel.h>

/*
 * Until 6.2 there are no split operations. A table in which no command stands
 * twice means the same as a table of genl_ops, whose members have the same
 * names.
 */
#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
#define genl_split_ops		genl_ops
#define VXMOB_GENL_OPS(table)	.ops = (table), .n_ops = ARRAY_SIZE(table)
#else
#define VXMOB_GENL_OPS(table)	\
	.split_ops = (table), .n_split_ops = ARRAY_SIZE(table)
#endif

/* Until 6.8 a policy's range is not const, though nothing writes it. */
#if KERNEL_VERSION(6, 8, 0) > LINUX_VERSION_CODE
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, limits) {				\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp),			\
	.validation_type = NLA_VALIDATE_RANGE_PTR,			\
	.range = (struct netlink_range_validation *)(limits),		\
}
#endif

/* Until 6.7 the attributes of a dump stand in another place. */
static inline struct nlattr **vxmob_dump_attrs(struct netlink_callback *cb)
{
#if KERNEL_VERSION(6, 7, 0) > LINUX_VERSION_CODE
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

/*
 * Where ndo_fdb_dump() is to go on: in args[2] until 6.14, since then in the
 * second member of struct ndo_fdb_dump_context, which lies over args[1].
 */
static inline void vxmob_fdb_dump_seek(struct netlink_callback *cb, long idx)
{
	cb->args[1] = idx;
	cb->args[2] = idx;
}

/*
 * Until 7.2 the vxlan device takes no aggregates of what a tunnel has wrapped already;
 * since then it may, half taken apart, and their inner headers stay the inner ones.
 */
static inline int vxmob_udp_tunnel_handle_offloads(struct sk_buff *skb,
						   bool csum)
{
#if KERNEL_VERSION(7, 2, 0) > LINUX_VERSION_CODE
	int err = udp_tunnel_handle_offloads(skb, csum);

	if (!err)
		skb_set_inner_protocol(skb, htons(ETH_P_TEB));
#else
	bool nested = udp_tunnel_handle_partial(skb);
	int err = udp_tunnel_handle_offloads(skb, csum);

	if (!err)
		udp_tunnel_set_inner_protocol(skb, nested, htons(ETH_P_TEB));
#endif
	return err;
}

/* Until 6.17 there are no flags for the IP layer. */
static inline void vxmob_udp_tunnel_xmit_skb(struct rtable *rt,
					     struct sk_buff *skb, __be32 src,
					     __be32 dst, u8 tos, u8 ttl,
					     __be16 sport, __be16 dport,
					     bool nocheck)
{
#if KERNEL_VERSION(6, 17, 0) > LINUX_VERSION_CODE
	udp_tunnel_xmit_skb(rt, NULL, skb, src, dst, tos, ttl, 0, sport, dport,
			    false, nocheck);
#else
	udp_tunnel_xmit_skb(rt, NULL, skb, src, dst, tos, ttl, 0, sport, dport,
			    false, nocheck, 0);
#endif
}

/* The same; until 6.6 the addresses are not const, though nothing writes them. */
static inline void vxmob_udp_tunnel6_xmit_skb(struct dst_entry *dst,
					      struct sk_buff *skb,
					      struct net_device *dev,
					      struct in6_addr *src,
					      struct in6_addr *dest,
					      u8 tos, u8 ttl, __be16 sport,
					      __be16 dport, bool nocheck)
{
#if KERNEL_VERSION(6, 17, 0) > LINUX_VERSION_CODE
	udp_tunnel6_xmit_skb(dst, NULL, skb, dev, src, dest, tos, ttl, 0,
			     sport, dport, nocheck);
#else
	udp_tunnel6_xmit_skb(dst, NULL, skb, dev, src, dest, tos, ttl, 0,
			     sport, dport, nocheck, 0);
#endif
}

#endif /* _VXMOB_COMPAT_H */
