// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "lib/num.h"
#include "record/recording.h"

static const char *format(void *arg)
{
	const struct recording *r = arg;

	return r->s->format_text;
}

static int meta(void *arg, meta_put *put, void *to)
{
	const struct recording *r = arg;

	return meta_each(&r->meta, r->s, put, to);
}

static int clocks(void *arg, meta_put *put, void *to)
{
	(void)arg;
	return meta_clock(put, to);
}

static u64 now(void *arg)
{
	(void)arg;
	return mono_ns();
}

static u64 lost(void *arg)
{
	const struct recording *r = arg;

	return r->s->lost;
}

/* Without the file "keyframes": the next sub-buffers belong to the new file. */
static u32 keyframes(void *arg)
{
	const struct recording *r = arg;
	u64 epoch;

	if (ctl_write_quiet(&r->s->ctl, "keyframes", "1\n") ||
	    !ctl_number(&r->s->ctl, "keyframes", &epoch))
		return 0;
	return epoch;
}

static bool cpu(void *arg, u32 i, u32 *to)
{
	const struct reader *rd = &((struct recording *)arg)->s->reader;

	for (int n = 0; n < rd->nr; n++) {
		if (rd->cpus[n].fd < 0 || i--)
			continue;
		*to = rd->cpus[n].cpu;
		return true;
	}
	return false;
}

static const struct capture_ops ops = {
	.format = format,
	.meta = meta,
	.clock = clocks,
	.now = now,
	.lost = lost,
	.keyframes = keyframes,
	.cpu = cpu,
	/* An idle CPU has no data of the old epoch. */
	.move_ns = NSEC_PER_SEC,
};

static const char *size_text(struct session *s)
{
	struct recording *r = s->priv;

	return fmt_size(r->text, capture_bytes(&r->c));
}

static bool full(struct session *s)
{
	const struct recording *r = s->priv;
	const u64 max = r->c.o->max_size;

	return max && capture_bytes(&r->c) >= max;
}

int recording_open(struct recording *r, const struct capture_opts *o,
		   struct session *s)
{
	int code;

	memset(r, 0, sizeof(*r));
	r->s = s;
	code = capture_open(&r->c, o, &ops, r);
	if (code)
		return code;
	meta_collect(&r->meta, &s->ctl);
	s->priv = r;
	s->size_text = size_text;
	s->full = full;
	return 0;
}

void recording_free(struct recording *r)
{
	meta_free(&r->meta);
}
