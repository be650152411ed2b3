// SPDX-License-Identifier: GPL-2.0-only
/*
 * vxmob: moves of MAC addresses in VXLAN fabrics, applied on the first evidence
 * and held to the rules of RFC 7432.
 *
 * This file brings the module up and down, and follows devices, ports and their
 * VLANs that go away.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "vxmob.h"

unsigned int vxmob_net_id __read_mostly;
struct workqueue_struct *vxmob_wq;

static int __net_init net_init(struct net *net)
{
	struct vxmob_net *vn = vxmob_net(net);

	INIT_LIST_HEAD(&vn->domains);
	mutex_init(&vn->claim_lock);
	spin_lock_init(&vn->event_lock);
	xa_init(&vn->blocked);
	vn->gen = 1;
	return 0;
}

static void end_domains(struct net *net)
{
	struct vxmob_domain *d, *next;

	list_for_each_entry_safe(d, next, &vxmob_net(net)->domains, list)
		vxmob_domain_end(d);
}

/*
 * The devices of a namespace go before this is called, and their domains with
 * them; what is left is left by the module's own unloading.
 */
static void __net_exit net_exit(struct net *net)
{
	rtnl_lock();
	end_domains(net);
	rtnl_unlock();
	xa_destroy(&vxmob_net(net)->blocked);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &vxmob_net_id,
	.size = sizeof(struct vxmob_net),
};

static bool withdraw_if_on(struct vxmob_domain *d, struct vxmob_binding *b,
			   void *data)
{
	const struct net_device *port = data;
	struct vxmob_claim claim = {
		.op = VXMOB_OP_WITHDRAW,
		.origin = VXMOB_ORIGIN_LEARN,
		.place = b->mob.cur,
		.seen_ns = ktime_get_ns(),
	};
	struct vxmob_fdb fdb;
	int err;

	if (claim.place.state != VXMOB_STATE_LOCAL ||
	    claim.place.ifindex != port->ifindex)
		return true;
	ether_addr_copy(claim.mac, b->mac);
	vxmob_fdb_read(d, b->mac, &fdb);
	vxmob_claim_locked(d, &claim, &fdb, NULL, &err);
	return true;
}

/* Externally learned entries outlive their port's going down: not ours. */
static void port_gone(struct net_device *port, const struct net_device *br)
{
	struct vxmob_net *vn = vxmob_net(dev_net(port));
	struct vxmob_domain *d;

	mutex_lock(&vn->claim_lock);
	list_for_each_entry(d, &vn->domains, list)
		if (rcu_access_pointer(d->br) == br && d->dev != port) {
			vxmob_moves_port_gone(d, port->ifindex);
			vxmob_binding_walk(d, withdraw_if_on, port);
		}
	mutex_unlock(&vn->claim_lock);
}

static void port_left(struct net_device *port, struct net_device *br)
{
	struct vxmob_domain *d;

	synchronize_net();	/* writes that still saw it as a port */
	list_for_each_entry(d, &vxmob_net(dev_net(port))->domains, list)
		if (rcu_access_pointer(d->br) == br)
			vxmob_fdb_port_left(d, br, port);
}

/* The bridge tells of a port before the port has its VLANs: join later. */
static void changed_upper(struct net_device *dev,
			  const struct netdev_notifier_changeupper_info *info)
{
	struct vxmob_domain *d = NULL;

	if (!netif_is_bridge_master(info->upper_dev))
		return;
	if (info->linking)
		vxmob_port_note(dev);
	else
		vxmob_port_forget(dev);
	if (list_empty(&vxmob_net(dev_net(dev))->domains))
		return;
	if (!info->linking)
		port_left(dev, info->upper_dev);
	while ((d = vxmob_domain_next(dev, d)))
		if (info->linking)
			vxmob_resync(d, true);
		else
			vxmob_domain_leave(d);
	if (!info->linking)
		port_gone(dev, info->upper_dev);
}

static void gone(struct net_device *dev)
{
	struct vxmob_domain *d;

	while ((d = vxmob_domain_next(dev, NULL)))
		vxmob_domain_end(d);
	vxmob_gate_gone(dev);
	vxmob_domains_drop_packets(dev);
}

static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	switch (event) {
	case NETDEV_UNREGISTER:
		gone(dev);
		break;
	case NETDEV_CHANGEUPPER:
		changed_upper(dev, ptr);
		break;
	case NETDEV_DOWN:
		/* Unregistering a notifier reports ports that are up, too. */
		if (netif_is_bridge_port(dev) && !(dev->flags & IFF_UP))
			port_gone(dev, netdev_master_upper_dev_get(dev));
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = {
	.notifier_call = netdev_event,
};

/*
 * The bridge has flushed what it learned from the port in that VLAN; externally
 * learned entries outlive that, too.
 */
static void vlan_gone(struct net_device *port, u16 vid)
{
	struct net_device *br = netdev_master_upper_dev_get(port);
	struct vxmob_net *vn = vxmob_net(dev_net(port));
	struct vxmob_domain *d;

	d = br ? vxmob_domain_find_bridge(br, vid) : NULL;
	if (!d || d->dev == port)
		return;
	mutex_lock(&vn->claim_lock);
	vxmob_moves_port_gone(d, port->ifindex);
	vxmob_binding_walk(d, withdraw_if_on, port);
	mutex_unlock(&vn->claim_lock);
}

/* A switch would answer; this module only listens. */
static int switchdev_event(struct notifier_block *nb, unsigned long event,
			   void *ptr)
{
	struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	const struct switchdev_notifier_port_obj_info *info = ptr;
	const struct switchdev_notifier_port_attr_info *change = ptr;

	if (event == SWITCHDEV_PORT_ATTR_SET && netif_is_bridge_port(dev) &&
	    change->attr->id == SWITCHDEV_ATTR_ID_PORT_STP_STATE)
		vxmob_port_note(dev);
	if (event == SWITCHDEV_PORT_OBJ_DEL && netif_is_bridge_port(dev) &&
	    info->obj->id == SWITCHDEV_OBJ_ID_PORT_VLAN)
		vlan_gone(dev, SWITCHDEV_OBJ_PORT_VLAN(info->obj)->vid);
	return NOTIFY_DONE;
}

static struct notifier_block switchdev_nb = {
	.notifier_call = switchdev_event,
};

static int __init vxmob_init(void)
{
	int err;

	vxmob_wq = alloc_workqueue("vxmob", WQ_UNBOUND, 0);
	if (!vxmob_wq)
		return -ENOMEM;
	err = vxmob_binding_init();
	if (err)
		goto err_wq;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_binding;
	err = vxmob_observe_init();
	if (err)
		goto err_pernet;
	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		goto err_observe;
	err = register_switchdev_blocking_notifier(&switchdev_nb);
	if (err)
		goto err_netdev;
	err = genl_register_family(&vxmob_nl_family);
	if (err)
		goto err_switchdev;
	return 0;

err_switchdev:
	unregister_switchdev_blocking_notifier(&switchdev_nb);
err_netdev:
	unregister_netdevice_notifier(&netdev_nb);
err_observe:
	vxmob_observe_exit();
err_pernet:
	unregister_pernet_subsys(&net_ops);
err_binding:
	vxmob_binding_exit();
err_wq:
	destroy_workqueue(vxmob_wq);
	return err;
}

/*
 * Requests end first. Domains end as if their devices went when the notifier
 * is taken away; their last references and what RCU holds follow.
 */
static void __exit vxmob_exit(void)
{
	genl_unregister_family(&vxmob_nl_family);
	unregister_switchdev_blocking_notifier(&switchdev_nb);
	unregister_netdevice_notifier(&netdev_nb);
	vxmob_observe_exit();
	unregister_pernet_subsys(&net_ops);
	destroy_workqueue(vxmob_wq);
	vxmob_binding_exit();
}

module_init(vxmob_init);
module_exit(vxmob_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("MAC mobility for VXLAN segments");
MODULE_ALIAS_GENL_FAMILY(VXMOB_FAMILY_NAME);
