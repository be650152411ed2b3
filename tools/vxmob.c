// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program: its options, and which object a line is about.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "utils.h"
#include "vxmob.h"

struct options options;

static const char usage[] =
	"Usage: vxmob [ OPTIONS ] OBJECT { COMMAND | help }\n"
	"       vxmob [ OPTIONS ] -b[atch] FILE [ -force ]\n"
	"where  OBJECT := { domain | mac | move | vtep | transaction | monitor |\n"
	"                   stats | check }\n"
	"       OPTIONS := { -j[son] | -p[retty] | -s[tatistics] | -d[etails] |\n"
	"                    -t[imestamp] | -n[etns] NAME | -V[ersion] }\n";

static const struct object *const objects[] = {
	&domain_object, &mac_object, &move_object, &vtep_object,
	&transaction_object, &monitor_object, &stats_object, &check_object,
	NULL
};

/**
 * struct option - A word that precedes the object.
 * @name: The word, without dashes.
 * @brief: Its abbreviation; NULL if it has none.
 * @on: What it turns on; NULL if it takes a value.
 * @value: Where its value goes.
 */
struct option {
	const char *name;
	const char *brief;
	bool *on;
	const char **value;
};

static bool want_help, want_version;

static const struct option option_table[] = {
	{ "json", "j", &options.json, NULL },
	{ "pretty", "p", &options.pretty, NULL },
	{ "statistics", "s", &options.stats, NULL },
	{ "stats", NULL, &options.stats, NULL },
	{ "details", "d", &options.details, NULL },
	{ "timestamp", "t", &options.timestamp, NULL },
	{ "netns", "n", NULL, &options.netns },
	{ "batch", "b", NULL, &options.batch },
	{ "force", NULL, &options.force, NULL },
	{ "help", "h", &want_help, NULL },
	{ "Version", "V", &want_version, NULL },
	{ "version", NULL, &want_version, NULL },
};

static const struct option *find_option(const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_table); i++)
		if (!strcmp(option_table[i].name, word) ||
		    (option_table[i].brief &&
		     !strcmp(option_table[i].brief, word)))
			return &option_table[i];
	return NULL;
}

static int parse_options(struct args *args)
{
	const struct option *o;
	const char *word;

	while (args_peek(args) && args_peek(args)[0] == '-') {
		word = args_take(args);
		o = find_option(word + (word[1] == '-' ? 2 : 1));
		if (!o)
			return err("unknown option \"%s\", try \"vxmob help\"",
				   word);
		if (o->on) {
			*o->on = true;
			continue;
		}
		*o->value = args_take(args);
		if (!*o->value)
			return err("option \"%s\" needs a value", word);
	}
	return STATUS_OK;
}

static int enter_netns(const char *name)
{
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s%s",
		 strchr(name, '/') ? "" : "/var/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err("cannot open network namespace \"%s\": %s",
			   name, strerror(errno));
	ret = setns(fd, CLONE_NEWNET);
	if (ret)
		ret = err("cannot enter network namespace \"%s\": %s",
			  name, strerror(errno));
	close(fd);
	return ret;
}

/**
 * run_line() - Carry out one command.
 * @argc: How many words it has.
 * @argv: The words, of which the first is the object.
 *
 * Return: An enum status.
 */
int run_line(int argc, char **argv)
{
	struct args args = { .argv = argv, .argc = argc };
	const char *word = args_take(&args);
	int i;

	if (!strcmp(word, "help")) {
		fputs(usage, stdout);
		return STATUS_HELP;
	}
	for (i = 0; objects[i]; i++) {
		if (strcmp(objects[i]->name, word))
			continue;
		args.object = objects[i];
		return objects[i]->run(&args);
	}
	return err("unknown object \"%s\", try \"vxmob help\"", word);
}

static int run(struct args *args)
{
	int ret = parse_options(args);

	if (ret)
		return ret;
	if (want_version) {
		puts("vxmob " VERSION);
		return STATUS_OK;
	}
	if (want_help) {
		fputs(usage, stdout);
		return STATUS_HELP;
	}
	if (options.batch && args->argc)
		return err("unknown option \"%s\" after \"-batch\"",
			   args->argv[0]);
	if (!options.batch && !args->argc) {
		fputs(usage, stderr);
		return STATUS_USAGE;
	}
	if (options.netns)
		ret = enter_netns(options.netns);
	if (ret)
		return ret;
	return options.batch ? run_batch(options.batch) :
		run_line(args->argc, args->argv);
}

int main(int argc, char **argv)
{
	struct args args = { .argv = argv + 1, .argc = argc - 1 };
	int ret = run(&args);

	errno = 0;
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "vxmob: cannot write: %s\n",
			strerror(errno ? errno : EIO));
		return STATUS_USAGE;
	}
	return ret == STATUS_HELP ? STATUS_OK : ret;
}
