// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words that stand for the enumerations of the netlink family, in one
 * place: what the tool prints is what it takes, and both are the names of the
 * netlink specification.
 */
#include <stdio.h>
#include <string.h>

#include <linux/vxmob.h>

#include "names.h"
#include "utils.h"

static const char *const mode_words[] = {
	[VXMOB_MODE_ENFORCE] = "enforce",
	[VXMOB_MODE_MONITOR] = "monitor",
};

const struct names mode_names = {
	.words = mode_words,
	.count = ARRAY_SIZE(mode_words),
};

/* Bits of a mask: place n is bit n. */
static const char *const snoop_words[] = {
	[0] = "rarp",
	[1] = "garp",
	[2] = "na",
};

const struct names snoop_names = {
	.words = snoop_words,
	.count = ARRAY_SIZE(snoop_words),
};

static const char *const vteps_words[] = {
	[VXMOB_VTEPS_KNOWN] = "known",
	[VXMOB_VTEPS_ANY] = "any",
	[VXMOB_VTEPS_LIST] = "list",
};

const struct names vteps_names = {
	.words = vteps_words,
	.count = ARRAY_SIZE(vteps_words),
};

static const char *const guard_words[] = {
	[VXMOB_GUARD_OFF] = "off",
	[VXMOB_GUARD_ON] = "on",
};

const struct names guard_names = {
	.words = guard_words,
	.count = ARRAY_SIZE(guard_words),
};

static const char *const dup_action_words[] = {
	[VXMOB_DUP_ACTION_WARN] = "warn",
	[VXMOB_DUP_ACTION_FREEZE] = "freeze",
	[VXMOB_DUP_ACTION_BLACKHOLE] = "blackhole",
};

const struct names dup_action_names = {
	.words = dup_action_words,
	.count = ARRAY_SIZE(dup_action_words),
};

static const char *const origin_words[] = {
	[VXMOB_ORIGIN_CONTROL] = "control",
	[VXMOB_ORIGIN_NETLINK] = "netlink",
	[VXMOB_ORIGIN_SNOOP] = "snoop",
	[VXMOB_ORIGIN_LEARN] = "learn",
	[VXMOB_ORIGIN_DPLEARN] = "dplearn",
};

const struct names origin_names = {
	.words = origin_words,
	.count = ARRAY_SIZE(origin_words),
};

static const char *const op_words[] = {
	[VXMOB_OP_ANNOUNCE] = "announce",
	[VXMOB_OP_WITHDRAW] = "withdraw",
};

const struct names op_names = {
	.words = op_words,
	.count = ARRAY_SIZE(op_words),
};

static const char *const state_words[] = {
	[VXMOB_STATE_NONE] = "none",
	[VXMOB_STATE_LOCAL] = "local",
	[VXMOB_STATE_REMOTE] = "remote",
};

const struct names state_names = {
	.words = state_words,
	.count = ARRAY_SIZE(state_words),
};

static const char *const status_words[] = {
	[VXMOB_STATUS_CONFIRMED] = "confirmed",
	[VXMOB_STATUS_PROVISIONAL] = "provisional",
	[VXMOB_STATUS_FROZEN] = "frozen",
	[VXMOB_STATUS_UNOBSERVABLE] = "unobservable",
};

const struct names status_names = {
	.words = status_words,
	.count = ARRAY_SIZE(status_words),
};

/* Bits of a mask: place n is bit n. */
static const char *const flag_words[] = {
	[0] = "sticky",
	[1] = "router",
	[2] = "installed",
	[3] = "duplicate",
	[4] = "blackhole",
	[5] = "moving",
};

const struct names flag_names = {
	.words = flag_words,
	.count = ARRAY_SIZE(flag_words),
};

/* Bits of a mask: place n is bit n. */
static const char *const open_on_words[] = {
	[0] = "rarp",
	[1] = "garp",
	[2] = "na",
	[3] = "commit",
};

const struct names open_on_names = {
	.words = open_on_words,
	.count = ARRAY_SIZE(open_on_words),
};

static const char *const role_words[] = {
	[VXMOB_ROLE_SOURCE] = "source",
	[VXMOB_ROLE_TARGET] = "target",
};

const struct names role_names = {
	.words = role_words,
	.count = ARRAY_SIZE(role_words),
};

static const char *const stage_words[] = {
	[VXMOB_STAGE_PREPARED] = "prepared",
	[VXMOB_STAGE_HELD] = "held",
	[VXMOB_STAGE_MOVED] = "moved",
};

const struct names stage_names = {
	.words = stage_words,
	.count = ARRAY_SIZE(stage_words),
};

static const char *const move_op_words[] = {
	[VXMOB_MOVE_OP_PREPARE] = "prepare",
	[VXMOB_MOVE_OP_HOLD] = "hold",
	[VXMOB_MOVE_OP_COMMIT] = "commit",
	[VXMOB_MOVE_OP_ABORT] = "abort",
};

const struct names move_op_names = {
	.words = move_op_words,
	.count = ARRAY_SIZE(move_op_words),
};

static const char *const verdict_words[] = {
	[VXMOB_VERDICT_ACCEPT_NEW] = "accept-new",
	[VXMOB_VERDICT_ACCEPT_MOVE] = "accept-move",
	[VXMOB_VERDICT_ACCEPT_WITHDRAW] = "accept-withdraw",
	[VXMOB_VERDICT_REFRESH] = "refresh",
	[VXMOB_VERDICT_REFUSE_INVALID] = "refuse-invalid",
	[VXMOB_VERDICT_REFUSE_STALE] = "refuse-stale",
	[VXMOB_VERDICT_REFUSE_STALE_WITHDRAW] = "refuse-stale-withdraw",
	[VXMOB_VERDICT_REFUSE_TIE] = "refuse-tie",
	[VXMOB_VERDICT_REFUSE_STICKY] = "refuse-sticky",
	[VXMOB_VERDICT_REFUSE_FROZEN] = "refuse-frozen",
	[VXMOB_VERDICT_REFUSE_STATIC] = "refuse-static",
	[VXMOB_VERDICT_REFUSE_NEXTHOP] = "refuse-nexthop",
	[VXMOB_VERDICT_REFUSE_VTEP] = "refuse-vtep",
	[VXMOB_VERDICT_REFUSE_RATE] = "refuse-rate",
	[VXMOB_VERDICT_REFUSE_FULL] = "refuse-full",
	[VXMOB_VERDICT_REFUSE_BUSY] = "refuse-busy",
	[VXMOB_VERDICT_REFUSE_GATED] = "refuse-gated",
	[VXMOB_VERDICT_FAILED] = "failed",
};

const struct names verdict_names = {
	.words = verdict_words,
	.count = ARRAY_SIZE(verdict_words),
};

static const char *const event_words[] = {
	[VXMOB_EVENT_DOMAIN_ADD] = "domain-add",
	[VXMOB_EVENT_DOMAIN_SET] = "domain-set",
	[VXMOB_EVENT_DOMAIN_DEL] = "domain-del",
	[VXMOB_EVENT_MAC_NEW] = "mac-new",
	[VXMOB_EVENT_MAC_MOVE] = "mac-move",
	[VXMOB_EVENT_MAC_DEL] = "mac-del",
	[VXMOB_EVENT_CLAIM_REFUSED] = "claim-refused",
	[VXMOB_EVENT_CONFIRMED] = "confirmed",
	[VXMOB_EVENT_UNOBSERVABLE] = "unobservable",
	[VXMOB_EVENT_ROLLED_BACK] = "rolled-back",
	[VXMOB_EVENT_REPAIRED] = "repaired",
	[VXMOB_EVENT_INSISTING] = "insisting",
	[VXMOB_EVENT_DUPLICATE] = "duplicate",
	[VXMOB_EVENT_RECOVERED] = "recovered",
	[VXMOB_EVENT_MOVE_PREPARED] = "move-prepared",
	[VXMOB_EVENT_MOVE_HELD] = "move-held",
	[VXMOB_EVENT_MOVE_MOVED] = "move-moved",
	[VXMOB_EVENT_MOVE_ENDED] = "move-ended",
	[VXMOB_EVENT_MOVE_ABORTED] = "move-aborted",
	[VXMOB_EVENT_MOVE_EXPIRED] = "move-expired",
	[VXMOB_EVENT_VTEP_MOVED] = "vtep-moved",
};

const struct names event_names = {
	.words = event_words,
	.count = ARRAY_SIZE(event_words),
};

/**
 * names_word() - Find the word for a value.
 * @names: The enumeration.
 * @value: The value; a newer module may know some that the tool does not.
 *
 * Return: The word, or the number in digits, until the next call but one.
 */
const char *names_word(const struct names *names, uint64_t value)
{
	static char numbers[2][24], *number;

	if (value < names->count && names->words[value])
		return names->words[value];
	number = number == numbers[0] ? numbers[1] : numbers[0];
	snprintf(number, sizeof(numbers[0]), "%llu", (unsigned long long)value);
	return number;
}

/**
 * names_find() - Find the value of a word.
 * @names: The enumeration.
 * @word: The word.
 *
 * Return: The value, or -1 if there is none.
 */
int names_find(const struct names *names, const char *word)
{
	unsigned int i;

	for (i = 0; i < names->count; i++)
		if (names->words[i] && !strcmp(names->words[i], word))
			return i;
	return -1;
}

/**
 * names_all() - List the words, for an error message.
 * @names: The enumeration.
 * @buf: Where to.
 * @size: Bytes of it.
 *
 * Return: @buf.
 */
const char *names_all(const struct names *names, char *buf, size_t size)
{
	size_t len = 0;
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < names->count && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s",
				i ? " | " : "", names->words[i]);
	return buf;
}
