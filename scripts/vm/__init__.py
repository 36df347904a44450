# SPDX-License-Identifier: GPL-2.0
"""Boots test machines in QEMU, plugs devices into them and watches them.

machine   one running guest: start, plug, unplug, wait, logs
qmp       QEMU's control protocol
guest     commands in the guest, over a virtio-serial port
host      answers the kselftest in the guest, which asks for hot-plugs
kselftest runs it and reads its results
addrmap   draws maps of addresses
pci       reads what the guest says about PCI (iomem, lspci, dmesg)
load      disk and network load that verifies itself
ktap      test results in the kernel's format
"""

import os

# On slow machines and kernels everything may take so many times longer.
PATIENCE = float(os.environ.get("TIMEOUT_FACTOR") or "1")
