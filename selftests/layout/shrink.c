// SPDX-License-Identifier: GPL-2.0
/*
 * Make a machine on which something goes wrong as small as possible
 *
 * One change after the other is tried on a copy, and stays if the planner
 * accepts the model and the fault is still there; again from the start until
 * none helps any more. Each takes something away or makes a number smaller, so
 * that there is an end; a limit on the number of attempts keeps it near.
 */

#include "shrink.h"

#define MAX_ATTEMPTS		20000

struct shrinker {
	struct machine *m;
	bool (*is_bad)(const struct pci_layout_model *model, void *arg);
	void *arg;
	int attempts;
	bool progress;
};

/* Changes element @i; false: there is nothing to change */
typedef bool (*edit_fn)(struct machine *m, int i);

static bool is_accepted(const struct pci_layout_model *model)
{
	struct pci_layout_plan plan;
	int err;

	plan_init(&plan, model);
	err = plan_model(model, &plan);
	plan_free(&plan);
	return !err;
}

static bool try_edit(struct shrinker *s, edit_fn edit, int i)
{
	struct machine copy;

	if (s->attempts++ >= MAX_ATTEMPTS)
		return false;
	machine_copy(&copy, &s->m->model);
	if (!edit(&copy, i) || !is_accepted(&copy.model) || !s->is_bad(&copy.model, s->arg)) {
		machine_free(&copy);
		return false;
	}
	machine_free(s->m);
	*s->m = copy;
	s->progress = true;
	return true;
}

/*
 * Take away
 */

static bool remove_aperture(struct machine *m, int i)
{
	machine_remove_aperture(m, i);
	return true;
}

static bool remove_window(struct machine *m, int i)
{
	machine_remove_window(m, i);
	return true;
}

/* What is in the window moves up to where the window is */
static bool dissolve_window(struct machine *m, int i)
{
	int k;

	for (k = 0; k < m->model.nr_bars; k++) {
		if (m->bars[k].window == i)
			m->bars[k].window = m->windows[i].parent;
	}
	for (k = i + 1; k < m->model.nr_windows; k++) {
		if (m->windows[k].parent == i)
			m->windows[k].parent = m->windows[i].parent;
	}
	machine_remove_window(m, i);
	return true;
}

static bool remove_bar(struct machine *m, int i)
{
	machine_remove_bar(m, i);
	return true;
}

static bool remove_dev(struct machine *m, int i)
{
	machine_remove_dev(m, i);
	return true;
}

/*
 * Simplify
 */

static bool raise_aperture(struct machine *m, int i)
{
	struct pci_layout_aperture *a = &m->apertures[i];

	if (a->start == a->end)
		return false;
	a->start += (a->end - a->start + 1) / 2;
	return true;
}

static bool lower_aperture(struct machine *m, int i)
{
	struct pci_layout_aperture *a = &m->apertures[i];

	if (a->start == a->end)
		return false;
	a->end -= (a->end - a->start + 1) / 2;
	return true;
}

/* The largest unit of which both ends are multiples, as a step */
static u64 step_of(u64 start, u64 end)
{
	u64 both = start | (end + 1);

	return both & -both;
}

static bool nudge_aperture_start(struct machine *m, int i)
{
	struct pci_layout_aperture *a = &m->apertures[i];

	u64 step = step_of(a->start, a->end);

	if (a->end - a->start < step)
		return false;
	a->start += step;
	return true;
}

static bool nudge_aperture_end(struct machine *m, int i)
{
	struct pci_layout_aperture *a = &m->apertures[i];
	u64 step = step_of(a->start, a->end);

	if (a->end - a->start < step)
		return false;
	a->end -= step;
	return true;
}

static bool free_window(struct machine *m, int i)
{
	return m->windows[i].fixed && !(m->windows[i].fixed = false);
}

static bool drop_reserve(struct machine *m, int i)
{
	return m->windows[i].reserve && !(m->windows[i].reserve = 0);
}

static bool close_window(struct machine *m, int i)
{
	return m->windows[i].assigned && !(m->windows[i].assigned = false);
}

static bool unlimit_window(struct machine *m, int i)
{
	if (m->windows[i].max == U64_MAX)
		return false;
	m->windows[i].max = U64_MAX;
	return true;
}

static bool raise_window(struct machine *m, int i)
{
	struct pci_layout_window *w = &m->windows[i];

	w->start += w->align;
	return w->assigned && w->start < w->end;
}

static bool lower_window(struct machine *m, int i)
{
	struct pci_layout_window *w = &m->windows[i];

	w->end -= w->align;
	return w->assigned && w->start < w->end;
}

static bool free_bar(struct machine *m, int i)
{
	return m->bars[i].fixed && m->bars[i].dev >= 0 && !(m->bars[i].fixed = false);
}

static bool want_bar(struct machine *m, int i)
{
	return m->bars[i].optional && !(m->bars[i].optional = false);
}

static bool unlimit_bar(struct machine *m, int i)
{
	if (m->bars[i].max == U64_MAX)
		return false;
	m->bars[i].max = U64_MAX;
	return true;
}

static bool lift_bar(struct machine *m, int i)
{
	struct pci_layout_bar *bar = &m->bars[i];

	if (bar->window < 0)
		return false;
	bar->window = m->windows[bar->window].parent;
	return true;
}

/* Smaller than all else would only add digits to the addresses */
static bool is_smallest(const struct machine *m, int bar)
{
	u64 size = m->bars[bar].size;
	int k;

	for (k = 0; k < m->model.nr_windows; k++) {
		if (m->windows[k].align < size)
			return false;
	}
	for (k = 0; k < m->model.nr_bars; k++) {
		if (m->bars[k].size < size)
			return false;
	}
	return true;
}

static bool halve_bar(struct machine *m, int i)
{
	struct pci_layout_bar *bar = &m->bars[i];

	if (is_smallest(m, i))
		return false;
	bar->size /= 2;
	bar->align = bar->align > 1 ? bar->align / 2 : 1;
	return true;
}

static bool make_plain_bar(struct machine *m, int i)
{
	struct pci_layout_bar *bar = &m->bars[i];

	if (bar->size == bar->align)
		return false;
	bar->size = bar->align;
	return true;
}

static bool move_bar_down(struct machine *m, int i)
{
	struct pci_layout_bar *bar = &m->bars[i];

	if (!bar->assigned || bar->start < bar->align)
		return false;
	bar->start -= bar->align;
	return true;
}

static bool cheapen_dev(struct machine *m, int i)
{
	struct pci_layout_dev *dev = &m->devs[i];

	if (dev->cost == PCI_LAYOUT_NO_DRIVER)
		return false;
	dev->cost--;
	return true;
}

/*
 * All addresses
 */

static bool all_memory(struct machine *m, int i)
{
	int k;

	for (k = 0; k < m->model.nr_apertures; k++)
		m->apertures[k].type = PCI_LAYOUT_MEM;
	for (k = 0; k < m->model.nr_windows; k++)
		m->windows[k].type = PCI_LAYOUT_MEM;
	for (k = 0; k < m->model.nr_bars; k++)
		m->bars[k].type = PCI_LAYOUT_MEM;
	return true;
}

static bool one_root(struct machine *m, int i)
{
	int k;

	for (k = 0; k < m->model.nr_apertures; k++)
		m->apertures[k].root = 0;
	for (k = 0; k < m->model.nr_windows; k++)
		m->windows[k].root = 0;
	for (k = 0; k < m->model.nr_bars; k++)
		m->bars[k].root = 0;
	return true;
}

static u64 all_bits(const struct machine *m)
{
	u64 bits = 0;
	int k;

	for (k = 0; k < m->model.nr_apertures; k++)
		bits |= m->apertures[k].start | (m->apertures[k].end + 1);
	for (k = 0; k < m->model.nr_windows; k++) {
		const struct pci_layout_window *w = &m->windows[k];

		bits |= w->align | w->reserve | (w->max + 1);
		if (w->assigned)
			bits |= w->start | (w->end + 1);
	}
	for (k = 0; k < m->model.nr_bars; k++) {
		const struct pci_layout_bar *b = &m->bars[k];

		bits |= b->align | b->size | (b->max + 1);
		if (b->assigned)
			bits |= b->start;
	}
	return bits;
}

static u64 scale_end(u64 end, u64 unit)
{
	return end == U64_MAX ? end : (end + 1) / unit - 1;
}

/* Measure everything in the largest unit that leaves no remainder */
static bool scale_down(struct machine *m, int i)
{
	u64 bits = all_bits(m), unit = bits & -bits;
	int k;

	if (unit < 2)
		return false;
	for (k = 0; k < m->model.nr_apertures; k++) {
		m->apertures[k].start /= unit;
		m->apertures[k].end = scale_end(m->apertures[k].end, unit);
	}
	for (k = 0; k < m->model.nr_windows; k++) {
		struct pci_layout_window *w = &m->windows[k];

		w->align /= unit;
		w->reserve /= unit;
		w->max = scale_end(w->max, unit);
		w->start /= unit;
		w->end = w->assigned ? scale_end(w->end, unit) : 0;
	}
	for (k = 0; k < m->model.nr_bars; k++) {
		struct pci_layout_bar *b = &m->bars[k];

		b->align /= unit;
		b->size /= unit;
		b->max = scale_end(b->max, unit);
		b->start /= unit;
	}
	return true;
}

static void lower_end(u64 *end, u64 by)
{
	if (*end != U64_MAX)
		*end = *end > by ? *end - by : 0;
}

static u64 largest_align(const struct machine *m)
{
	u64 align = 1;
	int k;

	for (k = 0; k < m->model.nr_windows; k++)
		align = max(align, m->windows[k].align);
	for (k = 0; k < m->model.nr_bars; k++)
		align = max(align, m->bars[k].align);
	return align;
}

static u64 lowest_address(const struct machine *m)
{
	u64 lowest = U64_MAX;
	int k;

	for (k = 0; k < m->model.nr_apertures; k++)
		lowest = min(lowest, m->apertures[k].start);
	for (k = 0; k < m->model.nr_windows; k++) {
		if (m->windows[k].assigned)
			lowest = min(lowest, m->windows[k].start);
	}
	for (k = 0; k < m->model.nr_bars; k++) {
		if (m->bars[k].assigned)
			lowest = min(lowest, m->bars[k].start);
	}
	return lowest;
}

static bool move_down(struct machine *m, int i)
{
	u64 by = lowest_address(m);
	int k;

	by &= ~(largest_align(m) - 1);
	if (!by || !m->model.nr_apertures)
		return false;
	for (k = 0; k < m->model.nr_apertures; k++) {
		m->apertures[k].start -= by;
		m->apertures[k].end -= by;
	}
	for (k = 0; k < m->model.nr_windows; k++) {
		m->windows[k].start -= m->windows[k].assigned ? by : 0;
		m->windows[k].end -= m->windows[k].assigned ? by : 0;
		lower_end(&m->windows[k].max, by);
	}
	for (k = 0; k < m->model.nr_bars; k++) {
		m->bars[k].start -= m->bars[k].assigned ? by : 0;
		lower_end(&m->bars[k].max, by);
	}
	return true;
}

/*
 * All of it
 */

/* From the last: what is removed does not change the numbers of those before */
static void try_each(struct shrinker *s, const int *nr, const edit_fn *edits)
{
	int i;

	for (; *edits; edits++) {
		for (i = *nr - 1; i >= 0; i--) {
			while (i < *nr && try_edit(s, *edits, i))
				;
		}
	}
}

static const edit_fn dev_edits[] = { remove_dev, cheapen_dev, NULL };

static const edit_fn window_edits[] = {
	remove_window, dissolve_window, close_window, free_window, drop_reserve,
	unlimit_window, raise_window, lower_window, NULL,
};

static const edit_fn bar_edits[] = {
	remove_bar, free_bar, want_bar, unlimit_bar, lift_bar, make_plain_bar, halve_bar,
	move_bar_down, NULL,
};

static const edit_fn aperture_edits[] = {
	remove_aperture, raise_aperture, lower_aperture, nudge_aperture_start,
	nudge_aperture_end, NULL,
};

void shrink(struct machine *m, bool (*is_bad)(const struct pci_layout_model *model, void *arg),
	    void *arg)
{
	struct shrinker s = { .m = m, .is_bad = is_bad, .arg = arg };

	try_edit(&s, one_root, 0);
	try_edit(&s, all_memory, 0);
	do {
		s.progress = false;
		try_each(&s, &m->model.nr_devs, dev_edits);
		try_each(&s, &m->model.nr_windows, window_edits);
		try_each(&s, &m->model.nr_bars, bar_edits);
		try_each(&s, &m->model.nr_apertures, aperture_edits);
		try_edit(&s, scale_down, 0);
		try_edit(&s, move_down, 0);
	} while (s.progress);
}
