/* SPDX-License-Identifier: GPL-2.0 */
/* What a case is. */
#ifndef CASES_H
#define CASES_H

#include <stdbool.h>
#include <stddef.h>

#include "pci.h"

/**
 * enum op - what a step does
 * @END: there is no further step
 * @PLUG: the host plugs @step.device as @step.id into @step.slot
 * @TAKE: nothing; @step.id is a device that the machine has from the beginning
 * @UNPLUG: the device is taken out, after its slot was switched off
 * @REMOVE: the kernel gives the device up, which stays plugged
 * @RESCAN: the kernel looks for devices
 * @HOLD: a process maps memory of the device
 * @RELEASE: and lets go of it
 * @VIRTUAL: all Virtual Functions of the device come, have addresses, and go
 * @LOOK: nothing; how many functions are served now?
 */
enum op { END, PLUG, TAKE, UNPLUG, REMOVE, RESCAN, HOLD, RELEASE, VIRTUAL, LOOK };

/**
 * enum moves - what a kernel with movable BARs does to others in a step
 * @MAY_MOVE: whatever is needed
 * @MOVES: it moves at least one BAR
 * @MOVES_NONE: it moves none
 */
enum moves { MAY_MOVE, MOVES, MOVES_NONE };

/**
 * struct step - a step of a case
 * @op: what is done
 * @id: name of a device, for the host and for later steps
 * @slot: where it is plugged
 * @device: its functions, as the host understands them, see host.h. Besides, a SIZE
 *	may be 2A or A/2, where A is what the host bridge's largest aperture holds
 * @stock: how many of its functions get all addresses they need from a kernel
 *	without movable BARs, where it is looked at (PLUG, LOOK)
 * @movable: the same of a kernel with them
 * @moves: whether BARs of others move
 */
struct step {
	enum op op;
	const char *id;
	const char *slot;
	const char *device;
	int stock;
	int movable;
	enum moves moves;
};

/**
 * struct test_case - a case
 * @name: unique, of what a shell does not touch
 * @machine: the virtual machine it is made for; NULL: any machine
 * @what: a sentence
 * @stock_stops: why a disk stops in it without movable BARs
 * @steps: what is done, if a host plugs devices
 * @run: what is done, if not
 */
struct test_case {
	const char *name;
	const char *machine;
	const char *what;
	const char *stock_stops;
	const struct step *steps;
	void (*run)(void);
};

extern const struct test_case cases_of_machines[];
extern const struct test_case cases_of_any[];

/* Devices with memory that virtual machines may share are for tests here */
void allow_shared_memory(void);

/* Whether this kernel runs with pci=pcie_movable_bars */
bool bars_are_movable(void);

/*
 * Fails the case if addresses are not as they have to be. A kernel without movable BARs
 * forgets to write windows after a hot-add that failed: this is only noted.
 */
void check_sound(const struct pci_tree *all);

/* Carries out the steps; ends the process */
__noreturn void run_steps(const struct step *steps);

/* Takes out all that the host has plugged; ends the process */
__noreturn void unplug_all(void);

#endif
