// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of commands: comments, quotes and continued lines as iproute2 knows
 * them. Reading is not left to stdio because that does not tell when it is
 * about to wait, and whoever writes commands into a pipe wants those that he
 * has written carried out before he writes more.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "utils.h"

#define READ_SIZE 65536

/**
 * input_open() - Open a file of commands.
 * @in: Where its state is kept.
 * @name: Its name; "-" is the standard input.
 *
 * Return: Whether that was possible; if not, it has been said.
 */
bool input_open(struct input *in, const char *name)
{
	static bool stdin_used;

	memset(in, 0, sizeof(*in));
	in->name = name;
	if (strcmp(name, "-")) {
		in->fd = open(name, O_RDONLY | O_CLOEXEC);
		if (in->fd >= 0)
			return true;
		err("cannot open file \"%s\" for reading: %s", name,
		    strerror(errno));
		return false;
	}
	in->fd = STDIN_FILENO;
	if (stdin_used) {
		err("the standard input is in use already");
		return false;
	}
	stdin_used = true;
	return true;
}

/**
 * input_close() - Close a file of commands.
 * @in: Its state.
 */
void input_close(struct input *in)
{
	if (in->fd != STDIN_FILENO)
		close(in->fd);
	free(in->buf);
	free(in->text);
	free(in->argv);
}

static ssize_t input_read(struct input *in)
{
	struct pollfd pfd = { .fd = in->fd, .events = POLLIN };
	ssize_t len;

	if (in->pos) {
		in->len -= in->pos;
		memmove(in->buf, in->buf + in->pos, in->len);
		in->pos = 0;
	}
	if (in->size - in->len < READ_SIZE) {
		in->size = 2 * in->size + READ_SIZE;
		in->buf = xrealloc(in->buf, in->size);
	}
	if (in->idle && !poll(&pfd, 1, 0) && !in->idle())
		return 0;
	do {
		len = read(in->fd, in->buf + in->len, in->size - in->len);
	} while (len < 0 && errno == EINTR);
	if (len > 0)
		in->len += len;
	return len;
}

/* Finds the next physical line; returns its length with the newline. */
static ssize_t find_line(struct input *in)
{
	size_t seen = 0;
	ssize_t len;
	char *end;

	for (;;) {
		end = in->len - in->pos > seen ?
		      memchr(in->buf + in->pos + seen, '\n',
			     in->len - in->pos - seen) : NULL;
		if (end)
			return end + 1 - (in->buf + in->pos);
		seen = in->len - in->pos;
		len = input_read(in);
		if (len < 0)
			return err("cannot read \"%s\": %s", in->name,
				   strerror(errno)), INPUT_FAILED;
		if (!len)
			return seen;
	}
}

/* Adds the next physical line, without its newline, to the text. */
static int add_line(struct input *in)
{
	ssize_t len = find_line(in);
	const char *from;

	if (len <= 0)
		return len;
	from = in->buf + in->pos;
	in->pos += len;
	in->lines++;
	if (in->text_size < in->text_len + len + 1) {
		in->text_size = 2 * (in->text_len + len + 1);
		in->text = xrealloc(in->text, in->text_size);
	}
	if (from[len - 1] == '\n')
		len--;
	memcpy(in->text + in->text_len, from, len);
	in->text_len += len;
	in->text[in->text_len] = '\0';
	return 1;
}

/* Cuts a comment off; returns whether there was one. */
static bool cut_comment(struct input *in)
{
	char quote = 0, *c;

	for (c = in->text; *c; c++) {
		if (quote) {
			if (*c == quote)
				quote = 0;
		} else if (*c == '"' || *c == '\'') {
			quote = *c;
		} else if (*c == '#') {
			*c = '\0';
			in->text_len = c - in->text;
			return true;
		}
	}
	return false;
}

static int bad_line(const struct input *in, const char *why)
{
	err_where(in->name, in->line);
	err("%s", why);
	err_where(NULL, 0);
	return INPUT_BAD;
}

/* Reads a line with what continues it. */
static int read_text(struct input *in)
{
	int ret;

	in->text_len = 0;
	in->line = in->lines + 1;
	for (;;) {
		ret = add_line(in);
		if (ret <= 0)
			return in->text_len && !ret ? 1 : ret;
		if (strlen(in->text) != in->text_len)
			return bad_line(in, "a NUL byte");
		if (cut_comment(in) || !in->text_len ||
		    in->text[in->text_len - 1] != '\\')
			return 1;
		in->text[--in->text_len] = '\0';
	}
}

static void add_word(struct input *in, char *word)
{
	if (in->argc == in->argv_size) {
		in->argv_size = 2 * in->argv_size + 16;
		in->argv = xrealloc(in->argv,
				    in->argv_size * sizeof(*in->argv));
	}
	in->argv[in->argc++] = word;
}

/* Cuts the text into words; quotes go around a whole word. */
static int split(struct input *in)
{
	static const char space[] = " \t\r\v\f";
	char *c = in->text, quote;

	in->argc = 0;
	for (;;) {
		c += strspn(c, space);
		if (!*c)
			return 0;
		quote = *c == '"' || *c == '\'' ? *c++ : 0;
		add_word(in, c);
		c = quote ? strchr(c, quote) : c + strcspn(c, space);
		if (!c)
			return bad_line(in, "a quote that does not end");
		if (*c)
			*c++ = '\0';
	}
}

/**
 * input_line() - Read the next line that is neither empty nor a comment.
 * @in: The file; @argv and @argc hold the line.
 *
 * Return: 1; 0 at the end of the file; INPUT_BAD if the line is none, but the next
 *	may be; INPUT_FAILED. What was wrong has been said.
 */
int input_line(struct input *in)
{
	int ret;

	do {
		ret = read_text(in);
		if (ret <= 0)
			return ret;
		ret = split(in);
		if (ret)
			return ret;
	} while (!in->argc);
	return 1;
}
