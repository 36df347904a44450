/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Machines made up: random ones, which have a number, and those that people
 * build, which have a name. The same number or name gives the same machine
 * everywhere.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "machine.h"

/* Random numbers, the same everywhere */
struct rng {
	u64 state;
};

u32 rng_next(struct rng *rng);
/* Less than @n; 0 if @n is 0 */
u32 rng_below(struct rng *rng, u32 n);
bool rng_chance(struct rng *rng, int percent);

/* Kinds of random machines, by name; NULL ends the list */
extern const char *const random_kinds[];

/* Machine @number of random_kinds[@kind]; @m is initialized here */
void random_machine(struct machine *m, int kind, u64 number);

/* Machines that people build, by name; NULL ends the list */
extern const char *const built_machines[];

/* The machine of that name, as it is when the hot-add comes; false: unknown */
bool built_machine(struct machine *m, const char *name);

/*
 * A machine of about @nr_bars BARs, all but a few of which have their places,
 * in which a hot-added device does not fit without moves
 */
void sized_machine(struct machine *m, int nr_bars, u64 number);

#endif /* GENERATE_H */
