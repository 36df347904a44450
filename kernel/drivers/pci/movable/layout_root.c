// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: pack what lies directly below the host bridges
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"

/* The less of this, the better does the aperture suit the BAR or window */
static int aperture_rank(const struct pci_layout_aperture *aperture,
			 enum pci_layout_type type, u64 max_start)
{
	bool high = aperture->start > U32_MAX;
	bool wants_high = type == PCI_LAYOUT_PREF && max_start > U32_MAX;

	return 2 * (high != wants_high) + (aperture->type != type);
}

static bool range_now(const struct pci_layout_packer *p, int node,
		      struct pci_layout_range *now)
{
	if (node_is_window(p, node)) {
		*now = p->hull[node];
		return !range_is_empty(now);
	}
	now->start = node_bar(p, node)->start;
	now->end = pci_layout_bar_end(node_bar(p, node));
	return node_bar(p, node)->assigned;
}

static bool place_where_it_is(struct pci_layout_packer *p, struct pci_layout_box *box,
			      int node)
{
	enum pci_layout_type type;
	struct pci_layout_range now;
	struct pci_layout_fit fit;
	int root, i;

	if (!range_now(p, node, &now) ||
	    !pci_layout_find_fit(p, box, PCI_LAYOUT_LOWEST, node, &now, &fit))
		return false;
	node_root_and_type(p, node, &root, &type);
	for (i = 0; i < p->model->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &p->model->apertures[i];

		if (a->root != root || !pci_layout_type_fits(type, a->type) ||
		    now.start < a->start || now.end > a->end)
			continue;
		pci_layout_settle(p, box, node, &fit);
		return true;
	}
	p->skip.gap = PCI_LAYOUT_NONE;
	return false;
}

static bool place_in_aperture(struct pci_layout_packer *p, struct pci_layout_box *box,
			      int node)
{
	enum pci_layout_type type;
	struct pci_layout_fit fit;
	int nr = p->model->nr_apertures;
	int rank, root, i;

	if (box->stay && place_where_it_is(p, box, node))
		return true;
	node_root_and_type(p, node, &root, &type);
	for (rank = 0; rank < 4; rank++) {
		for (i = 0; i < nr; i++) {
			/* The other way round, what roots share may be left free */
			int k = box->how == PCI_LAYOUT_HIGHEST ? nr - 1 - i : i;
			const struct pci_layout_aperture *a = &p->model->apertures[k];
			struct pci_layout_range bounds = { a->start, a->end };
			u64 max_start = node_shape(p, node, 0).max_start;

			if (a->root != root || !pci_layout_type_fits(type, a->type) ||
			    aperture_rank(a, type, max_start) != rank)
				continue;
			if (!pci_layout_find_fit(p, box, box->how, node, &bounds, &fit))
				continue;
			pci_layout_settle(p, box, node, &fit);
			return true;
		}
	}
	return false;
}

static bool pack_root_once(struct pci_layout_packer *p, struct pci_layout_box *box)
{
	int i;

	range_clear(&box->used);
	box->bounds.start = 0;
	box->bounds.end = U64_MAX;
	if (!pci_layout_pick_shapes(p, box))
		return false;
	pci_layout_list_gaps(p, box);
	for (i = 0; i < p->nr_keys; i++) {
		if (!place_in_aperture(p, box, p->key[i].id))
			return false;
	}
	return true;
}

/**
 * pci_layout_pack_root() - place what lies directly below the host bridges
 * @p: packer, whose windows have their shapes
 * @container: port I/O, or memory
 *
 * Return: true if there is a place for everything.
 */
bool pci_layout_pack_root(struct pci_layout_packer *p, int container)
{
	struct pci_layout_box box = { .container = container };
	bool choice = pci_layout_has_choice(p, container);
	int order, taste;

	for (order = 0; order < PCI_LAYOUT_NR_ORDERS; order++) {
		if (!pci_layout_list_loose(p, container, order))
			return false;
		for (taste = 0; taste < PCI_LAYOUT_NR_TASTES; taste++) {
			box.taste = taste;
			box.how = PCI_LAYOUT_LOWEST;
			if (pack_root_once(p, &box))
				return true;
			box.how = PCI_LAYOUT_HIGHEST;
			if (pack_root_once(p, &box))
				return true;
			box.how = PCI_LAYOUT_LOWEST;
			box.stay = true;
			if (pack_root_once(p, &box))
				return true;
			box.stay = false;
			if (!choice)
				break;
		}
		if (!pci_layout_order_matters(p))
			break;
	}
	return false;
}
