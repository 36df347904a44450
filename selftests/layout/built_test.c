// SPDX-License-Identifier: GPL-2.0
/*
 * Does the planner make the best of machines that people build?
 *
 * In the pictures, each letter is a window or BAR of some device, N the new one,
 * # what cannot move, and each row an aperture before and after.
 */

#include "exact.h"
#include "generate.h"
#include "release.h"
#include "tap.h"
#include "text.h"

/* Addresses that the exact solver may try: enough for all but one machine */
#define EXACT_BUDGET	3000000

/**
 * struct expected - what a plan is worth
 * @machine: one of built_machines[]
 * @refused: devices, exactly
 * @live: drivers that keep running, at most
 * @paused: drivers that are paused, at most
 */
struct expected {
	const char *machine;
	int refused;
	int live;
	int paused;
};

static const struct expected expected[] = {
	/*
	 * The first switch gets longer by a bay. The first disk of the second one
	 * (a) goes to its end, and the live card behind that to where room is.
	 *	#[disks][abbbbb]cd.......	#[disks N][bbbbba]d.c....
	 */
	{ "nvme-shelf", 0, 2, 0 },
	/*
	 * Twice as many disks: the shelf grows by 12 MiB. In place that would
	 * take the card that must be paused (d) along; 12 live disks are better.
	 *	#[aaaaaaaaaaaa]cd.......	#..............cd[aNaNaN...]
	 */
	{ "nvme-shelf-all", 0, 12, 0 },
	/* As the first; there is no window for the buffer yet, but room for one */
	{ "nvme-shelf-buffer", 0, 2, 0 },
	/*
	 * Of the two multiples of 1 GiB below 4 GiB, the boot disk has the first,
	 * and the chipset's registers begin before the end of the second.
	 *	#....................|...................####
	 *	80000000	     c0000000		 fec00000
	 */
	{ "nvme-shelf-low-buffer", 1, 0, 0 },
	/*
	 * The box starts the aperture below 4 GiB, and the boot disk, behind it,
	 * cannot move: the box has to leave, all four GPUs.
	 *	[aabb]#c..........		......#c[aaNbb]...
	 */
	{ "gpu-box", 0, 0, 4 },
	/* And above 4 GiB it takes the place of the network card */
	{ "gpu-box-all", 0, 1, 4 },
	/*
	 * The last hub and the GPU need 16 MiB and more; the hub of the other
	 * connector (b) is in the way, but not those of the chain.
	 *	#[aaaaa.][b....]..........	#[aaaaaN......][b....]....
	 */
	{ "thunderbolt", 0, 1, 0 },
	/*
	 * Two adapters more; the card behind the switch gives way.
	 *	#[a][b]c........		#[a][b][N][N]..c..
	 */
	{ "sriov", 0, 1, 0 },
	/* There is room for 4 MiB within what firmware reserved */
	{ "walled-small", 0, 0, 0 },
	/*
	 * Between the walls there is not: the port leaves with its disk.
	 *	##[a  ]#..........		##.....#[N a].....
	 */
	{ "walled-large", 0, 1, 0 },
	/*
	 * It cannot if the disk cannot.
	 *	##[#  ]#..........
	 */
	{ "walled-in", 1, 0, 0 },
	/* All free space is at the end, and nobody is between it and a root port */
	{ "flat-server", 0, 0, 0 },
	/*
	 * Of the third bridge. The card (b) behind the switch would be paused, so
	 * the switch leaves with its three live disks.
	 *	[gpu][aaa]b.......		[gpu]...b[aaaN]....
	 */
	{ "four-roots", 0, 3, 0 },
	/*
	 * Both windows of the switch are next to each other, with 256 MiB each
	 * to be aligned: everything shifts.
	 */
	{ "only-32-bit", 0, 3, 1 },
	/*
	 * Windows for port I/O are 4 KiB long; that of the next port gives way.
	 *	##[vga ][b ]......		##[vga N   ][b ]..
	 */
	{ "vga", 0, 1, 0 },
};

static const struct expected *find_expected(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		if (!strcmp(expected[i].machine, name))
			return &expected[i];
	}
	return NULL;
}

static void show_plan(const struct pci_layout_model *model,
		      const struct pci_layout_plan *plan)
{
	text_write_model(stdout, "# ", model);
	text_write_plan(stdout, "# ", model, plan);
}

static bool is_as_expected(const char *name, const struct pci_layout_plan *plan)
{
	const struct expected *e = find_expected(name);

	return e && plan->nr_refused == e->refused && plan->nr_live <= e->live &&
	       plan->nr_paused <= e->paused;
}

/* What release-all and the exact solver make of it, for comparison */
static bool compare(const struct pci_layout_model *model,
		    const struct pci_layout_plan *plan)
{
	struct pci_layout_plan released, best;
	bool all;

	plan_init(&released, model);
	plan_init(&best, model);
	all = release_plan(model, &released);
	printf("#   planner: %d refused, %d live, %d paused\n", plan->nr_refused,
	       plan->nr_live, plan->nr_paused);
	if (all)
		printf("#   release-all: all placed, %d live, %d paused\n",
		       released.nr_live, released.nr_paused);
	else
		printf("#   release-all: fails\n");
	if (exact_plan(model, EXACT_BUDGET, &best) == EXACT_DONE)
		printf("#   exact: %d refused, %d live, %d paused\n", best.nr_refused,
		       best.nr_live, best.nr_paused);
	plan_free(&released);
	plan_free(&best);
	return !all || !plan->nr_refused;
}

/* With everything in place, is there anything left to do? */
static bool second_plan_is_quiet(struct machine *m, const struct pci_layout_plan *plan)
{
	struct pci_layout_plan again;
	bool quiet;
	int i;

	machine_apply(m, plan);
	/* Who was refused would be served like a new one: unplug it */
	for (i = m->model.nr_devs - 1; i >= 0; i--) {
		if (plan->refusals[i].reason != PCI_LAYOUT_PLACED)
			machine_remove_dev(m, i);
	}
	plan_init(&again, &m->model);
	quiet = !plan_model(&m->model, &again) && !again.nr_moved && !again.nr_refused;
	plan_free(&again);
	return quiet;
}

static void test_machine(const char *name)
{
	struct pci_layout_plan plan;
	struct machine m;
	bool ok;

	built_machine(&m, name);
	plan_init(&plan, &m.model);
	printf("# %s\n", name);
	ok = !plan_model(&m.model, &plan) &&
	     pci_layout_check(&m.model, &plan, NULL) == PCI_LAYOUT_OK;
	if (!tap_result(ok, "%s: the plan is valid", name))
		show_plan(&m.model, &plan);
	if (!tap_result(ok && is_as_expected(name, &plan), "%s: as good as expected", name))
		show_plan(&m.model, &plan);
	tap_result(ok && compare(&m.model, &plan),
		   "%s: release-all does not serve more", name);
	tap_result(ok && second_plan_is_quiet(&m, &plan), "%s: then nothing is left to do",
		   name);
	plan_free(&plan);
	machine_free(&m);
}

/* As if the device were not plugged in yet: nothing leads to its BARs */
static void set_plugged(struct machine *m, const struct machine *all, int dev, bool plugged)
{
	int i;

	m->devs[dev].is_new = plugged;
	for (i = 0; i < m->model.nr_bars; i++) {
		if (m->bars[i].dev != dev)
			continue;
		m->bars[i].optional = plugged ? all->bars[i].optional : true;
		m->bars[i].max = plugged ? all->bars[i].max : 0;
	}
}

static void test_one_by_one(const char *name)
{
	struct machine all, m;
	bool ok = true;
	int i;

	built_machine(&all, name);
	machine_copy(&m, &all.model);
	for (i = 0; i < all.model.nr_devs; i++) {
		if (all.devs[i].is_new)
			set_plugged(&m, &all, i, false);
	}
	for (i = 0; i < all.model.nr_devs; i++) {
		struct pci_layout_plan plan;

		if (!all.devs[i].is_new)
			continue;
		set_plugged(&m, &all, i, true);
		plan_init(&plan, &m.model);
		ok = ok && !plan_model(&m.model, &plan) && !plan.nr_refused &&
		     pci_layout_check(&m.model, &plan, NULL) == PCI_LAYOUT_OK;
		if (ok)
			machine_apply(&m, &plan);
		plan_free(&plan);
	}
	tap_result(ok, "%s: one new device after the other", name);
	machine_free(&m);
	machine_free(&all);
}

/* The checker compares each with each */
#define MAX_CHECKED	3000

/*
 * Of any size: nothing overflows, and some make way for the new device. The
 * planner turns down a machine in which ranges overlap, so the second plan says
 * that there are none.
 */
static void test_size(int nr_bars)
{
	struct pci_layout_plan plan;
	struct machine m;
	bool ok;

	sized_machine(&m, nr_bars, 1);
	ok = m.model.nr_bars > nr_bars * 9 / 10;
	plan_init(&plan, &m.model);
	ok = ok && !plan_model(&m.model, &plan) && !plan.nr_refused && plan.nr_moved;
	if (ok && nr_bars <= MAX_CHECKED)
		ok = pci_layout_check(&m.model, &plan, NULL) == PCI_LAYOUT_OK;
	printf("# %d BARs, %d windows: %d refused, %d moved\n", m.model.nr_bars,
	       m.model.nr_windows, plan.nr_refused, plan.nr_moved);
	tap_result(ok && second_plan_is_quiet(&m, &plan), "a machine of about %d BARs", nr_bars);
	plan_free(&plan);
	machine_free(&m);
}

int main(void)
{
	static const int sizes[] = { 64, MAX_CHECKED, 100000 };
	static const char *const in_turn[] = { "nvme-shelf-all", "gpu-box-all", "sriov" };
	int nr = 0;
	int i;

	while (built_machines[nr])
		nr++;
	tap_plan(4 * nr + ARRAY_SIZE(in_turn) + ARRAY_SIZE(sizes));
	for (i = 0; i < nr; i++)
		test_machine(built_machines[i]);
	for (i = 0; i < ARRAY_SIZE(in_turn); i++)
		test_one_by_one(in_turn[i]);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		test_size(sizes[i]);
	return tap_exit();
}
