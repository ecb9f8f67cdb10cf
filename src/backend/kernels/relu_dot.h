// The last two layers of a network with one output, w · max(z + bias, 0) + shift for each row, and its gradient. NaN
// stays.

static void reluDot(const float* z, const float* bias, const float* w, float shift, float* y, long D, long from, long to) {
  for (long r = from; r < to; r++) {
    Vector total{};
    eachVector(D, [&](long i, long n) {
      const Vector x = load(z + r * D + i, n) + load(bias + i, n);
      total += (x < 0.0f ? Vector{} : x) * load(w + i, n);
    });
    y[r] = sum(total) + shift;
  }
}

/** dz of these rows, and their contributions to dBias, dW and dShift. */
static void reluDotGradient(const float* z, const float* bias, const float* w, const float* dy, float* dz, float* dBias,
                            float* dW, float* dShift, long D, long from, long to) {
  for (long r = from; r < to; r++) {
    eachVector(D, [&](long i, long n) {
      const Vector x = load(z + r * D + i, n) + load(bias + i, n);
      const Vector passed = x <= 0.0f ? Vector{} : load(w + i, n) * dy[r];
      store(dz + r * D + i, passed, n);
      store(dBias + i, load(dBias + i, n) + passed, n);
      store(dW + i, load(dW + i, n) + (x < 0.0f ? Vector{} : x) * dy[r], n);
    });
    *dShift += dy[r];
  }
}
