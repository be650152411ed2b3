/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Steps of a handover, as the object "move" and a transaction take them.
 */
#ifndef VXMOB_MOVE_H
#define VXMOB_MOVE_H

struct args;
struct msg;

int move_parse(struct args *args, struct msg *m, int op);

#endif /* VXMOB_MOVE_H */
