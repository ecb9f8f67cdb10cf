/** The kernel's five ZeroMQ sockets. */
import { randomUUID } from "node:crypto";
import * as zmq from "zeromq";
import { encode, type Outgoing } from "./messages";
import type { Channel, Connection } from "./protocol";

export interface Sockets {
  /** Listens on the ports of the connection file and answers heartbeats. */
  bind(): Promise<void>;
  /** The frames that arrive. */
  incoming(channel: Channel): AsyncIterable<Uint8Array[]>;
  /** Queues a message; a socket allows one send at a time. */
  send(name: Channel | "iopub", ids: readonly Uint8Array[], message: Outgoing): void;
  /** Resolves when all that was queued is handed to ZeroMQ. */
  sent(): Promise<void>;
}

export function createSockets(connection: Connection): Sockets {
  const session = randomUUID();
  const linger = 500; // ms for the last messages when the process ends
  const channels = {
    // No limit on what waits to be sent: a dropped output or status would hang the front end.
    iopub: new zmq.Publisher({ linger, sendHighWaterMark: 0 }),
    shell: new zmq.Router({ linger }),
    control: new zmq.Router({ linger }),
    stdin: new zmq.Router({ linger }),
  };
  const heartbeat = new zmq.Reply({ linger: 0 });
  const queues = { iopub: Promise.resolve(), shell: Promise.resolve(), control: Promise.resolve() };

  async function beat(): Promise<void> {
    for await (const frames of heartbeat) await heartbeat.send(frames);
  }
  return {
    async bind() {
      const at = (port: number): string => `${connection.transport}://${connection.ip}:${port}`;
      await Promise.all([
        channels.iopub.bind(at(connection.iopub_port)),
        channels.shell.bind(at(connection.shell_port)),
        channels.control.bind(at(connection.control_port)),
        channels.stdin.bind(at(connection.stdin_port)),
        heartbeat.bind(at(connection.hb_port)),
      ]);
      void beat();
    },
    incoming: channel => channels[channel],
    send(name, ids, message) {
      const frames = encode(ids, message, session, connection.key) as Buffer[];
      const dropForGoneClient = (): void => {}; // a router cannot reach a front end that has left
      queues[name] = queues[name].then(() => channels[name].send(frames)).catch(dropForGoneClient);
    },
    async sent() {
      await Promise.all(Object.values(queues));
    },
  };
}
