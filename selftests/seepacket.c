// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows what comes in through a device, a line each, so that a test can compare
 * the outer headers of VXLAN packets, which no other program of the tests sees,
 * and the order of frames.
 *
 *   seepacket [-n NETNS] DEV
 *
 * A UDP packet to PORT, over IPv4 or IPv6, is shown as
 *
 *   SRC > DST ttl N tos N sport N sum WORD PAYLOAD
 *
 * where WORD says of the UDP checksum that it is "right", "wrong", "none" or left
 * to the hardware ("undone"), and PAYLOAD is in hexadecimal; everything else as
 * "frame" and all of it in hexadecimal. The first line is "listening". It ends
 * when it is killed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns.h"

#define USAGE	2
#define FAILED	1
#define PORT	4789	/* VXLAN */
#define MAX	65536
#define ROOM	(32 * 1024 * 1024)

/* What the outer headers of a UDP packet say */
struct outer {
	char src[INET6_ADDRSTRLEN];
	char dst[INET6_ADDRSTRLEN];
	unsigned int ttl;
	unsigned int tos;
	unsigned int pseudo;	/* sum of the pseudo header, without the length */
	const unsigned char *udp;
	size_t len;		/* from the UDP header on */
};

static int open_device(const char *name)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
	};
	int sock, one = 1, room = ROOM;

	ll.sll_ifindex = if_nametoindex(name);
	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sock < 0 || !ll.sll_ifindex ||
	    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(sock, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	    bind(sock, (struct sockaddr *)&ll, sizeof(ll)))
		err(FAILED, "%s", name);
	return sock;
}

static unsigned int sum_words(const unsigned char *b, size_t len)
{
	unsigned int sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? b[i] : b[i] << 8;
	return sum;
}

static bool parse_v4(const unsigned char *b, size_t len, struct outer *o)
{
	struct iphdr ip;

	if (len < sizeof(ip))
		return false;
	memcpy(&ip, b, sizeof(ip));
	if (ip.protocol != IPPROTO_UDP || ip.frag_off & ~htons(IP_DF) ||
	    ntohs(ip.tot_len) > len || ntohs(ip.tot_len) < ip.ihl * 4)
		return false;
	inet_ntop(AF_INET, &ip.saddr, o->src, sizeof(o->src));
	inet_ntop(AF_INET, &ip.daddr, o->dst, sizeof(o->dst));
	o->ttl = ip.ttl;
	o->tos = ip.tos;
	o->pseudo = sum_words(b + offsetof(struct iphdr, saddr), 8);
	o->udp = b + ip.ihl * 4;
	o->len = ntohs(ip.tot_len) - ip.ihl * 4;
	return true;
}

static bool parse_v6(const unsigned char *b, size_t len, struct outer *o)
{
	struct ip6_hdr ip;

	if (len < sizeof(ip))
		return false;
	memcpy(&ip, b, sizeof(ip));
	if (ip.ip6_nxt != IPPROTO_UDP || ntohs(ip.ip6_plen) + sizeof(ip) > len)
		return false;
	inet_ntop(AF_INET6, &ip.ip6_src, o->src, sizeof(o->src));
	inet_ntop(AF_INET6, &ip.ip6_dst, o->dst, sizeof(o->dst));
	o->ttl = ip.ip6_hlim;
	o->tos = ntohl(ip.ip6_flow) >> 20 & 0xff;
	o->pseudo = sum_words(b + offsetof(struct ip6_hdr, ip6_src), 32);
	o->udp = b + sizeof(ip);
	o->len = ntohs(ip.ip6_plen);
	return true;
}

static const char *judge_sum(const struct outer *o, const struct udphdr *udp,
			     bool undone)
{
	unsigned int sum;

	if (!udp->check)
		return "none";
	if (undone)
		return "undone";
	sum = o->pseudo + IPPROTO_UDP + o->len + sum_words(o->udp, o->len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff ? "right" : "wrong";
}

static void show_hex(const unsigned char *b, size_t len)
{
	while (len--)
		printf("%02x", *b++);
	putchar('\n');
}

static bool show_packet(const unsigned char *b, size_t len, bool undone)
{
	struct outer o;
	struct udphdr udp;
	bool v4, ok;

	v4 = len > ETH_HLEN && b[12] == 0x08 && b[13] == 0x00;
	ok = v4 ? parse_v4(b + ETH_HLEN, len - ETH_HLEN, &o) :
		  len > ETH_HLEN && b[12] == 0x86 && b[13] == 0xdd &&
		  parse_v6(b + ETH_HLEN, len - ETH_HLEN, &o);
	if (!ok || o.len < sizeof(udp))
		return false;
	memcpy(&udp, o.udp, sizeof(udp));
	if (ntohs(udp.dest) != PORT)
		return false;
	printf("%s > %s ttl %u tos %u sport %u sum %s ", o.src, o.dst, o.ttl,
	       o.tos, ntohs(udp.source), judge_sum(&o, &udp, undone));
	show_hex(o.udp + sizeof(udp), o.len - sizeof(udp));
	return true;
}

/* Is the checksum left to the hardware? */
static bool is_undone(struct msghdr *msg)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_PACKET ||
		    c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return aux.tp_status & TP_STATUS_CSUMNOTREADY;
	}
	return false;
}

static void show_next(int sock)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	static unsigned char buf[MAX];
	struct sockaddr_ll from;
	struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len;

	len = recvmsg(sock, &msg, 0);
	if (len < 0)
		err(FAILED, "receive");
	if (from.sll_pkttype == PACKET_OUTGOING ||
	    show_packet(buf, len, is_undone(&msg)))
		return;
	printf("frame ");
	show_hex(buf, len);
}

int main(int argc, char **argv)
{
	int sock;

	if (argc == 4 && !strcmp(argv[1], "-n")) {
		netns_enter(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc != 2) {
		fprintf(stderr, "usage: seepacket [-n NETNS] DEV\n");
		return USAGE;
	}
	sock = open_device(argv[1]);
	setlinebuf(stdout);
	printf("listening\n");
	while (true)
		show_next(sock);
}
