// Whole operations of training, spread over a pool. Sums over rows are taken by blocks of fixed size in a fixed order, so
// that they do not depend on how many threads there are.
#include "include/CFledgeKernels.h"

#include <stdatomic.h>
#include <string.h>

#include "scratch.h"

enum { BLOCK_ROWS = 64, BLOCK_NUMBERS = 16384, DEPTH_AT_ONCE = 2048 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }
static size_t words_of(fledge_type type, size_t depth) { return type == FLEDGE_FLOAT32 ? depth : divide_up(depth, 2); }

// Operands across -----------------------------------------------------------------------------------------------------

typedef struct across_job {
  const fledge_kernels *kernels;
  const fledge_matrix *parts;
  size_t part_count, columns, place_bytes;
  fledge_type type;
  char *out;
} across_job;

static void across_item(void *context, size_t item) {
  const across_job *job = context;
  size_t begin = item * FLEDGE_PANEL, count = smaller(FLEDGE_PANEL, job->columns - begin), depth = 0;
  for (size_t p = 0; p < job->part_count; p++) {
    const fledge_matrix *part = &job->parts[p];
    job->kernels->pack_across(part->data + begin, part->stride, part->rows, count, FLEDGE_PANEL, job->type, depth,
                              p + 1 == job->part_count, job->out + begin * job->place_bytes);
    depth += part->rows;
  }
}

void fledge_pack_across(const fledge_kernels *kernels, fledge_pool *pool, const fledge_matrix *parts, size_t part_count,
                        fledge_type type, void *out) {
  across_job job = {kernels, parts, part_count, parts[0].columns, 0, type, out};
  size_t depth = 0;
  for (size_t p = 0; p < part_count; p++) depth += parts[p].rows;
  job.place_bytes = words_of(type, depth) * FLEDGE_GROUP_BYTES;
  fledge_pool_run(pool, divide_up(job.columns, FLEDGE_PANEL), across_item, &job);
}

typedef struct turn_job {
  const fledge_kernels *kernels;
  const fledge_packed *packed;
  size_t panel_bytes;
  char *out;
} turn_job;

// 32 inputs of all columns: one panel of the transpose.
static void turn_item(void *context, size_t item) {
  const turn_job *job = context;
  const fledge_packed *packed = job->packed;
  size_t begin = item * FLEDGE_PANEL, count = smaller(FLEDGE_PANEL, packed->depth - begin);
  size_t source_bytes = fledge_packed_bytes(packed->type, FLEDGE_PANEL, packed->depth);
  char *panel = job->out + item * job->panel_bytes;
  memset(panel, 0, job->panel_bytes);
  for (size_t column = 0; column < packed->columns; column++) {
    size_t lane = column % FLEDGE_PANEL;
    const char *data = (const char *)packed->data + column / FLEDGE_PANEL * source_bytes + lane * FLEDGE_GROUP_BYTES;
    float *out = (float *)panel + column * FLEDGE_PANEL;
    uint16_t *halves = (uint16_t *)panel + column / 2 * 2 * FLEDGE_PANEL + column % 2;
    float scale = packed->type == FLEDGE_INT8 ? packed->scales[column] : 1;
    for (size_t i = 0; i < count; i++) {
      size_t place = begin + i, group = FLEDGE_PANEL * FLEDGE_GROUP_BYTES;
      switch (packed->type) {
        case FLEDGE_FLOAT32: memcpy(out + i, data + place * group, 4); break;
        case FLEDGE_INT8: out[i] = (float)((const int8_t *)data)[place / 4 * group + place % 4] * scale; break;
        case FLEDGE_BFLOAT16: memcpy(halves + 2 * i, data + place / 2 * group + place % 2 * 2, 2); break;
        default: job->kernels->to_float(data + place / 2 * group + place % 2 * 2, packed->type, 1, out + i);
      }
    }
  }
}

void fledge_pack_turned(const fledge_kernels *kernels, fledge_pool *pool, const fledge_packed *packed, void *out) {
  fledge_type type = packed->type == FLEDGE_BFLOAT16 ? FLEDGE_BFLOAT16 : FLEDGE_FLOAT32;
  turn_job job = {kernels, packed, words_of(type, packed->columns) * FLEDGE_PANEL * FLEDGE_GROUP_BYTES, out};
  fledge_pool_run(pool, divide_up(packed->depth, FLEDGE_PANEL), turn_item, &job);
}

typedef struct outer_job {
  const fledge_kernels *kernels;
  const fledge_linear *linear;
  fledge_matrix left;
  size_t block, row_bytes, panels;
  atomic_bool failed;
} outer_job;

// Some rows of the result: what they need of the left operand is packed where the thread that multiplies keeps it.
static void outer_item(void *context, size_t item) {
  outer_job *job = context;
  size_t begin = item * job->block, rows = smaller(job->block, job->left.columns - begin);
  char *packed = fledge_scratch(FLEDGE_SCRATCH_SECOND, rows * job->row_bytes);
  if (!packed) {
    atomic_store(&job->failed, true);
    return;
  }
  // Some of the depth for a few tiles at a time: then a line of the matrix is still near when the next tile wants the
  // rest of it.
  enum { DEPTH = 64, TILES = 4 };
  fledge_type type = job->linear->weight.type;
  for (size_t tile = 0; tile < rows; tile += FLEDGE_TILE * TILES)
    for (size_t r = 0; r < job->left.rows; r += DEPTH) {
      size_t count = smaller(DEPTH, job->left.rows - r);
      for (size_t row = tile; row < smaller(rows, tile + FLEDGE_TILE * TILES); row += FLEDGE_TILE) {
        size_t places = smaller(FLEDGE_TILE, rows - row);
        job->kernels->pack_across(job->left.data + r * job->left.stride + begin + row, job->left.stride, count, places,
                                  places, type, r, r + count == job->left.rows, packed + row * job->row_bytes);
      }
    }
  fledge_linear part = *job->linear;
  part.rows = rows;
  part.out += begin * part.out_stride;
  if (part.residual) part.residual += begin * part.residual_stride;
  job->kernels->multiply_panels(&part, packed, NULL, 0, job->panels);
}

bool fledge_outer_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_matrix *a, const fledge_matrix *b,
                      fledge_type type, float scale, bool add, float *out, size_t out_stride) {
  if (a->columns == 0 || b->columns == 0) return true;
  size_t at_once = smaller(DEPTH_AT_ONCE, a->rows ? a->rows : 1), row_bytes = words_of(type, at_once) * FLEDGE_GROUP_BYTES;
  size_t panels = divide_up(b->columns, FLEDGE_PANEL);
  // No more rows than a near cache holds, and some blocks for every thread.
  size_t share = divide_up(a->columns, fledge_pool_threads(pool) * 2);
  size_t block = smaller(kernels->row_block_bytes / row_bytes, share) / FLEDGE_TILE * FLEDGE_TILE;
  if (block < FLEDGE_TILE) block = FLEDGE_TILE;
  char *scratch = fledge_scratch(FLEDGE_SCRATCH_OPERATION, panels * FLEDGE_PANEL * row_bytes);
  if (!scratch) return false;
  for (size_t begin = 0; begin == 0 || begin < a->rows; begin += at_once) {
    size_t depth = smaller(at_once, a->rows - begin);
    fledge_matrix right = {b->data + begin * b->stride, depth, b->columns, b->stride};
    fledge_pack_across(kernels, pool, &right, 1, type, scratch);
    fledge_linear linear = {.scale = scale, .out = out, .out_stride = out_stride};
    linear.weight = (fledge_packed){type, b->columns, depth, scratch, NULL, NULL};
    if (add || begin > 0) linear.residual = out, linear.residual_stride = out_stride;
    outer_job job = {.kernels = kernels, .linear = &linear, .block = block, .panels = panels};
    job.left = (fledge_matrix){a->data + begin * a->stride, depth, a->columns, a->stride};
    job.row_bytes = words_of(type, depth) * FLEDGE_GROUP_BYTES;
    fledge_pool_run(pool, divide_up(a->columns, block), outer_item, &job);
    if (atomic_load(&job.failed)) return false;
  }
  return true;
}

// Rows ----------------------------------------------------------------------------------------------------------------

typedef struct backward_job {
  const fledge_kernels *kernels;
  const float *x, *dy;
  const fledge_norm *norm;
  size_t rows, width, stride;
  bool add;
  float *dx, *sums;
} backward_job;

// Partial sums of the blocks, `count` numbers each, added up in order.
static void reduce_blocks(const fledge_kernels *kernels, const float *partial, size_t blocks, size_t count, float *out) {
  for (size_t b = 0; b < blocks; b++) kernels->binary(FLEDGE_ADD, out, partial + b * count, count, out);
}

static void norm_item(void *context, size_t block) {
  const backward_job *job = context;
  size_t begin = block * BLOCK_ROWS, rows = smaller(BLOCK_ROWS, job->rows - begin), at = begin * job->width;
  float *sums = job->sums + block * 2 * job->width;
  memset(sums, 0, 2 * job->width * sizeof *sums);
  job->kernels->norm_backward(job->x + at, job->dy + at, job->norm, rows, job->width, job->add, job->dx + at, sums);
}

bool fledge_norm_backward(const fledge_kernels *kernels, fledge_pool *pool, const fledge_norm *norm, const float *x,
                          const float *dy, size_t rows, size_t width, bool add, float *dx, float *weight_sums,
                          float *bias_sums) {
  size_t blocks = divide_up(rows, BLOCK_ROWS);
  float *partial = fledge_scratch(FLEDGE_SCRATCH_OPERATION, (blocks + 1) * 2 * width * sizeof *partial);
  if (!partial) return false;
  backward_job job = {.kernels = kernels, .x = x, .dy = dy, .norm = norm, .rows = rows, .width = width, .add = add};
  job.dx = dx;
  job.sums = partial;
  fledge_pool_run(pool, blocks, norm_item, &job);
  float *total = partial + blocks * 2 * width;
  memset(total, 0, 2 * width * sizeof *total);
  reduce_blocks(kernels, partial, blocks, 2 * width, total);
  if (weight_sums) kernels->binary(FLEDGE_ADD, weight_sums, total, width, weight_sums);
  if (bias_sums) kernels->binary(FLEDGE_ADD, bias_sums, total + width, width, bias_sums);
  return true;
}

static void columns_item(void *context, size_t block) {
  const backward_job *job = context;
  size_t begin = block * BLOCK_ROWS;
  float *sums = job->sums + block * job->width;
  memset(sums, 0, job->width * sizeof *sums);
  job->kernels->add_columns(job->x + begin * job->stride, job->stride, smaller(BLOCK_ROWS, job->rows - begin), job->width,
                            sums);
}

bool fledge_add_columns(const fledge_kernels *kernels, fledge_pool *pool, const fledge_matrix *x, float *sums) {
  size_t blocks = divide_up(x->rows, BLOCK_ROWS);
  float *partial = fledge_scratch(FLEDGE_SCRATCH_OPERATION, blocks * x->columns * sizeof *partial);
  if (!partial) return false;
  backward_job job = {.kernels = kernels, .x = x->data, .stride = x->stride, .rows = x->rows, .width = x->columns};
  job.sums = partial;
  fledge_pool_run(pool, blocks, columns_item, &job);
  reduce_blocks(kernels, partial, blocks, x->columns, sums);
  return true;
}

// Elements ------------------------------------------------------------------------------------------------------------

typedef struct elements_job {
  const fledge_kernels *kernels;
  fledge_activation f;
  const float *x, *dy;
  size_t rows, width;
  float *out;
} elements_job;

static void activate_item(void *context, size_t item) {
  const elements_job *job = context;
  size_t begin = item * BLOCK_NUMBERS, count = smaller(BLOCK_NUMBERS, job->width - begin);
  if (job->dy)
    job->kernels->activate_backward(job->f, job->x + begin, job->dy + begin, count, job->out + begin);
  else
    job->kernels->activate(job->f, job->x + begin, count, job->out + begin);
}

void fledge_activate_run(const fledge_kernels *kernels, fledge_pool *pool, fledge_activation f, const float *x,
                         const float *dy_or_null, size_t count, float *out) {
  elements_job job = {kernels, f, x, dy_or_null, 1, count, out};
  fledge_pool_run(pool, divide_up(count, BLOCK_NUMBERS), activate_item, &job);
}

static void gate_item(void *context, size_t row) {
  const elements_job *job = context;
  size_t width = job->width;
  const float *gates = job->x + row * 2 * width, *values = gates + width;
  if (job->dy)
    job->kernels->gate_backward(job->f, gates, values, job->dy + row * width, width, job->out + row * 2 * width,
                                job->out + row * 2 * width + width);
  else
    job->kernels->gate(job->f, gates, values, width, job->out + row * width);
}

void fledge_gate_run(const fledge_kernels *kernels, fledge_pool *pool, fledge_activation f, const float *x,
                     const float *dy_or_null, size_t rows, size_t width, float *out) {
  elements_job job = {kernels, f, x, dy_or_null, rows, width, out};
  fledge_pool_run(pool, rows, gate_item, &job);
}

typedef struct add_job {
  const fledge_kernels *kernels;
  const float *x;
  size_t count;
  float *out;
} add_job;

static void add_item(void *context, size_t item) {
  const add_job *job = context;
  size_t begin = item * BLOCK_NUMBERS;
  job->kernels->binary(FLEDGE_ADD, job->out + begin, job->x + begin, smaller(BLOCK_NUMBERS, job->count - begin),
                       job->out + begin);
}

void fledge_add_run(const fledge_kernels *kernels, fledge_pool *pool, const float *x, size_t count, float *out) {
  add_job job = {kernels, x, count, out};
  fledge_pool_run(pool, divide_up(count, BLOCK_NUMBERS), add_item, &job);
}

// Dropout: whether a number stays is a function of the seed and its place (SplitMix64's finalizer, Steele et al. 2014).
typedef struct dropout_job {
  const float *x;
  size_t count;
  float probability;
  uint64_t seed;
  float *out;
} dropout_job;

static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

static void dropout_item(void *context, size_t item) {
  const dropout_job *job = context;
  size_t begin = item * BLOCK_NUMBERS, end = smaller(job->count, begin + BLOCK_NUMBERS);
  float factor = 1.0f / (1.0f - job->probability);
  uint32_t limit = (uint32_t)(job->probability * 4294967296.0);
  for (size_t i = begin; i < end; i += 2) {
    uint64_t bits = mix(job->seed + 0x9e3779b97f4a7c15ull * (i / 2 + 1));
    job->out[i] = (uint32_t)bits < limit ? 0 : job->x[i] * factor;
    if (i + 1 < end) job->out[i + 1] = (uint32_t)(bits >> 32) < limit ? 0 : job->x[i + 1] * factor;
  }
}

void fledge_dropout_run(fledge_pool *pool, const float *x, size_t count, float probability, uint64_t seed, float *out) {
  dropout_job job = {x, count, probability, seed, out};
  fledge_pool_run(pool, divide_up(count, BLOCK_NUMBERS), dropout_item, &job);
}

// Loss ----------------------------------------------------------------------------------------------------------------

typedef struct loss_job {
  const fledge_kernels *kernels;
  float *logits;
  size_t width;
  const int64_t *labels;
  float scale, smoothing, *losses;
} loss_job;

static void loss_item(void *context, size_t row) {
  const loss_job *job = context;
  float *logits = job->logits + row * job->width;
  int64_t label = job->labels[row];
  if (label >= 0) {
    float share = job->smoothing, wanted = logits[label];
    double sum = 0;
    if (share > 0)
      for (size_t i = 0; i < job->width; i++) sum += logits[i];
    float loss = job->kernels->cross_entropy(logits, job->width, (size_t)label, job->scale);
    if (share > 0) {
      // The label is right with 1 - share, and the rest is spread over all classes.
      loss += share * (wanted - (float)(sum / (double)job->width));
      float each = share / (float)job->width * job->scale;
      for (size_t i = 0; i < job->width; i++) logits[i] -= each;
      logits[label] += share * job->scale;
    }
    job->losses[row] = loss;
  } else {
    memset(logits, 0, job->width * sizeof *logits);
    job->losses[row] = 0;
  }
}

void fledge_cross_entropy_run(const fledge_kernels *kernels, fledge_pool *pool, float *logits, size_t rows, size_t width,
                              const int64_t *labels, float scale, float *losses, float smoothing) {
  loss_job job = {kernels, logits, width, labels, scale, smoothing, losses};
  fledge_pool_run(pool, rows, loss_item, &job);
}
