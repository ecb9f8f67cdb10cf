/** A front end for tests: starts the kernel beside this file and speaks the protocol with it, message by message. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as zmq from "zeromq";
import { createDecoder, encode, type Request, type Signing } from "../../kernel/wire/messages";
import { inRepository } from "../repository";

const channels = ["shell", "control", "stdin"] as const;
export type ClientChannel = (typeof channels)[number];
export interface Received extends Request {
  channel: ClientChannel | "iopub";
}

export interface KernelOptions {
  transport?: "tcp" | "ipc";
  /** Encrypt with CurveZMQ. */
  curve?: boolean;
  env?: Record<string, string>;
  /** Another kernel's command line, before the connection file. */
  command?: string[];
  cwd?: string;
}

/** What came of a request up to its idle status and its reply. */
export interface Answer {
  reply: Record<string, any>;
  /** What was published for it, without status and execute_input. */
  outputs: Received[];
  published: Received[];
  seconds: number;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map(server => (server.address() as { port: number }).port);
  await Promise.all(servers.map(server => new Promise(closed => server.close(closed))));
  return ports;
}

export async function connectionFor({ transport = "tcp", curve }: KernelOptions, folder: string) {
  const keys = curve ? zmq.curveKeyPair() : undefined;
  const [shell_port, control_port, stdin_port, iopub_port, hb_port] =
    transport === "tcp" ? await freePorts(5) : [1, 2, 3, 4, 5];
  return {
    ...{ transport, ip: transport === "tcp" ? "127.0.0.1" : path.join(folder, "socket"), key: randomUUID() },
    ...{ shell_port, control_port, stdin_port, iopub_port, hb_port, signature_scheme: "hmac-sha256" },
    ...(keys && { curve_publickey: keys.publicKey, curve_secretkey: keys.secretKey }),
  } as Record<string, any>;
}

/** Sockets of a front end connected to a kernel, and every message that has come. */
export function connect(connection: Record<string, any>) {
  const signing: Signing = { key: connection.key, scheme: connection.signature_scheme };
  const session = randomUUID();
  const secure = connection.curve_publickey && {
    curveServerKey: connection.curve_publickey,
    curvePublicKey: connection.curve_publickey,
    curveSecretKey: connection.curve_secretkey,
  };
  const options = {
    ...secure,
    linger: 0,
    reconnectInterval: 20,
    routingId: session,
    sendHighWaterMark: 0,
    receiveHighWaterMark: 0,
  };
  const sockets = {
    shell: new zmq.Dealer(options),
    control: new zmq.Dealer(options),
    stdin: new zmq.Dealer(options),
    iopub: new zmq.Subscriber({ ...secure, linger: 0, reconnectInterval: 20, receiveHighWaterMark: 0 }),
  };
  const join = connection.transport === "ipc" ? "-" : ":";
  const address = (name: string) => `${connection.transport}://${connection.ip}${join}${connection[`${name}_port`]}`;
  for (const [name, socket] of Object.entries(sockets)) socket.connect(address(name));
  sockets.iopub.subscribe();

  const received: Received[] = [];
  let wake = (): void => {};
  let news = new Promise<void>(resolve => (wake = resolve));
  let closed = false;
  async function listen(channel: Received["channel"]): Promise<void> {
    const decode = createDecoder(signing);
    try {
      for await (const frames of sockets[channel]) {
        received.push({ ...decode(frames), channel });
        wake();
        news = new Promise<void>(resolve => (wake = resolve));
      }
    } catch (error) {
      if (!closed) throw error; // a socket may be closed while it is read
    }
  }
  for (const channel of [...channels, "iopub"] as const) void listen(channel);

  /** The first message that fits, come or to come. */
  async function until(fits: (message: Received) => boolean, milliseconds = 60_000): Promise<Received> {
    const end = performance.now() + milliseconds;
    for (let checked = 0; ; ) {
      const next = news;
      const found = received.slice(checked).find(fits);
      if (found) return found;
      checked = received.length;
      const left = end - performance.now();
      if (left <= 0) throw new Error(`no such message in ${milliseconds} ms; the last: ${lastOf(received)}`);
      const clock = new AbortController();
      await Promise.race([next, sleep(left, undefined, { signal: clock.signal }).catch(() => {})]);
      clock.abort();
    }
  }
  /** Sends a message; returns its id. */
  async function send(channel: ClientChannel, type: string, content: object, more: Partial<Request> = {}) {
    const frames = encode([], { type, content, parent: more.parent ?? {}, ...more }, session, signing) as Buffer[];
    await sockets[channel].send(frames);
    return JSON.parse(String(frames[2])).msg_id as string;
  }
  /** Waits for the reply and the idle status of a request. */
  async function answer(id: string, milliseconds?: number): Promise<Answer> {
    const started = performance.now();
    const isOurs = (message: Received) => message.parent.msg_id === id;
    const reply = await until(m => isOurs(m) && m.channel !== "iopub" && m.channel !== "stdin", milliseconds);
    await until(m => isOurs(m) && m.content.execution_state === "idle", milliseconds);
    const published = received.filter(m => isOurs(m) && m.channel === "iopub");
    const outputs = published.filter(m => !["status", "execute_input"].includes(m.header.msg_type));
    return { reply: reply.content, outputs, published, seconds: (performance.now() - started) / 1000 };
  }
  return {
    sockets,
    address,
    received,
    until,
    send,
    answer,
    async request(channel: ClientChannel, type: string, content: object = {}, milliseconds?: number) {
      return answer(await send(channel, type, content), milliseconds);
    },
    /** The compiler's completions; on a busy machine the first replies may be those without it. */
    async complete(code: string, cursor_pos = Array.from(code).length): Promise<Record<string, any>> {
      for (;;) {
        const id = await send("shell", "complete_request", { code, cursor_pos });
        const { reply } = await answer(id);
        if (!reply.metadata?.tokenwise?.partial) return reply;
      }
    },
    startCell: (code: string, more: object = {}) => send("shell", "execute_request", { code, ...more }),
    async execute(code: string, more: object = {}, milliseconds?: number): Promise<Answer> {
      return answer(await send("shell", "execute_request", { code, ...more }), milliseconds);
    },
    close(): void {
      closed = true;
      for (const socket of Object.values(sockets)) socket.close();
    },
  };
}

const lastOf = (received: readonly Received[]): string =>
  received
    .slice(-3)
    .map(m => `${m.channel} ${m.header.msg_type} ${JSON.stringify(m.content).slice(0, 200)}`)
    .join("; ");

export type Client = ReturnType<typeof connect>;
export interface TestKernel extends Client {
  process: ChildProcess;
  connection: Record<string, any>;
  connectionFile: string;
  /** What it wrote to its own stdout and stderr. */
  log(): string;
  /** Resolves when the process has gone; kills it if it is still there. */
  stop(): Promise<void>;
  exited: Promise<unknown>;
}

export const mainFile = path.resolve(__dirname, "../../kernel/main.js");

export function launch(connectionFile: string, { env, cwd, command }: KernelOptions): ChildProcess {
  const [program, ...given] = command ?? [process.execPath, mainFile];
  return spawn(program!, [...given, connectionFile], {
    env: { ...process.env, ...env },
    cwd: cwd ?? inRepository("."),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // the leader of its group, as Jupyter starts it
  });
}

/** A kernel that has answered kernel_info and to whose outputs the client is subscribed. */
export async function startKernel(options: KernelOptions = {}): Promise<TestKernel> {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwise-kernel-"));
  const connection = await connectionFor(options, folder);
  const connectionFile = path.join(folder, "connection.json");
  writeFileSync(connectionFile, JSON.stringify(connection));
  const child = launch(connectionFile, options);
  let log = "";
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", chunk => (log += chunk));
  const exited = once(child, "exit");
  const client = connect(connection);
  const kernel = {
    ...client,
    ...{ process: child, connection, connectionFile, exited },
    log: () => log,
    async stop() {
      client.close();
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, "SIGKILL");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (await ready(kernel)) return kernel;
  await kernel.stop();
  if (log.includes("EADDRINUSE")) return startKernel(options); // another process took a port in between
  throw new Error(`the kernel did not become ready: ${log}`);
}

/**
 * Asks for kernel_info until its status arrives: only then has the subscription reached the kernel. False if the
 * process ends.
 */
export async function ready(client: Pick<TestKernel, keyof Client | "process">): Promise<boolean> {
  for (let tries = 0; tries < 300; tries++) {
    const id = await client.send("shell", "kernel_info_request", {});
    const seen = await client.until(m => m.channel === "iopub" && m.parent.msg_id === id, 100).catch(() => undefined);
    if (seen) await client.answer(id);
    if (seen || client.process.exitCode !== null) return seen !== undefined;
  }
  return false;
}
