/* SPDX-License-Identifier: GPL-2.0 */
/* What the text of "format" says of events, and how to print a field. */
#ifndef BLOCKS_FORMAT_H
#define BLOCKS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_FIELDS	64
#define MAX_LINE	4096

struct field {
	char		name[32];
	char		type[8];
	char		unit[32];
	unsigned int	offset;
};

struct event {
	unsigned int	nr;
	char		name[32];
	unsigned int	len;
	bool		naming;		/* a name: no hit, without an end */
	unsigned int	end_offset;	/* that end, which is a hit */
	struct field	field[MAX_FIELDS];
	unsigned int	nr_fields;
};

void die(const char *what) __attribute__((noreturn));
void read_format(const char *name);
const struct event *find_event(unsigned int nr);
int print_field(char *to, size_t size, const struct field *f,
		const unsigned char *p);

#endif
