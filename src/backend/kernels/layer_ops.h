// The ops of layers. Callers in TypeScript check shapes; the ops check only what could read outside their inputs.
#pragma once
#include "ops.h"

namespace tokenwise {

using tensorflow::bfloat16;
using tensorflow::shape_inference::UnknownShape;

REGISTER_OP("TokenwiseDense")
    .Input("x: float").Input("w: T").Output("y: float")
    .Attr("T: {float, bfloat16}").Attr("inputs_first: bool").SetShapeFn(UnknownShape);

template <typename T>
struct Dense : OpKernel {
  const bool inputsFirst;
  explicit Dense(OpKernelConstruction* c) : OpKernel(c), inputsFirst(attribute<bool>(c, "inputs_first")) {}
  void Compute(OpKernelContext* c) override {
    const Tensor &x = c->input(0), &w = c->input(1);
    if (!holds(c, x.dims() == 2 && w.dims() == 2 && x.dim_size(1) == w.dim_size(inputsFirst ? 0 : 1), "x·W: sizes differ"))
      return;
    const long N = x.dim_size(0), D = x.dim_size(1), E = w.dim_size(inputsFirst ? 1 : 0);
    float* y = output(c, 0, {N, E});
    if (!y) return;
    const float* from = floats(c, 0);
    const void* weights = w.tensor_data().data();
    unsigned short* halves = nullptr;
    if (!std::is_same<T, float>::value && !inputsFirst && best().halved) {
      halves = reinterpret_cast<unsigned short*>(scratch(N * D / 2 + 1));
      best().halved(from, halves, N * D);
    }
    constexpr long group = 48;  // a multiple of what the kernels take at once
    share(c, (E + group - 1) / group, group * D * (N + 2) / 8, [&](long start, long end) {
      const long to = std::min(end * group, E);
      if (halves)
        best().denseHalves(halves, static_cast<const unsigned short*>(weights), y, N, D, E, start * group, to);
      else if (std::is_same<T, float>::value)
        best().dense(from, static_cast<const float*>(weights), y, N, D, E, inputsFirst, start * group, to);
      else
        best().denseHalf(from, static_cast<const unsigned short*>(weights), y, N, D, E, inputsFirst, start * group, to);
    });
  }
};
REGISTER_KERNEL_BUILDER(Name("TokenwiseDense").Device(tensorflow::DEVICE_CPU).TypeConstraint<float>("T"), Dense<float>);
REGISTER_KERNEL_BUILDER(Name("TokenwiseDense").Device(tensorflow::DEVICE_CPU).TypeConstraint<bfloat16>("T"),
                        Dense<bfloat16>);

// Without `centred` this is RMSNorm, and the bias is not read.
REGISTER_OP("TokenwiseNorm")
    .Input("x: float").Input("gain: float").Input("bias: float").Output("y: float")
    .Attr("centred: bool").Attr("epsilon: float").SetShapeFn(UnknownShape);
REGISTER_OP("TokenwiseNormGradient")
    .Input("x: float").Input("gain: float").Input("dy: float").Output("dx: float").Output("dgain: float").Output("dbias: float")
    .Attr("centred: bool").Attr("epsilon: float").SetShapeFn(UnknownShape);

struct NormKernel : OpKernel {
  const bool centred;
  const float epsilon;
  explicit NormKernel(OpKernelConstruction* c)
      : OpKernel(c), centred(attribute<bool>(c, "centred")), epsilon(attribute<float>(c, "epsilon")) {}
};
struct Norm : NormKernel {
  using NormKernel::NormKernel;
  void Compute(OpKernelContext* c) override {
    const long D = c->input(1).NumElements(), N = c->input(0).NumElements() / D;
    float* y = output(c, 0, c->input(0).shape());
    if (!y) return;
    const float *x = floats(c, 0), *gain = floats(c, 1), *bias = centred ? floats(c, 2) : nullptr;
    share(c, N, D, [&](long from, long to) { best().norm(x, gain, bias, y, D, epsilon, from, to); });
  }
};
TOKENWISE_REGISTER("TokenwiseNorm", Norm);

struct NormGradient : NormKernel {
  using NormKernel::NormKernel;
  void Compute(OpKernelContext* c) override {
    const long D = c->input(1).NumElements(), N = c->input(0).NumElements() / D;
    float *dx = output(c, 0, c->input(0).shape()), *dGain = output(c, 1, {D}), *dBias = output(c, 2, {centred ? D : 0});
    if (!dx || !dGain || (centred && !dBias)) return;
    const float *x = floats(c, 0), *gain = floats(c, 1), *dy = floats(c, 2);
    const long numbers = centred ? 2 * D : D;
    const auto sums = sumOfParts(c, N, numbers, 2 * D, [&](long from, long to, float* mine) {
      best().normGradient(x, gain, dy, dx, mine, centred ? mine + D : nullptr, D, epsilon, from, to);
    });
    std::copy_n(sums.begin(), D, dGain);
    if (centred) std::copy_n(sums.begin() + D, D, dBias);
  }
};
TOKENWISE_REGISTER("TokenwiseNormGradient", NormGradient);

// With `alone` there is no up: its input is not read.
REGISTER_OP("TokenwiseGated")
    .Input("gate: float").Input("up: float").Output("y: float")
    .Attr("gelu: bool").Attr("alone: bool").SetShapeFn(UnknownShape);
REGISTER_OP("TokenwiseGatedGradient")
    .Input("gate: float").Input("up: float").Input("dy: float").Output("dgate: float").Output("dup: float")
    .Attr("gelu: bool").Attr("alone: bool").SetShapeFn(UnknownShape);

struct GatedKernel : OpKernel {
  const bool gelu, alone;
  explicit GatedKernel(OpKernelConstruction* c)
      : OpKernel(c), gelu(attribute<bool>(c, "gelu")), alone(attribute<bool>(c, "alone")) {}
};
struct Gated : GatedKernel {
  using GatedKernel::GatedKernel;
  void Compute(OpKernelContext* c) override {
    float* y = output(c, 0, c->input(0).shape());
    if (!y) return;
    const float *gate = floats(c, 0), *up = alone ? nullptr : floats(c, 1);
    share(c, c->input(0).NumElements(), 4, [&](long from, long to) { best().gated(gate, up, y, gelu, from, to); });
  }
};
TOKENWISE_REGISTER("TokenwiseGated", Gated);

struct GatedGradient : GatedKernel {
  using GatedKernel::GatedKernel;
  void Compute(OpKernelContext* c) override {
    const TensorShape& shape = c->input(0).shape();
    float *dGate = output(c, 0, shape), *dUp = output(c, 1, alone ? TensorShape({0}) : shape);
    if (!dGate || (!alone && !dUp)) return;
    const float *gate = floats(c, 0), *up = alone ? nullptr : floats(c, 1), *dy = floats(c, 2);
    share(c, c->input(0).NumElements(), 6,
          [&](long from, long to) { best().gatedGradient(gate, up, dy, dGate, dUp, gelu, from, to); });
  }
};
TOKENWISE_REGISTER("TokenwiseGatedGradient", GatedGradient);

// x: rows · heads · C numbers; cos and sin [rows, 1, C].
REGISTER_OP("TokenwiseRotary")
    .Input("x: float").Input("cos: float").Input("sin: float").Output("y: float").Attr("back: bool").SetShapeFn(UnknownShape);

struct Rotary : OpKernel {
  const bool back;
  explicit Rotary(OpKernelConstruction* c) : OpKernel(c), back(attribute<bool>(c, "back")) {}
  void Compute(OpKernelContext* c) override {
    const Tensor &x = c->input(0), &cos = c->input(1);
    const long rows = cos.dim_size(0), C = cos.dim_size(cos.dims() - 1), heads = x.NumElements() / (rows * C);
    if (!holds(c, rows * heads * C == x.NumElements() && c->input(2).NumElements() == rows * C, "rotary: sizes differ"))
      return;
    float* y = output(c, 0, x.shape());
    if (!y) return;
    share(c, rows, heads * C, [&](long from, long to) {
      best().rotary(floats(c, 0), floats(c, 1), floats(c, 2), y, heads, C, back, from, to);
    });
  }
};
TOKENWISE_REGISTER("TokenwiseRotary", Rotary);

}  // namespace tokenwise
