/* SPDX-License-Identifier: GPL-2.0 */
/* Disks that are read all the time, each by a process of its own. Nothing is written. */
#ifndef DISKS_H
#define DISKS_H

/*
 * Starts reading all NVMe and virtio disks there are; not those that are mounted or
 * otherwise in use, whose contents may change. Says how many. Fails the case if there
 * are fewer than @nr.
 */
void disks_start(int nr);

/* Reads the disk at this PCI device as well, as soon as it is there */
void disks_add(const char *dev);

/*
 * Disks are known to stop in this case, for a reason: one that does is no failure, but
 * ends the case with KSFT_XFAIL
 */
void disks_may_stop(const char *why);

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
