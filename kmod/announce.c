// SPDX-License-Identifier: GPL-2.0-only
/*
 * The announcer: a MAC that has come to a local port is announced into the
 * overlay by the module itself.
 *
 * What the machine or its hypervisor says is easily lost: it speaks before the
 * port is in its VLAN, or forwards. And RARP tells a gateway that keeps ARP
 * entries nothing. So it is said several times, for the IP addresses that are
 * known as well, from when the port forwards.
 *
 * A thousand machines may arrive at once, and a binding has no room: what is
 * announced has an object of its own while it is, and those that wait equally long
 * are in one list, in the order in which they are due. Frames are sent without
 * the domain's lock, for they may come back to this host.
 */
#include <linux/etherdevice.h>
#include <linux/pkt_sched.h>
#include <linux/slab.h>

#include "frame.h"
#include "trace.h"
#include "vxmob.h"

#define ANNOUNCED_MAX	16384		/* MACs at a time, of one domain */
#define FRAMES_MAX	64		/* in one jiffy */
#define FRAMES_BUSY	8		/* where the CPU has more to do than it can */
#define LOOKS_MAX	256		/* in one run of the tasklet */
#define POLL		(HZ / 50 ?: 1)	/* for a port to forward */
#define PATIENCE	(30 * HZ)
#define CALM		(HZ / 20)	/* after the last that came */
#define OVERDUE		HZ

/**
 * struct announced - A MAC that is being announced
 * @node: in the announcer's table
 * @list: in one of its lists
 * @mac: the MAC
 * @rounds: in how many rounds it has been announced
 * @news: what is to be done about neighbour entries first, enum vxmob_news
 * @due: when the next round is, in jiffies
 * @patience: until when its port is waited for, in jiffies
 * @rcu: frees it
 */
struct announced {
	struct rhash_head node;
	struct list_head list;
	u8 mac[ETH_ALEN];
	u8 rounds;
	u8 news;
	unsigned long due;
	unsigned long patience;
	struct rcu_head rcu;
};

/**
 * struct job - What is to be done without the domain's lock
 * @mac: the MAC
 * @ips: the IP addresses that go with it
 * @n_ips: how many
 * @news: enum vxmob_news
 * @local: it is on a local port
 * @router: it belongs to a router
 * @round: the round that is to be sent, from 1; 0 for none
 */
struct job {
	u8 mac[ETH_ALEN];
	struct vxmob_addr ips[VXMOB_IPS_MAX];
	unsigned int n_ips;
	u8 news;
	bool local;
	bool router;
	u8 round;
};

static const struct rhashtable_params params = {
	.head_offset = offsetof(struct announced, node),
	.key_offset = offsetof(struct announced, mac),
	.key_len = ETH_ALEN,
	.automatic_shrinking = true,
};

static struct announced *add(struct vxmob_announcer *a, const u8 *mac)
{
	struct announced *o;

	if (atomic_read(&a->macs.nelems) >= ANNOUNCED_MAX)
		return NULL;
	o = kzalloc(sizeof(*o), GFP_ATOMIC | __GFP_NOWARN);
	if (!o)
		return NULL;
	ether_addr_copy(o->mac, mac);
	INIT_LIST_HEAD(&o->list);
	if (!rhashtable_insert_fast(&a->macs, &o->node, params))
		return o;
	kfree(o);
	return NULL;
}

static void drop(struct vxmob_announcer *a, struct announced *o)
{
	list_del(&o->list);
	rhashtable_remove_fast(&a->macs, &o->node, params);
	kfree_rcu(o, rcu);
}

/* Jiffies from one round to the next */
static unsigned long delay_after(const struct vxmob_options *opt,
				 unsigned int rounds)
{
	u64 ms = opt->announce_initial +
		 (u64)opt->announce_step * (rounds - 1);

	return msecs_to_jiffies(min_t(u64, ms, opt->announce_max));
}

/* A duplicate would be pulled to and fro by the announcers of both its hosts. */
static bool to_be_announced(const struct vxmob_options *opt,
			    const struct vxmob_binding *b)
{
	return opt->announce_rounds &&
	       opt->mode == VXMOB_MODE_ENFORCE &&
	       b->mob.cur.state == VXMOB_STATE_LOCAL &&
	       b->mob.status != VXMOB_STATUS_FROZEN && !b->mob.duplicate;
}

/* Begin, or begin again. @wait: let the time between two rounds pass before. */
static void begin(struct vxmob_domain *d, struct vxmob_binding *b, u8 news,
		  bool wait)
{
	struct vxmob_announcer *a = &d->announcer;
	struct announced *o;

	lockdep_assert_held(&d->lock);
	o = rhashtable_lookup_fast(&a->macs, b->mac, params);
	if (!o)
		o = add(a, b->mac);
	if (!o)
		return;
	o->rounds = 0;
	o->news = max(o->news, news);
	o->due = jiffies;
	if (wait)
		o->due += delay_after(rcu_dereference(d->opt), 1);
	o->patience = o->due + PATIENCE;
	list_move_tail(&o->list, &a->round[wait]);
	tasklet_schedule(&a->tasklet);
}

/*
 * A frame that the port had still queued brings a MAC back to where it has just
 * left. Who has it in truth announces it, and ends this, before the first
 * round.
 */
static bool may_be_late(const struct vxmob_options *opt,
			const struct vxmob_binding *b,
			const struct vxmob_mobility *was)
{
	return b->mob.origin == VXMOB_ORIGIN_LEARN &&
	       was->cur.state == VXMOB_STATE_REMOTE &&
	       vxmob_place_equal(&was->prev, &b->mob.cur) &&
	       b->mob.moved_ms - was->moved_ms < opt->settle;
}

/* What was there when the domain took its bridge has not come now. */
static bool has_come(const struct vxmob_domain *d, u8 verdict)
{
	return verdict == VXMOB_VERDICT_ACCEPT_MOVE ||
	       (verdict == VXMOB_VERDICT_ACCEPT_NEW && !d->surveys);
}

/**
 * vxmob_arrived - Do what an accepted claim calls for beside forwarding
 * @d: the domain
 * @b: the MAC's binding, as the claim has made it
 * @verdict: the verdict, which accepts, and not a withdrawal
 * @was: what was bound before
 * @told: the claim brought IP addresses that are not those known before
 *
 * Context: BH or process; the domain's lock is held.
 */
void vxmob_arrived(struct vxmob_domain *d, struct vxmob_binding *b, u8 verdict,
		   const struct vxmob_mobility *was, bool told)
{
	const struct vxmob_options *opt;
	u8 news = told ? VXMOB_NEWS_IPS : VXMOB_NEWS_PLACE;
	bool come = b->mob.cur.state == VXMOB_STATE_LOCAL &&
		    has_come(d, verdict);

	rcu_read_lock();
	opt = rcu_dereference(d->opt);
	if (come)
		vxmob_neigh_recall(d, b);
	if ((come || told) && opt->mode == VXMOB_MODE_ENFORCE)
		begin(d, b, news, !told && may_be_late(opt, b, was));
	rcu_read_unlock();
}

/* Both ends must: the machine's port, and the one that leads to the overlay. */
static bool can_be_heard(struct vxmob_domain *d, const struct vxmob_binding *b)
{
	struct net_device *port;

	port = dev_get_by_index_rcu(d->net, b->mob.cur.ifindex);
	return port && vxmob_port_forwards(d, port) &&
	       vxmob_port_forwards(d, d->dev);
}

static bool is_due(const struct announced *o)
{
	return time_before_eq(o->due, jiffies);
}

/*
 * While other machines still come, what is said again would only keep the CPUs of
 * this host and of all who hear it from them.
 */
static bool gives_way(const struct vxmob_announcer *a,
		      const struct announced *o,
		      const struct vxmob_options *opt)
{
	if (!o->rounds || time_after_eq(jiffies, o->due + OVERDUE))
		return false;
	return time_before(jiffies, a->news + CALM) &&
	       time_after(a->news, o->due - delay_after(opt, o->rounds));
}

/*
 * What has waited least goes first: it is news to all. Who is in the first row after
 * all has waited for his port, and does not hold up those behind him.
 */
static struct announced *first_due(struct vxmob_announcer *a,
				   const struct vxmob_options *opt)
{
	struct announced *o;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(a->round); i++) {
		o = list_first_entry_or_null(&a->round[i], struct announced,
					     list);
		if (o && is_due(o) && !(i && gives_way(a, o, opt)))
			return o;
	}
	return NULL;
}

/* Who does not hear another host announce the MAC does not know when to stop. */
static unsigned int rounds_of(const struct vxmob_options *opt)
{
	return opt->snoop & VXMOB_SNOOP_RARP ? opt->announce_rounds : 1;
}

/* The next round, if there is one */
static void go_on(struct vxmob_announcer *a, struct announced *o,
		  const struct vxmob_options *opt)
{
	if (++o->rounds >= rounds_of(opt)) {
		drop(a, o);
		return;
	}
	o->due = jiffies + delay_after(opt, o->rounds);
	list_move_tail(&o->list, &a->round[o->rounds]);
}

static void wait_for_port(struct vxmob_announcer *a, struct announced *o)
{
	if (time_after(jiffies, o->patience))
		drop(a, o);
	else
		list_move_tail(&o->list, &a->waiting);
}

static void copy_binding(struct job *job, const struct vxmob_binding *b)
{
	ether_addr_copy(job->mac, b->mac);
	job->local = b->mob.cur.state == VXMOB_STATE_LOCAL;
	job->router = b->mob.router;
	job->n_ips = b->ips ? b->ips->n : 0;
	if (b->ips)
		memcpy(job->ips, b->ips->addr,
		       job->n_ips * sizeof(*job->ips));
}

static void make_job(struct vxmob_domain *d, struct announced *o,
		     struct job *job)
{
	const struct vxmob_options *opt = rcu_dereference(d->opt);
	struct vxmob_binding *b = vxmob_binding_find(d, o->mac);
	struct vxmob_announcer *a = &d->announcer;

	job->round = 0;
	job->news = VXMOB_NEWS_NONE;
	if (!b || opt->mode != VXMOB_MODE_ENFORCE) {
		drop(a, o);
		return;
	}
	copy_binding(job, b);
	job->news = o->news;
	o->news = VXMOB_NEWS_NONE;
	if (!to_be_announced(opt, b)) {
		drop(a, o);
	} else if (!can_be_heard(d, b)) {
		wait_for_port(a, o);
	} else {
		job->round = o->rounds + 1;
		a->sent += 1 + job->n_ips;
		if (!o->rounds)
			a->news = jiffies;
		go_on(a, o, opt);
	}
}

/* Returns false if nothing is to be done just now. */
static bool next_job(struct vxmob_domain *d, struct job *job)
{
	struct vxmob_announcer *a = &d->announcer;
	struct announced *o = NULL;
	unsigned long now = jiffies;

	spin_lock_bh(&d->lock);
	if (a->jiffy != now) {
		a->jiffy = now;
		a->sent = 0;
	}
	if (!d->dead && a->sent < a->room)
		o = first_due(a, rcu_dereference(d->opt));
	if (o)
		make_job(d, o, job);
	spin_unlock_bh(&d->lock);
	return o;
}

/* Returns how many frames were sent. */
static unsigned int send(struct vxmob_domain *d, const u8 *frame, size_t len)
{
	unsigned int headroom = LL_RESERVED_SPACE(d->dev);
	struct sk_buff *skb;

	skb = alloc_skb(headroom + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return 0;
	skb_reserve(skb, headroom);
	skb_put_data(skb, frame, len);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = eth_hdr(skb)->h_proto;
	skb->priority = TC_PRIO_CONTROL;
	return !vxmob_overlay_xmit(d, skb);
}

/* An address that the machine once had may have gone to another one since. */
static unsigned int send_ip(struct vxmob_domain *d, const struct job *job,
			    const struct vxmob_addr *ip)
{
	u8 frame[VXMOB_SENT_MAX];

	if (vxmob_neigh_is_anothers(d, job->mac, ip))
		return 0;
	return send(d, frame, vxmob_frame_announcing(frame, job->mac, ip,
						     job->router));
}

static void send_round(struct vxmob_domain *d, const struct job *job)
{
	u8 frame[VXMOB_SENT_MAX];
	unsigned int i, sent;

	sent = send(d, frame, vxmob_frame_rarp(frame, job->mac));
	for (i = 0; i < job->n_ips; i++)
		sent += send_ip(d, job, &job->ips[i]);
	this_cpu_add(d->stats->announced, sent);
	trace_vxmob_announce(d, job->mac, job->round, sent);
}

static void do_job(struct vxmob_domain *d, const struct job *job)
{
	unsigned int i;

	if (job->news)
		for (i = 0; i < job->n_ips; i++)
			vxmob_neigh_told(d, job->mac, &job->ips[i], job->local,
					 job->news);
	if (job->round)
		send_round(d, job);
}

/* When the first of a list, if there is one, comes before @due */
static unsigned long sooner(struct list_head *list, unsigned long due)
{
	const struct announced *o;

	o = list_first_entry_or_null(list, struct announced, list);
	return o && time_before(o->due, due) ? o->due : due;
}

/* What is due and was not done is done in the next jiffy. */
static void arm(struct vxmob_domain *d)
{
	struct vxmob_announcer *a = &d->announcer;
	unsigned long now = jiffies, due = now + MAX_JIFFY_OFFSET;
	unsigned int i;

	spin_lock_bh(&d->lock);
	for (i = 0; i < ARRAY_SIZE(a->round); i++)
		due = sooner(&a->round[i], due);
	if (!list_empty(&a->waiting) && time_before(a->poll, due))
		due = a->poll;
	if (time_before_eq(due, now))
		due = now + 1;
	if (!d->dead && atomic_read(&a->macs.nelems))
		mod_timer(&a->timer, due);
	spin_unlock_bh(&d->lock);
}

/* Have those looked at again whose port did not forward. */
static void poll_ports(struct vxmob_domain *d)
{
	struct vxmob_announcer *a = &d->announcer;

	spin_lock_bh(&d->lock);
	if (time_after_eq(jiffies, a->poll)) {
		list_splice_init(&a->waiting, &a->round[0]);
		a->poll = jiffies + POLL;
	}
	spin_unlock_bh(&d->lock);
}

/* A virtual device makes received packets of what is sent, on this CPU. */
static unsigned int room(void)
{
	return vxmob_rx_pending() ? FRAMES_BUSY : FRAMES_MAX;
}

static void announce(struct tasklet_struct *t)
{
	struct vxmob_domain *d = from_tasklet(d, t, announcer.tasklet);
	int looks = LOOKS_MAX;
	struct job job;

	d->announcer.room = room();
	rcu_read_lock();
	poll_ports(d);
	while (looks-- && next_job(d, &job))
		do_job(d, &job);
	rcu_read_unlock();
	arm(d);
}

static void announce_later(struct timer_list *t)
{
	struct vxmob_domain *d = container_of(t, struct vxmob_domain,
					      announcer.timer);

	tasklet_schedule(&d->announcer.tasklet);
}

/**
 * vxmob_announcer_start - Prepare a domain's announcer
 * @d: the domain, which nobody can find yet
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vxmob_announcer_start(struct vxmob_domain *d)
{
	struct vxmob_announcer *a = &d->announcer;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(a->round); i++)
		INIT_LIST_HEAD(&a->round[i]);
	INIT_LIST_HEAD(&a->waiting);
	a->poll = jiffies;
	a->news = jiffies - CALM;
	tasklet_setup(&a->tasklet, announce);
	timer_setup(&a->timer, announce_later, 0);
	return rhashtable_init(&a->macs, &params);
}

/**
 * vxmob_announcer_stop - End a domain's announcer
 * @d: the domain, dead
 *
 * Context: process, may sleep; RTNL may be held, no lock of the module is.
 */
void vxmob_announcer_stop(struct vxmob_domain *d)
{
	struct vxmob_announcer *a = &d->announcer;

	timer_delete_sync(&a->timer);
	tasklet_kill(&a->tasklet);
	timer_delete_sync(&a->timer);
}

static void forget(void *ptr, void *arg)
{
	kfree(ptr);
}

/**
 * vxmob_announcer_free - Release what a domain's announcer holds
 * @d: the domain, which nobody uses any more
 *
 * Context: process, may sleep.
 */
void vxmob_announcer_free(struct vxmob_domain *d)
{
	rhashtable_free_and_destroy(&d->announcer.macs, forget, NULL);
}
