/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: whom to move
 * (as few drivers as possible, then BARs, then bytes)
 */
#ifndef _PCI_MOVABLE_CASES_MOVE_H
#define _PCI_MOVABLE_CASES_MOVE_H

#include "layout_cases.h"

static const struct layout_case cases_move[] = {
	/*
	 * Inner window full, outer full, free space above the outer one
	 *
	 *	16 [[a]b]......	+n of 2 in a
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
	 *	64 [a..][[[b]]][c..]...............	+n of 8 in b
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
	 *	64 [ab][C][d]......	+n of 2 in C
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
	 *	64 ..b.[.[F.].]........c...........	+n of 16 below the host bridge
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
	 * With n, b's window needs 4, and only the left of F has that
	 *
	 *	16 [aac].F[bd].	+n of 2 in b
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
	/*
	 * p is G's neighbour above, and nobody but p can go
	 *
	 *	64 FF[GG]pp..	+n of 2 in G
	 */
	{
		.name = "a paused driver moves if nobody else can",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(66), M(2))),
			BARS(FIXED(TOP, MEM, M(64), M(2), 0),
			     FIXED(0, MEM, M(66), M(2), 0),
			     BAR(TOP, MEM, M(68), M(2), 1),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(LIVE, PAUSED, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(70), M(68)),
		.paused = 1,
	},
	/*
	 *	64 [abcd][FFFF][pppp]....	+n of 4 in F
	 */
	{
		.name = "rather four that keep running than one that is paused",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(4)),
				WINDOW(TOP, MEM, M(68), M(4)),
				WINDOW(TOP, MEM, M(72), M(4))),
			BARS(BAR(0, MEM, M(64), M(1), 0),
			     BAR(0, MEM, M(65), M(1), 1),
			     BAR(0, MEM, M(66), M(1), 2),
			     BAR(0, MEM, M(67), M(1), 3),
			     FIXED(1, MEM, M(68), M(4), 4),
			     BAR(2, MEM, M(72), M(4), 5),
			     WANTED(1, MEM, M(4), 6)),
			DEVS(LIVE, LIVE, LIVE, LIVE, LIVE, PAUSED, NEW),
		},
		EXPECT_BARS(MOVED, MOVED, MOVED, MOVED, SAME, SAME, M(64)),
		.live = 4,
	},
	/*
	 *	64 [llll][FFFF][abcd]....	+n of 4 in F
	 */
	{
		.name = "rather four without driver than one that keeps running",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(4)),
				WINDOW(TOP, MEM, M(68), M(4)),
				WINDOW(TOP, MEM, M(72), M(4))),
			BARS(BAR(0, MEM, M(64), M(4), 0),
			     FIXED(1, MEM, M(68), M(4), 1),
			     BAR(2, MEM, M(72), M(1), 2),
			     BAR(2, MEM, M(73), M(1), 3),
			     BAR(2, MEM, M(74), M(1), 4),
			     BAR(2, MEM, M(75), M(1), 5),
			     WANTED(1, MEM, M(4), 6)),
			DEVS(LIVE, LIVE, IDLE, IDLE, IDLE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, SAME, MOVED, MOVED, MOVED, MOVED, M(72)),
	},
	/*
	 * n takes the lower half or the upper one
	 *
	 *	16 ab..c...	+n of 4
	 */
	{
		.name = "the half that holds fewer",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     BAR(TOP, MEM, M(17), M(1), 1),
			     BAR(TOP, MEM, M(20), M(1), 2),
			     WANTED(TOP, MEM, M(4), 3)),
			DEVS(LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, MOVED, M(20)),
		.live = 1,
	},
	/*
	 *	16 .p..ab..	+n of 4
	 */
	{
		.name = "the half that holds more, but nobody who is paused",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			BARS(BAR(TOP, MEM, M(17), M(1), 0),
			     BAR(TOP, MEM, M(20), M(1), 1),
			     BAR(TOP, MEM, M(21), M(1), 2),
			     WANTED(TOP, MEM, M(4), 3)),
			DEVS(PAUSED, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, MOVED, MOVED, M(20)),
		.live = 2,
	},
	/*
	 * a has three BARs, b and c one each
	 *
	 *	64 [aaaa][FFFF][bbcc]....	+n of 4 in F
	 */
	{
		.name = "three BARs of one device rather than one of each of two",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(16))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(4)),
				WINDOW(TOP, MEM, M(68), M(4)),
				WINDOW(TOP, MEM, M(72), M(4))),
			BARS(BAR(0, MEM, M(64), M(2), 0),
			     BAR(0, MEM, M(66), M(1), 0),
			     BAR(0, MEM, M(67), M(1), 0),
			     FIXED(1, MEM, M(68), M(4), 1),
			     BAR(2, MEM, M(72), M(2), 2),
			     BAR(2, MEM, M(74), M(2), 3),
			     WANTED(1, MEM, M(4), 4)),
			DEVS(LIVE, LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(MOVED, MOVED, MOVED, SAME, SAME, SAME, M(64)),
		.live = 1,
	},
	/*
	 * Two of the three pieces are wanted, and two blocks are free elsewhere
	 *
	 *	16 y...XXXXa...XXXXa...XXXX..	+m of 4, +n of 4
	 */
	{
		.name = "both BARs of one device rather than one of each of two",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4)),
				  APERTURE(MEM, M(24), M(4)),
				  APERTURE(MEM, M(32), M(4)),
				  APERTURE(MEM, M(40), M(2))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     BAR(TOP, MEM, M(24), M(1), 1),
			     BAR(TOP, MEM, M(32), M(1), 1),
			     WANTED(TOP, MEM, M(4), 2),
			     WANTED(TOP, MEM, M(4), 3)),
			DEVS(LIVE, LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, MOVED, MOVED, PLACED, PLACED),
		.live = 1,
	},
	/*
	 *	64 [jk][FF][ii]....	+n of 2 in F
	 */
	{
		.name = "nobody is disturbed: one BAR rather than two, from the other side",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(10))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(2)),
				WINDOW(TOP, MEM, M(66), M(2)),
				WINDOW(TOP, MEM, M(68), M(2))),
			BARS(BAR(0, MEM, M(64), M(1), 0),
			     BAR(0, MEM, M(65), M(1), 1),
			     FIXED(1, MEM, M(66), M(2), 2),
			     BAR(2, MEM, M(68), M(2), 3),
			     WANTED(1, MEM, M(2), 4)),
			DEVS(IDLE, IDLE, LIVE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, MOVED, M(68)),
		.moved = 1,
	},
	/*
	 * j's window gives up its free block as well
	 *
	 *	64 [ii][FF][j.]....	+n of 2 in F
	 */
	{
		.name = "one driver, one BAR: the fewest bytes",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(10))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(2)),
				WINDOW(TOP, MEM, M(66), M(2)),
				WINDOW(TOP, MEM, M(68), M(2))),
			BARS(BAR(0, MEM, M(64), M(2), 0),
			     FIXED(1, MEM, M(66), M(2), 1),
			     BAR(2, MEM, M(68), M(1), 2),
			     WANTED(1, MEM, M(2), 3)),
			DEVS(LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, MOVED, M(68)),
		.live = 1,
	},
	/*
	 * F three windows deep, j beside it in the middle one
	 *
	 *	64 [[[FF]jj]]....	+n of 2 in F
	 *	=> [[[FFnn]jj]]..
	 */
	{
		.name = "fixed three windows deep: the neighbour in the middle window moves",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(4)),
				WINDOW(0, MEM, M(64), M(4)),
				WINDOW(1, MEM, M(64), M(2))),
			BARS(FIXED(2, MEM, M(64), M(2), 0),
			     BAR(1, MEM, M(66), M(2), 1),
			     WANTED(2, MEM, M(2), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, MOVED, M(66)),
		EXPECT_WINDOWS({ ANY, 0 }, { ANY, 0 }, { M(64), M(4) }),
		.live = 1,
	},
	/*
	 * F three windows deep in one branch, G two in another, H one in a third
	 *
	 *	64 .....[[[F]]]..l.....i..[.[.G]][H].......	+n of 8
	 *	   |       |       |       |       |
	 */
	{
		.name = "fixed at all depths of several branches: the eighth between them",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(40))),
			WINDOWS(WINDOW(TOP, MEM, M(69), M(1)),
				WINDOW(0, MEM, M(69), M(1)),
				WINDOW(1, MEM, M(69), M(1)),
				WINDOW(TOP, MEM, M(88), M(4)),
				WINDOW(3, MEM, M(89), M(3)),
				WINDOW(TOP, MEM, M(96), M(1))),
			BARS(FIXED(2, MEM, M(69), M(1), 0),
			     FIXED(4, MEM, M(91), M(1), 0),
			     FIXED(5, MEM, M(96), M(1), 0),
			     BAR(TOP, MEM, M(72), M(1), 1),
			     BAR(TOP, MEM, M(84), M(1), 2),
			     WANTED(TOP, MEM, M(8), 3)),
			DEVS(LIVE, LIVE, IDLE, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, SAME, MOVED, M(80)),
		EXPECT_WINDOWS({ SAME }, { SAME }, { SAME }, { SAME }, { SAME },
			       { SAME }),
	},
	/*
	 * Before a is room for half of n, and a is paused
	 *
	 *	16 [F.aa][bb]......	+n of 2 in F
	 *	=> [F.aann][bb]....
	 */
	{
		.name = "what is in the same window has to stay in it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(12))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(4)),
				WINDOW(TOP, MEM, M(20), M(2))),
			BARS(FIXED(0, MEM, M(16), M(1), 0),
			     BAR(0, MEM, M(18), M(2), 1),
			     BAR(1, MEM, M(20), M(2), 2),
			     WANTED(0, MEM, M(2), 3)),
			DEVS(LIVE, PAUSED, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, MOVED, M(20)),
		EXPECT_WINDOWS({ M(16), M(6) }, { ANY, M(2) }),
		.live = 1,
	},
	/*
	 * Both windows around b go
	 *
	 *	16 [F][[b].].....	+n of 2 in F
	 */
	{
		.name = "a window moves with all that is in it",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(1)),
				WINDOW(TOP, MEM, M(17), M(2)),
				WINDOW(1, MEM, M(17), M(1))),
			BARS(FIXED(0, MEM, M(16), M(1), 0),
			     BAR(2, MEM, M(17), M(1), 1),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, MOVED, M(18)),
		EXPECT_WINDOWS({ M(16), M(4) }, { ANY, 0 }, { ANY, M(1) }),
		.live = 1,
	},
	/*
	 * The io BAR of i has to go; its BAR in memory has nothing to do with it
	 *
	 *	16 i.	64 .	256 bytes per block	+n of 2
	 */
	{
		.name = "port I/O is wanted: memory stays where it is",
		.model = {
			APERTURES(APERTURE(IO, K(4), 512),
				  APERTURE(IO, K(16), 256),
				  APERTURE(MEM, M(16), M(4))),
			BARS(BAR(TOP, IO, K(4), 256, 0),
			     BAR(TOP, MEM, M(17), M(1), 0),
			     BAR(TOP, MEM, M(18), M(1), 1),
			     WANTED(TOP, IO, 512, 2)),
			DEVS(IDLE, LIVE, NEW),
		},
		EXPECT_BARS(K(16), SAME, SAME, K(4)),
	},
	/*
	 *	64 [ii][FF][jk]....	+n of 2 in F
	 */
	{
		.name = "nobody is disturbed: one BAR rather than two",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(10))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(2)),
				WINDOW(TOP, MEM, M(66), M(2)),
				WINDOW(TOP, MEM, M(68), M(2))),
			BARS(BAR(0, MEM, M(64), M(2), 0),
			     FIXED(1, MEM, M(66), M(2), 1),
			     BAR(2, MEM, M(68), M(1), 2),
			     BAR(2, MEM, M(69), M(1), 3),
			     WANTED(1, MEM, M(2), 4)),
			DEVS(IDLE, LIVE, IDLE, IDLE, NEW),
		},
		EXPECT_BARS(MOVED, SAME, SAME, SAME, M(64)),
		.moved = 1,
	},
	/*
	 *	64 [.j][FF][ii]....	+n of 2 in F
	 */
	{
		.name = "one driver, one BAR: the fewest bytes, from the other side",
		.model = {
			APERTURES(APERTURE(MEM, M(64), M(10))),
			WINDOWS(WINDOW(TOP, MEM, M(64), M(2)),
				WINDOW(TOP, MEM, M(66), M(2)),
				WINDOW(TOP, MEM, M(68), M(2))),
			BARS(BAR(0, MEM, M(65), M(1), 0),
			     FIXED(1, MEM, M(66), M(2), 1),
			     BAR(2, MEM, M(68), M(2), 2),
			     WANTED(1, MEM, M(2), 3)),
			DEVS(LIVE, LIVE, LIVE, NEW),
		},
		EXPECT_BARS(MOVED, SAME, SAME, M(64)),
		.live = 1,
	},
};

#endif /* _PCI_MOVABLE_CASES_MOVE_H */
