/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vxmob.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VXMOB_GEN_H
#define _LINUX_VXMOB_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vxmob.h>

/* Common nested types */
extern const struct nla_policy vxmob_line_nl_policy[VXMOB_A_MAC_OP + 1];
extern const struct nla_policy vxmob_move_line_nl_policy[VXMOB_A_MOVE_OP + 1];

/* Ops table for vxmob */
extern const struct genl_split_ops vxmob_nl_ops[19];

int vxmob_nl_mac_dump_start(struct netlink_callback *cb);
int vxmob_nl_mac_dump_done(struct netlink_callback *cb);

int vxmob_nl_domain_add_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_domain_set_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_domain_del_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_domain_dump_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vxmob_nl_mac_announce_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_mac_withdraw_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_mac_get_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_mac_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vxmob_nl_mac_flush_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_mac_unfreeze_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_transaction_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_stats_dump_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vxmob_nl_move_prepare_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_move_hold_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_move_commit_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_move_abort_doit(struct sk_buff *skb, struct genl_info *info);
int vxmob_nl_move_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vxmob_nl_vtep_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vxmob_nl_vtep_move_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VXMOB_NLGRP_EVENTS,
};

#endif /* _LINUX_VXMOB_GEN_H */
