/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host of a virtual machine plugs devices, if it offers a virtio-serial port of
 * this name. Each request is a line, each answer any number of lines, the last of
 * which is "ok" or "error TEXT":
 *
 *   hello			"machine NAME", "disks NUMBER" of those that it has, and
 *				"hotplug native" (the slots' own registers) or
 *				"hotplug acpi"
 *   plug ID SLOT FUNCTION...	plugs a device; a FUNCTION is one of
 *				  ram=SIZE	memory behind a 64-bit prefetchable BAR
 *				  test=SIZE	the same without memory
 *				  regs		a 32-bit BAR of 1 MiB
 *				  nvme		a disk; nvme=N with N Virtual Functions
 *				  net		a network card
 *				  bridge	a bridge to conventional PCI with slots
 *   where ID			"ADDRESS BAR SIZE ram|-" for each memory BAR of the
 *				device, ADDRESS as "lspci -D" has it; "ADDRESS 0 0 -"
 *				if it has none. ID may be that of a device which was
 *				there from the beginning
 *   plugged			"ID" for each device that was plugged and not unplugged,
 *				the last one first
 *   press ID			presses the attention button of the device's slot
 *   gone ID			returns once the guest has let go of the device
 *
 * SIZE is a number of bytes, or of KiB, MiB, GiB with K, M, G behind it. A SLOT is
 * named as in the machine's description; a bus with several slots has ":NUMBER" behind
 * its name.
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>

#include "test.h"

#define HOST_PORT	"pci_movable_bars"
#define HOST_MAX_LINES	128

/**
 * struct host_answer - what the host says
 * @lines: its lines without the last, "ok"
 * @nr: number of @lines
 */
struct host_answer {
	char lines[HOST_MAX_LINES][96];
	int nr;
};

/* Whether a host offers its help; then this is known of its machine */
bool host_open(void);
const char *host_machine(void);
int host_disks(void);
bool host_plugs_natively(void);

/* Fails the case if the host refuses; the answer is overwritten by the next */
const struct host_answer *host_ask(const char *format, ...)
	__printf(1, 2);

#endif
