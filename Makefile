# Ferry. `make` alone lists what there is to make.
# As root, whatever runs Ferry or its tests runs as the user ferry-dev instead, in a copy: docs/decisions/0005-ordinary-user-for-tests.md.

# Arguments of the demo, for example ARGS=--yes, or of check-long, ARGS=fuzz
ARGS ?=
export ARGS
ROOT := $(filter 0,$(shell id -u))
PREFIX ?= $(if $(ROOT),/usr/local,$(HOME)/.local)
# Seconds after which the tests are stopped. They are to take no more than 720; the rest is for a machine that is busy.
TEST_LIMIT ?= 1200
export TEST_LIMIT
RELEASE = --configuration release --static-swift-stdlib

TO_BUILD = git libcmark-dev libsqlite3-dev pkg-config python3 zlib1g-dev
TO_RUN = $(TO_BUILD) bubblewrap util-linux $(if $(ROOT),passwd)
# The second line: what people change notes with.
TO_TEST = $(TO_RUN) inotify-tools python3-pytest ripgrep \
	emacs-nox nano rsync syncthing unison unzip vim
TO_SERVE = systemd
# For a virtual machine with a kernel that has cgroups of version 2.
TO_LIMIT = busybox-static qemu-system-x86
# File systems that lose their power.
TO_LOSE = btrfs-progs e2fsprogs xfsprogs
# What the projects in `.scripts/languages` are built with.
TO_SPEAK = cargo cmake gcc golang-go make nodejs npm rustc
TO_FETCH = python3-pip python3-setuptools

AS_USER = .scripts/as-ordinary-user --
MAKE_HERE = $(MAKE) --no-print-directory

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: bench build build-release build-tests check-long demo e2e e2e-agents fault-table help install lint test

help:
	@echo 'make demo        watch a feature go from a note to merged code (ARGS=--yes asks nothing)'
	@echo 'make test        lint, build and test: what continuous integration runs'
	@echo 'make lint        format and architecture only'
	@echo 'make build       ferry and ferry-step, for debugging, in .build/debug'
	@echo 'make bench       measure, and write docs/benchmarks.md'
	@echo 'make fault-table let models fail in every way, with real waits (ten minutes), and write the table in docs/models.md'
	@echo 'make e2e         a run on a real third-party project, fetched from PyPI'
	@echo 'make e2e-agents  the real Claude Code, Codex, an ACP agent and LiteLLM, fetched from PyPI, with a scripted model; writes docs/models.md (ARGS="claude": only this)'
	@echo 'make check-long  the long variants (FERRY_LONG=1) and ten million inputs of a fuzzer; the crash matrix and the soak (hours); writes docs/check-long.md, docs/crash-matrix.md, docs/languages.md, docs/models.md;'
	@echo '                 ARGS="fuzz tests" only these steps (fuzz, tests, agents, matrix, histories, soak, languages)'
	@echo 'make install     ferry and ferry-step into PREFIX/bin ($(PREFIX)/bin)'

build:
	@.scripts/need $(TO_BUILD)
	@.scripts/plan-again
	@swift build --product ferry
	@swift build --product ferry-step

build-tests:
	@.scripts/need $(TO_BUILD)
	@.scripts/plan-again
	@swift build --build-tests

build-release:
	@.scripts/need $(TO_BUILD)
	@.scripts/plan-again
	@swift build $(RELEASE) --product ferry
	@swift build $(RELEASE) --product ferry-step

lint:
	@.scripts/need python3
	@swift format lint --strict --recursive --parallel Sources Tests Package.swift
	@.scripts/check-architecture
	@.scripts/check-architecture-test
	@.scripts/check-threat-model
	@.scripts/check-executor-hops

# What the documents of a measurement name; the copy in which root's runs happen is no git repository.
bench check-long e2e e2e-agents: export FERRY_COMMIT ?= $(shell git describe --always --dirty --exclude='*' --abbrev=12)

ifeq ($(ROOT),)

demo:
	@.scripts/need $(TO_RUN)
	@$(MAKE_HERE) build
	@.build/debug/ferry demo $(ARGS)

test:
	@.scripts/need $(TO_TEST)
	@.scripts/stage lint $(MAKE_HERE) lint
	@.scripts/stage build $(MAKE_HERE) build-tests
	@.scripts/stage test .scripts/run-tests
	@.scripts/stage matrix .scripts/crash-matrix --sample

check-long:
	@.scripts/need $(TO_TEST) $(TO_SPEAK) $(TO_FETCH)
	@.scripts/stage build $(MAKE_HERE) build-tests
	@.scripts/stage build $(MAKE_HERE) build
	@.scripts/check-long $(ARGS)

# Waits as every day: ten minutes.
fault-table:
	@.scripts/need $(TO_TEST)
	@.scripts/stage build $(MAKE_HERE) build-tests
	@FERRY_FAULT_TABLE="$(CURDIR)/docs/models.md" .scripts/stage fault-table swift test --skip-build --disable-xctest --filter FaultTableTests

bench:
	@.scripts/need $(TO_TEST) $(TO_FETCH)
	@.scripts/stage build $(MAKE_HERE) build-release
	@.scripts/stage build swift build $(RELEASE) --product FerryCallBench
	@.scripts/stage build swift build $(RELEASE) --product FerryQueueBench
	@.scripts/stage build swift build $(RELEASE) --product FerryCheckpointBench
	@.scripts/stage bench Benchmarks/run

e2e:
	@.scripts/need $(TO_TEST) $(TO_FETCH)
	@.scripts/stage build $(MAKE_HERE) build
	@.scripts/stage e2e .scripts/e2e

e2e-agents:
	@.scripts/need $(TO_TEST) $(TO_FETCH)
	@.scripts/stage build $(MAKE_HERE) build
	@.scripts/stage e2e-agents .scripts/e2e-agents $(ARGS)

install: build-release
	@install -d "$(DESTDIR)$(PREFIX)/bin"
	@install -s -m 755 .build/release/ferry .build/release/ferry-step "$(DESTDIR)$(PREFIX)/bin"
	@echo 'Installed ferry and ferry-step into $(DESTDIR)$(PREFIX)/bin'

else

demo:
	@.scripts/need $(TO_RUN)
	@$(AS_USER) $(MAKE_HERE) demo

# Root alone can start a user's systemd that is not that of the person.
test:
	@.scripts/need $(TO_TEST)
	@$(AS_USER) $(MAKE_HERE) $@
	@.scripts/stage service .scripts/service-check --quick

fault-table:
	@.scripts/need $(TO_TEST)
	@.scripts/as-ordinary-user --results docs/models.md -- $(MAKE_HERE) $@

bench check-long e2e e2e-agents: AS_USER = .scripts/as-ordinary-user --results docs/benchmarks.md docs/check-long.md docs/crash-matrix.md docs/languages.md docs/models.md docs/third-party-run.md --
bench e2e e2e-agents:
	@.scripts/need $(TO_TEST) $(TO_FETCH)
	@$(AS_USER) $(MAKE_HERE) $@

# The figures of the service and of the limits in a cgroup, which are root's to find, go to the page with all others.
check-long:
	@.scripts/need $(TO_TEST) $(TO_FETCH) $(TO_SERVE) $(TO_LIMIT) $(TO_LOSE) $(TO_SPEAK)
	@$(AS_USER) $(MAKE_HERE) build-tests build
	@FERRY_ROOT_CHECKS="$(if $(ARGS),,$$(.scripts/stage service .scripts/service-check && .scripts/stage limits .scripts/cgroup-check && .scripts/stage power .scripts/power-loss))" && export FERRY_ROOT_CHECKS && $(AS_USER) $(MAKE_HERE) $@

install:
	@.scripts/need $(TO_RUN)
	@$(AS_USER) $(MAKE_HERE) build-release
	@install -d "$(DESTDIR)$(PREFIX)/bin"
	@built=$$(getent passwd ferry-dev | cut -d: -f6)/ferry/.build/release && \
		install -s -m 755 "$$built/ferry" "$$built/ferry-step" "$(DESTDIR)$(PREFIX)/bin"
	@echo 'Installed ferry and ferry-step into $(DESTDIR)$(PREFIX)/bin'

endif
