// The ops of a training step.
#pragma once
#include "ops.h"

namespace tokenwise {

using tensorflow::shape_inference::UnknownShape;

// numbers: those of `Adam` in kernels.h. With `in_place`, inputs that nothing else shares are written to and passed on.
REGISTER_OP("TokenwiseAdam")
    .Input("parameter: float").Input("first: float").Input("second: float").Input("gradient: float").Input("numbers: float")
    .Output("new_parameter: float").Output("new_first: float").Output("new_second: float")
    .Attr("in_place: bool").SetIsStateful().SetShapeFn(UnknownShape);

struct AdamOp : OpKernel {
  const bool inPlace;
  explicit AdamOp(OpKernelConstruction* c) : OpKernel(c), inPlace(attribute<bool>(c, "in_place")) {}
  void Compute(OpKernelContext* c) override {
    const long size = c->input(0).NumElements();
    bool same = c->input(4).NumElements() == 7;
    for (int i = 1; i < 4; i++) same = same && c->input(i).NumElements() == size;
    if (!holds(c, same, "adam: sizes differ")) return;
    float* to[3];
    for (int i = 0; i < 3; i++) {
      if (inPlace && c->input(i).RefCountIsOne()) {
        to[i] = const_cast<float*>(floats(c, i));
        c->set_output(i, c->input(i));
      } else {
        to[i] = output(c, i, c->input(i).shape());
      }
      if (!to[i]) return;
    }
    const float* n = floats(c, 4);
    const Adam adam{n[0], n[1], n[2], n[3], n[4], n[5], n[6]};
    share(c, (size + 15) / 16, 64, [&](long from, long end) {
      best().adam(floats(c, 0), floats(c, 1), floats(c, 2), floats(c, 3), to[0], to[1], to[2], adam, from * 16,
                  std::min(end * 16, size));
    });
  }
};
TOKENWISE_REGISTER("TokenwiseAdam", AdamOp);

REGISTER_OP("TokenwiseSumOfSquares").Input("x: N * float").Output("sum: float").Attr("N: int >= 1").SetShapeFn(UnknownShape);

struct SumOfSquares : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    double total = 0;
    for (int i = 0; i < c->num_inputs(); i++) {
      const long size = c->input(i).NumElements();
      constexpr long part = 1 << 16;  // fixed parts, added up in order: the same sum for any number of threads
      std::vector<double> sums((size + part - 1) / part);
      share(c, sums.size(), part / 8, [&](long from, long to) {
        for (long p = from; p < to; p++)
          sums[p] = best().sumOfSquares(floats(c, i), p * part, std::min((p + 1) * part, size));
      });
      for (const double sum : sums) total += sum;
    }
    float* sum = output(c, 0, {});
    if (sum) *sum = static_cast<float>(total);
  }
};
TOKENWISE_REGISTER("TokenwiseSumOfSquares", SumOfSquares);

REGISTER_OP("TokenwiseTokenNll")
    .Input("logits: float").Input("ids: int32").Output("nll: float").Output("most: float").Output("total: float")
    .SetShapeFn(UnknownShape);
REGISTER_OP("TokenwiseTokenNllGradient")
    .Input("logits: float").Input("ids: int32").Input("most: float").Input("total: float").Input("d: float")
    .Output("dlogits: float").SetShapeFn(UnknownShape);

bool idsInside(OpKernelContext* c) {
  const long N = c->input(0).dim_size(0), V = c->input(0).dim_size(1);
  bool inside = c->input(1).NumElements() == N;
  for (long n = 0; inside && n < N; n++) inside = 0 <= integers(c, 1)[n] && integers(c, 1)[n] < V;
  return holds(c, inside, "tokenNll: a token id is outside of the vocabulary");
}

struct TokenNll : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    if (!idsInside(c)) return;
    const long N = c->input(0).dim_size(0), V = c->input(0).dim_size(1);
    float *nll = output(c, 0, {N}), *most = output(c, 1, {N}), *total = output(c, 2, {N});
    if (!nll || !most || !total) return;
    share(c, N, V * 2, [&](long from, long to) {
      best().tokenNll(floats(c, 0), integers(c, 1), nll, most, total, V, from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseTokenNll", TokenNll);

struct TokenNllGradient : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    if (!idsInside(c)) return;
    const long N = c->input(0).dim_size(0), V = c->input(0).dim_size(1);
    float* dx = output(c, 0, c->input(0).shape());
    if (!dx) return;
    share(c, N, V * 2, [&](long from, long to) {
      best().tokenNllGradient(floats(c, 0), integers(c, 1), floats(c, 2), floats(c, 3), floats(c, 4), dx, V, from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseTokenNllGradient", TokenNllGradient);

REGISTER_OP("TokenwiseEntropy")
    .Input("logits: float").Output("value: float").Output("most: float").Output("total: float").SetShapeFn(UnknownShape);
REGISTER_OP("TokenwiseEntropyGradient")
    .Input("logits: float").Input("value: float").Input("most: float").Input("total: float").Input("d: float")
    .Output("dlogits: float").SetShapeFn(UnknownShape);

struct Entropy : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), V = c->input(0).dim_size(1);
    float *value = output(c, 0, {N}), *most = output(c, 1, {N}), *total = output(c, 2, {N});
    if (!value || !most || !total) return;
    share(c, N, V * 2, [&](long from, long to) { best().entropy(floats(c, 0), value, most, total, V, from, to); });
  }
};
TOKENWISE_REGISTER("TokenwiseEntropy", Entropy);

struct EntropyGradient : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), V = c->input(0).dim_size(1);
    bool same = true;
    for (int i = 1; i < 5; i++) same = same && c->input(i).NumElements() == N;
    if (!holds(c, same, "entropy: sizes differ")) return;
    float* dx = output(c, 0, c->input(0).shape());
    if (!dx) return;
    share(c, N, V * 2, [&](long from, long to) {
      best().entropyGradient(floats(c, 0), floats(c, 1), floats(c, 2), floats(c, 3), floats(c, 4), dx, V, from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseEntropyGradient", EntropyGradient);

}  // namespace tokenwise
