// SPDX-License-Identifier: GPL-2.0
/* Sessions as text: a table if there are several, then all about each. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cmd/status.h"
#include "flight/board.h"
#include "kernel/netns.h"
#include "kernel/scope.h"
#include "kernel/sessions.h"
#include "lib/num.h"
#include "lib/wrap.h"
#include "trace/sheds.h"

static void line_tracing(const struct ctl_owner *o, const struct ctl_stat *st)
{
	char age[NUM_LEN];

	if (!st->tracing) {
		printf("tracing   off");
		if (o->any)
			printf(", held by pid %u (%s), uid %u", o->pid,
			       o->comm, o->uid);
		putchar('\n');
		return;
	}
	printf("tracing   on for %s, ", fmt_age(age, mono_ns() -
						st->since_ns));
	if (o->any)
		printf("by pid %u (%s), uid %u\n", o->pid, o->comm, o->uid);
	else
		printf("by the control files\n");
	if (st->dead)
		printf("          ended by the kernel: %s\n", st->dead);
}

/* LABEL and what is told of it, with more lines below if it is much. */
__attribute__((format(printf, 2, 3)))
static void row(const char *label, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int col;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		exit(fail(EXIT_FAILED, "out of memory"));
	va_end(ap);
	col = printf("%-10s", label);
	wrap_print(text, col, col);
	free(text);
}

/* "a,skip=x\nb\n" as "a skip=x; b". */
static void line_events(const struct ctl *c)
{
	char *s = ctl_read(c, "enabled");
	char *text = xmalloc(2 * strlen(s ? s : "") + 1), *to = text;

	for (const char *p = s ? s : ""; *p; p++) {
		if (*p == ',')
			*to++ = ' ';
		else if (*p != '\n')
			*to++ = *p;
		else if (p[1])
			to = stpcpy(to, "; ");
	}
	*to = '\0';
	row("events", "%s", *text ? text : "none");
	free(text);
	free(s);
}

static void line_filter(const struct ctl *c, const struct ctl_stat *st,
			enum filter_kind kind)
{
	const struct ctl_filter *f = &st->filters[kind];
	const bool conns = kind == FILTER_CONN;
	char *s = status_choice(c, filter_file(kind));
	const char *expr;

	if (!s)
		return;
	expr = status_expr(s);
	row("filter", "%s %s%s%s (%llu instructions): %llu of %llu %s",
	    filter_noun(kind), expr ? "'" : "by a program", expr ? expr : "",
	    expr ? "'" : "", (unsigned long long)f->insns,
	    (unsigned long long)(conns ? f->matching : f->passed),
	    (unsigned long long)(conns ? f->connections : f->seen),
	    conns ? "match" : "passed");
	free(s);
}

/* Numbers of interfaces mean something to us in our own namespace only. */
static bool is_known(const struct ctl *c, enum scope_kind kind)
{
	char *netns;
	bool own;

	if (kind != SCOPE_DEV)
		return true;
	netns = status_choice(c, scope_name(SCOPE_NETNS));
	own = !netns || strtoul(netns, NULL, 10) == netns_own();
	free(netns);
	return own;
}

static void line_scope(const struct ctl *c, enum scope_kind kind)
{
	char *s = status_choice(c, scope_name(kind)), *name = NULL;

	if (!s)
		return;
	s[strcspn(s, "\n")] = '\0';
	if (is_known(c, kind))
		name = scope_describe(kind, s);
	row("filter", "%s %s%s%s%s", scope_name(kind), s, name ? " (" : "",
	    name ? name : "", name ? ")" : "");
	free(name);
	free(s);
}

/* Does any event wait for another one? */
static bool holds_back(const struct ctl *c)
{
	char *s = ctl_read(c, "enabled");
	bool holds = s && strstr(s, ",primary=");

	free(s);
	return holds;
}

static void line_hold(const struct ctl *c, const struct ctl_stat *st)
{
	char size[NUM_LEN];
	u64 bytes;

	if ((!holds_back(c) && !ctl_held(st)) ||
	    !ctl_number(c, "hold", &bytes))
		return;
	row("hold", "%s in all, held back %llu, written %llu of them as"
	    " history", fmt_size(size, bytes), (unsigned long long)ctl_held(st),
	    (unsigned long long)ctl_sum(st, history));
}

static void line_buffers(const struct ctl *c, const struct ctl_stat *st)
{
	u64 size = st->subbuf_size, nr = st->subbuf_nr, fullest = 0;
	char one[NUM_LEN], all[NUM_LEN];

	if (!size)
		ctl_number(c, "subbuf_size", &size);
	if (!nr)
		ctl_number(c, "subbuf_nr", &nr);
	for (int i = 0; i < st->nr; i++)
		if (st->cpus[i].fullest > fullest)
			fullest = st->cpus[i].fullest;
	fmt_size(one, size);
	if (!st->nr) {
		row("buffers", "none; each CPU would get %llu x %s",
		    (unsigned long long)nr, one);
		return;
	}
	row("buffers", "%d CPU%s x %llu x %s = %s, fullest ever %llu%%",
	    st->nr, st->nr == 1 ? "" : "s", (unsigned long long)nr, one,
	    fmt_size(all, st->nr * nr * size),
	    (unsigned long long)(nr ? 100 * fullest / nr : 0));
}

/* What probes take of the CPUs' time, if there is a limit. */
static void line_cost(const struct ctl_stat *st)
{
	char is[PPM_TEXT], may[PPM_TEXT], part[64] = "";

	if (!st->max_cost_ppm)
		return;
	if (!st->shed_factor)
		snprintf(part, sizeof(part), ", for now nothing is recorded");
	else if (st->shed_factor > 1)
		snprintf(part, sizeof(part),
			 ", 1 of %llu connections is recorded",
			 (unsigned long long)st->shed_factor);
	row("cost", "probes take %s of the CPUs' time, %s at most%s",
	    fmt_ppm(is, st->cost_ppm), fmt_ppm(may, st->max_cost_ppm), part);
}

static void row_window(const struct board *b)
{
	char age[NUM_LEN], is[NUM_LEN], may[NUM_LEN], *failed;

	failed = b->failed ? xasprintf(", %u failed (%s)", b->failed,
				       b->error) : xstrdup("");
	row("window", "%s, %s of %s, %llu events, %u snapshot%s%s%s%s%s",
	    fmt_age(age, b->since_ns ? mono_ns() - b->since_ns : 0),
	    fmt_size(is, b->bytes), fmt_size(may, b->size),
	    (unsigned long long)b->events, b->snapshots,
	    b->snapshots == 1 ? "" : "s", failed, *b->last ? ", last " : "",
	    b->last, b->writing ? ", one is being written" : "");
	free(failed);
}

/* Of a flight recorder: what it could save now. */
static void line_window(const struct ctl *c)
{
	struct ctl_owner o;
	struct board b;
	int fd;

	ctl_owner(c, &o);
	fd = o.any ? board_find(o.pid) : -1;
	if (fd < 0)
		return;
	if (board_read(fd, &b))
		row_window(&b);
	close(fd);
}

static void line_kernel(const struct ctl_stat *st, bool loaded)
{
	const u64 all = st->exact + st->inferred + st->unavailable;
	const char *how = access("/sys/module/skbtrace/refcnt", F_OK) ?
			  "built in" : "module";
	char events[64] = "", rest[64] = "";
	struct utsname u;

	uname(&u);
	if (!loaded) {
		row("kernel", "%s, skbtrace is not loaded (record, live and"
		    " list load it)", u.release);
		return;
	}
	if (all)
		snprintf(events, sizeof(events), ", %s: %llu of %llu events",
			 st->exact == all ? "patched" : "exact",
			 (unsigned long long)st->exact,
			 (unsigned long long)all);
	if (all && st->exact != all)
		snprintf(rest, sizeof(rest), ", %llu inferred, %llu unavailable",
			 (unsigned long long)st->inferred,
			 (unsigned long long)st->unavailable);
	row("kernel", "%s, skbtrace %d (%s)%s%s", u.release, SKBTRACE_ABI, how,
	    events, rest);
}

static void line_memory(const struct status *s)
{
	char all[NUM_LEN], buffers[NUM_LEN], logs[NUM_LEN], tables[NUM_LEN];

	if (!status_memory(s))
		return;
	row("memory", "%s: buffers %s, hold-back logs %s, tables %s",
	    fmt_size(all, status_memory(s)),
	    fmt_size(buffers, s->st.buffer_bytes),
	    fmt_size(logs, s->st.log_bytes),
	    fmt_size(tables, s->st.table_bytes));
}

/* All of a session but the kernel. */
static void show_session(const struct status *s)
{
	const struct ctl_stat *st = &s->st;
	const struct ctl *c = &s->ctl;

	line_tracing(&s->owner, st);
	line_events(c);
	for (int i = 0; i < NR_FILTERS; i++)
		line_filter(c, st, i);
	for (int i = 0; i < NR_SCOPES; i++)
		line_scope(c, i);
	line_hold(c, st);
	line_buffers(c, st);
	line_memory(s);
	line_cost(st);
	line_window(c);
	printf("counts    %llu events, %llu lost\n",
	       (unsigned long long)ctl_sum(st, written),
	       (unsigned long long)ctl_sum(st, lost));
}

/* Each under its name, unless there is only the default one. */
void status_text(const struct status *s, int n)
{
	const bool named = n > 1 || (n && strcmp(s->name, DEFAULT_SESSION));

	if (n > 1) {
		status_table(s, n);
		putchar('\n');
	}
	for (int i = 0; i < n; i++) {
		if (named)
			printf("session   %s\n", s[i].name);
		show_session(&s[i]);
		if (named)
			putchar('\n');
	}
	line_kernel(&s->st, true);
}

void status_text_none(void)
{
	static const struct ctl_stat none;

	printf("tracing   off\n");
	line_kernel(&none, false);
}
