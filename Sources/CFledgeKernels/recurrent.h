// The elementwise half of recurrent cells and its derivatives, one sequence's row at a time, for one instruction set.
// The formulas are those of torch.nn.LSTM (Hochreiter and Schmidhuber 1997, with Gers et al. 2000's forget gate) and of
// torch.nn.GRU (Cho et al. 2014, the reset gate applied behind the product).

INLINE vfloat load_lanes(const float *p, size_t count) {
  return count == LANES ? load_float(p) : load_partial(p, count, 0);
}
INLINE void store_lanes(float *p, size_t count, vfloat v) {
  if (count == LANES)
    store_float(p, v);
  else
    store_partial(p, count, v);
}

// Calls BODY(at, count) for every whole vector of a row of `width` numbers and for what is left.
#define EACH_LANES(width, BODY)                                                                                       \
  size_t at = 0;                                                                                                      \
  for (; at + LANES <= (width); at += LANES) BODY(at, LANES);                                                         \
  if (at < (width)) BODY(at, (width) - at);

// gates: the sums of i, f, g and o, which become the gates; c = f c' + i g, h = o tanh(c).
static void lstm(float *gates, const float *previous_cell, size_t width, float *cell, float *hidden) {
#define BODY(at, count)                                                                                               \
  do {                                                                                                                \
    vfloat i = activation(FLEDGE_SIGMOID, load_lanes(gates + at, count));                                             \
    vfloat f = activation(FLEDGE_SIGMOID, load_lanes(gates + width + at, count));                                     \
    vfloat g = hyperbolic_tangent(load_lanes(gates + 2 * width + at, count));                                         \
    vfloat o = activation(FLEDGE_SIGMOID, load_lanes(gates + 3 * width + at, count));                                 \
    vfloat c = multiply_add(f, load_lanes(previous_cell + at, count), i * g);                                         \
    store_lanes(gates + at, count, i);                                                                                \
    store_lanes(gates + width + at, count, f);                                                                        \
    store_lanes(gates + 2 * width + at, count, g);                                                                    \
    store_lanes(gates + 3 * width + at, count, o);                                                                    \
    store_lanes(cell + at, count, c);                                                                                 \
    store_lanes(hidden + at, count, o *hyperbolic_tangent(c));                                                        \
  } while (0)
  EACH_LANES(width, BODY)
#undef BODY
}

// gates: the gates, which become the gradients of their sums. d_cell: what arrives from the next step, which becomes
// what leaves for the one before.
static void lstm_backward(float *gates, const float *previous_cell, const float *cell, const float *d_hidden,
                          size_t width, float *d_cell) {
#define BODY(at, count)                                                                                               \
  do {                                                                                                                \
    vfloat i = load_lanes(gates + at, count), f = load_lanes(gates + width + at, count);                              \
    vfloat g = load_lanes(gates + 2 * width + at, count), o = load_lanes(gates + 3 * width + at, count);              \
    vfloat t = hyperbolic_tangent(load_lanes(cell + at, count)), dh = load_lanes(d_hidden + at, count);               \
    vfloat dc = multiply_add(dh * o, 1.0f - t * t, load_lanes(d_cell + at, count));                                   \
    store_lanes(gates + at, count, dc *g *i * (1.0f - i));                                                            \
    store_lanes(gates + width + at, count, dc *load_lanes(previous_cell + at, count) * f * (1.0f - f));               \
    store_lanes(gates + 2 * width + at, count, dc *i * (1.0f - g * g));                                               \
    store_lanes(gates + 3 * width + at, count, dh *t *o * (1.0f - o));                                                \
    store_lanes(d_cell + at, count, dc *f);                                                                           \
  } while (0)
  EACH_LANES(width, BODY)
#undef BODY
}

// gates: what the input adds to the sums of r, z and n, which become the gates; recurrent: what the state adds.
// n = tanh(input + r · recurrent), h = (1 - z) n + z h'.
static void gru(float *gates, const float *recurrent, const float *previous_hidden, size_t width, float *hidden) {
#define BODY(at, count)                                                                                               \
  do {                                                                                                                \
    vfloat r = activation(FLEDGE_SIGMOID, load_lanes(gates + at, count) + load_lanes(recurrent + at, count));         \
    vfloat z = activation(FLEDGE_SIGMOID,                                                                             \
                          load_lanes(gates + width + at, count) + load_lanes(recurrent + width + at, count));         \
    vfloat inner = load_lanes(recurrent + 2 * width + at, count);                                                     \
    vfloat n = hyperbolic_tangent(multiply_add(r, inner, load_lanes(gates + 2 * width + at, count)));                 \
    store_lanes(gates + at, count, r);                                                                                \
    store_lanes(gates + width + at, count, z);                                                                        \
    store_lanes(gates + 2 * width + at, count, n);                                                                    \
    store_lanes(hidden + at, count, multiply_add(z, load_lanes(previous_hidden + at, count) - n, n));                 \
  } while (0)
  EACH_LANES(width, BODY)
#undef BODY
}

// gates and recurrent become the gradients of what they were. d_previous, unless null, gets what does not go through the
// product added.
static void gru_backward(float *gates, float *recurrent, const float *previous_hidden, const float *d_hidden,
                         size_t width, float *d_previous) {
#define BODY(at, count)                                                                                               \
  do {                                                                                                                \
    vfloat r = load_lanes(gates + at, count), z = load_lanes(gates + width + at, count);                              \
    vfloat n = load_lanes(gates + 2 * width + at, count), inner = load_lanes(recurrent + 2 * width + at, count);      \
    vfloat dh = load_lanes(d_hidden + at, count);                                                                     \
    vfloat dz = dh * (load_lanes(previous_hidden + at, count) - n) * z * (1.0f - z);                                  \
    vfloat dn = dh * (1.0f - z) * (1.0f - n * n), dr = dn * inner * r * (1.0f - r);                                   \
    store_lanes(gates + at, count, dr);                                                                               \
    store_lanes(gates + width + at, count, dz);                                                                       \
    store_lanes(gates + 2 * width + at, count, dn);                                                                   \
    store_lanes(recurrent + at, count, dr);                                                                           \
    store_lanes(recurrent + width + at, count, dz);                                                                   \
    store_lanes(recurrent + 2 * width + at, count, dn *r);                                                            \
    if (d_previous)                                                                                                   \
      store_lanes(d_previous + at, count, multiply_add(dh, z, load_lanes(d_previous + at, count)));                   \
  } while (0)
  EACH_LANES(width, BODY)
#undef BODY
}
#undef EACH_LANES
