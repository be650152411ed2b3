// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit test of the rules of MAC mobility.
 *
 * Hosts of a fabric agree on where a MAC is only if each of them keeps every
 * row of the rules to the letter. So each row is tested here on its own, for
 * the verdict, for the row that decided (a right verdict for a wrong reason is
 * wrong in the next case) and for the whole state that follows.
 *
 * The code under test is included: the module exports nothing.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/module.h>

#include "../rules.c"

#define NOW		1000000ULL
#define CONFIRM_MS	5000
#define WINDOW		(NOW + CONFIRM_MS)
#define CROSSING_MS	50

/* An optional sequence number: 0 is none. */
#define NUMBER_GIVEN	BIT_ULL(32)
#define NUM(n)		(NUMBER_GIVEN | (n))

#define CONTROL		VXMOB_ORIGIN_CONTROL
#define NETLINK		VXMOB_ORIGIN_NETLINK
#define SNOOP		VXMOB_ORIGIN_SNOOP
#define LEARN		VXMOB_ORIGIN_LEARN
#define DPLEARN		VXMOB_ORIGIN_DPLEARN

#define PROVISIONAL	VXMOB_STATUS_PROVISIONAL
#define FROZEN		VXMOB_STATUS_FROZEN

#define WITHDRAW	VXMOB_OP_WITHDRAW

/* The host itself has address number 2, in both families. */
enum spot {
	NOWHERE,
	PORT1,
	PORT2,
	VTEP1,
	VTEP2,
	VTEP3,
	VTEP4,
	VTEP5,
	VTEP3_PORT,
	VTEP3_VNI,
	VTEP3_IFINDEX,
	VTEP_LOW,
	VTEP_HIGH,
	V6_1,
	V6_3,
	V6_LOW,
	V6_HIGH,
};

#define IPV4(...)	.vtep = { .len = 4, .b = { __VA_ARGS__ } }
#define IPV6(first, second, last) \
	.vtep = { .len = 16, .b = { first, second, [15] = (last) } }

static const struct vxmob_place spots[] = {
	[PORT1] = { .state = VXMOB_STATE_LOCAL, .ifindex = 11 },
	[PORT2] = { .state = VXMOB_STATE_LOCAL, .ifindex = 12 },
	[VTEP1] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 1) },
	[VTEP2] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 2) },
	[VTEP3] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 3) },
	[VTEP4] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 4) },
	[VTEP5] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 5) },
	[VTEP3_PORT] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 3),
			 .port = cpu_to_be16(4790) },
	[VTEP3_VNI] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 3),
			.vni = 7 },
	[VTEP3_IFINDEX] = { .state = VXMOB_STATE_REMOTE, IPV4(192, 0, 2, 3),
			    .ifindex = 13 },
	/* High and low where the other bytes, or a signed byte, say otherwise */
	[VTEP_LOW] = { .state = VXMOB_STATE_REMOTE, IPV4(127, 255, 255, 255) },
	[VTEP_HIGH] = { .state = VXMOB_STATE_REMOTE, IPV4(200, 0, 0, 1) },
	[V6_1] = { .state = VXMOB_STATE_REMOTE, IPV6(0x20, 0x01, 1) },
	[V6_3] = { .state = VXMOB_STATE_REMOTE, IPV6(0x20, 0x01, 3) },
	[V6_LOW] = { .state = VXMOB_STATE_REMOTE, IPV6(0x01, 0xff, 9) },
	[V6_HIGH] = { .state = VXMOB_STATE_REMOTE, IPV6(0xfd, 0x00, 1) },
};

enum rules_policy {
	ORDINARY,
	CONFIRM_NONE,
	SELF_UNKNOWN,
	SELF_V6,
	RESERVED,
	GUARDED,
	GUARDED_CONFIRM_NONE,
	GATED,
	GATED_ANY,
	CROSSING,
};

static const struct vxmob_policy policies[] = {
	[ORDINARY] = { .self = { .len = 4, .b = { 192, 0, 2, 2 } },
		       .confirm_ms = CONFIRM_MS },
	[CONFIRM_NONE] = { .self = { .len = 4, .b = { 192, 0, 2, 2 } } },
	[SELF_UNKNOWN] = { .confirm_ms = CONFIRM_MS },
	[SELF_V6] = { .self = { .len = 16, .b = { 0x20, 0x01, [15] = 2 } },
		      .confirm_ms = CONFIRM_MS },
	[GUARDED] = { .confirm_ms = CONFIRM_MS, .guard = true },
	[GUARDED_CONFIRM_NONE] = { .guard = true },
	/* Between port 1 and VTEP 3, or whichever VTEP */
	[GATED] = { .confirm_ms = CONFIRM_MS, .gated = true, .gate_port = 11,
		    .gate_vtep = { .len = 4, .b = { 192, 0, 2, 3 } } },
	[GATED_ANY] = { .confirm_ms = CONFIRM_MS, .gated = true,
			.gate_port = 11 },
	[CROSSING] = { .confirm_ms = CONFIRM_MS, .crossing_ms = CROSSING_MS },
	[RESERVED] = { .self = { .len = 4, .b = { 192, 0, 2, 2 } },
		       .confirm_ms = CONFIRM_MS, .reserved = true },
};

/**
 * struct rules_state - A struct vxmob_mobility, written short
 * @cur: where the MAC is bound, NOWHERE if it is not
 * @prev: the place before
 * @prev2: the place before that
 * @pending: what the control plane asked for
 * @seq: NUM() of the number received, or 0
 * @bump: unnumbered moves since
 * @window_end: in milliseconds; NOW is the time of judgement
 * @since: milliseconds since it moved; 0 for CONFIRM_MS
 * @status: enum vxmob_status
 * @repairs: how often the port that was left has claimed it back
 * @origin: enum vxmob_origin
 * @sticky: does not move
 * @router: belongs to a router
 */
struct rules_state {
	enum spot cur;
	enum spot prev;
	enum spot prev2;
	enum spot pending;
	u64 seq;
	u32 bump;
	u64 window_end;
	u32 since;
	u8 repairs;
	u8 status;
	u8 origin;
	bool sticky;
	bool router;
};

/**
 * struct rules_word - A struct vxmob_claim, written short
 * @origin: enum vxmob_origin
 * @spot: the place claimed
 * @seq: NUM() of the number given, or 0
 * @op: enum vxmob_op
 * @sticky: the MAC is not to move
 * @router: the MAC belongs to a router
 * @prepared: it is the module's own, in a handover
 */
struct rules_word {
	u8 origin;
	enum spot spot;
	u64 seq;
	u8 op;
	bool sticky;
	bool router;
	bool prepared;
};

/**
 * struct rules_case - One claim against one binding
 * @desc: name of the case; begins with the number of the row
 * @policy: what the domain adds
 * @mac: the MAC, NULL for any valid one
 * @bound: what is bound
 * @claim: what is claimed
 * @rule: the row that is to decide
 * @verdict: what it is to say
 * @pending: the refusal is to be remembered
 * @taken_back: what was remembered is to be forgotten
 * @then: the state that is to follow. Of no account for refusals, where it is
 *	@bound, but for what is remembered, and for an accepted withdrawal
 */
struct rules_case {
	const char *desc;
	enum rules_policy policy;
	const u8 *mac;
	struct rules_state bound;
	struct rules_word claim;
	u8 rule;
	u8 verdict;
	bool pending;
	bool taken_back;
	struct rules_state then;
};

#define ROW(number, name) \
	.rule = (number), .verdict = VXMOB_VERDICT_##name

static const u8 mac_valid[] = { 0x02, 0, 0, 0, 0, 0 };
static const u8 mac_zero[] = { 0, 0, 0, 0, 0, 0 };
static const u8 mac_one[] = { 0, 0, 0, 0, 0, 1 };
static const u8 mac_multicast[] = { 0x01, 0, 0x5e, 0, 0, 1 };
static const u8 mac_broadcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static const struct rules_case rules_cases[] = {
	/* 1: what cannot be bound at all */
	{ .desc = "1: zero MAC", .mac = mac_zero,
	  .claim = { CONTROL, VTEP3, NUM(1) }, ROW(1, REFUSE_INVALID) },
	{ .desc = "1: multicast MAC", .mac = mac_multicast,
	  .claim = { CONTROL, VTEP3, NUM(1) }, ROW(1, REFUSE_INVALID) },
	{ .desc = "1: broadcast MAC", .mac = mac_broadcast,
	  .claim = { LEARN, PORT1 }, ROW(1, REFUSE_INVALID) },
	{ .desc = "1: MAC of the bridge or a gateway", .policy = RESERVED,
	  .claim = { SNOOP, VTEP3 }, ROW(1, REFUSE_INVALID) },
	{ .desc = "1: before a refresh", .policy = RESERVED,
	  .bound = { .cur = VTEP3, .seq = NUM(1) },
	  .claim = { CONTROL, VTEP3, NUM(2) }, ROW(1, REFUSE_INVALID) },
	{ .desc = "1: before a withdrawal that is asked for",
	  .policy = RESERVED,
	  .bound = { .cur = VTEP3, .seq = NUM(1) },
	  .claim = { CONTROL, VTEP3, .op = WITHDRAW },
	  ROW(1, REFUSE_INVALID) },
	{ .desc = "1: withdrawal of what is not bound", .policy = RESERVED,
	  .claim = { NETLINK, VTEP3, .op = WITHDRAW },
	  ROW(1, REFUSE_INVALID) },
	{ .desc = "2: reserved since it was bound, its entry gone",
	  .policy = RESERVED,
	  .bound = { .cur = VTEP3, .seq = NUM(1) },
	  .claim = { NETLINK, VTEP3, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: the same on a port", .policy = RESERVED,
	  .bound = { .cur = PORT1 },
	  .claim = { LEARN, PORT1, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "3: the same, another place", .policy = RESERVED,
	  .bound = { .cur = VTEP3, .seq = NUM(1) },
	  .claim = { NETLINK, VTEP4, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "1: this very host is no other VTEP",
	  .claim = { CONTROL, VTEP2, NUM(1) }, ROW(1, REFUSE_INVALID) },
	{ .desc = "5: the same, where no address is known",
	  .policy = SELF_UNKNOWN,
	  .claim = { CONTROL, VTEP2, NUM(1) }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP2, .seq = NUM(1) } },
	{ .desc = "3: withdrawal that names this very host",
	  .bound = { .cur = VTEP3, .seq = NUM(1) },
	  .claim = { CONTROL, VTEP2, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "5: MAC that is zero up to the last byte", .mac = mac_one,
	  .claim = { CONTROL, VTEP3 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP3 } },

	/* 2: withdrawals */
	{ .desc = "2: no numbers",
	  .bound = { .cur = VTEP3 },
	  .claim = { CONTROL, VTEP3, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: names no place",
	  .bound = { .cur = VTEP3 },
	  .claim = { CONTROL, NOWHERE, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: equal number",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 2 },
	  .claim = { CONTROL, VTEP3, NUM(5), .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: newer number, names no place",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, NOWHERE, NUM(6), .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: number newer across the wrap",
	  .bound = { .cur = VTEP3, .seq = NUM(4294967295) },
	  .claim = { CONTROL, VTEP3, NUM(0), .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: only the binding has a number",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP3, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: only the withdrawal has a number",
	  .bound = { .cur = VTEP3 },
	  .claim = { CONTROL, VTEP3, NUM(0xfffffff0), .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: frozen binding",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .status = FROZEN },
	  .claim = { CONTROL, VTEP3, NUM(5), .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: sticky binding",
	  .bound = { .cur = VTEP3, .sticky = true },
	  .claim = { CONTROL, VTEP3, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: local binding, by netlink",
	  .bound = { .cur = PORT1, .seq = NUM(5), .origin = LEARN },
	  .claim = { NETLINK, PORT1, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "2: provisional binding in its window",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = WINDOW },
	  .claim = { NETLINK, VTEP3, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },

	/* 3: withdrawals of what is not there */
	{ .desc = "3: no binding",
	  .claim = { CONTROL, VTEP3, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: no binding, names no place",
	  .claim = { CONTROL, NOWHERE, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: names another place",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP4, NUM(6), .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: names the former place",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = WINDOW, .router = true },
	  .claim = { CONTROL, VTEP1, NUM(5), .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW), .taken_back = true },
	{ .desc = "3: netlink takes back what is pending",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { NETLINK, VTEP1, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW), .taken_back = true },
	{ .desc = "3: learn does not take back what is pending",
	  .bound = { .cur = VTEP3, .prev = PORT1, .pending = PORT1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { LEARN, PORT1, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: another place than the one pending",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP4, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: names another port of the same VTEP",
	  .bound = { .cur = VTEP3 },
	  .claim = { CONTROL, VTEP3_PORT, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: names another local port",
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { LEARN, PORT2, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: older number",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .sticky = true },
	  .claim = { CONTROL, VTEP3, NUM(4), .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: older number, names no place",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, NOWHERE, NUM(4), .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: number older across the wrap",
	  .bound = { .cur = VTEP3, .seq = NUM(0) },
	  .claim = { CONTROL, VTEP3, NUM(4294967295), .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: number 2^31 ahead",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP3, NUM(0x80000005), .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "3: frozen binding, another place",
	  .bound = { .cur = VTEP3, .status = FROZEN },
	  .claim = { CONTROL, VTEP4, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },

	/* 4: frozen */
	{ .desc = "4: newer number",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .status = FROZEN },
	  .claim = { CONTROL, VTEP4, NUM(6) }, ROW(4, REFUSE_FROZEN) },
	{ .desc = "4: the same place",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .status = FROZEN },
	  .claim = { CONTROL, VTEP3, NUM(6) }, ROW(4, REFUSE_FROZEN) },
	{ .desc = "4: before sticky",
	  .bound = { .cur = PORT1, .status = FROZEN, .sticky = true },
	  .claim = { SNOOP, VTEP3 }, ROW(4, REFUSE_FROZEN) },
	{ .desc = "4: a sticky claim",
	  .bound = { .cur = VTEP3, .status = FROZEN },
	  .claim = { CONTROL, VTEP4, .sticky = true },
	  ROW(4, REFUSE_FROZEN) },
	{ .desc = "4: learned locally",
	  .bound = { .cur = VTEP3, .status = FROZEN },
	  .claim = { LEARN, PORT1 }, ROW(4, REFUSE_FROZEN) },

	/* 5: new */
	{ .desc = "5: control with a number",
	  .claim = { CONTROL, VTEP3, NUM(0), .sticky = true, .router = true },
	  ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP3, .seq = NUM(0), .sticky = true,
		    .router = true } },
	{ .desc = "5: control without a number",
	  .claim = { CONTROL, PORT1 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = PORT1 } },
	{ .desc = "5: netlink",
	  .claim = { NETLINK, VTEP3 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP3, .origin = NETLINK } },
	{ .desc = "5: snoop",
	  .claim = { SNOOP, VTEP3 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP3, .origin = SNOOP, .status = PROVISIONAL,
		    .window_end = WINDOW } },
	{ .desc = "5: snoop with confirm none", .policy = CONFIRM_NONE,
	  .claim = { SNOOP, VTEP3 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP3, .origin = SNOOP } },
	{ .desc = "5: learn",
	  .claim = { LEARN, PORT1 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = PORT1, .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "5: dplearn opens no window",
	  .claim = { DPLEARN, VTEP3 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP3, .origin = DPLEARN } },

	/* 6: the place that is bound */
	{ .desc = "6: control without a number confirms",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .prev2 = VTEP4,
		     .pending = VTEP1, .seq = NUM(5), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP3, .router = true }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .prev = VTEP1, .prev2 = VTEP4,
		    .seq = NUM(5), .bump = 1, .router = true } },
	{ .desc = "6: netlink confirms",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = WINDOW },
	  .claim = { NETLINK, VTEP3 }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(5), .bump = 1,
		    .origin = NETLINK } },
	{ .desc = "6: newer number is taken",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(5), .bump = 3,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP3, NUM(6) }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(6) } },
	{ .desc = "6: equal number clears bump",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 3 },
	  .claim = { CONTROL, VTEP3, NUM(5) }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .seq = NUM(5) } },
	{ .desc = "6: older number is not taken, but confirms",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 3,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP3, NUM(4) }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .seq = NUM(5), .bump = 3 } },
	{ .desc = "6: first number",
	  .bound = { .cur = VTEP3, .bump = 3, .origin = NETLINK },
	  .claim = { CONTROL, VTEP3, NUM(0) }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .seq = NUM(0) } },
	{ .desc = "6: first number in the upper half",
	  .bound = { .cur = VTEP3 },
	  .claim = { CONTROL, VTEP3, NUM(0xfffffff0) }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .seq = NUM(0xfffffff0) } },
	{ .desc = "6: number newer across the wrap",
	  .bound = { .cur = VTEP3, .seq = NUM(4294967295), .bump = 1 },
	  .claim = { CONTROL, VTEP3, NUM(0) }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .seq = NUM(0) } },
	{ .desc = "6: number 2^31 ahead is not taken",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 1 },
	  .claim = { CONTROL, VTEP3, NUM(0x80000005) }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .seq = NUM(5), .bump = 1 } },
	{ .desc = "6: control sets sticky",
	  .bound = { .cur = PORT1, .seq = NUM(5), .origin = LEARN },
	  .claim = { CONTROL, PORT1, .sticky = true }, ROW(6, REFRESH),
	  .then = { .cur = PORT1, .seq = NUM(5), .sticky = true } },
	{ .desc = "6: control clears sticky and router",
	  .bound = { .cur = VTEP3, .sticky = true, .router = true },
	  .claim = { CONTROL, VTEP3 }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3 } },
	{ .desc = "6: netlink sets sticky",
	  .bound = { .cur = VTEP3 },
	  .claim = { NETLINK, VTEP3, .sticky = true }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .origin = NETLINK, .sticky = true } },
	{ .desc = "6: netlink clears sticky",
	  .bound = { .cur = PORT1, .sticky = true },
	  .claim = { NETLINK, PORT1 }, ROW(6, REFRESH),
	  .then = { .cur = PORT1, .origin = NETLINK } },
	{ .desc = "6: snoop changes nothing",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = NOW + 1,
		     .router = true },
	  .claim = { SNOOP, VTEP3 }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		    .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		    .origin = SNOOP, .window_end = NOW + 1,
		    .router = true } },
	{ .desc = "6: learn changes nothing",
	  .bound = { .cur = PORT1, .prev = VTEP1, .pending = VTEP1,
		     .bump = 1, .origin = LEARN, .window_end = NOW + 1 },
	  .claim = { LEARN, PORT1, .sticky = true, .router = true },
	  ROW(6, REFRESH),
	  .then = { .cur = PORT1, .prev = VTEP1, .pending = VTEP1,
		    .bump = 1, .origin = LEARN, .window_end = NOW + 1 } },
	{ .desc = "6: learn leaves sticky",
	  .bound = { .cur = PORT1, .seq = NUM(5), .sticky = true },
	  .claim = { LEARN, PORT1 }, ROW(6, REFRESH),
	  .then = { .cur = PORT1, .seq = NUM(5), .sticky = true } },
	{ .desc = "6: dplearn leaves sticky",
	  .bound = { .cur = VTEP3, .status = PROVISIONAL, .origin = SNOOP,
		     .sticky = true },
	  .claim = { DPLEARN, VTEP3 }, ROW(6, REFRESH),
	  .then = { .cur = VTEP3, .status = PROVISIONAL, .origin = SNOOP,
		    .sticky = true } },
	{ .desc = "6: IPv6",
	  .bound = { .cur = V6_3, .seq = NUM(5) },
	  .claim = { CONTROL, V6_3, NUM(6) }, ROW(6, REFRESH),
	  .then = { .cur = V6_3, .seq = NUM(6) } },

	/* 7: sticky here */
	{ .desc = "7: newer number",
	  .bound = { .cur = PORT1, .seq = NUM(5), .sticky = true },
	  .claim = { CONTROL, VTEP3, NUM(6) }, ROW(7, REFUSE_STICKY) },
	{ .desc = "7: sticky against sticky",
	  .bound = { .cur = PORT1, .seq = NUM(5), .sticky = true },
	  .claim = { CONTROL, VTEP3, NUM(6), .sticky = true },
	  ROW(7, REFUSE_STICKY) },
	{ .desc = "7: another local port",
	  .bound = { .cur = PORT1, .sticky = true },
	  .claim = { LEARN, PORT2 }, ROW(7, REFUSE_STICKY) },
	{ .desc = "7: snoop",
	  .bound = { .cur = PORT1, .sticky = true },
	  .claim = { SNOOP, VTEP3 }, ROW(7, REFUSE_STICKY) },
	{ .desc = "7: netlink, in a window that would remember",
	  .bound = { .cur = PORT1, .prev = VTEP3, .window_end = WINDOW,
		     .sticky = true },
	  .claim = { NETLINK, VTEP3 }, ROW(7, REFUSE_STICKY) },

	/* 8: sticky elsewhere */
	{ .desc = "8: newer number",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .sticky = true },
	  .claim = { CONTROL, VTEP4, NUM(6) }, ROW(8, REFUSE_STICKY) },
	{ .desc = "8: control without a number",
	  .bound = { .cur = VTEP3, .sticky = true },
	  .claim = { CONTROL, VTEP4 }, ROW(8, REFUSE_STICKY) },
	{ .desc = "8: netlink",
	  .bound = { .cur = VTEP3, .sticky = true },
	  .claim = { NETLINK, VTEP4 }, ROW(8, REFUSE_STICKY) },
	{ .desc = "8: learn",
	  .bound = { .cur = VTEP3, .sticky = true },
	  .claim = { LEARN, PORT1 }, ROW(8, REFUSE_STICKY) },
	{ .desc = "8: snoop",
	  .bound = { .cur = VTEP3, .sticky = true },
	  .claim = { SNOOP, VTEP4 }, ROW(8, REFUSE_STICKY) },

	/* Sticky against sticky elsewhere: as if neither were */
	{ .desc = "10: sticky against sticky",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .sticky = true },
	  .claim = { CONTROL, VTEP4, NUM(6), .sticky = true },
	  ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .seq = NUM(6),
		    .sticky = true } },
	{ .desc = "11: sticky against sticky",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .sticky = true },
	  .claim = { CONTROL, VTEP4, NUM(4), .sticky = true },
	  ROW(11, REFUSE_STALE) },
	{ .desc = "13: sticky against sticky",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .sticky = true },
	  .claim = { CONTROL, VTEP4, NUM(5), .sticky = true },
	  ROW(13, REFUSE_TIE) },
	{ .desc = "15: sticky against sticky",
	  .bound = { .cur = VTEP3, .sticky = true },
	  .claim = { NETLINK, VTEP4, .sticky = true }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .bump = 1,
		    .origin = NETLINK, .sticky = true } },
	{ .desc = "16: sticky against sticky",
	  .bound = { .cur = VTEP3, .sticky = true },
	  .claim = { CONTROL, PORT1, .sticky = true }, ROW(16, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .bump = 1,
		    .sticky = true } },

	/* 9: becomes sticky */
	{ .desc = "9: older number",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 1 },
	  .claim = { CONTROL, VTEP4, NUM(4), .sticky = true },
	  ROW(9, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .seq = NUM(4),
		    .sticky = true } },
	{ .desc = "9: equal number, higher address, provisional",
	  .bound = { .cur = VTEP3, .prev = VTEP4, .seq = NUM(5), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP4, NUM(5), .sticky = true },
	  ROW(9, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .prev2 = VTEP4,
		    .seq = NUM(5), .sticky = true } },
	{ .desc = "9: no number, former place in the window",
	  .bound = { .cur = PORT1, .prev = VTEP3, .seq = NUM(5), .bump = 1,
		     .origin = LEARN, .window_end = WINDOW },
	  .claim = { NETLINK, VTEP3, .sticky = true }, ROW(9, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .prev2 = VTEP3,
		    .seq = NUM(5), .bump = 2, .origin = NETLINK,
		    .sticky = true } },

	/* 10: newer */
	{ .desc = "10: the next number",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .prev2 = PORT1,
		     .seq = NUM(5), .router = true },
	  .claim = { CONTROL, VTEP4, NUM(6) }, ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .prev2 = VTEP1,
		    .seq = NUM(6) } },
	{ .desc = "10: 0 after 4294967295",
	  .bound = { .cur = VTEP3, .seq = NUM(4294967295) },
	  .claim = { CONTROL, VTEP4, NUM(0) }, ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .seq = NUM(0) } },
	{ .desc = "10: 2^31 - 1 ahead",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP4, NUM(0x80000004) },
	  ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .seq = NUM(0x80000004) } },
	{ .desc = "10: 2^31 - 1 ahead across the wrap",
	  .bound = { .cur = VTEP3, .seq = NUM(0x80000006) },
	  .claim = { CONTROL, VTEP4, NUM(5) }, ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .seq = NUM(5) } },
	{ .desc = "10: clears bump, which is never compared",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 3,
		     .origin = NETLINK },
	  .claim = { CONTROL, VTEP4, NUM(6) }, ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .seq = NUM(6) } },
	{ .desc = "10: over a provisional place, back to the former",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = WINDOW },
	  .claim = { CONTROL, VTEP1, NUM(6), .router = true },
	  ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .prev2 = VTEP1,
		    .seq = NUM(6), .router = true } },
	{ .desc = "10: over a local place in its window",
	  .bound = { .cur = PORT1, .prev = VTEP3, .seq = NUM(5), .bump = 1,
		     .origin = LEARN, .window_end = WINDOW },
	  .claim = { CONTROL, VTEP3, NUM(6) }, ROW(10, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .prev2 = VTEP3,
		    .seq = NUM(6) } },

	/* 11: older */
	{ .desc = "11: the number before",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP1, NUM(4) }, ROW(11, REFUSE_STALE) },
	{ .desc = "11: 4294967295 after 0",
	  .bound = { .cur = VTEP3, .seq = NUM(0) },
	  .claim = { CONTROL, VTEP1, NUM(4294967295) },
	  ROW(11, REFUSE_STALE) },
	{ .desc = "11: 2^31 ahead",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP1, NUM(0x80000005) },
	  ROW(11, REFUSE_STALE) },
	{ .desc = "11: 2^31 behind",
	  .bound = { .cur = VTEP3, .seq = NUM(0x80000005) },
	  .claim = { CONTROL, VTEP1, NUM(5) }, ROW(11, REFUSE_STALE) },
	{ .desc = "11: 2^31 + 1 ahead",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP1, NUM(0x80000006) },
	  ROW(11, REFUSE_STALE) },
	{ .desc = "11: after unnumbered moves",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 3,
		     .origin = NETLINK },
	  .claim = { CONTROL, VTEP1, NUM(4) }, ROW(11, REFUSE_STALE) },
	{ .desc = "11: over a provisional place, not remembered",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(5), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP1, NUM(4) }, ROW(11, REFUSE_STALE) },

	/* 12: equal, and the place is provisional */
	{ .desc = "12: the former place, with a lower address",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(5), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW, .router = true },
	  .claim = { CONTROL, VTEP1, NUM(5) },
	  ROW(12, REFUSE_STALE), .pending = true },
	{ .desc = "12: a third place replaces what is remembered",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = WINDOW },
	  .claim = { CONTROL, VTEP4, NUM(5) },
	  ROW(12, REFUSE_STALE), .pending = true },
	{ .desc = "12: a local place",
	  .bound = { .cur = VTEP3, .prev = PORT1, .seq = NUM(0), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, PORT1, NUM(0) },
	  ROW(12, REFUSE_STALE), .pending = true },

	/* 13: ties */
	{ .desc = "13: lower address wins",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP1, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .seq = NUM(5) } },
	{ .desc = "13: higher address loses",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP4, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: the first byte weighs most, and is unsigned",
	  .bound = { .cur = VTEP_HIGH, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP_LOW, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = VTEP_LOW, .prev = VTEP_HIGH, .seq = NUM(5) } },
	{ .desc = "13: the first byte weighs most, the other way",
	  .bound = { .cur = VTEP_LOW, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP_HIGH, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: IPv6, lower in the last byte wins",
	  .bound = { .cur = V6_3, .seq = NUM(5) },
	  .claim = { CONTROL, V6_1, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = V6_1, .prev = V6_3, .seq = NUM(5) } },
	{ .desc = "13: IPv6, higher in the last byte loses",
	  .bound = { .cur = V6_1, .seq = NUM(5) },
	  .claim = { CONTROL, V6_3, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: IPv6, lower in the first byte wins",
	  .bound = { .cur = V6_HIGH, .seq = NUM(5) },
	  .claim = { CONTROL, V6_LOW, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = V6_LOW, .prev = V6_HIGH, .seq = NUM(5) } },
	{ .desc = "13: IPv4 before IPv6",
	  .bound = { .cur = V6_LOW, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP_HIGH, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = VTEP_HIGH, .prev = V6_LOW, .seq = NUM(5) } },
	{ .desc = "13: IPv6 after IPv4",
	  .bound = { .cur = VTEP_HIGH, .seq = NUM(5) },
	  .claim = { CONTROL, V6_LOW, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: bound here, lower address wins",
	  .bound = { .cur = PORT1, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP1, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = PORT1, .seq = NUM(5) } },
	{ .desc = "13: bound here, higher address loses",
	  .bound = { .cur = PORT1, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP3, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: claimed here, own address wins",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, PORT1, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .seq = NUM(5) } },
	{ .desc = "13: claimed here, own address loses",
	  .bound = { .cur = VTEP1, .seq = NUM(5) },
	  .claim = { CONTROL, PORT1, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: IPv6, bound here, lower address wins",
	  .policy = SELF_V6,
	  .bound = { .cur = PORT1, .seq = NUM(5) },
	  .claim = { CONTROL, V6_1, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = V6_1, .prev = PORT1, .seq = NUM(5) } },
	{ .desc = "13: IPv6, claimed here, own address loses",
	  .policy = SELF_V6,
	  .bound = { .cur = V6_1, .seq = NUM(5) },
	  .claim = { CONTROL, PORT1, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: bound here, own address unknown",
	  .policy = SELF_UNKNOWN,
	  .bound = { .cur = PORT1, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP1, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: claimed here, own address unknown",
	  .policy = SELF_UNKNOWN,
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, PORT1, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: two VTEPs, own address unknown",
	  .policy = SELF_UNKNOWN,
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP1, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .seq = NUM(5) } },
	{ .desc = "13: the same address, another port",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP3_PORT, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: the same address, the device's port",
	  .bound = { .cur = VTEP3_PORT, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP3, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: the same address, another VNI",
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { CONTROL, VTEP3_VNI, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: another port of this host",
	  .bound = { .cur = PORT1, .seq = NUM(5) },
	  .claim = { CONTROL, PORT2, NUM(5) }, ROW(13, REFUSE_TIE) },
	{ .desc = "13: after unnumbered moves",
	  .bound = { .cur = VTEP3, .prev = VTEP5, .seq = NUM(5), .bump = 2,
		     .origin = NETLINK },
	  .claim = { CONTROL, VTEP1, NUM(5) }, ROW(13, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .prev2 = VTEP5,
		    .seq = NUM(5) } },
	{ .desc = "13: learned here, former place in the window",
	  .bound = { .cur = PORT1, .prev = VTEP3, .seq = NUM(5), .bump = 1,
		     .origin = LEARN, .window_end = WINDOW },
	  .claim = { CONTROL, VTEP3, NUM(5) }, ROW(13, REFUSE_TIE) },

	/* 14: the control plane has not heard of the move yet */
	{ .desc = "14: netlink, former place",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW, .router = true },
	  .claim = { NETLINK, VTEP1 },
	  ROW(14, REFUSE_STALE), .pending = true },
	{ .desc = "14: netlink, the place before it",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .prev2 = VTEP4, .bump = 2,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { NETLINK, VTEP4 },
	  ROW(14, REFUSE_STALE), .pending = true },
	{ .desc = "14: netlink, in the window's last millisecond",
	  .bound = { .cur = PORT1, .prev = VTEP1, .bump = 1,
		     .origin = LEARN, .window_end = NOW + 1 },
	  .claim = { NETLINK, VTEP1 },
	  ROW(14, REFUSE_STALE), .pending = true },
	{ .desc = "14: netlink, binding has a number",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(5), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { NETLINK, VTEP1 },
	  ROW(14, REFUSE_STALE), .pending = true },
	{ .desc = "14: control with a number, binding has none",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP1, NUM(5) },
	  ROW(14, REFUSE_STALE), .pending = true },
	{ .desc = "14: control with a number, the place before the former",
	  .bound = { .cur = PORT1, .prev = VTEP1, .prev2 = VTEP4, .bump = 2,
		     .origin = LEARN, .window_end = WINDOW },
	  .claim = { CONTROL, VTEP4, NUM(5) },
	  ROW(14, REFUSE_STALE), .pending = true },
	{ .desc = "14: replaces what is remembered",
	  .bound = { .cur = VTEP3, .prev = PORT1, .prev2 = VTEP4,
		     .pending = VTEP4, .bump = 2, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = WINDOW },
	  .claim = { NETLINK, PORT1 },
	  ROW(14, REFUSE_STALE), .pending = true },

	/* 15: the control plane has news */
	{ .desc = "15: netlink, a third place in the window",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .prev2 = VTEP4,
		     .pending = VTEP1, .seq = NUM(5), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW, .router = true },
	  .claim = { NETLINK, VTEP5 }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP5, .prev = VTEP3, .prev2 = VTEP1,
		    .seq = NUM(5), .bump = 2, .origin = NETLINK,
		    .router = true } },
	{ .desc = "15: control, a third place in the window",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { CONTROL, VTEP5, NUM(7) }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP5, .prev = VTEP3, .prev2 = VTEP1,
		    .seq = NUM(7) } },
	{ .desc = "15: the former VTEP, but another port of it",
	  .bound = { .cur = PORT1, .prev = VTEP3, .bump = 1,
		     .origin = LEARN, .window_end = WINDOW },
	  .claim = { NETLINK, VTEP3_PORT }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP3_PORT, .prev = PORT1, .prev2 = VTEP3,
		    .bump = 2, .origin = NETLINK } },
	{ .desc = "15: netlink, former place when the window has ended",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .bump = 1, .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = NOW },
	  .claim = { NETLINK, VTEP1 }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .prev2 = VTEP1, .bump = 2,
		    .origin = NETLINK } },
	{ .desc = "15: control, former place when the window has ended",
	  .bound = { .cur = VTEP3, .prev = VTEP4, .prev2 = VTEP1, .bump = 2,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = NOW - 1 },
	  .claim = { CONTROL, VTEP1, NUM(0) }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .prev2 = VTEP4,
		    .seq = NUM(0) } },
	{ .desc = "15: equal number when the window has ended",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(5), .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = NOW },
	  .claim = { CONTROL, VTEP4, NUM(5) }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .prev2 = VTEP1,
		    .seq = NUM(5) } },
	{ .desc = "15: equal number, and no window can tell",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .seq = NUM(5), .bump = 1,
		     .status = VXMOB_STATUS_UNOBSERVABLE, .origin = SNOOP },
	  .claim = { CONTROL, VTEP4, NUM(5) }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .prev2 = VTEP1,
		    .seq = NUM(5) } },
	{ .desc = "15: netlink, former place and no window",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .origin = NETLINK },
	  .claim = { NETLINK, VTEP1 }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .prev2 = VTEP1, .bump = 1,
		    .origin = NETLINK } },

	/* 16: an orchestrator's word */
	{ .desc = "16: former place in the window",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		     .origin = SNOOP, .window_end = WINDOW },
	  .claim = { CONTROL, VTEP1, .router = true }, ROW(16, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .prev2 = VTEP1,
		    .seq = NUM(5), .bump = 2, .router = true } },
	{ .desc = "16: to this host, no numbers at all",
	  .bound = { .cur = VTEP1, .origin = NETLINK },
	  .claim = { CONTROL, PORT1 }, ROW(16, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP1, .bump = 1 } },

	/* 17: learned */
	{ .desc = "17: learn",
	  .bound = { .cur = VTEP3, .prev = VTEP4, .prev2 = VTEP5,
		     .seq = NUM(5), .bump = 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = VTEP4,
		    .seq = NUM(5), .bump = 2, .origin = LEARN,
		    .window_end = WINDOW } },
	{ .desc = "17: learn over a provisional place",
	  .bound = { .cur = VTEP3, .prev = PORT1, .pending = PORT1,
		     .bump = 1, .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = NOW + 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1, .bump = 2,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: learn on another port",
	  .bound = { .cur = PORT1, .seq = NUM(5) },
	  .claim = { LEARN, PORT2 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT2, .prev = PORT1, .seq = NUM(5), .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: learn with confirm none", .policy = CONFIRM_NONE,
	  .bound = { .cur = VTEP3, .seq = NUM(5), .window_end = WINDOW },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .seq = NUM(5), .bump = 1,
		    .origin = LEARN } },
	{ .desc = "17: dplearn opens no window",
	  .bound = { .cur = VTEP3, .seq = NUM(5), .bump = 1 },
	  .claim = { DPLEARN, VTEP4 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = VTEP3, .seq = NUM(5), .bump = 2,
		    .origin = DPLEARN } },

	/* 18: announced */
	{ .desc = "18: snoop",
	  .bound = { .cur = PORT1, .prev = VTEP4, .seq = NUM(5) },
	  .claim = { SNOOP, VTEP3 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .prev2 = VTEP4,
		    .seq = NUM(5), .bump = 1, .status = PROVISIONAL,
		    .origin = SNOOP, .window_end = WINDOW } },
	{ .desc = "18: snoop over a provisional place",
	  .bound = { .cur = VTEP3, .prev = VTEP1, .pending = VTEP1,
		     .bump = 1, .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = NOW + 1 },
	  .claim = { SNOOP, VTEP1 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP1, .prev = VTEP3, .prev2 = VTEP1, .bump = 2,
		    .status = PROVISIONAL, .origin = SNOOP,
		    .window_end = WINDOW } },
	{ .desc = "18: snoop with confirm none", .policy = CONFIRM_NONE,
	  .bound = { .cur = PORT1, .seq = NUM(5), .origin = LEARN,
		     .window_end = WINDOW },
	  .claim = { SNOOP, VTEP3 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .seq = NUM(5), .bump = 1,
		    .origin = SNOOP } },

	/* 22: announcements that cross */
	{ .desc = "22: snoop of the VTEP that was left", .policy = CROSSING,
	  .bound = { .cur = PORT1, .prev = VTEP3, .bump = 1, .origin = LEARN,
		     .since = CROSSING_MS - 1, .window_end = WINDOW },
	  .claim = { SNOOP, VTEP3 }, ROW(22, REFUSE_STALE) },
	{ .desc = "22: for another port of that VTEP", .policy = CROSSING,
	  .bound = { .cur = PORT1, .prev = VTEP3_PORT, .seq = NUM(5),
		     .since = 1 },
	  .claim = { SNOOP, VTEP3 }, ROW(22, REFUSE_STALE) },
	{ .desc = "22: over IPv6, from another port to this", .policy = CROSSING,
	  .bound = { .cur = PORT1, .prev = V6_3, .prev2 = PORT2, .since = 1 },
	  .claim = { SNOOP, V6_3 }, ROW(22, REFUSE_STALE) },
	{ .desc = "18: too late to cross", .policy = CROSSING,
	  .bound = { .cur = PORT1, .prev = VTEP3, .since = CROSSING_MS },
	  .claim = { SNOOP, VTEP3 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .prev2 = VTEP3, .bump = 1,
		    .status = PROVISIONAL, .origin = SNOOP,
		    .window_end = WINDOW } },
	{ .desc = "18: a third VTEP crosses nothing", .policy = CROSSING,
	  .bound = { .cur = PORT1, .prev = VTEP3, .since = 1 },
	  .claim = { SNOOP, VTEP4 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = PORT1, .prev2 = VTEP3, .bump = 1,
		    .status = PROVISIONAL, .origin = SNOOP,
		    .window_end = WINDOW } },
	{ .desc = "18: the machine had only been back", .policy = CROSSING,
	  .bound = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1,
		     .since = 1 },
	  .claim = { SNOOP, VTEP3 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .prev2 = VTEP3, .bump = 1,
		    .status = PROVISIONAL, .origin = SNOOP,
		    .window_end = WINDOW } },
	{ .desc = "18: from one VTEP to another", .policy = CROSSING,
	  .bound = { .cur = VTEP4, .prev = VTEP3, .since = 1 },
	  .claim = { SNOOP, VTEP3 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = VTEP4, .prev2 = VTEP3, .bump = 1,
		    .status = PROVISIONAL, .origin = SNOOP,
		    .window_end = WINDOW } },
	{ .desc = "17: learned on another port", .policy = CROSSING,
	  .bound = { .cur = PORT1, .prev = PORT2, .since = 1 },
	  .claim = { LEARN, PORT2 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT2, .prev = PORT1, .prev2 = PORT2, .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },

	/* 19: late frames of the port that was left */
	{ .desc = "19: learn on the port that was left", .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = PORT1, .seq = NUM(5),
		     .since = 1 },
	  .claim = { LEARN, PORT1 }, ROW(19, REFUSE_STALE) },
	{ .desc = "19: the third time, after netlink", .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = PORT1, .repairs = 2,
		     .origin = NETLINK, .since = CONFIRM_MS - 1 },
	  .claim = { LEARN, PORT1 }, ROW(19, REFUSE_STALE) },
	{ .desc = "17: the fourth time is believed", .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = PORT1, .repairs = 3,
		     .since = 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1, .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: too late for a late frame", .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = PORT1, .since = CONFIRM_MS },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1, .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: never against an announcement alone", .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = PORT1, .bump = 1,
		     .status = PROVISIONAL, .origin = SNOOP, .since = 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1, .bump = 2,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: on another port", .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = PORT1, .since = 1 },
	  .claim = { LEARN, PORT2 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT2, .prev = VTEP3, .prev2 = PORT1, .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: the port before the one that was left",
	  .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = VTEP1, .prev2 = PORT1,
		     .since = 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = VTEP1, .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: between two ports", .policy = GUARDED,
	  .bound = { .cur = PORT2, .prev = PORT1, .since = 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = PORT2, .prev2 = PORT1, .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: nothing is late with confirm none",
	  .policy = GUARDED_CONFIRM_NONE,
	  .bound = { .cur = VTEP3, .prev = PORT1, .since = 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1, .bump = 1,
		    .origin = LEARN } },
	{ .desc = "17: without the guard",
	  .bound = { .cur = VTEP3, .prev = PORT1, .since = 1 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1, .bump = 1,
		    .origin = LEARN, .window_end = WINDOW } },
	{ .desc = "17: what is prepared is not late", .policy = GUARDED,
	  .bound = { .cur = VTEP3, .prev = PORT1, .seq = NUM(5),
		     .since = 1 },
	  .claim = { LEARN, PORT1, .prepared = true }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .prev2 = PORT1,
		    .seq = NUM(5), .bump = 1, .origin = LEARN,
		    .window_end = WINDOW } },

	/* 21: data that names neither end of a handover */
	{ .desc = "21: learn on another port", .policy = GATED,
	  .bound = { .cur = VTEP3, .seq = NUM(5) },
	  .claim = { LEARN, PORT2 }, ROW(21, REFUSE_GATED) },
	{ .desc = "21: snoop from another VTEP", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { SNOOP, VTEP4 }, ROW(21, REFUSE_GATED) },
	{ .desc = "21: snoop from the same number in IPv6", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { SNOOP, V6_3 }, ROW(21, REFUSE_GATED) },
	{ .desc = "21: dplearn from another VTEP", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { DPLEARN, VTEP4 }, ROW(21, REFUSE_GATED) },
	{ .desc = "21: snoop where no VTEP is named", .policy = GATED_ANY,
	  .claim = { SNOOP, VTEP3 }, ROW(21, REFUSE_GATED) },
	{ .desc = "21: before a new binding", .policy = GATED,
	  .claim = { LEARN, PORT2 }, ROW(21, REFUSE_GATED) },
	{ .desc = "21: before a freeze", .policy = GATED,
	  .bound = { .cur = VTEP3, .status = FROZEN },
	  .claim = { LEARN, PORT2 }, ROW(21, REFUSE_GATED) },
	{ .desc = "21: before a refresh", .policy = GATED,
	  .bound = { .cur = VTEP4, .status = PROVISIONAL, .origin = SNOOP,
		     .window_end = WINDOW },
	  .claim = { SNOOP, VTEP4 }, ROW(21, REFUSE_GATED) },
	{ .desc = "1: before the handover", .policy = GATED, .mac = mac_zero,
	  .claim = { LEARN, PORT2 }, ROW(1, REFUSE_INVALID) },
	{ .desc = "2: withdrawal of neither end", .policy = GATED,
	  .bound = { .cur = PORT2, .origin = LEARN },
	  .claim = { LEARN, PORT2, .op = WITHDRAW },
	  ROW(2, ACCEPT_WITHDRAW) },
	{ .desc = "3: stale withdrawal of neither end", .policy = GATED,
	  .bound = { .cur = VTEP3 },
	  .claim = { LEARN, PORT2, .op = WITHDRAW },
	  ROW(3, REFUSE_STALE_WITHDRAW) },
	{ .desc = "4: one end, frozen", .policy = GATED,
	  .bound = { .cur = VTEP3, .status = FROZEN },
	  .claim = { LEARN, PORT1 }, ROW(4, REFUSE_FROZEN) },
	{ .desc = "5: one end, new", .policy = GATED,
	  .claim = { SNOOP, VTEP3 }, ROW(5, ACCEPT_NEW),
	  .then = { .cur = VTEP3, .status = PROVISIONAL, .origin = SNOOP,
		    .window_end = WINDOW } },
	{ .desc = "6: one end, refreshed", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { LEARN, PORT1 }, ROW(6, REFRESH),
	  .then = { .cur = PORT1, .origin = LEARN } },
	{ .desc = "7: one end, sticky at the other", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN, .sticky = true },
	  .claim = { SNOOP, VTEP3 }, ROW(7, REFUSE_STICKY) },
	{ .desc = "17: learn on the port of the handover", .policy = GATED,
	  .bound = { .cur = VTEP3 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .bump = 1, .origin = LEARN,
		    .window_end = WINDOW } },
	{ .desc = "17: the same where no VTEP is named", .policy = GATED_ANY,
	  .bound = { .cur = VTEP3 },
	  .claim = { LEARN, PORT1 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT1, .prev = VTEP3, .bump = 1, .origin = LEARN,
		    .window_end = WINDOW } },
	{ .desc = "17: dplearn from the VTEP of the handover", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { DPLEARN, VTEP3 }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .bump = 1,
		    .origin = DPLEARN } },
	{ .desc = "18: snoop from the VTEP of the handover", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { SNOOP, VTEP3 }, ROW(18, ACCEPT_MOVE),
	  .then = { .cur = VTEP3, .prev = PORT1, .bump = 1,
		    .status = PROVISIONAL, .origin = SNOOP,
		    .window_end = WINDOW } },
	{ .desc = "15: netlink is not data", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { NETLINK, VTEP4 }, ROW(15, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = PORT1, .bump = 1,
		    .origin = NETLINK } },
	{ .desc = "16: control is not data", .policy = GATED,
	  .bound = { .cur = PORT1, .origin = LEARN },
	  .claim = { CONTROL, VTEP4 }, ROW(16, ACCEPT_MOVE),
	  .then = { .cur = VTEP4, .prev = PORT1, .bump = 1 } },
	{ .desc = "17: what is prepared is not data", .policy = GATED,
	  .bound = { .cur = VTEP3 },
	  .claim = { LEARN, PORT2, .prepared = true }, ROW(17, ACCEPT_MOVE),
	  .then = { .cur = PORT2, .prev = VTEP3, .bump = 1, .origin = LEARN,
		    .window_end = WINDOW } },
};

static struct vxmob_mobility mobility(const struct rules_state *state)
{
	u64 moved = NOW - (state->since ?: CONFIRM_MS);

	return (struct vxmob_mobility){
		.cur = spots[state->cur],
		.prev = spots[state->prev],
		.prev2 = spots[state->prev2],
		.pending = spots[state->pending],
		.moved_ms = moved,
		.window_ms = state->window_end ? state->window_end - moved : 0,
		.repairs = state->repairs,
		.seq = state->seq,
		.bump = state->bump,
		.has_seq = state->seq & NUMBER_GIVEN,
		.sticky = state->sticky,
		.router = state->router,
		.status = state->status,
		.origin = state->origin,
	};
}

static struct vxmob_claim claim_of(const struct rules_word *word, const u8 *mac)
{
	struct vxmob_claim claim = {
		.op = word->op,
		.origin = word->origin,
		.has_seq = word->seq & NUMBER_GIVEN,
		.sticky = word->sticky,
		.router = word->router,
		.prepared = word->prepared,
		.place = spots[word->spot],
		.seq = word->seq,
	};

	memcpy(claim.mac, mac ?: mac_valid, VXMOB_MAC_LEN);
	return claim;
}

/* A place as an enum spot, so that a failure can be read */
static int spot_of(const struct vxmob_place *place)
{
	int spot;

	for (spot = 0; spot < ARRAY_SIZE(spots); spot++)
		if (!memcmp(place, &spots[spot], sizeof(*place)))
			return spot;
	return -1;
}

static void expect_state(struct kunit *test, const struct vxmob_mobility *is,
			 const struct rules_state *want)
{
	KUNIT_EXPECT_EQ(test, spot_of(&is->cur), (int)want->cur);
	KUNIT_EXPECT_EQ(test, spot_of(&is->prev), (int)want->prev);
	KUNIT_EXPECT_EQ(test, spot_of(&is->prev2), (int)want->prev2);
	KUNIT_EXPECT_EQ(test, spot_of(&is->pending), (int)want->pending);
	KUNIT_EXPECT_EQ(test, is->window_ms ? is->moved_ms + is->window_ms : 0,
			want->window_end);
	KUNIT_EXPECT_EQ(test, is->has_seq, !!(want->seq & NUMBER_GIVEN));
	if (is->has_seq)
		KUNIT_EXPECT_EQ(test, is->seq, (u32)want->seq);
	KUNIT_EXPECT_EQ(test, is->bump, want->bump);
	KUNIT_EXPECT_EQ(test, is->sticky, want->sticky);
	KUNIT_EXPECT_EQ(test, is->router, want->router);
	KUNIT_EXPECT_EQ(test, is->status, want->status);
	KUNIT_EXPECT_EQ(test, is->origin, want->origin);
	KUNIT_EXPECT_EQ(test, is->repairs, want->repairs);
}

static struct rules_state state_wanted(const struct rules_case *param)
{
	struct rules_state state = param->then;

	if (vxmob_verdict_accepts(param->verdict))
		return state;
	state = param->bound;
	if (param->pending)
		state.pending = param->claim.spot;
	if (param->taken_back)
		state.pending = NOWHERE;
	if (param->rule == VXMOB_RULE_LATE_FRAME)
		state.repairs++;
	return state;
}

static void rules_get_desc(const struct rules_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function rules_gen_params */
KUNIT_ARRAY_PARAM(rules, rules_cases, rules_get_desc);

static void rules_judge_case(struct kunit *test)
{
	const struct rules_case *param = test->param_value;
	const struct vxmob_policy *policy = &policies[param->policy];
	struct vxmob_mobility bound = mobility(&param->bound);
	struct vxmob_claim claim = claim_of(&param->claim, param->mac);
	struct vxmob_ruling result;

	result = vxmob_judge(param->bound.cur ? &bound : NULL, &claim, policy,
			     NOW);

	KUNIT_EXPECT_EQ(test, result.rule, param->rule);
	KUNIT_EXPECT_EQ(test, result.verdict, param->verdict);
	KUNIT_EXPECT_EQ(test, result.pending, param->pending);
	expect_state(test, &bound, &param->bound);
}

/* Into another state, of which nothing may shine through, and into itself */
static void rules_settle_case(struct kunit *test)
{
	const struct rules_case *param = test->param_value;
	const struct vxmob_policy *policy = &policies[param->policy];
	const struct rules_state want = state_wanted(param);
	struct vxmob_mobility bound = mobility(&param->bound);
	struct vxmob_claim claim = claim_of(&param->claim, param->mac);
	const struct vxmob_ruling said = {
		.rule = param->rule,
		.verdict = param->verdict,
		.pending = param->pending,
	};
	struct vxmob_mobility next;

	/* No state follows where no binding is left. */
	if (!want.cur)
		return;
	memset(&next, 0x5a, sizeof(next));
	if (!param->bound.cur) {
		vxmob_settle(&next, NULL, &claim, policy, &said, NOW);
		expect_state(test, &next, &want);
		return;
	}
	vxmob_settle(&next, &bound, &claim, policy, &said, NOW);
	expect_state(test, &next, &want);
	expect_state(test, &bound, &param->bound);
	vxmob_settle(&bound, &bound, &claim, policy, &said, NOW);
	expect_state(test, &bound, &want);
}

/* A row that is added to the rules without a case here is not tested. */
static void rules_all_tested(struct kunit *test)
{
	u32 rows = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(rules_cases); i++)
		rows |= BIT(rules_cases[i].rule);
	KUNIT_EXPECT_EQ(test, rows,
			(u32)(GENMASK(19, 1) | GENMASK(22, 21)));
}

#define STORY_STEPS_MAX	8

/**
 * struct story_step - One claim of a story
 * @after: milliseconds since the step before
 * @claim: what is claimed
 * @rule: the row that is to decide; 0 after the last step
 * @cur: where the MAC is to be then
 * @seq: NUM() of the number the binding is to have then, or 0
 * @bump: what bump is to be then
 * @pending: what is to be remembered then
 */
struct story_step {
	u32 after;
	struct rules_word claim;
	u8 rule;
	enum spot cur;
	u64 seq;
	u32 bump;
	enum spot pending;
};

/**
 * struct story - Claims on one MAC, one after the other
 * @desc: name of the story
 * @steps: the claims
 */
struct story {
	const char *desc;
	struct story_step steps[STORY_STEPS_MAX];
};

static const struct story stories[] = {
	{ .desc = "numbers wrap", .steps = {
		{ 0, { CONTROL, VTEP1, NUM(4294967294) }, 5,
		  VTEP1, NUM(4294967294) },
		{ 1, { CONTROL, VTEP3, NUM(4294967295) }, 10,
		  VTEP3, NUM(4294967295) },
		{ 1, { CONTROL, VTEP4, NUM(0) }, 10, VTEP4, NUM(0) },
		{ 1, { CONTROL, VTEP3, NUM(4294967295) }, 11, VTEP4, NUM(0) },
		{ 1, { CONTROL, VTEP1, NUM(1) }, 10, VTEP1, NUM(1) },
	} },
	{ .desc = "a restarted peer begins again at 0", .steps = {
		{ 0, { CONTROL, VTEP3, NUM(9) }, 5, VTEP3, NUM(9) },
		{ 1, { CONTROL, VTEP3, NUM(9), .op = WITHDRAW }, 2 },
		{ 1, { CONTROL, VTEP3, NUM(9), .op = WITHDRAW }, 3 },
		{ 1, { CONTROL, VTEP3, NUM(0) }, 5, VTEP3, NUM(0) },
		{ 1, { CONTROL, VTEP4, NUM(1) }, 10, VTEP4, NUM(1) },
	} },
	{ .desc = "a number after unnumbered moves", .steps = {
		{ 0, { CONTROL, VTEP1, NUM(5) }, 5, VTEP1, NUM(5) },
		{ 1, { LEARN, PORT1 }, 17, PORT1, NUM(5), 1 },
		{ 1, { SNOOP, VTEP3 }, 18, VTEP3, NUM(5), 2 },
		{ 1, { CONTROL, VTEP1, NUM(5) }, 12,
		  VTEP3, NUM(5), 2, VTEP1 },
		{ 1, { CONTROL, VTEP3, NUM(6) }, 6, VTEP3, NUM(6) },
		{ 1, { CONTROL, VTEP1, NUM(5) }, 11, VTEP3, NUM(6) },
	} },
	{ .desc = "the control plane is late, then confirms", .steps = {
		{ 0, { NETLINK, VTEP1 }, 5, VTEP1 },
		{ 1, { SNOOP, VTEP3 }, 18, VTEP3, 0, 1 },
		{ 1, { NETLINK, VTEP1 }, 14, VTEP3, 0, 1, VTEP1 },
		{ 1, { SNOOP, VTEP3 }, 6, VTEP3, 0, 1, VTEP1 },
		{ 1, { NETLINK, VTEP3 }, 6, VTEP3, 0, 1 },
		{ 1, { NETLINK, VTEP1 }, 15, VTEP1, 0, 2 },
	} },
	{ .desc = "the control plane insists", .steps = {
		{ 0, { NETLINK, VTEP1 }, 5, VTEP1 },
		{ 1, { SNOOP, VTEP3 }, 18, VTEP3, 0, 1 },
		{ CONFIRM_MS - 1, { NETLINK, VTEP1 }, 14,
		  VTEP3, 0, 1, VTEP1 },
		{ 1, { NETLINK, VTEP1 }, 15, VTEP1, 0, 2 },
	} },
	{ .desc = "a repeated announcement does not extend the window",
	  .steps = {
		{ 0, { NETLINK, VTEP1 }, 5, VTEP1 },
		{ 1, { SNOOP, VTEP3 }, 18, VTEP3, 0, 1 },
		{ CONFIRM_MS - 1, { SNOOP, VTEP3 }, 6, VTEP3, 0, 1 },
		{ 1, { NETLINK, VTEP1 }, 15, VTEP1, 0, 2 },
	} },
	{ .desc = "there and on, and the daemon is two moves behind",
	  .steps = {
		{ 0, { NETLINK, VTEP1 }, 5, VTEP1 },
		{ 1, { LEARN, PORT1 }, 17, PORT1, 0, 1 },
		{ 1, { SNOOP, VTEP3 }, 18, VTEP3, 0, 2 },
		{ 1, { NETLINK, VTEP1 }, 14, VTEP3, 0, 2, VTEP1 },
		{ 1, { NETLINK, PORT1 }, 14, VTEP3, 0, 2, PORT1 },
		{ 1, { SNOOP, VTEP4 }, 18, VTEP4, 0, 3 },
		{ 1, { NETLINK, VTEP1 }, 15, VTEP1, 0, 4 },
	} },
	{ .desc = "sticky binds until the control plane says otherwise",
	  .steps = {
		{ 0, { LEARN, PORT1 }, 5, PORT1 },
		{ 1, { CONTROL, PORT1, NUM(0), .sticky = true }, 6,
		  PORT1, NUM(0) },
		{ 1, { SNOOP, VTEP3 }, 7, PORT1, NUM(0) },
		{ 1, { LEARN, PORT1 }, 6, PORT1, NUM(0) },
		{ 1, { CONTROL, VTEP3, NUM(1) }, 7, PORT1, NUM(0) },
		{ 1, { CONTROL, PORT1, NUM(1) }, 6, PORT1, NUM(1) },
		{ 1, { CONTROL, VTEP3, NUM(2) }, 10, VTEP3, NUM(2) },
	} },
};

static void stories_get_desc(const struct story *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function stories_gen_params */
KUNIT_ARRAY_PARAM(stories, stories, stories_get_desc);

static void expect_step(struct kunit *test, int step,
			const struct story_step *want,
			const struct vxmob_mobility *is)
{
	KUNIT_EXPECT_EQ_MSG(test, spot_of(&is->cur), (int)want->cur,
			    "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, spot_of(&is->pending), (int)want->pending,
			    "step %d", step);
	KUNIT_EXPECT_EQ_MSG(test, is->has_seq, !!(want->seq & NUMBER_GIVEN),
			    "step %d", step);
	if (is->has_seq)
		KUNIT_EXPECT_EQ_MSG(test, is->seq, (u32)want->seq, "step %d",
				    step);
	KUNIT_EXPECT_EQ_MSG(test, is->bump, want->bump, "step %d", step);
}

static void rules_story(struct kunit *test)
{
	const struct story *param = test->param_value;
	const struct vxmob_policy *policy = &policies[ORDINARY];
	const struct story_step *step;
	struct vxmob_mobility state;
	struct vxmob_claim claim;
	struct vxmob_ruling said;
	bool is_bound = false;
	u64 now = NOW;
	int i;

	for (i = 0; i < STORY_STEPS_MAX && param->steps[i].rule; i++) {
		step = &param->steps[i];
		now += step->after;
		claim = claim_of(&step->claim, NULL);
		said = vxmob_judge(is_bound ? &state : NULL, &claim, policy,
				   now);
		KUNIT_EXPECT_EQ_MSG(test, said.rule, step->rule, "step %d", i);
		vxmob_settle(&state, is_bound ? &state : NULL, &claim, policy,
			     &said, now);
		is_bound = step->cur;
		if (is_bound)
			expect_step(test, i, step, &state);
	}
}

/* No two of the places above are the same, whichever member differs. */
static void rules_place_equal(struct kunit *test)
{
	struct vxmob_place copy;
	int a, b;

	for (a = 0; a < ARRAY_SIZE(spots); a++) {
		for (b = 0; b < ARRAY_SIZE(spots); b++) {
			copy = spots[b];
			KUNIT_EXPECT_EQ_MSG(test, a == b,
					    vxmob_place_equal(&spots[a], &copy),
					    "places %d and %d", a, b);
		}
	}
}

/* Differences that the other members hide in the places above */
static void rules_place_kind(struct kunit *test)
{
	struct vxmob_place family = spots[VTEP3], state = spots[VTEP3];

	family.vtep.len = 16;
	KUNIT_EXPECT_FALSE(test, vxmob_place_equal(&spots[VTEP3], &family));
	state.state = VXMOB_STATE_LOCAL;
	KUNIT_EXPECT_FALSE(test, vxmob_place_equal(&spots[VTEP3], &state));
}

static void rules_verdict_accepts(struct kunit *test)
{
	static const u8 accepting[VXMOB_VERDICTS] = {
		[VXMOB_VERDICT_ACCEPT_NEW] = true,
		[VXMOB_VERDICT_ACCEPT_MOVE] = true,
		[VXMOB_VERDICT_ACCEPT_WITHDRAW] = true,
		[VXMOB_VERDICT_REFRESH] = true,
	};
	int verdict;

	for (verdict = 0; verdict < VXMOB_VERDICTS; verdict++)
		KUNIT_EXPECT_EQ_MSG(test, vxmob_verdict_accepts(verdict),
				    !!accepting[verdict], "verdict %d",
				    verdict);
}

/* 20: the window ends, and the control plane's last word is applied. */
static void rules_roll_back(struct kunit *test)
{
	const struct rules_state was = {
		.cur = VTEP3, .prev = VTEP1, .pending = VTEP1, .seq = NUM(5),
		.bump = 1, .status = PROVISIONAL, .origin = SNOOP,
		.window_end = NOW, .router = true,
	};
	struct vxmob_mobility bound = mobility(&was), next;
	struct vxmob_claim claim = {};
	struct vxmob_ruling said;
	struct rules_state then = {
		.cur = VTEP1, .prev = VTEP3, .prev2 = VTEP1, .seq = NUM(5),
		.bump = 2, .origin = NETLINK, .router = true,
	};

	bound.pending_origin = NETLINK;
	memset(&next, 0x5a, sizeof(next));
	said = vxmob_roll_back(&next, &bound, &claim, NOW);
	KUNIT_EXPECT_EQ(test, said.rule, VXMOB_RULE_ROLL_BACK);
	KUNIT_EXPECT_EQ(test, said.verdict, VXMOB_VERDICT_ACCEPT_MOVE);
	KUNIT_EXPECT_EQ(test, spot_of(&claim.place), (int)VTEP1);
	KUNIT_EXPECT_FALSE(test, claim.has_seq);
	expect_state(test, &next, &then);
	KUNIT_EXPECT_EQ(test, next.dup_moves, 0);

	bound.pending_origin = CONTROL;
	bound.pending_has_seq = true;
	bound.pending_seq = 7;
	vxmob_roll_back(&next, &bound, &claim, NOW);
	then.origin = CONTROL;
	then.seq = NUM(7);
	then.bump = 0;
	expect_state(test, &next, &then);
	KUNIT_EXPECT_EQ(test, claim.seq, 7);
}

/* What is remembered comes with its number and its speaker, and goes whole. */
static void rules_pending(struct kunit *test)
{
	const struct rules_state was = {
		.cur = VTEP3, .prev = VTEP1, .bump = 1, .status = PROVISIONAL,
		.origin = SNOOP, .window_end = WINDOW,
	};
	const struct rules_word words[] = {
		{ CONTROL, VTEP1, NUM(9) }, { NETLINK, VTEP1 },
		{ CONTROL, VTEP1, .op = WITHDRAW },
	};
	struct vxmob_mobility bound = mobility(&was);
	struct vxmob_claim claim;
	struct vxmob_ruling said;
	int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		claim = claim_of(&words[i], NULL);
		said = vxmob_judge(&bound, &claim, &policies[ORDINARY], NOW);
		vxmob_settle(&bound, &bound, &claim, &policies[ORDINARY],
			     &said, NOW);
		KUNIT_EXPECT_EQ(test, bound.pending_has_seq, i == 0);
		KUNIT_EXPECT_EQ(test, bound.pending_seq, i == 0 ? 9 : 0);
		KUNIT_EXPECT_EQ(test, bound.pending_origin,
				i == 1 ? NETLINK : CONTROL);
	}
	KUNIT_EXPECT_EQ(test, spot_of(&bound.pending), (int)NOWHERE);
}

#define DUP_WINDOW	180000
#define DUP_RECOVER	30000

/**
 * struct dup_case - Moves, and whether they make a duplicate
 * @desc: name of the case
 * @start: when the first move is made, milliseconds
 * @after: milliseconds from each move to the next; ends with 0
 * @duplicate: bit n: it is a duplicate after move n, counted from 0
 */
struct dup_case {
	const char *desc;
	u64 start;
	u32 after[8];
	u32 duplicate;
};

static const struct dup_case dup_cases[] = {
	{ "five moves at once", NOW, { 1, 1, 1, 1 }, BIT(4) },
	{ "the fifth in the last moment", NOW, { 1, 1, 1, DUP_WINDOW - 4 },
	  BIT(4) },
	{ "the fifth too late", NOW, { 1, 1, 1, DUP_WINDOW - 3 }, 0 },
	{ "the window begins anew with the move that is too late", NOW,
	  { 1, 1, 1, DUP_WINDOW - 3, 1, 1, 1, 1 }, BIT(8) },
	{ "it stays one while the window runs", NOW, { 1, 1, 1, 1, 1 },
	  BIT(4) | BIT(5) },
	{ "and is none any more after that", NOW, { 1, 1, 1, 1, DUP_WINDOW },
	  BIT(4) },
	{ "slowly", NOW, { 50000, 50000, 50000, 50000, 50000, 50000 }, 0 },
	{ "across the end of 32 bits of milliseconds", 0xfffffffeULL,
	  { 1, 1, 1, 1 }, BIT(4) },
};

static void dup_get_desc(const struct dup_case *param, char *desc)
{
	strscpy(desc, param->desc, KUNIT_PARAM_DESC_SIZE);
}

/* Creates the function dup_gen_params */
KUNIT_ARRAY_PARAM(dup, dup_cases, dup_get_desc);

static void move_once(struct vxmob_mobility *state,
		      const struct vxmob_policy *policy, u64 now)
{
	const struct rules_word word = {
		CONTROL, vxmob_place_equal(&state->cur, &spots[VTEP1]) ?
			 VTEP3 : VTEP1
	};
	struct vxmob_claim claim = claim_of(&word, NULL);
	struct vxmob_ruling said = vxmob_judge(state, &claim, policy, now);

	vxmob_settle(state, state, &claim, policy, &said, now);
}

static void rules_duplicate(struct kunit *test)
{
	const struct vxmob_policy policy = {
		.dup_moves = 5, .dup_window_ms = DUP_WINDOW,
	};
	const struct rules_state first = { .cur = VTEP1 };
	const struct dup_case *param = test->param_value;
	struct vxmob_mobility state = mobility(&first);
	u64 now = param->start;
	int i;

	for (i = 0; i == 0 || (i < 9 && param->after[i - 1]); i++) {
		now += i ? param->after[i - 1] : 0;
		move_once(&state, &policy, now);
		KUNIT_EXPECT_EQ_MSG(test, (bool)state.duplicate,
				    !!(param->duplicate & BIT(i)), "move %d",
				    i);
		KUNIT_EXPECT_EQ(test, state.status,
				VXMOB_STATUS_CONFIRMED);
	}
}

/* It stays where the last move brought it, for a time that doubles. */
static void rules_freeze(struct kunit *test)
{
	const struct vxmob_policy policy = {
		.dup_moves = 2, .dup_window_ms = DUP_WINDOW, .dup_freeze = true,
		.dup_recover_ms = DUP_RECOVER,
	}, for_ever = {};
	const struct rules_state first = { .cur = VTEP1 };
	struct vxmob_mobility state = mobility(&first);
	u32 wanted = DUP_RECOVER;
	int i;

	for (i = 0; i < 300; i++) {
		move_once(&state, &policy, NOW);
		KUNIT_EXPECT_EQ(test, state.status, VXMOB_STATUS_CONFIRMED);
		move_once(&state, &policy, NOW + 1);
		KUNIT_EXPECT_EQ(test, state.status, VXMOB_STATUS_FROZEN);
		KUNIT_EXPECT_EQ(test, spot_of(&state.cur), (int)VTEP1);
		KUNIT_EXPECT_EQ(test, vxmob_frozen_for(&state, &policy), wanted);
		KUNIT_EXPECT_EQ(test, vxmob_frozen_for(&state, &for_ever), 0);
		move_once(&state, &policy, NOW + 2);
		KUNIT_EXPECT_EQ(test, spot_of(&state.cur), (int)VTEP1);
		vxmob_thaw(&state);
		KUNIT_EXPECT_EQ(test, state.status, VXMOB_STATUS_CONFIRMED);
		KUNIT_EXPECT_FALSE(test, state.duplicate);
		wanted = min(wanted * 2, 3600000U);
	}
	state.origin = SNOOP;
	vxmob_thaw(&state);
	KUNIT_EXPECT_EQ(test, state.status, VXMOB_STATUS_PROVISIONAL);
}

static struct kunit_case rules_test_cases[] = {
	KUNIT_CASE_PARAM(rules_judge_case, rules_gen_params),
	KUNIT_CASE_PARAM(rules_settle_case, rules_gen_params),
	KUNIT_CASE(rules_all_tested),
	KUNIT_CASE_PARAM(rules_story, stories_gen_params),
	KUNIT_CASE(rules_place_equal),
	KUNIT_CASE(rules_place_kind),
	KUNIT_CASE(rules_verdict_accepts),
	KUNIT_CASE(rules_roll_back),
	KUNIT_CASE(rules_pending),
	KUNIT_CASE_PARAM(rules_duplicate, dup_gen_params),
	KUNIT_CASE(rules_freeze),
	{}
};

static struct kunit_suite rules_test_suite = {
	.name = "vxmob-rules",
	.test_cases = rules_test_cases,
};

kunit_test_suite(rules_test_suite);

MODULE_DESCRIPTION("KUnit tests of vxmob's rules and parsers");
MODULE_LICENSE("GPL");
