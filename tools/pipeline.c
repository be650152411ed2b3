// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a batch that are under way. Waiting for each answer before the
 * next request costs a change of context a line; so requests are gathered,
 * sent together, and their answers read together. Outside a batch there is no
 * pipeline and nothing here does anything.
 */
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "msg.h"
#include "nl.h"
#include "pipeline.h"
#include "utils.h"

/* As many answers as the smallest receive queue holds. */
#define DEPTH	64
#define SIZE	32768

/*
 * The requests lie in buf one after the other and are numbered from first;
 * lines[n] is the line of the file that number first + n comes from.
 */
static struct {
	const char *file;
	unsigned int line;
	unsigned int count;
	uint32_t first;
	size_t len;
	bool failed;
	unsigned int lines[DEPTH];
	struct nlmsghdr buf[SIZE / sizeof(struct nlmsghdr)];
} pipeline;

/**
 * pipeline_start() - Begin a batch.
 * @file: The file's name.
 */
void pipeline_start(const char *file)
{
	pipeline.file = file;
}

/**
 * pipeline_line() - Say where the requests that follow come from.
 * @line: The line.
 */
void pipeline_line(unsigned int line)
{
	pipeline.line = line;
}

/**
 * pipeline_failed() - Tell whether the kernel refused something.
 *
 * Return: Whether it did.
 */
bool pipeline_failed(void)
{
	return pipeline.failed;
}

static void line_failed(unsigned int n)
{
	fprintf(stderr, "Command failed %s:%u\n", pipeline.file,
		pipeline.lines[n]);
	pipeline.failed = true;
}

static bool read_answer(unsigned int n)
{
	struct nl_answer answer;

	if (!nl_answer(pipeline.first + n, &answer))
		return false;
	if (nl_report(&answer))
		line_failed(n);
	return true;
}

/**
 * pipeline_drain() - Wait until nothing is under way.
 *
 * Return: Whether the batch may go on.
 */
bool pipeline_drain(void)
{
	unsigned int n = 0, count = pipeline.count;

	if (count && nl_send(pipeline.buf, pipeline.len))
		while (n < count && read_answer(n))
			n++;
	while (n < count)
		line_failed(n++);
	pipeline.count = 0;
	pipeline.len = 0;
	return !pipeline.failed || options.force;
}

/**
 * pipeline_add() - Take over a request.
 * @m: The request.
 *
 * Return: Whether it was taken; if not, the caller is to send it.
 */
bool pipeline_add(const struct msg *m)
{
	size_t len = NLMSG_ALIGN(m->nlh->nlmsg_len);
	uint32_t seq;

	if (!pipeline.file || len > SIZE)
		return false;
	if (pipeline.count == DEPTH || pipeline.len + len > SIZE)
		if (!pipeline_drain())
			return true;
	seq = nl_stamp(m->nlh, NLM_F_ACK);
	if (!pipeline.count)
		pipeline.first = seq;
	memcpy((char *)pipeline.buf + pipeline.len, m->nlh, m->nlh->nlmsg_len);
	pipeline.len += len;
	pipeline.lines[pipeline.count++] = pipeline.line;
	return true;
}
