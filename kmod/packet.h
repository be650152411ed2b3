/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading announcements out of VXLAN packets, and out of frames, as plain bytes.
 */
#ifndef _VXMOB_PACKET_H
#define _VXMOB_PACKET_H

#include "claim.h"

/*
 * Options of a neighbour advertisement: the MAC, and room for two more as long.
 * An advertisement with more of them is not looked at.
 */
#define VXMOB_NA_OPTIONS_MAX	(3 * 8)

/*
 * The most that a VXLAN payload is looked into: VXLAN header, Ethernet header,
 * two VLAN tags, IPv6 header, neighbour advertisement with options.
 */
#define VXMOB_PACKET_MAX	(8 + VXMOB_FRAME_MAX)

/* The same of a frame, without the VXLAN header */
#define VXMOB_FRAME_MAX		(14 + 2 * 4 + 40 + 24 + VXMOB_NA_OPTIONS_MAX)

/*
 * To tell whom a packet is for and whether it resolves addresses: VXLAN header,
 * Ethernet header, two VLAN tags, IPv6 header, type of ICMPv6.
 */
#define VXMOB_INNER_MAX		(8 + 14 + 2 * 4 + 40 + 1)

/* No VLAN tag, or a priority tag */
#define VXMOB_VID_NONE		0

/**
 * struct vxmob_announcement - A MAC announcing itself
 * @mac: the MAC that announces itself
 * @kind: enum vxmob_snoop, which kind of frame it was; 0 for an ordinary ARP
 *	request
 * @router: it says that it is a router
 * @tpid: EtherType of the inner frame's outer tag, host byte order; 0 without one
 * @vid: VLAN of that tag, VXMOB_VID_NONE without one
 * @ip: IP address that is announced with the MAC; length 0 for RARP
 */
struct vxmob_announcement {
	u8 mac[VXMOB_MAC_LEN];
	u8 kind;
	bool router;
	u16 tpid;
	u16 vid;
	struct vxmob_addr ip;
};

/**
 * struct vxmob_inner - What a VXLAN packet carries
 * @dest: MAC that the inner frame is for
 * @resolution: it is ARP, RARP or neighbour discovery
 */
struct vxmob_inner {
	u8 dest[VXMOB_MAC_LEN];
	bool resolution;
};

/* packet.c */
bool vxmob_parse_vni(const u8 *data, size_t len, u32 *vni);
bool vxmob_parse_inner(const u8 *data, size_t len, struct vxmob_inner *in);
bool vxmob_parse_frame(const u8 *eth, size_t len, struct vxmob_announcement *a);
bool vxmob_parse_announcement(const u8 *data, size_t len,
			      struct vxmob_announcement *a);
bool vxmob_parse_owner(const u8 *data, size_t len,
		       struct vxmob_announcement *a);

#endif /* _VXMOB_PACKET_H */
