/** Wire thread: owns every ZeroMQ socket, so heartbeat, control and output stay live while a cell blocks the main thread. */
import { parentPort, workerData } from "node:worker_threads";
import { slot } from "./interrupt";
import { decode, type Header, type Request } from "./messages";
import { createOutbox } from "./outbox";
import type { Channel, FromWire, ToWire, WireStart } from "./protocol";
import { createSockets } from "./sockets";

const { connection, flags, info } = workerData as WireStart;
const port = parentPort!;
const sockets = createSockets(connection);
let executing = 0;

const tell = (message: FromWire): void => port.postMessage(message);
const outbox = createOutbox(message => sockets.send("iopub", [Buffer.from(message.type)], message));
const status = (state: "starting" | "busy" | "idle", parent: Partial<Header>): void =>
  outbox.publish({ type: "status", content: { execution_state: state }, parent });

function reply(channel: Channel, request: Request, type: string, content: object): void {
  outbox.flush();
  sockets.send(channel, request.ids, { type, content, parent: request.header });
  status("idle", request.header);
}

/** A loop in the cell sees the flag, a cell that awaits gets the message, and a blocking library call in its first turn the signal. */
function interrupt(): void {
  const seq = Atomics.load(flags, slot.running);
  if (!seq) {
    if (executing > 0) Atomics.store(flags, slot.next, 1);
    return;
  }
  Atomics.store(flags, slot.target, seq);
  Atomics.store(flags, slot.guard, 1);
  tell({ kind: "interrupt" });
  setTimeout(() => {
    const unseen = Atomics.load(flags, slot.running) === seq && Atomics.load(flags, slot.seen) !== seq;
    if (unseen) process.kill(process.pid, "SIGINT");
  }, 300);
}

/** The main thread ends the process, after this thread has left; when it is busy and cannot, this thread does. */
function shutDown(): void {
  tell({ kind: "shutdown" });
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 1500);
}

function receive(channel: Channel, request: Request): void {
  const type = request.header.msg_type;
  const answer = (content: object): void => {
    status("busy", request.header);
    reply(channel, request, type.replace("_request", "_reply"), content);
  };
  if (type === "kernel_info_request") answer(info);
  else if (type === "interrupt_request") {
    interrupt();
    answer({ status: "ok" });
  } else if (type === "shutdown_request") {
    const content = { status: "ok", restart: request.content.restart === true };
    outbox.publish({ type: "shutdown_reply", content, parent: request.header });
    answer(content);
    shutDown();
  } else {
    if (type === "execute_request") executing++;
    tell({ kind: "request", channel, request });
  }
}

async function listen(channel: Channel): Promise<void> {
  for await (const frames of sockets.incoming(channel)) {
    let request: Request;
    try {
      request = decode(frames, connection.key);
    } catch {
      continue; // not from our front end: the protocol asks to drop it unanswered
    }
    receive(channel, request);
  }
}

/** Sends what is still to be sent. */
async function leave(): Promise<void> {
  outbox.flush();
  await sockets.sent();
  await new Promise(sent => setTimeout(sent, 50)); // zeromq writes in a thread of its own
  Atomics.store(flags, slot.left, 1);
  Atomics.notify(flags, slot.left);
}

port.on("message", (message: ToWire) => {
  if (message.kind === "publish") outbox.publish(message.message);
  else if (message.kind === "reply") {
    if (message.type === "execute_reply" && --executing === 0) Atomics.store(flags, slot.next, 0);
    reply(message.channel, message.request, message.type, message.content);
  } else if (message.kind === "fence") setImmediate(() => tell({ kind: "fence" }));
  else void leave();
});

/** A kernel whose server was killed would stay forever with its memory and its GPU. */
function watchParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 1000);
}

async function start(): Promise<void> {
  await sockets.bind();
  void listen("shell");
  void listen("control");
  status("starting", {});
  watchParent();
}

void start();
