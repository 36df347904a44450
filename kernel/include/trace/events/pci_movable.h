/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pci_movable

#if !defined(_TRACE_PCI_MOVABLE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_PCI_MOVABLE_H

#include <linux/pci.h>
#include <linux/tracepoint.h>

struct pci_movable_stats;

TRACE_EVENT(pci_bar_moved,

	TP_PROTO(struct pci_dev *dev, int resno, u64 from, u64 to, u64 size),

	TP_ARGS(dev, resno, from, to, size),

	TP_STRUCT__entry(
		__string(name, pci_name(dev))
		__field(int, resno)
		__field(u64, from)
		__field(u64, to)
		__field(u64, size)
	),

	TP_fast_assign(
		__assign_str(name);
		__entry->resno = resno;
		__entry->from = from;
		__entry->to = to;
		__entry->size = size;
	),

	TP_printk("%s resource %d from %#llx to %#llx size %#llx",
		  __get_str(name), __entry->resno, __entry->from, __entry->to,
		  __entry->size)
);

TRACE_EVENT(pci_layout_switched,

	TP_PROTO(const struct pci_movable_stats *stats),

	TP_ARGS(stats),

	TP_STRUCT__entry(
		__field(int, moved)
		__field(int, windows)
		__field(int, live)
		__field(int, paused)
		__field(u64, stopped_ns)
		__field(u64, config_ns)
		__field(u64, paused_ns)
		__field(u64, callback_ns)
	),

	TP_fast_assign(
		__entry->moved = stats->moved;
		__entry->windows = stats->windows;
		__entry->live = stats->live;
		__entry->paused = stats->paused;
		__entry->stopped_ns = stats->stopped_ns;
		__entry->config_ns = stats->config_ns;
		__entry->paused_ns = stats->paused_ns;
		__entry->callback_ns = stats->callback_ns;
	),

	TP_printk("%d BARs moved, %d windows changed, %d drivers live, %d paused, CPUs stopped %llu ns (config space %llu ns), drivers paused %llu ns (callbacks %llu ns)",
		  __entry->moved, __entry->windows, __entry->live,
		  __entry->paused, __entry->stopped_ns, __entry->config_ns,
		  __entry->paused_ns, __entry->callback_ns)
);

TRACE_EVENT(pci_dev_refused,

	TP_PROTO(struct pci_dev *dev, int resno, u64 size, u64 gap,
		 const char *reason),

	TP_ARGS(dev, resno, size, gap, reason),

	TP_STRUCT__entry(
		__string(name, pci_name(dev))
		__field(int, resno)
		__field(u64, size)
		__field(u64, gap)
		__string(reason, reason)
	),

	TP_fast_assign(
		__assign_str(name);
		__entry->resno = resno;
		__entry->size = size;
		__entry->gap = gap;
		__assign_str(reason);
	),

	TP_printk("%s resource %d size %#llx, largest gap %#llx: %s",
		  __get_str(name), __entry->resno, __entry->size, __entry->gap,
		  __get_str(reason))
);

#endif /* _TRACE_PCI_MOVABLE_H */

/* This part must be outside protection */
#include <trace/define_trace.h>
