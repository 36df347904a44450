// SPDX-License-Identifier: GPL-2.0
/*
 * Let kernel mappings of MMIO follow a device that changes its address.
 */

/**
 * DOC: Overview
 *
 * A BAR that moves takes its registers to other physical addresses, while
 * drivers, the MSI core and others hold pointers that ioremap() gave them.
 * Asking each of them to map again does not work: most cannot, and a pointer
 * is copied freely. So the pointers stay, and the page tables change: every
 * leaf of every mapping over the range gets the new page frame number, at one
 * instant at which no CPU executes anything else.
 *
 * Mappings are found by the VM_IOREMAP areas of vmalloc space, by overlap with
 * the range. A range may move only if all of them lie inside it, and if nothing
 * but the page tables knows the address: see &enum ioremap_hold.
 *
 * The order of a move::
 *
 *	ioremap_move_begin()            nobody maps or unmaps from here on
 *	set = ioremap_move_prepare()    find, check, allocate, memory types
 *	stop_machine_cpuslocked()
 *	    every CPU: mb()             drain write-combining buffers
 *	    one CPU:   ioremap_move_break(set)
 *	               move the device, ioremap_move_make(set, true)
 *	               on failure move it back, ioremap_move_make(set, false)
 *	    every CPU: ioremap_move_flush()
 *	ioremap_move_finish(set, moved) or roll back
 *	ioremap_move_end()
 *
 * The architecture rewrites the leaves, keeps the memory types, and says which
 * leaves it cannot handle (arch_ioremap_*()).
 *
 * Not moved: port I/O, user mappings, mappings with struct pages.
 */
#include <linux/cpuhplock.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/iopoll.h>
#include <linux/ioport.h>
#include <linux/ioremap_move.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/mmzone.h>
#include <linux/pagewalk.h>
#include <linux/pgtable.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>

#include <asm/fixmap.h>

#include "vmalloc.h"

#define IOREMAP_MOVE_POLL_US		100

/* Paused devices may be waiting as well */
#define IOREMAP_TABLES_PATIENCE_US	USEC_PER_SEC

/* To find out who is in the way */
#define IOREMAP_HOLD_PATIENCE_MS	10000

/*
 * Read: while a mapping is made or removed. Write: from the search for the
 * mappings to the end of the bookkeeping of a move.
 *
 * An ordinary rwsem, because a per-CPU one makes its writer wait for an RCU
 * grace period, and paused devices wait with it. Beside the page table work
 * and TLB flushes of ioremap() and iounmap() it costs nothing.
 *
 * Lock order: cpus_read_lock() -> ioremap_sem -> vmalloc and memory type locks.
 */
static DECLARE_RWSEM(ioremap_sem);

/*
 * Movers that wait for ioremap_sem. An rwsem has no write lock with a time
 * limit, and one that is only tried never comes to it while there is always
 * somebody mapping. So those who come later wait for the movers.
 */
static atomic_t ioremap_movers = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(ioremap_movers_wait);

/* Changes with ioremap_sem held for writing, whenever addresses may have changed */
static unsigned long ioremap_generation;

/* Whether mappings will be moved while devices are paused */
static bool ioremap_moves __ro_after_init;

/**
 * struct ioremap_move_set - the mappings that follow one set of moves
 * @nr: number of mappings
 * @areas: the mappings
 */
struct ioremap_move_set {
	unsigned int nr;
	struct ioremap_move_area areas[] __counted_by(nr);
};

/**
 * ioremap_move_enable - announce that mappings will be moved
 *
 * Without it those who map allocate as they always did.
 */
void __init ioremap_move_enable(void)
{
	ioremap_moves = true;
}

/**
 * ioremap_map_lock - enter a section that makes or removes mappings of MMIO
 *
 * Waits for a move under way, and for one that is about to begin.
 *
 * Memory is allocated inside. Where mappings move, reclaim must not start I/O for
 * it: the disk may be paused by a move that waits for this section to end.
 *
 * Use guard(ioremap_map)().
 *
 * Context: Process context, may sleep. Not inside ioremap_move_begin().
 * Return: What ioremap_map_unlock() takes.
 */
unsigned int ioremap_map_lock(void)
{
	wait_event(ioremap_movers_wait, !atomic_read(&ioremap_movers));
	down_read(&ioremap_sem);
	return ioremap_moves ? memalloc_noio_save() : 0;
}
EXPORT_SYMBOL_FOR_MODULES(ioremap_map_lock, "pci_bartest");

/**
 * ioremap_map_unlock - leave a section that makes or removes mappings of MMIO
 * @flags: what ioremap_map_lock() returned
 */
void ioremap_map_unlock(unsigned int flags)
{
	memalloc_noio_restore(flags);
	up_read(&ioremap_sem);
}
EXPORT_SYMBOL_FOR_MODULES(ioremap_map_unlock, "pci_bartest");

static void next_generation(void)
{
	/* Pairs with ioremap_move_generation() */
	smp_store_release(&ioremap_generation, ioremap_generation + 1);
}

static int keep_mappers_out(u64 patience_us)
{
	bool locked;
	int ret;

	atomic_inc(&ioremap_movers);
	ret = read_poll_timeout(down_write_trylock, locked, locked, IOREMAP_MOVE_POLL_US,
				patience_us, false, &ioremap_sem);
	if (atomic_dec_and_test(&ioremap_movers))
		wake_up_all(&ioremap_movers_wait);
	return ret;
}

/**
 * ioremap_move_begin - keep everybody from mapping and unmapping MMIO
 * @patience_ms: how long to wait for CPU hotplug, and again for mappers
 *
 * Also takes cpus_read_lock(): CPU hotplug callbacks call ioremap() (uncore
 * PMUs do), so it has to be taken first. The caller stops the machine by
 * stop_machine_cpuslocked().
 *
 * The wait is bounded. Somebody may be inside ioremap() waiting for memory
 * that only a device paused by the caller could set free. Who comes to map
 * meanwhile has to wait; but not before CPU hotplug is kept out, because its
 * callbacks map as well.
 *
 * Until ioremap_move_end() the caller must neither map nor unmap, nor wait for
 * anybody who might: no driver callback, no flushing of work.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EBUSY if mappings or CPU hotplug kept it out for that long.
 */
int ioremap_move_begin(unsigned int patience_ms)
{
	u64 patience_us = (u64)patience_ms * USEC_PER_MSEC;
	bool locked;

	if (read_poll_timeout(cpus_read_trylock, locked, locked, IOREMAP_MOVE_POLL_US,
			      patience_us, false))
		return -EBUSY;
	if (!keep_mappers_out(patience_us))
		return 0;
	cpus_read_unlock();
	return -EBUSY;
}

/**
 * ioremap_move_end - let others map and unmap MMIO again
 *
 * Also after a move that was taken back: somebody may have read an address that
 * was good for a moment, and is about to map it.
 *
 * Context: Ends what ioremap_move_begin() began.
 */
void ioremap_move_end(void)
{
	next_generation();
	up_write(&ioremap_sem);
	cpus_read_unlock();
}

/**
 * ioremap_move_generation - number that changes when addresses may have changed
 *
 * For those who read an address and then map it. The address may be stale by
 * the time ioremap() has the lock, so::
 *
 *	do {
 *		if (addr)
 *			iounmap(addr);
 *		generation = ioremap_move_generation();
 *		addr = ioremap(res->start, resource_size(res));
 *	} while (ioremap_moved_since(generation));
 *
 * A move after ioremap() finds the mapping and takes it along; mapping again
 * is then needless but right.
 *
 * Context: Any.
 * Return: A number for ioremap_moved_since().
 */
unsigned long ioremap_move_generation(void)
{
	/* The caller's read of the address must not come before */
	return smp_load_acquire(&ioremap_generation);
}

/**
 * ioremap_moved_since - may anything have moved since the generation was read?
 * @generation: what ioremap_move_generation() returned
 *
 * Context: Any, after ioremap(), or where an interrupt may have let this CPU
 * take part in a move.
 * Return: true if an address read since may have been an old one.
 */
bool ioremap_moved_since(unsigned long generation)
{
	/* The caller has had ioremap_sem since, or was stopped: that orders this */
	return READ_ONCE(ioremap_generation) != generation;
}

static int leaf_pud(pud_t *pud, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	struct ioremap_leaf_walk *leaf_walk = walk->private;

	if (!pud_leaf(pudp_get(pud)))
		return 0;
	return leaf_walk->fn((pte_t *)pud, addr, PUD_SIZE, leaf_walk);
}

static int leaf_pmd(pmd_t *pmd, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	struct ioremap_leaf_walk *leaf_walk = walk->private;

	if (!pmd_leaf(pmdp_get(pmd)))
		return 0;
	return leaf_walk->fn((pte_t *)pmd, addr, PMD_SIZE, leaf_walk);
}

static int leaf_pte(pte_t *pte, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	struct ioremap_leaf_walk *leaf_walk = walk->private;

	return leaf_walk->fn(pte_none(ptep_get(pte)) ? NULL : pte, addr,
			     PAGE_SIZE, leaf_walk);
}

static int leaf_hole(unsigned long addr, unsigned long next, int depth,
		     struct mm_walk *walk)
{
	struct ioremap_leaf_walk *leaf_walk = walk->private;

	return leaf_walk->fn(NULL, addr, next - addr, leaf_walk);
}

static const struct mm_walk_ops leaf_walk_ops = {
	.pud_entry	= leaf_pud,
	.pmd_entry	= leaf_pmd,
	.pte_entry	= leaf_pte,
	.pte_hole	= leaf_hole,
};

/**
 * ioremap_walk_leaves - call a function for each page table leaf of a mapping
 * @addr: first virtual address
 * @size: bytes
 * @walk: the function, and what it needs
 *
 * Lockless: ioremap_sem keeps mappings of ioremap() as they are, and for other
 * areas the caller has locked init_mm.
 *
 * Return: 0, or what the function returned to end the walk.
 */
int ioremap_walk_leaves(unsigned long addr, size_t size,
			struct ioremap_leaf_walk *walk)
{
	return walk_kernel_page_table_range_lockless(addr, addr + size,
						     &leaf_walk_ops, NULL, walk);
}
EXPORT_SYMBOL_FOR_MODULES(ioremap_walk_leaves, "pci_bartest");

static int leaf_maps(pte_t *leaf, unsigned long addr, unsigned long size,
		     struct ioremap_leaf_walk *walk)
{
	phys_addr_t phys;

	if (!leaf)
		return 0;
	phys = ioremap_leaf_phys(ioremap_leaf_get(leaf), size);
	return phys <= walk->phys + walk->len - 1 && phys + size - 1 >= walk->phys;
}

/* Is at least a page of a physical range mapped in an area of kernel space? */
static bool area_maps(unsigned long addr, size_t size, phys_addr_t start,
		      resource_size_t len)
{
	struct ioremap_leaf_walk walk = {
		.fn = leaf_maps, .phys = start, .len = len,
	};

	return ioremap_walk_leaves(addr, size, &walk);
}

static bool fixmap_maps(phys_addr_t start, resource_size_t len)
{
	return area_maps(__fix_to_virt(__end_of_fixed_addresses - 1),
			 (size_t)__end_of_fixed_addresses << PAGE_SHIFT, start, len);
}

static int leaf_hold(pte_t *leaf, unsigned long addr, unsigned long size,
		     struct ioremap_leaf_walk *walk)
{
	enum ioremap_hold hold;

	if (!leaf)
		return IOREMAP_HOLD_PFNMAP;

	hold = arch_ioremap_leaf_hold(leaf, size);
	if (ioremap_leaf_phys(ioremap_leaf_get(leaf), size) != walk->phys + (addr - walk->base))
		hold = max(hold, IOREMAP_HOLD_PFNMAP);
	return hold;
}

static enum ioremap_hold leaves_hold(unsigned long addr, size_t size,
				     phys_addr_t phys)
{
	struct ioremap_leaf_walk walk = {
		.fn = leaf_hold, .base = addr, .phys = phys,
	};
	int hold = ioremap_walk_leaves(addr, size, &walk);

	return hold ? hold : IOREMAP_HOLD_MOVABLE;
}

/* Struct pages tell their address to anybody; and RAM is no MMIO */
static bool range_has_pages(phys_addr_t start, resource_size_t size)
{
	unsigned long end = PHYS_PFN(start + size - 1) + 1;
	unsigned long pfn;

	if (region_intersects(start, size, IORESOURCE_SYSTEM_RAM,
			      IORES_DESC_NONE) != REGION_DISJOINT)
		return true;

	/* Memory map is added by the subsection */
	for (pfn = PHYS_PFN(start); pfn < end;
	     pfn = ALIGN(pfn + 1, PAGES_PER_SUBSECTION)) {
		struct dev_pagemap *pgmap = get_dev_pagemap(pfn);

		if (pgmap) {
			put_dev_pagemap(pgmap);
			return true;
		}
	}
	return false;
}

/**
 * struct range_scan - search for the mappings over a range
 * @start: first physical address
 * @size: bytes
 * @nr: mappings found
 * @hold: the strongest reason found
 */
struct range_scan {
	phys_addr_t start;
	resource_size_t size;
	unsigned int nr;
	enum ioremap_hold hold;
};

static enum ioremap_hold area_hold(const struct vm_struct *vm,
				   phys_addr_t start, resource_size_t size)
{
	unsigned long addr = (unsigned long)vm->addr;
	phys_addr_t phys = vm->phys_addr;
	size_t len = get_vm_area_size(vm);
	phys_addr_t last = start + size - 1;

	/* Not from ioremap(): only the page tables tell */
	if (!phys)
		return area_maps(addr, len, start, size) ?
			IOREMAP_HOLD_PFNMAP : IOREMAP_HOLD_NONE;

	if (phys > last || phys + len - 1 < start)
		return IOREMAP_HOLD_NONE;
	if (phys < start || phys + len - 1 > last)
		return IOREMAP_HOLD_STRADDLES;

	return leaves_hold(addr, len, phys);
}

static void scan_area(struct vm_struct *vm, void *data)
{
	struct range_scan *scan = data;
	enum ioremap_hold hold = area_hold(vm, scan->start, scan->size);

	if (hold == IOREMAP_HOLD_NONE)
		return;
	scan->nr++;
	scan->hold = max(scan->hold, hold);
}

/**
 * arch_ioremap_range_hold - does anything but an ioremap() hold this range?
 * @start: first physical address
 * @size: bytes
 * @nr_areas: number of mappings over the range that ioremap() made
 *
 * For architectures that keep track of memory types, by which they notice
 * others who map the range.
 *
 * Return: %IOREMAP_HOLD_NONE, or what holds it.
 */
enum ioremap_hold __weak arch_ioremap_range_hold(phys_addr_t start,
						 resource_size_t size,
						 unsigned int nr_areas)
{
	return IOREMAP_HOLD_NONE;
}

/*
 * As for ptdump: others may free page tables below areas they own. Who splits a
 * large page of the kernel allocates with this lock held, and may be waiting for
 * a disk that is paused.
 */
static bool keep_page_tables(void)
{
	bool locked;

	return !read_poll_timeout(mmap_write_trylock, locked, locked, IOREMAP_MOVE_POLL_US,
				  IOREMAP_TABLES_PATIENCE_US, false, &init_mm);
}

static enum ioremap_hold range_hold(phys_addr_t start, resource_size_t size)
{
	struct range_scan scan = { .start = start, .size = size };

	lockdep_assert_held(&ioremap_sem);

	if (range_has_pages(start, size))
		return IOREMAP_HOLD_PAGES;

	if (!keep_page_tables())
		return IOREMAP_HOLD_BUSY;
	vmalloc_walk_ioremap(scan_area, &scan);
	mmap_write_unlock(&init_mm);

	scan.hold = max(scan.hold, arch_ioremap_range_hold(start, size, scan.nr));
	if (fixmap_maps(start, size))
		scan.hold = max(scan.hold, IOREMAP_HOLD_FIXMAP);

	if (scan.hold != IOREMAP_HOLD_NONE && !arch_ioremap_move_supported())
		return IOREMAP_HOLD_UNSUPPORTED;
	return scan.hold;
}

/* A mapping that is half made or half removed looks like a strange one */
static bool may_be_half_done(enum ioremap_hold hold)
{
	switch (hold) {
	case IOREMAP_HOLD_STRADDLES:
	case IOREMAP_HOLD_PFNMAP:
	case IOREMAP_HOLD_TRACED:
	case IOREMAP_HOLD_RESERVED:
		return true;
	default:
		return false;
	}
}

/**
 * ioremap_range_hold - can the kernel mappings of a physical range follow it?
 * @start: first physical address, page aligned
 * @size: bytes, a multiple of the page size
 *
 * The answer may be different by the time ioremap_move_prepare() looks again.
 *
 * Context: Process context, may sleep. Not inside ioremap_move_begin().
 * Return: %IOREMAP_HOLD_NONE or %IOREMAP_HOLD_MOVABLE if the range may move;
 * else why not. If there is more than one reason, one of them.
 */
enum ioremap_hold ioremap_range_hold(phys_addr_t start, resource_size_t size)
{
	enum ioremap_hold hold;

	scoped_guard(ioremap_map)
		hold = range_hold(start, size);

	if (!may_be_half_done(hold))
		return hold;

	if (ioremap_move_begin(IOREMAP_HOLD_PATIENCE_MS))
		return IOREMAP_HOLD_BUSY;
	hold = range_hold(start, size);
	ioremap_move_end();
	return hold;
}

/**
 * struct area_list - search for the mappings that follow a set of moves
 * @moves: the moves
 * @nr_moves: number of moves
 * @set: where the mappings go, NULL to count them
 * @nr: mappings found
 */
struct area_list {
	const struct ioremap_move *moves;
	unsigned int nr_moves;
	struct ioremap_move_set *set;
	unsigned int nr;
};

static const struct ioremap_move *find_move(const struct area_list *list,
					    phys_addr_t phys)
{
	for (unsigned int i = 0; i < list->nr_moves; i++) {
		const struct ioremap_move *move = &list->moves[i];

		/* No mapping straddles a range, so its start is enough */
		if (phys >= move->from && phys - move->from < move->size)
			return move;
	}
	return NULL;
}

static void list_area(struct vm_struct *vm, void *data)
{
	struct area_list *list = data;
	const struct ioremap_move *move;

	if (!vm->phys_addr)
		return;
	move = find_move(list, vm->phys_addr);
	if (!move)
		return;

	if (list->set)
		list->set->areas[list->nr] = (struct ioremap_move_area) {
			.vm = vm,
			.addr = (unsigned long)vm->addr,
			.size = get_vm_area_size(vm),
			.from = vm->phys_addr,
			.to = vm->phys_addr - move->from + move->to,
		};
	list->nr++;
}

/* Two rounds, for the walk cannot allocate. Nobody maps in between */
static struct ioremap_move_set *
alloc_move_set(const struct ioremap_move *moves, unsigned int nr)
{
	struct area_list list = { .moves = moves, .nr_moves = nr };

	vmalloc_walk_ioremap(list_area, &list);

	list.set = kvzalloc_flex(*list.set, areas, list.nr);
	if (!list.set)
		return NULL;
	list.set->nr = list.nr;

	list.nr = 0;
	vmalloc_walk_ioremap(list_area, &list);
	return list.set;
}

static int check_move(const struct ioremap_move *move)
{
	enum ioremap_hold hold;

	if (WARN_ON_ONCE(!move->size || !PAGE_ALIGNED(move->size) ||
			 !PAGE_ALIGNED(move->from) || !PAGE_ALIGNED(move->to)))
		return -EINVAL;
	hold = range_hold(move->from, move->size);
	if (hold == IOREMAP_HOLD_BUSY)
		return -ETIMEDOUT;
	if (hold > IOREMAP_HOLD_MOVABLE)
		return -EBUSY;
	if (range_has_pages(move->to, move->size))
		return -EBUSY;
	return 0;
}

static int leaf_refused(pte_t *leaf, unsigned long addr, unsigned long size,
			struct ioremap_leaf_walk *walk)
{
	pte_t pte = ioremap_leaf_get(leaf);
	phys_addr_t to = ioremap_leaf_phys(pte, size) + walk->delta;

	return !IS_ALIGNED(to, size) || !arch_ioremap_leaf_allowed(pte, size, to);
}

/* May all page table entries of a mapping go where they shall? */
static bool move_is_allowed(const struct ioremap_move_area *area)
{
	struct ioremap_leaf_walk walk = {
		.fn = leaf_refused,
		.delta = area->to - area->from,
	};

	return arch_ioremap_range_allowed(area->to, area->size) &&
	       !ioremap_walk_leaves(area->addr, area->size, &walk);
}

/**
 * arch_ioremap_move_reserve - take memory types along to the new addresses
 * @areas: mappings about to move
 * @nr: number of @areas
 *
 * For architectures that keep track of memory types.
 *
 * Return: 0, or -EBUSY if one conflicts with what is reserved there already;
 * then nothing has changed.
 */
int __weak arch_ioremap_move_reserve(struct ioremap_move_area *areas,
				     unsigned int nr)
{
	return 0;
}

/**
 * arch_ioremap_move_unreserve - take memory types back to the old addresses
 * @areas: mappings that do not move after all
 * @nr: number of @areas
 *
 * Cannot fail: the mappings are there, whatever others have reserved since.
 */
void __weak arch_ioremap_move_unreserve(struct ioremap_move_area *areas,
					unsigned int nr)
{
}

/**
 * ioremap_move_prepare - get ready to move mappings
 * @moves: ranges that move, all at once; the @from ranges do not overlap each
 *	other, nor do the @to ranges, but a @to may overlap another's @from
 * @nr: number of @moves
 *
 * Finds the mappings, checks that each may be where it is to go, and gives the
 * new ranges the memory types of the old ones. The mappings themselves stay
 * as they are.
 *
 * Context: Between ioremap_move_begin() and ioremap_move_end(). May sleep.
 * Allocates; a caller that has paused disks is inside memalloc_noreclaim_save().
 * Return: What the other functions take, to be freed by ioremap_move_finish().
 * ERR_PTR(-EBUSY) if a mapping cannot move or cannot be at its new address,
 * ERR_PTR(-ETIMEDOUT) if others kept the kernel's page tables locked for too long,
 * ERR_PTR(-EINVAL) if @moves are not whole pages, ERR_PTR(-ENOMEM).
 */
struct ioremap_move_set *
ioremap_move_prepare(const struct ioremap_move *moves, unsigned int nr)
{
	struct ioremap_move_set *set;
	int err;

	lockdep_assert_held_write(&ioremap_sem);

	for (unsigned int i = 0; i < nr; i++) {
		err = check_move(&moves[i]);
		if (err)
			return ERR_PTR(err);
	}

	set = alloc_move_set(moves, nr);
	if (!set)
		return ERR_PTR(-ENOMEM);

	err = -EBUSY;
	for (unsigned int i = 0; i < set->nr; i++)
		if (!move_is_allowed(&set->areas[i]))
			goto free_set;

	err = arch_ioremap_move_reserve(set->areas, set->nr);
	if (err)
		goto free_set;

	return set;

free_set:
	kvfree(set);
	return ERR_PTR(err);
}

/**
 * ioremap_move_count - number of mappings that move
 * @set: from ioremap_move_prepare()
 *
 * Return: The number; 0 if nothing is mapped.
 */
unsigned int ioremap_move_count(const struct ioremap_move_set *set)
{
	return set->nr;
}

/**
 * arch_ioremap_move_break - make mappings unusable that are about to move
 * @areas: the mappings
 * @nr: number of @areas
 *
 * For architectures that must not let one page table entry replace another, or
 * two of them with different memory types lead to one address.
 */
void __weak arch_ioremap_move_break(const struct ioremap_move_area *areas,
				    unsigned int nr)
{
}

/**
 * ioremap_move_break - begin to switch mappings, before the device moves
 * @set: from ioremap_move_prepare()
 *
 * From here to ioremap_move_make() the mappings must not be used. Does not lock,
 * allocate or print.
 *
 * Context: One CPU, inside stop_machine_cpuslocked(), interrupts off.
 */
void ioremap_move_break(const struct ioremap_move_set *set)
{
	arch_ioremap_move_break(set->areas, set->nr);
}

/**
 * ioremap_move_make - point the mappings at where the device is
 * @set: from ioremap_move_prepare(), after ioremap_move_break(); or NULL if nobody
 *	has mapped what changes its address
 * @moved: true for the new addresses, false for the old ones
 *
 * Each CPU may go on with the addresses it has cached until it has called
 * ioremap_move_flush(). Does not lock, allocate or print.
 *
 * Context: Inside ioremap_move_begin(); with a @set, one CPU inside
 * stop_machine_cpuslocked(), interrupts off.
 */
void ioremap_move_make(const struct ioremap_move_set *set, bool moved)
{
	for (unsigned int i = 0; set && i < set->nr; i++)
		arch_ioremap_move_make(&set->areas[i], moved);
	next_generation();
}

/**
 * ioremap_move_flush - forget the old addresses on this CPU
 *
 * Also required on the CPU that called ioremap_move_make(), and before it
 * accesses a mapping itself. Sends no interrupt to other CPUs.
 *
 * Context: Every CPU, inside stop_machine_cpuslocked(), interrupts off.
 */
void ioremap_move_flush(void)
{
	arch_ioremap_move_flush();
}

/**
 * ioremap_move_finish - bring the bookkeeping up to date
 * @set: from ioremap_move_prepare(), freed
 * @moved: true if the mappings are at the new addresses, false if they are at
 *	the old ones
 *
 * Context: Between ioremap_move_begin() and ioremap_move_end(). May sleep.
 */
void ioremap_move_finish(struct ioremap_move_set *set, bool moved)
{
	lockdep_assert_held_write(&ioremap_sem);

	if (moved) {
		/* /proc/vmallocinfo reads it without ioremap_sem */
		for (unsigned int i = 0; i < set->nr; i++)
			WRITE_ONCE(set->areas[i].vm->phys_addr, set->areas[i].to);
	} else {
		arch_ioremap_move_unreserve(set->areas, set->nr);
	}
	kvfree(set);
}
