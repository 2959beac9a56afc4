// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms of stages by key. Who first comes with a key takes a place in a
 * table that all CPUs share, and that nothing leaves while the run lasts; the
 * counts are each CPU's own.
 */
#include <asm/local64.h>
#include <linux/skbtrace_conns.h>
#include <linux/vmalloc.h>
#include "error.h"
#include "keyed.h"
#include "tables.h"

/* Who sets TAKEN writes the key, then sets THERE. */
enum { SKBTRACE_KEY_FREE, SKBTRACE_KEY_TAKEN, SKBTRACE_KEY_THERE };

struct skbtrace_key_place {
	struct skbtrace_key	key;
	u32			state;
};

struct skbtrace_keyed_hist {
	local64_t	sum;
	local64_t	bucket[SKBTRACE_KEYED_BUCKETS];
};

struct skbtrace_keyed_row {
	struct skbtrace_keyed_hist	hist[SKBTRACE_NR_STAGES - 1];
};

/* Of a CPU. The last row is that of keys without a place. */
struct skbtrace_keyed_cpu {
	struct skbtrace_keyed_row	row[SKBTRACE_NR_KEYED_ROWS];
};

/**
 * struct skbtrace_keyed - histograms by key
 * @by: what tells connections apart
 * @place: the keys
 * @cpu: of each CPU
 */
struct skbtrace_keyed {
	enum skbtrace_keyed_by			by;
	struct skbtrace_key_place		place[SKBTRACE_NR_KEYS];
	struct skbtrace_keyed_cpu * __percpu	*cpu;
};

#define SKBTRACE_KEYED_WORD(NAME, WORD)		WORD,
static const char *const skbtrace_keyed_words[] = {
	"-",
	SKBTRACE_KEYED_BY(SKBTRACE_KEYED_WORD)
};

const char *skbtrace_keyed_word(enum skbtrace_keyed_by by)
{
	return skbtrace_keyed_words[by];
}

static bool skbtrace_key_is(const struct skbtrace_key_place *place,
			    const struct skbtrace_key *key)
{
	return place->key.v[0] == key->v[0] && place->key.v[1] == key->v[1];
}

/* Return: its row; that of all others if there is no place, or not yet */
static u32 skbtrace_keyed_row(struct skbtrace_keyed *k,
			      const struct skbtrace_key *key)
{
	u64 mix = (key->v[0] * SKBTRACE_MIX ^ key->v[1]) * SKBTRACE_MIX;
	struct skbtrace_key_place *place;
	u32 state, home = mix >> 32, i;

	for (i = 0; i < SKBTRACE_NR_KEYS; i++) {
		u32 row = (home + i) % SKBTRACE_NR_KEYS;

		place = &k->place[row];
		/* pairs with the release below */
		state = smp_load_acquire(&place->state);
		if (state == SKBTRACE_KEY_THERE) {
			if (skbtrace_key_is(place, key))
				return row;
			continue;
		}
		/* it may be this key that another CPU writes: don't wait */
		if (state == SKBTRACE_KEY_TAKEN ||
		    !try_cmpxchg(&place->state, &state, SKBTRACE_KEY_TAKEN))
			break;
		place->key = *key;
		/* the key is there before it is looked at */
		smp_store_release(&place->state, SKBTRACE_KEY_THERE);
		return row;
	}
	return SKBTRACE_NR_KEYS;
}

/**
 * skbtrace_keyed_add() - a stage has ended
 * @k: histograms
 * @key: whose
 * @stage: enum skbtrace_mark_stage
 * @ns: how long it took
 *
 * Context: probe.
 */
void skbtrace_keyed_add(struct skbtrace_keyed *k,
			const struct skbtrace_key *key, u32 stage, u64 ns)
{
	u32 bucket = skbtrace_hist_bucket(ns) >> SKBTRACE_KEYED_CUT;
	struct skbtrace_keyed_cpu *mine = this_cpu_read(*k->cpu);
	struct skbtrace_keyed_hist *h;

	h = &mine->row[skbtrace_keyed_row(k, key)].hist[stage - 1];
	local64_add(ns, &h->sum);
	local64_inc(&h->bucket[bucket]);
}
EXPORT_SYMBOL_GPL(skbtrace_keyed_add);

/* ---- memory ---- */

u64 skbtrace_keyed_bytes(void)
{
	return sizeof(struct skbtrace_keyed) +
	       num_possible_cpus() * sizeof(struct skbtrace_keyed_cpu);
}

static void skbtrace_keyed_drop(struct skbtrace_keyed *k)
{
	int cpu;

	if (k && k->cpu) {
		for_each_possible_cpu(cpu)
			vfree(*per_cpu_ptr(k->cpu, cpu));
		free_percpu(k->cpu);
	}
	kfree(k);
}

static struct skbtrace_keyed *skbtrace_keyed_new(void)
{
	struct skbtrace_keyed *k = kzalloc(sizeof(*k), GFP_KERNEL);
	struct skbtrace_keyed_cpu *one;
	int cpu;

	if (!k)
		return NULL;
	k->cpu = alloc_percpu(struct skbtrace_keyed_cpu *);
	if (!k->cpu)
		goto no;
	for_each_possible_cpu(cpu) {
		/* on its own node: nobody else writes there */
		one = vzalloc_node(sizeof(*one), cpu_to_node(cpu));
		if (!one)
			goto no;
		*per_cpu_ptr(k->cpu, cpu) = one;
	}
	return k;
no:
	skbtrace_keyed_drop(k);
	return NULL;
}

/**
 * skbtrace_keyed_make() - see that there are histograms by key
 * @run: run
 * @by: what tells connections apart
 *
 * Lives as long as the run. Context: skbtrace_lock.
 * Return: 0; -ENOMEM; -EBUSY: there are others; told in "error"
 */
int skbtrace_keyed_make(struct skbtrace_run *run, enum skbtrace_keyed_by by)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_keyed *k = run->pub.marks.keyed;

	lockdep_assert_held(&skbtrace_lock);
	if (k && k->by == by)
		return 0;
	if (k)
		return skbtrace_err(-EBUSY,
				    "hist=%s: histograms are kept by %s already; end that first: -* in \"enabled\"",
				    skbtrace_keyed_word(by),
				    skbtrace_keyed_word(k->by));
	k = skbtrace_keyed_new();
	if (!k)
		return skbtrace_err(-ENOMEM, "no memory for histograms by %s",
				    skbtrace_keyed_word(by));
	k->by = by;
	skbtrace_tables_charge(run, skbtrace_keyed_bytes());
	/* seen by probes that are told to use it after this */
	smp_store_release(&run->pub.marks.keyed, k);
	return 0;
}

/* No probe can run any more. */
void skbtrace_keyed_free(struct skbtrace_run *run)
{
	skbtrace_keyed_drop(run->pub.marks.keyed);
}

/*
 * On @cpu itself, or it is offline. Keys stay: a probe may be looking at them.
 */
void skbtrace_keyed_clear(const struct skbtrace_keyed *k, int cpu)
{
	memset(*per_cpu_ptr(k->cpu, cpu), 0, sizeof(struct skbtrace_keyed_cpu));
}

/* ---- what has been counted ---- */

enum skbtrace_keyed_by skbtrace_keyed_by(const struct skbtrace_keyed *k)
{
	return k->by;
}

/* Return: false: nobody has that place yet; or it is that of all others */
bool skbtrace_keyed_key(const struct skbtrace_keyed *k, u32 row,
			struct skbtrace_key *key)
{
	if (row >= SKBTRACE_NR_KEYS ||
	    /* pairs with skbtrace_keyed_row() */
	    smp_load_acquire(&k->place[row].state) != SKBTRACE_KEY_THERE)
		return false;
	*key = k->place[row].key;
	return true;
}

u64 skbtrace_keyed_sum_ns(const struct skbtrace_keyed *k, u32 row, u32 stage)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(&(*per_cpu_ptr(k->cpu, cpu))->
				    row[row].hist[stage - 1].sum);
	return sum;
}

u64 skbtrace_keyed_count(const struct skbtrace_keyed *k, u32 row, u32 stage,
			 u32 bucket)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += local64_read(&(*per_cpu_ptr(k->cpu, cpu))->
				    row[row].hist[stage - 1].bucket[bucket]);
	return sum;
}
