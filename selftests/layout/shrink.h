/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Make a machine on which something goes wrong as small as possible
 */
#ifndef SHRINK_H
#define SHRINK_H

#include "machine.h"

/**
 * shrink() - take away and simplify what is not needed for a fault
 * @m: machine on which @is_bad holds; still does afterwards
 * @is_bad: does the fault still occur? Not called for models that the planner
 *	    turns down
 * @arg: for @is_bad
 */
void shrink(struct machine *m, bool (*is_bad)(const struct pci_layout_model *model, void *arg),
	    void *arg);

#endif /* SHRINK_H */
