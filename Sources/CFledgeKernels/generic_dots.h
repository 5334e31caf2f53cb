// Group products in plain vector arithmetic, for instruction sets that have no instruction for them. Included after
// the vector types are known (products.h calls these).

// Two bfloat16 products a lane: the low half is the even neighbour in depth.
INLINE vfloat generic_dot_bfloat16(vfloat sum, vint a, vint w) {
  vint high = splat_int((int32_t)0xffff0000u);
  sum = multiply_add((vfloat)(a << 16), (vfloat)(w << 16), sum);
  return multiply_add((vfloat)(a & high), (vfloat)(w & high), sum);
}

// The low and the high float16 of each lane. Exponents are rebiased by a multiplication, which is right for subnormal
// numbers too; infinities and NaN get the largest exponent back.
INLINE vfloat float16_from_bits(vint half) {
  vfloat magnitude = (vfloat)((half & 0x7fff) << 13) * 0x1p112f;
  vint special = ((half & 0x7c00) == 0x7c00) & 0x7f800000;
  return (vfloat)((vint)magnitude | special | (half & 0x8000) << 16);
}
INLINE vfloat generic_float16_low(vint w) { return float16_from_bits(w); }
INLINE vfloat generic_float16_high(vint w) { return float16_from_bits((vint)((vuint)w >> 16)); }
#if !defined(float16_low)
#define float16_low generic_float16_low
#define float16_high generic_float16_high
#endif

// Four int8 products a lane.
INLINE vint generic_dot_int8(vint sum, vint a, vint w) {
  sum += (a << 24 >> 24) * (w << 24 >> 24);
  sum += (a << 16 >> 24) * (w << 16 >> 24);
  sum += (a << 8 >> 24) * (w << 8 >> 24);
  return sum + (a >> 24) * (w >> 24);
}
