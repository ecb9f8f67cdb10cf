// The kernels of one instruction set, which the ops call. kernels.cc is built once for each set.
#pragma once

namespace tokenwise {

struct AttentionShape {
  long T, S, H, J, C;
  bool causal;
};

struct CachedShape {
  long samples, H, J, C;
  /**
   * Columns that the prefix and a row's own part have room for, and how many of the latter are filled with the new one.
   */
  long prefix, room, filled;
};

/**
 * first ← beta1·first + toFirst·gradient, second ← beta2·second + toSecond·gradient², keep·parameter − rate·first /
 * (√second + floor).
 */
struct Adam {
  float beta1, toFirst, beta2, toSecond, rate, floor, keep;
};

struct Kernels {
  /** The instruction set: portable, avx2, avx512 or avx512bf16. */
  const char* name;
  void (*dense)(const float* x, const float* w, float* y, long N, long D, long E, bool inputsFirst, long from, long to);
  void (*denseHalf)(const float* x, const unsigned short* w, float* y, long N, long D, long E, bool inputsFirst,
                    long from, long to);
  /** x to bfloat16, rounded to nearest; null if the instruction set cannot multiply bfloat16 by bfloat16. */
  void (*halved)(const float* x, unsigned short* to, long count);
  /** x·Wᵀ of bfloat16 numbers, with sums in float32; null with `halved`. */
  void (*denseHalves)(const unsigned short* x, const unsigned short* w, float* y, long N, long D, long E, long from, long to);
  void (*norm)(const float* x, const float* gain, const float* bias, float* y, long D, float epsilon, long from, long to);
  void (*normGradient)(const float* x, const float* gain, const float* dy, float* dx, float* dGain, float* dBias, long D,
                       float epsilon, long from, long to);
  void (*gated)(const float* gate, const float* up, float* y, bool gelu, long from, long to);
  void (*gatedGradient)(const float* gate, const float* up, const float* dy, float* dGate, float* dUp, bool gelu,
                        long from, long to);
  void (*rotary)(const float* x, const float* cos, const float* sin, float* y, long heads, long C, bool back, long from,
                 long to);
  long (*attentionScratch)(long S, long C);
  void (*attention)(const float* q, const float* k, const float* v, const float* bias, float* out,
                    const AttentionShape& shape, float* scratch, long from, long to);
  void (*attentionGradient)(const float* q, const float* k, const float* v, const float* bias, const float* dOut,
                            float* dq, float* dk, float* dv, const AttentionShape& shape, float* scratch, long from,
                            long to);
  void (*cachedAttention)(const float* q, const float* k, const float* v, float* ownKeys, float* ownValues,
                          const float* farKeys, const float* farValues, const int* ends, float* out,
                          const CachedShape& shape, float* weights, long from, long to);
  void (*adam)(const float* p, const float* m, const float* v, const float* g, float* pOut, float* mOut, float* vOut,
               const Adam& adam, long from, long to);
  double (*sumOfSquares)(const float* x, long from, long to);
  void (*tokenNll)(const float* logits, const int* ids, float* nll, float* most, float* total, long V, long from,
                   long to);
  void (*tokenNllGradient)(const float* logits, const int* ids, const float* most, const float* total, const float* d,
                           float* dx, long V, long from, long to);
  void (*entropy)(const float* logits, float* value, float* most, float* total, long V, long from, long to);
  void (*entropyGradient)(const float* logits, const float* value, const float* most, const float* total, const float* d,
                          float* dx, long V, long from, long to);
  void (*biasRelu)(const float* x, const float* bias, float* y, long D, long from, long to);
  void (*biasReluGradient)(const float* y, const float* dy, float* dx, float* dBias, long D, long from, long to);
  void (*addBias)(const float* x, const float* bias, const float* more, float* y, long D, long from, long to);
  void (*reluDot)(const float* z, const float* bias, const float* w, float shift, float* y, long D, long from, long to);
  void (*reluDotGradient)(const float* z, const float* bias, const float* w, const float* dy, float* dz, float* dBias,
                          float* dW, float* dShift, long D, long from, long to);
  void (*noisyRows)(const float* x, const int* rows, const float* noise, float* y, long D, long from, long to);
  void (*columnSums)(const float* x, float* sums, long D, long from, long to);
};

namespace portable {
extern const Kernels kernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}
namespace avx512bf16 {
extern const Kernels kernels;
}
#endif

}  // namespace tokenwise
