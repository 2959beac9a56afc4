// SPDX-License-Identifier: GPL-2.0
/* anonymise: remove identifying data from a recording. */
#include <string.h>

#include "cmd/cmd.h"
#include "rewrite/anon.h"
#include "rewrite/rewrite.h"

static struct rewrite_opts how;
static const char *key_file;

static const struct opt opts[] = {
	{ 0, "key", "FILE",
	  "the same mapping as for others with this key, 32 bytes\n"
	  "(default: a random key, which is thrown away)",
	  OPT_STRING, &key_file, NULL },
	REWRITE_OPTIONS(how),
	{}
};

static const struct rewrite_ops ops = {
	.block = anon_block, .meta = anon_meta, .format = anon_format,
	.known_only = true,
};

static int run(struct anon *anon, const char *file)
{
	struct rewrite rw = {
		.job = { .o = &how, .ops = &ops, .arg = anon }, .once = true,
	};
	struct inputs in = { .name = { file }, .n = 1 };
	int code = rewrite_open(&rw, &in);

	if (!code)
		code = rewrite_run(&rw);
	code = rewrite_close(&rw, code);
	if (anon->left_out && (!code || code == EXIT_INCOMPLETE))
		msg("left out, for nobody knows what is in it: %llu text%s",
		    (unsigned long long)anon->left_out,
		    anon->left_out == 1 ? "" : "s");
	return code;
}

static int run_anonymise(const struct args *a)
{
	u8 key[ANON_KEY];
	struct anon anon;
	int code;

	if (a->n != 1)
		return fail(EXIT_USAGE, "anonymise takes one file");
	code = anon_key(key_file, how.out, key);
	if (code)
		return code;
	anon_init(&anon, key);
	explicit_bzero(key, sizeof(key));
	code = run(&anon, a->v[0]);
	anon_free(&anon);
	return code;
}

const struct cmd cmd_anonymise = {
	.name = "anonymise",
	.args = "FILE -o FILE",
	.brief = "write a recording without addresses and names",
	.more =
"Addresses become others, the same always the same, with the prefixes that they\n"
"had in common; names of hosts, programs, devices and files go. Numbers stay:\n"
"ports, times, sizes, ids, sequence numbers. Read the manual, and what \"skbtrace\n"
"info\" says of the file, before you give it away. Exit codes as those of parse.\n"
"\n"
"examples:\n"
"  skbtrace anonymise skbtrace.dat -o bug.dat\n"
"  skbtrace cut sk=1003 skbtrace.dat -o - | skbtrace anonymise - -o bug.dat\n"
"  head -c 32 /dev/urandom >key && skbtrace anonymise --key key a.dat -o b.dat\n",
	.opts = opts,
	.run = run_anonymise,
};
