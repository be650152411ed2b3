/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's objects, and what each file offers to the others. Dependencies
 * run one way:
 *
 *	netlink, transaction, snoop, observe, window -> claim -> rules
 *	domain, binding, vtep, wheel         guard, duplicate -> apply, fdb, event, stats
 *	                                     announce -> neigh, overlay, port
 *
 * Locks, outermost first (Documentation/locking.rst):
 *
 *	RTNL			domains come, change and go
 *	vxmob_net.claim_lock	control claims and transactions, one at a time
 *	gates_lock; listen_lock; hooks_lock	of gate.c; underlay.c; tail.c: who needs a
 *				hook
 *	vxmob_domain.lock	bindings, and what the FDBs show of them; moves
 *	locks of the vxlan and bridge FDBs; vxmob_net.event_lock; vxmob_fifo.lock
 *
 * The switchdev notifier runs under an FDB lock and takes none of these.
 */
#ifndef _VXMOB_H
#define _VXMOB_H

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/etherdevice.h>
#include <linux/hashtable.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/switchdev.h>
#include <net/vxlan.h>

#include "rules.h"

#define VXMOB_VTEPS_MAX		128	/* addresses in one option list; the
					 * lists must fit one dump message
					 */
#define VXMOB_PROTECT_MAX	64	/* MACs in one option list */
#define VXMOB_IPS_MAX		16	/* IP addresses of one MAC */
#define VXMOB_TXN_MAX		131072	/* lines of one transaction */
#define VXMOB_CHUNK		64	/* bindings handled under one lock hold */
#define VXMOB_LATENCY_SLOTS	24
#define VXMOB_SETTLE_NS		(100 * NSEC_PER_MSEC)	/* a hint may be that early */
#define VXMOB_MOVING_SLOTS	256

/**
 * struct vxmob_net - What a network namespace holds
 * @domains: domains whose vxlan device is in this namespace; changed under
 *	RTNL, read under RCU
 * @claim_lock: serialises control claims, so that a transaction's MACs are
 *	not claimed by another one
 * @event_lock: orders events; innermost, nothing is taken under it
 * @events: events sent
 * @gen: changes with @domains; dumps compare it
 * @blackholers: domains that may blackhole MACs; under RTNL
 * @blackholed: MACs blackholed
 * @listeners: domains that snoop and moves, whose packets travel in this
 *	namespace; under the lock of underlay.c
 * @tails: moves whose bridges are in it; under the lock of tail.c
 * @hearers: domains that listen on the ports of bridges; under RTNL
 * @blocked: ports of bridges that do not forward, by index; changed under RTNL
 * @kept: bytes of memory that frames take which its domains' moves keep
 * @moving: moves whose packets or bridges are in it, by the last byte of the MAC
 */
struct vxmob_net {
	struct list_head domains;
	struct mutex claim_lock;	/* serialises control claims */
	spinlock_t event_lock;		/* orders events */
	u64 events;
	unsigned int gen;
	unsigned int blackholers;
	atomic_t blackholed;
	unsigned int listeners;
	unsigned int tails;
	unsigned int hearers;
	struct xarray blocked;
	atomic_long_t kept;
	atomic_t moving[VXMOB_MOVING_SLOTS];
};

/**
 * struct vxmob_options - A domain's options
 * @mode: enum vxmob_mode
 * @vteps: enum vxmob_vteps
 * @snoop: bit mask of enum vxmob_snoop
 * @confirm: seconds of the confirm window; 0 for none
 * @max_macs: the most bindings
 * @guard: enum vxmob_guard
 * @dup_moves: so many moves within @dup_window make a duplicate
 * @dup_window: seconds
 * @dup_action: enum vxmob_dup_action
 * @dup_recover: seconds that a freeze lasts, the first time; 0 for ever
 * @settle: milliseconds in which late frames of a machine that was handed over
 *	are dropped on the port that it left
 * @redirect: seconds in which packets for it are sent on
 * @announce_rounds: how often a MAC that has come to a local port is announced
 * @announce_initial: milliseconds between the first two rounds
 * @announce_step: milliseconds by which that grows
 * @announce_max: milliseconds that it grows to at most
 * @n_vtep: addresses in @vtep
 * @n_protect: MACs in @protect
 * @vtep: the VTEPs that are believed if @vteps says list
 * @protect: MACs that never move here
 * @rcu: frees it
 *
 * Immutable once published; a change publishes another one.
 */
struct vxmob_options {
	u32 mode;
	u32 vteps;
	u32 snoop;
	u32 confirm;
	u32 max_macs;
	u32 guard;
	u32 dup_moves;
	u32 dup_window;
	u32 dup_action;
	u32 dup_recover;
	u32 settle;
	u32 redirect;
	u32 announce_rounds;
	u32 announce_initial;
	u32 announce_step;
	u32 announce_max;
	u16 n_vtep;
	u16 n_protect;
	struct vxmob_addr vtep[VXMOB_VTEPS_MAX];
	u8 protect[VXMOB_PROTECT_MAX][ETH_ALEN];
	struct rcu_head rcu;
};

/**
 * struct vxmob_ips - IP addresses that go with a MAC
 * @n: how many
 * @addr: the addresses
 */
struct vxmob_ips {
	unsigned int n;
	struct vxmob_addr addr[];
};

/**
 * enum vxmob_binding_bits - Bits of struct vxmob_binding.flags
 * @VXMOB_B_DIRTY: on the domain's list of bindings to look at; a binding that
 *	is dead keeps it for good, so that it cannot get onto the list again
 * @VXMOB_B_DEAD: taken out of the table
 * @VXMOB_B_PINNED: held by a transaction; nothing else may claim the MAC
 * @VXMOB_B_MISSED: evidence came while pinned
 * @VXMOB_B_VXLAN_OURS: the module created the vxlan entry
 * @VXMOB_B_BRIDGE_OURS: the module created the bridge entry
 * @VXMOB_B_COUNTED: counted at its VTEP
 * @VXMOB_B_CONTROL: counted there as one that the control plane made
 * @VXMOB_B_WHOLE: it has had a bridge entry that points to the vxlan device
 * @VXMOB_B_BLACKHOLE: frames from and to it are dropped
 * @VXMOB_B_KNOWN: its entries are what fdb.c calls plain and show where it is bound,
 *	or where a transaction that has pinned it has put it; for all that events tell
 *
 * All but DIRTY change under the domain's lock; KNOWN is taken away without.
 */
enum vxmob_binding_bits {
	VXMOB_B_DIRTY,
	VXMOB_B_DEAD,
	VXMOB_B_PINNED,
	VXMOB_B_MISSED,
	VXMOB_B_VXLAN_OURS,
	VXMOB_B_BRIDGE_OURS,
	VXMOB_B_COUNTED,
	VXMOB_B_CONTROL,
	VXMOB_B_WHOLE,
	VXMOB_B_BLACKHOLE,
	VXMOB_B_KNOWN,
};

/**
 * struct vxmob_binding - A MAC and where it is
 * @node: in the domain's table
 * @mac: the key
 * @insist: how often it was put back, until nobody has interfered for a while
 * @mob: what the rules know; place none while a transaction has reserved the
 *	MAC and not yet announced it
 * @flags: enum vxmob_binding_bits
 * @hint_ns: when the notifier last heard of a change, CLOCK_MONOTONIC; written
 *	by the notifier without a lock
 * @ips: IP addresses that go with it, or NULL
 * @dirty: in the domain's list of bindings to look at
 * @due: in the domain's wheel, or in no list
 * @due_at: when it is to be watched, lower half of jiffies
 * @written: since when a stamp on the bridge entry is news, lower half of
 *	jiffies: its last move, the module's last write, or the last refusal
 * @put_back: when it was last put back, lower half of jiffies
 * @moves: how often it moved
 * @reap: in the domain's list of vxlan entries to remove
 * @gp: RCU grace period after which the vxlan entry may go
 * @rcu: frees it
 *
 * Members are under the domain's lock unless said otherwise.
 */
struct vxmob_binding {
	struct rhash_head node;
	u8 mac[ETH_ALEN];
	u8 insist;
	struct vxmob_mobility mob;
	unsigned long flags;
	u64 hint_ns;
	struct vxmob_ips *ips;
	struct llist_node dirty;
	struct hlist_node due;
	u32 due_at;
	u32 written;
	u32 put_back;
	u32 moves;
	union {
		struct {
			struct list_head reap;
			unsigned long gp;
		};
		struct rcu_head rcu;
	};
};

/**
 * struct vxmob_stranger - A MAC without binding that is to be looked at
 * @node: in the domain's list
 * @seen_ns: when the notifier heard of it, CLOCK_MONOTONIC
 * @mac: the MAC
 */
struct vxmob_stranger {
	struct llist_node node;
	u64 seen_ns;
	u8 mac[ETH_ALEN];
};

/**
 * struct vxmob_vtep - A VTEP of a domain
 * @node: in the domain's table; changed under the domain's lock, read under RCU
 * @addr: the address
 * @flood: it is in the device's flood list
 * @listed: so it is in the list that is being read
 * @macs: bindings behind it; 0 for one that is only in the flood list
 * @control: those of them that the control plane made
 * @rcu: frees it
 *
 * Members are written under the domain's lock.
 */
struct vxmob_vtep {
	struct hlist_node node;
	struct vxmob_addr addr;
	u8 flood;
	u8 listed;
	u32 macs;
	u32 control;
	struct rcu_head rcu;
};

/**
 * struct vxmob_stats - Counters of a domain on one CPU
 * @claims: claims by enum vxmob_origin and enum vxmob_verdict
 * @latency: accepted claims by the time from evidence to applied; slot n
 *	counts those of less than 2^n microseconds, the last one the rest
 * @blackholed: frames dropped because they were from or to a blackholed MAC
 * @announced: frames sent to announce a local MAC
 * @neighbours: neighbour entries written
 * @redirected: packets sent on to where a machine was handed over to
 * @redirect_refused: packets that were not, lest they go round
 * @redirect_dropped: packets that could not be
 * @kept: frames kept for a machine that was being handed over
 * @overflowed: frames for such a machine dropped for want of room
 * @late: frames from such a machine dropped
 *
 * Written by this_cpu_inc(), and read from other CPUs meanwhile.
 */
struct vxmob_stats {
	u64 claims[VXMOB_ORIGINS][VXMOB_VERDICTS];
	u64 latency[VXMOB_LATENCY_SLOTS];
	u64 blackholed;
	u64 announced;
	u64 neighbours;
	u64 redirected;
	u64 redirect_refused;
	u64 redirect_dropped;
	u64 kept;
	u64 overflowed;
	u64 late;
};

#define VXMOB_WHEEL_SLOTS	256
#define VXMOB_WHEEL_TICK	(HZ / 50 ?: 1)	/* jiffies */

/**
 * struct vxmob_wheel - Bindings that are to be watched at some time
 * @slot: by the time, a tick a slot, modulo its size; a binding that is due
 *	later than one turn stays until its turn has come
 * @filled: the slots that are not empty
 * @tick: the time that is looked at next, in ticks of VXMOB_WHEEL_TICK
 *
 * Under the domain's lock. One timer for all, because a thousand VMs may arrive
 * at once, and because a binding has no room for a timer of its own.
 */
struct vxmob_wheel {
	struct hlist_head slot[VXMOB_WHEEL_SLOTS];
	DECLARE_BITMAP(filled, VXMOB_WHEEL_SLOTS);
	u64 tick;
};

#define VXMOB_ROUNDS_MAX	32	/* announcements of a MAC */

/**
 * enum vxmob_news - What has become known of a MAC and its IP addresses
 * @VXMOB_NEWS_NONE: nothing
 * @VXMOB_NEWS_PLACE: where the MAC is
 * @VXMOB_NEWS_IPS: which IP addresses go with it
 */
enum vxmob_news {
	VXMOB_NEWS_NONE,
	VXMOB_NEWS_PLACE,
	VXMOB_NEWS_IPS,
};

/**
 * struct vxmob_announcer - The MACs of a domain that are being announced
 * @macs: by MAC
 * @round: by the time from one announcement to the next, index 0 for at once;
 *	each in the order in which they are due
 * @waiting: those whose port does not forward yet
 * @poll: when these are looked at again, in jiffies
 * @timer: runs @tasklet when something is due
 * @tasklet: announces what is due
 * @news: when a MAC was last announced for the first time, in jiffies
 * @jiffy: when frames were last sent
 * @sent: how many were sent in that jiffy
 * @room: how many may be; the tasklet's own
 *
 * Under the domain's lock.
 */
struct vxmob_announcer {
	struct rhashtable macs;
	struct list_head round[VXMOB_ROUNDS_MAX];
	struct list_head waiting;
	unsigned long poll;
	struct timer_list timer;
	struct tasklet_struct tasklet;
	unsigned long news;
	unsigned long jiffy;
	unsigned int sent;
	unsigned int room;
};

#define VXMOB_HEARD_MAX		64

/**
 * struct vxmob_heard - An IP address heard of a MAC that is not bound yet
 * @mac: the MAC
 * @ip: the address; length 0 for none
 * @at: when, in jiffies
 */
struct vxmob_heard {
	u8 mac[ETH_ALEN];
	struct vxmob_addr ip;
	unsigned long at;
};

#define VXMOB_VTEP_BITS		6
#define VXMOB_MOVE_BITS		8

/**
 * struct vxmob_ask - What a domain's entries are asked for with
 * @tb: attributes by type, as ndo_fdb_get() takes them; there is one
 * @head: its header
 * @vni: the domain's VNI, host byte order
 *
 * Immutable.
 */
struct vxmob_ask {
	struct nlattr *tb[NDA_MAX + 1];
	struct nlattr head;
	u32 vni;
};

/**
 * struct vxmob_domain - A VXLAN segment that this host manages; an external
 *	device has several
 * @list: in vxmob_net.domains; RTNL, RCU readers
 * @by_vxlan: in the index by vxlan device and VNI; RTNL, RCU readers
 * @by_bridge: in the index by bridge and VLAN; RTNL, RCU readers; not in it
 *	while the device has no bridge
 * @by_vni: in the index by underlay namespace and VNI; RTNL, RCU readers
 * @refs: references held across sleeping
 * @dev: the vxlan device, held
 * @dev_tracker: for @dev
 * @br: the bridge that @dev is a port of, held, or NULL; RTNL, RCU readers
 * @br_tracker: for @br
 * @net: namespace of @dev
 * @underlay: namespace that the VXLAN packets travel in
 * @ifindex: index of @dev
 * @vni: the VNI, host byte order
 * @port: UDP port of the device, network byte order
 * @addr_len: length of a VTEP address: 4 for IPv4, 16 for IPv6; the vxlan
 *	driver does not check, and an IPv6 remote on an IPv4 device ends in a
 *	crash on transmit (Linux 6.1)
 * @vid: VLAN of the bridge, 0 where it is not VLAN aware
 * @vid_auto: @vid follows the PVID of the port, or what the bridge maps to
 *	@vni, when it joins a bridge
 * @opt: options; changed under RTNL, RCU readers
 * @lock: decision and application: protects the table's content, the bindings,
 *	@scratch, @reap, @vteps, @n_vteps and @dead; what was decided last under it
 *	is what the FDBs show
 * @dead: the domain ends; no claim is accepted any more
 * @macs: bindings by MAC; RCU readers
 * @gen: changes with every binding that comes, moves or goes, and with every
 *	VTEP that comes or goes; dumps compare it
 * @vteps: VTEPs; changed under @lock, RCU readers
 * @n_vteps: how many
 * @ask: what FDB entries are asked for with
 * @scratch: for reading FDB entries without allocating
 * @dump: for flushing without allocating; under RTNL
 * @dirty: bindings that the notifier wants looked at; lockless
 * @todo: what the worker took from @dirty and has not looked at yet; under
 *	@lock
 * @strangers: MACs without binding that it wants looked at; lockless
 * @n_strangers: how many, bounded
 * @worker: looks at hints; a tasklet, since claims are made in BH context and
 *	WQ_BH does not exist in Linux 6.1
 * @later: runs the worker later, for another look and for @reap
 * @reap: bindings whose vxlan entry goes after a grace period
 * @wheel: bindings that wait for something
 * @resync: takes the bridge, and reads all entries anew when hints were lost
 * @unread: @resync is to read them in any case; lockless
 * @unsurveyed: what is there since before it had its bridge is yet to be read; under
 *	RTNL
 * @reassert: @resync is to write what is bound as well
 * @flood_work: reads the flood list anew
 * @free_work: frees the domain
 * @moves: machines that are being handed over, by MAC; changed under @lock, RCU
 *	readers
 * @move_list: the same, in order of their coming
 * @n_moves: how many
 * @move_gen: changes with every step of a move; dumps compare it
 * @move_timer: for deadlines
 * @move_drain: lets out frames that were kept
 * @move_waits: how often in a row it has let those before pass; its own
 * @move_turn: changes when each machine that drains has had its turn; its own
 * @moves_over: moves that have ended, whose hooks are still there; lockless
 * @move_work: releases them
 * @announcer: local MACs that are being announced
 * @surveys: what is found just now has been there for long; under @lock
 * @heard: IP addresses heard last of MACs that were not bound; under @lock
 * @heard_next: where in @heard the next one goes, modulo its size
 * @limits: how many announcements have come lately; lockless
 * @stats: per-CPU counters
 * @hints: changes looked at; under @lock
 * @resyncs: times that hints were lost; under RTNL
 * @repairs: entries put back; under @lock
 * @duplicates: MACs found to be duplicates; under @lock
 */
struct vxmob_domain {
	struct list_head list;
	struct hlist_node by_vxlan;
	struct hlist_node by_bridge;
	struct hlist_node by_vni;
	refcount_t refs;
	struct net_device *dev;
	netdevice_tracker dev_tracker;
	struct net_device __rcu *br;
	netdevice_tracker br_tracker;
	struct net *net;
	struct net *underlay;
	u32 ifindex;
	u32 vni;
	__be16 port;
	u8 addr_len;
	u16 vid;
	bool vid_auto;
	struct vxmob_options __rcu *opt;

	spinlock_t lock;	/* decision and application */
	bool dead;
	struct rhashtable macs;
	unsigned int gen;
	DECLARE_HASHTABLE(vteps, VXMOB_VTEP_BITS);
	unsigned int n_vteps;
	struct vxmob_ask ask;
	struct sk_buff *scratch;
	struct sk_buff *dump;

	struct llist_head dirty;
	struct llist_node *todo;
	struct llist_head strangers;
	atomic_t n_strangers;
	struct tasklet_struct worker;
	struct timer_list later;
	struct list_head reap;
	struct vxmob_wheel wheel;
	struct delayed_work resync;
	unsigned int unread;
	bool unsurveyed;
	bool reassert;
	struct work_struct flood_work;
	struct work_struct free_work;

	DECLARE_HASHTABLE(moves, VXMOB_MOVE_BITS);
	struct list_head move_list;
	unsigned int n_moves;
	unsigned int move_gen;
	struct timer_list move_timer;
	struct tasklet_struct move_drain;
	unsigned int move_waits;
	unsigned int move_turn;
	struct llist_head moves_over;
	struct delayed_work move_work;

	struct vxmob_announcer announcer;
	bool surveys;
	struct vxmob_heard heard[VXMOB_HEARD_MAX];
	unsigned int heard_next;

	struct vxmob_limits *limits;
	struct vxmob_stats __percpu *stats;
	u64 hints;
	u64 resyncs;
	u64 repairs;
	u64 duplicates;
};

/**
 * struct vxmob_fdb - What both forwarding databases hold of one MAC
 * @vxlan: place that the vxlan entry points to; none if there is no entry, or
 *	none with a remote of its own
 * @vxlan_nexthop: a nexthop group backs the vxlan entry
 * @vxlan_learned: the vxlan entry is externally learned
 * @vxlan_fixed: the vxlan entry is permanent, the driver does not move it
 * @bridge_port: index of the port that the bridge entry points to; 0 if there
 *	is no entry
 * @bridge_own: the bridge entry is an address of the bridge or of a port
 * @bridge_static: the bridge entry is static
 * @bridge_sticky: the bridge entry is sticky
 * @bridge_learned: the bridge entry is externally learned
 * @bridge_age: clock ticks (USER_HZ) since the bridge entry was last written
 * @vxlan_idle: clock ticks since the vxlan entry was last used
 * @read_at: when both were read, or just before; lower half of jiffies
 * @pretended: this is not what they hold, see vxmob_move_pretend()
 */
struct vxmob_fdb {
	struct vxmob_place vxlan;
	bool vxlan_nexthop;
	bool vxlan_learned;
	bool vxlan_fixed;
	u32 bridge_port;
	bool bridge_own;
	bool bridge_static;
	bool bridge_sticky;
	bool bridge_learned;
	u32 bridge_age;
	u32 vxlan_idle;
	u32 read_at;
	bool pretended;
};

/**
 * struct vxmob_domains - The domains that a filter names
 * @n: how many
 * @d: the domains, referenced
 */
struct vxmob_domains {
	unsigned int n;
	struct vxmob_domain *d[];
};

/* main.c */
extern unsigned int vxmob_net_id;
extern struct workqueue_struct *vxmob_wq;

static inline struct vxmob_net *vxmob_net(const struct net *net)
{
	return net_generic(net, vxmob_net_id);
}

/* Where moves of a MAC are counted */
static inline atomic_t *vxmob_moving(const struct net *net, const u8 *mac)
{
	return &vxmob_net(net)->moving[mac[ETH_ALEN - 1] % VXMOB_MOVING_SLOTS];
}

/*
 * Whether this CPU has received packets that there was no time for yet. In a
 * tasklet: those that came before it have been handled, unless they were too many.
 */
static inline bool vxmob_rx_pending(void)
{
	return local_softirq_pending() & BIT(NET_RX_SOFTIRQ);
}

/* Milliseconds on the monotonic clock: the rules' time */
static inline u64 vxmob_now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

/* Nanoseconds since the evidence; at least one, where the clock is a coarse one */
static inline u64 vxmob_latency_ns(const struct vxmob_claim *claim)
{
	return max_t(u64, ktime_get_ns() - claim->seen_ns, 1);
}

/* domain.c */
int vxmob_domain_create(struct net_device *dev, u32 vni, int vid,
			struct vxmob_options *opt,
			struct netlink_ext_ack *extack);
void vxmob_domain_end(struct vxmob_domain *d);
int vxmob_domain_set_options(struct vxmob_domain *d, struct vxmob_options *opt);
bool vxmob_is_external(const struct net_device *dev);
struct vxmob_domain *vxmob_domain_find(const struct net_device *dev, u32 vni);
struct vxmob_domain *vxmob_domain_next(const struct net_device *dev,
				       struct vxmob_domain *d);
struct vxmob_domain *vxmob_domain_find_bridge(const struct net_device *br,
					      u16 vid);
struct vxmob_domain *vxmob_domain_of(const struct sk_buff *skb,
				     struct net_device *port);
struct vxmob_domain *vxmob_domain_find_vni(const struct net *underlay, u32 vni,
					   __be16 port, u8 addr_len);
void vxmob_domains_drop_packets(const struct net_device *dev);
bool vxmob_domain_get(struct vxmob_domain *d);
void vxmob_domain_put(struct vxmob_domain *d);
int vxmob_domain_join(struct vxmob_domain *d);
void vxmob_domain_leave(struct vxmob_domain *d);
void vxmob_domain_self(const struct vxmob_domain *d, struct vxmob_addr *self);

/* vlan.c */
u16 vxmob_vlan_proto(const struct net_device *br);
bool vxmob_vlan_is_guests(const struct sk_buff *skb,
			  const struct net_device *br);
void vxmob_vlan_untag(struct sk_buff *skb, const struct net_device *br);
u16 vxmob_vlan_of(const struct sk_buff *skb, const struct net_device *br,
		  const struct net_device *port);
u16 vxmob_vlan_in_overlay(const struct vxmob_domain *d, u16 tpid, u16 vid);
int vxmob_vlan_choose(struct net_device *dev, const struct net_device *br,
		      u32 vni, int vid, struct netlink_ext_ack *extack);

/* port.c */
void vxmob_port_note(struct net_device *port);
void vxmob_port_forget(struct net_device *port);
void vxmob_port_note_all(struct net_device *br);
bool vxmob_port_carries(struct vxmob_domain *d, u32 ifindex);
bool vxmob_port_delivers(struct vxmob_domain *d, u32 ifindex);
bool vxmob_port_forwards(struct vxmob_domain *d, struct net_device *port);

/* binding.c */
int vxmob_binding_init(void);
void vxmob_binding_exit(void);
int vxmob_binding_table_init(struct vxmob_domain *d);
void vxmob_binding_table_destroy(struct vxmob_domain *d);
struct vxmob_binding *vxmob_binding_find(struct vxmob_domain *d, const u8 *mac);
struct vxmob_binding *vxmob_binding_add(struct vxmob_domain *d, const u8 *mac);
void vxmob_binding_remove(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_binding_free(struct vxmob_binding *b);
u32 vxmob_binding_count(struct vxmob_domain *d);
bool vxmob_binding_walk_start(struct rhashtable_iter *iter)
	__acquires(RCU);
void vxmob_binding_walk(struct vxmob_domain *d,
			bool (*fn)(struct vxmob_domain *d,
				   struct vxmob_binding *b, void *data),
			void *data);
void vxmob_binding_walk_claiming(struct vxmob_domain *d, struct vxmob_net *vn,
				 bool (*fn)(struct vxmob_domain *d,
					    struct vxmob_binding *b,
					    void *data),
				 void *data);

/* claim.c */
u8 vxmob_claim(struct vxmob_domain *d, const struct vxmob_claim *claim,
	       struct vxmob_ips **ips, int *err);
void vxmob_claim_policy(struct vxmob_domain *d, const u8 *mac,
			const struct vxmob_fdb *fdb,
			struct vxmob_policy *policy);
bool vxmob_is_protected(const struct vxmob_options *opt, const u8 *mac);
u8 vxmob_claim_locked(struct vxmob_domain *d, const struct vxmob_claim *claim,
		      const struct vxmob_fdb *seen, struct vxmob_ips **ips,
		      int *err);
struct vxmob_ruling vxmob_claim_judge(struct vxmob_domain *d,
				      struct vxmob_binding *b,
				      const struct vxmob_claim *claim,
				      const struct vxmob_fdb *fdb,
				      struct vxmob_mobility *next);
int vxmob_claim_apply(struct vxmob_domain *d, struct vxmob_binding *b,
		      const struct vxmob_claim *claim, u8 verdict,
		      const struct vxmob_fdb *fdb);
void vxmob_claim_commit(struct vxmob_domain *d, struct vxmob_binding *b,
			const struct vxmob_claim *claim,
			const struct vxmob_ruling *ruling,
			const struct vxmob_mobility *next,
			struct vxmob_ips **ips);
void vxmob_claim_refused(struct vxmob_domain *d,
			 const struct vxmob_binding *b,
			 const struct vxmob_claim *claim, u8 verdict, u8 rule);

/* duplicate.c */
void vxmob_duplicate_found(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_unfreeze(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_recover(struct vxmob_domain *d, struct vxmob_binding *b);
int vxmob_blackhole_get(struct net *net);
void vxmob_blackhole_put(struct net *net);
void vxmob_blackhole_set(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_blackhole_end(struct vxmob_domain *d, struct vxmob_binding *b);

/* wheel.c */
void vxmob_wheel_init(struct vxmob_domain *d);
void vxmob_wheel_set(struct vxmob_domain *d, struct vxmob_binding *b,
		     unsigned long delay);
void vxmob_wheel_drop(struct vxmob_domain *d, struct vxmob_binding *b);
int vxmob_wheel_turn(struct vxmob_domain *d, int budget);
void vxmob_wheel_arm(struct vxmob_domain *d);

/* window.c */
void vxmob_watch(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_watch_later(struct vxmob_domain *d, struct vxmob_binding *b);

/* guard.c */
void vxmob_guard(struct vxmob_domain *d, struct vxmob_binding *b,
		 const struct vxmob_fdb *fdb, const struct vxmob_claim *claim,
		 u8 verdict);
bool vxmob_guard_on(struct vxmob_domain *d);
bool vxmob_guard_insists(const struct vxmob_binding *b);
unsigned long vxmob_guard_wait(const struct vxmob_binding *b);

/* fdb.c */
/* What to do with an entry of a dump; @data is the caller's */
typedef void (*vxmob_entry_fn)(struct vxmob_domain *d, struct nlattr **tb,
			       void *data);

void vxmob_fdb_ask_for(struct vxmob_domain *d);
void vxmob_fdb_read_real(struct vxmob_domain *d, const u8 *mac,
			 struct vxmob_fdb *fdb);
const struct vxmob_fdb *vxmob_fdb_real(struct vxmob_domain *d, const u8 *mac,
				       const struct vxmob_fdb *fdb,
				       struct vxmob_fdb *real);
void vxmob_fdb_read(struct vxmob_domain *d, const u8 *mac,
		    struct vxmob_fdb *fdb);
void vxmob_fdb_read_bound(struct vxmob_domain *d, struct vxmob_binding *b,
			  struct vxmob_fdb *fdb);
void vxmob_fdb_recall(struct vxmob_domain *d, const u8 *mac,
		      struct vxmob_binding *b, struct vxmob_fdb *fdb);
void vxmob_fdb_know(struct vxmob_binding *b);
void vxmob_fdb_forget(struct vxmob_binding *b);
bool vxmob_fdb_shows_port(const struct vxmob_domain *d,
			  const struct vxmob_fdb *fdb,
			  const struct vxmob_place *place);
bool vxmob_fdb_shows(const struct vxmob_domain *d, const struct vxmob_fdb *fdb,
		     const struct vxmob_place *place);
bool vxmob_fdb_lost_bridge(const struct vxmob_domain *d,
			   const struct vxmob_binding *b,
			   const struct vxmob_fdb *fdb);
bool vxmob_fdb_rewritten(struct vxmob_domain *d, const struct vxmob_binding *b,
			 const struct vxmob_fdb *fdb);
bool vxmob_fdb_stamped_since(const struct vxmob_binding *b,
			     const struct vxmob_fdb *fdb);
bool vxmob_fdb_owned(const struct vxmob_fdb *fdb);
bool vxmob_fdb_tells_writer(const struct vxmob_domain *d);
void vxmob_fdb_place(const struct vxmob_domain *d, struct nlattr **tb,
		     struct vxmob_place *place);
int vxmob_fdb_dump(struct vxmob_domain *d, struct net_device *dev,
		   struct net_device *filter, struct sk_buff *skb,
		   vxmob_entry_fn fn, void *data);
int vxmob_fdb_each_mac(struct vxmob_domain *d,
		       void (*fn)(struct vxmob_domain *d, const u8 *mac));

/* apply.c */
bool vxmob_monitors(struct vxmob_domain *d);
bool vxmob_apply_is_own(const struct switchdev_notifier_info *info);
int vxmob_apply(struct vxmob_domain *d, struct vxmob_binding *b,
		const struct vxmob_place *to, const struct vxmob_fdb *fdb);
int vxmob_apply_beforehand(struct vxmob_domain *d, struct vxmob_binding *b,
			   const struct vxmob_addr *vtep,
			   const struct vxmob_fdb *fdb);
void vxmob_apply_gone(struct vxmob_domain *d, const struct vxmob_binding *b,
		      const struct vxmob_fdb *fdb);
bool vxmob_apply_undo(struct vxmob_domain *d, const u8 *mac,
		      const struct vxmob_fdb *old);
void vxmob_apply_release(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_apply_unused_remote(struct vxmob_domain *d, struct vxmob_binding *b);
bool vxmob_port_valid(struct vxmob_domain *d, u32 ifindex);
void vxmob_fdb_port_left(struct vxmob_domain *d, struct net_device *br,
			 struct net_device *port);
void vxmob_fdb_vxlan_gone(struct vxmob_domain *d);

/* observe.c */
int vxmob_observe_init(void);
void vxmob_observe_exit(void);
void vxmob_observe_start(struct vxmob_domain *d);
void vxmob_observe_stop(struct vxmob_domain *d);
void vxmob_survey(struct vxmob_domain *d, const u8 *mac);
bool vxmob_look(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_look_later(struct vxmob_domain *d, unsigned long delay);
void vxmob_hint(struct vxmob_domain *d, const u8 *mac);
void vxmob_resync(struct vxmob_domain *d, bool reassert);
void vxmob_reap_later(struct vxmob_domain *d, struct vxmob_binding *b);

/* move.c */
struct vxmob_move;
void vxmob_moves_init(struct vxmob_domain *d);
void vxmob_moves_stop(struct vxmob_domain *d);
void vxmob_moves_leave(struct vxmob_domain *d);
void vxmob_moves_port_gone(struct vxmob_domain *d, u32 ifindex);
void vxmob_moves_device_gone(struct vxmob_domain *d,
			     const struct net_device *dev);
void vxmob_move_claimed(struct vxmob_domain *d, const u8 *mac);
void vxmob_move_policy(struct vxmob_domain *d, const u8 *mac,
		       struct vxmob_policy *policy);
bool vxmob_move_is_quiet(struct vxmob_domain *d, const u8 *mac,
			 const struct vxmob_place *to,
			 const struct vxmob_fdb *fdb);
void vxmob_move_written(struct vxmob_domain *d, const u8 *mac,
			const struct vxmob_place *to);
void vxmob_move_pretend(struct vxmob_domain *d, const u8 *mac,
			struct vxmob_fdb *fdb);
void vxmob_move_seen_written(struct vxmob_domain *d, const u8 *mac,
			     const struct vxmob_fdb *fdb);

/* gate.c */
void vxmob_gate_gone(struct net_device *dev);

/* announce.c */
int vxmob_announcer_start(struct vxmob_domain *d);
void vxmob_announcer_stop(struct vxmob_domain *d);
void vxmob_announcer_free(struct vxmob_domain *d);
void vxmob_arrived(struct vxmob_domain *d, struct vxmob_binding *b, u8 verdict,
		   const struct vxmob_mobility *was, bool told);

/* neigh.c */
int vxmob_neigh_get(struct net *net);
void vxmob_neigh_put(struct net *net);
void vxmob_neigh_recall(struct vxmob_domain *d, struct vxmob_binding *b);
bool vxmob_neigh_is_anothers(struct vxmob_domain *d, const u8 *mac,
			     const struct vxmob_addr *ip);
void vxmob_neigh_told(struct vxmob_domain *d, const u8 *mac,
		      const struct vxmob_addr *ip, bool local, u8 news);

/* overlay.c */
int vxmob_overlay_tag(const struct vxmob_domain *d, struct sk_buff *skb);
int vxmob_overlay_xmit(struct vxmob_domain *d, struct sk_buff *skb);

/* vtep.c */
u32 vxmob_vtep_macs(struct vxmob_domain *d, const struct vxmob_addr *addr);
bool vxmob_vtep_known(struct vxmob_domain *d, const struct vxmob_addr *addr);
void vxmob_vtep_count(struct vxmob_domain *d, struct vxmob_binding *b,
		      const struct vxmob_mobility *next);
void vxmob_vtep_uncount(struct vxmob_domain *d, struct vxmob_binding *b);
void vxmob_vtep_read_flood_list(struct vxmob_domain *d);
void vxmob_vtep_clear(struct vxmob_domain *d);
void vxmob_addr_map(u8 *to, const struct vxmob_addr *addr);

/* underlay.c */
int vxmob_underlay_get(struct net *underlay);
void vxmob_underlay_put(struct net *underlay);

/* ratelimit.c */
struct vxmob_limits *vxmob_limits_alloc(void);
void vxmob_limits_free(struct vxmob_limits *l);
bool vxmob_limit_claim(struct vxmob_limits *l, const struct vxmob_addr *vtep,
		       const u8 *mac, u64 now);
bool vxmob_limit_stranger(struct vxmob_limits *l,
			  const struct vxmob_addr *source, u64 now);
bool vxmob_limit_heard(struct vxmob_limits *l, const u8 *mac, u64 now);

/* event.c */
void vxmob_event_domain(struct vxmob_domain *d, u32 type);
void vxmob_event_claim(struct vxmob_domain *d, u32 type,
		       const struct vxmob_claim *claim, u8 verdict,
		       const struct vxmob_mobility *was,
		       const struct vxmob_mobility *is, u64 latency_ns);
void vxmob_event_binding(struct vxmob_domain *d, u32 type,
			 const struct vxmob_binding *b);
void vxmob_event_move(struct vxmob_domain *d, u32 type,
		      const struct vxmob_move *mv);
void vxmob_event_vtep(struct vxmob_domain *d, const struct vxmob_addr *from,
		      const struct vxmob_addr *to, u32 macs);
int vxmob_put_addr(struct sk_buff *skb, int type,
		   const struct vxmob_addr *addr);

/* stats.c */
void vxmob_stats_claim(struct vxmob_domain *d, u8 origin, u8 verdict);
void vxmob_stats_latency(struct vxmob_domain *d, u64 ns);
int vxmob_stats_fill(struct sk_buff *skb, struct vxmob_domain *d);

/* netlink.c */
extern struct genl_family vxmob_nl_family;
int vxmob_nl_bad_attr(struct netlink_ext_ack *extack, const struct nlattr *attr,
		      const char *msg, int err);
struct vxmob_domain *vxmob_nl_domain(struct net *net,
				     const struct nlattr *ifindex,
				     const struct nlattr *vni,
				     struct netlink_ext_ack *extack);
int vxmob_nl_addr(const struct nlattr *attr, struct vxmob_addr *addr,
		  struct netlink_ext_ack *extack);
int vxmob_nl_vtep(const struct vxmob_domain *d, const struct nlattr *attr,
		  struct vxmob_addr *addr, struct netlink_ext_ack *extack);
int vxmob_nl_port(struct vxmob_domain *d, const struct nlattr *attr,
		  struct vxmob_place *place, struct netlink_ext_ack *extack);
bool vxmob_nl_domain_matches(const struct vxmob_domain *d,
			     const struct nlattr *ifindex,
			     const struct nlattr *vni);
struct vxmob_domains *vxmob_nl_domains_get(struct net *net,
					   const struct nlattr *ifindex,
					   const struct nlattr *vni);
void vxmob_nl_domains_put(struct vxmob_domains *set);
int vxmob_nl_dump_domains(struct sk_buff *skb, struct netlink_callback *cb,
			  u8 cmd, const struct nlattr *ifindex,
			  const struct nlattr *vni,
			  int (*fill)(struct sk_buff *skb,
				      struct vxmob_domain *d));
int vxmob_nl_parse_claim(struct vxmob_domain *d, struct nlattr **tb,
			 const struct nlattr *head, int len, u8 op,
			 struct vxmob_claim *claim, struct vxmob_ips **ips,
			 struct netlink_ext_ack *extack);
void vxmob_nl_set_verdict(struct netlink_ext_ack *extack, u8 verdict);
int vxmob_nl_verdict_errno(u8 verdict);

#endif /* _VXMOB_H */
