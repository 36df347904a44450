/* SPDX-License-Identifier: GPL-2.0 */
/* Disks that are read all the time, each by a process of its own. Nothing is written. */
#ifndef DISKS_H
#define DISKS_H

/* Starts reading all NVMe and virtio disks there are, up to eight */
void disks_start(void);

/* Fails the case if a read failed, gave other data, or if none ended of late */
void disks_check(void);

/* Reads no longer from disks at or below this PCI device, which is about to go */
void disks_forget(const char *dev);

/* Ends the reading, and tells what was read */
void disks_stop(void);

#endif
