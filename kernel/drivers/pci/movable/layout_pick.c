// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: anchored windows pick their shapes
 *
 * Siblings are disjoint and limited by each other's hulls, so only neighbours
 * can collide, in the gap between them. The cheapest combination is found from
 * the lowest to the highest, remembering the cheapest way to each shape.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

static u64 shape_cost(const struct pci_layout_packer *p,
		      const struct pci_layout_box *box, int w,
		      const struct pci_layout_shape *shape)
{
	const struct pci_layout_range *hull = &p->hull[w];
	u64 below = hull->start - shape->start;
	u64 above = shape->start + (shape->size - 1) - hull->end;
	u64 out = 0;

	if (!range_is_empty(&box->used))
		out = pci_layout_stretch(&box->used, shape->start, shape->size);
	/* To stretch the container as well is worse than anything inside */
	out = out >> 56 ? U64_MAX : out << 8;

	switch (box->taste) {
	case PCI_LAYOUT_GROW_UPWARDS:
		return below;
	case PCI_LAYOUT_GROW_DOWNWARDS:
		return above;
	default:
		return pci_layout_sat_add(out, below + above);
	}
}

/* Cheapest sum up to window @w in its shape @k, if window @prev precedes it */
static u64 cost_before(struct pci_layout_packer *p, int prev, int w, int k)
{
	u64 start = node_shape(p, w, k).start;
	u64 best = U64_MAX;
	int j;

	for (j = 0; j < p->nr_shapes[prev]; j++) {
		struct pci_layout_shape shape = node_shape(p, prev, j);
		u64 cost = p->cost[prev * PCI_LAYOUT_SHAPES + j];

		if (cost < best && shape.start + (shape.size - 1) < start) {
			best = cost;
			p->from[w * PCI_LAYOUT_SHAPES + k] = j;
		}
	}
	return best;
}

static bool weigh_shapes(struct pci_layout_packer *p, const struct pci_layout_box *box,
			 int prev, int w)
{
	bool any = false;
	int k;

	for (k = 0; k < p->nr_shapes[w]; k++) {
		struct pci_layout_shape shape = node_shape(p, w, k);
		u64 *cost = &p->cost[w * PCI_LAYOUT_SHAPES + k];

		*cost = prev == PCI_LAYOUT_NONE ? 0 : cost_before(p, prev, w, k);
		if (*cost == U64_MAX || !shape_is_inside(&shape, &box->bounds)) {
			*cost = U64_MAX;
			continue;
		}
		*cost = min(pci_layout_sat_add(*cost, shape_cost(p, box, w, &shape)),
			    U64_MAX - 1);
		any = true;
	}
	return any;
}

static int cheapest_shape(const struct pci_layout_packer *p, int w)
{
	int best = 0;
	int k;

	for (k = 1; k < p->nr_shapes[w]; k++) {
		if (p->cost[w * PCI_LAYOUT_SHAPES + k] <
		    p->cost[w * PCI_LAYOUT_SHAPES + best])
			best = k;
	}
	return best;
}

/**
 * pci_layout_pick_shapes() - choose a shape for each anchored window in a box
 * @p: packer
 * @box: says within which bounds and what counts; its @used grows
 *
 * Return: false if no combination keeps them apart and within bounds.
 */
bool pci_layout_pick_shapes(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	int first = p->first[box->container];
	int prev = PCI_LAYOUT_NONE;
	int i, pick = 0;

	for (i = first; i < p->first[box->container + 1]; i++) {
		if (!node_is_anchored(p, p->child[i]))
			continue;
		if (!weigh_shapes(p, box, prev, p->child[i]))
			return false;
		prev = p->child[i];
	}
	if (prev == PCI_LAYOUT_NONE)
		return true;

	pick = cheapest_shape(p, prev);
	for (i--; i >= first; i--) {
		int w = p->child[i];
		struct pci_layout_shape shape;

		if (!node_is_anchored(p, w))
			continue;
		*node_pick(p, w, box->slot) = pick;
		shape = node_shape(p, w, pick);
		*node_at(p, w, box->slot) = shape.start;
		range_cover(&box->used, shape.start,
			    shape.start + (shape.size - 1));
		pick = p->from[w * PCI_LAYOUT_SHAPES + pick];
	}
	return true;
}

/**
 * pci_layout_has_choice() - would another taste lead to something else?
 * @p: packer
 * @container: whose children pick
 *
 * Return: true if an anchored window has more than one shape.
 */
bool pci_layout_has_choice(const struct pci_layout_packer *p, int container)
{
	int i;

	for (i = p->first[container]; i < p->first[container + 1]; i++) {
		if (node_is_anchored(p, p->child[i]) &&
		    p->nr_shapes[p->child[i]] > 1)
			return true;
	}
	return false;
}
