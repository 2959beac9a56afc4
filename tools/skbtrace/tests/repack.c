// SPDX-License-Identifier: GPL-2.0
/*
 * repack plain|packed IN OUT [N]: writes the recording again, chunk by chunk,
 * as record would; with N, a packed chunk for each N sub-buffers. For tests,
 * and to see what packing saves.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/skbtrace_api.h"
#include "trace/file.h"

static int copy(struct sbt_writer *w, const struct sbt_chunk *c, char **format)
{
	char *text;
	int err;

	if (c->type == SBT_SUBBUF && c->len >= sizeof(struct skbtrace_subbuf) &&
	    ((const struct skbtrace_subbuf *)c->data)->used == c->len)
		return sbt_writer_subbuf(w, c->cpu, c->data);
	if (c->type != SBT_FORMAT)
		return sbt_writer_chunk(w, c->type, c->cpu, c->data, c->len);
	text = xasprintf("%.*s", (int)c->len, (const char *)c->data);
	if (*format && !strcmp(*format, text)) {
		free(text);
		return 0;
	}
	err = sbt_writer_format(w, text);
	free(*format);
	*format = text;
	return err;
}

int main(int argc, char **argv)
{
	char *format = NULL;
	struct sbt_reader *r;
	struct sbt_writer *w;
	struct sbt_chunk c;
	unsigned long every, n = 0;
	int in, out, err = 0;

	if (argc < 4)
		return fail(EXIT_USAGE, "repack plain|packed IN OUT [N]");
	every = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
	in = open(argv[2], O_RDONLY);
	out = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	r = sbt_reader_open(in, argv[2]);
	w = sbt_writer_open(out, !strcmp(argv[1], "packed"));
	if (!r || !w)
		return fail(EXIT_FAILED, "cannot open: %m");
	while (!err && sbt_reader_next(r, false, &c) == SBT_READ_CHUNK) {
		if (c.type != SBT_END)
			err = copy(w, &c, &format);
		if (c.type == SBT_SUBBUF && every && !(++n % every))
			sbt_writer_tick(w, true);
	}
	if (!err)
		err = sbt_writer_end(w, sbt_reader_end(r));
	sbt_writer_close(w);
	sbt_reader_close(r);
	free(format);
	close(in);
	close(out);
	return err ? fail(EXIT_FAILED, "cannot write: %s", strerror(-err)) : 0;
}
