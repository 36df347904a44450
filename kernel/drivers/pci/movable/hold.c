// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: why a BAR stays where it is.
 *
 * A BAR is fixed unless everybody who may know its address is known, and is
 * either told of the move or has no need to be. Use cannot be deduced from the
 * resource tree (drivers need not request regions), so a bound device moves
 * only if its driver says that it may (struct pci_driver::bar_standing), and a
 * device without driver only if nobody mapped or claimed its BARs.
 */

#include <linux/delay.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/ioremap_move.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/vgaarb.h>

#include "../pci.h"
#include "fault.h"
#include "movable.h"

/* How long to wait before a locked device is tried again */
#define PCI_MOVABLE_LOCK_PAUSE_US	4000

static const char * const hold_texts[PCI_BAR_HOLDS] = {
	[PCI_BAR_MOVABLE]		= "movable",
	[PCI_BAR_HOLD_FIXED]		= "address is wired or described by firmware",
	[PCI_BAR_HOLD_PRESERVE]		= "firmware asks to preserve its configuration",
	[PCI_BAR_HOLD_UNASSIGNABLE]	= "not a device that gets addresses assigned",
	[PCI_BAR_HOLD_ROOT_BUS]		= "device on the root bus",
	[PCI_BAR_HOLD_BRIDGE]		= "64-bit BAR of a bridge",
	[PCI_BAR_HOLD_BOOT_VGA]		= "boot display",
	[PCI_BAR_HOLD_ROM]		= "expansion ROM is enabled",
	[PCI_BAR_HOLD_VFS]		= "Virtual Functions are enabled",
	[PCI_BAR_HOLD_ERROR]		= "device is off the bus or does not answer as it should",
	[PCI_BAR_HOLD_BUSY]		=
		"device is locked or being mapped by another task, or the system sleeps",
	[PCI_BAR_HOLD_POWER]		= "device is not in D0",
	[PCI_BAR_HOLD_PINNED]		= "pinned, its address is known elsewhere",
	[PCI_BAR_HOLD_DRIVER]		= "driver does not support it",
	[PCI_BAR_HOLD_IO]		= "I/O ports of a device with driver",
	[PCI_BAR_HOLD_CLAIMED]		= "no driver, but the range is claimed",
	[PCI_BAR_HOLD_MAPPED]		= "no driver, but the range is mapped",
	[PCI_BAR_HOLD_USER]		= "mapped by a process",
	[PCI_BAR_HOLD_PAGES]		= "used as memory pages",
	[PCI_BAR_HOLD_MAPPING]		= "a kernel mapping cannot be re-pointed",
	[PCI_BAR_HOLD_SHARED_PAGE]	= "others may use the same page",
	[PCI_BAR_HOLD_WRITES]		= "no safe order of register writes",
};

/**
 * pci_bar_hold_text - a hold in words
 * @hold: the hold
 *
 * Return: half a sentence for log and debugfs.
 */
const char *pci_bar_hold_text(enum pci_bar_hold hold)
{
	return hold_texts[hold];
}

/**
 * pci_held - look up whether a device stays put in this request
 * @held: list of struct pci_held_dev
 * @dev: the device
 *
 * Return: why, or PCI_BAR_MOVABLE.
 */
enum pci_bar_hold pci_held(const struct list_head *held, struct pci_dev *dev)
{
	const struct pci_held_dev *entry;

	list_for_each_entry(entry, held, node) {
		if (entry->dev == dev)
			return entry->hold;
	}
	return PCI_BAR_MOVABLE;
}

/**
 * pci_held_as_a_whole - look up whether the windows of a bridge stay put as well
 * @held: list of struct pci_held_dev
 * @bridge: the bridge
 *
 * Return: true if not only a BAR of it has to stay.
 */
bool pci_held_as_a_whole(const struct list_head *held, struct pci_dev *bridge)
{
	const struct pci_held_dev *entry;

	list_for_each_entry(entry, held, node) {
		if (entry->dev == bridge && (entry->hold == PCI_BAR_HOLD_ERROR ||
					     entry->hold == PCI_BAR_HOLD_BUSY ||
					     entry->hold == PCI_BAR_HOLD_POWER ||
					     entry->hold == PCI_BAR_HOLD_WRITES))
			return true;
	}
	return false;
}

/**
 * pci_hold_dev - count a device as fixed for the rest of this request
 * @held: list to add it to
 * @dev: the device
 * @hold: why; see pci_held_as_a_whole() for windows
 *
 * Return: 0, or -ENOMEM.
 */
int pci_hold_dev(struct list_head *held, struct pci_dev *dev,
		 enum pci_bar_hold hold)
{
	struct pci_held_dev *entry = kmalloc_obj(*entry);

	if (!entry)
		return -ENOMEM;

	entry->dev = pci_dev_get(dev);
	entry->hold = hold;
	list_add_tail(&entry->node, held);
	return 0;
}

/**
 * pci_release_held - forget all devices held
 * @held: list of struct pci_held_dev
 */
void pci_release_held(struct list_head *held)
{
	struct pci_held_dev *entry, *next;

	list_for_each_entry_safe(entry, next, held, node) {
		list_del(&entry->node);
		pci_dev_put(entry->dev);
		kfree(entry);
	}
}

/*
 * From prepare() to complete() it is not to be seen who was suspended or resumed yet. What
 * is found below a port meanwhile would lose its addresses, and nobody restores them.
 */
static bool system_sleeps(struct pci_dev *dev)
{
	struct pci_dev *bridge = pci_upstream_bridge(dev);

	return dev->dev.power.is_prepared || (bridge && bridge->dev.power.is_prepared);
}

/**
 * pci_movable_trylock - lock a device, with bounded patience
 * @dev: the device
 * @patience: how often to try again, counted down
 *
 * SR-IOV's sysfs store takes the device lock before the rescan lock, so whoever
 * holds the rescan lock must not wait for a device lock without limit. While the system
 * goes to sleep or wakes, a device counts as locked by it.
 *
 * Context: May sleep. Caller holds pci_lock_rescan_remove().
 * Return: true if the device is locked now.
 */
bool pci_movable_trylock(struct pci_dev *dev, int *patience)
{
	if (pci_fault("lock"))
		return false;
	while (!device_trylock(&dev->dev)) {
		if (--*patience < 0)
			return false;
		usleep_range(PCI_MOVABLE_LOCK_PAUSE_US,
			     2 * PCI_MOVABLE_LOCK_PAUSE_US);
	}
	if (!system_sleeps(dev))
		return true;

	device_unlock(&dev->dev);
	return false;
}

/**
 * pci_pin_bars - keep the BARs of a device where they are
 * @dev: the device
 *
 * For a driver that lets its BARs move (see enum pci_bar_standing) and is about
 * to tell an address of one of them to somebody who would not learn of a move:
 * first pin, then read the address. Ends when the driver is unbound.
 *
 * Context: May sleep, until a move under way is over.
 */
void pci_pin_bars(struct pci_dev *dev)
{
	guard(ioremap_map)();
	pci_dev_set_bars_pinned(dev);
}
EXPORT_SYMBOL_GPL(pci_pin_bars);

/* Of an endpoint or a Root Port */
static bool has_ide_stream(struct pci_dev *dev)
{
#ifdef CONFIG_PCI_IDE
	return !ida_is_empty(&dev->ide_stream_ida);
#else
	return false;
#endif
}

/**
 * pci_windows_are_pinned - has somebody written down where the windows are?
 * @bridge: the bridge
 *
 * A Root Port finds out which IDE stream a request belongs to by the windows above the
 * endpoint, as they were when the stream was set up (PCIe r7.0, sec. 6.33). They
 * stay, and so do the BARs of an endpoint that may have been locked with them.
 *
 * Context: Any; inside ioremap_move_begin() the answer lasts.
 * Return: true if windows that are open have to stay, and others closed.
 */
bool pci_windows_are_pinned(struct pci_dev *bridge)
{
	struct pci_dev *root_port = pcie_find_root_port(bridge);

	return root_port && has_ide_stream(root_port);
}

/*
 * In a node of the device tree that was made for an endpoint, what is behind it in the
 * same chip finds itself by the BARs' addresses.
 */
static bool has_made_node(struct pci_dev *dev)
{
	return !pci_is_bridge(dev) && dev->dev.of_node &&
	       of_node_check_flag(dev->dev.of_node, OF_DYNAMIC);
}

/* By its driver; or by who keeps addresses: the CXL core, a Root Port, a node */
static bool bars_are_pinned(struct pci_dev *dev)
{
	return pci_dev_bars_are_pinned(dev) || dev->is_cxl || has_ide_stream(dev) ||
	       has_made_node(dev);
}

/* Holds that concern the device as a whole, whoever uses it */
static enum pci_bar_hold dev_hold(struct pci_dev *dev)
{
	u16 class = dev->class >> 8;

	if (pci_find_host_bridge(dev->bus)->preserve_config)
		return PCI_BAR_HOLD_PRESERVE;
	if (dev->error_state != pci_channel_io_normal)
		return PCI_BAR_HOLD_ERROR;
	if (dev->non_compliant_bars || dev->mmio_always_on ||
	    class == PCI_CLASS_BRIDGE_CARDBUS || !pci_dev_assignable(dev))
		return PCI_BAR_HOLD_UNASSIGNABLE;
	if (pci_is_root_bus(dev->bus) && !pci_is_bridge(dev))
		return PCI_BAR_HOLD_ROOT_BUS;
	if (dev == vga_default_device())
		return PCI_BAR_HOLD_BOOT_VGA;
	if (bars_are_pinned(dev))
		return PCI_BAR_HOLD_PINNED;
	return PCI_BAR_MOVABLE;
}

/* One that sleeps may not answer; it is looked at again when it is awake */
static bool rom_is_enabled(struct pci_dev *dev)
{
	u32 rom = 0;

	pci_read_config_dword(dev, dev->rom_base_reg, &rom);
	return !PCI_POSSIBLE_ERROR(rom) && rom & PCI_ROM_ADDRESS_ENABLE;
}

/* Holds that follow from the kind of BAR */
static enum pci_bar_hold kind_hold(struct pci_dev *dev, int resno)
{
	struct resource *res = pci_resource_n(dev, resno);

	/* What has no alignment is no ordinary BAR: legacy ports, for example */
	if (res->flags & IORESOURCE_PCI_FIXED || !pci_resource_alignment(dev, res))
		return PCI_BAR_HOLD_FIXED;
	if (pci_is_bridge(dev) && res->flags & IORESOURCE_MEM_64)
		return PCI_BAR_HOLD_BRIDGE;
	if (resno == PCI_ROM_RESOURCE && rom_is_enabled(dev))
		return PCI_BAR_HOLD_ROM;
	if (pci_resource_is_iov(resno) && pci_num_vf(dev))
		return PCI_BAR_HOLD_VFS;
	return PCI_BAR_MOVABLE;
}

/**
 * struct bar_mapper - a process that has read a BAR's address to map it
 * @work: called when the process goes back to user space
 * @node: in bar_mappers
 * @start: first address of the BAR
 * @end: last address of the BAR
 */
struct bar_mapper {
	struct callback_head work;
	struct list_head node;
	resource_size_t start;
	resource_size_t end;
};

static LIST_HEAD(bar_mappers);
static DEFINE_SPINLOCK(bar_mappers_lock);

static void bar_mapper_done(struct callback_head *work)
{
	struct bar_mapper *mapper = container_of(work, struct bar_mapper, work);

	scoped_guard(spinlock, &bar_mappers_lock)
		list_del(&mapper->node);
	kfree(mapper);
}

/**
 * pci_movable_bars_user_maps - keep a BAR until a process has mapped it
 * @res: the BAR
 *
 * A mapping that is being made can be looked up only at the very end. By then it
 * has long had the address. It is there when the process returns from mmap().
 *
 * Context: Inside guard(ioremap_map)(), in a system call of the process.
 * Return: 0; -ENOMEM; -ESRCH if the process is exiting.
 */
int pci_movable_bars_user_maps(const struct resource *res)
{
	struct bar_mapper *mapper;
	int ret;

	if (!pci_movable_bars_enabled())
		return 0;

	mapper = kmalloc_obj(*mapper);
	if (!mapper)
		return -ENOMEM;
	mapper->start = res->start;
	mapper->end = res->end;
	init_task_work(&mapper->work, bar_mapper_done);
	scoped_guard(spinlock, &bar_mappers_lock)
		list_add(&mapper->node, &bar_mappers);

	ret = task_work_add(current, &mapper->work, TWA_RESUME);
	if (ret)
		bar_mapper_done(&mapper->work);
	return ret;
}

static bool is_being_mapped_by_user(const struct resource *res)
{
	const struct bar_mapper *mapper;

	guard(spinlock)(&bar_mappers_lock);

	list_for_each_entry(mapper, &bar_mappers, node) {
		if (mapper->start <= res->end && mapper->end >= res->start)
			return true;
	}
	return false;
}

/*
 * Processes map BARs through sysfs, /proc/bus/pci and /dev/mem; all three share
 * one address space, indexed by page frame, so that revoke_iomem() can find
 * them. It tells us, too. Whoever maps /dev/mem names an address, not a BAR, and
 * gets what is there once the mapping is made.
 */
static bool is_mapped_by_user(const struct resource *res)
{
	struct address_space *mapping;
	struct vm_area_struct *vma;

	if (!(res->flags & IORESOURCE_MEM))
		return false;

	/* In this order: what is no more in the making can be looked up */
	if (is_being_mapped_by_user(res))
		return true;

	mapping = iomem_get_mapping();
	i_mmap_lock_read(mapping);
	vma = mapping_rmap_tree_iter_first(mapping, PHYS_PFN(res->start),
					   PHYS_PFN(res->end));
	i_mmap_unlock_read(mapping);
	return vma;
}

/*
 * A device stops decoding while one of its BARs moves, so it is all of them that a
 * process holds: a peer that it has told one of the addresses does not stop.
 */
static bool any_is_mapped_by_user(struct pci_dev *dev, const struct resource *moving)
{
	int resno;

	for (resno = 0; resno < PCI_ROM_RESOURCE && !pci_is_bridge(dev); resno++) {
		const struct resource *res = pci_resource_n(dev, resno);

		if (resource_assigned(res) && is_mapped_by_user(res))
			return true;
	}
	return is_mapped_by_user(moving);
}

/*
 * Kernel mappings are whole pages. If two BARs share a page, a mapping over it
 * belongs to either.
 */
static int shares_with(const struct resource *sibling, void *data)
{
	const struct resource *res = data;

	return sibling != res &&
	       sibling->start <= ALIGN(res->end + 1, PAGE_SIZE) - 1 &&
	       sibling->end >= ALIGN_DOWN(res->start, PAGE_SIZE);
}

static bool shares_page(const struct resource *res)
{
	return !(PAGE_ALIGNED(res->start) && PAGE_ALIGNED(res->end + 1)) &&
	       resource_walk_children(res->parent, shares_with, (void *)res);
}

/* Holds by whoever mapped the BAR; @bound: a driver stands behind them */
static enum pci_bar_hold mapping_hold(const struct resource *res, bool bound)
{
	resource_size_t first = ALIGN_DOWN(res->start, PAGE_SIZE);
	resource_size_t last = ALIGN(res->end + 1, PAGE_SIZE) - 1;

	switch (ioremap_range_hold(first, last - first + 1)) {
	case IOREMAP_HOLD_PAGES:
		return PCI_BAR_HOLD_PAGES;
	case IOREMAP_HOLD_BUSY:
		return PCI_BAR_HOLD_BUSY;
	case IOREMAP_HOLD_NONE:
		if (!bound)
			return PCI_BAR_MOVABLE;
		/* Its driver may map it any time */
		fallthrough;
	case IOREMAP_HOLD_MOVABLE:
		if (!bound)
			return PCI_BAR_HOLD_MAPPED;
		if (shares_page(res))
			return PCI_BAR_HOLD_SHARED_PAGE;
		/* A mapping keeps its offset into the page */
		if (first != res->start)
			return PCI_BAR_HOLD_MAPPING;
		return PCI_BAR_MOVABLE;
	default:
		return bound ? PCI_BAR_HOLD_MAPPING : PCI_BAR_HOLD_MAPPED;
	}
}

/* A driver is paused by callbacks; without them it makes no promise */
static bool driver_keeps_bars(const struct pci_driver *driver)
{
	const struct pci_error_handlers *err_handler = driver->err_handler;

	switch (driver->bar_standing) {
	case PCI_BARS_LIVE:
		return false;
	case PCI_BARS_PAUSED:
		return !err_handler || !err_handler->reset_prepare ||
		       !err_handler->reset_done;
	default:
		return true;
	}
}

/* Holds by whoever uses the BAR */
static enum pci_bar_hold use_hold(struct pci_dev *dev, const struct resource *res)
{
	struct pci_driver *driver = to_pci_driver(dev->dev.driver);

	if (driver && driver_keeps_bars(driver))
		return PCI_BAR_HOLD_DRIVER;
	if (driver && res->flags & IORESOURCE_IO)
		return PCI_BAR_HOLD_IO;
	if (!driver && res->child)
		return PCI_BAR_HOLD_CLAIMED;
	if (any_is_mapped_by_user(dev, res))
		return PCI_BAR_HOLD_USER;
	if (res->flags & IORESOURCE_IO)
		return PCI_BAR_MOVABLE;
	/* A mapping of the page, by a neighbour or a process, may go unnoticed */
	if (!driver && resource_size(res) < PAGE_SIZE)
		return PCI_BAR_HOLD_SHARED_PAGE;
	return mapping_hold(res, !!driver);
}

/**
 * pci_bar_late_hold - say whether a BAR was given away in the last moment
 * @dev: the device
 * @resno: number of an assigned BAR of @dev
 *
 * Inside ioremap_move_begin() nobody pins or maps any more. An error may still be
 * found, and somebody may claim a BAR that has no driver; the claim moves along.
 *
 * Context: Inside ioremap_move_begin().
 * Return: the hold, or PCI_BAR_MOVABLE.
 */
enum pci_bar_hold pci_bar_late_hold(struct pci_dev *dev, int resno)
{
	const struct resource *res = pci_resource_n(dev, resno);

	if (dev->error_state != pci_channel_io_normal)
		return PCI_BAR_HOLD_ERROR;
	if (bars_are_pinned(dev))
		return PCI_BAR_HOLD_PINNED;
	if (!dev->dev.driver && res->child)
		return PCI_BAR_HOLD_CLAIMED;
	if (any_is_mapped_by_user(dev, res))
		return PCI_BAR_HOLD_USER;
	return kind_hold(dev, resno);
}

/**
 * pci_bar_hold - say why an assigned BAR stays where it is
 * @dev: the device
 * @resno: number of an assigned BAR of @dev (a ROM and SR-IOV BARs included,
 *	   bridge windows not)
 *
 * The answer holds as long as the device stays locked, but for mappings, pins,
 * errors and the enable bit of the ROM: see pci_bar_late_hold(), and
 * ioremap_move_prepare().
 *
 * Context: May sleep. Caller holds pci_lock_rescan_remove() and the device lock.
 * Return: the first hold found, or PCI_BAR_MOVABLE.
 */
enum pci_bar_hold pci_bar_hold(struct pci_dev *dev, int resno)
{
	enum pci_bar_hold hold = dev_hold(dev);

	if (hold == PCI_BAR_MOVABLE)
		hold = kind_hold(dev, resno);
	if (hold == PCI_BAR_MOVABLE)
		hold = use_hold(dev, pci_resource_n(dev, resno));
	return hold;
}
