// SPDX-License-Identifier: GPL-2.0-only
/*
 * ARP and ICMP echo for a machine that is only played (see guest.h).
 */

#include <arpa/inet.h>
#include <net/if_arp.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "guest.h"

#define PING_SIZE	56	/* bytes of payload, as ping(8) sends */
#define PING_ID		0x7678

struct arp_frame {
	struct ethhdr eth;
	struct arphdr arp;
	uint8_t sender_mac[ETH_ALEN];
	struct in_addr sender_ip;
	uint8_t target_mac[ETH_ALEN];
	struct in_addr target_ip;
} __attribute__((packed));

struct echo_frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct icmphdr icmp;
	uint8_t payload[GUEST_FRAME_MAX - sizeof(struct ethhdr) -
			sizeof(struct iphdr) - sizeof(struct icmphdr)];
} __attribute__((packed));

#define ECHO_OVERHEAD	offsetof(struct echo_frame, payload)

/* The sum is over bytes in the order of the wire, on any machine. */
static uint16_t checksum(const void *data, size_t len)
{
	const uint8_t *byte = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? byte[i] : byte[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static size_t make_arp(const struct guest *guest, uint16_t operation,
		       const uint8_t *mac, struct in_addr ip, struct arp_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	memset(frame->eth.h_dest, 0xff, ETH_ALEN);
	if (mac) {
		memcpy(frame->eth.h_dest, mac, ETH_ALEN);
		memcpy(frame->target_mac, mac, ETH_ALEN);
	}
	memcpy(frame->eth.h_source, guest->mac, ETH_ALEN);
	frame->eth.h_proto = htons(ETH_P_ARP);
	frame->arp.ar_hrd = htons(ARPHRD_ETHER);
	frame->arp.ar_pro = htons(ETH_P_IP);
	frame->arp.ar_hln = ETH_ALEN;
	frame->arp.ar_pln = sizeof(ip);
	frame->arp.ar_op = htons(operation);
	memcpy(frame->sender_mac, guest->mac, ETH_ALEN);
	frame->sender_ip = guest->ip;
	frame->target_ip = ip;
	return sizeof(*frame);
}

/* Fills in all of an echo but the ICMP type, number and payload, which it sums. */
static size_t make_echo(const struct guest *guest, const uint8_t *mac,
			struct in_addr to, size_t payload, struct echo_frame *frame)
{
	memcpy(frame->eth.h_dest, mac, ETH_ALEN);
	memcpy(frame->eth.h_source, guest->mac, ETH_ALEN);
	frame->eth.h_proto = htons(ETH_P_IP);
	frame->ip = (struct iphdr){
		.version = 4,
		.ihl = sizeof(frame->ip) / 4,
		.tot_len = htons(ECHO_OVERHEAD - sizeof(frame->eth) + payload),
		.ttl = 64,
		.protocol = IPPROTO_ICMP,
		.saddr = guest->ip.s_addr,
		.daddr = to.s_addr,
	};
	frame->ip.check = checksum(&frame->ip, sizeof(frame->ip));
	frame->icmp.checksum = 0;
	frame->icmp.checksum = checksum(&frame->icmp, sizeof(frame->icmp) + payload);
	return ECHO_OVERHEAD + payload;
}

/**
 * guest_ping - make the next ping to the gateway
 * @guest: the guest
 * @frame: where to, GUEST_FRAME_MAX bytes
 *
 * As long as the gateway's MAC is not known the frame is an ARP request for it,
 * and no ping is counted.
 *
 * Return: the frame's length.
 */
size_t guest_ping(struct guest *guest, void *frame)
{
	struct echo_frame *echo = frame;

	if (!guest->resolved)
		return make_arp(guest, ARPOP_REQUEST, NULL, guest->gateway, frame);
	guest->pings++;
	memset(echo, 0, ECHO_OVERHEAD + PING_SIZE);
	echo->icmp.type = ICMP_ECHO;
	echo->icmp.un.echo.id = htons(PING_ID);
	echo->icmp.un.echo.sequence = htons(++guest->seq);
	return make_echo(guest, guest->gateway_mac, guest->gateway, PING_SIZE, echo);
}

static size_t receive_arp(struct guest *guest, const struct arp_frame *arp, void *reply)
{
	if (arp->target_ip.s_addr != guest->ip.s_addr)
		return 0;
	if (arp->sender_ip.s_addr == guest->gateway.s_addr) {
		memcpy(guest->gateway_mac, arp->sender_mac, ETH_ALEN);
		guest->resolved = true;
	}
	if (arp->arp.ar_op != htons(ARPOP_REQUEST))
		return 0;
	return make_arp(guest, ARPOP_REPLY, arp->sender_mac, arp->sender_ip, reply);
}

static size_t receive_echo(struct guest *guest, const struct echo_frame *echo,
			   size_t len, struct echo_frame *reply)
{
	size_t total = sizeof(echo->eth) + ntohs(echo->ip.tot_len);

	if (echo->ip.daddr != guest->ip.s_addr || echo->ip.protocol != IPPROTO_ICMP ||
	    echo->ip.ihl != sizeof(echo->ip) / 4 || total > len || total < ECHO_OVERHEAD)
		return 0;
	if (echo->icmp.type == ICMP_ECHOREPLY && echo->icmp.un.echo.id == htons(PING_ID))
		guest->pongs++;
	if (echo->icmp.type != ICMP_ECHO)
		return 0;
	memcpy(reply, echo, total);
	reply->icmp.type = ICMP_ECHOREPLY;
	return make_echo(guest, echo->eth.h_source,
			 (struct in_addr){ .s_addr = echo->ip.saddr },
			 total - ECHO_OVERHEAD, reply);
}

/**
 * guest_receive - take a frame that arrived
 * @guest: the guest
 * @frame: the frame
 * @len: its length
 * @reply: where an answer goes, GUEST_FRAME_MAX bytes
 *
 * Return: the length of the answer to send, or 0 if there is none.
 */
size_t guest_receive(struct guest *guest, const void *frame, size_t len, void *reply)
{
	const struct ethhdr *eth = frame;

	if (len < sizeof(*eth) || len > GUEST_FRAME_MAX)
		return 0;
	if (eth->h_proto == htons(ETH_P_ARP) && len >= sizeof(struct arp_frame))
		return receive_arp(guest, frame, reply);
	if (eth->h_proto == htons(ETH_P_IP) && len >= ECHO_OVERHEAD &&
	    !memcmp(eth->h_dest, guest->mac, ETH_ALEN))
		return receive_echo(guest, frame, len, reply);
	return 0;
}
