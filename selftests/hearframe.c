// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hears what comes to a UDP port, as another VTEP would, and writes down when
 * and what: the counterpart of sendframe.
 *
 *   hearframe [-n NETNS] ADDR PORT
 *
 * Prints a line for each datagram until it is killed: milliseconds on the
 * monotonic clock, and the payload in hexadecimal.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"

#define USAGE	2
#define FAILED	1
#define MAX	2048
#define ROOM	(16 << 20)	/* of the socket: thousands may come at once */

static void usage(void)
{
	fprintf(stderr, "usage: hearframe [-n NETNS] ADDR PORT\n");
	exit(USAGE);
}

static int open_port(const char *addr, const char *port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(atoi(port)),
	};
	int sock, room = ROOM;

	if (inet_pton(AF_INET, addr, &in.sin_addr) != 1)
		errx(USAGE, "%s is no address", addr);
	sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0 ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(sock, (struct sockaddr *)&in, sizeof(in)))
		err(FAILED, "%s", addr);
	return sock;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	unsigned char buf[MAX];
	ssize_t len, i;
	int opt, sock;

	while ((opt = getopt(argc, argv, "+n:")) != -1) {
		if (opt != 'n')
			usage();
		netns_enter(optarg);
	}
	if (argc - optind != 2)
		usage();
	setlinebuf(stdout);
	sock = open_port(argv[optind], argv[optind + 1]);
	printf("listening\n");
	while (1) {
		len = recv(sock, buf, sizeof(buf), 0);
		if (len < 0)
			err(FAILED, "recv");
		printf("%jd ", (intmax_t)now_ms());
		for (i = 0; i < len; i++)
			printf("%02x", buf[i]);
		printf("\n");
	}
}
