/* SPDX-License-Identifier: GPL-2.0 */
/* What barprobe and barmap share: finding a BAR, and words to put there. */
#ifndef BAR_H
#define BAR_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE	4096UL

struct bar {
	const char *bdf;
	int nr;
	uint64_t size;
	int fd;
};

static inline void die(const char *what, const char *path)
{
	fprintf(stderr, "%s: %s %s: %s\n", program_invocation_short_name, what,
		path, strerror(errno));
	exit(2);
}

/* A device that has a driver is enabled already, and sysfs says EBUSY. */
static inline void enable_device(const char *bdf)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/enable", bdf);
	fd = open(path, O_WRONLY);
	if (fd < 0 || (write(fd, "1", 1) != 1 && errno != EBUSY))
		die("cannot enable the device:", path);
	close(fd);
}

/* Opens a BAR's file in sysfs; @suffix is "" or "_wc". */
static inline struct bar open_bar(const char *bdf, int nr, const char *suffix)
{
	struct bar bar = { .bdf = bdf, .nr = nr };
	struct stat st;
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%d%s",
		 bdf, nr, suffix);
	bar.fd = open(path, O_RDWR | O_SYNC);
	if (bar.fd < 0 || fstat(bar.fd, &st))
		die("cannot open", path);
	bar.size = st.st_size;
	return bar;
}

/* Maps a part of what @fd stands for; @bdf is for the message. */
static inline volatile uint64_t *map_fd(int fd, uint64_t offset, uint64_t size,
					const char *bdf)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       offset);

	if (p == MAP_FAILED)
		die("cannot map a part of", bdf);
	return p;
}

static inline uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

#endif
