/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words that stand for the enumerations of the netlink family.
 */
#ifndef VXMOB_NAMES_H
#define VXMOB_NAMES_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct names - The words of one enumeration.
 * @words: They; place n is that of value n, or of bit n of a mask.
 * @count: How many places there are.
 */
struct names {
	const char *const *words;
	unsigned int count;
};

extern const struct names mode_names;
extern const struct names snoop_names;
extern const struct names vteps_names;
extern const struct names guard_names;
extern const struct names dup_action_names;
extern const struct names origin_names;
extern const struct names op_names;
extern const struct names state_names;
extern const struct names status_names;
extern const struct names flag_names;
extern const struct names open_on_names;
extern const struct names role_names;
extern const struct names stage_names;
extern const struct names move_op_names;
extern const struct names verdict_names;
extern const struct names event_names;

const char *names_word(const struct names *names, uint64_t value);
int names_find(const struct names *names, const char *word);
const char *names_all(const struct names *names, char *buf, size_t size);

#endif /* VXMOB_NAMES_H */
