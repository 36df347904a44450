// SPDX-License-Identifier: GPL-2.0
/*
 * How long a plan takes, and how good it is
 *
 *	bench time		  time and scratch memory, per number of BARs
 *	bench quality [MACHINES]  devices refused and drivers disturbed, next to
 *				  release-all and the exact solver
 *	bench one NR_BARS [NUMBER] plan once, for a program that counts instructions
 *	bench search SECONDS [SEED] [FILE]
 *				  look for a machine that takes long for its size
 *
 * Figures are lines "name value unit" on standard output, and nothing else is.
 */

#include <stdio.h>

#include "bench.h"
#include "exact.h"
#include "generate.h"
#include "release.h"

/* Machines per size: a single one says more about itself than about its size */
#define BENCH_MACHINES	8
#define BENCH_RUNS	5

#define BENCH_FIRST	320
#define BENCH_LAST	20480

/* Addresses that the exact solver may try per machine */
#define BENCH_BUDGET	200000

static int fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	return 1;
}

/*
 * One plan, nothing else
 */

static int bench_one(int nr_bars, int nr)
{
	struct pci_layout_plan plan;
	struct machine m;
	int err;

	sized_machine(&m, nr_bars, nr);
	plan_init(&plan, &m.model);
	err = plan_model(&m.model, &plan);
	plan_free(&plan);
	machine_free(&m);
	return err ? fail("the planner turned the machine down") : 0;
}

/*
 * Time and memory
 */

struct cost {
	double ns;
	double bytes;
};

static struct cost cost_of_size(int nr_bars)
{
	struct cost sum = {};
	int i;

	for (i = 0; i < BENCH_MACHINES; i++) {
		struct machine m;

		sized_machine(&m, nr_bars, i);
		sum.ns += bench_median_ns(&m.model, BENCH_RUNS);
		sum.bytes += pci_layout_scratch_size(&m.model);
		machine_free(&m);
	}
	sum.ns /= BENCH_MACHINES;
	sum.bytes /= BENCH_MACHINES;
	return sum;
}

static struct cost report_size(int nr_bars)
{
	struct cost cost = cost_of_size(nr_bars);

	printf("time-%d %.3f ms\n", nr_bars, cost.ns / 1e6);
	printf("memory-%d %.0f KiB\n", nr_bars, cost.bytes / 1024);
	fflush(stdout);
	return cost;
}

static int bench_time(void)
{
	struct cost before = {};
	double time_growth = 0, memory_growth = 0;
	int nr;

	report_size(64);
	report_size(1024);
	for (nr = BENCH_FIRST; nr <= BENCH_LAST; nr *= 2) {
		struct cost cost = report_size(nr);

		if (nr > BENCH_FIRST) {
			time_growth = max(time_growth, cost.ns / before.ns);
			memory_growth = max(memory_growth, cost.bytes / before.bytes);
		}
		before = cost;
	}
	printf("time-growth %.2f per-doubling\n", time_growth);
	printf("memory-growth %.2f per-doubling\n", memory_growth);
	return 0;
}

/*
 * Quality: three ways to plan, side by side
 */

/* Sums over machines */
struct tally {
	int machines;
	int served;
	int refused;
	int live;
	int paused;
};

struct quality {
	struct tally planner;
	/* Release-all places everything or fails: the planner where it does not */
	struct tally released;
	struct tally beside_released;
	struct tally exact;
	struct tally beside_exact;
};

static void count(struct tally *tally, const struct pci_layout_plan *plan)
{
	tally->machines++;
	tally->served += !plan->nr_refused;
	tally->refused += plan->nr_refused;
	tally->live += plan->nr_live;
	tally->paused += plan->nr_paused;
}

static void count_others(struct quality *q, const struct pci_layout_model *model,
			 const struct pci_layout_plan *plan)
{
	struct pci_layout_plan other;

	plan_init(&other, model);
	if (release_plan(model, &other)) {
		count(&q->released, &other);
		count(&q->beside_released, plan);
	}
	plan_free(&other);

	plan_init(&other, model);
	if (exact_plan(model, BENCH_BUDGET, &other) == EXACT_DONE) {
		count(&q->exact, &other);
		count(&q->beside_exact, plan);
	}
	plan_free(&other);
}

static void count_machine(struct quality *q, struct machine *m)
{
	struct pci_layout_plan plan;

	plan_init(&plan, &m->model);
	if (!plan_model(&m->model, &plan)) {
		count(&q->planner, &plan);
		count_others(q, &m->model, &plan);
	}
	plan_free(&plan);
	machine_free(m);
}

static void report_tally(const char *kind, const char *who, const struct tally *t)
{
	printf("%s-%s-machines %d machines\n", kind, who, t->machines);
	printf("%s-%s-all-served %d machines\n", kind, who, t->served);
	printf("%s-%s-refused %d devices\n", kind, who, t->refused);
	printf("%s-%s-live %d drivers\n", kind, who, t->live);
	printf("%s-%s-paused %d drivers\n", kind, who, t->paused);
}

static void report_quality(const char *kind, const struct quality *q)
{
	report_tally(kind, "planner", &q->planner);
	report_tally(kind, "release-all", &q->released);
	report_tally(kind, "planner-where-release-all-works", &q->beside_released);
	report_tally(kind, "exact", &q->exact);
	report_tally(kind, "planner-where-exact-works", &q->beside_exact);
	fflush(stdout);
}

static int bench_quality(int nr_machines)
{
	struct quality built = {};
	int kind, i;

	for (i = 0; built_machines[i]; i++) {
		struct machine m;

		built_machine(&m, built_machines[i]);
		count_machine(&built, &m);
	}
	report_quality("built", &built);

	for (kind = 0; random_kinds[kind]; kind++) {
		struct quality q = {};

		for (i = 0; i < nr_machines; i++) {
			struct machine m;

			random_machine(&m, kind, i);
			count_machine(&q, &m);
		}
		report_quality(random_kinds[kind], &q);
	}
	return 0;
}

/* 0 if it is no number, or a senseless one */
static int number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return *end || n < 0 || n > 1000000 ? 0 : n;
}

static int usage(void)
{
	fprintf(stderr,
		"Usage: bench time\n"
		"       bench quality [MACHINES-PER-KIND]\n"
		"       bench one NR-BARS [NUMBER] (32 BARs or more)\n"
		"       bench search SECONDS [SEED [FILE]]\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? number(argv[2]) : 0;

	if (!strcmp(what, "time") && argc == 2)
		return bench_time();
	if (!strcmp(what, "quality") && (argc == 2 || (argc == 3 && n)))
		return bench_quality(argc == 2 ? 200 : n);
	if (!strcmp(what, "one") && (argc == 3 || argc == 4) && n >= 32)
		return bench_one(n, argc == 4 ? number(argv[3]) : 0);
	if (!strcmp(what, "search") && argc >= 3 && argc <= 5 && n)
		return bench_search(n, argc > 3 ? number(argv[3]) : 1,
				    argc > 4 ? argv[4] : NULL);
	return usage();
}
