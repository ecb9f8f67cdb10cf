/** Starts the kernel: `node main.js CONNECTION_FILE`, as the kernelspec says. */
import { readFileSync, writeSync } from "node:fs";
import * as path from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { createFlags, slot } from "./interrupt";
import { signalGroup } from "./process-group";
import type { ToWire, WireStart } from "./protocol";

const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write("usage: main.js CONNECTION_FILE (Jupyter starts this kernel; see `jupyter kernelspec list`)\n");
  process.exit(2);
}

const versionOf = (packageFile: string): string => JSON.parse(readFileSync(packageFile, "utf8")).version;
const compilerDirectory = path.dirname(
  require.resolve("@tslab/typescript-for-tslab", { paths: [path.dirname(require.resolve("tslab/package.json"))] }),
);
const typescriptVersion = versionOf(path.join(compilerDirectory, "..", "package.json"));

const answers = new MessageChannel();
const start: WireStart = {
  connection: JSON.parse(readFileSync(connectionFile, "utf8")),
  flags: createFlags(),
  answers: answers.port2,
  parent: process.ppid,
  info: {
    status: "ok",
    protocol_version: "5.4",
    implementation: "tokenwise",
    implementation_version: versionOf(path.join(__dirname, "..", "..", "package.json")),
    banner: `tokenwise: TypeScript ${typescriptVersion} on Node ${process.version}`,
    help_links: [{ text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" }],
    language_info: {
      name: "typescript",
      version: typescriptVersion,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
  },
};

// The sockets come first: the wire thread answers kernel_info while this thread loads the compiler.
const wire = new Worker(path.join(__dirname, "wire.js"), {
  workerData: start,
  transferList: [answers.port2],
});
wire.on("error", error => {
  writeSync(2, `kernel: the connection failed: ${error.stack}\n`); // process.stderr may lead through that connection
  process.exit(1);
});
process.on("exit", () => {
  wire.postMessage({ kind: "leave" } satisfies ToWire);
  Atomics.wait(start.flags, slot.left, 0, 1000);
  signalGroup("SIGKILL"); // tearing down the wire thread would abort the process inside zeromq
});

async function load(connectionFile: string): Promise<void> {
  const [compile, execute, history, stdin, errors, kernel] = await Promise.all([
    import("./compile"),
    import("./execute"),
    import("./history"),
    import("./stdin"),
    import("./errors"),
    import("./kernel"),
  ]);
  const compiler = compile.createCompiler();
  errors.installStackTraces();
  kernel.startKernel({
    wire,
    compiler,
    executor: execute.createExecutor(compiler, start.flags, process.cwd()),
    history: history.createHistory(`${connectionFile.replace(/\.json$/, "")}-history.jsonl`),
    ask: stdin.createAsk(message => wire.postMessage(message), answers.port1, start.flags),
  });
}

void load(connectionFile);
