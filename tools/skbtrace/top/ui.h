/* SPDX-License-Identifier: GPL-2.0 */
/* The user interface: screen and keys. */
#ifndef SKBTRACE_TOP_UI_H
#define SKBTRACE_TOP_UI_H

#include "top/state.h"

void ui_draw(struct top *t);
/* Handle all keys pressed; redraw if something has changed. */
void ui_keys(struct top *t);

#endif
