// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: fail on purpose.
 *
 * Each place that can fail asks pci_fault() first. They are counted from the
 * beginning of an attempt on, so a test can let the first, the second and so on
 * fail until none is left:
 *
 * pci/movable_fault/step	which step fails, counted from 1
 * pci/movable_fault/times	in how many attempts it does
 * pci/movable_fault/passed	the steps of the last first attempt, one per line,
 *				with "failed" behind the one that did
 *
 * Not the kernel's should_fail(): it draws random numbers, for which there are
 * locks, and prints; many of the places are passed while all CPUs stand still.
 */

#include <linux/debugfs.h>
#include <linux/pci.h>
#include <linux/seq_file.h>

#include "fault.h"

/* Beyond these a step still fails, but is not listed */
#define MAX_LISTED	1024

static u32 fail_step;
static u32 fail_times;

/* Of the attempt under way */
static u32 count;
static bool counting, listing;

/* In any attempt since the last first one */
static bool fired;

/* Of the last first attempt */
static const char *passed[MAX_LISTED];
static u32 nr_passed, failed;

/**
 * pci_fault_begin - count the steps of an attempt
 * @again: it is not the first one
 *
 * Context: Any. Caller holds pci_lock_rescan_remove().
 */
void pci_fault_begin(bool again)
{
	count = 0;
	counting = true;
	listing = !again;
	if (listing) {
		nr_passed = 0;
		failed = 0;
		fired = false;
	}
}

/**
 * pci_fault_end - the attempt is over; count no longer
 */
void pci_fault_end(void)
{
	counting = false;
}

/**
 * pci_fault - shall this step fail?
 * @step: name of the step, for debugfs
 *
 * Context: Any, all CPUs stopped included. Caller holds pci_lock_rescan_remove()
 * or acts for somebody who does.
 * Return: true if the caller is to behave as if the step had failed.
 */
bool pci_fault(const char *step)
{
	if (!counting)
		return false;

	if (listing && nr_passed < MAX_LISTED)
		passed[nr_passed++] = step;
	if (++count != fail_step || !fail_times)
		return false;

	fail_times--;
	fired = true;
	if (listing)
		failed = count;
	return true;
}

/**
 * pci_fault_fired - did a step fail on purpose, in any attempt so far?
 *
 * Context: Any. Caller holds pci_lock_rescan_remove().
 * Return: true if the outcome is one that was asked for, and should stay.
 */
bool pci_fault_fired(void)
{
	return fired;
}

static int passed_show(struct seq_file *m, void *unused)
{
	u32 i;

	pci_lock_rescan_remove();
	for (i = 0; i < nr_passed; i++)
		seq_printf(m, "%s%s\n", passed[i], i + 1 == failed ? " failed" : "");
	pci_unlock_rescan_remove();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(passed);

/**
 * pci_fault_debugfs_init - create the files
 * @parent: directory to make a directory in
 */
void __init pci_fault_debugfs_init(struct dentry *parent)
{
	struct dentry *dir = debugfs_create_dir("movable_fault", parent);

	debugfs_create_u32("step", 0600, dir, &fail_step);
	debugfs_create_u32("times", 0600, dir, &fail_times);
	debugfs_create_file("passed", 0400, dir, NULL, &passed_fops);
}
