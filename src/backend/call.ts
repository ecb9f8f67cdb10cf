// Calls TensorFlow ops by name: those of TensorFlow itself, and this library's own kernels (kernels/*.cc) if the set-up
// has built them.

import * as tf from "@tensorflow/tfjs-core";

/** The parts of tfjs-node's backend that reach TensorFlow's eager C API. */
interface NativeBackend {
  isUsingGpuDevice: boolean;
  binding: {
    TF_ATTR_TYPE: number;
    TF_ATTR_BOOL: number;
    TF_ATTR_INT: number;
    TF_ATTR_FLOAT: number;
    executeOp(
      name: string,
      attributes: { name: string; type: number; value: number | boolean }[],
      ids: number[],
      outputs: number,
    ): { id: number; shape: number[]; dtype: number }[];
  };
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  tensorMap: { set(dataId: object, value: object): void };
}

/** The value of an attribute with its kind, or a boolean. */
export type Attribute = boolean | { int: number } | { float: number } | { type: number };

/** The version in kernels/module.cc. */
const version = 2;
let kernels: { version: number; instructionSet?: string } | undefined;

/**
 * Loads the library's kernels, which the set-up puts beside the addon of tfjs. Without them, or with another version,
 * plain tfjs computes the same numbers.
 */
export function loadKernels(): void {
  try {
    kernels = require("@tensorflow/tfjs-node-gpu/lib/napi-v8/tokenwise_kernels.node");
  } catch {
    kernels = undefined;
  }
}

/** Whether the library's kernels can be called: TensorFlow computes on the CPU, and they were built. */
export const hasKernels = (): boolean =>
  kernels?.version === version &&
  tf.getBackend() === "tensorflow" &&
  !(tf.backend() as unknown as NativeBackend).isUsingGpuDevice;

/**
 * The instruction set that the library's kernels chose, by the name of its build; undefined where they do not compute.
 */
export const kernelSet = (): string | undefined => (hasKernels() ? kernels!.instructionSet : undefined);

/**
 * Runs one TensorFlow op; tfjs tracks its outputs, as float32. Outputs of another type may be passed only to ops called
 * by name.
 */
export function call(
  name: string,
  inputs: readonly tf.Tensor[],
  attributes: Record<string, Attribute> = {},
  outputs = 1,
): tf.Tensor[] {
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const list = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
    if ("int" in value) return { name, type: binding.TF_ATTR_INT, value: value.int };
    if ("float" in value) return { name, type: binding.TF_ATTR_FLOAT, value: value.float };
    return { name, type: binding.TF_ATTR_TYPE, value: value.type };
  });
  const made = binding.executeOp(name, list, backend.getInputTensorIds(inputs), outputs);
  return made.map(({ id, shape, dtype }) => {
    const dataId = {};
    backend.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 });
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype: "float32" });
  });
}

let alone: number | undefined;

/**
 * The attribute `alone` of ops that work in place: the number of references to a tensor's memory while an op runs,
 * including those of TensorFlow's runtime, if no other tensor shares the memory; 0 if a clone shares it, so that the op
 * must not work in place.
 */
export function aloneIn({ dataId }: tf.Tensor): number {
  if (tf.engine().backend.refCount(dataId) > 1) return 0;
  alone ??= tf.tidy(() => call("TokenwiseHolders", [tf.fill([1], 0)])[0].dataSync()[0]);
  return alone;
}
