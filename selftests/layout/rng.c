// SPDX-License-Identifier: GPL-2.0
/*
 * Random numbers, the same everywhere
 */

#include "generate.h"

u32 rng_next(struct rng *rng)
{
	/* splitmix64 */
	u64 z = rng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (z ^ (z >> 31)) >> 16;
}

u32 rng_below(struct rng *rng, u32 n)
{
	return n ? rng_next(rng) % n : 0;
}

bool rng_chance(struct rng *rng, int percent)
{
	return rng_below(rng, 100) < percent;
}
