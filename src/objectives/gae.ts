import * as tf from "@tensorflow/tfjs-core";
import { between, type Checks, checkOptions } from "../core/options";
import { checkAxes } from "../core/shapes";

/** Rewards of the tokens of samples, and the value of the state before each. */
export interface Rollout {
  reward_BT: tf.Tensor2D;
  value_BT: tf.Tensor2D;
  mask_BT: tf.Tensor2D;
  /** The value after the last token, of responses cut off before their end. Default 0. */
  lastValue_B?: tf.Tensor1D;
}

export interface GaeOptions {
  /** Discount factor γ, 0 to 1. Default 1. */
  discount?: number;
  /** λ, 0 to 1: from the one-step TD error to the whole return. Default 0.95. */
  lambda?: number;
}

const gaeChecks: Checks<GaeOptions> = { discount: between(0, 1), lambda: between(0, 1) };

/**
 * Generalized advantage estimation (Schulman et al. 2016), backwards over each row's tokens:
 *
 *     δ_t = r_t + γ V_{t+1} − V_t,   A_t = δ_t + γλ A_{t+1},   return_t = A_t + V_t
 *
 * Both are constants, [B,T], and 0 at padding; a position that the mask leaves out is skipped.
 *
 * Errors: an option out of its range.
 */
export function gae(rollout: Rollout, options: GaeOptions = {}) {
  checkOptions("gae", options, gaeChecks);
  const { discount = 1, lambda = 0.95 } = options;
  const { reward_BT, value_BT, mask_BT, lastValue_B } = rollout;
  const { B, T } = checkAxes("gae", { reward_BT, value_BT, mask_BT, ...(lastValue_B && { lastValue_B }) });
  const [reward, value, mask, last] = [reward_BT, value_BT, mask_BT, lastValue_B].map(x => x?.dataSync());
  const advantages = new Float32Array(B * T);
  const returns = new Float32Array(B * T);
  for (let row = 0; row < B; row++) {
    let [advantage, next] = [0, last?.[row] ?? 0];
    for (let i = (row + 1) * T - 1; i >= row * T; i--) {
      if (!(mask![i] > 0)) continue;
      advantage = reward![i] + discount * next - value![i] + discount * lambda * advantage;
      next = value![i];
      advantages[i] = advantage;
      returns[i] = advantage + next;
    }
  }
  return { advantage_BT: tf.tensor2d(advantages, [B, T]), return_BT: tf.tensor2d(returns, [B, T]) };
}
