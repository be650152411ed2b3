// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ports of bridges forward.
 *
 * A bridge tells the state of a port only to who holds the RTNL, and the
 * announcer must not wait for that. So the ports that do not forward are
 * noted, when a domain takes its bridge and from then on when the bridge tells of
 * a change; whatever is not noted forwards.
 */
#include <linux/if_bridge.h>
#include <linux/xarray.h>

#include "vxmob.h"

/**
 * vxmob_port_note - Note whether a port forwards
 * @port: a port of a bridge
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_port_note(struct net_device *port)
{
	struct xarray *blocked = &vxmob_net(dev_net(port))->blocked;

	ASSERT_RTNL();
	if (br_port_get_stp_state(port) == BR_STATE_FORWARDING)
		xa_erase(blocked, port->ifindex);
	else
		xa_store(blocked, port->ifindex, xa_mk_value(1), GFP_KERNEL);
}

/**
 * vxmob_port_forget - Forget what is noted of a port
 * @port: a device that is no port any more
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_port_forget(struct net_device *port)
{
	ASSERT_RTNL();
	xa_erase(&vxmob_net(dev_net(port))->blocked, port->ifindex);
}

/**
 * vxmob_port_note_all - Note which ports of a bridge forward
 * @br: the bridge
 *
 * Context: process, may sleep; RTNL is held.
 */
void vxmob_port_note_all(struct net_device *br)
{
	struct net_device *port;
	struct list_head *iter;

	netdev_for_each_lower_dev(br, port, iter)
		if (netif_is_bridge_port(port))
			vxmob_port_note(port);
}

static bool carries(const struct net_device *port, u16 vid)
{
	struct bridge_vlan_info info;

	return !vid || !br_vlan_get_info_rcu(port, vid, &info);
}

/**
 * vxmob_port_carries - Whether a port is in a domain's VLAN
 * @d: the domain
 * @ifindex: index of the port, which is one of the domain's bridge
 *
 * Context: any.
 * Return: true if it is, or the bridge is not VLAN aware.
 */
bool vxmob_port_carries(struct vxmob_domain *d, u32 ifindex)
{
	struct net_device *port;
	bool carried;

	rcu_read_lock();
	port = dev_get_by_index_rcu(d->net, ifindex);
	carried = port && carries(port, d->vid);
	rcu_read_unlock();
	return carried;
}

/**
 * vxmob_port_delivers - Whether there is somebody behind a port in a domain's VLAN
 * @d: the domain
 * @ifindex: index of the port, which is one of the domain's bridge
 *
 * Context: any.
 * Return: true if it is up, has a carrier and is in the VLAN.
 */
bool vxmob_port_delivers(struct vxmob_domain *d, u32 ifindex)
{
	struct net_device *port;
	bool delivers;

	rcu_read_lock();
	port = dev_get_by_index_rcu(d->net, ifindex);
	delivers = port && netif_running(port) && netif_carrier_ok(port) &&
		   carries(port, d->vid);
	rcu_read_unlock();
	return delivers;
}

/**
 * vxmob_port_forwards - Whether a port forwards what a domain's bridge gives it
 * @d: the domain
 * @port: the port
 *
 * States of single VLANs (MSTP) are not looked at.
 *
 * Context: any; RCU is held.
 * Return: true if it is up, a port of the domain's bridge, in the domain's VLAN
 *	and in the state "forwarding".
 */
bool vxmob_port_forwards(struct vxmob_domain *d, struct net_device *port)
{
	return netif_running(port) && netif_is_bridge_port(port) &&
	       netdev_master_upper_dev_get_rcu(port) ==
	       rcu_dereference(d->br) &&
	       !xa_load(&vxmob_net(d->net)->blocked, port->ifindex) &&
	       carries(port, d->vid);
}
