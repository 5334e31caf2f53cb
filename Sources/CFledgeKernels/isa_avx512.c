// AVX-512 F, BW, DQ and VL (Skylake-X): no instruction for groups of int8 or bfloat16.
#include "include/CFledgeKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx2,fma,f16c,bmi2,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)

#define ISA FLEDGE_ISA_AVX512
#define ISA_NAME "avx512"
#define TABLE fledge_kernels_avx512
#define VECTOR_BYTES 64
#define HAS_FMA 1
#define MICRO_ROWS 12
#define MICRO_VECTORS 2
#define INT8_OFFSET 0
#define PREFETCH_BYTES 2048
#define ROW_BLOCK_BYTES (800 * 1024)
#define dot_bfloat16 generic_dot_bfloat16
// |a| · (w with a's sign), as for AVX2; this width has no sign instruction.
#define dot_int8(sum, a, w)                                                                                            \
  ((sum) + (vint)_mm512_madd_epi16(                                                                                    \
               _mm512_maddubs_epi16(_mm512_abs_epi8((__m512i)(a)),                                                     \
                                    _mm512_mask_sub_epi8((__m512i)(w), _mm512_movepi8_mask((__m512i)(a)),              \
                                                         _mm512_setzero_si512(), (__m512i)(w))),                       \
               _mm512_set1_epi16(1)))

#define float16_low(w) ((vfloat)_mm512_cvtph_ps(_mm512_cvtepi32_epi16((__m512i)(w))))
#define float16_high(w) ((vfloat)_mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32((__m512i)(w), 16))))

#define sum_of_lanes(x) _mm512_reduce_add_ps((__m512)(x))
#define reciprocal14(x) ((vfloat)_mm512_rcp14_ps((__m512)(x)))

#include "table.h"

#pragma clang attribute pop
#endif
