/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vxmob.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_VXMOB_H
#define _UAPI_LINUX_VXMOB_H

#define VXMOB_FAMILY_NAME	"vxmob"
#define VXMOB_FAMILY_VERSION	1

/**
 * enum vxmob_mode - What a domain does with its verdicts.
 * @VXMOB_MODE_ENFORCE: Verdicts are applied to the forwarding databases.
 * @VXMOB_MODE_MONITOR: Verdicts are reached, counted and reported; nothing is
 *   written.
 */
enum vxmob_mode {
	VXMOB_MODE_ENFORCE,
	VXMOB_MODE_MONITOR,
};

/**
 * enum vxmob_snoop - Announcements of which frames are evidence when a VTEP
 *   sends them.
 * @VXMOB_SNOOP_RARP: Reverse ARP requests (RFC 903), as hypervisors send them
 *   on arrival.
 * @VXMOB_SNOOP_GARP: Gratuitous ARP, as request or as reply (RFC 5227 section
 *   3).
 * @VXMOB_SNOOP_NA: Unsolicited neighbour advertisements that override (RFC
 *   4861 section 7.2.6).
 */
enum vxmob_snoop {
	VXMOB_SNOOP_RARP = 1,
	VXMOB_SNOOP_GARP = 2,
	VXMOB_SNOOP_NA = 4,
};

/**
 * enum vxmob_vteps - From which VTEPs a snooped announcement is believed.
 * @VXMOB_VTEPS_KNOWN: Addresses of the device's flood list, and those that
 *   bindings by the control plane name.
 * @VXMOB_VTEPS_ANY: Any source address.
 * @VXMOB_VTEPS_LIST: The addresses listed, and no others.
 */
enum vxmob_vteps {
	VXMOB_VTEPS_KNOWN,
	VXMOB_VTEPS_ANY,
	VXMOB_VTEPS_LIST,
};

/**
 * enum vxmob_guard - Whether an entry that somebody writes against the rules
 *   is put back.
 * @VXMOB_GUARD_OFF: It is counted and reported, and stays as it was written.
 * @VXMOB_GUARD_ON: It is put back; a writer that insists is met with back-off.
 */
enum vxmob_guard {
	VXMOB_GUARD_OFF,
	VXMOB_GUARD_ON,
};

/**
 * enum vxmob_dup_action - What is done about a MAC that moves too often: its
 *   address is likely in use twice (RFC 7432 section 15.1).
 * @VXMOB_DUP_ACTION_WARN: An event tells of it.
 * @VXMOB_DUP_ACTION_FREEZE: It stays where it is; no claim moves it.
 * @VXMOB_DUP_ACTION_BLACKHOLE: It is frozen, and this host drops frames from
 *   and to it.
 */
enum vxmob_dup_action {
	VXMOB_DUP_ACTION_WARN,
	VXMOB_DUP_ACTION_FREEZE,
	VXMOB_DUP_ACTION_BLACKHOLE,
};

/**
 * enum vxmob_origin - Who speaks in a claim.
 * @VXMOB_ORIGIN_CONTROL: A message of this family.
 * @VXMOB_ORIGIN_NETLINK: A routing daemon or an operator wrote a forwarding
 *   database through rtnetlink.
 * @VXMOB_ORIGIN_SNOOP: An announcement seen in a VXLAN packet of another VTEP.
 * @VXMOB_ORIGIN_LEARN: The bridge learned the MAC on a local port.
 * @VXMOB_ORIGIN_DPLEARN: The vxlan driver learned the MAC from a VXLAN packet.
 */
enum vxmob_origin {
	VXMOB_ORIGIN_CONTROL,
	VXMOB_ORIGIN_NETLINK,
	VXMOB_ORIGIN_SNOOP,
	VXMOB_ORIGIN_LEARN,
	VXMOB_ORIGIN_DPLEARN,
};

/**
 * enum vxmob_op - What a claim says.
 * @VXMOB_OP_ANNOUNCE: The MAC is at the place named.
 * @VXMOB_OP_WITHDRAW: The MAC is no longer at the place named.
 */
enum vxmob_op {
	VXMOB_OP_ANNOUNCE,
	VXMOB_OP_WITHDRAW,
};

/**
 * enum vxmob_state - Kind of the place where a MAC is.
 * @VXMOB_STATE_NONE: Nowhere; only in events, for the side that does not
 *   exist.
 * @VXMOB_STATE_LOCAL: Behind a port of this host's bridge.
 * @VXMOB_STATE_REMOTE: Behind another VTEP.
 */
enum vxmob_state {
	VXMOB_STATE_NONE,
	VXMOB_STATE_LOCAL,
	VXMOB_STATE_REMOTE,
};

/**
 * enum vxmob_status - How firm a binding is.
 * @VXMOB_STATUS_CONFIRMED: Final.
 * @VXMOB_STATUS_PROVISIONAL: Rests on an announcement that the control plane
 *   has not confirmed.
 * @VXMOB_STATUS_FROZEN: No claim moves it (RFC 7432 section 15.1).
 * @VXMOB_STATUS_UNOBSERVABLE: As provisional, but whether the control plane
 *   has confirmed it cannot be told, because the vxlan port of the bridge
 *   learns.
 */
enum vxmob_status {
	VXMOB_STATUS_CONFIRMED,
	VXMOB_STATUS_PROVISIONAL,
	VXMOB_STATUS_FROZEN,
	VXMOB_STATUS_UNOBSERVABLE,
};

/**
 * enum vxmob_mac_flags - Properties of a binding.
 * @VXMOB_MAC_FLAGS_STICKY: Static in the sense of RFC 7432 section 15.2; it
 *   does not move.
 * @VXMOB_MAC_FLAGS_ROUTER: The MAC belongs to a router (RFC 9135, the R flag
 *   of RFC 9047).
 * @VXMOB_MAC_FLAGS_INSTALLED: The module created a forwarding entry for it and
 *   removes it with the binding.
 * @VXMOB_MAC_FLAGS_DUPLICATE: It moved too often of late.
 * @VXMOB_MAC_FLAGS_BLACKHOLE: This host drops frames from and to it.
 * @VXMOB_MAC_FLAGS_MOVING: It is being handed over (see the move commands).
 */
enum vxmob_mac_flags {
	VXMOB_MAC_FLAGS_STICKY = 1,
	VXMOB_MAC_FLAGS_ROUTER = 2,
	VXMOB_MAC_FLAGS_INSTALLED = 4,
	VXMOB_MAC_FLAGS_DUPLICATE = 8,
	VXMOB_MAC_FLAGS_BLACKHOLE = 16,
	VXMOB_MAC_FLAGS_MOVING = 32,
};

/**
 * enum vxmob_open_on - What opens the gate of a MAC that is being handed over
 *   to this host.
 * @VXMOB_OPEN_ON_RARP: A reverse ARP request by the MAC on its port.
 * @VXMOB_OPEN_ON_GARP: A gratuitous ARP by the MAC on its port.
 * @VXMOB_OPEN_ON_NA: An unsolicited neighbour advertisement by the MAC on its
 *   port.
 * @VXMOB_OPEN_ON_COMMIT: The commit of the move.
 */
enum vxmob_open_on {
	VXMOB_OPEN_ON_RARP = 1,
	VXMOB_OPEN_ON_GARP = 2,
	VXMOB_OPEN_ON_NA = 4,
	VXMOB_OPEN_ON_COMMIT = 8,
};

/**
 * enum vxmob_role - Which end of a move this host is.
 * @VXMOB_ROLE_SOURCE: The machine leaves this host.
 * @VXMOB_ROLE_TARGET: The machine comes to this host.
 */
enum vxmob_role {
	VXMOB_ROLE_SOURCE,
	VXMOB_ROLE_TARGET,
};

/**
 * enum vxmob_stage - How far a move has come.
 * @VXMOB_STAGE_PREPARED: The machine runs at the source.
 * @VXMOB_STAGE_HELD: The machine stands still; frames for it are sent to the
 *   target, and kept there.
 * @VXMOB_STAGE_MOVED: The machine runs at the target; what still comes to the
 *   source is sent on.
 */
enum vxmob_stage {
	VXMOB_STAGE_PREPARED,
	VXMOB_STAGE_HELD,
	VXMOB_STAGE_MOVED,
};

/**
 * enum vxmob_move_op - What a move line of a transaction does.
 */
enum vxmob_move_op {
	VXMOB_MOVE_OP_PREPARE,
	VXMOB_MOVE_OP_HOLD,
	VXMOB_MOVE_OP_COMMIT,
	VXMOB_MOVE_OP_ABORT,
};

/**
 * enum vxmob_verdict - What the rules say of a claim; the reason is part of
 *   the name. The same values stand in error messages, events, tracepoints and
 *   counters.
 * @VXMOB_VERDICT_ACCEPT_NEW: No binding was there; one is made.
 * @VXMOB_VERDICT_ACCEPT_MOVE: The binding moves to the place claimed.
 * @VXMOB_VERDICT_ACCEPT_WITHDRAW: The binding goes, and its number and any
 *   freeze with it.
 * @VXMOB_VERDICT_REFRESH: The place claimed is the place bound.
 * @VXMOB_VERDICT_REFUSE_INVALID: The MAC is zero, multicast, the bridge's own
 *   or protected, or the place cannot be one of this domain.
 * @VXMOB_VERDICT_REFUSE_STALE: An older mobility number, or news of a place
 *   that was left.
 * @VXMOB_VERDICT_REFUSE_STALE_WITHDRAW: The withdrawal names another place or
 *   an older number.
 * @VXMOB_VERDICT_REFUSE_TIE: Equal mobility numbers, and the other VTEP's
 *   address is lower.
 * @VXMOB_VERDICT_REFUSE_STICKY: The binding is sticky.
 * @VXMOB_VERDICT_REFUSE_FROZEN: The binding is frozen.
 * @VXMOB_VERDICT_REFUSE_STATIC: A static forwarding entry is in the way; it is
 *   its owner's to change.
 * @VXMOB_VERDICT_REFUSE_NEXTHOP: A nexthop group backs the forwarding entry
 *   (EVPN multihoming); it is left alone.
 * @VXMOB_VERDICT_REFUSE_VTEP: The announcement came from a VTEP that is not
 *   believed.
 * @VXMOB_VERDICT_REFUSE_RATE: More announcements by that VTEP, or of that MAC,
 *   than are looked at.
 * @VXMOB_VERDICT_REFUSE_FULL: The domain holds max-macs bindings.
 * @VXMOB_VERDICT_REFUSE_BUSY: A transaction holds the MAC.
 * @VXMOB_VERDICT_REFUSE_GATED: The MAC is being handed over, and only the two
 *   hosts that do it are believed.
 * @VXMOB_VERDICT_FAILED: Accepted, but the kernel could not carry it out;
 *   nothing changed.
 */
enum vxmob_verdict {
	VXMOB_VERDICT_ACCEPT_NEW,
	VXMOB_VERDICT_ACCEPT_MOVE,
	VXMOB_VERDICT_ACCEPT_WITHDRAW,
	VXMOB_VERDICT_REFRESH,
	VXMOB_VERDICT_REFUSE_INVALID,
	VXMOB_VERDICT_REFUSE_STALE,
	VXMOB_VERDICT_REFUSE_STALE_WITHDRAW,
	VXMOB_VERDICT_REFUSE_TIE,
	VXMOB_VERDICT_REFUSE_STICKY,
	VXMOB_VERDICT_REFUSE_FROZEN,
	VXMOB_VERDICT_REFUSE_STATIC,
	VXMOB_VERDICT_REFUSE_NEXTHOP,
	VXMOB_VERDICT_REFUSE_VTEP,
	VXMOB_VERDICT_REFUSE_RATE,
	VXMOB_VERDICT_REFUSE_FULL,
	VXMOB_VERDICT_REFUSE_BUSY,
	VXMOB_VERDICT_REFUSE_GATED,
	VXMOB_VERDICT_FAILED,
};

/**
 * enum vxmob_event - What happened.
 * @VXMOB_EVENT_DOMAIN_ADD: A device was enrolled.
 * @VXMOB_EVENT_DOMAIN_SET: Options of a domain changed.
 * @VXMOB_EVENT_DOMAIN_DEL: A domain ended.
 * @VXMOB_EVENT_MAC_NEW: A MAC became known.
 * @VXMOB_EVENT_MAC_MOVE: A MAC moved.
 * @VXMOB_EVENT_MAC_DEL: A MAC is no longer known.
 * @VXMOB_EVENT_CLAIM_REFUSED: A claim was refused; the binding stays as it is.
 * @VXMOB_EVENT_CONFIRMED: The control plane has named the place that an
 *   announcement named.
 * @VXMOB_EVENT_UNOBSERVABLE: The confirm window ended, and whether it did
 *   cannot be told.
 * @VXMOB_EVENT_ROLLED_BACK: The confirm window ended, and the control plane
 *   had asked for another place meanwhile; the MAC is there now.
 * @VXMOB_EVENT_REPAIRED: An entry that was written or deleted against the
 *   rules was put back; told once, until nobody has done so for a while.
 * @VXMOB_EVENT_INSISTING: Somebody goes on writing an entry against the rules;
 *   it is put back ever later.
 * @VXMOB_EVENT_DUPLICATE: A MAC moved too often; the status tells what was
 *   done about it.
 * @VXMOB_EVENT_RECOVERED: A MAC is no longer frozen.
 * @VXMOB_EVENT_MOVE_PREPARED: A handover was prepared here.
 * @VXMOB_EVENT_MOVE_HELD: The machine stands still.
 * @VXMOB_EVENT_MOVE_MOVED: The machine runs at the target. At the target, the
 *   gate has opened and what was kept has been handed over.
 * @VXMOB_EVENT_MOVE_ENDED: The handover is over at this host.
 * @VXMOB_EVENT_MOVE_ABORTED: The handover was called off, and things are as
 *   they were before.
 * @VXMOB_EVENT_MOVE_EXPIRED: As aborted, by the deadline.
 * @VXMOB_EVENT_VTEP_MOVED: All bindings behind a VTEP were moved to another
 *   one.
 */
enum vxmob_event {
	VXMOB_EVENT_DOMAIN_ADD,
	VXMOB_EVENT_DOMAIN_SET,
	VXMOB_EVENT_DOMAIN_DEL,
	VXMOB_EVENT_MAC_NEW,
	VXMOB_EVENT_MAC_MOVE,
	VXMOB_EVENT_MAC_DEL,
	VXMOB_EVENT_CLAIM_REFUSED,
	VXMOB_EVENT_CONFIRMED,
	VXMOB_EVENT_UNOBSERVABLE,
	VXMOB_EVENT_ROLLED_BACK,
	VXMOB_EVENT_REPAIRED,
	VXMOB_EVENT_INSISTING,
	VXMOB_EVENT_DUPLICATE,
	VXMOB_EVENT_RECOVERED,
	VXMOB_EVENT_MOVE_PREPARED,
	VXMOB_EVENT_MOVE_HELD,
	VXMOB_EVENT_MOVE_MOVED,
	VXMOB_EVENT_MOVE_ENDED,
	VXMOB_EVENT_MOVE_ABORTED,
	VXMOB_EVENT_MOVE_EXPIRED,
	VXMOB_EVENT_VTEP_MOVED,
};

enum {
	VXMOB_A_DOMAIN_IFINDEX = 1,
	VXMOB_A_DOMAIN_IFNAME,
	VXMOB_A_DOMAIN_VNI,
	VXMOB_A_DOMAIN_VID,
	VXMOB_A_DOMAIN_MODE,
	VXMOB_A_DOMAIN_SNOOP,
	VXMOB_A_DOMAIN_CONFIRM,
	VXMOB_A_DOMAIN_VTEPS,
	VXMOB_A_DOMAIN_VTEP,
	VXMOB_A_DOMAIN_PROTECT,
	VXMOB_A_DOMAIN_GUARD,
	VXMOB_A_DOMAIN_DUP_MOVES,
	VXMOB_A_DOMAIN_DUP_WINDOW,
	VXMOB_A_DOMAIN_DUP_ACTION,
	VXMOB_A_DOMAIN_DUP_RECOVER,
	VXMOB_A_DOMAIN_MAX_MACS,
	VXMOB_A_DOMAIN_MACS,
	VXMOB_A_DOMAIN_BRIDGE,
	VXMOB_A_DOMAIN_SETTLE,
	VXMOB_A_DOMAIN_REDIRECT,
	VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS,
	VXMOB_A_DOMAIN_ANNOUNCE_INITIAL,
	VXMOB_A_DOMAIN_ANNOUNCE_STEP,
	VXMOB_A_DOMAIN_ANNOUNCE_MAX,

	__VXMOB_A_DOMAIN_MAX,
	VXMOB_A_DOMAIN_MAX = (__VXMOB_A_DOMAIN_MAX - 1)
};

enum {
	VXMOB_A_MAC_IFINDEX = 1,
	VXMOB_A_MAC_VNI,
	VXMOB_A_MAC_VID,
	VXMOB_A_MAC_LLADDR,
	VXMOB_A_MAC_VIA,
	VXMOB_A_MAC_ON,
	VXMOB_A_MAC_SEQ,
	VXMOB_A_MAC_FLAGS,
	VXMOB_A_MAC_IP,
	VXMOB_A_MAC_STATE,
	VXMOB_A_MAC_PORT,
	VXMOB_A_MAC_DST_VNI,
	VXMOB_A_MAC_DST_IFINDEX,
	VXMOB_A_MAC_BUMP,
	VXMOB_A_MAC_ORIGIN,
	VXMOB_A_MAC_STATUS,
	VXMOB_A_MAC_MOVES,
	VXMOB_A_MAC_AGE_MS,
	VXMOB_A_MAC_OP,
	VXMOB_A_MAC_PAD,

	__VXMOB_A_MAC_MAX,
	VXMOB_A_MAC_MAX = (__VXMOB_A_MAC_MAX - 1)
};

enum {
	VXMOB_A_MOVE_IFINDEX = 1,
	VXMOB_A_MOVE_VNI,
	VXMOB_A_MOVE_VID,
	VXMOB_A_MOVE_LLADDR,
	VXMOB_A_MOVE_TO,
	VXMOB_A_MOVE_FROM,
	VXMOB_A_MOVE_ON,
	VXMOB_A_MOVE_DEADLINE,
	VXMOB_A_MOVE_OPEN_ON,
	VXMOB_A_MOVE_ROLE,
	VXMOB_A_MOVE_STAGE,
	VXMOB_A_MOVE_LEFT_MS,
	VXMOB_A_MOVE_QUEUED,
	VXMOB_A_MOVE_KEPT,
	VXMOB_A_MOVE_OVERFLOWED,
	VXMOB_A_MOVE_REDIRECTED,
	VXMOB_A_MOVE_LATE,
	VXMOB_A_MOVE_OP,
	VXMOB_A_MOVE_PAD,

	__VXMOB_A_MOVE_MAX,
	VXMOB_A_MOVE_MAX = (__VXMOB_A_MOVE_MAX - 1)
};

enum {
	VXMOB_A_VTEP_IFINDEX = 1,
	VXMOB_A_VTEP_VNI,
	VXMOB_A_VTEP_VID,
	VXMOB_A_VTEP_ADDR,
	VXMOB_A_VTEP_TO,
	VXMOB_A_VTEP_FLOOD,
	VXMOB_A_VTEP_MACS,
	VXMOB_A_VTEP_CONTROL_MACS,
	VXMOB_A_VTEP_REFUSED,

	__VXMOB_A_VTEP_MAX,
	VXMOB_A_VTEP_MAX = (__VXMOB_A_VTEP_MAX - 1)
};

enum {
	VXMOB_A_TRANSACTION_LINE = 1,
	VXMOB_A_TRANSACTION_MOVE,

	__VXMOB_A_TRANSACTION_MAX,
	VXMOB_A_TRANSACTION_MAX = (__VXMOB_A_TRANSACTION_MAX - 1)
};

enum {
	VXMOB_A_COUNTER_ORIGIN = 1,
	VXMOB_A_COUNTER_VERDICT,
	VXMOB_A_COUNTER_CLAIMS,
	VXMOB_A_COUNTER_PAD,

	__VXMOB_A_COUNTER_MAX,
	VXMOB_A_COUNTER_MAX = (__VXMOB_A_COUNTER_MAX - 1)
};

enum {
	VXMOB_A_STATS_IFINDEX = 1,
	VXMOB_A_STATS_VNI,
	VXMOB_A_STATS_VID,
	VXMOB_A_STATS_MACS,
	VXMOB_A_STATS_COUNTER,
	VXMOB_A_STATS_LATENCY,
	VXMOB_A_STATS_HINTS,
	VXMOB_A_STATS_RESYNCS,
	VXMOB_A_STATS_REPAIRS,
	VXMOB_A_STATS_DUPLICATES,
	VXMOB_A_STATS_BLACKHOLED,
	VXMOB_A_STATS_ANNOUNCED,
	VXMOB_A_STATS_NEIGHBOURS,
	VXMOB_A_STATS_REDIRECTED,
	VXMOB_A_STATS_REDIRECT_REFUSED,
	VXMOB_A_STATS_REDIRECT_DROPPED,
	VXMOB_A_STATS_KEPT,
	VXMOB_A_STATS_OVERFLOWED,
	VXMOB_A_STATS_LATE,
	VXMOB_A_STATS_PAD,

	__VXMOB_A_STATS_MAX,
	VXMOB_A_STATS_MAX = (__VXMOB_A_STATS_MAX - 1)
};

enum {
	VXMOB_A_PLACE_STATE = 1,
	VXMOB_A_PLACE_VIA,
	VXMOB_A_PLACE_ON,
	VXMOB_A_PLACE_PORT,
	VXMOB_A_PLACE_DST_VNI,
	VXMOB_A_PLACE_DST_IFINDEX,

	__VXMOB_A_PLACE_MAX,
	VXMOB_A_PLACE_MAX = (__VXMOB_A_PLACE_MAX - 1)
};

enum {
	VXMOB_A_EVENT_TYPE = 1,
	VXMOB_A_EVENT_IFINDEX,
	VXMOB_A_EVENT_IFNAME,
	VXMOB_A_EVENT_VNI,
	VXMOB_A_EVENT_VID,
	VXMOB_A_EVENT_LLADDR,
	VXMOB_A_EVENT_ORIGIN,
	VXMOB_A_EVENT_OP,
	VXMOB_A_EVENT_VERDICT,
	VXMOB_A_EVENT_FROM,
	VXMOB_A_EVENT_TO,
	VXMOB_A_EVENT_SEQ,
	VXMOB_A_EVENT_BOUND_SEQ,
	VXMOB_A_EVENT_STATUS,
	VXMOB_A_EVENT_LATENCY_NS,
	VXMOB_A_EVENT_NUMBER,
	VXMOB_A_EVENT_MOVES,
	VXMOB_A_EVENT_PAD,
	VXMOB_A_EVENT_ROLE,
	VXMOB_A_EVENT_MACS,

	__VXMOB_A_EVENT_MAX,
	VXMOB_A_EVENT_MAX = (__VXMOB_A_EVENT_MAX - 1)
};

enum {
	VXMOB_CMD_DOMAIN_ADD = 1,
	VXMOB_CMD_DOMAIN_SET,
	VXMOB_CMD_DOMAIN_DEL,
	VXMOB_CMD_DOMAIN_DUMP,
	VXMOB_CMD_MAC_ANNOUNCE,
	VXMOB_CMD_MAC_WITHDRAW,
	VXMOB_CMD_MAC_GET,
	VXMOB_CMD_MAC_DUMP,
	VXMOB_CMD_MAC_FLUSH,
	VXMOB_CMD_MAC_UNFREEZE,
	VXMOB_CMD_TRANSACTION,
	VXMOB_CMD_STATS_DUMP,
	VXMOB_CMD_MOVE_PREPARE,
	VXMOB_CMD_MOVE_HOLD,
	VXMOB_CMD_MOVE_COMMIT,
	VXMOB_CMD_MOVE_ABORT,
	VXMOB_CMD_MOVE_DUMP,
	VXMOB_CMD_VTEP_DUMP,
	VXMOB_CMD_VTEP_MOVE,
	VXMOB_CMD_EVENT,

	__VXMOB_CMD_MAX,
	VXMOB_CMD_MAX = (__VXMOB_CMD_MAX - 1)
};

#define VXMOB_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_VXMOB_H */
