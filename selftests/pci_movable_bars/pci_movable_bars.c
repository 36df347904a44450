// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of PCI hot-add, with and without pci=pcie_movable_bars. Each case says what a
 * kernel without movable BARs does and what one with them does; which of the two it
 * is looked at shows in debugfs.
 *
 * The cases are rows of a table, because most of them are the same steps on another
 * machine; kselftest_harness.h would want a function for each.
 *
 * In a virtual machine whose host plugs devices on request (see host.h), the cases
 * made for that machine are run, as long as none of them has left other addresses behind
 * than it found: then the machine has to be booted anew. Those for any machine are run everywhere;
 * they disturb only devices that are known to be made for tests.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "disks.h"
#include "host.h"
#include "test.h"

#define MAX_CASES	256

static const struct test_case *chosen[MAX_CASES];
static int nr_chosen;
static bool has_host;
static struct pci_tree as_booted;

static bool fits_machine(const struct test_case *c, const char *machine)
{
	return !c->machine || (machine && !strcmp(c->machine, machine));
}

static void add(const struct test_case *c)
{
	if (nr_chosen == MAX_CASES) {
		fprintf(stderr, "more than %d cases are asked for\n", MAX_CASES);
		exit(KSFT_FAIL);
	}
	chosen[nr_chosen++] = c;
}

static void choose(const struct test_case *table, const char *name, const char *machine)
{
	for (const struct test_case *c = table; c->name; c++)
		if (name ? !strcmp(c->name, name) : fits_machine(c, machine))
			add(c);
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
			exit(KSFT_FAIL);
		}
	}
}

static int wait_end(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child)
		return KSFT_FAIL;
	if (WIFSIGNALED(status))
		note("failed: ended by signal %d%s", WTERMSIG(status),
		     WTERMSIG(status) == SIGALRM ? ", out of time" : "");
	return WIFEXITED(status) ? WEXITSTATUS(status) : KSFT_FAIL;
}

/* Seconds until a case that has not ended is ended */
#define LIMIT	180

/* The addresses that a case leaves behind are not always those it has found */
static bool is_as_booted(void)
{
	struct pci_tree tree = pci_read_tree();
	bool same = pci_is_same(&as_booted, &tree);

	pci_free_tree(&tree);
	return same;
}

static int run(const struct test_case *c)
{
	pid_t child;

	if (c->machine && (!has_host || strcmp(c->machine, host_machine()))) {
		note("skipped: needs a host that plugs devices into the machine %s",
		     c->machine);
		return KSFT_SKIP;
	}
	if (c->machine && !is_as_booted()) {
		note("skipped: addresses have changed since the first case, boot the machine anew");
		return KSFT_SKIP;
	}
	child = fork();
	if (child)
		return wait_end(child);
	alarm(patient(LIMIT));
	if (!bars_are_movable())
		disks_may_stop(c->stock_stops);
	if (c->steps)
		run_steps(c->steps);
	c->run();
	exit(KSFT_PASS);
}

/* Whatever became of the case, its devices are taken out */
static int give_back(void)
{
	pid_t child = fork();

	if (!child) {
		alarm(patient(LIMIT));
		unplug_all();
	}
	return wait_end(child);
}

static void run_and_report(const struct test_case *c)
{
	int result;

	note("%s: %s", c->name, c->what);
	result = run(c);
	if (result == KSFT_PASS && c->stock_stops && !bars_are_movable()) {
		note("failed: no disk has stopped, though it is known that %s", c->stock_stops);
		result = KSFT_FAIL;
	}
	if (has_host && give_back() != KSFT_PASS && result == KSFT_PASS)
		result = KSFT_FAIL;
	if (result == KSFT_SKIP || result == KSFT_XFAIL)
		ksft_test_result_code(result, c->name, "see above");
	else
		ksft_test_result(result == KSFT_PASS, "%s\n", c->name);
}

static void list(void)
{
	for (int i = 0; i < nr_chosen; i++)
		printf("%s\t%s\t%s\n", chosen[i]->name,
		       chosen[i]->machine ?: "any", chosen[i]->what);
}

static void usage(const char *self)
{
	fprintf(stderr, "usage: %s [-l] [-m MACHINE] [-s] [CASE...]\n"
		"  -l           list the cases that would be run\n"
		"  -m MACHINE   as if on this virtual machine (with -l)\n"
		"  -s           memory of ivshmem devices may be overwritten\n"
		"PATIENCE=N in the environment makes all time limits N times as long.\n",
		self);
	exit(KSFT_FAIL);
}

/* What all cases need; without it, all are skipped */
static void need_machine(void)
{
	char *options = read_file("/proc/cmdline", NULL);

	if (geteuid())
		ksft_exit_skip("has to be run by root\n");
	if (!exists(PCI_DEVICES))
		ksft_exit_skip("there is no PCI\n");
	if (!has_debugfs())
		ksft_exit_skip("debugfs is not mounted on /sys/kernel/debug\n");
	if (options && strstr(options, "pcie_movable_bars") && !bars_are_movable())
		ksft_exit_fail_msg("pci=pcie_movable_bars is given, but there is no "
				   PCI_LISTING "\n");
	free(options);
}

int main(int argc, char **argv)
{
	const char *machine = NULL;
	bool only_list = false;
	int option;

	while ((option = getopt(argc, argv, "lm:s")) != -1) {
		if (option == 'l')
			only_list = true;
		else if (option == 'm')
			machine = optarg;
		else if (option == 's')
			allow_shared_memory();
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
	has_host = !geteuid() && host_open();
	if (has_host)
		allow_shared_memory();
	choose_all(argc - optind, argv + optind, has_host ? host_machine() : NULL);
	ksft_print_header();
	need_machine();
	as_booted = pci_read_tree();
	note("kernel %s movable BARs, %s", bars_are_movable() ? "with" : "without",
	     has_host ? host_machine() : "no host that plugs devices");
	ksft_set_plan(nr_chosen);
	for (int i = 0; i < nr_chosen; i++)
		run_and_report(chosen[i]);
	ksft_finished();
}
