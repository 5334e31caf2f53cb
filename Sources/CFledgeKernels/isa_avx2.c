// AVX2 and FMA (Haswell, Zen).
#include "include/CFledgeKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi2"))), apply_to = function)

#define ISA FLEDGE_ISA_AVX2
#define ISA_NAME "avx2"
#define TABLE fledge_kernels_avx2
#define VECTOR_BYTES 32
#define HAS_FMA 1
#define MICRO_ROWS 6
#define MICRO_VECTORS 2
#define INT8_OFFSET 0
#define PREFETCH_BYTES 512
#define ROW_BLOCK_BYTES (400 * 1024)
#define dot_bfloat16 generic_dot_bfloat16
// |a| · (w with a's sign): both within ±127, so that no pair of products saturates 16 bits.
#define dot_int8(sum, a, w)                                                                                            \
  ((sum) + (vint)_mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8((__m256i)(a)),                                 \
                                                        _mm256_sign_epi8((__m256i)(w), (__m256i)(a))),                 \
                                   _mm256_set1_epi16(1)))

#include "table.h"

#pragma clang attribute pop
#endif
