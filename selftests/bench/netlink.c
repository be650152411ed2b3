// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink as the benchmarks speak it, see netlink.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

#define BUFFER	(512 << 20)	/* bytes that a socket may hold */

static char answer[1 << 16];

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void set_option(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		die("socket option %d: %s", option, strerror(errno));
}

/* Open a socket that takes the longest of transactions. */
void nl_open(struct nl *nl, int protocol)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };

	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0 || bind(nl->fd, (struct sockaddr *)&self, sizeof(self)))
		die("netlink: %s", strerror(errno));
	nl->seq = 0;
	set_option(nl->fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER);
	set_option(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER);
	set_option(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
	set_option(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
}

void nl_join(struct nl *nl, int group)
{
	set_option(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
}

void nl_send(struct nl *nl, const struct msg *m)
{
	if (send(nl->fd, m->b, m->len, 0) != (ssize_t)m->len)
		die("send: %s", strerror(errno));
}

/* The kernel's own words for a refusal, or none. */
static void say_why(const struct nlmsghdr *nlh)
{
	const char *b = (const char *)NLMSG_DATA(nlh) + sizeof(struct nlmsgerr);
	const char *end = (const char *)nlh + nlh->nlmsg_len;

	while (nlh->nlmsg_flags & NLM_F_ACK_TLVS &&
	       end - b > (ptrdiff_t)sizeof(struct nlattr)) {
		const struct nlattr *nla = (const struct nlattr *)b;

		if (nla->nla_type == NLMSGERR_ATTR_MSG)
			fprintf(stderr, "%s\n", (const char *)(nla + 1));
		b += NLA_ALIGN(nla->nla_len);
	}
}

/* Wait for the answer to the last request; returns 0 or a negative error. */
int nl_wait(struct nl *nl)
{
	for (;;) {
		ssize_t len = recv(nl->fd, answer, sizeof(answer), 0);
		struct nlmsghdr *nlh = (struct nlmsghdr *)answer;

		if (len < 0)
			die("recv: %s", strerror(errno));
		for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			struct nlmsgerr *err = NLMSG_DATA(nlh);

			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			if (err->error)
				say_why(nlh);
			if (err->error || nlh->nlmsg_seq == nl->seq)
				return err->error;
		}
	}
}

/* Read a dump to its end, and return how many messages it has. */
unsigned long nl_wait_dump(struct nl *nl)
{
	unsigned long n = 0;

	for (;;) {
		ssize_t len = recv(nl->fd, answer, sizeof(answer), 0);
		struct nlmsghdr *nlh = (struct nlmsghdr *)answer;

		if (len < 0)
			die("recv: %s", strerror(errno));
		for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				die("the dump was disturbed");
			if (nlh->nlmsg_type == NLMSG_DONE)
				return n;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				die("the dump failed");
			n++;
		}
	}
}

/* Read what has come, and return how many messages that was. */
unsigned long nl_drain(struct nl *nl)
{
	unsigned long n = 0;
	ssize_t len;

	while ((len = recv(nl->fd, answer, sizeof(answer), MSG_DONTWAIT)) > 0) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)answer;

		for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			n++;
	}
	if (len < 0 && errno == ENOBUFS)
		die("the listener lost messages");
	return n;
}

static void make_room(struct msg *m, size_t len)
{
	if (m->len + len <= m->room)
		return;
	m->room = (m->len + len) * 2 + 4096;
	m->b = realloc(m->b, m->room);
	if (!m->b)
		die("no memory");
}

static void append(struct msg *m, const void *data, size_t len)
{
	make_room(m, NLMSG_ALIGN(len));
	memset(m->b + m->len, 0, NLMSG_ALIGN(len));
	if (data)
		memcpy(m->b + m->len, data, len);
	m->len += NLMSG_ALIGN(len);
	((struct nlmsghdr *)(m->b + m->head))->nlmsg_len = m->len - m->head;
}

void msg_reset(struct msg *m)
{
	m->len = 0;
	m->head = 0;
}

/* Begin a message behind those that are there. */
void msg_start(struct msg *m, struct nl *nl, int type, int flags,
	       const void *header, size_t len)
{
	struct nlmsghdr nlh = {
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | flags,
		.nlmsg_seq = ++nl->seq,
	};

	make_room(m, sizeof(nlh));
	m->head = m->len;
	append(m, &nlh, sizeof(nlh));
	append(m, header, len);
}

void msg_put(struct msg *m, int type, const void *data, size_t len)
{
	struct nlattr nla = { .nla_len = sizeof(nla) + len, .nla_type = type };

	append(m, &nla, sizeof(nla));
	append(m, data, len);
}

void msg_put_u32(struct msg *m, int type, uint32_t value)
{
	msg_put(m, type, &value, sizeof(value));
}

size_t msg_nest(struct msg *m, int type)
{
	size_t nest = m->len;

	msg_put(m, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void msg_nest_end(struct msg *m, size_t nest)
{
	((struct nlattr *)(m->b + nest))->nla_len = m->len - nest;
}

static int family_id(const char *b, ssize_t len)
{
	const struct nlattr *nla;
	uint16_t id;

	b += NLMSG_HDRLEN + GENL_HDRLEN;
	len -= NLMSG_HDRLEN + GENL_HDRLEN;
	while (len >= (ssize_t)sizeof(*nla)) {
		nla = (const struct nlattr *)b;
		if (nla->nla_type == CTRL_ATTR_FAMILY_ID) {
			memcpy(&id, nla + 1, sizeof(id));
			return id;
		}
		b += NLA_ALIGN(nla->nla_len);
		len -= NLA_ALIGN(nla->nla_len);
	}
	return -1;
}

/* The number of a generic netlink family; -1 if there is none. */
int nl_family(const char *name)
{
	struct genlmsghdr genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct msg m = {};
	struct nl nl;
	ssize_t len;
	int id = -1;

	nl_open(&nl, NETLINK_GENERIC);
	msg_start(&m, &nl, GENL_ID_CTRL, 0, &genl, sizeof(genl));
	msg_put(&m, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	nl_send(&nl, &m);
	len = recv(nl.fd, answer, sizeof(answer), 0);
	if (len > 0 && ((struct nlmsghdr *)answer)->nlmsg_type == GENL_ID_CTRL)
		id = family_id(answer, len);
	free(m.b);
	close(nl.fd);
	return id;
}
