/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ids of code addresses: a direct-mapped cache per CPU, so that the id of an
 * address is computed once. Context: interrupts off.
 */
#ifndef _NET_SKBTRACE_SYMBOL_H
#define _NET_SKBTRACE_SYMBOL_H

#include <linux/siphash.h>
#include <linux/types.h>

#define SKBTRACE_NR_SYMBOLS	512	/* a power of two */
#define SKBTRACE_SYMBOL_NAMED	1ULL

/**
 * struct skbtrace_symbols - the cache
 * @slot: by bits of the address
 * @slot.at: the address, %NULL: none
 * @slot.id: of skbtrace_symbol_id(); its lowest bit, which is set in all ids,
 *	means here that it has been named in this epoch
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

static inline bool skbtrace_symbol_is_named(struct skbtrace_symbols *s,
					    const void *location)
{
	const struct skbtrace_symbol *symbol = skbtrace_symbol_of(s, location);

	return symbol->at == location && symbol->id & SKBTRACE_SYMBOL_NAMED;
}

static inline void skbtrace_symbol_set_named(struct skbtrace_symbols *s,
					     const void *location)
{
	skbtrace_symbol_of(s, location)->id |= SKBTRACE_SYMBOL_NAMED;
}

/*
 * A keyed hash that cannot be inverted: otherwise the ids and names of two
 * locations would reveal the base address of the kernel.
 */
static inline u64 skbtrace_symbol_id(struct skbtrace_symbols *s,
				     const siphash_key_t *key,
				     const void *location)
{
	struct skbtrace_symbol *symbol = skbtrace_symbol_of(s, location);

	if (unlikely(symbol->at != location)) {
		symbol->at = location;
		symbol->id = siphash_1u64((unsigned long)location, key) &
			     ~SKBTRACE_SYMBOL_NAMED;
	}
	return symbol->id | SKBTRACE_SYMBOL_NAMED;
}

#endif /* _NET_SKBTRACE_SYMBOL_H */
