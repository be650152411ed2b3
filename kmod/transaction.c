// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions: announcements, withdrawals and steps of handovers over several
 * domains, of which all are carried out or none.
 *
 * Every line is judged before any is applied. From then on its MAC is pinned:
 * no other claim changes the binding, though the lock is dropped between
 * chunks (two domain locks are never held at once, and none for long). What
 * creates an entry goes first, since only that can fail; if it does, what was
 * done is undone from the states read when the line was judged.
 */
#include <linux/slab.h>
#include <net/netlink.h>

#include "compat/compat.h"
#include "move.h"
#include "netlink-gen.h"
#include "vxmob.h"

/**
 * struct txn_line - One line
 * @attr: the attribute it came in, for error messages
 * @d: its domain, referenced
 * @claim: the claim
 * @ips: IP addresses that come with it, or NULL
 * @b: the binding, pinned, or NULL before that
 * @is_new: @b was added for this line
 * @applied: carried out in the forwarding databases
 * @ruling: how it was judged
 * @next: the mobility state that follows
 * @flags: flags of @b before the line was applied
 * @fdb: what the forwarding databases held before, or were pretended to hold; read
 *	when the line is judged, and again when it is applied
 * @old: what they really held
 */
struct txn_line {
	struct nlattr *attr;
	struct vxmob_domain *d;
	struct vxmob_claim claim;
	struct vxmob_ips *ips;
	struct vxmob_binding *b;
	bool is_new;
	bool applied;
	struct vxmob_ruling ruling;
	struct vxmob_mobility next;
	unsigned long flags;
	struct vxmob_fdb fdb;
	struct vxmob_fdb old;
};

/**
 * struct txn - A transaction
 * @net: namespace of the caller
 * @extack: for the reason of a refusal
 * @n: lines in @line
 * @bad: the line that failed, or NULL
 * @last: while lines are read: domain of the last one, if its device alone named it
 * @line: the lines
 * @steps: steps of handovers, or NULL
 */
struct txn {
	struct net *net;
	struct netlink_ext_ack *extack;
	unsigned int n;
	struct txn_line *bad;
	struct vxmob_domain *last;
	struct txn_line *line;
	struct vxmob_steps *steps;
};

/* Work on a line under its domain's lock; 0 or an error that ends the pass */
typedef int (*line_fn)(struct txn *txn, struct txn_line *line);

/* As many lines as one lock hold may take, of one domain */
static int do_chunk(struct txn *txn, struct txn_line **line, line_fn fn)
{
	struct txn_line *end = min(*line + VXMOB_CHUNK, txn->line + txn->n);
	struct vxmob_domain *d = (*line)->d;
	int err = 0;

	spin_lock_bh(&d->lock);
	while (!err && *line < end && (*line)->d == d) {
		err = d->dead ? -ENODEV : fn(txn, *line);
		if (err)
			txn->bad = *line;
		else
			++*line;
	}
	spin_unlock_bh(&d->lock);
	return err;
}

static int do_lines(struct txn *txn, line_fn fn)
{
	struct txn_line *line = txn->line;
	int err = 0;

	while (!err && line < txn->line + txn->n) {
		err = do_chunk(txn, &line, fn);
		cond_resched();
	}
	return err;
}

static int refused(struct txn *txn, struct txn_line *line, u8 verdict)
{
	vxmob_claim_refused(line->d, line->b, &line->claim, verdict,
			    line->ruling.rule);
	vxmob_nl_set_verdict(txn->extack, verdict);
	return vxmob_nl_verdict_errno(verdict);
}

static int pin(struct txn *txn, struct txn_line *line)
{
	struct vxmob_binding *b;

	b = vxmob_binding_find(line->d, line->claim.mac);
	if (b && test_bit(VXMOB_B_PINNED, &b->flags)) {
		NL_SET_ERR_MSG(txn->extack, "vxmob: the MAC stands in two lines of the transaction");
		return -EINVAL;
	}
	line->is_new = !b;
	if (!b)
		b = vxmob_binding_add(line->d, line->claim.mac);
	if (IS_ERR(b)) {
		if (PTR_ERR(b) == -ENOSPC)
			return refused(txn, line, VXMOB_VERDICT_REFUSE_FULL);
		return PTR_ERR(b);
	}
	line->b = b;
	line->flags = b->flags;
	set_bit(VXMOB_B_PINNED, &b->flags);
	return 0;
}

static int judge_line(struct txn *txn, struct txn_line *line)
{
	int err;

	err = pin(txn, line);
	if (err)
		return err;
	vxmob_fdb_recall(line->d, line->claim.mac, line->b, &line->fdb);
	line->ruling = vxmob_claim_judge(line->d, line->b, &line->claim,
					 &line->fdb, &line->next);
	if (vxmob_verdict_accepts(line->ruling.verdict))
		return 0;
	return refused(txn, line, line->ruling.verdict);
}

static bool creates_entry(const struct txn_line *line)
{
	if (line->claim.op == VXMOB_OP_WITHDRAW)
		return false;
	return !line->fdb.bridge_port ||
	       (line->claim.place.state == VXMOB_STATE_REMOTE &&
		line->fdb.vxlan.state == VXMOB_STATE_NONE);
}

/* The lock was dropped since, and others write the FDBs. */
static int apply_line(struct txn *txn, struct txn_line *line)
{
	struct vxmob_fdb real;
	int err;

	vxmob_fdb_recall(line->d, line->claim.mac, line->b, &line->fdb);
	line->old = *vxmob_fdb_real(line->d, line->claim.mac, &line->fdb, &real);
	if (line->fdb.vxlan_nexthop)
		return refused(txn, line, VXMOB_VERDICT_REFUSE_NEXTHOP);
	if (line->fdb.bridge_static)
		return refused(txn, line, VXMOB_VERDICT_REFUSE_STATIC);
	err = vxmob_claim_apply(line->d, line->b, &line->claim,
				line->ruling.verdict, &line->fdb);
	line->applied = !err;
	if (err)
		NL_SET_ERR_MSG(txn->extack, "vxmob: failed: the kernel could not carry this line out");
	return err;
}

static int apply_creation(struct txn *txn, struct txn_line *line)
{
	return creates_entry(line) ? apply_line(txn, line) : 0;
}

static int apply_rest(struct txn *txn, struct txn_line *line)
{
	return line->applied || line->claim.op == VXMOB_OP_WITHDRAW ?
	       0 : apply_line(txn, line);
}

/* Cannot fail, so it comes when nothing else can. */
static int apply_withdrawal(struct txn *txn, struct txn_line *line)
{
	return line->claim.op == VXMOB_OP_WITHDRAW ? apply_line(txn, line) : 0;
}

/* Evidence that came while the MAC was pinned: have it looked at now. */
static void unpin(struct txn_line *line)
{
	clear_bit(VXMOB_B_PINNED, &line->b->flags);
	if (!test_and_clear_bit(VXMOB_B_MISSED, &line->b->flags))
		return;
	rcu_read_lock();
	vxmob_hint(line->d, line->claim.mac);
	rcu_read_unlock();
}

static int commit_line(struct txn *txn, struct txn_line *line)
{
	unpin(line);
	vxmob_claim_commit(line->d, line->b, &line->claim, &line->ruling,
			   &line->next, &line->ips);
	line->b = NULL;
	return 0;
}

/*
 * An entry that aged before and is externally learned now is the module's to
 * remove.
 */
static void undo_flags(struct txn_line *line)
{
	const struct vxmob_fdb *old = &line->old;

	assign_bit(VXMOB_B_VXLAN_OURS, &line->b->flags,
		   test_bit(VXMOB_B_VXLAN_OURS, &line->flags) ||
		   (old->vxlan.state && !old->vxlan_learned));
	assign_bit(VXMOB_B_BRIDGE_OURS, &line->b->flags,
		   test_bit(VXMOB_B_BRIDGE_OURS, &line->flags) ||
		   (old->bridge_port && !old->bridge_learned));
}

/* Whether the entries still are what the line made of them */
static bool still_applied(const struct txn_line *line)
{
	static const struct vxmob_place nowhere;
	struct vxmob_fdb now;

	vxmob_fdb_read_real(line->d, line->claim.mac, &now);
	return vxmob_fdb_shows(line->d, &now,
			       line->claim.op == VXMOB_OP_WITHDRAW ?
			       &nowhere : &line->claim.place);
}

/*
 * Returns whether the forwarding databases could be put back. What somebody
 * else has written meanwhile is newer, and stays.
 */
static bool undo_line(struct txn_line *line)
{
	bool undone = true;

	if (line->applied)
		vxmob_fdb_forget(line->b);
	if (line->applied && still_applied(line)) {
		undone = vxmob_apply_undo(line->d, line->claim.mac,
					  &line->old);
		line->b->written = jiffies;	/* the stamp is the module's */
		undo_flags(line);
	}
	unpin(line);
	if (line->is_new)
		vxmob_binding_remove(line->d, line->b);
	line->b = NULL;
	return undone;
}

/* A domain that has ended has released its bindings itself. */
static bool undo_lines(struct txn *txn)
{
	struct txn_line *line = txn->line + txn->n;
	bool undone = true;

	while (line-- > txn->line) {
		if (!line->b)
			continue;
		spin_lock_bh(&line->d->lock);
		if (!line->d->dead && !undo_line(line)) {
			undone = false;
			txn->bad = line;
		}
		spin_unlock_bh(&line->d->lock);
		cond_resched();
	}
	return undone;
}

static int apply_lines(struct txn *txn)
{
	int err;

	err = do_lines(txn, apply_creation);
	if (!err)
		err = do_lines(txn, apply_rest);
	if (!err)
		err = do_lines(txn, apply_withdrawal);
	return err;
}

/* A domain may end meanwhile; its lines have then become pointless. */
static void commit_lines(struct txn *txn)
{
	unsigned int i;

	for (i = 0; i < txn->n; i++) {
		struct txn_line *line = &txn->line[i];

		spin_lock_bh(&line->d->lock);
		if (!line->d->dead)
			commit_line(txn, line);
		spin_unlock_bh(&line->d->lock);
		cond_resched();
	}
}

/* Returns false if something stays; then that is what is said. */
static bool revert(struct txn *txn)
{
	bool steps = vxmob_steps_revert(txn->steps);

	if (!undo_lines(txn)) {
		NL_SET_ERR_MSG(txn->extack, "vxmob: failed, and the entries of this line could not be put back");
		return false;
	}
	if (!steps)
		NL_SET_ERR_MSG(txn->extack, "vxmob: this step failed, and what others did is not all taken back");
	return steps;
}

static int run(struct txn *txn)
{
	int err;

	err = do_lines(txn, judge_line) ?: vxmob_steps_ready(txn->steps) ?:
	      apply_lines(txn) ?: vxmob_steps_go(txn->steps);
	if (!err) {
		commit_lines(txn);
		return 0;
	}
	return revert(txn) ? err : -ENOTRECOVERABLE;
}

/*
 * By type; of those that repeat, the last. Generic netlink has held each to its policy
 * already, and nla_parse_nested() would look at all that once more.
 */
static void collect(const struct nlattr *line, struct nlattr **tb)
{
	struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, line, rem)
		if (nla_type(attr) <= VXMOB_A_MAC_MAX)
			tb[nla_type(attr)] = attr;
}

/* Most lines are of the domain of the line before. */
static struct vxmob_domain *find_domain(struct txn *txn, struct nlattr **tb)
{
	const struct nlattr *ifindex = tb[VXMOB_A_MAC_IFINDEX];
	const struct nlattr *vni = tb[VXMOB_A_MAC_VNI];
	struct vxmob_domain *d = txn->last;

	if (d && ifindex && !vni && nla_get_u32(ifindex) == d->ifindex &&
	    vxmob_domain_get(d))
		return d;
	d = vxmob_nl_domain(txn->net, ifindex, vni, txn->extack);
	txn->last = IS_ERR(d) || vni ? NULL : d;
	return d;
}

/* What is missing in a line has no attribute of its own that could be named. */
static void name_line(struct txn *txn, const struct nlattr *attr)
{
	if (txn->extack && !txn->extack->bad_attr)
		NL_SET_BAD_ATTR(txn->extack, attr);
}

static int parse_line(struct txn *txn, struct nlattr *attr)
{
	struct txn_line *line = &txn->line[txn->n];
	struct nlattr *tb[VXMOB_A_MAC_MAX + 1] = {};
	int err;

	collect(attr, tb);
	if (!tb[VXMOB_A_MAC_OP]) {
		NL_SET_ERR_MSG_ATTR(txn->extack, attr,
				    "vxmob: a line needs an operation");
		return -EINVAL;
	}
	line->d = find_domain(txn, tb);
	if (IS_ERR(line->d)) {
		name_line(txn, attr);
		return PTR_ERR(line->d);
	}
	line->attr = attr;
	err = vxmob_nl_parse_claim(line->d, tb, nla_data(attr), nla_len(attr),
				   nla_get_u32(tb[VXMOB_A_MAC_OP]),
				   &line->claim, &line->ips, txn->extack);
	if (!err) {
		txn->n++;
		return 0;
	}
	vxmob_domain_put(line->d);
	name_line(txn, attr);
	return err;
}

static unsigned int count_lines(const struct nlmsghdr *nlh)
{
	unsigned int n = 0;
	struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem)
		n += nla_type(attr) == VXMOB_A_TRANSACTION_LINE;
	return n;
}

static int parse(struct txn *txn, const struct nlmsghdr *nlh)
{
	unsigned int count = count_lines(nlh);
	struct nlattr *attr;
	int rem, err;

	txn->steps = vxmob_steps_parse(txn->net, nlh, txn->extack, &err);
	if (err)
		return err;
	if (!count && !txn->steps) {
		NL_SET_ERR_MSG(txn->extack, "vxmob: the transaction is empty");
		return -EINVAL;
	}
	if (count > VXMOB_TXN_MAX) {
		NL_SET_ERR_MSG(txn->extack, "vxmob: too many lines");
		return -E2BIG;
	}
	txn->line = kvcalloc(count, sizeof(*txn->line), GFP_KERNEL_ACCOUNT);
	if (!txn->line)
		return -ENOMEM;
	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem)
		if (!err && nla_type(attr) == VXMOB_A_TRANSACTION_LINE)
			err = parse_line(txn, attr);
	return err;
}

static void release(struct txn *txn)
{
	while (txn->n--) {
		kfree(txn->line[txn->n].ips);
		vxmob_domain_put(txn->line[txn->n].d);
		cond_resched();
	}
	kvfree(txn->line);
	vxmob_steps_free(txn->steps);
}

/**
 * vxmob_nl_transaction_doit - Carry out a transaction
 * @skb: the request
 * @info: what generic netlink made of it
 *
 * Context: process, may sleep; takes the namespace's claim lock.
 * Return: 0, or a negative error: nothing was applied, and the extended ack
 *	names the line and the reason; -ENOTRECOVERABLE: entries could not be put
 *	back, or a move was committed or aborted before a step failed.
 */
int vxmob_nl_transaction_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct txn txn = { .net = genl_info_net(info), .extack = info->extack };
	const struct nlattr *bad;
	int err;

	err = parse(&txn, info->nlhdr);
	if (!err) {
		mutex_lock(&vxmob_net(txn.net)->claim_lock);
		err = run(&txn);
		mutex_unlock(&vxmob_net(txn.net)->claim_lock);
	}
	bad = txn.bad ? txn.bad->attr : vxmob_steps_bad(txn.steps);
	if (err && bad && txn.extack)
		NL_SET_BAD_ATTR(txn.extack, bad);
	release(&txn);
	return err;
}
