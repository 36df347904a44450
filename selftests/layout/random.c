// SPDX-License-Identifier: GPL-2.0
/*
 * Random machines
 *
 * Host bridges, bridges below them with a window per type, working BARs at
 * random places, so that what is free is scattered; then devices that want
 * addresses, of sizes for which there is room in sum but often not in one
 * piece; then what makes machines difficult: fixed windows, ranges in the way,
 * reserves, optional BARs, apertures that end where the last range ends.
 */

#include "maker.h"

#define KINDS(KIND)							\
	KIND("tiny",		20, 3, 7, 3, 1, 3, 0, 12, false, false)	\
	KIND("tiny-full",	14, 4, 9, 3, 0, 2, 0, 5, true, false)	\
	KIND("tiny-typed",	16, 3, 8, 4, 1, 2, 20, 12, false, true)	\
	KIND("small",		64, 8, 16, 5, 1, 4, 0, 10, false, false)	\
	KIND("small-fixed",	64, 8, 16, 5, 1, 4, 0, 40, false, false)	\
	KIND("rich",		96, 8, 32, 6, 0, 5, 20, 10, true, true)	\
	KIND("large",		1024, 30, 3000, 2, 7, 1, 80, 1, true, true)

#define KIND_NUMBERS(name, ...)	{ __VA_ARGS__ },
#define KIND_NAME(name, ...)	name,

static const struct kind kinds[] = { KINDS(KIND_NUMBERS) };
const char *const random_kinds[] = { KINDS(KIND_NAME) NULL };

/*
 * Devices
 */

static enum pci_layout_type pick_type(struct maker *k)
{
	u32 n = below(k, 100);

	if (!k->kind->is_typed)
		return PCI_LAYOUT_MEM;
	return n < 20 ? PCI_LAYOUT_IO : n < 55 ? PCI_LAYOUT_MEM : PCI_LAYOUT_PREF;
}

static u64 bar_max(struct maker *k, enum pci_layout_type type)
{
	if (is_io(type))
		return chance(k, 70) ? 0xffff : U32_MAX;
	if (k->kind->is_typed && chance(k, type == PCI_LAYOUT_MEM ? 60 : 25))
		return U32_MAX;
	return U64_MAX;
}

static u64 working_size(struct maker *k, enum pci_layout_type type)
{
	if (is_io(type))
		return 0x20ull << below(k, k->kind->is_full ? 8 : 7);
	if (k->kind->is_typed && chance(k, k->kind->small_percent))
		return (u64)SZ_4K << below(k, 8);
	return MEGABYTE << below(k, k->kind->max_order + 1);
}

static void describe_bar(struct maker *k, struct pci_layout_bar *bar,
			 enum pci_layout_type type)
{
	const struct bus *bus = &k->buses[k->bus];

	bar->type = type;
	bar->root = bus->root;
	bar->window = parent_window(bus, type);
	bar->max = bar_max(k, type);
}

static void add_working_dev(struct maker *k)
{
	struct pci_layout_dev *dev = machine_add_dev(k->m);

	dev->cost = below(k, 3);
	k->bus = below(k, k->nr_buses);
}

/* VFs: several ranges of a size, aligned to that */
static void make_several(struct maker *k, struct pci_layout_bar *bar)
{
	if (k->kind->is_typed && !is_io(bar->type) && chance(k, 10))
		bar->size *= 2 + below(k, 2);
}

static bool add_working_bar(struct maker *k)
{
	struct pci_layout_bar bar = {};
	enum pci_layout_type type = pick_type(k);
	bool ok;

	if (!leads_there(&k->buses[k->bus], type))
		return false;
	describe_bar(k, &bar, type);
	bar.size = working_size(k, type);
	bar.align = bar.size;
	make_several(k, &bar);
	ok = maker_pick_place(k, bar.window, bar.root, type, bar.size, bar.align, bar.max,
			      false, &bar.start);
	if (!ok)
		return false;
	bar.assigned = true;
	bar.dev = k->m->model.nr_devs - 1;
	bar.fixed = chance(k, k->kind->fixed_percent);
	bar.optional = k->kind->is_typed && chance(k, 8);
	*machine_add_bar(k->m) = bar;
	return true;
}

static void add_working_bars(struct maker *k)
{
	int nr = k->kind->is_full ? k->kind->nr_bars : about(k, k->kind->nr_bars);
	int tries = k->kind->is_full ? 4 * nr : 2 * nr;
	bool used = false;

	add_working_dev(k);
	for (; nr && tries; tries--) {
		if (!used)
			k->bus = below(k, k->nr_buses);
		if (add_working_bar(k)) {
			used = true;
			nr--;
		}
		/* A third of the BARs belongs to a device that has others */
		if (used && chance(k, 65)) {
			add_working_dev(k);
			used = false;
		}
	}
}

/* Bytes below the host bridge that no BAR uses */
static u64 free_bytes(const struct maker *k, int root, enum pci_layout_type type)
{
	const struct machine *m = k->m;
	u64 sum = 0, used = 0;
	int i;

	for (i = 0; i < m->model.nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		if (a->root == root && suits(type, a->type))
			sum += a->end - a->start + 1;
	}
	for (i = 0; i < m->model.nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (bar->root == root && is_io(bar->type) == is_io(type) &&
		    bar->dev != PCI_LAYOUT_NONE)
			used += bar->size;
	}
	return used < sum ? sum - used : 0;
}

/* Often as much as there is in sum, or nearly */
static u64 needy_size(struct maker *k, int root, enum pci_layout_type type)
{
	u64 most = free_bytes(k, root, type), size = is_io(type) ? 4 : SZ_4K;

	if (chance(k, 30))
		return working_size(k, type);
	while (size * 2 <= most)
		size *= 2;
	size >>= k->kind->needy_order + below(k, 3);
	return max(size, is_io(type) ? (u64)4 : (u64)SZ_4K);
}

static void add_needy_bar(struct maker *k, int dev, bool optional)
{
	enum pci_layout_type type = pick_type(k);
	struct pci_layout_bar bar = {};

	describe_bar(k, &bar, type);
	bar.size = needy_size(k, bar.root, type);
	bar.align = bar.size;
	make_several(k, &bar);
	bar.dev = dev;
	bar.optional = optional;
	if (!leads_there(&k->buses[k->bus], type)) {
		/* No window leads to it; few machines have that, and it is soon said */
		if (chance(k, 80))
			return;
		bar.max = 0;
	}
	*machine_add_bar(k->m) = bar;
}

/* Where do the BARs lie that the device has? */
static int bus_of(const struct maker *k, int dev)
{
	const struct machine *m = k->m;
	int i, bus;

	for (i = 0; i < m->model.nr_bars; i++) {
		for (bus = 0; m->bars[i].dev == dev && bus < k->nr_buses; bus++) {
			if (k->buses[bus].root == m->bars[i].root &&
			    parent_window(&k->buses[bus], m->bars[i].type) == m->bars[i].window)
				return bus;
		}
	}
	return 0;
}

static void add_needy_dev(struct maker *k)
{
	int dev = k->m->model.nr_devs, nr = chance(k, 60) ? 1 : 2 + below(k, 2);

	if (dev && chance(k, 20)) {
		/* One that is there already and has not got all */
		dev = below(k, dev);
		k->bus = bus_of(k, dev);
	} else {
		add_working_dev(k);
		k->m->devs[dev].is_new = true;
	}
	while (nr--)
		add_needy_bar(k, dev, k->kind->is_typed && chance(k, 12));
}

/*
 * What makes it difficult
 */

static void add_blocker(struct maker *k)
{
	struct pci_layout_bar bar = { .dev = PCI_LAYOUT_NONE, .assigned = true, .fixed = true };
	enum pci_layout_type type = pick_type(k);

	k->bus = below(k, k->nr_buses);
	if (!leads_there(&k->buses[k->bus], type))
		return;
	describe_bar(k, &bar, type);
	bar.align = unit_of(type) / 4;
	bar.size = bar.align * (1 + below(k, 6));
	if (maker_pick_place(k, bar.window, bar.root, type, bar.size, bar.align, U64_MAX,
			     true, &bar.start))
		*machine_add_bar(k->m) = bar;
}

static void fix_windows(struct maker *k, int percent)
{
	int i;

	for (i = 0; i < k->m->model.nr_windows; i++) {
		struct pci_layout_window *w = &k->m->windows[i];

		if (chance(k, percent))
			w->fixed = true;
		else if (!w->assigned && chance(k, percent))
			w->max = 0;
	}
}

/* Where a BAR is today is not questioned, even if it could not go there */
static void bend_bars(struct maker *k)
{
	int i;

	for (i = 0; i < k->m->model.nr_bars; i++) {
		struct pci_layout_bar *bar = &k->m->bars[i];

		if (!bar->assigned)
			continue;
		if (chance(k, 2))
			bar->align *= 2;
		if (chance(k, 2))
			bar->max = max(bar->size, bar->start) - 1;
	}
}

/* The last address in the aperture that something movable needs today */
static u64 last_in_use(const struct machine *m, const struct pci_layout_aperture *a)
{
	u64 last = 0;
	int i;

	for (i = 0; i < m->model.nr_windows; i++) {
		const struct pci_layout_window *w = &m->windows[i];

		if (w->parent < 0 && w->assigned && !w->fixed && w->root == a->root &&
		    suits(w->type, a->type) && w->start >= a->start && w->end <= a->end)
			last = max(last, w->end);
	}
	for (i = 0; i < m->model.nr_bars; i++) {
		const struct pci_layout_bar *b = &m->bars[i];

		if (b->window < 0 && b->assigned && !b->fixed && b->root == a->root &&
		    suits(b->type, a->type) && b->start >= a->start &&
		    b->start + b->size - 1 <= a->end)
			last = max(last, b->start + b->size - 1);
	}
	return last;
}

/* Fixed ranges behind the end lie outside of the aperture then */
static void trim_apertures(struct maker *k, int percent)
{
	int i;

	for (i = 0; i < k->m->model.nr_apertures; i++) {
		struct pci_layout_aperture *a = &k->m->apertures[i];
		u64 last = last_in_use(k->m, a);

		if (last && chance(k, percent))
			a->end = last;
	}
}

void random_machine(struct machine *m, int kind, u64 number)
{
	struct maker k = {
		.m = m, .kind = &kinds[kind],
		.rng = { .state = (number * 8 + kind) * 0x2545f4914f6cdd1dull },
	};
	bool typed = k.kind->is_typed;
	int nr;

	machine_init(m);
	maker_add_host(&k, 0);
	if (typed && chance(&k, 30))
		maker_add_host(&k, 1);
	for (nr = about(&k, k.kind->nr_bridges); nr; nr--)
		maker_add_bridge(&k);
	add_working_bars(&k);
	for (nr = below(&k, typed ? 3 : 2); nr; nr--)
		add_blocker(&k);
	for (nr = 1 + min(below(&k, k.kind->nr_needy), below(&k, k.kind->nr_needy)); nr; nr--)
		add_needy_dev(&k);
	fix_windows(&k, typed ? 8 : 3);
	if (typed)
		bend_bars(&k);
	trim_apertures(&k, k.kind->is_full ? 35 : 10);
}
