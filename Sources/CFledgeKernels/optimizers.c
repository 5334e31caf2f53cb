// Whole steps of optimisers, spread over a pool.
#include "include/CFledgeKernels.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "scratch.h"

// Numbers of one item: enough that taking it from the counter costs nothing beside it.
enum { BLOCK = 32768, MATRIX_BLOCKS = 64, ROWS_A_BLOCK = 16 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }

// Element-wise steps ----------------------------------------------------------------------------------------------

typedef struct update_job {
  const fledge_kernels *kernels;
  const fledge_adamw *adamw;
  const fledge_sgd *sgd;
  const fledge_update *updates;
  size_t update_count;
  float *sums;
} update_job;

// Numbers the blocks of all updates one after the other; returns how many there are.
static size_t number_blocks(fledge_update *updates, size_t count) {
  size_t blocks = 0;
  for (size_t i = 0; i < count; i++) {
    updates[i].first_block = blocks;
    blocks += divide_up(updates[i].count, BLOCK);
  }
  return blocks;
}

// The last update that starts at or before the block and has any: binary search.
static const fledge_update *update_of(const update_job *job, size_t block) {
  size_t low = 0, high = job->update_count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (job->updates[middle].first_block <= block)
      low = middle;
    else
      high = middle;
  }
  return &job->updates[low];
}

static void update_item(void *context, size_t block) {
  const update_job *job = context;
  const fledge_update *u = update_of(job, block);
  size_t begin = (block - u->first_block) * BLOCK, end = smaller(u->count, begin + BLOCK);
  if (job->sums)
    job->sums[block] = job->kernels->sum_of_squares(u->gradient + begin, end - begin);
  else if (job->adamw)
    job->kernels->adamw(job->adamw, u, begin, end);
  else
    job->kernels->sgd(job->sgd, u, begin, end);
}

void fledge_adamw_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_adamw *adamw,
                      fledge_update *updates, size_t update_count) {
  update_job job = {.kernels = kernels, .adamw = adamw, .updates = updates, .update_count = update_count};
  fledge_pool_run(pool, number_blocks(updates, update_count), update_item, &job);
}

void fledge_sgd_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_sgd *sgd, fledge_update *updates,
                    size_t update_count) {
  update_job job = {.kernels = kernels, .sgd = sgd, .updates = updates, .update_count = update_count};
  fledge_pool_run(pool, number_blocks(updates, update_count), update_item, &job);
}

bool fledge_sum_of_squares_run(const fledge_kernels *kernels, fledge_pool *pool, fledge_update *updates,
                               size_t update_count, double *sum) {
  update_job job = {.kernels = kernels, .updates = updates, .update_count = update_count};
  size_t blocks = number_blocks(updates, update_count);
  job.sums = fledge_scratch(FLEDGE_SCRATCH_OPERATION, blocks * sizeof(float));
  if (!job.sums) return false;
  fledge_pool_run(pool, blocks, update_item, &job);
  *sum = 0;
  for (size_t i = 0; i < blocks; i++) *sum += job.sums[i];
  return true;
}

// Adafactor -------------------------------------------------------------------------------------------------------

typedef struct adafactor_job {
  const fledge_kernels *kernels;
  const fledge_adafactor *a;
  size_t height, blocks, blocks_a_matrix;  // rows of a block; of a vector `height` counts columns
  float *row_factors, *column_factors, *column_sums;
  double *value_squares, *update_squares;  // one a block
  float decay, rate;
} adafactor_job;

static size_t count_of(const fledge_adafactor *a) { return a->matrices * a->rows * a->columns; }

// Where a block lies: of a vector, a stretch of its only row.
typedef struct block_place {
  size_t matrix, row, rows, columns, begin;
} block_place;

static block_place place_of(const adafactor_job *job, size_t block) {
  const fledge_adafactor *a = job->a;
  if (a->second) {
    size_t begin = block * job->height;
    return (block_place){0, 0, 1, smaller(job->height, a->columns - begin), begin};
  }
  size_t matrix = block / job->blocks_a_matrix, row = block % job->blocks_a_matrix * job->height;
  return (block_place){matrix, row, smaller(job->height, a->rows - row), a->columns,
                       (matrix * a->rows + row) * a->columns};
}

static void sums_item(void *context, size_t block) {
  const adafactor_job *job = context;
  const fledge_adafactor *a = job->a;
  block_place p = place_of(job, block);
  job->value_squares[block] = 0;
  size_t count = p.rows * p.columns;
  for (size_t i = 0; a->scaled && i < count; i += BLOCK)
    job->value_squares[block] += job->kernels->sum_of_squares(a->value + p.begin + i, smaller(BLOCK, count - i));
  if (a->second) {
    job->kernels->adafactor_moment(a, a->gradient + p.begin, p.columns, a->second + p.begin);
    job->update_squares[block] =
        job->kernels->adafactor_square(a, a->gradient + p.begin, 1, p.columns, NULL, a->second + p.begin);
    return;
  }
  float *columns = job->column_sums + block * a->columns;
  memset(columns, 0, a->columns * sizeof(float));
  job->kernels->adafactor_sums(a->gradient + p.begin, a->gradient_scale, a->epsilon, p.rows, p.columns,
                               job->row_factors + p.matrix * a->rows + p.row, columns);
}

static void square_item(void *context, size_t block) {
  const adafactor_job *job = context;
  const fledge_adafactor *a = job->a;
  block_place p = place_of(job, block);
  job->update_squares[block] = job->kernels->adafactor_square(
      a, a->gradient + p.begin, p.rows, p.columns, job->row_factors + p.matrix * a->rows + p.row,
      job->column_factors + p.matrix * a->columns);
}

static void apply_item(void *context, size_t block) {
  const adafactor_job *job = context;
  const fledge_adafactor *a = job->a;
  block_place p = place_of(job, block);
  job->kernels->adafactor_apply(a, job->decay, job->rate, p.begin, p.rows, p.columns,
                                a->second ? NULL : job->row_factors + p.matrix * a->rows + p.row,
                                a->second ? a->second + p.begin : job->column_factors + p.matrix * a->columns);
}

// From the sums of one matrix: the running means, and the factors √(mean of the rows / row) and √(1 / column).
static void make_factors(const adafactor_job *job, size_t matrix) {
  const fledge_adafactor *a = job->a;
  float *rows = job->row_factors + matrix * a->rows, *row_means = a->row_means + matrix * a->rows;
  double total = 0;
  for (size_t r = 0; r < a->rows; r++) {
    row_means[r] = row_means[r] * a->beta2 + rows[r] / (float)a->columns * a->rest2;
    total += row_means[r];
  }
  float mean = (float)(total / (double)a->rows);
  for (size_t r = 0; r < a->rows; r++) rows[r] = 1 / sqrtf(row_means[r] / mean);
  float *columns = job->column_factors + matrix * a->columns, *column_means = a->column_means + matrix * a->columns;
  memset(columns, 0, a->columns * sizeof(float));
  for (size_t b = 0; b < job->blocks_a_matrix; b++) {
    const float *sums = job->column_sums + (matrix * job->blocks_a_matrix + b) * a->columns;
    for (size_t c = 0; c < a->columns; c++) columns[c] += sums[c];
  }
  for (size_t c = 0; c < a->columns; c++) {
    column_means[c] = column_means[c] * a->beta2 + columns[c] / (float)a->rows * a->rest2;
    columns[c] = 1 / sqrtf(column_means[c]);
  }
}

static double sum_of(const double *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += x[i];
  return sum;
}

// Every item here, or spread over a pool where there is one. Sums are added in the order of blocks either way.
static void run_blocks(fledge_pool *pool, adafactor_job *job, void (*body)(void *, size_t)) {
  if (pool)
    fledge_pool_run(pool, job->blocks, body, job);
  else
    for (size_t i = 0; i < job->blocks; i++) body(job, i);
}

// The step of one parameter.
static bool adafactor_step(const fledge_kernels *kernels, fledge_pool *pool, const fledge_adafactor *a) {
  size_t count = count_of(a);
  if (count == 0) return true;
  adafactor_job job = {.kernels = kernels, .a = a, .height = BLOCK, .blocks = divide_up(count, BLOCK)};
  size_t floats = 0;
  if (!a->second) {
    size_t wanted = smaller(MATRIX_BLOCKS, smaller(divide_up(a->rows, ROWS_A_BLOCK),
                                                   divide_up(a->rows * a->columns, BLOCK)));
    job.height = divide_up(a->rows, wanted);
    job.blocks_a_matrix = divide_up(a->rows, job.height);
    job.blocks = a->matrices * job.blocks_a_matrix;
    floats = a->matrices * (a->rows + a->columns) + job.blocks * a->columns;
  }
  job.value_squares = fledge_scratch(FLEDGE_SCRATCH_THREAD, 2 * job.blocks * sizeof(double) + floats * sizeof(float));
  if (!job.value_squares) return false;
  job.update_squares = job.value_squares + job.blocks;
  job.row_factors = (float *)(job.update_squares + job.blocks);
  job.column_factors = job.row_factors + a->matrices * a->rows;
  job.column_sums = job.column_factors + a->matrices * a->columns;

  run_blocks(pool, &job, sums_item);
  if (!a->second) {
    for (size_t m = 0; m < a->matrices; m++) make_factors(&job, m);
    run_blocks(pool, &job, square_item);
  }
  float scale = 1;
  if (a->scaled) scale = fmaxf(a->minimum_scale, (float)sqrt(sum_of(job.value_squares, job.blocks) / (double)count));
  float rate = a->learning_rate * scale;
  float length = (float)sqrt(sum_of(job.update_squares, job.blocks) / (double)count) / a->clip_threshold;
  job.decay = 1 - a->weight_decay * rate;
  // NaN passes, so that a run that has gone wrong shows it.
  job.rate = length <= 1 ? rate : rate / length;
  run_blocks(pool, &job, apply_item);
  return true;
}

typedef struct parameters_job {
  const fledge_kernels *kernels;
  const fledge_adafactor *parameters;
  size_t alone_up_to;  // numbers of a parameter that one thread takes through all passes
  atomic_bool failed;
} parameters_job;

static void parameter_item(void *context, size_t item) {
  parameters_job *job = context;
  const fledge_adafactor *a = &job->parameters[item];
  if (count_of(a) <= job->alone_up_to && !adafactor_step(job->kernels, NULL, a)) atomic_store(&job->failed, true);
}

bool fledge_adafactor_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_adafactor *parameters,
                          size_t parameter_count) {
  parameters_job job = {.kernels = kernels, .parameters = parameters};
  atomic_init(&job.failed, false);
  for (size_t i = 0; i < parameter_count; i++) job.alone_up_to += count_of(&parameters[i]);
  // Threads that meet after every pass wait for the slowest; so only what would keep one busy for long is shared.
  job.alone_up_to /= 4 * fledge_pool_threads(pool);
  for (size_t i = 0; i < parameter_count; i++)
    if (count_of(&parameters[i]) > job.alone_up_to && !adafactor_step(kernels, pool, &parameters[i])) return false;
  fledge_pool_run(pool, parameter_count, parameter_item, &job);
  return !atomic_load(&job.failed);
}
