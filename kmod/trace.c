// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints' bodies, which exactly one file may hold.
 */
#define CREATE_TRACE_POINTS
#include "trace.h"
