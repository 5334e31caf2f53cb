// Packed products of one instruction set: packing activations, the micro-kernels and what happens to a finished tile.
// The including file defines, besides what vectors.h needs:
//   MICRO_ROWS, MICRO_VECTORS                rows and vectors of accumulators held in registers
//   dot_bfloat16(acc, a, w), dot_int8(acc, a, w)   one group of two or four products a lane
//   INT8_OFFSET                              added to each activation's byte (128 where the instruction wants unsigned)

#define PANEL_BYTES (FLEDGE_PANEL * FLEDGE_GROUP_BYTES)
#define MICRO_COLUMNS (MICRO_VECTORS * LANES)
#define ROW_PANELS 4
#define PREFETCH_ROWS 8
#define AHEAD_GROUPS 8
#define MICRO_SUMS (MICRO_ROWS > ROW_PANELS ? MICRO_ROWS * MICRO_VECTORS : ROW_PANELS * MICRO_VECTORS)

INLINE size_t type_group(fledge_type type) { return type == FLEDGE_INT8 ? 4 : type == FLEDGE_FLOAT32 ? 1 : 2; }
// Bytes of one row's group of packed activations: float16 weights meet float32 activations, since float16 ones would
// overflow where models have large activations.
INLINE size_t activation_bytes(fledge_type type) { return type == FLEDGE_FLOAT16 ? 8 : FLEDGE_GROUP_BYTES; }
INLINE size_t type_groups(fledge_type type, size_t depth) {
  size_t g = type_group(type);
  return (depth + g - 1) / g;
}
INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Micro-kernels -------------------------------------------------------------------------------------------------------

// acc[panel][row][vector] over all groups. Rows of `a` are a_row bytes apart and `a` advances by a_step bytes a group;
// panels are panel_bytes apart. With the constant `type`, `rows`, `panels` and `a_row` of the callers below everything
// unrolls and stays in registers.
INLINE void micro_kernel(fledge_type type, size_t rows, size_t panels, const char *a, size_t a_row, size_t a_step,
                         const char *w, size_t panel_bytes, size_t groups, const char *ahead, vint *restrict acc) {
  vint sum[MICRO_SUMS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < panels * rows * MICRO_VECTORS; i++) sum[i] = (vint){0};
  for (size_t g = 0; g < groups; g++) {
    // With many rows the panel is in a near cache after the first tile, and there is time to bring the next one from
    // memory, a line now and then: in a burst demand loads would wait behind it.
    if (rows > PREFETCH_ROWS && g % AHEAD_GROUPS == 0) __builtin_prefetch(ahead + g * (64 / AHEAD_GROUPS), 0, 2);
#pragma clang loop unroll(full)
    for (size_t p = 0; p < panels; p++) {
      const char *wp = w + p * panel_bytes;
      // With few rows the panel streams from memory.
      if (rows <= PREFETCH_ROWS) {
        __builtin_prefetch(wp + PREFETCH_BYTES, 0, 3);
        if (VECTOR_BYTES * MICRO_VECTORS > 64) __builtin_prefetch(wp + PREFETCH_BYTES + 64, 0, 3);
      }
      vint weights[MICRO_VECTORS];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < MICRO_VECTORS; v++) weights[v] = load_int(wp + v * VECTOR_BYTES);
#pragma clang loop unroll(full)
      for (size_t r = 0; r < rows; r++) {
        int32_t group;
        memcpy(&group, a + r * a_row, 4);
        vint x = splat_int(group);
        float second = 0;
        if (type == FLEDGE_FLOAT16) memcpy(&second, a + r * a_row + 4, 4);
#pragma clang loop unroll(full)
        for (size_t v = 0; v < MICRO_VECTORS; v++) {
          vint *s = &sum[(p * rows + r) * MICRO_VECTORS + v];
          if (type == FLEDGE_FLOAT32)
            *s = (vint)multiply_add((vfloat)x, (vfloat)weights[v], (vfloat)*s);
          else if (type == FLEDGE_BFLOAT16)
            *s = (vint)dot_bfloat16((vfloat)*s, x, weights[v]);
          else if (type == FLEDGE_FLOAT16)
            *s = (vint)multiply_add(splat(second), float16_high(weights[v]),
                                    multiply_add((vfloat)x, float16_low(weights[v]), (vfloat)*s));
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
INLINE void tile_rows(fledge_type type, size_t rows, const char *a, size_t a_row, size_t a_step, const char *panel,
                      size_t groups, const char *ahead, int32_t *tile) {
  for (size_t column = 0; column < FLEDGE_PANEL; column += MICRO_COLUMNS) {
    vint acc[MICRO_SUMS];
    micro_kernel(type, rows, 1, a, a_row, a_step, panel + column * FLEDGE_GROUP_BYTES, 0, groups, ahead, acc);
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
    micro_kernel(type, 1, panels, a, 0, activation_bytes(type), panel + column * FLEDGE_GROUP_BYTES, panel_bytes, groups,
                 a, acc);
#pragma clang loop unroll(full)
    for (size_t p = 0; p < panels; p++)
#pragma clang loop unroll(full)
      for (size_t v = 0; v < MICRO_VECTORS; v++)
        memcpy(tiles + p * FLEDGE_PANEL + column + v * LANES, &acc[p * MICRO_VECTORS + v], VECTOR_BYTES);
  }
}

// PACKED: rows interleaved by group, the form of pack_rows. ROW_MAJOR: each row for itself, BLOCK_BYTES apart.
enum { BLOCK_BYTES = 1024 };

#define DEFINE_TILE(NAME, TYPE, ROW, STEP)                                                                            \
  static void NAME(size_t rows, const char *a, const char *panel, size_t groups, const char *ahead, int32_t *tile) {  \
    size_t all = rows * FLEDGE_GROUP_BYTES;                                                                           \
    (void)all;                                                                                                        \
    while (rows >= MICRO_ROWS) {                                                                                      \
      tile_rows(TYPE, MICRO_ROWS, a, ROW, STEP, panel, groups, ahead, tile);                                                 \
      a += MICRO_ROWS * ROW;                                                                                          \
      tile += MICRO_ROWS * FLEDGE_PANEL;                                                                              \
      rows -= MICRO_ROWS;                                                                                             \
    }                                                                                                                 \
    switch (rows) {                                                                                                   \
      case 1: tile_rows(TYPE, 1, a, ROW, STEP, panel, groups, ahead, tile); break;                                           \
      case 2: tile_rows(TYPE, 2, a, ROW, STEP, panel, groups, ahead, tile); break;                                           \
      case 3: tile_rows(TYPE, 3, a, ROW, STEP, panel, groups, ahead, tile); break;                                           \
      case 4: tile_rows(TYPE, smaller(4, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                      \
      case 5: tile_rows(TYPE, smaller(5, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                      \
      case 6: tile_rows(TYPE, smaller(6, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                      \
      case 7: tile_rows(TYPE, smaller(7, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                      \
      case 8: tile_rows(TYPE, smaller(8, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                      \
      case 9: tile_rows(TYPE, smaller(9, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                      \
      case 10: tile_rows(TYPE, smaller(10, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                    \
      case 11: tile_rows(TYPE, smaller(11, MICRO_ROWS), a, ROW, STEP, panel, groups, ahead, tile); break;                    \
      default: break;                                                                                                 \
    }                                                                                                                 \
  }
DEFINE_TILE(tile_float32, FLEDGE_FLOAT32, FLEDGE_GROUP_BYTES, all)
DEFINE_TILE(tile_bfloat16, FLEDGE_BFLOAT16, FLEDGE_GROUP_BYTES, all)
DEFINE_TILE(tile_int8, FLEDGE_INT8, FLEDGE_GROUP_BYTES, all)
DEFINE_TILE(tile_float16, FLEDGE_FLOAT16, 2 * FLEDGE_GROUP_BYTES, 2 * all)
DEFINE_TILE(block_float32, FLEDGE_FLOAT32, BLOCK_BYTES, FLEDGE_GROUP_BYTES)
DEFINE_TILE(block_bfloat16, FLEDGE_BFLOAT16, BLOCK_BYTES, FLEDGE_GROUP_BYTES)

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
DEFINE_ROW(row_float16, FLEDGE_FLOAT16)

// `ahead`: where memory that will be needed soon begins, fetched on the way; groups · 8 bytes of it.
INLINE void multiply_tile(fledge_type type, size_t rows, const char *a, const char *panel, size_t groups,
                          const char *ahead, int32_t *tile) {
  if (type == FLEDGE_FLOAT32)
    tile_float32(rows, a, panel, groups, ahead, tile);
  else if (type == FLEDGE_BFLOAT16)
    tile_bfloat16(rows, a, panel, groups, ahead, tile);
  else if (type == FLEDGE_FLOAT16)
    tile_float16(rows, a, panel, groups, ahead, tile);
  else
    tile_int8(rows, a, panel, groups, ahead, tile);
}
INLINE void multiply_row(fledge_type type, size_t panels, const char *a, const char *panel, size_t panel_bytes,
                         size_t groups, int32_t *tiles) {
  if (type == FLEDGE_FLOAT32)
    row_float32(panels, a, panel, panel_bytes, groups, tiles);
  else if (type == FLEDGE_BFLOAT16)
    row_bfloat16(panels, a, panel, panel_bytes, groups, tiles);
  else if (type == FLEDGE_FLOAT16)
    row_float16(panels, a, panel, panel_bytes, groups, tiles);
  else
    row_int8(panels, a, panel, panel_bytes, groups, tiles);
}

// Packing -------------------------------------------------------------------------------------------------------------

// A row to pack: numbers of some type, normalised on the way where `norm` is set.
typedef struct row_source {
  const void *data;
  fledge_type type;
  const fledge_norm *norm;
  float mean, inverse;
} row_source;

// Mean, and one over the standard deviation, as the norm wants them.
INLINE row_source normalized_row(const float *x, const fledge_norm *norm, size_t width);

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
  if (!s->norm) return x;
  float y = (x - s->mean) * s->inverse * s->norm->weight[i];
  return s->norm->bias ? y + s->norm->bias[i] : y;
}
INLINE vfloat source_lanes(const row_source *s, size_t i) {
  if (s->type == FLEDGE_FLOAT32) {
    vfloat x = load_float((const char *)s->data + 4 * i);
    if (!s->norm) return x;
    vfloat y = (x - s->mean) * s->inverse * load_float(s->norm->weight + i);
    return s->norm->bias ? y + load_float(s->norm->bias + i) : y;
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

enum { STRETCH_WORDS = 64 };

// Words `begin` up to `end` of a packed row, a group of numbers each, zeros after its end. int8 numbers are divided by
// their scale and get `offset` added; returns the sum of those without it.
INLINE int32_t row_words(const row_source *s, size_t depth, fledge_type type, float inverse, int offset, size_t begin,
                         size_t end, char *out) {
  size_t group = type_group(type), i = begin * group, last = smaller(depth, end * group);
  if (type == FLEDGE_FLOAT32) {
    for (; i + LANES <= last; i += LANES, out += VECTOR_BYTES) store_float(out, source_lanes(s, i));
    for (; i < last; i++, out += 4) {
      float x = source_one(s, i);
      memcpy(out, &x, 4);
    }
    return 0;
  }
  if (type != FLEDGE_INT8) {
    uint16_t half[2];
    for (; type == FLEDGE_BFLOAT16 && i + LANES <= last; i += LANES, out += VECTOR_BYTES / 2)
      pack_bfloat16_lanes((uint16_t *)(void *)out, source_lanes(s, i));
    for (; i < last; i += 2, out += 4) {
      for (size_t j = 0; j < 2; j++) {
        float x = i + j < depth ? source_one(s, i + j) : 0;
        half[j] = type == FLEDGE_BFLOAT16 ? float_to_bfloat16(x) : float_to_float16(x);
      }
      memcpy(out, half, 4);
    }
    return 0;
  }
  vfloat magic = splat(12582912.0f);  // 1.5 · 2^23: adding it rounds to the nearest integer
  vint sums = {0};
  for (; i + LANES <= last; i += LANES, out += LANES) {
    vfloat scaled = source_lanes(s, i) * inverse;
    vint q = (vint)(scaled + magic) - (vint)magic;
    if (inverse == 0) q = (vint){0};
    sums += q;
    vbyte bytes = __builtin_convertvector(q + offset, vbyte);
    memcpy(out, &bytes, LANES);
  }
  int32_t sum = __builtin_reduce_add(sums);
  for (; i < (last + 3) / 4 * 4; i++, out++) {
    float x = i < depth && inverse > 0 ? source_one(s, i) * inverse : 0;
    int q = (int)lrintf(x);
    sum += q;
    *out = (char)(q + offset);
  }
  return sum;
}

// One over an int8 scale; 0 where there is none.
INLINE float inverse_scale(float scale) { return scale > 1e-37f ? 1.0f / scale : 0; }

// Puts up to 12 rows that follow one another into their places of a tile or panel of `all` rows: word w of row r goes to
// out[w · all + r]. Four rows at a time by exchanging rows and columns of 4 × 4 words. int8: `scales` in, `sums` out.
INLINE void pack_together(const row_source *rows, size_t count, size_t depth, fledge_type type, const float *scales,
                          int offset, size_t all, char *out, int32_t *sums) {
  typedef int32_t quad __attribute__((vector_size(16)));
  char stretch[FLEDGE_TILE][STRETCH_WORDS * 4] __attribute__((aligned(64)));
  size_t words = type_groups(type, depth), step = all * FLEDGE_GROUP_BYTES;
  float inverses[FLEDGE_TILE];
  for (size_t r = 0; r < count; r++) inverses[r] = type == FLEDGE_INT8 ? inverse_scale(scales[r]) : 1;
  for (size_t begin = 0; begin < words; begin += STRETCH_WORDS) {
    size_t length = smaller(STRETCH_WORDS, words - begin);
    for (size_t r = 0; r < count; r++) {
      int32_t sum = row_words(&rows[r], depth, type, inverses[r], offset, begin, begin + length, stretch[r]);
      if (type == FLEDGE_INT8 && sums) sums[r] = begin ? sums[r] + sum : sum;
    }
    char *to = out + begin * step;
    for (size_t r = 0; r + 4 <= count; r += 4) {
      for (size_t i = 0; i + 4 <= length; i += 4) {
        quad a, b, c, d;
        memcpy(&a, stretch[r] + 4 * i, 16), memcpy(&b, stretch[r + 1] + 4 * i, 16);
        memcpy(&c, stretch[r + 2] + 4 * i, 16), memcpy(&d, stretch[r + 3] + 4 * i, 16);
        quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
        quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
        quad columns[4] = {__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5),
                           __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
                           __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
                           __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
        for (size_t j = 0; j < 4; j++) memcpy(to + (i + j) * step + r * FLEDGE_GROUP_BYTES, &columns[j], 16);
      }
      for (size_t i = length / 4 * 4; i < length; i++)
        for (size_t j = 0; j < 4; j++) memcpy(to + i * step + (r + j) * FLEDGE_GROUP_BYTES, stretch[r + j] + 4 * i, 4);
    }
    for (size_t r = count / 4 * 4; r < count; r++)
      for (size_t i = 0; i < length; i++) memcpy(to + i * step + r * FLEDGE_GROUP_BYTES, stretch[r] + 4 * i, 4);
  }
}

// The float32 pairs that float16 weights are multiplied with.
INLINE void pack_pairs(const row_source *s, size_t depth, size_t rows, size_t r, char *packed) {
  for (size_t i = 0; i < depth; i += 2) {
    float pair[2] = {source_one(s, i), i + 1 < depth ? source_one(s, i + 1) : 0};
    memcpy(packed + (i / 2 * rows + r) * sizeof pair, pair, sizeof pair);
  }
}

static void pack_rows(const float *x, size_t stride, size_t rows, size_t depth, fledge_type type, void *packed,
                      float *scales, const fledge_norm *norm) {
  size_t groups = type_groups(type, depth);
  char *out = packed;
  for (size_t begin = 0; begin < rows; begin += FLEDGE_TILE) {
    size_t count = smaller(FLEDGE_TILE, rows - begin);
    row_source sources[FLEDGE_TILE];
    for (size_t r = 0; r < count; r++) {
      sources[r] = normalized_row(x + (begin + r) * stride, norm, depth);
      if (type == FLEDGE_INT8) scales[begin + r] = int8_scale(&sources[r], depth);
      if (type == FLEDGE_FLOAT16) pack_pairs(&sources[r], depth, count, r, out);
    }
    if (type == FLEDGE_FLOAT32)
      pack_together(sources, count, depth, FLEDGE_FLOAT32, 0, 0, count, out, 0);
    else if (type == FLEDGE_BFLOAT16)
      pack_together(sources, count, depth, FLEDGE_BFLOAT16, 0, 0, count, out, 0);
    else if (type == FLEDGE_INT8)
      pack_together(sources, count, depth, FLEDGE_INT8, scales + begin, INT8_OFFSET, count, out, 0);
    out += groups * count * activation_bytes(type);
  }
}

// One panel of `rows` ≤ 32 weight rows (columns of the operand) with `depth` numbers each.
static void pack_weight_panel(const void *source, fledge_type source_type, size_t source_stride, size_t rows,
                              size_t depth, fledge_type type, void *panel, float *scales, int32_t *sums) {
  size_t groups = type_groups(type, depth);
  size_t source_bytes = source_type == FLEDGE_FLOAT32 ? 4 : source_type == FLEDGE_INT8 ? 1 : 2;
  for (size_t begin = 0; begin < rows; begin += FLEDGE_TILE) {
    size_t count = smaller(FLEDGE_TILE, rows - begin);
    row_source sources[FLEDGE_TILE];
    for (size_t r = 0; r < count; r++) {
      const char *row = (const char *)source + (begin + r) * source_stride * source_bytes;
      sources[r] = (row_source){row, source_type, 0, 0, 1};
      if (type == FLEDGE_INT8) scales[begin + r] = int8_scale(&sources[r], depth);
    }
    pack_together(sources, count, depth, type, type == FLEDGE_INT8 ? scales + begin : 0, 0, FLEDGE_PANEL,
                  (char *)panel + begin * FLEDGE_GROUP_BYTES, type == FLEDGE_INT8 ? sums + begin : 0);
  }
  int32_t *words = panel;
  for (size_t r = rows; r < FLEDGE_PANEL; r++) {
    for (size_t g = 0; g < groups; g++) words[g * FLEDGE_PANEL + r] = 0;
    if (type == FLEDGE_INT8) scales[r] = 0, sums[r] = 0;
  }
}

// Finished tiles ------------------------------------------------------------------------------------------------------

enum { PANEL_VECTORS = FLEDGE_PANEL / LANES };

// What one panel's columns are multiplied by and shifted with.
typedef struct panel_terms {
  vfloat scales[PANEL_VECTORS], bias[PANEL_VECTORS];
  vint offsets[PANEL_VECTORS];
} panel_terms;

INLINE panel_terms terms_of_panel(const fledge_linear *linear, size_t panel) {
  const fledge_packed *weight = &linear->weight;
  // The last panel of a gated weight has two halves that may both be partly empty; so has its bias.
  size_t half = FLEDGE_PANEL / 2, columns = weight->columns;
  if (linear->gated) columns = (columns / 2 + half - 1) / half * FLEDGE_PANEL;
  panel_terms terms;
  for (size_t v = 0; v < PANEL_VECTORS; v++) {
    size_t at = panel * FLEDGE_PANEL + v * LANES;
    terms.scales[v] = splat(linear->scale);
    terms.offsets[v] = (vint){0};
    if (weight->type == FLEDGE_INT8) {
      terms.scales[v] *= load_float(weight->scales + at);
      terms.offsets[v] = load_int(weight->sums + at) * INT8_OFFSET;
    }
    terms.bias[v] = splat(0);
    if (linear->bias && at < columns)
      terms.bias[v] = load_partial(linear->bias + at, smaller(LANES, columns - at), 0);
  }
  return terms;
}

// sums of one row → scale · sum + bias
INLINE void finish_row(bool is_int8, const panel_terms *terms, const int32_t *sums, float row_scale,
                       vfloat value[PANEL_VECTORS]) {
#pragma clang loop unroll(full)
  for (size_t v = 0; v < PANEL_VECTORS; v++) {
    if (is_int8) {
      vfloat sum = __builtin_convertvector(load_int(sums + v * LANES) - terms->offsets[v], vfloat);
      value[v] = multiply_add(sum, terms->scales[v] * row_scale, terms->bias[v]);
    } else {
      value[v] = multiply_add(load_float(sums + v * LANES), terms->scales[v], terms->bias[v]);
    }
  }
}

// Writes `count` ≤ 32 finished columns, plus the residual if there is one.
INLINE void put_row(const float *values, const float *residual, size_t count, float *out) {
  size_t c = 0;
  if (!residual)
    for (; c + LANES <= count; c += LANES) store_float(out + c, load_float(values + c));
  for (; c + LANES <= count; c += LANES)
    store_float(out + c, residual ? load_float(values + c) + load_float(residual + c) : load_float(values + c));
  for (; c < count; c++) out[c] = residual ? values[c] + residual[c] : values[c];
}

#define ACTIVATE_ALL(F)                                                                                               \
  case F:                                                                                                             \
    for (size_t i = 0; i < count; i += LANES) store_float(x + i, activation(F, load_float(x + i)));                   \
    break;
// In place, over whole vectors.
static void activate_whole(fledge_activation f, float *x, size_t count) {
  switch (f) {
    ACTIVATE_ALL(FLEDGE_RELU)
    ACTIVATE_ALL(FLEDGE_GELU)
    ACTIVATE_ALL(FLEDGE_GELU_TANH)
    ACTIVATE_ALL(FLEDGE_SILU)
    ACTIVATE_ALL(FLEDGE_TANH)
    ACTIVATE_ALL(FLEDGE_EXP)
    ACTIVATE_ALL(FLEDGE_SIGMOID)
    default: break;
  }
}

// The common case: no activation, all 32 columns wanted.
INLINE void finish_plain(bool is_int8, bool has_residual, const fledge_linear *linear, const panel_terms *terms,
                         const float *row_scales, size_t row_begin, size_t rows, size_t column, const int32_t *tile) {
  for (size_t r = 0; r < rows; r++) {
    vfloat value[PANEL_VECTORS];
    finish_row(is_int8, terms, tile + r * FLEDGE_PANEL, is_int8 ? row_scales[row_begin + r] : 1, value);
    float *out = linear->out + (row_begin + r) * linear->out_stride + column;
    const float *residual = linear->residual + (has_residual ? (row_begin + r) * linear->residual_stride + column : 0);
#pragma clang loop unroll(full)
    for (size_t v = 0; v < PANEL_VECTORS; v++)
      store_float(out + v * LANES, has_residual ? value[v] + load_float(residual + v * LANES) : value[v]);
  }
}

// Everything else: the tile is finished in a buffer first.
static void finish_general(const fledge_linear *linear, const panel_terms *terms, const float *row_scales,
                           size_t row_begin, size_t rows, size_t panel, const int32_t *tile) {
  enum { HALF = FLEDGE_PANEL / 2 };
  float values[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
  float gates[FLEDGE_TILE * HALF] __attribute__((aligned(64)));
  bool is_int8 = linear->weight.type == FLEDGE_INT8;
  for (size_t r = 0; r < rows; r++) {
    vfloat value[PANEL_VECTORS];
    const int32_t *sums = tile + r * FLEDGE_PANEL;
    if (is_int8)
      finish_row(true, terms, sums, row_scales[row_begin + r], value);
    else
      finish_row(false, terms, sums, 1, value);
    // Gates and values apart, each row after row.
    for (size_t v = 0; v < PANEL_VECTORS; v++) {
      if (!linear->gated)
        store_float(values + r * FLEDGE_PANEL + v * LANES, value[v]);
      else if (v < PANEL_VECTORS / 2)
        store_float(gates + r * HALF + v * LANES, value[v]);
      else
        store_float(values + r * HALF + (v - PANEL_VECTORS / 2) * LANES, value[v]);
    }
  }
  size_t width = linear->gated ? HALF : FLEDGE_PANEL;
  size_t columns = linear->gated ? linear->weight.columns / 2 : linear->weight.columns;
  if (linear->gated && linear->activation == FLEDGE_GELU_TANH) {
    for (size_t i = 0; i < rows * HALF; i += LANES)
      store_float(values + i, activation(FLEDGE_GELU_TANH, load_float(gates + i)) * load_float(values + i));
  } else {
    activate_whole(linear->activation, linear->gated ? gates : values, rows * width);
    for (size_t i = 0; linear->gated && i < rows * HALF; i += LANES)
      store_float(values + i, load_float(values + i) * load_float(gates + i));
  }
  for (size_t r = 0; r < rows; r++) {
    size_t row = row_begin + r, column = panel * width;
    const float *residual = linear->residual ? linear->residual + row * linear->residual_stride + column : 0;
    put_row(values + r * width, residual, smaller(width, columns - column),
            linear->out + row * linear->out_stride + column);
  }
}

// Takes the sums of one panel, `rows` × 32, to the output: dequantise, scale, bias, activation, gate, residual.
INLINE void finish_tile(const fledge_linear *linear, const panel_terms *terms, const float *row_scales,
                        size_t row_begin, size_t rows, size_t panel, const int32_t *tile) {
  size_t column = panel * FLEDGE_PANEL;
  bool is_int8 = linear->weight.type == FLEDGE_INT8;
  if (linear->gated || linear->activation != FLEDGE_IDENTITY || column + FLEDGE_PANEL > linear->weight.columns)
    finish_general(linear, terms, row_scales, row_begin, rows, panel, tile);
  else if (is_int8 && linear->residual)
    finish_plain(true, true, linear, terms, row_scales, row_begin, rows, column, tile);
  else if (is_int8)
    finish_plain(true, false, linear, terms, row_scales, row_begin, rows, column, tile);
  else if (linear->residual)
    finish_plain(false, true, linear, terms, row_scales, row_begin, rows, column, tile);
  else
    finish_plain(false, false, linear, terms, row_scales, row_begin, rows, column, tile);
}

// Brings the lines that a tile will be finished into, and its residual, while its product is computed.
INLINE void prefetch_output(const fledge_linear *linear, size_t row, size_t rows, size_t panel) {
  size_t width = linear->gated ? FLEDGE_PANEL / 2 : FLEDGE_PANEL;
  for (size_t r = row; r < row + rows; r++)
    for (size_t c = panel * width; c < (panel + 1) * width; c += 16) {
      __builtin_prefetch(linear->out + r * linear->out_stride + c, 1, 3);
      if (linear->residual) __builtin_prefetch(linear->residual + r * linear->residual_stride + c, 0, 3);
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
      for (size_t i = 0; i < count; i++) {
        panel_terms terms = terms_of_panel(linear, p + i);
        finish_tile(linear, &terms, row_scales, 0, 1, p + i, tile + i * FLEDGE_PANEL);
      }
    }
    return;
  }
  for (size_t p = panel_begin; p < panel_end; p++) {
    const char *a = packed, *panel = panels + p * panel_bytes;
    panel_terms terms = terms_of_panel(linear, p);
    for (size_t row = 0; row < linear->rows; row += FLEDGE_TILE) {
      size_t rows = smaller(FLEDGE_TILE, linear->rows - row), done = row / FLEDGE_TILE * groups * (64 / AHEAD_GROUPS);
      const char *ahead = p + 1 < panel_end && done < panel_bytes ? panel + panel_bytes + done : panel;
      if (linear->residual) prefetch_output(linear, row, rows, p);
      multiply_tile(weight->type, rows, a, panel, groups, ahead, tile);
      finish_tile(linear, &terms, row_scales, row, rows, p, tile);
      a += rows * groups * activation_bytes(weight->type);
    }
  }
}

// The transposed product: out[depth] = Σ over the columns of some panels: y[column] · weight[column, depth].
static void project_back(const fledge_packed *weight, size_t panel_begin, size_t panel_end, const float *y,
                         float *out) {
  enum { TOGETHER = 4 };
  size_t group = type_group(weight->type), groups = type_groups(weight->type, weight->depth);
  const char *panels = weight->data;
  for (size_t begin = panel_begin; begin < panel_end; begin += TOGETHER) {
    size_t count = smaller(TOGETHER, panel_end - begin);
    vfloat factors[TOGETHER * PANEL_VECTORS];
    for (size_t v = 0; v < count * PANEL_VECTORS; v++) {
      factors[v] = load_float(y + (begin - panel_begin) * FLEDGE_PANEL + v * LANES);
      if (weight->type == FLEDGE_INT8) factors[v] *= load_float(weight->scales + begin * FLEDGE_PANEL + v * LANES);
    }
    for (size_t g = 0; g < groups; g++) {
      vfloat sums[4] = {{0}, {0}, {0}, {0}};
      for (size_t v = 0; v < count * PANEL_VECTORS; v++) {
        const char *panel = panels + (begin + v / PANEL_VECTORS) * groups * PANEL_BYTES;
        vint word = load_int(panel + g * PANEL_BYTES + v % PANEL_VECTORS * VECTOR_BYTES);
        if (weight->type == FLEDGE_FLOAT32) {
          sums[0] += (vfloat)word * factors[v];
        } else if (weight->type == FLEDGE_FLOAT16) {
          sums[0] += float16_low(word) * factors[v];
          sums[1] += float16_high(word) * factors[v];
        } else if (weight->type == FLEDGE_BFLOAT16) {
          sums[0] += (vfloat)(word << 16) * factors[v];
          sums[1] += (vfloat)(word & (vint)splat_int((int32_t)0xffff0000u)) * factors[v];
        } else {
          for (int j = 0; j < 4; j++)
            sums[j] += __builtin_convertvector(word << (24 - 8 * j) >> 24, vfloat) * factors[v];
        }
      }
      for (size_t j = 0; j < group && g * group + j < weight->depth; j++) {
        float sum = horizontal_sum(sums[j]);
        out[g * group + j] = begin == panel_begin ? sum : out[g * group + j] + sum;
      }
    }
  }
}
