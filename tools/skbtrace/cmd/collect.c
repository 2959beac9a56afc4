// SPDX-License-Identifier: GPL-2.0
/* Recordings of other hosts, which send their events as frames. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/cmd.h"
#include "frame/collect.h"
#include "lib/num.h"
#include "record/recopt.h"

static struct collect c = { .dir = "." };
static const char *interfaces[LISTEN_SOURCES], *files[LISTEN_SOURCES];
static u64 ports[LISTEN_SOURCES];
static u32 ninterfaces, nfiles, nports;
static u64 duration_ns;
static bool plain;

static int too_many(void)
{
	return fail(EXIT_USAGE, "more than %d interfaces, ports and files",
		    LISTEN_SOURCES);
}

static bool is_space(void)
{
	return ninterfaces + nports + nfiles < LISTEN_SOURCES;
}

static int add_interface(const char *arg, void *dest)
{
	(void)dest;
	if (!is_space())
		return too_many();
	interfaces[ninterfaces++] = arg;
	return 0;
}

static int add_file(const char *arg, void *dest)
{
	(void)dest;
	if (!is_space())
		return too_many();
	files[nfiles++] = arg;
	return 0;
}

static int add_port(const char *arg, void *dest)
{
	u64 port;

	(void)dest;
	if (!is_space())
		return too_many();
	if (!parse_u64(arg, &port) || !port || port > 65535)
		return fail(EXIT_USAGE, "\"%s\" is not a port: 1 to 65535",
			    arg);
	ports[nports++] = port;
	return 0;
}

static const struct opt opts[] = {
	{ 'i', "interface", "IFACE",
	  "take the frames that this interface sends or gets; may be repeated",
	  OPT_CALL, NULL, add_interface },
	{ 0, "listen", "PORT",
	  "take those that come to this UDP port; may be repeated. Who can\n"
	  "send to it can forge: for trusted networks only",
	  OPT_CALL, NULL, add_port },
	{ 'r', "read", "FILE",
	  "take those of a file that tcpdump wrote, - for stdin; may be repeated",
	  OPT_CALL, NULL, add_file },
	{ 'o', "output", "DIR",
	  "write DIR/HOST-SESSION.dat for each (default: this folder)",
	  OPT_STRING, &c.dir, NULL },
	{ 'w', "seconds", "SECONDS", "stop after this time (10, 1.5, 2m, 1h)",
	  OPT_CALL, &duration_ns, recopt_duration },
	{ 0, "rotate", "SIZE",
	  "begin a new file after SIZE bytes: FILE.0001, FILE.0002, ...",
	  OPT_CALL, &c.o.rotate, recopt_size },
	{ 0, "files", "N",
	  "with --rotate: keep the newest N of each, remove older ones",
	  OPT_CALL, &c.o.files, recopt_count },
	{ 0, "no-compress", NULL, "write data as they come",
	  OPT_FLAG, &plain, NULL },
	{ 0, "strict", NULL, "exit 3 if events were lost",
	  OPT_FLAG, &c.strict, NULL },
	{ 'q', "quiet", NULL, "no notices, no table; errors and losses only",
	  OPT_FLAG, &c.quiet, NULL },
	{}
};

static int check_options(const struct args *a)
{
	struct stat st;

	if (a->n) {
		msg("\"%s\": collect has no operands", a->v[0]);
		hint("-i %s is an interface, -r %s a file", a->v[0], a->v[0]);
		return EXIT_USAGE;
	}
	if (!ninterfaces && !nports && !nfiles) {
		msg("no -i, --listen or -r: where do the frames come from?");
		hint("skbtrace collect -i skbtrace0; skbtrace collect --listen 4717");
		return EXIT_USAGE;
	}
	if (nfiles && (ninterfaces || nports))
		return fail(EXIT_USAGE, "-r and -i or --listen cannot be had together");
	if (c.o.files && !c.o.rotate)
		return fail(EXIT_USAGE, "--files needs --rotate");
	if (stat(c.dir, &st) && errno == ENOENT) {
		msg("there is no folder %s", c.dir);
		hint("mkdir -p %s", c.dir);
		return EXIT_USAGE;
	}
	if (!S_ISDIR(st.st_mode))
		return fail(EXIT_USAGE, "-o %s is not a folder", c.dir);
	return 0;
}

static int open_sources(struct source *s, u32 *n)
{
	int code = 0;

	for (u32 i = 0; i < ninterfaces && !code; i++)
		code = source_interface(&s[(*n)++], interfaces[i]);
	for (u32 i = 0; i < nports && !code; i++)
		code = source_port(&s[(*n)++], ports[i]);
	for (u32 i = 0; i < nfiles && !code; i++)
		code = source_file(&s[(*n)++], files[i]);
	return code;
}

static int run_collect(const struct args *a)
{
	struct source *sources;
	struct listen l = { .duration_ns = duration_ns };
	int code = check_options(a);

	if (code)
		return code;
	c.o.how = plain ? 0 : SBT_PACK;
	c.o.mode = OUT_NEW;
	sources = xcalloc(LISTEN_SOURCES, sizeof(*sources));
	l.sources = sources;
	code = open_sources(sources, &l.n);
	if (!code)
		code = collect_run(&c, &l);
	for (u32 i = 0; i < l.n; i++)
		source_close(&sources[i]);
	free(sources);
	return code;
}

const struct cmd cmd_collect = {
	.name = "collect",
	.brief = "record what other hosts send as frames, a file for each",
	.more =
"A link of type skbtrace sends what a session records: see \"Events as frames\"\n"
"in skbtrace.rst. A file is called HOST-SESSION.dat; of two hosts of one name\n"
"the second has its number in it. What was lost on the way is in the file, as\n"
"lost. Ends with Ctrl-C or -w; USR1 prints the table of hosts.\n\n"
"  skbtrace collect -i skbtrace0 -o /var/tmp/trace\n"
"  skbtrace collect --listen 4717 -o /var/tmp/trace --rotate 64M --files 10\n"
"  skbtrace collect -r frames.pcap\n",
	.opts = opts,
	.run = run_collect,
};
