// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends numbered frames to a MAC as fast as they are received, and says at which
 * places they came out: while the MAC moves each must arrive, once, at one of its
 * places and at no other.
 *
 *   aim [-n NETNS] [-c COUNT] [-t SECS] [-l DEV] NIC MAC ADDR...
 *
 * The frames leave by NIC.  Each ADDR, in NETNS, is a VTEP that receives them in
 * VXLAN packets; DEV is a NIC where they arrive as they are.  It ends after COUNT
 * frames or SECS seconds, and prints one line:
 *
 *   sent N lost N twice N PLACE N...
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns.h"

#define USAGE		2
#define FAILED		1
#define VXLAN_PORT	4789
#define VXLAN_HLEN	8
#define ETHERTYPE	0x88b5	/* for experiments */
#define PLACES		8
#define BURST		32
#define UNDERWAY	256	/* frames that may be; a veth holds 1000 */
#define PATIENCE	1000	/* ms until what has not come is lost */
#define ROOM		(8 * 1024 * 1024)

struct frame {
	struct ethhdr eth;
	uint32_t number;
	unsigned char zeros[42];
} __attribute__((packed));

/* Where frames may come out */
struct place {
	const char *name;
	size_t skip;		/* bytes before the frame */
	unsigned int count;
};

static struct place places[PLACES];
static struct pollfd socks[PLACES];
static int n_places;
static unsigned char *seen;	/* how often each frame came, by its number */
static unsigned int sent, received, given_up;

static void usage(void)
{
	errx(USAGE, "usage: aim [-n NETNS] [-c COUNT] [-t SECS] [-l DEV] NIC MAC ADDR...");
}

static int open_nic(const char *name, int protocol)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(name),
	};
	int sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (sock < 0 || !ll.sll_ifindex ||
	    bind(sock, (struct sockaddr *)&ll, sizeof(ll)))
		err(FAILED, "%s", name);
	return sock;
}

static int open_vtep(const char *addr)
{
	struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(VXLAN_PORT),
	};
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons(VXLAN_PORT),
	};
	bool six = strchr(addr, ':');
	int sock;

	if (inet_pton(six ? AF_INET6 : AF_INET, addr,
		      six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) != 1)
		errx(USAGE, "%s is no address", addr);
	sock = socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || bind(sock, six ? (void *)&v6 : (void *)&v4,
			     six ? sizeof(v6) : sizeof(v4)))
		err(FAILED, "%s", addr);
	return sock;
}

static void add_place(const char *name, int sock, size_t skip)
{
	int room = ROOM;

	if (n_places == PLACES)
		errx(USAGE, "more than %d places", PLACES);
	if (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		err(FAILED, "room for %s", name);
	places[n_places] = (struct place){ .name = name, .skip = skip };
	socks[n_places++] = (struct pollfd){ .fd = sock, .events = POLLIN };
}

/* What comes may be somebody else's, such as the announcer's. */
static void take(struct place *place, const unsigned char *packet, size_t len,
		 const struct frame *model)
{
	const struct frame *frame = (const void *)(packet + place->skip);
	unsigned int number;

	if (len < place->skip + sizeof(*frame) ||
	    memcmp(&frame->eth, &model->eth, sizeof(frame->eth)))
		return;
	number = ntohl(frame->number);
	if (number >= sent)
		errx(FAILED, "frame %u has not been sent", number);
	place->count++;
	if (!seen[number])
		received++;
	if (seen[number] < UINT8_MAX)
		seen[number]++;
}

static void take_all(const struct frame *model)
{
	unsigned char buf[2048];
	ssize_t len;
	int i;

	for (i = 0; i < n_places; i++)
		while ((len = recv(socks[i].fd, buf, sizeof(buf),
				   MSG_DONTWAIT)) >= 0)
			take(&places[i], buf, len, model);
}

/* Waits until no more than so many frames are under way. */
static void wait_until_underway(unsigned int limit, const struct frame *model)
{
	unsigned int before;

	take_all(model);
	while (sent - received - given_up > limit) {
		before = received;
		poll(socks, n_places, PATIENCE);
		take_all(model);
		if (received == before)
			given_up = sent - received;
	}
}

static void send_frame(int sock, struct frame *frame)
{
	frame->number = htonl(sent++);
	while (send(sock, frame, sizeof(*frame), 0) < 0)
		if (errno != ENOBUFS)
			err(FAILED, "send");
}

static void send_all(int sock, struct frame *frame, unsigned int count,
		     time_t seconds)
{
	struct timespec now;
	time_t end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + seconds;
	while (sent < count && now.tv_sec < end) {
		send_frame(sock, frame);
		if (sent % BURST)
			continue;
		wait_until_underway(UNDERWAY, frame);
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	wait_until_underway(0, frame);
}

static void print_result(void)
{
	unsigned int i, lost = 0, twice = 0;

	for (i = 0; i < sent; i++) {
		lost += !seen[i];
		twice += seen[i] > 1;
	}
	printf("sent %u lost %u twice %u", sent, lost, twice);
	for (i = 0; i < (unsigned int)n_places; i++)
		printf(" %s %u", places[i].name, places[i].count);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct frame frame = {
		.eth.h_source = { 2, 0, 0, 0, 0x0a, 1 },
		.eth.h_proto = htons(ETHERTYPE),
	};
	unsigned char *mac = frame.eth.h_dest;
	const char *netns = NULL, *local = NULL;
	int opt, sock, count = 1000000, seconds = 3600;

	while ((opt = getopt(argc, argv, "+n:c:t:l:")) != -1) {
		switch (opt) {
		case 'n':
			netns = optarg;
			break;
		case 'c':
			count = atoi(optarg);
			break;
		case 't':
			seconds = atoi(optarg);
			break;
		case 'l':
			local = optarg;
			break;
		default:
			usage();
		}
	}
	argv += optind;
	if (argc - optind < 3 || count < 1 ||
	    sscanf(argv[1], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1,
		   mac + 2, mac + 3, mac + 4, mac + 5) != 6)
		usage();
	seen = calloc(count, 1);
	if (!seen)
		err(FAILED, "calloc");
	sock = open_nic(argv[0], 0);
	if (local)
		add_place(local, open_nic(local, ETHERTYPE), 0);
	if (netns)
		netns_enter(netns);
	for (argv += 2; *argv; argv++)
		add_place(*argv, open_vtep(*argv), VXLAN_HLEN);
	send_all(sock, &frame, count, seconds);
	print_result();
	return 0;
}
