/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User-space twin of the kernel's layout_internal.h: same guard, so that
 * whichever of both is included first wins. Gives the planner what it uses of
 * the kernel, in terms of the C library.
 */
#ifndef _PCI_MOVABLE_LAYOUT_INTERNAL_H
#define _PCI_MOVABLE_LAYOUT_INTERNAL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX

#define SZ_1K		0x400
#define SZ_4K		0x1000
#define SZ_64K		0x10000
#define SZ_256K		0x40000
#define SZ_1M		0x100000
#define SZ_16M		0x1000000
#define SZ_256M		0x10000000
#define SZ_1G		0x40000000

#define min(a, b)	({ typeof(a) _a = (a); typeof(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b)	({ typeof(a) _a = (a); typeof(b) _b = (b); _a > _b ? _a : _b; })
#define max_t(t, a, b)	max((t)(a), (t)(b))
#define swap(a, b)	do { typeof(a) _t = (a); (a) = (b); (b) = _t; } while (0)

#define BIT(n)		(1ul << (n))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define ALIGN(x, a)	(((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a) - 1)) == 0)
#define ALIGN_DOWN(x, a) ((x) & ~((typeof(x))(a) - 1))

#define fallthrough	__attribute__((__fallthrough__))
#define __maybe_unused	__attribute__((__unused__))

static inline bool is_power_of_2(u64 n)
{
	return n && !(n & (n - 1));
}

static inline void sort(void *base, size_t num, size_t size,
			int (*compare)(const void *, const void *),
			void (*swap_func)(void *, void *, int) __maybe_unused)
{
	if (num)
		qsort(base, num, size, compare);
}

#endif /* _PCI_MOVABLE_LAYOUT_INTERNAL_H */
