// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: which devices get in
 *
 * Works out addresses for new devices, moving as little as possible of what is
 * there. Nothing here touches hardware, allocates, sleeps, prints or recurses;
 * the same model gives the same plan.
 *
 *	layout_model.c	 does the model make sense?
 *	layout_choose.c	 which new devices are served: all, else the largest set
 *	layout_search.c	 which BARs may move for that, and layout_refine.c: as few
 *			 as possible
 *	layout_pack.c	 where everything goes then; with layout_hull.c (what each
 *			 window has to cover), layout_anchored.c, layout_floating.c
 *			 and layout_root.c (a window, and below the host bridges),
 *			 layout_pick.c (how far windows stretch), layout_space.c
 *			 (free space); as a last resort layout_thorough.c and
 *			 layout_pieces.c, which try everything
 *	layout_refuse.c	 why a device was refused
 *	layout_check.c	 is the plan right? Shares nothing with the others
 *
 * The time for a plan is that for one attempt to pack, n log n in the number of
 * BARs, times the number of attempts, which is limited.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"
#include "layout_thorough.h"

/* Fixed BARs that are looked at beside those at the gaps, for all refusals together */
#define LAYOUT_NR_SUSPECTS	16

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
	carve_array(a, s->here_windows, m->nr_windows);
	carve_array(a, s->here_bars, m->nr_bars);
	carve_array(a, s->best, nn);
	carve_array(a, s->other, nn);
	carve_array(a, s->served, m->nr_devs);
	carve_array(a, s->asks, m->nr_devs);
	carve_array(a, s->hopeless, m->nr_devs);
	carve_array(a, s->needy, m->nr_devs);
	carve_array(a, s->list, max_t(size_t, nn, m->nr_devs));
	carve_array(a, s->bounds, nn + 1);
	carve_array(a, s->mark, max_t(size_t, nn, m->nr_devs));
	carve_array(a, s->saved, m->nr_bars);
	carve_array(a, s->other_pinned, m->nr_bars);
	carve_array(a, s->thorough, 1);
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
	s->model = model;
	return s;
}

/*
 * The answer
 */

static void write_plan(struct pci_layout_search *s, struct pci_layout_plan *plan)
{
	const struct pci_layout_model *m = s->model;
	struct pci_layout_price price;
	int i;

	/* The way to the plan may have led over others: only its two ends count */
	s->p.model = m;
	pci_layout_sort_children(&s->p);

	for (i = 0; i < m->nr_windows; i++)
		plan->windows[i] = s->best[i];
	for (i = 0; i < m->nr_bars; i++)
		plan->bars[i] = s->best[m->nr_windows + i];
	price = pci_layout_price(s);
	plan->nr_moved = price.moved;
	plan->nr_live = price.live;
	plan->nr_paused = price.paused;
	plan->bytes_moved = price.bytes;

	/* Last, since it uses the packer for what-ifs */
	s->budget = LAYOUT_NR_SUSPECTS;
	plan->nr_refused = 0;
	for (i = 0; i < m->nr_devs; i++) {
		plan->refusals[i] = (struct pci_layout_refusal) {
			.reason = PCI_LAYOUT_PLACED,
			.bar = PCI_LAYOUT_NONE,
			.window = PCI_LAYOUT_NONE,
			.below = PCI_LAYOUT_NONE,
			.above = PCI_LAYOUT_NONE,
		};
		if (!pci_layout_is_refused(s, i))
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

	if (!pci_layout_choose(s))
		return -EINVAL;
	write_plan(s, plan);
	return 0;
}
