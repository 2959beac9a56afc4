// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the text that "contexts" takes and prints. */
#include <kunit/test.h>
#include "../ctl/ctl.h"
#include "../error.h"
#include "../registry.h"

#define CONTEXTS_TEXT_MAX	128

static const struct contexts_case {
	const char	*text;
	int		err;
	u32		mask;
	const char	*printed;
} contexts_cases[] = {
	{ "task", 0, 1, "task" },
	{ "softirq", 0, 2, "softirq" },
	{ "hardirq", 0, 4, "hardirq" },
	{ "syscall", 0, 1, "task" },
	{ "task softirq hardirq", 0, 7, "task softirq hardirq" },
	{ "hardirq,task", 0, 5, "task hardirq" },
	{ "task:softirq", 0, 3, "task softirq" },
	{ "  task\t\n\t softirq\n", 0, 3, "task softirq" },
	{ "task,task", 0, 1, "task" },
	{ "", -EINVAL },
	{ " ,:\n", -EINVAL },
	{ "nmi", -EINVAL },
	{ "task nmi", -EINVAL },
	{ "tas", -EINVAL },
	{ "tasks", -EINVAL },
	{ "TASK", -EINVAL },
	{ "1", -EINVAL },
	{ "%n%s", -EINVAL },
};

static void contexts_desc(const struct contexts_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "\"%*pE\"",
		 (int)strlen(c->text), c->text);
}

KUNIT_ARRAY_PARAM(contexts, contexts_cases, contexts_desc);

static void contexts_parse_and_print(struct kunit *test)
{
	const struct contexts_case *c = test->param_value;
	char text[CONTEXTS_TEXT_MAX];
	struct seq_file m = { .buf = text, .size = sizeof(text) };
	u32 mask, again;
	int err;

	mutex_lock(&skbtrace_lock);
	strscpy(text, c->text, sizeof(text));
	err = skbtrace_parse_contexts(text, &mask);
	KUNIT_EXPECT_EQ(test, err, c->err);
	if (!err) {
		KUNIT_EXPECT_EQ(test, mask, c->mask);
		skbtrace_print_contexts(&m, mask);
		text[m.count] = 0;
		KUNIT_EXPECT_STREQ(test, strim(text), c->printed);
		err = skbtrace_parse_contexts(text, &again);
		KUNIT_EXPECT_EQ(test, err, 0);
		KUNIT_EXPECT_EQ(test, mask, again);
	}
	mutex_unlock(&skbtrace_lock);
}

static struct kunit_case contexts_suite_cases[] = {
	KUNIT_CASE_PARAM(contexts_parse_and_print, contexts_gen_params),
	{}
};

static struct kunit_suite contexts_suite = {
	.name		= "skbtrace_contexts",
	.test_cases	= contexts_suite_cases,
};

kunit_test_suites(&contexts_suite);
