// SPDX-License-Identifier: GPL-2.0
/*
 * Mutated programs in D, with sanitizers: parsed, checked, and run over a
 * recording if they pass.
 *
 *	test_fuzz_d SECONDS SEED|-|SEED:N RECORDING PROGRAM...
 *
 * PROGRAM: a file with one. Nothing may crash, leak, or take long.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "d/d.h"
#include "lib/io.h"
#include "show/input.h"
#include "tests/fuzz.h"

enum { MAX_PROGRAMS = 512, MAX_TEXT = 1 << 16 };

static struct program_text {
	char *p;
	size_t len;
} programs[MAX_PROGRAMS];
static u32 nprograms;
static u64 ran;
static int recording;
static char text[MAX_TEXT + 1];
static size_t len;
static struct d *d;

/* ---- mutations ---- */

static const char *const words[] = {
	"0", "1", "-1", "2147483648", "9223372036854775807", "0x8000000000000000",
	"18446744073709551616", "0777", "\"\"", "\"%s\"", "\"%*d\"", "\"%\"",
	"'a'", "\"\\n\"", "@", "@a", "@[1]", "this->x", "self->x", "x[1, 2]",
	"args[0]", "args[3]->tcps_raddr", "args[9]", "args[-1]", "arg0", "$1",
	"$$1", "(int8_t)", "(uint64_t)", "?", ":", "->", ":::", "{", "}", "(", ")",
	"/", "/* */", "//", ";", ",", "+", "-", "*", "%", "<<", ">>", "^^", "&&",
	"||", "!", "~", "=", "+=", "/=", "%=", "<<=", "++", "--", "==",
	"count()", "sum(1)", "avg(-1)", "stddev(1 << 62)", "quantize(0)",
	"lquantize(1, 0, 10, 0)", "lquantize(1, -2147483648, 2147483647, 1)",
	"llquantize(1, 10, 0, 18, 10)", "llquantize(1, 2, 0, 63, 2)",
	"printf(\"%d\", 1)", "printa(@a)", "trunc(@a, -1)", "normalize(@a, 0)",
	"clear(@a)", "exit(0)", "strlen(\"\")", "substr(\"abc\", -1, 2)",
	"strtok(\"a\", \"\")", "strjoin(\"a\", \"b\")", "lltostr(1, 37)",
	"BEGIN", "END", "tick-1ms", "tick-1hz", "tcp:::send", "ip:::receive",
	"udp:::*", "#pragma D option quiet\n", "#pragma D option strsize=1\n",
	"inline", "int", "string", "timestamp", "probename", "sizeof", "typedef",
};

static void replace(size_t at, size_t old, const char *new, size_t n)
{
	if (at > len || old > len - at || len - old + n > MAX_TEXT)
		return;
	memmove(text + at + n, text + at + old, len - at - old);
	memcpy(text + at, new, n);
	len += n - old;
}

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= '0' && c <= '9');
}

/* The word, or the other character, around a place. */
static size_t token(size_t *at)
{
	size_t n = 1;

	if (!in_word(text[*at]))
		return 1;
	while (*at && in_word(text[*at - 1]))
		--*at;
	while (*at + n < len && in_word(text[*at + n]))
		n++;
	return n;
}

/* Inserts a part of another program, or of this one. */
static void splice_in(void)
{
	const struct program_text *o = &programs[below(nprograms)];
	size_t from = below(o->len), n = 1 + below(o->len - from);
	static char part[MAX_TEXT];

	if (n > MAX_TEXT)
		return;
	memcpy(part, o->p + from, n);
	replace(below(len + 1), one_in(2) ? 0 : below(8), part, n);
}

/* Nests it some levels deeper. */
static void nest(void)
{
	static const char *const opened[] = {
		"(", "!", "-", "~", "1 ? ", "{", "x["
	};
	const char *o = opened[below(ARRAY_SIZE(opened))];
	u32 times = one_in(4) ? 1 + below(3000) : 1 + below(8);
	size_t at = below(len + 1);

	while (times--)
		replace(at, 0, o, strlen(o));
}

static void mutate(void)
{
	const char *w = words[below(ARRAY_SIZE(words))];
	size_t at = below(len), n;

	if (!len) {
		replace(0, 0, w, strlen(w));
		return;
	}
	switch (below(8)) {
	case 0:
		text[at] = one_in(2) ? (char)(1 + below(255)) :
			   "\n \"'/\\"[below(6)];
		break;
	case 1:
		n = token(&at);
		replace(at, n, "", 0);
		break;
	case 2:
		replace(at, 0, w, strlen(w));
		break;
	case 3:
		if (one_in(4))
			len = below(len + 1);
		break;
	case 4:
		splice_in();
		break;
	case 5:
		if (one_in(4))
			nest();
		break;
	default:
		n = token(&at);
		replace(at, n, w, strlen(w));
	}
}

/* ---- a program ---- */

static void tap_rec(void *arg, const struct match *m, struct trace *t,
		    const struct rec *r, enum matched matched)
{
	(void)arg;
	(void)m;
	d_begin(d, t, t->start + t->shift);
	if (matched == MATCHED_YES && r->ev)
		d_rec(d, t, r);
}

static void tap_end(void *arg, struct trace *traces)
{
	(void)arg;
	d_begin(d, traces, traces->start + traces->shift);
	d_tick(d, traces->end.mono_ns + traces->shift);
	d_end(d);
}

static bool tap_over(void *arg)
{
	(void)arg;
	return d_over(d);
}

static const struct show_tap tap = {
	.rec = tap_rec, .end = tap_end, .over = tap_over,
};

static void run(void)
{
	const struct show_opts o = { .out = "/dev/null", .tap = &tap };
	struct show *s = show_open(&o);
	int code;

	lseek(recording, 0, SEEK_SET);
	code = input_capture(s, "fuzz", recording, true);
	if (code)
		show_fail(s, code);
	show_close(s);
}

static void iterate(void)
{
	static char *const args[] = { (char *)"1", (char *)"text" };
	struct d_piece piece = { .file = one_in(2) ? "fuzz.d" : NULL };
	struct d_how how = { .text = text, .args = args, .pieces = &piece,
			     .npieces = 1, .fd = STDOUT_FILENO };
	const struct program_text *from;
	u32 times;

	from = &programs[below(nprograms)];
	len = from->len;
	memcpy(text, from->p, len);
	times = 1 + below(one_in(3) ? 12 : 3);
	while (times--)
		mutate();
	text[len] = '\0';
	how.len = strlen(text);
	how.nargs = below(3);
	how.quiet = one_in(2);
	d = d_new(&how);
	if (d) {
		ran++;
		run();
		d_free(d);
	}
}

/* ---- */

static void load_one(const char *name)
{
	struct program_text *p = &programs[nprograms++];

	if (input_text(name, &p->p, &p->len) || p->len > MAX_TEXT || !p->len)
		exit(fail(EXIT_FAILED, "%s: no program", name));
}

static void load(char **files, int n)
{
	recording = open(files[0], O_RDONLY);
	if (recording < 0)
		exit(fail(EXIT_FAILED, "cannot open %s: %m", files[0]));
	for (int i = 1; i < n; i++)
		load_one(files[i]);
}

static void show_program(void)
{
	fuzz_say("# %.*s\n", (int)(len < 2000 ? len : 2000), text);
}

static void say_ran(void)
{
	fuzz_say("# %llu programs were run\n", (unsigned long long)ran);
}

int main(int argc, char **argv)
{
	static const struct fuzz fuzz = {
		.name = "fuzz_d", .files = "RECORDING PROGRAM...",
		.min = 2, .max = 1 + MAX_PROGRAMS, .leaks = 1024,
		.load = load, .iterate = iterate, .show = show_program,
		.unload = say_ran,
	};

	return fuzz_main(&fuzz, argc, argv);
}
