/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the checker of the rules consists of: hosts that hear words, and two ways
 * of letting them.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include "rules.h"

#define CLAIMS_MAX	6
#define CONFIRM_MS	5000
#define START_MS	1000000
#define MAC		{ 0x02, 0, 0, 0, 0, 1 }
#define PORT_A		11
#define PORT_A2		12
#define COUNT(a)	(sizeof(a) / sizeof(*(a)))

/* Numbers are written from 0; the counter wraps between 1 and 2. */
#define FIRST_NUMBER	0xfffffffe
#define HALF		0x80000000
#define NO_PLACE	(-1)

/* A2 is behind the same VTEP as A, or behind another port of that host. */
enum { A, B, C, A2, PLACES, ELSEWHERE = PLACES, ADDRESSES };

/**
 * enum what - What can be said, or happen
 * @NUMBER: an announcement with a number
 * @PLAIN: one without
 * @DAEMON: a routing daemon writes a forwarding entry
 * @HEARD: a machine announces itself
 * @DATA: frames of a machine are learned from
 * @GONE: a withdrawal with a number
 * @GONE_PLAIN: one without
 * @GONE_DAEMON: a routing daemon deletes a forwarding entry
 * @LATER: the confirm window passes
 */
enum what {
	NUMBER,
	PLAIN,
	DAEMON,
	HEARD,
	DATA,
	GONE,
	GONE_PLAIN,
	GONE_DAEMON,
	LATER,
};

/**
 * struct word - Something that is said by one VTEP, or happens
 * @what: enum what
 * @who: place that speaks of itself
 * @sticky: the MAC is not to move
 * @number: from FIRST_NUMBER on
 */
struct word {
	u8 what;
	u8 who;
	bool sticky;
	u32 number;
};

/**
 * struct host - Who hears
 * @name: what it is called
 * @self: the place that is this host, or ELSEWHERE
 * @nameless: it does not know its own address
 * @freeze: two moves make a duplicate, which is frozen
 * @guard: late frames are refused
 */
struct host {
	const char *name;
	int self;
	bool nameless;
	bool freeze;
	bool guard;
};

/**
 * struct state - What a host has made of what it has heard
 * @mob: the module's state, if @bound
 * @bound: the MAC is bound
 * @now_ms: the host's clock
 */
struct state {
	struct vxmob_mobility mob;
	bool bound;
	u64 now_ms;
};

/**
 * struct counts - How much was tried
 * @judged: claims
 * @sequences: sequences of them
 */
struct counts {
	u64 judged;
	u64 sequences;
};

extern struct counts counts;
extern const struct vxmob_addr addresses[];

/* hear.c */
void set_up_hosts(unsigned int seconds);
bool is_local(const struct host *h, int who);
int where(const struct host *h, const struct vxmob_place *place);
int bound_at(const struct host *h, const struct state *s);
struct vxmob_policy policy_of(const struct host *h);
bool announces(const struct word *w);
bool withdraws(const struct word *w);
struct vxmob_claim claim_of(const struct host *h, const struct word *w);
u8 verdict_of(const struct state *s, const struct vxmob_claim *claim,
	      const struct vxmob_policy *policy);
u8 hear(const struct host *h, struct state *s, const struct word *w);
void close_window(struct state *s);
const char *place_name(int who);
void print_trace(const struct host *h, const struct word *const *words, int n,
		 int at);

/* orders.c */
bool agree(int claims);
bool divergences(int claims);

/* steps.c */
bool steps(int claims);

#endif
