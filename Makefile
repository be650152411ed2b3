# SPDX-License-Identifier: GPL-2.0-only
#
# KDIR selects the kernel to build for: a build tree or installed headers.

KDIR ?= /lib/modules/$(shell uname -r)/build
DESTDIR ?=
PREFIX ?= /usr/local

# Where the headers bring the kernel's types, kbuild has pahole write the module's, and
# fails without it; only BPF programs look for them.
BTF := $(if $(shell command -v pahole),,CONFIG_DEBUG_INFO_BTF_MODULES=)

all: module tools

module:
	@test -e "$(KDIR)/Makefile" || { \
		echo "no kernel headers at $(KDIR): install them, or set KDIR" >&2; \
		exit 1; }
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" $(BTF) modules

tools:
	$(MAKE) -C tools

install: all
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" \
		INSTALL_MOD_PATH="$(DESTDIR)" modules_install
	$(MAKE) -C tools install DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)"

clean:
	@test ! -e "$(KDIR)/Makefile" || \
		$(MAKE) -C "$(KDIR)" M="$(CURDIR)" clean
	$(MAKE) -C tools clean
	$(MAKE) -C selftests clean

check:
	selftests/check.sh

# TIME=MINUTES bounds it.
torture: export TIME ?= 30
torture:
	selftests/torture.sh

bench:
	selftests/bench.sh

demo:
	selftests/demo.sh

style:
	selftests/style.sh

.PHONY: all module tools install clean check torture bench demo style
