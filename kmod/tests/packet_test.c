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
#define FRAME_ROOM	128
#define FRAME_LEN	(VXLAN_LEN + ETH_HLEN + RARP_LEN)

#define VID		100
#define VID_INNER	200
/* Priority 7 and drop eligible, beside the VLAN */
#define PCP_DEI		0xf000

static const u8 frame_source[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

/* A good frame to begin with: as QEMU sends it, in VNI 100 */
static const u8 frame_vxlan[] = {
	0x08, 0, 0, 0, 0, 0, 100, 0,
};

static const u8 frame_addresses[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
};

static const u8 frame_rarp[] = {
	0x80, 0x35,
	0, 1, 0x08, 0, 6, 4, 0, 3,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0,
};

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
	FRAME_ARP,
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
	u8 bytes[ETH_ALEN];
};

/**
 * struct frame - A VXLAN packet under construction
 * @len: how long it is
 * @proto: offset of the EtherType proper
 * @data: the packet
 */
struct frame {
	size_t len;
	size_t proto;
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
 * struct frame_case - A frame that differs from the good one
 * @desc: name of the case
 * @patch: what is different
 * @found: it is an announcement all the same
 */
struct frame_case {
	const char *desc;
	struct frame_patch patch[2];
	bool found;
};

static const struct frame_case frame_cases[] = {
	/* What does not matter */
	{ .desc = "to a multicast address", .found = true,
	  .patch = { { FRAME_DEST, 0, 6, { 0x01, 0, 0x5e, 0, 0, 1 } } } },
	{ .desc = "asks for another MAC", .found = true,
	  .patch = { { FRAME_ARP, 18, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "has IP addresses", .found = true,
	  .patch = { { FRAME_ARP, 14, 4, { 192, 0, 2, 1 } },
		     { FRAME_ARP, 24, 4, { 192, 0, 2, 2 } } } },
	/* The parser leaves it to the first of the rules to refuse this one. */
	{ .desc = "source is zero", .found = true,
	  .patch = { { FRAME_SOURCE, 0, 6, { } },
		     { FRAME_ARP, 8, 6, { } } } },

	{ .desc = "ARP", .patch = { { FRAME_PROTO, 0, 2, { 0x08, 0x06 } } } },
	{ .desc = "IPv4", .patch = { { FRAME_PROTO, 0, 2, { 0x08, 0x00 } } } },
	{ .desc = "IPv6", .patch = { { FRAME_PROTO, 0, 2, { 0x86, 0xdd } } } },
	{ .desc = "802.3 length",
	  .patch = { { FRAME_PROTO, 0, 2, { 0x00, RARP_LEN } } } },
	{ .desc = "EtherType in the wrong order",
	  .patch = { { FRAME_PROTO, 0, 2, { 0x35, 0x80 } } } },

	{ .desc = "hardware type 0",
	  .patch = { { FRAME_ARP, 0, 2, { 0, 0 } } } },
	{ .desc = "hardware type 6",
	  .patch = { { FRAME_ARP, 0, 2, { 0, 6 } } } },
	{ .desc = "hardware type 0x0101",
	  .patch = { { FRAME_ARP, 0, 2, { 1, 1 } } } },
	{ .desc = "protocol type IPv6",
	  .patch = { { FRAME_ARP, 2, 2, { 0x86, 0xdd } } } },
	{ .desc = "protocol type 0x0801",
	  .patch = { { FRAME_ARP, 2, 2, { 0x08, 0x01 } } } },
	{ .desc = "hardware length 0",
	  .patch = { { FRAME_ARP, 4, 1, { 0 } } } },
	{ .desc = "hardware length 8",
	  .patch = { { FRAME_ARP, 4, 1, { 8 } } } },
	{ .desc = "protocol length 0",
	  .patch = { { FRAME_ARP, 5, 1, { 0 } } } },
	{ .desc = "protocol length 16",
	  .patch = { { FRAME_ARP, 5, 1, { 16 } } } },
	{ .desc = "operation 0", .patch = { { FRAME_ARP, 6, 2, { 0, 0 } } } },
	{ .desc = "ARP request", .patch = { { FRAME_ARP, 6, 2, { 0, 1 } } } },
	{ .desc = "ARP reply", .patch = { { FRAME_ARP, 6, 2, { 0, 2 } } } },
	{ .desc = "RARP reply", .patch = { { FRAME_ARP, 6, 2, { 0, 4 } } } },
	{ .desc = "operation 0x0103",
	  .patch = { { FRAME_ARP, 6, 2, { 1, 3 } } } },

	{ .desc = "sender differs in the first byte",
	  .patch = { { FRAME_ARP, 8, 1, { 0x06 } } } },
	{ .desc = "sender differs in the last byte",
	  .patch = { { FRAME_ARP, 13, 1, { 0x56 } } } },
	{ .desc = "source is not the sender",
	  .patch = { { FRAME_SOURCE, 0, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "only the target is the source",
	  .patch = { { FRAME_ARP, 8, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "source is multicast",
	  .patch = { { FRAME_SOURCE, 0, 1, { 0x03 } },
		     { FRAME_ARP, 8, 1, { 0x03 } } } },
	{ .desc = "source is broadcast",
	  .patch = { { FRAME_SOURCE, 0, 6,
		       { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		     { FRAME_ARP, 8, 6,
		       { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } } } },
	{ .desc = "to a unicast address",
	  .patch = { { FRAME_DEST, 0, 6, { 0x02, 6, 6, 6, 6, 6 } } } },
	{ .desc = "to zero",
	  .patch = { { FRAME_DEST, 0, 6, { } } } },
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

static struct frame good_frame(const struct frame_tag *tags)
{
	struct frame frame = {};
	int i;

	frame_append(&frame, frame_vxlan, sizeof(frame_vxlan));
	frame_append(&frame, frame_addresses, sizeof(frame_addresses));
	for (i = 0; i < FRAME_TAGS_MAX && tags[i].proto; i++) {
		put_unaligned_be16(tags[i].proto, frame.data + frame.len);
		put_unaligned_be16(tags[i].tci, frame.data + frame.len + 2);
		frame.len += TAG_LEN;
	}
	frame.proto = frame.len;
	frame_append(&frame, frame_rarp, sizeof(frame_rarp));
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
	case FRAME_ARP:
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

static void expect_announcement(struct kunit *test,
				const struct vxmob_announcement *a,
				const u8 *mac, u16 vid)
{
	KUNIT_EXPECT_EQ(test, memcmp(a->mac, mac, ETH_ALEN), 0);
	KUNIT_EXPECT_EQ(test, a->kind, VXMOB_SNOOP_RARP);
	KUNIT_EXPECT_EQ(test, a->vid, vid);
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
	struct frame frame = good_frame(param->tags);
	struct vxmob_announcement a;

	memset(&a, 0x5a, sizeof(a));
	KUNIT_ASSERT_EQ(test, parse_exact(test, &frame, frame.len, &a),
			!param->refused);
	if (!param->refused)
		expect_announcement(test, &a, frame_source, param->vid);
}

/* A frame that is cut short is no announcement, and is not read past its end */
static void packet_truncated_case(struct kunit *test)
{
	const struct tags_case *param = test->param_value;
	struct frame frame = good_frame(param->tags);
	struct vxmob_announcement a;
	size_t len;

	for (len = 0; len < frame.len; len++)
		KUNIT_EXPECT_FALSE_MSG(test,
				       parse_exact(test, &frame, len, &a),
				       "%zu of %zu bytes", len, frame.len);
}

/* Ethernet pads short frames, and a frame may be looked at in part only. */
static void packet_padded_case(struct kunit *test)
{
	const struct tags_case *param = test->param_value;
	struct frame frame = good_frame(param->tags);
	struct vxmob_announcement a;

	memset(frame.data + frame.len, 0x5a, sizeof(frame.data) - frame.len);
	KUNIT_EXPECT_EQ(test, parse_exact(test, &frame, FRAME_ROOM, &a),
			!param->refused);
	KUNIT_EXPECT_EQ(test, parse_exact(test, &frame, VXMOB_PACKET_MAX, &a),
			!param->refused);
}

static void frame_get_desc(const struct frame_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function frame_gen_params */
KUNIT_ARRAY_PARAM(frame, frame_cases, frame_get_desc);

/* Behind any tags, a frame is what it is without. */
static void packet_frame_case(struct kunit *test)
{
	const struct frame_case *param = test->param_value;
	struct vxmob_announcement a;
	struct frame frame;
	int i;

	for (i = 0; i < ARRAY_SIZE(tags_cases); i++) {
		if (tags_cases[i].refused)
			continue;
		frame = good_frame(tags_cases[i].tags);
		frame_apply(&frame, &param->patch[0]);
		frame_apply(&frame, &param->patch[1]);
		KUNIT_EXPECT_EQ_MSG(test, param->found,
				    parse_exact(test, &frame, frame.len, &a),
				    "%s", tags_cases[i].desc);
		if (param->found)
			expect_announcement(test, &a,
					    frame_part(&frame, FRAME_SOURCE),
					    tags_cases[i].vid);
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
	const struct frame_tag none[FRAME_TAGS_MAX] = {};

	KUNIT_EXPECT_EQ(test, good_frame(tags).len, (size_t)VXMOB_PACKET_MAX);
	KUNIT_EXPECT_EQ(test, good_frame(none).len, (size_t)FRAME_LEN);
}

static struct kunit_case packet_test_cases[] = {
	KUNIT_CASE_PARAM(packet_tags_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_truncated_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_padded_case, tags_gen_params),
	KUNIT_CASE_PARAM(packet_frame_case, frame_gen_params),
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
