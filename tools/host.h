/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this host's set-up is, as far as it concerns VXLAN segments: devices,
 * bridge ports, VLANs, forwarding entries, routes, neighbours, sysctls.
 */
#ifndef VXMOB_HOST_H
#define VXMOB_HOST_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REMOTES_MAX 64

/**
 * struct addr - An IP address.
 * @len: Its bytes: 4, 16, or 0 if there is none.
 * @b: They.
 */
struct addr {
	size_t len;
	unsigned char b[16];
};

/**
 * struct vxlan - What makes a device a VXLAN tunnel.
 * @vni: Its VNI; 0 if it is external.
 * @local: Its own address.
 * @lower: Index of the device that it sends by; 0 if the route decides.
 * @external: It carries many VNIs.
 * @learning: It learns from what it receives.
 */
struct vxlan {
	uint32_t vni;
	struct addr local;
	unsigned int lower;
	bool external;
	bool learning;
};

/**
 * struct bridge - What makes a device a bridge.
 * @ageing: Hundredths of a second that an entry lives.
 * @forward_delay: Hundredths of a second that STP keeps a port in a state.
 * @stp: STP is on.
 * @vlan_filtering: It is VLAN aware.
 */
struct bridge {
	uint32_t ageing;
	uint32_t forward_delay;
	bool stp;
	bool vlan_filtering;
};

/**
 * struct port - What a device is as a port of a bridge.
 * @hairpin: Frames may leave by it that came by it.
 * @learning: The bridge learns from what comes by it.
 * @neigh_suppress: ARP and ND are kept from it.
 * @isolated: It has no part in what other isolated ports say.
 * @vlan_tunnel: VLANs are mapped to VNIs.
 */
struct port {
	bool hairpin;
	bool learning;
	bool neigh_suppress;
	bool isolated;
	bool vlan_tunnel;
};

/**
 * struct link - A device.
 * @ifindex: Its index.
 * @master: The index of its bridge; 0 if it has none.
 * @lower: The index of the device that it rests on; 0 if it has none here.
 * @mtu: Its MTU.
 * @max_mtu: The highest that it can have; 0 if there is no limit.
 * @up: It is up.
 * @elsewhere: What it sends and receives travels in another namespace.
 * @vlan_id: The VLAN that it is for, of a device of the kind "vlan".
 * @name: Its name.
 * @kind: Its kind; empty if it has none.
 * @vxlan: Of the kind "vxlan".
 * @bridge: Of the kind "bridge".
 * @port: If it has a @master.
 */
struct link {
	unsigned int ifindex;
	unsigned int master;
	unsigned int lower;
	unsigned int mtu;
	unsigned int max_mtu;
	bool up;
	bool elsewhere;
	uint16_t vlan_id;
	char name[IFNAMSIZ];
	char kind[16];
	struct vxlan vxlan;
	struct bridge bridge;
	struct port port;
};

/**
 * struct remote - Where a vxlan device sends.
 * @addr: The address.
 * @ifindex: The device to send by; 0 if the route decides.
 * @flood: It is in the flood list.
 */
struct remote {
	struct addr addr;
	unsigned int ifindex;
	bool flood;
};

/**
 * struct fdb - The forwarding database of a segment, in short.
 * @remotes: Different addresses in it, as many as there is room for.
 * @count: How many they are.
 * @flood: There is a flood list.
 * @foreign: There are externally learned entries that are not the module's.
 */
struct fdb {
	struct remote remotes[REMOTES_MAX];
	unsigned int count;
	bool flood;
	bool foreign;
};

/**
 * struct vlan_range - VLANs of a bridge port.
 * @first: The first.
 * @last: The last.
 * @pvid: What comes without a tag is in it.
 * @untagged: It leaves without a tag.
 * @tunnel: The VNI that the first is mapped to; 0 if to none.
 */
struct vlan_range {
	uint16_t first;
	uint16_t last;
	bool pvid;
	bool untagged;
	uint32_t tunnel;
};

/**
 * struct route - How the kernel would reach an address.
 * @type: RTN_UNICAST and so on.
 * @ifindex: The device.
 * @mtu: The MTU that the route itself has; 0 if none.
 * @metric: Its priority.
 * @table: Its table.
 * @protocol: Who made it.
 * @dst_len: Bits of @dst.
 * @multipath: It has several next hops.
 * @dst: The prefix.
 * @gateway: The next hop.
 * @source: The address that is sent from.
 */
struct route {
	unsigned char type;
	unsigned int ifindex;
	unsigned int mtu;
	unsigned int metric;
	unsigned int table;
	unsigned char protocol;
	unsigned char dst_len;
	bool multipath;
	struct addr dst;
	struct addr gateway;
	struct addr source;
};

/**
 * struct fdb_ops - What the reader of a forwarding database needs to know.
 * @of: Finds where entries of a VNI of a device go; NULL if they do not matter.
 * @own: Tells whether an entry is the module's own doing.
 */
struct fdb_ops {
	struct fdb *(*of)(const struct link *vxlan, uint32_t vni);
	bool (*own)(uint32_t vni, const unsigned char *lladdr);
};

typedef void (*vlan_fn)(const struct vlan_range *r, void *data);

bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_multicast(const struct addr *a);
const char *addr_str(const struct addr *a);

bool host_read(void);
const struct link *host_link(unsigned int ifindex);
const struct link *host_next(const struct link *l);
bool host_fdb(const struct link *vxlan, const struct fdb_ops *ops);
bool host_vlans(const struct link *port, vlan_fn fn, void *data);
bool host_neighbours(const struct link *l, bool *any);
int host_route(const struct remote *to, const struct addr *from, bool entry,
	       struct route *r);
unsigned int host_sysctl(const char *dir, const char *dev, const char *name);

#endif /* VXMOB_HOST_H */
