// SPDX-License-Identifier: GPL-2.0
/*
 * Text form of models and plans: is what was written read as the same, and is
 * nonsense turned down at the right line?
 *
 * Usage: text_test
 */

#include <stdio.h>

#include "machine.h"
#include "layout_cases.h"
#include "tap.h"
#include "text.h"

static char *write_both(const struct pci_layout_model *model,
			const struct pci_layout_plan *plan, size_t *size)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, size);

	text_write_model(file, "", model);
	if (plan)
		text_write_plan(file, "", model, plan);
	fclose(file);
	return text;
}

/* Written, read and written again, the text is the same */
static bool comes_back(const struct pci_layout_model *model,
		       const struct pci_layout_plan *plan)
{
	struct pci_layout_plan plan_read = {};
	struct text_error error = {};
	size_t size, size_again;
	struct machine m;
	char *text, *again;
	bool has_plan, ok;

	text = write_both(model, plan, &size);
	ok = text_read(text, size, &m, &plan_read, &has_plan, &error);
	if (!ok)
		printf("# line %d: %s\n", error.line, error.what);
	again = write_both(&m.model, has_plan ? &plan_read : NULL, &size_again);
	ok = ok && has_plan == !!plan && size == size_again && !memcmp(text, again, size);
	if (!ok)
		printf("# written:\n%s# and after reading it:\n%s", text, again);
	free(text);
	free(again);
	plan_free(&plan_read);
	machine_free(&m);
	return ok;
}

static void test_case(const struct layout_case *c)
{
	struct pci_layout_plan plan;
	bool ok;

	/* A count that is none cannot be written down */
	if (!pci_layout_scratch_size(&c->model)) {
		tap_result(c->err, "turned down by its counts: %s", c->name);
		return;
	}
	ok = comes_back(&c->model, NULL);
	plan_init(&plan, &c->model);
	if (!plan_model(&c->model, &plan))
		ok &= comes_back(&c->model, &plan);
	plan_free(&plan);
	tap_result(ok, "comes back: %s", c->name);
}

static const struct {
	const char *text;
	int line;		/* of the error; 0: none */
	const char *what;	/* part of the message */
} texts[] = {
	{ "", 0, NULL },
	{ "# nothing\n\n   \t\n", 0, NULL },
	{ "aperture 0 in root 0 mem 0x1000-0x1fff", 0, NULL },
	{ "device 0 idle\nbar 0 of device 0 in root 0 io size 4K at 8K # free\r\n", 0, NULL },
	{ "device 0 idle\nbar 0 of device 9 in window 7 mem size 0 nowhere\n", 0, NULL },
	{ "window 0 in window 0 mem 5-4 max 1 align 3 fixed\n", 0, NULL },
	{ "\nfoo\n", 2, "aperture, window" },
	{ "aperture 1 in root 0 mem 0-1\n", 1, "count up from 0" },
	{ "aperture 0 in root 0 mem 0-1\naperture 0 in root 0 mem 2-3\n", 2, "1 expected" },
	{ "aperture 0 in root 0 rom 0-1\n", 1, "\"io\" or \"mem\"" },
	{ "aperture 0 in root 0 mem 0+1\n", 1, "range" },
	{ "aperture 0 in root 0 mem 0-0x10000000000000000\n", 1, "range" },
	{ "aperture 0 in root 2147483648 mem 0-1\n", 1, "2^31" },
	{ "aperture 0 in root 0 mem 0-1 fixed\n", 1, "end of the line" },
	{ "device 0\n", 1, "end of the line\" found" },
	{ "device 0 idle old\n", 1, "old" },
	{ "device 0 idle\nbar 0 of device 0 in root 0 mem size 16777216T nowhere\n", 2, "2^64" },
	{ "device 0 idle\nbar 0 of device 0 in root 0 mem size 1Q nowhere\n", 2, "1Q" },
	{ "device 0 idle\nbar 0 of device 0 in root 0 mem size 18446744073709551616 nowhere\n",
	  2, "2^64" },
	{ "device 0 idle\nbar 0 of device 0 in root 0 mem nowhere\n", 2, "\"size\" expected" },
	{ "place window 0 closed\ncost refused 0 paused 0 live 0 moved 0 bytes 0\n", 3,
	  "1 windows, 0 BARs" },
	{ "device 0 idle\nrefuse device 1 blocked bar none window none below none above none gap 0\n"
	  "cost refused 1 paused 0 live 0 moved 0 bytes 0\n", 4, "below 1" },
	{ "place bar 0 nowhere\n", 2, "no \"cost\"" },
	{ "cost refused 0 paused 0 live 0 moved 0 bytes 0\n"
	  "cost refused 0 paused 0 live 0 moved 0 bytes 0\n", 2, "second" },
};

static void test_text(int i)
{
	struct pci_layout_plan plan = {};
	struct text_error error = {};
	struct machine m;
	bool has_plan, ok;

	ok = text_read(texts[i].text, strlen(texts[i].text), &m, &plan, &has_plan, &error);
	if (texts[i].line)
		ok = !ok && error.line == texts[i].line && strstr(error.what, texts[i].what);
	if (!ok)
		printf("# line %d: %s\n", error.line, error.what);
	tap_result(ok, "text %d: %s", i, texts[i].line ? texts[i].what : "is fine");
	plan_free(&plan);
	machine_free(&m);
}

static void test_long_line(void)
{
	struct pci_layout_plan plan;
	struct text_error error = {};
	static char text[4096];
	struct machine m;
	bool has_plan, ok;

	memset(text, 'x', sizeof(text));
	ok = text_read(text, sizeof(text), &m, &plan, &has_plan, &error);
	tap_result(!ok && strstr(error.what, "4096"), "a long line is turned down");
	machine_free(&m);

	text[0] = '\0';
	ok = text_read(text, 3, &m, &plan, &has_plan, &error);
	tap_result(!ok && strstr(error.what, "zero"), "a zero byte is turned down");
	machine_free(&m);
}

int main(void)
{
	int i;

	tap_plan(ARRAY_SIZE(layout_cases) + ARRAY_SIZE(texts) + 2);
	for (i = 0; i < ARRAY_SIZE(layout_cases); i++)
		test_case(&layout_cases[i]);
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		test_text(i);
	test_long_line();
	return tap_exit();
}
