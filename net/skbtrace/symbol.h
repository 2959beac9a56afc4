/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands for code addresses in blocks, of one CPU: found by the address,
 * so that an id is computed once. Addresses that share a place take turns.
 * Context of all: interrupts off.
 */
#ifndef _NET_SKBTRACE_SYMBOL_H
#define _NET_SKBTRACE_SYMBOL_H

#include <linux/siphash.h>
#include <linux/types.h>

#define SKBTRACE_NR_SYMBOLS	512	/* a power of two */
#define SKBTRACE_SYMBOL_TOLD	1ULL

/**
 * struct skbtrace_symbols - locations and what stands for them
 * @slot: by bits of the address
 * @slot.at: the address, %NULL: none
 * @slot.id: of skbtrace_symbol_id(), all of which have the lowest bit set; here
 *	it says whether the name has been told in this epoch
 */
struct skbtrace_symbols {
	struct skbtrace_symbol {
		const void	*at;
		u64		id;
	} slot[SKBTRACE_NR_SYMBOLS];
};

static inline struct skbtrace_symbol *
skbtrace_symbol_of(struct skbtrace_symbols *s, const void *location)
{
	unsigned long at = (unsigned long)location;

	return &s->slot[(at ^ at >> 9) % SKBTRACE_NR_SYMBOLS];
}

static inline bool skbtrace_symbol_told(struct skbtrace_symbols *s,
					const void *location)
{
	const struct skbtrace_symbol *symbol = skbtrace_symbol_of(s, location);

	return symbol->at == location && symbol->id & SKBTRACE_SYMBOL_TOLD;
}

static inline void skbtrace_symbol_tell(struct skbtrace_symbols *s,
					const void *location)
{
	skbtrace_symbol_of(s, location)->id |= SKBTRACE_SYMBOL_TOLD;
}

/*
 * A keyed hash that nobody can invert: two locations and what they are called
 * would else tell where the kernel lies.
 */
static inline u64 skbtrace_symbol_id(struct skbtrace_symbols *s,
				     const siphash_key_t *key,
				     const void *location)
{
	struct skbtrace_symbol *symbol = skbtrace_symbol_of(s, location);

	if (unlikely(symbol->at != location)) {
		symbol->at = location;
		symbol->id = siphash_1u64((unsigned long)location, key) &
			     ~SKBTRACE_SYMBOL_TOLD;
	}
	return symbol->id | SKBTRACE_SYMBOL_TOLD;
}

#endif /* _NET_SKBTRACE_SYMBOL_H */
