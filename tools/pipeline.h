/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of a batch that are under way.
 */
#ifndef VXMOB_PIPELINE_H
#define VXMOB_PIPELINE_H

#include <stdbool.h>

struct msg;

void pipeline_start(const char *file);
void pipeline_line(unsigned int line);
bool pipeline_add(const struct msg *m);
bool pipeline_drain(void);
bool pipeline_failed(void);

#endif /* VXMOB_PIPELINE_H */
