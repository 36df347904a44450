// SPDX-License-Identifier: GPL-2.0
/*
 * Runs commands in the guest for the host, over one virtio-serial port.
 *
 * It is the guest's first process once /init has set the stage, so the guest
 * panics (and the host notices) if it ever ends.
 *
 * A message is a line, followed by as many raw bytes as the line says:
 *
 *   host:   run ID LENGTH   a shell script of LENGTH bytes
 *           kill ID SIGNAL  to the process group of the script
 *   guest:  ready           the port is open, scripts may be sent
 *           out ID LENGTH   LENGTH bytes that the script printed
 *           end ID STATUS   it exited with STATUS (128 + signal if killed)
 *
 * Any number of scripts run at the same time.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT_NAME	"pmb.agent"
#define PORTS		"/sys/class/virtio-ports"
#define MAX_JOBS	32

struct job {
	long id;
	pid_t pid;
	int out;
};

static struct job jobs[MAX_JOBS];
static int port = -1;

static void nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void die(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool has_name(const char *entry)
{
	char path[300], name[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), PORTS "/%s/name", entry);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (fgets(name, sizeof(name), f))
		name[strcspn(name, "\n")] = 0;
	fclose(f);
	return !strcmp(name, PORT_NAME);
}

static int open_port(void)
{
	char path[300] = "";
	struct dirent *e;
	DIR *d = opendir(PORTS);

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && has_name(e->d_name))
			snprintf(path, sizeof(path), "/dev/%s", e->d_name);
	if (d)
		closedir(d);
	return path[0] ? open(path, O_RDWR | O_CLOEXEC) : -1;
}

static void wait_for_port(void)
{
	int tries;

	for (tries = 0; tries < 500 && port < 0; tries++) {
		port = open_port();
		if (port < 0)
			nap(20);
	}
	if (port < 0)
		die("no virtio-serial port named " PORT_NAME);
}

/* After a sleep the host plugs the port anew, see Machine.sleep(). */
static void reopen_port(void)
{
	close(port);
	port = -1;
	wait_for_port();
}

static void write_all(const void *buf, size_t len)
{
	const char *p = buf;
	ssize_t n;

	while (len) {
		n = write(port, p, len);
		if (n < 0 && errno == ENODEV)
			reopen_port();
		else if (n < 0 && errno != EINTR && errno != EAGAIN)
			die("write to the host");
		if (n <= 0) {
			nap(5);
			continue;
		}
		p += n;
		len -= n;
	}
}

static void say(const char *format, ...)
{
	char line[128];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	write_all(line, strlen(line));
}

/* A read returns nothing while no host is connected: wait for one. */
static size_t read_some(char *buf, size_t len)
{
	ssize_t n;

	for (;;) {
		n = read(port, buf, len);
		if (n > 0)
			return n;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			die("read from the host");
		nap(20);
	}
}

static void read_line(char *line, size_t size)
{
	size_t n = 0;

	while (read_some(line + n, 1) && line[n] != '\n')
		if (n < size - 2)
			n++;
	line[n] = 0;
}

static struct job *find_job(long id)
{
	int i;

	for (i = 0; i < MAX_JOBS; i++)
		if (jobs[i].pid && jobs[i].id == id)
			return &jobs[i];
	return NULL;
}

static struct job *free_job(void)
{
	int i;

	for (i = 0; i < MAX_JOBS; i++)
		if (!jobs[i].pid)
			return &jobs[i];
	return NULL;
}

static void run_child(char *script, int out)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	execl("/bin/sh", "sh", "-c", script, NULL);
	_exit(127);
}

static void start_job(long id, size_t len)
{
	char *script = calloc(1, len + 1);
	struct job *job = free_job();
	size_t got = 0;
	int fd[2];

	if (!script)
		die("no memory for a script");
	while (got < len)
		got += read_some(script + got, len - got);
	if (!job || pipe2(fd, O_CLOEXEC)) {
		say("end %ld 126\n", id);
		free(script);
		return;
	}
	job->id = id;
	job->out = fd[0];
	job->pid = fork();
	if (!job->pid)
		run_child(script, fd[1]);
	close(fd[1]);
	if (job->pid < 0) {
		close(job->out);
		job->pid = 0;
		say("end %ld 126\n", id);
	}
	free(script);
}

static void handle_request(void)
{
	unsigned long arg;
	char line[128], verb[16];
	struct job *job;
	long id;

	read_line(line, sizeof(line));
	if (sscanf(line, "%15s %ld %lu", verb, &id, &arg) != 3)
		return;
	if (!strcmp(verb, "run")) {
		start_job(id, arg);
	} else if (!strcmp(verb, "kill")) {
		job = find_job(id);
		if (job)
			kill(-job->pid, arg);
	}
}

/* Returns false when there is nothing more to read. */
static bool forward_output(struct job *job)
{
	char buf[16384];
	ssize_t n = read(job->out, buf, sizeof(buf));

	if (n <= 0)
		return false;
	say("out %ld %zd\n", job->id, n);
	write_all(buf, n);
	return true;
}

/*
 * What a script leaves running in the background may hold the pipe open, so
 * the script's end is what counts; what is in the pipe by then is sent first.
 */
static void end_job(struct job *job, int status)
{
	fcntl(job->out, F_SETFL, O_NONBLOCK);
	while (forward_output(job))
		;
	close(job->out);
	job->pid = 0;
	say("end %ld %d\n", job->id, WIFSIGNALED(status) ?
	    128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void reap(void)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < MAX_JOBS; i++)
			if (jobs[i].pid == pid)
				end_job(&jobs[i], status);
}

static void serve(void)
{
	struct pollfd p[MAX_JOBS + 1];
	int i;

	p[0] = (struct pollfd){ .fd = port, .events = POLLIN };
	for (i = 0; i < MAX_JOBS; i++)
		p[i + 1] = (struct pollfd){
			.fd = jobs[i].pid ? jobs[i].out : -1,
			.events = POLLIN,
		};
	poll(p, MAX_JOBS + 1, 20);
	for (i = 0; i < MAX_JOBS; i++)
		if (p[i + 1].revents & POLLIN)
			forward_output(&jobs[i]);
	/* Without a host, a port hangs up and can be read; one that is gone hangs up. */
	if (p[0].revents == POLLIN)
		handle_request();
	else if (p[0].revents == POLLHUP)
		reopen_port();
	else if (p[0].revents)
		nap(20);
	reap();
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	wait_for_port();
	say("ready\n");
	for (;;)
		serve();
}
