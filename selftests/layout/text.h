/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text form of a model and of a plan: one line per aperture, window, device and
 * BAR, to be saved, mailed and replayed. The README describes it.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdio.h>

#include "machine.h"

/**
 * struct text_error - why a text was turned down
 * @line: counted from 1
 * @what: what was found there and what is expected instead
 */
struct text_error {
	int line;
	char what[200];
};

/**
 * text_write_model() - write a model
 * @file: to write to
 * @prefix: of each line: "# " in KTAP, "" in a file
 * @model: any whose counts are those of its arrays; it need not make sense
 *
 * Where something without an address was earlier is not written.
 */
void text_write_model(FILE *file, const char *prefix,
		      const struct pci_layout_model *model);

/**
 * text_write_plan() - write a plan
 * @file: to write to
 * @prefix: of each line
 * @model: what was planned for
 * @plan: what became of it
 */
void text_write_plan(FILE *file, const char *prefix,
		     const struct pci_layout_model *model,
		     const struct pci_layout_plan *plan);

/**
 * text_write_cost() - write the line that says what a plan costs
 * @file: to write to
 * @prefix: of the line
 * @plan: only its counts are used
 */
void text_write_cost(FILE *file, const char *prefix, const struct pci_layout_plan *plan);

/**
 * text_to_memory() - write a model, and a plan, as a file would hold them
 * @model: as for text_write_model()
 * @plan: as for text_write_plan(), or NULL
 * @size: takes the size of the text, bytes
 *
 * Return: the text, for free().
 */
char *text_to_memory(const struct pci_layout_model *model,
		     const struct pci_layout_plan *plan, size_t *size);

/**
 * text_read() - read a model, and a plan if there is one
 * @text: need not end with a zero
 * @size: of @text, bytes
 * @m: initialized here; free it in any case
 * @plan: initialized here if @has_plan is set; free it then
 * @has_plan: the text holds a plan; never set if false is returned
 * @error: set if false is returned
 *
 * The numbers need not make sense together; that is for the planner to say.
 *
 * Return: true if the text could be read.
 */
bool text_read(const char *text, size_t size, struct machine *m,
	       struct pci_layout_plan *plan, bool *has_plan, struct text_error *error);

/**
 * text_write_size() - write a size as it stands in a text: 4K, 3M, 1000
 * @file: to write to
 * @size: in bytes
 */
void text_write_size(FILE *file, u64 size);

/**
 * text_reason() - the word for why a device was refused: "no-space" and so on
 * @reason: any value
 *
 * Return: the word; "placed" for PCI_LAYOUT_PLACED.
 */
const char *text_reason(enum pci_layout_reason reason);

/**
 * text_fault() - the words for what the checker objects to
 * @fault: any value
 *
 * Return: the words; "OK" for PCI_LAYOUT_OK.
 */
const char *text_fault(enum pci_layout_fault fault);

/**
 * text_type() - the word for a type: "io", "mem" or "pref"
 * @type: any value
 *
 * Return: the word.
 */
const char *text_type(enum pci_layout_type type);

#endif /* TEXT_H */
