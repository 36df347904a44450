// SPDX-License-Identifier: GPL-2.0
/*
 * Writes through a BAR and reads back, as a driver would.
 *
 *   barprobe write BDF BAR SEED    write a pattern
 *   barprobe check BDF BAR SEED    read it back
 *
 * The pattern goes to the first and last page, to each power of two in between
 * and to 64 pages chosen by SEED: a window that is too small, doubled or
 * shifted shows as a wrong or an all-ones word, and 16 GiB take no longer than
 * 16 MiB.  Each word depends on its offset, so no two places look alike.
 */
#include "bar.h"

#define MAX_PAGES	160
#define RANDOM_PAGES	64
#define SHOWN		8

static volatile uint64_t *map_page(const struct bar *bar, uint64_t offset)
{
	return map_fd(bar->fd, offset, PAGE, bar->bdf);
}

/* The offsets of the pages to touch; a page may appear twice, harmlessly. */
static int choose_pages(const struct bar *bar, uint64_t seed, uint64_t *pages)
{
	uint64_t nr_pages = bar->size / PAGE, order;
	int n = 0, i;

	pages[n++] = 0;
	for (order = PAGE; order < bar->size; order <<= 1) {
		pages[n++] = order;
		pages[n++] = order - PAGE;
	}
	pages[n++] = bar->size - PAGE;
	for (i = 0; i < RANDOM_PAGES; i++)
		pages[n++] = mix(seed * RANDOM_PAGES + i) % nr_pages * PAGE;
	return n;
}

static void write_page(const struct bar *bar, uint64_t offset, uint64_t seed)
{
	volatile uint64_t *p = map_page(bar, offset);
	unsigned int i;

	for (i = 0; i < PAGE / 8; i += 32)
		p[i] = mix(seed ^ (offset + i * 8));
	munmap((void *)p, PAGE);
}

static int check_page(const struct bar *bar, uint64_t offset, uint64_t seed)
{
	volatile uint64_t *p = map_page(bar, offset);
	uint64_t want, got;
	unsigned int i;
	int wrong = 0;

	for (i = 0; i < PAGE / 8; i += 32) {
		want = mix(seed ^ (offset + i * 8));
		got = p[i];
		if (got != want && wrong++ < SHOWN)
			printf("%s BAR %d offset %#lx: read %#018lx, not %#018lx\n",
			       bar->bdf, bar->nr, offset + i * 8, got, want);
	}
	munmap((void *)p, PAGE);
	return wrong;
}

static int probe(const struct bar *bar, uint64_t seed, int write)
{
	uint64_t pages[MAX_PAGES];
	int n = choose_pages(bar, seed, pages), wrong = 0, i;

	for (i = 0; i < n; i++) {
		if (write)
			write_page(bar, pages[i], seed);
		else
			wrong += check_page(bar, pages[i], seed);
	}
	printf("%s BAR %d: %lu bytes, %d pages %s, %d wrong words\n", bar->bdf,
	       bar->nr, bar->size, n, write ? "written" : "checked", wrong);
	return wrong ? 1 : 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: barprobe write|check BDF BAR SEED\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct bar bar;

	if (argc != 5)
		return usage();
	bar = open_bar(argv[2], atoi(argv[3]), "");
	if (bar.size < PAGE) {
		fprintf(stderr, "barprobe: the BAR is smaller than a page\n");
		return 2;
	}
	enable_device(bar.bdf);
	return probe(&bar, strtoull(argv[4], NULL, 0),
		     !strcmp(argv[1], "write"));
}
