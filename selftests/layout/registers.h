/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Config space of bridges and devices, byte by byte, and the windows that its
 * registers open, decoded apart from the driver's own code: PCI-to-PCI Bridge
 * Architecture Specification r1.2, sec. 3.2.5.6 to 3.2.5.11
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include "layout_internal.h"
#include "layout.h"
#include "writes.h"

#define MAX_BRIDGES	6
#define MAX_DEVICES	3
#define MAX_FUNCTIONS	(MAX_BRIDGES + MAX_DEVICES)

#define CONFIG_SIZE	64

#define M		(1ULL << 20)
#define G		(1ULL << 30)

/**
 * struct function - config space of a bridge or device
 * @bytes: what is read
 * @writable: which bits can be written
 * @io_1k: an Intel bridge with 1 KiB I/O windows switched on
 */
struct function {
	u8 bytes[CONFIG_SIZE];
	u8 writable[CONFIG_SIZE];
	bool io_1k;
};

/* Bridges come first */
struct config {
	struct function functions[MAX_FUNCTIONS];
};

/* Addresses that are decoded; those of a closed window end before they start */
struct range {
	u64 start;
	u64 end;
};

#define CLOSED	{ 1, 0 }

static inline bool is_open(struct range r)
{
	return r.start <= r.end;
}

static inline bool is_within(struct range inner, struct range outer)
{
	return outer.start <= inner.start && inner.end <= outer.end;
}

static inline struct range intersection(struct range a, struct range b)
{
	struct range r = {
		a.start > b.start ? a.start : b.start,
		a.end < b.end ? a.end : b.end,
	};

	return r;
}

static inline bool is_apart(struct range a, struct range b)
{
	return !is_open(a) || !is_open(b) || !is_open(intersection(a, b));
}

static inline bool is_same(struct range a, struct range b)
{
	if (!is_open(a) || !is_open(b))
		return is_open(a) == is_open(b);
	return a.start == b.start && a.end == b.end;
}

/* @r is covered by @a and @b together */
static inline bool is_within_either(struct range r, struct range a,
				    struct range b)
{
	struct range hull;

	if (!is_open(a))
		return is_open(b) && is_within(r, b);
	if (!is_open(b) || is_within(r, a) || is_within(r, b))
		return !is_open(b) ? is_within(r, a) : true;
	if (is_apart(a, b) && a.end + 1 != b.start && b.end + 1 != a.start)
		return false;
	hull.start = a.start < b.start ? a.start : b.start;
	hull.end = a.end > b.end ? a.end : b.end;
	return is_within(r, hull);
}

/* Tell what is wrong; the text is good until the next one */
__attribute__((format(printf, 1, 2)))
const char *fault(const char *format, ...);

/* @size bytes at @where, lowest first */
u64 config_get(const struct function *f, int where, int size);
/* Those bits of @value that can be written */
void config_set(struct function *f, int where, int size, u64 value);
/* What the driver under test writes; a fault if no driver should */
const char *config_write(struct config *config, int dev, int where, int size,
			 u32 value);

/* All registers hold @fill, and only the Command register can be written */
void add_function(struct function *f, u8 fill);
/* Make the bits of a window writable, and its type bits read right */
void add_window(struct function *f, enum pci_layout_type type, bool wide,
		bool io_1k);
/* The same for a BAR, which then holds @value, type bits included */
void add_bar(struct function *f, int where, bool wide, u64 value);

void load_window(struct function *f, enum pci_layout_type type,
		 const struct pci_window_regs *regs);
struct range window_range(const struct function *f, enum pci_layout_type type);

#endif /* REGISTERS_H */
