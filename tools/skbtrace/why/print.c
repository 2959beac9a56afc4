// SPDX-License-Identifier: GPL-2.0
/* Verdicts as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "why/why.h"

/* "curl[812]" */
static void text_who(struct printer *p, const struct row *r)
{
	const struct task *t = NULL;

	if (r->facts.tgid && r->trace)
		t = names_task(r->trace->names, r->facts.tgid);
	if (t)
		outf(p->o, "  %.*s[%u]", t->text_len, t->text, r->facts.tgid);
}

static void text_head(struct printer *p, const struct case_file *f)
{
	const struct row *r = f->row;
	const struct verdict *v = &f->v[0];
	u64 life = row_life(r), sent = r->has_una ? r->acked : 0;

	outf(p->o, "\n%s  sk=%llx", r->name ? r->name : "-",
	     (unsigned long long)r->cookie);
	text_who(p, r);
	if (r->end.has & 1u << C_BYTES_ACKED)
		sent = r->end.v[C_BYTES_ACKED];
	if (r->a.pport)
		outf(p->o, "  %s in %s", say_bytes(sent), say_us(life));
	if (rule_has_share(v->rule->kind))
		outf(p->o, ", %llu%% of it: %s",
		     (unsigned long long)(v->us * 100 / (life ? life : 1)),
		     v->rule->name);
	else
		outf(p->o, ": %s", v->rule->name);
	/* How it ended, unless the verdict says so. */
	if (rule_has_share(v->rule->kind) && r->ended && outcome_word(r))
		outf(p->o, "; %s in the end", outcome_word(r));
	outf(p->o, "\n");
}

/* "0:30", with the recording if there are several. */
static void text_no(const struct why *w, struct printer *p,
		    const struct event_no *e)
{
	if (w->traces->next)
		outf(p->o, "%u/", e->trace + 1);
	outf(p->o, "%u:%llu", e->cpu, (unsigned long long)e->seq);
}

static bool same_no(const struct event_no *a, const struct event_no *b)
{
	return a->trace == b->trace && a->cpu == b->cpu && a->seq == b->seq;
}

/* "  0:30 to 0:61  tcp_congestion frto, 5 times" */
static void text_proof(const struct why *w, struct printer *p,
		       const struct seen *s)
{
	const struct symbol *at = s->at ?
		names_symbol(s->trace->names, s->at) : NULL;

	outf(p->o, "    ");
	text_no(w, p, &s->first);
	if (!same_no(&s->most, &s->first) && !same_no(&s->most, &s->last)) {
		outf(p->o, ", ");
		text_no(w, p, &s->most);
	}
	if (s->n > 1) {
		outf(p->o, s->n > 2 ? " to " : ", ");
		text_no(w, p, &s->last);
	}
	outf(p->o, "  %s%s%s", fact_events[s->what], s->word ? " " : "",
	     s->word ? s->word : "");
	if (at)
		outf(p->o, " at %.*s", (int)at->len, at->name);
	if (s->n > 1)
		outf(p->o, ", %llu times", (unsigned long long)s->n);
	outf(p->o, "\n");
}

/* Prints a sentence, indented by two, wrapped at column 78. */
static void text_wrapped(struct printer *p, const char *text)
{
	enum { WIDTH = 78 };
	int at = 0;

	while (*text) {
		int n = strcspn(text, " ");

		if (at && at + 1 + n > WIDTH) {
			outf(p->o, "\n");
			at = 0;
		}
		outf(p->o, "%s%.*s", at ? " " : "  ", n, text);
		at += n + (at ? 1 : 2);
		text += n + strspn(text + n, " ");
	}
	outf(p->o, "\n");
}

static void text_verdict(const struct why *w, struct printer *p,
			 const struct verdict *v)
{
	text_wrapped(p, v->text);
	for (u32 i = 0; i < v->nproofs; i++)
		text_proof(w, p, v->proof[i]);
	outf(p->o, "  %s%s%s\n", sure_words[v->sure], *v->because ? ": " : "",
	     v->because);
	if (*v->next)
		outf(p->o, "  next: %s\n", v->next);
}

void why_text_case(const struct why *w, struct printer *p, const struct row *r)
{
	u64 life = row_life(r);
	struct case_file f;

	why_judge(w, r, &f);
	text_head(p, &f);
	text_verdict(w, p, &f.v[0]);
	for (u32 i = 1; i < f.n; i++) {
		const struct verdict *v = &f.v[i];
		char *also = xasprintf("also: %llu%% %s: %s",
				       (unsigned long long)(v->us * 100 /
							    (life ? life : 1)),
				       v->rule->name, v->text);

		text_wrapped(p, also);
		free(also);
	}
}

/*
 * Connections without trouble, by what they did, and those without a verdict.
 */
void why_text_healthy(const struct why *w, struct printer *p,
		      const struct found *f, u32 n)
{
	struct tally *of = xcalloc(nrules, sizeof(*of));
	u32 fine = why_tally(f, n, of), told = 0;
	struct case_file c;
	char head[40];

	snprintf(head, sizeof(head), "\n%u healthy:", fine);
	for (u32 i = 0; i < nrules; i++) {
		if (!of[i].n)
			continue;
		why_judge(w, of[i].one, &c);
		if (rules[i].kind == RULE_UNKNOWN)
			outf(p->o, "\n%u %s\n", of[i].n, c.v[0].text);
		else
			outf(p->o, "%s %u %s", told++ ? "," : head, of[i].n,
			     c.v[0].text);
	}
	if (told)
		outf(p->o, "\n");
	free(of);
}

static void text_all(const struct why *w, struct printer *p,
		     const struct found *f, u32 n, u32 top)
{
	u32 bad = 0, shown = 0;
	struct doubts doubts;

	for (u32 i = 0; i < n; i++)
		bad += why_trouble(&f[i]);
	why_doubts(w, &doubts);
	for (u32 i = 0; i < doubts.n; i++)
		outf(p->o, "# %s\n", doubts.text[i]);
	if (!n)
		outf(p->o, "no connection in this trace\n");
	else
		outf(p->o, "%u of %u connections %s in trouble%s\n", bad, n,
		     bad == 1 ? "is" : "are",
		     bad ? "; parse --seq CPU:N shows an event" : "");
	for (u32 i = 0; i < n; i++)
		if (why_trouble(&f[i]) && (!top || shown < top)) {
			why_text_case(w, p, f[i].row);
			shown++;
		}
	if (shown < bad)
		outf(p->o, "\n%u more in trouble: --top %u\n", bad - shown,
		     bad);
	why_text_healthy(w, p, f, n);
}

void why_print(const struct why *w, struct printer *p, u32 top)
{
	struct found *f;
	u32 n = why_find(w, &f);

	if (p->json)
		why_json(w, p, f, n);
	else
		text_all(w, p, f, n, top);
	free(f);
}

void why_summary(struct summary *s, const struct segments *segments,
		 struct printer *p,
		 const struct trace *traces, u64 last, u64 to, u32 top)
{
	bool recorded[SRC_NR];
	struct why w;

	summary_recorded(s, traces, recorded);
	summary_close(s, traces, last, to);
	why_open(&w, s, traces, recorded);
	w.segments = segments;
	why_print(&w, p, top);
	why_close(&w);
}
