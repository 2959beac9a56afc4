// SPDX-License-Identifier: GPL-2.0
/* Anonymises texts: addresses, hosts, paths and words in them. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite/anon.h"

/* Input and output */
struct text {
	struct anon *a;
	const char *s, *begin;
	FILE *out;
	char *made;
	size_t len;
	char prev[16];		/* the word before */
	bool command;		/* of the user's: behind "--" */
};

static bool in_word(char c)
{
	return isalnum((u8)c) || (u8)c >= 0x80 || (c && strchr("._:@-", c));
}

static void put(struct text *t, const char *s, size_t n)
{
	fwrite(s, 1, n, t->out);
}

static void put_anon(struct text *t, const char *s, size_t n)
{
	char name[ANON_NAME];

	anon_name(t->a, s, n, name);
	fputs(name, t->out);
}

/* ---- addresses ---- */

static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool to_addr(const char *s, size_t n, u8 addr[16], int *family)
{
	char buf[INET6_ADDRSTRLEN];

	if (!n || n >= sizeof(buf))
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	memcpy(addr, mapped, sizeof(mapped));
	*family = AF_INET;
	if (inet_pton(AF_INET, buf, addr + 12) == 1)
		return true;
	*family = AF_INET6;
	return inet_pton(AF_INET6, buf, addr) == 1;
}

/* The prefix length in "10.0.2.0/24", and the length of "/24"; -1: none. */
static int prefix_at(const char *s, size_t *len)
{
	size_t n = *s == '/' ? strspn(s + 1, "0123456789") : 0;
	int bits = n && n < 4 ? atoi(s + 1) : -1;

	*len = bits < 0 ? 0 : 1 + n;
	return bits <= 128 ? bits : -1;
}

/* Are all bits from @from on 0? If so, let them be 0 in @b, too. */
static void clear_host(const u8 *a, u8 *b, u32 from, u32 bits)
{
	for (u32 i = from; i < bits; i++)
		if (a[i / 8] & 0x80 >> i % 8)
			return;
	for (u32 i = from; i < bits; i++)
		b[i / 8] &= ~(0x80 >> i % 8);
}

static void put_mapped(struct text *t, u8 addr[16], int family, int prefix)
{
	const u32 skip = family == AF_INET ? 12 : 0, bits = 128 - 8 * skip;
	char buf[INET6_ADDRSTRLEN];
	u8 old[16];

	memcpy(old, addr, sizeof(old));
	anon_addr(&t->a->addr, addr);
	if (prefix >= 0 && (u32)prefix < bits)
		clear_host(old + skip, addr + skip, prefix, bits);
	inet_ntop(family, addr + skip, buf, sizeof(buf));
	fputs(buf, t->out);
}

/* ADDR or ADDR:PORT, up to @n; a prefix length may follow. */
static bool put_address(struct text *t, const char *s, size_t n)
{
	const char *colon = memrchr(s, ':', n);
	size_t len;
	int family, prefix;
	u8 addr[16];

	if (to_addr(s, n, addr, &family)) {
		prefix = prefix_at(s + n, &len);
		put_mapped(t, addr, family, prefix);
		return true;
	}
	len = colon ? colon - s : 0;
	if (!to_addr(s, len, addr, &family) || family != AF_INET)
		return false;
	put_mapped(t, addr, family, -1);
	put(t, colon, n - len);
	return true;
}

/* With "-" between: a range, or both ends of a connection. */
static bool put_addresses(struct text *t, const char *s, size_t n)
{
	const char *dash = memchr(s, '-', n);
	size_t m = dash ? (size_t)(dash - s) : 0;
	int family;
	u8 addr[16];
	const char *colon;

	if (put_address(t, s, n))
		return true;
	if (!dash)
		return false;
	colon = memchr(dash, ':', n - m);
	if (!to_addr(dash + 1, (colon ? (size_t)(colon - s) : n) - m - 1, addr,
		     &family) || !put_address(t, s, m))
		return false;
	put(t, "-", 1);
	return put_address(t, dash + 1, n - m - 1);
}

/* ---- words ---- */

static bool word_is(const char *s, size_t n, const char *word)
{
	return word && strlen(word) == n && !memcmp(s, word, n);
}

/* The host's name, with its domain or without. */
static bool is_host(const struct anon *a, const char *s, size_t n)
{
	const char *h = a->host;

	return h && *h && (word_is(s, n, h) ||
			   (n && n == strcspn(h, ".") && !memcmp(s, h, n)));
}

static void remember(struct text *t, const char *s, size_t n)
{
	snprintf(t->prev, sizeof(t->prev), "%.*s", (int)n, s);
}

/* IPv4 addresses anywhere in a word. */
static void put_pieces(struct text *t, const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		size_t m = strspn(s, "0123456789."), dots = 0;

		m = m < (size_t)(end - s) ? m : (size_t)(end - s);
		while (dots < m && s[m - 1 - dots] == '.')
			dots++;
		if (m > dots && put_address(t, s, m - dots)) {
			put(t, s + m - dots, dots);
		} else {
			/* The rest of a longer word is none either. */
			while (m < (size_t)(end - s) && isalnum((u8)s[m]))
				m++;
			m += m < (size_t)(end - s);
			put(t, s, m);
		}
		s += m;
	}
}

static void plain_word(struct text *t, const char *s, size_t n)
{
	if (is_host(t->a, s, n))
		put_anon(t, t->a->host, strlen(t->a->host));
	else if (!put_addresses(t, s, n))
		put_pieces(t, s, n);
}

/* "dev eth0", "Features for eth0:" */
static bool device_follows(const struct text *t)
{
	return !strcmp(t->prev, "dev") || !strcmp(t->prev, "for");
}

static void device_word(struct text *t, const char *s, size_t n)
{
	if (device_follows(t) && !word_is(s, n, "lo"))
		put_anon(t, s, n);
	else
		plain_word(t, s, n);
}

/* "443", "1.5s", "64M", "0x10": too small to be an address, or an inode. */
static bool is_number(const char *s, size_t n)
{
	enum { MAX = 65535 };
	const bool hex = n > 2 && !memcmp(s, "0x", 2);
	char buf[24], *end;
	unsigned long long v;

	if (!n || n >= sizeof(buf) || !isdigit((u8)*s))
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	v = strtoull(buf, &end, hex ? 16 : 10);
	return v <= MAX && strlen(end) <= (hex ? 0 : 3) &&
	       strspn(end, "GKMTbhkmnsu%") == strlen(end);
}

static bool knows_piece(const struct text *t, const char *s, size_t n,
			u32 *numbers)
{
	char buf[64];

	if (is_number(s, n)) {
		++*numbers;
		return true;
	}
	if (n >= sizeof(buf))
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return n <= 1 || vocabulary_has(&t->a->words, buf);
}

/* Known words, also joined by ":" and the like; few numbers. */
static bool knows(const struct text *t, const char *s, size_t n)
{
	u32 numbers = 0, all = 0, ignored = 0;

	if (knows_piece(t, s, n, &ignored))
		return true;
	for (size_t i = 0; i < n; i++, all++) {
		size_t m = 0;

		while (i + m < n && !strchr(".:@-", s[i + m]))
			m++;
		if (!knows_piece(t, s + i, m, &numbers))
			return false;
		i += m;
	}
	return numbers < all || all <= 2;
}

/* Of "net 10.1" the network, in as many numbers. */
static bool put_net(struct text *t, const char *s, size_t n)
{
	u32 numbers = 1;
	char buf[32], mine[INET_ADDRSTRLEN];
	u8 addr[16];
	int family;
	char *end;

	for (size_t i = 0; i < n; i++)
		numbers += s[i] == '.';
	if (strcmp(t->prev, "net") || numbers > 3 || n > 11)
		return false;
	snprintf(buf, sizeof(buf), "%.*s%s", (int)n, s,
		 &".0.0.0"[2 * (numbers - 1)]);
	if (!to_addr(buf, strlen(buf), addr, &family) || family != AF_INET)
		return false;
	anon_addr(&t->a->addr, addr);
	inet_ntop(AF_INET, addr + 12, mine, sizeof(mine));
	for (end = mine; numbers; end++)
		numbers -= *end == '.';
	put(t, mine, end - mine - 1);
	return true;
}

/* "--netns", "-e"; nothing is known about the user's command. */
static bool is_option(const struct text *t, const char *s, size_t n,
		      size_t dash)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz-";

	return dash && !t->command &&
	       (n <= 1 || (dash == 2 && strspn(s, letters) >= n));
}

static void known_word(struct text *t, const char *s, size_t n)
{
	size_t dash = 0;

	while (dash < n && s[dash] == '-')
		dash++;
	put(t, s, dash);
	s += dash;
	n -= dash;
	if (!n) {
		t->command = t->command || dash == 2;
		return;
	}
	if (is_option(t, s, n, dash) ||
	    (!strcmp(t->prev, "mask") && strspn(s, "0123456789.") >= n) ||
	    (!strcmp(t->prev, "sk") && strspn(s, "0123456789abcdef") >= n))
		put(t, s, n);
	else if (!put_addresses(t, s, n) && !put_net(t, s, n)) {
		if (knows(t, s, n))
			put(t, s, n);
		else
			put_anon(t, s, n);
	}
}

/* ---- texts ---- */

/* A file: one word. */
static size_t path_len(const struct text *t)
{
	if (*t->s != '/' || !in_word(t->s[1]) ||
	    (t->s > t->begin && in_word(t->s[-1])))
		return 0;
	return strcspn(t->s, " \t\n\"'`,;()<>");
}

/* What may stand around a word, and in it. */
static void put_word(struct text *t, size_t n,
		     void (*word)(struct text *t, const char *s, size_t n))
{
	size_t before = 0, after = 0;

	/* "::1" begins so, "eth0:" and "fe80::" end so */
	while (before < n && strchr(".:", t->s[before]) &&
	       strncmp(t->s + before, "::", 2))
		before++;
	while (before + after < n && strchr(".:", t->s[n - 1 - after]) &&
	       !(n - after > 2 && !memcmp(t->s + n - after - 2, "::", 2)))
		after++;
	put(t, t->s, before);
	if (n > before + after) {
		word(t, t->s + before, n - before - after);
		remember(t, t->s + before, n - before - after);
	}
	put(t, t->s + n - after, after);
}

/* A device may be called all that has no blank and no "/" in it. */
static size_t word_len(const struct text *t, bool device)
{
	size_t n = 0;

	if (device)
		return strcspn(t->s, " \t\n");
	while (in_word(t->s[n]) || t->s[n] == '_')
		n++;
	return n;
}

static char *made_of(struct anon *a, const char *text, bool paths,
		     void (*word)(struct text *t, const char *s, size_t n))
{
	struct text t = { .a = a, .s = text, .begin = text };

	t.out = open_memstream(&t.made, &t.len);
	if (!t.out)
		exit(fail(EXIT_FAILED, "out of memory"));
	while (*t.s) {
		size_t path = paths ? path_len(&t) : 0, n;

		if (path) {
			put(&t, "/", 1);
			put_anon(&t, t.s, path);
			t.s += path;
			continue;
		}
		n = word_len(&t, word == device_word && device_follows(&t));
		if (n)
			put_word(&t, n, word);
		else
			put(&t, t.s, n = 1);
		t.s += n;
	}
	if (fclose(t.out))
		exit(fail(EXIT_FAILED, "out of memory"));
	return t.made;
}

char *anon_plain(struct anon *a, const char *text)
{
	return made_of(a, text, true, plain_word);
}

char *anon_devices(struct anon *a, const char *text)
{
	return made_of(a, text, true, device_word);
}

char *anon_words(struct anon *a, const char *text)
{
	return made_of(a, text, false, known_word);
}
