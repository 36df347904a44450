// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: carry out a plan under running drivers, or leave everything as
 * it was.
 *
 * In this order: wake and lock the devices that change; make sure that what the
 * survey saw still holds; work out every write; pause the drivers that need it;
 * shut out new mappings; move the resources; switch hardware and mappings with
 * all CPUs stopped; let mappings in again; resume.
 */

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "../pci.h"
#include "apply.h"
#include "fault.h"

#include <trace/events/pci_movable.h>

/* How long to wait for those who map and unmap: paused devices wait as well */
#define PCI_PATIENCE_PAUSED_MS	1000
#define PCI_PATIENCE_LIVE_MS	10000

static bool dev_is_in_d0(const struct pci_dev *dev)
{
	return dev->current_state == PCI_D0 || dev->current_state == PCI_UNKNOWN;
}

/* A reference also keeps everything above the device awake */
static bool resume_dev(struct pci_apply_dev *entry)
{
	int ret = pm_runtime_get_sync(&entry->dev->dev);

	entry->resumed = true;
	return (ret >= 0 || ret == -EACCES) && dev_is_in_d0(entry->dev) &&
	       !pci_fault("wake");
}

/*
 * Waking up takes pci_bus_sem, under which error recovery waits for devices' locks: so
 * it comes first.
 */
static int acquire_devs(struct pci_apply *a, struct list_head *held)
{
	int patience = PCI_MOVABLE_PATIENCE;
	struct pci_apply_dev *entry;

	for (entry = a->devs; entry < a->devs + a->nr_devs; entry++) {
		if (!resume_dev(entry))
			return pci_hold_dev(held, entry->dev, PCI_BAR_HOLD_POWER) ?: -EAGAIN;
	}
	for (entry = a->devs; entry < a->devs + a->nr_devs; entry++) {
		entry->locked = pci_movable_trylock(entry->dev, &patience);
		if (!entry->locked)
			return pci_hold_dev(held, entry->dev, PCI_BAR_HOLD_BUSY) ?: -EAGAIN;
		if (!dev_is_in_d0(entry->dev))
			return pci_hold_dev(held, entry->dev, PCI_BAR_HOLD_POWER) ?: -EAGAIN;
	}
	return 0;
}

/*
 * Those that are gone, or recover from an error, all at once: each attempt may be a
 * stop of all CPUs.
 */
static int check_presence(struct pci_apply *a, struct list_head *held)
{
	int i, ret = 0;

	for (i = 0; i < a->nr_devs; i++) {
		struct pci_dev *dev = a->devs[i].dev;

		if (dev->error_state == pci_channel_io_normal && pci_device_is_present(dev))
			continue;
		if (pci_hold_dev(held, dev, PCI_BAR_HOLD_ERROR))
			return -ENOMEM;
		ret = -EAGAIN;
	}
	return ret;
}

static void unlock_devs(struct pci_apply *a)
{
	int i;

	for (i = a->nr_devs - 1; i >= 0; i--) {
		if (a->devs[i].locked)
			device_unlock(&a->devs[i].dev->dev);
	}
}

static void let_sleep(struct pci_apply *a)
{
	int i;

	for (i = a->nr_devs - 1; i >= 0; i--) {
		if (a->devs[i].resumed)
			pm_runtime_put(&a->devs[i].dev->dev);
	}
}

/* Drivers, pins and mappings may have come and gone since the survey */
static int recheck_holds(struct pci_apply *a, struct list_head *held,
			 enum pci_bar_hold (*look)(struct pci_dev *dev, int resno))
{
	const struct pci_survey *s = a->survey;
	int i;

	for (i = 0; i < a->nr_bars; i++) {
		const struct pci_survey_bar *ref = &s->bar_refs[a->bars[i]];
		enum pci_bar_hold hold;

		/* Root reads a ROM, and has it assigned for that, at any time */
		if (!s->bars[a->bars[i]].assigned) {
			if (resource_assigned(ref->res))
				return -EAGAIN;
			continue;
		}

		hold = pci_fault("use") ? PCI_BAR_HOLD_PINNED :
					look(ref->dev, ref->resno);
		if (hold != PCI_BAR_MOVABLE)
			return pci_hold_dev(held, ref->dev, hold) ?: -EAGAIN;
	}
	return 0;
}

/* Another driver may have been bound since: what it is has changed, plan anew */
static int recheck_costs(const struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_devs; i++) {
		const struct pci_apply_dev *entry = &a->devs[i];

		if (!entry->moves)
			continue;

		if (pci_fault("driver") ||
		    pci_movable_dev_cost(entry->dev) != entry->cost)
			return -EAGAIN;
	}
	return 0;
}

static const struct pci_error_handlers *handlers(const struct pci_dev *dev)
{
	return to_pci_driver(dev->dev.driver)->err_handler;
}

static void call_driver(void (*callback)(struct pci_dev *dev), struct pci_dev *dev,
			struct pci_movable_stats *stats)
{
	ktime_t begin = ktime_get();

	callback(dev);
	stats->callback_ns += pci_movable_ns_since(begin);
}

/* Leaf to root */
static void pause_drivers(struct pci_apply *a, struct pci_movable_stats *stats)
{
	int i;

	for (i = a->nr_devs - 1; i >= 0; i--) {
		struct pci_dev *dev = a->devs[i].dev;

		if (a->devs[i].pause)
			call_driver(handlers(dev)->reset_prepare, dev, stats);
	}
}

static bool is_storage(const struct pci_dev *dev)
{
	return dev->class >> 16 == PCI_BASE_CLASS_STORAGE;
}

static void resume_drivers_of(struct pci_apply *a, bool storage,
			      struct pci_movable_stats *stats)
{
	int i;

	for (i = 0; i < a->nr_devs; i++) {
		struct pci_dev *dev = a->devs[i].dev;

		if (a->devs[i].pause && is_storage(dev) == storage)
			call_driver(handlers(dev)->reset_done, dev, stats);
	}
}

/* Root to leaf; storage first, the others may need to read from it */
static void resume_drivers(struct pci_apply *a, struct pci_movable_stats *stats)
{
	resume_drivers_of(a, true, stats);
	resume_drivers_of(a, false, stats);
}

static int hold_all_moving(struct pci_apply *a, struct list_head *held)
{
	int i, ret;

	for (i = 0; i < a->nr_devs; i++) {
		if (!a->devs[i].moves)
			continue;

		ret = pci_hold_dev(held, a->devs[i].dev, PCI_BAR_HOLD_MAPPING);
		if (ret)
			return ret;
	}
	return -EAGAIN;
}

static int prepare_mappings(struct pci_apply *a)
{
	struct ioremap_move_set *set;

	if (!a->nr_mappings)
		return 0;
	if (pci_fault("mappings"))
		return -ENOMEM;
	if (pci_fault("mapping"))
		return -EBUSY;

	set = ioremap_move_prepare(a->mappings, a->nr_mappings);
	if (IS_ERR(set))
		return PTR_ERR(set);
	a->mapping_set = set;
	return 0;
}

/*
 * A process keeps its mapping of a device that is gone, and whoever may map /dev/mem maps
 * what nobody uses: neither shall reach who comes there now. A page that is shared may be
 * mapped for the neighbour's sake.
 */
static void unmap_from_users(const struct pci_apply *a)
{
	const struct resource_move *moves = &a->resources[a->nr_resources - a->nr_bars];
	int i;

	for (i = 0; i < a->nr_bars; i++) {
		u64 start = PAGE_ALIGN((u64)moves[i].start);
		u64 end = PAGE_ALIGN_DOWN((u64)moves[i].end + 1);

		if (moves[i].res->flags & IORESOURCE_MEM && start < end)
			unmap_mapping_range(iomem_get_mapping(), start, end - start, 1);
	}
}

static int switch_resources(struct pci_apply *a, struct pci_movable_stats *stats)
{
	int ret;

	/* Somebody may have claimed a place since the survey */
	if (pci_fault("resources") ||
	    resource_move_all(a->resources, a->nr_resources))
		return -EAGAIN;

	ret = pci_apply_switch(a, stats);
	/* The same call takes it back, unless somebody has claimed an old place */
	if (ret)
		WARN_ON_ONCE(resource_move_all(a->resources, a->nr_resources));
	return ret;
}

/* Encryption may have been set up since */
static int recheck_windows(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_windows; i++) {
		if (pci_windows_are_pinned(a->survey->window_refs[a->windows[i]].bridge))
			return -EAGAIN;
	}
	return 0;
}

static int switch_locked(struct pci_apply *a, struct list_head *held,
			 struct pci_movable_stats *stats)
{
	int ret = recheck_holds(a, held, pci_bar_late_hold) ?: recheck_windows(a);

	if (ret)
		return ret;

	ret = prepare_mappings(a);
	if (ret)
		return ret;

	unmap_from_users(a);
	ret = switch_resources(a, stats);
	if (a->mapping_set)
		ioremap_move_finish(a->mapping_set, !ret);
	return ret;
}

static int switch_layout(struct pci_apply *a, struct list_head *held,
			 struct pci_movable_stats *stats)
{
	unsigned int patience = a->survey->plan.nr_paused ? PCI_PATIENCE_PAUSED_MS :
							    PCI_PATIENCE_LIVE_MS;
	int ret;

	/* Somebody is at it for long: do not pause drivers again and again */
	if (pci_fault("mappers") || ioremap_move_begin(patience))
		return -ETIMEDOUT;

	ret = switch_locked(a, held, stats);
	ioremap_move_end();
	return ret;
}

/* Who was in the way, so that the next plan knows.  Takes its time. */
static int find_culprit(struct pci_apply *a, struct list_head *held, int ret)
{
	/* A mapping cannot follow */
	if (ret == -EBUSY)
		return recheck_holds(a, held, pci_bar_hold) ?: hold_all_moving(a, held);
	if (!a->culprit)
		return ret;
	pci_warn(a->culprit, "%s in a move of BARs, stays where it is\n",
		 ret == -ENODEV ? "does not answer" : "does not take an address");
	return pci_hold_dev(held, a->culprit, PCI_BAR_HOLD_ERROR) ?: -EAGAIN;
}

static void finish_window(const struct pci_survey *s, int i)
{
	struct resource *res = s->window_refs[i].res;

	res->flags &= ~(IORESOURCE_UNSET | IORESOURCE_DISABLED |
			IORESOURCE_STARTALIGN);
	if (!s->plan.windows[i].assigned)
		res->flags |= IORESOURCE_DISABLED;
}

static void finish_flags(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_windows; i++)
		finish_window(a->survey, a->windows[i]);
	for (i = 0; i < a->nr_bars; i++)
		a->survey->bar_refs[a->bars[i]].res->flags &=
			~(IORESOURCE_UNSET | IORESOURCE_STARTALIGN);
}

/*
 * A bridge counts as enabled even if it had no window when that happened; now
 * it may need to decode memory or I/O for the first time. Before it is unlocked: a reset
 * would save that it does not.
 */
static void enable_bridges(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_windows; i++) {
		struct pci_dev *bridge = a->survey->window_refs[a->windows[i]].bridge;

		if (!pci_is_enabled(bridge))
			continue;
		if (pci_fault("enable") ||
		    pci_enable_resources(bridge, (1 << PCI_NUM_RESOURCES) - 1))
			pci_warn(bridge, "cannot enable bridge\n");
	}
}

/* The resource moves hold the old places now */
static void report_windows(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_windows; i++) {
		const struct pci_survey_window *ref =
			&a->survey->window_refs[a->windows[i]];
		struct resource old = {
			.start = a->resources[i].start,
			.end = a->resources[i].end,
			.flags = ref->res->flags,
		};
		const char *name = pci_resource_name(ref->bridge, ref->resno);

		if (!a->resources[i].parent)
			pci_info(ref->bridge, "%s %pR: assigned\n", name, ref->res);
		else if (!ref->res->parent)
			pci_info(ref->bridge, "%s %pR: closed\n", name, &old);
		else
			pci_info(ref->bridge, "%s %pR: changed from %pR\n", name,
				 ref->res, &old);
	}
}

static void report_bars(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_bars; i++) {
		const struct pci_survey_bar *ref = &a->survey->bar_refs[a->bars[i]];
		const struct resource_move *move = &a->resources[a->nr_windows + i];
		struct resource old = {
			.start = move->start,
			.end = move->end,
			.flags = ref->res->flags,
		};
		const char *name = pci_resource_name(ref->dev, ref->resno);

		if (!move->parent) {
			pci_info(ref->dev, "%s %pR: assigned\n", name, ref->res);
			continue;
		}
		pci_info(ref->dev, "%s %pR: moved from %pR\n", name, ref->res, &old);
		trace_pci_bar_moved(ref->dev, ref->resno, old.start, ref->res->start,
				    resource_size(ref->res));
	}
}

static int compile(struct pci_apply *a, struct list_head *held)
{
	int blocked = 0;
	int ret = pci_apply_compile(a, &blocked);

	if (ret != -EBUSY)
		return ret;
	return pci_hold_dev(held, a->survey->window_refs[blocked].bridge,
			    PCI_BAR_HOLD_WRITES) ?: -EAGAIN;
}

static int apply_locked(struct pci_apply *a, struct list_head *held,
			struct pci_movable_stats *stats)
{
	ktime_t begin;
	int ret;

	ret = check_presence(a, held) ?: recheck_holds(a, held, pci_bar_hold) ?:
	      recheck_costs(a) ?: compile(a, held);
	if (ret)
		return ret;

	begin = ktime_get();
	pause_drivers(a, stats);
	ret = switch_layout(a, held, stats);
	if (!ret)
		finish_flags(a);
	resume_drivers(a, stats);
	if (stats->callback_ns)
		stats->paused_ns = pci_movable_ns_since(begin);
	if (ret)
		return find_culprit(a, held, ret);

	report_windows(a);
	report_bars(a);
	enable_bridges(a);
	stats->windows = a->nr_windows;
	stats->moved = a->survey->plan.nr_moved;
	stats->live = a->survey->plan.nr_live;
	stats->paused = a->survey->plan.nr_paused;
	return 0;
}

/**
 * pci_apply_plan - bring hardware and kernel to the planned layout
 * @survey: model and plan
 * @held: devices that turned out to be fixed after all are added here
 * @stats: filled with what was done
 *
 * Context: May sleep. Caller holds pci_lock_rescan_remove() and no device lock
 * of a device that the plan touches.
 * Return: 0; -EAGAIN if something the plan relied on is no more, or a device did
 * not play along: survey and plan again; -ETIMEDOUT if others map for too long;
 * -ENOMEM; -EINVAL if the model contradicts itself. After an error everything is as
 * it was.
 */
int pci_apply_plan(struct pci_survey *survey, struct list_head *held,
		   struct pci_movable_stats *stats)
{
	struct pci_apply *a = pci_fault("changes") ? NULL : pci_apply_alloc(survey);
	unsigned int memflags;
	int ret;

	if (!a)
		return -ENOMEM;

	/*
	 * Memory may be swapped out to a device that is locked or paused from here on, or
	 * waits for ioremap_move_end() to come out of a reset: there may be none but the
	 * reserves.
	 */
	memflags = memalloc_noreclaim_save();
	ret = acquire_devs(a, held);
	if (!ret)
		ret = apply_locked(a, held, stats);
	unlock_devs(a);
	memalloc_noreclaim_restore(memflags);
	let_sleep(a);
	pci_apply_free(a);
	return ret;
}
