// SPDX-License-Identifier: GPL-2.0
/*
 * Boots another kernel without firmware: no device is reset on the way.
 *
 *	kexec KERNEL INITRAMFS PARAMETERS
 *
 * Drivers are told to shut their devices down, as by kexec(8) --exec.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "kexec: %s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int kernel, initramfs;

	if (argc != 4) {
		fprintf(stderr, "Usage: kexec KERNEL INITRAMFS PARAMETERS\n");
		return 2;
	}
	kernel = open(argv[1], O_RDONLY);
	if (kernel < 0)
		return fail(argv[1]);
	initramfs = open(argv[2], O_RDONLY);
	if (initramfs < 0)
		return fail(argv[2]);
	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(argv[3]) + 1,
		    argv[3], 0UL))
		return fail("the kernel cannot be loaded");
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	return fail("the kernel cannot be started");
}
