// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "lib/num.h"
#include "lib/opt.h"
#include "lib/wrap.h"

enum { MAX_OPTS = 64, LONG_BASE = 256, OPT_HELP = LONG_BASE + MAX_OPTS };

/* Column of the explanations in --help */
enum { HELP_COLUMN = 26 };

/* The arguments of getopt_long(), made from the table */
struct getopt_args {
	char letters[2 * MAX_OPTS + 4];
	struct option longs[MAX_OPTS + 2];
	const char *names[MAX_OPTS + 2];
};

static int has_arg(const struct opt *o)
{
	if (o->kind == OPT_OPTIONAL)
		return optional_argument;
	return o->arg ? required_argument : no_argument;
}

static void build(const struct cmd *cmd, struct getopt_args *g)
{
	const struct opt *o;
	char *l = g->letters;
	int n = 0;

	memset(g, 0, sizeof(*g));
	*l++ = ':';
	*l++ = 'h';
	for (o = cmd->opts; o && (o->letter || o->name); o++) {
		if (o - cmd->opts >= MAX_OPTS) {
			msg("%s has too many options", cmd->name);
			abort();
		}
		if (o->letter) {
			*l++ = o->letter;
			if (o->arg)
				*l++ = ':';
		}
		if (!o->name)
			continue;
		g->names[n] = o->name;
		g->longs[n].name = o->name;
		g->longs[n].has_arg = has_arg(o);
		g->longs[n++].val = LONG_BASE + (o - cmd->opts);
	}
	g->names[n] = "help";
	g->longs[n].name = "help";
	g->longs[n].val = OPT_HELP;
}

static const struct opt *find(const struct cmd *cmd, int c)
{
	const struct opt *o;

	if (c >= LONG_BASE)
		return cmd->opts + (c - LONG_BASE);
	for (o = cmd->opts; o->letter || o->name; o++)
		if (o->letter == c)
			return o;
	return NULL;
}

static void opt_label(const struct opt *o, char *buf, size_t n)
{
	bool maybe = o->kind == OPT_OPTIONAL;

	snprintf(buf, n, "%c%c%s%s%s%s%s%s%s",
		 o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		 o->letter && o->name ? ", " : o->name ? "  " : "",
		 o->name ? "--" : "", o->name ? o->name : "",
		 !o->arg ? "" : maybe ? "[=" : o->name ? "=" : " ",
		 o->arg ? o->arg : "", o->arg && maybe ? "]" : "", "");
}

static void opt_row(const struct opt *o)
{
	char label[80];
	int col;

	opt_label(o, label, sizeof(label));
	col = printf("  %-*s", HELP_COLUMN - 2, label);
	if (strlen(label) >= HELP_COLUMN - 2)
		col += printf("  ");
	wrap_print(o->help, col, HELP_COLUMN);
}

static const struct opt help = {
	'h', "help", NULL, "this text", OPT_FLAG, NULL, NULL
};

void opt_help(const struct cmd *cmd)
{
	const struct opt *o = cmd->opts ? cmd->opts : &help;

	printf("usage: skbtrace %s%s%s%s\n\n%s.\n\noptions:\n", cmd->name,
	       cmd->opts && cmd->opts->help ? " [options]" : "",
	       cmd->args && *cmd->args ? " " : "", cmd->args ? cmd->args : "",
	       cmd->brief);
	for (;;) {
		if (!o->letter && !o->name)
			o = &help;
		opt_row(o);
		if (o == &help)
			break;
		o++;
	}
	if (cmd->more)
		printf("\n%s", cmd->more);
}

static void list_row(const struct opt *o)
{
	const bool maybe = o->kind == OPT_OPTIONAL;
	const char *arg = o->arg ? o->arg : "-";

	printf("%c%c\t%s%s\t%s%s%s\t%.*s\n", '-', o->letter ? o->letter : '-',
	       o->name ? "--" : "-", o->name ? o->name : "",
	       maybe ? "[" : "", arg, maybe ? "]" : "",
	       (int)strcspn(o->help, "\n"), o->help);
}

void opt_list(const struct cmd *cmd)
{
	for (const struct opt *o = cmd->opts; o && (o->letter || o->name); o++)
		list_row(o);
	list_row(&help);
}

static int usage_error(const struct cmd *cmd)
{
	hint("skbtrace %s --help", cmd->name);
	return EXIT_USAGE;
}

/* An ambiguous abbreviation: list the candidates. */
static bool ambiguous(const struct cmd *cmd, const struct getopt_args *g,
		      const char *name)
{
	char list[512];
	size_t n = 0;

	list[0] = '\0';
	for (const char *const *p = g->names; *p; p++)
		if (!strncmp(*p, name, strlen(name)) && n < sizeof(list))
			n += snprintf(list + n, sizeof(list) - n, " --%s", *p);
	if (n)
		msg("%s: --%s can be each of:%s", cmd->name, name, list);
	return n;
}

/* Report an option that getopt does not know, with a suggestion. */
static int bad_option(const struct cmd *cmd, const struct getopt_args *g,
		      const char *word, int letter)
{
	const char *near;
	char name[64];

	if (letter && letter < LONG_BASE && word[1] != '-') {
		msg("%s: unknown option -%c", cmd->name, letter);
		return usage_error(cmd);
	}
	if (letter >= LONG_BASE) {
		msg("%s: %s takes no argument", cmd->name, word);
		return usage_error(cmd);
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="),
		 word + 2);
	if (*name && ambiguous(cmd, g, name))
		return usage_error(cmd);
	msg("%s: unknown option %s", cmd->name, word);
	near = nearest(name, g->names);
	if (near)
		hint("did you mean --%s?", near);
	return usage_error(cmd);
}

/* Refuse an OPT_STRING given twice: one would be lost. */
static int twice(const struct cmd *cmd, const struct opt *o, const char *arg)
{
	const char *first = *(const char **)o->dest;

	if (!strcmp(first, arg))
		return 0;
	msg("%s: %s%s twice: \"%s\" and \"%s\"", cmd->name,
	    o->name ? "--" : "-", o->name ? o->name : (char[]){ o->letter, 0 },
	    first, arg);
	return usage_error(cmd);
}

static int set(const struct cmd *cmd, const struct opt *o, const char *arg)
{
	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->dest = true;
		return 0;
	case OPT_STRING:
		*(const char **)o->dest = arg;
		return 0;
	case OPT_U64:
		if (parse_u64(arg, o->dest))
			return 0;
		msg("%s: %s%s: \"%s\" is not a number", cmd->name,
		    o->name ? "--" : "-",
		    o->name ? o->name : (char[]){ o->letter, 0 }, arg);
		return EXIT_USAGE;
	case OPT_CALL:
	case OPT_OPTIONAL:
		return o->call(arg, o->dest);
	}
	return EXIT_FAILED;
}

int opt_parse(const struct cmd *cmd, int argc, char **argv, struct args *args)
{
	bool given[MAX_OPTS] = {};
	struct getopt_args g;
	int c, err, end = argc;

	memset(args, 0, sizeof(*args));
	/* Find "--" here: getopt does not report it. */
	for (int i = 1; cmd->takes_tail && i < argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		args->tail = argv + i + 1;
		argv[i] = NULL;
		end = i;
		break;
	}
	build(cmd, &g);
	opterr = 0;
	optind = 0;
	for (;;) {
		int at = optind ? optind : 1;
		const struct opt *o;

		c = getopt_long(end, argv, g.letters, g.longs, NULL);
		if (c < 0)
			break;
		if (c == 'h' || c == OPT_HELP) {
			opt_help(cmd);
			return EXIT_OK;
		}
		if (c == ':') {
			msg("%s: %s needs an argument", cmd->name,
			    argv[optind - 1]);
			return usage_error(cmd);
		}
		if (c == '?') {
			/* Operands passed over before are permuted later. */
			while (at < optind - 1 && argv[at][0] != '-')
				at++;
			return bad_option(cmd, &g, argv[optind > at ?
					  optind - 1 : at], optopt);
		}
		o = find(cmd, c);
		err = o->kind == OPT_STRING && given[o - cmd->opts] ?
		      twice(cmd, o, optarg) : 0;
		given[o - cmd->opts] = true;
		if (!err)
			err = set(cmd, o, optarg);
		if (err)
			return err;
	}
	args->n = end - optind;
	args->v = argv + optind;
	return -1;
}
