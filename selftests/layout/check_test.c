// SPDX-License-Identifier: GPL-2.0
/*
 * Checker of plans: does it see each kind of fault?
 *
 * Usage: check_test. A good plan, or the model it is for, is broken in one
 * place at a time.
 */

#include "machine.h"
#include "tap.h"

#define K(n)	((u64)(n) << 10)
#define M(n)	((u64)(n) << 20)

#define NONE	PCI_LAYOUT_NONE
#define IO	PCI_LAYOUT_IO
#define MEM	PCI_LAYOUT_MEM
#define PREF	PCI_LAYOUT_PREF

/*
 * 1 MiB per block, the window that is only half there misaligned by firmware:
 *
 *	12 XX..[[aa][bb]]C...[F]......h......	64 [e.] of root 1
 *
 * d arrives with a BAR of memory and one of ports, as does g, who is refused.
 */
static const struct pci_layout_aperture apertures[] = {
	{ M(16), M(36) - 1, MEM, 0 },
	{ 0x1000, 0xffff, IO, 0 },
	{ M(64), M(128) - 1, PREF, 1 },
	{ M(64), M(128) - 1, PREF, 2 },
};

enum { OUTER, IN_A, IN_B, STAYS, STAYS_CLOSED, OTHER_ROOT, NR_WINDOWS };

static const struct pci_layout_window windows[] = {
	[OUTER] = { .parent = NONE, .type = MEM, .start = M(16), .end = M(20) - 1,
		    .max = U32_MAX, .align = M(1), .assigned = true },
	[IN_A] = { .parent = OUTER, .type = MEM, .start = M(16), .end = M(18) - 1,
		   .max = U32_MAX, .align = M(1), .assigned = true },
	[IN_B] = { .parent = OUTER, .type = MEM, .start = M(18), .end = M(20) - 1,
		   .max = M(22) - 1, .align = M(1), .assigned = true },
	[STAYS] = { .parent = NONE, .type = MEM, .start = M(24) + K(64),
		    .end = M(25) - 1, .max = M(22) - 1, .align = M(1),
		    .assigned = true, .fixed = true },
	[STAYS_CLOSED] = { .parent = NONE, .type = MEM, .max = U32_MAX,
			   .align = M(1), .fixed = true },
	[OTHER_ROOT] = { .parent = NONE, .root = 1, .type = PREF, .start = M(64),
			 .end = M(66) - 1, .max = U64_MAX, .align = M(1),
			 .assigned = true },
};

enum { A, B, C, G, G_OPTIONAL, D, D_IO, D_OPTIONAL, E, F, H, X, Y, NR_BARS };

static const struct pci_layout_bar bars[] = {
	[A] = { .window = IN_A, .type = MEM, .start = M(16), .size = M(2),
		.align = M(2), .max = U32_MAX, .dev = 0, .assigned = true },
	[B] = { .window = IN_B, .type = MEM, .start = M(18), .size = M(1),
		.align = M(1), .max = M(20) - 1, .dev = 0, .assigned = true },
	[C] = { .window = NONE, .type = MEM, .start = M(20), .size = M(1),
		.align = M(1), .max = U32_MAX, .dev = 1, .assigned = true,
		.fixed = true },
	[G] = { .window = NONE, .type = MEM, .size = M(64), .align = M(64),
		.max = U32_MAX, .dev = 2 },
	[G_OPTIONAL] = { .window = NONE, .type = MEM, .size = M(1), .align = M(1),
			 .max = U32_MAX, .dev = 2, .optional = true },
	[D] = { .window = NONE, .type = MEM, .size = M(1), .align = M(1),
		.max = U32_MAX, .dev = 3 },
	[D_IO] = { .window = NONE, .type = IO, .size = 256, .align = 256,
		   .max = U16_MAX, .dev = 3 },
	[D_OPTIONAL] = { .window = NONE, .type = MEM, .size = M(64), .align = M(64),
			 .max = U32_MAX, .dev = 3, .optional = true },
	[E] = { .window = OTHER_ROOT, .root = 1, .type = PREF, .start = M(64),
		.size = M(1), .align = M(1), .max = U64_MAX, .dev = 4,
		.assigned = true },
	[F] = { .window = STAYS, .type = MEM, .start = M(24) + K(64), .size = K(64),
		.align = K(64), .max = U32_MAX, .dev = 4, .assigned = true },
	/* Neither aligned nor within its limit, but not moved either */
	[H] = { .window = NONE, .type = MEM, .start = M(31) + 256, .size = 256,
		.align = K(4), .max = M(30), .dev = 4, .assigned = true },
	/* In the way of nobody, and in each other's */
	[X] = { .window = NONE, .type = MEM, .start = M(12), .size = M(2),
		.align = M(1), .max = U32_MAX, .dev = NONE, .assigned = true,
		.fixed = true },
	[Y] = { .window = NONE, .type = MEM, .start = M(13), .size = M(1),
		.align = M(1), .max = U32_MAX, .dev = NONE, .assigned = true,
		.fixed = true },
};

static const struct pci_layout_dev devs[] = {
	{ PCI_LAYOUT_LIVE, false }, { PCI_LAYOUT_LIVE, false },
	{ PCI_LAYOUT_NO_DRIVER, true }, { PCI_LAYOUT_NO_DRIVER, true },
	{ PCI_LAYOUT_PAUSED, false },
};

static const struct pci_layout_model model = {
	.apertures = apertures, .nr_apertures = ARRAY_SIZE(apertures),
	.windows = windows, .nr_windows = ARRAY_SIZE(windows),
	.bars = bars, .nr_bars = ARRAY_SIZE(bars),
	.devs = devs, .nr_devs = ARRAY_SIZE(devs),
};

static void place(struct pci_layout_place *p, u64 start, u64 size)
{
	p->start = start;
	p->end = start + size - 1;
	p->assigned = true;
}

/* What is broken: statements about machine m and plan p */
#define BREAK(name, ...) \
	static void name(struct machine *m, struct pci_layout_plan *p) { __VA_ARGS__ }

BREAK(leave, )

/* The model is one that the planner turns down */
BREAK(own_parent, m->windows[IN_A].parent = IN_A;)
BREAK(later_parent, m->windows[IN_A].parent = IN_B;)
BREAK(negative_parent, m->windows[IN_A].parent = -2;)
BREAK(no_granularity, m->windows[IN_B].align = 0;)
BREAK(odd_granularity, m->windows[IN_B].align = M(3);)
BREAK(late_window, m->bars[B].window = NR_WINDOWS;)
BREAK(negative_window, m->bars[B].window = -2;)
BREAK(late_dev, m->bars[B].dev = ARRAY_SIZE(devs);)
BREAK(negative_dev, m->bars[X].dev = -2;)
BREAK(no_size, m->bars[D].size = 0;)
BREAK(no_alignment, m->bars[D].align = 0;)
BREAK(odd_alignment, m->bars[D].align = 3;)
BREAK(fixed_nowhere, m->bars[C].assigned = false;)
BREAK(blocker_nowhere, m->bars[Y].assigned = false; m->bars[Y].fixed = false;)

BREAK(no_type, m->apertures[0].type = PREF + 1;)

/* Still good */
BREAK(serve_first, m->bars[D].dev = 0; m->bars[D_IO].dev = 0;)
BREAK(fill_aperture, place(&p->bars[D], M(35), M(1));)
BREAK(share_number,
	m->bars[Y].start = 0x1000;
	place(&p->bars[Y], 0x1000, M(1));)
BREAK(use_one_byte,
	m->bars[E].size = 1;
	place(&p->bars[E], M(64), 1);
	m->windows[OTHER_ROOT].align = 1;
	place(&p->windows[OTHER_ROOT], M(64), 1);)

BREAK(lose, p->bars[A].assigned = false;)
BREAK(lose_fixed, p->bars[C].assigned = false;)
BREAK(lose_optional,
	m->bars[B].optional = true;
	p->bars[B].assigned = false;)
BREAK(move_fixed, place(&p->bars[C], M(21), M(1));)
BREAK(move_blocker, place(&p->bars[X], M(11), M(2));)
BREAK(grow_fixed, p->bars[C].end += M(1);)
BREAK(close_fixed, p->windows[STAYS].assigned = false;)
BREAK(grow_fixed_up, p->windows[STAYS].end += M(1);)
BREAK(grow_fixed_down, p->windows[STAYS].start -= K(64);)
BREAK(open_fixed, place(&p->windows[STAYS_CLOSED], M(26), M(1));)

BREAK(misalign,
	place(&p->windows[IN_A], M(16), M(3));
	place(&p->windows[IN_B], M(19), M(1));
	place(&p->bars[B], M(19), M(1));
	place(&p->bars[A], M(17), M(2));)
BREAK(misalign_more, place(&p->bars[H], M(31) + 512, 256);)
BREAK(misalign_end, place(&p->windows[IN_B], M(18), M(1) + K(4));)
BREAK(misalign_start, place(&p->windows[IN_B], M(18) - K(4), M(2) + K(4));)

BREAK(overlap_bars, place(&p->bars[D], M(20), M(1));)
BREAK(overlap_part, place(&p->bars[H], M(20) + K(512), 256); m->bars[H].max = U32_MAX;)
BREAK(overlap_last,
	m->bars[H].align = 1;
	m->bars[H].max = U32_MAX;
	place(&p->bars[H], M(21) - 1, 256);)
BREAK(overlap_first,
	m->bars[H].align = 1;
	m->bars[H].max = U32_MAX;
	place(&p->bars[H], M(22) - 255, 256);)
BREAK(overlap_windows, place(&p->windows[IN_A], M(16), M(3));)
BREAK(overlap_bar_window, place(&p->bars[D], M(19), M(1));)
BREAK(overlap_blocker,
	m->bars[D].root = 3;
	m->apertures[3] = (struct pci_layout_aperture) { M(12), M(16) - 1, MEM, 3 };
	place(&p->bars[D], M(12), M(1));)
BREAK(overlap_roots,
	m->windows[STAYS_CLOSED].root = 2;
	m->windows[STAYS_CLOSED].type = PREF;
	m->windows[STAYS_CLOSED].fixed = false;
	place(&p->windows[STAYS_CLOSED], M(65), M(1));)

BREAK(leave_window, place(&p->bars[B], M(16), M(1));)
BREAK(leave_window_above,
	place(&p->windows[IN_B], M(18), M(1));
	place(&p->bars[B], M(19), M(1));)
BREAK(leave_parent, place(&p->windows[OUTER], M(16), M(3));)
BREAK(leave_parent_below, place(&p->windows[OUTER], M(17), M(3));)
BREAK(leave_aperture, place(&p->bars[D], M(40), M(1));)
BREAK(leave_aperture_below, place(&p->bars[D], M(15), M(1));)
BREAK(leave_aperture_first,
	m->bars[A].window = NONE;
	place(&p->bars[A], M(38), M(2));)
BREAK(leave_aperture_with_window, place(&p->windows[OTHER_ROOT], M(63), M(3));)
BREAK(enter_other_root, place(&p->bars[D], M(70), M(1)); m->bars[D].type = PREF;)
BREAK(enter_other_type, m->bars[D].root = 1; place(&p->bars[D], M(70), M(1));)
BREAK(enter_ports, place(&p->bars[H], 0x2000, 256); m->bars[H].align = 256;)
BREAK(close_around, p->windows[IN_B].assigned = false;)
BREAK(close_parent,
	p->windows[OUTER].assigned = false;
	p->windows[OUTER].start = M(16);)
BREAK(mix_roots, m->bars[B].root = 1;)
BREAK(mix_window_roots, m->windows[IN_B].root = 1;)
BREAK(mix_types, m->windows[OTHER_ROOT].type = PREF; m->bars[E].type = MEM;)
BREAK(mix_ports, m->bars[B].type = IO;)
BREAK(mix_window_types, m->windows[OUTER].type = PREF; m->apertures[0].type = PREF;)
BREAK(mix_memory, m->windows[IN_B].type = IO; m->bars[B].type = IO;)

BREAK(exceed_bar_max,
	place(&p->windows[OUTER], M(16), M(4));
	place(&p->windows[IN_B], M(18), M(2));
	place(&p->bars[B], M(19), M(1));
	m->bars[B].max = M(20) - 2;)
BREAK(reach_bar_max, place(&p->bars[B], M(19), M(1));)
BREAK(exceed_window_max, place(&p->windows[IN_B], M(18), M(5));)
BREAK(reach_window_max,
	m->windows[IN_B].max = M(19) - 1;
	place(&p->windows[IN_B], M(18), M(1));)

BREAK(grow_bar, p->bars[B].end += M(1);)
BREAK(shrink_bar, p->bars[B].end -= 1;)
BREAK(turn_bar, p->bars[B].end = p->bars[B].start - 1;)
BREAK(turn_window, p->windows[IN_B].start = M(20); p->windows[IN_B].end = M(19) - 1;)

BREAK(serve_half, p->bars[D_IO].assigned = false;)
BREAK(serve_refused, p->refusals[3].reason = PCI_LAYOUT_NO_SPACE;)
BREAK(serve_refused_optional, place(&p->bars[G_OPTIONAL], M(34), M(1));)
BREAK(deny_refusal, p->refusals[2].reason = PCI_LAYOUT_PLACED;)
BREAK(refuse_working, p->refusals[1].reason = PCI_LAYOUT_NO_SPACE;)

/* Everything else is found at a BAR */
#define BAR(i)		(NR_WINDOWS + (i))

static const struct {
	const char *name;
	void (*break_it)(struct machine *m, struct pci_layout_plan *p);
	enum pci_layout_fault fault;
	int where;
} breaks[] = {
	{ "the plan as it is", leave, PCI_LAYOUT_OK, NONE },

	{ "a window is its own parent", own_parent, PCI_LAYOUT_BAD_MODEL, IN_A },
	{ "a window comes before its parent", later_parent, PCI_LAYOUT_BAD_MODEL, IN_A },
	{ "a parent that is no index", negative_parent, PCI_LAYOUT_BAD_MODEL, IN_A },
	{ "a window without granularity", no_granularity, PCI_LAYOUT_BAD_MODEL, IN_B },
	{ "a granularity of 3 MiB", odd_granularity, PCI_LAYOUT_BAD_MODEL, IN_B },
	{ "a BAR in a window that is none", late_window, PCI_LAYOUT_BAD_MODEL, BAR(B) },
	{ "a window that is no index", negative_window, PCI_LAYOUT_BAD_MODEL, BAR(B) },
	{ "a BAR of a device that is none", late_dev, PCI_LAYOUT_BAD_MODEL, BAR(B) },
	{ "a device that is no index", negative_dev, PCI_LAYOUT_BAD_MODEL, BAR(X) },
	{ "a BAR of size zero", no_size, PCI_LAYOUT_BAD_MODEL, BAR(D) },
	{ "a BAR without alignment", no_alignment, PCI_LAYOUT_BAD_MODEL, BAR(D) },
	{ "an alignment of 3", odd_alignment, PCI_LAYOUT_BAD_MODEL, BAR(D) },
	{ "fixed, but nowhere", fixed_nowhere, PCI_LAYOUT_BAD_MODEL, BAR(C) },
	{ "in the way, but nowhere", blocker_nowhere, PCI_LAYOUT_BAD_MODEL, BAR(Y) },

	{ "an aperture of no type", no_type, PCI_LAYOUT_OUTSIDE, OUTER },

	{ "the first device is served", serve_first, PCI_LAYOUT_OK, NONE },
	{ "a BAR up to the end of the aperture", fill_aperture, PCI_LAYOUT_OK, NONE },
	{ "ports and memory at the same address", share_number, PCI_LAYOUT_OK, NONE },
	{ "a BAR and a window of one byte", use_one_byte, PCI_LAYOUT_OK, NONE },

	{ "a BAR loses its address", lose, PCI_LAYOUT_LOST, BAR(A) },
	{ "a fixed BAR loses its address", lose_fixed, PCI_LAYOUT_LOST, BAR(C) },
	{ "an optional BAR loses its address", lose_optional, PCI_LAYOUT_LOST, BAR(B) },
	{ "a fixed BAR moves", move_fixed, PCI_LAYOUT_FIXED_MOVED, BAR(C) },
	{ "what is in the way moves", move_blocker, PCI_LAYOUT_FIXED_MOVED, BAR(X) },
	{ "a fixed BAR grows", grow_fixed, PCI_LAYOUT_WRONG_SIZE, BAR(C) },
	{ "a fixed window is closed", close_fixed, PCI_LAYOUT_FIXED_MOVED, STAYS },
	{ "a fixed window grows upwards", grow_fixed_up, PCI_LAYOUT_FIXED_MOVED, STAYS },
	{ "a fixed window grows downwards", grow_fixed_down, PCI_LAYOUT_FIXED_MOVED, STAYS },
	{ "a window that must stay closed is opened", open_fixed, PCI_LAYOUT_FIXED_MOVED,
	  STAYS_CLOSED },

	{ "a BAR is misaligned", misalign, PCI_LAYOUT_MISALIGNED, BAR(A) },
	{ "a misaligned BAR moves, and still is", misalign_more, PCI_LAYOUT_MISALIGNED,
	  BAR(H) },
	{ "a window's end is misaligned", misalign_end, PCI_LAYOUT_MISALIGNED, IN_B },
	{ "a window's start is misaligned", misalign_start, PCI_LAYOUT_MISALIGNED, IN_B },

	{ "two BARs overlap", overlap_bars, PCI_LAYOUT_OVERLAP, BAR(D) },
	{ "a BAR inside of another", overlap_part, PCI_LAYOUT_OVERLAP, BAR(H) },
	{ "two BARs overlap by the last byte", overlap_last, PCI_LAYOUT_OVERLAP, BAR(H) },
	{ "two BARs overlap by the first byte", overlap_first, PCI_LAYOUT_OVERLAP, BAR(H) },
	{ "two windows overlap", overlap_windows, PCI_LAYOUT_OVERLAP, IN_B },
	{ "a BAR and a window overlap", overlap_bar_window, PCI_LAYOUT_OVERLAP, BAR(D) },
	{ "a BAR on what is in the way", overlap_blocker, PCI_LAYOUT_OVERLAP, BAR(X) },
	{ "windows of two roots overlap", overlap_roots, PCI_LAYOUT_OVERLAP, OTHER_ROOT },

	{ "a BAR leaves its window", leave_window, PCI_LAYOUT_OUTSIDE, BAR(B) },
	{ "a BAR leaves its window upwards", leave_window_above, PCI_LAYOUT_OUTSIDE, BAR(B) },
	{ "a window leaves its parent", leave_parent, PCI_LAYOUT_OUTSIDE, IN_B },
	{ "a window leaves its parent downwards", leave_parent_below, PCI_LAYOUT_OUTSIDE,
	  IN_A },
	{ "a BAR leaves the aperture", leave_aperture, PCI_LAYOUT_OUTSIDE, BAR(D) },
	{ "a BAR leaves the aperture downwards", leave_aperture_below, PCI_LAYOUT_OUTSIDE,
	  BAR(D) },
	{ "the first BAR leaves the aperture", leave_aperture_first, PCI_LAYOUT_OUTSIDE,
	  BAR(A) },
	{ "a window leaves the aperture", leave_aperture_with_window, PCI_LAYOUT_OUTSIDE,
	  OTHER_ROOT },
	{ "a BAR enters another root", enter_other_root, PCI_LAYOUT_OUTSIDE, BAR(D) },
	{ "a plain BAR in a prefetchable aperture", enter_other_type, PCI_LAYOUT_OUTSIDE,
	  BAR(D) },
	{ "memory among ports", enter_ports, PCI_LAYOUT_OUTSIDE, BAR(H) },
	{ "a window with a BAR is closed", close_around, PCI_LAYOUT_OUTSIDE, BAR(B) },
	{ "a window with windows is closed", close_parent, PCI_LAYOUT_OUTSIDE, IN_A },
	{ "a BAR in a window of another root", mix_roots, PCI_LAYOUT_OUTSIDE, BAR(B) },
	{ "a window in one of another root", mix_window_roots, PCI_LAYOUT_OUTSIDE, IN_B },
	{ "a plain BAR in a prefetchable window", mix_types, PCI_LAYOUT_OUTSIDE, BAR(E) },
	{ "ports in a window of memory", mix_ports, PCI_LAYOUT_OUTSIDE, BAR(B) },
	{ "a plain window in a prefetchable one", mix_window_types, PCI_LAYOUT_OUTSIDE,
	  IN_A },
	{ "a window of ports in one of memory", mix_memory, PCI_LAYOUT_OUTSIDE, IN_B },

	{ "a BAR above its limit", exceed_bar_max, PCI_LAYOUT_OVER_LIMIT, BAR(B) },
	{ "a BAR up to its limit", reach_bar_max, PCI_LAYOUT_OK, NONE },
	{ "a window above its limit", exceed_window_max, PCI_LAYOUT_OVER_LIMIT, IN_B },
	{ "a window up to its limit", reach_window_max, PCI_LAYOUT_OK, NONE },

	{ "a BAR too large", grow_bar, PCI_LAYOUT_WRONG_SIZE, BAR(B) },
	{ "a BAR too small", shrink_bar, PCI_LAYOUT_WRONG_SIZE, BAR(B) },
	{ "a BAR that ends before it starts", turn_bar, PCI_LAYOUT_WRONG_SIZE, BAR(B) },
	{ "a window that ends before it starts", turn_window, PCI_LAYOUT_WRONG_SIZE, IN_B },

	{ "a device half served", serve_half, PCI_LAYOUT_HALF_SERVED, BAR(D_IO) },
	{ "a refused device with addresses", serve_refused, PCI_LAYOUT_HALF_SERVED, BAR(D) },
	{ "a refused device with an optional BAR", serve_refused_optional,
	  PCI_LAYOUT_HALF_SERVED, BAR(G_OPTIONAL) },
	{ "neither refused nor served", deny_refusal, PCI_LAYOUT_HALF_SERVED, BAR(G) },
	{ "refused, and everything it has is there", refuse_working, PCI_LAYOUT_OK, NONE },
};

/* Everything stays; D gets what it must have, G is refused */
static void make_plan(struct pci_layout_plan *p)
{
	int i;

	plan_init(p, &model);
	for (i = 0; i < NR_WINDOWS; i++) {
		p->windows[i].start = windows[i].start;
		p->windows[i].end = windows[i].end;
		p->windows[i].assigned = windows[i].assigned;
	}
	for (i = 0; i < NR_BARS; i++) {
		if (bars[i].assigned)
			place(&p->bars[i], bars[i].start, bars[i].size);
	}
	place(&p->bars[D], M(22), M(1));
	place(&p->bars[D_IO], 0x1000, 256);
	p->refusals[2].reason = PCI_LAYOUT_TOO_LARGE;
}

static void run_break(int i)
{
	struct pci_layout_plan plan;
	enum pci_layout_fault fault;
	struct machine m;
	int where;

	machine_copy(&m, &model);
	make_plan(&plan);
	breaks[i].break_it(&m, &plan);

	where = NONE;
	fault = pci_layout_check(&m.model, &plan, &where);
	tap_result(fault == breaks[i].fault && where == breaks[i].where &&
		   pci_layout_check(&m.model, &plan, NULL) == fault,
		   "%s: fault %d at %d", breaks[i].name, fault, where);
	plan_free(&plan);
	machine_free(&m);
}

int main(void)
{
	int i;

	tap_plan(ARRAY_SIZE(breaks));
	for (i = 0; i < ARRAY_SIZE(breaks); i++)
		run_break(i);
	return tap_exit();
}
