// SPDX-License-Identifier: GPL-2.0
/*
 * Cases for any machine. They only read, rescan, and disturb devices that are made for
 * tests and that nobody has enabled. What they write to memory behind a BAR they take
 * back if they succeed. A rescan finds what somebody has removed by hand.
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

/**
 * struct test_device - a kind of device that is made for tests
 * @vendor: its vendor
 * @device: its number
 * @memory_bar: the BAR with memory; -1: there is none
 * @any_bar: a BAR that the device has
 * @shared: other virtual machines may use its memory, which does not show
 */
struct test_device {
	int vendor;
	int device;
	int memory_bar;
	int any_bar;
	bool shared;
};

/* pci-testdev, edu, ivshmem-plain */
static const struct test_device test_devices[] = {
	{ 0x1b36, 0x0005, -1, 0 },
	{ 0x1234, 0x11e8, -1, 0 },
	{ 0x1af4, 0x1110, 2, 2, .shared = true },
};

static bool may_use_shared;

void allow_shared_memory(void)
{
	may_use_shared = true;
}

/* Neither a driver nor a program has enabled it */
static bool is_idle(const struct pci_dev *dev)
{
	char *enabled = read_file(pci_path(dev->name, "enable"), NULL);
	bool idle = enabled && !atoi(enabled) && !exists(pci_path(dev->name, "driver"));

	free(enabled);
	return idle;
}

/**
 * struct found - a device that may be disturbed
 * @dev: the device
 * @bar: the BAR that is looked at
 */
struct found {
	const struct pci_dev *dev;
	int bar;
};

static bool matches(const struct pci_dev *dev, const struct test_device *t, int bar)
{
	return bar >= 0 && (dev->config[0] | dev->config[1] << 8) == t->vendor &&
	       (dev->config[2] | dev->config[3] << 8) == t->device &&
	       pci_is_assigned(&dev->ranges[bar]) && is_idle(dev);
}

/* Skips the case if the machine has none that is free */
static struct found find_test_device(const struct pci_tree *tree, bool with_memory)
{
	for (size_t k = 0; k < ARRAY_SIZE(test_devices); k++) {
		const struct test_device *t = &test_devices[k];
		int bar = with_memory ? t->memory_bar : t->any_bar;

		for (int i = 0; i < tree->nr; i++)
			if ((may_use_shared || !t->shared) &&
			    matches(&tree->devs[i], t, bar))
				return (struct found){ &tree->devs[i], bar };
	}
	skip("no device is made for tests (%s), has an address, and is not in use",
	     with_memory ? "ivshmem, if -s allows it" :
			   "pci-testdev, edu; ivshmem, if -s allows it");
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
	for (line = text; (line = strstr(line, start)); line++)
		if (line == text || line[-1] == '\n')
			return line;
	return NULL;
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

			/* Those of Virtual Functions are listed as one, of the Physical */
			if (!pci_is_memory(r) || !pci_is_assigned(r) ||
			    tree.devs[d].is_virtual)
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
	if (bars_are_movable())
		skip("boot without pci=pcie_movable_bars");
	if (exists(STANDING))
		fail("%s is there without the option", STANDING);
}

static void rescan_changes_nothing(void)
{
	struct pci_tree before, after;
	char *iomem, *later;

	log_open();
	disks_start(0);
	before = pci_read_tree();
	iomem = read_file("/proc/iomem", NULL);
	for (int i = 0; i < RESCANS; i++)
		pci_rescan();
	log_settle();
	log_check();
	after = pci_read_tree();
	later = read_file("/proc/iomem", NULL);
	if (!pci_is_same(&before, &after) || !iomem || !later || strcmp(iomem, later))
		fail("a rescan has changed addresses, or has found what was removed before");
	check_sound(&after);
	disks_check();
	disks_stop();
	free(iomem);
	free(later);
	pci_free_tree(&before);
	pci_free_tree(&after);
}

static void expect_back(const struct found *old)
{
	struct pci_tree tree = pci_read_tree();
	const struct pci_dev *dev = pci_find(&tree, old->dev->name);
	const struct pci_range *was = &old->dev->ranges[old->bar];

	if (!dev)
		fail("%s has not come back", old->dev->name);
	if (!pci_is_assigned(&dev->ranges[old->bar]) ||
	    pci_size(&dev->ranges[old->bar]) != pci_size(was))
		fail("%s BAR %d has no address after the rescan", dev->name, old->bar);
	check_sound(&tree);
	pci_free_tree(&tree);
}

static void remove_and_rescan(void)
{
	struct pci_tree tree = pci_read_tree();
	struct found found = find_test_device(&tree, false);
	const char *name = found.dev->name;
	bool gone;
	int err;

	log_open();
	note("%s BAR %d", name, found.bar);
	err = pci_write(name, "remove", "1");
	if (err)
		fail("%s cannot be removed: %s", name, strerror(err));
	gone = !exists(pci_path(name, "config"));
	/* Whatever is to be said of it, it has to come back */
	pci_rescan();
	if (!gone)
		fail("%s was not removed", name);
	log_settle();
	log_check();
	expect_back(&found);
	pci_free_tree(&tree);
}

static void memory_survives(void)
{
	struct pci_tree tree = pci_read_tree();
	struct found found = find_test_device(&tree, true);

	memory_write(found.dev->name, found.bar, 1);
	pci_rescan();
	memory_check(found.dev->name, found.bar, 1);
	memory_restore(found.dev->name, found.bar);
	pci_free_tree(&tree);
}

static void held_is_listed(void)
{
	struct pci_tree tree = pci_read_tree();
	struct found found;
	volatile u64 *held;
	char *text, *line;

	need_movable();
	found = find_test_device(&tree, true);
	read_listing(&text);
	line = listed(text, found.dev->name, found.bar);
	if (!line || strncmp(strchr(line, ']'), "]: movable", 10))
		skip("%s BAR %d does not move anyway", found.dev->name, found.bar);
	held = memory_hold(found.dev->name, found.bar);
	expect_listed(found.dev->name, found.bar, "mapped by a process", true);
	memory_release(held, found.dev->name);
	expect_listed(found.dev->name, found.bar, "mapped by a process", false);
	free(text);
	pci_free_tree(&tree);
}

static void standing_needs_sense(void)
{
	need_movable();
	if (!exists(STANDING))
		skip("%s is not there", STANDING);
	if (write_file(STANDING, "no-such-driver-here live") != ENODEV)
		fail("a driver that does not exist: expected ENODEV");
	if (write_file(STANDING, "pcieport sideways") != EINVAL)
		fail("a standing that does not exist: expected EINVAL");
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
	{ "any.held", NULL, "debugfs says of a BAR that a process has mapped that it stays",
	  .run = held_is_listed },
	{ "any.standing", NULL, "nonsense written to debugfs is refused",
	  .run = standing_needs_sense },
	{}
};
