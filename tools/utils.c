// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing of arguments, and the words for what is wrong with them. Keywords
 * match exactly: an abbreviation that is unique today is not tomorrow, and
 * scripts live longer than that.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "names.h"
#include "utils.h"

/* The line of a file that is being read, where that is what errors name. */
static struct {
	const char *file;
	unsigned int line;
} where;

static bool (*settle)(void);

/**
 * xrealloc() - Allocate or resize, or end the program.
 * @old: What to resize, or NULL.
 * @size: The size wanted.
 *
 * Return: The memory.
 */
void *xrealloc(void *old, size_t size)
{
	void *new = realloc(old, size);

	if (!new) {
		fputs("vxmob: out of memory\n", stderr);
		exit(STATUS_KERNEL);
	}
	return new;
}

/**
 * err_where() - Have errors name a line of a file from now on.
 * @file: Name of the file; NULL to stop.
 * @line: The line.
 */
void err_where(const char *file, unsigned int line)
{
	where.file = file;
	where.line = line;
}

/**
 * err_after() - Have errors said after what came before them.
 * @outcome: Says all that is not said yet; its return value is not looked at.
 */
void err_after(bool (*outcome)(void))
{
	settle = outcome;
}

static void begin_error(const char *otherwise)
{
	if (settle)
		settle();
	if (where.file)
		fprintf(stderr, "%s:%u: ", where.file, where.line);
	else
		fputs(otherwise, stderr);
}

/**
 * err() - Say what is wrong with the input.
 * @fmt: As for printf().
 *
 * Return: STATUS_USAGE, for the caller to pass on.
 */
int err(const char *fmt, ...)
{
	va_list ap;

	begin_error("Error: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return STATUS_USAGE;
}

/**
 * bad_value() - Say what an option's value should have been.
 * @o: The option.
 * @arg: The value given.
 * @what: What it should have been.
 *
 * Return: STATUS_USAGE.
 */
int bad_value(const struct opt *o, const char *arg, const char *what)
{
	return err("argument \"%s\" is wrong: \"%s\" takes %s",
		   arg, o->name, what);
}

/**
 * args_peek() - Look at the next word.
 * @args: The words.
 *
 * Return: The word, or NULL if there is none.
 */
const char *args_peek(const struct args *args)
{
	return args->argc > 0 ? args->argv[0] : NULL;
}

/**
 * args_take() - Read the next word.
 * @args: The words.
 *
 * Return: The word, or NULL if there is none.
 */
const char *args_take(struct args *args)
{
	if (args->argc <= 0)
		return NULL;
	args->argc--;
	return *args->argv++;
}

/**
 * args_help() - Print help if that is what the next word asks for.
 * @args: The words.
 *
 * Return: Whether it does.
 */
bool args_help(const struct args *args)
{
	const char *arg = args_peek(args);

	if (!arg || !args->object || strcmp(arg, "help"))
		return false;
	fputs(args->object->usage, stdout);
	return true;
}

/**
 * args_end() - Make sure that nothing follows.
 * @args: The words.
 *
 * Return: An enum status.
 */
int args_end(struct args *args)
{
	if (args_help(args))
		return STATUS_HELP;
	if (args->argc > 0)
		return err("unknown option \"%s\"", args->argv[0]);
	return STATUS_OK;
}

/**
 * command_run() - Carry out the command that the next word names.
 * @args: The words.
 * @commands: The commands; the first is meant when there is no word.
 *
 * Return: An enum status.
 */
int command_run(struct args *args, const struct command *commands)
{
	const struct command *c;
	const char *name;

	if (args_help(args))
		return STATUS_HELP;
	name = args_take(args);
	if (!name)
		return commands->run(args);
	for (c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c->run(args);
	return err("unknown command \"%s\", try \"vxmob %s help\"",
		   name, args->object->name);
}

static int opt_value(struct parse *p, const struct opt *o, struct args *args)
{
	const char *arg;

	if (!o->parse) {
		p->flags |= o->flag;
		return STATUS_OK;
	}
	arg = args_take(args);
	if (!arg)
		return err("option \"%s\" needs a value", o->name);
	return o->parse(p, o, arg);
}

static const struct opt *opt_find(const struct parse *p, const char *name)
{
	const struct opt *o;

	for (o = p->opts; o->name; o++)
		if (!strcmp(o->name, name) &&
		    (!o->commands || o->commands & p->command))
			return o;
	return NULL;
}

/**
 * opts_parse() - Put all the words that are left into a request.
 * @p: The request and the options that there are.
 * @args: The words.
 *
 * Return: An enum status.
 */
int opts_parse(struct parse *p, struct args *args)
{
	const struct opt *o;
	const char *name;
	uint32_t bit;
	int ret;

	while (args_peek(args)) {
		if (args_help(args))
			return STATUS_HELP;
		name = args_take(args);
		o = opt_find(p, name);
		if (!o)
			return err("unknown option \"%s\"", name);
		bit = 1U << (o - p->opts);
		if ((p->seen & bit) && !o->repeat)
			return err("option \"%s\" is given twice", name);
		p->seen |= bit;
		ret = opt_value(p, o, args);
		if (ret)
			return ret;
	}
	return STATUS_OK;
}

/**
 * opt_seen() - Tell whether an option was given.
 * @p: What was parsed.
 * @name: The option's keyword.
 *
 * Return: Whether it was.
 */
bool opt_seen(const struct parse *p, const char *name)
{
	const struct opt *o = opt_find(p, name);

	return o && (p->seen & (1U << (o - p->opts)));
}

/**
 * opt_needed() - Make sure that an option was given.
 * @p: What was parsed.
 * @name: The option's keyword.
 *
 * Return: An enum status.
 */
int opt_needed(const struct parse *p, const char *name)
{
	return opt_seen(p, name) ? STATUS_OK :
		err("option \"%s\" is missing", name);
}

static int parse_first_lladdr(struct parse *p, uint16_t attr, const char *arg)
{
	const struct opt o = { .name = "LLADDR", .attr = attr };

	return parse_lladdr(p, &o, arg);
}

/**
 * opts_parse_lladdr() - Put a MAC address, which has no keyword, and the options
 *	after it, of which "dev" is one, into a request.
 * @p: The request and the options that there are.
 * @args: The words.
 * @attr: The attribute that carries the address.
 *
 * Return: An enum status.
 */
int opts_parse_lladdr(struct parse *p, struct args *args, uint16_t attr)
{
	const char *arg;
	int ret;

	if (args_help(args))
		return STATUS_HELP;
	arg = args_take(args);
	if (!arg)
		return err("a MAC address is missing");
	ret = parse_first_lladdr(p, attr, arg);
	if (!ret)
		ret = opts_parse(p, args);
	return ret ? ret : opt_needed(p, "dev");
}

/**
 * opts_parse_filters() - Put filters into a request: a MAC address, which has no
 *	keyword and may be left out, and options.
 * @p: The request and the options that there are.
 * @args: The words.
 * @attr: The attribute that carries the address.
 *
 * Return: An enum status.
 */
int opts_parse_filters(struct parse *p, struct args *args, uint16_t attr)
{
	const char *arg = args_peek(args);
	int ret = STATUS_OK;

	if (arg && strchr(arg, ':'))
		ret = parse_first_lladdr(p, attr, args_take(args));
	return ret ? ret : opts_parse(p, args);
}

/* Digits and nothing else: strtoul() would let "-1", " 7" and "0x10" pass. */
static bool get_number(const char *arg, uint32_t max, uint32_t *number)
{
	uint64_t n = 0;

	if (!*arg)
		return false;
	for (; *arg; arg++) {
		if (*arg < '0' || *arg > '9')
			return false;
		n = n * 10 + (*arg - '0');
		if (n > max)
			return false;
	}
	*number = n;
	return true;
}

static bool is_zero(const struct opt *o, const char *arg)
{
	return o->zero && !strcmp(arg, o->zero);
}

static int number_value(const struct opt *o, const char *arg, uint32_t *number)
{
	*number = 0;
	if (is_zero(o, arg) ||
	    (get_number(arg, o->max, number) && *number >= o->min))
		return STATUS_OK;
	return err("argument \"%s\" is wrong: \"%s\" takes %s%sa number from %u to %u",
		   arg, o->name, o->zero ? o->zero : "", o->zero ? " or " : "",
		   o->min, o->max);
}

/**
 * parse_u32() - Parse a number of 32 bits.
 * @p: Where it goes.
 * @o: The option.
 * @arg: The value.
 *
 * Return: An enum status.
 */
int parse_u32(struct parse *p, const struct opt *o, const char *arg)
{
	uint32_t number;
	int ret;

	ret = number_value(o, arg, &number);
	if (!ret)
		msg_put_u32(p->msg, o->attr, number);
	return ret;
}

/**
 * parse_u16() - Parse a number of 16 bits.
 * @p: Where it goes.
 * @o: The option.
 * @arg: The value.
 *
 * Return: An enum status.
 */
int parse_u16(struct parse *p, const struct opt *o, const char *arg)
{
	uint32_t number;
	int ret;

	ret = number_value(o, arg, &number);
	if (!ret)
		msg_put_u16(p->msg, o->attr, number);
	return ret;
}

/**
 * parse_name() - Parse one of a set of words.
 * @p: Where it goes.
 * @o: The option.
 * @arg: The value.
 *
 * Return: An enum status.
 */
int parse_name(struct parse *p, const struct opt *o, const char *arg)
{
	char all[128];
	int value;

	value = names_find(o->names, arg);
	if (value < 0)
		return bad_value(o, arg, names_all(o->names, all, sizeof(all)));
	msg_put_u32(p->msg, o->attr, value);
	return STATUS_OK;
}

static int mask_value(const struct opt *o, char *list, uint32_t *mask)
{
	char *element, all[64];
	int bit;

	while ((element = strsep(&list, ","))) {
		bit = names_find(o->names, element);
		if (bit < 0)
			return err("argument \"%s\" is wrong: \"%s\" takes %s%sa list of %s",
				   element, o->name, o->zero ? o->zero : "",
				   o->zero ? " or " : "",
				   names_all(o->names, all, sizeof(all)));
		*mask |= 1U << bit;
	}
	return STATUS_OK;
}

/**
 * parse_mask() - Parse a list of words, separated by commas, that stand for bits.
 * @p: Where it goes.
 * @o: The option.
 * @arg: The value.
 *
 * Return: An enum status.
 */
int parse_mask(struct parse *p, const struct opt *o, const char *arg)
{
	uint32_t mask = 0;
	int ret = STATUS_OK;
	char *copy;

	if (!is_zero(o, arg)) {
		copy = strdup(arg);
		ret = mask_value(o, copy, &mask);
		free(copy);
	}
	if (!ret)
		msg_put_u32(p->msg, o->attr, mask);
	return ret;
}

/**
 * parse_dev() - Parse the name of a network device.
 * @p: Where its index goes.
 * @o: The option.
 * @arg: The value.
 *
 * Return: An enum status.
 */
int parse_dev(struct parse *p, const struct opt *o, const char *arg)
{
	unsigned int ifindex = ifindex_of(arg);

	if (!ifindex) {
		begin_error("");
		fprintf(stderr, "Cannot find device \"%s\"\n", arg);
		return STATUS_USAGE;
	}
	msg_put_u32(p->msg, o->attr, ifindex);
	return STATUS_OK;
}

/**
 * get_addr() - Read an IPv4 or IPv6 address.
 * @arg: It in words.
 * @addr: Where it goes, 16 bytes.
 *
 * Return: How many bytes it has; 0 if it is none.
 */
size_t get_addr(const char *arg, unsigned char *addr)
{
	if (inet_pton(AF_INET, arg, addr) == 1)
		return 4;
	return inet_pton(AF_INET6, arg, addr) == 1 ? 16 : 0;
}

/**
 * parse_addr() - Parse an IPv4 or IPv6 address.
 * @p: Where it goes.
 * @o: The option.
 * @arg: The value.
 *
 * Return: An enum status.
 */
int parse_addr(struct parse *p, const struct opt *o, const char *arg)
{
	unsigned char addr[16];
	size_t len = get_addr(arg, addr);

	if (!len)
		return bad_value(o, arg, "an IP address");
	msg_put(p->msg, o->attr, addr, len);
	return STATUS_OK;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool get_lladdr(const char *arg, unsigned char *lladdr)
{
	int i, digit, octet;

	for (i = 0; i < LLADDR_LEN; i++) {
		if (i && *arg++ != ':')
			return false;
		octet = hex_digit(*arg);
		if (octet < 0)
			return false;
		digit = hex_digit(*++arg);
		if (digit >= 0) {
			octet = octet << 4 | digit;
			arg++;
		}
		lladdr[i] = octet;
	}
	return !*arg;
}

/**
 * parse_lladdr() - Parse a MAC address.
 * @p: Where it goes.
 * @o: The option.
 * @arg: The value.
 *
 * Whether it is one that a station can have is for the kernel to say; only of a list,
 * which an address of zeros would empty, such a one is refused: "none" does that.
 *
 * Return: An enum status.
 */
int parse_lladdr(struct parse *p, const struct opt *o, const char *arg)
{
	static const unsigned char nobody[LLADDR_LEN];
	unsigned char lladdr[LLADDR_LEN] = { 0 };

	if (!is_zero(o, arg) && !get_lladdr(arg, lladdr))
		return bad_value(o, arg, "a MAC address");
	if (o->zero && !is_zero(o, arg) && !memcmp(lladdr, nobody, LLADDR_LEN))
		return bad_value(o, arg, "none or the MAC address of somebody");
	msg_put(p->msg, o->attr, lladdr, sizeof(lladdr));
	return STATUS_OK;
}
