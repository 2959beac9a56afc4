// SPDX-License-Identifier: GPL-2.0
/*
 * mkframes [OPTIONS] IN.dat OUT.pcap: the frames that a link of type skbtrace
 * would have sent of this recording, as tcpdump captures them. For tests.
 *
 *   -b off|event|any  which blocks share a frame (event)
 *   -m MTU            of the device (1500); a longer block is a longer frame
 *   -u PORT           as UDP datagrams to this port
 *   -H ID             number of the host (1)
 *   -n NAME           its name (that of the recording)
 *   -s NAME           of the session (default)
 *   -S NUMBER         of the session's run (1)
 *   -a NS             add to the sender's monotonic clock
 *   -A NS             add to its wall clock
 *   -d N              drop each Nth frame of blocks, but not the first ones
 *   -e EVENT          drop frames that begin with this event's number
 *   -l N              leave out the first N frames: who listens comes late
 *   -k N              each Nth frame comes twice
 *   -r N              each Nth frame comes after the next one
 *   -R N              each Nth frame of blocks comes behind the next INFO
 *   -t N              each Nth frame is cut to half its length
 *   -x N              after each Nth frame comes a forged one, in turn
 *   -f N              in the end, frames of N hosts that there are not
 *   -F, -I, -E        no FORMAT, no INFO, no end
 *   -g                the epoch grows with each INFO
 *
 * Prints a line "sent EVENT N dropped M" for each event, and "forged N".
 */
#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/mkframes.h"
#include "trace/file.h"
#include "trace/format.h"

enum { MAX_CPUS = 1024, EVENTS = 65536, PART = 1024 };

struct mkframes o = {
	.batch = SKBTRACE_LINK_BATCH_EVENT, .mtu = 1500, .session = 1,
	.host = 1, .session_name = "default", .event = EVENTS,
};

FILE *to;
u64 frame_seq, mono, real_off, forged;
u32 nblocks;

static struct format *format;
static char *format_text, *enabled, *hostname;
static u64 next_info;
static u64 sent[EVENTS], dropped[EVENTS];
static u32 info_epoch;
static struct cpu {
	bool known, begun;
	u64 seq, lost, complete;
} cpus[MAX_CPUS];

/* ---- texts ---- */

static void send_text(u8 kind, u8 flags, u32 epoch, const char *text, u32 len)
{
	static struct draft d;
	u32 space = o.mtu > HDR + 64 ? o.mtu - HDR : 64;
	u32 part = space < PART ? space : PART, n;

	for (u32 at = 0; at < len; at += n) {
		n = len - at < part ? len - at : part;
		begin_frame(&d, kind, SKBTRACE_PRIO_FIRST);
		d.h.flags |= flags;
		d.h.seq = htobe64(at);
		d.h.epoch = htonl(epoch);
		d.h.total = htonl(len);
		memcpy(d.data, text + at, n);
		d.len = n;
		send_frame(&d);
	}
}

static void send_info(bool end)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	if (o.no_info)
		return;
	f = open_memstream(&text, &len);
	fprintf(f, "%s %s\n%s %s\n%s 6.12.0\n%s skbtrace0 %u\n"
		"%s %s\n%s %zu 1\n", SKBTRACE_INFO_HOST, hostname,
		SKBTRACE_INFO_SESSION, o.session_name, SKBTRACE_INFO_KERNEL,
		SKBTRACE_INFO_DEVICE, o.mtu, SKBTRACE_INFO_ENABLED, enabled,
		SKBTRACE_INFO_FORMAT, strlen(format_text));
	for (u32 i = 0; i < MAX_CPUS; i++)
		if (cpus[i].known)
			fprintf(f, "%s %u %llu %llu %llu\n", SKBTRACE_INFO_CPU,
				i, (unsigned long long)cpus[i].seq,
				(unsigned long long)cpus[i].lost,
				(unsigned long long)cpus[i].complete);
	for (u32 i = 0; i < EVENTS; i++)
		if (sent[i])
			fprintf(f, "%s %u %llu\n", SKBTRACE_INFO_SENT, i,
				(unsigned long long)sent[i]);
	fclose(f);
	send_text(SKBTRACE_FRAME_INFO, end ? SKBTRACE_FRAME_END : 0,
		  ++info_epoch, text, len);
	free(text);
}

static void tell(void)
{
	if (!o.no_format)
		send_text(SKBTRACE_FRAME_FORMAT, 0, 1, format_text,
			  strlen(format_text));
	send_info(false);
	next_info = mono + NSEC_PER_SEC;
}

/* ---- blocks ---- */

static u8 prio_of(u16 event)
{
	const struct event *e = format_event(format, event);

	if (event >= SKBTRACE_FIRST_SPECIAL)
		return SKBTRACE_PRIO_FIRST;
	if (e && (e->role != ROLE_EVENT || list_has(e->sets, "trouble")))
		return SKBTRACE_PRIO_TROUBLE;
	return SKBTRACE_PRIO_REST;
}

static bool fits(const struct draft *d, u16 event, u16 len)
{
	u16 first = ntohs(d->h.event);

	if (HDR + d->len + len > o.mtu)
		return false;
	if (o.batch == SKBTRACE_LINK_BATCH_ANY)
		return prio_of(first) == prio_of(event);
	return o.batch == SKBTRACE_LINK_BATCH_EVENT && first == event;
}

static void end_blocks(struct draft *d)
{
	u32 nr = ntohl(d->h.nr);
	u64 *count = sent;

	if (!nr)
		return;
	if (each(o.drop, nblocks) || ntohs(d->h.event) == o.event)
		count = dropped;
	for (u32 at = 0; at < d->len; at += *(u16 *)(d->data + at)) {
		sent[*(u16 *)(d->data + at + 2)]++;
		if (count == dropped)
			dropped[*(u16 *)(d->data + at + 2)]++;
	}
	if (count == sent)
		send_frame(d);
	else
		frame_seq++;
	nblocks++;
	d->h.nr = 0;
}

static u64 numbers(const u8 *p)
{
	u16 event = *(u16 *)(p + 2);
	const struct skbtrace_lost *l = (const void *)p;

	if (event == SKBTRACE_LOST)
		return l->last_seq - l->first_seq + 1;
	return event != SKBTRACE_HISTORY;
}

static void add_times(const u8 *p)
{
	const struct skbtrace_lost *l = (const void *)p;
	u64 t = l->hdr.time + o.mono_add;

	if (l->hdr.event == SKBTRACE_LOST)
		t = l->last_time + o.mono_add;
	if (t + 1000 > mono)
		mono = t + 1000;
}

static void shift_times(u8 *p)
{
	struct skbtrace_lost *l = (void *)p;

	l->hdr.time += o.mono_add;
	if (l->hdr.event == SKBTRACE_LOST)
		l->last_time += o.mono_add;
}

static void send_subbuf(u32 cpu, const u8 *p, u32 len)
{
	static struct draft d;
	const struct skbtrace_subbuf *h = (const void *)p;
	struct cpu *c = &cpus[cpu];
	u64 seq = h->first_seq;
	u16 n, event;

	real_off = h->real_ns + o.real_add - h->mono_ns - o.mono_add;
	d.h.nr = 0;
	for (u32 at = h->hdr_len; at + 4 <= len; at += n) {
		n = *(const u16 *)(p + at);
		event = *(const u16 *)(p + at + 2);
		if (event == SKBTRACE_PAD || n < 8 || at + n > len)
			break;
		if (d.h.nr && !fits(&d, event, n))
			end_blocks(&d);
		if (!d.h.nr) {
			begin_frame(&d, SKBTRACE_FRAME_BLOCKS, prio_of(event));
			d.h.event = htons(event);
			d.h.cpu = htonl(cpu);
			d.h.seq = htobe64(seq);
			d.h.lost_total = htobe64(h->lost_total);
			d.h.epoch = htonl(h->epoch +
					  (o.grows ? info_epoch : 0));
		}
		memcpy(d.data + d.len, p + at, n);
		shift_times(d.data + d.len);
		d.len += n;
		d.h.nr = htonl(ntohl(d.h.nr) + 1);
		seq += numbers(p + at);
		if (event == SKBTRACE_LOST)
			c->lost += numbers(p + at);
		add_times(p + at);
	}
	end_blocks(&d);
	c->known = true;
	c->seq = seq;
	if (mono >= next_info)
		tell();
}

static void fake_hosts(void)
{
	static struct draft d;

	for (u32 i = 0; i < o.fakes; i++) {
		begin_frame(&d, SKBTRACE_FRAME_INFO, SKBTRACE_PRIO_FIRST);
		d.h.host = htobe64(0x1000000 + i);
		d.len = sprintf((char *)d.data, "host fake%u\n", i);
		d.h.total = htonl(d.len);
		send_frame(&d);
	}
}

/* ---- the recording ---- */

static char *meta(const struct sbt_chunk *c, const char *name)
{
	size_t n = strlen(name);

	if (c->len <= n || memcmp(c->data, name, n) ||
	    ((const char *)c->data)[n] != '\n')
		return NULL;
	return strndup((const char *)c->data + n + 1, c->len - n - 1);
}

static void take_start(const char *text)
{
	unsigned long long m, r;

	if (sscanf(text, "mono_ns %llu real_ns %llu", &m, &r) != 2)
		return;
	mono = m + o.mono_add;
	real_off = r + o.real_add - mono;
}

static void take_list(char *p)
{
	for (; *p >= '0' && *p <= '9'; p += *p == ',') {
		u32 a = strtoul(p, &p, 10);
		u32 b = *p == '-' ? strtoul(p + 1, &p, 10) : a;

		for (; a <= b && a < MAX_CPUS; a++)
			cpus[a].known = true;
	}
}

static void take_meta(const struct sbt_chunk *c)
{
	char *start = meta(c, "start"), *list = meta(c, "cpus");
	char *host = meta(c, "hostname"), *events = meta(c, "events");

	if (host && !o.name) {
		free(hostname);
		hostname = strndup(host, strcspn(host, "\n"));
	}
	if (start)
		take_start(start);
	if (list)
		take_list(list);
	if (events) {
		free(enabled);
		enabled = strdup(events);
		for (char *p = enabled; *p; p++)
			if (*p == '\n')
				*p = p[1] ? ',' : '\0';
	}
	free(start);
	free(list);
	free(host);
	free(events);
}

/* All processors, so that the first INFO has them */
static void take_cpus(const char *name)
{
	int fd = open(name, O_RDONLY);
	struct sbt_reader *r = sbt_reader_open(fd, name);
	struct sbt_chunk c;

	while (r && sbt_reader_next(r, false, &c) == SBT_READ_CHUNK) {
		const struct skbtrace_subbuf *h = c.data;

		if (c.type != SBT_SUBBUF || c.cpu >= MAX_CPUS ||
		    cpus[c.cpu].begun)
			continue;
		cpus[c.cpu].known = cpus[c.cpu].begun = true;
		cpus[c.cpu].seq = h->first_seq;
	}
	sbt_reader_close(r);
	close(fd);
}

static int take(const struct sbt_chunk *c)
{
	char err[200];
	u64 t;

	switch (c->type) {
	case SBT_FORMAT:
		if (format)
			break;
		format_text = strndup(c->data, c->len);
		format = format_parse(format_text, c->len, err, sizeof(err));
		if (!format)
			return fail(EXIT_FAILED, "format: %s", err);
		break;
	case SBT_META:
		take_meta(c);
		break;
	case SBT_MARK:
		memcpy(&t, c->data, sizeof(t));
		if (c->cpu < MAX_CPUS)
			cpus[c->cpu].complete = t + o.mono_add;
		break;
	case SBT_SUBBUF:
		if (!frame_seq)
			tell();
		if (c->cpu >= MAX_CPUS)
			return fail(EXIT_FAILED, "cpu %u", c->cpu);
		send_subbuf(c->cpu, c->data, c->len);
		break;
	}
	return 0;
}

static void finish(const struct sbt_end *end)
{
	if (end && end->mono_ns + o.mono_add > mono)
		mono = end->mono_ns + o.mono_add;
	for (u32 i = 0; end && i < MAX_CPUS; i++)
		cpus[i].complete = end->mono_ns + o.mono_add;
	if (!o.no_end)
		send_info(true);
	put_all_kept();
	fake_hosts();
	for (u32 i = 0; i < EVENTS; i++)
		if (sent[i])
			printf("sent %u %llu dropped %llu\n", i,
			       (unsigned long long)sent[i],
			       (unsigned long long)dropped[i]);
	printf("forged %llu\n", (unsigned long long)forged);
}

static bool set_batch(const char *word)
{
	static const char *const batches[] = { "off", "event", "any" };

	for (u32 i = 0; i < ARRAY_SIZE(batches); i++) {
		if (!strcmp(word, batches[i])) {
			o.batch = i;
			return true;
		}
	}
	return false;
}

static const struct number {
	char letter;
	u32 *to;
} numbers_of[] = {
	{ 'm', &o.mtu }, { 'u', &o.port }, { 'S', &o.session },
	{ 'd', &o.drop }, { 'e', &o.event }, { 'l', &o.late },
	{ 'k', &o.twice }, { 'r', &o.swap }, { 'R', &o.behind },
	{ 't', &o.cut }, { 'x', &o.forge }, { 'f', &o.fakes },
};

static const struct wide {
	char letter;
	u64 *to;
} wide_of[] = {
	{ 'H', &o.host }, { 'a', &o.mono_add }, { 'A', &o.real_add },
};

static const struct word {
	char letter;
	const char **to;
} words_of[] = {
	{ 'n', &o.name }, { 's', &o.session_name },
};

static const struct flag {
	char letter;
	bool *to;
} flags_of[] = {
	{ 'F', &o.no_format }, { 'I', &o.no_info }, { 'E', &o.no_end },
	{ 'g', &o.grows },
};

static bool option(char c)
{
	for (u32 i = 0; i < ARRAY_SIZE(numbers_of); i++)
		if (numbers_of[i].letter == c)
			*numbers_of[i].to = strtoul(optarg, NULL, 0);
	for (u32 i = 0; i < ARRAY_SIZE(wide_of); i++)
		if (wide_of[i].letter == c)
			*wide_of[i].to = strtoll(optarg, NULL, 0);
	for (u32 i = 0; i < ARRAY_SIZE(words_of); i++)
		if (words_of[i].letter == c)
			*words_of[i].to = optarg;
	for (u32 i = 0; i < ARRAY_SIZE(flags_of); i++)
		if (flags_of[i].letter == c)
			*flags_of[i].to = true;
	return c != '?' && (c != 'b' || set_batch(optarg));
}

#define OPTIONS	"b:m:u:H:n:s:S:a:A:d:e:l:k:r:R:t:x:f:FIEg"

int main(int argc, char **argv)
{
	struct sbt_reader *r;
	struct sbt_chunk c;
	int fd, ch, code = 0;

	while ((ch = getopt(argc, argv, OPTIONS)) != -1)
		if (!option(ch))
			return EXIT_USAGE;
	if (argc - optind != 2)
		return fail(EXIT_USAGE, "mkframes [OPTIONS] IN.dat OUT.pcap");
	hostname = xstrdup(o.name ? o.name : "unknown");
	enabled = xstrdup("");
	fd = open(argv[optind], O_RDONLY);
	r = sbt_reader_open(fd, argv[optind]);
	to = fopen(argv[optind + 1], "w");
	if (!r || !to)
		return fail(EXIT_FAILED, "cannot open: %m");
	take_cpus(argv[optind]);
	put_header();
	while (!code && sbt_reader_next(r, false, &c) == SBT_READ_CHUNK)
		code = take(&c);
	finish(sbt_reader_end(r));
	if (fclose(to))
		return fail(EXIT_FAILED, "cannot write: %m");
	sbt_reader_close(r);
	close(fd);
	format_free(format);
	free(format_text);
	free(hostname);
	free(enabled);
	return code;
}
