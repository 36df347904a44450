// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: place everything, given what is pinned
 *
 * The caller says which BARs keep their addresses (pinned) and which windows
 * keep what they cover; this finds places for everything else, or fails. It is
 * a heuristic: sizes are settled from the leaves to the root, addresses from
 * the root to the leaves, and nothing is tried twice in another combination
 * than the few listed below.
 *
 * A window with nothing pinned in it floats: it is a block of some size and
 * alignment that can go anywhere. A window with something pinned in it is
 * anchored: it must cover the hull of that and can stretch downwards and
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
 *
 * Inside a container, blocks are placed by decreasing alignment. For BARs,
 * whose sizes are powers of two, that leaves no holes: all places for the
 * largest remaining one are equally good.
 *
 * Each attempt visits every node a constant number of times and sorts the
 * children of each container; placing one child walks the container's gaps.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/* A made-up address in the middle of nowhere */
#define LAYOUT_MIDDLE		0x4000000000000000ULL

/* More pairs of a block and a gap are not looked at to find where one is tight */
#define LAYOUT_CROWD		SZ_256K

/*
 * The largest blocks, and all others together, each go below or above. With more
 * blocks than LAYOUT_ASIDE, only the largest one goes another way than the others.
 */
#define LAYOUT_NR_SIDES		4
#define LAYOUT_FIRST_BELOW	0x1
#define LAYOUT_FIRST_ABOVE	0xe
#define LAYOUT_ASIDE		8

/* In which order blocks are placed */
enum layout_order {
	LAYOUT_BY_ALIGN,
	LAYOUT_BY_SIZE,
	LAYOUT_BY_ALIGN_SMALL_FIRST,
	LAYOUT_NR_ORDERS,
};

/*
 * What is to be placed, and in which order
 */

/**
 * pci_layout_compare_keys() - order of two keys, for sort()
 * @a: struct pci_layout_key
 * @b: struct pci_layout_key
 *
 * Return: negative if @a comes first, positive if @b does; zero only if they
 * are the same.
 */
int pci_layout_compare_keys(const void *a, const void *b)
{
	const struct pci_layout_key *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	if (x->third != y->third)
		return x->third < y->third ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static bool list_loose(struct pci_layout_packer *p, int container,
		       enum layout_order order)
{
	int i;

	p->nr_keys = 0;
	for (i = p->first[container]; i < p->first[container + 1]; i++) {
		struct pci_layout_key *key = &p->key[p->nr_keys];
		struct pci_layout_shape shape;

		if (!node_is_loose(p, p->child[i]))
			continue;
		if (!node_nr_shapes(p, p->child[i]))
			return false;
		shape = node_shape(p, p->child[i], 0);
		key->id = p->child[i];
		key->first = order == LAYOUT_BY_SIZE ? ~shape.size : ~shape.align;
		key->second = order == LAYOUT_BY_SIZE ? ~shape.align : ~shape.size;
		if (order == LAYOUT_BY_ALIGN_SMALL_FIRST)
			key->second = shape.size;
		key->third = shape.max_start;
		p->nr_keys++;
	}
	sort(p->key, p->nr_keys, sizeof(*p->key), pci_layout_compare_keys, NULL);
	return true;
}

/* Is every block as large as its alignment, so that all orders are the same? */
static bool order_matters(const struct pci_layout_packer *p)
{
	int i;

	for (i = 0; i < p->nr_keys; i++) {
		if (p->key[i].first != p->key[i].second)
			return true;
	}
	return false;
}

/* How, and within which bounds, is block @i to be placed? */
static enum pci_layout_how block_how(const struct pci_layout_box *box, int i,
				     struct pci_layout_range *bounds)
{
	*bounds = box->bounds;
	if (box->virtual && box->how >= PCI_LAYOUT_TIGHT_ABOVE && i == 0) {
		/* Made-up addresses with as much room above as below */
		bounds->start = box->middle;
		return PCI_LAYOUT_LOWEST;
	}
	if (box->how != PCI_LAYOUT_SIDES)
		return box->how;

	if (!(box->sides >> min(i, LAYOUT_NR_SIDES - 1) & 1)) {
		bounds->start = box->used.start;
		return PCI_LAYOUT_LOWEST;
	}
	bounds->end = box->used.end;
	return PCI_LAYOUT_HIGHEST;
}

/* Is it worth trying this way of dividing @nr blocks between both sides? */
static bool sides_differ(unsigned int sides, int nr)
{
	if (nr > LAYOUT_ASIDE)
		return sides == LAYOUT_FIRST_BELOW || sides == LAYOUT_FIRST_ABOVE;
	return nr >= LAYOUT_NR_SIDES || !(sides >> nr);
}

static bool place_loose(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	struct pci_layout_range bounds;
	struct pci_layout_fit fit;
	enum pci_layout_how how;
	int i;

	for (i = 0; i < p->nr_keys; i++) {
		how = block_how(box, i, &bounds);
		if (!pci_layout_find_fit(p, box, how, p->key[i].id, &bounds, &fit))
			return false;
		pci_layout_settle(p, box, p->key[i].id, &fit);
	}
	return true;
}

/*
 * Anchored window
 */

/* By how much a window of @size has to grow to be as large as is wished */
static u64 missing_to_wish(const struct pci_layout_packer *p, int w, u64 size)
{
	u64 align = p->model->windows[w].align;

	if (!p->want[w] || p->wish[w] <= size)
		return 0;
	return (p->wish[w] - size + (align - 1)) & ~(align - 1);
}

static bool stretch_to_wish(const struct pci_layout_packer *p, int w,
			    struct pci_layout_box *box)
{
	const struct pci_layout_range *limit = &p->limit[w];
	u64 more = missing_to_wish(p, w, box->used.end - box->used.start + 1);
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
	if (!place_loose(p, box))
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

	for (order = 0; order < LAYOUT_NR_ORDERS; order++) {
		if (!list_loose(p, box->container, order))
			return false;
		for (taste = 0; taste < PCI_LAYOUT_NR_TASTES; taste++) {
			box->taste = taste;
			if (pack_anchored_once(p, box))
				return true;
			if (!choice)
				break;
		}
		if (!order_matters(p))
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

static void pack_anchored(struct pci_layout_packer *p, int w)
{
	struct pci_layout_box box = { .container = w };

	if (!add_anchored_how(p, &box, PCI_LAYOUT_LOWEST) ||
	    !add_anchored_how(p, &box, PCI_LAYOUT_HIGHEST))
		return;
	if (!is_crowded(p, w) &&
	    (!add_anchored_how(p, &box, PCI_LAYOUT_TIGHT_ABOVE) ||
	     !add_anchored_how(p, &box, PCI_LAYOUT_TIGHT_BELOW)))
		return;
	for (box.sides = 1; box.sides < (1 << LAYOUT_NR_SIDES) - 1; box.sides++) {
		if (sides_differ(box.sides, p->nr_keys) &&
		    !add_anchored_how(p, &box, PCI_LAYOUT_SIDES))
			return;
	}
}

/*
 * Floating window
 */

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
	if (!place_loose(p, box))
		return false;

	/* Nothing but a wish: an empty window that is to stay open */
	if (range_is_empty(&box->used))
		box->used = (struct pci_layout_range) { 0, grain };
	range_round_out(&box->used, window->align);
	more = missing_to_wish(p, box->container,
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

static void pack_floating(struct pci_layout_packer *p, int w)
{
	struct pci_layout_box box = { .container = w, .virtual = true };

	if (!list_loose(p, w, LAYOUT_BY_ALIGN))
		return;
	/* Where it is now, which is what the hull of a floating window means */
	range_clear(&p->hull[w]);
	if (pack_as_is(p, &box)) {
		add_floating_shape(p, &box);
		if (p->nr_shapes[w])
			p->hull[w] = box.used;
	}
	box.how = PCI_LAYOUT_LOWEST;
	pack_floating_how(p, &box);
	box.how = PCI_LAYOUT_HIGHEST;
	pack_floating_how(p, &box);
	box.how = PCI_LAYOUT_TIGHT_BELOW;
	pack_floating_how(p, &box);
	box.how = PCI_LAYOUT_SIDES;
	/* The first block is in the middle: its bit makes no difference */
	for (box.sides = 2; box.sides < (1 << LAYOUT_NR_SIDES) - 2; box.sides += 2) {
		if (p->nr_keys <= LAYOUT_ASIDE && sides_differ(box.sides, p->nr_keys))
			pack_floating_how(p, &box);
	}
}

/*
 * Below the host bridges
 */

/* The less of this, the better does the aperture suit the BAR or window */
static int aperture_rank(const struct pci_layout_aperture *aperture,
			 enum pci_layout_type type, u64 max_start)
{
	bool high = aperture->start > U32_MAX;
	bool wants_high = type == PCI_LAYOUT_PREF && max_start > U32_MAX;

	return 2 * (high != wants_high) + (aperture->type != type);
}

static bool range_now(const struct pci_layout_packer *p, int node,
		      struct pci_layout_range *now)
{
	if (node_is_window(p, node)) {
		*now = p->hull[node];
		return !range_is_empty(now);
	}
	now->start = node_bar(p, node)->start;
	now->end = pci_layout_bar_end(node_bar(p, node));
	return node_bar(p, node)->assigned;
}

static bool place_where_it_is(struct pci_layout_packer *p, struct pci_layout_box *box,
			      int node)
{
	enum pci_layout_type type;
	struct pci_layout_range now;
	struct pci_layout_fit fit;
	int root, i;

	if (!range_now(p, node, &now) ||
	    !pci_layout_find_fit(p, box, PCI_LAYOUT_LOWEST, node, &now, &fit))
		return false;
	node_root_and_type(p, node, &root, &type);
	for (i = 0; i < p->model->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &p->model->apertures[i];

		if (a->root != root || !pci_layout_type_fits(type, a->type) ||
		    now.start < a->start || now.end > a->end)
			continue;
		pci_layout_settle(p, box, node, &fit);
		return true;
	}
	p->skip.gap = PCI_LAYOUT_NONE;
	return false;
}

static bool place_in_aperture(struct pci_layout_packer *p, struct pci_layout_box *box,
			      int node)
{
	enum pci_layout_type type;
	struct pci_layout_fit fit;
	int nr = p->model->nr_apertures;
	int rank, root, i;

	if (box->stay && place_where_it_is(p, box, node))
		return true;
	node_root_and_type(p, node, &root, &type);
	for (rank = 0; rank < 4; rank++) {
		for (i = 0; i < nr; i++) {
			/* The other way round, what roots share may be left free */
			int k = box->how == PCI_LAYOUT_HIGHEST ? nr - 1 - i : i;
			const struct pci_layout_aperture *a = &p->model->apertures[k];
			struct pci_layout_range bounds = { a->start, a->end };
			u64 max_start = node_shape(p, node, 0).max_start;

			if (a->root != root || !pci_layout_type_fits(type, a->type) ||
			    aperture_rank(a, type, max_start) != rank)
				continue;
			if (!pci_layout_find_fit(p, box, box->how, node, &bounds, &fit))
				continue;
			pci_layout_settle(p, box, node, &fit);
			return true;
		}
	}
	return false;
}

static bool pack_root_once(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	int i;

	range_clear(&box->used);
	box->bounds.start = 0;
	box->bounds.end = U64_MAX;
	if (!pci_layout_pick_shapes(p, box))
		return false;
	pci_layout_list_gaps(p, box);
	for (i = 0; i < p->nr_keys; i++) {
		if (!place_in_aperture(p, box, p->key[i].id))
			return false;
	}
	return true;
}

static bool pack_root(struct pci_layout_packer *p, int container)
{
	struct pci_layout_box box = { .container = container };
	bool choice = pci_layout_has_choice(p, container);
	int order, taste;

	for (order = 0; order < LAYOUT_NR_ORDERS; order++) {
		if (!list_loose(p, container, order))
			return false;
		for (taste = 0; taste < PCI_LAYOUT_NR_TASTES; taste++) {
			box.taste = taste;
			box.how = PCI_LAYOUT_LOWEST;
			if (pack_root_once(p, &box))
				return true;
			box.how = PCI_LAYOUT_HIGHEST;
			if (pack_root_once(p, &box))
				return true;
			box.how = PCI_LAYOUT_LOWEST;
			box.stay = true;
			if (pack_root_once(p, &box))
				return true;
			box.stay = false;
			if (!choice)
				break;
		}
		if (!order_matters(p))
			break;
	}
	return false;
}

/*
 * From shapes to addresses
 */

static void place_node(struct pci_layout_packer *p, int node)
{
	const struct pci_layout_model *m = p->model;
	int container = pci_layout_container(p, node);
	bool root = container >= m->nr_windows;
	int slot = root ? 0 : p->chosen[container];
	struct pci_layout_place *place = &p->place[node];
	struct pci_layout_shape shape;

	if (node_is_pinned_bar(p, node)) {
		place->start = node_bar(p, node)->start;
		place->end = pci_layout_bar_end(node_bar(p, node));
		place->assigned = true;
		return;
	}
	if (node_is_settled(p, node)) {
		place->start = p->hull[node].start;
		place->end = p->hull[node].end;
		place->assigned = true;
		return;
	}
	place->assigned = node_is_loose(p, node) || node_is_anchored(p, node);
	if (!place->assigned)
		return;

	shape = node_shape(p, node, *node_pick(p, node, slot));
	place->start = *node_at(p, node, slot);
	if (!root && p->state[container] == PCI_LAYOUT_FLOATING)
		place->start += p->place[container].start;
	place->end = place->start + (shape.size - 1);
	if (node_is_window(p, node))
		p->chosen[node] = *node_pick(p, node, slot);
}

/**
 * pci_layout_pack() - place everything that is active
 * @p: packer; its inputs say what is pinned, and its @place takes the result
 *
 * Return: true if there is a place for everything; else @place means nothing.
 */
bool pci_layout_pack(struct pci_layout_packer *p)
{
	int nr_windows = p->model->nr_windows;
	int i;

	if (!pci_layout_gather(p))
		return false;

	for (i = nr_windows - 1; i >= 0; i--) {
		if (p->state[i] == PCI_LAYOUT_EMPTY || p->settled[i])
			continue;
		if (p->state[i] == PCI_LAYOUT_ANCHORED)
			pack_anchored(p, i);
		else
			pack_floating(p, i);
		if (!p->nr_shapes[i])
			return false;
	}
	if (!pack_root(p, nr_windows) || !pack_root(p, nr_windows + 1))
		return false;

	for (i = 0; i < p->nr_nodes; i++)
		place_node(p, i);
	return true;
}
