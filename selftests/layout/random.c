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

#include "generate.h"

#define PORTS			((u64)SZ_4K)
#define MEGABYTE		((u64)SZ_1M)
#define MAX_BUSES		256
#define NR_TYPES		3

/**
 * struct kind - what the machines of a kind have, at most
 * @units: MiB of memory per aperture
 * @nr_bridges: bridges
 * @nr_bars: working BARs
 * @nr_needy: devices that want addresses
 * @max_order: of a working BAR, in MiB
 * @fixed_percent: working BARs that must stay
 * @is_full: most of the space is in use
 * @is_typed: port I/O, prefetchable memory, limits, several apertures and roots
 */
struct kind {
	int units;
	int nr_bridges;
	int nr_bars;
	int nr_needy;
	int max_order;
	int fixed_percent;
	bool is_full;
	bool is_typed;
};

#define KINDS(KIND)							\
	KIND("tiny",		20, 3, 7, 3, 3, 12, false, false)	\
	KIND("tiny-full",	14, 4, 9, 3, 2, 5, true, false)		\
	KIND("tiny-typed",	16, 3, 8, 4, 2, 12, false, true)	\
	KIND("small",		64, 8, 16, 5, 4, 10, false, false)	\
	KIND("small-fixed",	64, 8, 16, 5, 4, 40, false, false)	\
	KIND("rich",		96, 8, 32, 6, 5, 10, true, true)	\
	KIND("large",		1024, 60, 2000, 6, 1, 5, false, true)

#define KIND_NUMBERS(name, ...)	{ __VA_ARGS__ },
#define KIND_NAME(name, ...)	name,

static const struct kind kinds[] = { KINDS(KIND_NUMBERS) };
const char *const random_kinds[] = { KINDS(KIND_NAME) NULL };

/*
 * A bus, with the windows that lead to it; PCI_LAYOUT_NONE below the host
 * bridge, or if there is no window of the type
 */
struct bus {
	int window[NR_TYPES];
	int root;
	bool is_below_host;
};

struct maker {
	struct machine *m;
	const struct kind *kind;
	struct rng rng;
	struct bus buses[MAX_BUSES];
	int nr_buses;
	int bus;		/* of the device being made */
};

u32 rng_next(struct rng *rng)
{
	/* splitmix64 */
	u64 z = rng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (z ^ (z >> 31)) >> 16;
}

u32 rng_below(struct rng *rng, u32 n)
{
	return n ? rng_next(rng) % n : 0;
}

bool rng_chance(struct rng *rng, int percent)
{
	return rng_below(rng, 100) < percent;
}

static u32 below(struct maker *k, u32 n)
{
	return rng_below(&k->rng, n);
}

static bool chance(struct maker *k, int percent)
{
	return rng_chance(&k->rng, percent);
}

/* From half of @n to @n */
static int about(struct maker *k, int n)
{
	return n - below(k, n / 2 + 1);
}

static bool is_io(enum pci_layout_type type)
{
	return type == PCI_LAYOUT_IO;
}

static u64 unit_of(enum pci_layout_type type)
{
	return is_io(type) ? PORTS : MEGABYTE;
}

static bool suits(enum pci_layout_type inner, enum pci_layout_type outer)
{
	return inner == outer || (inner == PCI_LAYOUT_PREF && outer == PCI_LAYOUT_MEM);
}

/*
 * Free places
 */

static bool touches(int container, enum pci_layout_type type, u64 start, u64 end,
		    int other, enum pci_layout_type other_type, u64 s, u64 e)
{
	if (container != other || s > end || start > e)
		return false;
	return container >= 0 || is_io(type) == is_io(other_type);
}

static bool is_taken(const struct machine *m, int container, enum pci_layout_type type,
		     u64 start, u64 end, bool blocker)
{
	int i;

	for (i = 0; i < m->model.nr_windows; i++) {
		const struct pci_layout_window *w = &m->windows[i];

		if (w->assigned && touches(container, type, start, end, w->parent,
					   w->type, w->start, w->end))
			return true;
	}
	for (i = 0; i < m->model.nr_bars; i++) {
		const struct pci_layout_bar *b = &m->bars[i];

		if (b->assigned && !(blocker && b->dev == PCI_LAYOUT_NONE) &&
		    touches(container, type, start, end, b->window, b->type, b->start,
			    b->start + b->size - 1))
			return true;
	}
	return false;
}

/* The range of the container; below a host bridge, of one of its apertures */
static bool pick_outer(struct maker *k, int container, int root,
		       enum pci_layout_type type, u64 *start, u64 *end)
{
	const struct machine *m = k->m;
	int i, nr = 0;

	if (container >= 0) {
		*start = m->windows[container].start;
		*end = m->windows[container].end;
		return m->windows[container].assigned;
	}
	for (i = 0; i < m->model.nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		if (a->root != root || !suits(type, a->type) || below(k, ++nr))
			continue;
		*start = a->start;
		*end = a->end;
	}
	return nr;
}

static bool pick_place(struct maker *k, int container, int root, enum pci_layout_type type,
		       u64 size, u64 align, u64 max, bool blocker, u64 *at)
{
	u64 start, end, first;
	int try;

	for (try = 0; try < 6; try++) {
		if (!pick_outer(k, container, root, type, &start, &end))
			return false;
		end = min(end, max);
		first = ALIGN(start, align);
		if (first > end || end - first < size - 1)
			continue;
		*at = first + align * below(k, (end - first + 1 - size) / align + 1);
		if (!is_taken(k->m, container, type, *at, *at + size - 1, blocker))
			return true;
	}
	return false;
}

/*
 * Host bridges and bridges
 */

static void add_aperture(struct maker *k, int root, enum pci_layout_type type, u64 start,
			 int units)
{
	struct pci_layout_aperture *a = machine_add_aperture(k->m);

	a->root = root;
	a->type = type;
	a->start = start;
	a->end = start + unit_of(type) * units - 1;
}

static void add_host(struct maker *k, int root)
{
	int units = k->kind->units;
	u64 low = MEGABYTE * (root && chance(k, 75) ? 1600 : 64);

	k->buses[k->nr_buses++] = (struct bus) {
		.window = { PCI_LAYOUT_NONE, PCI_LAYOUT_NONE, PCI_LAYOUT_NONE },
		.root = root, .is_below_host = true,
	};
	add_aperture(k, root, PCI_LAYOUT_MEM, low, about(k, units));
	if (!k->kind->is_typed)
		return;
	add_aperture(k, root, PCI_LAYOUT_IO, root ? 0x8000 : 0x1000, 1 + below(k, 7));
	if (chance(k, 60))
		add_aperture(k, root, chance(k, 70) ? PCI_LAYOUT_PREF : PCI_LAYOUT_MEM,
			     (u64)SZ_1G * 16 * (root + 1), about(k, 2 * units));
	if (chance(k, 20))
		add_aperture(k, root, PCI_LAYOUT_MEM, MEGABYTE * (2688 + root * 640),
			     about(k, units / 2));
}

static u64 window_max(struct maker *k, enum pci_layout_type type)
{
	switch (type) {
	case PCI_LAYOUT_IO:
		return chance(k, 80) ? 0xffff : U32_MAX;
	case PCI_LAYOUT_MEM:
		return k->kind->is_typed ? U32_MAX : U64_MAX;
	case PCI_LAYOUT_PREF:
		return chance(k, 80) ? U64_MAX : U32_MAX;
	}
	return 0;
}

static int parent_window(const struct bus *bus, enum pci_layout_type type)
{
	if (type == PCI_LAYOUT_PREF && bus->window[PCI_LAYOUT_PREF] < 0)
		return bus->window[PCI_LAYOUT_MEM];
	return bus->window[type];
}

/* Is there a way for the type, even if it is closed? */
static bool leads_there(const struct bus *bus, enum pci_layout_type type)
{
	return bus->is_below_host || parent_window(bus, type) >= 0;
}

static int add_window(struct maker *k, const struct bus *bus, enum pci_layout_type type)
{
	struct pci_layout_window w = {
		.parent = parent_window(bus, type), .root = bus->root, .type = type,
		.max = window_max(k, type), .align = unit_of(type),
	};
	u64 start, end, units, size;

	if (k->kind->is_typed && chance(k, 15))
		w.reserve = w.align * below(k, 8);
	if (chance(k, 85) && pick_outer(k, w.parent, w.root, type, &start, &end)) {
		units = (end - start + 1) / w.align;
		size = w.align * (1 + below(k, units / (bus->is_below_host ? 2 : 1)));
		w.assigned = pick_place(k, w.parent, w.root, type, size, w.align, w.max, false,
					&w.start);
		w.end = w.start + size - 1;
	}
	*machine_add_window(k->m) = w;
	return k->m->model.nr_windows - 1;
}

static void add_bridge(struct maker *k)
{
	struct bus bus = k->buses[below(k, k->nr_buses)], new = bus;
	bool typed = k->kind->is_typed;

	new.is_below_host = false;
	new.window[PCI_LAYOUT_MEM] = add_window(k, &bus, PCI_LAYOUT_MEM);
	new.window[PCI_LAYOUT_PREF] = typed && chance(k, 60) ?
		add_window(k, &bus, PCI_LAYOUT_PREF) : PCI_LAYOUT_NONE;
	new.window[PCI_LAYOUT_IO] = typed && leads_there(&bus, PCI_LAYOUT_IO) && chance(k, 60) ?
		add_window(k, &bus, PCI_LAYOUT_IO) : PCI_LAYOUT_NONE;
	k->buses[k->nr_buses++] = new;
}

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
	if (k->kind->is_typed && chance(k, 20))
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
	ok = pick_place(k, bar.window, bar.root, type, bar.size, bar.align, bar.max, false,
			&bar.start);
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
	size >>= (k->kind->is_full ? 0 : 1) + below(k, 3);
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
	if (pick_place(k, bar.window, bar.root, type, bar.size, bar.align, U64_MAX, true,
		       &bar.start))
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
	add_host(&k, 0);
	if (typed && chance(&k, 30))
		add_host(&k, 1);
	for (nr = about(&k, k.kind->nr_bridges); nr; nr--)
		add_bridge(&k);
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
