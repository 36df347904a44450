// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of PCI hot-add, with and without pci=pcie_movable_bars. Each case says what a
 * kernel without movable BARs does and what one with them does; which of the two it
 * is looked at shows in debugfs.
 *
 * In a virtual machine whose host plugs devices on request (see host.h), the cases
 * made for that machine are run. Those for any machine whatever are run everywhere;
 * they disturb only devices that are known to be made for tests.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "host.h"
#include "kselftest.h"
#include "test.h"

#define MAX_CASES	256

static const struct test_case *chosen[MAX_CASES];
static int nr_chosen;
static bool has_host;

static bool fits_machine(const struct test_case *c, const char *machine)
{
	return !c->machine || (machine && !strcmp(c->machine, machine));
}

static void choose(const struct test_case *table, const char *name, const char *machine)
{
	for (const struct test_case *c = table; c->name; c++)
		if ((name && !strcmp(c->name, name)) ||
		    (!name && fits_machine(c, machine)))
			chosen[nr_chosen++] = c;
}

static void choose_all(int nr, char **names, const char *machine)
{
	for (int i = 0; i < nr || (!nr && !i); i++) {
		const char *name = nr ? names[i] : NULL;
		int before = nr_chosen;

		choose(cases_of_any, name, machine);
		choose(cases_of_machines, name, machine);
		if (name && nr_chosen == before) {
			fprintf(stderr, "no case is called %s: see -l\n", name);
			exit(2);
		}
	}
}

static int wait_end(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child)
		return KSFT_FAIL;
	if (WIFSIGNALED(status))
		ksft_print_msg("ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : KSFT_FAIL;
}

static int run(const struct test_case *c)
{
	pid_t child;

	if (c->machine && (!has_host || strcmp(c->machine, host_machine()))) {
		ksft_print_msg("skipped: needs a host that plugs devices into the machine %s\n",
			       c->machine);
		return KSFT_SKIP;
	}
	child = fork();
	if (child)
		return wait_end(child);
	if (c->steps)
		run_steps(c->steps);
	c->run();
	exit(KSFT_PASS);
}

/* Whatever became of the case, the next one finds the machine as it was */
static int give_back(void)
{
	pid_t child = fork();

	if (!child)
		unplug_all();
	return wait_end(child);
}

static void run_and_report(const struct test_case *c)
{
	int result;

	ksft_print_msg("%s: %s\n", c->name, c->what);
	result = run(c);
	if (has_host && give_back() != KSFT_PASS && result == KSFT_PASS)
		result = KSFT_FAIL;
	ksft_test_result_report(result == KSFT_PASS || result == KSFT_SKIP ? result : KSFT_FAIL,
				"%s\n", c->name);
}

static void list(void)
{
	for (int i = 0; i < nr_chosen; i++)
		printf("%s\t%s\t%s\n", chosen[i]->name,
		       chosen[i]->machine ?: "any", chosen[i]->what);
}

static void usage(const char *self)
{
	fprintf(stderr, "usage: %s [-l] [-m MACHINE] [CASE...]\n"
		"  -l           list the cases that would be run\n"
		"  -m MACHINE   as if on this virtual machine (with -l)\n", self);
	exit(2);
}

int main(int argc, char **argv)
{
	const char *machine = NULL;
	bool only_list = false;
	int option;

	while ((option = getopt(argc, argv, "lm:")) != -1) {
		if (option == 'l')
			only_list = true;
		else if (option == 'm')
			machine = optarg;
		else
			usage(argv[0]);
	}
	if (machine && !only_list)
		usage(argv[0]);
	if (only_list) {
		choose_all(argc - optind, argv + optind, machine);
		list();
		return 0;
	}
	ksft_print_header();
	if (geteuid())
		ksft_exit_skip("has to be run by root\n");
	if (!has_debugfs())
		ksft_exit_skip("debugfs is not there: mount -t debugfs debugfs /sys/kernel/debug\n");
	has_host = host_open();
	choose_all(argc - optind, argv + optind, has_host ? host_machine() : NULL);
	ksft_print_msg("kernel %s movable BARs, %s\n", bars_are_movable() ? "with" : "without",
		       has_host ? host_machine() : "no host that plugs devices");
	ksft_set_plan(nr_chosen);
	for (int i = 0; i < nr_chosen; i++)
		run_and_report(chosen[i]);
	ksft_finished();
}
