// SPDX-License-Identifier: GPL-2.0-only
/*
 * The checks of a segment on this host: its vxlan device, its bridge, the port
 * between them, and whom it hears.
 */
#include <stdio.h>
#include <string.h>

#include <linux/vxmob.h>

#include "finding.h"

static void check_enrolled(const struct subject *s)
{
	const char *vni = "";

	if (s->enrolled)
		return;
	if (s->link->vxlan.external)
		vni = s->vni ? text(" vni %u", s->vni) : " vni VNI";
	found(s, "not-enrolled",
	      text("%svxmob domain add dev %s%s", in_netns(), name_of(s->link),
		   vni),
	      "the segment is not enrolled: moves are as slow as the control plane");
}

static void check_up(const struct subject *s, const struct link *l)
{
	if (l && !l->up)
		found(s, "down",
		      text("%sip link set dev %s up", in_netns(), name_of(l)),
		      text("%s is down: nothing passes", l->name));
}

/* The only bridge that there is; else the operator must choose. */
static const char *some_bridge(void)
{
	const struct link *l, *only = NULL;

	for (l = host_next(NULL); l; l = host_next(l)) {
		if (strcmp(l->kind, "bridge"))
			continue;
		if (only)
			return "BRIDGE";
		only = l;
	}
	return only ? name_of(only) : "BRIDGE";
}

static void check_bridged(const struct subject *s)
{
	if (!s->bridge)
		found(s, "unbridged",
		      text("%sip link set dev %s master %s", in_netns(),
			   name_of(s->link), some_bridge()),
		      "the device is in no bridge: no machine of this host is in the segment");
}

static void check_stp(const struct subject *s)
{
	const struct link *br = s->bridge;

	if (br->bridge.stp)
		found(s, "stp",
		      text("%sip link set dev %s type bridge stp_state 0",
			   in_netns(), name_of(br)),
		      text("STP is on in %s: when a machine arrives, its port forwards only after %u s",
			   br->name, 2 * br->bridge.forward_delay / 100));
}

static void check_ageing(const struct subject *s)
{
	const struct link *br = s->bridge;

	if (!br->bridge.ageing)
		found(s, "ageing",
		      text("%sip link set dev %s type bridge ageing_time 30000",
			   in_netns(), name_of(br)),
		      text("the ageing time of %s is 0, so that it learns nothing: a machine that arrives is not noticed",
			   br->name));
}

/* --- the port of the vxlan device -------------------------------------- */

static void check_hairpin(const struct subject *s)
{
	if (s->link->port.hairpin)
		found(s, "hairpin",
		      text("%sbridge link set dev %s hairpin off", in_netns(),
			   name_of(s->link)),
		      "hairpin mode sends back what a VTEP floods, announcements too, as if they came from here: moves end at this host");
}

static void check_isolated(const struct subject *s)
{
	const struct link *l;

	if (!s->link->port.isolated)
		return;
	for (l = host_next(NULL); l; l = host_next(l))
		if (l != s->link && l->master == s->bridge->ifindex &&
		    l->port.isolated)
			break;
	if (l)
		found(s, "isolated",
		      text("%sbridge link set dev %s isolated off", in_netns(),
			   name_of(s->link)),
		      text("the tunnel and %s are both isolated ports: the machine there is cut off from all other hosts",
			   l->name));
}

static void check_learning(const struct subject *s)
{
	if (!s->fdb.foreign)
		return;
	if (s->link->vxlan.learning)
		found(s, "learning",
		      text("%sip link set dev %s type vxlan nolearning",
			   in_netns(), name_of(s->link)),
		      "a routing daemon writes the entries, and the device learns from frames besides: a late one from the old VTEP undoes a move");
	if (s->link->port.learning)
		found(s, "port-learning",
		      text("%sbridge link set dev %s learning off",
			   in_netns(), name_of(s->link)),
		      "a routing daemon writes the entries, and the bridge learns from the tunnel besides: a late frame takes a machine away from its port, and no move can be confirmed");
}

static bool check_neigh_suppress(const struct subject *s)
{
	const struct link *l3 = segment_l3(s);
	bool any = false;

	if (!s->link->port.neigh_suppress)
		return true;
	if (l3 && !host_neighbours(l3, &any))
		return false;
	if (!any)
		found(s, "neigh-suppress",
		      text("%sbridge link set dev %s neigh_suppress off",
			   in_netns(), name_of(s->link)),
		      text("ARP suppression has no neighbours of %s to answer from: it spares nothing, and keeps a machine's gratuitous ARP from the other hosts",
			   l3 ? l3->name : "the VLAN"));
	return true;
}

static void check_vlan(const struct subject *s)
{
	bool external = s->link->vxlan.external;
	const char *dev = name_of(s->link);
	const char *more;

	if (!s->vid || !s->bridge->bridge.vlan_filtering)
		return;
	if (external && !s->link->port.vlan_tunnel)
		found(s, "vlan-tunnel",
		      text("%sbridge link set dev %s vlan_tunnel on",
			   in_netns(), dev),
		      "the port maps no VLAN to a VNI: frames of the segment leave without one");
	if (s->member && (!external || s->tunnel == s->vni))
		return;
	more = external ? text(" && %sbridge vlan add dev %s vid %u tunnel_info id %u",
			       in_netns(), dev, s->vid, s->vni) :
	       " pvid untagged";
	found(s, "vlan",
	      text("%sbridge vlan add dev %s vid %u%s", in_netns(), dev, s->vid,
		   more),
	      text("the port is not in VLAN %u%s: %s drops the segment's frames",
		   s->vid, external ? " with this VNI" : "", s->bridge->name));
}

/* --- whom it hears ----------------------------------------------------- */

static const struct remote *flood_group(const struct subject *s)
{
	unsigned int i;

	for (i = 0; i < s->fdb.count; i++)
		if (s->fdb.remotes[i].flood &&
		    addr_multicast(&s->fdb.remotes[i].addr))
			return &s->fdb.remotes[i];
	return NULL;
}

/* The addresses that MACs are behind, as a list for a shell. */
static const char *remotes_list(const struct subject *s)
{
	char list[2048];
	size_t len = 0;
	unsigned int i;

	list[0] = '\0';
	for (i = 0; i < s->fdb.count && len < sizeof(list); i++)
		len += snprintf(list + len, sizeof(list) - len, " %s",
				addr_str(&s->fdb.remotes[i].addr));
	return s->fdb.count && len < sizeof(list) ? text("%s", list) : " VTEP";
}

static void check_flood_list(const struct subject *s)
{
	if (s->fdb.flood)
		return;
	found(s, "no-flood-list",
	      text("for vtep in%s; do %sbridge fdb append 00:00:00:00:00:00 dev %s%s dst $vtep self permanent; done",
		   remotes_list(s), in_netns(), name_of(s->link), src_vni(s)),
	      "there is no flood list, no default remote and no group: no other host hears a machine announce itself");
}

static void check_group(const struct subject *s)
{
	const struct remote *group = flood_group(s);

	if (!s->enrolled || !s->snoop || s->vteps != VXMOB_VTEPS_KNOWN ||
	    !group)
		return;
	found(s, "group",
	      text("%svxmob domain set dev %s vni %u vteps any", in_netns(),
		   name_of(s->link), s->vni),
	      text("the flood list is the group %s, which names no VTEP, so that vteps known believes none that no MAC is behind; any, or a list, would",
		   addr_str(&group->addr)));
}

static void check_snoop(const struct subject *s)
{
	if (!s->enrolled || s->snoop || s->controlled)
		return;
	found(s, "snoop",
	      text("%svxmob domain set dev %s vni %u snoop rarp", in_netns(),
		   name_of(s->link), s->vni),
	      "nobody tells where MAC addresses are, and announcements are not listened to: no move of another host's machine is noticed");
}

/**
 * check_segment() - Check all that is on this host.
 * @s: The segment.
 *
 * Return: Whether all could be looked at; if not, it has been said.
 */
bool check_segment(const struct subject *s)
{
	check_enrolled(s);
	check_up(s, s->link);
	check_up(s, s->bridge);
	check_bridged(s);
	if (s->bridge) {
		check_stp(s);
		check_ageing(s);
		check_vlan(s);
		check_hairpin(s);
		check_isolated(s);
		check_learning(s);
		if (!check_neigh_suppress(s))
			return false;
	}
	check_flood_list(s);
	check_group(s);
	check_snoop(s);
	return true;
}
