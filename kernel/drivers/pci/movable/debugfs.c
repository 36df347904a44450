// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: debugfs.
 *
 * pci/movable_bars lists every BAR and says why it stays, if it does.
 * pci/bar_standing overrides what a driver promises, for tests.
 * pci/movable_fault/ fails on purpose, see fault.c.
 */

#include <linux/debugfs.h>
#include <linux/device/driver.h>
#include <linux/panic.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../pci.h"
#include "fault.h"
#include "movable.h"

static const char * const cost_names[] = {
	[PCI_LAYOUT_NO_DRIVER]	= "no driver",
	[PCI_LAYOUT_LIVE]	= "live",
	[PCI_LAYOUT_PAUSED]	= "paused",
};

static const char * const standing_names[] = {
	[PCI_BARS_FIXED]	= "fixed",
	[PCI_BARS_PAUSED]	= "paused",
	[PCI_BARS_LIVE]		= "live",
};

static void show_bar(struct seq_file *m, const struct pci_survey *s, int i)
{
	const struct pci_survey_bar *ref = &s->bar_refs[i];
	struct resource range = pci_survey_range(s, i);

	if (!ref->dev) {
		seq_printf(m, "- %pR: fixed: %s\n", &range, range.name);
		return;
	}

	seq_printf(m, "%s %s %pR: ", pci_name(ref->dev),
		   pci_resource_name(ref->dev, ref->resno), &range);
	if (!s->bars[i].assigned)
		seq_puts(m, "unassigned\n");
	else if (s->bars[i].fixed)
		seq_printf(m, "fixed: %s\n", pci_bar_hold_text(ref->hold));
	else
		seq_printf(m, "movable: %s\n",
			   cost_names[s->devs[s->bars[i].dev].cost]);
}

static int show_root(struct seq_file *m, struct pci_bus *root)
{
	LIST_HEAD(held);
	struct pci_survey *s = pci_survey_bus(root, &held);
	int i;

	if (!s)
		return -ENOMEM;

	for (i = 0; i < s->model.nr_bars; i++)
		show_bar(m, s, i);
	pci_survey_free(s);
	return 0;
}

static int movable_bars_show(struct seq_file *m, void *unused)
{
	struct pci_bus *root;
	int ret = 0;

	pci_lock_rescan_remove();
	pci_movable_for_each_root(root) {
		ret = show_root(m, root);
		if (ret)
			break;
	}
	pci_unlock_rescan_remove();
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(movable_bars);

struct standing_override {
	const char *name;
	enum pci_bar_standing standing;
};

/* bus_remove_driver() waits until this walk has passed the driver */
static int override_standing(struct device_driver *driver, void *data)
{
	const struct standing_override *override = data;

	if (strcmp(driver->name, override->name))
		return 0;

	to_pci_driver(driver)->bar_standing = override->standing;
	return 1;
}

static ssize_t bar_standing_write(struct file *file, const char __user *user,
				  size_t count, loff_t *pos)
{
	char buf[64], name[32], standing[16];
	struct standing_override override = { .name = name };
	int found;
	int i;

	if (count >= sizeof(buf))
		return -E2BIG;
	if (copy_from_user(buf, user, count))
		return -EFAULT;
	buf[count] = '\0';
	if (sscanf(buf, "%31s %15s", name, standing) != 2)
		return -EINVAL;

	i = match_string(standing_names, ARRAY_SIZE(standing_names), standing);
	if (i < 0)
		return i;

	override.standing = i;
	pci_lock_rescan_remove();
	found = bus_for_each_drv(&pci_bus_type, NULL, &override, override_standing);
	pci_unlock_rescan_remove();
	if (!found)
		return -ENODEV;

	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	pr_warn("PCI: standing of driver %s overridden: %s\n", name, standing);
	return count;
}

static const struct file_operations bar_standing_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= bar_standing_write,
};

/**
 * pci_movable_debugfs_init - create the files
 */
void __init pci_movable_debugfs_init(void)
{
	struct dentry *dir = debugfs_create_dir("pci", NULL);

	debugfs_create_file("movable_bars", 0400, dir, NULL, &movable_bars_fops);
	debugfs_create_file("bar_standing", 0200, dir, NULL, &bar_standing_fops);
	pci_fault_debugfs_init(dir);
}
