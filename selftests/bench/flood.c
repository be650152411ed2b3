// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends frames into a tap as fast as it can, and says what one costs: from the
 * write to where the kernel is done with the frame, since a tap hands it to the
 * stack at once.  The time is that of CLOCK_MONOTONIC: in a machine that counts
 * instructions (vm.sh --icount) a nanosecond is an instruction.
 *
 *   flood TAP transmit DST-MAC SRC-MAC [ROUNDS]
 *	an ordinary frame, as a virtual machine sends it
 *   flood TAP receive MAC VTEP-ADDR FROM-ADDR VNI DST-MAC SRC-MAC [ROUNDS]
 *	the same in a VXLAN packet; MAC is that of the tap's netdev
 *
 *   flood TAP announce MAC VTEP-ADDR FROM-ADDR VNI MACS STRIDE
 *	RARP of so many MACs in VXLAN packets, a MAC each: those numbered 0, STRIDE,
 *	2 * STRIDE and so on in retarget.c
 *   flood TAP arrive MACS OUT FRAMES
 *	so many virtual machines appear at once, with a frame each, and are announced;
 *	prints when that many frames, and FRAMES, had left by the netdev OUT ("first",
 *	"all"), and what the MACs' own frames took
 *
 * Otherwise prints "each=NS": the median of ROUNDS (default 15) rounds of 1,000
 * frames, after one that does not count.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netlink.h"

#define ROUND		1000	/* frames */
#define PAYLOAD		64	/* bytes */
#define VXLAN_PORT	4789
#define LIMIT		UINT64_C(60000000000)	/* ns */

struct ip_udp {
	struct iphdr ip;
	struct udphdr udp;
};

struct inner {
	struct ethhdr eth;
	struct ip_udp head;
	uint8_t payload[PAYLOAD];
} __attribute__((packed));

struct outer {
	struct ethhdr eth;
	struct ip_udp head;
	uint32_t vxlan[2];
	struct inner inner;
} __attribute__((packed));

static void parse_mac(uint8_t mac[ETH_ALEN], const char *text)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1],
		   &mac[2], &mac[3], &mac[4], &mac[5]) != ETH_ALEN)
		die("not a MAC: %s", text);
}

struct rarp {
	struct ethhdr eth;
	uint8_t head[8];
	uint8_t source[ETH_ALEN];
	uint8_t source_ip[4];
	uint8_t target[ETH_ALEN];
	uint8_t fill[22];
} __attribute__((packed));

struct announcement {
	struct ethhdr eth;
	struct ip_udp head;
	uint32_t vxlan[2];
	struct rarp rarp;
} __attribute__((packed));

static uint16_t checksum(const void *data, size_t len)
{
	const uint8_t *b = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += b[i] << 8 | b[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return htons(~(sum + (sum >> 16)));
}

/* IPv4 and UDP headers in front of @len bytes of payload */
static struct ip_udp ip_udp(const char *from, const char *to, uint16_t port,
			    size_t len)
{
	struct ip_udp head = {
		.ip = {
			.version = 4,
			.ihl = sizeof(head.ip) / 4,
			.ttl = 64,
			.protocol = IPPROTO_UDP,
			.tot_len = htons(sizeof(head) + len),
			.saddr = inet_addr(from),
			.daddr = inet_addr(to),
		},
		.udp = {
			.source = htons(40000),
			.dest = htons(port),
			.len = htons(sizeof(head.udp) + len),
		},
	};

	head.ip.check = checksum(&head.ip, sizeof(head.ip));
	return head;
}

static void fill_inner(struct inner *f, const char *dst, const char *src)
{
	parse_mac(f->eth.h_dest, dst);
	parse_mac(f->eth.h_source, src);
	f->eth.h_proto = htons(ETH_P_IP);
	f->head = ip_udp("192.0.2.1", "192.0.2.2", 9, PAYLOAD);
}

static void fill_outer(struct outer *f, char **argv)
{
	parse_mac(f->eth.h_dest, argv[0]);
	f->eth.h_source[0] = 2;
	f->eth.h_proto = htons(ETH_P_IP);
	f->head = ip_udp(argv[2], argv[1], VXLAN_PORT,
			 sizeof(f->vxlan) + sizeof(f->inner));
	f->vxlan[0] = htonl(0x08000000);
	f->vxlan[1] = htonl(strtoul(argv[3], NULL, 0) << 8);
	fill_inner(&f->inner, argv[4], argv[5]);
}

static void fill_announcement(struct announcement *f, char **argv)
{
	static const uint8_t head[8] = { 0, 1, 8, 0, 6, 4, 0, 3 };

	parse_mac(f->eth.h_dest, argv[0]);
	f->eth.h_source[0] = 2;
	f->eth.h_proto = htons(ETH_P_IP);
	f->head = ip_udp(argv[2], argv[1], VXLAN_PORT,
			 sizeof(f->vxlan) + sizeof(f->rarp));
	f->vxlan[0] = htonl(0x08000000);
	f->vxlan[1] = htonl(strtoul(argv[3], NULL, 0) << 8);
	memset(f->rarp.eth.h_dest, 0xff, ETH_ALEN);
	f->rarp.eth.h_proto = htons(ETH_P_RARP);
	memcpy(f->rarp.head, head, sizeof(head));
}

static void set_machine(struct rarp *rarp, uint32_t i)
{
	const uint8_t mac[ETH_ALEN] = { 2, 0, i >> 24, i >> 16, i >> 8, i };

	memcpy(rarp->eth.h_source, mac, ETH_ALEN);
	memcpy(rarp->source, mac, ETH_ALEN);
	memcpy(rarp->target, mac, ETH_ALEN);
}

/* The kernel enables a bridge's port some time after its tap has got a holder. */
static void wait_for_carrier(const char *name)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	struct ifreq ifr = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	do {
		nanosleep(&pause, NULL);
		if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr))
			die("%s: %s", name, strerror(errno));
	} while (!(ifr.ifr_flags & IFF_RUNNING));
	nanosleep(&pause, NULL);
	close(fd);
}

static int tap_open(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die("%s: %s", name, strerror(errno));
	wait_for_carrier(name);
	return fd;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static uint64_t send_round(int fd, const void *frame, size_t len)
{
	uint64_t start = now();
	int i;

	for (i = 0; i < ROUND; i++)
		if (write(fd, frame, len) != (ssize_t)len)
			die("write: %s", strerror(errno));
	return now() - start;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print_median(uint64_t *ns, unsigned int n, unsigned int frames)
{
	qsort(ns, n, sizeof(*ns), compare);
	printf("each=%" PRIu64 ".%03" PRIu64 "\n", ns[n / 2] / frames,
	       ns[n / 2] % frames * 1000 / frames);
}

static void announce(const char *tap, struct announcement *f,
		     unsigned int macs, unsigned int stride)
{
	uint64_t *ns = calloc(macs, sizeof(*ns)), start;
	int fd = tap_open(tap);
	unsigned int i;

	if (!ns)
		die("no memory");
	for (i = 0; i < macs; i++) {
		set_machine(&f->rarp, i * stride);
		start = now();
		if (write(fd, f, sizeof(*f)) != sizeof(*f))
			die("write: %s", strerror(errno));
		ns[i] = now() - start;
	}
	print_median(ns, macs, 1);
	free(ns);
}

static void flood(const char *tap, const void *frame, size_t len,
		  unsigned int rounds)
{
	uint64_t *ns = calloc(rounds, sizeof(*ns));
	int fd = tap_open(tap);
	unsigned int i;

	if (!ns)
		die("no memory");
	send_round(fd, frame, len);
	for (i = 0; i < rounds; i++)
		ns[i] = send_round(fd, frame, len);
	print_median(ns, rounds, ROUND);
	free(ns);
}

/* Packets sent by a netdev of this namespace; /sys may be another one's. */
static unsigned long long packets_of(const char *dev)
{
	FILE *f = fopen("/proc/net/dev", "r");
	unsigned long long packets;
	char line[512], name[IFNAMSIZ];

	if (!f)
		die("/proc/net/dev: %s", strerror(errno));
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %15[^:]: %*u %*u %*u %*u %*u %*u %*u %*u %*u %llu",
			   name, &packets) != 2 || strcmp(name, dev))
			continue;
		fclose(f);
		return packets;
	}
	die("no device %s", dev);
}

static uint64_t wait_for_packets(const char *dev, unsigned long long packets,
				 uint64_t start)
{
	const struct timespec pause = { .tv_nsec = 200000 };

	while (packets_of(dev) < packets) {
		if (now() - start > LIMIT)
			die("%llu of %llu packets left by %s", packets_of(dev),
			    packets, dev);
		nanosleep(&pause, NULL);
	}
	return now() - start;
}

static void arrive(const char *tap, unsigned int macs, const char *out,
		   unsigned int frames)
{
	unsigned long long before = packets_of(out);
	struct inner f = {};
	int fd = tap_open(tap);
	uint64_t start, sent, first, all;
	unsigned int i;

	/* Known already, so that none of these frames leaves itself. */
	fill_inner(&f, "02:00:00:00:01:01", "02:00:00:00:00:00");
	start = now();
	for (i = 0; i < macs; i++) {
		f.eth.h_source[3] = 1 + (i >> 16);
		f.eth.h_source[4] = i >> 8;
		f.eth.h_source[5] = i;
		f.eth.h_source[2] = 0xaa;
		if (write(fd, &f, sizeof(f)) != sizeof(f))
			die("write: %s", strerror(errno));
	}
	sent = now() - start;
	first = wait_for_packets(out, before + macs, start);
	all = wait_for_packets(out, before + frames, start);
	printf("sent=%" PRIu64 " first=%" PRIu64 " all=%" PRIu64 "\n", sent,
	       first, all);
}

int main(int argc, char **argv)
{
	struct inner inner = {};
	struct outer outer = {};
	struct announcement rarp = {};

	if (argc >= 5 && !strcmp(argv[2], "transmit")) {
		fill_inner(&inner, argv[3], argv[4]);
		flood(argv[1], &inner, sizeof(inner), argc > 5 ? atoi(argv[5]) : 15);
	} else if (argc >= 9 && !strcmp(argv[2], "receive")) {
		fill_outer(&outer, argv + 3);
		flood(argv[1], &outer, sizeof(outer), argc > 9 ? atoi(argv[9]) : 15);
	} else if (argc == 9 && !strcmp(argv[2], "announce")) {
		fill_announcement(&rarp, argv + 3);
		announce(argv[1], &rarp, atoi(argv[7]), atoi(argv[8]));
	} else if (argc == 6 && !strcmp(argv[2], "arrive")) {
		arrive(argv[1], atoi(argv[3]), argv[4], atoi(argv[5]));
	} else {
		die("usage: see the head of flood.c");
	}
	return 0;
}
