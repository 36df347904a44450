// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: pack an anchored window
 *
 * It must cover the hull of what is pinned in it and can stretch downwards and
 * upwards until it meets something else that is pinned:
 *
 *	   neighbour     limit of w                     neighbour
 *	  [#########]..........[##..###..#]..........[#############]
 *	                       hull of w
 *	             <---------           --------->
 *
 * How far it has to stretch in one direction depends on how far it does in the
 * other, and what is best is seen only further up, where siblings compete for
 * the same gap. So each window offers a few shapes, and its container picks.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/* More pairs of a block and a gap are not looked at to find where one is tight */
#define LAYOUT_CROWD		SZ_256K

static bool stretch_to_wish(const struct pci_layout_packer *p, int w,
			    struct pci_layout_box *box)
{
	const struct pci_layout_range *limit = &p->limit[w];
	u64 more = pci_layout_missing_to_wish(p, w, box->used.end - box->used.start + 1);
	u64 below = box->used.start - limit->start;
	u64 above = limit->end - box->used.end;

	if (box->how == PCI_LAYOUT_HIGHEST)
		above = min(above, more - min(more, below));
	above = min(above, more);
	if (more - above > below)
		return false;
	box->used.end += above;
	box->used.start -= more - above;
	return true;
}

static bool pack_anchored_once(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	int w = box->container;

	box->used = p->hull[w];
	box->bounds = p->limit[w];
	if (box->how == PCI_LAYOUT_LOWEST)
		box->bounds.start = box->used.start;
	if (box->how == PCI_LAYOUT_HIGHEST)
		box->bounds.end = box->used.end;

	if (!pci_layout_pick_shapes(p, box))
		return false;
	pci_layout_list_gaps(p, box);
	if (!pci_layout_place_loose(p, box))
		return false;
	/* Firmware may have given it a start that it could not have today */
	if (window_is_rigid(p, w))
		return true;
	range_round_out(&box->used, p->model->windows[w].align);
	return stretch_to_wish(p, w, box);
}

static bool pack_anchored_how(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	bool choice = pci_layout_has_choice(p, box->container);
	int order, taste;

	for (order = 0; order < PCI_LAYOUT_NR_ORDERS; order++) {
		if (!pci_layout_list_loose(p, box->container, order))
			return false;
		for (taste = 0; taste < PCI_LAYOUT_NR_TASTES; taste++) {
			box->taste = taste;
			if (pack_anchored_once(p, box))
				return true;
			if (!choice)
				break;
		}
		if (!pci_layout_order_matters(p))
			break;
	}
	return false;
}

/* Keep a shape unless one that is there already is as good in all respects */
static void add_anchored_shape(struct pci_layout_packer *p, int w,
			       const struct pci_layout_range *used)
{
	struct pci_layout_shape *shape = &p->shape[w * PCI_LAYOUT_SHAPES];
	int nr = p->nr_shapes[w];
	int k;

	for (k = 0; k < nr; k++) {
		if (shape_is_inside(&shape[k], used))
			return;
	}
	shape[nr].start = used->start;
	shape[nr].size = used->end - used->start + 1;
	shape[nr].align = 1;
	shape[nr].max_start = U64_MAX;
	p->nr_shapes[w]++;
}

/* Is it too much to look at each gap for each block? */
static bool is_crowded(const struct pci_layout_packer *p, int container)
{
	u64 nr = p->first[container + 1] - p->first[container];

	return nr * nr > LAYOUT_CROWD;
}

/* Returns false if no other way of packing is needed */
static bool add_anchored_how(struct pci_layout_packer *p, struct pci_layout_box *box,
			     enum pci_layout_how how)
{
	int w = box->container;

	box->how = how;
	box->slot = p->nr_shapes[w];
	if (box->slot == PCI_LAYOUT_SHAPES)
		return false;
	if (!pack_anchored_how(p, box))
		return true;
	add_anchored_shape(p, w, &box->used);
	/* It cannot be smaller than what it has to cover */
	return box->used.start != p->hull[w].start || box->used.end != p->hull[w].end;
}

/**
 * pci_layout_pack_anchored() - find shapes for an anchored window
 * @p: packer, whose windows inside of this one have theirs; takes the shapes
 * @w: the window
 */
void pci_layout_pack_anchored(struct pci_layout_packer *p, int w)
{
	struct pci_layout_box box = { .container = w };

	if (!add_anchored_how(p, &box, PCI_LAYOUT_LOWEST) ||
	    !add_anchored_how(p, &box, PCI_LAYOUT_HIGHEST))
		return;
	if (!is_crowded(p, w) &&
	    (!add_anchored_how(p, &box, PCI_LAYOUT_TIGHT_ABOVE) ||
	     !add_anchored_how(p, &box, PCI_LAYOUT_TIGHT_BELOW)))
		return;
	for (box.sides = 1; box.sides < (1 << PCI_LAYOUT_NR_SIDES) - 1; box.sides++) {
		if (pci_layout_sides_differ(box.sides, p->nr_keys) &&
		    !add_anchored_how(p, &box, PCI_LAYOUT_SIDES))
			return;
	}
}
