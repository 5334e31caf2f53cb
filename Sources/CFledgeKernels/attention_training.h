// Attention for training of one instruction set: both passes work on blocks of queries × keys whose probabilities are
// made, used and forgotten (Dao et al. 2022). Forms of operands and places of blocks: attention_blocks.h.
#include "attention_blocks.h"

// Products -------------------------------------------------------------------------------------------------------------

// c[row][column] = Σ over groups a · w, or adds it. Rows of `a` are a_row bytes apart and a group is a_step bytes after
// the one before; groups of `w` are w_step apart.
INLINE void product_tile(fledge_type type, size_t rows, size_t vectors, const char *a, size_t a_row, size_t a_step,
                         const char *w, size_t w_step, size_t groups, float *c, size_t c_row, bool add) {
  vfloat sum[MICRO_ROWS * MICRO_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows * vectors; i++) sum[i] = splat(0);
  for (size_t g = 0; g < groups; g++) {
    vint weights[MICRO_VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) weights[v] = load_int(w + v * VECTOR_BYTES);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < rows; r++) {
      int32_t group;
      memcpy(&group, a + r * a_row, 4);
      vint x = splat_int(group);
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) {
        vfloat *s = &sum[r * vectors + v];
        *s = type == FLEDGE_FLOAT32 ? multiply_add((vfloat)x, (vfloat)weights[v], *s) : dot_bfloat16(*s, x, weights[v]);
      }
    }
    a += a_step;
    w += w_step;
  }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      float *to = c + r * c_row + v * LANES;
      store_float(to, add ? load_float(to) + sum[r * vectors + v] : sum[r * vectors + v]);
    }
}

// Up to MICRO_ROWS rows, computed in steps of ROW_STEP: rows beyond `rows` are read and written too.
enum { ROW_STEP = (MICRO_ROWS + 2) / 3 };

#define PRODUCT_TILE(TYPE, ROWS, VECTORS, A_ROW, A_STEP) \
  product_tile(TYPE, ROWS, VECTORS, a, A_ROW, A_STEP, w, w_step, groups, c + column, c_row, add)
#define PRODUCT_COLUMNS(TYPE, VECTORS, A_ROW, A_STEP)                                                  \
  switch ((rows + ROW_STEP - 1) / ROW_STEP) {                                                         \
    case 1: PRODUCT_TILE(TYPE, ROW_STEP, VECTORS, A_ROW, A_STEP); break;                              \
    case 2: PRODUCT_TILE(TYPE, smaller(2 * ROW_STEP, MICRO_ROWS), VECTORS, A_ROW, A_STEP); break;     \
    default: PRODUCT_TILE(TYPE, MICRO_ROWS, VECTORS, A_ROW, A_STEP); break;                           \
  }
#define DEFINE_PRODUCT(NAME, TYPE, A_ROW, A_STEP)                                                      \
  static void NAME(size_t rows, size_t columns, const char *a, size_t a_stride, const char *w,        \
                   size_t w_step, size_t groups, float *c, size_t c_row, bool add) {                  \
    size_t column = 0;                                                                                \
    for (; column + (MICRO_VECTORS - 1) * LANES < columns; column += MICRO_COLUMNS) {                 \
      PRODUCT_COLUMNS(TYPE, MICRO_VECTORS, A_ROW, A_STEP)                                             \
      w += MICRO_VECTORS * VECTOR_BYTES;                                                              \
    }                                                                                                 \
    if (column < columns) PRODUCT_COLUMNS(TYPE, 1, A_ROW, A_STEP)                                     \
  }
// `rows` of the operand a are a_stride apart, or (across) are its columns: groups are a_stride apart.
DEFINE_PRODUCT(rows_float32, FLEDGE_FLOAT32, a_stride, FLEDGE_GROUP_BYTES)
DEFINE_PRODUCT(rows_bfloat16, FLEDGE_BFLOAT16, a_stride, FLEDGE_GROUP_BYTES)
DEFINE_PRODUCT(across_float32, FLEDGE_FLOAT32, FLEDGE_GROUP_BYTES, a_stride)
DEFINE_PRODUCT(across_bfloat16, FLEDGE_BFLOAT16, FLEDGE_GROUP_BYTES, a_stride)

INLINE void multiply_rows(fledge_type type, size_t rows, size_t columns, const void *a, size_t a_row, const void *w,
                          size_t w_step, size_t groups, float *c, size_t c_row, bool add) {
  if (type == FLEDGE_FLOAT32)
    rows_float32(rows, columns, a, a_row * 4, w, w_step * 4, groups, c, c_row, add);
  else
    rows_bfloat16(rows, columns, a, a_row * 4, w, w_step * 4, groups, c, c_row, add);
}
INLINE void multiply_across(fledge_type type, size_t rows, size_t columns, const void *a, size_t a_step, const void *w,
                            size_t w_step, size_t groups, float *c, size_t c_row, bool add) {
  if (type == FLEDGE_FLOAT32)
    across_float32(rows, columns, a, a_step * 4, w, w_step * 4, groups, c, c_row, add);
  else
    across_bfloat16(rows, columns, a, a_step * 4, w, w_step * 4, groups, c, c_row, add);
}

// Operands -------------------------------------------------------------------------------------------------------------

// Two numbers a lane, the first in the low half.
INLINE vint bfloat16_pair(vfloat first, vfloat second) {
  uint16_t low[LANES], high[LANES];
  pack_bfloat16_lanes(low, first);
  pack_bfloat16_lanes(high, second);
  return (vint)((vuint)(vint)bfloat16_lanes(low) >> 16) | (vint)bfloat16_lanes(high);
}
INLINE vfloat load_some(const float *x, size_t count) {
  return count >= LANES ? load_float(x) : load_partial(x, count, 0);
}

// Rows times `scale` in the form “rows”, zeros up to `padded` rows and the ends of lines.
INLINE void put_rows(fledge_type type, const float *x, size_t stride, size_t count, size_t padded, size_t depth,
                     float scale, const attention_blocks *b, char *out) {
  for (size_t r = 0; r < padded; r++, out += b->row * 4) {
    if (r >= count) {
      memset(out, 0, b->row * 4);
      continue;
    }
    const float *in = x + r * stride;
    for (size_t i = 0; i < b->width; i += LANES) {
      vfloat v = i < depth ? load_some(in + i, depth - i) * scale : splat(0);
      if (type == FLEDGE_FLOAT32)
        store_float(out + i * 4, v);
      else
        pack_bfloat16_lanes((uint16_t *)(void *)out + i, v);
    }
  }
}

// Rows times `scale` in the form “stacked”, zeros up to `padded` rows and the ends of lines.
INLINE void put_stacked(fledge_type type, const float *x, size_t stride, size_t count, size_t padded, size_t depth,
                        float scale, const attention_blocks *b, char *out) {
  if (type == FLEDGE_FLOAT32) {
    put_rows(FLEDGE_FLOAT32, x, stride, count, padded, depth, scale, b, out);
    return;
  }
  for (size_t r = 0; r < padded; r += 2, out += b->stacked * 4) {
    const float *in = x + r * stride;
    for (size_t i = 0; i < b->width; i += LANES) {
      vfloat first = splat(0), second = splat(0);
      if (r < count && i < depth) first = load_some(in + i, depth - i) * scale;
      if (r + 1 < count && i < depth) second = load_some(in + stride + i, depth - i) * scale;
      vint pair = bfloat16_pair(first, second);
      memcpy(out + i * 4, &pair, sizeof pair);
    }
  }
}

// Exchanges rows and words of up to 32 rows: word w of row r goes to out[w · 32 + r]; missing rows are zeros.
INLINE void turn_words(const char *rows, size_t stride_bytes, size_t count, size_t words, char *out) {
  typedef int32_t quad __attribute__((vector_size(16)));
  size_t r = 0;
  for (; r + 4 <= count; r += 4) {
    const char *in = rows + r * stride_bytes;
    size_t w = 0;
    for (; w + 4 <= words; w += 4) {
      quad a, b, c, d;
      memcpy(&a, in + 4 * w, 16), memcpy(&b, in + stride_bytes + 4 * w, 16);
      memcpy(&c, in + 2 * stride_bytes + 4 * w, 16), memcpy(&d, in + 3 * stride_bytes + 4 * w, 16);
      quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      quad columns[4] = {__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5),
                         __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
                         __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
                         __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
      for (size_t j = 0; j < 4; j++) memcpy(out + ((w + j) * FLEDGE_PANEL + r) * 4, &columns[j], 16);
    }
    for (; w < words; w++)
      for (size_t j = 0; j < 4; j++) memcpy(out + (w * FLEDGE_PANEL + r + j) * 4, in + j * stride_bytes + 4 * w, 4);
  }
  for (; r < FLEDGE_PANEL; r++)
    for (size_t w = 0; w < words; w++) {
      if (r < count)
        memcpy(out + (w * FLEDGE_PANEL + r) * 4, rows + r * stride_bytes + 4 * w, 4);
      else
        memset(out + (w * FLEDGE_PANEL + r) * 4, 0, 4);
    }
}

// Rows in the form “turned”, whole panels. `stage` has room for a few rows of the form “rows”.
INLINE void put_turned(fledge_type type, const float *x, size_t stride, size_t count, size_t depth,
                       const attention_blocks *b, char *stage, char *out) {
  for (size_t r = 0; r < count; r += FLEDGE_PANEL, out += b->words * PANEL_BYTES) {
    size_t rows = smaller(FLEDGE_PANEL, count - r);
    const char *in = (const char *)(x + r * stride);
    size_t step = stride * 4;
    if (type == FLEDGE_BFLOAT16) {
      put_rows(type, x + r * stride, stride, rows, rows, depth, 1, b, stage);
      in = stage;
      step = b->row * 4;
    }
    turn_words(in, step, rows, b->words, out);
  }
}

// Rows that will be needed soon, brought near while products are computed: a head's rows lie far apart, where no
// processor expects them.
enum { STREAMS_AHEAD = 8 };
typedef struct rows_ahead {
  struct {
    const char *row;
    size_t stride, rows;
  } streams[STREAMS_AHEAD];
  size_t count, bytes, step;
} rows_ahead;

INLINE void await_rows(rows_ahead *ahead, const float *row, size_t stride, size_t rows) {
  if (ahead->count == STREAMS_AHEAD || rows == 0) return;
  ahead->streams[ahead->count].row = (const char *)row;
  ahead->streams[ahead->count].stride = stride * 4;
  ahead->streams[ahead->count++].rows = rows;
}
// Of the rows awaited, as many a call as bring all of them in `calls` calls.
INLINE void spread_rows(rows_ahead *ahead, size_t calls) {
  size_t rows = 0;
  for (size_t i = 0; i < ahead->count; i++) rows += ahead->streams[i].rows;
  ahead->step = calls ? (rows + calls - 1) / calls : 0;
}
static void fetch_ahead(rows_ahead *ahead) {
  for (size_t left = ahead->step; left > 0 && ahead->count > 0;) {
    size_t last = ahead->count - 1, rows = smaller(left, ahead->streams[last].rows);
    const char *row = ahead->streams[last].row;
    for (size_t r = 0; r < rows; r++, row += ahead->streams[last].stride)
      for (size_t at = 0; at < ahead->bytes; at += 64) __builtin_prefetch(row + at, 0, 2);
    ahead->streams[last].row = row;
    ahead->streams[last].rows -= rows;
    left -= rows;
    if (ahead->streams[last].rows == 0) ahead->count--;
  }
}

// Scores ---------------------------------------------------------------------------------------------------------------

// One row of queries × keys: what is added to its scores, and what drops its probabilities. Keys count from the block's
// first.
typedef struct score_row {
  size_t seen;        // keys of the block
  const float *bias;  // of the block's first key, or null
  float keep_factor;  // 1 / (1 - dropout)
  uint32_t dropped_below, hash, second_hash;
} score_row;

INLINE uint64_t mixed_bits(uint64_t x) {  // SplitMix64's finish (Steele et al. 2014)
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

INLINE score_row row_of_scores(const fledge_differentiable_attention *t, size_t pair, size_t head, size_t query,
                               size_t first_key, size_t keys) {
  const fledge_attention_pair *p = &t->pairs[pair];
  size_t seen = attention_seen(t, p, query);
  score_row row = {.seen = seen <= first_key ? 0 : smaller(seen - first_key, keys)};
  if (t->distance_bias)
    row.bias = t->distance_bias + head * (2 * t->distance_span - 1) +
               (ptrdiff_t)(t->distance_span - 1 + first_key + p->query_count) - (ptrdiff_t)(p->key_count + query);
  if (t->dropout > 0) {
    uint64_t bits = mixed_bits(mixed_bits(mixed_bits(mixed_bits(t->seed) + pair) + head) + query);
    row.hash = (uint32_t)bits + (uint32_t)first_key * 0x9e3779b9u;
    row.second_hash = (uint32_t)(bits >> 32);
    row.dropped_below = t->dropout >= 1 ? 1u << 24 : (uint32_t)(t->dropout * 0x1p24f);
    row.keep_factor = t->dropout >= 1 ? 0 : 1 / (1 - t->dropout);
  }
  return row;
}

// Whether each of LANES keys from key `at` on is kept: 24 bits of a hash of the key and the row (the finish of
// MurmurHash3, with the row's bits put in twice).
INLINE vint kept_lanes(const score_row *row, size_t at, vint lane) {
  vuint x = (vuint)(lane + (int32_t)at) * 0x9e3779b9u + row->hash;
  x = (x ^ (x >> 16)) * 0x85ebca6bu + row->second_hash;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  x = (x ^ (x >> 16)) >> 8;
  return (vint)x >= (int32_t)row->dropped_below;
}

INLINE vint lane_numbers(void) {
  vint lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  return lane;
}
// The bias of keys at…, zeros beyond what the row sees.
INLINE vfloat bias_lanes(const score_row *row, size_t at) {
  return at < row->seen ? load_some(row->bias + at, row->seen - at) : splat(0);
}

INLINE void scale_row(const float *x, float factor, size_t count, float *out) {
  size_t c = 0;
  for (; c + LANES <= count; c += LANES) store_float(out + c, load_float(x + c) * factor);
  for (; c < count; c++) out[c] = x[c] * factor;
}

// Forward --------------------------------------------------------------------------------------------------------------

// In place, one row of scores to its part of the probabilities, e^(score - largest) after dropout; zeros up to `width`.
// `largest` and `sum` cover the blocks so far; returns what the sums of earlier blocks are to be multiplied with.
INLINE float softmax_block(fledge_type type, const score_row *row, size_t width, float *scores, float *largest,
                           float *sum) {
  vint lane = lane_numbers();
  vfloat maximum = splat(-INFINITY);
  size_t whole = row->seen / LANES * LANES;
  for (size_t c = 0; c < row->seen; c += LANES) {
    vfloat x = load_float(scores + c);
    if (row->bias) x += bias_lanes(row, c);
    if (c >= whole) x = select_float(lane < (int32_t)(row->seen - c), x, splat(-INFINITY));
    if (row->bias || c >= whole) store_float(scores + c, x);
    maximum = select_float(x > maximum, x, maximum);
  }
  float before = *largest, now = horizontal_max(maximum);
  now = now > before ? now : before;
  float shift = now == -INFINITY ? 0 : now;
  vfloat sums = splat(0);
  for (size_t c = 0; c < width; c += LANES) {
    vfloat e = splat(0);
    if (c < row->seen) {
      e = exponential_of_nonpositive(load_float(scores + c) - shift);
      sums += e;
      if (row->keep_factor > 0 || row->dropped_below)
        e = select_float(kept_lanes(row, c, lane), e * row->keep_factor, splat(0));
    }
    if (type == FLEDGE_FLOAT32)
      store_float(scores + c, e);
    else
      pack_bfloat16_lanes((uint16_t *)(void *)scores + c, e);
  }
  float factor = before == now ? 1 : expf(before - shift);
  *sum = *sum * factor + horizontal_sum(sums);
  *largest = now;
  return factor;
}

// Keys `first_key` up to `first_key + keys` meet a block of queries.
INLINE void attend_block(fledge_type type, const fledge_differentiable_attention *t, size_t pair, size_t head,
                         size_t query, size_t count, size_t first_key, size_t keys, const attention_blocks *b,
                         rows_ahead *ahead, char *scratch) {
  float *scores = (float *)(void *)(scratch + b->scores), *out = (float *)(void *)(scratch + b->out);
  float *largest = (float *)(void *)(scratch + b->row_terms), *sums = largest + FORWARD_QUERIES;
  const char *turned = scratch + b->keys_turned + first_key / FLEDGE_PANEL * b->words * PANEL_BYTES;
  size_t tile_seen[FORWARD_QUERIES / MICRO_ROWS + 1];  // keys of the block that a tile's last query sees
  for (size_t r = 0; r < count; r += MICRO_ROWS)
    tile_seen[r / MICRO_ROWS] = row_of_scores(t, pair, head, smaller(query + r + MICRO_ROWS, query + count) - 1,
                                              first_key, keys).seen;
  for (size_t c = 0; c < keys; c += FLEDGE_PANEL)
    for (size_t r = 0; r < count; r += MICRO_ROWS) {
      size_t seen = tile_seen[r / MICRO_ROWS];
      if (seen <= c) continue;
      fetch_ahead(ahead);
      multiply_rows(type, smaller(MICRO_ROWS, count - r), attention_round_up(smaller(FLEDGE_PANEL, seen - c), LINE_WORDS),
                    scratch + b->queries + r * b->row * 4, b->row, turned + c / FLEDGE_PANEL * b->words * PANEL_BYTES,
                    FLEDGE_PANEL, b->words, scores + r * FORWARD_SCORES + c, FORWARD_SCORES, false);
    }
  const char *values = scratch + b->values_stacked + type_groups(type, first_key) * b->stacked * 4;
  for (size_t r = 0; r < count; r += MICRO_ROWS) {
    size_t seen = tile_seen[r / MICRO_ROWS], rows = smaller(MICRO_ROWS, count - r);
    if (seen == 0) continue;
    for (size_t i = r; i < r + rows; i++) {
      score_row row = row_of_scores(t, pair, head, query + i, first_key, keys);
      float factor = softmax_block(type, &row, attention_round_up(seen, LINE_WORDS), scores + i * FORWARD_SCORES,
                                   &largest[i], &sums[i]);
      if (first_key > 0 && factor != 1)
        for (size_t c = 0; c < b->width; c += LANES)
          store_float(out + i * b->stacked + c, load_float(out + i * b->stacked + c) * factor);
    }
    multiply_rows(type, rows, b->width, scores + r * FORWARD_SCORES, FORWARD_SCORES, values, b->stacked,
                  type_groups(type, seen), out + r * b->stacked, b->stacked, first_key > 0);
  }
}

// One block of queries of one head from its rows of `query` to its rows of `out`.
INLINE void attend_queries(fledge_type type, const fledge_differentiable_attention *t, size_t pair, size_t head,
                           size_t query, size_t count, const attention_blocks *b, rows_ahead *ahead, char *scratch) {
  const fledge_attention_pair *p = &t->pairs[pair];
  size_t d = t->head_width, seen = attention_seen(t, p, query + count - 1);
  float *out = (float *)(void *)(scratch + b->out);
  float *largest = (float *)(void *)(scratch + b->row_terms), *sums = largest + FORWARD_QUERIES;
  put_rows(type, t->query + (p->query_row + query) * t->query_stride + head * d, t->query_stride, count,
           attention_round_up(count, ROW_STEP), d, t->scale, b, scratch + b->queries);
  for (size_t r = 0; r < count; r++) largest[r] = -INFINITY, sums[r] = 0;
  for (size_t key = 0; key < seen; key += FORWARD_KEYS)
    attend_block(type, t, pair, head, query, count, key, smaller(FORWARD_KEYS, seen - key), b, ahead, scratch);
  for (size_t r = 0; r < count; r++) {
    size_t at = p->query_row + query + r;
    bool sees = attention_seen(t, p, query + r) > 0;
    t->log_sums[at * t->query_heads + head] = sees ? largest[r] + logf(sums[r]) : -INFINITY;
    float *to = t->out + at * t->out_stride + head * d;
    const float *from = out + r * b->stacked;
    if (!sees) memset(to, 0, d * 4);
    if (sees) scale_row(from, 1 / sums[r], d, to);
  }
}

// Awaits what follows a block of queries: the next block's queries and outputs, of this head or of the next unit, and a
// share of the next unit's keys and values.
INLINE void await_queries(const fledge_differentiable_attention *t, size_t unit, size_t next_unit, size_t head,
                          size_t query, size_t query_end, size_t share, size_t shares, rows_ahead *ahead) {
  const fledge_attention_pair *p = &t->pairs[unit / t->key_heads];
  size_t d = t->head_width, group = t->query_heads / t->key_heads, following = query + FORWARD_QUERIES;
  size_t count = smaller(FORWARD_QUERIES, query_end - query);
  ahead->count = 0;
  ahead->bytes = d * 4;
  if (next_unit < t->pair_count * t->key_heads) {
    const fledge_attention_pair *next = &t->pairs[next_unit / t->key_heads];
    size_t column = next_unit % t->key_heads * d, begin = next->key_count * share / shares;
    size_t rows = next->key_count * (share + 1) / shares - begin;
    await_rows(ahead, t->value + (next->key_row + begin) * t->value_stride + column, t->value_stride, rows);
    await_rows(ahead, t->key + (next->key_row + begin) * t->key_stride + column, t->key_stride, rows);
    if (following >= query_end && head % group == group - 1)
      await_rows(ahead, t->query + next->query_row * t->query_stride + next_unit % t->key_heads * group * d,
                 t->query_stride, smaller(FORWARD_QUERIES, next->query_count));
  }
  if (following < query_end)
    await_rows(ahead, t->query + (p->query_row + following) * t->query_stride + head * d, t->query_stride,
               smaller(FORWARD_QUERIES, query_end - following));
  await_rows(ahead, t->out + (p->query_row + query) * t->out_stride + head * d, t->out_stride, count);
  size_t keys = attention_seen(t, p, query + count - 1);
  spread_rows(ahead, (count + MICRO_ROWS - 1) / MICRO_ROWS * (keys / FLEDGE_PANEL + 1));
}

INLINE void attend_heads(fledge_type type, const fledge_differentiable_attention *t, size_t unit, size_t next_unit,
                         size_t query_begin, size_t query_end, char *scratch) {
  size_t pair = unit / t->key_heads, key_head = unit % t->key_heads;
  const fledge_attention_pair *p = &t->pairs[pair];
  size_t d = t->head_width, group = t->query_heads / t->key_heads, keys = attention_seen(t, p, query_end - 1);
  attention_blocks b = attention_forward_blocks(t, p->key_count);
  const float *key = t->key + p->key_row * t->key_stride + key_head * d;
  const float *value = t->value + p->key_row * t->value_stride + key_head * d;
  put_turned(type, key, t->key_stride, keys, d, &b, scratch + b.out, scratch + b.keys_turned);
  put_stacked(type, value, t->value_stride, keys, attention_round_up(keys, 2), d, 1, &b, scratch + b.values_stacked);
  size_t blocks = (query_end - query_begin + FORWARD_QUERIES - 1) / FORWARD_QUERIES, done = 0;
  for (size_t head = key_head * group; head < (key_head + 1) * group; head++)
    for (size_t query = query_begin; query < query_end; query += FORWARD_QUERIES, done++) {
      rows_ahead ahead;
      await_queries(t, unit, next_unit, head, query, query_end, done, blocks * group, &ahead);
      attend_queries(type, t, pair, head, query, smaller(FORWARD_QUERIES, query_end - query), &b, &ahead, scratch);
    }
}

// The queries query_begin up to query_end of a unit: of one pair, the query heads of one key–value head; unit = pair ·
// key_heads + key–value head. query_begin is a multiple of FORWARD_QUERIES. `next_unit` comes after this one, if there
// is such a unit.
static void attend_forward(const fledge_differentiable_attention *t, size_t unit, size_t next_unit, size_t query_begin,
                           size_t query_end, void *scratch) {
  if (query_begin >= query_end) return;
  if (t->type == FLEDGE_FLOAT32)
    attend_heads(FLEDGE_FLOAT32, t, unit, next_unit, query_begin, query_end, scratch);
  else
    attend_heads(FLEDGE_BFLOAT16, t, unit, next_unit, query_begin, query_end, scratch);
}

// Backward -------------------------------------------------------------------------------------------------------------

// What is at work: one block of keys of one key–value head of a pair, and one block of queries.
typedef struct backward_block {
  const fledge_differentiable_attention *t;
  const fledge_attention_gradients *g;
  const attention_blocks *b;
  char *scratch;
  size_t pair, head, first_key, keys, query, count;
  rows_ahead ahead;
} backward_block;

// Tiles of scores and of the gradients of probabilities, [rows][32] each, become probabilities after dropout and
// gradients of scores: p = e^(s - log sum), ds = p (dp - Σ out · grad out).
INLINE void differentiate_row(const score_row *row, size_t at, size_t columns, float log_sum, float mean, float *s,
                              float *dp) {
  vint lane = lane_numbers();
  for (size_t c = 0; c < columns; c += LANES) {
    vfloat x = load_float(s + c);
    if (row->bias) x += bias_lanes(row, at + c);
    vfloat p = exponential_of_nonpositive(x - log_sum), grad = load_float(dp + c);
    vfloat dropped = p;
    if (row->keep_factor > 0 || row->dropped_below) {
      vint kept = kept_lanes(row, at + c, lane);
      dropped = select_float(kept, p * row->keep_factor, splat(0));
      grad = select_float(kept, grad * row->keep_factor, splat(0));
    }
    vfloat ds = p * (grad - mean);
    if (at + c + LANES > row->seen) {
      vint seen = lane < (int32_t)(at + c < row->seen ? row->seen - at - c : 0);
      dropped = select_float(seen, dropped, splat(0));
      ds = select_float(seen, ds, splat(0));
    }
    store_float(s + c, dropped);
    store_float(dp + c, ds);
  }
}

// Finished tiles go to the forms that the products read.
INLINE void put_tile(fledge_type type, const backward_block *k, size_t row, size_t rows, size_t column, size_t columns,
                     const float *s, const float *ds) {
  const attention_blocks *b = k->b;
  float *scores = (float *)(void *)(k->scratch + b->scores), *grads = (float *)(void *)(k->scratch + b->score_grads);
  if (type == FLEDGE_FLOAT32 || k->g->distance_bias)
    for (size_t r = 0; r < rows; r++)
      for (size_t c = 0; c < columns; c += LANES) {
        size_t at = (row + r) * BACKWARD_SCORES + column + c;
        if (type == FLEDGE_FLOAT32) store_float(scores + at, load_float(s + r * FLEDGE_PANEL + c));
        store_float(grads + at, load_float(ds + r * FLEDGE_PANEL + c));
      }
  if (type == FLEDGE_FLOAT32) return;
  uint16_t *grad_rows = (uint16_t *)(void *)(k->scratch + b->score_grad_rows);
  int32_t *stacked = (int32_t *)(void *)(k->scratch + b->scores);
  int32_t *stacked_grads = (int32_t *)(void *)(k->scratch + b->score_grads_stacked);
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c += LANES) {
      vfloat first = load_float(ds + r * FLEDGE_PANEL + c);
      pack_bfloat16_lanes(grad_rows + (row + r) * BACKWARD_SCORE_WORDS * 2 + column + c, first);
      if (r % 2) continue;
      vfloat second = r + 1 < rows ? load_float(ds + (r + 1) * FLEDGE_PANEL + c) : splat(0);
      vfloat p = load_float(s + r * FLEDGE_PANEL + c);
      vfloat next = r + 1 < rows ? load_float(s + (r + 1) * FLEDGE_PANEL + c) : splat(0);
      size_t at = (row + r) / 2 * BACKWARD_SCORES + column + c;
      vint pair = bfloat16_pair(p, next);
      memcpy(stacked + at, &pair, sizeof pair);
      pair = bfloat16_pair(first, second);
      memcpy(stacked_grads + at, &pair, sizeof pair);
    }
}

// Zeros from `column` on in the rows of a tile, in every form.
INLINE void clear_tile(fledge_type type, const backward_block *k, size_t row, size_t rows, size_t column, size_t end) {
  static const float zeros[MICRO_ROWS * FLEDGE_PANEL] = {0};
  for (; column < end; column += smaller(FLEDGE_PANEL, end - column))
    put_tile(type, k, row, rows, column, smaller(FLEDGE_PANEL, end - column), zeros, zeros);
}

// Probabilities and gradients of scores of one block. `first_row`: rows before it see no key of the block.
INLINE void differentiate_block(fledge_type type, backward_block *k, size_t first_row) {
  const attention_blocks *b = k->b;
  const fledge_differentiable_attention *t = k->t;
  const float *log_sums = (const float *)(const void *)(k->scratch + b->row_terms), *means = log_sums + BACKWARD_QUERIES;
  float s[MICRO_ROWS * FLEDGE_PANEL] __attribute__((aligned(64)));
  float dp[MICRO_ROWS * FLEDGE_PANEL] __attribute__((aligned(64)));
  size_t tile_seen[BACKWARD_QUERIES / MICRO_ROWS + 1];
  score_row rows_of_scores[BACKWARD_QUERIES];
  size_t end = attention_round_up(k->keys, LINE_WORDS);
  for (size_t r = first_row; r < k->count; r += MICRO_ROWS) {
    size_t rows = smaller(MICRO_ROWS, k->count - r);
    for (size_t i = r; i < r + rows; i++)
      rows_of_scores[i] = row_of_scores(t, k->pair, k->head, k->query + i, k->first_key, k->keys);
    tile_seen[r / MICRO_ROWS] = rows_of_scores[r + rows - 1].seen;
    clear_tile(type, k, r, rows, attention_round_up(rows_of_scores[r + rows - 1].seen, LINE_WORDS), end);
  }
  for (size_t c = 0; c < k->keys; c += FLEDGE_PANEL) {
    size_t panel = c / FLEDGE_PANEL * b->words * PANEL_BYTES;
    for (size_t r = first_row; r < k->count; r += MICRO_ROWS) {
      size_t rows = smaller(MICRO_ROWS, k->count - r), seen = tile_seen[r / MICRO_ROWS];
      if (seen <= c) continue;
      fetch_ahead(&k->ahead);
      size_t columns = attention_round_up(smaller(FLEDGE_PANEL, seen - c), LINE_WORDS);
      multiply_rows(type, rows, columns, k->scratch + b->queries + r * b->row * 4, b->row,
                    k->scratch + b->keys_turned + panel, FLEDGE_PANEL, b->words, s, FLEDGE_PANEL, false);
      multiply_rows(type, rows, columns, k->scratch + b->grads + r * b->row * 4, b->row,
                    k->scratch + b->values_turned + panel, FLEDGE_PANEL, b->words, dp, FLEDGE_PANEL, false);
      for (size_t i = 0; i < rows; i++)
        differentiate_row(&rows_of_scores[r + i], c, columns, log_sums[r + i], means[r + i], s + i * FLEDGE_PANEL,
                          dp + i * FLEDGE_PANEL);
      put_tile(type, k, r, rows, c, columns, s, dp);
    }
  }
}

// Gradients of keys and values: the block's probabilities and score gradients, read across, times rows of queries.
INLINE void add_key_gradients(fledge_type type, const backward_block *k, size_t first_row) {
  const attention_blocks *b = k->b;
  const fledge_attention_pair *p = &k->t->pairs[k->pair];
  float *key_grads = (float *)(void *)(k->scratch + b->key_grads);
  float *value_grads = (float *)(void *)(k->scratch + b->value_grads);
  for (size_t column = 0; column < b->width; column += FLEDGE_PANEL) {
    size_t columns = smaller(FLEDGE_PANEL, b->width - column);
    for (size_t key = 0; key < k->keys; key += MICRO_ROWS) {
      // The first query that sees the tile's first key; whole tiles of rows were written.
      size_t row = first_row, rows = smaller(MICRO_ROWS, k->keys - key);
      if (k->t->causal) {
        size_t query = k->first_key + key + p->query_count;  // its distance from the pair's first query, + key_count
        query = query > p->key_count ? query - p->key_count : 0;
        if (query > k->query + first_row) row = (query - k->query) / 2 * 2;
      }
      if (row >= k->count) continue;
      size_t skipped = row / type_group(type), groups = type_groups(type, k->count) - skipped;
      size_t from = skipped * BACKWARD_SCORES + key, operand = (skipped * b->stacked + column) * 4;
      float *to = value_grads + key * b->stacked + column;
      multiply_across(type, rows, columns, k->scratch + b->scores + from * 4, BACKWARD_SCORES,
                      k->scratch + b->grads_stacked + operand, b->stacked, groups, to, b->stacked, true);
      to = key_grads + key * b->stacked + column;
      multiply_across(type, rows, columns, k->scratch + b->score_grads_stacked + from * 4, BACKWARD_SCORES,
                      k->scratch + b->queries_stacked + operand, b->stacked, groups, to, b->stacked, true);
    }
  }
}

// Gradients of the block's queries to their rows `to`, `stride` apart; `add`s to what earlier blocks of keys gave.
INLINE void put_query_gradients(fledge_type type, const backward_block *k, size_t first_row, float *to, size_t stride,
                                bool add) {
  const attention_blocks *b = k->b;
  const fledge_differentiable_attention *t = k->t;
  size_t step = type == FLEDGE_FLOAT32 ? BACKWARD_SCORES : BACKWARD_SCORE_WORDS, d = t->head_width;
  float tile[MICRO_ROWS * FLEDGE_PANEL] __attribute__((aligned(64)));
  for (size_t column = 0; column < d; column += FLEDGE_PANEL) {
    size_t columns = smaller(FLEDGE_PANEL, b->width - column), wanted = smaller(columns, d - column);
    for (size_t r = first_row; r < k->count; r += MICRO_ROWS) {
      size_t rows = smaller(MICRO_ROWS, k->count - r);
      size_t seen = row_of_scores(t, k->pair, k->head, k->query + r + rows - 1, k->first_key, k->keys).seen;
      multiply_rows(type, rows, columns, k->scratch + b->score_grad_rows + r * step * 4, step,
                    k->scratch + b->keys_stacked + column * 4, b->stacked, type_groups(type, seen), tile, FLEDGE_PANEL,
                    false);
      for (size_t i = 0; i < rows; i++) {
        // A row that sees nothing of the block has zeros, which are not worth adding.
        if (add && attention_seen(t, &t->pairs[k->pair], k->query + r + i) <= k->first_key) continue;
        float *out = to + (r + i) * stride + column;
        const float *in = tile + i * FLEDGE_PANEL;
        size_t c = 0;
        for (; c + LANES <= wanted; c += LANES) {
          vfloat grad = load_float(in + c) * t->scale;
          store_float(out + c, add ? load_float(out + c) + grad : grad);
        }
        for (; c < wanted; c++) {
          float grad = in[c] * t->scale;
          out[c] = add ? out[c] + grad : grad;
        }
      }
    }
  }
}

// Adds each diagonal's sum of score gradients to its entry; entry 0 is the farthest query before the block's first key.
INLINE void add_bias_gradients(const backward_block *k, size_t first_row, float *part) {
  const float *grads = (const float *)(const void *)(k->scratch + k->b->score_grads);
  size_t count = k->count - first_row, width = attention_round_up(k->keys, LINE_WORDS);
  grads += first_row * BACKWARD_SCORES;
  part += k->t->pairs[k->pair].query_count - (k->query + k->count);
  // Diagonal `at` holds column at + r - (count - 1) of row r; the line of zeros between rows takes what sticks out.
  for (size_t at = 0; at < width + count - 1; at += LANES) {
    size_t begin = at + LANES > count ? 0 : count - (at + LANES), last = width + count - 2 - at;
    vfloat sum = splat(0);
    for (size_t r = begin; r <= smaller(last, count - 1); r++)
      sum += load_float(grads + (ptrdiff_t)(r * BACKWARD_SCORES + at + r) - (ptrdiff_t)(count - 1));
    store_float(part + at, load_float(part + at) + sum);
  }
}

// Operands of a block of queries, and of each row the log sum and Σ out · grad out.
INLINE void load_block(fledge_type type, const backward_block *k, size_t first_row) {
  const attention_blocks *b = k->b;
  const fledge_differentiable_attention *t = k->t;
  size_t d = t->head_width, row = t->pairs[k->pair].query_row + k->query + first_row, count = k->count - first_row;
  size_t padded = attention_round_up(count, ROW_STEP);
  const float *query = t->query + row * t->query_stride + k->head * d;
  const float *grad = k->g->out + row * k->g->out_stride + k->head * d;
  put_rows(type, query, t->query_stride, count, padded, d, t->scale, b, k->scratch + b->queries + first_row * b->row * 4);
  put_rows(type, grad, k->g->out_stride, count, padded, d, 1, b, k->scratch + b->grads + first_row * b->row * 4);
  if (type == FLEDGE_BFLOAT16) {
    size_t at = first_row / 2 * b->stacked * 4;
    put_stacked(type, query, t->query_stride, count, count, d, t->scale, b, k->scratch + b->queries_stacked + at);
    put_stacked(type, grad, k->g->out_stride, count, count, d, 1, b, k->scratch + b->grads_stacked + at);
  }
  float *log_sums = (float *)(void *)(k->scratch + b->row_terms), *means = log_sums + BACKWARD_QUERIES;
  for (size_t r = 0; r < count; r++) {
    const float *out = t->out + (row + r) * t->out_stride + k->head * d, *g = grad + r * k->g->out_stride;
    vfloat sum = splat(0);
    for (size_t c = 0; c < d; c += LANES) sum = multiply_add(load_some(out + c, d - c), load_some(g + c, d - c), sum);
    log_sums[first_row + r] = t->log_sums[(row + r) * t->query_heads + k->head];
    means[first_row + r] = horizontal_sum(sum);
  }
}

INLINE void write_gradients(const float *from, size_t from_stride, size_t rows, size_t width, float *to, size_t stride) {
  for (size_t r = 0; r < rows; r++) scale_row(from + r * from_stride, 1, width, to + r * stride);
}

// The first row of a block of queries whose tile sees the block of keys; `count` or more where none does.
INLINE size_t first_row_of(const fledge_differentiable_attention *t, size_t pair, size_t query, size_t count,
                           size_t first_key) {
  size_t row = 0;
  while (row < count &&
         attention_seen(t, &t->pairs[pair], query + smaller(row + MICRO_ROWS, count) - 1) <= first_key)
    row += MICRO_ROWS;
  return row;
}

INLINE void await_block(const backward_block *k, size_t pair, size_t head, size_t query, rows_ahead *ahead) {
  const fledge_differentiable_attention *t = k->t;
  size_t row = t->pairs[pair].query_row + query, column = head * t->head_width;
  size_t count = smaller(BACKWARD_QUERIES, t->pairs[pair].query_count - query);
  await_rows(ahead, t->out + row * t->out_stride + column, t->out_stride, count);
  await_rows(ahead, k->g->out + row * k->g->out_stride + column, k->g->out_stride, count);
  await_rows(ahead, t->query + row * t->query_stride + column, t->query_stride, count);
}

// Awaits what follows a block: the next queries of this head or group, else the gradients of keys and values and the
// operands of the next block of keys or of the next unit; at once, the gradients of this block's queries.
INLINE void await_backward(backward_block *k, size_t first_row, size_t unit, size_t next_unit, bool last_head) {
  const fledge_differentiable_attention *t = k->t;
  const fledge_attention_pair *p = &t->pairs[k->pair];
  size_t d = t->head_width, following = k->query + k->count, group = t->query_heads / t->key_heads;
  rows_ahead *ahead = &k->ahead;
  ahead->count = 0;
  ahead->bytes = d * 4;
  if (following < p->query_count) {
    await_block(k, k->pair, k->head, following, ahead);
  } else if (!last_head) {
    await_block(k, k->pair, k->head + 1, 0, ahead);
  } else {
    size_t first_key = k->first_key + k->keys, key_row = p->key_row + k->first_key, column = unit % t->key_heads * d;
    await_rows(ahead, k->g->key + key_row * k->g->key_stride + column, k->g->key_stride, k->keys);
    await_rows(ahead, k->g->value + key_row * k->g->value_stride + column, k->g->value_stride, k->keys);
    bool same = first_key < p->key_count;
    if (!same) unit = next_unit, first_key = 0, column = unit % t->key_heads * d;
    if (unit < t->pair_count * t->key_heads) {
      const fledge_attention_pair *next = &t->pairs[unit / t->key_heads];
      size_t row = next->key_row + first_key, keys = smaller(BACKWARD_KEYS, next->key_count - first_key);
      if (!same && next->query_count > 0) await_block(k, unit / t->key_heads, unit % t->key_heads * group, 0, ahead);
      await_rows(ahead, t->value + row * t->value_stride + column, t->value_stride, keys);
      await_rows(ahead, t->key + row * t->key_stride + column, t->key_stride, keys);
    }
  }
  size_t row = p->query_row + k->query + first_row;
  await_rows(ahead, k->g->query + row * k->g->query_stride + k->head * d, k->g->query_stride, k->count - first_row);
  size_t tiles = (k->count - first_row + MICRO_ROWS - 1) / MICRO_ROWS;
  spread_rows(ahead, tiles * ((k->keys + FLEDGE_PANEL - 1) / FLEDGE_PANEL));
}

INLINE void attend_keys_backward(fledge_type type, const fledge_differentiable_attention *t,
                                 const fledge_attention_gradients *g, size_t unit, size_t next_unit, size_t block,
                                 float *query_part, float *bias_parts, char *scratch) {
  size_t pair = unit / t->key_heads, key_head = unit % t->key_heads;
  const fledge_attention_pair *p = &t->pairs[pair];
  attention_blocks b = attention_backward_blocks(t);
  backward_block k = {.t = t, .g = g, .b = &b, .scratch = scratch, .pair = pair, .first_key = block * BACKWARD_KEYS};
  k.keys = smaller(BACKWARD_KEYS, p->key_count - k.first_key);
  size_t d = t->head_width, group = t->query_heads / t->key_heads, padded = attention_round_up(k.keys, MICRO_ROWS);
  const float *key = t->key + (p->key_row + k.first_key) * t->key_stride + key_head * d;
  const float *value = t->value + (p->key_row + k.first_key) * t->value_stride + key_head * d;
  put_turned(type, key, t->key_stride, k.keys, d, &b, scratch + b.keys_stacked, scratch + b.keys_turned);
  put_turned(type, value, t->value_stride, k.keys, d, &b, scratch + b.keys_stacked, scratch + b.values_turned);
  put_stacked(type, key, t->key_stride, k.keys, attention_round_up(k.keys, 2), d, 1, &b, scratch + b.keys_stacked);
  memset(scratch + b.key_grads, 0, padded * b.stacked * 4);
  memset(scratch + b.value_grads, 0, padded * b.stacked * 4);
  if (bias_parts)
    memset(scratch + b.score_grads - LINE_WORDS * 4, 0, (BACKWARD_QUERIES * BACKWARD_SCORES + LINE_WORDS) * 4);
  for (size_t i = 0; i < group; i++) {
    k.head = key_head * group + i;
    float *part = bias_parts ? bias_parts + i * attention_bias_part(p) : 0;
    if (part) memset(part, 0, attention_bias_part(p) * 4);
    float *to = query_part ? query_part + k.head * d : g->query + p->query_row * g->query_stride + k.head * d;
    size_t stride = query_part ? t->query_heads * d : g->query_stride;
    for (k.query = 0; k.query < p->query_count; k.query += BACKWARD_QUERIES) {
      k.count = smaller(BACKWARD_QUERIES, p->query_count - k.query);
      size_t first_row = first_row_of(t, pair, k.query, k.count, k.first_key);
      float *rows = to + k.query * stride;
      if (block == 0)  // what no later block writes
        for (size_t r = 0; r < smaller(first_row, k.count); r++) memset(rows + r * stride, 0, d * 4);
      if (first_row >= k.count) continue;
      await_backward(&k, first_row, unit, next_unit, i + 1 == group);
      load_block(type, &k, first_row);
      differentiate_block(type, &k, first_row);
      add_key_gradients(type, &k, first_row);
      put_query_gradients(type, &k, first_row, rows, stride, block > 0 && !query_part);
      if (part) add_bias_gradients(&k, first_row, part);
    }
  }
  float *to = g->key + (p->key_row + k.first_key) * g->key_stride + key_head * d;
  write_gradients((const float *)(const void *)(scratch + b.key_grads), b.stacked, k.keys, d, to, g->key_stride);
  to = g->value + (p->key_row + k.first_key) * g->value_stride + key_head * d;
  write_gradients((const float *)(const void *)(scratch + b.value_grads), b.stacked, k.keys, d, to, g->value_stride);
}

// Block `block` of the keys of a unit (as above) against all its queries. Gradients of queries go to `query_part`
// ([queries of the pair, query_heads · head_width]: this block's part alone), or without it are added up in their place,
// blocks taken in order. Bias gradients go to a part for each query head of the group.
static void attend_backward(const fledge_differentiable_attention *t, const fledge_attention_gradients *g, size_t unit,
                            size_t next_unit, size_t block, float *query_part, float *bias_parts, void *scratch) {
  if (t->type == FLEDGE_FLOAT32)
    attend_keys_backward(FLEDGE_FLOAT32, t, g, unit, next_unit, block, query_part, bias_parts, scratch);
  else
    attend_keys_backward(FLEDGE_BFLOAT16, t, g, unit, next_unit, block, query_part, bias_parts, scratch);
}
