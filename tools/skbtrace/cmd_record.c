// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "cmd.h"
#include "conf.h"
#include "num.h"
#include "progress.h"
#include "sig.h"

#define DEFAULT_FILE	"skbtrace.dat"

static struct recopt what;
static struct capture_opts where;
static bool force;

static const struct opt opts[] = {
	RECORD_OPTIONS(what),
	{ 'o', "output", "FILE",
	  "write FILE, which must not exist; - is stdout\n"
	  "(default: skbtrace.dat; the one before becomes skbtrace.dat.old)",
	  OPT_STRING, &where.name, NULL },
	{ 'f', "force", NULL, "overwrite FILE", OPT_FLAG, &force, NULL },
	{ 0, "rotate", "SIZE",
	  "begin a new file after SIZE bytes: FILE.0001, FILE.0002, ...;\n"
	  "numbers go on after those that exist",
	  OPT_CALL, &where.rotate, recopt_size },
	{ 0, "files", "N", "with --rotate: keep the newest N, remove older ones",
	  OPT_CALL, &where.files, recopt_count },
	{ 0, "max-size", "SIZE", "stop after about SIZE bytes in all",
	  OPT_CALL, &where.max_size, recopt_size },
	{}
};

static int check_options(const struct args *a)
{
	const bool piped = where.name && !strcmp(where.name, "-");

	if (where.files && !where.rotate)
		return fail(EXIT_USAGE, "--files needs --rotate");
	if (where.rotate && piped)
		return fail(EXIT_USAGE, "--rotate needs a file, not -o -");
	if (a->tail && !*a->tail)
		return fail(EXIT_USAGE, "no command behind --");
	if (!where.name)
		where.mode = OUT_BACKUP;
	else
		where.mode = force ? OUT_REPLACE : OUT_NEW;
	if (!where.name)
		where.name = DEFAULT_FILE;
	return 0;
}

/* What to type next; NULL: nothing to read there. */
static char *how_to_read(void)
{
	if (!strcmp(where.name, "-") || !strncmp(where.name, "/dev/", 5))
		return NULL;
	if (where.rotate)
		return xasprintf("skbtrace parse %s.*", where.name);
	if (!strcmp(where.name, DEFAULT_FILE))
		return xstrdup("skbtrace parse");
	return xasprintf("skbtrace parse %s", where.name);
}

static void totals(struct session *s, struct capture *c, bool whole)
{
	char size[NUM_LEN], *to, *more = how_to_read();

	to = xasprintf("%s (%s)", strcmp(where.name, "-") ?
		       capture_names(c) : "stdout",
		       fmt_size(size, capture_bytes(c)));
	progress_totals(s, c->events, to, more, whole);
	free(to);
	free(more);
}

/* The file is done; CMD is not, when something else ended the recording. */
static void wait_for_command(struct session *s)
{
	struct pollfd p = { .fd = s->wake, .events = POLLIN };

	if (s->child.pid && !child_poll(&s->child) && !what.quiet)
		msg("recording has ended; waiting for the command");
	while (s->child.pid && !child_poll(&s->child)) {
		poll(&p, 1, 1000);
		if (sig_take() & SIG_STOP)
			child_signal(&s->child, sig_to_forward());
	}
}

static int trace(struct session *s, struct capture *c, char **cmd)
{
	bool whole = false;
	int code, err;

	code = session_start(s);
	if (code) {
		capture_drop(c);
		return code;
	}
	code = capture_begin(c);
	if (!code && cmd) {
		code = child_start(&s->child, cmd);
		if (code) {
			capture_drop(c);
			return code;
		}
	}
	if (!code) {
		code = session_run(s, &c->sink);
		whole = !code && !s->broken_pipe;
	} else if (code == -EPIPE) {
		s->broken_pipe = true;
		code = 0;
	}
	session_end(s);
	err = capture_end(c, whole);
	code = code ? code : err;
	if (!s->broken_pipe)
		totals(s, c, whole);
	if (!code && what.strict && s->lost)
		code = EXIT_INCOMPLETE;
	return code;
}

static int record(char **cmd)
{
	struct session s;
	struct capture c;
	int code;

	code = session_prepare(&s, "record", &what);
	if (!code)
		code = capture_open(&c, &where, &s);
	if (!code)
		code = trace(&s, &c, cmd);
	else if (code == -EPIPE)
		code = 0;
	if (cmd && s.wake >= 0)
		wait_for_command(&s);
	/* What CMD said counts, unless we failed or could not run it. */
	if (cmd && s.child.ended && (!code || code == EXIT_INCOMPLETE))
		code = s.child.code ? s.child.code : code;
	else if (cmd && code && code != EXIT_CANNOT_RUN &&
		 code != EXIT_NOT_FOUND)
		code = EXIT_NO_CMD;
	session_free(&s);
	return code;
}

static int run_record(const struct args *a)
{
	int code = check_options(a);

	if (!code)
		code = recopt_expression(&what, a);
	if (!code)
		code = conf_load(&what);
	if (!code && what.dump)
		return recopt_dump(&what);
	if (!code)
		return record(a->tail);
	return a->tail ? EXIT_NO_CMD : code;
}

const struct cmd cmd_record = {
	.name = "record",
	.args = "[EXPRESSION...] [-- CMD...]",
	.brief = "trace into a file until Ctrl-C, -w, or the end of CMD",
	.more =
"Without -e the set @trouble is recorded: rare on a healthy host. Ctrl-C ends\n"
"the recording, a second one leaves at once. USR1 prints the progress. With\n"
"CMD it is run, recording ends one second after it, and its exit status is\n"
"ours (125: skbtrace itself failed).\n\n"
"FILE is called FILE.part while it is written. It is readable then, too.\n\n"
"  skbtrace record -w 10\n"
"  skbtrace record -e @trouble,@rtt 'port 443 and net 10.0.0.0/8'\n"
"  skbtrace record -e '@trouble,tcp_rttm,primary=tcp_congestion'\n"
"  skbtrace record -e tcp_rttm,tcp_retransmit -- curl -sO https://host/file\n"
"  skbtrace record --rotate 64M --files 10 -o /var/tmp/net.dat\n",
	.opts = opts,
	.takes_tail = true,
	.run = run_record,
};
