// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the limits of announcements: how many pass at once, how many in
 * a second, and that one sender's flood is nobody else's.
 *
 * The code under test is included: the module exports nothing.
 */
#include <kunit/test.h>

#include "../ratelimit.c"

/* Any time that is not the beginning */
#define START		(1000 * (u64)NSEC_PER_SEC)

static const struct limit ten = {
	.interval = NSEC_PER_SEC / 10, .burst = 5,
};

/**
 * struct rate_case - Arrivals at one bucket that holds five, ten a second
 * @desc: name of the case
 * @gap: milliseconds between the arrivals
 * @n: how many arrive
 * @pass: how many may come
 */
struct rate_case {
	const char *desc;
	u32 gap;
	u32 n;
	u32 pass;
};

static const struct rate_case rate_cases[] = {
	{ "one", 0, 1, 1 },
	{ "a burst", 0, 5, 5 },
	{ "one more than a burst", 0, 6, 5 },
	{ "a flood", 0, 1000, 5 },
	{ "at the rate", 100, 1000, 1000 },
	{ "slower than the rate", 101, 1000, 1000 },
	{ "after a long rest", 3600000, 3, 3 },
	/* 4 are saved up; 99.9 s have 999 intervals, and the first needs none */
	{ "twice the rate", 50, 1999, 1004 },
	{ "a hundred times the rate", 1, 1001, 15 },
};

static void rate_get_desc(const struct rate_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function rate_gen_params */
KUNIT_ARRAY_PARAM(rate, rate_cases, rate_get_desc);

static void ratelimit_rate_case(struct kunit *test)
{
	const struct rate_case *param = test->param_value;
	atomic64_t bucket = ATOMIC64_INIT(0);
	u64 now = START;
	u32 i, pass = 0;

	for (i = 0; i < param->n; i++) {
		pass += bucket_take(&bucket, &ten, now);
		now += param->gap * (u64)NSEC_PER_MSEC;
	}
	KUNIT_EXPECT_EQ(test, pass, param->pass);
}

/* To the nanosecond: what is refused does not put off what follows. */
static void ratelimit_edge(struct kunit *test)
{
	u64 due = 0;
	int i;

	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_TRUE(test, arrival_conforms(&due, START, &ten));
	KUNIT_EXPECT_EQ(test, due, START + 5 * ten.interval);
	KUNIT_EXPECT_FALSE(test, arrival_conforms(&due, START, &ten));
	KUNIT_EXPECT_FALSE(test, arrival_conforms(&due, START + ten.interval - 1,
						  &ten));
	KUNIT_EXPECT_EQ(test, due, START + 5 * ten.interval);
	KUNIT_EXPECT_TRUE(test, arrival_conforms(&due, START + ten.interval,
						 &ten));
	KUNIT_EXPECT_EQ(test, due, START + 6 * ten.interval);
}

/* Another CPU's clock was read a little earlier. */
static void ratelimit_late(struct kunit *test)
{
	u64 due = 0;

	KUNIT_EXPECT_TRUE(test, arrival_conforms(&due, START, &ten));
	KUNIT_EXPECT_TRUE(test, arrival_conforms(&due, START - 1000, &ten));
	KUNIT_EXPECT_EQ(test, due, START + 2 * ten.interval);
}

static struct vxmob_limits *make_limits(struct kunit *test)
{
	struct vxmob_limits *l = vxmob_limits_alloc();

	KUNIT_ASSERT_NOT_NULL(test, l);
	/* the buckets that keys share are to be the same in each run */
	memset(&l->key, 0x5a, sizeof(l->key));
	return l;
}

static struct vxmob_addr addr_of(u32 n)
{
	struct vxmob_addr addr = { .len = sizeof(n) };

	memcpy(addr.b, &n, sizeof(n));
	return addr;
}

/* One after the other, all at one time. Returns how many passed. */
static u32 claims(struct vxmob_limits *l, u32 vtep, u64 mac, u64 step, u32 n,
		  u64 now)
{
	const struct vxmob_addr addr = addr_of(vtep);
	u8 bytes[ETH_ALEN];
	u32 pass = 0;

	for (; n; n--, mac += step) {
		u64_to_ether_addr(mac, bytes);
		pass += vxmob_limit_claim(l, &addr, bytes, now);
	}
	return pass;
}

static void ratelimit_mac(struct kunit *test)
{
	struct vxmob_limits *l = make_limits(test);

	KUNIT_EXPECT_EQ(test, claims(l, 1, 1, 0, 100, START), MAC_BURST);
	/* by another VTEP it is the same MAC; another MAC is none of this */
	KUNIT_EXPECT_EQ(test, claims(l, 2, 1, 0, 100, START), 0);
	KUNIT_EXPECT_EQ(test, claims(l, 1, 2, 0, 100, START), MAC_BURST);
	KUNIT_EXPECT_EQ(test, claims(l, 1, 1, 0, 100, START + NSEC_PER_SEC),
			MAC_RATE);
	vxmob_limits_free(l);
}

/* A thousand VMs arrive at once, announced four times over. */
static void ratelimit_arrival(struct kunit *test)
{
	struct vxmob_limits *l = make_limits(test);
	u32 pass = 0;
	int round;

	KUNIT_EXPECT_EQ(test, claims(l, 1, 0x020000000000, 1, 1000, START),
			1000);
	for (round = 1; round < 4; round++)
		pass += claims(l, 1, 0x020000000000, 1, 1000,
			       START + round * 100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_GE(test, pass, 2950);
	vxmob_limits_free(l);
}

static void ratelimit_vtep(struct kunit *test)
{
	struct vxmob_limits *l = make_limits(test);

	/* a flood of MACs, as many as there may be, and then some */
	KUNIT_EXPECT_LE(test, claims(l, 1, 0x020000000000, 1, 10000, START),
			VTEP_BURST);
	KUNIT_EXPECT_EQ(test, claims(l, 1, 0x030000000000, 1, 100, START), 0);
	/* leaves room for every MAC of another VTEP */
	KUNIT_EXPECT_EQ(test, claims(l, 2, 0x040000000000, 1, 1000, START),
			1000);
	vxmob_limits_free(l);
}

static void ratelimit_stranger(struct kunit *test)
{
	struct vxmob_limits *l = make_limits(test);
	const struct vxmob_addr one = addr_of(1), two = addr_of(2);
	u32 i, pass = 0;

	for (i = 0; i < 100; i++)
		pass += vxmob_limit_stranger(l, &one, START);
	KUNIT_EXPECT_EQ(test, pass, STRANGER_BURST);
	KUNIT_EXPECT_TRUE(test, vxmob_limit_stranger(l, &two, START));
	/* should it be believed now, it begins anew */
	KUNIT_EXPECT_EQ(test, claims(l, 1, 1, 0, 1, START), 1);
	vxmob_limits_free(l);
}

/* What is said on local ports has limits of its own. */
static void ratelimit_heard(struct kunit *test)
{
	struct vxmob_limits *l = make_limits(test);
	u8 mac[ETH_ALEN] = { 0x02, [ETH_ALEN - 1] = 1 };
	u32 i, pass = 0;

	for (i = 0; i < 100; i++)
		pass += vxmob_limit_heard(l, mac, START);
	KUNIT_EXPECT_EQ(test, pass, MAC_BURST);
	/* the same MAC is announced by a VTEP as before */
	KUNIT_EXPECT_EQ(test, claims(l, 1, 0x020000000001, 0, 1, START), 1);
	for (i = 0; i < 10000; i++) {
		u64_to_ether_addr(0x030000000000 + i, mac);
		pass += vxmob_limit_heard(l, mac, START);
	}
	KUNIT_EXPECT_EQ(test, pass, HEARD_BURST);
	vxmob_limits_free(l);
}

/* No two domains share their secret. */
static void ratelimit_key(struct kunit *test)
{
	struct vxmob_limits *a = vxmob_limits_alloc();
	struct vxmob_limits *b = vxmob_limits_alloc();

	KUNIT_EXPECT_NOT_NULL(test, a);
	KUNIT_EXPECT_NOT_NULL(test, b);
	if (a && b)
		KUNIT_EXPECT_NE(test, memcmp(&a->key, &b->key, sizeof(a->key)),
				0);
	vxmob_limits_free(a);
	vxmob_limits_free(b);
}

static struct kunit_case ratelimit_test_cases[] = {
	KUNIT_CASE_PARAM(ratelimit_rate_case, rate_gen_params),
	KUNIT_CASE(ratelimit_edge),
	KUNIT_CASE(ratelimit_late),
	KUNIT_CASE(ratelimit_mac),
	KUNIT_CASE(ratelimit_arrival),
	KUNIT_CASE(ratelimit_vtep),
	KUNIT_CASE(ratelimit_stranger),
	KUNIT_CASE(ratelimit_heard),
	KUNIT_CASE(ratelimit_key),
	{}
};

static struct kunit_suite ratelimit_test_suite = {
	.name = "vxmob-ratelimit",
	.test_cases = ratelimit_test_cases,
};

kunit_test_suite(ratelimit_test_suite);
