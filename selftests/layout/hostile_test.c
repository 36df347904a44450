// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs against models that contradict themselves
 *
 * Usage: hostile_test [FIRST [COUNT]]: mutations to try, of each kind. Whatever
 * the model is, it is turned down, or the plan keeps what promise.h says; nothing
 * crashes, and nothing takes long.
 */

#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "generate.h"
#include "machine.h"
#include "promise.h"
#include "tap.h"
#include "text.h"

#define M(n)		((u64)(n) << 20)
#define TOP		PCI_LAYOUT_NONE

/* A model takes milliseconds; this is for a machine that is busy otherwise */
#define SECONDS		60

/*
 * By hand: a small machine with one thing wrong
 *
 *	0   4   8   12
 *	[0[1a]B]..[2]..#	c is new, in window 1
 */
static void make_base(struct machine *m)
{
	machine_init(m);
	*machine_add_aperture(m) = (struct pci_layout_aperture) {
		M(16), M(32) - 1, PCI_LAYOUT_MEM, 0,
	};
	*machine_add_window(m) = (struct pci_layout_window) {
		.parent = TOP, .type = PCI_LAYOUT_MEM, .start = M(16), .end = M(20) - 1,
		.max = U32_MAX, .align = M(1), .assigned = true,
	};
	*machine_add_window(m) = (struct pci_layout_window) {
		.parent = 0, .type = PCI_LAYOUT_MEM, .start = M(16), .end = M(18) - 1,
		.max = U32_MAX, .align = M(1), .assigned = true,
	};
	*machine_add_window(m) = (struct pci_layout_window) {
		.parent = TOP, .type = PCI_LAYOUT_MEM, .start = M(26), .end = M(28) - 1,
		.max = U32_MAX, .align = M(1), .assigned = true,
	};
	*machine_add_bar(m) = (struct pci_layout_bar) {
		.window = 1, .type = PCI_LAYOUT_MEM, .start = M(16), .size = M(1),
		.align = M(1), .max = U32_MAX, .dev = 0, .assigned = true,
	};
	*machine_add_bar(m) = (struct pci_layout_bar) {
		.window = 0, .type = PCI_LAYOUT_MEM, .start = M(18), .size = M(1),
		.align = M(1), .max = U32_MAX, .dev = 1, .assigned = true, .fixed = true,
	};
	*machine_add_bar(m) = (struct pci_layout_bar) {
		.window = TOP, .type = PCI_LAYOUT_MEM, .start = M(31), .size = M(1),
		.align = M(1), .max = U32_MAX, .dev = TOP, .assigned = true, .fixed = true,
	};
	*machine_add_bar(m) = (struct pci_layout_bar) {
		.window = 1, .type = PCI_LAYOUT_MEM, .size = M(2), .align = M(2),
		.max = U32_MAX, .dev = 2,
	};
	machine_add_dev(m)->cost = PCI_LAYOUT_LIVE;
	machine_add_dev(m)->cost = PCI_LAYOUT_PAUSED;
	machine_add_dev(m)->is_new = true;
}

/* Name, what is to become of the model, and the change that is made to it */
#define CHANGES(X)							\
	X(nothing_wrong, planned, )					\
	X(nothing_at_all, planned, memset(&m->model, 0, sizeof(m->model))) \
	/* Counts and arrays */						\
	X(negative_nr_apertures, turned_down, m->model.nr_apertures = -1) \
	X(negative_nr_windows, turned_down, m->model.nr_windows = -1)	\
	X(negative_nr_bars, turned_down, m->model.nr_bars = INT32_MIN)	\
	X(negative_nr_devs, turned_down, m->model.nr_devs = -1)		\
	X(absurd_nr_apertures, turned_down, m->model.nr_apertures = INT32_MAX) \
	X(absurd_nr_windows, turned_down, m->model.nr_windows = INT32_MAX) \
	X(absurd_nr_bars, turned_down, m->model.nr_bars = INT32_MAX)	\
	X(absurd_nr_devs, turned_down, m->model.nr_devs = INT32_MAX)	\
	X(no_apertures_array, turned_down, m->model.apertures = NULL)	\
	X(no_windows_array, turned_down, m->model.windows = NULL)	\
	X(no_bars_array, turned_down, m->model.bars = NULL)		\
	X(no_devs_array, turned_down, m->model.devs = NULL)		\
	/* Apertures */							\
	X(aperture_ends_before_start, turned_down, m->apertures[0].end = M(15)) \
	X(aperture_of_unknown_type, turned_down, m->apertures[0].type = 3) \
	X(aperture_of_other_root, turned_down, m->apertures[0].root = INT32_MIN) \
	X(apertures_overlap, turned_down, add_aperture(m, 0, M(31)))	\
	X(apertures_of_two_roots_overlap, planned, add_aperture(m, 7, M(31))) \
	X(aperture_of_all_addresses, planned,				\
	  m->apertures[0].start = 0; m->apertures[0].end = U64_MAX)	\
	/* Windows */							\
	X(window_in_itself, turned_down, m->windows[1].parent = 1)	\
	X(window_in_its_child, turned_down, m->windows[0].parent = 1)	\
	X(window_in_later_one, turned_down, m->windows[1].parent = 2)	\
	X(window_in_absurd_one, turned_down, m->windows[1].parent = INT32_MAX) \
	X(window_in_negative_one, turned_down, m->windows[1].parent = -2) \
	X(window_of_unknown_type, turned_down, m->windows[1].type = 99)	\
	X(window_of_unfit_type, turned_down, m->windows[1].type = PCI_LAYOUT_IO) \
	X(window_of_other_root, turned_down, m->windows[1].root = 1)	\
	X(window_ends_before_start, turned_down, m->windows[2].end = M(25)) \
	X(window_wraps, turned_down, m->windows[2].start = U64_MAX)	\
	X(window_outside_of_parent, turned_down, m->windows[1].start = M(15)) \
	X(window_outside_of_aperture, turned_down, m->windows[2].end = M(40) - 1) \
	X(windows_overlap, turned_down, m->windows[2].start = M(19))	\
	X(window_in_closed_one, turned_down, m->windows[0].assigned = false) \
	X(window_align_0, turned_down, m->windows[2].align = 0)		\
	X(window_align_3, turned_down, m->windows[2].align = 3)		\
	X(window_align_2_63, turned_down, m->windows[2].align = 1ull << 63) \
	X(window_align_2_63_closed, planned, m->windows[2].assigned = false; \
	  m->windows[2].align = 1ull << 63)				\
	X(window_max_below_align, planned, m->windows[2].assigned = false; \
	  m->windows[2].max = M(1) - 2)					\
	X(window_max_below_place, turned_down, m->windows[2].max = M(27) - 1) \
	X(window_max_0_closed, planned, m->windows[2].assigned = false; \
	  m->windows[2].max = 0)					\
	X(window_reserve_absurd, planned, m->windows[2].reserve = U64_MAX) \
	X(window_reserve_2_63, planned, m->windows[1].reserve = 1ull << 63) \
	X(window_fixed_misaligned, planned, m->windows[2].fixed = true;	\
	  m->windows[2].start += 4096; m->windows[2].end -= 4096)	\
	/* BARs */							\
	X(bar_in_absurd_window, turned_down, m->bars[3].window = INT32_MAX) \
	X(bar_in_window_beyond, turned_down, m->bars[3].window = 3)	\
	X(bar_in_negative_window, turned_down, m->bars[3].window = INT32_MIN) \
	X(bar_of_absurd_dev, turned_down, m->bars[3].dev = INT32_MAX)	\
	X(bar_of_dev_beyond, turned_down, m->bars[3].dev = 3)		\
	X(bar_of_negative_dev, turned_down, m->bars[3].dev = -2)	\
	X(bar_of_nobody_nowhere, turned_down, m->bars[3].dev = TOP)	\
	X(bar_of_nobody_that_moves, turned_down, m->bars[2].fixed = false) \
	X(bar_fixed_nowhere, turned_down, m->bars[3].fixed = true)	\
	X(bar_of_unknown_type, turned_down, m->bars[3].type = -1)	\
	X(bar_of_unfit_type, turned_down, m->bars[3].type = PCI_LAYOUT_IO) \
	X(bar_of_other_root, turned_down, m->bars[3].root = 1)		\
	X(bar_size_0, turned_down, m->bars[3].size = 0)			\
	X(bar_size_odd, planned, m->bars[3].size = M(1) + 1)		\
	X(bar_size_2_63, planned, m->bars[3].size = 1ull << 63)		\
	X(bar_size_max, planned, m->bars[3].size = U64_MAX)		\
	X(bar_size_1_align_1, planned, m->bars[3].size = m->bars[3].align = 1) \
	X(bar_align_0, turned_down, m->bars[3].align = 0)		\
	X(bar_align_3, turned_down, m->bars[3].align = 3)		\
	X(bar_align_2_63, planned, m->bars[3].align = 1ull << 63)	\
	X(bar_max_0, planned, m->bars[3].max = 0)			\
	X(bar_max_below_size, planned, m->bars[3].max = M(1))		\
	X(bar_wraps, turned_down, m->bars[2].start = U64_MAX - 1)	\
	X(bar_at_the_very_end, planned, m->bars[2].start = U64_MAX - M(1) + 1) \
	X(bar_outside_of_window, turned_down, m->bars[0].start = M(18))	\
	X(bar_outside_of_aperture, turned_down, m->bars[0].window = TOP; \
	  m->bars[0].start = M(40))					\
	X(bar_fixed_outside_of_aperture, planned, m->bars[2].start = M(40)) \
	X(bar_in_closed_window, turned_down, m->windows[1].assigned = false) \
	X(bars_overlap, turned_down, m->bars[1].window = 1; m->bars[1].start = M(16)) \
	X(fixed_bars_overlap, turned_down, m->bars[0].window = 0;	\
	  m->bars[0].start = M(18); m->bars[0].fixed = true)		\
	X(fixed_bar_on_window, turned_down, m->bars[1].start = M(17))	\
	X(blockers_overlap, planned, add_blocker(m, M(31), M(1)))	\
	X(blocker_on_window, turned_down, add_blocker(m, M(26), M(1)))	\
	X(blocker_around_blocker, planned, add_blocker(m, M(30), M(2)))	\
	/* Devices */							\
	X(dev_of_unknown_cost, turned_down, m->devs[0].cost = 3)	\
	X(dev_without_bars, planned, machine_add_dev(m)->is_new = true)	\
	X(dev_that_works_is_new, planned, m->devs[0].is_new = true)	\
	X(dev_that_waits, planned, m->devs[2].is_new = false)

static void add_aperture(struct machine *m, int root, u64 start)
{
	*machine_add_aperture(m) = (struct pci_layout_aperture) {
		start, start + M(16) - 1, PCI_LAYOUT_MEM, root,
	};
}

static void add_blocker(struct machine *m, u64 start, u64 size)
{
	*machine_add_bar(m) = (struct pci_layout_bar) {
		.window = TOP, .type = PCI_LAYOUT_MEM, .start = start, .size = size,
		.align = M(1), .max = U32_MAX, .dev = TOP, .assigned = true, .fixed = true,
	};
}

#define CHANGE_FUNCTION(name, answer, ...)				\
	static void name(struct machine *m) { __VA_ARGS__; }
#define CHANGE_ENTRY(name, answer, ...)	{ #name, #answer, name },

CHANGES(CHANGE_FUNCTION)

static const struct {
	const char *name;
	const char *answer;
	void (*change)(struct machine *m);
} changes[] = { CHANGES(CHANGE_ENTRY) };

/*
 * One model
 */

/* What SIGALRM finds */
static const char *current_kind;
static u64 current_number;

static void on_alarm(int signal)
{
	printf("# not done after %d s: %s number %" PRIu64 "\n", SECONDS, current_kind,
	       current_number);
	fflush(stdout);
	_exit(1);
}

static const char *try_model(const struct pci_layout_model *model, bool *turned_down)
{
	static const struct pci_layout_model none;
	struct pci_layout_plan plan;
	const char *broken;

	alarm(SECONDS);
	plan_init(&plan, pci_layout_scratch_size(model) ? model : &none);
	broken = broken_promise(model, &plan, turned_down);
	if (broken && pci_layout_scratch_size(model)) {
		text_write_model(stdout, "# ", model);
		if (!*turned_down)
			text_write_plan(stdout, "# ", model, &plan);
	}
	plan_free(&plan);
	return broken;
}

static void test_change(int i)
{
	const char *broken, *answer;
	struct machine m;
	bool turned_down;

	current_kind = changes[i].name;
	make_base(&m);
	changes[i].change(&m);
	broken = try_model(&m.model, &turned_down);
	answer = turned_down ? "turned_down" : "planned";
	tap_result(!broken && !strcmp(answer, changes[i].answer), "%s: %s", changes[i].name,
		   broken ? broken : answer);
	machine_free(&m);
}

/*
 * Mutations of random machines
 */

static u64 odd_number(struct rng *rng, u64 now)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return 0;
	case 1:
		return U64_MAX;
	case 2:
		return 1ull << rng_below(rng, 64);
	case 3:
		return now + 1;
	case 4:
		return now - 1;
	case 5:
		return now << 1;
	case 6:
		return -now;
	default:
		return now ^ 1ull << rng_below(rng, 64);
	}
}

/* Mostly one that exists, so that more than the check of indexes is tried */
static int odd_index(struct rng *rng, int now, int nr)
{
	switch (rng_below(rng, 8)) {
	case 0:
		return now ^ 1u << rng_below(rng, 32);
	case 1:
		return nr;
	default:
		return (int)rng_below(rng, nr + 1) - 1;
	}
}

static int odd_enum(struct rng *rng)
{
	return rng_chance(rng, 90) ? rng_below(rng, 3) : (int)rng_next(rng);
}

static void mutate_aperture(struct machine *m, struct rng *rng)
{
	struct pci_layout_aperture *a = &m->apertures[rng_below(rng, m->model.nr_apertures)];

	switch (rng_below(rng, 4)) {
	case 0:
		a->start = odd_number(rng, a->start);
		break;
	case 1:
		a->end = odd_number(rng, a->end);
		break;
	case 2:
		a->type = odd_enum(rng);
		break;
	default:
		a->root = odd_index(rng, a->root, 2);
	}
}

static void mutate_window(struct machine *m, struct rng *rng)
{
	struct pci_layout_window *w = &m->windows[rng_below(rng, m->model.nr_windows)];

	switch (rng_below(rng, 10)) {
	case 0:
		w->parent = odd_index(rng, w->parent, m->model.nr_windows);
		break;
	case 1:
		w->root = odd_index(rng, w->root, 2);
		break;
	case 2:
		w->type = odd_enum(rng);
		break;
	case 3:
		w->start = odd_number(rng, w->start);
		break;
	case 4:
		w->end = odd_number(rng, w->end);
		break;
	case 5:
		w->max = odd_number(rng, w->max);
		break;
	case 6:
		w->align = odd_number(rng, w->align);
		break;
	case 7:
		w->reserve = odd_number(rng, w->reserve);
		break;
	case 8:
		w->assigned = !w->assigned;
		break;
	default:
		w->fixed = !w->fixed;
	}
}

static void mutate_bar(struct machine *m, struct rng *rng)
{
	struct pci_layout_bar *bar = &m->bars[rng_below(rng, m->model.nr_bars)];

	switch (rng_below(rng, 11)) {
	case 0:
		bar->window = odd_index(rng, bar->window, m->model.nr_windows);
		break;
	case 1:
		bar->root = odd_index(rng, bar->root, 2);
		break;
	case 2:
		bar->type = odd_enum(rng);
		break;
	case 3:
		bar->start = odd_number(rng, bar->start);
		break;
	case 4:
		bar->size = odd_number(rng, bar->size);
		break;
	case 5:
		bar->align = odd_number(rng, bar->align);
		break;
	case 6:
		bar->max = odd_number(rng, bar->max);
		break;
	case 7:
		bar->dev = odd_index(rng, bar->dev, m->model.nr_devs);
		break;
	case 8:
		bar->assigned = !bar->assigned;
		break;
	case 9:
		bar->fixed = !bar->fixed;
		break;
	default:
		bar->optional = !bar->optional;
	}
}

static void mutate_dev(struct machine *m, struct rng *rng)
{
	struct pci_layout_dev *dev = &m->devs[rng_below(rng, m->model.nr_devs)];

	if (rng_chance(rng, 50))
		dev->cost = odd_enum(rng);
	else
		dev->is_new = !dev->is_new;
}

static void mutate(struct machine *m, struct rng *rng)
{
	switch (rng_below(rng, 8)) {
	case 0:
		if (m->model.nr_apertures)
			mutate_aperture(m, rng);
		break;
	case 1:
	case 2:
	case 3:
		if (m->model.nr_windows)
			mutate_window(m, rng);
		break;
	case 4:
		if (m->model.nr_devs)
			mutate_dev(m, rng);
		break;
	default:
		if (m->model.nr_bars)
			mutate_bar(m, rng);
	}
}

/* Each number means a machine, and changes to it, of which the first may do no harm */
static const char *try_mutation(int kind, u64 number, bool *turned_down)
{
	struct rng rng = { .state = number };
	const char *broken;
	struct machine m;
	int nr;

	random_machine(&m, kind, number);
	for (nr = 1 + rng_below(&rng, 4); nr; nr--)
		mutate(&m, &rng);
	broken = try_model(&m.model, turned_down);
	machine_free(&m);
	return broken;
}

static void test_mutations(int kind, u64 first, int count)
{
	int i, nr_turned_down = 0, nr_broken = 0;
	const char *broken;
	bool turned_down;

	current_kind = random_kinds[kind];
	for (i = 0; i < count; i++) {
		current_number = first + i;
		broken = try_mutation(kind, first + i, &turned_down);
		nr_turned_down += turned_down;
		if (!broken)
			continue;
		printf("# %s, mutation %" PRIu64 ": %s\n", random_kinds[kind], first + i,
		       broken);
		/* The first few tell enough */
		if (++nr_broken == 3)
			break;
	}
	tap_result(!nr_broken, "mutations of kind %s: %d turned down, %d planned, %d broken",
		   random_kinds[kind], nr_turned_down, i - nr_turned_down, nr_broken);
	/* Else it tests nothing but the check of models, or not even that */
	tap_result(count < 40 || (nr_turned_down > i / 8 && i - nr_turned_down > i / 8),
		   "mutations of kind %s: neither answer is rare", random_kinds[kind]);
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	int count = argc > 2 ? atoi(argv[2]) : 4000;
	int i, nr_kinds = 0;

	signal(SIGALRM, on_alarm);
	while (random_kinds[nr_kinds])
		nr_kinds++;
	tap_plan(ARRAY_SIZE(changes) + 2 * nr_kinds);
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		test_change(i);
	/* Large machines take long each */
	for (i = 0; i < nr_kinds; i++)
		test_mutations(i, first, strcmp(random_kinds[i], "large") ? count : count / 100);
	return tap_exit();
}
