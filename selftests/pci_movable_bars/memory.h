/* SPDX-License-Identifier: GPL-2.0 */
/* Memory behind a BAR, used as a process does: through its file in sysfs. */
#ifndef MEMORY_H
#define MEMORY_H

#include "test.h"

/*
 * All of these fail the case if the BAR cannot be mapped; it has to be a page at least,
 * so that nothing else is in the same page.
 */

/* Writes words all over a BAR, all different; fails the case if they do not stick */
void memory_write(const char *dev, int bar, u64 seed);

/* Writes back what the last memory_write() has overwritten */
void memory_restore(const char *dev, int bar);

/* Fails the case if other words are there now than were written with this seed */
void memory_check(const char *dev, int bar, u64 seed);

/* The word at the start of a BAR, after memory_write() */
u64 memory_first_word(u64 seed);

/* Maps the first page of a BAR, and keeps it and the device enabled */
volatile u64 *memory_hold(const char *dev, int bar);

/* Lets go of it, and of the device */
void memory_release(volatile u64 *held, const char *dev);

#endif
