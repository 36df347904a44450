/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All tables of cases for the planner of movable PCI BARs
 *
 * X is called with the name of each: table NAME is the array cases_NAME.
 */
#ifndef _PCI_MOVABLE_LAYOUT_TABLES_H
#define _PCI_MOVABLE_LAYOUT_TABLES_H

#include "layout_cases.h"
#include "cases_room.h"
#include "cases_move.h"
#include "cases_choose.h"
#include "cases_refuse.h"
#include "cases_types.h"
#include "cases_wish.h"
#include "cases_hostile.h"

#define FOR_EACH_LAYOUT_TABLE(X) \
	X(room) \
	X(move) \
	X(choose) \
	X(refuse) \
	X(types) \
	X(wish) \
	X(hostile)

#endif /* _PCI_MOVABLE_LAYOUT_TABLES_H */
