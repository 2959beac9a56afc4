// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/thread.h"
#include "record/outlet.h"

struct outlet_item {
	struct outlet_item *next;
	enum { ITEM_SUBBUF, ITEM_MARK, ITEM_FLUSH } what;
	u32 cpu;
	u64 complete_ns;
	size_t len;
	u64 data[];		/* aligned as what is in it */
};

static size_t size_of(const struct outlet_item *i)
{
	return sizeof(*i) + i->len;
}

/* ---- the thread ---- */

static int give(struct sink *to, const struct outlet_item *i)
{
	switch (i->what) {
	case ITEM_SUBBUF:
		return to->ops->subbuf(to, i->cpu, (const void *)i->data);
	case ITEM_MARK:
		return to->ops->mark(to, i->cpu, i->complete_ns);
	default:
		return to->ops->flush ? to->ops->flush(to) : 0;
	}
}

/* The oldest item; NULL: the end, or an error. */
static struct outlet_item *take(struct outlet *o)
{
	struct outlet_item *i;

	pthread_mutex_lock(&o->lock);
	while (!o->first && !o->over && !o->err)
		pthread_cond_wait(&o->news, &o->lock);
	i = o->err ? NULL : o->first;
	if (i) {
		o->first = i->next;
		if (!o->first)
			o->end = &o->first;
	}
	pthread_mutex_unlock(&o->lock);
	return i;
}

static void given(struct outlet *o, struct outlet_item *i, int err)
{
	pthread_mutex_lock(&o->lock);
	o->waits -= size_of(i);
	o->err = err;
	pthread_mutex_unlock(&o->lock);
	free(i);
}

static void *thread(void *arg)
{
	struct outlet *o = arg;
	struct outlet_item *i;

	while ((i = take(o)))
		given(o, i, give(o->to, i));
	return NULL;
}

/* ---- the reader ---- */

static int add(struct outlet *o, struct outlet_item *i)
{
	int err;

	pthread_mutex_lock(&o->lock);
	err = o->err;
	if (!err) {
		*o->end = i;
		o->end = &i->next;
		o->waits += size_of(i);
		pthread_cond_signal(&o->news);
	}
	pthread_mutex_unlock(&o->lock);
	if (err)
		free(i);
	return err;
}

static struct outlet_item *new_item(size_t len)
{
	struct outlet_item *i = xmalloc(sizeof(*i) + len);

	*i = (struct outlet_item){ .len = len };
	return i;
}

static int outlet_subbuf(struct sink *s, u32 cpu,
			 const struct skbtrace_subbuf *h)
{
	struct outlet_item *i = new_item(h->used);

	i->what = ITEM_SUBBUF;
	i->cpu = cpu;
	memcpy(i->data, h, h->used);
	return add((struct outlet *)s, i);
}

static int outlet_mark(struct sink *s, u32 cpu, u64 complete_ns)
{
	struct outlet_item *i = new_item(0);

	i->what = ITEM_MARK;
	i->cpu = cpu;
	i->complete_ns = complete_ns;
	return add((struct outlet *)s, i);
}

static int outlet_flush(struct sink *s)
{
	struct outlet_item *i = new_item(0);

	i->what = ITEM_FLUSH;
	return add((struct outlet *)s, i);
}

static bool outlet_full(struct sink *s)
{
	struct outlet *o = (struct outlet *)s;
	bool full;

	pthread_mutex_lock(&o->lock);
	full = o->waits >= o->limit;
	pthread_mutex_unlock(&o->lock);
	return full;
}

static const struct sink_ops ops = {
	.subbuf = outlet_subbuf,
	.mark = outlet_mark,
	.flush = outlet_flush,
	.full = outlet_full,
};

int outlet_start(struct outlet *o, struct sink *to, size_t limit)
{
	int err;

	*o = (struct outlet){ .sink = *to, .to = to, .limit = limit };
	o->sink.ops = &ops;
	o->end = &o->first;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->news, NULL);
	err = thread_start(&o->thread, thread, o);
	return err ? fail(EXIT_FAILED, "cannot start a thread: %s",
			  strerror(err)) : 0;
}

int outlet_end(struct outlet *o)
{
	struct outlet_item *i;

	pthread_mutex_lock(&o->lock);
	o->over = true;
	pthread_cond_signal(&o->news);
	pthread_mutex_unlock(&o->lock);
	pthread_join(o->thread, NULL);
	while ((i = o->first)) {
		o->first = i->next;
		free(i);
	}
	pthread_cond_destroy(&o->news);
	pthread_mutex_destroy(&o->lock);
	return o->err;
}
