// SPDX-License-Identifier: GPL-2.0
/* Verdicts as JSON: an object a connection. */
#include "lib/json.h"
#include "why/why.h"

static void json_no(struct json *j, const char *key, const struct event_no *e)
{
	json_object(j, key);
	json_u64(j, "trace", e->trace + 1);
	json_u64(j, "cpu", e->cpu);
	json_u64(j, "seq", e->seq);
	json_object_end(j);
}

static void json_proof(struct json *j, const struct seen *s)
{
	const struct symbol *at = s->at ?
		names_symbol(s->trace->names, s->at) : NULL;

	json_object(j, NULL);
	json_str(j, "event", fact_events[s->what]);
	json_str(j, "word", s->word);
	json_str(j, "at", at ? at->name : NULL);
	json_u64(j, "count", s->n);
	json_no(j, "first", &s->first);
	json_no(j, "most", &s->most);
	json_no(j, "last", &s->last);
	json_object_end(j);
}

static void json_verdict(struct json *j, const struct verdict *v, u64 life)
{
	json_object(j, NULL);
	json_str(j, "name", v->rule->name);
	json_bool(j, "trouble", v->rule->kind < RULE_UNKNOWN);
	json_u64(j, "us", v->us);
	json_u64(j, "percent", v->us * 100 / (life ? life : 1));
	json_str(j, "certainty", sure_words[v->sure]);
	json_str(j, "because", v->because);
	json_str(j, "text", v->text);
	json_str(j, "next", v->next);
	json_array(j, "evidence");
	for (u32 i = 0; i < v->nproofs; i++)
		json_proof(j, v->proof[i]);
	json_array_end(j);
	json_object_end(j);
}

void why_json_case(const struct why *w, struct json *j, const char *key,
		   const struct case_file *c)
{
	const struct row *r = c->row;
	u64 life = row_life(r);

	json_object(j, key);
	json_str(j, "event", "why");
	json_hex(j, "sk", r->cookie);
	json_str(j, "conn", r->name);
	json_u64(j, "life_us", life);
	json_u64(j, "lost", w->s->lost);
	json_array(j, "verdicts");
	for (u32 i = 0; i < c->n; i++)
		json_verdict(j, &c->v[i], life);
	json_array_end(j);
	json_object_end(j);
}

void why_json(const struct why *w, struct printer *p,
	      const struct found *f, u32 n)
{
	struct json j = { 0 };

	for (u32 i = 0; i < n; i++) {
		struct case_file c;

		why_judge(w, f[i].row, &c);
		why_json_case(w, &j, NULL, &c);
		json_line(&j, p->o);
	}
	json_free(&j);
}
