// npm run bench -- guidance [--json]: a step of guidance learning and one of the prompt policy, against the same steps in PyTorch.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as tw from "../../src";
import { adamW } from "../../src/backend/adamw";
import { mean } from "../../src/core/mean";
import { createMlp } from "../../src/models/mlp";
import { median, type Peer, startPeer } from "./lib/peer";

/** The prompt task's sizes: 64 lists of 5 prompts of 5 tokens, states of width 576, a reward head of 128, an adaptor of 1024 over 256 tokens. */
const job = { N: 704, T: 5, D: 576, K: 5, lists: 64, hidden: 128, rows: 64, adaptor: 1024, actions: 256, steps: 40 };
const { N, T, D, K, lists, hidden, rows, adaptor, actions, steps } = job;
const rounds = 5;

interface Measured {
  /** For one step. */
  seconds: number;
  loss: number;
}

async function main(args: string[]) {
  const json = args.includes("--json");
  await tw.selectBackend();
  const rng = tw.seeded(0);
  const features = Float32Array.from({ length: N * T * D }, () => rng.normal());
  const scores = Array.from({ length: N }, () => rng.normal());
  const features_NTD = tf.tensor3d(features, [N, T, D]);
  const folder = mkdtempSync(path.join(os.tmpdir(), "tokenwise-bench-"));
  const file = path.join(folder, "features.f32");
  writeFileSync(file, new Uint8Array(features.buffer));
  let peer: Peer | undefined;
  try {
    peer = await startPeer("guidance_peer.py", { ...job, features: file, scores, threads: os.availableParallelism() });
    const ours: Record<string, () => Promise<Measured>> = {
      guidance: () => guidanceSteps(features_NTD, scores),
      policy: () => policySteps(features_NTD),
    };
    for (const [row, measure] of Object.entries(ours)) {
      await measure(); // warms both up
      await peer.ask(row);
      // A B A B …: what the machine does meanwhile reaches both sides.
      const pairs: { own: Measured; theirs: Measured }[] = [];
      for (let i = 0; i < rounds; i++) pairs.push({ own: await measure(), theirs: await peer.ask(row) });
      const measured = {
        row,
        ratio: median(pairs.map(({ own, theirs }) => theirs.seconds / own.seconds)),
        seconds: median(pairs.map(({ own }) => own.seconds)),
        peerSeconds: median(pairs.map(({ theirs }) => theirs.seconds)),
        loss: pairs[0].own.loss,
        peerLoss: pairs[0].theirs.loss,
      };
      const ms = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;
      if (json) console.log(JSON.stringify(measured));
      else
        console.log(
          `${row.padEnd(10)} ${measured.ratio.toFixed(2).padStart(6)}×   ours ${ms(measured.seconds)}, PyTorch ${ms(measured.peerSeconds)} a step; mean loss ${measured.loss.toFixed(3)}, PyTorch ${measured.peerLoss.toFixed(3)}`,
        );
    }
  } finally {
    peer?.stop();
    features_NTD.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Steps of `learnGuidance` between its first two looks at held-out candidates. */
async function guidanceSteps(features_NTD: tf.Tensor3D, scores: number[]): Promise<Measured> {
  const looks: { at: number; loss: number }[] = [];
  const learned = await tw.learnGuidance({ features_NTD, scores }, tw.seeded(1), {
    ...{ aggregate: tw.meanTokens(), listSize: K, lists, hidden, steps: 2 * steps, every: steps },
    onProgress: ({ loss }) => looks.push({ at: performance.now(), loss }),
  });
  learned.dispose();
  return { seconds: (looks[1].at - looks[0].at) / 1000 / steps, loss: looks[0].loss };
}

/** Updates of an adaptor by REINFORCE and entropy, on one batch. */
async function policySteps(features_NTD: tf.Tensor3D): Promise<Measured> {
  const rng = tw.seeded(2);
  const mlp = createMlp({ inputs: D, hidden: adaptor, outputs: D, lastGain: 0.1, rng });
  const optimizer = adamW(mlp.variables, { learningRate: 5e-4 });
  const objectives = [tw.reinforce(), tw.scaled(0.125, tw.negativeEntropy())];
  const numbers = (count: number, draw: () => number) => Float32Array.from({ length: count }, draw);
  const fixed = {
    states_ND: tf.reshape(tf.slice(features_NTD, 0, rows), [rows * T, D]) as tf.Tensor2D,
    head_VD: tf.tensor2d(
      numbers(actions * D, () => 0.05 * rng.normal()),
      [actions, D],
    ),
    ids_BT: tf.tensor2d(
      numbers(rows * T, () => rng.integer(actions)),
      [rows, T],
      "int32",
    ),
    reward_BT: tf.tensor2d(
      numbers(rows * T, () => rng.uniform()),
      [rows, T],
    ),
    mask_BT: tf.ones([rows, T]) as tf.Tensor2D,
  };
  const step = () =>
    optimizer.minimize(() => {
      const adapted_ND = tf.add(fixed.states_ND, mlp.apply(fixed.states_ND)) as tf.Tensor2D;
      const logits_NV = tf.matMul(adapted_ND, fixed.head_VD, false, true);
      const logits_BTV = tf.reshape(logits_NV, [rows, T, actions]) as tf.Tensor3D;
      const terms = objectives.map(({ loss, weight }) => tf.mul(loss({ ...fixed, logits_BTV }), weight as number));
      return tf.addN(terms) as tf.Scalar;
    }).loss;
  step();
  const start = performance.now();
  const losses = Array.from({ length: steps }, step);
  const seconds = (performance.now() - start) / 1000 / steps;
  mlp.dispose();
  optimizer.dispose();
  tf.dispose(fixed);
  return { seconds, loss: mean(losses) };
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
