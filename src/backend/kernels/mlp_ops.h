// The ops of networks with one hidden layer, the guidance's head and the policy's adaptor, beside their products.
#pragma once
#include "ops.h"

namespace tokenwise {

using tensorflow::shape_inference::UnknownShape;

REGISTER_OP("TokenwiseBiasRelu")
    .Input("x: float").Input("bias: float").Output("y: float").Attr("alone: int").SetIsStateful().SetShapeFn(UnknownShape);
REGISTER_OP("TokenwiseBiasReluGradient")
    .Input("y: float").Input("dy: float").Output("dx: float").Output("dbias: float").SetShapeFn(UnknownShape);

struct BiasRelu : OpKernel {
  const long alone;
  explicit BiasRelu(OpKernelConstruction* c) : OpKernel(c), alone(attribute<int>(c, "alone")) {}
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), D = c->input(0).dim_size(1);
    if (!holds(c, c->input(1).NumElements() == D, "bias: sizes differ")) return;
    float* y = outputInPlace(c, 0, 0, alone);
    if (!y) return;
    share(c, N, D / 4, [&](long from, long to) { best().biasRelu(floats(c, 0), floats(c, 1), y, D, from, to); });
  }
};
TOKENWISE_REGISTER("TokenwiseBiasRelu", BiasRelu);

struct BiasReluGradient : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), D = c->input(0).dim_size(1);
    if (!holds(c, c->input(1).NumElements() == N * D, "bias: sizes differ")) return;
    float *dx = output(c, 0, c->input(0).shape()), *dBias = output(c, 1, {D});
    if (!dx || !dBias) return;
    const auto sums = sumOfParts(c, N, D, D / 2, [&](long from, long to, float* mine) {
      best().biasReluGradient(floats(c, 0), floats(c, 1), dx, mine, D, from, to);
    });
    std::copy_n(sums.begin(), D, dBias);
  }
};
TOKENWISE_REGISTER("TokenwiseBiasReluGradient", BiasReluGradient);

// With N = 1 there are rows to add beside the bias.
REGISTER_OP("TokenwiseAddBias")
    .Input("x: float").Input("bias: float").Input("more: N * float").Output("y: float")
    .Attr("alone: int").Attr("N: int >= 0").SetIsStateful().SetShapeFn(UnknownShape);

struct AddBias : OpKernel {
  const long alone;
  explicit AddBias(OpKernelConstruction* c) : OpKernel(c), alone(attribute<int>(c, "alone")) {}
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), D = c->input(0).dim_size(1);
    const bool more = c->num_inputs() > 2;
    if (!holds(c, c->input(1).NumElements() == D && (!more || c->input(2).NumElements() == N * D), "bias: sizes differ"))
      return;
    float* y = outputInPlace(c, 0, 0, alone);
    if (!y) return;
    share(c, N, D / 4, [&](long from, long to) {
      best().addBias(floats(c, 0), floats(c, 1), more ? floats(c, 2) : nullptr, y, D, from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseAddBias", AddBias);

REGISTER_OP("TokenwiseColumnSums").Input("x: float").Output("sums: float").SetShapeFn(UnknownShape);

struct ColumnSums : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), D = c->input(0).dim_size(1);
    float* to = output(c, 0, {D});
    if (!to) return;
    const auto sums = sumOfParts(c, N, D, D / 4, [&](long from, long end, float* mine) {
      best().columnSums(floats(c, 0), mine, D, from, end);
    });
    std::copy_n(sums.begin(), D, to);
  }
};
TOKENWISE_REGISTER("TokenwiseColumnSums", ColumnSums);

REGISTER_OP("TokenwiseReluDot")
    .Input("z: float").Input("bias: float").Input("w: float").Input("shift: float").Output("y: float").SetShapeFn(UnknownShape);
REGISTER_OP("TokenwiseReluDotGradient")
    .Input("z: float").Input("bias: float").Input("w: float").Input("dy: float")
    .Output("dz: float").Output("dbias: float").Output("dw: float").Output("dshift: float").SetShapeFn(UnknownShape);

struct ReluDot : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), D = c->input(0).dim_size(1);
    if (!holds(c, c->input(1).NumElements() == D && c->input(2).NumElements() == D && c->input(3).NumElements() == 1,
               "reluDot: sizes differ"))
      return;
    float* y = output(c, 0, {N, 1});
    if (!y) return;
    share(c, N, D / 4, [&](long from, long to) {
      best().reluDot(floats(c, 0), floats(c, 1), floats(c, 2), *floats(c, 3), y, D, from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseReluDot", ReluDot);

struct ReluDotGradient : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    const long N = c->input(0).dim_size(0), D = c->input(0).dim_size(1);
    if (!holds(c, c->input(1).NumElements() == D && c->input(2).NumElements() == D && c->input(3).NumElements() == N,
               "reluDot: sizes differ"))
      return;
    float *dz = output(c, 0, {N, D}), *dBias = output(c, 1, {D}), *dW = output(c, 2, {D, 1}), *dShift = output(c, 3, {1});
    if (!dz || !dBias || !dW || !dShift) return;
    const auto sums = sumOfParts(c, N, 2 * D + 1, D / 2, [&](long from, long to, float* mine) {
      best().reluDotGradient(floats(c, 0), floats(c, 1), floats(c, 2), floats(c, 3), dz, mine, mine + D, mine + 2 * D, D,
                             from, to);
    });
    std::copy_n(sums.begin(), D, dBias);
    std::copy_n(sums.begin() + D, D, dW);
    *dShift = sums[2 * D];
  }
};
TOKENWISE_REGISTER("TokenwiseReluDotGradient", ReluDotGradient);

// The rows of x at these indices, plus consecutive numbers of the pool from `start` on.
REGISTER_OP("TokenwiseNoisyRows")
    .Input("x: float").Input("rows: int32").Input("pool: float").Input("start: int32").Output("y: float").SetShapeFn(UnknownShape);

struct NoisyRows : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* c) override {
    TensorShape shape = c->input(0).shape();
    const long N = shape.dim_size(0), D = N > 0 ? shape.num_elements() / N : 0, M = c->input(1).NumElements();
    const int *rows = integers(c, 1), start = *integers(c, 3);
    const bool inside = std::all_of(rows, rows + M, [N](int row) { return 0 <= row && row < N; });
    if (!holds(c, inside && start >= 0 && start + M * D <= c->input(2).NumElements(), "noisyRows: outside of its inputs"))
      return;
    shape.set_dim(0, M);
    float* y = output(c, 0, shape);
    if (!y) return;
    share(c, M, D / 2, [&](long from, long to) {
      best().noisyRows(floats(c, 0), rows, floats(c, 2) + start, y, D, from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseNoisyRows", NoisyRows);

}  // namespace tokenwise
