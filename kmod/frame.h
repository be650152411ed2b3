/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing the frames by which a MAC is announced, as plain bytes.
 */
#ifndef _VXMOB_FRAME_H
#define _VXMOB_FRAME_H

#include "claim.h"

#define VXMOB_SENT_MIN		60	/* Ethernet without the FCS */
#define VXMOB_SENT_MAX		86	/* a neighbour advertisement */

/* frame.c */
size_t vxmob_frame_rarp(u8 *frame, const u8 *mac);
size_t vxmob_frame_announcing(u8 *frame, const u8 *mac,
			      const struct vxmob_addr *ip, bool router);

#endif /* _VXMOB_FRAME_H */
