// npm run bench -- models [ROW …] [--json]: SmolLM2-135M against PyTorch and transformers on the same float32 weights.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as tw from "../../src";
import { cachePath } from "../../src/core/cache";
import { addLowRank } from "../../src/models/low-rank";
import { trainable } from "../../src/models/trainable";
import { openCheckpoint } from "../../src/weights/open-checkpoint";
import { saveCheckpoint } from "../../src/weights/save-checkpoint";
import { benchFile, fresh, median, type Peer, peerPython, startPeer } from "./lib/peer";
import { allLogits, ids, trainer } from "./lib/work";

const rounds = 5;
const rank = 8;
const promptTokens = 16;

interface Measured {
  row: string;
  /** How many times faster, or smaller, ours is: the ratio of the medians. */
  ratio: number;
  ours: number;
  peer: number;
  unit: "s" | "MB";
  /** The evidence that both computed the same. */
  agree: string;
}

/** Runs both in turns, so that other load on the machine affects both; the first turn of each is a warm-up. */
async function inTurns<T>(row: string, ours: () => T | Promise<T>, peer: Peer, agree: (a: T[], b: any[]) => string) {
  const found: { seconds: number; answer: T }[] = [];
  const theirs: { seconds: number; answer: any }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    const answer = await ours();
    found.push({ seconds: (performance.now() - start) / 1000, answer });
    theirs.push(await peer.ask(row));
  }
  const seconds = (turns: { seconds: number }[]) => median(turns.slice(1).map(turn => turn.seconds));
  const [mine, other] = [seconds(found), seconds(theirs)];
  const answers = [found, theirs].map(turns => turns.map(({ answer }) => answer)) as [T[], any[]];
  return { row, ratio: other / mine, ours: mine, peer: other, unit: "s" as const, agree: agree(...answers) };
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
const losses = (a: number[], b: number[]) => `losses of ${a.length} steps differ by ${largest(a, b).toExponential(0)}`;

type Row = (model: tw.CausalLm, peer: Peer) => Promise<Measured>;

/** 64 more tokens for each of 8 prompts, greedily. */
function generate(model: tw.CausalLm, peer: Peer): Promise<Measured> {
  const prompts = ids.map(row => row.slice(0, promptTokens));
  const options = { maxNewTokens: 64, minNewTokens: 64 };
  const ours = async () => (await tw.generate(model, prompts, options)).map(({ ids }) => ids);
  return inTurns("generate", ours, peer, ([a], [b]) => {
    const same = a.flat().filter((id, i) => id === b.flat()[i]).length;
    return `${same} of ${a.flat().length} tokens are the same`;
  });
}

const speed: Record<string, Row> = {
  forward: (model, peer) =>
    inTurns(
      "forward",
      () => allLogits(model),
      peer,
      (a, b) => `logits differ by ${largest(a[0], b[0]).toExponential(0)}`,
    ),
  generate,
  /** Ours has bfloat16 weights where the processor supports them; PyTorch stays in float32. */
  async "generate-bfloat16"(_, peer) {
    const model = await tw.loadCausalLm("smollm2-135m", {
      precision: tw.models.fastBfloat16() ? "bfloat16" : "float32",
    });
    const measured = await generate(model, peer);
    model.dispose();
    return { ...measured, row: "generate-bfloat16" };
  },
  async "lora-step"(model, peer) {
    const updates = addLowRank(model, { rank, rng: tw.seeded(0) });
    const { step, dispose } = trainer(model, updates.variables, 1e-4);
    await peer.ask(`lora ${JSON.stringify(Object.values(model.lowRank).map(({ down }) => [...down.dataSync()]))}`);
    const measured = await inTurns("lora-step", step, peer, losses);
    dispose();
    updates.remove();
    return measured;
  },
  async "training-step"(model, peer) {
    const { step, dispose } = trainer(model, trainable(model, /./), 1e-5);
    const measured = await inTurns("training-step", step, peer, losses);
    dispose();
    return measured;
  },
};

/** From the start of a process to its first logits. */
async function coldLoad(folder: string): Promise<Measured> {
  const turns = [];
  for (let i = 0; i < 3; i++) turns.push(await bothFresh("load", folder));
  const [ours, peer] = [median(turns.map(turn => turn.ours.seconds)), median(turns.map(turn => turn.theirs.seconds))];
  return { row: "cold-load", ratio: peer / ours, ours, peer, unit: "s", agree: agreement(turns[0]) };
}

/** The peak of a process's resident memory. */
async function memory(row: string, what: string, folder: string): Promise<Measured> {
  const both = await bothFresh(what, folder);
  const [ours, peer] = [both.ours.answer.peak / 1e6, both.theirs.answer.peak / 1e6];
  return { row, ratio: peer / ours, ours, peer, unit: "MB", agree: agreement(both) };
}

const bothFresh = async (what: string, folder: string) => ({
  ours: await fresh(process.execPath, [path.join(__dirname, "lib/fresh.js"), what, folder]),
  theirs: await fresh(peerPython(), [benchFile("models_peer.py"), what, folder, JSON.stringify(ids)]),
});
const agreement = ({ ours, theirs }: Awaited<ReturnType<typeof bothFresh>>) =>
  `first numbers differ by ${largest([ours.answer.found].flat(), [theirs.answer.found].flat()).toExponential(0)}`;

const apart: Record<string, (folder: string) => Promise<Measured>> = {
  "cold-load": coldLoad,
  "memory-forward": folder => memory("memory-forward", "forward", folder),
  "memory-training": folder => memory("memory-training", "train", folder),
};

async function main(args: string[]) {
  const json = args.includes("--json");
  const asked = args.filter(arg => !arg.startsWith("-"));
  const all = [...Object.keys(apart), ...Object.keys(speed)];
  const unknown = asked.find(row => !all.includes(row));
  if (unknown) throw new Error(`There is no row ${unknown}. Rows: ${all.join(", ")}.`);
  const wanted = ([row]: [string, unknown]) => asked.length === 0 || asked.includes(row);
  peerPython();
  await tw.selectBackend();
  const report = (measured: Measured) => {
    const { row, ratio, ours, peer, unit, agree } = measured;
    const number = (x: number) => `${x.toPrecision(3)} ${unit}`;
    console.log(
      json
        ? JSON.stringify(measured)
        : `${row.padEnd(16)} ${ratio.toFixed(2).padStart(6)}×   ` +
            `ours ${number(ours)}, PyTorch ${number(peer)}; ${agree}`,
    );
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tokenwise-bench-"));
  try {
    const source = await openCheckpoint(cachePath("models", "smollm2-135m"));
    const { config } = source;
    source.close();
    let model = await tw.loadCausalLm("smollm2-135m");
    await saveCheckpoint(folder, { config, weights: model.weights });
    model.dispose();
    for (const [, measure] of Object.entries(apart).filter(wanted)) report(await measure(folder));
    const rows = Object.entries(speed).filter(wanted);
    if (rows.length === 0) return;
    const peer = await startPeer("models_peer.py", {
      folder,
      ids,
      rank,
      promptTokens,
      threads: os.availableParallelism(),
    });
    try {
      for (const [, measure] of rows) {
        model = await tw.loadCausalLm("smollm2-135m"); // training rows change it
        try {
          report(await measure(model, peer));
        } finally {
          model.dispose();
        }
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
