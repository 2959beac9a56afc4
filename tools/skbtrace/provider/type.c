// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "provider/provider.h"

static const struct {
	const char *name;
	struct type type;
} types[] = {
	/* the first of each kind and size is what messages call it */
	{ "void",	{ .kind = KIND_VOID } },
	{ "string",	{ .kind = KIND_STRING } },
	{ "int8_t",	{ .kind = KIND_INT, .size = 1, .is_signed = true } },
	{ "int16_t",	{ .kind = KIND_INT, .size = 2, .is_signed = true } },
	{ "int",	{ .kind = KIND_INT, .size = 4, .is_signed = true } },
	{ "int64_t",	{ .kind = KIND_INT, .size = 8, .is_signed = true } },
	{ "uint8_t",	{ .kind = KIND_INT, .size = 1 } },
	{ "uint16_t",	{ .kind = KIND_INT, .size = 2 } },
	{ "uint32_t",	{ .kind = KIND_INT, .size = 4 } },
	{ "uint64_t",	{ .kind = KIND_INT, .size = 8 } },
	{ "in6_addr_t",	{ .kind = KIND_ADDR, .size = 16 } },
	{ "char",	{ .kind = KIND_INT, .size = 1, .is_signed = true } },
	{ "short",	{ .kind = KIND_INT, .size = 2, .is_signed = true } },
	{ "int32_t",	{ .kind = KIND_INT, .size = 4, .is_signed = true } },
	{ "pid_t",	{ .kind = KIND_INT, .size = 4, .is_signed = true } },
	{ "long",	{ .kind = KIND_INT, .size = 8, .is_signed = true } },
	{ "ssize_t",	{ .kind = KIND_INT, .size = 8, .is_signed = true } },
	{ "hrtime_t",	{ .kind = KIND_INT, .size = 8, .is_signed = true } },
	{ "unsigned",	{ .kind = KIND_INT, .size = 4 } },
	{ "uid_t",	{ .kind = KIND_INT, .size = 4 } },
	{ "ipaddr_t",	{ .kind = KIND_INT, .size = 4 } },
	{ "size_t",	{ .kind = KIND_INT, .size = 8 } },
	{ "uintptr_t",	{ .kind = KIND_INT, .size = 8 } },
};

bool type_find(const char *name, size_t len, struct type *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (strlen(types[i].name) == len &&
		    !memcmp(types[i].name, name, len)) {
			*t = types[i].type;
			return true;
		}
	return false;
}

char *type_text(char buf[TYPE_TEXT], const struct type *t)
{
	const char *name = "ipaddr_t";

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct type *o = &types[i].type;

		if (o->kind == t->kind && o->size == t->size &&
		    o->is_signed == t->is_signed) {
			name = types[i].name;
			break;
		}
	}
	if (t->kind == KIND_INFO)
		name = t->info->name;
	snprintf(buf, TYPE_TEXT, "%s%s", name,
		 t->kind == KIND_INFO || t->pointer ? " *" : "");
	return buf;
}
