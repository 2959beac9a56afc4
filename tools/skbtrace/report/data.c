// SPDX-License-Identifier: GPL-2.0
/* The data of a page, as JSON. Times are us since the recording began. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/bands.h"
#include "lib/version.h"
#include "report/report.h"
#include "summary/json.h"

static u64 us(const struct picture *p, u64 t)
{
	return t > p->t0 ? (t - p->t0) / 1000 : 0;
}

/* The step of a reduction, null if nothing is left out. */
static void json_step(struct json *j, u64 step)
{
	if (step)
		json_u64(j, "step_us", step / 1000 + 1);
	else
		json_null(j, "step_us");
}

/* ---- timelines: each number is the difference to the one before ---- */

static void json_series(const struct picture *p, struct json *j,
			const char *name, const struct points *s)
{
	u64 t = 0;
	s64 v = 0;

	json_object(j, name);
	json_u64(j, "seen", s->seen);
	json_step(j, s->step);
	json_array(j, "t");
	for (u32 i = 0; i < s->n; i++) {
		json_u64(j, NULL, us(p, s->v[i].t) - t);
		t = us(p, s->v[i].t);
	}
	json_array_end(j);
	json_array(j, "v");
	for (u32 i = 0; i < s->n; i++) {
		json_s64(j, NULL, s->v[i].v - v);
		v = s->v[i].v;
	}
	json_array_end(j);
	json_object_end(j);
}

static u32 word_index(const char *const *words, u32 *n, const char *word)
{
	for (u32 i = 0; i < *n; i++)
		if (!strcmp(words[i], word))
			return i;
	return (*n)++;
}

/* Pieces follow each other: a beginning, and how long each lasts. */
static void json_bands(const struct picture *p, struct json *j,
		       const struct bands *b)
{
	const char *words[MAX_HELD + 1];
	u32 n = 0;

	json_object(j, "bands");
	json_step(j, b->step);
	json_u64(j, "from", us(p, b->v[0].from));
	json_array(j, "us");
	for (u32 i = 0; i < b->n; i++)
		json_u64(j, NULL, us(p, b->v[i].to) - us(p, b->v[i].from));
	json_array_end(j);
	json_array(j, "word");
	for (u32 i = 0; i < b->n; i++) {
		u32 w = word_index(words, &n, b->v[i].word);

		if (w == MAX_HELD)
			n = w--;
		else
			words[w] = b->v[i].word;
		json_u64(j, NULL, w);
	}
	json_array_end(j);
	json_array(j, "words");
	for (u32 i = 0; i < n; i++)
		json_str(j, NULL, words[i]);
	json_array_end(j);
	json_object_end(j);
}

static void json_no(const struct picture *p, struct json *j,
		    const struct event_no *no)
{
	char text[64], trace[16] = "";

	if (p->traces->next)
		snprintf(trace, sizeof(trace), "%u/", no->trace + 1);
	snprintf(text, sizeof(text), "%s%u:%llu", trace, no->cpu,
		 (unsigned long long)no->seq);
	json_str(j, NULL, text);
}

static void json_mark(const struct picture *p, struct json *j,
		      const struct mark *m)
{
	static const char *const ways[] = {
		[WAY_NONE] = NULL, [WAY_TX] = "tx", [WAY_RX] = "rx",
		[WAY_FWD] = "fwd",
	};
	const struct symbol *at = m->at ?
		names_symbol(m->trace->names, m->at) : NULL;

	json_array(j, NULL);
	json_u64(j, NULL, us(p, m->t));
	json_str(j, NULL, fact_events[m->what]);
	json_str(j, NULL, m->word);
	json_str(j, NULL, ways[m->way]);
	if (m->has_seq)
		json_s64(j, NULL, m->seq);
	else
		json_null(j, NULL);
	json_u64(j, NULL, m->len);
	json_u64(j, NULL, m->segs);
	json_u64(j, NULL, m->n);
	json_no(p, j, &m->no);
	json_str(j, NULL, at ? at->name : NULL);
	json_array_end(j);
}

static void json_marks(const struct picture *p, struct json *j,
		       const struct marks *m)
{
	json_object(j, "marks");
	json_u64(j, "seen", m->seen);
	json_step(j, m->step);
	json_array(j, "v");
	for (u32 i = 0; i < m->n; i++)
		json_mark(p, j, &m->v[i]);
	json_array_end(j);
	json_object_end(j);
}

/* Of all that were seen. */
static void json_percentiles(struct json *j, const char *key,
			     const struct points *s)
{
	static const struct {
		const char *key;
		u32 percent;
	} of[] = {
		{ "min", 0 }, { "p50", 50 }, { "p90", 90 }, { "p99", 99 },
		{ "max", 100 },
	};

	if (!s) {
		json_null(j, key);
		return;
	}
	json_object(j, key);
	json_u64(j, "n", s->seen);
	for (u32 i = 0; i < ARRAY_SIZE(of); i++)
		json_u64(j, of[i].key, points_percentile(s, of[i].percent));
	json_object_end(j);
}

/* ---- connections ---- */

static void json_who(struct json *j, const struct row *r, const struct line *l)
{
	const struct task *t = r->facts.tgid && r->trace ?
		names_task(r->trace->names, r->facts.tgid) : NULL;

	if (r->facts.tgid)
		json_u64(j, "pid", r->facts.tgid);
	else
		json_null(j, "pid");
	json_str(j, "comm", t ? t->text : NULL);
	json_str(j, "ca", l && *l->ca ? l->ca : NULL);
	if (l && l->has_conn) {
		json_u64(j, "uid", l->uid);
		json_hex(j, "cgroup", l->cgroup);
	}
}

static void json_timeline(const struct picture *p, struct json *j,
			  const struct row *r, const struct line *l)
{
	json_percentiles(j, "rtt", l->q[Q_RTT]);
	json_percentiles(j, "answer", l->q[Q_ANSWER]);
	json_percentiles(j, "think", l->q[Q_THINK]);
	json_object(j, "series");
	for (int i = 0; i < Q_NR; i++)
		if (l->q[i])
			json_series(p, j, quantities[i].name, l->q[i]);
	json_object_end(j);
	if (r->held.told && r->held.bands->n)
		json_bands(p, j, r->held.bands);
	else
		json_null(j, "bands");
	json_marks(p, j, &l->marks);
}

static void json_conn(const struct picture *p, struct json *j,
		      const struct row *r)
{
	const struct line *l = lines_of(&p->r->lines, r);
	struct case_file c;

	json_object(j, NULL);
	summary_json_row(&p->view, j, "row", r);
	why_judge(&p->view.why, r, &c);
	why_json_case(&p->view.why, j, "why", &c);
	json_who(j, r, l);
	json_u64(j, "from_us", us(p, r->first));
	json_u64(j, "to_us", us(p, row_end(r)));
	if (l)
		json_timeline(p, j, r, l);
	json_object_end(j);
}

/* ---- the whole ---- */

static void json_traces(const struct picture *p, struct json *j)
{
	char word[TRACE_WORD], iso[32];
	struct day_cache day = { 0 };

	json_array(j, "traces");
	for (const struct trace *t = p->traces; t; t = t->next) {
		json_object(j, NULL);
		json_str(j, "file", t->name);
		trace_host(t, word);
		json_strn(j, "host", word, sizeof(word));
		trace_kernel(t, word);
		json_strn(j, "kernel", word, sizeof(word));
		*put_iso(iso, &day, clock_real(&t->clock, t->start)) = '\0';
		json_str(j, "start", iso);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_doubts(const struct picture *p, struct json *j)
{
	struct doubts d;

	why_doubts(&p->view.why, &d);
	json_array(j, "doubts");
	for (u32 i = 0; i < d.n; i++)
		json_str(j, NULL, d.text[i]);
	if (!p->complete)
		json_str(j, NULL, "a recording was cut off, or is damaged: what could be read is shown");
	json_array_end(j);
}

static void json_gaps(const struct picture *p, struct json *j)
{
	const struct lines *l = &p->r->lines;

	json_array(j, "gaps");
	for (u32 i = 0; i < l->ngaps; i++) {
		const struct gap *g = &l->gaps[i];

		json_array(j, NULL);
		json_u64(j, NULL, g->cpu);
		json_u64(j, NULL, us(p, g->from));
		json_u64(j, NULL, us(p, g->to));
		json_u64(j, NULL, g->n);
		json_array_end(j);
	}
	json_array_end(j);
	json_u64(j, "more_gaps", l->more_gaps);
}

static void json_healthy(const struct picture *p, struct json *j)
{
	struct tally *of = xcalloc(nrules, sizeof(*of));
	struct case_file c;

	why_tally(p->found, p->n, of);
	json_array(j, "healthy");
	for (u32 i = 0; i < nrules; i++) {
		if (!of[i].n)
			continue;
		why_judge(&p->view.why, of[i].one, &c);
		json_object(j, NULL);
		json_u64(j, "n", of[i].n);
		json_str(j, "text", c.v[0].text);
		json_object_end(j);
	}
	json_array_end(j);
	free(of);
}

static void json_words(struct json *j)
{
	json_object(j, "words");
	for (const struct held_word *w = held_words; w->word; w++)
		json_str(j, w->word, w->text);
	json_object_end(j);
}

void report_data(const struct picture *p, struct json *j)
{
	u32 bad = 0;

	for (u32 i = 0; i < p->n; i++)
		bad += why_trouble(&p->found[i]);
	json_object(j, NULL);
	json_str(j, "skbtrace", SKBTRACE_VERSION);
	json_traces(p, j);
	json_u64(j, "to_us", us(p, p->t1));
	json_u64(j, "events", p->view.s->events);
	json_u64(j, "lost", p->view.s->lost);
	json_u64(j, "connections", p->n);
	json_u64(j, "trouble", bad);
	json_doubts(p, j);
	json_gaps(p, j);
	json_healthy(p, j);
	json_words(j);
	report_heat(p, j);
	json_array(j, "conns");
	for (u32 i = 0; i < p->shown; i++)
		json_conn(p, j, p->found[i].row);
	json_array_end(j);
	json_object_end(j);
}
