// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "d/option.h"
#include "lib/num.h"

const struct d_settings d_defaults = {
	.aggsize = 64 << 20, .dynvarsize = 64 << 20, .strsize = 256,
};

enum kind { SIZE, FLAG, NOTHING };

/* What DTrace has for its buffers and its timing means nothing here. */
static const struct row {
	const char *name;
	enum kind kind;
	size_t at;
	u64 most;
} rows[] = {
	{ "quiet", FLAG, offsetof(struct d_settings, quiet), 0 },
	{ "flowindent", FLAG, offsetof(struct d_settings, flowindent), 0 },
	{ "zdefs", FLAG, offsetof(struct d_settings, zdefs), 0 },
	{ "argref", FLAG, offsetof(struct d_settings, argref), 0 },
	{ "aggsortkey", FLAG, offsetof(struct d_settings, aggsortkey), 0 },
	{ "aggsortrev", FLAG, offsetof(struct d_settings, aggsortrev), 0 },
	/* known while the text is read, before options are */
	{ "defaultargs", NOTHING, 0, 0 },
	{ "aggsize", SIZE, offsetof(struct d_settings, aggsize), 1ULL << 40 },
	{ "dynvarsize", SIZE, offsetof(struct d_settings, dynvarsize),
	  1ULL << 40 },
	{ "strsize", SIZE, offsetof(struct d_settings, strsize), 1024 },
	{ "bufsize", NOTHING, 0, 0 }, { "switchrate", NOTHING, 0, 0 },
	{ "aggrate", NOTHING, 0, 0 }, { "statusrate", NOTHING, 0, 0 },
	{ "cleanrate", NOTHING, 0, 0 }, { "bufpolicy", NOTHING, 0, 0 },
	{ "dynvars", NOTHING, 0, 0 }, { "destructive", NOTHING, 0, 0 },
};

enum option_error d_option(struct d_settings *s, const char *text)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] ? text + len + 1 : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		u64 size;

		if (strlen(row->name) != len || memcmp(row->name, text, len))
			continue;
		if (row->kind == FLAG && !value)
			*(bool *)((char *)s + row->at) = true;
		if (row->kind == FLAG)
			return value ? OPTION_VALUE : OPTION_OK;
		if (row->kind == NOTHING)
			return OPTION_OK;
		if (!value || !parse_size(value, &size) || !size ||
		    size > row->most)
			return OPTION_VALUE;
		*(u64 *)((char *)s + row->at) = size;
		return OPTION_OK;
	}
	return OPTION_UNKNOWN;
}
