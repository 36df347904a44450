// SPDX-License-Identifier: GPL-2.0
/*
 * Text form of models and plans: what is written is read as the same, and
 * nonsense is turned down at the right line
 *
 * Usage: text_test
 */

#include "machine.h"
#include "generate.h"
#include "tap.h"
#include "text.h"
#include "layout_tables.h"

/* Of each kind of random machines, that many in total */
#define NR_BARS		10000

/*
 * There and back
 */

/* Read from memory of exactly that size, so that the sanitizer sees steps beyond */
static bool read_exactly(const char *text, size_t size, struct machine *m,
			 struct pci_layout_plan *plan, bool *has_plan,
			 struct text_error *error)
{
	char *copy = malloc(size + !size);
	bool ok;

	memcpy(copy, text, size);
	ok = text_read(copy, size, m, plan, has_plan, error);
	free(copy);
	return ok;
}

/* Field by field where text says "the same": what is unassigned has no place */
static bool windows_are_equal(const struct pci_layout_window *a,
			      const struct pci_layout_window *b)
{
	return a->parent == b->parent && a->root == b->root && a->type == b->type &&
	       a->max == b->max && a->align == b->align && a->reserve == b->reserve &&
	       a->assigned == b->assigned && a->fixed == b->fixed &&
	       (!a->assigned || (a->start == b->start && a->end == b->end));
}

static bool bars_are_equal(const struct pci_layout_bar *a, const struct pci_layout_bar *b)
{
	return a->window == b->window && a->root == b->root && a->type == b->type &&
	       a->size == b->size && a->align == b->align && a->max == b->max &&
	       a->dev == b->dev && a->assigned == b->assigned && a->fixed == b->fixed &&
	       a->optional == b->optional && (!a->assigned || a->start == b->start);
}

static bool models_are_equal(const struct pci_layout_model *a,
			     const struct pci_layout_model *b)
{
	int i;

	if (a->nr_apertures != b->nr_apertures || a->nr_windows != b->nr_windows ||
	    a->nr_bars != b->nr_bars || a->nr_devs != b->nr_devs)
		return false;
	for (i = 0; i < a->nr_apertures; i++) {
		if (a->apertures[i].start != b->apertures[i].start ||
		    a->apertures[i].end != b->apertures[i].end ||
		    a->apertures[i].type != b->apertures[i].type ||
		    a->apertures[i].root != b->apertures[i].root)
			return false;
	}
	for (i = 0; i < a->nr_windows; i++) {
		if (!windows_are_equal(&a->windows[i], &b->windows[i]))
			return false;
	}
	for (i = 0; i < a->nr_bars; i++) {
		if (!bars_are_equal(&a->bars[i], &b->bars[i]))
			return false;
	}
	for (i = 0; i < a->nr_devs; i++) {
		if (a->devs[i].cost != b->devs[i].cost || a->devs[i].is_new != b->devs[i].is_new)
			return false;
	}
	return true;
}

static bool refusals_are_equal(const struct pci_layout_refusal *a,
			       const struct pci_layout_refusal *b)
{
	if (a->reason != b->reason)
		return false;
	return a->reason == PCI_LAYOUT_PLACED ||
	       (a->bar == b->bar && a->window == b->window && a->below == b->below &&
		a->above == b->above && a->gap == b->gap &&
		a->nr_blockers == b->nr_blockers &&
		!memcmp(a->blockers, b->blockers, sizeof(a->blockers)));
}

static bool answers_are_equal(const struct pci_layout_model *model,
			      const struct pci_layout_plan *a,
			      const struct pci_layout_plan *b)
{
	int i;

	for (i = 0; i < model->nr_devs; i++) {
		if (!refusals_are_equal(&a->refusals[i], &b->refusals[i]))
			return false;
	}
	return plans_are_equal(model, a, b) && a->nr_refused == b->nr_refused &&
	       a->nr_moved == b->nr_moved && a->nr_live == b->nr_live &&
	       a->nr_paused == b->nr_paused && a->bytes_moved == b->bytes_moved;
}

static bool comes_back(const struct pci_layout_model *model,
		       const struct pci_layout_plan *plan)
{
	struct pci_layout_plan plan_read;
	struct text_error error;
	struct machine m;
	bool has_plan, ok;
	size_t size;
	char *text = text_to_memory(model, plan, &size);

	ok = read_exactly(text, size, &m, &plan_read, &has_plan, &error);
	if (!ok)
		printf("# line %d: %s\n", error.line, error.what);
	ok = ok && has_plan == !!plan && models_are_equal(model, &m.model) &&
	     (!plan || answers_are_equal(model, plan, &plan_read));
	if (!ok)
		printf("# written: %s\n", text);
	if (has_plan)
		plan_free(&plan_read);
	machine_free(&m);
	free(text);
	return ok;
}

static bool model_and_plan_come_back(const struct pci_layout_model *model)
{
	struct pci_layout_plan plan;
	bool ok = comes_back(model, NULL);

	plan_init(&plan, model);
	if (!plan_model(model, &plan))
		ok = comes_back(model, &plan) && ok;
	plan_free(&plan);
	return ok;
}

static const struct {
	const char *name;
	const struct layout_case *cases;
	int nr;
} tables[] = {
#define TABLE(table)	{ #table, cases_##table, ARRAY_SIZE(cases_##table) },
	FOR_EACH_LAYOUT_TABLE(TABLE)
};

/* The text has words for what planners know. Counts that are none have no lines */
static bool can_be_written(const struct pci_layout_model *model)
{
	bool ok = pci_layout_scratch_size(model);
	int i;

	for (i = 0; ok && i < model->nr_apertures; i++)
		ok = model->apertures[i].type <= PCI_LAYOUT_PREF;
	for (i = 0; ok && i < model->nr_windows; i++)
		ok = model->windows[i].type <= PCI_LAYOUT_PREF;
	for (i = 0; ok && i < model->nr_bars; i++)
		ok = model->bars[i].type <= PCI_LAYOUT_PREF;
	for (i = 0; ok && i < model->nr_devs; i++)
		ok = model->devs[i].cost <= PCI_LAYOUT_PAUSED;
	return ok;
}

static void test_table(int t)
{
	int i, nr = 0;
	bool ok = true;

	for (i = 0; i < tables[t].nr && ok; i++) {
		const struct layout_case *c = &tables[t].cases[i];

		if (!can_be_written(&c->model))
			continue;
		nr++;
		ok = model_and_plan_come_back(&c->model);
		if (!ok)
			printf("# case: %s\n", c->name);
	}
	tap_result(ok && nr > tables[t].nr / 2, "table of cases %s: %d of %d can be written",
		   tables[t].name, nr, tables[t].nr);
}

static void test_random(void)
{
	struct machine m;
	int i, kind, nr_bars;
	bool ok;

	for (kind = 0; random_kinds[kind]; kind++) {
		ok = true;
		nr_bars = 0;
		for (i = 0; nr_bars < NR_BARS && ok; i++) {
			random_machine(&m, kind, i);
			ok = model_and_plan_come_back(&m.model);
			nr_bars += m.model.nr_bars + 1;
			machine_free(&m);
		}
		tap_result(ok, "random machines of kind %s: numbers 0 to %d",
			   random_kinds[kind], i - 1);
	}
}

/* Numbers where arithmetic goes wrong, in every field and in all combinations */
static u64 odd_number(struct rng *rng)
{
	static const u64 numbers[] = {
		0, 1, 3, 1023, 1024, 1025, SZ_1M, SZ_1G, 1ull << 40, 1ull << 50,
		1ull << 63, U64_MAX, U64_MAX - 1, U64_MAX - 1023, U32_MAX,
	};

	return numbers[rng_below(rng, ARRAY_SIZE(numbers))];
}

static int odd_index(struct rng *rng)
{
	static const int indexes[] = {
		PCI_LAYOUT_NONE, 0, 1, 7, -2, INT32_MAX, INT32_MIN,
	};

	return indexes[rng_below(rng, ARRAY_SIZE(indexes))];
}

static void make_nonsense(struct machine *m, struct rng *rng)
{
	int i;

	machine_init(m);
	for (i = rng_below(rng, 3); i; i--)
		*machine_add_aperture(m) = (struct pci_layout_aperture) {
			odd_number(rng), odd_number(rng), rng_below(rng, 3), odd_index(rng),
		};
	for (i = rng_below(rng, 4); i; i--)
		*machine_add_window(m) = (struct pci_layout_window) {
			odd_index(rng), odd_index(rng), rng_below(rng, 3), odd_number(rng),
			odd_number(rng), odd_number(rng), odd_number(rng), odd_number(rng),
			rng_chance(rng, 50), rng_chance(rng, 50),
		};
	for (i = rng_below(rng, 5); i; i--)
		*machine_add_bar(m) = (struct pci_layout_bar) {
			odd_index(rng), odd_index(rng), rng_below(rng, 3), odd_number(rng),
			odd_number(rng), odd_number(rng), odd_number(rng), odd_index(rng),
			rng_chance(rng, 50), rng_chance(rng, 50), rng_chance(rng, 50),
		};
	for (i = rng_below(rng, 4); i; i--)
		*machine_add_dev(m) = (struct pci_layout_dev) {
			rng_below(rng, 3), rng_chance(rng, 50),
		};
}

static void make_nonsense_plan(struct pci_layout_plan *plan,
			       const struct pci_layout_model *model, struct rng *rng)
{
	int i;

	plan_init(plan, model);
	for (i = 0; i < model->nr_windows; i++)
		plan->windows[i] = (struct pci_layout_place) {
			odd_number(rng), odd_number(rng), rng_chance(rng, 50),
		};
	for (i = 0; i < model->nr_bars; i++)
		plan->bars[i] = (struct pci_layout_place) {
			odd_number(rng), odd_number(rng), rng_chance(rng, 50),
		};
	for (i = 0; i < model->nr_devs; i++)
		plan->refusals[i] = (struct pci_layout_refusal) {
			rng_below(rng, 5), odd_index(rng), odd_index(rng), odd_index(rng),
			odd_index(rng), odd_number(rng),
		};
	plan->nr_refused = odd_index(rng);
	plan->nr_moved = odd_index(rng);
	plan->nr_live = odd_index(rng);
	plan->nr_paused = odd_index(rng);
	plan->bytes_moved = odd_number(rng);
}

static void test_nonsense(void)
{
	struct rng rng = { 1 };
	struct pci_layout_plan plan;
	struct machine m;
	bool ok = true;
	int i;

	for (i = 0; i < 2000 && ok; i++) {
		make_nonsense(&m, &rng);
		make_nonsense_plan(&plan, &m.model, &rng);
		ok = comes_back(&m.model, NULL) && comes_back(&m.model, &plan);
		plan_free(&plan);
		machine_free(&m);
	}
	tap_result(ok, "models and plans that make no sense: %d of them", i);
}

/*
 * What is turned down, and what is not
 */

#define DEVICE	"device 0 idle\n"
#define BAR_0	"bar 0 of device 0 in root 0 mem size "
#define COST	"cost paused 0 live 0 moved 0 bytes 0 refused 0\n"

static const struct {
	const char *name;
	const char *text;
	int line;		/* of the error; 0: none */
	const char *what;	/* of the message, the part that matters */
} texts[] = {
	{ "nothing", "" },
	{ "comments and blank lines", "# nothing\n\n   \t\n  # here" },
	{ "no end of the last line", "device 0 idle" },
	{ "ends of lines as in mail", "device 0 idle\r\n\r\ndevice 1 live new\r\n" },
	{ "a comment right behind a word", DEVICE BAR_0 "4K nowhere#free\n" },
	{ "lines in any order", BAR_0 "4K nowhere\nwindow 0 in window 1 io closed\n" DEVICE },
	{ "indexes of nothing", "bar 0 of device 9 in window 7 mem size 0 nowhere\n" },
	{ "a window in itself that ends before it starts",
	  "window 0 in window 0 mem 5-4 align 3 max 1 fixed\n" },
	{ "the largest number", DEVICE BAR_0 "18446744073709551615 nowhere\n" },
	{ "the largest number with a suffix", DEVICE BAR_0 "16777215T nowhere\n" },
	{ "a plan for nothing", COST },

	{ "an unknown keyword", "\nfoo\n", 2, "found \"foo\", expected aperture, window" },
	{ "upper case", "Device 0 idle\n", 1, "found \"Device\"" },
	{ "another prefix", "> device 0 idle\n", 1, "found \">\"" },
	{ "control characters", "\x1b[2J\x7f\n", 1, "found \"?[2J?\"" },
	{ "a very long word", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", 1,
	  "found \"wwwwwwwwwwwwwwwwwwwwwwwwwwww...\"" },
	{ "numbers that do not begin with 0", "aperture 1 root 0 mem 0-1\n", 1,
	  "found \"1\", expected 0, the next" },
	{ "the same number again", DEVICE DEVICE, 2, "found \"0\", expected 1, the next" },
	{ "no number", "device idle\n", 1, "found \"idle\", expected a number" },
	{ "a bad type", "aperture 0 root 0 rom 0-1\n", 1, "expected \"io\", \"mem\" or" },
	{ "a bad range", "aperture 0 root 0 mem 0+1\n", 1, "found \"0+1\", expected first" },
	{ "a range without end", "aperture 0 root 0 mem 0x10-\n", 1, "expected first" },
	{ "a range without start", "aperture 0 root 0 mem -0x10\n", 1, "expected first" },
	{ "a range of three", "aperture 0 root 0 mem 1-2-3\n", 1, "expected first" },
	{ "a range of two words", "aperture 0 root 0 mem 1 - 2\n", 1, "found \"1\"" },
	{ "a range that is too high", "aperture 0 root 0 mem 0-0x10000000000000000\n", 1,
	  "below 2^64" },
	{ "too large an int", "aperture 0 root 2147483648 mem 0-1\n", 1, "2147483647" },
	{ "too small an int", "aperture 0 root -2147483649 mem 0-1\n", 1, "-2147483648" },
	{ "one word too many", "aperture 0 root 0 mem 0-1 fixed\n", 1,
	  "found \"fixed\", expected the end" },
	{ "one word too few", "\ndevice 0\n", 2, "the line ends, expected \"idle\"" },
	{ "an unknown option", "device 0 idle old\n", 1, "found \"old\", expected \"new\"" },
	{ "an option twice", "window 0 in root 0 io closed fixed fixed\n", 1, "in this order" },
	{ "options in another order", DEVICE BAR_0 "1 nowhere fixed max 5\n", 2,
	  "found \"max\", expected align" },
	{ "neither open nor closed", "window 0 in root 0 io fixed\n", 1, "first and last" },
	{ "in nothing", "window 0 in mem closed\n", 1, "expected \"window\" or \"root\"" },
	{ "a BAR of something", "bar 0 of bridge 1 in root 0 mem size 1 nowhere\n", 1,
	  "expected \"device\" or \"nobody\"" },
	{ "a BAR without size", DEVICE "bar 0 of device 0 in root 0 mem nowhere\n", 2,
	  "found \"nowhere\", expected \"size\"" },
	{ "a BAR without place", DEVICE BAR_0 "1M\n", 2, "expected \"at\" or \"nowhere\"" },
	{ "2^64", DEVICE BAR_0 "18446744073709551616 nowhere\n", 2, "below 2^64" },
	{ "2^64 with a suffix", DEVICE BAR_0 "16777216T nowhere\n", 2, "below 2^64" },
	{ "2^64 in hex", DEVICE BAR_0 "0x10000000000000000 nowhere\n", 2, "below 2^64" },
	{ "an unknown suffix", DEVICE BAR_0 "1Q nowhere\n", 2, "found \"1Q\"" },
	{ "two suffixes", DEVICE BAR_0 "1KK nowhere\n", 2, "found \"1KK\"" },
	{ "a suffix alone", DEVICE BAR_0 "K nowhere\n", 2, "found \"K\"" },
	{ "hex without digits", DEVICE BAR_0 "0x nowhere\n", 2, "found \"0x\"" },
	{ "hex without digits, with suffix", DEVICE BAR_0 "0xK nowhere\n", 2, "found \"0xK\"" },
	{ "hex without 0x", DEVICE BAR_0 "ff nowhere\n", 2, "found \"ff\"" },
	{ "a sign", DEVICE BAR_0 "+1 nowhere\n", 2, "found \"+1\"" },
	{ "a negative size", DEVICE BAR_0 "-1 nowhere\n", 2, "found \"-1\"" },
	{ "a sign alone", "aperture 0 root - mem 0-1\n", 1, "found \"-\"" },
	{ "a fraction", DEVICE BAR_0 "1.5M nowhere\n", 2, "found \"1.5M\"" },

	{ "a plan that ends early", DEVICE BAR_0 "1M nowhere\nplace bar 0 nowhere\n", 3,
	  "the text ends, expected a line \"cost\"" },
	{ "a plan without a window", "window 0 in root 0 io closed\n" COST "\n", 3,
	  "the text ends, expected \"place window 0\"" },
	{ "a plan without a BAR", DEVICE BAR_0 "1M nowhere\n" COST, 3, "\"place bar 0\"" },
	{ "a plan with costs twice", COST COST, 2, "expected one such line" },
	{ "a place for what is not there", "place bar 0 nowhere\n" COST, 1,
	  "no more BARs" },
	{ "a place for a window that is not there", "place window 0 closed\n" COST, 1,
	  "no more windows" },
	{ "a place twice", DEVICE BAR_0 "1 nowhere\nplace bar 0 nowhere\nplace bar 0 nowhere\n",
	  4, "found \"0\", expected 1" },
	{ "a place for a device", DEVICE "place device 0 nowhere\n", 2, "\"window\" or \"bar\"" },
	{ "a model behind the plan", COST DEVICE, 2, "comes before it" },
	{ "a refusal of what is not there",
	  DEVICE "refuse device 1 blocked bar none window none below none above none gap 0 blockers none\n",
	  2, "found \"1\", expected a device of the model" },
	{ "a refusal of nobody",
	  DEVICE "refuse device -1 blocked bar none window none below none above none gap 0 blockers none\n",
	  2, "found \"-1\", expected a device of the model" },
	{ "a refusal twice",
	  DEVICE "refuse device 0 blocked bar 0 window 0 below none above none gap 0 blockers none\n"
	  "refuse device 0 blocked bar 0 window 0 below none above none gap 0 blockers none\n", 3,
	  "ascending" },
	{ "a refusal without reason", DEVICE "refuse device 0 placed bar none\n", 2,
	  "found \"placed\", expected \"too-large\"" },
	{ "a neighbour without its kind",
	  DEVICE "refuse device 0 blocked bar 0 window 0 below 3 above none gap 0 blockers none\n", 2,
	  "found \"3\", expected \"bar\"" },
};

static void test_text(int i)
{
	struct pci_layout_plan plan;
	struct text_error error = {};
	struct machine m;
	bool has_plan, ok;

	ok = read_exactly(texts[i].text, strlen(texts[i].text), &m, &plan, &has_plan, &error);
	if (texts[i].line)
		ok = !ok && !has_plan && error.line == texts[i].line &&
		     strstr(error.what, texts[i].what);
	if (!ok)
		printf("# line %d: %s\n", error.line, error.what);
	tap_result(ok, "%s: %s", texts[i].line ? "turned down" : "read", texts[i].name);
	if (has_plan)
		plan_free(&plan);
	machine_free(&m);
}

/* A text cut off anywhere is read or turned down, never half of a plan */
static void test_cut(void)
{
	struct pci_layout_plan plan;
	struct text_error error;
	struct machine m;
	size_t size, cut;
	char *text;
	bool has_plan, ok = true;
	int nr_read = 0, nr_plans = 0;

	random_machine(&m, 0, 1);
	plan_init(&plan, &m.model);
	plan_model(&m.model, &plan);
	text = text_to_memory(&m.model, &plan, &size);
	plan_free(&plan);
	machine_free(&m);
	for (cut = 0; cut <= size; cut++) {
		if (read_exactly(text, cut, &m, &plan, &has_plan, &error))
			nr_read++;
		else
			ok &= error.line > 0 && error.what[0];
		if (has_plan) {
			nr_plans++;
			plan_free(&plan);
		}
		machine_free(&m);
	}
	/* Complete are: with the last digit; with the end of the line too */
	tap_result(ok && nr_read > 2 && nr_plans == 2, "cut off: %d read, %d with plan",
		   nr_read, nr_plans);
	free(text);
}

/* Bytes that are no text at all */
static void test_noise(void)
{
	struct rng rng = { 2 };
	struct pci_layout_plan plan;
	struct text_error error;
	struct machine m;
	char noise[300];
	bool has_plan, ok = true;
	int i, j;

	for (i = 0; i < 20000; i++) {
		size_t size = rng_below(&rng, sizeof(noise));

		for (j = 0; j < size; j++)
			noise[j] = rng_next(&rng);
		if (!read_exactly(noise, size, &m, &plan, &has_plan, &error))
			ok &= error.line > 0 && error.what[0];
		if (has_plan)
			plan_free(&plan);
		machine_free(&m);
	}
	tap_result(ok, "noise");
}

/*
 * What a saved plan says about itself
 */

/* Is it seen that the text, with the number behind @name one larger, is not true? */
static bool lie_is_seen(const char *text, size_t size, const char *name)
{
	char *copy = strndup(text, size), *cost = strstr(copy, "\ncost ");
	struct pci_layout_plan plan;
	struct text_error error;
	bool has_plan, seen;
	struct machine m;
	char *digit;

	/* None of the numbers begins with a 9 */
	digit = name ? strstr(cost, name) + strlen(name) : NULL;
	if (digit)
		++*digit;
	seen = text_read(copy, size, &m, &plan, &has_plan, &error) && has_plan &&
	       pci_layout_check(&m.model, &plan, NULL) == PCI_LAYOUT_OK &&
	       !plan_counts_are_right(&m.model, &plan);
	if (has_plan)
		plan_free(&plan);
	machine_free(&m);
	free(copy);
	return seen;
}

/* No planner takes this machine, but a text may hold it */
static bool nobody_may_move(void)
{
	static const char text[] =
		"aperture 0 root 0 mem 0x80000000-0x83ffffff\n"
		"bar 0 of nobody in root 0 mem size 1M at 0x82000000\n"
		"place bar 0 0x80000000-0x800fffff\n"
		"cost paused 0 live 0 moved 1 bytes 1M refused 0\n";

	return !lie_is_seen(text, strlen(text), NULL) &&
	       lie_is_seen(text, strlen(text), " moved ");
}

static void test_lies(void)
{
	static const char *const names[] = {
		" paused ", " live ", " moved ", " bytes ", " refused "
	};
	struct pci_layout_plan plan;
	struct machine m;
	size_t size;
	char *text;
	int i;

	sized_machine(&m, 64, 1);
	plan_init(&plan, &m.model);
	plan_model(&m.model, &plan);
	text = text_to_memory(&m.model, &plan, &size);
	tap_result(plan.nr_moved && !lie_is_seen(text, size, NULL), "a true cost is believed");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		tap_result(lie_is_seen(text, size, names[i]), "a lie is seen:%s", names[i]);
	tap_result(nobody_may_move(), "what moves need not be of a device");
	free(text);
	plan_free(&plan);
	machine_free(&m);
}

int main(void)
{
	int i, nr_kinds = 0;

	while (random_kinds[nr_kinds])
		nr_kinds++;
	tap_plan(ARRAY_SIZE(tables) + nr_kinds + ARRAY_SIZE(texts) + 10);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		test_table(i);
	test_random();
	test_nonsense();
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		test_text(i);
	test_cut();
	test_noise();
	test_lies();
	return tap_exit();
}
