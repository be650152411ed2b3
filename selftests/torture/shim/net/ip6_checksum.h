/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The checksum of what IPv6 carries (RFC 8200 section 8.1), as the kernel's
 * functions compute it, and what comes with them in the kernel.
 */
#ifndef SHIM_IP6_CHECKSUM_H
#define SHIM_IP6_CHECKSUM_H

#include <endian.h>
#include <linux/in6.h>
#include <linux/types.h>

#define NDISC_NEIGHBOUR_ADVERTISEMENT	136

#define htons(x)	htobe16(x)

typedef u32 __wsum;

/* Of words in the order that they have in memory; @len is even. */
static inline __wsum csum_partial(const void *data, int len, __wsum sum)
{
	const u8 *b = data;
	u16 word;

	for (; len > 0; len -= 2, b += 2) {
		__builtin_memcpy(&word, b, 2);
		sum += word;
	}
	return sum;
}

static inline __sum16 csum_ipv6_magic(const struct in6_addr *from,
				      const struct in6_addr *to,
				      u32 len, u8 proto, __wsum sum)
{
	sum = csum_partial(from, sizeof(*from), sum);
	sum = csum_partial(to, sizeof(*to), sum);
	sum += htobe16(len) + htobe16(proto);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif
