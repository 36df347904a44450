// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: place everything, given what is pinned
 *
 * The caller says which BARs keep their addresses (pinned) and which windows
 * keep what they cover; this finds places for everything else, or fails. It is
 * a heuristic: sizes are settled from the leaves to the root, addresses from
 * the root to the leaves, and nothing is tried twice in another combination
 * than the few listed below.
 *
 * A window with nothing pinned in it floats: it is a block of some size and
 * alignment that can go anywhere. A window with something pinned in it is
 * anchored: it must cover the hull of that and can stretch. See layout_floating.c
 * and layout_anchored.c; layout_root.c does the same below the host bridges.
 *
 * Inside a container, blocks are placed by decreasing alignment. For BARs,
 * whose sizes are powers of two, that leaves no holes: all places for the
 * largest remaining one are equally good.
 *
 * Each attempt visits every node a constant number of times and sorts the
 * children of each container; placing one child walks the container's gaps.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/* So many are sorted by insertion */
#define LAYOUT_FEW_KEYS	64

/* With more blocks than PCI_LAYOUT_ASIDE, only the largest goes aside */
#define LAYOUT_FIRST_BELOW	0x1
#define LAYOUT_FIRST_ABOVE	0xe

/*
 * What is to be placed, and in which order
 */

static int compare_keys(const void *a, const void *b)
{
	const struct pci_layout_key *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	if (x->third != y->third)
		return x->third < y->third ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/**
 * pci_layout_sort_keys() - sort by first, second, third and index
 * @key: the keys
 * @nr: number of keys
 *
 * Most windows have few children, and those are mostly in order.
 */
void pci_layout_sort_keys(struct pci_layout_key *key, int nr)
{
	int i, j;

	if (nr > LAYOUT_FEW_KEYS) {
		sort(key, nr, sizeof(*key), compare_keys, NULL);
		return;
	}
	for (i = 1; i < nr; i++) {
		struct pci_layout_key one = key[i];

		for (j = i; j > 0 && compare_keys(&key[j - 1], &one) > 0; j--)
			key[j] = key[j - 1];
		key[j] = one;
	}
}

/**
 * pci_layout_list_loose() - list what is to be placed in a container, in order
 * @p: packer, whose keys are replaced
 * @container: which
 * @order: that one
 *
 * Return: false if something cannot have a place.
 */
bool pci_layout_list_loose(struct pci_layout_packer *p, int container,
			   enum pci_layout_order order)
{
	int i;

	p->nr_keys = 0;
	for (i = p->first[container]; i < p->first[container + 1]; i++) {
		struct pci_layout_key *key = &p->key[p->nr_keys];
		struct pci_layout_shape shape;

		if (!node_is_loose(p, p->child[i]))
			continue;
		if (!node_nr_shapes(p, p->child[i]))
			return false;
		shape = node_shape(p, p->child[i], 0);
		key->id = p->child[i];
		key->first = order == PCI_LAYOUT_BY_SIZE ? ~shape.size : ~shape.align;
		key->second = order == PCI_LAYOUT_BY_SIZE ? ~shape.align : ~shape.size;
		if (order == PCI_LAYOUT_BY_ALIGN_SMALL_FIRST)
			key->second = shape.size;
		key->third = shape.max_start;
		p->nr_keys++;
	}
	pci_layout_sort_keys(p->key, p->nr_keys);
	return true;
}

/**
 * pci_layout_order_matters() - would another order lead to something else?
 * @p: packer, whose blocks are listed
 *
 * Return: false if every block is as large as its alignment.
 */
bool pci_layout_order_matters(const struct pci_layout_packer *p)
{
	int i;

	for (i = 0; i < p->nr_keys; i++) {
		if (p->key[i].first != p->key[i].second)
			return true;
	}
	return false;
}

/* How, and within which bounds, is block @i to be placed? */
static enum pci_layout_how block_how(const struct pci_layout_box *box, int i,
				     struct pci_layout_range *bounds)
{
	*bounds = box->bounds;
	if (box->virtual && box->how >= PCI_LAYOUT_TIGHT_ABOVE && i == 0) {
		/* Made-up addresses with as much room above as below */
		bounds->start = box->middle;
		return PCI_LAYOUT_LOWEST;
	}
	if (box->how != PCI_LAYOUT_SIDES)
		return box->how;

	if (!(box->sides >> min(i, PCI_LAYOUT_NR_SIDES - 1) & 1)) {
		bounds->start = box->used.start;
		return PCI_LAYOUT_LOWEST;
	}
	bounds->end = box->used.end;
	return PCI_LAYOUT_HIGHEST;
}

/**
 * pci_layout_sides_differ() - is this way of dividing blocks worth trying?
 * @sides: of struct pci_layout_box
 * @nr: blocks
 *
 * Return: false if another way does the same, or if there are too many blocks.
 */
bool pci_layout_sides_differ(unsigned int sides, int nr)
{
	if (nr > PCI_LAYOUT_ASIDE)
		return sides == LAYOUT_FIRST_BELOW || sides == LAYOUT_FIRST_ABOVE;
	return nr >= PCI_LAYOUT_NR_SIDES || !(sides >> nr);
}

/**
 * pci_layout_place_loose() - place the blocks that are listed, one by one
 * @p: packer, whose blocks and gaps are listed
 * @box: container being packed
 *
 * Return: false if there is no place for one of them.
 */
bool pci_layout_place_loose(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	struct pci_layout_range bounds;
	struct pci_layout_fit fit;
	enum pci_layout_how how;
	int i;

	for (i = 0; i < p->nr_keys; i++) {
		how = block_how(box, i, &bounds);
		if (!pci_layout_find_fit(p, box, how, p->key[i].id, &bounds, &fit))
			return false;
		pci_layout_settle(p, box, p->key[i].id, &fit);
	}
	return true;
}

/**
 * pci_layout_missing_to_wish() - what is missing to what a window wishes for
 * @p: packer
 * @w: window
 * @size: that it has
 *
 * Return: bytes, a multiple of the granularity of the window.
 */
u64 pci_layout_missing_to_wish(const struct pci_layout_packer *p, int w, u64 size)
{
	u64 align = p->model->windows[w].align;

	if (!p->want[w] || p->wish[w] <= size)
		return 0;
	return ALIGN(p->wish[w] - size, align);
}

/*
 * From shapes to addresses
 */

static void place_node(struct pci_layout_packer *p, int node)
{
	const struct pci_layout_model *m = p->model;
	int container = pci_layout_container(p, node);
	bool root = container >= m->nr_windows;
	int slot = root ? 0 : p->chosen[container];
	struct pci_layout_place *place = &p->place[node];
	struct pci_layout_shape shape;

	if (node_is_pinned_bar(p, node)) {
		place->start = node_bar(p, node)->start;
		place->end = pci_layout_bar_end(node_bar(p, node));
		place->assigned = true;
		return;
	}
	if (node_is_settled(p, node)) {
		place->start = p->hull[node].start;
		place->end = p->hull[node].end;
		place->assigned = true;
		return;
	}
	place->assigned = node_is_loose(p, node) || node_is_anchored(p, node);
	if (!place->assigned)
		return;

	shape = node_shape(p, node, *node_pick(p, node, slot));
	place->start = *node_at(p, node, slot);
	if (!root && p->state[container] == PCI_LAYOUT_FLOATING)
		place->start += p->place[container].start;
	place->end = place->start + (shape.size - 1);
	if (node_is_window(p, node))
		p->chosen[node] = *node_pick(p, node, slot);
}

/**
 * pci_layout_pack() - place everything that is active
 * @p: packer; its inputs say what is pinned, and its @place takes the result
 *
 * Return: true if there is a place for everything; else @place means nothing.
 */
bool pci_layout_pack(struct pci_layout_packer *p)
{
	int nr_windows = p->model->nr_windows;
	int i;

	if (!pci_layout_gather(p))
		return false;

	for (i = nr_windows - 1; i >= 0; i--) {
		if (p->state[i] == PCI_LAYOUT_EMPTY || p->settled[i])
			continue;
		if (p->state[i] == PCI_LAYOUT_ANCHORED)
			pci_layout_pack_anchored(p, i);
		else
			pci_layout_pack_floating(p, i);
		if (!p->nr_shapes[i])
			return false;
	}
	if (!pci_layout_pack_root(p, nr_windows) || !pci_layout_pack_root(p, nr_windows + 1))
		return false;

	for (i = 0; i < p->nr_nodes; i++)
		place_node(p, i);
	return true;
}

/**
 * pci_layout_pack_plainly() - place everything, as if all were laid out anew
 * @p: packer; its inputs say what is pinned, and its @place takes the result
 *
 * A window that floats takes, of all its shapes, the one that ends lowest. Next
 * to other blocks that is not always best: one that begins with its small blocks
 * lies off its alignment and leaves holes. So here each has one shape, which
 * begins with its largest block.
 *
 * Return: true if there is a place for everything; else @place means nothing.
 */
bool pci_layout_pack_plainly(struct pci_layout_packer *p)
{
	bool ok;

	p->plain = true;
	ok = pci_layout_pack(p);
	p->plain = false;
	return ok;
}
