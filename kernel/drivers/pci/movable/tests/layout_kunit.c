// SPDX-License-Identifier: GPL-2.0
/*
 * KUnit tests of the planner of movable PCI BARs
 *
 * The cases are those that the user-space tests run under sanitizers; here it
 * is shown that the kernel's compiler, sort() and word size agree.
 */

#include <kunit/test.h>
#include <linux/module.h>

#include "../layout_internal.h"
#include "../layout.h"
#include "layout_tables.h"

static void *zeroed(struct kunit *test, size_t nr, size_t size)
{
	void *array = kunit_kcalloc(test, nr + !nr, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, array);
	return array;
}

static void alloc_plan(struct kunit *test, const struct pci_layout_model *model,
		       struct pci_layout_plan *plan)
{
	plan->bars = zeroed(test, model->nr_bars, sizeof(*plan->bars));
	plan->windows = zeroed(test, model->nr_windows, sizeof(*plan->windows));
	plan->refusals = zeroed(test, model->nr_devs, sizeof(*plan->refusals));
}

static int make_plan(struct kunit *test, const struct pci_layout_model *model,
		     struct pci_layout_plan *plan)
{
	size_t size = pci_layout_scratch_size(model);

	/* Counts that make no sense, of which no array can be made either */
	if (!size)
		return pci_layout_plan(model, NULL, 0, plan);

	alloc_plan(test, model, plan);
	return pci_layout_plan(model, zeroed(test, 1, size), size, plan);
}

static void verify_case(struct kunit *test)
{
	const struct layout_case *c = test->param_value;
	struct pci_layout_plan plan = {};
	const char *wrong;
	int where, err;

	err = make_plan(test, &c->model, &plan);
	wrong = layout_case_verify(c, err, &plan, &where);
	KUNIT_EXPECT_NULL_MSG(test, wrong, "%s %d", wrong, where);
}

static void scratch_too_small_is_said(struct kunit *test)
{
	const struct pci_layout_model *model = &cases_room[0].model;
	size_t size = pci_layout_scratch_size(model);
	struct pci_layout_plan plan = {};

	alloc_plan(test, model, &plan);
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			pci_layout_plan(model, zeroed(test, 1, size), size - 1,
					&plan));
}

static void layout_case_describe(const struct layout_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

/* A test per table, so that each shows up under its own name */
#define TABLE_TEST(table) \
	KUNIT_ARRAY_PARAM(table, cases_##table, layout_case_describe); \
	static void layout_cases_##table(struct kunit *test) \
	{ \
		verify_case(test); \
	}
FOR_EACH_LAYOUT_TABLE(TABLE_TEST)

#define TABLE_CASE(table) \
	KUNIT_CASE_PARAM(layout_cases_##table, table##_gen_params),

static struct kunit_case layout_kunit_cases[] = {
	FOR_EACH_LAYOUT_TABLE(TABLE_CASE)
	KUNIT_CASE(scratch_too_small_is_said),
	{}
};

static struct kunit_suite layout_kunit_suite = {
	.name = "pci_movable_layout",
	.test_cases = layout_kunit_cases,
};

kunit_test_suite(layout_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of the planner of movable PCI BARs");
MODULE_LICENSE("GPL");
