// SPDX-License-Identifier: GPL-2.0
/*
 * A builtin command for bash: setns NAME moves the shell into a network
 * namespace of ip netns. Without it, each command in a namespace is a run of
 * ip before that of the program, with a mount namespace of its own, which on
 * an emulated machine takes as long as many a test case.
 *
 * enable -f ./setns.so setns
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

/* From bash's headers (builtins.h, command.h), which are not in Debian's bash itself. */
struct word_desc {
	char *word;
	int flags;
};

struct word_list {
	struct word_list *next;
	struct word_desc *word;
};

struct builtin {
	char *name;
	int (*function)(struct word_list *words);
	int flags;
	char * const *long_doc;
	const char *short_doc;
	char *handle;
};

#define BUILTIN_ENABLED 1

static int setns_builtin(struct word_list *words)
{
	char path[4096];
	int fd, err;

	if (!words || words->next) {
		fprintf(stderr, "usage: setns NAME\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", words->word->word);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(path);
		return 1;
	}
	err = setns(fd, CLONE_NEWNET);
	if (err)
		perror("setns");
	close(fd);
	return err ? 1 : 0;
}

static char * const long_doc[] = { "Move the shell into a network namespace.", NULL };

struct builtin setns_struct = {
	"setns", setns_builtin, BUILTIN_ENABLED, long_doc, "setns NAME", NULL,
};
