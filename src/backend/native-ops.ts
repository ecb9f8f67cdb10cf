// TensorFlow kernels called by name where they are faster than what tfjs offers; elsewhere the same result from plain
// tfjs.

import * as tf from "@tensorflow/tfjs-core";
import { call, hasKernels } from "./call";

const [DT_FLOAT, DT_INT32, DT_BFLOAT16] = [1, 3, 14]; // tensorflow/core/framework/types.proto
const bfloat16 = new WeakSet<tf.Tensor>();

const cast = (x: tf.Tensor, from: number, to: number) =>
  call("Cast", [x], { SrcT: { type: from }, DstT: { type: to }, Truncate: false })[0];

/** Whether bf16 products run here at all (they need TensorFlow). */
export const hasBfloat16 = () => tf.getBackend() === "tensorflow";

/**
 * A copy of a frozen weight matrix in bfloat16, half the memory; the product with many rows takes them in bf16 and
 * accumulates in f32. It is only good as the weight of `dense`: nothing else may read it. Engines without bf16 return a
 * float32 copy.
 */
export function toBfloat16<T extends tf.Tensor>(weight: T): T {
  if (!hasBfloat16()) return weight.clone() as T;
  const half = cast(weight, DT_FLOAT, DT_BFLOAT16) as T;
  bfloat16.add(half);
  return half;
}

/** Whether this is a `toBfloat16` matrix. */
export const isBfloat16 = (x: tf.Tensor): boolean => bfloat16.has(x);

/** Rows of a `toBfloat16` table in float32, [n, D]. No gradient. */
export function bfloat16Rows(table_VD: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const types = { Tparams: { type: DT_BFLOAT16 }, Tindices: { type: DT_INT32 }, Taxis: { type: DT_INT32 } };
    const [rows] = call("GatherV2", [table_VD, tf.cast(ids, "int32"), tf.scalar(0, "int32")], types);
    return cast(rows, DT_BFLOAT16, DT_FLOAT) as tf.Tensor2D;
  });
}

/** A float32 copy of a weight that may be a `toBfloat16` matrix. */
export const toFloat32 = <T extends tf.Tensor>(weight: T): T =>
  (bfloat16.has(weight) ? cast(weight, DT_BFLOAT16, DT_FLOAT) : weight.clone()) as T;

/** Up to so many rows, reading the weights is most of a product's work, and our kernel beats TensorFlow's. */
const fewRows = 32;

// A registered kernel, not a custom gradient: the gradient to a frozen weight is then never computed.
tf.registerKernel({
  kernelName: "TokenwiseDense",
  backendName: "tensorflow",
  kernelFunc({ inputs, attrs }) {
    const [x, w] = [inputs.x, inputs.w] as tf.Tensor[];
    return x.shape[0] <= fewRows ? denseOfFew(x, w, attrs!.inputsFirst as boolean) : product(x, w);
  },
});
tf.registerGradient({
  kernelName: "TokenwiseDense",
  inputsToSave: ["x", "w"],
  gradFunc: (dy, [x, w], attrs) => {
    const [dy_NE, x_ND, weight] = [dy, x, w] as tf.Tensor2D[];
    const inputsFirst = attrs.inputsFirst as boolean;
    return {
      x: () => dense(dy_NE, weight, !inputsFirst),
      w: () => (inputsFirst ? product(x_ND, dy_NE, true) : product(dy_NE, x_ND, true)),
    };
  },
});

/**
 * a·b, or aᵀ·b. TensorFlow's MatMul is up to a fifth faster at these than the batched one that tfjs calls; at a·bᵀ it
 * is slower.
 */
const product = (a: tf.Tensor, b: tf.Tensor, transposed = false) =>
  call("MatMul", [a, b], { transpose_a: transposed, transpose_b: false, T: { type: DT_FLOAT } })[0];

const denseOfFew = (x: tf.Tensor, w: tf.Tensor, inputsFirst: boolean) =>
  call("TokenwiseDense", [x, w], {
    T: { type: bfloat16.has(w) ? DT_BFLOAT16 : DT_FLOAT },
    inputs_first: inputsFirst,
  })[0];

/**
 * x·Wᵀ, [N, D] · [E, D] → [N, E] in float32, or x·W with `inputsFirst`, where W is [D, E]. W may be a `toBfloat16`
 * matrix. Gradients go to x, and to W in float32.
 */
export function dense(x_ND: tf.Tensor2D, weight: tf.Tensor2D, inputsFirst = false): tf.Tensor2D {
  const few = hasKernels() && x_ND.shape[0] <= fewRows;
  if (bfloat16.has(weight)) {
    // Saving the weight would clone it, and a clone is not known to be in bfloat16.
    const gradFunc = (dy_NE: tf.Tensor) => dense(dy_NE as tf.Tensor2D, weight, !inputsFirst);
    const product = few ? denseOfFew : denseInHalf;
    return tf.customGrad(x => ({ value: product(x as tf.Tensor, weight, inputsFirst), gradFunc }))(x_ND) as tf.Tensor2D;
  }
  if (few || (inputsFirst && hasKernels()))
    return tf.engine().runKernel("TokenwiseDense", { x: x_ND, w: weight }, { inputsFirst }) as tf.Tensor2D;
  // WebAssembly multiplies by a transposed matrix an order of magnitude slower than it transposes it.
  if (inputsFirst || tf.getBackend() !== "wasm") return tf.matMul(x_ND, weight, false, !inputsFirst);
  return tf.tidy(() => tf.matMul(x_ND, tf.transpose(weight) as tf.Tensor2D));
}

/** The input goes to bfloat16 too: for many rows that is faster, where the CPU or GPU multiplies in it. */
function denseInHalf(x: tf.Tensor, weight: tf.Tensor, inputsFirst: boolean): tf.Tensor {
  const flags = { transpose_a: false, transpose_b: !inputsFirst };
  const y = call("MatMul", [cast(x, DT_FLOAT, DT_BFLOAT16), weight], { T: { type: DT_BFLOAT16 }, ...flags })[0];
  return cast(y, DT_BFLOAT16, DT_FLOAT);
}
