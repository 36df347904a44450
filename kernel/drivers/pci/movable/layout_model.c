// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: does the model make sense?
 *
 * The planner relies on all of this; a model that contradicts itself is turned
 * down, whether a bug of the survey or a hostile test made it.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

static bool type_is_valid(enum pci_layout_type type)
{
	return type == PCI_LAYOUT_IO || type == PCI_LAYOUT_MEM ||
	       type == PCI_LAYOUT_PREF;
}

/* is_power_of_2() takes an unsigned long, which may be too short */
static bool order_is_exact(u64 align)
{
	return align && !(align & (align - 1));
}

static bool index_is_valid(int index, int nr)
{
	return index == PCI_LAYOUT_NONE || (index >= 0 && index < nr);
}

static bool range_is_inside(u64 start, u64 end, u64 outer_start, u64 outer_end)
{
	return start >= outer_start && end <= outer_end;
}

/* Does an aperture of the root take a range of the type? */
static bool has_aperture(const struct pci_layout_model *m, int root,
			 enum pci_layout_type type, u64 start, u64 end)
{
	int i;

	for (i = 0; i < m->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		if (a->root == root && pci_layout_type_fits(type, a->type) &&
		    range_is_inside(start, end, a->start, a->end))
			return true;
	}
	return false;
}

static bool aperture_is_valid(const struct pci_layout_model *m, int i)
{
	const struct pci_layout_aperture *a = &m->apertures[i];
	int j;

	if (!type_is_valid(a->type) || a->start > a->end)
		return false;
	for (j = 0; j < i; j++) {
		const struct pci_layout_aperture *b = &m->apertures[j];

		if (a->root == b->root && a->type == b->type &&
		    a->start <= b->end && b->start <= a->end)
			return false;
	}
	return true;
}

static bool window_place_is_valid(const struct pci_layout_model *m, int i)
{
	const struct pci_layout_window *w = &m->windows[i];
	const struct pci_layout_window *parent;

	if (w->start > w->end)
		return false;
	if (!w->fixed && (w->end > w->max || !IS_ALIGNED(w->start, w->align) ||
			  !IS_ALIGNED(w->end + 1, w->align)))
		return false;
	if (w->parent == PCI_LAYOUT_NONE)
		return w->fixed || has_aperture(m, w->root, w->type, w->start, w->end);

	parent = &m->windows[w->parent];
	return parent->assigned &&
	       range_is_inside(w->start, w->end, parent->start, parent->end);
}

static bool window_is_valid(const struct pci_layout_model *m, int i)
{
	const struct pci_layout_window *w = &m->windows[i];

	if (!type_is_valid(w->type) || !index_is_valid(w->parent, i) ||
	    !order_is_exact(w->align))
		return false;
	if (w->parent != PCI_LAYOUT_NONE &&
	    (m->windows[w->parent].root != w->root ||
	     !pci_layout_type_fits(w->type, m->windows[w->parent].type)))
		return false;
	return !w->assigned || window_place_is_valid(m, i);
}

static bool bar_place_is_valid(const struct pci_layout_model *m,
			       const struct pci_layout_bar *bar)
{
	u64 end = pci_layout_bar_end(bar);
	const struct pci_layout_window *w;

	if (end < bar->start)
		return false;
	if (bar->window == PCI_LAYOUT_NONE)
		return bar->fixed ||
		       has_aperture(m, bar->root, bar->type, bar->start, end);

	w = &m->windows[bar->window];
	return w->assigned && range_is_inside(bar->start, end, w->start, w->end);
}

static bool bar_is_valid(const struct pci_layout_model *m, int i)
{
	const struct pci_layout_bar *bar = &m->bars[i];

	if (!type_is_valid(bar->type) || !index_is_valid(bar->window, m->nr_windows) ||
	    !index_is_valid(bar->dev, m->nr_devs) || !bar->size ||
	    !order_is_exact(bar->align))
		return false;
	if (bar->fixed && !bar->assigned)
		return false;
	if (bar->dev == PCI_LAYOUT_NONE && !bar->fixed)
		return false;
	if (bar->window != PCI_LAYOUT_NONE &&
	    (m->windows[bar->window].root != bar->root ||
	     !pci_layout_type_fits(bar->type, m->windows[bar->window].type)))
		return false;
	return !bar->assigned || bar_place_is_valid(m, bar);
}

static bool dev_is_valid(const struct pci_layout_dev *dev)
{
	return dev->cost == PCI_LAYOUT_NO_DRIVER || dev->cost == PCI_LAYOUT_LIVE ||
	       dev->cost == PCI_LAYOUT_PAUSED;
}

static bool count_is_valid(int nr, const void *array)
{
	return nr >= 0 && nr <= PCI_LAYOUT_MAX_COUNT && (array || !nr);
}

/**
 * pci_layout_counts_are_valid() - can the arrays be looked at?
 * @m: model
 *
 * Return: true if all counts are sane.
 */
bool pci_layout_counts_are_valid(const struct pci_layout_model *m)
{
	return count_is_valid(m->nr_apertures, m->apertures) &&
	       count_is_valid(m->nr_windows, m->windows) &&
	       count_is_valid(m->nr_bars, m->bars) &&
	       count_is_valid(m->nr_devs, m->devs);
}

/**
 * pci_layout_items_are_valid() - does each item make sense on its own?
 * @m: model
 *
 * Return: true if so. Whether items overlap is not looked at.
 */
bool pci_layout_items_are_valid(const struct pci_layout_model *m)
{
	int i;

	for (i = 0; i < m->nr_apertures; i++) {
		if (!aperture_is_valid(m, i))
			return false;
	}
	for (i = 0; i < m->nr_windows; i++) {
		if (!window_is_valid(m, i))
			return false;
	}
	for (i = 0; i < m->nr_bars; i++) {
		if (!bar_is_valid(m, i))
			return false;
	}
	for (i = 0; i < m->nr_devs; i++) {
		if (!dev_is_valid(&m->devs[i]))
			return false;
	}
	return true;
}

static bool node_range(const struct pci_layout_packer *p, int node, u64 *start,
		       u64 *end, bool *blocker)
{
	const struct pci_layout_model *m = p->model;

	if (node < m->nr_windows) {
		*start = m->windows[node].start;
		*end = m->windows[node].end;
		*blocker = false;
		return m->windows[node].assigned;
	}
	node -= m->nr_windows;
	*start = m->bars[node].start;
	*end = pci_layout_bar_end(&m->bars[node]);
	*blocker = m->bars[node].dev == PCI_LAYOUT_NONE;
	return m->bars[node].assigned;
}

/**
 * pci_layout_siblings_are_disjoint() - does nothing overlap today?
 * @p: packer whose children are sorted
 *
 * Ranges that are merely in the way may overlap each other.
 *
 * Return: true if nothing does.
 */
bool pci_layout_siblings_are_disjoint(const struct pci_layout_packer *p)
{
	int c, i;

	for (c = 0; c < p->model->nr_windows + 2; c++) {
		bool any = false, any_blocker = false;
		u64 last = 0, last_blocker = 0;

		for (i = p->first[c]; i < p->first[c + 1]; i++) {
			bool blocker;
			u64 start, end;

			if (!node_range(p, p->child[i], &start, &end, &blocker))
				break;
			if (any && start <= last)
				return false;
			if (any_blocker && !blocker && start <= last_blocker)
				return false;
			if (blocker) {
				last_blocker = any_blocker ? max(last_blocker, end) : end;
				any_blocker = true;
			} else {
				last = end;
				any = true;
			}
		}
	}
	return true;
}
