/* SPDX-License-Identifier: GPL-2.0 */
/* Memory behind a BAR, used as a process does: through its file in sysfs. */
#ifndef MEMORY_H
#define MEMORY_H

#include "test.h"

/* Writes words all over a BAR, all different; fails the case if they do not stick */
void memory_write(const char *dev, int bar, u64 seed);

/* Fails the case if other words are there now */
void memory_check(const char *dev, int bar, u64 seed);

/* Maps the first page of a BAR, and keeps it */
volatile u64 *memory_hold(const char *dev, int bar);

void memory_release(volatile u64 *held);

#endif
