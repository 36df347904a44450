// SPDX-License-Identifier: GPL-2.0
/*
 * Tests for moving MMIO under kernel mappings (mm/ioremap_move.c).
 *
 * The ranges are physical addresses at which there is nothing, so tests look
 * into the page tables and access no memory through the mappings. The one that
 * does uses what a machine is known to have: a PC, its firmware ROM below 4 GiB;
 * QEMU's Arm machine, two devices without driver.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/ioremap_move.h>
#include <linux/kthread.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/pgtable.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>
#include <linux/vmalloc.h>

#include <asm/fixmap.h>

#define PAGES(nr)	((nr) * PAGE_SIZE)

/* What becomes of a set of moves */
enum outcome {
	MOVED,		/* switched, kept */
	UNDONE,		/* switched and switched back while stopped */
	ABANDONED,	/* prepared only */
};

KUNIT_DEFINE_ACTION_WRAPPER(iounmap_action, iounmap, volatile void __iomem *);
KUNIT_DEFINE_ACTION_WRAPPER(vunmap_action, vunmap, const void *);

static void release_range(void *data)
{
	release_resource(data);
}

/* Claim unused addresses; above 4 GiB, where nothing is left undescribed */
static phys_addr_t claim_range(struct kunit *test, resource_size_t size)
{
	struct resource *res;

	res = kunit_kzalloc(test, sizeof(*res), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, res);
	res->name = "ioremap_move test";
	res->flags = IORESOURCE_MEM;

	if (allocate_resource(&iomem_resource, res, size, SZ_4G,
			      iomem_resource.end, size, NULL, NULL))
		kunit_skip(test, "no unused range of %pa bytes", &size);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, release_range, res), 0);
	return res->start;
}

static void __iomem *keep_mapping(struct kunit *test, void __iomem *addr)
{
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)addr);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, iounmap_action,
							(void __force *)addr), 0);
	return addr;
}

static void __iomem *map(struct kunit *test, phys_addr_t phys, size_t size)
{
	return keep_mapping(test, ioremap(phys, size));
}

static void __iomem *map_wc(struct kunit *test, phys_addr_t phys, size_t size)
{
	return keep_mapping(test, ioremap_wc(phys, size));
}

/**
 * struct leaf - the page table entry behind a virtual address
 * @phys: physical address, 0 if there is none
 * @size: bytes that the entry maps
 * @prot: all its other bits
 */
struct leaf {
	phys_addr_t phys;
	unsigned long size;
	pteval_t prot;
};

static struct leaf make_leaf(unsigned long addr, unsigned long pfn,
			     unsigned long size, pgprot_t prot)
{
	return (struct leaf) {
		.phys = PFN_PHYS(pfn) + (addr & (size - 1)),
		.size = size,
		.prot = pgprot_val(prot),
	};
}

static struct leaf find_leaf(unsigned long addr)
{
	p4d_t *p4d = p4d_offset(pgd_offset_k(addr), addr);
	pud_t *pud;
	pmd_t *pmd;
	pte_t *pte;

	if (p4d_none(*p4d))
		return (struct leaf) { };
	pud = pud_offset(p4d, addr);
	if (pud_none(*pud))
		return (struct leaf) { };
	if (pud_leaf(*pud))
		return make_leaf(addr, pud_pfn(*pud), PUD_SIZE, pud_pgprot(*pud));
	pmd = pmd_offset(pud, addr);
	if (pmd_none(*pmd))
		return (struct leaf) { };
	if (pmd_leaf(*pmd))
		return make_leaf(addr, pmd_pfn(*pmd), PMD_SIZE, pmd_pgprot(*pmd));
	pte = pte_offset_kernel(pmd, addr);
	if (!pte_present(*pte))
		return (struct leaf) { };
	return make_leaf(addr, pte_pfn(*pte), PAGE_SIZE, pte_pgprot(*pte));
}

static struct leaf leaf_of(const void __iomem *addr)
{
	return find_leaf((unsigned long)addr);
}

static phys_addr_t area_phys(const void __iomem *addr)
{
	unsigned long start = (unsigned long)addr & PAGE_MASK;

	return find_vm_area((void *)start)->phys_addr;
}

/* Is all of the mapping at @phys, and does its vm_struct know? */
static void expect_at(struct kunit *test, const void __iomem *addr, size_t size,
		      phys_addr_t phys)
{
	size_t wrong = 0;

	for (size_t off = 0; off < size; off += PAGE_SIZE)
		wrong += leaf_of(addr + off).phys != phys + off;
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_EQ(test, area_phys(addr), phys & PAGE_MASK);
}

/**
 * struct stop_args - what the stopped machine does
 * @set: the mappings
 * @outcome: what becomes of them
 * @cpu: CPU that switches
 * @done: set when it has
 */
struct stop_args {
	struct ioremap_move_set *set;
	enum outcome outcome;
	int cpu;
	atomic_t done;
};

static int stopped(void *data)
{
	struct stop_args *args = data;

	if (smp_processor_id() == args->cpu) {
		ioremap_move_break(args->set);
		ioremap_move_make(args->set, true);
		if (args->outcome == UNDONE) {
			ioremap_move_break(args->set);
			ioremap_move_make(args->set, false);
		}
		atomic_set_release(&args->done, 1);
	} else {
		while (!atomic_read_acquire(&args->done))
			cpu_relax();
	}
	ioremap_move_flush();
	return 0;
}

static int move_locked(const struct ioremap_move *moves, unsigned int nr,
		       enum outcome outcome)
{
	struct stop_args args = {
		.outcome = outcome,
		.cpu = cpumask_first(cpu_online_mask),
	};
	int ret;

	args.set = ioremap_move_prepare(moves, nr);
	if (IS_ERR(args.set))
		return PTR_ERR(args.set);
	ret = ioremap_move_count(args.set);

	if (outcome != ABANDONED)
		stop_machine_cpuslocked(stopped, &args, cpu_online_mask);
	ioremap_move_finish(args.set, outcome == MOVED);
	return ret;
}

/* Number of mappings moved, or an error. No assertion may leave the section */
static int move_all(struct kunit *test, const struct ioremap_move *moves,
		    unsigned int nr, enum outcome outcome)
{
	int ret;

	KUNIT_ASSERT_EQ(test, ioremap_move_begin(1000), 0);
	ret = move_locked(moves, nr, outcome);
	ioremap_move_end();
	return ret;
}

static int move_one(struct kunit *test, phys_addr_t from, phys_addr_t to,
		    resource_size_t size, enum outcome outcome)
{
	struct ioremap_move move = { .from = from, .to = to, .size = size };

	return move_all(test, &move, 1, outcome);
}

/* An offset into the page survives, and so does the rest of the entry */
static void moves_small_mapping(struct kunit *test)
{
	phys_addr_t from = claim_range(test, PAGES(16));
	phys_addr_t to = claim_range(test, PAGES(16));
	void __iomem *addr = map(test, from + PAGE_SIZE + 0x104, PAGES(2));
	struct leaf before = leaf_of(addr);

	KUNIT_EXPECT_EQ(test, move_one(test, from, to, PAGES(16), MOVED), 1);
	expect_at(test, addr, PAGES(2), to + PAGE_SIZE + 0x104);
	KUNIT_EXPECT_EQ(test, leaf_of(addr).prot, before.prot);
	KUNIT_EXPECT_EQ(test, leaf_of(addr).size, before.size);

	/* Memory types went along: nothing left behind, one over the target */
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(from, PAGES(16)), IOREMAP_HOLD_NONE);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(to, PAGES(16)), IOREMAP_HOLD_MOVABLE);
}

static void moves_again_and_home(struct kunit *test)
{
	phys_addr_t home = claim_range(test, PAGES(4));
	phys_addr_t away = claim_range(test, PAGES(4));
	void __iomem *addr = map(test, home, PAGES(4));

	for (int i = 0; i < 10; i++) {
		KUNIT_EXPECT_EQ(test, move_one(test, home, away, PAGES(4), MOVED), 1);
		expect_at(test, addr, PAGES(4), away);
		KUNIT_EXPECT_EQ(test, move_one(test, away, home, PAGES(4), MOVED), 1);
		expect_at(test, addr, PAGES(4), home);
	}
}

static void moves_aliases(struct kunit *test)
{
	phys_addr_t from = claim_range(test, PAGES(16));
	phys_addr_t to = claim_range(test, PAGES(16));
	void __iomem *all = map(test, from, PAGES(16));
	void __iomem *again = map(test, from, PAGES(16));
	void __iomem *part = map(test, from + PAGES(8), PAGE_SIZE);

	KUNIT_EXPECT_EQ(test, move_one(test, from, to, PAGES(16), MOVED), 3);
	expect_at(test, all, PAGES(16), to);
	expect_at(test, again, PAGES(16), to);
	expect_at(test, part, PAGE_SIZE, to + PAGES(8));
}

/* On arm64, entries of the uppermost table stay; with few levels these are large */
static void skip_if_unsupported(struct kunit *test, phys_addr_t range,
				resource_size_t size)
{
	if (ioremap_range_hold(range, size) == IOREMAP_HOLD_UNSUPPORTED)
		kunit_skip(test, "such entries stay");
}

static void moves_large_leaf(struct kunit *test, unsigned long size)
{
	phys_addr_t from = claim_range(test, size);
	phys_addr_t to = claim_range(test, size);
	void __iomem *addr = map(test, from, size);
	struct leaf before = leaf_of(addr);

	if (before.size != size)
		kunit_skip(test, "mapped by entries of %lu bytes", before.size);
	skip_if_unsupported(test, from, size);

	KUNIT_EXPECT_EQ(test, move_one(test, from, to, size, MOVED), 1);
	KUNIT_EXPECT_EQ(test, leaf_of(addr).size, size);
	KUNIT_EXPECT_EQ(test, leaf_of(addr).prot, before.prot);
	KUNIT_EXPECT_EQ(test, leaf_of(addr + size - 1).phys, to + size - 1);
	KUNIT_EXPECT_EQ(test, area_phys(addr), to);
}

static void moves_pmd_leaf(struct kunit *test)
{
	moves_large_leaf(test, PMD_SIZE);
}

static void moves_pud_leaf(struct kunit *test)
{
	moves_large_leaf(test, PUD_SIZE);
}

/* Bytes of a block of small entries that are one to the TLB */
static unsigned long contiguous_size(struct kunit *test)
{
	unsigned long size = 1UL << arch_vmap_pte_supported_shift(PMD_SIZE);
	phys_addr_t range = claim_range(test, 2 * size);

	if (leaf_of(map(test, range, PAGE_SIZE)).prot ==
	    leaf_of(map(test, range + size, size)).prot)
		kunit_skip(test, "no contiguous entries here");
	return size;
}

static void moves_contiguous_leaves(struct kunit *test)
{
	unsigned long size = contiguous_size(test);
	phys_addr_t from = claim_range(test, 2 * size);
	phys_addr_t to = claim_range(test, 2 * size);
	void __iomem *addr = map(test, from, 2 * size);
	struct leaf before = leaf_of(addr);
	size_t wrong = 0;

	KUNIT_EXPECT_EQ(test, move_one(test, from, to, 2 * size, MOVED), 1);
	expect_at(test, addr, 2 * size, to);
	for (size_t off = 0; off < 2 * size; off += PAGE_SIZE)
		wrong += leaf_of(addr + off).prot != before.prot;
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/* Both kinds in one mapping */
static void moves_mixed_leaves(struct kunit *test)
{
	size_t len = PMD_SIZE + PAGES(4);
	phys_addr_t from = claim_range(test, 2 * PMD_SIZE);
	phys_addr_t to = claim_range(test, 2 * PMD_SIZE);
	void __iomem *addr = map_wc(test, from, len);

	skip_if_unsupported(test, from, 2 * PMD_SIZE);
	KUNIT_EXPECT_EQ(test, move_one(test, from, to, 2 * PMD_SIZE, MOVED), 1);
	expect_at(test, addr, len, to);
}

/*
 *	before   | a a a a | b b b b |
 *	after    | b b b b | a a a a |
 */
static void swaps(struct kunit *test)
{
	phys_addr_t a = claim_range(test, SZ_2M);
	phys_addr_t b = claim_range(test, SZ_2M);
	void __iomem *uc = map(test, a, SZ_2M);
	void __iomem *wc = map_wc(test, b, SZ_2M);
	pteval_t uc_prot = leaf_of(uc).prot, wc_prot = leaf_of(wc).prot;
	struct ioremap_move moves[] = { { a, b, SZ_2M }, { b, a, SZ_2M } };

	KUNIT_EXPECT_EQ(test, move_all(test, moves, 2, MOVED), 2);
	expect_at(test, uc, SZ_2M, b);
	expect_at(test, wc, SZ_2M, a);
	KUNIT_EXPECT_EQ(test, leaf_of(uc).prot, uc_prot);
	KUNIT_EXPECT_EQ(test, leaf_of(wc).prot, wc_prot);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(a, SZ_2M), IOREMAP_HOLD_MOVABLE);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(b, SZ_2M), IOREMAP_HOLD_MOVABLE);
}

/*
 *	before   | a a | b b |     |
 *	after    |     | a a | b b |
 */
static void shifts_two(struct kunit *test)
{
	phys_addr_t start = claim_range(test, PAGES(16));
	void __iomem *a = map(test, start, PAGES(4));
	void __iomem *b = map_wc(test, start + PAGES(4), PAGES(4));
	struct ioremap_move moves[] = {
		{ start, start + PAGES(4), PAGES(4) },
		{ start + PAGES(4), start + PAGES(8), PAGES(4) },
	};

	KUNIT_EXPECT_EQ(test, move_all(test, moves, 2, MOVED), 2);
	expect_at(test, a, PAGES(4), start + PAGES(4));
	expect_at(test, b, PAGES(4), start + PAGES(8));
}

/*
 *	before   | a a a a |
 *	after      | a a a a |
 */
static void overlaps_itself(struct kunit *test)
{
	phys_addr_t start = claim_range(test, PAGES(16));
	void __iomem *addr = map(test, start, PAGES(4));

	KUNIT_EXPECT_EQ(test, move_one(test, start, start + PAGE_SIZE, PAGES(4), MOVED), 1);
	expect_at(test, addr, PAGES(4), start + PAGE_SIZE);
}

static void not_moved(struct kunit *test, enum outcome outcome)
{
	phys_addr_t a = claim_range(test, SZ_2M);
	phys_addr_t b = claim_range(test, SZ_2M);
	phys_addr_t free = claim_range(test, SZ_2M);
	void __iomem *uc = map(test, a, SZ_2M);
	void __iomem *wc = map_wc(test, b, PAGES(4));
	struct leaf uc_leaf = leaf_of(uc), wc_leaf = leaf_of(wc);
	struct ioremap_move moves[] = { { a, b, SZ_2M }, { b, free, SZ_2M } };
	unsigned long generation = ioremap_move_generation();

	KUNIT_EXPECT_EQ(test, move_all(test, moves, 2, outcome), 2);
	expect_at(test, uc, SZ_2M, a);
	expect_at(test, wc, PAGES(4), b);
	KUNIT_EXPECT_EQ(test, leaf_of(uc).prot, uc_leaf.prot);
	KUNIT_EXPECT_EQ(test, leaf_of(wc).prot, wc_leaf.prot);
	/* Somebody may have read an address that was good for a moment */
	KUNIT_EXPECT_TRUE(test, ioremap_moved_since(generation));

	/* Memory types, too, are as before */
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(free, SZ_2M), IOREMAP_HOLD_NONE);
	KUNIT_EXPECT_EQ(test, move_one(test, b, free, SZ_2M, MOVED), 1);
	expect_at(test, wc, PAGES(4), free);
}

static void undoes_switch(struct kunit *test)
{
	not_moved(test, UNDONE);
}

static void abandons_prepared(struct kunit *test)
{
	not_moved(test, ABANDONED);
}

static void counts_generation(struct kunit *test)
{
	phys_addr_t from = claim_range(test, PAGE_SIZE);
	phys_addr_t to = claim_range(test, PAGE_SIZE);
	unsigned long generation = ioremap_move_generation();

	KUNIT_EXPECT_FALSE(test, ioremap_moved_since(generation));
	/* Also without a mapping: somebody may be about to make one */
	KUNIT_EXPECT_EQ(test, move_one(test, from, to, PAGE_SIZE, MOVED), 0);
	KUNIT_EXPECT_TRUE(test, ioremap_moved_since(generation));
}

/**
 * struct mapper - a thread that maps while it must not
 * @phys: what it maps
 * @addr: where it was mapped
 * @started: about to call ioremap()
 * @mapped: back from ioremap()
 */
struct mapper {
	phys_addr_t phys;
	void __iomem *addr;
	struct completion started;
	struct completion mapped;
};

static int mapper_fn(void *data)
{
	struct mapper *mapper = data;

	complete(&mapper->started);
	mapper->addr = ioremap(mapper->phys, PAGE_SIZE);
	complete(&mapper->mapped);
	return 0;
}

static void keeps_out_ioremap(struct kunit *test)
{
	struct mapper mapper = { .phys = claim_range(test, PAGE_SIZE) };
	unsigned long early;
	struct task_struct *task;
	int err;

	init_completion(&mapper.started);
	init_completion(&mapper.mapped);
	task = kthread_create(mapper_fn, &mapper, "ioremap_move_test");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);

	err = ioremap_move_begin(1000);
	if (err)
		kthread_stop(task);
	KUNIT_ASSERT_EQ(test, err, 0);
	wake_up_process(task);
	wait_for_completion(&mapper.started);
	early = wait_for_completion_timeout(&mapper.mapped,
					    msecs_to_jiffies(100));
	ioremap_move_end();
	if (!early)
		wait_for_completion(&mapper.mapped);

	KUNIT_EXPECT_EQ(test, early, 0);
	keep_mapping(test, mapper.addr);
}

static void holds_nothing_unmapped(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGES(16));

	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range, PAGES(16)), IOREMAP_HOLD_NONE);
	/* Neighbours do not count */
	map(test, range, PAGES(4));
	map(test, range + PAGES(8), PAGES(8));
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range + PAGES(4), PAGES(4)),
			IOREMAP_HOLD_NONE);
}

/* Refused as @hold by both, and nothing has changed */
static void expect_refused(struct kunit *test, phys_addr_t from,
			   resource_size_t size, enum ioremap_hold hold)
{
	phys_addr_t to = claim_range(test, size);

	KUNIT_EXPECT_EQ(test, ioremap_range_hold(from, size), hold);
	KUNIT_EXPECT_EQ(test, move_one(test, from, to, size, MOVED), -EBUSY);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(to, size), IOREMAP_HOLD_NONE);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(from, size), hold);
}

static void refuses_straddling(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGES(16));
	void __iomem *addr = map(test, range + PAGES(4), PAGES(4));

	expect_refused(test, range + PAGE_SIZE, PAGES(4), IOREMAP_HOLD_STRADDLES);
	expect_refused(test, range + PAGES(4) + PAGE_SIZE, PAGES(4), IOREMAP_HOLD_STRADDLES);
	expect_refused(test, range + PAGES(4) + PAGE_SIZE, PAGE_SIZE, IOREMAP_HOLD_STRADDLES);
	expect_at(test, addr, PAGES(4), range + PAGES(4));
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range + PAGES(4), PAGES(4)),
			IOREMAP_HOLD_MOVABLE);
}

static void refuses_cached(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGES(4));

	keep_mapping(test, ioremap_cache(range, PAGE_SIZE));
	expect_refused(test, range, PAGES(4), IOREMAP_HOLD_CACHED);
}

static void refuses_write_through(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGES(4));
	phys_addr_t other = claim_range(test, PAGES(4));
	void __iomem *addr = keep_mapping(test, ioremap_wt(range, PAGE_SIZE));

	if (leaf_of(addr).prot == leaf_of(map(test, other, PAGE_SIZE)).prot)
		kunit_skip(test, "no write-through mappings here");
	expect_refused(test, range, PAGES(4), IOREMAP_HOLD_CACHED);
}

static void refuses_pages(struct kunit *test)
{
	void *page = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	expect_refused(test, virt_to_phys(page) & PAGE_MASK, PAGE_SIZE,
		       IOREMAP_HOLD_PAGES);
}

static void refuses_pages_at_target(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGE_SIZE);
	void __iomem *addr = map(test, range, PAGE_SIZE);
	void *page = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, move_one(test, range, virt_to_phys(page) & PAGE_MASK,
				       PAGE_SIZE, MOVED), -EBUSY);
	expect_at(test, addr, PAGE_SIZE, range);
}

static void refuses_vmap_pfn(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGES(16));
	unsigned long pfns[] = { PHYS_PFN(range) + 9, PHYS_PFN(range) + 2 };
	void *addr = vmap_pfn(pfns, ARRAY_SIZE(pfns),
			      pgprot_noncached(PAGE_KERNEL));

	KUNIT_ASSERT_NOT_NULL(test, addr);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, vunmap_action, addr), 0);

	expect_refused(test, range + 9 * PAGE_SIZE, PAGE_SIZE, IOREMAP_HOLD_PFNMAP);
	expect_refused(test, range, 4 * PAGE_SIZE, IOREMAP_HOLD_PFNMAP);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range + 3 * PAGE_SIZE, PAGE_SIZE),
			IOREMAP_HOLD_NONE);
}

static void refuses_fixmap(struct kunit *test)
{
	for (int idx = 0; idx < __end_of_fixed_addresses; idx++) {
		phys_addr_t phys = find_leaf(__fix_to_virt(idx)).phys;

		/* RAM is refused for another reason */
		if (!phys || region_intersects(phys, PAGE_SIZE,
					       IORESOURCE_SYSTEM_RAM,
					       IORES_DESC_NONE) != REGION_DISJOINT)
			continue;
		expect_refused(test, phys, PAGE_SIZE, IOREMAP_HOLD_FIXMAP);
		return;
	}
	kunit_skip(test, "no MMIO in the fixmap");
}

/* Device memory in the upper half of a range, found from its start as well */
static void refuses_device_pages(struct kunit *test)
{
	phys_addr_t range = claim_range(test, SZ_4M);
	phys_addr_t to = claim_range(test, SZ_4M);
	struct dev_pagemap *pgmap;
	void *addr;

	if (!IS_ENABLED(CONFIG_ZONE_DEVICE))
		kunit_skip(test, "no struct pages for device memory");
	pgmap = kunit_kzalloc(test, sizeof(*pgmap), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pgmap);
	pgmap->type = MEMORY_DEVICE_GENERIC;
	pgmap->range.start = range + SZ_2M;
	pgmap->range.end = range + SZ_4M - 1;
	pgmap->nr_range = 1;
	addr = memremap_pages(pgmap, numa_node_id());
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, addr);

	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range, SZ_4M), IOREMAP_HOLD_PAGES);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range, SZ_2M), IOREMAP_HOLD_NONE);
	KUNIT_EXPECT_EQ(test, move_one(test, range, to, SZ_4M, MOVED), -EBUSY);
	memunmap_pages(pgmap);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range, SZ_4M), IOREMAP_HOLD_NONE);
}

/* Asked for WC where UC- is reserved, ioremap_wc() gives UC- */
static bool memtypes_tracked(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGES(2));
	pteval_t uc = leaf_of(map(test, range, PAGE_SIZE)).prot;
	pteval_t wc = leaf_of(map_wc(test, range + PAGE_SIZE, PAGE_SIZE)).prot;

	return uc != wc && leaf_of(map_wc(test, range, PAGE_SIZE)).prot == uc;
}

/* Somebody whom no vm_struct shows relies on the memory type */
static void refuses_reserved(struct kunit *test)
{
	phys_addr_t range = claim_range(test, PAGES(4));
	void __iomem *addr = map_wc(test, range, PAGES(4));

	if (!memtypes_tracked(test))
		kunit_skip(test, "memory types are not tracked");
	KUNIT_ASSERT_EQ(test, arch_io_reserve_memtype_wc(range, PAGES(4)), 0);
	expect_refused(test, range, PAGES(4), IOREMAP_HOLD_RESERVED);
	arch_io_free_memtype_wc(range, PAGES(4));
	expect_at(test, addr, PAGES(4), range);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(range, PAGES(4)), IOREMAP_HOLD_MOVABLE);
}

/* The first of two has its memory type moved already when the second fails */
static void refuses_other_memtype(struct kunit *test)
{
	phys_addr_t a = claim_range(test, PAGES(4));
	phys_addr_t b = claim_range(test, PAGES(4));
	phys_addr_t free = claim_range(test, PAGES(4));
	phys_addr_t taken = claim_range(test, PAGES(4));
	void __iomem *addr_a = map(test, a, PAGES(4));
	void __iomem *addr_b = map_wc(test, b, PAGES(4));
	struct ioremap_move moves[] = { { a, free, PAGES(4) }, { b, taken, PAGES(4) } };

	if (!memtypes_tracked(test))
		kunit_skip(test, "memory types are not tracked");
	map(test, taken, PAGES(4));

	KUNIT_EXPECT_EQ(test, move_all(test, moves, 2, MOVED), -EBUSY);
	expect_at(test, addr_a, PAGES(4), a);
	expect_at(test, addr_b, PAGES(4), b);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(a, PAGES(4)), IOREMAP_HOLD_MOVABLE);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(b, PAGES(4)), IOREMAP_HOLD_MOVABLE);
	KUNIT_EXPECT_EQ(test, ioremap_range_hold(free, PAGES(4)), IOREMAP_HOLD_NONE);
}

static void refuses_misaligned_leaf(struct kunit *test)
{
	phys_addr_t from = claim_range(test, PMD_SIZE);
	phys_addr_t to = claim_range(test, 2 * PMD_SIZE);
	void __iomem *addr = map(test, from, PMD_SIZE);

	if (leaf_of(addr).size != PMD_SIZE)
		kunit_skip(test, "no large entries here");
	KUNIT_EXPECT_EQ(test, move_one(test, from, to + PAGE_SIZE, PMD_SIZE, MOVED),
			-EBUSY);
	expect_at(test, addr, PMD_SIZE, from);
}

static void refuses_uppermost_leaf(struct kunit *test)
{
	phys_addr_t range;

	if (PGDIR_SIZE > SZ_1G)
		kunit_skip(test, "the uppermost entries are too large");
	range = claim_range(test, PGDIR_SIZE);
	if (leaf_of(map(test, range, PGDIR_SIZE)).size != PGDIR_SIZE)
		kunit_skip(test, "no large entries here");
	expect_refused(test, range, PGDIR_SIZE, IOREMAP_HOLD_UNSUPPORTED);
}

static void refuses_misaligned_contiguous(struct kunit *test)
{
	unsigned long size = contiguous_size(test);
	phys_addr_t from = claim_range(test, size);
	phys_addr_t to = claim_range(test, 2 * size);
	void __iomem *addr = map(test, from, size);

	KUNIT_EXPECT_EQ(test, move_one(test, from, to + PAGE_SIZE, size, MOVED),
			-EBUSY);
	expect_at(test, addr, size, from);
}

/**
 * struct two_pages - two pages that can be read and differ
 * @addr: where they are mapped
 * @sum: sum of the dwords at the start of each
 */
struct two_pages {
	void __iomem *addr[2];
	u32 sum[2];
};

/* The end of a PC's firmware; a clock and a GPIO controller of QEMU's Arm machine */
static bool find_pages(phys_addr_t page[2])
{
	if (IS_ENABLED(CONFIG_X86)) {
		page[0] = 0xffffe000;
		page[1] = 0xfffff000;
		return true;
	}
	page[0] = 0x09010000;
	page[1] = 0x09030000;
	return of_machine_is_compatible("linux,dummy-virt");
}

static void sum_pages(void *data)
{
	struct two_pages *pages = data;

	for (int i = 0; i < 2; i++) {
		pages->sum[i] = 0;
		for (int off = 0; off < SZ_4K; off += 4)
			pages->sum[i] = rol32(pages->sum[i], 1) +
					readl(pages->addr[i] + off);
	}
}

/* Each CPU has cached the old addresses, and each reads from the new ones */
static void reads_follow(struct kunit *test)
{
	struct two_pages before, after;
	struct ioremap_move moves[2];
	phys_addr_t page[2];
	int cpu;

	if (!find_pages(page))
		kunit_skip(test, "no machine known to have two pages to read");
	for (int i = 0; i < 2; i++) {
		if (ioremap_range_hold(page[i], PAGE_SIZE) != IOREMAP_HOLD_NONE)
			kunit_skip(test, "%pa is in use", &page[i]);
		moves[i] = (struct ioremap_move) { page[i], page[!i], PAGE_SIZE };
	}

	for (int i = 0; i < 2; i++)
		before.addr[i] = map(test, page[i], PAGE_SIZE);
	after = before;
	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, sum_pages, &before, true);
	if (before.sum[0] == before.sum[1])
		kunit_skip(test, "both pages have the same contents");

	KUNIT_EXPECT_EQ(test, move_all(test, moves, 2, MOVED), 2);
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, sum_pages, &after, true);
		KUNIT_EXPECT_EQ(test, after.sum[0], before.sum[1]);
		KUNIT_EXPECT_EQ(test, after.sum[1], before.sum[0]);
	}
}

static int ioremap_move_suite_init(struct kunit_suite *suite)
{
	struct ioremap_move_set *set;
	int err = ioremap_move_begin(1000);

	if (err)
		return err;
	set = ioremap_move_prepare(NULL, 0);
	if (!IS_ERR(set))
		ioremap_move_finish(set, false);
	ioremap_move_end();
	return PTR_ERR_OR_ZERO(set);
}

static int ioremap_move_init(struct kunit *test)
{
	if (!arch_ioremap_move_supported())
		kunit_skip(test, "mappings cannot move on this machine");
	return 0;
}

static struct kunit_case ioremap_move_cases[] = {
	KUNIT_CASE(moves_small_mapping),
	KUNIT_CASE(moves_again_and_home),
	KUNIT_CASE(moves_aliases),
	KUNIT_CASE(moves_pmd_leaf),
	KUNIT_CASE(moves_pud_leaf),
	KUNIT_CASE(moves_contiguous_leaves),
	KUNIT_CASE(moves_mixed_leaves),
	KUNIT_CASE(swaps),
	KUNIT_CASE(shifts_two),
	KUNIT_CASE(overlaps_itself),
	KUNIT_CASE(undoes_switch),
	KUNIT_CASE(abandons_prepared),
	KUNIT_CASE(counts_generation),
	KUNIT_CASE(keeps_out_ioremap),
	KUNIT_CASE(holds_nothing_unmapped),
	KUNIT_CASE(refuses_straddling),
	KUNIT_CASE(refuses_cached),
	KUNIT_CASE(refuses_write_through),
	KUNIT_CASE(refuses_pages),
	KUNIT_CASE(refuses_pages_at_target),
	KUNIT_CASE(refuses_device_pages),
	KUNIT_CASE(refuses_vmap_pfn),
	KUNIT_CASE(refuses_fixmap),
	KUNIT_CASE(refuses_reserved),
	KUNIT_CASE(refuses_other_memtype),
	KUNIT_CASE(refuses_misaligned_leaf),
	KUNIT_CASE(refuses_uppermost_leaf),
	KUNIT_CASE(refuses_misaligned_contiguous),
	KUNIT_CASE(reads_follow),
	{}
};

static struct kunit_suite ioremap_move_suite = {
	.name = "ioremap_move",
	.suite_init = ioremap_move_suite_init,
	.init = ioremap_move_init,
	.test_cases = ioremap_move_cases,
};

kunit_test_suite(ioremap_move_suite);

MODULE_DESCRIPTION("KUnit tests for moving MMIO under kernel mappings");
MODULE_LICENSE("GPL");
