/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions to the kernel's own rtnetlink, which knows nothing of the module.
 */
#ifndef VXMOB_RTNL_H
#define VXMOB_RTNL_H

#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

/**
 * struct rtnl_request - A question; all of them are short.
 * @nlh: Its header.
 * @buf: Its bytes.
 */
struct rtnl_request {
	struct nlmsghdr *nlh;
	char buf[256];
};

void *rtnl_init(struct rtnl_request *r, uint16_t type, size_t len);
int rtnl_ask(struct rtnl_request *r, uint16_t flags, mnl_cb_t fn, void *data);

#endif /* VXMOB_RTNL_H */
