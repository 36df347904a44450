// SPDX-License-Identifier: GPL-2.0
/*
 * Checker of plans for movable PCI BARs
 *
 * Written from the rules of PCI and of layout.h, and sharing nothing with the
 * planner: what it accepts can be carried out, whoever made the plan. It has no
 * memory of its own, hence compares each range with each other; that is fine
 * for the sizes of machines and nothing compared with the move that follows.
 */

#include "layout_internal.h"
#include "layout.h"

struct check {
	const struct pci_layout_model *model;
	const struct pci_layout_plan *plan;
	int *where;
};

/* A BAR or window of the plan, reduced to what both have */
struct checked {
	int container;
	int root;
	enum pci_layout_type type;
	u64 start;
	u64 end;
	bool assigned;
	bool blocker;
};

static enum pci_layout_fault fault_at(const struct check *c,
				      enum pci_layout_fault fault, int node)
{
	if (c->where)
		*c->where = node;
	return fault;
}

static bool multiple_of(u64 value, u64 unit)
{
	return !(value & (unit - 1));
}

static bool goes_into(enum pci_layout_type inner, enum pci_layout_type outer)
{
	switch (outer) {
	case PCI_LAYOUT_IO:
		return inner == PCI_LAYOUT_IO;
	case PCI_LAYOUT_MEM:
		return inner != PCI_LAYOUT_IO;
	case PCI_LAYOUT_PREF:
		return inner == PCI_LAYOUT_PREF;
	}
	return false;
}

static bool refers_below(int index, int nr)
{
	return index >= PCI_LAYOUT_NONE && index < nr;
}

static enum pci_layout_fault check_model(const struct check *c)
{
	const struct pci_layout_model *m = c->model;
	int i;

	for (i = 0; i < m->nr_windows; i++) {
		u64 unit = m->windows[i].align;

		if (!refers_below(m->windows[i].parent, i) || !unit ||
		    !multiple_of(unit, unit))
			return fault_at(c, PCI_LAYOUT_BAD_MODEL, i);
	}
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (!refers_below(bar->window, m->nr_windows) ||
		    !refers_below(bar->dev, m->nr_devs) || !bar->size ||
		    !bar->align || !multiple_of(bar->align, bar->align) ||
		    (!bar->assigned && (bar->fixed || bar->dev < 0)))
			return fault_at(c, PCI_LAYOUT_BAD_MODEL, m->nr_windows + i);
	}
	return PCI_LAYOUT_OK;
}

static void get(const struct check *c, int node, struct checked *x)
{
	const struct pci_layout_model *m = c->model;
	const struct pci_layout_place *place;

	if (node < m->nr_windows) {
		place = &c->plan->windows[node];
		x->container = m->windows[node].parent;
		x->root = m->windows[node].root;
		x->type = m->windows[node].type;
		x->blocker = false;
	} else {
		const struct pci_layout_bar *bar = &m->bars[node - m->nr_windows];

		place = &c->plan->bars[node - m->nr_windows];
		x->container = bar->window;
		x->root = bar->root;
		x->type = bar->type;
		x->blocker = bar->dev == PCI_LAYOUT_NONE;
	}
	x->start = place->start;
	x->end = place->end;
	x->assigned = place->assigned;
}

static enum pci_layout_fault check_window(const struct check *c, int i)
{
	const struct pci_layout_window *w = &c->model->windows[i];
	const struct pci_layout_place *place = &c->plan->windows[i];
	bool same = place->assigned == w->assigned &&
		    (!w->assigned ||
		     (place->start == w->start && place->end == w->end));

	if (w->fixed && !same)
		return fault_at(c, PCI_LAYOUT_FIXED_MOVED, i);
	if (!place->assigned)
		return PCI_LAYOUT_OK;
	if (place->start > place->end)
		return fault_at(c, PCI_LAYOUT_WRONG_SIZE, i);
	if (same)
		return PCI_LAYOUT_OK;
	if (!multiple_of(place->start, w->align) ||
	    !multiple_of(place->end + 1, w->align))
		return fault_at(c, PCI_LAYOUT_MISALIGNED, i);
	if (place->end > w->max)
		return fault_at(c, PCI_LAYOUT_OVER_LIMIT, i);
	return PCI_LAYOUT_OK;
}

static enum pci_layout_fault check_bar(const struct check *c, int i)
{
	const struct pci_layout_bar *bar = &c->model->bars[i];
	const struct pci_layout_place *place = &c->plan->bars[i];
	int node = c->model->nr_windows + i;
	bool same = bar->assigned && place->assigned && place->start == bar->start;

	if (bar->assigned && !place->assigned)
		return fault_at(c, PCI_LAYOUT_LOST, node);
	if (!place->assigned)
		return PCI_LAYOUT_OK;
	if (bar->fixed && !same)
		return fault_at(c, PCI_LAYOUT_FIXED_MOVED, node);
	if (place->end < place->start || place->end - place->start != bar->size - 1)
		return fault_at(c, PCI_LAYOUT_WRONG_SIZE, node);
	if (same)
		return PCI_LAYOUT_OK;
	if (!multiple_of(place->start, bar->align))
		return fault_at(c, PCI_LAYOUT_MISALIGNED, node);
	if (place->end > bar->max)
		return fault_at(c, PCI_LAYOUT_OVER_LIMIT, node);
	return PCI_LAYOUT_OK;
}

static bool lies_in_aperture(const struct check *c, const struct checked *x)
{
	int i;

	for (i = 0; i < c->model->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &c->model->apertures[i];

		if (a->root == x->root && goes_into(x->type, a->type) &&
		    x->start >= a->start && x->end <= a->end)
			return true;
	}
	return false;
}

/* Firmware may have put what stays below a host bridge wherever it liked */
static bool may_lie_outside(const struct check *c, int node)
{
	const struct pci_layout_model *m = c->model;

	return node < m->nr_windows ? m->windows[node].fixed :
				      m->bars[node - m->nr_windows].fixed;
}

static enum pci_layout_fault check_inside(const struct check *c, int node)
{
	const struct pci_layout_place *outer;
	struct checked x;
	bool inside;

	get(c, node, &x);
	if (!x.assigned)
		return PCI_LAYOUT_OK;
	if (x.container == PCI_LAYOUT_NONE) {
		inside = may_lie_outside(c, node) || lies_in_aperture(c, &x);
	} else {
		outer = &c->plan->windows[x.container];
		inside = outer->assigned && x.start >= outer->start &&
			 x.end <= outer->end &&
			 x.root == c->model->windows[x.container].root &&
			 goes_into(x.type, c->model->windows[x.container].type);
	}
	return inside ? PCI_LAYOUT_OK : fault_at(c, PCI_LAYOUT_OUTSIDE, node);
}

/* All host bridges share one space of memory and one of ports */
static bool are_siblings(const struct checked *a, const struct checked *b)
{
	if (a->container != b->container)
		return false;
	return a->container != PCI_LAYOUT_NONE ||
	       (a->type == PCI_LAYOUT_IO) == (b->type == PCI_LAYOUT_IO);
}

static enum pci_layout_fault check_disjoint(const struct check *c, int node)
{
	struct checked a, b;
	int i;

	get(c, node, &a);
	for (i = 0; a.assigned && i < node; i++) {
		get(c, i, &b);
		if (!b.assigned || !are_siblings(&a, &b) || (a.blocker && b.blocker))
			continue;
		if (a.start <= b.end && b.start <= a.end)
			return fault_at(c, PCI_LAYOUT_OVERLAP, node);
	}
	return PCI_LAYOUT_OK;
}

static enum pci_layout_fault check_served(const struct check *c, int i)
{
	const struct pci_layout_bar *bar = &c->model->bars[i];
	bool placed = c->plan->bars[i].assigned;
	bool refused;

	if (bar->assigned)
		return PCI_LAYOUT_OK;
	refused = c->plan->refusals[bar->dev].reason != PCI_LAYOUT_PLACED;
	if (refused ? placed : !placed && !bar->optional)
		return fault_at(c, PCI_LAYOUT_HALF_SERVED, c->model->nr_windows + i);
	return PCI_LAYOUT_OK;
}

/**
 * pci_layout_check() - is the plan one that can be carried out?
 * @model: what was planned for
 * @plan: an answer to it
 * @where: if not NULL, takes what the fault was found at: the index of a
 *	   window, or nr_windows plus the index of a BAR
 *
 * Return: PCI_LAYOUT_OK, or the first fault found.
 */
enum pci_layout_fault pci_layout_check(const struct pci_layout_model *model,
				       const struct pci_layout_plan *plan,
				       int *where)
{
	const struct check c = { .model = model, .plan = plan, .where = where };
	int nr_nodes = model->nr_windows + model->nr_bars;
	enum pci_layout_fault fault = check_model(&c);
	int i;

	for (i = 0; !fault && i < model->nr_windows; i++)
		fault = check_window(&c, i);
	for (i = 0; !fault && i < model->nr_bars; i++)
		fault = check_bar(&c, i);
	for (i = 0; !fault && i < nr_nodes; i++)
		fault = check_inside(&c, i);
	for (i = 0; !fault && i < nr_nodes; i++)
		fault = check_disjoint(&c, i);
	for (i = 0; !fault && i < model->nr_bars; i++)
		fault = check_served(&c, i);
	return fault;
}
