/** Starts the kernel: `node main.js CONNECTION_FILE`, as in the kernelspec. */
import { readFileSync, writeSync } from "node:fs";
import * as path from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { guardExit } from "./cells/exit";
import { createFlags, slot } from "./wire/interrupt";
import { signalGroup } from "./wire/process-group";
import type { ToWire, WireStart } from "./wire/protocol";

const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write("usage: main.js CONNECTION_FILE (Jupyter starts this kernel; see `jupyter kernelspec list`)\n");
  process.exit(2);
}

const versionOf = (packageFile: string): string => JSON.parse(readFileSync(packageFile, "utf8")).version;
const typescriptVersion = versionOf(require.resolve("typescript/package.json"));

const answers = new MessageChannel();
const start = {
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
    help_links: [
      { text: "TypeScript handbook", url: "https://www.typescriptlang.org/docs/handbook/" },
      { text: "TensorFlow.js API", url: "https://js.tensorflow.org/api/latest/" },
      { text: "Arquero API", url: "https://idl.uw.edu/arquero/api/" },
      { text: "Plotly.js reference", url: "https://plotly.com/javascript/reference/" },
      { text: "Node.js API", url: "https://nodejs.org/docs/latest/api/" },
    ],
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

const historyFile = `${connectionFile.replace(/\.json$/, "")}-history.jsonl`;

// The wire thread starts first, so that it answers kernel_info while this thread loads the compiler.
const wire = new Worker(path.join(__dirname, "wire", "wire.js"), {
  workerData: { ...start, historyFile } satisfies WireStart,
  transferList: [answers.port2],
  trackUnmanagedFds: false, // otherwise it closes files that this thread opened for the output of programs
});
const fail = (what: string) => (error: Error) => {
  writeSync(2, `tokenwise kernel: ${what}: ${error.stack}\n`); // process.stderr goes to the front end
  signalGroup("SIGKILL");
};
wire.on("error", fail("the connection failed"));

/** Ends the process by a signal: an ordinary exit would tear down the wire thread inside zeromq and abort. */
function leave(): void {
  try {
    process.emit("exit", 0);
  } finally {
    wire.postMessage({ kind: "leave" } satisfies ToWire);
    Atomics.wait(start.flags, slot.left, 0, 1000);
    signalGroup("SIGKILL");
  }
}

async function load(): Promise<void> {
  const [compile, execute, history, stdin, errors, kernel, promises, supplied] = await Promise.all([
    import("./language/compile"),
    import("./cells/execute"),
    import("./cells/history"),
    import("./cells/stdin"),
    import("./language/errors"),
    import("./kernel"),
    import("./values/promise-text"),
    import("./tools/tslab-api"),
  ]);
  const compiler = compile.createCompiler();
  errors.installStackTraces();
  promises.installPromiseText();
  kernel.startKernel({
    wire,
    compiler,
    executor: execute.createExecutor(compiler, start.flags, process.cwd(), supplied.suppliedModules),
    history: history.createHistory(historyFile),
    ask: stdin.createAsk(message => wire.postMessage(message), answers.port1, start.flags),
    flags: start.flags,
    leave,
  });
  setTimeout(compiler.warmUp, 0); // after the requests that have already arrived
}

guardExit();
load().catch(fail("it did not start"));
