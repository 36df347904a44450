/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel mappings of MMIO that keep their virtual address while the physical
 * address behind them changes. See mm/ioremap_move.c for how it works.
 */
#ifndef _LINUX_IOREMAP_MOVE_H
#define _LINUX_IOREMAP_MOVE_H

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/pfn.h>
#include <linux/pgtable.h>
#include <linux/types.h>

/**
 * struct ioremap_move - a physical range that changes its address
 * @from: first physical address before the move
 * @to: first physical address after the move
 * @size: bytes that move
 *
 * All three are multiples of the page size.
 */
struct ioremap_move {
	phys_addr_t from;
	phys_addr_t to;
	resource_size_t size;
};

/**
 * enum ioremap_hold - what kernel mappings do to a physical range
 * @IOREMAP_HOLD_NONE: no kernel mapping lies over the range
 * @IOREMAP_HOLD_MOVABLE: every mapping over the range can follow it
 * @IOREMAP_HOLD_CACHED: a mapping is cacheable; cache lines are tagged with
 *	the physical address, and nothing takes them along
 * @IOREMAP_HOLD_STRADDLES: a mapping reaches beyond the range
 * @IOREMAP_HOLD_FIXMAP: the range is mapped in the fixmap
 * @IOREMAP_HOLD_PFNMAP: a mapping was not made by ioremap(), or not all of it
 *	is where its vm_struct says
 * @IOREMAP_HOLD_TRACED: mmiotrace watches mappings and knows their addresses
 * @IOREMAP_HOLD_RESERVED: somebody else relies on the memory type of the
 *	range: a user mapping, or a driver by arch_io_reserve_memtype_wc()
 * @IOREMAP_HOLD_PAGES: the range has struct pages, or contains RAM
 * @IOREMAP_HOLD_UNSUPPORTED: this kernel cannot move mappings on this machine, or
 *	not those of this size
 * @IOREMAP_HOLD_BUSY: others made and removed mappings, or kept the kernel's page
 *	tables locked, for so long that nobody could look; ask again
 *
 * Anything above %IOREMAP_HOLD_MOVABLE means that the range must stay.
 */
enum ioremap_hold {
	IOREMAP_HOLD_NONE,
	IOREMAP_HOLD_MOVABLE,
	IOREMAP_HOLD_CACHED,
	IOREMAP_HOLD_STRADDLES,
	IOREMAP_HOLD_FIXMAP,
	IOREMAP_HOLD_PFNMAP,
	IOREMAP_HOLD_TRACED,
	IOREMAP_HOLD_RESERVED,
	IOREMAP_HOLD_PAGES,
	IOREMAP_HOLD_UNSUPPORTED,
	IOREMAP_HOLD_BUSY,
};

struct ioremap_move_set;

#ifdef CONFIG_IOREMAP_MOVE

void ioremap_move_enable(void);
enum ioremap_hold ioremap_range_hold(phys_addr_t start, resource_size_t size);

int __must_check ioremap_move_begin(unsigned int patience_ms);
void ioremap_move_end(void);

unsigned long ioremap_move_generation(void);
bool ioremap_moved_since(unsigned long generation);

struct ioremap_move_set *
ioremap_move_prepare(const struct ioremap_move *moves, unsigned int nr);
unsigned int ioremap_move_count(const struct ioremap_move_set *set);
void ioremap_move_break(const struct ioremap_move_set *set);
void ioremap_move_make(const struct ioremap_move_set *set, bool moved);
void ioremap_move_flush(void);
void ioremap_move_finish(struct ioremap_move_set *set, bool moved);

/* For those who make and remove mappings; use guard(ioremap_map)() */
unsigned int ioremap_map_lock(void);
void ioremap_map_unlock(unsigned int flags);

/* What an architecture with ARCH_HAS_IOREMAP_MOVE implements */

struct vm_struct;

/**
 * struct ioremap_move_area - one mapping that follows a move
 * @vm: the mapping's area of vmalloc space
 * @addr: first virtual address
 * @size: bytes mapped, without the guard page
 * @from: physical address behind @addr before the move
 * @to: physical address behind @addr after the move
 * @arch: whatever the architecture keeps from arch_ioremap_move_reserve() to
 *	arch_ioremap_move_unreserve()
 */
struct ioremap_move_area {
	struct vm_struct *vm;
	unsigned long addr;
	size_t size;
	phys_addr_t from;
	phys_addr_t to;
	void *arch;
};

/**
 * struct ioremap_leaf_walk - walk over the page table leaves of kernel space
 * @fn: called for each leaf with its first virtual address and its size, and
 *	with a NULL leaf for what is not mapped; not 0 ends the walk
 * @base: first virtual address of the mapping
 * @phys: physical address that belongs to @base
 * @delta: distance by which the mapping moves
 * @len: bytes at @phys
 *
 * All but @fn is for @fn alone. Leaves of all levels are passed as PTEs, whose
 * format they share but for details that the architecture knows.
 */
struct ioremap_leaf_walk {
	int (*fn)(pte_t *leaf, unsigned long addr, unsigned long size,
		  struct ioremap_leaf_walk *walk);
	unsigned long base;
	phys_addr_t phys;
	phys_addr_t delta;
	resource_size_t len;
};

int ioremap_walk_leaves(unsigned long addr, size_t size,
			struct ioremap_leaf_walk *walk);

/* A leaf of any level, for which ptep_get() is not made */
static inline pte_t ioremap_leaf_get(const pte_t *leaf)
{
	return READ_ONCE(*leaf);
}

/**
 * ioremap_leaf_phys - physical address in a page table leaf
 * @leaf: the leaf
 * @size: bytes that it maps
 *
 * Return: the first physical address that it maps.
 */
static inline phys_addr_t ioremap_leaf_phys(pte_t leaf, unsigned long size)
{
	return PFN_PHYS(pte_pfn(leaf)) & ~((phys_addr_t)size - 1);
}

bool arch_ioremap_move_supported(void);
enum ioremap_hold arch_ioremap_leaf_hold(const pte_t *leaf, unsigned long size);
enum ioremap_hold arch_ioremap_range_hold(phys_addr_t start,
					  resource_size_t size,
					  unsigned int nr_areas);
bool arch_ioremap_range_allowed(phys_addr_t start, resource_size_t size);
bool arch_ioremap_leaf_allowed(pte_t leaf, unsigned long size, phys_addr_t to);
int arch_ioremap_move_reserve(struct ioremap_move_area *areas, unsigned int nr);
void arch_ioremap_move_unreserve(struct ioremap_move_area *areas,
				 unsigned int nr);
void arch_ioremap_move_break(const struct ioremap_move_area *areas,
			     unsigned int nr);
void arch_ioremap_move_make(const struct ioremap_move_area *area, bool moved);
void arch_ioremap_move_flush(void);

#else /* !CONFIG_IOREMAP_MOVE */

static inline enum ioremap_hold ioremap_range_hold(phys_addr_t start,
						   resource_size_t size)
{
	return IOREMAP_HOLD_UNSUPPORTED;
}

static inline int __must_check ioremap_move_begin(unsigned int patience_ms)
{
	return -EOPNOTSUPP;
}

static inline void ioremap_move_end(void) { }

static inline unsigned long ioremap_move_generation(void)
{
	return 0;
}

static inline bool ioremap_moved_since(unsigned long generation)
{
	return false;
}

static inline struct ioremap_move_set *
ioremap_move_prepare(const struct ioremap_move *moves, unsigned int nr)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline unsigned int ioremap_move_count(const struct ioremap_move_set *set)
{
	return 0;
}

static inline void ioremap_move_break(const struct ioremap_move_set *set) { }
static inline void ioremap_move_make(const struct ioremap_move_set *set,
				     bool moved) { }
static inline void ioremap_move_flush(void) { }
static inline void ioremap_move_finish(struct ioremap_move_set *set,
				       bool moved) { }

static inline unsigned int ioremap_map_lock(void)
{
	return 0;
}

static inline void ioremap_map_unlock(unsigned int flags) { }

#endif /* CONFIG_IOREMAP_MOVE */

/* Held by those who make or remove a kernel mapping of MMIO; may sleep */
DEFINE_LOCK_GUARD_0(ioremap_map,
		    _T->flags = ioremap_map_lock(),
		    ioremap_map_unlock(_T->flags),
		    unsigned int flags)

#endif /* _LINUX_IOREMAP_MOVE_H */
