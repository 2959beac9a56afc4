// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/version.h"
#include "show/input.h"
#include "trace/evlist.h"
#include "wire/export.h"
#include "wire/frame.h"
#include "lib/pcapng.h"

enum { MAX_BLOCK = 65536, INTERFACE = 0 };

/* What has been told of a recording. */
struct export_trace {
	const struct trace *t;
	const struct format *fmt;	/* its text was written last */
	u32 epoch;
	struct export_trace *next;
};

int export_open(struct export *x)
{
	int code = whole_open(&x->file, x->out);

	if (code)
		return code;
	x->open = true;
	x->buf = xmalloc(FRAME_HEAD + MAX_BLOCK);
	pcapng_section(&x->file.out, "Linux", "skbtrace " SKBTRACE_VERSION);
	pcapng_interface(&x->file.out, PCAPNG_ETHERNET, 0, "skbtrace",
			 "decisions of the network stack");
	if (x->notes)
		notes_interfaces(x->notes, &x->file.out);
	return 0;
}

static void put_frame(struct export *x, struct frame_head *h, const void *data)
{
	struct pcapng_packet k = {
		.interface = INTERFACE, .time = h->real_ns,
		.len = FRAME_HEAD + h->len, .wire_len = FRAME_HEAD + h->len,
		.data = x->buf,
	};

	h->frame_seq = x->frame_seq++;
	frame_put(x->buf, h);
	memcpy(x->buf + FRAME_HEAD, data, h->len);
	pcapng_packet(&x->file.out, &k);
}

/* A text, in as many frames as it takes. */
static void put_text(struct export *x, struct frame_head *h, const char *text,
		     size_t len)
{
	h->cpu = SKBTRACE_FRAME_NO_CPU;
	h->prio = SKBTRACE_PRIO_FIRST;
	h->total = len;
	for (size_t at = 0; at < len; at += h->len) {
		h->seq = at;
		h->len = len - at < FRAME_TEXT ? len - at : FRAME_TEXT;
		put_frame(x, h, text + at);
	}
}

static char *info_text(const struct export *x, const struct trace *t,
		       u32 epoch)
{
	char host[TRACE_WORD], kernel[TRACE_WORD];

	trace_host(t, host);
	trace_kernel(t, kernel);
	return xasprintf("%s %s\n%s %s\n%s %s\n%s %u %u\n%s",
			 SKBTRACE_INFO_HOST, *host ? host : "?",
			 SKBTRACE_INFO_SESSION, "default",
			 SKBTRACE_INFO_KERNEL, *kernel ? kernel : "?",
			 SKBTRACE_INFO_FORMAT, t->fmt->text_len, epoch,
			 x->chosen ? "chosen 1\n" : "");
}

/* Numbers of who sends: hosts and recordings, from 1 */
static struct frame_head head_of(const struct trace *t, u64 mono)
{
	return (struct frame_head){
		.host = t->host + 1, .session = t->id + 1,
		.little = !t->fmt->big, .mono_ns = mono,
		.real_ns = clock_real(&t->clock, mono),
	};
}

static struct export_trace *told(struct export *x, const struct trace *t)
{
	struct export_trace *e = x->traces;

	while (e && e->t != t)
		e = e->next;
	if (e)
		return e;
	e = xcalloc(1, sizeof(*e));
	e->t = t;
	e->next = x->traces;
	x->traces = e;
	return e;
}

/* Nothing is understood without the format, so it comes first. */
static void put_texts(struct export *x, const struct trace *t, u64 mono)
{
	struct export_trace *e = told(x, t);
	struct frame_head h;
	char *info;

	if (e->fmt == t->fmt)
		return;
	e->fmt = t->fmt;
	e->epoch++;
	h = head_of(t, mono);
	h.kind = SKBTRACE_FRAME_FORMAT;
	h.epoch = e->epoch;
	put_text(x, &h, t->fmt->text, t->fmt->text_len);
	info = info_text(x, t, e->epoch);
	h = head_of(t, mono);
	h.kind = SKBTRACE_FRAME_INFO;
	h.epoch = e->epoch;
	put_text(x, &h, info, strlen(info));
	free(info);
}

static u8 prio_of(const struct rec *r)
{
	if (rec_gap(r))
		return SKBTRACE_PRIO_FIRST;
	if (r->ev && (event_is_meta(r->ev) || list_has(r->ev->sets, "trouble")))
		return SKBTRACE_PRIO_TROUBLE;
	return SKBTRACE_PRIO_REST;
}

static u64 lost_on(const struct trace *t, u32 cpu)
{
	for (u32 i = 0; i < t->npercpu; i++)
		if (t->percpu[i].cpu == cpu)
			return t->percpu[i].lost;
	return 0;
}

/* Names go with whatever they may name. */
static bool is_name(const struct rec *r)
{
	return r->ev && r->ev->role != ROLE_EVENT;
}

void export_rec(struct export *x, struct trace *t, const struct rec *r,
		enum matched matched)
{
	struct frame_head h;

	if (matched != MATCHED_YES && !is_name(r))
		return;
	put_texts(x, t, r->time);
	h = head_of(t, r->time);
	h.kind = SKBTRACE_FRAME_BLOCKS;
	h.prio = prio_of(r);
	h.event = r->no;
	h.len = r->len;
	h.cpu = r->cpu;
	h.nr = 1;
	h.seq = r->seq;
	h.lost_total = lost_on(t, r->cpu);
	if (x->notes)
		notes_put(x->notes, &x->file.out, h.real_ns);
	put_frame(x, &h, r->p);
	x->events += r->ev && !event_is_name(r->ev);
}

int export_close(struct export *x, bool keep)
{
	struct export_trace *e;
	int code = 0;

	if (!x->open)
		return 0;
	if (keep && x->notes)
		code = notes_put(x->notes, &x->file.out, UINT64_MAX);
	if (keep && !code)
		code = whole_close(&x->file);
	else
		whole_drop(&x->file);
	while ((e = x->traces)) {
		x->traces = e->next;
		free(e);
	}
	free(x->buf);
	x->open = false;
	return code;
}

void export_tell(const struct export *x)
{
	if (!strcmp(x->out, "-"))
		return;
	msg("%llu events -> %s", (unsigned long long)x->events, x->out);
	if (x->notes)
		notes_tell(x->notes);
	hint("wireshark %s, with the dissector: skbtrace list --dissector",
	     x->out);
}
