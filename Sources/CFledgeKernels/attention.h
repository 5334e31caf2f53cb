// Attention of one instruction set, straight on the packed cache: q kᵀ and p v are the micro-kernels of products.h.

// Scratch of one call: scores [12][keys, padded], context [width / 32 panels][12][32], packed queries [12 × width].

// Scores of one tile of queries, scaled and biased, keys that a row may not see at -∞; the largest of each row.
INLINE void score_tile(const fledge_attention *t, const fledge_attention_sequence *s, size_t head, size_t first_query,
                       size_t rows, size_t visible, size_t padded, const char *queries, float *scores,
                       float *largest) {
  const fledge_cache *cache = &t->cache;
  size_t kv_head = head / (t->query_heads / cache->heads);
  size_t groups = type_groups(cache->type, cache->head_width), panel_bytes = groups * PANEL_BYTES;
  size_t panels = cache->capacity / FLEDGE_PANEL;
  const char *keys = (const char *)cache->keys + (s->slot * cache->heads + kv_head) * panels * panel_bytes;
  int32_t tile[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
  vfloat maxima[FLEDGE_TILE];
  for (size_t r = 0; r < rows; r++) maxima[r] = splat(-INFINITY);
  size_t used = (visible + FLEDGE_PANEL - 1) / FLEDGE_PANEL, step = rows == 1 ? ROW_PANELS : 1;
  vint lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  for (size_t p = 0; p < used; p += step) {
    size_t count = smaller(step, used - p), base = p * FLEDGE_PANEL;
    if (rows == 1)
      multiply_row(cache->type, count, queries, keys + p * panel_bytes, panel_bytes, groups, tile);
    else
      multiply_tile(cache->type, rows, queries, keys + p * panel_bytes, groups, queries, tile);
    for (size_t r = 0; r < rows; r++) {
      size_t query = s->key_count - s->query_count + first_query + r;  // its position among the keys
      size_t seen = t->causal ? query + 1 : s->key_count;
      const float *bias = t->distance_bias ? t->distance_bias + head * (2 * t->distance_span - 1) +
                                                 (t->distance_span - 1) + base - query
                                           : 0;
      size_t columns = count * FLEDGE_PANEL, whole = base + columns <= seen ? columns : 0;
      float *out = scores + r * padded + base;
      const float *in = (const float *)tile + r * FLEDGE_PANEL;
      vfloat maximum = maxima[r];
      for (size_t c = 0; c < whole; c += LANES) {
        vfloat score = load_float(in + c) * t->scale;
        if (bias) score += load_float(bias + c);
        store_float(out + c, score);
        maximum = select_float(score > maximum, score, maximum);
      }
      for (size_t c = whole; c < columns; c += LANES) {
        size_t left = base + c < seen ? seen - base - c : 0;
        vfloat score = load_float(in + c) * t->scale;
        if (bias && left) score += load_partial(bias + c, left, 0);
        score = select_float(lane < (int32_t)smaller(left, LANES), score, splat(-INFINITY));
        store_float(out + c, score);
        maximum = select_float(score > maximum, score, maximum);
      }
      maxima[r] = maximum;
    }
  }
  for (size_t r = 0; r < rows; r++) largest[r] = horizontal_max(maxima[r]);
}

// e^(score - largest) of `count` scores, whole vectors, row-major; returns their sum.
INLINE float put_probabilities(fledge_type type, const float *scores, size_t count, float largest, char *out) {
  float shift = largest == -INFINITY ? 0 : largest;
  vfloat sums = splat(0);
  for (size_t c = 0; c < count; c += LANES) {
    vfloat e = exponential_of_nonpositive(load_float(scores + c) - shift);
    sums += e;
    if (type == FLEDGE_FLOAT32)
      store_float(out + c * 4, e);
    else
      pack_bfloat16_lanes((uint16_t *)(void *)out + c, e);
  }
  return horizontal_sum(sums);
}

// Probabilities times values for one tile of queries, a block of keys at a time; context[panel][row][32] is summed up.
INLINE void mix_values(fledge_type type, size_t rows, size_t visible, size_t padded, const float *scores,
                       const float *largest, const char *values, size_t value_panels, size_t panel_bytes,
                       float *inverse, float *context) {
  size_t block = type == FLEDGE_FLOAT32 ? BLOCK_BYTES / 4 : BLOCK_BYTES / 2;
  char probabilities[FLEDGE_TILE * BLOCK_BYTES] __attribute__((aligned(64)));
  int32_t tiles[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
  float totals[FLEDGE_TILE] = {0};
  for (size_t begin = 0; begin < visible; begin += block) {
    size_t count = smaller(block, visible - begin), whole = (count + LANES - 1) / LANES * LANES;
    for (size_t r = 0; r < rows; r++)
      totals[r] += put_probabilities(type, scores + r * padded + begin, whole, largest[r],
                                     probabilities + r * BLOCK_BYTES);
    size_t groups = type_groups(type, count);
    const char *block_values = values + type_groups(type, begin) * PANEL_BYTES;
    for (size_t p = 0; p < value_panels; p++) {
      const int32_t *tile = tiles;
      if (rows == 1) {
        if (p % ROW_PANELS == 0)
          multiply_row(type, smaller(ROW_PANELS, value_panels - p), probabilities, block_values + p * panel_bytes,
                       panel_bytes, groups, tiles);
        tile += p % ROW_PANELS * FLEDGE_PANEL;
      } else if (type == FLEDGE_FLOAT32) {
        block_float32(rows, probabilities, block_values + p * panel_bytes, groups, probabilities, tiles);
      } else {
        block_bfloat16(rows, probabilities, block_values + p * panel_bytes, groups, probabilities, tiles);
      }
      float *sums = context + p * FLEDGE_TILE * FLEDGE_PANEL;
      for (size_t i = 0; i < rows * FLEDGE_PANEL; i += LANES) {
        vfloat sum = load_float(tile + i);
        store_float(sums + i, begin ? sum + load_float(sums + i) : sum);
      }
    }
  }
  for (size_t r = 0; r < rows; r++) inverse[r] = 1.0f / totals[r];
}

static void attend(const fledge_attention *t, size_t sequence, size_t head, size_t tile_begin, size_t tile_end,
                   void *scratch) {
  const fledge_attention_sequence *s = &t->sequences[sequence];
  const fledge_cache *cache = &t->cache;
  size_t kv_head = head / (t->query_heads / cache->heads), width = cache->head_width;
  size_t padded = (s->key_count + FLEDGE_PANEL - 1) / FLEDGE_PANEL * FLEDGE_PANEL;
  size_t capacity_groups = type_groups(cache->type, cache->capacity);
  size_t value_panels = (width + FLEDGE_PANEL - 1) / FLEDGE_PANEL;
  const char *values = (const char *)cache->values +
                       (s->slot * cache->heads + kv_head) * value_panels * capacity_groups * PANEL_BYTES;
  float *scores = scratch;
  float *context = scores + FLEDGE_TILE * padded;
  char *queries = (char *)(context + FLEDGE_TILE * FLEDGE_PANEL * value_panels);
  for (size_t index = tile_begin; index < tile_end; index++) {
    size_t first = index * FLEDGE_TILE;
    if (first >= s->query_count) break;
    size_t rows = smaller(FLEDGE_TILE, s->query_count - first);
    for (size_t r = 0; r < rows; r++) {
      const float *query = t->query + (s->query_offset + first + r) * t->query_stride + head * width;
      row_source source = {query, FLEDGE_FLOAT32, 0, 1};
      pack_row(&source, width, cache->type, rows, r, queries, 0, 0);
    }
    size_t visible = t->causal ? s->key_count - s->query_count + first + rows : s->key_count;
    float largest[FLEDGE_TILE], inverse[FLEDGE_TILE];
    score_tile(t, s, head, first, rows, visible, padded, queries, scores, largest);
    size_t panel_bytes = capacity_groups * PANEL_BYTES;
    if (cache->type == FLEDGE_FLOAT32)
      mix_values(FLEDGE_FLOAT32, rows, visible, padded, scores, largest, values, value_panels, panel_bytes, inverse,
                 context);
    else
      mix_values(FLEDGE_BFLOAT16, rows, visible, padded, scores, largest, values, value_panels, panel_bytes, inverse,
                 context);
    for (size_t p = 0; p < value_panels; p++) {
      size_t begin = p * FLEDGE_PANEL, count = smaller(FLEDGE_PANEL, width - begin);
      for (size_t r = 0; r < rows; r++) {
        float *out = t->out + (s->query_offset + first + r) * t->out_stride + head * width + begin;
        const float *in = context + (p * FLEDGE_TILE) * FLEDGE_PANEL + r * FLEDGE_PANEL;
        size_t c = 0;
        for (; c + LANES <= count; c += LANES) store_float(out + c, load_float(in + c) * inverse[r]);
        for (; c < count; c++) out[c] = in[c] * inverse[r];
      }
    }
  }
}

// Values of one head: row `at` of every 32-channel panel. A bfloat16 group holds positions at and at + 1 of a channel;
// a pair is opened with zero in its second half, so that nothing stale (an infinity, say) meets the zero probability of
// a position not yet written.
INLINE void write_value(const fledge_cache *c, char *values, size_t at, const float *value) {
  size_t width = c->head_width, panel_bytes = type_groups(c->type, c->capacity) * PANEL_BYTES;
  char *group = values + at / type_group(c->type) * PANEL_BYTES;
  for (size_t begin = 0; begin < width; begin += FLEDGE_PANEL, group += panel_bytes) {
    size_t count = smaller(FLEDGE_PANEL, width - begin);
    if (c->type == FLEDGE_FLOAT32) {
      memcpy(group, value + begin, count * 4);
      continue;
    }
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
      uint16_t halves[LANES];
      pack_bfloat16_lanes(halves, load_float(value + begin + i));
      vint pair = (vint)bfloat16_lanes(halves);
      pair = at % 2 ? (load_int(group + 4 * i) & 0xffff) | pair : (vint)((vuint)pair >> 16);
      memcpy(group + 4 * i, &pair, sizeof pair);
    }
    for (; i < count; i++) {
      uint16_t half = float_to_bfloat16(value[begin + i]);
      uint32_t pair = half;
      if (at % 2) {
        memcpy(&pair, group + 4 * i, 4);
        pair = (pair & 0xffffu) | (uint32_t)half << 16;
      }
      memcpy(group + 4 * i, &pair, 4);
    }
  }
}

static void write_cache(const fledge_cache *c, size_t slot, size_t head, size_t position, size_t count,
                        const float *keys, const float *values, size_t stride) {
  size_t width = c->head_width, key_panel = type_groups(c->type, width) * PANEL_BYTES;
  size_t value_bytes =
      (width + FLEDGE_PANEL - 1) / FLEDGE_PANEL * type_groups(c->type, c->capacity) * PANEL_BYTES;
  char *key_base = (char *)c->keys + (slot * c->heads + head) * (c->capacity / FLEDGE_PANEL) * key_panel;
  char *value_base = (char *)c->values + (slot * c->heads + head) * value_bytes;
  for (size_t row = 0; row < count; row++) {
    size_t at = position + row;
    row_source key = {keys + row * stride, FLEDGE_FLOAT32, 0, 1};
    pack_row(&key, width, c->type, FLEDGE_PANEL, at % FLEDGE_PANEL, key_base + at / FLEDGE_PANEL * key_panel, 0, 0);
    write_value(c, value_base, at, values + row * stride);
  }
}
