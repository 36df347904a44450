// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of the address space in characters: the legend
 */

#include <inttypes.h>

#include "canvas.h"
#include "text.h"

static bool is_drawn(const struct canvas *c, const struct pci_layout_place *place,
		     int root, enum pci_layout_type type)
{
	int i;

	for (i = 0; i < c->model->nr_apertures; i++) {
		if (canvas_meets(place, root, type, &c->model->apertures[i]))
			return true;
	}
	return false;
}

static void write_place(const struct canvas *c, struct pci_layout_place place, int root,
			enum pci_layout_type type, const char *without)
{
	if (!place.assigned) {
		fprintf(c->file, " %s", without);
		return;
	}
	fprintf(c->file, " 0x%" PRIx64 "-0x%" PRIx64, place.start, place.end);
	if (!is_drawn(c, &place, root, type))
		fprintf(c->file, " (outside of all apertures)");
}

static void explain_place(const struct canvas *c, struct pci_layout_place now,
			  struct pci_layout_place after, int root,
			  enum pci_layout_type type, const char *without)
{
	write_place(c, now, root, type, without);
	if (c->plan && canvas_changes(now, after)) {
		fprintf(c->file, " ->");
		write_place(c, after, root, type, without);
	}
}

static int nr_hidden(const struct canvas *c, int window)
{
	int i, nr = 0;

	for (i = 0; i < c->model->nr_bars; i++)
		nr += c->model->bars[i].window == window && !canvas_letter(c, i);
	return nr;
}

static void explain_hidden(const struct canvas *c, int window)
{
	int nr = nr_hidden(c, window);

	if (nr)
		fprintf(c->file, ", %d BAR%s in it not shown", nr, nr > 1 ? "s" : "");
}

static void explain_windows(const struct canvas *c)
{
	int i, nr_left_out = 0, nr_bars = 0;

	for (i = 0; i < c->model->nr_windows; i++) {
		const struct pci_layout_window *w = &c->model->windows[i];

		if (!c->show_window[i]) {
			nr_left_out++;
			nr_bars += nr_hidden(c, i);
			continue;
		}
		fprintf(c->file, "  [%d] %s%s", i, text_type(w->type),
			w->fixed ? " fixed" : "");
		explain_place(c, canvas_window(c, i, false),
			      c->plan ? c->plan->windows[i] : (struct pci_layout_place) {},
			      w->root, w->type, "closed");
		if (canvas_level(c, i) >= CANVAS_LEVELS)
			fprintf(c->file, ", too deep to be shown");
		explain_hidden(c, i);
		fprintf(c->file, "\n");
	}
	if (nr_left_out)
		fprintf(c->file, "  %d more window%s not shown, with %d BAR%s\n", nr_left_out,
			nr_left_out > 1 ? "s" : "", nr_bars, nr_bars == 1 ? "" : "s");
}

static void explain_bar(const struct canvas *c, int i)
{
	const struct pci_layout_bar *bar = &c->model->bars[i];

	fprintf(c->file, "      bar %d", i);
	if (bar->window == PCI_LAYOUT_NONE)
		fprintf(c->file, " in root %d", bar->root);
	else
		fprintf(c->file, " in [%d]", bar->window);
	fprintf(c->file, " %s ", text_type(bar->type));
	text_write_size(c->file, bar->size);
	explain_place(c, canvas_bar(c, i, false),
		      c->plan ? c->plan->bars[i] : (struct pci_layout_place) {},
		      bar->root, bar->type, "nowhere");
	fprintf(c->file, "%s%s\n", bar->fixed ? " fixed" : "",
		bar->optional ? " optional" : "");
}

static void explain_devs(const struct canvas *c)
{
	static const char *const costs[] = { "without driver", "live", "paused" };
	int i, j;

	for (i = 0; i < c->model->nr_devs; i++) {
		const struct pci_layout_dev *dev = &c->model->devs[i];

		if (!c->letters[i])
			continue;
		fprintf(c->file, "  %c device %d", c->letters[i], i);
		if (dev->cost < ARRAY_SIZE(costs))
			fprintf(c->file, " %s", costs[dev->cost]);
		fprintf(c->file, "%s", dev->is_new ? ", new" : "");
		if (c->plan && c->plan->refusals[i].reason)
			fprintf(c->file, ", refused: %s",
				text_reason(c->plan->refusals[i].reason));
		fprintf(c->file, "\n");
		for (j = 0; j < c->model->nr_bars; j++) {
			if (c->model->bars[j].dev == i)
				explain_bar(c, j);
		}
	}
}

void canvas_explain(const struct canvas *c)
{
	bool nobody = false;
	int i;

	fprintf(c->file, "[n.] window n   a device   A fixed   # in the way   . free   ! overlap\n");
	explain_windows(c);
	explain_devs(c);
	for (i = 0; i < c->model->nr_bars; i++) {
		if (canvas_has_dev(c, c->model->bars[i].dev))
			continue;
		if (!nobody)
			fprintf(c->file, "  # of no device\n");
		nobody = true;
		explain_bar(c, i);
	}
	if (nr_hidden(c, PCI_LAYOUT_NONE))
		fprintf(c->file, "  %d BARs directly below a host bridge not shown\n",
			nr_hidden(c, PCI_LAYOUT_NONE));
}
