// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the parsers of VXLAN packets.
 *
 * They read what any host of the underlay may send. So besides what each field
 * is to be, every frame is tested at every length it can be cut to, in a buffer
 * of just that size, where KASAN sees a read beyond the end.
 *
 * The code under test is included: the module exports nothing.
 */
#include <kunit/test.h>
#include <linux/bits.h>

#include "../packet.c"

#define FRAME_TAGS_MAX	3
#define FRAME_ROOM	160
#define FRAME_PATCHES	2

#define VID		100
#define VID_INNER	200
/* Priority 7 and drop eligible, beside the VLAN */
#define PCP_DEI		0xf000

static const u8 frame_source[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

/* Good frames to begin with, in VNI 100; RARP is as QEMU sends it */
static const u8 frame_vxlan[] = {
	0x08, 0, 0, 0, 0, 0, 100, 0,
};

static const u8 frame_rarp[] = {
	0x80, 0x35,
	0, 1, 0x08, 0, 6, 4, 0, 3,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0,
};

static const u8 frame_garp_request[] = {
	0x08, 0x06,
	0, 1, 0x08, 0, 6, 4, 0, 1,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 192, 0, 2, 1,
	0, 0, 0, 0, 0, 0, 192, 0, 2, 1,
};

static const u8 frame_garp_reply[] = {
	0x08, 0x06,
	0, 1, 0x08, 0, 6, 4, 0, 2,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 192, 0, 2, 1,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 192, 0, 2, 1,
};

/* From fe80::11:22ff:fe33:4455 to ff02::1, for 2001:db8::1 */
static const u8 frame_na[] = {
	0x86, 0xdd,
	0x60, 0, 0, 0, 0, 32, 58, 255,
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55,
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
	0x88, 0, 0x5c, 0x32, 0x20, 0, 0, 0,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
	0x02, 0x01, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
};

/* Offsets behind the EtherType */
#define NA_AT		IP6_HEADER_LEN
#define NA_AT_CHECKSUM	(NA_AT + 2)
#define NA_AT_OPTIONS	(NA_AT + NA_LEN)

/**
 * struct good_frame - A frame that is an announcement
 * @desc: name
 * @dest: where it is sent to
 * @body: from the EtherType on
 * @len: length of @body
 * @kind: what it is to be found as
 * @ip: offset, behind the EtherType, of the IP address announced
 * @ip_len: its length, 0 if there is none
 */
struct good_frame {
	const char *desc;
	u8 dest[ETH_ALEN];
	const u8 *body;
	size_t len;
	u8 kind;
	u8 ip;
	u8 ip_len;
};

enum good {
	GOOD_RARP,
	GOOD_GARP_REQUEST,
	GOOD_GARP_REPLY,
	GOOD_NA,
};

static const struct good_frame good_frames[] = {
	[GOOD_RARP] = {
		.desc = "RARP", .kind = VXMOB_SNOOP_RARP,
		.dest = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.body = frame_rarp, .len = sizeof(frame_rarp),
	},
	[GOOD_GARP_REQUEST] = {
		.desc = "GARP request", .kind = VXMOB_SNOOP_GARP,
		.dest = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.body = frame_garp_request, .len = sizeof(frame_garp_request),
		.ip = ARP_SPA, .ip_len = IP4_LEN,
	},
	[GOOD_GARP_REPLY] = {
		.desc = "GARP reply", .kind = VXMOB_SNOOP_GARP,
		.dest = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.body = frame_garp_reply, .len = sizeof(frame_garp_reply),
		.ip = ARP_SPA, .ip_len = IP4_LEN,
	},
	[GOOD_NA] = {
		.desc = "NA", .kind = VXMOB_SNOOP_NA,
		.dest = { 0x33, 0x33, 0, 0, 0, 1 },
		.body = frame_na, .len = sizeof(frame_na),
		.ip = NA_AT + NA_TARGET, .ip_len = IP6_LEN,
	},
};

/* Which good frames a case is about */
#define OF_RARP		BIT(GOOD_RARP)
#define OF_REQUEST	BIT(GOOD_GARP_REQUEST)
#define OF_REPLY	BIT(GOOD_GARP_REPLY)
#define OF_GARP		(OF_REQUEST | OF_REPLY)
#define OF_ARP		(OF_RARP | OF_GARP)
#define OF_NA		BIT(GOOD_NA)
#define OF_ALL		(OF_ARP | OF_NA)

/**
 * struct frame_tag - A VLAN tag
 * @proto: EtherType of the tag, 0 for no tag
 * @tci: priority and VLAN
 */
struct frame_tag {
	u16 proto;
	u16 tci;
};

/* Where in a frame, whatever its tags */
enum frame_part {
	FRAME_VXLAN,
	FRAME_DEST,
	FRAME_SOURCE,
	FRAME_PROTO,
	FRAME_BODY,
};

/**
 * struct frame_patch - What a frame has that the good one has not
 * @part: in which part of it
 * @off: bytes into the part
 * @len: how many bytes, 0 for no patch
 * @bytes: instead of those that were there
 */
struct frame_patch {
	enum frame_part part;
	u8 off;
	u8 len;
	u8 bytes[IP6_LEN];
};

/**
 * struct frame - A VXLAN packet under construction
 * @len: how long it is
 * @proto: offset of the EtherType proper
 * @good: what it was made from
 * @data: the packet
 */
struct frame {
	size_t len;
	size_t proto;
	const struct good_frame *good;
	u8 data[FRAME_ROOM];
};

/**
 * struct tags_case - VLAN tags of a frame
 * @desc: name of the case
 * @tags: the tags, outermost first
 * @refused: there are too many, or they are not of the standard
 * @vid: the VLAN that is to be found
 */
struct tags_case {
	const char *desc;
	struct frame_tag tags[FRAME_TAGS_MAX];
	bool refused;
	u16 vid;
};

static const struct tags_case tags_cases[] = {
	{ .desc = "untagged", .vid = VXMOB_VID_NONE },
	{ .desc = "802.1Q", .vid = VID,
	  .tags = { { ETH_P_8021Q, VID } } },
	{ .desc = "802.1Q with priority", .vid = VID,
	  .tags = { { ETH_P_8021Q, PCP_DEI | VID } } },
	{ .desc = "802.1Q, first VLAN", .vid = 1,
	  .tags = { { ETH_P_8021Q, 1 } } },
	{ .desc = "802.1Q, last VLAN", .vid = 4094,
	  .tags = { { ETH_P_8021Q, 4094 } } },
	{ .desc = "802.1ad", .vid = VID,
	  .tags = { { ETH_P_8021AD, VID } } },
	{ .desc = "priority-tagged", .vid = VXMOB_VID_NONE,
	  .tags = { { ETH_P_8021Q, PCP_DEI } } },
	{ .desc = "802.1ad, then 802.1Q", .vid = VID,
	  .tags = { { ETH_P_8021AD, VID }, { ETH_P_8021Q, VID_INNER } } },
	{ .desc = "802.1Q twice", .vid = VID,
	  .tags = { { ETH_P_8021Q, VID }, { ETH_P_8021Q, VID_INNER } } },
	{ .desc = "priority-tagged, then 802.1Q", .vid = VXMOB_VID_NONE,
	  .tags = { { ETH_P_8021Q, PCP_DEI }, { ETH_P_8021Q, VID_INNER } } },
	{ .desc = "802.1Q three times", .refused = true,
	  .tags = { { ETH_P_8021Q, VID }, { ETH_P_8021Q, VID },
		    { ETH_P_8021Q, VID } } },
	{ .desc = "802.1ad, then 802.1Q twice", .refused = true,
	  .tags = { { ETH_P_8021AD, VID }, { ETH_P_8021Q, VID_INNER },
		    { ETH_P_8021Q, VID } } },
	{ .desc = "tag of before 802.1ad", .refused = true,
	  .tags = { { ETH_P_QINQ1, VID }, { ETH_P_8021Q, VID_INNER } } },
	{ .desc = "tag of before 802.1ad alone", .refused = true,
	  .tags = { { ETH_P_QINQ1, VID } } },
};

/**
 * struct frame_case - A frame that differs from a good one
 * @desc: name of the case
 * @of: from which good ones, a bit mask of enum good
 * @patch: what is different
 * @found: it is an announcement all the same
 * @keep_checksum: the checksum of ICMPv6 is not made right again
 */
struct frame_case {
	const char *desc;
	u8 of;
	struct frame_patch patch[FRAME_PATCHES];
	bool found;
	bool keep_checksum;
};

static const struct frame_case frame_cases[] = {
	{ .desc = "as it is", .of = OF_ALL, .found = true,
	  .keep_checksum = true },
	/* What does not matter */
	{ .desc = "to a multicast address", .of = OF_ALL, .found = true,
	  .patch = { { FRAME_DEST, 0, 6, { 0x01, 0, 0x5e, 0, 0, 1 } } } },
	{ .desc = "to all stations", .of = OF_ALL, .found = true,
	  .patch = { { FRAME_DEST, 0, 6,
		       { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } } } },
	{ .desc = "asks for another MAC", .of = OF_ARP, .found = true,
	  .patch = { { FRAME_BODY, 18, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "target MAC is zero", .of = OF_ARP, .found = true,
	  .patch = { { FRAME_BODY, 18, 6, { } } } },
	{ .desc = "target MAC is the sender", .of = OF_GARP, .found = true,
	  .patch = { { FRAME_BODY, 18, 6,
		       { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } } } },
	{ .desc = "has IP addresses", .of = OF_RARP, .found = true,
	  .patch = { { FRAME_BODY, 14, 4, { 192, 0, 2, 1 } },
		     { FRAME_BODY, 24, 4, { 192, 0, 2, 2 } } } },
	{ .desc = "private address", .of = OF_GARP, .found = true,
	  .patch = { { FRAME_BODY, 14, 4, { 10, 0, 0, 255 } },
		     { FRAME_BODY, 24, 4, { 10, 0, 0, 255 } } } },
	{ .desc = "address of class E", .of = OF_GARP, .found = true,
	  .patch = { { FRAME_BODY, 14, 4, { 240, 0, 0, 1 } },
		     { FRAME_BODY, 24, 4, { 240, 0, 0, 1 } } } },

	{ .desc = "another EtherType", .of = OF_ALL,
	  .patch = { { FRAME_PROTO, 0, 2, { 0x88, 0xb5 } } } },
	{ .desc = "ARP", .of = OF_RARP | OF_NA,
	  .patch = { { FRAME_PROTO, 0, 2, { 0x08, 0x06 } } } },
	{ .desc = "RARP", .of = OF_GARP | OF_NA,
	  .patch = { { FRAME_PROTO, 0, 2, { 0x80, 0x35 } } } },
	{ .desc = "IPv4", .of = OF_ALL,
	  .patch = { { FRAME_PROTO, 0, 2, { 0x08, 0x00 } } } },
	{ .desc = "IPv6", .of = OF_ARP,
	  .patch = { { FRAME_PROTO, 0, 2, { 0x86, 0xdd } } } },
	{ .desc = "802.3 length", .of = OF_ALL,
	  .patch = { { FRAME_PROTO, 0, 2, { 0x00, ARP_LEN } } } },
	{ .desc = "EtherType in the wrong order", .of = OF_RARP,
	  .patch = { { FRAME_PROTO, 0, 2, { 0x35, 0x80 } } } },

	{ .desc = "hardware type 0", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 0, 2, { 0, 0 } } } },
	{ .desc = "hardware type 6", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 0, 2, { 0, 6 } } } },
	{ .desc = "hardware type 0x0101", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 0, 2, { 1, 1 } } } },
	{ .desc = "protocol type IPv6", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 2, 2, { 0x86, 0xdd } } } },
	{ .desc = "protocol type 0x0801", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 2, 2, { 0x08, 0x01 } } } },
	{ .desc = "hardware length 0", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 4, 1, { 0 } } } },
	{ .desc = "hardware length 8", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 4, 1, { 8 } } } },
	{ .desc = "protocol length 0", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 5, 1, { 0 } } } },
	{ .desc = "protocol length 16", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 5, 1, { 16 } } } },
	{ .desc = "operation 0", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 6, 2, { 0, 0 } } } },
	{ .desc = "ARP request", .of = OF_RARP,
	  .patch = { { FRAME_BODY, 6, 2, { 0, 1 } } } },
	{ .desc = "ARP reply", .of = OF_RARP,
	  .patch = { { FRAME_BODY, 6, 2, { 0, 2 } } } },
	{ .desc = "RARP request", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 6, 2, { 0, 3 } } } },
	{ .desc = "RARP reply", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 6, 2, { 0, 4 } } } },
	{ .desc = "operation 0x0101", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 6, 2, { 1, 1 } } } },
	{ .desc = "operation 0x0103", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 6, 2, { 1, 3 } } } },

	{ .desc = "sender differs in the first byte", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 8, 1, { 0x06 } } } },
	{ .desc = "sender differs in the last byte", .of = OF_ARP,
	  .patch = { { FRAME_BODY, 13, 1, { 0x56 } } } },
	{ .desc = "source is not the sender", .of = OF_ALL,
	  .patch = { { FRAME_SOURCE, 0, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "only the target is the source", .of = OF_RARP,
	  .patch = { { FRAME_BODY, 8, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "source is zero", .of = OF_ARP,
	  .patch = { { FRAME_SOURCE, 0, 6, { } },
		     { FRAME_BODY, 8, 6, { } } } },
	{ .desc = "source is zero", .of = OF_NA,
	  .patch = { { FRAME_SOURCE, 0, 6, { } },
		     { FRAME_BODY, NA_AT_OPTIONS + 2, 6, { } } } },
	{ .desc = "source is multicast", .of = OF_ARP,
	  .patch = { { FRAME_SOURCE, 0, 1, { 0x03 } },
		     { FRAME_BODY, 8, 1, { 0x03 } } } },
	{ .desc = "source is multicast", .of = OF_NA,
	  .patch = { { FRAME_SOURCE, 0, 1, { 0x03 } },
		     { FRAME_BODY, NA_AT_OPTIONS + 2, 1, { 0x03 } } } },
	{ .desc = "source is broadcast", .of = OF_ARP,
	  .patch = { { FRAME_SOURCE, 0, 6,
		       { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		     { FRAME_BODY, 8, 6,
		       { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } } } },
	{ .desc = "to a unicast address", .of = OF_ALL,
	  .patch = { { FRAME_DEST, 0, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "to zero", .of = OF_ALL,
	  .patch = { { FRAME_DEST, 0, 6, { } } } },

	/* Who asks for another address, or for one before using it, or answers */
	{ .desc = "asks for another address", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 24, 4, { 192, 0, 2, 2 } } } },
	{ .desc = "asks for another network", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 24, 4, { 193, 0, 2, 1 } } } },
	{ .desc = "probe", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { } } } },
	{ .desc = "address is zero", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { } },
		     { FRAME_BODY, 24, 4, { } } } },
	{ .desc = "address in network 0", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { 0, 0, 2, 1 } },
		     { FRAME_BODY, 24, 4, { 0, 0, 2, 1 } } } },
	{ .desc = "address is multicast", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { 224, 0, 0, 1 } },
		     { FRAME_BODY, 24, 4, { 224, 0, 0, 1 } } } },
	{ .desc = "address is the last of multicast", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { 239, 255, 255, 255 } },
		     { FRAME_BODY, 24, 4, { 239, 255, 255, 255 } } } },
	{ .desc = "address is broadcast", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { 255, 255, 255, 255 } },
		     { FRAME_BODY, 24, 4, { 255, 255, 255, 255 } } } },

	/* What does not matter in an advertisement */
	{ .desc = "of a router", .of = OF_NA, .found = true,
	  .patch = { { FRAME_BODY, NA_AT + 4, 1, { 0xa0 } } } },
	{ .desc = "reserved bits", .of = OF_NA, .found = true,
	  .patch = { { FRAME_BODY, NA_AT + 4, 4, { 0x3f, 0xff, 0xff, 0xff } } } },
	{ .desc = "traffic class and flow label", .of = OF_NA, .found = true,
	  .patch = { { FRAME_BODY, 0, 4, { 0x6c, 0x01, 0x02, 0x03 } } } },
	{ .desc = "to all routers", .of = OF_NA, .found = true,
	  .patch = { { FRAME_BODY, 39, 1, { 2 } } } },
	{ .desc = "for a link-local address", .of = OF_NA, .found = true,
	  .patch = { { FRAME_BODY, NA_AT + 8, 4, { 0xfe, 0x80, 0, 0 } } } },
	{ .desc = "the largest sum", .of = OF_NA, .found = true,
	  .patch = { { FRAME_BODY, 24, 16, { [0 ... 15] = 0xff } },
		     { FRAME_BODY, NA_AT + 8, 16,
		       { 0xfe, [1 ... 15] = 0xff } } } },

	{ .desc = "IP version 4", .of = OF_NA,
	  .patch = { { FRAME_BODY, 0, 1, { 0x40 } } } },
	{ .desc = "IP version 7", .of = OF_NA,
	  .patch = { { FRAME_BODY, 0, 1, { 0x70 } } } },
	{ .desc = "hop-by-hop options", .of = OF_NA,
	  .patch = { { FRAME_BODY, 6, 1, { 0 } } } },
	{ .desc = "fragment", .of = OF_NA,
	  .patch = { { FRAME_BODY, 6, 1, { 44 } } } },
	{ .desc = "destination options", .of = OF_NA,
	  .patch = { { FRAME_BODY, 6, 1, { 60 } } } },
	{ .desc = "ICMP of IPv4", .of = OF_NA,
	  .patch = { { FRAME_BODY, 6, 1, { 1 } } } },
	{ .desc = "hop limit 254", .of = OF_NA,
	  .patch = { { FRAME_BODY, 7, 1, { 254 } } } },
	{ .desc = "hop limit 0", .of = OF_NA,
	  .patch = { { FRAME_BODY, 7, 1, { 0 } } } },
	{ .desc = "IP source is unspecified", .of = OF_NA,
	  .patch = { { FRAME_BODY, 8, 16, { } } } },
	{ .desc = "IP source is multicast", .of = OF_NA,
	  .patch = { { FRAME_BODY, 8, 1, { 0xff } } } },
	{ .desc = "IP destination is unicast", .of = OF_NA,
	  .patch = { { FRAME_BODY, 24, 2, { 0xfe, 0x80 } } } },

	{ .desc = "no payload", .of = OF_NA,
	  .patch = { { FRAME_BODY, 4, 2, { 0, 0 } } } },
	{ .desc = "half an advertisement", .of = OF_NA,
	  .patch = { { FRAME_BODY, 4, 2, { 0, NA_LEN - 1 } } } },
	{ .desc = "no options", .of = OF_NA,
	  .patch = { { FRAME_BODY, 4, 2, { 0, NA_LEN } } } },
	{ .desc = "one byte short", .of = OF_NA,
	  .patch = { { FRAME_BODY, 4, 2, { 0, NA_LEN + 7 } } } },
	{ .desc = "one byte more than there is", .of = OF_NA,
	  .patch = { { FRAME_BODY, 4, 2, { 0, NA_LEN + 9 } } } },
	{ .desc = "eight bytes more than there are", .of = OF_NA,
	  .patch = { { FRAME_BODY, 4, 2, { 0, NA_LEN + 16 } } } },
	{ .desc = "jumbogram", .of = OF_NA,
	  .patch = { { FRAME_BODY, 4, 2, { 0xff, 0xf8 } } } },

	{ .desc = "router advertisement", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT, 1, { 134 } } } },
	{ .desc = "neighbour solicitation", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT, 1, { 135 } } } },
	{ .desc = "redirect", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT, 1, { 137 } } } },
	{ .desc = "code 1", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + 1, 1, { 1 } } } },
	{ .desc = "solicited", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + 4, 1, { 0x60 } } } },
	{ .desc = "solicited, no override", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + 4, 1, { 0x40 } } } },
	{ .desc = "no override", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + 4, 1, { 0x00 } } } },
	{ .desc = "router, no override", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + 4, 1, { 0x80 } } } },
	{ .desc = "target is multicast", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + 8, 2, { 0xff, 0x02 } } } },
	{ .desc = "target is unspecified", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + 8, 16, { } } } },

	{ .desc = "no checksum", .of = OF_NA, .keep_checksum = true,
	  .patch = { { FRAME_BODY, NA_AT_CHECKSUM, 2, { 0, 0 } } } },
	{ .desc = "checksum one more", .of = OF_NA, .keep_checksum = true,
	  .patch = { { FRAME_BODY, NA_AT_CHECKSUM, 2, { 0x5c, 0x33 } } } },
	{ .desc = "another source, same checksum", .of = OF_NA,
	  .keep_checksum = true,
	  .patch = { { FRAME_BODY, 23, 1, { 0x56 } } } },
	{ .desc = "another target, same checksum", .of = OF_NA,
	  .keep_checksum = true,
	  .patch = { { FRAME_BODY, NA_AT + 23, 1, { 0x02 } } } },
};

/**
 * struct options_case - Options of a neighbour advertisement
 * @desc: name of the case
 * @len: length of @options
 * @options: instead of the good one's
 * @found: it is an announcement
 */
struct options_case {
	const char *desc;
	u8 len;
	u8 options[VXMOB_NA_OPTIONS_MAX + NA_OPT_UNIT];
	bool found;
};

static const struct options_case options_cases[] = {
	{ .desc = "target", .len = 8, .found = true,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "another, target", .len = 16, .found = true,
	  .options = { 14, 1, 1, 2, 3, 4, 5, 6,
		       2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "target, another", .len = 16, .found = true,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       14, 1, 1, 2, 3, 4, 5, 6 } },
	{ .desc = "another two units long, target", .len = 24, .found = true,
	  .options = { 14, 2, [2 ... 15] = 7,
		       2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "target, a foreign source", .len = 16, .found = true,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       1, 1, 2, 6, 6, 6, 6, 6 } },
	{ .desc = "target twice", .len = 16, .found = true,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "as many as are looked at", .len = 24, .found = true,
	  .options = { 14, 1, 1, 2, 3, 4, 5, 6,
		       14, 1, 1, 2, 3, 4, 5, 6,
		       2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "more than are looked at", .len = 32,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       14, 1, 1, 2, 3, 4, 5, 6,
		       14, 1, 1, 2, 3, 4, 5, 6,
		       14, 1, 1, 2, 3, 4, 5, 6 } },
	{ .desc = "none", .len = 0 },
	{ .desc = "source instead of target", .len = 8,
	  .options = { 1, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "another only", .len = 8,
	  .options = { 14, 1, 1, 2, 3, 4, 5, 6 } },
	{ .desc = "target of another MAC", .len = 8,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x56 } },
	{ .desc = "target of another MAC, first byte", .len = 8,
	  .options = { 2, 1, 0x06, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "target, target of another MAC", .len = 16,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x56 } },
	{ .desc = "target of another MAC, target", .len = 16,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x56,
		       2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "target two units long", .len = 16,
	  .options = { 2, 2, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "length 0", .len = 8,
	  .options = { 2, 0, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 } },
	{ .desc = "target, another of length 0", .len = 16,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       14, 0, 1, 2, 3, 4, 5, 6 } },
	{ .desc = "overrun", .len = 8,
	  .options = { 14, 2, 1, 2, 3, 4, 5, 6 } },
	{ .desc = "target, overrun", .len = 16,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       14, 2, 1, 2, 3, 4, 5, 6 } },
	{ .desc = "target, the longest overrun", .len = 16,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       14, 255, 1, 2, 3, 4, 5, 6 } },
	{ .desc = "target, one byte", .len = 9,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       14 } },
	{ .desc = "target, half an option", .len = 12,
	  .options = { 2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
		       14, 1, 0, 0 } },
};

/**
 * struct vni_case - A VXLAN header
 * @desc: name of the case
 * @header: the header
 * @found: it is to be accepted
 * @vni: the VNI that is to be found
 */
struct vni_case {
	const char *desc;
	u8 header[VXLAN_LEN];
	bool found;
	u32 vni;
};

static const struct vni_case vni_cases[] = {
	{ .desc = "VNI 0", .found = true, .vni = 0,
	  .header = { 0x08, 0, 0, 0, 0, 0, 0, 0 } },
	{ .desc = "VNI 1", .found = true, .vni = 1,
	  .header = { 0x08, 0, 0, 0, 0, 0, 1, 0 } },
	{ .desc = "VNI 0x123456", .found = true, .vni = 0x123456,
	  .header = { 0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0 } },
	{ .desc = "VNI 0xffffff", .found = true, .vni = 0xffffff,
	  .header = { 0x08, 0, 0, 0, 0xff, 0xff, 0xff, 0 } },
	{ .desc = "no flags", .header = { 0, 0, 0, 0, 0, 0, 1, 0 } },
	{ .desc = "GBP", .header = { 0x88, 0, 0, 1, 0, 0, 1, 0 } },
	{ .desc = "GPE with next protocol",
	  .header = { 0x0c, 0, 0, 3, 0, 0, 1, 0 } },
	{ .desc = "remote checksum offload",
	  .header = { 0x08, 0x20, 0, 0, 0, 0, 1, 0x80 } },
	{ .desc = "all ones",
	  .header = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
};

static void frame_append(struct frame *frame, const void *bytes, size_t len)
{
	memcpy(frame->data + frame->len, bytes, len);
	frame->len += len;
}

static struct frame make_frame(const struct good_frame *good,
			       const struct frame_tag *tags)
{
	struct frame frame = { .good = good };
	int i;

	frame_append(&frame, frame_vxlan, sizeof(frame_vxlan));
	frame_append(&frame, good->dest, ETH_ALEN);
	frame_append(&frame, frame_source, ETH_ALEN);
	for (i = 0; i < FRAME_TAGS_MAX && tags[i].proto; i++) {
		put_unaligned_be16(tags[i].proto, frame.data + frame.len);
		put_unaligned_be16(tags[i].tci, frame.data + frame.len + 2);
		frame.len += TAG_LEN;
	}
	frame.proto = frame.len;
	frame_append(&frame, good->body, good->len);
	return frame;
}

static u8 *frame_part(struct frame *frame, enum frame_part part)
{
	switch (part) {
	case FRAME_VXLAN:
		return frame->data;
	case FRAME_DEST:
		return frame->data + VXLAN_LEN;
	case FRAME_SOURCE:
		return frame->data + VXLAN_LEN + ETH_ALEN;
	case FRAME_PROTO:
		return frame->data + frame->proto;
	case FRAME_BODY:
		break;
	}
	return frame->data + frame->proto + 2;
}

static void frame_apply(struct frame *frame, const struct frame_patch *patch)
{
	memcpy(frame_part(frame, patch->part) + patch->off, patch->bytes,
	       patch->len);
}

/* The first bytes of a packet, and nothing behind them */
static u8 *exact_copy(struct kunit *test, const u8 *data, size_t len)
{
	u8 *copy = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, data, len);
	return copy;
}

static bool parse_exact(struct kunit *test, const struct frame *frame,
			size_t len, struct vxmob_announcement *a)
{
	u8 *copy = exact_copy(test, frame->data, len);
	bool found = vxmob_parse_announcement(copy, len, a);

	kunit_kfree(test, copy);
	return found;
}

/* What a sender puts in, by another way than the parser's */
static void frame_checksum(struct frame *frame)
{
	u8 *ip = frame->data + frame->proto + 2;
	u8 *na = ip + IP6_HEADER_LEN;
	size_t i, len = get_unaligned_be16(ip + 4);
	u64 sum = len + 58;

	put_unaligned_be16(0, na + 2);
	if (na + len > frame->data + FRAME_ROOM)
		return;
	for (i = 0; i < 32; i++)
		sum += i % 2 ? ip[8 + i] : ip[8 + i] << 8;
	for (i = 0; i < len; i++)
		sum += i % 2 ? na[i] : na[i] << 8;
	put_unaligned_be16(0xffff - (sum % 0xffff), na + 2);
}

static void expect_announcement(struct kunit *test,
				const struct vxmob_announcement *a,
				struct frame *frame,
				const struct tags_case *tags)
{
	const struct good_frame *good = frame->good;
	struct vxmob_addr ip = { .len = good->ip_len };

	memcpy(ip.b, frame_part(frame, FRAME_BODY) + good->ip, good->ip_len);
	KUNIT_EXPECT_EQ(test, memcmp(a->mac, frame_part(frame, FRAME_SOURCE),
				     ETH_ALEN), 0);
	KUNIT_EXPECT_EQ(test, a->kind, good->kind);
	KUNIT_EXPECT_EQ(test, a->tpid, tags->tags[0].proto);
	KUNIT_EXPECT_EQ(test, a->vid, tags->vid);
	KUNIT_EXPECT_EQ(test, memcmp(&a->ip, &ip, sizeof(ip)), 0);
}

static void tags_get_desc(const struct tags_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function tags_gen_params */
KUNIT_ARRAY_PARAM(tags, tags_cases, tags_get_desc);

static void packet_tags_case(struct kunit *test)
{
	const struct tags_case *param = test->param_value;
	struct vxmob_announcement a;
	struct frame frame;
	int i;

	for (i = 0; i < ARRAY_SIZE(good_frames); i++) {
		frame = make_frame(&good_frames[i], param->tags);
		memset(&a, 0x5a, sizeof(a));
		KUNIT_EXPECT_EQ_MSG(test, !param->refused,
				    parse_exact(test, &frame, frame.len, &a),
				    "%s", good_frames[i].desc);
		if (!param->refused)
			expect_announcement(test, &a, &frame, param);
	}
}

/* A frame that is cut short is no announcement, and is not read past its end */
static void packet_truncated_case(struct kunit *test)
{
	const struct tags_case *param = test->param_value;
	struct vxmob_announcement a;
	struct frame frame;
	size_t len;
	int i;

	for (i = 0; i < ARRAY_SIZE(good_frames); i++) {
		frame = make_frame(&good_frames[i], param->tags);
		for (len = 0; len < frame.len; len++)
			KUNIT_EXPECT_FALSE_MSG(test,
					       parse_exact(test, &frame, len, &a),
					       "%s, %zu of %zu bytes",
					       good_frames[i].desc, len,
					       frame.len);
	}
}

/* Ethernet pads short frames, and a frame may be looked at in part only. */
static void packet_padded_case(struct kunit *test)
{
	const struct tags_case *param = test->param_value;
	struct vxmob_announcement a;
	struct frame frame;
	int i;

	for (i = 0; i < ARRAY_SIZE(good_frames); i++) {
		frame = make_frame(&good_frames[i], param->tags);
		memset(frame.data + frame.len, 0x5a,
		       sizeof(frame.data) - frame.len);
		KUNIT_EXPECT_EQ(test, !param->refused,
				parse_exact(test, &frame, FRAME_ROOM, &a));
		KUNIT_EXPECT_EQ(test, !param->refused,
				parse_exact(test, &frame, VXMOB_PACKET_MAX, &a));
	}
}

static void frame_get_desc(const struct frame_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function frame_gen_params */
KUNIT_ARRAY_PARAM(frame, frame_cases, frame_get_desc);

static void expect_case(struct kunit *test, const struct frame_case *param,
			const struct good_frame *good,
			const struct tags_case *tags)
{
	struct frame frame = make_frame(good, tags->tags);
	struct vxmob_announcement a;
	int i;

	for (i = 0; i < FRAME_PATCHES; i++)
		frame_apply(&frame, &param->patch[i]);
	if (good->kind == VXMOB_SNOOP_NA && !param->keep_checksum)
		frame_checksum(&frame);
	KUNIT_EXPECT_EQ_MSG(test, param->found,
			    parse_exact(test, &frame, frame.len, &a),
			    "%s, %s", good->desc, tags->desc);
	if (param->found)
		expect_announcement(test, &a, &frame, tags);
}

/* Behind any tags, a frame is what it is without. */
static void packet_frame_case(struct kunit *test)
{
	const struct frame_case *param = test->param_value;
	int good, tags;

	for (good = 0; good < ARRAY_SIZE(good_frames); good++) {
		if (!(param->of & BIT(good)))
			continue;
		for (tags = 0; tags < ARRAY_SIZE(tags_cases); tags++)
			if (!tags_cases[tags].refused)
				expect_case(test, param, &good_frames[good],
					    &tags_cases[tags]);
	}
}

static void options_get_desc(const struct options_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function options_gen_params */
KUNIT_ARRAY_PARAM(options, options_cases, options_get_desc);

static void packet_options_case(struct kunit *test)
{
	const struct options_case *param = test->param_value;
	struct frame frame = make_frame(&good_frames[GOOD_NA],
					tags_cases[0].tags);
	struct vxmob_announcement a;
	u8 *ip = frame_part(&frame, FRAME_BODY);

	put_unaligned_be16(NA_LEN + param->len, ip + 4);
	frame.len = ip + NA_AT_OPTIONS - frame.data;
	frame_append(&frame, param->options, param->len);
	frame_checksum(&frame);
	KUNIT_EXPECT_EQ(test, param->found,
			parse_exact(test, &frame, frame.len, &a));
	if (param->found)
		expect_announcement(test, &a, &frame, &tags_cases[0]);
}

/* The checksum covers all behind the IPv6 header, and both addresses. */
static void packet_na_bits(struct kunit *test)
{
	const struct frame good = make_frame(&good_frames[GOOD_NA],
					     tags_cases[0].tags);
	struct vxmob_announcement a;
	struct frame frame;
	size_t bit;

	for (bit = BITS_PER_BYTE * (good.proto + 2 + IP6_SOURCE);
	     bit < BITS_PER_BYTE * good.len; bit++) {
		frame = good;
		frame.data[bit / BITS_PER_BYTE] ^= BIT(bit % BITS_PER_BYTE);
		KUNIT_EXPECT_FALSE_MSG(test,
				       parse_exact(test, &frame, frame.len, &a),
				       "bit %zu", bit);
	}
}

/**
 * struct owner_case - A frame of a machine on a local port
 * @desc: name of the case
 * @of: from which good ones it differs, a bit mask of enum good
 * @patch: in what
 * @found: it says which IP address the machine has
 * @plain: it is an ordinary request, which asks for another one
 * @router: it says that it is a router
 */
struct owner_case {
	const char *desc;
	u8 of;
	struct frame_patch patch[FRAME_PATCHES];
	bool found;
	bool plain;
	bool router;
};

static const struct owner_case owner_cases[] = {
	{ .desc = "as it is", .of = OF_GARP | OF_NA, .found = true },
	{ .desc = "no address", .of = OF_RARP },
	{ .desc = "asks for another", .of = OF_REQUEST, .found = true,
	  .plain = true, .patch = { { FRAME_BODY, 24, 4, { 192, 0, 2, 9 } } } },
	{ .desc = "asks for nobody", .of = OF_REQUEST, .found = true,
	  .plain = true, .patch = { { FRAME_BODY, 24, 4, { } } } },
	{ .desc = "answers another", .of = OF_REPLY,
	  .patch = { { FRAME_BODY, 24, 4, { 192, 0, 2, 9 } } } },
	{ .desc = "has no address yet", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { } } } },
	{ .desc = "multicast address", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { 224, 0, 0, 1 } } } },
	{ .desc = "broadcast address", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 14, 4, { 255, 255, 255, 255 } } } },
	{ .desc = "sender is another", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 13, 1, { 0x56 } } } },
	{ .desc = "source is another", .of = OF_GARP | OF_NA,
	  .patch = { { FRAME_SOURCE, 5, 1, { 0x56 } } } },
	{ .desc = "to one station", .of = OF_GARP | OF_NA,
	  .patch = { { FRAME_DEST, 0, 1, { 0x02 } } } },
	{ .desc = "another operation", .of = OF_GARP,
	  .patch = { { FRAME_BODY, 6, 2, { 0, 9 } } } },
	{ .desc = "of a router", .of = OF_NA, .found = true, .router = true,
	  .patch = { { FRAME_BODY, NA_AT + NA_FLAGS, 1, { 0xa0 } } } },
	{ .desc = "does not override", .of = OF_NA,
	  .patch = { { FRAME_BODY, NA_AT + NA_FLAGS, 1, { 0 } } } },
};

static void owner_get_desc(const struct owner_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function owner_gen_params */
KUNIT_ARRAY_PARAM(owner, owner_cases, owner_get_desc);

static bool parse_owner(struct kunit *test, const struct frame *frame,
			size_t len, struct vxmob_announcement *a)
{
	u8 *copy = exact_copy(test, frame->data + VXLAN_LEN, len);
	bool found = vxmob_parse_owner(copy, len, a);

	kunit_kfree(test, copy);
	return found;
}

static struct frame make_owner(const struct owner_case *param, int good,
			       const struct frame_tag *tags)
{
	struct frame frame = make_frame(&good_frames[good], tags);
	int i;

	for (i = 0; i < FRAME_PATCHES; i++)
		frame_apply(&frame, &param->patch[i]);
	if (good == GOOD_NA)
		frame_checksum(&frame);
	return frame;
}

static void expect_owner(struct kunit *test, const struct owner_case *param,
			 int good)
{
	struct frame frame = make_owner(param, good, tags_cases[0].tags);
	struct vxmob_announcement a;
	size_t len = frame.len - VXLAN_LEN;

	KUNIT_EXPECT_EQ_MSG(test, parse_owner(test, &frame, len, &a),
			    param->found, "%s", good_frames[good].desc);
	if (!param->found)
		return;
	KUNIT_EXPECT_EQ(test, a.router, param->router);
	if (param->plain)
		KUNIT_EXPECT_EQ(test, a.kind, 0);
	a.kind = good_frames[good].kind;
	KUNIT_EXPECT_EQ(test, a.tpid, 0);
	KUNIT_EXPECT_EQ(test, a.vid, VXMOB_VID_NONE);
	expect_announcement(test, &a, &frame, &tags_cases[0]);
	while (len--)
		KUNIT_EXPECT_FALSE_MSG(test, parse_owner(test, &frame, len, &a),
				       "%zu bytes", len);
}

static void packet_owner_case(struct kunit *test)
{
	const struct owner_case *param = test->param_value;
	int good;

	for (good = 0; good < ARRAY_SIZE(good_frames); good++)
		if (param->of & BIT(good))
			expect_owner(test, param, good);
}

/* What has a tag is in a VLAN of the machine's own. */
static void packet_owner_tags_case(struct kunit *test)
{
	const struct tags_case *param = test->param_value;
	struct vxmob_announcement a;
	struct frame frame;
	int good;

	for (good = GOOD_GARP_REQUEST; good < ARRAY_SIZE(good_frames); good++) {
		frame = make_owner(&owner_cases[0], good, param->tags);
		KUNIT_EXPECT_EQ(test, parse_owner(test, &frame,
						  frame.len - VXLAN_LEN, &a),
				!param->tags[0].proto);
	}
}

/**
 * struct inner_case - A frame for one station, and whether it resolves addresses
 * @desc: name of the case
 * @good: the frame that it is made from, but for the destination
 * @patch: what is different
 * @resolution: it is ARP, RARP or neighbour discovery
 */
struct inner_case {
	const char *desc;
	enum good good;
	struct frame_patch patch;
	bool resolution;
};

static const u8 inner_dest[ETH_ALEN] = { 0x02, 0x66, 0x77, 0x88, 0x99, 0xaa };

static const struct inner_case inner_cases[] = {
	{ .desc = "RARP", .good = GOOD_RARP, .resolution = true },
	{ .desc = "ARP", .good = GOOD_GARP_REPLY, .resolution = true },
	{ .desc = "router solicitation", .good = GOOD_NA, .resolution = true,
	  .patch = { FRAME_BODY, NA_AT, 1, { 133 } } },
	{ .desc = "neighbour solicitation", .good = GOOD_NA, .resolution = true,
	  .patch = { FRAME_BODY, NA_AT, 1, { 135 } } },
	{ .desc = "neighbour advertisement", .good = GOOD_NA,
	  .resolution = true },
	{ .desc = "redirect", .good = GOOD_NA, .resolution = true,
	  .patch = { FRAME_BODY, NA_AT, 1, { 137 } } },
	{ .desc = "multicast listener done", .good = GOOD_NA,
	  .patch = { FRAME_BODY, NA_AT, 1, { 132 } } },
	{ .desc = "router renumbering", .good = GOOD_NA,
	  .patch = { FRAME_BODY, NA_AT, 1, { 138 } } },
	{ .desc = "UDP over IPv6", .good = GOOD_NA,
	  .patch = { FRAME_BODY, 6, 1, { 17 } } },
	{ .desc = "IPv4", .good = GOOD_GARP_REPLY,
	  .patch = { FRAME_PROTO, 0, 2, { 0x08, 0x00 } } },
};

static void inner_get_desc(const struct inner_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function inner_gen_params */
KUNIT_ARRAY_PARAM(inner, inner_cases, inner_get_desc);

static struct frame make_inner(const struct inner_case *param,
			       const struct frame_tag *tags)
{
	struct frame frame = make_frame(&good_frames[param->good], tags);

	frame_apply(&frame, &param->patch);
	memcpy(frame_part(&frame, FRAME_DEST), inner_dest, ETH_ALEN);
	return frame;
}

static bool parse_inner(struct kunit *test, const struct frame *frame,
			size_t len, struct vxmob_inner *in)
{
	u8 *copy = exact_copy(test, frame->data, len);
	bool found;

	memset(in, 0x5a, sizeof(*in));
	in->resolution = true;
	found = vxmob_parse_inner(copy, len, in);
	kunit_kfree(test, copy);
	return found;
}

/* A frame whose tags are not to be understood is for its station all the same. */
static void packet_inner_case(struct kunit *test)
{
	const struct inner_case *param = test->param_value;
	struct vxmob_inner in;
	struct frame frame;
	int i;

	for (i = 0; i < ARRAY_SIZE(tags_cases); i++) {
		frame = make_inner(param, tags_cases[i].tags);
		KUNIT_ASSERT_TRUE(test, parse_inner(test, &frame, frame.len,
						    &in));
		KUNIT_EXPECT_EQ(test, memcmp(in.dest, inner_dest, ETH_ALEN), 0);
		KUNIT_EXPECT_EQ_MSG(test, in.resolution,
				    param->resolution && !tags_cases[i].refused,
				    "%s", tags_cases[i].desc);
	}
}

/* Whom it is for is in the Ethernet header; all that counts is in the first bytes. */
static void packet_inner_truncated_case(struct kunit *test)
{
	const struct inner_case *param = test->param_value;
	size_t len, header = VXLAN_LEN + ETH_HLEN;
	struct vxmob_inner in;
	struct frame frame;
	int i;

	for (i = 0; i < ARRAY_SIZE(tags_cases); i++) {
		frame = make_inner(param, tags_cases[i].tags);
		for (len = 0; len < frame.len; len++)
			KUNIT_EXPECT_EQ_MSG(test, len >= header,
					    parse_inner(test, &frame, len, &in),
					    "%s, %zu bytes",
					    tags_cases[i].desc, len);
		len = min_t(size_t, frame.len, VXMOB_INNER_MAX);
		parse_inner(test, &frame, len, &in);
		KUNIT_EXPECT_EQ(test, in.resolution,
				param->resolution && !tags_cases[i].refused);
	}
}

/* A type that is cut off is none. */
static void packet_inner_type_missing(struct kunit *test)
{
	const struct inner_case param = { .good = GOOD_NA };
	struct frame frame = make_inner(&param, tags_cases[0].tags);
	size_t type = frame.proto + 2 + NA_AT;
	struct vxmob_inner in;

	KUNIT_EXPECT_TRUE(test, parse_inner(test, &frame, type, &in));
	KUNIT_EXPECT_FALSE(test, in.resolution);
	KUNIT_EXPECT_TRUE(test, parse_inner(test, &frame, type + 1, &in));
	KUNIT_EXPECT_TRUE(test, in.resolution);
}

static void packet_inner_group(struct kunit *test)
{
	struct vxmob_inner in;
	struct frame frame;
	int i;

	for (i = 0; i < ARRAY_SIZE(good_frames); i++) {
		frame = make_frame(&good_frames[i], tags_cases[0].tags);
		KUNIT_EXPECT_FALSE(test, parse_inner(test, &frame, frame.len,
						     &in));
	}
}

/* The same as behind a VXLAN header, to the byte. */
static void packet_bare_frame_case(struct kunit *test)
{
	const struct tags_case *param = test->param_value;
	struct vxmob_announcement a;
	struct frame frame;
	size_t len;
	bool found;
	u8 *copy;
	int i;

	for (i = 0; i < ARRAY_SIZE(good_frames); i++) {
		frame = make_frame(&good_frames[i], param->tags);
		for (len = 0; len <= frame.len - VXLAN_LEN; len++) {
			copy = exact_copy(test, frame.data + VXLAN_LEN, len);
			found = vxmob_parse_frame(copy, len, &a);
			kunit_kfree(test, copy);
			KUNIT_EXPECT_EQ_MSG(test, found, !param->refused &&
					    len == frame.len - VXLAN_LEN,
					    "%s, %zu bytes",
					    good_frames[i].desc, len);
		}
		if (!param->refused)
			expect_announcement(test, &a, &frame, param);
	}
}

static void vni_get_desc(const struct vni_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function vni_gen_params */
KUNIT_ARRAY_PARAM(vni, vni_cases, vni_get_desc);

static void packet_vni_case(struct kunit *test)
{
	const struct vni_case *param = test->param_value;
	const u8 *copy = exact_copy(test, param->header, VXLAN_LEN);
	u32 vni = ~0;

	KUNIT_EXPECT_EQ(test, vxmob_parse_vni(copy, VXLAN_LEN, &vni),
			param->found);
	if (param->found)
		KUNIT_EXPECT_EQ(test, vni, param->vni);
}

/* Any flag or reserved bit but I: the vxlan driver drops such a packet. */
static void packet_vni_bits(struct kunit *test)
{
	u8 header[VXLAN_LEN];
	int bit;
	u32 vni;

	for (bit = 0; bit < BITS_PER_BYTE * VXLAN_LEN; bit++) {
		if (bit / BITS_PER_BYTE >= 4 && bit / BITS_PER_BYTE < 7)
			continue;
		memcpy(header, frame_vxlan, VXLAN_LEN);
		header[bit / BITS_PER_BYTE] ^= BIT(bit % BITS_PER_BYTE);
		KUNIT_EXPECT_FALSE_MSG(test,
				       vxmob_parse_vni(header, VXLAN_LEN, &vni),
				       "bit %d", bit);
	}
}

static void packet_vni_truncated(struct kunit *test)
{
	size_t len;
	u8 *copy;
	u32 vni;

	for (len = 0; len < VXLAN_LEN; len++) {
		copy = exact_copy(test, frame_vxlan, len);
		KUNIT_EXPECT_FALSE_MSG(test, vxmob_parse_vni(copy, len, &vni),
				       "%zu bytes", len);
	}
}

/* What the receive path has to make linear must hold the longest good frame. */
static void packet_max(struct kunit *test)
{
	const struct frame_tag tags[FRAME_TAGS_MAX] = {
		{ ETH_P_8021AD, VID }, { ETH_P_8021Q, VID_INNER },
	};
	const size_t options = VXMOB_NA_OPTIONS_MAX - NA_OPT_UNIT;
	size_t len;
	int i;

	for (i = 0; i < ARRAY_SIZE(good_frames); i++) {
		len = make_frame(&good_frames[i], tags).len;
		KUNIT_EXPECT_LE(test, len, (size_t)VXMOB_PACKET_MAX);
	}
	KUNIT_EXPECT_EQ(test, len + options, (size_t)VXMOB_PACKET_MAX);
	KUNIT_EXPECT_EQ(test, len + options - VXLAN_LEN,
			(size_t)VXMOB_FRAME_MAX);
	/* Of an advertisement behind two tags its type is the last byte. */
	KUNIT_EXPECT_EQ(test, len - sizeof(frame_na) + 2 + NA_AT + 1,
			(size_t)VXMOB_INNER_MAX);
}

static struct kunit_case packet_test_cases[] = {
	KUNIT_CASE_PARAM(packet_tags_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_truncated_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_padded_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_frame_case, frame_gen_params),
	KUNIT_CASE_PARAM(packet_options_case, options_gen_params),
	KUNIT_CASE(packet_na_bits),
	KUNIT_CASE_PARAM(packet_owner_case, owner_gen_params),
	KUNIT_CASE_PARAM(packet_owner_tags_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_bare_frame_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_inner_case, inner_gen_params),
	KUNIT_CASE_PARAM(packet_inner_truncated_case, inner_gen_params),
	KUNIT_CASE(packet_inner_type_missing),
	KUNIT_CASE(packet_inner_group),
	KUNIT_CASE_PARAM(packet_vni_case, vni_gen_params),
	KUNIT_CASE(packet_vni_bits),
	KUNIT_CASE(packet_vni_truncated),
	KUNIT_CASE(packet_max),
	{}
};

static struct kunit_suite packet_test_suite = {
	.name = "vxmob-packet",
	.test_cases = packet_test_cases,
};

kunit_test_suite(packet_test_suite);
