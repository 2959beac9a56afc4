// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/rotate.h"

char *rotate_name(const char *name, unsigned int number)
{
	return xasprintf("%s.%04u", name, number);
}

/* The number of a directory entry of NAME's row; 0: it is none. */
static unsigned int number_of(const char *entry, const char *base, bool *part)
{
	size_t n = strlen(base);
	unsigned long v;
	char *end;

	if (strncmp(entry, base, n) || entry[n] != '.' ||
	    strspn(entry + n + 1, "0123456789") < 4)
		return 0;
	v = strtoul(entry + n + 1, &end, 10);
	*part = !strcmp(end, ".part");
	return (*end && !*part) || v > 99999999 ? 0 : v;
}

struct numbers {
	unsigned int *v;
	unsigned int n;
	unsigned int highest;
};

static int by_number(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Finished files in order, and the highest number of all. */
static void scan(const char *name, struct numbers *found)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	char *dir = slash ? strndup(name, slash - name + 1) : xstrdup(".");
	DIR *d = dir ? opendir(dir) : NULL;
	struct dirent *e;

	memset(found, 0, sizeof(*found));
	while (d && (e = readdir(d))) {
		bool part;
		unsigned int v = number_of(e->d_name, base, &part);

		if (v > found->highest)
			found->highest = v;
		if (!v || part)
			continue;
		found->v = xrealloc(found->v, (found->n + 1) *
				    sizeof(*found->v));
		found->v[found->n++] = v;
	}
	if (d)
		closedir(d);
	free(dir);
	if (found->n)
		qsort(found->v, found->n, sizeof(*found->v), by_number);
}

unsigned int rotate_last(const char *name)
{
	struct numbers found;

	scan(name, &found);
	free(found.v);
	return found.highest;
}

void rotate_prune(const char *name, unsigned int keep)
{
	struct numbers found;

	scan(name, &found);
	for (unsigned int i = 0; i + keep < found.n; i++) {
		char *path = rotate_name(name, found.v[i]);

		if (unlink(path))
			msg("cannot remove %s: %m", path);
		free(path);
	}
	free(found.v);
}
