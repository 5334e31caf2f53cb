// AVX-512 with VNNI and BF16 (Cooper Lake, Sapphire Rapids, Zen 4 and later).
#include "include/CFledgeKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx2,fma,f16c,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512bf16"))),            \
    apply_to = function)

#define ISA FLEDGE_ISA_AVX512_VNNI
#define ISA_NAME "avx512vnni"
#define TABLE fledge_kernels_avx512vnni
#define VECTOR_BYTES 64
#define HAS_FMA 1
#define MICRO_ROWS 12
#define MICRO_VECTORS 2
#define PREFETCH_BYTES 2048
#define ROW_BLOCK_BYTES (800 * 1024)
#define dot_bfloat16(sum, a, w) ((vfloat)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(a), (__m512bh)(w)))
#define round_to_bfloat16(p, x) _mm256_storeu_si256((__m256i *)(void *)(p), (__m256i)_mm512_cvtneps_pbh((__m512)(x)))
#define pair_of_bfloat16(low, high)                                                                                    \
  ((vint)_mm512_or_si512(_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)(low))),                            \
                         _mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)(high))), 16)))
#define load_few(p, count) ((vfloat)_mm512_maskz_loadu_ps((__mmask16)((1u << (count)) - 1), p))
#define store_few(p, count, v) _mm512_mask_storeu_epi32(p, (__mmask16)((1u << (count)) - 1), (__m512i)(v))
// vpdpbusd takes unsigned activations: they carry 128, and finish_tile takes 128 · (sum of the weights) off again.
#define INT8_OFFSET 128
#define dot_int8(sum, a, w) ((vint)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(w)))

#define float16_low(w) ((vfloat)_mm512_cvtph_ps(_mm512_cvtepi32_epi16((__m512i)(w))))
#define float16_high(w) ((vfloat)_mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32((__m512i)(w), 16))))

#define sum_of_lanes(x) _mm512_reduce_add_ps((__m512)(x))
#define reciprocal14(x) ((vfloat)_mm512_rcp14_ps((__m512)(x)))

#include "table.h"

#pragma clang attribute pop
#endif
