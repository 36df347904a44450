/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: room without moving anybody
 * (free gaps, windows that grow, windows that open)
 */
#ifndef _PCI_MOVABLE_CASES_ROOM_H
#define _PCI_MOVABLE_CASES_ROOM_H

#include "layout_cases.h"

static const struct layout_case cases_room[] = {
	/*
	 * Holes and slack stay as they are
	 *
	 *	16 [a..b....]...[c]....
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
	 *	16 [a..b....]	+n of 2 in a
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
	 *	16 ....[ab]....	+n of 2 in a
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
	 *	16 ..[ab][c]XX	+n of 2 in a
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
	 * Two windows could both grow into the gap between them, but one can
	 * grow elsewhere
	 *
	 *	16 ..[F]..[G]XX	+m of 2 in F, +n of 2 in G
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
	 *	66 ..........		+k of 4 and +l of 1 in the inner one, +m of 4, +n of 1
	 *	=> [n[lkkkk]mmmm]
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
	/*
	 * F is in the window that has to grow, and neither side has room for both
	 *
	 *	16 ..[F]..		+m of 2, +n of 2
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
	/*
	 * Each gap holds one of them, and the smaller one arrives first
	 *
	 *	16 FF..GGGG....		+m of 2, +n of 4
	 */
	{
		.name = "the small gap for the small BAR",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(12))),
			BARS(FIXED(TOP, MEM, M(16), M(2), 0),
			     FIXED(TOP, MEM, M(20), M(4), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(4), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(18), M(24)),
	},
	/*
	 *	16 [[a..]bbb]	+n of 2 in a
	 */
	{
		.name = "a free gap two windows deep",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(8)),
				WINDOW(0, MEM, M(16), M(4))),
			BARS(BAR(1, MEM, M(16), M(1), 0),
			     BAR(0, MEM, M(20), M(4), 1),
			     WANTED(1, MEM, M(2), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(18)),
		EXPECT_WINDOWS({ SAME }, { SAME }),
	},
	/*
	 *	16 [[aa]..bbbb]	+n of 2 in a
	 *	=> [[aann]bbbb]
	 */
	{
		.name = "an inner window grows, the outer one has room for it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(8)),
				WINDOW(0, MEM, M(16), M(2))),
			BARS(BAR(1, MEM, M(16), M(2), 0),
			     BAR(0, MEM, M(20), M(4), 1),
			     WANTED(1, MEM, M(2), 2)),
			DEVS(PAUSED, PAUSED, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(18)),
		EXPECT_WINDOWS({ SAME }, { M(16), M(4) }),
	},
	/*
	 *	16 [[[aa]]]......	+n of 2 in a
	 */
	{
		.name = "three windows in each other grow together",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
				WINDOW(0, MEM, M(16), M(2)),
				WINDOW(1, MEM, M(16), M(2))),
			BARS(FIXED(2, MEM, M(16), M(2), 0),
			     WANTED(2, MEM, M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(18)),
		EXPECT_WINDOWS({ M(16), M(4) }, { M(16), M(4) }, { M(16), M(4) }),
	},
	/*
	 * Inside, each can grow on one side only, and outside so does the other
	 *
	 *	16 ..[[F]X[G]]..	+m of 2 in F, +n of 2 in G
	 */
	{
		.name = "an outer window grows on both sides for two inner ones",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(10))),
			WINDOWS(WINDOW(TOP, MEM, M(18), M(6)),
				WINDOW(0, MEM, M(18), M(2)),
				WINDOW(0, MEM, M(22), M(2))),
			BARS(FIXED(1, MEM, M(18), M(2), 0),
			     BLOCKER(0, MEM, M(20), M(2)),
			     FIXED(2, MEM, M(22), M(2), 1),
			     WANTED(1, MEM, M(2), 2),
			     WANTED(2, MEM, M(2), 3)),
			DEVS(LIVE, LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, M(16), M(24)),
		EXPECT_WINDOWS({ M(16), M(10) }, { M(16), M(4) }, { M(22), M(4) }),
	},
	/*
	 *	16 ....		+n of 1/1024, below three closed windows
	 *	=> [[[n]]]
	 */
	{
		.name = "three closed windows open, by no more than their granularity",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			WINDOWS(CLOSED(TOP, MEM, 0),
				CLOSED(0, MEM, 0),
				CLOSED(1, MEM, 0)),
			BARS(WANTED(2, MEM, K(1), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(PLACED),
		EXPECT_WINDOWS({ ANY, M(1) }, { ANY, M(1) }, { ANY, M(1) }),
	},
	/*
	 *	16 [a.......]	+n of 2 below a closed window beside a
	 */
	{
		.name = "a closed window opens in the gap of an open one",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(8)),
				CLOSED(0, MEM, 0),
				CLOSED(1, MEM, 0)),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     WANTED(2, MEM, M(2), 1),
			     WANTED(1, MEM, M(1), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, PLACED, PLACED),
		EXPECT_WINDOWS({ SAME }, { ANY, M(3) }, { ANY, M(2) }),
	},
	/*
	 * The bridge p arrives with two devices behind it
	 *
	 *	16 [aa]......	+p of 1/256 beside a, +m of 4, +n of 1 behind p
	 */
	{
		.name = "a new bridge: a BAR of its own, and a window",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
				CLOSED(TOP, MEM, 0)),
			BARS(BAR(0, MEM, M(16), M(2), 0),
			     WANTED(TOP, MEM, K(4), 1),
			     WANTED(1, MEM, M(4), 2),
			     WANTED(1, MEM, M(1), 3)),
			DEVS(LIVE, NEW, NEW, NEW),
		},
		EXPECT_BARS(SAME, PLACED, M(20), M(19)),
		EXPECT_WINDOWS({ SAME }, { M(19), M(5) }),
	},
	/*
	 * F is a BAR of the bridge of the window
	 *
	 *	16 ..[a]F...	+n of 1 in a
	 */
	{
		.name = "a bridge's fixed BAR beside its window: it grows the other way",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(18), M(1))),
			BARS(FIXED(TOP, MEM, M(19), M(1), 0),
			     BAR(0, MEM, M(18), M(1), 1),
			     WANTED(0, MEM, M(1), 2)),
			DEVS(LIVE, PAUSED, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(17)),
		EXPECT_WINDOWS({ M(17), M(2) }),
	},
	/*
	 * The aperture ends where the addresses end	+n of 4
	 */
	{
		.name = "up to the last address there is",
		.model = {
			APERTURES(APERTURE(MEM, U64_MAX - M(4) + 1, M(4))),
			WINDOWS(CLOSED(TOP, MEM, 0)),
			BARS(WANTED(0, MEM, M(4), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(U64_MAX - M(4) + 1),
		EXPECT_WINDOWS({ U64_MAX - M(4) + 1, M(4) }),
	},
	/* Half of the address space is taken, a quarter wanted */
	{
		.name = "an aperture of the whole address space",
		.model = {
			APERTURES(APERTURE(MEM, 0, 0)),
			BARS(FIXED(TOP, MEM, 0, 1ULL << 63, 0),
			     FIXED(TOP, MEM, 3ULL << 62, 1ULL << 62, 0),
			     WANTED(TOP, MEM, 1ULL << 62, 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, 1ULL << 63),
	},
	/*
	 * The half block above F is free, but the window ends at whole ones
	 *
	 *	15 .[FF]X	X: the upper half only	+n of 1/2 in F
	 */
	{
		.name = "what is not a multiple of the granularity cannot be used, above",
		.model = {
			APERTURES(APERTURE(MEM, M(15), M(4))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
			BARS(FIXED(0, MEM, M(16), M(2), 0),
			     BLOCKER(TOP, MEM, M(18) + K(512), K(512)),
			     WANTED(0, MEM, K(512), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, PLACED),
		EXPECT_WINDOWS({ M(15), M(3) }),
	},
	/*
	 *	15 X[FF].	X: the lower half only	+n of 1/2 in F
	 */
	{
		.name = "what is not a multiple of the granularity cannot be used, below",
		.model = {
			APERTURES(APERTURE(MEM, M(15), M(4))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2))),
			BARS(BLOCKER(TOP, MEM, M(15), K(512)),
			     FIXED(0, MEM, M(16), M(2), 0),
			     WANTED(0, MEM, K(512), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, PLACED),
		EXPECT_WINDOWS({ M(16), M(3) }),
	},
	{
		.name = "an aperture, a window and a BAR of one byte",
		.model = {
			APERTURES(APERTURE(IO, K(4), 1),
				  APERTURE(IO, K(8), 1)),
			WINDOWS(WINDOW_FULL(0, TOP, IO, K(4), 1, U16_MAX, 1, 0, true,
					    false)),
			BARS(BAR(0, IO, K(4), 1, 0),
			     WANTED(TOP, IO, 1, 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, K(8)),
		EXPECT_WINDOWS({ SAME }),
	},
	{
		.name = "nothing at all",
		.model = {},
	},
};

#endif /* _PCI_MOVABLE_CASES_ROOM_H */
