/** What the main thread (runs cells) and the wire thread (owns the sockets) tell each other. */
import type { MessagePort } from "node:worker_threads";
import type { Growing } from "./growing";
import type { Header, Outgoing, Request } from "./messages";

/** The connection file, as jupyter_client 8 writes it. */
export interface Connection {
  transport: "tcp" | "ipc";
  ip: string;
  key: string;
  signature_scheme?: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
  /** CurveZMQ keys in Z85: the kernel is the server; front ends use the same pair. */
  curve_publickey?: string;
  curve_secretkey?: string;
}

export interface WireStart {
  connection: Connection;
  flags: Int32Array;
  /** Where the answers to `ask` go: the main thread waits for them without turning its event loop. */
  answers: MessagePort;
  /** Where the cells are remembered; removed when the kernel is shut down for good. */
  historyFile: string;
  /** Process id of the parent at the start. */
  parent: number;
  /** Content of kernel_info_reply: the wire thread answers it alone, also while a cell computes. */
  info: object;
}

export type ToWire =
  | { kind: "publish"; message: Outgoing }
  /** A reply; ends the request, so the idle status follows. */
  | { kind: "reply"; channel: Channel; request: Request; type: string; content: object }
  /** Asks the user for a line of text; the answer is posted to the port `answers`, and `slot.answered` is raised. */
  | { kind: "ask"; request: Request; prompt: string; password: boolean }
  /** While the main thread waits for a program, what it writes to these files is published as output of `parent`. */
  | { kind: "follow"; files: Growing[]; parent: Partial<Header> }
  | { kind: "unfollow" }
  /** Asks for a `fence` back: every request that had arrived by then has been handed over before it. */
  | { kind: "fence" }
  | { kind: "leave" };

export type FromWire =
  | { kind: "request"; channel: Channel; request: Request }
  | { kind: "fence" }
  /** The cell may have ended by the time that a busy main thread reads this. */
  | { kind: "interrupt"; seq: number }
  | { kind: "shutdown" };

export type Channel = "shell" | "control";
