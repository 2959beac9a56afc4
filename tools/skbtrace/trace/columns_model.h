/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model of the chunks so far, the same in encoder and decoder. A place is
 * an offset in the bytes of the chunks; 0 is none, as a chunk begins with its
 * header.
 */
#ifndef SKBTRACE_COLUMNS_MODEL_H
#define SKBTRACE_COLUMNS_MODEL_H

#include <string.h>

#include "trace/decode.h"
#include "trace/file.h"

/* The columns; each kind of block adds some of its own. */
enum column {
	COL_OP,			/* a byte for each chunk and each block */
	COL_CHUNK,		/* type, length, CPU; or the CPU of a mark */
	COL_TEXT,		/* bytes as they are */
	COL_MARK,		/* its time, less the time before it */
	COL_KIND,		/* the first word of a new kind */
	COL_KEY,		/* a key that is not among the last ones */
	COL_HEAD,		/* words of its header that changed */
	COL_WORD,		/* 16 columns: by how much */
	COL_FIXED = COL_WORD + 16,
};

/* Of a kind of block: its first column and those behind it. */
enum kind_column {
	KIND_TIME,		/* less that of the block before, of any kind */
	KIND_KEY,		/* which of the last keys; 0: COL_KEY has it */
	KIND_CHANGED,		/* a bit for each word below */
	KIND_WORD,		/* by how much; of words 1, 6, 7, 8 ... */
};

enum op {
	OP_BYTES,		/* a chunk as it is */
	OP_MARK,
	OP_SUBBUF,		/* blocks follow until it is full */
	OP_NEW_KIND,		/* a block of the next kind */
	OP_BLOCK,		/* a block as it is */
	OP_KIND,		/* of kind 0, 1 ... */
};

enum {
	MAX_KINDS	= 256 - OP_KIND,
	MAX_WORDS	= 256,		/* of a block that has a kind */
	NR_KEYS		= 64,
	REF_BITS	= 12,
	HEAD_WORDS	= sizeof(struct skbtrace_subbuf) / 4,
	SKIP_WORDS	= 5,	/* of a block: told by kind, time and key */
};

struct kind {
	u32 first;		/* word of its blocks: event and length */
	u32 words;
	u32 column;
	u32 last;		/* place of the last one */
};

struct model {
	bool swap;
	u32 columns;
	u32 nkinds;
	struct kind kinds[MAX_KINDS];
	u32 nkeys;
	u64 keys[NR_KEYS];	/* the last one first */
	u64 new_key;
	u64 time;
	u32 head;		/* place of the last sub-buffer's header */
	u32 refs[1 << REF_BITS];	/* places, by kind and key */
};

static inline void model_init(struct model *m, bool swap)
{
	memset(m, 0, sizeof(*m));
	m->columns = COL_FIXED;
	m->swap = swap;
}

static inline bool model_can_have(const struct model *m, u32 len)
{
	return m->nkinds < MAX_KINDS && len / 4 <= MAX_WORDS;
}

static inline struct kind *model_add(struct model *m, u32 first, u32 len)
{
	struct kind *k = &m->kinds[m->nkinds++];

	*k = (struct kind){ .first = first, .words = len / 4,
			    .column = m->columns };
	m->columns += KIND_WORD + k->words - SKIP_WORDS;
	return k;
}

/*
 * Move the key, number @i of the recent ones or a new one, to the front.
 */
static inline void model_key(struct model *m, u32 i, u64 key)
{
	if (i)
		memmove(m->keys + 1, m->keys, i * sizeof(*m->keys));
	m->keys[0] = key;
}

/* The place of the block to take the difference from */
static inline u32 model_ref(struct model *m, struct kind *k, u64 key,
			    const u8 *raw, u32 at)
{
	u64 h = (key ^ (u64)k->first << 32) * 0x9e3779b97f4a7c15ULL;
	u32 *slot = &m->refs[h >> (64 - REF_BITS)];
	u32 ref = k->last;

	if (*slot && ld32(raw + *slot, m->swap) == k->first &&
	    ld64(raw + *slot + offsetof(struct skbtrace_block, key),
		 m->swap) == key)
		ref = *slot;
	*slot = at;
	k->last = at;
	return ref;
}

/* Its words but the first, the time and the key. */
static inline u32 kind_word(u32 i)
{
	return i ? i + SKIP_WORDS : 1;
}

static inline u32 kind_words(const struct kind *k)
{
	return k->words - SKIP_WORDS;
}

static inline u32 kind_changed_len(const struct kind *k)
{
	return (kind_words(k) + 7) / 8;
}

static inline u32 chunk_size(u32 len)
{
	return sizeof(struct sbt_chunk_hdr) + ((len + 7) & ~7u);
}

#endif
