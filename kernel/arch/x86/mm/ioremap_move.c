// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables and memory types for moving MMIO under kernel mappings.
 * See mm/ioremap_move.c.
 */
#include <linux/cc_platform.h>
#include <linux/cpufeature.h>
#include <linux/ioremap_move.h>
#include <linux/mmiotrace.h>
#include <linux/pgtable.h>

#include <asm/memtype.h>
#include <asm/mtrr.h>
#include <asm/tlbflush.h>
#include <asm/x86_init.h>

#include "physaddr.h"

/*
 * Leaves of all levels have the same format but for the PAT bit, so treat them
 * alike; pmd_set_huge() and pud_set_huge() write them as PTEs, too.
 */

/* The bits that hold the address; not those of memory encryption */
static u64 leaf_mask(unsigned long size)
{
	return __PHYSICAL_MASK & ~((u64)size - 1);
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

/**
 * arch_ioremap_leaf_hold - can this page table leaf of an ioremap() move?
 * @leaf: the leaf
 * @size: bytes that it maps
 *
 * Return: %IOREMAP_HOLD_NONE, or the reason why not.
 */
enum ioremap_hold arch_ioremap_leaf_hold(const pte_t *leaf, unsigned long size)
{
	pte_t pte = ioremap_leaf_get(leaf);

	/* mmiotrace makes pages it watches not present */
	if (is_kmmio_active() || !(pte_val(pte) & _PAGE_PRESENT))
		return IOREMAP_HOLD_TRACED;

	switch (leaf_cachemode(pte, size)) {
	case _PAGE_CACHE_MODE_UC:
	case _PAGE_CACHE_MODE_UC_MINUS:
	case _PAGE_CACHE_MODE_WC:
		return IOREMAP_HOLD_NONE;
	default:
		return IOREMAP_HOLD_CACHED;
	}
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
	return memtype_count(start, start + size) > nr_areas ?
		IOREMAP_HOLD_RESERVED : IOREMAP_HOLD_NONE;
}

static bool mtrr_combines(phys_addr_t phys, unsigned long size, u8 *uniform)
{
	return mtrr_type_lookup(phys, phys + size, uniform) == MTRR_TYPE_WRCOMB;
}

/**
 * arch_ioremap_range_allowed - may a mapping go to this physical range?
 * @start: first physical address
 * @size: bytes
 *
 * Return: true if ioremap() could map it and its memory type is tracked.
 */
bool arch_ioremap_range_allowed(phys_addr_t start, resource_size_t size)
{
	return phys_addr_valid(start + size - 1) &&
	       !x86_platform.is_untracked_pat_range(start, start + size);
}

/**
 * arch_ioremap_leaf_allowed - may a page table leaf go to this address?
 * @leaf: the leaf
 * @size: bytes that it maps
 * @to: the new physical address, a multiple of @size
 *
 * Return: true if it is valid there and does the same.
 */
bool arch_ioremap_leaf_allowed(pte_t leaf, unsigned long size, phys_addr_t to)
{
	u8 from_uniform, to_uniform;
	bool same;

	same = mtrr_combines(ioremap_leaf_phys(leaf, size), size, &from_uniform) ==
	       mtrr_combines(to, size, &to_uniform);
	/* As for pmd_set_huge(): no large page over different MTRR types */
	if (size > PAGE_SIZE && !to_uniform)
		return false;
	/* MTRRs change what a mapping does if it is UC-, not if it is UC or WC */
	return same || leaf_cachemode(leaf, size) != _PAGE_CACHE_MODE_UC_MINUS;
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

static int leaf_make(pte_t *leaf, unsigned long addr, unsigned long size,
		     struct ioremap_leaf_walk *walk)
{
	phys_addr_t phys = walk->phys + (addr - walk->base);

	/* Cache mode, encryption and protection bits stay as they are */
	set_pte(leaf, __pte((pte_val(ioremap_leaf_get(leaf)) & ~leaf_mask(size)) | phys));
	return 0;
}

/**
 * arch_ioremap_move_make - rewrite the page table entries of a mapping
 * @area: the mapping
 * @moved: true for its new address, false for the old one
 *
 * An entry may replace another at once, as long as nobody uses the mapping before
 * the TLBs are flushed. NMI handlers that read MMIO find it mapped at any moment.
 *
 * Context: No other CPU uses the mapping. Does not lock, allocate or print.
 */
void arch_ioremap_move_make(const struct ioremap_move_area *area, bool moved)
{
	struct ioremap_leaf_walk walk = {
		.fn = leaf_make,
		.base = area->addr,
		.phys = moved ? area->to : area->from,
	};

	ioremap_walk_leaves(area->addr, area->size, &walk);
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
