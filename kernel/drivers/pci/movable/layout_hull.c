// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: what each window has to cover
 *
 * The input of the packer, per window: is it empty, does it float, or is it
 * anchored to something pinned; and how far can it stretch then?
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/*
 * What has to be covered, and how far it may stretch
 */

/**
 * pci_layout_container() - what a BAR or window lies in, or has to
 * @p: packer
 * @node: window, or BAR plus number of windows
 *
 * Return: index of a window, or nr_windows for port I/O directly below the host
 * bridges, or one more for memory there.
 */
int pci_layout_container(const struct pci_layout_packer *p, int node)
{
	const struct pci_layout_model *m = p->model;
	enum pci_layout_type type;
	int parent, root;

	parent = node_is_window(p, node) ? m->windows[node].parent :
					   node_bar(p, node)->window;
	if (parent != PCI_LAYOUT_NONE)
		return parent;
	node_root_and_type(p, node, &root, &type);
	return m->nr_windows + !pci_layout_is_io(type);
}

static void gather_bars(struct pci_layout_packer *p)
{
	const struct pci_layout_model *m = p->model;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		const struct pci_layout_bar *bar = &m->bars[i];

		if (!p->active[i] || bar->window == PCI_LAYOUT_NONE)
			continue;
		if (p->pinned[i])
			range_cover(&p->hull[bar->window], bar->start,
				    pci_layout_bar_end(bar));
		else
			p->content[bar->window] = 1;
	}
}

/*
 * Most windows of a machine have nothing to do with a hot-add: all that is in
 * them stays, so that the one shape they have is known without packing.
 */
static void settle_window(struct pci_layout_packer *p, int w)
{
	const struct pci_layout_range *hull = &p->hull[w];
	u64 size = hull->end - hull->start + 1;

	p->settled[w] = p->state[w] == PCI_LAYOUT_ANCHORED && !p->content[w] &&
			(!p->want[w] || p->wish[w] <= size);
	if (!p->settled[w])
		return;
	p->nr_shapes[w] = 1;
	p->shape[w * PCI_LAYOUT_SHAPES] = (struct pci_layout_shape) {
		.start = hull->start, .size = size, .align = 1, .max_start = U64_MAX,
	};
}

static void gather_windows(struct pci_layout_packer *p)
{
	const struct pci_layout_model *m = p->model;
	int w;

	for (w = m->nr_windows - 1; w >= 0; w--) {
		const struct pci_layout_window *window = &m->windows[w];
		struct pci_layout_range *hull = &p->hull[w];

		if (window->assigned && (p->keep[w] || window_is_rigid(p, w)))
			range_cover(hull, window->start, window->end);
		if (!range_is_empty(hull))
			p->state[w] = PCI_LAYOUT_ANCHORED;
		else if (p->content[w] || p->want[w])
			p->state[w] = PCI_LAYOUT_FLOATING;
		else
			p->state[w] = PCI_LAYOUT_EMPTY;

		if (p->state[w] == PCI_LAYOUT_ANCHORED && !window->fixed)
			range_round_out(hull, window->align);
		settle_window(p, w);
		if (window->parent == PCI_LAYOUT_NONE)
			continue;
		if (p->state[w] == PCI_LAYOUT_ANCHORED)
			range_cover(&p->hull[window->parent], hull->start, hull->end);
		if (p->state[w] != PCI_LAYOUT_EMPTY && !p->settled[w])
			p->content[window->parent] = 1;
	}
}

/* A window below a host bridge stretches to the ends of the aperture it is in */
static void limit_to_aperture(struct pci_layout_packer *p, int w)
{
	const struct pci_layout_model *m = p->model;
	struct pci_layout_range *limit = &p->limit[w];
	int i;

	*limit = p->hull[w];
	for (i = 0; i < m->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];

		if (a->root != m->windows[w].root ||
		    !pci_layout_type_fits(m->windows[w].type, a->type) ||
		    a->start > p->hull[w].start || a->end < p->hull[w].end)
			continue;
		limit->start = min(limit->start, a->start);
		limit->end = max(limit->end, a->end);
	}
}

static void limit_start(struct pci_layout_packer *p, int container)
{
	u64 cursor = 0;
	int i;

	for (i = p->first[container]; i < p->first[container + 1]; i++) {
		int node = p->child[i];
		u64 end;

		if (node_is_pinned_bar(p, node)) {
			end = pci_layout_bar_end(node_bar(p, node));
		} else if (node_is_anchored(p, node)) {
			end = p->hull[node].end;
			p->limit[node].start = max(p->limit[node].start, cursor);
		} else {
			continue;
		}
		cursor = max(cursor, end == U64_MAX ? end : end + 1);
	}
}

static void limit_end(struct pci_layout_packer *p, int container)
{
	u64 cursor = U64_MAX;
	int i;

	for (i = p->first[container + 1] - 1; i >= p->first[container]; i--) {
		int node = p->child[i];
		u64 start;

		if (node_is_pinned_bar(p, node)) {
			start = node_bar(p, node)->start;
		} else if (node_is_anchored(p, node)) {
			start = p->hull[node].start;
			p->limit[node].end = min(p->limit[node].end, cursor);
		} else {
			continue;
		}
		cursor = start ? start - 1 : 0;
	}
}

static void limit_children(struct pci_layout_packer *p, int container)
{
	const struct pci_layout_model *m = p->model;
	int i;

	for (i = p->first[container]; i < p->first[container + 1]; i++) {
		int node = p->child[i];

		if (!node_is_anchored(p, node))
			continue;
		if (container >= m->nr_windows)
			limit_to_aperture(p, node);
		else
			p->limit[node] = p->limit[container];
	}
	limit_start(p, container);
	limit_end(p, container);

	for (i = p->first[container]; i < p->first[container + 1]; i++) {
		int node = p->child[i];
		u64 align;

		if (!node_is_anchored(p, node))
			continue;
		if (window_is_rigid(p, node)) {
			p->limit[node] = p->hull[node];
			continue;
		}
		align = m->windows[node].align;
		p->limit[node].end = min(p->limit[node].end,
					 max(m->windows[node].max, p->hull[node].end));
		p->limit[node].start = ALIGN(p->limit[node].start, align);
		p->limit[node].end = ALIGN_DOWN(p->limit[node].end + 1, align) - 1;
	}
}

/* The limit is known of windows that are in one which changes */
static bool hull_is_possible(const struct pci_layout_packer *p, int w)
{
	int parent = p->model->windows[w].parent;

	if (p->state[w] != PCI_LAYOUT_ANCHORED ||
	    (parent != PCI_LAYOUT_NONE && p->settled[parent]))
		return true;
	return p->hull[w].start >= p->limit[w].start && p->hull[w].end <= p->limit[w].end;
}

/* Is there a reason why a hull cannot be had, such as a window that must stay? */
static bool hulls_are_possible(const struct pci_layout_packer *p)
{
	const struct pci_layout_model *m = p->model;
	int w;

	for (w = 0; w < m->nr_windows; w++) {
		if (p->state[w] == PCI_LAYOUT_EMPTY)
			continue;
		if (m->windows[w].fixed && !m->windows[w].assigned)
			return false;
		if (!hull_is_possible(p, w))
			return false;
	}
	return true;
}

/**
 * pci_layout_gather() - work out what each window must cover and can
 * @p: packer; its inputs say what is pinned and kept
 *
 * Return: false if that is impossible by itself, such as a BAR in a window that
 * must stay closed.
 */
bool pci_layout_gather(struct pci_layout_packer *p)
{
	int nr_windows = p->model->nr_windows;
	int w;

	for (w = 0; w < nr_windows; w++) {
		range_clear(&p->hull[w]);
		p->content[w] = 0;
		p->nr_shapes[w] = 0;
	}
	gather_bars(p);
	gather_windows(p);

	limit_children(p, nr_windows);
	limit_children(p, nr_windows + 1);
	for (w = 0; w < nr_windows; w++) {
		if (p->state[w] == PCI_LAYOUT_ANCHORED && !p->settled[w])
			limit_children(p, w);
	}
	return hulls_are_possible(p);
}

/**
 * pci_layout_sort_children() - group nodes by container and sort by address
 * @p: packer whose @child and @first are filled
 *
 * Uses @key. Call once, before everything else.
 */
void pci_layout_sort_children(struct pci_layout_packer *p)
{
	int nr_containers = p->model->nr_windows + 2;
	int i, c = 0;

	for (i = 0; i < p->nr_nodes; i++) {
		bool assigned = node_is_window(p, i) ?
			p->model->windows[i].assigned : node_bar(p, i)->assigned;

		p->key[i].first = pci_layout_container(p, i);
		p->key[i].second = !assigned;
		p->key[i].third = !assigned ? 0 : node_is_window(p, i) ?
			p->model->windows[i].start : node_bar(p, i)->start;
		p->key[i].id = i;
	}
	pci_layout_sort_keys(p->key, p->nr_nodes);

	for (i = 0; i < p->nr_nodes; i++) {
		p->child[i] = p->key[i].id;
		while (c <= (int)p->key[i].first)
			p->first[c++] = i;
	}
	while (c <= nr_containers)
		p->first[c++] = p->nr_nodes;
}

