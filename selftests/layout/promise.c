// SPDX-License-Identifier: GPL-2.0
/*
 * What the planner promises for every model
 */

#include "promise.h"

static bool is_index(int index, int nr)
{
	return index >= PCI_LAYOUT_NONE && index < nr;
}

static bool blockers_are_fixed(const struct pci_layout_model *model,
			       const struct pci_layout_refusal *r)
{
	int i;

	if (r->nr_blockers < 0 || r->nr_blockers > PCI_LAYOUT_MAX_BLOCKERS ||
	    (r->nr_blockers && r->reason != PCI_LAYOUT_BLOCKED))
		return false;
	for (i = 0; i < r->nr_blockers; i++) {
		if (r->blockers[i] < 0 || r->blockers[i] >= model->nr_bars ||
		    !model->bars[r->blockers[i]].fixed)
			return false;
	}
	return true;
}

/* Whoever prints a refusal looks up what it names */
static bool refusals_make_sense(const struct pci_layout_model *model,
				const struct pci_layout_plan *plan)
{
	int i;

	for (i = 0; i < model->nr_devs; i++) {
		const struct pci_layout_refusal *r = &plan->refusals[i];

		if (r->reason == PCI_LAYOUT_PLACED)
			continue;
		if (r->reason > PCI_LAYOUT_NO_SPACE ||
		    !is_index(r->window, model->nr_windows) ||
		    !is_index(r->below, model->nr_bars) ||
		    !is_index(r->above, model->nr_bars) ||
		    !is_index(r->bar, model->nr_bars) || r->bar < 0 ||
		    model->bars[r->bar].dev != i)
			return false;
		if ((r->below >= 0 && !model->bars[r->below].fixed) ||
		    (r->above >= 0 && !model->bars[r->above].fixed) ||
		    !blockers_are_fixed(model, r))
			return false;
	}
	return true;
}

/* Addresses of what has none mean nothing */
static bool ignores_meaningless(const struct pci_layout_model *model,
				const struct pci_layout_plan *plan)
{
	struct pci_layout_plan again;
	struct machine m;
	bool same;
	int i;

	machine_copy(&m, model);
	for (i = 0; i < m.model.nr_windows; i++) {
		if (!m.windows[i].assigned)
			m.windows[i].start = m.windows[i].end = 0x5a5a5a5a5a5a5a5aull;
	}
	for (i = 0; i < m.model.nr_bars; i++) {
		if (!m.bars[i].assigned)
			m.bars[i].start = 0x5a5a5a5a5a5a5a5aull;
	}
	plan_init(&again, &m.model);
	same = !plan_model(&m.model, &again) && plans_are_equal(model, plan, &again);
	plan_free(&again);
	machine_free(&m);
	return same;
}

static const char *after_plan(const struct pci_layout_model *model,
			      const struct pci_layout_plan *plan)
{
	const char *broken = NULL;
	struct pci_layout_plan again;
	struct machine m;
	int i;

	machine_copy(&m, model);
	machine_apply(&m, plan);
	/* Who was refused would be tried again */
	for (i = 0; i < m.model.nr_bars; i++)
		m.bars[i].optional |= !m.bars[i].assigned;
	plan_init(&again, &m.model);
	if (plan_model(&m.model, &again))
		broken = "what the plan leads to is turned down";
	else if (again.nr_moved)
		broken = "planned again, something moves";
	plan_free(&again);
	machine_free(&m);
	return broken;
}

const char *broken_promise(const struct pci_layout_model *model,
			   struct pci_layout_plan *plan, bool *turned_down)
{
	int err;

	*turned_down = true;
	if (!pci_layout_scratch_size(model)) {
		err = pci_layout_plan(model, NULL, 0, plan);
		return err == -EINVAL ? NULL : "counts that make no sense are not turned down";
	}
	err = plan_model(model, plan);
	if (err)
		return err == -EINVAL ? NULL : "an error that is not EINVAL";

	*turned_down = false;
	if (pci_layout_check(model, plan, NULL) != PCI_LAYOUT_OK)
		return "the checker objects";
	if (!plan_counts_are_right(model, plan))
		return "counts are wrong";
	if (!refusals_make_sense(model, plan))
		return "a refusal names what is not there";
	if (!ignores_meaningless(model, plan))
		return "the addresses of what has none matter";
	return after_plan(model, plan);
}
