// SPDX-License-Identifier: GPL-2.0
/*
 * Driver that puts movable BARs to the test: mappings, and what is behind them.
 *
 * The BAR has to be memory. Each word holds a number made from the device, the
 * BAR and its offset, so that no two places anywhere look alike.
 */

#include <linux/align.h>
#include <linux/ioremap_move.h>
#include <linux/pci.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "bartest.h"

/* Words looked at beside the first and the last one */
#define BARTEST_SAMPLES	62

/**
 * struct bartest_map - a mapping that is held
 * @node: in struct bartest
 * @area: what is mapped
 */
struct bartest_map {
	struct list_head node;
	struct bartest_area area;
};

static u64 mix(u64 x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ (x >> 33);
}

static u64 word_at(const struct pci_dev *pdev, int bar, resource_size_t offset)
{
	return mix((u64)pci_dev_id((struct pci_dev *)pdev) << 48 ^
		   (u64)bar << 44 ^ offset);
}

/* Offset in the BAR of sample @i: first word, last word, then anywhere */
static resource_size_t sample_offset(const struct bartest_area *area, int i)
{
	resource_size_t first = ALIGN(area->offset, 8);
	u64 words = (area->offset + area->size - first) / 8;

	if (i < 2)
		return first + i * (words - 1) * 8;
	return first + mix(i) % words * 8;
}

static void __iomem *sample(const struct bartest_area *area, int i,
			    resource_size_t *offset)
{
	*offset = sample_offset(area, i);
	return area->addr + (*offset - area->offset);
}

/**
 * bartest_area_fill - write the words that bartest_area_check() looks for
 * @pdev: the device
 * @area: a mapping
 */
void bartest_area_fill(struct pci_dev *pdev, const struct bartest_area *area)
{
	resource_size_t offset;
	int i;

	for (i = 0; i < BARTEST_SAMPLES + 2; i++) {
		void __iomem *at = sample(area, i, &offset);

		writeq(word_at(pdev, area->bar, offset), at);
	}
	mb(); /* write-combining buffers go out */
}

/**
 * bartest_area_check - compare the words behind a mapping
 * @pdev: the device
 * @area: a mapping
 *
 * Return: how many are wrong.
 */
unsigned int bartest_area_check(struct pci_dev *pdev,
				const struct bartest_area *area)
{
	resource_size_t offset;
	unsigned int wrong = 0;
	int i;

	for (i = 0; i < BARTEST_SAMPLES + 2; i++) {
		void __iomem *at = sample(area, i, &offset);

		wrong += readq(at) != word_at(pdev, area->bar, offset);
	}
	return wrong;
}

/**
 * bartest_area_map - map, by the function that drivers would use
 * @pdev: the device
 * @area: all set but the address; no size means all of the BAR
 *
 * Return: 0, -EINVAL if the BAR does not have this part, -ENOMEM.
 */
int bartest_area_map(struct pci_dev *pdev, struct bartest_area *area)
{
	resource_size_t len;

	if (area->bar < 0 || area->bar >= PCI_STD_NUM_BARS ||
	    !(pci_resource_flags(pdev, area->bar) & IORESOURCE_MEM))
		return -EINVAL;

	len = pci_resource_len(pdev, area->bar);
	if (area->offset >= len || area->size > len - area->offset ||
	    (area->size && area->size < 16))
		return -EINVAL;

	if (area->size)
		area->addr = area->wc ?
			pci_iomap_wc_range(pdev, area->bar, area->offset, area->size) :
			pci_iomap_range(pdev, area->bar, area->offset, area->size);
	else
		area->addr = area->wc ? pci_ioremap_wc_bar(pdev, area->bar) :
					pci_ioremap_bar(pdev, area->bar);
	if (!area->size)
		area->size = len;
	return area->addr ? 0 : -ENOMEM;
}

/**
 * bartest_map - map part of a BAR, and keep it mapped
 * @t: the device
 * @area: what to map
 *
 * Return: 0 or errno.
 */
int bartest_map(struct bartest *t, const struct bartest_area *area)
{
	struct bartest_map *map = kzalloc_obj(*map);
	int ret;

	if (!map)
		return -ENOMEM;

	map->area = *area;
	ret = bartest_area_map(t->pdev, &map->area);
	if (ret) {
		kfree(map);
		return ret;
	}
	bartest_area_fill(t->pdev, &map->area);
	list_add_tail(&map->node, &t->maps);
	return 0;
}

/**
 * bartest_unmap_all - let go of all mappings held
 * @t: the device
 */
void bartest_unmap_all(struct bartest *t)
{
	struct bartest_map *map, *next;

	list_for_each_entry_safe(map, next, &t->maps, node) {
		list_del(&map->node);
		iounmap(map->area.addr);
		kfree(map);
	}
}

/**
 * struct leaf_view - what a look at the page table of a mapping finds
 * @walk: the walk; goes by where the BAR is now
 * @middle: virtual address of which @leaf and @size tell
 * @leaf: the entry there, 0 if there is none
 * @size: bytes that it maps
 * @misplaced: entries of the mapping that are not where the BAR is
 */
struct leaf_view {
	struct ioremap_leaf_walk walk;
	unsigned long middle;
	pte_t leaf;
	unsigned long size;
	unsigned int misplaced;
};

static int look_at_leaf(pte_t *leaf, unsigned long addr, unsigned long size,
			struct ioremap_leaf_walk *walk)
{
	struct leaf_view *view = container_of(walk, struct leaf_view, walk);
	phys_addr_t phys = walk->phys + (addr - walk->base);

	if (!leaf || !pte_present(*leaf) || ioremap_leaf_phys(*leaf, size) != phys)
		view->misplaced++;
	if (leaf && addr <= view->middle && view->middle - addr < size) {
		view->leaf = *leaf;
		view->size = size;
	}
	return 0;
}

/* Tells apart the types that there may be; of a large entry, other bits differ */
static const char *leaf_type(pte_t leaf)
{
	pteval_t uc = pgprot_val(pgprot_device(__pgprot(0)));
	pteval_t wc = pgprot_val(pgprot_writecombine(__pgprot(0)));
	pteval_t type = pte_val(leaf) & (uc | wc);

	if (pte_none(leaf))
		return "none";
	if (type == uc)
		return "uc";
	return type == wc ? "wc" : "wb";
}

static void show_area(struct seq_file *m, struct pci_dev *pdev,
		      const struct bartest_area *area)
{
	unsigned long start = (unsigned long)area->addr & PAGE_MASK;
	unsigned long end = PAGE_ALIGN((unsigned long)area->addr + area->size);
	struct leaf_view view = {
		.walk = {
			.fn = look_at_leaf,
			.base = start,
		},
		.middle = (unsigned long)area->addr + area->size / 2,
	};
	phys_addr_t phys;

	/* Page tables lag behind the address while it changes */
	guard(ioremap_map)();

	phys = pci_resource_start(pdev, area->bar) + area->offset;
	view.walk.phys = phys & PAGE_MASK;
	ioremap_walk_leaves(start, end - start, &view.walk);
	seq_printf(m, "%s %d %s %#llx %#llx phys %#llx leaf %lu type %s misplaced %u wrong %u\n",
		   pci_name(pdev), area->bar, area->wc ? "wc" : "uc", (u64)area->offset,
		   (u64)area->size, (u64)phys, view.size, leaf_type(view.leaf),
		   view.misplaced, bartest_area_check(pdev, area));
}

/**
 * bartest_show_maps - look through all mappings held, and at their page tables
 * @m: gets a line for each
 * @t: the device
 */
void bartest_show_maps(struct seq_file *m, struct bartest *t)
{
	const struct bartest_map *map;

	list_for_each_entry(map, &t->maps, node)
		show_area(m, t->pdev, &map->area);
}
