// Packed products of one instruction set: packing activations, the micro-kernels and what happens to a finished tile.
// The including file defines, besides what vectors.h needs:
//   MICRO_ROWS, MICRO_VECTORS                rows and vectors of accumulators held in registers
//   dot_bfloat16(acc, a, w), dot_int8(acc, a, w)   one group of two or four products a lane
//   INT8_OFFSET                              added to each activation's byte (128 where the instruction wants unsigned)

#define PANEL_BYTES (FLEDGE_PANEL * FLEDGE_GROUP_BYTES)
#define MICRO_COLUMNS (MICRO_VECTORS * LANES)
#define ROW_PANELS 4
#define MICRO_SUMS (MICRO_ROWS > ROW_PANELS ? MICRO_ROWS * MICRO_VECTORS : ROW_PANELS * MICRO_VECTORS)

INLINE size_t type_group(fledge_type type) { return type == FLEDGE_INT8 ? 4 : type == FLEDGE_BFLOAT16 ? 2 : 1; }
INLINE size_t type_groups(fledge_type type, size_t depth) {
  size_t g = type_group(type);
  return (depth + g - 1) / g;
}
INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Micro-kernels -------------------------------------------------------------------------------------------------------

// acc[panel][row][vector] over all groups. `a` advances by a_step bytes a group; panels are panel_bytes apart. With the
// constant `type`, `rows` and `panels` of the callers below everything unrolls and stays in registers.
INLINE void micro_kernel(fledge_type type, size_t rows, size_t panels, const char *a, size_t a_step, const char *w,
                         size_t panel_bytes, size_t groups, vint *restrict acc) {
  vint sum[MICRO_SUMS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < panels * rows * MICRO_VECTORS; i++) sum[i] = (vint){0};
  for (size_t g = 0; g < groups; g++) {
#pragma clang loop unroll(full)
    for (size_t p = 0; p < panels; p++) {
      const char *wp = w + p * panel_bytes;
      __builtin_prefetch(wp + PREFETCH_BYTES, 0, 3);
      if (VECTOR_BYTES * MICRO_VECTORS > 64) __builtin_prefetch(wp + PREFETCH_BYTES + 64, 0, 3);
      vint weights[MICRO_VECTORS];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < MICRO_VECTORS; v++) weights[v] = load_int(wp + v * VECTOR_BYTES);
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; r++) {
        int32_t group;
        memcpy(&group, a + r * FLEDGE_GROUP_BYTES, 4);
        vint x = splat_int(group);
#pragma clang loop unroll(full)
        for (size_t v = 0; v < MICRO_VECTORS; v++) {
          vint *s = &sum[(p * rows + r) * MICRO_VECTORS + v];
          if (type == FLEDGE_FLOAT32)
            *s = (vint)multiply_add((vfloat)x, (vfloat)weights[v], (vfloat)*s);
          else if (type == FLEDGE_BFLOAT16)
            *s = (vint)dot_bfloat16((vfloat)*s, x, weights[v]);
          else
            *s = dot_int8(*s, x, weights[v]);
        }
      }
    }
    a += a_step;
    w += PANEL_BYTES;
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < panels * rows * MICRO_VECTORS; i++) acc[i] = sum[i];
}

// One tile: `rows` ≤ 12 packed rows against one whole panel; sums are written to tile[row][32].
INLINE void tile_rows(fledge_type type, size_t rows, const char *a, size_t a_step, const char *panel, size_t groups,
                      int32_t *tile) {
  for (size_t column = 0; column < FLEDGE_PANEL; column += MICRO_COLUMNS) {
    vint acc[MICRO_SUMS];
    micro_kernel(type, rows, 1, a, a_step, panel + column * FLEDGE_GROUP_BYTES, 0, groups, acc);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < MICRO_VECTORS; v++)
        memcpy(tile + r * FLEDGE_PANEL + column + v * LANES, &acc[r * MICRO_VECTORS + v], VECTOR_BYTES);
  }
}

// One row against several panels at once: more independent sums and more memory streams than one panel gives.
INLINE void row_panels(fledge_type type, size_t panels, const char *a, const char *panel, size_t panel_bytes,
                       size_t groups, int32_t *tiles) {
  for (size_t column = 0; column < FLEDGE_PANEL; column += MICRO_COLUMNS) {
    vint acc[MICRO_SUMS];
    micro_kernel(type, 1, panels, a, FLEDGE_GROUP_BYTES, panel + column * FLEDGE_GROUP_BYTES, panel_bytes, groups,
                 acc);
#pragma clang loop unroll(full)
    for (size_t p = 0; p < panels; p++)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < MICRO_VECTORS; v++)
        memcpy(tiles + p * FLEDGE_PANEL + column + v * LANES, &acc[p * MICRO_VECTORS + v], VECTOR_BYTES);
  }
}

#define DEFINE_TILE(NAME, TYPE)                                                                                       \
  static void NAME(size_t rows, const char *a, const char *panel, size_t groups, int32_t *tile) {                     \
    size_t step = rows * FLEDGE_GROUP_BYTES;                                                                          \
    while (rows >= MICRO_ROWS) {                                                                                      \
      tile_rows(TYPE, MICRO_ROWS, a, step, panel, groups, tile);                                                      \
      a += MICRO_ROWS * FLEDGE_GROUP_BYTES;                                                                           \
      tile += MICRO_ROWS * FLEDGE_PANEL;                                                                              \
      rows -= MICRO_ROWS;                                                                                             \
    }                                                                                                                 \
    switch (rows) {                                                                                                   \
      case 1: tile_rows(TYPE, 1, a, step, panel, groups, tile); break;                                                \
      case 2: tile_rows(TYPE, 2, a, step, panel, groups, tile); break;                                                \
      case 3: tile_rows(TYPE, 3, a, step, panel, groups, tile); break;                                                \
      case 4: tile_rows(TYPE, smaller(4, MICRO_ROWS), a, step, panel, groups, tile); break;                           \
      case 5: tile_rows(TYPE, smaller(5, MICRO_ROWS), a, step, panel, groups, tile); break;                           \
      case 6: tile_rows(TYPE, smaller(6, MICRO_ROWS), a, step, panel, groups, tile); break;                           \
      case 7: tile_rows(TYPE, smaller(7, MICRO_ROWS), a, step, panel, groups, tile); break;                           \
      case 8: tile_rows(TYPE, smaller(8, MICRO_ROWS), a, step, panel, groups, tile); break;                           \
      case 9: tile_rows(TYPE, smaller(9, MICRO_ROWS), a, step, panel, groups, tile); break;                           \
      case 10: tile_rows(TYPE, smaller(10, MICRO_ROWS), a, step, panel, groups, tile); break;                         \
      case 11: tile_rows(TYPE, smaller(11, MICRO_ROWS), a, step, panel, groups, tile); break;                         \
      default: break;                                                                                                 \
    }                                                                                                                 \
  }
DEFINE_TILE(tile_float32, FLEDGE_FLOAT32)
DEFINE_TILE(tile_bfloat16, FLEDGE_BFLOAT16)
DEFINE_TILE(tile_int8, FLEDGE_INT8)

#define DEFINE_ROW(NAME, TYPE)                                                                                        \
  static void NAME(size_t panels, const char *a, const char *panel, size_t panel_bytes, size_t groups,                \
                   int32_t *tiles) {                                                                                  \
    switch (panels) {                                                                                                 \
      case 1: row_panels(TYPE, 1, a, panel, panel_bytes, groups, tiles); break;                                       \
      case 2: row_panels(TYPE, 2, a, panel, panel_bytes, groups, tiles); break;                                       \
      case 3: row_panels(TYPE, 3, a, panel, panel_bytes, groups, tiles); break;                                       \
      default: row_panels(TYPE, 4, a, panel, panel_bytes, groups, tiles); break;                                      \
    }                                                                                                                 \
  }
DEFINE_ROW(row_float32, FLEDGE_FLOAT32)
DEFINE_ROW(row_bfloat16, FLEDGE_BFLOAT16)
DEFINE_ROW(row_int8, FLEDGE_INT8)

INLINE void multiply_tile(fledge_type type, size_t rows, const char *a, const char *panel, size_t groups,
                          int32_t *tile) {
  if (type == FLEDGE_FLOAT32)
    tile_float32(rows, a, panel, groups, tile);
  else if (type == FLEDGE_BFLOAT16)
    tile_bfloat16(rows, a, panel, groups, tile);
  else
    tile_int8(rows, a, panel, groups, tile);
}
INLINE void multiply_row(fledge_type type, size_t panels, const char *a, const char *panel, size_t panel_bytes,
                         size_t groups, int32_t *tiles) {
  if (type == FLEDGE_FLOAT32)
    row_float32(panels, a, panel, panel_bytes, groups, tiles);
  else if (type == FLEDGE_BFLOAT16)
    row_bfloat16(panels, a, panel, panel_bytes, groups, tiles);
  else
    row_int8(panels, a, panel, panel_bytes, groups, tiles);
}

// Packing -------------------------------------------------------------------------------------------------------------

// A row to pack: numbers of some type, optionally times `inverse` and a norm's weight.
typedef struct row_source {
  const void *data;
  fledge_type type;
  const float *norm;
  float inverse;
} row_source;

INLINE float source_one(const row_source *s, size_t i) {
  float x;
  uint16_t h;
  switch (s->type) {
    case FLEDGE_FLOAT32: memcpy(&x, (const char *)s->data + 4 * i, 4); break;
    case FLEDGE_INT8: x = ((const int8_t *)s->data)[i]; break;
    default:
      memcpy(&h, (const char *)s->data + 2 * i, 2);
      x = s->type == FLEDGE_BFLOAT16 ? bfloat16_to_float(h) : float16_to_float(h);
  }
  return s->norm ? x * s->inverse * s->norm[i] : x;
}
INLINE vfloat source_lanes(const row_source *s, size_t i) {
  if (s->type == FLEDGE_FLOAT32) {
    vfloat x = load_float((const char *)s->data + 4 * i);
    return s->norm ? x * s->inverse * load_float(s->norm + i) : x;
  }
  if (s->type == FLEDGE_BFLOAT16 && !s->norm) return bfloat16_lanes((const uint16_t *)s->data + i);
  float lanes[LANES];
  for (size_t j = 0; j < LANES; j++) lanes[j] = source_one(s, i + j);
  return load_float(lanes);
}

// The scale that maps the row's largest magnitude to 127. A row with an infinity or a NaN has none: NaN.
INLINE float int8_scale(const row_source *s, size_t depth) {
  vfloat largest = splat(0);
  vint strange = {0};
  size_t i = 0;
  for (; i + LANES <= depth; i += LANES) {
    vint magnitude = (vint)source_lanes(s, i) & 0x7fffffff;
    strange |= magnitude >= 0x7f800000;
    largest = select_float((vfloat)magnitude > largest, (vfloat)magnitude, largest);
  }
  float maximum = horizontal_max(largest);
  bool finite = !__builtin_reduce_or(strange);
  for (; i < depth; i++) {
    float magnitude = fabsf(source_one(s, i));
    finite = finite && magnitude <= 3.4028235e38f;
    maximum = magnitude > maximum ? magnitude : maximum;
  }
  return finite ? maximum / 127.0f : NAN;
}

// Puts a row into place `r` of a tile or panel of `rows` rows. int8 bytes get `offset` added; returns their plain sum.
INLINE int32_t pack_row(const row_source *s, size_t depth, fledge_type type, size_t rows, size_t r, char *packed,
                        float scale, int offset) {
  size_t step = rows * FLEDGE_GROUP_BYTES, i = 0;
  char *out = packed + r * FLEDGE_GROUP_BYTES;
  if (type == FLEDGE_FLOAT32) {
    float lanes[LANES];
    for (; i + LANES <= depth; i += LANES) {
      store_float(lanes, source_lanes(s, i));
      for (size_t j = 0; j < LANES; j++) memcpy(out + (i + j) * step, lanes + j, 4);
    }
    for (; i < depth; i++) {
      float x = source_one(s, i);
      memcpy(out + i * step, &x, 4);
    }
    return 0;
  }
  if (type == FLEDGE_BFLOAT16) {
    uint16_t halves[LANES];
    for (; i + LANES <= depth; i += LANES) {
      store_bfloat16_lanes(halves, source_lanes(s, i));
      for (size_t j = 0; j < LANES / 2; j++) memcpy(out + (i / 2 + j) * step, halves + 2 * j, 4);
    }
    for (; i < depth; i += 2) {
      halves[0] = float_to_bfloat16(source_one(s, i));
      halves[1] = i + 1 < depth ? float_to_bfloat16(source_one(s, i + 1)) : 0;
      memcpy(out + i / 2 * step, halves, 4);
    }
    return 0;
  }
  float inverse = scale > 1e-37f ? 1.0f / scale : 0;  // false for NaN too
  vfloat magic = splat(12582912.0f);                  // 1.5 · 2^23: adding it rounds to the nearest integer
  vint sums = {0};
  for (; i + LANES <= depth; i += LANES) {
    vfloat scaled = source_lanes(s, i) * inverse;
    vint q = (vint)(scaled + magic) - (vint)magic;
    if (inverse == 0) q = (vint){0};
    sums += q;
    vbyte bytes = __builtin_convertvector(q + offset, vbyte);
    char lanes[LANES];
    memcpy(lanes, &bytes, LANES);
    for (size_t j = 0; j < LANES / 4; j++) memcpy(out + (i / 4 + j) * step, lanes + 4 * j, 4);
  }
  int32_t sum = __builtin_reduce_add(sums);
  for (; i < (depth + 3) / 4 * 4; i++) {
    float x = i < depth && inverse > 0 ? source_one(s, i) * inverse : 0;
    int q = (int)lrintf(x);
    sum += q;
    out[i / 4 * step + i % 4] = (char)(q + offset);
  }
  return sum;
}

INLINE float inverse_rms(const float *x, float epsilon, size_t width);

static void pack_rows(const float *x, size_t stride, size_t rows, size_t depth, fledge_type type, void *packed,
                      float *scales, const float *norm, float epsilon) {
  size_t groups = type_groups(type, depth);
  char *out = packed;
  for (size_t begin = 0; begin < rows; begin += FLEDGE_TILE) {
    size_t count = smaller(FLEDGE_TILE, rows - begin);
    for (size_t r = 0; r < count; r++) {
      const float *row = x + (begin + r) * stride;
      row_source source = {row, FLEDGE_FLOAT32, norm, norm ? inverse_rms(row, epsilon, depth) : 1};
      if (type == FLEDGE_INT8) scales[begin + r] = int8_scale(&source, depth);
      pack_row(&source, depth, type, count, r, out, type == FLEDGE_INT8 ? scales[begin + r] : 0, INT8_OFFSET);
    }
    out += groups * count * FLEDGE_GROUP_BYTES;
  }
}

// One panel of `rows` ≤ 32 weight rows (columns of the operand) with `depth` numbers each.
static void pack_weight_panel(const void *source, fledge_type source_type, size_t source_stride, size_t rows,
                              size_t depth, fledge_type type, void *panel, float *scales, int32_t *sums) {
  size_t groups = type_groups(type, depth);
  size_t source_bytes = source_type == FLEDGE_FLOAT32 ? 4 : source_type == FLEDGE_INT8 ? 1 : 2;
  for (size_t r = 0; r < rows; r++) {
    row_source row = {(const char *)source + r * source_stride * source_bytes, source_type, 0, 1};
    float scale = type == FLEDGE_INT8 ? int8_scale(&row, depth) : 0;
    int32_t sum = pack_row(&row, depth, type, FLEDGE_PANEL, r, panel, scale, 0);
    if (type == FLEDGE_INT8) scales[r] = scale, sums[r] = sum;
  }
  int32_t *words = panel;
  for (size_t r = rows; r < FLEDGE_PANEL; r++) {
    for (size_t g = 0; g < groups; g++) words[g * FLEDGE_PANEL + r] = 0;
    if (type == FLEDGE_INT8) scales[r] = 0, sums[r] = 0;
  }
}

// Finished tiles ------------------------------------------------------------------------------------------------------

// Takes the sums of one panel, `rows` × 32, to the output: dequantise, scale, bias, activation, gate, residual.
INLINE void finish_tile(const fledge_linear *linear, const float *row_scales, size_t row_begin, size_t rows,
                        size_t panel, const int32_t *tile) {
  const fledge_packed *weight = &linear->weight;
  size_t column = panel * FLEDGE_PANEL;
  vfloat scales[FLEDGE_PANEL / LANES], bias[FLEDGE_PANEL / LANES];
  vint offsets[FLEDGE_PANEL / LANES];
  for (size_t v = 0; v < FLEDGE_PANEL / LANES; v++) {
    size_t at = column + v * LANES;
    scales[v] = splat(linear->scale);
    offsets[v] = (vint){0};
    if (weight->type == FLEDGE_INT8) {
      scales[v] *= load_float(weight->scales + at);
      offsets[v] = load_int(weight->sums + at) * INT8_OFFSET;
    }
    bias[v] = splat(0);
    if (linear->bias && at < weight->columns)
      bias[v] = load_partial(linear->bias + at, smaller(LANES, weight->columns - at), 0);
  }
  size_t out_columns = linear->gated ? weight->columns / 2 : weight->columns;
  size_t out_begin = linear->gated ? column / 2 : column;
  size_t out_count = smaller(linear->gated ? FLEDGE_PANEL / 2 : FLEDGE_PANEL, out_columns - out_begin);
  for (size_t r = 0; r < rows; r++) {
    vfloat value[FLEDGE_PANEL / LANES];
    for (size_t v = 0; v < FLEDGE_PANEL / LANES; v++) {
      const int32_t *at = tile + r * FLEDGE_PANEL + v * LANES;
      if (weight->type == FLEDGE_INT8) {
        vfloat sum = __builtin_convertvector(load_int(at) - offsets[v], vfloat);
        value[v] = multiply_add(sum, scales[v] * row_scales[row_begin + r], bias[v]);
      } else {
        value[v] = multiply_add(load_float(at), scales[v], bias[v]);
      }
    }
    size_t vectors = FLEDGE_PANEL / LANES;
    if (linear->gated) {
      vectors /= 2;
      for (size_t v = 0; v < vectors; v++) value[v] = activation(linear->activation, value[v]) * value[v + vectors];
    } else if (linear->activation != FLEDGE_IDENTITY) {
      for (size_t v = 0; v < vectors; v++) value[v] = activation(linear->activation, value[v]);
    }
    float *out = linear->out + (row_begin + r) * linear->out_stride + out_begin;
    const float *residual =
        linear->residual ? linear->residual + (row_begin + r) * linear->residual_stride + out_begin : 0;
    for (size_t v = 0; v < vectors; v++) {
      size_t begin = v * LANES;
      if (begin >= out_count) break;
      size_t count = smaller(LANES, out_count - begin);
      if (count == LANES) {
        store_float(out + begin, residual ? value[v] + load_float(residual + begin) : value[v]);
      } else {
        vfloat sum = residual ? value[v] + load_partial(residual + begin, count, 0) : value[v];
        store_partial(out + begin, count, sum);
      }
    }
  }
}

static void multiply_panels(const fledge_linear *linear, const void *packed, const float *row_scales,
                            size_t panel_begin, size_t panel_end) {
  const fledge_packed *weight = &linear->weight;
  size_t groups = type_groups(weight->type, weight->depth), panel_bytes = groups * PANEL_BYTES;
  const char *panels = weight->data;
  int32_t tile[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
  if (linear->rows == 1) {
    for (size_t p = panel_begin; p < panel_end; p += ROW_PANELS) {
      size_t count = smaller(ROW_PANELS, panel_end - p);
      multiply_row(weight->type, count, packed, panels + p * panel_bytes, panel_bytes, groups, tile);
      for (size_t i = 0; i < count; i++) finish_tile(linear, row_scales, 0, 1, p + i, tile + i * FLEDGE_PANEL);
    }
    return;
  }
  // As many rows at a time as keep their packed form within the second-level cache while the panels pass by.
  size_t row_bytes = groups * FLEDGE_GROUP_BYTES, block = ROW_BLOCK_BYTES / (row_bytes ? row_bytes : 1);
  block = block < FLEDGE_TILE ? FLEDGE_TILE : block / FLEDGE_TILE * FLEDGE_TILE;
  for (size_t block_begin = 0; block_begin < linear->rows; block_begin += block) {
    size_t block_end = smaller(linear->rows, block_begin + block);
    for (size_t p = panel_begin; p < panel_end; p++) {
      const char *a = (const char *)packed + block_begin * row_bytes;
      for (size_t row = block_begin; row < block_end; row += FLEDGE_TILE) {
        size_t rows = smaller(FLEDGE_TILE, block_end - row);
        multiply_tile(weight->type, rows, a, panels + p * panel_bytes, groups, tile);
        finish_tile(linear, row_scales, row, rows, p, tile);
        a += rows * row_bytes;
      }
    }
  }
}
