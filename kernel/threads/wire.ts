/**
 * Wire thread: owns all ZeroMQ sockets, so that heartbeat, control and output work while a cell blocks the main thread.
 */
import { rmSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { createDebugger } from "../debugger/session";
import { type PlainMaps, rememberPlain } from "../language/positions";
import { createDropLog } from "../wire/drop-log";
import { createFollower } from "../wire/follow";
import { guard, slot } from "../wire/interrupt";
import type { Header, Request } from "../wire/messages";
import { createOutbox } from "../wire/outbox";
import { signalGroup } from "../wire/process-group";
import type { Channel, FromWire, ToWire, WireStart } from "../wire/protocol";
import { createQuestions } from "../wire/questions";
import { createSockets, type Incoming } from "../wire/sockets";

const { connection, flags, info, answers, inbox, historyFile, parent, questions: toLanguage } = workerData as WireStart;
const port = parentPort!;
/** Number of cells that the main thread has got and not yet replied to. */
let executing = 0;

/** Milliseconds. */
const delay = {
  /** Until a loop of an interrupted cell must have noticed the interrupt. */
  interrupt: 200,
  /** Until the gate of signals is tried again. */
  gate: 2,
  /** Until a main thread that may be busy must have ended the process. */
  shutdown: 1000,
  /** Between two checks whether the parent process lives. */
  parent: 1000,
  /** For the last writes of ZeroMQ, which has its own thread. */
  lastWrite: 50,
};

const post = (message: FromWire): void => inbox.postMessage(message);
const sockets = createSockets(connection, createDropLog());
const outbox = createOutbox(message => sockets.send("iopub", [Buffer.from(message.type)], message));
const status = (state: "starting" | "busy" | "idle", cause: Partial<Header>): void =>
  outbox.publish({ type: "status", content: { execution_state: state }, parent: cause });

function reply(channel: Channel, request: Request, type: string, content: object): void {
  outbox.flush();
  sockets.send(channel, request.ids, { type, content, parent: request.header });
  status("idle", request.header);
}

const replyTo = (channel: Channel, request: Request, content: object): void =>
  reply(channel, request, request.header.msg_type.replace("_request", "_reply"), content);
const questions = createQuestions(toLanguage, replyTo);

const debug = createDebugger({
  publish: event => outbox.publish({ type: "debug_event", content: event, parent: {} }),
  watch: on => void Atomics.store(flags, slot.debugging, on ? 1 : 0),
  isInterrupted() {
    const target = Atomics.load(flags, slot.target);
    return target !== 0 && target === Atomics.load(flags, slot.running);
  },
  toJavaScript: async (code, names, object) => (await questions.consult("expression", { code, names, object })).code,
  declare: name => void questions.consult("declare", { name }),
});

function wakeFromInput(): void {
  Atomics.store(flags, slot.answered, 1);
  Atomics.notify(flags, slot.answered);
}

/**
 * Interrupts the running cell in three ways: a loop sees the flag, a cell that awaits gets the message, and a blocking
 * call in its first turn or a program that it waits for gets the signal.
 */
function interrupt(): void {
  const seq = Atomics.load(flags, slot.running);
  if (!seq) {
    if (executing > 0) Atomics.store(flags, slot.next, 1);
    return;
  }
  Atomics.store(flags, slot.target, seq);
  Atomics.or(flags, slot.guard, guard.interrupted);
  post({ kind: "interrupt", seq });
  wakeFromInput();
  debug.release();
  if (Atomics.load(flags, slot.program)) cutOff(seq);
  else setTimeout(() => cutOff(seq), delay.interrupt);
}

/** Raises SIGINT for this process and its programs, unless the cell has noticed its interrupt or ended. */
function cutOff(seq: number, again = false): void {
  if (Atomics.load(flags, slot.running) !== seq || Atomics.load(flags, slot.seen) === seq) return;
  const raised = Atomics.compareExchange(flags, slot.signalled, 0, seq);
  if (raised !== 0 && !(again && raised === seq)) {
    setTimeout(() => cutOff(seq), delay.gate);
    return;
  }
  signalGroup("SIGINT");
  // A program that was just being started has not received it.
  setTimeout(() => Atomics.load(flags, slot.program) && cutOff(seq, true), delay.interrupt);
}

/** The main thread ends the process when this thread has left. If it is too busy, this thread ends the process. */
function shutDown(restart: boolean): void {
  if (!restart) rmSync(historyFile, { force: true });
  post({ kind: "shutdown" });
  setTimeout(async () => {
    await lastWrites();
    signalGroup("SIGKILL");
  }, delay.shutdown);
}

function receive(channel: Incoming, request: Request): void {
  const type = request.header.msg_type;
  if (channel === "stdin") {
    if (type !== "input_reply") return;
    answers.postMessage(String(request.content.value));
    wakeFromInput();
    return;
  }
  const answer = (content: object): void => {
    status("busy", request.header);
    replyTo(channel, request, content);
  };
  if (type === "kernel_info_request") answer(info);
  else if (type === "interrupt_request") {
    interrupt();
    answer({ status: "ok" });
  } else if (type === "shutdown_request") {
    const restart = request.content.restart === true;
    const content = { status: "ok", restart };
    outbox.publish({ type: "shutdown_reply", content, parent: request.header });
    answer(content);
    shutDown(restart);
  } else if (type === "debug_request") {
    status("busy", request.header);
    void debug.answer(request.content).then(content => replyTo(channel, request, content));
  } else if (questions.ask(channel, request)) status("busy", request.header);
  else {
    if (type === "execute_request") {
      executing++;
      questions.learn(request.content.code);
    }
    post({ kind: "request", channel, request });
    if (type.startsWith("comm_")) Atomics.or(flags, slot.guard, guard.mail);
  }
}

async function lastWrites(): Promise<void> {
  debug.close();
  outbox.flush();
  await sockets.sent();
  await new Promise(written => setTimeout(written, delay.lastWrite));
}

async function leave(): Promise<void> {
  await lastWrites();
  Atomics.store(flags, slot.left, 1);
  Atomics.notify(flags, slot.left);
}

let followed: Partial<Header> = {};
const follower = createFollower((name, text) =>
  outbox.publish({ type: "stream", content: { name, text }, parent: followed }),
);

port.on("message", (message: ToWire) => {
  if (message.kind === "publish") outbox.publish(message.message);
  else if (message.kind === "reply") {
    if (message.type === "execute_reply" && --executing === 0) Atomics.store(flags, slot.next, 0);
    reply(message.channel, message.request, message.type, message.content);
  } else if (message.kind === "ask") {
    const { request, prompt, password } = message;
    outbox.flush();
    const question = { type: "input_request", content: { prompt, password }, parent: request.header };
    sockets.send("stdin", request.ids, question);
  } else if (message.kind === "follow") {
    followed = message.parent;
    follower.begin(message.files);
  } else if (message.kind === "unfollow") follower.end();
  else if (message.kind === "maps") rememberPlain(message.maps as PlainMaps);
  else if (message.kind === "running")
    void debug.run(message.file, message.code).finally(() => post({ kind: "debugged", file: message.file }));
  else if (message.kind === "fence") setImmediate(() => post({ kind: "fence" }));
  else void leave();
});

/**
 * Ends the process with its parent: otherwise a kernel whose server was killed would keep its memory and GPU forever.
 */
function watchParent(): void {
  setInterval(() => {
    if (process.ppid !== parent) signalGroup("SIGKILL");
  }, delay.parent);
}

async function start(): Promise<void> {
  await sockets.listen(receive);
  status("starting", {});
  watchParent();
}

start().catch((error: Error) => {
  writeSync(2, `tokenwise kernel: it cannot listen where its connection file says: ${error.message}\n`);
  signalGroup("SIGKILL");
});
