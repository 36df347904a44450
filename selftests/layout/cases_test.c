// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: the tables of cases that KUnit uses too
 *
 * Usage: cases_test [NAME]: all, or those whose name contains NAME, with model
 * and plan shown.
 */

#include "machine.h"
#include "tap.h"
#include "text.h"
#include "layout_tables.h"

#define TABLE(table)	{ #table, cases_##table, ARRAY_SIZE(cases_##table) },

static const struct {
	const char *name;
	const struct layout_case *cases;
	int nr;
} tables[] = {
	FOR_EACH_LAYOUT_TABLE(TABLE)
};

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

static const char *verify_case(const struct layout_case *c, bool verbose, int *where)
{
	struct pci_layout_plan plan;
	const char *wrong;
	int err;

	plan_init(&plan, &c->model);
	err = plan_model(&c->model, &plan);
	wrong = layout_case_verify(c, err, &plan, where);
	if (!wrong && !err && !is_at_rest(&c->model, &plan)) {
		wrong = "planned again, something changes";
		*where = 0;
	}
	if (wrong || verbose) {
		text_write_model(stdout, "# ", &c->model);
		if (!err)
			text_write_plan(stdout, "# ", &c->model, &plan);
	}
	plan_free(&plan);
	return wrong;
}

/* Counts that make no sense: neither can a plan be made room for, nor be shown */
static const char *verify_counts(const struct layout_case *c, int *where)
{
	struct pci_layout_plan plan = {};
	int err = pci_layout_plan(&c->model, NULL, 0, &plan);

	return layout_case_verify(c, err, &plan, where);
}

static void run_case(const char *table, const struct layout_case *c, bool verbose)
{
	const char *wrong;
	int where = 0;

	if (pci_layout_scratch_size(&c->model))
		wrong = verify_case(c, verbose, &where);
	else
		wrong = verify_counts(c, &where);
	if (wrong)
		printf("# %s %d\n", wrong, where);
	tap_result(!wrong, "%s: %s", table, c->name);
}

/* Run those that contain @part, all if it is NULL; only count them if @dry */
static int run_cases(const char *part, bool dry)
{
	int i, j, nr = 0;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (j = 0; j < tables[i].nr; j++) {
			if (part && !strstr(tables[i].cases[j].name, part))
				continue;
			nr++;
			if (!dry)
				run_case(tables[i].name, &tables[i].cases[j], part);
		}
	}
	return nr;
}

int main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : NULL;
	int nr = run_cases(part, true);

	if (!nr) {
		fprintf(stderr, "no case has \"%s\" in its name\n", part);
		return 2;
	}
	tap_plan(nr);
	run_cases(part, false);
	return tap_exit();
}
