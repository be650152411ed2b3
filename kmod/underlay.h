/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VXLAN packets as they come in, before the vxlan driver has them.
 */
#ifndef _VXMOB_UNDERLAY_H
#define _VXMOB_UNDERLAY_H

#include <linux/skbuff.h>
#include <linux/udp.h>

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

bool vxmob_packet_v4(struct vxmob_packet *p, struct sk_buff *skb);
bool vxmob_packet_v6(struct vxmob_packet *p, struct sk_buff *skb);
const u8 *vxmob_packet_payload(const struct vxmob_packet *p, u8 *buf,
			       unsigned int *len);
bool vxmob_packet_intact(const struct vxmob_packet *p,
			 const struct vxmob_domain *d);

#endif /* _VXMOB_UNDERLAY_H */
