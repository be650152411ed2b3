// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to the module, put together word by word from the command line or a
 * file; for programs that send what the tool does not.  See request.h.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "request.h"

#define FAILED		1
#define PATIENCE	20	/* seconds that an answer may take */

struct word {
	const char *name;
	int value;
};

static const struct word commands[] = {
	{ "domain-add", VXMOB_CMD_DOMAIN_ADD },
	{ "domain-set", VXMOB_CMD_DOMAIN_SET },
	{ "domain-del", VXMOB_CMD_DOMAIN_DEL },
	{ "domain-dump", VXMOB_CMD_DOMAIN_DUMP },
	{ "mac-announce", VXMOB_CMD_MAC_ANNOUNCE },
	{ "mac-withdraw", VXMOB_CMD_MAC_WITHDRAW },
	{ "mac-get", VXMOB_CMD_MAC_GET },
	{ "mac-dump", VXMOB_CMD_MAC_DUMP },
	{ "mac-flush", VXMOB_CMD_MAC_FLUSH },
	{ "mac-unfreeze", VXMOB_CMD_MAC_UNFREEZE },
	{ "transaction", VXMOB_CMD_TRANSACTION },
	{ "stats-dump", VXMOB_CMD_STATS_DUMP },
	{ "move-prepare", VXMOB_CMD_MOVE_PREPARE },
	{ "move-hold", VXMOB_CMD_MOVE_HOLD },
	{ "move-commit", VXMOB_CMD_MOVE_COMMIT },
	{ "move-abort", VXMOB_CMD_MOVE_ABORT },
	{ "move-dump", VXMOB_CMD_MOVE_DUMP },
	{ "vtep-dump", VXMOB_CMD_VTEP_DUMP },
	{ "vtep-move", VXMOB_CMD_VTEP_MOVE },
	{ "event", VXMOB_CMD_EVENT },
	{}
};

static const struct word attributes[] = {
	{ "domain.ifindex", VXMOB_A_DOMAIN_IFINDEX },
	{ "domain.ifname", VXMOB_A_DOMAIN_IFNAME },
	{ "domain.vni", VXMOB_A_DOMAIN_VNI },
	{ "domain.vid", VXMOB_A_DOMAIN_VID },
	{ "domain.mode", VXMOB_A_DOMAIN_MODE },
	{ "domain.snoop", VXMOB_A_DOMAIN_SNOOP },
	{ "domain.confirm", VXMOB_A_DOMAIN_CONFIRM },
	{ "domain.vteps", VXMOB_A_DOMAIN_VTEPS },
	{ "domain.vtep", VXMOB_A_DOMAIN_VTEP },
	{ "domain.protect", VXMOB_A_DOMAIN_PROTECT },
	{ "domain.guard", VXMOB_A_DOMAIN_GUARD },
	{ "domain.dup-moves", VXMOB_A_DOMAIN_DUP_MOVES },
	{ "domain.dup-window", VXMOB_A_DOMAIN_DUP_WINDOW },
	{ "domain.dup-action", VXMOB_A_DOMAIN_DUP_ACTION },
	{ "domain.dup-recover", VXMOB_A_DOMAIN_DUP_RECOVER },
	{ "domain.max-macs", VXMOB_A_DOMAIN_MAX_MACS },
	{ "domain.settle", VXMOB_A_DOMAIN_SETTLE },
	{ "domain.redirect", VXMOB_A_DOMAIN_REDIRECT },
	{ "domain.announce-rounds", VXMOB_A_DOMAIN_ANNOUNCE_ROUNDS },
	{ "domain.announce-initial", VXMOB_A_DOMAIN_ANNOUNCE_INITIAL },
	{ "domain.announce-step", VXMOB_A_DOMAIN_ANNOUNCE_STEP },
	{ "domain.announce-max", VXMOB_A_DOMAIN_ANNOUNCE_MAX },
	{ "mac.ifindex", VXMOB_A_MAC_IFINDEX },
	{ "mac.vni", VXMOB_A_MAC_VNI },
	{ "mac.vid", VXMOB_A_MAC_VID },
	{ "mac.lladdr", VXMOB_A_MAC_LLADDR },
	{ "mac.via", VXMOB_A_MAC_VIA },
	{ "mac.on", VXMOB_A_MAC_ON },
	{ "mac.seq", VXMOB_A_MAC_SEQ },
	{ "mac.flags", VXMOB_A_MAC_FLAGS },
	{ "mac.ip", VXMOB_A_MAC_IP },
	{ "mac.state", VXMOB_A_MAC_STATE },
	{ "mac.origin", VXMOB_A_MAC_ORIGIN },
	{ "mac.status", VXMOB_A_MAC_STATUS },
	{ "mac.op", VXMOB_A_MAC_OP },
	{ "move.ifindex", VXMOB_A_MOVE_IFINDEX },
	{ "move.vni", VXMOB_A_MOVE_VNI },
	{ "move.lladdr", VXMOB_A_MOVE_LLADDR },
	{ "move.to", VXMOB_A_MOVE_TO },
	{ "move.from", VXMOB_A_MOVE_FROM },
	{ "move.on", VXMOB_A_MOVE_ON },
	{ "move.deadline", VXMOB_A_MOVE_DEADLINE },
	{ "move.open-on", VXMOB_A_MOVE_OPEN_ON },
	{ "move.op", VXMOB_A_MOVE_OP },
	{ "vtep.ifindex", VXMOB_A_VTEP_IFINDEX },
	{ "vtep.vni", VXMOB_A_VTEP_VNI },
	{ "vtep.addr", VXMOB_A_VTEP_ADDR },
	{ "vtep.to", VXMOB_A_VTEP_TO },
	{ "transaction.line", VXMOB_A_TRANSACTION_LINE },
	{ "transaction.move", VXMOB_A_TRANSACTION_MOVE },
	{ "stats.ifindex", VXMOB_A_STATS_IFINDEX },
	{ "stats.vni", VXMOB_A_STATS_VNI },
	{}
};

int family;
struct request req;
union answer answer;

static int value_of(const struct word *words, const char *name)
{
	char *end;
	long value;

	for (; words->name; words++)
		if (!strcmp(words->name, name))
			return words->value;
	value = strtol(name, &end, 0);
	if (*end || end == name)
		errx(USAGE, "\"%s\" is unknown", name);
	return value;
}

int command_of(const char *name)
{
	return value_of(commands, name);
}

/* --- putting a request together ----------------------------------------- */

static void put(const void *data, size_t len)
{
	if (req.len + NLMSG_ALIGN(len) > sizeof(req.b))
		errx(USAGE, "the request is too long");
	memset(req.b + req.len, 0, NLMSG_ALIGN(len));
	memcpy(req.b + req.len, data, len);
	req.len += NLMSG_ALIGN(len);
}

void put_attr(int type, const void *data, size_t len)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + len, .nla_type = type };

	req.last = req.len;
	put(&attr, sizeof(attr));
	put(data, len);
}

void nest_start(int type)
{
	if (req.depth == NESTS)
		errx(USAGE, "nested too deep");
	req.nest[req.depth++] = req.len;
	put_attr(type, NULL, 0);
}

void nest_end(void)
{
	struct nlattr *attr;

	if (!req.depth)
		errx(USAGE, "nothing to close");
	req.last = req.nest[--req.depth];
	attr = (struct nlattr *)(req.b + req.last);
	attr->nla_len = req.len - req.last;
}

void start(int type, int flags, int cmd)
{
	struct genlmsghdr genl = { .cmd = cmd, .version = VXMOB_FAMILY_VERSION };

	memset(&req, 0, NLMSG_HDRLEN);
	req.nlh.nlmsg_type = type;
	req.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	req.len = NLMSG_HDRLEN;
	req.depth = 0;
	req.cut = 0;
	put(&genl, sizeof(genl));
	req.last = req.len;
}

static size_t unhex(const char *hex, unsigned char *buf, size_t size)
{
	unsigned int byte;
	size_t n = 0;
	int used;

	while (*hex) {
		if (*hex == ':') {
			hex++;
			continue;
		}
		if (n == size || sscanf(hex, "%2x%n", &byte, &used) != 1 || used != 2)
			errx(USAGE, "bad hexadecimal at \"%.16s\"", hex);
		buf[n++] = byte;
		hex += 2;
	}
	return n;
}

static void put_value(int type, const char *kind, const char *text)
{
	unsigned char bytes[4096];
	uint64_t u64 = strtoull(text, NULL, 0);
	uint32_t u32 = u64;
	uint16_t u16 = u64;
	uint8_t u8 = u64;

	if (!strcmp(kind, "u8")) {
		put_attr(type, &u8, sizeof(u8));
	} else if (!strcmp(kind, "u16")) {
		put_attr(type, &u16, sizeof(u16));
	} else if (!strcmp(kind, "u32")) {
		put_attr(type, &u32, sizeof(u32));
	} else if (!strcmp(kind, "u64")) {
		put_attr(type, &u64, sizeof(u64));
	} else if (!strcmp(kind, "str")) {
		put_attr(type, text, strlen(text) + 1);
	} else if (!strcmp(kind, "hex")) {
		put_attr(type, bytes, unhex(text, bytes, sizeof(bytes)));
	} else if (!strcmp(kind, "dev")) {
		u32 = if_nametoindex(text);
		if (!u32)
			err(USAGE, "%s", text);
		put_attr(type, &u32, sizeof(u32));
	} else if (!strcmp(kind, "ip")) {
		if (inet_pton(AF_INET, text, bytes) == 1)
			put_attr(type, bytes, 4);
		else if (inet_pton(AF_INET6, text, bytes) == 1)
			put_attr(type, bytes, 16);
		else
			errx(USAGE, "%s is no address", text);
	} else {
		errx(USAGE, "\"%s\" is no kind of value", kind);
	}
}

/* @word is cut to pieces. */
static void add_attribute(char *word)
{
	unsigned char bytes[4096];
	char *value, *text;
	int type;

	value = strchr(word, '=');
	if (!value)
		errx(USAGE, "\"%s\" is no attribute", word);
	*value++ = '\0';
	if (!strcmp(word, "len")) {
		((struct nlattr *)(req.b + req.last))->nla_len = atoi(value);
	} else if (!strcmp(word, "cut")) {
		req.cut = atoi(value);
	} else if (!strcmp(word, "raw")) {
		put(bytes, unhex(value, bytes, sizeof(bytes)));
	} else if (!strcmp(value, "{")) {
		nest_start(value_of(attributes, word) | NLA_F_NESTED);
	} else if (!strcmp(value, "(")) {
		nest_start(value_of(attributes, word));
	} else {
		type = value_of(attributes, word);
		text = strchr(value, ':');
		if (!text)
			errx(USAGE, "\"%s\" has no kind", value);
		*text++ = '\0';
		put_value(type, value, text);
	}
}

void add_word(const char *word)
{
	char *copy;

	if (!strcmp(word, "}")) {
		nest_end();
		return;
	}
	copy = strdup(word);
	if (!copy)
		err(FAILED, "strdup");
	add_attribute(copy);
	free(copy);
}

/* --- sending and the answer --------------------------------------------- */

int open_socket(void)
{
	struct timeval patience = { .tv_sec = PATIENCE };
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	int sock, on = 1;

	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0 || bind(sock, (struct sockaddr *)&self, sizeof(self)))
		err(FAILED, "netlink socket");
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(sock, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return sock;
}

void transmit(int sock)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	size_t len = req.len - (req.cut < req.len ? req.cut : 0);

	req.nlh.nlmsg_len = len;
	req.nlh.nlmsg_seq++;
	if (sendto(sock, req.b, len, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		err(FAILED, "send");
}

const struct nlattr *find(const void *data, size_t len, int type)
{
	const struct nlattr *attr = data;

	while (len >= sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       attr->nla_len <= len) {
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		if ((size_t)NLA_ALIGN(attr->nla_len) >= len)
			break;
		len -= NLA_ALIGN(attr->nla_len);
		attr = (const void *)((const char *)attr +
				      NLA_ALIGN(attr->nla_len));
	}
	return NULL;
}

/* Return: whether the answer ends here, with its error in *@error. */
bool is_end(const struct nlmsghdr *nlh, int *error, size_t *skip)
{
	if (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE)
		return false;
	*error = *(const int *)((const char *)nlh + NLMSG_HDRLEN);
	*skip = nlh->nlmsg_type == NLMSG_DONE ? sizeof(int) :
		sizeof(struct nlmsgerr);
	return true;
}

bool has_family(int sock)
{
	const struct nlattr *attr;
	ssize_t len;

	start(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	req.nlh.nlmsg_flags = NLM_F_REQUEST;
	put_attr(CTRL_ATTR_FAMILY_NAME, VXMOB_FAMILY_NAME,
		 sizeof(VXMOB_FAMILY_NAME));
	transmit(sock);
	len = recv(sock, answer.b, sizeof(answer.b), 0);
	if (len < (ssize_t)(NLMSG_HDRLEN + GENL_HDRLEN) ||
	    answer.nlh.nlmsg_type == NLMSG_ERROR)
		return false;
	attr = find(answer.b + NLMSG_HDRLEN + GENL_HDRLEN,
		    len - NLMSG_HDRLEN - GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	if (!attr)
		errx(FAILED, "the family has no number");
	family = *(const uint16_t *)(attr + 1);
	return true;
}

void find_family(int sock)
{
	if (!has_family(sock))
		errx(FAILED, "there is no family " VXMOB_FAMILY_NAME);
}
