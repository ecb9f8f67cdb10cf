// Rows of D numbers: plus a bias and other rows; selected rows plus noise; the sum of all rows.

/** y = x + bias, plus `more` unless it is null; y may be x. */
static void addBias(const float* x, const float* bias, const float* more, float* y, long D, long from, long to) {
  for (long r = from; r < to; r++)
    eachVector(D, [&](long i, long n) {
      const Vector sum = load(x + r * D + i, n) + load(bias + i, n);
      store(y + r * D + i, more ? sum + load(more + r * D + i, n) : sum, n);
    });
}

/** y[r] = x[rows[r]] + noise[r]. */
static void noisyRows(const float* x, const int* rows, const float* noise, float* y, long D, long from, long to) {
  for (long r = from; r < to; r++)
    eachVector(D, [&](long i, long n) { store(y + r * D + i, load(x + rows[r] * D + i, n) + load(noise + r * D + i, n), n); });
}

/** Adds these rows to `sums`. */
static void columnSums(const float* x, float* sums, long D, long from, long to) {
  for (long r = from; r < to; r++)
    eachVector(D, [&](long i, long n) { store(sums + i, load(sums + i, n) + load(x + r * D + i, n), n); });
}
