// SPDX-License-Identifier: GPL-2.0
/*
 * Machines put together from bridges and devices, and laid out by a firmware
 *
 * The firmware here does what those of PCs do: it sorts the contents of each
 * bridge by alignment, packs them without gaps from the bottom, and rounds the
 * window to its granularity. So there is no room left anywhere but at the end
 * of an aperture:
 *
 *	|<------------------------- aperture ------------------------->|
 *	[ port A          ][ port B     ][ port C ][ port D ]..........
 *	[[   ][   ][  ][ ]][[   ][  ][ ]][[ ][ ][]][...]
 */

#include <stdio.h>

#include "board.h"

#define BOARD_IO_ALIGN	SZ_4K
#define BOARD_MEM_ALIGN	SZ_1M

/*
 * Parts
 */

void board_aperture(struct machine *m, int root, enum pci_layout_type type,
		    u64 start, u64 end)
{
	*machine_add_aperture(m) = (struct pci_layout_aperture) {
		.start = start, .end = end, .type = type, .root = root,
	};
}

void board_pc_apertures(struct machine *m, u64 high, u64 high_end)
{
	board_aperture(m, 0, PCI_LAYOUT_IO, 0x0, 0xcf7);
	board_aperture(m, 0, PCI_LAYOUT_IO, 0xd00, 0xffff);
	board_aperture(m, 0, PCI_LAYOUT_MEM, 0x80000000, 0xfebfffff);
	if (high)
		board_aperture(m, 0, PCI_LAYOUT_MEM, high, high_end);
}

struct board_bus board_bridge(struct machine *m, struct board_bus bus)
{
	int first = m->model.nr_windows;
	int type;

	for (type = PCI_LAYOUT_IO; type <= PCI_LAYOUT_PREF; type++) {
		*machine_add_window(m) = (struct pci_layout_window) {
			.parent = bus.window < 0 ? PCI_LAYOUT_NONE : bus.window + type,
			.root = bus.root,
			.type = type,
			.max = type == PCI_LAYOUT_IO ? 0xffff :
			       type == PCI_LAYOUT_MEM ? BOARD_LOW_MAX : U64_MAX,
			.align = type == PCI_LAYOUT_IO ? BOARD_IO_ALIGN : BOARD_MEM_ALIGN,
		};
	}
	return (struct board_bus) { first, bus.root };
}

void board_reserve(struct machine *m, struct board_bus bus, u64 io, u64 mem, u64 pref)
{
	m->windows[bus.window + PCI_LAYOUT_IO].reserve = io;
	m->windows[bus.window + PCI_LAYOUT_MEM].reserve = mem;
	m->windows[bus.window + PCI_LAYOUT_PREF].reserve = pref;
}

int board_dev(struct machine *m, enum pci_layout_cost cost)
{
	machine_add_dev(m)->cost = cost;
	return m->model.nr_devs - 1;
}

int board_new_dev(struct machine *m)
{
	machine_add_dev(m)->is_new = true;
	return m->model.nr_devs - 1;
}

struct pci_layout_bar *board_bar(struct machine *m, struct board_bus bus, int dev,
				 enum pci_layout_type type, u64 size)
{
	struct pci_layout_bar *bar = machine_add_bar(m);

	*bar = (struct pci_layout_bar) {
		.window = bus.window < 0 ? PCI_LAYOUT_NONE : bus.window + type,
		.root = bus.root,
		.type = type,
		.size = size,
		.align = size,
		.max = type == PCI_LAYOUT_IO ? 0xffff : U64_MAX,
		.dev = dev,
	};
	return bar;
}

void board_fix(struct machine *m, int dev)
{
	int i;

	for (i = m->model.nr_bars - 1; i >= 0; i--) {
		if (m->bars[i].dev == dev && m->bars[i].assigned)
			m->bars[i].fixed = true;
	}
}

void board_blocker(struct machine *m, int root, enum pci_layout_type type,
		   u64 start, u64 end)
{
	struct pci_layout_bar *bar = board_bar(m, board_root(root), PCI_LAYOUT_NONE,
					       type, end - start + 1);

	bar->start = start;
	bar->align = 1;
	bar->assigned = true;
	bar->fixed = true;
}

/*
 * Firmware. A node is a window, or a BAR plus the number of windows; so is a
 * container, with one more that stands for all root buses.
 */

struct node {
	u64 start;
	u64 size;
	u64 align;
	bool used;
};

struct key {
	u64 align;
	int node;
};

struct firmware {
	struct machine *m;
	int nr_windows;
	int nr_nodes;
	struct node *nodes;
	int *children;
	int *first;
	struct key *keys;
	u64 *cursor;
	int *blockers;
	int nr_blockers;
};

static int container_of_node(const struct firmware *f, int node)
{
	int in = node < f->nr_windows ? f->m->windows[node].parent :
					f->m->bars[node - f->nr_windows].window;

	return in == PCI_LAYOUT_NONE ? f->nr_windows : in;
}

static void group_children(struct firmware *f)
{
	int nr_containers = f->nr_windows + 1;
	int i;

	for (i = 0; i < f->nr_nodes; i++)
		f->first[container_of_node(f, i) + 1]++;
	for (i = 0; i < nr_containers; i++)
		f->first[i + 1] += f->first[i];
	for (i = 0; i < f->nr_nodes; i++)
		f->children[f->first[container_of_node(f, i)]++] = i;
	/* Each is now where the next one starts */
	for (i = nr_containers; i > 0; i--)
		f->first[i] = f->first[i - 1];
	f->first[0] = 0;
}

static bool firmware_places(const struct machine *m, const struct pci_layout_bar *bar)
{
	return !bar->assigned && !bar->optional && !m->devs[bar->dev].is_new;
}

static void take_bars(struct firmware *f)
{
	int i;

	for (i = 0; i < f->m->model.nr_bars; i++) {
		const struct pci_layout_bar *bar = &f->m->bars[i];

		if (bar->assigned)
			f->blockers[f->nr_blockers++] = i;
		else if (firmware_places(f->m, bar))
			f->nodes[f->nr_windows + i] = (struct node) {
				.size = bar->size, .align = bar->align, .used = true,
			};
	}
}

static int by_alignment(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->align != y->align)
		return x->align > y->align ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Descending alignment; what is not used has none and comes last */
static void sort_children(struct firmware *f, int container)
{
	int *child = f->children + f->first[container];
	int nr = f->first[container + 1] - f->first[container];
	int i;

	for (i = 0; i < nr; i++)
		f->keys[i] = (struct key) { f->nodes[child[i]].align, child[i] };
	qsort(f->keys, nr, sizeof(*f->keys), by_alignment);
	for (i = 0; i < nr; i++)
		child[i] = f->keys[i].node;
}

static void measure_window(struct firmware *f, int w)
{
	const struct pci_layout_window *window = &f->m->windows[w];
	struct node *self = &f->nodes[w];
	int i;

	self->align = window->align;
	sort_children(f, w);
	for (i = f->first[w]; i < f->first[w + 1]; i++) {
		struct node *child = &f->nodes[f->children[i]];

		if (!child->used)
			continue;
		child->start = ALIGN(self->size, child->align);
		self->size = child->start + child->size;
		self->align = max(self->align, child->align);
	}
	self->size = ALIGN(max(self->size, window->reserve), window->align);
	self->used = self->size;
}

/* The first address from @start where no blocker is */
static u64 skip_blockers(const struct firmware *f, int root, u64 start,
			 const struct node *node, bool io)
{
	int i;

	for (i = 0; i < f->nr_blockers; i++) {
		const struct pci_layout_bar *bar = &f->m->bars[f->blockers[i]];

		if (bar->root != root || (bar->type == PCI_LAYOUT_IO) != io ||
		    start > bar->start + (bar->size - 1) ||
		    bar->start > start + (node->size - 1))
			continue;
		start = ALIGN(bar->start + bar->size, node->align);
		i = -1;
	}
	return start;
}

static bool place_in(struct firmware *f, int a, struct node *node, int root,
		     enum pci_layout_type type, u64 max)
{
	const struct pci_layout_aperture *aperture = &f->m->apertures[a];
	u64 start;

	if (aperture->root != root || !pci_layout_type_fits(type, aperture->type))
		return false;
	start = ALIGN(f->cursor[a], node->align);
	start = skip_blockers(f, root, start, node, type == PCI_LAYOUT_IO);
	if (start > aperture->end || node->size - 1 > aperture->end - start ||
	    start + (node->size - 1) > max)
		return false;
	node->start = start;
	f->cursor[a] = start + node->size;
	return true;
}

/* Prefetchable memory goes above 4 GiB if it can; there are few apertures */
static void place_at_root(struct firmware *f, int n)
{
	const struct machine *m = f->m;
	const struct pci_layout_window *w = n < f->nr_windows ? &m->windows[n] : NULL;
	const struct pci_layout_bar *bar = w ? NULL : &m->bars[n - f->nr_windows];
	enum pci_layout_type type = w ? w->type : bar->type;
	int nr = m->model.nr_apertures;
	int i;

	for (i = 0; i < nr; i++) {
		int a = type == PCI_LAYOUT_PREF ? nr - 1 - i : i;

		if (place_in(f, a, &f->nodes[n], w ? w->root : bar->root, type,
			     w ? w->max : bar->max))
			return;
	}
	fprintf(stderr, "firmware: no room for 0x%llx bytes of type %d\n",
		(unsigned long long)f->nodes[n].size, type);
	abort();
}

static void place_roots(struct firmware *f)
{
	int i;

	for (i = 0; i < f->m->model.nr_apertures; i++)
		f->cursor[i] = f->m->apertures[i].start;
	sort_children(f, f->nr_windows);
	for (i = f->first[f->nr_windows]; i < f->first[f->nr_windows + 1]; i++) {
		if (f->nodes[f->children[i]].used)
			place_at_root(f, f->children[i]);
	}
}

/* From the root to the leaves: offsets become addresses */
static void write_addresses(struct firmware *f)
{
	int n;

	for (n = 0; n < f->nr_nodes; n++) {
		int in = container_of_node(f, n);
		struct node *node = &f->nodes[n];

		if (!node->used)
			continue;
		if (in != f->nr_windows)
			node->start += f->nodes[in].start;
		if (n < f->nr_windows) {
			f->m->windows[n].assigned = true;
			f->m->windows[n].start = node->start;
			f->m->windows[n].end = node->start + (node->size - 1);
		} else {
			f->m->bars[n - f->nr_windows].assigned = true;
			f->m->bars[n - f->nr_windows].start = node->start;
		}
	}
}

void board_lay_out(struct machine *m)
{
	int nr_nodes = m->model.nr_windows + m->model.nr_bars;
	struct firmware f = {
		.m = m,
		.nr_windows = m->model.nr_windows,
		.nr_nodes = nr_nodes,
		.nodes = zeroed(nr_nodes, sizeof(*f.nodes)),
		.children = zeroed(nr_nodes, sizeof(*f.children)),
		.first = zeroed(m->model.nr_windows + 2, sizeof(*f.first)),
		.keys = zeroed(nr_nodes, sizeof(*f.keys)),
		.cursor = zeroed(m->model.nr_apertures, sizeof(*f.cursor)),
		.blockers = zeroed(m->model.nr_bars, sizeof(*f.blockers)),
	};
	int w;

	take_bars(&f);
	group_children(&f);
	for (w = f.nr_windows - 1; w >= 0; w--)
		measure_window(&f, w);
	place_roots(&f);
	write_addresses(&f);
	free(f.nodes);
	free(f.children);
	free(f.first);
	free(f.keys);
	free(f.cursor);
	free(f.blockers);
}
