// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables for moving MMIO under kernel mappings.
 * See mm/ioremap_move.c.
 */
#include <linux/align.h>
#include <linux/io.h>
#include <linux/ioremap_move.h>
#include <linux/pgtable.h>

#include <asm/barrier.h>
#include <asm/memory.h>
#include <asm/rsi.h>
#include <asm/tlbflush.h>

/* Leaves of all levels have the same format but for the type bits, which stay */

/**
 * arch_ioremap_move_supported - can mappings move on this machine?
 *
 * In realms and protected guests the attributes of a mapping depend on the
 * address, and the hypervisor is told of it.
 *
 * Return: true if they can.
 */
bool arch_ioremap_move_supported(void)
{
	return !is_realm_world() && !arm64_ioremap_prot_hooked();
}

/**
 * arch_ioremap_leaf_hold - can this page table leaf of an ioremap() move?
 * @leaf: the leaf
 * @size: bytes that it maps
 *
 * The uppermost table is mapped read-only, and writing to it takes a lock. It
 * has leaves only if there are few levels: of 1 GiB with 39-bit addresses and 4K
 * pages, 512 MiB with 42-bit ones and 64K pages.
 *
 * Return: %IOREMAP_HOLD_NONE, or the reason why not.
 */
enum ioremap_hold arch_ioremap_leaf_hold(const pte_t *leaf, unsigned long size)
{
	pte_t pte = ioremap_leaf_get(leaf);

	if (in_swapper_pgdir((void *)leaf))
		return IOREMAP_HOLD_UNSUPPORTED;
	if (!pte_valid(pte))
		return IOREMAP_HOLD_PFNMAP;

	switch (pte_val(pte) & PTE_ATTRINDX_MASK) {
	case PTE_ATTRINDX(MT_DEVICE_nGnRnE):
	case PTE_ATTRINDX(MT_DEVICE_nGnRE):
	case PTE_ATTRINDX(MT_NORMAL_NC):
		return IOREMAP_HOLD_NONE;
	default:
		return IOREMAP_HOLD_CACHED;
	}
}

/**
 * arch_ioremap_range_allowed - may a mapping go to this physical range?
 * @start: first physical address
 * @size: bytes
 *
 * Return: true if ioremap() could map it.
 */
bool arch_ioremap_range_allowed(phys_addr_t start, resource_size_t size)
{
	return !((start + size - 1) & ~PHYS_MASK);
}

/* Leaves with the contiguous bit are one block to the TLB */
static unsigned long leaf_block(pte_t leaf, unsigned long size)
{
	if (!pte_cont(leaf))
		return size;
	return size == PAGE_SIZE ? CONT_PTE_SIZE : CONT_PMD_SIZE;
}

/**
 * arch_ioremap_leaf_allowed - may a page table leaf go to this address?
 * @leaf: the leaf
 * @size: bytes that it maps
 * @to: the new physical address, a multiple of @size
 *
 * A block of contiguous leaves has to be as aligned as if it were a single one.
 *
 * Return: true if it is valid there.
 */
bool arch_ioremap_leaf_allowed(pte_t leaf, unsigned long size, phys_addr_t to)
{
	return IS_ALIGNED(to - ioremap_leaf_phys(leaf, size), leaf_block(leaf, size));
}

static int leaf_break(pte_t *leaf, unsigned long addr, unsigned long size,
		      struct ioremap_leaf_walk *walk)
{
	/* Still a leaf to whoever walks the tables in software */
	__set_pte_nosync(leaf, pte_mkinvalid(ioremap_leaf_get(leaf)));
	return 0;
}

static int leaf_make(pte_t *leaf, unsigned long addr, unsigned long size,
		     struct ioremap_leaf_walk *walk)
{
	phys_addr_t phys = walk->phys + (addr - walk->base);
	pgprot_t prot = pte_pgprot(pte_mkvalid_k(ioremap_leaf_get(leaf)));

	/* Memory type, contiguous and protection bits stay as they are */
	__set_pte_nosync(leaf, pfn_pte(PHYS_PFN(phys), prot));
	return 0;
}

/**
 * arch_ioremap_move_break - make mappings invalid that are about to move
 * @areas: the mappings
 * @nr: number of @areas
 *
 * Break before make (Arm ARM, "Using break-before-make when updating
 * translation table entries"): no CPU may hold the old and the new output
 * address of an entry at once, nor may a block of contiguous entries be half
 * rewritten while any of them is valid. CPUs that stand still walk the tables
 * nevertheless, on speculation, and read from Normal memory. So all entries of all
 * mappings become invalid before the devices move; then the TLBs of all CPUs forget
 * them, which the hardware does by itself, without an interrupt.
 *
 * Context: No other CPU uses the mappings, nor does this one by way of an NMI.
 * Does not lock, allocate or print.
 */
void arch_ioremap_move_break(const struct ioremap_move_area *areas,
			     unsigned int nr)
{
	struct ioremap_leaf_walk walk = { .fn = leaf_break };

	for (unsigned int i = 0; i < nr; i++)
		ioremap_walk_leaves(areas[i].addr, areas[i].size, &walk);
	/* Begins with a barrier that makes the walkers see the above */
	for (unsigned int i = 0; i < nr; i++)
		flush_tlb_kernel_range(areas[i].addr, areas[i].addr + areas[i].size);
}

/**
 * arch_ioremap_move_make - write the page table entries of a mapping
 * @area: the mapping, after arch_ioremap_move_break()
 * @moved: true for its new address, false for the old one
 *
 * Context: As arch_ioremap_move_break().
 */
void arch_ioremap_move_make(const struct ioremap_move_area *area, bool moved)
{
	struct ioremap_leaf_walk walk = {
		.fn = leaf_make,
		.base = area->addr,
		.phys = moved ? area->to : area->from,
	};

	ioremap_walk_leaves(area->addr, area->size, &walk);
	emit_pte_barriers();
}

/**
 * arch_ioremap_move_flush - let this CPU see the rewritten entries
 *
 * No TLB holds an old one, see arch_ioremap_move_break(). But the CPU may have
 * taken note, further down its pipeline, that the address is not mapped.
 *
 * Context: Any.
 */
void arch_ioremap_move_flush(void)
{
	isb();
}
