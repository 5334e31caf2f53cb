// Attention for training, spread over a pool. A unit is one key–value head of one pair with its query heads; an item is
// some units, or where those are few, a stretch of one's queries (forward) or a block of its keys (backward), whose
// parts are then added in order, so that the result is the same however the work is cut.
#include "attention_blocks.h"

#include <stdatomic.h>
#include <string.h>

#include "scratch.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }

enum { ITEMS_A_THREAD = 8 };

static size_t unit_count(const fledge_differentiable_attention *t) { return t->pair_count * t->key_heads; }

// Whether there are too few units to keep the threads busy.
static bool few_units(const fledge_differentiable_attention *t, const fledge_pool *pool) {
  size_t threads = fledge_pool_threads(pool);
  return threads > 1 && unit_count(t) < 4 * threads;
}

// Units of an item: neighbours, so that one brings the next one's rows near.
static size_t units_an_item(const fledge_differentiable_attention *t, const fledge_pool *pool) {
  size_t units = unit_count(t) / (ITEMS_A_THREAD * fledge_pool_threads(pool));
  return units > 0 ? units : 1;
}

// Forward --------------------------------------------------------------------------------------------------------------

typedef struct forward_job {
  const fledge_kernels *kernels;
  const fledge_differentiable_attention *attention;
  size_t units;               // of an item
  size_t stretch, stretches;  // queries of an item, items of a unit
  atomic_bool failed;
} forward_job;

static void forward_item(void *context, size_t item) {
  forward_job *job = context;
  const fledge_differentiable_attention *t = job->attention;
  size_t unit = item / job->stretches * job->units, end = smaller(unit_count(t), unit + job->units);
  size_t query = item % job->stretches * job->stretch;
  for (; unit < end; unit++) {
    const fledge_attention_pair *p = &t->pairs[unit / t->key_heads];
    void *scratch = fledge_scratch(FLEDGE_SCRATCH_THREAD, attention_forward_blocks(t, p->key_count).bytes);
    if (!scratch) {
      atomic_store(&job->failed, true);
      return;
    }
    job->kernels->attend_forward(t, unit, unit + 1, query, smaller(p->query_count, query + job->stretch), scratch);
  }
}

bool fledge_attention_forward(const fledge_kernels *kernels, fledge_pool *pool,
                              const fledge_differentiable_attention *t) {
  forward_job job = {.kernels = kernels, .attention = t, .units = units_an_item(t, pool), .stretches = 1};
  atomic_init(&job.failed, false);
  size_t longest = 0;
  for (size_t i = 0; i < t->pair_count; i++)
    if (t->pairs[i].query_count > longest) longest = t->pairs[i].query_count;
  job.stretch = longest;
  if (few_units(t, pool) && longest > 0 && unit_count(t) > 0) {
    size_t wanted = divide_up(4 * fledge_pool_threads(pool), unit_count(t));
    job.stretch = divide_up(divide_up(longest, wanted), FORWARD_QUERIES) * FORWARD_QUERIES;
    job.stretches = divide_up(longest, job.stretch);
  }
  fledge_pool_run(pool, divide_up(unit_count(t), job.units) * job.stretches, forward_item, &job);
  return !atomic_load(&job.failed);
}

// Backward -------------------------------------------------------------------------------------------------------------

typedef struct backward_job {
  const fledge_kernels *kernels;
  const fledge_differentiable_attention *attention;
  const fledge_attention_gradients *gradients;
  size_t units;        // of an item
  size_t most_blocks;  // of the longest pair
  float *query_parts;  // null where one item takes all blocks of a unit; one a block and query row
  float *bias_parts;   // null without a bias; one a pair, block and head
  atomic_bool failed;
} backward_job;

static size_t blocks_of(const fledge_attention_pair *p) {
  size_t blocks = divide_up(p->key_count, BACKWARD_KEYS);
  return blocks > 0 ? blocks : 1;
}
static size_t query_part_size(const fledge_differentiable_attention *t, const fledge_attention_pair *p) {
  return p->query_count * t->query_heads * t->head_width;
}

// Where the parts of a pair begin, or with pair = pair_count how many numbers they all take.
static size_t query_parts_before(const fledge_differentiable_attention *t, size_t pair) {
  size_t numbers = 0;
  for (size_t i = 0; i < pair; i++) numbers += blocks_of(&t->pairs[i]) * query_part_size(t, &t->pairs[i]);
  return numbers;
}
static size_t bias_parts_before(const fledge_differentiable_attention *t, size_t pair) {
  size_t numbers = 0;
  for (size_t i = 0; i < pair; i++)
    numbers += blocks_of(&t->pairs[i]) * t->query_heads * attention_bias_part(&t->pairs[i]);
  return numbers;
}

// Blocks `begin` up to `end` of a unit's keys.
static void unit_backward(backward_job *job, size_t unit, size_t begin, size_t end) {
  const fledge_differentiable_attention *t = job->attention;
  size_t pair = unit / t->key_heads, first_head = unit % t->key_heads * (t->query_heads / t->key_heads);
  const fledge_attention_pair *p = &t->pairs[pair];
  void *scratch = fledge_scratch(FLEDGE_SCRATCH_THREAD, attention_backward_blocks(t).bytes);
  if (!scratch) {
    atomic_store(&job->failed, true);
    return;
  }
  float *query_parts = job->query_parts ? job->query_parts + query_parts_before(t, pair) : NULL;
  float *bias_parts = job->bias_parts ? job->bias_parts + bias_parts_before(t, pair) : NULL;
  for (size_t block = begin; block < end; block++) {
    float *query_part = query_parts ? query_parts + block * query_part_size(t, p) : NULL;
    float *bias = bias_parts ? bias_parts + (block * t->query_heads + first_head) * attention_bias_part(p) : NULL;
    job->kernels->attend_backward(t, job->gradients, unit, unit + 1, block, query_part, bias, scratch);
  }
}

static void backward_item(void *context, size_t item) {
  backward_job *job = context;
  const fledge_differentiable_attention *t = job->attention;
  if (!job->query_parts) {
    size_t unit = item * job->units, end = smaller(unit_count(t), unit + job->units);
    for (; unit < end; unit++) unit_backward(job, unit, 0, blocks_of(&t->pairs[unit / t->key_heads]));
    return;
  }
  size_t block = item % job->most_blocks, unit = item / job->most_blocks;
  if (block < blocks_of(&t->pairs[unit / t->key_heads])) unit_backward(job, unit, block, block + 1);
}

// Gradients of one pair's queries of one head: the sum of the parts of the blocks that each query sees.
static void add_query_parts(void *context, size_t item) {
  const backward_job *job = context;
  const fledge_differentiable_attention *t = job->attention;
  size_t pair = item / t->query_heads, head = item % t->query_heads, d = t->head_width;
  const fledge_attention_pair *p = &t->pairs[pair];
  const float *parts = job->query_parts + query_parts_before(t, pair);
  for (size_t i = 0; i < p->query_count; i++) {
    float *out = job->gradients->query + (p->query_row + i) * job->gradients->query_stride + head * d;
    const float *part = parts + (i * t->query_heads + head) * d;
    memcpy(out, part, d * sizeof *out);
    for (size_t block = 1; block < blocks_of(p) && attention_seen(t, p, i) > block * BACKWARD_KEYS; block++) {
      const float *next = part + block * query_part_size(t, p);
      for (size_t c = 0; c < d; c++) out[c] += next[c];
    }
  }
}

// One head's row of the bias table: the parts of all pairs and blocks, in order.
static void add_bias_parts(void *context, size_t head) {
  const backward_job *job = context;
  const fledge_differentiable_attention *t = job->attention;
  float *row = job->gradients->distance_bias + head * (2 * t->distance_span - 1);
  for (size_t pair = 0; pair < t->pair_count; pair++) {
    const fledge_attention_pair *p = &t->pairs[pair];
    size_t size = attention_bias_part(p);
    const float *part = job->bias_parts + bias_parts_before(t, pair) + head * size;
    for (size_t block = 0; block < blocks_of(p); block++, part += t->query_heads * size) {
      size_t first_key = block * BACKWARD_KEYS, keys = smaller(BACKWARD_KEYS, p->key_count - first_key);
      if (keys == 0 || p->query_count == 0) continue;
      // Entry 0 of a part is the last query's distance to the block's first key.
      float *to = row + (t->distance_span + first_key - p->key_count);
      for (size_t i = 0; i < p->query_count + keys - 1; i++) to[i] += part[i];
    }
  }
}

bool fledge_attention_backward(const fledge_kernels *kernels, fledge_pool *pool,
                               const fledge_differentiable_attention *t, const fledge_attention_gradients *gradients) {
  backward_job job = {.kernels = kernels, .attention = t, .gradients = gradients, .most_blocks = 1};
  job.units = units_an_item(t, pool);
  atomic_init(&job.failed, false);
  for (size_t i = 0; i < t->pair_count; i++)
    if (blocks_of(&t->pairs[i]) > job.most_blocks) job.most_blocks = blocks_of(&t->pairs[i]);
  bool split = job.most_blocks > 1 && few_units(t, pool);
  size_t query_numbers = split ? attention_round_up(query_parts_before(t, t->pair_count), LINE_WORDS) : 0;
  size_t bias_numbers = gradients->distance_bias ? bias_parts_before(t, t->pair_count) : 0;
  if (query_numbers + bias_numbers > 0) {
    float *parts = fledge_scratch(FLEDGE_SCRATCH_OPERATION, (query_numbers + bias_numbers) * sizeof *parts);
    if (!parts) return false;
    if (split) job.query_parts = parts;
    if (gradients->distance_bias) job.bias_parts = parts + query_numbers;
  }
  size_t items = split ? unit_count(t) * job.most_blocks : divide_up(unit_count(t), job.units);
  fledge_pool_run(pool, items, backward_item, &job);
  if (atomic_load(&job.failed)) return false;
  if (split) fledge_pool_run(pool, t->pair_count * t->query_heads, add_query_parts, &job);
  if (gradients->distance_bias) fledge_pool_run(pool, t->query_heads, add_bias_parts, &job);
  return true;
}
