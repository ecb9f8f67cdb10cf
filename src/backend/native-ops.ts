// TensorFlow kernels called by name where they are faster than what tfjs offers; elsewhere the same result from plain tfjs.

import * as tf from "@tensorflow/tfjs-core";

/** The parts of tfjs-node's backend that reach TensorFlow's eager C API. */
interface NativeBackend {
  binding: {
    TF_FLOAT: number;
    TF_ATTR_TYPE: number;
    TF_ATTR_BOOL: number;
    executeOp(
      name: string,
      attributes: Attribute[],
      ids: number[],
      outputs: number,
    ): { id: number; shape: number[]; dtype: number }[];
  };
  getInputTensorIds(tensors: tf.Tensor[]): number[];
  tensorMap: { set(dataId: object, value: object): void };
}
interface Attribute {
  name: string;
  type: number;
  value: number | boolean;
}

const [DT_INT32, DT_BFLOAT16] = [3, 14]; // tensorflow/core/framework/types.proto
const bfloat16 = new WeakSet<tf.Tensor>();
const native = () => tf.backend() as unknown as NativeBackend;

/** Runs one TensorFlow op with one output; tfjs then tracks the output like any tensor. */
function run(
  name: string,
  types: Record<string, number>,
  flags: Record<string, boolean>,
  inputs: tf.Tensor[],
): tf.Tensor {
  const { binding, tensorMap } = native();
  const attributes: Attribute[] = [
    ...Object.entries(types).map(([name, value]) => ({ name, type: binding.TF_ATTR_TYPE, value })),
    ...Object.entries(flags).map(([name, value]) => ({ name, type: binding.TF_ATTR_BOOL, value })),
  ];
  const [{ id, shape, dtype }] = binding.executeOp(name, attributes, native().getInputTensorIds(inputs), 1);
  const dataId = {};
  tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: "float32" });
}

const cast = (x: tf.Tensor, from: number, to: number) =>
  run("Cast", { SrcT: from, DstT: to }, { Truncate: false }, [x]);

/** Whether bf16 products run here at all (they need TensorFlow). */
export const hasBfloat16 = () => tf.getBackend() === "tensorflow";

/**
 * A copy of a frozen weight matrix in bfloat16, half the memory; the product with it takes bf16 inputs and accumulates in f32.
 * It is only good as the weight of `dense`: nothing else may read it. Engines without bf16 return a float32 copy.
 */
export function toBfloat16<T extends tf.Tensor>(weight: T): T {
  if (!hasBfloat16()) return weight.clone() as T;
  const half = cast(weight, native().binding.TF_FLOAT, DT_BFLOAT16) as T;
  bfloat16.add(half);
  return half;
}

/** Whether this is a `toBfloat16` matrix. */
export const isBfloat16 = (x: tf.Tensor): boolean => bfloat16.has(x);

/** Rows of a `toBfloat16` table in float32, [n, D]. No gradient. */
export function bfloat16Rows(table_VD: tf.Tensor2D, ids: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const types = { Tparams: DT_BFLOAT16, Tindices: DT_INT32, Taxis: DT_INT32 };
    const rows = run("GatherV2", types, {}, [table_VD, tf.cast(ids, "int32"), tf.scalar(0, "int32")]);
    return cast(rows, DT_BFLOAT16, native().binding.TF_FLOAT) as tf.Tensor2D;
  });
}

/** A float32 copy of a weight that may be a `toBfloat16` matrix. */
export const toFloat32 = <T extends tf.Tensor>(weight: T): T =>
  (bfloat16.has(weight) ? cast(weight, DT_BFLOAT16, native().binding.TF_FLOAT) : weight.clone()) as T;

/**
 * x·Wᵀ, [N, D] · [E, D] → [N, E] in float32, or x·W with `inputsFirst`, where W is [D, E]. W may be a `toBfloat16` matrix.
 * Gradients go to x, and to W in float32.
 */
export function dense(x_ND: tf.Tensor2D, weight: tf.Tensor2D, inputsFirst = false): tf.Tensor2D {
  if (!bfloat16.has(weight)) {
    // WebAssembly multiplies by a transposed matrix an order of magnitude slower than it transposes it.
    if (inputsFirst || tf.getBackend() !== "wasm") return tf.matMul(x_ND, weight, false, !inputsFirst);
    return tf.tidy(() => tf.matMul(x_ND, tf.transpose(weight) as tf.Tensor2D));
  }
  const forward = (x: tf.Tensor) => {
    const { TF_FLOAT } = native().binding;
    const flags = { transpose_a: false, transpose_b: !inputsFirst };
    const product = run("MatMul", { T: DT_BFLOAT16 }, flags, [cast(x, TF_FLOAT, DT_BFLOAT16), weight]);
    return cast(product, DT_BFLOAT16, TF_FLOAT);
  };
  // Saving the weight would clone it, and a clone is not known to be in bfloat16.
  const gradient = (dy_NE: tf.Tensor) => dense(dy_NE as tf.Tensor2D, weight, !inputsFirst);
  return tf.customGrad(x => ({ value: forward(x as tf.Tensor), gradFunc: gradient }))(x_ND) as tf.Tensor2D;
}
