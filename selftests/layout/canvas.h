/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of draw_machine() share: what is shown, and where it is
 */
#ifndef CANVAS_H
#define CANVAS_H

#include <stdio.h>

#include "machine.h"

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

/* Where a BAR or window is, or will be */
struct pci_layout_place canvas_bar(const struct canvas *c, int i, bool after);
struct pci_layout_place canvas_window(const struct canvas *c, int i, bool after);

/* Are they different places? */
bool canvas_changes(struct pci_layout_place a, struct pci_layout_place b);

/* Can it be drawn in the aperture? */
bool canvas_meets(const struct pci_layout_place *place, int root,
		  enum pci_layout_type type, const struct pci_layout_aperture *a);

bool canvas_has_dev(const struct canvas *c, int dev);

/* Windows above this one; parents that make no sense end the count */
int canvas_level(const struct canvas *c, int window);

/* How a BAR is drawn; 0: not at all */
char canvas_letter(const struct canvas *c, int i);

/* Rows of windows; what is deeper is only in the legend */
#define CANVAS_LEVELS	12

/* The map of one aperture */
void canvas_draw_aperture(const struct canvas *c, int i);

/* The legend */
void canvas_explain(const struct canvas *c);

#endif /* CANVAS_H */
