/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: why a device was refused
 * (each field of what is said)
 */
#ifndef _PCI_MOVABLE_CASES_REFUSE_H
#define _PCI_MOVABLE_CASES_REFUSE_H

#include "layout_cases.h"

static const struct layout_case cases_refuse[] = {
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
		.refusal = { PCI_LAYOUT_BLOCKED, 2, TOP, TOP, 0, M(4),
			     1, { 0 } },
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
		.refusal = { PCI_LAYOUT_BLOCKED, 3, 0, 1, 2, M(1),
			     2, { 1, 2 } },
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
	/*
	 *	17 ......	+n of 4: aligned, 3 are left of it
	 */
	{
		.name = "large enough, but not where the alignment would be",
		.model = {
			APERTURES(APERTURE(MEM, M(17), M(6))),
			BARS(WANTED(TOP, MEM, M(4), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 0, TOP, TOP, TOP, M(3) },
	},
	/*
	 *	16 ..	18 ..	+n of 4
	 */
	{
		.name = "two apertures side by side are not one",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(2)),
				  APERTURE(MEM, M(18), M(2))),
			BARS(WANTED(TOP, MEM, M(4), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 0, TOP, TOP, TOP, M(2) },
	},
	/*
	 *	16 ......	+n of 4 and of 4
	 */
	{
		.name = "each BAR would fit, but not both, even if nobody were there",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(6))),
			BARS(BAR(TOP, MEM, M(21), M(1), 0),
			     WANTED(TOP, MEM, M(4), 1),
			     WANTED(TOP, MEM, M(4), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 1, TOP, TOP, TOP, M(6) },
	},
	/* 64 below 4 GiB, 1024 above, where a 32-bit BAR cannot be	+n of 128 */
	{
		.name = "large enough, but not for a 32-bit BAR",
		.model = {
			APERTURES(APERTURE(MEM, G(3), M(64)),
				  APERTURE(MEM, G(32), G(1))),
			BARS(WANTED32(TOP, MEM, M(128), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 0, TOP, TOP, TOP, M(64) },
	},
	/* The same, but it is the window that cannot */
	{
		.name = "large enough, but not for a 32-bit window",
		.model = {
			APERTURES(APERTURE(MEM, G(3), M(64)),
				  APERTURE(MEM, G(32), G(1))),
			WINDOWS(WINDOW32(TOP, MEM, G(3), M(1)),
				WINDOW(0, MEM, G(3), M(1))),
			BARS(BAR(1, MEM, G(3), M(1), 0),
			     WANTED(0, PREF, M(128), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 1, 0, TOP, TOP, M(64) },
	},
	{
		.name = "an aperture for prefetchable memory only",
		.model = {
			APERTURES(APERTURE(PREF, G(32), G(1))),
			WINDOWS(CLOSED(TOP, MEM, 0)),
			BARS(WANTED(TOP, MEM, M(1), 0),
			     WANTED(0, PREF, M(1), 1),
			     WANTED(TOP, PREF, M(1), 2)),
			DEVS(NEW, NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE, PLACED),
		.refused = BIT(0) | BIT(1),
		.refusal = { PCI_LAYOUT_NO_WINDOW, 0, TOP, TOP, TOP, 0 },
	},
	{
		.name = "a host bridge without apertures",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			BARS(BAR_FULL(1, TOP, MEM, 0, M(1), U64_MAX, 0, false, false,
				      false)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_WINDOW, 0, TOP, TOP, TOP, 0 },
	},
	/* The window is not fixed and would open, but the one above has none */
	{
		.name = "no window leads to the bridge above",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(NO_WINDOW(TOP, MEM),
				CLOSED(0, MEM, 0)),
			BARS(WANTED(1, MEM, M(1), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE),
		EXPECT_WINDOWS({ NOWHERE }, { NOWHERE }),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_WINDOW, 0, 0, TOP, TOP, 0 },
	},
	/* The device has a BAR that no address reaches, and one that could be had */
	{
		.name = "a BAR without window, beside one with",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			BARS(WANTED(TOP, MEM, M(4), 0),
			     BAR_FULL(0, TOP, IO, 0, 256, 0, 0, false, false, false)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_WINDOW, 1, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 F.......	+n of 8, aligned to 2: at 18, 6 are left
	 */
	{
		.name = "blocked from below",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, M(16), M(1), 0),
			     WANTED_ALIGNED(TOP, MEM, M(8), M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_BLOCKED, 1, TOP, 0, TOP, M(6),
			     1, { 0 } },
	},
	/*
	 *	16 .....F..	+n of 8, aligned to 2
	 */
	{
		.name = "blocked from above",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, M(21), M(1), 0),
			     WANTED_ALIGNED(TOP, MEM, M(8), M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_BLOCKED, 1, TOP, TOP, 0, M(5),
			     1, { 0 } },
	},
	/*
	 *	16 .F.a...G	+n of 6, aligned to 1: 5, once a is gone
	 */
	{
		.name = "blocked from both sides",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, M(23), M(1), 0),
			     FIXED(TOP, MEM, M(17), M(1), 1),
			     BAR(TOP, MEM, M(19), M(1), 2),
			     WANTED_ALIGNED(TOP, MEM, M(6), M(1), 3)),
			DEVS(LIVE, LIVE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, NOWHERE),
		.refused = BIT(3),
		.refusal = { PCI_LAYOUT_BLOCKED, 3, TOP, 1, 0, M(5),
			     2, { 1, 0 } },
	},
	/*
	 * The inner window cannot pass G, which is in the outer one
	 *
	 *	16 ....[[F]G]..	+n of 8 in F: 16 to 19 at best
	 */
	{
		.name = "blocked in a window of a window",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(20), M(2)),
				WINDOW(0, MEM, M(20), M(1))),
			BARS(FIXED(1, MEM, M(20), M(1), 0),
			     FIXED(0, MEM, M(21), M(1), 1),
			     WANTED(1, MEM, M(8), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE),
		EXPECT_WINDOWS({ SAME }, { SAME }),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_BLOCKED, 2, 1, TOP, 0, M(4) },
	},
	/*
	 * Nothing fixed in the inner window: it would go anywhere, were it not for
	 * the outer one
	 *
	 *	16 F[G[a]]H.	+n of 4 in a
	 */
	{
		.name = "blocked in the window around",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(6))),
			WINDOWS(WINDOW(TOP, MEM, M(17), M(2)),
				WINDOW(0, MEM, M(18), M(1))),
			BARS(FIXED(TOP, MEM, M(16), M(1), 0),
			     FIXED(0, MEM, M(17), M(1), 0),
			     BAR(1, MEM, M(18), M(1), 1),
			     FIXED(TOP, MEM, M(20), M(1), 0),
			     WANTED_ALIGNED(1, MEM, M(4), M(1), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, SAME, NOWHERE),
		EXPECT_WINDOWS({ SAME }, { SAME }),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_BLOCKED, 4, 0, 1, 3, M(2),
			     1, { 3 } },
	},
	/*
	 * Each BAR of n would fit below G, but not both. Without G they would not
	 * either, without F they would.
	 *
	 *	16 .....G...F...	+n of 5 and 5, aligned to 1
	 */
	{
		.name = "blocked by a BAR elsewhere than at the best gap",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(13))),
			BARS(FIXED(TOP, MEM, M(21), M(1), 0),
			     FIXED(TOP, MEM, M(25), M(1), 1),
			     WANTED_ALIGNED(TOP, MEM, M(5), M(1), 2),
			     WANTED_ALIGNED(TOP, MEM, M(5), M(1), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_BLOCKED, 2, TOP, TOP, 0, M(5),
			     1, { 1 } },
	},
	/*
	 * a can be nowhere else. Without it, n would fit.
	 *
	 *	16 F...aaaa	+n of 4, aligned to 1: 3 above F
	 */
	{
		.name = "no space, above a fixed BAR",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, M(16), M(1), 0),
			     BAR(TOP, MEM, M(20), M(4), 1),
			     WANTED_ALIGNED(TOP, MEM, M(4), M(1), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, 0, TOP, M(3) },
	},
	/*
	 *	16 aaaa...F	+n of 4, aligned to 1: 3 below F
	 */
	{
		.name = "no space, below a fixed BAR",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(FIXED(TOP, MEM, M(23), M(1), 0),
			     BAR(TOP, MEM, M(16), M(4), 1),
			     WANTED_ALIGNED(TOP, MEM, M(4), M(1), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, 0, M(3) },
	},
	/*
	 *	16 ..F...G.aaaa		+n of 4, aligned to 1: 3 between F and G
	 */
	{
		.name = "no space, between fixed BARs",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(12))),
			BARS(FIXED(TOP, MEM, M(18), M(1), 0),
			     FIXED(TOP, MEM, M(22), M(1), 0),
			     BAR(TOP, MEM, M(24), M(4), 1),
			     WANTED_ALIGNED(TOP, MEM, M(4), M(1), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 3, TOP, 0, 1, M(3) },
	},
	/*
	 *	16 [[aa]bb]	+n of 2 in a
	 */
	{
		.name = "no space in a window of a window",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(4)),
				WINDOW(0, MEM, M(16), M(2))),
			BARS(BAR(1, MEM, M(16), M(2), 0),
			     BAR(0, MEM, M(18), M(2), 1),
			     WANTED(1, MEM, M(2), 2)),
			DEVS(IDLE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE),
		EXPECT_WINDOWS({ SAME }, { SAME }),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, 1, TOP, TOP, 0 },
	},
	/*
	 * m is served and takes what n would have got
	 *
	 *	16 F...		+m of 2, +n of 2
	 */
	{
		.name = "no space beside a new one",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(FIXED(TOP, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED_ALIGNED(TOP, MEM, M(2), M(1), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, M(18), NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, 0, TOP, M(1) },
	},
	/*
	 * F is of memory and has nothing to do with ports
	 *
	 *	16 aab.	256 bytes per block; of memory: FFFF	+n of 2
	 */
	{
		.name = "no space for ports, whatever is in memory at the same addresses",
		.model = {
			APERTURES(APERTURE(IO, K(4), K(1)),
				  APERTURE(MEM, K(4), K(1))),
			BARS(FIXED(TOP, MEM, K(4), K(1), 0),
			     BAR(TOP, IO, K(4), 512, 1),
			     BAR(TOP, IO, K(4) + 512, 256, 1),
			     WANTED(TOP, IO, 512, 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 3, TOP, TOP, TOP, 0 },
	},
	/*
	 * Of n's BARs each has room, the largest is named
	 *
	 *	16 a.......	+n of 1, 4 and 4
	 */
	{
		.name = "no space for all BARs: the largest is named, the first of its size",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8)),
				  APERTURE(MEM, M(32), M(1))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     BAR(TOP, MEM, M(32), M(1), 1),
			     WANTED(TOP, MEM, M(1), 2),
			     WANTED(TOP, MEM, M(4), 2),
			     WANTED(TOP, MEM, M(4), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE, NOWHERE, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 3, TOP, TOP, TOP, M(4) },
	},
	/* m never fits; n would, were its window not one that must stay closed */
	{
		.name = "a window that must stay closed, though there is room",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW_FULL(0, TOP, MEM, 0, 0, U64_MAX, M(1), 0,
					    false, true),
				CLOSED(0, MEM, 0)),
			BARS(WANTED(TOP, MEM, M(32), 0),
			     WANTED(1, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(16), 2)),
			DEVS(NEW, NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE, M(16)),
		EXPECT_WINDOWS({ SAME }, { NOWHERE }),
		.refused = BIT(0) | BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 0, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 aab.	256 bytes per block; a window of ports: [....]	+n of 2
	 */
	{
		.name = "no space in memory, whatever window of ports is there",
		.model = {
			APERTURES(APERTURE(IO, K(4), K(4)),
				  APERTURE(MEM, K(4), K(1))),
			WINDOWS(IO_WINDOW(TOP, K(4), K(4))),
			BARS(BAR(TOP, MEM, K(4), 512, 0),
			     BAR(TOP, MEM, K(4) + 512, 256, 0),
			     WANTED_ALIGNED(TOP, MEM, 512, 256, 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, NOWHERE),
		EXPECT_WINDOWS({ SAME }),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, TOP, 256 },
	},
	{
		.name = "a window that must stay closed",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(16))),
			WINDOWS(WINDOW_FULL(0, TOP, MEM, 0, 0, U64_MAX, M(1), 0,
					    false, true)),
			BARS(WANTED(0, MEM, M(1), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE),
		EXPECT_WINDOWS({ SAME }),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_WINDOW, 0, 0, TOP, TOP, 0 },
	},
	/* A window that must stay is in the way like a fixed BAR, but is none
	 *
	 *	16 ....[F]...	+n of 8
	 */
	{
		.name = "blocked by a window that must stay",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(FIXED_WINDOW(TOP, MEM, M(20), M(1))),
			BARS(WANTED(TOP, MEM, M(8), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(NOWHERE),
		EXPECT_WINDOWS({ SAME }),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_BLOCKED, 0, TOP, TOP, TOP, M(4) },
	},
	/*
	 * The window must stay, and what is beside it helps nobody
	 *
	 *	16 [a.]......	+n of 2 in a, aligned to 1
	 */
	{
		.name = "no space in a window that must stay",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(FIXED_WINDOW(TOP, MEM, M(16), M(2))),
			BARS(BAR(0, MEM, M(16), M(1), 0),
			     WANTED_ALIGNED(0, MEM, M(2), M(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		EXPECT_WINDOWS({ SAME }),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 1, 0, TOP, TOP, M(1) },
	},
};

#endif /* _PCI_MOVABLE_CASES_REFUSE_H */
