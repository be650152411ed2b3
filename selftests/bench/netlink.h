/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink as the benchmarks speak it: whatever is measured must not contain a
 * library's work, so messages are put together here, beforehand.
 */
#ifndef _BENCH_NETLINK_H
#define _BENCH_NETLINK_H

#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A socket, and the number of its last request. */
struct nl {
	int fd;
	uint32_t seq;
};

/* One or more messages one behind the other. */
struct msg {
	char *b;
	size_t len;
	size_t room;
	size_t head;	/* where the last message begins */
};

void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...);

void nl_open(struct nl *nl, int protocol);
void nl_join(struct nl *nl, int group);
void nl_send(struct nl *nl, const struct msg *m);
int nl_wait(struct nl *nl);
unsigned long nl_wait_dump(struct nl *nl);
unsigned long nl_drain(struct nl *nl);
int nl_family(const char *name);

void msg_start(struct msg *m, struct nl *nl, int type, int flags,
	       const void *header, size_t len);
void msg_reset(struct msg *m);
void msg_put(struct msg *m, int type, const void *data, size_t len);
void msg_put_u32(struct msg *m, int type, uint32_t value);
size_t msg_nest(struct msg *m, int type);
void msg_nest_end(struct msg *m, size_t nest);

#endif
