/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the planner promises for every model, sense or nonsense
 */
#ifndef PROMISE_H
#define PROMISE_H

#include "machine.h"

/**
 * broken_promise() - plan, and look whether the planner keeps its promises
 * @model: any whose arrays are as long as its counts say
 * @plan: takes the plan; plan_init() it before if the counts make sense
 * @turned_down: takes whether there is no plan since the model makes no sense
 *
 * A model is turned down with -EINVAL, or the plan passes the checker, counts
 * what it moves, is the same each time, and leads to a machine in which nothing
 * moves any more.
 *
 * Return: NULL, or which promise is broken.
 */
const char *broken_promise(const struct pci_layout_model *model,
			   struct pci_layout_plan *plan, bool *turned_down);

#endif /* PROMISE_H */
