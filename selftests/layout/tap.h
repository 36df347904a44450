/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KTAP: results of the user-space tests of the planner, a line each
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int tap_nr, tap_failed;

static inline void tap_plan(int nr)
{
	printf("KTAP version 1\n1..%d\n", nr);
	fflush(stdout);
}

static inline __attribute__((__format__(__printf__, 2, 3)))
bool tap_result(bool ok, const char *format, ...)
{
	va_list args;

	printf("%sok %d ", ok ? "" : "not ", ++tap_nr);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	tap_failed += !ok;
	return ok;
}

static inline int tap_exit(void)
{
	printf("# Totals: pass:%d fail:%d\n", tap_nr - tap_failed, tap_failed);
	return tap_failed != 0;
}

#endif /* TAP_H */
