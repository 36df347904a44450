// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of the address space in characters: one aperture
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

#include "canvas.h"
#include "text.h"

#define MAX_COLUMNS	96

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
		place = canvas_window(c, i, after);
		if (c->show_window[i] &&
		    canvas_meets(&place, m->windows[i].root, m->windows[i].type, map->aperture))
			add_bounds(map, &place);
	}
	for (i = 0; i < m->nr_bars; i++) {
		place = canvas_bar(c, i, after);
		if (canvas_letter(c, i) &&
		    canvas_meets(&place, m->bars[i].root, m->bars[i].type, map->aperture))
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
		struct pci_layout_place place = canvas_window(c, i, c->after);

		if (!c->show_window[i] || canvas_level(c, i) != level_drawn ||
		    !canvas_meets(&place, w->root, w->type, map->aperture))
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
		struct pci_layout_place place = canvas_bar(c, i, c->after);
		char letter = canvas_letter(c, i);

		if (!letter || !canvas_meets(&place, bar->root, bar->type, map->aperture))
			continue;
		columns_of(map, &place, &first, &last);
		for (column = first; column <= last; column++)
			row[column] = row[column] == '.' || row[column] == letter ? letter : '!';
	}
	print_row(c, row, end);
}

void canvas_draw_aperture(const struct canvas *c, int i)
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
	for (row = 0; row < CANVAS_LEVELS; row++)
		draw_level(c, &map, row);
	draw_bars(c, &map);
	free(map.columns);
	free(map.bounds);
}
