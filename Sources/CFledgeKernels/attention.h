// Attention of one instruction set, straight on the packed cache: q kᵀ and p v are the micro-kernels of products.h.

// Scratch of one call, in bytes: scores [12][keys, padded], packed probabilities, packed queries.
//   ┌ scores 12 × padded × 4 ┬ probabilities 12 × padded × 4 ┬ queries 12 × width padded × 4 ┐
INLINE void score_tile(const fledge_attention *t, const fledge_attention_sequence *s, size_t head, size_t first_query,
                       size_t rows, size_t visible, size_t padded, const char *queries, float *scores) {
  const fledge_cache *cache = &t->cache;
  size_t kv_head = head / (t->query_heads / cache->heads);
  size_t groups = type_groups(cache->type, cache->head_width), panel_bytes = groups * PANEL_BYTES;
  size_t panels = cache->capacity / FLEDGE_PANEL;
  const char *keys = (const char *)cache->keys + (s->slot * cache->heads + kv_head) * panels * panel_bytes;
  int32_t tile[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
  size_t used = (visible + FLEDGE_PANEL - 1) / FLEDGE_PANEL;
  size_t step = rows == 1 ? ROW_PANELS : 1;
  for (size_t p = 0; p < used; p += step) {
    size_t count = smaller(step, used - p);
    if (rows == 1)
      multiply_row(cache->type, count, queries, keys + p * panel_bytes, panel_bytes, groups, tile);
    else
      multiply_tile(cache->type, rows, queries, keys + p * panel_bytes, groups, tile);
    size_t columns = count * FLEDGE_PANEL, base = p * FLEDGE_PANEL;
    for (size_t r = 0; r < rows; r++) {
      float *out = scores + r * padded + base;
      const float *in = (const float *)tile + r * FLEDGE_PANEL;
      for (size_t c = 0; c < columns; c += LANES) store_float(out + c, load_float(in + c) * t->scale);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    float *row = scores + r * padded;
    size_t query = s->key_count - s->query_count + first_query + r;  // its position among the keys
    size_t keys_seen = t->causal ? query + 1 : s->key_count;
    if (t->distance_bias) {
      const float *bias = t->distance_bias + head * (2 * t->distance_span - 1) + (t->distance_span - 1) - query;
      size_t c = 0;
      for (; c + LANES <= keys_seen; c += LANES) store_float(row + c, load_float(row + c) + load_float(bias + c));
      for (; c < keys_seen; c++) row[c] += bias[c];
    }
    for (size_t c = keys_seen; c < used * FLEDGE_PANEL; c++) row[c] = -INFINITY;
  }
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
  char *probabilities = (char *)(scores + FLEDGE_TILE * padded);
  char *queries = probabilities + FLEDGE_TILE * padded * 4;
  int32_t tile[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
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
    score_tile(t, s, head, first, rows, visible, padded, queries, scores);
    float inverse[FLEDGE_TILE];
    for (size_t r = 0; r < rows; r++) {
      float *row = scores + r * padded;
      inverse[r] = 1.0f / exponentials(row, visible, row);
      row_source source = {row, FLEDGE_FLOAT32, 0, 1};
      pack_row(&source, visible, cache->type, rows, r, probabilities, 0, 0);
    }
    size_t groups = type_groups(cache->type, visible);
    size_t panel_bytes = capacity_groups * PANEL_BYTES;
    for (size_t p = 0; p < value_panels; p++) {
      const char *panel = values + p * panel_bytes;
      if (rows > 1)
        multiply_tile(cache->type, rows, probabilities, panel, groups, tile);
      else if (p % ROW_PANELS == 0)
        multiply_row(cache->type, smaller(ROW_PANELS, value_panels - p), probabilities, panel, panel_bytes, groups,
                     tile);
      size_t begin = p * FLEDGE_PANEL, count = smaller(FLEDGE_PANEL, width - begin);
      for (size_t r = 0; r < rows; r++) {
        float *out = t->out + (s->query_offset + first + r) * t->out_stride + head * width + begin;
        const float *in = (const float *)tile + (rows > 1 ? r : p % ROW_PANELS) * FLEDGE_PANEL;
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
    for (size_t i = 0; i < count; i++) {
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
