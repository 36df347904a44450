/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's log, from the moment that log_open() is called. */
#ifndef LOG_H
#define LOG_H

void log_open(void);

/* A place in the log, to look from */
int log_mark(void);

/* How many lines since @mark match an extended regular expression */
int log_count(int mark, const char *expression);

/* The first such line; NULL if there is none */
const char *log_find(int mark, const char *expression);

/* Waits until the kernel has printed nothing for a second, but not for ever */
void log_settle(void);

/* Fails the case if the kernel complains about itself */
void log_check(void);

#endif
