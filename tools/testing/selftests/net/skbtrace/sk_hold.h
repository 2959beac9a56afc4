/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SK_HOLD_H
#define SK_HOLD_H

/*
 * Receives from a TCP socket. The kernel keeps the socket locked while it
 * copies: from when the file @held is made until the file @go is there. Returns
 * the number of bytes, or -1 and errno.
 */
int sk_hold(int fd, const char *held, const char *go);

#endif
