// SPDX-License-Identifier: GPL-2.0
/*
 * Driver that puts movable BARs to the test.
 *
 * Binds to any device that names it as its driver_override. The BARs that are
 * mapped have to be plain memory. It is live; debugfs pci/bar_standing makes it
 * paused.
 *
 * debugfs pci_bartest/control takes one command a write:
 *
 *   map DEVICE BAR uc|wc OFFSET SIZE   map, fill and hold (size 0: all of it)
 *   unmap DEVICE                       let go of what is held
 *   loop DEVICE BAR                    map, compare and unmap on every CPU
 *   loop stop
 *   pause DEVICE MS                    reset_prepare() takes so long
 *   restore DEVICE                     the bridge above, as it was when it was bound
 *   watch DEVICE                       stand before its configuration space
 *   unwatch
 *   stuck WHERE                        the watched device: a register ignores writes
 *   gone N                             it answers N more accesses, then all ones
 *   classless                          its class reads as zero
 *   back                               it behaves again
 *
 * The other files there tell what has come of it.
 */

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "bartest.h"

#define BARTEST_LINE	96

/* Protects the list, and the mappings of each; not taken while a BAR moves */
static DEFINE_MUTEX(bartest_lock);
static LIST_HEAD(bartests);
static struct dentry *bartest_dir;

static struct bartest *find_bartest(const char *name)
{
	struct bartest *t;

	list_for_each_entry(t, &bartests, node) {
		if (!strcmp(pci_name(t->pdev), name))
			return t;
	}
	return NULL;
}

/*
 * Commands
 */

static int do_map(const char *name, const char *rest)
{
	struct bartest *t = find_bartest(name);
	struct bartest_area area = {};
	u64 offset, size;
	char kind[4];

	if (!t)
		return -ENODEV;
	if (sscanf(rest, "%d %3s %lli %lli", &area.bar, kind, &offset, &size) != 4)
		return -EINVAL;

	area.wc = !strcmp(kind, "wc");
	area.offset = offset;
	area.size = size;
	return bartest_map(t, &area);
}

static int do_unmap(const char *name, const char *rest)
{
	struct bartest *t = find_bartest(name);

	if (!t)
		return -ENODEV;
	bartest_unmap_all(t);
	return 0;
}

static int do_loop(const char *name, const char *rest)
{
	struct bartest *t = find_bartest(name);
	int bar;

	if (!strcmp(name, "stop")) {
		bartest_loop_stop(NULL);
		return 0;
	}
	if (!t)
		return -ENODEV;
	return kstrtoint(rest, 0, &bar) ?: bartest_loop_start(t, bar);
}

static int do_pause(const char *name, const char *rest)
{
	struct bartest *t = find_bartest(name);

	return t ? kstrtouint(rest, 0, &t->pause_ms) : -ENODEV;
}

static int do_restore(const char *name, const char *rest)
{
	struct bartest *t = find_bartest(name);
	struct pci_dev *bridge;
	int ret;

	if (!t)
		return -ENODEV;

	bridge = pci_upstream_bridge(t->pdev);
	if (!bridge || !t->bridge_state)
		return -ENXIO;

	ret = pci_load_saved_state(bridge, t->bridge_state);
	if (!ret)
		pci_restore_state(bridge);
	return ret;
}

static int do_watch(const char *name, const char *rest)
{
	struct device *dev = bus_find_device_by_name(&pci_bus_type, NULL, name);

	if (!dev)
		return -ENODEV;
	bartest_fault_watch(to_pci_dev(dev));
	put_device(dev);
	return 0;
}

static int do_unwatch(const char *name, const char *rest)
{
	bartest_fault_unwatch();
	return 0;
}

static int do_stuck(const char *name, const char *rest)
{
	unsigned int where;

	return kstrtouint(name, 0, &where) ?: bartest_fault_stuck(where);
}

static int do_gone(const char *name, const char *rest)
{
	unsigned int after;

	return kstrtouint(name, 0, &after) ?: bartest_fault_gone(after);
}

static int do_classless(const char *name, const char *rest)
{
	return bartest_fault_classless();
}

static int do_back(const char *name, const char *rest)
{
	bartest_fault_back();
	return 0;
}

/*
 * @unlocked: without @bartest_lock. The rescan lock comes first, as for removal;
 * and misbehaving must be possible while a move is under way.
 */
static const struct bartest_command {
	const char *name;
	int (*run)(const char *name, const char *rest);
	bool unlocked;
} bartest_commands[] = {
	{ "map", do_map },
	{ "unmap", do_unmap },
	{ "loop", do_loop },
	{ "pause", do_pause },
	{ "restore", do_restore },
	{ "watch", do_watch, true },
	{ "unwatch", do_unwatch, true },
	{ "stuck", do_stuck, true },
	{ "gone", do_gone, true },
	{ "classless", do_classless, true },
	{ "back", do_back, true },
};

static int run_command(const struct bartest_command *command, const char *name,
		       const char *rest)
{
	int ret;

	if (command->unlocked)
		return command->run(name, rest);

	mutex_lock(&bartest_lock);
	ret = command->run(name, rest);
	mutex_unlock(&bartest_lock);
	return ret;
}

static ssize_t control_write(struct file *file, const char __user *user,
			     size_t count, loff_t *pos)
{
	char line[BARTEST_LINE], verb[12], name[16] = "";
	int used = 0, i, ret;

	if (count >= sizeof(line))
		return -E2BIG;
	if (copy_from_user(line, user, count))
		return -EFAULT;
	line[count] = '\0';
	if (sscanf(line, "%11s%n %15s%n", verb, &used, name, &used) < 1)
		return -EINVAL;

	for (i = 0; i < ARRAY_SIZE(bartest_commands); i++) {
		if (strcmp(verb, bartest_commands[i].name))
			continue;
		ret = run_command(&bartest_commands[i], name, strim(line + used));
		return ret ?: count;
	}
	return -EINVAL;
}

static const struct file_operations control_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= control_write,
};

/*
 * Files
 */

static int maps_show(struct seq_file *m, void *unused)
{
	struct bartest *t;

	guard(mutex)(&bartest_lock);
	list_for_each_entry(t, &bartests, node) {
		down_read(&t->use);
		bartest_show_maps(m, t);
		up_read(&t->use);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(maps);

static int loop_show(struct seq_file *m, void *unused)
{
	bartest_show_loop(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(loop);

static int fault_show(struct seq_file *m, void *unused)
{
	bartest_show_fault(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(fault);

static int devices_show(struct seq_file *m, void *unused)
{
	struct bartest *t;

	guard(mutex)(&bartest_lock);
	list_for_each_entry(t, &bartests, node)
		seq_printf(m, "%s preparing %d paused %u dead %u\n", pci_name(t->pdev),
			   READ_ONCE(t->preparing), READ_ONCE(t->paused),
			   READ_ONCE(t->dead));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devices);

/*
 * Driver
 */

static int bartest_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct pci_dev *bridge = pci_upstream_bridge(pdev);
	int ret = pcim_enable_device(pdev);
	struct bartest *t;

	if (ret)
		return ret;

	t = devm_kzalloc(&pdev->dev, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;

	t->pdev = pdev;
	INIT_LIST_HEAD(&t->maps);
	init_rwsem(&t->use);
	lockdep_register_key(&t->use_key);
	lockdep_set_class(&t->use, &t->use_key);
	pci_set_drvdata(pdev, t);
	if (bridge && !pci_save_state(bridge))
		t->bridge_state = pci_store_saved_state(bridge);

	guard(mutex)(&bartest_lock);
	list_add_tail(&t->node, &bartests);
	return 0;
}

static void bartest_remove(struct pci_dev *pdev)
{
	struct bartest *t = pci_get_drvdata(pdev);

	guard(mutex)(&bartest_lock);
	bartest_loop_stop(t);
	bartest_unmap_all(t);
	list_del(&t->node);
	kfree(t->bridge_state);
	lockdep_unregister_key(&t->use_key);
}

static void bartest_reset_prepare(struct pci_dev *pdev)
{
	struct bartest *t = pci_get_drvdata(pdev);

	down_write(&t->use);
	WRITE_ONCE(t->preparing, true);
	msleep(READ_ONCE(t->pause_ms));
	WRITE_ONCE(t->preparing, false);
	WRITE_ONCE(t->paused, t->paused + 1);
}

static void bartest_reset_done(struct pci_dev *pdev)
{
	struct bartest *t = pci_get_drvdata(pdev);
	u32 id = 0;

	pci_read_config_dword(pdev, PCI_VENDOR_ID, &id);
	if (PCI_POSSIBLE_ERROR(id)) {
		pci_info(pdev, "bartest: dead after the pause\n");
		WRITE_ONCE(t->dead, t->dead + 1);
	}
	up_write(&t->use);
}

static const struct pci_error_handlers bartest_err_handler = {
	.reset_prepare	= bartest_reset_prepare,
	.reset_done	= bartest_reset_done,
};

static struct pci_driver bartest_driver = {
	.name		= "bartest",
	.probe		= bartest_probe,
	.remove		= bartest_remove,
	.err_handler	= &bartest_err_handler,
	.bar_standing	= PCI_BARS_LIVE,
	.driver_managed_dma = true,
};

static int __init bartest_init(void)
{
	int ret = pci_register_driver(&bartest_driver);

	if (ret)
		return ret;

	bartest_dir = debugfs_create_dir("pci_bartest", NULL);
	debugfs_create_file("control", 0200, bartest_dir, NULL, &control_fops);
	debugfs_create_file("maps", 0400, bartest_dir, NULL, &maps_fops);
	debugfs_create_file("loop", 0400, bartest_dir, NULL, &loop_fops);
	debugfs_create_file("fault", 0400, bartest_dir, NULL, &fault_fops);
	debugfs_create_file("devices", 0400, bartest_dir, NULL, &devices_fops);
	return 0;
}
module_init(bartest_init);

static void __exit bartest_exit(void)
{
	debugfs_remove(bartest_dir);
	bartest_fault_unwatch();
	pci_unregister_driver(&bartest_driver);
}
module_exit(bartest_exit);

MODULE_DESCRIPTION("Driver that puts movable PCI BARs to the test");
MODULE_LICENSE("GPL");
