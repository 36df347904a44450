// SPDX-License-Identifier: GPL-2.0
/*
 * Config space of bridges and devices, byte by byte
 */
#include <stdarg.h>
#include <stdio.h>

#include "registers.h"

/* The type bits in the low nibble of a wide window's registers */
#define WIDE_NIBBLE	1

static char fault_text[256];

const char *fault(const char *format, ...)
{
	char text[sizeof(fault_text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* An argument may be the last fault */
	return memcpy(fault_text, text, sizeof(text));
}

u64 config_get(const struct function *f, int where, int size)
{
	u64 value = 0;
	int i;

	for (i = where + size; i-- > where; )
		value = value << 8 | f->bytes[i];
	return value;
}

void config_set(struct function *f, int where, int size, u64 value)
{
	int i;

	for (i = where; i < where + size; i++, value >>= 8)
		f->bytes[i] = (f->bytes[i] & ~f->writable[i]) |
			       (value & f->writable[i]);
}

const char *config_write(struct config *config, int dev, int where, int size,
			 u32 value)
{
	struct function *f;
	u64 able;
	int i;

	if (dev < 0 || dev >= MAX_FUNCTIONS)
		return fault("write to unknown function %d", dev);
	f = &config->functions[dev];
	if ((size != 2 && size != 4) || where % size ||
	    where + size > CONFIG_SIZE)
		return fault("bad access: %d bytes at %#x", size, where);
	for (i = where; i < where + size; i++) {
		if (i == 0x06 || i == 0x07)
			return fault("write to the Status register");
		if (dev < MAX_BRIDGES && (i == 0x1e || i == 0x1f))
			return fault("write to the Secondary Status register");
	}
	for (able = 0, i = where; i < where + size; i++)
		able |= f->writable[i];
	if (!able)
		return fault("write to missing register %#x", where);
	config_set(f, where, size, value);
	return NULL;
}

static void set_bytes(u8 *bytes, int where, int size, u64 value)
{
	for (; size--; value >>= 8)
		bytes[where++] = value;
}

void add_function(struct function *f, u8 fill)
{
	memset(f->bytes, fill, CONFIG_SIZE);
	set_bytes(f->writable, 0x04, 2, 0xffff);
}

void add_window(struct function *f, enum pci_layout_type type, bool wide,
		bool io_1k)
{
	if (type == PCI_LAYOUT_IO) {
		f->io_1k = io_1k;
		set_bytes(f->writable, 0x1c, 2, io_1k ? 0xfcfc : 0xf0f0);
		set_bytes(f->writable, 0x30, 4, wide ? ~0ULL : 0);
		set_bytes(f->bytes, 0x1c, 2, wide * WIDE_NIBBLE * 0x0101);
	} else if (type == PCI_LAYOUT_MEM) {
		set_bytes(f->writable, 0x20, 4, 0xfff0fff0);
		set_bytes(f->bytes, 0x20, 4, 0);
	} else {
		set_bytes(f->writable, 0x24, 4, 0xfff0fff0);
		set_bytes(f->writable, 0x28, 8, wide ? ~0ULL : 0);
		set_bytes(f->bytes, 0x24, 4, wide * WIDE_NIBBLE * 0x00010001);
	}
}

void add_bar(struct function *f, int where, bool wide, u64 value)
{
	set_bytes(f->writable, where, 4, ~15ULL);
	set_bytes(f->bytes, where, 4, value & 15);
	if (wide)
		set_bytes(f->writable, where + 4, 4, ~0ULL);
	config_set(f, where, wide ? 8 : 4, value);
}

void load_window(struct function *f, enum pci_layout_type type,
		 const struct pci_window_regs *regs)
{
	if (type == PCI_LAYOUT_IO) {
		config_set(f, 0x1c, 2, regs->low);
		config_set(f, 0x30, 4, regs->upper_base);
	} else if (type == PCI_LAYOUT_MEM) {
		config_set(f, 0x20, 4, regs->low);
	} else {
		config_set(f, 0x24, 4, regs->low);
		config_set(f, 0x28, 4, regs->upper_base);
		config_set(f, 0x2c, 4, regs->upper_limit);
	}
}

static struct range io_range(const struct function *f)
{
	u8 mask = f->io_1k ? 0xfc : 0xf0;
	struct range r;

	r.start = (u64)(f->bytes[0x1c] & mask) << 8;
	r.end = (u64)(f->bytes[0x1d] & mask) << 8;
	if ((f->bytes[0x1c] & 3) == WIDE_NIBBLE) {
		r.start += config_get(f, 0x30, 2) << 16;
		r.end += config_get(f, 0x32, 2) << 16;
	}
	r.end += f->io_1k ? 1023 : 4095;
	return r;
}

static struct range memory_range(const struct function *f, int where)
{
	struct range r;

	r.start = (config_get(f, where, 2) >> 4) * M;
	r.end = (config_get(f, where + 2, 2) >> 4) * M;
	if (where == 0x24 && (f->bytes[where] & 15) == WIDE_NIBBLE) {
		r.start += config_get(f, 0x28, 4) * 4 * G;
		r.end += config_get(f, 0x2c, 4) * 4 * G;
	}
	r.end += M - 1;
	return r;
}

struct range window_range(const struct function *f, enum pci_layout_type type)
{
	if (type == PCI_LAYOUT_IO)
		return io_range(f);
	return memory_range(f, type == PCI_LAYOUT_MEM ? 0x20 : 0x24);
}
