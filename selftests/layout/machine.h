/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Models and plans that own their memory, for the user-space tests of the
 * planner and for the pci-layout program. They end the program if there is no
 * memory, so that nothing here fails.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "layout_internal.h"
#include "layout.h"

/**
 * struct machine - a model that can grow and be changed
 * @model: what the planner is given; its arrays are those below
 * @apertures: of all host bridges
 * @windows: of all bridges
 * @bars: of all devices
 * @devs: devices
 * @max_apertures: elements that there is memory for
 * @max_windows: the same
 * @max_bars: the same
 * @max_devs: the same
 *
 * Write through the arrays here; the counts are those of @model.
 */
struct machine {
	struct pci_layout_model model;
	struct pci_layout_aperture *apertures;
	struct pci_layout_window *windows;
	struct pci_layout_bar *bars;
	struct pci_layout_dev *devs;
	int max_apertures;
	int max_windows;
	int max_bars;
	int max_devs;
};

/* Memory for @nr elements, at least one */
void *zeroed(size_t nr, size_t size);

void machine_init(struct machine *m);
void machine_free(struct machine *m);
void machine_copy(struct machine *to, const struct pci_layout_model *from);

/* Append one, zeroed; pointers to earlier ones of the kind become invalid */
struct pci_layout_aperture *machine_add_aperture(struct machine *m);
struct pci_layout_window *machine_add_window(struct machine *m);
struct pci_layout_bar *machine_add_bar(struct machine *m);
struct pci_layout_dev *machine_add_dev(struct machine *m);

/* Take one away, with all that depends on it; what follows is renumbered */
void machine_remove_aperture(struct machine *m, int aperture);
void machine_remove_window(struct machine *m, int window);
void machine_remove_bar(struct machine *m, int bar);
void machine_remove_dev(struct machine *m, int dev);

/* The machine as it is once the plan is carried out: nothing is new any more */
void machine_apply(struct machine *m, const struct pci_layout_plan *plan);

void plan_init(struct pci_layout_plan *plan, const struct pci_layout_model *model);
void plan_free(struct pci_layout_plan *plan);

/* Call the planner, with scratch memory of exactly the size that it asks for */
int plan_model(const struct pci_layout_model *model, struct pci_layout_plan *plan);

/* Fill in the counts, from the places and the reasons of refusals */
void plan_count(const struct pci_layout_model *model, struct pci_layout_plan *plan);

/* Do the counts tell what the plan, to which the checker does not object, costs? */
bool plan_counts_are_right(const struct pci_layout_model *model,
			   const struct pci_layout_plan *plan);

/* Same places for everything? */
bool plans_are_equal(const struct pci_layout_model *model,
		     const struct pci_layout_plan *a, const struct pci_layout_plan *b);

#endif /* MACHINE_H */
