// The names of tensors contain their axes: logits_BTV has the axes B, T and V. The legend of the library:
//
//   B rows of a batch    T response tokens    S source tokens    V vocabulary
//   N lists              K candidates a list  D width            H heads        L layers    C classes

import type { Tensor } from "@tensorflow/tfjs-core";
import { fail } from "./errors";

/**
 * Checks the shapes of tensors against their names: each letter after the last `_` is an axis, and equal letters must
 * have equal sizes. Returns the size of each axis.
 *
 *     const { B, T, V } = checkAxes("tokenNll", { logits_BTV, ids_BT });
 *
 * Errors: a wrong number of axes; different sizes for one letter.
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
