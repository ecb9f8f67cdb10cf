import "@tensorflow/tfjs-backend-cpu";
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { selectBackend } from "../../src/backend/select";
import { tdpo } from "../../src/objectives/tdpo";
import { close } from "../close";
import { full, gradient } from "./batch";

before(() => selectBackend());

test("version 2 holds the better response's KL constant: the gradient by hand", () => {
  const beta = 0.7;
  const value = tdpo({ beta }).loss(full).dataSync()[0];
  const slope = -beta * (1 - Math.exp(-value)); // of −log σ(β h) in h
  // Token 1 has probability 3/4 of the better response's first, 1/2 of its second, 1/4 of the worse response's only
  // token.
  const better = [-0.75 + 1, 0.5]; // of log π(a_t) to a_t's logit
  const worse = -(1 - 0.25) - 0.5 * (0.25 - 0.75); // −∇ℓ − α ∇KL(ρ ‖ π), ∇KL = π − ρ
  const wanted = [-better[0], better[0], better[1], -better[1], -worse, worse, 0, 0].map(d => slope * d);
  close(gradient(tdpo({ beta }), full), wanted);
});

test("version 1 does not", () => {
  const apart = tf.sub(gradient(tdpo({ version: 1 }), full), gradient(tdpo({ alpha: 1 }), full));
  const better = tf.slice(apart, [0, 0, 0], [1, 1, 2]); // the better response's first token
  const pull = tf.sum(tf.abs(better)).dataSync()[0];
  if (!(pull > 1e-3)) throw new Error(`the better response's KL has no gradient: ${pull}`);
});
