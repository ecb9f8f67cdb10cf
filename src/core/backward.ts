// Reverse-mode differentiation in little memory. tfjs's own keeps every activation and every gradient of one until it
// is through; here both go as soon as the pass is past them, which halves the memory of training an LM. It walks the
// tape that tfjs records, which is not public there.

import * as tf from "@tensorflow/tfjs-core";
import { fail } from "./errors";
import { tidy } from "./tidy";

interface TapeNode {
  kernelName: string;
  inputs: Record<string, tf.Tensor>;
  outputs: tf.Tensor[];
  /** What the gradient needs, kept until disposed. */
  saved?: tf.Tensor[];
  gradient?: (dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>;
}

interface TapeEngine {
  state: { activeTape: TapeNode[] | null; gradientDepth: number };
  startTape(): void;
  endTape(): void;
  nextTensorId(): number;
}

/** A loss, and the gradient to each variable; undefined for those that it does not depend on. */
export interface Gradients {
  loss: tf.Scalar;
  gradients: (tf.Tensor | undefined)[];
}

/**
 * The loss and its gradients, as `tf.variableGrads` gives them.
 *
 * Errors: a loss that is not a scalar, or depends on no variable; a call from inside a function that is being
 * differentiated.
 */
export function gradientsOf(loss: () => tf.Scalar, variables: readonly tf.Variable[]): Gradients {
  const { value, tape } = recorded(loss);
  try {
    if (value.rank !== 0) fail("gradientsOf", `the loss has shape [${value.shape}]`, "Return a scalar.");
    const found = tidy(() => {
      const gradient = walkedBack(tape, value, variables);
      return variables.map(({ id }) => gradient.get(id));
    });
    if (!found.some(gradient => gradient))
      fail("gradientsOf", "the loss depends on none of the variables", "Make it from them inside the function.");
    return { loss: value, gradients: found };
  } catch (error) {
    value.dispose();
    throw error;
  } finally {
    for (const { saved } of tape) tf.dispose(saved ?? []);
  }
}

/** Runs the loss and returns what tfjs recorded of it. */
function recorded(loss: () => tf.Scalar): { value: tf.Scalar; tape: TapeNode[] } {
  const engine = tf.engine() as unknown as TapeEngine;
  if (engine.state.gradientDepth > 0)
    fail("gradientsOf", "another gradient is being computed", "Call it outside, there are no second derivatives.");
  engine.startTape();
  const tape = engine.state.activeTape!;
  try {
    return { value: tf.tidy(loss), tape };
  } catch (error) {
    for (const { saved } of tape) tf.dispose(saved ?? []);
    throw error;
  } finally {
    engine.endTape();
    engine.state.activeTape = null;
  }
}

/** The gradients to the variables, by their ids. */
function walkedBack(tape: TapeNode[], value: tf.Scalar, variables: readonly tf.Variable[]): Map<number, tf.Tensor> {
  const moving = new Set(variables.map(({ id }) => id)); // what depends on the variables
  for (const { inputs, outputs, saved } of tape) {
    if (Object.values(inputs).some(({ id }) => moving.has(id))) for (const { id } of outputs) moving.add(id);
    else tf.dispose(saved ?? []);
  }
  const gradient = new Map<number, tf.Tensor>([[value.id, tf.onesLike(value)]]);
  for (const node of tape.reverse()) {
    const dys = node.outputs.map(({ id }) => gradient.get(id) ?? null);
    const inputs = Object.entries(node.inputs).filter(([, { id }]) => moving.has(id));
    if (inputs.length > 0 && dys.some(dy => dy)) {
      for (const [i, dx] of inputGradients(
        node,
        dys,
        inputs.map(([name]) => name),
      ).entries()) {
        const { id, shape } = inputs[i][1];
        if (`${dx.shape}` !== `${shape}`)
          fail(
            node.kernelName,
            `it has a gradient of [${dx.shape}] for an input of [${shape}]`,
            "Correct its gradient.",
          );
        const before = gradient.get(id);
        gradient.set(id, before ? tf.add(before, dx) : dx);
        if (before) tf.dispose([before, dx]);
      }
    }
    for (const { id } of node.outputs) gradient.delete(id);
    tf.dispose([...dys.filter(dy => dy !== null), ...(node.saved ?? [])]);
  }
  return gradient;
}

/** The gradients to these inputs of a node, tensors of their own. */
function inputGradients({ kernelName, gradient }: TapeNode, dys: (tf.Tensor | null)[], names: string[]): tf.Tensor[] {
  if (!gradient) fail("gradientsOf", `tfjs has no gradient for ${kernelName}`, "Write it with tf.customGrad.");
  return tf.tidy(() => {
    const oldest = (tf.engine() as unknown as TapeEngine).nextTensorId();
    const made = gradient(dys);
    const found: tf.Tensor[] = [];
    for (const name of names) {
      const dx = tf.tidy(made[name]);
      // A gradient function may hand on what it was given, or the same tensor twice.
      found.push(dx.id < oldest || found.includes(dx) ? tf.clone(dx) : dx);
    }
    return found;
  });
}
