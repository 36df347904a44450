// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: make a plan better
 *
 * The first plan that was found (layout_search.c) is made better by pinning again
 * what need not have been free: devices, the most costly first, then single BARs,
 * then windows. Last, what is only wished for gets what room is left.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"
#include "layout_thorough.h"

/* Machines with more BARs and windows get no second look for fewer moved BARs */
#define LAYOUT_MANY_NODES	8192

/* With more devices than that, smaller sets of them are not searched for */
#define LAYOUT_MANY		32

/* In @pinned, @keep, ...: set for the time of one attempt */
#define LAYOUT_TENTATIVE	2

/*
 * Giving back
 */

static bool attempt_group(struct pci_layout_search *s, u8 *flags, int from, int to)
{
	int i;
	bool ok;

	for (i = from; i < to; i++) {
		if (!flags[s->list[i]])
			flags[s->list[i]] = LAYOUT_TENTATIVE;
	}
	s->budget--;
	ok = pci_layout_attempt(s);
	for (i = from; i < to; i++) {
		if (flags[s->list[i]] == LAYOUT_TENTATIVE)
			flags[s->list[i]] = ok;
	}
	return ok;
}

static bool group_is_set(const struct pci_layout_search *s, const u8 *flags,
			 int from, int to)
{
	int i;

	for (i = from; i < to; i++) {
		if (!flags[s->list[i]])
			return false;
	}
	return true;
}

/*
 * Set the flag for as many groups of the list as possible: all at once, then
 * halves, and so on. Group g is list[bounds[g]] up to before list[bounds[g + 1]].
 */
static void give_back(struct pci_layout_search *s, u8 *flags, int nr)
{
	int size, g;

	for (size = nr; size; size /= 2) {
		for (g = 0; g < nr && s->budget > 0; g += size) {
			int from = s->bounds[g];
			int to = s->bounds[min(g + size, nr)];

			if (!group_is_set(s, flags, from, to))
				attempt_group(s, flags, from, to);
		}
	}
}

/* Had it an address, and does it get another in the best plan so far? */
static bool bar_moves(const struct pci_layout_search *s, int bar)
{
	const struct pci_layout_model *m = s->p.model;
	const struct pci_layout_place *place = &s->best[m->nr_windows + bar];

	return m->bars[bar].assigned && place->start != m->bars[bar].start;
}

/* Take the sorted keys over as list of groups; equal @first is one group */
static int list_from_keys(struct pci_layout_search *s, int nr)
{
	int i, groups = 0;

	pci_layout_sort_keys(s->p.key, nr);
	for (i = 0; i < nr; i++) {
		if (!i || s->p.key[i].first != s->p.key[i - 1].first)
			s->bounds[groups++] = i;
		s->list[i] = s->p.key[i].id;
	}
	s->bounds[groups] = nr;
	return groups;
}

/* The free BARs of devices of @cost, a group per device */
static int list_devices(struct pci_layout_search *s, int cost)
{
	const struct pci_layout_model *m = s->p.model;
	int i, nr = 0;

	for (i = 0; i < m->nr_bars; i++) {
		if (!m->bars[i].assigned || s->p.pinned[i] || pci_layout_bar_cost(m, i) != cost)
			continue;
		s->p.key[nr++] = (struct pci_layout_key) {
			.first = m->bars[i].dev, .id = i,
		};
	}
	return list_from_keys(s, nr);
}

/* The free BARs, largest first, each a group of its own */
static int list_bars(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i, nr = 0;

	for (i = 0; i < m->nr_bars; i++) {
		if (!m->bars[i].assigned || s->p.pinned[i])
			continue;
		s->p.key[nr++] = (struct pci_layout_key) {
			.first = ~m->bars[i].size, .id = i,
		};
	}
	pci_layout_sort_keys(s->p.key, nr);
	for (i = 0; i < nr; i++) {
		s->list[i] = s->p.key[i].id;
		s->bounds[i] = i;
	}
	s->bounds[nr] = nr;
	return nr;
}

/* BARs that were free but stay where they are need not have been free */
static void pin_unmoved(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	memcpy(s->saved, s->p.pinned, m->nr_bars);
	for (i = 0; i < m->nr_bars; i++) {
		if (m->bars[i].assigned && !bar_moves(s, i))
			s->p.pinned[i] = 1;
	}
	if (!pci_layout_attempt(s))
		memcpy(s->p.pinned, s->saved, m->nr_bars);
}

static int count_disturbed(struct pci_layout_search *s, int cost)
{
	const struct pci_layout_model *m = s->p.model;
	int i, nr = 0;

	memset(s->mark, 0, m->nr_devs);
	for (i = 0; i < m->nr_bars; i++) {
		if (bar_moves(s, i) && pci_layout_bar_cost(m, i) == cost &&
		    !s->mark[m->bars[i].dev]) {
			s->mark[m->bars[i].dev] = 1;
			nr++;
		}
	}
	return nr;
}

/**
 * pci_layout_price() - what does the best plan so far cost?
 * @s: search; @mark is overwritten
 *
 * Return: whom and what it moves.
 */
struct pci_layout_price pci_layout_price(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	struct pci_layout_price price = {
		.paused = count_disturbed(s, PCI_LAYOUT_PAUSED),
		.live = count_disturbed(s, PCI_LAYOUT_LIVE),
	};
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		if (!bar_moves(s, i))
			continue;
		price.moved++;
		price.bytes += m->bars[i].size;
	}
	return price;
}

/* May the only devices of @cost that move be @a and @b? Others may if cheaper. */
static bool attempt_only(struct pci_layout_search *s, int cost, int a, int b)
{
	const struct pci_layout_model *m = s->p.model;
	bool wanted[2] = {
		pci_layout_kind_is_wanted(s, true), pci_layout_kind_is_wanted(s, false),
	};
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];
		int c = pci_layout_bar_cost(m, i);

		if (!pci_layout_bar_may_move(bar) || c > cost ||
		    !wanted[!pci_layout_is_io(bar->type)])
			continue;
		s->p.pinned[i] = c == cost && bar->dev != a && bar->dev != b;
	}
	s->budget--;
	return pci_layout_attempt(s);
}

static int list_devs_of_cost(struct pci_layout_search *s, int cost)
{
	const struct pci_layout_model *m = s->p.model;
	int i, nr = 0;

	for (i = 0; i < m->nr_devs; i++) {
		if (m->devs[i].cost == cost && !s->served[i])
			s->list[nr++] = i;
	}
	return nr;
}

/*
 * Pinning again one by one ends at a set of which none can be left out, which
 * need not be the smallest: one device instead of two others may do.
 */
static void look_for_fewer(struct pci_layout_search *s, int cost)
{
	int disturbed = count_disturbed(s, cost);
	int nr = list_devs_of_cost(s, cost);
	int a, b;

	if (disturbed < 2 || nr > LAYOUT_MANY)
		return;
	memcpy(s->saved, s->p.pinned, s->p.model->nr_bars);
	for (a = 0; a < nr && s->budget > 0; a++) {
		if (attempt_only(s, cost, s->list[a], s->list[a]))
			return;
	}
	for (a = 0; disturbed > 2 && a < nr; a++) {
		for (b = a + 1; b < nr && s->budget > 0; b++) {
			if (attempt_only(s, cost, s->list[a], s->list[b]))
				return;
		}
	}
	memcpy(s->p.pinned, s->saved, s->p.model->nr_bars);
}

/* Devices first, then single BARs of those that still move */
static void pin_again(struct pci_layout_search *s)
{
	int cost;

	pin_unmoved(s);
	for (cost = PCI_LAYOUT_PAUSED; cost >= PCI_LAYOUT_NO_DRIVER; cost--) {
		give_back(s, s->p.pinned, list_devices(s, cost));
		if (cost != PCI_LAYOUT_NO_DRIVER)
			look_for_fewer(s, cost);
	}
	give_back(s, s->p.pinned, list_bars(s));
}

/*
 * Pin what moves, or @drivers: what disturbs a driver, and free all else of the
 * kinds wanted
 */
static void turn_over(struct pci_layout_search *s, bool drivers)
{
	const struct pci_layout_model *m = s->p.model;
	bool wanted[2] = {
		pci_layout_kind_is_wanted(s, true), pci_layout_kind_is_wanted(s, false),
	};
	int i;

	memset(s->mark, 0, m->nr_devs);
	for (i = 0; i < m->nr_bars; i++) {
		if (bar_moves(s, i) &&
		    (!drivers || pci_layout_bar_cost(m, i) != PCI_LAYOUT_NO_DRIVER))
			s->mark[m->bars[i].dev] = 1;
	}
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (pci_layout_bar_may_move(bar) && wanted[!pci_layout_is_io(bar->type)])
			s->p.pinned[i] = s->mark[bar->dev];
	}
}

static bool is_cheaper(const struct pci_layout_price *a, const struct pci_layout_price *b)
{
	if (a->paused != b->paused)
		return a->paused < b->paused;
	if (a->live != b->live)
		return a->live < b->live;
	if (a->moved != b->moved)
		return a->moved < b->moved;
	return a->bytes < b->bytes;
}

/*
 * What was freed first need not be the cheapest: instead of much that is in a
 * window, a single neighbour of that window may move. So pin what moves, free
 * all else, and keep what costs less.
 */
static void look_elsewhere(struct pci_layout_search *s, bool drivers)
{
	const struct pci_layout_model *m = s->p.model;
	struct pci_layout_price before = pci_layout_price(s), now;

	memcpy(s->other, s->best, s->p.nr_nodes * sizeof(*s->best));
	memcpy(s->other_pinned, s->p.pinned, m->nr_bars);

	turn_over(s, drivers);
	if (pci_layout_attempt(s)) {
		pin_again(s);
		now = pci_layout_price(s);
		if (is_cheaper(&now, &before))
			return;
	}
	memcpy(s->best, s->other, s->p.nr_nodes * sizeof(*s->best));
	memcpy(s->p.pinned, s->other_pinned, m->nr_bars);
}

static void disturb_less(struct pci_layout_search *s)
{
	struct pci_layout_price price;
	int rest = s->budget / 2;

	s->budget -= rest;
	pin_again(s);
	s->budget += rest;

	price = pci_layout_price(s);
	if (price.paused || price.live > 1)
		look_elsewhere(s, true);
	if (price.moved && s->p.nr_nodes <= LAYOUT_MANY_NODES)
		look_elsewhere(s, false);
}

/*
 * What is wished for
 */

static bool window_changes(const struct pci_layout_search *s, int w)
{
	const struct pci_layout_window *window = &s->p.model->windows[w];
	const struct pci_layout_place *place = &s->best[w];

	if (window->assigned != place->assigned)
		return true;
	return window->assigned &&
	       (window->start != place->start || window->end != place->end);
}

static void list_singly(struct pci_layout_search *s, int *nr, int id)
{
	s->list[*nr] = id;
	s->bounds[*nr] = *nr;
	(*nr)++;
	s->bounds[*nr] = *nr;
}

/* Windows keep what they have, as far as possible */
static void keep_windows(struct pci_layout_search *s)
{
	int w, nr = 0;

	for (w = 0; w < s->p.model->nr_windows; w++) {
		if (!s->p.keep[w] && s->p.model->windows[w].assigned)
			list_singly(s, &nr, w);
	}
	give_back(s, s->p.keep, nr);
}

static void freeze_unchanged(struct pci_layout_search *s)
{
	int w;

	for (w = 0; w < s->p.model->nr_windows; w++)
		s->p.frozen[w] = !window_changes(s, w);
}

static bool optional_may_be_placed(const struct pci_layout_search *s, int bar)
{
	const struct pci_layout_bar *b = &s->p.model->bars[bar];

	if (b->assigned || !b->optional || pci_layout_is_refused(s, b->dev) ||
	    b->max < b->size - 1)
		return false;
	/* To open or change windows is justified by a device that arrives only */
	return s->served[b->dev] || s->p.model->devs[b->dev].is_new ||
	       b->window == PCI_LAYOUT_NONE || s->best[b->window].assigned;
}

/* If it stays within windows that are new, changed or large enough */
static void place_optional(struct pci_layout_search *s)
{
	int i, nr = 0;

	for (i = 0; i < s->p.model->nr_bars; i++) {
		if (optional_may_be_placed(s, i))
			list_singly(s, &nr, i);
	}
	give_back(s, s->p.active, nr);
}

static u64 window_wish(const struct pci_layout_window *window)
{
	u64 now = window->assigned ? window->end - window->start + 1 : 0;

	return max(now, window->reserve);
}

static void grant_wishes(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int w, nr = 0;

	for (w = 0; w < m->nr_windows; w++) {
		if (s->p.frozen[w] || !window_wish(&m->windows[w]))
			continue;
		s->p.wish[w] = window_wish(&m->windows[w]);
		list_singly(s, &nr, w);
	}
	give_back(s, s->p.want, nr);
}

/**
 * pci_layout_refine() - make the best plan better
 * @s: search, after pci_layout_find_plan() succeeded
 */
void pci_layout_refine(struct pci_layout_search *s)
{
	/* A millisecond or so of trying to do better, whatever the size */
	s->budget = 40 + 240000 / (s->p.nr_nodes + 16);
	s->thorough->work = PCI_LAYOUT_WORK;
	disturb_less(s);
	keep_windows(s);
	freeze_unchanged(s);
	place_optional(s);
	grant_wishes(s);
}
