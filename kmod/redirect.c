// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets for a machine that is being handed over, on either host.
 *
 * Other VTEPs go on sending to the source until they have heard of the move; some
 * are switches that hear of it from BGP alone. The source sends such packets on
 * to the target, and the target keeps them until the machine runs. Both see them
 * in LOCAL_IN, since only the outer header tells where a packet comes from.
 *
 * The outer headers are replaced and the rest goes on as it came. The time to
 * live goes on as well, less one, so that hosts which each take the other for
 * the machine's do not send a packet round for ever; and nothing is sent back to
 * where it came from. Address resolution is for whoever is asked, and is not
 * sent on.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "compat/compat.h"
#include "move.h"
#include "packet.h"
#include "trace.h"

/* Packets for one machine that are sent on in a tick of the clock */
#define BUDGET		1024

#define FRAME_OFF	sizeof(struct vxlanhdr)
#define TUNNEL_GSO	(SKB_GSO_UDP_TUNNEL | SKB_GSO_UDP_TUNNEL_CSUM)

static bool within_budget(struct vxmob_move *mv)
{
	unsigned long now = jiffies;

	if (READ_ONCE(mv->budget_at) != now) {
		WRITE_ONCE(mv->budget_at, now);
		WRITE_ONCE(mv->budget_used, 0);
	}
	WRITE_ONCE(mv->budget_used, READ_ONCE(mv->budget_used) + 1);
	return READ_ONCE(mv->budget_used) <= BUDGET;
}

/*
 * From here on the frame is the inner one of a packet to be: the driver's own way
 * to send begins with it. Where the sender left a checksum to the hardware, it is
 * either an inner one, and goes on, or the outer one, which is no more.
 */
static int enter_tunnel(struct sk_buff *skb, bool csum)
{
	int start = skb_checksum_start_offset(skb);

	if (skb->ip_summed == CHECKSUM_PARTIAL && start < (int)FRAME_OFF)
		skb->ip_summed = CHECKSUM_NONE;
	__skb_pull(skb, FRAME_OFF);
	skb_reset_mac_header(skb);
	if (!skb->encapsulation) {
		skb_set_network_header(skb, ETH_HLEN);
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			skb_set_transport_header(skb,
						 skb_checksum_start_offset(skb));
		else
			skb_set_transport_header(skb, ETH_HLEN);
	}
	skb_shinfo(skb)->gso_type &= ~TUNNEL_GSO;
	if (vxmob_udp_tunnel_handle_offloads(skb, csum))
		return -ENOMEM;
	__skb_push(skb, FRAME_OFF);
	return 0;
}

static int xmit_v4(struct vxmob_move *mv, struct sk_buff *skb, u8 tos, u8 ttl,
		   __be16 sport, bool csum)
{
	const struct vxlan_dev *vxlan = netdev_priv(mv->d->dev);
	struct flowi4 fl4 = {
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_oif = vxlan->cfg.remote_ifindex,
		.saddr = vxlan->cfg.saddr.sin.sin_addr.s_addr,
		.fl4_sport = sport,
		.fl4_dport = mv->d->port,
	};
	struct rtable *rt;

	memcpy(&fl4.daddr, mv->peer.b, sizeof(fl4.daddr));
	rt = ip_route_output_key(mv->d->underlay, &fl4);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	if (enter_tunnel(skb, csum)) {
		ip_rt_put(rt);
		return -ENOMEM;
	}
	vxmob_udp_tunnel_xmit_skb(rt, skb, fl4.saddr, fl4.daddr, tos,
				  ttl ?: ip4_dst_hoplimit(&rt->dst), sport,
				  mv->d->port, !csum);
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)
static int xmit_v6(struct vxmob_move *mv, struct sk_buff *skb, u8 tos, u8 ttl,
		   __be16 sport, bool csum)
{
	const struct vxlan_dev *vxlan = netdev_priv(mv->d->dev);
	struct flowi6 fl6 = {
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_oif = vxlan->cfg.remote_ifindex,
		.saddr = vxlan->cfg.saddr.sin6.sin6_addr,
		.fl6_sport = sport,
		.fl6_dport = mv->d->port,
	};
	struct dst_entry *dst;

	memcpy(&fl6.daddr, mv->peer.b, sizeof(fl6.daddr));
	dst = ip6_dst_lookup_flow(mv->d->underlay, NULL, &fl6, NULL);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	if (enter_tunnel(skb, csum)) {
		dst_release(dst);
		return -ENOMEM;
	}
	vxmob_udp_tunnel6_xmit_skb(dst, skb, mv->d->dev, &fl6.saddr, &fl6.daddr,
				   tos, ttl ?: ip6_dst_hoplimit(dst), sport,
				   mv->d->port, !csum);
	return 0;
}
#else
static int xmit_v6(struct vxmob_move *mv, struct sk_buff *skb, u8 tos, u8 ttl,
		   __be16 sport, bool csum)
{
	return -EAFNOSUPPORT;
}
#endif

/**
 * vxmob_redirect_xmit - Send a frame to the host that a machine moves to
 * @mv: the move, at the source
 * @skb: the frame behind its VXLAN header, where the data begins; consumed
 * @tos: type of service, or traffic class
 * @ttl: time to live, or hop limit; 0 for the host's own
 * @sport: UDP source port, network byte order
 *
 * Context: BH; RCU is held, no lock of the module is.
 * Return: 0 or a negative error.
 */
int vxmob_redirect_xmit(struct vxmob_move *mv, struct sk_buff *skb, u8 tos,
			u8 ttl, __be16 sport)
{
	const struct vxlan_dev *vxlan = netdev_priv(mv->d->dev);
	bool v4 = mv->peer.len == sizeof(struct in_addr);
	int room = sizeof(struct ipv6hdr) + sizeof(struct udphdr) +
		   LL_MAX_HEADER;
	bool csum;
	int err;

	skb->dev = mv->d->dev;
	skb_scrub_packet(skb, false);
	skb_clear_tstamp(skb);	/* else a queue takes it for when to send */
	skb_orphan(skb);
	err = skb_cow_head(skb, room);
	if (err)
		goto drop;
	csum = !(vxlan->cfg.flags & (v4 ? VXLAN_F_UDP_ZERO_CSUM_TX :
				     VXLAN_F_UDP_ZERO_CSUM6_TX));
	err = v4 ? xmit_v4(mv, skb, tos, ttl, sport, csum) :
		   xmit_v6(mv, skb, tos, ttl, sport, csum);
	if (err)
		goto drop;
	atomic64_inc(&mv->redirected);
	this_cpu_inc(mv->d->stats->redirected);
	return 0;

drop:
	kfree_skb(skb);
	return err;
}

static bool redirects(const struct vxmob_move *mv)
{
	const struct vxlan_dev *vxlan = netdev_priv(mv->d->dev);

	/* Who learns from data would take this host for the machine's. */
	if (vxlan->cfg.flags & VXLAN_F_LEARN)
		return false;
	if (mv->role == VXMOB_ROLE_TARGET)
		return time_before(jiffies, READ_ONCE(mv->tail_until));
	return READ_ONCE(mv->stage) >= VXMOB_STAGE_HELD &&
	       rcu_dereference(mv->d->opt)->redirect;
}

/* An aggregate of packets, and not of what one tunnel carries, is the stack's. */
static bool is_plain_gso(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && !(skb_shinfo(skb)->gso_type & TUNNEL_GSO);
}

static unsigned int send_on(struct vxmob_move *mv, const struct vxmob_packet *p,
			    const struct vxmob_inner *in)
{
	unsigned int payload = p->off + sizeof(p->udp);

	if (!redirects(mv) || in->resolution || is_plain_gso(p->skb) ||
	    !vxmob_packet_intact(p, mv->d))
		return NF_ACCEPT;
	if (p->ttl <= 1 || vxmob_addr_equal(&p->saddr, &mv->peer)) {
		this_cpu_inc(mv->d->stats->redirect_refused);
		return NF_ACCEPT;
	}
	if (!within_budget(mv) ||
	    !pskb_may_pull(p->skb, payload + FRAME_OFF + ETH_HLEN)) {
		this_cpu_inc(mv->d->stats->redirect_dropped);
		return NF_DROP;
	}
	__skb_pull(p->skb, payload);
	trace_vxmob_redirect(mv->d, mv->mac, &p->saddr, &mv->peer, p->ttl - 1);
	if (vxmob_redirect_xmit(mv, p->skb, p->tos, p->ttl - 1, p->udp.source))
		this_cpu_inc(mv->d->stats->redirect_dropped);
	return NF_STOLEN;
}

/*
 * Before the source has turned, only it sends here for the machine. Another one
 * floods, and the source has its copy as well; or has not heard yet that the
 * machine has been there since its last stay here.
 */
static unsigned int keep(struct vxmob_move *mv, const struct vxmob_packet *p,
			 const struct vxmob_inner *in,
			 const struct nf_hook_state *state)
{
	bool by_source = vxmob_addr_equal(&p->saddr, &mv->peer);

	if (!READ_ONCE(mv->fifo.keeping))
		return NF_ACCEPT;
	if (READ_ONCE(mv->stage) == VXMOB_STAGE_PREPARED && mv->peer.len) {
		if (!by_source)
			return send_on(mv, p, in);
		vxmob_move_seen_held(mv->d, mv->mac);
	}
	return vxmob_fifo_keep(mv, p->skb, state);
}

/**
 * vxmob_redirect - Keep or send on a packet for a machine on the move
 * @p: the packet
 * @state: the hook's state
 *
 * Context: BH; RCU is held.
 * Return: what netfilter is to do with the packet.
 */
unsigned int vxmob_redirect(const struct vxmob_packet *p,
			    const struct nf_hook_state *state)
{
	u8 buf[VXMOB_INNER_MAX];
	unsigned int len = sizeof(buf);
	struct vxmob_domain *d;
	struct vxmob_inner in;
	struct vxmob_move *mv;
	const u8 *data;
	u32 vni;

	data = vxmob_packet_payload(p, buf, &len);
	if (!data || !vxmob_parse_vni(data, len, &vni))
		return NF_ACCEPT;
	d = vxmob_domain_find_vni(state->net, vni, p->udp.dest, p->saddr.len);
	if (!d || !vxmob_parse_inner(data, len, &in))
		return NF_ACCEPT;
	mv = vxmob_move_find(d, in.dest);
	if (!mv)
		return NF_ACCEPT;
	if (mv->role == VXMOB_ROLE_TARGET)
		return keep(mv, p, &in, state);
	return send_on(mv, p, &in);
}
