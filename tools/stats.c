// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "stats": what was claimed in each domain, what the module said to
 * it, and how long it took from the evidence until the verdict was applied.
 */
#include <stdio.h>
#include <string.h>

#include <linux/vxmob.h>

#include "json.h"
#include "msg.h"
#include "names.h"
#include "nl.h"
#include "output.h"
#include "utils.h"

/* 2^n microseconds are a number for n up to 63. */
#define BUCKETS_MAX 64

static const char stats_usage[] =
	"Usage: vxmob stats [ show ] [ dev DEV ] [ vni VNI ]\n";

static const struct opt stats_opts[] = {
	{ "dev", parse_dev, .attr = VXMOB_A_STATS_IFINDEX },
	{ "vni", parse_u32, .attr = VXMOB_A_STATS_VNI,
	  .min = 1, .max = VNI_MAX },
	{ }
};

static void print_counter(const struct nlattr *counter)
{
	const struct nlattr *tb[VXMOB_A_COUNTER_MAX + 1];
	const char *origin, *verdict;

	attrs_parse_nested(counter, tb, VXMOB_A_COUNTER_MAX);
	origin = names_word(&origin_names,
			    attr_uint(tb[VXMOB_A_COUNTER_ORIGIN]));
	verdict = names_word(&verdict_names,
			     attr_uint(tb[VXMOB_A_COUNTER_VERDICT]));
	out_row();
	out_cell("origin", -8, origin);
	out_cell("verdict", -22, verdict);
	out_cell_uint("count", 12, attr_uint(tb[VXMOB_A_COUNTER_CLAIMS]));
	out_row_end();
}

static void print_counters(const struct nlmsghdr *nlh, bool any)
{
	const struct nlattr *attr;

	if (options.json)
		json_open("claims", '[');
	if (any)
		out_text("\n    origin   verdict                      claims");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == VXMOB_A_STATS_COUNTER)
			print_counter(attr);
	if (options.json)
		json_close();
}

static unsigned long long bucket(const struct nlattr *histogram, unsigned int n)
{
	uint64_t count;

	memcpy(&count, (char *)mnl_attr_get_payload(histogram) +
	       n * sizeof(count), sizeof(count));
	return count;
}

/* In text a row a bucket, from the first to the last that is not empty. */
static void print_buckets(const struct nlattr *histogram, unsigned int count)
{
	unsigned int n, first = 0, last = count;

	while (first < count && !bucket(histogram, first))
		first++;
	while (last > first && !bucket(histogram, last - 1))
		last--;
	if (first == last)
		return;
	printf("\n    latency, us                          claims");
	for (n = first; n < last; n++) {
		if (n && n == count - 1)
			printf("\n    >= %-28llu", 1ULL << (n - 1));
		else
			printf("\n    <  %-28llu", 1ULL << n);
		printf(" %12llu", bucket(histogram, n));
	}
}

static void print_latency(const struct nlattr *histogram)
{
	unsigned int n, count;

	if (!histogram)
		return;
	count = mnl_attr_get_payload_len(histogram) / sizeof(uint64_t);
	if (count > BUCKETS_MAX)
		count = BUCKETS_MAX;
	if (!options.json) {
		print_buckets(histogram, count);
		return;
	}
	json_open("latency_us", '[');
	for (n = 0; n < count; n++)
		json_uint(NULL, bucket(histogram, n));
	json_close();
}

static void print_handover(const struct nlattr **tb)
{
	out_attr_uint("announced", tb[VXMOB_A_STATS_ANNOUNCED]);
	out_attr_uint("neighbours", tb[VXMOB_A_STATS_NEIGHBOURS]);
	out_attr_uint("redirected", tb[VXMOB_A_STATS_REDIRECTED]);
	out_attr_uint("redirect-refused", tb[VXMOB_A_STATS_REDIRECT_REFUSED]);
	out_attr_uint("redirect-dropped", tb[VXMOB_A_STATS_REDIRECT_DROPPED]);
	out_attr_uint("kept", tb[VXMOB_A_STATS_KEPT]);
	out_attr_uint("overflowed", tb[VXMOB_A_STATS_OVERFLOWED]);
	out_attr_uint("late", tb[VXMOB_A_STATS_LATE]);
}

static void print_stats(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_STATS_MAX + 1];

	attrs_parse(nlh, tb, VXMOB_A_STATS_MAX);
	out_record();
	out_attr_dev("dev", tb[VXMOB_A_STATS_IFINDEX]);
	out_attr_uint("vni", tb[VXMOB_A_STATS_VNI]);
	out_attr_uint("vid", tb[VXMOB_A_STATS_VID]);
	out_attr_uint("macs", tb[VXMOB_A_STATS_MACS]);
	out_attr_uint("hints", tb[VXMOB_A_STATS_HINTS]);
	out_attr_uint("resyncs", tb[VXMOB_A_STATS_RESYNCS]);
	out_attr_uint("repairs", tb[VXMOB_A_STATS_REPAIRS]);
	out_attr_uint("duplicates", tb[VXMOB_A_STATS_DUPLICATES]);
	out_attr_uint("blackholed", tb[VXMOB_A_STATS_BLACKHOLED]);
	print_handover(tb);
	print_counters(nlh, tb[VXMOB_A_STATS_COUNTER]);
	print_latency(tb[VXMOB_A_STATS_LATENCY]);
	out_record_end();
}

static int stats_run(struct args *args)
{
	struct parse p = { .opts = stats_opts };
	const char *word = args_peek(args);
	struct msg m;
	int ret;

	if (word && (!strcmp(word, "show") || !strcmp(word, "list")))
		args_take(args);
	msg_init(&m, VXMOB_CMD_STATS_DUMP);
	p.msg = &m;
	ret = opts_parse(&p, args);
	if (!ret)
		ret = nl_dump(&m, print_stats);
	msg_free(&m);
	return ret;
}

const struct object stats_object = {
	.name = "stats",
	.usage = stats_usage,
	.run = stats_run,
};
