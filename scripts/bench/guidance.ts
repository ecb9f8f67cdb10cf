// npm run bench -- guidance [guidance] [policy] [--json]: a step of guidance learning and a step of the prompt policy,
// against the same steps in PyTorch.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as tw from "../../src";
import { adamW } from "../../src/backend/adamw";
import { mean } from "../../src/core/mean";
import { heldOutLists } from "../../src/guidance/held-out";
import { createRewardModel } from "../../src/guidance/reward-model";
import { createMlp, type Mlp } from "../../src/models/parts/mlp";
import { adaptedLogits } from "../../src/policies/prompt-policy";
import { drawLists } from "../../src/preferences/lists";
import { median, startPeer } from "./lib/peer";

/**
 * Sizes of the prompt task: 64 lists of 5 prompts of 5 tokens, states of width 576, a reward head of width 128, an
 * adaptor of width 1024 over 256 tokens.
 */
const sizes = { N: 704, T: 5, D: 576, K: 5, lists: 64, hidden: 128, rows: 64, adaptor: 1024, actions: 256, steps: 40 };
const { N, T, D, K, lists, hidden, rows, adaptor, actions, steps } = sizes;
const rounds = 5;
/** The largest relative difference allowed between the losses of both sides. */
const tolerance = 1e-4;

interface Measured {
  /** Per step. */
  seconds: number;
  /** Mean loss over the timed steps. */
  loss: number;
}

/** A benchmark: its step in this library, and what the peer needs for the same step. */
interface Side {
  measure(): Promise<Measured>;
  /** Data for the peer: arrays are written to files, the rest into its job. */
  arrays: Record<string, Float32Array>;
  job: object;
}

async function main(args: string[]) {
  const json = args.includes("--json");
  const asked = args.filter(arg => !arg.startsWith("-"));
  await tw.selectBackend();
  const rng = tw.seeded(0);
  const features = numbers(N * T * D, rng.normal);
  const features_NTD = tf.tensor3d(features, [N, T, D]);
  const sides: Record<string, Side> = { guidance: guidanceSide(features_NTD), policy: policySide(features_NTD) };
  const folder = mkdtempSync(path.join(os.tmpdir(), "tokenwise-bench-"));
  try {
    const arrays = Object.assign({ features }, ...Object.values(sides).map(({ arrays }) => arrays));
    for (const [name, values] of Object.entries<Float32Array>(arrays))
      writeFileSync(path.join(folder, name), new Uint8Array(values.buffer));
    const jobs = Object.assign({}, ...Object.values(sides).map(({ job }) => job));
    const peer = await startPeer("guidance_peer.py", { ...sizes, ...jobs, folder, threads: os.availableParallelism() });
    try {
      for (const [row, { measure }] of Object.entries(sides)) {
        if (asked.length > 0 && !asked.includes(row)) continue;
        const measured = { row, ...(await compared(measure, () => peer.ask(row))) };
        const ms = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;
        if (json) console.log(JSON.stringify(measured));
        else
          console.log(
            [
              `${row.padEnd(10)} ${measured.ratio.toFixed(2).padStart(6)}×   ours ${ms(measured.seconds)}`,
              `PyTorch ${ms(measured.peerSeconds)} a step; mean loss ${measured.loss.toFixed(4)}`,
              `difference ${measured.apart.toExponential(0)}`,
            ].join(", "),
          );
        if (!(measured.apart <= tolerance))
          throw new Error(
            `${row}: the loss is ${measured.loss}, PyTorch's ${measured.peerLoss}. They do not do the same.`,
          );
      }
    } finally {
      peer.stop();
    }
  } finally {
    features_NTD.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Runs both in turns, A B A B …, so that other load on the machine affects both. */
async function compared(own: () => Promise<Measured>, peer: () => Promise<Measured>) {
  await own(); // warm-up
  await peer();
  const pairs: { ours: Measured; theirs: Measured }[] = [];
  for (let i = 0; i < rounds; i++) pairs.push({ ours: await own(), theirs: await peer() });
  const [{ ours, theirs }] = pairs;
  return {
    ratio: median(pairs.map(({ ours, theirs }) => theirs.seconds / ours.seconds)),
    seconds: median(pairs.map(({ ours }) => ours.seconds)),
    peerSeconds: median(pairs.map(({ theirs }) => theirs.seconds)),
    loss: ours.loss,
    peerLoss: theirs.loss,
    apart: Math.abs(ours.loss - theirs.loss) / Math.abs(theirs.loss),
  };
}

/**
 * The fitting part of `learnGuidance`, including the drawing of lists, which the peer gets for free. Both sides add
 * noise, with a std of 0.
 */
function guidanceSide(features_NTD: tf.Tensor3D): Side {
  const rng = tw.seeded(1);
  const { normal } = rng.split("scores");
  const scores = Array.from({ length: N }, normal);
  const model = createRewardModel({
    features_NTD,
    hidden,
    bound: tw.guidance.softplusBound(),
    rng: rng.split("reward model"),
  });
  const arrays = layer("head", model.variables);
  model.dispose();
  const { learned } = heldOutLists("bench", scores, { listSize: K, heldOut: 1 / 6, rng: rng.split("held out") });
  const drawing = { lists, listSize: K, rng: rng.split("lists") };
  const members = Array.from({ length: 2 * steps }, () => [
    ...drawLists(learned.preferences, drawing).map(learned.candidate),
  ]);
  return {
    arrays,
    job: { members },
    async measure() {
      const evaluations: { at: number; loss: number }[] = [];
      const learned = await tw.learnGuidance({ features_NTD, scores }, tw.seeded(1), {
        ...{
          aggregate: tw.meanTokens(),
          listSize: K,
          listsPerStep: lists,
          hidden,
          inputNoise: 0,
          steps: 2 * steps,
          every: steps,
        },
        onProgress: ({ loss }) => evaluations.push({ at: performance.now(), loss }),
      });
      learned.dispose();
      return { seconds: (evaluations[1].at - evaluations[0].at) / 1000 / steps, loss: evaluations[1].loss };
    },
  };
}

/** Updates of an adaptor by REINFORCE and entropy, on one batch. */
function policySide(features_NTD: tf.Tensor3D): Side {
  const rng = tw.seeded(2);
  const create = () => createMlp({ inputs: D, hidden: adaptor, outputs: D, lastGain: 0.1, rng: rng.split("adaptor") });
  const [head, ids] = [numbers(actions * D, () => 0.05 * rng.normal()), numbers(rows * T, () => rng.integer(actions))];
  const reward = numbers(rows * T, rng.uniform);
  const start = create();
  const arrays = { ...layer("adaptor", start.variables), head, ids, reward };
  start.dispose();
  return {
    arrays,
    job: {},
    async measure() {
      const mlp = create();
      const fixed = {
        states_ND: tf.reshape(tf.slice(features_NTD, 0, rows), [rows * T, D]) as tf.Tensor2D,
        head_DA: tf.tidy(() => tf.transpose(tf.tensor2d(head, [actions, D])) as tf.Tensor2D),
        ids_BT: tf.tensor2d(ids, [rows, T], "int32"),
        reward_BT: tf.tensor2d(reward, [rows, T]),
        mask_BT: tf.ones([rows, T]) as tf.Tensor2D,
      };
      const measured = policySteps(mlp, fixed);
      mlp.dispose();
      tf.dispose(fixed);
      return measured;
    },
  };
}

type PolicyBatch = Omit<tw.TokenBatch, "logits_BTV"> & { states_ND: tf.Tensor2D; head_DA: tf.Tensor2D };

function policySteps(mlp: Mlp, { states_ND, head_DA, ...batch }: PolicyBatch): Measured {
  const optimizer = adamW(mlp.variables, { learningRate: 5e-4 });
  const objectives = [tw.reinforce(), tw.scaled(0.125, tw.negativeEntropy())];
  const step = () =>
    optimizer.minimize(() => {
      const logits_BTV = tf.reshape(adaptedLogits(mlp, head_DA, states_ND), [rows, T, actions]) as tf.Tensor3D;
      const terms = objectives.map(({ loss, weight }) => tf.mul(loss({ ...batch, logits_BTV }), weight as number));
      return tf.addN(terms) as tf.Scalar;
    }).loss;
  step();
  const start = performance.now();
  const losses = Array.from({ length: steps }, step);
  const seconds = (performance.now() - start) / 1000 / steps;
  optimizer.dispose();
  return { seconds, loss: mean(losses) };
}

const numbers = (count: number, draw: () => number) => Float32Array.from({ length: count }, draw);

/** The parameters of an `Mlp` under the names that the peer uses. */
const layer = (name: string, variables: tf.Variable[]): Record<string, Float32Array> =>
  Object.fromEntries(variables.map((x, i) => [`${name}.${i}`, Float32Array.from(x.dataSync())]));

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
