/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SK_HOLD_H
#define SK_HOLD_H

/*
 * Receives what is there from a TCP socket. The kernel has it locked while it
 * copies: from when the file @held is made until the file @go is there. Returns
 * -1 and errno, or how much it was.
 */
int sk_hold(int fd, const char *held, const char *go);

#endif
