// SPDX-License-Identifier: GPL-2.0
/*
 * Exact solver: is there a layout for these devices?
 *
 * Port I/O and memory are laid out apart, each from the lowest address to the
 * highest:
 *
 *	      window 0           window 1
 *	    +-----------+     +-------------------+
 *	    | bar  bar  |     | bar  +----------+ |  bar
 *	    |           |     |      | bar  bar | |
 *	    +-----------+     |      +----------+ |
 *	                      +-------------------+
 *	    placed --------------------^ cursor
 *
 * At each step one of the remaining ranges comes next, as low as it can. That
 * is enough: in a given order nothing gains from lying higher, since all limits
 * are upper ones, but for the choice of an aperture, which is tried too. What
 * comes after a step depends only on what has been placed and on the cursor,
 * and a lower cursor is never worse; so the lowest cursor that led nowhere is
 * remembered for each set of placed ranges.
 *
 * The windows are as small as what they hold.
 */

#include "exact_fits.h"

/* Where one layout has come to */
struct step {
	u64 placed;
	u64 cursor;
	int window;		/* innermost open one */
	int aperture;		/* that the outermost open window lies in, or -1 */
};

static bool is_io(enum pci_layout_type type)
{
	return type == PCI_LAYOUT_IO;
}

static u64 round_up(u64 value, u64 unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

static u64 all_ranges(const struct exact *x)
{
	return x->nr_ranges == 64 ? ~0ull : exact_bit(x->nr_ranges) - 1;
}

/*
 * What has to be laid out
 */

static struct range *find_overlap(struct exact *x, const struct pci_layout_bar *bar)
{
	int i;

	for (i = 0; i < x->nr_ranges; i++) {
		struct range *r = &x->ranges[i];

		if (r->dev == PCI_LAYOUT_NONE && r->bar >= 0 && r->window == bar->window &&
		    r->now < bar->start + bar->size && bar->start < r->now + r->size)
			return r;
	}
	return NULL;
}

/* Blockers may overlap each other: grow @bar by those, and take them out */
static void merge_blockers(struct exact *x, struct pci_layout_bar *bar)
{
	struct range *r;

	while ((r = find_overlap(x, bar))) {
		u64 end = max(r->now + r->size, bar->start + bar->size);

		bar->start = min(r->now, bar->start);
		bar->size = end - bar->start;
		*r = x->ranges[--x->nr_ranges];
	}
}

static bool add_bar(struct exact *x, int i)
{
	struct pci_layout_bar bar = x->model->bars[i];

	if (bar.dev == PCI_LAYOUT_NONE)
		merge_blockers(x, &bar);
	if (x->nr_ranges == EXACT_MAX_RANGES)
		return false;
	x->ranges[x->nr_ranges++] = (struct range) {
		.window = bar.window, .root = bar.root, .type = bar.type,
		.now = bar.start, .size = bar.size, .align = bar.align,
		.max = bar.max, .bar = i, .dev = bar.dev,
		.assigned = bar.assigned, .fixed = bar.fixed,
	};
	return true;
}

static bool window_is_used(const struct exact *x, int w)
{
	const struct pci_layout_model *m = x->model;
	int i, outer;

	for (i = 0; i < x->nr_ranges; i++) {
		for (outer = x->ranges[i].window; outer >= 0; outer = m->windows[outer].parent)
			if (outer == w)
				return true;
	}
	return false;
}

/* Open windows that must stay take space even if empty */
static bool add_window(struct exact *x, int i)
{
	const struct pci_layout_window *w = &x->model->windows[i];

	if (x->nr_ranges == EXACT_MAX_RANGES)
		return false;
	x->ranges[x->nr_ranges++] = (struct range) {
		.window = w->parent, .root = w->root, .type = w->type,
		.now = w->start, .size = w->end - w->start + 1, .align = 1,
		.bar = -1, .dev = PCI_LAYOUT_NONE, .assigned = true, .fixed = true,
	};
	return true;
}

static void note_what_is_inside(struct exact *x)
{
	const struct pci_layout_model *m = x->model;
	int i, w;

	memset(x->inside, 0, m->nr_windows * sizeof(*x->inside));
	for (i = 0; i < x->nr_ranges; i++) {
		for (w = x->ranges[i].window; w >= 0; w = m->windows[w].parent)
			x->inside[w] |= exact_bit(i);
	}
}

static bool must_be_in_aperture(const struct exact *x, const struct range *r)
{
	const struct pci_layout_window *w;

	if (r->window < 0)
		return !r->fixed;
	for (w = &x->model->windows[r->window]; w->parent >= 0; )
		w = &x->model->windows[w->parent];
	return !w->fixed;
}

static bool list_ranges(struct exact *x, u64 served, bool io)
{
	const struct pci_layout_model *m = x->model;
	int i;

	x->nr_ranges = 0;
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (is_io(bar->type) != io)
			continue;
		if (!bar->assigned && !(exact_wants(bar) && served & exact_bit(bar->dev)))
			continue;
		if (!add_bar(x, i))
			return false;
	}
	/* Innermost first: a window in which another one stays is not empty */
	for (i = m->nr_windows - 1; i >= 0; i--) {
		const struct pci_layout_window *w = &m->windows[i];

		if (w->fixed && w->assigned && is_io(w->type) == io &&
		    !window_is_used(x, i) && !add_window(x, i))
			return false;
	}
	for (i = 0; i < x->nr_ranges; i++)
		x->ranges[i].in_aperture = must_be_in_aperture(x, &x->ranges[i]);
	note_what_is_inside(x);
	return true;
}

/*
 * One layout
 */

static struct memo *memo_of(struct exact *x, const struct step *s)
{
	u64 hash = (s->placed * 64 + s->aperture + 1) * 0x9e3779b97f4a7c15ull;

	return &x->memo[hash >> (64 - EXACT_MEMO_ORDER)];
}

static bool led_nowhere(struct exact *x, const struct step *s)
{
	const struct memo *memo = memo_of(x, s);

	return memo->round == x->round && memo->placed == s->placed &&
	       memo->aperture == s->aperture && memo->cursor <= s->cursor;
}

static bool suits(const struct pci_layout_aperture *a, int root, enum pci_layout_type type)
{
	if (a->root != root)
		return false;
	return type == a->type || (type == PCI_LAYOUT_PREF && a->type == PCI_LAYOUT_MEM);
}

/* The limits of all that is open, and of what stays further up */
static bool cursor_is_possible(const struct exact *x, const struct step *s)
{
	const struct pci_layout_model *m = x->model;
	u64 rest = all_ranges(x) & ~s->placed;
	int w;

	for (w = s->window; w >= 0; w = m->windows[w].parent) {
		u64 last = m->windows[w].fixed ? m->windows[w].end : m->windows[w].max;

		if (s->cursor - 1 > last)
			return false;
	}
	if (s->aperture >= 0 && s->cursor - 1 > m->apertures[s->aperture].end)
		return false;
	for (; rest; rest &= rest - 1) {
		const struct range *r = &x->ranges[__builtin_ctzll(rest)];

		if (r->stays && r->now < s->cursor)
			return false;
	}
	return true;
}

static bool open_window(const struct exact *x, struct step *s, int w)
{
	const struct pci_layout_window *window = &x->model->windows[w];

	if (window->fixed) {
		if (!window->assigned || s->cursor > window->start)
			return false;
		s->cursor = window->start;
		return true;
	}
	if (s->aperture >= 0)
		s->cursor = max(s->cursor, x->model->apertures[s->aperture].start);
	s->cursor = round_up(s->cursor, window->align);
	return true;
}

/* Open all windows between the innermost open one and @w */
static bool open_windows(const struct exact *x, struct step *s, int w)
{
	if (w == s->window)
		return true;
	if (!open_windows(x, s, x->model->windows[w].parent))
		return false;
	return open_window(x, s, w);
}

static bool close_windows(const struct exact *x, struct step *s)
{
	while (s->window >= 0 && !(x->inside[s->window] & ~s->placed)) {
		const struct pci_layout_window *w = &x->model->windows[s->window];

		s->cursor = w->fixed ? w->end + 1 : round_up(s->cursor, w->align);
		if (!cursor_is_possible(x, s))
			return false;
		s->window = w->parent;
		if (s->window < 0)
			s->aperture = -1;
	}
	return true;
}

static u64 lowest_in_aperture(const struct exact *x, const struct range *r, u64 cursor)
{
	const struct pci_layout_model *m = x->model;
	u64 best = EXACT_HIGHEST;
	int i;

	for (i = 0; i < m->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];
		u64 at = round_up(max(cursor, a->start), r->align);

		if (suits(a, r->root, r->type) && at + r->size - 1 <= a->end)
			best = min(best, at);
	}
	return best;
}

/* The lowest address that the range can have from the cursor on */
static u64 lowest(const struct exact *x, const struct range *r, u64 cursor)
{
	bool can_stay = r->assigned && r->now >= cursor;
	u64 at;

	if (r->stays)
		return can_stay ? r->now : EXACT_HIGHEST;
	if (r->window >= 0)
		at = round_up(cursor, r->align);
	else
		at = lowest_in_aperture(x, r, cursor);
	if (at + r->size - 1 > r->max)
		at = EXACT_HIGHEST;
	/* Where it is today is not questioned */
	return can_stay ? min(at, r->now) : at;
}

static bool is_interchangeable(const struct range *r)
{
	return !r->stays && !(r->assigned &&
			      ((r->now & (r->align - 1)) || r->now + r->size - 1 > r->max));
}

/* Is there an earlier one, still to be placed, that would do as well? */
static bool has_twin(const struct exact *x, const struct step *s, int i)
{
	const struct range *r = &x->ranges[i];
	int j;

	if (!is_interchangeable(r))
		return false;
	for (j = 0; j < i; j++) {
		const struct range *q = &x->ranges[j];

		if (!(s->placed & exact_bit(j)) && is_interchangeable(q) &&
		    q->window == r->window && q->root == r->root && q->type == r->type &&
		    q->size == r->size && q->align == r->align && q->max == r->max)
			return true;
	}
	return false;
}

static bool lay_out(struct exact *x, struct step s);

/* Let range @i come next */
static bool lay_out_next(struct exact *x, struct step s, int i)
{
	const struct range *r = &x->ranges[i];

	if (!open_windows(x, &s, r->window))
		return false;
	s.window = r->window;
	x->start[i] = lowest(x, r, s.cursor);
	if (x->start[i] == EXACT_HIGHEST)
		return false;
	s.cursor = x->start[i] + r->size;
	s.placed |= exact_bit(i);
	return cursor_is_possible(x, &s) && lay_out(x, s);
}

/* The outermost window that is not open yet and that the range lies in */
static int window_to_open(const struct exact *x, const struct step *s, int i)
{
	const struct pci_layout_model *m = x->model;
	int w = x->ranges[i].window;

	while (w >= 0 && w != s->window && m->windows[w].parent != s->window)
		w = m->windows[w].parent;
	return w;
}

static bool lay_out_somewhere(struct exact *x, struct step s, int i)
{
	const struct pci_layout_model *m = x->model;
	int w = window_to_open(x, &s, i);

	if (s.window >= 0 || w < 0 || m->windows[w].fixed)
		return lay_out_next(x, s, i);
	for (s.aperture = 0; s.aperture < m->nr_apertures; s.aperture++) {
		if (suits(&m->apertures[s.aperture], m->windows[w].root, m->windows[w].type) &&
		    lay_out_next(x, s, i))
			return true;
	}
	return false;
}

/* Are the apertures, from the cursor on, large enough in sum for the rest? */
static bool has_room(const struct exact *x, const struct step *s)
{
	const struct pci_layout_model *m = x->model;
	u64 rest = all_ranges(x) & ~s->placed, need = 0, room = 0;
	bool io = false;
	int i;

	for (; rest; rest &= rest - 1) {
		const struct range *r = &x->ranges[__builtin_ctzll(rest)];

		io = is_io(r->type);
		need += r->in_aperture ? r->size : 0;
	}
	for (i = 0; i < m->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		if (is_io(a->type) == io && a->end >= s->cursor)
			room += a->end - max(a->start, s->cursor) + 1;
	}
	return need <= room;
}

static bool lay_out(struct exact *x, struct step s)
{
	u64 rest;

	if (!close_windows(x, &s))
		return false;
	if (s.placed == all_ranges(x))
		return true;
	if (!has_room(x, &s) || led_nowhere(x, &s) || --x->budget < 0)
		return false;
	rest = (s.window < 0 ? all_ranges(x) : x->inside[s.window]) & ~s.placed;
	for (; rest; rest &= rest - 1) {
		int i = __builtin_ctzll(rest);

		if (!has_twin(x, &s, i) && lay_out_somewhere(x, s, i))
			return true;
	}
	*memo_of(x, &s) = (struct memo) {
		.placed = s.placed, .cursor = s.cursor, .aperture = s.aperture,
		.round = x->round,
	};
	return false;
}

static bool fits_in_space(struct exact *x, u64 served, u64 movable, bool io)
{
	struct step nothing = { .window = PCI_LAYOUT_NONE, .aperture = -1 };
	int i;

	if (!list_ranges(x, served, io)) {
		x->budget = -1;
		return false;
	}
	for (i = 0; i < x->nr_ranges; i++) {
		struct range *r = &x->ranges[i];

		r->stays = r->fixed || (r->assigned && !(movable & exact_bit(r->dev)));
	}
	x->round++;
	if (!lay_out(x, nothing))
		return false;
	for (i = 0; i < x->nr_ranges; i++) {
		if (x->ranges[i].bar >= 0 && !x->ranges[i].fixed)
			x->found[x->ranges[i].bar] = x->start[i];
	}
	return true;
}

bool exact_fits(struct exact *x, u64 served, u64 movable)
{
	return fits_in_space(x, served, movable, true) &&
	       fits_in_space(x, served, movable, false);
}
