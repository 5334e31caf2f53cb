// Attention for training, spread over a pool. An item is one key–value head of one pair; where those are few, a stretch
// of its queries (forward) or one block of its keys (backward), whose parts are then added in order, so that the result
// is the same however the work is cut.
#include "attention_blocks.h"

#include <stdatomic.h>
#include <string.h>

#include "scratch.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t divide_up(size_t a, size_t b) { return (a + b - 1) / b; }

// Whether pairs times heads are too few to keep the threads busy.
static bool few_items(const fledge_differentiable_attention *t, const fledge_pool *pool) {
  size_t threads = fledge_pool_threads(pool);
  return threads > 1 && t->pair_count * t->key_heads < 4 * threads;
}

// Forward --------------------------------------------------------------------------------------------------------------

typedef struct forward_job {
  const fledge_kernels *kernels;
  const fledge_differentiable_attention *attention;
  size_t stretch, stretches;  // queries of an item, items of a pair and head
  atomic_bool failed;
} forward_job;

static void forward_item(void *context, size_t item) {
  forward_job *job = context;
  const fledge_differentiable_attention *t = job->attention;
  size_t begin = item % job->stretches * job->stretch, head = item / job->stretches % t->key_heads;
  size_t pair = item / job->stretches / t->key_heads, end = smaller(t->pairs[pair].query_count, begin + job->stretch);
  if (begin >= end) return;
  void *scratch = fledge_scratch(FLEDGE_SCRATCH_THREAD, attention_forward_blocks(t, t->pairs[pair].key_count).bytes);
  if (!scratch) {
    atomic_store(&job->failed, true);
    return;
  }
  job->kernels->attend_forward(t, pair, head, begin, end, scratch);
}

bool fledge_attention_forward(const fledge_kernels *kernels, fledge_pool *pool,
                              const fledge_differentiable_attention *t) {
  forward_job job = {.kernels = kernels, .attention = t, .stretches = 1};
  atomic_init(&job.failed, false);
  size_t longest = 0;
  for (size_t i = 0; i < t->pair_count; i++)
    if (t->pairs[i].query_count > longest) longest = t->pairs[i].query_count;
  job.stretch = longest;
  if (few_items(t, pool)) {
    size_t wanted = divide_up(4 * fledge_pool_threads(pool), t->pair_count * t->key_heads + 1);
    job.stretch = divide_up(divide_up(longest, wanted), FORWARD_QUERIES) * FORWARD_QUERIES;
    if (job.stretch > 0) job.stretches = divide_up(longest, job.stretch);
  }
  fledge_pool_run(pool, t->pair_count * t->key_heads * job.stretches, forward_item, &job);
  return !atomic_load(&job.failed);
}

// Backward -------------------------------------------------------------------------------------------------------------

typedef struct backward_job {
  const fledge_kernels *kernels;
  const fledge_differentiable_attention *attention;
  const fledge_attention_gradients *gradients;
  size_t most_blocks;    // of the longest pair
  float *query_parts;    // null where one item takes all blocks of a pair and head; one a block and query row
  float *bias_parts;     // null without a bias; one a pair, block and head
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

static void backward_blocks(backward_job *job, size_t pair, size_t head, size_t begin, size_t end) {
  const fledge_differentiable_attention *t = job->attention;
  const fledge_attention_pair *p = &t->pairs[pair];
  void *scratch = fledge_scratch(FLEDGE_SCRATCH_THREAD, attention_backward_blocks(t).bytes);
  if (!scratch) {
    atomic_store(&job->failed, true);
    return;
  }
  float *query_parts = job->query_parts ? job->query_parts + query_parts_before(t, pair) : NULL;
  float *bias_parts = job->bias_parts ? job->bias_parts + bias_parts_before(t, pair) : NULL;
  size_t first_head = head * (t->query_heads / t->key_heads);
  for (size_t block = begin; block < end; block++) {
    float *query_part = query_parts ? query_parts + block * query_part_size(t, p) : NULL;
    float *bias = bias_parts ? bias_parts + (block * t->query_heads + first_head) * attention_bias_part(p) : NULL;
    job->kernels->attend_backward(t, job->gradients, pair, head, block, query_part, bias, scratch);
  }
}

static void backward_item(void *context, size_t item) {
  backward_job *job = context;
  const fledge_differentiable_attention *t = job->attention;
  if (!job->query_parts) {
    size_t pair = item / t->key_heads;
    backward_blocks(job, pair, item % t->key_heads, 0, blocks_of(&t->pairs[pair]));
    return;
  }
  size_t block = item % job->most_blocks, pair = item / job->most_blocks / t->key_heads;
  if (block < blocks_of(&t->pairs[pair]))
    backward_blocks(job, pair, item / job->most_blocks % t->key_heads, block, block + 1);
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
  atomic_init(&job.failed, false);
  for (size_t i = 0; i < t->pair_count; i++)
    if (blocks_of(&t->pairs[i]) > job.most_blocks) job.most_blocks = blocks_of(&t->pairs[i]);
  bool split = job.most_blocks > 1 && few_items(t, pool);
  size_t query_numbers = split ? attention_round_up(query_parts_before(t, t->pair_count), LINE_WORDS) : 0;
  size_t bias_numbers = gradients->distance_bias ? bias_parts_before(t, t->pair_count) : 0;
  if (query_numbers + bias_numbers > 0) {
    float *parts = fledge_scratch(FLEDGE_SCRATCH_OPERATION, (query_numbers + bias_numbers) * sizeof *parts);
    if (!parts) return false;
    if (split) job.query_parts = parts;
    if (gradients->distance_bias) job.bias_parts = parts + query_numbers;
  }
  size_t items = t->pair_count * t->key_heads;
  fledge_pool_run(pool, split ? items * job.most_blocks : items, backward_item, &job);
  if (atomic_load(&job.failed)) return false;
  if (split) fledge_pool_run(pool, t->pair_count * t->query_heads, add_query_parts, &job);
  if (gradients->distance_bias) fledge_pool_run(pool, t->query_heads, add_bias_parts, &job);
  return true;
}
