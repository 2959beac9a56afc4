// SPDX-License-Identifier: GPL-2.0
/* pcap: recordings as pcapng, for Wireshark and others. */
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/framed.h"
#include "filter/match.h"
#include "show/input.h"
#include "wire/export.h"
#include "wire/payloads.h"

#define DEFAULT_PCAP	"skbtrace.pcapng"

static struct show_opts show_opts;
static struct inputs inputs;
static struct export export = { .out = DEFAULT_PCAP };
static struct payloads payloads;
static const char *with;
static bool payload;

static int add_input(const char *arg, void *dest)
{
	return inputs_add(dest, arg);
}

static const struct opt opts[] = {
	{ 'i', "input", "FILE", "capture to read, - for stdin (default: "
	  DEFAULT_FILE ")", OPT_CALL, &inputs, add_input },
	{ 'o', "output", "FILE", "the file that is made (default: " DEFAULT_PCAP
	  "); - for stdout", OPT_STRING, &export.out, NULL },
	{ 0, "with", "CAPTURE", "packets of tcpdump or Wireshark, made meanwhile:"
	  " in the same list, with comments", OPT_STRING, &with, NULL },
	{ 0, "payload", NULL, "the packets themselves, as far as payload= has"
	  " recorded them, and no events", OPT_FLAG, &payload, NULL },
	MATCH_OPTIONS(show_opts),
	CONN_OPTIONS(show_opts),
	{ 0, "where", "EXPR",
	  "only events of which this is true: 'rtt>50ms and cpu=0'",
	  OPT_STRING, &show_opts.where, NULL },
	{}
};

static void tap_note(void *arg, const struct match *m, struct trace *t,
		     const struct rec *r, enum matched matched)
{
	(void)m;
	if (matched == MATCHED_YES && r->ev)
		notes_rec(arg, t, r);
}

static void tap_export(void *arg, const struct match *m, struct trace *t,
		       const struct rec *r, enum matched matched)
{
	struct export *x = arg;

	x->chosen = match_any(m) || m->ranged;
	export_rec(x, t, r, matched);
}

/* What all of the recordings say of the packets, whatever was chosen */
static int note(struct notes *n)
{
	const struct show_tap tap = { .rec = tap_note, .arg = n };
	const struct show_opts all = { .tap = &tap };

	return framed_files(&all, &inputs);
}

static int export_all(void)
{
	const struct show_tap tap = { .rec = tap_export, .arg = &export };
	int code, end;

	code = export_open(&export);
	if (code)
		return code;
	show_opts.tap = &tap;
	code = framed_files(&show_opts, &inputs);
	end = export_close(&export, !code || code == EXIT_INCOMPLETE);
	if (!end && (!code || code == EXIT_INCOMPLETE))
		export_tell(&export);
	return code ? code : end;
}

static void tap_payload(void *arg, const struct match *m, struct trace *t,
			const struct rec *r, enum matched matched)
{
	(void)m;
	payloads_rec(arg, t, r, matched);
}

static int all_payloads(void)
{
	const struct show_tap tap = { .rec = tap_payload, .arg = &payloads };
	int code, end;

	if (with)
		return fail(EXIT_USAGE, "--payload or --with, not both");
	code = payloads_open(&payloads, export.out);
	if (code)
		return code;
	show_opts.tap = &tap;
	code = input_files(&show_opts, &inputs);
	end = payloads_close(&payloads, !code || code == EXIT_INCOMPLETE);
	if (!end && (!code || code == EXIT_INCOMPLETE))
		payloads_tell(&payloads, export.out);
	return code ? code : end;
}

static int needs_file(void)
{
	for (u32 i = 0; i < inputs.n; i++)
		if (!strcmp(inputs.name[i], "-"))
			return fail(EXIT_USAGE, "--with reads recordings twice:"
				    " name a file, not -");
	return 0;
}

static int pcap_run(const struct args *a)
{
	int code = inputs_operands(&inputs, a->n, a->v);

	if (!code && payload)
		return all_payloads();
	if (!code && with)
		code = needs_file();
	if (code)
		return code;
	if (with) {
		export.notes = notes_open(with);
		if (!export.notes)
			return EXIT_FAILED;
		code = note(export.notes);
	}
	if (!code || code == EXIT_INCOMPLETE)
		code = export_all();
	notes_free(export.notes);
	return code;
}

const struct cmd cmd_pcap = {
	.name = "pcap",
	.args = "[FILE...]",
	.brief = "a capture as pcapng, for Wireshark; with its packets",
	.more =
"Each event becomes a frame, as a link of type skbtrace sends it: \"skbtrace list\n"
"-i FILE --dissector\" makes the dissector. With --with, packets that were\n"
"dropped, retransmitted or delayed get a comment that says so. With --payload\n"
"the file has packets instead: the bytes that events of them took along.\n"
"\n"
"examples:\n"
"  skbtrace pcap skbtrace.dat -o skbtrace.pcapng\n"
"  skbtrace pcap --with eth0.pcap --conn 10.0.2.1:443 -o story.pcapng\n"
"  skbtrace pcap --payload drops.dat -o drops.pcapng\n"
"  skbtrace pcap -e @trouble -o - | tshark -X lua_script:skbtrace.lua -r -\n",
	.opts = opts,
	.run = pcap_run,
};
