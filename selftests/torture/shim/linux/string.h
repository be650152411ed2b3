/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The C library's functions have the names of the kernel's.
 */
#include <string.h>
