/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: whom to serve, when there is no room for all
 * (most devices, then the earlier ones)
 */
#ifndef _PCI_MOVABLE_CASES_CHOOSE_H
#define _PCI_MOVABLE_CASES_CHOOSE_H

#include "layout_cases.h"

static const struct layout_case cases_choose[] = {
	/*
	 *	16 a...		+m of 4, +n of 2: m never fits
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
		.name = "refused earlier, served now: not new, without address",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(18), M(1), 0),
			     WANTED(TOP, MEM, M(2), 1)),
			DEVS(LIVE, IDLE),
		},
		EXPECT_BARS(SAME, M(16)),
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
	/*
	 *	16 ....		+k, +m, +n of 2 each
	 */
	{
		.name = "two of three: the first two",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, MEM, M(2), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(NEW, NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED, NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 ..		+m of 2, +n of 1
	 */
	{
		.name = "one of two: the earlier, though the later is smaller",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(2))),
			BARS(WANTED(TOP, MEM, M(2), 0),
			     WANTED(TOP, MEM, M(1), 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(M(16), NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 1, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 ..		+m of 1, +n of 2
	 */
	{
		.name = "one of two: the earlier, though the later is larger",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(2))),
			BARS(WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(2), 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(PLACED, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 1, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 ....		+k of 2, +l, +m, +n of 1
	 */
	{
		.name = "three of four, two ways: the way with the earliest",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, MEM, M(2), 0),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(1), 2),
			     WANTED(TOP, MEM, M(1), 3)),
			DEVS(NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED, PLACED, NOWHERE),
		.refused = BIT(3),
		.refusal = { PCI_LAYOUT_NO_SPACE, 3, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 ....		+k of 1 + 1 + 1, +m of 2, +n of 2
	 */
	{
		.name = "devices count, not BARs",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(NEW, NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, NOWHERE, NOWHERE, PLACED, PLACED),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_SPACE, 0, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 ....		+k of 1 + 1 + 1, +n of 2
	 */
	{
		.name = "one of two: the earlier with all its BARs",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(2), 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED, PLACED, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 3, TOP, TOP, TOP, 0 },
	},
	/*
	 *	16 a...		+d of 2, which is not that new, +n of 2
	 */
	{
		.name = "refused earlier, still no room: order of arrival counts",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(2), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(LIVE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, M(18), NOWHERE),
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, TOP, 0 },
	},
	/*
	 * d works with one BAR and lacks the other one
	 *
	 *	16 d...		+m of 2, d of 2
	 */
	{
		.name = "a device that works in part comes no earlier than it arrived",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(16), M(1), 1),
			     WANTED(TOP, MEM, M(2), 0),
			     WANTED(TOP, MEM, M(2), 1)),
			DEVS(NEW, LIVE),
		},
		EXPECT_BARS(SAME, M(18), NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, TOP, 0 },
	},
	/*
	 * m reaches the lower two blocks only, n everything
	 *
	 *	16 .a..		+m of 2, +n of 2
	 */
	{
		.name = "the earlier one, though a driver is disturbed for it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, MEM, M(17), M(1), 0),
			     BAR_FULL(0, TOP, MEM, 0, M(2), M(18) - 1, 1, false, false,
				      false),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(MOVED, M(16), NOWHERE),
		.live = 1,
		.refused = BIT(2),
		.refusal = { PCI_LAYOUT_NO_SPACE, 2, TOP, TOP, TOP, 0 },
	},
	/*
	 * With a gone n would fit as well, but m does not fit at all
	 *
	 *	16 a...	32 .	+m of 8, +n of 2
	 */
	{
		.name = "nobody is disturbed for one that is refused",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4)),
				  APERTURE(MEM, M(32), M(1))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     WANTED(TOP, MEM, M(8), 1),
			     WANTED(TOP, MEM, M(2), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE, M(18)),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 1, TOP, TOP, TOP, M(4) },
	},
	/*
	 *	16 ....		+g to +l of 1 each: k and l have to do without
	 */
	{
		.name = "four of six: the first four",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(1), 2),
			     WANTED(TOP, MEM, M(1), 3),
			     WANTED(TOP, MEM, M(1), 4),
			     WANTED(TOP, MEM, M(1), 5)),
			DEVS(NEW, NEW, NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED, PLACED, PLACED, NOWHERE, NOWHERE),
		.refused = BIT(4) | BIT(5),
		.refusal = { PCI_LAYOUT_NO_SPACE, 4, TOP, TOP, TOP, 0 },
	},
	/*
	 * h never fits, which is nobody's fault
	 *
	 *	16 ....		+g of 1, +h of 8, +i, +j, +k of 1, +l of 2
	 */
	{
		.name = "many new ones: one hopeless, one too many",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, MEM, M(1), 0),
			     WANTED(TOP, MEM, M(8), 1),
			     WANTED(TOP, MEM, M(1), 2),
			     WANTED(TOP, MEM, M(1), 3),
			     WANTED(TOP, MEM, M(1), 4),
			     WANTED(TOP, MEM, M(2), 5)),
			DEVS(NEW, NEW, NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(PLACED, NOWHERE, PLACED, PLACED, PLACED, NOWHERE),
		.refused = BIT(1) | BIT(5),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 1, TOP, TOP, TOP, M(4) },
	},
	/*
	 *	16 .....	+g of 2, +h to +k of 1 each: all five are one too many
	 */
	{
		.name = "many new ones, two ways: the way with the earliest",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(5))),
			BARS(WANTED(TOP, MEM, M(2), 0),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(1), 2),
			     WANTED(TOP, MEM, M(1), 3),
			     WANTED(TOP, MEM, M(1), 4)),
			DEVS(NEW, NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED, PLACED, PLACED, NOWHERE),
		.refused = BIT(4),
		.refusal = { PCI_LAYOUT_NO_SPACE, 4, TOP, TOP, TOP, 0 },
	},
	/*
	 * The smallest takes all ports, the others half of them each
	 *
	 * 256 bytes: 16 ..	+g of 2, +h and +i of 1 and of 1 MiB, +j, +k of 1 MiB
	 */
	{
		.name = "many new ones: the smallest keeps two others out",
		.model = {
			APERTURES(APERTURE(IO, K(4), 512),
				  APERTURE(MEM, M(16), M(4))),
			BARS(WANTED(TOP, IO, 512, 0),
			     WANTED(TOP, IO, 256, 1),
			     WANTED(TOP, MEM, M(1), 1),
			     WANTED(TOP, IO, 256, 2),
			     WANTED(TOP, MEM, M(1), 2),
			     WANTED(TOP, MEM, M(1), 3),
			     WANTED(TOP, MEM, M(1), 4)),
			DEVS(NEW, NEW, NEW, NEW, NEW),
		},
		EXPECT_BARS(NOWHERE, PLACED, PLACED, PLACED, PLACED, PLACED, PLACED),
		.refused = BIT(0),
		.refusal = { PCI_LAYOUT_NO_SPACE, 0, TOP, TOP, TOP, 0 },
	},
};

#endif /* _PCI_MOVABLE_CASES_CHOOSE_H */
