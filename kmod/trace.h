/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints where a decision is made and where it takes effect.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vxmob

#if !defined(_VXMOB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VXMOB_TRACE_H

#include <linux/tracepoint.h>

#include "vxmob.h"

#define vxmob_show_origin(val) __print_symbolic(val,		\
	{ VXMOB_ORIGIN_CONTROL,		"control" },		\
	{ VXMOB_ORIGIN_NETLINK,		"netlink" },		\
	{ VXMOB_ORIGIN_SNOOP,		"snoop" },		\
	{ VXMOB_ORIGIN_LEARN,		"learn" },		\
	{ VXMOB_ORIGIN_DPLEARN,		"dplearn" })

#define vxmob_show_op(val) __print_symbolic(val,		\
	{ VXMOB_OP_ANNOUNCE,		"announce" },		\
	{ VXMOB_OP_WITHDRAW,		"withdraw" })

#define vxmob_show_state(val) __print_symbolic(val,		\
	{ VXMOB_STATE_NONE,		"none" },		\
	{ VXMOB_STATE_LOCAL,		"local" },		\
	{ VXMOB_STATE_REMOTE,		"remote" })

#define vxmob_show_verdict(val) __print_symbolic(val,			\
	{ VXMOB_VERDICT_ACCEPT_NEW,	"accept-new" },			\
	{ VXMOB_VERDICT_ACCEPT_MOVE,	"accept-move" },		\
	{ VXMOB_VERDICT_ACCEPT_WITHDRAW, "accept-withdraw" },		\
	{ VXMOB_VERDICT_REFRESH,	"refresh" },			\
	{ VXMOB_VERDICT_REFUSE_INVALID,	"refuse-invalid" },		\
	{ VXMOB_VERDICT_REFUSE_STALE,	"refuse-stale" },		\
	{ VXMOB_VERDICT_REFUSE_STALE_WITHDRAW, "refuse-stale-withdraw" }, \
	{ VXMOB_VERDICT_REFUSE_TIE,	"refuse-tie" },			\
	{ VXMOB_VERDICT_REFUSE_STICKY,	"refuse-sticky" },		\
	{ VXMOB_VERDICT_REFUSE_FROZEN,	"refuse-frozen" },		\
	{ VXMOB_VERDICT_REFUSE_STATIC,	"refuse-static" },		\
	{ VXMOB_VERDICT_REFUSE_NEXTHOP,	"refuse-nexthop" },		\
	{ VXMOB_VERDICT_REFUSE_VTEP,	"refuse-vtep" },		\
	{ VXMOB_VERDICT_REFUSE_RATE,	"refuse-rate" },		\
	{ VXMOB_VERDICT_REFUSE_FULL,	"refuse-full" },		\
	{ VXMOB_VERDICT_REFUSE_BUSY,	"refuse-busy" },		\
	{ VXMOB_VERDICT_REFUSE_GATED,	"refuse-gated" },		\
	{ VXMOB_VERDICT_FAILED,		"failed" })

TRACE_EVENT(vxmob_claim,
	TP_PROTO(const struct vxmob_domain *d, const struct vxmob_claim *claim,
		 u8 verdict, u8 rule),

	TP_ARGS(d, claim, verdict, rule),

	TP_STRUCT__entry(
		__field(u32, ifindex)
		__field(u32, vni)
		__field(u16, vid)
		__array(u8, mac, ETH_ALEN)
		__field(u8, origin)
		__field(u8, op)
		__field(u8, state)
		__field(u32, port)
		__array(u8, via, 16)
		__field(bool, has_seq)
		__field(u32, seq)
		__field(u8, verdict)
		__field(u8, rule)
	),

	TP_fast_assign(
		__entry->ifindex = d->ifindex;
		__entry->vni = d->vni;
		__entry->vid = d->vid;
		ether_addr_copy(__entry->mac, claim->mac);
		__entry->origin = claim->origin;
		__entry->op = claim->op;
		__entry->state = claim->place.state;
		__entry->port = claim->place.ifindex;
		vxmob_addr_map(__entry->via, &claim->place.vtep);
		__entry->has_seq = claim->has_seq;
		__entry->seq = claim->seq;
		__entry->verdict = verdict;
		__entry->rule = rule;
	),

	TP_printk("ifindex %u vni %u vid %u mac %pM %s %s %s port %u via %pI6c seq %lld: %s (rule %u)",
		  __entry->ifindex, __entry->vni, __entry->vid, __entry->mac,
		  vxmob_show_origin(__entry->origin),
		  vxmob_show_op(__entry->op),
		  vxmob_show_state(__entry->state), __entry->port,
		  __entry->via, __entry->has_seq ? (s64)__entry->seq : -1LL,
		  vxmob_show_verdict(__entry->verdict), __entry->rule)
);

TRACE_EVENT(vxmob_retarget,
	TP_PROTO(const struct vxmob_domain *d, const struct vxmob_claim *claim,
		 const struct vxmob_place *from, u64 latency_ns),

	TP_ARGS(d, claim, from, latency_ns),

	TP_STRUCT__entry(
		__field(u32, ifindex)
		__field(u32, vni)
		__array(u8, mac, ETH_ALEN)
		__field(u8, from_state)
		__field(u32, from_port)
		__array(u8, from_via, 16)
		__field(u8, op)
		__field(u8, to_state)
		__field(u32, to_port)
		__array(u8, to_via, 16)
		__field(u64, latency_ns)
	),

	TP_fast_assign(
		__entry->ifindex = d->ifindex;
		__entry->vni = d->vni;
		ether_addr_copy(__entry->mac, claim->mac);
		__entry->from_state = from->state;
		__entry->from_port = from->ifindex;
		vxmob_addr_map(__entry->from_via, &from->vtep);
		__entry->op = claim->op;
		__entry->to_state = claim->place.state;
		__entry->to_port = claim->place.ifindex;
		vxmob_addr_map(__entry->to_via, &claim->place.vtep);
		__entry->latency_ns = latency_ns;
	),

	TP_printk("ifindex %u vni %u mac %pM from %s port %u via %pI6c %s %s port %u via %pI6c after %llu ns",
		  __entry->ifindex, __entry->vni, __entry->mac,
		  vxmob_show_state(__entry->from_state), __entry->from_port,
		  __entry->from_via, vxmob_show_op(__entry->op),
		  vxmob_show_state(__entry->to_state), __entry->to_port,
		  __entry->to_via, __entry->latency_ns)
);

TRACE_EVENT(vxmob_redirect,
	TP_PROTO(const struct vxmob_domain *d, const u8 *mac,
		 const struct vxmob_addr *from, const struct vxmob_addr *to,
		 u8 ttl),

	TP_ARGS(d, mac, from, to, ttl),

	TP_STRUCT__entry(
		__field(u32, ifindex)
		__field(u32, vni)
		__array(u8, mac, ETH_ALEN)
		__array(u8, from, 16)
		__array(u8, to, 16)
		__field(u8, ttl)
	),

	TP_fast_assign(
		__entry->ifindex = d->ifindex;
		__entry->vni = d->vni;
		ether_addr_copy(__entry->mac, mac);
		vxmob_addr_map(__entry->from, from);
		vxmob_addr_map(__entry->to, to);
		__entry->ttl = ttl;
	),

	TP_printk("ifindex %u vni %u mac %pM from %pI6c to %pI6c ttl %u",
		  __entry->ifindex, __entry->vni, __entry->mac, __entry->from,
		  __entry->to, __entry->ttl)
);

TRACE_EVENT(vxmob_announce,
	TP_PROTO(const struct vxmob_domain *d, const u8 *mac, u8 round,
		 unsigned int frames),

	TP_ARGS(d, mac, round, frames),

	TP_STRUCT__entry(
		__field(u32, ifindex)
		__field(u32, vni)
		__array(u8, mac, ETH_ALEN)
		__field(u8, round)
		__field(unsigned int, frames)
	),

	TP_fast_assign(
		__entry->ifindex = d->ifindex;
		__entry->vni = d->vni;
		ether_addr_copy(__entry->mac, mac);
		__entry->round = round;
		__entry->frames = frames;
	),

	TP_printk("ifindex %u vni %u mac %pM round %u: %u frames",
		  __entry->ifindex, __entry->vni, __entry->mac,
		  __entry->round, __entry->frames)
);

#endif /* _VXMOB_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH kmod
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
