/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the planner of movable PCI BARs: trying everything, of a few ranges.
 */
#ifndef _PCI_MOVABLE_LAYOUT_THOROUGH_H
#define _PCI_MOVABLE_LAYOUT_THOROUGH_H

/* With more than that to be placed, or in the way, it is not tried. */
#define PCI_LAYOUT_PIECES	64
#define PCI_LAYOUT_POSTS	256

/* What may be spent at a time, in gaps looked at. */
#define PCI_LAYOUT_WORK		5000

/* No machine has addresses above; it leaves room to round up. */
#define PCI_LAYOUT_LAST_ADDRESS	(U64_MAX >> 1)

/* Dead ends that are remembered, a power of two. */
#define PCI_LAYOUT_DEAD_ENDS	512

/**
 * struct pci_layout_piece - a BAR to be placed, or a window with one in it
 * @node: which
 * @inside: the piece that it lies in, or PCI_LAYOUT_NONE below a host bridge
 * @twin: an earlier piece that is the same in all respects, or PCI_LAYOUT_NONE
 * @root: the host bridge above
 * @type: of the BAR or window
 * @is_window: it is one
 * @anchored: a window that has to cover @hull
 * @rigid: and nothing else
 * @size: in bytes; of a window: at least
 * @align: power of two
 * @max: highest address that its end may have
 * @hull: of an anchored window
 * @limit: the most that an anchored window could cover
 * @first_post: of a window: what is in the way in it
 * @nr_posts: how many
 * @start: where it has been placed
 * @bound: of an open window: highest address that its end may have there
 * @bounds: stands for the bounds of that and of all windows around it
 */
struct pci_layout_piece {
	int node;
	int inside;
	int twin;
	int root;
	enum pci_layout_type type;
	bool is_window;
	bool anchored;
	bool rigid;
	u64 size;
	u64 align;
	u64 max;
	struct pci_layout_range hull;
	struct pci_layout_range limit;
	int first_post;
	int nr_posts;
	u64 start;
	u64 bound;
	u64 bounds;
};

/**
 * struct pci_layout_post - what stays, and divides a container into gaps
 * @start: first address
 * @end: last address
 * @piece: the anchored window that has to cover this, or PCI_LAYOUT_NONE
 */
struct pci_layout_post {
	u64 start;
	u64 end;
	int piece;
};

/**
 * struct pci_layout_step - how far a layout has come
 * @begun: a bit per piece that has been placed, or opened
 * @cursor: what comes next lies from here on
 * @open: innermost window that is open, or PCI_LAYOUT_NONE
 * @piece: what was tried next, or PCI_LAYOUT_NONE
 * @start: where
 */
struct pci_layout_step {
	u64 begun;
	u64 cursor;
	int open;
	int piece;
	u64 start;
};

/**
 * struct pci_layout_dead_end - a step that led nowhere
 * @begun: of the step
 * @cursor: the lowest known
 * @bounds: of the open windows
 * @open: of the step
 * @round: in which search
 */
struct pci_layout_dead_end {
	u64 begun;
	u64 cursor;
	u64 bounds;
	int open;
	int round;
};

/**
 * struct pci_layout_thorough - memory for trying everything
 * @piece: what is to be placed
 * @nr_pieces: how many
 * @post: what is in the way, by container
 * @nr_posts: how many
 * @first_root_post: those below the host bridges
 * @step: the way to where the layout is, one per piece and the first
 * @dead_end: hash table
 * @too_many: there was more to place, or in the way, than is tried
 * @round: number of this search
 * @work: what may still be spent, in gaps looked at
 */
struct pci_layout_thorough {
	struct pci_layout_piece piece[PCI_LAYOUT_PIECES];
	int nr_pieces;
	struct pci_layout_post post[PCI_LAYOUT_POSTS];
	int nr_posts;
	int first_root_post;
	struct pci_layout_step step[PCI_LAYOUT_PIECES + 1];
	struct pci_layout_dead_end dead_end[PCI_LAYOUT_DEAD_ENDS];
	bool too_many;
	int round;
	int work;
};

bool pci_layout_list_pieces(struct pci_layout_thorough *t,
			    const struct pci_layout_packer *p, bool io);
bool pci_layout_pack_thoroughly(struct pci_layout_packer *p,
				struct pci_layout_thorough *t);

#endif /* _PCI_MOVABLE_LAYOUT_THOROUGH_H */
