/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What passes through the pipeline: a claim, and the mobility state of a MAC
 * that it is judged against.
 *
 * Plain data, without a lock, a device or a clock, so that the rules that work
 * on it can run in KUnit, in a fuzzer and in user space unchanged.
 */
#ifndef _VXMOB_CLAIM_H
#define _VXMOB_CLAIM_H

#include <linux/types.h>
#include <uapi/linux/vxmob.h>

#define VXMOB_MAC_LEN		6
#define VXMOB_ADDR_MAX		16

#define VXMOB_ORIGINS		(VXMOB_ORIGIN_DPLEARN + 1)
#define VXMOB_VERDICTS		(VXMOB_VERDICT_FAILED + 1)

/**
 * struct vxmob_addr - An IP address
 * @b: the address in network byte order; bytes that the family does not use
 *	are zero, so that two addresses can be compared whole
 * @len: 4 for IPv4, 16 for IPv6, 0 for none
 */
struct vxmob_addr {
	u8 b[VXMOB_ADDR_MAX];
	u8 len;
};

/**
 * struct vxmob_place - Where a MAC is
 * @vtep: remote: address of the VTEP
 * @state: enum vxmob_state; all other members are zero for none
 * @port: remote: UDP port, network byte order; 0 for the device's
 * @ifindex: local: the bridge port; remote: the underlay device, 0 for any
 * @vni: remote: VNI at the VTEP, host byte order; 0 for the domain's
 *
 * Members that do not apply are zero; places are compared member by member.
 */
struct vxmob_place {
	struct vxmob_addr vtep;
	u8 state;
	__be16 port;
	u32 ifindex;
	u32 vni;
};

/**
 * struct vxmob_mobility - What the rules know of a MAC that is bound
 * @cur: the place it is bound to; never none
 * @prev: the place before, none if it has not moved
 * @prev2: the place before that
 * @pending: what the control plane asked for and was refused; else none
 * @moved_ms: when it came to @cur, milliseconds on the judge's clock
 * @window_ms: so long after @moved_ms the control plane may not have heard of
 *	the move; 0 once that is settled
 * @seq: last mobility sequence number received (RFC 7432 section 7.7)
 * @bump: unnumbered moves since @seq was received
 * @pending_seq: number that came with @pending
 * @dup_since: when the first of @dup_moves was made or, of a frozen MAC, when it
 *	was frozen; the lower half of the judge's milliseconds
 * @dup_moves: moves since, within the policy's window
 * @relapses: how often it was frozen
 * @repairs: how often the port that it left wrongly claimed it back
 * @duplicate: @dup_moves came to what the policy calls a duplicate
 * @snooped: an announcement brought it to @cur, whoever has confirmed it since
 * @has_seq: @seq was received
 * @sticky: does not move (RFC 7432 section 15.2)
 * @router: belongs to a router; only a control claim sets or clears it
 * @status: enum vxmob_status
 * @origin: enum vxmob_origin of the claim that brought it to @cur, or of the
 *	control plane once that has named the same place
 * @pending_origin: enum vxmob_origin of @pending
 * @pending_has_seq: @pending_seq was given
 */
struct vxmob_mobility {
	struct vxmob_place cur;
	struct vxmob_place prev;
	struct vxmob_place prev2;
	struct vxmob_place pending;
	u64 moved_ms;
	u32 window_ms;
	u32 seq;
	u32 bump;
	u32 pending_seq;
	u32 dup_since;
	u16 dup_moves;
	u8 relapses;
	u8 repairs;
	bool duplicate : 1;
	bool snooped : 1;
	bool has_seq;
	bool sticky;
	bool router;
	u8 status;
	u8 origin;
	u8 pending_origin;
	bool pending_has_seq;
};

/**
 * struct vxmob_claim - Somebody says that a MAC is, or is no longer, somewhere
 * @mac: the MAC
 * @op: enum vxmob_op
 * @origin: enum vxmob_origin
 * @has_seq: @seq was given
 * @sticky: the MAC is not to move
 * @router: the MAC belongs to a router
 * @prepared: it is the module's own, about a machine that is being handed over
 * @place: where; none in a withdrawal stands for wherever it is bound
 * @seq: mobility sequence number
 * @seen_ns: when the evidence came, CLOCK_MONOTONIC nanoseconds
 */
struct vxmob_claim {
	u8 mac[VXMOB_MAC_LEN];
	u8 op;
	u8 origin;
	bool has_seq;
	bool sticky;
	bool router;
	bool prepared;
	struct vxmob_place place;
	u32 seq;
	u64 seen_ns;
};

#endif /* _VXMOB_CLAIM_H */
