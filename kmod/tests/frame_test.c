// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the frames by which a MAC is announced: each is compared whole,
 * and read again by the parsers that other hosts read it with.
 *
 * The code under test is included: the module exports nothing.
 */
#include <kunit/test.h>

#include "../packet.h"

#include "../frame.c"

#define GUARD	0x5a

static const u8 frame_mac[ETH_ALEN] = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 };

/* As QEMU sends it (net/announce.c), padded */
static const u8 good_rarp[VXMOB_SENT_MIN] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
	0x80, 0x35, 0, 1, 0x08, 0, 6, 4, 0, 3,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0,
};

static const u8 good_garp[VXMOB_SENT_MIN] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
	0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1,
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 192, 0, 2, 7,
	0, 0, 0, 0, 0, 0, 192, 0, 2, 7,
};

static const u8 good_na[] = {
	0x33, 0x33, 0, 0, 0, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
	0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, 255,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07,
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
	136, 0, 0x92, 0x86, 0x20, 0, 0, 0,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07,
	2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
};

static const u8 good_na_router[] = {
	0x33, 0x33, 0, 0, 0, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
	0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, 255,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07,
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
	136, 0, 0x12, 0x86, 0xa0, 0, 0, 0,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07,
	2, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
};

static const struct vxmob_addr frame_ip4 = {
	.len = 4, .b = { 192, 0, 2, 7 },
};

static const struct vxmob_addr frame_ip6 = {
	.len = 16,
	.b = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x07 },
};

/**
 * struct frame_case - A frame that is to be written
 * @desc: name of the case
 * @ip: the address that is announced, NULL for RARP
 * @router: by a router
 * @good: the frame
 * @len: its length
 * @kind: as what it is to be read
 */
struct frame_case {
	const char *desc;
	const struct vxmob_addr *ip;
	bool router;
	const u8 *good;
	size_t len;
	u8 kind;
};

static const struct frame_case frame_cases[] = {
	{ .desc = "RARP", .good = good_rarp, .len = sizeof(good_rarp),
	  .kind = VXMOB_SNOOP_RARP },
	{ .desc = "gratuitous ARP", .ip = &frame_ip4,
	  .good = good_garp, .len = sizeof(good_garp),
	  .kind = VXMOB_SNOOP_GARP },
	{ .desc = "gratuitous ARP of a router", .ip = &frame_ip4,
	  .router = true, .good = good_garp, .len = sizeof(good_garp),
	  .kind = VXMOB_SNOOP_GARP },
	{ .desc = "neighbour advertisement", .ip = &frame_ip6,
	  .good = good_na, .len = sizeof(good_na), .kind = VXMOB_SNOOP_NA },
	{ .desc = "neighbour advertisement of a router", .ip = &frame_ip6,
	  .router = true, .good = good_na_router,
	  .len = sizeof(good_na_router), .kind = VXMOB_SNOOP_NA },
};

static void frame_get_desc(const struct frame_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function frame_gen_params */
KUNIT_ARRAY_PARAM(frame, frame_cases, frame_get_desc);

static size_t write_case(const struct frame_case *param, u8 *frame)
{
	if (!param->ip)
		return vxmob_frame_rarp(frame, frame_mac);
	return vxmob_frame_announcing(frame, frame_mac, param->ip,
				      param->router);
}

static void frame_whole_case(struct kunit *test)
{
	const struct frame_case *param = test->param_value;
	u8 frame[VXMOB_SENT_MAX + 1];
	size_t len;

	memset(frame, GUARD, sizeof(frame));
	len = write_case(param, frame);
	KUNIT_ASSERT_EQ(test, len, param->len);
	KUNIT_EXPECT_EQ(test, memcmp(frame, param->good, len), 0);
	KUNIT_EXPECT_EQ(test, frame[len], GUARD);
}

/* Another host reads it out of a VXLAN packet. */
static void frame_heard_case(struct kunit *test)
{
	const struct frame_case *param = test->param_value;
	u8 packet[8 + VXMOB_SENT_MAX] = { 0x08 };
	struct vxmob_announcement a;
	size_t len;

	len = write_case(param, packet + 8);
	KUNIT_ASSERT_TRUE(test, vxmob_parse_announcement(packet, 8 + len, &a));
	KUNIT_EXPECT_EQ(test, a.kind, param->kind);
	KUNIT_EXPECT_EQ(test, memcmp(a.mac, frame_mac, ETH_ALEN), 0);
	if (!param->ip) {
		KUNIT_EXPECT_EQ(test, a.ip.len, 0);
		return;
	}
	KUNIT_EXPECT_EQ(test, memcmp(&a.ip, param->ip, sizeof(a.ip)), 0);
	KUNIT_EXPECT_EQ(test, a.router, param->ip->len == 16 && param->router);
}

static struct kunit_case frame_test_cases[] = {
	KUNIT_CASE_PARAM(frame_whole_case, frame_gen_params),
	KUNIT_CASE_PARAM(frame_heard_case, frame_gen_params),
	{}
};

static struct kunit_suite frame_test_suite = {
	.name = "vxmob-frame",
	.test_cases = frame_test_cases,
};

kunit_test_suite(frame_test_suite);
