/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The socket to the kernel: one for the whole program, opened at the first
 * request, so that mistakes of the command line need no kernel to be found.
 */
#ifndef VXMOB_NL_H
#define VXMOB_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct msg;
struct nlattr;
struct nlmsghdr;

/**
 * struct nl_answer - How the kernel answered a request.
 * @error: Positive errno, or 0 for success.
 * @has_offset: @offset is known.
 * @offset: Of the offending attribute in the request.
 * @text: What the kernel says of it; empty if nothing.
 */
struct nl_answer {
	int error;
	bool has_offset;
	uint32_t offset;
	char text[256];
};

typedef void (*nl_fn)(const struct nlmsghdr *nlh);

bool nl_open(void);
bool nl_send(const void *buf, size_t len);
uint32_t nl_stamp(struct nlmsghdr *nlh, uint16_t flags);
bool nl_answer(uint32_t seq, struct nl_answer *answer);
const char *nl_reason(const struct nl_answer *answer);
int nl_report(const struct nl_answer *answer);

int nl_talk(struct msg *m, nl_fn fn);
bool nl_talk_large(struct msg *m, struct nl_answer *answer);
int nl_list(struct msg *m, nl_fn fn);
int nl_dump(struct msg *m, nl_fn fn);

int nl_events_open(void);
int nl_events_read(nl_fn fn);

#endif /* VXMOB_NL_H */
