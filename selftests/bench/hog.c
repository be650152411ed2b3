// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the RTNL busy, as orchestrators that create and delete devices do; or does
 * as much without it, so that what the lock costs others can be told from what a
 * busy processor costs them.
 *
 *   hog link	adds and deletes a dummy device, again and again
 *   hog busy	asks generic netlink for a family, again and again
 *
 * Prints a line when it has begun, and ends when its standard input does, then
 * printing how many rounds it made.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"

#define NAME	"hog0"

static void request(struct nl *nl, struct msg *m, const char *what)
{
	int err;

	nl_send(nl, m);
	err = nl_wait(nl);
	if (err)
		die("%s: %s", what, strerror(-err));
	msg_reset(m);
}

static void link_round(struct nl *nl, struct msg *m)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	size_t info;

	msg_start(m, nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
		  &ifi, sizeof(ifi));
	msg_put(m, IFLA_IFNAME, NAME, sizeof(NAME));
	info = msg_nest(m, IFLA_LINKINFO);
	msg_put(m, IFLA_INFO_KIND, "dummy", sizeof("dummy"));
	msg_nest_end(m, info);
	request(nl, m, "add a device");
	msg_start(m, nl, RTM_DELLINK, NLM_F_ACK, &ifi, sizeof(ifi));
	msg_put(m, IFLA_IFNAME, NAME, sizeof(NAME));
	request(nl, m, "delete a device");
}

static void busy_round(struct nl *nl, struct msg *m)
{
	struct genlmsghdr genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };

	msg_start(m, nl, GENL_ID_CTRL, NLM_F_ACK, &genl, sizeof(genl));
	msg_put(m, CTRL_ATTR_FAMILY_NAME, "nlctrl", sizeof("nlctrl"));
	request(nl, m, "ask for a family");
}

int main(int argc, char **argv)
{
	void (*round)(struct nl *nl, struct msg *m) = NULL;
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned long rounds = 0;
	struct msg m = {};
	struct nl nl;

	if (argc == 2 && !strcmp(argv[1], "link"))
		round = link_round;
	else if (argc == 2 && !strcmp(argv[1], "busy"))
		round = busy_round;
	else
		die("usage: hog link | busy");
	nl_open(&nl, round == link_round ? NETLINK_ROUTE : NETLINK_GENERIC);
	do {
		round(&nl, &m);
		if (!rounds++) {
			puts("begun");
			fflush(stdout);
		}
	} while (poll(&input, 1, 0) == 0);
	printf("%lu\n", rounds);
	free(m.b);
	return 0;
}
