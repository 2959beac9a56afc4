// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <stdlib.h>

#include "lib/mem.h"
#include "provider/entered.h"

enum { TOLD_MAX = 65536 };	/* the losses of a recording may leave some */

static void tell(struct entered *e, u64 cookie)
{
	u64 *val;

	if (e->told.used >= TOLD_MAX)
		entered_free(e);
	val = xmalloc(sizeof(*val));
	*val = cookie;
	e->told.key_len = sizeof(*val);
	free(hash_put(&e->told, val));
}

bool entered_untold(struct entered *e, const struct firing *f)
{
	u64 cookie = rec_cookie(f->r), *told;

	if (!f->cols->f[COL_old])
		return false;
	if (firing_col(f, COL_state) == TCP_SYN_RECV)
		tell(e, cookie);
	if (firing_col(f, COL_old) != TCP_SYN_RECV)
		return false;
	told = hash_get_u64(&e->told, cookie);
	if (!told)
		return true;
	hash_del(&e->told, &cookie);
	free(told);
	return false;
}

void entered_free(struct entered *e)
{
	hash_free(&e->told, free);
}
