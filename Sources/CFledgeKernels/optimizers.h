// Optimisers' steps of one instruction set: every number is read and written once.

// The same order of additions for the same count, so that sums do not depend on who computes them.
static float sum_of_squares(const float *x, size_t count) {
  vfloat sums[4] = {{0}, {0}, {0}, {0}};
  size_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES)
    for (size_t j = 0; j < 4; j++) {
      vfloat v = load_float(x + i + j * LANES);
      sums[j] = multiply_add(v, v, sums[j]);
    }
  float total = horizontal_sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; i < count; i++) total += x[i] * x[i];
  return total;
}

INLINE void adamw_lanes(const fledge_adamw *a, const fledge_update *u, vfloat g, vfloat *value, vfloat *first,
                        vfloat *second) {
  g *= a->gradient_scale;
  *first = multiply_add(g - *first, splat(a->rest1), *first);
  *second = multiply_add(g * g, splat(a->rest2), *second * a->beta2);
  vfloat divisor = multiply_add(__builtin_elementwise_sqrt(*second), splat(u->factor), splat(a->epsilon));
  *value = *value * u->decay - u->rate * (*first / divisor);
}
static void adamw(const fledge_adamw *a, const fledge_update *u, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + LANES <= end; i += LANES) {
    vfloat value = load_float(u->value + i), first = load_float(u->first + i), second = load_float(u->second + i);
    adamw_lanes(a, u, load_float(u->gradient + i), &value, &first, &second);
    store_float(u->value + i, value);
    store_float(u->first + i, first);
    store_float(u->second + i, second);
  }
  size_t rest = end - i;
  if (rest == 0) return;
  vfloat value = load_partial(u->value + i, rest, 0), first = load_partial(u->first + i, rest, 0);
  vfloat second = load_partial(u->second + i, rest, 0);
  adamw_lanes(a, u, load_partial(u->gradient + i, rest, 0), &value, &first, &second);
  store_partial(u->value + i, rest, value);
  store_partial(u->first + i, rest, first);
  store_partial(u->second + i, rest, second);
}

INLINE vfloat sgd_lanes(const fledge_sgd *s, const fledge_update *u, vfloat g, vfloat value, vfloat *first) {
  g = multiply_add(value, splat(u->decay), g * s->gradient_scale);
  if (u->first) {
    *first = multiply_add(*first, splat(s->momentum), g * u->factor);
    g = s->nesterov ? multiply_add(*first, splat(s->momentum), g) : *first;
  }
  return value - u->rate * g;
}
static void sgd(const fledge_sgd *s, const fledge_update *u, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + LANES <= end; i += LANES) {
    vfloat first = u->first ? load_float(u->first + i) : splat(0);
    store_float(u->value + i, sgd_lanes(s, u, load_float(u->gradient + i), load_float(u->value + i), &first));
    if (u->first) store_float(u->first + i, first);
  }
  size_t rest = end - i;
  if (rest == 0) return;
  vfloat first = u->first ? load_partial(u->first + i, rest, 0) : splat(0);
  vfloat value = load_partial(u->value + i, rest, 0);
  store_partial(u->value + i, rest, sgd_lanes(s, u, load_partial(u->gradient + i, rest, 0), value, &first));
  if (u->first) store_partial(u->first + i, rest, first);
}

// Of (scale · g)² + epsilon: rows[r] becomes the sum of row r, and columns[c] grows by the sum of column c.
static void adafactor_sums(const float *g, float scale, float epsilon, size_t height, size_t width, float *rows,
                           float *columns) {
  for (size_t r = 0; r < height; r++, g += width) {
    vfloat sums[2] = {{0}, {0}};
    size_t i = 0;
    for (; i + 2 * LANES <= width; i += 2 * LANES)
      for (size_t j = 0; j < 2; j++) {
        vfloat v = load_float(g + i + j * LANES) * scale;
        vfloat square = multiply_add(v, v, splat(epsilon));
        sums[j] += square;
        store_float(columns + i + j * LANES, load_float(columns + i + j * LANES) + square);
      }
    float total = horizontal_sum(sums[0] + sums[1]);
    for (; i < width; i++) {
      float v = g[i] * scale, square = v * v + epsilon;
      total += square;
      columns[i] += square;
    }
    rows[r] = total;
  }
}

// The update before its length is known: g by the root of the mean square, in factors or (rows = 1) its own.
INLINE vfloat adafactor_lanes(const fledge_adafactor *a, vfloat g, vfloat row, vfloat column) {
  g *= a->gradient_scale;
  return a->second ? g / __builtin_elementwise_sqrt(column) : g * row * column;
}

// Σ update² of some rows; `columns` holds the factors of columns, or the mean squares.
static double adafactor_square(const fledge_adafactor *a, const float *g, size_t height, size_t width,
                               const float *rows, const float *columns) {
  double total = 0;
  for (size_t r = 0; r < height; r++, g += width) {
    vfloat row = splat(rows ? rows[r] : 1), sums[2] = {{0}, {0}};
    size_t i = 0;
    for (; i + 2 * LANES <= width; i += 2 * LANES)
      for (size_t j = 0; j < 2; j++) {
        vfloat u = adafactor_lanes(a, load_float(g + i + j * LANES), row, load_float(columns + i + j * LANES));
        sums[j] = multiply_add(u, u, sums[j]);
      }
    for (; i < width; i += LANES) {
      size_t rest = width - i < LANES ? width - i : LANES;
      vfloat u = adafactor_lanes(a, load_partial(g + i, rest, 0), row, load_partial(columns + i, rest, 1));
      sums[0] = multiply_add(u, u, sums[0]);
    }
    total += horizontal_sum(sums[0] + sums[1]);
  }
  return total;
}

// The running mean of (scale · g)² + epsilon.
static void adafactor_moment(const fledge_adafactor *a, const float *g, size_t count, float *second) {
  for (size_t i = 0; i < count; i += LANES) {
    size_t rest = count - i < LANES ? count - i : LANES;
    vfloat v = (rest == LANES ? load_float(g + i) : load_partial(g + i, rest, 0)) * a->gradient_scale;
    vfloat old = rest == LANES ? load_float(second + i) : load_partial(second + i, rest, 0);
    vfloat mean = multiply_add(multiply_add(v, v, splat(a->epsilon)), splat(a->rest2), old * a->beta2);
    if (rest == LANES)
      store_float(second + i, mean);
    else
      store_partial(second + i, rest, mean);
  }
}

// value · decay - rate · update, or the running mean of rate · update where there is one.
static void adafactor_apply(const fledge_adafactor *a, float decay, float rate, size_t begin, size_t height,
                            size_t width, const float *rows, const float *columns) {
  for (size_t r = 0; r < height; r++, begin += width) {
    vfloat row = splat(rows ? rows[r] : 1);
    for (size_t i = 0; i < width; i += LANES) {
      size_t rest = width - i < LANES ? width - i : LANES, at = begin + i;
      bool whole = rest == LANES;
      vfloat g = whole ? load_float(a->gradient + at) : load_partial(a->gradient + at, rest, 0);
      vfloat column = whole ? load_float(columns + i) : load_partial(columns + i, rest, 1);
      vfloat value = whole ? load_float(a->value + at) : load_partial(a->value + at, rest, 0);
      vfloat update = rate * adafactor_lanes(a, g, row, column);
      if (a->first) {
        vfloat first = whole ? load_float(a->first + at) : load_partial(a->first + at, rest, 0);
        update = multiply_add(update, splat(a->rest1), first * a->beta1);
        if (whole)
          store_float(a->first + at, update);
        else
          store_partial(a->first + at, rest, update);
      }
      value = value * decay - update;
      if (whole)
        store_float(a->value + at, value);
      else
        store_partial(a->value + at, rest, value);
    }
  }
}
