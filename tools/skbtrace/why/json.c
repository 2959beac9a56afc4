// SPDX-License-Identifier: GPL-2.0
/* Verdicts as JSON: an object a connection. */
#include <stdlib.h>
#include <string.h>

#include "why/why.h"

static const char *const sure_words[] = {
	[SURE_NO] = "cannot say", [SURE_LIKELY] = "likely",
	[SURE_CERTAIN] = "certain",
};

static void json_text(struct printer *p, const char *key, const char *text)
{
	size_t n = strlen(text);
	char *buf = xmalloc(6 * n + 1);

	buf[escape_json(buf, (const u8 *)text, n)] = 0;
	outf(p->o, ",\"%s\":\"", key);
	outf(p->o, "%s\"", buf);
	free(buf);
}

static void json_no(struct printer *p, const char *key,
		    const struct event_no *e)
{
	outf(p->o, ",\"%s\":{\"trace\":%u,\"cpu\":%u,\"seq\":%llu}", key,
	     e->trace + 1, e->cpu, (unsigned long long)e->seq);
}

static void json_proof(struct printer *p, const struct seen *s, bool first)
{
	outf(p->o, "%s{\"event\":\"%s\",\"word\":", first ? "" : ",",
	     fact_events[s->what]);
	outf(p->o, s->word ? "\"%s\"" : "null", s->word);
	outf(p->o, ",\"count\":%llu", (unsigned long long)s->n);
	json_no(p, "first", &s->first);
	json_no(p, "most", &s->most);
	json_no(p, "last", &s->last);
	outf(p->o, "}");
}

static void json_verdict(struct printer *p, const struct verdict *v, u64 life,
			 bool first)
{
	outf(p->o, "%s{\"name\":\"%s\",\"trouble\":%s,\"us\":%llu,\"percent\":%llu",
	     first ? "" : ",", v->rule->name,
	     v->rule->kind >= RULE_UNKNOWN ? "false" : "true",
	     (unsigned long long)v->us,
	     (unsigned long long)(v->us * 100 / (life ? life : 1)));
	outf(p->o, ",\"certainty\":\"%s\"", sure_words[v->sure]);
	json_text(p, "because", v->because);
	json_text(p, "text", v->text);
	json_text(p, "next", v->next);
	outf(p->o, ",\"evidence\":[");
	for (u32 i = 0; i < v->nproofs; i++)
		json_proof(p, v->proof[i], !i);
	outf(p->o, "]}");
}

void why_json(const struct why *w, struct printer *p,
	      const struct found *f, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const struct row *r = f[i].row;
		u64 life = row_life(r);
		struct case_file c;

		why_judge(w, r, &c);
		outf(p->o, "{\"event\":\"why\",\"sk\":\"%llx\",\"conn\":",
		     (unsigned long long)r->cookie);
		outf(p->o, r->name ? "\"%s\"" : "null", r->name);
		outf(p->o, ",\"life_us\":%llu,\"lost\":%llu,\"verdicts\":[",
		     (unsigned long long)life, (unsigned long long)w->s->lost);
		for (u32 k = 0; k < c.n; k++)
			json_verdict(p, &c.v[k], life, !k);
		outf(p->o, "]}\n");
	}
}
