// SPDX-License-Identifier: GPL-2.0
/* The kernel's log. */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "test.h"

#define TROUBLE "BUG:|WARNING:|Oops|Internal error:|KASAN:|UBSAN:|general protection fault|" \
		"lockup|blocked for more than|circular locking|refcount_t:|" \
		"rcu: INFO: .* stall|list_(add|del) corruption|ODEBUG:|" \
		"nobody cared|DMAR:.*fault|IO_PAGE_FAULT|completion polled|I/O error"

/* Seconds */
#define QUIET	1

static int kmsg = -1;
static char **lines;
static int nr_lines;
static double last_line;

void log_open(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0)
		skip("/dev/kmsg cannot be read: %s", strerror(errno));
	lseek(kmsg, 0, SEEK_END);
	nr_lines = 0;
}

/* "priority,number,time,flags;text", then lines that begin with a space */
static void keep(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return;
	text[strcspn(text, "\n")] = 0;
	lines = realloc(lines, (nr_lines + 1) * sizeof(*lines));
	if (!lines)
		fail("no memory for the kernel's log");
	lines[nr_lines++] = strdup(text + 1);
	last_line = now();
}

static void read_all(void)
{
	char record[8192];
	ssize_t n;

	for (;;) {
		n = read(kmsg, record, sizeof(record) - 1);
		if (n > 0) {
			record[n] = 0;
			keep(record);
		} else if (errno == EPIPE) {
			fail("the kernel's log has lost lines: boot with a larger log_buf_len=");
		} else if (errno != EINTR) {
			return;
		}
	}
}

int log_mark(void)
{
	read_all();
	return nr_lines;
}

static int match(int mark, const char *expression, const char **first)
{
	regex_t regex;
	int nr = 0;

	read_all();
	if (regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB))
		fail("no regular expression: %s", expression);
	for (int i = mark; i < nr_lines; i++)
		if (!regexec(&regex, lines[i], 0, NULL, 0) && !nr++ && first)
			*first = lines[i];
	regfree(&regex);
	return nr;
}

int log_count(int mark, const char *expression)
{
	return match(mark, expression, NULL);
}

const char *log_find(int mark, const char *expression)
{
	const char *first = NULL;

	match(mark, expression, &first);
	return first;
}

void log_settle(void)
{
	double end = now() + patient(30);

	last_line = now();
	while (now() - last_line < QUIET && now() < end) {
		nap(50);
		read_all();
	}
}

void log_check(void)
{
	const char *line = log_find(0, TROUBLE);

	if (line)
		fail("the kernel says: %s", line);
}
