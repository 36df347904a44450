/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of the benchmark share
 */
#ifndef BENCH_H
#define BENCH_H

#include "machine.h"

/*
 * Nanoseconds for a plan of the model, the median of @runs (1 to 15); ends the
 * program if the planner turns it down
 */
double bench_median_ns(const struct pci_layout_model *model, int runs);

/**
 * bench_search() - look for a machine that takes long for its size
 * @seconds: how long to look
 * @seed: another one takes another way
 * @path: file for the slowest, shrunk; NULL: none
 *
 * Return: exit status.
 */
int bench_search(int seconds, u64 seed, const char *path);

#endif /* BENCH_H */
