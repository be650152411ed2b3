// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "domain": which VXLAN segments the module manages, and how.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/vxmob.h>

#include "msg.h"
#include "names.h"
#include "nl.h"
#include "output.h"
#include "utils.h"

#define CONFIRM_MAX 3600
#define DUP_MOVES_MAX 1000
#define DUP_WINDOW_MAX 86400
#define DUP_RECOVER_MIN 30
#define DUP_RECOVER_MAX 3600
#define SETTLE_MAX 10000
#define REDIRECT_MAX 3600
#define ANNOUNCE_ROUNDS_MAX 32
#define ANNOUNCE_MS_MAX 60000

static const char domain_usage[] =
	"Usage: vxmob domain { add | set } dev DEV [ vni VNI ] [ vid VID ]\n"
	"                    [ mode { enforce | monitor } ]\n"
	"                    [ snoop { none | LIST of rarp,garp,na } ]\n"
	"                    [ confirm { none | SECS } ]\n"
	"                    [ vteps { known | any | LIST of ADDRESS } ]\n"
	"                    [ guard { on | off } ] [ dup-moves N ] [ dup-window SECS ]\n"
	"                    [ dup-action { warn | freeze | blackhole } ]\n"
	"                    [ dup-recover { never | SECS } ]\n"
	"                    [ settle MS ] [ redirect SECS ] [ announce-rounds N ]\n"
	"                    [ announce-initial MS ] [ announce-step MS ]\n"
	"                    [ announce-max MS ] [ protect { none | LLADDR } ]...\n"
	"                    [ max-macs N ]\n"
	"       vxmob domain del [ dev DEV ] [ vni VNI ]\n"
	"       vxmob domain { show | list } [ dev DEV ] [ vni VNI ]\n";

static int parse_vtep(struct parse *p, const struct opt *o, const char *arg)
{
	unsigned char addr[16];
	size_t len = get_addr(arg, addr);

	if (!len)
		return bad_value(o, arg, "known, any or a list of IP addresses");
	msg_put(p->msg, VXMOB_A_DOMAIN_VTEP, addr, len);
	return STATUS_OK;
}

/* They are separated by commas. */
static int parse_vtep_list(struct parse *p, const struct opt *o,
			   const char *arg)
{
	char *copy = strdup(arg), *rest = copy, *element;
	int ret = STATUS_OK;

	while (!ret && (element = strsep(&rest, ",")))
		ret = parse_vtep(p, o, element);
	free(copy);
	return ret;
}

static int parse_vteps(struct parse *p, const struct opt *o, const char *arg)
{
	int value = names_find(&vteps_names, arg);

	if (value == VXMOB_VTEPS_KNOWN || value == VXMOB_VTEPS_ANY) {
		msg_put_u32(p->msg, o->attr, value);
		return STATUS_OK;
	}
	msg_put_u32(p->msg, o->attr, VXMOB_VTEPS_LIST);
	return parse_vtep_list(p, o, arg);
}

static const struct opt domain_opts[] = {
	{ "dev", parse_dev, .attr = VXMOB_A_DOMAIN_IFINDEX },
	{ "vni", parse_u32, .attr = VXMOB_A_DOMAIN_VNI,
	  .min = 1, .max = VNI_MAX },
	{ "vid", parse_u16, .attr = VXMOB_A_DOMAIN_VID, .max = VID_MAX },
	{ "mode", parse_name, .attr = VXMOB_A_DOMAIN_MODE,
	  .names = &mode_names },
	{ "snoop", parse_mask, .attr = VXMOB_A_DOMAIN_SNOOP,
	  .zero = "none", .names = &snoop_names },
	{ "confirm", parse_u32, .attr = VXMOB_A_DOMAIN_CONFIRM,
	  .zero = "none", .max = CONFIRM_MAX },
	{ "vteps", parse_vteps, .attr = VXMOB_A_DOMAIN_VTEPS },
	{ "guard", parse_name, .attr = VXMOB_A_DOMAIN_GUARD,
	  .names = &guard_names },
	{ "dup-moves", parse_u32, .attr = VXMOB_A_DOMAIN_DUP_MOVES,
	  .min = 2, .max = DUP_MOVES_MAX },
	{ "dup-window", parse_u32, .attr = VXMOB_A_DOMAIN_DUP_WINDOW,
	  .min = 1, .max = DUP_WINDOW_MAX },
	{ "dup-action", parse_name, .attr = VXMOB_A_DOMAIN_DUP_ACTION,
	  .names = &dup_action_names },
	{ "dup-recover", parse_u32, .attr = VXMOB_A_DOMAIN_DUP_RECOVER,
	  .zero = "never", .min = DUP_RECOVER_MIN, .max = DUP_RECOVER_MAX },
	{ "settle", parse_u32, .attr = VXMOB_A_DOMAIN_SETTLE,
	  .max = SETTLE_MAX },
	{ "redirect", parse_u32, .attr = VXMOB_A_DOMAIN_REDIRECT,
	  .max = REDIRECT_MAX },
	{ "announce-rounds", parse_u32, .attr = VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS,
	  .max = ANNOUNCE_ROUNDS_MAX },
	{ "announce-initial", parse_u32,
	  .attr = VXMOB_A_DOMAIN_ANNOUNCE_INITIAL, .max = ANNOUNCE_MS_MAX },
	{ "announce-step", parse_u32, .attr = VXMOB_A_DOMAIN_ANNOUNCE_STEP,
	  .max = ANNOUNCE_MS_MAX },
	{ "announce-max", parse_u32, .attr = VXMOB_A_DOMAIN_ANNOUNCE_MAX,
	  .max = ANNOUNCE_MS_MAX },
	{ "protect", parse_lladdr, .attr = VXMOB_A_DOMAIN_PROTECT,
	  .zero = "none", .repeat = true },
	{ "max-macs", parse_u32, .attr = VXMOB_A_DOMAIN_MAX_MACS,
	  .min = 1, .max = UINT32_MAX },
	{ }
};

static const struct opt filter_opts[] = {
	{ "dev", parse_dev, .attr = VXMOB_A_DOMAIN_IFINDEX },
	{ "vni", parse_u32, .attr = VXMOB_A_DOMAIN_VNI,
	  .min = 1, .max = VNI_MAX },
	{ }
};

/* @either: what may be named in place of the device, or NULL. */
static int domain_change(struct args *args, uint8_t cmd,
			 const struct opt *opts, const char *either)
{
	struct parse p = { .opts = opts };
	struct msg m;
	int ret;

	msg_init(&m, cmd);
	p.msg = &m;
	ret = opts_parse(&p, args);
	if (!ret && !(either && opt_seen(&p, either)))
		ret = opt_needed(&p, "dev");
	if (!ret)
		ret = nl_talk(&m, NULL);
	msg_free(&m);
	return ret;
}

static int domain_add(struct args *args)
{
	return domain_change(args, VXMOB_CMD_DOMAIN_ADD, domain_opts, NULL);
}

static int domain_set(struct args *args)
{
	return domain_change(args, VXMOB_CMD_DOMAIN_SET, domain_opts, NULL);
}

static int domain_del(struct args *args)
{
	return domain_change(args, VXMOB_CMD_DOMAIN_DEL, filter_opts, "vni");
}

static void print_snoop(const struct nlattr *attr)
{
	uint32_t mask = attr_uint(attr);

	if (!attr)
		return;
	out_list("snoop", "snoop", LIST_COMMA);
	out_mask(mask, &snoop_names);
	out_list_end();
	if (!mask && !options.json)
		out_str("snoop", "none");
}

/* In text, 0 is what the option's word for it says. */
static void print_or(const char *key, const struct nlattr *attr,
		     const char *zero)
{
	if (attr && !attr_uint(attr) && !options.json)
		out_str(key, zero);
	else
		out_attr_uint(key, attr);
}

/* Prints all attributes of one type as a list. */
static void print_multi(const struct nlmsghdr *nlh, uint16_t type,
			const char *(*word)(const struct nlattr *attr))
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == type)
			out_item(word(attr));
}

static void print_vteps(const struct nlmsghdr *nlh, const struct nlattr *attr)
{
	if (!attr || attr_uint(attr) != VXMOB_VTEPS_LIST) {
		out_attr_name("vteps", attr, &vteps_names);
		return;
	}
	out_list("vteps", "vteps", LIST_COMMA);
	print_multi(nlh, VXMOB_A_DOMAIN_VTEP, attr_addr);
	out_list_end();
}

static void print_handover(const struct nlattr **tb)
{
	out_attr_uint("settle", tb[VXMOB_A_DOMAIN_SETTLE]);
	out_attr_uint("redirect", tb[VXMOB_A_DOMAIN_REDIRECT]);
	out_attr_uint("announce-rounds", tb[VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS]);
	out_attr_uint("announce-initial", tb[VXMOB_A_DOMAIN_ANNOUNCE_INITIAL]);
	out_attr_uint("announce-step", tb[VXMOB_A_DOMAIN_ANNOUNCE_STEP]);
	out_attr_uint("announce-max", tb[VXMOB_A_DOMAIN_ANNOUNCE_MAX]);
}

static void print_domain(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_DOMAIN_MAX + 1];
	const char *name;

	attrs_parse(nlh, tb, VXMOB_A_DOMAIN_MAX);
	name = attr_str(tb[VXMOB_A_DOMAIN_IFNAME]);
	out_record();
	if (name)
		out_str("dev", name);
	else
		out_attr_dev("dev", tb[VXMOB_A_DOMAIN_IFINDEX]);
	out_attr_uint("vni", tb[VXMOB_A_DOMAIN_VNI]);
	out_attr_uint("vid", tb[VXMOB_A_DOMAIN_VID]);
	out_attr_name("mode", tb[VXMOB_A_DOMAIN_MODE], &mode_names);
	print_snoop(tb[VXMOB_A_DOMAIN_SNOOP]);
	print_or("confirm", tb[VXMOB_A_DOMAIN_CONFIRM], "none");
	print_vteps(nlh, tb[VXMOB_A_DOMAIN_VTEPS]);
	out_attr_name("guard", tb[VXMOB_A_DOMAIN_GUARD], &guard_names);
	out_attr_uint("dup-moves", tb[VXMOB_A_DOMAIN_DUP_MOVES]);
	out_attr_uint("dup-window", tb[VXMOB_A_DOMAIN_DUP_WINDOW]);
	out_attr_name("dup-action", tb[VXMOB_A_DOMAIN_DUP_ACTION],
		      &dup_action_names);
	print_or("dup-recover", tb[VXMOB_A_DOMAIN_DUP_RECOVER], "never");
	print_handover(tb);
	out_list("protect", "protect", LIST_REPEAT);
	print_multi(nlh, VXMOB_A_DOMAIN_PROTECT, attr_lladdr);
	out_list_end();
	out_attr_uint("max-macs", tb[VXMOB_A_DOMAIN_MAX_MACS]);
	out_attr_uint("macs", tb[VXMOB_A_DOMAIN_MACS]);
	out_attr_dev("bridge", tb[VXMOB_A_DOMAIN_BRIDGE]);
	out_record_end();
}

static int domain_show(struct args *args)
{
	struct parse p = { .opts = filter_opts };
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_DOMAIN_DUMP);
	p.msg = &m;
	ret = opts_parse(&p, args);
	if (!ret)
		ret = nl_dump(&m, print_domain);
	msg_free(&m);
	return ret;
}

static int domain_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", domain_show },
		{ "list", domain_show },
		{ "add", domain_add },
		{ "set", domain_set },
		{ "del", domain_del },
		{ }
	};

	return command_run(args, commands);
}

const struct object domain_object = {
	.name = "domain",
	.usage = domain_usage,
	.run = domain_run,
};
