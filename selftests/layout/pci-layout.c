// SPDX-License-Identifier: GPL-2.0
/*
 * The planner as a program: plans, checks and draws machines saved as text, and
 * makes machines up. The README describes the text and shows how to use this.
 *
 * Exit status: 0: good; 1: no good plan; 2: wrong usage or input.
 */

#include <inttypes.h>
#include <stdio.h>

#include "draw.h"
#include "exact.h"
#include "generate.h"
#include "machine.h"
#include "release.h"
#include "shrink.h"
#include "text.h"

#define GOOD		0
#define BAD_PLAN	1
#define BAD_INPUT	2

#define MAX_INPUT	(64 << 20)
#define EXACT_BUDGET	20000000

static const char usage_text[] =
	"usage: pci-layout COMMAND [ARGUMENT...]\n"
	"  plan FILE           plan; write the machine, the plan and the verdict\n"
	"  check FILE          is the plan in FILE a good one?\n"
	"  draw FILE           draw the machine; before and after if there is a plan\n"
	"  exact FILE          as plan, by trying everything; small machines only\n"
	"  release FILE        as plan, by laying everything out again\n"
	"  shrink FILE         reduce a machine on which the planner goes wrong\n"
	"  machine [NAME]      write a machine that people build; without NAME: list them\n"
	"  random SEED [KIND]  write the random machine of that number\n"
	"FILE is a text as described in the README, - is standard input.\n"
	"Exit status: 0: good; 1: no good plan; 2: wrong usage or input.\n";

static int usage(void)
{
	fputs(usage_text, stderr);
	return BAD_INPUT;
}

/*
 * Input
 */

/**
 * struct input - what was read from a file
 * @name: of the file
 * @m: the machine
 * @plan: valid if @has_plan
 * @has_plan: the file holds a plan
 */
struct input {
	const char *name;
	struct machine m;
	struct pci_layout_plan plan;
	bool has_plan;
};

static char *read_stream(FILE *file, size_t *size)
{
	size_t max = 0, nr;
	char *text = NULL, *larger;

	*size = 0;
	do {
		max = 2 * max + SZ_64K;
		larger = realloc(text, max);
		if (!larger)
			break;
		text = larger;
		nr = fread(text + *size, 1, max - *size, file);
		*size += nr;
	} while (*size == max && max <= MAX_INPUT);
	if (larger && *size < max && !ferror(file))
		return text;
	free(text);
	return NULL;
}

static char *read_file(const char *name, size_t *size)
{
	bool is_stdin = !strcmp(name, "-");
	FILE *file = is_stdin ? stdin : fopen(name, "r");
	char *text;

	if (!file) {
		fprintf(stderr, "pci-layout: %s: %s\n", name, strerror(errno));
		return NULL;
	}
	text = read_stream(file, size);
	if (!text)
		fprintf(stderr, "pci-layout: %s: cannot be read, or more than %d MiB\n", name,
			MAX_INPUT >> 20);
	if (!is_stdin)
		fclose(file);
	return text;
}

static bool input_read(struct input *in, const char *name)
{
	struct text_error error;
	size_t size;
	char *text;
	bool ok;

	in->name = name;
	text = read_file(name, &size);
	if (!text)
		return false;
	ok = text_read(text, size, &in->m, &in->plan, &in->has_plan, &error);
	free(text);
	if (ok)
		return true;
	fprintf(stderr, "pci-layout: %s:%d: %s\n", name, error.line, error.what);
	machine_free(&in->m);
	return false;
}

static void input_free(struct input *in)
{
	if (in->has_plan)
		plan_free(&in->plan);
	machine_free(&in->m);
}

/*
 * Plans
 */

static int judge_counts(FILE *file, const char *prefix, const struct pci_layout_model *model,
			const struct pci_layout_plan *plan)
{
	struct pci_layout_plan counted = *plan;

	if (plan_counts_are_right(model, plan)) {
		fprintf(file, "%sverdict: %s\n", prefix, text_fault(PCI_LAYOUT_OK));
		return GOOD;
	}
	plan_count(model, &counted);
	fprintf(file, "%sverdict: the line \"cost\" is not true; the plan has\n", prefix);
	text_write_cost(file, prefix, &counted);
	return BAD_PLAN;
}

static int judge(FILE *file, const char *prefix, const struct pci_layout_model *model,
		 const struct pci_layout_plan *plan)
{
	int where = 0;
	enum pci_layout_fault fault = pci_layout_check(model, plan, &where);

	if (fault == PCI_LAYOUT_OK)
		return judge_counts(file, prefix, model, plan);
	if (where < model->nr_windows)
		fprintf(file, "%sverdict: window %d: %s\n", prefix, where, text_fault(fault));
	else
		fprintf(file, "%sverdict: bar %d: %s\n", prefix, where - model->nr_windows,
			text_fault(fault));
	return BAD_PLAN;
}

/* The planner itself finds out whether the model makes sense; others rely on it */
static bool plan_input(const struct input *in, struct pci_layout_plan *plan)
{
	if (pci_layout_scratch_size(&in->m.model) && !plan_model(&in->m.model, plan))
		return true;
	fprintf(stderr, "pci-layout: %s: the planner turns this machine down: it contradicts itself (ranges that overlap or lie outside, indexes of nothing, alignments that are no powers of two)\n",
		in->name);
	return false;
}

static int show_plan(const struct input *in, const struct pci_layout_plan *plan)
{
	text_write_model(stdout, "", &in->m.model);
	printf("\n");
	text_write_plan(stdout, "", &in->m.model, plan);
	return judge(stdout, "# ", &in->m.model, plan);
}

static int do_plan(struct input *in)
{
	struct pci_layout_plan plan;
	int status = BAD_PLAN;

	plan_init(&plan, &in->m.model);
	if (plan_input(in, &plan))
		status = show_plan(in, &plan);
	plan_free(&plan);
	return status;
}

/* Nothing is known of what stands in the way */
static void clear_refusals(struct pci_layout_plan *plan, int nr_devs)
{
	int i;

	for (i = 0; i < nr_devs; i++)
		plan->refusals[i] = (struct pci_layout_refusal) {
			.bar = PCI_LAYOUT_NONE,
			.window = PCI_LAYOUT_NONE,
			.below = PCI_LAYOUT_NONE,
			.above = PCI_LAYOUT_NONE,
		};
}

static int do_exact(struct input *in)
{
	struct pci_layout_plan plan;
	int status = BAD_PLAN;

	plan_init(&plan, &in->m.model);
	if (plan_input(in, &plan)) {
		clear_refusals(&plan, in->m.model.nr_devs);
		if (exact_plan(&in->m.model, EXACT_BUDGET, &plan) == EXACT_DONE)
			status = show_plan(in, &plan);
		else
			fprintf(stderr, "pci-layout: %s: too large to try everything\n",
				in->name);
	}
	plan_free(&plan);
	return status;
}

static int do_release(struct input *in)
{
	struct pci_layout_plan plan;
	int status = BAD_PLAN;

	plan_init(&plan, &in->m.model);
	if (plan_input(in, &plan)) {
		clear_refusals(&plan, in->m.model.nr_devs);
		if (release_plan(&in->m.model, &plan))
			status = show_plan(in, &plan);
		else
			fprintf(stderr, "pci-layout: %s: does not fit when laid out again\n",
				in->name);
	}
	plan_free(&plan);
	return status;
}

static int do_check(struct input *in)
{
	if (in->has_plan)
		return judge(stdout, "", &in->m.model, &in->plan);
	fprintf(stderr, "pci-layout: %s: holds no plan; \"pci-layout plan\" makes one\n",
		in->name);
	return BAD_INPUT;
}

static int do_draw(struct input *in)
{
	draw_machine(stdout, &in->m.model, in->has_plan ? &in->plan : NULL);
	return GOOD;
}

/*
 * Machines on which the planner goes wrong
 */

static bool plan_is_bad(const struct pci_layout_model *model, void *arg)
{
	struct pci_layout_plan plan;
	bool bad;

	plan_init(&plan, model);
	bad = !plan_model(model, &plan) &&
	      pci_layout_check(model, &plan, NULL) != PCI_LAYOUT_OK;
	plan_free(&plan);
	return bad;
}

static bool plan_serves_fewer(const struct pci_layout_model *model, void *arg)
{
	struct pci_layout_plan plan, exact;
	bool fewer;

	plan_init(&plan, model);
	plan_init(&exact, model);
	fewer = !plan_model(model, &plan) &&
		exact_plan(model, EXACT_BUDGET, &exact) == EXACT_DONE &&
		plan.nr_refused > exact.nr_refused;
	plan_free(&exact);
	plan_free(&plan);
	return fewer;
}

static int do_shrink(struct input *in)
{
	bool (*is_bad)(const struct pci_layout_model *model, void *arg) = plan_is_bad;
	struct pci_layout_plan plan;
	bool planned;

	plan_init(&plan, &in->m.model);
	planned = plan_input(in, &plan);
	plan_free(&plan);
	if (!planned)
		return BAD_PLAN;
	if (!is_bad(&in->m.model, NULL))
		is_bad = plan_serves_fewer;
	if (!is_bad(&in->m.model, NULL)) {
		fprintf(stderr, "pci-layout: %s: nothing wrong: the plan is good, and trying everything serves no more devices or takes too long\n",
			in->name);
		return BAD_PLAN;
	}
	shrink(&in->m, is_bad, NULL);
	printf("# %s\n", is_bad == plan_is_bad ? "the planner's plan is bad" :
						 "a plan that serves more devices exists");
	text_write_model(stdout, "", &in->m.model);
	return GOOD;
}

/*
 * Machines made up
 */

static void list(FILE *file, const char *const *names)
{
	for (; *names; names++)
		fprintf(file, "%s\n", *names);
}

static int make_machine(const char *name)
{
	struct machine m;

	if (!name) {
		list(stdout, built_machines);
		return GOOD;
	}
	if (!built_machine(&m, name)) {
		fprintf(stderr, "pci-layout: no machine \"%s\"; there are:\n", name);
		list(stderr, built_machines);
		return BAD_INPUT;
	}
	text_write_model(stdout, "", &m.model);
	machine_free(&m);
	return GOOD;
}

static int make_random(const char *seed, const char *kind)
{
	struct machine m;
	char *end;
	u64 number;
	int i = 0;

	errno = 0;
	number = strtoull(seed, &end, 10);
	if (seed[0] < '0' || seed[0] > '9' || *end || errno) {
		fprintf(stderr, "pci-layout: \"%s\" is no number below 2^64\n", seed);
		return BAD_INPUT;
	}
	while (kind && random_kinds[i] && strcmp(kind, random_kinds[i]))
		i++;
	if (!random_kinds[i]) {
		fprintf(stderr, "pci-layout: no kind \"%s\"; there are:\n", kind);
		list(stderr, random_kinds);
		return BAD_INPUT;
	}
	random_machine(&m, i, number);
	printf("# random %" PRIu64 " %s\n", number, random_kinds[i]);
	text_write_model(stdout, "", &m.model);
	machine_free(&m);
	return GOOD;
}

static int run(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct input *in);
	} commands[] = {
		{ "plan", do_plan },
		{ "check", do_check },
		{ "draw", do_draw },
		{ "exact", do_exact },
		{ "release", do_release },
		{ "shrink", do_shrink },
	};
	struct input in;
	int i, status;

	if (argc < 2)
		return usage();
	if (!strcmp(argv[1], "machine") && argc <= 3)
		return make_machine(argv[2]);
	if (!strcmp(argv[1], "random") && (argc == 3 || argc == 4))
		return make_random(argv[2], argv[3]);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (argc != 3 || strcmp(argv[1], commands[i].name))
			continue;
		if (!input_read(&in, argv[2]))
			return BAD_INPUT;
		status = commands[i].run(&in);
		input_free(&in);
		return status;
	}
	return usage();
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	/* A plan that is cut off since the disk is full is none */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "pci-layout: cannot write: %s\n", strerror(errno));
		return BAD_INPUT;
	}
	return status;
}
