// SPDX-License-Identifier: GPL-2.0
/*
 * Checker of plans: does it see each kind of fault?
 *
 * Usage: check_test. A good plan is broken in one place at a time.
 */

#include "machine.h"
#include "tap.h"

#define M(n)	((u64)(n) << 20)

/*
 *	0   4   8   12  16
 *	[[aa][bb]]C.....e...	d: refused; e: I/O, elsewhere
 */
static const struct pci_layout_aperture apertures[] = {
	{ M(16), M(36) - 1, PCI_LAYOUT_MEM, 0 },
	{ 0x1000, 0xffff, PCI_LAYOUT_IO, 0 },
	{ M(64), M(128) - 1, PCI_LAYOUT_PREF, 1 },
};

static const struct pci_layout_window windows[] = {
	{ .parent = -1, .type = PCI_LAYOUT_MEM, .start = M(16), .end = M(20) - 1,
	  .max = U32_MAX, .align = M(1), .assigned = true },
	{ .parent = 0, .type = PCI_LAYOUT_MEM, .start = M(16), .end = M(18) - 1,
	  .max = U32_MAX, .align = M(1), .assigned = true },
	{ .parent = 0, .type = PCI_LAYOUT_MEM, .start = M(18), .end = M(20) - 1,
	  .max = M(22) - 1, .align = M(1), .assigned = true },
};

static const struct pci_layout_bar bars[] = {
	{ .window = 1, .type = PCI_LAYOUT_MEM, .start = M(16), .size = M(2),
	  .align = M(2), .max = U32_MAX, .dev = 0, .assigned = true },
	{ .window = 2, .type = PCI_LAYOUT_MEM, .start = M(18), .size = M(1),
	  .align = M(1), .max = M(20) - 1, .dev = 0, .assigned = true },
	{ .window = -1, .type = PCI_LAYOUT_MEM, .start = M(20), .size = M(1),
	  .align = M(1), .max = U32_MAX, .dev = 1, .assigned = true, .fixed = true },
	{ .window = -1, .type = PCI_LAYOUT_MEM, .size = M(64), .align = M(64),
	  .max = U32_MAX, .dev = 2 },
	{ .window = -1, .type = PCI_LAYOUT_MEM, .size = M(1), .align = M(1),
	  .max = U32_MAX, .dev = 3 },
	{ .window = -1, .type = PCI_LAYOUT_IO, .size = 256, .align = 256,
	  .max = U16_MAX, .dev = 3 },
};

static const struct pci_layout_dev devs[] = {
	{ PCI_LAYOUT_LIVE, false }, { PCI_LAYOUT_LIVE, false },
	{ PCI_LAYOUT_NO_DRIVER, true }, { PCI_LAYOUT_NO_DRIVER, true },
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

static void leave(struct pci_layout_plan *p) { }
static void lose(struct pci_layout_plan *p) { p->bars[0].assigned = false; }
static void move_fixed(struct pci_layout_plan *p) { place(&p->bars[2], M(21), M(1)); }
static void misalign(struct pci_layout_plan *p)
{
	place(&p->windows[1], M(16), M(3));
	place(&p->windows[2], M(19), M(1));
	place(&p->bars[1], M(19), M(1));
	place(&p->bars[0], M(17), M(2));
}
static void misalign_window(struct pci_layout_plan *p)
{
	place(&p->windows[2], M(18), M(1) + 4096);
}
static void overlap_bars(struct pci_layout_plan *p) { place(&p->bars[4], M(20), M(1)); }
static void overlap_windows(struct pci_layout_plan *p)
{
	place(&p->windows[1], M(16), M(3));
}
static void overlap_bar_window(struct pci_layout_plan *p)
{
	place(&p->bars[4], M(19), M(1));
}
static void leave_window(struct pci_layout_plan *p) { place(&p->bars[1], M(16), M(1)); }
static void leave_parent(struct pci_layout_plan *p)
{
	place(&p->windows[0], M(16), M(3));
}
static void leave_aperture(struct pci_layout_plan *p) { place(&p->bars[4], M(40), M(1)); }
static void enter_other_root(struct pci_layout_plan *p)
{
	place(&p->bars[4], M(64), M(1));
}
static void close_around(struct pci_layout_plan *p) { p->windows[2].assigned = false; }
static void exceed_bar_max(struct pci_layout_plan *p)
{
	place(&p->windows[0], M(16), M(4));
	place(&p->windows[2], M(18), M(4));
	place(&p->bars[1], M(21), M(1));
}
static void exceed_window_max(struct pci_layout_plan *p)
{
	place(&p->windows[2], M(18), M(5));
}
static void grow_bar(struct pci_layout_plan *p) { p->bars[1].end += M(1); }
static void shrink_bar(struct pci_layout_plan *p) { p->bars[1].end -= 1; }
static void turn_window(struct pci_layout_plan *p)
{
	p->windows[2].start = M(20);
	p->windows[2].end = M(19) - 1;
}
static void serve_half(struct pci_layout_plan *p) { p->bars[5].assigned = false; }
static void serve_refused(struct pci_layout_plan *p)
{
	p->refusals[3].reason = PCI_LAYOUT_NO_SPACE;
}
static void deny_refusal(struct pci_layout_plan *p)
{
	p->refusals[2].reason = PCI_LAYOUT_PLACED;
}

static const struct {
	const char *name;
	void (*break_it)(struct pci_layout_plan *plan);
	enum pci_layout_fault fault;
	int where;
} breaks[] = {
	{ "the plan as it is", leave, PCI_LAYOUT_OK, -1 },
	{ "a BAR loses its address", lose, PCI_LAYOUT_LOST, 3 },
	{ "a fixed BAR moves", move_fixed, PCI_LAYOUT_FIXED_MOVED, 5 },
	{ "a BAR is misaligned", misalign, PCI_LAYOUT_MISALIGNED, 3 },
	{ "a window is misaligned", misalign_window, PCI_LAYOUT_MISALIGNED, 2 },
	{ "two BARs overlap", overlap_bars, PCI_LAYOUT_OVERLAP, 7 },
	{ "two windows overlap", overlap_windows, PCI_LAYOUT_OVERLAP, 2 },
	{ "a BAR and a window overlap", overlap_bar_window, PCI_LAYOUT_OVERLAP, 7 },
	{ "a BAR leaves its window", leave_window, PCI_LAYOUT_OUTSIDE, 4 },
	{ "a window leaves its parent", leave_parent, PCI_LAYOUT_OUTSIDE, 2 },
	{ "a BAR leaves the aperture", leave_aperture, PCI_LAYOUT_OUTSIDE, 7 },
	{ "a BAR enters another root", enter_other_root, PCI_LAYOUT_OUTSIDE, 7 },
	{ "a window with a BAR is closed", close_around, PCI_LAYOUT_OUTSIDE, 4 },
	{ "a BAR above its limit", exceed_bar_max, PCI_LAYOUT_OVER_LIMIT, 4 },
	{ "a window above its limit", exceed_window_max, PCI_LAYOUT_OVER_LIMIT, 2 },
	{ "a BAR too large", grow_bar, PCI_LAYOUT_WRONG_SIZE, 4 },
	{ "a BAR too small", shrink_bar, PCI_LAYOUT_WRONG_SIZE, 4 },
	{ "a window that ends before it starts", turn_window, PCI_LAYOUT_WRONG_SIZE, 2 },
	{ "a device half served", serve_half, PCI_LAYOUT_HALF_SERVED, 8 },
	{ "a refused device with addresses", serve_refused, PCI_LAYOUT_HALF_SERVED, 7 },
	{ "neither refused nor served", deny_refusal, PCI_LAYOUT_HALF_SERVED, 6 },
};

int main(void)
{
	struct pci_layout_plan plan;
	int i, where;

	tap_plan(ARRAY_SIZE(breaks));
	for (i = 0; i < ARRAY_SIZE(breaks); i++) {
		enum pci_layout_fault fault;

		plan_init(&plan, &model);
		where = plan_model(&model, &plan);
		if (where)
			printf("# turned down: %d\n", where);
		breaks[i].break_it(&plan);
		where = -1;
		fault = pci_layout_check(&model, &plan, &where);
		tap_result(fault == breaks[i].fault && where == breaks[i].where,
			   "%s: fault %d at %d", breaks[i].name, fault, where);
		plan_free(&plan);
	}
	return tap_exit();
}
