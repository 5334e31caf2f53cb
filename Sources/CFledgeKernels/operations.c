// Whole operations: what one kernel call cannot do alone, spread over a pool.
#include "include/CFledgeKernels.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }

static size_t group_of(fledge_type type) { return type == FLEDGE_INT8 ? 4 : type == FLEDGE_FLOAT32 ? 1 : 2; }
// Of one row of packed activations.
static size_t row_bytes_of(fledge_type type, size_t depth) {
  return divide_up(depth, group_of(type)) * (type == FLEDGE_FLOAT16 ? 8 : FLEDGE_GROUP_BYTES);
}
static size_t groups_of(fledge_type type, size_t depth) { return divide_up(depth, group_of(type)); }
static size_t panel_bytes_of(fledge_type type, size_t depth) {
  return groups_of(type, depth) * FLEDGE_PANEL * FLEDGE_GROUP_BYTES;
}

size_t fledge_packed_bytes(fledge_type type, size_t columns, size_t depth) {
  return divide_up(columns, FLEDGE_PANEL) * panel_bytes_of(type, depth);
}

// Linear --------------------------------------------------------------------------------------------------------------

typedef struct linear_job {
  const fledge_kernels *kernels;
  const fledge_linear *linear;
  char *packed;
  float *scales;
  size_t row_bytes, panels, panels_an_item;
} linear_job;

static void pack_item(void *context, size_t item) {
  const linear_job *job = context;
  const fledge_linear *l = job->linear;
  size_t begin = item * FLEDGE_TILE, rows = smaller(FLEDGE_TILE, l->rows - begin);
  job->kernels->pack_rows(l->x + begin * l->x_stride, l->x_stride, rows, l->weight.depth, l->weight.type,
                          job->packed + begin * job->row_bytes, job->scales + begin, l->norm);
}

static void multiply_item(void *context, size_t item) {
  const linear_job *job = context;
  size_t begin = item * job->panels_an_item;
  job->kernels->multiply_panels(job->linear, job->packed, job->scales, begin,
                                smaller(job->panels, begin + job->panels_an_item));
}

// Some rows of the product; their packed form fits the scratch.
static void run_block(fledge_pool *pool, linear_job *job) {
  const fledge_linear *linear = job->linear;
  size_t tiles = divide_up(linear->rows, FLEDGE_TILE);
  if (linear->rows * linear->weight.depth < 16384) {
    for (size_t i = 0; i < tiles; i++) pack_item(job, i);
  } else {
    fledge_pool_run(pool, tiles, pack_item, job);
  }
  fledge_pool_run(pool, divide_up(job->panels, job->panels_an_item), multiply_item, job);
}

bool fledge_linear_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_linear *linear) {
  const fledge_packed *weight = &linear->weight;
  if (linear->rows == 0 || weight->columns == 0) return true;
  linear_job job = {.kernels = kernels};
  job.row_bytes = row_bytes_of(weight->type, weight->depth);
  // As many rows at a time as keep their packed form within the second-level cache while the panels pass by.
  size_t blocks = linear->rows * job.row_bytes / kernels->row_block_bytes + 1;
  size_t block = divide_up(divide_up(linear->rows, blocks), FLEDGE_TILE) * FLEDGE_TILE;
  size_t scale_bytes = divide_up(block * sizeof(float), 64) * 64;
  char *scratch = fledge_scratch(FLEDGE_SCRATCH_OPERATION, scale_bytes + smaller(block, linear->rows) * job.row_bytes);
  if (!scratch) return false;
  job.scales = (float *)(void *)scratch;
  job.packed = scratch + scale_bytes;
  // Panels are dealt out in a few rounds, so that a thread that was held up does less. A product that is over in a
  // microsecond or two is not worth waking anyone.
  size_t threads = fledge_pool_threads(pool), rounds = linear->rows == 1 ? 1 : 4;
  job.panels = divide_up(weight->columns, FLEDGE_PANEL);
  if (linear->rows * weight->columns * weight->depth < 65536) threads = 1;
  job.panels_an_item = threads == 1 ? job.panels : divide_up(job.panels, threads * rounds);
  fledge_linear part = *linear;
  job.linear = &part;
  for (size_t begin = 0; begin < linear->rows; begin += block) {
    part.rows = smaller(block, linear->rows - begin);
    part.x = linear->x + begin * linear->x_stride;
    part.out = linear->out + begin * linear->out_stride;
    if (linear->residual) part.residual = linear->residual + begin * linear->residual_stride;
    run_block(pool, &job);
  }
  return true;
}

// Rows ----------------------------------------------------------------------------------------------------------------

enum { ROWS_AN_ITEM = 8 };

typedef struct rows_job {
  const fledge_kernels *kernels;
  const float *in;
  float *out;
  const fledge_norm *norm;
  size_t stride, rows, heads, width, rotary_width;
  const float *cosines, *sines;
} rows_job;

static void normalize_item(void *context, size_t item) {
  const rows_job *job = context;
  size_t begin = item * ROWS_AN_ITEM, rows = smaller(ROWS_AN_ITEM, job->rows - begin);
  job->kernels->normalize(job->in + begin * job->width, job->norm, rows, job->width, job->out + begin * job->width);
}

static void rotate_item(void *context, size_t item) {
  const rows_job *job = context;
  size_t begin = item * ROWS_AN_ITEM, rows = smaller(ROWS_AN_ITEM, job->rows - begin), half = job->rotary_width / 2;
  job->kernels->rotate(job->out + begin * job->stride, job->stride, rows, job->heads, job->width, job->rotary_width,
                       job->cosines + begin * half, job->sines + begin * half);
}

// `work`: numbers to go through. Few are not worth waking anyone.
static void run_rows(fledge_pool *pool, rows_job *job, size_t work, void (*body)(void *, size_t)) {
  size_t items = divide_up(job->rows, ROWS_AN_ITEM);
  if (work < 16384) {
    for (size_t i = 0; i < items; i++) body(job, i);
  } else {
    fledge_pool_run(pool, items, body, job);
  }
}

void fledge_normalize_run(const fledge_kernels *kernels, fledge_pool *pool, const float *x, const fledge_norm *norm,
                          size_t rows, size_t width, float *out) {
  rows_job job = {.kernels = kernels, .in = x, .out = out, .norm = norm, .rows = rows, .width = width};
  run_rows(pool, &job, rows * width, normalize_item);
}

void fledge_rotate_run(const fledge_kernels *kernels, fledge_pool *pool, float *x, size_t stride, size_t rows,
                       size_t heads, size_t head_width, size_t rotary_width, const float *cosines, const float *sines) {
  rows_job job = {.kernels = kernels, .out = x, .stride = stride, .rows = rows, .heads = heads, .width = head_width};
  job.rotary_width = rotary_width;
  job.cosines = cosines;
  job.sines = sines;
  run_rows(pool, &job, rows * heads * rotary_width, rotate_item);
}

// Products by head -----------------------------------------------------------------------------------------------------

typedef struct heads_job {
  const fledge_kernels *kernels;
  const fledge_heads *heads;
  atomic_bool failed;
} heads_job;

static void back_item(void *context, size_t item) {
  const fledge_heads *h = ((heads_job *)context)->heads;
  size_t head = item % h->heads, begin = (h->first_column + head * h->head_width) / FLEDGE_PANEL;
  ((heads_job *)context)->kernels->project_back(&h->weight, begin, begin + h->head_width / FLEDGE_PANEL,
                                                h->x + item * h->head_width, h->out + item * h->weight.depth);
}

// One head of all rows: a product with a weight that begins at the head's first panel.
static void forward_item(void *context, size_t head) {
  heads_job *job = context;
  const fledge_heads *h = job->heads;
  fledge_linear linear = {.rows = h->rows, .x = h->x + head * h->weight.depth, .x_stride = h->heads * h->weight.depth};
  size_t first = h->first_column + head * h->head_width;
  linear.weight = h->weight;
  linear.weight.columns = h->head_width;
  linear.weight.data = (const char *)h->weight.data + first / FLEDGE_PANEL * panel_bytes_of(h->weight.type, h->weight.depth);
  if (h->weight.scales) linear.weight.scales += first, linear.weight.sums += first;
  linear.scale = 1;
  linear.out = h->out + head * h->head_width;
  linear.out_stride = h->heads * h->head_width;
  size_t row_bytes = row_bytes_of(h->weight.type, h->weight.depth);
  size_t scale_bytes = divide_up(h->rows * sizeof(float), 64) * 64;
  char *scratch = fledge_scratch(FLEDGE_SCRATCH_THREAD, scale_bytes + h->rows * row_bytes);
  if (!scratch) {
    atomic_store(&job->failed, true);
    return;
  }
  float *scales = (float *)(void *)scratch;
  job->kernels->pack_rows(linear.x, linear.x_stride, h->rows, h->weight.depth, h->weight.type, scratch + scale_bytes,
                          scales, NULL);
  job->kernels->multiply_panels(&linear, scratch + scale_bytes, scales, 0, h->head_width / FLEDGE_PANEL);
}

void fledge_heads_back(const fledge_kernels *kernels, fledge_pool *pool, const fledge_heads *heads) {
  heads_job job = {.kernels = kernels, .heads = heads};
  fledge_pool_run(pool, heads->rows * heads->heads, back_item, &job);
}

bool fledge_heads_forward(const fledge_kernels *kernels, fledge_pool *pool, const fledge_heads *heads) {
  heads_job job = {.kernels = kernels, .heads = heads};
  atomic_init(&job.failed, false);
  fledge_pool_run(pool, heads->heads, forward_item, &job);
  return !atomic_load(&job.failed);
}

// Weights -------------------------------------------------------------------------------------------------------------

typedef struct pack_job {
  const fledge_kernels *kernels;
  const fledge_rows *parts;
  size_t part_count, depth, panel_bytes, columns;
  bool gated;
  fledge_type type;
  char *data;
  float *scales;
  int32_t *sums;
  atomic_bool failed;
} pack_job;

static size_t size_of(fledge_type type) { return type == FLEDGE_FLOAT32 ? 4 : type == FLEDGE_INT8 ? 1 : 2; }

// Packs `rows` ≤ 32 rows of one part, from `begin`, as columns `column`… of panel `panel` (staged through a whole panel
// when they do not fill one). Rows that lie across the file are brought together first.
static bool pack_stretch(const pack_job *job, const fledge_rows *part, size_t begin, size_t rows, char *panel,
                         float *scales, int32_t *sums) {
  size_t size = size_of(part->type), depth = job->depth;  // floating-point where the rows lie across
  if (part->column_stride == 0) {
    const char *source = (const char *)part->data + begin * depth * size;
    job->kernels->pack_weight_panel(source, part->type, depth, rows, depth, job->type, panel, scales, sums);
    return true;
  }
  char *together = fledge_scratch(FLEDGE_SCRATCH_SECOND, rows * depth * size);
  if (!together) return false;
  const char *source = (const char *)part->data + begin * size;
  for (size_t i = 0; i < depth; i++, source += part->column_stride * size)
    for (size_t r = 0; r < rows; r++) {
      char *to = together + (r * depth + i) * size;
      if (size == 4)
        memcpy(to, source + r * 4, 4);
      else
        memcpy(to, source + r * 2, 2);
    }
  job->kernels->pack_weight_panel(together, part->type, depth, rows, depth, job->type, panel, scales, sums);
  return true;
}

static void pack_panel_item(void *context, size_t panel) {
  pack_job *job = context;
  char *out = job->data + panel * job->panel_bytes;
  float *scales = job->scales ? job->scales + panel * FLEDGE_PANEL : NULL;
  int32_t *sums = job->sums ? job->sums + panel * FLEDGE_PANEL : NULL;
  size_t column = panel * FLEDGE_PANEL, wanted = smaller(FLEDGE_PANEL, job->columns - column);
  size_t half = FLEDGE_PANEL / 2;
  // A stretch: neighbouring columns of the panel that come from neighbouring rows of one part.
  struct { const fledge_rows *part; size_t begin, rows, column; } stretches[FLEDGE_PANEL];
  size_t count = 0;
  if (job->gated) {
    size_t begin = panel * half, rows = smaller(half, job->parts[0].rows - begin);
    for (size_t p = 0; p < 2; p++, count++) {
      stretches[count].part = &job->parts[p];
      stretches[count].begin = begin;
      stretches[count].rows = rows;
      stretches[count].column = p * half;
    }
  } else {
    size_t first = 0, done = 0;
    for (size_t p = 0; p < job->part_count && done < wanted; first += job->parts[p].rows, p++) {
      size_t end = first + job->parts[p].rows;
      if (column + done >= end) continue;
      size_t rows = smaller(wanted - done, end - (column + done));
      stretches[count].part = &job->parts[p];
      stretches[count].begin = column + done - first;
      stretches[count].rows = rows;
      stretches[count].column = done;
      done += rows;
      count++;
    }
  }
  if (count == 1) {
    if (!pack_stretch(job, stretches[0].part, stretches[0].begin, stretches[0].rows, out, scales, sums))
      atomic_store(&job->failed, true);
    return;
  }
  char *stage = fledge_scratch(FLEDGE_SCRATCH_THREAD, job->panel_bytes);
  float stage_scales[FLEDGE_PANEL];
  int32_t stage_sums[FLEDGE_PANEL];
  memset(out, 0, job->panel_bytes);
  if (scales) memset(scales, 0, FLEDGE_PANEL * sizeof *scales), memset(sums, 0, FLEDGE_PANEL * sizeof *sums);
  if (!stage) atomic_store(&job->failed, true);
  if (!stage) return;
  for (size_t i = 0; i < count; i++) {
    if (!pack_stretch(job, stretches[i].part, stretches[i].begin, stretches[i].rows, stage, stage_scales, stage_sums))
      atomic_store(&job->failed, true);
    size_t line = FLEDGE_PANEL * FLEDGE_GROUP_BYTES, at = stretches[i].column * FLEDGE_GROUP_BYTES;
    for (size_t g = 0; g < job->panel_bytes / line; g++)
      memcpy(out + g * line + at, stage + g * line, stretches[i].rows * FLEDGE_GROUP_BYTES);
    if (scales) {
      memcpy(scales + stretches[i].column, stage_scales, stretches[i].rows * sizeof *scales);
      memcpy(sums + stretches[i].column, stage_sums, stretches[i].rows * sizeof *sums);
    }
  }
}

bool fledge_pack_weight(const fledge_kernels *kernels, fledge_pool *pool, const fledge_rows *parts, size_t part_count,
                        bool gated, size_t depth, fledge_type type, void *data, float *scales, int32_t *sums) {
  pack_job job = {.kernels = kernels, .parts = parts, .part_count = part_count, .depth = depth, .gated = gated};
  atomic_init(&job.failed, false);
  job.type = type;
  job.data = data;
  job.scales = scales;
  job.sums = sums;
  job.panel_bytes = panel_bytes_of(type, depth);
  for (size_t p = 0; p < part_count; p++) job.columns += parts[p].rows;
  size_t panels = gated ? divide_up(parts[0].rows, FLEDGE_PANEL / 2) : divide_up(job.columns, FLEDGE_PANEL);
  fledge_pool_run(pool, panels, pack_panel_item, &job);
  return !atomic_load(&job.failed);
}

void fledge_unpack_column(const fledge_kernels *kernels, const fledge_packed *packed, size_t column, float *out) {
  size_t panel = column / FLEDGE_PANEL, lane = column % FLEDGE_PANEL, group = group_of(packed->type);
  const char *data = (const char *)packed->data + panel * panel_bytes_of(packed->type, packed->depth);
  for (size_t i = 0; i < packed->depth; i++) {
    const char *at = data + (i / group * FLEDGE_PANEL + lane) * FLEDGE_GROUP_BYTES;
    switch (packed->type) {
      case FLEDGE_FLOAT32: memcpy(out + i, at, 4); break;
      case FLEDGE_INT8: out[i] = (float)((const int8_t *)at)[i % 4] * packed->scales[column]; break;
      default: kernels->to_float(at + i % 2 * 2, packed->type, 1, out + i);
    }
  }
}

// Cache and attention -------------------------------------------------------------------------------------------------

size_t fledge_page_bytes(fledge_type type, size_t heads, size_t head_width) {
  return heads * (fledge_packed_bytes(type, FLEDGE_PAGE, head_width) + fledge_packed_bytes(type, head_width, FLEDGE_PAGE));
}

typedef struct write_job {
  const fledge_kernels *kernels;
  const fledge_cache *cache;
  const fledge_cache_rows *runs;
  size_t stride;
  const float *keys, *values;
} write_job;

static void write_item(void *context, size_t item) {
  const write_job *job = context;
  const fledge_cache_rows *run = &job->runs[item / job->cache->heads];
  size_t head = item % job->cache->heads, offset = run->row * job->stride + head * job->cache->head_width;
  job->kernels->write_cache(job->cache, run->slot, head, run->position, run->count, job->keys + offset,
                            job->values + offset, job->stride);
}

void fledge_cache_write(const fledge_kernels *kernels, fledge_pool *pool, const fledge_cache *cache,
                        const fledge_cache_rows *runs, size_t run_count, const float *keys, const float *values,
                        size_t stride) {
  write_job job = {kernels, cache, runs, stride, keys, values};
  size_t rows = 0, items = run_count * cache->heads;
  for (size_t i = 0; i < run_count; i++) rows += runs[i].count;
  if (rows * cache->head_width * cache->heads < 16384) {
    for (size_t i = 0; i < items; i++) write_item(&job, i);
  } else {
    fledge_pool_run(pool, items, write_item, &job);
  }
}

enum { TILES_AN_ITEM = 8 };

typedef struct attention_job {
  const fledge_kernels *kernels;
  const fledge_attention *attention;
  size_t chunks, scratch_bytes;
  bool grouped;  // one query a sequence, and heads that share keys and values
  atomic_bool failed;
} attention_job;

static void attention_item(void *context, size_t item) {
  attention_job *job = context;
  const fledge_attention *t = job->attention;
  void *scratch = fledge_scratch(FLEDGE_SCRATCH_THREAD, job->scratch_bytes);
  if (!scratch) {
    atomic_store(&job->failed, true);
    return;
  }
  if (job->grouped) {
    // item → sequence, key–value head, chunk of the heads that share it
    size_t group = t->query_heads / t->cache.heads, chunk = item % job->chunks, kv_head = item / job->chunks % t->cache.heads;
    size_t first = chunk * FLEDGE_TILE, sequence = item / job->chunks / t->cache.heads;
    if (t->sequences[sequence].query_count == 0) return;
    job->kernels->attend_grouped(t, sequence, kv_head * group + first, smaller(FLEDGE_TILE, group - first), scratch);
    return;
  }
  size_t chunk = item % job->chunks, head = item / job->chunks % t->query_heads;
  size_t sequence = item / job->chunks / t->query_heads, begin = chunk * TILES_AN_ITEM;
  if (begin * FLEDGE_TILE >= t->sequences[sequence].query_count) return;
  job->kernels->attend(t, sequence, head, begin, begin + TILES_AN_ITEM, scratch);
}

bool fledge_attention_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_attention *attention) {
  attention_job job = {.kernels = kernels, .attention = attention};
  atomic_init(&job.failed, false);
  size_t longest_query = 0, longest_key = 0, work = 0;
  for (size_t i = 0; i < attention->sequence_count; i++) {
    const fledge_attention_sequence *s = &attention->sequences[i];
    longest_query = s->query_count > longest_query ? s->query_count : longest_query;
    longest_key = s->key_count > longest_key ? s->key_count : longest_key;
    work += s->query_count * s->key_count;
  }
  size_t group = attention->query_heads / attention->cache.heads;
  job.grouped = group > 1 && longest_query == 1;
  job.chunks = job.grouped ? divide_up(group, FLEDGE_TILE) : divide_up(divide_up(longest_query, FLEDGE_TILE), TILES_AN_ITEM);
  size_t padded = divide_up(longest_key, FLEDGE_PANEL) * FLEDGE_PANEL + FLEDGE_PANEL;
  size_t width = divide_up(attention->cache.head_width, FLEDGE_PANEL) * FLEDGE_PANEL;
  job.scratch_bytes = FLEDGE_TILE * sizeof(float) * (padded + 2 * width);
  size_t heads = job.grouped ? attention->cache.heads : attention->query_heads;
  size_t items = attention->sequence_count * heads * job.chunks;
  if (work * attention->query_heads * attention->cache.head_width < 16384) {
    for (size_t i = 0; i < items; i++) attention_item(&job, i);
  } else {
    fledge_pool_run(pool, items, attention_item, &job);
  }
  return !atomic_load(&job.failed);
}

// Bandwidth -----------------------------------------------------------------------------------------------------------

typedef struct read_job {
  const uint64_t *words;
  size_t count, words_an_item;
  _Atomic uint64_t sum;
} read_job;

static void read_item(void *context, size_t item) {
  read_job *job = context;
  size_t begin = item * job->words_an_item, end = smaller(job->count, begin + job->words_an_item);
  const uint64_t *w = job->words;
  uint64_t sums[32] = {0};
  size_t i = begin;
  for (; i + 32 <= end; i += 32) {
    __builtin_prefetch((const char *)(w + i) + 2048, 0, 3);
    for (size_t j = 0; j < 32; j++) sums[j] += w[i + j];
  }
  for (; i < end; i++) sums[0] += w[i];
  uint64_t sum = 0;
  for (size_t j = 0; j < 32; j++) sum += sums[j];
  atomic_fetch_add(&job->sum, sum);
}

uint64_t fledge_read_all(fledge_pool *pool, const void *data, size_t bytes) {
  read_job job = {.words = data, .count = bytes / 8};
  size_t threads = fledge_pool_threads(pool);
  job.words_an_item = divide_up(job.count, threads * 4) + 1;
  fledge_pool_run(pool, divide_up(job.count, job.words_an_item), read_item, &job);
  return atomic_load(&job.sum);
}
