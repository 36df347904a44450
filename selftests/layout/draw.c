// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of the address space in characters
 *
 *	aperture 0: root 0 mem 0x80000000-0x83ffffff 64M
 *	    ^0x80000000 ^0x81000000            ^0x82800000
 *	    [0..................][1...........]
 *	    [2.....][3......]
 *	    aaa..b..Caa..........dddd..........................
 *
 * A row per level of windows, then the BARs. The scale is compressed: only the
 * order of addresses is kept, and that larger is longer.
 */

#include <inttypes.h>

#include "draw.h"
#include "text.h"

#define MAX_COLUMNS	96
#define MAX_LETTERS	26
#define MAX_SHOWN_BARS	40
#define MAX_WINDOWS	24
#define MAX_LEVELS	12

/**
 * struct canvas - all that is drawn
 * @file: to write to
 * @model: the machine
 * @plan: what becomes of it, or NULL
 * @after: where things go with @plan, not where they are
 * @letters: per device; 0 if it is left out
 * @show_window: per window
 */
struct canvas {
	FILE *file;
	const struct pci_layout_model *model;
	const struct pci_layout_plan *plan;
	bool after;
	char *letters;
	bool *show_window;
};

/**
 * struct map - one aperture
 * @aperture: that one
 * @bounds: addresses where something begins or the one before it ends
 * @columns: per bound, where it is drawn; one more for the end
 * @nr_bounds: how many
 */
struct map {
	const struct pci_layout_aperture *aperture;
	u64 *bounds;
	int *columns;
	int nr_bounds;
};

/*
 * What is where
 */

static struct pci_layout_place bar_place(const struct canvas *c, int i, bool after)
{
	const struct pci_layout_bar *bar = &c->model->bars[i];

	if (after)
		return c->plan->bars[i];
	return (struct pci_layout_place) {
		bar->start, bar->start + bar->size - 1, bar->assigned
	};
}

static struct pci_layout_place window_place(const struct canvas *c, int i, bool after)
{
	const struct pci_layout_window *w = &c->model->windows[i];

	if (after)
		return c->plan->windows[i];
	return (struct pci_layout_place) { w->start, w->end, w->assigned };
}

static bool places_differ(struct pci_layout_place a, struct pci_layout_place b)
{
	return a.assigned != b.assigned ||
	       (a.assigned && (a.start != b.start || a.end != b.end));
}

/* Can it be drawn in the aperture? */
static bool meets(const struct pci_layout_place *place, int root,
		  enum pci_layout_type type, const struct pci_layout_aperture *a)
{
	return place->assigned && place->start <= place->end && root == a->root &&
	       pci_layout_type_fits(type, a->type) && place->start <= a->end &&
	       a->start <= place->end;
}

static bool is_drawn(const struct canvas *c, const struct pci_layout_place *place,
		     int root, enum pci_layout_type type)
{
	int i;

	for (i = 0; i < c->model->nr_apertures; i++) {
		if (meets(place, root, type, &c->model->apertures[i]))
			return true;
	}
	return false;
}

static bool window_exists(const struct canvas *c, int window)
{
	return window >= 0 && window < c->model->nr_windows;
}

static bool dev_exists(const struct canvas *c, int dev)
{
	return dev >= 0 && dev < c->model->nr_devs;
}

/* Windows above this one; parents that make no sense end the count */
static int level(const struct canvas *c, int window)
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
	       (c->plan && places_differ(bar_place(c, i, false), bar_place(c, i, true)));
}

/* Show devices until there are no letters any more or the picture is full */
static void choose_devs(struct canvas *c, bool changing, int *nr_letters, int *nr_bars)
{
	int *nr_of_dev = zeroed(c->model->nr_devs, sizeof(*nr_of_dev));
	bool *wanted = zeroed(c->model->nr_devs, sizeof(*wanted));
	int i;

	for (i = 0; i < c->model->nr_bars; i++) {
		int dev = c->model->bars[i].dev;

		if (!dev_exists(c, dev))
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

		if (!dev_exists(c, dev) || !c->letters[dev])
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

static char bar_letter(const struct canvas *c, int i)
{
	const struct pci_layout_bar *bar = &c->model->bars[i];
	char letter;

	if (bar->dev == PCI_LAYOUT_NONE)
		return '#';
	letter = dev_exists(c, bar->dev) ? c->letters[bar->dev] : '?';
	return letter && bar->fixed ? letter - 'a' + 'A' : letter;
}

/*
 * Columns
 */

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void add_bounds(struct map *map, const struct pci_layout_place *place)
{
	if (place->start > map->aperture->start)
		map->bounds[map->nr_bounds++] = place->start;
	if (place->end < map->aperture->end)
		map->bounds[map->nr_bounds++] = place->end + 1;
}

static int order_of(u64 size)
{
	return size ? 63 - __builtin_clzll(size) : 0;
}

/* Bytes from a bound to the next one; too large by none, too small by one at the end */
static u64 span(const struct map *map, int i)
{
	u64 next = i + 1 < map->nr_bounds ? map->bounds[i + 1] : map->aperture->end;

	return next - map->bounds[i];
}

/* Columns up to each bound if a span of twice the size is @per_order / 2 longer */
static int lay_out_columns(struct map *map, int per_order, int base)
{
	int smallest = 64, at = 0, i;

	for (i = 0; i < map->nr_bounds; i++)
		smallest = min(smallest, order_of(span(map, i)));
	for (i = 0; i < map->nr_bounds; i++) {
		map->columns[i] = at;
		at += base + (order_of(span(map, i)) - smallest) * per_order / 2;
	}
	map->columns[map->nr_bounds] = at;
	return at;
}

static void find_columns(struct map *map)
{
	int per_order, i, nr;

	for (per_order = 6; per_order >= 0; per_order--) {
		if (lay_out_columns(map, per_order, per_order > 1 ? 3 : 2) <= MAX_COLUMNS)
			return;
	}
	nr = lay_out_columns(map, 0, 1);
	/* Too many: neighbours share columns */
	for (i = 0; nr > MAX_COLUMNS && i <= map->nr_bounds; i++)
		map->columns[i] = (long)map->columns[i] * MAX_COLUMNS / nr;
}

static void find_bounds_of(const struct canvas *c, struct map *map, bool after)
{
	const struct pci_layout_model *m = c->model;
	struct pci_layout_place place;
	int i;

	for (i = 0; i < m->nr_windows; i++) {
		place = window_place(c, i, after);
		if (c->show_window[i] &&
		    meets(&place, m->windows[i].root, m->windows[i].type, map->aperture))
			add_bounds(map, &place);
	}
	for (i = 0; i < m->nr_bars; i++) {
		place = bar_place(c, i, after);
		if (bar_letter(c, i) &&
		    meets(&place, m->bars[i].root, m->bars[i].type, map->aperture))
			add_bounds(map, &place);
	}
}

static void find_bounds(const struct canvas *c, struct map *map, bool both)
{
	int i, nr = 0;

	map->nr_bounds = 0;
	map->bounds[map->nr_bounds++] = map->aperture->start;
	if (both || !c->after)
		find_bounds_of(c, map, false);
	if (both || c->after)
		find_bounds_of(c, map, true);
	qsort(map->bounds, map->nr_bounds, sizeof(*map->bounds), compare_u64);
	for (i = 0; i < map->nr_bounds; i++) {
		if (!nr || map->bounds[i] != map->bounds[nr - 1])
			map->bounds[nr++] = map->bounds[i];
	}
	map->nr_bounds = nr;
}

/* Before and after have the same scale, unless that makes it too fine */
static void find_scale(const struct canvas *c, struct map *map)
{
	find_bounds(c, map, c->plan);
	if (map->nr_bounds * 2 > MAX_COLUMNS)
		find_bounds(c, map, false);
	find_columns(map);
}

/* Of the last bound that is not above the address */
static int column(const struct map *map, u64 address)
{
	int i = 0;

	while (i + 1 < map->nr_bounds && map->bounds[i + 1] <= address)
		i++;
	return map->columns[i];
}

/* First and last column */
static void columns_of(const struct map *map, const struct pci_layout_place *place,
		       int *first, int *last)
{
	const struct pci_layout_aperture *a = map->aperture;

	*first = column(map, max(place->start, a->start));
	*last = place->end >= a->end ? map->columns[map->nr_bounds] - 1 :
				       column(map, place->end + 1) - 1;
	*first = min(*first, MAX_COLUMNS - 1);
	*last = min(max(*last, *first), MAX_COLUMNS - 1);
}

/*
 * Rows
 */

static void print_row(const struct canvas *c, char *row, int length)
{
	while (length && row[length - 1] == ' ')
		length--;
	fprintf(c->file, "    %.*s\n", length, row);
}

static void draw_ruler(const struct canvas *c, const struct map *map)
{
	char row[MAX_COLUMNS], label[24];
	int i, length, end = 0;

	memset(row, ' ', sizeof(row));
	for (i = 0; i < map->nr_bounds; i++) {
		length = snprintf(label, sizeof(label), "^0x%" PRIx64, map->bounds[i]);
		if (map->columns[i] < end || map->columns[i] + length > MAX_COLUMNS)
			continue;
		memcpy(row + map->columns[i], label, length);
		end = map->columns[i] + length + 1;
	}
	print_row(c, row, MAX_COLUMNS);
}

static void draw_window(const struct canvas *c, const struct map *map, char *row, int i,
			const struct pci_layout_place *place)
{
	int first, last, column, length;
	char label[16];

	columns_of(map, place, &first, &last);
	for (column = first; column <= last; column++)
		row[column] = row[column] != ' ' ? '!' : first == last ? '|' :
			      column == first ? '[' : column == last ? ']' : '.';
	length = snprintf(label, sizeof(label), "%d", i);
	if (length < last - first && row[first] == '[')
		memcpy(row + first + 1, label, length);
}

static bool draw_level(const struct canvas *c, const struct map *map, int level_drawn)
{
	char row[MAX_COLUMNS];
	bool any = false;
	int i;

	memset(row, ' ', sizeof(row));
	for (i = 0; i < c->model->nr_windows; i++) {
		const struct pci_layout_window *w = &c->model->windows[i];
		struct pci_layout_place place = window_place(c, i, c->after);

		if (!c->show_window[i] || level(c, i) != level_drawn ||
		    !meets(&place, w->root, w->type, map->aperture))
			continue;
		draw_window(c, map, row, i, &place);
		any = true;
	}
	if (any)
		print_row(c, row, MAX_COLUMNS);
	return any;
}

static void draw_bars(const struct canvas *c, const struct map *map)
{
	char row[MAX_COLUMNS];
	int i, first, last, column;
	int end = min(map->columns[map->nr_bounds], MAX_COLUMNS);

	memset(row, ' ', sizeof(row));
	memset(row, '.', end);
	for (i = 0; i < c->model->nr_bars; i++) {
		const struct pci_layout_bar *bar = &c->model->bars[i];
		struct pci_layout_place place = bar_place(c, i, c->after);
		char letter = bar_letter(c, i);

		if (!letter || !meets(&place, bar->root, bar->type, map->aperture))
			continue;
		columns_of(map, &place, &first, &last);
		for (column = first; column <= last; column++)
			row[column] = row[column] == '.' || row[column] == letter ? letter : '!';
	}
	print_row(c, row, end);
}

static void draw_aperture(const struct canvas *c, int i)
{
	const struct pci_layout_model *m = c->model;
	size_t max_bounds = 4 * ((size_t)m->nr_windows + m->nr_bars) + 1;
	struct map map = { .aperture = &m->apertures[i] };
	int row;

	fprintf(c->file, "aperture %d: root %d %s 0x%" PRIx64 "-0x%" PRIx64 " ", i,
		map.aperture->root, text_type(map.aperture->type), map.aperture->start,
		map.aperture->end);
	if (map.aperture->start > map.aperture->end) {
		fprintf(c->file, "ends before it starts\n");
		return;
	}
	text_write_size(c->file, map.aperture->end - map.aperture->start + 1);
	fprintf(c->file, "\n");

	map.bounds = zeroed(max_bounds, sizeof(*map.bounds));
	map.columns = zeroed(max_bounds + 1, sizeof(*map.columns));
	find_scale(c, &map);
	draw_ruler(c, &map);
	for (row = 0; row < MAX_LEVELS; row++)
		draw_level(c, &map, row);
	draw_bars(c, &map);
	free(map.columns);
	free(map.bounds);
}

/*
 * Legend
 */

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
	if (c->plan && places_differ(now, after)) {
		fprintf(c->file, " ->");
		write_place(c, after, root, type, without);
	}
}

static int nr_hidden(const struct canvas *c, int window)
{
	int i, nr = 0;

	for (i = 0; i < c->model->nr_bars; i++)
		nr += c->model->bars[i].window == window && !bar_letter(c, i);
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
		explain_place(c, window_place(c, i, false),
			      c->plan ? c->plan->windows[i] : (struct pci_layout_place) {},
			      w->root, w->type, "closed");
		if (level(c, i) >= MAX_LEVELS)
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
	explain_place(c, bar_place(c, i, false),
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

static void explain(const struct canvas *c)
{
	bool nobody = false;
	int i;

	fprintf(c->file, "[n.] window n   a device   A fixed   # in the way   . free   ! overlap\n");
	explain_windows(c);
	explain_devs(c);
	for (i = 0; i < c->model->nr_bars; i++) {
		if (dev_exists(c, c->model->bars[i].dev))
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

void draw_machine(FILE *file, const struct pci_layout_model *model,
		  const struct pci_layout_plan *plan)
{
	struct canvas c = { .file = file, .model = model, .plan = plan };
	int i;

	c.letters = zeroed(model->nr_devs, sizeof(*c.letters));
	c.show_window = zeroed(model->nr_windows, sizeof(*c.show_window));
	choose(&c);
	for (i = 0; i < model->nr_apertures; i++)
		draw_aperture(&c, i);
	if (plan) {
		c.after = true;
		fprintf(file, "\nafter the plan:\n\n");
		for (i = 0; i < model->nr_apertures; i++)
			draw_aperture(&c, i);
	}
	fprintf(file, "\n");
	explain(&c);
	free(c.show_window);
	free(c.letters);
}
