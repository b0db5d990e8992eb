# SPDX-License-Identifier: GPL-2.0
# The commands of the project; `make` lists them. scripts/ does the work.
# Kbuild does not read this file: `make -C KDIR M=$PWD modules` works through the file Kbuild.

MAKEFLAGS += --no-print-directory
CURRENT := /lib/modules/$(shell uname -r)/build
# The running kernel, if its headers are there; else Debian's 6.12, fetched.
KDIR ?= $(if $(wildcard $(CURRENT)/Makefile),$(CURRENT),6.12)

.DEFAULT_GOAL := help
.PHONY: help demo check bench modules iproute2 shell install clean setup

help:
	@echo "make demo                     see it work, in a guest: a client, a router, a host"
	@echo "make check                    every test, on Debian's 6.1 and 6.12, most on a debug kernel"
	@echo "  [TEST=name] [KERNEL=6.1|6.12|debug]   only one of selftests/, only on one kernel"
	@echo "make bench                    what forwarding a packet costs, on 6.1 and 6.12 side by side"
	@echo "  [QUICK=1] [ROWS=name,...] [KERNEL=6.1|6.12]   rougher, only some rows, only one kernel"
	@echo "make shell [KERNEL=...]       a guest to play in, with the module and the demo's topology"
	@echo "make modules [KDIR=dir]       build/<release>/anycast6.ko"
	@echo "make iproute2                 build/iproute2/ip/ip, with 'ip anycast'"
	@echo "make install [KDIR=dir] [INSTALL_MOD_PATH=dir] [DESTDIR=dir]"
	@echo "                              install module, ip and its manual page"
	@echo "make clean                    remove build/ (what was fetched stays in ~/.cache/anycast6)"
	@echo "make -C KDIR M=\$$PWD modules  works too"

setup:
	@scripts/setup

demo: setup
	@echo "Preparing a guest: Debian's 6.12 kernel, the module, ip anycast, a userland"
	@scripts/guest 6.12 -- scripts/demo

check: setup
	@scripts/check $(if $(KERNEL),--kernel $(KERNEL)) $(if $(TEST),--test $(TEST))

bench: setup
	@scripts/bench $(if $(KERNEL),--kernel $(KERNEL)) $(if $(QUICK),--quick) $(if $(ROWS),--rows $(ROWS))

modules: setup
	@scripts/module $(if $(filter 6.1 6.12 debug,$(KDIR)),$(KDIR),$(abspath $(KDIR)))

iproute2: setup
	@scripts/iproute2

shell: setup
	@scripts/guest $(or $(KERNEL),6.12) $(if $(wildcard scripts/demos/topology),--first scripts/demos/topology)

install: setup
	@scripts/install $(KDIR)

clean:
	rm -rf build
