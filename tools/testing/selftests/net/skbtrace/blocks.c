// SPDX-License-Identifier: GPL-2.0
/*
 * blocks [-q] FORMAT STREAM... - check what trace.cpuN delivered, print it
 *
 * Written from the uapi header and the text of "format" alone, independent of
 * tools/skbtrace. Each STREAM must hold one CPU's whole sub-buffers. Everything
 * that the header promises is checked; what is wrong goes to stderr, and makes
 * the exit status 1.
 *
 * Prints (unless -q) a line per block, merged by time, each value between two
 * blanks: " time=N cpu=N seq=N ctx=task event=NAME key=HEX netns=N tgid=N
 * FIELD=VALUE... ", with "stack=ID:ID... " if the block has one, innermost
 * first. LOST blocks are event=LOST first=N last=N and NAME=COUNT for each
 * kind. SHED blocks are event=SHED since=N factor=N was=N share=N limit=N.
 * HISTORY blocks are event=HISTORY nr=N missed=N. A block that had been held
 * back stands where it was written, and has held=1 after tgid=; missed=1 and
 * snapshot=1 are in that place, too. Then, also with -q, a line per CPU:
 * "cpu N subbufs=N blocks=N names=N lost=N lost_blocks=N bytes=N", where bytes
 * are those of sub-buffers without their padding.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/skbtrace_api.h>
#include "blocks_format.h"

struct line {
	uint64_t	time;
	unsigned int	cpu;
	uint64_t	place;
	char		*text;
};

/* A stream, as far as it has been read */
struct stream {
	const char	*name;
	unsigned int	cpu;
	uint32_t	size;
	uint32_t	epoch;
	uint64_t	next_seq;
	uint64_t	time;
	uint64_t	mono_ns;
	uint64_t	subbufs;
	uint64_t	blocks;
	uint64_t	names;
	uint64_t	lost;
	uint64_t	lost_blocks;
	uint64_t	bytes;
	uint32_t	held;		/* that a HISTORY block has announced */
};

static struct line *lines;
static size_t nr_lines, max_lines;
static bool quiet;
static int status;

static void __attribute__((format(printf, 2, 3)))
bad(const struct stream *s, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s: sub-buffer %llu: ", s->name,
		(unsigned long long)s->subbufs);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	status = 1;
}

static void keep_line(const struct stream *s, uint64_t time, const char *text)
{
	struct line *more;

	if (nr_lines == max_lines) {
		max_lines = max_lines ? 2 * max_lines : 1024;
		more = realloc(lines, max_lines * sizeof(*lines));
		if (!more)
			die("lines");
		lines = more;
	}
	lines[nr_lines] = (struct line){ time, s->cpu, nr_lines, strdup(text) };
	nr_lines++;
}

static const char *context(unsigned int ctx)
{
	static const char * const word[] = { "task", "softirq", "hardirq" };

	return ctx < 3 ? word[ctx] : "?";
}

/* The stack of a block, behind its fields; NULL if it has none */
static const struct skbtrace_stack *stack_of(const struct event *e,
					     const struct skbtrace_block *b)
{
	return b->flags & SKBTRACE_BLOCK_STACK ?
	       (const void *)((const char *)b + e->len) : NULL;
}

/* Bytes of the fields, and of the stack */
static unsigned int known_len(const struct event *e,
			      const struct skbtrace_block *b)
{
	const struct skbtrace_stack *st = stack_of(e, b);

	return e->len + (st ? sizeof(*st) + st->depth * sizeof(st->at[0]) : 0);
}

static int print_payload(char *to, size_t size, const struct event *e,
			 const struct skbtrace_block *b)
{
	const struct skbtrace_payload *p;

	if (!(b->flags & SKBTRACE_BLOCK_PAYLOAD))
		return 0;
	p = (const void *)((const char *)b + known_len(e, b));
	return snprintf(to, size, "payload=%u payload_of=%u ", p->len, p->of);
}

static int print_stack(char *to, size_t size, const struct skbtrace_stack *st)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < st->depth; i++)
		n += snprintf(to + n, size - n, "%s%llx", i ? ":" : "stack=",
			      (unsigned long long)st->at[i]);
	return n + snprintf(to + n, size - n, " ");
}

static const struct {
	const char	*text;
	uint8_t		flag;
} flags[] = {
	{ "held=1 ", SKBTRACE_BLOCK_HELD },
	{ "inferred=1 ", SKBTRACE_BLOCK_INFERRED },
	{ "missed=1 ", SKBTRACE_BLOCK_MISSED },
	{ "snapshot=1 ", SKBTRACE_BLOCK_SNAPSHOT },
};

static void keep_block(const struct stream *s, const struct event *e,
		       const struct skbtrace_block *b, uint64_t seq)
{
	const unsigned char *p = (const unsigned char *)b;
	const struct skbtrace_stack *st = stack_of(e, b);
	char text[MAX_LINE];
	unsigned int i;
	int n;

	if (quiet)
		return;
	n = snprintf(text, sizeof(text),
		     " time=%llu cpu=%u seq=%llu ctx=%s event=%s key=%llx netns=%u tgid=%u ",
		     (unsigned long long)b->time, s->cpu,
		     (unsigned long long)seq, context(b->ctx), e->name,
		     (unsigned long long)b->key, b->netns, b->tgid);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (b->flags & flags[i].flag)
			n += snprintf(text + n, sizeof(text) - n, "%s",
				      flags[i].text);
	for (i = 0; i < e->nr_fields; i++) {
		n += snprintf(text + n, sizeof(text) - n, "%s=",
			      e->field[i].name);
		n += print_field(text + n, sizeof(text) - n, &e->field[i],
				 p + e->field[i].offset);
		n += snprintf(text + n, sizeof(text) - n, " ");
	}
	if (st && st->depth)
		n += print_stack(text + n, sizeof(text) - n, st);
	print_payload(text + n, sizeof(text) - n, e, b);
	keep_line(s, s->time, text);
}

static void check_lost(struct stream *s, const struct skbtrace_lost *l)
{
	uint64_t count = l->last_seq - l->first_seq + 1, sum = 0;
	const struct event *e;
	char text[MAX_LINE];
	unsigned int i;
	int n;

	if (l->hdr.len != sizeof(*l) + l->nr_kinds * sizeof(l->kinds[0]))
		bad(s, "LOST: len %u with %u kinds", l->hdr.len, l->nr_kinds);
	if (l->first_seq != s->next_seq || l->last_seq < l->first_seq)
		bad(s, "LOST %llu..%llu, expected %llu",
		    (unsigned long long)l->first_seq,
		    (unsigned long long)l->last_seq,
		    (unsigned long long)s->next_seq);
	if (l->last_time < l->hdr.time)
		bad(s, "LOST ends before it begins");
	n = snprintf(text, sizeof(text),
		     " time=%llu cpu=%u seq=%llu event=LOST key=0 first=%llu last=%llu ",
		     (unsigned long long)l->hdr.time, s->cpu,
		     (unsigned long long)l->first_seq,
		     (unsigned long long)l->first_seq,
		     (unsigned long long)l->last_seq);
	for (i = 0; i < l->nr_kinds; i++) {
		sum += l->kinds[i].count;
		e = find_event(l->kinds[i].event);
		if (!e || !l->kinds[i].count)
			bad(s, "LOST: kind %u, count %u", l->kinds[i].event,
			    l->kinds[i].count);
		n += snprintf(text + n, sizeof(text) - n, "%s=%u ",
			      e ? e->name : "?", l->kinds[i].count);
	}
	if (sum != count)
		bad(s, "LOST: kinds add up to %llu of %llu",
		    (unsigned long long)sum, (unsigned long long)count);
	s->next_seq = l->last_seq + 1;
	s->lost += count;
	s->lost_blocks++;
	s->time = l->last_time;
	if (!quiet)
		keep_line(s, l->hdr.time, text);
}

/* Return: are the first bytes of a packet there, and nothing else? */
static bool check_payload(const struct stream *s, const struct event *e,
			  const struct skbtrace_block *b)
{
	unsigned int off = known_len(e, b), left = b->len - off;
	const struct skbtrace_payload *p =
		(const void *)((const char *)b + off);

	if (left < sizeof(*p)) {
		bad(s, "%s: len %u, no payload fits", e->name, b->len);
		return false;
	}
	left -= sizeof(*p);
	if (!p->len || p->len > SKBTRACE_PAYLOAD_MAX || p->len > p->of ||
	    left != (p->len + 7) / 8 * 8) {
		bad(s, "%s: len %u, a payload of %u of %u", e->name, b->len,
		    p->len, p->of);
		return false;
	}
	for (off = p->len; off < left; off++) {
		if (!p->data[off])
			continue;
		bad(s, "%s: something follows the payload", e->name);
		return false;
	}
	return true;
}

/* Return: is the block as long as its event, its stack and payload are? */
static bool check_len(const struct stream *s, const struct event *e,
		      const struct skbtrace_block *b)
{
	const bool payload = b->flags & SKBTRACE_BLOCK_PAYLOAD;
	const struct skbtrace_stack *st = stack_of(e, b);

	if (b->flags & ~(SKBTRACE_BLOCK_STACK | SKBTRACE_BLOCK_HELD |
			 SKBTRACE_BLOCK_MISSED | SKBTRACE_BLOCK_SNAPSHOT |
			 SKBTRACE_BLOCK_INFERRED | SKBTRACE_BLOCK_PAYLOAD))
		bad(s, "%s: flags %#x", e->name, b->flags);
	if (b->len < e->len + (st ? sizeof(*st) : 0)) {
		bad(s, "%s: len %u, \"format\" says %u%s", e->name, b->len,
		    e->len, st ? ", and there is a stack" : "");
		return false;
	}
	if (st && (st->depth > SKBTRACE_STACK_MAX || st->spare)) {
		bad(s, "%s: a stack of %u, spare %u", e->name, st->depth,
		    st->spare);
		return false;
	}
	if (payload ? b->len < known_len(e, b) : b->len != known_len(e, b)) {
		bad(s, "%s: len %u, fields and stack are %u", e->name, b->len,
		    known_len(e, b));
		return false;
	}
	return !payload || check_payload(s, e, b);
}

static void check_event(struct stream *s, const struct skbtrace_block *b)
{
	const struct event *e = find_event(b->event);

	if (!e) {
		bad(s, "event %u is not in \"format\"", b->event);
	} else {
		if (check_len(s, e, b))
			keep_block(s, e, b, s->next_seq);
		s->names += e->naming &&
			    !(e->end_offset && ((char *)b)[e->end_offset]);
	}
	if (b->ctx > SKBTRACE_CTX_HARDIRQ || b->spare)
		bad(s, "ctx %u, spare %u", b->ctx, b->spare);
	if (b->ctx != SKBTRACE_CTX_TASK && b->tgid)
		bad(s, "a process outside of task context");
	s->next_seq++;
	s->blocks++;
}

/* A held block is older than the stream around it: its time stands alone. */
static void check_held(struct stream *s, const struct skbtrace_block *b,
		       uint32_t off)
{
	if (b->time > s->time)
		bad(s, "at %u: held back, yet later than its primary", off);
	if (!s->held)
		bad(s, "at %u: held back, without a history", off);
	else
		s->held--;
	check_event(s, b);
}

/* Like a name, it has a sequence number and counts as a block. */
static void check_shed(struct stream *s, const struct skbtrace_shed *b)
{
	char text[256];

	if (b->hdr.len != sizeof(*b) || b->hdr.key || b->hdr.flags ||
	    b->since > b->hdr.time || b->factor == b->was)
		bad(s, "SHED: len %u, flags %u, since %llu, factor %u after %u",
		    b->hdr.len, b->hdr.flags, (unsigned long long)b->since,
		    b->factor, b->was);
	if (!quiet) {
		snprintf(text, sizeof(text),
			 " time=%llu cpu=%u seq=%llu event=SHED key=0 since=%llu factor=%u was=%u share=%u limit=%u ",
			 (unsigned long long)b->hdr.time, s->cpu,
			 (unsigned long long)s->next_seq,
			 (unsigned long long)b->since, b->factor, b->was,
			 b->share_ppm, b->limit_ppm);
		keep_line(s, b->hdr.time, text);
	}
	s->next_seq++;
	s->blocks++;
	s->names++;
}

static void check_history(struct stream *s, const struct skbtrace_history *h)
{
	char text[MAX_LINE];

	if (h->hdr.len != sizeof(*h) || h->missed > 1 ||
	    (!h->nr && !h->missed))
		bad(s, "HISTORY: len %u, nr %u, missed %u", h->hdr.len, h->nr,
		    h->missed);
	s->held = h->nr;
	if (quiet)
		return;
	snprintf(text, sizeof(text),
		 " time=%llu cpu=%u event=HISTORY key=%llx nr=%u missed=%u ",
		 (unsigned long long)h->hdr.time, s->cpu,
		 (unsigned long long)h->hdr.key, h->nr, h->missed);
	keep_line(s, h->hdr.time, text);
}

/* Return: bytes of the block, 0 if its header is invalid */
static uint32_t check_block(struct stream *s, const struct skbtrace_subbuf *h,
			    uint32_t off)
{
	const struct skbtrace_block *b = (const void *)((const char *)h + off);

	if (h->used - off < sizeof(*b) || b->len < sizeof(*b) || b->len % 8 ||
	    b->len > h->used - off) {
		bad(s, "at %u: block of %u bytes", off, b->len);
		return 0;
	}
	if (b->event < SKBTRACE_FIRST_SPECIAL &&
	    b->flags & SKBTRACE_BLOCK_HELD) {
		check_held(s, b, off);
		return b->len;
	}
	if (b->time < s->time)
		bad(s, "at %u: time goes back by %llu ns", off,
		    (unsigned long long)(s->time - b->time));
	s->time = b->time;
	if (b->event == SKBTRACE_LOST)
		check_lost(s, (const void *)b);
	else if (b->event == SKBTRACE_HISTORY)
		check_history(s, (const void *)b);
	else if (b->event == SKBTRACE_SHED)
		check_shed(s, (const void *)b);
	else
		check_event(s, b);
	return b->len;
}

static void check_pad(struct stream *s, const struct skbtrace_subbuf *h)
{
	const char *at = (const char *)h + h->used;
	const struct skbtrace_pad *pad = (const void *)at;

	if (h->used == h->size)
		return;
	if (pad->len != sizeof(*pad) || pad->event != SKBTRACE_PAD ||
	    pad->bytes != h->size - h->used)
		bad(s, "PAD {%u, %u, %u} at %u of %u", pad->len, pad->event,
		    pad->bytes, h->used, h->size);
}

static void check_header(struct stream *s, const struct skbtrace_subbuf *h)
{
	if (!s->subbufs)
		s->cpu = h->cpu;
	if (h->abi != SKBTRACE_ABI || h->hdr_len != sizeof(*h) || h->spare)
		bad(s, "abi %u, hdr_len %u, spare %u", h->abi, h->hdr_len,
		    h->spare);
	if (h->cpu != s->cpu)
		bad(s, "cpu %u, was %u", h->cpu, s->cpu);
	if (h->used > h->size || h->used <= h->hdr_len || h->used % 8)
		bad(s, "used %u of %u", h->used, h->size);
	if (h->first_seq != s->next_seq)
		bad(s, "first_seq %llu, expected %llu",
		    (unsigned long long)h->first_seq,
		    (unsigned long long)s->next_seq);
	if (h->lost_total != s->lost)
		bad(s, "lost_total %llu, LOST blocks told of %llu",
		    (unsigned long long)h->lost_total,
		    (unsigned long long)s->lost);
	if (h->epoch < s->epoch || h->mono_ns < s->mono_ns)
		bad(s, "epoch %u after %u, or opened before the last one",
		    h->epoch, s->epoch);
	s->epoch = h->epoch;
	s->mono_ns = h->mono_ns;
	s->bytes += h->used;
}

static void check_subbuf(struct stream *s, const struct skbtrace_subbuf *h)
{
	uint64_t before = s->blocks;
	uint32_t off = h->hdr_len, len;

	check_header(s, h);
	while (off < h->used && h->used <= h->size) {
		len = check_block(s, h, off);
		if (!len)
			break;
		off += len;
	}
	check_pad(s, h);
	if (s->blocks - before != h->nr_events)
		bad(s, "nr_events %u, there are %llu", h->nr_events,
		    (unsigned long long)(s->blocks - before));
	s->subbufs++;
}

static void check_stream(const char *name)
{
	struct stream s = { .name = name };
	struct skbtrace_subbuf first, *h = NULL;
	FILE *in = fopen(name, "rb");
	size_t n;

	if (!in)
		die(name);
	if (fread(&first, sizeof(first), 1, in) == 1) {
		if (first.magic != SKBTRACE_SUBBUF_MAGIC || first.size < 4096 ||
		    first.size > 1 << 20) {
			bad(&s, "magic %x, size %u", first.magic, first.size);
			fclose(in);
			return;
		}
		s.size = first.size;
		rewind(in);
		h = malloc(s.size);
		if (!h)
			die(name);
	} else if (ftell(in)) {
		bad(&s, "cut off in its first header");
	}
	while (h && (n = fread(h, 1, s.size, in))) {
		if (n != s.size || h->magic != SKBTRACE_SUBBUF_MAGIC ||
		    h->size != s.size) {
			bad(&s, "%zu bytes, magic %x, size %u of %u", n,
			    h->magic, h->size, s.size);
			break;
		}
		check_subbuf(&s, h);
	}
	fclose(in);
	free(h);
	if (!s.subbufs)
		return;
	printf("cpu %u subbufs=%llu blocks=%llu names=%llu lost=%llu lost_blocks=%llu bytes=%llu\n",
	       s.cpu, (unsigned long long)s.subbufs,
	       (unsigned long long)s.blocks, (unsigned long long)s.names,
	       (unsigned long long)s.lost, (unsigned long long)s.lost_blocks,
	       (unsigned long long)s.bytes);
}

static int by_time(const void *one, const void *two)
{
	const struct line *a = one, *b = two;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

int main(int argc, char **argv)
{
	size_t i;
	int arg = 1;

	if (arg < argc && !strcmp(argv[arg], "-q")) {
		quiet = true;
		arg++;
	}
	if (argc - arg < 2) {
		fprintf(stderr, "usage: blocks [-q] FORMAT STREAM...\n");
		return 2;
	}
	read_format(argv[arg++]);
	for (; arg < argc; arg++)
		check_stream(argv[arg]);
	if (nr_lines)
		qsort(lines, nr_lines, sizeof(*lines), by_time);
	for (i = 0; i < nr_lines; i++)
		puts(lines[i].text);
	return status;
}
