// What training adds, for one instruction set: operands packed across, the derivatives of norms and activations, and
// cross-entropy.

// Four numbers at a time: tiles are twelve wide, whatever the vectors are.
typedef float quad __attribute__((vector_size(16)));
typedef uint32_t word_quad __attribute__((vector_size(16)));

INLINE quad load_quad(const float *x, size_t count) {
  quad v = {0, 0, 0, 0};
  if (count >= 4)
    memcpy(&v, x, 16);
  else
    memcpy(&v, x, 4 * count);
  return v;
}
// The bits of bfloat16 numbers in the upper halves, rounded to nearest even; NaN stays NaN.
INLINE word_quad bfloat16_quad(quad x) {
  word_quad bits = (word_quad)x, is_nan = (word_quad)((bits & 0x7fffffffu) > 0x7f800000u);
  word_quad rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
  return ((rounded & ~is_nan) | ((bits | 0x400000u) & is_nan)) & 0xffff0000u;
}

// Packs `rows` rows as stretch `begin`… of the operand's depth: number (r, c) becomes number begin + r of place c. Places
// from `columns` on are filled with zeros. A bfloat16 word holds two rows; the second half of a last one is `close`d.
static void pack_across(const float *x, size_t stride, size_t rows, size_t columns, size_t places, fledge_type type,
                        size_t begin, bool close, char *out) {
  size_t step = places * FLEDGE_GROUP_BYTES;
  if (type == FLEDGE_FLOAT32) {
    out += begin * step;
    for (size_t r = 0; r < rows; r++, x += stride, out += step) {
      size_t c = 0;
      if (places == FLEDGE_PANEL)
        for (; c + LANES <= columns; c += LANES) store_float(out + 4 * c, load_float(x + c));
      for (; c + 4 <= columns; c += 4) memcpy(out + 4 * c, x + c, 16);
      for (; c < places; c++) {
        float one = c < columns ? x[c] : 0;
        memcpy(out + 4 * c, &one, 4);
      }
    }
    return;
  }
  for (size_t r = 0; r < rows;) {
    size_t at = begin + r;
    char *word = out + at / 2 * step;
    const float *row = x + r * stride;
    bool is_pair = at % 2 == 0 && r + 1 < rows, closes = close && at % 2 == 0 && r + 1 == rows;
    size_t c = 0;
    if (is_pair || closes) {
#if defined(pair_of_bfloat16)
      if (is_pair && places == FLEDGE_PANEL)
        for (; c + LANES <= columns; c += LANES) {
          vint pair = pair_of_bfloat16(load_float(row + c), load_float(row + stride + c));
          memcpy(word + 4 * c, &pair, sizeof pair);
        }
      if (is_pair && places <= LANES) {
        vfloat low = load_few(row, columns), high = load_few(row + stride, columns);
        store_few(word, places, pair_of_bfloat16(low, high));
        c = places;
      }
#endif
      for (; c < places; c += 4) {
        size_t count = c < columns ? columns - c : 0, room = smaller(4, places - c);
        word_quad low = bfloat16_quad(load_quad(row + c, count)) >> 16;
        word_quad high = is_pair ? bfloat16_quad(load_quad(row + stride + c, count)) : (word_quad){0};
        word_quad pair = low | high;
        if (room == 4)
          memcpy(word + 4 * c, &pair, 16);
        else
          memcpy(word + 4 * c, &pair, 4 * room);
      }
    } else {
      // One half of a word whose other half comes with another part.
      for (; c < places; c++) {
        uint16_t half = c < columns ? float_to_bfloat16(row[c]) : 0;
        memcpy(word + 4 * c + at % 2 * 2, &half, 2);
      }
    }
    r += is_pair ? 2 : 1;
  }
}

// Gradients of rows that were normalised. `sums` has the norm's weight's gradient, and from `width` on its bias's; both are
// added to.
static void norm_backward(const float *x, const float *dy, const fledge_norm *norm, size_t rows, size_t width, bool add,
                          float *dx, float *sums) {
  float per_number = 1.0f / (float)width;
  for (size_t r = 0; r < rows; r++, x += width, dy += width, dx += width) {
    row_source source = normalized_row(x, norm, width);
    vfloat mean_lanes = splat(0), product_lanes = splat(0);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) {
      vfloat hat = (load_float(x + i) - source.mean) * source.inverse, d = load_float(dy + i);
      vfloat g = d * load_float(norm->weight + i);
      mean_lanes += g;
      product_lanes = multiply_add(g, hat, product_lanes);
      store_float(sums + i, multiply_add(d, hat, load_float(sums + i)));
      if (norm->bias) store_float(sums + width + i, load_float(sums + width + i) + d);
    }
    float mean = horizontal_sum(mean_lanes), product = horizontal_sum(product_lanes);
    for (; i < width; i++) {
      float hat = (x[i] - source.mean) * source.inverse, g = dy[i] * norm->weight[i];
      mean += g;
      product += g * hat;
      sums[i] += dy[i] * hat;
      if (norm->bias) sums[width + i] += dy[i];
    }
    mean = norm->centered ? mean * per_number : 0;
    product *= per_number;
    for (i = 0; i + LANES <= width; i += LANES) {
      vfloat hat = (load_float(x + i) - source.mean) * source.inverse;
      vfloat g = load_float(dy + i) * load_float(norm->weight + i);
      vfloat d = source.inverse * (g - mean - hat * product);
      store_float(dx + i, add ? load_float(dx + i) + d : d);
    }
    for (; i < width; i++) {
      float hat = (x[i] - source.mean) * source.inverse;
      float d = source.inverse * (dy[i] * norm->weight[i] - mean - hat * product);
      dx[i] = add ? dx[i] + d : d;
    }
  }
}

INLINE vfloat derivative(fledge_activation f, vfloat x) {
  switch (f) {
    case FLEDGE_RELU: return select_float(x > 0.0f, splat(1), splat(0));
    case FLEDGE_GELU: {
      vfloat density = 0.398942280f * exponential_of_nonpositive(x * x * -0.5f);
      return multiply_add(x, density, normal_distribution(x));
    }
    case FLEDGE_GELU_TANH: {
      vfloat square = x * x;
      vfloat s = logistic(x * multiply_add(square, splat(0.044715f * 1.59576912f), splat(1.59576912f)));
      vfloat slope = multiply_add(square, splat(3 * 0.044715f * 1.59576912f), splat(1.59576912f));
      return s + x * s * (1.0f - s) * slope;
    }
    case FLEDGE_SILU: {
      vfloat s = activation(FLEDGE_SIGMOID, x);
      return s * multiply_add(x, 1.0f - s, splat(1));
    }
    case FLEDGE_TANH: {
      vfloat t = hyperbolic_tangent(x);
      return 1.0f - t * t;
    }
    case FLEDGE_SIGMOID: {
      vfloat s = activation(FLEDGE_SIGMOID, x);
      return s * (1.0f - s);
    }
    case FLEDGE_EXP: return exponential(x);
    default: return splat(1);
  }
}

#define EACH_ACTIVATION(DO)                                                                                           \
  switch (f) {                                                                                                        \
    case FLEDGE_RELU: DO(FLEDGE_RELU) break;                                                                          \
    case FLEDGE_GELU: DO(FLEDGE_GELU) break;                                                                          \
    case FLEDGE_GELU_TANH: DO(FLEDGE_GELU_TANH) break;                                                                \
    case FLEDGE_SILU: DO(FLEDGE_SILU) break;                                                                          \
    case FLEDGE_TANH: DO(FLEDGE_TANH) break;                                                                          \
    case FLEDGE_SIGMOID: DO(FLEDGE_SIGMOID) break;                                                                    \
    case FLEDGE_EXP: DO(FLEDGE_EXP) break;                                                                            \
    default: DO(FLEDGE_IDENTITY) break;                                                                               \
  }

// dx = dy f'(x)
static void activate_backward(fledge_activation f, const float *x, const float *dy, size_t count, float *dx) {
  size_t whole = count / LANES * LANES, rest = count - whole;
#define ONE(F)                                                                                                        \
  for (size_t i = 0; i < whole; i += LANES) store_float(dx + i, load_float(dy + i) * derivative(F, load_float(x + i))); \
  if (rest)                                                                                                           \
    store_partial(dx + whole, rest, load_partial(dy + whole, rest, 0) * derivative(F, load_partial(x + whole, rest, 0)));
  EACH_ACTIVATION(ONE)
#undef ONE
}

// out = f(gate) value
static void gate(fledge_activation f, const float *gates, const float *values, size_t count, float *out) {
  size_t whole = count / LANES * LANES, rest = count - whole;
#define ONE(F)                                                                                                        \
  for (size_t i = 0; i < whole; i += LANES)                                                                           \
    store_float(out + i, activation(F, load_float(gates + i)) * load_float(values + i));                              \
  if (rest)                                                                                                           \
    store_partial(out + whole, rest,                                                                                  \
                  activation(F, load_partial(gates + whole, rest, 0)) * load_partial(values + whole, rest, 0));
  EACH_ACTIVATION(ONE)
#undef ONE
}

static void gate_backward(fledge_activation f, const float *gates, const float *values, const float *dy, size_t count,
                          float *d_gates, float *d_values) {
  size_t whole = count / LANES * LANES, rest = count - whole;
#define ONE(F)                                                                                                        \
  for (size_t i = 0; i < whole; i += LANES) {                                                                         \
    vfloat g = load_float(gates + i), d = load_float(dy + i);                                                         \
    store_float(d_gates + i, d * load_float(values + i) * derivative(F, g));                                          \
    store_float(d_values + i, d * activation(F, g));                                                                  \
  }                                                                                                                   \
  if (rest) {                                                                                                         \
    vfloat g = load_partial(gates + whole, rest, 0), d = load_partial(dy + whole, rest, 0);                           \
    store_partial(d_gates + whole, rest, d * load_partial(values + whole, rest, 0) * derivative(F, g));               \
    store_partial(d_values + whole, rest, d * activation(F, g));                                                      \
  }
  EACH_ACTIVATION(ONE)
#undef ONE
}

// sums[c] += Σ over the rows of x[r, c]
static void add_columns(const float *x, size_t stride, size_t rows, size_t width, float *sums) {
  for (size_t r = 0; r < rows; r++, x += stride) {
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) store_float(sums + i, load_float(sums + i) + load_float(x + i));
    for (; i < width; i++) sums[i] += x[i];
  }
}

// −log softmax(x)[label]; x becomes scale (softmax(x) − 1 at the label).
static float cross_entropy(float *x, size_t count, size_t label, float scale) {
  float largest = largest_of(x, count), target = x[label];
  if (largest == -INFINITY) largest = 0;
  vfloat sums[2] = {splat(0), splat(0)};
  size_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES)
    for (size_t j = 0; j < 2; j++) {
      vfloat e = exponential_of_nonpositive(load_float(x + i + j * LANES) - largest);
      sums[j] += e;
      store_float(x + i + j * LANES, e);
    }
  float total = horizontal_sum(sums[0] + sums[1]);
  for (; i < count; i += LANES) {
    size_t some = smaller(LANES, count - i);
    vfloat e = exponential_of_nonpositive(load_partial(x + i, some, -INFINITY) - largest);
    total += horizontal_sum(e);
    store_partial(x + i, some, e);
  }
  float factor = scale / total;
  for (i = 0; i + LANES <= count; i += LANES) store_float(x + i, load_float(x + i) * factor);
  for (; i < count; i++) x[i] *= factor;
  x[label] -= scale;
  return logf(total) + largest - target;
}
