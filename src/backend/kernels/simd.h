// Vectors of the widest kind that this build's instruction set has. Included by each of the builds of kernels.cc, in
// its namespace. Nothing here or in the kernels may call an inline function of a shared header: the linker would keep
// one build's copy for all.

#if defined(__AVX512F__)
constexpr long W = 16;
#elif defined(__AVX__)
constexpr long W = 8;
#else
constexpr long W = 4;
#endif

typedef float Vector __attribute__((vector_size(W * 4)));
typedef int Integers __attribute__((vector_size(W * 4)));
typedef unsigned short Halves __attribute__((vector_size(W * 2)));
typedef float VectorAnywhere __attribute__((vector_size(W * 4), aligned(4), may_alias));
typedef unsigned short HalvesAnywhere __attribute__((vector_size(W * 2), aligned(2), may_alias));

static inline Vector load(const float* from) { return *reinterpret_cast<const VectorAnywhere*>(from); }
/** bfloat16 is the upper half of a float32. */
static inline Vector load(const unsigned short* from) {
  const Halves halves = *reinterpret_cast<const HalvesAnywhere*>(from);
  return (Vector)(__builtin_convertvector(halves, Integers) << 16);
}
static inline float one(const float* from) { return *from; }
static inline float one(const unsigned short* from) {
  const unsigned bits = static_cast<unsigned>(*from) << 16;
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}
static inline void store(float* to, Vector x) { *reinterpret_cast<VectorAnywhere*>(to) = x; }
static inline Vector all(float x) { return x - Vector{}; }
/** By halves: adding one number after another would take longer than the products before. */
static inline float sum(Vector x) {
#if defined(__AVX512F__)
  const Vector half = x + (Vector)_mm512_shuffle_f32x4((__m512)x, (__m512)x, 0x4E);
  const Vector quarter = half + (Vector)_mm512_shuffle_f32x4((__m512)half, (__m512)half, 0xB1);
  const __m128 four = _mm512_castps512_ps128((__m512)quarter);
#elif defined(__AVX__)
  const __m128 four = _mm256_castps256_ps128((__m256)x) + _mm256_extractf128_ps((__m256)x, 1);
#else
  const Vector four = x;
#endif
  return (four[0] + four[2]) + (four[1] + four[3]);
}
static inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }
static inline float largest(Vector x) {
  float most = x[0];
  for (long i = 1; i < W; i++) most = x[i] > most ? x[i] : most;
  return most;
}

/** e^x with a relative error below 2e-7; 0 below −87, infinity above 88.7, NaN stays NaN. */
static inline Vector exponential(Vector x) {
  const Vector high = all(88.72284f), low = all(-87.33654f);
  const Vector bounded = x > high ? high : x < low ? low : x;
  const Vector shifted = bounded * 1.44269504f + 12582912.0f;  // adding 1.5·2^23 rounds to a whole number
  const Vector whole = shifted - 12582912.0f;
  const Vector r = bounded - whole * 0.693359375f + whole * 2.12194440e-4f;
  Vector y = all(1.9875691500e-4f);
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.0f;
  const Integers exponent = (Integers)shifted - 0x4B400000;  // the whole number, from the sum's lowest bits
  const Integers half = exponent >> 1;  // 2^128 is not a number, 2^64 · 2^64 is applied in two steps
  y = y * (Vector)((half + 127) << 23) * (Vector)((exponent - half + 127) << 23);
  y = x < low ? Vector{} : y;
  return x > high ? all(__builtin_inff()) : y;
}

/** Calls body(i, load, store) on vectors, the last one through a buffer, so that a kernel is written once. */
template <typename Body>
static inline void eachVector(long n, Body body) {
  long i = 0;
  for (; i + W <= n; i += W) body(i, W);
  if (i < n) body(i, n - i);
}
static inline Vector load(const float* from, long n) {
  if (n == W) return load(from);
  Vector x{};
  for (long i = 0; i < n; i++) x[i] = from[i];
  return x;
}
static inline void store(float* to, Vector x, long n) {
  if (n == W) return store(to, x);
  for (long i = 0; i < n; i++) to[i] = x[i];
}

/** x ← e^(x − most), n numbers; returns their sum. */
static float exponentials(float* x, long n, float most) {
  Vector lanes{};
  eachVector(n, [&](long i, long m) {
    Vector e = exponential(load(x + i, m) - most);
    for (long j = m; j < W; j++) e[j] = 0;
    store(x + i, e, m);
    lanes += e;
  });
  return sum(lanes);
}
