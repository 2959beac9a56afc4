// SPDX-License-Identifier: GPL-2.0
#include "filter/kind.h"

static const struct {
	const char *noun, *name, *file, *option;
} kinds[NR_FILTERS] = {
	[FILTER_CONN] = { "connections", "connection filter", "sock_filters",
			  "-S" },
	[FILTER_PACKET] = { "packets", "packet filter", "filters", "-F" },
};

const char *filter_noun(enum filter_kind kind)
{
	return kinds[kind].noun;
}

const char *filter_name(enum filter_kind kind)
{
	return kinds[kind].name;
}

const char *filter_file(enum filter_kind kind)
{
	return kinds[kind].file;
}

const char *filter_option(enum filter_kind kind)
{
	return kinds[kind].option;
}
