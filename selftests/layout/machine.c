// SPDX-License-Identifier: GPL-2.0
/*
 * Models and plans that own their memory
 */

#include <stdio.h>

#include "machine.h"

static void *must(void *memory)
{
	if (!memory) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	return memory;
}

void *zeroed(size_t nr, size_t size)
{
	return must(calloc(nr + !nr, size));
}

static void *grow(void *array, int *max, int nr, size_t size)
{
	if (nr < *max)
		return array;
	*max = 2 * *max + 16;
	return must(realloc(array, *max * size));
}

static void sync_arrays(struct machine *m)
{
	m->model.apertures = m->apertures;
	m->model.windows = m->windows;
	m->model.bars = m->bars;
	m->model.devs = m->devs;
}

void machine_init(struct machine *m)
{
	memset(m, 0, sizeof(*m));
}

void machine_free(struct machine *m)
{
	free(m->apertures);
	free(m->windows);
	free(m->bars);
	free(m->devs);
	machine_init(m);
}

#define ADD(m, array)							\
({									\
	int _nr = (m)->model.nr_##array++;				\
	(m)->array = grow((m)->array, &(m)->max_##array, _nr,		\
			  sizeof(*(m)->array));				\
	sync_arrays(m);							\
	memset(&(m)->array[_nr], 0, sizeof(*(m)->array));		\
	&(m)->array[_nr];						\
})

struct pci_layout_aperture *machine_add_aperture(struct machine *m)
{
	return ADD(m, apertures);
}

struct pci_layout_window *machine_add_window(struct machine *m)
{
	return ADD(m, windows);
}

struct pci_layout_bar *machine_add_bar(struct machine *m)
{
	return ADD(m, bars);
}

struct pci_layout_dev *machine_add_dev(struct machine *m)
{
	return ADD(m, devs);
}

#define COPY(to, from, array)						\
do {									\
	int _nr = (from)->nr_##array;					\
	(to)->array = zeroed(_nr, sizeof(*(to)->array));		\
	(to)->max_##array = _nr + !_nr;					\
	(to)->model.nr_##array = _nr;					\
	if (_nr)							\
		memcpy((to)->array, (from)->array, _nr * sizeof(*(to)->array)); \
} while (0)

void machine_copy(struct machine *to, const struct pci_layout_model *from)
{
	machine_init(to);
	COPY(to, from, apertures);
	COPY(to, from, windows);
	COPY(to, from, bars);
	COPY(to, from, devs);
	sync_arrays(to);
}

#define CUT(m, array, i)						\
do {									\
	int _nr = --(m)->model.nr_##array;				\
	memmove(&(m)->array[i], &(m)->array[(i) + 1],			\
		(_nr - (i)) * sizeof(*(m)->array));			\
} while (0)

void machine_remove_aperture(struct machine *m, int aperture)
{
	CUT(m, apertures, aperture);
}

void machine_remove_bar(struct machine *m, int bar)
{
	CUT(m, bars, bar);
}

void machine_remove_window(struct machine *m, int window)
{
	int i;

	for (i = m->model.nr_bars - 1; i >= 0; i--) {
		if (m->bars[i].window == window)
			machine_remove_bar(m, i);
		else if (m->bars[i].window > window)
			m->bars[i].window--;
	}
	/* Children have higher numbers: each is gone before its number changes */
	for (i = m->model.nr_windows - 1; i > window; i--) {
		if (m->windows[i].parent == window)
			machine_remove_window(m, i);
	}
	for (i = window + 1; i < m->model.nr_windows; i++) {
		if (m->windows[i].parent > window)
			m->windows[i].parent--;
	}
	CUT(m, windows, window);
}

void machine_remove_dev(struct machine *m, int dev)
{
	int i;

	for (i = m->model.nr_bars - 1; i >= 0; i--) {
		if (m->bars[i].dev == dev)
			machine_remove_bar(m, i);
		else if (m->bars[i].dev > dev)
			m->bars[i].dev--;
	}
	CUT(m, devs, dev);
}

void machine_apply(struct machine *m, const struct pci_layout_plan *plan)
{
	int i;

	for (i = 0; i < m->model.nr_windows; i++) {
		m->windows[i].assigned = plan->windows[i].assigned;
		m->windows[i].start = plan->windows[i].start;
		m->windows[i].end = plan->windows[i].end;
	}
	for (i = 0; i < m->model.nr_bars; i++) {
		m->bars[i].assigned = plan->bars[i].assigned;
		m->bars[i].start = plan->bars[i].start;
	}
	for (i = 0; i < m->model.nr_devs; i++)
		m->devs[i].is_new = false;
}

void plan_init(struct pci_layout_plan *plan, const struct pci_layout_model *model)
{
	memset(plan, 0, sizeof(*plan));
	plan->bars = zeroed(model->nr_bars, sizeof(*plan->bars));
	plan->windows = zeroed(model->nr_windows, sizeof(*plan->windows));
	plan->refusals = zeroed(model->nr_devs, sizeof(*plan->refusals));
}

void plan_free(struct pci_layout_plan *plan)
{
	free(plan->bars);
	free(plan->windows);
	free(plan->refusals);
	memset(plan, 0, sizeof(*plan));
}

int plan_model(const struct pci_layout_model *model, struct pci_layout_plan *plan)
{
	size_t size = pci_layout_scratch_size(model);
	void *scratch = must(malloc(size + !size));
	int err;

	/* What was there before must not matter */
	memset(scratch, 0xa5, size);
	err = pci_layout_plan(model, scratch, size, plan);
	free(scratch);
	return err;
}

void plan_count(const struct pci_layout_model *model, struct pci_layout_plan *plan)
{
	u8 *moved = zeroed(model->nr_devs, 1);
	int i;

	plan->nr_moved = plan->nr_live = plan->nr_paused = plan->nr_refused = 0;
	plan->bytes_moved = 0;
	for (i = 0; i < model->nr_bars; i++) {
		const struct pci_layout_bar *bar = &model->bars[i];

		if (!bar->assigned || plan->bars[i].start == bar->start)
			continue;
		plan->nr_moved++;
		plan->bytes_moved += bar->size;
		/* In a text, nobody's may move; no planner takes it */
		if (bar->dev >= 0)
			moved[bar->dev] = 1;
	}
	for (i = 0; i < model->nr_devs; i++) {
		plan->nr_live += moved[i] && model->devs[i].cost == PCI_LAYOUT_LIVE;
		plan->nr_paused += moved[i] && model->devs[i].cost == PCI_LAYOUT_PAUSED;
		plan->nr_refused += plan->refusals[i].reason != PCI_LAYOUT_PLACED;
	}
	free(moved);
}

bool plan_counts_are_right(const struct pci_layout_model *model,
			   const struct pci_layout_plan *plan)
{
	struct pci_layout_plan counted = *plan;

	plan_count(model, &counted);
	return plan->nr_moved == counted.nr_moved &&
	       plan->bytes_moved == counted.bytes_moved &&
	       plan->nr_live == counted.nr_live && plan->nr_paused == counted.nr_paused &&
	       plan->nr_refused == counted.nr_refused;
}

static bool places_are_equal(const struct pci_layout_place *a,
			     const struct pci_layout_place *b, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (a[i].assigned != b[i].assigned)
			return false;
		if (a[i].assigned && (a[i].start != b[i].start || a[i].end != b[i].end))
			return false;
	}
	return true;
}

bool plans_are_equal(const struct pci_layout_model *model,
		     const struct pci_layout_plan *a, const struct pci_layout_plan *b)
{
	return places_are_equal(a->bars, b->bars, model->nr_bars) &&
	       places_are_equal(a->windows, b->windows, model->nr_windows);
}
