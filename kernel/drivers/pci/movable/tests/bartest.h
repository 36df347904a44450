/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Driver that puts movable BARs to the test: what its parts share.
 */
#ifndef _PCI_MOVABLE_BARTEST_H
#define _PCI_MOVABLE_BARTEST_H

#include <linux/io.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/seq_file.h>
#include <linux/types.h>

/**
 * struct bartest - a bound device
 * @node: in the list of bound devices
 * @pdev: the device
 * @bridge_state: of the bridge above, when it was bound
 * @maps: mappings held (struct bartest_map)
 * @use: read: its registers may be touched; written: it is paused
 * @use_key: tells lockdep that those of several paused devices are held together
 * @pause_ms: how long reset_prepare() takes
 * @preparing: inside reset_prepare()
 * @paused: how often it was paused
 * @dead: how often reset_done() found all ones
 */
struct bartest {
	struct list_head node;
	struct pci_dev *pdev;
	struct pci_saved_state *bridge_state;
	struct list_head maps;
	struct rw_semaphore use;
	struct lock_class_key use_key;
	unsigned int pause_ms;
	bool preparing;
	unsigned int paused;
	unsigned int dead;
};

/**
 * struct bartest_area - part of a BAR, mapped
 * @bar: number of the BAR
 * @wc: write-combining was asked for
 * @offset: from the start of the BAR
 * @size: in bytes
 * @addr: what is behind @offset
 */
struct bartest_area {
	int bar;
	bool wc;
	resource_size_t offset;
	resource_size_t size;
	void __iomem *addr;
};

/* bartest_map.c */
int bartest_area_map(struct pci_dev *pdev, struct bartest_area *area);
void bartest_area_fill(struct pci_dev *pdev, const struct bartest_area *area);
unsigned int bartest_area_check(struct pci_dev *pdev,
				const struct bartest_area *area);
int bartest_map(struct bartest *t, const struct bartest_area *area);
void bartest_unmap_all(struct bartest *t);
void bartest_show_maps(struct seq_file *m, struct bartest *t);

/* bartest_loop.c */
int bartest_loop_start(struct bartest *t, int bar);
void bartest_loop_stop(const struct bartest *t);
void bartest_show_loop(struct seq_file *m);

/* bartest_fault.c */
void bartest_fault_watch(struct pci_dev *dev);
void bartest_fault_unwatch(void);
int bartest_fault_stuck(unsigned int where);
int bartest_fault_gone(unsigned int after);
int bartest_fault_classless(void);
void bartest_fault_back(void);
void bartest_show_fault(struct seq_file *m);

#endif /* _PCI_MOVABLE_BARTEST_H */
