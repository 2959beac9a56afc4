// SPDX-License-Identifier: GPL-2.0
/* tc: the commands that filter frames by their events. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "kernel/ctl.h"
#include "show/print_list.h"
#include "wire/sieve.h"

#define DEFAULT_DEV	"skbtrace0"

static const char *dev = DEFAULT_DEV, *class, *debugfs, *input;
static bool keep, drop;

static const struct opt opts[] = {
	{ 0, "keep", NULL, "drop all other events; names, losses and texts stay"
	  " (default)", OPT_FLAG, &keep, NULL },
	{ 0, "drop", NULL, "drop these events", OPT_FLAG, &drop, NULL },
	{ 0, "class", "MAJOR:MINOR", "put these events into a class of the queue"
	  " MAJOR:, as prio or htb have", OPT_STRING, &class, NULL },
	{ 0, "dev", "DEV", "the link (default: " DEFAULT_DEV ")", OPT_STRING,
	  &dev, NULL },
	{ 'i', "input", "FILE", "for the events of a capture, or of a text of"
	  " \"format\"; needs no rights", OPT_STRING, &input, NULL },
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &debugfs, NULL },
	{}
};

static void print_program(const struct prog *p)
{
	printf("%u", p->n);
	for (u32 i = 0; i < p->n; i++)
		printf(",%u %u %u %u", p->v[i].code, p->v[i].jt, p->v[i].jf,
		       p->v[i].k);
}

static void print_commands(const struct sieve *c, const struct prog *p)
{
	if (c->fields)
		printf("ip link set dev %s type skbtrace batch off\n", dev);
	if (class) {
		printf("tc filter add dev %s parent %.*s: protocol all bpf bytecode '",
		       dev, (int)strcspn(class, ":"), class);
		print_program(p);
		printf("' flowid %s\n", class);
		return;
	}
	printf("tc qdisc replace dev %s clsact\n", dev);
	printf("tc filter add dev %s egress protocol all bpf bytecode '", dev);
	print_program(p);
	printf("' action drop\n");
}

static int print_for(const struct selection *s, const struct format *f)
{
	struct sieve c = { .keep = !drop && !class };
	struct prog *p = xcalloc(1, sizeof(*p));
	int code = sieve_from(&c, s, f);

	if (!code)
		code = sieve_write(&c, f, p);
	if (!code)
		print_commands(&c, p);
	sieve_free(&c);
	free(p);
	return code;
}

/* By list_opts: the format comes from a file or from the kernel. */
static const struct args *args;
static int status;

static void print_of(const struct format *f)
{
	struct selection s = {};

	status = 0;
	for (int i = 0; i < args->n && !status; i++)
		status = select_spec(&s, f, args->v[i], false);
	if (!status)
		status = print_for(&s, f);
	select_free(&s);
}

static int print_here(const struct list_opts *how)
{
	struct ctl c;
	char *text;
	int code;

	code = ctl_open(&c, debugfs, CTL_PREPARE, "tc");
	if (!code) {
		text = ctl_read(&c, "format");
		if (text)
			code = list_text(text, strlen(text), "this kernel",
					 how);
		else
			code = fail(EXIT_FAILED, "cannot read the format: %m");
		free(text);
	}
	ctl_close(&c);
	return code;
}

/* It stands in commands: no blank, no quote, nothing that a shell knows. */
static bool is_plain(const char *s)
{
	const char *c = s;

	while (isalnum((unsigned char)*c) || (*c && strchr("_.:-@", *c)))
		c++;
	return *s && *s != '-' && !*c;
}

static bool is_class(const char *s)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t n = strspn(s, hex), m;

	if (!n || n > 4 || s[n] != ':')
		return false;
	m = strspn(s + n + 1, hex);
	return m && m <= 4 && !s[n + 1 + m];
}

static int check(const struct args *a)
{
	if (!a->n) {
		msg("tc: which events?");
		hint("skbtrace tc @trouble; skbtrace list has all of them");
		return EXIT_USAGE;
	}
	if (keep + drop + !!class > 1)
		return fail(EXIT_USAGE, "--keep, --drop, --class: one of them");
	if (!is_plain(dev) || strlen(dev) > 15)
		return fail(EXIT_USAGE, "--dev %s: no name of a device", dev);
	if (class && !is_class(class))
		return fail(EXIT_USAGE, "--class %s: two numbers in hex, as 1:3",
			    class);
	return 0;
}

static int tc_run(const struct args *a)
{
	const struct list_opts how = { .whole = print_of };
	int code = check(a);

	if (code)
		return code;
	args = a;
	code = input ? list_file(input, &how) : print_here(&how);
	return code ? code : status;
}

const struct cmd cmd_tc = {
	.name = "tc",
	.args = "EVENTS...",
	.brief = "the tc commands that filter the frames of a link by event",
	.more =
"EVENTS are as of record -e, with the options when=, skip= and only=. Nothing is\n"
"changed: the commands are printed, for a shell. Conditions look into the frame's\n"
"only block, so they need \"batch off\", which is then the first command.\n"
"\"tc filter del dev DEV egress\" takes all filters away.\n"
"\n"
"examples:\n"
"  skbtrace tc @trouble | sh\n"
"  skbtrace tc --drop skb_delay,tcp_segment\n"
"  skbtrace tc 'tcp_sendlimit,when=reason==nagle' 'tcp_rttm,when=rtt>50ms'\n"
"  skbtrace tc --class 1:3 'tcp_segment,when=stage_us<1ms'\n",
	.opts = opts,
	.run = tc_run,
};
