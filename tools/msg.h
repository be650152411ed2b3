/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to the kernel, as they are built, and attributes of messages from
 * the kernel, as they are read.
 */
#ifndef VXMOB_MSG_H
#define VXMOB_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

/**
 * struct msg - A request.
 * @nlh: Its header; what follows grows, so this may move.
 * @size: Bytes allocated.
 */
struct msg {
	struct nlmsghdr *nlh;
	size_t size;
};

void msg_init(struct msg *m, uint8_t cmd);
void msg_free(struct msg *m);
void msg_put(struct msg *m, uint16_t attr, const void *data, size_t len);
void msg_put_u16(struct msg *m, uint16_t attr, uint16_t value);
void msg_put_u32(struct msg *m, uint16_t attr, uint32_t value);
uint32_t msg_nest(struct msg *m, uint16_t attr);
bool msg_nest_end(struct msg *m, uint32_t start);

void attrs_parse(const struct nlmsghdr *nlh, const struct nlattr **tb,
		 unsigned int max);
void attrs_parse_after(const struct nlmsghdr *nlh, size_t header,
		       const struct nlattr **tb, unsigned int max);
void attrs_parse_nested(const struct nlattr *nest, const struct nlattr **tb,
			unsigned int max);
uint64_t attr_uint(const struct nlattr *attr);
const char *attr_str(const struct nlattr *attr);
const char *attr_addr(const struct nlattr *attr);
const char *attr_lladdr(const struct nlattr *attr);

#endif /* VXMOB_MSG_H */
