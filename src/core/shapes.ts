// Axes are in the names of tensors: logits_BTV has the axes B, T and V. One legend for the whole library:
//
//   B rows of a batch    T response tokens    S source tokens    V vocabulary
//   N lists              K candidates a list  D width            H heads        L layers    C classes

import type { Tensor } from "@tensorflow/tfjs-core";
import { fail } from "./errors";

/**
 * Checks tensors against the axes in their names: one axis a letter after the last `_`, and the same letter has the
 * same size everywhere. Returns the size of every letter.
 *
 *     const { B, T, V } = checkAxes("tokenNll", { logits_BTV, ids_BT });
 *
 * Errors: `where` with the tensor's name and shape.
 */
export function checkAxes(where: string, tensors: Record<string, Tensor>): Record<string, number> {
  const sizes: Record<string, number> = {};
  const from: Record<string, string> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const axes = name.slice(name.lastIndexOf("_") + 1);
    const shape = `[${tensor.shape.join(",")}]`;
    if (tensor.rank !== axes.length) {
      fail(where, `${name} has shape ${shape}`, `Give it ${axes.length} axes: ${axes.split("").join(", ")}.`);
    }
    for (const [i, axis] of axes.split("").entries()) {
      sizes[axis] ??= tensor.shape[i];
      from[axis] ??= name;
      if (sizes[axis] !== tensor.shape[i]) {
        fail(
          where,
          `${name} has shape ${shape}, but ${axis} is ${sizes[axis]} in ${from[axis]}`,
          `Give both the same ${axis}.`,
        );
      }
    }
  }
  return sizes;
}
