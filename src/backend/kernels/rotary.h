// Rotary positions: the halves (a, b) of every head become (a·cos − b·sin, b·cos + a·sin). The gradient rotates
// in the other direction.

/** x [rows, heads, C]; cos and sin [rows, C], of which the first half is read. */
static void rotary(const float* x, const float* cos, const float* sin, float* y, long heads, long C, bool back,
                   long from, long to) {
  const long half = C / 2;
  for (long r = from; r < to; r++)
    for (long h = 0; h < heads; h++) {
      const float* in = x + (r * heads + h) * C;
      float* out = y + (r * heads + h) * C;
      eachVector(half, [&](long i, long n) {
        const Vector a = load(in + i, n), b = load(in + half + i, n);
        const Vector c = load(cos + r * C + i, n), s = load(sin + r * C + i, n) * (back ? -1.0f : 1.0f);
        store(out + i, a * c - b * s, n);
        store(out + half + i, b * c + a * s, n);
      });
    }
}
