// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends one frame and says where it comes out, so that a test need not believe
 * a forwarding table that it only reads.
 *
 *   seeframe COUNT FROM DST SRC VLAN SINK...
 *
 * FROM and each SINK are devices, written NETNS/DEV where they are in another
 * network namespace. The frame goes out of FROM, from the MAC SRC to the MAC DST,
 * with a tag if VLAN is not 0. Prints a word for each time that a SINK receives
 * it, in the order of SINKs: the SINK as it was written, and ":VLAN" behind it if
 * the frame has a tag. It waits until COUNT have come, for WAIT_MS at most, and
 * then a moment more for those that nobody expects.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define USAGE		2
#define FAILED		1
#define SINKS_MAX	16
#define VLANS_MAX	16	/* frames that one sink receives */
#define FRAME_MAX	2048
#define WAIT_MS		3000
#define SETTLE_MS	50
#define PROTOCOL	0x88b5	/* IEEE 802: for local experiments */

/* What makes this frame different from all others */
struct mark {
	uint64_t pid;
	uint64_t ns;
};

struct sink {
	const char *name;
	int vlans;
	unsigned int vlan[VLANS_MAX];
};

static struct mark mark;
static int home;

static void usage(void)
{
	fprintf(stderr,
		"usage: seeframe COUNT FROM DST SRC VLAN SINK...\n");
	exit(USAGE);
}

static int open_namespace(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(FAILED, "%s", path);
	return fd;
}

static void enter(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		err(FAILED, "setns");
}

/* Enters the namespace of a device. Return: the device's name. */
static const char *enter_home_of(const char *name)
{
	const char *slash = strchr(name, '/');
	char path[256];
	int fd;

	if (!slash)
		return name;
	snprintf(path, sizeof(path), "/run/netns/%.*s", (int)(slash - name),
		 name);
	fd = open_namespace(path);
	enter(fd);
	close(fd);
	return slash + 1;
}

/* Return: a socket bound to a device that is written [NETNS/]DEV. */
static int open_device(const char *name)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int sock, one = 1;

	ll.sll_ifindex = if_nametoindex(enter_home_of(name));
	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sock < 0 || !ll.sll_ifindex ||
	    setsockopt(sock, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	    bind(sock, (struct sockaddr *)&ll, sizeof(ll)))
		err(FAILED, "%s", name);
	enter(home);
	return sock;
}

static size_t put_mac(unsigned char *to, const char *text)
{
	const struct ether_addr *mac = ether_aton(text);

	if (!mac)
		errx(USAGE, "%s is no MAC", text);
	memcpy(to, mac, ETH_ALEN);
	return ETH_ALEN;
}

static size_t put_u16(unsigned char *to, uint16_t value)
{
	value = htons(value);
	memcpy(to, &value, sizeof(value));
	return sizeof(value);
}

/* Return: the frame's length. */
static size_t make_frame(unsigned char *frame, char **arg)
{
	uint16_t vlan = atoi(arg[2]);
	struct timespec now;
	size_t len = 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	mark.pid = getpid();
	mark.ns = now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
	len += put_mac(frame, arg[0]);
	len += put_mac(frame + len, arg[1]);
	if (vlan) {
		len += put_u16(frame + len, ETH_P_8021Q);
		len += put_u16(frame + len, vlan);
	}
	len += put_u16(frame + len, PROTOCOL);
	memcpy(frame + len, &mark, sizeof(mark));
	memset(frame + len + sizeof(mark), 0, ETH_ZLEN);
	return len + sizeof(mark) + ETH_ZLEN;
}

/* Return: the VLAN that a frame came with, 0 for none. */
static unsigned int vlan_of(struct msghdr *msg)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_PACKET ||
		    c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			return aux.tp_vlan_tci & 0xfff;
	}
	return 0;
}

static bool is_ours(const unsigned char *buf, ssize_t len,
		    const struct sockaddr_ll *from)
{
	return from->sll_pkttype != PACKET_OUTGOING &&
	       memmem(buf, len, &mark, sizeof(mark));
}

/* Takes what has come from a socket. */
static void receive(int sock, struct sink *sink)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	unsigned char buf[FRAME_MAX];
	struct sockaddr_ll from;
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg;
	ssize_t len;

	while (true) {
		msg = (struct msghdr) {
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		len = recvmsg(sock, &msg, 0);
		if (len < 0)
			return;
		if (is_ours(buf, len, &from) && sink->vlans < VLANS_MAX)
			sink->vlan[sink->vlans++] = vlan_of(&msg);
	}
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void collect(struct pollfd *poller, struct sink *sink, int n, int count)
{
	int64_t now = now_ms(), end = now + WAIT_MS;
	bool all = false;
	int i, seen;

	for (; now < end; now = now_ms()) {
		seen = 0;
		for (i = 0; i < n; i++) {
			receive(poller[i].fd, &sink[i]);
			seen += sink[i].vlans;
		}
		if (!all && seen >= count) {
			end = now + SETTLE_MS;
			all = true;
		}
		poll(poller, n, end - now);
	}
}

static void print(const struct sink *sink, int n)
{
	const char *space = "";
	int i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < sink[i].vlans; j++) {
			printf("%s%s", space, sink[i].name);
			if (sink[i].vlan[j])
				printf(":%u", sink[i].vlan[j]);
			space = " ";
		}
	printf("\n");
}

int main(int argc, char **argv)
{
	struct pollfd poller[SINKS_MAX] = {};
	struct sink sink[SINKS_MAX] = {};
	unsigned char frame[FRAME_MAX];
	int from, i, n = argc - 6;
	size_t len;

	if (n < 0 || n > SINKS_MAX)
		usage();
	home = open_namespace("/proc/self/ns/net");
	from = open_device(argv[2]);
	for (i = 0; i < n; i++) {
		sink[i].name = argv[6 + i];
		poller[i].fd = open_device(sink[i].name);
		poller[i].events = POLLIN;
	}
	len = make_frame(frame, argv + 3);
	if (send(from, frame, len, 0) != (ssize_t)len)
		err(FAILED, "send");
	collect(poller, sink, n, atoi(argv[1]));
	print(sink, n);
	return 0;
}
