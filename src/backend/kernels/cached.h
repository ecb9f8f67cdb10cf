// Attention of one new token a row over keys and values that are read in place: those of a prefix, which `samples`
// rows share, then the row's own.

static inline float dot(const float* a, const float* b, long C) {
  Vector total{};
  eachVector(C, [&](long i, long n) { total += load(a + i, n) * load(b + i, n); });
  return sum(total);
}

/**
 * q [N, H, C] → out. First k and v [N, J, C] are written to column `filled − 1` of own keys and values
 * [B·J·samples, room, C].
 * far keys and values are [B·J, prefix, C], of which row b reads ends[b] columns. weights: scratch of prefix + room
 * numbers. Units [from, to) are the N·J pairs of a row and a key/value head.
 */
static void cachedAttention(const float* q, const float* k, const float* v, float* ownKeys, float* ownValues,
                            const float* farKeys, const float* farValues, const int* ends, float* out,
                            const CachedShape& s, float* weights, long from, long to) {
  const long group = s.H / s.J;
  const float scale = 1 / __builtin_sqrtf(s.C);
  for (long x = from; x < to; x++) {
    const long n = x / s.J, j = x % s.J, b = n / s.samples;
    const long own = ((b * s.J + j) * s.samples + n % s.samples) * s.room * s.C;
    float *keys = ownKeys + own, *values = ownValues + own;
    for (long i = 0; i < s.C; i++) {
      keys[(s.filled - 1) * s.C + i] = k[x * s.C + i];
      values[(s.filled - 1) * s.C + i] = v[x * s.C + i];
    }
    const long seen = ends[b];
    const long far = (b * s.J + j) * s.prefix * s.C;
    for (long h = j * group; h < (j + 1) * group; h++) {
      const float* query = q + (n * s.H + h) * s.C;
      for (long p = 0; p < seen; p++) weights[p] = dot(query, farKeys + far + p * s.C, s.C) * scale;
      for (long p = 0; p < s.filled; p++) weights[seen + p] = dot(query, keys + p * s.C, s.C) * scale;
      const long columns = seen + s.filled;
      float most = weights[0];
      for (long p = 1; p < columns; p++) most = weights[p] > most ? weights[p] : most;
      const float share = 1 / exponentials(weights, columns, most);
      eachVector(s.C, [&](long i, long m) {
        Vector a{}, c{};
        long p = 0;
        for (; p + 2 <= seen; p += 2) {
          a += weights[p] * load(farValues + far + p * s.C + i, m);
          c += weights[p + 1] * load(farValues + far + (p + 1) * s.C + i, m);
        }
        for (; p < seen; p++) a += weights[p] * load(farValues + far + p * s.C + i, m);
        for (p = 0; p < s.filled; p++) c += weights[seen + p] * load(values + p * s.C + i, m);
        store(out + (n * s.H + h) * s.C + i, (a + c) * share, m);
      });
    }
  }
}
