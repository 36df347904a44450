/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The inner half of the exact solver: is there any layout for these devices?
 */
#ifndef EXACT_FITS_H
#define EXACT_FITS_H

#include "machine.h"

#define EXACT_MAX_RANGES	64
#define EXACT_MEMO_ORDER	9

/* Above any address that a machine has; leaves room to round up */
#define EXACT_HIGHEST		(1ull << 62)

/*
 * A BAR, several blockers that overlap each other, or a window that must stay
 * open and in which nothing lies
 */
struct range {
	int window;
	int root;
	enum pci_layout_type type;
	u64 now;		/* address, if it can stay */
	u64 size;
	u64 align;
	u64 max;
	int bar;		/* or -1 */
	int dev;		/* or PCI_LAYOUT_NONE */
	bool assigned;
	bool fixed;
	bool stays;		/* in the layout being tried */
	bool in_aperture;	/* must be, by itself or by the windows around it */
};

/* Something that led nowhere */
struct memo {
	u64 placed;
	u64 cursor;
	int aperture;
	long round;
};

/**
 * struct exact - one run of the solver
 * @model: what is solved; set this, @budget, @inside and @found
 * @budget: addresses to try before it gives up; below 0: it has
 * @ranges: what is to be laid out in one space, ports or memory
 * @nr_ranges: how many
 * @start: per range, its address in the layout being tried
 * @inside: per window: the ranges in it, at any depth, a bit each
 * @found: per BAR: address in the last layout found
 * @memo: what led nowhere, by hash
 * @round: counts the layouts looked for, so that @memo need not be cleared
 */
struct exact {
	const struct pci_layout_model *model;
	long budget;
	struct range ranges[EXACT_MAX_RANGES];
	int nr_ranges;
	u64 start[EXACT_MAX_RANGES];
	u64 *inside;
	u64 *found;
	struct memo memo[1 << EXACT_MEMO_ORDER];
	long round;
};

static inline u64 exact_bit(int i)
{
	return 1ull << i;
}

/* Does its device count as served only if the BAR gets an address? */
static inline bool exact_wants(const struct pci_layout_bar *bar)
{
	return !bar->assigned && !bar->optional;
}

/**
 * exact_fits() - is there a layout?
 * @x: one run of the solver; takes the addresses and pays for the tries
 * @served: devices that want addresses and get them, a bit each
 * @movable: devices whose BARs may move, a bit each
 *
 * Return: false also if the budget is used up.
 */
bool exact_fits(struct exact *x, u64 served, u64 movable);

#endif /* EXACT_FITS_H */
