// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing the frames by which a MAC is announced: RARP as QEMU sends it,
 * gratuitous ARP, unsolicited neighbour advertisements.
 *
 * Nothing but bytes, so that KUnit compares each frame whole.
 */
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/string.h>
#include <net/ip6_checksum.h>

#include "frame.h"

#define HOP_LIMIT	255	/* RFC 4861 section 7.1.2 */
#define NA_ROUTER	0x80
#define NA_OVERRIDE	0x20
#define OPT_TARGET	2

/* ARP for Ethernet and IPv4 (RFC 826); RARP has its shape (RFC 903) */
struct arp_frame {
	struct ethhdr eth;
	__be16 htype;
	__be16 ptype;
	u8 hlen;
	u8 plen;
	__be16 op;
	u8 sha[ETH_ALEN];
	u8 spa[4];
	u8 tha[ETH_ALEN];
	u8 tpa[4];
} __packed;

/* RFC 4861 sections 4.4 and 4.6.1 */
struct advert {
	u8 type;
	u8 code;
	__sum16 checksum;
	u8 flags;
	u8 reserved[3];
	struct in6_addr target;
	u8 opt_type;
	u8 opt_len;
	u8 mac[ETH_ALEN];
};

struct na_frame {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct advert na;
} __packed;

static size_t put_arp(u8 *frame, const u8 *mac, u16 proto, u16 op)
{
	struct arp_frame arp = {
		.eth.h_proto = htons(proto),
		.htype = htons(ARPHRD_ETHER),
		.ptype = htons(ETH_P_IP),
		.hlen = ETH_ALEN,
		.plen = sizeof(arp.spa),
		.op = htons(op),
	};

	memset(arp.eth.h_dest, 0xff, ETH_ALEN);
	memcpy(arp.eth.h_source, mac, ETH_ALEN);
	memcpy(arp.sha, mac, ETH_ALEN);
	memset(frame, 0, VXMOB_SENT_MIN);
	memcpy(frame, &arp, sizeof(arp));
	return VXMOB_SENT_MIN;
}

/**
 * vxmob_frame_rarp - Write a RARP request
 * @frame: VXMOB_SENT_MAX bytes, from the Ethernet header on
 * @mac: the MAC, which asks for its own address
 *
 * Context: any.
 * Return: length of the frame.
 */
size_t vxmob_frame_rarp(u8 *frame, const u8 *mac)
{
	size_t len = put_arp(frame, mac, ETH_P_RARP, ARPOP_RREQUEST);

	memcpy(frame + offsetof(struct arp_frame, tha), mac, ETH_ALEN);
	return len;
}

/*
 * The form of a request, as RFC 5227 section 3 advises: old implementations look
 * at the sender of a request only, and none at that of a request less than at
 * that of a reply. Linux, QEMU's guests and OVN send requests too.
 */
static size_t put_garp(u8 *frame, const u8 *mac, const u8 *ip)
{
	size_t len = put_arp(frame, mac, ETH_P_ARP, ARPOP_REQUEST);

	memcpy(frame + offsetof(struct arp_frame, spa), ip, 4);
	memcpy(frame + offsetof(struct arp_frame, tpa), ip, 4);
	return len;
}

static __sum16 advert_checksum(const struct advert *na,
			       const struct in6_addr *from,
			       const struct in6_addr *to)
{
	return csum_ipv6_magic(from, to, sizeof(*na), IPPROTO_ICMPV6,
			       csum_partial(na, sizeof(*na), 0));
}

/* To all nodes, by the address that is announced: no other is known. */
static size_t put_na(u8 *frame, const u8 *mac, const u8 *ip, bool router)
{
	static const u8 all_nodes_mac[] = { 0x33, 0x33, 0, 0, 0, 1 };
	const struct in6_addr all_nodes = { .s6_addr = {
		0xff, 0x02, [15] = 0x01
	} };
	struct advert na = {
		.type = NDISC_NEIGHBOUR_ADVERTISEMENT,
		.flags = NA_OVERRIDE | (router ? NA_ROUTER : 0),
		.opt_type = OPT_TARGET,
		.opt_len = 1,
	};
	struct na_frame f = {
		.eth.h_proto = htons(ETH_P_IPV6),
		.ip.version = 6,
		.ip.payload_len = htons(sizeof(na)),
		.ip.nexthdr = IPPROTO_ICMPV6,
		.ip.hop_limit = HOP_LIMIT,
		.ip.daddr = all_nodes,
	};

	memcpy(&na.target, ip, sizeof(na.target));
	memcpy(na.mac, mac, ETH_ALEN);
	na.checksum = advert_checksum(&na, &na.target, &all_nodes);
	memcpy(f.eth.h_dest, all_nodes_mac, ETH_ALEN);
	memcpy(f.eth.h_source, mac, ETH_ALEN);
	f.ip.saddr = na.target;
	f.na = na;
	memcpy(frame, &f, sizeof(f));
	return sizeof(f);
}

/**
 * vxmob_frame_announcing - Write gratuitous ARP or an unsolicited advertisement
 * @frame: VXMOB_SENT_MAX bytes, from the Ethernet header on
 * @mac: the MAC
 * @ip: the IP address that goes with it: ARP for IPv4, else a neighbour
 *	advertisement that overrides (RFC 4861 section 7.2.6)
 * @router: the advertisement says that it is a router
 *
 * Context: any.
 * Return: length of the frame.
 */
size_t vxmob_frame_announcing(u8 *frame, const u8 *mac,
			      const struct vxmob_addr *ip, bool router)
{
	BUILD_BUG_ON(sizeof(struct na_frame) != VXMOB_SENT_MAX);
	BUILD_BUG_ON(sizeof(struct arp_frame) > VXMOB_SENT_MIN);
	if (ip->len == 4)
		return put_garp(frame, mac, ip->b);
	return put_na(frame, mac, ip->b, router);
}
