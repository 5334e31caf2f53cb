// The only C of Fledge: arithmetic kernels, one table of them per instruction set, and the thread pool that runs them.
//
// Everything that is multiplied is stored in one layout, whatever its type:
//
//   packed operand of `columns` output columns and `depth` inputs
//
//     panel 0 (columns 0…31)        panel 1 (columns 32…63)      …
//     ┌──────────────────────────┐
//     │ group 0: 32 × 4 bytes    │   a group is 4 bytes of one column: one float32,
//     │ group 1: 32 × 4 bytes    │   two bfloat16 or float16, or four int8 neighbours in depth
//     │ …                        │
//     └──────────────────────────┘
//
// so that one 128-byte step feeds 32 columns, a matrix–vector product reads memory once and in order, and the same
// micro-kernel serves prefill, decoding and attention. Rows beyond `depth` and columns beyond `columns` are zeros.
//
//   packed activations of `rows` rows
//
//     tile 0 (rows 0…11): group 0: 12 × 4 bytes, group 1: 12 × 4 bytes, …      last tile: only the rows left over
#ifndef CFLEDGEKERNELS_H
#define CFLEDGEKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

enum { FLEDGE_PANEL = 32, FLEDGE_TILE = 12, FLEDGE_GROUP_BYTES = 4, FLEDGE_PAGE = 256 };

typedef enum fledge_type {
  FLEDGE_FLOAT32 = 0,
  FLEDGE_BFLOAT16 = 1,
  FLEDGE_FLOAT16 = 2,
  FLEDGE_INT8 = 3,
} fledge_type;

typedef enum fledge_activation {
  FLEDGE_IDENTITY = 0,
  FLEDGE_RELU = 1,
  FLEDGE_GELU = 2,
  FLEDGE_GELU_TANH = 3,
  FLEDGE_SILU = 4,
  FLEDGE_TANH = 5,
  FLEDGE_EXP = 6,
  FLEDGE_SIGMOID = 7,
} fledge_activation;

typedef enum fledge_binary {
  FLEDGE_ADD = 0,
  FLEDGE_SUBTRACT = 1,
  FLEDGE_MULTIPLY = 2,
  FLEDGE_DIVIDE = 3,
  FLEDGE_MAXIMUM = 4,
} fledge_binary;

typedef enum fledge_isa {
  FLEDGE_ISA_PORTABLE = 0,
  FLEDGE_ISA_NEON = 1,
  FLEDGE_ISA_AVX2 = 2,
  FLEDGE_ISA_AVX512 = 3,
  FLEDGE_ISA_AVX512_VNNI = 4,
} fledge_isa;

/// A packed operand: `columns` × `depth` numbers of `type` in panels (picture above).
typedef struct fledge_packed {
  fledge_type type;
  size_t columns, depth;
  const void *data;
  const float *scales;  // int8: one a column, padded to whole panels
  const int32_t *sums;  // int8: the sum of each column's integers, padded likewise
} fledge_packed;

/// What a row x goes through on its way into a product: (x - mean) / √(variance + ε) · weight + bias where `centered`
/// (Ba et al. 2016), else x / √(mean(x²) + ε) · weight + bias.
typedef struct fledge_norm {
  const float *weight;  // [width]
  const float *bias;    // optional, [width]
  bool centered;
  float epsilon;
} fledge_norm;

/// out[rows, columns] = f(x · weight + bias) (+ residual); with `gated`, a panel holds 16 gate and 16 value columns and
/// out[rows, columns / 2] = f(gate) · value.
typedef struct fledge_linear {
  size_t rows;
  const float *x;
  size_t x_stride;
  const fledge_norm *norm;  // optional: rows of x are normalised first
  fledge_packed weight;
  const float *bias;        // optional, in the order of the packed columns; of a gated weight to its last panel's end
  const float *residual;    // optional, [rows, output columns]
  size_t residual_stride;
  float scale;              // multiplies the product before the bias
  fledge_activation activation;
  bool gated;
  float *out;
  size_t out_stride;
} fledge_linear;

/// A key–value cache of one layer, in pages of FLEDGE_PAGE positions and in the packed layout, so that attention needs no
/// further copy and growing moves nothing:
///
///   slot s: pages[s · pages_per_slot], pages[s · pages_per_slot + 1], …; a page may belong to several slots
///
///   page    keys   [heads, page / 32 panels,  depth groups, 32, 4 bytes]: 32 positions are the columns of a panel
///           values [heads, depth / 32 panels, page groups,  32, 4 bytes]: 32 channels are the columns of a panel
typedef struct fledge_cache {
  fledge_type type;  // FLEDGE_FLOAT32 or FLEDGE_BFLOAT16
  size_t heads, head_width, pages_per_slot;
  void *const *pages;
} fledge_cache;

/// Rows of keys and values on their way into a cache.
typedef struct fledge_cache_rows {
  size_t row, count;      // rows of the tensors
  size_t slot, position;  // where the first of them goes
} fledge_cache_rows;

/// One run of query rows against one slot of a cache.
typedef struct fledge_attention_sequence {
  size_t query_offset;  // first row in `query` and `out`
  size_t query_count;
  size_t slot;
  size_t key_count;
} fledge_attention_sequence;

/// softmax(scale · q kᵀ + bias) v for every sequence and head.
typedef struct fledge_attention {
  const fledge_attention_sequence *sequences;
  size_t sequence_count;
  size_t query_heads;  // a multiple of cache.heads
  const float *query;
  size_t query_stride;
  fledge_cache cache;
  float scale;
  bool causal;  // query i of n sees keys up to key_count - n + i
  const float *distance_bias;  // optional [heads, 2 · distance_span - 1]: entry distance_span - 1 + (key - query)
  size_t distance_span;
  float *out;
  size_t out_stride;
} fledge_attention;

/// One parameter on its way through an optimiser's step. Of AdamW `decay` is 1 - learning rate · weight decay, `rate`
/// the learning rate / (1 - β₁ᵗ), `factor` 1 / √(1 - β₂ᵗ); of SGD they are the weight decay, the learning rate and
/// 1 - dampening.
typedef struct fledge_update {
  float *value;
  const float *gradient;
  float *first;   // the running mean of the gradients; SGD: the momentum, null without
  float *second;  // the running mean of their squares; SGD: null
  size_t count;
  float decay, rate, factor;
  size_t first_block;  // of the call; set by the call
} fledge_update;

/// `rest` is 1 - β, given apart because the difference in float32 has only four digits.
typedef struct fledge_adamw {
  float rest1, beta2, rest2, epsilon, gradient_scale;
} fledge_adamw;

typedef struct fledge_sgd {
  float momentum;
  bool nesterov;
  float gradient_scale;
} fledge_sgd;

/// One parameter in Adafactor's step (Shazeer and Stern 2018): `matrices` matrices of rows × columns one after the other
/// with running means of squares by row and by column, or (rows = matrices = 1) a vector with `second`.
typedef struct fledge_adafactor {
  float *value;
  const float *gradient;
  float *first;                      // optional: the running mean of the updates
  float *row_means, *column_means;   // [matrices, rows] and [matrices, columns]
  float *second;                     // [columns], instead of the two
  size_t matrices, rows, columns;
  float gradient_scale, beta1, rest1, beta2, rest2, epsilon, clip_threshold, learning_rate, weight_decay;
  bool scaled;                       // the learning rate is multiplied by the parameter's root mean square,
  float minimum_scale;               // by this at least
} fledge_adafactor;

/// A stretch of query rows against a stretch of key and value rows: for self-attention the same rows, for
/// cross-attention rows of other tensors. Several pairs are a ragged batch without padding.
typedef struct fledge_attention_pair {
  size_t query_row, query_count;
  size_t key_row, key_count;
} fledge_attention_pair;

/// Attention for training: out = dropout(softmax(scale · q kᵀ + bias)) v for every pair and head, straight on rows of a
/// projection. Head h lies at columns h · head_width…; query head h reads key–value head h / (query_heads / key_heads).
typedef struct fledge_differentiable_attention {
  const fledge_attention_pair *pairs;
  size_t pair_count;
  size_t query_heads, key_heads, head_width;  // query_heads is a multiple of key_heads
  const float *query, *key, *value;
  size_t query_stride, key_stride, value_stride;
  float scale;
  bool causal;  // query i of n sees keys up to key_count - n + i; a query that sees none gives zeros
  const float *distance_bias;  // optional [query_heads, 2 · distance_span - 1]: entry distance_span - 1 + (key - query),
  size_t distance_span;        // query i standing at key_count - query_count + i; at least the longest stretch of a pair
  fledge_type type;            // of the operands of products: FLEDGE_FLOAT32 or FLEDGE_BFLOAT16; sums are float32
  float dropout;               // probability that a probability becomes 0; the others are divided by 1 - dropout
  uint64_t seed;               // what is dropped depends on seed, pair, head, query and key only
  float *out;                  // [query rows, query_heads · head_width]
  size_t out_stride;
  float *log_sums;  // [query rows, query_heads]: log Σ e^score, which the backward pass needs; -∞ where nothing is seen
} fledge_differentiable_attention;

/// Where the backward pass reads the gradient of `out` and writes the others: every row of the pairs, and no other.
typedef struct fledge_attention_gradients {
  const float *out;
  float *query, *key, *value;
  size_t out_stride, query_stride, key_stride, value_stride;
  float *distance_bias;  // optional, like the table; added to what is there
} fledge_attention_gradients;

/// The kernels of one instruction set. Pointers are never null.
typedef struct fledge_kernels {
  fledge_isa isa;
  const char *name;
  size_t row_block_bytes;  // packed rows that the second-level cache holds beside passing panels

  void (*pack_rows)(const float *x, size_t stride, size_t rows, size_t depth, fledge_type type, void *packed,
                    float *scales, const fledge_norm *norm);
  void (*multiply_panels)(const fledge_linear *linear, const void *packed, const float *scales, size_t panel_begin,
                          size_t panel_end);
  void (*pack_weight_panel)(const void *source, fledge_type source_type, size_t source_stride, size_t rows,
                            size_t depth, fledge_type type, void *panel, float *scales, int32_t *sums);
  void (*attend)(const fledge_attention *attention, size_t sequence, size_t head, size_t tile_begin, size_t tile_end,
                 void *scratch);
  void (*attend_grouped)(const fledge_attention *attention, size_t sequence, size_t first_head, size_t head_count,
                         void *scratch);
  void (*rotate)(float *x, size_t stride, size_t rows, size_t heads, size_t head_width, size_t rotary_width,
                 const float *cosines, const float *sines);

  void (*project_back)(const fledge_packed *weight, size_t panel_begin, size_t panel_end, const float *y, float *out);
  void (*write_cache)(const fledge_cache *cache, size_t slot, size_t head, size_t position, size_t count,
                      const float *keys, const float *values, size_t stride);

  void (*normalize)(const float *x, const fledge_norm *norm, size_t rows, size_t width, float *out);
  void (*softmax)(const float *x, size_t rows, size_t width, float *out);
  void (*activate)(fledge_activation f, const float *x, size_t count, float *out);
  void (*binary)(fledge_binary f, const float *a, const float *b, size_t count, float *out);
  void (*binary_scalar)(fledge_binary f, const float *a, float b, size_t count, float *out);
  float (*sum)(const float *x, size_t count);
  size_t (*argmax)(const float *x, size_t count);
  void (*to_float)(const void *x, fledge_type type, size_t count, float *out);
  void (*from_float)(const float *x, fledge_type type, size_t count, void *out);

  // Training (training.h).
  void (*pack_across)(const float *x, size_t stride, size_t rows, size_t columns, size_t places, fledge_type type,
                      size_t begin, bool close, char *out);
  void (*norm_backward)(const float *x, const float *dy, const fledge_norm *norm, size_t rows, size_t width, bool add,
                        float *dx, float *sums);
  void (*activate_backward)(fledge_activation f, const float *x, const float *dy, size_t count, float *dx);
  void (*gate)(fledge_activation f, const float *gates, const float *values, size_t count, float *out);
  void (*gate_backward)(fledge_activation f, const float *gates, const float *values, const float *dy, size_t count,
                        float *d_gates, float *d_values);
  void (*add_columns)(const float *x, size_t stride, size_t rows, size_t width, float *sums);
  float (*cross_entropy)(float *x, size_t count, size_t label, float scale);

  float (*sum_of_squares)(const float *x, size_t count);
  void (*adamw)(const fledge_adamw *adamw, const fledge_update *update, size_t begin, size_t end);
  void (*sgd)(const fledge_sgd *sgd, const fledge_update *update, size_t begin, size_t end);
  void (*adafactor_sums)(const float *g, float scale, float epsilon, size_t height, size_t width, float *rows,
                         float *columns);
  void (*adafactor_moment)(const fledge_adafactor *adafactor, const float *g, size_t count, float *second);
  double (*adafactor_square)(const fledge_adafactor *adafactor, const float *g, size_t height, size_t width,
                             const float *rows, const float *columns);
  void (*adafactor_apply)(const fledge_adafactor *adafactor, float decay, float rate, size_t begin, size_t height,
                          size_t width, const float *rows, const float *columns);

  void (*attend_forward)(const fledge_differentiable_attention *attention, size_t unit, size_t next_unit,
                         size_t query_begin, size_t query_end, void *scratch);
  void (*attend_backward)(const fledge_differentiable_attention *attention, const fledge_attention_gradients *gradients,
                          size_t unit, size_t next_unit, size_t block, float *query_part, float *bias_parts,
                          void *scratch);

  // Recurrent cells (recurrent.h).
  void (*lstm)(float *gates, const float *previous_cell, size_t width, float *cell, float *hidden);
  void (*lstm_backward)(float *gates, const float *previous_cell, const float *cell, const float *d_hidden, size_t width,
                        float *d_cell);
  void (*gru)(float *gates, const float *recurrent, const float *previous_hidden, size_t width, float *hidden);
  void (*gru_backward)(float *gates, float *recurrent, const float *previous_hidden, const float *d_hidden, size_t width,
                       float *d_previous);
} fledge_kernels;

/// The table of one level, or null where this processor does not have it.
const fledge_kernels *fledge_kernels_of(fledge_isa isa);

/// The level named by the environment's FLEDGE_ISA (portable, neon, avx2, avx512, avx512vnni), else the best there is.
/// A name that is unknown, or a level that the processor lacks, gives null.
const fledge_kernels *fledge_kernels_named(const char *name_or_null);

// Threads ------------------------------------------------------------------------------------------------------------

typedef struct fledge_pool fledge_pool;

/// A pool of `threads` workers, the calling thread counted; workers spin briefly for work, then sleep.
/// Returns null if the system refuses the threads.
fledge_pool *fledge_pool_create(size_t threads);
void fledge_pool_destroy(fledge_pool *pool);
size_t fledge_pool_threads(const fledge_pool *pool);

/// Runs body(context, item) for every item below `items`, in no particular order, and returns when all are done.
/// A call while another thread uses the pool runs on the caller alone.
void fledge_pool_run(fledge_pool *pool, size_t items, void (*body)(void *context, size_t item), void *context);

/// Cores that this process may use: physical cores, the affinity mask and the container's quota considered.
size_t fledge_available_cores(void);

// Whole operations, spread over a pool -----------------------------------------------------------------------------

/// Returns false if memory for the packed activations ran out.
bool fledge_linear_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_linear *linear);

/// Products with one head's columns at a time: `heads` stretches of `head_width` columns, from `first_column` on.
///   back:     out[row, head, depth]      = Σ over the head's columns: x[row, head, column] · weight[column, depth]
///   forward:  out[row, head, column]     = Σ over depth: x[row, head, depth] · weight[column, depth]
/// `first_column` and `head_width` are multiples of 32. Returns false if memory ran out.
typedef struct fledge_heads {
  fledge_packed weight;
  size_t first_column, heads, head_width, rows;
  const float *x;  // rows lie one after the other
  float *out;
} fledge_heads;
void fledge_heads_back(const fledge_kernels *kernels, fledge_pool *pool, const fledge_heads *heads);
bool fledge_heads_forward(const fledge_kernels *kernels, fledge_pool *pool, const fledge_heads *heads);

/// Bytes of a packed operand.
size_t fledge_packed_bytes(fledge_type type, size_t columns, size_t depth);

/// One stretch of a weight's rows: `rows` × depth numbers at `data`. Where `column_stride` is not 0 the file holds the
/// matrix the other way round: number i of row r lies at data[i · column_stride + r].
typedef struct fledge_rows {
  const void *data;
  fledge_type type;
  size_t rows;
  size_t column_stride;
} fledge_rows;

/// Packs the rows of `parts`, one after the other (or, with `gated`, exactly two equally tall parts interleaved by 16),
/// as the columns of one operand. `data` has fledge_packed_bytes bytes; scales and sums whole panels (int8 only).
/// Returns false if memory ran out.
bool fledge_pack_weight(const fledge_kernels *kernels, fledge_pool *pool, const fledge_rows *parts, size_t part_count,
                        bool gated, size_t depth, fledge_type type, void *data, float *scales, int32_t *sums);

/// Reads column `column` of a packed operand back as `depth` floats (an embedding row of a tied head).
void fledge_unpack_column(const fledge_kernels *kernels, const fledge_packed *packed, size_t column, float *out);

/// Bytes of one page of a cache.
size_t fledge_page_bytes(fledge_type type, size_t heads, size_t head_width);

/// Writes rows of `keys` and `values` ([rows, heads · head_width], `stride` apart), whose pages must be there.
void fledge_cache_write(const fledge_kernels *kernels, fledge_pool *pool, const fledge_cache *cache,
                        const fledge_cache_rows *runs, size_t run_count, const float *keys, const float *values,
                        size_t stride);

/// Rotary positions, in place: of every head's first `rotary_width` channels, i and i + rotary_width / 2 are turned by
/// the angle whose cosine and sine are at [row, i] (Su et al. 2021, in the half-and-half order of LLaMA's checkpoints).
void fledge_rotate_run(const fledge_kernels *kernels, fledge_pool *pool, float *x, size_t stride, size_t rows,
                       size_t heads, size_t head_width, size_t rotary_width, const float *cosines, const float *sines);

/// Normalises rows, spread over the pool; `x` and `out` may be the same.
void fledge_normalize_run(const fledge_kernels *kernels, fledge_pool *pool, const float *x, const fledge_norm *norm,
                          size_t rows, size_t width, float *out);

/// Returns false if memory for the scores ran out.
bool fledge_attention_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_attention *attention);

// Training (training.c) ---------------------------------------------------------------------------------------------------

/// Some columns of numbers that lie row after row: (r, c) at data[r · stride + c].
typedef struct fledge_matrix {
  const float *data;
  size_t rows, columns, stride;
} fledge_matrix;

/// Packs matrices of equally many columns, one below the other, as an operand whose columns are theirs and whose depth is
/// all their rows: the transpose of a weight, or what a weight's gradient is multiplied from. `type` is float32 or
/// bfloat16; `out` has fledge_packed_bytes(type, columns, rows) bytes.
void fledge_pack_across(const fledge_kernels *kernels, fledge_pool *pool, const fledge_matrix *parts, size_t part_count,
                        fledge_type type, void *out);

/// Packs the transpose of a packed weight that is not gated: as bfloat16 where it is bfloat16 itself, else as float32, int8
/// being multiplied by its scales. `out` has fledge_packed_bytes(that type, depth, columns) bytes.
void fledge_pack_turned(const fledge_kernels *kernels, fledge_pool *pool, const fledge_packed *packed, void *out);

/// out[i, j] = scale · Σ_t a[t, i] · b[t, j], added to what is there with `add`. False without memory.
bool fledge_outer_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_matrix *a, const fledge_matrix *b,
                      fledge_type type, float scale, bool add, float *out, size_t out_stride);

/// The gradient of a norm's rows (added to dx with `add`), and of its weight and bias (always added; both optional).
/// False without memory.
bool fledge_norm_backward(const fledge_kernels *kernels, fledge_pool *pool, const fledge_norm *norm, const float *x,
                          const float *dy, size_t rows, size_t width, bool add, float *dx, float *weight_sums,
                          float *bias_sums);

/// sums[c] += Σ x[r, c]. False without memory.
bool fledge_add_columns(const fledge_kernels *kernels, fledge_pool *pool, const fledge_matrix *x, float *sums);

/// out = f(x), or with dy: dy · f'(x).
void fledge_activate_run(const fledge_kernels *kernels, fledge_pool *pool, fledge_activation f, const float *x,
                         const float *dy_or_null, size_t count, float *out);

/// Rows of x are `width` gates and `width` values: out = f(gate) · value, or with dy the gradients of both in x's layout.
void fledge_gate_run(const fledge_kernels *kernels, fledge_pool *pool, fledge_activation f, const float *x,
                     const float *dy_or_null, size_t rows, size_t width, float *out);

/// out += x.
void fledge_add_run(const fledge_kernels *kernels, fledge_pool *pool, const float *x, size_t count, float *out);

/// Each number is zero with a probability below 1 and otherwise divided by what is left of it; which are, depends only on
/// the seed.
void fledge_dropout_run(fledge_pool *pool, const float *x, size_t count, float probability, uint64_t seed, float *out);

/// losses[r] = −log softmax(logits[r])[labels[r]], 0 for a negative label; of it (1 - smoothing), and `smoothing` of the mean
/// over all classes (Szegedy et al. 2016). The logits become the losses' gradients, times `scale`.
void fledge_cross_entropy_run(const fledge_kernels *kernels, fledge_pool *pool, float *logits, size_t rows, size_t width,
                              const int64_t *labels, float scale, float *losses, float smoothing);

/// Steps of optimisers over all parameters at once, a block of numbers an item; `updates` are in any order.
void fledge_adamw_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_adamw *adamw,
                      fledge_update *updates, size_t update_count);
void fledge_sgd_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_sgd *sgd, fledge_update *updates,
                    size_t update_count);
/// Returns false if memory for the factors ran out.
bool fledge_adafactor_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_adafactor *parameters,
                          size_t parameter_count);

/// Σ gradient² of all updates into `sum`, added in an order that does not depend on the threads. Returns false if memory
/// ran out.
bool fledge_sum_of_squares_run(const fledge_kernels *kernels, fledge_pool *pool, fledge_update *updates,
                               size_t update_count, double *sum);

/// Attention for training: fills `out` and `log_sums`. Returns false if memory ran out.
bool fledge_attention_forward(const fledge_kernels *kernels, fledge_pool *pool,
                              const fledge_differentiable_attention *attention);

/// Its gradients, from the same description with `out` and `log_sums` as the forward pass left them; probabilities are
/// computed again (Dao et al. 2022, algorithm 4). No two pairs may share key rows or query rows. The result is the same
/// to the bit for any number of threads. Returns false if memory ran out.
bool fledge_attention_backward(const fledge_kernels *kernels, fledge_pool *pool,
                               const fledge_differentiable_attention *attention,
                               const fledge_attention_gradients *gradients);

/// The elementwise half of one step of a recurrent layer, for `rows` sequences; of an LSTM unless `recurrent` is set.
typedef struct fledge_recurrent_step {
  size_t rows, width;
  float *gates;                  // [rows, 4 or 3 · width], the gates' sums, which become the gates; backward, from the
                                 // gates the gradients of the sums. LSTM: i, f, g, o; GRU: r, z, n, the input's share
  float *recurrent;              // GRU: [rows, 3 · width], the state's share of the sums; backward, it becomes its gradient
  const float *previous_hidden;  // GRU: [rows, width]
  const float *previous_cell;    // LSTM: [rows, width]
  float *cell, *hidden;          // [rows, width], the results; backward, `cell` is read
  const float *d_hidden;         // set for the backward pass
  float *d_cell;                 // LSTM, backward: the gradient of the cell, which becomes that of the previous one
  float *d_previous;             // GRU, backward, optional: the gradient of the previous state is added to it, but for what
                                 // goes through `recurrent`
} fledge_recurrent_step;
void fledge_recurrent_run(const fledge_kernels *kernels, fledge_pool *pool, const fledge_recurrent_step *step);

/// Reads `bytes` once, spread over the pool, and returns a value that depends on all of them (a bandwidth probe).
uint64_t fledge_read_all(fledge_pool *pool, const void *data, size_t bytes);

// Memory -------------------------------------------------------------------------------------------------------------

/// `bytes` of zeroed memory aligned to 64 bytes; large blocks come straight from the system, with huge pages where it
/// has them. Null when there is none.
void *fledge_allocate(size_t bytes);
void fledge_deallocate(void *memory, size_t bytes);

/// `bytes` of addresses that take no memory until they are written to; null when there are none.
void *fledge_reserve(size_t bytes);
void fledge_release(void *memory, size_t bytes);

/// The whole pages within the range leave the process: those of a file stay in the system's cache, of others the contents
/// are lost.
void fledge_drop_pages(const void *start, size_t bytes);

/// A lock for a few instructions. `flag` is zero when free.
static inline bool fledge_try_lock(uint8_t *flag) { return !__atomic_test_and_set(flag, __ATOMIC_ACQUIRE); }
static inline void fledge_unlock(uint8_t *flag) { __atomic_clear(flag, __ATOMIC_RELEASE); }

#if defined(__cplusplus)
}
#endif
#endif
