/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: what is given up first
 * (optional BARs, reserves, the sizes of windows)
 */
#ifndef _PCI_MOVABLE_CASES_WISH_H
#define _PCI_MOVABLE_CASES_WISH_H

#include "layout_cases.h"

static const struct layout_case cases_wish[] = {
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
	/*
	 *	16 [a][....][b]XX	+n of 2 in a
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
	/*
	 *	16 ...o	+n of 4: o, though optional, has an address already
	 */
	{
		.name = "an optional BAR that has an address is not dropped for a new device",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(OPTIONAL_AT(TOP, MEM, M(19), M(1), 0),
			     WANTED(TOP, MEM, M(4), 1)),
			DEVS(IDLE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 1, TOP, TOP, TOP, M(3) },
	},
	/*
	 *	16 .a..o...	+n of 4: o moves, of a device without driver
	 */
	{
		.name = "an optional BAR that has an address moves like any other",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(BAR(TOP, MEM, M(17), M(1), 0),
			     OPTIONAL_AT(TOP, MEM, M(20), M(1), 1),
			     WANTED(TOP, MEM, M(4), 2)),
			DEVS(LIVE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, MOVED, M(20)),
	},
	/*
	 *	16 .a.b		+n of 1, and of 2 optionally: a or b would have to move
	 */
	{
		.name = "an optional BAR disturbs nobody",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(17), M(1), 0),
			     BAR(TOP, MEM, M(19), M(1), 1),
			     WANTED(TOP, MEM, M(1), 2),
			     OPTIONAL(TOP, MEM, M(2), 2)),
			DEVS(LIVE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, SAME, PLACED, NOWHERE),
	},
	/*
	 *	16 a...		+m of 2 optionally and 1, +n of 2
	 */
	{
		.name = "an optional BAR keeps no other device out",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     OPTIONAL(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE, M(17), M(18)),
	},
	/*
	 * 8 VFs of 1 each, aligned to 1
	 *
	 *	16 F........G	+n of 8 optionally: fits though not aligned to 8
	 */
	{
		.name = "optional BARs of several VFs are aligned to one VF's",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(10))),
			BARS(FIXED(TOP, MEM, M(16), M(1), 0),
			     FIXED(TOP, MEM, M(25), M(1), 0),
			     { .window = TOP, .type = MEM, .size = M(8), .align = M(1),
			       .max = U64_MAX, .dev = 0, .optional = true }),
			DEVS(LIVE),
		},
		EXPECT_BARS(SAME, SAME, M(17)),
	},
	/*
	 *	16 [a]...	+n of 1, and of 2 optionally, in a
	 */
	{
		.name = "a window grows for an optional BAR, if its device is new",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(1))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     WANTED(0, MEM, M(1), 1),
			     OPTIONAL(0, MEM, M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(17), M(18)),
		EXPECT_WINDOWS({ M(16), M(4) }),
	},
	{
		.name = "a closed window does not open for an optional BAR of an old device",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			WINDOWS(CLOSED(TOP, MEM, M(2))),
			BARS(OPTIONAL(0, MEM, M(1), 0)),
			DEVS(LIVE),
		},
		EXPECT_BARS(NOWHERE),
		EXPECT_WINDOWS({ NOWHERE }),
	},
	{
		.name = "an optional BAR that no address reaches",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR_FULL(0, TOP, MEM, 0, M(1), M(1) - 2, 0, false, false,
				      true),
			     BAR_FULL(0, TOP, IO, 0, 256, 0, 0, false, false, true),
			     WANTED(TOP, MEM, M(1), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE, PLACED),
	},
	/* n needs addresses since it lost them, and takes its ROM along */
	{
		.name = "an optional BAR of a device that is served late",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			WINDOWS(CLOSED(TOP, MEM, 0)),
			BARS(WANTED(0, MEM, M(1), 0),
			     OPTIONAL(0, MEM, M(2), 0)),
			DEVS(IDLE),
		},
		EXPECT_BARS(PLACED, PLACED),
		EXPECT_WINDOWS({ ANY, M(3) }),
	},
	/*
	 *	16 ......	+m of 1, wish for 8; +n of 1, wish for 4
	 *	=> [m][n...]
	 */
	{
		.name = "of two reserves the one there is room for",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(6))),
			WINDOWS(CLOSED(TOP, MEM, M(8)),
				CLOSED(TOP, MEM, M(4))),
			BARS(WANTED(0, MEM, M(1), 0),
			     WANTED(1, MEM, M(1), 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED),
		EXPECT_WINDOWS({ ANY, M(1) }, { ANY, M(4) }),
	},
	/*
	 *	16 ....		+n of 4, wish for 8
	 */
	{
		.name = "a reserve is given up before a device is refused",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			WINDOWS(CLOSED(TOP, MEM, M(8))),
			BARS(WANTED(0, MEM, M(4), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(M(16)),
		EXPECT_WINDOWS({ M(16), M(4) }),
	},
	/*
	 *	16 ......	+m of 1 and 2 optionally; +n of 1, wish for 4
	 */
	{
		.name = "a reserve is given up before an optional BAR",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(6))),
			WINDOWS(CLOSED(TOP, MEM, 0),
				CLOSED(TOP, MEM, M(4))),
			BARS(WANTED(0, MEM, M(1), 0),
			     OPTIONAL(0, MEM, M(2), 0),
			     WANTED(1, MEM, M(1), 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED, PLACED),
		EXPECT_WINDOWS({ ANY, M(3) }, { ANY, M(1) }),
	},
	/*
	 *	16 [[F]].......	+n of 1 in F, whose window wishes for 4
	 */
	{
		.name = "a reserve inside, and the window around has to grow for it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(1)),
				WINDOW_FULL(0, 0, MEM, M(16), M(1), U64_MAX, M(1), M(4),
					    true, false)),
			BARS(FIXED(1, MEM, M(16), M(1), 0),
			     WANTED(1, MEM, M(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(17)),
		EXPECT_WINDOWS({ M(16), M(4) }, { M(16), M(4) }),
	},
	{
		.name = "a reserve that is no multiple of the granularity is rounded up",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(CLOSED(TOP, MEM, M(3) - K(64))),
			BARS(WANTED(0, MEM, M(1), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(PLACED),
		EXPECT_WINDOWS({ ANY, M(3) }),
	},
	{
		.name = "a reserve smaller than what is needed changes nothing",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(CLOSED(TOP, MEM, M(1))),
			BARS(WANTED(0, MEM, M(2), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(PLACED),
		EXPECT_WINDOWS({ ANY, M(2) }),
	},
	/*
	 *	16 [a]...	+n below the host bridge; a's window wishes for 4
	 */
	{
		.name = "a reserve does not change a window that nobody touches",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW_FULL(0, TOP, MEM, M(16), M(1), U64_MAX, M(1),
					    M(4), true, false),
				CLOSED(TOP, MEM, M(2))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, PLACED),
		EXPECT_WINDOWS({ SAME }, { NOWHERE }),
	},
	/*
	 *	16 [a...][FF]XX	+n of 2 in F
	 *	=> [a].[nnFF]XX
	 */
	{
		.name = "a window shrinks to what is in it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(4)),
				WINDOW(TOP, MEM, M(20), M(2))),
			BARS(BAR(0, MEM, M(16) + K(64), K(64), 0),
			     FIXED(1, MEM, M(20), M(2), 1),
			     BLOCKER(TOP, MEM, M(22), M(2)),
			     WANTED(1, MEM, M(2), 2)),
			DEVS(PAUSED, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, M(18)),
		EXPECT_WINDOWS({ ANY, 0 }, { M(18), M(4) }),
	},
	/*
	 *	16 [[a...]][FF]XXXX	+n of 2 in F
	 *	=> [[a]].[nnFF]XXXX
	 */
	{
		.name = "windows in each other shrink together",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(10))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(4)),
				WINDOW(0, MEM, M(16), M(4)),
				WINDOW(TOP, MEM, M(20), M(2))),
			BARS(BAR(1, MEM, M(16), M(1), 0),
			     FIXED(2, MEM, M(20), M(2), 1),
			     BLOCKER(TOP, MEM, M(22), M(4)),
			     WANTED(2, MEM, M(2), 2)),
			DEVS(PAUSED, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, M(18)),
		EXPECT_WINDOWS({ ANY, 0 }, { ANY, 0 }, { M(18), M(4) }),
	},
	/*
	 * n can be in the lower half only, F is in the upper one
	 *
	 *	64 ....[a...]F.......	+n of 8
	 */
	{
		.name = "a window that moves keeps its size",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(68), M(4))),
			BARS(BAR(0, MEM, M(68), M(1), 0),
			     FIXED(TOP, MEM, M(72), M(1), 1),
			     WANTED(TOP, MEM, M(8), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(MOVED, SAME, M(64)),
		EXPECT_WINDOWS({ ANY, M(4) }),
		.live = 1,
	},
	/*
	 *	64 ....[a...]FFFFFF..	+n of 8: 2 are left for a
	 */
	{
		.name = "a window that moves gives up its size if there is no room",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(68), M(4))),
			BARS(BAR(0, MEM, M(68), M(1), 0),
			     FIXED(TOP, MEM, M(72), M(4), 1),
			     FIXED(TOP, MEM, M(76), M(2), 1),
			     WANTED(TOP, MEM, M(8), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(MOVED, SAME, SAME, M(64)),
		.live = 1,
	},
};

#endif /* _PCI_MOVABLE_CASES_WISH_H */
