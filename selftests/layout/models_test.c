// SPDX-License-Identifier: GPL-2.0
/*
 * Saved machines: each file in models/ is planned again
 *
 *	models_test [DIR]		DIR: models/ unless told
 *
 * They are machines on which the planner was slow once, or missed a better plan.
 * A file is a model in its text form; one of its lines is a comment that says
 * what to expect: devices refused, exactly, and drivers disturbed, at most.
 *
 *	# expect: refused 0 paused 1 live 0
 */

#include <dirent.h>
#include <time.h>

#include "tap.h"
#include "text.h"

/* With sanitizers on a busy machine; shows what hangs, no more (see make bench) */
#define MODELS_NS_PER_NODE	5000000ull

struct expected {
	int refused;
	int paused;
	int live;
};

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* All of the file, ended by a zero; NULL if that cannot be read */
static char *read_file(const char *dir, const char *name, size_t *size)
{
	char path[4096];
	char *text = NULL;
	FILE *file;
	long end;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (!file)
		return NULL;
	if (!fseek(file, 0, SEEK_END) && (end = ftell(file)) >= 0) {
		rewind(file);
		text = calloc(1, end + 1);
		if (text)
			*size = fread(text, 1, end, file);
	}
	fclose(file);
	return text;
}

static bool find_expected(const char *text, struct expected *e)
{
	const char *line = strstr(text, "# expect:");

	return line && sscanf(line, "# expect: refused %d paused %d live %d",
			      &e->refused, &e->paused, &e->live) == 3;
}

/* Empty if all is well, else what is not */
static const char *fault_of_plan(const struct pci_layout_model *model,
				 struct pci_layout_plan *plan, const struct expected *e)
{
	u64 start = now_ns(), ns;

	if (plan_model(model, plan))
		return "the planner turns it down";
	ns = now_ns() - start;
	printf("#   %.3f ms: %d refused, %d paused, %d live\n", ns / 1e6,
	       plan->nr_refused, plan->nr_paused, plan->nr_live);
	if (pci_layout_check(model, plan, NULL) != PCI_LAYOUT_OK)
		return "the plan is not valid";
	if (plan->nr_refused != e->refused)
		return "other devices refused than expected";
	if (plan->nr_paused > e->paused)
		return "more drivers paused than expected";
	if (plan->nr_paused == e->paused && plan->nr_live > e->live)
		return "more drivers moved live than expected";
	if (ns > MODELS_NS_PER_NODE * (model->nr_windows + model->nr_bars + 100))
		return "too slow";
	return "";
}

static void test_model(const char *name, struct machine *m, const struct expected *e)
{
	struct pci_layout_plan plan;
	const char *fault;

	plan_init(&plan, &m->model);
	fault = fault_of_plan(&m->model, &plan, e);
	if (!tap_result(!*fault, "%s%s%s", name, *fault ? ": " : "", fault))
		text_write_plan(stdout, "# ", &m->model, &plan);
	plan_free(&plan);
}

static void test_file(const char *dir, const char *name)
{
	struct pci_layout_plan saved;
	struct text_error error;
	struct expected e;
	struct machine m;
	bool has_plan;
	size_t size = 0;
	char *text = read_file(dir, name, &size);

	if (!text) {
		tap_result(false, "%s: cannot be read", name);
		return;
	}
	if (!text_read(text, size, &m, &saved, &has_plan, &error))
		tap_result(false, "%s: line %d: %s", name, error.line, error.what);
	else if (!find_expected(text, &e))
		tap_result(false, "%s: no line '# expect: refused N paused N live N'", name);
	else
		test_model(name, &m, &e);
	if (has_plan)
		plan_free(&saved);
	machine_free(&m);
	free(text);
}

static int is_model(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && !strcmp(entry->d_name + length - 4, ".txt");
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "models";
	struct dirent **names;
	int nr = scandir(dir, &names, is_model, alphasort);
	int i;

	if (nr <= 0) {
		tap_plan(1);
		tap_result(false, "no saved machines: %s is to hold *.txt", dir);
		return tap_exit();
	}
	tap_plan(nr);
	for (i = 0; i < nr; i++) {
		test_file(dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return tap_exit();
}
