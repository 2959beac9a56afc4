// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "show/info.h"

bool info_has(const struct info *in, u32 no)
{
	return in->by_event[no].events || in->by_event[no].lost;
}

static const struct event *event_no(const struct info *in, u32 no)
{
	return in->t->fmt ? format_event(in->t->fmt, no) : NULL;
}

bool info_is_name(const struct info *in, u32 no)
{
	const struct event *e = event_no(in, no);

	return e && event_is_name(e);
}

void info_name(const struct info *in, u32 no, char buf[INFO_NAME])
{
	const struct event *e = event_no(in, no);

	if (e)
		snprintf(buf, INFO_NAME, "%s", e->name);
	else
		snprintf(buf, INFO_NAME, "#%u", no);
}
