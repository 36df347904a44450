// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: give hot-added devices their addresses, and move what is in the
 * way.
 *
 * Stock assigns what is hot-added from the free space of the bridge windows
 * above it, and gives up when that does not do. With pci=pcie_movable_bars the
 * whole hierarchy below the host bridge is looked at instead: survey.c reads it
 * into a model, layout.c works out addresses in which the new devices fit, and
 * apply.c brings the hardware there under running drivers. What cannot be given
 * addresses is refused, and nothing else changes.
 *
 * See Documentation/PCI/movable-bars.rst.
 */

#include <linux/iopoll.h>
#include <linux/ioremap_move.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/workqueue.h>

#include "../pci.h"
#include "fault.h"
#include "movable.h"

#define CREATE_TRACE_POINTS
#include <trace/events/pci_movable.h>

/* How often the world may change between planning and doing */
#define PCI_MOVABLE_MAX_ATTEMPTS	16

#define PCI_RESIZE_PATIENCE_US		(10 * USEC_PER_SEC)
#define PCI_RESIZE_POLL_US		1000

static bool movable_bars_enabled __ro_after_init;

/* Whether any device may be waiting for room */
static bool any_refused;

/* When to look whether what passes has passed, after something has changed */
static const unsigned int retry_after_s[] = { 1, 5, 30 };
static unsigned int nr_retries;

static void retry_refused(struct work_struct *work);
static DECLARE_DELAYED_WORK(retry_work, retry_refused);

/**
 * pci_movable_bars_setup - handle pci=pcie_movable_bars
 */
void __init pci_movable_bars_setup(void)
{
	movable_bars_enabled = true;
	ioremap_move_enable();
}

/**
 * pci_movable_bars_enabled - may BARs move?
 *
 * Return: true if booted with pci=pcie_movable_bars.
 */
bool pci_movable_bars_enabled(void)
{
	return movable_bars_enabled;
}

/*
 * A device that is neither added nor refused still has to become one of both.
 * Virtual Functions have no BARs of their own.
 */
static bool dev_is_open(const struct pci_dev *dev)
{
	return !dev->is_virtfn && (!pci_dev_is_added(dev) || pci_dev_is_ignored(dev));
}

/*
 * Virtual Functions come and go without the rescan lock, so whoever looks at all
 * devices below a bus does so by pci_walk_bus(), which has pci_bus_sem.
 */
static int stop_at_open(struct pci_dev *dev, void *found)
{
	*(bool *)found = dev_is_open(dev);
	return *(bool *)found;
}

static int stop_at_ignored(struct pci_dev *dev, void *found)
{
	*(bool *)found = pci_dev_is_ignored(dev);
	return *(bool *)found;
}

static bool any_dev(struct pci_bus *root, int (*stop_at)(struct pci_dev *dev, void *found))
{
	bool found = false;

	pci_walk_bus(root, stop_at, &found);
	return found;
}

static void stop_decoding(struct pci_dev *dev)
{
	u16 command;

	pci_read_config_word(dev, PCI_COMMAND, &command);
	if (!PCI_POSSIBLE_ERROR(command) &&
	    command & (PCI_COMMAND_MEMORY | PCI_COMMAND_IO))
		pci_write_config_word(dev, PCI_COMMAND, command &
				      ~(PCI_COMMAND_MEMORY | PCI_COMMAND_IO));
}

static void unset_bar(struct pci_dev *dev, int resno)
{
	struct resource *res = pci_resource_n(dev, resno);

	res->flags |= IORESOURCE_UNSET;
	resource_set_range(res, 0, resource_size(res));
	if (resno == PCI_ROM_RESOURCE && res->flags & IORESOURCE_ROM_ENABLE) {
		pci_disable_rom(dev);
		res->flags &= ~IORESOURCE_ROM_ENABLE;
	}
}

/*
 * What was read while sizing is no address: it must not be shown as one, and a
 * device that was removed and found again must not go on answering there.
 */
static void unset_bars(struct pci_dev *dev)
{
	struct resource *res;
	bool unset = false;
	int resno;

	pci_dev_for_each_resource(dev, res, resno) {
		if (resno < PCI_BRIDGE_RESOURCES && res->flags &&
		    !resource_assigned(res) &&
		    !(res->flags & (IORESOURCE_ROM_SHADOW | IORESOURCE_PCI_FIXED))) {
			unset_bar(dev, resno);
			unset = true;
		}
	}
	if (unset && !pci_is_bridge(dev))
		stop_decoding(dev);
}

/*
 * After a reset the windows of a bridge are open at address 0, and would take
 * in what they can once the bridge forwards for the sake of another window.
 */
static void prepare_window(struct pci_dev *bridge, int resno)
{
	struct resource *res = pci_resource_n(bridge, resno);

	if (resource_assigned(res))
		return;

	if (!pci_dev_is_added(bridge))
		pci_setup_one_bridge_window(bridge, resno);
	resource_set_range(res, 0, 0);
	res->flags |= IORESOURCE_UNSET | IORESOURCE_DISABLED;
}

static void prepare_windows(struct pci_dev *bridge)
{
	if (!bridge->subordinate || bridge->hdr_type != PCI_HEADER_TYPE_BRIDGE)
		return;

	pci_bridge_check_ranges(bridge->subordinate);
	prepare_window(bridge, PCI_BRIDGE_IO_WINDOW);
	prepare_window(bridge, PCI_BRIDGE_MEM_WINDOW);
	prepare_window(bridge, PCI_BRIDGE_PREF_MEM_WINDOW);
}

/*
 * x86 forgets the closed windows of known bridges when ACPI reports a hot-add. Those that
 * have no address because somebody resizes a BAR are to be left alone.
 */
static int prepare_known(struct pci_dev *dev, void *unused)
{
	lockdep_assert_held(&pci_resize_mutex);
	if (pci_dev_is_added(dev))
		prepare_windows(dev);
	return 0;
}

/* What needs no plan: which windows exist, and where wired BARs are */
static int prepare_new(struct pci_dev *dev, void *unused)
{
	if (dev->is_virtfn || pci_dev_is_added(dev))
		return 0;

	prepare_windows(dev);

	pci_assign_fixed_resources(dev);

	if (pci_dev_assignable(dev))
		unset_bars(dev);
	else
		pci_info(dev, "class %#08x: its BARs are not assigned\n",
			 dev->class);
	return 0;
}

static const char *refusal_text(enum pci_layout_reason reason)
{
	switch (reason) {
	case PCI_LAYOUT_TOO_LARGE:
		return "larger than any aperture";
	case PCI_LAYOUT_NO_WINDOW:
		return "no bridge window leads there";
	case PCI_LAYOUT_BLOCKED:
		return "fixed BARs leave no room";
	default:
		return "no space";
	}
}

/* A fixed BAR that has to do with a refusal, and why it is fixed */
static void report_fixed(const struct pci_survey *s, struct pci_dev *dev,
			 const char *what, int bar)
{
	const struct pci_survey_bar *ref;
	struct resource range;

	if (bar == PCI_LAYOUT_NONE)
		return;

	ref = &s->bar_refs[bar];
	range = pci_survey_range(s, bar);
	pci_info(dev, "%s %s %pR: %s\n", what,
		 ref->dev ? pci_name(ref->dev) : range.name, &range,
		 pci_bar_hold_text(ref->hold));
}

static void report_refusal(const struct pci_survey *s, int i)
{
	const struct pci_layout_refusal *refusal = &s->plan.refusals[i];
	const struct pci_survey_bar *ref = &s->bar_refs[refusal->bar];
	struct pci_dev *dev = s->dev_refs[i];
	const char *reason = refusal_text(refusal->reason);
	const char *window = "host bridge";
	int b;

	if (refusal->window != PCI_LAYOUT_NONE)
		window = pci_name(s->window_refs[refusal->window].bridge);

	pci_info(dev, "refused: %s %pR: %s; needs %#llx bytes aligned to %#llx, the best gap below %s has %#llx from an aligned address on\n",
		 pci_resource_name(dev, ref->resno), ref->res,
		 reason, s->bars[refusal->bar].size,
		 s->bars[refusal->bar].align, window, refusal->gap);
	report_fixed(s, dev, "gap ends below at", refusal->below);
	report_fixed(s, dev, "gap ends above at", refusal->above);
	for (b = 0; b < refusal->nr_blockers; b++)
		report_fixed(s, dev, "in the way:", refusal->blockers[b]);
	trace_pci_dev_refused(dev, ref->resno, s->bars[refusal->bar].size,
			      refusal->gap, reason);
}

/*
 * It is decoded as soon as a bridge has a window, or another I/O BAR an address, and the
 * address may be another's by now: let it have what a reset leaves there.
 */
static void clear_bar(struct pci_dev *dev, int resno)
{
	int where = PCI_BASE_ADDRESS_0 + 4 * resno;

	pci_write_config_dword(dev, where, 0);
	if (pci_resource_flags(dev, resno) & IORESOURCE_MEM_64)
		pci_write_config_dword(dev, where + 4, 0);
}

static bool is_left_out(struct pci_dev *dev, int resno)
{
	struct resource *res = pci_resource_n(dev, resno);

	return !resource_assigned(res) && res->flags & IORESOURCE_UNSET &&
	       (pci_is_bridge(dev) || res->flags & IORESOURCE_IO);
}

static bool any_left_out(struct pci_dev *dev)
{
	int resno;

	for (resno = 0; resno < PCI_ROM_RESOURCE; resno++) {
		if (is_left_out(dev, resno))
			return true;
	}
	return false;
}

/*
 * An I/O BAR, or a BAR of a bridge, that was left out must look as if it did not
 * exist, or enabling the device would fail. (Stock does the same to all BARs
 * that it cannot place; ROMs and SR-IOV BARs can be asked for again later and
 * are kept.)
 */
static void hide_left_out_bars(struct pci_dev *dev)
{
	struct resource *res;
	int resno;

	for (resno = 0; resno < PCI_ROM_RESOURCE; resno++) {
		if (!is_left_out(dev, resno))
			continue;

		res = pci_resource_n(dev, resno);
		pci_info(dev, "%s %pR: left out; no space\n",
			 pci_resource_name(dev, resno), res);
		clear_bar(dev, resno);
		res->flags = 0;
		res->start = 0;
		res->end = 0;
	}
}

/*
 * A refused device stays visible, but without addresses: no driver is bound and
 * enabling it fails with -ENOSPC. It is tried again whenever something changes.
 */
static bool refuse(struct pci_dev *dev)
{
	WRITE_ONCE(any_refused, true);
	/* Say why once, not each time that it is tried */
	return !pci_dev_test_and_set_ignored(dev);
}

static void serve(struct pci_dev *dev)
{
	bool served;

	/* It may have gone to sleep since it was given addresses, and its port as well */
	pm_runtime_get_sync(&dev->dev);
	hide_left_out_bars(dev);

	/* Nobody may bind a driver, by sysfs for example, before the fixups are through */
	scoped_guard(device, &dev->dev) {
		/* A device that was just found is added, and its driver bound, later */
		served = pci_dev_test_and_clear_ignored(dev) && pci_dev_is_added(dev);
		if (served) {
			pci_info(dev, "served after all\n");
			/* What wanted addresses, see pci_bus_add_device() */
			pci_fixup_device(pci_fixup_final, dev);
			pci_save_state(dev);
		}
	}
	if (served)
		device_initial_probe(&dev->dev);
	pm_runtime_put(&dev->dev);
}

static void settle_dev(const struct pci_survey *s, int i)
{
	struct pci_dev *dev = s->dev_refs[i];
	enum pci_bar_hold held = pci_held(s->held, dev);

	if (s->devs[i].is_new &&
	    s->plan.refusals[i].reason != PCI_LAYOUT_PLACED) {
		if (refuse(dev))
			report_refusal(s, i);
	} else if (!dev_is_open(dev)) {
		return;
	} else if (pci_movable_dev_wants(dev)) {
		/* It failed at the hardware, or was locked all the time */
		if (held == PCI_BAR_MOVABLE)
			held = PCI_BAR_HOLD_BUSY;
		if (refuse(dev))
			pci_info(dev, "refused: %s\n", pci_bar_hold_text(held));
	} else {
		serve(dev);
	}
}

static void settle_devs(const struct pci_survey *s)
{
	int i;

	for (i = 0; i < s->model.nr_devs; i++)
		settle_dev(s, i);
}

static void report_switch(const struct pci_movable_stats *stats)
{
	if (!stats->moved && !stats->windows)
		return;

	trace_pci_layout_switched(stats);
	if (stats->moved || stats->stopped_ns)
		pr_info("PCI: movable BARs: moved %d BARs, changed %d windows, %d live drivers, %d paused drivers, CPUs stopped %llu us\n",
			stats->moved, stats->windows, stats->live, stats->paused,
			div_u64(stats->stopped_ns, NSEC_PER_USEC));
}

/* The planner is not trusted with other people's disks */
static int plan_checked(struct pci_survey *s)
{
	enum pci_layout_fault fault;
	int where;
	int ret;

	if (pci_fault("plan"))
		return -EINVAL;
	do {
		ret = pci_layout_plan(&s->model, s->scratch, s->scratch_size, &s->plan);
	} while (!ret && pci_survey_spare_io(s));
	if (ret)
		return ret;

	fault = pci_layout_check(&s->model, &s->plan, &where);
	if (!WARN_ONCE(fault, "movable BARs: plan is wrong: fault %d at %d\n",
		       fault, where))
		return 0;
	return -EINVAL;
}

/*
 * What is being resized has given up its addresses and wants others. Whoever
 * resizes may hold the lock of a device that has to move: do not wait for ever.
 */
static bool keep_resizers_out(void)
{
	bool locked;

	return !pci_fault("resize") &&
	       !read_poll_timeout(mutex_trylock, locked, locked,
				  PCI_RESIZE_POLL_US, PCI_RESIZE_PATIENCE_US,
				  false, &pci_resize_mutex);
}

static int attempt(struct pci_bus *root, struct list_head *held, bool *passing)
{
	struct pci_movable_stats stats = {};
	struct pci_survey *survey;
	int ret;

	if (!keep_resizers_out())
		return -EBUSY;

	pci_walk_bus(root, prepare_known, NULL);
	survey = pci_survey_bus(root, held);
	ret = survey ? plan_checked(survey) : -ENOMEM;
	*passing = survey && survey->passing;
	if (!ret)
		ret = pci_apply_plan(survey, held, &stats);
	mutex_unlock(&pci_resize_mutex);
	if (!ret) {
		report_switch(&stats);
		settle_devs(survey);
	}
	pci_survey_free(survey);
	return ret;
}

/* Nothing could be done: who was just found gets nothing, as who waits already */
static int refuse_if_open(struct pci_dev *dev, void *error)
{
	if (!dev_is_open(dev))
		return 0;

	/* Bridges must be enabled for the sake of what is below */
	if (pci_is_bridge(dev))
		hide_left_out_bars(dev);
	else if ((pci_movable_dev_wants(dev) || any_left_out(dev)) && refuse(dev))
		pci_info(dev, "refused: layout could not be changed (%d)\n",
			 *(int *)error);
	return 0;
}

static struct pci_bus *root_of(struct pci_bus *bus)
{
	while (!pci_is_root_bus(bus))
		bus = bus->parent;
	return bus;
}

/*
 * A driver is being bound, a device recovers, somebody keeps a lock: nobody will say
 * when that is over.
 */
static void retry_later(void)
{
	if (nr_retries < ARRAY_SIZE(retry_after_s))
		mod_delayed_work(system_freezable_wq, &retry_work,
				 retry_after_s[nr_retries++] * HZ);
}

/* Return: true if somebody was refused because of what passes */
static bool assign_below(struct pci_bus *root)
{
	bool passing = false;
	LIST_HEAD(held);
	int i, ret = -EAGAIN;

	if (!any_dev(root, stop_at_open))
		return false;

	pci_walk_bus(root, prepare_new, NULL);
	for (i = 0; i < PCI_MOVABLE_MAX_ATTEMPTS && ret == -EAGAIN; i++) {
		pci_fault_begin(i);
		ret = attempt(root, &held, &passing);
		pci_fault_end();
	}
	if (ret)
		pci_walk_bus(root, refuse_if_open, &ret);
	pci_release_held(&held);

	passing |= ret == -EAGAIN || ret == -EBUSY || ret == -ETIMEDOUT;
	return passing && READ_ONCE(any_refused) && !pci_fault_fired();
}

/**
 * pci_movable_bars_assign - give addresses to what was found on a bus
 * @bus: bus that was scanned
 *
 * Takes the place of pci_assign_unassigned_bridge_resources() and its kin:
 * all devices below the same host bridge that are not yet added, or were refused
 * before, are given addresses, and other BARs move if they must. Where that
 * fails, the new device is marked as ignored.
 *
 * Context: May sleep, stops all CPUs for a moment. Caller holds
 * pci_lock_rescan_remove() and no device lock.
 * Return: false if the feature is off and the caller has to assign by itself.
 */
bool pci_movable_bars_assign(struct pci_bus *bus)
{
	if (!movable_bars_enabled)
		return false;

	lockdep_assert_held(&pci_rescan_remove_lock);
	WRITE_ONCE(nr_retries, 0);
	if (assign_below(root_of(bus)))
		retry_later();
	return true;
}

/* VMD takes its bus away without the rescan lock, while who has that may wait for a device */
static bool root_stays(const struct pci_bus *root)
{
	return !root->bridge->parent || !dev_is_pci(root->bridge->parent);
}

/**
 * pci_movable_next_root - step through the root buses
 * @root: where to go on from, or NULL to begin
 *
 * Context: Caller holds pci_lock_rescan_remove(). May sleep.
 * Return: The next root bus that nobody takes away meanwhile, or NULL.
 */
struct pci_bus *pci_movable_next_root(struct pci_bus *root)
{
	guard(rwsem_read)(&pci_bus_sem);

	root = list_prepare_entry(root, &pci_root_buses, node);
	list_for_each_entry_continue(root, &pci_root_buses, node) {
		if (root_stays(root))
			return root;
	}
	return NULL;
}

static void retry_refused(struct work_struct *work)
{
	struct pci_bus *root;
	bool again = false;

	pci_lock_rescan_remove();
	WRITE_ONCE(any_refused, false);
	/* Who sets up a host bridge assigns by himself */
	pci_movable_for_each_root(root) {
		if (any_dev(root, stop_at_ignored))
			again |= assign_below(root);
	}
	if (again)
		retry_later();
	pci_unlock_rescan_remove();
}

static bool has_addresses(struct pci_dev *dev)
{
	struct resource *res;
	int resno;

	pci_dev_for_each_resource(dev, res, resno) {
		/* Who is no bridge may have something else in the place of windows */
		if (pci_resource_is_bridge_win(resno) && !pci_is_bridge(dev))
			continue;
		if (resource_assigned(res) && !(res->flags & IORESOURCE_PCI_FIXED))
			return true;
	}
	return false;
}

/**
 * pci_movable_bars_removing - a device is about to give its addresses back
 * @dev: the device, which nobody can bind or enable any more; what was below it is
 *	 gone already
 *
 * It may stay in its place, as one that is removed through sysfs does, and others may
 * be given its addresses before it is found again: let it answer to them, and forward
 * them, no longer.
 *
 * Context: May sleep. Caller holds pci_lock_rescan_remove().
 */
void pci_movable_bars_removing(struct pci_dev *dev)
{
	if (!movable_bars_enabled || dev->is_virtfn || dev->mmio_always_on ||
	    !pci_dev_assignable(dev) || pci_dev_is_disconnected(dev) ||
	    !has_addresses(dev))
		return;

	/* The port above may sleep */
	pci_config_pm_runtime_get(dev);
	stop_decoding(dev);
	pci_config_pm_runtime_put(dev);
}

/**
 * pci_movable_bars_removed - a device is gone, and has left room
 *
 * Devices refused before are tried again, later: whoever removes a device may
 * be walking lists that this would change.
 *
 * Context: Any that may queue work.
 */
void pci_movable_bars_removed(void)
{
	if (!movable_bars_enabled || !READ_ONCE(any_refused))
		return;

	WRITE_ONCE(nr_retries, 0);
	mod_delayed_work(system_freezable_wq, &retry_work, 0);
}

static int __init pci_movable_bars_init(void)
{
	if (movable_bars_enabled)
		pci_movable_debugfs_init();
	return 0;
}
late_initcall(pci_movable_bars_init);
