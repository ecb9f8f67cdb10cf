// npm run bench -- interrupts [PART OF A STATE]: interrupts cells 50 times in each state (TOKENWISE_BENCH_ROUNDS) and
// measures the seconds from the request to the reply of the cell.

import { startKernel } from "../../test/kernel/client";
import { interruptOften, prepareStates, states } from "../../test/kernel/interrupts";
import { median } from "./lib/peer";

const tries = Number(process.env.TOKENWISE_BENCH_ROUNDS ?? 50);

async function main([part = ""]: string[]) {
  const kernel = await startKernel();
  try {
    await prepareStates(kernel);
    console.log(`| interrupted ${tries} times in | median | slowest |\n|---|---|---|`);
    for (const [state, code] of Object.entries(states).filter(([state]) => state.includes(part))) {
      const seconds = await interruptOften(kernel, code, tries);
      console.log(`| ${state} | ${median(seconds).toFixed(3)} s | ${seconds.at(-1)!.toFixed(3)} s |`);
    }
  } finally {
    await kernel.stop();
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
