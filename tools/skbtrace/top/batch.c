// SPDX-License-Identifier: GPL-2.0
#include "top/batch.h"
#include "top/page.h"

static void put_comment(struct out *o, const char *text)
{
	if (*text)
		outf(o, "# %s\n", text);
}

static void put_rows(struct top *t, char *buf)
{
	const struct scene *v = &t->v;
	u64 n = t->how.rows && t->how.rows < v->n ? t->how.rows : v->n;
	struct layout l;

	if (!v->n)
		return;
	layout_make(&l, v, 0);
	layout_title(&l, buf);
	outf(&t->out, "%s\n", buf);
	for (u64 i = 0; i < n; i++) {
		layout_row(&l, v, &v->item[i], buf);
		outf(&t->out, "%s\n", buf);
	}
	if (n < v->n)
		outf(&t->out, "# rows that --top leaves out: %llu\n",
		     (unsigned long long)(v->n - n));
}

void batch_print(struct top *t)
{
	char buf[TOP_LINE];

	if (t->rounds > 1)
		outf(&t->out, "\n");
	page_status(t, buf, 0);
	put_comment(&t->out, buf);
	page_scope(t, buf);
	put_comment(&t->out, buf);
	page_doubts(t, buf);
	put_comment(&t->out, buf);
	put_rows(t, buf);
	page_healthy(t, buf);
	if (*buf)
		outf(&t->out, "%s\n", buf);
	out_flush(&t->out);
}
