/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to the module, put together word by word; and the answers.
 *
 * A REQUEST is a command (a name as in the netlink specification, or a number),
 * the word "dump" for a dump, and attributes in the order in which they are to
 * stand:
 *
 *   NAME=u8:N u16:N u32:N u64:N hex:DIGITS ip:ADDR str:TEXT dev:DEVICE
 *   NAME={ ... }	nested; NAME=( ... } the same without the flag that says so
 *   len=N		the length that the attribute before says it has
 *   raw=DIGITS		bytes as they are
 *   cut=N		the message ends so many bytes early
 *
 * NAME is "domain.X", "mac.X", "move.X", "vtep.X", "transaction.X", "stats.X", or
 * a number.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vxmob.h>

#define USAGE		2
#define NESTS		4

/* One request as it is put together. */
struct request {
	union {
		struct nlmsghdr nlh;
		unsigned char b[65536];
	};
	size_t len;
	size_t last;		/* where the last attribute begins */
	size_t nest[NESTS];
	int depth;
	size_t cut;
};

union answer {
	struct nlmsghdr nlh;
	unsigned char b[65536];
};

/* The number of the family, once has_family() or find_family() has asked for it */
extern int family;
extern struct request req;
extern union answer answer;

int command_of(const char *name);

/* Begins a request. */
void start(int type, int flags, int cmd);
void put_attr(int type, const void *data, size_t len);
void nest_start(int type);
void nest_end(void);

/* Adds what a word says; see above. */
void add_word(const char *word);
int open_socket(void);
void transmit(int sock);

/* Return: the first attribute of a type, or NULL. */
const struct nlattr *find(const void *data, size_t len, int type);

/* Return: whether the answer ends here, with its error in *@error. */
bool is_end(const struct nlmsghdr *nlh, int *error, size_t *skip);

/* Return: whether there is the family. */
bool has_family(int sock);
/* Ends the program if there is none. */
void find_family(int sock);

#endif
