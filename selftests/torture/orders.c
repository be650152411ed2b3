// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets hosts hear the same words in all orders, and compares where they have the
 * MAC in the end: where they must agree, and where they are known not to.
 */
#include <err.h>
#include <stdio.h>

#include "explore.h"

#define ORDERS_MAX	720		/* of CLAIMS_MAX words */
#define HOSTS_MAX	16

/* --- all orders of a few words ------------------------------------------- */

/**
 * struct hearing - What becomes of a few words in one order
 * @words: the words, in that order
 * @at: where the MAC is bound then, for each host
 * @number: and the number that is bound
 */
struct hearing {
	const struct word *words[CLAIMS_MAX];
	s8 at[HOSTS_MAX];
	u32 number[HOSTS_MAX];
};

/**
 * struct orders - What becomes of a few words in all orders
 * @hosts: who hears
 * @n_hosts: how many
 * @words: the words; equal ones are next to each other, and the same pointer
 * @n: how many
 * @used: those that have been heard
 * @path: in that order
 * @all: the outcomes
 * @n_all: how many
 */
struct orders {
	const struct host *hosts;
	int n_hosts;
	const struct word *words[CLAIMS_MAX];
	int n;
	bool used[CLAIMS_MAX];
	const struct word *path[CLAIMS_MAX];
	struct hearing all[ORDERS_MAX];
	int n_all;
};

static void try_orders(struct orders *o, const struct state *states, int depth);

static void hear_one(struct orders *o, const struct state *states, int depth)
{
	struct state next[HOSTS_MAX];
	int i;

	for (i = 0; i < o->n_hosts; i++) {
		next[i] = states[i];
		hear(&o->hosts[i], &next[i], o->path[depth]);
	}
	try_orders(o, next, depth + 1);
}

static void note_outcome(struct orders *o, const struct state *states)
{
	struct hearing *out = &o->all[o->n_all++];
	struct state s;
	int i;

	counts.sequences++;
	for (i = 0; i < o->n; i++)
		out->words[i] = o->path[i];
	for (i = 0; i < o->n_hosts; i++) {
		s = states[i];
		s.now_ms += CONFIRM_MS;
		close_window(&s);
		out->at[i] = bound_at(&o->hosts[i], &s);
		out->number[i] = s.mob.seq - FIRST_NUMBER;
	}
}

static void try_orders(struct orders *o, const struct state *states, int depth)
{
	const struct word *last = NULL;
	int i;

	if (depth == o->n) {
		note_outcome(o, states);
		return;
	}
	for (i = 0; i < o->n; i++) {
		if (o->used[i] || o->words[i] == last)
			continue;
		last = o->words[i];
		o->used[i] = true;
		o->path[depth] = last;
		hear_one(o, states, depth);
		o->used[i] = false;
	}
}

static void all_orders(struct orders *o)
{
	struct state states[HOSTS_MAX] = {};
	int i;

	for (i = 0; i < o->n_hosts; i++)
		states[i].now_ms = START_MS;
	o->n_all = 0;
	try_orders(o, states, 0);
}

/*
 * Calls a function for every choice of @n words out of an alphabet, with
 * repetitions, in ascending order; until it returns false.
 */
static bool choose(struct orders *o, const struct word *alphabet, int size,
		   int n, bool (*fn)(struct orders *o))
{
	int i;

	if (o->n == n)
		return fn(o);
	for (i = 0; i < size; i++) {
		o->words[o->n++] = &alphabet[i];
		if (!choose(o, alphabet + i, size - i, n, fn))
			return false;
		o->n--;
	}
	return true;
}

/* --- agree --------------------------------------------------------------- */

#define HOSTS(...) { \
	{ .name = "elsewhere", .self = ELSEWHERE, __VA_ARGS__ }, \
	{ .name = "at A", .self = A, __VA_ARGS__ }, \
	{ .name = "at B", .self = B, __VA_ARGS__ }, \
	{ .name = "at C", .self = C, __VA_ARGS__ }, \
	{ .name = "elsewhere, without an address", .self = ELSEWHERE, \
	  .nameless = true, __VA_ARGS__ }, \
	{ .name = "at A, without an address", .self = A, .nameless = true, \
	  __VA_ARGS__ }, \
	{ .name = "at B, without an address", .self = B, .nameless = true, \
	  __VA_ARGS__ }, \
	{ .name = "at C, without an address", .self = C, .nameless = true, \
	  __VA_ARGS__ }, \
}

static const struct host ordinary[] = HOSTS(.freeze = false);
static const struct host freezing[] = HOSTS(.freeze = true);

#define HOSTS_KNOWN	4		/* those that know their address */
#define HOSTS_AGREE	5		/* or have nothing local */

static u32 spread(const struct orders *o)
{
	u32 low = o->words[0]->number, high = low;
	int i;

	for (i = 1; i < o->n; i++) {
		low = o->words[i]->number < low ? o->words[i]->number : low;
		high = o->words[i]->number > high ? o->words[i]->number : high;
	}
	return high - low;
}

/* The highest number; of those the lowest address */
static const struct word *winner(const struct orders *o)
{
	const struct word *best = o->words[0];
	int i;

	for (i = 1; i < o->n; i++)
		if (o->words[i]->number > best->number ||
		    (o->words[i]->number == best->number &&
		     o->words[i]->who < best->who))
			best = o->words[i];
	return best;
}

static bool all_agree(struct orders *o)
{
	const struct word *best = winner(o);
	const struct hearing *out;
	int i, k;

	if (spread(o) >= HALF)
		return true;
	all_orders(o);
	for (k = 0; k < o->n_all; k++) {
		out = &o->all[k];
		for (i = 0; i < o->n_hosts; i++) {
			if (out->at[i] == best->who && out->number[i] == best->number)
				continue;
			printf("not %s with number %u: ", place_name(best->who),
			       best->number);
			print_trace(&o->hosts[i], out->words, o->n, out->at[i]);
			return false;
		}
	}
	return true;
}

bool agree(int claims)
{
	static const u32 numbers[] = {
		0, 1, 2, 3, HALF - 1, HALF, HALF + 1, 0xfffffffe, 0xffffffff
	};
	struct word alphabet[3 * COUNT(numbers)];
	static struct orders o;
	unsigned int i;
	int n;

	o = (struct orders){ .hosts = ordinary, .n_hosts = HOSTS_AGREE };
	for (i = 0; i < COUNT(alphabet); i++)
		alphabet[i] = (struct word){ .what = NUMBER, .who = i % 3,
					     .number = numbers[i / 3] };
	for (n = 1; n <= claims; n++)
		if (!choose(&o, alphabet, COUNT(alphabet), n, all_agree))
			return false;
	return true;
}

/* --- divergences --------------------------------------------------------- */

/*
 * What a few words, or the hosts that hear them, have about them that could make
 * them diverge. A kind of divergence is a set of these, none of which can be left
 * out with so few words.
 */
#define BY_PLAIN	0x001
#define BY_DAEMON	0x002
#define BY_HEARD	0x004
#define BY_DATA		0x008
#define WITHDRAWN	0x010
#define EQUAL		0x020
#define WIDE		0x040
#define ONE_ADDRESS	0x080
#define STICKY_TWICE	0x100
#define STICKY_CHANGES	0x200
#define FREEZE		0x400
#define NAMELESS	0x800
#define OUT_OF_ORDER	0x1000

static const char * const feature_names[] = {
	"announcements without a number", "a daemon's writes",
	"machines that announce themselves", "data", "a withdrawal",
	"equal numbers", "numbers 2^31 apart or more", "one address",
	"sticky at two places", "sticky set or cleared", "dup-action freeze",
	"a host that does not know its address",
	"one VTEP's words not in its order",
};

/**
 * struct kind - A kind of divergence
 * @features: what makes it
 * @words: how many of them it takes
 */
struct kind {
	u32 features;
	int words;
};

/* Documentation/rules.rst tells why. */
static const struct kind known[] = {
	{ WITHDRAWN | OUT_OF_ORDER, 2 },
	{ EQUAL | NAMELESS, 2 },
	{ WIDE, 2 },
	{ BY_PLAIN, 2 },
	{ BY_DAEMON, 2 },
	{ BY_HEARD, 2 },
	{ BY_DATA, 2 },
	{ EQUAL | ONE_ADDRESS | OUT_OF_ORDER, 2 },
	{ STICKY_TWICE, 2 },
	{ STICKY_CHANGES, 3 },
	{ WITHDRAWN, 3 },
	{ FREEZE, 4 },
};

/**
 * struct found - A kind of divergence that was found
 * @kind: which
 * @host: two hosts that diverge
 * @words: by what they hear
 * @at: where they have the MAC then
 */
struct found {
	struct kind kind;
	const struct host *host[2];
	const struct word *words[2][CLAIMS_MAX];
	s8 at[2];
};

static struct found found[64];
static unsigned int n_found;

static u32 features_of_word(const struct word *w)
{
	static const u32 by[] = {
		[PLAIN] = BY_PLAIN, [DAEMON] = BY_DAEMON, [HEARD] = BY_HEARD,
		[DATA] = BY_DATA, [GONE] = WITHDRAWN, [GONE_PLAIN] = WITHDRAWN,
		[GONE_DAEMON] = WITHDRAWN | BY_DAEMON,
	};

	return by[w->what];
}

static u32 features_of_numbers(const struct word *a, const struct word *b)
{
	u32 apart = a->number > b->number ? a->number - b->number :
					    b->number - a->number;

	if (a->what != NUMBER && a->what != GONE)
		return 0;
	if (b->what != NUMBER && b->what != GONE)
		return 0;
	if (apart >= HALF)
		return WIDE;
	return !apart && a->who != b->who ? EQUAL : 0;
}

static u32 features_of_pair(const struct word *a, const struct word *b)
{
	u32 features = features_of_numbers(a, b);

	if (a->who != b->who && a->who + b->who == A + A2)
		features |= ONE_ADDRESS;
	if (!announces(a) || !announces(b))
		return features;
	if (a->who == b->who && a->sticky != b->sticky)
		features |= STICKY_CHANGES;
	if (a->who != b->who && a->sticky && b->sticky)
		features |= STICKY_TWICE;
	return features;
}

static u32 features_of(const struct orders *o)
{
	u32 features = 0;
	int i, k;

	for (i = 0; i < o->n; i++) {
		features |= features_of_word(o->words[i]);
		for (k = 0; k < i; k++)
			features |= features_of_pair(o->words[i], o->words[k]);
	}
	return features;
}

/* Whether a kind that needs no more than these features is known by now */
static bool is_explained(u32 features)
{
	unsigned int i;

	for (i = 0; i < n_found; i++)
		if (!(found[i].kind.features & ~features))
			return true;
	return false;
}

static int speaker(const struct word *w)
{
	return w->who == A2 ? A : w->who;
}

/* Whether each VTEP says the same in both, in the same order */
static bool same_words_each(const struct hearing *a, const struct hearing *b,
			    int n)
{
	int who, i, k;

	for (who = A; who <= C; who++) {
		for (i = 0, k = 0; i < n; i++) {
			if (speaker(a->words[i]) != who)
				continue;
			while (speaker(b->words[k]) != who)
				k++;
			if (a->words[i] != b->words[k++])
				return false;
		}
	}
	return true;
}

static void note_found(const struct orders *o, u32 features, int ha,
		       const struct hearing *a, int hb, const struct hearing *b)
{
	struct found *f = &found[n_found++];
	int i;

	if (n_found == COUNT(found))
		errx(1, "too many kinds of divergence");
	f->kind = (struct kind){ features, o->n };
	f->host[0] = &o->hosts[ha];
	f->host[1] = &o->hosts[hb];
	f->at[0] = a->at[ha];
	f->at[1] = b->at[hb];
	for (i = 0; i < o->n; i++) {
		f->words[0][i] = a->words[i];
		f->words[1][i] = b->words[i];
	}
}

/* Hosts that have heard the same words in these two orders */
static bool diverge(const struct orders *o, u32 features, int n_hosts,
		    const struct hearing *a, const struct hearing *b)
{
	int i, k;

	for (i = 0; i < n_hosts; i++) {
		for (k = 0; k < n_hosts; k++) {
			if (a->at[i] == b->at[k])
				continue;
			note_found(o, features, i, a, k, b);
			return true;
		}
	}
	return false;
}

static void look_for(const struct orders *o, u32 features)
{
	int n_hosts = features & NAMELESS ? o->n_hosts : HOSTS_KNOWN;
	int i, k;

	if (is_explained(features))
		return;
	for (i = 0; i < o->n_all; i++)
		for (k = 0; k <= i; k++)
			if ((features & OUT_OF_ORDER ||
			     same_words_each(&o->all[k], &o->all[i], o->n)) &&
			    diverge(o, features, n_hosts, &o->all[k], &o->all[i]))
				return;
}

static void look_for_all(const struct orders *o, u32 features)
{
	look_for(o, features);
	look_for(o, features | OUT_OF_ORDER);
	look_for(o, features | NAMELESS);
	look_for(o, features | NAMELESS | OUT_OF_ORDER);
}

static bool all_divergences(struct orders *o)
{
	u32 features = features_of(o);

	if (is_explained(features))
		return true;
	o->hosts = ordinary;
	all_orders(o);
	look_for_all(o, features);
	if (is_explained(features | FREEZE))
		return true;
	o->hosts = freezing;
	all_orders(o);
	look_for_all(o, features | FREEZE);
	return true;
}

/* What was found first may need more than what was found after it. */
static void drop_explained(void)
{
	unsigned int i, k, kept = 0;

	for (i = 0; i < n_found; i++) {
		for (k = 0; k < n_found; k++)
			if (k != i && found[k].kind.words == found[i].kind.words &&
			    !(found[k].kind.features & ~found[i].kind.features))
				break;
		if (k == n_found)
			found[kept++] = found[i];
	}
	n_found = kept;
}

static int speech_alphabet(struct word *to)
{
	static const u32 numbers[] = { 0, 1, 2, 3, HALF };
	unsigned int i, sticky;
	struct word *w = to;
	int who, what;

	for (who = 0; who < PLACES; who++) {
		for (i = 0; i < COUNT(numbers); i++) {
			for (sticky = 0; sticky < 2; sticky++)
				*w++ = (struct word){ NUMBER, who, sticky, numbers[i] };
			*w++ = (struct word){ GONE, who, false, numbers[i] };
		}
		for (what = PLAIN; what <= DATA; what++)
			*w++ = (struct word){ what, who, false, 0 };
		*w++ = (struct word){ GONE_PLAIN, who, false, 0 };
		*w++ = (struct word){ GONE_DAEMON, who, false, 0 };
	}
	return w - to;
}

static void print_kind(const struct kind *kind)
{
	const char *between = "";
	unsigned int i;

	if (!kind->features)
		printf("nothing but numbers");
	for (i = 0; i < COUNT(feature_names); i++) {
		if (!(kind->features & 1 << i))
			continue;
		printf("%s%s", between, feature_names[i]);
		between = "; ";
	}
	printf("\n");
}

static bool same_kind(const struct kind *a, const struct kind *b)
{
	return a->features == b->features && a->words == b->words;
}

static bool is_found(const struct kind *kind)
{
	unsigned int i;

	for (i = 0; i < n_found; i++)
		if (same_kind(&found[i].kind, kind))
			return true;
	return false;
}

static bool is_known(const struct kind *kind)
{
	unsigned int i;

	for (i = 0; i < COUNT(known); i++)
		if (same_kind(&known[i], kind))
			return true;
	return false;
}

static bool report(const char *what, const struct kind *kind)
{
	printf("%s: ", what);
	print_kind(kind);
	return false;
}

/* The two lists are the same, as far as so few claims tell. */
static bool found_is_known(int claims)
{
	bool same = true;
	unsigned int i;

	for (i = 0; i < COUNT(known); i++)
		if (known[i].words <= claims && !is_found(&known[i]))
			same = report("known, but not found", &known[i]);
	for (i = 0; i < n_found; i++)
		if (!is_known(&found[i].kind))
			same = report("found, but not known", &found[i].kind);
	return same;
}

static void print_found(const struct found *f)
{
	int k;

	print_kind(&f->kind);
	for (k = 0; k < 2; k++) {
		printf("  ");
		print_trace(f->host[k], f->words[k], f->kind.words, f->at[k]);
	}
}

bool divergences(int claims)
{
	static struct word alphabet[256];
	static struct orders o;
	int n, size = speech_alphabet(alphabet);
	unsigned int i;

	o = (struct orders){ .hosts = ordinary, .n_hosts = COUNT(ordinary) };
	for (n = 1; n <= claims; n++) {
		choose(&o, alphabet, size, n, all_divergences);
		drop_explained();
	}
	for (i = 0; i < n_found; i++)
		print_found(&found[i]);
	return found_is_known(claims);
}
