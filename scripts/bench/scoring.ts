// npm run bench -- scoring [--json]: prompts per second on the shared-prefix cache, against PyTorch on the same weights.

import { type ChildProcess, spawn } from "node:child_process";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import * as tw from "../../src";
import { cachePath } from "../../src/core/cache";

const [prompts, texts] = [64, 32];
const rows = [
  { row: "plain", peer: "one forward pass per prompt and text, float32" },
  { row: "cached", peer: "keys and values of the texts cached, float32" },
  { row: "cached-bfloat16", peer: "keys and values of the texts cached, bfloat16" },
];

async function main(args: string[]) {
  const json = args.includes("--json");
  const python = process.env.TOKENWISE_BENCH_PYTHON;
  if (!python) throw new Error("TOKENWISE_BENCH_PYTHON is not set. Run `npm run bench -- scoring`.");
  await tw.selectBackend();
  const precision = tw.fastBfloat16() ? "bfloat16" : "float32";
  const lm = await tw.loadCausalLm("smollm2-135m", { precision });
  const reviews = tw.loadFewShot("movie-reviews", { shots: texts / 2, split: 0, testSize: 2 });
  const examples = reviews.train.array("text") as string[];
  const task = tw.createClassifier(lm, { verbalizers: { negative: " negative", positive: " positive" } });
  const rng = tw.seeded(0);
  const ids = Array.from({ length: prompts }, () => Array.from({ length: 5 }, () => 17 + rng.integer(49_000)));

  const ours = async () => {
    const start = performance.now();
    const prepared = tw.prepareTexts(task, examples);
    const probabilities = await tw.classProbabilities(task, prepared, ids);
    prepared.dispose();
    return { seconds: (performance.now() - start) / 1000, probabilities };
  };
  const peer = await startPeer(python, {
    model: cachePath("models", "smollm2-135m", lm.name),
    texts: examples.map(text => [0, ...lm.tokenizer.encode(text)]),
    prompts: ids,
    verbalizers: [" negative", " positive"].map(word => lm.tokenizer.encode(word)[0]),
    threads: os.availableParallelism(),
  });
  try {
    await ours(); // warms both up
    await peer.run("cached");
    for (const { row, peer: how } of rows) {
      // A B A: what the machine does meanwhile reaches both sides
      const before = await ours();
      const theirs = await peer.run(row);
      const after = await ours();
      const seconds = (before.seconds + after.seconds) / 2;
      const difference = largestDifference(before.probabilities, theirs.probabilities);
      const ratio = theirs.seconds / seconds;
      const measured = {
        row,
        ratio,
        seconds,
        peerSeconds: theirs.seconds,
        peer: how,
        precision,
        prompts,
        texts,
        difference,
      };
      if (json) console.log(JSON.stringify(measured));
      else
        console.log(
          `${row.padEnd(16)} ${ratio.toFixed(2).padStart(6)}×   ours ${seconds.toFixed(2)} s (${precision}), PyTorch ${theirs.seconds.toFixed(2)} s (${how}); largest difference of a probability ${difference.toFixed(4)}`,
        );
    }
  } finally {
    peer.stop();
    lm.dispose();
  }
}

function largestDifference(a: ArrayLike<number>[][], b: number[][][]): number {
  let largest = 0;
  for (const [i, rowsOfPrompt] of a.entries())
    for (const [j, row] of rowsOfPrompt.entries())
      for (let c = 0; c < row.length; c++) largest = Math.max(largest, Math.abs(row[c] - b[i][j][c]));
  return largest;
}

async function startPeer(python: string, job: object) {
  const script = path.join(__dirname, "../../../scripts/bench/scoring_peer.py");
  const child: ChildProcess = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = readline.createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const ask = async (line: string) => {
    child.stdin!.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("scoring_peer.py ended before it answered; its error is above.");
    return JSON.parse(value);
  };
  await ask(JSON.stringify(job));
  return {
    run: (mode: string): Promise<{ seconds: number; probabilities: number[][][] }> => ask(mode),
    stop: () => child.stdin!.end(),
  };
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
