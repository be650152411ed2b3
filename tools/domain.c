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

static const char domain_usage[] =
	"Usage: vxmob domain { add | set } dev DEV [ vni VNI ] [ vid VID ]\n"
	"                    [ mode { enforce | monitor } ]\n"
	"                    [ snoop { none | LIST of rarp,garp,na } ]\n"
	"                    [ confirm { none | SECS } ]\n"
	"                    [ vteps { known | any | LIST of ADDRESS } ]\n"
	"                    [ guard { on | off } ] [ dup-moves N ] [ dup-window SECS ]\n"
	"                    [ dup-action { warn | freeze | blackhole } ]\n"
	"                    [ dup-recover { never | SECS } ]\n"
	"                    [ protect LLADDR ]... [ max-macs N ]\n"
	"       vxmob domain del dev DEV [ vni VNI ]\n"
	"       vxmob domain { show | list } [ dev DEV ] [ vni VNI ]\n";

/* Calls @fn for each element of a list; they are separated by commas. */
static int each_element(struct parse *p, const struct opt *o, const char *arg,
			int (*fn)(struct parse *p, const struct opt *o,
				  const char *element))
{
	char *copy = strdup(arg), *rest = copy, *element;
	int ret = STATUS_OK;

	while (!ret && (element = strsep(&rest, ",")))
		ret = fn(p, o, element);
	free(copy);
	return ret;
}

static int parse_snoop_element(struct parse *p, const struct opt *o,
			       const char *element)
{
	char all[64];
	int bit = names_find(o->names, element);

	if (bit < 0)
		return err("argument \"%s\" is wrong: \"%s\" takes none or a list of %s",
			   element, o->name,
			   names_all(o->names, all, sizeof(all)));
	p->flags |= 1U << bit;
	return STATUS_OK;
}

static int parse_snoop(struct parse *p, const struct opt *o, const char *arg)
{
	int ret = STATUS_OK;

	p->flags = 0;
	if (strcmp(arg, "none"))
		ret = each_element(p, o, arg, parse_snoop_element);
	if (!ret)
		msg_put_u32(p->msg, o->attr, p->flags);
	return ret;
}

static int parse_confirm(struct parse *p, const struct opt *o, const char *arg)
{
	return parse_u32(p, o, strcmp(arg, "none") ? arg : "0");
}

static int parse_recover(struct parse *p, const struct opt *o, const char *arg)
{
	if (strcmp(arg, "never"))
		return parse_u32(p, o, arg);
	msg_put_u32(p->msg, o->attr, 0);
	return STATUS_OK;
}

static int parse_vtep(struct parse *p, const struct opt *o, const char *arg)
{
	unsigned char addr[16];
	size_t len = get_addr(arg, addr);

	if (!len)
		return bad_value(o, arg, "known, any or a list of IP addresses");
	msg_put(p->msg, VXMOB_A_DOMAIN_VTEP, addr, len);
	return STATUS_OK;
}

static int parse_vteps(struct parse *p, const struct opt *o, const char *arg)
{
	int value = names_find(&vteps_names, arg);

	if (value == VXMOB_VTEPS_KNOWN || value == VXMOB_VTEPS_ANY) {
		msg_put_u32(p->msg, o->attr, value);
		return STATUS_OK;
	}
	msg_put_u32(p->msg, o->attr, VXMOB_VTEPS_LIST);
	return each_element(p, o, arg, parse_vtep);
}

static const struct opt domain_opts[] = {
	{ "dev", parse_dev, .attr = VXMOB_A_DOMAIN_IFINDEX },
	{ "vni", parse_u32, .attr = VXMOB_A_DOMAIN_VNI,
	  .min = 1, .max = VNI_MAX },
	{ "vid", parse_u16, .attr = VXMOB_A_DOMAIN_VID, .max = VID_MAX },
	{ "mode", parse_name, .attr = VXMOB_A_DOMAIN_MODE,
	  .names = &mode_names },
	{ "snoop", parse_snoop, .attr = VXMOB_A_DOMAIN_SNOOP,
	  .names = &snoop_names },
	{ "confirm", parse_confirm, .attr = VXMOB_A_DOMAIN_CONFIRM,
	  .max = CONFIRM_MAX },
	{ "vteps", parse_vteps, .attr = VXMOB_A_DOMAIN_VTEPS },
	{ "guard", parse_name, .attr = VXMOB_A_DOMAIN_GUARD,
	  .names = &guard_names },
	{ "dup-moves", parse_u32, .attr = VXMOB_A_DOMAIN_DUP_MOVES,
	  .min = 2, .max = DUP_MOVES_MAX },
	{ "dup-window", parse_u32, .attr = VXMOB_A_DOMAIN_DUP_WINDOW,
	  .min = 1, .max = DUP_WINDOW_MAX },
	{ "dup-action", parse_name, .attr = VXMOB_A_DOMAIN_DUP_ACTION,
	  .names = &dup_action_names },
	{ "dup-recover", parse_recover, .attr = VXMOB_A_DOMAIN_DUP_RECOVER,
	  .min = DUP_RECOVER_MIN, .max = DUP_RECOVER_MAX },
	{ "protect", parse_lladdr, .attr = VXMOB_A_DOMAIN_PROTECT,
	  .repeat = true },
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

static int domain_change(struct args *args, uint8_t cmd,
			 const struct opt *opts)
{
	struct parse p = { .opts = opts };
	struct msg m;
	int ret;

	msg_init(&m, cmd);
	p.msg = &m;
	ret = opts_parse(&p, args);
	if (!ret)
		ret = opt_needed(&p, "dev");
	if (!ret)
		ret = nl_talk(&m, NULL);
	msg_free(&m);
	return ret;
}

static int domain_add(struct args *args)
{
	return domain_change(args, VXMOB_CMD_DOMAIN_ADD, domain_opts);
}

static int domain_set(struct args *args)
{
	return domain_change(args, VXMOB_CMD_DOMAIN_SET, domain_opts);
}

static int domain_del(struct args *args)
{
	return domain_change(args, VXMOB_CMD_DOMAIN_DEL, filter_opts);
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

static void print_confirm(const struct nlattr *attr)
{
	if (attr && !attr_uint(attr) && !options.json)
		out_str("confirm", "none");
	else
		out_attr_uint("confirm", attr);
}

static void print_recover(const struct nlattr *attr)
{
	if (attr && !attr_uint(attr) && !options.json)
		out_str("dup-recover", "never");
	else
		out_attr_uint("dup-recover", attr);
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
	print_confirm(tb[VXMOB_A_DOMAIN_CONFIRM]);
	print_vteps(nlh, tb[VXMOB_A_DOMAIN_VTEPS]);
	out_attr_name("guard", tb[VXMOB_A_DOMAIN_GUARD], &guard_names);
	out_attr_uint("dup-moves", tb[VXMOB_A_DOMAIN_DUP_MOVES]);
	out_attr_uint("dup-window", tb[VXMOB_A_DOMAIN_DUP_WINDOW]);
	out_attr_name("dup-action", tb[VXMOB_A_DOMAIN_DUP_ACTION],
		      &dup_action_names);
	print_recover(tb[VXMOB_A_DOMAIN_DUP_RECOVER]);
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
