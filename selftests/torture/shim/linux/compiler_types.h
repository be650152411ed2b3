/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel puts in front of every file of its own, as far as the pure
 * files of the module use it: they are compiled here as they are.
 */
#ifndef SHIM_COMPILER_TYPES_H
#define SHIM_COMPILER_TYPES_H

#define __packed	__attribute__((__packed__))
#define fallthrough	__attribute__((__fallthrough__))

#define BUILD_BUG_ON(cond) _Static_assert(!(cond), #cond)

#endif
