// SPDX-License-Identifier: GPL-2.0
/*
 * Driver that puts movable BARs to the test: map, compare and unmap on every
 * CPU at once.
 */

#include <linux/cpuhplock.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/pci.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "bartest.h"

/**
 * struct bartest_looper - what one CPU does
 * @task: does it
 * @rounds: done so far
 * @wrong: words that were wrong
 * @failed: mappings that could not be made
 */
struct bartest_looper {
	struct task_struct *task;
	unsigned long rounds;
	unsigned long wrong;
	unsigned long failed;
};

static DEFINE_PER_CPU(struct bartest_looper, loopers);
static struct bartest *looping;
static int loop_bar;

/*
 * Parts of the lower half uncached, of the upper half write-combining: where
 * both types meet, ioremap() fails. Not larger than they have to be: KASAN takes
 * memory for an eighth of it, each time.
 */
static struct bartest_area choose_area(unsigned long round)
{
	resource_size_t half = pci_resource_len(looping->pdev, loop_bar) / 2;
	struct bartest_area area = { .bar = loop_bar, .wc = round & 1 };

	area.offset = area.wc ? half : 0;
	switch (round / 2 % 3) {
	case 0:
		area.size = min_t(resource_size_t, half, SZ_32M);
		break;
	case 1:
		area.offset += half / 2;
		area.size = min_t(resource_size_t, half / 2, SZ_16M);
		break;
	case 2:
		area.offset += 3;
		area.size = half / 4;
		break;
	}
	return area;
}

static void loop_once(struct bartest_looper *looper)
{
	struct bartest_area area = choose_area(looper->rounds + smp_processor_id());

	if (!bartest_area_map(looping->pdev, &area)) {
		looper->wrong += bartest_area_check(looping->pdev, &area);
		iounmap(area.addr);
	} else {
		looper->failed++;
	}
	looper->rounds++;
}

static int loop(void *data)
{
	struct bartest_looper *looper = data;

	while (!kthread_should_stop()) {
		down_read(&looping->use);
		loop_once(looper);
		up_read(&looping->use);
		cond_resched();
	}
	return 0;
}

/* What the loops will look for, through mappings as they will make */
static int fill(struct bartest *t, int bar)
{
	unsigned long round;
	int ret;

	for (round = 0; round < 6; round++) {
		struct bartest_area area = choose_area(round);

		ret = bartest_area_map(t->pdev, &area);
		if (ret)
			return ret;
		bartest_area_fill(t->pdev, &area);
		iounmap(area.addr);
	}
	return 0;
}

/**
 * bartest_loop_start - map, compare and unmap on every CPU until told to stop
 * @t: the device
 * @bar: number of the BAR
 *
 * Return: 0, -EBUSY if a loop is running, or another errno.
 */
int bartest_loop_start(struct bartest *t, int bar)
{
	int cpu, ret;

	if (looping)
		return -EBUSY;
	if (bar < 0 || bar >= PCI_STD_NUM_BARS)
		return -EINVAL;

	looping = t;
	loop_bar = bar;
	ret = fill(t, bar);
	if (ret) {
		looping = NULL;
		return ret;
	}

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		struct bartest_looper *looper = per_cpu_ptr(&loopers, cpu);
		struct task_struct *task;

		*looper = (struct bartest_looper){};
		task = kthread_run_on_cpu(loop, looper, cpu, "bartest/%u");
		if (!IS_ERR(task))
			looper->task = task;
	}
	cpus_read_unlock();
	return 0;
}

/**
 * bartest_loop_stop - end the loop
 * @t: only if it runs on this device; NULL for any
 */
void bartest_loop_stop(const struct bartest *t)
{
	int cpu;

	if (!looping || (t && t != looping))
		return;

	for_each_possible_cpu(cpu) {
		struct bartest_looper *looper = per_cpu_ptr(&loopers, cpu);

		if (looper->task)
			kthread_stop(looper->task);
		looper->task = NULL;
	}
	looping = NULL;
}

/**
 * bartest_show_loop - what the loop has done so far
 * @m: gets a line for each CPU
 */
void bartest_show_loop(struct seq_file *m)
{
	int cpu;

	for_each_online_cpu(cpu) {
		const struct bartest_looper *looper = per_cpu_ptr(&loopers, cpu);

		seq_printf(m, "cpu %d rounds %lu wrong %lu failed %lu\n", cpu,
			   READ_ONCE(looper->rounds), READ_ONCE(looper->wrong),
			   READ_ONCE(looper->failed));
	}
}
