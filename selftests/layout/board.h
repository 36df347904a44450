/* SPDX-License-Identifier: GPL-2.0 */
/*
 * To put machines together from bridges and devices, and to lay them out once
 * as firmware does: bottom-up, windows as small as their contents.
 */
#ifndef BOARD_H
#define BOARD_H

#include "machine.h"

#define BOARD_LOW_MAX	0xffffffffull

/**
 * struct board_bus - where a device or bridge can be put
 * @window: index of the first of the three windows of the bridge above, in the
 *	    order of enum pci_layout_type, or PCI_LAYOUT_NONE on a root bus
 * @root: the host bridge above
 */
struct board_bus {
	int window;
	int root;
};

static inline struct board_bus board_root(int root)
{
	return (struct board_bus) { PCI_LAYOUT_NONE, root };
}

void board_aperture(struct machine *m, int root, enum pci_layout_type type,
		    u64 start, u64 end);

/*
 * What the first host bridge of a PC forwards: port I/O without the
 * configuration registers, memory below 4 GiB without the chipset's, and memory
 * from @high to @high_end unless that is 0
 */
void board_pc_apertures(struct machine *m, u64 high, u64 high_end);

/* Add a bridge with all three windows, closed; returns the bus below it */
struct board_bus board_bridge(struct machine *m, struct board_bus bus);

/* Memory that firmware is to give the bridge above even if it stays empty */
void board_reserve(struct machine *m, struct board_bus bus, u64 io, u64 mem, u64 pref);

int board_dev(struct machine *m, enum pci_layout_cost cost);

/* As board_dev(), but it arrives after firmware */
int board_new_dev(struct machine *m);

/* Add a BAR; of memory, one that takes 64-bit addresses if its window does */
struct pci_layout_bar *board_bar(struct machine *m, struct board_bus bus, int dev,
				 enum pci_layout_type type, u64 size);

/* The BARs of the device must stay where they are: its driver cannot move them */
void board_fix(struct machine *m, int dev);

/* A range in the way, on a root bus */
void board_blocker(struct machine *m, int root, enum pci_layout_type type,
		   u64 start, u64 end);

/*
 * Place all BARs that are neither optional nor of new devices, and open the
 * windows that these need or that have a reserve. Ends the program if the board
 * does not fit into its apertures. Takes n log n steps.
 */
void board_lay_out(struct machine *m);

#endif /* BOARD_H */
