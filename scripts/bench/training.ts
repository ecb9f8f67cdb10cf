// npm run bench -- training [ROW …] [--json]: steps of DPO and of GRPO on SmolLM2-135M with low-rank updates, against
// TRL's trainers on the same weights, updates and token ids.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import * as tw from "../../src";
import { cachePath } from "../../src/core/cache";
import { meanInterval } from "../../src/core/mean-interval";
import { openCheckpoint } from "../../src/weights/open-checkpoint";
import { saveCheckpoint } from "../../src/weights/save-checkpoint";
import { median, type Peer, peerPython, startPeer } from "./lib/peer";
import { type Completions, dpoSteps, grpoSteps, settings, type Texts, type Turn, textsOf } from "./lib/training-steps";

const rounds = 8;
const low = { rank: 8, alpha: 16 };

interface Row {
  method: "dpo" | "grpo";
  bfloat16: boolean;
  /** Whether the reference's log-probabilities are computed before the first step. */
  precomputed?: boolean;
}

const rows: Record<string, Row> = {
  dpo: { method: "dpo", bfloat16: false },
  "dpo-precomputed": { method: "dpo", bfloat16: false, precomputed: true },
  "dpo-bfloat16": { method: "dpo", bfloat16: true },
  grpo: { method: "grpo", bfloat16: false },
  "grpo-bfloat16": { method: "grpo", bfloat16: true },
};

interface Measured {
  row: string;
  /** TRL's time divided by ours: the geometric mean over pairs of steps, with its 95 % interval. */
  ratio: { mean: number; low: number; high: number };
  /** Medians of all steps after the first, in seconds, with those of their parts. */
  ours: Record<string, number>;
  trl: Record<string, number>;
  /** The loss of the first step. */
  firstLosses: { ours: number; trl: number };
  /** How far losses and gradient norms of the two differ, relative to TRL's, at each step. */
  losses: number[];
  gradientNorms: number[];
}

/** Both take turns, a step each; the first step of each is a warm-up. */
async function measure(name: string, row: Row, texts: Texts, peer: Peer, folder: string): Promise<Measured> {
  const lm = await tw.loadCausalLm("smollm2-135m", { precision: row.bfloat16 ? "bfloat16" : "float32" });
  lm.endTokens = []; // so that every sample has all of its tokens
  const policy = tw.trainablePolicy(lm, { train: "low-rank", ...low, rng: tw.seeded(3) });
  try {
    moveAway(policy.variables);
    const adapter = path.join(folder, "adapter");
    await tw.models.saveLowRank(adapter, lm);
    const steps = rounds + 1;
    let completions: Completions | undefined;
    const ours =
      row.method === "dpo"
        ? dpoSteps(policy, texts, steps, row.precomputed ?? false)
        : grpoSteps(policy, texts, steps, given => void (completions = given));
    const { prompts, pairs } = texts;
    const { learningRate, clipNorm, dpoBeta, klWeight, samples, sampleTokens } = settings;
    const job = { steps, adapter, learningRate, clipNorm, bfloat16: row.bfloat16, prompts, pairs };
    const own =
      row.method === "dpo"
        ? { beta: dpoBeta, precomputed: row.precomputed ?? false }
        : { beta: klWeight, samples, tokens: sampleTokens };
    await peer.ask(`${row.method} ${JSON.stringify({ ...job, ...own })}`);
    const turns: [ours: Turn, trl: Turn][] = [];
    for await (const turn of ours) turns.push([turn, await peer.ask(`step ${JSON.stringify(completions ?? null)}`)]);
    const measured = { row: name, ...compared(turns) };
    const most = Math.max(...measured.losses, ...measured.gradientNorms);
    if (!row.bfloat16 && !(most < 1e-3)) throw new Error(`${name}: losses or gradient norms differ by ${most}.`);
    return measured;
  } finally {
    policy.dispose();
    lm.dispose();
  }
}

/** Updates that change something, so that the policy is not its reference at the first step. */
function moveAway(variables: tw.policies.TrainablePolicy["variables"]): void {
  const { normal } = tw.seeded(4);
  for (const variable of variables.filter((_, i) => i % 2 === 1)) {
    const values = Float32Array.from({ length: variable.size }, () => 0.02 * normal());
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}

function compared(turns: readonly (readonly [ours: Turn, trl: Turn])[]): Omit<Measured, "row"> {
  const counted = turns.slice(1);
  const logs = meanInterval(counted.map(([ours, trl]) => Math.log(trl.seconds / ours.seconds)));
  const side = (which: 0 | 1) => {
    const all = counted.map(turn => ({ ...turn[which].parts, total: turn[which].seconds }));
    return Object.fromEntries(Object.keys(all[0]).map(part => [part, median(all.map(own => own[part as "total"]))]));
  };
  const apart = (of: "loss" | "gradientNorm") =>
    turns.map(([ours, trl]) => Math.abs(ours[of] - trl[of]) / Math.abs(trl[of]));
  return {
    ratio: { mean: Math.exp(logs.mean), low: Math.exp(logs.low), high: Math.exp(logs.high) },
    ours: side(0),
    trl: side(1),
    firstLosses: { ours: turns[0][0].loss, trl: turns[0][1].loss },
    losses: apart("loss"),
    gradientNorms: apart("gradientNorm"),
  };
}

function shown({ row, ratio, ours, trl, firstLosses, losses, gradientNorms }: Measured): string {
  const seconds = ({ total, ...parts }: Record<string, number>) => {
    const rest = total - Object.values(parts).reduce((sum, part) => sum + part, 0);
    const all = Object.keys(parts).length > 0 ? Object.entries({ ...parts, update: rest }) : [];
    const detail = all.map(([name, part]) => `${name} ${part.toFixed(2)}`).join(", ");
    return `${total.toFixed(2)} s${detail && ` (${detail})`}`;
  };
  const most = (apart: number[]) => Math.max(...apart).toExponential(0);
  const first = [firstLosses.ours, firstLosses.trl].map(loss => loss.toPrecision(4)).join(" and ");
  return [
    `${row.padEnd(16)} ${ratio.mean.toFixed(2)}× [${ratio.low.toFixed(2)}, ${ratio.high.toFixed(2)}]   `,
    `ours ${seconds(ours)}, TRL ${seconds(trl)}; first losses ${first}; `,
    `in ${losses.length} steps losses differ by up to ${most(losses)}, gradient norms by ${most(gradientNorms)}`,
  ].join("");
}

async function main(args: string[]) {
  const json = args.includes("--json");
  const asked = args.filter(arg => !arg.startsWith("-"));
  const unknown = asked.find(row => !Object.hasOwn(rows, row));
  if (unknown) throw new Error(`There is no row ${unknown}. Rows: ${Object.keys(rows).join(", ")}.`);
  peerPython();
  await tw.selectBackend();
  const { device, instructionSet, cores } = tw.deviceReport();
  const load = os.loadavg()[0];
  const machine = { device, cores, instructionSet, load };
  console.log(json ? JSON.stringify(machine) : `${device}, ${cores} cores, ${instructionSet}, load ${load.toFixed(1)}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tokenwise-bench-"));
  try {
    const { config, tokenizer, close } = await openCheckpoint(cachePath("models", "smollm2-135m"));
    close();
    const lm = await tw.loadCausalLm("smollm2-135m");
    await saveCheckpoint(folder, { config, weights: lm.weights, tokenizer });
    const texts = await textsOf(lm);
    lm.dispose();
    const peer = await startPeer("training_peer.py", { folder, ...low, threads: os.availableParallelism() });
    try {
      for (const [name, row] of Object.entries(rows).filter(([name]) => asked.length === 0 || asked.includes(name))) {
        const measured = await measure(name, row, texts, peer, folder);
        console.log(json ? JSON.stringify(measured) : shown(measured));
      }
    } finally {
      peer.stop();
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
