// Plain vector arithmetic: whatever the compiler's baseline for the architecture is.
#include "include/CFledgeKernels.h"

#define ISA FLEDGE_ISA_PORTABLE
#define ISA_NAME "portable"
#define TABLE fledge_kernels_portable
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define HAS_FMA 1
#else
#define HAS_FMA 0
#endif
#define MICRO_ROWS 4
#define MICRO_VECTORS 2
#define INT8_OFFSET 0
#define PREFETCH_BYTES 512
#define ROW_BLOCK_BYTES (400 * 1024)
#define dot_bfloat16 generic_dot_bfloat16
#define dot_int8 generic_dot_int8

#include "table.h"
