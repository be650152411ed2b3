// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading announcements out of VXLAN packets, and out of frames of local ports.
 *
 * What arrives here was sent by anybody who can reach the VXLAN port. The
 * parsers see nothing but bytes and a length, so that KUnit and a fuzzer run
 * the very code that the receive path runs.
 */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "packet.h"

#define VXLAN_LEN	8
#define VXLAN_FLAG_I	0x08000000
#define TAG_LEN		4
#define TAGS_MAX	2

/* RFC 826 for Ethernet and IPv4; RFC 903 has its shape */
#define ARP_LEN		28
#define ARP_HTYPE	0
#define ARP_PTYPE	2
#define ARP_HLEN	4
#define ARP_PLEN	5
#define ARP_OP		6
#define ARP_SHA		8
#define ARP_SPA		14
#define ARP_TPA		24
#define IP4_LEN		4

/* RFC 8200 section 3 */
#define IP6_HEADER_LEN	40
#define IP6_PAYLOAD_LEN	4
#define IP6_NEXT	6
#define IP6_HOP_LIMIT	7
#define IP6_SOURCE	8
#define IP6_DEST	24
#define IP6_LEN		16
#define IP6_ICMP	58

/* RFC 4861 sections 4.4 and 4.6; lengths of options are in units of 8 bytes */
#define NA_LEN		24
#define NA_TYPE		0
#define NA_CODE		1
#define NA_FLAGS	4
#define NA_TARGET	8
#define NA_ADVERT	136
#define NA_ROUTER	0x80
#define NA_SOLICITED	0x40
#define NA_OVERRIDE	0x20
#define NA_OPT_UNIT	8
#define NA_OPT_TARGET	2
#define ND_FIRST	133
#define ND_LAST		137

/**
 * struct inner - What is behind the Ethernet header of the inner frame
 * @source: MAC that sent the frame
 * @data: what follows the EtherType
 * @len: how much of it there is
 * @proto: the EtherType, host byte order
 */
struct inner {
	const u8 *source;
	const u8 *data;
	size_t len;
	u16 proto;
};

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

/**
 * struct tag - A VLAN tag
 * @proto: its EtherType, host byte order; 0: there is none
 * @vid: the VLAN
 */
struct tag {
	u16 proto;
	u16 vid;
};

static bool is_tag(u16 proto)
{
	return proto == ETH_P_8021Q || proto == ETH_P_8021AD;
}

static void read_tag(const u8 *data, struct tag *tag)
{
	tag->proto = get_unaligned_be16(data);
	tag->vid = get_unaligned_be16(data + 2) & 0xfff;
}

/*
 * Skip VLAN tags. @data starts at the EtherType. Returns how much was skipped,
 * so that the EtherType proper is there, or a negative number if the frame ends
 * first or has too many.
 */
static int skip_tags(const u8 *data, size_t len, struct tag *outer)
{
	int off;

	*outer = (struct tag){};
	for (off = 0; off <= TAGS_MAX * TAG_LEN; off += TAG_LEN) {
		if (len < off + 2)
			return -1;
		if (!is_tag(get_unaligned_be16(data + off)))
			return off;
		if (len < off + TAG_LEN)
			return -1;
		if (!off)
			read_tag(data, outer);
	}
	return -1;
}

/* An announcement is one station's word to many. */
static bool station_to_group(const u8 *eth)
{
	static const u8 zero[ETH_ALEN];

	return eth[0] & 1 && !(eth[ETH_ALEN] & 1) &&
	       memcmp(eth + ETH_ALEN, zero, ETH_ALEN);
}

static bool parse_ethernet(const u8 *eth, size_t len, struct inner *inner,
			   struct vxmob_announcement *a)
{
	const u8 *proto = eth + 2 * ETH_ALEN;
	struct tag outer;
	int skip;

	if (len < 2 * ETH_ALEN || !station_to_group(eth))
		return false;
	len -= 2 * ETH_ALEN;
	skip = skip_tags(proto, len, &outer);
	if (skip < 0)
		return false;
	a->tpid = outer.proto;
	a->vid = outer.vid;
	inner->source = eth + ETH_ALEN;
	inner->proto = get_unaligned_be16(proto + skip);
	inner->data = proto + skip + 2;
	inner->len = len - skip - 2;
	return true;
}

/* ARP or RARP whose sender is the frame's own source */
static bool arp_by_source(const struct inner *inner)
{
	const u8 *arp = inner->data;

	return inner->len >= ARP_LEN &&
	       get_unaligned_be16(arp + ARP_HTYPE) == ARPHRD_ETHER &&
	       get_unaligned_be16(arp + ARP_PTYPE) == ETH_P_IP &&
	       arp[ARP_HLEN] == ETH_ALEN && arp[ARP_PLEN] == IP4_LEN &&
	       !memcmp(arp + ARP_SHA, inner->source, ETH_ALEN);
}

/* What the request asks for does not matter. */
static bool rarp_announces(const struct inner *inner)
{
	return arp_by_source(inner) &&
	       get_unaligned_be16(inner->data + ARP_OP) == ARPOP_RREQUEST;
}

/* Not of "this network", nor multicast, nor broadcast; RFC 1122 section 3.2.1.3 */
static bool ip4_unicast(const u8 *ip)
{
	return ip[0] && (ip[0] & 0xf0) != 0xe0 &&
	       get_unaligned_be32(ip) != 0xffffffff;
}

static void set_ip(struct vxmob_addr *ip, const u8 *bytes, u8 len)
{
	memcpy(ip->b, bytes, len);
	ip->len = len;
}

/*
 * The sender asks for its own address, or answers though nobody asked. The
 * target's MAC does not matter: implementations differ (RFC 5227 section 3).
 */
static bool arp_announces(const struct inner *inner, struct vxmob_addr *ip)
{
	const u8 *arp = inner->data;
	u16 op;

	if (!arp_by_source(inner))
		return false;
	op = get_unaligned_be16(arp + ARP_OP);
	if (op != ARPOP_REQUEST && op != ARPOP_REPLY)
		return false;
	if (memcmp(arp + ARP_SPA, arp + ARP_TPA, IP4_LEN) ||
	    !ip4_unicast(arp + ARP_SPA))
		return false;
	set_ip(ip, arp + ARP_SPA, IP4_LEN);
	return true;
}

static bool ip6_unicast(const u8 *ip)
{
	static const u8 unspecified[IP6_LEN];

	return ip[0] != 0xff && memcmp(ip, unspecified, IP6_LEN);
}

/*
 * What NDP asks of every message (RFC 4861 section 7.1.2), and multicast as
 * destination. ICMPv6 must follow at once: an announcement has no use for
 * extension headers, and they would only hide what is behind them.
 */
static bool ip6_carries_nd(const u8 *ip, size_t len)
{
	return len >= IP6_HEADER_LEN && ip[0] >> 4 == 6 &&
	       ip[IP6_NEXT] == IP6_ICMP && ip[IP6_HOP_LIMIT] == 255 &&
	       ip6_unicast(ip + IP6_SOURCE) && ip[IP6_DEST] == 0xff;
}

/* Nobody has asked for it, and it is to replace what others have cached. */
static bool na_unsolicited(const u8 *na)
{
	return na[NA_TYPE] == NA_ADVERT && !na[NA_CODE] &&
	       (na[NA_FLAGS] & (NA_SOLICITED | NA_OVERRIDE)) == NA_OVERRIDE &&
	       ip6_unicast(na + NA_TARGET);
}

/* Whether all options are whole, and those that name a MAC name this one */
static bool na_options_name(const u8 *opt, size_t len, const u8 *mac)
{
	bool named = false;
	size_t n;

	for (; len; opt += n, len -= n) {
		if (len < NA_OPT_UNIT)
			return false;
		n = opt[1] * NA_OPT_UNIT;
		if (!n || n > len)
			return false;
		if (opt[0] != NA_OPT_TARGET)
			continue;
		if (n != NA_OPT_UNIT || memcmp(opt + 2, mac, ETH_ALEN))
			return false;
		named = true;
	}
	return named;
}

/* Of 16-bit words; @len is even, and small enough for 32 bits. */
static u32 sum_words(const u8 *data, size_t len)
{
	u32 sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += get_unaligned_be16(data + i);
	return sum;
}

/* RFC 4443 section 2.3: over both addresses, length and protocol as well */
static bool na_checksum_ok(const u8 *ip, size_t len)
{
	u32 sum;

	sum = sum_words(ip + IP6_SOURCE, 2 * IP6_LEN) + len + IP6_ICMP +
	      sum_words(ip + IP6_HEADER_LEN, len);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static bool na_announces(const struct inner *inner, struct vxmob_addr *ip)
{
	const u8 *ip6 = inner->data, *na = ip6 + IP6_HEADER_LEN;
	size_t len;

	if (!ip6_carries_nd(ip6, inner->len))
		return false;
	len = get_unaligned_be16(ip6 + IP6_PAYLOAD_LEN);
	if (len < NA_LEN || len > NA_LEN + VXMOB_NA_OPTIONS_MAX ||
	    len > inner->len - IP6_HEADER_LEN)
		return false;
	if (!na_unsolicited(na) ||
	    !na_options_name(na + NA_LEN, len - NA_LEN, inner->source) ||
	    !na_checksum_ok(ip6, len))
		return false;
	set_ip(ip, na + NA_TARGET, IP6_LEN);
	return true;
}

static bool na_of_router(const struct inner *inner)
{
	return inner->data[IP6_HEADER_LEN + NA_FLAGS] & NA_ROUTER;
}

/* Returns enum vxmob_snoop, or 0 if it is no announcement. */
static u8 kind_of(const struct inner *inner, struct vxmob_addr *ip)
{
	switch (inner->proto) {
	case ETH_P_RARP:
		return rarp_announces(inner) ? VXMOB_SNOOP_RARP : 0;
	case ETH_P_ARP:
		return arp_announces(inner, ip) ? VXMOB_SNOOP_GARP : 0;
	case ETH_P_IPV6:
		return na_announces(inner, ip) ? VXMOB_SNOOP_NA : 0;
	default:
		return 0;
	}
}

static void read_announcement(const struct inner *inner,
			      struct vxmob_announcement *a)
{
	memcpy(a->mac, inner->source, ETH_ALEN);
	memset(&a->ip, 0, sizeof(a->ip));
	a->kind = kind_of(inner, &a->ip);
	a->router = a->kind == VXMOB_SNOOP_NA && na_of_router(inner);
}

/**
 * vxmob_parse_frame - Look for an announcement in a frame
 * @eth: the frame, beginning with its Ethernet header
 * @len: how much of it there is; VXMOB_FRAME_MAX bytes are always enough
 * @a: filled if one is found
 *
 * An announcement is a frame, with at most two VLAN tags, from a MAC that
 * is neither zero nor a group address to a group address, in which that MAC
 * speaks for itself: a RARP request (RFC 903), gratuitous ARP as request or as
 * reply (RFC 5227 section 3), or an unsolicited neighbour advertisement that
 * overrides (RFC 4861 section 7.2.6) without IPv6 extension headers and with at
 * most VXMOB_NA_OPTIONS_MAX bytes of options.
 *
 * Context: any.
 * Return: true if the frame is one. Otherwise @a is of no meaning.
 */
bool vxmob_parse_frame(const u8 *eth, size_t len, struct vxmob_announcement *a)
{
	struct inner inner;

	if (!parse_ethernet(eth, len, &inner, a))
		return false;
	read_announcement(&inner, a);
	return a->kind;
}

/**
 * vxmob_parse_announcement - Look for an announcement in a VXLAN packet
 * @data: the UDP payload, beginning with the VXLAN header
 * @len: how much of it there is; VXMOB_PACKET_MAX bytes are always enough
 * @a: filled as by vxmob_parse_frame()
 *
 * Context: any.
 * Return: as vxmob_parse_frame().
 */
bool vxmob_parse_announcement(const u8 *data, size_t len,
			      struct vxmob_announcement *a)
{
	return len >= VXLAN_LEN &&
	       vxmob_parse_frame(data + VXLAN_LEN, len - VXLAN_LEN, a);
}

/* ARP, RARP, and what IPv6 has instead; RFC 4861 section 4 */
static bool resolves(const u8 *l3, size_t len, u16 proto)
{
	const u8 *type = l3 + IP6_HEADER_LEN;

	if (proto == ETH_P_ARP || proto == ETH_P_RARP)
		return true;
	return proto == ETH_P_IPV6 && len > IP6_HEADER_LEN &&
	       l3[IP6_NEXT] == IP6_ICMP && *type >= ND_FIRST &&
	       *type <= ND_LAST;
}

/**
 * vxmob_parse_inner - Read whom a VXLAN packet is for
 * @data: the UDP payload, beginning with the VXLAN header
 * @len: how much of it there is; VXMOB_INNER_MAX bytes are always enough
 * @in: filled
 *
 * Context: any.
 * Return: true if the inner frame is for one station. Otherwise @in is of no
 *	meaning.
 */
bool vxmob_parse_inner(const u8 *data, size_t len, struct vxmob_inner *in)
{
	const u8 *eth = data + VXLAN_LEN, *proto = eth + 2 * ETH_ALEN;
	struct tag outer;
	int skip;

	if (len < VXLAN_LEN + ETH_HLEN || eth[0] & 1)
		return false;
	memcpy(in->dest, eth, ETH_ALEN);
	in->resolution = false;
	len -= VXLAN_LEN + 2 * ETH_ALEN;
	skip = skip_tags(proto, len, &outer);
	if (skip >= 0)
		in->resolution = resolves(proto + skip + 2, len - skip - 2,
					  get_unaligned_be16(proto + skip));
	return true;
}

/* A sender that asks for another one's address tells its own as well. */
static bool arp_request_names(const struct inner *inner, struct vxmob_addr *ip)
{
	const u8 *arp = inner->data;

	if (inner->proto != ETH_P_ARP || !arp_by_source(inner) ||
	    get_unaligned_be16(arp + ARP_OP) != ARPOP_REQUEST ||
	    !ip4_unicast(arp + ARP_SPA))
		return false;
	set_ip(ip, arp + ARP_SPA, IP4_LEN);
	return true;
}

/**
 * vxmob_parse_owner - Look for a machine that says which IP address it has
 * @data: an Ethernet frame
 * @len: how much of it there is; VXMOB_FRAME_MAX bytes are always enough
 * @a: filled if one is found
 *
 * That is an announcement as in vxmob_parse_frame(), but not RARP; or any other
 * ARP request to a group address by its own sender, who has an address.
 * A frame with a tag in it is in a VLAN of the machine's own.
 *
 * Context: any.
 * Return: true if the frame is one. Otherwise @a is of no meaning.
 */
bool vxmob_parse_owner(const u8 *data, size_t len, struct vxmob_announcement *a)
{
	struct inner inner;

	if (!parse_ethernet(data, len, &inner, a) ||
	    inner.data != data + ETH_HLEN)
		return false;
	read_announcement(&inner, a);
	return a->ip.len || arp_request_names(&inner, &a->ip);
}
