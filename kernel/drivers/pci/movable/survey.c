// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: read the PCI tree into the planner's model.
 *
 * One model holds everything below one host bridge. The kernel's resource tree
 * is taken as the truth: whatever lies in an aperture or bridge window and is
 * not a BAR or window of the bus below is a range that is in the way (strangers.c).
 *
 * Addresses in the model are bus addresses, because that is what the limits of
 * BARs and windows are about.
 */

#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../pci.h"
#include "fault.h"
#include "movable.h"
#include "survey.h"

/**
 * pci_movable_next_bus - step through a hierarchy
 * @root: topmost bus
 * @bus: current bus
 *
 * Context: Caller holds pci_lock_rescan_remove().
 * Return: the bus after @bus, parents before children, or NULL.
 */
struct pci_bus *pci_movable_next_bus(struct pci_bus *root, struct pci_bus *bus)
{
	if (!list_empty(&bus->children))
		return list_first_entry(&bus->children, struct pci_bus, node);

	while (bus != root) {
		if (!list_is_last(&bus->node, &bus->parent->children))
			return list_next_entry(bus, node);
		bus = bus->parent;
	}
	return NULL;
}

static bool res_is_bar(const struct pci_dev *dev, int resno)
{
	const struct resource *res = pci_resource_n(dev, resno);

	return res->flags & (IORESOURCE_IO | IORESOURCE_MEM) &&
	       !pci_resource_is_bridge_win(resno) && resource_size(res) &&
	       !(res->flags & IORESOURCE_ROM_SHADOW);
}

/*
 * A bridge forwards without its own BARs, and must not take down those below.
 * A PCI Express endpoint must work without its I/O BARs (PCIe r6.2, sec.
 * 1.3.2.2). A Legacy Endpoint need not, see pci_survey_spare_io().
 */
static bool bar_is_optional(struct pci_dev *dev, int resno)
{
	if (pci_resource_is_optional(dev, resno) || pci_is_bridge(dev))
		return true;

	return pci_resource_n(dev, resno)->flags & IORESOURCE_IO &&
	       pci_is_pcie(dev) && pci_pcie_type(dev) != PCI_EXP_TYPE_LEG_END;
}

/* Does this BAR ask for an address that nobody has given it yet? */
static bool bar_is_wanting(struct pci_dev *dev, int resno)
{
	struct resource *res = pci_resource_n(dev, resno);

	if (!res_is_bar(dev, resno) || resource_assigned(res) ||
	    res->flags & IORESOURCE_PCI_FIXED)
		return false;

	/* A bound driver has made do without */
	return !dev->dev.driver && !dev->is_virtfn && pci_dev_assignable(dev) &&
	       !dev->non_compliant_bars && pci_resource_alignment(dev, res);
}

static bool has_memory(const struct pci_dev *dev)
{
	int resno;

	for (resno = 0; resno < PCI_ROM_RESOURCE; resno++) {
		if (res_is_bar(dev, resno) &&
		    pci_resource_n(dev, resno)->flags & IORESOURCE_MEM)
			return true;
	}
	return false;
}

/**
 * pci_movable_dev_wants - does a device ask for addresses?
 * @dev: the device
 *
 * Context: Caller holds pci_lock_rescan_remove().
 * Return: true if it has a BAR that has no address, and that it is no use without.
 */
bool pci_movable_dev_wants(struct pci_dev *dev)
{
	bool spare_io = has_memory(dev);
	int resno;

	for (resno = 0; resno < PCI_NUM_RESOURCES; resno++) {
		if (spare_io && pci_resource_n(dev, resno)->flags & IORESOURCE_IO)
			continue;
		if (bar_is_wanting(dev, resno) && !bar_is_optional(dev, resno))
			return true;
	}
	return false;
}

/*
 * Apertures
 */

/* What stock never allocates from, see pci_bus_alloc_from_region() */
static resource_size_t aperture_floor(const struct resource *res)
{
	if (res->flags & IORESOURCE_IO)
		return res->start ?: PCIBIOS_MIN_IO;
	/* Nothing below 1 MiB is ours: legacy VGA, option ROMs */
	return max_t(resource_size_t, res->start ?: PCIBIOS_MIN_MEM, SZ_1M);
}

static bool res_is_aperture(const struct resource *res)
{
	return res && res->flags & (IORESOURCE_IO | IORESOURCE_MEM) &&
	       !(res->flags & (IORESOURCE_UNSET | IORESOURCE_DISABLED)) &&
	       aperture_floor(res) <= res->end;
}

static void survey_apertures(struct pci_survey *s)
{
	struct resource *res;

	pci_bus_for_each_resource(s->root, res) {
		struct pci_layout_aperture *aperture;
		struct resource usable;

		if (!res_is_aperture(res))
			continue;

		usable = *res;
		usable.start = aperture_floor(res);
		aperture = &s->apertures[s->model.nr_apertures];
		aperture->type = pci_survey_type(res);
		pci_survey_to_bus(s->root, &usable, &aperture->start, &aperture->end);
		s->aperture_res[s->model.nr_apertures++] = res;
	}
}

/*
 * Windows
 */

static bool res_is_known_aperture(const struct pci_survey *s,
				  const struct resource *res)
{
	int i;

	for (i = 0; i < s->model.nr_apertures; i++) {
		if (s->aperture_res[i] == res)
			return true;
	}
	return false;
}

/* Is there an aperture that may take @res once it gets an address? */
static bool root_takes(const struct pci_survey *s, const struct resource *res)
{
	int i;

	for (i = 0; i < s->model.nr_apertures; i++) {
		if (pci_layout_type_fits(pci_survey_type(res), s->apertures[i].type))
			return true;
	}
	return false;
}

/*
 * Would the planner put something of this type there, if it is on the root bus? What
 * firmware has put below the least address that stock allocates stays.
 */
static bool root_may_hold(const struct pci_survey *s, enum pci_layout_type type,
			  u64 start, u64 end)
{
	int i;

	for (i = 0; i < s->model.nr_apertures; i++) {
		const struct pci_layout_aperture *aperture = &s->apertures[i];

		if (pci_layout_type_fits(type, aperture->type) &&
		    aperture->start <= start && end <= aperture->end)
			return true;
	}
	return false;
}

/*
 * Is @container an aperture or window in which something on @bus may lie? Which
 * window: *@window.
 */
static bool is_container(const struct pci_survey *s, struct pci_bus *bus,
			 const struct resource *container, int *window)
{
	*window = PCI_LAYOUT_NONE;
	if (pci_is_root_bus(bus))
		return res_is_known_aperture(s, container);

	*window = pci_survey_window_index(s, container);
	return *window != PCI_LAYOUT_NONE &&
	       s->window_refs[*window].bridge == bus->self;
}

/*
 * Find what @res lies in, or has to. Returns false if that is nothing that the
 * model knows, such as the window of another bridge behind a subtractive one.
 *
 * Ranges of firmware are inserted late, around what they contain: then @res is not
 * directly in its container, and stays.
 */
static bool find_container(const struct pci_survey *s, struct pci_bus *bus,
			   const struct resource *res, int *window, bool *direct)
{
	const struct resource *container;

	*direct = true;
	if (!resource_assigned(res)) {
		*window = PCI_LAYOUT_NONE;
		if (pci_is_root_bus(bus))
			return root_takes(s, res);

		container = pbus_select_window(bus, res);
		return container && is_container(s, bus, container, window);
	}

	for (container = res->parent; container; container = container->parent) {
		if (is_container(s, bus, container, window))
			return true;
		/* In another bridge's window */
		if (pci_survey_window_index(s, container) != PCI_LAYOUT_NONE)
			return false;
		*direct = false;
	}
	return false;
}

static u64 window_max(struct pci_dev *bridge, int resno, u64 end)
{
	u8 io_base = 0;

	switch (resno) {
	case PCI_BRIDGE_IO_WINDOW:
		pci_read_config_byte(bridge, PCI_IO_BASE, &io_base);
		/* One that sleeps may not answer: it can do what it does */
		if (io_base == U8_MAX)
			return end > U16_MAX ? U32_MAX : U16_MAX;
		return (io_base & PCI_IO_RANGE_TYPE_MASK) == PCI_IO_RANGE_TYPE_32 ?
			U32_MAX : U16_MAX;
	case PCI_BRIDGE_PREF_MEM_WINDOW:
		return bridge->pref_64_window ? U64_MAX : U32_MAX;
	default:
		return U32_MAX;
	}
}

static u64 window_reserve(const struct pci_dev *bridge, int resno)
{
	if (!bridge->is_hotplug_bridge)
		return 0;

	switch (resno) {
	case PCI_BRIDGE_IO_WINDOW:
		return pci_hotplug_io_size;
	case PCI_BRIDGE_PREF_MEM_WINDOW:
		return pci_hotplug_mmio_pref_size;
	default:
		return pci_hotplug_mmio_size;
	}
}

static bool bridge_has_window(const struct pci_dev *bridge, int resno)
{
	switch (resno) {
	case PCI_BRIDGE_IO_WINDOW:
		return bridge->io_window;
	case PCI_BRIDGE_PREF_MEM_WINDOW:
		return bridge->pref_window;
	default:
		return true;
	}
}

/* Stock clips windows to the apertures of firmware, which may begin anywhere */
static bool window_may_be_where_it_is(const struct pci_survey *s,
				      const struct pci_layout_window *window)
{
	if (!IS_ALIGNED(window->start, window->align) ||
	    !IS_ALIGNED(window->end + 1, window->align) || window->end > window->max)
		return false;
	return window->parent != PCI_LAYOUT_NONE ||
	       root_may_hold(s, window->type, window->start, window->end);
}

static void survey_window(struct pci_survey *s, struct pci_dev *bridge, int resno)
{
	int i = s->model.nr_windows;
	struct pci_layout_window *window = &s->windows[i];
	struct resource *res = pci_resource_n(bridge, resno);
	bool direct;
	int parent;

	if (!bridge_has_window(bridge, resno) ||
	    !find_container(s, bridge->bus, res, &parent, &direct))
		return;

	window->parent = parent;
	window->type = pci_survey_type(res);
	window->align = pci_min_window_alignment(bridge->subordinate, res->flags);
	window->reserve = window_reserve(bridge, resno);
	window->assigned = resource_assigned(res);
	if (window->assigned)
		pci_survey_to_bus(bridge->bus, res, &window->start, &window->end);
	window->max = window_max(bridge, resno, window->end);
	/* Fixed and not assigned means that it stays closed */
	window->fixed = (window->assigned &&
			 (pci_find_host_bridge(bridge->bus)->preserve_config ||
			  !window_may_be_where_it_is(s, window))) ||
			bridge->error_state != pci_channel_io_normal ||
			pci_held_as_a_whole(s->held, bridge) ||
			pci_windows_are_pinned(bridge) || !direct;
	s->window_refs[i].bridge = bridge;
	s->window_refs[i].res = res;
	s->window_refs[i].resno = resno;
	s->model.nr_windows++;
}

static void survey_windows(struct pci_survey *s)
{
	struct pci_bus *bus;
	int resno;

	down_read(&pci_bus_sem);
	pci_movable_for_each_bus(bus, s->root) {
		if (!bus->self || bus->self->hdr_type != PCI_HEADER_TYPE_BRIDGE)
			continue;
		for (resno = PCI_BRIDGE_IO_WINDOW;
		     resno <= PCI_BRIDGE_PREF_MEM_WINDOW; resno++)
			survey_window(s, bus->self, resno);
	}
	up_read(&pci_bus_sem);
}

/*
 * BARs
 */

static u64 bar_align(struct pci_dev *dev, struct resource *res, bool bound)
{
	u64 align = pci_resource_alignment(dev, res);

	/* A mapped BAR moves by whole pages; it starts with one, see hold.c */
	if (bound && res->flags & IORESOURCE_MEM && PAGE_ALIGNED(res->start))
		align = max_t(u64, align, PAGE_SIZE);
	/* Ports that look like aliases of ISA's are avoided, as stock does */
	if (align && res->flags & IORESOURCE_IO)
		align = max_t(u64, align, SZ_1K);
	return align;
}

/* Why does a BAR stay that lies in @window, or directly below the root bus? */
static enum pci_bar_hold bar_hold(const struct pci_survey *s, struct pci_dev *dev,
				  int resno, int window)
{
	struct resource *res = pci_resource_n(dev, resno);
	enum pci_bar_hold hold = pci_bar_hold(dev, resno);
	u64 start, end;

	if (hold != PCI_BAR_MOVABLE || window != PCI_LAYOUT_NONE)
		return hold;
	pci_survey_to_bus(dev->bus, res, &start, &end);
	return root_may_hold(s, pci_survey_type(res), start, end) ? hold :
								    PCI_BAR_HOLD_FIXED;
}

static void survey_bar(struct pci_survey *s, struct pci_dev *dev, int resno,
		       int dev_index, enum pci_bar_hold hold)
{
	struct resource *res = pci_resource_n(dev, resno);
	bool assigned = resource_assigned(res);
	struct pci_layout_bar *bar;
	bool reachable, direct;
	int window;

	if (!res_is_bar(dev, resno))
		return;
	/* Whoever failed in this request asks for nothing any more */
	if (!assigned && (hold != PCI_BAR_MOVABLE || !bar_is_wanting(dev, resno)))
		return;
	reachable = find_container(s, dev->bus, res, &window, &direct);
	/* It lies elsewhere, and will be found to be in the way there */
	if (!reachable && assigned)
		return;

	if (assigned && hold == PCI_BAR_MOVABLE)
		hold = direct ? bar_hold(s, dev, resno, window) : PCI_BAR_HOLD_FIXED;
	if (hold == PCI_BAR_HOLD_BUSY)
		s->passing = true;
	bar = pci_survey_new_bar(s, dev, resno, res);
	s->bar_refs[s->model.nr_bars - 1].hold = hold;
	bar->window = window;
	bar->type = pci_survey_type(res);
	bar->size = resource_size(res);
	bar->dev = dev_index;
	bar->assigned = assigned;
	bar->fixed = assigned && hold != PCI_BAR_MOVABLE;
	bar->optional = bar_is_optional(dev, resno);
	bar->align = bar->fixed ? 1 : bar_align(dev, res, assigned && dev->dev.driver);
	/* No address is reachable if there is no window: it is refused */
	if (reachable)
		bar->max = res->flags & IORESOURCE_MEM_64 ? U64_MAX : U32_MAX;
	if (assigned)
		pci_survey_to_bus(dev->bus, res, &bar->start, NULL);
}

/**
 * pci_movable_dev_cost - what it means to a device when its BARs move
 * @dev: the device
 *
 * Context: Caller holds the device lock.
 * Return: see enum pci_layout_cost.
 */
enum pci_layout_cost pci_movable_dev_cost(const struct pci_dev *dev)
{
	const struct pci_driver *driver = to_pci_driver(dev->dev.driver);

	if (!driver)
		return PCI_LAYOUT_NO_DRIVER;
	return driver->bar_standing == PCI_BARS_PAUSED ? PCI_LAYOUT_PAUSED :
							 PCI_LAYOUT_LIVE;
}

static void survey_dev(struct pci_survey *s, int i)
{
	struct pci_dev *dev = s->dev_refs[i];
	enum pci_bar_hold held = pci_held(s->held, dev);
	bool locked = false;
	int resno;

	/* Nobody binds or unbinds the driver while we look at its promises */
	if (held == PCI_BAR_MOVABLE) {
		locked = pci_movable_trylock(dev, &s->patience);
		if (!locked)
			held = PCI_BAR_HOLD_BUSY;
	}

	if (held == PCI_BAR_HOLD_BUSY || dev->error_state == pci_channel_io_frozen)
		s->passing = true;
	if (locked) {
		s->devs[i].cost = pci_movable_dev_cost(dev);
		s->devs[i].is_new = pci_movable_dev_wants(dev);
	}
	for (resno = 0; resno < PCI_NUM_RESOURCES; resno++)
		survey_bar(s, dev, resno, i, held);

	if (locked)
		device_unlock(&dev->dev);
}

/*
 * Virtual Functions come and go with nothing but their PF locked; they have no
 * BARs of their own. All other devices stay as long as we have the rescan lock.
 */
static void survey_devs(struct pci_survey *s)
{
	struct pci_bus *bus;
	struct pci_dev *dev;
	int i;

	down_read(&pci_bus_sem);
	pci_movable_for_each_bus(bus, s->root) {
		list_for_each_entry(dev, &bus->devices, bus_list) {
			if (!dev->is_virtfn && s->model.nr_devs < s->max_devs)
				s->dev_refs[s->model.nr_devs++] = dev;
		}
	}
	up_read(&pci_bus_sem);

	for (i = 0; i < s->model.nr_devs; i++)
		survey_dev(s, i);
}

/**
 * pci_survey_spare_io - let devices do without I/O rather than be refused
 * @s: model and plan
 *
 * A Legacy Endpoint, or a conventional device, may insist on its I/O BARs. But many
 * that have memory as well do not (graphics cards, SATA controllers), and there is
 * little I/O space to be had, or none. As for stock, the driver is to decide.
 *
 * Return: true if the model has changed: plan again.
 */
bool pci_survey_spare_io(struct pci_survey *s)
{
	bool changed = false;
	int i;

	for (i = 0; i < s->model.nr_bars; i++) {
		struct pci_layout_bar *bar = &s->bars[i];

		if (bar->type != PCI_LAYOUT_IO || bar->assigned || bar->optional ||
		    s->plan.refusals[bar->dev].reason == PCI_LAYOUT_PLACED ||
		    !has_memory(s->dev_refs[bar->dev]))
			continue;
		bar->optional = true;
		changed = true;
	}
	return changed;
}

/* A BAR in use that stays keeps its path open at every moment */
static void survey_keep(struct pci_survey *s)
{
	int i, window;

	for (i = 0; i < s->model.nr_bars; i++) {
		if (!s->bars[i].fixed)
			continue;
		for (window = s->bars[i].window; window != PCI_LAYOUT_NONE;
		     window = s->windows[window].parent)
			s->window_refs[window].keep = true;
	}
}

/*
 * Memory
 */

struct survey_counts {
	int apertures;
	int windows;
	int bars;
	int children;
	int devs;
};

/* Upper bounds */
static void survey_count(struct pci_bus *root, struct survey_counts *nr)
{
	struct pci_bus *bus;
	struct pci_dev *dev;
	struct resource *res;

	pci_bus_for_each_resource(root, res) {
		if (!res)
			continue;
		nr->apertures++;
		nr->children += pci_survey_count_children(res);
	}

	down_read(&pci_bus_sem);
	pci_movable_for_each_bus(bus, root) {
		if (bus->self) {
			nr->windows += 3;
			pci_bus_for_each_resource(bus, res) {
				if (res)
					nr->children += pci_survey_count_children(res);
			}
		}
		list_for_each_entry(dev, &bus->devices, bus_list) {
			if (dev->is_virtfn)
				continue;
			nr->devs++;
			pci_dev_for_each_resource(dev, res)
				nr->bars += !!res->flags;
		}
	}
	up_read(&pci_bus_sem);
}

static bool survey_alloc(struct pci_survey *s)
{
	struct survey_counts nr = {};

	survey_count(s->root, &nr);

	/* kvcalloc() of nothing is not a failure, but looks like one */
	nr.windows++;
	nr.children++;
	/* Each child may turn out to be a stranger, in parts around what is known */
	nr.bars += nr.children + 2 * (nr.bars + nr.windows + nr.children);
	s->max_bars = nr.bars;
	nr.devs++;
	s->max_devs = nr.devs;
	s->max_children = nr.children;
	nr.apertures++;
	s->apertures = kvcalloc(nr.apertures, sizeof(*s->apertures), GFP_KERNEL);
	s->aperture_res = kvcalloc(nr.apertures, sizeof(*s->aperture_res), GFP_KERNEL);
	s->windows = kvcalloc(nr.windows, sizeof(*s->windows), GFP_KERNEL);
	s->window_refs = kvcalloc(nr.windows, sizeof(*s->window_refs), GFP_KERNEL);
	s->bars = kvcalloc(nr.bars, sizeof(*s->bars), GFP_KERNEL);
	s->bar_refs = kvcalloc(nr.bars, sizeof(*s->bar_refs), GFP_KERNEL);
	s->devs = kvcalloc(nr.devs, sizeof(*s->devs), GFP_KERNEL);
	s->dev_refs = kvcalloc(nr.devs, sizeof(*s->dev_refs), GFP_KERNEL);
	s->children = kvcalloc(nr.children, sizeof(*s->children), GFP_KERNEL);
	s->plan.bars = kvcalloc(nr.bars, sizeof(*s->plan.bars), GFP_KERNEL);
	s->plan.windows = kvcalloc(nr.windows, sizeof(*s->plan.windows), GFP_KERNEL);
	s->plan.refusals = kvcalloc(nr.devs, sizeof(*s->plan.refusals), GFP_KERNEL);

	return s->apertures && s->aperture_res && s->windows && s->window_refs &&
	       s->bars && s->bar_refs && s->devs && s->dev_refs && s->children &&
	       s->plan.bars && s->plan.windows && s->plan.refusals;
}

/**
 * pci_survey_free - give back a model
 * @survey: from pci_survey_bus(), or NULL
 */
void pci_survey_free(struct pci_survey *survey)
{
	if (!survey)
		return;

	kvfree(survey->apertures);
	kvfree(survey->aperture_res);
	kvfree(survey->windows);
	kvfree(survey->window_refs);
	kvfree(survey->bars);
	kvfree(survey->bar_refs);
	kvfree(survey->devs);
	kvfree(survey->dev_refs);
	kvfree(survey->children);
	kvfree(survey->plan.bars);
	kvfree(survey->plan.windows);
	kvfree(survey->plan.refusals);
	kvfree(survey->scratch);
	kfree(survey);
}

static void survey_fill(struct pci_survey *s)
{
	survey_apertures(s);
	survey_windows(s);
	survey_devs(s);
	pci_survey_strangers(s);
	survey_keep(s);

	s->model.apertures = s->apertures;
	s->model.windows = s->windows;
	s->model.bars = s->bars;
	s->model.devs = s->devs;
}

/**
 * pci_survey_bus - model everything below a host bridge
 * @root: bus below the host bridge
 * @held: devices to count as fixed (struct pci_held_dev); must outlive the model
 *
 * The model is good as long as the caller keeps the rescan lock; what depends
 * on a device lock (which driver is bound) has to be looked at again under it.
 *
 * Context: May sleep. Caller holds pci_lock_rescan_remove().
 * Return: the model, to be freed by pci_survey_free(), or NULL without memory, or if
 * more is in the way than was counted.
 */
struct pci_survey *pci_survey_bus(struct pci_bus *root,
				  const struct list_head *held)
{
	struct pci_survey *s = pci_fault("survey") ? NULL : kzalloc_obj(*s);

	if (!s)
		return NULL;

	s->root = root;
	s->held = held;
	s->patience = PCI_MOVABLE_PATIENCE;
	if (!survey_alloc(s))
		goto fail;

	survey_fill(s);
	if (s->incomplete)
		goto fail;
	s->scratch_size = pci_layout_scratch_size(&s->model);
	s->scratch = kvmalloc(s->scratch_size, GFP_KERNEL);
	if (!s->scratch)
		goto fail;
	return s;

fail:
	pci_survey_free(s);
	return NULL;
}
