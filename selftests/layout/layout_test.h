/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user-space tests of the planner share: KTAP, models that own their
 * arrays, and a call of the planner with memory of exactly the size it asked
 * for, so that the sanitizer sees every step beyond.
 */
#ifndef LAYOUT_TEST_H
#define LAYOUT_TEST_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "layout.h"

#define MAX_APERTURES	8
#define MAX_WINDOWS	2048
#define MAX_BARS	4096
#define MAX_DEVS	4096

static int tap_nr, tap_failed;

static inline void tap_plan(int nr)
{
	printf("KTAP version 1\n1..%d\n", nr);
	fflush(stdout);
}

static inline bool tap_result(bool ok, const char *format, ...)
{
	va_list args;

	printf("%sok %d ", ok ? "" : "not ", ++tap_nr);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	tap_failed += !ok;
	return ok;
}

static inline int tap_exit(void)
{
	printf("# Totals: pass:%d fail:%d\n", tap_nr - tap_failed, tap_failed);
	return tap_failed != 0;
}

/* A model and a plan with room for both */
struct machine {
	struct pci_layout_aperture apertures[MAX_APERTURES];
	struct pci_layout_window *windows;
	struct pci_layout_bar *bars;
	struct pci_layout_dev *devs;
	struct pci_layout_model model;
};

static inline void machine_init(struct machine *m)
{
	memset(m, 0, sizeof(*m));
	m->windows = calloc(MAX_WINDOWS, sizeof(*m->windows));
	m->bars = calloc(MAX_BARS, sizeof(*m->bars));
	m->devs = calloc(MAX_DEVS, sizeof(*m->devs));
	m->model.apertures = m->apertures;
	m->model.windows = m->windows;
	m->model.bars = m->bars;
	m->model.devs = m->devs;
}

static inline void machine_free(struct machine *m)
{
	free(m->windows);
	free(m->bars);
	free(m->devs);
}

static inline void machine_copy(struct machine *to, const struct machine *from)
{
	machine_init(to);
	memcpy(to->apertures, from->apertures, sizeof(to->apertures));
	memcpy(to->windows, from->windows, from->model.nr_windows * sizeof(*to->windows));
	memcpy(to->bars, from->bars, from->model.nr_bars * sizeof(*to->bars));
	memcpy(to->devs, from->devs, from->model.nr_devs * sizeof(*to->devs));
	to->model.nr_apertures = from->model.nr_apertures;
	to->model.nr_windows = from->model.nr_windows;
	to->model.nr_bars = from->model.nr_bars;
	to->model.nr_devs = from->model.nr_devs;
}

static inline void plan_init(struct pci_layout_plan *plan,
			     const struct pci_layout_model *model)
{
	memset(plan, 0, sizeof(*plan));
	plan->bars = calloc(model->nr_bars + !model->nr_bars, sizeof(*plan->bars));
	plan->windows = calloc(model->nr_windows + !model->nr_windows,
			       sizeof(*plan->windows));
	plan->refusals = calloc(model->nr_devs + !model->nr_devs,
				sizeof(*plan->refusals));
}

static inline void plan_free(struct pci_layout_plan *plan)
{
	free(plan->bars);
	free(plan->windows);
	free(plan->refusals);
}

static inline int plan_model(const struct pci_layout_model *model,
			     struct pci_layout_plan *plan)
{
	size_t size = pci_layout_scratch_size(model);
	void *scratch = malloc(size);
	int err;

	/* What was there before must not matter */
	memset(scratch, 0xa5, size);
	err = pci_layout_plan(model, scratch, size, plan);
	free(scratch);
	return err;
}

/* The machine as it is once the plan is carried out */
static inline void machine_apply(struct machine *m, const struct pci_layout_plan *plan)
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

static inline void model_print(const struct pci_layout_model *m)
{
	static const char *const types[] = { "io", "mem", "pref" };
	static const char *const costs[] = { "no driver", "live", "paused" };
	int i;

	for (i = 0; i < m->nr_apertures; i++)
		printf("#  aperture %d: [%" PRIx64 "-%" PRIx64 "] %s root %d\n", i,
		       m->apertures[i].start, m->apertures[i].end,
		       types[m->apertures[i].type], m->apertures[i].root);
	for (i = 0; i < m->nr_windows; i++) {
		const struct pci_layout_window *w = &m->windows[i];

		printf("#  window %d: in %d %s align %" PRIx64 " max %" PRIx64 " ", i,
		       w->parent, types[w->type], w->align, w->max);
		if (w->assigned)
			printf("[%" PRIx64 "-%" PRIx64 "]", w->start, w->end);
		printf("%s\n", w->fixed ? " fixed" : "");
	}
	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *b = &m->bars[i];

		printf("#  bar %d: in %d %s size %" PRIx64 " max %" PRIx64 " dev %d (%s) ", i,
		       b->window, types[b->type], b->size, b->max, b->dev,
		       b->dev < 0 ? "-" : costs[m->devs[b->dev].cost]);
		if (b->assigned)
			printf("at %" PRIx64, b->start);
		printf("%s%s\n", b->fixed ? " fixed" : "", b->optional ? " optional" : "");
	}
}

static inline void plan_print(const struct pci_layout_model *m,
			      const struct pci_layout_plan *plan)
{
	int i;

	for (i = 0; i < m->nr_windows; i++)
		if (plan->windows[i].assigned)
			printf("#  -> window %d [%" PRIx64 "-%" PRIx64 "]\n", i,
			       plan->windows[i].start, plan->windows[i].end);
	for (i = 0; i < m->nr_bars; i++)
		if (plan->bars[i].assigned)
			printf("#  -> bar %d [%" PRIx64 "-%" PRIx64 "]%s\n", i,
			       plan->bars[i].start, plan->bars[i].end,
			       m->bars[i].assigned && m->bars[i].start != plan->bars[i].start ?
			       " moved" : "");
	for (i = 0; i < m->nr_devs; i++)
		if (plan->refusals[i].reason)
			printf("#  -> dev %d refused: reason %d bar %d window %d below %d above %d gap %" PRIx64 "\n",
			       i, plan->refusals[i].reason, plan->refusals[i].bar,
			       plan->refusals[i].window, plan->refusals[i].below,
			       plan->refusals[i].above, plan->refusals[i].gap);
	printf("#  -> moved %d live %d paused %d refused %d\n", plan->nr_moved,
	       plan->nr_live, plan->nr_paused, plan->nr_refused);
}

#endif /* LAYOUT_TEST_H */
