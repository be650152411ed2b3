/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every part of the tool shares: the global options, the exit statuses
 * and the list of objects. An object ("domain", "mac", ...) is one file.
 */
#ifndef VXMOB_H
#define VXMOB_H

#include <stdbool.h>

#define VERSION "0.1"

struct args;

/**
 * enum status - What a command ends with; the positive ones are exit statuses.
 * @STATUS_HELP: Help was asked for and printed; counts as success.
 * @STATUS_OK: Success.
 * @STATUS_USAGE: The command line, a file or a name in it is wrong.
 * @STATUS_KERNEL: The kernel refused or could not be reached.
 * @STATUS_FINDINGS: A check found something.
 */
enum status {
	STATUS_HELP = -1,
	STATUS_OK,
	STATUS_USAGE,
	STATUS_KERNEL,
	STATUS_FINDINGS,
};

/**
 * struct options - The options that precede the object.
 * @json: Print JSON.
 * @pretty: Indent it.
 * @stats: Print counters and ages too.
 * @details: Print what is seldom of interest too.
 * @timestamp: Prefix events with the time.
 * @force: Go on after a failure in a batch.
 * @netns: Name or path of the network namespace, or NULL.
 * @batch: File of commands, or NULL.
 */
struct options {
	bool json;
	bool pretty;
	bool stats;
	bool details;
	bool timestamp;
	bool force;
	const char *netns;
	const char *batch;
};

extern struct options options;

/**
 * struct object - A first word of the grammar.
 * @name: The word.
 * @usage: What its help prints.
 * @run: Carries out the rest of the line; returns an enum status.
 */
struct object {
	const char *name;
	const char *usage;
	int (*run)(struct args *args);
};

extern const struct object domain_object;
extern const struct object mac_object;
extern const struct object move_object;
extern const struct object vtep_object;
extern const struct object transaction_object;
extern const struct object monitor_object;
extern const struct object stats_object;
extern const struct object check_object;

int run_line(int argc, char **argv);
int run_batch(const char *file);

#endif /* VXMOB_H */
