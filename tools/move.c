// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "move": handing a machine over from one host to another, step by
 * step, and how far that has come.
 */
#include <linux/vxmob.h>

#include "move.h"
#include "msg.h"
#include "names.h"
#include "nl.h"
#include "output.h"
#include "utils.h"

#define DEADLINE_MAX 3600

static const char move_usage[] =
	"Usage: vxmob move prepare LLADDR dev DEV [ vni VNI ] to VTEP [ deadline SECS ]\n"
	"       vxmob move prepare LLADDR dev DEV [ vni VNI ] on PORT [ from VTEP ]\n"
	"                  [ open-on LIST of rarp,garp,na,commit ] [ deadline SECS ]\n"
	"       vxmob move { hold | commit | abort } LLADDR dev DEV [ vni VNI ]\n"
	"       vxmob move { show | list } [ LLADDR ] [ dev DEV ] [ vni VNI ]\n";

/* Which commands take an option. */
enum {
	PREPARE = 1,
	OTHER = 2,
};

static const struct opt move_opts[] = {
	{ "dev", parse_dev, .attr = VXMOB_A_MOVE_IFINDEX },
	{ "vni", parse_u32, .attr = VXMOB_A_MOVE_VNI,
	  .min = 1, .max = VNI_MAX },
	{ "to", parse_addr, .attr = VXMOB_A_MOVE_TO, .commands = PREPARE },
	{ "on", parse_dev, .attr = VXMOB_A_MOVE_ON, .commands = PREPARE },
	{ "from", parse_addr, .attr = VXMOB_A_MOVE_FROM,
	  .commands = PREPARE },
	{ "open-on", parse_mask, .attr = VXMOB_A_MOVE_OPEN_ON,
	  .names = &open_on_names, .commands = PREPARE },
	{ "deadline", parse_u32, .attr = VXMOB_A_MOVE_DEADLINE,
	  .min = 1, .max = DEADLINE_MAX, .commands = PREPARE },
	{ }
};

/* The source knows where the machine goes, the target where it arrives. */
static int check_ends(const struct parse *p)
{
	bool to = opt_seen(p, "to"), on = opt_seen(p, "on");

	if (to && on)
		return err("\"to\" and \"on\" exclude each other");
	if (!to && !on)
		return err("either \"to\" or \"on\" is missing");
	if (to && opt_seen(p, "from"))
		return err("\"from\" goes with \"on\" only");
	if (to && opt_seen(p, "open-on"))
		return err("\"open-on\" goes with \"on\" only");
	return STATUS_OK;
}

/**
 * move_parse() - Parse what follows the name of a step of a handover.
 * @args: The words.
 * @m: The request, or the line of one, that it goes into.
 * @op: The step, an enum vxmob_move_op.
 *
 * Return: An enum status.
 */
int move_parse(struct args *args, struct msg *m, int op)
{
	struct parse p = { .msg = m, .opts = move_opts };
	int ret;

	p.command = op == VXMOB_MOVE_OP_PREPARE ? PREPARE : OTHER;
	ret = opts_parse_lladdr(&p, args, VXMOB_A_MOVE_LLADDR);
	if (!ret && op == VXMOB_MOVE_OP_PREPARE)
		ret = check_ends(&p);
	return ret;
}

static int move_step(struct args *args, uint8_t cmd, int op)
{
	struct msg m;
	int ret;

	msg_init(&m, cmd);
	ret = move_parse(args, &m, op);
	if (!ret)
		ret = nl_talk(&m, NULL);
	msg_free(&m);
	return ret;
}

static int move_prepare(struct args *args)
{
	return move_step(args, VXMOB_CMD_MOVE_PREPARE, VXMOB_MOVE_OP_PREPARE);
}

static int move_hold(struct args *args)
{
	return move_step(args, VXMOB_CMD_MOVE_HOLD, VXMOB_MOVE_OP_HOLD);
}

static int move_commit(struct args *args)
{
	return move_step(args, VXMOB_CMD_MOVE_COMMIT, VXMOB_MOVE_OP_COMMIT);
}

static int move_abort(struct args *args)
{
	return move_step(args, VXMOB_CMD_MOVE_ABORT, VXMOB_MOVE_OP_ABORT);
}

static void print_ends(const struct nlattr **tb)
{
	const struct nlattr *open_on = tb[VXMOB_A_MOVE_OPEN_ON];

	out_word("role", names_word(&role_names,
				    attr_uint(tb[VXMOB_A_MOVE_ROLE])));
	if (tb[VXMOB_A_MOVE_FROM])
		out_str("from", attr_addr(tb[VXMOB_A_MOVE_FROM]));
	if (tb[VXMOB_A_MOVE_TO])
		out_str("to", attr_addr(tb[VXMOB_A_MOVE_TO]));
	out_attr_dev("port", tb[VXMOB_A_MOVE_ON]);
	if (!open_on)
		return;
	out_list("open-on", "open-on", LIST_COMMA);
	out_mask(attr_uint(open_on), &open_on_names);
	out_list_end();
}

static void print_progress(const struct nlattr **tb)
{
	out_attr_name("stage", tb[VXMOB_A_MOVE_STAGE], &stage_names);
	out_attr_uint("left-ms", tb[VXMOB_A_MOVE_LEFT_MS]);
	out_attr_uint("queued", tb[VXMOB_A_MOVE_QUEUED]);
	out_attr_uint("kept", tb[VXMOB_A_MOVE_KEPT]);
	out_attr_uint("overflowed", tb[VXMOB_A_MOVE_OVERFLOWED]);
	out_attr_uint("redirected", tb[VXMOB_A_MOVE_REDIRECTED]);
	out_attr_uint("late", tb[VXMOB_A_MOVE_LATE]);
}

static void print_move(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_MOVE_MAX + 1];

	attrs_parse(nlh, tb, VXMOB_A_MOVE_MAX);
	out_subject("lladdr", attr_lladdr(tb[VXMOB_A_MOVE_LLADDR]),
		    tb[VXMOB_A_MOVE_IFINDEX], tb[VXMOB_A_MOVE_VNI],
		    tb[VXMOB_A_MOVE_VID]);
	print_ends(tb);
	print_progress(tb);
	out_record_end();
}

static int move_show(struct args *args)
{
	struct parse p = { .opts = move_opts, .command = OTHER };
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_MOVE_DUMP);
	p.msg = &m;
	ret = opts_parse_filters(&p, args, VXMOB_A_MOVE_LLADDR);
	if (!ret)
		ret = nl_dump(&m, print_move);
	msg_free(&m);
	return ret;
}

static int move_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", move_show },
		{ "list", move_show },
		{ "prepare", move_prepare },
		{ "hold", move_hold },
		{ "commit", move_commit },
		{ "abort", move_abort },
		{ }
	};

	return command_run(args, commands);
}

const struct object move_object = {
	.name = "move",
	.usage = move_usage,
	.run = move_run,
};
