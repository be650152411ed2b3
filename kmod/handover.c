// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a handover.
 */
#include "compat/compat.h"
#include "netlink-gen.h"
#include "vxmob.h"

int vxmob_nl_move_prepare_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int vxmob_nl_move_hold_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int vxmob_nl_move_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int vxmob_nl_move_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int vxmob_nl_move_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}
