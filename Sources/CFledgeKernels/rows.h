// Norms, softmax, element-wise functions and conversions of one instruction set, over rows of float32.

INLINE float inverse_rms(const float *x, float epsilon, size_t width) {
  vfloat squares[4] = {{0}, {0}, {0}, {0}};
  size_t i = 0;
  for (; i + 4 * LANES <= width; i += 4 * LANES)
    for (size_t j = 0; j < 4; j++) {
      vfloat v = load_float(x + i + j * LANES);
      squares[j] = multiply_add(v, v, squares[j]);
    }
  float sum = horizontal_sum((squares[0] + squares[1]) + (squares[2] + squares[3]));
  for (; i < width; i++) sum += x[i] * x[i];
  return 1.0f / sqrtf(sum / (float)width + epsilon);
}

static float sum(const float *x, size_t count) {
  vfloat sums = splat(0);
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) sums += load_float(x + i);
  float total = horizontal_sum(sums);
  for (; i < count; i++) total += x[i];
  return total;
}

INLINE row_source normalized_row(const float *x, const fledge_norm *norm, size_t width) {
  row_source source = {x, FLEDGE_FLOAT32, norm, 0, 1};
  if (!norm) return source;
  if (!norm->centered) {
    source.inverse = inverse_rms(x, norm->epsilon, width);
    return source;
  }
  float mean = sum(x, width) / (float)width;
  vfloat squares[2] = {{0}, {0}};
  size_t i = 0;
  for (; i + 2 * LANES <= width; i += 2 * LANES)
    for (size_t j = 0; j < 2; j++) {
      vfloat d = load_float(x + i + j * LANES) - mean;
      squares[j] = multiply_add(d, d, squares[j]);
    }
  float variance = horizontal_sum(squares[0] + squares[1]);
  for (; i < width; i++) variance += (x[i] - mean) * (x[i] - mean);
  source.mean = mean;
  source.inverse = 1.0f / sqrtf(variance / (float)width + norm->epsilon);
  return source;
}

// `x` and `out` may be the same.
static void normalize(const float *x, const fledge_norm *norm, size_t rows, size_t width, float *out) {
  for (size_t r = 0; r < rows; r++, x += width, out += width) {
    row_source source = normalized_row(x, norm, width);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) store_float(out + i, source_lanes(&source, i));
    for (; i < width; i++) out[i] = source_one(&source, i);
  }
}

// Channels i and i + half of every head turned by an angle of their own.
static void rotate(float *x, size_t stride, size_t rows, size_t heads, size_t head_width, size_t rotary_width,
                   const float *cosines, const float *sines) {
  size_t half = rotary_width / 2;
  for (size_t r = 0; r < rows; r++, cosines += half, sines += half)
    for (size_t h = 0; h < heads; h++) {
      float *low = x + r * stride + h * head_width, *high = low + half;
      size_t i = 0;
      for (; i + LANES <= half; i += LANES) {
        vfloat a = load_float(low + i), b = load_float(high + i);
        vfloat c = load_float(cosines + i), s = load_float(sines + i);
        store_float(low + i, a * c - b * s);
        store_float(high + i, b * c + a * s);
      }
      for (; i < half; i++) {
        float a = low[i], b = high[i];
        low[i] = a * cosines[i] - b * sines[i];
        high[i] = b * cosines[i] + a * sines[i];
      }
    }
}

INLINE float largest_of(const float *x, size_t count) {
  vfloat best = splat(-INFINITY);
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vfloat v = load_float(x + i);
    best = select_float(v > best, v, best);
  }
  float m = horizontal_max(best);
  for (; i < count; i++) m = x[i] > m ? x[i] : m;
  return m;
}

// out = e^(x - largest); returns the sum. A row of nothing but -∞ gives zeros and the sum 0.
INLINE float exponentials(const float *x, size_t count, float *out) {
  float m = largest_of(x, count);
  if (m == -INFINITY) m = 0;
  vfloat sums = splat(0);
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vfloat e = exponential(load_float(x + i) - m);
    sums += e;
    store_float(out + i, e);
  }
  float total = horizontal_sum(sums);
  if (i < count) {
    vfloat e = exponential(load_partial(x + i, count - i, -INFINITY) - m);
    total += horizontal_sum(e);
    store_partial(out + i, count - i, e);
  }
  return total;
}

static void softmax(const float *x, size_t rows, size_t width, float *out) {
  for (size_t r = 0; r < rows; r++, x += width, out += width) {
    float inverse = 1.0f / exponentials(x, width, out);
    size_t i = 0;
    for (; i + LANES <= width; i += LANES) store_float(out + i, load_float(out + i) * inverse);
    for (; i < width; i++) out[i] *= inverse;
  }
}

static void activate(fledge_activation f, const float *x, size_t count, float *out) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store_float(out + i, activation(f, load_float(x + i)));
  if (i < count) store_partial(out + i, count - i, activation(f, load_partial(x + i, count - i, 0)));
}

INLINE vfloat binary_lanes(fledge_binary f, vfloat a, vfloat b) {
  switch (f) {
    case FLEDGE_ADD: return a + b;
    case FLEDGE_SUBTRACT: return a - b;
    case FLEDGE_MULTIPLY: return a * b;
    case FLEDGE_DIVIDE: return a / b;
    default: return select_float((a > b) | (a != a), a, b);
  }
}
static void binary(fledge_binary f, const float *a, const float *b, size_t count, float *out) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store_float(out + i, binary_lanes(f, load_float(a + i), load_float(b + i)));
  if (i < count)
    store_partial(out + i, count - i,
                  binary_lanes(f, load_partial(a + i, count - i, 1), load_partial(b + i, count - i, 1)));
}
static void binary_scalar(fledge_binary f, const float *a, float b, size_t count, float *out) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store_float(out + i, binary_lanes(f, load_float(a + i), splat(b)));
  if (i < count) store_partial(out + i, count - i, binary_lanes(f, load_partial(a + i, count - i, 1), splat(b)));
}

// The first position of the largest value; NaN never wins. 0 for nothing.
static size_t argmax(const float *x, size_t count) {
  float m = largest_of(x, count);
  for (size_t i = 0; i < count; i++)
    if (x[i] == m) return i;
  return 0;
}

static void to_float(const void *x, fledge_type type, size_t count, float *out) {
  row_source source = {x, type, 0, 0, 1};
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store_float(out + i, source_lanes(&source, i));
  for (; i < count; i++) out[i] = source_one(&source, i);
}
static void from_float(const float *x, fledge_type type, size_t count, void *out) {
  size_t i = 0;
  if (type == FLEDGE_FLOAT32) {
    memcpy(out, x, count * 4);
  } else if (type == FLEDGE_BFLOAT16) {
    uint16_t *h = out;
    for (; i + LANES <= count; i += LANES) store_bfloat16_lanes(h + i, load_float(x + i));
    for (; i < count; i++) h[i] = float_to_bfloat16(x[i]);
  } else if (type == FLEDGE_FLOAT16) {
    uint16_t *h = out;
    for (; i < count; i++) h[i] = float_to_float16(x[i]);
  } else {
    int8_t *b = out;
    for (; i < count; i++) b[i] = (int8_t)fmaxf(-128, fminf(127, rintf(x[i] == x[i] ? x[i] : 0)));
  }
}
