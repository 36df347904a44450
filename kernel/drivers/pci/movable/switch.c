// SPDX-License-Identifier: GPL-2.0
/*
 * Movable BARs: the one instant at which everything changes.
 *
 * With all CPUs stopped, no CPU is in the middle of an access, and none can
 * begin one, so drivers that use their BARs through kernel mappings alone never
 * see the move. Nothing here sleeps, allocates, prints or takes a lock that a
 * stopped CPU may hold; config accesses take raw spinlocks only.
 */

#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/stop_machine.h>

#include "../pci.h"
#include "apply.h"
#include "fault.h"

/**
 * struct pci_switch - shared by the CPUs while they stand still
 * @a: what to do
 * @leader: the CPU that does it
 * @waiting: CPUs that have nothing left in their buffers
 * @done: the leader has finished
 * @stats: how long that took
 * @ret: 0 or errno
 */
struct pci_switch {
	struct pci_apply *a;
	unsigned int leader;
	atomic_t waiting;
	int done;
	struct pci_movable_stats *stats;
	int ret;
};

static void write_config(struct pci_apply *a, const struct pci_config_write *write,
			 u32 value)
{
	struct pci_dev *dev = a->devs[write->dev].dev;

	if (write->size == 2)
		pci_write_config_word(dev, write->where, value);
	else
		pci_write_config_dword(dev, write->where, value);
}

/*
 * Drivers change the Command register at any time, and not under the device
 * lock: bus mastering, INTx. Switch decoding off and back to what it is now, and
 * leave the rest as it is.
 */
static void fill_in_commands(struct pci_apply *a)
{
	const u16 decode = PCI_COMMAND_MEMORY | PCI_COMMAND_IO;
	int i;

	for (i = 0; i < a->nr_writes; i++) {
		struct pci_config_write *write = &a->writes[i];
		u16 now;

		if (write->where != PCI_COMMAND)
			continue;

		pci_read_config_word(a->devs[write->dev].dev, PCI_COMMAND, &now);
		write->value = write->value & decode ? now : now & ~decode;
		write->old = write->old & decode ? now : now & ~decode;
	}
}

static void run_writes(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_writes; i++) {
		/* What the Command register should hold is not verified */
		if (a->writes[i].where != PCI_COMMAND && pci_fault("write"))
			continue;
		write_config(a, &a->writes[i], a->writes[i].value);
	}
}

/* Backwards, so that only states return that were passed on the way here */
static void undo_writes(struct pci_apply *a)
{
	int i;

	for (i = a->nr_writes - 1; i >= 0; i--)
		write_config(a, &a->writes[i], a->writes[i].old);
}

/*
 * A read that comes back has pushed the posted writes before it (PCIe r6.2,
 * sec. 2.4.1). A device that answers all ones is gone; if it is a bystander, so
 * is whatever was on the way to it.
 */
static int flush_posted_writes(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->nr_flush; i++) {
		struct pci_dev *dev = a->flush[i];
		u32 status;

		/* One that is being reset, or recovers, may keep the read waiting */
		if (dev->error_state != pci_channel_io_normal || dev->block_cfg_access ||
		    (dev->current_state != PCI_D0 && dev->current_state != PCI_UNKNOWN))
			continue;

		pci_read_config_dword(dev, PCI_COMMAND, &status);
		if ((PCI_POSSIBLE_ERROR(status) || pci_fault("flush")) &&
		    pci_apply_find_dev(a, dev) < a->nr_devs) {
			a->culprit = dev;
			return -ENODEV;
		}
	}
	return 0;
}

static bool bar_took(struct pci_apply *a, int i)
{
	const struct pci_switch_bar *bar = &a->switch_bars[i];
	struct pci_dev *dev = a->devs[bar->dev].dev;
	u32 value = 0;

	pci_read_config_dword(dev, bar->where, &value);
	if ((value ^ (u32)bar->to) & a->bar_masks[i])
		return false;
	if (!bar->wide)
		return true;

	pci_read_config_dword(dev, bar->where + 4, &value);
	return value == bar->to >> 32;
}

static bool window_took(struct pci_apply *a, int i)
{
	const struct pci_switch_window *w = &a->switch_windows[i];
	struct pci_window_regs regs;
	u64 start, end, want_start, want_end;
	bool open, want_open;

	pci_read_window(a->devs[w->dev].dev, w->type, w->wide, &regs);
	open = pci_window_decode(w->type, w->wide, w->io_1k, &regs, &start, &end);
	want_open = pci_window_decode(w->type, w->wide, w->io_1k, &w->to,
				      &want_start, &want_end);
	if (!open || !want_open)
		return open == want_open;
	return start == want_start && end == want_end;
}

static int verify(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->switch_model.nr_bars; i++) {
		a->culprit = a->devs[a->switch_bars[i].dev].dev;
		if (pci_fault("BAR") || !bar_took(a, i))
			return -EIO;
	}
	for (i = 0; i < a->switch_model.nr_windows; i++) {
		a->culprit = a->devs[a->switch_windows[i].dev].dev;
		if (pci_fault("window") || !window_took(a, i))
			return -EIO;
	}
	return 0;
}

static void save_bits(struct pci_dev *dev, unsigned int where, u32 mask, u32 value)
{
	u32 *saved;

	/* BARs of Virtual Functions are restored from their resources */
	if (where >= sizeof(dev->saved_config_space))
		return;

	saved = &dev->saved_config_space[where / 4];
	*saved = (*saved & ~mask) | (value & mask);
}

static void save_bar(struct pci_apply *a, int i)
{
	const struct pci_switch_bar *bar = &a->switch_bars[i];
	struct pci_dev *dev = a->devs[bar->dev].dev;

	save_bits(dev, bar->where, a->bar_masks[i], bar->to);
	if (bar->wide)
		save_bits(dev, bar->where + 4, ~0, bar->to >> 32);
}

static void save_window(struct pci_apply *a, int i)
{
	const struct pci_switch_window *w = &a->switch_windows[i];
	const struct pci_window_format *format = &pci_window_formats[w->type];
	u16 decode = w->type == PCI_LAYOUT_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;
	struct pci_dev *bridge = a->devs[w->dev].dev;
	u64 start, end;

	/* Its driver may have saved what it had when no window was open */
	if (pci_window_decode(w->type, w->wide, w->io_1k, &w->to, &start, &end))
		save_bits(bridge, PCI_COMMAND, decode, decode);

	save_bits(bridge, format->where, format->size == 2 ? U16_MAX : U32_MAX, w->to.low);
	if (!w->wide)
		return;

	save_bits(bridge, format->upper_base, ~0, w->to.upper_base);
	if (format->upper_limit)
		save_bits(bridge, format->upper_limit, ~0, w->to.upper_limit);
}

/*
 * From here on a restore of saved state brings the new addresses. All of them are
 * saved, not only what was written: a device that was just reset may have had the one
 * half of an address that it has now.
 */
static void refresh_saved_state(struct pci_apply *a)
{
	int i;

	for (i = 0; i < a->switch_model.nr_bars; i++)
		save_bar(a, i);
	for (i = 0; i < a->switch_model.nr_windows; i++)
		save_window(a, i);
}

static int switch_registers(struct pci_apply *a)
{
	int ret = flush_posted_writes(a);

	if (ret)
		return ret;

	fill_in_commands(a);
	run_writes(a);
	ret = verify(a);
	if (ret)
		undo_writes(a);
	return ret;
}

static int switch_hardware(struct pci_apply *a, struct pci_movable_stats *stats)
{
	ktime_t begin;
	int ret;

	if (a->mapping_set)
		ioremap_move_break(a->mapping_set);

	begin = ktime_get();
	ret = switch_registers(a);
	stats->config_ns = pci_movable_ns_since(begin);

	if (!ret)
		refresh_saved_state(a);
	ioremap_move_make(a->mapping_set, !ret);
	return ret;
}

static int switch_on_cpu(void *data)
{
	struct pci_switch *sw = data;

	/* Write-combining buffers of this CPU go out to the old addresses */
	mb();

	if (smp_processor_id() == sw->leader) {
		ktime_t begin = ktime_get();

		while (atomic_read_acquire(&sw->waiting) != num_online_cpus() - 1)
			cpu_relax();
		sw->ret = switch_hardware(sw->a, sw->stats);
		sw->stats->stopped_ns = pci_movable_ns_since(begin);
		/* Pairs with the others' wait: they see what was done */
		smp_store_release(&sw->done, 1);
	} else {
		atomic_inc_return_release(&sw->waiting);
		/* Pairs with the leader's release */
		while (!smp_load_acquire(&sw->done))
			cpu_relax();
	}

	ioremap_move_flush();
	return 0;
}

/**
 * pci_apply_switch - switch hardware and kernel mappings to the new layout
 * @a: what to do, compiled
 * @stats: the times in it are filled in
 *
 * What fails is undone before any CPU runs again.
 *
 * Context: Inside ioremap_move_begin(), which holds cpus_read_lock().
 * Return: 0; -ENODEV if a device is gone; -EIO if a register did not take its
 * value. After an error everything is as it was.
 */
int pci_apply_switch(struct pci_apply *a, struct pci_movable_stats *stats)
{
	struct pci_switch sw = { .a = a, .stats = stats };
	int ret;

	if (!a->needs_stop)
		return switch_hardware(a, stats);

	sw.leader = cpumask_first(cpu_online_mask);
	ret = stop_machine_cpuslocked(switch_on_cpu, &sw, cpu_online_mask);
	return ret ?: sw.ret;
}
