// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "segment/space.h"

/* The field with the length of a wait that ends; NULL: the event has none. */
struct space_fields { const struct field *waited; };

static void fill(void *fields, const struct event *e, void *arg)
{
	struct space_fields *f = fields;

	(void)arg;
	if (!strcmp(e->name, "sk_sndbuf_wait"))
		f->waited = event_field(e, "waited_us");
}

void space_init(struct space *r)
{
	r->fields = (struct per_event){ .size = sizeof(struct space_fields),
					.fill = fill };
}

void space_free(struct space *r)
{
	per_event_free(&r->fields);
	hist_free(&r->waits);
}

void space_add(struct space *r, const struct rec *rec)
{
	const struct space_fields *f = per_event(&r->fields, rec, NULL);
	u64 us;

	if (rec_get(rec, f->waited, &us) && us < UINT64_MAX / 1000)
		hist_add(&r->waits, us * 1000);
}
