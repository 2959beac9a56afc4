// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "names.h"

void json_string(const char *s, size_t n)
{
	char *buf = xmalloc(6 * n + 1);

	escape_json(buf, (const u8 *)s, n);
	printf("\"%s\"", buf);
	free(buf);
}
