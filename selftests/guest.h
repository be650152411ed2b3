/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of a guest's IP stack that a test needs: enough to ping and be
 * pinged.  It makes and reads frames and does nothing else, so that the program
 * that plays the machine decides what reaches a wire.
 */

#ifndef VXMOB_SELFTESTS_GUEST_H
#define VXMOB_SELFTESTS_GUEST_H

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_FRAME_MAX	1514	/* bytes, with the Ethernet header */

/**
 * struct guest - a guest with one address
 * @mac: its MAC address
 * @ip: its address
 * @gateway: the address that it pings
 * @gateway_mac: what it has learnt by ARP, once @resolved
 * @resolved: whether the gateway has ever answered
 * @seq: number of the last ping, in host order
 * @pings: pings sent (another thread may take both counts)
 * @pongs: answers received
 */
struct guest {
	uint8_t mac[ETH_ALEN];
	struct in_addr ip;
	struct in_addr gateway;
	uint8_t gateway_mac[ETH_ALEN];
	bool resolved;
	uint16_t seq;
	atomic_uint_least64_t pings;
	atomic_uint_least64_t pongs;
};

size_t guest_ping(struct guest *guest, void *frame);
size_t guest_receive(struct guest *guest, const void *frame, size_t len, void *reply);

#endif
