// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends frames and datagrams that no ordinary program sends: what a guest says
 * when it arrives, what another VTEP encapsulates, and every broken form of
 * both.  The tests write them in hexadecimal, so that what is on the wire can be
 * read in the test; a program, since an interpreter takes seconds to start in an
 * emulated machine.
 *
 *   sendframe [-n NETNS] [-c COUNT] eth DEV HEX...
 *   sendframe [-n NETNS] [-c COUNT] udp SRC[,SRC]... DST PORT HEX...
 *   sendframe [-n NETNS] [-c COUNT] ext SRC DST PORT NEXT EXT HEX...
 *
 * Each HEX is one Ethernet frame, or the payload of one UDP datagram; colons
 * and dots between the digits are skipped.  With -c all are sent so many times,
 * by each SRC in turn.  With ext, the IPv6 extension headers EXT, in hexadecimal
 * too, come before the UDP header; NEXT is the number of the first of them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"

#define USAGE	2
#define FAILED	1
#define WAITS_MAX	10000
#define MAX	9000
#define SOURCES	8

struct target {
	int sock;
	struct sockaddr_storage addr;
	socklen_t len;
	/* ext */
	const char *ext;
	struct in6_addr src;
	struct in6_addr dst;
	int port;
};

static void usage(void)
{
	fprintf(stderr,
		"usage: sendframe [-n NETNS] [-c COUNT] eth DEV HEX...\n"
		"       sendframe [-n NETNS] [-c COUNT] udp SRC[,SRC]... DST PORT HEX...\n"
		"       sendframe [-n NETNS] [-c COUNT] ext SRC DST PORT NEXT EXT HEX...\n");
	exit(USAGE);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Return: bytes in @buf. */
static size_t unhex(const char *hex, unsigned char *buf)
{
	size_t n = 0;
	int d;

	for (; *hex; hex++) {
		if (*hex == ':' || *hex == '.')
			continue;
		d = digit(*hex);
		if (d < 0 || n / 2 >= MAX)
			errx(USAGE, "bad or too much hexadecimal at \"%.16s\"", hex);
		buf[n / 2] = n % 2 ? buf[n / 2] | d : d << 4;
		n++;
	}
	if (n % 2)
		errx(USAGE, "an odd number of hexadecimal digits");
	return n / 2;
}

static void open_eth(struct target *t, const char *dev)
{
	struct sockaddr_ll *ll = (struct sockaddr_ll *)&t->addr;

	ll->sll_family = AF_PACKET;
	ll->sll_ifindex = if_nametoindex(dev);
	if (!ll->sll_ifindex)
		err(FAILED, "%s", dev);
	t->len = sizeof(*ll);
	t->sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (t->sock < 0)
		err(FAILED, "packet socket");
}

static socklen_t parse(struct sockaddr_storage *addr, const char *text, int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
	struct sockaddr_in *in = (struct sockaddr_in *)addr;

	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return sizeof(*in);
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return sizeof(*in6);
	}
	errx(USAGE, "%s is no address", text);
}

static void open_udp(struct target *t, const char *src, const char *dst,
		     const char *port)
{
	struct sockaddr_storage from;
	socklen_t len;

	len = parse(&from, src, 0);
	t->len = parse(&t->addr, dst, atoi(port));
	t->sock = socket(from.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (t->sock < 0)
		err(FAILED, "socket");
	if (bind(t->sock, (struct sockaddr *)&from, len))
		err(FAILED, "bind to %s", src);
}

/* Return: how many sources there are in the list. */
static int open_sources(struct target *t, char *list, const char *dst,
			const char *port)
{
	char *src;
	int n = 0;

	while ((src = strsep(&list, ","))) {
		if (n == SOURCES)
			errx(USAGE, "more than %d sources", SOURCES);
		open_udp(&t[n++], src, dst, port);
	}
	return n;
}

static void open_ext(struct target *t, char **args)
{
	struct sockaddr_in6 from = { .sin6_family = AF_INET6 };
	struct sockaddr_in6 *to = (struct sockaddr_in6 *)&t->addr;

	if (inet_pton(AF_INET6, args[0], &t->src) != 1 ||
	    inet_pton(AF_INET6, args[1], &t->dst) != 1)
		errx(USAGE, "%s or %s is no IPv6 address", args[0], args[1]);
	t->port = atoi(args[2]);
	t->ext = args[4];
	from.sin6_addr = t->src;
	to->sin6_family = AF_INET6;
	to->sin6_addr = t->dst;
	t->len = sizeof(*to);
	t->sock = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, atoi(args[3]));
	if (t->sock < 0)
		err(FAILED, "raw socket");
	if (bind(t->sock, (struct sockaddr *)&from, sizeof(from)))
		err(FAILED, "bind to %s", args[0]);
}

static unsigned int sum_words(const void *data, size_t len)
{
	const unsigned char *b = data;
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? b[i] : b[i] << 8;
	return sum;
}

static void put_be16(unsigned char *to, unsigned int value)
{
	to[0] = value >> 8;
	to[1] = value;
}

/* The UDP header before a payload of @len bytes. */
static void put_udp(const struct target *t, unsigned char *udp, size_t len)
{
	unsigned int sum;

	len += 8;
	put_be16(udp, t->port);
	put_be16(udp + 2, t->port);
	put_be16(udp + 4, len);
	put_be16(udp + 6, 0);
	sum = sum_words(&t->src, sizeof(t->src)) + IPPROTO_UDP + len +
	      sum_words(&t->dst, sizeof(t->dst)) + sum_words(udp, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put_be16(udp + 6, sum == 0xffff ? sum : ~sum);
}

/* Return: bytes in @buf: what follows the IPv6 header. */
static size_t unhex_ext(const struct target *t, const char *hex,
			unsigned char *buf)
{
	static unsigned char payload[MAX];
	size_t ext, len;

	ext = unhex(t->ext, buf);
	len = unhex(hex, payload);
	if (ext + 8 + len > MAX)
		errx(USAGE, "too long a packet");
	memcpy(buf + ext + 8, payload, len);
	put_udp(t, buf + ext, len);
	return ext + 8 + len;
}

/* What the other end of a veth has no room for is dropped, and said to be. */
static void wait_for_room(int waits)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };

	if (errno != ENOBUFS || waits > WAITS_MAX)
		err(FAILED, "send");
	nanosleep(&moment, NULL);
}

static void send_hex(const struct target *t, const char *hex)
{
	static unsigned char buf[MAX];
	int waits = 0;
	size_t len;

	len = t->ext ? unhex_ext(t, hex, buf) : unhex(hex, buf);
	while (sendto(t->sock, buf, len, 0, (const struct sockaddr *)&t->addr,
		      t->len) != (ssize_t)len)
		wait_for_room(++waits);
}

int main(int argc, char **argv)
{
	struct target targets[SOURCES] = {};
	int opt, i, t, n = 1, count = 1;

	while ((opt = getopt(argc, argv, "+n:c:")) != -1) {
		if (opt == 'n')
			netns_enter(optarg);
		else if (opt == 'c')
			count = atoi(optarg);
		else
			usage();
	}
	argc -= optind;
	argv += optind;
	if (argc >= 3 && !strcmp(argv[0], "eth")) {
		open_eth(&targets[0], argv[1]);
		argv += 2;
	} else if (argc >= 5 && !strcmp(argv[0], "udp")) {
		n = open_sources(targets, argv[1], argv[2], argv[3]);
		argv += 4;
	} else if (argc >= 7 && !strcmp(argv[0], "ext")) {
		open_ext(&targets[0], argv + 1);
		argv += 6;
	} else {
		usage();
	}
	while (count-- > 0)
		for (t = 0; t < n; t++)
			for (i = 0; argv[i]; i++)
				send_hex(&targets[t], argv[i]);
	return 0;
}
