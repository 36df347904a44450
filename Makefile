# SPDX-License-Identifier: GPL-2.0
# Everything starts here: "make help" lists what there is.

# The caller's: LINUX (a kernel tree or tarball), CACHE, JOBS, ACCEL, TIMEOUT_FACTOR,
# FAULTS, FORCE, and what single targets take, see their comments.
export LINUX CACHE JOBS ACCEL
.DEFAULT_GOAL := help
.NOTPARALLEL:

force := $(if $(FORCE),--force)
# Recipes ask for the images, which builds what is out of date and prints a path.
ours = KERNEL=$$(scripts/build $(1)) && export KERNEL
both = $(ours) && STOCK_KERNEL=$$(scripts/build stock) && export STOCK_KERNEL

##@ The two that do everything, set-up included
demo: test-packages compose ## Hot-add a device that does not fit, without and with the option; DEMO="--size 1G"
	@$(call ours,movable) && scripts/demo $(DEMO)

check: test-packages compose ## The tests; TESTS='name...': only those machines' tests, --all: slow ones too
	@$(call both,movable) && scripts/check $(TESTS)

check-uml: build-packages compose ## The planner's KUnit tests, in a kernel that runs as a program
	@UML=$$(scripts/build uml) && export UML && scripts/check-uml

check-debug: test-packages compose ## Those of machines on a kernel that watches itself: locks, memory
	@$(call both,movable+debug) && \
		TIMEOUT_FACTOR=$${TIMEOUT_FACTOR:-10} scripts/run-tests $(or $(TESTS),--all)

check-rt: test-packages compose ## The same on a PREEMPT_RT kernel
	@$(call both,movable+rt) && \
		TIMEOUT_FACTOR=$${TIMEOUT_FACTOR:-3} scripts/run-tests $(or $(TESTS),--all)

check-arm64: build-packages compose ## Tests on an emulated arm64 machine
	@scripts/packages arm64 && $(call ours,movable+arm64) && \
		scripts/run-tests $(TESTS)

check-all: ## Every check, report and bench, with the time each takes; TARGETS='check report'
	@scripts/check-all $(TARGETS)

report: test-packages compose ## Tables of what a kernel does without and with the option; MACHINES=..
	@$(call ours,movable) && scripts/report $(MACHINES)

soak: test-packages compose ## 10,000 hot-adds with everything else going on; SOAK_CYCLES=n
	@$(call both,movable) && SOAK_SECONDS=$${SOAK_SECONDS:-600} SOAK_CYCLES=$${SOAK_CYCLES:-10000} scripts/run-tests 19-soak

##@ The kernel
tree: build-packages compose ## The kernel's git tree, one commit per patch, in build/linux

kernel: build-packages compose ## Build the kernel with the series; prints the image's path
	@scripts/build movable

stock-kernel: build-packages ## Build the same kernel without the series
	@scripts/build stock

shell: test-packages compose ## Boot the demo machine to a shell; MACHINE=nested-2 or another
	@$(call ours,movable) && scripts/shell $(MACHINE)

##@ The series
export: build-packages ## Bring edits and commits of build/linux back into the repository
	@scripts/export $(force)

series: build-packages compose ## The mails, cover letters and recipients, in build/series; git am takes them
	@scripts/mails

check-series: build-packages compose ## Each commit: builds, boots, no new warning of any tool; RANGE=..
	@scripts/packages series && scripts/check-series $(RANGE)

check-builds: build-packages compose ## Other configurations, i386 and arm64: no warning
	@scripts/packages cross && scripts/check-builds

##@ The rest
bench: test-packages compose ## Time and quality of plans; how long moves stop CPUs and disks
	@scripts/packages bench && scripts/bench
	@$(call ours,movable) && scripts/bench-moves

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s:\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' Makefile
	@printf '\nVariables:\n'
	@printf '  %-25s %s\n' \
		'LINUX=tree-or-tarball' 'the kernel source to use; otherwise it is downloaded' \
		'CACHE=dir' 'where to keep kernel source and objects (~/.cache)' \
		'JOBS=n' 'compilers at a time (one per processor)' \
		'ACCEL=kvm' 'boot with KVM instead of emulation' \
		'TIMEOUT_FACTOR=2' 'every time limit of the tests, times this' \
		'FAULTS=all' 'check: fail every step, not one of each kind' \
		'FORCE=1' 'drop the edits in build/linux; export: drop those here'

clean: ## Remove what was built here (edits in build/linux: only with FORCE=1)
	@scripts/clean $(force)

distclean: clean ## Remove the cache as well
	@scripts/clean $(force) --cache

compose:
	@scripts/compose $(force)

build-packages:
	@scripts/packages build

test-packages:
	@scripts/packages test

.PHONY: demo check check-all check-uml check-debug check-rt check-arm64 report soak tree kernel \
	stock-kernel shell export series check-series \
	check-builds bench help clean distclean compose build-packages test-packages
