// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs on random machines
 *
 * Usage: random_test [FIRST [COUNT [KIND]]]. Each machine has a number, which
 * is printed if something is wrong with it: random_test NUMBER 1 KIND, with the
 * kind counted from 0 in the order of runs[], repeats that one and prints it.
 *
 * Compared with: the checker; itself (same input, its own output); an exact
 * solver that tries all addresses, on tiny machines; and "release everything
 * that is not fixed, lay out again by decreasing size".
 */

#include "layout_test.h"

#define UNIT		((u64)SZ_1M)

static u64 rng_state;

static u32 rng(void)
{
	/* splitmix64 */
	u64 z = rng_state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (z ^ (z >> 31)) >> 16;
}

static u32 below(u32 n)
{
	return n ? rng() % n : 0;
}

static bool chance(int percent)
{
	return below(100) < percent;
}

/*
 * Random machines
 */

struct shape {
	int nr_units;		/* size of the aperture */
	int max_windows;
	int max_bars;
	int max_new;
	int max_order;		/* of a BAR, in units */
	int fixed_percent;
	bool rich;		/* several types, roots and limits */
};

static bool overlaps_sibling(const struct machine *m, int container, u64 start, u64 end)
{
	int i;

	for (i = 0; i < m->model.nr_windows; i++) {
		const struct pci_layout_window *w = &m->windows[i];

		if (w->assigned && w->parent == container &&
		    w->start <= end && start <= w->end)
			return true;
	}
	for (i = 0; i < m->model.nr_bars; i++) {
		const struct pci_layout_bar *b = &m->bars[i];

		if (b->assigned && b->window == container && b->start <= end &&
		    start <= b->start + b->size - 1)
			return true;
	}
	return false;
}

static void container_range(const struct machine *m, int container, int aperture,
			    u64 *start, u64 *end)
{
	if (container == PCI_LAYOUT_NONE) {
		*start = m->apertures[aperture].start;
		*end = m->apertures[aperture].end;
	} else {
		*start = m->windows[container].start;
		*end = m->windows[container].end;
	}
}

static bool type_suits(enum pci_layout_type inner, enum pci_layout_type outer)
{
	return inner == outer || inner == PCI_LAYOUT_PREF;
}

/* A random aligned place in the container that is still free */
static bool random_place(const struct machine *m, int container, int aperture,
			 enum pci_layout_type type, u64 size, u64 align, u64 *at)
{
	u64 start, end, first;
	int try;

	if (container < 0 && !type_suits(type, m->apertures[aperture].type))
		return false;
	container_range(m, container, aperture, &start, &end);
	first = ALIGN(start, align);
	if (first > end || end - first + 1 < size)
		return false;
	for (try = 0; try < 8; try++) {
		u64 n = (end - first + 1 - size) / align + 1;

		*at = first + align * below(n);
		if (!overlaps_sibling(m, container, *at, *at + size - 1))
			return true;
	}
	return false;
}

static void random_window(struct machine *m, const struct shape *s)
{
	int i = m->model.nr_windows;
	struct pci_layout_window *w = &m->windows[i];
	int parent = (int)below(i + 1) - 1;
	int aperture = below(m->model.nr_apertures);
	u64 size = UNIT * (1 + below(s->nr_units / (parent < 0 ? 2 : 4)));

	if (parent >= 0 && !m->windows[parent].assigned)
		return;
	*w = (struct pci_layout_window) {
		.parent = parent, .type = PCI_LAYOUT_MEM, .align = UNIT,
		.max = U64_MAX, .assigned = true,
	};
	if (s->rich) {
		w->type = parent >= 0 ? m->windows[parent].type :
			  chance(50) ? PCI_LAYOUT_PREF : PCI_LAYOUT_MEM;
		if (w->type == PCI_LAYOUT_MEM && chance(20))
			w->type = PCI_LAYOUT_PREF;
		if (w->type == PCI_LAYOUT_MEM)
			w->max = U32_MAX;
		w->reserve = chance(20) ? UNIT * below(8) : 0;
		w->root = parent >= 0 ? m->windows[parent].root :
			  m->apertures[aperture].root;
	}
	if (!random_place(m, parent, aperture, w->type, size, UNIT, &w->start))
		return;
	w->end = w->start + size - 1;
	if (w->end > w->max)
		return;
	m->model.nr_windows++;
}

static int random_dev(struct machine *m, bool is_new)
{
	int i = m->model.nr_devs;

	/* A quarter of the BARs belongs to a device that has others */
	if (i && m->devs[i - 1].is_new == is_new && chance(25))
		return i - 1;
	m->devs[i].cost = below(3);
	m->devs[i].is_new = is_new;
	return m->model.nr_devs++;
}

static void random_bar(struct machine *m, const struct shape *s, bool is_new)
{
	struct pci_layout_bar *b = &m->bars[m->model.nr_bars];
	int window = (int)below(m->model.nr_windows + 1) - 1;
	int aperture = below(m->model.nr_apertures);

	*b = (struct pci_layout_bar) {
		.window = window, .type = PCI_LAYOUT_MEM,
		.size = UNIT << below(s->max_order + 1), .max = U64_MAX,
	};
	if (s->rich) {
		b->type = window >= 0 ? m->windows[window].type :
			  chance(50) ? PCI_LAYOUT_PREF : PCI_LAYOUT_MEM;
		if (b->type == PCI_LAYOUT_MEM || chance(30))
			b->max = chance(50) ? U32_MAX : U64_MAX;
		b->size >>= below(4) * 2;
		b->root = window >= 0 ? m->windows[window].root :
			  m->apertures[aperture].root;
		b->optional = chance(10);
	}
	b->align = b->size;
	if (is_new) {
		b->dev = random_dev(m, true);
		m->model.nr_bars++;
		return;
	}
	if (window >= 0 && !m->windows[window].assigned)
		return;
	if (!random_place(m, window, aperture, b->type, b->size, b->align, &b->start))
		return;
	if (b->start + b->size - 1 > b->max)
		return;
	b->assigned = true;
	b->fixed = chance(s->fixed_percent);
	b->dev = random_dev(m, false);
	m->model.nr_bars++;
}

static void random_bridge(struct machine *m, const struct shape *s)
{
	int parent = (int)below(m->model.nr_windows + 1) - 1;

	m->windows[m->model.nr_windows++] = (struct pci_layout_window) {
		.parent = parent, .align = UNIT,
		.type = parent >= 0 ? m->windows[parent].type : PCI_LAYOUT_MEM,
		.max = parent >= 0 ? m->windows[parent].max : U32_MAX,
		.root = parent >= 0 ? m->windows[parent].root : 0,
		.reserve = s->rich && chance(50) ? UNIT * below(4) : 0,
	};
}

static void random_machine(struct machine *m, const struct shape *s)
{
	int i, nr;

	machine_init(m);
	m->apertures[0] = (struct pci_layout_aperture) {
		.start = UNIT * 64, .end = UNIT * (64 + s->nr_units) - 1,
		.type = PCI_LAYOUT_MEM,
	};
	m->model.nr_apertures = 1;
	if (s->rich) {
		m->apertures[1] = (struct pci_layout_aperture) {
			.start = (u64)SZ_1G * 16,
			.end = (u64)SZ_1G * 16 + UNIT * s->nr_units - 1,
			.type = chance(50) ? PCI_LAYOUT_MEM : PCI_LAYOUT_PREF,
		};
		m->apertures[2] = (struct pci_layout_aperture) {
			.start = UNIT * 2048, .end = UNIT * (2048 + s->nr_units / 2) - 1,
			.type = PCI_LAYOUT_MEM, .root = 1,
		};
		m->model.nr_apertures = 1 + below(3);
	}
	nr = below(s->max_windows + 1);
	for (i = 0; i < nr; i++)
		random_window(m, s);
	nr = below(s->max_bars + 1);
	for (i = 0; i < nr; i++)
		random_bar(m, s, false);
	if (chance(20))
		random_bridge(m, s);
	nr = 1 + below(s->max_new);
	for (i = 0; i < nr; i++)
		random_bar(m, s, true);
}

/*
 * Exact solver: every BAR at every multiple of its alignment
 */

struct exact {
	const struct pci_layout_model *m;
	const u8 *active;
	const u8 *pinned;
	u64 start[64];
	bool placed[64];
	long budget;
};

static void exact_hull(const struct exact *x, int w, u64 *start, u64 *end)
{
	const struct pci_layout_model *m = x->m;
	u64 s, e;
	int i;

	*start = U64_MAX;
	*end = 0;
	for (i = 0; i < m->nr_bars; i++) {
		if (x->placed[i] && m->bars[i].window == w) {
			*start = min(*start, x->start[i]);
			*end = max(*end, x->start[i] + m->bars[i].size - 1);
		}
	}
	for (i = w + 1; i < m->nr_windows; i++) {
		if (m->windows[i].parent != w)
			continue;
		exact_hull(x, i, &s, &e);
		if (s > e)
			continue;
		*start = min(*start, s);
		*end = max(*end, e);
	}
	if (*start <= *end) {
		*start = ALIGN_DOWN(*start, m->windows[w].align);
		*end |= m->windows[w].align - 1;
	}
}

/* Do the hulls of siblings overlap, so that nothing placed later helps? */
static bool exact_clash(const struct exact *x)
{
	const struct pci_layout_model *m = x->m;
	u64 start[16], end[16];
	int i, j;

	for (i = 0; i < m->nr_windows; i++) {
		exact_hull(x, i, &start[i], &end[i]);
		if (start[i] <= end[i] && end[i] > m->windows[i].max)
			return true;
	}
	for (i = 0; i < m->nr_windows; i++) {
		if (start[i] > end[i])
			continue;
		for (j = 0; j < i; j++)
			if (m->windows[i].parent == m->windows[j].parent &&
			    start[i] <= end[j] && start[j] <= end[i])
				return true;
		for (j = 0; j < m->nr_bars; j++)
			if (x->placed[j] && m->bars[j].window == m->windows[i].parent &&
			    x->start[j] <= end[i] &&
			    start[i] <= x->start[j] + m->bars[j].size - 1)
				return true;
	}
	for (i = 0; i < m->nr_bars; i++)
		for (j = 0; j < i; j++)
			if (x->placed[i] && x->placed[j] &&
			    m->bars[i].window == m->bars[j].window &&
			    x->start[i] <= x->start[j] + m->bars[j].size - 1 &&
			    x->start[j] <= x->start[i] + m->bars[i].size - 1)
				return true;
	return false;
}

/* 1: possible, 0: not, -1: gave up */
static int exact_place(struct exact *x, int i)
{
	const struct pci_layout_aperture *a = &x->m->apertures[0];
	const struct pci_layout_bar *b = &x->m->bars[i];
	u64 at;
	int ret;

	while (i < x->m->nr_bars && (!x->active[i] || x->placed[i]))
		b = &x->m->bars[++i];
	if (i == x->m->nr_bars)
		return 1;
	if (--x->budget < 0)
		return -1;

	x->placed[i] = true;
	for (at = ALIGN(a->start, b->align); at + b->size - 1 <= a->end; at += b->align) {
		x->start[i] = at;
		if (exact_clash(x))
			continue;
		ret = exact_place(x, i + 1);
		if (ret)
			return ret;
	}
	x->placed[i] = false;
	return 0;
}

static int exact_is_possible(const struct pci_layout_model *m, const u8 *active,
			     const u8 *pinned)
{
	struct exact x = { .m = m, .active = active, .pinned = pinned, .budget = 20000 };
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		if (active[i] && pinned[i]) {
			x.placed[i] = true;
			x.start[i] = m->bars[i].start;
		}
	}
	return exact_place(&x, 0);
}

static void exact_activate(const struct pci_layout_model *m, u32 served, u8 *active)
{
	int i;

	for (i = 0; i < m->nr_bars; i++)
		active[i] = m->bars[i].assigned ||
			    (!m->bars[i].optional && served >> m->bars[i].dev & 1);
}

static void exact_pin(const struct pci_layout_model *m, u32 freed, u8 *pinned)
{
	int i;

	for (i = 0; i < m->nr_bars; i++)
		pinned[i] = m->bars[i].fixed ||
			    (m->bars[i].assigned && !(freed >> m->bars[i].dev & 1));
}

static int set_cost(const struct pci_layout_model *m, u32 set)
{
	int i, cost = 0;

	for (i = 0; i < m->nr_devs; i++) {
		if (!(set >> i & 1))
			continue;
		cost += m->devs[i].cost == PCI_LAYOUT_PAUSED ? 100 :
			m->devs[i].cost == PCI_LAYOUT_LIVE;
	}
	return cost;
}

/* The least number of drivers disturbed, paused ones counted 100 times; < 0: unknown */
static int exact_cost(const struct pci_layout_model *m, u32 served)
{
	u8 active[64], pinned[64];
	u32 set, old = 0;
	int best = -1, i;

	exact_activate(m, served, active);
	for (i = 0; i < m->nr_bars; i++)
		if (m->bars[i].assigned && !m->bars[i].fixed)
			old |= 1u << m->bars[i].dev;
	for (set = old;; set = (set - 1) & old) {
		if (best < 0 || set_cost(m, set) < best) {
			exact_pin(m, set, pinned);
			switch (exact_is_possible(m, active, pinned)) {
			case 1:
				best = set_cost(m, set);
				break;
			case -1:
				return -1;
			}
		}
		if (!set)
			break;
		/* Without its superset it is not possible either */
		if (best < 0)
			return -2;
	}
	return best;
}

/*
 * Release everything that is not fixed and lay out again by decreasing size
 *
 * Windows with something fixed below take the range from the lowest to the
 * highest fixed address, and grow upwards, else downwards.
 */

struct relay {
	const struct pci_layout_model *m;
	const u8 *active;
	u64 start[MAX_BARS + MAX_WINDOWS];
	u64 size[MAX_BARS + MAX_WINDOWS];
	u64 align[MAX_BARS + MAX_WINDOWS];
	u64 lo[MAX_WINDOWS];
	u64 hi[MAX_WINDOWS];
	bool downwards;
};

static int relay_container(const struct relay *r, int node)
{
	return node < r->m->nr_windows ? r->m->windows[node].parent :
					 r->m->bars[node - r->m->nr_windows].window;
}

static bool relay_is_stuck(const struct relay *r, int node)
{
	if (node < r->m->nr_windows)
		return r->lo[node] <= r->hi[node];
	return r->m->bars[node - r->m->nr_windows].fixed;
}

static bool relay_collides(const struct relay *r, const int *nodes, const bool *done,
			   int nr, u64 start, u64 end, u64 *next)
{
	int i;

	for (i = 0; i < nr; i++) {
		u64 s = r->start[nodes[i]], e = s + r->size[nodes[i]] - 1;

		if (done[i] && s <= end && start <= e) {
			*next = e + 1;
			return true;
		}
	}
	return false;
}

static bool relay_box(struct relay *r, int container, u64 from, u64 to, u64 *lo, u64 *hi)
{
	static int nodes[MAX_BARS + MAX_WINDOWS];
	static bool done[MAX_BARS + MAX_WINDOWS];
	int i, k, nr = 0;

	for (i = 0; i < r->m->nr_windows + r->m->nr_bars; i++) {
		if (relay_container(r, i) != container || !r->size[i])
			continue;
		done[nr] = relay_is_stuck(r, i);
		if (done[nr]) {
			*lo = min(*lo, r->start[i]);
			*hi = max(*hi, r->start[i] + r->size[i] - 1);
		}
		nodes[nr++] = i;
	}
	for (;;) {
		u64 at, next;

		k = -1;
		for (i = 0; i < nr; i++)
			if (!done[i] && (k < 0 || r->align[nodes[i]] > r->align[nodes[k]] ||
					 (r->align[nodes[i]] == r->align[nodes[k]] &&
					  r->size[nodes[i]] > r->size[nodes[k]])))
				k = i;
		if (k < 0)
			return true;
		at = ALIGN(from, r->align[nodes[k]]);
		while (at >= from && at <= to && to - at >= r->size[nodes[k]] - 1 &&
		       relay_collides(r, nodes, done, nr, at,
				      at + r->size[nodes[k]] - 1, &next))
			at = ALIGN(next, r->align[nodes[k]]);
		if (at < from || at > to || to - at < r->size[nodes[k]] - 1)
			return false;
		r->start[nodes[k]] = at;
		done[k] = true;
		*lo = min(*lo, at);
		*hi = max(*hi, at + r->size[nodes[k]] - 1);
	}
}

static bool relay_window(struct relay *r, int w)
{
	const struct pci_layout_model *m = r->m;
	u64 mask = m->windows[w].align - 1;
	u64 lo = U64_MAX, hi = 0;
	int i;

	r->align[w] = m->windows[w].align;
	for (i = 0; i < m->nr_windows + m->nr_bars; i++)
		if (relay_container(r, i) == w && r->size[i] && !relay_is_stuck(r, i))
			r->align[w] = max(r->align[w], r->align[i]);
	if (r->lo[w] <= r->hi[w]) {
		lo = r->lo[w] & ~mask;
		hi = r->hi[w] | mask;
		if (!relay_box(r, w, r->downwards ? 0 : lo, r->downwards ? hi : U64_MAX,
			       &lo, &hi))
			return false;
		r->start[w] = lo & ~mask;
		r->size[w] = (hi | mask) - r->start[w] + 1;
		return true;
	}
	if (!relay_box(r, w, 0, U64_MAX / 2, &lo, &hi))
		return false;
	/* Empty if nothing was placed in it */
	r->size[w] = lo <= hi ? (hi | mask) + 1 : 0;
	return true;
}

static bool relay_fits(const struct pci_layout_model *m, const u8 *active, bool downwards)
{
	static struct relay r;
	u64 lo = U64_MAX, hi = 0;
	int i, w;

	memset(&r, 0, sizeof(r));
	r.m = m;
	r.active = active;
	r.downwards = downwards;
	for (w = 0; w < m->nr_windows; w++)
		r.lo[w] = U64_MAX;
	for (i = 0; i < m->nr_bars; i++) {
		if (!active[i])
			continue;
		r.size[m->nr_windows + i] = m->bars[i].size;
		r.align[m->nr_windows + i] = m->bars[i].align;
		if (!m->bars[i].fixed)
			continue;
		r.start[m->nr_windows + i] = m->bars[i].start;
		for (w = m->bars[i].window; w >= 0; w = m->windows[w].parent) {
			r.lo[w] = min(r.lo[w], m->bars[i].start);
			r.hi[w] = max(r.hi[w], m->bars[i].start + m->bars[i].size - 1);
		}
	}
	for (w = m->nr_windows - 1; w >= 0; w--)
		if (!relay_window(&r, w))
			return false;
	/* Anchored windows may have grown into each other or out of the aperture */
	for (w = 0; w < m->nr_windows; w++) {
		if (!r.size[w] || r.lo[w] > r.hi[w])
			continue;
		for (i = 0; i < m->nr_windows + m->nr_bars; i++)
			if (i != w && r.size[i] && relay_is_stuck(&r, i) &&
			    relay_container(&r, i) == m->windows[w].parent &&
			    r.start[i] <= r.start[w] + r.size[w] - 1 &&
			    r.start[w] <= r.start[i] + r.size[i] - 1)
				return false;
		if (m->windows[w].parent < 0 &&
		    (r.start[w] < m->apertures[0].start ||
		     r.start[w] + r.size[w] - 1 > m->apertures[0].end))
			return false;
	}
	return relay_box(&r, PCI_LAYOUT_NONE, m->apertures[0].start,
			 m->apertures[0].end, &lo, &hi);
}

/*
 * Properties
 */

struct tally {
	long machines, invalid, refused, moved;
	long faults, unstable, restless, lost_to_relay, beyond_relay;
	long exact, missed;
	long cost_known, cost_least, cost_one_more;
	long late;
	bool verbose;
};

static void complain(const struct tally *t, const struct machine *m,
		     const struct pci_layout_plan *plan, u64 number, const char *what)
{
	printf("# machine %" PRIu64 ": %s\n", number, what);
	if (t->verbose) {
		model_print(&m->model);
		plan_print(&m->model, plan);
	}
}

static void check_same_again(struct tally *t, const struct machine *m,
			     const struct pci_layout_plan *plan, u64 number)
{
	struct pci_layout_plan again;

	plan_init(&again, &m->model);
	plan_model(&m->model, &again);
	if (memcmp(again.bars, plan->bars, m->model.nr_bars * sizeof(*plan->bars)) ||
	    memcmp(again.windows, plan->windows,
		   m->model.nr_windows * sizeof(*plan->windows))) {
		t->unstable++;
		complain(t, m, plan, number, "another plan for the same machine");
	}
	plan_free(&again);
}

static bool same_windows(const struct pci_layout_plan *a,
			 const struct pci_layout_plan *b, int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (a->windows[i].assigned != b->windows[i].assigned)
			return false;
		if (a->windows[i].assigned &&
		    (a->windows[i].start != b->windows[i].start ||
		     a->windows[i].end != b->windows[i].end))
			return false;
	}
	return true;
}

static void check_at_rest(struct tally *t, const struct machine *m,
			  const struct pci_layout_plan *plan, u64 number)
{
	struct pci_layout_plan again;
	struct machine after;

	machine_copy(&after, m);
	machine_apply(&after, plan);
	plan_init(&again, &after.model);
	if (plan_model(&after.model, &again)) {
		t->restless++;
		complain(t, m, plan, number, "the result is turned down");
	} else if (again.nr_refused < plan->nr_refused) {
		/* The search is no exact one: it may see only now what it missed */
		t->late++;
	} else if (again.nr_moved || !same_windows(&again, plan, m->model.nr_windows)) {
		t->restless++;
		complain(t, m, plan, number, "the result, planned again, changes");
		if (t->verbose)
			plan_print(&after.model, &again);
	}
	plan_free(&again);
	machine_free(&after);
}

static u32 needy_set(const struct pci_layout_model *m)
{
	u32 set = 0;
	int i;

	for (i = 0; i < m->nr_bars; i++)
		if (!m->bars[i].assigned && !m->bars[i].optional)
			set |= 1u << m->bars[i].dev;
	return set;
}

static u32 served_set(const struct pci_layout_model *m, const struct pci_layout_plan *plan)
{
	u32 set = needy_set(m);
	int i;

	for (i = 0; i < m->nr_devs; i++)
		if (plan->refusals[i].reason)
			set &= ~(1u << i);
	return set;
}

static void compare_with_exact(struct tally *t, const struct machine *m,
			       const struct pci_layout_plan *plan, u64 number)
{
	const struct pci_layout_model *model = &m->model;
	u32 needy = needy_set(model), served = served_set(model, plan), set;
	int had = __builtin_popcount(served), cost, mine;
	u8 active[64], pinned[64];
	bool beaten = false;

	t->exact++;
	exact_pin(model, ~0u, pinned);
	for (set = needy; set && !beaten; set = (set - 1) & needy) {
		if (__builtin_popcount(set) <= had)
			continue;
		exact_activate(model, set, active);
		beaten = exact_is_possible(model, active, pinned) == 1;
	}
	if (beaten) {
		t->missed++;
		complain(t, m, plan, number, "more devices would fit");
		return;
	}
	cost = exact_cost(model, served);
	if (cost < 0)
		return;
	mine = plan->nr_live + 100 * plan->nr_paused;
	t->cost_known++;
	t->cost_least += mine <= cost;
	t->cost_one_more += mine == cost + 1 || mine == cost + 100;
	if (mine < cost)
		complain(t, m, plan, number, "better than exact, which cannot be");
	if (mine > cost && t->verbose) {
		printf("# cost %d, least %d\n", mine, cost);
		complain(t, m, plan, number, "more disturbed than necessary");
	}
}

static void compare_with_relay(struct tally *t, const struct machine *m,
			       const struct pci_layout_plan *plan, u64 number)
{
	static u8 active[MAX_BARS];
	const struct pci_layout_model *model = &m->model;
	bool fits;
	int i;

	for (i = 0; i < model->nr_bars; i++)
		active[i] = model->bars[i].assigned || !model->bars[i].optional;
	fits = relay_fits(model, active, false) || relay_fits(model, active, true);
	if (fits && plan->nr_refused) {
		t->lost_to_relay++;
		complain(t, m, plan, number, "fits if laid out again");
	}
	if (!fits && !plan->nr_refused)
		t->beyond_relay++;
}

static void run_one(struct tally *t, const struct shape *s, u64 number, bool exact)
{
	struct pci_layout_plan plan;
	enum pci_layout_fault fault;
	struct machine m;
	int where = 0, err;

	rng_state = number * 0x2545f4914f6cdd1dull;
	random_machine(&m, s);
	plan_init(&plan, &m.model);
	err = plan_model(&m.model, &plan);
	t->machines++;
	if (err) {
		t->invalid++;
		complain(t, &m, &plan, number, "turned down");
		goto out;
	}
	t->refused += plan.nr_refused > 0;
	t->moved += plan.nr_moved > 0;
	fault = pci_layout_check(&m.model, &plan, &where);
	if (fault) {
		t->faults++;
		printf("# fault %d at node %d\n", fault, where);
		complain(t, &m, &plan, number, "the checker objects");
		goto out;
	}
	if (t->verbose)
		complain(t, &m, &plan, number, "the plan");
	check_same_again(t, &m, &plan, number);
	check_at_rest(t, &m, &plan, number);
	if (!s->rich)
		compare_with_relay(t, &m, &plan, number);
	if (exact)
		compare_with_exact(t, &m, &plan, number);
out:
	plan_free(&plan);
	machine_free(&m);
}

static const struct {
	const char *name;
	struct shape shape;
	bool exact;
	int count;
} runs[] = {
	{ "tiny", { 16, 3, 5, 2, 3, 15, false }, true, 3000 },
	{ "tiny, nothing fixed", { 12, 4, 5, 2, 2, 0, false }, true, 3000 },
	{ "small", { 64, 8, 14, 4, 4, 10, false }, false, 4000 },
	{ "small, many fixed", { 64, 8, 14, 4, 4, 40, false }, false, 4000 },
	{ "rich", { 96, 10, 20, 5, 5, 10, true }, false, 4000 },
	{ "large", { 2048, 60, 300, 12, 6, 5, false }, false, 60 },
};

static void report(const struct tally *t, const char *name, bool exact, bool rich)
{
	printf("# %s: %ld machines, %ld with a refusal, %ld with moves, %ld served late\n",
	       name, t->machines, t->refused, t->moved, t->late);
	if (exact)
		printf("# %s: exact: %ld, missed %ld; cost least %ld of %ld, one more %ld\n",
		       name, t->exact, t->missed, t->cost_least, t->cost_known,
		       t->cost_one_more);
	if (!rich)
		printf("# %s: laid out again: beaten by it %ld, beats it %ld\n", name,
		       t->lost_to_relay, t->beyond_relay);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	long count = argc > 2 ? atol(argv[2]) : 0;
	int only = argc > 3 ? atoi(argv[3]) : -1;
	int nr_results = 0, i;
	long j;

	for (i = 0; i < ARRAY_SIZE(runs); i++)
		nr_results += only >= 0 && i != only ? 0 : runs[i].exact ? 6 : 4;
	tap_plan(nr_results);
	for (i = 0; i < ARRAY_SIZE(runs); i++) {
		const struct shape *s = &runs[i].shape;
		long nr = count ?: runs[i].count;
		struct tally t = { .verbose = count == 1 };

		if (only >= 0 && i != only)
			continue;
		for (j = 0; j < nr; j++)
			run_one(&t, s, seed + j, runs[i].exact);
		report(&t, runs[i].name, runs[i].exact, s->rich);
		tap_result(!t.invalid && !t.faults, "%s: every plan passes the checker",
			   runs[i].name);
		tap_result(!t.unstable, "%s: same machine, same plan", runs[i].name);
		tap_result(!t.restless && t.late * 50 <= t.refused,
			   "%s: nothing changes without need", runs[i].name);
		tap_result(!t.lost_to_relay, "%s: never worse than laying out again",
			   runs[i].name);
		if (runs[i].exact)
			tap_result(t.missed * 1000 <= t.machines,
				   "%s: serves 99.9 %% of what is possible", runs[i].name);
		if (runs[i].exact)
			tap_result(t.cost_known && t.cost_least * 50 >= t.cost_known * 49,
				   "%s: disturbs the fewest drivers in 98 %%", runs[i].name);
	}
	return tap_exit();
}
