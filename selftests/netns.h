/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The helper programs work in the network namespaces that "ip netns" names: a name
 * on the command line is cheaper than a program that starts another one there.
 */

#ifndef VXMOB_SELFTESTS_NETNS_H
#define VXMOB_SELFTESTS_NETNS_H

#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/* Enters the namespace that is called @name, or ends the program, with status 1. */
static inline void netns_enter(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

#endif
