// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: which devices get in
 *
 * As many as possible, and of two that cannot both, the earlier one. Of a few
 * devices, each subset is tried, the best first; of many, one after the other.
 *
 * The search for a plan (layout_search.c) tries more for some devices than for
 * others, so that who was refused may fit once the others have got what they
 * needed. Therefore it is asked again, from where its own plan leads to, until
 * nobody else gets in: to plan the result once more would change nothing.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/* Up to here every subset of new devices is tried */
#define LAYOUT_FEW		4

/* As often one device is tried in place of another, or in addition */
#define LAYOUT_SWAPS		32

/*
 * Who wants what
 */

static void find_needy(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	memset(s->asks, 0, m->nr_devs);
	for (i = 0; i < m->nr_bars; i++) {
		if (pci_layout_bar_wants(&m->bars[i]))
			s->asks[m->bars[i].dev] = 1;
	}
	s->nr_needy = 0;
	for (i = 0; i < m->nr_devs; i++) {
		s->served[i] = s->asks[i] && !s->hopeless[i];
		if (s->served[i])
			s->needy[s->nr_needy++] = i;
	}
}

/*
 * Which new devices get in
 */

static void serve(struct pci_layout_search *s, unsigned int subset)
{
	int i;

	for (i = 0; i < s->nr_needy; i++)
		s->served[s->needy[i]] = i < 32 && subset >> i & 1;
}

static int popcount(unsigned int subset)
{
	int nr = 0;

	for (; subset; subset &= subset - 1)
		nr++;
	return nr;
}

/* The larger first; of two that are equally large, that of earlier devices */
static bool subset_is_better(unsigned int a, unsigned int b)
{
	unsigned int differ = a ^ b;

	if (popcount(a) != popcount(b))
		return popcount(a) > popcount(b);
	return a & (differ & -differ);
}

static bool choose_few(struct pci_layout_search *s)
{
	unsigned int tried = 0;

	for (;;) {
		unsigned int best = 0, i;

		for (i = 1; i < 1u << s->nr_needy; i++) {
			if (!(tried >> i & 1) && subset_is_better(i, best))
				best = i;
		}
		serve(s, best);
		tried |= 1u << best;
		if (pci_layout_find_plan(s))
			return true;
		if (!best)
			return false;
	}
}

/* The devices that want least first; of two that are equal, the earlier */
static void sort_needy(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_devs; i++)
		s->p.key[i] = (struct pci_layout_key) { .first = U64_MAX, .id = i };
	for (i = 0; i < s->nr_needy; i++)
		s->p.key[s->needy[i]].first = 0;
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (pci_layout_bar_wants(bar) && s->p.key[bar->dev].first != U64_MAX)
			s->p.key[bar->dev].first =
				min(pci_layout_sat_add(s->p.key[bar->dev].first, bar->size),
				    U64_MAX - 1);
	}
	pci_layout_sort_keys(s->p.key, m->nr_devs);
	for (i = 0; i < s->nr_needy; i++)
		s->needy[i] = s->p.key[i].id;
}

static void serve_range(struct pci_layout_search *s, int from, int nr, bool served)
{
	int i;

	for (i = from; i < from + nr; i++)
		s->served[s->needy[i]] = served;
}

/* Beside those that are served: all of a range of needy ones, or none */
static bool serve_all_of(struct pci_layout_search *s, int from, int nr)
{
	serve_range(s, from, nr, true);
	if (pci_layout_find_plan(s))
		return true;
	serve_range(s, from, nr, false);
	return false;
}

/* Serve one more, if that is possible */
static bool admit(struct pci_layout_search *s, int dev)
{
	s->served[dev] = 1;
	if (pci_layout_find_plan(s))
		return true;
	s->served[dev] = 0;
	return false;
}

/* Serve others that are refused, but not @but: returns true if somebody is */
static bool admit_others(struct pci_layout_search *s, int but, int *tries)
{
	bool any = false;
	int i;

	for (i = 0; i < s->nr_needy && *tries > 0; i++) {
		int dev = s->needy[i];

		if (dev == but || s->served[dev])
			continue;
		(*tries)--;
		any |= admit(s, dev);
	}
	return any;
}

/*
 * Of two that cannot both be served, the earlier one is, and so is the later one
 * if that lets others in.
 */
static void exchange(struct pci_layout_search *s)
{
	int tries = LAYOUT_SWAPS;
	int i, j;

	for (i = 0; i < s->p.model->nr_devs; i++) {
		if (!pci_layout_is_refused(s, i) || s->hopeless[i])
			continue;
		for (j = s->p.model->nr_devs - 1; j >= 0 && !s->served[i]; j--) {
			if (!s->served[j])
				continue;
			if (tries-- <= 0)
				return;
			s->served[j] = 0;
			if (!admit(s, i)) {
				s->served[j] = 1;
			} else if (!admit_others(s, j, &tries) && j < i) {
				s->served[i] = 0;
				s->served[j] = 1;
			}
		}
	}
}

/*
 * One after the other, the smallest first: that is how most get in. Ranges of
 * which all fit, as most do, take one attempt: those of 2^n devices that begin
 * at a multiple of that, the largest first.
 */
static bool choose_many(struct pci_layout_search *s)
{
	int from = 0, nr = 1;

	sort_needy(s);
	serve(s, 0);
	while (nr < s->nr_needy)
		nr *= 2;
	while (from < s->nr_needy) {
		bool all = serve_all_of(s, from, min(nr, s->nr_needy - from));

		if (!all && nr > 1) {
			nr /= 2;
			continue;
		}
		from += nr;
		while (all && !(from & (2 * nr - 1)))
			nr *= 2;
	}
	exchange(s);
	return pci_layout_find_plan(s);
}

/* Who does not fit even if all that can go away is gone is not worth a search */
static void drop_hopeless(struct pci_layout_search *s)
{
	int i, nr = 0;

	for (i = 0; i < s->nr_needy; i++) {
		int dev = s->needy[i];

		if (pci_layout_fits_alone(s, dev)) {
			s->needy[nr++] = dev;
		} else {
			s->served[dev] = 0;
			s->hopeless[dev] = 1;
		}
	}
	s->nr_needy = nr;
}

static bool choose_once(struct pci_layout_search *s)
{
	find_needy(s);
	if (pci_layout_find_plan(s))
		return true;

	drop_hopeless(s);
	return s->nr_needy <= LAYOUT_FEW ? choose_few(s) : choose_many(s);
}

static int nr_served(const struct pci_layout_search *s)
{
	int i, nr = 0;

	for (i = 0; i < s->nr_needy; i++)
		nr += s->served[s->needy[i]];
	return nr;
}

/* Let the model be what the best plan makes of it */
static void go_there(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->model;
	int i;

	for (i = 0; i < m->nr_windows; i++) {
		s->here_windows[i] = m->windows[i];
		s->here_windows[i].assigned = s->best[i].assigned;
		s->here_windows[i].start = s->best[i].start;
		s->here_windows[i].end = s->best[i].end;
	}
	for (i = 0; i < m->nr_bars; i++) {
		s->here_bars[i] = m->bars[i];
		s->here_bars[i].assigned = s->best[m->nr_windows + i].assigned;
		s->here_bars[i].start = s->best[m->nr_windows + i].start;
	}
	s->here = *m;
	s->here.windows = s->here_windows;
	s->here.bars = s->here_bars;
	s->p.model = &s->here;
	pci_layout_sort_children(&s->p);
}

/**
 * pci_layout_choose() - find the best plan for the best set of devices
 * @s: search
 *
 * Return: true and the plan in @best, with @asks and @served set; false if there
 * is none even if nobody gets anything, which a valid model does not lead to.
 */
bool pci_layout_choose(struct pci_layout_search *s)
{
	for (;;) {
		int nr;

		if (!choose_once(s))
			return false;
		pci_layout_refine(s);
		nr = nr_served(s);
		if (!nr || nr == s->nr_needy)
			return true;
		go_there(s);
	}
}
