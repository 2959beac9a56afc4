// SPDX-License-Identifier: GPL-2.0
/* Events by number. */
#include <stdlib.h>
#include <string.h>

#include "filter/seqs.h"
#include "lib/num.h"
#include "trace/evlist.h"

static int not_a_number(const char *item)
{
	msg("--seq \"%s\": not an event's number", item);
	hint("as \"skbtrace why\" says it: CPU:N, or N, CPU:N-N, TRACE/CPU:N; comma list");
	return EXIT_USAGE;
}

/* What stands before @sep, which is cut off; false if it is no number. */
static bool cut(char **s, char sep, u64 max, u64 *v)
{
	char *end = strchr(*s, sep);

	if (!end)
		return true;
	*end = 0;
	if (!parse_u64(*s, v) || *v > max)
		return false;
	*s = end + 1;
	return true;
}

static bool parse_one(char *s, struct seq_range *r)
{
	u64 trace = 0, cpu = SEQ_ANY_CPU, from = UINT64_MAX;

	if (!cut(&s, '/', UINT32_MAX, &trace) ||
	    !cut(&s, ':', SEQ_ANY_CPU - 1, &cpu) ||
	    !cut(&s, '-', UINT64_MAX, &from) || !parse_u64(s, &r->to))
		return false;
	r->trace = trace;
	r->cpu = cpu;
	r->from = from == UINT64_MAX ? r->to : from;
	return r->from <= r->to;
}

int seqs_parse(const char *list, void *seqs)
{
	char *copy = xstrdup(list), *rest = copy, *item;
	struct seqs *s = seqs;
	int code = 0;

	while (!code && (item = strsep(&rest, ","))) {
		char *said = xstrdup(item);

		s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
		if (parse_one(item, &s->v[s->n]))
			s->n++;
		else
			code = not_a_number(said);
		free(said);
	}
	free(copy);
	evlist_add(list, &s->text);
	return code;
}

void seqs_free(struct seqs *s)
{
	free(s->v);
	free(s->text);
	*s = (struct seqs){};
}

bool seqs_have(const struct seqs *s, u32 trace, const struct rec *r)
{
	for (u32 i = 0; i < s->n; i++) {
		const struct seq_range *q = &s->v[i];

		if ((!q->trace || q->trace == trace + 1) &&
		    (q->cpu == SEQ_ANY_CPU || q->cpu == r->cpu) &&
		    r->seq >= q->from && r->seq <= q->to)
			return true;
	}
	return false;
}
