// A check of the kernels without Swift, for processors that the tests cannot run on: cross-compiled and run under an
// emulator by Scripts/check-aarch64.sh. Compares every table that the processor has with plain loops.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CFledgeKernels.h"

static int passed, failed;

static void expect(bool ok, const char *isa, const char *what) {
  ok ? passed++ : failed++;
  if (!ok) printf("FAILED %s: %s\n", isa, what);
}

static float number(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return (float)((int)(*state >> 8) % 2001 - 1000) / 1000.0f;
}

static void check_product(const fledge_kernels *k, fledge_pool *pool, fledge_type type, size_t rows, size_t columns,
                          size_t depth) {
  unsigned seed = 7;
  float *x = malloc(rows * depth * 4), *w = malloc(columns * depth * 4), *out = malloc(rows * columns * 4);
  for (size_t i = 0; i < rows * depth; i++) x[i] = number(&seed);
  for (size_t i = 0; i < columns * depth; i++) w[i] = number(&seed);
  size_t padded = (columns + 31) / 32 * 32;
  void *data = fledge_allocate(fledge_packed_bytes(type, columns, depth));
  float *scales = fledge_allocate(padded * 4);
  int32_t *sums = fledge_allocate(padded * 4);
  fledge_rows part = {w, FLEDGE_FLOAT32, columns};
  fledge_pack_weight(k, pool, &part, 1, false, depth, type, data, scales, sums);
  fledge_linear linear = {.rows = rows, .x = x, .x_stride = depth, .scale = 1, .out = out, .out_stride = columns};
  linear.weight = (fledge_packed){type, columns, depth, data, scales, sums};
  fledge_linear_run(k, pool, &linear);
  bool ok = true;
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++) {
      double sum = 0, size = 1e-3, largest_x = 0, largest_w = 0, sum_x = 0, sum_w = 0;
      for (size_t i = 0; i < depth; i++) {
        double a = x[r * depth + i], b = w[c * depth + i];
        sum += a * b;
        size += fabs(a * b);
        largest_x = fmax(largest_x, fabs(a)), largest_w = fmax(largest_w, fabs(b));
        sum_x += fabs(a), sum_w += fabs(b);
      }
      // int8: each factor is off by half a step at most, a step being its row's largest magnitude over 127.
      double quantised = (sum_x * largest_w + sum_w * largest_x) / 254 + depth * largest_x * largest_w / 64516;
      double bound = type == FLEDGE_FLOAT32 ? 1e-5 * size : type != FLEDGE_INT8 ? (type == FLEDGE_FLOAT16 ? 0.001 : 0.01) * size : quantised + 1e-5;
      ok = ok && fabs(sum - out[r * columns + c]) <= bound;
    }
  char what[96];
  snprintf(what, sizeof what, "product of type %d, %zu × %zu × %zu", type, rows, columns, depth);
  expect(ok, k->name, what);
  free(x), free(w), free(out);
}

static void check_attention(const fledge_kernels *k, fledge_pool *pool, fledge_type type, size_t queries, size_t keys,
                            size_t width, bool causal) {
  enum { HEADS = 2 };
  unsigned seed = 11;
  size_t stride = HEADS * width, page_count = (keys + FLEDGE_PAGE - 1) / FLEDGE_PAGE, span = keys;
  float *q = malloc(queries * stride * 4), *kv = malloc(2 * keys * stride * 4), *out = malloc(queries * stride * 4);
  float *bias = malloc(HEADS * (2 * span - 1) * 4);
  for (size_t i = 0; i < queries * stride; i++) q[i] = number(&seed);
  for (size_t i = 0; i < 2 * keys * stride; i++) kv[i] = number(&seed);
  for (size_t i = 0; i < HEADS * (2 * span - 1); i++) bias[i] = number(&seed);
  void *pages[4];
  for (size_t i = 0; i < page_count; i++) pages[i] = fledge_allocate(fledge_page_bytes(type, HEADS, width));
  fledge_cache cache = {type, HEADS, width, page_count, pages};
  fledge_cache_rows run = {0, keys, 0, 0};
  fledge_cache_write(k, pool, &cache, &run, 1, kv, kv + keys * stride, stride);
  fledge_attention_sequence s = {0, queries, 0, keys};
  fledge_attention t = {.sequences = &s, .sequence_count = 1, .query_heads = HEADS, .query = q};
  t.query_stride = t.out_stride = stride, t.cache = cache, t.scale = 0.5f, t.causal = causal, t.out = out;
  t.distance_bias = bias, t.distance_span = span;
  fledge_attention_run(k, pool, &t);
  bool ok = true;
  double *p = malloc(keys * sizeof *p);
  for (size_t head = 0; head < HEADS; head++)
    for (size_t i = 0; i < queries; i++) {
      size_t position = keys - queries + i, seen = causal ? position + 1 : keys;
      double total = 0;
      for (size_t j = 0; j < seen; j++) {
        double score = 0;
        for (size_t c = 0; c < width; c++) score += q[i * stride + head * width + c] * kv[j * stride + head * width + c];
        p[j] = exp(0.5 * score + bias[head * (2 * span - 1) + span - 1 + j - position]);
        total += p[j];
      }
      for (size_t c = 0; c < width; c++) {
        double sum = 0;
        for (size_t j = 0; j < seen; j++) sum += p[j] / total * kv[(keys + j) * stride + head * width + c];
        ok = ok && fabs(sum - out[i * stride + head * width + c]) <= (type == FLEDGE_FLOAT32 ? 1e-5 : 0.02);
      }
    }
  char what[96];
  snprintf(what, sizeof what, "attention of type %d, %zu queries, %zu keys, width %zu", type, queries, keys, width);
  expect(ok, k->name, what);
  free(q), free(kv), free(out), free(bias), free(p);
}

// Largest error of n numbers in parts of the largest.
static double relative_error(const float *got, const double *wanted, size_t n) {
  double error = 0, largest = 1e-30;
  for (size_t i = 0; i < n; i++) {
    largest = fmax(largest, fabs(wanted[i]));
    if (!(fabs(got[i] - wanted[i]) <= error)) error = fabs(got[i] - wanted[i]);
  }
  return error / largest;
}

// Two query heads that share one head of keys, a bias for each; out and all gradients.
static void check_training_attention(const fledge_kernels *k, fledge_pool *pool, fledge_type type, size_t queries,
                                     size_t keys, size_t width, bool causal) {
  enum { HEADS = 2, TENSORS = 6 };  // out, query, key, value, bias: gradients; grad of out
  unsigned seed = 13;
  size_t span = queries > keys ? queries : keys, table = HEADS * (2 * span - 1), row = HEADS * width;
  size_t sizes[TENSORS] = {queries * row, queries * row, keys * width, keys * width, table, queries * row};
  float *in[TENSORS], *got[TENSORS], *log_sums = malloc(queries * HEADS * 4);
  double *wanted[TENSORS], *p = malloc(keys * sizeof *p), *dp = malloc(keys * sizeof *dp);
  for (int t = 0; t < TENSORS; t++) {
    in[t] = malloc(sizes[t] * 4), got[t] = calloc(sizes[t], 4), wanted[t] = calloc(sizes[t], 8);
    for (size_t i = 0; i < sizes[t]; i++) in[t][i] = number(&seed);
  }
  fledge_attention_pair pair = {0, queries, 0, keys};
  fledge_differentiable_attention a = {.pairs = &pair, .pair_count = 1, .query_heads = HEADS, .key_heads = 1};
  a.head_width = width, a.query = in[1], a.key = in[2], a.value = in[3], a.distance_bias = in[4];
  a.query_stride = a.out_stride = row, a.key_stride = a.value_stride = width, a.distance_span = span;
  a.scale = 0.5f, a.causal = causal, a.type = type, a.out = got[0], a.log_sums = log_sums;
  fledge_attention_gradients g = {.out = in[5], .query = got[1], .key = got[2], .value = got[3]};
  g.distance_bias = got[4], g.out_stride = g.query_stride = row, g.key_stride = g.value_stride = width;
  bool ok = fledge_attention_forward(k, pool, &a) && fledge_attention_backward(k, pool, &a, &g);
  for (size_t head = 0; head < HEADS; head++)
    for (size_t i = 0; i < queries; i++) {
      const float *q = in[1] + i * row + head * width, *grad = in[5] + i * row + head * width;
      size_t seen = !causal ? keys : keys + i + 1 > queries ? keys + i + 1 - queries : 0;
      size_t bias = head * (2 * span - 1) + span - 1 + queries - keys - i;
      double total = 0, mean = 0;
      for (size_t j = 0; j < seen; j++) {
        double score = in[4][bias + j];
        dp[j] = 0;
        for (size_t c = 0; c < width; c++) {
          score += 0.5 * q[c] * in[2][j * width + c];
          dp[j] += (double)grad[c] * in[3][j * width + c];
        }
        total += p[j] = exp(score);
      }
      for (size_t j = 0; j < seen; j++) p[j] /= total, mean += p[j] * dp[j];
      for (size_t j = 0; j < seen; j++) {
        double ds = p[j] * (dp[j] - mean);
        wanted[4][bias + j] += ds;
        for (size_t c = 0; c < width; c++) {
          wanted[0][i * row + head * width + c] += p[j] * in[3][j * width + c];
          wanted[1][i * row + head * width + c] += 0.5 * ds * in[2][j * width + c];
          wanted[2][j * width + c] += 0.5 * ds * q[c];
          wanted[3][j * width + c] += p[j] * grad[c];
        }
      }
    }
  for (int t = 0; t < TENSORS - 1; t++)
    ok = ok && relative_error(got[t], wanted[t], sizes[t]) <= (type == FLEDGE_FLOAT32 ? 1e-5 : 0.02);
  char what[96];
  snprintf(what, sizeof what, "training attention of type %d, %zu × %zu, width %zu", type, queries, keys, width);
  expect(ok, k->name, what);
  for (int t = 0; t < TENSORS; t++) free(in[t]), free(got[t]), free(wanted[t]);
  free(p), free(dp), free(log_sums);
}

// One step of AdamW, SGD and Adafactor and the sum of squares, over sizes with and without a rest.
static void check_optimizers(const fledge_kernels *k, fledge_pool *pool, size_t rows, size_t columns) {
  size_t n = rows * columns;
  unsigned seed = 23;
  float *start = malloc(n * 4), *value = malloc(n * 4), *g = malloc(n * 4), *m = malloc(n * 4), *v = malloc(n * 4);
  for (size_t i = 0; i < n; i++) start[i] = number(&seed), g[i] = number(&seed), m[i] = number(&seed), v[i] = 0.5f;
  double squares = 0, got = 0;
  for (size_t i = 0; i < n; i++) squares += (double)g[i] * g[i];
  fledge_update u = {.value = value, .gradient = g, .first = m, .second = v, .count = n};
  u.decay = 0.9f, u.rate = 0.25f, u.factor = 2.0f;
  char what[96];
  snprintf(what, sizeof what, "optimisers, %zu × %zu", rows, columns);
  bool ok = fledge_sum_of_squares_run(k, pool, &u, 1, &got) && fabs(got - squares) <= 1e-5 * squares;

  float *old = malloc(n * 4);
  memcpy(old, m, n * 4), memcpy(value, start, n * 4);
  fledge_adamw adamw = {.rest1 = 0.1f, .beta2 = 0.8f, .rest2 = 0.2f, .epsilon = 0.01f, .gradient_scale = 0.5f};
  fledge_adamw_run(k, pool, &adamw, &u, 1);
  for (size_t i = 0; i < n; i++) {
    double h = 0.5 * g[i], first = 0.9 * old[i] + 0.1 * h, second = 0.8 * 0.5 + 0.2 * h * h;
    double expected = 0.9 * start[i] - 0.25 * first / (2 * sqrt(second) + 0.01);
    ok = ok && fabs(value[i] - expected) <= 1e-5 && fabs(v[i] - second) <= 1e-5;
  }

  memcpy(old, m, n * 4), memcpy(value, start, n * 4);
  fledge_sgd sgd = {.momentum = 0.5f, .nesterov = true, .gradient_scale = 0.5f};
  fledge_sgd_run(k, pool, &sgd, &u, 1);
  for (size_t i = 0; i < n; i++) {
    double h = 0.5 * g[i] + 0.9 * start[i], first = 0.5 * old[i] + 2 * h;
    ok = ok && fabs(value[i] - (start[i] - 0.25 * (h + 0.5 * first))) <= 1e-5;
  }

  float *row = calloc(rows, 4), *column = calloc(columns, 4);
  fledge_adafactor a = {.value = value, .gradient = g, .row_means = row, .column_means = column, .matrices = 1};
  a.rows = rows, a.columns = columns, a.gradient_scale = 2, a.rest2 = 1, a.epsilon = 0.01f, a.clip_threshold = 1e6f;
  a.learning_rate = 0.25f;
  memcpy(value, start, n * 4);
  ok = ok && fledge_adafactor_run(k, pool, &a, 1);
  double *by_row = calloc(rows, 8), *by_column = calloc(columns, 8), mean = 0;
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++) {
      double square = 4.0 * g[r * columns + c] * g[r * columns + c] + 0.01;
      by_row[r] += square / columns, by_column[c] += square / rows, mean += square / n;
    }
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < columns; c++) {
      double update = 2 * g[r * columns + c] / sqrt(by_row[r] / mean * by_column[c]);
      ok = ok && fabs(value[r * columns + c] - (start[r * columns + c] - 0.25 * update)) <= 2e-5;
    }
  expect(ok, k->name, what);
  free(start), free(value), free(g), free(m), free(v), free(old), free(row), free(column), free(by_row), free(by_column);
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

// One step of one cell, forward and backward, beside the formulas. The gates are those of the forward pass.
static void check_recurrent(const fledge_kernels *k, fledge_pool *pool, bool is_gru, size_t rows, size_t width) {
  unsigned seed = 5;
  size_t gates = is_gru ? 3 : 4, count = rows * width;
  float *sums = malloc(count * gates * 4), *inner = malloc(count * gates * 4), *before = malloc(count * 4);
  float *g = malloc(count * gates * 4), *r = malloc(count * gates * 4), *cell = malloc(count * 4), *hidden = malloc(count * 4);
  float *dh = malloc(count * 4), *d = malloc(count * 4), *first = malloc(count * 4);
  for (size_t i = 0; i < count * gates; i++) g[i] = sums[i] = 4 * number(&seed), r[i] = inner[i] = number(&seed);
  for (size_t i = 0; i < count; i++) before[i] = number(&seed), dh[i] = number(&seed), d[i] = first[i] = number(&seed);
  fledge_recurrent_step step = {.rows = rows, .width = width, .gates = g, .cell = cell, .hidden = hidden};
  if (is_gru) step.recurrent = r, step.previous_hidden = before; else step.previous_cell = before;
  fledge_recurrent_run(k, pool, &step);
  step.d_hidden = dh;
  if (is_gru) step.d_previous = d; else step.d_cell = d;
  fledge_recurrent_run(k, pool, &step);
  double worst = 0;
  for (size_t i = 0; i < count; i++) {
    size_t at = i / width * width * gates + i % width;
    double a[4], expected[4], out;
    for (size_t j = 0; j < gates; j++) a[j] = sums[at + j * width];
    if (is_gru) {
      double b[3] = {inner[at], inner[at + width], inner[at + 2 * width]};
      double reset = sigmoid(a[0] + b[0]), z = sigmoid(a[1] + b[1]), n = tanh(a[2] + reset * b[2]);
      out = (1 - z) * n + z * before[i];
      expected[2] = dh[i] * (1 - z) * (1 - n * n);
      expected[1] = dh[i] * (before[i] - n) * z * (1 - z);
      expected[0] = expected[2] * b[2] * reset * (1 - reset);
      worst = fmax(worst, fabs(d[i] - (first[i] + dh[i] * z)));
      worst = fmax(worst, fabs(r[at] - expected[0]) + fabs(r[at + width] - expected[1]));
      worst = fmax(worst, fabs(r[at + 2 * width] - expected[2] * reset));
    } else {
      double in = sigmoid(a[0]), f = sigmoid(a[1]), n = tanh(a[2]), o = sigmoid(a[3]), c = f * before[i] + in * n;
      double dc = first[i] + dh[i] * o * (1 - tanh(c) * tanh(c));
      out = o * tanh(c);
      expected[0] = dc * n * in * (1 - in), expected[1] = dc * before[i] * f * (1 - f);
      expected[2] = dc * in * (1 - n * n), expected[3] = dh[i] * tanh(c) * o * (1 - o);
      worst = fmax(worst, fmax(fabs(d[i] - dc * f), fabs(cell[i] - c)));
    }
    worst = fmax(worst, fabs(hidden[i] - out));
    for (size_t j = 0; j < gates; j++) worst = fmax(worst, fabs(g[at + j * width] - expected[j]));
  }
  char what[96];
  snprintf(what, sizeof what, "%s, %zu × %zu: off by %g", is_gru ? "GRU" : "LSTM", rows, width, worst);
  expect(worst < 2e-6, k->name, what);
  free(sums), free(inner), free(before), free(g), free(r), free(cell), free(hidden), free(dh), free(d), free(first);
}

int main(void) {
  fledge_pool *pool = fledge_pool_create(2);
  for (int isa = FLEDGE_ISA_PORTABLE; isa <= FLEDGE_ISA_AVX512_VNNI; isa++) {
    const fledge_kernels *k = fledge_kernels_of((fledge_isa)isa);
    if (!k) continue;
    printf("checking %s\n", k->name);
    size_t rows[] = {1, 2, 5, 12, 13, 25}, columns[] = {1, 31, 33, 64}, depths[] = {1, 3, 17, 64};
    fledge_type types[] = {FLEDGE_FLOAT32, FLEDGE_BFLOAT16, FLEDGE_INT8, FLEDGE_FLOAT16};
    for (size_t t = 0; t < 4; t++)
      for (size_t r = 0; r < 6; r++)
        for (size_t c = 0; c < 4; c++)
          for (size_t d = 0; d < 4; d++) check_product(k, pool, types[t], rows[r], columns[c], depths[d]);
    for (size_t t = 0; t < 2; t++)
      for (int causal = 0; causal < 2; causal++) {
        check_attention(k, pool, types[t], 1, 37, 64, causal);
        check_attention(k, pool, types[t], 14, 40, 5, causal);
        check_attention(k, pool, types[t], 3, 700, 33, causal);
        check_training_attention(k, pool, types[t], 40, 40, 64, causal);
        check_training_attention(k, pool, types[t], 14, 5, 5, causal);
        check_training_attention(k, pool, types[t], 110, 250, 33, causal);
      }
    size_t heights[] = {1, 7, 100}, widths[] = {1, 15, 33, 1000};
    for (size_t h = 0; h < 3; h++)
      for (size_t w = 0; w < 4; w++) {
        check_optimizers(k, pool, heights[h], widths[w]);
        check_recurrent(k, pool, false, heights[h], widths[w]);
        check_recurrent(k, pool, true, heights[h], widths[w]);
      }
  }
  fledge_pool_destroy(pool);
  printf("%d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}
