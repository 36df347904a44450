# SPDX-License-Identifier: GPL-2.0
# What the shell scripts share: where things are, how progress and errors look.
# Sourced, never run: set top to the checkout's directory, then ". $top/scripts/lib.sh".
# shellcheck shell=sh disable=SC2034,SC2154

CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pci-movable-bars}
case $CACHE in
/*) ;;
*) CACHE=$PWD/$CACHE ;;
esac
tree=$top/build/linux

# The user's git settings must not change what the scripts read and write.
GIT_CONFIG_GLOBAL=/dev/null
GIT_CONFIG_SYSTEM=/dev/null
LC_ALL=C
export CACHE GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM LC_ALL

say() {
	echo "$*" >&2
}

# die WHAT [WHAT TO DO]...
die() {
	echo "${0##*/}: error: $1" >&2
	shift
	for line in "$@"; do
		echo "    $line" >&2
	done
	exit 1
}

# need_disk MEGABYTES DIRECTORY: DIRECTORY may not exist yet.
need_disk() {
	disk=$2
	while [ ! -d "$disk" ]; do
		disk=${disk%/*}
		disk=${disk:-/}
	done
	free=$(df -Pm "$disk" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$1" ] ||
		die "$disk has $free MB free, this step needs $1 MB" \
		    "Free some space, or keep the cache elsewhere: make CACHE=/big/disk/cache ..."
}

need_tool() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null ||
			die "$tool is not installed" \
			    "Run: scripts/packages build"
	done
}

# kconfig FILE FRAGMENT...: the configuration FILE, of these fragments and nothing
# else, for kmake.
kconfig() {
	KCONFIG_CONFIG=$1
	export KCONFIG_CONFIG
	shift
	kmake -s allnoconfig &&
		"$src/scripts/kconfig/merge_config.sh" -m -O "$obj" "$KCONFIG_CONFIG" "$@" &&
		kmake -s olddefconfig || return
	unset KCONFIG_CONFIG
}

# kmake ARGUMENT...: make for the kernel in $src, objects in $obj, for $arch and with
# the compiler ${cross}gcc; release names end in $variant.
kmake() {
	cc=${cross:-}gcc
	if command -v ccache >/dev/null; then
		cc="ccache $cc"
	fi
	# A lock that the caller holds on 9 must not outlive it in a compiler.
	CCACHE_DIR=$CACHE/ccache CCACHE_MAXSIZE=3G \
	KBUILD_BUILD_TIMESTAMP='2026-01-01 00:00:00 UTC' KBUILD_BUILD_VERSION=1 \
	KBUILD_BUILD_USER=build KBUILD_BUILD_HOST=localhost \
		make -C "$src" O="$obj" ARCH=$arch CROSS_COMPILE="${cross:-}" CC="$cc" \
		HOSTCC="${cc%"${cross:-}gcc"}gcc" LOCALVERSION="-$variant" "$@" 9>&-
}
