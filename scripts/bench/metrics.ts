// npm run bench -- metrics [--json]: scores a thousand pairs of summaries, against rouge-score and nltk in Python.

import * as tw from "../../src";
import { median, startPeer } from "./lib/peer";

const pairs = 1000;
const turns = 5;
const rows: { row: string; peer: string; score(prediction: string, reference: string): number[] }[] = [
  { row: "rouge", peer: "rouge-score 0.1.2", score: (p, r) => f(tw.metrics.rouge(p, r, { stem: false })) },
  { row: "rouge-stem", peer: "rouge-score 0.1.2, stemmed", score: (p, r) => f(tw.metrics.rouge(p, r)) },
  {
    row: "meteor",
    peer: "nltk 3.10.4, without synonyms",
    score: (p, r) => [tw.metrics.meteor(p.split(" "), [r.split(" ")])],
  },
];
const f = (rouge: tw.metrics.Rouge) => [rouge.rouge1.f, rouge.rouge2.f, rouge.rougeL.f, rouge.rougeLsum.f];

/** Summaries of ACLSum and three sentences of their papers. */
async function texts(): Promise<[prediction: string, reference: string][]> {
  const { train, valid, test } = await tw.loadSummaries("aclsum");
  const all = [train, valid, test].flatMap(part => part.objects() as { document: string; summary: string }[]);
  return Array.from({ length: pairs }, (_, i) => {
    const { document, summary } = all[i % all.length];
    const sentences = document.split("\n");
    const start = Math.floor(i / all.length) * 3;
    return [sentences.slice(start, start + 3).join("\n"), summary];
  });
}

async function main(args: string[]) {
  const items = await texts();
  const peer = await startPeer("metrics_peer.py", { pairs: items });
  try {
    for (const { row, peer: how, score } of rows) {
      const seconds: number[] = [];
      const theirs: number[] = [];
      let difference = 0;
      for (let turn = 0; turn <= turns; turn++) {
        const start = performance.now();
        const own = items.map(([prediction, reference]) => score(prediction, reference));
        const took = (performance.now() - start) / 1000;
        const answer = await peer.ask(row);
        for (const [i, numbers] of own.entries())
          for (const [j, number] of numbers.entries())
            difference = Math.max(difference, Math.abs(number - answer.scores[i][j]));
        if (turn === 0) continue; // warm-up
        seconds.push(took);
        theirs.push(answer.seconds);
      }
      const [own, other] = [median(seconds), median(theirs)];
      const measured = { row, ratio: other / own, seconds: own, peerSeconds: other, peer: how, pairs, difference };
      if (args.includes("--json")) console.log(JSON.stringify(measured));
      else
        console.log(
          [
            `${row.padEnd(12)} ${measured.ratio.toFixed(1).padStart(6)}×   ours ${own.toFixed(3)} s`,
            `${how} ${other.toFixed(3)} s; largest difference ${difference.toExponential(0)}`,
          ].join(", "),
        );
    }
  } finally {
    peer.stop();
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
