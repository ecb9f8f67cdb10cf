/** The kernel's five ZeroMQ sockets. */
import { randomUUID } from "node:crypto";
import * as zmq from "zeromq";
import { createDecoder, encode, type Outgoing, type Request, type Signing } from "./messages";
import type { Connection } from "./protocol";

const incoming = ["shell", "control", "stdin"] as const;
/** Channels on which front ends send. */
export type Incoming = (typeof incoming)[number];

/** The sockets of one kernel. */
export interface Sockets {
  /**
   * Listens at the addresses of the connection file, answers heartbeats and calls `receive` with each valid message.
   */
  listen(receive: (channel: Incoming, request: Request) => void): Promise<void>;
  /** Queues a message, as a socket allows one send at a time. */
  send(name: Incoming | "iopub", ids: readonly Uint8Array[], message: Outgoing): void;
  /** Resolves when all queued messages have been passed to ZeroMQ. */
  sent(): Promise<void>;
}

/** For ipc, jupyter_client numbers the socket files: `ipc://PATH-1` to `ipc://PATH-5`. */
const addressOf = ({ transport, ip }: Connection, port: number): string =>
  transport === "ipc" ? `ipc://${ip}-${port}` : `${transport}://${ip}:${port}`;

/** `drop` is called with the reason for each invalid message; the protocol demands that these get no answer. */
export function createSockets(connection: Connection, drop: (channel: Incoming, reason: string) => void): Sockets {
  const session = randomUUID();
  const signing: Signing = { key: connection.key, scheme: connection.signature_scheme ?? "hmac-sha256" };
  const decode = createDecoder(signing);
  const { curve_publickey: curvePublicKey, curve_secretkey: curveSecretKey } = connection;
  const secure = curveSecretKey ? { curveServer: true, curvePublicKey, curveSecretKey } : {};
  // The queue has no limit, because a dropped output or status would hang the front end. linger: ms for the last
  // messages at the end.
  const options = { ...secure, sendHighWaterMark: 0, linger: 500 };
  const sockets = {
    iopub: new zmq.Publisher(options),
    shell: new zmq.Router(options),
    control: new zmq.Router(options),
    stdin: new zmq.Router(options),
  };
  /** A router: a reply socket could be brought out of step by malformed frames. */
  const heartbeat = new zmq.Router({ ...secure, linger: 0 });
  const nothing = Promise.resolve();
  const queues = { iopub: nothing, shell: nothing, control: nothing, stdin: nothing };
  const ignore = (): void => {}; // the client is gone

  async function beat(): Promise<void> {
    for await (const frames of heartbeat) await heartbeat.send(frames).catch(ignore);
  }
  async function readAll(channel: Incoming, receive: (channel: Incoming, request: Request) => void): Promise<void> {
    for await (const frames of sockets[channel]) {
      let request: Request;
      try {
        request = decode(frames);
      } catch (error) {
        drop(channel, (error as Error).message);
        continue;
      }
      receive(channel, request);
    }
  }
  return {
    async listen(receive) {
      const bound = { ...sockets, hb: heartbeat };
      await Promise.all(
        Object.entries(bound).map(([name, socket]) =>
          socket.bind(addressOf(connection, connection[`${name}_port` as "hb_port"])),
        ),
      );
      void beat();
      for (const channel of incoming) void readAll(channel, receive);
    },
    send(name, ids, message) {
      const frames = encode(ids, message, session, signing) as Buffer[];
      queues[name] = queues[name].then(() => sockets[name].send(frames)).catch(ignore);
    },
    async sent() {
      await Promise.all(Object.values(queues));
    },
  };
}
