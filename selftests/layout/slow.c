// SPDX-License-Identifier: GPL-2.0
/*
 * Search for machines that take the planner long
 *
 * Hill-climbing: change the machine at random, keep the change if the time per
 * node grows and the machine is still one. Every few hundred changes without
 * success, start again from another machine.
 */

#include <stdio.h>
#include <time.h>

#include "bench.h"
#include "generate.h"
#include "shrink.h"
#include "text.h"

#define SLOW_MIN_NODES	64
#define SLOW_MAX_NODES	512
#define SLOW_PATIENCE	150
#define SLOW_MAX_RUNS	15

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Fills @ns, in ascending order; false if the planner turns the model down */
static bool time_plan(const struct pci_layout_model *model, int runs, u64 *ns)
{
	size_t size = pci_layout_scratch_size(model);
	void *scratch = malloc(size + !size);
	struct pci_layout_plan plan;
	bool ok = scratch;
	int i;

	plan_init(&plan, model);
	for (i = 0; ok && i < runs; i++) {
		ns[i] = now_ns();
		ok = !pci_layout_plan(model, scratch, size, &plan);
		ns[i] = now_ns() - ns[i];
	}
	plan_free(&plan);
	free(scratch);
	qsort(ns, i, sizeof(*ns), compare_u64);
	return ok;
}

double bench_median_ns(const struct pci_layout_model *model, int runs)
{
	u64 ns[SLOW_MAX_RUNS];

	if (!time_plan(model, runs, ns)) {
		fprintf(stderr, "bench: the planner turned a machine down\n");
		exit(1);
	}
	return ns[runs / 2];
}

/* Devices count as well: the planner goes through all of them */
static int nr_nodes(const struct pci_layout_model *model)
{
	return model->nr_windows + model->nr_bars + model->nr_devs;
}

/* Nanoseconds per node, the least of three; 0 if it is no machine */
static double slowness(const struct pci_layout_model *model)
{
	u64 ns[3];

	if (!time_plan(model, ARRAY_SIZE(ns), ns))
		return 0;
	return (double)ns[0] / max(nr_nodes(model), SLOW_MIN_NODES);
}

/*
 * Changes. Most that make no sense are turned down by the planner.
 */

static void add_needy(struct machine *m, struct rng *rng)
{
	int like = rng_below(rng, m->model.nr_bars);
	int nr = 1 << rng_below(rng, 6);

	while (nr--) {
		struct pci_layout_bar *bar = machine_add_bar(m);

		*bar = m->bars[like];
		bar->assigned = false;
		bar->fixed = false;
		bar->dev = m->model.nr_devs;
		if (rng_chance(rng, 50))
			bar->window = rng_below(rng, m->model.nr_windows + 1) - 1;
		if (bar->window >= 0) {
			bar->root = m->windows[bar->window].root;
			bar->type = m->windows[bar->window].type;
		}
		machine_add_dev(m)->is_new = true;
	}
}

/* Below a window, one that covers the same: what is in it goes one level down */
static void nest(struct machine *m, struct rng *rng)
{
	int outer = rng_below(rng, m->model.nr_windows);
	int inner = m->model.nr_windows;
	int i;

	if (!m->model.nr_windows)
		return;
	for (i = outer + 1; i < m->model.nr_windows; i++) {
		/* Children have higher numbers than parents: not for these */
		if (m->windows[i].parent == outer)
			return;
	}
	*machine_add_window(m) = m->windows[outer];
	m->windows[inner].parent = outer;
	m->windows[inner].fixed = false;
	for (i = 0; i < m->model.nr_bars; i++) {
		if (m->bars[i].window == outer)
			m->bars[i].window = inner;
	}
}

/* Two of half the size instead of one */
static void split(struct machine *m, struct rng *rng)
{
	int i = rng_below(rng, m->model.nr_bars);
	struct pci_layout_bar *half;

	if (m->bars[i].size < 2 || m->bars[i].size % 2)
		return;
	half = machine_add_bar(m);
	m->bars[i].size /= 2;
	m->bars[i].align = max(m->bars[i].align / 2, (u64)1);
	*half = m->bars[i];
	half->start += half->size;
	if (half->dev >= 0 && rng_chance(rng, 80)) {
		bool is_new = m->devs[half->dev].is_new;

		half->dev = m->model.nr_devs;
		*machine_add_dev(m) = (struct pci_layout_dev) {
			rng_below(rng, 3), is_new,
		};
	}
}

static void resize(struct machine *m, struct rng *rng)
{
	struct pci_layout_bar *bar = &m->bars[rng_below(rng, m->model.nr_bars)];
	bool larger = rng_chance(rng, 50);

	if (bar->assigned)
		larger = false;
	if (larger && bar->size >> 40)
		return;
	bar->size = larger ? bar->size * 2 : max(bar->size / 2, (u64)1);
	bar->align = larger ? bar->align * 2 : max(bar->align / 2, (u64)1);
}

static void flip(struct machine *m, struct rng *rng)
{
	struct pci_layout_bar *bar = &m->bars[rng_below(rng, m->model.nr_bars)];

	if (rng_chance(rng, 50))
		bar->fixed = bar->assigned && (bar->dev < 0 || !bar->fixed);
	else if (bar->dev >= 0)
		m->devs[bar->dev].cost = rng_below(rng, 3);
}

static void drop(struct machine *m, struct rng *rng)
{
	if (rng_chance(rng, 30) && m->model.nr_windows > 1)
		machine_remove_window(m, rng_below(rng, m->model.nr_windows));
	else if (m->model.nr_bars > 1)
		machine_remove_bar(m, rng_below(rng, m->model.nr_bars));
}

static void mutate(struct machine *m, struct rng *rng)
{
	static void (*const changes[])(struct machine *m, struct rng *rng) = {
		add_needy, nest, split, split, resize, resize, flip, drop,
	};
	int nr = 1 + rng_below(rng, 8);

	while (nr-- && m->model.nr_bars)
		changes[rng_below(rng, ARRAY_SIZE(changes))](m, rng);
}

/*
 * Climbing
 */

static void begin(struct machine *m, struct rng *rng)
{
	int nr_kinds = 0, nr_built = 0;

	while (random_kinds[nr_kinds])
		nr_kinds++;
	while (built_machines[nr_built])
		nr_built++;
	switch (rng_below(rng, 3)) {
	case 0:
		random_machine(m, rng_below(rng, nr_kinds), rng_next(rng));
		break;
	case 1:
		built_machine(m, built_machines[rng_below(rng, nr_built)]);
		break;
	default:
		sized_machine(m, 64 + rng_below(rng, 200), rng_next(rng));
		break;
	}
}

/* One way up, until nothing helps any more or the time is over */
static double climb(struct machine *m, struct rng *rng, u64 end)
{
	double best = slowness(&m->model);
	int left = SLOW_PATIENCE;

	while (left-- && now_ns() < end) {
		struct machine other;
		double slow = 0;

		machine_copy(&other, &m->model);
		mutate(&other, rng);
		if (nr_nodes(&other.model) <= SLOW_MAX_NODES)
			slow = slowness(&other.model);
		if (slow > best * 1.03) {
			swap(*m, other);
			best = slow;
			left = SLOW_PATIENCE;
		}
		machine_free(&other);
	}
	return best;
}

static bool is_slow(const struct pci_layout_model *model, void *arg)
{
	/* Smaller is good, as long as it stays as bad for its size */
	return nr_nodes(model) >= SLOW_MIN_NODES && slowness(model) > *(double *)arg;
}

static int save(const char *path, const struct machine *m)
{
	FILE *file = fopen(path, "w");
	struct pci_layout_plan plan;

	if (!file) {
		perror(path);
		return 1;
	}
	plan_init(&plan, &m->model);
	plan_model(&m->model, &plan);
	fprintf(file, "# expect: refused %d paused %d live %d\n", plan.nr_refused,
		plan.nr_paused, plan.nr_live);
	plan_free(&plan);
	text_write_model(file, "", &m->model);
	return fclose(file) ? 1 : 0;
}

int bench_search(int seconds, u64 seed, const char *path)
{
	u64 end = now_ns() + seconds * 1000000000ull;
	struct rng rng = { seed };
	struct machine worst;
	double most = 0, floor;
	int status = 0;

	machine_init(&worst);
	while (now_ns() < end) {
		struct machine m;
		double slow;

		begin(&m, &rng);
		slow = climb(&m, &rng, end);
		if (slow > most) {
			most = slow;
			swap(worst, m);
			fprintf(stderr, "%.0f ns per node at %d nodes, %d of them devices\n", slow,
				nr_nodes(&worst.model), worst.model.nr_devs);
		}
		machine_free(&m);
	}
	printf("slowest %.0f ns-per-node\n", most);
	printf("slowest-nodes %d nodes\n", nr_nodes(&worst.model));
	if (path) {
		floor = most * 0.7;
		shrink(&worst, is_slow, &floor);
		status = save(path, &worst);
	}
	machine_free(&worst);
	return status;
}
