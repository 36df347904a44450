// SPDX-License-Identifier: GPL-2.0
/*
 * Machines that people build, as they are when something is plugged in
 *
 * Each is put together, laid out by a firmware (see board.c), and then gets its
 * new devices. What the planner ought to make of it stands in built_test.c.
 */

#include "board.h"
#include "generate.h"

#define KIB(n)		((u64)(n) << 10)
#define MIB(n)		((u64)(n) << 20)
#define GIB(n)		((u64)(n) << 30)

#define HIGH		0x8000000000ull
#define HIGH_END	0xffffffffffull

/*
 * Devices
 */

static struct pci_layout_bar *optional_bar(struct machine *m, struct board_bus bus,
					   int dev, enum pci_layout_type type, u64 size)
{
	struct pci_layout_bar *bar = board_bar(m, bus, dev, type, size);

	bar->optional = true;
	return bar;
}

static void disk(struct machine *m, struct board_bus bus, int dev)
{
	board_bar(m, bus, dev, PCI_LAYOUT_MEM, KIB(16));
	optional_bar(m, bus, dev, PCI_LAYOUT_MEM, KIB(64));
}

static void network_card(struct machine *m, struct board_bus bus, int dev)
{
	board_bar(m, bus, dev, PCI_LAYOUT_MEM, KIB(128));
	board_bar(m, bus, dev, PCI_LAYOUT_PREF, MIB(8));
	optional_bar(m, bus, dev, PCI_LAYOUT_MEM, KIB(512));
}

static void gpu(struct machine *m, struct board_bus bus, int dev, u64 memory)
{
	board_bar(m, bus, dev, PCI_LAYOUT_MEM, MIB(16));
	board_bar(m, bus, dev, PCI_LAYOUT_PREF, memory);
	board_bar(m, bus, dev, PCI_LAYOUT_PREF, MIB(32));
	optional_bar(m, bus, dev, PCI_LAYOUT_IO, 128);
}

static void host_controller(struct machine *m, struct board_bus bus, int dev)
{
	board_bar(m, bus, dev, PCI_LAYOUT_MEM, KIB(64));
}

/* What the machine boots from; its driver knows nothing of moves */
static int boot_disk(struct machine *m)
{
	int dev = board_dev(m, PCI_LAYOUT_PAUSED);

	disk(m, board_bridge(m, board_root(0)), dev);
	return dev;
}

/* A machine with room above 4 GiB; returns the device that it boots from */
static int begin(struct machine *m)
{
	machine_init(m);
	board_pc_apertures(m, HIGH, HIGH_END);
	return boot_disk(m);
}

/* What it boots from stays where firmware puts it */
static void finish(struct machine *m, int boot)
{
	board_lay_out(m);
	board_fix(m, boot);
}

static struct board_bus root_port(struct machine *m, int root)
{
	return board_bridge(m, board_root(root));
}

/*
 * A shelf of 24 bays behind two levels of switches: every other bay is taken
 *
 *	root port - switch -+- switch - bays 0-11
 *			    `- switch - bays 12-23
 */

#define SHELF_BAYS	24

static void shelf(struct machine *m, struct board_bus bays[SHELF_BAYS])
{
	struct board_bus upstream, leaf = {};
	int boot, i;

	boot = begin(m);
	upstream = board_bridge(m, root_port(m, 0));
	for (i = 0; i < SHELF_BAYS; i++) {
		if (i % 12 == 0)
			leaf = board_bridge(m, board_bridge(m, upstream));
		bays[i] = board_bridge(m, leaf);
		if (i % 2)
			disk(m, bays[i], board_dev(m, PCI_LAYOUT_LIVE));
	}
	network_card(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_LIVE));
	network_card(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_PAUSED));
	finish(m, boot);
}

static void shelf_one(struct machine *m)
{
	struct board_bus bays[SHELF_BAYS];

	shelf(m, bays);
	disk(m, bays[4], board_new_dev(m));
}

static void shelf_all(struct machine *m)
{
	struct board_bus bays[SHELF_BAYS];
	int i;

	shelf(m, bays);
	for (i = 0; i < SHELF_BAYS; i += 2)
		disk(m, bays[i], board_new_dev(m));
}

/* A drive with a buffer of 1 GiB for its controller */
static void shelf_buffer(struct machine *m)
{
	struct board_bus bays[SHELF_BAYS];
	int dev;

	shelf(m, bays);
	dev = board_new_dev(m);
	disk(m, bays[0], dev);
	board_bar(m, bays[0], dev, PCI_LAYOUT_PREF, GIB(1));
}

/* The same drive, whose buffer is not prefetchable: only below 4 GiB */
static void shelf_low_buffer(struct machine *m)
{
	struct board_bus bays[SHELF_BAYS];
	int dev;

	shelf(m, bays);
	dev = board_new_dev(m);
	disk(m, bays[0], dev);
	board_bar(m, bays[0], dev, PCI_LAYOUT_MEM, GIB(1));
}

/*
 * Eight slots for GPUs of 32 GiB, of which 0, 1, 4 and 5 are taken
 *
 *	root port - switch -+- switch - slots 0-3
 *			    `- switch - slots 4-7
 */

#define GPU_SLOTS	8

static void gpu_box(struct machine *m, struct board_bus slots[GPU_SLOTS])
{
	struct board_bus upstream, leaf = {};
	int boot, i;

	boot = begin(m);
	upstream = board_bridge(m, root_port(m, 0));
	for (i = 0; i < GPU_SLOTS; i++) {
		if (i % 4 == 0)
			leaf = board_bridge(m, board_bridge(m, upstream));
		slots[i] = board_bridge(m, leaf);
		if (i % 4 < 2)
			gpu(m, slots[i], board_dev(m, PCI_LAYOUT_PAUSED), GIB(32));
	}
	network_card(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_LIVE));
	finish(m, boot);
}

static void gpu_one(struct machine *m)
{
	struct board_bus slots[GPU_SLOTS];

	gpu_box(m, slots);
	gpu(m, slots[2], board_new_dev(m), GIB(32));
}

static void gpu_all(struct machine *m)
{
	struct board_bus slots[GPU_SLOTS];
	int i;

	gpu_box(m, slots);
	for (i = 0; i < GPU_SLOTS; i++) {
		if (i % 4 >= 2)
			gpu(m, slots[i], board_new_dev(m), GIB(32));
	}
}

/*
 * Thunderbolt: each hub is a switch with a controller of its own, one port that
 * leads on and one that is empty. A second connector has room of its own.
 *
 *	root port - hub 0 -+- controller
 *			   +- hub 1 -+- controller
 *			   |	     +- hub 2 ...
 *			   `- empty  `- empty
 */

struct hub {
	struct board_bus controller;
	struct board_bus next;
	struct board_bus empty;
};

static struct hub add_hub(struct machine *m, struct board_bus port, int dev)
{
	struct board_bus upstream = board_bridge(m, port);
	struct hub hub = {
		board_bridge(m, upstream), board_bridge(m, upstream),
		board_bridge(m, upstream),
	};

	host_controller(m, hub.controller, dev);
	board_reserve(m, hub.empty, 0, MIB(2), MIB(2));
	board_reserve(m, hub.next, 0, MIB(2), MIB(2));
	return hub;
}

static void thunderbolt(struct machine *m)
{
	struct board_bus port, other;
	struct hub hub;
	int i, boot, dev;

	boot = begin(m);
	port = root_port(m, 0);
	board_reserve(m, port, KIB(4), MIB(20), MIB(64));
	for (i = 0; i < 5; i++) {
		hub = add_hub(m, port, board_dev(m, PCI_LAYOUT_LIVE));
		port = hub.next;
	}
	other = root_port(m, 0);
	board_reserve(m, other, KIB(4), MIB(20), MIB(64));
	add_hub(m, other, board_dev(m, PCI_LAYOUT_LIVE));
	finish(m, boot);

	/* The sixth, with a GPU in its box */
	dev = board_new_dev(m);
	hub = add_hub(m, port, dev);
	dev = board_new_dev(m);
	gpu(m, hub.next, dev, MIB(256));
}

/*
 * Adapters with 256 virtual functions each, beside one another
 */

static void virtual_functions(struct machine *m, struct board_bus bus, int dev)
{
	struct pci_layout_bar *bar;

	network_card(m, bus, dev);
	bar = optional_bar(m, bus, dev, PCI_LAYOUT_PREF, 256 * KIB(16));
	bar->align = KIB(16);
	bar = optional_bar(m, bus, dev, PCI_LAYOUT_PREF, 256 * KIB(64));
	bar->align = KIB(64);
}

static void sriov(struct machine *m)
{
	struct board_bus upstream, port[4];
	int i, boot;

	boot = begin(m);
	upstream = board_bridge(m, root_port(m, 0));
	for (i = 0; i < 4; i++)
		port[i] = board_bridge(m, upstream);
	virtual_functions(m, port[0], board_dev(m, PCI_LAYOUT_LIVE));
	virtual_functions(m, port[2], board_dev(m, PCI_LAYOUT_LIVE));
	network_card(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_LIVE));
	finish(m, boot);
	virtual_functions(m, port[1], board_new_dev(m));
	virtual_functions(m, port[3], board_new_dev(m));
}

/*
 * A hot-plug port between two devices that cannot move
 *
 *	...[graphics, fixed][ port: disk ][network, fixed].............
 */
static void walled(struct machine *m, u64 size)
{
	struct board_bus port, upstream, slot;
	int left, right;

	machine_init(m);
	board_pc_apertures(m, 0, 0);
	left = board_dev(m, PCI_LAYOUT_PAUSED);
	board_bar(m, board_root(0), left, PCI_LAYOUT_MEM, MIB(16));
	port = root_port(m, 0);
	board_reserve(m, port, 0, MIB(8), 0);
	upstream = board_bridge(m, port);
	disk(m, board_bridge(m, upstream), board_dev(m, PCI_LAYOUT_LIVE));
	slot = board_bridge(m, upstream);
	right = board_dev(m, PCI_LAYOUT_PAUSED);
	board_bar(m, board_root(0), right, PCI_LAYOUT_MEM, MIB(1));
	board_lay_out(m);
	board_fix(m, left);
	board_fix(m, right);
	board_bar(m, slot, board_new_dev(m), PCI_LAYOUT_MEM, size);
}

static void walled_small(struct machine *m)
{
	walled(m, MIB(4));
}

static void walled_large(struct machine *m)
{
	walled(m, MIB(16));
}

/* As walled, but the disk cannot move either: the port cannot go elsewhere */
static void walled_in(struct machine *m)
{
	walled(m, MIB(16));
	board_fix(m, 1);
}

/* A server with 16 root ports; the one in the middle gets a card */
static void flat_server(struct machine *m)
{
	struct board_bus port[16];
	int i, boot;

	boot = begin(m);
	for (i = 0; i < 16; i++) {
		port[i] = root_port(m, 0);
		if (i % 8 != 7)
			network_card(m, port[i], board_dev(m, i % 3));
	}
	finish(m, boot);
	network_card(m, port[7], board_new_dev(m));
	gpu(m, port[15], board_new_dev(m), GIB(32));
}

/*
 * Two sockets, two host bridges each, with a quarter of the space apiece. The
 * new card belongs to the third, the others are not to be touched.
 */
static void four_roots(struct machine *m)
{
	struct board_bus slot = {};
	int root, i;

	machine_init(m);
	for (root = 0; root < 4; root++) {
		struct board_bus upstream;

		board_aperture(m, root, PCI_LAYOUT_IO, 0x1000 + 0x3000 * root,
			       0x3fff + 0x3000 * root);
		board_aperture(m, root, PCI_LAYOUT_MEM, 0x80000000 + MIB(480) * root,
			       0x80000000 + MIB(480) * (root + 1) - 1);
		board_aperture(m, root, PCI_LAYOUT_PREF, HIGH + GIB(128) * root,
			       HIGH + GIB(128) * (root + 1) - 1);
		upstream = board_bridge(m, root_port(m, root));
		for (i = 0; i < 3; i++)
			disk(m, board_bridge(m, upstream), board_dev(m, PCI_LAYOUT_LIVE));
		if (root == 2)
			slot = board_bridge(m, upstream);
		network_card(m, root_port(m, root), board_dev(m, PCI_LAYOUT_PAUSED));
		gpu(m, root_port(m, root), board_dev(m, PCI_LAYOUT_PAUSED), GIB(16));
	}
	board_lay_out(m);
	network_card(m, slot, board_new_dev(m));
}

/* Nothing above 4 GiB: prefetchable windows compete with the others */
static void only_32_bit(struct machine *m)
{
	struct board_bus upstream, slot;

	machine_init(m);
	board_aperture(m, 0, PCI_LAYOUT_IO, 0x1000, 0xffff);
	board_aperture(m, 0, PCI_LAYOUT_MEM, 0xc0000000, 0xfebfffff);
	upstream = board_bridge(m, root_port(m, 0));
	gpu(m, board_bridge(m, upstream), board_dev(m, PCI_LAYOUT_PAUSED), MIB(256));
	slot = board_bridge(m, upstream);
	network_card(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_LIVE));
	network_card(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_LIVE));
	disk(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_LIVE));
	board_lay_out(m);
	gpu(m, slot, board_new_dev(m), MIB(256));
}

/* A VGA card, whose legacy ranges nobody may take, and a card with port I/O */
static void vga(struct machine *m)
{
	struct board_bus upstream, slot;
	int card;

	machine_init(m);
	board_pc_apertures(m, 0, 0);
	board_aperture(m, 0, PCI_LAYOUT_MEM, 0xa0000, 0xbffff);
	board_blocker(m, 0, PCI_LAYOUT_MEM, 0xa0000, 0xbffff);
	board_blocker(m, 0, PCI_LAYOUT_IO, 0x0, 0xfff);
	board_blocker(m, 0, PCI_LAYOUT_IO, 0x3b0, 0x3bb);
	board_blocker(m, 0, PCI_LAYOUT_IO, 0x3c0, 0x3df);
	upstream = board_bridge(m, root_port(m, 0));
	card = board_dev(m, PCI_LAYOUT_PAUSED);
	board_bar(m, board_bridge(m, upstream), card, PCI_LAYOUT_IO, 128);
	gpu(m, board_bridge(m, upstream), card, MIB(256));
	slot = board_bridge(m, upstream);
	board_bar(m, root_port(m, 0), board_dev(m, PCI_LAYOUT_LIVE), PCI_LAYOUT_IO, 256);
	board_lay_out(m);
	card = board_new_dev(m);
	board_bar(m, slot, card, PCI_LAYOUT_IO, 256);
	board_bar(m, slot, card, PCI_LAYOUT_MEM, KIB(4));
}

/*
 * By name
 */

const char *const built_machines[] = {
	"nvme-shelf", "nvme-shelf-all", "nvme-shelf-buffer", "nvme-shelf-low-buffer",
	"gpu-box", "gpu-box-all", "thunderbolt", "sriov", "walled-small",
	"walled-large", "walled-in", "flat-server", "four-roots", "only-32-bit", "vga",
	NULL,
};

static void (*const builders[])(struct machine *m) = {
	shelf_one, shelf_all, shelf_buffer, shelf_low_buffer,
	gpu_one, gpu_all, thunderbolt, sriov, walled_small,
	walled_large, walled_in, flat_server, four_roots, only_32_bit, vga,
};

bool built_machine(struct machine *m, const char *name)
{
	int i;

	for (i = 0; built_machines[i]; i++) {
		if (strcmp(built_machines[i], name))
			continue;
		builders[i](m);
		return true;
	}
	return false;
}
