// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: work out everything that a plan means for the hardware and the
 * kernel, before anything is touched: register writes, moves in the resource
 * tree, kernel mappings to re-point.
 */

#include <linux/pci.h>
#include <linux/slab.h>

#include "../pci.h"
#include "apply.h"
#include "fault.h"

static bool bar_changes(const struct pci_survey *s, int i)
{
	const struct pci_layout_place *place = &s->plan.bars[i];

	return place->assigned &&
	       (!s->bars[i].assigned || place->start != s->bars[i].start);
}

static bool window_changes(const struct pci_survey *s, int i)
{
	const struct pci_layout_place *place = &s->plan.windows[i];
	const struct pci_layout_window *window = &s->windows[i];

	if (!place->assigned || !window->assigned)
		return place->assigned != window->assigned;

	return place->start != window->start || place->end != window->end;
}

/**
 * pci_apply_find_dev - find a function among those that change
 * @a: what changes
 * @dev: the function
 *
 * Return: its index, or the number of functions if it does not change.
 */
int pci_apply_find_dev(const struct pci_apply *a, const struct pci_dev *dev)
{
	int i;

	for (i = 0; i < a->nr_devs; i++) {
		if (a->devs[i].dev == dev)
			break;
	}
	return i;
}

/* The index of @dev among the functions that change, to which it belongs now */
static int apply_dev_index(struct pci_apply *a, struct pci_dev *dev)
{
	int i = pci_apply_find_dev(a, dev);

	if (i == a->nr_devs)
		a->devs[a->nr_devs++].dev = dev;
	return i;
}

/* Some devices answer with zero while their ROM is off, so leave it alone */
static bool bar_is_written(const struct pci_dev *dev, int resno)
{
	return resno != PCI_ROM_RESOURCE || dev->rom_bar_overlap;
}

static void collect_bars(struct pci_apply *a)
{
	const struct pci_survey *s = a->survey;
	int i;

	for (i = 0; i < s->model.nr_bars; i++) {
		struct pci_apply_dev *dev;

		if (!bar_changes(s, i))
			continue;

		a->bars[a->nr_bars++] = i;
		dev = &a->devs[apply_dev_index(a, s->bar_refs[i].dev)];
		if (s->bars[i].assigned) {
			dev->moves = true;
			dev->cost = s->devs[s->bars[i].dev].cost;
			dev->pause = dev->cost == PCI_LAYOUT_PAUSED;
			a->needs_stop = true;
		} else if (pci_dev_is_added(dev->dev) &&
			   bar_is_written(dev->dev, s->bar_refs[i].resno)) {
			/* Its other BARs may be in use; decoding goes off */
			a->needs_stop = true;
		}
	}
}

static bool window_is_inside(const struct pci_survey *s, int window, int outer)
{
	while (window != PCI_LAYOUT_NONE && window != outer)
		window = s->windows[window].parent;
	return window == outer;
}

/* Is there anything below a window that somebody may be using? */
static bool window_is_in_use(const struct pci_survey *s, int window)
{
	int i;

	for (i = 0; i < s->model.nr_bars; i++) {
		if (s->bars[i].assigned &&
		    window_is_inside(s, s->bars[i].window, window))
			return true;
	}
	return false;
}

static void collect_windows(struct pci_apply *a)
{
	const struct pci_survey *s = a->survey;
	int i;

	for (i = 0; i < s->model.nr_windows; i++) {
		if (!window_changes(s, i))
			continue;

		a->windows[a->nr_windows++] = i;
		apply_dev_index(a, s->window_refs[i].bridge);
		if (window_is_in_use(s, i))
			a->needs_stop = true;
	}
}

/* Devices that may have writes under way through a window that changes */
static void collect_flush(struct pci_apply *a)
{
	const struct pci_survey *s = a->survey;
	int i, w;

	for (i = 0; i < s->model.nr_bars; i++) {
		struct pci_dev *dev = s->bar_refs[i].dev;

		if (!dev || !s->bars[i].assigned ||
		    (a->nr_flush && a->flush[a->nr_flush - 1] == dev))
			continue;

		for (w = 0; w < a->nr_windows; w++) {
			if (window_is_inside(s, s->bars[i].window, a->windows[w]))
				break;
		}
		if (w < a->nr_windows || bar_changes(s, i))
			a->flush[a->nr_flush++] = dev;
	}
}

/*
 * Registers
 */

static int bar_register(struct pci_dev *dev, int resno)
{
	if (resno == PCI_ROM_RESOURCE)
		return dev->rom_base_reg;
#ifdef CONFIG_PCI_IOV
	if (pci_resource_is_iov(resno))
		return dev->sriov->pos + PCI_SRIOV_BAR +
		       4 * pci_resource_num_to_vf_bar(resno);
#endif
	return PCI_BASE_ADDRESS_0 + 4 * resno;
}

static u32 bar_address_mask(const struct resource *res, int resno)
{
	if (resno == PCI_ROM_RESOURCE)
		return PCI_ROM_ADDRESS_MASK;
	if (res->flags & IORESOURCE_IO)
		return (u32)PCI_BASE_ADDRESS_IO_MASK;
	return (u32)PCI_BASE_ADDRESS_MEM_MASK;
}

static u64 read_bar(struct pci_dev *dev, int where, bool wide)
{
	u32 low = 0, high = 0;

	pci_read_config_dword(dev, where, &low);
	if (wide)
		pci_read_config_dword(dev, where + 4, &high);
	return (u64)high << 32 | low;
}

static void compile_bar(struct pci_apply *a, int i)
{
	const struct pci_survey_bar *ref = &a->survey->bar_refs[i];
	const struct resource *res = ref->res;
	int n = a->switch_model.nr_bars;
	struct pci_switch_bar *bar = &a->switch_bars[n];
	u32 mask = bar_address_mask(res, ref->resno);

	if (!bar_is_written(ref->dev, ref->resno))
		return;

	bar->dev = apply_dev_index(a, ref->dev);
	bar->where = bar_register(ref->dev, ref->resno);
	bar->wide = res->flags & IORESOURCE_MEM_64;
	bar->from = read_bar(ref->dev, bar->where, bar->wide);
	bar->to = a->survey->plan.bars[i].start;
	if (ref->resno != PCI_ROM_RESOURCE)
		bar->to |= res->flags & ~mask & 0xf;
	a->bar_masks[n] = mask;
	a->switch_model.nr_bars++;
}

static bool dev_is_written(const struct pci_apply *a, int dev)
{
	int i;

	for (i = 0; i < a->switch_model.nr_bars; i++) {
		if (a->switch_bars[i].dev == dev)
			return true;
	}
	return false;
}

/*
 * A device must not decode while its BAR is half written; hypervisors also want
 * to see decoding go off before an address changes. A bridge would stop
 * forwarding with it, and its BARs are 32-bit (PCI_BAR_HOLD_BRIDGE), so one
 * write does it.
 */
static void compile_command(struct pci_apply *a, int i)
{
	struct pci_switch_command *command;
	struct pci_dev *dev = a->devs[i].dev;

	if (pci_is_bridge(dev) || !dev_is_written(a, i))
		return;

	command = &a->switch_commands[a->switch_model.nr_commands++];
	command->dev = i;
	/* What else is in the register is read at the last moment, see switch.c */
	command->from = PCI_COMMAND_MEMORY | PCI_COMMAND_IO;
	command->off = 0;
	command->to = command->from;
}

/**
 * pci_read_window - read the registers of a bridge window
 * @bridge: the bridge
 * @type: of the window, by its registers
 * @wide: its upper registers exist
 * @regs: filled; what does not exist is 0
 */
void pci_read_window(struct pci_dev *bridge, enum pci_layout_type type, bool wide,
		     struct pci_window_regs *regs)
{
	const struct pci_window_format *format = &pci_window_formats[type];
	u16 word = 0;

	*regs = (struct pci_window_regs){};
	if (format->size == 2) {
		pci_read_config_word(bridge, format->where, &word);
		regs->low = word;
	} else {
		pci_read_config_dword(bridge, format->where, &regs->low);
	}
	if (!wide)
		return;

	pci_read_config_dword(bridge, format->upper_base, &regs->upper_base);
	if (format->upper_limit)
		pci_read_config_dword(bridge, format->upper_limit, &regs->upper_limit);
}

static void compile_window(struct pci_apply *a, int i)
{
	const struct pci_survey_window *ref = &a->survey->window_refs[i];
	const struct pci_layout_place *place = &a->survey->plan.windows[i];
	const struct pci_layout_window *model = &a->survey->windows[i];
	struct pci_switch_window *window =
		&a->switch_windows[a->switch_model.nr_windows++];

	window->dev = apply_dev_index(a, ref->bridge);
	/* By register, not by what the resource may hold */
	window->type = ref->resno == PCI_BRIDGE_IO_WINDOW ? PCI_LAYOUT_IO :
		       ref->resno == PCI_BRIDGE_MEM_WINDOW ? PCI_LAYOUT_MEM :
							     PCI_LAYOUT_PREF;
	window->wide = ref->resno == PCI_BRIDGE_IO_WINDOW ?
		       model->max > U16_MAX : model->max > U32_MAX;
	window->io_1k = ref->bridge->io_window_1k;
	window->keep = ref->keep;
	pci_read_window(ref->bridge, window->type, window->wide, &window->from);
	if (place->assigned)
		pci_window_encode(window->type, window->wide, window->io_1k,
				  place->start, place->end, &window->to);
	else
		pci_window_encode_closed(window->type, window->wide, &window->to);
}

static int compile_writes(struct pci_apply *a, int *blocked)
{
	int i, max;

	for (i = 0; i < a->nr_bars; i++)
		compile_bar(a, a->bars[i]);
	for (i = 0; i < a->nr_windows; i++)
		compile_window(a, a->windows[i]);
	for (i = 0; i < a->nr_devs; i++)
		compile_command(a, i);

	a->switch_model.bars = a->switch_bars;
	a->switch_model.windows = a->switch_windows;
	a->switch_model.commands = a->switch_commands;
	max = pci_switch_max_writes(&a->switch_model);
	if (!pci_fault("writes"))
		a->writes = kvcalloc(max + 1, sizeof(*a->writes), GFP_KERNEL);
	if (!a->writes)
		return -ENOMEM;

	if (a->nr_windows && pci_fault("order")) {
		*blocked = 0;
		return -EBUSY;
	}

	a->nr_writes = pci_switch_compile(&a->switch_model, a->writes, max, blocked);
	return min(a->nr_writes, 0);
}

/*
 * Resource tree
 */

static struct resource *find_parent(const struct pci_survey *s, int window,
				    enum pci_layout_type type, u64 start, u64 end)
{
	int i;

	if (window != PCI_LAYOUT_NONE)
		return s->window_refs[window].res;

	for (i = 0; i < s->model.nr_apertures; i++) {
		const struct pci_layout_aperture *aperture = &s->apertures[i];

		if (pci_layout_type_fits(type, aperture->type) &&
		    aperture->start <= start && end <= aperture->end)
			return s->aperture_res[i];
	}
	return NULL;
}

static void place_to_resource(struct pci_bus *bus, const struct resource *res,
			      const struct pci_layout_place *place,
			      struct resource_move *move)
{
	struct pci_bus_region region = { place->start, place->end };
	struct resource moved = { .flags = res->flags };

	pcibios_bus_to_resource(bus, &moved, &region);
	move->start = moved.start;
	move->end = moved.end;
}

/* Parents before children */
static void compile_resources(struct pci_apply *a)
{
	const struct pci_survey *s = a->survey;
	int i;

	for (i = 0; i < a->nr_windows; i++) {
		struct resource_move *move = &a->resources[a->nr_resources++];
		int w = a->windows[i];
		const struct pci_layout_place *place = &s->plan.windows[w];

		move->res = s->window_refs[w].res;
		if (place->assigned) {
			place_to_resource(s->window_refs[w].bridge->bus, move->res,
					  place, move);
			move->parent = find_parent(s, s->windows[w].parent,
						   s->windows[w].type,
						   place->start, place->end);
		} else {
			move->start = s->windows[w].align;
			move->end = move->start - 1;
		}
	}

	for (i = 0; i < a->nr_bars; i++) {
		struct resource_move *move = &a->resources[a->nr_resources++];
		int b = a->bars[i];
		const struct pci_layout_place *place = &s->plan.bars[b];

		move->res = s->bar_refs[b].res;
		move->shift_children = true;
		place_to_resource(s->bar_refs[b].dev->bus, move->res, place, move);
		move->parent = find_parent(s, s->bars[b].window, s->bars[b].type,
					   place->start, place->end);
	}
}

/*
 * Whoever has no driver had no mappings when the BAR was looked at; should one
 * have been made since, it goes along.
 */
static void compile_mappings(struct pci_apply *a)
{
	const struct pci_survey *s = a->survey;
	int i;

	for (i = 0; i < a->nr_bars; i++) {
		const struct pci_survey_bar *ref = &s->bar_refs[a->bars[i]];
		const struct resource_move *move =
			&a->resources[a->nr_resources - a->nr_bars + i];
		struct ioremap_move *mapping = &a->mappings[a->nr_mappings];

		if (!s->bars[a->bars[i]].assigned ||
		    !(ref->res->flags & IORESOURCE_MEM))
			continue;

		mapping->from = ref->res->start;
		mapping->to = move->start;
		mapping->size = PAGE_ALIGN(resource_size(ref->res));
		a->nr_mappings++;
	}
}

/**
 * pci_apply_alloc - see what a plan changes
 * @survey: model and plan; must outlive the result
 *
 * Context: May sleep. Caller holds pci_lock_rescan_remove().
 * Return: what changes, for pci_apply_free(), or NULL without memory.
 */
struct pci_apply *pci_apply_alloc(struct pci_survey *survey)
{
	int bars = survey->model.nr_bars + 1;
	int windows = survey->model.nr_windows + 1;
	struct pci_apply *a = kzalloc_obj(*a);

	if (!a)
		return NULL;

	a->survey = survey;
	a->devs = kvcalloc(bars + windows, sizeof(*a->devs), GFP_KERNEL);
	a->flush = kvcalloc(bars, sizeof(*a->flush), GFP_KERNEL);
	a->bars = kvcalloc(bars, sizeof(*a->bars), GFP_KERNEL);
	a->windows = kvcalloc(windows, sizeof(*a->windows), GFP_KERNEL);
	a->switch_bars = kvcalloc(bars, sizeof(*a->switch_bars), GFP_KERNEL);
	a->bar_masks = kvcalloc(bars, sizeof(*a->bar_masks), GFP_KERNEL);
	a->switch_windows = kvcalloc(windows, sizeof(*a->switch_windows), GFP_KERNEL);
	a->switch_commands = kvcalloc(bars + windows, sizeof(*a->switch_commands),
				      GFP_KERNEL);
	a->mappings = kvcalloc(bars, sizeof(*a->mappings), GFP_KERNEL);
	a->resources = kvcalloc(bars + windows, sizeof(*a->resources), GFP_KERNEL);
	if (!a->devs || !a->flush || !a->bars || !a->windows || !a->switch_bars ||
	    !a->bar_masks || !a->switch_windows || !a->switch_commands ||
	    !a->mappings || !a->resources) {
		pci_apply_free(a);
		return NULL;
	}

	collect_bars(a);
	collect_windows(a);
	collect_flush(a);
	return a;
}

/**
 * pci_apply_free - forget what a plan changes
 * @a: from pci_apply_alloc()
 */
void pci_apply_free(struct pci_apply *a)
{
	kvfree(a->devs);
	kvfree(a->flush);
	kvfree(a->bars);
	kvfree(a->windows);
	kvfree(a->switch_bars);
	kvfree(a->bar_masks);
	kvfree(a->switch_windows);
	kvfree(a->switch_commands);
	kvfree(a->writes);
	kvfree(a->mappings);
	kvfree(a->resources);
	kfree(a);
}

/**
 * pci_apply_compile - work out register writes, resources and mappings
 * @a: what changes; its devices are locked and in D0
 * @blocked: set to the index in the model of the window that cannot be changed
 *	     safely, if that is the reason to fail
 *
 * Context: May sleep. Reads config space, changes nothing.
 * Return: 0; -EBUSY if no safe order of writes exists for a window; -EINVAL if the
 * model contradicts itself; -ENOMEM.
 */
int pci_apply_compile(struct pci_apply *a, int *blocked)
{
	int ret, n = 0;

	compile_resources(a);
	compile_mappings(a);
	ret = compile_writes(a, &n);
	if (ret == -EBUSY)
		*blocked = a->windows[n];
	return ret;
}
