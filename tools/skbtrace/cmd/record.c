// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "flight/told.h"
#include "frame/collect.h"
#include "lib/num.h"
#include "lib/sig.h"
#include "record/conf.h"
#include "record/packets.h"
#include "record/progress.h"
#include "record/recording.h"

#define DEFAULT_FILE	"skbtrace.dat"
#define DEFAULT_PACKETS	"skbtrace.pcapng"
#define RECORD_SET	"@why"

enum { SNAP_MAX = 262144 };	/* the kernel's, and tcpdump's */

static struct recopt what = { .set = RECORD_SET };
static struct capture_opts where;
static bool force, plain, direct;
static struct flight_opts flying = {
	.after_ns = FLIGHT_UNSET, .gap_ns = FLIGHT_UNSET,
};

static struct packets packets = { .fd = -1 };
static bool no_events;	/* packets only */
static const char *snap;	/* of --packets, NULL: none, "": whole ones */

static int set_packets(const char *arg, void *word)
{
	u64 n = 0;

	if (arg && (!parse_u64(arg, &n) || !n || n > SNAP_MAX))
		return fail(EXIT_USAGE, "--packets=%s: bytes of each packet,"
			    " from 1 to %d; without a number all of these", arg,
			    SNAP_MAX);
	*(const char **)word = arg ? arg : "";
	return 0;
}

static int set_time(const char *arg, void *ns)
{
	if (!strcmp(arg, "0")) {
		*(u64 *)ns = 0;
		return 0;
	}
	if (parse_duration(arg, ns))
		return 0;
	return fail(EXIT_USAGE, "\"%s\" is not a time; e.g. 0, 500ms, 2m", arg);
}

static const struct opt opts[] = {
	RECORD_OPTIONS(what, RECORD_SET),
	INTERFACE_OPTION(what.interface),
	{ 'o', "output", "FILE",
	  "write FILE, which must not exist; - is stdout\n"
	  "(default: skbtrace.dat; the one before becomes skbtrace.dat.old)",
	  OPT_STRING, &where.name, NULL },
	{ 0, "packets", "SNAP",
	  "the packets themselves, the first SNAP bytes from IP on (default:\n"
	  "all): into FILE, as pcapng; with -e into FILE.pcapng, beside events",
	  OPT_OPTIONAL, &snap, set_packets },
	{ 'f', "force", NULL, "overwrite FILE", OPT_FLAG, &force, NULL },
	{ 0, "rotate", "SIZE",
	  "begin a new file after SIZE bytes: FILE.0001, FILE.0002, ...;\n"
	  "numbers go on after those that exist",
	  OPT_CALL, &where.rotate, recopt_size },
	{ 0, "files", "N",
	  "with --rotate or --flight-recorder: keep the newest N, remove\n"
	  "older ones",
	  OPT_CALL, &where.files, recopt_count },
	{ 0, "max-size", "SIZE", "stop after about SIZE bytes in all",
	  OPT_CALL, &where.max_size, recopt_size },
	{ 0, "no-compress", NULL,
	  "write data as the kernel gives them: ten times as many bytes, for\n"
	  "an older skbtrace, or a program that reads the file by itself",
	  OPT_FLAG, &plain, NULL },
	{ 0, "direct", NULL,
	  "write around the page cache (O_DIRECT), for a fast disk: nothing\n"
	  "else of the machine is pushed out of it",
	  OPT_FLAG, &direct, NULL },
	{ 0, "flight-recorder", "SIZE",
	  "keep the last SIZE bytes in memory; save them in FILE.0001, ...\n"
	  "when \"skbtrace snapshot\", USR2 or an event with snapshot says so",
	  OPT_CALL, &flying.size, recopt_size },
	{ 0, "snapshot-after", "TIME",
	  "record so much longer when an event says so (default 1s)",
	  OPT_CALL, &flying.after_ns, set_time },
	{ 0, "snapshot-gap", "TIME",
	  "events cause snapshots at most this often (default 1m)",
	  OPT_CALL, &flying.gap_ns, set_time },
	{ 0, "max-snapshots", "N", "stop after N snapshots",
	  OPT_CALL, &flying.max, recopt_count },
	{}
};

static int not_both(const char *option)
{
	msg("--flight-recorder and %s cannot be had together", option);
	hint("its files FILE.0001, ... are never larger than its SIZE");
	hint("--files and --max-snapshots limit their number");
	return EXIT_USAGE;
}

static int check_flight(bool piped)
{
	const bool sizes = flying.after_ns != FLIGHT_UNSET ||
			   flying.gap_ns != FLIGHT_UNSET || flying.max;

	if (!flying.size)
		return sizes ? fail(EXIT_USAGE, "--snapshot-after,"
				    " --snapshot-gap and --max-snapshots need"
				    " --flight-recorder") : 0;
	if (where.rotate)
		return not_both("--rotate");
	if (where.max_size)
		return not_both("--max-size");
	if (direct)
		return not_both("--direct");
	if (piped)
		return not_both("-o -");
	if (flying.after_ns == FLIGHT_UNSET)
		flying.after_ns = NSEC_PER_SEC;
	if (flying.gap_ns == FLIGHT_UNSET)
		flying.gap_ns = 60 * NSEC_PER_SEC;
	return 0;
}

static int check_options(const struct args *a)
{
	const bool piped = where.name && !strcmp(where.name, "-");
	int code = check_flight(piped);

	if (code)
		return code;
	if (where.files && !where.rotate && !flying.size)
		return fail(EXIT_USAGE, "--files needs --rotate or"
			    " --flight-recorder");
	if (where.rotate && piped)
		return fail(EXIT_USAGE, "--rotate needs a file, not -o -");
	if (direct && piped)
		return fail(EXIT_USAGE, "--direct needs a file, not -o -");
	if (a->tail && !*a->tail)
		return fail(EXIT_USAGE, "no command behind --");
	if (!where.name)
		where.mode = OUT_BACKUP;
	else
		where.mode = force ? OUT_REPLACE : OUT_NEW;
	if (!where.name)
		where.name = DEFAULT_FILE;
	where.how = (plain ? 0 : SBT_PACK) | (direct ? SBT_DIRECT : 0);
	flying.pack = !plain;
	flying.name = where.name;
	flying.files = where.files;
	return 0;
}

/* Packets instead of events, or beside them */
static int check_packets(void)
{
	static const char *const events[] = { "ip_send", "ip_receive" };
	const bool alone = !what.nspecs;
	int code = 0;

	if (!snap)
		return 0;
	if (flying.size || where.rotate || where.max_size ||
	    !strcmp(where.name, "-"))
		return fail(EXIT_USAGE, "--packets needs a file of its own:"
			    " not with --rotate, --max-size,"
			    " --flight-recorder or -o -");
	for (size_t i = 0; !code && i < ARRAY_SIZE(events); i++)
		code = recopt_spec(xasprintf("%s,capture%s%s", events[i],
					     *snap ? "=" : "", snap), &what);
	packets.mode = where.mode;
	packets.name = where.name;
	if (!alone) {
		packets.name = xasprintf("%s.pcapng", where.name);
		return code;
	}
	if (direct)
		return fail(EXIT_USAGE, "--direct is for events: packets go"
			    " from their pages to the page cache by splice(2)");
	if (where.mode == OUT_BACKUP)
		packets.name = DEFAULT_PACKETS;
	no_events = true;
	where.name = "/dev/null";
	return code;
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
	struct pollfd p[] = {
		{ .fd = s->wake, .events = POLLIN },
		{ .fd = child_fd(&s->child), .events = POLLIN },
	};

	if (s->child.pid && !child_poll(&s->child) && !what.quiet)
		msg("recording has ended; waiting for the command");
	while (s->child.pid && !child_poll(&s->child)) {
		poll(p, ARRAY_SIZE(p), -1);
		if (sig_take() & SIG_STOP)
			child_signal(&s->child, sig_to_forward());
	}
}

/* Where the data go: into files, or into a window of which files are made. */
struct target {
	struct session *s;
	struct recording r;
	struct flight f;
};

/* 0, an exit code after a message, or -EPIPE, as those below. */
static int target_open(struct target *t, struct session *s)
{
	int code;

	t->s = s;
	if (!flying.size)
		return recording_open(&t->r, &where, s);
	code = flight_open(&t->f, &flying, s);
	if (code)
		flight_free(&t->f);
	return code;
}

static int target_begin(struct target *t)
{
	if (!flying.size)
		return capture_begin(&t->r.c);
	flight_begin(&t->f);
	return 0;
}

static struct sink *target_sink(struct target *t)
{
	return flying.size ? &t->f.sink : &t->r.c.sink;
}

static void target_drop(struct target *t)
{
	if (flying.size)
		flight_free(&t->f);
	else
		capture_drop(&t->r.c);
}

/* Tracing is over, its session is not: it can be asked about processors. */
static int target_save(struct target *t)
{
	return flying.size ? flight_end(&t->f) : 0;
}

/* Finish what is there, and say what it was. */
static int target_end(struct target *t, bool whole)
{
	int code;

	if (flying.size) {
		flight_print_end(&t->f, whole);
		flight_free(&t->f);
		return 0;
	}
	code = capture_end(&t->r.c, whole);
	if (!t->s->broken_pipe && !no_events)
		totals(t->s, &t->r.c, whole);
	return code;
}

static int end_packets(struct session *s, int code)
{
	char size[NUM_LEN];
	struct packets_count n;
	int err = packets_end(&packets, &s->ctl, &n);

	if (err)
		return code ? code : err;
	if (!what.quiet || n.lost)
		msg("%llu packets -> %s (%s)%s%s%s",
		    (unsigned long long)n.captured, packets.name,
		    fmt_size(size, packets.bytes), n.lost ? ", lost: " :
		    ", none lost. Read: tcpdump -nr ", n.lost ? n.why :
		    packets.name, "");
	if (!code && what.strict && n.lost)
		return EXIT_INCOMPLETE;
	return code;
}

/* It has not come to a recording: no file. Returns @code. */
static int give_up(struct session *s, struct target *t, int code)
{
	target_drop(t);
	session_end(s);
	if (packets.name)
		packets_drop(&packets);
	return code;
}

static int trace(struct session *s, struct target *t, char **cmd)
{
	bool whole = false;
	int code, saved, err;

	code = session_start(s);
	if (code)
		return give_up(s, t, code);
	code = target_begin(t);
	if (!code && packets.name)
		code = packets_start(&packets, &s->ctl);
	if (!code && cmd) {
		code = child_start(&s->child, cmd);
		if (code)
			return give_up(s, t, code);
	}
	if (!code) {
		code = session_run(s, target_sink(t));
		whole = !code && !s->broken_pipe;
	} else if (code == -EPIPE) {
		s->broken_pipe = true;
		code = 0;
	}
	saved = target_save(t);
	if (packets.name)
		code = end_packets(s, code);
	session_end(s);
	err = target_end(t, whole);
	code = code ? code : saved ? saved : err;
	if (!code && what.strict && s->lost)
		code = EXIT_INCOMPLETE;
	return code;
}

static int record(char **cmd)
{
	struct target t = {};
	struct session s;
	int code;

	code = session_prepare(&s, "record", &what);
	if (!code)
		code = target_open(&t, &s);
	if (!code && packets.name)
		code = packets_open(&packets);
	if (!code)
		code = trace(&s, &t, cmd);
	else if (code == -EPIPE)
		code = 0;
	recording_free(&t.r);
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

/* The first session that sends frames there. */
static int record_frames(void)
{
	struct collect c = {
		.file = where.name, .o = where, .quiet = what.quiet,
		.strict = what.strict,
	};
	struct source from;
	struct listen l = {
		.sources = &from, .n = 1, .one = true,
		.duration_ns = what.duration_ns,
	};
	int code = source_interface(&from, what.interface);

	if (!code)
		code = collect_run(&c, &l);
	source_close(&from);
	return code;
}

static int run_record(const struct args *a)
{
	int code = check_options(a);

	if (!code && what.interface) {
		code = recopt_only_frames(&what, a);
		if (!code && (flying.size || where.max_size || snap))
			code = fail(EXIT_USAGE, "-i goes neither with"
				    " --flight-recorder nor --max-size nor"
				    " --packets");
		return code ? code : record_frames();
	}
	if (!code)
		code = recopt_expression(&what, a);
	if (!code)
		code = check_packets();
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
"Without -e the set @why is recorded: what \"skbtrace why\" needs. @trouble is\n"
"less, and rare on a healthy host. Ctrl-C ends the recording, a second one\n"
"leaves at once. USR1 prints the progress. With CMD it is run, recording ends\n"
"one second after it, and its exit status is ours (125: skbtrace itself failed).\n\n"
"FILE is called FILE.part while it is written. It is readable then, too, up to\n"
"two seconds ago. It is compressed, in a thread of its own: --no-compress.\n\n"
"A flight recorder writes nothing until it is asked to: see --flight-recorder.\n\n"
"  skbtrace record -w 10\n"
"  skbtrace record 'port 443 and net 10.0.0.0/8'\n"
"  skbtrace record -e '@trouble,tcp_rttm,primary=tcp_congestion'\n"
"  skbtrace record -e tcp_rttm,tcp_retransmit -- curl -sO https://host/file\n"
"  skbtrace record --rotate 64M --files 10 -o /var/tmp/net.dat\n"
"  skbtrace record --flight-recorder 64M\n",
	.opts = opts,
	.takes_tail = true,
	.run = run_record,
};
