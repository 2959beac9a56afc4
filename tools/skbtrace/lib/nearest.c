// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/nearest.h"
#include "lib/util.h"

/* Edit distance of short words; a swap of neighbours counts as one. */
static unsigned int distance(const char *a, const char *b)
{
	enum { MAX = 40 };
	unsigned int d[3][MAX + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > MAX || m > MAX)
		return MAX;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		unsigned int *cur = d[i % 3], *up = d[(i - 1) % 3];

		cur[0] = i;
		for (size_t j = 1; j <= m; j++) {
			unsigned int v = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < v)
				v = up[j] + 1;
			if (cur[j - 1] + 1 < v)
				v = cur[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    d[(i - 2) % 3][j - 2] + 1 < v)
				v = d[(i - 2) % 3][j - 2] + 1;
			cur[j] = v;
		}
	}
	return d[n % 3][m];
}

const char *nearest(const char *word, const char *const *words)
{
	unsigned int best = strlen(word) < 5 ? 2 : 3;
	const char *found = NULL;

	for (; *words; words++) {
		unsigned int d = distance(word, *words);

		if (d < best) {
			best = d;
			found = *words;
		}
	}
	return found;
}
