// SPDX-License-Identifier: GPL-2.0
/*
 * Maps a BAR in every way that a process can, and looks through the mapping.
 *
 *   barmap hold WAY BDF BAR    map it, say "held", keep it until killed
 *   barmap last BDF BAR        map it, say "held"; when killed, read its first word
 *   barmap race BDF BAR        map a page, look, unmap it, again and again
 *   barmap watch BDF BAR       map it all, look again and again
 *
 * WAY is sysfs, sysfs-wc, sysfs-off (a page of it, without enabling the device),
 * proc, mem (/dev/mem), vfio, or vfio-open, which opens the device without a mapping.
 *
 * To look is to compare some words of a page, chosen by chance, with what was
 * last written there, and to write others.  race and watch end at the first
 * wrong word, with status 1, or by SIGTERM; they print how often they looked.
 */
#include "bar.h"

#include <linux/pci.h>
#include <linux/vfio.h>
#include <signal.h>
#include <sys/ioctl.h>

#define WORDS		8
#define MAX_PAGES	1024

static volatile sig_atomic_t ended;

static void on_term(int signal)
{
	(void)signal;
	ended = 1;
}

static void on_fault(int signal)
{
	static const char text[] = "a fault at a mapped BAR\n";

	(void)signal;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(4);
	_exit(3);
}

/*
 * Ways to a mapping
 */

static int open_rw(const char *path)
{
	int fd = open(path, O_RDWR | O_SYNC);

	if (fd < 0)
		die("cannot open", path);
	return fd;
}

static uint64_t bar_start(const struct bar *bar)
{
	unsigned long long start = 0;
	char path[128], line[128];
	FILE *f;
	int i;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource", bar->bdf);
	f = fopen(path, "r");
	if (!f)
		die("cannot open", path);
	for (i = 0; i <= bar->nr; i++) {
		if (!fgets(line, sizeof(line), f))
			die("cannot read", path);
	}
	sscanf(line, "%llx", &start);
	fclose(f);
	return start;
}

static void hold_by_proc(const struct bar *bar)
{
	char path[64];
	int fd;

	/* 0000:04:00.0 is 04/00.0 there */
	snprintf(path, sizeof(path), "/proc/bus/pci/%.2s/%s", bar->bdf + 5,
		 bar->bdf + 8);
	fd = open_rw(path);
	if (ioctl(fd, PCIIOC_MMAP_IS_MEM))
		die("cannot choose memory of", path);
	*map_fd(fd, bar_start(bar), bar->size, path);
}

static void hold_by_mem(const struct bar *bar)
{
	*map_fd(open_rw("/dev/mem"), bar_start(bar), bar->size, "/dev/mem");
}

static int open_vfio(const char *bdf)
{
	char path[128], link[128] = "";
	int container, group, device;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", bdf);
	if (readlink(path, link, sizeof(link) - 1) < 0)
		die("no IOMMU group:", path);
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(link, '/') + 1);
	container = open_rw("/dev/vfio/vfio");
	group = open_rw(path);
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) ||
	    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU))
		die("cannot use", path);
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	if (device < 0)
		die("cannot get from VFIO", bdf);
	return device;
}

static void hold_by_vfio(const struct bar *bar)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = VFIO_PCI_BAR0_REGION_INDEX + bar->nr,
	};
	int fd = open_vfio(bar->bdf);

	if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		die("no such region:", bar->bdf);
	*map_fd(fd, info.offset, info.size, bar->bdf);
}

/* Until killed */
static void keep(void)
{
	puts("held");
	fflush(stdout);
	while (!ended)
		pause();
}

static int hold(const char *way, const char *bdf, int nr)
{
	struct bar bar = open_bar(bdf, nr, strcmp(way, "sysfs-wc") ? "" : "_wc");

	if (!strcmp(way, "sysfs-off"))
		*map_fd(bar.fd, 0, PAGE, bdf);
	else if (!strncmp(way, "sysfs", 5))
		*map_fd(bar.fd, 0, bar.size, bdf);
	else if (!strcmp(way, "proc"))
		hold_by_proc(&bar);
	else if (!strcmp(way, "mem"))
		hold_by_mem(&bar);
	else if (!strcmp(way, "vfio"))
		hold_by_vfio(&bar);
	else if (!strcmp(way, "vfio-open"))
		open_vfio(bdf);
	else
		return -1;
	keep();
	return 0;
}

static void last(const char *bdf, int nr)
{
	struct bar bar = open_bar(bdf, nr, "");
	volatile uint64_t *word = map_fd(bar.fd, 0, bar.size, bdf);

	keep();
	printf("there is %#llx\n", (unsigned long long)*word);
}

/*
 * Looking
 */

/* What the words of a page were last made from */
static uint64_t written[MAX_PAGES];

static void fill_page(volatile uint64_t *p, uint64_t page, uint64_t seed)
{
	int i;

	for (i = 0; i < WORDS; i++)
		p[i * PAGE / 8 / WORDS] = mix(seed ^ (page * PAGE + i));
	written[page] = seed;
}

static int look(volatile uint64_t *p, uint64_t page, uint64_t round)
{
	uint64_t want, got;
	int i;

	for (i = 0; i < WORDS; i++) {
		want = mix(written[page] ^ (page * PAGE + i));
		got = p[i * PAGE / 8 / WORDS];
		if (got != want) {
			printf("round %lu page %lu: read %#018lx, not %#018lx\n",
			       round, page, got, want);
			return 1;
		}
	}
	fill_page(p, page, round);
	return 0;
}

/* @p: all of the BAR, or NULL to map one page at a time */
static int look_all_day(const struct bar *bar, volatile uint64_t *all)
{
	uint64_t nr_pages = bar->size / PAGE, round = 0, page;
	volatile uint64_t *p;
	int wrong = 0;

	while (!ended && !wrong) {
		page = mix(++round) % nr_pages;
		p = all ? all + page * PAGE / 8 :
			  map_fd(bar->fd, page * PAGE, PAGE, bar->bdf);
		wrong = look(p, page, round);
		if (!all)
			munmap((void *)p, PAGE);
	}
	printf("looked %lu times, %lu words each, %d wrong\n", round,
	       (unsigned long)WORDS, wrong);
	return wrong;
}

static int watch(const char *bdf, int nr, int keep)
{
	struct bar bar = open_bar(bdf, nr, "");
	volatile uint64_t *all;
	uint64_t page;

	if (bar.size > MAX_PAGES * PAGE)
		bar.size = MAX_PAGES * PAGE;
	all = map_fd(bar.fd, 0, bar.size, bdf);
	for (page = 0; page < bar.size / PAGE; page++)
		fill_page(all + page * PAGE / 8, page, 0);
	if (!keep)
		munmap((void *)all, bar.size);
	puts("looking");
	fflush(stdout);
	return look_all_day(&bar, keep ? all : NULL);
}

int main(int argc, char **argv)
{
	signal(SIGTERM, on_term);
	signal(SIGBUS, on_fault);
	signal(SIGSEGV, on_fault);
	if (argc == 5 && !strcmp(argv[1], "hold")) {
		if (strncmp(argv[2], "vfio", 4) && strcmp(argv[2], "sysfs-off"))
			enable_device(argv[3]);
		if (!hold(argv[2], argv[3], atoi(argv[4])))
			return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "last")) {
		enable_device(argv[2]);
		last(argv[2], atoi(argv[3]));
		return 0;
	}
	if (argc == 4 && (!strcmp(argv[1], "race") || !strcmp(argv[1], "watch"))) {
		enable_device(argv[2]);
		return watch(argv[2], atoi(argv[3]), argv[1][0] == 'w');
	}
	fprintf(stderr, "usage: barmap hold WAY BDF BAR\n"
			"       barmap last|race|watch BDF BAR\n");
	return 2;
}
