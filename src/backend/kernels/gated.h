// activation(gate) · up, the middle of a gated feed-forward layer; without up, the activation alone.

constexpr float root = 0.7978845608f, cubic = 0.044715f;  // √(2/π) and the cube's share in GELU's tanh form

static inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

/** GELU in its tanh form is x · sigmoid(2u) with u = √(2/π)(x + 0.044715 x³); SiLU is x · sigmoid(x). */
static inline Vector inner(Vector x, bool gelu) { return gelu ? 2 * root * (x + cubic * x * x * x) : x; }
static inline Vector innerSlope(Vector x, bool gelu) { return gelu ? 2 * root * (1 + 3 * cubic * x * x) : all(1); }

static void gated(const float* gate, const float* up, float* y, bool gelu, long from, long to) {
  eachVector(to - from, [&](long i, long n) {
    const Vector x = load(gate + from + i, n);
    const Vector active = x * sigmoid(inner(x, gelu));
    store(y + from + i, up ? active * load(up + from + i, n) : active, n);
  });
}

static void gatedGradient(const float* gate, const float* up, const float* dy, float* dGate, float* dUp, bool gelu,
                          long from, long to) {
  eachVector(to - from, [&](long i, long n) {
    const Vector x = load(gate + from + i, n), d = load(dy + from + i, n);
    const Vector s = sigmoid(inner(x, gelu));
    const Vector slope = s + x * s * (1 - s) * innerSlope(x, gelu);
    if (up) store(dUp + from + i, d * x * s, n);
    store(dGate + from + i, up ? d * load(up + from + i, n) * slope : d * slope, n);
  });
}
