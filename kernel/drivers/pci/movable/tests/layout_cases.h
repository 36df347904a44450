/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs, for KUnit and for user space
 *
 * Pictures: one character is one block of the size given, dots are free. The
 * ruler counts blocks from the start of the aperture.
 *
 *	[aaa..]		a bridge window with device a in it
 *	A		device A is fixed
 *	b		device b may move
 *	+n		device n is new, in the window named before
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
#define WANTED(window, type, size, dev) \
	BAR_FULL(0, window, type, 0, size, U64_MAX, dev, false, false, false)
#define WANTED32(window, type, size, dev) \
	BAR_FULL(0, window, type, 0, size, U32_MAX, dev, false, false, false)
#define OPTIONAL(window, type, size, dev) \
	BAR_FULL(0, window, type, 0, size, U64_MAX, dev, false, false, true)

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
	u32 refused;
	struct pci_layout_refusal refusal;
};

static const struct layout_case layout_cases[] = {
	/*
	 * Nothing to do: 1 MiB per block, hole, slack and all
	 *
	 *	0   4   8   12
	 *	[a..b...]..[c]
	 */
	{
		.name = "nobody wants anything: nothing changes",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(8)),
				WINDOW(TOP, MEM, M(27), M(1))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     BAR(0, MEM, M(19), M(1), 1),
			     BAR(1, MEM, M(27), M(1), 2)),
			DEVS(IDLE, LIVE, PAUSED),
		},
		EXPECT_BARS(SAME, SAME, SAME),
		EXPECT_WINDOWS({ SAME }, { SAME }),
	},
	/*
	 *	0   4   8
	 *	[a..b...]	+n of 2
	 */
	{
		.name = "a free gap: nothing else changes",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(8))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     BAR(0, MEM, M(19), M(1), 1),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(20)),
		EXPECT_WINDOWS({ SAME }),
	},
	/*
	 *	0   4   8   12
	 *	....[ab]....	+n of 2: the window grows
	 */
	{
		.name = "free space next to the window: it grows",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(20), M(2))),
			BARS(BAR(0, MEM, M(20), M(1), 0),
			     BAR(0, MEM, M(21), M(1), 1),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(PAUSED, PAUSED, NEW),
		},
		EXPECT_BARS(SAME, SAME, PLACED),
		EXPECT_WINDOWS({ M(20), M(4) }),
	},
	/*
	 *	0   4   8
	 *	..[ab][c]XX	+n of 2 with a: only downwards
	 */
	{
		.name = "free space below the window only: it grows downwards",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(18), M(2)),
				WINDOW(TOP, MEM, M(20), M(2))),
			BARS(BAR(0, MEM, M(18), M(1), 0),
			     BAR(0, MEM, M(19), M(1), 1),
			     BAR(1, MEM, M(20), M(2), 2),
			     FIXED(TOP, MEM, M(22), M(2), TOP),
			     WANTED(0, MEM, M(2), 3)),
			DEVS(LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, SAME, M(16)),
		EXPECT_WINDOWS({ M(16), M(4) }, { SAME }),
	},
	/*
	 * Inner window full, outer full, free space above the outer one
	 *
	 *	0   4   8
	 *	[[a]b]......	+n of 2 with a
	 */
	{
		.name = "nested windows, two levels: the neighbour inside moves",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(4)),
				WINDOW(0, MEM, M(16), M(2))),
			BARS(BAR(1, MEM, M(16), M(2), 0),
			     BAR(0, MEM, M(18), M(2), 1),
			     WANTED(1, MEM, M(2), 2)),
			DEVS(PAUSED, LIVE, NEW),
		},
		EXPECT_BARS(SAME, MOVED, PLACED),
		.live = 1,
	},
	/*
	 * Three levels deep, walled in by a window on each side
	 *
	 *	0       8       16
	 *	[a..][[[b]]][c..]...............	+n of 8 with b
	 */
	{
		.name = "nested windows, three levels, wedged: the innermost grows",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(32))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(4)),
				WINDOW(TOP, MEM, M(68), M(4)),
				WINDOW(TOP, MEM, M(72), M(4)),
				WINDOW(1, MEM, M(68), M(4)),
				WINDOW(3, MEM, M(68), M(4))),
			BARS(BAR(0, MEM, M(64), M(4), 0),
			     BAR(4, MEM, M(68), M(4), 1),
			     BAR(2, MEM, M(72), M(4), 2),
			     WANTED(4, MEM, M(8), 3)),
			DEVS(PAUSED, LIVE, PAUSED, NEW),
		},
		EXPECT_BARS(SAME, MOVED, SAME, PLACED),
		EXPECT_WINDOWS({ SAME }, { ANY }, { SAME }, { ANY }, { ANY }),
		.live = 1,
	},
	/*
	 * As above, but b is fixed, so one of its neighbours has to go: the one
	 * without driver
	 */
	{
		.name = "wedged and fixed: the cheaper neighbour moves",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(32))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(8)),
				WINDOW(TOP, MEM, M(72), M(8)),
				WINDOW(TOP, MEM, M(80), M(8))),
			BARS(BAR(0, MEM, M(64), M(8), 0),
			     FIXED(1, MEM, M(72), M(8), 1),
			     BAR(2, MEM, M(80), M(8), 2),
			     WANTED(1, MEM, M(8), 3)),
			DEVS(LIVE, LIVE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, SAME, MOVED, M(80)),
		EXPECT_WINDOWS({ SAME }, { M(72), M(16) }, { ANY }),
	},
	/*
	 * The same price, but on one side the window of two
	 *
	 *	[ab][C][d]......	+n of 2 with C
	 */
	{
		.name = "as few drivers as possible: one instead of two",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(2)),
				WINDOW(TOP, MEM, M(66), M(2)),
				WINDOW(TOP, MEM, M(68), M(2))),
			BARS(BAR(0, MEM, M(64), M(1), 0),
			     BAR(0, MEM, M(65), M(1), 1),
			     FIXED(1, MEM, M(66), M(2), 2),
			     BAR(2, MEM, M(68), M(2), 3),
			     WANTED(1, MEM, M(2), 4)),
			DEVS(LIVE, LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, MOVED, M(68)),
		.live = 1,
	},
	/* The same from the other side, and in the other order of devices */
	{
		.name = "as few drivers as possible: two instead of one were found first",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(2)),
				WINDOW(TOP, MEM, M(66), M(2)),
				WINDOW(TOP, MEM, M(68), M(2))),
			BARS(BAR(0, MEM, M(64), M(2), 0),
			     FIXED(1, MEM, M(66), M(2), 1),
			     BAR(2, MEM, M(68), M(1), 2),
			     BAR(2, MEM, M(69), M(1), 3),
			     WANTED(1, MEM, M(2), 4)),
			DEVS(LIVE, LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(MOVED, SAME, SAME, SAME, M(64)),
		.live = 1,
	},
	/*
	 * Two windows could both grow into the gap between them, but one can
	 * grow elsewhere
	 *
	 *	0   4   8
	 *	..[F]..[G]XX	+m of 2 with F, +n of 2 with G
	 */
	{
		.name = "two windows grow, and the gap between them goes to the needier",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(10))),
			WINDOWS(WINDOW(TOP, MEM, M(18), M(2)),
				WINDOW(TOP, MEM, M(22), M(2))),
			BARS(FIXED(0, MEM, M(18), M(2), 0),
			     FIXED(1, MEM, M(22), M(2), 1),
			     FIXED(TOP, MEM, M(24), M(2), TOP),
			     WANTED(0, MEM, M(2), 2),
			     WANTED(1, MEM, M(2), 3)),
			DEVS(LIVE, LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, M(16), M(20)),
		EXPECT_WINDOWS({ M(16), M(4) }, { M(20), M(4) }),
	},
	/* The aperture starts at an odd place: 1 block, then one aligned 4 */
	{
		.name = "a new window with the small BAR below the large one",
		.model = {
			APERTURES(APERTURE(MEM, M(19), M(5))),
			WINDOWS(CLOSED(TOP, MEM, 0)),
			BARS(WANTED(0, MEM, M(1), 0),
			     WANTED(0, MEM, M(4), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(M(19), M(20)),
		EXPECT_WINDOWS({ M(19), M(5) }),
	},
	/*
	 *	2   4   8
	 *	[b[a####]####]	# aligned to 4
	 */
	{
		.name = "a new window with something small on each side",
		.model = {
			APERTURES(APERTURE(MEM, M(66), M(10))),
			WINDOWS(CLOSED(TOP, MEM, 0),
				CLOSED(0, MEM, 0)),
			BARS(WANTED(1, MEM, M(4), 0),
			     WANTED(1, MEM, M(1), 1),
			     WANTED(0, MEM, M(4), 2),
			     WANTED(0, MEM, M(1), 3)),
			DEVS(NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(M(68), M(67), M(72), M(66)),
		EXPECT_WINDOWS({ M(66), M(10) }, { M(67), M(5) }),
	},
	/* Upwards there is room for n only */
	{
		.name = "a reserve is made up for downwards",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW_FULL(0, TOP, MEM, M(20), M(1), U64_MAX, M(1),
					    M(4), true, false)),
			BARS(FIXED(0, MEM, M(20), M(1), 0),
			     FIXED(TOP, MEM, M(22), M(1), TOP),
			     WANTED(0, MEM, M(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, PLACED),
		EXPECT_WINDOWS({ M(18), M(4) }),
	},
	/* Two live ones below, a paused one above */
	{
		.name = "rather two that keep running than one that is paused",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(2)),
				WINDOW(TOP, MEM, M(66), M(2)),
				WINDOW(TOP, MEM, M(68), M(2))),
			BARS(BAR(0, MEM, M(64), M(1), 0),
			     BAR(0, MEM, M(65), M(1), 1),
			     FIXED(1, MEM, M(66), M(2), 2),
			     BAR(2, MEM, M(68), M(2), 3),
			     WANTED(1, MEM, M(2), 4)),
			DEVS(LIVE, LIVE, LIVE, PAUSED, NEW),
		},
		EXPECT_BARS(MOVED, MOVED, SAME, SAME, M(64)),
		.live = 2,
	},
	/*
	 * The new BAR takes half of the aperture, so it is the lower or the
	 * upper half, and F, two windows deep, is in the lower one.
	 *
	 *	0               16
	 *	..b.[.[F.].]........c...........	+n of 16 below the host bridge
	 */
	{
		.name = "a fixed BAR in the middle, two levels below: around it",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(32))),
			WINDOWS(WINDOW(TOP, MEM, M(68), M(4)),
				WINDOW(0, MEM, M(69), M(2))),
			BARS(FIXED(1, MEM, M(69), M(1), 0),
			     BAR(TOP, MEM, M(66), M(1), 1),
			     BAR(TOP, MEM, M(84), M(4), 2),
			     WANTED(TOP, MEM, M(16), 3)),
			DEVS(LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, MOVED, M(80)),
		EXPECT_WINDOWS({ SAME }, { SAME }),
		.live = 1,
	},
	/*
	 * F is in the window that has to grow, and neither side has room for both
	 *
	 *	0   4
	 *	..[F]..		+m of 2, +n of 2
	 */
	{
		.name = "around a fixed BAR on both sides",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(6))),
			WINDOWS(WINDOW(TOP, MEM, M(18), M(2))),
			BARS(FIXED(0, MEM, M(18), M(2), 0),
			     WANTED(0, MEM, M(2), 1),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, PLACED, PLACED),
		EXPECT_WINDOWS({ M(16), M(6) }),
	},
	/*
	 * With n, b's window needs 4, and only the left of F has that
	 *
	 *	0   4
	 *	[aac].F[bd].	+n of 2 with b
	 *	[nnbd]F[caa]
	 */
	{
		.name = "a swap of two windows",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(3)),
				WINDOW(TOP, MEM, M(21), M(2))),
			BARS(BAR(0, MEM, M(16), M(2), 0),
			     BAR(0, MEM, M(18), M(1), 1),
			     BAR(1, MEM, M(21), M(1), 2),
			     BAR(1, MEM, M(22), M(1), 3),
			     FIXED(TOP, MEM, M(20), M(1), TOP),
			     WANTED(1, MEM, M(2), 4)),
			DEVS(LIVE, LIVE, LIVE, PAUSED, NEW),
		},
		EXPECT_BARS(M(22), M(21), MOVED, MOVED, SAME, PLACED),
		EXPECT_WINDOWS({ M(21), M(3) }, { M(16), M(4) }),
		.live = 3,
		.paused = 1,
	},
	/*
	 *	0   4
	 *	a...		+m of 4, +n of 2: m never fits
	 */
	{
		.name = "two new ones, the second fits",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(4), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE, M(18)),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 1, TOP, TOP, TOP, 0 },
	},
	{
		.name = "two new ones, the first fits",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(4), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, M(18), NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, TOP, 0 },
	},
	{
		.name = "two new ones, either fits: the earlier one is served",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, M(18), NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, TOP, 0 },
	},
	/* Of three, the large one alone or both small ones */
	{
		.name = "as many new ones as possible",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, MEM, M(4), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(NEW, NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, PLACED, PLACED),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_SPACE, 0, TOP, TOP, TOP, 0 },
	},
	{
		.name = "many new ones: the large one yields to six",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(WANTED(TOP, MEM, M(4), 0),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(1), 2),
			     WANTED(TOP, MEM, M(1), 3),
			     WANTED(TOP, MEM, M(1), 4),
			     WANTED(TOP, MEM, M(2), 5),
			     WANTED(TOP, MEM, M(2), 6)),
			DEVS(NEW, NEW, NEW, NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, PLACED, PLACED, PLACED, PLACED, PLACED, PLACED),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_SPACE, 0, TOP, TOP, TOP, 0 },
	},
	{
		.name = "larger than the aperture",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(4))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     WANTED(0, MEM, M(32), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		EXPECT_WINDOWS({ SAME }),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 1, TOP, TOP, TOP, 0 },
	},
	/* A hole of 4, F, a hole of 3 */
	{
		.name = "fixed ranges leave no gap",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, M(20), M(1), 0),
			     BAR(TOP, MEM, M(16), M(1), 1),
			     WANTED(TOP, MEM, M(8), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_BLOCKED, 2, TOP, TOP, 0, M(4) },
	},
	/* The window can stretch to 17..24 at most, between F and G */
	{
		.name = "a window walled in by fixed BARs",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(32))),
			WINDOWS(WINDOW(TOP, MEM, M(20), M(1))),
			BARS(FIXED(TOP, MEM, M(16), M(1), 0),
			     FIXED(0, MEM, M(20), M(1), 1),
			     FIXED(TOP, MEM, M(25), M(1), 2),
			     WANTED(0, MEM, M(8), 3)),
			DEVS(LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, NOWHERE),
		EXPECT_WINDOWS({ SAME }),
		.refused = BIT(3),
		.refusal = { PCI_LAYOUT_BLOCKED, 3, 0, 1, 2, M(1) },
	},
	{
		.name = "a fixed window is not made larger",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW_FULL(0, TOP, MEM, M(16), M(2), U64_MAX, M(1),
					    0, true, true)),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     WANTED(0, MEM, M(1), 1),
			     WANTED(0, MEM, M(4), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, M(17), NOWHERE),
		EXPECT_WINDOWS({ SAME }),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_BLOCKED, 2, 0, TOP, TOP, M(2) },
	},
	{
		.name = "no aperture of the type",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			BARS(WANTED(TOP, IO, 32, 0),
			     WANTED(TOP, MEM, M(1), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_WINDOW, 0, TOP, TOP, TOP, 0 },
	},
	{
		.name = "no window leads there, though the host bridge has room",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW_FULL(0, TOP, MEM, 0, 0, 0, M(1), 0, false, false)),
			BARS(WANTED(0, MEM, M(1), 0),
			     BAR_FULL(0, TOP, MEM, 0, M(1), 0, 1, false, false, false),
			     BAR_FULL(0, TOP, MEM, 0, M(1), 0, 2, false, false, true),
			     WANTED(TOP, MEM, M(1), 2)),
			DEVS(NEW, NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE, NOWHERE, PLACED),
		EXPECT_WINDOWS({ NOWHERE }),
		.refused = BIT(0) | BIT(1),
		.refusal = { PCI_LAYOUT_NO_WINDOW, 0, 0, TOP, TOP, 0 },
	},
	{
		.name = "a working device is not dropped for a new one",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(18), M(1), 0),
			     WANTED(TOP, MEM, M(4), 1)),
			DEVS(IDLE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 1, TOP, TOP, TOP, M(2) },
	},
	{
		.name = "refused entirely: no BAR of it gets an address",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(4), 1),
			     OPTIONAL(TOP, MEM, M(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE, NOWHERE, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 2, TOP, TOP, TOP, M(4) },
	},
	{
		.name = "refused, but keeps the BAR that it has",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(17), M(1), 0),
			     WANTED(TOP, MEM, M(8), 0)),
			DEVS(LIVE),
		},
		EXPECT_BARS(SAME, NOWHERE),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 1, TOP, TOP, TOP, M(4) },
	},
	{
		.name = "refused earlier, served now: not new, without address",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(18), M(1), 0),
			     WANTED(TOP, MEM, M(2), 1)),
			DEVS(LIVE, IDLE),
		},
		EXPECT_BARS(SAME, M(16)),
	},
	/*
	 * The aperture below 4 GiB is full; a's window goes above it with n
	 */
	{
		.name = "a 64-bit prefetchable window leaves the 4 GiB area",
		.model = {
			APERTURES(APERTURE(MEM, G(3), M(64)),
				  APERTURE(MEM, G(32), G(32))),
			WINDOWS(WINDOW(TOP, PREF, G(3), M(16)),
				WINDOW32(TOP, MEM, G(3) + M(16), M(48))),
			BARS(BAR(0, PREF, G(3), M(16), 0),
			     BAR32(1, MEM, G(3) + M(16), M(16), 1),
			     BAR32(1, MEM, G(3) + M(32), M(32), 1),
			     WANTED(0, PREF, G(16), 2)),
			DEVS(LIVE, PAUSED, NEW),
		},
		EXPECT_BARS(MOVED, SAME, SAME, PLACED),
		EXPECT_WINDOWS({ G(32), G(16) + M(16) }, { SAME }),
		.live = 1,
	},
	{
		.name = "32-bit BARs stay below 4 GiB, whatever room there is above",
		.model = {
			APERTURES(APERTURE(MEM, G(3), M(64)),
				  APERTURE(MEM, G(32), G(32))),
			WINDOWS(WINDOW(TOP, PREF, G(3), M(32))),
			BARS(BAR32(0, PREF, G(3), M(32), 0),
			     WANTED32(TOP, MEM, M(64), 1),
			     WANTED(0, PREF, M(64), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE, NOWHERE),
		.refused = BIT(1) | BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 1, TOP, TOP, TOP, 0 },
	},
	{
		.name = "each to the aperture that suits it",
		.model = {
			APERTURES(APERTURE(MEM, G(3), M(64)),
				  APERTURE(MEM, G(32), G(1)),
				  APERTURE(PREF, G(64), G(1))),
			BARS(WANTED(TOP, PREF, M(1), 0),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED32(TOP, PREF, M(1), 2),
			     WANTED(TOP, MEM, M(128), 3)),
			DEVS(NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(G(64), PLACED, PLACED, G(32)),
	},
	/* Two pieces below 4 GiB; a and n together fit into the second only */
	{
		.name = "several apertures: the window goes to the other one",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4)),
				  APERTURE(MEM, M(32), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
			BARS(BAR(0, MEM, M(16), M(2), 0),
			     WANTED(0, MEM, M(4), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(MOVED, PLACED),
		EXPECT_WINDOWS({ M(32), M(6) }),
		.live = 1,
	},
	{
		.name = "several roots: the other host bridge's aperture is no help",
		.model = {
			APERTURES(APERTURE_OF(0, MEM, M(16), M(64)),
				  APERTURE_OF(1, MEM, M(80), M(4))),
			BARS(BAR_FULL(1, TOP, MEM, M(80), M(2), U64_MAX, 0, true,
				      true, false),
			     BAR_FULL(1, TOP, MEM, 0, M(4), U64_MAX, 1, false,
				      false, false),
			     BAR_FULL(0, TOP, MEM, 0, M(4), U64_MAX, 2, false,
				      false, false)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE, M(16)),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_BLOCKED, 1, TOP, 0, TOP, 0 },
	},
	/* Both forward 16..32; a of root 0 is in the way of n of root 1 */
	{
		.name = "several roots share an aperture",
		.model = {
			APERTURES(APERTURE_OF(0, MEM, M(16), M(8)),
				  APERTURE_OF(1, MEM, M(16), M(4))),
			BARS(BAR_FULL(0, TOP, MEM, M(16), M(1), U64_MAX, 0, true,
				      false, false),
			     BAR_FULL(1, TOP, MEM, 0, M(4), U64_MAX, 1, false,
				      false, false)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(MOVED, M(16)),
		.live = 1,
	},
	/*
	 * 4 KiB per block:	0   4
	 *			...[ab][c]	+n of 1/8 with a
	 */
	{
		.name = "port I/O: a window grows by 4 KiB",
		.model = {
			APERTURES(APERTURE(IO, K(4), K(60))),
			WINDOWS(IO_WINDOW(TOP, K(16), K(8)),
				IO_WINDOW(TOP, K(24), K(4))),
			BARS(BAR(0, IO, K(16), K(4), 0),
			     BAR(0, IO, K(20), K(4), 1),
			     BAR(1, IO, K(24), 256, 2),
			     WANTED(0, IO, 512, 3)),
			DEVS(LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, PLACED),
		EXPECT_WINDOWS({ K(12), K(12) }, { SAME }),
	},
	{
		.name = "port I/O does not go above 64 KiB with a 16-bit window",
		.model = {
			APERTURES(APERTURE(IO, K(56), K(64))),
			WINDOWS(IO_WINDOW(TOP, K(56), K(4))),
			BARS(FIXED(0, IO, K(56), K(4), 0),
			     WANTED(0, IO, K(4), 1),
			     WANTED(0, IO, K(4), 2),
			     WANTED(TOP, IO, K(4), 3)),
			DEVS(LIVE, NEW, NEW, NEW),
		},
		EXPECT_BARS(SAME, K(60), NOWHERE, PLACED),
		EXPECT_WINDOWS({ K(56), K(8) }),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, 0, TOP, TOP, 0 },
	},
	{
		.name = "an optional BAR takes a free gap",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     OPTIONAL(0, MEM, K(64), 0)),
			DEVS(LIVE),
		},
		EXPECT_BARS(SAME, M(17)),
		EXPECT_WINDOWS({ SAME }),
	},
	{
		.name = "an optional BAR without room is left out",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(1))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     OPTIONAL(0, MEM, K(64), 0),
			     OPTIONAL(TOP, MEM, M(32), 0)),
			DEVS(LIVE),
		},
		EXPECT_BARS(SAME, NOWHERE, NOWHERE),
		EXPECT_WINDOWS({ SAME }),
	},
	{
		.name = "a new device's optional BAR, in the window opened for it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(CLOSED(TOP, MEM, 0)),
			BARS(WANTED(0, MEM, M(1), 0),
			     OPTIONAL(0, MEM, M(2), 0),
			     OPTIONAL(0, MEM, M(16), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(PLACED, PLACED, NOWHERE),
		EXPECT_WINDOWS({ ANY }),
	},
	/* A bridge arrives with a device behind its second level */
	{
		.name = "behind a new bridge: windows open, rounded up",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(20), M(2)),
				CLOSED(0, MEM, 0),
				CLOSED(1, MEM, 0),
				CLOSED(1, MEM, 0)),
			BARS(BAR(0, MEM, M(20), M(2), 0),
			     WANTED(2, MEM, K(256), 1),
			     WANTED(2, MEM, M(1), 1),
			     WANTED(1, MEM, K(16), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, PLACED, PLACED, PLACED),
		EXPECT_WINDOWS({ M(20), M(5) }, { M(22), M(3) }, { ANY, M(2) },
			       { NOWHERE }),
	},
	{
		.name = "a reserve is honoured if there is room",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(CLOSED(TOP, MEM, M(8))),
			BARS(WANTED(0, MEM, M(1), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(PLACED),
		EXPECT_WINDOWS({ ANY, M(8) }),
	},
	{
		.name = "a reserve is given up before a driver is disturbed",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(CLOSED(TOP, MEM, M(6))),
			BARS(BAR(TOP, MEM, M(20), M(1), 0),
			     WANTED(0, MEM, M(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, PLACED),
		EXPECT_WINDOWS({ ANY, M(1) }),
	},
	/*
	 *	0   4   8
	 *	[a][....][b]XX	+n of 2 with a
	 */
	{
		.name = "an empty window shrinks before a driver is disturbed",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
				WINDOW(TOP, MEM, M(18), M(4)),
				WINDOW(TOP, MEM, M(22), M(2))),
			BARS(BAR(0, MEM, M(16), M(2), 0),
			     BAR(2, MEM, M(22), M(2), 1),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(18)),
		EXPECT_WINDOWS({ M(16), M(4) }, { ANY }, { SAME }),
	},
	{
		.name = "an empty window stays as it is if nobody needs it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
				WINDOW(TOP, MEM, M(18), M(4)),
				WINDOW(1, MEM, M(19), M(2))),
			BARS(BAR(0, MEM, M(16), M(2), 0),
			     WANTED(TOP, MEM, M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, PLACED),
		EXPECT_WINDOWS({ SAME }, { SAME }, { SAME }),
	},
	/* p is a BAR of the bridge whose window is 0; it is full */
	{
		.name = "a bridge's own BAR lies beside its window and moves",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
			BARS(BAR(0, MEM, M(16), M(2), 0),
			     BAR(TOP, MEM, M(18), K(4), 1),
			     FIXED(TOP, MEM, M(20), M(1), TOP),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(PAUSED, LIVE, NEW),
		},
		EXPECT_BARS(SAME, MOVED, SAME, M(18)),
		EXPECT_WINDOWS({ M(16), M(4) }),
		.live = 1,
	},
	{
		.name = "prefetchable BARs in a plain window",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW32(TOP, MEM, M(16), M(2)),
				CLOSED(0, PREF, 0)),
			BARS(BAR32(0, PREF, M(16), M(1), 0),
			     WANTED(0, PREF, M(1), 1),
			     WANTED(1, PREF, M(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, PLACED, PLACED),
		EXPECT_WINDOWS({ M(16), M(3) }, { ANY, M(1) }),
	},
	{
		.name = "two BARs of one device are one device disturbed",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     BAR(TOP, MEM, M(20), M(1), 1),
			     BAR(TOP, MEM, M(21), M(1), 1),
			     FIXED(TOP, MEM, M(17), M(1), TOP),
			     WANTED(TOP, MEM, M(4), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(18), M(19), SAME, M(20)),
		.live = 1,
	},
	{
		.name = "a BAR that firmware misaligned stays where it is",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS({ .window = TOP, .type = MEM, .start = M(16) + 256,
			       .size = 256, .align = K(4), .max = U32_MAX,
			       .dev = 0, .assigned = true },
			     WANTED(TOP, MEM, M(4), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(20)),
	},
	{
		.name = "ranges in the way may overlap each other",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, M(16), M(4), TOP),
			     FIXED(TOP, MEM, M(18), M(1), TOP),
			     FIXED(TOP, MEM, M(14), M(4), TOP),
			     WANTED(TOP, MEM, M(2), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, M(20)),
	},
	/*
	 * Hostile models
	 */
	{
		.name = "invalid: two BARs overlap",
		.err = -EINVAL,
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(BAR(TOP, MEM, M(16), M(2), 0),
			     BAR(TOP, MEM, M(17), M(1), 0)),
			DEVS(LIVE),
		},
	},
	{
		.name = "invalid: a window is its own parent",
		.err = -EINVAL,
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(0, MEM, M(16), M(2))),
		},
	},
	{
		.name = "invalid: a BAR outside of its window",
		.err = -EINVAL,
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
			BARS(BAR(0, MEM, M(18), M(1), 0)),
			DEVS(LIVE),
		},
	},
	{
		.name = "invalid: a size of zero",
		.err = -EINVAL,
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(WANTED(TOP, MEM, 0, 0)),
			DEVS(NEW),
		},
	},
	{
		.name = "invalid: an alignment that is no power of two",
		.err = -EINVAL,
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(WANTED(TOP, MEM, M(3), 0)),
			DEVS(NEW),
		},
	},
	{
		.name = "invalid: beyond the end of the address space",
		.err = -EINVAL,
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, U64_MAX - M(1) + 1, M(2), TOP)),
		},
	},
	{
		.name = "invalid: in the way, but nowhere",
		.err = -EINVAL,
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(WANTED(TOP, MEM, M(2), TOP)),
		},
	},
	{
		.name = "absurd sizes are refused",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(CLOSED(TOP, MEM, 1ULL << 63)),
			BARS(WANTED(0, MEM, 1ULL << 63, 0),
			     WANTED(0, MEM, 1ULL << 63, 0),
			     WANTED(0, MEM, 1ULL << 62, 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE, NOWHERE),
		EXPECT_WINDOWS({ NOWHERE }),
		.refused = BIT(0) | BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 0, TOP, TOP, TOP, 0 },
	},
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
	       refusal->gap == expected->gap;
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
	*where = plan->nr_live;
	if (plan->nr_live != c->live)
		return "drivers that are disturbed but keep running";
	*where = plan->nr_paused;
	return plan->nr_paused == c->paused ? NULL : "drivers that are paused";
}

#endif /* _PCI_MOVABLE_LAYOUT_CASES_H */
