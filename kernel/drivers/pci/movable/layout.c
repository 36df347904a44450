// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: which devices get in
 *
 * Works out addresses for new devices, moving as little as possible of what is
 * there. Nothing here touches hardware, allocates, sleeps, prints or recurses;
 * the same model gives the same plan.
 *
 *	layout_model.c	 does the model make sense?
 *	layout.c	 which new devices are served: all, else the largest set
 *	layout_search.c	 which BARs may move for that: as few as possible
 *	layout_pack.c	 where everything goes then; with layout_hull.c (what each
 *			 window has to cover), layout_pick.c (how far it
 *			 stretches), layout_space.c (free space)
 *	layout_refuse.c	 why a device was refused
 *	layout_check.c	 is the plan right? Shares nothing with the others
 *
 * The time for a plan is that for one attempt to pack, n log n in the number of
 * BARs, times the number of attempts, which is limited.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/* Up to here every subset of new devices is tried */
#define LAYOUT_FEW		4

/*
 * Scratch memory
 */

struct layout_arena {
	char *base;
	size_t used;
};

static void *carve(struct layout_arena *arena, size_t nr, size_t size)
{
	void *array = arena->base ? arena->base + arena->used : NULL;

	arena->used += ALIGN(nr * size, sizeof(u64));
	return array;
}

/* Let the pointer @array have @nr elements */
#define carve_array(arena, array, nr) \
	((array) = carve(arena, nr, sizeof(*(array))))

static void carve_packer(struct layout_arena *a, struct pci_layout_packer *p,
			 const struct pci_layout_model *m)
{
	size_t nw = m->nr_windows, nb = m->nr_bars, nn = nw + nb;

	p->model = m;
	p->nr_nodes = nn;
	carve_array(a, p->child, nn);
	carve_array(a, p->first, nw + 3);
	carve_array(a, p->active, nb);
	carve_array(a, p->pinned, nb);
	carve_array(a, p->keep, nw);
	carve_array(a, p->frozen, nw);
	carve_array(a, p->want, nw);
	carve_array(a, p->wish, nw);
	carve_array(a, p->state, nw);
	carve_array(a, p->content, nw);
	carve_array(a, p->settled, nw);
	carve_array(a, p->hull, nw);
	carve_array(a, p->limit, nw);
	carve_array(a, p->shape, nw * PCI_LAYOUT_SHAPES);
	carve_array(a, p->nr_shapes, nw);
	carve_array(a, p->at, nn * PCI_LAYOUT_SHAPES);
	carve_array(a, p->pick, nn * PCI_LAYOUT_SHAPES);
	carve_array(a, p->chosen, nw);
	carve_array(a, p->cost, nw * PCI_LAYOUT_SHAPES);
	carve_array(a, p->from, nw * PCI_LAYOUT_SHAPES);
	/* Each pinned or placed child splits one gap at most */
	carve_array(a, p->gap, nn + 1);
	carve_array(a, p->key, max_t(size_t, nn, m->nr_devs));
	carve_array(a, p->place, nn);
}

static void carve_search(struct layout_arena *a, struct pci_layout_search *s,
			 const struct pci_layout_model *m)
{
	size_t nn = (size_t)m->nr_windows + m->nr_bars;

	carve_packer(a, &s->p, m);
	carve_array(a, s->best, nn);
	carve_array(a, s->served, m->nr_devs);
	carve_array(a, s->refused, m->nr_devs);
	carve_array(a, s->needy, m->nr_devs);
	carve_array(a, s->list, max_t(size_t, nn, m->nr_devs));
	carve_array(a, s->bounds, nn + 1);
	carve_array(a, s->mark, max_t(size_t, nn, m->nr_devs));
	carve_array(a, s->saved, m->nr_bars);
}

/**
 * pci_layout_scratch_size() - memory that pci_layout_plan() needs
 * @model: what is going to be planned
 *
 * Return: bytes; 0 if the counts make no sense.
 */
size_t pci_layout_scratch_size(const struct pci_layout_model *model)
{
	struct layout_arena arena = {};
	struct pci_layout_search *s;

	if (!pci_layout_counts_are_valid(model))
		return 0;
	s = carve(&arena, 1, sizeof(*s));
	carve_search(&arena, &(struct pci_layout_search) {}, model);
	return arena.used;
}

static struct pci_layout_search *search_begin(const struct pci_layout_model *model,
					      void *scratch)
{
	struct layout_arena arena = { .base = scratch };
	struct pci_layout_search *s;

	memset(scratch, 0, pci_layout_scratch_size(model));
	s = carve(&arena, 1, sizeof(*s));
	carve_search(&arena, s, model);
	/* A millisecond or so of trying to do better, whatever the size */
	s->budget = 64 + 200000 / (s->p.nr_nodes + 16);
	return s;
}

/*
 * Who wants what
 */

static void find_needy(struct pci_layout_search *s)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		if (pci_layout_bar_wants(&m->bars[i]))
			s->served[m->bars[i].dev] = 1;
	}
	for (i = 0; i < m->nr_devs; i++) {
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

static u64 dev_bytes(const struct pci_layout_model *m, int dev)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		if (m->bars[i].dev == dev && pci_layout_bar_wants(&m->bars[i]))
			sum = pci_layout_sat_add(sum, m->bars[i].size);
	}
	return sum;
}

/* One after the other, the smallest first: that is how most get in */
static bool choose_many(struct pci_layout_search *s)
{
	int i;

	for (i = 0; i < s->nr_needy; i++) {
		s->p.key[i] = (struct pci_layout_key) {
			.first = dev_bytes(s->p.model, s->needy[i]),
			.id = s->needy[i],
		};
	}
	sort(s->p.key, s->nr_needy, sizeof(*s->p.key), pci_layout_compare_keys,
	     NULL);
	for (i = 0; i < s->nr_needy; i++)
		s->needy[i] = s->p.key[i].id;

	serve(s, 0);
	for (i = 0; i < s->nr_needy; i++) {
		s->served[s->needy[i]] = 1;
		if (!pci_layout_find_plan(s))
			s->served[s->needy[i]] = 0;
	}
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
			s->refused[dev] = 1;
		}
	}
	s->nr_needy = nr;
}

static bool choose(struct pci_layout_search *s)
{
	bool ok;
	int i;

	find_needy(s);
	if (pci_layout_find_plan(s))
		return true;

	drop_hopeless(s);
	ok = s->nr_needy <= LAYOUT_FEW ? choose_few(s) : choose_many(s);
	for (i = 0; i < s->nr_needy; i++)
		s->refused[s->needy[i]] = !s->served[s->needy[i]];
	return ok;
}

/*
 * The answer
 */

static void count_moves(struct pci_layout_search *s, struct pci_layout_plan *plan)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	plan->nr_moved = 0;
	plan->bytes_moved = 0;
	for (i = 0; i < m->nr_bars; i++) {
		if (!pci_layout_bar_moves(s, i))
			continue;
		plan->nr_moved++;
		plan->bytes_moved += m->bars[i].size;
	}
	plan->nr_live = pci_layout_count_disturbed(s, PCI_LAYOUT_LIVE);
	plan->nr_paused = pci_layout_count_disturbed(s, PCI_LAYOUT_PAUSED);
}

static void write_plan(struct pci_layout_search *s, struct pci_layout_plan *plan)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_windows; i++)
		plan->windows[i] = s->best[i];
	for (i = 0; i < m->nr_bars; i++)
		plan->bars[i] = s->best[m->nr_windows + i];
	count_moves(s, plan);

	/* Last, since it uses the packer for what-ifs */
	plan->nr_refused = 0;
	for (i = 0; i < m->nr_devs; i++) {
		plan->refusals[i] = (struct pci_layout_refusal) {
			.reason = PCI_LAYOUT_PLACED,
			.bar = PCI_LAYOUT_NONE,
			.window = PCI_LAYOUT_NONE,
			.below = PCI_LAYOUT_NONE,
			.above = PCI_LAYOUT_NONE,
		};
		if (!s->refused[i])
			continue;
		plan->nr_refused++;
		pci_layout_explain(s, plan, i, &plan->refusals[i]);
	}
}

/**
 * pci_layout_plan() - work out where everything goes
 * @model: what there is and who wants addresses
 * @scratch: memory to work in, aligned for a u64
 * @scratch_size: its size; at least pci_layout_scratch_size()
 * @plan: takes the answer; the caller provides the arrays it points to
 *
 * Without anybody who wants addresses the answer is what is there already.
 *
 * Context: any; takes time in proportion to the size of the model, milliseconds
 * for a thousand BARs.
 * Return: 0 and a plan, which may refuse devices; -EINVAL if the model
 * contradicts itself; -ENOSPC if @scratch is too small.
 */
int pci_layout_plan(const struct pci_layout_model *model, void *scratch,
		    size_t scratch_size, struct pci_layout_plan *plan)
{
	struct pci_layout_search *s;

	if (!pci_layout_counts_are_valid(model) ||
	    !pci_layout_items_are_valid(model))
		return -EINVAL;
	if (scratch_size < pci_layout_scratch_size(model))
		return -ENOSPC;

	s = search_begin(model, scratch);
	pci_layout_sort_children(&s->p);
	if (!pci_layout_siblings_are_disjoint(&s->p))
		return -EINVAL;

	if (!choose(s))
		return -EINVAL;
	pci_layout_refine(s);
	write_plan(s, plan);
	return 0;
}
