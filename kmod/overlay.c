// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending a frame into the overlay, as the bridge would through the vxlan port:
 * for what the module itself has to say there, and for frames that the bridge
 * would still give to the port that a machine has left.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <net/dst_metadata.h>

#include "vxmob.h"

/* An external device is told the VNI by metadata, in the form that bridges use. */
static int set_vni(const struct vxmob_domain *d, struct sk_buff *skb)
{
	struct metadata_dst *md;

	md = metadata_dst_alloc(0, METADATA_IP_TUNNEL, GFP_ATOMIC);
	if (!md)
		return -ENOMEM;
	md->u.tun_info.mode = IP_TUNNEL_INFO_TX | IP_TUNNEL_INFO_BRIDGE;
	md->u.tun_info.key.tun_id = key32_to_tunnel_id(cpu_to_be32(d->vni));
	skb_dst_drop(skb);
	skb_dst_set(skb, &md->dst);
	return 0;
}

/* Whether frames of the VLAN leave the vxlan port with its tag, not as a VNI */
static bool is_tagged(const struct vxmob_domain *d)
{
	struct bridge_vlan_info info;

	return d->vid && !vxmob_is_external(d->dev) &&
	       !br_vlan_get_info_rcu(d->dev, d->vid, &info) &&
	       !(info.flags & BRIDGE_VLAN_INFO_UNTAGGED);
}

/**
 * vxmob_overlay_tag - Give a frame the tag that it has in a domain's overlay
 * @d: the domain, whose device is not gone
 * @skb: the frame, at its Ethernet header, without the tag of the domain's VLAN
 *
 * Context: any; RCU is held.
 * Return: 0, also if it has none; or -ENOMEM.
 */
int vxmob_overlay_tag(const struct vxmob_domain *d, struct sk_buff *skb)
{
	u16 proto = vxmob_vlan_proto(rcu_dereference(d->br));

	return is_tagged(d) ? skb_vlan_push(skb, htons(proto), d->vid) : 0;
}

/**
 * vxmob_overlay_xmit - Send a frame into a domain's overlay
 * @d: the domain, found under RCU or referenced, whose device is not gone
 * @skb: the frame, consumed; at its Ethernet header, without a VLAN tag
 *
 * A unicast frame goes to the VTEP that the vxlan entry names, any other to all
 * of the flood list.
 *
 * Context: BH is disabled; RCU is held; no lock of the module is, for the frame
 *	may come back to this host.
 * Return: 0 or a negative error.
 */
int vxmob_overlay_xmit(struct vxmob_domain *d, struct sk_buff *skb)
{
	int err = 0;

	skb->dev = d->dev;
	if (vxmob_is_external(d->dev))
		err = set_vni(d, skb);
	else
		err = vxmob_overlay_tag(d, skb);
	if (err) {
		kfree_skb(skb);
		return err;
	}
	err = dev_queue_xmit(skb);
	return err ? net_xmit_errno(err) : 0;
}
