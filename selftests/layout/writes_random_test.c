// SPDX-License-Identifier: GPL-2.0
/*
 * Order of config writes (writes.c of the driver), for random moves
 *
 * Usage: writes_random_test [SEED [COUNT]]
 *
 * After every single write all rules are checked, and on the way back from every
 * point of the way there. Where the driver says that there is no order of writes,
 * a search through all values of the registers must not find one either.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "generate.h"
#include "move.h"
#include "tap.h"

static struct rng rng;

static u64 random64(void)
{
	return (u64)rng_next(&rng) << 32 | rng_next(&rng);
}

static u32 below(u32 n)
{
	return rng_below(&rng, n);
}

static bool percent(u32 n)
{
	return rng_chance(&rng, n);
}

/* What the random moves came across; each must have happened */
enum seen {
	SEEN_KEPT,
	SEEN_KEPT_WIDE,
	SEEN_BLOCKED,
	SEEN_IN_BETWEEN,
	SEEN_ALL_ONES,
	SEEN_OPENED,
	SEEN_CLOSED,
	SEEN_CROSSED_4G,
	SEEN_TRADED,
	NR_SEEN,
};

static const char * const seen_names[NR_SEEN] = {
	[SEEN_KEPT] = "kept open",
	[SEEN_KEPT_WIDE] = "kept open, with upper halves",
	[SEEN_BLOCKED] = "blocked",
	[SEEN_IN_BETWEEN] = "kept open by an upper half in between",
	[SEEN_ALL_ONES] = "with all ones in the upper half of the limit",
	[SEEN_OPENED] = "opened",
	[SEEN_CLOSED] = "closed",
	[SEEN_CROSSED_4G] = "moved from below to above 4 GiB",
	[SEEN_TRADED] = "moved to the place of another",
};

static u32 seen[NR_SEEN];

struct shape {
	u64 granule;
	u64 max;
	u64 page;
};

static struct shape window_shape(const struct pci_switch_window *w)
{
	struct shape shape;

	if (w->type == PCI_LAYOUT_IO) {
		shape.granule = w->io_1k ? 1024 : 4096;
		shape.page = 1 << 16;
		shape.max = w->wide ? 0xffffffff : 0xffff;
	} else {
		shape.granule = M;
		shape.page = 4 * G;
		shape.max = w->wide ? ~0ULL : 0xffffffff;
	}
	return shape;
}

/* Mostly near boundaries where the upper halves change, and near each other */
static u64 random_granule(const struct shape *shape)
{
	u64 per_page = shape->page / shape->granule;
	u64 last = shape->max / shape->granule;
	u64 near = below(5) * per_page;
	u64 n;

	if (percent(10))
		near = last - below(2) * per_page;
	if (percent(5))
		return random64() % last;
	n = near + below(percent(50) ? 12 : per_page) - below(8);
	return n <= last ? n : below(12);
}

static struct range random_range(const struct shape *shape)
{
	u64 first = random_granule(shape);
	u64 last = percent(50) ? first + below(6) : random_granule(shape);
	struct range r;

	if (last > shape->max / shape->granule)
		last = first;
	if (first > last) {
		u64 swap = first;

		first = last;
		last = swap;
	}
	r.start = first * shape->granule;
	r.end = last * shape->granule + shape->granule - 1;
	return r;
}

/* As an unknown firmware leaves a closed window */
static void random_closed(const struct pci_switch_window *w,
			  struct pci_window_regs *regs)
{
	struct function f = {};
	int i;

	add_window(&f, w->type, w->wide, w->io_1k);
	for (i = percent(50) ? 8 : 0; i < 8; i++) {
		regs->low = random64();
		regs->upper_base = percent(30) ? ~0U : below(3);
		regs->upper_limit = percent(30) ? ~0U : below(3);
		if (w->type == PCI_LAYOUT_IO) {
			regs->low &= 0xffff;
			regs->upper_limit = 0;
		}
		load_window(&f, w->type, regs);
		if (!is_open(window_range(&f, w->type)))
			return;
	}
	pci_window_encode_closed(w->type, w->wide, regs);
}

static void random_regs(const struct pci_switch_window *w, struct range r,
			struct pci_window_regs *regs)
{
	if (is_open(r))
		pci_window_encode(w->type, w->wide, w->io_1k, r.start, r.end,
				  regs);
	else
		random_closed(w, regs);
	if (w->type != PCI_LAYOUT_IO)
		regs->low |= below(16) | below(16) << 16;
	else
		regs->low |= below(4) | below(4) << 8;
}

static bool fits(const struct move *move, int nr, struct range r, bool to)
{
	const struct range *ranges = to ? move->range_to : move->range_from;
	int i;

	for (i = 0; i < nr; i++)
		if (is_same_space(move, i, nr) && !is_apart(ranges[i], r))
			return false;
	return true;
}

/* One that is apart from most of the windows so far, as siblings are */
static struct range random_sibling(const struct move *move, int nr, bool to)
{
	struct shape shape = window_shape(&move->windows[nr]);
	struct range closed = CLOSED;
	struct range r = closed;
	int tries;

	if (percent(15))
		return closed;
	/* The place that another one leaves */
	if (to && nr && percent(25)) {
		r = move->range_from[below(nr)];
		if (is_open(r) && r.end <= shape.max &&
		    r.start % shape.granule == 0 &&
		    (r.end + 1) % shape.granule == 0 && fits(move, nr, r, to))
			return r;
	}
	for (tries = 0; tries < 6; tries++) {
		r = random_range(&shape);
		if (fits(move, nr, r, to))
			return r;
	}
	return percent(50) ? r : closed;
}

/* Move one or both ends of @r by a little or by much */
static struct range random_change(const struct move *move, int nr,
				  struct range r)
{
	struct shape shape = window_shape(&move->windows[nr]);
	struct range to = random_range(&shape);

	if (percent(20)) {
		to.start = r.start + below(4) * shape.page -
			   below(4) * shape.granule;
		to.end = r.end;
	} else if (percent(40)) {
		to.start = r.start;
	} else if (percent(40)) {
		to.end = r.end;
	} else if (percent(40)) {
		to.start = r.start + below(6) * shape.granule;
	}
	if (to.start > to.end || !is_open(intersection(r, to)))
		return r;
	return to;
}

static void random_window(struct move *move, int nr)
{
	struct pci_switch_window *w = &move->windows[nr];

	w->dev = nr / 3;
	w->type = nr % 3;
	w->wide = w->type != PCI_LAYOUT_MEM && percent(70);
	w->io_1k = percent(30);
	w->keep = percent(35);
	move->range_from[nr] = random_sibling(move, nr, false);
	if (w->keep && is_open(move->range_from[nr]))
		move->range_to[nr] = random_change(move, nr,
						   move->range_from[nr]);
	else
		move->range_to[nr] = random_sibling(move, nr, true);
	random_regs(w, move->range_from[nr], &w->from);
	if (percent(5))
		move->range_to[nr] = move->range_from[nr];
	random_regs(w, move->range_to[nr], &w->to);
}

static void random_device(struct move *move, int nr)
{
	struct pci_switch_command *c = &move->commands[nr];
	int i;

	c->dev = MAX_BRIDGES + nr;
	c->from = random64();
	c->off = c->from & ~DECODE_BITS;
	c->to = percent(80) ? c->from : c->off | below(4);
	for (i = 0; i < 2; i++) {
		struct pci_switch_bar *bar = &move->bars[2 * nr + i];

		bar->dev = c->dev;
		bar->where = 0x10 + 8 * i;
		bar->wide = percent(60);
		bar->from = random64() & (bar->wide ? ~0ULL : 0xffffffff);
		bar->to = bar->from;
		if (percent(80))
			bar->to ^= (u64)below(16) << 28;
		if (percent(50) && bar->wide)
			bar->to ^= (u64)below(16) << 32;
	}
}

/* Mostly few windows: the states to be visited grow with the square */
static const char *random_move(struct move *move)
{
	struct range from[MAX_WINDOWS], to[MAX_WINDOWS];
	int i;

	move_init(move);
	move->model.nr_windows = percent(3) ? below(MAX_WINDOWS) + 1 :
					      below(4) + 1;
	for (i = 0; i < move->model.nr_windows; i++)
		random_window(move, i);
	move->model.nr_commands = percent(50) ? 0 : below(MAX_DEVICES) + 1;
	if (move->model.nr_windows < 5 && percent(80))
		move->model.nr_commands = percent(30);
	move->model.nr_bars = 2 * move->model.nr_commands;
	for (i = 0; i < move->model.nr_commands; i++)
		random_device(move, i);

	memcpy(from, move->range_from, sizeof(from));
	memcpy(to, move->range_to, sizeof(to));
	move_finish(move);
	for (i = 0; i < move->model.nr_windows; i++)
		if (!is_same(from[i], move->range_from[i]) ||
		    !is_same(to[i], move->range_to[i]))
			return fault("window %d: encoded wrongly", i);
	return NULL;
}

/**
 * struct ends - one half of a window (its base or its limit), as upper and low
 * @upper: values to try in the upper register
 * @low: values to try in the low register
 * @nr_upper: how many
 * @nr_low: how many
 */
struct ends {
	u64 upper[10];
	u64 low[4];
	int nr_upper;
	int nr_low;
};

static void find_ends(u64 from, u64 to, const struct shape *shape, u64 rest,
		      struct ends *ends)
{
	u64 a = from / shape->page, b = to / shape->page;
	u64 upper[] = { a, b, a + 1, b + 1, a - 1, b - 1, a / 2 + b / 2 };
	unsigned int i;

	ends->nr_upper = 0;
	for (i = 0; i < ARRAY_SIZE(upper); i++)
		if (upper[i] <= shape->max / shape->page)
			ends->upper[ends->nr_upper++] = upper[i];
	ends->low[0] = from % shape->page;
	ends->low[1] = to % shape->page;
	ends->low[2] = rest;
	ends->low[3] = shape->page - shape->granule + rest;
	ends->nr_low = 4;
}

#define NR_NODES	(10 * 10 * 4 * 4)

/**
 * struct search - all values that a kept window's registers might pass through
 * @base: values of the base
 * @limit: values of the limit
 * @shared: to stay open
 * @hull: nothing outside of it may open
 * @shape: of the window
 * @paired: both upper halves are in one register
 */
struct search {
	struct ends base;
	struct ends limit;
	struct range shared;
	struct range hull;
	struct shape shape;
	bool paired;
};

static struct range node_range(const struct search *s, int node)
{
	struct range r = {
		s->base.upper[node % 10] * s->shape.page +
		s->base.low[node / 100 % 4],
		s->limit.upper[node / 10 % 10] * s->shape.page +
		s->limit.low[node / 400],
	};

	return r;
}

static bool node_is_allowed(const struct search *s, int node)
{
	struct range r;

	if (node % 10 >= s->base.nr_upper || node / 10 % 10 >= s->limit.nr_upper)
		return false;
	r = node_range(s, node);
	return is_within(s->shared, r) && is_within(r, s->hull);
}

/* One write leads from @a to @b */
static bool is_one_write(const struct search *s, int a, int b)
{
	bool base = a % 10 != b % 10;
	bool limit = a / 10 % 10 != b / 10 % 10;
	bool low = a / 100 != b / 100;

	if (s->paired)
		return (base || limit) + low <= 1;
	return base + limit + low <= 1;
}

/* Whether any series of writes leads a kept window from one end to the other */
static bool way_exists(const struct move *move, int window)
{
	struct range from = move->range_from[window];
	struct range to = move->range_to[window];
	const struct pci_switch_window *w = &move->windows[window];
	struct search s = {
		.shared = intersection(from, to),
		.shape = window_shape(w),
		.paired = w->type == PCI_LAYOUT_IO,
	};
	int queue[NR_NODES], head = 0, tail = 0, node;
	bool known[NR_NODES] = {};

	if (!is_open(to) || !is_open(s.shared))
		return false;
	s.hull.start = from.start < to.start ? from.start : to.start;
	s.hull.end = from.end > to.end ? from.end : to.end;
	find_ends(from.start, to.start, &s.shape, 0, &s.base);
	find_ends(from.end, to.end, &s.shape, s.shape.granule - 1, &s.limit);

	known[0] = true;
	for (queue[tail++] = 0; head < tail; head++) {
		if (is_same(node_range(&s, queue[head]), to))
			return true;
		for (node = 0; node < NR_NODES; node++) {
			if (known[node] || !node_is_allowed(&s, node) ||
			    !is_one_write(&s, queue[head], node))
				continue;
			known[node] = true;
			queue[tail++] = node;
		}
	}
	return false;
}

#define MAX_SEARCHES	200

static const char *check_blocked(const struct move *move, int window)
{
	if (window < 0 || window >= move->model.nr_windows)
		return fault("no window %d", window);
	if (!move->windows[window].keep || !is_open(move->range_from[window]))
		return fault("window %d need not stay open", window);
	if (seen[SEEN_BLOCKED]++ < MAX_SEARCHES && way_exists(move, window))
		return fault("window %d: there is a way", window);
	return NULL;
}

static void note_window(const struct move *move, int i)
{
	const struct pci_switch_window *w = &move->windows[i];
	struct range from = move->range_from[i], to = move->range_to[i];
	struct range shared = intersection(from, to);
	bool kept = w->keep && is_open(from) && is_open(shared);
	int j;

	seen[SEEN_KEPT] += kept && !is_same(from, to);
	seen[SEEN_KEPT_WIDE] += kept && w->wide && !is_same(from, to);
	seen[SEEN_IN_BETWEEN] += kept && w->type == PCI_LAYOUT_PREF &&
		to.start > from.start &&
		to.start % (4 * G) < from.start % (4 * G);
	seen[SEEN_ALL_ONES] += w->type == PCI_LAYOUT_PREF && w->wide &&
		is_open(from) && from.end >> 32 == 0xffffffff;
	seen[SEEN_OPENED] += !is_open(from) && is_open(to);
	seen[SEEN_CLOSED] += is_open(from) && !is_open(to);
	seen[SEEN_CROSSED_4G] += is_open(from) && is_open(to) &&
		from.end >> 32 == 0 && to.start >> 32;
	for (j = 0; j < i; j++)
		seen[SEEN_TRADED] += move->apart[i][j] &&
			is_open(from) && is_open(to) &&
			is_same(to, move->range_from[j]);
}

/* A blocked window counts as fixed, then move again: as the caller does */
static const char *check_random(struct move *move, u64 *nr_writes)
{
	struct pci_config_write list[MAX_LIST];
	const char *error;
	int i, nr, blocked;

	while ((nr = pci_switch_compile(&move->model, list, MAX_LIST,
					&blocked)) == -EBUSY) {
		error = check_blocked(move, blocked);
		if (error) {
			print_move(move, list, 0);
			return error;
		}
		move->windows[blocked].to = move->windows[blocked].from;
		move_finish(move);
	}
	if (nr < 0)
		return fault("error %d", nr);
	for (i = 0; i < move->model.nr_windows; i++)
		note_window(move, i);
	*nr_writes += nr;
	error = check_move(move, list, nr);
	if (error)
		print_move(move, list, nr);
	return error;
}

static const char *test_random(u64 seed, u64 nr_moves)
{
	static struct move move;
	u64 i, nr_writes = 0;
	const char *error;
	int what;

	for (i = 0; i < nr_moves; i++) {
		rng.state = seed + i;
		error = random_move(&move);
		if (!error)
			error = check_random(&move, &nr_writes);
		if (error) {
			printf("# to repeat this move alone: writes_random_test %" PRIu64 " 1\n",
			       (uint64_t)(seed + i));
			return error;
		}
	}
	printf("# %" PRIu64 " moves, %" PRIu64 " writes, %" PRIu64 " states checked\n",
	       (uint64_t)nr_moves, (uint64_t)nr_writes, (uint64_t)nr_states);
	for (what = 0; what < NR_SEEN; what++)
		printf("# windows %s: %u\n", seen_names[what], seen[what]);
	for (what = 0; what < NR_SEEN && nr_moves >= 10000; what++)
		if (seen[what] < 50)
			return fault("hardly any windows %s",
				     seen_names[what]);
	return NULL;
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	u64 nr_moves = argc > 2 ? strtoull(argv[2], NULL, 0) : 200000;
	const char *error;

	tap_plan(1);
	error = test_random(seed, nr_moves);
	if (error)
		printf("# %s\n", error);
	tap_result(!error, "random-moves");
	return tap_exit();
}
