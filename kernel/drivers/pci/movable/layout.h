/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Planner for movable PCI BARs: works out addresses, touches nothing.
 *
 * This header includes nothing, so that user space can build the planner from
 * the same text; the includer provides the integer types.
 */
#ifndef _PCI_MOVABLE_LAYOUT_H
#define _PCI_MOVABLE_LAYOUT_H

/* No window, no device: an index that refers to nothing. */
#define PCI_LAYOUT_NONE			(-1)

/**
 * enum pci_layout_type - what a range decodes and where it may lie
 * @PCI_LAYOUT_IO: port I/O
 * @PCI_LAYOUT_MEM: memory that the CPU must not prefetch
 * @PCI_LAYOUT_PREF: prefetchable memory
 *
 * Whether a range is limited to 32 bits is said by its @max, not by its type.
 */
enum pci_layout_type {
	PCI_LAYOUT_IO,
	PCI_LAYOUT_MEM,
	PCI_LAYOUT_PREF,
};

/**
 * enum pci_layout_cost - what it means to a device when its BARs move
 * @PCI_LAYOUT_NO_DRIVER: nobody notices
 * @PCI_LAYOUT_LIVE: the driver keeps running
 * @PCI_LAYOUT_PAUSED: the driver is paused around the move
 */
enum pci_layout_cost {
	PCI_LAYOUT_NO_DRIVER,
	PCI_LAYOUT_LIVE,
	PCI_LAYOUT_PAUSED,
};

/**
 * struct pci_layout_aperture - a range that a host bridge forwards
 * @start: first address
 * @end: last address
 * @type: PCI_LAYOUT_IO, PCI_LAYOUT_MEM (takes memory of both kinds) or
 *	  PCI_LAYOUT_PREF (takes prefetchable memory only)
 * @root: which host bridge, a number that its windows and BARs share
 *
 * Apertures never move or change. Ranges of the same @root and type do not
 * overlap; those of different roots may, and their devices then share the space.
 */
struct pci_layout_aperture {
	u64 start;
	u64 end;
	enum pci_layout_type type;
	int root;
};

/**
 * struct pci_layout_window - a bridge window
 * @parent: index of the window of the upstream bridge that this one lies in
 *	    (always lower than the window's own index), or PCI_LAYOUT_NONE
 *	    directly below the host bridge
 * @root: the host bridge above
 * @type: of the window
 * @start: first address now, if @assigned
 * @end: last address now, if @assigned
 * @max: highest address that the window's registers and type can hold; 0 if the
 *	 bridge has no such window
 * @align: granularity in bytes, a power of two: start and size are multiples
 * @reserve: size in bytes that the window should have at least once it is opened
 *	     or changed; wished for, given up first. The size that it has today
 *	     is wished for in the same way
 * @assigned: the window is open now
 * @fixed: the window must stay exactly as it is, open or closed; below a host
 *	   bridge it may then lie outside of all apertures
 */
struct pci_layout_window {
	int parent;
	int root;
	enum pci_layout_type type;
	u64 start;
	u64 end;
	u64 max;
	u64 align;
	u64 reserve;
	bool assigned;
	bool fixed;
};

/**
 * struct pci_layout_bar - a BAR, or any other range that needs addresses
 * @window: index of the bridge window that it must lie in, or
 *	    PCI_LAYOUT_NONE directly below the host bridge
 * @root: the host bridge above
 * @type: of the BAR (a PCI_LAYOUT_PREF BAR may lie in a PCI_LAYOUT_MEM window)
 * @start: first address now, if @assigned
 * @size: in bytes, not zero
 * @align: power of two; the size itself for a plain BAR. Like @max it holds for
 *	   new addresses: where the BAR is today is not questioned
 * @max: highest address that the BAR can hold; 0 if no window leads to it, so
 *	 that it cannot get an address
 * @dev: index of its device, or PCI_LAYOUT_NONE for a range that is simply in
 *	 the way (then it is @assigned and @fixed, and may overlap others of the
 *	 kind)
 * @assigned: has an address and works
 * @fixed: must stay where it is (then it is @assigned); directly below a host
 *	   bridge it may lie outside of all apertures
 * @optional: may be left without an address and fails no plan (an expansion
 *	      ROM, SR-IOV BARs, the I/O BAR of a PCI Express endpoint); if
 *	      @assigned it stays assigned like any other. Windows are opened or
 *	      changed for it only if its device is new
 */
struct pci_layout_bar {
	int window;
	int root;
	enum pci_layout_type type;
	u64 start;
	u64 size;
	u64 align;
	u64 max;
	int dev;
	bool assigned;
	bool fixed;
	bool optional;
};

/**
 * struct pci_layout_dev - a device, as far as the planner cares
 * @cost: of moving its BARs
 * @is_new: was just added: place all its BARs that are not optional or refuse
 *	    it. A device that is not new and has a BAR neither @assigned nor
 *	    @optional is served like a new one where possible.
 */
struct pci_layout_dev {
	enum pci_layout_cost cost;
	bool is_new;
};

/**
 * struct pci_layout_model - all that the planner is told
 * @apertures: of all host bridges
 * @windows: of all bridges, parents before children
 * @bars: of all devices
 * @devs: devices in order of arrival: on a tie, the earlier one is served
 * @nr_apertures: how many
 * @nr_windows: how many
 * @nr_bars: how many
 * @nr_devs: how many
 */
struct pci_layout_model {
	const struct pci_layout_aperture *apertures;
	const struct pci_layout_window *windows;
	const struct pci_layout_bar *bars;
	const struct pci_layout_dev *devs;
	int nr_apertures;
	int nr_windows;
	int nr_bars;
	int nr_devs;
};

/**
 * enum pci_layout_reason - why a device was refused
 * @PCI_LAYOUT_PLACED: it was not
 * @PCI_LAYOUT_TOO_LARGE: no aperture that the BAR may use is large enough for
 *			  it, or for it and the device's other BARs, even empty
 * @PCI_LAYOUT_NO_WINDOW: no bridge window or aperture of the type leads there
 * @PCI_LAYOUT_BLOCKED: fixed ranges leave no gap that is large enough, even if
 *			everything else were gone
 * @PCI_LAYOUT_NO_SPACE: the working devices leave no room
 */
enum pci_layout_reason {
	PCI_LAYOUT_PLACED,
	PCI_LAYOUT_TOO_LARGE,
	PCI_LAYOUT_NO_WINDOW,
	PCI_LAYOUT_BLOCKED,
	PCI_LAYOUT_NO_SPACE,
};

/* Fixed BARs that a refusal names as those to blame, at most */
#define PCI_LAYOUT_MAX_BLOCKERS	4

/**
 * struct pci_layout_refusal - what stands in the way of a device
 * @reason: PCI_LAYOUT_PLACED if nothing does
 * @bar: index of the BAR that could not be placed
 * @window: index of the innermost bridge window that could not be made large
 *	    enough, PCI_LAYOUT_NONE if that is the host bridge
 * @below: index of the fixed BAR that bounds the best gap from below, or
 *	   PCI_LAYOUT_NONE
 * @above: the same, from above
 * @gap: bytes from the first address in the best gap that has the alignment of
 *	 @bar to the end of the gap; in the layout planned if @reason is
 *	 PCI_LAYOUT_NO_SPACE, of an empty aperture if none is large enough, else with
 *	 all that is not fixed taken away
 * @nr_blockers: number of @blockers; 0 unless @reason is PCI_LAYOUT_BLOCKED
 * @blockers: indices of fixed BARs; without any single one of them the device
 *	      would fit beside the others, if all that can move were gone. There
 *	      may be more: those that bound the best gap and a few others are
 *	      looked at.
 */
struct pci_layout_refusal {
	enum pci_layout_reason reason;
	int bar;
	int window;
	int below;
	int above;
	u64 gap;
	int nr_blockers;
	int blockers[PCI_LAYOUT_MAX_BLOCKERS];
};

/**
 * struct pci_layout_place - where a BAR or window goes
 * @start: first address
 * @end: last address
 * @assigned: false: without address (then @start and @end mean nothing)
 */
struct pci_layout_place {
	u64 start;
	u64 end;
	bool assigned;
};

/**
 * struct pci_layout_plan - the planner's answer
 * @bars: a place per BAR of the model
 * @windows: a place per window of the model
 * @refusals: one per device of the model
 * @nr_refused: devices that were refused
 * @nr_moved: BARs whose address changes (newly assigned ones not counted)
 * @nr_live: devices of cost PCI_LAYOUT_LIVE with a moved BAR
 * @nr_paused: devices of cost PCI_LAYOUT_PAUSED with a moved BAR
 * @bytes_moved: size of the moved BARs
 */
struct pci_layout_plan {
	struct pci_layout_place *bars;
	struct pci_layout_place *windows;
	struct pci_layout_refusal *refusals;
	int nr_refused;
	int nr_moved;
	int nr_live;
	int nr_paused;
	u64 bytes_moved;
};

/**
 * enum pci_layout_fault - what pci_layout_check() objects to
 * @PCI_LAYOUT_OK: nothing
 * @PCI_LAYOUT_BAD_MODEL: the model contradicts itself
 * @PCI_LAYOUT_OVERLAP: two siblings share an address
 * @PCI_LAYOUT_MISALIGNED: a start or size is not a multiple of the alignment
 * @PCI_LAYOUT_OUTSIDE: something lies outside of its window or aperture
 * @PCI_LAYOUT_OVER_LIMIT: something lies above its highest possible address
 * @PCI_LAYOUT_FIXED_MOVED: a fixed BAR or window changed
 * @PCI_LAYOUT_LOST: a BAR that had an address has none
 * @PCI_LAYOUT_HALF_SERVED: a device neither refused nor fully placed, or
 *			    refused and still given addresses
 * @PCI_LAYOUT_WRONG_SIZE: a place is larger or smaller than its BAR
 */
enum pci_layout_fault {
	PCI_LAYOUT_OK,
	PCI_LAYOUT_BAD_MODEL,
	PCI_LAYOUT_OVERLAP,
	PCI_LAYOUT_MISALIGNED,
	PCI_LAYOUT_OUTSIDE,
	PCI_LAYOUT_OVER_LIMIT,
	PCI_LAYOUT_FIXED_MOVED,
	PCI_LAYOUT_LOST,
	PCI_LAYOUT_HALF_SERVED,
	PCI_LAYOUT_WRONG_SIZE,
};

/* May a range of type @inner lie in one of type @outer? */
static inline bool pci_layout_type_fits(enum pci_layout_type inner,
					enum pci_layout_type outer)
{
	return inner == outer ||
	       (inner == PCI_LAYOUT_PREF && outer == PCI_LAYOUT_MEM);
}

size_t pci_layout_scratch_size(const struct pci_layout_model *model);
int pci_layout_plan(const struct pci_layout_model *model, void *scratch,
		    size_t scratch_size, struct pci_layout_plan *plan);
enum pci_layout_fault pci_layout_check(const struct pci_layout_model *model,
				       const struct pci_layout_plan *plan,
				       int *where);

#endif /* _PCI_MOVABLE_LAYOUT_H */
