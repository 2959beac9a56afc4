// SPDX-License-Identifier: GPL-2.0
/* The --help of each command has all options of its table. TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"

static const struct cmd *const cmds[] = {
	&cmd_why, &cmd_record, &cmd_live, &cmd_parse, &cmd_info, &cmd_list,
	&cmd_status, &cmd_snapshot, &cmd_stop,
};

static int n, failed;

static void result(bool ok, const char *cmd, const char *what)
{
	n++;
	failed += !ok;
	printf("%sok %d - %s %s\n", ok ? "" : "not ", n, cmd, what);
}

/* What a command prints for --help. */
static char *help_of(const struct cmd *c)
{
	char *buf = xcalloc(1, 1 << 16);
	int out = dup(STDOUT_FILENO);
	FILE *f = tmpfile();

	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	opt_help(c);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(f);
	if (!fread(buf, 1, (1 << 16) - 1, f))
		buf[0] = '\0';
	fclose(f);
	return buf;
}

/* Is there a line that begins with the option, and has its help? */
static bool has_line(const char *help, const struct opt *o)
{
	char want[128];
	const char *p;

	if (o->name)
		snprintf(want, sizeof(want), "--%s", o->name);
	else
		snprintf(want, sizeof(want), "  -%c", o->letter);
	for (p = help; (p = strstr(p, want)); p++) {
		char end = p[strlen(want)];

		if (end == ' ' || end == '=' || end == '[' || end == '\n')
			break;
	}
	if (!p || !o->help || !*o->help)
		return false;
	if (!o->letter)
		return true;
	snprintf(want, sizeof(want), "-%c", o->letter);
	return strstr(help, want);
}

static bool unique(const struct cmd *c, const struct opt *o)
{
	for (const struct opt *p = c->opts; p < o; p++)
		if ((o->letter && p->letter == o->letter) ||
		    (o->name && p->name && !strcmp(p->name, o->name)))
			return false;
	return o->letter != 'h' && (!o->name || strcmp(o->name, "help"));
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmds); i++) {
		const struct cmd *c = cmds[i];
		const struct opt *o;
		char *help;

		help = help_of(c);
		result(strstr(help, c->brief) && strstr(help, "--help"),
		       c->name, "--help");
		for (o = c->opts; o && (o->letter || o->name); o++) {
			char what[128];

			snprintf(what, sizeof(what), "-%c --%s",
				 o->letter ? o->letter : ' ',
				 o->name ? o->name : "");
			result(has_line(help, o) && unique(c, o), c->name,
			       what);
		}
		free(help);
	}
	printf("1..%d\n", n);
	return failed != 0;
}
