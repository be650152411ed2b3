/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a check looks at, and how it tells what it has found. Each check is a
 * function that looks, and calls found() with what hurts and what mends it.
 */
#ifndef VXMOB_FINDING_H
#define VXMOB_FINDING_H

#include "host.h"
#include "utils.h"

/**
 * struct subject - A segment that is checked.
 * @link: Its vxlan device.
 * @bridge: The device's bridge; NULL if it has none.
 * @vni: Its VNI; 0 if that of an external device is not known.
 * @vid: Its VLAN in the bridge; 0 if that is not VLAN aware.
 * @enrolled: The module manages it.
 * @snoop: Which announcements are listened to.
 * @vteps: Whose are believed.
 * @fdb: The device's forwarding database.
 * @controlled: Somebody tells the module where MAC addresses are.
 * @member: The device's port is in the VLAN.
 * @tagged: Frames go into the tunnel with a tag.
 * @tunnel: The VNI that the port maps the VLAN to.
 */
struct subject {
	const struct link *link;
	const struct link *bridge;
	uint32_t vni;
	uint16_t vid;
	bool enrolled;
	uint32_t snoop;
	uint32_t vteps;
	struct fdb fdb;
	bool controlled;
	bool member;
	bool tagged;
	uint32_t tunnel;
};

const char *text(const char *fmt, ...) __printf(1, 2);
const char *name_of(const struct link *l);
const char *in_netns(void);
const char *src_vni(const struct subject *s);
const struct link *segment_l3(const struct subject *s);

void found(const struct subject *s, const char *check, const char *command,
	   const char *message);
void found_mtu(const struct subject *s, const char *check, unsigned int mtu,
	       unsigned int needed, const char *command, const char *message);
unsigned int findings_count(void);
void findings_forget(void);

bool check_segment(const struct subject *s);
void check_underlay(const struct subject *s);

#endif /* VXMOB_FINDING_H */
