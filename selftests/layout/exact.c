// SPDX-License-Identifier: GPL-2.0
/*
 * Exact solver
 *
 * Written from the rules of layout.h; shares nothing with the planner. All sets
 * of devices that could be served are tried, the best first, then all sets that
 * could move for that; exact_fits.c finds out whether there is a layout.
 */

#include "exact.h"
#include "exact_fits.h"

#define MAX_DEVS		30

/*
 * Which devices are served, and which move
 */

static u64 needy_devs(const struct pci_layout_model *m)
{
	u64 set = 0;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		if (exact_wants(&m->bars[i]))
			set |= exact_bit(m->bars[i].dev);
	}
	return set;
}

static u64 movable_devs(const struct pci_layout_model *m, enum pci_layout_cost cost)
{
	u64 set = 0;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (bar->assigned && !bar->fixed && m->devs[bar->dev].cost == cost)
			set |= exact_bit(bar->dev);
	}
	return set;
}

/* All subsets of @nr devices of @set, those with the earlier devices first */
struct subsets {
	u64 set;
	int nr;
	u32 code;		/* of the last subset; its highest bit is the earliest device */
};

static void subsets_begin(struct subsets *s, u64 set, int nr)
{
	s->set = set;
	s->nr = nr;
	s->code = 1u << __builtin_popcountll(set);
}

static bool subsets_next(struct subsets *s, u64 *subset)
{
	u64 set = s->set;
	u32 mask = 1u << __builtin_popcountll(set);

	do {
		if (!s->code--)
			return false;
	} while (__builtin_popcount(s->code) != s->nr);

	for (*subset = 0; set; set &= set - 1) {
		mask >>= 1;
		if (s->code & mask)
			*subset |= set & -set;
	}
	return true;
}

/* The best set of devices that can be served if all of @movable may move */
static bool serve(struct exact *x, u64 movable, u64 *served)
{
	u64 needy = needy_devs(x->model);
	struct subsets subsets;
	int nr;

	for (nr = __builtin_popcountll(needy); nr >= 0; nr--) {
		subsets_begin(&subsets, needy, nr);
		while (subsets_next(&subsets, served)) {
			if (exact_fits(x, *served, movable))
				return true;
			if (x->budget < 0)
				return false;
		}
	}
	return false;
}

/* How many of @paused have to move at least, if all @others may */
static bool pause_least(struct exact *x, u64 served, u64 paused, u64 others, int *nr)
{
	struct subsets subsets;
	u64 subset;

	for (*nr = 0; *nr <= __builtin_popcountll(paused); (*nr)++) {
		subsets_begin(&subsets, paused, *nr);
		while (subsets_next(&subsets, &subset)) {
			if (exact_fits(x, served, subset | others))
				return true;
			if (x->budget < 0)
				return false;
		}
	}
	return false;
}

/* The same for @live, whichever @nr_paused of @paused move */
static bool move_least(struct exact *x, u64 served, u64 paused, int nr_paused,
		       u64 live, u64 others)
{
	struct subsets outer, inner;
	u64 p, l;
	int nr;

	for (nr = 0; nr <= __builtin_popcountll(live); nr++) {
		subsets_begin(&outer, paused, nr_paused);
		while (subsets_next(&outer, &p)) {
			subsets_begin(&inner, live, nr);
			while (subsets_next(&inner, &l)) {
				if (exact_fits(x, served, p | l | others))
					return true;
				if (x->budget < 0)
					return false;
			}
		}
	}
	return false;
}

/* Leaves the best layout in @found */
static bool solve(struct exact *x, u64 *served)
{
	u64 paused = movable_devs(x->model, PCI_LAYOUT_PAUSED);
	u64 live = movable_devs(x->model, PCI_LAYOUT_LIVE);
	u64 idle = movable_devs(x->model, PCI_LAYOUT_NO_DRIVER);
	int nr;

	if (!serve(x, paused | live | idle, served))
		return false;
	/* Most often nobody has to move at all; then nothing does */
	if (exact_fits(x, *served, 0))
		return true;
	return pause_least(x, *served, paused, live | idle, &nr) &&
	       move_least(x, *served, paused, nr, live, idle);
}

/*
 * The plan
 */

static void cover(struct pci_layout_place *outer, const struct pci_layout_place *inner)
{
	if (!outer->assigned) {
		*outer = *inner;
		return;
	}
	outer->start = min(outer->start, inner->start);
	outer->end = max(outer->end, inner->end);
}

static void write_bars(const struct exact *x, u64 served, struct pci_layout_plan *plan)
{
	const struct pci_layout_model *m = x->model;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];
		struct pci_layout_place *place = &plan->bars[i];

		place->assigned = bar->assigned ||
				  (exact_wants(bar) && served & exact_bit(bar->dev));
		if (!place->assigned)
			continue;
		place->start = bar->fixed ? bar->start : x->found[i];
		place->end = place->start + bar->size - 1;
		if (bar->window >= 0)
			cover(&plan->windows[bar->window], place);
	}
}

static void write_windows(const struct exact *x, struct pci_layout_plan *plan)
{
	const struct pci_layout_model *m = x->model;
	int i;

	for (i = m->nr_windows - 1; i >= 0; i--) {
		const struct pci_layout_window *w = &m->windows[i];
		struct pci_layout_place *place = &plan->windows[i];

		if (w->fixed) {
			place->assigned = w->assigned;
			place->start = w->start;
			place->end = w->end;
		} else if (place->assigned) {
			place->start &= ~(w->align - 1);
			place->end |= w->align - 1;
		}
		if (place->assigned && w->parent >= 0)
			cover(&plan->windows[w->parent], place);
	}
}

static void write_refusals(const struct exact *x, u64 served, struct pci_layout_plan *plan)
{
	u64 refused = needy_devs(x->model) & ~served;
	int i;

	for (i = 0; i < x->model->nr_devs; i++) {
		if (refused & exact_bit(i))
			plan->refusals[i].reason = PCI_LAYOUT_NO_SPACE;
	}
}

static bool addresses_are_low(const struct pci_layout_model *m)
{
	int i;

	for (i = 0; i < m->nr_apertures; i++) {
		if (m->apertures[i].end >= EXACT_HIGHEST / 2)
			return false;
	}
	for (i = 0; i < m->nr_windows; i++) {
		if (m->windows[i].align >= EXACT_HIGHEST / 2 ||
		    (m->windows[i].assigned && m->windows[i].end >= EXACT_HIGHEST / 2))
			return false;
	}
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (bar->align >= EXACT_HIGHEST / 2 || bar->size >= EXACT_HIGHEST / 2 ||
		    (bar->assigned && bar->start >= EXACT_HIGHEST / 2))
			return false;
	}
	return true;
}

enum exact_answer exact_plan(const struct pci_layout_model *model, long budget,
			     struct pci_layout_plan *plan)
{
	enum exact_answer answer = EXACT_GAVE_UP;
	struct exact *x;
	u64 served;

	if (model->nr_devs > MAX_DEVS || !addresses_are_low(model))
		return answer;
	x = zeroed(1, sizeof(*x));
	x->model = model;
	x->budget = budget;
	x->inside = zeroed(model->nr_windows, sizeof(*x->inside));
	x->found = zeroed(model->nr_bars, sizeof(*x->found));
	if (solve(x, &served)) {
		write_bars(x, served, plan);
		write_windows(x, plan);
		write_refusals(x, served, plan);
		plan_count(model, plan);
		answer = EXACT_DONE;
	}
	free(x->found);
	free(x->inside);
	free(x);
	return answer;
}
