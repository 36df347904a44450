// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: pack a floating window
 *
 * Nothing in it is pinned: it becomes a block that can go anywhere. Its contents
 * are packed at made-up addresses, in a few ways.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/* A made-up address in the middle of nowhere */
#define LAYOUT_MIDDLE		0x4000000000000000ULL

static u64 floating_align(const struct pci_layout_packer *p, int w)
{
	u64 align = p->model->windows[w].align;
	int i;

	for (i = 0; i < p->nr_keys; i++)
		align = max(align, node_shape(p, p->key[i].id, 0).align);
	return align;
}

/* Addresses of the contents become offsets in the window */
static void make_relative(struct pci_layout_packer *p, const struct pci_layout_box *box)
{
	int i;

	for (i = 0; i < p->nr_keys; i++)
		*node_at(p, p->key[i].id, box->slot) -= box->used.start;
}

/* Highest address that the window may start at, for itself and its contents */
static bool floating_max_start(struct pci_layout_packer *p,
			       const struct pci_layout_box *box, u64 *max_start)
{
	u64 last = box->used.end - box->used.start;
	u64 max = p->model->windows[box->container].max;
	int i;

	if (max < last)
		return false;
	*max_start = max - last;
	for (i = 0; i < p->nr_keys; i++) {
		int node = p->key[i].id;
		int pick = *node_pick(p, node, box->slot);
		u64 at = *node_at(p, node, box->slot);

		max = node_shape(p, node, pick).max_start;
		if (max < at)
			return false;
		*max_start = min(*max_start, max - at);
	}
	return true;
}

static void add_floating_shape(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	int w = box->container;
	struct pci_layout_shape *shape = &p->shape[w * PCI_LAYOUT_SHAPES];
	struct pci_layout_shape new = {
		.size = box->used.end - box->used.start + 1,
		.align = floating_align(p, w),
	};
	int k;

	new.start = box->used.start & (new.align - 1);
	make_relative(p, box);
	if (!new.size || !floating_max_start(p, box, &new.max_start))
		return;

	for (k = 0; k < p->nr_shapes[w]; k++) {
		if (shape[k].start == new.start && shape[k].size <= new.size &&
		    shape[k].max_start >= new.max_start)
			return;
	}
	shape[p->nr_shapes[w]++] = new;
}

/*
 * The first block, in its shape @first, decides where an alignment boundary
 * lies in the window:
 *
 *	upwards:   |######first######|##|##|#|..	starts on the boundary
 *	downwards:   ..|#|##|##|######first######|	ends on it
 *	both ways:   ..|#|######first######|##|..	others where they fit tightly
 *
 * The addresses are made up; limits are looked at when the window is placed.
 */
static bool pack_floating_once(struct pci_layout_packer *p, struct pci_layout_box *box,
			       const struct pci_layout_shape *first)
{
	const struct pci_layout_window *window = &p->model->windows[box->container];
	u64 grain = window->align - 1;
	u64 align = floating_align(p, box->container);
	u64 more;

	range_clear(&box->used);
	box->bounds.start = 0;
	box->bounds.end = U64_MAX;
	switch (box->how) {
	case PCI_LAYOUT_LOWEST:
		box->bounds.start = first->start & (align - 1) & ~grain;
		break;
	case PCI_LAYOUT_HIGHEST:
		box->bounds.end = ((first->start + first->size - 1) | grain) - align;
		break;
	default:
		if (align > LAYOUT_MIDDLE || p->nr_keys < 2)
			return false;
		box->middle = LAYOUT_MIDDLE + (first->start & (align - 1) & ~grain);
		break;
	}

	pci_layout_list_gaps(p, box);
	if (!pci_layout_place_loose(p, box))
		return false;

	/* Nothing but a wish: an empty window that is to stay open */
	if (range_is_empty(&box->used))
		box->used = (struct pci_layout_range) { 0, grain };
	range_round_out(&box->used, window->align);
	more = pci_layout_missing_to_wish(p, box->container,
					  box->used.end - box->used.start + 1);
	if (box->how == PCI_LAYOUT_LOWEST)
		box->used.end += more;
	else
		box->used.start -= more;
	return box->used.start <= box->used.end;
}

/*
 * Everything keeps its offset from everything else, which is how firmware or
 * an earlier plan packed it. Only if there is nothing new in the window.
 */
static bool pack_as_is(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	int i;

	range_clear(&box->used);
	if (p->want[box->container])
		return false;
	for (i = 0; i < p->nr_keys; i++) {
		int node = p->key[i].id;
		struct pci_layout_range now;

		if (node_is_window(p, node)) {
			now = p->hull[node];
			if (range_is_empty(&now))
				return false;
		} else if (node_bar(p, node)->assigned) {
			now.start = node_bar(p, node)->start;
			now.end = pci_layout_bar_end(node_bar(p, node));
			if (!IS_ALIGNED(now.start, node_bar(p, node)->align))
				return false;
		} else {
			return false;
		}
		*node_at(p, node, box->slot) = now.start;
		*node_pick(p, node, box->slot) = 0;
		range_cover(&box->used, now.start, now.end);
	}
	if (!p->nr_keys)
		return false;
	range_round_out(&box->used, p->model->windows[box->container].align);
	return true;
}

/* Is this the first shape of the block that puts the boundary there? */
static bool is_other_phase(const struct pci_layout_packer *p, int node, int pick)
{
	int k;

	for (k = 0; k < pick; k++) {
		if (node_shape(p, node, k).start == node_shape(p, node, pick).start)
			return false;
	}
	return true;
}

static void pack_floating_how(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	struct pci_layout_shape first = { .size = 1, .align = 1 };
	int nr = p->nr_keys ? node_nr_shapes(p, p->key[0].id) : 1;
	int k;

	for (k = 0; k < nr; k++) {
		box->slot = p->nr_shapes[box->container];
		if (box->slot == PCI_LAYOUT_SHAPES)
			return;
		if (p->nr_keys) {
			if (!is_other_phase(p, p->key[0].id, k))
				continue;
			first = node_shape(p, p->key[0].id, k);
		}
		if (pack_floating_once(p, box, &first))
			add_floating_shape(p, box);
	}
}

/**
 * pci_layout_pack_floating() - find shapes for a floating window
 * @p: packer, whose windows inside of this one have theirs; takes the shapes
 * @w: the window
 */
void pci_layout_pack_floating(struct pci_layout_packer *p, int w)
{
	struct pci_layout_box box = { .container = w, .virtual = true };

	if (!pci_layout_list_loose(p, w, PCI_LAYOUT_BY_ALIGN))
		return;
	/* Where it is now, which is what the hull of a floating window means */
	range_clear(&p->hull[w]);
	if (!p->plain && pack_as_is(p, &box)) {
		add_floating_shape(p, &box);
		if (p->nr_shapes[w])
			p->hull[w] = box.used;
	}
	box.how = PCI_LAYOUT_LOWEST;
	pack_floating_how(p, &box);
	if (p->plain)
		return;
	box.how = PCI_LAYOUT_HIGHEST;
	pack_floating_how(p, &box);
	box.how = PCI_LAYOUT_TIGHT_BELOW;
	pack_floating_how(p, &box);
	box.how = PCI_LAYOUT_SIDES;
	/* The first block is in the middle: its bit makes no difference */
	for (box.sides = 2; box.sides < (1 << PCI_LAYOUT_NR_SIDES) - 2; box.sides += 2) {
		if (p->nr_keys <= PCI_LAYOUT_ASIDE &&
		    pci_layout_sides_differ(box.sides, p->nr_keys))
			pack_floating_how(p, &box);
	}
}
