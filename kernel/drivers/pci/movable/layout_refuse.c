// SPDX-License-Identifier: GPL-2.0
/*
 * Planner of movable PCI BARs: why a device was refused
 *
 * Each question is put to the packer: does the device fit if everything that
 * can move is gone? The gaps are found by taking away, from the apertures that
 * a BAR could lie in, one obstacle after the other in order of address.
 */

#include "layout_internal.h"
#include "layout.h"
#include "layout_pack.h"
#include "layout_thorough.h"

/* Beside the indices of BARs */
#define LAYOUT_EVERYTHING	(-2)

/*
 * The best gap so far, and where the search is
 *
 * within: only this part of a gap counts, but what bounds it may lie outside
 */
struct layout_survey {
	const struct pci_layout_bar *bar;
	const struct pci_layout_range *within;
	struct pci_layout_refusal *best;
	u64 cursor;
	u64 end;
	int below;
	bool any;
};

/*
 * Place one BAR, or all that a device wants, beside what is fixed, but for one
 * BAR that is, or all of it
 */
static bool pack_few(struct pci_layout_search *s, int dev, int bar, int without)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	for (i = 0; i < m->nr_bars; i++) {
		bool one = bar == PCI_LAYOUT_NONE ?
			m->bars[i].dev == dev && pci_layout_bar_wants(&m->bars[i]) :
			i == bar;

		s->p.pinned[i] = m->bars[i].fixed && i != without &&
				 without != LAYOUT_EVERYTHING;
		s->p.active[i] = s->p.pinned[i] || one;
	}
	memset(s->p.keep, 0, m->nr_windows);
	memset(s->p.want, 0, m->nr_windows);
	memset(s->p.frozen, 0, m->nr_windows);
	s->thorough->work = PCI_LAYOUT_WORK;
	return pci_layout_pack(&s->p) || pci_layout_pack_thoroughly(&s->p, s->thorough);
}

static bool bars_fit_alone(struct pci_layout_search *s, int dev, int bar)
{
	return pack_few(s, dev, bar, PCI_LAYOUT_NONE);
}

/**
 * pci_layout_fits_alone() - would a device fit if all that can move were gone?
 * @s: search
 * @dev: index of the device
 *
 * Return: true if only other devices keep it out.
 */
bool pci_layout_fits_alone(struct pci_layout_search *s, int dev)
{
	return bars_fit_alone(s, dev, PCI_LAYOUT_NONE);
}

/* Would a device fit if even what is fixed were gone? */
static bool fits_empty(struct pci_layout_search *s, int dev)
{
	const struct pci_layout_model *m = s->p.model;
	bool fits;
	int w;

	for (w = 0; w < m->nr_windows; w++) {
		s->here_windows[w] = m->windows[w];
		s->here_windows[w].fixed = false;
	}
	s->here = *m;
	s->here.windows = s->here_windows;
	s->p.model = &s->here;
	fits = pack_few(s, dev, PCI_LAYOUT_NONE, LAYOUT_EVERYTHING);
	s->p.model = m;
	return fits;
}

/* The first BAR that fits nowhere by itself, else the largest */
static int culprit(struct pci_layout_search *s, int dev)
{
	const struct pci_layout_model *m = s->p.model;
	int i, largest = PCI_LAYOUT_NONE;

	for (i = 0; i < m->nr_bars; i++) {
		if (m->bars[i].dev != dev || !pci_layout_bar_wants(&m->bars[i]))
			continue;
		if (!bars_fit_alone(s, dev, i))
			return i;
		if (largest == PCI_LAYOUT_NONE ||
		    m->bars[i].size > m->bars[largest].size)
			largest = i;
	}
	return largest;
}

/* Highest address that the BAR and all windows above it can hold */
static u64 chain_max(const struct pci_layout_model *m,
		     const struct pci_layout_bar *bar, int *window)
{
	u64 max = bar->max;
	int w;

	*window = PCI_LAYOUT_NONE;
	for (w = bar->window; w != PCI_LAYOUT_NONE; w = m->windows[w].parent) {
		if (m->windows[w].max < max) {
			max = m->windows[w].max;
			*window = w;
		}
	}
	return max;
}

/* Type of what lies directly below the host bridge */
static enum pci_layout_type chain_type(const struct pci_layout_model *m,
				       const struct pci_layout_bar *bar)
{
	enum pci_layout_type type = bar->type;
	int w;

	for (w = bar->window; w != PCI_LAYOUT_NONE; w = m->windows[w].parent)
		type = m->windows[w].type;
	return type;
}

/* Does a window above the BAR stay closed? @window is left alone if none does */
static bool chain_is_closed(const struct pci_layout_model *m,
			    const struct pci_layout_bar *bar, int *window)
{
	int w;

	for (w = bar->window; w != PCI_LAYOUT_NONE; w = m->windows[w].parent) {
		if ((m->windows[w].fixed && !m->windows[w].assigned) ||
		    m->windows[w].max < m->windows[w].align - 1) {
			*window = w;
			return true;
		}
	}
	return !bar->max;
}

static bool aperture_suits(const struct pci_layout_model *m, int i,
			   const struct pci_layout_bar *bar)
{
	return m->apertures[i].root == bar->root &&
	       pci_layout_type_fits(chain_type(m, bar), m->apertures[i].type);
}

/* Bytes that the BAR could use of a range */
static u64 usable(const struct pci_layout_bar *bar, u64 start, u64 end)
{
	u64 first = ALIGN(start, bar->align);

	if (start > end || first < start || first > end)
		return 0;
	return end - first == U64_MAX ? U64_MAX : end - first + 1;
}

static void offer_gap(struct layout_survey *v, u64 end, int above)
{
	u64 first = max(v->cursor, v->within->start);
	u64 last = min(end, v->within->end);
	u64 size = usable(v->bar, first, last);

	if (first > last || (v->any && size <= v->best->gap))
		return;
	v->any = true;
	v->best->gap = size;
	v->best->below = v->below;
	v->best->above = above;
}

/* Is the obstacle one that the BAR has to share a gap with? */
static bool is_in_the_way(const struct pci_layout_search *s,
			  const struct pci_layout_plan *plan, int node,
			  const struct pci_layout_bar *bar, u64 *start, u64 *end)
{
	const struct pci_layout_model *m = s->p.model;
	int i = node - m->nr_windows;
	int w;

	if (i >= 0) {
		*start = plan ? plan->bars[i].start : m->bars[i].start;
		*end = *start + (m->bars[i].size - 1);
		if (pci_layout_is_io(m->bars[i].type) != pci_layout_is_io(bar->type))
			return false;
		return plan ? plan->bars[i].assigned : m->bars[i].fixed;
	}

	/* A window that does not lead to the BAR is as good as full */
	for (w = bar->window; w != PCI_LAYOUT_NONE; w = m->windows[w].parent) {
		if (w == node)
			return false;
	}
	if (pci_layout_is_io(m->windows[node].type) != pci_layout_is_io(bar->type))
		return false;
	*start = plan ? plan->windows[node].start : m->windows[node].start;
	*end = plan ? plan->windows[node].end : m->windows[node].end;
	return plan ? plan->windows[node].assigned : m->windows[node].fixed;
}

static int list_obstacles(struct pci_layout_search *s,
			  const struct pci_layout_plan *plan,
			  const struct pci_layout_bar *bar)
{
	int node, nr = 0;

	for (node = 0; node < s->p.nr_nodes; node++) {
		u64 start, end;

		if (!is_in_the_way(s, plan, node, bar, &start, &end))
			continue;
		s->p.key[nr++] = (struct pci_layout_key) {
			.first = start, .second = end, .id = node,
		};
	}
	pci_layout_sort_keys(s->p.key, nr);
	return nr;
}

static int fixed_bar(const struct pci_layout_model *m, int node)
{
	int bar = node - m->nr_windows;

	return bar >= 0 && m->bars[bar].fixed ? bar : PCI_LAYOUT_NONE;
}

/* Look at what the nr obstacles in key[] leave of an aperture */
static void walk_aperture(struct pci_layout_search *s, struct layout_survey *v,
			  const struct pci_layout_aperture *a, u64 max_end, int nr)
{
	const struct pci_layout_model *m = s->p.model;
	int i;

	v->cursor = a->start;
	v->end = min(a->end, max_end);
	v->below = PCI_LAYOUT_NONE;
	for (i = 0; i < nr; i++) {
		const struct pci_layout_key *key = &s->p.key[i];

		if (key->first > v->end || key->second < v->cursor)
			continue;
		if (key->first > v->cursor)
			offer_gap(v, key->first - 1, fixed_bar(m, key->id));
		if (key->second >= v->end)
			return;
		v->cursor = key->second + 1;
		v->below = fixed_bar(m, key->id);
	}
	if (v->cursor <= v->end)
		offer_gap(v, v->end, PCI_LAYOUT_NONE);
}

/*
 * Where the windows above the BAR could stretch to if only fixed ranges were
 * left. Uses what the last attempt to pack worked out.
 */
static struct pci_layout_range reach(const struct pci_layout_search *s,
				     const struct pci_layout_bar *bar, int *window)
{
	const struct pci_layout_model *m = s->p.model;
	int w = bar->window;

	while (w != PCI_LAYOUT_NONE && s->p.state[w] != PCI_LAYOUT_ANCHORED)
		w = m->windows[w].parent;
	*window = w;
	return w != PCI_LAYOUT_NONE ? s->p.limit[w] :
				      (struct pci_layout_range) { 0, U64_MAX };
}

static void look_for_gaps(struct pci_layout_search *s,
			  const struct pci_layout_plan *plan,
			  const struct pci_layout_bar *bar,
			  const struct pci_layout_range *within,
			  struct pci_layout_refusal *refusal)
{
	const struct pci_layout_model *m = s->p.model;
	struct layout_survey v = { .bar = bar, .within = within, .best = refusal };
	int nr = list_obstacles(s, plan, bar);
	int i, window;
	u64 max_end = chain_max(m, bar, &window);

	for (i = 0; i < m->nr_apertures; i++) {
		if (aperture_suits(m, i, bar))
			walk_aperture(s, &v, &m->apertures[i], max_end, nr);
	}
}

/* Does an aperture lead there at all, and is one large enough if empty? */
static enum pci_layout_reason aperture_reason(const struct pci_layout_model *m,
					      const struct pci_layout_bar *bar,
					      struct pci_layout_refusal *refusal)
{
	enum pci_layout_reason reason = PCI_LAYOUT_NO_WINDOW;
	u64 max = chain_max(m, bar, &refusal->window);
	int i;

	if (chain_is_closed(m, bar, &refusal->window))
		return PCI_LAYOUT_NO_WINDOW;
	for (i = 0; i < m->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &m->apertures[i];
		u64 size;

		if (!aperture_suits(m, i, bar))
			continue;
		size = usable(bar, a->start, min(a->end, max));
		refusal->gap = max(refusal->gap, size);
		if (size >= bar->size)
			return PCI_LAYOUT_PLACED;
		reason = PCI_LAYOUT_TOO_LARGE;
	}
	return reason;
}

/* Would the device fit beside all else that is fixed, without this BAR? */
static void suspect(struct pci_layout_search *s, int dev, int bar,
		    struct pci_layout_refusal *refusal)
{
	if (bar != PCI_LAYOUT_NONE &&
	    refusal->nr_blockers < PCI_LAYOUT_MAX_BLOCKERS &&
	    pack_few(s, dev, PCI_LAYOUT_NONE, bar))
		refusal->blockers[refusal->nr_blockers++] = bar;
}

/* Those that bound the gap first, then those that compete for the same space */
static void find_blockers(struct pci_layout_search *s, int dev,
			  struct pci_layout_refusal *refusal)
{
	const struct pci_layout_model *m = s->p.model;
	const struct pci_layout_bar *bar = &m->bars[refusal->bar];
	int i;

	suspect(s, dev, refusal->below, refusal);
	if (refusal->above != refusal->below)
		suspect(s, dev, refusal->above, refusal);
	for (i = 0; i < m->nr_bars && s->budget > 0; i++) {
		if (!m->bars[i].fixed || m->bars[i].root != bar->root ||
		    i == refusal->below || i == refusal->above ||
		    pci_layout_is_io(m->bars[i].type) != pci_layout_is_io(bar->type))
			continue;
		s->budget--;
		suspect(s, dev, i, refusal);
	}
}

/**
 * pci_layout_explain() - say what keeps a device out
 * @s: search; its packer is used for what-ifs
 * @plan: the plan in which the device has no place
 * @dev: index of the device
 * @refusal: takes the answer; no index set yet
 */
void pci_layout_explain(struct pci_layout_search *s,
			const struct pci_layout_plan *plan, int dev,
			struct pci_layout_refusal *refusal)
{
	const struct pci_layout_model *m = s->p.model;
	const struct pci_layout_bar *bar;
	struct pci_layout_range range;
	bool alone;

	refusal->bar = culprit(s, dev);
	bar = &m->bars[refusal->bar];
	refusal->reason = aperture_reason(m, bar, refusal);
	if (refusal->reason != PCI_LAYOUT_PLACED)
		return;

	refusal->gap = 0;
	alone = pci_layout_fits_alone(s, dev);
	range = reach(s, bar, &refusal->window);
	if (alone)
		refusal->window = bar->window;
	look_for_gaps(s, alone ? plan : NULL, bar, &range, refusal);
	refusal->reason = alone ? PCI_LAYOUT_NO_SPACE : fits_empty(s, dev) ?
			  PCI_LAYOUT_BLOCKED : PCI_LAYOUT_TOO_LARGE;
	if (refusal->reason == PCI_LAYOUT_BLOCKED)
		find_blockers(s, dev, refusal);
}
