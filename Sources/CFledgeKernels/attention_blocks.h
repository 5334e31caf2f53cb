// Where the blocks of differentiable attention lie in a thread's scratch, for the kernels of every instruction set.
//
// Lengths are in words of 4 bytes: one float32, or two bfloat16 neighbours in the depth of a product. An operand is
// kept in the form that its product reads:
//
//   rows     [row][words of its channels]           broadcast word by word: queries in q kᵀ
//   stacked  [words of the rows][channel]           32 channels at a time: values in p v. float32: the same as rows
//   turned   [32 rows][words of channels][32 rows]  32 rows at a time: keys in q kᵀ
//
// Rows and stacked rows are a line longer than they need to be, so that neighbours fall into different cache sets.
#ifndef FLEDGE_ATTENTION_BLOCKS_H
#define FLEDGE_ATTENTION_BLOCKS_H

#include "include/CFledgeKernels.h"

// Queries of a block are a multiple of every micro-kernel's rows; keys besides of a panel.
#ifndef FORWARD_QUERIES
enum { FORWARD_QUERIES = 48, FORWARD_KEYS = 384, BACKWARD_QUERIES = 96, BACKWARD_KEYS = 192 };
#endif
enum {
  LINE_WORDS = 16,
  FORWARD_SCORES = FORWARD_KEYS + LINE_WORDS,    // from one row of scores to the next
  BACKWARD_SCORES = BACKWARD_KEYS + LINE_WORDS,  // the line between rows is zero: bias gradients read across ends
  BACKWARD_SCORE_WORDS = BACKWARD_KEYS / 2 + LINE_WORDS,
};

typedef struct attention_blocks {
  size_t words;        // of one head's channels
  size_t width;        // channels, whole lines
  size_t row, stacked; // from one row to the next
  size_t bytes;        // of all
  // Offsets in bytes.
  size_t keys_turned, values_turned, keys_stacked, values_stacked, queries, queries_stacked, grads, grads_stacked;
  size_t scores, score_grads, score_grad_rows, score_grads_stacked, out, key_grads, value_grads, row_terms;
} attention_blocks;

static inline size_t attention_round_up(size_t x, size_t step) { return (x + step - 1) / step * step; }

// The offset of so many words; the blocks grow by them.
static inline size_t attention_reserve(attention_blocks *blocks, size_t words) {
  size_t offset = blocks->bytes;
  blocks->bytes += attention_round_up(words, LINE_WORDS) * 4;
  return offset;
}

static inline attention_blocks attention_widths(const fledge_differentiable_attention *t) {
  attention_blocks b = {.words = t->type == FLEDGE_BFLOAT16 ? (t->head_width + 1) / 2 : t->head_width};
  b.width = attention_round_up(t->head_width, LINE_WORDS);
  b.row = attention_round_up(b.words, LINE_WORDS) + LINE_WORDS;
  b.stacked = b.width + LINE_WORDS;
  return b;
}

// Blocks of one forward item that reads `keys` keys.
static inline attention_blocks attention_forward_blocks(const fledge_differentiable_attention *t, size_t keys) {
  attention_blocks b = attention_widths(t);
  size_t padded = attention_round_up(keys, FLEDGE_PANEL);
  b.keys_turned = attention_reserve(&b, padded * b.words);
  b.values_stacked = attention_reserve(&b, padded * b.stacked);
  b.queries = attention_reserve(&b, FORWARD_QUERIES * b.row);
  b.scores = attention_reserve(&b, FORWARD_QUERIES * FORWARD_SCORES);
  b.out = attention_reserve(&b, FORWARD_QUERIES * b.stacked);
  b.row_terms = attention_reserve(&b, 2 * FORWARD_QUERIES);
  return b;
}

// Blocks of one backward item.
static inline attention_blocks attention_backward_blocks(const fledge_differentiable_attention *t) {
  attention_blocks b = attention_widths(t);
  bool halves = t->type == FLEDGE_BFLOAT16;
  b.keys_turned = attention_reserve(&b, BACKWARD_KEYS * b.words);
  b.values_turned = attention_reserve(&b, BACKWARD_KEYS * b.words);
  b.keys_stacked = attention_reserve(&b, BACKWARD_KEYS * b.stacked);
  b.key_grads = attention_reserve(&b, BACKWARD_KEYS * b.stacked);
  b.value_grads = attention_reserve(&b, BACKWARD_KEYS * b.stacked);
  b.queries = b.queries_stacked = attention_reserve(&b, BACKWARD_QUERIES * b.row);
  b.grads = b.grads_stacked = attention_reserve(&b, BACKWARD_QUERIES * b.row);
  b.scores = attention_reserve(&b, BACKWARD_QUERIES * BACKWARD_SCORES);
  attention_reserve(&b, LINE_WORDS);  // before the first row, as between rows
  b.score_grads = attention_reserve(&b, BACKWARD_QUERIES * BACKWARD_SCORES);
  b.score_grad_rows = b.score_grads_stacked = b.score_grads;
  if (halves) {
    b.queries_stacked = attention_reserve(&b, BACKWARD_QUERIES / 2 * b.stacked);
    b.grads_stacked = attention_reserve(&b, BACKWARD_QUERIES / 2 * b.stacked);
    b.score_grad_rows = attention_reserve(&b, BACKWARD_QUERIES * BACKWARD_SCORE_WORDS);
    b.score_grads_stacked = attention_reserve(&b, BACKWARD_QUERIES / 2 * BACKWARD_SCORES);
  }
  b.row_terms = attention_reserve(&b, 2 * BACKWARD_QUERIES);
  return b;
}

// Keys from the first on that query `i` of a pair sees.
static inline size_t attention_seen(const fledge_differentiable_attention *t, const fledge_attention_pair *p, size_t i) {
  if (!t->causal) return p->key_count;
  size_t past = i + 1 + p->key_count;
  return past <= p->query_count ? 0 : past - p->query_count < p->key_count ? past - p->query_count : p->key_count;
}

// Numbers of a bias gradient that one block of keys gives: one a distance, then the overhang of whole vectors.
static inline size_t attention_bias_part(const fledge_attention_pair *p) {
  return attention_round_up(p->query_count + BACKWARD_KEYS, LINE_WORDS) + LINE_WORDS;
}

#endif
