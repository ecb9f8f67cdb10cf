import { above, type Checks, checkOptions, integer } from "../core/options";
import type { CausalLm } from "../models/causal/forward";
import type { Seq2SeqLm } from "../models/seq2seq/forward";
import { referencePolicy } from "../policies/reference-policy";
import { logProbabilities } from "../policies/token-rows";
import type { TextGuidance } from "./text-guidance";

/** Options of `implicitGuidance`. */
export interface ImplicitGuidanceOptions {
  /** β of the DPO training. Default 0.1. */
  beta?: number;
  /** Responses of a pass. Default 16. */
  passSize?: number;
}

const checks: Checks<ImplicitGuidanceOptions> = { beta: above(0), passSize: integer(1) };

/**
 * The token rewards that an LM trained by DPO implies: β (log π(a_t) − log ρ(a_t)), ρ being the LM before that training
 * (Rafailov et al. 2024, "From r to Q*"; Zhong et al. 2024, RTO), for `trainWithSamples` to train a third LM of the
 * same tokenizer. Both LMs stay the caller's.
 *
 * Errors: an option out of its range; an LM of which something trains.
 */
export function implicitGuidance<M extends CausalLm | Seq2SeqLm>(
  trained: M,
  reference: M,
  options: ImplicitGuidanceOptions = {},
): Pick<TextGuidance, "rewards"> {
  checkOptions("implicitGuidance", options, checks);
  const { beta = 0.1, passSize = 16 } = options;
  const policies = [trained, reference].map(referencePolicy);
  return {
    async rewards(examples) {
      const encoded = { examples, states: [] }; // such policies keep nothing
      const [now, then] = [
        await logProbabilities(policies[0], encoded, passSize),
        await logProbabilities(policies[1], encoded, passSize),
      ];
      return now.map((row, n) => row.map((x, t) => beta * (x - then[n][t])));
    },
  };
}
