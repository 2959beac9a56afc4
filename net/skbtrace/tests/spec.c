// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the registry of events, and of the text that "enabled" takes
 * and prints.
 */
#include <linux/module.h>
#include "../ctl/spec.h"
#include "../error.h"
#include "../session.h"
#include "../source.h"
#include "spec.h"
#include "compat.h"

#define SPEC_TEXT_MAX	8192

#define KUNIT_A_FIELDS(F, S)						\
	F(S, u32, color, "enum:kunit_color", "brief", "a color")	\
	F(S, u32, size, "enum:kunit_size", "-", "a size")
SKBTRACE_BLOCK(kunit_a, KUNIT_A_FIELDS);

static const struct skbtrace_sym color_words[] = {
	{ 0, "red" }, { 1, "green" }, { 7, "blue" }, { 8, NULL },
	{ SKBTRACE_SELECT2 - 1, "last" },
	{ SKBTRACE_SELECT2, "beyond" },
	{ 7, "azure", .alias = true },
};

static const struct skbtrace_sym size_words[] = {
	{ 0, "small" }, { 1, "middle" }, { 31, "large" }, { 32, "huge" },
};

static const struct skbtrace_syms test_syms[] = {
	SKBTRACE_SYMS("kunit_color", color_words),
	SKBTRACE_SYMS("kunit_size", size_words),
};

static struct skbtrace_hook hook_none = {
	.tracepoint	= "skbtrace_kunit_no_such_tracepoint",
};

static struct skbtrace_hook hook_optional = {
	.tracepoint	= "skbtrace_kunit_no_such_tracepoint",
	.without	= "something",
};

static struct skbtrace_hook hook_there = {
	.tracepoint	= "sched_switch",
};

/* Two events that the tests take as they are, or spoil. */
struct spec_test {
	struct skbtrace_event	a;
	struct skbtrace_event	b;
	struct skbtrace_event	*events[2];
	struct skbtrace_proto	proto;
	struct skbtrace_run	*run;
	char			text[SPEC_TEXT_MAX];
};

static int spec_init(struct kunit *test)
{
	struct spec_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	t->a = (struct skbtrace_event){
		SKBTRACE_EVENT(kunit_a),
		.nr		= 0x7e01,
		.kind		= SKBTRACE_PACKET,
		.stability	= "Private",
		.select		= "color",
		.select2	= "size",
		.opts		= SKBTRACE_OPTS_PICK,
	};
	t->b = t->a;
	t->b.name = "kunit_b";
	t->b.nr = 0x7e02;
	t->b.select = NULL;
	t->b.select2 = NULL;
	t->b.opts = 0;
	t->events[0] = &t->a;
	t->events[1] = &t->b;
	t->proto = (struct skbtrace_proto){
		.name		= "kunit",
		.owner		= THIS_MODULE,
		.events		= t->events,
		.nr_events	= ARRAY_SIZE(t->events),
		.syms		= test_syms,
		.nr_syms	= ARRAY_SIZE(test_syms),
	};
	t->run = kunit_kzalloc(test, sizeof(*t->run), GFP_KERNEL);
	test->priv = t;
	return t->run ? 0 : -ENOMEM;
}

static void spec_unregister(void *proto)
{
	skbtrace_unregister_proto(proto);
}

static struct spec_test *spec_register(struct kunit *test)
{
	struct spec_test *t = test->priv;

	KUNIT_ASSERT_EQ(test, skbtrace_register_proto(&t->proto), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, spec_unregister,
							&t->proto), 0);
	/* as if they told addresses, which primary= needs */
	t->a.flow_off = sizeof(struct skbtrace_block);
	t->b.flow_off = sizeof(struct skbtrace_block);
	return t;
}

static bool spec_known(const char *name)
{
	struct skbtrace_event *ev;

	mutex_lock(&skbtrace_lock);
	ev = skbtrace_find_event(name, strlen(name));
	mutex_unlock(&skbtrace_lock);
	return ev;
}

static void registry_finds_by_whole_name(struct kunit *test)
{
	struct spec_test *t = spec_register(test);

	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_find_event("kunit_a", 7), &t->a);
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_find_event("kunit_b,x", 7), &t->b);
	KUNIT_EXPECT_NULL(test, skbtrace_find_event("kunit_a", 6));
	KUNIT_EXPECT_NULL(test, skbtrace_find_event("kunit_ab", 8));
	KUNIT_EXPECT_NULL(test, skbtrace_find_event("", 0));
	mutex_unlock(&skbtrace_lock);
	KUNIT_EXPECT_NE(test, t->a.slot, t->b.slot);
	KUNIT_EXPECT_PTR_EQ(test, t->a.proto,
			    (const struct skbtrace_proto *)&t->proto);
}

static void registry_forgets(struct kunit *test)
{
	struct spec_test *t = test->priv;

	KUNIT_ASSERT_EQ(test, skbtrace_register_proto(&t->proto), 0);
	KUNIT_EXPECT_TRUE(test, spec_known("kunit_a"));
	skbtrace_unregister_proto(&t->proto);
	KUNIT_EXPECT_FALSE(test, spec_known("kunit_a"));
	KUNIT_EXPECT_FALSE(test, spec_known("kunit_b"));
}

/* Errors of a module, one at a time. */
static void spoil_len_odd(struct skbtrace_event *ev)
{
	ev->len++;
}

static void spoil_len_short(struct skbtrace_event *ev)
{
	ev->len = sizeof(struct skbtrace_block) - 8;
}

static void spoil_len_long(struct skbtrace_event *ev)
{
	ev->len = 1032;
}

static void spoil_nr_special(struct skbtrace_event *ev)
{
	ev->nr = SKBTRACE_FIRST_SPECIAL;
}

static void spoil_nr_taken(struct skbtrace_event *ev)
{
	ev->nr = 0x7e01;
}

static void spoil_name_taken(struct skbtrace_event *ev)
{
	ev->name = "kunit_a";
}

static void spoil_name_of_core(struct skbtrace_event *ev)
{
	ev->name = "task";
}

static void spoil_conn_without_names(struct skbtrace_event *ev)
{
	ev->kind = SKBTRACE_CONN;
}

static void spoil_role_without_fill(struct skbtrace_event *ev)
{
	ev->role = SKBTRACE_ROLE_CONN;
}

static void spoil_select_no_field(struct skbtrace_event *ev)
{
	ev->select = "colour";
}

static const struct skbtrace_field wordless_fields[] = {
	{ "color", "u32", "-", "-", "a number", 32 },
};

static const struct skbtrace_field stray_fields[] = {
	{ "color", "u32", "enum:kunit_no_such", "-", "a color", 32 },
};

static void spoil_select_no_enum(struct skbtrace_event *ev)
{
	ev->select = "color";
	ev->fields = wordless_fields;
	ev->nr_fields = ARRAY_SIZE(wordless_fields);
}

static void spoil_select_no_words(struct skbtrace_event *ev)
{
	ev->select = "color";
	ev->fields = stray_fields;
	ev->nr_fields = ARRAY_SIZE(stray_fields);
}

static const struct spoil_case {
	const char	*what;
	void		(*spoil)(struct skbtrace_event *ev);
	int		err;
} spoil_cases[] = {
	{ "len no multiple of 8", spoil_len_odd, -EINVAL },
	{ "len below the header's", spoil_len_short, -EINVAL },
	{ "len beyond the limit", spoil_len_long, -EINVAL },
	{ "number of a special block", spoil_nr_special, -EINVAL },
	{ "number is taken", spoil_nr_taken, -EEXIST },
	{ "name is taken", spoil_name_taken, -EEXIST },
	{ "name is taken by the core", spoil_name_of_core, -EEXIST },
	{ "connection event that names none", spoil_conn_without_names,
	  -EINVAL },
	{ "names connections without fill", spoil_role_without_fill, -EINVAL },
	{ "select is no field", spoil_select_no_field, -EINVAL },
	{ "select is a plain number", spoil_select_no_enum, -EINVAL },
	{ "select has no words", spoil_select_no_words, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(spoil, spoil_cases, what);

/* If the second event is wrong, the first one is not registered either. */
static void registry_refuses(struct kunit *test)
{
	const struct spoil_case *c = test->param_value;
	struct skbtrace_event *before[SKBTRACE_MAX_EVENTS];
	struct spec_test *t = test->priv;

	memcpy(before, skbtrace_events, sizeof(before));
	c->spoil(&t->b);
	KUNIT_EXPECT_EQ(test, skbtrace_register_proto(&t->proto), c->err);
	KUNIT_EXPECT_MEMEQ(test, before, skbtrace_events, sizeof(before));
}

static void registry_is_full(struct kunit *test)
{
	struct skbtrace_event *before[SKBTRACE_MAX_EVENTS];
	struct spec_test *t = test->priv;
	struct skbtrace_event **list, *ev;
	char (*names)[16];
	unsigned int i;

	list = kunit_kcalloc(test, SKBTRACE_MAX_EVENTS, sizeof(*list),
			     GFP_KERNEL);
	ev = kunit_kcalloc(test, SKBTRACE_MAX_EVENTS, sizeof(*ev), GFP_KERNEL);
	names = kunit_kcalloc(test, SKBTRACE_MAX_EVENTS, sizeof(*names),
			      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list);
	KUNIT_ASSERT_NOT_NULL(test, ev);
	KUNIT_ASSERT_NOT_NULL(test, names);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		ev[i] = t->a;
		scnprintf(names[i], sizeof(names[i]), "kunit_%u", i);
		ev[i].name = names[i];
		ev[i].nr = 0x7e01 + i;
		list[i] = &ev[i];
	}
	t->proto.events = list;
	/* the core's own are there already, so these are too many */
	t->proto.nr_events = SKBTRACE_MAX_EVENTS;
	memcpy(before, skbtrace_events, sizeof(before));
	KUNIT_EXPECT_EQ(test, skbtrace_register_proto(&t->proto), -ENOSPC);
	KUNIT_EXPECT_MEMEQ(test, before, skbtrace_events, sizeof(before));
}

static void registry_tells_missing_tracepoints(struct kunit *test)
{
	static struct skbtrace_hook *const need[] = {
		&hook_there, &hook_optional, &hook_none, NULL
	};
	static struct skbtrace_hook *const may[] = {
		&hook_there, &hook_optional, NULL
	};
	struct spec_test *t = test->priv;

	t->a.hooks = need;
	t->b.hooks = may;
	spec_register(test);
	KUNIT_EXPECT_NOT_NULL(test, hook_there.tp);
	KUNIT_EXPECT_NULL(test, hook_none.tp);
	KUNIT_EXPECT_STREQ(test, skbtrace_missing(&t->a),
			   "skbtrace_kunit_no_such_tracepoint");
	KUNIT_EXPECT_NULL(test, skbtrace_missing(&t->b));
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_lacks(&t->b), &hook_optional);
	KUNIT_EXPECT_EQ(test, skbtrace_avail(&t->a), SKBTRACE_UNAVAILABLE);
	KUNIT_EXPECT_EQ(test, skbtrace_avail(&t->b), SKBTRACE_INFERRED);
}

/* Available forms, the default, and the mark on blocks. */
static void registry_infers(struct kunit *test)
{
	static struct skbtrace_hook *const none[] = { &hook_none, NULL };
	static struct skbtrace_hook *const there[] = { &hook_there, NULL };
	static struct skbtrace_inference a, b;
	struct spec_test *t = test->priv;
	struct skbtrace_block hdr = {};

	a = (struct skbtrace_inference){ .hooks = there, .states = true };
	b = (struct skbtrace_inference){ .hooks = none };
	t->a.hooks = none;
	t->a.inferred = &a;
	t->b.hooks = there;
	t->b.inferred = &b;
	spec_register(test);
	KUNIT_EXPECT_EQ(test, skbtrace_forms(&t->a), SKBTRACE_FORM_INFERRED);
	KUNIT_EXPECT_EQ(test, skbtrace_forms_default(&t->a),
			SKBTRACE_FORM_INFERRED);
	KUNIT_EXPECT_EQ(test, skbtrace_avail(&t->a), SKBTRACE_INFERRED);
	KUNIT_EXPECT_EQ(test, skbtrace_forms(&t->b), SKBTRACE_FORM_EXACT);
	KUNIT_EXPECT_EQ(test, skbtrace_avail(&t->b), SKBTRACE_EXACT);
	b.hooks = there;
	KUNIT_EXPECT_EQ(test, skbtrace_forms(&t->b), SKBTRACE_FORM_BOTH);
	KUNIT_EXPECT_EQ(test, skbtrace_forms_default(&t->b),
			SKBTRACE_FORM_EXACT);
	a.hooks = none;
	KUNIT_EXPECT_EQ(test, skbtrace_avail(&t->a), SKBTRACE_UNAVAILABLE);

	KUNIT_EXPECT_EQ(test, a.ev.slot, t->a.slot);
	KUNIT_EXPECT_TRUE(test, a.ev.states);
	KUNIT_EXPECT_FALSE(test, b.ev.states);
	memcpy(&hdr, &a.ev.first, sizeof(a.ev.first));
	KUNIT_EXPECT_EQ(test, hdr.flags, SKBTRACE_BLOCK_INFERRED);
	KUNIT_EXPECT_EQ(test, hdr.event, t->a.nr);
	KUNIT_EXPECT_EQ(test, hdr.len, t->a.len);
	memcpy(&hdr, &t->a.first, sizeof(t->a.first));
	KUNIT_EXPECT_EQ(test, hdr.flags, 0);
}

static struct kunit_case registry_cases[] = {
	KUNIT_CASE(registry_finds_by_whole_name),
	KUNIT_CASE(registry_forgets),
	KUNIT_CASE_PARAM(registry_refuses, spoil_gen_params),
	KUNIT_CASE(registry_is_full),
	KUNIT_CASE(registry_tells_missing_tracepoints),
	KUNIT_CASE(registry_infers),
	{}
};

static struct kunit_suite registry_suite = {
	.name		= "skbtrace_registry",
	.init		= spec_init,
	.test_cases	= registry_cases,
};

KUNIT_ARRAY_PARAM_DESC(spec, spec_cases, text);

/* Parse @text, which may be changed by it. Context: skbtrace_lock. */
static int spec_parse(struct spec_test *t, const char *text,
		      struct skbtrace_spec *spec)
{
	strscpy(t->text, text, sizeof(t->text));
	return skbtrace_parse_spec(t->text, spec);
}

/* What "enabled" would show. Context: skbtrace_lock. */
static const char *spec_print(struct spec_test *t,
			      const struct skbtrace_spec *spec)
{
	struct seq_file m = { .buf = t->text, .size = sizeof(t->text) };

	t->run->pub.slot[spec->ev->slot] = spec->slot;
	t->run->when[spec->ev->slot] = spec->when;
	t->run->snapshot[spec->ev->slot] = spec->snapshot;
	t->run->watch[spec->ev->slot] = spec->watch;
	skbtrace_print_spec(&m, t->run, spec->ev);
	t->text[min(m.count, m.size - 1)] = 0;
	return strim(t->text);
}

static void spec_parses_and_prints(struct kunit *test)
{
	const struct spec_case *c = test->param_value;
	struct spec_test *t = spec_register(test);
	static struct skbtrace_spec spec, again;	/* large */
	const char *printed;
	int err;

	mutex_lock(&skbtrace_lock);
	err = spec_parse(t, c->text, &spec);
	KUNIT_EXPECT_EQ(test, err, c->err);
	if (err && c->error)
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(skbtrace_error->text,
						       c->error),
					  "error: %s", skbtrace_error->text);
	if (!err) {
		printed = spec_print(t, &spec);
		KUNIT_EXPECT_STREQ(test, printed, c->printed ?: c->text);
		err = skbtrace_parse_spec(t->text, &again);
		KUNIT_EXPECT_EQ(test, err, 0);
		KUNIT_EXPECT_MEMEQ(test, &spec, &again, sizeof(spec));
	}
	mutex_unlock(&skbtrace_lock);
}

/* skbtrace_wants() of a session in which only this event is on */
static bool spec_wants(struct spec_test *t, u32 value)
{
	return skbtrace_wants(&t->run->pub, &t->a, value);
}

static void spec_selects(struct kunit *test)
{
	struct spec_test *t = spec_register(test);
	struct skbtrace_slot *slot = &t->run->pub.slot[t->a.slot];
	static struct skbtrace_spec spec;	/* large */

	t->run->cpu = alloc_percpu(struct skbtrace_cpu);
	KUNIT_ASSERT_NOT_NULL(test, t->run->cpu);
	t->run->pub.gate = &t->run->cpu->gate;
	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_FALSE(test, spec_wants(t, 0));

	KUNIT_EXPECT_EQ(test, spec_parse(t, "kunit_a", &spec), 0);
	*slot = spec.slot;
	slot->on = true;
	KUNIT_EXPECT_TRUE(test, spec_wants(t, 0));
	KUNIT_EXPECT_TRUE(test, spec_wants(t, U32_MAX));

	KUNIT_EXPECT_EQ(test, spec_parse(t, "kunit_a,skip=green:last", &spec),
			0);
	*slot = spec.slot;
	slot->on = true;
	KUNIT_EXPECT_TRUE(test, spec_wants(t, 0));
	KUNIT_EXPECT_FALSE(test, spec_wants(t, 1));
	KUNIT_EXPECT_FALSE(test, spec_wants(t, SKBTRACE_SELECT2 - 1));
	KUNIT_EXPECT_TRUE(test, spec_wants(t, SKBTRACE_SELECT2));

	KUNIT_EXPECT_EQ(test, spec_parse(t, "kunit_a,only=green", &spec), 0);
	*slot = spec.slot;
	slot->on = true;
	KUNIT_EXPECT_FALSE(test, spec_wants(t, 0));
	KUNIT_EXPECT_TRUE(test, spec_wants(t, 1));
	KUNIT_EXPECT_FALSE(test, spec_wants(t, SKBTRACE_SELECT2 - 1));
	KUNIT_EXPECT_FALSE(test, spec_wants(t, SKBTRACE_SELECT2));
	KUNIT_EXPECT_FALSE(test, spec_wants(t, U32_MAX));
	mutex_unlock(&skbtrace_lock);
	free_percpu(t->run->cpu);
}

/* Two selectors: skip= refuses either, only= needs both if both are given. */
static const struct select2_case {
	const char	*text;
	u32		color;
	u32		size;
	bool		wanted;
} select2_cases[] = {
	{ "kunit_a", 1, 1, true },
	{ "kunit_a,skip=red", 0, 1, false },
	{ "kunit_a,skip=red", 1, 0, true },
	{ "kunit_a,skip=small", 0, 0, false },
	{ "kunit_a,skip=small", 0, 31, true },
	{ "kunit_a,skip=red:small", 1, 1, true },
	{ "kunit_a,skip=red:small", 0, 1, false },
	{ "kunit_a,only=large", 0, 31, true },
	{ "kunit_a,only=large", U32_MAX, 31, true },
	{ "kunit_a,only=large", 0, 30, false },
	{ "kunit_a,only=green", 1, 30, true },
	{ "kunit_a,only=green:large", 1, 31, true },
	{ "kunit_a,only=green:large", 1, 0, false },
	{ "kunit_a,only=green:large", 0, 31, false },
};

KUNIT_ARRAY_PARAM_DESC(select2, select2_cases, text);

static void spec_selects_by_two(struct kunit *test)
{
	const struct select2_case *c = test->param_value;
	struct spec_test *t = spec_register(test);
	struct skbtrace_slot *slot = &t->run->pub.slot[t->a.slot];
	static struct skbtrace_spec spec;	/* large */

	t->run->cpu = alloc_percpu(struct skbtrace_cpu);
	KUNIT_ASSERT_NOT_NULL(test, t->run->cpu);
	t->run->pub.gate = &t->run->cpu->gate;
	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_EQ(test, spec_parse(t, c->text, &spec), 0);
	mutex_unlock(&skbtrace_lock);
	*slot = spec.slot;
	slot->on = true;
	KUNIT_EXPECT_EQ(test, skbtrace_wants2(&t->run->pub, &t->a, c->color,
					      c->size), c->wanted);
	free_percpu(t->run->cpu);
}

/* One character of a good spec replaced by each other one: no crash, and what
 * parses prints something that parses to the same.
 */
static void spec_survives_mutation(struct kunit *test)
{
	static const char good[] = "kunit_a,skip=red:green";
	struct spec_test *t = spec_register(test);
	static struct skbtrace_spec spec, again;	/* large */
	char text[sizeof(good)];
	unsigned int i, c;

	mutex_lock(&skbtrace_lock);
	for (i = 0; i < sizeof(good) - 1; i++) {
		for (c = 0; c < 256; c++) {
			memcpy(text, good, sizeof(text));
			text[i] = c;
			if (spec_parse(t, text, &spec))
				continue;
			spec_print(t, &spec);
			KUNIT_EXPECT_EQ(test,
					skbtrace_parse_spec(t->text, &again),
					0);
			KUNIT_EXPECT_MEMEQ(test, &spec, &again, sizeof(spec));
		}
	}
	mutex_unlock(&skbtrace_lock);
}

static void spec_survives_length(struct kunit *test)
{
	static const char *const heads[] = {
		"", "kunit_a,", "kunit_a,skip=", "kunit_a,skip=red:",
	};
	struct spec_test *t = spec_register(test);
	static struct skbtrace_spec spec;	/* large */
	unsigned int i;
	size_t n;

	mutex_lock(&skbtrace_lock);
	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		n = strlen(heads[i]);
		memset(t->text, 'x', sizeof(t->text));
		memcpy(t->text, heads[i], n);
		t->text[sizeof(t->text) - 1] = 0;
		KUNIT_EXPECT_LT(test, skbtrace_parse_spec(t->text, &spec), 0);
	}
	mutex_unlock(&skbtrace_lock);
}

static struct kunit_case spec_suite_cases[] = {
	KUNIT_CASE_PARAM(spec_parses_and_prints, spec_gen_params),
	KUNIT_CASE(spec_selects),
	KUNIT_CASE_PARAM(spec_selects_by_two, select2_gen_params),
	KUNIT_CASE(spec_survives_mutation),
	KUNIT_CASE(spec_survives_length),
	{}
};

static struct kunit_suite spec_suite = {
	.name		= "skbtrace_spec",
	.init		= spec_init,
	.test_cases	= spec_suite_cases,
};

kunit_test_suites(&registry_suite, &spec_suite);
