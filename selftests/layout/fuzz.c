// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer of the planner, its checker, the text form and the drawings
 *
 * Built and run by "make fuzz" (libFuzzer). Any text is input: what can be read
 * is planned, and a broken promise ends the program, which saves the text.
 */

#include <stdio.h>

#include "draw.h"
#include "machine.h"
#include "promise.h"
#include "text.h"

/* Larger ones find nothing that these do not, and take long */
#define MAX_ITEMS	48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promise(bool kept, const char *what, const struct pci_layout_model *model,
		    const struct pci_layout_plan *plan)
{
	if (kept)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	text_write_model(stderr, "", model);
	if (plan)
		text_write_plan(stderr, "", model, plan);
	abort();
}

static void try_draw(const struct pci_layout_model *model,
		     const struct pci_layout_plan *plan)
{
	char *text = NULL, *line, *next;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	draw_machine(file, model, plan);
	fclose(file);
	/* Pictures, which are indented by four, are to fit on a screen */
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		promise(strncmp(line, "    ", 4) || line[4] == ' ' || strlen(line) <= 100,
			"drawn wider than 100 columns", model, plan);
	}
	free(text);
}

/* Written, read and written again, the text is the same */
static void try_text(const struct pci_layout_model *model,
		     const struct pci_layout_plan *plan)
{
	size_t size, size_again;
	struct pci_layout_plan plan_read;
	struct text_error error;
	struct machine m;
	bool has_plan, ok;
	char *text = text_to_memory(model, plan, &size), *again;

	ok = text_read(text, size, &m, &plan_read, &has_plan, &error);
	promise(ok && has_plan == !!plan, "cannot be read again", model, plan);
	again = text_to_memory(&m.model, has_plan ? &plan_read : NULL, &size_again);
	promise(size == size_again && !memcmp(text, again, size),
		"reads as something else", model, plan);
	free(again);
	free(text);
	if (has_plan)
		plan_free(&plan_read);
	machine_free(&m);
}

static void try_model(const struct pci_layout_model *model)
{
	struct pci_layout_plan plan;
	const char *broken;
	bool turned_down;

	try_text(model, NULL);
	if (model->nr_apertures + model->nr_windows + model->nr_bars + model->nr_devs > MAX_ITEMS)
		return;
	try_draw(model, NULL);
	plan_init(&plan, model);
	broken = broken_promise(model, &plan, &turned_down);
	promise(!broken, broken, model, turned_down ? NULL : &plan);
	if (!turned_down) {
		try_text(model, &plan);
		try_draw(model, &plan);
	}
	plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pci_layout_plan plan;
	struct text_error error = {};
	struct machine m;
	bool has_plan;

	if (text_read((const char *)data, size, &m, &plan, &has_plan, &error))
		try_model(&m.model);
	else
		promise(error.line > 0 && error.what[0], "an error without words", &m.model, NULL);
	if (has_plan) {
		/* Good or bad, neither checker nor drawing may fall over it */
		pci_layout_check(&m.model, &plan, NULL);
		try_text(&m.model, &plan);
		if (m.model.nr_windows + m.model.nr_bars <= MAX_ITEMS)
			try_draw(&m.model, &plan);
		plan_free(&plan);
	}
	machine_free(&m);
	return 0;
}
