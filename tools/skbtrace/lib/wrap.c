// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/wrap.h"

enum { LEFT = 4 };

/* Characters of UTF-8 text */
static int columns(const char *s, int n)
{
	int cols = 0;

	for (int i = 0; i < n; i++)
		cols += ((unsigned char)s[i] & 0xc0) != 0x80;
	return cols;
}

int wrap_line(const char *text, int space, const char **next)
{
	int end = strspn(text, " "), i;

	end += strcspn(text + end, " ");
	i = end;
	while (text[i += strspn(text + i, " ")]) {
		i += strcspn(text + i, " ");
		if (columns(text, i) > space)
			break;
		end = i;
	}
	*next = text + end + strspn(text + end, " ");
	return end;
}

void wrap_print(const char *text, int col, int at)
{
	for (bool begun = true;; begun = false) {
		const char *next;
		int n = wrap_line(text, WRAP_WIDTH - col, &next);
		bool wide = columns(text, n) > WRAP_WIDTH - col;

		if (begun && wide)
			putchar('\n');
		if (wide)
			printf("%*s", LEFT, "");
		else if (!begun)
			printf("%*s", at, "");
		printf("%.*s\n", n, text);
		if (!*next)
			return;
		text = next;
		col = at;
	}
}
