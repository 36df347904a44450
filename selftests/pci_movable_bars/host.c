// SPDX-License-Identifier: GPL-2.0
/* Requests to the host of a virtual machine. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "test.h"

#define PORTS	"/sys/class/virtio-ports"

static int port = -1;
static char machine[64] = "";
static int disks;
static bool native;

static bool is_ours(const char *entry)
{
	char path[512], *name;
	bool ours;

	snprintf(path, sizeof(path), PORTS "/%s/name", entry);
	name = read_file(path, NULL);
	if (!name)
		return false;
	name[strcspn(name, "\n")] = 0;
	ours = !strcmp(name, HOST_PORT);
	free(name);
	return ours;
}

static int open_port(void)
{
	DIR *dir = opendir(PORTS);
	struct dirent *entry;
	char path[512] = "";

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && is_ours(entry->d_name))
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
	if (dir)
		closedir(dir);
	return *path ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
}

/* A read returns nothing while no host is connected */
static void read_line(char *line, size_t size, const char *request)
{
	double end = now() + patient(60);
	size_t n = 0;

	for (;;) {
		struct pollfd p = { .fd = port, .events = POLLIN };
		char c;

		if (now() > end)
			fail("the host does not answer: %s", request);
		if (poll(&p, 1, 100) <= 0 || read(port, &c, 1) != 1) {
			if (p.revents & POLLHUP)
				nap(20);
			continue;
		}
		if (c == '\n')
			break;
		if (n < size - 1)
			line[n++] = c;
	}
	line[n] = 0;
}

/* An answer that came too late for whoever asked */
static void forget_input(void)
{
	char old[256];

	while (read(port, old, sizeof(old)) > 0)
		;
}

/* Without a host at its other end, nothing can be written */
static void write_all(const char *request)
{
	double end = now() + patient(10);
	size_t left = strlen(request);

	while (left) {
		ssize_t n = write(port, request, left);

		if (n > 0) {
			request += n;
			left -= n;
		} else if (now() > end) {
			fail("the host cannot be asked: %s", strerror(errno));
		} else {
			nap(20);
		}
	}
}

const struct host_answer *host_ask(const char *format, ...)
{
	static struct host_answer answer;
	char request[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(request, sizeof(request) - 1, format, ap);
	va_end(ap);
	strcat(request, "\n");
	forget_input();
	write_all(request);
	request[strlen(request) - 1] = 0;

	for (answer.nr = 0; answer.nr < HOST_MAX_LINES; answer.nr++) {
		char *line = answer.lines[answer.nr];

		read_line(line, sizeof(answer.lines[0]), request);
		if (!strcmp(line, "ok"))
			return &answer;
		if (!strncmp(line, "error ", 6))
			fail("the host refuses \"%s\": %s", request, line + 6);
	}
	fail("the host's answer to \"%s\" has no end", request);
}

bool host_open(void)
{
	const struct host_answer *answer;
	char way[16];

	port = open_port();
	if (port < 0)
		return false;
	answer = host_ask("hello");
	for (int i = 0; i < answer->nr; i++) {
		const char *line = answer->lines[i];

		if (sscanf(line, "hotplug %15s", way) == 1)
			native = !strcmp(way, "native");
		else if (sscanf(line, "machine %63s", machine) != 1 &&
			 sscanf(line, "disks %d", &disks) != 1)
			fail("the host's greeting says \"%s\"", line);
	}
	return true;
}

const char *host_machine(void)
{
	return machine;
}

int host_disks(void)
{
	return disks;
}

bool host_plugs_natively(void)
{
	return native;
}
