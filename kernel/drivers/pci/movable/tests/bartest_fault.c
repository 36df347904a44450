// SPDX-License-Identifier: GPL-2.0
/*
 * Driver that puts movable BARs to the test: a device whose configuration space
 * misbehaves.
 *
 * Stands between the PCI core and the hardware, on the bus of the device and
 * those below it, as the device may be a bridge. Called with the CPUs stopped,
 * too: nothing here sleeps, allocates or prints.
 */

#include <linux/limits.h>
#include <linux/pci.h>
#include <linux/spinlock.h>

#include "bartest.h"

#define BARTEST_FOREVER	UINT_MAX
#define BARTEST_NONE	-1

/**
 * struct bartest_fault - what the device does wrong
 * @lock: protects what follows
 * @dev: the device, referenced; NULL if none is watched
 * @ops: what reaches the hardware
 * @classless: reads of its class code give zero, PCI_CLASS_NOT_DEFINED
 * @stuck: register that ignores writes, or BARTEST_NONE
 * @left: accesses that are answered before it is gone, or BARTEST_FOREVER
 * @accesses: how many there were since it was told to misbehave
 * @lost: how many of them were not answered
 */
struct bartest_fault {
	raw_spinlock_t lock;
	struct pci_dev *dev;
	struct pci_ops *ops;
	bool classless;
	int stuck;
	unsigned int left;
	unsigned int accesses;
	unsigned int lost;
};

static struct bartest_fault fault = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(fault.lock),
	.stuck = BARTEST_NONE,
	.left = BARTEST_FOREVER,
};

/* A bridge that is gone takes along what is below it */
static bool bus_is_below(const struct pci_bus *bus, const struct pci_dev *dev)
{
	for (; bus; bus = bus->parent) {
		if (bus->self == dev)
			return true;
	}
	return false;
}

static bool is_stuck(unsigned int where, int size)
{
	return fault.stuck != BARTEST_NONE && where < fault.stuck + 4u &&
	       where + size > (unsigned int)fault.stuck;
}

/* Does the device answer this access? @write: it counts only if it does */
static bool answers(struct pci_bus *bus, unsigned int devfn, int where, int size,
		    bool write)
{
	bool it, answer = true;

	guard(raw_spinlock_irqsave)(&fault.lock);

	it = fault.dev && fault.dev->bus == bus && fault.dev->devfn == devfn;
	if (!fault.dev || (!it && !bus_is_below(bus, fault.dev)))
		return true;

	if (!fault.left)
		answer = false;
	else if (it && fault.left != BARTEST_FOREVER)
		fault.left--;
	if (it && write && is_stuck(where, size))
		answer = false;
	fault.accesses += it;
	fault.lost += !answer;
	return answer;
}

/* The class code is what follows the revision, three bytes */
static u32 without_class(int where, int size, u32 value)
{
	for (int i = 0; i < size; i++) {
		if (where + i > PCI_REVISION_ID && where + i <= PCI_CLASS_DEVICE + 1)
			value &= ~(0xffU << (8 * i));
	}
	return value;
}

static bool is_classless(struct pci_bus *bus, unsigned int devfn)
{
	guard(raw_spinlock_irqsave)(&fault.lock);

	return fault.classless && fault.dev && fault.dev->bus == bus &&
	       fault.dev->devfn == devfn;
}

static int fault_read(struct pci_bus *bus, unsigned int devfn, int where, int size,
		      u32 *value)
{
	int ret;

	if (!answers(bus, devfn, where, size, false)) {
		*value = ~0;
		return PCIBIOS_SUCCESSFUL;
	}
	ret = fault.ops->read(bus, devfn, where, size, value);
	if (is_classless(bus, devfn))
		*value = without_class(where, size, *value);
	return ret;
}

static int fault_write(struct pci_bus *bus, unsigned int devfn, int where, int size,
		       u32 value)
{
	if (answers(bus, devfn, where, size, true))
		return fault.ops->write(bus, devfn, where, size, value);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops fault_ops = {
	.read	= fault_read,
	.write	= fault_write,
};

/* On @bus and on each bus below it; what was hot-added has inherited them */
static void set_ops(struct pci_bus *bus, struct pci_ops *from, struct pci_ops *to)
{
	struct pci_bus *child;

	if (bus->ops == from)
		pci_bus_set_ops(bus, to);
	list_for_each_entry(child, &bus->children, node)
		set_ops(child, from, to);
}

static void unwatch(void)
{
	struct pci_dev *dev;
	struct pci_bus *root;

	bartest_fault_back();
	list_for_each_entry(root, &pci_root_buses, node)
		set_ops(root, &fault_ops, fault.ops);
	scoped_guard(raw_spinlock_irqsave, &fault.lock) {
		dev = fault.dev;
		fault.dev = NULL;
	}
	pci_dev_put(dev);
}

/**
 * bartest_fault_watch - stand before a device
 * @dev: the device, need not be bound; instead of the one watched before
 *
 * Context: May sleep; takes pci_lock_rescan_remove().
 */
void bartest_fault_watch(struct pci_dev *dev)
{
	/* Somebody may be inside of an access for ever so long: so the module stays */
	if (!fault.ops)
		__module_get(THIS_MODULE);

	pci_lock_rescan_remove();
	unwatch();
	fault.ops = dev->bus->ops;
	scoped_guard(raw_spinlock_irqsave, &fault.lock)
		fault.dev = pci_dev_get(dev);
	set_ops(dev->bus, fault.ops, &fault_ops);
	pci_unlock_rescan_remove();
}

/**
 * bartest_fault_unwatch - stand aside
 *
 * Context: May sleep; takes pci_lock_rescan_remove().
 */
void bartest_fault_unwatch(void)
{
	pci_lock_rescan_remove();
	unwatch();
	pci_unlock_rescan_remove();
}

static int misbehave(int stuck, unsigned int left)
{
	guard(raw_spinlock_irqsave)(&fault.lock);

	if (!fault.dev)
		return -ENODEV;
	fault.stuck = stuck;
	fault.left = left;
	fault.accesses = 0;
	fault.lost = 0;
	return 0;
}

/**
 * bartest_fault_stuck - let a register ignore what is written
 * @where: its offset in configuration space
 *
 * Return: 0, -ENODEV if no device is watched.
 */
int bartest_fault_stuck(unsigned int where)
{
	return misbehave(ALIGN_DOWN(where, 4), BARTEST_FOREVER);
}

/**
 * bartest_fault_gone - let the device answer with all ones
 * @after: how many accesses are answered before
 *
 * Return: 0, -ENODEV if no device is watched.
 */
int bartest_fault_gone(unsigned int after)
{
	return misbehave(BARTEST_NONE, after);
}

/**
 * bartest_fault_classless - let the device have no class
 *
 * The kernel notices when it finds the device anew, on the same bus.
 *
 * Return: 0, -ENODEV if no device is watched.
 */
int bartest_fault_classless(void)
{
	guard(raw_spinlock_irqsave)(&fault.lock);

	if (!fault.dev)
		return -ENODEV;
	fault.classless = true;
	return 0;
}

/**
 * bartest_fault_back - let the device behave
 *
 * The counters stay.
 */
void bartest_fault_back(void)
{
	guard(raw_spinlock_irqsave)(&fault.lock);

	fault.classless = false;
	fault.stuck = BARTEST_NONE;
	fault.left = BARTEST_FOREVER;
}

/**
 * bartest_show_fault - what the watched device has been through
 * @m: gets a line
 */
void bartest_show_fault(struct seq_file *m)
{
	guard(raw_spinlock_irqsave)(&fault.lock);

	seq_printf(m, "%s accesses %u lost %u\n", fault.dev ? pci_name(fault.dev) : "-",
		   fault.accesses, fault.lost);
}
