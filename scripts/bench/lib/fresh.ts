// node fresh.js load|forward|train FOLDER: a fresh process of the models benchmark. Loads the model in FOLDER, does one
// thing, and prints its result and its peak memory.

import { selectBackend } from "../../../src/backend/select";
import { loadCausalLm } from "../../../src/models/causal/load";
import { trainable } from "../../../src/models/trainable";
import { allLogits, firstLogits, trainer } from "./work";

const work: Record<string, (model: Awaited<ReturnType<typeof loadCausalLm>>) => unknown> = {
  load: model => firstLogits(model)[0],
  forward: model => [1, 2, 3].map(() => allLogits(model)[0]),
  train(model) {
    const { step } = trainer(model, trainable(model, /./), 1e-5);
    return [1, 2, 3].map(step);
  },
};

async function main([what, folder]: string[]) {
  await selectBackend();
  const found = work[what](await loadCausalLm(folder));
  console.log(JSON.stringify({ found, peak: process.resourceUsage().maxRSS * 1024 }));
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
