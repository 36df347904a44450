// SPDX-License-Identifier: GPL-2.0
/*
 * Random machines: host bridges and bridges, and where there is room in them
 */

#include "maker.h"

/*
 * Free places
 */

static bool touches(int container, enum pci_layout_type type, u64 start, u64 end,
		    int other, enum pci_layout_type other_type, u64 s, u64 e)
{
	if (container != other || s > end || start > e)
		return false;
	return container >= 0 || is_io(type) == is_io(other_type);
}

static bool is_taken(const struct machine *m, int container, enum pci_layout_type type,
		     u64 start, u64 end, bool blocker)
{
	int i;

	for (i = 0; i < m->model.nr_windows; i++) {
		const struct pci_layout_window *w = &m->windows[i];

		if (w->assigned && touches(container, type, start, end, w->parent,
					   w->type, w->start, w->end))
			return true;
	}
	for (i = 0; i < m->model.nr_bars; i++) {
		const struct pci_layout_bar *b = &m->bars[i];

		if (b->assigned && !(blocker && b->dev == PCI_LAYOUT_NONE) &&
		    touches(container, type, start, end, b->window, b->type, b->start,
			    b->start + b->size - 1))
			return true;
	}
	return false;
}

/* The range of the container; below a host bridge, of one of its apertures */
static bool pick_outer(struct maker *k, int container, int root,
		       enum pci_layout_type type, u64 *start, u64 *end)
{
	const struct machine *m = k->m;
	int i, nr = 0;

	if (container >= 0) {
		*start = m->windows[container].start;
		*end = m->windows[container].end;
		return m->windows[container].assigned;
	}
	for (i = 0; i < m->model.nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		if (a->root != root || !suits(type, a->type) || below(k, ++nr))
			continue;
		*start = a->start;
		*end = a->end;
	}
	return nr;
}

bool maker_pick_place(struct maker *k, int container, int root, enum pci_layout_type type,
		      u64 size, u64 align, u64 max, bool blocker, u64 *at)
{
	u64 start, end, first;
	int try;

	for (try = 0; try < 6; try++) {
		if (!pick_outer(k, container, root, type, &start, &end))
			return false;
		end = min(end, max);
		first = ALIGN(start, align);
		if (first > end || end - first < size - 1)
			continue;
		*at = first + align * below(k, (end - first + 1 - size) / align + 1);
		if (!is_taken(k->m, container, type, *at, *at + size - 1, blocker))
			return true;
	}
	return false;
}

/*
 * Host bridges and bridges
 */

static void add_aperture(struct maker *k, int root, enum pci_layout_type type, u64 start,
			 int units)
{
	struct pci_layout_aperture *a = machine_add_aperture(k->m);

	a->root = root;
	a->type = type;
	a->start = start;
	a->end = start + unit_of(type) * units - 1;
}

void maker_add_host(struct maker *k, int root)
{
	int units = k->kind->units;
	u64 low = MEGABYTE * (root && chance(k, 75) ? 1600 : 64);

	k->buses[k->nr_buses++] = (struct bus) {
		.window = { PCI_LAYOUT_NONE, PCI_LAYOUT_NONE, PCI_LAYOUT_NONE },
		.root = root, .is_below_host = true,
	};
	add_aperture(k, root, PCI_LAYOUT_MEM, low, about(k, units));
	if (!k->kind->is_typed)
		return;
	add_aperture(k, root, PCI_LAYOUT_IO, root ? 0x8000 : 0x1000, 1 + below(k, 7));
	if (chance(k, 60))
		add_aperture(k, root, chance(k, 70) ? PCI_LAYOUT_PREF : PCI_LAYOUT_MEM,
			     (u64)SZ_1G * 16 * (root + 1), about(k, 2 * units));
	if (chance(k, 20))
		add_aperture(k, root, PCI_LAYOUT_MEM, MEGABYTE * (2688 + root * 640),
			     about(k, units / 2));
}

static u64 window_max(struct maker *k, enum pci_layout_type type)
{
	switch (type) {
	case PCI_LAYOUT_IO:
		return chance(k, 80) ? 0xffff : U32_MAX;
	case PCI_LAYOUT_MEM:
		return k->kind->is_typed ? U32_MAX : U64_MAX;
	case PCI_LAYOUT_PREF:
		return chance(k, 80) ? U64_MAX : U32_MAX;
	}
	return 0;
}

static int add_window(struct maker *k, const struct bus *bus, enum pci_layout_type type)
{
	struct pci_layout_window w = {
		.parent = parent_window(bus, type), .root = bus->root, .type = type,
		.max = window_max(k, type), .align = unit_of(type),
	};
	u64 start, end, units, size;

	if (k->kind->is_typed && chance(k, 15))
		w.reserve = w.align * below(k, 8);
	if (chance(k, 85) && pick_outer(k, w.parent, w.root, type, &start, &end)) {
		units = (end - start + 1) / w.align;
		size = w.align * (1 + below(k, units / (bus->is_below_host ? 2 : 1)));
		w.assigned = maker_pick_place(k, w.parent, w.root, type, size, w.align,
					      w.max, false, &w.start);
		w.end = w.start + size - 1;
	}
	*machine_add_window(k->m) = w;
	return k->m->model.nr_windows - 1;
}

void maker_add_bridge(struct maker *k)
{
	struct bus bus = k->buses[below(k, k->nr_buses)], new = bus;
	bool typed = k->kind->is_typed;

	new.is_below_host = false;
	new.window[PCI_LAYOUT_MEM] = add_window(k, &bus, PCI_LAYOUT_MEM);
	new.window[PCI_LAYOUT_PREF] = typed && chance(k, 60) ?
		add_window(k, &bus, PCI_LAYOUT_PREF) : PCI_LAYOUT_NONE;
	new.window[PCI_LAYOUT_IO] = typed && leads_there(&bus, PCI_LAYOUT_IO) && chance(k, 60) ?
		add_window(k, &bus, PCI_LAYOUT_IO) : PCI_LAYOUT_NONE;
	k->buses[k->nr_buses++] = new;
}
