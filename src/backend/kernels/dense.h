// x·Wᵀ and x·W for a few rows of x, in the time that reading W once takes.

/** R rows of x against K rows of W at a time, along their contiguous axis: as many sums as there are registers for. */
template <long R, long K, typename Weight>
static inline void denseTile(const float* x, const Weight* w, float* y, long D, long E, long e) {
  Vector a[R][K]{};
  long d = 0;
  for (; d + W <= D; d += W) {
    Vector u[K];
    for (long k = 0; k < K; k++) {
      u[k] = load(w + (e + k) * D + d);
      // Rows are too short for the processor's own prefetching.
      __builtin_prefetch(w + (e + k + 2 * K) * D + d);
    }
    for (long r = 0; r < R; r++) {
      const Vector row = load(x + r * D + d);
      for (long k = 0; k < K; k++) a[r][k] += row * u[k];
    }
  }
  for (long r = 0; r < R; r++)
    for (long k = 0; k < K; k++) {
      float total = sum(a[r][k]);
      for (long t = d; t < D; t++) total += x[r * D + t] * one(w + (e + k) * D + t);
      y[r * E + e + k] = total;
    }
}
template <long R, typename Weight>
static void denseRows(const float* x, const Weight* w, float* y, long D, long E, long from, long to) {
  constexpr long K = W == 16 ? 3 : 2;
  long e = from;
  for (; e + K <= to; e += K) denseTile<R, K>(x, w, y, D, E, e);
  for (; e < to; e++) denseTile<R, 1>(x, w, y, D, E, e);
}

/** R rows of x against the columns [from, to) of W [D, E], K vectors of columns at a time. */
template <long R, typename Weight>
static void denseColumns(const float* x, const Weight* w, float* y, long D, long E, long from, long to) {
  constexpr long K = W == 16 ? 3 : 2;
  long e = from;
  for (; e + K * W <= to; e += K * W) {
    Vector a[R][K]{};
    for (long d = 0; d < D; d++)
      for (long k = 0; k < K; k++) {
        const Vector u = load(w + d * E + e + k * W);
        for (long r = 0; r < R; r++) a[r][k] += x[r * D + d] * u;
      }
    for (long r = 0; r < R; r++)
      for (long k = 0; k < K; k++) store(y + r * E + e + k * W, a[r][k]);
  }
  for (; e < to; e++)
    for (long r = 0; r < R; r++) {
      float p = 0;
      for (long d = 0; d < D; d++) p += x[r * D + d] * one(w + d * E + e);
      y[r * E + e] = p;
    }
}

/** y [N, E] in its columns [from, to). W stays in the nearest cache from one group of rows to the next. */
template <typename Weight>
static void dense(const float* x, const Weight* w, float* y, long N, long D, long E, bool inputsFirst, long from,
                  long to) {
  constexpr long most = W == 16 ? 8 : 4;
  const long step = inputsFirst ? to - from : 12;
  for (long e = from; e < to; e += step) {
    const long end = e + step < to ? e + step : to;
    for (long n = 0; n < N;) {
      const float* rows = x + n * D;
      float* out = y + n * E;
#define TOKENWISE_DENSE(R) \
  (inputsFirst ? denseColumns<R>(rows, w, out, D, E, e, end) : denseRows<R>(rows, w, out, D, E, e, end), n += R)
      if (N - n >= most) TOKENWISE_DENSE(most);
      else if (N - n >= 4) TOKENWISE_DENSE(4);
      else if (N - n >= 2) TOKENWISE_DENSE(2);
      else TOKENWISE_DENSE(1);
#undef TOKENWISE_DENSE
    }
  }
}

#if defined(__AVX512BF16__)
static void halved(const float* x, unsigned short* to, long count) {
  long i = 0;
  for (; i + W <= count; i += W) {
    const Halves halves = (Halves)_mm512_cvtneps_pbh((__m512)load(x + i));
    *reinterpret_cast<HalvesAnywhere*>(to + i) = halves;
  }
  for (; i < count; i++) to[i] = ((Halves)_mm512_cvtneps_pbh((__m512)all(x[i])))[0];
}

/** `denseTile` with pairs of products at once. */
template <long R, long K>
static inline void halvesTile(const unsigned short* x, const unsigned short* w, float* y, long D, long E, long e) {
  __m512 a[R][K];
  for (long r = 0; r < R; r++)
    for (long k = 0; k < K; k++) a[r][k] = _mm512_setzero_ps();
  long d = 0;
  for (; d + 2 * W <= D; d += 2 * W) {
    __m512bh u[K];
    for (long k = 0; k < K; k++) {
      u[k] = (__m512bh)_mm512_loadu_si512(w + (e + k) * D + d);
      __builtin_prefetch(w + (e + k + 2 * K) * D + d);
    }
    for (long r = 0; r < R; r++) {
      const __m512bh row = (__m512bh)_mm512_loadu_si512(x + r * D + d);
      for (long k = 0; k < K; k++) a[r][k] = _mm512_dpbf16_ps(a[r][k], row, u[k]);
    }
  }
  for (long r = 0; r < R; r++)
    for (long k = 0; k < K; k++) {
      float total = sum((Vector)a[r][k]);
      for (long t = d; t < D; t++) total += one(x + r * D + t) * one(w + (e + k) * D + t);
      y[r * E + e + k] = total;
    }
}
template <long R>
static void halvesRows(const unsigned short* x, const unsigned short* w, float* y, long D, long E, long from, long to) {
  long e = from;
  for (; e + 3 <= to; e += 3) halvesTile<R, 3>(x, w, y, D, E, e);
  for (; e < to; e++) halvesTile<R, 1>(x, w, y, D, E, e);
}

static void denseHalves(const unsigned short* x, const unsigned short* w, float* y, long N, long D, long E, long from,
                        long to) {
  for (long e = from; e < to; e += 12) {
    const long end = e + 12 < to ? e + 12 : to;
    for (long n = 0; n < N;) {
      const unsigned short* rows = x + n * D;
      float* out = y + n * E;
      if (N - n >= 8) halvesRows<8>(rows, w, out, D, E, e, end), n += 8;
      else if (N - n >= 4) halvesRows<4>(rows, w, out, D, E, e, end), n += 4;
      else halvesRows<1>(rows, w, out, D, E, e, end), n += 1;
    }
  }
}
#else
constexpr decltype(Kernels::halved) halved = nullptr;
constexpr decltype(Kernels::denseHalves) denseHalves = nullptr;
#endif
