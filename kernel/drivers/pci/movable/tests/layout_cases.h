/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: what one is made of, and the verdict
 *
 * The cases are in cases_*.h, a table by subject each; layout_tables.h lists the
 * tables for KUnit and for user space.
 *
 * Pictures: one character is one block, of 1 MiB if nothing else is said; dots
 * are free. The number before is the address of the first block, in blocks.
 *
 *	[aa..]		a bridge window with device a in it, and 2 free blocks
 *	b		device b may move; without brackets: below the host bridge
 *	F, G, H		device F is fixed
 *	X		no room: not in an aperture, or in the way without being
 *			of a device
 *	+n of 2 in a	device n is new and wants 2 blocks in the window of a
 *	=>		what comes of it, where the picture says more than words
 *
 * Brackets stand between blocks and take no space.
 */
#ifndef _PCI_MOVABLE_LAYOUT_CASES_H
#define _PCI_MOVABLE_LAYOUT_CASES_H

#define K(n)		((u64)(n) << 10)
#define M(n)		((u64)(n) << 20)
#define G(n)		((u64)(n) << 30)

#define TOP		PCI_LAYOUT_NONE
#define IO		PCI_LAYOUT_IO
#define MEM		PCI_LAYOUT_MEM
#define PREF		PCI_LAYOUT_PREF

/*
 * Parts of a model
 */

#define APERTURES(...) \
	.apertures = (const struct pci_layout_aperture[]) { __VA_ARGS__ }, \
	.nr_apertures = sizeof((const struct pci_layout_aperture[]) { __VA_ARGS__ }) / \
			sizeof(struct pci_layout_aperture)
#define WINDOWS(...) \
	.windows = (const struct pci_layout_window[]) { __VA_ARGS__ }, \
	.nr_windows = sizeof((const struct pci_layout_window[]) { __VA_ARGS__ }) / \
		      sizeof(struct pci_layout_window)
#define BARS(...) \
	.bars = (const struct pci_layout_bar[]) { __VA_ARGS__ }, \
	.nr_bars = sizeof((const struct pci_layout_bar[]) { __VA_ARGS__ }) / \
		   sizeof(struct pci_layout_bar)
#define DEVS(...) \
	.devs = (const struct pci_layout_dev[]) { __VA_ARGS__ }, \
	.nr_devs = sizeof((const struct pci_layout_dev[]) { __VA_ARGS__ }) / \
		   sizeof(struct pci_layout_dev)

#define APERTURE_OF(_root, _type, _start, _size) \
	{ .root = (_root), .type = (_type), .start = (_start), \
	  .end = (_start) + (_size) - 1 }
#define APERTURE(type, start, size)	APERTURE_OF(0, type, start, size)

#define WINDOW_FULL(_root, _parent, _type, _start, _size, _max, _align, _reserve, \
		    _assigned, _fixed) \
	{ .root = (_root), .parent = (_parent), .type = (_type), \
	  .start = (_start), .end = (_start) + (_size) - 1, .max = (_max), \
	  .align = (_align), .reserve = (_reserve), .assigned = (_assigned), \
	  .fixed = (_fixed) }
/* An open window, and one that is closed today */
#define WINDOW(parent, type, start, size) \
	WINDOW_FULL(0, parent, type, start, size, U64_MAX, M(1), 0, true, false)
#define WINDOW32(parent, type, start, size) \
	WINDOW_FULL(0, parent, type, start, size, U32_MAX, M(1), 0, true, false)
#define CLOSED(parent, type, reserve) \
	WINDOW_FULL(0, parent, type, 0, 0, U64_MAX, M(1), reserve, false, false)
#define FIXED_WINDOW(parent, type, start, size) \
	WINDOW_FULL(0, parent, type, start, size, U64_MAX, M(1), 0, true, true)
/* The bridge has no such window */
#define NO_WINDOW(parent, type) \
	WINDOW_FULL(0, parent, type, 0, 0, 0, M(1), 0, false, false)
#define IO_WINDOW(parent, start, size) \
	WINDOW_FULL(0, parent, IO, start, size, U16_MAX, K(4), 0, true, false)

#define BAR_FULL(_root, _window, _type, _start, _size, _max, _dev, _assigned, \
		 _fixed, _optional) \
	{ .root = (_root), .window = (_window), .type = (_type), \
	  .start = (_start), .size = (_size), .align = (_size), .max = (_max), \
	  .dev = (_dev), .assigned = (_assigned), .fixed = (_fixed), \
	  .optional = (_optional) }
#define BAR(window, type, start, size, dev) \
	BAR_FULL(0, window, type, start, size, U64_MAX, dev, true, false, false)
#define BAR32(window, type, start, size, dev) \
	BAR_FULL(0, window, type, start, size, U32_MAX, dev, true, false, false)
#define FIXED(window, type, start, size, dev) \
	BAR_FULL(0, window, type, start, size, U64_MAX, dev, true, true, false)
/* In the way, and of no device */
#define BLOCKER(window, type, start, size) \
	BAR_FULL(0, window, type, start, size, U64_MAX, TOP, true, true, false)
#define WANTED(window, type, size, dev) \
	BAR_FULL(0, window, type, 0, size, U64_MAX, dev, false, false, false)
#define WANTED32(window, type, size, dev) \
	BAR_FULL(0, window, type, 0, size, U32_MAX, dev, false, false, false)
/* Larger than its alignment, such as the BARs of several VFs in a row */
#define WANTED_ALIGNED(_window, _type, _size, _align, _dev) \
	{ .window = (_window), .type = (_type), .size = (_size), \
	  .align = (_align), .max = U64_MAX, .dev = (_dev) }
#define OPTIONAL(window, type, size, dev) \
	BAR_FULL(0, window, type, 0, size, U64_MAX, dev, false, false, true)
#define OPTIONAL_AT(window, type, start, size, dev) \
	BAR_FULL(0, window, type, start, size, U64_MAX, dev, true, false, true)

#define NEW		{ .cost = PCI_LAYOUT_NO_DRIVER, .is_new = true }
#define IDLE		{ .cost = PCI_LAYOUT_NO_DRIVER }
#define LIVE		{ .cost = PCI_LAYOUT_LIVE }
#define PAUSED		{ .cost = PCI_LAYOUT_PAUSED }

/*
 * What is expected of a BAR: an address, or one of these
 */

#define SAME		(U64_MAX - 1)	/* as before */
#define MOVED		(U64_MAX - 2)	/* elsewhere */
#define PLACED		(U64_MAX - 3)	/* has an address, had none */
#define NOWHERE		(U64_MAX - 4)	/* has none */
#define ANY		(U64_MAX - 5)	/* has one */

#define EXPECT_BARS(...)	.bars = (const u64[]) { __VA_ARGS__ }

/* and of a window: start and size, or one of the above as start */
struct layout_expected_window {
	u64 start;
	u64 size;
};

#define EXPECT_WINDOWS(...) \
	.windows = (const struct layout_expected_window[]) { __VA_ARGS__ }

/**
 * struct layout_case - a machine, and what is to become of it
 * @name: one line
 * @err: what the planner returns; if not 0, nothing else is looked at
 * @model: the machine
 * @bars: expected, per BAR
 * @windows: expected, per window; NULL: whatever the checker accepts
 * @live: drivers disturbed that keep running
 * @paused: drivers disturbed that are paused
 * @moved: BARs that move; 0: as @bars says
 * @refused: the refused devices, a bit each
 * @refusal: what is said about the first one refused
 */
struct layout_case {
	const char *name;
	int err;
	struct pci_layout_model model;
	const u64 *bars;
	const struct layout_expected_window *windows;
	int live;
	int paused;
	int moved;
	u32 refused;
	struct pci_layout_refusal refusal;
};

/*
 * Verdict
 */

static inline bool layout_case_bar_is(const struct layout_case *c, int i,
				      const struct pci_layout_place *place)
{
	const struct pci_layout_bar *bar = &c->model.bars[i];

	switch (c->bars[i]) {
	case SAME:
		return place->assigned && place->start == bar->start;
	case MOVED:
		return place->assigned && bar->assigned && place->start != bar->start;
	case PLACED:
		return place->assigned && !bar->assigned;
	case NOWHERE:
		return !place->assigned;
	case ANY:
		return place->assigned;
	default:
		return place->assigned && place->start == c->bars[i];
	}
}

static inline bool layout_case_window_is(const struct layout_case *c, int i,
					 const struct pci_layout_place *place)
{
	const struct pci_layout_window *window = &c->model.windows[i];
	const struct layout_expected_window *expected = &c->windows[i];

	switch (expected->start) {
	case SAME:
		return place->assigned == window->assigned &&
		       (!place->assigned || (place->start == window->start &&
					     place->end == window->end));
	case NOWHERE:
		return !place->assigned;
	case ANY:
		return !expected->size ||
		       (place->assigned &&
			place->end - place->start + 1 == expected->size);
	default:
		return place->assigned && place->start == expected->start &&
		       place->end == expected->start + expected->size - 1;
	}
}

static inline bool layout_case_refusal_is(const struct pci_layout_refusal *expected,
					  const struct pci_layout_refusal *refusal)
{
	return refusal->reason == expected->reason &&
	       refusal->bar == expected->bar &&
	       refusal->window == expected->window &&
	       refusal->below == expected->below &&
	       refusal->above == expected->above &&
	       refusal->gap == expected->gap &&
	       refusal->nr_blockers == expected->nr_blockers &&
	       !memcmp(refusal->blockers, expected->blockers,
		       sizeof(refusal->blockers));
}

/* Do the counts of the plan say what its places say? */
static inline bool layout_case_counts_agree(const struct pci_layout_model *m,
					    const struct pci_layout_plan *plan)
{
	int nr_moved = 0, nr_refused = 0, nr_disturbed[PCI_LAYOUT_PAUSED + 1] = {};
	u64 bytes_moved = 0;
	int dev, i;

	for (dev = 0; dev < m->nr_devs; dev++) {
		int before = nr_moved;

		for (i = 0; i < m->nr_bars; i++) {
			if (m->bars[i].dev != dev || !m->bars[i].assigned ||
			    plan->bars[i].start == m->bars[i].start)
				continue;
			nr_moved++;
			bytes_moved += m->bars[i].size;
		}
		nr_disturbed[m->devs[dev].cost] += nr_moved != before;
		nr_refused += plan->refusals[dev].reason != PCI_LAYOUT_PLACED;
	}
	return plan->nr_moved == nr_moved && plan->bytes_moved == bytes_moved &&
	       plan->nr_live == nr_disturbed[PCI_LAYOUT_LIVE] &&
	       plan->nr_paused == nr_disturbed[PCI_LAYOUT_PAUSED] &&
	       plan->nr_refused == nr_refused;
}

/**
 * layout_case_verify() - is the plan what the case expects?
 * @c: case
 * @err: what the planner returned
 * @plan: the plan
 * @where: takes the index of the BAR, window or device that is wrong
 *
 * Return: NULL if so, else what is wrong.
 */
static inline const char *layout_case_verify(const struct layout_case *c, int err,
					     const struct pci_layout_plan *plan,
					     int *where)
{
	bool told = false;
	int i;

	*where = err;
	if (err != c->err)
		return "return value";
	if (err)
		return NULL;
	if (pci_layout_check(&c->model, plan, where) != PCI_LAYOUT_OK)
		return "the checker objects at node";

	for (i = 0; i < c->model.nr_bars; i++) {
		*where = i;
		if (!layout_case_bar_is(c, i, &plan->bars[i]))
			return "place of BAR";
	}
	for (i = 0; c->windows && i < c->model.nr_windows; i++) {
		*where = i;
		if (!layout_case_window_is(c, i, &plan->windows[i]))
			return "place of window";
	}
	for (i = 0; i < c->model.nr_devs; i++) {
		bool refused = c->refused >> i & 1;

		*where = i;
		if (refused == !plan->refusals[i].reason)
			return "refusal of device";
		if (refused && !told &&
		    !layout_case_refusal_is(&c->refusal, &plan->refusals[i]))
			return "details of refusal of device";
		told |= refused;
	}
	*where = 0;
	if (!layout_case_counts_agree(&c->model, plan))
		return "counts that disagree with the places";
	*where = plan->nr_moved;
	if (c->moved && plan->nr_moved != c->moved)
		return "BARs moved";
	*where = plan->nr_live;
	if (plan->nr_live != c->live)
		return "drivers that are disturbed but keep running";
	*where = plan->nr_paused;
	return plan->nr_paused == c->paused ? NULL : "drivers that are paused";
}

#endif /* _PCI_MOVABLE_LAYOUT_CASES_H */
