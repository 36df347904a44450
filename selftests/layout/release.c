// SPDX-License-Identifier: GPL-2.0
/*
 * "Release everything that is not fixed and lay it out again"
 *
 * From the innermost windows outwards. What lies in a window is placed by
 * decreasing alignment, each at the first free address; a window without
 * anything fixed below is packed from 0 and placed as a whole later:
 *
 *	floating:  0 [ bar 4M ][ 2M ][1M]			then moved as one
 *	anchored:      [fixed 1M] [ bar 4M ][ 2M ][1M]		grows upwards,
 *		 [1M][ 2M ][ bar 4M ] [fixed 1M]		or downwards
 *
 * Both directions are tried. Whether windows grew into each other is seen in
 * the end.
 */

#include "release.h"

#define HIGHEST			(1ull << 62)

/* A BAR or window */
struct block {
	u64 start;		/* in a floating window: from its start */
	u64 size;		/* 0: takes no space */
	u64 align;
	u64 max_start;
	int root;
	enum pci_layout_type type;
	int next;		/* in the same container, or -1 */
	bool is_stuck;		/* @start is an address and stays */
};

struct gap {
	u64 start;
	u64 end;
};

struct release {
	const struct pci_layout_model *model;
	struct block *blocks;	/* windows, then BARs */
	int *first;		/* per container: windows, then ports and memory below hosts */
	struct block **sorted;	/* of the container being packed, stuck ones first */
	int nr_sorted;
	int nr_stuck;
	struct gap *gaps;
	int nr_gaps;
	bool downwards;
};

static bool suits(enum pci_layout_type inner, enum pci_layout_type outer)
{
	return inner == outer || (inner == PCI_LAYOUT_PREF && outer == PCI_LAYOUT_MEM);
}

static bool is_wanted(const struct pci_layout_bar *bar)
{
	return bar->assigned || !bar->optional;
}

static void add_to(struct release *r, int container, int node)
{
	struct block *block = &r->blocks[node];

	if (container == PCI_LAYOUT_NONE)
		container = r->model->nr_windows + (block->type != PCI_LAYOUT_IO);
	block->next = r->first[container];
	r->first[container] = node;
}

/*
 * Free space in one container
 */

static int compare_blocks(const void *a, const void *b)
{
	const struct block *x = *(struct block *const *)a, *y = *(struct block *const *)b;

	if (x->is_stuck != y->is_stuck)
		return y->is_stuck - x->is_stuck;
	if (x->is_stuck && x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->align != y->align)
		return x->align > y->align ? -1 : 1;
	if (x->size != y->size)
		return x->size > y->size ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void sort_blocks(struct release *r, int container)
{
	int i;

	r->nr_sorted = 0;
	r->nr_stuck = 0;
	for (i = r->first[container]; i >= 0; i = r->blocks[i].next) {
		if (!r->blocks[i].size)
			continue;
		r->sorted[r->nr_sorted++] = &r->blocks[i];
		r->nr_stuck += r->blocks[i].is_stuck;
	}
	qsort(r->sorted, r->nr_sorted, sizeof(*r->sorted), compare_blocks);
}

static void list_gaps(struct release *r, u64 start, u64 end)
{
	int i;

	r->nr_gaps = 0;
	for (i = 0; i < r->nr_stuck; i++) {
		const struct block *block = r->sorted[i];

		if (block->start > start && start <= end)
			r->gaps[r->nr_gaps++] = (struct gap) { start, min(end, block->start - 1) };
		start = max(start, block->start + block->size);
	}
	if (start <= end)
		r->gaps[r->nr_gaps++] = (struct gap) { start, end };
}

static bool fits_gap(const struct release *r, const struct block *block, u64 start, u64 end,
		     u64 *at)
{
	u64 mask = block->align - 1;

	if (start > end || end - start < block->size - 1)
		return false;
	if (r->downwards)
		*at = min(end - (block->size - 1), block->max_start) & ~mask;
	else
		*at = (start + mask) & ~mask;
	return *at >= start && *at <= end && end - *at >= block->size - 1 &&
	       *at <= block->max_start;
}

static void take(struct release *r, int gap, u64 start, u64 size)
{
	struct gap rest = { start + size, r->gaps[gap].end };

	r->gaps[gap].end = start - 1;
	/* An empty one stays, for there is no harm in it */
	if (!start)
		r->gaps[gap] = (struct gap) { 1, 0 };
	if (rest.start > rest.end)
		return;
	memmove(&r->gaps[gap + 2], &r->gaps[gap + 1],
		(r->nr_gaps - gap - 1) * sizeof(*r->gaps));
	r->gaps[gap + 1] = rest;
	r->nr_gaps++;
}

/* In the first gap, upwards or downwards, that is in the range */
static bool place_in_range(struct release *r, struct block *block, u64 start, u64 end)
{
	u64 at;
	int i;

	for (i = 0; i < r->nr_gaps; i++) {
		int gap = r->downwards ? r->nr_gaps - 1 - i : i;

		if (!fits_gap(r, block, max(start, r->gaps[gap].start),
			      min(end, r->gaps[gap].end), &at))
			continue;
		take(r, gap, at, block->size);
		block->start = at;
		return true;
	}
	return false;
}

/*
 * Windows
 */

static void cover(u64 *start, u64 *end, const struct block *block)
{
	*start = min(*start, block->start);
	*end = max(*end, block->start + block->size - 1);
}

/* Place what is in the window; it has to cover [start, end] then */
static bool pack_window(struct release *r, u64 lowest, u64 highest, u64 *start, u64 *end)
{
	int i;

	list_gaps(r, lowest, highest);
	for (i = 0; i < r->nr_sorted; i++) {
		struct block *block = r->sorted[i];

		if (!block->is_stuck && !place_in_range(r, block, lowest, highest))
			return false;
		cover(start, end, block);
	}
	return true;
}

static bool pack_fixed(struct release *r, int w, struct block *block)
{
	const struct pci_layout_window *window = &r->model->windows[w];
	u64 start = U64_MAX, end = 0;

	if (!window->assigned)
		return !r->nr_sorted;
	block->start = window->start;
	block->size = window->end - window->start + 1;
	block->is_stuck = true;
	return pack_window(r, window->start, window->end, &start, &end);
}

static bool pack_anchored(struct release *r, int w, struct block *block)
{
	u64 mask = r->model->windows[w].align - 1, start = U64_MAX, end = 0;
	int i;

	for (i = 0; i < r->nr_stuck; i++)
		cover(&start, &end, r->sorted[i]);
	start &= ~mask;
	end |= mask;
	if (!pack_window(r, r->downwards ? 0 : start, r->downwards ? end : HIGHEST, &start,
			 &end))
		return false;
	block->start = start & ~mask;
	block->size = (end | mask) - block->start + 1;
	block->is_stuck = true;
	return true;
}

static bool pack_floating(struct release *r, int w, struct block *block)
{
	u64 mask = r->model->windows[w].align - 1, start = 0, end = 0;
	bool downwards = r->downwards, ok;
	int i;

	r->downwards = false;
	ok = pack_window(r, 0, HIGHEST, &start, &end);
	r->downwards = downwards;
	block->align = r->model->windows[w].align;
	block->size = (end | mask) + 1;
	if (!ok || r->model->windows[w].max < block->size - 1)
		return false;
	block->max_start = r->model->windows[w].max - (block->size - 1);
	for (i = 0; i < r->nr_sorted; i++) {
		const struct block *inner = r->sorted[i];

		block->align = max(block->align, inner->align);
		block->max_start = min(block->max_start, inner->max_start - inner->start);
	}
	return true;
}

static bool pack(struct release *r, int w)
{
	const struct pci_layout_window *window = &r->model->windows[w];
	struct block *block = &r->blocks[w];
	bool ok = true;

	block->root = window->root;
	block->type = window->type;
	sort_blocks(r, w);
	if (window->fixed)
		ok = pack_fixed(r, w, block);
	else if (r->nr_stuck)
		ok = pack_anchored(r, w, block);
	else if (r->nr_sorted)
		ok = pack_floating(r, w, block);
	add_to(r, window->parent, w);
	return ok;
}

/*
 * Below the host bridges
 */

/* An aperture of the very type rather than one that takes it too */
static bool place_in_apertures(struct release *r, struct block *block, bool same_type)
{
	const struct pci_layout_model *m = r->model;
	int i;

	for (i = 0; i < m->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		if (a->root == block->root && suits(block->type, a->type) &&
		    (block->type == a->type) == same_type &&
		    place_in_range(r, block, a->start, a->end))
			return true;
	}
	return false;
}

static bool pack_host(struct release *r, int container)
{
	int i;

	sort_blocks(r, container);
	list_gaps(r, 0, HIGHEST);
	for (i = r->nr_stuck; i < r->nr_sorted; i++) {
		if (!place_in_apertures(r, r->sorted[i], true) &&
		    !place_in_apertures(r, r->sorted[i], false))
			return false;
	}
	return true;
}

/*
 * All of it
 */

static bool add_bars(struct release *r)
{
	const struct pci_layout_model *m = r->model;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];
		struct block *block = &r->blocks[m->nr_windows + i];

		if (!is_wanted(bar))
			continue;
		if (!bar->fixed && bar->max < bar->size - 1)
			return false;
		*block = (struct block) {
			.start = bar->start, .size = bar->size, .align = bar->align,
			.max_start = bar->max - (bar->size - 1), .root = bar->root,
			.type = bar->type, .is_stuck = bar->fixed,
		};
		add_to(r, bar->window, m->nr_windows + i);
	}
	return true;
}

/* From positions in a floating window to addresses, outermost first */
static void shift_contents(struct release *r, int w)
{
	int i;

	if (r->blocks[w].is_stuck || !r->blocks[w].size)
		return;
	for (i = r->first[w]; i >= 0; i = r->blocks[i].next)
		r->blocks[i].start += r->blocks[w].start;
}

static void write_place(const struct block *block, struct pci_layout_place *place)
{
	place->assigned = block->size;
	place->start = block->start;
	place->end = block->start + block->size - 1;
}

static void write_plan(struct release *r, struct pci_layout_plan *plan)
{
	const struct pci_layout_model *m = r->model;
	int i;

	for (i = 0; i < m->nr_windows; i++)
		shift_contents(r, i);
	for (i = 0; i < m->nr_windows; i++)
		write_place(&r->blocks[i], &plan->windows[i]);
	for (i = 0; i < m->nr_bars; i++)
		write_place(&r->blocks[m->nr_windows + i], &plan->bars[i]);
	for (i = 0; i < m->nr_devs; i++)
		plan->refusals[i].reason = PCI_LAYOUT_PLACED;
	plan_count(m, plan);
}

static bool lay_out(struct release *r)
{
	const struct pci_layout_model *m = r->model;
	int w;

	if (!add_bars(r))
		return false;
	for (w = m->nr_windows - 1; w >= 0; w--) {
		if (!pack(r, w))
			return false;
	}
	return pack_host(r, m->nr_windows) && pack_host(r, m->nr_windows + 1);
}

static bool try_direction(const struct pci_layout_model *m, bool downwards,
			  struct pci_layout_plan *plan)
{
	int nr = m->nr_windows + m->nr_bars, i;
	struct release r = {
		.model = m, .downwards = downwards,
		.blocks = zeroed(nr, sizeof(*r.blocks)),
		.first = zeroed(m->nr_windows + 2, sizeof(*r.first)),
		.sorted = zeroed(nr, sizeof(*r.sorted)),
		/* Between those that are stuck, and one more for each that is placed */
		.gaps = zeroed(2 * nr + 1, sizeof(*r.gaps)),
	};
	bool ok;

	for (i = 0; i < m->nr_windows + 2; i++)
		r.first[i] = -1;
	ok = lay_out(&r);
	if (ok)
		write_plan(&r, plan);
	free(r.blocks);
	free(r.first);
	free(r.sorted);
	free(r.gaps);
	return ok && !pci_layout_check(m, plan, NULL);
}

bool release_plan(const struct pci_layout_model *model, struct pci_layout_plan *plan)
{
	return try_direction(model, false, plan) || try_direction(model, true, plan);
}
