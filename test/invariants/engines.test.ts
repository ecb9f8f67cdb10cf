import * as tf from "@tensorflow/tfjs-core";
import { causalForward, causalLogits, causalPromptStates, causalStates } from "../../src/models/causal/forward";
import { classProbabilities } from "../../src/policies/classifier";
import { sameOnAllEngines } from "../engines";
import { tinyGpt2 } from "../tiny-gpt2";
import { tinyLlama } from "../tiny-llama";
import { examples, tinyClassifier } from "../tiny-task";

/** Logits of a padded batch and of prompts on it, of a GPT-2 padded on the left, and class probabilities. */
async function numbers(): Promise<number[]> {
  const model = tinyLlama();
  const gpt2 = tinyGpt2();
  const classifier = tinyClassifier(model);
  const texts = examples.map(({ text }) => text);
  const probabilities = await classProbabilities(classifier, texts, [[30, 31], [], [50]]);
  const found = tf.tidy(() => {
    const sequences = [
      [0, 7, 31, 50],
      [0, 4],
    ];
    const { last, cache } = causalStates(model, sequences);
    const first = causalLogits(model, tf.slice(last, [0, 0, 0], [-1, 2, -1]));
    const continued = causalLogits(model, causalPromptStates(model, cache, [[30], [52], [9]]).last);
    const left = { ids: [[9, 0, 5, 7]], mask: [[0, 1, 1, 1]] };
    const padded = tf.slice(causalLogits(gpt2, causalForward(gpt2, left).last), [0, 1, 0], [1, 3, -1]);
    return [first, continued, padded].flatMap(x => [...x.dataSync()]);
  });
  gpt2.dispose();
  classifier.verbalizers_DC.dispose();
  model.dispose();
  return [...found, ...probabilities.flat().flatMap(row => [...row])];
}

sameOnAllEngines(numbers, 500);
