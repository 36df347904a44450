// SPDX-License-Identifier: GPL-2.0
/*
 * Order of config writes (writes.c of the driver): what the registers of windows
 * mean, and moves that were made up one by one
 *
 * Usage: writes_test
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "generate.h"
#include "move.h"
#include "tap.h"

static void report(const char *name, const char *error)
{
	if (error)
		printf("# %s: %s\n", name, error);
	tap_result(!error, "%s", name);
}

static const struct {
	enum pci_layout_type type;
	bool wide;
	bool io_1k;
	struct pci_window_regs regs;
	bool open;
	struct range range;
} decode_cases[] = {
	/* 16-bit I/O: one 4 KiB page, all, closed; upper registers do not count */
	{ PCI_LAYOUT_IO, false, false, { 0x1010, ~0U, 0 }, true, { 0x1000, 0x1fff } },
	{ PCI_LAYOUT_IO, false, false, { 0xf000, 0, 0 }, true, { 0, 0xffff } },
	{ PCI_LAYOUT_IO, false, false, { 0x00f0, 0, 0 }, false, { 0xf000, 0xfff } },
	/* 32-bit I/O, with its type bits */
	{ PCI_LAYOUT_IO, true, false, { 0x2111, 0x00020001, 0 }, true, { 0x11000, 0x22fff } },
	{ PCI_LAYOUT_IO, true, false, { 0xf101, 0x0000ffff, 0 }, false, { 0xffff0000, 0xffff } },
	/* 1 KiB: bits 3:2 count */
	{ PCI_LAYOUT_IO, false, true, { 0x1814, 0, 0 }, true, { 0x1400, 0x1bff } },
	{ PCI_LAYOUT_IO, false, false, { 0x1814, 0, 0 }, true, { 0x1000, 0x1fff } },
	{ PCI_LAYOUT_IO, false, true, { 0xfcfc, 0, 0 }, true, { 0xfc00, 0xffff } },
	/* memory */
	{ PCI_LAYOUT_MEM, false, false, { 0xfe20fe00, 0, 0 }, true, { 0xfe000000, 0xfe2fffff } },
	{ PCI_LAYOUT_MEM, false, false, { 0x0000fff0, 0, 0 }, false, { 0xfff00000, 0xfffff } },
	{ PCI_LAYOUT_MEM, false, false, { 0xfff00000, 0, 0 }, true, { 0, 0xffffffff } },
	{ PCI_LAYOUT_PREF, false, false, { 0xc010c000, 5, 5 }, true, { 0xc0000000, 0xc01fffff } },
	{ PCI_LAYOUT_PREF, true, false, { 0xc011c001, 0x38, 0x39 }, true,
	  { 0x38c0000000, 0x39c01fffff } },
	{ PCI_LAYOUT_PREF, true, false, { 0x0001fff1, 0, 1 }, true, { 0xfff00000, 0x1000fffff } },
	{ PCI_LAYOUT_PREF, true, false, { 0xfff10001, 1, 0 }, false, { 0x100000000, 0xffffffff } },
	{ PCI_LAYOUT_PREF, true, false, { 0xfff1fff1, ~0U, ~0U }, true, { ~0ULL - M + 1, ~0ULL } },
};

static const char *test_decode(void)
{
	u64 start, end;
	unsigned int i;
	bool open;

	for (i = 0; i < ARRAY_SIZE(decode_cases); i++) {
		open = pci_window_decode(decode_cases[i].type,
					 decode_cases[i].wide,
					 decode_cases[i].io_1k,
					 &decode_cases[i].regs, &start, &end);
		if (open != decode_cases[i].open ||
		    start != decode_cases[i].range.start ||
		    end != decode_cases[i].range.end)
			return fault("case %u: %d %#" PRIx64 "-%#" PRIx64, i,
				     open, (uint64_t)start, (uint64_t)end);
	}
	return NULL;
}

static const char *test_encode(void)
{
	struct pci_window_regs regs;
	struct function f = {};
	struct range r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(decode_cases); i++) {
		enum pci_layout_type type = decode_cases[i].type;
		bool wide = decode_cases[i].wide;
		bool io_1k = decode_cases[i].io_1k;

		if (!decode_cases[i].open)
			continue;
		pci_window_encode(type, wide, io_1k,
				  decode_cases[i].range.start,
				  decode_cases[i].range.end, &regs);
		add_window(&f, type, wide, io_1k);
		load_window(&f, type, &regs);
		r = window_range(&f, type);
		if (!is_same(r, decode_cases[i].range) || !is_open(r))
			return fault("case %u: %08x:%08x %08x", i,
				     regs.upper_base, regs.upper_limit,
				     regs.low);
		if (!pci_window_same(type, wide, io_1k, &regs,
				     &decode_cases[i].regs))
			return fault("case %u: not the same", i);
		regs.low ^= type == PCI_LAYOUT_IO ? 0x1000 : 0x100000;
		if (pci_window_same(type, wide, io_1k, &regs,
				    &decode_cases[i].regs))
			return fault("case %u: still the same", i);
	}
	return NULL;
}

static const char *test_encode_closed(void)
{
	struct pci_window_regs regs;
	struct function f = {};
	struct rng rng = {};
	int i, type, wide;

	for (type = PCI_LAYOUT_IO; type <= PCI_LAYOUT_PREF; type++) {
		for (wide = 0; wide <= (type != PCI_LAYOUT_MEM); wide++) {
			pci_window_encode_closed(type, wide, &regs);
			add_window(&f, type, wide, false);
			load_window(&f, type, &regs);
			if (is_open(window_range(&f, type)))
				return fault("type %d wide %d open", type,
					     wide);
			for (i = 0; wide && i < 1000; i++) {
				regs.low = rng_next(&rng);
				load_window(&f, type, &regs);
				if (is_open(window_range(&f, type)))
					return fault("type %d opens with %08x",
						     type, regs.low);
			}
		}
	}
	return NULL;
}

struct window_case {
	enum pci_layout_type type;
	bool wide;
	bool io_1k;
	bool keep;
	struct range from;
	struct range to;
};

/**
 * struct move_case - windows of sibling bridges
 * @name: of the case
 * @windows: as many as have an open range
 * @nr: writes wanted, or an error
 * @blocked: the window to blame for -EBUSY
 */
static const struct move_case {
	const char *name;
	struct window_case windows[3];
	int nr;
	int blocked;
} move_cases[] = {
	{ "move-up-across-4g", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { 0xc0000000, 0xcfffffff }, { 0x3880000000, 0x398fffffff } },
	  }, .nr = 4 },
	{ "move-down-across-4g", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { 0x3880000000, 0x398fffffff }, { 0xc0000000, 0xcfffffff } },
	  }, .nr = 4 },
	{ "move-within-4g", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { 0xc0000000, 0xcfffffff }, { 0xe0000000, 0xefffffff } },
	  }, .nr = 3 },
	{ "move-from-top", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { ~0ULL - 4 * M + 1, ~0ULL }, { 0xc0000000, 0xcfffffff } },
	  }, .nr = 3 },
	{ "move-to-top", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { 0xc0000000, 0xcfffffff }, { ~0ULL - 4 * M + 1, ~0ULL } },
	  }, .nr = 3 },
	{ "move-within-top", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { ~0ULL - 4 * M + 1, ~0ULL - 2 * M },
		  { ~0ULL - 2 * M + 1, ~0ULL } },
	  }, .nr = 3 },
	{ "swap-mem", {
		{ PCI_LAYOUT_MEM, false, false, false,
		  { 0xe0000000, 0xe00fffff }, { 0xe0100000, 0xe01fffff } },
		{ PCI_LAYOUT_MEM, false, false, false,
		  { 0xe0100000, 0xe01fffff }, { 0xe0000000, 0xe00fffff } },
	  }, .nr = 4 },
	{ "swap-pref-across-4g", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { 0xe0000000, 0xe00fffff }, { 0x100000000, 0x1000fffff } },
		{ PCI_LAYOUT_PREF, true, false, false,
		  { 0x100000000, 0x1000fffff }, { 0xe0000000, 0xe00fffff } },
	  }, .nr = 8 },
	{ "rotate-io", {
		{ PCI_LAYOUT_IO, false, false, false,
		  { 0x1000, 0x1fff }, { 0x2000, 0x2fff } },
		{ PCI_LAYOUT_IO, true, false, false,
		  { 0x2000, 0x2fff }, { 0x3000, 0x3fff } },
		{ PCI_LAYOUT_IO, false, true, false,
		  { 0x3000, 0x33ff }, { 0x1000, 0x13ff } },
	  }, .nr = 7 },
	{ "io-across-64k", {
		{ PCI_LAYOUT_IO, true, false, false,
		  { 0xf000, 0xffff }, { 0x20000, 0x21fff } },
	  }, .nr = 3 },
	{ "open-mem", {
		{ PCI_LAYOUT_MEM, false, false, true, CLOSED,
		  { 0xe0000000, 0xe00fffff } },
	  }, .nr = 1 },
	{ "open-pref", {
		{ PCI_LAYOUT_PREF, true, false, true, CLOSED,
		  { 0x3800000000, 0x3bffffffff } },
	  }, .nr = 3 },
	{ "close-pref", {
		{ PCI_LAYOUT_PREF, true, false, false,
		  { 0x3800000000, 0x3bffffffff }, CLOSED },
	  }, .nr = 3 },
	{ "close-io", {
		{ PCI_LAYOUT_IO, false, false, false, { 0x1000, 0x1fff },
		  CLOSED },
	  }, .nr = 1 },
	{ "nothing", {
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0x3800000000, 0x3bffffffff },
		  { 0x3800000000, 0x3bffffffff } },
		{ PCI_LAYOUT_MEM, false, false, false,
		  { 0xe0000000, 0xe00fffff }, { 0xe0000000, 0xe00fffff } },
	  }, .nr = 0 },
	{ "keep-grow-mem", {
		{ PCI_LAYOUT_MEM, false, false, true,
		  { 0xe0100000, 0xe01fffff }, { 0xe0000000, 0xe04fffff } },
	  }, .nr = 1 },
	{ "keep-shrink-mem", {
		{ PCI_LAYOUT_MEM, false, false, true,
		  { 0xe0000000, 0xe04fffff }, { 0xe0100000, 0xe01fffff } },
	  }, .nr = 1 },
	/* The space that one gives up is taken by the other */
	{ "keep-slide-mem", {
		{ PCI_LAYOUT_MEM, false, false, true,
		  { 0xe0000000, 0xe02fffff }, { 0xe0100000, 0xe04fffff } },
		{ PCI_LAYOUT_MEM, false, false, false,
		  { 0xe0300000, 0xe04fffff }, { 0xe0000000, 0xe00fffff } },
	  }, .nr = 4 },
	{ "keep-slide-io-1k", {
		{ PCI_LAYOUT_IO, false, true, true,
		  { 0x1400, 0x1bff }, { 0x1800, 0x1fff } },
	  }, .nr = 2 },
	/* Only the limit crosses */
	{ "keep-grow-pref-limit-across-4g", {
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0x3800000000, 0x38ffffffff },
		  { 0x3800000000, 0x39ffffffff } },
	  }, .nr = 1 },
	{ "keep-grow-pref-both-ways", {
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0x3880000000, 0x388fffffff },
		  { 0x3700000000, 0x39ffffffff } },
	  }, .nr = 3 },
	{ "keep-slide-pref-up", {
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0xe0000000, 0x3fffffffff }, { 0x1f0000000, 0x47ffffffff } },
	  }, .nr = 3 },
	{ "keep-slide-pref-down", {
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0x1f0000000, 0x47ffffffff }, { 0xe0000000, 0x3fffffffff } },
	  }, .nr = 3 },
	/* The low half goes back while the address goes up: stop in between */
	{ "keep-pref-in-between", {
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0x38f0000000, 0x3fffffffff },
		  { 0x3a00000000, 0x3fffffffff } },
	  }, .nr = 3 },
	{ "keep-io-in-between", {
		{ PCI_LAYOUT_IO, true, false, true,
		  { 0x8000, 0x2ffff }, { 0x8000, 0x47fff } },
	  }, .nr = 3 },
	/* ... where nothing is in between */
	{ "keep-pref-no-way", {
		{ PCI_LAYOUT_MEM, false, false, true,
		  { 0xe0100000, 0xe01fffff }, { 0xe0000000, 0xe04fffff } },
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0x38f0000000, 0x3fffffffff },
		  { 0x3900000000, 0x3fffffffff } },
	  }, .nr = -EBUSY, .blocked = 1 },
	{ "keep-pref-no-way-to-grow", {
		{ PCI_LAYOUT_PREF, true, false, true,
		  { 0x3800000000, 0x38ffffffff },
		  { 0x3800000000, 0x390fffffff } },
	  }, .nr = -EBUSY, .blocked = 0 },
	{ "keep-nothing-shared", {
		{ PCI_LAYOUT_MEM, false, false, false,
		  { 0xe0100000, 0xe01fffff }, { 0xe0000000, 0xe04fffff } },
		{ PCI_LAYOUT_MEM, false, false, true,
		  { 0xe0500000, 0xe05fffff }, { 0xe0600000, 0xe06fffff } },
	  }, .nr = -EBUSY, .blocked = 1 },
	{ "keep-closed-afterwards", {
		{ PCI_LAYOUT_IO, true, false, true, { 0x1000, 0x1fff },
		  CLOSED },
	  }, .nr = -EBUSY, .blocked = 0 },
};

static void encode(const struct window_case *c, struct range r,
		   struct pci_window_regs *regs)
{
	if (is_open(r))
		pci_window_encode(c->type, c->wide, c->io_1k, r.start, r.end,
				  regs);
	else
		pci_window_encode_closed(c->type, c->wide, regs);
}

static void build_case(const struct move_case *c, struct move *move)
{
	int i;

	move_init(move);
	for (i = 0; i < 3; i++) {
		const struct window_case *wc = &c->windows[i];
		struct pci_switch_window *w = &move->windows[i];

		if (!wc->from.end && !wc->to.end)
			break;
		w->dev = i;
		w->type = wc->type;
		w->wide = wc->wide;
		w->io_1k = wc->io_1k;
		w->keep = wc->keep;
		encode(wc, wc->from, &w->from);
		encode(wc, wc->to, &w->to);
	}
	move->model.nr_windows = i;
	move_finish(move);
}

static const char *test_case(const struct move_case *c)
{
	struct pci_config_write list[MAX_LIST];
	static struct move move;
	const char *error;
	int nr, blocked;

	build_case(c, &move);
	nr = pci_switch_compile(&move.model, list, MAX_LIST, &blocked);
	if (nr < 0)
		return nr == c->nr && blocked == c->blocked ? NULL :
		       fault("error %d, window %d", nr, blocked);
	if (blocked != PCI_LAYOUT_NONE)
		error = fault("window %d blocked without an error", blocked);
	else if (nr != c->nr)
		error = fault("%d writes, not %d", nr, c->nr);
	else
		error = check_move(&move, list, nr);
	if (error)
		print_move(&move, list, nr);
	return error;
}

/*
 * The order of pci_setup_bridge_mmio_pref(). On the way from below to above
 * 4 GiB it opens the low 32 bits of the new range, which is where RAM is. Shows
 * that the rules of this test notice.
 */
static const char *test_stock_order(void)
{
	const struct window_case *c = &move_cases[0].windows[0];
	struct pci_window_regs to;
	static struct move move;
	const char *error;
	struct walk walk;

	build_case(&move_cases[0], &move);
	encode(c, c->to, &to);
	walk_start(&walk, &move, &move.from);
	error = walk_step(&walk, 0, 0x2c, 4, 0);
	if (error)
		return error;
	if (!walk_step(&walk, 0, 0x24, 4, to.low))
		return fault("the window over RAM was not noticed");
	if (walk.now[0].start != 0x80000000 || walk.now[0].end != 0x8fffffff)
		return fault("noticed something else");
	return NULL;
}

/* The list in full: decoding off, close, BAR, open, decoding on */
static const char *test_whole_list(void)
{
	static const struct pci_config_write want[] = {
		{ MAX_BRIDGES, 0x04, 2, 0x0504, 0x0507 },
		{ 0, 0x28, 4, 0xffffffff, 0 },
		{ MAX_BRIDGES, 0x10, 4, 0x8000000c, 0xc000000c },
		{ MAX_BRIDGES, 0x14, 4, 0x38, 0 },
		{ 0, 0x24, 4, 0x8ff18001, 0xcff1c001 },
		{ 0, 0x2c, 4, 0x39, 0 },
		{ 0, 0x28, 4, 0x38, 0xffffffff },
		{ MAX_BRIDGES, 0x04, 2, 0x0506, 0x0504 },
	};
	struct pci_config_write list[MAX_LIST];
	static struct move move;
	int i, nr, blocked;

	build_case(&move_cases[0], &move);
	move.model.nr_bars = 1;
	move.bars[0] = (struct pci_switch_bar) {
		MAX_BRIDGES, 0x10, true, 0xc000000c, 0x388000000c };
	move.model.nr_commands = 1;
	move.commands[0] = (struct pci_switch_command) {
		MAX_BRIDGES, 0x0507, 0x0504, 0x0506 };
	move.windows[0].from.low |= 0x00010001;
	move_finish(&move);

	nr = pci_switch_compile(&move.model, list, MAX_LIST, &blocked);
	if (nr != ARRAY_SIZE(want))
		return fault("%d writes", nr);
	for (i = 0; i < nr; i++)
		if (list[i].dev != want[i].dev ||
		    list[i].where != want[i].where ||
		    list[i].size != want[i].size ||
		    list[i].value != want[i].value ||
		    list[i].old != want[i].old) {
			print_move(&move, list, nr);
			return fault("write %d differs", i);
		}
	return check_move(&move, list, nr);
}

static int compile_changed(const struct move *move, int what)
{
	static struct move bad;
	struct pci_config_write list[MAX_LIST];
	int blocked;

	bad = *move;
	bad.model.windows = bad.windows;
	bad.model.bars = bad.bars;
	bad.model.nr_bars = 1;
	bad.bars[0] = (struct pci_switch_bar) { MAX_BRIDGES, 0x10, false, 0, 0 };
	switch (what) {
	case 0:
		bad.model.nr_windows = -1;
		break;
	case 1:
		bad.model.nr_bars = -1;
		break;
	case 2:
		bad.model.nr_commands = -1;
		break;
	case 3:
		bad.windows[0].type = 3;
		break;
	case 4:
		bad.windows[0].wide = true;
		break;
	case 5:
		bad.windows[1].type = PCI_LAYOUT_IO;
		break;
	case 6:
		bad.bars[0].where = 0x12;
		break;
	case 7:
		bad.bars[0].to = 4 * G;
		break;
	}
	return pci_switch_compile(&bad.model, list, MAX_LIST, &blocked);
}

static const char *test_bad_model(void)
{
	static const struct move_case good = { "good", {
		{ PCI_LAYOUT_MEM, false, false, false, CLOSED,
		  { 0xe0000000, 0xe04fffff } },
		{ PCI_LAYOUT_MEM, false, false, false, CLOSED,
		  { 0xe0500000, 0xe05fffff } },
	}, .nr = 2 };
	static struct move move;
	int what, ret;

	build_case(&good, &move);
	for (what = 0; what < 8; what++) {
		ret = compile_changed(&move, what);
		if (ret != -EINVAL)
			return fault("change %d gives %d", what, ret);
	}
	ret = compile_changed(&move, what);
	if (ret != 2)
		return fault("no change gives %d", ret);
	move.model.nr_windows = 1 << 30;
	if (pci_switch_max_writes(&move.model) != -EINVAL)
		return fault("the maximum of writes overflows");
	return NULL;
}

/* The array has the size that is said: the sanitizer sees a write beyond */
static const char *test_no_space(void)
{
	struct pci_config_write *list;
	static struct move move;
	int max, nr, blocked;

	build_case(&move_cases[7], &move);
	for (max = 0; max <= 8; max++) {
		list = malloc(max * sizeof(*list) + !max);
		if (!list)
			return fault("out of memory");
		nr = pci_switch_compile(&move.model, list, max, &blocked);
		free(list);
		if (nr != (max < 8 ? -ENOSPC : 8))
			return fault("room for %d gives %d", max, nr);
	}
	return NULL;
}

int main(void)
{
	unsigned int i;

	tap_plan(7 + ARRAY_SIZE(move_cases));
	report("decode", test_decode());
	report("encode", test_encode());
	report("encode-closed", test_encode_closed());
	report("stock-order-is-noticed", test_stock_order());
	report("whole-list", test_whole_list());
	report("bad-model", test_bad_model());
	report("no-space", test_no_space());
	for (i = 0; i < ARRAY_SIZE(move_cases); i++)
		report(move_cases[i].name, test_case(&move_cases[i]));
	return tap_exit();
}
