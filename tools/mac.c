// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "mac": where MAC addresses are, and claims that they are
 * somewhere or no longer.
 */
#include <linux/vxmob.h>

#include "mac.h"
#include "msg.h"
#include "names.h"
#include "nl.h"
#include "output.h"
#include "utils.h"

static const char mac_usage[] =
	"Usage: vxmob mac announce LLADDR dev DEV [ vni VNI ] { via VTEP | on PORT }\n"
	"                 [ seq N ] [ sticky ] [ router ] [ ip ADDRESS ]...\n"
	"       vxmob mac withdraw LLADDR dev DEV [ vni VNI ] [ via VTEP | on PORT ]\n"
	"                 [ seq N ]\n"
	"       vxmob mac get LLADDR dev DEV [ vni VNI ]\n"
	"       vxmob mac { show | list | flush | unfreeze } [ LLADDR ] [ dev DEV ] [ vni VNI ]\n"
	"                 [ via VTEP | on PORT ] [ origin ORIGIN ] [ status STATUS ]\n"
	"ORIGIN := { control | netlink | snoop | learn | dplearn }\n"
	"STATUS := { confirmed | provisional | frozen | unobservable }\n";

/* Which commands take an option. */
enum {
	ANNOUNCE = 1,
	WITHDRAW = 2,
	GET = 4,
	FILTER = 8,
};

static const struct opt mac_opts[] = {
	{ "dev", parse_dev, .attr = VXMOB_A_MAC_IFINDEX },
	{ "vni", parse_u32, .attr = VXMOB_A_MAC_VNI,
	  .min = 1, .max = VNI_MAX },
	{ "via", parse_addr, .attr = VXMOB_A_MAC_VIA,
	  .commands = ANNOUNCE | WITHDRAW | FILTER },
	{ "on", parse_dev, .attr = VXMOB_A_MAC_ON,
	  .commands = ANNOUNCE | WITHDRAW | FILTER },
	{ "seq", parse_u32, .attr = VXMOB_A_MAC_SEQ,
	  .max = UINT32_MAX, .commands = ANNOUNCE | WITHDRAW },
	{ "sticky", .flag = VXMOB_MAC_FLAGS_STICKY, .commands = ANNOUNCE },
	{ "router", .flag = VXMOB_MAC_FLAGS_ROUTER, .commands = ANNOUNCE },
	{ "ip", parse_addr, .attr = VXMOB_A_MAC_IP, .repeat = true,
	  .commands = ANNOUNCE },
	{ "origin", parse_name, .attr = VXMOB_A_MAC_ORIGIN,
	  .names = &origin_names, .commands = FILTER },
	{ "status", parse_name, .attr = VXMOB_A_MAC_STATUS,
	  .names = &status_names, .commands = FILTER },
	{ }
};

static int check_place(const struct parse *p, bool needed)
{
	bool via = opt_seen(p, "via"), on = opt_seen(p, "on");

	if (via && on)
		return err("\"via\" and \"on\" exclude each other");
	if (needed && !via && !on)
		return err("either \"via\" or \"on\" is missing");
	return STATUS_OK;
}

/**
 * mac_parse_announce() - Parse what follows "mac announce".
 * @args: The words.
 * @m: The request, or the line of one, that it goes into.
 *
 * Return: An enum status.
 */
int mac_parse_announce(struct args *args, struct msg *m)
{
	struct parse p = { .msg = m, .opts = mac_opts,
			   .command = ANNOUNCE };
	int ret = opts_parse_lladdr(&p, args, VXMOB_A_MAC_LLADDR);

	if (!ret)
		ret = check_place(&p, true);
	if (!ret && p.flags)
		msg_put_u32(m, VXMOB_A_MAC_FLAGS, p.flags);
	return ret;
}

/**
 * mac_parse_withdraw() - Parse what follows "mac withdraw".
 * @args: The words.
 * @m: The request, or the line of one, that it goes into.
 *
 * Return: An enum status.
 */
int mac_parse_withdraw(struct args *args, struct msg *m)
{
	struct parse p = { .msg = m, .opts = mac_opts,
			   .command = WITHDRAW };
	int ret = opts_parse_lladdr(&p, args, VXMOB_A_MAC_LLADDR);

	return ret ? ret : check_place(&p, false);
}

static int mac_announce(struct args *args)
{
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_MAC_ANNOUNCE);
	ret = mac_parse_announce(args, &m);
	if (!ret)
		ret = nl_talk(&m, NULL);
	msg_free(&m);
	return ret;
}

static int mac_withdraw(struct args *args)
{
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_MAC_WITHDRAW);
	ret = mac_parse_withdraw(args, &m);
	if (!ret)
		ret = nl_talk(&m, NULL);
	msg_free(&m);
	return ret;
}

static void print_flags(uint32_t flags)
{
	/* Who made the forwarding entry is nothing a reader often asks. */
	if (!options.json && !options.details)
		flags &= ~VXMOB_MAC_FLAGS_INSTALLED;
	if (!flags)
		return;
	out_list("flags", NULL, LIST_BARE);
	out_mask(flags, &flag_names);
	out_list_end();
}

static void print_ips(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	out_list("ips", "ip", LIST_REPEAT);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == VXMOB_A_MAC_IP)
			out_item(attr_addr(attr));
	out_list_end();
}

static void print_place(const struct nlattr **tb)
{
	out_word("state", names_word(&state_names,
				     attr_uint(tb[VXMOB_A_MAC_STATE])));
	if (tb[VXMOB_A_MAC_VIA])
		out_str("via", attr_addr(tb[VXMOB_A_MAC_VIA]));
	out_attr_dev("port", tb[VXMOB_A_MAC_ON]);
	out_attr_uint("dst-port", tb[VXMOB_A_MAC_PORT]);
	out_attr_uint("dst-vni", tb[VXMOB_A_MAC_DST_VNI]);
	out_attr_dev("dst-dev", tb[VXMOB_A_MAC_DST_IFINDEX]);
}

static void print_mac(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_MAC_MAX + 1];
	bool all = options.json || options.stats;

	attrs_parse(nlh, tb, VXMOB_A_MAC_MAX);
	out_subject("lladdr", attr_lladdr(tb[VXMOB_A_MAC_LLADDR]),
		    tb[VXMOB_A_MAC_IFINDEX], tb[VXMOB_A_MAC_VNI],
		    tb[VXMOB_A_MAC_VID]);
	print_place(tb);
	out_attr_uint("seq", tb[VXMOB_A_MAC_SEQ]);
	if (all)
		out_uint("bump", attr_uint(tb[VXMOB_A_MAC_BUMP]));
	out_attr_name("origin", tb[VXMOB_A_MAC_ORIGIN], &origin_names);
	out_attr_name("status", tb[VXMOB_A_MAC_STATUS], &status_names);
	print_flags(attr_uint(tb[VXMOB_A_MAC_FLAGS]));
	if (tb[VXMOB_A_MAC_IP])
		print_ips(nlh);
	if (all)
		out_attr_uint("moves", tb[VXMOB_A_MAC_MOVES]);
	if (all)
		out_attr_uint("age-ms", tb[VXMOB_A_MAC_AGE_MS]);
	out_record_end();
}

static void print_one_mac(const struct nlmsghdr *nlh)
{
	out_begin();
	print_mac(nlh);
	out_end();
}

static int mac_get(struct args *args)
{
	struct parse p = { .opts = mac_opts, .command = GET };
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_MAC_GET);
	p.msg = &m;
	ret = opts_parse_lladdr(&p, args, VXMOB_A_MAC_LLADDR);
	if (!ret)
		ret = nl_talk(&m, print_one_mac);
	msg_free(&m);
	return ret;
}

static int mac_show(struct args *args)
{
	struct parse p = { .opts = mac_opts, .command = FILTER };
	struct msg m;
	int ret;

	msg_init(&m, VXMOB_CMD_MAC_DUMP);
	p.msg = &m;
	ret = opts_parse_filters(&p, args, VXMOB_A_MAC_LLADDR);
	if (!ret)
		ret = check_place(&p, false);
	if (!ret)
		ret = nl_dump(&m, print_mac);
	msg_free(&m);
	return ret;
}

static int change_matching(struct args *args, uint8_t cmd, const char *name)
{
	struct parse p = { .opts = mac_opts, .command = FILTER };
	struct msg m;
	int ret;

	if (!args_peek(args))
		return err("\"%s\" needs at least one filter", name);
	msg_init(&m, cmd);
	p.msg = &m;
	ret = opts_parse_filters(&p, args, VXMOB_A_MAC_LLADDR);
	if (!ret)
		ret = check_place(&p, false);
	if (!ret)
		ret = nl_talk(&m, NULL);
	msg_free(&m);
	return ret;
}

static int mac_flush(struct args *args)
{
	return change_matching(args, VXMOB_CMD_MAC_FLUSH, "flush");
}

static int mac_unfreeze(struct args *args)
{
	return change_matching(args, VXMOB_CMD_MAC_UNFREEZE, "unfreeze");
}

static int mac_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", mac_show },
		{ "list", mac_show },
		{ "announce", mac_announce },
		{ "withdraw", mac_withdraw },
		{ "get", mac_get },
		{ "flush", mac_flush },
		{ "unfreeze", mac_unfreeze },
		{ }
	};

	return command_run(args, commands);
}

const struct object mac_object = {
	.name = "mac",
	.usage = mac_usage,
	.run = mac_run,
};
