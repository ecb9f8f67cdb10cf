import * as tf from "@tensorflow/tfjs-core";
import { tidy } from "../core/tidy";
import type { ResponsePolicy } from "./response-policy";

/** The policy with its teacher-forced logits divided by a temperature; how it samples stays the same. */
export function tempered<P extends Pick<ResponsePolicy, "teacherForce">>(policy: P, temperature: number): P {
  if (temperature === 1) return policy;
  return {
    ...policy,
    teacherForce: (encoded, rows) =>
      tidy(() => {
        const forced = policy.teacherForce(encoded, rows);
        return { ...forced, logits_BTV: tf.div(forced.logits_BTV, temperature) as tf.Tensor3D };
      }),
  };
}
