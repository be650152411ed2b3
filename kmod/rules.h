/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of MAC mobility, as pure functions.
 */
#ifndef _VXMOB_RULES_H
#define _VXMOB_RULES_H

#include "claim.h"

/* Rows that others than the rules know of */
#define VXMOB_RULE_LATE_FRAME	19
#define VXMOB_RULE_ROLL_BACK	20
#define VXMOB_RULE_GATED	21

/**
 * struct vxmob_policy - What a domain adds to the rules
 * @self: the domain's own VTEP address, for ties; length 0 if it has none
 * @confirm_ms: length of the confirm window in milliseconds; 0 for none
 * @crossing_ms: milliseconds that an announcement may be under way
 * @dup_window_ms: so many moves as @dup_moves says within so many milliseconds
 *	make a duplicate
 * @dup_recover_ms: how long the first freeze lasts; 0 for ever
 * @dup_moves: at least 2; 0 for no detection
 * @dup_freeze: a duplicate is frozen
 * @guard: what was written against the rules is put back
 * @reserved: the MAC is the bridge's own or protected
 * @gated: the MAC is being handed over
 * @gate_port: if so, the local end's port
 * @gate_vtep: and the other end's VTEP
 */
struct vxmob_policy {
	struct vxmob_addr self;
	u32 confirm_ms;
	u32 crossing_ms;
	u32 dup_window_ms;
	u32 dup_recover_ms;
	u16 dup_moves;
	bool dup_freeze;
	bool guard;
	bool reserved;
	bool gated;
	u32 gate_port;
	struct vxmob_addr gate_vtep;
};

/**
 * struct vxmob_ruling - Outcome of judging one claim
 * @verdict: enum vxmob_verdict
 * @rule: the row of the table in Documentation/rules.rst that decided
 * @pending: a refusal that is remembered as the control plane's word
 */
struct vxmob_ruling {
	u8 verdict;
	u8 rule;
	bool pending;
};

/* rules.c */
struct vxmob_ruling vxmob_judge(const struct vxmob_mobility *bound,
				const struct vxmob_claim *claim,
				const struct vxmob_policy *policy, u64 now_ms);
void vxmob_settle(struct vxmob_mobility *next,
		  const struct vxmob_mobility *bound,
		  const struct vxmob_claim *claim,
		  const struct vxmob_policy *policy,
		  const struct vxmob_ruling *ruling, u64 now_ms);
bool vxmob_window_runs(const struct vxmob_mobility *bound, u64 now_ms);
bool vxmob_window_over(const struct vxmob_mobility *bound, u64 now_ms);
struct vxmob_ruling vxmob_roll_back(struct vxmob_mobility *next,
				    const struct vxmob_mobility *bound,
				    struct vxmob_claim *claim, u64 now_ms);
void vxmob_drop_pending(struct vxmob_mobility *next);
void vxmob_freeze(struct vxmob_mobility *bound, u64 now_ms);
u32 vxmob_frozen_for(const struct vxmob_mobility *bound,
		     const struct vxmob_policy *policy);
void vxmob_thaw(struct vxmob_mobility *bound);
bool vxmob_addr_equal(const struct vxmob_addr *a, const struct vxmob_addr *b);
bool vxmob_place_equal(const struct vxmob_place *a,
		       const struct vxmob_place *b);
bool vxmob_verdict_accepts(u8 verdict);

#endif /* _VXMOB_RULES_H */
