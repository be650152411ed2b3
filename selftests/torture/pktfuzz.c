// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends packets that are nearly right: VXLAN packets of other VTEPs over IPv4 and
 * IPv6, and frames of machines; announcements of every kind, and data for and from
 * machines that are on the move. Half are as they should be, so that they come as
 * far as any does; the others are then broken. Among them are fragments, packets
 * with options and extension headers, with tags inside, too short and too long, and
 * aggregates (GSO) whose headers do not lie in one piece.
 *
 *   pktfuzz [-n NETNS] SECONDS SEED { vxlan | frame } DEV
 *
 * What is sent fits the net of t_packet_fuzz.sh. Prints "N packets, N a second".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
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
#define BATCH		32
#define ROOM		10240	/* of a packet */
#define FRAME_MAX	8500
#define MACHINES	8	/* that are on the move, or are not */
#define SILENT		0x0b	/* those that send nothing: they stand still */
#define STRANGERS	48	/* others that announce themselves */
#define VXLAN_PORT	4789
#define VNI4		100
#define VNI6		200

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5	/* Linux 6.2 */
#endif

struct packet {
	struct virtio_net_hdr vnet;
	unsigned char b[ROOM];
	size_t len;
	size_t l3;		/* where the network header begins */
	size_t l4;
};

static struct packet packets[BATCH];
static unsigned int queued;
static unsigned long sent, refused;
static struct sockaddr_ll to;
static int sock;
static uint64_t seed;

static uint32_t random32(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed >> 16;
}

static uint32_t below(uint32_t n)
{
	return random32() % n;
}

static bool one_in(uint32_t n)
{
	return !below(n);
}

/* --- pieces ------------------------------------------------------------- */

static void put(struct packet *p, const void *data, size_t len)
{
	memcpy(p->b + p->len, data, len);
	p->len += len;
}

static void put8(struct packet *p, unsigned int value)
{
	p->b[p->len++] = value;
}

static void put16(struct packet *p, unsigned int value)
{
	put8(p, value >> 8);
	put8(p, value);
}

static void put32(struct packet *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p, value);
}

static void set16(struct packet *p, size_t off, unsigned int value)
{
	p->b[off] = value >> 8;
	p->b[off + 1] = value;
}

static void put_noise(struct packet *p, size_t len)
{
	while (len--)
		put8(p, one_in(2) ? 0 : random32());
}

/* The sum that a checksum makes right; of @len bytes from @off on, and @sum */
static unsigned int checksum(const struct packet *p, size_t off, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? p->b[off + i] : p->b[off + i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static void put_mac(struct packet *p, unsigned int kind, unsigned int n)
{
	put16(p, 0x0200);
	put16(p, 0);
	put8(p, kind);
	put8(p, n);
}

/* A machine on the move, or one that nobody has heard of */
static void put_some_mac(struct packet *p)
{
	if (one_in(4))
		put_mac(p, 0xf0, below(STRANGERS));
	else
		put_mac(p, 0x0a, below(MACHINES));
}

/* One that would end its move by that speaks seldom. */
static void put_source(struct packet *p)
{
	unsigned int n = below(MACHINES);

	if (1U << n & SILENT && !one_in(256))
		n = MACHINES - 1;
	if (one_in(3))
		put_mac(p, 0xee, 1);
	else if (one_in(4))
		put_mac(p, 0xf0, below(STRANGERS));
	else
		put_mac(p, 0x0a, n);
}

static void put_group(struct packet *p)
{
	put16(p, one_in(2) ? 0xffff : 0x3333);
	put32(p, one_in(2) ? 0xffffffff : 1);
}

static void put_tags(struct packet *p)
{
	unsigned int n;

	for (n = one_in(8) ? 1 + below(4) : 0; n; n--) {
		put16(p, one_in(2) ? ETH_P_8021Q : ETH_P_8021AD);
		put16(p, one_in(2) ? 0 : random32());
	}
}

static void put_v6(struct packet *p, unsigned int prefix, unsigned int n)
{
	put16(p, prefix);
	memset(p->b + p->len, 0, 14);
	p->b[p->len + 13] = n;
	p->len += 14;
}

/* --- frames ------------------------------------------------------------- */

/* RARP and ARP, by the sender of the frame at @eth */
static void put_arp(struct packet *p, size_t eth)
{
	bool rarp = one_in(2);
	uint32_t ip = 0xc0000200 + below(8);

	put16(p, rarp ? ETH_P_RARP : ETH_P_ARP);
	put16(p, 1);
	put16(p, ETH_P_IP);
	put8(p, 6);
	put8(p, 4);
	put16(p, rarp ? 3 : 1 + below(2));
	put(p, p->b + eth + 6, 6);
	put32(p, ip);
	put(p, p->b + eth + 6, 6);
	put32(p, one_in(4) ? ip + 1 : ip);
	if (one_in(2))
		put_noise(p, 18);
}

/* A neighbour advertisement, or another message of neighbour discovery */
static void put_nd(struct packet *p, size_t eth)
{
	size_t ip, icmp, len;

	put16(p, ETH_P_IPV6);
	ip = p->len;
	put32(p, 0x60000000);
	put16(p, 0);
	put16(p, 0x3aff);
	put_v6(p, 0xfe80, 1 + below(3));
	put_v6(p, 0xff02, 1);
	icmp = p->len;
	put16(p, (one_in(4) ? 133 + below(5) : 136) << 8);
	put16(p, 0);
	put32(p, one_in(4) ? random32() : 0x20000000);
	put_v6(p, 0x2001, 1 + below(8));
	put16(p, 0x0201);
	put(p, p->b + eth + 6, 6);
	if (one_in(8))
		put_noise(p, 8 * below(5));
	len = p->len - icmp;
	set16(p, ip + 4, len);
	set16(p, icmp + 2, checksum(p, ip + 8, 32 + len, 58 + len));
}

/* TCP over IPv4, which an aggregate can be made of */
static void put_tcp(struct packet *p, size_t len)
{
	size_t ip;

	put16(p, ETH_P_IP);
	ip = p->len;
	put16(p, 0x4500);
	put16(p, 40 + len);
	put32(p, random32());
	put16(p, 0x4006);
	put16(p, 0);
	put32(p, 0xc0000200 + below(8));
	put32(p, 0xc0000210 + below(8));
	set16(p, ip + 10, checksum(p, ip, 20, 0));
	p->l4 = p->len;
	put16(p, 1000 + below(4));
	put16(p, 80);
	put32(p, random32());
	put32(p, random32());
	put16(p, 0x5010);
	put16(p, 1000);
	put32(p, 0);
	put_noise(p, len);
}

static size_t some_length(void)
{
	if (one_in(64))
		return below(FRAME_MAX);
	return one_in(8) ? below(1400) : below(100);
}

/* A frame, from where the packet ends now */
static void put_frame(struct packet *p)
{
	unsigned int kind = below(8);
	size_t eth = p->len;

	if (kind < 4 && !one_in(8))
		put_group(p);
	else
		put_some_mac(p);
	put_source(p);
	put_tags(p);
	p->l3 = p->len + 2;
	p->l4 = 0;
	switch (kind) {
	case 0:
	case 1:
		put_arp(p, eth);
		break;
	case 2:
	case 3:
		put_nd(p, eth);
		break;
	case 4:
	case 5:
		put_tcp(p, some_length());
		break;
	case 6:
		put16(p, one_in(2) ? ETH_P_IP : ETH_P_IPV6);
		put_noise(p, some_length());
		break;
	default:
		put16(p, one_in(2) ? 0x88b5 : below(1600));
		put_noise(p, some_length());
	}
}

/* --- packets ------------------------------------------------------------ */

static unsigned int some_ttl(void)
{
	static const unsigned char ttls[] = { 64, 64, 64, 255, 2, 1, 0 };

	return ttls[below(sizeof(ttls))];
}

static unsigned int some_vtep(void)
{
	static const unsigned char vteps[] = { 2, 2, 3, 3, 9, 77 };

	return vteps[below(sizeof(vteps))];
}

static void put_ipv4(struct packet *p)
{
	unsigned int options = one_in(32) ? 1 + below(10) : 0, n;

	put16(p, ETH_P_IP);
	p->l3 = p->len;
	put16(p, 0x4500 + (options << 8) + below(256));
	put16(p, 0);
	put32(p, random32() << 16);
	put8(p, some_ttl());
	put8(p, IPPROTO_UDP);
	put16(p, 0);
	put32(p, 0x0aff0000 + some_vtep());
	put32(p, 0x0aff0001);
	for (n = 0; n < options; n++)
		put32(p, 0x01010101);
}

static void put_ipv6(struct packet *p)
{
	unsigned int n = one_in(16) ? 1 + below(3) : 0;
	size_t next;

	put16(p, ETH_P_IPV6);
	p->l3 = p->len;
	put32(p, 0x60000000 + (random32() & 0xfffffff));
	put16(p, 0);
	next = p->len;
	put8(p, IPPROTO_UDP);
	put8(p, some_ttl());
	put_v6(p, 0xfd00, some_vtep());
	put_v6(p, 0xfd00, 1);
	for (; n; n--) {
		/* Destination options with padding; they may be repeated. */
		p->b[next] = IPPROTO_DSTOPTS;
		next = p->len;
		put16(p, IPPROTO_UDP << 8);
		put32(p, 0x01040000);
		put16(p, 0);
	}
}

static bool is_v6(const struct packet *p)
{
	return p->b[p->l3] >> 4 == 6;
}

static void put_vxlan_header(struct packet *p)
{
	uint32_t vni = is_v6(p) ? VNI6 : VNI4;

	put32(p, one_in(32) ? random32() : 0x08000000);
	if (one_in(32))
		vni = below(300);
	put32(p, vni << 8 | (one_in(32) ? random32() & 0xff : 0));
}

/* Lengths and checksums, when all else is there */
static void finish(struct packet *p, size_t udp)
{
	size_t addrs = p->l3 + (is_v6(p) ? 8 : 12), len = p->len - udp, size = is_v6(p) ? 32 : 8;
	uint32_t sum = IPPROTO_UDP + len;
	unsigned int check;
	size_t i;

	set16(p, udp + 4, len);
	if (is_v6(p))
		set16(p, p->l3 + 4, p->len - p->l3 - 40);
	else
		set16(p, p->l3 + 2, p->len - p->l3);
	for (i = 0; i < size; i += 2)
		sum += p->b[addrs + i] << 8 | p->b[addrs + i + 1];
	check = checksum(p, udp, len, sum);
	if (one_in(2) && !is_v6(p))
		check = 0;
	else if (one_in(8))
		check++;
	set16(p, udp + 6, check);
}

static void set_ip_checksum(struct packet *p)
{
	size_t len = (p->b[p->l3] & 15) * 4;

	if (is_v6(p))
		return;
	set16(p, p->l3 + 10, 0);
	set16(p, p->l3 + 10, checksum(p, p->l3, len, 0));
}

static void build_vxlan(struct packet *p)
{
	size_t l3, udp;

	put_mac(p, 0xfe, 1);
	put_mac(p, 0xfe, 2);
	if (one_in(2))
		put_ipv4(p);
	else
		put_ipv6(p);
	l3 = p->l3;
	udp = p->len;
	put16(p, 49152 + below(64));
	put16(p, VXLAN_PORT);
	put32(p, 0);
	put_vxlan_header(p);
	put_frame(p);
	p->l3 = l3;
	p->l4 = udp;
	finish(p, udp);
}

/* --- breaking and sending ----------------------------------------------- */

static void flip(struct packet *p, size_t from)
{
	size_t span = p->len - from, n;

	if (!one_in(8) && span > 96)
		span = 96;
	for (n = 1 + below(4); n && span; n--)
		p->b[from + below(span)] = one_in(2) ? random32() : one_in(2) ? 0 : 0xff;
}

static void break_packet(struct packet *p, bool vxlan)
{
	/* What is broken outside does not come in. */
	size_t from = vxlan && !one_in(8) ? p->l4 + 4 : 0;

	switch (below(5)) {
	case 0:
		p->len = from + below(p->len - from + 1);
		break;
	case 1:
		if (p->len < FRAME_MAX)
			put_noise(p, below(256));
		break;
	case 2:
		if (vxlan)
			set16(p, p->l4 + 4, one_in(2) ? random32() : below(40));
		break;
	default:
		flip(p, from);
	}
	if (p->len < ETH_HLEN)
		p->len = ETH_HLEN;
}

/* The headers are in the linear part, or are not. */
static void make_gso(struct packet *p, bool vxlan)
{
	struct virtio_net_hdr *v = &p->vnet;

	if (!p->l4 || p->len < p->l4 + 20)
		return;
	v->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	v->csum_start = p->l4;
	v->csum_offset = vxlan ? 6 : 16;
	v->hdr_len = p->l4 + (vxlan ? 8 : 20);
	v->gso_size = 1 + below(one_in(2) ? 200 : 1400);
	v->gso_type = vxlan ? VIRTIO_NET_HDR_GSO_UDP_L4 : VIRTIO_NET_HDR_GSO_TCPV4;
}

static void flush(void)
{
	struct mmsghdr msgs[BATCH] = {};
	struct iovec iov[BATCH];
	unsigned int i, done = 0;
	int n;

	for (i = 0; i < queued; i++) {
		iov[i].iov_base = &packets[i].vnet;
		iov[i].iov_len = sizeof(packets[i].vnet) + packets[i].len;
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
		msgs[i].msg_hdr.msg_name = &to;
		msgs[i].msg_hdr.msg_namelen = sizeof(to);
	}
	while (done < queued) {
		n = sendmmsg(sock, msgs + done, queued - done, 0);
		if (n <= 0) {
			refused++;	/* that one */
			n = 1;
		} else {
			sent += n;
		}
		done += n;
	}
	queued = 0;
}

static struct packet *next_packet(void)
{
	struct packet *p;

	if (queued == BATCH)
		flush();
	p = &packets[queued++];
	memset(&p->vnet, 0, sizeof(p->vnet));
	p->len = 0;
	return p;
}

/* Cuts an IPv4 packet in two, that meet, overlap or leave something out. */
static void fragment(struct packet *p)
{
	size_t l4 = p->l4, half = (p->len - l4) / 2 & ~7UL, off = half;
	struct packet *q;

	if (is_v6(p) || half < 8)
		return;
	if (one_in(4))
		off += one_in(2) ? 8 : -8;
	if (queued == BATCH)
		return;
	q = next_packet();
	q->l3 = p->l3;
	memcpy(q->b, p->b, l4);
	q->len = l4;
	put(q, p->b + l4 + half, p->len - l4 - half);
	p->len = l4 + half;
	set16(p, p->l3 + 2, p->len - p->l3);
	set16(q, q->l3 + 2, q->len - q->l3);
	set16(p, p->l3 + 6, 0x2000);
	set16(q, q->l3 + 6, off / 8);
	set_ip_checksum(q);
}

static void add_packet(bool vxlan)
{
	struct packet *p = next_packet();

	if (vxlan)
		build_vxlan(p);
	else
		put_frame(p);
	if (one_in(2))
		break_packet(p, vxlan);
	else if (one_in(16))
		make_gso(p, vxlan);
	else if (one_in(16))
		p->vnet.hdr_len = ETH_HLEN + below(64);
	if (!vxlan)
		return;
	if (one_in(16) && p->len > p->l4)
		fragment(p);
	if (!one_in(16) && p->len >= p->l3 + 20)
		set_ip_checksum(p);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void fuzz(double seconds, bool vxlan)
{
	double start = now(), end = start + seconds;

	while (now() < end) {
		do {
			add_packet(vxlan);
		} while (queued < BATCH);
		flush();
	}
	printf("%lu packets, %.0f a second, %lu not taken by the device\n", sent,
	       sent / (now() - start), refused);
}

static void open_device(const char *dev)
{
	int on = 1;

	to.sll_family = AF_PACKET;
	to.sll_ifindex = if_nametoindex(dev);
	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sock < 0 || !to.sll_ifindex ||
	    setsockopt(sock, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    setsockopt(sock, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		err(FAILED, "%s", dev);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "-n")) {
		netns_enter(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc != 5)
		errx(USAGE, "usage: pktfuzz [-n NETNS] SECONDS SEED { vxlan | frame } DEV");
	seed = 0x9e3779b97f4a7c15 * (strtoul(argv[2], NULL, 0) + 1);
	open_device(argv[4]);
	fuzz(atof(argv[1]), !strcmp(argv[3], "vxlan"));
	return 0;
}
