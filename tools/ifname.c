// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names and indices of network devices. A dump names the same few devices a
 * million times, so names are remembered; and an event may speak of a device
 * that is gone by the time it is read, so they are remembered even then.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "utils.h"

#define BUCKETS 256

/**
 * struct ifname - A device whose name is known.
 * @next: The next one of the bucket.
 * @ifindex: Its index.
 * @asked: When that was, by the count of ifname_forget().
 * @name: Its name when last asked for.
 */
struct ifname {
	struct ifname *next;
	unsigned int ifindex;
	unsigned int asked;
	char name[IFNAMSIZ];
};

static struct ifname *buckets[BUCKETS];

/* How often names have been forgotten */
static unsigned int forgotten;

/* Whether names change under a program that runs for long. */
static bool watching;

/* if_nametoindex() opens and closes a socket each time. */
static int ask(unsigned long request, struct ifreq *ifr)
{
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return ioctl(fd, request, ifr);
}

/**
 * ifindex_of() - Find a device by its name.
 * @name: The name.
 *
 * Return: The index; 0 if there is no such device.
 */
unsigned int ifindex_of(const char *name)
{
	struct ifreq ifr = { 0 };

	if (strlen(name) >= sizeof(ifr.ifr_name))
		return 0;
	memcpy(ifr.ifr_name, name, strlen(name));
	return ask(SIOCGIFINDEX, &ifr) ? 0 : ifr.ifr_ifindex;
}

static struct ifname *entry_of(unsigned int ifindex)
{
	struct ifname **bucket = &buckets[ifindex % BUCKETS];
	struct ifname *e;

	for (e = *bucket; e; e = e->next)
		if (e->ifindex == ifindex)
			return e;
	e = xrealloc(NULL, sizeof(*e));
	e->ifindex = ifindex;
	e->name[0] = '\0';
	e->next = *bucket;
	*bucket = e;
	return e;
}

/**
 * ifname_of() - Name a device.
 * @ifindex: Its index.
 *
 * Return: Its name; the one it last had if it is gone; "if" and the index if
 *	that is not known either.
 */
const char *ifname_of(unsigned int ifindex)
{
	struct ifname *e = entry_of(ifindex);
	struct ifreq ifr = { .ifr_ifindex = ifindex };

	if (e->name[0] && e->asked == forgotten && !watching)
		return e->name;
	e->asked = forgotten;
	if (!ask(SIOCGIFNAME, &ifr))
		snprintf(e->name, sizeof(e->name), "%s", ifr.ifr_name);
	else if (!e->name[0])
		snprintf(e->name, sizeof(e->name), "if%u", ifindex);
	return e->name;
}

/**
 * ifname_forget() - Ask for names anew.
 *
 * Between two lines of a batch as much time may pass as you like.
 */
void ifname_forget(void)
{
	forgotten++;
}

/**
 * ifname_watch() - Prepare for naming devices while they come and go.
 */
void ifname_watch(void)
{
	struct if_nameindex *all = if_nameindex(), *i;

	watching = true;
	for (i = all; i && i->if_index; i++)
		snprintf(entry_of(i->if_index)->name, IFNAMSIZ, "%s",
			 i->if_name);
	if (all)
		if_freenameindex(all);
}
