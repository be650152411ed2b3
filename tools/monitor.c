// SPDX-License-Identifier: GPL-2.0-only
/*
 * The object "monitor": events as they come, a line each. It ends when it is
 * told to or when nobody reads what it prints.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <linux/vxmob.h>

#include "msg.h"
#include "names.h"
#include "nl.h"
#include "output.h"
#include "utils.h"

static const char monitor_usage[] =
	"Usage: vxmob [ -json ] [ -timestamp ] monitor\n";

/* Nobody reads any more. */
static bool abandoned;

static void flush(void)
{
	if (!fflush(stdout) || errno != EPIPE)
		return;
	abandoned = true;
	__fpurge(stdout);
	clearerr(stdout);
}

/* localtime() would look at the file of the time zone for each event. */
static void print_timestamp(void)
{
	char text[64], micros[16];
	struct timeval now;
	struct tm tm;

	if (!options.timestamp)
		return;
	gettimeofday(&now, NULL);
	localtime_r(&now.tv_sec, &tm);
	snprintf(micros, sizeof(micros), ".%06ld", (long)now.tv_usec);
	strftime(text, sizeof(text), options.json ? "%Y-%m-%dT%H:%M:%S" :
		 "[%Y-%m-%dT%H:%M:%S", &tm);
	strcat(text, micros);
	if (!options.json)
		strcat(text, "]");
	out_word("timestamp", text);
}

static void print_place(const char *key, const struct nlattr *place)
{
	const struct nlattr *tb[VXMOB_A_PLACE_MAX + 1];

	if (!place)
		return;
	attrs_parse_nested(place, tb, VXMOB_A_PLACE_MAX);
	out_group(key);
	out_word("state", names_word(&state_names,
				     attr_uint(tb[VXMOB_A_PLACE_STATE])));
	if (tb[VXMOB_A_PLACE_VIA])
		out_str("via", attr_addr(tb[VXMOB_A_PLACE_VIA]));
	out_attr_dev("port", tb[VXMOB_A_PLACE_ON]);
	out_attr_uint("dst-port", tb[VXMOB_A_PLACE_PORT]);
	out_attr_uint("dst-vni", tb[VXMOB_A_PLACE_DST_VNI]);
	out_attr_dev("dst-dev", tb[VXMOB_A_PLACE_DST_IFINDEX]);
	out_group_end();
}

static void print_missed(uint64_t count)
{
	out_record();
	print_timestamp();
	out_word("event", "missed");
	out_uint("count", count);
	out_record_end();
	flush();
}

/*
 * Events are numbered while anybody listens. After a gap the record of what was
 * missed comes before the event that shows it.
 */
static void count_missed(const struct nlattr *number)
{
	static uint64_t last;
	uint64_t now = number ? attr_uint(number) : 0;

	if (last && now > last + 1)
		print_missed(now - last - 1);
	if (now)
		last = now;
}

static void print_event(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[VXMOB_A_EVENT_MAX + 1];
	const char *name;

	attrs_parse(nlh, tb, VXMOB_A_EVENT_MAX);
	count_missed(tb[VXMOB_A_EVENT_NUMBER]);
	name = attr_str(tb[VXMOB_A_EVENT_IFNAME]);
	out_record();
	print_timestamp();
	out_word("event", names_word(&event_names,
				     attr_uint(tb[VXMOB_A_EVENT_TYPE])));
	if (name)
		out_str("dev", name);
	else
		out_attr_dev("dev", tb[VXMOB_A_EVENT_IFINDEX]);
	out_attr_uint("vni", tb[VXMOB_A_EVENT_VNI]);
	out_attr_uint("vid", tb[VXMOB_A_EVENT_VID]);
	if (tb[VXMOB_A_EVENT_LLADDR])
		out_str("lladdr", attr_lladdr(tb[VXMOB_A_EVENT_LLADDR]));
	out_attr_name("origin", tb[VXMOB_A_EVENT_ORIGIN], &origin_names);
	out_attr_name("op", tb[VXMOB_A_EVENT_OP], &op_names);
	out_attr_name("role", tb[VXMOB_A_EVENT_ROLE], &role_names);
	out_attr_name("verdict", tb[VXMOB_A_EVENT_VERDICT], &verdict_names);
	print_place("from", tb[VXMOB_A_EVENT_FROM]);
	print_place("to", tb[VXMOB_A_EVENT_TO]);
	out_attr_uint("seq", tb[VXMOB_A_EVENT_SEQ]);
	out_attr_uint("bound-seq", tb[VXMOB_A_EVENT_BOUND_SEQ]);
	out_attr_name("status", tb[VXMOB_A_EVENT_STATUS], &status_names);
	out_attr_uint("moves", tb[VXMOB_A_EVENT_MOVES]);
	out_attr_uint("macs", tb[VXMOB_A_EVENT_MACS]);
	out_attr_uint("latency-ns", tb[VXMOB_A_EVENT_LATENCY_NS]);
	out_record_end();
	flush();
}

/* Signals to end become something that poll() tells of. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int watch(int events, int signals)
{
	struct pollfd fds[] = {
		{ .fd = events, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int ret;

	while (!abandoned && !ferror(stdout)) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return STATUS_KERNEL;
		if (fds[1].revents || fds[2].revents)
			break;
		if (!fds[0].revents)
			continue;
		ret = nl_events_read(print_event);
		/* After an overrun the next event's number tells how many. */
		if (ret && ret != -ENOBUFS) {
			fprintf(stderr, "vxmob: cannot receive events: %s\n",
				strerror(-ret));
			return STATUS_KERNEL;
		}
	}
	return STATUS_OK;
}

static int monitor_run(struct args *args)
{
	int ret, signals, events;

	ret = args_end(args);
	if (ret)
		return ret;
	if (options.batch)
		return err("\"monitor\" goes on until it is interrupted: not in a batch");
	signals = open_signals();
	events = nl_events_open();
	if (events < 0 || signals < 0)
		return STATUS_KERNEL;
	ifname_watch();
	tzset();
	ret = watch(events, signals);
	close(signals);
	return ret;
}

const struct object monitor_object = {
	.name = "monitor",
	.usage = monitor_usage,
	.run = monitor_run,
};
