// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>

#include "lib/addr.h"
#include "lib/put.h"

bool addr_is_zero(const u8 addr[16])
{
	static const u8 zero[16];

	return !memcmp(addr, zero, 16);
}

static bool is_v4(const u8 addr[16])
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr, mapped, 12);
}

/* RFC 5952: lower case, the longest run of two or more zero groups is "::". */
static char *put_v6(char *p, const u8 *a)
{
	int best = -1, len = 1, run = 0;

	for (int i = 0; i < 8; i++) {
		run = a[2 * i] | a[2 * i + 1] ? 0 : run + 1;
		if (run > len) {
			len = run;
			best = i - run + 1;
		}
	}
	for (int i = 0; i < 8; i++) {
		if (i == best) {
			p = put_lit(p, "::");
			i += len - 1;
			continue;
		}
		if (i && p[-1] != ':')
			*p++ = ':';
		p = put_hex(p, a[2 * i] << 8 | a[2 * i + 1]);
	}
	return p;
}

static char *put_addr(char *p, const u8 *a)
{
	if (!is_v4(a))
		return put_v6(p, a);
	for (int i = 12; i < 16; i++) {
		p = put_u64(p, a[i]);
		*p++ = '.';
	}
	return p - 1;
}

int addr_text(char buf[48], const u8 addr[16])
{
	char *p = put_addr(buf, addr);

	*p = '\0';
	return p - buf;
}

bool addr_parse(u8 addr[16], const char *s)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	memcpy(addr, mapped, sizeof(mapped));
	return inet_pton(AF_INET, s, addr + 12) == 1 ||
	       inet_pton(AF_INET6, s, addr) == 1;
}

static char *put_end(char *p, const u8 *addr, u16 port, bool peer)
{
	bool v6 = !is_v4(addr);

	if (addr_is_zero(addr)) {
		*p++ = '*';
		if (peer && !port)
			return p;
	} else {
		if (v6)
			*p++ = '[';
		p = put_addr(p, addr);
		if (v6)
			*p++ = ']';
	}
	*p++ = ':';
	return put_u64(p, port);
}

bool addr_pair_equal(const struct addr_pair *a, const struct addr_pair *b)
{
	return a->lport == b->lport && a->pport == b->pport &&
	       !memcmp(a->local, b->local, 16) && !memcmp(a->peer, b->peer, 16);
}

void addr_pair_swap(struct addr_pair *to, const struct addr_pair *from)
{
	memcpy(to->local, from->peer, 16);
	memcpy(to->peer, from->local, 16);
	to->lport = from->pport;
	to->pport = from->lport;
}

void addr_pair_turn(struct addr_pair *a)
{
	const struct addr_pair was = *a;

	addr_pair_swap(a, &was);
}

int tuple_text(char buf[CONN_TEXT], const struct addr_pair *a)
{
	char *p = put_end(buf, a->local, a->lport, false);

	*p++ = '>';
	p = put_end(p, a->peer, a->pport, true);
	*p = '\0';
	return p - buf;
}
