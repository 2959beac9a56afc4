/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SKBTRACE_VERSION_H
#define SKBTRACE_VERSION_H

#define SKBTRACE_VERSION	"2.0"

#endif
