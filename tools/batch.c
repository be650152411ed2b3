// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file of commands that have nothing to do with each other. Requests are
 * gathered and sent together; what is gathered is sent before a command that
 * prints something, before a wait for more input, and at the end.
 */
#include <stdio.h>

#include "input.h"
#include "pipeline.h"
#include "utils.h"

/* Who waits for the outcome before he writes on shall have all of it. */
static bool idle(void)
{
	fflush(stdout);
	return pipeline_drain();
}

/* Of several failures the worst is told, and any is worse than findings. */
static void worsen(int *status, int ret)
{
	if (*status < ret || *status == STATUS_FINDINGS)
		*status = ret;
}

/* Returns whether the batch goes on. */
static bool batch_line(const struct input *in, int *status)
{
	int ret;

	pipeline_line(in->line);
	ifname_forget();
	ret = run_line(in->argc, in->argv);
	if (pipeline_failed() && !options.force)
		return false;
	if (ret == STATUS_FINDINGS && !*status)
		*status = ret;
	if (ret <= STATUS_OK || ret == STATUS_FINDINGS)
		return true;
	fprintf(stderr, "Command failed %s:%u\n", in->name, in->line);
	worsen(status, ret);
	return options.force;
}

/* Does what there is to do with what input_line() has returned. */
static bool goes_on(const struct input *in, int more, int *status)
{
	if (more < 0) {
		worsen(status, STATUS_USAGE);
		return more == INPUT_BAD && options.force;
	}
	return more && (!pipeline_failed() || options.force) &&
	       batch_line(in, status);
}

/**
 * run_batch() - Carry out the lines of a file.
 * @file: Its name.
 *
 * Return: An enum status: the worst of all lines.
 */
int run_batch(const char *file)
{
	int status = STATUS_OK;
	struct input in;

	if (!input_open(&in, file))
		return STATUS_USAGE;
	in.idle = idle;
	err_after(idle);
	pipeline_start(file);
	while (goes_on(&in, input_line(&in), &status))
		;
	pipeline_drain();
	input_close(&in);
	return pipeline_failed() ? STATUS_KERNEL : status;
}
