// SPDX-License-Identifier: GPL-2.0
/* Colour rules. The first that is true of a frame wins. */
#include <stdio.h>

#include "wire/dissector.h"

enum { BLACK = 0x000000, WHITE = 0xffffff };

/* A rule has 16 bits for each of red, green and blue. */
static void put_color(u32 rgb)
{
	printf("[%u,%u,%u]", (rgb >> 16 & 0xff) * 257, (rgb >> 8 & 0xff) * 257,
	       (rgb & 0xff) * 257);
}

static void put_rule(const char *name, const char *filter, u32 back, u32 text)
{
	printf("@skbtrace: %s@%s@", name, filter);
	put_color(back);
	put_color(text);
	putchar('\n');
}

static bool named(const struct event *e, const char *set)
{
	return *set ? list_has(e->sets, set) : event_is_name(e);
}

/* Of the events of a set; "": of those that name others. */
static void put_set(const struct format *f, const char *set, const char *name,
		    u32 back)
{
	bool any = false;

	for (u32 i = 0; i < f->nevents; i++) {
		if (!named(&f->events[i], set))
			continue;
		if (!any)
			printf("@skbtrace: %s@skbtrace.event in {", name);
		printf("%s\"%s\"", any ? ", " : "", f->events[i].name);
		any = true;
	}
	if (!any)
		return;
	printf("}@");
	put_color(back);
	put_color(BLACK);
	putchar('\n');
}

void colors_print(const struct format *f)
{
	put_rule("events are missing",
		 "skbtrace.lost || skbtrace.gap || skbtrace.shed.factor",
		 0x9c1a1a, WHITE);
	put_rule("not understood", "skbtrace.expert.malformed", 0x000000,
		 0xff6060);
	put_rule("trouble", "skbtrace.expert.trouble", 0xf6c0b0, BLACK);
	put_set(f, "send", "what a sender waits for", 0xfdf0c4);
	put_set(f, "rtt", "round trips", 0xd8efd3);
	put_set(f, "conn", "connections", 0xd5e5f7);
	put_set(f, "", "names", 0xe8e8e8);
	put_rule("texts", "skbtrace.text", 0xe8e8e8, 0x606060);
}
