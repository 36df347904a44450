/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of random_machine() share
 */
#ifndef MAKER_H
#define MAKER_H

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
 * @needy_order: a device wants at most this power of two less than what is free
 * @max_order: of a working BAR, in MiB
 * @small_percent: working BARs below a MiB
 * @fixed_percent: working BARs that must stay
 * @is_full: most of the space is in use
 * @is_typed: port I/O, prefetchable memory, limits, several apertures and roots
 */
struct kind {
	int units;
	int nr_bridges;
	int nr_bars;
	int nr_needy;
	int needy_order;
	int max_order;
	int small_percent;
	int fixed_percent;
	bool is_full;
	bool is_typed;
};

/*
 * A bus, with the windows that lead to it; PCI_LAYOUT_NONE below the host
 * bridge, or if there is no window of the type
 */
struct bus {
	int window[NR_TYPES];
	int root;
	bool is_below_host;
};

/**
 * struct maker - a machine being made
 * @m: that one
 * @kind: what it is to have
 * @rng: where chance comes from
 * @buses: that it has so far
 * @nr_buses: how many
 * @bus: of the device being made
 */
struct maker {
	struct machine *m;
	const struct kind *kind;
	struct rng rng;
	struct bus buses[MAX_BUSES];
	int nr_buses;
	int bus;
};

static inline u32 below(struct maker *k, u32 n)
{
	return rng_below(&k->rng, n);
}

static inline bool chance(struct maker *k, int percent)
{
	return rng_chance(&k->rng, percent);
}

/* From half of @n to @n */
static inline int about(struct maker *k, int n)
{
	return n - below(k, n / 2 + 1);
}

static inline bool is_io(enum pci_layout_type type)
{
	return type == PCI_LAYOUT_IO;
}

static inline u64 unit_of(enum pci_layout_type type)
{
	return is_io(type) ? PORTS : MEGABYTE;
}

static inline bool suits(enum pci_layout_type inner, enum pci_layout_type outer)
{
	return inner == outer || (inner == PCI_LAYOUT_PREF && outer == PCI_LAYOUT_MEM);
}

static inline int parent_window(const struct bus *bus, enum pci_layout_type type)
{
	if (type == PCI_LAYOUT_PREF && bus->window[PCI_LAYOUT_PREF] < 0)
		return bus->window[PCI_LAYOUT_MEM];
	return bus->window[type];
}

/* Is there a way for the type, even if it is closed? */
static inline bool leads_there(const struct bus *bus, enum pci_layout_type type)
{
	return bus->is_below_host || parent_window(bus, type) >= 0;
}

/* A free range in a window, or below a host bridge; false: none found */
bool maker_pick_place(struct maker *k, int container, int root, enum pci_layout_type type,
		      u64 size, u64 align, u64 max, bool blocker, u64 *at);

void maker_add_host(struct maker *k, int root);
void maker_add_bridge(struct maker *k);

#endif /* MAKER_H */
