/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions: the default one, whose files are the control folder's, and those in
 * folders of their own below sessions/, which older kernels do not have.
 */
#ifndef SKBTRACE_SESSIONS_H
#define SKBTRACE_SESSIONS_H

#include "kernel/ctl.h"

#define DEFAULT_SESSION	"default"

struct sessions {
	char **name;		/* the default one first, others in order */
	int n;
};

void sessions_list(const struct ctl *c, struct sessions *l);
/* Only those that are tracing. */
void sessions_tracing(const struct ctl *c, struct sessions *l);
void sessions_free(struct sessions *l);

/* Their names, a blank before each; free() it. */
char *sessions_words(const struct sessions *l);

/*
 * The control files of session @name, to be closed like those of ctl_open(). 0
 * or -errno: -ENOENT: there is none.
 */
int sessions_open(const struct ctl *c, const char *name, struct ctl *s);

/* There is none of this name: says so and which there are. EXIT_USAGE. */
int sessions_none(const struct ctl *c, const char *name);

/*
 * Become the owner of a session, which @c is about from then on: that of @name,
 * which is made if there is none; without a name, a new one, named after our
 * pid. The descriptor, or minus an exit code after a message.
 * Closing it ends the session, whatever way we end.
 */
int sessions_take(struct ctl *c, const char *name);

#endif
