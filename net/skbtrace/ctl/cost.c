// SPDX-License-Identifier: GPL-2.0
/* The control file "max_cost", and what "stat" says of it. */
#include <linux/kernel.h>
#include <linux/string.h>
#include "../error.h"
#include "../govern.h"
#include "ctl.h"

/* Digits of a per cent, of which there are SKBTRACE_PPM / 100 parts */
#define SKBTRACE_COST_DIGITS	4
#define SKBTRACE_PPM_PERCENT	(SKBTRACE_PPM / 100)

/* "25" of "1.25%" as 2500. Return: false: no such number */
static bool skbtrace_parse_fraction(const char *text, u32 *parts)
{
	char digits[SKBTRACE_COST_DIGITS + 1] = "0000";
	size_t n = strlen(text);

	if (!n || n > SKBTRACE_COST_DIGITS || strspn(text, "0123456789") != n)
		return false;
	memcpy(digits, text, n);
	return !kstrtou32(digits, 10, parts);
}

/* "1%", "0.25%", "off" or "0" in parts per million. Return: false: none */
static bool skbtrace_parse_cost(char *text, u32 *ppm)
{
	size_t n = strlen(text);
	u32 whole, parts = 0;
	char *dot;

	*ppm = 0;
	if (!strcmp(text, "off") || !strcmp(text, "0"))
		return true;
	if (!n || text[n - 1] != '%')
		return false;
	text[n - 1] = '\0';
	dot = strchr(text, '.');
	if (dot) {
		*dot++ = '\0';
		if (!skbtrace_parse_fraction(dot, &parts))
			return false;
	}
	if (strspn(text, "0123456789") != strlen(text) ||
	    kstrtou32(text, 10, &whole) || whole > 100)
		return false;
	*ppm = whole * SKBTRACE_PPM_PERCENT + parts;
	return *ppm <= SKBTRACE_PPM;
}

int skbtrace_max_cost_show(struct seq_file *m, void *v)
{
	u32 ppm = skbtrace_shown_run(m)->config.max_cost;
	u32 parts = ppm % SKBTRACE_PPM_PERCENT;
	int digits = SKBTRACE_COST_DIGITS;

	if (!ppm) {
		seq_puts(m, "off\n");
		return 0;
	}
	seq_printf(m, "%u", ppm / SKBTRACE_PPM_PERCENT);
	for (; parts && parts % 10 == 0; digits--)
		parts /= 10;
	if (parts)
		seq_printf(m, ".%0*u", digits, parts);
	seq_puts(m, "%\n");
	return 0;
}

/* Whether probes are measured is decided when tracing begins. */
int skbtrace_max_cost_store(struct skbtrace_instance *in, char *text,
			    size_t len)
{
	struct skbtrace_run *run = in->run;
	bool tracing = run->state == SKBTRACE_TRACING;
	u32 ppm;

	if (!skbtrace_parse_cost(strim(text), &ppm))
		return skbtrace_err(-EINVAL,
				    "not a share of the CPUs' time from 0.0001%% to 100%%, such as 1%% or 0.25%%; off: any");
	if (tracing && ppm && !run->govern.metered)
		return skbtrace_err(-EBUSY,
				    "tracing is on, and does not measure its cost: set max_cost before it begins");
	run->config.max_cost = ppm;
	if (tracing && run->govern.metered)
		skbtrace_govern_set(run);
	return 0;
}

/* Part of a line. */
void skbtrace_cost_stat(struct seq_file *m, const struct skbtrace_run *run)
{
	const struct skbtrace_govern *g = &run->govern;

	seq_printf(m, " max_cost_ppm=%u cost_ppm=%u shed_factor=%u",
		   run->config.max_cost, g->state.share, g->told.factor);
}
