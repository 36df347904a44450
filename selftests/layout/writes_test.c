// SPDX-License-Identifier: GPL-2.0
/*
 * Test of the order of config writes (kernel/drivers/pci/movable/writes.c).
 * Usage: writes_test [seed [plans]]; prints KTAP, exits non-zero on a failure.
 *
 * The writes go to a model of config space that decodes its bridge windows by
 * itself, byte by byte, as the PCI-to-PCI Bridge specification has it. After
 * every single write all rules are checked, on the way there, on the way back
 * from every point of the way there, and with the opposite switch.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout_internal.h"
#include "layout.h"
#include "writes.h"

#define MAX_BRIDGES	6
#define MAX_DEVICES	3
#define MAX_FUNCTIONS	(MAX_BRIDGES + MAX_DEVICES)
#define MAX_WINDOWS	(3 * MAX_BRIDGES)
#define MAX_BARS	(2 * MAX_DEVICES)
#define MAX_LIST	(10 * MAX_WINDOWS + 2 * MAX_BARS + 2 * MAX_DEVICES)

#define CONFIG_SIZE	64
#define DECODE_BITS	3

#define M		(1ULL << 20)
#define G		(1ULL << 30)

/* The type bits in the low nibble of a wide window's registers */
#define WIDE_NIBBLE	1

/* ---- reporting ---- */

static int test_number;
static int nr_failed;
static char fault_text[256];

static const char *fault(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static const char *fault(const char *format, ...)
{
	char text[sizeof(fault_text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* An argument may be the last fault */
	return memcpy(fault_text, text, sizeof(text));
}

static void report(const char *name, const char *error)
{
	if (error) {
		printf("# %s: %s\n", name, error);
		nr_failed++;
	}
	printf("%sok %d %s\n", error ? "not " : "", ++test_number, name);
	fflush(stdout);
}

/* ---- random numbers: splitmix64 ---- */

static u64 random_state;

static u64 random64(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static u32 below(u32 n)
{
	return random64() % n;
}

static bool percent(u32 n)
{
	return below(100) < n;
}

/* ---- config space ---- */

/**
 * struct function - config space of a bridge or device
 * @config: what is read
 * @writable: which bits can be written
 * @io_1k: an Intel bridge with 1 KiB I/O windows switched on
 */
struct function {
	u8 config[CONFIG_SIZE];
	u8 writable[CONFIG_SIZE];
	bool io_1k;
};

struct machine {
	struct function functions[MAX_FUNCTIONS];
};

static void poke(struct function *f, int where, int size, u64 value)
{
	int i;

	for (i = where; i < where + size; i++, value >>= 8)
		f->config[i] = (f->config[i] & ~f->writable[i]) |
			       (value & f->writable[i]);
}

static u64 peek(const struct function *f, int where, int size)
{
	u64 value = 0;
	int i;

	for (i = where + size; i-- > where; )
		value = value << 8 | f->config[i];
	return value;
}

static void set_bytes(u8 *bytes, int where, int size, u64 value)
{
	for (; size--; value >>= 8)
		bytes[where++] = value;
}

static const char *machine_write(struct machine *machine, int dev, int where,
				 int size, u32 value)
{
	struct function *f;
	u64 able;
	int i;

	if (dev < 0 || dev >= MAX_FUNCTIONS)
		return fault("write to unknown function %d", dev);
	f = &machine->functions[dev];
	if ((size != 2 && size != 4) || where % size ||
	    where + size > CONFIG_SIZE)
		return fault("bad access: %d bytes at %#x", size, where);
	for (i = where; i < where + size; i++) {
		if (i == 0x06 || i == 0x07)
			return fault("write to the Status register");
		if (dev < MAX_BRIDGES && (i == 0x1e || i == 0x1f))
			return fault("write to the Secondary Status register");
	}
	for (able = 0, i = where; i < where + size; i++)
		able |= f->writable[i];
	if (!able)
		return fault("write to missing register %#x", where);
	poke(f, where, size, value);
	return NULL;
}

/* ---- windows as the model of config space sees them ---- */

struct range {
	u64 start;
	u64 end;
};

static bool is_open(struct range r)
{
	return r.start <= r.end;
}

static bool is_within(struct range inner, struct range outer)
{
	return outer.start <= inner.start && inner.end <= outer.end;
}

static struct range intersection(struct range a, struct range b)
{
	struct range r = {
		a.start > b.start ? a.start : b.start,
		a.end < b.end ? a.end : b.end,
	};

	return r;
}

static bool is_apart(struct range a, struct range b)
{
	return !is_open(a) || !is_open(b) || !is_open(intersection(a, b));
}

static bool is_same(struct range a, struct range b)
{
	if (!is_open(a) || !is_open(b))
		return is_open(a) == is_open(b);
	return a.start == b.start && a.end == b.end;
}

/* @r is covered by @a and @b together */
static bool is_within_either(struct range r, struct range a, struct range b)
{
	struct range hull;

	if (!is_open(a))
		return is_open(b) && is_within(r, b);
	if (!is_open(b) || is_within(r, a) || is_within(r, b))
		return !is_open(b) ? is_within(r, a) : true;
	if (is_apart(a, b) && a.end + 1 != b.start && b.end + 1 != a.start)
		return false;
	hull.start = a.start < b.start ? a.start : b.start;
	hull.end = a.end > b.end ? a.end : b.end;
	return is_within(r, hull);
}

static struct range io_range(const struct function *f)
{
	u8 mask = f->io_1k ? 0xfc : 0xf0;
	struct range r;

	r.start = (u64)(f->config[0x1c] & mask) << 8;
	r.end = (u64)(f->config[0x1d] & mask) << 8;
	if ((f->config[0x1c] & 3) == WIDE_NIBBLE) {
		r.start += peek(f, 0x30, 2) << 16;
		r.end += peek(f, 0x32, 2) << 16;
	}
	r.end += f->io_1k ? 1023 : 4095;
	return r;
}

static struct range memory_range(const struct function *f, int where)
{
	struct range r;

	r.start = (peek(f, where, 2) >> 4) * M;
	r.end = (peek(f, where + 2, 2) >> 4) * M;
	if (where == 0x24 && (f->config[where] & 15) == WIDE_NIBBLE) {
		r.start += peek(f, 0x28, 4) * 4 * G;
		r.end += peek(f, 0x2c, 4) * 4 * G;
	}
	r.end += M - 1;
	return r;
}

static struct range window_range(const struct function *f,
				 enum pci_layout_type type)
{
	if (type == PCI_LAYOUT_IO)
		return io_range(f);
	return memory_range(f, type == PCI_LAYOUT_MEM ? 0x20 : 0x24);
}

static void load_window(struct function *f, enum pci_layout_type type,
			const struct pci_window_regs *regs)
{
	if (type == PCI_LAYOUT_IO) {
		poke(f, 0x1c, 2, regs->low);
		poke(f, 0x30, 4, regs->upper_base);
	} else if (type == PCI_LAYOUT_MEM) {
		poke(f, 0x20, 4, regs->low);
	} else {
		poke(f, 0x24, 4, regs->low);
		poke(f, 0x28, 4, regs->upper_base);
		poke(f, 0x2c, 4, regs->upper_limit);
	}
}

/* Make the bits of a window writable, and its type bits read right */
static void add_window(struct function *f, enum pci_layout_type type, bool wide,
		       bool io_1k)
{
	if (type == PCI_LAYOUT_IO) {
		f->io_1k = io_1k;
		set_bytes(f->writable, 0x1c, 2, io_1k ? 0xfcfc : 0xf0f0);
		set_bytes(f->writable, 0x30, 4, wide ? ~0ULL : 0);
		set_bytes(f->config, 0x1c, 2, wide * WIDE_NIBBLE * 0x0101);
	} else if (type == PCI_LAYOUT_MEM) {
		set_bytes(f->writable, 0x20, 4, 0xfff0fff0);
		set_bytes(f->config, 0x20, 4, 0);
	} else {
		set_bytes(f->writable, 0x24, 4, 0xfff0fff0);
		set_bytes(f->writable, 0x28, 8, wide ? ~0ULL : 0);
		set_bytes(f->config, 0x24, 4, wide * WIDE_NIBBLE * 0x00010001);
	}
}

/* ---- a plan and what is known about it ---- */

/**
 * struct plan - a model for the code under test, and the test's own view of it
 * @windows: of the model
 * @bars: of the model
 * @commands: of the model
 * @model: refers to the three
 * @from: config space before
 * @to: config space afterwards
 * @range_from: per window, decoded from @from
 * @range_to: per window, decoded from @to
 * @apart: pairs of windows that are apart in both layouts
 */
struct plan {
	struct pci_switch_window windows[MAX_WINDOWS];
	struct pci_switch_bar bars[MAX_BARS];
	struct pci_switch_command commands[MAX_DEVICES];
	struct pci_switch_model model;
	struct machine from;
	struct machine to;
	struct range range_from[MAX_WINDOWS];
	struct range range_to[MAX_WINDOWS];
	bool apart[MAX_WINDOWS][MAX_WINDOWS];
};

static void plan_init(struct plan *plan)
{
	int dev;

	memset(plan, 0, sizeof(*plan));
	plan->model.windows = plan->windows;
	plan->model.bars = plan->bars;
	plan->model.commands = plan->commands;
	for (dev = 0; dev < MAX_FUNCTIONS; dev++) {
		struct function *f = &plan->from.functions[dev];

		memset(f->config, 0x5a + dev, CONFIG_SIZE);
		set_bytes(f->writable, 0x04, 2, 0xffff);
	}
}

static struct range find_window(const struct plan *plan,
				const struct machine *machine, int window)
{
	const struct pci_switch_window *w = &plan->windows[window];

	return window_range(&machine->functions[w->dev], w->type);
}

static void load_bar(struct machine *machine, const struct pci_switch_bar *bar,
		     u64 value)
{
	struct function *f = &machine->functions[bar->dev];

	set_bytes(f->writable, bar->where, 4, ~15ULL);
	set_bytes(f->config, bar->where, 4, value & 15);
	if (bar->wide)
		set_bytes(f->writable, bar->where + 4, 4, ~0ULL);
	poke(f, bar->where, bar->wide ? 8 : 4, value);
}

static bool is_same_space(const struct plan *plan, int a, int b)
{
	bool a_is_io = plan->windows[a].type == PCI_LAYOUT_IO;
	bool b_is_io = plan->windows[b].type == PCI_LAYOUT_IO;

	return a_is_io == b_is_io;
}

/* Put config space together once the model is complete */
static void plan_finish(struct plan *plan)
{
	const struct pci_switch_model *model = &plan->model;
	int i, j;

	for (i = 0; i < model->nr_windows; i++) {
		const struct pci_switch_window *w = &plan->windows[i];

		add_window(&plan->from.functions[w->dev], w->type, w->wide,
			   w->io_1k);
	}
	plan->to = plan->from;
	for (i = 0; i < model->nr_windows; i++) {
		const struct pci_switch_window *w = &plan->windows[i];

		load_window(&plan->from.functions[w->dev], w->type, &w->from);
		load_window(&plan->to.functions[w->dev], w->type, &w->to);
		plan->range_from[i] = find_window(plan, &plan->from, i);
		plan->range_to[i] = find_window(plan, &plan->to, i);
	}
	for (i = 0; i < model->nr_bars; i++) {
		load_bar(&plan->from, &plan->bars[i], plan->bars[i].from);
		load_bar(&plan->to, &plan->bars[i], plan->bars[i].to);
	}
	for (i = 0; i < model->nr_commands; i++) {
		const struct pci_switch_command *c = &plan->commands[i];

		poke(&plan->from.functions[c->dev], 0x04, 2, c->from);
		poke(&plan->to.functions[c->dev], 0x04, 2, c->to);
	}
	for (i = 0; i < model->nr_windows; i++)
		for (j = 0; j < model->nr_windows; j++)
			plan->apart[i][j] = i != j &&
				is_same_space(plan, i, j) &&
				is_apart(plan->range_from[i],
					 plan->range_from[j]) &&
				is_apart(plan->range_to[i], plan->range_to[j]);
}

/* ---- the rules ---- */

static bool is_at(const struct plan *plan, const struct range *now,
		  const struct range *end)
{
	int i;

	for (i = 0; i < plan->model.nr_windows; i++)
		if (!is_same(now[i], end[i]))
			return false;
	return true;
}

static bool bars_at(const struct machine *machine, const struct machine *end,
		    int dev)
{
	return !memcmp(machine->functions[dev].config + 0x10,
		       end->functions[dev].config + 0x10, 24);
}

/* A device decodes only in one layout or the other, never between */
static const char *check_decoding(const struct plan *plan,
				  const struct machine *machine,
				  const struct range *now)
{
	int i;

	for (i = 0; i < plan->model.nr_commands; i++) {
		const struct pci_switch_command *c = &plan->commands[i];
		int dev = c->dev;

		if (!(peek(&machine->functions[dev], 0x04, 2) & DECODE_BITS))
			continue;
		if (is_at(plan, now, plan->range_from) &&
		    bars_at(machine, &plan->from, dev))
			continue;
		if (is_at(plan, now, plan->range_to) &&
		    bars_at(machine, &plan->to, dev))
			continue;
		return fault("device %d decodes in the middle", dev);
	}
	return NULL;
}

static const char *check_window(const struct plan *plan,
				const struct range *now, int i)
{
	struct range shared = intersection(plan->range_from[i],
					   plan->range_to[i]);
	int j;

	if (is_open(now[i]) &&
	    !is_within_either(now[i], plan->range_from[i], plan->range_to[i]))
		return fault("window %d open over %#" PRIx64 "-%#" PRIx64, i,
			     (uint64_t)now[i].start, (uint64_t)now[i].end);
	if (plan->windows[i].keep && is_open(plan->range_from[i]) &&
	    !is_within(shared, now[i]))
		return fault("window %d does not stay open", i);
	for (j = 0; j < plan->model.nr_windows; j++)
		if (plan->apart[i][j] && !is_apart(now[i], now[j]))
			return fault("windows %d and %d overlap", i, j);
	return NULL;
}

/**
 * struct walk - config space while a list is run
 * @plan: whose
 * @machine: config space now
 * @now: all windows now
 */
struct walk {
	const struct plan *plan;
	struct machine machine;
	struct range now[MAX_WINDOWS];
};

static u64 nr_states;

static void walk_start(struct walk *walk, const struct plan *plan,
		       const struct machine *machine)
{
	int i;

	walk->plan = plan;
	walk->machine = *machine;
	for (i = 0; i < plan->model.nr_windows; i++)
		walk->now[i] = find_window(plan, machine, i);
}

static const char *walk_step(struct walk *walk, int dev, int where, int size,
			     u32 value)
{
	const struct plan *plan = walk->plan;
	const char *error;
	int i;

	nr_states++;
	error = machine_write(&walk->machine, dev, where, size, value);
	for (i = 0; !error && i < plan->model.nr_windows; i++) {
		if (plan->windows[i].dev != dev)
			continue;
		walk->now[i] = find_window(plan, &walk->machine, i);
		error = check_window(plan, walk->now, i);
	}
	if (!error)
		error = check_decoding(plan, &walk->machine, walk->now);
	return error;
}

static const char *check_undo(const struct walk *reached,
			      const struct pci_config_write *list, int done)
{
	struct walk walk = *reached;
	const char *error = NULL;
	int i;

	for (i = done; i-- && !error; )
		error = walk_step(&walk, list[i].dev, list[i].where,
				  list[i].size, list[i].old);
	if (error)
		return fault("undo from %d at %d: %s", done, i + 1,
			     error);
	if (memcmp(&walk.machine, &walk.plan->from, sizeof(walk.machine)))
		return fault("undo from %d does not restore", done);
	return NULL;
}

/* Run @list from @start to @end, and back from everywhere */
static const char *check_list(const struct plan *plan,
			      const struct machine *start,
			      const struct machine *end,
			      const struct pci_config_write *list, int nr)
{
	struct machine before;
	const char *error;
	struct walk walk;
	int i;

	walk_start(&walk, plan, start);
	for (i = 0; i < nr; i++) {
		before = walk.machine;
		error = walk_step(&walk, list[i].dev, list[i].where,
				  list[i].size, list[i].value);
		if (error)
			return fault("write %d: %s", i, error);
		if (!memcmp(&before, &walk.machine, sizeof(before)))
			return fault("write %d changes nothing", i);
		error = check_undo(&walk, list, i + 1);
		if (error)
			return error;
	}
	if (memcmp(&walk.machine, end, sizeof(walk.machine)))
		return fault("wrong registers at the end");
	return NULL;
}

static const char *check_plan(const struct plan *plan,
			      const struct pci_config_write *list, int nr)
{
	if (nr > pci_switch_max_writes(&plan->model))
		return fault("%d writes exceed the announced maximum", nr);
	return check_list(plan, &plan->from, &plan->to, list, nr);
}

static void print_plan(const struct plan *plan,
		       const struct pci_config_write *list, int nr)
{
	static const char * const names[] = { "io", "mem", "pref" };
	int i;

	for (i = 0; i < plan->model.nr_windows; i++) {
		const struct pci_switch_window *w = &plan->windows[i];

		printf("# window %d: bridge %d %s%s%s%s %08x:%08x %08x -> %08x:%08x %08x\n",
		       i, w->dev, names[w->type], w->wide ? " wide" : "",
		       w->io_1k ? " 1k" : "", w->keep ? " keep" : "",
		       w->from.upper_base, w->from.upper_limit, w->from.low,
		       w->to.upper_base, w->to.upper_limit, w->to.low);
	}
	for (i = 0; i < nr; i++)
		printf("# write %d: function %d %02x.%d %08x (was %08x)\n", i,
		       list[i].dev, list[i].where, list[i].size, list[i].value,
		       list[i].old);
}

/* ---- what the registers mean ---- */

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

	for (i = 0; i < sizeof(decode_cases) / sizeof(*decode_cases); i++) {
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

	for (i = 0; i < sizeof(decode_cases) / sizeof(*decode_cases); i++) {
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
				regs.low = random64();
				load_window(&f, type, &regs);
				if (is_open(window_range(&f, type)))
					return fault("type %d opens with %08x",
						     type, regs.low);
			}
		}
	}
	return NULL;
}

/* ---- named cases ---- */

#define CLOSED	{ 1, 0 }

struct window_case {
	enum pci_layout_type type;
	bool wide;
	bool io_1k;
	bool keep;
	struct range from;
	struct range to;
};

/**
 * struct plan_case - windows of sibling bridges
 * @name: of the case
 * @windows: as many as have an open range
 * @nr: writes wanted, or an error
 * @blocked: the window to blame for -EBUSY
 */
static const struct plan_case {
	const char *name;
	struct window_case windows[3];
	int nr;
	int blocked;
} plan_cases[] = {
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

static void build_case(const struct plan_case *c, struct plan *plan)
{
	int i;

	plan_init(plan);
	for (i = 0; i < 3; i++) {
		const struct window_case *wc = &c->windows[i];
		struct pci_switch_window *w = &plan->windows[i];

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
	plan->model.nr_windows = i;
	plan_finish(plan);
}

static const char *test_case(const struct plan_case *c)
{
	struct pci_config_write list[MAX_LIST];
	static struct plan plan;
	const char *error;
	int nr, blocked;

	build_case(c, &plan);
	nr = pci_switch_compile(&plan.model, list, MAX_LIST, &blocked);
	if (nr < 0)
		return nr == c->nr && blocked == c->blocked ? NULL :
		       fault("error %d, window %d", nr, blocked);
	if (blocked != PCI_LAYOUT_NONE)
		error = fault("window %d blocked without an error", blocked);
	else if (nr != c->nr)
		error = fault("%d writes, not %d", nr, c->nr);
	else
		error = check_plan(&plan, list, nr);
	if (error)
		print_plan(&plan, list, nr);
	return error;
}

/*
 * The order of pci_setup_bridge_mmio_pref(). On the way from below to above
 * 4 GiB it opens the low 32 bits of the new range, which is where RAM is. Shows
 * that the rules of this test notice.
 */
static const char *test_stock_order(void)
{
	const struct window_case *c = &plan_cases[0].windows[0];
	struct pci_window_regs to;
	static struct plan plan;
	const char *error;
	struct walk walk;

	build_case(&plan_cases[0], &plan);
	encode(c, c->to, &to);
	walk_start(&walk, &plan, &plan.from);
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
	static struct plan plan;
	int i, nr, blocked;

	build_case(&plan_cases[0], &plan);
	plan.model.nr_bars = 1;
	plan.bars[0] = (struct pci_switch_bar) {
		MAX_BRIDGES, 0x10, true, 0xc000000c, 0x388000000c };
	plan.model.nr_commands = 1;
	plan.commands[0] = (struct pci_switch_command) {
		MAX_BRIDGES, 0x0507, 0x0504, 0x0506 };
	plan.windows[0].from.low |= 0x00010001;
	plan_finish(&plan);

	nr = pci_switch_compile(&plan.model, list, MAX_LIST, &blocked);
	if (nr != sizeof(want) / sizeof(*want))
		return fault("%d writes", nr);
	for (i = 0; i < nr; i++)
		if (list[i].dev != want[i].dev ||
		    list[i].where != want[i].where ||
		    list[i].size != want[i].size ||
		    list[i].value != want[i].value ||
		    list[i].old != want[i].old) {
			print_plan(&plan, list, nr);
			return fault("write %d differs", i);
		}
	return check_plan(&plan, list, nr);
}

static int compile_changed(const struct plan *plan, int what)
{
	static struct plan bad;
	struct pci_config_write list[MAX_LIST];
	int blocked;

	bad = *plan;
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
	static const struct plan_case good = { "good", {
		{ PCI_LAYOUT_MEM, false, false, false, CLOSED,
		  { 0xe0000000, 0xe04fffff } },
		{ PCI_LAYOUT_MEM, false, false, false, CLOSED,
		  { 0xe0500000, 0xe05fffff } },
	}, .nr = 2 };
	static struct plan plan;
	int what, ret;

	build_case(&good, &plan);
	for (what = 0; what < 8; what++) {
		ret = compile_changed(&plan, what);
		if (ret != -EINVAL)
			return fault("change %d gives %d", what, ret);
	}
	ret = compile_changed(&plan, what);
	if (ret != 2)
		return fault("no change gives %d", ret);
	plan.model.nr_windows = 1 << 30;
	if (pci_switch_max_writes(&plan.model) != -EINVAL)
		return fault("the maximum of writes overflows");
	return NULL;
}

/* The array has the size that is said: the sanitizer sees a write beyond */
static const char *test_no_space(void)
{
	struct pci_config_write *list;
	static struct plan plan;
	int max, nr, blocked;

	build_case(&plan_cases[7], &plan);
	for (max = 0; max <= 8; max++) {
		list = malloc(max * sizeof(*list) + !max);
		if (!list)
			return fault("out of memory");
		nr = pci_switch_compile(&plan.model, list, max, &blocked);
		free(list);
		if (nr != (max < 8 ? -ENOSPC : 8))
			return fault("room for %d gives %d", max, nr);
	}
	return NULL;
}

/* ---- random plans ---- */

/* What the random plans came across; each must have happened */
enum seen {
	SEEN_KEPT,
	SEEN_KEPT_WIDE,
	SEEN_BLOCKED,
	SEEN_IN_BETWEEN,
	SEEN_ALL_ONES,
	SEEN_OPENED,
	SEEN_CLOSED,
	SEEN_CROSSED_4G,
	SEEN_TRADED,
	NR_SEEN,
};

static const char * const seen_names[NR_SEEN] = {
	[SEEN_KEPT] = "kept open",
	[SEEN_KEPT_WIDE] = "kept open, with upper halves",
	[SEEN_BLOCKED] = "blocked",
	[SEEN_IN_BETWEEN] = "kept open by an upper half in between",
	[SEEN_ALL_ONES] = "with all ones in the upper half of the limit",
	[SEEN_OPENED] = "opened",
	[SEEN_CLOSED] = "closed",
	[SEEN_CROSSED_4G] = "moved from below to above 4 GiB",
	[SEEN_TRADED] = "moved to the place of another",
};

static u32 seen[NR_SEEN];

struct shape {
	u64 granule;
	u64 max;
	u64 page;
};

static struct shape window_shape(const struct pci_switch_window *w)
{
	struct shape shape;

	if (w->type == PCI_LAYOUT_IO) {
		shape.granule = w->io_1k ? 1024 : 4096;
		shape.page = 1 << 16;
		shape.max = w->wide ? 0xffffffff : 0xffff;
	} else {
		shape.granule = M;
		shape.page = 4 * G;
		shape.max = w->wide ? ~0ULL : 0xffffffff;
	}
	return shape;
}

/* Mostly near boundaries where the upper halves change, and near each other */
static u64 random_granule(const struct shape *shape)
{
	u64 per_page = shape->page / shape->granule;
	u64 last = shape->max / shape->granule;
	u64 near = below(5) * per_page;
	u64 n;

	if (percent(10))
		near = last - below(2) * per_page;
	if (percent(5))
		return random64() % last;
	n = near + below(percent(50) ? 12 : per_page) - below(8);
	return n <= last ? n : below(12);
}

static struct range random_range(const struct shape *shape)
{
	u64 first = random_granule(shape);
	u64 last = percent(50) ? first + below(6) : random_granule(shape);
	struct range r;

	if (last > shape->max / shape->granule)
		last = first;
	if (first > last) {
		u64 swap = first;

		first = last;
		last = swap;
	}
	r.start = first * shape->granule;
	r.end = last * shape->granule + shape->granule - 1;
	return r;
}

/* As an unknown firmware leaves a closed window */
static void random_closed(const struct pci_switch_window *w,
			  struct pci_window_regs *regs)
{
	struct function f = {};
	int i;

	add_window(&f, w->type, w->wide, w->io_1k);
	for (i = percent(50) ? 8 : 0; i < 8; i++) {
		regs->low = random64();
		regs->upper_base = percent(30) ? ~0U : below(3);
		regs->upper_limit = percent(30) ? ~0U : below(3);
		if (w->type == PCI_LAYOUT_IO) {
			regs->low &= 0xffff;
			regs->upper_limit = 0;
		}
		load_window(&f, w->type, regs);
		if (!is_open(window_range(&f, w->type)))
			return;
	}
	pci_window_encode_closed(w->type, w->wide, regs);
}

static void random_regs(const struct pci_switch_window *w, struct range r,
			struct pci_window_regs *regs)
{
	if (is_open(r))
		pci_window_encode(w->type, w->wide, w->io_1k, r.start, r.end,
				  regs);
	else
		random_closed(w, regs);
	if (w->type != PCI_LAYOUT_IO)
		regs->low |= below(16) | below(16) << 16;
	else
		regs->low |= below(4) | below(4) << 8;
}

static bool fits(const struct plan *plan, int nr, struct range r, bool to)
{
	const struct range *ranges = to ? plan->range_to : plan->range_from;
	int i;

	for (i = 0; i < nr; i++)
		if (is_same_space(plan, i, nr) && !is_apart(ranges[i], r))
			return false;
	return true;
}

/* One that is apart from most of the windows so far, as siblings are */
static struct range random_sibling(const struct plan *plan, int nr, bool to)
{
	struct shape shape = window_shape(&plan->windows[nr]);
	struct range closed = CLOSED;
	struct range r = closed;
	int tries;

	if (percent(15))
		return closed;
	/* The place that another one leaves */
	if (to && nr && percent(25)) {
		r = plan->range_from[below(nr)];
		if (is_open(r) && r.end <= shape.max &&
		    r.start % shape.granule == 0 &&
		    (r.end + 1) % shape.granule == 0 && fits(plan, nr, r, to))
			return r;
	}
	for (tries = 0; tries < 6; tries++) {
		r = random_range(&shape);
		if (fits(plan, nr, r, to))
			return r;
	}
	return percent(50) ? r : closed;
}

/* Move one or both ends of @r by a little or by much */
static struct range random_change(const struct plan *plan, int nr,
				  struct range r)
{
	struct shape shape = window_shape(&plan->windows[nr]);
	struct range to = random_range(&shape);

	if (percent(20)) {
		to.start = r.start + below(4) * shape.page -
			   below(4) * shape.granule;
		to.end = r.end;
	} else if (percent(40)) {
		to.start = r.start;
	} else if (percent(40)) {
		to.end = r.end;
	} else if (percent(40)) {
		to.start = r.start + below(6) * shape.granule;
	}
	if (to.start > to.end || !is_open(intersection(r, to)))
		return r;
	return to;
}

static void random_window(struct plan *plan, int nr)
{
	struct pci_switch_window *w = &plan->windows[nr];

	w->dev = nr / 3;
	w->type = nr % 3;
	w->wide = w->type != PCI_LAYOUT_MEM && percent(70);
	w->io_1k = percent(30);
	w->keep = percent(35);
	plan->range_from[nr] = random_sibling(plan, nr, false);
	if (w->keep && is_open(plan->range_from[nr]))
		plan->range_to[nr] = random_change(plan, nr,
						   plan->range_from[nr]);
	else
		plan->range_to[nr] = random_sibling(plan, nr, true);
	random_regs(w, plan->range_from[nr], &w->from);
	if (percent(5))
		plan->range_to[nr] = plan->range_from[nr];
	random_regs(w, plan->range_to[nr], &w->to);
}

static void random_device(struct plan *plan, int nr)
{
	struct pci_switch_command *c = &plan->commands[nr];
	int i;

	c->dev = MAX_BRIDGES + nr;
	c->from = random64();
	c->off = c->from & ~DECODE_BITS;
	c->to = percent(80) ? c->from : c->off | below(4);
	for (i = 0; i < 2; i++) {
		struct pci_switch_bar *bar = &plan->bars[2 * nr + i];

		bar->dev = c->dev;
		bar->where = 0x10 + 8 * i;
		bar->wide = percent(60);
		bar->from = random64() & (bar->wide ? ~0ULL : 0xffffffff);
		bar->to = bar->from;
		if (percent(80))
			bar->to ^= (u64)below(16) << 28;
		if (percent(50) && bar->wide)
			bar->to ^= (u64)below(16) << 32;
	}
}

/* Mostly few windows: the states to be visited grow with the square */
static const char *random_plan(struct plan *plan)
{
	struct range from[MAX_WINDOWS], to[MAX_WINDOWS];
	int i;

	plan_init(plan);
	plan->model.nr_windows = percent(3) ? below(MAX_WINDOWS) + 1 :
					      below(4) + 1;
	for (i = 0; i < plan->model.nr_windows; i++)
		random_window(plan, i);
	plan->model.nr_commands = percent(50) ? 0 : below(MAX_DEVICES) + 1;
	if (plan->model.nr_windows < 5 && percent(80))
		plan->model.nr_commands = percent(30);
	plan->model.nr_bars = 2 * plan->model.nr_commands;
	for (i = 0; i < plan->model.nr_commands; i++)
		random_device(plan, i);

	memcpy(from, plan->range_from, sizeof(from));
	memcpy(to, plan->range_to, sizeof(to));
	plan_finish(plan);
	for (i = 0; i < plan->model.nr_windows; i++)
		if (!is_same(from[i], plan->range_from[i]) ||
		    !is_same(to[i], plan->range_to[i]))
			return fault("window %d: encoded wrongly", i);
	return NULL;
}

/**
 * struct ends - one half of a window (its base or its limit), as upper and low
 * @upper: values to try in the upper register
 * @low: values to try in the low register
 * @nr_upper: how many
 * @nr_low: how many
 */
struct ends {
	u64 upper[10];
	u64 low[4];
	int nr_upper;
	int nr_low;
};

static void find_ends(u64 from, u64 to, const struct shape *shape, u64 rest,
		      struct ends *ends)
{
	u64 a = from / shape->page, b = to / shape->page;
	u64 upper[] = { a, b, a + 1, b + 1, a - 1, b - 1, a / 2 + b / 2 };
	unsigned int i;

	ends->nr_upper = 0;
	for (i = 0; i < sizeof(upper) / sizeof(*upper); i++)
		if (upper[i] <= shape->max / shape->page)
			ends->upper[ends->nr_upper++] = upper[i];
	ends->low[0] = from % shape->page;
	ends->low[1] = to % shape->page;
	ends->low[2] = rest;
	ends->low[3] = shape->page - shape->granule + rest;
	ends->nr_low = 4;
}

#define NR_NODES	(10 * 10 * 4 * 4)

/**
 * struct search - all values that a kept window's registers might pass through
 * @base: values of the base
 * @limit: values of the limit
 * @shared: to stay open
 * @hull: nothing outside of it may open
 * @shape: of the window
 * @paired: both upper halves are in one register
 */
struct search {
	struct ends base;
	struct ends limit;
	struct range shared;
	struct range hull;
	struct shape shape;
	bool paired;
};

static struct range node_range(const struct search *s, int node)
{
	struct range r = {
		s->base.upper[node % 10] * s->shape.page +
		s->base.low[node / 100 % 4],
		s->limit.upper[node / 10 % 10] * s->shape.page +
		s->limit.low[node / 400],
	};

	return r;
}

static bool node_is_allowed(const struct search *s, int node)
{
	struct range r;

	if (node % 10 >= s->base.nr_upper || node / 10 % 10 >= s->limit.nr_upper)
		return false;
	r = node_range(s, node);
	return is_within(s->shared, r) && is_within(r, s->hull);
}

/* One write leads from @a to @b */
static bool is_one_write(const struct search *s, int a, int b)
{
	bool base = a % 10 != b % 10;
	bool limit = a / 10 % 10 != b / 10 % 10;
	bool low = a / 100 != b / 100;

	if (s->paired)
		return (base || limit) + low <= 1;
	return base + limit + low <= 1;
}

/* Whether any series of writes leads a kept window from one end to the other */
static bool way_exists(const struct plan *plan, int window)
{
	struct range from = plan->range_from[window];
	struct range to = plan->range_to[window];
	const struct pci_switch_window *w = &plan->windows[window];
	struct search s = {
		.shared = intersection(from, to),
		.shape = window_shape(w),
		.paired = w->type == PCI_LAYOUT_IO,
	};
	int queue[NR_NODES], head = 0, tail = 0, node;
	bool known[NR_NODES] = {};

	if (!is_open(to) || !is_open(s.shared))
		return false;
	s.hull.start = from.start < to.start ? from.start : to.start;
	s.hull.end = from.end > to.end ? from.end : to.end;
	find_ends(from.start, to.start, &s.shape, 0, &s.base);
	find_ends(from.end, to.end, &s.shape, s.shape.granule - 1, &s.limit);

	known[0] = true;
	for (queue[tail++] = 0; head < tail; head++) {
		if (is_same(node_range(&s, queue[head]), to))
			return true;
		for (node = 0; node < NR_NODES; node++) {
			if (known[node] || !node_is_allowed(&s, node) ||
			    !is_one_write(&s, queue[head], node))
				continue;
			known[node] = true;
			queue[tail++] = node;
		}
	}
	return false;
}

#define MAX_SEARCHES	200

static const char *check_blocked(const struct plan *plan, int window)
{
	if (window < 0 || window >= plan->model.nr_windows)
		return fault("no window %d", window);
	if (!plan->windows[window].keep || !is_open(plan->range_from[window]))
		return fault("window %d need not stay open", window);
	if (seen[SEEN_BLOCKED]++ < MAX_SEARCHES && way_exists(plan, window))
		return fault("window %d: there is a way", window);
	return NULL;
}

static void note_window(const struct plan *plan, int i)
{
	const struct pci_switch_window *w = &plan->windows[i];
	struct range from = plan->range_from[i], to = plan->range_to[i];
	struct range shared = intersection(from, to);
	bool kept = w->keep && is_open(from) && is_open(shared);
	int j;

	seen[SEEN_KEPT] += kept && !is_same(from, to);
	seen[SEEN_KEPT_WIDE] += kept && w->wide && !is_same(from, to);
	seen[SEEN_IN_BETWEEN] += kept && w->type == PCI_LAYOUT_PREF &&
		to.start > from.start &&
		to.start % (4 * G) < from.start % (4 * G);
	seen[SEEN_ALL_ONES] += w->type == PCI_LAYOUT_PREF && w->wide &&
		is_open(from) && from.end >> 32 == 0xffffffff;
	seen[SEEN_OPENED] += !is_open(from) && is_open(to);
	seen[SEEN_CLOSED] += is_open(from) && !is_open(to);
	seen[SEEN_CROSSED_4G] += is_open(from) && is_open(to) &&
		from.end >> 32 == 0 && to.start >> 32;
	for (j = 0; j < i; j++)
		seen[SEEN_TRADED] += plan->apart[i][j] &&
			is_open(from) && is_open(to) &&
			is_same(to, plan->range_from[j]);
}

/* A blocked window counts as fixed, then plan again: as the caller does */
static const char *check_random(struct plan *plan, u64 *nr_writes)
{
	struct pci_config_write list[MAX_LIST];
	const char *error;
	int i, nr, blocked;

	while ((nr = pci_switch_compile(&plan->model, list, MAX_LIST,
					&blocked)) == -EBUSY) {
		error = check_blocked(plan, blocked);
		if (error) {
			print_plan(plan, list, 0);
			return error;
		}
		plan->windows[blocked].to = plan->windows[blocked].from;
		plan_finish(plan);
	}
	if (nr < 0)
		return fault("error %d", nr);
	for (i = 0; i < plan->model.nr_windows; i++)
		note_window(plan, i);
	*nr_writes += nr;
	error = check_plan(plan, list, nr);
	if (error)
		print_plan(plan, list, nr);
	return error;
}

static const char *test_random(u64 seed, u64 nr_plans)
{
	static struct plan plan;
	u64 i, nr_writes = 0;
	const char *error;
	int what;

	memset(seen, 0, sizeof(seen));
	nr_states = 0;
	for (i = 0; i < nr_plans; i++) {
		random_state = seed + i;
		error = random_plan(&plan);
		if (!error)
			error = check_random(&plan, &nr_writes);
		if (error) {
			printf("# to repeat this plan alone: writes_test %" PRIu64 " 1\n",
			       (uint64_t)(seed + i));
			return error;
		}
	}
	printf("# %" PRIu64 " plans, %" PRIu64 " writes, %" PRIu64 " states checked\n",
	       (uint64_t)nr_plans, (uint64_t)nr_writes, (uint64_t)nr_states);
	for (what = 0; what < NR_SEEN; what++)
		printf("# windows %s: %u\n", seen_names[what], seen[what]);
	for (what = 0; what < NR_SEEN && nr_plans >= 10000; what++)
		if (seen[what] < 50)
			return fault("hardly any windows %s",
				     seen_names[what]);
	return NULL;
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	u64 nr_plans = argc > 2 ? strtoull(argv[2], NULL, 0) : 200000;
	int nr_cases = sizeof(plan_cases) / sizeof(*plan_cases);
	int i;

	printf("KTAP version 1\n1..%d\n# seed %" PRIu64 "\n", nr_cases + 8,
	       (uint64_t)seed);
	random_state = seed;
	report("decode", test_decode());
	report("encode", test_encode());
	report("encode-closed", test_encode_closed());
	report("stock-order-is-noticed", test_stock_order());
	report("whole-list", test_whole_list());
	report("bad-model", test_bad_model());
	report("no-space", test_no_space());
	for (i = 0; i < nr_cases; i++)
		report(plan_cases[i].name, test_case(&plan_cases[i]));
	report("random-plans", test_random(seed, nr_plans));
	return nr_failed ? 1 : 0;
}
