// SPDX-License-Identifier: GPL-2.0
/* What all forms of "status" read of a session. */
#include <stdlib.h>
#include <string.h>

#include "cmd/status.h"

char *status_choice(const struct ctl *c, const char *file)
{
	char *s = ctl_exists(c, file) ? ctl_read(c, file) : NULL;

	if (s && *s && strcmp(s, "none\n") && strcmp(s, "none"))
		return s;
	free(s);
	return NULL;
}

/*
 * The first comment is the expression, the last one counts; who has set the
 * filter by hand has given none.
 */
const char *status_expr(char *s)
{
	char *nl = strchr(s, '\n');

	if (strncmp(s, "# ", 2) || !nl || nl[1] != '#')
		return NULL;
	*nl = '\0';
	return s + 2;
}

u64 status_memory(const struct status *s)
{
	const struct ctl_stat *st = &s->st;

	return st->buffer_bytes + st->log_bytes + st->table_bytes;
}
