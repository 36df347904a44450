// SPDX-License-Identifier: GPL-2.0
/* Disks that are read all the time. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disks.h"
#include "test.h"

#define MAX_DISKS	16
#define AREA		(2 * MIB)
#define BLOCK		(16 * KIB)
#define POISON		0xa5

/**
 * struct disk - one disk and the process that reads it
 * @name: in /dev
 * @pid: the process; 0: none any more
 * @reads: reads that gave what they gave at first
 * @seen: @reads when they were last looked at
 * @wrong: reads that gave something else
 * @error: errno of a read that failed
 * @slowest: seconds that the slowest read took
 */
struct disk {
	char name[32];
	pid_t pid;
	volatile unsigned long reads;
	unsigned long seen;
	volatile unsigned long wrong;
	volatile int error;
	volatile double slowest;
};

static struct disk *disks;
static int nr_disks;
static const char *known;

/* Ends the case: a disk does not answer any more */
static __noreturn void stopped(const struct disk *disk, const char *how)
{
	if (!known)
		fail("%s: %s", disk->name, how);
	note("%s: %s", disk->name, how);
	note("expected: %s", known);
	exit(KSFT_XFAIL);
}

static void *aligned(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("no memory to read disks");
	return p;
}

static bool read_block(struct disk *disk, int fd, void *block, off_t where)
{
	ssize_t n;

	/* So that data which never arrives is not taken for what was there before */
	memset(block, POISON, BLOCK);
	n = pread(fd, block, BLOCK, where);
	if (n != (ssize_t)BLOCK)
		disk->error = n < 0 ? errno : EIO;
	return n == (ssize_t)BLOCK;
}

static void read_on(struct disk *disk, int fd)
{
	char *first = aligned(AREA), *block = aligned(BLOCK);

	for (off_t at = 0; at < (off_t)AREA; at += BLOCK)
		if (!read_block(disk, fd, first + at, at))
			return;
	for (;;) {
		off_t at = random() % (AREA / BLOCK) * BLOCK;
		double start = now(), took;

		if (!read_block(disk, fd, block, at))
			return;
		took = now() - start;
		if (took > disk->slowest)
			disk->slowest = took;
		if (memcmp(block, first + at, BLOCK))
			disk->wrong++;
		else
			disk->reads++;
	}
}

static void start_reading(const char *name)
{
	struct disk *disk = &disks[nr_disks];
	pid_t parent = getpid();
	char path[64];
	pid_t pid;
	int fd;

	if (nr_disks == MAX_DISKS)
		fail("there are more than %d disks", MAX_DISKS);
	snprintf(path, sizeof(path), "/dev/%.31s", name);
	fd = open(path, O_RDONLY | O_DIRECT | O_EXCL | O_CLOEXEC);
	if (fd < 0)
		return;
	if (lseek(fd, 0, SEEK_END) < (off_t)AREA) {
		close(fd);
		return;
	}
	*disk = (struct disk){};
	snprintf(disk->name, sizeof(disk->name), "%.31s", name);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		read_on(disk, fd);
		_exit(1);
	}
	close(fd);
	if (pid < 0)
		fail("no process to read %s: %s", name, strerror(errno));
	disk->pid = pid;
	nr_disks++;
}

static bool is_disk(const char *name)
{
	return !fnmatch("nvme*n[0-9]", name, 0) || !fnmatch("vd[a-z]", name, 0);
}

static bool is_read(const char *name)
{
	for (int i = 0; i < nr_disks; i++)
		if (disks[i].pid && !strcmp(disks[i].name, name))
			return true;
	return false;
}

/* Whether the disk is at this device, or at one below it */
static bool is_below(const char *name, const char *dev)
{
	char path[64], link[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/block/%.31s", name);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return false;
	link[n] = 0;
	return strstr(link, dev);
}

/* Reads what is not read yet; of this device, or of all */
static void read_more(const char *dev)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (is_disk(entry->d_name) && !is_read(entry->d_name) &&
		    (!dev || is_below(entry->d_name, dev)))
			start_reading(entry->d_name);
	if (dir)
		closedir(dir);
}

/* Drivers take their time until a disk is there */
static void read_until(int nr, const char *dev)
{
	double end = now() + patient(20);

	for (;;) {
		read_more(dev);
		if (nr_disks >= nr)
			return;
		if (now() > end)
			fail("%d disks can be read%s%s, there should be %d", nr_disks,
			     dev ? " with that at " : "", dev ?: "", nr);
		nap(50);
	}
}

void disks_start(int nr)
{
	disks = mmap(NULL, MAX_DISKS * sizeof(*disks), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (disks == MAP_FAILED)
		fail("no memory to count reads");
	read_until(nr, NULL);
	note("%d disks are read", nr_disks);
}

void disks_add(const char *dev)
{
	read_until(nr_disks + 1, dev);
}

void disks_may_stop(const char *why)
{
	known = why;
}

static void check_disk(struct disk *disk)
{
	double end = now() + patient(20);

	while (disk->reads == disk->seen && !disk->error && now() < end)
		nap(20);
	if (disk->wrong)
		fail("%s: %lu reads gave other data than the first", disk->name,
		     disk->wrong);
	if (disk->error)
		stopped(disk, strerror(disk->error));
	if (disk->reads == disk->seen)
		stopped(disk, "no read ends any more");
	disk->seen = disk->reads;
}

void disks_check(void)
{
	for (int i = 0; i < nr_disks; i++)
		if (disks[i].pid)
			check_disk(&disks[i]);
}

/* A process that waits for a disk cannot be ended before the disk answers */
static void stop(struct disk *disk)
{
	double end = now() + patient(20);

	kill(disk->pid, SIGKILL);
	while (!waitpid(disk->pid, NULL, WNOHANG)) {
		if (now() > end)
			stopped(disk, "a read does not end");
		nap(20);
	}
	note("%s: %lu reads, slowest %.0f ms", disk->name, disk->reads,
	     disk->slowest * 1000);
	disk->pid = 0;
}

void disks_forget(const char *dev)
{
	for (int i = 0; i < nr_disks; i++)
		if (disks[i].pid && is_below(disks[i].name, dev))
			stop(&disks[i]);
}

void disks_stop(void)
{
	for (int i = 0; i < nr_disks; i++)
		if (disks[i].pid)
			stop(&disks[i]);
	nr_disks = 0;
}
