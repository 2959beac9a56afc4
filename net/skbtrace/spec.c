// SPDX-License-Identifier: GPL-2.0
/*
 * Text of the control files: EVENT{,KEY[=VALUE]} and lists of contexts. What
 * is printed here parses again.
 */
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

static bool skbtrace_word_value(const struct skbtrace_syms *syms,
				const char *word, u32 *value)
{
	unsigned int i;

	for (i = 0; syms && i < syms->nr; i++) {
		if (syms->tab[i].word && !strcmp(syms->tab[i].word, word)) {
			*value = syms->tab[i].value;
			return true;
		}
	}
	return false;
}

/* skip= (mask= is its name in the first skbtrace) and only= */
static int skbtrace_parse_select(struct skbtrace_spec *spec, const char *key,
				 char *value)
{
	const struct skbtrace_field *field = skbtrace_select_field(spec->ev);
	struct skbtrace_slot *slot = &spec->slot;
	bool only = !strcmp(key, "only");
	const struct skbtrace_syms *syms;
	char *word;
	u32 v;

	if (!field)
		return skbtrace_err(-EINVAL, "%s: takes no %s=",
				    spec->ev->name, key);
	if (slot->selective)
		return skbtrace_err(-EINVAL, "%s: one of skip= and only=, once",
				    spec->ev->name);
	syms = skbtrace_find_syms(spec->ev, field->unit);
	if (only) {
		bitmap_fill(slot->skip, SKBTRACE_MAX_SELECT);
		slot->skip_rest = true;
	}
	slot->selective = true;
	while ((word = strsep(&value, ":"))) {
		if (!skbtrace_word_value(syms, word, &v) ||
		    v >= SKBTRACE_MAX_SELECT)
			return skbtrace_err(-EINVAL,
					    "%s: %s=: %s is no %s; \"format\" lists them under syms %s",
					    spec->ev->name, key, word,
					    field->name,
					    strchr(field->unit, ':') + 1);
		__assign_bit(v, slot->skip, !only);
	}
	return 0;
}

static const struct skbtrace_option {
	const char	*key;
	int		(*parse)(struct skbtrace_spec *spec, const char *key,
				 char *value);
} skbtrace_options[] = {
	{ "skip", skbtrace_parse_select },
	{ "only", skbtrace_parse_select },
	{ "mask", skbtrace_parse_select },
};

static int skbtrace_parse_option(struct skbtrace_spec *spec, char *opt)
{
	char *value = opt, *key;
	unsigned int i;

	key = strsep(&value, "=");
	for (i = 0; i < ARRAY_SIZE(skbtrace_options); i++) {
		if (strcmp(skbtrace_options[i].key, key))
			continue;
		if (!value || !*value)
			return skbtrace_err(-EINVAL, "%s: %s= needs a value",
					    spec->ev->name, key);
		return skbtrace_options[i].parse(spec, key, value);
	}
	return skbtrace_err(-EINVAL, "%s: no option \"%s\" (it takes %s)",
			    spec->ev->name, key,
			    spec->ev->select ? "skip only" : "none");
}

/**
 * skbtrace_parse_spec() - parse EVENT{,KEY[=VALUE]}
 * @text: without white space at its ends; cut up
 * @spec: the result
 *
 * Context: skbtrace_lock.
 * Return: 0; -ENOENT: unknown event; -EINVAL; both told in "error"
 */
int skbtrace_parse_spec(char *text, struct skbtrace_spec *spec)
{
	char *opt, *name;
	int err;

	memset(spec, 0, sizeof(*spec));
	name = strsep(&text, ",");
	spec->ev = skbtrace_find_event(name, strlen(name));
	if (!spec->ev)
		return skbtrace_err(-ENOENT, "%s: no such event; see \"format\"",
				    name);
	if (spec->ev->kind == SKBTRACE_META)
		return skbtrace_err(-EINVAL, "%s: comes by itself", name);
	while ((opt = strsep(&text, ","))) {
		err = skbtrace_parse_option(spec, opt);
		if (err)
			return err;
	}
	return 0;
}

/**
 * skbtrace_print_spec() - print an event that is on as a spec
 * @m: where to
 * @run: the run in which it is on
 * @ev: the event
 *
 * Context: skbtrace_lock.
 */
void skbtrace_print_spec(struct seq_file *m, const struct skbtrace_run *run,
			 const struct skbtrace_event *ev)
{
	const struct skbtrace_slot *slot = &run->pub.slot[ev->slot];
	const struct skbtrace_field *field = skbtrace_select_field(ev);
	const struct skbtrace_syms *syms;
	bool only = slot->skip_rest;
	char sep = '=';
	unsigned int i;

	seq_puts(m, ev->name);
	if (slot->selective) {
		seq_puts(m, only ? ",only" : ",skip");
		syms = skbtrace_find_syms(ev, field->unit);
		for (i = 0; i < syms->nr; i++) {
			if (!syms->tab[i].word ||
			    syms->tab[i].value >= SKBTRACE_MAX_SELECT ||
			    test_bit(syms->tab[i].value, slot->skip) == only)
				continue;
			seq_printf(m, "%c%s", sep, syms->tab[i].word);
			sep = ':';
		}
	}
	seq_putc(m, '\n');
}

static const struct {
	const char	*word;
	u8		ctx;
} skbtrace_context_words[] = {
	{ "task",	SKBTRACE_CTX_TASK },
	{ "softirq",	SKBTRACE_CTX_SOFTIRQ },
	{ "hardirq",	SKBTRACE_CTX_HARDIRQ },
	{ "syscall",	SKBTRACE_CTX_TASK },	/* in the first skbtrace */
};

/**
 * skbtrace_parse_contexts() - parse a list of contexts
 * @text: words; cut up
 * @mask: the result, by bit
 *
 * Return: 0 or -EINVAL, told in "error"
 */
int skbtrace_parse_contexts(char *text, u32 *mask)
{
	unsigned int i;
	char *word;

	*mask = 0;
	while ((word = strsep(&text, " \t\n,:"))) {
		if (!*word)
			continue;
		for (i = 0; i < ARRAY_SIZE(skbtrace_context_words); i++)
			if (!strcmp(word, skbtrace_context_words[i].word))
				break;
		if (i == ARRAY_SIZE(skbtrace_context_words))
			return skbtrace_err(-EINVAL,
					    "%s is none of task softirq hardirq",
					    word);
		*mask |= BIT(skbtrace_context_words[i].ctx);
	}
	return *mask ? 0 : skbtrace_err(-EINVAL,
					"name at least one of task softirq hardirq");
}

/* As skbtrace_parse_contexts() takes it. */
void skbtrace_print_contexts(struct seq_file *m, u32 mask)
{
	unsigned int i;

	for (i = 0; i <= SKBTRACE_CTX_HARDIRQ; i++)
		if (mask & BIT(skbtrace_context_words[i].ctx))
			seq_printf(m, "%s%s", mask & (BIT(i) - 1) ? " " : "",
				   skbtrace_context_words[i].word);
	seq_putc(m, '\n');
}
