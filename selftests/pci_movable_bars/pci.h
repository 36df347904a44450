/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel and the devices say of memory addresses: sysfs, configuration space.
 */
#ifndef PCI_H
#define PCI_H

#include <stdbool.h>

#include "test.h"

#define PCI_DEVICES	"/sys/bus/pci/devices"

/* Only a kernel with pci=pcie_movable_bars has it */
#define PCI_LISTING	"/sys/kernel/debug/pci/movable_bars"

#define PCI_NAME_LEN	16
#define PCI_MAX_RANGES	20
#define PCI_NR_BARS	6
#define PCI_ROM		6

/**
 * struct pci_range - a line of the sysfs file "resource"
 * @start: first address; 0 if it has none
 * @end: last address
 * @flags: IORESOURCE_*
 */
struct pci_range {
	u64 start;
	u64 end;
	u64 flags;
};

/**
 * struct pci_dev - a function, as the kernel sees it
 * @name: domain:bus:device.function
 * @parent: the bridge above; "" on a root bus
 * @ranges: BARs 0 to 5, ROM, those of SR-IOV if configured; last, bridge windows
 * @nr_ranges: number of @ranges
 * @config: start of configuration space, as the device has it
 * @is_bridge: it has a type 1 header
 * @is_virtual: it is a Virtual Function, whose BARs have no registers
 */
struct pci_dev {
	char name[PCI_NAME_LEN];
	char parent[PCI_NAME_LEN];
	struct pci_range ranges[PCI_MAX_RANGES];
	int nr_ranges;
	u8 config[64];
	bool is_bridge;
	bool is_virtual;
};

/**
 * struct pci_tree - all functions at one moment
 * @devs: the functions, ordered by name
 * @nr: number of @devs
 */
struct pci_tree {
	struct pci_dev *devs;
	int nr;
};

/* To be freed by pci_free_tree() */
struct pci_tree pci_read_tree(void);
void pci_free_tree(struct pci_tree *tree);

/* NULL if there is no such function */
const struct pci_dev *pci_find(const struct pci_tree *tree, const char *name);

bool pci_is_memory(const struct pci_range *range);
bool pci_is_assigned(const struct pci_range *range);
u64 pci_size(const struct pci_range *range);

/*
 * Return: the first fault, or NULL. Memory BARs must not overlap, and lie in windows of
 * the bridge above that forward them; registers hold what the kernel believes.
 */
const char *pci_find_fault(const struct pci_tree *tree);

/* Fails the case if a BAR has lost its address while its device stayed */
void pci_check_kept(const struct pci_tree *before, const struct pci_tree *after);

/* How many memory BARs have an address in both, and not the same */
int pci_count_moved(const struct pci_tree *before, const struct pci_tree *after);

/* How much the largest aperture of a host bridge holds; 0 if it cannot be told */
u64 pci_largest_aperture(void);

/* The same functions with the same ranges? */
bool pci_is_same(const struct pci_tree *before, const struct pci_tree *after);

/* Writes to a device's file in sysfs; errno of the kernel's answer, or 0 */
int pci_write(const char *name, const char *file, const char *text);

/* Lets the kernel look for devices, everywhere; the test fails if it cannot */
void pci_rescan(void);

/* Path of a device's file in sysfs, in a buffer that the next call reuses */
const char *pci_path(const char *name, const char *file);

#endif
