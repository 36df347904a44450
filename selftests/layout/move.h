/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moves from one layout to another: what the driver is told of them, and what
 * must hold of config space after every single write
 */
#ifndef MOVE_H
#define MOVE_H

#include "registers.h"

#define MAX_WINDOWS	(3 * MAX_BRIDGES)
#define MAX_BARS	(2 * MAX_DEVICES)
#define MAX_LIST	(10 * MAX_WINDOWS + 2 * MAX_BARS + 2 * MAX_DEVICES)

/* I/O and memory decoding in the Command register */
#define DECODE_BITS	3

/**
 * struct move - a model for the code under test, and the test's own view of it
 * @windows: of the model
 * @bars: of the model
 * @commands: of the model
 * @model: refers to the three
 * @from: config space before
 * @to: config space afterwards
 * @range_from: per window, decoded from @from
 * @range_to: per window, decoded from @to
 * @apart: pairs of windows that are apart in both layouts
 */
struct move {
	struct pci_switch_window windows[MAX_WINDOWS];
	struct pci_switch_bar bars[MAX_BARS];
	struct pci_switch_command commands[MAX_DEVICES];
	struct pci_switch_model model;
	struct config from;
	struct config to;
	struct range range_from[MAX_WINDOWS];
	struct range range_to[MAX_WINDOWS];
	bool apart[MAX_WINDOWS][MAX_WINDOWS];
};

/* States of config space that were looked at so far */
extern u64 nr_states;

/* Nothing moves yet */
void move_init(struct move *move);
/* Put config space together once the model is complete */
void move_finish(struct move *move);
/* As comments of KTAP, with the writes */
void print_move(const struct move *move, const struct pci_config_write *list,
		int nr);

bool is_same_space(const struct move *move, int a, int b);

/**
 * struct walk - config space while a list is run
 * @move: whose
 * @config: config space now
 * @now: all windows now
 */
struct walk {
	const struct move *move;
	struct config config;
	struct range now[MAX_WINDOWS];
};

void walk_start(struct walk *walk, const struct move *move,
		const struct config *config);
/* One write; what it opens or closes against the rules is a fault */
const char *walk_step(struct walk *walk, int dev, int where, int size,
		      u32 value);

/* Carry out @list, and undo it from everywhere; fault: what goes wrong */
const char *check_move(const struct move *move,
		       const struct pci_config_write *list, int nr);

#endif /* MOVE_H */
