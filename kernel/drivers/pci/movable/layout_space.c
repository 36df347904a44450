// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: free space inside one container
 *
 * The gaps of the container being packed, and where in them a block fits.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/*
 * Where a block fits into a gap
 */

static bool shape_fit_low(const struct pci_layout_shape *shape, u64 lo, u64 hi,
			  u64 *at)
{
	u64 start = lo + ((shape->start - lo) & (shape->align - 1));

	if (lo > hi || start < lo || start > hi || start > shape->max_start)
		return false;
	if (hi - start < shape->size - 1)
		return false;
	*at = start;
	return true;
}

static bool shape_fit_high(const struct pci_layout_shape *shape, u64 lo, u64 hi,
			   u64 *at)
{
	u64 top, start;

	if (lo > hi || hi - lo < shape->size - 1)
		return false;
	top = min(hi - (shape->size - 1), shape->max_start);
	start = top - ((top - shape->start) & (shape->align - 1));
	if (start > top || start < lo)
		return false;
	*at = start;
	return true;
}

/**
 * pci_layout_stretch() - by how much must a range grow to cover a block?
 * @used: range, or an empty one
 * @start: address of the block
 * @size: of the block
 *
 * Return: bytes, on both sides together.
 */
u64 pci_layout_stretch(const struct pci_layout_range *used, u64 start, u64 size)
{
	u64 end = start + (size - 1);
	u64 sum = 0;

	if (range_is_empty(used))
		return 0;
	if (start < used->start)
		sum += used->start - start;
	if (end > used->end)
		sum += end - used->end;
	return sum;
}

static void fit_offer(struct pci_layout_fit *best, const struct pci_layout_fit *fit)
{
	if (best->gap == PCI_LAYOUT_NONE || fit->score < best->score ||
	    (fit->score == best->score && fit->waste < best->waste))
		*best = *fit;
}

static void fit_tightest(const struct pci_layout_box *box, enum pci_layout_how how,
			 const struct pci_layout_shape *shape, u64 lo, u64 hi,
			 struct pci_layout_fit *fit, struct pci_layout_fit *best)
{
	const struct pci_layout_range *used = &box->used;
	bool any = range_is_empty(used);
	u64 waste = hi - lo;

	if (shape_fit_low(shape, any ? lo : max(lo, used->start), hi,
			  &fit->start)) {
		fit->score = pci_layout_stretch(used, fit->start, fit->size);
		fit->waste = !fit->score ? waste : how == PCI_LAYOUT_TIGHT_BELOW;
		fit_offer(best, fit);
	}
	if (shape_fit_high(shape, lo, any ? hi : min(hi, used->end),
			   &fit->start)) {
		fit->score = pci_layout_stretch(used, fit->start, fit->size);
		fit->waste = !fit->score ? waste : how == PCI_LAYOUT_TIGHT_ABOVE;
		fit_offer(best, fit);
	}
}

static void fit_shape(const struct pci_layout_box *box, enum pci_layout_how how,
		      const struct pci_layout_shape *shape, u64 lo, u64 hi,
		      struct pci_layout_fit *fit, struct pci_layout_fit *best)
{
	fit->size = shape->size;
	fit->waste = hi - lo;

	if (how == PCI_LAYOUT_LOWEST) {
		if (!shape_fit_low(shape, lo, hi, &fit->start))
			return;
		fit->score = fit->start + (fit->size - 1);
	} else if (how == PCI_LAYOUT_HIGHEST) {
		if (!shape_fit_high(shape, lo, hi, &fit->start))
			return;
		fit->score = ~fit->start;
	} else {
		fit_tightest(box, how, shape, lo, hi, fit, best);
		return;
	}
	fit_offer(best, fit);
}

/*
 * Gaps
 */

static void gap_append(struct pci_layout_packer *p, int *tail, u64 start,
		       u64 end)
{
	int i = p->nr_gaps++;

	p->gap[i].start = start;
	p->gap[i].end = end;
	p->gap[i].next = PCI_LAYOUT_NONE;
	if (*tail == PCI_LAYOUT_NONE)
		p->gap_head = i;
	else
		p->gap[*tail].next = i;
	*tail = i;
}

/* What is left of a gap when a block is placed in it */
static void gap_take(struct pci_layout_packer *p, const struct pci_layout_fit *fit)
{
	struct pci_layout_gap *gap = &p->gap[fit->gap];
	u64 end = fit->start + (fit->size - 1);
	struct pci_layout_gap *rest;

	if (fit->start > gap->start && end < gap->end) {
		rest = &p->gap[p->nr_gaps];
		rest->start = end + 1;
		rest->end = gap->end;
		rest->next = gap->next;
		gap->end = fit->start - 1;
		gap->next = p->nr_gaps++;
	} else if (fit->start > gap->start) {
		gap->end = fit->start - 1;
	} else if (end < gap->end) {
		gap->start = end + 1;
	} else if (fit->prev == PCI_LAYOUT_NONE) {
		p->gap_head = gap->next;
	} else {
		p->gap[fit->prev].next = gap->next;
	}
}

/**
 * pci_layout_find_fit() - look for a free place for a block
 * @p: packer, whose gaps are listed
 * @box: container being packed
 * @how: which place it prefers
 * @node: the block: a BAR or a floating window
 * @bounds: only look within
 * @best: takes the place
 *
 * Return: true if there is one.
 */
bool pci_layout_find_fit(struct pci_layout_packer *p, const struct pci_layout_box *box,
			 enum pci_layout_how how, int node,
			 const struct pci_layout_range *bounds,
			 struct pci_layout_fit *best)
{
	int nr = node_nr_shapes(p, node);
	int prev = PCI_LAYOUT_NONE;
	int i, k;

	best->gap = PCI_LAYOUT_NONE;
	for (i = p->gap_head; i != PCI_LAYOUT_NONE; prev = i, i = p->gap[i].next) {
		u64 lo = max(p->gap[i].start, bounds->start);
		u64 hi = min(p->gap[i].end, bounds->end);

		if (lo > hi)
			continue;
		for (k = 0; k < nr; k++) {
			struct pci_layout_shape shape = node_shape(p, node, k);
			struct pci_layout_fit fit = {
				.gap = i, .prev = prev, .pick = k,
			};

			if (box->virtual)
				shape.max_start = U64_MAX;
			fit_shape(box, how, &shape, lo, hi, &fit, best);
		}
		if (how == PCI_LAYOUT_LOWEST && best->gap != PCI_LAYOUT_NONE)
			break;
	}
	return best->gap != PCI_LAYOUT_NONE;
}

/**
 * pci_layout_settle() - give a block the place that was found
 * @p: packer
 * @box: container being packed
 * @node: the block
 * @fit: the place
 */
void pci_layout_settle(struct pci_layout_packer *p, struct pci_layout_box *box, int node,
		       const struct pci_layout_fit *fit)
{
	gap_take(p, fit);
	*node_at(p, node, box->slot) = fit->start;
	*node_pick(p, node, box->slot) = fit->pick;
	range_cover(&box->used, fit->start, fit->start + (fit->size - 1));
}

/**
 * pci_layout_list_gaps() - start with what is neither pinned nor anchored
 * @p: packer, whose gaps are replaced
 * @box: container; its anchored windows have picked their shapes
 */
void pci_layout_list_gaps(struct pci_layout_packer *p, const struct pci_layout_box *box)
{
	u64 cursor = box->bounds.start;
	int tail = PCI_LAYOUT_NONE;
	int i;

	p->nr_gaps = 0;
	p->gap_head = PCI_LAYOUT_NONE;
	for (i = p->first[box->container]; i < p->first[box->container + 1]; i++) {
		int node = p->child[i];
		u64 start, end;

		if (node_is_pinned_bar(p, node)) {
			start = node_bar(p, node)->start;
			end = pci_layout_bar_end(node_bar(p, node));
		} else if (node_is_anchored(p, node)) {
			struct pci_layout_shape shape = node_shape(p, node,
					*node_pick(p, node, box->slot));

			start = shape.start;
			end = shape.start + (shape.size - 1);
		} else {
			continue;
		}
		if (start > cursor)
			gap_append(p, &tail, cursor, min(start - 1, box->bounds.end));
		if (end >= box->bounds.end)
			return;
		cursor = max(cursor, end + 1);
	}
	gap_append(p, &tail, cursor, box->bounds.end);
}

