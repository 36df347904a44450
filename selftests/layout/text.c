// SPDX-License-Identifier: GPL-2.0
/*
 * Text form of models and plans: reading
 *
 * Each line is read word by word. The first fault is remembered, what follows
 * it is read but ignored; so only text_read() needs to look for faults.
 */

#include "text.h"

/**
 * struct reader - how far a text has been read
 * @at: next character of the line
 * @end: of the line
 * @m: takes the model
 * @plan: takes the plan
 * @has_plan: a line of the plan has been seen, @plan is initialized
 * @has_cost: the line "cost" has been seen
 * @nr_windows: windows placed so far
 * @nr_bars: BARs placed so far
 * @nr_devs: devices of which it is known whether they are refused
 * @failed: @error is set
 * @error: the first fault; its line is the current one until then
 */
struct reader {
	const char *at;
	const char *end;
	struct machine *m;
	struct pci_layout_plan *plan;
	bool has_plan;
	bool has_cost;
	int nr_windows;
	int nr_bars;
	int nr_devs;
	bool failed;
	struct text_error *error;
};

/* A word of the text; empty if the line ends, and without start if the text does */
struct word {
	const char *start;
	int length;
};

/*
 * Words
 */

static bool is_blank(char c)
{
	/* Mail may have turned the ends of lines into \r\n */
	return c == ' ' || c == '\t' || c == '\r';
}

static struct word peek(const struct reader *r)
{
	struct word word = { .start = r->at };
	const char *end;

	while (word.start < r->end && is_blank(*word.start))
		word.start++;
	for (end = word.start; end < r->end && !is_blank(*end) && *end != '#'; end++)
		;
	word.length = min(end - word.start, (ptrdiff_t)INT32_MAX);
	return word;
}

static struct word take(struct reader *r)
{
	struct word word = peek(r);

	r->at = word.start + word.length;
	return word;
}

static bool word_is(struct word word, const char *text)
{
	return word.length == strlen(text) && !memcmp(word.start, text, word.length);
}

/* The word as it may be shown: not too long, without control characters */
static void show(struct word word, char *buffer, size_t size)
{
	size_t i, length = word.length;
	bool cut = length > size - 1;

	if (cut)
		length = size - 1;
	for (i = 0; i < length; i++)
		buffer[i] = word.start[i] > ' ' && word.start[i] <= '~' ? word.start[i] : '?';
	buffer[length] = '\0';
	if (cut)
		memcpy(buffer + length - 3, "...", 3);
}

static void fail(struct reader *r, struct word found, const char *expected)
{
	char word[32];

	if (r->failed)
		return;
	r->failed = true;
	if (found.length) {
		show(found, word, sizeof(word));
		snprintf(r->error->what, sizeof(r->error->what),
			 "found \"%s\", expected %s", word, expected);
	} else {
		snprintf(r->error->what, sizeof(r->error->what),
			 "the %s ends, expected %s", found.start ? "line" : "text", expected);
	}
}

static bool accept(struct reader *r, const char *text)
{
	if (!word_is(peek(r), text))
		return false;
	take(r);
	return true;
}

static void expect(struct reader *r, const char *text)
{
	char expected[40];

	if (accept(r, text))
		return;
	snprintf(expected, sizeof(expected), "\"%s\"", text);
	fail(r, peek(r), expected);
}

/* One of @words, as its position */
static int choice(struct reader *r, const char *const *words, int nr, const char *expected)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (accept(r, words[i]))
			return i;
	}
	fail(r, peek(r), expected);
	return 0;
}

static void end_of_line(struct reader *r, const char *expected)
{
	if (peek(r).length)
		fail(r, peek(r), expected);
}

/*
 * Numbers: decimal or 0x and hexadecimal, then perhaps K, M, G or T
 */

static int digit_value(char c, int base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < base ? value : -1;
}

static int suffix_order(char c)
{
	switch (c) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	case 'T':
		return 40;
	default:
		return 0;
	}
}

/* A number that is all of @word. Too large is an error like any other */
static bool parse(struct word word, u64 *number)
{
	int base = 10, order = 0, i = 0;

	*number = 0;
	if (word.length > 2 && word.start[0] == '0' && word.start[1] == 'x') {
		base = 16;
		i = 2;
	}
	if (word.length > i + 1)
		order = suffix_order(word.start[word.length - 1]);
	if (order)
		word.length--;
	if (i >= word.length)
		return false;
	for (; i < word.length; i++) {
		int digit = digit_value(word.start[i], base);

		if (digit < 0 || __builtin_mul_overflow(*number, (u64)base, number) ||
		    __builtin_add_overflow(*number, (u64)digit, number))
			return false;
	}
	if (order && *number > U64_MAX >> order)
		return false;
	*number <<= order;
	return true;
}

static u64 number(struct reader *r)
{
	struct word word = take(r);
	u64 value;

	if (!parse(word, &value))
		fail(r, word, "a number: decimal or 0x..., perhaps with K, M, G or T, below 2^64");
	return value;
}

/* An index or a count: whatever an int can hold, sense or nonsense */
static int integer(struct reader *r)
{
	struct word word = take(r), digits = word;
	bool negative = word.length && word.start[0] == '-';
	u64 value;

	if (negative) {
		digits.start++;
		digits.length--;
	}
	if (parse(digits, &value) && value <= (u64)INT32_MAX + negative)
		return negative ? -(long long)value : (long long)value;
	fail(r, word, "a number from -2147483648 to 2147483647");
	return 0;
}

static void range(struct reader *r, u64 *start, u64 *end)
{
	struct word word = take(r), first = word, last;
	const char *dash = memchr(word.start, '-', word.length);

	*start = *end = 0;
	if (dash) {
		first.length = dash - word.start;
		last.start = dash + 1;
		last.length = word.length - first.length - 1;
		if (parse(first, start) && parse(last, end))
			return;
	}
	fail(r, word, "first and last address below 2^64, as in 0x1000-0x1fff");
}

/* Numbers make lines referable; a wrong one means that a line is missing */
static void running_number(struct reader *r, int next)
{
	struct word word = peek(r);
	char expected[60];

	if (integer(r) == next && !r->failed)
		return;
	snprintf(expected, sizeof(expected), "%d, the next number of its kind", next);
	fail(r, word, expected);
}

/*
 * Parts of lines
 */

static enum pci_layout_type type(struct reader *r)
{
	static const char *const words[] = { "io", "mem", "pref" };

	return choice(r, words, ARRAY_SIZE(words), "\"io\", \"mem\" or \"pref\"");
}

static void container(struct reader *r, int *window, int *root)
{
	*window = PCI_LAYOUT_NONE;
	*root = 0;
	expect(r, "in");
	if (accept(r, "window")) {
		*window = integer(r);
		if (accept(r, "root"))
			*root = integer(r);
	} else if (accept(r, "root")) {
		*root = integer(r);
	} else {
		fail(r, peek(r), "\"window\" or \"root\"");
	}
}

static u64 option(struct reader *r, const char *name, u64 otherwise)
{
	return accept(r, name) ? number(r) : otherwise;
}

/*
 * Lines of a model
 */

static void read_aperture(struct reader *r)
{
	struct pci_layout_aperture *a;

	running_number(r, r->m->model.nr_apertures);
	a = machine_add_aperture(r->m);
	expect(r, "root");
	a->root = integer(r);
	a->type = type(r);
	range(r, &a->start, &a->end);
	end_of_line(r, "the end of the line");
}

static void read_window(struct reader *r)
{
	struct pci_layout_window *w;

	running_number(r, r->m->model.nr_windows);
	w = machine_add_window(r->m);
	container(r, &w->parent, &w->root);
	w->type = type(r);
	w->assigned = !accept(r, "closed");
	if (w->assigned)
		range(r, &w->start, &w->end);
	w->align = option(r, "align", w->type == PCI_LAYOUT_IO ? SZ_4K : SZ_1M);
	w->max = option(r, "max", U64_MAX);
	w->reserve = option(r, "reserve", 0);
	w->fixed = accept(r, "fixed");
	end_of_line(r, "align N, max N, reserve N, fixed, in this order, or the end of the line");
}

static void read_device(struct reader *r)
{
	static const char *const words[] = { "idle", "live", "paused" };
	struct pci_layout_dev *dev;

	running_number(r, r->m->model.nr_devs);
	dev = machine_add_dev(r->m);
	dev->cost = choice(r, words, ARRAY_SIZE(words), "\"idle\", \"live\" or \"paused\"");
	dev->is_new = accept(r, "new");
	end_of_line(r, "\"new\" or the end of the line");
}

static void read_bar(struct reader *r)
{
	struct pci_layout_bar *bar;

	running_number(r, r->m->model.nr_bars);
	bar = machine_add_bar(r->m);
	expect(r, "of");
	bar->dev = PCI_LAYOUT_NONE;
	if (accept(r, "device"))
		bar->dev = integer(r);
	else if (!accept(r, "nobody"))
		fail(r, peek(r), "\"device\" or \"nobody\"");
	container(r, &bar->window, &bar->root);
	bar->type = type(r);
	expect(r, "size");
	bar->size = number(r);
	bar->assigned = accept(r, "at");
	if (bar->assigned)
		bar->start = number(r);
	else if (!accept(r, "nowhere"))
		fail(r, peek(r), "\"at\" or \"nowhere\"");
	bar->align = option(r, "align", bar->size);
	bar->max = option(r, "max", U64_MAX);
	bar->fixed = accept(r, "fixed");
	bar->optional = accept(r, "optional");
	end_of_line(r, "align N, max N, fixed, optional, in this order, or the end of the line");
}

/*
 * Lines of a plan. It follows the model, so that its size is known by then.
 */

static void read_place(struct reader *r)
{
	const struct pci_layout_model *model = &r->m->model;
	struct pci_layout_place *place;
	struct word kind = take(r), index = peek(r);
	bool is_window = word_is(kind, "window");
	int *next = is_window ? &r->nr_windows : &r->nr_bars;

	if (!is_window && !word_is(kind, "bar"))
		fail(r, kind, "\"window\" or \"bar\"");
	running_number(r, *next);
	if (*next >= (is_window ? model->nr_windows : model->nr_bars))
		fail(r, index, is_window ? "no more windows than the model has" :
					   "no more BARs than the model has");
	if (r->failed)
		return;
	place = is_window ? &r->plan->windows[*next] : &r->plan->bars[*next];
	++*next;
	place->assigned = !accept(r, is_window ? "closed" : "nowhere");
	if (place->assigned)
		range(r, &place->start, &place->end);
	end_of_line(r, "the end of the line");
}

static int index_or_none(struct reader *r, const char *name, const char *kind)
{
	expect(r, name);
	if (accept(r, "none"))
		return PCI_LAYOUT_NONE;
	if (kind)
		expect(r, kind);
	return integer(r);
}

static void read_blockers(struct reader *r, struct pci_layout_refusal *refusal)
{
	expect(r, "blockers");
	if (accept(r, "none"))
		return;
	do {
		expect(r, "bar");
		refusal->blockers[refusal->nr_blockers++] = integer(r);
	} while (refusal->nr_blockers < PCI_LAYOUT_MAX_BLOCKERS && !r->failed &&
		 peek(r).length);
}

static void read_refusal(struct reader *r)
{
	static const char *const words[] = {
		"too-large", "no-window", "blocked", "no-space"
	};
	struct pci_layout_refusal *refusal;
	struct word index;
	int dev;

	expect(r, "device");
	index = peek(r);
	dev = integer(r);
	if (dev < r->nr_devs || dev >= r->m->model.nr_devs)
		fail(r, index, "a device of the model, in ascending order");
	if (r->failed)
		return;
	refusal = &r->plan->refusals[dev];
	r->nr_devs = dev + 1;
	refusal->reason = PCI_LAYOUT_TOO_LARGE +
		choice(r, words, ARRAY_SIZE(words),
		       "\"too-large\", \"no-window\", \"blocked\" or \"no-space\"");
	refusal->bar = index_or_none(r, "bar", NULL);
	refusal->window = index_or_none(r, "window", NULL);
	refusal->below = index_or_none(r, "below", "bar");
	refusal->above = index_or_none(r, "above", "bar");
	expect(r, "gap");
	refusal->gap = number(r);
	read_blockers(r, refusal);
	end_of_line(r, "the end of the line");
}

static void read_cost(struct reader *r, struct word keyword)
{
	struct pci_layout_plan *plan = r->plan;

	if (r->has_cost)
		fail(r, keyword, "one such line only");
	r->has_cost = true;
	expect(r, "paused");
	plan->nr_paused = integer(r);
	expect(r, "live");
	plan->nr_live = integer(r);
	expect(r, "moved");
	plan->nr_moved = integer(r);
	expect(r, "bytes");
	plan->bytes_moved = number(r);
	expect(r, "refused");
	plan->nr_refused = integer(r);
	end_of_line(r, "the end of the line");
}

static void begin_plan(struct reader *r)
{
	int i;

	if (r->has_plan)
		return;
	r->has_plan = true;
	plan_init(r->plan, &r->m->model);
	for (i = 0; i < r->m->model.nr_devs; i++)
		r->plan->refusals[i] = (struct pci_layout_refusal) {
			.bar = PCI_LAYOUT_NONE,
			.window = PCI_LAYOUT_NONE,
			.below = PCI_LAYOUT_NONE,
			.above = PCI_LAYOUT_NONE,
		};
}

static void finish_plan(struct reader *r)
{
	const struct pci_layout_model *model = &r->m->model;
	const struct word nothing = {};
	char expected[60];

	if (!r->has_plan)
		return;
	if (r->nr_windows < model->nr_windows) {
		snprintf(expected, sizeof(expected), "\"place window %d\" and on",
			 r->nr_windows);
		fail(r, nothing, expected);
	}
	if (r->nr_bars < model->nr_bars) {
		snprintf(expected, sizeof(expected), "\"place bar %d\" and on", r->nr_bars);
		fail(r, nothing, expected);
	}
	if (!r->has_cost)
		fail(r, nothing, "a line \"cost\" to end the plan");
}

/*
 * The whole
 */

static bool read_plan_line(struct reader *r, struct word keyword)
{
	bool place = word_is(keyword, "place");
	bool refuse = word_is(keyword, "refuse");

	if (!place && !refuse && !word_is(keyword, "cost"))
		return false;
	begin_plan(r);
	if (place)
		read_place(r);
	else if (refuse)
		read_refusal(r);
	else
		read_cost(r, keyword);
	return true;
}

static void read_line(struct reader *r)
{
	static const struct {
		const char *keyword;
		void (*read)(struct reader *r);
	} kinds[] = {
		{ "aperture", read_aperture },
		{ "window", read_window },
		{ "device", read_device },
		{ "bar", read_bar },
	};
	struct word keyword = take(r);
	int i;

	if (!keyword.length || read_plan_line(r, keyword))
		return;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!word_is(keyword, kinds[i].keyword))
			continue;
		if (r->has_plan)
			fail(r, keyword, "the rest of the plan: the model comes before it");
		kinds[i].read(r);
		return;
	}
	fail(r, keyword, "aperture, window, device, bar, place, refuse, cost or # comment");
}

bool text_read(const char *text, size_t size, struct machine *m,
	       struct pci_layout_plan *plan, bool *has_plan, struct text_error *error)
{
	struct reader r = { .m = m, .plan = plan, .error = error };
	const char *end = text + size, *next;

	machine_init(m);
	error->line = 0;
	for (r.at = text; r.at < end && !r.failed; r.at = next) {
		r.end = memchr(r.at, '\n', end - r.at);
		if (!r.end)
			r.end = end;
		next = r.end < end ? r.end + 1 : end;
		error->line++;
		read_line(&r);
	}
	if (!r.failed)
		finish_plan(&r);
	if (r.failed && r.has_plan)
		plan_free(plan);
	*has_plan = r.has_plan && !r.failed;
	return !r.failed;
}
