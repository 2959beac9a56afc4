// SPDX-License-Identifier: GPL-2.0
/*
 * Where libpcap has stumbled. It says what is wrong, seldom where; but it reads
 * an expression from left to right, so shorter ones tell.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"
#include "lib/num.h"

/*
 * Longer expressions are not searched, nor is one that takes long to compile:
 * then a name server is asked, and would be again and again.
 */
enum { MAX_WORDS = 400, SLOW_NS = 50 * 1000000 };

struct word {
	int at, end;
};

struct words {
	struct word v[MAX_WORDS];
	int n;
};

/* Length of the word at @s; addresses and nets are one, but not in brackets. */
static int word_len(const char *s, bool bracket)
{
	static const char doubles[] = "&& || == != <= >= << >>";
	char two[3] = { s[0], s[0] ? s[1] : '\0', '\0' };
	int n = 0;

	while (filter_is_name(s[n]) ||
	       (!bracket && (s[n] == ':' || s[n] == '\\' ||
			     (n && s[n] == '/'))))
		n++;
	if (n)
		return n;
	return two[1] && two[1] != ' ' && strstr(doubles, two) ? 2 : 1;
}

static bool split(struct words *w, const char *expr)
{
	bool bracket = false;

	w->n = 0;
	for (int i = 0; expr[i];) {
		int n;

		if (expr[i] == ' ') {
			i++;
			continue;
		}
		if (w->n == MAX_WORDS)
			return false;
		bracket = expr[i] == '[' || (bracket && expr[i] != ']');
		n = word_len(expr + i, bracket);
		w->v[w->n++] = (struct word){ i, i + n };
		i += n;
	}
	return true;
}

/* What libpcap says of @expr up to @end with @tail behind; to be freed. */
static char *try_part(const char *expr, int end, const char *tail)
{
	char *s = xasprintf("%.*s %s", end, expr, tail);
	char *why = filter_try(s, NULL, false);

	free(s);
	return why;
}

static bool says(const char *expr, int end, const char *tail, const char *what)
{
	char *why = try_part(expr, end, tail);
	bool yes = why && !strcmp(why, what);

	free(why);
	return yes;
}

/*
 * A word that the scanner refuses with a message of its own is reached only if
 * the grammar takes all words before it. So the first word with which it is
 * not reached any more is the one that the grammar does not take. Return: the
 * end of the expression if it takes them all, -1 if this libpcap has no such
 * message.
 */
static int syntax_place(const char *expr, const struct words *w,
			const char *why)
{
	static const char bait[] = "99999999999999";
	char *s = filter_try(bait, NULL, false);
	bool works = s && strstr(s, bait);
	int lo = 0, hi = w->n;

	free(s);
	if (!works)
		return -1;
	while (lo < hi) {
		int mid = lo + (hi - lo) / 2;

		if (says(expr, w->v[mid].end, bait, why))
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo < w->n)
		return w->v[lo].at;
	return w->n ? w->v[w->n - 1].end : 0;
}

/* The last @word of its own that begins at @limit or before. */
static int last_word(const char *expr, const char *word, int limit)
{
	int at = -1, i = 0, next;

	while ((next = filter_word(expr + i, word)) >= 0 &&
	       i + next <= limit) {
		/* filter_word() has not seen what stands before. */
		if (!i || !filter_is_name(expr[i + next - 1]))
			at = i + next;
		i += next + 1;
	}
	return at;
}

/*
 * Words of the message: those in quotes, then, as "number 99999 is too large"
 * has none, long ones with a digit. Return: the next, in @buf, or NULL.
 */
static const char *quoted(const char *p, char *buf, size_t size)
{
	for (; *p; p++) {
		const char *end;

		if ((*p != '\'' && *p != '"') || !p[1])
			continue;
		end = strchr(p + 1, *p);
		if (!end || (size_t)(end - p) > size)
			continue;
		memcpy(buf, p + 1, end - p - 1);
		buf[end - p - 1] = '\0';
		return end + 1;
	}
	return NULL;
}

static const char *numbered(const char *p, char *buf, size_t size)
{
	while (*p) {
		size_t n = strcspn(p, " ,\"'()");
		bool digit = false;

		for (size_t i = 0; i < n; i++)
			digit = digit || isdigit((unsigned char)p[i]);
		if (digit && n >= 4 && n < size) {
			memcpy(buf, p, n);
			buf[n] = '\0';
			return p + n;
		}
		p += n + !!p[n];
	}
	return NULL;
}

/*
 * The word that the message names, at @limit or before. @only: it must be the
 * only one there.
 */
static int named_place(const char *expr, const char *why, int limit, bool only)
{
	static const char *(*const next[])(const char *p, char *buf,
					   size_t size) = { quoted, numbered };
	char buf[128];
	int at;

	for (size_t i = 0; i < ARRAY_SIZE(next); i++) {
		for (const char *p = why; (p = next[i](p, buf, sizeof(buf)));) {
			at = last_word(expr, buf, limit);
			if (at < 0)
				continue;
			return only && filter_word(expr, buf) != at ? -1 : at;
		}
	}
	return -1;
}

/* The shortest beginning that has the fault ends with this word; -1: none. */
static int first_word(const char *expr, const struct words *w,
		      const char *why)
{
	for (int i = 0; i < w->n; i++)
		if (says(expr, w->v[i].end, "", why))
			return i;
	return -1;
}

/* "tcp[0:3]" is at fault as a whole when its bracket closes. */
static int before_bracket(const char *expr, const struct words *w, int i)
{
	int depth = 0;

	for (int j = i; j > 0; j--) {
		depth += expr[w->v[j].at] == ']';
		depth -= expr[w->v[j].at] == '[';
		if (!depth)
			return expr[w->v[j].at] == '[' ? j - 1 : i;
	}
	return i;
}

int filter_place(const char *expr, const char *why)
{
	u64 start = mono_ns();
	struct words w;
	int i, at;

	/* Said by the optimizer, of the expression as a whole. */
	if (strstr(why, "rejects all") || !split(&w, expr))
		return -1;
	free(filter_try(expr, NULL, false));
	if (mono_ns() - start > SLOW_NS)
		return named_place(expr, why, strlen(expr), true);
	if (strstr(why, "syntax error"))
		return syntax_place(expr, &w, why);
	i = first_word(expr, &w, why);
	if (i < 0)
		return -1;
	at = named_place(expr, why, w.v[i].at, false);
	return at >= 0 ? at : w.v[before_bracket(expr, &w, i)].at;
}
