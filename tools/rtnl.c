// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to the kernel's own rtnetlink. They are few and never part of a
 * batch, so libmnl's own loop over the answers does.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "rtnl.h"
#include "utils.h"

/* The kernel makes messages of a dump up to 32 KiB long. */
#define RECEIVE_SIZE	65536
/* How often a dump is begun anew because what it lists changed meanwhile. */
#define DUMP_RETRIES	4

static struct {
	struct mnl_socket *sock;
	uint32_t seq;
} rtnl;

static void close_socket(void)
{
	mnl_socket_close(rtnl.sock);
	rtnl.sock = NULL;
}

static int open_socket(void)
{
	int on = 1;

	if (rtnl.sock)
		return 0;
	rtnl.sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!rtnl.sock)
		return errno;
	if (mnl_socket_bind(rtnl.sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return errno;
	if (!rtnl.seq)
		rtnl.seq = time(NULL);
	/* So that a dump is of one device, where only one is asked for. */
	mnl_socket_setsockopt(rtnl.sock, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	return 0;
}

/**
 * rtnl_init() - Begin a question.
 * @r: The question.
 * @type: Its message type.
 * @len: Bytes of the header that follows netlink's.
 *
 * Return: That header, all zeros.
 */
void *rtnl_init(struct rtnl_request *r, uint16_t type, size_t len)
{
	r->nlh = mnl_nlmsg_put_header(r->buf);
	r->nlh->nlmsg_type = type;
	return mnl_nlmsg_put_extra_header(r->nlh, len);
}

static int read_answers(mnl_cb_t fn, void *data)
{
	unsigned int port = mnl_socket_get_portid(rtnl.sock);
	static char buf[RECEIVE_SIZE];
	ssize_t len;
	int ret;

	do {
		do {
			len = mnl_socket_recvfrom(rtnl.sock, buf, sizeof(buf));
		} while (len < 0 && errno == EINTR);
		if (len < 0)
			return errno;
		ret = mnl_cb_run(buf, len, rtnl.seq, port, fn, data);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? errno : 0;
}

/**
 * rtnl_ask() - Ask, and look at all that is answered.
 * @r: The question.
 * @flags: NLM_F_DUMP for a list, NLM_F_ACK for one thing.
 * @fn: Gets each message. It may get one twice, when a list changes while it is
 *	read.
 * @data: For @fn.
 *
 * Return: 0, or a positive errno: the kernel's, or the socket's.
 */
int rtnl_ask(struct rtnl_request *r, uint16_t flags, mnl_cb_t fn, void *data)
{
	int ret, tries = 0;

	do {
		ret = open_socket();
		if (ret)
			return ret;
		r->nlh->nlmsg_flags = NLM_F_REQUEST | flags;
		r->nlh->nlmsg_seq = ++rtnl.seq;
		if (mnl_socket_sendto(rtnl.sock, r->nlh, r->nlh->nlmsg_len) < 0)
			return errno;
		ret = read_answers(fn, data);
		/* What was not read of an interrupted dump goes with the socket. */
		if (ret == EINTR)
			close_socket();
	} while (ret == EINTR && ++tries < DUMP_RETRIES);
	return ret;
}
