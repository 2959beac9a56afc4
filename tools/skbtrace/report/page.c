// SPDX-License-Identifier: GPL-2.0
/*
 * The page is page.html, with each {{name}} replaced by the file of that name,
 * {{data}} by the JSON, and {{colors}} by those of palette.c.
 */
#include <string.h>

#include "lib/json.h"
#include "lib/put.h"
#include "report/assets.h"
#include "report/palette.h"
#include "report/report.h"

static const struct asset *find(const char *name, size_t n)
{
	const struct asset *a = assets;

	while (a->name && (strlen(a->name) != n || memcmp(a->name, name, n)))
		a++;
	return a->name ? a : NULL;
}

bool report_can_page(void)
{
	static const char name[] = "dygraph.min.js";

	return find(name, sizeof(name) - 1);
}

static void put(struct out *o, const char *p, size_t n)
{
	out_end(o, put_mem(out_reserve(o, n), p, n));
}

/*
 * JSON inside of HTML: escape '<', which can only be in strings, so that no tag
 * begins or ends.
 */
static void put_json(struct out *o, const char *p, size_t n)
{
	while (n) {
		const char *tag = memchr(p, '<', n);
		size_t len = tag ? (size_t)(tag - p) : n;

		put(o, p, len);
		if (tag)
			put(o, "\\u003c", 6);
		len += !!tag;
		p += len;
		n -= len;
	}
}

static void put_data(const struct picture *p, struct out *o)
{
	struct json j = { 0 };

	report_data(p, &j);
	put_json(o, j.buf, j.len - 1);
	json_free(&j);
}

/* Light mode on paper. */
static void put_colors(const struct picture *p, struct out *o)
{
	(void)p;
	outf(o, ":root{");
	for (const struct paint *c = palette; c->name; c++)
		outf(o, "--%s:%s;", c->name, c->light);
	outf(o, "}\n@media (prefers-color-scheme:dark){:root:not(.printing){");
	for (const struct paint *c = palette; c->name; c++)
		outf(o, "--%s:%s;", c->name, c->dark);
	outf(o, "}}");
}

static bool is_name(const char *name, size_t n, const char *word)
{
	return strlen(word) == n && !memcmp(name, word, n);
}

static void put_name(const struct picture *p, struct out *o, const char *name,
		     size_t n)
{
	const struct asset *a = find(name, n);

	if (a)
		put(o, a->data, a->size);
	else if (is_name(name, n, "data"))
		put_data(p, o);
	else if (is_name(name, n, "colors"))
		put_colors(p, o);
}

void report_page(const struct picture *p, struct out *o)
{
	const struct asset *page = find("page.html", strlen("page.html"));
	const char *at = page->data, *end = at + page->size;

	while (at < end) {
		const char *open = memmem(at, end - at, "{{", 2);
		const char *close = open ?
			memmem(open, end - open, "}}", 2) : NULL;

		if (!close) {
			put(o, at, end - at);
			break;
		}
		put(o, at, open - at);
		put_name(p, o, open + 2, close - open - 2);
		at = close + 2;
	}
}
