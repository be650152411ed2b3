// SPDX-License-Identifier: GPL-2.0-only
/*
 * Printing in text or JSON by the same calls, so that the two cannot come to
 * tell different things. Text is a line a record, of keywords and values as
 * the tool takes them; tables are for what has too many columns for that.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "msg.h"
#include "names.h"
#include "output.h"
#include "utils.h"

/* What separates the next word, and how the list that is open looks. */
static struct {
	bool started;
	bool label_done;
	const char *label;
	enum list_style style;
} text;

static const char *json_key(const char *key)
{
	static char buf[32];
	char *c;

	if (!key)
		return NULL;
	snprintf(buf, sizeof(buf), "%s", key);
	for (c = buf; *c; c++)
		if (*c == '-')
			*c = '_';
	return buf;
}

static void put_word(const char *word)
{
	if (text.started)
		putchar(' ');
	fputs(word, stdout);
	text.started = true;
}

/**
 * out_begin() - Begin a list of records.
 */
void out_begin(void)
{
	if (options.json)
		json_open(NULL, '[');
}

/**
 * out_end() - End a list of records.
 */
void out_end(void)
{
	if (options.json)
		json_close();
}

/**
 * out_record() - Begin a record.
 */
void out_record(void)
{
	if (options.json)
		json_open(NULL, '{');
	text.started = false;
}

/**
 * out_record_end() - End a record.
 */
void out_record_end(void)
{
	if (options.json)
		json_close();
	else
		putchar('\n');
}

/**
 * out_group() - Begin a part of a record.
 * @key: Its key.
 */
void out_group(const char *key)
{
	if (options.json)
		json_open(json_key(key), '{');
	else
		put_word(key);
}

/**
 * out_group_end() - End a part of a record.
 */
void out_group_end(void)
{
	if (options.json)
		json_close();
}

/**
 * out_word() - Print a string whose key goes without saying.
 * @key: Its key in JSON.
 * @value: The string.
 */
void out_word(const char *key, const char *value)
{
	if (options.json)
		json_str(json_key(key), value);
	else
		put_word(value);
}

/**
 * out_str() - Print a string.
 * @key: Its key.
 * @value: The string.
 */
void out_str(const char *key, const char *value)
{
	if (!options.json)
		put_word(key);
	out_word(key, value);
}

/**
 * out_bool() - Print whether something is so; in text its key, or nothing.
 * @key: Its key.
 * @value: Whether it is.
 */
void out_bool(const char *key, bool value)
{
	if (options.json)
		json_bool(json_key(key), value);
	else if (value)
		put_word(key);
}

/**
 * out_uint() - Print a number.
 * @key: Its key.
 * @value: The number.
 */
void out_uint(const char *key, uint64_t value)
{
	if (options.json) {
		json_uint(json_key(key), value);
		return;
	}
	put_word(key);
	printf(" %llu", (unsigned long long)value);
}

/**
 * out_attr_uint() - Print a number if there is one.
 * @key: Its key.
 * @attr: The attribute that holds it, or NULL.
 */
void out_attr_uint(const char *key, const struct nlattr *attr)
{
	if (attr)
		out_uint(key, attr_uint(attr));
}

/**
 * out_attr_dev() - Print a device's name if there is one.
 * @key: Its key.
 * @attr: The attribute that holds its index, or NULL.
 */
void out_attr_dev(const char *key, const struct nlattr *attr)
{
	if (attr)
		out_str(key, ifname_of(attr_uint(attr)));
}

/**
 * out_attr_name() - Print a value of an enumeration if there is one.
 * @key: Its key.
 * @attr: The attribute that holds it, or NULL.
 * @names: The enumeration.
 */
void out_attr_name(const char *key, const struct nlattr *attr,
		   const struct names *names)
{
	if (attr)
		out_str(key, names_word(names, attr_uint(attr)));
}

/**
 * out_subject() - Begin a record with what it is about and in which segment.
 * @key: The subject's key in JSON.
 * @subject: The subject, or NULL; in text it comes first.
 * @ifindex: The attribute that holds the device's index, or NULL.
 * @vni: The attribute that holds the VNI, or NULL.
 * @vid: The attribute that holds the VLAN, or NULL.
 */
void out_subject(const char *key, const char *subject,
		 const struct nlattr *ifindex, const struct nlattr *vni,
		 const struct nlattr *vid)
{
	out_record();
	if (subject && !options.json)
		out_word(key, subject);
	out_attr_dev("dev", ifindex);
	out_attr_uint("vni", vni);
	out_attr_uint("vid", vid);
	if (subject && options.json)
		out_word(key, subject);
}

/**
 * out_list() - Begin a list of strings.
 * @key: Its key.
 * @label: Its key in text.
 * @style: How it looks in text.
 */
void out_list(const char *key, const char *label, enum list_style style)
{
	if (options.json)
		json_open(json_key(key), '[');
	text.label = label;
	text.style = style;
	text.label_done = false;
}

/**
 * out_item() - Print an element of a list.
 * @value: The element.
 */
void out_item(const char *value)
{
	if (options.json) {
		json_str(NULL, value);
		return;
	}
	if (text.style == LIST_COMMA && text.label_done) {
		printf(",%s", value);
		return;
	}
	if (text.style != LIST_BARE)
		put_word(text.label);
	put_word(value);
	text.label_done = true;
}

/**
 * out_list_end() - End a list of strings.
 */
void out_list_end(void)
{
	if (options.json)
		json_close();
}

/**
 * out_mask() - Print the bits of a mask as elements of a list.
 * @mask: The mask.
 * @names: The words for the bits.
 */
void out_mask(uint32_t mask, const struct names *names)
{
	unsigned int bit;

	for (bit = 0; bit < 32; bit++)
		if (mask & 1U << bit)
			out_item(names_word(names, bit));
}

/**
 * out_row() - Begin a row of a table that belongs to a record.
 */
void out_row(void)
{
	if (options.json)
		json_open(NULL, '{');
	else
		fputs("\n   ", stdout);
}

/**
 * out_row_end() - End a row.
 */
void out_row_end(void)
{
	if (options.json)
		json_close();
}

/**
 * out_cell() - Print a string in a row.
 * @key: Its key in JSON.
 * @width: Of the column in text; negative to begin at its left.
 * @value: The string.
 */
void out_cell(const char *key, int width, const char *value)
{
	if (options.json)
		json_str(json_key(key), value);
	else
		printf(" %*s", width, value);
}

/**
 * out_cell_uint() - Print a number in a row.
 * @key: Its key in JSON.
 * @width: Of the column in text.
 * @value: The number.
 */
void out_cell_uint(const char *key, int width, uint64_t value)
{
	if (options.json)
		json_uint(json_key(key), value);
	else
		printf(" %*llu", width, (unsigned long long)value);
}

/**
 * out_text() - Print what only a reader of text needs.
 * @words: It.
 */
void out_text(const char *words)
{
	if (!options.json)
		fputs(words, stdout);
}

/**
 * out_tail() - Print a string that stands apart from what precedes it.
 * @key: Its key in JSON.
 * @value: The string.
 */
void out_tail(const char *key, const char *value)
{
	if (options.json)
		json_str(json_key(key), value);
	else
		fputs(value, stdout);
}
