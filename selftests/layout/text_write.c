// SPDX-License-Identifier: GPL-2.0
/*
 * Text form of models and plans: writing
 *
 * What text_read() takes for granted where nothing is said is left out.
 */

#include <inttypes.h>

#include "text.h"

#define WORD(words, i)	((unsigned int)(i) < ARRAY_SIZE(words) ? (words)[i] : "nonsense")

const char *text_type(enum pci_layout_type type)
{
	static const char *const words[] = {
		[PCI_LAYOUT_IO] = "io",
		[PCI_LAYOUT_MEM] = "mem",
		[PCI_LAYOUT_PREF] = "pref",
	};

	return WORD(words, type);
}

static const char *cost_word(enum pci_layout_cost cost)
{
	static const char *const words[] = {
		[PCI_LAYOUT_NO_DRIVER] = "idle",
		[PCI_LAYOUT_LIVE] = "live",
		[PCI_LAYOUT_PAUSED] = "paused",
	};

	return WORD(words, cost);
}

const char *text_reason(enum pci_layout_reason reason)
{
	static const char *const words[] = {
		[PCI_LAYOUT_PLACED] = "placed",
		[PCI_LAYOUT_TOO_LARGE] = "too-large",
		[PCI_LAYOUT_NO_WINDOW] = "no-window",
		[PCI_LAYOUT_BLOCKED] = "blocked",
		[PCI_LAYOUT_NO_SPACE] = "no-space",
	};

	return WORD(words, reason);
}

const char *text_fault(enum pci_layout_fault fault)
{
	static const char *const words[] = {
		[PCI_LAYOUT_OK] = "OK",
		[PCI_LAYOUT_BAD_MODEL] = "the model contradicts itself",
		[PCI_LAYOUT_OVERLAP] = "overlaps a sibling",
		[PCI_LAYOUT_MISALIGNED] = "misaligned",
		[PCI_LAYOUT_OUTSIDE] = "outside of its window or of all apertures",
		[PCI_LAYOUT_OVER_LIMIT] = "above its highest possible address",
		[PCI_LAYOUT_FIXED_MOVED] = "fixed, but changed",
		[PCI_LAYOUT_LOST] = "lost its address",
		[PCI_LAYOUT_HALF_SERVED] = "its device is neither refused nor fully placed",
		[PCI_LAYOUT_WRONG_SIZE] = "of the wrong size",
	};

	return WORD(words, fault);
}

void text_write_size(FILE *file, u64 size)
{
	static const char suffixes[] = "KMGT";
	int i = -1;

	while (size && i + 1 < (int)strlen(suffixes) && !(size % 1024)) {
		size /= 1024;
		i++;
	}
	fprintf(file, "%" PRIu64, size);
	if (i >= 0)
		fputc(suffixes[i], file);
}

static void write_option(FILE *file, const char *name, u64 size)
{
	fprintf(file, " %s ", name);
	text_write_size(file, size);
}

static void write_range(FILE *file, u64 start, u64 end)
{
	fprintf(file, " 0x%" PRIx64 "-0x%" PRIx64, start, end);
}

static void write_container(FILE *file, int window, int root)
{
	if (window != PCI_LAYOUT_NONE)
		fprintf(file, " in window %d", window);
	else
		fprintf(file, " in");
	if (window == PCI_LAYOUT_NONE || root)
		fprintf(file, " root %d", root);
}

static void write_window(FILE *file, const struct pci_layout_window *w)
{
	write_container(file, w->parent, w->root);
	fprintf(file, " %s", text_type(w->type));
	if (w->assigned)
		write_range(file, w->start, w->end);
	else
		fprintf(file, " closed");
	if (w->align != (w->type == PCI_LAYOUT_IO ? SZ_4K : SZ_1M))
		write_option(file, "align", w->align);
	if (w->max != U64_MAX)
		fprintf(file, " max 0x%" PRIx64, w->max);
	if (w->reserve)
		write_option(file, "reserve", w->reserve);
	fprintf(file, "%s\n", w->fixed ? " fixed" : "");
}

static void write_bar(FILE *file, const struct pci_layout_bar *bar)
{
	if (bar->dev == PCI_LAYOUT_NONE)
		fprintf(file, " of nobody");
	else
		fprintf(file, " of device %d", bar->dev);
	write_container(file, bar->window, bar->root);
	fprintf(file, " %s", text_type(bar->type));
	write_option(file, "size", bar->size);
	if (bar->assigned)
		fprintf(file, " at 0x%" PRIx64, bar->start);
	else
		fprintf(file, " nowhere");
	if (bar->align != bar->size)
		write_option(file, "align", bar->align);
	if (bar->max != U64_MAX)
		fprintf(file, " max 0x%" PRIx64, bar->max);
	fprintf(file, "%s%s\n", bar->fixed ? " fixed" : "",
		bar->optional ? " optional" : "");
}

void text_write_model(FILE *file, const char *prefix,
		      const struct pci_layout_model *model)
{
	int i;

	for (i = 0; i < model->nr_apertures; i++) {
		const struct pci_layout_aperture *a = &model->apertures[i];

		fprintf(file, "%saperture %d root %d %s", prefix, i, a->root,
			text_type(a->type));
		write_range(file, a->start, a->end);
		fprintf(file, "\n");
	}
	for (i = 0; i < model->nr_windows; i++) {
		fprintf(file, "%swindow %d", prefix, i);
		write_window(file, &model->windows[i]);
	}
	for (i = 0; i < model->nr_devs; i++)
		fprintf(file, "%sdevice %d %s%s\n", prefix, i,
			cost_word(model->devs[i].cost),
			model->devs[i].is_new ? " new" : "");
	for (i = 0; i < model->nr_bars; i++) {
		fprintf(file, "%sbar %d", prefix, i);
		write_bar(file, &model->bars[i]);
	}
}

static void write_place(FILE *file, const struct pci_layout_place *place,
			const char *without)
{
	if (place->assigned)
		write_range(file, place->start, place->end);
	else
		fprintf(file, " %s", without);
	fprintf(file, "\n");
}

static void write_index(FILE *file, const char *name, const char *kind, int index)
{
	fprintf(file, " %s", name);
	if (index == PCI_LAYOUT_NONE)
		fprintf(file, " none");
	else
		fprintf(file, " %s%d", kind, index);
}

static void write_refusal(FILE *file, const struct pci_layout_model *model,
			  const struct pci_layout_refusal *r)
{
	int i;

	fprintf(file, " %s", text_reason(r->reason));
	write_index(file, "bar", "", r->bar);
	write_index(file, "window", "", r->window);
	write_index(file, "below", "bar ", r->below);
	write_index(file, "above", "bar ", r->above);
	write_option(file, "gap", r->gap);
	fprintf(file, " blockers");
	for (i = 0; i < r->nr_blockers; i++)
		fprintf(file, " bar %d", r->blockers[i]);
	if (!i)
		fprintf(file, " none");
	if (r->bar >= 0 && r->bar < model->nr_bars) {
		fprintf(file, "\t#");
		write_option(file, "wants", model->bars[r->bar].size);
		write_option(file, "aligned to", model->bars[r->bar].align);
	}
	fprintf(file, "\n");
}

void text_write_cost(FILE *file, const char *prefix, const struct pci_layout_plan *plan)
{
	fprintf(file, "%scost paused %d live %d moved %d", prefix, plan->nr_paused,
		plan->nr_live, plan->nr_moved);
	write_option(file, "bytes", plan->bytes_moved);
	fprintf(file, " refused %d\n", plan->nr_refused);
}

void text_write_plan(FILE *file, const char *prefix,
		     const struct pci_layout_model *model,
		     const struct pci_layout_plan *plan)
{
	int i;

	for (i = 0; i < model->nr_windows; i++) {
		fprintf(file, "%splace window %d", prefix, i);
		write_place(file, &plan->windows[i], "closed");
	}
	for (i = 0; i < model->nr_bars; i++) {
		fprintf(file, "%splace bar %d", prefix, i);
		write_place(file, &plan->bars[i], "nowhere");
	}
	for (i = 0; i < model->nr_devs; i++) {
		if (plan->refusals[i].reason == PCI_LAYOUT_PLACED)
			continue;
		fprintf(file, "%srefuse device %d", prefix, i);
		write_refusal(file, model, &plan->refusals[i]);
	}
	text_write_cost(file, prefix, plan);
}

char *text_to_memory(const struct pci_layout_model *model,
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
