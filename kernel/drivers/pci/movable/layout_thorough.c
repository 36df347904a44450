// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: place everything, trying everything
 *
 * The packer (layout_pack.c) is fast and misses a layout now and then. Before a
 * device is refused for that, this takes the same input and looks for any layout
 * at all. It ends with the right answer, or when it has spent what it may.
 *
 * Only what has to be placed counts, and windows that have such in them: the
 * pieces. All else is a post, which stays where it is and divides a container
 * into gaps. Pieces are placed from the lowest address to the highest, each as
 * low as it can, after a window is opened those in it:
 *
 *	   post        window                            post
 *	  [####]  BAR [ BAR, BAR  post ..|
 *	                              ^ cursor
 *
 * Lying higher gains nothing, since all limits are upper ones; but a window may
 * need a larger gap than the first one. So the search branches in what comes
 * next, and for windows in which gap. A lower cursor is never worse, and nothing
 * else but the cursor matters of what has been placed: so steps that led nowhere
 * are remembered, and not taken again with the same pieces and a higher cursor.
 *
 * Port I/O and memory have nothing to do with each other. layout_pieces.c lists
 * pieces and posts.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"
#include "layout_thorough.h"

static bool has_begun(const struct pci_layout_step *step, int piece)
{
	return step->begun >> piece & 1;
}

/*
 * Where a piece fits next
 */

/*
 * The place with the lowest start from @from on; of two, the one with more room.
 * For what is to be placed @later, windows that are in the way will have begun.
 */
struct layout_spot {
	u64 from;
	bool later;
	u64 start;
	u64 bound;
	bool any;
};

static void offer_spot(const struct pci_layout_piece *piece, u64 lo, u64 hi,
		       struct layout_spot *spot)
{
	u64 start = ALIGN(lo, piece->align);
	u64 bound = min(hi, piece->max);

	if (start < lo || start > bound || bound - start < piece->size - 1)
		return;
	/* For a BAR, a higher one is never better */
	if (start < spot->from || (spot->any && start > spot->start))
		return;
	spot->bound = spot->any && start == spot->start ? max(spot->bound, bound) : bound;
	spot->start = start;
	spot->any = true;
}

static void look_for_spots(struct pci_layout_thorough *t, const struct pci_layout_step *step,
			   const struct pci_layout_piece *piece,
			   const struct pci_layout_range *range, struct layout_spot *spot)
{
	u64 at = max(step->cursor, range->start);
	int i = t->first_root_post, end = t->nr_posts;

	if (piece->inside != PCI_LAYOUT_NONE) {
		i = t->piece[piece->inside].first_post;
		end = i + t->piece[piece->inside].nr_posts;
	}

	for (; i < end && at <= range->end; i++) {
		const struct pci_layout_post *post = &t->post[i];

		t->work--;
		if (post->end < at)
			continue;
		if (post->start > at)
			offer_spot(piece, at, min(range->end, post->start - 1), spot);
		/* A window that has to cover this must not be passed by */
		if (post->piece != PCI_LAYOUT_NONE && !spot->later &&
		    !has_begun(step, post->piece))
			return;
		if (post->end >= range->end)
			return;
		at = post->end + 1;
	}
	t->work--;
	if (at <= range->end)
		offer_spot(piece, at, range->end, spot);
}

static void look_below_root(struct pci_layout_thorough *t, const struct pci_layout_packer *p,
			    const struct pci_layout_step *step,
			    const struct pci_layout_piece *piece, struct layout_spot *spot)
{
	int i;

	for (i = 0; i < p->model->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &p->model->apertures[i];
		struct pci_layout_range range = { a->start, min(a->end, PCI_LAYOUT_LAST_ADDRESS) };

		if (a->root == piece->root && pci_layout_type_fits(piece->type, a->type))
			look_for_spots(t, step, piece, &range, spot);
	}
}

/* It begins before what it has to cover and after all else */
static void look_around_hull(struct pci_layout_thorough *t, const struct pci_layout_step *step,
			     const struct pci_layout_piece *piece, u64 bound,
			     struct layout_spot *spot)
{
	u64 start = max(step->cursor, piece->limit.start);
	int i;

	start = piece->rigid ? piece->hull.start : ALIGN(start, piece->align);
	if (start < step->cursor || start > piece->hull.start || start < spot->from ||
	    bound < piece->hull.end)
		return;
	/* Nor must another one be passed by */
	for (i = 0; !spot->later && i < t->nr_pieces && t->piece[i].is_window; i++) {
		t->work--;
		if (t->piece[i].anchored && t->piece[i].inside == piece->inside &&
		    t->piece[i].hull.start < piece->hull.start && !has_begun(step, i))
			return;
	}
	spot->any = true;
	spot->start = start;
	spot->bound = piece->rigid ? piece->hull.end : min(bound, piece->limit.end);
}

static bool find_spot(struct pci_layout_thorough *t, const struct pci_layout_packer *p,
		      const struct pci_layout_step *step,
		      const struct pci_layout_piece *piece, struct layout_spot *spot)
{
	bool below_root = piece->inside == PCI_LAYOUT_NONE;
	struct pci_layout_range range = { 0, PCI_LAYOUT_LAST_ADDRESS };
	u64 from = spot->from;

	if (!below_root)
		range.end = t->piece[piece->inside].bound;
	/* Of a BAR only the lowest place counts, of a window each gap */
	if (!piece->is_window)
		spot->from = 0;
	if (piece->anchored)
		look_around_hull(t, step, piece, range.end, spot);
	else if (below_root)
		look_below_root(t, p, step, piece, spot);
	else
		look_for_spots(t, step, piece, &range, spot);
	return spot->any && spot->start >= from;
}

/*
 * From one step to the next
 */

static u64 round_bound(const struct pci_layout_piece *piece, u64 bound)
{
	if (!piece->is_window || piece->rigid)
		return bound;
	return ALIGN_DOWN(bound + 1, piece->align) - 1;
}

static bool all_inside_begun(const struct pci_layout_thorough *t,
			     const struct pci_layout_step *step, int window)
{
	int i;

	for (i = 0; i < t->nr_pieces; i++) {
		if (t->piece[i].inside == window && !has_begun(step, i))
			return false;
	}
	return true;
}

/* Windows are closed once all is in them */
static void close_windows(const struct pci_layout_thorough *t, struct pci_layout_step *step)
{
	while (step->open != PCI_LAYOUT_NONE && all_inside_begun(t, step, step->open)) {
		const struct pci_layout_piece *piece = &t->piece[step->open];

		if (piece->anchored)
			step->cursor = max(step->cursor, piece->hull.end + 1);
		if (!piece->rigid)
			step->cursor = ALIGN(step->cursor, piece->align);
		step->open = piece->inside;
	}
}

static void take_step(struct pci_layout_thorough *t, struct pci_layout_step *step,
		      int i, const struct layout_spot *spot)
{
	struct pci_layout_piece *piece = &t->piece[i];
	struct pci_layout_step *next = step + 1;
	u64 around = piece->inside == PCI_LAYOUT_NONE ? 0 : t->piece[piece->inside].bounds;

	step->piece = i;
	step->start = spot->start;
	*next = (struct pci_layout_step) {
		.begun = step->begun | 1ULL << i,
		.cursor = spot->start,
		.open = i,
		.piece = PCI_LAYOUT_NONE,
	};
	piece->start = spot->start;
	if (piece->is_window) {
		piece->bound = round_bound(piece, spot->bound);
		piece->bounds = (around ^ piece->bound) * 0x9e3779b97f4a7c15ULL;
	} else {
		next->cursor += piece->size;
		next->open = step->open;
	}
	close_windows(t, next);
}

static bool is_open(const struct pci_layout_thorough *t, const struct pci_layout_step *step,
		    int window)
{
	int w = step->open;

	while (w != window && w != PCI_LAYOUT_NONE)
		w = t->piece[w].inside;
	return w == window;
}

/* Does each piece still have a place, of those for which that can be said? */
static bool is_promising(struct pci_layout_thorough *t, const struct pci_layout_packer *p,
			 const struct pci_layout_step *step)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < t->nr_pieces; i++) {
		const struct pci_layout_piece *piece = &t->piece[i];
		struct layout_spot spot = { .later = true };

		if (has_begun(step, i) || !is_open(t, step, piece->inside))
			continue;
		if (!find_spot(t, p, step, piece, &spot))
			return false;
		if (piece->inside == step->open)
			sum = pci_layout_sat_add(sum, piece->size);
	}
	return step->open == PCI_LAYOUT_NONE ||
	       (step->cursor <= t->piece[step->open].bound &&
		t->piece[step->open].bound - step->cursor >= sum - 1);
}

/* The next one to try: the lower, the better, and the larger if equal */
static bool next_choice(struct pci_layout_thorough *t, const struct pci_layout_packer *p,
			const struct pci_layout_step *step, int *choice,
			struct layout_spot *best)
{
	int i;

	*choice = PCI_LAYOUT_NONE;
	for (i = 0; i < t->nr_pieces; i++) {
		const struct pci_layout_piece *piece = &t->piece[i];
		struct layout_spot spot = { .from = step->start };

		if (step->piece != PCI_LAYOUT_NONE && i <= step->piece)
			spot.from++;

		if (has_begun(step, i) || piece->inside != step->open ||
		    (piece->twin != PCI_LAYOUT_NONE && !has_begun(step, piece->twin)) ||
		    !find_spot(t, p, step, piece, &spot))
			continue;
		if (*choice == PCI_LAYOUT_NONE || spot.start < best->start) {
			*choice = i;
			*best = spot;
		}
	}
	return *choice != PCI_LAYOUT_NONE;
}

static struct pci_layout_dead_end *dead_end_of(struct pci_layout_thorough *t,
					       const struct pci_layout_step *step,
					       struct pci_layout_dead_end *now)
{
	u64 hash;

	*now = (struct pci_layout_dead_end) {
		.begun = step->begun,
		.cursor = step->cursor,
		.bounds = step->open == PCI_LAYOUT_NONE ? 0 : t->piece[step->open].bounds,
		.open = step->open,
		.round = t->round,
	};
	hash = (now->begun ^ now->bounds) * 0x9e3779b97f4a7c15ULL;
	return &t->dead_end[hash >> 32 & (PCI_LAYOUT_DEAD_ENDS - 1)];
}

static bool is_same_place(const struct pci_layout_dead_end *a,
			  const struct pci_layout_dead_end *b)
{
	return a->round == b->round && a->begun == b->begun && a->open == b->open &&
	       a->bounds == b->bounds;
}

static bool is_dead_end(struct pci_layout_thorough *t, const struct pci_layout_step *step)
{
	struct pci_layout_dead_end now, *known = dead_end_of(t, step, &now);

	return is_same_place(known, &now) && known->cursor <= now.cursor;
}

static void remember_dead_end(struct pci_layout_thorough *t,
			      const struct pci_layout_step *step)
{
	struct pci_layout_dead_end now, *known = dead_end_of(t, step, &now);

	if (!is_same_place(known, &now) || now.cursor < known->cursor)
		*known = now;
}

static bool try_all(struct pci_layout_thorough *t, const struct pci_layout_packer *p)
{
	int depth = 0;

	t->round++;
	t->step[0] = (struct pci_layout_step) {
		.open = PCI_LAYOUT_NONE, .piece = PCI_LAYOUT_NONE,
	};
	while (depth < t->nr_pieces) {
		struct pci_layout_step *step = &t->step[depth];
		struct layout_spot spot;
		int choice;

		if (t->work <= 0)
			return false;
		if (step->piece == PCI_LAYOUT_NONE &&
		    (is_dead_end(t, step) || !is_promising(t, p, step))) {
			if (!depth--)
				return false;
		} else if (next_choice(t, p, step, &choice, &spot)) {
			take_step(t, step, choice, &spot);
			depth++;
		} else {
			remember_dead_end(t, step);
			if (!depth--)
				return false;
		}
	}
	return true;
}

/*
 * The result
 */

static void place_others(struct pci_layout_packer *p)
{
	int node;

	for (node = 0; node < p->nr_nodes; node++) {
		struct pci_layout_place *place = &p->place[node];

		place->assigned = true;
		if (node_is_pinned_bar(p, node)) {
			place->start = node_bar(p, node)->start;
			place->end = pci_layout_bar_end(node_bar(p, node));
		} else if (node_is_anchored(p, node)) {
			place->start = p->hull[node].start;
			place->end = p->hull[node].end;
		} else {
			place->assigned = false;
		}
	}
}

/* Windows cover what is in them and no more */
static void place_pieces(struct pci_layout_packer *p, const struct pci_layout_thorough *t)
{
	int i;

	for (i = t->nr_pieces - 1; i >= 0; i--) {
		const struct pci_layout_piece *piece = &t->piece[i];
		struct pci_layout_range range;
		int k;

		if (piece->is_window)
			range_clear(&range);
		else
			range = (struct pci_layout_range) {
				piece->start, piece->start + (piece->size - 1),
			};
		if (piece->anchored)
			range = piece->hull;
		for (k = i + 1; k < t->nr_pieces; k++) {
			const struct pci_layout_place *place = &p->place[t->piece[k].node];

			if (t->piece[k].inside == i)
				range_cover(&range, place->start, place->end);
		}
		if (piece->is_window && !piece->rigid)
			range_round_out(&range, piece->align);
		p->place[piece->node] = (struct pci_layout_place) {
			.start = range.start, .end = range.end, .assigned = true,
		};
	}
}

static bool wishes_for_anything(const struct pci_layout_packer *p)
{
	int w;

	for (w = 0; w < p->model->nr_windows; w++) {
		if (p->want[w])
			return true;
	}
	return false;
}

/**
 * pci_layout_pack_thoroughly() - place everything, if that is possible at all
 * @p: packer; its inputs say what is pinned, and its @place takes the result
 * @t: memory to work in; its @work is used up
 *
 * Like pci_layout_pack(), and slower. No window must be wished to be larger.
 *
 * Return: true if there is a place for everything; false if there is none, or if
 * it was not found with the work allowed.
 */
bool pci_layout_pack_thoroughly(struct pci_layout_packer *p, struct pci_layout_thorough *t)
{
	int io;

	t->too_many = false;
	if (t->work <= 0 || wishes_for_anything(p) || !pci_layout_gather(p))
		return false;
	place_others(p);
	for (io = 0; io < 2; io++) {
		t->too_many = !pci_layout_list_pieces(t, p, io);
		if (t->too_many || !try_all(t, p))
			return false;
		place_pieces(p, t);
	}
	return true;
}
