// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: what is to be placed thoroughly, and what is in
 * the way
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"
#include "layout_thorough.h"

/* PCI_LAYOUT_NONE if @node is none, or stands for all below the host bridges */
static int find_window(const struct pci_layout_thorough *t,
		       const struct pci_layout_packer *p, int node)
{
	int i;

	for (i = 0; node_is_window(p, node) && i < t->nr_pieces; i++) {
		if (t->piece[i].node == node)
			return i;
	}
	return PCI_LAYOUT_NONE;
}

static bool node_is_piece(const struct pci_layout_packer *p, int node)
{
	return node_is_loose(p, node) ||
	       (node_is_anchored(p, node) && !node_is_settled(p, node));
}

static void describe_bar(struct pci_layout_piece *piece, const struct pci_layout_bar *bar)
{
	piece->size = bar->size;
	piece->align = bar->align;
	piece->max = bar->max;
}

static void describe_window(struct pci_layout_piece *piece,
			    const struct pci_layout_packer *p, int w)
{
	piece->is_window = true;
	piece->align = p->model->windows[w].align;
	piece->max = p->model->windows[w].max;
	piece->anchored = node_is_anchored(p, w);
	if (!piece->anchored)
		return;
	piece->rigid = window_is_rigid(p, w);
	piece->hull = p->hull[w];
	piece->limit = p->limit[w];
}

/* Windows come first, then BARs by decreasing size */
static struct pci_layout_piece *make_room(struct pci_layout_thorough *t, bool is_window,
					  u64 size)
{
	int i = t->nr_pieces++;

	for (; !is_window && i && !t->piece[i - 1].is_window &&
	     t->piece[i - 1].size < size; i--)
		t->piece[i] = t->piece[i - 1];
	memset(&t->piece[i], 0, sizeof(t->piece[i]));
	return &t->piece[i];
}

static bool add_piece(struct pci_layout_thorough *t, const struct pci_layout_packer *p,
		      int node)
{
	bool is_window = node_is_window(p, node);
	struct pci_layout_piece *piece;

	if (t->nr_pieces == PCI_LAYOUT_PIECES)
		return false;
	piece = make_room(t, is_window, is_window ? 0 : node_bar(p, node)->size);
	piece->node = node;
	piece->inside = find_window(t, p, pci_layout_container(p, node));
	node_root_and_type(p, node, &piece->root, &piece->type);
	if (is_window)
		describe_window(piece, p, node);
	else
		describe_bar(piece, node_bar(p, node));
	return !piece->anchored || piece->hull.end <= PCI_LAYOUT_LAST_ADDRESS;
}

static bool is_twin(const struct pci_layout_piece *a, const struct pci_layout_piece *b)
{
	return !a->is_window && !b->is_window && a->inside == b->inside &&
	       a->size == b->size && a->align == b->align && a->max == b->max &&
	       a->root == b->root && a->type == b->type;
}

static void find_twins(struct pci_layout_thorough *t)
{
	int i, k;

	for (i = 0; i < t->nr_pieces; i++) {
		t->piece[i].twin = PCI_LAYOUT_NONE;
		for (k = 0; k < i; k++) {
			if (is_twin(&t->piece[k], &t->piece[i]))
				t->piece[i].twin = k;
		}
	}
}

static bool add_posts(struct pci_layout_thorough *t, const struct pci_layout_packer *p,
		      int container)
{
	int i;

	for (i = p->first[container]; i < p->first[container + 1]; i++) {
		int node = p->child[i];
		struct pci_layout_post post = { .piece = PCI_LAYOUT_NONE };

		if (node_is_pinned_bar(p, node)) {
			post.start = node_bar(p, node)->start;
			post.end = pci_layout_bar_end(node_bar(p, node));
		} else if (node_is_anchored(p, node)) {
			post.start = p->hull[node].start;
			post.end = p->hull[node].end;
			post.piece = find_window(t, p, node);
		} else {
			continue;
		}
		if (t->nr_posts == PCI_LAYOUT_POSTS)
			return false;
		t->post[t->nr_posts++] = post;
	}
	return true;
}

/* The least that windows can have, from what is in them */
static void add_up_sizes(struct pci_layout_thorough *t)
{
	int i;

	for (i = t->nr_pieces - 1; i >= 0; i--) {
		struct pci_layout_piece *piece = &t->piece[i];
		u64 sum;

		if (piece->is_window) {
			sum = pci_layout_sat_add(piece->size, piece->align - 1);
			piece->size = ALIGN_DOWN(sum, piece->align);
		}
		if (piece->inside == PCI_LAYOUT_NONE)
			continue;
		sum = pci_layout_sat_add(t->piece[piece->inside].size, piece->size);
		t->piece[piece->inside].size = sum;
	}
}

/**
 * pci_layout_list_pieces() - say what is to be placed, and what is in the way
 * @t: takes that
 * @p: packer, after pci_layout_gather()
 * @io: port I/O, or else memory
 *
 * Return: false if there is too much of it.
 */
bool pci_layout_list_pieces(struct pci_layout_thorough *t, const struct pci_layout_packer *p,
			    bool io)
{
	const struct pci_layout_model *m = p->model;
	enum pci_layout_type type;
	int node, root, i;

	t->nr_pieces = 0;
	t->nr_posts = 0;
	/* A window has a lower index than what is in it */
	for (node = 0; node < p->nr_nodes; node++) {
		node_root_and_type(p, node, &root, &type);
		if (pci_layout_is_io(type) == io && node_is_piece(p, node) &&
		    !add_piece(t, p, node))
			return false;
	}
	if (!t->nr_pieces)
		return true;
	for (i = 0; i < t->nr_pieces; i++) {
		struct pci_layout_piece *piece = &t->piece[i];

		if (!piece->is_window)
			continue;
		piece->first_post = t->nr_posts;
		if (!add_posts(t, p, piece->node))
			return false;
		piece->nr_posts = t->nr_posts - piece->first_post;
	}
	t->first_root_post = t->nr_posts;
	if (!add_posts(t, p, m->nr_windows + !io))
		return false;
	find_twins(t);
	add_up_sizes(t);
	return true;
}
