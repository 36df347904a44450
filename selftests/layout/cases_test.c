// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: the table of cases that KUnit uses too
 *
 * Usage: cases_test [NAME]: all, or those whose name contains NAME, with model
 * and plan shown.
 */

#include "machine.h"
#include "tap.h"
#include "text.h"
#include "layout_cases.h"

/* What the plan leads to, planned again, is the same */
static bool is_at_rest(const struct pci_layout_model *model,
		       const struct pci_layout_plan *plan)
{
	struct pci_layout_plan again;
	struct machine after;
	bool same;

	machine_copy(&after, model);
	machine_apply(&after, plan);
	plan_init(&again, &after.model);
	same = !plan_model(&after.model, &again) &&
	       plans_are_equal(model, plan, &again);
	plan_free(&again);
	machine_free(&after);
	return same;
}

static void run_case(const struct layout_case *c, bool verbose)
{
	struct pci_layout_plan plan;
	const char *wrong;
	int where, err;

	plan_init(&plan, &c->model);
	if (pci_layout_scratch_size(&c->model) == 0)
		err = pci_layout_plan(&c->model, NULL, 0, &plan);
	else
		err = plan_model(&c->model, &plan);
	wrong = layout_case_verify(c, err, &plan, &where);
	if (!wrong && !err && !is_at_rest(&c->model, &plan)) {
		wrong = "planned again, something changes";
		where = 0;
	}
	if (wrong || verbose) {
		text_write_model(stdout, "# ", &c->model);
		if (!err)
			text_write_plan(stdout, "# ", &c->model, &plan);
	}
	if (wrong)
		printf("# %s %d\n", wrong, where);
	tap_result(!wrong, "%s", c->name);
	plan_free(&plan);
}

int main(int argc, char **argv)
{
	int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(layout_cases); i++)
		nr += argc < 2 || strstr(layout_cases[i].name, argv[1]);
	tap_plan(nr);
	for (i = 0; i < ARRAY_SIZE(layout_cases); i++)
		if (argc < 2 || strstr(layout_cases[i].name, argv[1]))
			run_case(&layout_cases[i], argc > 1);
	return tap_exit();
}
