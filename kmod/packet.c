// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading announcements out of VXLAN packets.
 *
 * What arrives here was sent by anybody who can reach the VXLAN port. The
 * parsers see nothing but bytes and a length, so that KUnit and a fuzzer run
 * the very code that the receive path runs.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "packet.h"

#define VXLAN_LEN	8
#define VXLAN_FLAG_I	0x08000000
#define TAG_LEN		4
#define TAGS_MAX	2

/* RFC 903 in the shape of RFC 826, for Ethernet and IPv4 */
#define RARP_LEN	28
#define RARP_HTYPE	0
#define RARP_PTYPE	2
#define RARP_HLEN	4
#define RARP_PLEN	5
#define RARP_OP		6
#define RARP_SHA	8

/**
 * vxmob_parse_vni - Read the VXLAN header
 * @data: the UDP payload
 * @len: how much of it there is
 * @vni: set to the VNI, host byte order
 *
 * Only the I flag may be set, and the reserved bits must be zero: the vxlan
 * driver drops a packet that has bits which its device does not use, so
 * nothing that it carries is evidence.
 *
 * Context: any.
 * Return: true if this is a plain VXLAN header (RFC 7348 section 5).
 */
bool vxmob_parse_vni(const u8 *data, size_t len, u32 *vni)
{
	u32 field;

	if (len < VXLAN_LEN || get_unaligned_be32(data) != VXLAN_FLAG_I)
		return false;
	field = get_unaligned_be32(data + 4);
	*vni = field >> 8;
	return !(field & 0xff);
}

static bool is_tag(u16 proto)
{
	return proto == ETH_P_8021Q || proto == ETH_P_8021AD;
}

/*
 * Skip VLAN tags. @data starts at the EtherType. Returns how much was skipped,
 * so that the EtherType proper is there, or a negative number if the frame ends
 * first or has too many.
 */
static int skip_tags(const u8 *data, size_t len, u16 *vid)
{
	int off;

	*vid = VXMOB_VID_NONE;
	for (off = 0; off <= TAGS_MAX * TAG_LEN; off += TAG_LEN) {
		if (len < off + 2)
			return -1;
		if (!is_tag(get_unaligned_be16(data + off)))
			return off;
		if (len < off + TAG_LEN)
			return -1;
		if (!off)
			*vid = get_unaligned_be16(data + 2) & 0xfff;
	}
	return -1;
}

/*
 * An announcement is a request whose sender is the frame's own source. What it
 * asks for does not matter.
 */
static bool rarp_announces(const u8 *arp, size_t len, const u8 *source)
{
	return len >= RARP_LEN &&
	       get_unaligned_be16(arp + RARP_HTYPE) == ARPHRD_ETHER &&
	       get_unaligned_be16(arp + RARP_PTYPE) == ETH_P_IP &&
	       arp[RARP_HLEN] == ETH_ALEN && arp[RARP_PLEN] == 4 &&
	       get_unaligned_be16(arp + RARP_OP) == ARPOP_RREQUEST &&
	       !memcmp(arp + RARP_SHA, source, ETH_ALEN);
}

/**
 * vxmob_parse_announcement - Look for an announcement in a VXLAN packet
 * @data: the UDP payload, beginning with the VXLAN header
 * @len: how much of it there is; VXMOB_PACKET_MAX bytes are always enough
 * @a: filled if one is found
 *
 * Context: any.
 * Return: true if the inner frame, with or without VLAN tags, is a RARP request
 *	(RFC 903) that a MAC which is no group address sends to a group address
 *	for itself. Otherwise @a is of no meaning.
 */
bool vxmob_parse_announcement(const u8 *data, size_t len,
			      struct vxmob_announcement *a)
{
	const u8 *eth = data + VXLAN_LEN, *proto = eth + 2 * ETH_ALEN;
	int skip;

	if (len < VXLAN_LEN + 2 * ETH_ALEN)
		return false;
	len -= VXLAN_LEN + 2 * ETH_ALEN;
	skip = skip_tags(proto, len, &a->vid);
	if (skip < 0 || get_unaligned_be16(proto + skip) != ETH_P_RARP)
		return false;
	if (!(eth[0] & 1) || eth[ETH_ALEN] & 1)
		return false;
	if (!rarp_announces(proto + skip + 2, len - skip - 2, eth + ETH_ALEN))
		return false;
	memcpy(a->mac, eth + ETH_ALEN, ETH_ALEN);
	a->kind = VXMOB_SNOOP_RARP;
	return true;
}
