// SPDX-License-Identifier: GPL-2.0
/*
 * Parses and prints specs: EVENT{,KEY[=VALUE]}. The output can be parsed again.
 */
#include <linux/ctype.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../enable.h"
#include "../error.h"
#include "../keyed.h"
#include "../packets.h"
#include "../source.h"
#include "cond.h"
#include "spec.h"
#include "watch.h"

#define SKBTRACE_SAMPLE_MAX	65536U
#define SKBTRACE_EVERY_MIN	10	/* 1 KiB, if marks are followed */
#define SKBTRACE_EVERY_FOLLOW	12	/* if every= is not given then */

static bool skbtrace_word_value(const struct skbtrace_event *ev,
				const char *name, const char *word, u32 *value)
{
	const struct skbtrace_field *field = skbtrace_find_field(ev, name);
	const struct skbtrace_syms *syms;
	unsigned int i;

	if (!field)
		return false;
	syms = skbtrace_find_syms(ev, field->unit);
	for (i = 0; i < syms->nr; i++) {
		if (syms->tab[i].word && !strcmp(syms->tab[i].word, word)) {
			*value = syms->tab[i].value;
			return true;
		}
	}
	return false;
}

/* The bit of a word in skbtrace_slot.skip */
static bool skbtrace_word_bit(const struct skbtrace_event *ev,
			      const char *word, u32 *bit)
{
	if (skbtrace_word_value(ev, ev->select, word, bit))
		return *bit < SKBTRACE_SELECT2;
	if (!skbtrace_word_value(ev, ev->select2, word, bit))
		return false;
	*bit += SKBTRACE_SELECT2;
	return *bit < SKBTRACE_MAX_SELECT;
}

static const char *skbtrace_syms_name(const struct skbtrace_event *ev,
				      const char *name)
{
	const struct skbtrace_field *field = skbtrace_find_field(ev, name);

	return field ? strchr(field->unit, ':') + 1 : "";
}

/* only=: the first word given for a field excludes all others. */
static void skbtrace_only(struct skbtrace_slot *slot, u32 bit)
{
	if (bit >= SKBTRACE_SELECT2 && !slot->only2) {
		slot->only2 = true;
		bitmap_set(slot->skip, SKBTRACE_SELECT2,
			   SKBTRACE_MAX_SELECT - SKBTRACE_SELECT2);
	} else if (bit < SKBTRACE_SELECT2 && !slot->skip_rest) {
		slot->skip_rest = true;
		bitmap_set(slot->skip, 0, SKBTRACE_SELECT2);
	}
}

static int skbtrace_no_word(const struct skbtrace_event *ev, const char *key,
			    const char *word)
{
	return skbtrace_err(-EINVAL,
			    "%s: %s=: %s is no %s%s%s; \"format\" lists them under syms %s %s",
			    ev->name, key, word, ev->select,
			    ev->select2 ? " or " : "", ev->select2 ?: "",
			    skbtrace_syms_name(ev, ev->select),
			    skbtrace_syms_name(ev, ev->select2));
}

/* skip= (also called mask=, as in the first skbtrace) and only= */
static int skbtrace_parse_select(struct skbtrace_spec *spec, const char *key,
				 char *value)
{
	struct skbtrace_slot *slot = &spec->slot;
	bool only = !strcmp(key, "only");
	char *word;
	u32 bit;

	if (slot->selective)
		return skbtrace_err(-EINVAL, "%s: one of skip= and only=, once",
				    spec->ev->name);
	slot->selective = true;
	while ((word = strsep(&value, ":"))) {
		if (!skbtrace_word_bit(spec->ev, word, &bit))
			return skbtrace_no_word(spec->ev, key, word);
		if (only)
			skbtrace_only(slot, bit);
		__assign_bit(bit, slot->skip, !only);
	}
	return 0;
}

static int skbtrace_parse_mark(struct skbtrace_spec *spec, const char *key,
			       char *value)
{
	if (kstrtou32(value, 0, &spec->slot.mark))
		return skbtrace_err(-EINVAL,
				    "%s: sk_mark=%s: not a number of 32 bits",
				    spec->ev->name, value);
	spec->slot.by_mark = true;
	return 0;
}

static int skbtrace_parse_sample(struct skbtrace_spec *spec, const char *key,
				 char *value)
{
	u32 n;

	if (kstrtou32(value, 0, &n) || !n || n > SKBTRACE_SAMPLE_MAX)
		return skbtrace_err(-EINVAL,
				    "%s: sample=%s: one in N connections, N from 1 to %u",
				    spec->ev->name, value, SKBTRACE_SAMPLE_MAX);
	spec->slot.sample = n;
	return 0;
}

/*
 * A number of bytes, with k or m. Not memparse(): it ignores trailing text.
 */
static int skbtrace_parse_every(struct skbtrace_spec *spec, const char *key,
				char *value)
{
	u64 n = 0;
	char *end;

	if (isdigit(*value))
		n = memparse(value, &end);
	if (!is_power_of_2(n) || *end || n > BIT_ULL(31))
		return skbtrace_err(-EINVAL,
				    "%s: every=%s: a power of two from 1 to 2048m, such as 64k",
				    spec->ev->name, value);
	spec->slot.every = ilog2(n);
	spec->every = true;
	return 0;
}

static int skbtrace_parse_hist(struct skbtrace_spec *spec, const char *key,
			       char *value)
{
	enum skbtrace_keyed_by by;

	spec->slot.hist = true;
	if (!value)
		return 0;
	for (by = SKBTRACE_KEYED_NOT + 1; by < SKBTRACE_NR_KEYED; by++) {
		if (strcmp(value, skbtrace_keyed_word(by)))
			continue;
		spec->slot.by = by;
		return 0;
	}
	return skbtrace_err(-EINVAL,
			    "%s: hist=%s: of all together without a value; or by peer, port or cgroup",
			    spec->ev->name, value);
}

/* @n: how many bytes of a packet, without @value the most */
static int skbtrace_parse_bytes(const struct skbtrace_spec *spec,
				const char *key, const char *value, u32 most,
				u32 *n)
{
	*n = most;
	if (value && (kstrtou32(value, 0, n) || !*n || *n > most))
		return skbtrace_err(-EINVAL,
				    "%s: %s=%s: bytes of a packet, from 1 to %u; without a number %u",
				    spec->ev->name, key, value, most, most);
	return 0;
}

static int skbtrace_parse_capture(struct skbtrace_spec *spec, const char *key,
				  char *value)
{
	return skbtrace_parse_bytes(spec, key, value, SKBTRACE_SNAP_MAX,
				    &spec->capture);
}

static int skbtrace_parse_payload(struct skbtrace_spec *spec, const char *key,
				  char *value)
{
	u32 n;
	int err = skbtrace_parse_bytes(spec, key, value, SKBTRACE_PAYLOAD_MAX,
				       &n);

	spec->payload = n;
	spec->slot.payload = true;
	return err;
}

/*
 * Marks are followed for histograms, and for when= of how long a stage took.
 * Each that is on its way takes memory, so not each byte can be one.
 */
static int skbtrace_finish_follow(struct skbtrace_spec *spec)
{
	struct skbtrace_slot *slot = &spec->slot;

	slot->follow = slot->hist ||
		       skbtrace_cond_follows(spec->ev, &spec->when) ||
		       skbtrace_cond_follows(spec->ev, &spec->snapshot);
	if (!slot->follow)
		return 0;
	slot->counts = slot->hist && !spec->when.nr;
	if (!spec->every)
		slot->every = SKBTRACE_EVERY_FOLLOW;
	if (slot->every < SKBTRACE_EVERY_MIN)
		return skbtrace_err(-EINVAL,
				    "%s: every=%u: to measure stages, 1k at least; none is %uk",
				    spec->ev->name, 1U << slot->every,
				    1U << (SKBTRACE_EVERY_FOLLOW - 10));
	return 0;
}

/* Of what is captured no block is made, which these are about. */
static int skbtrace_finish_capture(const struct skbtrace_spec *spec)
{
	const struct skbtrace_slot *slot = &spec->slot;

	if (!spec->capture || !(spec->when.nr || slot->held || slot->snapshot ||
				slot->stack || slot->payload))
		return 0;
	return skbtrace_err(-EINVAL,
			    "%s: capture= writes no event: without when=, primary=, snapshot, payload= and stack",
			    spec->ev->name);
}

static void skbtrace_print_every(struct seq_file *m, u8 every)
{
	static const char units[] = { 0, 'k', 'm', 'g' };

	seq_printf(m, ",every=%u", 1U << every % 10);
	if (every >= 10)
		seq_putc(m, units[every / 10]);
}

static int skbtrace_parse_when(struct skbtrace_spec *spec, const char *key,
			       char *value)
{
	struct skbtrace_slot *slot = &spec->slot;
	int err = skbtrace_parse_cond(spec->ev, key, value, &spec->when);

	if (err)
		return err;
	spec->cond = spec->when;
	slot->ranged = skbtrace_cond_range(spec->ev, &spec->cond, &slot->low,
					   &slot->span);
	slot->cond = spec->cond.nr;
	slot->early = 0;
	if (!slot->ranged)
		skbtrace_cond_early(spec->ev, &spec->cond, slot);
	return 0;
}

static int skbtrace_parse_snapshot(struct skbtrace_spec *spec, const char *key,
				   char *value)
{
	spec->slot.snapshot = true;
	return value ? skbtrace_parse_cond(spec->ev, key, value,
					   &spec->snapshot) : 0;
}

static int skbtrace_parse_watch(struct skbtrace_spec *spec, const char *key,
				char *value)
{
	if (!strcmp(key, "primary"))
		return skbtrace_parse_primary(spec, value);
	return !strcmp(key, "before") ? skbtrace_parse_before(spec, value) :
					skbtrace_parse_after(spec, value);
}

static int skbtrace_parse_stack(struct skbtrace_spec *spec, const char *key,
				char *value)
{
	spec->slot.stack = true;
	return 0;
}

static const struct {
	const char	*word;
	u8		forms;
} skbtrace_form_words[] = {
	{ "exact",	SKBTRACE_FORM_EXACT },
	{ "inferred",	SKBTRACE_FORM_INFERRED },
	{ "both",	SKBTRACE_FORM_BOTH },
};

static int skbtrace_parse_form(struct skbtrace_spec *spec, const char *key,
			       char *value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbtrace_form_words); i++) {
		if (strcmp(value, skbtrace_form_words[i].word))
			continue;
		spec->forms = skbtrace_form_words[i].forms;
		return 0;
	}
	return skbtrace_err(-EINVAL, "%s: form=%s is none of exact inferred both",
			    spec->ev->name, value);
}

static void skbtrace_print_form(struct seq_file *m, u8 forms)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbtrace_form_words); i++)
		if (skbtrace_form_words[i].forms == forms)
			seq_printf(m, ",form=%s", skbtrace_form_words[i].word);
}

static bool skbtrace_takes_form(const struct skbtrace_event *ev)
{
	return ev->inferred;
}

static bool skbtrace_takes_select(const struct skbtrace_event *ev)
{
	return ev->select;
}

static bool skbtrace_takes_mark(const struct skbtrace_event *ev)
{
	return ev->opts & SKBTRACE_OPT_MARK;
}

static bool skbtrace_takes_sample(const struct skbtrace_event *ev)
{
	return ev->opts & SKBTRACE_OPT_SAMPLE;
}

static bool skbtrace_takes_every(const struct skbtrace_event *ev)
{
	return ev->opts & SKBTRACE_OPT_EVERY;
}

static bool skbtrace_takes_hist(const struct skbtrace_event *ev)
{
	return ev->opts & SKBTRACE_OPT_HIST;
}

static bool skbtrace_takes_capture(const struct skbtrace_event *ev)
{
	return ev->opts & SKBTRACE_OPT_CAPTURE;
}

static bool skbtrace_takes_payload(const struct skbtrace_event *ev)
{
	return ev->opts & SKBTRACE_OPT_PAYLOAD;
}

static bool skbtrace_takes_any(const struct skbtrace_event *ev)
{
	return ev->kind != SKBTRACE_META;
}

/**
 * struct skbtrace_option - an option of a spec
 * @key: its name
 * @takes: does an event take it?
 * @parse: sets spec->slot; @value is not empty unless @bare
 * @bare: the value may be missing
 * @no_value: there must be no value
 * @alias: not listed
 */
struct skbtrace_option {
	const char	*key;
	bool		(*takes)(const struct skbtrace_event *ev);
	int		(*parse)(struct skbtrace_spec *spec, const char *key,
				 char *value);
	bool		bare;
	bool		no_value;
	bool		alias;
};

static const struct skbtrace_option skbtrace_options[] = {
	{ "skip", skbtrace_takes_select, skbtrace_parse_select },
	{ "only", skbtrace_takes_select, skbtrace_parse_select },
	{ "mask", skbtrace_takes_select, skbtrace_parse_select, .alias = true },
	{ "sk_mark", skbtrace_takes_mark, skbtrace_parse_mark },
	{ "sample", skbtrace_takes_sample, skbtrace_parse_sample },
	{ "every", skbtrace_takes_every, skbtrace_parse_every },
	{ "hist", skbtrace_takes_hist, skbtrace_parse_hist, .bare = true },
	{ "capture", skbtrace_takes_capture, skbtrace_parse_capture,
	  .bare = true },
	{ "payload", skbtrace_takes_payload, skbtrace_parse_payload,
	  .bare = true },
	{ "when", skbtrace_takes_any, skbtrace_parse_when },
	{ "primary", skbtrace_takes_any, skbtrace_parse_watch },
	{ "before", skbtrace_takes_any, skbtrace_parse_watch },
	{ "after", skbtrace_takes_any, skbtrace_parse_watch },
	{ "snapshot", skbtrace_takes_any, skbtrace_parse_snapshot,
	  .bare = true },
	{ "form", skbtrace_takes_form, skbtrace_parse_form },
	{ "stack", skbtrace_takes_any, skbtrace_parse_stack, .bare = true,
	  .no_value = true },
};

/* The names of the options that an event takes, "-" if there are none. */
void skbtrace_print_opts(struct seq_file *m, const struct skbtrace_event *ev,
			 char sep)
{
	bool first = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbtrace_options); i++) {
		if (skbtrace_options[i].alias ||
		    !skbtrace_options[i].takes(ev))
			continue;
		if (!first)
			seq_putc(m, sep);
		seq_puts(m, skbtrace_options[i].key);
		first = false;
	}
	if (first)
		seq_putc(m, '-');
}

static int skbtrace_no_option(const struct skbtrace_event *ev, const char *key)
{
	char list[128] = "";
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(skbtrace_options); i++)
		if (!skbtrace_options[i].alias && skbtrace_options[i].takes(ev))
			n += scnprintf(list + n, sizeof(list) - n, " %s",
				       skbtrace_options[i].key);
	return skbtrace_err(-EINVAL, "%s: no option \"%s\" (it takes%s)",
			    ev->name, key, list);
}

static int skbtrace_parse_option(struct skbtrace_spec *spec, char *text)
{
	const struct skbtrace_option *opt;
	char *value = text, *key;
	unsigned int i;

	key = strsep(&value, "=");
	for (i = 0; i < ARRAY_SIZE(skbtrace_options); i++) {
		opt = &skbtrace_options[i];
		if (strcmp(opt->key, key) || !opt->takes(spec->ev))
			continue;
		if (opt->no_value && value)
			return skbtrace_err(-EINVAL, "%s: %s takes no value",
					    spec->ev->name, key);
		if (value ? !*value : !opt->bare)
			return skbtrace_err(-EINVAL, "%s: %s= needs a value",
					    spec->ev->name, key);
		return opt->parse(spec, key, value);
	}
	return skbtrace_no_option(spec->ev, key);
}

/**
 * skbtrace_parse_spec() - parse EVENT{,KEY[=VALUE]}
 * @text: without white space at its ends; modified
 * @spec: the result
 *
 * Context: skbtrace_lock.
 * Return: 0; -ENOENT: unknown event; -EINVAL; both told in "error"
 */
int skbtrace_parse_spec(char *text, struct skbtrace_spec *spec)
	__must_hold(&skbtrace_lock)
{
	char *opt, *name;
	int err;

	lockdep_assert_held(&skbtrace_lock);
	memset(spec, 0, sizeof(*spec));
	name = strsep(&text, ",");
	spec->ev = skbtrace_find_event(name, strlen(name));
	if (!spec->ev)
		return skbtrace_err(-ENOENT, "%s: no such event, nor a module skbtrace-event-%s; see \"format\"",
				    name, name);
	if (spec->ev->kind == SKBTRACE_META)
		return skbtrace_err(-EINVAL, "%s: comes by itself", name);
	while ((opt = strsep(&text, ","))) {
		err = skbtrace_parse_option(spec, opt);
		if (err)
			return err;
	}
	spec->slot.picks = spec->slot.by_mark || spec->slot.sample;
	err = skbtrace_finish_follow(spec) ?: skbtrace_finish_watch(spec);
	return err ?: skbtrace_finish_capture(spec);
}

/* Print the words of a field whose bits, from @base on, are set, after @sep. */
static char skbtrace_print_words(struct seq_file *m,
				 const struct skbtrace_event *ev,
				 const char *name, unsigned int base,
				 const unsigned long *skip, bool set, char sep)
{
	const struct skbtrace_field *field = skbtrace_find_field(ev, name);
	const struct skbtrace_syms *syms;
	unsigned int i;
	u32 bit;

	if (!field)
		return sep;
	syms = skbtrace_find_syms(ev, field->unit);
	for (i = 0; i < syms->nr; i++) {
		bit = base + syms->tab[i].value;
		if (!syms->tab[i].word || syms->tab[i].alias ||
		    bit >= (base ? SKBTRACE_MAX_SELECT : SKBTRACE_SELECT2) ||
		    test_bit(bit, skip) != set)
			continue;
		seq_printf(m, "%c%s", sep, syms->tab[i].word);
		sep = ':';
	}
	return sep;
}

static void skbtrace_print_select(struct seq_file *m,
				  const struct skbtrace_event *ev,
				  const struct skbtrace_slot *slot)
{
	bool only = slot->skip_rest || slot->only2;
	char sep = '=';

	seq_puts(m, only ? ",only" : ",skip");
	/* only= has no words of this field, so it does not restrict it */
	if (!only || slot->skip_rest)
		sep = skbtrace_print_words(m, ev, ev->select, 0, slot->skip,
					   !only, sep);
	if (!only || slot->only2)
		skbtrace_print_words(m, ev, ev->select2, SKBTRACE_SELECT2,
				     slot->skip, !only, sep);
}

/**
 * skbtrace_print_spec() - print an event that is on as a spec
 * @m: output
 * @run: the run in which it is on
 * @ev: the event
 *
 * Context: skbtrace_lock.
 */
void skbtrace_print_spec(struct seq_file *m, const struct skbtrace_run *run,
			 const struct skbtrace_event *ev)
	__must_hold(&skbtrace_lock)
{
	const struct skbtrace_slot *slot = &run->pub.slot[ev->slot];

	lockdep_assert_held(&skbtrace_lock);
	seq_puts(m, ev->name);
	if (slot->selective)
		skbtrace_print_select(m, ev, slot);
	if (slot->by_mark)
		seq_printf(m, ",sk_mark=%#x", slot->mark);
	if (slot->sample)
		seq_printf(m, ",sample=%u", slot->sample);
	if (slot->every)
		skbtrace_print_every(m, slot->every);
	if (slot->hist)
		seq_puts(m, ",hist");
	if (slot->by)
		seq_printf(m, "=%s", skbtrace_keyed_word(slot->by));
	if (run->snap[ev->slot])
		seq_printf(m, ",capture=%u", run->snap[ev->slot]);
	if (run->payload[ev->slot])
		seq_printf(m, ",payload=%u", run->payload[ev->slot]);
	if (run->when[ev->slot].nr) {
		seq_puts(m, ",when=");
		skbtrace_print_cond(m, ev, &run->when[ev->slot]);
	}
	skbtrace_print_watch(m, &run->watch[ev->slot]);
	if (slot->snapshot) {
		seq_puts(m, run->snapshot[ev->slot].nr ? ",snapshot=" :
							 ",snapshot");
		skbtrace_print_cond(m, ev, &run->snapshot[ev->slot]);
	}
	if (run->forms[ev->slot] != skbtrace_forms_default(ev))
		skbtrace_print_form(m, run->forms[ev->slot]);
	if (slot->stack)
		seq_puts(m, ",stack");
	seq_putc(m, '\n');
}
