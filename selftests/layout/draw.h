/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Maps of the address space in characters, for who reads plans
 */
#ifndef DRAW_H
#define DRAW_H

#include <stdio.h>

#include "machine.h"

/**
 * draw_machine() - draw where everything is, and where it goes
 * @file: to write to
 * @model: any whose counts are those of its arrays; it need not make sense
 * @plan: a plan for it, good or bad; or NULL
 *
 * One map per aperture, of up to 26 devices: new ones and those that move come
 * first. What is left out is counted in the legend.
 */
void draw_machine(FILE *file, const struct pci_layout_model *model,
		  const struct pci_layout_plan *plan);

#endif /* DRAW_H */
