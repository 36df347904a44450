// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: ranges that are in the way and belong to no device of the model.
 *
 * Somebody has claimed them in the resource tree, or the architecture keeps them
 * from being allocated: E820 entries on x86, which are in the tree at another place
 * if they overlap the edge of an aperture.
 */

#include <linux/ioport.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "movable.h"
#include "survey.h"

static int count_one(const struct resource *res, void *data)
{
	int *nr = data;

	++*nr;
	return 0;
}

/*
 * Is @res a BAR or window that the model knows, or one of the first @nr_children,
 * which were looked at before?
 */
static bool res_is_known(const struct pci_survey *s, const struct resource *res,
			 int nr_children)
{
	int i;

	for (i = 0; i < s->model.nr_bars; i++) {
		if (s->bar_refs[i].res == res)
			return true;
	}
	for (i = 0; i < nr_children; i++) {
		if (s->children[i].id == res)
			return true;
	}
	return pci_survey_window_index(s, res) != PCI_LAYOUT_NONE;
}

/* Resource and name belong to whoever claimed the range, who may go */
static int copy_child(const struct resource *res, void *data)
{
	struct pci_survey *s = data;
	struct pci_survey_child *child;

	/* One that came since counting: resource_move_all() will say */
	if (s->nr_children == s->max_children)
		return 1;

	child = &s->children[s->nr_children++];
	child->id = res;
	strscpy(child->name, res->name ?: "claimed range");
	child->range = DEFINE_RES_NAMED(res->start, resource_size(res),
					child->name, res->flags);
	return 0;
}

/* One that is not in the resource tree */
static int copy_reservation(const struct resource *res, void *data)
{
	struct pci_survey *s = data;

	if (copy_child(res, s)) {
		s->incomplete = true;
		return 1;
	}
	s->children[s->nr_children - 1].id = NULL;
	return 0;
}

static bool same_space(enum pci_layout_type a, enum pci_layout_type b)
{
	return (a == PCI_LAYOUT_IO) == (b == PCI_LAYOUT_IO);
}

/**
 * struct survey_range - bus addresses in a window
 * @type: whose space they are in
 * @window: the window, PCI_LAYOUT_NONE for the apertures
 * @start: first address
 * @end: last address
 */
struct survey_range {
	enum pci_layout_type type;
	int window;
	u64 start;
	u64 end;
};

/* Make @first the overlap of @range with @known if that begins earlier */
static void take_earlier(struct survey_range *first, const struct survey_range *range,
			 const struct survey_range *known)
{
	if (known->window == range->window && same_space(known->type, range->type) &&
	    known->start <= range->end && known->end >= range->start &&
	    known->start < first->start) {
		first->start = known->start;
		first->end = known->end;
	}
}

/*
 * The first part of @range of which the model knows whose it is. Its start is
 * U64_MAX if there is none.
 */
static struct survey_range first_known(const struct pci_survey *s,
				       const struct survey_range *range)
{
	struct survey_range first = { .start = U64_MAX };
	int i;

	for (i = 0; i < s->model.nr_bars; i++) {
		const struct pci_layout_bar *bar = &s->bars[i];
		struct survey_range known = { bar->type, bar->window, bar->start,
					      bar->start + bar->size - 1 };

		if (bar->assigned)
			take_earlier(&first, range, &known);
	}
	for (i = 0; i < s->model.nr_windows; i++) {
		const struct pci_layout_window *w = &s->windows[i];
		struct survey_range known = { w->type, w->parent, w->start, w->end };

		if (w->assigned)
			take_earlier(&first, range, &known);
	}
	return first;
}

static void new_stranger(struct pci_survey *s, struct resource *res,
			 const struct survey_range *range, u64 end)
{
	struct pci_layout_bar *bar;

	if (s->model.nr_bars == s->max_bars) {
		s->incomplete = true;
		return;
	}
	bar = pci_survey_new_bar(s, NULL, 0, res);
	bar->window = range->window;
	bar->type = range->type;
	bar->start = range->start;
	bar->size = end - range->start + 1;
	bar->align = 1;
	bar->max = U64_MAX;
	bar->dev = PCI_LAYOUT_NONE;
	bar->assigned = true;
	bar->fixed = true;
	s->bar_refs[s->model.nr_bars - 1].hold = PCI_BAR_HOLD_CLAIMED;
}

/* What is in use stays usable, whoever has a claim to the range around it */
static void survey_stranger(struct pci_survey *s, struct resource *res,
			    struct survey_range range)
{
	while (range.start <= range.end) {
		struct survey_range known = first_known(s, &range);

		if (known.start > range.start)
			new_stranger(s, res, &range, min(range.end, known.start - 1));
		if (known.start == U64_MAX || known.end >= range.end)
			return;
		range.start = known.end + 1;
	}
}

/*
 * Whatever else lies in @container stays there and is in the way. A window over a
 * reservation is open already, and need not stay where it is.
 */
static void survey_strangers(struct pci_survey *s, struct pci_bus *bus,
			     const struct resource *container, int window,
			     u64 first, u64 last)
{
	int i, nr_before = s->nr_children;

	resource_walk_children(container, copy_child, s);
	if (window == PCI_LAYOUT_NONE)
		arch_walk_reservations(container, copy_reservation, s);

	for (i = nr_before; i < s->nr_children; i++) {
		struct pci_survey_child *child = &s->children[i];
		struct survey_range range = { pci_survey_type(container), window };

		if (child->id && res_is_known(s, child->id, nr_before))
			continue;

		pci_survey_to_bus(bus, &child->range, &range.start, &range.end);
		range.start = max(range.start, first);
		range.end = min(range.end, last);
		survey_stranger(s, &child->range, range);
	}
}

/**
 * pci_survey_count_children - how many ranges may lie in an aperture or window
 * @container: its resource
 *
 * Return: an upper bound, if none is added.
 */
int pci_survey_count_children(const struct resource *container)
{
	int nr = 0;

	resource_walk_children(container, count_one, &nr);
	arch_walk_reservations(container, count_one, &nr);
	return nr;
}

/**
 * pci_survey_strangers - add to a model what is in the way and is of no device in it
 * @s: the model, with all BARs and windows; sets @s->incomplete if there is no room
 *
 * Context: Caller holds pci_lock_rescan_remove().
 */
void pci_survey_strangers(struct pci_survey *s)
{
	int i;

	for (i = 0; i < s->model.nr_apertures; i++)
		survey_strangers(s, s->root, s->aperture_res[i], PCI_LAYOUT_NONE,
				 s->apertures[i].start, s->apertures[i].end);

	for (i = 0; i < s->model.nr_windows; i++) {
		if (!s->windows[i].assigned)
			continue;
		survey_strangers(s, s->window_refs[i].bridge->subordinate,
				 s->window_refs[i].res, i, s->windows[i].start,
				 s->windows[i].end);
	}
}

/**
 * pci_survey_range - the range of a BAR, to be shown
 * @survey: the model
 * @bar: its number there
 *
 * Return: its resource; if it belongs to no device, the part of it that is meant.
 */
struct resource pci_survey_range(const struct pci_survey *survey, int bar)
{
	struct pci_bus_region region = {
		.start = survey->bars[bar].start,
		.end = survey->bars[bar].start + survey->bars[bar].size - 1,
	};
	struct resource range = *survey->bar_refs[bar].res;

	if (!survey->bar_refs[bar].dev)
		pcibios_bus_to_resource(survey->root, &range, &region);
	return range;
}
