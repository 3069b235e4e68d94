# Every target first installs what Debian packages are missing (silent when nothing is).
#
#   make demo ARGS="--seed 7"    a whole exam day in one command: see kaotai demo --help
#   make test                    every test, from nothing
#   make bench BENCH=journal     all benchmarks, or one
#   make fuzz TARGET=gift SECONDS=60   hostile bytes for one reader: see Tests/Fuzz
#   make sanitize                every test under the address and the thread sanitizer
#   make torture HOURS=8         power cuts, errors, simulated days, alterations: counted, and kept as a report
#   make format  make clean      format in place; remove what was built

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# From PATH, else where Swift's archive is unpacked by custom.
SWIFT := $(or $(shell command -v swift),$(wildcard /opt/swift/usr/bin/swift))
BUILD := .build
SOURCES := Sources Tests Package.swift

.PHONY: help demo test bench fuzz sanitize torture format clean packages swift
help:
	@sed -n 's/^#   //p' Makefile

# What a program prints as its result stands alone on standard output.
demo: packages swift
	@$(SWIFT) build --scratch-path $(BUILD) -c release >&2
	@$(BUILD)/release/kaotai demo $(ARGS)

test: packages swift
	$(SWIFT) format lint --strict --recursive $(SOURCES)
	$(SWIFT) build --scratch-path $(BUILD) --build-tests
	@# The tests that need a card reader start pcscd with this driver of ours.
	@test -e $(BUILD)/debug/libVirtualReader.so || $(SWIFT) build --scratch-path $(BUILD) --product VirtualReader
	@# All at once they would open more descriptors than the VNC library can count, and answer one another late.
	$(SWIFT) test --scratch-path $(BUILD) --skip-build --parallel --experimental-maximum-parallelization-width 6

bench: packages swift
	@$(SWIFT) build --scratch-path $(BUILD) -c release >&2
	@$(BUILD)/release/kaotai bench $(BENCH) $(ARGS)

fuzz: packages swift
	@SWIFT=$(SWIFT) Tests/Fuzz/run.sh "$(TARGET)" "$(SECONDS)"

# Bounded by its figures (about 20 minutes on 2 processors), or by HOURS with new seeds.
torture: packages swift
	@$(SWIFT) build --scratch-path $(BUILD) -c release >&2
	@$(BUILD)/release/torture $(if $(HOURS),--hours $(HOURS)) --report Tests/Torture/REPORT.md $(ARGS)

sanitize: packages swift
	@SWIFT=$(SWIFT) Tests/sanitize.sh $(SANITIZERS)

format: packages swift
	$(SWIFT) format --in-place --recursive $(SOURCES)

clean:
	rm -rf $(BUILD)

packages:
	@Provisioning/install-packages.sh

swift:
	@test -n "$(SWIFT)" || { echo "make: no swift on PATH or in /opt/swift/usr/bin; Swift 6.3 for Debian 12 is at https://www.swift.org/install/linux/" >&2; exit 69; }
