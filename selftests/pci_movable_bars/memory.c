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

/* A BAR's file in sysfs; the device is enabled first, as its driver would do */
static int open_bar(const char *dev, int bar, u64 *size)
{
	struct stat st;
	char file[16];
	int fd, err;

	err = pci_write(dev, "enable", "1");
	/* One that has a driver is enabled already */
	if (err && err != EBUSY)
		fail("%s cannot be enabled: %s", dev, strerror(err));
	snprintf(file, sizeof(file), "resource%d", bar);
	fd = open(pci_path(dev, file), O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		fail("%s BAR %d cannot be opened: %s", dev, bar, strerror(errno));
	*size = st.st_size;
	return fd;
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

/*
 * At each power of two and just below it: a window that is too small, shifted, or
 * leads elsewhere shows as a word that is missing or doubled.
 */
static void visit(const char *dev, int bar, u64 seed, bool write)
{
	u64 size, offset;
	int fd = open_bar(dev, bar, &size);

	for (u64 step = 8; step <= size; step *= 2) {
		volatile u64 *word;

		for (int below = 0; below < 2; below++) {
			offset = below ? step - 8 : step % size;
			word = map_page(dev, fd, offset);
			if (write)
				*word = word_at(offset, seed);
			else if (*word != word_at(offset, seed))
				fail("%s BAR %d offset %#llx: read %#llx, not %#llx", dev, bar,
				     offset, *word, word_at(offset, seed));
			unmap_page(word);
		}
	}
	close(fd);
}

void memory_write(const char *dev, int bar, u64 seed)
{
	visit(dev, bar, seed, true);
	visit(dev, bar, seed, false);
}

void memory_check(const char *dev, int bar, u64 seed)
{
	visit(dev, bar, seed, false);
}

volatile u64 *memory_hold(const char *dev, int bar)
{
	u64 size;
	int fd = open_bar(dev, bar, &size);
	volatile u64 *word = map_page(dev, fd, 0);

	close(fd);
	return word;
}

void memory_release(volatile u64 *held)
{
	unmap_page(held);
}
