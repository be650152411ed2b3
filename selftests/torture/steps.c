// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets a host hear everything that can be said, word by word, and asks of each
 * step whether it is right, and of each state whether it is sound. What the
 * module should know is kept beside it, as a story that is told independently.
 */
#include <stdio.h>
#include <string.h>

#include "explore.h"

/**
 * struct story - What the rules are to know of the past, told independently
 * @bound: the MAC is bound
 * @at: where
 * @prev: where it was before, and before that
 * @asked: what the control plane asked for in vain and is to get when the window
 *	ends, or NO_PLACE
 * @has_number: a number was accepted
 * @number: the last one
 * @asked_has_number: @asked came with one
 * @asked_number: which
 * @bump: moves without a number since
 * @moves: how often it has moved
 * @sticky: it is not to move
 * @announced: it is there by its own announcement in a packet, unconfirmed
 * @vouched: the control plane has named the place
 * @window: when the confirm window ends; 0: there is none
 */
struct story {
	bool bound;
	s8 at;
	s8 prev[2];
	s8 asked;
	bool has_number;
	u32 number;
	bool asked_has_number;
	u32 asked_number;
	u32 bump;
	u32 moves;
	bool sticky;
	bool announced;
	bool vouched;
	u64 window;
};

static const struct story unbound = {
	.at = NO_PLACE, .prev = { NO_PLACE, NO_PLACE }, .asked = NO_PLACE,
};

/**
 * struct step - A word, and what a host has made of it
 * @host: the host
 * @word: the word
 * @past: the story before it
 * @story: the story after it
 * @before: the host's state before it
 * @after: and after it
 * @verdict: enum vxmob_verdict
 * @was: place bound before it, or NO_PLACE
 * @is: place bound after it
 */
struct step {
	const struct host *host;
	const struct word *word;
	struct story past;
	struct story story;
	struct state before;
	struct state after;
	u8 verdict;
	int was;
	int is;
};

static bool frozen(const struct host *h, const struct story *s)
{
	return s->bound && h->freeze && s->moves >= 2;
}

static bool by_control_plane(const struct word *w)
{
	return w->what != HEARD && w->what != DATA && w->what != LATER;
}

static bool window_runs(const struct step *st)
{
	return st->past.window && st->before.now_ms < st->past.window;
}

static bool numbered(const struct word *w)
{
	return w->what == NUMBER || w->what == GONE;
}

/* How far the number is ahead of the one bound, the long way round if behind */
static u32 ahead(const struct step *st)
{
	u64 wrap = UINT64_C(1) << 32;

	return (wrap + st->word->number - st->past.number) % wrap;
}

static bool numbers_meet(const struct step *st)
{
	return st->past.bound && st->past.has_number && numbered(st->word);
}

static bool is_newer(const struct step *st)
{
	return numbers_meet(st) && ahead(st) > 0 && ahead(st) < HALF;
}

static bool is_stale(const struct step *st)
{
	return numbers_meet(st) && ahead(st) >= HALF;
}

static bool is_equal(const struct step *st)
{
	return numbers_meet(st) && !ahead(st);
}

/* An announcement of another place that neither freeze nor sticky decides on */
static bool is_contest(const struct step *st)
{
	return announces(st->word) && st->past.bound &&
	       st->word->who != st->past.at && !frozen(st->host, &st->past) &&
	       st->word->sticky == st->past.sticky &&
	       !(st->past.sticky && is_local(st->host, st->past.at));
}

static bool moved(const struct step *st)
{
	return st->was != NO_PLACE && st->is != NO_PLACE && st->was != st->is;
}

static bool unchanged(const struct step *st)
{
	const struct vxmob_mobility *a = &st->before.mob, *b = &st->after.mob;

	if (st->was != st->is)
		return false;
	return !st->after.bound ||
	       (a->has_seq == b->has_seq && a->seq == b->seq &&
		a->bump == b->bump && a->sticky == b->sticky &&
		a->status == b->status && a->origin == b->origin &&
		a->window_ms == b->window_ms && a->moved_ms == b->moved_ms);
}

static bool names_former(const struct step *st)
{
	return st->word->who == st->past.prev[0] ||
	       st->word->who == st->past.prev[1];
}

/* What the daemon may have written before it heard of the move */
static bool is_belated(const struct step *st)
{
	if (!is_contest(st) || !window_runs(st))
		return false;
	if (st->word->what == DAEMON ||
	    (st->word->what == NUMBER && !st->past.has_number))
		return names_former(st);
	return is_equal(st) && st->past.announced;
}

/* --- the story goes on --------------------------------------------------- */

static void story_number(struct story *s, const struct step *st)
{
	if (!numbered(st->word)) {
		s->bump++;
		return;
	}
	s->has_number = true;
	s->number = st->word->number;
	s->bump = 0;
}

static void story_window(struct story *s, const struct step *st)
{
	const struct word *w = st->word;
	bool here = is_local(st->host, w->who);

	s->announced = w->what == HEARD && !here;
	s->vouched = by_control_plane(w);
	s->window = 0;
	if (w->what == HEARD || (w->what == DATA && here))
		s->window = st->before.now_ms + CONFIRM_MS;
}

static void story_moves(struct story *s, const struct step *st)
{
	s->asked = NO_PLACE;
	if (s->bound) {
		s->prev[1] = s->prev[0];
		s->prev[0] = s->at;
		s->moves++;
	}
	s->at = st->word->who;
	if (s->bound || numbered(st->word))
		story_number(s, st);
	s->bound = true;
	s->sticky = st->word->sticky;
	story_window(s, st);
	if (frozen(st->host, s)) {
		s->announced = false;
		s->window = 0;
	}
}

static void story_firm(struct story *s, const struct step *st)
{
	s->vouched = true;
	s->asked = NO_PLACE;
	s->announced = false;
	s->window = 0;
	s->sticky = st->word->sticky;
	if (numbered(st->word) && !is_stale(st))
		story_number(s, st);
}

static void story_window_ends(struct story *s)
{
	if (s->asked != NO_PLACE) {
		s->prev[1] = s->prev[0];
		s->prev[0] = s->at;
		s->at = s->asked;
		s->vouched = true;
		s->has_number |= s->asked_has_number;
		if (s->asked_has_number)
			s->number = s->asked_number;
		s->bump = s->asked_has_number ? 0 : s->bump + 1;
		s->announced = false;
	}
	s->asked = NO_PLACE;
	s->window = 0;
}

/* What follows from a verdict; whether that was right, others ask. */
static void tell(struct step *st)
{
	const struct word *w = st->word;
	struct story *s = &st->story;

	*s = st->past;
	if (w->what == LATER) {
		story_window_ends(s);
	} else if (st->verdict == VXMOB_VERDICT_ACCEPT_WITHDRAW) {
		*s = unbound;
	} else if (st->verdict == VXMOB_VERDICT_REFRESH && by_control_plane(w)) {
		story_firm(s, st);
	} else if (st->verdict <= VXMOB_VERDICT_ACCEPT_MOVE) {
		story_moves(s, st);
	} else if (withdraws(w) && w->who == s->asked) {
		s->asked = NO_PLACE;
	} else if (is_belated(st)) {
		s->asked = w->who;
		s->asked_has_number = w->what == NUMBER;
		s->asked_number = w->number;
	}
}

/* --- what is to hold of each step ---------------------------------------- */

static bool keeps_to_the_story(const struct step *st)
{
	const struct vxmob_mobility *mob = &st->after.mob;
	const struct story *s = &st->story;

	if (!s->bound)
		return !st->after.bound;
	return st->is == s->at && mob->has_seq == s->has_number &&
	       (!s->has_number || mob->seq == FIRST_NUMBER + s->number) &&
	       mob->bump == s->bump && mob->sticky == s->sticky &&
	       (mob->window_ms ? mob->moved_ms + mob->window_ms : 0) == s->window &&
	       where(st->host, &mob->prev) == s->prev[0] &&
	       where(st->host, &mob->prev2) == s->prev[1] &&
	       where(st->host, &mob->pending) == s->asked;
}

static bool status_follows(const struct step *st)
{
	const struct story *s = &st->story;
	u8 status = frozen(st->host, s) ? VXMOB_STATUS_FROZEN :
		    s->announced ? VXMOB_STATUS_PROVISIONAL :
				   VXMOB_STATUS_CONFIRMED;

	return !s->bound || st->after.mob.status == status;
}

static bool only_news_moves(const struct step *st)
{
	return !moved(st) || announces(st->word) ||
	       (st->word->what == LATER && st->is == st->past.asked);
}

static bool stale_never_wins(const struct step *st)
{
	return !is_stale(st) || (st->word->sticky && !st->past.sticky) ||
	       !moved(st);
}

static bool newer_wins(const struct step *st)
{
	return !is_contest(st) || !is_newer(st) || st->is == st->word->who;
}

static bool sticky_stays(const struct step *st)
{
	return !st->past.sticky || !moved(st) ||
	       (announces(st->word) && st->word->sticky);
}

static bool sticky_never_leaves_home(const struct step *st)
{
	return !st->past.sticky || !is_local(st->host, st->was) || !moved(st);
}

static bool sticky_wins(const struct step *st)
{
	return !announces(st->word) || !st->word->sticky || st->past.sticky ||
	       frozen(st->host, &st->past) || st->is == st->word->who;
}

static bool frozen_stays(const struct step *st)
{
	return !frozen(st->host, &st->past) || !moved(st);
}

/* Sticky or frozen, it goes if who has it says so, and not in an old message. */
static bool withdrawal_is_believed(const struct step *st)
{
	return !withdraws(st->word) || !st->past.bound ||
	       st->word->who != st->past.at || is_stale(st) || !st->after.bound;
}

static bool no_other_withdrawal_is(const struct step *st)
{
	return !withdraws(st->word) || !st->past.bound ||
	       (st->word->who == st->past.at && !is_stale(st)) || unchanged(st);
}

static bool any_number_begins(const struct step *st)
{
	return st->past.bound || !announces(st->word) ||
	       (st->verdict == VXMOB_VERDICT_ACCEPT_NEW &&
		st->is == st->word->who);
}

static bool refusal_changes_nothing(const struct step *st)
{
	return vxmob_verdict_accepts(st->verdict) || unchanged(st);
}

/* A place counts with its address; one that is not known wins nothing. */
static bool goes_before(const struct host *h, int a, int b)
{
	if (h->nameless && (is_local(h, a) || is_local(h, b)))
		return false;
	return (a == A2 ? A : a) < (b == A2 ? A : b);
}

static bool lower_address_wins(const struct step *st)
{
	if (!is_contest(st) || !is_equal(st) || st->past.announced)
		return true;
	return moved(st) == goes_before(st->host, st->word->who, st->past.at);
}

static bool belated_word_waits(const struct step *st)
{
	return !is_belated(st) ||
	       (!moved(st) && st->verdict == VXMOB_VERDICT_REFUSE_STALE);
}

/* The control plane without numbers to compare, and over what it never confirmed */
static bool fresh_word_wins(const struct step *st)
{
	if (!is_contest(st) || !by_control_plane(st->word) || is_belated(st) ||
	    is_newer(st) || is_stale(st) ||
	    (is_equal(st) && !st->past.announced))
		return true;
	return st->is == st->word->who;
}

/* Frames that the old port had queued, after the control plane moved the MAC */
static bool may_be_late(const struct step *st)
{
	const struct vxmob_mobility *mob = &st->before.mob;

	return st->host->guard && st->past.vouched && is_local(st->host, st->word->who) &&
	       !is_local(st->host, st->past.at) &&
	       st->word->who == st->past.prev[0] && !mob->snooped &&
	       st->before.now_ms - mob->moved_ms < CONFIRM_MS;
}

static bool data_is_believed(const struct step *st)
{
	if (!is_contest(st) || by_control_plane(st->word))
		return true;
	return may_be_late(st) != moved(st);
}

/**
 * struct rule - Something that is to hold of each step
 * @text: in words
 * @holds: whether it does
 */
struct rule {
	const char *text;
	bool (*holds)(const struct step *st);
};

static const struct rule rules[] = {
	{ "only an announcement, or the control plane's last word at the end of the window, moves a MAC",
	  only_news_moves },
	{ "a stale number never wins", stale_never_wins },
	{ "a newer number wins", newer_wins },
	{ "a sticky MAC moves by a sticky claim only", sticky_stays },
	{ "a sticky MAC does not leave its own host", sticky_never_leaves_home },
	{ "a sticky claim wins over what is not", sticky_wins },
	{ "a frozen MAC does not move", frozen_stays },
	{ "a withdrawal by who has it is believed", withdrawal_is_believed },
	{ "no other withdrawal is", no_other_withdrawal_is },
	{ "where nothing is bound any number is accepted", any_number_begins },
	{ "a refusal changes nothing", refusal_changes_nothing },
	{ "of equal numbers the lower address wins", lower_address_wins },
	{ "a word from before the move waits", belated_word_waits },
	{ "the control plane's word wins where no numbers forbid it",
	  fresh_word_wins },
	{ "data is believed, but late frames", data_is_believed },
	{ "how firm the binding is follows from the claims", status_follows },
	{ "number, place and what is asked for follow from what was accepted",
	  keeps_to_the_story },
};

/* --- what is to hold of each state --------------------------------------- */

/* One newer number brings all hosts together again, whatever they have heard. */
static bool newer_number_heals(const struct host *h, const struct state *s,
			       const struct story *story)
{
	static const struct word later = { .what = LATER };
	struct word w = { .what = NUMBER, .number = story->number + 1 };
	struct state next;

	if (story->sticky || frozen(h, story))
		return true;
	for (w.who = A; w.who <= C; w.who++) {
		next = *s;
		hear(h, &next, &w);
		hear(h, &next, &later);
		if (bound_at(h, &next) != w.who)
			return false;
	}
	return true;
}

/* Zero, a group address, a protected MAC; this host as another VTEP */
static bool invalid_is_refused(const struct host *h, const struct state *s,
			       const struct story *story)
{
	const struct word w = { .what = NUMBER, .number = story->number + 1,
				.who = B };
	struct vxmob_policy policy = policy_of(h), closed = policy;
	struct vxmob_claim zero = claim_of(h, &w), group = zero, self = zero;

	memset(zero.mac, 0, sizeof(zero.mac));
	group.mac[0] |= 1;
	closed.reserved = true;
	self.place = (struct vxmob_place){ .state = VXMOB_STATE_REMOTE,
					   .vtep = addresses[h->self] };
	return verdict_of(s, &zero, &policy) == VXMOB_VERDICT_REFUSE_INVALID &&
	       verdict_of(s, &group, &policy) == VXMOB_VERDICT_REFUSE_INVALID &&
	       verdict_of(s, &self, &closed) == VXMOB_VERDICT_REFUSE_INVALID &&
	       (h->nameless || verdict_of(s, &self, &policy) ==
			       VXMOB_VERDICT_REFUSE_INVALID);
}

/* Handed over between A and B: data that names neither is no evidence. */
static bool gate_holds(const struct host *h, const struct state *s,
		       const struct story *story)
{
	struct vxmob_policy policy = policy_of(h);
	struct vxmob_claim claim;
	struct word w = {};
	bool refused, neither;

	(void)story;
	policy.gated = true;
	policy.gate_port = PORT_A;
	policy.gate_vtep = addresses[h->self == B ? A : B];
	for (w.who = A; w.who < PLACES; w.who++) {
		for (w.what = NUMBER; w.what <= GONE_DAEMON; w.what++) {
			claim = claim_of(h, &w);
			refused = verdict_of(s, &claim, &policy) ==
				  VXMOB_VERDICT_REFUSE_GATED;
			neither = is_local(h, w.who) ? claim.place.ifindex != PORT_A :
				  memcmp(&claim.place.vtep, &policy.gate_vtep,
					 sizeof(policy.gate_vtep));
			if (refused != (neither && announces(&w) &&
					!by_control_plane(&w)))
				return false;
			claim.prepared = true;
			if (verdict_of(s, &claim, &policy) ==
			    VXMOB_VERDICT_REFUSE_GATED)
				return false;
		}
	}
	return true;
}

/* The state that follows may be written over the one that was judged. */
static bool settles_in_place(const struct host *h, const struct state *s,
			     const struct story *story)
{
	const struct word w = { .what = HEARD, .who = C };
	struct vxmob_claim claim = claim_of(h, &w);
	struct vxmob_policy policy = policy_of(h);
	struct vxmob_mobility apart = {}, same = s->mob;
	struct vxmob_ruling ruling;

	if (!story->bound)
		return true;
	ruling = vxmob_judge(&s->mob, &claim, &policy, s->now_ms);
	vxmob_settle(&apart, &s->mob, &claim, &policy, &ruling, s->now_ms);
	vxmob_settle(&same, &same, &claim, &policy, &ruling, s->now_ms);
	return !memcmp(&apart, &same, sizeof(same));
}

/**
 * struct law - Something that is to hold of each state
 * @text: in words
 * @holds: whether it does
 */
struct law {
	const char *text;
	bool (*holds)(const struct host *h, const struct state *s,
		      const struct story *story);
};

static const struct law laws[] = {
	{ "a newer number brings all hosts together again", newer_number_heals },
	{ "what cannot be bound is refused", invalid_is_refused },
	{ "a MAC that is handed over does not go elsewhere by data", gate_holds },
	{ "a state may be written over the one that was judged",
	  settles_in_place },
};

/* --- all sequences ------------------------------------------------------- */

/**
 * struct walk - A walk through all sequences of words
 * @host: who hears
 * @alphabet: what can be said
 * @size: how much
 * @claims: of so many words
 * @path: those said so far
 */
struct walk {
	const struct host *host;
	struct word alphabet[128];
	int size;
	int claims;
	const struct word *path[CLAIMS_MAX];
};

static bool broken(const struct walk *w, int n, const char *text, int at)
{
	printf("does not hold: %s\n", text);
	print_trace(w->host, w->path, n, at);
	return false;
}

static bool rules_hold(const struct walk *w, int n, const struct step *st)
{
	unsigned int i;

	for (i = 0; i < COUNT(rules); i++)
		if (!rules[i].holds(st))
			return broken(w, n, rules[i].text, st->is);
	return true;
}

static bool laws_hold(const struct walk *w, int n, const struct state *s,
		      const struct story *story)
{
	unsigned int i;

	for (i = 0; i < COUNT(laws); i++)
		if (!laws[i].holds(w->host, s, story))
			return broken(w, n, laws[i].text, bound_at(w->host, s));
	return true;
}

static bool walk(struct walk *w, int depth, const struct state *s,
		 const struct story *story)
{
	struct step st = { .host = w->host };
	int i;

	if (depth == w->claims) {
		counts.sequences++;
		return true;
	}
	if (!laws_hold(w, depth, s, story))
		return false;
	for (i = 0; i < w->size; i++) {
		st.word = &w->alphabet[i];
		w->path[depth] = st.word;
		st.past = *story;
		st.before = *s;
		st.after = *s;
		st.verdict = hear(w->host, &st.after, st.word);
		st.was = bound_at(w->host, &st.before);
		st.is = bound_at(w->host, &st.after);
		tell(&st);
		if (!rules_hold(w, depth + 1, &st) ||
		    !walk(w, depth + 1, &st.after, &st.story))
			return false;
	}
	return true;
}

static int step_alphabet(struct word *to)
{
	static const u32 numbers[] = { 1, 2, HALF + 1 };
	unsigned int i, sticky;
	struct word *w = to;
	int who;

	for (who = A; who <= C; who++) {
		for (sticky = 0; sticky < 2; sticky++) {
			for (i = 0; i < COUNT(numbers); i++)
				*w++ = (struct word){ NUMBER, who, sticky, numbers[i] };
			*w++ = (struct word){ PLAIN, who, sticky, 0 };
		}
		for (i = 0; i < COUNT(numbers); i++)
			*w++ = (struct word){ GONE, who, false, numbers[i] };
		*w++ = (struct word){ DAEMON, who, false, 0 };
		*w++ = (struct word){ HEARD, who, false, 0 };
		*w++ = (struct word){ DATA, who, false, 0 };
		*w++ = (struct word){ GONE_PLAIN, who, false, 0 };
	}
	*w++ = (struct word){ NUMBER, A2, false, 1 };
	*w++ = (struct word){ HEARD, A2, false, 0 };
	*w++ = (struct word){ DAEMON, A2, true, 0 };
	*w++ = (struct word){ GONE_DAEMON, A, false, 0 };
	*w++ = (struct word){ .what = LATER };
	return w - to;
}

static const struct host walkers[] = {
	{ .name = "elsewhere", .self = ELSEWHERE },
	{ .name = "at A", .self = A },
	{ .name = "at B", .self = B },
	{ .name = "at A, without an address", .self = A, .nameless = true },
	{ .name = "elsewhere, freezing", .self = ELSEWHERE, .freeze = true },
	{ .name = "at A, with the guard on", .self = A, .guard = true },
};

bool steps(int claims)
{
	const struct state start = { .now_ms = START_MS };
	static struct walk w;
	unsigned int i;

	w.size = step_alphabet(w.alphabet);
	for (w.claims = 1; w.claims <= claims; w.claims++) {
		for (i = 0; i < COUNT(walkers); i++) {
			w.host = &walkers[i];
			if (!walk(&w, 0, &start, &unbound))
				return false;
		}
	}
	return true;
}
