// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters by origin and verdict, and a histogram of how long it took: what an
 * operator looks at instead of a log.
 */
#include <net/netlink.h>

#include "vxmob.h"

/**
 * vxmob_stats_claim - Count a claim
 * @d: the domain
 * @origin: enum vxmob_origin
 * @verdict: enum vxmob_verdict
 *
 * Context: BH is disabled.
 */
void vxmob_stats_claim(struct vxmob_domain *d, u8 origin, u8 verdict)
{
	this_cpu_inc(d->stats->claims[origin][verdict]);
}

/**
 * vxmob_stats_latency - Count how long an accepted claim took
 * @d: the domain
 * @ns: nanoseconds from evidence to applied
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_stats_latency(struct vxmob_domain *d, u64 ns)
{
	int slot = fls64(div_u64(ns, NSEC_PER_USEC));

	this_cpu_inc(d->stats->latency[min(slot, VXMOB_LATENCY_SLOTS - 1)]);
}

/* Over all CPUs, which go on counting; @offset: of one in struct vxmob_stats */
static u64 sum_at(struct vxmob_domain *d, size_t offset)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*(u64 *)((char *)per_cpu_ptr(d->stats, cpu) +
					  offset));
	return sum;
}

static u64 sum_claims(struct vxmob_domain *d, int origin, int verdict)
{
	return sum_at(d, offsetof(struct vxmob_stats, claims[origin][verdict]));
}

static int fill_counter(struct sk_buff *skb, struct vxmob_domain *d,
			int origin, int verdict)
{
	u64 claims = sum_claims(d, origin, verdict);
	struct nlattr *nest;

	if (!claims)
		return 0;
	nest = nla_nest_start(skb, VXMOB_A_STATS_COUNTER);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, VXMOB_A_COUNTER_ORIGIN, origin) ||
	    nla_put_u32(skb, VXMOB_A_COUNTER_VERDICT, verdict) ||
	    nla_put_u64_64bit(skb, VXMOB_A_COUNTER_CLAIMS, claims,
			      VXMOB_A_COUNTER_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_counters(struct sk_buff *skb, struct vxmob_domain *d)
{
	int origin, verdict, err;

	for (origin = 0; origin < VXMOB_ORIGINS; origin++)
		for (verdict = 0; verdict < VXMOB_VERDICTS; verdict++) {
			err = fill_counter(skb, d, origin, verdict);
			if (err)
				return err;
		}
	return 0;
}

static int fill_latency(struct sk_buff *skb, struct vxmob_domain *d)
{
	u64 sum[VXMOB_LATENCY_SLOTS];
	int i;

	for (i = 0; i < VXMOB_LATENCY_SLOTS; i++)
		sum[i] = sum_at(d, offsetof(struct vxmob_stats, latency) +
				   i * sizeof(u64));
	return nla_put(skb, VXMOB_A_STATS_LATENCY, sizeof(sum), sum);
}

/* Counters of frames and packets: the attribute of each, and where it is kept */
static const struct {
	u16 type;
	u16 offset;
} traffic[] = {
	{ VXMOB_A_STATS_BLACKHOLED, offsetof(struct vxmob_stats, blackholed) },
	{ VXMOB_A_STATS_ANNOUNCED, offsetof(struct vxmob_stats, announced) },
	{ VXMOB_A_STATS_NEIGHBOURS, offsetof(struct vxmob_stats, neighbours) },
	{ VXMOB_A_STATS_REDIRECTED, offsetof(struct vxmob_stats, redirected) },
	{ VXMOB_A_STATS_REDIRECT_REFUSED,
	  offsetof(struct vxmob_stats, redirect_refused) },
	{ VXMOB_A_STATS_REDIRECT_DROPPED,
	  offsetof(struct vxmob_stats, redirect_dropped) },
	{ VXMOB_A_STATS_KEPT, offsetof(struct vxmob_stats, kept) },
	{ VXMOB_A_STATS_OVERFLOWED, offsetof(struct vxmob_stats, overflowed) },
	{ VXMOB_A_STATS_LATE, offsetof(struct vxmob_stats, late) },
};

static int fill_traffic(struct sk_buff *skb, struct vxmob_domain *d)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(traffic); i++)
		if (nla_put_u64_64bit(skb, traffic[i].type,
				      sum_at(d, traffic[i].offset),
				      VXMOB_A_STATS_PAD))
			return -EMSGSIZE;
	return 0;
}

static int fill_health(struct sk_buff *skb, struct vxmob_domain *d)
{
	if (nla_put_u64_64bit(skb, VXMOB_A_STATS_REPAIRS,
			      READ_ONCE(d->repairs), VXMOB_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VXMOB_A_STATS_DUPLICATES,
			      READ_ONCE(d->duplicates), VXMOB_A_STATS_PAD))
		return -EMSGSIZE;
	return fill_traffic(skb, d);
}

/**
 * vxmob_stats_fill - Put a domain's counters into a message
 * @skb: the message
 * @d: the domain
 *
 * Context: process.
 * Return: 0 or -EMSGSIZE.
 */
int vxmob_stats_fill(struct sk_buff *skb, struct vxmob_domain *d)
{
	if (nla_put_u32(skb, VXMOB_A_STATS_IFINDEX, d->ifindex) ||
	    nla_put_u32(skb, VXMOB_A_STATS_VNI, d->vni) ||
	    nla_put_u16(skb, VXMOB_A_STATS_VID, d->vid) ||
	    nla_put_u32(skb, VXMOB_A_STATS_MACS, vxmob_binding_count(d)) ||
	    nla_put_u64_64bit(skb, VXMOB_A_STATS_HINTS, READ_ONCE(d->hints),
			      VXMOB_A_STATS_PAD) ||
	    nla_put_u64_64bit(skb, VXMOB_A_STATS_RESYNCS,
			      READ_ONCE(d->resyncs), VXMOB_A_STATS_PAD))
		return -EMSGSIZE;
	return fill_health(skb, d) ?: fill_counters(skb, d) ?:
	       fill_latency(skb, d);
}
