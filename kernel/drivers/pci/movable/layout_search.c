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
 * The first success is then made better (layout_refine.c).
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"
#include "layout_thorough.h"

/* From this level on, the subtrees to be tried grow by more than one level */
#define LAYOUT_DEEP		8

static void activate(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_bars; i++)
		s->p.active[i] = m->bars[i].assigned ||
			(pci_layout_bar_wants(&m->bars[i]) && s->served[m->bars[i].dev]);
}

/**
 * pci_layout_bar_cost() - what does it cost to move a BAR?
 * @m: model
 * @bar: which
 *
 * Return: enum pci_layout_cost
 */
int pci_layout_bar_cost(const struct pci_layout_model *m, int bar)
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

/**
 * pci_layout_bar_may_move() - may it, before all else has been tried?
 * @bar: of the model
 *
 * Return: true if so.
 */
bool pci_layout_bar_may_move(const struct pci_layout_bar *bar)
{
	return bar_can_move(bar) && !bar_is_misplaced(bar);
}

/*
 * Attempts
 */

/**
 * pci_layout_attempt() - pack once
 * @s: search; its packer's inputs say what is pinned
 *
 * A success becomes the best plan so far; the caller sees that it is better.
 *
 * Return: true if everything has a place.
 */
bool pci_layout_attempt(struct pci_layout_search *s)
{
	if (!pci_layout_pack(&s->p) &&
	    !(s->is_hard && (pci_layout_pack_thoroughly(&s->p, s->thorough) ||
			     pci_layout_pack_plainly(&s->p))))
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

/**
 * pci_layout_kind_is_wanted() - does the plan ask for addresses of this kind?
 * @s: search
 * @io: port I/O, or else memory
 *
 * Return: true if so.
 */
bool pci_layout_kind_is_wanted(const struct pci_layout_search *s, bool io)
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
	bool wanted[2] = {
		pci_layout_kind_is_wanted(s, true), pci_layout_kind_is_wanted(s, false),
	};
	int i;

	pin_all(s);
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (!pci_layout_bar_may_move(bar) || pci_layout_bar_cost(m, i) > cost)
			continue;
		if (bar_is_marked(s, i, kinds) ||
		    (widely && pci_layout_bar_cost(m, i) < cost &&
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
 * everything, and if that is too much, the plain way, and everything in subtrees of
 * which it is not.
 */
static bool find_thoroughly(struct pci_layout_search *s)
{
	const bool all[2] = { true, true };
	int level;

	s->is_hard = true;
	s->thorough->work = PCI_LAYOUT_WORK;
	unpin_marked(s, PCI_LAYOUT_PAUSED, false, all);
	if (pci_layout_attempt(s) || (unpin_misplaced(s) && pci_layout_attempt(s)))
		return true;

	if (s->thorough->too_many) {
		for (level = 0; unpin_level(s, level); level += 1 + level / LAYOUT_DEEP) {
			if (pci_layout_attempt(s))
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
	if (pci_layout_attempt(s))
		return true;

	set_windows(s, s->p.keep, 0);
	if (pci_layout_attempt(s))
		return true;

	for (cost = PCI_LAYOUT_NO_DRIVER; cost <= PCI_LAYOUT_PAUSED; cost++) {
		for (level = 0, more = true; more; level += 1 + level / LAYOUT_DEEP) {
			bool kinds[2] = {};

			more = mark_subtrees(s, level, kinds);
			unpin_marked(s, cost, false, kinds);
			if (pci_layout_attempt(s))
				return true;
			if (cost == PCI_LAYOUT_NO_DRIVER)
				continue;
			unpin_marked(s, cost, true, kinds);
			if (pci_layout_attempt(s))
				return true;
		}
	}
	if (unpin_misplaced(s) && pci_layout_attempt(s))
		return true;
	return find_thoroughly(s);
}
