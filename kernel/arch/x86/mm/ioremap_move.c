// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables and memory types for moving MMIO under kernel mappings.
 * See mm/ioremap_move.c.
 */
#include <linux/cc_platform.h>
#include <linux/cpufeature.h>
#include <linux/ioremap_move.h>
#include <linux/mmiotrace.h>
#include <linux/pagewalk.h>
#include <linux/pgtable.h>

#include <asm/fixmap.h>
#include <asm/memtype.h>
#include <asm/mtrr.h>
#include <asm/tlbflush.h>
#include <asm/x86_init.h>

#include "physaddr.h"

/*
 * Leaves of all levels have the same format but for the PAT bit, so treat them
 * alike; pmd_set_huge() and pud_set_huge() write them as PTEs, too.
 */

/**
 * struct leaf_walk - walk over the leaves of a mapping
 * @fn: called for each leaf with its first virtual address and its size, and
 *	with a NULL leaf for what is not mapped; not 0 ends the walk
 * @base: first virtual address of the mapping
 * @phys: physical address that belongs to @base
 * @delta: distance by which the mapping moves
 * @len: for leaf_maps(), bytes at @phys
 */
struct leaf_walk {
	int (*fn)(pte_t *leaf, unsigned long addr, unsigned long size,
		  const struct leaf_walk *walk);
	unsigned long base;
	phys_addr_t phys;
	phys_addr_t delta;
	resource_size_t len;
};

static int leaf_pud(pud_t *pud, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	const struct leaf_walk *leaf_walk = walk->private;

	if (!pud_leaf(*pud))
		return 0;
	return leaf_walk->fn((pte_t *)pud, addr, PUD_SIZE, leaf_walk);
}

static int leaf_pmd(pmd_t *pmd, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	const struct leaf_walk *leaf_walk = walk->private;

	if (!pmd_leaf(*pmd))
		return 0;
	return leaf_walk->fn((pte_t *)pmd, addr, PMD_SIZE, leaf_walk);
}

static int leaf_pte(pte_t *pte, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	const struct leaf_walk *leaf_walk = walk->private;

	return leaf_walk->fn(pte_none(*pte) ? NULL : pte, addr, PAGE_SIZE,
			     leaf_walk);
}

static int leaf_hole(unsigned long addr, unsigned long next, int depth,
		     struct mm_walk *walk)
{
	const struct leaf_walk *leaf_walk = walk->private;

	return leaf_walk->fn(NULL, addr, next - addr, leaf_walk);
}

static const struct mm_walk_ops leaf_walk_ops = {
	.pud_entry	= leaf_pud,
	.pmd_entry	= leaf_pmd,
	.pte_entry	= leaf_pte,
	.pte_hole	= leaf_hole,
};

/*
 * Lockless: ioremap_sem keeps mappings of ioremap() as they are, and for other
 * areas the caller has locked init_mm.
 */
static int walk_leaves(unsigned long addr, size_t size, struct leaf_walk *walk)
{
	return walk_kernel_page_table_range_lockless(addr, addr + size,
						     &leaf_walk_ops, NULL, walk);
}

/* The bits that hold the address; not those of memory encryption */
static u64 leaf_mask(unsigned long size)
{
	return __PHYSICAL_MASK & ~((u64)size - 1);
}

static phys_addr_t leaf_phys(pte_t leaf, unsigned long size)
{
	return pte_val(leaf) & leaf_mask(size);
}

static enum page_cache_mode leaf_cachemode(pte_t leaf, unsigned long size)
{
	pgprot_t prot = __pgprot(pte_val(leaf) & ~leaf_mask(size));

	return pgprot2cachemode(size == PAGE_SIZE ? prot :
				pgprot_large_2_4k(prot));
}

/**
 * arch_ioremap_move_supported - can mappings move on this machine?
 *
 * Guests with encrypted memory tell the hypervisor about MMIO by its address,
 * and Xen PV guests do not write page tables themselves.
 *
 * Return: true if they can.
 */
bool arch_ioremap_move_supported(void)
{
	return !cpu_feature_enabled(X86_FEATURE_XENPV) &&
	       !cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT);
}

static int leaf_maps(pte_t *leaf, unsigned long addr, unsigned long size,
		     const struct leaf_walk *walk)
{
	phys_addr_t phys;

	if (!leaf)
		return 0;
	phys = leaf_phys(*leaf, size);
	return phys <= walk->phys + walk->len - 1 && phys + size - 1 >= walk->phys;
}

/**
 * arch_ioremap_maps - does an area of kernel space map a physical range?
 * @addr: first virtual address
 * @size: bytes of the area
 * @start: first physical address
 * @len: bytes of the range
 *
 * Context: init_mm is locked for writing, and the area is kept from removal.
 * Return: true if at least a page of the range is mapped in the area.
 */
bool arch_ioremap_maps(unsigned long addr, size_t size, phys_addr_t start,
		       resource_size_t len)
{
	struct leaf_walk walk = { .fn = leaf_maps, .phys = start, .len = len };

	return walk_leaves(addr, size, &walk);
}

static int leaf_hold(pte_t *leaf, unsigned long addr, unsigned long size,
		     const struct leaf_walk *walk)
{
	if (!leaf)
		return IOREMAP_HOLD_PFNMAP;
	/* mmiotrace makes pages it watches not present */
	if (!(pte_val(*leaf) & _PAGE_PRESENT))
		return IOREMAP_HOLD_TRACED;
	if (leaf_phys(*leaf, size) != walk->phys + (addr - walk->base))
		return IOREMAP_HOLD_PFNMAP;

	switch (leaf_cachemode(*leaf, size)) {
	case _PAGE_CACHE_MODE_UC:
	case _PAGE_CACHE_MODE_UC_MINUS:
	case _PAGE_CACHE_MODE_WC:
		return 0;
	default:
		return IOREMAP_HOLD_CACHED;
	}
}

/**
 * arch_ioremap_area_hold - can this mapping move?
 * @addr: first virtual address
 * @size: bytes
 * @phys: physical address that should be behind @addr
 *
 * Context: The mapping is kept from being removed.
 * Return: %IOREMAP_HOLD_MOVABLE, or the reason why not.
 */
enum ioremap_hold arch_ioremap_area_hold(unsigned long addr, size_t size,
					 phys_addr_t phys)
{
	struct leaf_walk walk = { .fn = leaf_hold, .base = addr, .phys = phys };
	int hold;

	if (is_kmmio_active())
		return IOREMAP_HOLD_TRACED;

	hold = walk_leaves(addr, size, &walk);
	return hold ? hold : IOREMAP_HOLD_MOVABLE;
}

static bool fixmap_maps(phys_addr_t start, phys_addr_t last)
{
	for (int idx = 0; idx < __end_of_fixed_addresses; idx++) {
		unsigned int level;
		pte_t *pte = lookup_address(__fix_to_virt(idx), &level);
		phys_addr_t phys;

		if (!pte || !pte_present(*pte))
			continue;
		phys = leaf_phys(*pte, PAGE_SIZE);
		if (phys >= start && phys <= last)
			return true;
	}
	return false;
}

/**
 * arch_ioremap_range_hold - does anything but an ioremap() hold this range?
 * @start: first physical address
 * @size: bytes
 * @nr_areas: number of mappings over the range that ioremap() made
 *
 * Each of these mappings has reserved its memory type. Reservations beyond
 * that belong to user mappings and to drivers that set up their own.
 *
 * Return: %IOREMAP_HOLD_NONE, or what holds it.
 */
enum ioremap_hold arch_ioremap_range_hold(phys_addr_t start,
					  resource_size_t size,
					  unsigned int nr_areas)
{
	if (memtype_count(start, start + size) > nr_areas)
		return IOREMAP_HOLD_RESERVED;
	if (fixmap_maps(start, start + size - 1))
		return IOREMAP_HOLD_FIXMAP;
	return IOREMAP_HOLD_NONE;
}

static bool mtrr_combines(phys_addr_t phys, unsigned long size, u8 *uniform)
{
	return mtrr_type_lookup(phys, phys + size, uniform) == MTRR_TYPE_WRCOMB;
}

static int leaf_refused(pte_t *leaf, unsigned long addr, unsigned long size,
			const struct leaf_walk *walk)
{
	phys_addr_t from = leaf_phys(*leaf, size);
	phys_addr_t to = from + walk->delta;
	u8 from_uniform, to_uniform;
	bool same;

	if (!IS_ALIGNED(to, size))
		return 1;

	same = mtrr_combines(from, size, &from_uniform) ==
	       mtrr_combines(to, size, &to_uniform);
	/* As for pmd_set_huge(): no large page over different MTRR types */
	if (size > PAGE_SIZE && !to_uniform)
		return 1;
	/* MTRRs change what a mapping does if it is UC-, not if it is UC or WC */
	return !same && leaf_cachemode(*leaf, size) == _PAGE_CACHE_MODE_UC_MINUS;
}

/**
 * arch_ioremap_move_allowed - may the page table entries go where they shall?
 * @area: a mapping for which arch_ioremap_area_hold() had no objection
 *
 * Return: true if each entry is valid at the new address and does the same.
 */
bool arch_ioremap_move_allowed(const struct ioremap_move_area *area)
{
	struct leaf_walk walk = {
		.fn = leaf_refused,
		.delta = area->to - area->from,
	};
	phys_addr_t end = area->to + area->size;

	if (!phys_addr_valid(end - 1) ||
	    x86_platform.is_untracked_pat_range(area->to, end))
		return false;

	return !walk_leaves(area->addr, area->size, &walk);
}

/* All leave before the first arrives: they may trade places */
static int memtypes_unlink(struct ioremap_move_area *areas, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		struct ioremap_move_area *area = &areas[i];

		area->arch = memtype_unlink(area->from, area->from + area->size);
		if (!area->arch)
			return -EBUSY;
	}
	return 0;
}

static int memtypes_link(struct ioremap_move_area *areas, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (memtype_link(areas[i].arch, areas[i].to))
			return -EBUSY;
	}
	return 0;
}

/**
 * arch_ioremap_move_reserve - take memory types along to the new addresses
 * @areas: mappings about to move
 * @nr: number of @areas
 *
 * Return: 0, or -EBUSY if one conflicts with what is reserved there already;
 * then nothing has changed.
 */
int arch_ioremap_move_reserve(struct ioremap_move_area *areas, unsigned int nr)
{
	int err;

	if (!pat_enabled())
		return 0;

	err = memtypes_unlink(areas, nr);
	if (!err)
		err = memtypes_link(areas, nr);
	if (err)
		arch_ioremap_move_unreserve(areas, nr);
	return err;
}

/**
 * arch_ioremap_move_unreserve - take memory types back to the old addresses
 * @areas: mappings that do not move after all
 * @nr: number of @areas
 *
 * Cannot fail: the mappings are there, whatever others have reserved since.
 */
void arch_ioremap_move_unreserve(struct ioremap_move_area *areas,
				 unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!areas[i].arch)
			continue;
		memtype_relink(areas[i].arch, areas[i].from);
		areas[i].arch = NULL;
	}
}

static int leaf_switch(pte_t *leaf, unsigned long addr, unsigned long size,
		       const struct leaf_walk *walk)
{
	phys_addr_t phys = walk->phys + (addr - walk->base);

	/* Cache mode, encryption and protection bits stay as they are */
	set_pte(leaf, __pte((pte_val(*leaf) & ~leaf_mask(size)) | phys));
	return 0;
}

/**
 * arch_ioremap_move_switch - rewrite the page table entries of a mapping
 * @area: the mapping
 * @back: false for its new address, true for the old one
 *
 * Context: No other CPU uses the mapping. Does not lock, allocate or print.
 */
void arch_ioremap_move_switch(const struct ioremap_move_area *area, bool back)
{
	struct leaf_walk walk = {
		.fn = leaf_switch,
		.base = area->addr,
		.phys = back ? area->from : area->to,
	};

	walk_leaves(area->addr, area->size, &walk);
}

/**
 * arch_ioremap_move_flush - drop this CPU's translations, global ones included
 *
 * Context: Preemption off.
 */
void arch_ioremap_move_flush(void)
{
	__flush_tlb_all();
}
