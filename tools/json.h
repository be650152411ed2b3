/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A writer of JSON to the standard output.
 */
#ifndef VXMOB_JSON_H
#define VXMOB_JSON_H

#include <stdbool.h>
#include <stdint.h>

void json_open(const char *key, char bracket);
void json_close(void);
void json_str(const char *key, const char *value);
void json_bool(const char *key, bool value);
void json_uint(const char *key, uint64_t value);

#endif /* VXMOB_JSON_H */
