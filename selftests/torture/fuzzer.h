/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What libFuzzer calls and gives; it comes without a header in C.
 */
#ifndef FUZZER_H
#define FUZZER_H

#include <linux/types.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t len, size_t max,
			       unsigned int seed);
size_t LLVMFuzzerMutate(u8 *data, size_t len, size_t max);

#endif
