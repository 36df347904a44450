/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exact solver: the best plan there is, found by trying everything. For small
 * models only; shares nothing with the planner.
 */
#ifndef EXACT_H
#define EXACT_H

#include "machine.h"

/**
 * enum exact_answer - what the solver found out
 * @EXACT_DONE: the plan is the best one
 * @EXACT_GAVE_UP: the model is too large for the budget
 */
enum exact_answer {
	EXACT_DONE,
	EXACT_GAVE_UP,
};

/**
 * exact_plan() - the best plan
 * @model: one that the planner does not turn down
 * @budget: addresses to try at most
 * @plan: takes the plan, counts and refusals included; plan_init() it before. Of
 *	  a refusal only the reason is set, to PCI_LAYOUT_NO_SPACE
 *
 * Best means, in this order: most devices served; on a tie the earlier ones;
 * fewest drivers paused; fewest drivers moved live.
 *
 * Return: see enum exact_answer.
 */
enum exact_answer exact_plan(const struct pci_layout_model *model, long budget,
			     struct pci_layout_plan *plan);

#endif /* EXACT_H */
