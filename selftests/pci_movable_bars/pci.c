// SPDX-License-Identifier: GPL-2.0
/* What the kernel and the devices say of addresses. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci.h"
#include "test.h"

#define IORESOURCE_PCI_FIXED	0x00000010
#define IORESOURCE_MEM		0x00000200
#define IORESOURCE_PREFETCH	0x00002000
#define IORESOURCE_UNSET	0x20000000

const char *pci_path(const char *name, const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), PCI_DEVICES "/%s/%s", name, file);
	return path;
}

int pci_write(const char *name, const char *file, const char *text)
{
	return write_file(pci_path(name, file), text);
}

void pci_rescan(void)
{
	int err = write_file("/sys/bus/pci/rescan", "1");

	if (err)
		fail("the bus cannot be rescanned: %s", strerror(err));
}

static u32 config_dword(const struct pci_dev *dev, int offset)
{
	u32 value;

	memcpy(&value, dev->config + offset, sizeof(value));
	return value;
}

static u16 config_word(const struct pci_dev *dev, int offset)
{
	u16 value;

	memcpy(&value, dev->config + offset, sizeof(value));
	return value;
}

static void read_ranges(struct pci_dev *dev)
{
	char *text = read_file(pci_path(dev->name, "resource"), NULL), *line, *rest = text;

	while ((line = strsep(&rest, "\n")) && dev->nr_ranges < PCI_MAX_RANGES) {
		struct pci_range *r = &dev->ranges[dev->nr_ranges];

		if (sscanf(line, "%llx %llx %llx", &r->start, &r->end, &r->flags) == 3)
			dev->nr_ranges++;
	}
	free(text);
}

/* .../pci0000:00/0000:00:03.0/0000:04:00.0 lies below 0000:00:03.0 */
static void read_parent(struct pci_dev *dev)
{
	char path[PATH_MAX], link[PATH_MAX], *above;
	unsigned int a, b, c, d;
	ssize_t n;

	snprintf(path, sizeof(path), PCI_DEVICES "/%s", dev->name);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return;
	link[n] = 0;
	*strrchr(link, '/') = 0;
	above = strrchr(link, '/') + 1;
	if (sscanf(above, "%x:%x:%x.%x", &a, &b, &c, &d) == 4)
		snprintf(dev->parent, sizeof(dev->parent), "%.*s", PCI_NAME_LEN - 1, above);
}

static bool read_dev(struct pci_dev *dev, const char *name)
{
	size_t len = 0;
	char *config;

	memset(dev, 0, sizeof(*dev));
	snprintf(dev->name, sizeof(dev->name), "%.*s", PCI_NAME_LEN - 1, name);
	config = read_file(pci_path(name, "config"), &len);
	if (len >= sizeof(dev->config))
		memcpy(dev->config, config, sizeof(dev->config));
	free(config);
	read_ranges(dev);
	read_parent(dev);
	dev->is_bridge = (dev->config[PCI_HEADER_TYPE] & PCI_HEADER_TYPE_MASK) ==
			 PCI_HEADER_TYPE_BRIDGE;
	dev->is_virtual = exists(pci_path(name, "physfn"));
	/* It may have gone while it was read; Virtual Functions never say whose they are */
	return len >= sizeof(dev->config) && dev->nr_ranges &&
	       (dev->is_virtual || config_word(dev, PCI_VENDOR_ID) != 0xffff);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct pci_dev *)a)->name, ((const struct pci_dev *)b)->name);
}

struct pci_tree pci_read_tree(void)
{
	struct pci_tree tree = {};
	DIR *dir = opendir(PCI_DEVICES);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		tree.devs = realloc(tree.devs, (tree.nr + 1) * sizeof(*tree.devs));
		if (!tree.devs)
			fail("no memory for %d devices", tree.nr + 1);
		if (read_dev(&tree.devs[tree.nr], entry->d_name))
			tree.nr++;
	}
	if (dir)
		closedir(dir);
	if (tree.nr)
		qsort(tree.devs, tree.nr, sizeof(*tree.devs), by_name);
	return tree;
}

void pci_free_tree(struct pci_tree *tree)
{
	free(tree->devs);
	*tree = (struct pci_tree){};
}

const struct pci_dev *pci_find(const struct pci_tree *tree, const char *name)
{
	for (int i = 0; i < tree->nr; i++)
		if (!strcmp(tree->devs[i].name, name))
			return &tree->devs[i];
	return NULL;
}

bool pci_is_memory(const struct pci_range *range)
{
	return range->flags & IORESOURCE_MEM;
}

bool pci_is_assigned(const struct pci_range *range)
{
	return range->flags && range->start && !(range->flags & IORESOURCE_UNSET);
}

u64 pci_size(const struct pci_range *range)
{
	return range->end - range->start + 1;
}

/* All windows have such a name; none is larger than that of the host bridge above it */
u64 pci_largest_aperture(void)
{
	char *text = read_file("/proc/iomem", NULL), *rest = text, *line;
	u64 largest = 0, start, end;

	while ((line = strsep(&rest, "\n"))) {
		char name[16];

		if (sscanf(line, "%llx-%llx : %15[^\n]", &start, &end, name) == 3 &&
		    (!strncmp(name, "PCI Bus ", 8) || !strncmp(name, "pcie@", 5)) &&
		    end - start >= largest)
			largest = end - start + 1;
	}
	free(text);
	return largest;
}

static char fault[256];

/* Keeps the first fault that is found */
static void wrong(const char *format, ...) __printf(1, 2);
static void wrong(const char *format, ...)
{
	va_list ap;

	if (fault[0])
		return;
	va_start(ap, format);
	vsnprintf(fault, sizeof(fault), format, ap);
	va_end(ap);
}

/* A BAR and whose it is */
struct placed {
	const struct pci_dev *dev;
	int bar;
};

static const struct pci_range *placed_range(const struct placed *p)
{
	return &p->dev->ranges[p->bar];
}

static int by_start(const void *a, const void *b)
{
	u64 x = placed_range(a)->start, y = placed_range(b)->start;

	return x < y ? -1 : x > y;
}

/* BARs, and those of Virtual Functions to come; not the ROM, not windows */
static bool is_bar(const struct pci_dev *dev, int i)
{
	const struct pci_range *r = &dev->ranges[i];

	return i != PCI_ROM && (i < PCI_NR_BARS || !dev->is_bridge) &&
	       pci_is_memory(r) && pci_is_assigned(r);
}

/* Below a device that hides a domain of its own, addresses are inside its BARs */
static bool same_domain(const struct pci_dev *a, const struct pci_dev *b)
{
	return !strncmp(a->name, b->name, strcspn(a->name, ":") + 1);
}

static void check_overlaps(const struct pci_tree *tree)
{
	struct placed *all = calloc(tree->nr * PCI_MAX_RANGES + 1, sizeof(*all));
	int nr = 0;

	if (!all)
		fail("no memory for the BARs of %d devices", tree->nr);
	for (int d = 0; d < tree->nr; d++) {
		/* A Virtual Function's BAR is a part of one of its Physical Function */
		if (tree->devs[d].is_virtual)
			continue;
		for (int i = 0; i < tree->devs[d].nr_ranges; i++)
			if (is_bar(&tree->devs[d], i))
				all[nr++] = (struct placed){ &tree->devs[d], i };
	}
	qsort(all, nr, sizeof(*all), by_start);
	for (int i = 1; i < nr; i++)
		if (placed_range(&all[i])->start <= placed_range(&all[i - 1])->end &&
		    same_domain(all[i].dev, all[i - 1].dev))
			wrong("%s BAR %d and %s BAR %d overlap", all[i - 1].dev->name,
			      all[i - 1].bar, all[i].dev->name, all[i].bar);
	free(all);
}

/* What must not be read ahead does not belong where a bridge may do that */
static bool lies_in_window(const struct pci_range *r, const struct pci_dev *bridge)
{
	for (int i = PCI_ROM + 1; i < bridge->nr_ranges; i++) {
		const struct pci_range *w = &bridge->ranges[i];

		if (pci_is_memory(w) && w->start <= r->start && r->end <= w->end &&
		    !(w->flags & ~r->flags & IORESOURCE_PREFETCH))
			return true;
	}
	return false;
}

static void check_windows(const struct pci_tree *tree, const struct pci_dev *dev)
{
	const struct pci_dev *bridge = pci_find(tree, dev->parent);

	/* One that forwards what nobody else takes (interface 01h) needs no window */
	if (!bridge || bridge->config[PCI_CLASS_PROG] == 1)
		return;
	for (int i = 0; i < dev->nr_ranges; i++) {
		const struct pci_range *r = &dev->ranges[i];
		bool is_window = dev->is_bridge && i > PCI_ROM;

		if (!is_bar(dev, i) &&
		    !(is_window && pci_is_memory(r) && pci_is_assigned(r)))
			continue;
		if (!lies_in_window(r, bridge))
			wrong("%s %s %d lies in no window of %s", dev->name,
			      is_window ? "window" : "BAR", i, bridge->name);
	}
}

static u64 bar_register(const struct pci_dev *dev, int bar)
{
	u32 low = config_dword(dev, PCI_BASE_ADDRESS_0 + 4 * bar);
	u64 value = low & PCI_BASE_ADDRESS_MEM_MASK;

	if ((low & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64)
		value |= (u64)config_dword(dev, PCI_BASE_ADDRESS_0 + 4 * bar + 4) << 32;
	return value & ~0xfULL;
}

/* BARs of Enhanced Allocation, or wired ones, have none; nor have Virtual Functions */
static bool has_register(const struct pci_dev *dev, int bar)
{
	const struct pci_range *r = &dev->ranges[bar];

	return !dev->is_virtual && pci_is_memory(r) && pci_is_assigned(r) &&
	       !(r->flags & IORESOURCE_PCI_FIXED);
}

static int count_registers(const struct pci_dev *dev)
{
	return dev->is_bridge ? 2 : PCI_NR_BARS;
}

static void check_bar_registers(const struct pci_dev *dev)
{
	for (int i = 0; i < count_registers(dev); i++)
		if (has_register(dev, i) && bar_register(dev, i) != dev->ranges[i].start)
			wrong("%s BAR %d holds %#llx, the kernel says %#llx", dev->name, i,
			      bar_register(dev, i), dev->ranges[i].start);
}

/* The addresses in registers are those of the bus; some host bridges translate all */
static bool is_translated(const struct pci_tree *tree, const struct pci_dev *dev)
{
	int equal = 0, nr = 0;

	for (int d = 0; d < tree->nr; d++)
		for (int i = 0; i < count_registers(&tree->devs[d]); i++)
			if (same_domain(&tree->devs[d], dev) &&
			    has_register(&tree->devs[d], i)) {
				nr++;
				equal += bar_register(&tree->devs[d], i) ==
					 tree->devs[d].ranges[i].start;
			}
	return nr && !equal;
}

/* PCI-to-PCI Bridge Architecture 1.2, 3.2.5.8 and 3.2.5.9: 1 MiB each step */
static struct pci_range window_register(const struct pci_dev *dev, bool prefetchable)
{
	int base = prefetchable ? PCI_PREF_MEMORY_BASE : PCI_MEMORY_BASE;
	struct pci_range r = {
		.start = (u64)(config_word(dev, base) & 0xfff0) << 16,
		.end = (u64)(config_word(dev, base + 2) & 0xfff0) << 16 | 0xfffff,
	};

	if (prefetchable && (config_word(dev, base) & PCI_PREF_RANGE_TYPE_MASK) ==
	    PCI_PREF_RANGE_TYPE_64) {
		r.start |= (u64)config_dword(dev, PCI_PREF_BASE_UPPER32) << 32;
		r.end |= (u64)config_dword(dev, PCI_PREF_LIMIT_UPPER32) << 32;
	}
	return r;
}

static void check_window_register(const struct pci_dev *dev, bool prefetchable)
{
	struct pci_range w = window_register(dev, prefetchable);

	/* A bridge that does not forward memory has no window, whatever is there */
	if (w.start > w.end || !(config_word(dev, PCI_COMMAND) & PCI_COMMAND_MEMORY))
		return;
	/* One without a prefetchable window has zeros there, 3.2.5.9 */
	if (prefetchable && !config_dword(dev, PCI_PREF_MEMORY_BASE))
		return;
	for (int i = PCI_ROM + 1; i < dev->nr_ranges; i++)
		if (pci_is_memory(&dev->ranges[i]) && dev->ranges[i].start == w.start &&
		    dev->ranges[i].end == w.end)
			return;
	wrong("%s has a window [%#llx-%#llx] of which the kernel does not know", dev->name,
	      w.start, w.end);
}

static void check_windows_open(const struct pci_dev *dev)
{
	struct pci_range plain = window_register(dev, false);
	struct pci_range prefetchable = window_register(dev, true);

	for (int i = PCI_ROM + 1; i < dev->nr_ranges; i++) {
		const struct pci_range *r = &dev->ranges[i];

		if (!pci_is_memory(r) || !pci_is_assigned(r))
			continue;
		if ((r->start != plain.start || r->end != plain.end) &&
		    (r->start != prefetchable.start || r->end != prefetchable.end))
			wrong("%s has no window [%#llx-%#llx], as the kernel believes",
			      dev->name, r->start, r->end);
	}
}

const char *pci_find_fault(const struct pci_tree *tree)
{
	fault[0] = 0;
	check_overlaps(tree);
	for (int i = 0; i < tree->nr; i++) {
		const struct pci_dev *dev = &tree->devs[i];

		check_windows(tree, dev);
		if (is_translated(tree, dev))
			continue;
		check_bar_registers(dev);
		if (!dev->is_bridge)
			continue;
		check_window_register(dev, false);
		check_window_register(dev, true);
		check_windows_open(dev);
	}
	return fault[0] ? fault : NULL;
}

void pci_check_kept(const struct pci_tree *before, const struct pci_tree *after)
{
	for (int d = 0; d < before->nr; d++) {
		const struct pci_dev *old = &before->devs[d];
		const struct pci_dev *dev = pci_find(after, old->name);

		for (int i = 0; dev && i < old->nr_ranges; i++)
			if ((i < PCI_NR_BARS || is_bar(old, i)) &&
			    pci_is_assigned(&old->ranges[i]) &&
			    !pci_is_assigned(&dev->ranges[i]))
				fail("%s BAR %d has lost its address", dev->name, i);
	}
}

int pci_count_moved(const struct pci_tree *before, const struct pci_tree *after)
{
	int nr = 0;

	for (int d = 0; d < before->nr; d++) {
		const struct pci_dev *old = &before->devs[d];
		const struct pci_dev *dev = pci_find(after, old->name);

		for (int i = 0; dev && i < old->nr_ranges; i++)
			if (is_bar(old, i) && is_bar(dev, i))
				nr += old->ranges[i].start != dev->ranges[i].start;
	}
	return nr;
}

bool pci_is_same(const struct pci_tree *before, const struct pci_tree *after)
{
	if (before->nr != after->nr)
		return false;
	for (int d = 0; d < before->nr; d++) {
		const struct pci_dev *dev = pci_find(after, before->devs[d].name);

		if (!dev || memcmp(dev->ranges, before->devs[d].ranges, sizeof(dev->ranges)))
			return false;
	}
	return true;
}
