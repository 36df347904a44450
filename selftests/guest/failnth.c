// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to a file of sysfs while an allocation on the way fails.
 *
 *	failnth N FILE VALUE
 *
 * The Nth allocation that the kernel makes for the write fails, be it of the
 * slab or of pages (/proc/self/fail-nth; whether waiting allocations fail is up
 * to the settings in debugfs). Prints "failed", or "passed" if there were less
 * than N of them, and what the write returned.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_or_exit(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0) {
		fprintf(stderr, "failnth: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	return fd;
}

int main(int argc, char **argv)
{
	char left[16] = "";
	int nth, target, error = 0;

	if (argc != 4 || atoi(argv[1]) <= 0) {
		fprintf(stderr, "Usage: failnth N FILE VALUE\n");
		return 2;
	}
	nth = open_or_exit("/proc/self/fail-nth", O_RDWR);
	target = open_or_exit(argv[2], O_WRONLY);

	if (write(nth, argv[1], strlen(argv[1])) < 0) {
		perror("failnth: /proc/self/fail-nth");
		return 2;
	}
	if (write(target, argv[3], strlen(argv[3])) < 0)
		error = errno;
	/* What is left of the count; off before anything else is allocated */
	if (pread(nth, left, sizeof(left) - 1, 0) < 0 || pwrite(nth, "0", 1, 0) < 0) {
		perror("failnth: /proc/self/fail-nth");
		return 2;
	}
	printf("%s %s\n", atoi(left) ? "passed" : "failed", error ? strerror(error) : "written");
	return 0;
}
