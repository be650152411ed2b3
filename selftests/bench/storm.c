// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays many virtual machines that leave a host at once, and a witness.  As in
 * vmnic.c, which plays one: the NICs of a host are a tap, the old host's tap stays up
 * and falls silent, each machine announces itself on the new one as QEMU does, and all
 * that happens in it happens in one program, by one clock.
 *
 *   storm --home NS:TAP:VTEP... --witness NS:VXLANDEV [--limit SECS]
 *
 * Orders come on standard input, a line each, and an answer goes to standard output:
 *
 *   appear HOME FIRST COUNT	so many machines say a word on a home, a thousand a
 *		second: "ok"
 *   evacuate HOME FIRST COUNT	so many machines are on a home now, at once
 *   silence SECS		waits until the table has not changed for so long: "ok"
 *
 * The answer to "evacuate" tells when, from its start and in microseconds, the first,
 * the median and the last of their MACs had come to be right in the witness's table,
 * and stayed so: "right=N first=US median=US last=US sent=US turns=N".  "right" is how
 * many that are, "sent" when the last machine had been heard for the first time, and
 * "turns" how often an entry that was right turned away again.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netlink.h"
#include "netns.h"

#define MSEC		UINT64_C(1000000)	/* ns */
#define SEC		UINT64_C(1000000000)
#define MAX_HOMES	4
#define MAX_MACS	65536
#define QUIET		(2 * SEC)	/* without a change: it is over */

struct home {
	uint32_t vtep;
	int fd;
};

struct rarp {
	struct ethhdr eth;
	uint8_t head[8];
	uint8_t source[ETH_ALEN];
	uint8_t source_ip[4];
	uint8_t target[ETH_ALEN];
	uint8_t fill[22];
} __attribute__((packed));

static struct home homes[MAX_HOMES];
static int n_homes;
static uint64_t limit = 60 * SEC;

static struct {
	struct nl nl;
	uint32_t ifindex;
	uint32_t vtep;		/* where they are to be */
	uint32_t first;		/* MAC */
	uint32_t count;
	uint64_t right[MAX_MACS];	/* since when; 0: not */
	uint32_t n_right;
	uint64_t turns;
	uint64_t changed;
} witness;

/* When a machine that has migrated speaks, from its start, as QEMU has it */
static const uint64_t rounds[] = {
	0, 50 * MSEC, 200 * MSEC, 450 * MSEC, 800 * MSEC,
};

#define ROUNDS	(sizeof(rounds) / sizeof(*rounds))

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

static void add_home(char *text)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	char *ns = strtok(text, ":"), *tap = strtok(NULL, ":");
	char *vtep = strtok(NULL, ":");
	struct home *home = &homes[n_homes++];

	if (n_homes > MAX_HOMES || !vtep ||
	    inet_pton(AF_INET, vtep, &home->vtep) != 1)
		die("a home is NS:TAP:VTEP");
	netns_enter(ns);
	strncpy(ifr.ifr_name, tap, IFNAMSIZ - 1);
	home->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (home->fd < 0 || ioctl(home->fd, TUNSETIFF, &ifr))
		die("%s: %s", tap, strerror(errno));
}

static void set_witness(char *text)
{
	char *ns = strtok(text, ":"), *dev = strtok(NULL, ":");

	if (!dev)
		die("the witness is NS:VXLANDEV");
	netns_enter(ns);
	witness.ifindex = if_nametoindex(dev);
	if (!witness.ifindex)
		die("no device %s in %s", dev, ns);
	nl_open(&witness.nl, NETLINK_ROUTE);
	nl_join(&witness.nl, RTNLGRP_NEIGH);
}

/* --- machines ---------------------------------------------------------- */

static void set_mac(uint8_t mac[ETH_ALEN], uint32_t i)
{
	const uint8_t bytes[ETH_ALEN] = { 0xfa, 0x16, 0x3e, i >> 16, i >> 8, i };

	memcpy(mac, bytes, ETH_ALEN);
}

/* A machine announces itself; one that is not heard now is the next time. */
static void speak(const struct home *home, uint32_t mac)
{
	static const uint8_t head[8] = { 0, 1, 8, 0, 6, 4, 0, 3 };
	struct rarp f = { .eth.h_proto = htons(ETH_P_RARP) };

	memset(f.eth.h_dest, 0xff, ETH_ALEN);
	set_mac(f.eth.h_source, mac);
	memcpy(f.head, head, sizeof(head));
	set_mac(f.source, mac);
	set_mac(f.target, mac);
	if (write(home->fd, &f, sizeof(f)) < 0 && errno != EAGAIN)
		die("a tap: %s", strerror(errno));
}

/* --- the witness ------------------------------------------------------- */

/* An entry shows a VTEP; 0 for none. */
static void see(const uint8_t *mac, uint32_t vtep)
{
	uint32_t i = ((uint32_t)mac[3] << 16 | mac[4] << 8 | mac[5]) -
		     witness.first;
	static const uint8_t oui[] = { 0xfa, 0x16, 0x3e };

	witness.changed = now();
	if (memcmp(mac, oui, sizeof(oui)) || i >= witness.count)
		return;
	if (vtep == witness.vtep && !witness.right[i]) {
		witness.right[i] = witness.changed;
		witness.n_right++;
	} else if (vtep != witness.vtep && witness.right[i]) {
		witness.right[i] = 0;
		witness.n_right--;
		witness.turns++;
	}
}

/*
 * A device tells of what has changed; then the core tells of the request that came by
 * rtnetlink, without the VTEP, and even if there was nothing to delete.
 */
static void see_message(struct nlmsghdr *nlh)
{
	struct ndmsg *ndm = NLMSG_DATA(nlh);
	struct rtattr *rta = (void *)((char *)ndm + NLMSG_ALIGN(sizeof(*ndm)));
	int left = NLMSG_PAYLOAD(nlh, sizeof(*ndm));
	uint8_t *mac = NULL;
	uint32_t vtep = 0;

	if (ndm->ndm_family != AF_BRIDGE || ndm->ndm_ifindex != (int)witness.ifindex)
		return;
	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left)) {
		if (rta->rta_type == NDA_LLADDR)
			mac = RTA_DATA(rta);
		else if (rta->rta_type == NDA_MASTER)
			return;
		else if (rta->rta_type == NDA_DST)
			memcpy(&vtep, RTA_DATA(rta), sizeof(vtep));
	}
	if (mac && vtep)
		see(mac, nlh->nlmsg_type == RTM_DELNEIGH ? 0 : vtep);
}

/* One datagram, if there is one */
static bool hear(void)
{
	static char b[1 << 16];
	struct nlmsghdr *nlh = (struct nlmsghdr *)b;
	ssize_t len;

	len = recv(witness.nl.fd, b, sizeof(b), MSG_DONTWAIT);
	if (len < 0 && errno == ENOBUFS)
		die("the witness lost messages");
	if (len <= 0)
		return false;
	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
		if (nlh->nlmsg_type == RTM_NEWNEIGH ||
		    nlh->nlmsg_type == RTM_DELNEIGH)
			see_message(nlh);
	return true;
}

/* What has come until a time */
static void watch(uint64_t until)
{
	struct pollfd pfd = { .fd = witness.nl.fd, .events = POLLIN };
	uint64_t at;

	while ((at = now()) < until) {
		struct timespec ts = { .tv_sec = (until - at) / SEC,
				       .tv_nsec = (until - at) % SEC };

		if (ppoll(&pfd, 1, &ts, NULL) > 0)
			hear();
	}
}

/* All machines say a word; what changes meanwhile is seen when it does. */
static void speak_all(const struct home *home, uint32_t first, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		speak(home, first + i);
		while (hear())
			;
	}
}

/* --- orders ------------------------------------------------------------ */

static void appear(const struct home *home, uint32_t first, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		speak(home, first + i);
		watch(now() + MSEC);
	}
	puts("ok");
}

static void silence(uint64_t ns)
{
	witness.changed = now();
	while (now() - witness.changed < ns)
		watch(now() + 100 * MSEC);
	puts("ok");
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* When the one with a rank was right, in us from the start */
static uint64_t rank(const uint64_t *sorted, uint32_t i, uint64_t start)
{
	return witness.n_right > i ? (sorted[i] - start) / 1000 : limit / 1000;
}

static void tell(uint64_t start, uint64_t sent)
{
	static uint64_t sorted[MAX_MACS];
	uint32_t i, n = 0;

	for (i = 0; i < witness.count; i++)
		if (witness.right[i])
			sorted[n++] = witness.right[i];
	qsort(sorted, n, sizeof(*sorted), compare);
	printf("right=%" PRIu32 " first=%" PRIu64 " median=%" PRIu64 " last=%"
	       PRIu64 " sent=%" PRIu64 " turns=%" PRIu64 "\n", n,
	       rank(sorted, 0, start), rank(sorted, (witness.count - 1) / 2, start),
	       rank(sorted, witness.count - 1, start), (sent - start) / 1000,
	       witness.turns);
}

static void evacuate(const struct home *home, uint32_t first, uint32_t count)
{
	uint64_t start, sent = 0;
	uint32_t round;

	memset(witness.right, 0, sizeof(witness.right));
	witness.n_right = 0;
	witness.turns = 0;
	witness.first = first;
	witness.count = count;
	witness.vtep = home->vtep;
	start = now();
	for (round = 0; round < ROUNDS; round++) {
		watch(start + rounds[round]);
		speak_all(home, first, count);
		sent = sent ?: now();
	}
	witness.changed = now();
	while (now() - start < limit &&
	       (witness.n_right < count || now() - witness.changed < QUIET))
		watch(now() + 50 * MSEC);
	tell(start, sent);
	witness.count = 0;
}

static void obey(const char *line)
{
	unsigned int home, first, count;
	char word[16];

	if (sscanf(line, "silence %u", &count) == 1) {
		silence(count * SEC);
		return;
	}
	if (sscanf(line, "%15s %u %u %u", word, &home, &first, &count) != 4 ||
	    home >= (unsigned int)n_homes || count > MAX_MACS)
		die("not an order: %s", line);
	if (!strcmp(word, "appear"))
		appear(&homes[home], first, count);
	else if (!strcmp(word, "evacuate"))
		evacuate(&homes[home], first, count);
	else
		die("not an order: %s", line);
}

static void parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "home", required_argument, NULL, 'h' },
		{ "witness", required_argument, NULL, 'w' },
		{ "limit", required_argument, NULL, 'l' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'h':
			add_home(optarg);
			break;
		case 'w':
			set_witness(optarg);
			break;
		case 'l':
			limit = strtoul(optarg, NULL, 0) * SEC;
			break;
		default:
			exit(2);
		}
	if (!n_homes || !witness.ifindex)
		die("homes and a witness are needed");
}

/* Machines have processors of their own: they do not wait for a host's daemons. */
static void go_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		fprintf(stderr, "storm: without real-time priority, times are worse\n");
}

int main(int argc, char **argv)
{
	char line[256];

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	go_first();
	while (fgets(line, sizeof(line), stdin))
		obey(line);
	return 0;
}
