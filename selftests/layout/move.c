// SPDX-License-Identifier: GPL-2.0
/*
 * Moves from one layout to another, and the rules for what lies between
 */
#include <inttypes.h>
#include <stdio.h>

#include "move.h"

u64 nr_states;

void move_init(struct move *move)
{
	int dev;

	memset(move, 0, sizeof(*move));
	move->model.windows = move->windows;
	move->model.bars = move->bars;
	move->model.commands = move->commands;
	for (dev = 0; dev < MAX_FUNCTIONS; dev++)
		add_function(&move->from.functions[dev], 0x5a + dev);
}

static struct range find_window(const struct move *move,
				const struct config *config, int window)
{
	const struct pci_switch_window *w = &move->windows[window];

	return window_range(&config->functions[w->dev], w->type);
}

bool is_same_space(const struct move *move, int a, int b)
{
	bool a_is_io = move->windows[a].type == PCI_LAYOUT_IO;
	bool b_is_io = move->windows[b].type == PCI_LAYOUT_IO;

	return a_is_io == b_is_io;
}

void move_finish(struct move *move)
{
	const struct pci_switch_model *model = &move->model;
	int i, j;

	for (i = 0; i < model->nr_windows; i++) {
		const struct pci_switch_window *w = &move->windows[i];

		add_window(&move->from.functions[w->dev], w->type, w->wide,
			   w->io_1k);
	}
	move->to = move->from;
	for (i = 0; i < model->nr_windows; i++) {
		const struct pci_switch_window *w = &move->windows[i];

		load_window(&move->from.functions[w->dev], w->type, &w->from);
		load_window(&move->to.functions[w->dev], w->type, &w->to);
		move->range_from[i] = find_window(move, &move->from, i);
		move->range_to[i] = find_window(move, &move->to, i);
	}
	for (i = 0; i < model->nr_bars; i++) {
		const struct pci_switch_bar *bar = &move->bars[i];

		add_bar(&move->from.functions[bar->dev], bar->where, bar->wide,
			bar->from);
		add_bar(&move->to.functions[bar->dev], bar->where, bar->wide,
			bar->to);
	}
	for (i = 0; i < model->nr_commands; i++) {
		const struct pci_switch_command *c = &move->commands[i];

		config_set(&move->from.functions[c->dev], 0x04, 2, c->from);
		config_set(&move->to.functions[c->dev], 0x04, 2, c->to);
	}
	for (i = 0; i < model->nr_windows; i++)
		for (j = 0; j < model->nr_windows; j++)
			move->apart[i][j] = i != j &&
				is_same_space(move, i, j) &&
				is_apart(move->range_from[i],
					 move->range_from[j]) &&
				is_apart(move->range_to[i], move->range_to[j]);
}

static bool is_at(const struct move *move, const struct range *now,
		  const struct range *end)
{
	int i;

	for (i = 0; i < move->model.nr_windows; i++)
		if (!is_same(now[i], end[i]))
			return false;
	return true;
}

static bool bars_at(const struct config *config, const struct config *end,
		    int dev)
{
	return !memcmp(config->functions[dev].bytes + 0x10,
		       end->functions[dev].bytes + 0x10, 24);
}

/* A device decodes only in one layout or the other, never between */
static const char *check_decoding(const struct move *move,
				  const struct config *config,
				  const struct range *now)
{
	int i;

	for (i = 0; i < move->model.nr_commands; i++) {
		const struct pci_switch_command *c = &move->commands[i];
		int dev = c->dev;

		if (!(config_get(&config->functions[dev], 0x04, 2) & DECODE_BITS))
			continue;
		if (is_at(move, now, move->range_from) &&
		    bars_at(config, &move->from, dev))
			continue;
		if (is_at(move, now, move->range_to) &&
		    bars_at(config, &move->to, dev))
			continue;
		return fault("device %d decodes in the middle", dev);
	}
	return NULL;
}

static const char *check_window(const struct move *move,
				const struct range *now, int i)
{
	struct range shared = intersection(move->range_from[i],
					   move->range_to[i]);
	int j;

	if (is_open(now[i]) &&
	    !is_within_either(now[i], move->range_from[i], move->range_to[i]))
		return fault("window %d open over %#" PRIx64 "-%#" PRIx64, i,
			     (uint64_t)now[i].start, (uint64_t)now[i].end);
	if (move->windows[i].keep && is_open(move->range_from[i]) &&
	    !is_within(shared, now[i]))
		return fault("window %d does not stay open", i);
	for (j = 0; j < move->model.nr_windows; j++)
		if (move->apart[i][j] && !is_apart(now[i], now[j]))
			return fault("windows %d and %d overlap", i, j);
	return NULL;
}

void walk_start(struct walk *walk, const struct move *move,
		const struct config *config)
{
	int i;

	walk->move = move;
	walk->config = *config;
	for (i = 0; i < move->model.nr_windows; i++)
		walk->now[i] = find_window(move, config, i);
}

const char *walk_step(struct walk *walk, int dev, int where, int size,
		      u32 value)
{
	const struct move *move = walk->move;
	const char *error;
	int i;

	nr_states++;
	error = config_write(&walk->config, dev, where, size, value);
	for (i = 0; !error && i < move->model.nr_windows; i++) {
		if (move->windows[i].dev != dev)
			continue;
		walk->now[i] = find_window(move, &walk->config, i);
		error = check_window(move, walk->now, i);
	}
	if (!error)
		error = check_decoding(move, &walk->config, walk->now);
	return error;
}

static const char *check_undo(const struct walk *reached,
			      const struct pci_config_write *list, int done)
{
	struct walk walk = *reached;
	const char *error = NULL;
	int i;

	for (i = done; i-- && !error; )
		error = walk_step(&walk, list[i].dev, list[i].where,
				  list[i].size, list[i].old);
	if (error)
		return fault("undo from %d at %d: %s", done, i + 1,
			     error);
	if (memcmp(&walk.config, &walk.move->from, sizeof(walk.config)))
		return fault("undo from %d does not restore", done);
	return NULL;
}

const char *check_move(const struct move *move,
		       const struct pci_config_write *list, int nr)
{
	struct config before;
	const char *error;
	struct walk walk;
	int i;

	if (nr > pci_switch_max_writes(&move->model))
		return fault("%d writes exceed the announced maximum", nr);
	walk_start(&walk, move, &move->from);
	for (i = 0; i < nr; i++) {
		before = walk.config;
		error = walk_step(&walk, list[i].dev, list[i].where,
				  list[i].size, list[i].value);
		if (error)
			return fault("write %d: %s", i, error);
		if (!memcmp(&before, &walk.config, sizeof(before)))
			return fault("write %d changes nothing", i);
		error = check_undo(&walk, list, i + 1);
		if (error)
			return error;
	}
	if (memcmp(&walk.config, &move->to, sizeof(walk.config)))
		return fault("wrong registers at the end");
	return NULL;
}

void print_move(const struct move *move, const struct pci_config_write *list,
		int nr)
{
	static const char * const names[] = { "io", "mem", "pref" };
	int i;

	for (i = 0; i < move->model.nr_windows; i++) {
		const struct pci_switch_window *w = &move->windows[i];

		printf("# window %d: bridge %d %s%s%s%s %08x:%08x %08x -> %08x:%08x %08x\n",
		       i, w->dev, names[w->type], w->wide ? " wide" : "",
		       w->io_1k ? " 1k" : "", w->keep ? " keep" : "",
		       w->from.upper_base, w->from.upper_limit, w->from.low,
		       w->to.upper_base, w->to.upper_limit, w->to.low);
	}
	for (i = 0; i < nr; i++)
		printf("# write %d: function %d %02x.%d %08x (was %08x)\n", i,
		       list[i].dev, list[i].where, list[i].size, list[i].value,
		       list[i].old);
}
