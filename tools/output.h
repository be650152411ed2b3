/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Printing in text or JSON, as the options say, by the same calls. A key is
 * written as in text ("max-macs"); in JSON it has '_' for '-'.
 */
#ifndef VXMOB_OUTPUT_H
#define VXMOB_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

struct names;
struct nlattr;

/**
 * enum list_style - How a list looks in text.
 * @LIST_COMMA: key a,b
 * @LIST_REPEAT: key a key b
 * @LIST_BARE: a b
 */
enum list_style {
	LIST_COMMA,
	LIST_REPEAT,
	LIST_BARE,
};

void out_begin(void);
void out_end(void);
void out_record(void);
void out_record_end(void);
void out_subject(const char *key, const char *subject,
		 const struct nlattr *ifindex, const struct nlattr *vni,
		 const struct nlattr *vid);
void out_group(const char *key);
void out_group_end(void);

void out_word(const char *key, const char *value);
void out_str(const char *key, const char *value);
void out_bool(const char *key, bool value);
void out_uint(const char *key, uint64_t value);
void out_attr_uint(const char *key, const struct nlattr *attr);
void out_attr_dev(const char *key, const struct nlattr *attr);
void out_attr_name(const char *key, const struct nlattr *attr,
		   const struct names *names);

void out_list(const char *key, const char *label, enum list_style style);
void out_item(const char *value);
void out_list_end(void);
void out_mask(uint32_t mask, const struct names *names);

void out_row(void);
void out_row_end(void);
void out_cell(const char *key, int width, const char *value);
void out_cell_uint(const char *key, int width, uint64_t value);
void out_text(const char *text);
void out_tail(const char *key, const char *value);

#endif /* VXMOB_OUTPUT_H */
