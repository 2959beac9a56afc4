// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rewrite/leave.h"
#include "rewrite/output.h"

int output_open(struct output *o, const struct rewrite_opts *opts)
{
	int code;

	leave_begin();
	code = outfile_open(&o->f, opts->out,
			    opts->force ? OUT_REPLACE : OUT_NEW, SBT_PACK);
	o->open = !code;
	o->named = !code && o->f.name;
	if (!code && o->f.part)
		o->part = xstrdup(o->f.part);
	leave_file(o->part);
	return code;
}

static int failed(struct output *o, int err)
{
	const char *name = o->f.name ? o->f.name : "to stdout";

	if (!err || err == -EPIPE)
		return err;
	msg("cannot write %s: %s", name, strerror(-err));
	if (o->part)
		hint("nothing is left of it; what had that name before is"
		     " as it was");
	return EXIT_FAILED;
}

int output_begin(struct output *o)
{
	return o->recordings++ ? failed(o, sbt_writer_next(o->f.w)) : 0;
}

int output_chunk(struct output *o, u32 type, u32 cpu, const void *p,
		 size_t len)
{
	return failed(o, sbt_writer_chunk(o->f.w, type, cpu, p, len));
}

int output_format(struct output *o, const char *text)
{
	return failed(o, sbt_writer_format(o->f.w, text));
}

int output_meta(struct output *o, const char *name, const char *text)
{
	return failed(o, sbt_writer_meta(o->f.w, name, text));
}

int output_mark(struct output *o, u32 cpu, u64 complete_ns)
{
	return failed(o, sbt_writer_mark(o->f.w, cpu, complete_ns));
}

int output_end(struct output *o, const struct sbt_end *end)
{
	return failed(o, sbt_writer_end(o->f.w, end));
}

int output_close(struct output *o, int code)
{
	if (!o->open)
		return code;
	o->f.whole_only = true;
	if (code)
		outfile_drop(&o->f);
	else
		code = outfile_finish(&o->f, NULL);
	o->open = false;
	leave_end();
	free(o->part);
	o->part = NULL;
	return code;
}
