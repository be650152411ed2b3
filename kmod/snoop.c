// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hearing a MAC announce itself from behind another VTEP.
 *
 * A hypervisor sends RARP for a VM that has arrived; it is flooded to every
 * VTEP, and is here long before the control plane has converged. Only the
 * outer header tells who sent it, and the vxlan driver drops that with learning
 * off: so the packet is looked at in LOCAL_IN, after the firewall, on its way
 * to the driver's socket. The packet itself goes on untouched.
 *
 * Gratuitous ARP and neighbour advertisements say the same, where a domain wants
 * to hear them. Anybody in the overlay can make a VTEP send either, as often as
 * he likes; so how many are looked at is limited.
 *
 */
#include "packet.h"
#include "trace.h"
#include "underlay.h"
#include "vxmob.h"

static bool vtep_listed(const struct vxmob_options *opt,
			const struct vxmob_addr *addr)
{
	unsigned int i;

	for (i = 0; i < opt->n_vtep; i++)
		if (vxmob_addr_equal(&opt->vtep[i], addr))
			return true;
	return false;
}

static bool vtep_believed(struct vxmob_domain *d,
			  const struct vxmob_options *opt,
			  const struct vxmob_addr *addr)
{
	switch (opt->vteps) {
	case VXMOB_VTEPS_ANY:
		return true;
	case VXMOB_VTEPS_LIST:
		return vtep_listed(opt, addr);
	default:
		return vxmob_vtep_known(d, addr);
	}
}

/*
 * Counted, and traced, but no event: that would be the next flood. The hook runs
 * with BH disabled.
 */
static void refuse_rate(struct vxmob_domain *d, const struct vxmob_claim *claim)
{
	vxmob_stats_claim(d, claim->origin, VXMOB_VERDICT_REFUSE_RATE);
	trace_vxmob_claim(d, claim, VXMOB_VERDICT_REFUSE_RATE, 0);
}

static void refuse_vtep(struct vxmob_domain *d, const struct vxmob_claim *claim)
{
	spin_lock_bh(&d->lock);
	if (!d->dead)
		vxmob_claim_refused(d, vxmob_binding_find(d, claim->mac), claim,
				    VXMOB_VERDICT_REFUSE_VTEP, 0);
	spin_unlock_bh(&d->lock);
}

/* A stranger has a limit of his own, and a low one. */
static bool within_limit(struct vxmob_domain *d,
			 const struct vxmob_claim *claim, bool believed)
{
	const struct vxmob_addr *from = &claim->place.vtep;

	return believed ? vxmob_limit_claim(d->limits, from, claim->mac,
					    claim->seen_ns) :
			  vxmob_limit_stranger(d->limits, from, claim->seen_ns);
}

/* What the bridge would take for another VLAN's is of another segment. */
static bool wanted(const struct vxmob_domain *d,
		   const struct vxmob_announcement *a)
{
	return rcu_dereference(d->opt)->snoop & a->kind &&
	       vxmob_vlan_in_overlay(d, a->tpid, a->vid) == d->vid;
}

static void claim_for(struct vxmob_domain *d, const struct vxmob_addr *from,
		      const struct vxmob_announcement *a, u64 seen_ns)
{
	const struct vxmob_options *opt = rcu_dereference(d->opt);
	struct vxmob_claim claim = {
		.op = VXMOB_OP_ANNOUNCE,
		.origin = VXMOB_ORIGIN_SNOOP,
		.place.state = VXMOB_STATE_REMOTE,
		.place.vtep = *from,
		.seen_ns = seen_ns,
	};
	bool believed;
	int err;

	ether_addr_copy(claim.mac, a->mac);
	believed = vtep_believed(d, opt, from);
	if (!within_limit(d, &claim, believed))
		refuse_rate(d, &claim);
	else if (believed)
		vxmob_claim(d, &claim, NULL, &err);
	else
		refuse_vtep(d, &claim);
}

/**
 * vxmob_snoop - Look whether a packet announces a MAC
 * @net: namespace that the packet travels in
 * @p: the packet
 *
 * Context: BH; RCU is held.
 */
void vxmob_snoop(struct net *net, const struct vxmob_packet *p)
{
	struct vxmob_announcement a;
	u8 buf[VXMOB_PACKET_MAX];
	unsigned int len = sizeof(buf);
	struct vxmob_domain *d;
	const u8 *data;
	u32 vni;

	data = vxmob_packet_payload(p, buf, &len);
	if (!data || !vxmob_parse_vni(data, len, &vni))
		return;
	d = vxmob_domain_find_vni(net, vni, p->udp.dest, p->saddr.len);
	if (!d || !vxmob_parse_announcement(data, len, &a) || !wanted(d, &a))
		return;
	if (vxmob_packet_intact(p, d))
		claim_for(d, &p->saddr, &a, ktime_get_ns());
}
