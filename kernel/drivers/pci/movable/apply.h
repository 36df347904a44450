/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Movable BARs: a plan, worked out into everything that will be done.
 */
#ifndef _PCI_MOVABLE_APPLY_H
#define _PCI_MOVABLE_APPLY_H

#include <linux/ioport.h>
#include <linux/ioremap_move.h>
#include <linux/pci.h>
#include <linux/types.h>

#include "layout.h"
#include "movable.h"
#include "writes.h"

/**
 * struct pci_apply_dev - a function whose registers change
 * @dev: the function
 * @moves: an address that it had changes (not only new ones are given)
 * @pause: its driver has to be paused
 * @locked: its device lock is held
 * @resumed: a runtime PM reference is held
 * @cost: what the survey took its driver for
 */
struct pci_apply_dev {
	struct pci_dev *dev;
	bool moves;
	bool pause;
	bool locked;
	bool resumed;
	enum pci_layout_cost cost;
};

/**
 * struct pci_apply - one plan on its way into the hardware
 * @survey: model and plan
 * @devs: the functions that change; writes refer to them by index
 * @flush: devices to read from, so that their posted writes have arrived
 * @bars: index into the model of each BAR that is given an address
 * @windows: index into the model of each window that changes
 * @switch_model: registers from and to
 * @switch_bars: of @switch_model
 * @switch_windows: of @switch_model
 * @switch_commands: of @switch_model
 * @bar_masks: which bits of the low half of each of @switch_bars are address
 * @writes: brings the hardware to the plan, and back
 * @mappings: kernel mappings to re-point
 * @resources: moves in the resource tree
 * @mapping_set: @mappings, prepared
 * @nr_devs: how many
 * @nr_flush: how many
 * @nr_bars: how many
 * @nr_windows: how many
 * @nr_writes: how many
 * @nr_mappings: how many
 * @nr_resources: how many
 * @culprit: the device that a failed switch failed at
 * @needs_stop: somebody may be using what changes
 */
struct pci_apply {
	struct pci_survey *survey;
	struct pci_apply_dev *devs;
	struct pci_dev **flush;
	int *bars;
	int *windows;
	struct pci_switch_model switch_model;
	struct pci_switch_bar *switch_bars;
	struct pci_switch_window *switch_windows;
	struct pci_switch_command *switch_commands;
	u32 *bar_masks;
	struct pci_config_write *writes;
	struct ioremap_move *mappings;
	struct resource_move *resources;
	struct ioremap_move_set *mapping_set;
	int nr_devs;
	int nr_flush;
	int nr_bars;
	int nr_windows;
	int nr_writes;
	int nr_mappings;
	int nr_resources;
	struct pci_dev *culprit;
	bool needs_stop;
};

/* compile.c */
struct pci_apply *pci_apply_alloc(struct pci_survey *survey);
void pci_apply_free(struct pci_apply *a);
int pci_apply_find_dev(const struct pci_apply *a, const struct pci_dev *dev);
int pci_apply_compile(struct pci_apply *a, int *blocked);
void pci_read_window(struct pci_dev *bridge, enum pci_layout_type type, bool wide,
		     struct pci_window_regs *regs);

/* switch.c */
int pci_apply_switch(struct pci_apply *a, struct pci_movable_stats *stats);

#endif /* _PCI_MOVABLE_APPLY_H */
