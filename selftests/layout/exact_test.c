// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs against an exact solver, on small random machines
 *
 * Usage: exact_test [FIRST [COUNT [KIND]]]
 *
 * Machines have numbers, counted from FIRST, of each KIND of random_kinds[]
 * whose name starts with "tiny". Each one on which the planner is not the best
 * is named, with what to call to repeat it; the first ones are shrunk and
 * printed, as text that can be saved without the leading "# " and replayed.
 * Where everybody is served and no driver is disturbed nothing can be better; of
 * those the solver sees only a sample.
 */

#include <inttypes.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exact.h"
#include "generate.h"
#include "shrink.h"
#include "tap.h"
#include "text.h"

#define NR_PROCESSES		2
#define NR_MACHINES		100000
#define NR_SHRUNK		3	/* per process and kind */
#define SAMPLE			16
#define BUDGET			60000

/**
 * enum verdict - the plan compared with the best one
 * @AS_GOOD: serves the same devices and disturbs no more drivers
 * @GAVE_UP: the solver did, so nobody knows
 * @ONE_MORE: disturbs one driver more
 * @SEVERAL_MORE: disturbs several more
 * @WORSE_TIE: serves as many devices, but later ones
 * @TOO_FEW: serves fewer devices
 * @NO_PLAN: the planner turns the model down, or its checker the plan
 * @SOLVER_WRONG: worse than the plan, or turned down by the checker
 */
enum verdict {
	AS_GOOD,
	GAVE_UP,
	ONE_MORE,
	SEVERAL_MORE,
	WORSE_TIE,
	TOO_FEW,
	NO_PLAN,
	SOLVER_WRONG,
	NR_VERDICTS,
};

static const char *const verdict_words[NR_VERDICTS] = {
	[AS_GOOD] = "as good as possible",
	[GAVE_UP] = "solver gave up",
	[ONE_MORE] = "one driver more disturbed than necessary",
	[SEVERAL_MORE] = "several drivers more disturbed than necessary",
	[WORSE_TIE] = "later devices served instead of earlier ones",
	[TOO_FEW] = "fewer devices served than possible",
	[NO_PLAN] = "no plan, or one that the checker objects to",
	[SOLVER_WRONG] = "solver is wrong: worse than the planner, or objected to",
};

/* Of the machines on which somebody can be served */
struct tally {
	long nr[NR_VERDICTS];
	long hard[NR_VERDICTS];	/* something has to move for it */
	long refusing;		/* not all can be served */
	long shrunk;
};

struct comparison {
	const struct pci_layout_model *model;
	bool always;		/* have the solver look at it in any case */
	struct pci_layout_plan plan;
	struct pci_layout_plan best;
	enum verdict verdict;
	bool solved;
	bool any_served;
	bool is_hard;
	bool refuses;
};

static int nr_needy(const struct pci_layout_model *m)
{
	int i, k, nr = 0;

	for (i = 0; i < m->nr_devs; i++) {
		for (k = 0; k < m->nr_bars; k++) {
			const struct pci_layout_bar *bar = &m->bars[k];

			if (bar->dev == i && !bar->assigned && !bar->optional)
				break;
		}
		nr += k < m->nr_bars;
	}
	return nr;
}

/* < 0: @a serves earlier devices than @b */
static int compare_served(const struct pci_layout_model *m, const struct pci_layout_plan *a,
			  const struct pci_layout_plan *b)
{
	int i;

	for (i = 0; i < m->nr_devs; i++) {
		bool refused_a = a->refusals[i].reason, refused_b = b->refusals[i].reason;

		if (refused_a != refused_b)
			return refused_a ? 1 : -1;
	}
	return 0;
}

/* Both serve the same devices */
static enum verdict compare_disturbed(const struct pci_layout_plan *plan,
				      const struct pci_layout_plan *best)
{
	int paused = plan->nr_paused - best->nr_paused;
	int live = plan->nr_live - best->nr_live;
	int more = paused > 0 ? paused + max(live, 0) : live;

	if (paused < 0 || (!paused && live < 0))
		return SOLVER_WRONG;
	return !more ? AS_GOOD : more == 1 ? ONE_MORE : SEVERAL_MORE;
}

static enum verdict compare_plans(const struct pci_layout_model *m,
				  const struct pci_layout_plan *plan,
				  const struct pci_layout_plan *best)
{
	int tie;

	if (pci_layout_check(m, best, NULL) || plan->nr_refused < best->nr_refused)
		return SOLVER_WRONG;
	if (plan->nr_refused > best->nr_refused)
		return TOO_FEW;
	tie = compare_served(m, plan, best);
	if (tie)
		return tie < 0 ? SOLVER_WRONG : WORSE_TIE;
	return compare_disturbed(plan, best);
}

static enum verdict judge(struct comparison *c)
{
	const struct pci_layout_model *m = c->model;

	if (plan_model(m, &c->plan) || pci_layout_check(m, &c->plan, NULL))
		return NO_PLAN;
	if (!c->always && !c->plan.nr_refused && !c->plan.nr_paused && !c->plan.nr_live)
		return AS_GOOD;
	if (exact_plan(m, BUDGET, &c->best) == EXACT_GAVE_UP)
		return GAVE_UP;
	c->solved = true;
	return compare_plans(m, &c->plan, &c->best);
}

static void compare(struct comparison *c, const struct pci_layout_model *model, bool always)
{
	const struct pci_layout_plan *best;

	memset(c, 0, sizeof(*c));
	c->model = model;
	c->always = always;
	plan_init(&c->plan, model);
	plan_init(&c->best, model);
	c->verdict = judge(c);
	best = c->solved ? &c->best : &c->plan;
	c->any_served = best->nr_refused < nr_needy(model);
	c->is_hard = best->nr_moved;
	c->refuses = best->nr_refused;
}

static void comparison_free(struct comparison *c)
{
	plan_free(&c->plan);
	plan_free(&c->best);
}

/*
 * What was found
 */

static bool has_verdict(const struct pci_layout_model *model, void *arg)
{
	const enum verdict *verdict = arg;
	struct comparison c;

	compare(&c, model, true);
	comparison_free(&c);
	return c.verdict == *verdict;
}

static void print_plans(FILE *file, const struct comparison *c)
{
	fprintf(file, "# # planner: refused %d paused %d live %d\n", c->plan.nr_refused,
		c->plan.nr_paused, c->plan.nr_live);
	fprintf(file, "# # expect: refused %d paused %d live %d\n", c->best.nr_refused,
		c->best.nr_paused, c->best.nr_live);
	text_write_model(file, "# ", c->model);
	fprintf(file, "# # the best plan:\n");
	text_write_plan(file, "# ", c->model, &c->best);
}

static void complain(FILE *file, const struct machine *m, struct tally *t, enum verdict verdict,
		     int kind, u64 number)
{
	struct comparison c;
	struct machine small;

	fprintf(file, "# exact_test %" PRIu64 " 1 %s: %s\n", number, random_kinds[kind],
		verdict_words[verdict]);
	if (verdict == GAVE_UP || t->shrunk++ >= NR_SHRUNK)
		return;
	machine_copy(&small, &m->model);
	shrink(&small, has_verdict, &verdict);
	compare(&c, &small.model, true);
	print_plans(file, &c);
	comparison_free(&c);
	machine_free(&small);
}

static void run_one(struct tally *t, FILE *file, int kind, u64 number)
{
	struct comparison c;
	struct machine m;

	random_machine(&m, kind, number);
	compare(&c, &m.model, number % SAMPLE == 0);
	if (c.any_served || c.verdict >= NO_PLAN) {
		t->nr[c.verdict]++;
		t->hard[c.verdict] += c.is_hard;
	}
	t->refusing += c.refuses;
	if (c.verdict != AS_GOOD)
		complain(file, &m, t, c.verdict, kind, number);
	comparison_free(&c);
	machine_free(&m);
}

static void copy_file(FILE *file)
{
	char buffer[4096];
	size_t nr;

	rewind(file);
	while ((nr = fread(buffer, 1, sizeof(buffer), file)))
		fwrite(buffer, 1, nr, stdout);
	fclose(file);
}

static void *must(void *memory, void *failure)
{
	if (memory == failure) {
		perror("exact_test: memory, a file or a process");
		exit(2);
	}
	return memory;
}

static void add_tally(struct tally *sum, const struct tally *t)
{
	int i;

	for (i = 0; i < NR_VERDICTS; i++) {
		sum->nr[i] += t->nr[i];
		sum->hard[i] += t->hard[i];
	}
	sum->refusing += t->refusing;
}

static void work(struct tally *t, FILE *file, int kind, u64 first, long count, int offset)
{
	long i;

	for (i = offset; i < count; i += NR_PROCESSES)
		run_one(t, file, kind, first + i);
	fclose(file);
}

/* False: a process did not come to its end */
static bool run_kind(struct tally *sum, int kind, u64 first, long count)
{
	size_t size = NR_PROCESSES * sizeof(struct tally);
	struct tally *t = must(mmap(NULL, size, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
	FILE *files[NR_PROCESSES];
	pid_t pids[NR_PROCESSES];
	bool ok = true;
	int i, status;

	for (i = 0; i < NR_PROCESSES; i++) {
		files[i] = must(tmpfile(), NULL);
		pids[i] = fork();
		if (!pids[i]) {
			work(&t[i], files[i], kind, first, count, i);
			_exit(0);
		}
		if (pids[i] < 0)
			must(NULL, NULL);
	}
	for (i = 0; i < NR_PROCESSES; i++) {
		ok &= waitpid(pids[i], &status, 0) == pids[i] && !status;
		copy_file(files[i]);
		add_tally(sum, &t[i]);
	}
	munmap(t, size);
	return ok;
}

/*
 * Results
 */

static long count_all(const long *nr)
{
	long sum = 0;
	int i;

	for (i = 0; i < NR_VERDICTS; i++)
		sum += nr[i];
	return sum;
}

static double percent(long part, long all)
{
	return all ? 100.0 * part / all : 100;
}

static void report_rates(const char *name, const char *which, const long *nr)
{
	long feasible = count_all(nr) - nr[GAVE_UP];
	long placed = feasible - nr[TOO_FEW] - nr[NO_PLAN];
	long same = placed - nr[WORSE_TIE];

	printf("# %s, %s: feasible %ld, placed %ld (%.3f %%), of the right devices %ld\n",
	       name, which, feasible, placed, percent(placed, feasible), same);
	printf("# %s, %s: drivers disturbed: minimum %ld (%.3f %%), one more %ld, several more %ld\n",
	       name, which, nr[AS_GOOD], percent(nr[AS_GOOD], same), nr[ONE_MORE],
	       nr[SEVERAL_MORE]);
}

static void report(const char *name, const struct tally *t)
{
	report_rates(name, "all", t->nr);
	report_rates(name, "with moves", t->hard);
	printf("# %s: %ld with refusals, solver gave up on %ld\n", name, t->refusing,
	       t->nr[GAVE_UP]);
}

/* Is @part at least so many thousandths of @all? */
static bool is_share(long part, long all, int thousandths)
{
	return part * 1000 >= all * thousandths;
}

static void test_kind(const char *name, const struct tally *t, bool finished)
{
	const long *nr = t->nr;
	long all = count_all(nr), feasible = all - nr[GAVE_UP];
	long placed = feasible - nr[TOO_FEW], same = placed - nr[WORSE_TIE];

	tap_result(finished && !nr[NO_PLAN] && !nr[SOLVER_WRONG],
		   "%s: all plans pass the checker, none beats the solver", name);
	tap_result(all && is_share(feasible, all, 990), "%s: solver answers 99 %%", name);
	tap_result(is_share(placed, feasible, 999), "%s: places 99.9 %% of what fits", name);
	tap_result(is_share(same, placed, 999), "%s: serves earlier devices first in 99.9 %%",
		   name);
	tap_result(is_share(nr[AS_GOOD], same, 980), "%s: fewest drivers disturbed in 98 %%",
		   name);
	tap_result(is_share(nr[AS_GOOD] + nr[ONE_MORE], same, 999),
		   "%s: at most one more in 99.9 %%", name);
}

static bool is_selected(int kind, const char *name)
{
	if (name)
		return !strcmp(random_kinds[kind], name);
	return !strncmp(random_kinds[kind], "tiny", 4);
}

static int nr_selected(const char *name)
{
	int kind, nr = 0;

	for (kind = 0; random_kinds[kind]; kind++)
		nr += is_selected(kind, name);
	return nr;
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	const char *name = argc > 3 ? argv[3] : NULL;
	int kind, nr = nr_selected(name);
	long count = argc > 2 ? atol(argv[2]) : NR_MACHINES / max(nr, 1);

	if (!nr || count <= 0) {
		fprintf(stderr, "usage: exact_test [FIRST [COUNT [KIND]]]; kinds:");
		for (kind = 0; random_kinds[kind]; kind++)
			fprintf(stderr, " %s", random_kinds[kind]);
		fprintf(stderr, "\n");
		return 2;
	}
	tap_plan(6 * nr);
	for (kind = 0; random_kinds[kind]; kind++) {
		struct tally t = {};
		bool finished;

		if (!is_selected(kind, name))
			continue;
		finished = run_kind(&t, kind, first, count);
		report(random_kinds[kind], &t);
		test_kind(random_kinds[kind], &t, finished);
	}
	return tap_exit();
}
