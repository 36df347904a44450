/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "Release everything that is not fixed and lay it out again": what earlier
 * attempts at movable BARs did, as a reference.
 */
#ifndef RELEASE_H
#define RELEASE_H

#include "machine.h"

/**
 * release_plan() - lay everything out again by decreasing alignment
 * @model: one that the planner does not turn down
 * @plan: takes the plan, counts included; plan_init() it before
 *
 * Return: true if everything that is not optional has a place; then the plan
 * passes pci_layout_check().
 */
bool release_plan(const struct pci_layout_model *model, struct pci_layout_plan *plan);

#endif /* RELEASE_H */
