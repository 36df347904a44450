/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Movable BARs: what survey, apply and the entry points share.
 */
#ifndef _PCI_MOVABLE_MOVABLE_H
#define _PCI_MOVABLE_MOVABLE_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/types.h>

#include "layout.h"

/**
 * enum pci_bar_hold - why a BAR stays where it is
 * @PCI_BAR_MOVABLE: it need not
 * @PCI_BAR_HOLD_FIXED: the address is wired or described by firmware
 * @PCI_BAR_HOLD_PRESERVE: firmware asks to keep its configuration
 * @PCI_BAR_HOLD_UNASSIGNABLE: Linux assigns no addresses to this kind of device
 * @PCI_BAR_HOLD_ROOT_BUS: part of the chipset
 * @PCI_BAR_HOLD_BRIDGE: of a bridge that cannot stop decoding
 * @PCI_BAR_HOLD_BOOT_VGA: the boot display may be drawing there
 * @PCI_BAR_HOLD_ROM: an expansion ROM that is enabled
 * @PCI_BAR_HOLD_VFS: Virtual Functions are using it
 * @PCI_BAR_HOLD_ERROR: the device recovers from an error, is off the bus, or did not take
 *			an address
 * @PCI_BAR_HOLD_BUSY: the device stayed locked, or was being mapped (this time only)
 * @PCI_BAR_HOLD_POWER: the device could not be brought to D0
 * @PCI_BAR_HOLD_PINNED: somebody was told the address, by its driver or without one
 * @PCI_BAR_HOLD_DRIVER: the driver makes no promise
 * @PCI_BAR_HOLD_IO: port I/O of a bound device cannot be re-pointed
 * @PCI_BAR_HOLD_CLAIMED: without driver, but somebody claimed the range
 * @PCI_BAR_HOLD_MAPPED: without driver, but somebody mapped it
 * @PCI_BAR_HOLD_USER: a process mapped it, or another BAR of the device
 * @PCI_BAR_HOLD_PAGES: the kernel made memory pages of it
 * @PCI_BAR_HOLD_MAPPING: a kernel mapping over it cannot be re-pointed
 * @PCI_BAR_HOLD_SHARED_PAGE: shares a page with another BAR, or may
 * @PCI_BAR_HOLD_WRITES: no safe order of register writes exists
 * @PCI_BAR_HOLDS: how many there are
 */
enum pci_bar_hold {
	PCI_BAR_MOVABLE,
	PCI_BAR_HOLD_FIXED,
	PCI_BAR_HOLD_PRESERVE,
	PCI_BAR_HOLD_UNASSIGNABLE,
	PCI_BAR_HOLD_ROOT_BUS,
	PCI_BAR_HOLD_BRIDGE,
	PCI_BAR_HOLD_BOOT_VGA,
	PCI_BAR_HOLD_ROM,
	PCI_BAR_HOLD_VFS,
	PCI_BAR_HOLD_ERROR,
	PCI_BAR_HOLD_BUSY,
	PCI_BAR_HOLD_POWER,
	PCI_BAR_HOLD_PINNED,
	PCI_BAR_HOLD_DRIVER,
	PCI_BAR_HOLD_IO,
	PCI_BAR_HOLD_CLAIMED,
	PCI_BAR_HOLD_MAPPED,
	PCI_BAR_HOLD_USER,
	PCI_BAR_HOLD_PAGES,
	PCI_BAR_HOLD_MAPPING,
	PCI_BAR_HOLD_SHARED_PAGE,
	PCI_BAR_HOLD_WRITES,
	PCI_BAR_HOLDS,
};

/* All locked devices together are waited for this often */
#define PCI_MOVABLE_PATIENCE	50

/**
 * struct pci_held_dev - a device that stays put for the rest of this request
 * @node: in the list of the request, over all its attempts
 * @dev: the device, referenced
 * @hold: why
 */
struct pci_held_dev {
	struct list_head node;
	struct pci_dev *dev;
	enum pci_bar_hold hold;
};

/**
 * struct pci_survey_bar - what a BAR of the model stands for
 * @dev: the device, NULL for a range that belongs to no device of the model
 * @res: its resource, or a copy of it in struct pci_survey_child
 * @resno: index of @res in @dev, if there is one
 * @hold: why it stays, if it does
 */
struct pci_survey_bar {
	struct pci_dev *dev;
	struct resource *res;
	int resno;
	enum pci_bar_hold hold;
};

/**
 * struct pci_survey_child - a resource in an aperture or window
 * @id: the resource; it may be gone by now, so this is only to be compared
 * @range: a copy of it
 * @name: a copy of its name
 */
struct pci_survey_child {
	const struct resource *id;
	struct resource range;
	char name[32];
};

/**
 * struct pci_survey_window - what a window of the model stands for
 * @bridge: the bridge
 * @res: its resource
 * @resno: PCI_BRIDGE_IO_WINDOW or one of its neighbours
 * @keep: a fixed BAR is in use below, see struct pci_switch_window
 */
struct pci_survey_window {
	struct pci_dev *bridge;
	struct resource *res;
	int resno;
	bool keep;
};

/**
 * struct pci_survey - a model of everything below one host bridge, and a plan
 * @root: bus below the host bridge
 * @held: devices to count as fixed (struct pci_held_dev)
 * @model: input of the planner, points to the arrays below
 * @plan: output of the planner, its arrays are sized for @model
 * @scratch: memory of the planner
 * @scratch_size: in bytes
 * @apertures: of the model
 * @aperture_res: the resource behind each aperture
 * @windows: of the model
 * @window_refs: what each window stands for
 * @bars: of the model
 * @bar_refs: what each BAR stands for
 * @devs: of the model
 * @dev_refs: what each device stands for
 * @children: what lies in apertures and windows; some belong to no device
 * @nr_children: number of @children
 * @max_devs: size of the arrays for devices
 * @max_children: size of @children
 * @max_bars: size of the arrays for BARs
 * @incomplete: not all that is in the way fits into them
 * @passing: somebody stays for the moment only
 * @patience: for locked devices, see pci_movable_trylock()
 */
struct pci_survey {
	struct pci_bus *root;
	const struct list_head *held;
	struct pci_layout_model model;
	struct pci_layout_plan plan;
	void *scratch;
	size_t scratch_size;

	struct pci_layout_aperture *apertures;
	struct resource **aperture_res;
	struct pci_layout_window *windows;
	struct pci_survey_window *window_refs;
	struct pci_layout_bar *bars;
	struct pci_survey_bar *bar_refs;
	struct pci_layout_dev *devs;
	struct pci_dev **dev_refs;
	struct pci_survey_child *children;
	int nr_children;
	int max_devs;
	int max_children;
	int max_bars;
	bool incomplete;
	bool passing;
	int patience;
};

/**
 * struct pci_movable_stats - what a switch did, for the log; times in nanoseconds
 * @moved: BARs moved
 * @windows: bridge windows changed
 * @live: drivers that kept running meanwhile
 * @paused: drivers that were paused
 * @stopped_ns: for how long all CPUs stood still
 * @config_ns: for how long config space was read and written, within @stopped_ns if
 *	       the CPUs were stopped
 * @paused_ns: from the first driver's pause to the last one's resume
 * @callback_ns: the part of @paused_ns that the drivers themselves took for it
 */
struct pci_movable_stats {
	int moved;
	int windows;
	int live;
	int paused;
	u64 stopped_ns;
	u64 config_ns;
	u64 paused_ns;
	u64 callback_ns;
};

static inline u64 pci_movable_ns_since(ktime_t begin)
{
	return ktime_to_ns(ktime_sub(ktime_get(), begin));
}

struct pci_bus *pci_movable_next_bus(struct pci_bus *root, struct pci_bus *bus);

/* Each bus below @root, @root first, parents before children */
#define pci_movable_for_each_bus(bus, root) \
	for (bus = (root); bus; bus = pci_movable_next_bus(root, bus))

/* movable.c */
struct pci_bus *pci_movable_next_root(struct pci_bus *root);

/* Each root bus that stays as long as the rescan lock is held */
#define pci_movable_for_each_root(root) \
	for (root = pci_movable_next_root(NULL); root; root = pci_movable_next_root(root))

/* hold.c */
const char *pci_bar_hold_text(enum pci_bar_hold hold);
enum pci_bar_hold pci_bar_hold(struct pci_dev *dev, int resno);
enum pci_bar_hold pci_bar_late_hold(struct pci_dev *dev, int resno);
enum pci_bar_hold pci_held(const struct list_head *held, struct pci_dev *dev);
bool pci_held_as_a_whole(const struct list_head *held, struct pci_dev *bridge);
int pci_hold_dev(struct list_head *held, struct pci_dev *dev,
		 enum pci_bar_hold hold);
void pci_release_held(struct list_head *held);
bool pci_windows_are_pinned(struct pci_dev *bridge);
bool pci_movable_trylock(struct pci_dev *dev, int *patience);

/* survey.c */
bool pci_movable_dev_wants(struct pci_dev *dev);
enum pci_layout_cost pci_movable_dev_cost(const struct pci_dev *dev);
struct pci_survey *pci_survey_bus(struct pci_bus *root,
				  const struct list_head *held);
bool pci_survey_spare_io(struct pci_survey *s);
void pci_survey_free(struct pci_survey *survey);
struct resource pci_survey_range(const struct pci_survey *survey, int bar);

/* compile.c, apply.c */
int pci_apply_plan(struct pci_survey *survey, struct list_head *held,
		   struct pci_movable_stats *stats);

#ifdef CONFIG_DEBUG_FS
void pci_movable_debugfs_init(void);
#else
static inline void pci_movable_debugfs_init(void) { }
#endif

#endif /* _PCI_MOVABLE_MOVABLE_H */
