// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <unistd.h>

#include "lib/num.h"
#include "record/progress.h"
#include "rewrite/job.h"
#include "rewrite/leave.h"

enum { MAX_NOTES = 10 };	/* messages about damage; the rest is counted */

void job_damage(struct job *j, const char *name, const char *what)
{
	j->damaged++;
	if (j->quiet)
		return;
	if (j->damaged <= MAX_NOTES)
		msg("%s: %s", name, what);
	else if (j->damaged == MAX_NOTES + 1)
		msg("%s: more damage, counted only", name);
}

void job_progress(struct job *j, u64 bytes)
{
	bool asked = leave_asked(), screen;
	char line[128], done[NUM_LEN], all[NUM_LEN];
	u64 now;

	j->bytes += bytes;
	screen = !j->o->quiet && isatty(STDERR_FILENO);
	if (!asked && !screen)
		return;
	now = mono_ns();
	if (!j->told_ns)
		j->told_ns = now;
	if (!asked && now - j->told_ns < NSEC_PER_SEC)
		return;
	j->told_ns = now;
	snprintf(line, sizeof(line), "%s of %s",
		 fmt_size(done, j->bytes), fmt_size(all, j->all_bytes));
	progress_text(line, asked);
}

static const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

void job_totals(const struct job *j)
{
	char context[80] = "", lost[48] = "";

	if (j->unknown_chunks)
		msg("left out, for nobody knows what is in it: %llu chunk%s of a newer program",
		    (unsigned long long)j->unknown_chunks,
		    plural(j->unknown_chunks));
	if (j->twice)
		msg("in several files, written once: %llu sub-buffer%s",
		    (unsigned long long)j->twice, plural(j->twice));
	if (j->o->quiet)
		return;
	if (j->context)
		snprintf(context, sizeof(context),
			 " and %llu that they can't be read without",
			 (unsigned long long)j->context);
	if (j->lost)
		snprintf(lost, sizeof(lost), ", %llu lost",
			 (unsigned long long)j->lost);
	msg("%llu event%s%s%s%s%s", (unsigned long long)j->kept,
	    plural(j->kept), context, lost, j->out.named ? " -> " : "",
	    j->out.named ? j->o->out : "");
	if (j->out.named)
		hint("skbtrace parse %s", j->o->out);
}
