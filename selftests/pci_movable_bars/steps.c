// SPDX-License-Identifier: GPL-2.0
/* Carries out the steps of a case, and checks after each what must always hold. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <dirent.h>

#include "cases.h"
#include "disks.h"
#include "host.h"
#include "log.h"
#include "memory.h"
#include "pci.h"
#include "test.h"

#define MAX_PLUGGED	8
#define MAX_BARS	48
#define SLOTS		"/sys/bus/pci/slots"

#define MOVED		"(BAR [0-9]+|ROM) .*: moved from"
#define NO_SPACE	"can't assign; no space"

/**
 * struct plugged_bar - a memory BAR of a device that the host has plugged
 * @dev: the function
 * @bar: its number
 * @size: in bytes; 0 if the function has no memory BAR
 * @is_ram: memory is behind it
 * @seed: of the words that were written to it; 0: none
 */
struct plugged_bar {
	char dev[PCI_NAME_LEN];
	int bar;
	u64 size;
	bool is_ram;
	u64 seed;
};

/**
 * struct plugged - a device that the host has plugged, or knows
 * @id: its name
 * @device: what it is, as the host was told
 * @bars: its memory BARs, ordered by function
 * @nr_bars: number of @bars
 * @held: a mapping of its memory
 * @held_bar: the BAR of which it is
 * @held_start: where that was then
 */
struct plugged {
	const char *id;
	char device[160];
	struct plugged_bar bars[MAX_BARS];
	int nr_bars;
	volatile u64 *held;
	const struct plugged_bar *held_bar;
	u64 held_start;
};

static struct plugged plugged[MAX_PLUGGED];
/* All devices, as they were after the last step */
static struct pci_tree tree;

/* How many BARs changed their addresses in it */
static int nr_moved;

/* First function of the device that leaves in it; "" if none does */
static char leaving[PCI_NAME_LEN];

bool bars_are_movable(void)
{
	return exists(PCI_LISTING);
}

void check_sound(const struct pci_tree *all)
{
	const char *fault = pci_find_fault(all);

	if (fault && bars_are_movable())
		fail("%s", fault);
	if (fault)
		note("without the option: %s", fault);
}

static struct plugged *find_plugged(const char *id)
{
	for (int i = 0; i < MAX_PLUGGED; i++)
		if (plugged[i].id && !strcmp(plugged[i].id, id))
			return &plugged[i];
	fail("the case plugs no %s", id);
}

static struct plugged *free_plugged(void)
{
	for (int i = 0; i < MAX_PLUGGED; i++)
		if (!plugged[i].id)
			return &plugged[i];
	fail("the case plugs more than %d devices", MAX_PLUGGED);
}

static void ask_where(struct plugged *p)
{
	const struct host_answer *answer = host_ask("where %s", p->id);

	p->nr_bars = 0;
	p->held = NULL;
	if (answer->nr > MAX_BARS)
		fail("%s has more than %d BARs", p->id, MAX_BARS);
	for (int i = 0; i < answer->nr; i++) {
		struct plugged_bar *bar = &p->bars[p->nr_bars++];
		char kind[8];

		if (sscanf(answer->lines[i], "%15s %d %llu %7s", bar->dev, &bar->bar,
			   &bar->size, kind) != 4 || bar->bar < 0 ||
		    bar->bar >= PCI_NR_BARS)
			fail("the host says \"%s\"", answer->lines[i]);
		bar->is_ram = !strcmp(kind, "ram");
		bar->seed = 0;
	}
	if (!p->nr_bars)
		fail("the host does not say where %s is", p->id);
}

/* Function 0 is plugged last; the kernel looks for all of them when it appears */
static const char *first_function(const struct plugged *p)
{
	return p->bars[0].dev;
}

static void wait_for(const struct plugged *p, bool there)
{
	double end = now() + patient(20);

	while (exists(pci_path(first_function(p), "config")) != there) {
		if (now() > end)
			fail("%s is still %s after 20 s", first_function(p),
			     there ? "missing" : "there");
		nap(20);
	}
}

static bool is_served(const struct plugged_bar *bar)
{
	const struct pci_dev *dev = pci_find(&tree, bar->dev);
	const struct pci_range *r;

	if (!dev || !bar->size)
		return dev;
	r = &dev->ranges[bar->bar];
	return pci_is_memory(r) && pci_is_assigned(r) && pci_size(r) == bar->size;
}

/* How many functions of a device have all their memory BARs */
static int count_served(const struct plugged *p, int *of)
{
	int served = 0, i = 0;

	for (*of = 0; i < p->nr_bars; ++*of) {
		const char *dev = p->bars[i].dev;
		bool all = true;

		for (; i < p->nr_bars && !strcmp(p->bars[i].dev, dev); i++)
			all &= is_served(&p->bars[i]);
		served += all;
	}
	return served;
}

static void use_memory(struct plugged *p)
{
	for (int i = 0; i < p->nr_bars; i++) {
		struct plugged_bar *bar = &p->bars[i];

		if (!bar->is_ram || !pci_find(&tree, bar->dev))
			continue;
		if (!is_served(bar)) {
			if (bar->seed && bars_are_movable())
				fail("%s BAR %d has lost its address", bar->dev, bar->bar);
			continue;
		}
		if (bar->seed)
			memory_check(bar->dev, bar->bar, bar->seed);
		bar->seed = random() | 1;
		memory_write(bar->dev, bar->bar, bar->seed);
	}
}

/* Another process's words are seen through a mapping that is held */
static void check_held(const struct plugged *p)
{
	const struct pci_dev *dev;

	if (!p->held)
		return;
	dev = pci_find(&tree, p->held_bar->dev);
	if (!dev || dev->ranges[p->held_bar->bar].start != p->held_start)
		fail("%s BAR %d has moved, though it is mapped", p->held_bar->dev,
		     p->held_bar->bar);
	if (*p->held != memory_first_word(p->held_bar->seed))
		fail("%s BAR %d: another word is seen through the old mapping",
		     p->held_bar->dev, p->held_bar->bar);
}

/* Is it in the slot whose device leaves, or below? */
static bool leaves(const struct pci_dev *dev)
{
	if (!*leaving)
		return false;
	while (dev && strncmp(dev->name, leaving, strlen(leaving) - 1))
		dev = pci_find(&tree, dev->parent);
	return dev;
}

static void check_missing(const struct pci_tree *after)
{
	for (int d = 0; d < tree.nr; d++)
		if (!pci_find(after, tree.devs[d].name) && !leaves(&tree.devs[d]))
			fail("%s is not there any more", tree.devs[d].name);
}

/* What holds after each step, whatever the kernel */
static void check_machine(void)
{
	struct pci_tree after;

	/* Whoever reads it waits for the lock that a hot-add holds */
	free(read_file(PCI_LISTING, NULL));
	log_settle();
	log_check();
	after = pci_read_tree();
	check_sound(&after);
	if (bars_are_movable())
		pci_check_kept(&tree, &after);
	check_missing(&after);
	nr_moved = pci_count_moved(&tree, &after);
	pci_free_tree(&tree);
	tree = after;
	disks_check();
	for (int i = 0; i < MAX_PLUGGED; i++)
		if (plugged[i].id) {
			use_memory(&plugged[i]);
			check_held(&plugged[i]);
		}
}

/* Why a device gets no addresses, if the log says so */
static const char *find_reason(const struct plugged *p, int mark)
{
	char refused[64];

	if (!bars_are_movable())
		return log_find(mark, NO_SPACE);
	snprintf(refused, sizeof(refused), "%.*s[0-7]: refused: ",
		 (int)strlen(first_function(p)) - 1, first_function(p));
	return log_find(mark, refused);
}

static void check_moves(const struct step *step, int mark)
{
	const char *logged = log_find(mark, MOVED);
	int nr_logged = log_count(mark, MOVED);

	if (!bars_are_movable()) {
		if (logged)
			fail("without the option, but: %s", logged);
		return;
	}
	/* One may have moved twice */
	if (nr_logged < nr_moved || (logged && !nr_moved))
		fail("%d BARs have moved, but the log has %d lines of that", nr_moved,
		     nr_logged);
	if (step->moves == MOVES && !nr_moved)
		fail("no BAR has moved");
	if (step->moves == MOVES_NONE && nr_moved)
		fail("a BAR has moved: %s", logged);
}

/* Disks and network cards that are served have a driver; and disks are read */
static void check_driver(const struct plugged *p)
{
	const char *driver = pci_path(first_function(p), "driver");
	double end = now() + patient(20);

	if (strncmp(p->device, "nvme", 4) && strcmp(p->device, "net"))
		return;
	while (!exists(driver)) {
		if (now() > end)
			fail("%s has no driver", first_function(p));
		nap(20);
	}
	/* "nvme=N" has no media */
	if (!strcmp(p->device, "nvme"))
		disks_add(first_function(p));
}

static void check_served(const struct step *step, const struct plugged *p, int mark)
{
	int wanted = bars_are_movable() ? step->movable : step->stock;
	int of, served = count_served(p, &of);
	const char *why = find_reason(p, mark);

	note("%s (%s) at %s: %d of %d functions served, %d BARs of others moved", p->id,
	     p->device, first_function(p), served, of, nr_moved);
	if (served < of && why)
		note("%s", why);
	if (served != wanted)
		fail("%d of %d functions served instead of %d", served, of, wanted);
	if (step->op == PLUG && served < of && !why)
		fail("no reason in the log why the device gets no addresses");
	if (step->op == PLUG && served == of)
		check_driver(p);
}

/* What a step calls A: a power of two, if need be the next */
static u64 aperture_mib(void)
{
	u64 wanted = pci_largest_aperture(), aperture = MIB;

	if (!wanted)
		fail("/proc/iomem names no host bridge");
	while (aperture < wanted)
		aperture *= 2;
	return aperture / MIB;
}

static void name_device(struct plugged *p, const char *device)
{
	char *end = p->device + sizeof(p->device) - 24;
	char *to = p->device;

	while (*device && to < end) {
		if (!strncmp(device, "=2A", 3)) {
			to += sprintf(to, "=%lluM", 2 * aperture_mib());
			device += 3;
		} else if (!strncmp(device, "=A/2", 4)) {
			to += sprintf(to, "=%lluM", aperture_mib() / 2);
			device += 4;
		} else {
			*to++ = *device++;
		}
	}
	*to = 0;
	if (*device)
		fail("a step names too many functions");
}

static void plug(const struct step *step)
{
	struct plugged *p = free_plugged();

	name_device(p, step->device);
	host_ask("plug %s %s %s", step->id, step->slot, p->device);
	p->id = step->id;
	ask_where(p);
	wait_for(p, true);
}

static void take(const struct step *step)
{
	struct plugged *p = free_plugged();

	p->id = step->id;
	strcpy(p->device, "from the beginning");
	ask_where(p);
}

/* The slot's folder in sysfs has a file with the device's address */
static bool find_slot(const struct plugged *p, char *path, size_t size)
{
	DIR *dir = opendir(SLOTS);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		char file[512], *address;

		snprintf(file, sizeof(file), SLOTS "/%s/address", entry->d_name);
		address = read_file(file, NULL);
		/* "0000:06:02", followed by a new line */
		found = address && strlen(address) > 4 &&
			!strncmp(address, first_function(p), strcspn(address, "\n"));
		free(address);
		if (found)
			snprintf(path, size, SLOTS "/%s/power", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void release(struct plugged *p)
{
	if (p->held)
		memory_release(p->held, p->held_bar->dev);
	p->held = NULL;
}

/* A press on the slot's button is heard five seconds later, so switch it off besides */
static void unplug(struct plugged *p)
{
	char path[1024];
	pid_t child = 0;

	release(p);
	disks_forget(first_function(p));
	host_ask("press %s", p->id);
	if (host_plugs_natively() && find_slot(p, path, sizeof(path))) {
		child = fork();
		if (!child)
			_exit(!!write_file(path, "0"));
	}
	host_ask("gone %s", p->id);
	if (child > 0)
		waitpid(child, NULL, 0);
	wait_for(p, false);
	p->id = NULL;
}

static void remove_device(const struct plugged *p)
{
	disks_forget(first_function(p));
	for (int i = p->nr_bars - 1; i >= 0; i--) {
		int err = exists(pci_path(p->bars[i].dev, "remove")) ?
			pci_write(p->bars[i].dev, "remove", "1") : 0;

		if (err)
			fail("%s cannot be removed: %s", p->bars[i].dev, strerror(err));
	}
	wait_for(p, false);
}

static void hold(struct plugged *p)
{
	for (int i = 0; i < p->nr_bars && !p->held; i++) {
		struct plugged_bar *bar = &p->bars[i];

		if (!bar->is_ram || !is_served(bar))
			continue;
		p->held = memory_hold(bar->dev, bar->bar);
		p->held_bar = bar;
		p->held_start = pci_find(&tree, bar->dev)->ranges[bar->bar].start;
	}
	if (!p->held)
		fail("%s has no memory to be held", p->id);
}

static int virtual_functions(const char *dev)
{
	char *text = read_file(pci_path(dev, "sriov_totalvfs"), NULL);
	int nr = text ? atoi(text) : 0;

	free(text);
	return nr;
}

static int count_virtual(const struct pci_tree *all)
{
	int nr = 0;

	for (int i = 0; i < all->nr; i++)
		nr += all->devs[i].is_virtual && pci_is_assigned(&all->devs[i].ranges[0]);
	return nr;
}

/* Nobody drives them: they would want queues that the device has not been given */
static void use_virtual(const struct plugged *p)
{
	const char *dev = first_function(p);
	int nr = virtual_functions(dev), found, err;
	struct pci_tree all;
	char text[16];

	if (!nr)
		fail("%s has no Virtual Functions", dev);
	snprintf(text, sizeof(text), "%d", nr);
	pci_write(dev, "sriov_drivers_autoprobe", "0");
	err = pci_write(dev, "sriov_numvfs", text);
	if (err)
		fail("%d Virtual Functions of %s: %s", nr, dev, strerror(err));
	all = pci_read_tree();
	found = count_virtual(&all);
	err = pci_write(dev, "sriov_numvfs", "0");
	if (err)
		fail("Virtual Functions of %s do not go: %s", dev, strerror(err));
	check_sound(&all);
	if (found != nr)
		fail("%d of %d Virtual Functions have addresses", found, nr);
	note("%d Virtual Functions of %s", nr, dev);
	pci_free_tree(&all);
}

static void carry_out(const struct step *step)
{
	*leaving = 0;
	if (step->op == UNPLUG || step->op == REMOVE)
		strcpy(leaving, first_function(find_plugged(step->id)));
	switch (step->op) {
	case PLUG:
		plug(step);
		break;
	case TAKE:
		take(step);
		break;
	case UNPLUG:
		unplug(find_plugged(step->id));
		break;
	case REMOVE:
		remove_device(find_plugged(step->id));
		break;
	case RESCAN:
		pci_rescan();
		break;
	case HOLD:
		hold(find_plugged(step->id));
		break;
	case VIRTUAL:
		use_virtual(find_plugged(step->id));
		break;
	case RELEASE:
		release(find_plugged(step->id));
		break;
	default:
		break;
	}
}

void unplug_all(void)
{
	struct host_answer ids = *host_ask("plugged");

	for (int i = 0; i < ids.nr; i++) {
		plugged[0] = (struct plugged){ .id = ids.lines[i] };
		ask_where(&plugged[0]);
		unplug(&plugged[0]);
	}
	exit(KSFT_PASS);
}

void run_steps(const struct step *steps)
{
	log_open();
	disks_start(host_disks());
	tree = pci_read_tree();
	for (const struct step *step = steps; step->op != END; step++) {
		int mark = log_mark();

		carry_out(step);
		check_machine();
		if (step->op == PLUG || step->op == LOOK)
			check_served(step, find_plugged(step->id), mark);
		check_moves(step, mark);
	}
	disks_stop();
	exit(KSFT_PASS);
}
