// The ops of a training step.
#pragma once
#include "ops.h"

namespace tokenwise {

using tensorflow::shape_inference::UnknownShape;

// Number of references to the memory of x: for a tensor that nothing shares, this is `alone` of ops that work in place.
REGISTER_OP("TokenwiseHolders").Input("x: float").Output("holders: float").SetIsStateful().SetShapeFn(UnknownShape);

struct Holders : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    float* found = output(c, 0, {});
    if (found) *found = holders(c->input(0));
  }
};
TOKENWISE_REGISTER("TokenwiseHolders", Holders);

// Updates N variables, one after the other. numbers [N, 8]: those of `Adam` in kernels.h, and `alone`.
REGISTER_OP("TokenwiseAdamW")
    .Input("parameters: N * float").Input("firsts: N * float").Input("seconds: N * float").Input("gradients: N * float")
    .Input("numbers: float")
    .Output("new_parameters: N * float").Output("new_firsts: N * float").Output("new_seconds: N * float")
    .Attr("N: int >= 1").SetIsStateful().SetShapeFn(UnknownShape);

struct AdamOp : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const int count = (c->num_inputs() - 1) / 4;
    if (!holds(c, c->input(4 * count).NumElements() == 8 * count, "adam: 8 numbers are wanted for each variable")) return;
    for (int which = 0; which < count && c->status().ok(); which++) update(c, which, count);
  }

  static void update(OpKernelContext* c, int which, int count) {
    const int inputs[] = {which, which + count, which + 2 * count, which + 3 * count};
    const long size = c->input(which).NumElements();
    bool same = true;
    for (const int i : inputs) same = same && c->input(i).NumElements() == size;
    if (!holds(c, same, "adam: sizes differ")) return;
    const float* n = floats(c, 4 * count) + 8 * which;
    float* to[3];
    for (int k = 0; k < 3; k++)
      if (!(to[k] = outputInPlace(c, inputs[k], inputs[k], static_cast<long>(n[7])))) return;
    const Adam adam{n[0], n[1], n[2], n[3], n[4], n[5], n[6]};
    share(c, (size + 15) / 16, 64, [&](long from, long end) {
      best().adam(floats(c, inputs[0]), floats(c, inputs[1]), floats(c, inputs[2]), floats(c, inputs[3]), to[0], to[1],
                  to[2], adam, from * 16, std::min(end * 16, size));
    });
  }
};
TOKENWISE_REGISTER("TokenwiseAdamW", AdamOp);

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

// Logits of any shape, the vocabulary last: a row for each token.
inline long vocabulary(OpKernelContext* c) { return c->input(0).dim_size(c->input(0).dims() - 1); }
inline long rows(OpKernelContext* c) { return c->input(0).NumElements() / std::max(vocabulary(c), 1L); }

bool idsInside(OpKernelContext* c) {
  const long N = rows(c), V = vocabulary(c);
  bool inside = c->input(1).NumElements() == N;
  for (long n = 0; inside && n < N; n++) inside = 0 <= integers(c, 1)[n] && integers(c, 1)[n] < V;
  return holds(c, inside, "tokenNll: a token id is outside of the vocabulary");
}

struct TokenNll : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    if (!idsInside(c)) return;
    const long N = rows(c), V = vocabulary(c);
    const TensorShape& shape = c->input(1).shape();
    float *nll = output(c, 0, shape), *most = output(c, 1, shape), *total = output(c, 2, shape);
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
    const long N = rows(c), V = vocabulary(c);
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
    const long N = rows(c), V = vocabulary(c);
    TensorShape shape = c->input(0).shape();
    shape.RemoveLastDims(1);
    float *value = output(c, 0, shape), *most = output(c, 1, shape), *total = output(c, 2, shape);
    if (!value || !most || !total) return;
    share(c, N, V * 2, [&](long from, long to) { best().entropy(floats(c, 0), value, most, total, V, from, to); });
  }
};
TOKENWISE_REGISTER("TokenwiseEntropy", Entropy);

struct EntropyGradient : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const long N = rows(c), V = vocabulary(c);
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
