// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives commands to a routing daemon of FRR on its own socket, as vtysh does.
 * vtysh first builds the whole grammar of all daemons, which takes seconds in an
 * emulated machine, and a test that waits for a route asks often.
 *
 *   vty SOCKET SECONDS COMMAND...
 *
 * Prints the answers.  Exit status: 0 all was carried out, 1 the daemon would not
 * carry out a command, 2 there is no daemon, or no answer within so many seconds.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define REFUSED		1
#define NO_ANSWER	2

/* Behind an answer come three zeros and the command's status. */
#define TRAILER		4

static int open_vty(const char *path, int seconds)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = seconds };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || strlen(path) >= sizeof(addr.sun_path))
		errx(NO_ANSWER, "no socket %s", path);
	memcpy(addr.sun_path, path, strlen(path));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    connect(fd, (const struct sockaddr *)&addr, sizeof(addr)))
		err(NO_ANSWER, "%s", path);
	return fd;
}

static bool is_complete(const char *text, size_t len)
{
	return len >= TRAILER && !memcmp(text + len - TRAILER, "\0\0", TRAILER - 1);
}

/* Prints the answer; returns the status. */
static int print_answer(int fd)
{
	static char text[1 << 20];
	size_t len = 0;
	ssize_t got;

	while (!is_complete(text, len)) {
		got = read(fd, text + len, sizeof(text) - len);
		if (got <= 0)
			err(NO_ANSWER, "no answer");
		len += got;
	}
	fwrite(text, 1, len - TRAILER, stdout);
	return text[len - 1];
}

int main(int argc, char **argv)
{
	int fd, i;

	if (argc < 4)
		errx(NO_ANSWER, "usage: vty SOCKET SECONDS COMMAND...");
	fd = open_vty(argv[1], atoi(argv[2]));
	for (i = 3; i < argc; i++) {
		size_t size = strlen(argv[i]) + 1;

		if (write(fd, argv[i], size) != (ssize_t)size)
			err(NO_ANSWER, "%s", argv[1]);
		if (print_answer(fd))
			return REFUSED;
	}
	return 0;
}
