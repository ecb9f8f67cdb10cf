// RMSNorm and layer norm over rows of D numbers, one pass over memory each way.

struct Moments {
  float mean, inverse;
};

static inline Moments moments(const float* x, long D, float epsilon, bool centred) {
  float mean = 0;
  if (centred) {
    Vector total{};
    eachVector(D, [&](long i, long n) { total += load(x + i, n); });
    mean = sum(total) / D;
  }
  Vector squares{};
  eachVector(D, [&](long i, long n) {
    Vector off = load(x + i, n) - mean;
    if (n < W) for (long j = n; j < W; j++) off[j] = 0;
    squares += off * off;
  });
  return {mean, 1 / __builtin_sqrtf(sum(squares) / D + epsilon)};
}

/** y = (x − mean) · inverse · gain + bias; without a bias the mean is not subtracted (RMSNorm). */
static void norm(const float* x, const float* gain, const float* bias, float* y, long D, float epsilon, long from,
                 long to) {
  for (long r = from; r < to; r++) {
    const float* in = x + r * D;
    const auto [mean, inverse] = moments(in, D, epsilon, bias);
    eachVector(D, [&](long i, long n) {
      Vector out = (load(in + i, n) - mean) * inverse * load(gain + i, n);
      if (bias) out += load(bias + i, n);
      store(y + r * D + i, out, n);
    });
  }
}

/** dx, and the contributions of these rows to the gradients of gain and bias. */
static void normGradient(const float* x, const float* gain, const float* dy, float* dx, float* dGain, float* dBias,
                         long D, float epsilon, long from, long to) {
  for (long r = from; r < to; r++) {
    const float *in = x + r * D, *d = dy + r * D;
    const auto [mean, inverse] = moments(in, D, epsilon, dBias);
    Vector along{}, total{};
    eachVector(D, [&](long i, long n) {
      Vector unit = (load(in + i, n) - mean) * inverse;
      const Vector given = load(d + i, n), scaled = given * load(gain + i, n);
      along += scaled * unit;  // lanes past the end have given = 0
      total += scaled;
      store(dGain + i, load(dGain + i, n) + given * unit, n);
      if (dBias) store(dBias + i, load(dBias + i, n) + given, n);
    });
    const float a = sum(along) / D, b = dBias ? sum(total) / D : 0;
    eachVector(D, [&](long i, long n) {
      const Vector unit = (load(in + i, n) - mean) * inverse;
      store(dx + r * D + i, (load(d + i, n) * load(gain + i, n) - b - unit * a) * inverse, n);
    });
  }
}
