// max(x + bias, 0) of rows of D numbers, and its gradient. NaN stays.

static void biasRelu(const float* x, const float* bias, float* y, long D, long from, long to) {
  for (long r = from; r < to; r++)
    eachVector(D, [&](long i, long n) {
      const Vector z = load(x + r * D + i, n) + load(bias + i, n);
      store(y + r * D + i, z < 0.0f ? Vector{} : z, n);
    });
}

/** dx is dy where y > 0; these rows' dx are added to dBias. */
static void biasReluGradient(const float* y, const float* dy, float* dx, float* dBias, long D, long from, long to) {
  for (long r = from; r < to; r++)
    eachVector(D, [&](long i, long n) {
      const Vector passed = load(y + r * D + i, n) <= 0.0f ? Vector{} : load(dy + r * D + i, n);
      store(dx + r * D + i, passed, n);
      store(dBias + i, load(dBias + i, n) + passed, n);
    });
}
