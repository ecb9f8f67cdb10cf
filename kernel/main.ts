/** Starts the kernel: `node main.js CONNECTION_FILE`, as in the kernelspec. */
import { readFileSync, writeSync } from "node:fs";
import * as path from "node:path";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { guardExit } from "./cells/exit";
import type { LanguageStart } from "./threads/compiler-messages";
import { createFlags, slot } from "./wire/interrupt";
import { signalGroup } from "./wire/process-group";
import type { FromWire, ToWire, WireStart } from "./wire/protocol";

const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write("usage: main.js CONNECTION_FILE (Jupyter starts this kernel; see `jupyter kernelspec list`)\n");
  process.exit(2);
}

const versionOf = (packageFile: string): string => JSON.parse(readFileSync(packageFile, "utf8")).version;
const typescriptVersion = versionOf(require.resolve("typescript/package.json"));

const answers = new MessageChannel();
const inbox = new MessageChannel();
const questions = new MessageChannel();
const start = {
  connection: JSON.parse(readFileSync(connectionFile, "utf8")),
  flags: createFlags(),
  answers: answers.port2,
  inbox: inbox.port2,
  questions: questions.port1,
  parent: process.ppid,
  info: {
    status: "ok",
    protocol_version: "5.4",
    supported_features: ["debugger"],
    debugger: true, // for front ends before protocol 5.5
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

// The wire thread starts first, so that it answers kernel_info while the others load.
const wire = new Worker(path.join(__dirname, "threads", "wire.js"), {
  workerData: { ...start, historyFile } satisfies WireStart,
  transferList: [answers.port2, inbox.port2, questions.port1],
  trackUnmanagedFds: false, // otherwise it closes files that this thread opened for the output of programs
});
const fail = (what: string) => (error: Error) => {
  writeSync(2, `tokenwise kernel: ${what}: ${error.stack}\n`); // process.stderr goes to the front end
  signalGroup("SIGKILL");
};
wire.on("error", fail("the connection failed"));
const post = (message: ToWire): void => wire.postMessage(message);

const language = new Worker(path.join(__dirname, "threads", "language.js"), {
  workerData: { questions: questions.port2 } satisfies LanguageStart,
  transferList: [questions.port2],
});
language.on("error", fail("the compiler failed"));

/** Ends the process by a signal: an ordinary exit would tear down the wire thread inside zeromq and abort. */
function leave(): void {
  try {
    process.emit("exit", 0);
  } finally {
    post({ kind: "leave" });
    Atomics.wait(start.flags, slot.left, 0, 1000);
    signalGroup("SIGKILL");
  }
}

/** Tells the wire thread of a cell that is about to run; resolves when the debugger, if one watches, has prepared. */
async function announce(file: string, code: string): Promise<void> {
  const isWatched = Atomics.load(start.flags, slot.debugging) !== 0;
  post({ kind: "running", file, code });
  if (!isWatched) return;
  await new Promise<void>(resolve => {
    const listen = (message: FromWire): void => {
      if (message.kind !== "debugged" || message.file !== file) return;
      inbox.port1.off("message", listen);
      resolve();
    };
    inbox.port1.on("message", listen);
  });
}

/** Handles the messages that have come, for a cell that does not return to the event loop. */
function receive(): void {
  for (let next = receiveMessageOnPort(inbox.port1); next; next = receiveMessageOnPort(inbox.port1))
    inbox.port1.emit("message", next.message);
}

async function load(): Promise<void> {
  const [remote, execute, history, stdin, errors, kernel, promises, supplied] = await Promise.all([
    import("./threads/remote-compiler"),
    import("./cells/execute"),
    import("./cells/history"),
    import("./cells/stdin"),
    import("./language/errors"),
    import("./kernel"),
    import("./values/promise-text"),
    import("./tools/tslab-api"),
  ]);
  const compiler = remote.createRemoteCompiler(language, process.cwd(), maps => post({ kind: "maps", maps }));
  errors.installStackTraces();
  promises.installPromiseText();
  kernel.startKernel({
    wire,
    inbox: inbox.port1,
    executor: execute.createExecutor(compiler, start.flags, process.cwd(), supplied.suppliedModules, announce, receive),
    history: history.createHistory(historyFile),
    ask: stdin.createAsk(post, answers.port1, start.flags),
    flags: start.flags,
    leave,
  });
}

guardExit();
load().catch(fail("it did not start"));
