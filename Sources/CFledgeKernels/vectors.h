// Vector types and elementary functions of one instruction set. Included once by each isa_*.c, which defines
//   VECTOR_BYTES   16, 32 or 64
//   HAS_FMA        1 where __builtin_elementwise_fma is one instruction
#include <math.h>
#include <string.h>

#define LANES (VECTOR_BYTES / 4)
#define INLINE static inline __attribute__((always_inline))

typedef float vfloat __attribute__((vector_size(VECTOR_BYTES)));
typedef int32_t vint __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t vuint __attribute__((vector_size(VECTOR_BYTES)));
typedef int16_t vshort __attribute__((vector_size(VECTOR_BYTES / 2)));
typedef uint16_t vushort __attribute__((vector_size(VECTOR_BYTES / 2)));
typedef int8_t vbyte __attribute__((vector_size(VECTOR_BYTES / 4)));

INLINE vfloat load_float(const void *p) {
  vfloat v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE vint load_int(const void *p) {
  vint v;
  memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store_float(void *p, vfloat v) { memcpy(p, &v, sizeof v); }
INLINE vfloat splat(float x) { return (vfloat){0} + x; }
INLINE vint splat_int(int32_t x) { return (vint){0} + x; }
// a / b for b from 1 to infinity, within 1 ulp.
INLINE vfloat quotient(vfloat a, vfloat b) {
#if defined(reciprocal14)
  // One step of Newton's on 14 bits gives 28. An infinite b has the reciprocal 0 already; the step would make it NaN.
  vfloat r = reciprocal14(b);
  vfloat error = __builtin_elementwise_fma(-b, r, (vfloat){0} + 1.0f);
  vfloat refined = __builtin_elementwise_fma(error, r, r);
  vint finite = b < (float)INFINITY;
  return a * (vfloat)(((vint)refined & finite) | ((vint)r & ~finite));
#else
  return a / b;
#endif
}
INLINE vfloat select_float(vint mask, vfloat yes, vfloat no) {
  return (vfloat)(((vint)yes & mask) | ((vint)no & ~mask));
}
INLINE vfloat multiply_add(vfloat a, vfloat b, vfloat c) {
#if HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}
// The lanes of the first `count` floats at p, the rest `fill`.
INLINE vfloat load_partial(const float *p, size_t count, float fill) {
  float lanes[LANES];
  for (size_t i = 0; i < LANES; i++) lanes[i] = i < count ? p[i] : fill;
  return load_float(lanes);
}
INLINE void store_partial(float *p, size_t count, vfloat v) {
  float lanes[LANES];
  store_float(lanes, v);
  for (size_t i = 0; i < count; i++) p[i] = lanes[i];
}
INLINE float horizontal_sum(vfloat v) {
#if defined(sum_of_lanes)
  return sum_of_lanes(v);
#else
  float lanes[LANES];
  store_float(lanes, v);
  for (size_t step = LANES / 2; step > 0; step /= 2)
    for (size_t i = 0; i < step; i++) lanes[i] += lanes[i + step];
  return lanes[0];
#endif
}
// Of lanes without NaN; the compiler's own reduction goes lane by lane, because it ignores NaN.
INLINE float horizontal_max(vfloat v) {
  typedef float quad __attribute__((vector_size(16)));
  typedef int32_t mask __attribute__((vector_size(16)));
  quad parts[LANES / 4];
  memcpy(parts, &v, sizeof v);
#define LARGER(A, B) ((quad)(((mask)(A) & ((A) > (B))) | ((mask)(B) & ~((A) > (B)))))
#pragma clang loop unroll(full)
  for (size_t i = 1; i < LANES / 4; i++) parts[0] = LARGER(parts[0], parts[i]);
  quad other = __builtin_shufflevector(parts[0], parts[0], 2, 3, 0, 1);
  quad pair = LARGER(parts[0], other);
#undef LARGER
  return pair[0] > pair[1] ? pair[0] : pair[1];
}

// bfloat16 and float16 ------------------------------------------------------------------------------------------------

INLINE vfloat bfloat16_lanes(const uint16_t *p) {
  vushort h;
  memcpy(&h, p, sizeof h);
  return (vfloat)(__builtin_convertvector(h, vuint) << 16);
}
INLINE float bfloat16_to_float(uint16_t h) {
  uint32_t bits = (uint32_t)h << 16;
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
// Round to nearest, ties to even; NaN stays NaN.
INLINE uint16_t float_to_bfloat16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)((bits >> 16) | 0x40u);
  return (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
INLINE void store_bfloat16_lanes(uint16_t *p, vfloat x) {
  vuint bits = (vuint)x;
  vuint rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  vuint quiet = (bits >> 16) | 0x40u;
  vuint is_nan = (vuint)((bits & 0x7fffffffu) > 0x7f800000u);
  vushort h = __builtin_convertvector((rounded & ~is_nan) | (quiet & is_nan), vushort);
  memcpy(p, &h, sizeof h);
}
// The same for operands of products, by the instruction where there is one; it may flush subnormal numbers to zero.
INLINE void pack_bfloat16_lanes(uint16_t *p, vfloat x) {
#if defined(round_to_bfloat16)
  round_to_bfloat16(p, x);
#else
  store_bfloat16_lanes(p, x);
#endif
}
INLINE float float16_to_float(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000u) << 16, magnitude = h & 0x7fffu, bits;
  if (magnitude >= 0x7c00u) {
    bits = sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13);
  } else if (magnitude >= 0x0400u) {
    bits = sign | ((magnitude << 13) + (112u << 23));
  } else {
    float tiny = (float)magnitude * 0x1p-24f;
    memcpy(&bits, &tiny, 4);
    bits |= sign;
  }
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
INLINE uint16_t float_to_float16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  uint16_t sign = (uint16_t)((bits >> 16) & 0x8000u);
  uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00u;
  if (magnitude >= 0x477ff000u) return sign | 0x7c00u;  // 65520 and above round to infinity
  if (magnitude < 0x38800000u) {                        // subnormal: adding 0.5 aligns the bits and rounds to even
    float y;
    memcpy(&y, &magnitude, 4);
    y += 0.5f;
    uint32_t aligned;
    memcpy(&aligned, &y, 4);
    return sign | (uint16_t)(aligned - 0x3f000000u);
  }
  uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
  return sign | (uint16_t)((rounded - (112u << 23)) >> 13);
}

// Elementary functions -----------------------------------------------------------------------------------------------

// e^r for x = n ln 2 + r with |r| ≤ ln 2 / 2: Cody and Waite's two-part reduction, and a polynomial of degree 7.
INLINE vfloat reduced_exponential(vfloat x, vint *n) {
  vfloat magic = splat(12582912.0f);  // 1.5 · 2^23: adding it rounds to an integer
  vfloat shifted = multiply_add(x, splat(1.44269504f), magic);
  *n = (vint)shifted - (vint)magic;
  vfloat whole = shifted - magic;
  vfloat r = multiply_add(whole, splat(-0.693359375f), x);
  r = multiply_add(whole, splat(2.12194440e-4f), r);
  vfloat p = splat(1.9875691500e-4f);
  p = multiply_add(p, r, splat(1.3981999507e-3f));
  p = multiply_add(p, r, splat(8.3334519073e-3f));
  p = multiply_add(p, r, splat(4.1665795894e-2f));
  p = multiply_add(p, r, splat(1.6666665459e-1f));
  p = multiply_add(p, r, splat(5.0000001201e-1f));
  return multiply_add(p, r * r, r) + 1.0f;
}
// e^x within 2 ulp; n goes into the exponent in two halves so that subnormal results do not overflow on the way.
INLINE vfloat exponential(vfloat x) {
  vfloat high = splat(88.7228317f), low = splat(-104.0f);
  vint too_large = x > high, is_nan = x != x;
  vfloat clamped = select_float(x < low, low, select_float(too_large, high, x));
  clamped = select_float(is_nan, splat(0), clamped);
  vint n;
  vfloat p = reduced_exponential(clamped, &n);
  vint half = n >> 1;
  vfloat result = p * (vfloat)((half + 127) << 23) * (vfloat)((n - half + 127) << 23);
  result = select_float(too_large, splat(INFINITY), result);
  return select_float(is_nan, x, result);
}
// e^x for x ≤ 0, as softmax needs it: below -87.3 the result is 0; NaN stays NaN.
INLINE vfloat exponential_of_nonpositive(vfloat x) {
  vfloat low = splat(-87.3f);
  vint vanishes = x < low;
  vfloat clamped = select_float(vanishes, low, x);
  vint n;
  vfloat p = reduced_exponential(clamped, &n);
  return select_float(vanishes, splat(0), p * (vfloat)((n + 127) << 23));
}
INLINE vfloat hyperbolic_tangent(vfloat x) {
  vfloat magnitude = (vfloat)((vint)x & 0x7fffffff);
  vint sign = (vint)x & (vint)splat_int((int32_t)0x80000000u);
  vfloat e = exponential(magnitude * -2.0f);
  vfloat t = (1.0f - e) / (1.0f + e);
  // Below 0.05 the subtraction cancels: x - x³/3 + 2x⁵/15.
  vfloat s = magnitude * magnitude;
  vfloat series = magnitude * multiply_add(s, multiply_add(s, splat(2.0f / 15), splat(-1.0f / 3)), splat(1));
  t = select_float(magnitude < 0.05f, series, t);
  return (vfloat)((vint)t | sign);
}
// ½ + x P(x²) / Q(x²) with Q(0) = 1, and 0 below -limit: the form in which functions that rise from 0 to 1 are fitted.
INLINE vfloat rising_fraction(vfloat x, float limit, const float p[], int p_count, const float q[], int q_count) {
  vfloat bounded = select_float(x > limit, splat(limit), select_float(x < -limit, splat(-limit), x));
  vfloat square = bounded * bounded, above = splat(p[p_count - 1]), below = splat(q[q_count - 1]);
#pragma clang loop unroll(full)
  for (int i = p_count - 2; i >= 0; i--) above = multiply_add(above, square, splat(p[i]));
#pragma clang loop unroll(full)
  for (int i = q_count - 2; i >= 0; i--) below = multiply_add(below, square, splat(q[i]));
  vfloat value = 0.5f + quotient(bounded * above, multiply_add(below, square, splat(1)));
  return select_float(x < -limit, splat(0), value);
}
// The normal distribution's Φ(x) and 1 / (1 + e^(-x)), both within 2e-7; coefficients by Tools/fit_activations.py.
INLINE vfloat normal_distribution(vfloat x) {
  static const float p[] = {0.398942245f, 0.0333722338f, 0.00465085171f, 0.000164321774f, 6.36002298e-6f, 2.33867503e-8f};
  static const float q[] = {0.250317874f, 0.0283786909f, 0.00185898194f, 7.24002227e-5f, 1.21659166e-6f};
  return rising_fraction(x, 5.4f, p, 6, q, 5);
}
INLINE vfloat logistic(vfloat x) {
  static const float p[] = {0.249999992f, 0.00839886708f, 5.56898689e-5f, 8.50514523e-8f, 1.47086984e-11f};
  static const float q[] = {0.11692877f, 0.0016334999f, 5.31120628e-6f, 3.30219526e-9f};
  return rising_fraction(x, 16.0f, p, 5, q, 4);
}
INLINE vfloat activation(fledge_activation f, vfloat x) {
  switch (f) {
    case FLEDGE_RELU: return select_float(x < 0.0f, splat(0), x);
    case FLEDGE_GELU: return x * normal_distribution(x);
    case FLEDGE_GELU_TANH: {
      // 0.5 (1 + tanh u) = 1 / (1 + e^(-2u)), with u = √(2/π) (x + 0.044715 x³)
      vfloat twice = x * multiply_add(x * x, splat(0.044715f * 1.59576912f), splat(1.59576912f));
      return x * logistic(twice);
    }
    case FLEDGE_SILU: return x / (1.0f + exponential(-x));
    case FLEDGE_TANH: return hyperbolic_tangent(x);
    case FLEDGE_EXP: return exponential(x);
    case FLEDGE_SIGMOID: return 1.0f / (1.0f + exponential(-x));
    default: return x;
  }
}
