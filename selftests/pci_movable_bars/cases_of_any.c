// SPDX-License-Identifier: GPL-2.0
/*
 * Cases for any machine. They only read, rescan, and disturb devices that QEMU and
 * others make for tests, and which no driver uses.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "disks.h"
#include "log.h"
#include "memory.h"
#include "pci.h"
#include "test.h"

#define STANDING	"/sys/kernel/debug/pci/bar_standing"
#define RESCANS		4

struct test_device {
	unsigned int vendor;
	unsigned int device;
	bool has_memory;
};

/* ivshmem-plain, pci-testdev, edu */
static const struct test_device test_devices[] = {
	{ 0x1af4, 0x1110, true },
	{ 0x1b36, 0x0005, false },
	{ 0x1234, 0x11e8, false },
};

static bool is_test_device(const struct pci_dev *dev, bool with_memory)
{
	unsigned int vendor = dev->config[0] | dev->config[1] << 8;
	unsigned int device = dev->config[2] | dev->config[3] << 8;

	for (size_t i = 0; i < sizeof(test_devices) / sizeof(*test_devices); i++) {
		const struct test_device *t = &test_devices[i];

		if (vendor == t->vendor && device == t->device)
			return t->has_memory || !with_memory;
	}
	return false;
}

/* The last memory BAR is the large one */
static int last_bar(const struct pci_dev *dev)
{
	int last = -1;

	for (int i = 0; i < PCI_NR_BARS; i++)
		if (pci_is_memory(&dev->ranges[i]) && pci_is_assigned(&dev->ranges[i]))
			last = i;
	return last;
}

/* Skips the case if the machine has none that is free */
static const struct pci_dev *find_test_device(const struct pci_tree *tree, bool with_memory)
{
	for (int i = 0; i < tree->nr; i++) {
		const struct pci_dev *dev = &tree->devs[i];

		if (is_test_device(dev, with_memory) && last_bar(dev) >= 0 &&
		    !exists(pci_path(dev->name, "driver")))
			return dev;
	}
	skip("no device is made for tests (%s) and without a driver",
	     with_memory ? "ivshmem" : "ivshmem, pci-testdev, edu");
}

static void need_movable(void)
{
	if (!bars_are_movable())
		skip("boot with pci=pcie_movable_bars (CONFIG_PCI_MOVABLE_BARS)");
}

static void read_listing(char **text)
{
	*text = read_file(PCI_LISTING, NULL);
	if (!*text)
		fail("%s cannot be read: %s", PCI_LISTING, strerror(errno));
}

/* What is listed of a BAR; NULL if nothing */
static char *listed(char *text, const char *dev, int bar)
{
	char start[64], *line;

	snprintf(start, sizeof(start), "%s BAR %d ", dev, bar);
	line = strstr(text, start);
	if (!line || (line != text && line[-1] != '\n'))
		return NULL;
	return line;
}

static void expect_listed(const char *dev, int bar, const char *what, bool wanted)
{
	char *text, *line;

	read_listing(&text);
	line = listed(text, dev, bar);
	if (!line)
		fail("%s does not list %s BAR %d", PCI_LISTING, dev, bar);
	line[strcspn(line, "\n")] = 0;
	note("%s", line);
	if (!!strstr(line, what) != wanted)
		fail("%s \"%s\" there", wanted ? "expected" : "did not expect", what);
	free(text);
}

static void listing(void)
{
	struct pci_tree tree = pci_read_tree();
	int nr = 0;
	char *text;

	need_movable();
	read_listing(&text);
	for (int d = 0; d < tree.nr; d++)
		for (int i = 0; i < PCI_NR_BARS; i++) {
			const struct pci_range *r = &tree.devs[d].ranges[i];
			char *line;

			if (!pci_is_memory(r) || !pci_is_assigned(r))
				continue;
			line = listed(text, tree.devs[d].name, i);
			if (!line)
				fail("%s BAR %d is not listed", tree.devs[d].name, i);
			line = strchr(line, ']');
			if (!line || (strncmp(line, "]: movable", 10) &&
				      strncmp(line, "]: fixed: ", 10)))
				fail("%s BAR %d is neither movable nor fixed for a reason",
				     tree.devs[d].name, i);
			nr++;
		}
	if (!nr)
		skip("the machine has no memory BARs");
	note("%d memory BARs", nr);
	free(text);
	pci_free_tree(&tree);
}

static void off_means_off(void)
{
	char *command_line = read_file("/proc/cmdline", NULL);

	if (bars_are_movable())
		skip("boot without pci=pcie_movable_bars");
	if (!command_line || strstr(command_line, "pcie_movable_bars"))
		fail("the option is given, but there is no %s", PCI_LISTING);
	if (exists(STANDING))
		fail("%s is there without the option", STANDING);
	free(command_line);
}

static void rescan_changes_nothing(void)
{
	struct pci_tree before, after;
	char *iomem, *later;

	log_open();
	disks_start();
	before = pci_read_tree();
	iomem = read_file("/proc/iomem", NULL);
	for (int i = 0; i < RESCANS; i++)
		if (write_file(PCI_RESCAN, "1"))
			fail(PCI_RESCAN ": %s", strerror(errno));
	log_settle();
	log_check();
	after = pci_read_tree();
	later = read_file("/proc/iomem", NULL);
	if (after.nr != before.nr || pci_differences(&before, &after) ||
	    !iomem || !later || strcmp(iomem, later))
		fail("a rescan without anything new has changed addresses");
	check_sound(&after);
	disks_check();
	disks_stop();
	free(iomem);
	free(later);
	pci_free_tree(&before);
	pci_free_tree(&after);
}

static void expect_back(const struct pci_dev *old, const char *name, int bar)
{
	struct pci_tree tree = pci_read_tree();
	const struct pci_dev *dev = pci_find(&tree, name);

	if (!dev)
		fail("%s has not come back", name);
	if (!pci_is_assigned(&dev->ranges[bar]) ||
	    pci_size(&dev->ranges[bar]) != pci_size(&old->ranges[bar]))
		fail("%s BAR %d has no address after the rescan", name, bar);
	check_sound(&tree);
	pci_free_tree(&tree);
}

static void remove_and_rescan(void)
{
	struct pci_tree tree = pci_read_tree();
	const struct pci_dev *dev = find_test_device(&tree, false);
	int bar = last_bar(dev);

	log_open();
	note("%s BAR %d", dev->name, bar);
	if (pci_write(dev->name, "remove", "1"))
		fail("%s cannot be removed: %s", dev->name, strerror(errno));
	if (exists(pci_path(dev->name, "config")))
		fail("%s is still there", dev->name);
	if (write_file(PCI_RESCAN, "1"))
		fail(PCI_RESCAN ": %s", strerror(errno));
	log_settle();
	log_check();
	expect_back(dev, dev->name, bar);
	pci_free_tree(&tree);
}

static void memory_survives(void)
{
	struct pci_tree tree = pci_read_tree();
	const struct pci_dev *dev = find_test_device(&tree, true);
	int bar = last_bar(dev);

	memory_write(dev->name, bar, 1);
	if (write_file(PCI_RESCAN, "1"))
		fail(PCI_RESCAN ": %s", strerror(errno));
	memory_check(dev->name, bar, 1);
	pci_free_tree(&tree);
}

static void held_is_listed(void)
{
	struct pci_tree tree = pci_read_tree();
	const struct pci_dev *dev;
	volatile u64 *held;
	int bar;

	need_movable();
	dev = find_test_device(&tree, true);
	bar = last_bar(dev);
	held = memory_hold(dev->name, bar);
	expect_listed(dev->name, bar, "mapped by a process", true);
	memory_release(held);
	expect_listed(dev->name, bar, "mapped by a process", false);
	pci_free_tree(&tree);
}

static void standing_needs_sense(void)
{
	need_movable();
	if (!exists(STANDING))
		skip("%s is not there", STANDING);
	if (write_file(STANDING, "no-such-driver-here live") == 0)
		fail("a driver that does not exist was given a standing");
	if (write_file(STANDING, "pcieport sideways") == 0)
		fail("a driver was given a standing that does not exist");
}

const struct test_case cases_of_any[] = {
	{ "any.listing", NULL, "debugfs says of each memory BAR whether it may move",
	  .run = listing },
	{ "any.off", NULL, "without the option nothing of it is to be seen",
	  .run = off_means_off },
	{ "any.rescan", NULL, "a rescan that finds nothing new changes no address",
	  .run = rescan_changes_nothing },
	{ "any.remove", NULL, "a device is removed, and found again by a rescan",
	  .run = remove_and_rescan },
	{ "any.memory", NULL, "memory behind a BAR is as it was after a rescan",
	  .run = memory_survives },
	{ "any.held", NULL, "a BAR that a process has mapped stays, and debugfs says so",
	  .run = held_is_listed },
	{ "any.standing", NULL, "nonsense written to debugfs is refused",
	  .run = standing_needs_sense },
	{}
};
