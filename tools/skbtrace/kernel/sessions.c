// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/sessions.h"
#include "kernel/stat.h"

static void add(struct sessions *l, const char *name)
{
	l->name = xrealloc(l->name, (l->n + 1) * sizeof(*l->name));
	l->name[l->n++] = xstrdup(name);
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

void sessions_list(const struct ctl *c, struct sessions *l)
{
	int fd = openat(c->dir, "sessions", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	memset(l, 0, sizeof(*l));
	add(l, DEFAULT_SESSION);
	while (d && (e = readdir(d)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			add(l, e->d_name);
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	qsort(l->name + 1, l->n - 1, sizeof(*l->name), by_name);
}

static bool is_tracing(const struct ctl *c, const char *name)
{
	struct ctl_stat st;
	bool tracing;
	struct ctl s;

	if (sessions_open(c, name, &s))
		return false;
	tracing = !ctl_stat(&s, &st) && st.tracing;
	ctl_stat_free(&st);
	ctl_close(&s);
	return tracing;
}

void sessions_tracing(const struct ctl *c, struct sessions *l)
{
	int n = 0;

	sessions_list(c, l);
	for (int i = 0; i < l->n; i++) {
		if (is_tracing(c, l->name[i]))
			l->name[n++] = l->name[i];
		else
			free(l->name[i]);
	}
	l->n = n;
}

void sessions_free(struct sessions *l)
{
	for (int i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	memset(l, 0, sizeof(*l));
}

static bool is_default(const char *name)
{
	return !strcmp(name, DEFAULT_SESSION);
}

int sessions_open(const struct ctl *c, const char *name, struct ctl *s)
{
	char *path = is_default(name) ? xstrdup(".") :
					xasprintf("sessions/%s", name);
	/* would lead elsewhere */
	const bool bad = strchr(name, '/') || !*name || *name == '.';
	int err = 0;

	s->dir = bad ? -1 :
		 openat(c->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		err = bad ? -ENOENT : -errno;
	free(path);
	s->root = err ? NULL : xstrdup(c->root);
	return err;
}

char *sessions_words(const struct sessions *l)
{
	char *words = xstrdup("");

	for (int i = 0; i < l->n; i++) {
		char *old = words;

		words = xasprintf("%s %s", old, l->name[i]);
		free(old);
	}
	return words;
}

int sessions_none(const struct ctl *c, const char *name)
{
	struct sessions l;
	char *words;

	sessions_list(c, &l);
	words = sessions_words(&l);
	msg("no session is called %s", name);
	hint("there are:%s", words);
	free(words);
	sessions_free(&l);
	return EXIT_USAGE;
}
