/* SPDX-License-Identifier: GPL-2.0 */
/* <kunit/test.h>, and what the tests use that older ones lack. */
#ifndef _NET_SKBTRACE_TESTS_COMPAT_H
#define _NET_SKBTRACE_TESTS_COMPAT_H

#include <kunit/test.h>
#include <linux/string.h>

#ifndef KUNIT_EXPECT_MEMEQ
#define KUNIT_EXPECT_MEMEQ(test, left, right, size)			\
	KUNIT_EXPECT_EQ(test, memcmp(left, right, size), 0)
#endif

#ifndef KUNIT_ARRAY_PARAM_DESC
#define KUNIT_ARRAY_PARAM_DESC(name, array, member)			\
	static void name##_desc(typeof(&(array)[0]) p, char *desc)	\
	{								\
		strscpy(desc, p->member, KUNIT_PARAM_DESC_SIZE);	\
	}								\
	KUNIT_ARRAY_PARAM(name, array, name##_desc)
#endif

/* No macro came with kunit_add_action(), but this one soon after. */
#ifndef KUNIT_DEFINE_ACTION_WRAPPER
#include <kunit/resource.h>

struct skbtrace_test_action {
	struct kunit_resource	res;
	void			(*act)(void *data);
	void			*data;
};

static inline void skbtrace_test_act(struct kunit_resource *res)
{
	struct skbtrace_test_action *a;

	a = container_of(res, struct skbtrace_test_action, res);
	a->act(a->data);
}

/* Resources go in reverse order, so the memory of @a after what it does. */
static inline int skbtrace_test_defer(struct kunit *test,
				      void (*act)(void *data), void *data)
{
	struct skbtrace_test_action *a;

	a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);
	if (!a) {
		act(data);
		return -ENOMEM;
	}
	a->act = act;
	a->data = data;
	return kunit_add_resource(test, NULL, skbtrace_test_act, &a->res, NULL);
}

#define kunit_add_action_or_reset	skbtrace_test_defer
#endif

#endif /* _NET_SKBTRACE_TESTS_COMPAT_H */
