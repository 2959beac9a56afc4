// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "lib/heat.h"

u32 heat_cell(u64 ns)
{
	double us = ns / 1000.0;
	double cell = us > 1 ? log10(us) * HEAT_PER_DECADE : 0;

	return cell < HEAT_CELLS - 1 ? cell : HEAT_CELLS - 1;
}
