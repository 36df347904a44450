/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the planner of movable PCI BARs: what its parts share.
 */
#ifndef _PCI_MOVABLE_LAYOUT_PACK_H
#define _PCI_MOVABLE_LAYOUT_PACK_H

/* Ways of packing that are remembered per window. */
#define PCI_LAYOUT_SHAPES	10

/* More windows, BARs, devices or apertures than that are no machine. */
#define PCI_LAYOUT_MAX_COUNT	0x100000

/**
 * struct pci_layout_range - a closed range of addresses
 * @start: first
 * @end: last
 */
struct pci_layout_range {
	u64 start;
	u64 end;
};

/**
 * struct pci_layout_shape - one way in which a BAR or window can take space
 * @start: the address if it contains something pinned; else the remainder that
 *	   the address must leave modulo @align
 * @size: in bytes
 * @align: power of two
 * @max_start: highest address that @start may take
 */
struct pci_layout_shape {
	u64 start;
	u64 size;
	u64 align;
	u64 max_start;
};

/**
 * enum pci_layout_state - how a window takes part in one attempt to pack
 * @PCI_LAYOUT_EMPTY: nothing in it: it gets no address
 * @PCI_LAYOUT_FLOATING: nothing pinned in it: it goes anywhere
 * @PCI_LAYOUT_ANCHORED: it must cover what is pinned in it
 */
enum pci_layout_state {
	PCI_LAYOUT_EMPTY,
	PCI_LAYOUT_FLOATING,
	PCI_LAYOUT_ANCHORED,
};

/**
 * struct pci_layout_gap - free range, an element of a list in address order
 * @start: first address
 * @end: last address
 * @next: index of the following gap, or PCI_LAYOUT_NONE
 * @prev: index of the gap before, or PCI_LAYOUT_NONE
 */
struct pci_layout_gap {
	u64 start;
	u64 end;
	int next;
	int prev;
};

/**
 * struct pci_layout_skip - gaps that need not be looked at again
 * @how: looking for this kind of place
 * @size: for a BAR that is at least as large
 * @align: and has at least this alignment
 * @max: and cannot lie above this address
 * @bounds: within these bounds
 * @gap: begin here, if not PCI_LAYOUT_NONE: it fitted into none before
 */
struct pci_layout_skip {
	int how;
	u64 size;
	u64 align;
	u64 max;
	struct pci_layout_range bounds;
	int gap;
};

/**
 * struct pci_layout_key - an index and what it is sorted by
 * @first: first criterion, ascending
 * @second: decides if @first is equal
 * @third: decides if @second is equal too
 * @id: the index; decides last
 */
struct pci_layout_key {
	u64 first;
	u64 second;
	u64 third;
	int id;
};

/**
 * struct pci_layout_packer - one attempt after the other to place everything
 * @model: what there is
 * @nr_nodes: number of windows and BARs; node n is window n, or BAR
 *	      n - nr_windows
 * @child: all nodes, grouped by container; in a group those that have an
 *	   address come first and are in its order. Container n is window n;
 *	   after the windows come port I/O and memory below all host bridges
 * @first: per container, its first element of @child; one more than containers
 * @active: per BAR, input: it shall have an address
 * @pinned: per BAR, input: it shall have the address that it has
 * @keep: per window, input: it shall cover at least what it covers now
 * @frozen: per window, input: it shall be what it is now
 * @want: per window, input: it shall have at least @wish bytes
 * @wish: per window
 * @plain: input: what floats has one shape only, packed upwards
 * @state: per window, enum pci_layout_state
 * @content: per window: something in it, at any depth, has to be placed
 * @settled: per window: nothing has, and it covers its hull and no more
 * @hull: per window: the least that it must cover
 * @limit: per window with a hull: the most that it could cover
 * @shape: PCI_LAYOUT_SHAPES per window
 * @nr_shapes: per window
 * @at: per node, one element per shape of its container: its address, relative
 *	to the container unless that is anchored
 * @pick: the same: which of its own shapes it takes
 * @chosen: per window: which shape it has in the end
 * @cost: PCI_LAYOUT_SHAPES per window: best sum so far, per choice
 * @from: the same: the choice for the anchored window before, that led to it
 * @gap: pool of gaps in the container being packed
 * @nr_gaps: used elements of @gap
 * @gap_head: first gap
 * @gap_tail: last gap
 * @skip: what is known about gaps, from the block placed last
 * @key: what is to be placed in the container being packed, in that order
 * @nr_keys: used elements of @key
 * @place: output, per node
 */
struct pci_layout_packer {
	const struct pci_layout_model *model;
	int nr_nodes;
	int *child;
	int *first;
	u8 *active;
	u8 *pinned;
	u8 *keep;
	u8 *frozen;
	u8 *want;
	u64 *wish;
	bool plain;
	u8 *state;
	u8 *content;
	u8 *settled;
	struct pci_layout_range *hull;
	struct pci_layout_range *limit;
	struct pci_layout_shape *shape;
	u8 *nr_shapes;
	u64 *at;
	u8 *pick;
	u8 *chosen;
	u64 *cost;
	u8 *from;
	struct pci_layout_gap *gap;
	int nr_gaps;
	int gap_head;
	int gap_tail;
	struct pci_layout_skip skip;
	struct pci_layout_key *key;
	int nr_keys;
	struct pci_layout_place *place;
};

/**
 * enum pci_layout_how - which of several free places a block takes
 * @PCI_LAYOUT_LOWEST: the lowest address
 * @PCI_LAYOUT_HIGHEST: the highest
 * @PCI_LAYOUT_TIGHT_ABOVE: where the container has to stretch least, rather
 *			    upwards
 * @PCI_LAYOUT_TIGHT_BELOW: the same, rather downwards
 * @PCI_LAYOUT_SIDES: some blocks below what the container covers, others above
 */
enum pci_layout_how {
	PCI_LAYOUT_LOWEST,
	PCI_LAYOUT_HIGHEST,
	PCI_LAYOUT_TIGHT_ABOVE,
	PCI_LAYOUT_TIGHT_BELOW,
	PCI_LAYOUT_SIDES,
};

/*
 * The largest blocks, and all others together, each go below or above. With more
 * blocks than the second, only the largest goes another way than the others.
 */
#define PCI_LAYOUT_NR_SIDES	4
#define PCI_LAYOUT_ASIDE	8

/**
 * enum pci_layout_order - in which order blocks are placed
 * @PCI_LAYOUT_BY_ALIGN: by decreasing alignment, then size
 * @PCI_LAYOUT_BY_SIZE: by decreasing size, then alignment
 * @PCI_LAYOUT_BY_ALIGN_SMALL_FIRST: by decreasing alignment, then increasing size
 * @PCI_LAYOUT_NR_ORDERS: how many there are
 */
enum pci_layout_order {
	PCI_LAYOUT_BY_ALIGN,
	PCI_LAYOUT_BY_SIZE,
	PCI_LAYOUT_BY_ALIGN_SMALL_FIRST,
	PCI_LAYOUT_NR_ORDERS,
};

/**
 * enum pci_layout_taste - what counts when anchored windows pick their shapes
 * @PCI_LAYOUT_GROW_LEAST: bytes
 * @PCI_LAYOUT_GROW_UPWARDS: bytes downwards
 * @PCI_LAYOUT_GROW_DOWNWARDS: bytes upwards
 * @PCI_LAYOUT_NR_TASTES: how many there are
 */
enum pci_layout_taste {
	PCI_LAYOUT_GROW_LEAST,
	PCI_LAYOUT_GROW_UPWARDS,
	PCI_LAYOUT_GROW_DOWNWARDS,
	PCI_LAYOUT_NR_TASTES,
};

/**
 * struct pci_layout_box - one container being packed in one way
 * @container: which
 * @bounds: nothing may lie outside
 * @used: covers what the container has to cover so far
 * @how: which places blocks take
 * @sides: for PCI_LAYOUT_SIDES: bit n is set if block n goes below; the last bit
 *	   is that of all blocks from there on
 * @stay: blocks below a host bridge rather take the place that they have
 * @taste: which shapes anchored windows take
 * @slot: which of the container's shapes this is going to be
 * @virtual: the addresses are made up, so that limits mean nothing
 * @middle: where the first block goes if others go on both sides of it
 */
struct pci_layout_box {
	int container;
	struct pci_layout_range bounds;
	struct pci_layout_range used;
	enum pci_layout_how how;
	unsigned int sides;
	bool stay;
	enum pci_layout_taste taste;
	int slot;
	bool virtual;
	u64 middle;
};

/**
 * struct pci_layout_fit - a free place for a block
 * @start: its address there
 * @size: of the block
 * @score: the less, the better
 * @waste: decides if @score is equal
 * @gap: which gap it is in
 * @pick: the shape of the block
 */
struct pci_layout_fit {
	u64 start;
	u64 size;
	u64 score;
	u64 waste;
	int gap;
	int pick;
};

/**
 * struct pci_layout_search - the way to one plan
 * @p: the packer, whose @place is the last attempt
 * @model: what was asked, while the packer's model is @here
 * @here: the model as it would be after the plan that is made better
 * @here_windows: its windows
 * @here_bars: its BARs
 * @best: per node: the best so far
 * @other: per node: the best of another way
 * @served: per device: has BARs without address and is to get them
 * @asks: per device: wants addresses
 * @hopeless: per device: would not fit if it were alone
 * @needy: devices that want addresses and are not hopeless
 * @nr_needy: how many
 * @list: BARs or windows being given back what they had
 * @bounds: per group of @list, its first element; one more than groups
 * @mark: per device, window or BAR: for short use
 * @saved: per BAR: copy of the packer's @pinned
 * @other_pinned: per BAR: the same, to go with @other
 * @budget: attempts left for making a plan better, and then for explaining it
 * @thorough: memory to try everything in
 * @is_hard: the best plan so far was found by that
 */
struct pci_layout_search {
	struct pci_layout_packer p;
	const struct pci_layout_model *model;
	struct pci_layout_model here;
	struct pci_layout_window *here_windows;
	struct pci_layout_bar *here_bars;
	struct pci_layout_place *best;
	struct pci_layout_place *other;
	u8 *served;
	u8 *asks;
	u8 *hopeless;
	int *needy;
	int nr_needy;
	int *list;
	int *bounds;
	u8 *mark;
	u8 *saved;
	u8 *other_pinned;
	int budget;
	struct pci_layout_thorough *thorough;
	bool is_hard;
};

/**
 * struct pci_layout_price - what a plan costs: the first difference decides
 * @paused: drivers paused
 * @live: drivers that keep running while their BARs move
 * @moved: BARs
 * @bytes: their size
 */
struct pci_layout_price {
	int paused;
	int live;
	int moved;
	u64 bytes;
};

static inline bool pci_layout_is_refused(const struct pci_layout_search *s, int dev)
{
	return s->asks[dev] && !s->served[dev];
}

static inline bool pci_layout_is_io(enum pci_layout_type type)
{
	return type == PCI_LAYOUT_IO;
}

static inline u64 pci_layout_bar_end(const struct pci_layout_bar *bar)
{
	return bar->start + (bar->size - 1);
}

/* Must have an address, and has none? */
static inline bool pci_layout_bar_wants(const struct pci_layout_bar *bar)
{
	return !bar->assigned && !bar->optional;
}

static inline u64 pci_layout_sat_add(u64 a, u64 b)
{
	return a + b < a ? U64_MAX : a + b;
}

static inline bool range_is_empty(const struct pci_layout_range *r)
{
	return r->start > r->end;
}

static inline void range_clear(struct pci_layout_range *r)
{
	r->start = U64_MAX;
	r->end = 0;
}

static inline void range_cover(struct pci_layout_range *r, u64 start, u64 end)
{
	r->start = min(r->start, start);
	r->end = max(r->end, end);
}

static inline void range_round_out(struct pci_layout_range *r, u64 align)
{
	r->start &= ~(align - 1);
	r->end |= align - 1;
}

static inline bool node_is_window(const struct pci_layout_packer *p, int node)
{
	return node < p->model->nr_windows;
}

static inline const struct pci_layout_bar *node_bar(const struct pci_layout_packer *p,
						    int node)
{
	return &p->model->bars[node - p->model->nr_windows];
}

static inline bool node_is_pinned_bar(const struct pci_layout_packer *p, int node)
{
	int bar = node - p->model->nr_windows;

	return bar >= 0 && p->active[bar] && p->pinned[bar];
}

static inline bool node_is_anchored(const struct pci_layout_packer *p, int node)
{
	return node_is_window(p, node) &&
	       p->state[node] == PCI_LAYOUT_ANCHORED;
}

static inline bool node_is_settled(const struct pci_layout_packer *p, int node)
{
	return node_is_window(p, node) && p->settled[node];
}

/* Does it have to be given a place? */
static inline bool node_is_loose(const struct pci_layout_packer *p, int node)
{
	int bar = node - p->model->nr_windows;

	if (bar < 0)
		return p->state[node] == PCI_LAYOUT_FLOATING;
	return p->active[bar] && !p->pinned[bar];
}

static inline bool window_is_rigid(const struct pci_layout_packer *p, int w)
{
	return p->model->windows[w].fixed ||
	       (p->frozen[w] && p->model->windows[w].assigned);
}

static inline struct pci_layout_shape bar_shape(const struct pci_layout_bar *bar)
{
	struct pci_layout_shape shape = {
		.size = bar->size,
		.align = bar->align,
		.max_start = bar->max - (bar->size - 1),
	};

	return shape;
}

static inline int node_nr_shapes(const struct pci_layout_packer *p, int node)
{
	if (node_is_window(p, node))
		return p->nr_shapes[node];
	return node_bar(p, node)->max >= node_bar(p, node)->size - 1;
}

static inline struct pci_layout_shape node_shape(const struct pci_layout_packer *p,
						 int node, int pick)
{
	if (node_is_window(p, node))
		return p->shape[node * PCI_LAYOUT_SHAPES + pick];
	return bar_shape(node_bar(p, node));
}

static inline u64 *node_at(struct pci_layout_packer *p, int node, int slot)
{
	return &p->at[node * PCI_LAYOUT_SHAPES + slot];
}

static inline u8 *node_pick(struct pci_layout_packer *p, int node, int slot)
{
	return &p->pick[node * PCI_LAYOUT_SHAPES + slot];
}

static inline void node_root_and_type(const struct pci_layout_packer *p, int node,
				      int *root, enum pci_layout_type *type)
{
	if (node_is_window(p, node)) {
		*root = p->model->windows[node].root;
		*type = p->model->windows[node].type;
	} else {
		*root = node_bar(p, node)->root;
		*type = node_bar(p, node)->type;
	}
}

static inline bool shape_is_inside(const struct pci_layout_shape *shape,
				   const struct pci_layout_range *bounds)
{
	return shape->start >= bounds->start &&
	       shape->start + (shape->size - 1) <= bounds->end;
}

void pci_layout_sort_keys(struct pci_layout_key *key, int nr);
void pci_layout_sort_children(struct pci_layout_packer *p);
int pci_layout_container(const struct pci_layout_packer *p, int node);
bool pci_layout_pick_shapes(struct pci_layout_packer *p,
			    struct pci_layout_box *box);
bool pci_layout_has_choice(const struct pci_layout_packer *p, int container);
bool pci_layout_gather(struct pci_layout_packer *p);
u64 pci_layout_stretch(const struct pci_layout_range *used, u64 start, u64 size);
bool pci_layout_find_fit(struct pci_layout_packer *p,
			 const struct pci_layout_box *box,
			 enum pci_layout_how how, int node,
			 const struct pci_layout_range *bounds,
			 struct pci_layout_fit *best);
void pci_layout_settle(struct pci_layout_packer *p, struct pci_layout_box *box,
		       int node, const struct pci_layout_fit *fit);
void pci_layout_list_gaps(struct pci_layout_packer *p,
			  const struct pci_layout_box *box);
bool pci_layout_counts_are_valid(const struct pci_layout_model *m);
bool pci_layout_items_are_valid(const struct pci_layout_model *m);
bool pci_layout_siblings_are_disjoint(const struct pci_layout_packer *p);
bool pci_layout_list_loose(struct pci_layout_packer *p, int container,
			   enum pci_layout_order order);
bool pci_layout_order_matters(const struct pci_layout_packer *p);
bool pci_layout_sides_differ(unsigned int sides, int nr);
bool pci_layout_place_loose(struct pci_layout_packer *p, struct pci_layout_box *box);
u64 pci_layout_missing_to_wish(const struct pci_layout_packer *p, int w, u64 size);
void pci_layout_pack_anchored(struct pci_layout_packer *p, int w);
void pci_layout_pack_floating(struct pci_layout_packer *p, int w);
bool pci_layout_pack_root(struct pci_layout_packer *p, int container);
bool pci_layout_pack(struct pci_layout_packer *p);
bool pci_layout_pack_plainly(struct pci_layout_packer *p);
int pci_layout_bar_cost(const struct pci_layout_model *m, int bar);
bool pci_layout_bar_may_move(const struct pci_layout_bar *bar);
bool pci_layout_kind_is_wanted(const struct pci_layout_search *s, bool io);
bool pci_layout_attempt(struct pci_layout_search *s);
bool pci_layout_choose(struct pci_layout_search *s);
bool pci_layout_find_plan(struct pci_layout_search *s);
void pci_layout_refine(struct pci_layout_search *s);
struct pci_layout_price pci_layout_price(struct pci_layout_search *s);
bool pci_layout_fits_alone(struct pci_layout_search *s, int dev);
void pci_layout_explain(struct pci_layout_search *s,
			const struct pci_layout_plan *plan, int dev,
			struct pci_layout_refusal *refusal);

#endif /* _PCI_MOVABLE_LAYOUT_PACK_H */
