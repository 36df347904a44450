// SPDX-License-Identifier: GPL-2.0
/*
 * Tells whether anything about PCI has changed.
 *
 *	pcistate keep FILE [anywhere]	write down how things are
 *	pcistate compare FILE [anywhere]	print "same" or "differs"
 *
 * That is /proc/iomem and /proc/ioports, the first 64 bytes of each device's config
 * space, its resources, and the kernel's mappings of physical ranges; with "anywhere"
 * they may have moved to other virtual addresses. What differs first is printed as an
 * error. One program, as a test asks hundreds of times.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES	64

static void die(const char *what)
{
	fprintf(stderr, "pcistate: %s: %s\n", what, strerror(errno));
	exit(2);
}

static FILE *open_file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		die(path);
	return f;
}

static void add_file(FILE *out, const char *path)
{
	FILE *in = open_file(path, "r");
	char line[512];

	fprintf(out, "%s\n", path);
	while (fgets(line, sizeof(line), in))
		fputs(line, out);
	if (ferror(in))
		die(path);
	fclose(in);
}

static void add_header(FILE *out, const char *path)
{
	unsigned char header[HEADER_BYTES];
	FILE *in = open_file(path, "r");

	setvbuf(in, NULL, _IONBF, 0);
	if (fread(header, 1, sizeof(header), in) != sizeof(header))
		die(path);
	fprintf(out, "%s\n", path);
	for (int i = 0; i < HEADER_BYTES; i++)
		fprintf(out, "%02x%s", header[i], i % 4 == 3 ? "\n" : " ");
	fclose(in);
}

static void add_each(FILE *out, const char *pattern, void (*add)(FILE *out, const char *path))
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		die(pattern);
	for (size_t i = 0; i < found.gl_pathc; i++)
		add(out, found.gl_pathv[i]);
	globfree(&found);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "0xADDRESS-0xADDRESS size caller phys=0x... ioremap" */
static void add_mappings(FILE *out, int anywhere)
{
	FILE *in = open_file("/proc/vmallocinfo", "r");
	char line[512], **lines = NULL;
	size_t nr = 0;

	while (fgets(line, sizeof(line), in)) {
		const char *text = anywhere ? strchr(line, ' ') : line;

		if (!text || !strstr(line, "phys="))
			continue;
		lines = realloc(lines, (nr + 1) * sizeof(*lines));
		if (!lines || !(lines[nr++] = strdup(text)))
			die("memory");
	}
	fclose(in);
	if (!nr) {
		errno = ENOENT;
		die("mappings with phys= in /proc/vmallocinfo");
	}
	qsort(lines, nr, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < nr; i++) {
		fputs(lines[i], out);
		free(lines[i]);
	}
	free(lines);
}

static char *state(int anywhere)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die("memory");
	add_file(out, "/proc/iomem");
	add_file(out, "/proc/ioports");
	add_mappings(out, anywhere);
	add_each(out, "/sys/bus/pci/devices/*/config", add_header);
	add_each(out, "/sys/bus/pci/devices/*/resource", add_file);
	if (fclose(out))
		die("memory");
	return text;
}

static void show_difference(const char *before, const char *after)
{
	while (*before) {
		size_t a = strcspn(before, "\n"), b = strcspn(after, "\n");

		if (a != b || strncmp(before, after, a)) {
			fprintf(stderr, "pcistate: before: %.*s\npcistate: after: %.*s\n",
				(int)a, before, (int)b, after);
			return;
		}
		before += a + !!before[a];
		after += b + !!after[b];
	}
}

static int compare(const char *path, char *after)
{
	size_t size = strlen(after);
	/* One more, to see that the file ends as well */
	char *before = calloc(1, size + 2);
	FILE *in = open_file(path, "r");
	size_t n;

	if (!before)
		die("memory");
	n = fread(before, 1, size + 1, in);
	fclose(in);
	if (n == size && !memcmp(before, after, size)) {
		puts("same");
	} else {
		show_difference(before, after);
		puts("differs");
	}
	free(before);
	return 0;
}

static int keep(const char *path, const char *text)
{
	FILE *out = open_file(path, "w");

	if (fputs(text, out) < 0 || fclose(out))
		die(path);
	return 0;
}

int main(int argc, char **argv)
{
	int anywhere = argc == 4 && !strcmp(argv[3], "anywhere");

	if (argc == 3 + anywhere && !strcmp(argv[1], "keep"))
		return keep(argv[2], state(anywhere));
	if (argc == 3 + anywhere && !strcmp(argv[1], "compare"))
		return compare(argv[2], state(anywhere));
	fprintf(stderr, "Usage: pcistate keep|compare FILE [anywhere]\n");
	return 2;
}
