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

static void gap_link(struct pci_layout_packer *p, int prev, int i, int next)
{
	p->gap[i].prev = prev;
	p->gap[i].next = next;
	if (prev == PCI_LAYOUT_NONE)
		p->gap_head = i;
	else
		p->gap[prev].next = i;
	if (next == PCI_LAYOUT_NONE)
		p->gap_tail = i;
	else
		p->gap[next].prev = i;
}

static void gap_unlink(struct pci_layout_packer *p, int i)
{
	int prev = p->gap[i].prev, next = p->gap[i].next;

	if (prev == PCI_LAYOUT_NONE)
		p->gap_head = next;
	else
		p->gap[prev].next = next;
	if (next == PCI_LAYOUT_NONE)
		p->gap_tail = prev;
	else
		p->gap[next].prev = prev;
}

/* A new gap after @prev */
static void gap_add(struct pci_layout_packer *p, int prev, u64 start, u64 end)
{
	int i = p->nr_gaps++;

	p->gap[i].start = start;
	p->gap[i].end = end;
	gap_link(p, prev, i, prev == PCI_LAYOUT_NONE ? PCI_LAYOUT_NONE : p->gap[prev].next);
}

/* What is left of a gap when a block is placed in it */
static void gap_take(struct pci_layout_packer *p, const struct pci_layout_fit *fit)
{
	struct pci_layout_gap *gap = &p->gap[fit->gap];
	u64 end = fit->start + (fit->size - 1);

	/* The search for the next block begins with what is left */
	if (p->skip.gap == fit->gap && fit->start == gap->start && end == gap->end)
		p->skip.gap = p->skip.how == PCI_LAYOUT_LOWEST ? gap->next : gap->prev;

	if (fit->start > gap->start && end < gap->end) {
		u64 gap_end = gap->end;

		gap->end = fit->start - 1;
		gap_add(p, fit->gap, end + 1, gap_end);
		if (p->skip.gap == fit->gap && p->skip.how == PCI_LAYOUT_HIGHEST)
			p->skip.gap = p->gap[fit->gap].next;
	} else if (fit->start > gap->start) {
		gap->end = fit->start - 1;
	} else if (end < gap->end) {
		gap->start = end + 1;
	} else {
		gap_unlink(p, fit->gap);
	}
}

/* Into what did the block placed before not fit, so that @node does not either? */
static int gap_to_begin_with(const struct pci_layout_packer *p, enum pci_layout_how how,
			     int node, const struct pci_layout_range *bounds)
{
	const struct pci_layout_skip *skip = &p->skip;

	if (skip->gap != PCI_LAYOUT_NONE && skip->how == how &&
	    !node_is_window(p, node) && node_bar(p, node)->size >= skip->size &&
	    node_bar(p, node)->align >= skip->align &&
	    node_bar(p, node)->max <= skip->max &&
	    skip->bounds.start == bounds->start && skip->bounds.end == bounds->end)
		return skip->gap;
	return how == PCI_LAYOUT_HIGHEST ? p->gap_tail : p->gap_head;
}

static void remember_skip(struct pci_layout_packer *p, enum pci_layout_how how, int node,
			  const struct pci_layout_range *bounds, int gap)
{
	p->skip.gap = PCI_LAYOUT_NONE;
	if (node_is_window(p, node) || how > PCI_LAYOUT_HIGHEST)
		return;
	p->skip = (struct pci_layout_skip) {
		.how = how,
		.size = node_bar(p, node)->size,
		.align = node_bar(p, node)->align,
		/* To the lowest place, the limit makes no difference */
		.max = how == PCI_LAYOUT_LOWEST ? U64_MAX : node_bar(p, node)->max,
		.bounds = *bounds,
		.gap = gap,
	};
}

static u64 smallest_size(const struct pci_layout_packer *p, int node, int nr)
{
	u64 size = U64_MAX;
	int k;

	for (k = 0; k < nr; k++)
		size = min(size, node_shape(p, node, k).size);
	return size;
}

/**
 * pci_layout_find_fit() - look for a free place for a block
 * @p: packer, whose gaps are listed
 * @box: container being packed
 * @how: which place it prefers
 * @node: the block: a BAR or a floating window
 * @bounds: only look within
 * @best: takes the place; pci_layout_settle() is to follow
 *
 * The lowest and the highest place are in the first gap that has any. Blocks
 * come by decreasing alignment and size, so that the search for one begins where
 * the one before found its place, unless it is smaller.
 *
 * Return: true if there is one.
 */
bool pci_layout_find_fit(struct pci_layout_packer *p, const struct pci_layout_box *box,
			 enum pci_layout_how how, int node,
			 const struct pci_layout_range *bounds,
			 struct pci_layout_fit *best)
{
	int nr = node_nr_shapes(p, node);
	u64 size = smallest_size(p, node, nr);
	bool downwards = how == PCI_LAYOUT_HIGHEST;
	int i, k;

	best->gap = PCI_LAYOUT_NONE;
	for (i = gap_to_begin_with(p, how, node, bounds); i != PCI_LAYOUT_NONE;
	     i = downwards ? p->gap[i].prev : p->gap[i].next) {
		u64 lo = max(p->gap[i].start, bounds->start);
		u64 hi = min(p->gap[i].end, bounds->end);

		if (lo > hi || hi - lo < size - 1)
			continue;
		for (k = 0; k < nr; k++) {
			struct pci_layout_shape shape = node_shape(p, node, k);
			struct pci_layout_fit fit = { .gap = i, .pick = k };

			if (box->virtual)
				shape.max_start = U64_MAX;
			fit_shape(box, how, &shape, lo, hi, &fit, best);
		}
		if (how <= PCI_LAYOUT_HIGHEST && best->gap != PCI_LAYOUT_NONE)
			break;
	}
	remember_skip(p, how, node, bounds, best->gap);
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
	int i;

	p->nr_gaps = 0;
	p->gap_head = PCI_LAYOUT_NONE;
	p->gap_tail = PCI_LAYOUT_NONE;
	p->skip.gap = PCI_LAYOUT_NONE;
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
			gap_add(p, p->gap_tail, cursor, min(start - 1, box->bounds.end));
		if (end >= box->bounds.end)
			return;
		cursor = max(cursor, end + 1);
	}
	gap_add(p, p->gap_tail, cursor, box->bounds.end);
}

