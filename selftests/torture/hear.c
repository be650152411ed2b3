// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hosts that hear what VTEPs say of a MAC, and judge it by kmod/rules.c. Of the
 * module only the end of the confirm window is told again here, for there the
 * forwarding databases have a say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"

#define TIMED_OUT	4

static const char * const place_names[] = { "A", "B", "C", "A'" };

/* Ascending, though not so as signed bytes or without regard to the length */
const struct vxmob_addr addresses[] = {
	[A] = { .len = 4, .b = { 10, 0, 0, 9 } },
	[B] = { .len = 4, .b = { 10, 0, 0, 130 } },
	[C] = { .len = 16, .b = { 0, 0x64, 0xff, 0x9b, [15] = 1 } },
	[A2] = { .len = 4, .b = { 10, 0, 0, 9 } },
	[ELSEWHERE] = { .len = 4, .b = { 10, 0, 0, 1 } },
};

struct counts counts;
static time_t deadline;

/* Ends the program when its time is over. */
static void count_judgement(void)
{
	if (++counts.judged % (1 << 16) || !deadline || time(NULL) < deadline)
		return;
	printf("out of time after %llu judgements\n", (unsigned long long)counts.judged);
	exit(TIMED_OUT);
}

static bool is_at(int self, int who)
{
	return self == (who == A2 ? A : who);
}

bool is_local(const struct host *h, int who)
{
	return is_at(h->self, who);
}

static struct vxmob_place make_place(int self, int who)
{
	struct vxmob_place place = {};

	if (is_at(self, who)) {
		place.state = VXMOB_STATE_LOCAL;
		place.ifindex = who == A2 ? PORT_A2 : PORT_A;
		return place;
	}
	place.state = VXMOB_STATE_REMOTE;
	place.vtep = addresses[who];
	place.vni = who == A2 ? 7 : 0;
	return place;
}

/* As each host sees them */
static struct vxmob_place places[ADDRESSES][PLACES];

/* Comes first; the program ends after so many seconds, if any are given. */
void set_up_hosts(unsigned int seconds)
{
	int self, who;

	if (seconds)
		deadline = time(NULL) + seconds;
	for (self = 0; self < ADDRESSES; self++)
		for (who = 0; who < PLACES; who++)
			places[self][who] = make_place(self, who);
}

static struct vxmob_place place_of(const struct host *h, int who)
{
	return places[h->self][who];
}

int where(const struct host *h, const struct vxmob_place *place)
{
	int who;

	if (place->state == VXMOB_STATE_NONE)
		return NO_PLACE;
	for (who = 0; who < PLACES; who++)
		if (vxmob_place_equal(place, &places[h->self][who]))
			return who;
	return NO_PLACE;
}

int bound_at(const struct host *h, const struct state *s)
{
	return s->bound ? where(h, &s->mob.cur) : NO_PLACE;
}

struct vxmob_policy policy_of(const struct host *h)
{
	struct vxmob_policy policy = {
		.confirm_ms = CONFIRM_MS,
		.guard = h->guard,
		.dup_moves = h->freeze ? 2 : 0,
		.dup_window_ms = 180000,
		.dup_freeze = h->freeze,
	};

	if (!h->nameless)
		policy.self = addresses[h->self];
	return policy;
}

/* A host hears its own machines itself, and others in packets. */
static u8 origin_of(const struct host *h, const struct word *w)
{
	switch (w->what) {
	case NUMBER:
	case PLAIN:
	case GONE:
	case GONE_PLAIN:
		return VXMOB_ORIGIN_CONTROL;
	case HEARD:
		return is_local(h, w->who) ? VXMOB_ORIGIN_LEARN :
					     VXMOB_ORIGIN_SNOOP;
	case DATA:
		return is_local(h, w->who) ? VXMOB_ORIGIN_LEARN :
					     VXMOB_ORIGIN_DPLEARN;
	default:
		return VXMOB_ORIGIN_NETLINK;
	}
}

bool announces(const struct word *w)
{
	return w->what <= DATA;
}

bool withdraws(const struct word *w)
{
	return w->what >= GONE && w->what <= GONE_DAEMON;
}

struct vxmob_claim claim_of(const struct host *h, const struct word *w)
{
	return (struct vxmob_claim){
		.mac = MAC,
		.op = withdraws(w) ? VXMOB_OP_WITHDRAW : VXMOB_OP_ANNOUNCE,
		.origin = origin_of(h, w),
		.has_seq = w->what == NUMBER || w->what == GONE,
		.seq = FIRST_NUMBER + w->number,
		.sticky = w->sticky,
		.place = place_of(h, w->who),
	};
}

u8 verdict_of(const struct state *s, const struct vxmob_claim *claim,
	      const struct vxmob_policy *policy)
{
	count_judgement();
	return vxmob_judge(s->bound ? &s->mob : NULL, claim, policy,
			   s->now_ms).verdict;
}

/* As end_window() in kmod/window.c, where no frame has come meanwhile */
void close_window(struct state *s)
{
	struct vxmob_claim claim = { .mac = MAC };
	struct vxmob_mobility next;

	if (!s->bound || !vxmob_window_over(&s->mob, s->now_ms))
		return;
	s->mob.window_ms = 0;
	if (s->mob.pending.state != VXMOB_STATE_NONE) {
		vxmob_roll_back(&next, &s->mob, &claim, s->now_ms);
		s->mob = next;
	}
	vxmob_drop_pending(&s->mob);
}

/* Returns the verdict. */
u8 hear(const struct host *h, struct state *s, const struct word *w)
{
	const struct vxmob_mobility *bound = s->bound ? &s->mob : NULL;
	struct vxmob_policy policy = policy_of(h);
	struct vxmob_claim claim = claim_of(h, w);
	struct vxmob_mobility next = {};
	struct vxmob_ruling ruling;

	count_judgement();
	if (w->what == LATER) {
		s->now_ms += CONFIRM_MS;
		close_window(s);
		return VXMOB_VERDICT_REFRESH;
	}
	ruling = vxmob_judge(bound, &claim, &policy, s->now_ms);
	vxmob_settle(&next, bound, &claim, &policy, &ruling, s->now_ms);
	if (vxmob_verdict_accepts(ruling.verdict))
		s->bound = ruling.verdict != VXMOB_VERDICT_ACCEPT_WITHDRAW;
	s->mob = next;
	return ruling.verdict;
}

/* --- words as text ------------------------------------------------------- */

const char *place_name(int who)
{
	return who == NO_PLACE ? "none" : place_names[who];
}

static void print_word(const struct word *w)
{
	static const char * const suffix[] = {
		[NUMBER] = "", [PLAIN] = "", [DAEMON] = " by a daemon",
		[HEARD] = " announces itself", [DATA] = " sends",
		[GONE] = " withdrawn", [GONE_PLAIN] = " withdrawn",
		[GONE_DAEMON] = " withdrawn by a daemon",
	};

	if (w->what == LATER) {
		printf("window ends");
		return;
	}
	printf("%s", place_names[w->who]);
	if (w->what == NUMBER || w->what == GONE)
		printf(" %u", w->number);
	printf("%s%s", suffix[w->what], w->sticky ? " sticky" : "");
}

void print_trace(const struct host *h, const struct word *const *words, int n,
		 int at)
{
	int i;

	printf("%s: ", h->name);
	for (i = 0; i < n; i++) {
		printf("%s", i ? ", " : "");
		print_word(words[i]);
	}
	printf(" -> %s\n", place_name(at));
}
