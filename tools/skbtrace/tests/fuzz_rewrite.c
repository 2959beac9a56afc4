// SPDX-License-Identifier: GPL-2.0
/* Rewrites mutated recordings. */
#include "rewrite/anon.h"
#include "rewrite/cut.h"
#include "tests/fuzz_capture.h"

static int anonymise(const char *name, const struct rewrite_opts *how)
{
	static const struct rewrite_ops ops = {
		.block = anon_block, .meta = anon_meta, .format = anon_format,
		.known_only = true,
	};
	struct inputs in = { .name = { name }, .n = 1 };
	const u8 key[ANON_KEY] = { 1 };
	struct anon anon;
	struct rewrite rw = {
		.job = { .o = how, .ops = &ops, .arg = &anon }, .once = true,
	};
	int code;

	anon_init(&anon, key);
	code = rewrite_open(&rw, &in);
	code = rewrite_close(&rw, code ? code : rewrite_run(&rw));
	anon_free(&anon);
	return code;
}

static int cut(const char *name, const struct rewrite_opts *how)
{
	struct cut_opts o = { .how = *how };

	/* without a choice all is kept, as by merge */
	if (!one_in(4))
		random_opts(&o.what);
	o.what = (struct show_opts){
		.events = o.what.events, .filter = o.what.filter,
		.since = o.what.since, .until = o.what.until,
		.conns = o.what.conns,
	};
	inputs_add(&o.in, name);
	return cut_run(&o);
}

bool fuzz_rewrite(const char *name, const char *out)
{
	const struct rewrite_opts how = {
		.out = out, .force = true, .quiet = true,
	};
	struct show_opts o = { .out = "/dev/null" };
	struct inputs in = { .name = { out }, .n = 1 };
	int code = one_in(2) ? cut(name, &how) : anonymise(name, &how), ret;

	if (code != EXIT_OK && code != EXIT_INCOMPLETE)
		return true;
	ret = input_files(&o, &in);
	return ret == EXIT_OK || (ret == EXIT_INCOMPLETE && code);
}
