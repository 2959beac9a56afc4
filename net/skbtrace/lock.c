// SPDX-License-Identifier: GPL-2.0
/* Who may take which lock: lock.h */
#include "lock.h"

/* Protects control: the registry, sessions, settings. */
DEFINE_MUTEX(skbtrace_lock);
