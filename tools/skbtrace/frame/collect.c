// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame/collect.h"
#include "frame/table.h"
#include "frame/take.h"
#include "lib/num.h"
#include "record/rotate.h"
#include "trace/format.h"

enum { NAME_MAX_LEN = 64 };

/* What a host says it is called may be anything: a name of a file it is not. */
static char *word(const char *s)
{
	char *to = strndup(*s ? s : "unknown", NAME_MAX_LEN);

	for (char *p = to; to && *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._-", *p))
			*p = '_';
	if (to && *to == '.')
		*to = '_';
	return to ? to : xstrdup("unknown");
}

/* Has another host the same name, and was it here before? */
static bool is_second(const struct collect *c, const struct sender *s)
{
	for (const struct sender *o = c->all.first; o && o != s; o = o->next)
		if (o->host != s->host && o->account.host &&
		    !strcmp(o->account.host, s->account.host))
			return true;
	return false;
}

static bool is_free(const struct collect *c, const char *path)
{
	char *part = xasprintf("%s.part", path);
	bool there = c->o.rotate ? rotate_last(path) :
		     !access(path, F_OK) || !access(part, F_OK);

	free(part);
	return !there;
}

/* HOST-SESSION.dat; a number is added if there is one already. */
static char *path_of(const struct collect *c, const struct sender *s)
{
	char *host, *session, *base, *path;

	if (c->o.mode == OUT_UNNAMED)
		return xstrdup(c->dir);
	host = word(s->account.host);
	session = word(s->account.session);
	if (is_second(c, s))
		base = xasprintf("%s/%s-%08x-%s", c->dir, host, (u32)s->host,
				 session);
	else
		base = xasprintf("%s/%s-%s", c->dir, host, session);
	path = xasprintf("%s.dat", base);
	for (u32 n = 2; !is_free(c, path) && n < 100000; n++) {
		free(path);
		path = xasprintf("%s-%u.dat", base, n);
	}
	free(base);
	free(session);
	free(host);
	return path;
}

/* What cannot be decoded must not become a file. */
static bool can_decode(const struct sender *s)
{
	char err[200];
	struct format *f = format_parse(s->format_text, strlen(s->format_text),
					err, sizeof(err));

	if (!f) {
		msg("the format of %s: %s", s->account.host, err);
		return false;
	}
	format_free(f);
	return true;
}

static struct sink *begin(void *arg, struct sender *s)
{
	struct collect *c = arg;
	struct take *t;

	if (c->file && c->files) {
		msg("%s, session %s, sends here, too: left out",
		    s->account.host, s->account.session);
		hint("skbtrace collect takes them all");
		return NULL;
	}
	if (!can_decode(s))
		return NULL;
	t = take_open(&c->o, s, c->file ? xstrdup(c->file) : path_of(c, s));
	if (!t) {
		c->code = EXIT_FAILED;
		c->all.err = -EIO;
		return NULL;
	}
	s->priv = t;
	c->files++;
	if (!c->quiet)
		msg("%s, session %s: %s", s->account.host, s->account.session,
		    t->path);
	return &t->c.sink;
}

static int new_format(void *arg, struct sender *s)
{
	(void)arg;
	return take_format(s->priv);
}

static void end(void *arg, struct sender *s)
{
	struct collect *c = arg;
	struct take *t = s->priv;
	int code = take_end(t);

	c->code = c->code ? c->code : code;
	c->bytes += t->bytes;
	c->lost += s->r.lost;
	c->lost_on_way += s->r.lost_on_way;
	c->events += s->events;
}

static void leave(void *arg, struct sender *s)
{
	(void)arg;
	if (s->priv)
		take_free(s->priv);
}

static const struct senders_ops ops = {
	.begin = begin,
	.format = new_format,
	.end = end,
	.leave = leave,
};

static int tick(void *arg, u64 now)
{
	struct collect *c = arg;
	int err = 0;

	for (struct sender *s = c->all.first; s && !err; s = s->next)
		if (s->state == SENDER_RUNS)
			err = take_tick(s->priv, now);
	return err;
}

static const char *path(const struct sender *s)
{
	const struct take *t = s->priv;

	return t ? t->path : "-";
}

static void progress(void *arg)
{
	struct collect *c = arg;

	table_print(&c->all, path);
}

/* ---- at the end ---- */

static void tell_losses(const struct collect *c)
{
	if (c->lost)
		msg("LOST %llu of %llu events, %llu of them on the way",
		    (unsigned long long)c->lost,
		    (unsigned long long)(c->lost + c->events),
		    (unsigned long long)c->lost_on_way);
}

static void tell_file(const struct collect *c)
{
	char size[NUM_LEN];

	if (c->files && !c->quiet)
		msg("%llu events -> %s (%s)%s", (unsigned long long)c->events,
		    c->file, fmt_size(size, c->bytes),
		    c->lost ? "" : ", none lost");
}

/* Who gets it tells of losses. */
static void hand_over(struct collect *c)
{
	for (struct sender *s = c->all.first; s; s = s->next) {
		struct take *t = s->priv;

		if (!t || t->fd < 0)
			continue;
		lseek(t->fd, 0, SEEK_SET);
		c->got(c->arg, s, t->fd);
		t->fd = -1;
	}
}

static void print(struct collect *c)
{
	if (c->got) {
		table_faults(&c->all);
		return;
	}
	if (c->file)
		tell_file(c);
	else if (!c->quiet)
		table_print(&c->all, path);
	table_faults(&c->all);
	tell_losses(c);
}

static void release(struct collect *c)
{
	for (struct sender *s = c->all.first; s; s = s->next)
		if (s->priv)
			take_free(s->priv);
	senders_free(&c->all);
}

/* Nothing came of it. */
static int none(const struct listen *l)
{
	if (!l->n || !l->sources[0].is_file)
		return fail(EXIT_FAILED, "no session has sent all that is needed: nothing is recorded");
	msg("there is no session in %s",
	    l->n > 1 ? "them" : l->sources[0].name);
	hint("frames have ethertype 0x88b5, or are UDP datagrams");
	return EXIT_FAILED;
}

int collect_run(struct collect *c, struct listen *l)
{
	int code;

	senders_init(&c->all, &ops, c);
	l->all = &c->all;
	l->arg = c;
	l->tick = tick;
	l->progress = progress;
	l->stdout_fd = -1;
	code = listen_run(l);
	senders_end(&c->all);
	print(c);
	if (c->got)
		hand_over(c);
	code = code ? code : c->code;
	if (!code && !c->files && (c->file || l->sources[0].is_file))
		code = none(l);
	if (!code && c->strict && c->lost)
		code = EXIT_INCOMPLETE;
	release(c);
	return code;
}
