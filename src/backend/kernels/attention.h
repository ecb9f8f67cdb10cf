// Attention over whole sequences, one head at a time, in blocks of queries: the scores never leave the cache.
// q [B, T, H, C]; k and v [B, S, J, C], one for H/J heads; bias [B, S] is added to the scores. Query t is at column
// S − T + t.

constexpr long block = 64;
static inline long whole(long n) { return (n + 15) / 16 * 16; }

/** c [m, n] = a [m, depth] · b [depth, n], or added to c if `add`; n is a multiple of 16. */
template <long R, long K>
static inline void tile(const float* a, long aRow, const float* b, long bRow, float* c, long cRow, long depth, bool add) {
  Vector s[R][K];
  for (long r = 0; r < R; r++)
    for (long k = 0; k < K; k++) s[r][k] = add ? load(c + r * cRow + k * W) : Vector{};
  for (long p = 0; p < depth; p++)
    for (long k = 0; k < K; k++) {
      const Vector u = load(b + p * bRow + k * W);
      for (long r = 0; r < R; r++) s[r][k] += a[r * aRow + p] * u;
    }
  for (long r = 0; r < R; r++)
    for (long k = 0; k < K; k++) store(c + r * cRow + k * W, s[r][k]);
}
template <long K>
static inline void columns(const float* a, long aRow, const float* b, long bRow, float* c, long cRow, long m, long depth,
                           bool add) {
  constexpr long R = W == 16 ? 6 : 4;
  long i = 0;
  for (; i + R <= m; i += R) tile<R, K>(a + i * aRow, aRow, b, bRow, c + i * cRow, cRow, depth, add);
  for (; i < m; i++) tile<1, K>(a + i * aRow, aRow, b, bRow, c + i * cRow, cRow, depth, add);
}
static void product(const float* a, long aRow, const float* b, long bRow, float* c, long cRow, long m, long n,
                    long depth, bool add) {
  constexpr long K = W == 16 ? 4 : 2;
  long j = 0;
  for (; j + K * W <= n; j += K * W) columns<K>(a, aRow, b + j, bRow, c + j, cRow, m, depth, add);
  for (; j < n; j += W) columns<1>(a, aRow, b + j, bRow, c + j, cRow, m, depth, add);
}

/** Packs rows of C numbers that are `step` apart; columns are padded with zeros to a multiple of 16. */
static void gather(const float* from, long step, float* to, long rows, long C, float scale = 1) {
  for (long r = 0; r < rows; r++) {
    eachVector(C, [&](long i, long n) { store(to + r * whole(C) + i, load(from + r * step + i, n) * scale, n); });
    for (long i = C; i < whole(C); i++) to[r * whole(C) + i] = 0;
  }
}
static void scatter(const float* from, float* to, long step, long rows, long C) {
  for (long r = 0; r < rows; r++)
    eachVector(C, [&](long i, long n) { store(to + r * step + i, load(from + r * whole(C) + i, n), n); });
}
/** Transposes [rows, columns] into `to`, whose rows are padded with zeros to `toRow` numbers. */
static void transpose(const float* from, long fromRow, float* to, long toRow, long rows, long columns) {
  for (long c = 0; c < columns; c++) {
    for (long r = 0; r < rows; r++) to[c * toRow + r] = from[r * fromRow + c];
    for (long r = rows; r < toRow; r++) to[c * toRow + r] = 0;
  }
}

/** Softmax of scores + bias over each query's visible columns; the others become 0. */
static void softmaxRows(float* p, long row, const float* bias, const AttentionShape& s, long first, long queries) {
  for (long t = 0; t < queries; t++) {
    float* x = p + t * row;
    const long seen = s.causal ? s.S - s.T + first + t + 1 : s.S;
    Vector top = all(-__builtin_inff());
    eachVector(seen, [&](long i, long n) {
      const Vector score = load(x + i, n) + load(bias + i, n);
      store(x + i, score, n);
      if (n == W) top = larger(score, top);
      else for (long j = 0; j < n; j++) top[0] = score[j] > top[0] ? score[j] : top[0];
    });
    const float most = largest(top);
    const float share = 1 / exponentials(x, seen, most);
    eachVector(seen, [&](long i, long n) { store(x + i, load(x + i, n) * share, n); });
    for (long i = seen; i < row; i++) x[i] = 0;
  }
}

/** Size of the scratch memory for one head, in numbers. */
static long attentionScratch(long S, long C) {
  return 2 * whole(C) * whole(S) + 3 * whole(S) * whole(C) + 2 * block * whole(S) + whole(S) * block +
         3 * block * whole(C);
}

/** Output out [B, T, H, C] of the heads that use the key/value heads [from, to), numbered through the batch. */
static void attention(const float* q, const float* k, const float* v, const float* bias, float* out,
                      const AttentionShape& s, float* scratch, long from, long to) {
  const long C = whole(s.C), S = whole(s.S), group = s.H / s.J;
  float *kT = scratch, *values = kT + C * S, *p = values + S * C, *queries = p + block * S, *mixed = queries + block * C;
  for (long x = from; x < to; x++) {
    const long b = x / s.J, j = x % s.J;
    const long at = (b * s.S * s.J + j) * s.C;
    transpose(k + at, s.J * s.C, kT, S, s.S, s.C);
    gather(v + at, s.J * s.C, values, s.S, s.C);
    for (long h = j * group; h < (j + 1) * group; h++)
      for (long t = 0; t < s.T; t += block) {
        const long n = t + block < s.T ? block : s.T - t;
        const long seen = s.causal ? s.S - s.T + t + n : s.S;
        const long head = ((b * s.T + t) * s.H + h) * s.C;
        gather(q + head, s.H * s.C, queries, n, s.C, 1 / __builtin_sqrtf(s.C));
        product(queries, C, kT, S, p, S, n, whole(seen), s.C, false);
        softmaxRows(p, S, bias + b * s.S, s, t, n);
        product(p, S, values, C, mixed, C, n, C, seen, false);
        scatter(mixed, out + head, s.H * s.C, n, s.C);
      }
  }
}

/** dq, dk, dv of the same heads. The weights are recomputed. */
static void attentionGradient(const float* q, const float* k, const float* v, const float* bias, const float* dOut,
                              float* dq, float* dk, float* dv, const AttentionShape& s, float* scratch, long from,
                              long to) {
  const long C = whole(s.C), S = whole(s.S), group = s.H / s.J;
  const float scale = 1 / __builtin_sqrtf(s.C);
  float *kT = scratch, *vT = kT + C * S, *keys = vT + C * S, *sumK = keys + S * C, *sumV = sumK + S * C;
  float *p = sumV + S * C, *dp = p + block * S, *turned = dp + block * S;
  float *queries = turned + S * block, *given = queries + block * C, *toQueries = given + block * C;
  for (long x = from; x < to; x++) {
    const long b = x / s.J, j = x % s.J;
    const long at = (b * s.S * s.J + j) * s.C;
    transpose(k + at, s.J * s.C, kT, S, s.S, s.C);
    transpose(v + at, s.J * s.C, vT, S, s.S, s.C);
    gather(k + at, s.J * s.C, keys, s.S, s.C, scale);
    for (long i = 0; i < s.S * C; i++) sumK[i] = sumV[i] = 0;
    for (long h = j * group; h < (j + 1) * group; h++)
      for (long t = 0; t < s.T; t += block) {
        const long n = t + block < s.T ? block : s.T - t;
        const long seen = s.causal ? s.S - s.T + t + n : s.S;
        const long head = ((b * s.T + t) * s.H + h) * s.C;
        gather(q + head, s.H * s.C, queries, n, s.C, scale);
        gather(dOut + head, s.H * s.C, given, n, s.C);
        product(queries, C, kT, S, p, S, n, whole(seen), s.C, false);
        softmaxRows(p, S, bias + b * s.S, s, t, n);
        product(given, C, vT, S, dp, S, n, whole(seen), s.C, false);
        transpose(p, S, turned, block, n, seen);
        product(turned, block, given, C, sumV, C, seen, C, n, true);
        for (long i = 0; i < n; i++) {
          Vector along{};
          for (long c = 0; c < whole(seen); c += W) along += load(p + i * S + c) * load(dp + i * S + c);
          const float mean = sum(along);
          for (long c = 0; c < whole(seen); c += W)
            store(dp + i * S + c, load(p + i * S + c) * (load(dp + i * S + c) - mean));
        }
        product(dp, S, keys, C, toQueries, C, n, C, seen, false);
        scatter(toQueries, dq + head, s.H * s.C, n, s.C);
        transpose(dp, S, turned, block, n, seen);
        product(turned, block, queries, C, sumK, C, seen, C, n, true);
      }
    scatter(sumK, dk + at, s.J * s.C, s.S, s.C);
    scatter(sumV, dv + at, s.J * s.C, s.S, s.C);
  }
}
