// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket to the kernel: finding the family, sending requests, and reading
 * what the kernel says of them, its words and the place of the mistake
 * included.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/vxmob.h>

#include "msg.h"
#include "nl.h"
#include "output.h"
#include "pipeline.h"
#include "utils.h"

/* The kernel makes messages of a dump up to 32 KiB long. */
#define RECEIVE_SIZE	65536
#define RECEIVE_QUEUE	1048576
#define EVENT_QUEUE	16777216
/* How often a dump is begun anew because what it lists changed meanwhile. */
#define DUMP_RETRIES	4

static struct {
	struct mnl_socket *sock;
	uint32_t seq;
	uint16_t family;
	uint32_t events;
} nl;

static char received[RECEIVE_SIZE];

static bool unreachable(const char *what)
{
	fprintf(stderr, "vxmob: cannot %s: %s\n", what, strerror(errno));
	return false;
}

/* More than the system's limit if permitted, else as much as there is. */
static void set_queue(int forced, int limited, int size)
{
	int fd = mnl_socket_get_fd(nl.sock);

	if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, limited, &size, sizeof(size));
}

static void set_option(int option)
{
	int on = 1;

	/* Each is a courtesy of newer kernels that the tool can do without. */
	mnl_socket_setsockopt(nl.sock, option, &on, sizeof(on));
}

/**
 * nl_send() - Send one or more messages at once.
 * @buf: They.
 * @len: Bytes of them.
 *
 * Return: Whether that was possible; if not, it has been said.
 */
bool nl_send(const void *buf, size_t len)
{
	return mnl_socket_sendto(nl.sock, buf, len) >= 0 ||
	       unreachable("send to the kernel");
}

/**
 * nl_stamp() - Give a request its number.
 * @nlh: The request.
 * @flags: Netlink flags besides NLM_F_REQUEST.
 *
 * Return: The number.
 */
uint32_t nl_stamp(struct nlmsghdr *nlh, uint16_t flags)
{
	if (!nlh->nlmsg_type)
		nlh->nlmsg_type = nl.family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl.seq;
	return nl.seq;
}

static ssize_t nl_receive(void *buf, size_t size)
{
	ssize_t len;

	do {
		len = mnl_socket_recvfrom(nl.sock, buf, size);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		unreachable("receive from the kernel");
	return len;
}

/* Reads what the kernel adds to an error, or to the end of a dump. */
static void parse_words(const struct nlmsghdr *nlh, size_t offset,
			struct nl_answer *answer)
{
	const struct nlattr *attr;
	const char *text;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	mnl_attr_for_each(attr, nlh, offset) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			text = attr_str(attr);
			snprintf(answer->text, sizeof(answer->text), "%s",
				 text ? text : "");
			break;
		case NLMSGERR_ATTR_OFFS:
			answer->offset = attr_uint(attr);
			answer->has_offset = true;
			break;
		}
	}
}

static void parse_answer(const struct nlmsghdr *nlh, struct nl_answer *answer)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*e);

	memset(answer, 0, sizeof(*answer));
	if (mnl_nlmsg_get_payload_len(nlh) < offset) {
		answer->error = EBADMSG;
		return;
	}
	answer->error = -e->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += NLMSG_ALIGN(mnl_nlmsg_get_payload_len(&e->msg));
	parse_words(nlh, offset, answer);
}

static void parse_done(const struct nlmsghdr *nlh, struct nl_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(int))
		return;
	answer->error = -*(int *)mnl_nlmsg_get_payload(nlh);
	parse_words(nlh, sizeof(int), answer);
}

/* Reads until request @seq is answered; @fn gets what it returns. */
static bool wait_for(uint32_t seq, nl_fn fn, struct nl_answer *answer)
{
	const struct nlmsghdr *nlh;
	ssize_t size;
	int len;

	for (;;) {
		size = nl_receive(received, sizeof(received));
		if (size < 0)
			return false;
		len = size;
		nlh = (const void *)received;
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				parse_answer(nlh, answer);
				return true;
			}
			if (fn && nlh->nlmsg_type >= NLMSG_MIN_TYPE)
				fn(nlh);
		}
	}
}

/**
 * nl_answer() - Read the answer to a request that was sent.
 * @seq: The request's number; answers to others are passed over.
 * @answer: Where the answer goes.
 *
 * Return: Whether that was possible; if not, it has been said.
 */
bool nl_answer(uint32_t seq, struct nl_answer *answer)
{
	return wait_for(seq, NULL, answer);
}

/* The words without what says that they are the module's. */
static const char *own_words(const char *text)
{
	static const char prefix[] = "vxmob: ";

	return strncmp(text, prefix, sizeof(prefix) - 1) ? text :
		text + sizeof(prefix) - 1;
}

/**
 * nl_reason() - Tell why the kernel refused.
 * @answer: Its answer.
 *
 * Return: Its words, or those that go with the error number, without a full
 *	stop, until the next call.
 */
const char *nl_reason(const struct nl_answer *answer)
{
	static char text[sizeof(answer->text)];
	size_t len;

	snprintf(text, sizeof(text), "%s",
		 answer->text[0] ? own_words(answer->text) :
		 strerror(answer->error));
	len = strlen(text);
	if (len && text[len - 1] == '.')
		text[len - 1] = '\0';
	return text;
}

/**
 * nl_report() - Print what the kernel said, if anything.
 * @answer: Its answer.
 *
 * Return: An enum status.
 */
int nl_report(const struct nl_answer *answer)
{
	if (!answer->error && !answer->text[0])
		return STATUS_OK;
	fprintf(stderr, "%s: vxmob: %s.\n", answer->error ? "Error" : "Warning",
		nl_reason(answer));
	return answer->error ? STATUS_KERNEL : STATUS_OK;
}

/* --- the family -------------------------------------------------------- */

static void parse_group(const struct nlattr *group)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const char *name;

	attrs_parse_nested(group, tb, CTRL_ATTR_MCAST_GRP_MAX);
	name = attr_str(tb[CTRL_ATTR_MCAST_GRP_NAME]);
	if (name && !strcmp(name, VXMOB_MCGRP_EVENTS))
		nl.events = attr_uint(tb[CTRL_ATTR_MCAST_GRP_ID]);
}

static void parse_family(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GROUPS + 1];
	const struct nlattr *group;

	attrs_parse(nlh, tb, CTRL_ATTR_MCAST_GROUPS);
	nl.family = attr_uint(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		mnl_attr_for_each_nested(group, tb[CTRL_ATTR_MCAST_GROUPS])
			parse_group(group);
}

static bool find_family(void)
{
	struct nl_answer answer = { 0 };
	struct msg m;
	uint32_t seq;
	bool ok;

	msg_init(&m, CTRL_CMD_GETFAMILY);
	msg_put(&m, CTRL_ATTR_FAMILY_NAME, VXMOB_FAMILY_NAME,
		sizeof(VXMOB_FAMILY_NAME));
	m.nlh->nlmsg_type = GENL_ID_CTRL;
	seq = nl_stamp(m.nlh, NLM_F_ACK);
	ok = nl_send(m.nlh, m.nlh->nlmsg_len) &&
	     wait_for(seq, parse_family, &answer);
	msg_free(&m);
	if (!ok)
		return false;
	if (answer.error == ENOENT)
		fputs("vxmob: the kernel module is not loaded\n", stderr);
	else
		nl_report(&answer);
	return !answer.error;
}

static bool open_socket(void)
{
	nl.sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl.sock)
		return unreachable("open a netlink socket");
	if (mnl_socket_bind(nl.sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return unreachable("bind a netlink socket");
	nl.seq = time(NULL);
	set_option(NETLINK_EXT_ACK);
	set_option(NETLINK_CAP_ACK);
	set_option(NETLINK_GET_STRICT_CHK);
	set_queue(SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_QUEUE);
	return true;
}

/**
 * nl_open() - Open the socket and find the family, if not yet done.
 *
 * Return: Whether that is done; if not, it has been said.
 */
bool nl_open(void)
{
	if (!nl.sock && !open_socket())
		return false;
	return nl.family || find_family();
}

/* --- requests ---------------------------------------------------------- */

static bool talk(struct msg *m, nl_fn fn, struct nl_answer *answer)
{
	uint32_t seq = nl_stamp(m->nlh, NLM_F_ACK);

	return nl_send(m->nlh, m->nlh->nlmsg_len) && wait_for(seq, fn, answer);
}

/**
 * nl_talk() - Send a request and wait for the answer, or in a batch, if it
 *	returns nothing but that, leave it to the pipeline.
 * @m: The request.
 * @fn: Gets what it returns; NULL if it returns nothing.
 *
 * Return: An enum status.
 */
int nl_talk(struct msg *m, nl_fn fn)
{
	struct nl_answer answer;

	if (!nl_open())
		return STATUS_KERNEL;
	if (!fn && pipeline_add(m))
		return STATUS_OK;
	if (!pipeline_drain() || !talk(m, fn, &answer))
		return STATUS_KERNEL;
	return nl_report(&answer);
}

static bool fits_send_queue(uint32_t len)
{
	int fd = mnl_socket_get_fd(nl.sock), size = 0;
	socklen_t size_len = sizeof(size);

	getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &size_len);
	return size >= 32 && len <= (uint32_t)size - 32;
}

/* It is never made smaller: what else a batch sends must fit, too. */
static bool send_queue_holds(uint32_t len)
{
	if (fits_send_queue(len))
		return true;
	set_queue(SO_SNDBUFFORCE, SO_SNDBUF, len);
	if (fits_send_queue(len))
		return true;
	fprintf(stderr,
		"vxmob: a message of %u bytes is too long for this process; raise net.core.wmem_max\n",
		len);
	return false;
}

/**
 * nl_talk_large() - Send a request of any length and wait for the answer.
 * @m: The request.
 * @answer: Where the answer goes.
 *
 * Return: Whether there is an answer; if not, it has been said.
 */
bool nl_talk_large(struct msg *m, struct nl_answer *answer)
{
	return nl_open() && pipeline_drain() &&
	       send_queue_holds(m->nlh->nlmsg_len) && talk(m, NULL, answer);
}

/* --- dumps ------------------------------------------------------------- */

/**
 * struct dump - All that the kernel lists, kept until it is known whether it
 *	changed meanwhile.
 * @buf: The messages, one after the other.
 * @len: Bytes of them.
 * @size: Bytes allocated.
 * @interrupted: It did change.
 */
struct dump {
	char *buf;
	size_t len;
	size_t size;
	bool interrupted;
};

/* Looks through what was received last; returns whether it is the end. */
static bool dump_look(struct dump *d, uint32_t seq, int len,
		      struct nl_answer *answer)
{
	struct nlmsghdr *nlh = (void *)(d->buf + d->len);

	d->len += NLMSG_ALIGN(len);
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != seq) {
			nlh->nlmsg_type = NLMSG_NOOP;
			continue;
		}
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			d->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_DONE) {
			parse_done(nlh, answer);
			return true;
		}
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			parse_answer(nlh, answer);
			return true;
		}
	}
	return false;
}

static bool dump_once(struct dump *d, struct msg *m, struct nl_answer *answer)
{
	uint32_t seq = nl_stamp(m->nlh, NLM_F_DUMP);
	ssize_t len;

	d->len = 0;
	d->interrupted = false;
	if (!nl_send(m->nlh, m->nlh->nlmsg_len))
		return false;
	do {
		if (d->size - d->len < RECEIVE_SIZE) {
			d->size = 2 * d->size + RECEIVE_SIZE;
			d->buf = xrealloc(d->buf, d->size);
		}
		len = nl_receive(d->buf + d->len, RECEIVE_SIZE);
		if (len < 0)
			return false;
	} while (!dump_look(d, seq, len, answer));
	return true;
}

static bool dump_all(struct dump *d, struct msg *m, struct nl_answer *answer)
{
	int tries = 0;

	do {
		if (!dump_once(d, m, answer))
			return false;
	} while (d->interrupted && ++tries < DUMP_RETRIES);
	if (d->interrupted)
		fputs("vxmob: the dump was interrupted, it may be inconsistent\n",
		      stderr);
	return true;
}

static void dump_read(const struct dump *d, nl_fn fn)
{
	const struct nlmsghdr *nlh = (const void *)d->buf;
	int len = d->len;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_type == nl.family)
			fn(nlh);
}

static int dump(struct msg *m, nl_fn fn, bool printed)
{
	struct nl_answer answer;
	struct dump d = { 0 };
	int ret = STATUS_KERNEL;

	if (nl_open() && pipeline_drain() && dump_all(&d, m, &answer))
		ret = nl_report(&answer);
	if (!ret) {
		if (printed)
			out_begin();
		dump_read(&d, fn);
		if (printed)
			out_end();
	}
	free(d.buf);
	return ret;
}

/**
 * nl_list() - Send a request that lists something, and look at the list.
 * @m: The request.
 * @fn: Gets each thing listed.
 *
 * Return: An enum status.
 */
int nl_list(struct msg *m, nl_fn fn)
{
	return dump(m, fn, false);
}

/**
 * nl_dump() - Send a request that lists something, and print the list.
 * @m: The request.
 * @fn: Prints each thing listed.
 *
 * Return: An enum status.
 */
int nl_dump(struct msg *m, nl_fn fn)
{
	return dump(m, fn, true);
}

/* --- events ------------------------------------------------------------ */

/**
 * nl_events_open() - Have the socket receive events.
 *
 * Return: Its descriptor, or -1; if so, it has been said.
 */
int nl_events_open(void)
{
	if (!nl_open() || !pipeline_drain())
		return -1;
	set_queue(SO_RCVBUFFORCE, SO_RCVBUF, EVENT_QUEUE);
	if (mnl_socket_setsockopt(nl.sock, NETLINK_ADD_MEMBERSHIP, &nl.events,
				  sizeof(nl.events)) < 0) {
		unreachable("subscribe to events");
		return -1;
	}
	return mnl_socket_get_fd(nl.sock);
}

/**
 * nl_events_read() - Read the events that have come.
 * @fn: Gets each.
 *
 * Return: 0, or a negative errno: -ENOBUFS when events were lost.
 */
int nl_events_read(nl_fn fn)
{
	const struct nlmsghdr *nlh = (const void *)received;
	ssize_t size = mnl_socket_recvfrom(nl.sock, received, sizeof(received));
	int len = size;

	if (size < 0)
		return errno == EINTR ? 0 : -errno;
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_type == nl.family)
			fn(nlh);
	return 0;
}
