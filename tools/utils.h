/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parsing of arguments. What an object's command takes is a table of options,
 * so that every keyword is matched and every mistake is told in the same way.
 */
#ifndef VXMOB_UTILS_H
#define VXMOB_UTILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vxmob.h"

struct msg;
struct names;

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define __printf(fmt, args) \
	__attribute__((format(printf, fmt, \
			      args)))

#define VNI_MAX		16777215
#define VID_MAX		4094
#define LLADDR_LEN	6

/**
 * struct args - The words that are still to be read.
 * @object: Whose help a "help" prints; NULL where there is none to be had.
 * @argv: The next word.
 * @argc: How many are left.
 */
struct args {
	const struct object *object;
	char **argv;
	int argc;
};

/**
 * struct command - A second word of the grammar.
 * @name: The word; NULL ends a table.
 * @run: Carries out the rest of the line; returns an enum status.
 */
struct command {
	const char *name;
	int (*run)(struct args *args);
};

/**
 * struct parse - A command line on its way into a request.
 * @msg: Where the attributes go.
 * @opts: The options that there are.
 * @command: The command that takes them, a bit of &opt->commands.
 * @seen: Bit n: option n of @opts was given.
 * @flags: The bits of the options without a value that were given.
 */
struct parse {
	struct msg *msg;
	const struct opt *opts;
	uint32_t command;
	uint32_t seen;
	uint32_t flags;
};

/**
 * struct opt - An option of a command.
 * @name: Its keyword; NULL ends a table.
 * @parse: Puts the value into the request; returns an enum status. NULL for
 *	an option without a value.
 * @attr: The attribute that carries the value.
 * @repeat: The option may be given more than once.
 * @commands: The commands that take the option; 0 for all.
 * @flag: The bit that an option without a value stands for.
 * @min: The least number.
 * @max: The greatest number.
 * @zero: A word for 0, or for the empty list, that is taken besides; NULL if
 *	there is none.
 * @names: The words that are values, or elements of a list.
 */
struct opt {
	const char *name;
	int (*parse)(struct parse *p, const struct opt *o, const char *arg);
	uint16_t attr;
	bool repeat;
	uint32_t commands;
	uint32_t flag;
	uint32_t min;
	uint32_t max;
	const char *zero;
	const struct names *names;
};

void *xrealloc(void *old, size_t size);

void err_after(bool (*outcome)(void));
int err(const char *fmt, ...) __printf(1, 2);
void err_where(const char *file, unsigned int line);
int bad_value(const struct opt *o, const char *arg, const char *what);

const char *args_peek(const struct args *args);
const char *args_take(struct args *args);
bool args_help(const struct args *args);
int args_end(struct args *args);
int command_run(struct args *args, const struct command *commands);

int opts_parse(struct parse *p, struct args *args);
int opts_parse_lladdr(struct parse *p, struct args *args, uint16_t attr);
int opts_parse_filters(struct parse *p, struct args *args, uint16_t attr);
bool opt_seen(const struct parse *p, const char *name);
int opt_needed(const struct parse *p, const char *name);

int parse_u32(struct parse *p, const struct opt *o, const char *arg);
int parse_u16(struct parse *p, const struct opt *o, const char *arg);
int parse_mask(struct parse *p, const struct opt *o, const char *arg);
int parse_name(struct parse *p, const struct opt *o, const char *arg);
int parse_dev(struct parse *p, const struct opt *o, const char *arg);
size_t get_addr(const char *arg, unsigned char *addr);
int parse_addr(struct parse *p, const struct opt *o, const char *arg);
int parse_lladdr(struct parse *p, const struct opt *o, const char *arg);

unsigned int ifindex_of(const char *name);
const char *ifname_of(unsigned int ifindex);
void ifname_forget(void);
void ifname_watch(void);

#endif /* VXMOB_UTILS_H */
