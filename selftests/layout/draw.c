// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of the address space in characters: what is shown of a machine
 *
 * Maps are drawn by draw_map.c, the legend by draw_legend.c.
 */

#include "canvas.h"
#include "draw.h"

#define MAX_LETTERS	26
#define MAX_SHOWN_BARS	40
#define MAX_WINDOWS	24

/*
 * What is where
 */

struct pci_layout_place canvas_bar(const struct canvas *c, int i, bool after)
{
	const struct pci_layout_bar *bar = &c->model->bars[i];

	if (after)
		return c->plan->bars[i];
	return (struct pci_layout_place) {
		bar->start, bar->start + bar->size - 1, bar->assigned
	};
}

struct pci_layout_place canvas_window(const struct canvas *c, int i, bool after)
{
	const struct pci_layout_window *w = &c->model->windows[i];

	if (after)
		return c->plan->windows[i];
	return (struct pci_layout_place) { w->start, w->end, w->assigned };
}

bool canvas_changes(struct pci_layout_place a, struct pci_layout_place b)
{
	return a.assigned != b.assigned ||
	       (a.assigned && (a.start != b.start || a.end != b.end));
}

bool canvas_meets(const struct pci_layout_place *place, int root,
		  enum pci_layout_type type, const struct pci_layout_aperture *a)
{
	return place->assigned && place->start <= place->end && root == a->root &&
	       pci_layout_type_fits(type, a->type) && place->start <= a->end &&
	       a->start <= place->end;
}

static bool window_exists(const struct canvas *c, int window)
{
	return window >= 0 && window < c->model->nr_windows;
}

bool canvas_has_dev(const struct canvas *c, int dev)
{
	return dev >= 0 && dev < c->model->nr_devs;
}

int canvas_level(const struct canvas *c, int window)
{
	int nr = 0;

	while (c->model->windows[window].parent < window &&
	       window_exists(c, c->model->windows[window].parent)) {
		window = c->model->windows[window].parent;
		nr++;
	}
	return nr;
}

/*
 * What is shown, if it is too much
 */

static bool bar_changes(const struct canvas *c, int i)
{
	return !c->model->bars[i].assigned ||
	       (c->plan && canvas_changes(canvas_bar(c, i, false), canvas_bar(c, i, true)));
}

/* Show devices until there are no letters any more or the picture is full */
static void choose_devs(struct canvas *c, bool changing, int *nr_letters, int *nr_bars)
{
	int *nr_of_dev = zeroed(c->model->nr_devs, sizeof(*nr_of_dev));
	bool *wanted = zeroed(c->model->nr_devs, sizeof(*wanted));
	int i;

	for (i = 0; i < c->model->nr_bars; i++) {
		int dev = c->model->bars[i].dev;

		if (!canvas_has_dev(c, dev))
			continue;
		nr_of_dev[dev]++;
		wanted[dev] |= !changing || bar_changes(c, i);
	}
	for (i = 0; i < c->model->nr_devs; i++) {
		if (!wanted[i] || c->letters[i] || *nr_letters == MAX_LETTERS ||
		    *nr_bars + nr_of_dev[i] > MAX_SHOWN_BARS)
			continue;
		c->letters[i] = '?';
		++*nr_letters;
		*nr_bars += nr_of_dev[i];
	}
	free(wanted);
	free(nr_of_dev);
}

static void choose_windows(struct canvas *c)
{
	int i, w;

	for (i = 0; i < c->model->nr_windows; i++)
		c->show_window[i] = c->model->nr_windows <= MAX_WINDOWS;
	for (i = 0; i < c->model->nr_bars; i++) {
		int dev = c->model->bars[i].dev;

		if (!canvas_has_dev(c, dev) || !c->letters[dev])
			continue;
		/* All that it lies in, as far as there is sense in it */
		for (w = c->model->bars[i].window; window_exists(c, w);) {
			int parent = c->model->windows[w].parent;

			c->show_window[w] = true;
			w = parent < w ? parent : PCI_LAYOUT_NONE;
		}
	}
}

static void choose(struct canvas *c)
{
	int nr_letters = 0, nr_bars = 0, i;
	char letter = 'a';

	choose_devs(c, true, &nr_letters, &nr_bars);
	choose_devs(c, false, &nr_letters, &nr_bars);
	for (i = 0; i < c->model->nr_devs; i++) {
		if (c->letters[i])
			c->letters[i] = letter++;
	}
	choose_windows(c);
}

char canvas_letter(const struct canvas *c, int i)
{
	const struct pci_layout_bar *bar = &c->model->bars[i];
	char letter;

	if (bar->dev == PCI_LAYOUT_NONE)
		return '#';
	letter = canvas_has_dev(c, bar->dev) ? c->letters[bar->dev] : '?';
	return letter && bar->fixed ? letter - 'a' + 'A' : letter;
}

void draw_machine(FILE *file, const struct pci_layout_model *model,
		  const struct pci_layout_plan *plan)
{
	struct canvas c = { .file = file, .model = model, .plan = plan };
	int i;

	c.letters = zeroed(model->nr_devs, sizeof(*c.letters));
	c.show_window = zeroed(model->nr_windows, sizeof(*c.show_window));
	choose(&c);
	for (i = 0; i < model->nr_apertures; i++)
		canvas_draw_aperture(&c, i);
	if (plan) {
		c.after = true;
		fprintf(file, "\nafter the plan:\n\n");
		for (i = 0; i < model->nr_apertures; i++)
			canvas_draw_aperture(&c, i);
	}
	fprintf(file, "\n");
	canvas_explain(&c);
	free(c.show_window);
	free(c.letters);
}
