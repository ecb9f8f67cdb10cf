// Attention over whole sequences, with its gradient, and of one new token a row over a cache.
#pragma once
#include "ops.h"

namespace tokenwise {

using tensorflow::shape_inference::UnknownShape;

// q [B·T, H·C], k and v [B·S, J·C], bias [B, S].
REGISTER_OP("TokenwiseAttention")
    .Input("q: float").Input("k: float").Input("v: float").Input("bias: float").Output("mixed: float")
    .Attr("heads: int").Attr("key_value_heads: int").Attr("causal: bool").SetShapeFn(UnknownShape);
REGISTER_OP("TokenwiseAttentionGradient")
    .Input("q: float").Input("k: float").Input("v: float").Input("bias: float").Input("d: float")
    .Output("dq: float").Output("dk: float").Output("dv: float")
    .Attr("heads: int").Attr("key_value_heads: int").Attr("causal: bool").SetShapeFn(UnknownShape);

struct AttentionKernel : OpKernel {
  const int heads, keyValueHeads;
  const bool causal;
  explicit AttentionKernel(OpKernelConstruction* c)
      : OpKernel(c),
        heads(attribute<int>(c, "heads")),
        keyValueHeads(attribute<int>(c, "key_value_heads")),
        causal(attribute<bool>(c, "causal")) {}

  bool read(OpKernelContext* c, AttentionShape& s, long& units, long& cycles) const {
    const Tensor &q = c->input(0), &k = c->input(1), &bias = c->input(3);
    const long B = bias.dim_size(0), S = bias.dim_size(1), J = keyValueHeads, C = k.dim_size(1) / J;
    const long T = q.dim_size(0) / B;
    s = {T, S, heads, J, C, causal};
    units = B * J;
    cycles = (heads / J) * T * S * C / 4;
    return holds(c,
                 q.NumElements() == B * T * heads * C && k.NumElements() == B * S * J * C &&
                     c->input(2).NumElements() == k.NumElements() && heads % J == 0 && (!causal || T <= S),
                 "attention: sizes differ");
  }
};

struct Attention : AttentionKernel {
  using AttentionKernel::AttentionKernel;
  void Compute(OpKernelContext* c) override {
    AttentionShape s;
    long units, cycles;
    if (!read(c, s, units, cycles)) return;
    float* mixed = output(c, 0, c->input(0).shape());
    if (!mixed) return;
    share(c, units, cycles, [&](long from, long to) {
      best().attention(floats(c, 0), floats(c, 1), floats(c, 2), floats(c, 3), mixed, s,
                       scratch(best().attentionScratch(s.S, s.C)), from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseAttention", Attention);

struct AttentionGradient : AttentionKernel {
  using AttentionKernel::AttentionKernel;
  void Compute(OpKernelContext* c) override {
    AttentionShape s;
    long units, cycles;
    if (!read(c, s, units, cycles)) return;
    float *dq = output(c, 0, c->input(0).shape()), *dk = output(c, 1, c->input(1).shape()),
          *dv = output(c, 2, c->input(2).shape());
    if (!dq || !dk || !dv) return;
    share(c, units, cycles * 3, [&](long from, long to) {
      best().attentionGradient(floats(c, 0), floats(c, 1), floats(c, 2), floats(c, 3), floats(c, 4), dq, dk, dv, s,
                               scratch(best().attentionScratch(s.S, s.C)), from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseAttentionGradient", AttentionGradient);

// q [N, H·C], k and v [N, J·C]; own [B·J·G, room, C] with N = B·G, written at column filled − 1; far [B·J, P, C],
// ends[b] columns.
REGISTER_OP("TokenwiseCachedAttention")
    .Input("q: float").Input("k: float").Input("v: float").Input("own_keys: float").Input("own_values: float")
    .Input("far_keys: float").Input("far_values: float").Input("ends: int32").Input("filled: int32")
    .Output("mixed: float").Attr("key_value_heads: int").SetIsStateful().SetShapeFn(UnknownShape);

struct CachedAttention : OpKernel {
  const int keyValueHeads;
  explicit CachedAttention(OpKernelConstruction* c) : OpKernel(c), keyValueHeads(attribute<int>(c, "key_value_heads")) {}
  void Compute(OpKernelContext* c) override {
    const Tensor &q = c->input(0), &own = c->input(3), &far = c->input(5);
    const long N = q.dim_size(0), J = keyValueHeads, room = own.dim_size(1), C = own.dim_size(2);
    const long B = c->input(7).NumElements(), P = far.dim_size(1), filled = integers(c, 8)[0];
    const CachedShape s{N / B, q.dim_size(1) / C, J, C, P, room, filled};
    bool inside = 0 < filled && filled <= room && N == B * s.samples && own.dim_size(0) == N * J && s.H % J == 0 &&
                  c->input(1).NumElements() == N * J * C && c->input(2).NumElements() == N * J * C &&
                  c->input(4).shape() == own.shape() && far.NumElements() == B * J * P * C &&
                  c->input(6).shape() == far.shape();
    const int* ends = integers(c, 7);
    for (long b = 0; inside && b < B; b++) inside = 0 <= ends[b] && ends[b] <= P;
    if (!holds(c, inside, "cached attention: sizes differ")) return;
    float* mixed = output(c, 0, q.shape());
    if (!mixed) return;
    float *keys = const_cast<float*>(floats(c, 3)), *values = const_cast<float*>(floats(c, 4));
    share(c, N * J, (s.H / J) * (P + filled) * C / 2, [&](long from, long to) {
      best().cachedAttention(floats(c, 0), floats(c, 1), floats(c, 2), keys, values, floats(c, 5), floats(c, 6), ends,
                             mixed, s, scratch(P + room), from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseCachedAttention", CachedAttention);

}  // namespace tokenwise
