// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "transaction": many claims, and steps of handovers, in one message,
 * all carried out or none. The file is read to its end before the kernel hears of it, and what
 * the kernel objects to is traced back from the attribute to the line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vxmob.h>

#include "input.h"
#include "mac.h"
#include "move.h"
#include "msg.h"
#include "names.h"
#include "nl.h"
#include "utils.h"

static const char transaction_usage[] =
	"Usage: vxmob transaction FILE\n"
	"Each line of FILE ('-' is the standard input) is one of\n"
	"       [ mac ] announce LLADDR dev DEV [ vni VNI ] { via VTEP | on PORT }\n"
	"                 [ seq N ] [ sticky ] [ router ] [ ip ADDRESS ]...\n"
	"       [ mac ] withdraw LLADDR dev DEV [ vni VNI ] [ via VTEP | on PORT ]\n"
	"                 [ seq N ]\n"
	"       move prepare LLADDR dev DEV [ vni VNI ] to VTEP [ deadline SECS ]\n"
	"       move prepare LLADDR dev DEV [ vni VNI ] on PORT [ from VTEP ]\n"
	"                 [ open-on LIST of rarp,garp,na,commit ] [ deadline SECS ]\n"
	"       move { hold | commit | abort } LLADDR dev DEV [ vni VNI ]\n";

/**
 * struct origin - Where a part of the request comes from.
 * @offset: Where it begins in the request.
 * @line: The line of the file.
 */
struct origin {
	uint32_t offset;
	unsigned int line;
};

/**
 * struct transaction - A request and where its parts come from.
 * @m: The request.
 * @origins: One a line, in the order of both.
 * @count: How many.
 * @size: How many are allocated.
 */
struct transaction {
	struct msg m;
	struct origin *origins;
	size_t count;
	size_t size;
};

static void remember(struct transaction *t, uint32_t offset, unsigned int line)
{
	if (t->count == t->size) {
		t->size = 2 * t->size + 64;
		t->origins = xrealloc(t->origins,
				      t->size * sizeof(*t->origins));
	}
	t->origins[t->count].offset = offset;
	t->origins[t->count++].line = line;
}

static int parse_claim(struct msg *m, struct args *args)
{
	const char *command = args_take(args);

	if (command && !strcmp(command, "mac"))
		command = args_take(args);
	if (command && !strcmp(command, "announce")) {
		msg_put_u32(m, VXMOB_A_MAC_OP, VXMOB_OP_ANNOUNCE);
		return mac_parse_announce(args, m);
	}
	if (command && !strcmp(command, "withdraw")) {
		msg_put_u32(m, VXMOB_A_MAC_OP, VXMOB_OP_WITHDRAW);
		return mac_parse_withdraw(args, m);
	}
	return err("a transaction consists of \"announce\", \"withdraw\" and \"move\", not of \"%s\"",
		   command ? command : "");
}

static int parse_step(struct msg *m, struct args *args)
{
	const char *step = args_take(args);
	int op = step ? names_find(&move_op_names, step) : -1;
	char all[64];

	if (op < 0)
		return err("\"move\" takes %s, not \"%s\"",
			   names_all(&move_op_names, all, sizeof(all)),
			   step ? step : "");
	msg_put_u32(m, VXMOB_A_MOVE_OP, op);
	return move_parse(args, m, op);
}

static int parse_line(struct transaction *t, const struct input *in)
{
	struct args args = { .argv = in->argv, .argc = in->argc };
	bool move = !strcmp(in->argv[0], "move");
	uint32_t start;
	int ret;

	start = msg_nest(&t->m, move ? VXMOB_A_TRANSACTION_MOVE :
				       VXMOB_A_TRANSACTION_LINE);
	err_where(in->name, in->line);
	remember(t, start, in->line);
	if (move)
		args_take(&args);
	ret = move ? parse_step(&t->m, &args) : parse_claim(&t->m, &args);
	if (!ret && !msg_nest_end(&t->m, start))
		ret = err("the line has too many addresses");
	err_where(NULL, 0);
	return ret;
}

static int parse_file(struct transaction *t, const char *file)
{
	int more, ret = STATUS_OK;
	struct input in;

	if (!input_open(&in, file))
		return STATUS_USAGE;
	while (!ret && (more = input_line(&in)) > 0)
		ret = parse_line(t, &in);
	if (!ret && more < 0)
		ret = STATUS_USAGE;
	input_close(&in);
	if (!ret && !t->count)
		ret = err("empty transaction");
	return ret;
}

/* The line that an offset in the request belongs to; 0 if none. */
static unsigned int line_at(const struct transaction *t, uint32_t offset)
{
	unsigned int line = 0;
	size_t i;

	for (i = 0; i < t->count && t->origins[i].offset <= offset; i++)
		line = t->origins[i].line;
	return line;
}

static int report(const struct transaction *t, const char *file,
		  const struct nl_answer *answer)
{
	unsigned int line = 0;

	if (!answer->error)
		return nl_report(answer);
	if (answer->has_offset)
		line = line_at(t, answer->offset);
	if (line)
		fprintf(stderr, "%s:%u: %s\n", file, line, nl_reason(answer));
	else
		nl_report(answer);
	if (answer->error != ENOTRECOVERABLE)
		fprintf(stderr, "%s: nothing was applied\n", file);
	return STATUS_KERNEL;
}

static int transaction_run(struct args *args)
{
	struct transaction t = { 0 };
	struct nl_answer answer;
	const char *file;
	int ret;

	if (args_help(args))
		return STATUS_HELP;
	file = args_take(args);
	if (!file)
		return err("a file is missing, try \"vxmob transaction help\"");
	ret = args_end(args);
	if (ret)
		return ret;
	msg_init(&t.m, VXMOB_CMD_TRANSACTION);
	ret = parse_file(&t, file);
	if (!ret)
		ret = nl_talk_large(&t.m, &answer) ?
		      report(&t, file, &answer) : STATUS_KERNEL;
	msg_free(&t.m);
	free(t.origins);
	return ret;
}

const struct object transaction_object = {
	.name = "transaction",
	.usage = transaction_usage,
	.run = transaction_run,
};
