/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases for the planner of movable PCI BARs: types, limits, apertures and host bridges
 */
#ifndef _PCI_MOVABLE_CASES_TYPES_H
#define _PCI_MOVABLE_CASES_TYPES_H

#include "layout_cases.h"

static const struct layout_case cases_types[] = {
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
		.refusal = { PCI_LAYOUT_BLOCKED, 1, TOP, 0, TOP, 0, 1, { 0 } },
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
	/*
	 *	1 ...[ab][c].........	4 KiB per block	+n of 1/8 in a
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
	 * An aperture for each of the windows
	 *
	 *	[aa].. [aa].. [aa]..	+n in all three
	 */
	{
		.name = "three windows of one bridge grow side by side",
		.model = {
			APERTURES(APERTURE(IO, K(16), K(8)),
				  APERTURE(MEM, M(16), M(4)),
				  APERTURE(PREF, G(16), M(4))),
			WINDOWS(IO_WINDOW(TOP, K(16), K(4)),
				WINDOW32(TOP, MEM, M(16), M(2)),
				WINDOW(TOP, PREF, G(16), M(2))),
			BARS(BAR(0, IO, K(16), K(4), 0),
			     BAR32(1, MEM, M(16), M(2), 0),
			     BAR(2, PREF, G(16), M(2), 0),
			     WANTED(0, IO, 128, 1),
			     WANTED32(1, MEM, M(2), 1),
			     WANTED(2, PREF, M(2), 1)),
			DEVS(PAUSED, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, PLACED, M(18), G(16) + M(2)),
		EXPECT_WINDOWS({ K(16), K(8) }, { M(16), M(4) }, { G(16), M(4) }),
	},
	/*
	 *	16 ....	both apertures	+m of 2 in memory, +n of 2 prefetchable
	 */
	{
		.name = "apertures of both kinds of memory on the same addresses",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4)),
				  APERTURE(PREF, M(16), M(4))),
			BARS(WANTED(TOP, PREF, M(2), 0),
			     WANTED(TOP, MEM, M(2), 1)),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(PLACED, PLACED),
	},
	/*
	 * 16 MiB per block
	 *
	 *	192 [[a]]..	2048 256 of them	+n of 64 in a
	 */
	{
		.name = "a prefetchable window in another: both leave the 4 GiB area",
		.model = {
			APERTURES(APERTURE(MEM, G(3), M(48)),
				  APERTURE(MEM, G(32), G(4))),
			WINDOWS(WINDOW(TOP, PREF, G(3), M(16)),
				WINDOW(0, PREF, G(3), M(16))),
			BARS(BAR(1, PREF, G(3), M(16), 0),
			     WANTED(1, PREF, G(1), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(MOVED, PLACED),
		EXPECT_WINDOWS({ ANY, G(1) + M(16) }, { ANY, G(1) + M(16) }),
		.live = 1,
	},
	/* The bridge has no prefetchable window, so that all memory is 32-bit */
	{
		.name = "64-bit prefetchable BARs in a plain window stay below 4 GiB",
		.model = {
			APERTURES(APERTURE(MEM, G(3), M(64)),
				  APERTURE(MEM, G(32), G(4))),
			WINDOWS(WINDOW32(TOP, MEM, G(3), M(16))),
			BARS(BAR32(0, MEM, G(3), M(16), 0),
			     WANTED(0, PREF, M(16), 1),
			     WANTED32(0, PREF, M(32), 2),
			     WANTED(0, PREF, M(16), 3)),
			DEVS(LIVE, NEW, NEW, NEW),
		},
		EXPECT_BARS(SAME, G(3) + M(16), G(3) + M(32), NOWHERE),
		EXPECT_WINDOWS({ G(3), M(64) }),
		.refused = BIT(3),
		.refusal = { PCI_LAYOUT_NO_SPACE, 3, 0, TOP, TOP, 0 },
	},
	/*
	 * Of a and n only a can go above 4 GiB
	 *
	 *	4080 .a	4096 ..	+n of 2, 32-bit
	 */
	{
		.name = "a 64-bit BAR makes room for a 32-bit one",
		.model = {
			APERTURES(APERTURE(MEM, M(4080), M(2)),
				  APERTURE(MEM, M(4096), M(2))),
			BARS(BAR(TOP, MEM, M(4081), M(1), 0),
			     WANTED32(TOP, MEM, M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(MOVED, M(4080)),
		.live = 1,
	},
	/* a's last address is the last below 4 GiB, and n's would be beyond */
	{
		.name = "the limit holds for the last address, not for the first",
		.model = {
			APERTURES(APERTURE(MEM, M(4095), M(2))),
			BARS(WANTED32(TOP, MEM, M(1), 0),
			     { .window = TOP, .type = MEM, .size = M(2),
			       .align = M(1), .max = U32_MAX, .dev = 1 }),
			DEVS(NEW, NEW),
		},
		EXPECT_BARS(M(4095), NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_TOO_LARGE, 1, TOP, TOP, TOP, M(1) },
	},
	/*
	 * ISA cards alias what is not in the first quarter. 256 bytes per block:
	 *
	 *	16 [a...b...c.......]................	+m, +n of 1 in a
	 */
	{
		.name = "port I/O: only the first quarter of each KiB",
		.model = {
			APERTURES(APERTURE(IO, K(4), K(8))),
			WINDOWS(IO_WINDOW(TOP, K(4), K(4))),
			BARS(BAR(0, IO, K(4), 256, 0),
			     BAR(0, IO, K(5), 256, 1),
			     BAR(0, IO, K(6), 256, 2),
			     WANTED_ALIGNED(0, IO, 256, K(1), 3),
			     WANTED_ALIGNED(0, IO, 256, K(1), 4)),
			DEVS(LIVE, LIVE, LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, PLACED, PLACED),
		EXPECT_WINDOWS({ K(4), K(8) }),
	},
	/*
	 *	16 .[a]F.	1 KiB per block	+n of 1/4 in a
	 */
	{
		.name = "port I/O: a window of 1 KiB grows by as much",
		.model = {
			APERTURES(APERTURE(IO, K(16), K(4))),
			WINDOWS(WINDOW_FULL(0, TOP, IO, K(17), K(1), U16_MAX, K(1), 0,
					    true, false)),
			BARS(BAR(0, IO, K(17), K(1), 0),
			     FIXED(TOP, IO, K(18), 256, 1),
			     WANTED(0, IO, 256, 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, PLACED),
		EXPECT_WINDOWS({ K(16), K(2) }),
	},
	/*
	 *	15 [a].		4 KiB per block	+n of 1 in a window of its own
	 */
	{
		.name = "port I/O: a 32-bit window opens above 64 KiB",
		.model = {
			APERTURES(APERTURE(IO, K(60), K(8))),
			WINDOWS(IO_WINDOW(TOP, K(60), K(4)),
				WINDOW_FULL(0, TOP, IO, 0, 0, U32_MAX, K(4), 0, false,
					    false)),
			BARS(BAR(0, IO, K(60), K(4), 0),
			     WANTED32(1, IO, K(4), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, K(64)),
		EXPECT_WINDOWS({ SAME }, { K(64), K(4) }),
	},
	/*
	 * The VGA range is forwarded by the host bridge, and not for BARs
	 *
	 *	10 XX	256 .	64 KiB per block	+n of 1
	 */
	{
		.name = "the legacy VGA range below the host bridge",
		.model = {
			APERTURES(APERTURE(MEM, K(640), K(128)),
				  APERTURE(MEM, M(16), K(64))),
			BARS(BLOCKER(TOP, MEM, K(640), K(128)),
			     WANTED(TOP, MEM, K(64), 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(SAME, M(16)),
	},
	/*
	 *	0 [aaaa.X..]........	128 KiB per block	+n of 4 in a
	 */
	{
		.name = "the legacy VGA range inside a window",
		.model = {
			APERTURES(APERTURE(MEM, 0, M(2))),
			WINDOWS(WINDOW32(TOP, MEM, 0, M(1))),
			BARS(BAR32(0, MEM, 0, K(512), 0),
			     BLOCKER(0, MEM, K(640), K(128)),
			     WANTED32(0, MEM, K(512), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, SAME, PLACED),
		EXPECT_WINDOWS({ 0, M(2) }),
	},
	/*
	 * The ports of IDE, VGA and something else; 64 bytes per block, an X is in
	 * the way in part
	 *
	 *	4 ...X......XXXXXX	+n of 4
	 */
	{
		.name = "legacy ports below the host bridge",
		.model = {
			APERTURES(APERTURE(IO, 0x100, 0x400)),
			BARS(BLOCKER(TOP, IO, 0x1f0, 8),
			     BLOCKER(TOP, IO, 0x3b0, 0x10),
			     BLOCKER(TOP, IO, 0x3c0, 0x20),
			     BLOCKER(TOP, IO, 0x3f6, 1),
			     BLOCKER(TOP, IO, 0x400, 0x100),
			     WANTED(TOP, IO, 0x100, 0)),
			DEVS(NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, SAME, SAME, 0x200),
	},
	/*
	 *	16 [aaaa.X..bbbbbbbb]	256 bytes per block	+m of 1, +n of 2 in a
	 */
	{
		.name = "legacy ports inside a window",
		.model = {
			APERTURES(APERTURE(IO, K(4), K(4))),
			WINDOWS(IO_WINDOW(TOP, K(4), K(4))),
			BARS(BAR(0, IO, K(4), K(1), 0),
			     BLOCKER(0, IO, K(5) + 256, 256),
			     BAR(0, IO, K(6), K(2), 1),
			     WANTED(0, IO, 256, 2),
			     WANTED(0, IO, 512, 3)),
			DEVS(LIVE, LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, SAME, SAME, PLACED, K(5) + 512),
		EXPECT_WINDOWS({ SAME }),
	},
	/*
	 *	root 0: 16 a...	root 1: 32 .b..	40 .	+n of 4 below root 1
	 */
	{
		.name = "several roots: only the devices of one are disturbed",
		.model = {
			APERTURES(APERTURE_OF(0, MEM, M(16), M(4)),
				  APERTURE_OF(1, MEM, M(32), M(4)),
				  APERTURE_OF(1, MEM, M(40), M(1))),
			BARS(BAR(TOP, MEM, M(16), M(1), 0),
			     BAR_FULL(1, TOP, MEM, M(33), M(1), U64_MAX, 1, true,
				      false, false),
			     BAR_FULL(1, TOP, MEM, 0, M(4), U64_MAX, 2, false, false,
				      false)),
			DEVS(IDLE, PAUSED, NEW),
		},
		EXPECT_BARS(SAME, M(40), M(32)),
		.paused = 1,
	},
	/*
	 *	16 F...		F is below root 0	+n of 4 below root 1
	 */
	{
		.name = "several roots share an aperture, and one is in the other's way",
		.model = {
			APERTURES(APERTURE_OF(0, MEM, M(16), M(4)),
				  APERTURE_OF(1, MEM, M(16), M(4))),
			BARS(FIXED(TOP, MEM, M(16), M(1), 0),
			     BAR_FULL(1, TOP, MEM, 0, M(4), U64_MAX, 1, false, false,
				      false)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, NOWHERE),
		.refused = BIT(1),
		.refusal = { PCI_LAYOUT_BLOCKED, 1, TOP, 0, TOP, 0, 1, { 0 } },
	},
	/*
	 * Windows of two roots in the range that both forward
	 *
	 *	16 [FF][bb]....	+n of 2 in F, which is below root 0; b is below root 1
	 */
	{
		.name = "several roots share an aperture: the other's window moves",
		.model = {
			APERTURES(APERTURE_OF(0, MEM, M(16), M(4)),
				  APERTURE_OF(1, MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(16), M(2)),
				WINDOW_FULL(1, TOP, MEM, M(18), M(2), U64_MAX, M(1), 0,
					    true, false)),
			BARS(FIXED(0, MEM, M(16), M(2), 0),
			     BAR_FULL(1, 1, MEM, M(18), M(2), U64_MAX, 1, true, false,
				      false),
			     WANTED(0, MEM, M(2), 2)),
			DEVS(LIVE, LIVE, NEW),
		},
		EXPECT_BARS(SAME, MOVED, M(18)),
		EXPECT_WINDOWS({ M(16), M(4) }, { ANY, M(2) }),
		.live = 1,
	},
	/*
	 * The window goes where both of its devices may be
	 *
	 *	16 [aa]	32 ....	4096 ....	+n of 2 in a, 32-bit
	 */
	{
		.name = "several apertures: a 32-bit BAR decides for its window",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(2)),
				  APERTURE(MEM, M(32), M(4)),
				  APERTURE(MEM, M(4096), M(4))),
			WINDOWS(WINDOW(TOP, PREF, M(16), M(2))),
			BARS(BAR(0, PREF, M(16), M(2), 0),
			     WANTED32(0, PREF, M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(MOVED, PLACED),
		EXPECT_WINDOWS({ M(32), M(4) }),
		.live = 1,
	},
	/* A window and a BAR that firmware put where no aperture is */
	{
		.name = "fixed outside of all apertures: it stays, and is in nobody's way",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(4))),
			WINDOWS(FIXED_WINDOW(TOP, MEM, M(64), M(2))),
			BARS(FIXED(0, MEM, M(64), M(1), 0),
			     FIXED(TOP, MEM, M(8), M(1), 0),
			     WANTED(0, MEM, M(1), 1),
			     WANTED(TOP, MEM, M(4), 2)),
			DEVS(LIVE, NEW, NEW),
		},
		EXPECT_BARS(SAME, SAME, M(65), M(16)),
		EXPECT_WINDOWS({ SAME }),
	},
	/*
	 * The first 64 KiB of F's block are not forwarded
	 *
	 *	16 .[F].......	+n of 4
	 */
	{
		.name = "a window that firmware misaligned and that must stay",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(FIXED_WINDOW(TOP, MEM, M(17) + K(64), M(1) - K(64))),
			BARS(BAR(0, MEM, M(17) + K(64), K(64), 0),
			     WANTED(TOP, MEM, M(4), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(20)),
		EXPECT_WINDOWS({ SAME }),
	},
	/* What holds for new addresses need not hold for old ones */
	{
		.name = "a BAR above its limit stays where it is",
		.model = {
			APERTURES(APERTURE(MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(20), M(2))),
			BARS(BAR_FULL(0, 0, MEM, M(21), M(1), M(18), 0, true, false,
				      false),
			     WANTED(TOP, MEM, M(4), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(16)),
	},
	/*
	 *	root 0: 16 ..[FF]	root 1: 16 ........	+n of 2 in F, below root 0
	 */
	{
		.name = "several roots: a window stays out of what only the other forwards",
		.model = {
			APERTURES(APERTURE_OF(0, MEM, M(16), M(4)),
				  APERTURE_OF(1, MEM, M(16), M(8))),
			WINDOWS(WINDOW(TOP, MEM, M(18), M(2))),
			BARS(FIXED(0, MEM, M(18), M(2), 0),
			     WANTED(0, MEM, M(2), 1)),
			DEVS(LIVE, NEW),
		},
		EXPECT_BARS(SAME, M(16)),
		EXPECT_WINDOWS({ M(16), M(4) }),
	},
};

#endif /* _PCI_MOVABLE_CASES_TYPES_H */
