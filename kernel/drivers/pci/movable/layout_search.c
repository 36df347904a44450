// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: which BARs may move
 *
 * Given is who wants addresses. The packer (layout_pack.c) finds places for
 * everything if it is told what is pinned to its address. So to plan means to
 * choose what is pinned:
 *
 *	1. everything: new BARs go into free gaps, windows grow into free space
 *	2. all BARs, but windows may give up what they hold in reserve
 *	3. fewer and fewer BARs: first those of devices without driver, then of
 *	   drivers that keep running, then of drivers that are paused; each time
 *	   in the smallest subtree first and below the whole host bridge last
 *
 * The first success is made better by pinning again what need not have been
 * free: devices, the most costly first, then single BARs, then windows. Last,
 * what is only wished for gets what room is left.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"
#include "layout_thorough.h"

/* With more devices than that, smaller sets of them are not searched for */
#define LAYOUT_MANY		32

/* From this level on, the subtrees to be tried grow by more than one level */
#define LAYOUT_DEEP		8

/* In @pinned, @keep, ...: set for the time of one attempt */
#define LAYOUT_TENTATIVE	2

static void activate(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_bars; i++)
		s->p.active[i] = m->bars[i].assigned ||
			(pci_layout_bar_wants(&m->bars[i]) && s->served[m->bars[i].dev]);
}

static int bar_cost(const struct pci_layout_model *m, int bar)
{
	int dev = m->bars[bar].dev;

	return dev == PCI_LAYOUT_NONE ? PCI_LAYOUT_PAUSED : m->devs[dev].cost;
}

static bool bar_can_move(const struct pci_layout_bar *bar)
{
	return bar->assigned && !bar->fixed && bar->max >= bar->size - 1;
}

/*
 * Firmware may have put a BAR where it could not be put today. If it moves, it
 * needs more than the place that it leaves: so it does as a last resort only.
 */
static bool bar_is_misplaced(const struct pci_layout_bar *bar)
{
	return pci_layout_bar_end(bar) > bar->max || !IS_ALIGNED(bar->start, bar->align);
}

static bool bar_may_move(const struct pci_layout_bar *bar)
{
	return bar_can_move(bar) && !bar_is_misplaced(bar);
}

/*
 * Attempts
 */

/* A success becomes the best plan so far; the caller sees that it is better */
static bool attempt(struct pci_layout_search *s)
{
	if (!pci_layout_pack(&s->p) &&
	    !(s->is_hard && pci_layout_pack_thoroughly(&s->p, s->thorough)))
		return false;
	swap(s->p.place, s->best);
	return true;
}

static void pin_all(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_bars; i++)
		s->p.pinned[i] = m->bars[i].assigned;
}

static void set_windows(struct pci_layout_search *s, u8 *flags, u8 value)
{
	memset(flags, value, s->p.model->nr_windows);
}

/*
 * Mark the windows whose contents may be moved: all that is in the windows that
 * are @level above BARs that want addresses. Returns false if the host bridge
 * is reached for all of them. kinds[]: io and memory below all host bridges.
 */
static bool mark_subtrees(struct pci_layout_search *s, int level, bool kinds[2])
{
	const struct pci_layout_model *m = s->p.model;
	bool below_root = false;
	int i, j, w;

	memset(s->mark, 0, m->nr_windows);
	for (i = 0; i < m->nr_bars; i++) {
		if (!s->p.active[i] || m->bars[i].assigned)
			continue;
		w = m->bars[i].window;
		for (j = 0; j < level && w != PCI_LAYOUT_NONE; j++)
			w = m->windows[w].parent;
		if (w == PCI_LAYOUT_NONE) {
			kinds[!pci_layout_is_io(m->bars[i].type)] = true;
		} else {
			s->mark[w] = 1;
			below_root = true;
		}
	}
	for (w = 0; w < m->nr_windows; w++) {
		if (m->windows[w].parent != PCI_LAYOUT_NONE)
			s->mark[w] |= s->mark[m->windows[w].parent];
	}
	return below_root;
}

static bool bar_is_marked(const struct pci_layout_search *s, int bar,
			  const bool kinds[2])
{
	const struct pci_layout_bar *b = &s->p.model->bars[bar];

	if (kinds[!pci_layout_is_io(b->type)])
		return true;
	return b->window != PCI_LAYOUT_NONE && s->mark[b->window];
}

/* Does the plan ask for addresses of this kind (port I/O or not)? */
static bool kind_is_wanted(const struct pci_layout_search *s, bool io)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		if (s->p.active[i] && !m->bars[i].assigned &&
		    pci_layout_is_io(m->bars[i].type) == io)
			return true;
	}
	return false;
}

/*
 * Free the marked BARs of devices that cost @cost to move, and those that cost
 * less: of the marked ones only, or @widely: all of the kinds wanted.
 */
static void unpin_marked(struct pci_layout_search *s, int cost, bool widely,
			 const bool kinds[2])
{
	const struct pci_layout_model *m = s->p.model;
	bool wanted[2] = { kind_is_wanted(s, true), kind_is_wanted(s, false) };
	int i;

	pin_all(s);
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (!bar_may_move(bar) || bar_cost(m, i) > cost)
			continue;
		if (bar_is_marked(s, i, kinds) ||
		    (widely && bar_cost(m, i) < cost &&
		     wanted[!pci_layout_is_io(bar->type)]))
			s->p.pinned[i] = 0;
	}
}

/* Free those as well, beside all that is free. Returns false if there is none. */
static bool unpin_misplaced(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	bool any = false;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (!bar_can_move(bar) || !bar_is_misplaced(bar))
			continue;
		s->p.pinned[i] = 0;
		any = true;
	}
	return any;
}

/* Free all that may move in the subtrees of a level. Returns false below the root. */
static bool unpin_level(struct pci_layout_search *s, int level)
{
	bool kinds[2] = {};
	bool more = mark_subtrees(s, level, kinds);

	unpin_marked(s, PCI_LAYOUT_PAUSED, false, kinds);
	return more;
}

/*
 * The packer does not see all layouts: before somebody is refused for that, try
 * everything, and if that is too much, everything in subtrees of which it is not.
 */
static bool find_thoroughly(struct pci_layout_search *s)
{
	const bool all[2] = { true, true };
	int level;

	s->is_hard = true;
	s->thorough->work = PCI_LAYOUT_WORK;
	unpin_marked(s, PCI_LAYOUT_PAUSED, false, all);
	if (attempt(s) || (unpin_misplaced(s) && attempt(s)))
		return true;

	if (s->thorough->too_many) {
		for (level = 0; unpin_level(s, level); level += 1 + level / LAYOUT_DEEP) {
			if (attempt(s))
				return true;
			if (s->thorough->too_many)
				break;
		}
	}
	s->is_hard = false;
	return false;
}

/**
 * pci_layout_find_plan() - place all devices that are served
 * @s: search; its @served says who that is
 *
 * Frees more and more, in the order described above, until everything fits.
 * Leaves @pinned and @keep as they were when it did.
 *
 * Return: true if there is a plan, in @best.
 */
bool pci_layout_find_plan(struct pci_layout_search *s)
{
	int cost, level;
	bool more;

	activate(s);
	s->is_hard = false;
	pin_all(s);
	set_windows(s, s->p.keep, 1);
	set_windows(s, s->p.want, 0);
	set_windows(s, s->p.frozen, 0);
	if (attempt(s))
		return true;

	set_windows(s, s->p.keep, 0);
	if (attempt(s))
		return true;

	for (cost = PCI_LAYOUT_NO_DRIVER; cost <= PCI_LAYOUT_PAUSED; cost++) {
		for (level = 0, more = true; more; level += 1 + level / LAYOUT_DEEP) {
			bool kinds[2] = {};

			more = mark_subtrees(s, level, kinds);
			unpin_marked(s, cost, false, kinds);
			if (attempt(s))
				return true;
			if (cost == PCI_LAYOUT_NO_DRIVER)
				continue;
			unpin_marked(s, cost, true, kinds);
			if (attempt(s))
				return true;
		}
	}
	if (unpin_misplaced(s) && attempt(s))
		return true;
	return find_thoroughly(s);
}

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
	ok = attempt(s);
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

	sort(s->p.key, nr, sizeof(*s->p.key), pci_layout_compare_keys, NULL);
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
		if (!m->bars[i].assigned || s->p.pinned[i] || bar_cost(m, i) != cost)
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
	sort(s->p.key, nr, sizeof(*s->p.key), pci_layout_compare_keys, NULL);
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
	if (!attempt(s))
		memcpy(s->p.pinned, s->saved, m->nr_bars);
}

static int count_disturbed(struct pci_layout_search *s, int cost)
{
	const struct pci_layout_model *m = s->p.model;
	int i, nr = 0;

	memset(s->mark, 0, m->nr_devs);
	for (i = 0; i < m->nr_bars; i++) {
		if (bar_moves(s, i) && bar_cost(m, i) == cost &&
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
	bool wanted[2] = { kind_is_wanted(s, true), kind_is_wanted(s, false) };
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];
		int c = bar_cost(m, i);

		if (!bar_may_move(bar) || c > cost ||
		    !wanted[!pci_layout_is_io(bar->type)])
			continue;
		s->p.pinned[i] = c == cost && bar->dev != a && bar->dev != b;
	}
	s->budget--;
	return attempt(s);
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

static void pin_devices(struct pci_layout_search *s)
{
	int cost;

	pin_unmoved(s);
	for (cost = PCI_LAYOUT_PAUSED; cost >= PCI_LAYOUT_NO_DRIVER; cost--) {
		give_back(s, s->p.pinned, list_devices(s, cost));
		if (cost != PCI_LAYOUT_NO_DRIVER)
			look_for_fewer(s, cost);
	}
}

/*
 * Pin what moves, or @drivers: what disturbs a driver, and free all else of the
 * kinds wanted
 */
static void turn_over(struct pci_layout_search *s, bool drivers)
{
	const struct pci_layout_model *m = s->p.model;
	bool wanted[2] = { kind_is_wanted(s, true), kind_is_wanted(s, false) };
	int i;

	memset(s->mark, 0, m->nr_devs);
	for (i = 0; i < m->nr_bars; i++) {
		if (bar_moves(s, i) &&
		    (!drivers || bar_cost(m, i) != PCI_LAYOUT_NO_DRIVER))
			s->mark[m->bars[i].dev] = 1;
	}
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (bar_may_move(bar) && wanted[!pci_layout_is_io(bar->type)])
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
	if (attempt(s)) {
		pin_devices(s);
		give_back(s, s->p.pinned, list_bars(s));
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
	pin_devices(s);
	give_back(s, s->p.pinned, list_bars(s));
	s->budget += rest;

	price = pci_layout_price(s);
	if (price.paused || price.live > 1)
		look_elsewhere(s, true);
	if (price.moved)
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
