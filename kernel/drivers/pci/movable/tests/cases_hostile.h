/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: models that contradict themselves, and absurd ones
 */
#ifndef _PCI_MOVABLE_CASES_HOSTILE_H
#define _PCI_MOVABLE_CASES_HOSTILE_H

#include "layout_cases.h"

#define INVALID(_name, ...) \
	{ .name = "invalid: " _name, .err = -EINVAL, .model = { __VA_ARGS__ } }

static const struct layout_case cases_hostile[] = {
	/*
	 *	16 aa
	 *	   .b
	 */
	INVALID("two BARs overlap",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BAR(TOP, MEM, M(16), M(2), 0),
		     BAR(TOP, MEM, M(17), M(1), 0)),
		DEVS(LIVE)),
	/*
	 *	16 FF
	 *	   .G
	 */
	INVALID("two fixed BARs overlap",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(FIXED(TOP, MEM, M(16), M(2), 0),
		     FIXED(TOP, MEM, M(17), M(1), 1)),
		DEVS(LIVE, LIVE)),
	INVALID("two BARs at the same address, far from each other in the table",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BAR(TOP, MEM, M(16), M(1), 0),
		     BAR(TOP, MEM, M(18), M(1), 0),
		     BAR(TOP, MEM, M(16), M(1), 0)),
		DEVS(LIVE)),
	/*
	 *	16 XXXX
	 *	   .X.a
	 */
	INVALID("a BAR on what is in the way",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BLOCKER(TOP, MEM, M(16), M(4)),
		     BLOCKER(TOP, MEM, M(17), M(1)),
		     BAR(TOP, MEM, M(19), M(1), 0)),
		DEVS(LIVE)),
	/*
	 *	16 aa...
	 *	   .XXXX
	 */
	INVALID("what is in the way begins in a BAR",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BAR(TOP, MEM, M(16), M(2), 0),
		     BLOCKER(TOP, MEM, M(17), M(4))),
		DEVS(LIVE)),
	/*
	 *	16 [..]
	 *	    .a
	 */
	INVALID("a BAR overlaps a window",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
		BARS(BAR(TOP, MEM, M(17), M(1), 0)),
		DEVS(LIVE)),
	/*
	 *	16 [..]
	 *	    [..]
	 */
	INVALID("two windows overlap",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
			WINDOW(TOP, MEM, M(17), M(2)))),
	INVALID("windows of two host bridges overlap",
		APERTURES(APERTURE_OF(0, MEM, M(16), M(8)),
			  APERTURE_OF(1, MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
			WINDOW_FULL(1, TOP, MEM, M(17), M(2), U64_MAX, M(1), 0,
				    true, false))),
	/*
	 *	16 [[..]..]
	 *	   [.[..].]
	 */
	INVALID("two windows in a window overlap",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(4)),
			WINDOW(0, MEM, M(16), M(2)),
			WINDOW(0, MEM, M(17), M(2)))),
	INVALID("a window is its own parent",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(0, MEM, M(16), M(2)))),
	INVALID("a window comes before its parent",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(1, MEM, M(16), M(2)),
			WINDOW(TOP, MEM, M(16), M(2)))),
	INVALID("a closed window in a ring",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(1, MEM, 0),
			CLOSED(0, MEM, 0))),
	INVALID("a parent that is no index",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(-2, MEM, 0))),
	INVALID("a window of another host bridge than its parent",
		APERTURES(APERTURE_OF(0, MEM, M(16), M(8)),
			  APERTURE_OF(1, MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
			WINDOW_FULL(1, 0, MEM, M(16), M(1), U64_MAX, M(1), 0,
				    true, false))),
	INVALID("ports in a window of memory",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(TOP, MEM, 0),
			CLOSED(0, IO, 0))),
	INVALID("a plain window in a prefetchable one",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(TOP, PREF, 0),
			CLOSED(0, MEM, 0))),
	INVALID("a window of no type",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(TOP, PREF + 1, 0))),
	INVALID("a window without granularity",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW_FULL(0, TOP, MEM, M(16), M(2), U64_MAX, 0, 0,
				    true, false))),
	INVALID("a granularity that is no power of two",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW_FULL(0, TOP, MEM, 0, 0, U64_MAX, M(3), 0,
				    false, false))),
	INVALID("a window that starts between multiples of its granularity",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16) + K(4), M(2) - K(4)))),
	INVALID("a window that ends between multiples of its granularity",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2) + K(4)))),
	INVALID("a window that ends before it starts",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(FIXED_WINDOW(TOP, MEM, M(18), 0))),
	INVALID("a window around the end of the address space",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(FIXED_WINDOW(TOP, MEM, U64_MAX - M(1) + 1, M(2)))),
	INVALID("a window above its limit",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW_FULL(0, TOP, MEM, M(16), M(2), M(17) - 1, M(1), 0,
				    true, false))),
	/*
	 *	16 .......[.|.]
	 */
	INVALID("a window outside of all apertures",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(23), M(2)))),
	INVALID("a window in the aperture of another host bridge",
		APERTURES(APERTURE_OF(1, MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2)))),
	INVALID("a plain window in a prefetchable aperture",
		APERTURES(APERTURE(PREF, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2)))),
	/*
	 *	16 [..]
	 *	    [..]
	 */
	INVALID("a window that sticks out of its parent, above",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
			WINDOW(0, MEM, M(17), M(2)))),
	/*
	 *	16 .[..]
	 *	   [..]
	 */
	INVALID("a window that sticks out of its parent, below",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(17), M(2)),
			WINDOW(0, MEM, M(16), M(2)))),
	/*
	 *	16 [..]
	 *	     [.]
	 */
	INVALID("a fixed window that sticks out of its parent",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
			FIXED_WINDOW(0, MEM, M(18), M(1)))),
	INVALID("an open window in a closed one",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW_FULL(0, TOP, MEM, M(16), M(2), U64_MAX, M(1), 0,
				    false, false),
			WINDOW(0, MEM, M(16), M(1)))),
	/*
	 *	16 [..]a
	 */
	INVALID("a BAR outside of its window, above",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
		BARS(BAR(0, MEM, M(18), M(1), 0)),
		DEVS(LIVE)),
	/*
	 *	16 .F[F.]
	 */
	INVALID("a BAR outside of its window, below",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW(TOP, MEM, M(18), M(2))),
		BARS(FIXED(0, MEM, M(17), M(2), 0)),
		DEVS(LIVE)),
	INVALID("a BAR in a closed window",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(WINDOW_FULL(0, TOP, MEM, M(16), M(2), U64_MAX, M(1), 0,
				    false, false)),
		BARS(BAR(0, MEM, M(16), M(1), 0)),
		DEVS(LIVE)),
	/*
	 *	16 .......a|a
	 */
	INVALID("a BAR outside of all apertures",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BAR(TOP, MEM, M(23), M(2), 0)),
		DEVS(LIVE)),
	INVALID("a BAR below the apertures",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BAR(TOP, MEM, M(15), M(2), 0)),
		DEVS(LIVE)),
	INVALID("a BAR in a window that is none",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED(0, MEM, M(1), 0)),
		DEVS(NEW)),
	INVALID("a BAR in a window below none",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED(-2, MEM, M(1), 0)),
		DEVS(NEW)),
	INVALID("a BAR of a device that is none",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED(TOP, MEM, M(1), 1)),
		DEVS(NEW)),
	INVALID("a BAR of a device below none",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(FIXED(TOP, MEM, M(16), M(1), -2)),
		DEVS(NEW)),
	INVALID("a BAR of another host bridge than its window",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(TOP, MEM, 0)),
		BARS(BAR_FULL(1, 0, MEM, 0, M(1), U64_MAX, 0, false, false,
			      false)),
		DEVS(NEW)),
	INVALID("a BAR of ports in a window of memory",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(TOP, MEM, 0)),
		BARS(WANTED(0, IO, 256, 0)),
		DEVS(NEW)),
	INVALID("a BAR of plain memory in a prefetchable window",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(TOP, PREF, 0)),
		BARS(WANTED(0, MEM, M(1), 0)),
		DEVS(NEW)),
	INVALID("a BAR of memory in a window of ports",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		WINDOWS(CLOSED(TOP, IO, 0)),
		BARS(WANTED(0, PREF, M(1), 0)),
		DEVS(NEW)),
	INVALID("a BAR of no type",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED(TOP, PREF + 1, M(1), 0)),
		DEVS(NEW)),
	INVALID("a BAR of size zero",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED_ALIGNED(TOP, MEM, 0, M(1), 0)),
		DEVS(NEW)),
	INVALID("a BAR without alignment",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED_ALIGNED(TOP, MEM, M(1), 0, 0)),
		DEVS(NEW)),
	INVALID("an alignment that is no power of two",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED_ALIGNED(TOP, MEM, M(1), 3, 0)),
		DEVS(NEW)),
	INVALID("a BAR around the end of the address space",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(FIXED(TOP, MEM, U64_MAX - M(1) + 1, M(2), 0)),
		DEVS(LIVE)),
	INVALID("in the way, around the end of the address space",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BLOCKER(TOP, MEM, U64_MAX - M(1) + 1, M(2)))),
	INVALID("fixed, but nowhere",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BAR_FULL(0, TOP, MEM, M(16), M(1), U64_MAX, 0, false,
			      true, false)),
		DEVS(LIVE)),
	INVALID("in the way, but nowhere",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(WANTED(TOP, MEM, M(2), TOP))),
	INVALID("in the way, but not fixed",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		BARS(BAR(TOP, MEM, M(16), M(2), TOP))),
	INVALID("a device of no cost",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		DEVS({ .cost = PCI_LAYOUT_PAUSED + 1 })),
	INVALID("an aperture that ends before it starts",
		APERTURES({ .start = M(16), .end = M(15), .type = MEM })),
	INVALID("an aperture of no type",
		APERTURES(APERTURE(PREF + 1, M(16), M(8)))),
	/*
	 *	16 ........
	 *	          ........
	 */
	INVALID("two apertures overlap",
		APERTURES(APERTURE(MEM, M(16), M(8)),
			  APERTURE(MEM, M(23), M(8)))),
	INVALID("two apertures overlap, the first is the higher",
		APERTURES(APERTURE(MEM, M(23), M(8)),
			  APERTURE(MEM, M(16), M(8)))),
	INVALID("fewer apertures than none",
		.nr_apertures = -1),
	INVALID("fewer windows than none",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.nr_windows = -1),
	INVALID("fewer bars than none",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.nr_bars = -1),
	INVALID("fewer devs than none",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.nr_devs = -1),
	INVALID("apertures that are nowhere",
		.nr_apertures = 1),
	INVALID("windows that are nowhere",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.nr_windows = 1),
	INVALID("bars that are nowhere",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.nr_bars = 1),
	INVALID("devs that are nowhere",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.nr_devs = 1),
	INVALID("more apertures than any machine has",
		.apertures = (const struct pci_layout_aperture[]) {},
		.nr_apertures = 0x7fffffff),
	INVALID("more windows than any machine has",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.windows = (const struct pci_layout_window[]) {},
		.nr_windows = 0x7fffffff),
	INVALID("more bars than any machine has",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.bars = (const struct pci_layout_bar[]) {},
		.nr_bars = 0x7fffffff),
	INVALID("more devs than any machine has",
		APERTURES(APERTURE(MEM, M(16), M(8))),
		.devs = (const struct pci_layout_dev[]) {},
		.nr_devs = 0x7fffffff),
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
	/* Sizes whose sum has no room in a u64, and nobody gets anything */
	{
		.name = "absurd sizes of one device are refused",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(CLOSED(TOP, MEM, U64_MAX),
				CLOSED(0, MEM, 0)),
			BARS(WANTED(1, MEM, 1ULL << 63, 0),
			     WANTED(1, MEM, 1ULL << 63, 0),
			     WANTED(0, MEM, 1ULL << 63, 0),
			     WANTED(0, MEM, M(1), 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE, NOWHERE, PLACED),
		EXPECT_WINDOWS({ ANY, M(1) }, { NOWHERE }),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 0, TOP, TOP, TOP, 0 },
	},
};

#undef INVALID

#endif /* _PCI_MOVABLE_CASES_HOSTILE_H */
