/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VXLAN packets as they come in, before the vxlan driver has them.
 */
#ifndef _VXMOB_UNDERLAY_H
#define _VXMOB_UNDERLAY_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/vxlan.h>

#include "vxmob.h"

/**
 * struct vxmob_packet - A UDP packet that may carry VXLAN
 * @skb: the packet, at its IP header
 * @saddr: outer source address
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @ttl: outer time to live, or hop limit
 * @tos: outer type of service, or traffic class
 * @off: offset of the UDP header in @skb
 * @udp: the UDP header
 */
struct vxmob_packet {
	struct sk_buff *skb;
	struct vxmob_addr saddr;
	u8 family;
	u8 ttl;
	u8 tos;
	unsigned int off;
	struct udphdr udp;
};

/* underlay.c */
bool vxmob_packet_v4(struct vxmob_packet *p, struct sk_buff *skb);
bool vxmob_packet_v6(struct vxmob_packet *p, struct sk_buff *skb);
const u8 *vxmob_packet_payload(const struct vxmob_packet *p, u8 *buf,
			       unsigned int *len);
bool vxmob_packet_intact(const struct vxmob_packet *p,
			 const struct vxmob_domain *d);

/* snoop.c */
void vxmob_snoop(struct net *net, const struct vxmob_packet *p);

/* redirect.c */
unsigned int vxmob_redirect(const struct vxmob_packet *p,
			    const struct nf_hook_state *state);

#endif /* _VXMOB_UNDERLAY_H */
