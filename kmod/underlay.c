// SPDX-License-Identifier: GPL-2.0-only
/*
 * VXLAN packets as they come in: the outer headers, which only they tell and
 * which the vxlan driver keeps to itself. They are looked at in LOCAL_IN, on their
 * way to the driver's socket, after the firewall: what it drops is no evidence.
 *
 * The hook is registered in a namespace while a domain snoops there, or a machine
 * is on the move.
 *
 * All access is by copy or by checked pointer: a packet may be an aggregate, or
 * in pieces, or end early.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "underlay.h"

/* RFC 8200 section 4.1: hop-by-hop options, and destination options twice */
#define EXTHDRS_MAX	3

static DEFINE_MUTEX(listen_lock);

/* What is behind the datagram's end does not reach the driver. */
static bool read_udp(struct vxmob_packet *p)
{
	unsigned int len;

	if (skb_copy_bits(p->skb, p->off, &p->udp, sizeof(p->udp)))
		return false;
	len = ntohs(p->udp.len);
	return len >= sizeof(p->udp) && p->off + len <= p->skb->len;
}

/**
 * vxmob_packet_v4 - Read the outer headers of an IPv4 packet
 * @p: filled
 * @skb: the packet, in LOCAL_IN
 *
 * Context: any.
 * Return: true if it is UDP and whole.
 */
bool vxmob_packet_v4(struct vxmob_packet *p, struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->protocol != IPPROTO_UDP || ip_is_fragment(ip))
		return false;
	memset(&p->saddr, 0, sizeof(p->saddr));
	p->saddr.len = sizeof(ip->saddr);
	memcpy(p->saddr.b, &ip->saddr, sizeof(ip->saddr));
	p->skb = skb;
	p->family = NFPROTO_IPV4;
	p->ttl = ip->ttl;
	p->tos = ip->tos;
	p->off = skb_network_offset(skb) + ip_hdrlen(skb);
	return read_udp(p);
}

/*
 * Returns the offset of the UDP header, or -1. Options are passed over. What
 * the stack still has to put together, to authenticate or to send on may never
 * come to the driver: so a fragment (also if it is the only one: a VTEP sends
 * none, RFC 7348 section 4.3), AH and a routing header end it.
 */
static int skip_options(const struct sk_buff *skb, int off, u8 proto)
{
	const struct ipv6_opt_hdr *opt;
	struct ipv6_opt_hdr buf;
	int i;

	for (i = 0; i <= EXTHDRS_MAX; i++) {
		if (proto == IPPROTO_UDP)
			return off;
		if (proto != NEXTHDR_HOP && proto != NEXTHDR_DEST)
			return -1;
		opt = skb_header_pointer(skb, off, sizeof(buf), &buf);
		if (!opt)
			return -1;
		proto = opt->nexthdr;
		off += ipv6_optlen(opt);
	}
	return -1;
}

/**
 * vxmob_packet_v6 - Read the outer headers of an IPv6 packet
 * @p: filled
 * @skb: the packet, in LOCAL_IN
 *
 * Context: any.
 * Return: true if it is UDP, behind at most a few options, and whole.
 */
bool vxmob_packet_v6(struct vxmob_packet *p, struct sk_buff *skb)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	int off;

	off = skip_options(skb, skb_network_offset(skb) + sizeof(*ip),
			   ip->nexthdr);
	if (off < 0)
		return false;
	p->saddr.len = sizeof(ip->saddr);
	memcpy(p->saddr.b, &ip->saddr, sizeof(ip->saddr));
	p->skb = skb;
	p->family = NFPROTO_IPV6;
	p->ttl = ip->hop_limit;
	p->tos = ipv6_get_dsfield(ip);
	p->off = off;
	return read_udp(p);
}

/**
 * vxmob_packet_payload - Look at the beginning of the UDP payload
 * @p: the packet
 * @buf: to copy to where it is in pieces
 * @len: how much is wanted, which @buf has room for; set to how much there is
 *
 * Context: any.
 * Return: the payload, or NULL.
 */
const u8 *vxmob_packet_payload(const struct vxmob_packet *p, u8 *buf,
			       unsigned int *len)
{
	unsigned int udp_len = ntohs(p->udp.len) - sizeof(p->udp);

	*len = min(*len, udp_len);
	return skb_header_pointer(p->skb, p->off + sizeof(p->udp), *len, buf);
}

/**
 * vxmob_packet_intact - Whether the vxlan driver would take a packet
 * @p: the packet
 * @d: the domain that it belongs to
 *
 * Context: any.
 * Return: false if its checksum is wrong, or missing where it must not.
 */
bool vxmob_packet_intact(const struct vxmob_packet *p,
			 const struct vxmob_domain *d)
{
	const struct vxlan_dev *vxlan = netdev_priv(d->dev);

	if (!p->udp.check)
		return p->family == NFPROTO_IPV4 ||
		       vxlan->cfg.flags & VXLAN_F_UDP_ZERO_CSUM6_RX;
	return !nf_checksum(p->skb, NF_INET_LOCAL_IN, p->off, IPPROTO_UDP,
			    p->family);
}

/* Whom the frame in a packet is for, if it is VXLAN; of which nothing is checked */
static const u8 *find_dest(const struct sk_buff *skb, unsigned int off, u8 *buf)
{
	return skb_header_pointer(skb, off + sizeof(struct udphdr) +
				  sizeof(struct vxlanhdr), ETH_ALEN, buf);
}

/*
 * Announcements are to a group of stations. Nearly all else is for one that does
 * not move, and is not to pay for more than this look. @off is the offset of the
 * UDP header.
 */
static bool is_wanted(const struct net *net, const struct sk_buff *skb,
		      unsigned int off)
{
	u8 buf[ETH_ALEN];
	const u8 *dest = find_dest(skb, off, buf);

	return dest && (is_multicast_ether_addr(dest) ||
			atomic_read(vxmob_moving(net, dest)));
}

static unsigned int look_into(const struct vxmob_packet *p,
			      const struct nf_hook_state *state)
{
	u8 buf[ETH_ALEN];
	const u8 *dest = find_dest(p->skb, p->off, buf);

	if (!dest)
		return NF_ACCEPT;
	if (!is_multicast_ether_addr(dest))
		return vxmob_redirect(p, state);
	vxmob_snoop(state->net, p);
	return NF_ACCEPT;
}

static unsigned int look_at_v4(struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct vxmob_packet p;

	return vxmob_packet_v4(&p, skb) ? look_into(&p, state) : NF_ACCEPT;
}

static unsigned int local_in_v4(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->protocol != IPPROTO_UDP ||
	    !is_wanted(state->net, skb,
		       skb_network_offset(skb) + ip_hdrlen(skb)))
		return NF_ACCEPT;
	return look_at_v4(skb, state);
}

static unsigned int look_at_v6(struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct vxmob_packet p;

	return vxmob_packet_v6(&p, skb) ? look_into(&p, state) : NF_ACCEPT;
}

/* Where there are options, where they end is found out the long way. */
static unsigned int local_in_v6(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (ipv6_hdr(skb)->nexthdr == IPPROTO_UDP &&
	    !is_wanted(state->net, skb,
		       skb_network_offset(skb) + sizeof(struct ipv6hdr)))
		return NF_ACCEPT;
	return look_at_v6(skb, state);
}

/* Before connection tracking has settled on the packet, which may go elsewhere */
static const struct nf_hook_ops hooks[] = {
	{
		.hook = local_in_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_LAST - 1,
	},
	{
		.hook = local_in_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST - 1,
	},
};

/**
 * vxmob_underlay_get - Look at the packets of a namespace
 * @underlay: namespace that VXLAN packets travel in
 *
 * Context: process, may sleep; RTNL may be held.
 * Return: 0 or a negative error.
 */
int vxmob_underlay_get(struct net *underlay)
{
	struct vxmob_net *vn = vxmob_net(underlay);
	int err = 0;

	mutex_lock(&listen_lock);
	if (!vn->listeners)
		err = nf_register_net_hooks(underlay, hooks,
					    ARRAY_SIZE(hooks));
	if (!err)
		vn->listeners++;
	mutex_unlock(&listen_lock);
	return err;
}

/**
 * vxmob_underlay_put - Take back vxmob_underlay_get()
 * @underlay: namespace that VXLAN packets travel in
 *
 * Context: process, may sleep; RTNL may be held. A packet may still be in the
 *	hook until an RCU grace period has passed.
 */
void vxmob_underlay_put(struct net *underlay)
{
	struct vxmob_net *vn = vxmob_net(underlay);

	mutex_lock(&listen_lock);
	if (!--vn->listeners)
		nf_unregister_net_hooks(underlay, hooks, ARRAY_SIZE(hooks));
	mutex_unlock(&listen_lock);
}
