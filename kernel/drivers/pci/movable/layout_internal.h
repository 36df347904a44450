/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the planner of movable PCI BARs needs from the kernel. User space
 * builds the planner with a twin of this file that has the same guard.
 */
#ifndef _PCI_MOVABLE_LAYOUT_INTERNAL_H
#define _PCI_MOVABLE_LAYOUT_INTERNAL_H

#include <linux/align.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/types.h>

#endif /* _PCI_MOVABLE_LAYOUT_INTERNAL_H */
