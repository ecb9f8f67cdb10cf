// npm run bench -- scoring [--json]: prompts per second with the shared-prefix cache, against PyTorch on the same
// weights.

import * as os from "node:os";
import * as tw from "../../src";
import { peerPython, startPeer } from "./lib/peer";

const [prompts, texts] = [64, 32];
const rows = [
  { row: "plain", peer: "one forward pass per prompt and text, float32" },
  { row: "cached", peer: "keys and values of the texts cached, float32" },
  { row: "cached-bfloat16", peer: "keys and values of the texts cached, bfloat16" },
];

async function main(args: string[]) {
  const json = args.includes("--json");
  peerPython();
  await tw.selectBackend();
  const precision = tw.models.fastBfloat16() ? "bfloat16" : "float32";
  const lm = await tw.loadCausalLm("smollm2-135m", { precision });
  const reviews = tw.loadFewShot("movie-reviews", { shots: texts / 2, split: 0, testSize: 2 });
  const examples = reviews.train.array("text") as string[];
  const task = tw.createClassifier(lm, { verbalizers: { negative: " negative", positive: " positive" } });
  const rng = tw.seeded(0);
  const ids = Array.from({ length: prompts }, () => Array.from({ length: 5 }, () => 17 + rng.integer(49_000)));

  const ours = async () => {
    const start = performance.now();
    const prepared = tw.policies.prepareTexts(task, examples);
    const probabilities = await tw.policies.classProbabilities(task, prepared, ids);
    prepared.dispose();
    return { seconds: (performance.now() - start) / 1000, probabilities };
  };
  const peer = await startPeer("scoring_peer.py", {
    model: (await tw.hub.resolveModel("smollm2-135m")).path,
    texts: examples.map(text => [0, ...lm.tokenizer.encode(text)]),
    prompts: ids,
    verbalizers: [" negative", " positive"].map(word => lm.tokenizer.encode(word)[0]),
    threads: os.availableParallelism(),
  });
  try {
    await ours(); // warm-up
    await peer.ask("cached");
    for (const { row, peer: how } of rows) {
      // A B A, so that other load on the machine affects both sides
      const before = await ours();
      const theirs = await peer.ask(row);
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
          [
            `${row.padEnd(16)} ${ratio.toFixed(2).padStart(6)}×   ours ${seconds.toFixed(2)} s (${precision})`,
            `PyTorch ${theirs.seconds.toFixed(2)} s (${how}); largest difference ${difference.toFixed(4)}`,
          ].join(", "),
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

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
