// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs on random machines: what holds for every plan
 *
 * Usage: random_test [FIRST [COUNT [KIND]]]
 *
 * Each machine of a kind of random_kinds[] has a number. One on which a property
 * does not hold is named, with what to call to repeat it; the first ones are
 * shrunk and printed.
 *
 * Compared with: the checker; what the planner says to the same machine again,
 * to its own result, to a machine with less in it or with more space; "release
 * everything that is not fixed and lay it out again".
 */

#include <inttypes.h>

#include "generate.h"
#include "release.h"
#include "shrink.h"
#include "tap.h"
#include "text.h"

#define NR_SHRUNK		1	/* per kind and property */

/* Up to here each device is removed and each BAR freed, in turn; else some are */
#define MANY_BARS		60
#define FEW_OF_MANY		8

static bool plan_is_objected_to(const struct pci_layout_model *m,
				const struct pci_layout_plan *plan)
{
	return pci_layout_check(m, plan, NULL) != PCI_LAYOUT_OK;
}

/* Not left to the checker alone */
static bool something_is_lost(const struct pci_layout_model *m,
			      const struct pci_layout_plan *plan)
{
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];
		const struct pci_layout_place *place = &plan->bars[i];

		if (bar->assigned && !place->assigned)
			return true;
		if (bar->fixed && (place->start != bar->start ||
				   place->end != bar->start + bar->size - 1))
			return true;
	}
	for (i = 0; i < m->nr_windows; i++) {
		const struct pci_layout_window *w = &m->windows[i];
		const struct pci_layout_place *place = &plan->windows[i];

		if (!w->fixed)
			continue;
		if (w->assigned != place->assigned ||
		    (w->assigned && (place->start != w->start || place->end != w->end)))
			return true;
	}
	return false;
}

static bool next_plan_differs(const struct pci_layout_model *m,
			      const struct pci_layout_plan *plan)
{
	struct pci_layout_plan again;
	bool bad;

	plan_init(&again, m);
	bad = plan_model(m, &again) || !plans_are_equal(m, plan, &again);
	plan_free(&again);
	return bad;
}

static bool window_changes(const struct pci_layout_model *m,
			   const struct pci_layout_plan *plan)
{
	int i;

	for (i = 0; i < m->nr_windows; i++) {
		const struct pci_layout_window *w = &m->windows[i];
		const struct pci_layout_place *place = &plan->windows[i];

		if (w->assigned != place->assigned)
			return true;
		if (w->assigned && (w->start != place->start || w->end != place->end))
			return true;
	}
	return false;
}

/* Plan for the machine as it is once the plan is carried out */
static int plan_result(const struct pci_layout_model *m, const struct pci_layout_plan *plan,
		       struct machine *after, struct pci_layout_plan *again)
{
	machine_copy(after, m);
	machine_apply(after, plan);
	plan_init(again, m);
	return plan_model(&after->model, again);
}

static bool result_changes(const struct pci_layout_model *m,
			   const struct pci_layout_plan *plan)
{
	struct pci_layout_plan again;
	struct machine after;
	bool bad;

	bad = plan_result(m, plan, &after, &again) || again.nr_refused > plan->nr_refused ||
	      (again.nr_refused == plan->nr_refused &&
	       (again.nr_moved || window_changes(&after.model, &again)));
	plan_free(&again);
	machine_free(&after);
	return bad;
}

/* The same machine, and somebody that was refused fits after all */
static bool somebody_is_late(const struct pci_layout_model *m,
			     const struct pci_layout_plan *plan)
{
	struct pci_layout_plan again;
	struct machine after;
	bool bad;

	bad = !plan_result(m, plan, &after, &again) && again.nr_refused < plan->nr_refused;
	plan_free(&again);
	machine_free(&after);
	return bad;
}

/* -1: the model is turned down */
static int nr_refused(const struct pci_layout_model *m)
{
	struct pci_layout_plan plan;
	int nr;

	plan_init(&plan, m);
	nr = plan_model(m, &plan) ? -1 : plan.nr_refused;
	plan_free(&plan);
	return nr;
}

static int stride(const struct pci_layout_model *m, int nr)
{
	return m->nr_bars > MANY_BARS ? nr / FEW_OF_MANY + 1 : 1;
}

static bool less_does_not_fit(const struct pci_layout_model *m,
			      const struct pci_layout_plan *plan)
{
	struct machine less;
	bool bad = false;
	int i;

	if (plan->nr_refused)
		return false;
	for (i = 0; i < m->nr_devs && !bad; i += stride(m, m->nr_devs)) {
		machine_copy(&less, m);
		machine_remove_dev(&less, i);
		bad = nr_refused(&less.model);
		machine_free(&less);
	}
	return bad;
}

static bool is_worse_with(const struct machine *m, const struct pci_layout_plan *plan)
{
	/* Turned down: what is larger now lies over something else */
	return nr_refused(&m->model) > plan->nr_refused;
}

static bool larger_is_worse(const struct pci_layout_model *m,
			    const struct pci_layout_plan *plan)
{
	struct machine more;
	bool bad = false;
	int i;

	for (i = 0; i < m->nr_apertures && !bad; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		machine_copy(&more, m);
		more.apertures[i].end += a->end - a->start + 1;
		bad = is_worse_with(&more, plan);
		machine_free(&more);
	}
	return bad;
}

static bool freer_is_worse(const struct pci_layout_model *m,
			   const struct pci_layout_plan *plan)
{
	struct machine more;
	bool bad = false;
	int i;

	for (i = 0; i < m->nr_bars && !bad; i += stride(m, m->nr_bars)) {
		if (!m->bars[i].fixed || m->bars[i].dev == PCI_LAYOUT_NONE)
			continue;
		machine_copy(&more, m);
		more.bars[i].fixed = false;
		bad = is_worse_with(&more, plan);
		machine_free(&more);
	}
	return bad;
}

static void remove_needy(struct machine *m)
{
	int i;

	for (i = m->model.nr_bars - 1; i >= 0; i--) {
		if (!m->bars[i].assigned && !m->bars[i].optional)
			machine_remove_bar(m, i);
	}
}

static bool changes_without_need(const struct pci_layout_model *m,
				 const struct pci_layout_plan *unused)
{
	struct pci_layout_plan plan;
	struct machine quiet;
	bool bad;
	int i;

	machine_copy(&quiet, m);
	remove_needy(&quiet);
	for (i = 0; i < m->nr_devs; i++)
		quiet.devs[i].is_new = false;
	plan_init(&plan, &quiet.model);
	bad = plan_model(&quiet.model, &plan) || plan.nr_refused || plan.nr_moved ||
	      window_changes(&quiet.model, &plan);
	plan_free(&plan);
	machine_free(&quiet);
	return bad;
}

static bool releasing_is_better(const struct pci_layout_model *m,
				const struct pci_layout_plan *plan)
{
	struct pci_layout_plan released;
	bool bad;

	if (!plan->nr_refused)
		return false;
	plan_init(&released, m);
	bad = release_plan(m, &released);
	plan_free(&released);
	return bad;
}

/**
 * struct property - what must not be, of a model and its plan
 * @is_bad: is it so?
 * @good: what holds otherwise
 */
struct property {
	bool (*is_bad)(const struct pci_layout_model *m, const struct pci_layout_plan *plan);
	const char *good;
};

static const struct property properties[] = {
	{ plan_is_objected_to, "the checker accepts every plan" },
	{ something_is_lost, "what is fixed stays, what works keeps an address" },
	{ next_plan_differs, "the same machine gets the same plan" },
	{ result_changes, "the result, planned again, stays as it is" },
	{ somebody_is_late, "nobody is served who was refused just before" },
	{ less_does_not_fit, "what fits still fits without one of the devices" },
	{ larger_is_worse, "a larger aperture serves no fewer" },
	{ freer_is_worse, "a fixed BAR set free serves no fewer" },
	{ changes_without_need, "nothing changes without need" },
	{ releasing_is_better, "never worse than releasing everything" },
};

#define NR_PROPERTIES		((int)ARRAY_SIZE(properties))

struct tally {
	long machines;
	int most_bars;
	long turned_down;
	long moving;
	long refusing;
	long bad[NR_PROPERTIES];
	long released;		/* both serve everybody */
	long beyond_release;	/* only the planner does */
	long paused[2];		/* of @released: by the planner, by releasing */
	long live[2];
};

static bool still_is_bad(const struct pci_layout_model *m, void *arg)
{
	const struct property *property = arg;
	struct pci_layout_plan plan;
	bool bad;

	plan_init(&plan, m);
	bad = !plan_model(m, &plan) && property->is_bad(m, &plan);
	plan_free(&plan);
	return bad;
}

static void complain(const struct machine *m, const struct property *property, bool print,
		     int kind, u64 number)
{
	struct pci_layout_plan plan;
	struct machine small;

	printf("# random_test %" PRIu64 " 1 %s: not so: %s\n", number, random_kinds[kind],
	       property->good);
	if (!print)
		return;
	machine_copy(&small, &m->model);
	shrink(&small, still_is_bad, (void *)property);
	plan_init(&plan, &small.model);
	plan_model(&small.model, &plan);
	text_write_model(stdout, "# ", &small.model);
	text_write_plan(stdout, "# ", &small.model, &plan);
	plan_free(&plan);
	machine_free(&small);
}

static void compare_with_release(struct tally *t, const struct pci_layout_model *m,
				 const struct pci_layout_plan *plan)
{
	struct pci_layout_plan released;

	if (plan->nr_refused)
		return;
	plan_init(&released, m);
	if (release_plan(m, &released)) {
		t->released++;
		t->paused[0] += plan->nr_paused;
		t->paused[1] += released.nr_paused;
		t->live[0] += plan->nr_live;
		t->live[1] += released.nr_live;
	} else {
		t->beyond_release++;
	}
	plan_free(&released);
}

static void examine(struct tally *t, const struct machine *m,
		    const struct pci_layout_plan *plan, int kind, u64 number)
{
	int i;

	t->moving += plan->nr_moved > 0;
	t->refusing += plan->nr_refused > 0;
	for (i = 0; i < NR_PROPERTIES; i++) {
		if (properties[i].is_bad(&m->model, plan))
			complain(m, &properties[i], t->bad[i]++ < NR_SHRUNK, kind, number);
	}
	compare_with_release(t, &m->model, plan);
}

static void run_one(struct tally *t, int kind, u64 number)
{
	struct pci_layout_plan plan;
	struct machine m;

	random_machine(&m, kind, number);
	plan_init(&plan, &m.model);
	t->machines++;
	t->most_bars = max(t->most_bars, m.model.nr_bars);
	if (!plan_model(&m.model, &plan)) {
		examine(t, &m, &plan, kind, number);
	} else {
		t->turned_down++;
		printf("# random_test %" PRIu64 " 1 %s: turned down\n", number,
		       random_kinds[kind]);
		text_write_model(stdout, "# ", &m.model);
	}
	plan_free(&plan);
	machine_free(&m);
}

static void report(const struct tally *t, const char *name)
{
	int i;

	printf("# %s: %ld machines of up to %d BARs, %ld with moves, %ld with refusals\n", name,
	       t->machines, t->most_bars, t->moving, t->refusing);
	printf("# %s: all served by releasing too %ld (drivers paused %ld, by releasing %ld; live %ld, by releasing %ld), only by the planner %ld\n",
	       name, t->released, t->paused[0], t->paused[1], t->live[0], t->live[1],
	       t->beyond_release);
	tap_result(t->machines && !t->turned_down, "%s: every machine gets a plan", name);
	for (i = 0; i < NR_PROPERTIES; i++)
		tap_result(!t->bad[i], "%s: %s (%ld faults)", name, properties[i].good,
			   t->bad[i]);
}

/* So that the larger kinds do not take all the time */
static long default_count(const char *name)
{
	if (!strcmp(name, "large"))
		return 6;
	if (!strncmp(name, "tiny", 4))
		return 1500;
	return !strcmp(name, "rich") ? 200 : 600;
}

static int nr_selected(const char *name)
{
	int kind, nr = 0;

	for (kind = 0; random_kinds[kind]; kind++)
		nr += !name || !strcmp(random_kinds[kind], name);
	return nr;
}

static int complain_about_usage(void)
{
	int kind;

	fprintf(stderr, "usage: random_test [FIRST [COUNT [KIND]]]; kinds:");
	for (kind = 0; random_kinds[kind]; kind++)
		fprintf(stderr, " %s", random_kinds[kind]);
	fprintf(stderr, "\n");
	return 2;
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	long count = argc > 2 ? atol(argv[2]) : 0, i, nr;
	const char *name = argc > 3 ? argv[3] : NULL;
	int kind;

	if (!nr_selected(name) || (argc > 2 && count <= 0))
		return complain_about_usage();
	tap_plan((1 + NR_PROPERTIES) * nr_selected(name));
	for (kind = 0; random_kinds[kind]; kind++) {
		struct tally t = {};

		if (name && strcmp(random_kinds[kind], name))
			continue;
		nr = count ?: default_count(random_kinds[kind]);
		for (i = 0; i < nr; i++)
			run_one(&t, kind, first + i);
		report(&t, random_kinds[kind]);
	}
	return tap_exit();
}
