/* SPDX-License-Identifier: GPL-2.0 */
/* Disks that are read all the time, each by a process of its own. Nothing is written. */
#ifndef DISKS_H
#define DISKS_H

/*
 * Starts reading all NVMe and virtio disks there are, up to eight; not those that are
 * mounted or otherwise in use, whose contents may change. Says how many.
 */
void disks_start(void);

/*
 * Fails the case if a read failed or gave other data than the first one of that place,
 * or if none has ended since the last check
 */
void disks_check(void);

/* Reads no longer from disks at or below this PCI device, which is about to go */
void disks_forget(const char *dev);

/* Ends the reading, and tells what was read */
void disks_stop(void);

#endif
