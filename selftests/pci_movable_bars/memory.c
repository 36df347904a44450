// SPDX-License-Identifier: GPL-2.0
/* Memory behind a BAR. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "pci.h"
#include "test.h"

/* At each power of two of 64 bits, and below it */
#define MAX_WORDS	128

enum visit { WRITE, CHECK, RESTORE };

static u64 overwritten[MAX_WORDS];

/**
 * struct open_bar - a BAR's file in sysfs
 * @dev: the function
 * @bar: number of the BAR
 * @fd: the file
 * @size: of the BAR, in bytes
 * @enabled: the device was enabled for it
 */
struct open_bar {
	const char *dev;
	int bar;
	int fd;
	u64 size;
	bool enabled;
};

static int open_file(const char *path)
{
	return open(path, O_RDWR | O_SYNC | O_CLOEXEC);
}

/* A device that has a driver is enabled already: EBUSY */
static struct open_bar open_bar(const char *dev, int bar)
{
	struct open_bar open = { .dev = dev, .bar = bar };
	int err = pci_write(dev, "enable", "1");
	struct stat st;
	char file[16];

	if (err == EPERM || err == EACCES)
		skip("%s cannot be enabled: %s", dev, strerror(err));
	if (err && err != EBUSY)
		fail("%s cannot be enabled: %s", dev, strerror(err));
	open.enabled = !err;
	snprintf(file, sizeof(file), "resource%d", bar);
	open.fd = open_file(pci_path(dev, file));
	if (open.fd < 0 || fstat(open.fd, &st))
		fail("%s BAR %d cannot be opened: %s", dev, bar, strerror(errno));
	open.size = st.st_size;
	if (open.size < (u64)sysconf(_SC_PAGESIZE))
		fail("%s BAR %d is smaller than a page", dev, bar);
	return open;
}

static void close_bar(const struct open_bar *open)
{
	close(open->fd);
	if (open->enabled)
		pci_write(open->dev, "enable", "0");
}

static volatile u64 *map_page(const char *dev, int fd, u64 offset)
{
	long page = sysconf(_SC_PAGESIZE);
	void *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset & -page);

	if (p == MAP_FAILED)
		fail("%s cannot be mapped at %#llx: %s", dev, offset, strerror(errno));
	return p + (offset & (page - 1));
}

static void unmap_page(volatile u64 *word)
{
	long page = sysconf(_SC_PAGESIZE);

	munmap((void *)((uintptr_t)word & -page), page);
}

static u64 word_at(u64 offset, u64 seed)
{
	u64 x = offset * 0x9e3779b97f4a7c15 + seed * 0xd6e8feb86659fd93;

	return x ^ x >> 29;
}

static void visit_word(const struct open_bar *open, u64 offset, u64 seed,
		       enum visit visit, u64 *old)
{
	volatile u64 *word = map_page(open->dev, open->fd, offset);
	u64 want = word_at(offset, seed);

	switch (visit) {
	case WRITE:
		*old = *word;
		*word = want;
		break;
	case CHECK:
		if (*word != want)
			fail("%s BAR %d offset %#llx: read %#llx, not %#llx", open->dev,
			     open->bar, offset, *word, want);
		break;
	case RESTORE:
		*word = *old;
		break;
	}
	unmap_page(word);
}

/*
 * At each power of two and just below it: a window that is too small, shifted, or
 * leads elsewhere shows as a word that is missing or doubled.
 */
static void visit_all(const char *dev, int bar, u64 seed, enum visit visit)
{
	struct open_bar open = open_bar(dev, bar);
	int nr = 0;

	visit_word(&open, 0, seed, visit, &overwritten[nr++]);
	for (u64 step = 16; step <= open.size && step; step *= 2) {
		visit_word(&open, step - 8, seed, visit, &overwritten[nr++]);
		if (step < open.size)
			visit_word(&open, step, seed, visit, &overwritten[nr++]);
	}
	close_bar(&open);
}

void memory_write(const char *dev, int bar, u64 seed)
{
	visit_all(dev, bar, seed, WRITE);
	visit_all(dev, bar, seed, CHECK);
}

void memory_check(const char *dev, int bar, u64 seed)
{
	visit_all(dev, bar, seed, CHECK);
}

void memory_restore(const char *dev, int bar)
{
	visit_all(dev, bar, 0, RESTORE);
}

u64 memory_first_word(u64 seed)
{
	return word_at(0, seed);
}

volatile u64 *memory_hold(const char *dev, int bar)
{
	struct open_bar open = open_bar(dev, bar);
	volatile u64 *word = map_page(dev, open.fd, 0);

	/* It stays enabled: a device that does not decode cannot be read */
	close(open.fd);
	return word;
}

void memory_release(volatile u64 *held, const char *dev)
{
	unmap_page(held);
	pci_write(dev, "enable", "0");
}
