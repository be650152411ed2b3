// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a handover: one step for one MAC, or, in a transaction, for all NICs
 * of a machine or all machines of a host, of which all are taken or none.
 *
 * What can be refused is refused before anything is done: moves are prepared, and
 * other steps are checked, first. Then holds come before what cannot be undone.
 */
#include <linux/slab.h>
#include <net/netlink.h>

#include "compat/compat.h"
#include "move.h"
#include "netlink-gen.h"

/**
 * struct step - A step of a move
 * @attr: the attribute it came in, for error messages; or NULL
 * @d: its domain, referenced
 * @op: enum vxmob_move_op
 * @done: it was taken
 * @followed: what was left of an earlier move has ended for it
 * @spare: a move that is ready, but is to take the place of what is left of an
 *	earlier one only when no other step can be refused any more; or NULL
 * @want: what it is about; of steps other than prepare only the MAC
 */
struct step {
	const struct nlattr *attr;
	struct vxmob_domain *d;
	u32 op;
	bool done;
	bool followed;
	struct vxmob_move *spare;
	struct vxmob_move_request want;
};

/**
 * struct vxmob_steps - Steps of which all are to be taken or none
 * @n: how many
 * @bad: the attribute of the one that was refused, or NULL
 * @extack: for the reason of a refusal
 * @step: the steps
 */
struct vxmob_steps {
	unsigned int n;
	const struct nlattr *bad;
	struct netlink_ext_ack *extack;
	struct step step[];
};

static int parse_target(struct step *s, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	struct vxmob_place place = {};
	int err;

	err = vxmob_nl_port(s->d, tb[VXMOB_A_MOVE_ON], &place, extack);
	if (!err && tb[VXMOB_A_MOVE_FROM])
		err = vxmob_nl_vtep(s->d, tb[VXMOB_A_MOVE_FROM], &s->want.peer,
				    extack);
	if (err)
		return err;
	s->want.role = VXMOB_ROLE_TARGET;
	s->want.port = place.ifindex;
	s->want.open_on = VXMOB_OPEN_ON_DEFAULT;
	if (tb[VXMOB_A_MOVE_OPEN_ON])
		s->want.open_on = nla_get_u32(tb[VXMOB_A_MOVE_OPEN_ON]);
	if (s->want.open_on)
		return 0;
	return vxmob_nl_bad_attr(extack, tb[VXMOB_A_MOVE_OPEN_ON],
				 "vxmob: nothing would open the gate", -EINVAL);
}

static int parse_source(struct step *s, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	struct nlattr *odd = tb[VXMOB_A_MOVE_FROM] ?: tb[VXMOB_A_MOVE_OPEN_ON];

	if (odd)
		return vxmob_nl_bad_attr(extack, odd,
					 "vxmob: that is for the target, which names a port",
					 -EINVAL);
	s->want.role = VXMOB_ROLE_SOURCE;
	return vxmob_nl_vtep(s->d, tb[VXMOB_A_MOVE_TO], &s->want.peer, extack);
}

static int parse_prepare(struct step *s, struct nlattr **tb,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *to = tb[VXMOB_A_MOVE_TO], *on = tb[VXMOB_A_MOVE_ON];

	if (!to == !on)
		return vxmob_nl_bad_attr(extack, on,
					 "vxmob: either the VTEP that the MAC moves to or the port that it comes to is needed",
					 -EINVAL);
	s->want.deadline = VXMOB_DEADLINE_DEFAULT;
	if (tb[VXMOB_A_MOVE_DEADLINE])
		s->want.deadline = nla_get_u32(tb[VXMOB_A_MOVE_DEADLINE]);
	return to ? parse_source(s, tb, extack) : parse_target(s, tb, extack);
}

static int parse_step(struct net *net, struct step *s, struct nlattr **tb,
		      u32 op, struct netlink_ext_ack *extack)
{
	struct vxmob_domain *d;
	int err = 0;

	if (!tb[VXMOB_A_MOVE_LLADDR])
		return vxmob_nl_bad_attr(extack, NULL, "vxmob: a MAC is needed",
					 -EINVAL);
	d = vxmob_nl_domain(net, tb[VXMOB_A_MOVE_IFINDEX], tb[VXMOB_A_MOVE_VNI],
			    extack);
	if (IS_ERR(d))
		return PTR_ERR(d);
	s->d = d;
	s->op = op;
	memcpy(s->want.mac, nla_data(tb[VXMOB_A_MOVE_LLADDR]), ETH_ALEN);
	if (op == VXMOB_MOVE_OP_PREPARE)
		err = parse_prepare(s, tb, extack);
	if (err)
		vxmob_domain_put(d);
	return err;
}

static int parse_line(struct net *net, struct vxmob_steps *steps,
		      const struct nlattr *attr)
{
	struct nlattr *tb[VXMOB_A_MOVE_MAX + 1] = {};
	struct step *s = &steps->step[steps->n];
	int err;

	steps->bad = attr;
	err = nla_parse_nested(tb, VXMOB_A_MOVE_OP, attr,
			       vxmob_move_line_nl_policy, steps->extack);
	if (err)
		return err;
	if (!tb[VXMOB_A_MOVE_OP])
		return vxmob_nl_bad_attr(steps->extack, attr,
					 "vxmob: a line needs an operation",
					 -EINVAL);
	s->attr = attr;
	err = parse_step(net, s, tb, nla_get_u32(tb[VXMOB_A_MOVE_OP]),
			 steps->extack);
	if (err)
		return err;
	steps->bad = NULL;
	steps->n++;
	return 0;
}

static unsigned int count_lines(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem)
		n += nla_type(attr) == VXMOB_A_TRANSACTION_MOVE;
	return n;
}

/**
 * vxmob_steps_parse - Read the steps of a transaction
 * @net: namespace of the caller
 * @nlh: the request
 * @extack: for the reason of a refusal, kept until vxmob_steps_free()
 * @err: set to 0 or a negative error
 *
 * Context: process, may sleep.
 * Return: the steps, also with an error, for vxmob_steps_bad(); NULL if there are
 *	none.
 */
struct vxmob_steps *vxmob_steps_parse(struct net *net,
				      const struct nlmsghdr *nlh,
				      struct netlink_ext_ack *extack, int *err)
{
	unsigned int count = count_lines(nlh);
	struct vxmob_steps *steps;
	const struct nlattr *attr;
	int rem;

	*err = 0;
	if (count > VXMOB_MOVES_MAX)
		*err = vxmob_nl_bad_attr(extack, NULL, "vxmob: too many moves",
					 -E2BIG);
	if (!count || *err)
		return NULL;
	steps = kvzalloc(struct_size(steps, step, count), GFP_KERNEL_ACCOUNT);
	if (!steps) {
		*err = -ENOMEM;
		return NULL;
	}
	steps->extack = extack;
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem)
		if (!*err && nla_type(attr) == VXMOB_A_TRANSACTION_MOVE)
			*err = parse_line(net, steps, attr);
	return steps;
}

/**
 * vxmob_steps_bad - Which step was refused
 * @steps: the steps, or NULL
 *
 * Context: process.
 * Return: the attribute that it came in, or NULL.
 */
const struct nlattr *vxmob_steps_bad(const struct vxmob_steps *steps)
{
	return steps ? steps->bad : NULL;
}

/**
 * vxmob_steps_free - Release steps
 * @steps: the steps, or NULL
 *
 * Context: process, may sleep.
 */
void vxmob_steps_free(struct vxmob_steps *steps)
{
	while (steps && steps->n--)
		vxmob_domain_put(steps->step[steps->n].d);
	kvfree(steps);
}

static int ready(struct step *s, struct netlink_ext_ack *extack)
{
	int err;

	if (s->op != VXMOB_MOVE_OP_PREPARE)
		return vxmob_move_check(s->d, s->want.mac, s->op, extack);
	err = vxmob_move_prepare(s->d, &s->want, s->attr ? &s->spare : NULL,
				 extack);
	s->done = !err && !s->spare;
	return err;
}

/**
 * vxmob_steps_ready - Prepare moves, and check the other steps
 * @steps: the steps, or NULL
 *
 * Context: process, may sleep; the namespace's claim lock is held.
 * Return: 0, or a negative error: vxmob_steps_revert() is to follow.
 */
int vxmob_steps_ready(struct vxmob_steps *steps)
{
	unsigned int i;
	int err;

	for (i = 0; steps && i < steps->n; i++) {
		err = ready(&steps->step[i], steps->extack);
		if (err) {
			steps->bad = steps->step[i].attr;
			return err;
		}
		cond_resched();
	}
	return 0;
}

static int begin(struct step *s, struct netlink_ext_ack *extack)
{
	int err = vxmob_move_begin(s->spare, extack);

	s->spare = NULL;
	s->done = !err;
	s->followed = !err;	/* and so has ended another one */
	return err;
}

static int take_step(struct step *s, struct netlink_ext_ack *extack)
{
	int err;

	if (s->op == VXMOB_MOVE_OP_PREPARE)
		return begin(s, extack);
	err = vxmob_move_step(s->d, s->want.mac, s->op);
	s->done = !err;
	if (err > 0)	/* it was so already, and stays so whatever happens */
		return 0;
	if (err)
		NL_SET_ERR_MSG(extack, "vxmob: the move has ended meanwhile, or the MAC may not move");
	return err;
}

static int go(struct vxmob_steps *steps, u32 op)
{
	struct step *s;
	int err;

	for (s = steps->step; s < steps->step + steps->n; s++) {
		if (s->op != op || s->done)
			continue;
		err = take_step(s, steps->extack);
		if (!err)
			continue;
		steps->bad = s->attr;
		return err;
	}
	return 0;
}

/**
 * vxmob_steps_go - Take all steps that are ready
 * @steps: the steps, or NULL
 *
 * Context: process, may sleep; the namespace's claim lock is held.
 * Return: 0, or a negative error: vxmob_steps_revert() is to follow.
 */
int vxmob_steps_go(struct vxmob_steps *steps)
{
	if (!steps)
		return 0;
	return go(steps, VXMOB_MOVE_OP_HOLD) ?:
	       go(steps, VXMOB_MOVE_OP_PREPARE) ?:
	       go(steps, VXMOB_MOVE_OP_HOLD) ?:	/* of what has just begun */
	       go(steps, VXMOB_MOVE_OP_COMMIT) ?:
	       go(steps, VXMOB_MOVE_OP_ABORT);
}

/* Returns false if it stays. */
static bool take_back(struct step *s)
{
	bool undone = !s->followed;

	if (s->done && s->op == VXMOB_MOVE_OP_PREPARE)
		vxmob_move_step(s->d, s->want.mac, VXMOB_MOVE_OP_ABORT);
	else if (s->done && s->op == VXMOB_MOVE_OP_HOLD)
		vxmob_move_unhold(s->d, s->want.mac);
	else if (s->spare)
		vxmob_move_discard(s->spare);
	else
		undone = !s->done;
	s->spare = NULL;
	s->done = false;
	return undone;
}

/**
 * vxmob_steps_revert - Take steps back
 * @steps: the steps, or NULL
 *
 * Context: process, may sleep; the namespace's claim lock is held.
 * Return: false if a move was committed or aborted, which stays.
 */
bool vxmob_steps_revert(struct vxmob_steps *steps)
{
	struct step *s = steps ? steps->step + steps->n : NULL;
	bool undone = true;

	while (steps && s-- > steps->step)
		undone &= take_back(s);
	return undone;
}

/* @last is the last attribute that the operation knows: beyond is nothing. */
static int do_step(struct genl_info *info, u32 op, int last)
{
	struct nlattr *tb[VXMOB_A_MOVE_MAX + 1] = {};
	struct net *net = genl_info_net(info);
	struct step s = {};
	int err;

	memcpy(tb, info->attrs, sizeof(*tb) * (last + 1));
	err = parse_step(net, &s, tb, op, info->extack);
	if (err)
		return err;
	mutex_lock(&vxmob_net(net)->claim_lock);
	err = ready(&s, info->extack);
	if (!err && op != VXMOB_MOVE_OP_PREPARE)
		err = take_step(&s, info->extack);
	mutex_unlock(&vxmob_net(net)->claim_lock);
	vxmob_domain_put(s.d);
	return err;
}

/**
 * vxmob_nl_move_prepare_doit - Prepare to hand a MAC over
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_move_prepare_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_step(info, VXMOB_MOVE_OP_PREPARE, VXMOB_A_MOVE_OPEN_ON);
}

/**
 * vxmob_nl_move_hold_doit - The machine stands still
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_move_hold_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_step(info, VXMOB_MOVE_OP_HOLD, VXMOB_A_MOVE_LLADDR);
}

/**
 * vxmob_nl_move_commit_doit - The machine has moved for good
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_move_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_step(info, VXMOB_MOVE_OP_COMMIT, VXMOB_A_MOVE_LLADDR);
}

/**
 * vxmob_nl_move_abort_doit - The machine stays
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0 or a negative error, with the reason in the extended ack.
 */
int vxmob_nl_move_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	return do_step(info, VXMOB_MOVE_OP_ABORT, VXMOB_A_MOVE_LLADDR);
}

static int fill_ends(struct sk_buff *skb, const struct vxmob_move *mv)
{
	bool source = mv->role == VXMOB_ROLE_SOURCE;

	if ((mv->peer.len &&
	     vxmob_put_addr(skb, source ? VXMOB_A_MOVE_TO : VXMOB_A_MOVE_FROM,
			    &mv->peer)) ||
	    nla_put_u32(skb, VXMOB_A_MOVE_ON, mv->port) ||
	    (!source && nla_put_u32(skb, VXMOB_A_MOVE_OPEN_ON, mv->open_on)))
		return -EMSGSIZE;
	return 0;
}

static int put_count(struct sk_buff *skb, int type, const atomic64_t *count)
{
	return nla_put_u64_64bit(skb, type, atomic64_read(count),
				 VXMOB_A_MOVE_PAD);
}

static int fill_counts(struct sk_buff *skb, const struct vxmob_move *mv)
{
	return put_count(skb, VXMOB_A_MOVE_LATE, &mv->late) ?:
	       (mv->role == VXMOB_ROLE_SOURCE ?
		put_count(skb, VXMOB_A_MOVE_REDIRECTED, &mv->redirected) :
		nla_put_u32(skb, VXMOB_A_MOVE_QUEUED,
			    READ_ONCE(mv->fifo.segments)) ?:
		put_count(skb, VXMOB_A_MOVE_KEPT, &mv->kept) ?:
		put_count(skb, VXMOB_A_MOVE_OVERFLOWED, &mv->overflowed));
}

static u64 left_ms(const struct vxmob_move *mv)
{
	long left = mv->until - jiffies;

	return left > 0 ? jiffies_to_msecs(left) : 0;
}

static int fill_move(struct sk_buff *skb, const struct vxmob_move *mv)
{
	if (nla_put_u32(skb, VXMOB_A_MOVE_IFINDEX, mv->d->ifindex) ||
	    nla_put_u32(skb, VXMOB_A_MOVE_VNI, mv->d->vni) ||
	    nla_put_u16(skb, VXMOB_A_MOVE_VID, mv->d->vid) ||
	    nla_put(skb, VXMOB_A_MOVE_LLADDR, ETH_ALEN, mv->mac) ||
	    nla_put_u32(skb, VXMOB_A_MOVE_ROLE, mv->role) ||
	    nla_put_u32(skb, VXMOB_A_MOVE_STAGE, mv->stage) ||
	    nla_put_u64_64bit(skb, VXMOB_A_MOVE_LEFT_MS, left_ms(mv),
			      VXMOB_A_MOVE_PAD))
		return -EMSGSIZE;
	return fill_ends(skb, mv) ?: fill_counts(skb, mv);
}

static int dump_move(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct vxmob_move *mv)
{
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vxmob_nl_family, NLM_F_MULTI, VXMOB_CMD_MOVE_DUMP);
	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill_move(skb, mv)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* A domain's moves from number args[1] on; the lock is for a moment. */
static int dump_domain(struct sk_buff *skb, struct netlink_callback *cb,
		       struct vxmob_domain *d, const struct nlattr *lladdr)
{
	struct vxmob_move *mv;
	int err = 0;
	long i = 0;

	list_for_each_entry_rcu(mv, &d->move_list, list) {
		if (i++ < cb->args[1] ||
		    (lladdr && memcmp(nla_data(lladdr), mv->mac, ETH_ALEN)))
			continue;
		spin_lock_bh(&d->lock);
		err = dump_move(skb, cb, mv);
		spin_unlock_bh(&d->lock);
		if (err) {
			i--;
			break;
		}
	}
	cb->args[1] = err ? i : 0;
	return err;
}

static unsigned int dump_generation(const struct vxmob_net *vn)
{
	unsigned int gen = READ_ONCE(vn->gen);
	const struct vxmob_domain *d;

	list_for_each_entry_rcu(d, &vn->domains, list)
		gen += READ_ONCE(d->move_gen);
	return gen ?: 1;
}

/**
 * vxmob_nl_move_dump_dumpit - Go on with a dump of moves
 * @skb: filled
 * @cb: where the dump is: args[0] counts domains, args[1] moves of one
 *
 * Context: process.
 * Return: bytes filled.
 */
int vxmob_nl_move_dump_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vxmob_net *vn = vxmob_net(sock_net(skb->sk));
	struct nlattr **tb = vxmob_dump_attrs(cb);
	struct vxmob_domain *d;
	int err = 0;
	long i = 0;

	rcu_read_lock();
	cb->seq = dump_generation(vn);
	list_for_each_entry_rcu(d, &vn->domains, list) {
		if (i++ < cb->args[0] ||
		    !vxmob_nl_domain_matches(d, tb[VXMOB_A_MOVE_IFINDEX],
					     tb[VXMOB_A_MOVE_VNI]))
			continue;
		err = dump_domain(skb, cb, d, tb[VXMOB_A_MOVE_LLADDR]);
		if (err) {
			i--;
			break;
		}
	}
	rcu_read_unlock();
	cb->args[0] = i;
	return skb->len ?: err;
}
