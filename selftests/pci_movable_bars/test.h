/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a case ends, and how long it waits.
 *
 * Each case runs in a process of its own: whatever it finds wrong ends it, and what
 * it has plugged is taken out again on the way.
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "kselftest.h"

typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

#define KIB	(1ULL << 10)
#define MIB	(1ULL << 20)
#define GIB	(1ULL << 30)

/* Explains something, for whoever reads along */
void note(const char *format, ...) __printf(1, 2);

/* Ends the case: it failed, or it cannot be done on this machine */
__noreturn void fail(const char *format, ...) __printf(1, 2);
__noreturn void skip(const char *format, ...) __printf(1, 2);

/* @seconds, times what PATIENCE= in the environment says of a slow machine */
double patient(double seconds);

double now(void);
void nap(unsigned int milliseconds);

/* Reads all of a file; NULL if there is none. To be freed. */
char *read_file(const char *path, size_t *len);

/* Writes to a file of sysfs; errno of the kernel's answer, or 0 */
int write_file(const char *path, const char *text);

bool exists(const char *path);

/* Whether debugfs is mounted where everybody expects it */
bool has_debugfs(void);

#endif
