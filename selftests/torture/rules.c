// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tries the rules of MAC mobility out on everything that a few claims can do to
 * hosts which hear them in different orders. What is linked in is kmod/rules.c
 * itself.
 *
 *   rules [-n CLAIMS] [-t SECONDS] { agree | steps | divergences }
 *
 * agree: hosts that have heard the same numbers, in whatever order, agree.
 * steps: in every sequence of claims each single step does what it should.
 * divergences: hosts do not agree in the ways that are known, and in no other;
 *	prints a line for each host and order of the shortest example of each.
 *
 * Exit status: 0 all holds, 1 it does not, 4 the time was too short to say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "explore.h"

#define USAGE	2

static void usage(void)
{
	fprintf(stderr, "usage: rules [-n CLAIMS] [-t SECONDS] { agree | steps | divergences }\n");
	exit(USAGE);
}

static bool run(const char *what, int claims)
{
	if (!strcmp(what, "agree"))
		return agree(claims);
	if (!strcmp(what, "steps"))
		return steps(claims);
	if (!strcmp(what, "divergences"))
		return divergences(claims);
	usage();
	return false;
}

int main(int argc, char **argv)
{
	int opt, claims = 4;
	unsigned int seconds = 0;
	bool holds;

	while ((opt = getopt(argc, argv, "n:t:")) != -1) {
		if (opt == 'n')
			claims = atoi(optarg);
		else if (opt == 't')
			seconds = atoi(optarg);
		else
			usage();
	}
	if (optind != argc - 1 || claims < 1 || claims > CLAIMS_MAX)
		usage();
	set_up_hosts(seconds);
	holds = run(argv[optind], claims);
	fprintf(stderr, "%s: %llu sequences, %llu judgements\n", argv[optind],
		(unsigned long long)counts.sequences, (unsigned long long)counts.judged);
	return !holds;
}
