/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Movable BARs: fail on purpose.
 */
#ifndef _PCI_MOVABLE_FAULT_H
#define _PCI_MOVABLE_FAULT_H

#include <linux/types.h>

struct dentry;

#ifdef CONFIG_FAULT_INJECTION_DEBUG_FS

void pci_fault_debugfs_init(struct dentry *parent);
void pci_fault_begin(bool again);
void pci_fault_end(void);
bool pci_fault(const char *step);
bool pci_fault_fired(void);

#else

static inline void pci_fault_debugfs_init(struct dentry *parent) { }
static inline void pci_fault_begin(bool again) { }
static inline void pci_fault_end(void) { }
static inline bool pci_fault(const char *step)
{
	return false;
}

static inline bool pci_fault_fired(void)
{
	return false;
}

#endif

#endif /* _PCI_MOVABLE_FAULT_H */
