import "@tensorflow/tfjs-backend-cpu";
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { mle } from "../../src/objectives/mle";
import { negativeEntropy } from "../../src/objectives/negative-entropy";
import { scaled } from "../../src/objectives/objective";
import { evaluateTerms } from "../../src/objectives/terms";
import { close, leavesNothing } from "../close";
import { batch, full } from "./batch";

before(() => selectBackend());

const objectives = [mle(), scaled(step => 0.1 * step, negativeEntropy())];

test("the weighted sum at a step, and each term unweighted, on its own kind of batch", () => {
  const { loss, terms } = evaluateTerms(objectives, { references: batch, samples: full }, 5);
  const [nll, entropy] = [mle().loss(batch), negativeEntropy().loss(full)].map(term => term.dataSync()[0]);
  close(terms.mle, nll);
  close(terms.negativeEntropy, entropy);
  close(loss, nll + 0.5 * entropy);
  leavesNothing(() => ({ ...evaluateTerms(objectives, { references: batch, samples: full }, 5) }));
});

test("a term of weight 0 is told and does not count, though it be infinite", () => {
  const endless = { ...mle(), name: "endless", loss: () => tf.scalar(Infinity) };
  const { loss, terms } = evaluateTerms([mle(), scaled(0, endless)], { references: batch }, 0);
  close(loss, terms.mle.dataSync()[0]);
  close(terms.endless, Infinity);
});

test("gradients go from the sum to the logits", () => {
  const of = (logits_BTV: tf.Tensor) => ({ ...batch, logits_BTV: logits_BTV as tf.Tensor3D });
  const sum = tf.grad(x => evaluateTerms(objectives, { references: of(x), samples: of(x) }, 10).loss)(batch.logits_BTV);
  const alone = tf.grad(x => tf.add(mle().loss(of(x)), negativeEntropy().loss(of(x))))(batch.logits_BTV);
  close(sum, [...alone.dataSync()]);
});

test("no objective, two of one name, and a batch that is missing are named", () => {
  assert.throws(() => evaluateTerms([], {}, 0), /evaluateTerms: there is no objective/);
  assert.throws(() => evaluateTerms([mle(), mle()], { references: batch }, 0), /two terms are named "mle"/);
  assert.throws(
    () => evaluateTerms([mle()], { samples: batch }, 0),
    /objective mle learns from references. Give a batch/,
  );
});
