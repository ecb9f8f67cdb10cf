/** Wire thread: owns every ZeroMQ socket, so heartbeat, control and output stay live while a cell blocks the main thread. */
import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import * as zmq from "zeromq";
import { slot } from "./interrupt";
import { decode, encode, type Header, type Outgoing, type Request } from "./messages";
import { createOutbox } from "./outbox";
import type { Channel, FromWire, ToWire, WireStart } from "./protocol";

const { connection, flags, info } = workerData as WireStart;
const port = parentPort!;
const session = randomUUID();
const sockets = {
  // No limit on what waits to be sent: a dropped output or status would hang the front end.
  iopub: new zmq.Publisher({ linger: 500, sendHighWaterMark: 0 }),
  shell: new zmq.Router({ linger: 500 }),
  control: new zmq.Router({ linger: 500 }),
  stdin: new zmq.Router({ linger: 500 }),
  hb: new zmq.Reply({ linger: 0 }),
};
let executing = 0;

const tell = (message: FromWire): void => port.postMessage(message);

/** zeromq allows one send at a time on a socket, so each has its queue. Resolves when this message is sent. */
const sending = { iopub: Promise.resolve(), shell: Promise.resolve(), control: Promise.resolve() };
function send(name: keyof typeof sending, ids: readonly Uint8Array[], message: Outgoing): void {
  const frames = encode(ids, message, session, connection.key) as Buffer[];
  const dropWhenClosed = (): void => {};
  sending[name] = sending[name].then(() => sockets[name].send(frames)).catch(dropWhenClosed);
}

const outbox = createOutbox(message => send("iopub", [Buffer.from(message.type)], message));
const status = (state: "starting" | "busy" | "idle", parent: Partial<Header>): void =>
  outbox.publish({ type: "status", content: { execution_state: state }, parent });

function reply(channel: Channel, request: Request, type: string, content: object): void {
  outbox.flush();
  send(channel, request.ids, { type, content, parent: request.header });
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
  for await (const frames of sockets[channel]) {
    let request: Request;
    try {
      request = decode(frames, connection.key);
    } catch {
      continue; // not from our front end: the protocol asks to drop it unanswered
    }
    receive(channel, request);
  }
}

async function beat(): Promise<void> {
  for await (const frames of sockets.hb) await sockets.hb.send(frames);
}

/** Sends what is still to be sent. */
async function leave(): Promise<void> {
  outbox.flush();
  await Promise.all(Object.values(sending));
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
  const at = (portNumber: number): string => `${connection.transport}://${connection.ip}:${portNumber}`;
  await Promise.all([
    sockets.iopub.bind(at(connection.iopub_port)),
    sockets.shell.bind(at(connection.shell_port)),
    sockets.control.bind(at(connection.control_port)),
    sockets.stdin.bind(at(connection.stdin_port)),
    sockets.hb.bind(at(connection.hb_port)),
  ]);
  void beat();
  void listen("shell");
  void listen("control");
  status("starting", {});
  watchParent();
}

void start();
