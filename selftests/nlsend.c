// SPDX-License-Identifier: GPL-2.0-only
/*
 * Speaks to the module as no well-behaved program does: attributes that are too
 * short, lie about their length, stand in the wrong place or do not exist.  The
 * tool cannot send such messages, and that is a virtue; the module must survive
 * them and say what is wrong.
 *
 *   nlsend REQUEST [-- REQUEST]...
 *   nlsend slowly REQUEST
 *   nlsend random SEED COUNT
 *   nlsend [-n NETNS] repeat REQUEST [-- REQUEST]...
 *
 * What a REQUEST is, request.h says.  For each one line is printed: OK or an error's
 * name, then "offset=N" of the attribute at fault in the request and the kernel's
 * words, as far as given.
 *
 * "slowly" reads the first of a dump, says "begun", and reads the rest when there is a
 * line on standard input.  Then it prints how many messages there were, and
 * "interrupted" if one of them says so.
 *
 * "random" sends COUNT messages that are made of valid and invalid parts at
 * random, the same for the same SEED, and prints how many the kernel took.
 *
 * "repeat" sends the requests over and over, whatever becomes of them, until it
 * is told to end, and then prints the same.  Each time it looks anew for the
 * namespace and for the module, which may come and go, and holds neither.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "request.h"

#define FAILED		1

static unsigned int sent, taken;
static atomic_int stopped;

/* What the kernel adds to an answer, after @skip bytes of it. */
static void print_extack(const struct nlmsghdr *nlh, size_t skip)
{
	const char *data = (const char *)nlh + NLMSG_HDRLEN + skip;
	const struct nlattr *attr;
	size_t len;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	len = nlh->nlmsg_len - NLMSG_HDRLEN - skip;
	attr = find(data, len, NLMSGERR_ATTR_OFFS);
	if (attr)
		printf(" offset=%u", *(const uint32_t *)(attr + 1));
	attr = find(data, len, NLMSGERR_ATTR_MSG);
	if (attr)
		printf(" %.*s", (int)(attr->nla_len - NLA_HDRLEN),
		       (const char *)(attr + 1));
}

static void print_result(int error, const struct nlmsghdr *nlh, size_t skip)
{
	printf("%s", error ? strerrorname_np(-error) : "OK");
	print_extack(nlh, skip);
	printf("\n");
}

/* Return: the error, 0 or negative. */
static int receive(int sock, bool print)
{
	const struct nlmsghdr *nlh;
	size_t skip;
	ssize_t len;
	int error;

	for (;;) {
		do
			len = recv(sock, answer.b, sizeof(answer.b), 0);
		while (len < 0 && errno == EINTR);
		if (len < 0)
			err(FAILED, "no answer");
		for (nlh = &answer.nlh; NLMSG_OK(nlh, len);
		     nlh = NLMSG_NEXT(nlh, len)) {
			if (!is_end(nlh, &error, &skip))
				continue;
			if (print)
				print_result(error, nlh, skip);
			return error;
		}
	}
}

/* --- a dump that waits -------------------------------------------------- */

/* Receives some of a dump and counts. Return: whether that was its end. */
static bool receive_some(int sock, unsigned int *messages, bool *interrupted)
{
	const struct nlmsghdr *nlh;
	ssize_t len = recv(sock, answer.b, sizeof(answer.b), 0);
	bool end = false;
	size_t skip;
	int error;

	if (len < 0)
		err(FAILED, "no answer");
	for (nlh = &answer.nlh; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		*interrupted |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
		end |= is_end(nlh, &error, &skip);
		++*messages;
	}
	return end;
}

static void receive_slowly(int sock)
{
	bool interrupted = false, end;
	unsigned int messages = 0;

	end = receive_some(sock, &messages, &interrupted);
	printf("begun\n");
	fflush(stdout);
	while (getchar() != '\n' && !feof(stdin))
		;
	while (!end)
		end = receive_some(sock, &messages, &interrupted);
	printf("%u messages%s\n", messages, interrupted ? " interrupted" : "");
}

/* --- messages at random ------------------------------------------------- */

static unsigned int below(unsigned int n)
{
	return rand() % n;
}

static void random_value(int type)
{
	static const size_t lengths[] = { 0, 1, 2, 4, 5, 6, 8, 16, 17 };
	unsigned char bytes[32];
	uint32_t u32 = below(4) ? below(8) : (uint32_t)rand() << 1;
	size_t i, len;

	if (below(2)) {
		put_attr(type, &u32, sizeof(u32));
		return;
	}
	len = lengths[below(sizeof(lengths) / sizeof(*lengths))];
	for (i = 0; i < len; i++)
		bytes[i] = below(2) ? 0 : rand();
	put_attr(type, bytes, len);
}

static void random_attr(void)
{
	int type = below(VXMOB_A_MAC_MAX + 4), i, n;

	if (below(4)) {
		random_value(type);
	} else if (req.depth < NESTS) {
		nest_start(below(2) ? VXMOB_A_TRANSACTION_LINE | NLA_F_NESTED : type);
		n = below(8);
		for (i = 0; i < n; i++)
			random_attr();
		nest_end();
	}
	if (!below(16))
		((struct nlattr *)(req.b + req.last))->nla_len = rand();
}

/* Something that is nearly right gets further than noise. */
static void random_request(void)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0xf0, 1 };
	uint32_t ifindex = 1 + below(8);
	int i, n;

	start(family, below(8) ? 0 : NLM_F_DUMP, below(VXMOB_CMD_MAX + 2));
	if (below(2)) {
		put_attr(VXMOB_A_MAC_IFINDEX, &ifindex, sizeof(ifindex));
		put_attr(VXMOB_A_MAC_LLADDR, mac, sizeof(mac));
	}
	n = below(10);
	for (i = 0; i < n; i++)
		random_attr();
	if (!below(16))
		req.cut = below(req.len - NLMSG_HDRLEN + 1);
}

static void send_random(int sock, unsigned int seed, unsigned int count)
{
	srand(seed);
	for (sent = 0; sent < count; sent++) {
		random_request();
		transmit(sock);
		taken += !receive(sock, false);
	}
}

/* Sends the request that begins there. Return: where it ends. */
static char **send_request(int sock, char **argv)
{
	start(family, 0, command_of(*argv++));
	for (; *argv && strcmp(*argv, "--"); argv++) {
		if (!strcmp(*argv, "dump"))
			req.nlh.nlmsg_flags |= NLM_F_DUMP;
		else
			add_word(*argv);
	}
	transmit(sock);
	return argv;
}

static void send_requests(int sock, char **argv, bool print)
{
	while (*argv && !stopped) {
		argv = send_request(sock, argv);
		sent++;
		taken += !receive(sock, print);
		if (*argv)
			argv++;
	}
}

static void stop(int signal)
{
	stopped = signal;
}

/* Return: whether there is such a namespace. */
static bool enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool entered;

	if (fd < 0)
		return false;
	entered = !setns(fd, CLONE_NEWNET);
	close(fd);
	return entered;
}

/* From a namespace, with a socket that lasts for one time. */
static void send_once(char **argv)
{
	int sock = open_socket();

	if (has_family(sock))
		send_requests(sock, argv, false);
	close(sock);
}

static void send_repeatedly(const char *netns, char **argv)
{
	static const struct timespec moment = { .tv_nsec = 1000000 };
	const struct sigaction action = { .sa_handler = stop };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	unsigned int before;
	char path[256];

	snprintf(path, sizeof(path), "/run/netns/%s", netns ?: "");
	sigaction(SIGTERM, &action, NULL);
	while (!stopped) {
		before = sent;
		if (!netns || enter(path))
			send_once(argv);
		if (netns && setns(home, CLONE_NEWNET))
			err(FAILED, "cannot return from %s", netns);
		if (sent == before)
			nanosleep(&moment, NULL);
	}
}

static void usage(void)
{
	errx(USAGE, "usage: nlsend { [slowly] REQUEST [-- REQUEST]... | random SEED COUNT } |\n"
	     "              [-n NETNS] repeat REQUEST [-- REQUEST]...");
}

int main(int argc, char **argv)
{
	const char *netns = NULL;
	int sock;

	if (argc > 3 && !strcmp(argv[1], "-n")) {
		netns = argv[2];
		argc -= 2;
		argv += 2;
	}
	if (argc < 2 || (netns && strcmp(argv[1], "repeat")))
		usage();
	if (!strcmp(argv[1], "repeat")) {
		send_repeatedly(netns, argv + 2);
		printf("%u sent, %u taken\n", sent, taken);
		return 0;
	}
	sock = open_socket();
	find_family(sock);
	if (argc == 4 && !strcmp(argv[1], "random")) {
		send_random(sock, atoi(argv[2]), atoi(argv[3]));
		printf("%u sent, %u taken\n", sent, taken);
	} else if (argc > 2 && !strcmp(argv[1], "slowly")) {
		send_request(sock, argv + 2);
		receive_slowly(sock);
	} else {
		send_requests(sock, argv + 1, true);
	}
	return 0;
}
