// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends the module requests of which one allocation after the other fails, the Nth
 * by /proc/thread-self/fail-nth, until nothing is left that can; the kernel needs
 * CONFIG_FAULT_INJECTION. Whatever failed, a request is either carried out or has
 * changed nothing, and it can be made again.
 *
 *   failnth < SCENES
 *
 * Each line of a scene begins with a word, and a REQUEST follows (see request.h):
 *
 *   scene NAME
 *   do REQUEST		makes the state that the scene begins with; may be repeated
 *   fail REQUEST	what is tried
 *   undo REQUEST	comes before all "do", and may be refused; may be repeated
 *
 * Prints a line for each scene: its name, how many allocations failed, how often the
 * request was refused for it. The state is what the module's dumps and those of the
 * forwarding databases say, but for what only tells the time. VTEPs are not part of
 * it: without memory they are not counted, and that is how it is meant. Exit status:
 * 0 if all held, 1 if not; then the differences are printed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "request.h"

#define FAILED		1
#define LINE_MAX	4096
#define WORDS_MAX	200
#define LINES_MAX	16
#define PARTS_MAX	4096
#define POINTS_MAX	2000
#define SETTLE_S	15	/* within which a state is reached */
#define LOST		1	/* no answer: it could not be allocated */

/* A part of the state: a message of a dump, without what tells the time */
struct part {
	size_t len;
	unsigned char b[];
};

struct state {
	size_t n;
	struct part *part[PARTS_MAX];
};

struct scene {
	char name[LINE_MAX];
	char *setup[LINES_MAX];
	char *undo[LINES_MAX];
	char *request;
	size_t setups;
	size_t undos;
};

static int sock, events, fail_nth;
static unsigned int complaints;
static struct scene scene;

/* --- the state ---------------------------------------------------------- */

static void clear(struct state *s)
{
	while (s->n)
		free(s->part[--s->n]);
}

static bool tells_time(int cmd, int type)
{
	switch (cmd) {
	case 0:
		return type == NDA_CACHEINFO;
	case VXMOB_CMD_MAC_DUMP:
		return type == VXMOB_A_MAC_AGE_MS || type == VXMOB_A_MAC_PAD;
	case VXMOB_CMD_MOVE_DUMP:
		return type == VXMOB_A_MOVE_LEFT_MS || type == VXMOB_A_MOVE_PAD;
	default:
		return false;
	}
}

/* @cmd is 0 for what is not of the family. */
static void add_part(struct state *s, const struct nlmsghdr *nlh, int cmd, size_t head)
{
	const unsigned char *data = NLMSG_DATA(nlh);
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN, off, size;
	const struct nlattr *attr;
	struct part *p;

	p = malloc(sizeof(*p) + len + 1);
	if (!p || s->n == PARTS_MAX)
		errx(FAILED, "too large a state");
	p->b[0] = cmd;
	memcpy(p->b + 1, data, head);
	p->len = 1 + head;
	for (off = head; off + NLA_HDRLEN <= len; off += NLA_ALIGN(attr->nla_len)) {
		attr = (const void *)(data + off);
		size = NLA_ALIGN(attr->nla_len);
		if (size < NLA_HDRLEN || off + size > len)
			break;
		if (tells_time(cmd, attr->nla_type & NLA_TYPE_MASK))
			continue;
		memcpy(p->b + p->len, attr, size);
		p->len += size;
	}
	s->part[s->n++] = p;
}

static int compare(const void *a, const void *b)
{
	const struct part *x = *(struct part *const *)a, *y = *(struct part *const *)b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->b, y->b, len);

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static bool equal(const struct state *a, const struct state *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (compare(&a->part[i], &b->part[i]))
			return false;
	return true;
}

static void print_part(char sign, const struct part *p)
{
	size_t i;

	printf("  %c ", sign);
	for (i = 0; i < p->len; i++)
		printf("%02x", p->b[i]);
	printf("\n");
}

static void print_difference(const struct state *a, const struct state *b)
{
	size_t i = 0, j = 0;
	int order;

	while (i < a->n || j < b->n) {
		order = i == a->n ? 1 : j == b->n ? -1 :
			compare(&a->part[i], &b->part[j]);
		if (order < 0)
			print_part('-', a->part[i]);
		else if (order > 0)
			print_part('+', b->part[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

/* Return: whether there is more to come. */
static bool take_answer(struct state *s, int from, int cmd, size_t head)
{
	const struct nlmsghdr *nlh;
	size_t skip;
	ssize_t len;
	int error;

	len = recv(from, answer.b, sizeof(answer.b), 0);
	if (len < 0)
		err(FAILED, "no answer to a dump");
	for (nlh = &answer.nlh; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		if (!is_end(nlh, &error, &skip)) {
			add_part(s, nlh, cmd, head);
			continue;
		}
		if (error)
			errx(FAILED, "dump %d: %s", cmd, strerrorname_np(-error));
		return false;
	}
	return true;
}

static void take_dump(struct state *s, int cmd)
{
	start(family, NLM_F_DUMP, cmd);
	transmit(sock);
	while (take_answer(s, sock, cmd, GENL_HDRLEN))
		;
}

static void take_fdbs(struct state *s)
{
	static int rtnl = -1;
	struct {
		struct nlmsghdr nlh;
		struct ndmsg ndm;
	} get = {
		.nlh.nlmsg_len = sizeof(get),
		.nlh.nlmsg_type = RTM_GETNEIGH,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.ndm.ndm_family = AF_BRIDGE,
	};

	if (rtnl < 0)
		rtnl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (rtnl < 0 || send(rtnl, &get, sizeof(get), 0) < 0)
		err(FAILED, "rtnetlink");
	while (take_answer(s, rtnl, 0, sizeof(get.ndm)))
		;
}

static void take_state(struct state *s)
{
	clear(s);
	take_dump(s, VXMOB_CMD_DOMAIN_DUMP);
	take_dump(s, VXMOB_CMD_MAC_DUMP);
	take_dump(s, VXMOB_CMD_MOVE_DUMP);
	take_fdbs(s);
	qsort(s->part, s->n, sizeof(*s->part), compare);
}

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void pause_ms(long ms)
{
	struct timespec ts = { .tv_nsec = ms * 1000000 };

	nanosleep(&ts, NULL);
}

/* The state, once it stays as it is */
static void take_settled(struct state *s)
{
	static struct state again;

	take_state(&again);
	do {
		struct state swap = *s;

		*s = again;
		again = swap;
		pause_ms(300);
		take_state(&again);
	} while (!equal(s, &again));
}

/* Return: which of two states is reached: 0, 1; or -1. */
static int wait_for(const struct state *a, const struct state *b)
{
	static struct state is;
	time_t end = now() + SETTLE_S;

	for (;;) {
		take_state(&is);
		if (equal(&is, a))
			return 0;
		if (b && equal(&is, b))
			return 1;
		if (now() >= end)
			break;
		pause_ms(5);
	}
	print_difference(a, &is);
	return -1;
}

/* --- requests ----------------------------------------------------------- */

static void make(const char *text)
{
	static char line[LINE_MAX];
	char *rest = line, *word;

	strcpy(line, text);
	word = strsep(&rest, " ");
	start(family, 0, command_of(word));
	while ((word = strsep(&rest, " \t")))
		if (!strcmp(word, "dump"))
			req.nlh.nlmsg_flags |= NLM_F_DUMP;
		else if (*word)
			add_word(word);
}

/* Return: the error, or LOST. */
static int read_answer(void)
{
	const struct nlmsghdr *nlh;
	int error, worst = 0;
	size_t skip;
	ssize_t len;

	for (;;) {
		len = recv(sock, answer.b, sizeof(answer.b), MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			return worst ? worst : LOST;
		if (len < 0) {
			worst = LOST;
			continue;
		}
		for (nlh = &answer.nlh; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			if (is_end(nlh, &error, &skip))
				return worst ? worst : error;
	}
}

/* Return: the error, or LOST. */
static int ask(const char *text)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	make(text);
	req.nlh.nlmsg_len = req.len;
	if (sendto(sock, req.b, req.len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return read_answer();
}

static void set_fail_nth(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fail_nth, text, len, 0) != len)
		err(FAILED, "fail-nth");
}

/* Return: whether the Nth failed. */
static bool has_failed(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		err(FAILED, "fail-nth");
	return !atoi(text);
}

static int ask_failing(const char *text, unsigned int nth, bool *failed)
{
	int error;

	set_fail_nth(nth);
	error = ask(text);
	*failed = has_failed();
	set_fail_nth(0);
	if (error == LOST) {
		/* The kernel does not go on with a dump that it could not continue. */
		close(sock);
		sock = open_socket();
	}
	return error;
}

static void complain(unsigned int nth, int error, const char *what)
{
	printf("%s: allocation %u, %s: %s\n", scene.name, nth,
	       error == LOST ? "no answer" : error ? strerrorname_np(-error) : "OK", what);
	complaints++;
}

static void drain_events(void)
{
	while (recv(events, answer.b, sizeof(answer.b), MSG_DONTWAIT) > 0 || errno == ENOBUFS)
		errno = 0;
}

/* --- scenes ------------------------------------------------------------- */

static void set_up(void)
{
	size_t i;
	int error;

	drain_events();
	for (i = 0; i < scene.undos; i++)
		ask(scene.undo[i]);
	for (i = 0; i < scene.setups; i++) {
		error = ask(scene.setup[i]);
		if (error)
			errx(FAILED, "%s: \"%s\": %s", scene.name, scene.setup[i],
			     error == LOST ? "no answer" : strerrorname_np(-error));
	}
}

/* What was refused has changed nothing, and is taken when it is made again. */
static void check_refused(unsigned int nth, int error, const struct state *before,
			  const struct state *after)
{
	int again;

	if (wait_for(before, NULL)) {
		complain(nth, error, "refused, and the state has changed");
		return;
	}
	again = ask(scene.request);
	if (again)
		complain(nth, again, "not taken when made again");
	else if (wait_for(after, NULL))
		complain(nth, error, "made again, and the state is another one");
}

static void check_outcome(unsigned int nth, int error, const struct state *before,
			  const struct state *after)
{
	if (error < 0)
		check_refused(nth, error, before, after);
	else if (!error && wait_for(after, NULL))
		complain(nth, error, "taken, and the state is another one");
	else if (error == LOST && wait_for(before, after) < 0)
		complain(nth, error, "half done");
}

static void play(void)
{
	static struct state before, after;
	unsigned int nth, refused = 0;
	bool failed = true;
	int error;

	set_up();
	take_settled(&before);
	error = ask(scene.request);
	if (error) {
		complain(0, error, "refused, though nothing failed");
		return;
	}
	take_settled(&after);
	for (nth = 1; failed && nth < POINTS_MAX; nth++) {
		set_up();
		if (wait_for(&before, NULL)) {
			complain(nth, 0, "the scene does not begin as it did");
			return;
		}
		error = ask_failing(scene.request, nth, &failed);
		refused += error < 0;
		check_outcome(nth, error, &before, &after);
	}
	printf("%s: %u allocations failed, %u refused\n", scene.name, nth - 2, refused);
	fflush(stdout);
}

static void read_line(char *line)
{
	char *rest = line, *word = strsep(&rest, " \t");

	if (!rest)
		errx(USAGE, "\"%s\" says nothing", line);
	if (!strcmp(word, "do") && scene.setups < LINES_MAX)
		scene.setup[scene.setups++] = strdup(rest);
	else if (!strcmp(word, "undo") && scene.undos < LINES_MAX)
		scene.undo[scene.undos++] = strdup(rest);
	else if (!strcmp(word, "fail"))
		scene.request = strdup(rest);
	else
		errx(USAGE, "what is \"%s\"?", word);
}

static void play_all(void)
{
	static char line[LINE_MAX];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "scene ", 6)) {
			if (scene.request)
				play();
			memset(&scene, 0, sizeof(scene));
			strcpy(scene.name, line + 6);
		} else if (*line) {
			read_line(line);
		}
	}
	if (scene.request)
		play();
}

/* The answer to find_family() names the group as well. */
static int join_events(void)
{
	const char *data = (const char *)answer.b + NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *groups, *group, *id;
	int listener = open_socket();

	groups = find(data, answer.nlh.nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
		      CTRL_ATTR_MCAST_GROUPS);
	group = groups ? groups + 1 : NULL;
	id = group ? find(group + 1, group->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_ID) :
		     NULL;
	if (!id || setsockopt(listener, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, id + 1,
			      sizeof(uint32_t)))
		err(FAILED, "events");
	return listener;
}

int main(void)
{
	sock = open_socket();
	find_family(sock);
	events = join_events();
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		err(FAILED, "/proc/thread-self/fail-nth");
	play_all();
	return complaints ? FAILED : 0;
}
