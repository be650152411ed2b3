// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends the module messages that are nearly right. Each is first put together as
 * the netlink specification allows (family.h is made from it), about devices, MACs
 * and VTEPs that there are, so that bindings and moves come and go; most are then
 * broken in one place or several.
 *
 *   nlfuzz SECONDS SEED DEV[/VNI]:PORT[:PORT]...
 *
 * Many go into one datagram. Most of the answers are thrown away where they come
 * in, since a receive buffer is small; of some datagrams they are read, to say how
 * many messages the module took. Prints "N messages, N a second, N of N taken",
 * and a line for each error that was answered. Exit status: 1 if something went
 * wrong, as no answer.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "request.h"

#define FAILED		1
#define ROOM		65536	/* bytes of a message, at most */
#define BATCH_BYTES	16384
#define BATCH_MAX	64	/* messages */
#define SNDBUF		(4 * 1024 * 1024)
#define DEVICES		16
#define PORTS		4
#define MACS		96
#define VTEPS		6
#define ERRNO_MAX	600

enum kind {
	KIND_U16,
	KIND_U32,
	KIND_U64,
	KIND_STRING,
	KIND_BINARY,
	KIND_NEST,
	KIND_PAD,
};

struct attr {
	const char *name;
	int type;
	enum kind kind;
	unsigned int size;
	uint32_t min;
	uint32_t max;
	bool multi;
	const struct attr *nested;
};

struct command {
	const char *name;
	int cmd;
	bool dump;
	const struct attr *attrs;
	uint32_t wanted;	/* a bit for each type */
};

#include "family.h"

#define COMMANDS	(sizeof(commands) / sizeof(*commands))

/* How often a command is chosen, where that is not NEWCOMER */
static const struct {
	const char *name;
	unsigned int weight;
} weights[] = {
	{ "domain-add", 24 },
	{ "domain-set", 16 },
	{ "domain-del", 1 },
	{ "mac-announce", 1200 },
	{ "mac-withdraw", 400 },
	{ "mac-get", 160 },
	{ "mac-flush", 8 },
	{ "transaction", 400 },
	{ "move-prepare", 240 },
	{ "move-hold", 160 },
	{ "move-commit", 160 },
	{ "move-abort", 120 },
};

#define NEWCOMER	80

struct domain {
	uint32_t ifindex;
	uint32_t vni;		/* 0: the device's own */
	bool v6;
	unsigned int ports;
	uint32_t port[PORTS];	/* of its bridge */
};

static struct domain domains[DEVICES];
static unsigned int n_domains;
static unsigned int weight[COMMANDS];

/* What is sent in one go */
static unsigned char batch[BATCH_BYTES + 2 * ROOM];
static size_t batch_len;
static unsigned int batch_messages;

/* What the message in hand is about, and how it is to be broken */
static const struct domain *domain;
static unsigned int breaks;
static bool arrives;		/* a move, to this host */

static unsigned long sent, asked, taken;
static unsigned long errors[ERRNO_MAX];

static uint64_t seed;

static uint32_t random32(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed >> 16;
}

static uint32_t below(uint32_t n)
{
	return random32() % n;
}

static bool one_in(uint32_t n)
{
	return !below(n);
}

/* --- values ------------------------------------------------------------- */

static size_t fill_mac(unsigned char *to, unsigned int n)
{
	static const unsigned char prefix[] = { 2, 0, 0, 0, 0xf0 };

	memcpy(to, prefix, sizeof(prefix));
	to[5] = n;
	return 6;
}

static size_t fill_addr(unsigned char *to, bool v6, unsigned int net, unsigned int n)
{
	memset(to, 0, 16);
	if (v6) {
		to[0] = 0xfd;
		to[1] = net;
		to[15] = n;
		return 16;
	}
	to[0] = 10;
	to[1] = net;
	to[3] = n;
	return 4;
}

/* A local port of the bridge, or of another one */
static uint32_t some_port(void)
{
	const struct domain *d = one_in(16) ? &domains[below(n_domains)] : domain;

	return d->port[below(d->ports)];
}

static bool is_called(const struct attr *a, const char *name)
{
	return !strcmp(a->name, name);
}

/* Small numbers often, so that states are reached that differ in little. */
static uint32_t number(const struct attr *a)
{
	uint32_t span = a->max - a->min;

	if (is_called(a, "ifindex"))
		return domain->ifindex;
	if (is_called(a, "vni"))
		return domain->vni ? domain->vni : a->min + below(300);
	if (is_called(a, "vid"))
		return domain->vni;	/* so it is in the test */
	if (is_called(a, "on"))
		return some_port();
	if (is_called(a, "max-macs"))
		return one_in(8) ? 1 + below(MACS) : a->max;
	if (is_called(a, "mode"))
		return one_in(8);
	if (is_called(a, "flags"))
		return below(4);
	if (span < 64)
		return a->min + below(span + 1);
	return one_in(8) ? a->max - below(2) : a->min + below(8);
}

static size_t fill_binary(const struct attr *a, unsigned char *to)
{
	bool v6 = one_in(32) ? !domain->v6 : domain->v6;

	if (a->size == 6)
		return fill_mac(to, is_called(a, "protect") ? 250 : below(MACS));
	if (is_called(a, "ip"))
		return fill_addr(to, one_in(2), 1, 1 + below(200));
	return fill_addr(to, v6, 255, 2 + below(VTEPS));
}

/* Return: bytes. */
static size_t valid_value(const struct attr *a, unsigned char *to)
{
	uint32_t value = number(a);
	uint64_t wide = value;
	uint16_t narrow = value;

	switch (a->kind) {
	case KIND_U16:
		memcpy(to, &narrow, sizeof(narrow));
		return sizeof(narrow);
	case KIND_U32:
		memcpy(to, &value, sizeof(value));
		return sizeof(value);
	case KIND_U64:
		memcpy(to, &wide, sizeof(wide));
		return sizeof(wide);
	case KIND_STRING:
		strcpy((char *)to, "vx100");
		return sizeof("vx100");
	case KIND_BINARY:
		return fill_binary(a, to);
	default:
		return 0;
	}
}

static size_t random_bytes(unsigned char *to, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = one_in(3) ? 0 : one_in(3) ? 0xff : random32();
	return len;
}

/* A value of the right type that is out of range */
static size_t wrong_value(const struct attr *a, unsigned char *to)
{
	uint32_t value = one_in(2) ? a->min - 1 : a->max + 1 + below(2);

	if (one_in(3))
		value = one_in(2) ? 0 : random32();
	memcpy(to, &value, sizeof(value));
	if (a->kind == KIND_U16 || a->kind == KIND_U32)
		return a->size;
	return random_bytes(to, a->size ? a->size : one_in(2) ? 4 : 16);
}

/* --- messages ----------------------------------------------------------- */

static unsigned char *tail(void)
{
	return batch + batch_len;
}

static struct nlattr *begin_attr(int type)
{
	struct nlattr *attr = (struct nlattr *)tail();

	attr->nla_type = type;
	batch_len += NLA_HDRLEN;
	return attr;
}

static void end_attr(struct nlattr *attr)
{
	size_t len = tail() - (unsigned char *)attr;

	attr->nla_len = len;
	memset(tail(), 0, NLA_ALIGN(len) - len);
	batch_len += NLA_ALIGN(len) - len;
}

static bool breaks_here(void)
{
	if (!breaks || !one_in(6))
		return false;
	breaks--;
	return true;
}

static void put_set(const struct attr *attrs, uint32_t wanted, int depth);

static void put_one(const struct attr *a, int depth)
{
	struct nlattr *attr = begin_attr(a->type | (a->nested ? NLA_F_NESTED : 0));

	if (a->nested)
		put_set(a->nested, ~0U, depth + 1);
	else
		batch_len += valid_value(a, tail());
	end_attr(attr);
}

static void put_wrong(const struct attr *a)
{
	struct nlattr *attr = begin_attr(a->type);

	batch_len += wrong_value(a, tail());
	end_attr(attr);
}

/* Too short or too long, down to nothing and up to a page */
static void put_resized(const struct attr *a)
{
	struct nlattr *attr = begin_attr(a->type);
	size_t len = valid_value(a, tail());

	len = one_in(2) ? below(len + 1) : len + 1 + below(one_in(8) ? 4096 : 8);
	random_bytes(tail(), len);
	batch_len += len;
	end_attr(attr);
}

/* A type that is not of this command, or of nothing */
static void put_foreign(const struct attr *a, const struct attr *attrs)
{
	unsigned int n = 0;
	struct nlattr *attr;

	while (attrs[n].name)
		n++;
	if (one_in(2))
		n = attrs[below(n)].type;
	else
		n = below(one_in(4) ? 0x4000 : 64);
	attr = begin_attr(n);
	batch_len += valid_value(a, tail());
	end_attr(attr);
}

/* Nested though it is none, or in itself, or none though it is nested */
static void put_nested(const struct attr *a, int depth)
{
	struct nlattr *attr = begin_attr(a->type | (one_in(2) ? NLA_F_NESTED : 0)), *inner;

	if (depth < 6 && !one_in(3)) {
		put_nested(a, depth + 1);
	} else {
		inner = begin_attr(below(24));
		batch_len += valid_value(a, tail());
		end_attr(inner);
	}
	end_attr(attr);
}

/* What says that it is longer or shorter than it is */
static void put_liar(const struct attr *a, int depth)
{
	struct nlattr *attr = (struct nlattr *)tail();

	put_one(a, depth);
	attr->nla_len = one_in(4) ? random32() : attr->nla_len + below(9) - 4;
}

static void put_many(const struct attr *a, int depth, size_t until)
{
	while (batch_len < until)
		put_one(a, depth);
}

static void put_broken(const struct attr *a, const struct attr *attrs, int depth)
{
	switch (below(9)) {
	case 0:
		return;
	case 1:
		put_one(a, depth);
		put_one(a, depth);
		return;
	case 2:
		put_resized(a);
		return;
	case 3:
		put_foreign(a, attrs);
		return;
	case 4:
		put_nested(a, 0);
		return;
	case 5:
		put_liar(a, depth);
		return;
	case 6:
		if (!depth)
			put_many(a, depth, batch_len + (one_in(64) ? ROOM / 2 : 512));
		return;
	default:
		put_wrong(a);
	}
}

/* Whether a valid message has it: what is needed, and of choices one */
static bool has(const struct attr *a, const struct attr *attrs, bool local)
{
	bool move = attrs == move_attrs || attrs == move_line_attrs;

	if (is_called(a, "ifindex") || is_called(a, "lladdr") || is_called(a, "op") ||
	    is_called(a, "addr"))
		return true;
	if (is_called(a, "vni") || is_called(a, "vid"))
		return domain->vni;
	if (move && is_called(a, "to"))
		return !arrives;
	if (move && is_called(a, "on"))
		return arrives;
	if (move && (is_called(a, "from") || is_called(a, "open-on")))
		return arrives && one_in(2);
	if (is_called(a, "on") || is_called(a, "via"))
		return local == is_called(a, "on");
	if (is_called(a, "to") || a->nested)
		return true;
	return one_in(attrs == domain_attrs ? 8 : 3);
}

static unsigned int times(const struct attr *a)
{
	if (!a->multi)
		return 1;
	return a->nested ? 1 + below(one_in(16) ? 200 : 6) : 1 + below(3);
}

static void put_set(const struct attr *attrs, uint32_t wanted, int depth)
{
	const struct attr *a;
	bool local = one_in(3);
	unsigned int n;

	arrives = one_in(2);
	for (a = attrs; a->name; a++) {
		if (!(wanted & 1U << a->type) || (a->nested && one_in(2)))
			continue;
		if (breaks_here())
			put_broken(a, attrs, depth);
		else if (has(a, attrs, local))
			for (n = times(a); n && batch_len < BATCH_BYTES + ROOM; n--)
				put_one(a, depth);
	}
}

static void break_header(struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = NLMSG_DATA(nlh);

	switch (below(5)) {
	case 0:
		genl->cmd = random32();
		break;
	case 1:
		genl->version = random32();
		break;
	case 2:
		genl->reserved = random32();
		break;
	case 3:
		nlh->nlmsg_flags |= random32();
		break;
	default:
		/* The message ends early, and the next begins where it does. */
		batch_len -= NLMSG_ALIGN(below(nlh->nlmsg_len - NLMSG_HDRLEN));
		nlh->nlmsg_len = tail() - (unsigned char *)nlh;
	}
}

/* Return: the message that was added to the batch. */
static struct nlmsghdr *put_message(const struct command *c, int flags)
{
	struct genlmsghdr genl = { .cmd = c->cmd, .version = VXMOB_FAMILY_VERSION };
	struct nlmsghdr *nlh = (struct nlmsghdr *)tail();

	domain = &domains[below(n_domains)];
	breaks = one_in(3) ? 0 : 1 + below(3);
	memset(nlh, 0, NLMSG_HDRLEN);
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++batch_messages;
	memcpy(NLMSG_DATA(nlh), &genl, sizeof(genl));
	batch_len += NLMSG_LENGTH(sizeof(genl));
	put_set(c->attrs, c->wanted, 0);
	nlh->nlmsg_len = tail() - (unsigned char *)nlh;
	if (breaks && one_in(8))
		break_header(nlh);
	return nlh;
}

static void weigh_commands(void)
{
	size_t i, j;

	for (i = 0; i < COMMANDS; i++) {
		weight[i] = NEWCOMER;
		for (j = 0; j < sizeof(weights) / sizeof(*weights); j++)
			if (!strcmp(commands[i].name, weights[j].name))
				weight[i] = weights[j].weight;
	}
}

static unsigned int weight_of(unsigned int i, bool dump)
{
	return commands[i].dump == dump ? weight[i] : 0;
}

/* Return: a command that dumps, or one that does not. */
static const struct command *choose(bool dump)
{
	unsigned int total = 0, pick, i;

	for (i = 0; i < COMMANDS; i++)
		total += weight_of(i, dump);
	pick = below(total);
	for (i = 0; pick >= weight_of(i, dump); i++)
		pick -= weight_of(i, dump);
	return &commands[i];
}

/* --- sockets ------------------------------------------------------------ */

static int open_fuzz(int rcvbuf)
{
	int sock = open_socket(), sndbuf = SNDBUF;

	setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &sndbuf, sizeof(sndbuf));
	setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &rcvbuf, sizeof(rcvbuf));
	return sock;
}

static void send_batch(int sock)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(sock, batch, batch_len, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		err(FAILED, "send");
	sent += batch_messages;
	batch_len = 0;
	batch_messages = 0;
}

static void fill_batch(int flags)
{
	unsigned int n;

	for (n = 0; n < BATCH_MAX && batch_len < BATCH_BYTES; n++)
		put_message(choose(false), flags);
}

static void count_answer(const struct nlmsghdr *nlh)
{
	int error;
	size_t skip;

	if (!is_end(nlh, &error, &skip))
		return;
	asked++;
	if (!error)
		taken++;
	else if (-error < ERRNO_MAX)
		errors[-error]++;
}

/* Return: bytes; 0 if there is nothing. What overflows is lost, and that is fine. */
static ssize_t receive(int sock, int flags)
{
	ssize_t len;

	do {
		len = recv(sock, answer.b, sizeof(answer.b), flags);
	} while (len < 0 && errno == ENOBUFS);
	if (len >= 0)
		return len;
	if (errno != EAGAIN || !flags)
		err(FAILED, "no answer");
	return 0;
}

static void send_and_count(int sock)
{
	const struct nlmsghdr *nlh;
	ssize_t len;

	fill_batch(NLM_F_ACK);
	send_batch(sock);
	while ((len = receive(sock, MSG_DONTWAIT)) > 0)
		for (nlh = &answer.nlh; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			count_answer(nlh);
}

/* A dump, read to its end, or left in the midst of it */
static void send_dump(void)
{
	bool whole = !one_in(4);
	const struct nlmsghdr *nlh;
	int sock = open_fuzz(SNDBUF);
	ssize_t len = 0;
	int error;
	size_t skip;

	nlh = put_message(choose(true), NLM_F_DUMP);
	if (nlh->nlmsg_type != family)
		whole = false;
	send_batch(sock);
	while (whole) {
		len = receive(sock, MSG_DONTWAIT);
		if (len <= 0)
			break;
		for (nlh = &answer.nlh; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			if (is_end(nlh, &error, &skip))
				whole = false;
	}
	close(sock);
}

static void put_value(int type, const void *data, size_t len)
{
	struct nlattr *attr = begin_attr(type);

	memcpy(tail(), data, len);
	batch_len += len;
	end_attr(attr);
}

/* Somebody else writes the forwarding databases. */
static void put_fdb_write(void)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)tail();
	struct ndmsg ndm = { .ndm_family = AF_BRIDGE };
	unsigned char bytes[16];
	bool gone = one_in(3);

	domain = &domains[below(n_domains)];
	memset(nlh, 0, NLMSG_HDRLEN);
	nlh->nlmsg_type = gone ? RTM_DELNEIGH : RTM_NEWNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_REPLACE;
	ndm.ndm_ifindex = one_in(3) ? some_port() : domain->ifindex;
	ndm.ndm_state = one_in(16) ? NUD_NOARP : NUD_REACHABLE;
	ndm.ndm_flags = one_in(2) ? NTF_MASTER : NTF_SELF | NTF_MASTER;
	if (!gone && !one_in(4))
		ndm.ndm_flags |= NTF_EXT_LEARNED;
	memcpy(NLMSG_DATA(nlh), &ndm, sizeof(ndm));
	batch_len += NLMSG_LENGTH(sizeof(ndm));
	put_value(NDA_LLADDR, bytes, fill_mac(bytes, below(MACS)));
	put_value(NDA_DST, bytes, fill_addr(bytes, domain->v6, 255, 2 + below(VTEPS)));
	nlh->nlmsg_len = tail() - (unsigned char *)nlh;
}

static void write_fdbs(int rtnl)
{
	int n;

	for (n = 0; n < 8; n++)
		put_fdb_write();
	send_batch(rtnl);
}

/* --- the whole ---------------------------------------------------------- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void fuzz(double seconds)
{
	int deaf = open_fuzz(1), hearing = open_fuzz(SNDBUF);
	int rtnl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	double start = now(), end = start + seconds;
	unsigned int round;

	for (round = 0; now() < end; round++) {
		if (!(round % 8)) {
			send_and_count(hearing);
			send_dump();
		} else if (round % 16 == 5) {
			write_fdbs(rtnl);
		} else {
			fill_batch(0);
			send_batch(deaf);
		}
	}
	seconds = now() - start;
	printf("%lu messages, %.0f a second, %lu of %lu taken\n", sent, sent / seconds,
	       taken, asked);
	for (round = 0; round < ERRNO_MAX; round++)
		if (errors[round])
			printf("%lu %s\n", errors[round], strerrorname_np(round));
}

static uint32_t index_of(const char *name)
{
	uint32_t ifindex = if_nametoindex(name);

	if (!ifindex)
		err(FAILED, "%s", name);
	return ifindex;
}

/* A device whose name says so sends to IPv6 addresses. */
static void parse_domain(char *words)
{
	struct domain *d = &domains[n_domains++];
	char *word = strsep(&words, ":");
	char *vni = strchr(word, '/');

	if (vni)
		*vni++ = '\0';
	d->vni = vni ? atoi(vni) : 0;
	d->v6 = strstr(word, "v6");
	d->ifindex = index_of(word);
	while ((word = strsep(&words, ":")) && d->ports < PORTS)
		d->port[d->ports++] = index_of(word);
	if (!d->ports)
		errx(USAGE, "a domain without a port");
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 4 || argc > 3 + DEVICES)
		errx(USAGE, "usage: nlfuzz SECONDS SEED DEV[/VNI]:PORT[:PORT]...");
	seed = 0x9e3779b97f4a7c15 * (strtoul(argv[2], NULL, 0) + 1);
	for (i = 3; i < argc; i++)
		parse_domain(argv[i]);
	weigh_commands();
	find_family(open_socket());
	fuzz(atof(argv[1]));
	return 0;
}
