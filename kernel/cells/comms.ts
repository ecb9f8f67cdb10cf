/** The open comms of this session. */
import { randomUUID } from "node:crypto";
import { describeError } from "../language/errors";
import { type Cell, cells } from "../output/cell";
import type { Outputs } from "../output/outputs";
import type { Comm, CommMessage, Listener } from "../wire/comm-message";
import type { Request } from "../wire/messages";

type Opened = (comm: Comm, message: CommMessage) => unknown;

/** All comms of one session. */
export interface Comms {
  /** Opens a comm to `target` of the front end. */
  open(target: string, data: object, more?: Partial<Omit<CommMessage, "data">>): Comm;
  /** Has `opened` called with each comm that the front end opens to `target`. */
  on(target: string, opened: Opened): void;
  /**
   * Handles `comm_open`, `comm_msg` and `comm_close`; ignores other messages. Resolves when listeners that return a
   * promise have ended; undefined if none does.
   */
  receive(request: Request): Promise<unknown> | undefined;
  /** Content of comm_info_reply. */
  info(content: Record<string, any>): object;
}

interface Entry {
  comm: Comm;
  message: Listener[];
  close: Listener[];
}

/** The `seq` of work that the front end started: an interrupt can only name the number of a cell. */
const noCell = -1;

/** An empty set of comms, which sends through `outputs`. */
export function createComms(outputs: Outputs): Comms {
  const entries = new Map<string, Entry>();
  const targets = new Map<string, Opened>();

  function add(id: string, target: string): Entry {
    const publish = (type: string, data: object, more: Partial<CommMessage> = {}, extra = {}): void =>
      outputs.publish(type, { comm_id: id, data, ...extra }, undefined, more);
    const comm: Comm = {
      id,
      target,
      send: (data, more) => publish("comm_msg", data, more),
      close(data = {}) {
        if (entries.delete(id)) publish("comm_close", data);
      },
      onMessage: listener => void entry.message.push(listener),
      onClose: listener => void entry.close.push(listener),
    };
    const entry: Entry = { comm, message: [], close: [] };
    entries.set(id, entry);
    return entry;
  }
  /** Runs listeners as work of `request`, so that their output appears under its cell. */
  function callAll(listeners: readonly (() => unknown)[], request: Request): Promise<unknown> | undefined {
    const cell: Cell = { seq: noCell, file: "", request, abort: new AbortController(), interrupted: false };
    const report = (error: unknown): void => {
      const { traceback } = describeError(error, { file: "", line: 0 });
      outputs.publish("stream", { name: "stderr", text: `${traceback.join("\n")}\n` });
    };
    const call = (listener: () => unknown): Promise<unknown>[] => {
      try {
        const result = listener();
        return result instanceof Promise ? [result.catch(report)] : [];
      } catch (error) {
        report(error);
        return [];
      }
    };
    const work = cells.run(cell, () => listeners.flatMap(call));
    return work.length > 0 ? Promise.all(work) : undefined;
  }
  return {
    open(target, data, more) {
      const { comm } = add(randomUUID(), target);
      outputs.publish("comm_open", { comm_id: comm.id, target_name: target, data }, undefined, more);
      return comm;
    },
    on(target, opened) {
      targets.set(target, opened);
    },
    receive(request) {
      const { content, metadata, buffers } = request;
      const message: CommMessage = { data: content.data ?? {}, metadata, buffers };
      const id = String(content.comm_id);
      const entry = entries.get(id);
      if (request.header.msg_type === "comm_open") {
        const opened = targets.get(content.target_name);
        if (opened) return callAll([() => opened(add(id, content.target_name).comm, message)], request);
        outputs.publish("comm_close", { comm_id: id, data: {} }, request.header);
      }
      const type = request.header.msg_type;
      const isClosed = type === "comm_close" && entries.delete(id);
      const listeners = type === "comm_msg" ? entry?.message : isClosed ? entry?.close : undefined;
      return (
        listeners &&
        callAll(
          listeners.map(listener => () => listener(message)),
          request,
        )
      );
    },
    info({ target_name }) {
      const open = [...entries.values()].filter(({ comm }) => target_name === undefined || comm.target === target_name);
      return {
        status: "ok",
        comms: Object.fromEntries(open.map(({ comm }) => [comm.id, { target_name: comm.target }])),
      };
    },
  };
}
