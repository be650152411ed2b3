// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vxmob.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/vxmob.h>

/* Integer value ranges */
static const struct netlink_range_validation vxmob_a_domain_vni_range = {
	.min	= 1ULL,
	.max	= 16777215ULL,
};

static const struct netlink_range_validation vxmob_a_domain_dup_window_range = {
	.min	= 1ULL,
	.max	= 86400ULL,
};

static const struct netlink_range_validation vxmob_a_domain_announce_initial_range = {
	.max	= 60000ULL,
};

static const struct netlink_range_validation vxmob_a_domain_announce_step_range = {
	.max	= 60000ULL,
};

static const struct netlink_range_validation vxmob_a_domain_announce_max_range = {
	.max	= 60000ULL,
};

static const struct netlink_range_validation vxmob_a_mac_vni_range = {
	.min	= 1ULL,
	.max	= 16777215ULL,
};

static const struct netlink_range_validation vxmob_a_move_vni_range = {
	.min	= 1ULL,
	.max	= 16777215ULL,
};

static const struct netlink_range_validation vxmob_a_vtep_vni_range = {
	.min	= 1ULL,
	.max	= 16777215ULL,
};

static const struct netlink_range_validation vxmob_a_stats_vni_range = {
	.min	= 1ULL,
	.max	= 16777215ULL,
};

/* Common nested types */
const struct nla_policy vxmob_line_nl_policy[VXMOB_A_MAC_OP + 1] = {
	[VXMOB_A_MAC_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_mac_vni_range),
	[VXMOB_A_MAC_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MAC_VIA] = { .type = NLA_BINARY, },
	[VXMOB_A_MAC_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_SEQ] = { .type = NLA_U32, },
	[VXMOB_A_MAC_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[VXMOB_A_MAC_IP] = { .type = NLA_BINARY, },
	[VXMOB_A_MAC_OP] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy vxmob_move_line_nl_policy[VXMOB_A_MOVE_OP + 1] = {
	[VXMOB_A_MOVE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_move_vni_range),
	[VXMOB_A_MOVE_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MOVE_TO] = { .type = NLA_BINARY, },
	[VXMOB_A_MOVE_FROM] = { .type = NLA_BINARY, },
	[VXMOB_A_MOVE_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_DEADLINE] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[VXMOB_A_MOVE_OPEN_ON] = NLA_POLICY_MASK(NLA_U32, 0xf),
	[VXMOB_A_MOVE_OP] = NLA_POLICY_MAX(NLA_U32, 3),
};

/* VXMOB_CMD_DOMAIN_ADD - do */
static const struct nla_policy vxmob_domain_add_nl_policy[VXMOB_A_DOMAIN_ANNOUNCE_MAX + 1] = {
	[VXMOB_A_DOMAIN_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_DOMAIN_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_vni_range),
	[VXMOB_A_DOMAIN_VID] = NLA_POLICY_MAX(NLA_U16, 4094),
	[VXMOB_A_DOMAIN_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[VXMOB_A_DOMAIN_SNOOP] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[VXMOB_A_DOMAIN_CONFIRM] = NLA_POLICY_MAX(NLA_U32, 3600),
	[VXMOB_A_DOMAIN_VTEPS] = NLA_POLICY_MAX(NLA_U32, 2),
	[VXMOB_A_DOMAIN_VTEP] = { .type = NLA_BINARY, },
	[VXMOB_A_DOMAIN_PROTECT] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_DOMAIN_MAX_MACS] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_DOMAIN_GUARD] = NLA_POLICY_MAX(NLA_U32, 1),
	[VXMOB_A_DOMAIN_DUP_MOVES] = NLA_POLICY_RANGE(NLA_U32, 2, 1000),
	[VXMOB_A_DOMAIN_DUP_WINDOW] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_dup_window_range),
	[VXMOB_A_DOMAIN_DUP_ACTION] = NLA_POLICY_MAX(NLA_U32, 2),
	[VXMOB_A_DOMAIN_DUP_RECOVER] = NLA_POLICY_MAX(NLA_U32, 3600),
	[VXMOB_A_DOMAIN_SETTLE] = NLA_POLICY_MAX(NLA_U32, 10000),
	[VXMOB_A_DOMAIN_REDIRECT] = NLA_POLICY_MAX(NLA_U32, 3600),
	[VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS] = NLA_POLICY_MAX(NLA_U32, 32),
	[VXMOB_A_DOMAIN_ANNOUNCE_INITIAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_announce_initial_range),
	[VXMOB_A_DOMAIN_ANNOUNCE_STEP] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_announce_step_range),
	[VXMOB_A_DOMAIN_ANNOUNCE_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_announce_max_range),
};

/* VXMOB_CMD_DOMAIN_SET - do */
static const struct nla_policy vxmob_domain_set_nl_policy[VXMOB_A_DOMAIN_ANNOUNCE_MAX + 1] = {
	[VXMOB_A_DOMAIN_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_DOMAIN_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_vni_range),
	[VXMOB_A_DOMAIN_VID] = NLA_POLICY_MAX(NLA_U16, 4094),
	[VXMOB_A_DOMAIN_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[VXMOB_A_DOMAIN_SNOOP] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[VXMOB_A_DOMAIN_CONFIRM] = NLA_POLICY_MAX(NLA_U32, 3600),
	[VXMOB_A_DOMAIN_VTEPS] = NLA_POLICY_MAX(NLA_U32, 2),
	[VXMOB_A_DOMAIN_VTEP] = { .type = NLA_BINARY, },
	[VXMOB_A_DOMAIN_PROTECT] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_DOMAIN_MAX_MACS] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_DOMAIN_GUARD] = NLA_POLICY_MAX(NLA_U32, 1),
	[VXMOB_A_DOMAIN_DUP_MOVES] = NLA_POLICY_RANGE(NLA_U32, 2, 1000),
	[VXMOB_A_DOMAIN_DUP_WINDOW] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_dup_window_range),
	[VXMOB_A_DOMAIN_DUP_ACTION] = NLA_POLICY_MAX(NLA_U32, 2),
	[VXMOB_A_DOMAIN_DUP_RECOVER] = NLA_POLICY_MAX(NLA_U32, 3600),
	[VXMOB_A_DOMAIN_SETTLE] = NLA_POLICY_MAX(NLA_U32, 10000),
	[VXMOB_A_DOMAIN_REDIRECT] = NLA_POLICY_MAX(NLA_U32, 3600),
	[VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS] = NLA_POLICY_MAX(NLA_U32, 32),
	[VXMOB_A_DOMAIN_ANNOUNCE_INITIAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_announce_initial_range),
	[VXMOB_A_DOMAIN_ANNOUNCE_STEP] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_announce_step_range),
	[VXMOB_A_DOMAIN_ANNOUNCE_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_announce_max_range),
};

/* VXMOB_CMD_DOMAIN_DEL - do */
static const struct nla_policy vxmob_domain_del_nl_policy[VXMOB_A_DOMAIN_VNI + 1] = {
	[VXMOB_A_DOMAIN_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_DOMAIN_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_vni_range),
};

/* VXMOB_CMD_DOMAIN_DUMP - dump */
static const struct nla_policy vxmob_domain_dump_nl_policy[VXMOB_A_DOMAIN_VNI + 1] = {
	[VXMOB_A_DOMAIN_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_DOMAIN_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_domain_vni_range),
};

/* VXMOB_CMD_MAC_ANNOUNCE - do */
static const struct nla_policy vxmob_mac_announce_nl_policy[VXMOB_A_MAC_IP + 1] = {
	[VXMOB_A_MAC_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_mac_vni_range),
	[VXMOB_A_MAC_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MAC_VIA] = { .type = NLA_BINARY, },
	[VXMOB_A_MAC_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_SEQ] = { .type = NLA_U32, },
	[VXMOB_A_MAC_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x3f),
	[VXMOB_A_MAC_IP] = { .type = NLA_BINARY, },
};

/* VXMOB_CMD_MAC_WITHDRAW - do */
static const struct nla_policy vxmob_mac_withdraw_nl_policy[VXMOB_A_MAC_SEQ + 1] = {
	[VXMOB_A_MAC_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_mac_vni_range),
	[VXMOB_A_MAC_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MAC_VIA] = { .type = NLA_BINARY, },
	[VXMOB_A_MAC_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_SEQ] = { .type = NLA_U32, },
};

/* VXMOB_CMD_MAC_GET - do */
static const struct nla_policy vxmob_mac_get_nl_policy[VXMOB_A_MAC_LLADDR + 1] = {
	[VXMOB_A_MAC_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_mac_vni_range),
	[VXMOB_A_MAC_LLADDR] = NLA_POLICY_EXACT_LEN(6),
};

/* VXMOB_CMD_MAC_DUMP - dump */
static const struct nla_policy vxmob_mac_dump_nl_policy[VXMOB_A_MAC_STATUS + 1] = {
	[VXMOB_A_MAC_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_mac_vni_range),
	[VXMOB_A_MAC_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MAC_VIA] = { .type = NLA_BINARY, },
	[VXMOB_A_MAC_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 4),
	[VXMOB_A_MAC_STATUS] = NLA_POLICY_MAX(NLA_U32, 3),
};

/* VXMOB_CMD_MAC_FLUSH - do */
static const struct nla_policy vxmob_mac_flush_nl_policy[VXMOB_A_MAC_STATUS + 1] = {
	[VXMOB_A_MAC_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_mac_vni_range),
	[VXMOB_A_MAC_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MAC_VIA] = { .type = NLA_BINARY, },
	[VXMOB_A_MAC_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 4),
	[VXMOB_A_MAC_STATUS] = NLA_POLICY_MAX(NLA_U32, 3),
};

/* VXMOB_CMD_MAC_UNFREEZE - do */
static const struct nla_policy vxmob_mac_unfreeze_nl_policy[VXMOB_A_MAC_STATUS + 1] = {
	[VXMOB_A_MAC_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_mac_vni_range),
	[VXMOB_A_MAC_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MAC_VIA] = { .type = NLA_BINARY, },
	[VXMOB_A_MAC_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MAC_ORIGIN] = NLA_POLICY_MAX(NLA_U32, 4),
	[VXMOB_A_MAC_STATUS] = NLA_POLICY_MAX(NLA_U32, 3),
};

/* VXMOB_CMD_TRANSACTION - do */
static const struct nla_policy vxmob_transaction_nl_policy[VXMOB_A_TRANSACTION_MOVE + 1] = {
	[VXMOB_A_TRANSACTION_LINE] = NLA_POLICY_NESTED(vxmob_line_nl_policy),
	[VXMOB_A_TRANSACTION_MOVE] = NLA_POLICY_NESTED(vxmob_move_line_nl_policy),
};

/* VXMOB_CMD_STATS_DUMP - dump */
static const struct nla_policy vxmob_stats_dump_nl_policy[VXMOB_A_STATS_VNI + 1] = {
	[VXMOB_A_STATS_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_STATS_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_stats_vni_range),
};

/* VXMOB_CMD_MOVE_PREPARE - do */
static const struct nla_policy vxmob_move_prepare_nl_policy[VXMOB_A_MOVE_OPEN_ON + 1] = {
	[VXMOB_A_MOVE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_move_vni_range),
	[VXMOB_A_MOVE_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VXMOB_A_MOVE_TO] = { .type = NLA_BINARY, },
	[VXMOB_A_MOVE_FROM] = { .type = NLA_BINARY, },
	[VXMOB_A_MOVE_ON] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_DEADLINE] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[VXMOB_A_MOVE_OPEN_ON] = NLA_POLICY_MASK(NLA_U32, 0xf),
};

/* VXMOB_CMD_MOVE_HOLD - do */
static const struct nla_policy vxmob_move_hold_nl_policy[VXMOB_A_MOVE_LLADDR + 1] = {
	[VXMOB_A_MOVE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_move_vni_range),
	[VXMOB_A_MOVE_LLADDR] = NLA_POLICY_EXACT_LEN(6),
};

/* VXMOB_CMD_MOVE_COMMIT - do */
static const struct nla_policy vxmob_move_commit_nl_policy[VXMOB_A_MOVE_LLADDR + 1] = {
	[VXMOB_A_MOVE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_move_vni_range),
	[VXMOB_A_MOVE_LLADDR] = NLA_POLICY_EXACT_LEN(6),
};

/* VXMOB_CMD_MOVE_ABORT - do */
static const struct nla_policy vxmob_move_abort_nl_policy[VXMOB_A_MOVE_LLADDR + 1] = {
	[VXMOB_A_MOVE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_move_vni_range),
	[VXMOB_A_MOVE_LLADDR] = NLA_POLICY_EXACT_LEN(6),
};

/* VXMOB_CMD_MOVE_DUMP - dump */
static const struct nla_policy vxmob_move_dump_nl_policy[VXMOB_A_MOVE_LLADDR + 1] = {
	[VXMOB_A_MOVE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_MOVE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_move_vni_range),
	[VXMOB_A_MOVE_LLADDR] = NLA_POLICY_EXACT_LEN(6),
};

/* VXMOB_CMD_VTEP_DUMP - dump */
static const struct nla_policy vxmob_vtep_dump_nl_policy[VXMOB_A_VTEP_VNI + 1] = {
	[VXMOB_A_VTEP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_VTEP_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_vtep_vni_range),
};

/* VXMOB_CMD_VTEP_MOVE - do */
static const struct nla_policy vxmob_vtep_move_nl_policy[VXMOB_A_VTEP_TO + 1] = {
	[VXMOB_A_VTEP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VXMOB_A_VTEP_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &vxmob_a_vtep_vni_range),
	[VXMOB_A_VTEP_ADDR] = { .type = NLA_BINARY, },
	[VXMOB_A_VTEP_TO] = { .type = NLA_BINARY, },
};

/* Ops table for vxmob */
const struct genl_split_ops vxmob_nl_ops[19] = {
	{
		.cmd		= VXMOB_CMD_DOMAIN_ADD,
		.doit		= vxmob_nl_domain_add_doit,
		.policy		= vxmob_domain_add_nl_policy,
		.maxattr	= VXMOB_A_DOMAIN_ANNOUNCE_MAX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_DOMAIN_SET,
		.doit		= vxmob_nl_domain_set_doit,
		.policy		= vxmob_domain_set_nl_policy,
		.maxattr	= VXMOB_A_DOMAIN_ANNOUNCE_MAX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_DOMAIN_DEL,
		.doit		= vxmob_nl_domain_del_doit,
		.policy		= vxmob_domain_del_nl_policy,
		.maxattr	= VXMOB_A_DOMAIN_VNI,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_DOMAIN_DUMP,
		.dumpit		= vxmob_nl_domain_dump_dumpit,
		.policy		= vxmob_domain_dump_nl_policy,
		.maxattr	= VXMOB_A_DOMAIN_VNI,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VXMOB_CMD_MAC_ANNOUNCE,
		.doit		= vxmob_nl_mac_announce_doit,
		.policy		= vxmob_mac_announce_nl_policy,
		.maxattr	= VXMOB_A_MAC_IP,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MAC_WITHDRAW,
		.doit		= vxmob_nl_mac_withdraw_doit,
		.policy		= vxmob_mac_withdraw_nl_policy,
		.maxattr	= VXMOB_A_MAC_SEQ,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MAC_GET,
		.doit		= vxmob_nl_mac_get_doit,
		.policy		= vxmob_mac_get_nl_policy,
		.maxattr	= VXMOB_A_MAC_LLADDR,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MAC_DUMP,
		.start		= vxmob_nl_mac_dump_start,
		.dumpit		= vxmob_nl_mac_dump_dumpit,
		.done		= vxmob_nl_mac_dump_done,
		.policy		= vxmob_mac_dump_nl_policy,
		.maxattr	= VXMOB_A_MAC_STATUS,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VXMOB_CMD_MAC_FLUSH,
		.doit		= vxmob_nl_mac_flush_doit,
		.policy		= vxmob_mac_flush_nl_policy,
		.maxattr	= VXMOB_A_MAC_STATUS,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MAC_UNFREEZE,
		.doit		= vxmob_nl_mac_unfreeze_doit,
		.policy		= vxmob_mac_unfreeze_nl_policy,
		.maxattr	= VXMOB_A_MAC_STATUS,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_TRANSACTION,
		.doit		= vxmob_nl_transaction_doit,
		.policy		= vxmob_transaction_nl_policy,
		.maxattr	= VXMOB_A_TRANSACTION_MOVE,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_STATS_DUMP,
		.dumpit		= vxmob_nl_stats_dump_dumpit,
		.policy		= vxmob_stats_dump_nl_policy,
		.maxattr	= VXMOB_A_STATS_VNI,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VXMOB_CMD_MOVE_PREPARE,
		.doit		= vxmob_nl_move_prepare_doit,
		.policy		= vxmob_move_prepare_nl_policy,
		.maxattr	= VXMOB_A_MOVE_OPEN_ON,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MOVE_HOLD,
		.doit		= vxmob_nl_move_hold_doit,
		.policy		= vxmob_move_hold_nl_policy,
		.maxattr	= VXMOB_A_MOVE_LLADDR,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MOVE_COMMIT,
		.doit		= vxmob_nl_move_commit_doit,
		.policy		= vxmob_move_commit_nl_policy,
		.maxattr	= VXMOB_A_MOVE_LLADDR,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MOVE_ABORT,
		.doit		= vxmob_nl_move_abort_doit,
		.policy		= vxmob_move_abort_nl_policy,
		.maxattr	= VXMOB_A_MOVE_LLADDR,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= VXMOB_CMD_MOVE_DUMP,
		.dumpit		= vxmob_nl_move_dump_dumpit,
		.policy		= vxmob_move_dump_nl_policy,
		.maxattr	= VXMOB_A_MOVE_LLADDR,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VXMOB_CMD_VTEP_DUMP,
		.dumpit		= vxmob_nl_vtep_dump_dumpit,
		.policy		= vxmob_vtep_dump_nl_policy,
		.maxattr	= VXMOB_A_VTEP_VNI,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= VXMOB_CMD_VTEP_MOVE,
		.doit		= vxmob_nl_vtep_move_doit,
		.policy		= vxmob_vtep_move_nl_policy,
		.maxattr	= VXMOB_A_VTEP_TO,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group vxmob_nl_mcgrps[] = {
	[VXMOB_NLGRP_EVENTS] = { "events", },
};
