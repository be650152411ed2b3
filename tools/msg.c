// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to and from the kernel. libmnl's own functions write into a buffer
 * of fixed size, but a transaction has no natural size, so requests grow here.
 * What is read from the kernel is checked for length before it is believed: the
 * module may be newer or older than the tool.
 */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vxmob.h>

#include "msg.h"
#include "utils.h"

#define MSG_SIZE 512

/**
 * msg_init() - Begin a request.
 * @m: The request; msg_free() frees what it will hold.
 * @cmd: The command.
 */
void msg_init(struct msg *m, uint8_t cmd)
{
	struct genlmsghdr *genl;

	m->size = MSG_SIZE;
	m->nlh = mnl_nlmsg_put_header(xrealloc(NULL, m->size));
	genl = mnl_nlmsg_put_extra_header(m->nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = VXMOB_FAMILY_VERSION;
}

/**
 * msg_free() - Free what a request holds.
 * @m: The request.
 */
void msg_free(struct msg *m)
{
	free(m->nlh);
	m->nlh = NULL;
}

/* Makes room for one more attribute with @len bytes of payload. */
static void msg_reserve(struct msg *m, size_t len)
{
	size_t need = m->nlh->nlmsg_len + MNL_ATTR_HDRLEN + MNL_ALIGN(len);

	if (need <= m->size)
		return;
	while (m->size < need)
		m->size *= 2;
	m->nlh = xrealloc(m->nlh, m->size);
}

/**
 * msg_put() - Add an attribute.
 * @m: The request.
 * @attr: The attribute's type.
 * @data: Its payload.
 * @len: Bytes of it.
 */
void msg_put(struct msg *m, uint16_t attr, const void *data, size_t len)
{
	msg_reserve(m, len);
	mnl_attr_put(m->nlh, attr, len, data);
}

/**
 * msg_put_u16() - Add a number of 16 bits.
 * @m: The request.
 * @attr: The attribute's type.
 * @value: The number.
 */
void msg_put_u16(struct msg *m, uint16_t attr, uint16_t value)
{
	msg_put(m, attr, &value, sizeof(value));
}

/**
 * msg_put_u32() - Add a number of 32 bits.
 * @m: The request.
 * @attr: The attribute's type.
 * @value: The number.
 */
void msg_put_u32(struct msg *m, uint16_t attr, uint32_t value)
{
	msg_put(m, attr, &value, sizeof(value));
}

/**
 * msg_nest() - Begin an attribute that holds attributes.
 * @m: The request.
 * @attr: The attribute's type.
 *
 * Return: Its offset in the request, for msg_nest_end().
 */
uint32_t msg_nest(struct msg *m, uint16_t attr)
{
	uint32_t start = m->nlh->nlmsg_len;

	msg_reserve(m, 0);
	mnl_attr_nest_start(m->nlh, attr);
	return start;
}

/**
 * msg_nest_end() - End an attribute that holds attributes.
 * @m: The request.
 * @start: What msg_nest() returned.
 *
 * Return: Whether an attribute can be that long.
 */
bool msg_nest_end(struct msg *m, uint32_t start)
{
	struct nlattr *nest = (void *)((char *)m->nlh + start);

	if (m->nlh->nlmsg_len - start > UINT16_MAX)
		return false;
	mnl_attr_nest_end(m->nlh, nest);
	return true;
}

/**
 * attrs_parse_after() - Index the attributes of a message by their type.
 * @nlh: The message.
 * @header: Bytes of the header between netlink's and the attributes.
 * @tb: The index, @max + 1 places.
 * @max: The highest type of interest.
 */
void attrs_parse_after(const struct nlmsghdr *nlh, size_t header,
		       const struct nlattr **tb, unsigned int max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	mnl_attr_for_each(attr, nlh, header)
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
}

/**
 * attrs_parse() - Index the attributes of a generic netlink message.
 * @nlh: The message.
 * @tb: The index, @max + 1 places.
 * @max: The highest type of interest.
 */
void attrs_parse(const struct nlmsghdr *nlh, const struct nlattr **tb,
		 unsigned int max)
{
	attrs_parse_after(nlh, sizeof(struct genlmsghdr), tb, max);
}

/**
 * attrs_parse_nested() - Index the attributes in an attribute by their type.
 * @nest: The attribute that holds them; may be NULL.
 * @tb: The index, @max + 1 places.
 * @max: The highest type of interest.
 */
void attrs_parse_nested(const struct nlattr *nest, const struct nlattr **tb,
			unsigned int max)
{
	const struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
}

/**
 * attr_uint() - Read a number of whatever width.
 * @attr: The attribute, or NULL.
 *
 * Return: The number; 0 if there is none.
 */
uint64_t attr_uint(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attr);
	default:
		return 0;
	}
}

/**
 * attr_str() - Read a string.
 * @attr: The attribute, or NULL.
 *
 * Return: The string, or NULL if there is none.
 */
const char *attr_str(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	return mnl_attr_get_str(attr);
}

/**
 * attr_addr() - Read an IP address.
 * @attr: The attribute, or NULL.
 *
 * Return: It in words, until the next call; NULL if there is none.
 */
const char *attr_addr(const struct nlattr *attr)
{
	static char text[INET6_ADDRSTRLEN];
	int family;

	if (!attr)
		return NULL;
	switch (mnl_attr_get_payload_len(attr)) {
	case 4:
		family = AF_INET;
		break;
	case 16:
		family = AF_INET6;
		break;
	default:
		return "?";
	}
	return inet_ntop(family, mnl_attr_get_payload(attr), text, sizeof(text));
}

/**
 * attr_lladdr() - Read a MAC address.
 * @attr: The attribute, or NULL.
 *
 * Return: It in words, until the next call; NULL if there is none.
 */
const char *attr_lladdr(const struct nlattr *attr)
{
	static char text[3 * LLADDR_LEN];
	const unsigned char *a;

	if (!attr)
		return NULL;
	a = mnl_attr_get_payload(attr);
	if (mnl_attr_get_payload_len(attr) != LLADDR_LEN)
		return "?";
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
		 a[0], a[1], a[2], a[3], a[4], a[5]);
	return text;
}
