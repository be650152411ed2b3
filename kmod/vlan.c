// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which VLAN of its bridge a vxlan device carries a VNI in.
 *
 * The port of an ordinary device is in one VLAN, its PVID. That of an external
 * device is in many, and the bridge maps each to a VNI. No function tells of
 * that mapping, but the bridge does when it is asked for the port's attributes.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "vxmob.h"

#define ATTRS_LEN	(64 * 1024)	/* a nest of attributes has no more */

/**
 * vxmob_vlan_proto - What kind of tags a bridge counts
 * @br: the bridge, or NULL
 *
 * Context: any.
 * Return: EtherType of its VLANs' tags, host byte order: 802.1Q or 802.1ad.
 */
u16 vxmob_vlan_proto(const struct net_device *br)
{
	u16 proto;

	if (!br || br_vlan_get_proto(br, &proto))
		return ETH_P_8021Q;
	return proto;
}

/* To a bridge tags of the other kind are content. */
static bool has_tag_of(const struct sk_buff *skb, const struct net_device *br)
{
	return skb_vlan_tag_present(skb) && br_vlan_enabled(br) &&
	       skb->vlan_proto == htons(vxmob_vlan_proto(br));
}

/**
 * vxmob_vlan_is_guests - Whether a frame is in a VLAN of the machine's own
 * @skb: the frame
 * @br: the bridge
 *
 * Context: any.
 * Return: true if the bridge would take its tag for content.
 */
bool vxmob_vlan_is_guests(const struct sk_buff *skb,
			  const struct net_device *br)
{
	return skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb) &&
	       !has_tag_of(skb, br);
}

/**
 * vxmob_vlan_untag - Take from a frame the tag that its bridge counts
 * @skb: the frame
 * @br: the bridge
 *
 * Context: any.
 */
void vxmob_vlan_untag(struct sk_buff *skb, const struct net_device *br)
{
	if (has_tag_of(skb, br))
		__vlan_hwaccel_clear_tag(skb);
}

/**
 * vxmob_vlan_of - The VLAN of its bridge that a frame belongs to
 * @skb: the frame
 * @br: the bridge
 * @port: the port that it comes from; without a tag it is in its PVID
 *
 * Context: any; RCU is held.
 * Return: the VLAN; 0 where the bridge is not VLAN aware.
 */
u16 vxmob_vlan_of(const struct sk_buff *skb, const struct net_device *br,
		  const struct net_device *port)
{
	u16 vid = 0;

	if (!br_vlan_enabled(br))
		return 0;
	if (has_tag_of(skb, br))
		vid = skb_vlan_tag_get_id(skb);
	if (!vid)
		br_vlan_get_pvid_rcu(port, &vid);
	return vid;
}

/**
 * vxmob_vlan_in_overlay - The VLAN of the bridge that a frame comes to from the overlay
 * @d: the domain that its VNI belongs to
 * @tpid: EtherType of the frame's outer tag, host byte order; 0 without one
 * @vid: VLAN of that tag
 *
 * Only of a frame without any tag does the bridge look at the VNI that an external
 * device brings (br_handle_ingress_vlan_tunnel()). A tag that it does not count, or
 * of VLAN 0, leaves the frame to the port's PVID (__allowed_ingress()).
 *
 * Context: any; RCU is held.
 * Return: the VLAN, 0 if there is none.
 */
u16 vxmob_vlan_in_overlay(const struct vxmob_domain *d, u16 tpid, u16 vid)
{
	const struct net_device *br = rcu_dereference(d->br);
	u16 pvid = 0;

	if (!d->vid)
		return 0;
	if (vid && tpid == vxmob_vlan_proto(br))
		return vid;
	if (!br || (!tpid && vxmob_is_external(d->dev)))
		return d->vid;
	return br_vlan_get_pvid_rcu(d->dev, &pvid) ? 0 : pvid;
}

static u16 pvid_of(const struct net_device *dev)
{
	u16 vid = 0;

	rcu_read_lock();
	if (br_vlan_get_pvid_rcu(dev, &vid))
		vid = 0;
	rcu_read_unlock();
	return vid;
}

static bool carries_vid(const struct net_device *dev, u16 vid)
{
	struct bridge_vlan_info info;
	int err;

	rcu_read_lock();
	err = br_vlan_get_info_rcu(dev, vid, &info);
	rcu_read_unlock();
	return !err;
}

/**
 * struct mapping - A VLAN and the VNI that the bridge maps it to
 * @vni: the VNI, host byte order
 * @vid: the VLAN
 * @flags: BRIDGE_VLAN_INFO_RANGE_BEGIN or _END if it is one end of a range
 */
struct mapping {
	u32 vni;
	u16 vid;
	u16 flags;
};

static bool parse_mapping(const struct nlattr *attr, struct mapping *map)
{
	struct nlattr *tb[IFLA_BRIDGE_VLAN_TUNNEL_MAX + 1];

	if (nla_type(attr) != IFLA_BRIDGE_VLAN_TUNNEL_INFO ||
	    nla_parse_nested_deprecated(tb, IFLA_BRIDGE_VLAN_TUNNEL_MAX, attr,
					NULL, NULL) ||
	    !tb[IFLA_BRIDGE_VLAN_TUNNEL_ID] ||
	    !tb[IFLA_BRIDGE_VLAN_TUNNEL_VID] ||
	    !tb[IFLA_BRIDGE_VLAN_TUNNEL_FLAGS])
		return false;
	map->vni = nla_get_u32(tb[IFLA_BRIDGE_VLAN_TUNNEL_ID]);
	map->vid = nla_get_u16(tb[IFLA_BRIDGE_VLAN_TUNNEL_VID]);
	map->flags = nla_get_u16(tb[IFLA_BRIDGE_VLAN_TUNNEL_FLAGS]);
	return true;
}

/* In a range both rise by one. Returns as mapped_vid(). */
static int find_mapping(const struct nlattr *spec, u32 vni, int vid)
{
	struct mapping begin = {}, end;
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, spec, rem) {
		if (!parse_mapping(attr, &end))
			continue;
		if (!(end.flags & BRIDGE_VLAN_INFO_RANGE_END))
			begin = end;
		if (end.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN)
			continue;
		if (vni >= begin.vni && vni <= end.vni)
			return begin.vid + (vni - begin.vni);
		if (vid >= begin.vid && vid <= end.vid)
			return -EEXIST;
	}
	return 0;
}

/*
 * The VLAN that a bridge maps to a VNI on a port, 0 if there is none, -EEXIST
 * if the one that is wanted is mapped to another VNI
 */
static int mapped_vid(struct net_device *dev, const struct net_device *br,
		      u32 vni, int wanted)
{
	const struct nlattr *spec = NULL;
	struct sk_buff *skb;
	int vid = 0;

	ASSERT_RTNL();
	skb = alloc_skb(ATTRS_LEN, GFP_KERNEL);
	if (!skb)
		return 0;
	if (!br->netdev_ops->ndo_bridge_getlink(skb, 0, 0, dev,
						RTEXT_FILTER_BRVLAN_COMPRESSED,
						0))
		spec = nlmsg_find_attr((struct nlmsghdr *)skb->data,
				       sizeof(struct ifinfomsg), IFLA_AF_SPEC);
	if (spec)
		vid = find_mapping(spec, vni, wanted);
	kfree_skb(skb);
	return vid;
}

static int choose_external(struct net_device *dev, const struct net_device *br,
			   u32 vni, int vid, struct netlink_ext_ack *extack)
{
	int mapped = mapped_vid(dev, br, vni, vid);

	if (mapped < 0) {
		NL_SET_ERR_MSG(extack, "vxmob: the port maps that VLAN to another VNI");
		return -EINVAL;
	}
	if (mapped && vid >= 0 && vid != mapped) {
		NL_SET_ERR_MSG(extack, "vxmob: the port maps another VLAN to that VNI");
		return -EINVAL;
	}
	if (!mapped && vid <= 0) {
		NL_SET_ERR_MSG(extack, "vxmob: the port maps no VLAN to that VNI: name the VLAN");
		return -EINVAL;
	}
	return mapped ?: vid;
}

static int choose_pvid(const struct net_device *dev, int vid,
		       struct netlink_ext_ack *extack)
{
	if (vid < 0)
		vid = pvid_of(dev);
	if (vid)
		return vid;
	NL_SET_ERR_MSG(extack, "vxmob: the bridge is VLAN aware and the device has no PVID: name the VLAN");
	return -EINVAL;
}

static int choose_unaware(const struct net_device *dev,
			  const struct net_device *br, int vid,
			  struct netlink_ext_ack *extack)
{
	if (vid > 0 && br) {
		NL_SET_ERR_MSG(extack, "vxmob: the bridge is not VLAN aware");
		return -EINVAL;
	}
	if (br && vxmob_is_external(dev)) {
		NL_SET_ERR_MSG(extack, "vxmob: an external device needs a VLAN aware bridge");
		return -EINVAL;
	}
	return vid < 0 ? 0 : vid;
}

/**
 * vxmob_vlan_choose - Find the VLAN that carries a VNI of a vxlan device
 * @dev: the device
 * @br: the bridge that it is a port of, or NULL
 * @vni: the VNI, host byte order
 * @vid: the VLAN that is wanted; -1: whichever it is
 * @extack: for the reason of a refusal
 *
 * Context: process, may sleep; RTNL is held.
 * Return: the VLAN, 0 where the bridge is not VLAN aware; or -EINVAL.
 */
int vxmob_vlan_choose(struct net_device *dev, const struct net_device *br,
		      u32 vni, int vid, struct netlink_ext_ack *extack)
{
	if (!br || !br_vlan_enabled(br))
		return choose_unaware(dev, br, vid, extack);
	if (vxmob_is_external(dev))
		vid = choose_external(dev, br, vni, vid, extack);
	else
		vid = choose_pvid(dev, vid, extack);
	if (vid > 0 && !carries_vid(dev, vid)) {
		NL_SET_ERR_MSG(extack, "vxmob: the device is not in that VLAN");
		return -EINVAL;
	}
	return vid;
}
