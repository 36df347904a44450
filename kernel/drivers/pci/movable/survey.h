/* SPDX-License-Identifier: GPL-2.0 */
/* Movable BARs: what the parts of the survey share. */
#ifndef _PCI_MOVABLE_SURVEY_H
#define _PCI_MOVABLE_SURVEY_H

#include <linux/pci.h>

#include "movable.h"

static inline enum pci_layout_type pci_survey_type(const struct resource *res)
{
	if (res->flags & IORESOURCE_IO)
		return PCI_LAYOUT_IO;
	if (res->flags & IORESOURCE_PREFETCH)
		return PCI_LAYOUT_PREF;
	return PCI_LAYOUT_MEM;
}

static inline void pci_survey_to_bus(struct pci_bus *bus, const struct resource *res,
				     u64 *start, u64 *end)
{
	struct pci_bus_region region;

	pcibios_resource_to_bus(bus, &region, (struct resource *)res);
	*start = region.start;
	if (end)
		*end = region.end;
}

/* PCI_LAYOUT_NONE: @res is no window of the model */
static inline int pci_survey_window_index(const struct pci_survey *s,
					  const struct resource *res)
{
	int i;

	for (i = s->model.nr_windows - 1; i >= 0; i--) {
		if (s->window_refs[i].res == res)
			return i;
	}
	return PCI_LAYOUT_NONE;
}

static inline struct pci_layout_bar *pci_survey_new_bar(struct pci_survey *s,
							struct pci_dev *dev, int resno,
							struct resource *res)
{
	int i = s->model.nr_bars++;

	s->bar_refs[i].dev = dev;
	s->bar_refs[i].res = res;
	s->bar_refs[i].resno = resno;
	return &s->bars[i];
}

/* strangers.c */
int pci_survey_count_children(const struct resource *container);
void pci_survey_strangers(struct pci_survey *s);

#endif /* _PCI_MOVABLE_SURVEY_H */
