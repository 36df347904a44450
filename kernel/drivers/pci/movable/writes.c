// SPDX-License-Identifier: GPL-2.0
/*
 * Order of the config writes that switch bridge windows and BARs from one
 * layout to another.
 *
 * A bridge window is up to three registers, and no bridge takes them all at
 * once. Between two writes it is open over a mixture of the old and the new
 * range. That is not harmless, even if no CPU makes an access meanwhile: a
 * bridge does not forward upstream what lies inside its own window, so a
 * window that is open over RAM for a microsecond swallows the DMA of every
 * device below it. Hence the rules, for every moment between two writes:
 *
 *  1. a window is open only where its old or its new range is;
 *  2. two windows that are apart in both layouts are apart now;
 *  3. a window with a BAR below that stays in use stays open over what its old
 *     and its new range share.
 *
 * The switch has three phases, with all windows together in each:
 *
 *	from       |=========|                    |======|
 *	              narrow, each within its old range
 *	middle         |=====|                    (closed)
 *	              write the BARs
 *	              widen, each within its new range
 *	to             |==============|   |====|
 *
 * A window of rule 3 is narrowed to the shared part, all others are closed.
 * Rule 2 follows: the old ranges are apart, and so are the new ones, and no
 * window is in its new range before all have left what was only in the old.
 *
 * Rule 1 and 3 inside one window: narrowing and widening move the base one way
 * or not at all, and the limit likewise. Both must stay between the two ends
 * of their way at every step. The low halves of both are in one register and
 * are written once; whether an upper half goes first, goes last or stops in
 * between is pick_upper()'s choice. A window that gets closed has it easier:
 * with all ones as the upper half of the base nothing else matters.
 *
 * None of this cares for the order of windows: at any moment a window's own
 * range decides, and what is below a closed window is not reached.
 *
 * PCI-to-PCI Bridge Architecture Specification r1.2, sec. 3.2.5.6 to 3.2.5.11.
 * All functions work on the caller's memory alone and need no locks.
 */

#include <linux/pci_regs.h>

#include "layout_internal.h"
#include "layout.h"
#include "writes.h"

/* No list that is worth running comes near; keeps the sums far from overflow */
#define MAX_ENTRIES		1000000

/* Narrow and widen a 64-bit window: two upper halves, low, two upper halves */
#define MAX_WINDOW_WRITES	(2 * 5)
#define MAX_BAR_WRITES		2
#define MAX_COMMAND_WRITES	2

const struct pci_window_format pci_window_formats[] = {
	[PCI_LAYOUT_IO] = { PCI_IO_BASE, 2, 8, PCI_IO_BASE_UPPER16, 0 },
	[PCI_LAYOUT_MEM] = { PCI_MEMORY_BASE, 4, 16, 0, 0 },
	[PCI_LAYOUT_PREF] = { PCI_PREF_MEMORY_BASE, 4, 16,
			      PCI_PREF_BASE_UPPER32, PCI_PREF_LIMIT_UPPER32 },
};

/**
 * struct write_list - the list that is being put together
 * @writes: the caller's array
 * @nr: writes so far, counted on when the array is full
 * @max: size of the array
 */
struct write_list {
	struct pci_config_write *writes;
	int nr;
	int max;
};

/* The address bits that the low register has, in place */
static u32 low_mask(enum pci_layout_type type, bool io_1k)
{
	if (type != PCI_LAYOUT_IO)
		return 0xfff0fff0;
	return io_1k ? 0xfcfc : 0xf0f0;
}

static u64 granule(enum pci_layout_type type, bool io_1k)
{
	if (type != PCI_LAYOUT_IO)
		return 0x100000;
	return io_1k ? 0x400 : 0x1000;
}

/* Address bits below the upper halves; also the width of an upper half */
static int low_bits(enum pci_layout_type type)
{
	return 2 * pci_window_formats[type].half;
}

static u32 upper_ones(enum pci_layout_type type)
{
	return type == PCI_LAYOUT_IO ? 0xffff : 0xffffffff;
}

static u32 upper_base(enum pci_layout_type type,
		      const struct pci_window_regs *regs)
{
	return regs->upper_base & upper_ones(type);
}

static u32 upper_limit(enum pci_layout_type type,
		       const struct pci_window_regs *regs)
{
	return type == PCI_LAYOUT_IO ? regs->upper_base >> 16 :
				       regs->upper_limit;
}

static void set_upper(enum pci_layout_type type, u32 base, u32 limit,
		      struct pci_window_regs *regs)
{
	if (type == PCI_LAYOUT_IO) {
		regs->upper_base = base | limit << 16;
		regs->upper_limit = 0;
	} else {
		regs->upper_base = base;
		regs->upper_limit = limit;
	}
}

/**
 * pci_window_decode() - what range a bridge window's registers stand for
 * @type: of the window
 * @wide: the upper registers exist
 * @io_1k: I/O base and limit count 1 KiB; means nothing to memory
 * @regs: the registers; upper ones that do not exist are ignored, as are
 *	  read-only bits
 * @start: result: first bus address
 * @end: result: last bus address, lower than @start if the window is closed
 *
 * Return: true if the window is open.
 */
bool pci_window_decode(enum pci_layout_type type, bool wide, bool io_1k,
		       const struct pci_window_regs *regs, u64 *start, u64 *end)
{
	u32 low = regs->low & low_mask(type, io_1k);
	int half = pci_window_formats[type].half;
	u32 base = low & ((1U << half) - 1);

	*start = (u64)base << half;
	*end = (low - base) | (granule(type, io_1k) - 1);
	if (wide) {
		*start |= (u64)upper_base(type, regs) << low_bits(type);
		*end |= (u64)upper_limit(type, regs) << low_bits(type);
	}
	return *start <= *end;
}

/**
 * pci_window_encode() - the registers that open a bridge window over a range
 * @type: of the window
 * @wide: the upper registers exist
 * @io_1k: I/O base and limit count 1 KiB; means nothing to memory
 * @start: first bus address, a multiple of the window's granularity
 * @end: last bus address, one less than such a multiple; not above what the
 *	 registers can hold
 * @regs: result; the read-only bits are 0
 */
void pci_window_encode(enum pci_layout_type type, bool wide, bool io_1k,
		       u64 start, u64 end, struct pci_window_regs *regs)
{
	int half = pci_window_formats[type].half;
	u32 ones = (1U << half) - 1;

	regs->low = ((start >> half) & ones) | ((end >> half) & ones) << half;
	regs->low &= low_mask(type, io_1k);
	regs->upper_base = 0;
	regs->upper_limit = 0;
	if (wide)
		set_upper(type, start >> low_bits(type), end >> low_bits(type),
			  regs);
}

/**
 * pci_window_encode_closed() - the registers that close a bridge window
 * @type: of the window
 * @wide: the upper registers exist
 * @regs: result
 *
 * The upper halves alone keep the window closed, whatever is in the low
 * register, and so does the low register if there are no upper halves.
 */
void pci_window_encode_closed(enum pci_layout_type type, bool wide,
			      struct pci_window_regs *regs)
{
	regs->low = type == PCI_LAYOUT_IO ? 0x00f0 : 0x0000fff0;
	regs->upper_base = 0;
	regs->upper_limit = 0;
	if (wide)
		set_upper(type, upper_ones(type), 0, regs);
}

/**
 * pci_window_same() - whether two sets of registers hold the same
 * @type: of the window
 * @wide: the upper registers exist
 * @io_1k: I/O base and limit count 1 KiB; means nothing to memory
 * @a: registers
 * @b: registers
 *
 * Two closed windows may differ. Read-only bits do not count.
 *
 * Return: true if all bits that can be written are equal.
 */
bool pci_window_same(enum pci_layout_type type, bool wide, bool io_1k,
		     const struct pci_window_regs *a,
		     const struct pci_window_regs *b)
{
	if ((a->low ^ b->low) & low_mask(type, io_1k))
		return false;
	if (!wide)
		return true;
	return upper_base(type, a) == upper_base(type, b) &&
	       upper_limit(type, a) == upper_limit(type, b);
}

static void add_write(struct write_list *list, int dev, u16 where, u8 size,
		      u32 old, u32 value)
{
	if (list->nr < list->max)
		list->writes[list->nr] = (struct pci_config_write) {
			.dev = dev,
			.where = where,
			.size = size,
			.value = value,
			.old = old,
		};
	list->nr++;
}

/* The read-only bits as they were read, so that the value can be saved as is */
static void add_low(struct write_list *list, const struct pci_switch_window *w,
		    const struct pci_window_regs *now,
		    const struct pci_window_regs *then)
{
	const struct pci_window_format *format =
		&pci_window_formats[w->type];
	u32 mask = low_mask(w->type, w->io_1k);
	u32 rest = w->from.low & ~mask;

	if ((now->low ^ then->low) & mask)
		add_write(list, w->dev, format->where, format->size,
			  (now->low & mask) | rest, (then->low & mask) | rest);
}

/*
 * The limit before the base: a window that was closed by the upper half of its
 * base is opened by it, when all else is in place.
 */
static void add_upper(struct write_list *list,
		      const struct pci_switch_window *w,
		      const struct pci_window_regs *now,
		      const struct pci_window_regs *then)
{
	const struct pci_window_format *format =
		&pci_window_formats[w->type];

	if (!w->wide)
		return;
	if (format->upper_limit && now->upper_limit != then->upper_limit)
		add_write(list, w->dev, format->upper_limit, 4,
			  now->upper_limit, then->upper_limit);
	if (now->upper_base != then->upper_base)
		add_write(list, w->dev, format->upper_base, 4, now->upper_base,
			  then->upper_base);
}

/* What needs no keeping: a window that is closed has no BAR in use below */
static bool is_kept(const struct pci_switch_window *w)
{
	u64 start, end;

	return w->keep && pci_window_decode(w->type, w->wide, w->io_1k,
					    &w->from, &start, &end);
}

/*
 * The part that both layouts share:
 *
 *	from       |=========|
 *	to             |==============|
 *	shared         |=====|
 */
static int shared_part(const struct pci_switch_window *w,
		       struct pci_window_regs *shared)
{
	u64 start, end, to_start, to_end;

	pci_window_decode(w->type, w->wide, w->io_1k, &w->from, &start, &end);
	if (!pci_window_decode(w->type, w->wide, w->io_1k, &w->to, &to_start,
			       &to_end))
		return -EBUSY;
	if (start < to_start)
		start = to_start;
	if (end > to_end)
		end = to_end;
	if (start > end)
		return -EBUSY;

	pci_window_encode(w->type, w->wide, w->io_1k, start, end, shared);
	return 0;
}

/*
 * A limit with all ones in its upper half could still be above a base with all
 * ones in its upper half. Lower it, then there is no such limit.
 */
static void close_window(const struct pci_switch_window *w,
			 struct pci_window_regs *closed)
{
	u32 ones = upper_ones(w->type);
	u32 limit = upper_limit(w->type, &w->from);

	if (!w->wide) {
		pci_window_encode_closed(w->type, false, closed);
		return;
	}
	*closed = w->from;
	set_upper(w->type, ones, limit == ones ? 0 : limit, closed);
}

/* The registers between narrowing and widening */
static int middle_regs(const struct pci_switch_window *w,
		       struct pci_window_regs *middle)
{
	if (is_kept(w))
		return shared_part(w, middle);
	close_window(w, middle);
	return 0;
}

/*
 * Where the upper half of a base or limit must stand when the low half is
 * written, so that the address never leaves the way from @now to @then:
 *
 *	now = upper : low			then = upper' : low'
 *	now ... upper' : low ... then		if low' is not back from low
 *	now ... between : low ... between : low' ... then	otherwise
 *
 * In the first case any order will do. In the second neither order would, and
 * if there is nothing between the upper halves there is no way at all: one
 * write or the other leaves the way by up to 4 GiB (64 KiB for I/O).
 */
static int pick_upper(u64 now, u64 then, int low_bits, u32 *upper)
{
	u64 mask = (1ULL << low_bits) - 1;
	u32 from = now >> low_bits;
	u32 to = then >> low_bits;
	bool up = then > now;
	bool low_up = (then & mask) > (now & mask);
	u32 gap = up ? to - from : from - to;

	*upper = to;
	if (!gap || up == low_up || (now & mask) == (then & mask))
		return 0;

	if (gap == 1)
		return -EBUSY;
	*upper = up ? from + gap / 2 : from - gap / 2;
	return 0;
}

static int pick_upper_regs(const struct pci_switch_window *w,
			   const struct pci_window_regs *now,
			   const struct pci_window_regs *then,
			   struct pci_window_regs *regs)
{
	u64 start, end, then_start, then_end;
	u32 base, limit;
	int ret;

	pci_window_decode(w->type, w->wide, w->io_1k, now, &start, &end);
	pci_window_decode(w->type, w->wide, w->io_1k, then, &then_start,
			  &then_end);
	ret = pick_upper(start, then_start, low_bits(w->type), &base);
	if (ret)
		return ret;
	ret = pick_upper(end, then_end, low_bits(w->type), &limit);
	if (ret)
		return ret;

	set_upper(w->type, base, limit, regs);
	return 0;
}

/*
 * From @now to @then, one inside the other. If one of them is closed it is so
 * by the upper half of its base, and the low register is written meanwhile:
 * when narrowing it does not change, and when widening it comes before the
 * upper halves.
 */
static int add_way(struct write_list *list, const struct pci_switch_window *w,
		   const struct pci_window_regs *now,
		   const struct pci_window_regs *then)
{
	struct pci_window_regs upper = *now;
	int ret;

	if (w->wide && is_kept(w)) {
		ret = pick_upper_regs(w, now, then, &upper);
		if (ret)
			return ret;
	}
	add_upper(list, w, now, &upper);
	add_low(list, w, now, then);
	add_upper(list, w, &upper, then);
	return 0;
}

/* To what both layouts share, or from there to what is wanted */
static int add_window(struct write_list *list,
		      const struct pci_switch_window *w, bool widen)
{
	struct pci_window_regs middle;
	int ret;

	if (pci_window_same(w->type, w->wide, w->io_1k, &w->from, &w->to))
		return 0;
	ret = middle_regs(w, &middle);
	if (ret)
		return ret;
	return widen ? add_way(list, w, &middle, &w->to) :
		       add_way(list, w, &w->from, &middle);
}

static int add_windows(struct write_list *list,
		       const struct pci_switch_model *model, bool widen,
		       int *blocked)
{
	int i, ret;

	for (i = 0; i < model->nr_windows; i++) {
		ret = add_window(list, &model->windows[i], widen);
		if (ret) {
			*blocked = i;
			return ret;
		}
	}
	return 0;
}

/* The device does not decode: the halves of a 64-bit BAR come in any order */
static void add_bar(struct write_list *list, const struct pci_switch_bar *bar)
{
	u32 from = bar->from, to = bar->to;

	if (from != to)
		add_write(list, bar->dev, bar->where, 4, from, to);
	if (!bar->wide)
		return;
	from = bar->from >> 32;
	to = bar->to >> 32;
	if (from != to)
		add_write(list, bar->dev, bar->where + 4, 4, from, to);
}

/* A word: the Status register in the same dword is cleared by writing it */
static void add_command(struct write_list *list, int dev, u16 from, u16 to)
{
	if (from != to)
		add_write(list, dev, PCI_COMMAND, 2, from, to);
}

static bool window_is_valid(const struct pci_switch_window *w)
{
	switch (w->type) {
	case PCI_LAYOUT_IO:
		return w->from.low <= 0xffff && w->to.low <= 0xffff;
	case PCI_LAYOUT_MEM:
		return !w->wide;
	case PCI_LAYOUT_PREF:
		return true;
	}
	return false;
}

static bool bar_is_valid(const struct pci_switch_bar *bar)
{
	if (bar->where % 4)
		return false;
	return bar->wide || (bar->from | bar->to) >> 32 == 0;
}

static bool count_is_valid(int nr)
{
	return nr >= 0 && nr <= MAX_ENTRIES;
}

static bool counts_are_valid(const struct pci_switch_model *model)
{
	return count_is_valid(model->nr_windows) &&
	       count_is_valid(model->nr_bars) &&
	       count_is_valid(model->nr_commands);
}

static bool model_is_valid(const struct pci_switch_model *model)
{
	int i;

	if (!counts_are_valid(model))
		return false;
	for (i = 0; i < model->nr_windows; i++)
		if (!window_is_valid(&model->windows[i]))
			return false;
	for (i = 0; i < model->nr_bars; i++)
		if (!bar_is_valid(&model->bars[i]))
			return false;
	return true;
}

/**
 * pci_switch_max_writes() - how long a list can get
 * @model: what changes
 *
 * Return: a size of the array for pci_switch_compile() that suffices, or
 * -EINVAL if the model has a count that makes no sense.
 */
int pci_switch_max_writes(const struct pci_switch_model *model)
{
	if (!counts_are_valid(model))
		return -EINVAL;
	return model->nr_windows * MAX_WINDOW_WRITES +
	       model->nr_bars * MAX_BAR_WRITES +
	       model->nr_commands * MAX_COMMAND_WRITES;
}

/**
 * pci_switch_compile() - put the writes of a switch in order
 * @model: what changes
 * @writes: result: the list
 * @max_writes: size of @writes
 * @blocked: result: index of the window on -EBUSY, else PCI_LAYOUT_NONE
 *
 * The rules at the top of this file hold before the list, after it, between any
 * two of its writes, and likewise while it is undone from any point (see struct
 * pci_config_write). Rule 2 is for windows that are apart in both layouts. The
 * devices in @model->commands do not decode while BARs are written or windows
 * are not final. Registers that do not change are not written.
 *
 * Return: number of writes, 0 if nothing changes;
 * * -EINVAL: the model contradicts itself;
 * * -ENOSPC: @max_writes is too small;
 * * -EBUSY: the window @blocked has @keep set and there is no order of writes
 *   that keeps it open, because @from and @to share nothing, or because the
 *   base or the limit moves into the next 4 GiB (64 KiB for I/O) by less than
 *   those.
 */
int pci_switch_compile(const struct pci_switch_model *model,
		       struct pci_config_write *writes, int max_writes,
		       int *blocked)
{
	const struct pci_switch_command *commands = model->commands;
	struct write_list list = { .writes = writes, .max = max_writes };
	int i, ret;

	*blocked = PCI_LAYOUT_NONE;
	if (!model_is_valid(model))
		return -EINVAL;

	for (i = 0; i < model->nr_commands; i++)
		add_command(&list, commands[i].dev, commands[i].from,
			    commands[i].off);
	ret = add_windows(&list, model, false, blocked);
	if (ret)
		return ret;
	for (i = 0; i < model->nr_bars; i++)
		add_bar(&list, &model->bars[i]);
	ret = add_windows(&list, model, true, blocked);
	if (ret)
		return ret;
	for (i = 0; i < model->nr_commands; i++)
		add_command(&list, commands[i].dev, commands[i].off,
			    commands[i].to);

	return list.nr > list.max ? -ENOSPC : list.nr;
}
