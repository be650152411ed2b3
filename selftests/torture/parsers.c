// SPDX-License-Identifier: GPL-2.0-only
/*
 * Feeds the module's parsers, and what writes the frames that they read, with
 * whatever a fuzzer thinks of. What is linked in is kmod/packet.c and kmod/frame.c
 * themselves; the sanitizers see to the memory, and what is found must be in the
 * bytes. For libFuzzer.
 *
 *   parsers --seeds=FOLDER	write a few packets to begin with
 *   parsers [OPTION]... FOLDER	see libFuzzer
 */
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/unaligned.h>
#include <net/ip6_checksum.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "fuzzer.h"
#include "packet.h"

#define VXLAN_LEN	8
#define TAG_LEN		4
#define TAGS_MAX	2
#define ARP_LEN		28
#define IP6_LEN		40
#define ND_FIRST	133
#define ND_LAST		137
#define NA_LEN		24
#define ROOM		2048

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "property: %s\n", what);
	abort();
}

/* In memory of just that size, so that the sanitizer sees who reads beyond */
static u8 *copy_of(const u8 *data, size_t len)
{
	u8 *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	return copy;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* --- where things are in a frame ----------------------------------------- */

static bool is_tag(u16 proto)
{
	return proto == ETH_P_8021Q || proto == ETH_P_8021AD;
}

/* How many tags there are; more than TAGS_MAX if too many, or the frame ends */
static int count_tags(const u8 *eth, size_t len)
{
	int n;

	for (n = 0; n <= TAGS_MAX; n++) {
		if (len < (size_t)ETH_HLEN + n * TAG_LEN)
			return TAGS_MAX + 1;
		if (!is_tag(get_unaligned_be16(eth + 12 + n * TAG_LEN)))
			return n;
	}
	return n;
}

static const u8 *behind_tags(const u8 *eth, int tags)
{
	return eth + ETH_HLEN + tags * TAG_LEN;
}

static u16 proto_of(const u8 *eth, int tags)
{
	return get_unaligned_be16(behind_tags(eth, tags) - 2);
}

static bool is_station(const u8 *mac)
{
	static const u8 zero[ETH_ALEN];

	return !(mac[0] & 1) && memcmp(mac, zero, ETH_ALEN);
}

static bool is_unicast(const struct vxmob_addr *ip)
{
	static const u8 zero[VXMOB_ADDR_MAX];

	if (ip->len == 16)
		return ip->b[0] != 0xff && memcmp(ip->b, zero, 16);
	return ip->b[0] && (ip->b[0] < 224 || ip->b[0] > 239) &&
	       memcmp(ip->b, "\xff\xff\xff\xff", 4);
}

/* --- a frame that was taken for an announcement -------------------------- */

static void check_arp(const u8 *arp, const u8 *built,
		      const struct vxmob_announcement *a)
{
	u16 op = get_unaligned_be16(arp + 6);

	must(!memcmp(arp, built, 6), "ARP for Ethernet and IPv4");
	must(!memcmp(arp + 8, a->mac, ETH_ALEN), "ARP by the source");
	if (a->kind == VXMOB_SNOOP_RARP) {
		must(op == ARPOP_RREQUEST, "a request by RARP");
		return;
	}
	must(op == ARPOP_REQUEST || op == ARPOP_REPLY, "ARP request or reply");
	must(!memcmp(arp + 14, a->ip.b, 4), "ARP of the address");
	must(!memcmp(arp + 24, a->ip.b, 4), "ARP for the same address");
}

static bool checksum_is_right(const u8 *ip6, size_t len)
{
	struct in6_addr from, to;

	memcpy(&from, ip6 + 8, 16);
	memcpy(&to, ip6 + 24, 16);
	return !csum_ipv6_magic(&from, &to, len, IPPROTO_ICMPV6,
				csum_partial(ip6 + IP6_LEN, len, 0));
}

static bool names_mac(const u8 *opt, const u8 *end, const u8 *mac)
{
	bool named = false;

	for (; opt < end; opt += opt[1] * 8) {
		if (opt[0] != 2)
			continue;
		must(opt[1] == 1 && !memcmp(opt + 2, mac, ETH_ALEN),
		     "NA of no other address");
		named = true;
	}
	return named;
}

static void check_na(const u8 *ip6, const u8 *built,
		     const struct vxmob_announcement *a)
{
	const u8 *na = ip6 + IP6_LEN, *na_built = built + IP6_LEN;
	size_t len = get_unaligned_be16(ip6 + 4);

	must(ip6[0] >> 4 == 6 && !memcmp(ip6 + 6, built + 6, 2), "ICMPv6 at once");
	must(ip6[24] == 0xff, "NA to a group");
	must(!memcmp(na, na_built, 2), "NA without a code");
	must((na[4] & 0xe0) == na_built[4], "NA that overrides, unasked");
	must(!memcmp(na + 8, a->ip.b, 16), "NA of the address");
	must(names_mac(na + NA_LEN, na + len, a->mac), "NA of the MAC");
	must(checksum_is_right(ip6, len), "NA with its checksum");
}

/* How much of the frame an announcement needs */
static size_t needed(const u8 *eth, int tags, const struct vxmob_announcement *a)
{
	const u8 *l3 = behind_tags(eth, tags);

	return l3 - eth + (a->kind == VXMOB_SNOOP_NA ?
			   IP6_LEN + get_unaligned_be16(l3 + 4) : ARP_LEN);
}

static void check_ip(const struct vxmob_announcement *a)
{
	static const u8 lengths[] = {
		[VXMOB_SNOOP_GARP] = 4, [VXMOB_SNOOP_NA] = 16,
	};
	int i;

	must(a->ip.len == lengths[a->kind], "an address as the kind has it");
	must(!a->ip.len || is_unicast(&a->ip), "a unicast address");
	for (i = a->ip.len; i < VXMOB_ADDR_MAX; i++)
		must(!a->ip.b[i], "an address that can be compared whole");
}

static size_t build(u8 *frame, const struct vxmob_announcement *a)
{
	if (a->kind == VXMOB_SNOOP_RARP)
		return vxmob_frame_rarp(frame, a->mac);
	return vxmob_frame_announcing(frame, a->mac, &a->ip, a->router);
}

/* What is found is in the frame, and frame.c writes the like of it. */
static void check_content(const u8 *eth, size_t len,
			  const struct vxmob_announcement *a)
{
	int tags = count_tags(eth, len);
	u8 built[VXMOB_SENT_MAX];

	must(tags <= TAGS_MAX, "at most two tags");
	must(a->vid == (tags ? get_unaligned_be16(eth + 14) & 0xfff : 0), "its VLAN");
	must(a->tpid == (tags ? get_unaligned_be16(eth + 12) : 0), "by its tag");
	must(!memcmp(a->mac, eth + 6, ETH_ALEN) && is_station(a->mac), "by a station");
	must(eth[0] & 1, "to a group");
	must(a->kind == VXMOB_SNOOP_RARP || a->kind == VXMOB_SNOOP_GARP ||
	     a->kind == VXMOB_SNOOP_NA, "of a kind");
	must(needed(eth, tags, a) <= least(len, VXMOB_FRAME_MAX), "all there");
	check_ip(a);
	build(built, a);
	must(proto_of(eth, tags) == proto_of(built, 0), "the protocol of its kind");
	if (a->kind == VXMOB_SNOOP_NA)
		check_na(behind_tags(eth, tags), behind_tags(built, 0), a);
	else
		check_arp(behind_tags(eth, tags), behind_tags(built, 0), a);
}

/* --- any bytes ----------------------------------------------------------- */

static bool same(const struct vxmob_announcement *a,
		 const struct vxmob_announcement *b)
{
	return !memcmp(a->mac, b->mac, ETH_ALEN) && a->kind == b->kind &&
	       a->router == b->router && a->tpid == b->tpid &&
	       a->vid == b->vid &&
	       a->ip.len == b->ip.len &&
	       !memcmp(a->ip.b, b->ip.b, VXMOB_ADDR_MAX);
}

typedef bool parser(const u8 *data, size_t len, struct vxmob_announcement *a);

/* Of no more than @most bytes, what was in @found before does not matter */
static bool parse(parser *parse_it, const u8 *data, size_t len, size_t most,
		  struct vxmob_announcement *found)
{
	struct vxmob_announcement again;
	u8 *copy = copy_of(data, least(len, most));
	bool is, is_again;

	memset(found, 0x01, sizeof(*found));
	memset(&again, 0x00, sizeof(again));
	is = parse_it(data, len, found);
	is_again = parse_it(copy, least(len, most), &again);
	free(copy);
	must(is == is_again && (!is || same(found, &again)),
	     "so many bytes are enough, and nothing is left as it was");
	return is;
}

/* Not one byte less, and more do not matter. */
static void check_length(const u8 *eth, size_t len,
			 const struct vxmob_announcement *a)
{
	size_t need = needed(eth, count_tags(eth, len), a);
	struct vxmob_announcement other;
	u8 *copy = copy_of(eth, need - 1);

	must(!vxmob_parse_frame(copy, need - 1, &other), "all of it is needed");
	free(copy);
	copy = copy_of(eth, need);
	must(vxmob_parse_frame(copy, need, &other) && same(a, &other),
	     "what comes behind does not matter");
	free(copy);
}

static void check_frame(const u8 *eth, size_t len)
{
	struct vxmob_announcement a, owner;
	bool is = parse(vxmob_parse_frame, eth, len, VXMOB_FRAME_MAX, &a);
	bool owns = parse(vxmob_parse_owner, eth, len, VXMOB_FRAME_MAX, &owner);

	if (is) {
		check_content(eth, len, &a);
		check_length(eth, len, &a);
		must(owns == (a.ip.len && !count_tags(eth, len)),
		     "who announces an address has it");
		must(!owns || same(&a, &owner), "the same address");
	}
	if (!owns || is)
		return;
	must(proto_of(eth, 0) == ETH_P_ARP && len >= ETH_HLEN + ARP_LEN &&
	     get_unaligned_be16(eth + 20) == ARPOP_REQUEST, "an ARP request");
	must(!owner.kind && !owner.router && is_station(owner.mac) &&
	     !memcmp(owner.mac, eth + 6, ETH_ALEN) &&
	     !memcmp(owner.mac, eth + 22, ETH_ALEN), "by the source");
	must(owner.ip.len == 4 && is_unicast(&owner.ip) &&
	     !memcmp(owner.ip.b, eth + 28, 4), "with its address");
}

static void check_vni(const u8 *data, size_t len)
{
	bool plain = len >= VXLAN_LEN && !memcmp(data, "\x08\0\0", 4) && !data[7];
	u32 vni;

	must(vxmob_parse_vni(data, len, &vni) == plain, "a plain VXLAN header");
	if (plain)
		must(vni == (u32)(data[4] << 16 | data[5] << 8 | data[6]), "its VNI");
}

static bool resolves(const u8 *eth, size_t len)
{
	int tags = count_tags(eth, len);
	size_t type = ETH_HLEN + tags * TAG_LEN + IP6_LEN;

	if (tags > TAGS_MAX)
		return false;
	switch (proto_of(eth, tags)) {
	case ETH_P_ARP:
	case ETH_P_RARP:
		return true;
	case ETH_P_IPV6:
		return len > type && behind_tags(eth, tags)[6] == IPPROTO_ICMPV6 &&
		       eth[type] >= ND_FIRST && eth[type] <= ND_LAST;
	default:
		return false;
	}
}

static void check_inner(const u8 *data, size_t len)
{
	bool one = len >= VXLAN_LEN + ETH_HLEN && !(data[VXLAN_LEN] & 1);
	u8 *copy = copy_of(data, least(len, VXMOB_INNER_MAX));
	struct vxmob_inner in;

	must(vxmob_parse_inner(copy, least(len, VXMOB_INNER_MAX), &in) == one,
	     "a frame for one station");
	free(copy);
	if (!one)
		return;
	must(!memcmp(in.dest, data + VXLAN_LEN, ETH_ALEN), "whom it is for");
	must(in.resolution == resolves(data + VXLAN_LEN, len - VXLAN_LEN),
	     "whether it resolves addresses");
}

static void check_packet(const u8 *data, size_t len)
{
	struct vxmob_announcement a, b;
	bool is = parse(vxmob_parse_announcement, data, len, VXMOB_PACKET_MAX, &a);

	if (len < VXLAN_LEN) {
		must(!is, "nothing without a VXLAN header");
		return;
	}
	must(vxmob_parse_frame(data + VXLAN_LEN, len - VXLAN_LEN, &b) == is &&
	     (!is || same(&a, &b)), "the frame behind the VXLAN header");
	check_frame(data + VXLAN_LEN, len - VXLAN_LEN);
}

/* --- frames that were built ---------------------------------------------- */

/* Puts @n tags into a frame; @frame has room for them. Returns the new length. */
static size_t put_tags(u8 *frame, size_t len, int n, u16 tci)
{
	u8 *at = frame + 2 * ETH_ALEN;
	int i;

	memmove(at + n * TAG_LEN, at, len - 2 * ETH_ALEN);
	for (i = 0; i < n; i++, at += TAG_LEN, tci++) {
		at[0] = ETH_P_8021Q >> 8;
		at[1] = ETH_P_8021Q & 0xff;
		at[2] = tci >> 8;
		at[3] = tci & 0xff;
	}
	return len + n * TAG_LEN;
}

/* What is damaged on its way is none. */
static void check_damage(u8 *frame, size_t len, u16 where)
{
	const size_t from = ETH_HLEN + 4;	/* behind the flow label */
	struct vxmob_announcement found;
	size_t bit = where % ((len - from) * 8);

	frame[from + bit / 8] ^= 1 << bit % 8;
	must(!vxmob_parse_frame(frame, len, &found), "one wrong bit makes it none");
}

static void check_tagged(u8 *frame, size_t len, struct vxmob_announcement *a,
			 int tags, u16 tci)
{
	struct vxmob_announcement found;

	len = put_tags(frame, len, tags, tci);
	a->tpid = tags ? ETH_P_8021Q : 0;
	a->vid = tags ? tci & 0xfff : 0;
	must(vxmob_parse_frame(frame, len, &found) == (tags <= TAGS_MAX),
	     "what is built is found, behind two tags");
	must(tags > TAGS_MAX || same(a, &found), "and as it was built");
	must(vxmob_parse_owner(frame, len, &found) == (a->ip.len && !tags),
	     "and not whose address it is behind tags");
}

/* The announcement that some bytes stand for; any will do. */
static void read_bytes(const u8 *b, struct vxmob_announcement *a)
{
	*a = (struct vxmob_announcement){ .kind = 1 << b[0] % 3 };
	memcpy(a->mac, b + 1, ETH_ALEN);
	if (a->kind == VXMOB_SNOOP_RARP)
		return;
	a->ip.len = a->kind == VXMOB_SNOOP_GARP ? 4 : 16;
	memcpy(a->ip.b, b + 7, a->ip.len);
	a->router = a->kind == VXMOB_SNOOP_NA && b[0] & 0x80;
}

static void check_built(const u8 *data, size_t len)
{
	u8 bytes[32] = {}, frame[VXMOB_SENT_MAX + (TAGS_MAX + 1) * TAG_LEN];
	struct vxmob_announcement a, found;
	size_t n;

	memcpy(bytes, data, least(len, sizeof(bytes)));
	read_bytes(bytes, &a);
	n = build(frame, &a);
	must(n == (a.kind == VXMOB_SNOOP_NA ? VXMOB_SENT_MAX : VXMOB_SENT_MIN),
	     "its length");
	if (!is_station(a.mac) || (a.ip.len && !is_unicast(&a.ip))) {
		must(!vxmob_parse_frame(frame, n, &found), "not by such a one");
		return;
	}
	check_tagged(frame, n, &a, bytes[23] % 4, get_unaligned_be16(bytes + 24));
	if (a.kind != VXMOB_SNOOP_NA)
		return;
	build(frame, &a);
	check_damage(frame, n, get_unaligned_be16(bytes + 26));
}

/* --- the fuzzer ---------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	check_vni(data, len);
	check_inner(data, len);
	check_packet(data, len);
	check_built(data, len);
	return 0;
}

/* A checksum is not to be guessed. */
static void mend(u8 *data, size_t len)
{
	u8 *eth = data + VXLAN_LEN, *ip6;
	struct in6_addr from, to;
	int tags = count_tags(eth, len - VXLAN_LEN);
	__sum16 sum;
	size_t n;

	if (tags > TAGS_MAX || proto_of(eth, tags) != ETH_P_IPV6)
		return;
	ip6 = (u8 *)behind_tags(eth, tags);
	if (data + len < ip6 + IP6_LEN + NA_LEN)
		return;
	n = get_unaligned_be16(ip6 + 4);
	if (n < NA_LEN || n & 1 || n > (size_t)(data + len - ip6 - IP6_LEN))
		return;
	memset(ip6 + IP6_LEN + 2, 0, 2);
	memcpy(&from, ip6 + 8, 16);
	memcpy(&to, ip6 + 24, 16);
	sum = csum_ipv6_magic(&from, &to, n, IPPROTO_ICMPV6,
			      csum_partial(ip6 + IP6_LEN, n, 0));
	memcpy(ip6 + IP6_LEN + 2, &sum, 2);
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t len, size_t max, unsigned int seed)
{
	len = LLVMFuzzerMutate(data, len, max);
	if (seed % 4 && len >= VXLAN_LEN + ETH_HLEN)
		mend(data, len);
	return len;
}

static void write_seed(const char *dir, int n, const u8 *data, size_t len)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/seed-%d", dir, n);
	file = fopen(path, "wb");
	if (!file || fwrite(data, len, 1, file) != 1 || fclose(file)) {
		perror(path);
		exit(1);
	}
}

/*
 * An advertisement with as many options as are looked at, the first of which has
 * so many units of 8 bytes: two are one too many.
 */
static void write_long_na(const char *dir, int n, const u8 *packet, u8 units)
{
	size_t len = VXLAN_LEN + VXMOB_SENT_MAX;
	u8 data[VXMOB_PACKET_MAX];
	u8 *ip6 = data + VXLAN_LEN + ETH_HLEN;

	memcpy(data, packet, len);
	memcpy(data + len, "\x0e\1nonces\x0e\1nonces", 16);
	ip6[5] += 16;
	ip6[IP6_LEN + NA_LEN + 1] = units;
	mend(data, len + 16);
	write_seed(dir, n, data, len + 16);
}

/* Of each kind one, behind up to two tags; and one of each for one station */
static void write_seeds(const char *dir)
{
	u8 bytes[] = { 0, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, [24] = 0 };
	u8 data[ROOM] = { 0x08, [6] = 100 }, *frame = data + VXLAN_LEN;
	struct vxmob_announcement a;
	size_t len;
	int n;

	for (n = 0; n < 12; n++) {
		bytes[0] = n % 3 | (n >= 9 ? 0x80 : 0);
		read_bytes(bytes, &a);
		len = put_tags(frame, build(frame, &a), n / 3 % 3, 10);
		if (n >= 9)
			frame[0] = 2;
		write_seed(dir, n, data, VXLAN_LEN + len);
	}
	bytes[0] = 2;
	read_bytes(bytes, &a);
	build(frame, &a);
	write_long_na(dir, n, data, 1);
	write_long_na(dir, n + 1, data, 2);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char option[] = "--seeds=";

	if (*argc != 2 || strncmp((*argv)[1], option, strlen(option)))
		return 0;
	write_seeds((*argv)[1] + strlen(option));
	exit(0);
}
