// SPDX-License-Identifier: GPL-2.0
/* How a case ends, how long it waits; and files of sysfs and procfs. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

static void say(const char *before, const char *format, va_list ap)
{
	char text[1024], *line, *next;

	vsnprintf(text, sizeof(text), format, ap);
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (*line)
			ksft_print_msg("%s%s\n", before, line);
	}
}

void note(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("", format, ap);
	va_end(ap);
}

void fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("failed: ", format, ap);
	va_end(ap);
	exit(KSFT_FAIL);
}

void skip(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("skipped: ", format, ap);
	va_end(ap);
	exit(KSFT_SKIP);
}

double patient(double seconds)
{
	const char *text = getenv("PATIENCE");
	double factor = text ? atof(text) : 0;

	return factor > 0 ? seconds * factor : seconds;
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void nap(unsigned int milliseconds)
{
	usleep(milliseconds * 1000);
}

char *read_file(const char *path, size_t *len)
{
	size_t size = 1 << 16, got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	ssize_t n = 1;

	if (fd < 0)
		return NULL;
	while (n > 0) {
		text = realloc(text, size + 1);
		if (!text)
			fail("no memory to read %s", path);
		n = read(fd, text + got, size - got);
		if (n > 0)
			got += n;
		if (got == size)
			size *= 2;
	}
	close(fd);
	text[got] = 0;
	if (len)
		*len = got;
	return text;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

bool exists(const char *path)
{
	return !access(path, F_OK);
}

bool has_debugfs(void)
{
	struct statfs fs;

	return !statfs("/sys/kernel/debug", &fs) && fs.f_type == DEBUGFS_MAGIC;
}
