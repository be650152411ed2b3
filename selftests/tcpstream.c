// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end of a TCP session that must survive: both ends send numbered bytes at a
 * steady pace, and each checks every byte of the other's.  A byte that is wrong,
 * missing or twice, a reset, a timeout of the session: all end it.
 *
 *   tcpstream { listen | connect } ADDR PORT FILE [ CHUNK [ PACE ] ]
 *
 * CHUNK is how many bytes are sent at a time; with many the stack makes large
 * segments of them.  PACE is the time from one to the next, in ms.
 *
 * FILE always holds a line "received N sent N gap N": bytes, and the longest time
 * in ms without any since SIGUSR1 was last received.  SIGTERM, to one of them, ends
 * the session in order: what is under way still arrives.  Exit status: 0 it ended in
 * order (the last line of the file is final), 1 it broke, and standard error says
 * how.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK	500	/* bytes */
#define CHUNK_MAX 65536
#define PACE	5	/* ms from one to the next */

static struct {
	int sock;
	int file;
	uint8_t key;		/* tells the two directions apart */
	size_t chunk;		/* bytes */
	int pace;		/* ms */
	uint64_t sent;		/* bytes */
	uint64_t received;	/* bytes */
	uint64_t heard;		/* ms, when the last came */
	uint64_t gap;		/* ms */
	bool closed;		/* nothing more will be sent */
} end;

static atomic_bool ending, resetting;

static void __attribute__((noreturn, format(printf, 1, 2)))
broken(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("tcpstream: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void take_signal(int number)
{
	if (number == SIGTERM)
		ending = true;
	else
		resetting = true;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000) + ts.tv_nsec / 1000000;
}

static uint8_t byte_at(uint64_t place, uint8_t key)
{
	return (place * UINT64_C(0x9e3779b97f4a7c15) >> 56) ^ key;
}

static void tell(void)
{
	char line[128];
	int len = snprintf(line, sizeof(line),
			   "received %020" PRIu64 " sent %020" PRIu64 " gap %010" PRIu64 "\n",
			   end.received, end.sent, end.gap);

	if (pwrite(end.file, line, len, 0) != len)
		broken("state: %s", strerror(errno));
}

static void send_some(void)
{
	static uint8_t buffer[CHUNK_MAX];
	ssize_t len;
	size_t i;

	for (i = 0; i < end.chunk; i++)
		buffer[i] = byte_at(end.sent + i, end.key);
	len = send(end.sock, buffer, end.chunk, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (len > 0)
		end.sent += len;
	else if (errno != EAGAIN)
		broken("send: %s", strerror(errno));
}

/* Returns whether there may be more. */
static bool receive_some(void)
{
	uint8_t buffer[16384];
	ssize_t i, len = recv(end.sock, buffer, sizeof(buffer), MSG_DONTWAIT);
	uint64_t time = now();

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (len < 0)
		broken("receive: %s", strerror(errno));
	for (i = 0; i < len; i++)
		if (buffer[i] != byte_at(end.received + i, ~end.key))
			broken("byte %" PRIu64 " is wrong", end.received + i);
	end.received += len;
	if (time - end.heard > end.gap)
		end.gap = time - end.heard;
	end.heard = time;
	return len;
}

static void heed_signals(void)
{
	if (resetting) {
		resetting = false;
		end.gap = 0;
	}
	if (ending && !end.closed) {
		shutdown(end.sock, SHUT_WR);
		end.closed = true;
	}
}

static void run(void)
{
	struct pollfd fd = { .fd = end.sock, .events = POLLIN };
	uint64_t due = now();

	end.heard = due;
	for (;;) {
		heed_signals();
		if (!end.closed && now() >= due) {
			send_some();
			due = now() + end.pace;
		}
		if (poll(&fd, 1, end.pace) > 0 && !receive_some())
			break;
		tell();
	}
	tell();
}

static int listen_once(const struct sockaddr_in *addr)
{
	int one = 1, sock = socket(AF_INET, SOCK_STREAM, 0), session;

	setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(sock, (const void *)addr, sizeof(*addr)) || listen(sock, 1))
		broken("listen: %s", strerror(errno));
	session = accept(sock, NULL, NULL);
	if (session < 0)
		broken("accept: %s", strerror(errno));
	close(sock);
	return session;
}

static int connect_to(const struct sockaddr_in *addr)
{
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	if (connect(sock, (const void *)addr, sizeof(*addr)))
		broken("connect: %s", strerror(errno));
	return sock;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = take_signal };
	struct sockaddr_in addr = { .sin_family = AF_INET };
	bool listens;

	end.chunk = argc > 5 ? atoi(argv[5]) : CHUNK;
	end.pace = argc > 6 ? atoi(argv[6]) : PACE;
	if (argc < 5 || argc > 7 || !end.chunk || end.chunk > CHUNK_MAX ||
	    end.pace <= 0 || inet_pton(AF_INET, argv[2], &addr.sin_addr) != 1)
		broken("usage: tcpstream { listen | connect } ADDR PORT FILE [ CHUNK [ PACE ] ]");
	addr.sin_port = htons(atoi(argv[3]));
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	end.file = open(argv[4], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (end.file < 0)
		broken("%s: %s", argv[4], strerror(errno));
	listens = !strcmp(argv[1], "listen");
	end.key = listens ? 0x55 : 0xaa;
	end.sock = listens ? listen_once(&addr) : connect_to(&addr);
	run();
	return 0;
}
