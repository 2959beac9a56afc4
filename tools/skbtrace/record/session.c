// SPDX-License-Identifier: GPL-2.0
/* Start and end of a session; session_run.c has the loop in between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/filter_set.h"
#include "kernel/select.h"
#include "kernel/sessions.h"
#include "lib/num.h"
#include "lib/sig.h"
#include "record/session.h"

static int set_number(const struct ctl *c, const char *name, u64 val)
{
	char text[NUM_LEN];

	if (!val)
		return 0;
	snprintf(text, sizeof(text), "%llu\n", (unsigned long long)val);
	return ctl_write(c, name, text);
}

static int set_word(const struct ctl *c, const char *name, const char *word)
{
	char *text;
	int code;

	if (!word)
		return 0;
	text = xasprintf("%s\n", word);
	code = ctl_write(c, name, text);
	free(text);
	return code;
}

/*
 * The product of size and number is limited, so set the one that shrinks first.
 */
static int set_sizes(const struct ctl *c, const struct recopt *o)
{
	u64 size = 0;
	int code;

	if (o->subbuf_size && o->subbuf_nr &&
	    ctl_number(c, "subbuf_size", &size) && o->subbuf_size > size) {
		code = set_number(c, "subbuf_nr", o->subbuf_nr);
		return code ? code :
		       set_number(c, "subbuf_size", o->subbuf_size);
	}
	code = set_number(c, "subbuf_size", o->subbuf_size);
	return code ? code : set_number(c, "subbuf_nr", o->subbuf_nr);
}

/* As a number, for 0 is one, too. */
static int set_hold(const struct ctl *c, const struct recopt *o)
{
	char text[NUM_LEN];

	if (!o->has_hold)
		return 0;
	if (!ctl_exists(c, "hold")) {
		msg("--hold: this kernel's skbtrace cannot hold events back");
		hint("it is older than this program: install the module from the same source");
		return EXIT_FAILED;
	}
	snprintf(text, sizeof(text), "%llu\n", (unsigned long long)o->hold);
	return ctl_write(c, "hold", text);
}

static int set_max_cost(const struct ctl *c, const struct recopt *o)
{
	if (!o->max_cost)
		return 0;
	if (!ctl_exists(c, "max_cost")) {
		msg("--max-cost: this kernel's skbtrace does not measure what it costs");
		hint("it is older than this program: install the module from the same source");
		return EXIT_FAILED;
	}
	return set_word(c, "max_cost", o->max_cost);
}

static int get_format(struct session *s)
{
	char err[256];

	s->format_text = ctl_read(&s->ctl, "format");
	if (!s->format_text)
		return fail(EXIT_FAILED, "cannot read the format: %m");
	s->format = format_parse(s->format_text, strlen(s->format_text), err,
				 sizeof(err));
	if (!s->format)
		return fail(EXIT_FAILED, "the kernel's format: %s", err);
	return 0;
}

/* Names without options, for the notice: what a reader looks for. */
static void tell_choice(const struct recopt *o, const struct selection *sel,
			const char *set)
{
	char *line = xstrdup("");

	for (int i = 0; i < sel->n; i++) {
		char *old = line;

		line = xasprintf("%s %s", old, sel->choices[i].event->name);
		free(old);
	}
	if (!o->nspecs)
		msg("no -e given%s%s, recording %s:%s",
		    o->conf ? " and no event in " : "", o->conf ? o->conf : "",
		    set, line);
	else if (o->specs[o->nspecs - 1].where)
		msg("no -e given, recording what %s says:%s", o->conf, line);
	else
		msg("recording what %s and -e say:%s", o->conf, line);
	free(line);
}

static int choose(struct session *s)
{
	const struct recopt *o = s->o;
	const char *set = o->nspecs ? NULL :
			  select_default(s->format, o->set);
	struct selection sel = {};
	int code = 0;

	for (int i = 0; !code && i < o->nspecs; i++) {
		msg_where(o->specs[i].where);
		code = select_spec(&sel, s->format, o->specs[i].text, o->quiet);
		msg_where(NULL);
	}
	if (!o->nspecs)
		code = select_spec(&sel, s->format, set, true);
	if (!code && !o->quiet && (!o->nspecs || o->conf))
		tell_choice(o, &sel, set);
	if (!code && !o->quiet)
		select_print_inferred(&sel);
	if (!code)
		s->specs = select_text(&sel);
	select_free(&sel);
	return code;
}

int session_prepare(struct session *s, const char *verb,
		    const struct recopt *o)
{
	int code;

	memset(s, 0, sizeof(*s));
	s->o = o;
	s->verb = verb;
	s->owner = -1;
	s->ctl.dir = -1;
	/* Early, so that a signal from now on ends us in order. */
	s->wake = sig_setup();
	if (s->wake < 0)
		return fail(EXIT_FAILED, "cannot make a pipe: %m");
	/* First, since it needs no rights and no module. */
	code = recopt_filters(o, s->filters);
	if (!code)
		code = ctl_open(&s->ctl, o->debugfs, CTL_PREPARE, verb);
	if (code)
		return code;
	s->owner = sessions_take(&s->ctl, o->session);
	if (s->owner < 0)
		return -s->owner;
	code = set_sizes(&s->ctl, o);
	if (!code)
		code = set_hold(&s->ctl, o);
	if (!code)
		code = set_max_cost(&s->ctl, o);
	if (!code)
		code = set_word(&s->ctl, "contexts", o->contexts);
	if (!code)
		code = set_word(&s->ctl, "cpus", o->cpus);
	for (int i = 0; !code && i < NR_FILTERS; i++)
		code = filter_set(&s->ctl, &s->filters[i]);
	if (!code)
		code = scope_set(&s->ctl, o->scope);
	if (!code)
		code = get_format(s);
	if (!code)
		code = choose(s);
	return code;
}

static void add_line(char **text, const char *what, const char *value)
{
	char *old = *text;

	*text = xasprintf("%s%s %s\n", old, what, value);
	free(old);
}

/* Filters and scopes, for the file, so that a reader knows what is missing. */
static char *choice_text(const struct session *s)
{
	char *text = xstrdup("");

	for (int i = 0; i < NR_FILTERS; i++)
		if (s->filters[i].expr)
			add_line(&text, filter_noun(i), s->filters[i].expr);
	for (int i = 0; i < NR_SCOPES; i++) {
		char *v = ctl_exists(&s->ctl, scope_name(i)) ?
			  ctl_read(&s->ctl, scope_name(i)) : NULL;

		if (v)
			v[strcspn(v, "\n")] = '\0';
		if (v && *v && strcmp(v, "none"))
			add_line(&text, scope_name(i), v);
		free(v);
	}
	return text;
}

int session_start(struct session *s)
{
	char *text;
	int code;

	/* Before the first event, whose time must not be negative. */
	s->start_ns = mono_ns();
	s->start_real_ns = real_ns();
	s->line_ns = s->start_ns;
	code = ctl_write(&s->ctl, "enabled", s->specs);
	if (code)
		return code;
	if (s->o->duration_ns)
		s->deadline_ns = mono_ns() + s->o->duration_ns;
	/* The file gets the specs as the kernel prints them. */
	text = ctl_read(&s->ctl, "enabled");
	if (text) {
		free(s->specs);
		s->specs = text;
	}
	s->choice = choice_text(s);
	if (ctl_exists(&s->ctl, "hold"))
		s->hold = ctl_read(&s->ctl, "hold");
	return reader_open(&s->reader, &s->ctl);
}

void session_end(struct session *s)
{
	struct ctl_stat st;

	if (s->owner < 0)
		return;
	s->end_ns = mono_ns();
	if (!ctl_stat(&s->ctl, &st)) {
		s->lost = ctl_sum(&st, lost);
		s->shed = ctl_sum(&st, shed);
		s->held = ctl_held(&st);
		s->history = ctl_sum(&st, history);
		s->conns = st.filters[FILTER_CONN];
		ctl_stat_free(&st);
	}
	s->ndrops = ctl_drops(&s->ctl, &s->drops);
	reader_close(&s->reader);
	close(s->owner);
	s->owner = -1;
}

void session_free(struct session *s)
{
	reader_close(&s->reader);
	if (s->owner >= 0)
		close(s->owner);
	ctl_close(&s->ctl);
	format_free(s->format);
	free(s->format_text);
	free(s->specs);
	free(s->choice);
	free(s->hold);
	free(s->drops);
	for (int i = 0; i < NR_FILTERS; i++)
		filter_free(&s->filters[i]);
}
