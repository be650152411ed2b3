// SPDX-License-Identifier: GPL-2.0-only
/*
 * How findings of "vxmob check" are told: what hurts, and the command that mends
 * it, with the names of this host, quoted and led into the namespace that was
 * looked at, so that it can be carried out as it stands.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "output.h"

#define TEXT_SIZE	4096

/* The commands that were told: what mends two segments is told once. */
static struct {
	char **all;
	unsigned int count;
} told;

/**
 * text() - Compose a text.
 * @fmt: As for printf().
 *
 * Return: The text, until sixteen others have been composed.
 */
const char *text(const char *fmt, ...)
{
	static char bufs[16][TEXT_SIZE];
	static unsigned int next;
	char *buf = bufs[next++ % ARRAY_SIZE(bufs)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, TEXT_SIZE, fmt, ap);
	va_end(ap);
	return buf;
}

/* A word as a shell takes it; in a name all but '/' and blanks may be. */
static const char *word(const char *s)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@-/";
	char quoted[4 * 256 + 3], *to = quoted;

	if (s[strspn(s, plain)] == '\0' || strlen(s) > 256)
		return s;
	*to++ = '\'';
	for (; *s; s++)
		to += sprintf(to, *s == '\'' ? "'\\''" : "%c", *s);
	strcpy(to, "'");
	return text("%s", quoted);
}

/**
 * name_of() - Name a device in a command.
 * @l: The device.
 *
 * Return: Its name, in quotes if a shell wants them.
 */
const char *name_of(const struct link *l)
{
	return word(l->name);
}

/**
 * in_netns() - Have a command enter the network namespace that is looked at.
 *
 * Return: What precedes the command.
 */
const char *in_netns(void)
{
	if (!options.netns)
		return "";
	return strchr(options.netns, '/') ?
		text("nsenter --net=%s ", word(options.netns)) :
		text("ip netns exec %s ", word(options.netns));
}

static bool told_before(const char *command)
{
	unsigned int i;

	for (i = 0; i < told.count; i++)
		if (!strcmp(told.all[i], command))
			return true;
	told.all = xrealloc(told.all, (told.count + 1) * sizeof(*told.all));
	told.all[told.count] = xrealloc(NULL, strlen(command) + 1);
	strcpy(told.all[told.count++], command);
	return false;
}

/**
 * found_mtu() - Tell of an MTU that is too small.
 * @s: The segment.
 * @check: What was checked, a word.
 * @mtu: The MTU there is, in bytes.
 * @needed: The one that is needed, in bytes; 0 if it is about something else.
 * @command: What mends it; told once, however many segments it mends.
 * @message: What hurts.
 */
void found_mtu(const struct subject *s, const char *check, unsigned int mtu,
	       unsigned int needed, const char *command, const char *message)
{
	if (told_before(command))
		return;
	out_record();
	out_str("dev", s->link->name);
	if (s->vni)
		out_uint("vni", s->vni);
	out_str("check", check);
	if (needed) {
		out_uint("mtu", mtu);
		out_uint("needed", needed);
	}
	out_text(": ");
	out_tail("message", message);
	out_text("\n    ");
	out_tail("command", command);
	out_record_end();
}

/**
 * found() - Tell of anything else that hurts.
 * @s: The segment.
 * @check: What was checked, a word.
 * @command: What mends it; told once, however many segments it mends.
 * @message: What hurts.
 */
void found(const struct subject *s, const char *check, const char *command,
	   const char *message)
{
	found_mtu(s, check, 0, 0, command, message);
}

/**
 * src_vni() - Name a segment's forwarding entries in a command.
 * @s: The segment.
 *
 * Return: The words that only an external device needs.
 */
const char *src_vni(const struct subject *s)
{
	return s->link->vxlan.external ? text(" src_vni %u", s->vni) : "";
}

/**
 * segment_l3() - Find the device by which this host itself speaks in a segment.
 * @s: The segment, which has a bridge.
 *
 * Return: The device, or NULL if there is none.
 */
const struct link *segment_l3(const struct subject *s)
{
	const struct link *l;

	if (!s->vid)
		return s->bridge;
	for (l = host_next(NULL); l; l = host_next(l))
		if (!strcmp(l->kind, "vlan") && l->vlan_id == s->vid &&
		    l->lower == s->bridge->ifindex)
			return l;
	return NULL;
}

/**
 * findings_count() - Count the findings.
 *
 * Return: How many were told.
 */
unsigned int findings_count(void)
{
	return told.count;
}

/**
 * findings_forget() - Begin anew.
 */
void findings_forget(void)
{
	while (told.count)
		free(told.all[--told.count]);
}
