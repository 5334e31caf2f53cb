// Attention of one instruction set, straight on the packed cache: q kᵀ and p v are the micro-kernels of products.h.

// Scratch of one call: scores [12][keys, padded], context [width / 32 panels][12][32], packed queries [12 × width].

// A tile of up to 12 query rows that read the same keys and values: queries that follow one another in one head, or one
// query of several heads that share a key–value head.
typedef struct query_tile {
  const fledge_attention_sequence *sequence;
  size_t rows;
  size_t visible;  // keys that at least one row sees
  size_t kv_head;
  size_t position[FLEDGE_TILE];  // of each row's query among the keys
  size_t head[FLEDGE_TILE];
  size_t query[FLEDGE_TILE];  // its row in the tensors
} query_tile;

INLINE size_t page_key_bytes(const fledge_cache *c) {
  return c->heads * (FLEDGE_PAGE / FLEDGE_PANEL) * type_groups(c->type, c->head_width) * PANEL_BYTES;
}
INLINE size_t value_panels_of(const fledge_cache *c) { return (c->head_width + FLEDGE_PANEL - 1) / FLEDGE_PANEL; }
// The page that holds a position of a slot.
INLINE char *page_of(const fledge_cache *c, size_t slot, size_t position) {
  return c->pages[slot * c->pages_per_slot + position / FLEDGE_PAGE];
}
INLINE char *page_keys(const fledge_cache *c, char *page, size_t head) {
  return page + head * (FLEDGE_PAGE / FLEDGE_PANEL) * type_groups(c->type, c->head_width) * PANEL_BYTES;
}
INLINE char *page_values(const fledge_cache *c, char *page, size_t head) {
  return page + page_key_bytes(c) + head * value_panels_of(c) * type_groups(c->type, FLEDGE_PAGE) * PANEL_BYTES;
}

// Scores of one tile of queries, scaled and biased, keys that a row may not see at -∞; the largest of each row.
INLINE void score_tile(const fledge_attention *t, const query_tile *q, size_t padded, const char *queries,
                       float *scores, float *largest) {
  const fledge_cache *cache = &t->cache;
  size_t rows = q->rows, groups = type_groups(cache->type, cache->head_width), panel_bytes = groups * PANEL_BYTES;
  int32_t tile[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
  vfloat maxima[FLEDGE_TILE];
  for (size_t r = 0; r < rows; r++) maxima[r] = splat(-INFINITY);
  // A page is a whole number of steps.
  size_t used = (q->visible + FLEDGE_PANEL - 1) / FLEDGE_PANEL, step = rows == 1 ? ROW_PANELS : 1;
  vint lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  for (size_t p = 0; p < used; p += step) {
    size_t count = smaller(step, used - p), base = p * FLEDGE_PANEL;
    const char *keys = page_keys(cache, page_of(cache, q->sequence->slot, base), q->kv_head) +
                       base % FLEDGE_PAGE / FLEDGE_PANEL * panel_bytes;
    if (rows == 1)
      multiply_row(cache->type, count, queries, keys, panel_bytes, groups, tile);
    else
      multiply_tile(cache->type, rows, queries, keys, groups, queries, tile);
    for (size_t r = 0; r < rows; r++) {
      size_t seen = t->causal ? q->position[r] + 1 : q->sequence->key_count;
      const float *bias = t->distance_bias ? t->distance_bias + q->head[r] * (2 * t->distance_span - 1) +
                                                 (t->distance_span - 1) + base - q->position[r]
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
INLINE void mix_values(fledge_type type, const fledge_cache *cache, const query_tile *q, size_t padded,
                       const float *scores, const float *largest, float *inverse, float *context) {
  // A block lies within one page, and its probabilities within BLOCK_BYTES.
  enum { BLOCK = FLEDGE_PAGE };
  _Static_assert(BLOCK * 4 <= BLOCK_BYTES, "a block of probabilities has a fixed place");
  size_t rows = q->rows, value_panels = value_panels_of(cache);
  size_t panel_bytes = type_groups(type, FLEDGE_PAGE) * PANEL_BYTES;
  char probabilities[FLEDGE_TILE * BLOCK_BYTES] __attribute__((aligned(64)));
  int32_t tiles[FLEDGE_TILE * FLEDGE_PANEL] __attribute__((aligned(64)));
  float totals[FLEDGE_TILE] = {0};
  for (size_t begin = 0; begin < q->visible; begin += BLOCK) {
    size_t count = smaller(BLOCK, q->visible - begin), whole = (count + LANES - 1) / LANES * LANES;
    for (size_t r = 0; r < rows; r++)
      totals[r] += put_probabilities(type, scores + r * padded + begin, whole, largest[r],
                                     probabilities + r * BLOCK_BYTES);
    size_t groups = type_groups(type, count);
    const char *values = page_values(cache, page_of(cache, q->sequence->slot, begin), q->kv_head);
    for (size_t p = 0; p < value_panels; p++) {
      const int32_t *tile = tiles;
      if (rows == 1) {
        if (p % ROW_PANELS == 0)
          multiply_row(type, smaller(ROW_PANELS, value_panels - p), probabilities, values + p * panel_bytes,
                       panel_bytes, groups, tiles);
        tile += p % ROW_PANELS * FLEDGE_PANEL;
      } else if (type == FLEDGE_FLOAT32) {
        block_float32(rows, probabilities, values + p * panel_bytes, groups, probabilities, tiles);
      } else {
        block_bfloat16(rows, probabilities, values + p * panel_bytes, groups, probabilities, tiles);
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

// One tile from its queries to its rows of the output.
static void attend_tile(const fledge_attention *t, const query_tile *q, void *scratch) {
  const fledge_cache *cache = &t->cache;
  size_t width = cache->head_width, value_panels = value_panels_of(cache);
  size_t padded = (q->sequence->key_count + FLEDGE_PANEL - 1) / FLEDGE_PANEL * FLEDGE_PANEL;
  float *scores = scratch;
  float *context = scores + FLEDGE_TILE * padded;
  char *queries = (char *)(context + FLEDGE_TILE * FLEDGE_PANEL * value_panels);
  row_source sources[FLEDGE_TILE];
  for (size_t r = 0; r < q->rows; r++)
    sources[r] = (row_source){t->query + q->query[r] * t->query_stride + q->head[r] * width, FLEDGE_FLOAT32, 0, 0, 1};
  pack_together(sources, q->rows, width, cache->type, 0, 0, q->rows, queries, 0);
  float largest[FLEDGE_TILE], inverse[FLEDGE_TILE];
  score_tile(t, q, padded, queries, scores, largest);
  if (cache->type == FLEDGE_FLOAT32)
    mix_values(FLEDGE_FLOAT32, cache, q, padded, scores, largest, inverse, context);
  else
    mix_values(FLEDGE_BFLOAT16, cache, q, padded, scores, largest, inverse, context);
  for (size_t p = 0; p < value_panels; p++) {
    size_t begin = p * FLEDGE_PANEL, count = smaller(FLEDGE_PANEL, width - begin);
    for (size_t r = 0; r < q->rows; r++) {
      float *out = t->out + q->query[r] * t->out_stride + q->head[r] * width + begin;
      const float *in = context + (p * FLEDGE_TILE + r) * FLEDGE_PANEL;
      size_t c = 0;
      for (; c + LANES <= count; c += LANES) store_float(out + c, load_float(in + c) * inverse[r]);
      for (; c < count; c++) out[c] = in[c] * inverse[r];
    }
  }
}

// Some tiles of one head: queries that follow one another.
static void attend(const fledge_attention *t, size_t sequence, size_t head, size_t tile_begin, size_t tile_end,
                   void *scratch) {
  const fledge_attention_sequence *s = &t->sequences[sequence];
  query_tile q = {.sequence = s, .kv_head = head / (t->query_heads / t->cache.heads)};
  for (size_t index = tile_begin; index < tile_end; index++) {
    size_t first = index * FLEDGE_TILE;
    if (first >= s->query_count) break;
    q.rows = smaller(FLEDGE_TILE, s->query_count - first);
    for (size_t r = 0; r < q.rows; r++) {
      q.position[r] = s->key_count - s->query_count + first + r;
      q.head[r] = head;
      q.query[r] = s->query_offset + first + r;
    }
    q.visible = t->causal ? q.position[q.rows - 1] + 1 : s->key_count;
    attend_tile(t, &q, scratch);
  }
}

// The one query of a sequence, for up to 12 heads that share a key–value head: its keys and values are read once.
static void attend_grouped(const fledge_attention *t, size_t sequence, size_t first_head, size_t head_count,
                           void *scratch) {
  const fledge_attention_sequence *s = &t->sequences[sequence];
  query_tile q = {.sequence = s, .kv_head = first_head / (t->query_heads / t->cache.heads), .rows = head_count};
  for (size_t r = 0; r < head_count; r++) {
    q.position[r] = s->key_count - 1;
    q.head[r] = first_head + r;
    q.query[r] = s->query_offset;
  }
  q.visible = s->key_count;
  attend_tile(t, &q, scratch);
}

// Values of one head: row `at` of every 32-channel panel. A bfloat16 group holds positions at and at + 1 of a channel;
// a pair is opened with zero in its second half, so that nothing stale (an infinity, say) meets the zero probability of
// a position not yet written.
INLINE void write_value(const fledge_cache *c, char *values, size_t at, const float *value) {
  size_t width = c->head_width, panel_bytes = type_groups(c->type, FLEDGE_PAGE) * PANEL_BYTES;
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
  size_t width = c->head_width, key_panel = type_groups(c->type, width) * PANEL_BYTES, together;
  for (size_t row = 0; row < count; row += together) {
    size_t at = (position + row) % FLEDGE_PAGE, column = at % FLEDGE_PANEL;
    char *page = page_of(c, slot, position + row);
    together = smaller(smaller(FLEDGE_TILE, count - row), FLEDGE_PANEL - column);
    row_source sources[FLEDGE_TILE];
    for (size_t r = 0; r < together; r++) {
      sources[r] = (row_source){keys + (row + r) * stride, FLEDGE_FLOAT32, 0, 0, 1};
      write_value(c, page_values(c, page, head), at + r, values + (row + r) * stride);
    }
    char *panel = page_keys(c, page, head) + at / FLEDGE_PANEL * key_panel;
    pack_together(sources, together, width, c->type, 0, 0, FLEDGE_PANEL, panel + column * FLEDGE_GROUP_BYTES, 0);
  }
}
