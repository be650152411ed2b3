// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer of JSON to the standard output: what is printed is valid, whatever
 * bytes somebody named his device with.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "vxmob.h"

#define DEPTH_MAX 8

static struct {
	unsigned int depth;
	bool filled[DEPTH_MAX];
	char closing[DEPTH_MAX];
} json;

static void indent(void)
{
	unsigned int i;

	if (!options.pretty)
		return;
	putchar('\n');
	for (i = 0; i < json.depth; i++)
		fputs("    ", stdout);
}

/* How many bytes at @s are one character of UTF-8; 0 if it is none. */
static unsigned int utf8_len(const unsigned char *s)
{
	unsigned int i, len = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 :
			      *s >= 0xe0 && *s < 0xf0 ? 3 :
			      *s >= 0xf0 && *s < 0xf5 ? 4 : 0;

	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void put_string(const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	unsigned int len;

	putchar('"');
	for (; *s; s += len) {
		len = utf8_len(s);
		if (*s < 0x20 || *s == 0x7f || !len) {
			printf("\\u%04x", *s);
			len = 1;
			continue;
		}
		if (*s == '"' || *s == '\\')
			putchar('\\');
		fwrite(s, 1, len, stdout);
	}
	putchar('"');
}

/* What precedes any value: a comma, a new line, the key. */
static void begin(const char *key)
{
	if (json.depth) {
		if (json.filled[json.depth - 1])
			putchar(',');
		json.filled[json.depth - 1] = true;
		indent();
	}
	if (!key)
		return;
	put_string(key);
	fputs(options.pretty ? ": " : ":", stdout);
}

/**
 * json_open() - Begin an object or an array.
 * @key: Its key, or NULL.
 * @bracket: The opening one, '{' or '['.
 */
void json_open(const char *key, char bracket)
{
	begin(key);
	putchar(bracket);
	json.filled[json.depth] = false;
	json.closing[json.depth++] = bracket == '{' ? '}' : ']';
}

/**
 * json_close() - End what was begun last.
 */
void json_close(void)
{
	json.depth--;
	if (json.filled[json.depth])
		indent();
	else
		putchar(' ');
	putchar(json.closing[json.depth]);
	if (!json.depth)
		putchar('\n');
}

/**
 * json_str() - Print a string.
 * @key: Its key, or NULL in an array.
 * @value: The string.
 */
void json_str(const char *key, const char *value)
{
	begin(key);
	put_string(value);
}

/**
 * json_bool() - Print a truth value.
 * @key: Its key, or NULL in an array.
 * @value: The value.
 */
void json_bool(const char *key, bool value)
{
	begin(key);
	fputs(value ? "true" : "false", stdout);
}

/**
 * json_uint() - Print a number.
 * @key: Its key, or NULL in an array.
 * @value: The number.
 */
void json_uint(const char *key, uint64_t value)
{
	begin(key);
	printf("%llu", (unsigned long long)value);
}
