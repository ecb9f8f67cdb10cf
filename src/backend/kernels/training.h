// Kernels of a training step beside its products: Adam's update, the norm of the gradient, cross entropy, entropy.

/** Adam's update; the outputs may be the inputs themselves. */
static void adam(const float* p, const float* m, const float* v, const float* g, float* pOut, float* mOut, float* vOut,
                 const Adam& a, long from, long to) {
  eachVector(to - from, [&](long i, long n) {
    const Vector gradient = load(g + from + i, n);
    const Vector first = load(m + from + i, n) * a.beta1 + gradient * a.toFirst;
    const Vector second = load(v + from + i, n) * a.beta2 + gradient * gradient * a.toSecond;
    Vector root;
    for (long j = 0; j < W; j++) root[j] = __builtin_sqrtf(second[j]);
    const Vector change = first * a.rate / (root + a.floor);
    store(mOut + from + i, first, n);
    store(vOut + from + i, second, n);
    store(pOut + from + i, load(p + from + i, n) * a.keep - change, n);
  });
}

static double sumOfSquares(const float* x, long from, long to) {
  double total = 0;
  for (long start = from; start < to; start += 4096) {  // short sums in float32 lose nothing that matters
    const long end = start + 4096 < to ? start + 4096 : to;
    Vector squares[4]{};
    long i = start;
    for (; i + 4 * W <= end; i += 4 * W)
      for (long k = 0; k < 4; k++) {
        const Vector part = load(x + i + k * W);
        squares[k] += part * part;
      }
    total += sum(squares[0] + squares[1] + squares[2] + squares[3]);
    for (; i < end; i++) total += static_cast<double>(x[i]) * x[i];
  }
  return total;
}

static float largestOf(const float* x, long n) {
  Vector top = all(x[0]);
  eachVector(n, [&](long i, long m) {
    if (m == W) top = larger(load(x + i), top);
    else for (long j = 0; j < m; j++) top[0] = x[i + j] > top[0] ? x[i + j] : top[0];
  });
  return largest(top);
}

/** Of rows of V logits: nll = log Σ exp(x − max) + max − x[id]; max and Σ are outputs for the gradient. */
static void tokenNll(const float* logits, const int* ids, float* nll, float* most, float* total, long V, long from,
                     long to) {
  for (long r = from; r < to; r++) {
    const float* x = logits + r * V;
    Vector lanes{};
    most[r] = largestOf(x, V);
    double all = 0;
    long i = 0;
    for (; i + W <= V;) {
      const long end = i + 64 * W < V ? i + 64 * W : V;
      lanes = Vector{};
      for (; i + W <= end; i += W) lanes += exponential(load(x + i) - most[r]);
      all += sum(lanes);
    }
    for (; i < V; i++) all += exponential(Vector{x[i] - most[r]})[0];
    total[r] = static_cast<float>(all);
    nll[r] = (most[r] - x[ids[r]]) + __builtin_logf(total[r]);
  }
}

static void tokenNllGradient(const float* logits, const int* ids, const float* most, const float* total, const float* d,
                             float* dx, long V, long from, long to) {
  for (long r = from; r < to; r++) {
    const float scale = d[r] / total[r];
    eachVector(V, [&](long i, long n) {
      store(dx + r * V + i, exponential(load(logits + r * V + i, n) - most[r]) * scale, n);
    });
    dx[r * V + ids[r]] -= d[r];
  }
}

/**
 * Of rows of V logits: Σ π log π = Σ e·(x − max) / Σ e − log Σ e with e = exp(x − max); max and Σ e are outputs
 * for the gradient.
 */
static void entropy(const float* logits, float* value, float* most, float* total, long V, long from, long to) {
  for (long r = from; r < to; r++) {
    const float* x = logits + r * V;
    most[r] = largestOf(x, V);
    double sumE = 0, sumEx = 0;
    for (long start = 0; start < V; start += 64 * W) {
      Vector e{}, ex{};
      eachVector(start + 64 * W < V ? 64 * W : V - start, [&](long i, long n) {
        const Vector less = load(x + start + i, n) - most[r];
        Vector part = exponential(less);
        for (long j = n; j < W; j++) part[j] = 0;
        e += part;
        ex += part == 0.0f ? Vector{} : part * less;  // 0 · −∞ is NaN
      });
      sumE += sum(e);
      sumEx += sum(ex);
    }
    total[r] = static_cast<float>(sumE);
    value[r] = static_cast<float>(sumEx / sumE) - __builtin_logf(total[r]);
  }
}

/** π (log π − value), times the incoming gradient. */
static void entropyGradient(const float* logits, const float* value, const float* most, const float* total, const float* d,
                            float* dx, long V, long from, long to) {
  for (long r = from; r < to; r++) {
    const float scale = d[r] / total[r], centre = value[r] + __builtin_logf(total[r]);
    eachVector(V, [&](long i, long n) {
      const Vector less = load(logits + r * V + i, n) - most[r];
      const Vector part = exponential(less);
      store(dx + r * V + i, part == 0.0f ? Vector{} : part * (less - centre) * scale, n);
    });
  }
}
