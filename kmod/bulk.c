// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that concern all bindings behind a VTEP: who has many, and moving
 * them when it is drained, fails or gets another address.
 *
 * A VTEP may have a million, so no lock is held for longer than a chunk takes,
 * and nothing is all or nothing but each MAC by itself.
 */
#include <linux/jhash.h>

#include "compat/compat.h"
#include "netlink-gen.h"
#include "vxmob.h"

static int fill_vtep(struct sk_buff *skb, const struct vxmob_domain *d,
		     const struct vxmob_vtep *v)
{
	if (nla_put_u32(skb, VXMOB_A_VTEP_IFINDEX, d->ifindex) ||
	    nla_put_u32(skb, VXMOB_A_VTEP_VNI, d->vni) ||
	    nla_put_u16(skb, VXMOB_A_VTEP_VID, d->vid) ||
	    vxmob_put_addr(skb, VXMOB_A_VTEP_ADDR, &v->addr) ||
	    nla_put_u32(skb, VXMOB_A_VTEP_FLOOD, READ_ONCE(v->flood)) ||
	    nla_put_u32(skb, VXMOB_A_VTEP_MACS, READ_ONCE(v->macs)) ||
	    nla_put_u32(skb, VXMOB_A_VTEP_CONTROL_MACS, READ_ONCE(v->control)))
		return -EMSGSIZE;
	return 0;
}

static int dump_vtep(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct vxmob_domain *d, const struct vxmob_vtep *v)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vxmob_nl_family, NLM_F_MULTI, VXMOB_CMD_VTEP_DUMP);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill_vtep(skb, d, v)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* args[1] counts the VTEPs of the domain behind us. */
static int dump_vteps(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct vxmob_domain *d)
{
	const struct vxmob_vtep *v;
	int bucket, err;
	long i = 0;

	hash_for_each_rcu(d->vteps, bucket, v, node) {
		if (i++ < cb->args[1])
			continue;
		err = dump_vtep(skb, cb, d, v);
		if (err) {
			cb->args[1] = i - 1;
			return err;
		}
	}
	cb->args[1] = 0;
	return 0;
}

/* Changes with the domains and with what is bound in them; RCU is held. */
static unsigned int generation(struct vxmob_net *vn)
{
	struct vxmob_domain *d;
	u32 bound = 0;

	list_for_each_entry_rcu(d, &vn->domains, list)
		bound += READ_ONCE(d->gen);
	return jhash_2words(READ_ONCE(vn->gen), bound, 0) ?: 1;
}

/**
 * vxmob_nl_vtep_dump_dumpit - List the VTEPs of domains
 * @skb: filled
 * @cb: where the dump is; args[0] counts the domains behind us, args[2] says that
 *	all was listed and nothing had changed by then
 *
 * Context: process.
 * Return: bytes filled.
 */
int vxmob_nl_vtep_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vxmob_net *vn = vxmob_net(sock_net(skb->sk));
	struct nlattr **tb = vxmob_dump_attrs(cb);
	struct vxmob_domain *d;
	bool more = false;
	long i = 0;

	if (cb->args[2])
		return 0;
	rcu_read_lock();
	cb->seq = generation(vn);
	list_for_each_entry_rcu(d, &vn->domains, list) {
		if (i++ < cb->args[0] ||
		    !vxmob_nl_domain_matches(d, tb[VXMOB_A_VTEP_IFINDEX],
					     tb[VXMOB_A_VTEP_VNI]))
			continue;
		more = dump_vteps(skb, cb, d);
		if (more) {
			i--;
			break;
		}
	}
	cb->args[2] = !more && cb->seq == generation(vn);
	rcu_read_unlock();
	cb->args[0] = i;
	return skb->len;
}

/**
 * struct vtep_move - Moving bindings from one VTEP to another
 * @from: the address of the former
 * @to: the address of the latter
 * @seen_ns: when the request came, CLOCK_MONOTONIC
 * @macs: bindings moved
 * @refused: bindings that the rules, or the owners of their entries, keep
 */
struct vtep_move {
	struct vxmob_addr from;
	struct vxmob_addr to;
	u64 seen_ns;
	u32 macs;
	u32 refused;
};

static bool is_behind(const struct vxmob_binding *b,
		      const struct vxmob_addr *vtep)
{
	return b->mob.cur.state == VXMOB_STATE_REMOTE &&
	       vxmob_addr_equal(&b->mob.cur.vtep, vtep);
}

/* One that is met again has moved by then, or is refused again. */
static bool move_binding(struct vxmob_domain *d, struct vxmob_binding *b,
			 void *data)
{
	struct vtep_move *move = data;
	struct vxmob_claim claim = {
		.op = VXMOB_OP_ANNOUNCE,
		.origin = VXMOB_ORIGIN_CONTROL,
		.place = b->mob.cur,
		.router = b->mob.router,
		.seen_ns = move->seen_ns,
	};
	struct vxmob_fdb fdb;
	int err;

	if (d->dead || !is_behind(b, &move->from))
		return !d->dead;
	ether_addr_copy(claim.mac, b->mac);
	claim.place.vtep = move->to;
	vxmob_fdb_recall(d, b->mac, b, &fdb);
	if (vxmob_verdict_accepts(vxmob_claim_locked(d, &claim, &fdb, NULL,
						     &err)))
		move->macs++;
	else
		move->refused++;
	return true;
}

static void move_in_domain(struct vxmob_domain *d, struct vxmob_net *vn,
			   struct vtep_move *move)
{
	struct vtep_move here = *move;
	u32 behind;

	here.macs = 0;
	here.refused = 0;
	vxmob_binding_walk_claiming(d, vn, move_binding, &here);
	spin_lock_bh(&d->lock);
	if (!d->dead && here.macs)
		vxmob_event_vtep(d, &here.from, &here.to, here.macs);
	/* One that was met twice was counted twice. */
	behind = vxmob_vtep_macs(d, &here.from);
	if (behind && behind < here.refused)
		here.refused = behind;
	spin_unlock_bh(&d->lock);
	move->macs += here.macs;
	move->refused += here.refused;
}

static int parse_move(struct genl_info *info, struct vtep_move *move)
{
	struct nlattr *from = info->attrs[VXMOB_A_VTEP_ADDR];
	struct nlattr *to = info->attrs[VXMOB_A_VTEP_TO];
	int err;

	if (!from || !to)
		return vxmob_nl_bad_attr(info->extack, NULL, from ?
					 "vxmob: a VTEP to move to is needed" :
					 "vxmob: a VTEP is needed", -EINVAL);
	err = vxmob_nl_addr(from, &move->from, info->extack) ?:
	      vxmob_nl_addr(to, &move->to, info->extack);
	if (err)
		return err;
	if (move->from.len != move->to.len)
		return vxmob_nl_bad_attr(info->extack, to,
					 "vxmob: the VTEPs have addresses of different families",
					 -EAFNOSUPPORT);
	if (vxmob_addr_equal(&move->from, &move->to))
		return vxmob_nl_bad_attr(info->extack, to,
					 "vxmob: that is the same VTEP", -EINVAL);
	return 0;
}

/* The device of a domain that has ended is not to be asked. */
static bool is_self(struct vxmob_domain *d, const struct vxmob_addr *vtep)
{
	struct vxmob_addr self = {};

	spin_lock_bh(&d->lock);
	if (!d->dead)
		vxmob_domain_self(d, &self);
	spin_unlock_bh(&d->lock);
	return vxmob_addr_equal(vtep, &self);
}

static int check_domain(struct genl_info *info, struct vtep_move *move,
			struct vxmob_domain *d)
{
	struct nlattr *to = info->attrs[VXMOB_A_VTEP_TO];
	int err;

	err = vxmob_nl_vtep(d, to, &move->to, info->extack);
	if (err)
		return err;
	if (is_self(d, &move->to))
		return vxmob_nl_bad_attr(info->extack, to,
					 "vxmob: the VTEP is this host", -EINVAL);
	return 0;
}

/* Domains of the other family hold nothing that could be meant. */
static int check_domains(struct genl_info *info, struct vtep_move *move,
			 const struct vxmob_domains *set)
{
	struct nlattr **tb = info->attrs;
	unsigned int i, fit = 0;
	int err;

	if (!set->n)
		return vxmob_nl_bad_attr(info->extack, tb[VXMOB_A_VTEP_VNI] ?:
					 tb[VXMOB_A_VTEP_IFINDEX],
					 "vxmob: no domain matches", -ENOENT);
	for (i = 0; i < set->n; i++) {
		if (set->d[i]->addr_len != move->from.len)
			continue;
		err = check_domain(info, move, set->d[i]);
		if (err)
			return err;
		fit++;
	}
	if (!fit)
		return vxmob_nl_bad_attr(info->extack, tb[VXMOB_A_VTEP_ADDR],
					 "vxmob: no domain that matches sends to addresses of that family",
					 -EAFNOSUPPORT);
	return 0;
}

static int move_bindings(struct sk_buff *reply, struct genl_info *info,
			 const struct vxmob_domains *set,
			 struct vtep_move *move)
{
	struct vxmob_net *vn = vxmob_net(genl_info_net(info));
	unsigned int i;
	void *hdr;

	hdr = genlmsg_put_reply(reply, info, &vxmob_nl_family, 0,
				VXMOB_CMD_VTEP_MOVE);
	if (!hdr)
		return -EMSGSIZE;
	for (i = 0; i < set->n; i++)
		if (set->d[i]->addr_len == move->from.len)
			move_in_domain(set->d[i], vn, move);
	if (nla_put_u32(reply, VXMOB_A_VTEP_MACS, move->macs) ||
	    nla_put_u32(reply, VXMOB_A_VTEP_REFUSED, move->refused))
		return -EMSGSIZE;
	genlmsg_end(reply, hdr);
	return 0;
}

static int move_in(struct genl_info *info, const struct vxmob_domains *set,
		   struct vtep_move *move)
{
	struct sk_buff *reply;
	int err;

	err = check_domains(info, move, set);
	if (err)
		return err;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	err = move_bindings(reply, info, set, move);
	if (!err)
		return genlmsg_reply(reply, info);
	nlmsg_free(reply);
	return err;
}

/**
 * vxmob_nl_vtep_move_doit - Move all bindings behind a VTEP to another one
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * What is wrong with the request is found before anything has moved. Each MAC is
 * judged by itself; those that are refused are counted and stay.
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_vtep_move_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vtep_move move = { .seen_ns = ktime_get_ns() };
	struct vxmob_domains *set;
	int err;

	err = parse_move(info, &move);
	if (err)
		return err;
	set = vxmob_nl_domains_get(genl_info_net(info),
				   info->attrs[VXMOB_A_VTEP_IFINDEX],
				   info->attrs[VXMOB_A_VTEP_VNI]);
	if (!set)
		return -ENOMEM;
	err = move_in(info, set, &move);
	vxmob_nl_domains_put(set);
	return err;
}
