// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of sessions: names, which of them there are, what may be removed,
 * how much memory they may have together.
 */
#include <kunit/test.h>
#include <linux/sizes.h>
#include "../ctl/ctl.h"
#include "../error.h"
#include "../instances.h"
#include "../memory.h"
#include "../tables.h"

/* Longest name, and one more */
#define S_16		"0123456789abcdef"
#define S_LONGEST	S_16 S_16 S_16 "0123456789abcde"

struct name_case {
	const char	*name;
	int		err;
};

static const struct name_case name_cases[] = {
	{ "a", 0 },		{ "_", 0 },		{ "0", 0 },
	{ "a-b.c_d", 0 },	{ "Z9.", 0 },		{ S_LONGEST, 0 },
	{ "", -EINVAL },	{ ".", -EINVAL },	{ "..", -EINVAL },
	{ ".a", -EINVAL },	{ "-a", -EINVAL },	{ "a/b", -EINVAL },
	{ "/", -EINVAL },	{ "a b", -EINVAL },	{ "a\n", -EINVAL },
	{ "\xe4", -EINVAL },	{ "a\xff", -EINVAL },	{ "a\x01", -EINVAL },
	{ S_LONGEST "f", -EINVAL },
};

static void sessions_name(struct kunit *test)
{
	unsigned int i;

	mutex_lock(&skbtrace_lock);
	for (i = 0; i < ARRAY_SIZE(name_cases); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    skbtrace_check_name(name_cases[i].name),
				    name_cases[i].err, "name %u", i);
	mutex_unlock(&skbtrace_lock);
}

/* Its name is written to, as by the control file. */
static struct skbtrace_instance *sessions_new(const char *name)
	__must_hold(&skbtrace_lock)
{
	char text[SKBTRACE_NAME_MAX];

	strscpy(text, name, sizeof(text));
	return skbtrace_session_new(text);
}

static int sessions_remove(const char *name)
	__must_hold(&skbtrace_lock)
{
	char text[SKBTRACE_NAME_MAX];

	strscpy(text, name, sizeof(text));
	return skbtrace_remove_store(NULL, text);
}

static void sessions_come_and_go(struct kunit *test)
{
	struct skbtrace_instance *in;

	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_NULL(test, skbtrace_instance_find("kunit1"));
	in = sessions_new("kunit1");
	if (IS_ERR(in)) {
		KUNIT_FAIL(test, "%pe: %s", in, skbtrace_error->text);
		goto out;
	}
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_instance_find("kunit1"), in);
	KUNIT_EXPECT_NULL(test, skbtrace_instance_find("kunit"));
	KUNIT_EXPECT_EQ(test, PTR_ERR(sessions_new("kunit1")), -EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_instance_find("kunit1"), in);
	KUNIT_EXPECT_EQ(test, sessions_remove("kunit1"), 0);
	KUNIT_EXPECT_NULL(test, skbtrace_instance_find("kunit1"));
	KUNIT_EXPECT_EQ(test, sessions_remove("kunit1"), -ENOENT);
out:
	mutex_unlock(&skbtrace_lock);
}

/* The files that make and remove, and the session that is always there */
static void sessions_taken_names(struct kunit *test)
{
	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_EQ(test, PTR_ERR(sessions_new("new")), -EEXIST);
	KUNIT_EXPECT_EQ(test, PTR_ERR(sessions_new("remove")), -EEXIST);
	KUNIT_EXPECT_EQ(test, PTR_ERR(sessions_new("default")), -EEXIST);
	KUNIT_EXPECT_EQ(test, sessions_remove("default"), -EBUSY);
	KUNIT_EXPECT_PTR_EQ(test, skbtrace_instance_find("default"),
			    skbtrace_default);
	mutex_unlock(&skbtrace_lock);
}

static void sessions_busy(struct kunit *test)
{
	struct skbtrace_instance *in;

	mutex_lock(&skbtrace_lock);
	in = sessions_new("kunit2");
	if (IS_ERR(in)) {
		KUNIT_FAIL(test, "%pe: %s", in, skbtrace_error->text);
		goto out;
	}
	in->owner.pid = 77;
	KUNIT_EXPECT_EQ(test, sessions_remove("kunit2"), -EBUSY);
	KUNIT_EXPECT_NOT_NULL(test, strstr(skbtrace_error->text, "pid 77"));
	in->owner.pid = 0;
	in->run->state = SKBTRACE_TRACING;
	KUNIT_EXPECT_EQ(test, sessions_remove("kunit2"), -EBUSY);
	in->run->state = SKBTRACE_IDLE;
	in->gone = true;
	KUNIT_EXPECT_EQ(test, PTR_ERR(sessions_new("kunit2")), -EBUSY);
	KUNIT_EXPECT_EQ(test, sessions_remove("kunit2"), -ENOENT);
	in->gone = false;
	KUNIT_EXPECT_EQ(test, sessions_remove("kunit2"), 0);
out:
	mutex_unlock(&skbtrace_lock);
}

/* As many as can be; who goes makes place for another one. */
static void sessions_most(struct kunit *test)
{
	struct skbtrace_instance *in = NULL;
	char name[SKBTRACE_NAME_MAX];
	unsigned int n, i;

	mutex_lock(&skbtrace_lock);
	for (n = 0; n <= SKBTRACE_MAX_INSTANCES; n++) {
		snprintf(name, sizeof(name), "kunit%u", n);
		in = sessions_new(name);
		if (IS_ERR(in))
			break;
	}
	KUNIT_EXPECT_EQ(test, n, SKBTRACE_MAX_INSTANCES);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(in), -ENOSPC);
	if (n) {
		KUNIT_EXPECT_EQ(test, sessions_remove("kunit0"), 0);
		KUNIT_EXPECT_FALSE(test, IS_ERR(sessions_new("kunit0")));
	}
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "kunit%u", i);
		KUNIT_EXPECT_EQ(test, sessions_remove(name), 0);
	}
	mutex_unlock(&skbtrace_lock);
}

struct fits_case {
	u64		need, others, cap;
	bool		fits;
};

static const struct fits_case fits_cases[] = {
	{ 1, 9, 10, true },	{ 1, 10, 10, false },	{ 2, 9, 10, false },
	{ 0, 10, 10, true },	{ 10, 1, 10, false },	{ 11, 1, 10, false },
	/* nobody else has any */
	{ 11, 0, 10, true },
	/* no sum overflows */
	{ U64_MAX, 2, 10, false }, { 2, U64_MAX, U64_MAX, false },
	{ 0, U64_MAX, U64_MAX, true },
};

static void sessions_fit(struct kunit *test)
{
	const struct fits_case *c = fits_cases;

	for (; c < fits_cases + ARRAY_SIZE(fits_cases); c++)
		KUNIT_EXPECT_EQ_MSG(test,
				    skbtrace_fits(c->need, c->others, c->cap),
				    c->fits, "%llu beside %llu of %llu",
				    c->need, c->others, c->cap);
	mutex_lock(&skbtrace_lock);
	KUNIT_EXPECT_EQ(test, skbtrace_check_mem(SZ_4K, 2), 0);
	/* 64 GiB for each CPU do not fit into 32 bits */
	KUNIT_EXPECT_EQ(test, skbtrace_check_mem(SZ_1M, SZ_64K), -ENOMEM);
	mutex_unlock(&skbtrace_lock);
}

/* What one has is not there for another one, who is told whose it is. */
static void sessions_tables(struct kunit *test)
{
	u64 before = skbtrace_tables_bytes();
	struct skbtrace_instance *a, *b;

	mutex_lock(&skbtrace_lock);
	a = sessions_new("kunit-a");
	b = sessions_new("kunit-b");
	if (IS_ERR(a) || IS_ERR(b)) {
		KUNIT_FAIL(test, "%s", skbtrace_error->text);
		goto out;
	}
	KUNIT_EXPECT_EQ(test, skbtrace_check_tables(a, SZ_4K), 0);
	skbtrace_tables_charge(b->run, 1ULL << 50);
	KUNIT_EXPECT_EQ(test, skbtrace_instance_tables(b), 1ULL << 50);
	KUNIT_EXPECT_EQ(test, skbtrace_tables_bytes(), before + (1ULL << 50));
	KUNIT_EXPECT_EQ(test, skbtrace_check_tables(a, SZ_4K), -ENOMEM);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(skbtrace_error->text,
					       "kunit-b 1125899906842624"),
				  "%s", skbtrace_error->text);
	KUNIT_EXPECT_EQ(test, skbtrace_check_tables(a, 0), 0);
	/* alone it may have what it needs */
	KUNIT_EXPECT_EQ(test, skbtrace_check_tables(b, SZ_4K), 0);
out:
	if (!IS_ERR(b))
		KUNIT_EXPECT_EQ(test, sessions_remove("kunit-b"), 0);
	KUNIT_EXPECT_EQ(test, skbtrace_tables_bytes(), before);
	if (!IS_ERR(a)) {
		KUNIT_EXPECT_EQ(test, skbtrace_check_tables(a, SZ_4K), 0);
		KUNIT_EXPECT_EQ(test, sessions_remove("kunit-a"), 0);
	}
	mutex_unlock(&skbtrace_lock);
}

static struct kunit_case sessions_cases[] = {
	KUNIT_CASE(sessions_name),
	KUNIT_CASE(sessions_come_and_go),
	KUNIT_CASE(sessions_taken_names),
	KUNIT_CASE(sessions_busy),
	KUNIT_CASE(sessions_most),
	KUNIT_CASE(sessions_fit),
	KUNIT_CASE(sessions_tables),
	{}
};

static struct kunit_suite sessions_suite = {
	.name		= "skbtrace_sessions",
	.test_cases	= sessions_cases,
};

kunit_test_suite(sessions_suite);
