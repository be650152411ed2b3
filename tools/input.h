/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of commands, as -batch and transaction read them.
 */
#ifndef VXMOB_INPUT_H
#define VXMOB_INPUT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct input - A file of commands.
 * @name: Its name, for messages.
 * @argv: The words of the line that was read last.
 * @argc: How many.
 * @line: Number of that line; of the first, if it is continued.
 * @idle: Called before a wait for more, may be NULL; if it returns false
 *	there is no more.
 * @fd: The file.
 * @lines: How many lines have been read.
 * @buf: What was read of the file and not yet used lies from @pos to @len.
 * @pos: See @buf.
 * @len: See @buf.
 * @size: Bytes allocated for @buf.
 * @text: The line that was read last, cut into words.
 * @text_len: Bytes of it.
 * @text_size: Bytes allocated for it.
 * @argv_size: Words allocated for @argv.
 */
struct input {
	const char *name;
	char **argv;
	int argc;
	unsigned int line;
	bool (*idle)(void);

	int fd;
	unsigned int lines;
	char *buf;
	size_t pos;
	size_t len;
	size_t size;
	char *text;
	size_t text_len;
	size_t text_size;
	int argv_size;
};

/* What input_line() returns for an error */
#define INPUT_BAD	-1
#define INPUT_FAILED	-2

bool input_open(struct input *in, const char *name);
int input_line(struct input *in);
void input_close(struct input *in);

#endif /* VXMOB_INPUT_H */
