// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that concern all bindings behind a VTEP.
 */
#include "compat/compat.h"
#include "netlink-gen.h"
#include "vxmob.h"

int vxmob_nl_vtep_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}

int vxmob_nl_vtep_move_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}
