/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Order of the config writes that switch bridge windows and BARs from one
 * layout to another. Pure arithmetic on register values; touches nothing.
 *
 * This header includes nothing; the includer provides the integer types.
 */
#ifndef _PCI_MOVABLE_WRITES_H
#define _PCI_MOVABLE_WRITES_H

/**
 * struct pci_window_regs - the registers of one bridge window, as read
 * @low: I/O Base and Limit (16 bits at 1Ch), Memory Base and Limit (20h) or
 *	 Prefetchable Memory Base and Limit (24h)
 * @upper_base: Prefetchable Base Upper 32 Bits (28h); for I/O the whole dword
 *		at 30h (base in bits 15:0, limit in bits 31:16); else 0
 * @upper_limit: Prefetchable Limit Upper 32 Bits (2Ch); else 0
 */
struct pci_window_regs {
	u32 low;
	u32 upper_base;
	u32 upper_limit;
};

/**
 * struct pci_window_format - the registers that hold a window
 * @where: offset of the low register
 * @size: of the low register in bytes
 * @half: bits of the low register that belong to the base; as many above them
 *	  belong to the limit
 * @upper_base: offset of the register with the upper half of the base
 * @upper_limit: offset of the register with the upper half of the limit, 0 if
 *		 it is the same
 *
 * The I/O registers share a dword with the Secondary Status register, whose
 * bits are cleared by writing them back: no dword write there.
 */
struct pci_window_format {
	u16 where;
	u8 size;
	u8 half;
	u16 upper_base;
	u16 upper_limit;
};

extern const struct pci_window_format pci_window_formats[];

/**
 * struct pci_switch_window - a bridge window that changes
 * @dev: the bridge, a number of the caller's that comes back in the writes
 * @type: PCI_LAYOUT_IO, PCI_LAYOUT_MEM or PCI_LAYOUT_PREF
 * @wide: the upper registers exist (32-bit I/O, 64-bit prefetchable)
 * @io_1k: I/O base and limit count 1 KiB (Intel extension), not 4 KiB; means
 *	   nothing to memory
 * @keep: a fixed BAR is in use below: the part of the window that both layouts
 *	  share must stay open at every moment
 * @from: registers now
 * @to: registers wanted
 *
 * Read-only bits in @to may be anything; they are written as @from has them.
 */
struct pci_switch_window {
	int dev;
	enum pci_layout_type type;
	bool wide;
	bool io_1k;
	bool keep;
	struct pci_window_regs from;
	struct pci_window_regs to;
};

/**
 * struct pci_switch_bar - a BAR that changes
 * @dev: the device, a number of the caller's
 * @where: offset of the (low) register in config space
 * @wide: a 64-bit BAR
 * @from: register now, both halves if @wide
 * @to: register wanted
 */
struct pci_switch_bar {
	int dev;
	u16 where;
	bool wide;
	u64 from;
	u64 to;
};

/**
 * struct pci_switch_command - a device that must not decode meanwhile
 * @dev: the device, a number of the caller's
 * @from: Command register now
 * @off: Command register while its BARs are written
 * @to: Command register afterwards
 */
struct pci_switch_command {
	int dev;
	u16 from;
	u16 off;
	u16 to;
};

/**
 * struct pci_switch_model - everything that changes at the one instant
 * @windows: in any order
 * @bars: in any order
 * @commands: in any order
 * @nr_windows: how many
 * @nr_bars: how many
 * @nr_commands: how many
 */
struct pci_switch_model {
	const struct pci_switch_window *windows;
	const struct pci_switch_bar *bars;
	const struct pci_switch_command *commands;
	int nr_windows;
	int nr_bars;
	int nr_commands;
};

/**
 * struct pci_config_write - one config space write
 * @dev: the function, the caller's number
 * @where: offset
 * @size: 2 or 4 bytes
 * @value: to write
 * @old: what the register holds until then: written instead of @value, it takes
 *	 the write back
 *
 * A list is undone by going through it backwards, from the last write that was
 * tried to the first, with @old. Wherever the list was left, this passes only
 * through states that were passed on the way there, so all that
 * pci_switch_compile() promises holds again, and it ends in the very values
 * that the registers had. A list compiled for the opposite switch cannot
 * promise that: it starts from one known state.
 */
struct pci_config_write {
	int dev;
	u16 where;
	u8 size;
	u32 value;
	u32 old;
};

bool pci_window_decode(enum pci_layout_type type, bool wide, bool io_1k,
		       const struct pci_window_regs *regs, u64 *start, u64 *end);
void pci_window_encode(enum pci_layout_type type, bool wide, bool io_1k,
		       u64 start, u64 end, struct pci_window_regs *regs);
void pci_window_encode_closed(enum pci_layout_type type, bool wide,
			      struct pci_window_regs *regs);
bool pci_window_same(enum pci_layout_type type, bool wide, bool io_1k,
		     const struct pci_window_regs *a,
		     const struct pci_window_regs *b);
int pci_switch_max_writes(const struct pci_switch_model *model);
int pci_switch_compile(const struct pci_switch_model *model,
		       struct pci_config_write *writes, int max_writes,
		       int *blocked);

#endif /* _PCI_MOVABLE_WRITES_H */
