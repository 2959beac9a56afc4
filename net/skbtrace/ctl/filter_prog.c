// SPDX-License-Identifier: GPL-2.0
/*
 * Parses a filter program: its length, then four numbers for each instruction,
 * as "tcpdump -y RAW -ddd" prints it. It may come in any number of writes,
 * since shells write 4096 bytes at a time. The write that completes it sets it;
 * an incomplete program is discarded when the file is closed.
 */
#include <linux/ctype.h>
#include <linux/slab.h>
#include "../error.h"
#include "../filter.h"
#include "../memory.h"
#include "../session.h"
#include "ctl.h"

/**
 * struct skbtrace_upload - a program that is being written
 * @in: whose filter it is
 * @target: which filter
 * @err: why no more is taken until he closes it, 0: it is
 * @prog: %NULL: the length is not known yet
 * @nr: numbers of instructions so far
 * @byte: bytes so far
 * @word: a number, or "none", as far as it has come
 * @word_len: bytes of it
 * @comment: in one, up to the end of the line
 * @note: the first comment
 * @note_len: bytes of @note
 * @noted: @note is complete
 *
 * Belongs to the open file. Under skbtrace_lock.
 */
struct skbtrace_upload {
	struct skbtrace_instance *in;
	enum skbtrace_target	target;
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

static void skbtrace_upload_reset(struct skbtrace_upload *up)
{
	skbtrace_prog_free(up->prog);
	up->prog = NULL;
	up->nr = 0;
	up->word_len = 0;
	up->comment = false;
	up->note_len = 0;
	up->noted = false;
}

static int skbtrace_upload_done(struct skbtrace_upload *up)
{
	struct skbtrace_prog *p = up->prog;
	int err;

	err = skbtrace_check_tables(up->in, skbtrace_prog_bytes(p->nr,
								up->target));
	if (err)
		return err;
	up->prog = NULL;
	/* a comment that was added by skbtrace_prog_print() */
	if (strncmp(up->note, "seen ", 5))
		memcpy(p->note, up->note, up->note_len);
	err = skbtrace_filter_set_prog(up->in->run, up->target, p);
	skbtrace_upload_reset(up);
	return err;
}

static int skbtrace_upload_length(struct skbtrace_upload *up, u32 nr)
{
	if (!nr || nr > SKBTRACE_PROG_MAX)
		return skbtrace_err(-EINVAL,
				    "%u instructions; a program has from 1 to %u",
				    nr, SKBTRACE_PROG_MAX);
	up->prog = skbtrace_prog_alloc(nr);
	return up->prog ? 0 : skbtrace_err(-ENOMEM, "no memory");
}

static int skbtrace_upload_number(struct skbtrace_upload *up, u32 v)
{
	static const u32 max[] = { U16_MAX, U8_MAX, U8_MAX, U32_MAX };
	static const char *const what[] = { "code", "jt", "jf", "k" };
	unsigned int i = up->nr / 4, part = up->nr % 4;
	struct sock_filter *f;

	if (!up->prog)
		return skbtrace_upload_length(up, v);
	if (v > max[part])
		return skbtrace_err(-EINVAL,
				    "instruction %u: %s is %u, more than %u",
				    i, what[part], v, max[part]);
	f = &up->prog->insns[i];
	if (part == 0)
		f->code = v;
	else if (part == 1)
		f->jt = v;
	else if (part == 2)
		f->jf = v;
	else
		f->k = v;
	up->nr++;
	return up->nr < up->prog->nr * 4U ? 0 : skbtrace_upload_done(up);
}

/* A number or a word has ended. */
static int skbtrace_upload_word(struct skbtrace_upload *up)
{
	u32 v;

	up->word[up->word_len] = 0;
	if (!strcmp(up->word, "none") && !up->prog) {
		skbtrace_upload_reset(up);
		return skbtrace_filter_set_prog(up->in->run, up->target, NULL);
	}
	if (kstrtou32(up->word, 10, &v))
		return skbtrace_err(-EINVAL,
				    "byte %zu: \"%s\" is no number; write what tcpdump -y RAW -ddd prints",
				    up->byte - up->word_len, up->word);
	up->word_len = 0;
	return skbtrace_upload_number(up, v);
}

static void skbtrace_upload_comment(struct skbtrace_upload *up, char c)
{
	if (c == '\n') {
		up->comment = false;
		up->noted = true;
		return;
	}
	if (up->noted || up->note_len == sizeof(up->note) - 1 ||
	    (!up->note_len && isspace(c)))
		return;
	/* UTF-8 is kept */
	up->note[up->note_len++] = isascii(c) && !isprint(c) ? '?' : c;
}

static int skbtrace_upload_char(struct skbtrace_upload *up, char c)
{
	if (up->comment) {
		skbtrace_upload_comment(up, c);
		return 0;
	}
	if (isspace(c) || c == ',')
		return up->word_len ? skbtrace_upload_word(up) : 0;
	if (c == '#' && !up->word_len) {
		up->comment = true;
		return 0;
	}
	up->word[up->word_len++] = isprint(c) ? c : '?';
	if (up->word_len < sizeof(up->word))
		return 0;
	up->word[--up->word_len] = 0;
	return skbtrace_err(-EINVAL, "byte %zu: \"%s...\" is no number",
			    up->byte - up->word_len, up->word);
}

static int skbtrace_upload(struct skbtrace_upload *up, const char *text,
			   size_t len)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	/* a shell continues after an error: report the first one */
	if (up->err)
		return up->err;
	for (; len && !up->err; text++, len--) {
		up->err = skbtrace_upload_char(up, *text);
		up->byte++;
	}
	if (up->err)
		skbtrace_upload_reset(up);
	return up->err;
}

/* Stores of "sock_filters" and "filters". */
int skbtrace_conn_filter_store(struct skbtrace_instance *in, char *text,
			       size_t len)
{
	return skbtrace_upload(in->upload[SKBTRACE_BY_CONN], text, len);
}

int skbtrace_packet_filter_store(struct skbtrace_instance *in, char *text,
				 size_t len)
{
	return skbtrace_upload(in->upload[SKBTRACE_BY_PACKET], text, len);
}

/* One writer at a time. Return: 0, -EBUSY or -ENOMEM */
int skbtrace_upload_open(struct skbtrace_instance *in,
			 enum skbtrace_target target)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_upload *up;

	lockdep_assert_held(&skbtrace_lock);
	if (in->upload[target])
		return skbtrace_err(-EBUSY, "somebody else is writing to it");
	up = kzalloc(sizeof(*up), GFP_KERNEL);
	in->upload[target] = up;
	if (up) {
		up->in = in;
		up->target = target;
	}
	return up ? 0 : skbtrace_err(-ENOMEM, "no memory");
}

/*
 * The file is closed. A program that only lacks white space after its last
 * number is complete: echo -n.
 */
void skbtrace_upload_close(struct skbtrace_instance *in,
			   enum skbtrace_target target)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_upload *up = in->upload[target];

	lockdep_assert_held(&skbtrace_lock);
	up->comment = false;
	if (!in->gone)
		skbtrace_upload(up, "\n", 1);
	if (!up->err && up->prog)
		skbtrace_err(-EINVAL,
			     "closed after %u of %u numbers: incomplete, nothing has changed",
			     up->nr, up->prog->nr * 4);
	skbtrace_upload_reset(up);
	in->upload[target] = NULL;
	kfree(up);
}
