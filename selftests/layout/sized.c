// SPDX-License-Identifier: GPL-2.0
/*
 * Machines of any size, to measure how the time for a plan grows
 *
 * Root ports with a device, a switch, or a switch of switches below. Firmware
 * leaves no room between them (see board.c), so that the device hot-added to
 * the first switch makes its neighbours move:
 *
 *	|<--------------------------- aperture --------------------------->|
 *	[first switch    ][ port B      ][ port C ][ ][   ][ ].............
 *	[[  ][ ][  ][ ][ ]][[  ][  ][ ]]
 *	                   ^ the new device wants to be here
 *
 * Some devices were unplugged since, which leaves holes: their windows.
 */

#include "board.h"
#include "generate.h"

/* There are 2028 MiB below 4 GiB and 64 KiB of port I/O; no more than this is used */
#define SIZED_LOW	0x50000000ull
#define SIZED_IO_LEAVES	6

#define SZ_16K		0x4000
#define SZ_128K		0x20000
#define SZ_32M		0x2000000

struct sized {
	struct machine *m;
	struct rng rng;
	int nr_bars;
	u64 low;
	int nr_io;
};

static bool is_full(const struct sized *s)
{
	return s->m->model.nr_bars >= s->nr_bars;
}

/* BARs that must be below 4 GiB, until there is no room left for them */
static void low_bar(struct sized *s, struct board_bus bus, int dev, u64 size)
{
	enum pci_layout_type type = PCI_LAYOUT_MEM;

	if (s->low + max(size, (u64)SZ_1M) > SIZED_LOW)
		type = PCI_LAYOUT_PREF;
	else
		s->low += max(size, (u64)SZ_1M);
	board_bar(s->m, bus, dev, type, size);
}

static void add_disk(struct sized *s, struct board_bus bus, int dev)
{
	low_bar(s, bus, dev, SZ_16K);
	if (rng_chance(&s->rng, 25))
		board_bar(s->m, bus, dev, PCI_LAYOUT_MEM, SZ_64K)->optional = true;
}

static void add_adapter(struct sized *s, struct board_bus bus, int dev)
{
	board_bar(s->m, bus, dev, PCI_LAYOUT_PREF, (u64)SZ_64K << rng_below(&s->rng, 9));
	board_bar(s->m, bus, dev, PCI_LAYOUT_PREF, SZ_16K);
	/* Virtual functions: 64 of 16K, say */
	if (rng_chance(&s->rng, 60))
		board_bar(s->m, bus, dev, PCI_LAYOUT_PREF, SZ_1M)->align = SZ_16K;
	if (rng_chance(&s->rng, 30))
		low_bar(s, bus, dev, SZ_128K);
}

static void add_accelerator(struct sized *s, struct board_bus bus, int dev)
{
	board_bar(s->m, bus, dev, PCI_LAYOUT_PREF, SZ_256M);
	board_bar(s->m, bus, dev, PCI_LAYOUT_PREF, SZ_32M);
	low_bar(s, bus, dev, SZ_1M);
}

static int add_some_dev(struct sized *s)
{
	static const enum pci_layout_cost costs[] = {
		PCI_LAYOUT_LIVE, PCI_LAYOUT_LIVE, PCI_LAYOUT_LIVE, PCI_LAYOUT_LIVE,
		PCI_LAYOUT_PAUSED, PCI_LAYOUT_PAUSED, PCI_LAYOUT_PAUSED,
		PCI_LAYOUT_NO_DRIVER,
	};

	return board_dev(s->m, costs[rng_below(&s->rng, ARRAY_SIZE(costs))]);
}

static void fill_leaf(struct sized *s, struct board_bus bus)
{
	int functions = rng_chance(&s->rng, 4) ? 24 : 1 + rng_below(&s->rng, 6);
	int kind = rng_below(&s->rng, 16);
	int i;

	for (i = 0; i < functions && !is_full(s); i++) {
		int dev = add_some_dev(s);

		if (kind < 7)
			add_disk(s, bus, dev);
		else if (kind < 15 || i)
			add_adapter(s, bus, dev);
		else
			add_accelerator(s, bus, dev);
	}
	if (s->nr_io < SIZED_IO_LEAVES && rng_chance(&s->rng, 20)) {
		s->nr_io++;
		board_bar(s->m, bus, s->m->model.nr_devs - 1, PCI_LAYOUT_IO, 128);
	}
}

static void fill_switch(struct sized *s, struct board_bus bus, int levels)
{
	struct board_bus upstream = board_bridge(s->m, bus);
	int ports = 4 + rng_below(&s->rng, levels ? 5 : 13);
	int i;

	for (i = 0; i < ports && !is_full(s); i++) {
		if (levels)
			fill_switch(s, board_bridge(s->m, upstream), levels - 1);
		else
			fill_leaf(s, board_bridge(s->m, upstream));
	}
}

/* Firmware places this switch before all others because of its accelerator */
static struct board_bus fill_first_switch(struct sized *s)
{
	struct board_bus upstream = board_bridge(s->m, board_bridge(s->m, board_root(0)));
	struct board_bus port = board_bridge(s->m, upstream);
	int i;

	add_accelerator(s, port, board_dev(s->m, PCI_LAYOUT_PAUSED));
	for (i = 0; i < 3; i++)
		fill_leaf(s, board_bridge(s->m, upstream));
	return board_bridge(s->m, upstream);
}

/* And this one next to it */
static void fill_second_port(struct sized *s)
{
	struct board_bus port = board_bridge(s->m, board_root(0));

	add_accelerator(s, port, board_dev(s->m, PCI_LAYOUT_LIVE));
}

static void fill_root_port(struct sized *s)
{
	struct board_bus port = board_bridge(s->m, board_root(0));
	int kind = rng_below(&s->rng, 8);

	if (kind < 3)
		fill_leaf(s, port);
	else
		fill_switch(s, port, kind >= 6);
}

static void hot_add(struct sized *s, struct board_bus bus)
{
	int dev = board_new_dev(s->m);

	board_bar(s->m, bus, dev, PCI_LAYOUT_MEM, SZ_1M);
	board_bar(s->m, bus, dev, PCI_LAYOUT_PREF, SZ_256M);
	board_bar(s->m, bus, dev, PCI_LAYOUT_PREF, SZ_64K);
	board_bar(s->m, bus, dev, PCI_LAYOUT_MEM, SZ_64K)->optional = true;
}

/* Of the devices from @first on, some cannot move and some are gone */
static void age(struct sized *s, int first)
{
	struct machine *m = s->m;
	u8 *fate = zeroed(m->model.nr_devs, 1);
	int i, nr = 0;

	for (i = first; i < m->model.nr_devs; i++)
		fate[i] = rng_chance(&s->rng, 4) ? 2 : rng_chance(&s->rng, 9);
	for (i = 0; i < m->model.nr_bars; i++) {
		struct pci_layout_bar *bar = &m->bars[i];

		if (fate[bar->dev] == 2)
			continue;
		bar->fixed = fate[bar->dev] && bar->assigned;
		m->bars[nr++] = *bar;
	}
	m->model.nr_bars = nr;
	free(fate);
}

void sized_machine(struct machine *m, int nr_bars, u64 number)
{
	struct sized s = {
		.m = m, .rng = { number ^ (u64)nr_bars << 32 },
		/* The hot-added device has some, and some are taken away again */
		.nr_bars = nr_bars + nr_bars / 25 - 4,
	};
	struct board_bus hot;
	int first;

	machine_init(m);
	/* Servers have 64-bit space in plenty */
	board_pc_apertures(m, 0x380000000000, 0x3fffffffffff);
	hot = fill_first_switch(&s);
	fill_second_port(&s);
	first = m->model.nr_devs;
	while (!is_full(&s))
		fill_root_port(&s);
	board_lay_out(m);
	age(&s, first);
	hot_add(&s, hot);
}
