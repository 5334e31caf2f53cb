// Group products in plain vector arithmetic, for instruction sets that have no instruction for them. Included after
// the vector types are known (products.h calls these).

// Two bfloat16 products a lane: the low half is the even neighbour in depth.
INLINE vfloat generic_dot_bfloat16(vfloat sum, vint a, vint w) {
  vint high = splat_int((int32_t)0xffff0000u);
  sum = multiply_add((vfloat)(a << 16), (vfloat)(w << 16), sum);
  return multiply_add((vfloat)(a & high), (vfloat)(w & high), sum);
}

// Four int8 products a lane.
INLINE vint generic_dot_int8(vint sum, vint a, vint w) {
  sum += (a << 24 >> 24) * (w << 24 >> 24);
  sum += (a << 16 >> 24) * (w << 16 >> 24);
  sum += (a << 8 >> 24) * (w << 8 >> 24);
  return sum + (a >> 24) * (w >> 24);
}
