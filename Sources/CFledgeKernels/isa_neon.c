// AArch64 with Advanced SIMD; the int8 dot product instruction where the processor has it is a level of its own flag,
// resolved here at compile time of the function and at run time by the dispatcher.
#include "include/CFledgeKernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define ISA FLEDGE_ISA_NEON
#define ISA_NAME "neon"
#define TABLE fledge_kernels_neon
#define VECTOR_BYTES 16
#define HAS_FMA 1
#define MICRO_ROWS 12
#define MICRO_VECTORS 2
#define INT8_OFFSET 0
#define PREFETCH_BYTES 512
#define ROW_BLOCK_BYTES (400 * 1024)
#define dot_bfloat16 generic_dot_bfloat16
#define dot_int8(sum, a, w) ((vint)vdotq_s32((int32x4_t)(sum), (int8x16_t)(a), (int8x16_t)(w)))

#include "table.h"

#pragma clang attribute pop
#endif
