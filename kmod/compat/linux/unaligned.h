/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Linux 6.12 moved this header here. The kernel's own folders are searched
 * first, so this one is found on older kernels only.
 */
#include <asm/unaligned.h>
