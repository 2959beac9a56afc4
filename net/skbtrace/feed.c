// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a program: its length, then four numbers for each instruction,
 * as "tcpdump -y RAW -ddd" prints it. It may come in pieces, for shells write
 * 4096 bytes at a time, cut anywhere. The write that completes it sets it; what
 * is not complete when the file is closed has no effect.
 */
#include <linux/ctype.h>
#include "internal.h"

/**
 * struct skbtrace_feed - a program that is being written
 * @open: somebody has the file open for writing
 * @err: why no more is taken until he closes it, 0: it is
 * @prog: %NULL: the length is not known yet
 * @nr: numbers of instructions so far
 * @byte: bytes so far
 * @word: a number, or "none", as far as it has come
 * @word_len: bytes of it
 * @comment: in one, up to the end of the line
 * @note: the first comment
 * @note_len: bytes of it
 * @noted: it has ended
 *
 * Under skbtrace_lock.
 */
struct skbtrace_feed {
	bool			open;
	int			err;
	struct skbtrace_prog	*prog;
	unsigned int		nr;
	size_t			byte;
	char			word[12];
	unsigned int		word_len;
	bool			comment;
	char			note[SKBTRACE_NOTE_MAX];
	unsigned int		note_len;
	bool			noted;
};

static struct skbtrace_feed skbtrace_feeds[SKBTRACE_NR_TARGETS];

static void skbtrace_feed_reset(struct skbtrace_feed *feed)
{
	skbtrace_prog_free(feed->prog);
	feed->prog = NULL;
	feed->nr = 0;
	feed->word_len = 0;
	feed->comment = false;
	feed->note_len = 0;
	feed->noted = false;
}

static int skbtrace_feed_done(struct skbtrace_feed *feed,
			      enum skbtrace_target target)
{
	struct skbtrace_prog *p = feed->prog;
	int err;

	feed->prog = NULL;
	/* what skbtrace_prog_print() adds is none of its author's */
	if (strncmp(feed->note, "seen ", 5))
		memcpy(p->note, feed->note, feed->note_len);
	err = skbtrace_set_prog(target, p);
	skbtrace_feed_reset(feed);
	return err;
}

static int skbtrace_feed_length(struct skbtrace_feed *feed, u32 nr)
{
	if (!nr || nr > SKBTRACE_PROG_MAX)
		return skbtrace_err(-EINVAL,
				    "%u instructions; a program has from 1 to %u",
				    nr, SKBTRACE_PROG_MAX);
	feed->prog = skbtrace_prog_alloc(nr);
	return feed->prog ? 0 : skbtrace_err(-ENOMEM, "no memory");
}

static int skbtrace_feed_number(struct skbtrace_feed *feed,
				enum skbtrace_target target, u32 v)
{
	static const u32 max[] = { U16_MAX, U8_MAX, U8_MAX, U32_MAX };
	static const char *const what[] = { "code", "jt", "jf", "k" };
	unsigned int i = feed->nr / 4, part = feed->nr % 4;
	struct sock_filter *f;

	if (!feed->prog)
		return skbtrace_feed_length(feed, v);
	if (v > max[part])
		return skbtrace_err(-EINVAL,
				    "instruction %u: %s is %u, more than %u",
				    i, what[part], v, max[part]);
	f = &feed->prog->insns[i];
	if (part == 0)
		f->code = v;
	else if (part == 1)
		f->jt = v;
	else if (part == 2)
		f->jf = v;
	else
		f->k = v;
	feed->nr++;
	return feed->nr < feed->prog->nr * 4U ? 0 :
	       skbtrace_feed_done(feed, target);
}

/* A number or a word has ended. */
static int skbtrace_feed_word(struct skbtrace_feed *feed,
			      enum skbtrace_target target)
{
	u32 v;

	feed->word[feed->word_len] = 0;
	if (!strcmp(feed->word, "none") && !feed->prog) {
		skbtrace_feed_reset(feed);
		return skbtrace_set_prog(target, NULL);
	}
	if (kstrtou32(feed->word, 10, &v))
		return skbtrace_err(-EINVAL,
				    "byte %zu: \"%s\" is no number; write what tcpdump -y RAW -ddd prints",
				    feed->byte - feed->word_len, feed->word);
	feed->word_len = 0;
	return skbtrace_feed_number(feed, target, v);
}

static void skbtrace_feed_comment(struct skbtrace_feed *feed, char c)
{
	if (c == '\n') {
		feed->comment = false;
		feed->noted = true;
		return;
	}
	if (feed->noted || feed->note_len == sizeof(feed->note) - 1 ||
	    (!feed->note_len && isspace(c)))
		return;
	/* UTF-8 stays as it is */
	feed->note[feed->note_len++] = isascii(c) && !isprint(c) ? '?' : c;
}

static int skbtrace_feed_char(struct skbtrace_feed *feed,
			      enum skbtrace_target target, char c)
{
	if (feed->comment) {
		skbtrace_feed_comment(feed, c);
		return 0;
	}
	if (isspace(c) || c == ',')
		return feed->word_len ? skbtrace_feed_word(feed, target) : 0;
	if (c == '#' && !feed->word_len) {
		feed->comment = true;
		return 0;
	}
	feed->word[feed->word_len++] = isprint(c) ? c : '?';
	if (feed->word_len < sizeof(feed->word))
		return 0;
	feed->word[--feed->word_len] = 0;
	return skbtrace_err(-EINVAL, "byte %zu: \"%s...\" is no number",
			    feed->byte - feed->word_len, feed->word);
}

static int skbtrace_feed(enum skbtrace_target target, const char *text,
			 size_t len)
{
	struct skbtrace_feed *feed = &skbtrace_feeds[target];

	/* a shell goes on with its next piece: the first fault counts */
	if (feed->err)
		return feed->err;
	for (; len && !feed->err; text++, len--) {
		feed->err = skbtrace_feed_char(feed, target, *text);
		feed->byte++;
	}
	if (feed->err)
		skbtrace_feed_reset(feed);
	return feed->err;
}

/* Stores of "sock_filters" and "filters". Context: skbtrace_lock. */
int skbtrace_conn_feed(char *text, size_t len)
{
	return skbtrace_feed(SKBTRACE_BY_CONN, text, len);
}

int skbtrace_packet_feed(char *text, size_t len)
{
	return skbtrace_feed(SKBTRACE_BY_PACKET, text, len);
}

/* One writer at a time. Context: skbtrace_lock. Return: 0 or -EBUSY */
int skbtrace_feed_open(enum skbtrace_target target)
{
	struct skbtrace_feed *feed = &skbtrace_feeds[target];

	if (feed->open)
		return skbtrace_err(-EBUSY, "somebody else is writing to it");
	feed->open = true;
	feed->err = 0;
	feed->byte = 0;
	return 0;
}

/*
 * The writer is gone. What only lacks the white space behind its last number
 * is complete: echo -n. Context: skbtrace_lock.
 */
void skbtrace_feed_close(enum skbtrace_target target)
{
	struct skbtrace_feed *feed = &skbtrace_feeds[target];

	feed->comment = false;
	skbtrace_feed(target, "\n", 1);
	if (!feed->err && feed->prog)
		skbtrace_err(-EINVAL,
			     "closed after %u of %u numbers: incomplete, nothing has changed",
			     feed->nr, feed->prog->nr * 4);
	skbtrace_feed_reset(feed);
	feed->open = false;
}
