// npm run bench -- kernel [--json]: our kernel against plain tslab, Deno and ipykernel, through the protocol and in
// turns. TOKENWISE_BENCH_DENO is the deno program (default: npm installs it in a temporary folder),
// TOKENWISE_BENCH_IPYKERNEL a Python with ipykernel (default: that of .venv).

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { mainFile, startKernel, type TestKernel } from "../../test/kernel/client";
import { inRepository } from "../../test/repository";
import { median } from "./lib/peer";

const rounds = Number(process.env.TOKENWISE_BENCH_ROUNDS ?? 3);
const trivialCells = 20;

interface Language {
  import?: string;
  trivial: string;
  declare: string;
  /** Prints the milliseconds that a million increments of a variable of an earlier cell take. */
  loop: string;
  print: string;
}

const typescript: Language = {
  trivial: "1 + 1",
  declare: "let total: number = 0;",
  loop: "const t0 = performance.now(); for (let i = 0; i < 1e6; i++) total += 1; console.log(performance.now() - t0);",
  print: 'for (let i = 0; i < 20_000; i++) console.log("line " + i);',
};
const withLibrary = { ...typescript, import: 'import * as tw from "tokenwise"; tw.seeded(0).uniform()' };
const python: Language = {
  trivial: "1 + 1",
  declare: "total = 0",
  loop: [
    "import time; t0 = time.perf_counter()",
    "for i in range(1000000): total += 1",
    "print(1000 * (time.perf_counter() - t0))",
  ].join("\n"),
  print: "for i in range(20000): print('line', i)",
};

interface Kernel {
  name: string;
  command: string[];
  language: Language;
}

interface Measured {
  ready: number;
  first?: number;
  /** The same cell again and again. */
  trivial: number;
  /** A cell as small that is another each time. */
  another: number;
  loop: number;
  lines: number;
}

function installDeno(folder: string): string {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  execFileSync(npm, ["install", "--prefix", folder, "--no-audit", "--no-fund", "deno"], { stdio: "ignore" });
  return path.join(folder, "node_modules/.bin/deno");
}

function kernels(folder: string): Kernel[] {
  const deno = process.env.TOKENWISE_BENCH_DENO ?? installDeno(folder);
  const pythonProgram = process.env.TOKENWISE_BENCH_IPYKERNEL ?? inRepository(".venv/bin/python");
  const tslab = require.resolve("tslab/bin/tslab");
  const all: Kernel[] = [
    { name: "tokenwise", command: [process.execPath, mainFile], language: withLibrary },
    { name: "tslab", command: [process.execPath, tslab, "kernel", "--config-path"], language: withLibrary },
    { name: "deno", command: [deno, "jupyter", "--kernel", "--conn"], language: typescript },
    { name: "ipykernel", command: [pythonProgram, "-m", "ipykernel_launcher", "-f"], language: python },
  ];
  return all.filter(({ name, command }) => {
    if (existsSync(command[0]!)) return true;
    process.stderr.write(`${name} is left out: there is no ${command[0]}.\n`);
    return false;
  });
}

const printed = ({ received }: TestKernel, from: number): string =>
  received
    .slice(from)
    .map(({ content }) => (content.name === "stdout" ? content.text : ""))
    .join("");

async function measure({ command, language }: Kernel): Promise<Measured> {
  const clock = (since: number): number => performance.now() - since;
  const started = performance.now();
  const kernel = await startKernel({ command });
  try {
    const ready = clock(started);
    const timed = async (code: string): Promise<number> => {
      const sent = performance.now();
      const { reply } = await kernel.execute(code, {}, 60_000);
      if (reply.status !== "ok") throw new Error(`${command[0]}: ${code}: ${reply.evalue}`);
      return clock(sent);
    };
    const first = language.import && (await timed(language.import));
    await timed(language.declare);
    const trivial: number[] = [];
    for (let i = 0; i < trivialCells; i++) trivial.push(await timed(language.trivial));
    const others: number[] = [];
    for (let i = 0; i < trivialCells; i++) others.push(await timed(`${i} + 1`));
    const loops: number[] = [];
    for (let i = 0; i < 3; i++) {
      const from = kernel.received.length;
      await timed(language.loop.replace(/t0/g, `t${i}`));
      loops.push(Number(printed(kernel, from)));
    }
    const from = kernel.received.length;
    await kernel.execute(language.print, {}, 10_000).catch(() => {}); // tslab does not finish
    const lines = printed(kernel, from).split("\n").length - 1;
    return {
      ready,
      ...(first && { first }),
      trivial: median(trivial),
      another: median(others),
      loop: median(loops),
      lines,
    };
  } finally {
    await kernel.stop();
  }
}

async function main(args: string[]) {
  const json = args.includes("--json");
  const folder = mkdtempSync(path.join(os.tmpdir(), "tokenwise-bench-"));
  try {
    const all = kernels(folder);
    const found = new Map<string, Measured[]>(all.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const kernel of all) found.get(kernel.name)!.push(await measure(kernel));
    for (const [name, measured] of found) {
      const of = (key: keyof Measured) => median(measured.map(one => one[key] ?? Number.NaN));
      const row = {
        name,
        ready: of("ready"),
        first: of("first"),
        trivial: of("trivial"),
        another: of("another"),
        loop: of("loop"),
        lines: of("lines"),
      };
      if (json) console.log(JSON.stringify(row));
      else
        console.log(
          [
            `${name.padEnd(10)} ready ${(row.ready / 1000).toFixed(2)} s`,
            `first cell with the library ${(row.first / 1000).toFixed(2)} s`,
            `trivial cell ${row.trivial.toFixed(1)} ms (another each time ${row.another.toFixed(1)} ms)`,
            `a million increments ${row.loop.toFixed(1)} ms`,
            `${row.lines} of 20,000 lines`,
          ].join(", "),
        );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main(process.argv.slice(2)).catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
