// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many announcements are looked at.
 *
 * A guest can send announcements as fast as it likes, for MACs that are not its
 * own as well, and each one that is judged takes the domain's lock, reads two
 * forwarding databases and may end in a move and an event. Here is decided,
 * before any of that, which are not worth it.
 *
 * What limits may cost no lock and no memory that a sender could make grow. So
 * there is a fixed number of buckets, one word each: the time at which the next
 * arrival would be due if all came evenly (the generic cell rate algorithm, ITU-T
 * I.371). Keys share buckets, and who shares with whom is kept secret: nobody can
 * aim at the bucket of another one.
 */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "vxmob.h"

/*
 * A host that is drained sends all its VMs elsewhere, and a hypervisor announces
 * each several times (QEMU: five within half a second). A thousand VMs that
 * arrive behind one VTEP at once are within this.
 */
#define VTEP_RATE	4096
#define VTEP_BURST	4096

/*
 * Four times what a hypervisor says of one VM, for one that comes by way of
 * several hosts. What is beyond is flapping or a flood.
 */
#define MAC_RATE	20
#define MAC_BURST	20

/*
 * A machine on a local port tells its IP address with each ARP request that it
 * sends. Most say nothing new, and what is passed over is said again.
 */
#define HEARD_RATE	4096
#define HEARD_BURST	4096

/* Refusals are events: enough to see that a stranger speaks, and who. */
#define STRANGER_RATE	10
#define STRANGER_BURST	10

/*
 * With so many buckets for MACs, a VTEP that names MACs at random as fast as it
 * may leaves most of each bucket to others.
 */
#define VTEP_BITS	8
#define STRANGER_BITS	6
#define MAC_BITS	10

/**
 * struct limit - How much may come
 * @interval: nanoseconds between arrivals that come evenly
 * @burst: how many may come at once
 */
struct limit {
	u64 interval;
	u32 burst;
};

/**
 * struct vxmob_limits - What a domain remembers of announcements
 * @key: secret that spreads keys over buckets
 * @vtep: buckets of VTEPs that are believed
 * @stranger: buckets of other sources
 * @mac: buckets of MACs
 * @owner: buckets of MACs on local ports
 * @heard: of all of these together
 *
 * A bucket is a time, CLOCK_MONOTONIC nanoseconds. Lockless.
 */
struct vxmob_limits {
	hsiphash_key_t key;
	atomic64_t vtep[1 << VTEP_BITS];
	atomic64_t stranger[1 << STRANGER_BITS];
	atomic64_t mac[1 << MAC_BITS];
	atomic64_t owner[1 << MAC_BITS];
	atomic64_t heard;
};

static const struct limit vtep_limit = {
	.interval = NSEC_PER_SEC / VTEP_RATE, .burst = VTEP_BURST,
};

static const struct limit stranger_limit = {
	.interval = NSEC_PER_SEC / STRANGER_RATE, .burst = STRANGER_BURST,
};

static const struct limit heard_limit = {
	.interval = NSEC_PER_SEC / HEARD_RATE, .burst = HEARD_BURST,
};

static const struct limit mac_limit = {
	.interval = NSEC_PER_SEC / MAC_RATE, .burst = MAC_BURST,
};

/*
 * One arrival. @due: when it would be due if all came evenly; set to the same
 * of the next one, if this one may come. It may be early by so much that @burst
 * arrivals can come at once.
 */
static bool arrival_conforms(u64 *due, u64 now, const struct limit *limit)
{
	u64 from = max(*due, now);

	if (from - now > (limit->burst - 1) * limit->interval)
		return false;
	*due = from + limit->interval;
	return true;
}

/* What is refused writes nothing: a flood leaves the cache line shared. */
static bool bucket_take(atomic64_t *bucket, const struct limit *limit, u64 now)
{
	s64 was = atomic64_read(bucket);
	u64 due;

	do {
		due = was;
		if (!arrival_conforms(&due, now, limit))
			return false;
	} while (!atomic64_try_cmpxchg(bucket, &was, due));
	return true;
}

static u32 addr_slot(const struct vxmob_limits *l,
		     const struct vxmob_addr *addr, unsigned int bits)
{
	return hsiphash(addr, sizeof(*addr), &l->key) & (BIT(bits) - 1);
}

static u32 mac_slot(const struct vxmob_limits *l, const u8 *mac)
{
	return hsiphash(mac, ETH_ALEN, &l->key) & (BIT(MAC_BITS) - 1);
}

/**
 * vxmob_limits_alloc - Make the limits of a domain
 *
 * Context: process, may sleep.
 * Return: the limits, all unused, to be freed by vxmob_limits_free(); or NULL.
 */
struct vxmob_limits *vxmob_limits_alloc(void)
{
	struct vxmob_limits *l = kvzalloc(sizeof(*l), GFP_KERNEL);

	if (l)
		get_random_bytes(&l->key, sizeof(l->key));
	return l;
}

/**
 * vxmob_limits_free - Free the limits of a domain
 * @l: the limits, or NULL
 *
 * Context: process; nobody uses them any more.
 */
void vxmob_limits_free(struct vxmob_limits *l)
{
	kvfree(l);
}

/**
 * vxmob_limit_claim - Whether an announcement by a VTEP is looked at
 * @l: the domain's limits
 * @vtep: the VTEP, which is believed
 * @mac: the MAC announced
 * @now: CLOCK_MONOTONIC nanoseconds
 *
 * What is too much of the MAC counts for the VTEP nevertheless.
 *
 * Context: any.
 * Return: false if there are too many by the VTEP, or of the MAC.
 */
bool vxmob_limit_claim(struct vxmob_limits *l, const struct vxmob_addr *vtep,
		       const u8 *mac, u64 now)
{
	return bucket_take(&l->vtep[addr_slot(l, vtep, VTEP_BITS)],
			   &vtep_limit, now) &&
	       bucket_take(&l->mac[mac_slot(l, mac)], &mac_limit, now);
}

/**
 * vxmob_limit_stranger - Whether an announcement by a stranger is reported
 * @l: the domain's limits
 * @source: source address of the packet, which is no VTEP that is believed
 * @now: CLOCK_MONOTONIC nanoseconds
 *
 * Context: any.
 * Return: false if there are too many from that address.
 */
bool vxmob_limit_stranger(struct vxmob_limits *l,
			  const struct vxmob_addr *source, u64 now)
{
	return bucket_take(&l->stranger[addr_slot(l, source, STRANGER_BITS)],
			   &stranger_limit, now);
}

/**
 * vxmob_limit_heard - Whether what a machine on a local port says is looked at
 * @l: the domain's limits
 * @mac: the machine's MAC
 * @now: CLOCK_MONOTONIC nanoseconds
 *
 * Context: any.
 * Return: false if it says too much, or all of them together do.
 */
bool vxmob_limit_heard(struct vxmob_limits *l, const u8 *mac, u64 now)
{
	return bucket_take(&l->owner[mac_slot(l, mac)], &mac_limit, now) &&
	       bucket_take(&l->heard, &heard_limit, now);
}
