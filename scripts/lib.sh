# SPDX-License-Identifier: GPL-2.0
# What the shell scripts share: where things are, how progress and errors look.
# Sourced, never run: set top to the checkout's directory, then ". $top/scripts/lib.sh".
# shellcheck shell=sh disable=SC2034,SC2154

# The caller's directory may hold other things: a directory of our own in it.
CACHE=${CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}}
case $CACHE in
/*) ;;
*) CACHE=$PWD/$CACHE ;;
esac
cache=$CACHE/pci-movable-bars
tree=$top/build/linux

# The kernel's own scripts split such paths.
case $top$cache in
*[[:space:]:]*)
	echo "${0##*/}: error: $top or the cache $cache has a space or a colon in its path" >&2
	echo "    Move it, or choose another cache: make CACHE=/path ..." >&2
	exit 1
	;;
esac

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

# need_cross: the compiler of another architecture, ${cross}gcc.
need_cross() {
	command -v "${cross}gcc" >/dev/null ||
		die "there is no ${cross}gcc" "Run: scripts/packages cross"
}

# lock FILE WHOM: waits for whom, and holds the file on 9 until the script ends.
lock() {
	# exec ends the shell where it cannot open a file.
	if ! mkdir -p "${1%/*}" || ! { : >>"$1"; } 2>/dev/null; then
		die "cannot write to the cache $cache" "Choose another: make CACHE=/path ..."
	fi
	exec 9>>"$1"
	flock -n 9 || { say "Waiting for $2 ..."; flock 9; }
}

# mirror DIR REPOSITORY REF COMMIT: a work tree of that commit in DIR, in which only
# files that differ are touched.
mirror() {
	if ! git -C "$1" cat-file -e 'HEAD^{tree}' 2>/dev/null; then
		need_disk 3000 "$cache"
		say "Making the cache's mirror of the $variant source (half a minute) ..."
		rm -rf "$1"
		mkdir -p "${1%/*}"
		git -c core.fsync=none clone -q --shared --no-checkout \
			"$("$top/scripts/fetch")" "$1"
	fi
	git -C "$1" -c core.fsync=none fetch -q "$2" "+$3:refs/movable/snapshot"
	git -C "$1" -c core.fsync=none reset -q --hard "$4"
}

# snapshot: makes a commit of build/linux as it is now, edits included.
snapshot() {
	scratch=$(mktemp)
	cp "$tree/.git/index" "$scratch"
	files=$(cd "$tree" && export GIT_INDEX_FILE="$scratch" &&
		git add -A && git write-tree) || files=
	rm -f "$scratch"
	[ -n "$files" ] || die "build/linux cannot be read" "See: git -C build/linux status"
	printf 'Snapshot to build\n' |
		GIT_AUTHOR_NAME=build GIT_AUTHOR_EMAIL=build@localhost \
		GIT_AUTHOR_DATE='1767225600 +0000' GIT_COMMITTER_NAME=build \
		GIT_COMMITTER_EMAIL=build@localhost GIT_COMMITTER_DATE='1767225600 +0000' \
		git -C "$tree" commit-tree -p refs/movable/base "$files"
}

# debian_mirror [FIELD]: of the archive that this machine's own apt uses for Debian's main
# section, the address, or another field of apt-get indextargets, such as CODENAME.
debian_mirror() {
	apt-get indextargets --format "\$(${1:-REPO_URI})" 'Created-By: Packages' \
		'Component: main' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n 1
}

# private_sources DIR SUITE...: makes Debian's SUITEs the sources of private_apt DIR, and
# fetches their lists.
private_sources() {
	sources=$1
	shift
	mirror=$(debian_mirror)
	if [ -z "$mirror" ]; then
		say "apt has no list of a Debian mirror: run apt-get update as root (or see" \
		    "/etc/apt/sources.list)"
		return 1
	fi
	mkdir -p "$sources"
	for suite in "$@"; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"$mirror $suite main"
	done >"$sources/sources.list"
	private_apt "$sources" apt-get -q update >&2
}

# private_apt DIR COMMAND...: apt-get or apt-cache with the sources and lists in DIR;
# the system's stay as they are.  private_sources fills DIR; apt_for may name another
# architecture than this machine's.
private_apt() {
	apt=$1
	command=$2
	shift 2
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	"$command" -o Dir::Etc::SourceList="$apt/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Parts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" \
		-o APT::Architecture="${apt_for:-$(dpkg --print-architecture)}" \
		-o APT::Architectures="${apt_for:-$(dpkg --print-architecture)}" \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::http::Timeout=20 \
		-o APT::Update::Error-Mode=any \
		-o Acquire::Languages=none "$@"
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
	CCACHE_DIR=$cache/ccache CCACHE_MAXSIZE=3G \
	KBUILD_BUILD_TIMESTAMP='2026-01-01 00:00:00 UTC' KBUILD_BUILD_VERSION=1 \
	KBUILD_BUILD_USER=build KBUILD_BUILD_HOST=localhost \
		make -C "$src" O="$obj" ARCH=$arch CROSS_COMPILE="${cross:-}" CC="$cc" \
		HOSTCC="${cc%"${cross:-}gcc"}gcc" LOCALVERSION="-$variant" "$@" 9>&-
}
