/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Claims about MAC addresses, as the object "mac" and a transaction take them.
 */
#ifndef VXMOB_MAC_H
#define VXMOB_MAC_H

struct args;
struct msg;

int mac_parse_announce(struct args *args, struct msg *m);
int mac_parse_withdraw(struct args *args, struct msg *m);

#endif /* VXMOB_MAC_H */
