// SPDX-License-Identifier: GPL-2.0-only
/*
 * Points forwarding entries to another VTEP, through rtnetlink or through vxmob,
 * and says what one took.  Messages are put together beforehand and sent raw, so
 * that neither a tool's start nor its work is in the time, which is that of
 * CLOCK_MONOTONIC: in a machine that counts instructions (vm.sh --icount) a
 * nanosecond is an instruction.
 *
 *   retarget [OPTION]... DEV STEP...
 *
 * Each STEP points the first --count MACs (or --samples of them, spread over all,
 * where each is measured by itself) to a VTEP where none of them was before, and
 * prints a line:
 *
 *	STEP n=N each=NS median=NS p99=NS max=NS heard=N
 *
 * where "each" is the mean, the others are of single requests, and "heard" is how
 * many RTM_NEWNEIGH a listener got.
 *
 *   rtnl	a message each, of vxlan and bridge entry, as a routing daemon does
 *   rtnl-batch	--batch messages in one sendmsg
 *   rtnl-batch-some	the same of --samples MACs
 *   claim	an announcement each
 *   claim-again	the same, and once more with nothing new in it
 *   transaction	transactions of --lines announcements
 *   transaction-some	one transaction of --samples announcements
 *   vtep	all by one "vtep move"
 *   group=ID,NH	all that nexthop group ID backs, by making NH its member; time
 *		is that of the thread, since it waits for RCU
 *   backed=ID	makes as many entries that nexthop group ID backs
 *   withdraw	a withdrawal each
 *   dump	all bindings are listed
 *
 * After each step the entries of the first and the last MAC are read and must
 * show the new VTEP (--monitor: they are not looked at).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/vxmob.h>

#include "netlink.h"

#define NSEC_PER_SEC	UINT64_C(1000000000)
#define FIRST_VTEP	0x0a640001u	/* 10.100.0.1 */
#define READ_NS		300000000	/* ns */

static struct {
	uint32_t dev;
	uint32_t count;		/* entries */
	uint32_t samples;	/* of single requests */
	uint32_t batch;		/* messages of rtnetlink in one sendmsg */
	uint32_t lines;		/* of a transaction */
	uint32_t vtep;		/* the VTEP that is pointed to, host order */
	uint32_t seq;		/* mobility number */
	uint64_t pause;		/* ns between single requests */
	bool monitor;
	bool raw;		/* print each sample */
} conf = {
	.count = 1024,
	.samples = 256,
	.batch = 64,
	.lines = 65536,
	.vtep = FIRST_VTEP,
};

/* Sockets: of the peer, of vxmob, and of one who listens. */
static struct nl rtnl, genl, listener;
static int family;

static struct {
	uint64_t *ns;
	size_t n;
	size_t room;
	uint64_t total;
} taken;

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void note(uint64_t ns)
{
	if (taken.n == taken.room) {
		taken.room = taken.room * 2 + 1024;
		taken.ns = realloc(taken.ns, taken.room * sizeof(*taken.ns));
		if (!taken.ns)
			die("no memory");
	}
	taken.ns[taken.n++] = ns;
	taken.total += ns;
}

/* Send, wait for the answer, and note how long that took. */
static void timed(struct nl *nl, const struct msg *m, clockid_t clock)
{
	uint64_t start = clock_ns(clock);
	int err;

	nl_send(nl, m);
	err = nl_wait(nl);
	note(clock_ns(clock) - start);
	if (err)
		die("refused: %s", strerror(-err));
}

static void set_mac(uint8_t mac[ETH_ALEN], uint32_t i)
{
	mac[0] = 0x02;
	mac[1] = 0;
	mac[2] = i >> 24;
	mac[3] = i >> 16;
	mac[4] = i >> 8;
	mac[5] = i;
}

static uint32_t vtep(void)
{
	return htonl(conf.vtep);
}

/* The MAC of a sample: spread over all. */
static uint32_t sample(uint32_t i)
{
	return (uint64_t)i * conf.count / conf.samples;
}

/* --- messages ---------------------------------------------------------- */

/* What a routing daemon writes for a MAC behind a VTEP (FRR: zebra). */
static void put_neigh(struct msg *m, uint32_t i, uint32_t group, int flags)
{
	struct ndmsg ndm = {
		.ndm_family = AF_BRIDGE,
		.ndm_ifindex = conf.dev,
		.ndm_state = NUD_REACHABLE | (group ? NUD_NOARP : 0),
		.ndm_flags = NTF_SELF | NTF_MASTER | NTF_EXT_LEARNED,
	};
	uint8_t mac[ETH_ALEN];
	uint32_t to = vtep();

	set_mac(mac, i);
	msg_start(m, &rtnl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE | flags,
		  &ndm, sizeof(ndm));
	msg_put(m, NDA_LLADDR, mac, sizeof(mac));
	if (group)
		msg_put_u32(m, NDA_NH_ID, group);
	else
		msg_put(m, NDA_DST, &to, sizeof(to));
}

static void start_genl(struct msg *m, uint8_t cmd)
{
	struct genlmsghdr head = { .cmd = cmd, .version = VXMOB_FAMILY_VERSION };

	msg_start(m, &genl, family, NLM_F_ACK, &head, sizeof(head));
}

static void put_mac(struct msg *m, uint32_t i)
{
	uint8_t mac[ETH_ALEN];
	uint32_t to = vtep();

	set_mac(mac, i);
	msg_put_u32(m, VXMOB_A_MAC_IFINDEX, conf.dev);
	msg_put(m, VXMOB_A_MAC_LLADDR, mac, sizeof(mac));
	msg_put(m, VXMOB_A_MAC_VIA, &to, sizeof(to));
	msg_put_u32(m, VXMOB_A_MAC_SEQ, conf.seq);
}

static void put_line(struct msg *m, uint32_t i)
{
	size_t nest = msg_nest(m, VXMOB_A_TRANSACTION_LINE);

	msg_put_u32(m, VXMOB_A_MAC_OP, VXMOB_OP_ANNOUNCE);
	put_mac(m, i);
	msg_nest_end(m, nest);
}

/* --- steps ------------------------------------------------------------- */

static void pause_between(void)
{
	struct timespec ts = { .tv_sec = conf.pause / NSEC_PER_SEC,
			       .tv_nsec = conf.pause % NSEC_PER_SEC };

	if (conf.pause)
		nanosleep(&ts, NULL);
}

static uint64_t do_rtnl(struct msg *m)
{
	uint32_t i;

	for (i = 0; i < conf.samples; i++) {
		msg_reset(m);
		put_neigh(m, sample(i), 0, NLM_F_ACK);
		timed(&rtnl, m, CLOCK_MONOTONIC);
		pause_between();
	}
	return conf.samples;
}

static uint64_t do_rtnl_batch(struct msg *m, uint32_t group, uint32_t n)
{
	uint32_t i;

	msg_reset(m);
	for (i = 0; i < n; i++) {
		bool last = (i + 1) % conf.batch == 0 || i + 1 == n;

		put_neigh(m, n < conf.count ? sample(i) : i, group,
			  last ? NLM_F_ACK : 0);
		if (last) {
			timed(&rtnl, m, CLOCK_MONOTONIC);
			msg_reset(m);
		}
	}
	return n;
}

static uint64_t do_claims(struct msg *m, uint8_t cmd, bool again)
{
	uint32_t i;

	for (i = 0; i < conf.samples; i++) {
		msg_reset(m);
		start_genl(m, cmd);
		put_mac(m, sample(i));
		timed(&genl, m, CLOCK_MONOTONIC);
		if (!again) {
			pause_between();
			continue;
		}
		taken.total -= taken.ns[--taken.n];
		timed(&genl, m, CLOCK_MONOTONIC);
	}
	return conf.samples;
}

static uint64_t do_transaction(struct msg *m)
{
	uint32_t i, j;

	for (i = 0; i < conf.count; i = j) {
		msg_reset(m);
		start_genl(m, VXMOB_CMD_TRANSACTION);
		for (j = i; j < conf.count && j - i < conf.lines; j++)
			put_line(m, j);
		timed(&genl, m, CLOCK_MONOTONIC);
	}
	return conf.count;
}

static uint64_t do_transaction_some(struct msg *m)
{
	uint32_t i;

	msg_reset(m);
	start_genl(m, VXMOB_CMD_TRANSACTION);
	for (i = 0; i < conf.samples; i++)
		put_line(m, sample(i));
	timed(&genl, m, CLOCK_MONOTONIC);
	return conf.samples;
}

/* Nobody changes anything meanwhile, so each binding comes once. */
static uint64_t do_dump(struct msg *m)
{
	struct genlmsghdr head = { .cmd = VXMOB_CMD_MAC_DUMP,
				   .version = VXMOB_FAMILY_VERSION };
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	unsigned long n;

	msg_reset(m);
	msg_start(m, &genl, family, NLM_F_DUMP, &head, sizeof(head));
	msg_put_u32(m, VXMOB_A_MAC_IFINDEX, conf.dev);
	nl_send(&genl, m);
	n = nl_wait_dump(&genl);
	note(clock_ns(CLOCK_MONOTONIC) - start);
	if (n != conf.count)
		die("the dump has %lu bindings, not %" PRIu32, n, conf.count);
	return n;
}

static uint64_t do_vtep(struct msg *m)
{
	uint32_t from = htonl(conf.vtep - 1), to = vtep();

	msg_reset(m);
	start_genl(m, VXMOB_CMD_VTEP_MOVE);
	msg_put_u32(m, VXMOB_A_VTEP_IFINDEX, conf.dev);
	msg_put(m, VXMOB_A_VTEP_ADDR, &from, sizeof(from));
	msg_put(m, VXMOB_A_VTEP_TO, &to, sizeof(to));
	timed(&genl, m, CLOCK_MONOTONIC);
	return conf.count;
}

static uint64_t do_group(struct msg *m, uint32_t id, uint32_t member)
{
	struct nhmsg nhm = { .nh_family = AF_UNSPEC };
	struct nexthop_grp grp = { .id = member };

	msg_reset(m);
	msg_start(m, &rtnl, RTM_NEWNEXTHOP,
		  NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, &nhm, sizeof(nhm));
	msg_put_u32(m, NHA_ID, id);
	msg_put(m, NHA_GROUP, &grp, sizeof(grp));
	msg_put(m, NHA_FDB, NULL, 0);
	timed(&rtnl, m, CLOCK_THREAD_CPUTIME_ID);
	return 1;
}

/* Takes one step; returns how many entries that were. */
static uint64_t take(const char *step, struct msg *m)
{
	unsigned int a, b;

	if (!strcmp(step, "rtnl"))
		return do_rtnl(m);
	if (!strcmp(step, "rtnl-batch"))
		return do_rtnl_batch(m, 0, conf.count);
	if (!strcmp(step, "rtnl-batch-some"))
		return do_rtnl_batch(m, 0, conf.samples);
	if (!strcmp(step, "claim"))
		return do_claims(m, VXMOB_CMD_MAC_ANNOUNCE, false);
	if (!strcmp(step, "claim-again"))
		return do_claims(m, VXMOB_CMD_MAC_ANNOUNCE, true);
	if (!strcmp(step, "transaction"))
		return do_transaction(m);
	if (!strcmp(step, "transaction-some"))
		return do_transaction_some(m);
	if (!strcmp(step, "dump"))
		return do_dump(m);
	if (!strcmp(step, "vtep"))
		return do_vtep(m);
	if (sscanf(step, "group=%u,%u", &a, &b) == 2)
		return do_group(m, a, b);
	if (sscanf(step, "backed=%u", &a) == 1)
		return do_rtnl_batch(m, a, conf.count);
	if (!strcmp(step, "withdraw")) {
		conf.vtep--;
		return do_claims(m, VXMOB_CMD_MAC_WITHDRAW, false);
	}
	die("no such step: %s", step);
}

/* --- was it done? ------------------------------------------------------ */

static uint32_t dst_of(const char *b, ssize_t len)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)b;
	const struct rtattr *rta;
	uint32_t dst = 0;
	int left;

	if (!NLMSG_OK(nlh, (size_t)len) || nlh->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	left = NLMSG_PAYLOAD(nlh, sizeof(struct ndmsg));
	rta = (const void *)((const char *)NLMSG_DATA(nlh) +
			     NLMSG_ALIGN(sizeof(struct ndmsg)));
	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left))
		if (rta->rta_type == NDA_DST)
			memcpy(&dst, RTA_DATA(rta), sizeof(dst));
	return dst;
}

static void verify(uint32_t i)
{
	struct ndmsg ndm = {
		.ndm_family = AF_BRIDGE,
		.ndm_ifindex = conf.dev,
		.ndm_flags = NTF_SELF,
	};
	uint8_t mac[ETH_ALEN];
	struct msg m = {};
	char answer[4096];
	ssize_t len;

	set_mac(mac, i);
	msg_start(&m, &rtnl, RTM_GETNEIGH, 0, &ndm, sizeof(ndm));
	msg_put(&m, NDA_LLADDR, mac, sizeof(mac));
	nl_send(&rtnl, &m);
	len = recv(rtnl.fd, answer, sizeof(answer), 0);
	if (len < 0 || dst_of(answer, len) != vtep())
		die("the entry of MAC %" PRIu32 " does not show the new VTEP", i);
	free(m.b);
}

/* --- results ----------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t rank(unsigned int percent)
{
	size_t i = (taken.n * percent + 99) / 100;

	return taken.ns[i ? i - 1 : 0];
}

static void print(const char *step, uint64_t entries)
{
	size_t i;

	for (i = 0; conf.raw && i < taken.n; i++)
		printf("%s %" PRIu64 "\n", step, taken.ns[i]);
	qsort(taken.ns, taken.n, sizeof(*taken.ns), compare);
	printf("%s n=%" PRIu64 " each=%" PRIu64 " median=%" PRIu64
	       " p99=%" PRIu64 " max=%" PRIu64 " heard=%lu\n", step, entries,
	       taken.total / entries, rank(50), rank(99), rank(100),
	       nl_drain(&listener));
	fflush(stdout);
	taken.n = 0;
	taken.total = 0;
}

static bool writes_vtep(const char *step)
{
	return !strchr(step, '=') && strcmp(step, "withdraw") &&
	       strcmp(step, "dump");
}

/* Who reads what the step before has printed is not to do so in this one. */
static void let_read(void)
{
	struct timespec ts = { .tv_nsec = READ_NS };

	nanosleep(&ts, NULL);
}

static void run(const char *step, struct msg *m)
{
	uint64_t entries;

	let_read();
	nl_drain(&listener);
	conf.vtep++;
	conf.seq++;
	entries = take(step, m);
	if (!conf.monitor && writes_vtep(step)) {
		verify(0);
		verify(entries < conf.count ? sample(entries - 1) :
		       conf.count - 1);
	}
	print(step, entries);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "samples", required_argument, NULL, 's' },
		{ "batch", required_argument, NULL, 'b' },
		{ "lines", required_argument, NULL, 'l' },
		{ "from", required_argument, NULL, 'f' },
		{ "pause", required_argument, NULL, 'p' },
		{ "monitor", no_argument, NULL, 'm' },
		{ "raw", no_argument, NULL, 'r' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'c':
			conf.count = strtoul(optarg, NULL, 0);
			break;
		case 's':
			conf.samples = strtoul(optarg, NULL, 0);
			break;
		case 'b':
			conf.batch = strtoul(optarg, NULL, 0);
			break;
		case 'l':
			conf.lines = strtoul(optarg, NULL, 0);
			break;
		case 'f':
			conf.seq = strtoul(optarg, NULL, 0);
			conf.vtep += conf.seq;
			break;
		case 'p':
			conf.pause = strtoull(optarg, NULL, 0);
			break;
		case 'm':
			conf.monitor = true;
			break;
		case 'r':
			conf.raw = true;
			break;
		default:
			exit(2);
		}
	if (argc - optind < 2 || !conf.count || !conf.batch || !conf.lines)
		die("usage: retarget [OPTION]... DEV STEP...");
	if (!conf.samples || conf.samples > conf.count)
		conf.samples = conf.count;
}

int main(int argc, char **argv)
{
	struct msg m = {};
	int i;

	parse(argc, argv);
	conf.dev = if_nametoindex(argv[optind]);
	if (!conf.dev)
		die("no device %s", argv[optind]);
	nl_open(&rtnl, NETLINK_ROUTE);
	nl_open(&genl, NETLINK_GENERIC);
	nl_open(&listener, NETLINK_ROUTE);
	nl_join(&listener, RTNLGRP_NEIGH);
	family = nl_family(VXMOB_FAMILY_NAME);
	for (i = optind + 1; i < argc; i++)
		run(argv[i], &m);
	free(m.b);
	return 0;
}
