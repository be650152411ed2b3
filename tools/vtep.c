// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "vtep": which VTEPs there are, how much is behind each, and moving
 * all of it to another one.
 */
#include <linux/vxmob.h>

#include "msg.h"
#include "nl.h"
#include "output.h"
#include "utils.h"

static const char vtep_usage[] =
	"Usage: vxmob vtep { show | list } [ dev DEV ] [ vni VNI ]\n"
	"       vxmob vtep move OLD to NEW [ dev DEV ] [ vni VNI ]\n";

/* Which commands take an option. */
enum {
	SHOW = 1,
	MOVE = 2,
};

static const struct opt vtep_opts[] = {
	{ "dev", parse_dev, .attr = VXMOB_A_VTEP_IFINDEX },
	{ "vni", parse_u32, .attr = VXMOB_A_VTEP_VNI,
	  .min = 1, .max = VNI_MAX },
	{ "to", parse_addr, .attr = VXMOB_A_VTEP_TO, .commands = MOVE },
	{ }
};

static void print_vtep(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_VTEP_MAX + 1];

	attrs_parse(nlh, tb, VXMOB_A_VTEP_MAX);
	out_subject("addr", attr_addr(tb[VXMOB_A_VTEP_ADDR]),
		    tb[VXMOB_A_VTEP_IFINDEX], tb[VXMOB_A_VTEP_VNI],
		    tb[VXMOB_A_VTEP_VID]);
	out_bool("flood", attr_uint(tb[VXMOB_A_VTEP_FLOOD]));
	out_attr_uint("macs", tb[VXMOB_A_VTEP_MACS]);
	out_attr_uint("control-macs", tb[VXMOB_A_VTEP_CONTROL_MACS]);
	out_record_end();
}

static int vtep_show(struct args *args)
{
	struct parse p = { .opts = vtep_opts, .command = SHOW };
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_VTEP_DUMP);
	p.msg = &m;
	ret = opts_parse(&p, args);
	if (!ret)
		ret = nl_dump(&m, print_vtep);
	msg_free(&m);
	return ret;
}

static void print_moved(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_VTEP_MAX + 1];

	attrs_parse(nlh, tb, VXMOB_A_VTEP_MAX);
	out_record();
	out_attr_uint("moved", tb[VXMOB_A_VTEP_MACS]);
	out_attr_uint("refused", tb[VXMOB_A_VTEP_REFUSED]);
	out_record_end();
}

/* The address, which has no keyword, and the options after it. */
static int parse_move(struct parse *p, struct args *args)
{
	static const struct opt old = { "OLD", .attr = VXMOB_A_VTEP_ADDR };
	const char *arg;
	int ret;

	if (args_help(args))
		return STATUS_HELP;
	arg = args_take(args);
	if (!arg)
		return err("the address of a VTEP is missing");
	ret = parse_addr(p, &old, arg);
	if (!ret)
		ret = opts_parse(p, args);
	return ret ? ret : opt_needed(p, "to");
}

static int vtep_move(struct args *args)
{
	struct parse p = { .opts = vtep_opts, .command = MOVE };
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_VTEP_MOVE);
	p.msg = &m;
	ret = parse_move(&p, args);
	if (!ret)
		ret = nl_talk(&m, print_moved);
	msg_free(&m);
	return ret;
}

static int vtep_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", vtep_show },
		{ "list", vtep_show },
		{ "move", vtep_move },
		{ }
	};

	return command_run(args, commands);
}

const struct object vtep_object = {
	.name = "vtep",
	.usage = vtep_usage,
	.run = vtep_run,
};
