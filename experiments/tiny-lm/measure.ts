// Evaluation of the toy LM on reviews that it was not trained on.

import * as tf from "@tensorflow/tfjs-core";
import * as tw from "../../src";
import { batchOf } from "./batch";

const probes = ["", " Overall it was", " Verdict:", " My brother disagrees:", " The popcorn was"];

/** Perplexity of the reviews, and accuracy of classifying them after some prompts. */
export async function measure(
  model: tw.CausalLm,
  reviews: readonly { text: string; label: string }[],
): Promise<Record<string, number>> {
  let [nll, tokens] = [0, 0];
  const sequences = reviews.map(({ text }) => [0, ...model.tokenizer.encode(text)]);
  const lengths = sequences.map(({ length }) => length);
  for (const indices of tw.text.bucketByTokens(lengths, 2000)) {
    const documents = indices.map(i => ({ ids: sequences[i], weights: sequences[i].slice(1).map(() => 1) }));
    const count = documents.reduce((sum, { weights }) => sum + weights.length, 0);
    const loss = tf.tidy(() => tw.mle().loss(batchOf(model, documents).batches().references!).dataSync()[0]);
    [nll, tokens] = [nll + count * loss, tokens + count];
  }
  const classifier = tw.createClassifier(model, { verbalizers: { negative: " negative", positive: " positive" } });
  const prompts = probes.map(model.tokenizer.encode);
  const measured = await tw.measurePrompts(classifier, reviews, prompts);
  classifier.verbalizers_DC.dispose();
  const accuracies = measured.map(({ accuracy }, i) => [`accuracy after "${probes[i]}"`, accuracy]);
  return { perplexity: Math.exp(nll / tokens), ...Object.fromEntries(accuracies) };
}
